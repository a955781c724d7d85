#include "cli/flags.h"

#include <algorithm>
#include <charconv>
#include <memory>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "base/go_duration.h"
#include "base/status.h"
#include "cli/ui/text.h"

namespace waypoint::cli {
namespace {

constexpr int kHelpWidth = 78;
constexpr int kHelpIndent = 6;

absl::StatusOr<bool> ParseBool(const std::string& text) {
  static const char* const kTrue[] = {"1", "t", "T", "TRUE", "true", "True"};
  static const char* const kFalse[] = {"0", "f", "F", "FALSE", "false", "False"};
  for (const char* word : kTrue) {
    if (text == word) return true;
  }
  for (const char* word : kFalse) {
    if (text == word) return false;
  }
  return absl::InvalidArgumentError("it must be true or false");
}

// The base prefixes of Go: 0x, 0b, 0o and a bare leading 0 for octal; '_' between digits.
absl::StatusOr<uint64_t> ParseMagnitude(std::string text) {
  int base = 10;
  absl::string_view rest = text;
  if (rest.size() > 1 && rest[0] == '0') {
    const char mark = absl::ascii_tolower(rest[1]);
    base = mark == 'x' ? 16 : mark == 'b' ? 2 : 8;
    rest.remove_prefix(mark == 'x' || mark == 'b' || mark == 'o' ? 2 : 1);
  }
  std::string digits(rest);
  digits.erase(std::remove(digits.begin(), digits.end(), '_'), digits.end());
  uint64_t number = 0;
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number, base);
  if (error == std::errc::result_out_of_range) return absl::InvalidArgumentError("the number is out of range");
  if (error != std::errc() || end != digits.data() + digits.size()) {
    return absl::InvalidArgumentError("it must be a whole number");
  }
  return number;
}

absl::StatusOr<int64_t> ParseInt(const std::string& text) {
  const bool negative = absl::StartsWith(text, "-");
  const bool is_signed = negative || absl::StartsWith(text, "+");
  ASSIGN_OR_RETURN(uint64_t magnitude, ParseMagnitude(text.substr(is_signed ? 1 : 0)));
  const uint64_t limit = static_cast<uint64_t>(INT64_MAX) + (negative ? 1 : 0);
  if (magnitude > limit) return absl::InvalidArgumentError("the number is out of range");
  return negative ? static_cast<int64_t>(~magnitude + 1) : static_cast<int64_t>(magnitude);
}

absl::Status CheckChoice(const std::string& value, const std::vector<std::string>& choices) {
  if (std::find(choices.begin(), choices.end(), value) != choices.end()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("it must be one of: ", absl::StrJoin(choices, ", ")));
}

bool LooksLikeFlag(const std::string& word) { return word.size() > 1 && word[0] == '-'; }

absl::string_view StripDashes(absl::string_view word) {
  word.remove_prefix(absl::StartsWith(word, "--") ? 2 : 1);
  return word;
}

}  // namespace

absl::StatusOr<absl::Duration> ParseFlagDuration(std::string text) {
  if (text.empty() || (text.back() != 's' && text.back() != 'm' && text.back() != 'h')) text += "s";
  if (const auto duration = ParseGoDuration(text)) return *duration;
  return absl::InvalidArgumentError("it must be a duration such as 30s, 5m or 1h30m");
}

void FlagSet::Add(FlagDoc doc, std::string type, std::string default_text,
                  std::function<absl::Status(const std::string&)> set) {
  flags_.push_back(Flag{std::move(doc), group_, std::move(type), std::move(default_text), std::move(set)});
}

void FlagSet::Bool(bool* value, FlagDoc doc) {
  Add(std::move(doc), "", *value ? "true" : "false", [value](const std::string& text) -> absl::Status {
    ASSIGN_OR_RETURN(*value, ParseBool(text));
    return absl::OkStatus();
  });
}

void FlagSet::OptionalBool(std::optional<bool>* value, FlagDoc doc) {
  Add(std::move(doc), "", "", [value](const std::string& text) -> absl::Status {
    ASSIGN_OR_RETURN(bool parsed, ParseBool(text));
    *value = parsed;
    return absl::OkStatus();
  });
}

