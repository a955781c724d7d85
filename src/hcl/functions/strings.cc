#include <utf8proc.h>

#include <algorithm>

#include "absl/strings/str_replace.h"
#include "hcl/functions/builder.h"
#include "hcl/functions/functions.h"
#include "hcl/unicode.h"

namespace waypoint::hcl {
namespace {

using Args = Function::Args;

char32_t ToUpper(char32_t c) { return c == 0xDF ? c : utf8proc_toupper(static_cast<utf8proc_int32_t>(c)); }
char32_t ToLower(char32_t c) { return utf8proc_tolower(static_cast<utf8proc_int32_t>(c)); }
char32_t ToTitle(char32_t c) { return c == 0xDF ? c : utf8proc_totitle(static_cast<utf8proc_int32_t>(c)); }

template <typename F>
std::string MapRunes(std::string_view text, F f) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size();) {
    Rune r = DecodeRune(text, i);
    AppendRune(out, f(r.value));
    i += r.length;
  }
  return out;
}

bool IsWordRune(char32_t c) {
  if (c < 0x80) return c == '_' || std::isalnum(static_cast<int>(c)) != 0;
  utf8proc_category_t k = utf8proc_category(static_cast<utf8proc_int32_t>(c));
  if (k >= UTF8PROC_CATEGORY_LU && k <= UTF8PROC_CATEGORY_LO) return true;
  return k == UTF8PROC_CATEGORY_ND || !IsSpace(c);
}

std::string Title(const std::string& text) {
  bool start = true;
  return MapRunes(text, [&start](char32_t c) {
    char32_t out = start ? ToTitle(c) : c;
    start = !IsWordRune(c);
    return out;
  });
}

std::string Chomp(const std::string& text) { return text.substr(0, text.find_last_not_of("\r\n") + 1); }

std::vector<std::string_view> Clusters(std::string_view text) {
  std::vector<std::string_view> out;
  for (size_t i = 0; i < text.size();) {
    size_t n = ClusterLength(text, i);
    out.push_back(text.substr(i, n));
    i += n;
  }
  return out;
}

std::string Reverse(const std::string& text) {
  std::string out;
  std::vector<std::string_view> clusters = Clusters(text);
  for (auto it = clusters.rbegin(); it != clusters.rend(); ++it) out += *it;
  return out;
}

absl::StatusOr<Value> Substr(Args a, const Type&) {
  ASSIGN_OR_RETURN(int64_t offset, WholeNumber(a[1]));
  ASSIGN_OR_RETURN(int64_t length, WholeNumber(a[2]));
  std::vector<std::string_view> clusters = Clusters(a[0].AsString());
  int64_t count = static_cast<int64_t>(clusters.size());
  if (offset < 0) {
    offset = std::max<int64_t>(0, offset + count);
    // 0.11 answers the rest here, and files may count on it.
    if (length == 0) length = -1;
  }
  std::string out;
  for (int64_t i = offset; i < count && (length < 0 || i - offset < length); ++i) out += clusters[i];
  return Value::Str(out);
}

absl::StatusOr<Value> Indent(Args a, const Type&) {
  ASSIGN_OR_RETURN(int64_t spaces, WholeNumber(a[0]));
  if (spaces < 0) return absl::InvalidArgumentError("the number of spaces must not be negative");
  const std::string& text = a[1].AsString();
  size_t lines = std::count(text.begin(), text.end(), '\n');
  if (lines > 0 && static_cast<size_t>(spaces) > kMaxResultBytes / lines) {
    return absl::InvalidArgumentError(absl::StrCat("indenting by ", spaces, " spaces makes the text too long"));
  }
  return Value::Str(absl::StrReplaceAll(text, {{"\n", "\n" + std::string(lines > 0 ? spaces : 0, ' ')}}));
}

bool Contains(std::u32string_view set, char32_t c) { return set.find(c) != std::u32string_view::npos; }

std::u32string Runes(std::string_view text) {
  std::u32string out;
  for (size_t i = 0; i < text.size();) {
    Rune r = DecodeRune(text, i);
    out += r.value;
    i += r.length;
  }
  return out;
}

absl::StatusOr<Value> Trim(Args a, const Type&) {
  std::u32string text = Runes(a[0].AsString()), set = Runes(a[1].AsString());
  size_t from = 0, to = text.size();
  while (from < to && Contains(set, text[from])) ++from;
  while (to > from && Contains(set, text[to - 1])) --to;
  std::string out;
  for (char32_t c : text.substr(from, to - from)) AppendRune(out, c);
  return Value::Str(out);
}

