#include "hcl/functions/format.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "hcl/functions/builder.h"
#include "hcl/functions/functions.h"
#include "hcl/functions/json_text.h"
#include "hcl/unicode.h"

namespace waypoint::hcl {
namespace {

using Args = Function::Args;
constexpr int kMaxWidth = 1 << 20;

struct Verb {
  std::string raw;  // as written
  bool minus = false, plus = false, space = false, zero = false, sharp = false;
  int width = -1, precision = -1;
  int argument = 0;  // from 1; 0: the next one
  char letter = 0;
};

absl::Status Unsupported(const Verb& verb, std::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat("the value for \"", verb.raw, "\" does not fit: ", std::string(why)));
}

// Digits at `at`; -1: none, or absurdly many.
int ReadCount(std::string_view text, size_t& at) {
  int value = -1;
  for (; at < text.size() && absl::ascii_isdigit(text[at]); ++at) {
    value = std::min(std::max(value, 0) * 10 + (text[at] - '0'), kMaxWidth + 1);
  }
  return value;
}

void ReadFlags(std::string_view spec, size_t& at, Verb& verb) {
  for (; at < spec.size(); ++at) {
    switch (spec[at]) {
      case '-':
        verb.minus = true;
        break;
      case '+':
        verb.plus = true;
        break;
      case ' ':
        verb.space = true;
        break;
      case '0':
        verb.zero = true;
        break;
      case '#':
        verb.sharp = true;
        break;
      default:
        return;
    }
  }
}

// Everything behind the percent sign at `at`.
absl::StatusOr<Verb> ReadVerb(std::string_view spec, size_t& at) {
  size_t start = at++;
  Verb verb;
  ReadFlags(spec, at, verb);
  verb.width = ReadCount(spec, at);
  if (at < spec.size() && spec[at] == '.') {
    verb.precision = std::max(ReadCount(spec, ++at), 0);
  }
  if (at < spec.size() && spec[at] == '[') {
    verb.argument = ReadCount(spec, ++at);
    bool closed = at < spec.size() && spec[at] == ']';
    if (!closed || verb.argument < 1) {
      return absl::InvalidArgumentError(absl::StrCat("invalid argument index in format at byte ", start));
    }
    ++at;
  }
  if (at == spec.size() || !absl::ascii_isalpha(spec[at])) {
    return absl::InvalidArgumentError(absl::StrCat("unrecognized format character at byte ", at));
  }
  verb.letter = spec[at++];
  verb.raw = std::string(spec.substr(start, at - start));
  if (verb.width > kMaxWidth || verb.precision > kMaxWidth) {
    return absl::InvalidArgumentError(absl::StrCat("the width or precision of \"", verb.raw, "\" is too large"));
  }
  return verb;
}

std::string PadClusters(const Verb& verb, std::string text) {
  if (verb.width < 0) return text;
  const size_t count = CountClusters(text);
  if (count >= static_cast<size_t>(verb.width)) return text;
  std::string pad(verb.width - count, verb.zero ? '0' : ' ');
  return verb.minus ? text + pad : pad + text;
}

std::string SignOf(const Verb& verb, bool negative) { return negative ? "-" : verb.plus ? "+" : verb.space ? " " : ""; }

std::string FormatInteger(const Verb& verb, const Number& n) {
  int base = verb.letter == 'b' ? 2 : verb.letter == 'o' ? 8 : verb.letter == 'd' ? 10 : 16;
  std::string digits = n.ToIntegerString(base);
  bool negative = digits[0] == '-';
  if (negative) digits.erase(0, 1);
  std::string prefix;
  if (verb.sharp) prefix = base == 2 ? "0b" : base == 8 ? "0" : base == 16 ? "0x" : "";
  if (verb.letter == 'X') {
    digits = absl::AsciiStrToUpper(digits);
    prefix = absl::AsciiStrToUpper(prefix);
  }
  if (verb.precision == 0 && digits == "0") return "";
  if (static_cast<int>(digits.size()) < verb.precision) digits.insert(0, verb.precision - digits.size(), '0');
  prefix = SignOf(verb, negative) + prefix;
  size_t length = prefix.size() + digits.size();
  size_t missing = verb.width > static_cast<int>(length) ? verb.width - length : 0;
  if (verb.minus) return prefix + digits + std::string(missing, ' ');
  if (verb.zero && verb.precision < 0) return prefix + std::string(missing, '0') + digits;
  return std::string(missing, ' ') + prefix + digits;
}

std::string FormatFloat(const Verb& verb, const Number& n) {
  bool general = verb.letter == 'g' || verb.letter == 'G';
  int precision = verb.precision >= 0 || general ? verb.precision : 6;
  std::string text = n.Format(verb.letter, precision);
  std::string sign = SignOf(verb, false);
  if (text[0] == '-' || text[0] == '+') {
    sign = text[0] == '+' && verb.space ? " " : text.substr(0, 1);
    text.erase(0, 1);
  }
  size_t length = sign.size() + text.size();
  size_t missing = verb.width > static_cast<int>(length) ? verb.width - length : 0;
  if (verb.minus) return sign + text + std::string(missing, ' ');
  if (verb.zero && !n.IsInfinite()) return sign + std::string(missing, '0') + text;
  return std::string(missing, ' ') + sign + text;
}

absl::StatusOr<std::string> FormatNumber(const Verb& verb, const Value& arg) {
  absl::StatusOr<Value> v = ConvertTo(arg, Type::Number());
  if (!v.ok()) return Unsupported(verb, std::string(v.status().message()));
  if (std::string_view("eEfFgG").find(verb.letter) != std::string_view::npos) return FormatFloat(verb, v->AsNumber());
  if (!v->AsNumber().IsInteger()) return Unsupported(verb, "an integer is required");
  return FormatInteger(verb, v->AsNumber());
}

std::string CutClusters(const std::string& text, int count) {
  size_t at = 0;
  for (int i = 0; i < count && at < text.size(); ++i) at += ClusterLength(text, at);
  return text.substr(0, at);
}

absl::StatusOr<std::string> FormatString(const Verb& verb, const Value& arg) {
  absl::StatusOr<Value> v = ConvertTo(arg, Type::String());
  if (!v.ok()) return Unsupported(verb, std::string(v.status().message()));
  std::string text = v->AsString();
  if (verb.precision > 0) text = CutClusters(text, verb.precision);
  return PadClusters(verb, verb.letter == 'q' ? JsonString(text) : text);
}

absl::StatusOr<std::string> FormatAny(const Verb& verb, const Value& arg) {
  if (!verb.sharp && !arg.IsNull() && arg.type().IsString()) return PadClusters(verb, arg.AsString());
  if (!verb.sharp && !arg.IsNull() && arg.type().IsNumber()) return PadClusters(verb, arg.AsNumber().Format('g', -1));
  ASSIGN_OR_RETURN(std::string json, ToJson(arg));
  return PadClusters(verb, std::move(json));
}

absl::StatusOr<std::string> FormatOne(const Verb& verb, const Value& arg) {
  if (verb.letter == 'v') return FormatAny(verb, arg);
  if (std::string_view("tbdoxXeEfFgGsq").find(verb.letter) == std::string_view::npos) {
    return absl::InvalidArgumentError(absl::StrCat("there is no verb \"", verb.raw, "\""));
  }
  if (arg.IsNull()) return Unsupported(verb, "it is null");
  if (verb.letter == 's' || verb.letter == 'q') return FormatString(verb, arg);
  if (verb.letter != 't') return FormatNumber(verb, arg);
  absl::StatusOr<Value> v = ConvertTo(arg, Type::Bool());
  if (!v.ok()) return Unsupported(verb, std::string(v.status().message()));
  return v->AsBool() ? "true" : "false";
}

absl::StatusOr<Value> Format(Args a, const Type&) {
  ASSIGN_OR_RETURN(std::string text, FormatText(a[0].AsString(), a.subspan(1)));
  return Value::Str(std::move(text));
}

bool IsSequence(const Value& v) { return (v.type().IsList() || v.type().IsSet() || v.type().IsTuple()) && !v.IsNull(); }

// How often formatlist repeats: the common length of its sequences; nullopt while one is unknown.
absl::StatusOr<std::optional<size_t>> Repetitions(Args args) {
  std::optional<size_t> length;
  size_t chooser = 0;
  for (size_t i = 0; i < args.size(); ++i) {
    if (!IsSequence(args[i])) continue;
    if (!args[i].IsKnown()) return std::nullopt;
    if (length && *length != args[i].Length()) {
      return ArgumentError(
          static_cast<int>(i) + 1,
          absl::StrCat("it has ", args[i].Length(), " elements, but argument ", chooser + 1, " has ", *length));
    }
    if (!length) chooser = i;
    length = args[i].Length();
  }
  return length.value_or(1);
}

absl::StatusOr<Value> FormatList(Args a, const Type& result) {
  Args args = a.subspan(1);
  ASSIGN_OR_RETURN(std::optional<size_t> count, Repetitions(args));
  if (!count) return Value::Unknown(result);
  Value::Vector out;
  size_t bytes = 0;
  for (size_t row = 0; row < *count; ++row) {
    Value::Vector one;
    for (const Value& v : args) one.push_back(IsSequence(v) ? v.Elements()[row] : v);
    const bool known = std::all_of(one.begin(), one.end(), [](const Value& v) { return v.IsWhollyKnown(); });
    if (!known) {
      out.push_back(Value::Unknown(Type::String()));
      continue;
    }
    absl::StatusOr<std::string> text = FormatText(a[0].AsString(), one);
    if (!text.ok()) {
      return absl::InvalidArgumentError(absl::StrCat("line ", row + 1, " of the list: ", text.status().message()));
    }
    bytes += text->size();
    if (bytes > kMaxResultBytes) return absl::InvalidArgumentError("the formatted texts are too long");
    out.push_back(Value::Str(*std::move(text)));
  }
  return Value::List(Type::String(), std::move(out));
}

}  // namespace

