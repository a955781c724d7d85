#include "hcl/functions/yaml_reader.h"

#include <yaml.h>

#include <map>
#include <set>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "hcl/convert.h"
#include "hcl/functions/encoding.h"

namespace waypoint::hcl {
namespace {

constexpr int kMaxDepth = 200;
constexpr size_t kMaxNodes = 1 << 20;  // aliases of aliases multiply

class Reader {
 public:
  explicit Reader(std::string_view text) {
    yaml_parser_initialize(&parser_);
    yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(text.data()), text.size());
  }
  ~Reader() {
    yaml_event_delete(&event_);
    yaml_parser_delete(&parser_);
  }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  absl::StatusOr<Value> Read() {
    RETURN_IF_ERROR(Next());  // stream start
    RETURN_IF_ERROR(Next());
    if (event_.type == YAML_STREAM_END_EVENT) return Fail("there is no document");
    const yaml_version_directive_t* version = event_.data.document_start.version_directive;
    if (version != nullptr && (version->major != 1 || version->minor != 1)) return Fail("only YAML 1.1 is read");
    RETURN_IF_ERROR(Next());  // document start
    ASSIGN_OR_RETURN(Value v, Node(0));
    RETURN_IF_ERROR(Next());  // document end
    if (event_.type != YAML_STREAM_END_EVENT) return Fail("only one document is allowed");
    return v;
  }

 private:
  absl::Status Fail(const std::string& what) const {
    return absl::InvalidArgumentError(absl::StrCat("YAML error on line ", event_.start_mark.line + 1, ": ", what));
  }

  absl::Status Next() {
    yaml_event_delete(&event_);
    event_ = {};
    if (yaml_parser_parse(&parser_, &event_) == 1) return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrCat("YAML error on line ", parser_.problem_mark.line + 1, ": ",
                                                   parser_.problem == nullptr ? "not readable" : parser_.problem));
  }

  static std::string Text(const yaml_char_t* text) {
    return text == nullptr ? "" : reinterpret_cast<const char*>(text);
  }

  // The node that starts at the current event; ends on the event behind it.
  absl::StatusOr<Value> Node(int depth) {
    if (depth > kMaxDepth) return Fail("nested too deeply");
    if (++nodes_ > kMaxNodes) return Fail("the document is too large");
    switch (event_.type) {
      case YAML_ALIAS_EVENT:
        return Alias();
      case YAML_SCALAR_EVENT:
        return Scalar();
      case YAML_SEQUENCE_START_EVENT:
        return Collection(Text(event_.data.sequence_start.anchor), depth, false);
      case YAML_MAPPING_START_EVENT:
        return Collection(Text(event_.data.mapping_start.anchor), depth, true);
      default:
        return Fail("a value is expected");
    }
  }

  absl::StatusOr<Value> Collection(std::string anchor, int depth, bool mapping) {
    std::string tag = mapping ? Text(event_.data.mapping_start.tag) : Text(event_.data.sequence_start.tag);
    if (!tag.empty() && tag != (mapping ? YAML_MAP_TAG : YAML_SEQ_TAG)) {
      return Fail(absl::StrCat("unsupported tag \"", tag, "\""));
    }
    if (!anchor.empty()) open_.insert(anchor);
    RETURN_IF_ERROR(Next());
    absl::StatusOr<Value> v = mapping ? Mapping(depth) : Sequence(depth);
    RETURN_IF_ERROR(v.status());
    RETURN_IF_ERROR(Next());
    if (!anchor.empty()) {
      open_.erase(anchor);
      anchors_[anchor] = *v;
    }
    return v;
  }

  absl::StatusOr<Value> Alias() {
    std::string name = Text(event_.data.alias.anchor);
    if (open_.contains(name)) return Fail(absl::StrCat("cannot refer to anchor \"", name, "\" inside itself"));
    auto it = anchors_.find(name);
    if (it == anchors_.end()) return Fail(absl::StrCat("reference to undefined anchor \"", name, "\""));
    nodes_ += it->second.Length();
    Value v = it->second;
    RETURN_IF_ERROR(Next());
    return v;
  }

