#include "server/rpc/helpers.h"

#include <memory>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/descriptor.pb.h"
#include "grpc/reflection.pb.h"

namespace waypoint::server {
namespace {

namespace reflection = ::grpc::reflection::v1alpha;
using google::protobuf::DescriptorPool;
using google::protobuf::FileDescriptor;

constexpr char kApi[] = "hashicorp.waypoint.Waypoint";
constexpr char kReflection[] = "grpc.reflection.v1alpha.ServerReflection";
constexpr char kHealth[] = "grpc.health.v1.Health";

// A file and all it imports, each once.
void AddFiles(const FileDescriptor* file, std::set<const FileDescriptor*>& seen,
              reflection::FileDescriptorResponse* response) {
  if (!seen.insert(file).second) return;
  google::protobuf::FileDescriptorProto proto;
  file->CopyTo(&proto);
  response->add_file_descriptor_proto(proto.SerializeAsString());
  for (int i = 0; i < file->dependency_count(); ++i) AddFiles(file->dependency(i), seen, response);
}

reflection::ServerReflectionResponse Answer(const reflection::ServerReflectionRequest& request) {
  using Request = reflection::ServerReflectionRequest;
  reflection::ServerReflectionResponse response;
  response.set_valid_host(request.host());
  *response.mutable_original_request() = request;
  const DescriptorPool& pool = *DescriptorPool::generated_pool();
  const FileDescriptor* file = nullptr;
  switch (request.message_request_case()) {
    case Request::kListServices:
      for (const char* name : {kApi, kReflection, kHealth}) {
        response.mutable_list_services_response()->add_service()->set_name(name);
      }
      return response;
    case Request::kFileByFilename:
      file = pool.FindFileByName(request.file_by_filename());
      break;
    case Request::kFileContainingSymbol:
      file = pool.FindFileContainingSymbol(request.file_containing_symbol());
      break;
    case Request::kAllExtensionNumbersOfType:
      if (pool.FindMessageTypeByName(request.all_extension_numbers_of_type()) != nullptr) {  // proto3 has none
        response.mutable_all_extension_numbers_response()->set_base_type_name(request.all_extension_numbers_of_type());
        return response;
      }
      break;
    default:
      break;
  }
  if (file != nullptr) {
    std::set<const FileDescriptor*> seen;
    AddFiles(file, seen, response.mutable_file_descriptor_response());
  } else {
    response.mutable_error_response()->set_error_code(static_cast<int>(absl::StatusCode::kNotFound));
    response.mutable_error_response()->set_error_message("nothing of that name is known here");
  }
  return response;
}

class Reflection : public Session<reflection::ServerReflectionRequest, reflection::ServerReflectionResponse> {
 public:
  using Session::Session;
  void OnMessage(reflection::ServerReflectionRequest message) override { out_.Send(Answer(message)); }
  void OnHalfClose() override { out_.Finish(absl::OkStatus()); }
};

}  // namespace

void AddHelpers(MethodTable& table, Health& health) {
  auto check = [&health](const Caller& caller, absl::string_view bytes, Reply<Health::Response>::Raw raw) {
    Health::Request request;
    if (!request.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
      return raw(absl::InternalError("the request cannot be decoded"), std::string());
    }
    health.Check(caller, request, Reply<Health::Response>(std::move(raw)));
  };
  table.AddHelper(absl::StrCat("/", kHealth, "/Check"), std::move(check), nullptr);
  auto watch = [&health](const Caller& caller, RawOutbox* raw) {
    return std::unique_ptr<RawSession>(health.Watch(caller, Outbox<Health::Response>(raw)));
  };
  table.AddHelper(absl::StrCat("/", kHealth, "/Watch"), nullptr, std::move(watch), /*client_streams=*/false);
  table.AddHelper(absl::StrCat("/", kReflection, "/ServerReflectionInfo"), nullptr, [](const Caller&, RawOutbox* raw) {
    return std::unique_ptr<RawSession>(std::make_unique<Reflection>(Outbox<reflection::ServerReflectionResponse>(raw)));
  });
}

}  // namespace waypoint::server
