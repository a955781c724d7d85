#include "server/rpc/method_table.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "auth/rights.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/stubs/logging.h"
#include "waypoint/service.pb.h"

namespace waypoint::server {
namespace {

constexpr char kService[] = "hashicorp.waypoint.Waypoint";

// Nothing else refers to service.proto's descriptors, and the linker would leave them out.
const void* const volatile g_linked = &descriptor_table_waypoint_2fservice_2eproto;

}  // namespace

void MethodStats::Ended(absl::StatusCode code, absl::Duration took) {
  const auto index = static_cast<size_t>(code);
  ++by_code[index < by_code.size() ? index : static_cast<size_t>(absl::StatusCode::kUnknown)];
  time.Add(took);
}

MethodTable::MethodTable() {
  const auto* service = google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(kService);
  GOOGLE_CHECK(service != nullptr && g_linked != nullptr);
  for (int i = 0; i < service->method_count(); ++i) {
    const auto* descriptor = service->method(i);
    auto method = std::make_unique<Method>();
    method->name = descriptor->name();
    method->path = absl::StrCat("/", kService, "/", method->name);
    method->client_streams = descriptor->client_streaming();
    method->server_streams = descriptor->server_streaming();
    if (auth::IsAnonymous(method->name)) method->needs = Needs::kNobody;
    by_path_[method->path] = method.get();
    methods_.push_back(std::move(method));
  }
}

Method& MethodTable::Known(const std::string& name) {
  Method* method = Find(absl::StrCat("/", kService, "/", name));
  GOOGLE_CHECK(method != nullptr) << "service.proto has no RPC " << name;
  GOOGLE_CHECK(!method->built()) << name << " is in the table twice";
  return *method;
}

void MethodTable::AddUnary(std::string name, Needs needs, RawUnary handler) {
  Method& method = Known(name);
  GOOGLE_CHECK(!method.client_streams && !method.server_streams) << name << " is a stream";
  method.needs = needs;
  method.unary = std::move(handler);
}

void MethodTable::AddStream(std::string name, Needs needs, RawOpen open) {
  Method& method = Known(name);
  method.needs = needs;
  method.open = std::move(open);
}

void MethodTable::AddHelper(std::string path, RawUnary unary, RawOpen open, bool client_streams) {
  auto method = std::make_unique<Method>();
  method->name = path.substr(path.rfind('/') + 1);
  method->guarded = false;
  method->needs = Needs::kNobody;
  method->client_streams = open != nullptr && client_streams;
  method->server_streams = open != nullptr;
  method->unary = std::move(unary);
  method->open = std::move(open);
  by_path_[path] = method.get();
  method->path = std::move(path);
  methods_.push_back(std::move(method));
}

Method* MethodTable::Find(absl::string_view path) {
  auto it = by_path_.find(path);
  return it == by_path_.end() ? nullptr : it->second;
}

std::vector<std::string> MethodTable::NotBuilt() const {
  std::vector<std::string> names;
  for (const auto& method : methods_) {
    if (!method->built()) names.push_back(method->name);
  }
  return names;
}

}  // namespace waypoint::server