void FlagSet::String(std::string* value, FlagDoc doc) {
  Add(std::move(doc), "string", *value, [value](const std::string& text) {
    *value = text;
    return absl::OkStatus();
  });
}

void FlagSet::OptionalString(std::optional<std::string>* value, FlagDoc doc) {
  Add(std::move(doc), "string", "", [value](const std::string& text) {
    *value = text;
    return absl::OkStatus();
  });
}

void FlagSet::Int(int64_t* value, FlagDoc doc) {
  Add(std::move(doc), "int", absl::StrCat(*value), [value](const std::string& text) -> absl::Status {
    ASSIGN_OR_RETURN(*value, ParseInt(text));
    return absl::OkStatus();
  });
}

void FlagSet::Uint(uint64_t* value, FlagDoc doc) {
  Add(std::move(doc), "uint", absl::StrCat(*value), [value](const std::string& text) -> absl::Status {
    ASSIGN_OR_RETURN(*value, ParseMagnitude(text));
    return absl::OkStatus();
  });
}

void FlagSet::OptionalUint(std::optional<uint64_t>* value, FlagDoc doc) {
  Add(std::move(doc), "uint", "", [value](const std::string& text) -> absl::Status {
    ASSIGN_OR_RETURN(uint64_t parsed, ParseMagnitude(text));
    *value = parsed;
    return absl::OkStatus();
  });
}

void FlagSet::Duration(absl::Duration* value, FlagDoc doc) {
  Add(std::move(doc), "duration", absl::FormatDuration(*value), [value](const std::string& text) -> absl::Status {
    ASSIGN_OR_RETURN(*value, ParseFlagDuration(text));
    return absl::OkStatus();
  });
}

void FlagSet::Enum(std::string* value, std::vector<std::string> choices, FlagDoc doc) {
  absl::StrAppend(&doc.usage, " One possible value from: ", absl::StrJoin(choices, ", "), ".");
  Add(std::move(doc), "string", *value, [value, choices = std::move(choices)](const std::string& text) -> absl::Status {
    RETURN_IF_ERROR(CheckChoice(text, choices));
    *value = text;
    return absl::OkStatus();
  });
}

void FlagSet::EnumList(std::vector<std::string>* value, std::vector<std::string> choices, FlagDoc doc) {
  absl::StrAppend(&doc.usage, " Possible values: ", absl::StrJoin(choices, ", "), ".");
  Add(std::move(doc), "string", absl::StrJoin(*value, ","),
      [value, choices = std::move(choices)](const std::string& text) -> absl::Status {
        for (absl::string_view part : absl::StrSplit(text, ',')) {
          const std::string word(absl::StripAsciiWhitespace(part));
          RETURN_IF_ERROR(CheckChoice(word, choices));
          value->push_back(word);
        }
        return absl::OkStatus();
      });
}

void FlagSet::List(std::vector<std::string>* value, FlagDoc doc) {
  auto fresh = std::make_shared<bool>(true);
  Add(std::move(doc), "string", absl::StrJoin(*value, ","), [value, fresh](const std::string& text) {
    if (*fresh) value->clear();  // the first use discards the default
    *fresh = false;
    for (absl::string_view part : absl::StrSplit(text, ',')) {
      value->emplace_back(absl::StripAsciiWhitespace(part));
    }
    return absl::OkStatus();
  });
}

void FlagSet::Map(std::map<std::string, std::string>* value, FlagDoc doc) {
  Add(std::move(doc), "key=value", "", [value](const std::string& text) -> absl::Status {
    const size_t equals = text.find('=');
    if (equals == std::string::npos) return absl::InvalidArgumentError("it must have the form key=value");
    (*value)[text.substr(0, equals)] = text.substr(equals + 1);
    return absl::OkStatus();
  });
}

FlagSet::Flag* FlagSet::Find(absl::string_view name) {
  for (Flag& flag : flags_) {
    if (flag.doc.name == name || (!flag.doc.alias.empty() && flag.doc.alias == name)) return &flag;
  }
  return nullptr;
}