  absl::StatusOr<Value> Scalar() {
    std::string text(reinterpret_cast<const char*>(event_.data.scalar.value), event_.data.scalar.length);
    std::string anchor = Text(event_.data.scalar.anchor), tag = Text(event_.data.scalar.tag);
    bool plain = event_.data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    ASSIGN_OR_RETURN(Value v, Tagged(text, tag, plain));
    if (!anchor.empty()) anchors_[anchor] = v;
    RETURN_IF_ERROR(Next());
    return v;
  }

  absl::StatusOr<Value> Tagged(const std::string& text, const std::string& tag, bool plain) const {
    if (tag.empty() || tag == YAML_STR_TAG) {
      if (tag.empty() && plain && IsYamlNan(text)) return Fail("there is no number that stands for .nan");
      if (tag.empty() && plain) return ResolveYamlScalar(text);
      return Value::Str(text);
    }
    if (tag == YAML_NULL_TAG) return plain || !text.empty() ? Value::Null() : Value::Str(text);
    if (tag == "tag:yaml.org,2002:binary") {
      if (!DecodeBase64(text)) return Fail("what is tagged as binary is not valid base64");
      return Value::Str(text);
    }
    return Basic(text, tag, plain);
  }

  // A tag only checks what the text means by itself; what is quoted stays text all the same, as 0.11 has it.
  absl::StatusOr<Value> Basic(const std::string& text, const std::string& tag, bool plain) const {
    ASSIGN_OR_RETURN(const Value resolved, ResolveYamlScalar(text));
    const bool wants_number = tag == YAML_INT_TAG || tag == YAML_FLOAT_TAG;
    if (!wants_number && tag != YAML_BOOL_TAG && tag != YAML_TIMESTAMP_TAG) {
      return Fail(absl::StrCat("unsupported tag \"", tag, "\""));
    }
    const bool fits = (tag == YAML_BOOL_TAG && resolved.type().IsBool()) ||
                      (wants_number && resolved.type().IsNumber()) ||
                      (tag == YAML_TIMESTAMP_TAG && YamlTime(text).has_value()) || (resolved.IsNull() && plain);
    if (!fits) return Fail(absl::StrCat("\"", text, "\" is not a ", tag.substr(tag.rfind(':') + 1)));
    return plain ? resolved : Value::Str(text);
  }

  absl::StatusOr<Value> Sequence(int depth) {
    Value::Vector out;
    while (event_.type != YAML_SEQUENCE_END_EVENT) {
      ASSIGN_OR_RETURN(Value v, Node(depth + 1));
      out.push_back(std::move(v));
    }
    return Value::Tuple(std::move(out));
  }

  absl::StatusOr<Value> Mapping(int depth) {
    Value::Fields out;
    while (event_.type != YAML_MAPPING_END_EVENT) {
      const bool merge = event_.type == YAML_SCALAR_EVENT && Text(event_.data.scalar.value) == "<<";
      ASSIGN_OR_RETURN(Value key, Node(depth + 1));
      ASSIGN_OR_RETURN(Value v, Node(depth + 1));
      if (merge) {
        if (!v.type().IsObject()) return Fail("a merge needs a mapping");
        for (const auto& [name, element] : v.AsFields()) out[name] = element;
        continue;
      }
      absl::StatusOr<Value> name = ConvertTo(key, Type::String());
      if (!name.ok() || name->IsNull()) return Fail("a mapping key must be a string, a number or a bool");
      out[name->AsString()] = std::move(v);
    }
    return Value::Object(std::move(out));
  }

  yaml_parser_t parser_;
  yaml_event_t event_ = {};
  size_t nodes_ = 0;
  std::map<std::string, Value> anchors_;
  std::set<std::string> open_;
};

}  // namespace

absl::StatusOr<Value> ParseYaml(std::string_view text) { return Reader(text).Read(); }

}  // namespace waypoint::hcl
