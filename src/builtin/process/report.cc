#include "builtin/process/report.h"

#include "absl/time/clock.h"

namespace waypoint::builtin::process {

namespace sdk = plugin::sdk;

void DeclareResource(absl::string_view name, sdk::ResourceCategoryDisplayHint hint,
                     const google::protobuf::Message& state, sdk::DeclaredResources* out) {
  sdk::DeclaredResource* resource = out->add_resources();
  resource->set_name(std::string(name));
  resource->set_type(std::string(name));
  resource->set_platform("process");
  resource->set_category_display_hint(hint);
  *resource->mutable_state() = plugin::PackAny(state);
  resource->set_state_json(plugin::TemplateData(state));
}

sdk::StatusReport ReportOne(absl::string_view name, absl::string_view id, sdk::ResourceCategoryDisplayHint hint,
                            sdk::StatusReport::Health health, absl::string_view message,
                            const google::protobuf::Message& state) {
  sdk::StatusReport report;
  sdk::StatusReport::Resource* resource = report.add_resources();
  resource->set_name(std::string(name));
  resource->set_id(std::string(id));
  resource->set_type(std::string(name));
  resource->set_platform("process");
  resource->set_category_display_hint(hint);
  resource->set_health(health);
  resource->set_health_message(std::string(message));
  resource->mutable_declared_resource()->set_name(std::string(name));
  resource->set_state_json(plugin::TemplateData(state));
  report.set_health(health);
  report.set_health_message(std::string(message));
  report.set_external(true);
  report.mutable_generated_time()->set_seconds(absl::ToUnixSeconds(absl::Now()));
  return report;
}

}  // namespace waypoint::builtin::process
