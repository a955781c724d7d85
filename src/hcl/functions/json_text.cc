#include "hcl/functions/json_text.h"

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/status.h"
#include "hcl/unicode.h"

namespace waypoint::hcl {
namespace {

constexpr int kMaxDepth = 1000;
constexpr size_t kMaxJsonBytes = 64 << 20;

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  absl::StatusOr<Value> Read() {
    ASSIGN_OR_RETURN(Value v, Any(0));
    Blank();
    // 0.11 stops reading at a closing bracket behind the value, and files may count on it.
    const bool stray = at_ < text_.size() && (text_[at_] == ']' || text_[at_] == '}');
    if (at_ != text_.size() && !stray) return Fail("more text after the value");
    return v;
  }

 private:
  absl::Status Fail(const char* what) const {
    return absl::InvalidArgumentError(absl::StrCat("invalid JSON at byte ", at_, ": ", what));
  }

  void Blank() {
    while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos) ++at_;
  }

  bool Take(std::string_view symbol) {
    if (!text_.substr(at_).starts_with(symbol)) return false;
    at_ += symbol.size();
    return true;
  }

  absl::StatusOr<Value> Any(int depth) {
    if (depth > kMaxDepth) return Fail("nested too deeply");
    Blank();
    if (at_ == text_.size()) return Fail("a value is missing");
    if (Take("null")) return Value::Null();
    if (Take("true")) return Value::Bool(true);
    if (Take("false")) return Value::Bool(false);
    if (Take("[")) return Array(depth);
    if (Take("{")) return Object(depth);
    if (text_[at_] == '"') {
      ASSIGN_OR_RETURN(std::string s, String());
      return Value::Str(std::move(s));
    }
    return ReadNumber();
  }

  absl::StatusOr<Value> Array(int depth) {
    Value::Vector out;
    Blank();
    if (Take("]")) return Value::Tuple(std::move(out));
    while (true) {
      ASSIGN_OR_RETURN(Value v, Any(depth + 1));
      out.push_back(std::move(v));
      Blank();
      if (Take("]")) return Value::Tuple(std::move(out));
      if (!Take(",")) return Fail("a comma or ] is expected");
    }
  }

  absl::StatusOr<Value> Object(int depth) {
    Value::Fields out;
    Blank();
    if (Take("}")) return Value::Object(std::move(out));
    while (true) {
      Blank();
      if (at_ == text_.size() || text_[at_] != '"') return Fail("a property name in quotes is expected");
      ASSIGN_OR_RETURN(std::string key, String());
      Blank();
      if (!Take(":")) return Fail("a colon is expected");
      ASSIGN_OR_RETURN(out[Nfc(key)], Any(depth + 1));
      Blank();
      if (Take("}")) return Value::Object(std::move(out));
      if (!Take(",")) return Fail("a comma or } is expected");
    }
  }

  absl::StatusOr<Value> ReadNumber() {
    size_t start = at_;
    auto digits = [this] {
      size_t from = at_;
      while (at_ < text_.size() && absl::ascii_isdigit(text_[at_])) ++at_;
      return at_ - from;
    };
    Take("-");
    size_t whole = at_;
    size_t count = digits();
    if (count == 0 || (count > 1 && text_[whole] == '0')) return Fail("a value is expected");
    if (Take(".") && digits() == 0) return Fail("a digit is expected after the dot");
    if (Take("e") || Take("E")) {
      if (!Take("+")) Take("-");
      if (digits() == 0) return Fail("the exponent has no digits");
    }
    ASSIGN_OR_RETURN(Number n, Number::Parse(text_.substr(start, at_ - start)));
    return Value::Num(std::move(n));
  }

  absl::StatusOr<std::string> String() {
    std::string out;
    for (++at_; at_ < text_.size();) {
      unsigned char c = text_[at_];
      if (c == '"') {
        ++at_;
        return out;
      }
      if (c < 0x20) return Fail("a control character must be escaped");
      if (c == '\\') {
        RETURN_IF_ERROR(Escape(out));
        continue;
      }
      Rune r = DecodeRune(text_, at_);
      AppendRune(out, r.value);  // bytes that are no UTF-8 become U+FFFD
      at_ += r.length;
    }
    return Fail("the string is not closed");
  }

