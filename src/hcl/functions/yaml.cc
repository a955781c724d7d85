#include <yaml.h>

#include "hcl/functions/builder.h"
#include "hcl/functions/functions.h"
#include "hcl/functions/yaml_reader.h"

namespace waypoint::hcl {
namespace {

using Args = Function::Args;

class Writer {
 public:
  Writer() {
    yaml_emitter_initialize(&emitter_);
    yaml_emitter_set_unicode(&emitter_, 1);
    yaml_emitter_set_width(&emitter_, -1);
    yaml_emitter_set_output(
        &emitter_,
        [](void* out, unsigned char* data, size_t size) {
          static_cast<std::string*>(out)->append(reinterpret_cast<char*>(data), size);
          return 1;
        },
        &out_);
  }
  ~Writer() { yaml_emitter_delete(&emitter_); }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  absl::StatusOr<std::string> Write(const Value& v) {
    yaml_event_t event;
    yaml_stream_start_event_initialize(&event, YAML_UTF8_ENCODING);
    Emit(event);
    yaml_document_start_event_initialize(&event, nullptr, nullptr, nullptr, 1);
    Emit(event);
    RETURN_IF_ERROR(Node(v));
    emitter_.open_ended = 0;  // nothing follows: no "..." behind a text that keeps its last newlines
    yaml_document_end_event_initialize(&event, 1);
    Emit(event);
    yaml_stream_end_event_initialize(&event);
    Emit(event);
    // A document that is one plain scalar ends with a mark, so that nothing can follow it.
    bool plain = v.IsNull() || v.type().IsBool() || v.type().IsNumber();
    if (plain) out_ += "...\n";
    if (!ok_) return absl::InvalidArgumentError("the value cannot be written as YAML");
    return out_;
  }

 private:
  void Emit(yaml_event_t& event) { ok_ = yaml_emitter_emit(&emitter_, &event) == 1 && ok_; }

  void Scalar(const std::string& text, yaml_scalar_style_t style) {
    yaml_event_t event;
    bool plain = style == YAML_PLAIN_SCALAR_STYLE;
    yaml_scalar_event_initialize(&event, nullptr, nullptr, reinterpret_cast<const yaml_char_t*>(text.data()),
                                 static_cast<int>(text.size()), plain, !plain, style);
    Emit(event);
  }

  void Text(const std::string& text) {
    bool lines = text.find('\n') != std::string::npos;
    Scalar(text, lines ? YAML_LITERAL_SCALAR_STYLE : YAML_DOUBLE_QUOTED_SCALAR_STYLE);
  }

  absl::Status Node(const Value& v) {
    if (out_.size() > kMaxResultBytes) return absl::InvalidArgumentError("the YAML text is too long");
    const Type& type = v.type();
    if (v.IsNull()) {
      Scalar("null", YAML_PLAIN_SCALAR_STYLE);
    } else if (type.IsString()) {
      Text(v.AsString());
    } else if (type.IsBool()) {
      Scalar(v.AsBool() ? "true" : "false", YAML_PLAIN_SCALAR_STYLE);
    } else if (type.IsNumber()) {
      Scalar(v.AsNumber().ToString(), YAML_PLAIN_SCALAR_STYLE);
    } else if (type.IsCapsule()) {
      return absl::InvalidArgumentError(absl::StrCat("a ", type.FriendlyName(), " cannot be written as YAML"));
    } else if (type.IsMap() || type.IsObject()) {
      return Fields(v.AsFields());
    } else {
      return Elements(v.Elements());
    }
    return absl::OkStatus();
  }

  absl::Status Elements(const Value::Vector& elements) {
    yaml_event_t event;
    yaml_sequence_style_t style = elements.empty() ? YAML_FLOW_SEQUENCE_STYLE : YAML_BLOCK_SEQUENCE_STYLE;
    yaml_sequence_start_event_initialize(&event, nullptr, nullptr, 1, style);
    Emit(event);
    for (const Value& v : elements) RETURN_IF_ERROR(Node(v));
    yaml_sequence_end_event_initialize(&event);
    Emit(event);
    return absl::OkStatus();
  }

  absl::Status Fields(const Value::Fields& fields) {
    yaml_event_t event;
    yaml_mapping_style_t style = fields.empty() ? YAML_FLOW_MAPPING_STYLE : YAML_BLOCK_MAPPING_STYLE;
    yaml_mapping_start_event_initialize(&event, nullptr, nullptr, 1, style);
    Emit(event);
    for (const auto& [key, v] : fields) {
      Text(key);
      RETURN_IF_ERROR(Node(v));
    }
    yaml_mapping_end_event_initialize(&event);
    Emit(event);
    return absl::OkStatus();
  }

  yaml_emitter_t emitter_;
  std::string out_;
  bool ok_ = true;
};

}  // namespace

void AddYamlFunctions(FunctionTable& table) {
  auto type = [](Args a) -> absl::StatusOr<Type> {
    if (!a[0].IsKnown()) return Type::Dynamic();
    ASSIGN_OR_RETURN(Value v, ParseYaml(a[0].AsString()));
    return v.type();
  };
  auto decode = [](Args a, const Type& result) -> absl::StatusOr<Value> {
    // A document that is nothing but null has no type: 0.11 answers unknown.
    if (result.IsDynamic()) return Value::Unknown();
    return ParseYaml(a[0].AsString());
  };
  auto encode = [](Args a, const Type&) -> absl::StatusOr<Value> {
    ASSIGN_OR_RETURN(std::string text, Writer().Write(a[0]));
    return Value::Str(std::move(text));
  };
  Define(table, "yamldecode", {{Param("src", Type::String())}, std::nullopt, type, decode});
  Define(table, "yamlencode",
         {{Param("value", Type::Dynamic(), kNull | kDynamic)}, std::nullopt, Returns(Type::String()), encode, true});
}

}  // namespace waypoint::hcl
