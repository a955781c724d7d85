#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "config/errors.h"
#include "config/file.h"

namespace waypoint::config::internal {
namespace {

struct GitFields {
  std::string url, path, username, password, key, key_password, ref;
  bool ignore_changes_outside_path = false;
  uint32_t recurse_submodules = 0;
};

GitFields DecodeGit(const hcl::Body& body, Decoder& decoder) {
  hcl::BodySchema schema = Schema({"url!", "path", "username", "password", "key", "key_password", "ref",
                                   "ignore_changes_outside_path", "recurse_submodules"});
  hcl::BodyContent content = body.Content(schema, decoder.diagnostics());
  GitFields git;
  decoder.Get(content, "url", &git.url);
  decoder.Get(content, "path", &git.path);
  decoder.Get(content, "username", &git.username);
  decoder.Get(content, "password", &git.password);
  decoder.Get(content, "key", &git.key);
  decoder.Get(content, "key_password", &git.key_password);
  decoder.Get(content, "ref", &git.ref);
  decoder.Get(content, "ignore_changes_outside_path", &git.ignore_changes_outside_path);
  decoder.Get(content, "recurse_submodules", &git.recurse_submodules);
  return git;
}

}  // namespace

absl::StatusOr<pb::Job::DataSource> DecodeDataSource(const hcl::Block& block, const hcl::EvalContext* context) {
  pb::Job::DataSource out;
  if (block.labels[0] == "local") {
    out.mutable_local();
    return out;
  }
  if (block.labels[0] != "git") {
    return absl::InvalidArgumentError(absl::StrCat(hcl::ToString(block.def_range), ": Unknown data source type \"",
                                                   block.labels[0], "\"; the types are \"git\" and \"local\""));
  }
  hcl::Diagnostics diagnostics;
  Decoder decoder(context, diagnostics);
  GitFields git = DecodeGit(*block.body, decoder);
  RETURN_IF_ERROR(DiagnosticsStatus(diagnostics));
  pb::Job::Git& wire = *out.mutable_git();
  wire.set_url(git.url);
  wire.set_path(git.path);
  wire.set_ref(git.ref);
  wire.set_ignore_changes_outside_path(git.ignore_changes_outside_path);
  wire.set_recurse_submodules(git.recurse_submodules);
  if (!git.username.empty()) {
    wire.mutable_basic()->set_username(git.username);
    wire.mutable_basic()->set_password(git.password);
  } else if (!git.key.empty()) {
    if (git.key.find("-----BEGIN ") == std::string::npos) {
      return absl::InvalidArgumentError(
          absl::StrCat(hcl::ToString(block.def_range), ": key is not a private key in PEM form"));
    }
    wire.mutable_ssh()->set_private_key_pem(git.key);
    wire.mutable_ssh()->set_password(git.key_password);
  }
  return out;
}

}  // namespace waypoint::config::internal