bool FlagSet::Given(absl::string_view name) const {
  for (const Flag& flag : flags_) {
    if (flag.doc.name == name) return flag.given;
  }
  return false;
}

absl::StatusOr<std::vector<std::string>> FlagSet::Parse(const std::vector<std::string>& args, const Environment& env) {
  for (Flag& flag : flags_) {
    if (flag.doc.env.empty()) continue;
    // A variable that cannot be read is ignored, by design of the original.
    if (std::optional<std::string> value = env.Get(flag.doc.env)) flag.set(*value).IgnoreError();
  }
  size_t next = 0;
  while (next < args.size() && LooksLikeFlag(args[next])) {
    const std::string& word = args[next++];
    if (word == "--") break;
    const absl::string_view body = StripDashes(word);
    const size_t equals = body.find('=');
    const absl::string_view name = body.substr(0, equals);
    Flag* flag = Find(name);
    if (flag == nullptr || name.empty()) {
      return absl::InvalidArgumentError(absl::StrCat("flag provided but not defined: -", name));
    }
    std::string value = "true";
    if (equals != absl::string_view::npos) {
      value = std::string(body.substr(equals + 1));
    } else if (!flag->type.empty()) {
      if (next == args.size()) return absl::InvalidArgumentError(absl::StrCat("flag needs an argument: -", name));
      value = args[next++];
    }
    if (absl::Status status = flag->set(value); !status.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat("invalid value \"", value, "\" for flag -", name, ": ", status.message()));
    }
    flag->given = true;
  }
  return std::vector<std::string>(args.begin() + static_cast<std::ptrdiff_t>(next), args.end());
}

absl::Status FlagSet::CheckMisplaced(const std::vector<std::string>& words) const {
  for (const std::string& word : words) {
    if (word == "--") break;
    if (!LooksLikeFlag(word)) continue;
    const absl::string_view name = StripDashes(word).substr(0, StripDashes(word).find('='));
    for (const Flag& flag : flags_) {
      if (flag.doc.name != name) continue;
      return absl::InvalidArgumentError(absl::StrCat("flag \"", word,
                                                     "\" stands after an argument. Flags must come before the "
                                                     "arguments: move it to the front, or put \"--\" before it if it "
                                                     "is meant as an argument."));
    }
  }
  return absl::OkStatus();
}

std::string FlagSet::HelpOf(const Flag& flag) const {
  std::string text = flag.doc.usage;
  if (!flag.doc.alias.empty()) absl::StrAppend(&text, " This is aliased as \"-", flag.doc.alias, "\".");
  if (!flag.default_text.empty()) absl::StrAppend(&text, " The default is ", flag.default_text, ".");
  if (!flag.doc.env.empty()) absl::StrAppend(&text, " This can also be specified via ", flag.doc.env, ".");
  std::string out = absl::StrCat("  -", flag.doc.name);
  if (!flag.type.empty()) absl::StrAppend(&out, "=<", flag.type, ">");
  out += "\n";
  for (const std::string& line : WrapText(text, kHelpWidth - kHelpIndent)) {
    absl::StrAppend(&out, std::string(kHelpIndent, ' '), line, "\n");
  }
  return out + "\n";
}

std::string FlagSet::Help() const {
  std::vector<std::string> groups;
  for (const Flag& flag : flags_) {
    if (std::find(groups.begin(), groups.end(), flag.group) == groups.end()) groups.push_back(flag.group);
  }
  std::string out;
  for (const std::string& group : groups) {
    std::map<std::string, const Flag*> sorted;
    for (const Flag& flag : flags_) {
      if (flag.group == group && !flag.doc.hidden) sorted[flag.doc.name] = &flag;
    }
    if (sorted.empty()) continue;
    absl::StrAppend(&out, group, ":\n\n");
    for (const auto& [name, flag] : sorted) out += HelpOf(*flag);
  }
  return out;
}

std::vector<std::string> FlagSet::Names() const {
  std::vector<std::string> names;
  for (const Flag& flag : flags_) {
    if (!flag.doc.hidden) names.push_back("-" + flag.doc.name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace waypoint::cli
