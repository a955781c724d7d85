#include "server/records/stored_hcl.h"

#include "errors/details.h"
#include "hcl/parse.h"

namespace waypoint::server {
namespace {

namespace pb = ::hashicorp::waypoint;

hcl::BodyPtr ParseStored(const pb::Project& project, hcl::Diagnostics& diagnostics) {
  const bool json = project.waypoint_hcl_format() == pb::Hcl::JSON;
  hcl::SourcePtr source = hcl::MakeSource(json ? "waypoint.hcl.json" : "waypoint.hcl", project.waypoint_hcl());
  return json ? hcl::ParseJson(source, diagnostics) : hcl::ParseNative(source, diagnostics);
}

}  // namespace

absl::Status CheckStoredHcl(const pb::Project& project) {
  if (project.waypoint_hcl().empty()) return absl::OkStatus();
  if (!pb::Hcl::Format_IsValid(project.waypoint_hcl_format())) {
    return InvalidFields({{"project.waypoint_hcl", "is of an unknown format; HCL and JSON are known"}});
  }
  hcl::Diagnostics diagnostics;
  ParseStored(project, diagnostics);
  if (!diagnostics.HasErrors()) return absl::OkStatus();
  return InvalidFields({{"project.waypoint_hcl", diagnostics.ToString()}});
}

std::vector<std::string> ApplicationsInHcl(const pb::Project& project) {
  if (project.waypoint_hcl().empty() || project.waypoint_hcl_format() != pb::Hcl::HCL) return {};
  hcl::Diagnostics diagnostics;
  const hcl::BodyPtr body = ParseStored(project, diagnostics);
  hcl::BodySchema schema;
  schema.blocks.push_back({"app", {"name"}});
  std::vector<std::string> names;
  const hcl::BodyContent content = body->PartialContent(schema, diagnostics, nullptr);
  for (const hcl::Block* block : content.BlocksOf("app")) names.push_back(block->labels[0]);
  return names;
}

}  // namespace waypoint::server