absl::StatusOr<Value> TrimPrefix(Args a, const Type&) {
  const std::string &text = a[0].AsString(), &prefix = a[1].AsString();
  return Value::Str(text.starts_with(prefix) ? text.substr(prefix.size()) : text);
}

absl::StatusOr<Value> TrimSuffix(Args a, const Type&) {
  const std::string &text = a[0].AsString(), &suffix = a[1].AsString();
  return Value::Str(text.ends_with(suffix) ? text.substr(0, text.size() - suffix.size()) : text);
}

std::vector<std::string> SplitRunes(std::string_view text) {
  std::vector<std::string> out;
  for (size_t i = 0; i < text.size();) {
    size_t n = DecodeRune(text, i).length;
    out.emplace_back(text.substr(i, n));
    i += n;
  }
  return out;
}

std::string ReplaceAll(const std::string& text, const std::string& from, const std::string& to) {
  std::string out;
  if (from.empty()) {
    out = to;
    for (const std::string& rune : SplitRunes(text)) out += rune + to;
    return out;
  }
  size_t at = 0;
  for (size_t hit; (hit = text.find(from, at)) != std::string::npos; at = hit + from.size()) {
    out += text.substr(at, hit - at) + to;
  }
  return out + text.substr(at);
}

absl::StatusOr<Value> Replace(Args a, const Type&) {
  const std::string &text = a[0].AsString(), &to = a[2].AsString();
  if (to.size() > 1 && text.size() > kMaxResultBytes / to.size()) {
    return absl::InvalidArgumentError("the result is too long");
  }
  return Value::Str(ReplaceAll(text, a[1].AsString(), to));
}

absl::StatusOr<Value> Split(Args a, const Type&) {
  const std::string &separator = a[0].AsString(), &text = a[1].AsString();
  Value::Vector out;
  if (separator.empty()) {
    for (std::string& rune : SplitRunes(text)) out.push_back(Value::Str(std::move(rune)));
    return Value::List(Type::String(), std::move(out));
  }
  size_t at = 0;
  for (size_t hit; (hit = text.find(separator, at)) != std::string::npos; at = hit + separator.size()) {
    out.push_back(Value::Str(text.substr(at, hit - at)));
  }
  out.push_back(Value::Str(text.substr(at)));
  return Value::List(Type::String(), std::move(out));
}

absl::StatusOr<Value> Join(Args a, const Type&) {
  if (a.size() < 2) return absl::InvalidArgumentError("at least one list is required");
  std::string out;
  bool first = true;
  for (size_t i = 1; i < a.size(); ++i) {
    for (size_t k = 0; k < a[i].Length(); ++k) {
      const Value& v = a[i].Elements()[k];
      if (v.IsNull()) {
        return ArgumentError(static_cast<int>(i), absl::StrCat("element ", k, " is null; cannot join null values"));
      }
      if (!first) out += a[0].AsString();
      first = false;
      out += v.AsString();
      if (out.size() > kMaxResultBytes) return absl::InvalidArgumentError("the joined text is too long");
    }
  }
  return Value::Str(out);
}

}  // namespace

void AddStringFunctions(FunctionTable& table) {
  const Type s = Type::String(), n = Type::Number();
  auto define = [&](const std::string& name, std::vector<Parameter> params, Function::ImplFn impl) {
    Define(table, name, {std::move(params), std::nullopt, Returns(s), std::move(impl)});
  };
  DefineText(table, "lower", "str", kDynamic, [](const std::string& t) { return MapRunes(t, ToLower); });
  DefineText(table, "upper", "str", kDynamic, [](const std::string& t) { return MapRunes(t, ToUpper); });
  DefineText(table, "title", "str", 0, Title);
  DefineText(table, "chomp", "str", 0, Chomp);
  DefineText(table, "strrev", "str", kDynamic, Reverse);
  DefineText(table, "trimspace", "str", 0, [](const std::string& t) { return std::string(TrimSpace(t)); });
  define("substr", {Param("str", s, kDynamic), Param("offset", n, kDynamic), Param("length", n, kDynamic)}, Substr);
  define("indent", {Param("spaces", n), Param("str", s)}, Indent);
  define("trim", {Param("str", s), Param("cutset", s)}, Trim);
  define("trimprefix", {Param("str", s), Param("prefix", s)}, TrimPrefix);
  define("trimsuffix", {Param("str", s), Param("suffix", s)}, TrimSuffix);
  define("replace", {Param("str", s), Param("substr", s), Param("replace", s)}, Replace);
  Define(table, "split", {{Param("separator", s), Param("str", s)}, std::nullopt, Returns(Type::List(s)), Split});
  Define(table, "join", {{Param("separator", s)}, Param("lists", Type::List(s)), Returns(s), Join, true});
}

}  // namespace waypoint::hcl
