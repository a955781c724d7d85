#include "hcl/render_value.h"

#include <utf8proc.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/status.h"
#include "hcl/format.h"
#include "hcl/unicode.h"

namespace waypoint::hcl {
namespace {

bool IsPrintable(char32_t c) {
  if (c == ' ') return true;
  switch (utf8proc_category(static_cast<utf8proc_int32_t>(c))) {
    case UTF8PROC_CATEGORY_CN:
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_CS:
    case UTF8PROC_CATEGORY_CO:
    case UTF8PROC_CATEGORY_ZS:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
      return false;
    default:
      return true;
  }
}

absl::Status Render(const Value& value, std::string& out);

absl::Status RenderElements(const Value::Vector& elements, std::string& out) {
  out += '[';
  for (size_t i = 0; i < elements.size(); ++i) {
    if (i > 0) out += ", ";
    RETURN_IF_ERROR(Render(elements[i], out));
  }
  out += ']';
  return absl::OkStatus();
}

absl::Status RenderFields(const Value::Fields& fields, std::string& out) {
  out += '{';
  if (!fields.empty()) out += '\n';
  for (const auto& [key, value] : fields) {
    absl::StrAppend(&out, IsIdentifier(key) ? key : QuoteString(key), " = ");
    RETURN_IF_ERROR(Render(value, out));
    out += '\n';
  }
  out += '}';
  return absl::OkStatus();
}

absl::Status Render(const Value& value, std::string& out) {
  if (!value.IsKnown()) return absl::InvalidArgumentError("an unknown value cannot be written as HCL text");
  if (value.IsNull()) {
    out += "null";
    return absl::OkStatus();
  }
  switch (value.type().kind()) {
    case Kind::kBool:
      out += value.AsBool() ? "true" : "false";
      return absl::OkStatus();
    case Kind::kNumber:
      out += value.AsNumber().ToString();
      return absl::OkStatus();
    case Kind::kString:
      out += QuoteString(value.AsString());
      return absl::OkStatus();
    case Kind::kList:
    case Kind::kSet:
    case Kind::kTuple:
      return RenderElements(value.Elements(), out);
    case Kind::kMap:
    case Kind::kObject:
      return RenderFields(value.AsFields(), out);
    default:
      return absl::InvalidArgumentError(
          absl::StrCat("a ", value.type().FriendlyName(), " cannot be written as HCL text"));
  }
}

}  // namespace

std::string QuoteString(std::string_view text) {
  std::string out = "\"";
  for (size_t i = 0; i < text.size();) {
    Rune r = DecodeRune(text, i);
    switch (r.value) {
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '$':
      case '%':
        out += static_cast<char>(r.value);
        if (text.substr(i + 1).starts_with("{")) out += static_cast<char>(r.value);
        break;
      default:
        if (IsPrintable(r.value)) {
          out += text.substr(i, r.length);
        } else if (r.value > 0xFFFF) {
          absl::StrAppendFormat(&out, "\\U%08x", static_cast<uint32_t>(r.value));
        } else {
          absl::StrAppendFormat(&out, "\\u%04x", static_cast<uint32_t>(r.value));
        }
    }
    i += r.length;
  }
  return out + "\"";
}

absl::StatusOr<std::string> RenderValue(const Value& value) {
  std::string out;
  RETURN_IF_ERROR(Render(value, out));
  // A word of its own has nothing to lay out, and `+Inf` would be taken for a sum.
  return value.CanIterate() ? Format(out) : out;
}

}  // namespace waypoint::hcl
