#include "server/services/random_message.h"

#include <algorithm>
#include <limits>

#include "google/protobuf/descriptor.h"

namespace waypoint::server {
namespace {

using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr size_t kMemory = 200;

const std::vector<std::string>& Texts() {
  static const std::vector<std::string> kTexts = {"",
                                                  "p",
                                                  "P",
                                                  "a",
                                                  "web",
                                                  "default",
                                                  "Dev",
                                                  "1h",
                                                  "-1s",
                                                  "0",
                                                  "abc",
                                                  "x y",
                                                  "é",
                                                  "00000000000000000000000001",
                                                  "waypoint",
                                                  "docker",
                                                  "a == b",
                                                  "https://127.0.0.1:1",
                                                  "app \"web\" {}",
                                                  "{}",
                                                  "r1",
                                                  "i1",
                                                  "..",
                                                  "/",
                                                  "r2",
                                                  "http://localhost/oidc/callback",
                                                  std::string(300, 'z')};
  return kTexts;
}

const std::vector<int64_t>& Numbers() {
  static const std::vector<int64_t> kNumbers = {0,
                                                1,
                                                2,
                                                3,
                                                7,
                                                -1,
                                                100,
                                                std::numeric_limits<int32_t>::max(),
                                                std::numeric_limits<int64_t>::max(),
                                                std::numeric_limits<int64_t>::min(),
                                                -62135596800,
                                                253402300799};
  return kNumbers;
}

}  // namespace

const std::string& RandomMessage::Text() {
  const std::vector<std::string>& known = !learnt_.empty() && Below(3) == 0 ? learnt_ : Texts();
  return known[Below(known.size())];
}

void RandomMessage::Fill(Message& message, int depth) {
  const size_t dense = Below(4);
  for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
    if (Below(5) <= dense) Set(message, message.GetDescriptor()->field(i), depth);
  }
}

void RandomMessage::Set(Message& message, const Field* field, int depth) {
  const Reflection& reflection = *message.GetReflection();
  const size_t count = field->is_repeated() ? Below(3) : 1;
  for (size_t i = 0; i < count; ++i) {
    if (field->cpp_type() != Field::CPPTYPE_MESSAGE) {
      SetScalar(message, field, field->is_repeated());
      continue;
    }
    Message* part =
        field->is_repeated() ? reflection.AddMessage(&message, field) : reflection.MutableMessage(&message, field);
    if (depth > 0) Fill(*part, depth - 1);
  }
}

void RandomMessage::SetScalar(Message& message, const Field* field, bool add) {
  const Reflection& to = *message.GetReflection();
  const int64_t number = Numbers()[Below(Numbers().size())];
  switch (field->cpp_type()) {
    case Field::CPPTYPE_INT32:
      return add ? to.AddInt32(&message, field, static_cast<int32_t>(number))
                 : to.SetInt32(&message, field, static_cast<int32_t>(number));
    case Field::CPPTYPE_INT64:
      return add ? to.AddInt64(&message, field, number) : to.SetInt64(&message, field, number);
    case Field::CPPTYPE_UINT32:
      return add ? to.AddUInt32(&message, field, static_cast<uint32_t>(number))
                 : to.SetUInt32(&message, field, static_cast<uint32_t>(number));
    case Field::CPPTYPE_UINT64:
      return add ? to.AddUInt64(&message, field, static_cast<uint64_t>(number))
                 : to.SetUInt64(&message, field, static_cast<uint64_t>(number));
    case Field::CPPTYPE_BOOL:
      return add ? to.AddBool(&message, field, number % 2 == 0) : to.SetBool(&message, field, number % 2 == 0);
    case Field::CPPTYPE_ENUM: {
      const int value = static_cast<int>(Below(8));
      return add ? to.AddEnumValue(&message, field, value) : to.SetEnumValue(&message, field, value);
    }
    case Field::CPPTYPE_STRING:
      return add ? to.AddString(&message, field, Text()) : to.SetString(&message, field, Text());
    default:
      return;  // the API has neither floats nor doubles that decide anything
  }
}

std::vector<Message*> RandomMessage::Parts(Message& message) {
  const Reflection& reflection = *message.GetReflection();
  std::vector<const Field*> fields;
  reflection.ListFields(message, &fields);
  std::vector<Message*> parts;
  for (const Field* field : fields) {
    if (field->cpp_type() != Field::CPPTYPE_MESSAGE || field->is_map()) continue;
    if (!field->is_repeated()) parts.push_back(reflection.MutableMessage(&message, field));
    for (int i = 0; field->is_repeated() && i < reflection.FieldSize(message, field); ++i) {
      parts.push_back(reflection.MutableRepeatedMessage(&message, field, i));
    }
  }
  return parts;
}

void RandomMessage::Mutate(Message& message, int depth) {
  if (const std::vector<Message*> parts = Parts(message); !parts.empty() && depth > 0 && Below(3) > 0) {
    return Mutate(*parts[Below(parts.size())], depth - 1);
  }
  const int fields = message.GetDescriptor()->field_count();
  if (fields == 0) return;
  const Field* field = message.GetDescriptor()->field(static_cast<int>(Below(static_cast<size_t>(fields))));
  message.GetReflection()->ClearField(&message, field);
  if (Below(3) > 0) Set(message, field, 3);
}

void RandomMessage::Learn(const Message& answer) {
  const Reflection& reflection = *answer.GetReflection();
  std::vector<const Field*> fields;
  reflection.ListFields(answer, &fields);
  for (const Field* field : fields) {
    if (field->is_map()) continue;
    const bool is_id = field->name() == "id" || field->name() == "job_id" || field->name() == "token";
    if (field->cpp_type() == Field::CPPTYPE_STRING && !field->is_repeated() && is_id) {
      learnt_.resize(std::max(learnt_.size(), std::min(kMemory, next_learnt_ + 1)));
      learnt_[next_learnt_++ % kMemory] = reflection.GetString(answer, field);
    }
    if (field->cpp_type() != Field::CPPTYPE_MESSAGE) continue;
    if (!field->is_repeated()) Learn(reflection.GetMessage(answer, field));
    for (int i = 0; field->is_repeated() && i < std::min(3, reflection.FieldSize(answer, field)); ++i) {
      Learn(reflection.GetRepeatedMessage(answer, field, i));
    }
  }
}

}  // namespace waypoint::server
