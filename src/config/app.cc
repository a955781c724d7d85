#include "base/status.h"
#include "config/config.h"
#include "config/errors.h"
#include "config/file.h"

namespace waypoint::config {

const std::string& App::name() const { return block_->name; }
const std::string& App::path() const { return block_->path; }
bool App::Has(StageKind kind) const { return block_->Stage(kind).has_value(); }

const std::string& App::runner_profile() const {
  return block_->runner ? block_->runner->profile : block_->file->runner.settings.profile;
}

absl::StatusOr<Labels> App::labels() const {
  hcl::Diagnostics diagnostics;
  hcl::BodyContent content = block_->remain->PartialContent(Schema({"labels"}), diagnostics, nullptr);
  Labels labels;
  ScopePtr scope = internal::AppScope(*block_);
  Decoder(scope->final_context(), diagnostics).Get(content, "labels", &labels);
  RETURN_IF_ERROR(DiagnosticsStatus(diagnostics));
  if (const hcl::Attribute* attribute = content.Find("labels")) {
    RETURN_IF_ERROR(Annotate(ValidateLabels(labels), hcl::ToString(attribute->range)));
  }
  return labels;
}

absl::StatusOr<std::optional<bool>> App::AutoHostname() const {
  hcl::Diagnostics diagnostics;
  hcl::BodyContent content = block_->remain->PartialContent(Schema({}, {{"url", {}}}), diagnostics, nullptr);
  ScopePtr scope = internal::AppScope(*block_);
  Decoder decoder(scope->final_context(), diagnostics);
  std::optional<bool> auto_hostname;
  if (const hcl::Block* url = decoder.Single(content, "url")) {
    decoder.Get(url->body->Content(Schema({"auto_hostname"}), diagnostics), "auto_hostname", &auto_hostname);
  }
  RETURN_IF_ERROR(DiagnosticsStatus(diagnostics));
  return auto_hostname;
}

}  // namespace waypoint::config
