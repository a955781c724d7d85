#include "replay/capture.h"

#include <fstream>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/util/json_util.h"
#include "waypoint/service.pb.h"

namespace waypoint::replay {
namespace {

using google::protobuf::MessageFactory;
using google::protobuf::MethodDescriptor;
using google::protobuf::Value;

constexpr char kService[] = "hashicorp.waypoint.Waypoint";
// The linker would leave out descriptors that nothing refers to.
const void* const volatile g_linked = &descriptor_table_waypoint_2fservice_2eproto;

const Value* Find(const Struct& object, const std::string& field) {
  auto it = object.fields().find(field);
  return it == object.fields().end() ? nullptr : &it->second;
}

int Number(const Struct& object, const std::string& field) {
  const Value* value = Find(object, field);
  return value == nullptr ? 0 : static_cast<int>(value->number_value());
}

bool Has(const Struct& object, const std::string& field) { return Find(object, field) != nullptr; }

Event::Kind KindOf(const std::string& name) {
  if (name == "open") return Event::Kind::kOpen;
  if (name == "msg") return Event::Kind::kMessage;
  if (name == "half_close") return Event::Kind::kHalfClose;
  if (name == "cancel") return Event::Kind::kCancel;
  return Event::Kind::kStatus;
}

Headers HeadersOf(const Struct& meta) {
  Headers headers;
  for (const auto& [name, values] : meta.fields()) {
    for (const Value& value : values.list_value().values()) headers.emplace_back(name, value.string_value());
  }
  return headers;
}

Event EventOfCall(const Struct& line) {
  Event event;
  event.kind = KindOf(Text(line, "event"));
  event.ms = Number(line, "t");
  event.connection = Number(line, "conn");
  event.call = Number(line, "call");
  event.peer = Text(line, "peer");
  event.rpc = Text(line, "rpc");
  event.to_server = Text(line, "dir") == "c2s";
  if (event.kind == Event::Kind::kOpen) event.headers = HeadersOf(At(line, "meta"));
  event.keepalive = Has(line, "keepalive");
  event.left_out = Has(line, "msg_left_out");
  event.message = At(line, "msg");
  event.code = Number(line, "code");
  event.text = Text(line, "message");
  if (const Value* details = Find(line, "details")) event.details = details->list_value();
  return event;
}

const MethodDescriptor* Method(const std::string& rpc) {
  const auto* service = google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(kService);
  return service == nullptr || g_linked == nullptr ? nullptr : service->FindMethodByName(rpc);
}

std::unique_ptr<google::protobuf::Message> New(const google::protobuf::Descriptor* type) {
  return std::unique_ptr<google::protobuf::Message>(MessageFactory::generated_factory()->GetPrototype(type)->New());
}

}  // namespace

absl::StatusOr<Capture> LoadCapture(const std::string& name) {
  const std::string path = absl::StrCat(WAYPOINT_TEST_DATA "/captures/", name, ".jsonl");
  std::ifstream in(path);
  Capture capture;
  capture.name = name;
  std::string text, command;
  for (int number = 1; std::getline(in, text); ++number) {
    Struct line;
    const auto parsed = google::protobuf::util::JsonStringToMessage(text, &line);
    if (!parsed.ok()) return absl::InvalidArgumentError(absl::StrCat(path, ":", number, ": ", parsed.ToString()));
    Event event;
    if (Has(line, "note")) continue;
    if (Has(line, "cmd")) {
      command = Text(line, "cmd");
    } else if (Has(line, "exit")) {
      event.kind = Event::Kind::kExit;
      event.exit_code = Number(line, "exit");
    } else {
      event = EventOfCall(line);
    }
    event.command = command;
    capture.events.push_back(std::move(event));
  }
  if (capture.events.empty()) return absl::InvalidArgumentError(absl::StrCat(path, " holds no events"));
  return capture;
}

const Struct& At(const Struct& object, const std::string& field) {
  const Value* value = Find(object, field);
  return value == nullptr ? Struct::default_instance() : value->struct_value();
}

std::string Text(const Struct& object, const std::string& field) {
  const Value* value = Find(object, field);
  return value == nullptr ? std::string() : value->string_value();
}

bool IsUnary(const std::string& rpc) {
  const MethodDescriptor* method = Method(rpc);
  return method != nullptr && !method->client_streaming() && !method->server_streaming();
}

std::unique_ptr<google::protobuf::Message> NewRequest(const std::string& rpc) { return New(Method(rpc)->input_type()); }

std::unique_ptr<google::protobuf::Message> NewResponse(const std::string& rpc) {
  return New(Method(rpc)->output_type());
}

absl::Status FromStruct(const Struct& object, google::protobuf::Message* message) {
  std::string json;
  (void)google::protobuf::util::MessageToJsonString(object, &json);
  const auto parsed = google::protobuf::util::JsonStringToMessage(json, message);
  return parsed.ok() ? absl::OkStatus() : absl::InvalidArgumentError(absl::StrCat(parsed.ToString(), " in ", json));
}

Struct ToStruct(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  std::string json;
  (void)google::protobuf::util::MessageToJsonString(message, &json, options);
  Struct object;
  (void)google::protobuf::util::JsonStringToMessage(json, &object);
  return object;
}

void ClearAdditions(google::protobuf::Message* message) {
  constexpr int kFirstAddition = 50'000;
  using google::protobuf::FieldDescriptor;
  const auto* reflection = message->GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection->ListFields(*message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (field->number() >= kFirstAddition) {
      reflection->ClearField(message, field);
    } else if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE || field->is_map()) {
      continue;
    } else if (!field->is_repeated()) {
      ClearAdditions(reflection->MutableMessage(message, field));
    } else {
      for (int i = 0; i < reflection->FieldSize(*message, field); ++i) {
        ClearAdditions(reflection->MutableRepeatedMessage(message, field, i));
      }
    }
  }
}

}  // namespace waypoint::replay