  absl::Status Escape(std::string& out) {
    if (at_ + 1 >= text_.size()) return Fail("the string is not closed");
    constexpr std::string_view kNames = "\"\\/bfnrt", kMeanings = "\"\\/\b\f\n\r\t";
    char name = text_[at_ + 1];
    if (size_t i = kNames.find(name); i != std::string_view::npos) {
      out += kMeanings[i];
      at_ += 2;
      return absl::OkStatus();
    }
    uint32_t code;
    if (!Hex(at_, code)) return Fail("invalid escape");
    at_ += 6;
    if (code >= 0xD800 && code < 0xE000) {
      uint32_t low;
      bool pair = code < 0xDC00 && Hex(at_, low) && low >= 0xDC00 && low < 0xE000;
      if (pair) at_ += 6;
      code = pair ? 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00) : kReplacementRune;
    }
    AppendRune(out, code);
    return absl::OkStatus();
  }

  bool Hex(size_t at, uint32_t& code) const {
    if (at + 6 > text_.size() || text_[at] != '\\' || text_[at + 1] != 'u') return false;
    code = 0;
    for (char c : text_.substr(at + 2, 4)) {
      if (!absl::ascii_isxdigit(c)) return false;
      code = code * 16 + (absl::ascii_isdigit(c) ? c - '0' : absl::ascii_tolower(c) - 'a' + 10);
    }
    return true;
  }

  std::string_view text_;
  size_t at_ = 0;
};

absl::Status Write(const Value& v, std::string& out);

absl::Status WriteFields(const Value::Fields& fields, std::string& out) {
  out += '{';
  for (const auto& [key, v] : fields) {
    if (out.back() != '{') out += ',';
    out += JsonString(key) + ":";
    RETURN_IF_ERROR(Write(v, out));
  }
  out += '}';
  return absl::OkStatus();
}

absl::Status WriteElements(const Value::Vector& elements, std::string& out) {
  out += '[';
  for (size_t i = 0; i < elements.size(); ++i) {
    if (i > 0) out += ',';
    RETURN_IF_ERROR(Write(elements[i], out));
  }
  out += ']';
  return absl::OkStatus();
}

absl::Status Write(const Value& v, std::string& out) {
  if (out.size() > kMaxJsonBytes) {
    return absl::InvalidArgumentError(absl::StrCat("the JSON text has more than ", kMaxJsonBytes >> 20, " MiB"));
  }
  if (!v.IsKnown()) return absl::InvalidArgumentError("an unknown value cannot be written as JSON");
  if (v.IsNull()) {
    out += "null";
    return absl::OkStatus();
  }
  switch (v.type().kind()) {
    case Kind::kBool:
      out += v.AsBool() ? "true" : "false";
      return absl::OkStatus();
    case Kind::kString:
      out += JsonString(v.AsString());
      return absl::OkStatus();
    case Kind::kNumber:
      if (v.AsNumber().IsInfinite()) return absl::InvalidArgumentError("JSON cannot hold an infinite number");
      out += v.AsNumber().ToString();
      return absl::OkStatus();
    case Kind::kList:
    case Kind::kSet:
    case Kind::kTuple:
      return WriteElements(v.Elements(), out);
    case Kind::kMap:
    case Kind::kObject:
      return WriteFields(v.AsFields(), out);
    default:
      return absl::InvalidArgumentError(absl::StrCat("a ", v.type().FriendlyName(), " cannot be written as JSON"));
  }
}

}  // namespace

absl::StatusOr<Value> ParseJson(std::string_view text) { return Reader(text).Read(); }

absl::StatusOr<std::string> ToJson(const Value& value) {
  std::string out;
  RETURN_IF_ERROR(Write(value, out));
  return out;
}

std::string JsonString(std::string_view text) {
  std::string out = "\"";
  for (size_t i = 0; i < text.size();) {
    Rune r = DecodeRune(text, i);
    char32_t c = r.value;
    if (c == '"' || c == '\\') {
      out += '\\';
      out += static_cast<char>(c);
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else if (c == '\t') {
      out += "\\t";
    } else if (c < 0x20 || c == '<' || c == '>' || c == '&' || c == 0x2028 || c == 0x2029 || !r.valid) {
      absl::StrAppendFormat(&out, "\\u%04x", static_cast<uint32_t>(c));
    } else {
      out += text.substr(i, r.length);
    }
    i += r.length;
  }
  return out + "\"";
}

}  // namespace waypoint::hcl
