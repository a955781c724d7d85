// Arguments of functions: by type, by name, through mappers (core-and-plugins.md B7).
#include "plugin/resolve.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "builtin/docker.pb.h"
#include "builtin/exec.pb.h"
#include "builtin/pack.pb.h"
#include "plugin/any.h"
#include "plugin/native.h"

namespace waypoint::plugin {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

sdk::FuncSpec Wants(std::vector<std::pair<std::string, std::string>> name_and_type) {
  sdk::FuncSpec spec;
  spec.set_name("Deploy");
  for (auto& [name, type] : name_and_type) {
    auto* arg = spec.add_args();
    arg->set_name(name);
    arg->set_type(type);
  }
  return spec;
}

docker::Image Image(const std::string& name) {
  docker::Image image;
  image.set_image(name);
  return image;
}

std::shared_ptr<const Plugin> Pack() {
  auto plugin = std::make_shared<NativePlugin>("pack");
  plugin->AddMapper<pack::DockerImage, docker::Image>(
      [](const pack::DockerImage& from) -> absl::StatusOr<docker::Image> { return Image("from " + from.image()); });
  return plugin;
}

std::shared_ptr<const Plugin> Exec() {
  auto plugin = std::make_shared<NativePlugin>("exec");
  plugin->AddMapper<docker::Image, ::exec::Input>(
      [](const docker::Image& from) -> absl::StatusOr<::exec::Input> { return ::exec::Input(); });
  return plugin;
}

TEST(Resolve, UnnamedMessageTakesAnyValueOfItsType) {
  Arguments arguments;
  arguments.Add("artifact", Image("web"));
  auto out = arguments.Resolve(Wants({{"", "docker.Image"}}));
  ASSERT_TRUE(out.ok());
  EXPECT_EQ(out->args(0).name(), "");
  docker::Image image;
  ASSERT_TRUE(UnpackAny(out->args(0).proto_any(), &image).ok());
  EXPECT_EQ(image.image(), "web");
}

TEST(Resolve, NamedMessageNeedsNameAndType) {
  Arguments arguments;
  arguments.Add("Artifact", Image("web")).Add("", Image("other"));
  EXPECT_TRUE(arguments.Resolve(Wants({{"artifact", "docker.Image"}})).ok());
  EXPECT_FALSE(arguments.Resolve(Wants({{"target", "docker.Image"}})).ok());
  EXPECT_FALSE(arguments.Resolve(Wants({{"artifact", "pack.DockerImage"}})).ok());
}

TEST(Resolve, PrimitivesNeedTheirExactKind) {
  Arguments arguments;
  arguments.AddBool("HasRegistry", true);
  sdk::FuncSpec spec;
  auto* arg = spec.add_args();
  arg->set_name("hasregistry");
  arg->set_primitive_type(sdk::FuncSpec::Value::BOOL);
  auto out = arguments.Resolve(spec);
  ASSERT_TRUE(out.ok());
  EXPECT_TRUE(out->args(0).bool_());
  arg->set_primitive_type(sdk::FuncSpec::Value::INT);
  EXPECT_FALSE(arguments.Resolve(spec).ok());
}

TEST(Resolve, MappersConvertAndChain) {
  Arguments arguments;
  pack::DockerImage packed;
  packed.set_image("web");
  arguments.Add("artifact", packed);
  ASSERT_TRUE(arguments.AddMappers(Exec()).ok());
  ASSERT_TRUE(arguments.AddMappers(Pack()).ok());
  auto out = arguments.Resolve(Wants({{"", "exec.Input"}}));
  ASSERT_TRUE(out.ok()) << out.status();
  EXPECT_EQ(AnyType(out->args(0).proto_any()), "exec.Input");
}

TEST(Resolve, DirectValuesBeatConversions) {
  Arguments arguments;
  arguments.Add("artifact", pack::DockerImage()).Add("image", Image("direct"));
  ASSERT_TRUE(arguments.AddMappers(Pack()).ok());
  auto out = arguments.Resolve(Wants({{"", "docker.Image"}}));
  ASSERT_TRUE(out.ok());
  docker::Image image;
  ASSERT_TRUE(UnpackAny(out->args(0).proto_any(), &image).ok());
  EXPECT_EQ(image.image(), "direct");
}

TEST(Resolve, MappersInACircleEnd) {
  auto plugin = std::make_shared<NativePlugin>("circle");
  plugin->AddMapper<docker::Image, pack::DockerImage>(
      [](const docker::Image&) -> absl::StatusOr<pack::DockerImage> { return pack::DockerImage(); });
  plugin->AddMapper<pack::DockerImage, docker::Image>(
      [](const pack::DockerImage&) -> absl::StatusOr<docker::Image> { return docker::Image(); });
  Arguments arguments;
  ASSERT_TRUE(arguments.AddMappers(plugin).ok());
  EXPECT_FALSE(arguments.Resolve(Wants({{"", "docker.Image"}})).ok());
}

TEST(Resolve, TheErrorListsWhatIsMissing) {
  Arguments arguments;
  arguments.Add("artifact", Image("web"));
  absl::Status status =
      arguments.Resolve(Wants({{"", "files.Image"}, {"", "docker.Image"}, {"", "ecr.Image"}})).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), HasSubstr("\"Deploy\""));
  EXPECT_THAT(std::string(status.message()), HasSubstr("files.Image, ecr.Image"));
  EXPECT_THAT(std::string(status.message()), Not(HasSubstr("docker.Image")));
}

TEST(Resolve, NilAnyIsLeftOut) {
  Arguments arguments;
  arguments.AddAny("deployment", opaqueany::Any());
  EXPECT_TRUE(arguments.Resolve(Wants({})).ok());
  EXPECT_FALSE(arguments.Resolve(Wants({{"", ""}})).ok());
}

}  // namespace
}  // namespace waypoint::plugin