absl::StatusOr<std::string> FormatText(std::string_view spec, absl::Span<const Value> args) {
  std::string out;
  int next = 1, highest = 0;
  for (size_t at = 0; at < spec.size();) {
    if (spec[at] != '%') {
      out += spec[at++];
      continue;
    }
    if (at + 1 < spec.size() && spec[at + 1] == '%') {
      out += '%';
      at += 2;
      continue;
    }
    ASSIGN_OR_RETURN(Verb verb, ReadVerb(spec, at));
    if (verb.argument == 0) verb.argument = next;
    next = verb.argument + 1;
    highest = std::max(highest, verb.argument);
    if (static_cast<size_t>(verb.argument) > args.size()) {
      return absl::InvalidArgumentError(absl::StrCat("nothing is given for \"", verb.raw, "\": it is about argument ",
                                                     verb.argument, " of ", args.size()));
    }
    ASSIGN_OR_RETURN(std::string text, FormatOne(verb, args[verb.argument - 1]));
    out += text;
    if (out.size() > kMaxResultBytes) return absl::InvalidArgumentError("the formatted text is too long");
  }
  if (static_cast<size_t>(highest) < args.size()) {
    return ArgumentError(highest + 1, highest == 0 ? std::string("the format has no verb that uses it")
                                                   : absl::StrCat("the format uses ", highest, " argument(s) only"));
  }
  return out;
}

void AddFormatFunctions(FunctionTable& table) {
  const Type s = Type::String(), any = Type::Dynamic();
  Define(table, "format", {{Param("format", s)}, Param("args", any, kNull), Returns(s), Format, true});
  Define(table, "formatlist",
         {{Param("format", s)}, Param("args", any, kNull | kUnknown), Returns(Type::List(s)), FormatList});
}

}  // namespace waypoint::hcl
