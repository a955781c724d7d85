#include "runner/valid_text.h"

#include <string>
#include <vector>

#include "base/utf8.h"

namespace waypoint::runner {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

void RepairTexts(Message* message) {
  const Reflection& reflection = *message->GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(*message, &fields);
  for (const FieldDescriptor* field : fields) {
    const int count = field->is_repeated() ? reflection.FieldSize(*message, field) : 1;
    for (int i = 0; i < count; ++i) {
      const bool repeated = field->is_repeated();
      if (field->type() == FieldDescriptor::TYPE_STRING) {
        std::string unused;
        const std::string& text = repeated ? reflection.GetRepeatedStringReference(*message, field, i, &unused)
                                           : reflection.GetStringReference(*message, field, &unused);
        std::string valid = ValidUtf8(text);
        if (valid == text) continue;
        repeated ? reflection.SetRepeatedString(message, field, i, std::move(valid))
                 : reflection.SetString(message, field, std::move(valid));
      } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
        RepairTexts(repeated ? reflection.MutableRepeatedMessage(message, field, i)
                             : reflection.MutableMessage(message, field));
      }
    }
  }
}

}  // namespace waypoint::runner
