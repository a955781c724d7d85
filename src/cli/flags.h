// Flags in the Go style: -name, --name, -name=value, -name value (cli.md 2). CLI11 reads "-name" as a bundle
// of short options, so this is our own.
//
// Owns:    the descriptions; values live with the caller and must outlive Parse().
// Threads: one.
// Errors:  InvalidArgument with the text for the user.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/environment.h"

namespace waypoint::cli {

struct FlagDoc {
  std::string name;
  std::string usage;
  std::string alias = "";
  std::string env = "";  // variable that replaces the default
  bool hidden = false;
};

class FlagSet {
 public:
  // Flags added from now on are listed under this title.
  void Group(std::string title) { group_ = std::move(title); }

  void Bool(bool* value, FlagDoc doc);
  void OptionalBool(std::optional<bool>* value, FlagDoc doc);
  void String(std::string* value, FlagDoc doc);
  void OptionalString(std::optional<std::string>* value, FlagDoc doc);
  void Int(int64_t* value, FlagDoc doc);
  void Uint(uint64_t* value, FlagDoc doc);
  void OptionalUint(std::optional<uint64_t>* value, FlagDoc doc);
  void Duration(absl::Duration* value, FlagDoc doc);
  void Enum(std::string* value, std::vector<std::string> choices, FlagDoc doc);
  void EnumList(std::vector<std::string>* value, std::vector<std::string> choices, FlagDoc doc);
  void List(std::vector<std::string>* value, FlagDoc doc);
  void Map(std::map<std::string, std::string>* value, FlagDoc doc);

  // Defaults from `env`, then `args`; gives the words that are left.
  absl::StatusOr<std::vector<std::string>> Parse(const std::vector<std::string>& args, const Environment& env);
  // Whether the flag stood in the arguments of the last Parse().
  bool Given(absl::string_view name) const;
  // Refuses words after the first argument that look like a flag of this set (cli.md 2).
  absl::Status CheckMisplaced(const std::vector<std::string>& words) const;
  std::string Help() const;
  // "-name" of every flag that is not hidden, for completion.
  std::vector<std::string> Names() const;

 private:
  struct Flag {
    FlagDoc doc;
    std::string group;
    std::string type;          // "" for a bool
    std::string default_text;  // as shown by help
    std::function<absl::Status(const std::string&)> set;
    bool given = false;
  };
  void Add(FlagDoc doc, std::string type, std::string default_text,
           std::function<absl::Status(const std::string&)> set);
  Flag* Find(absl::string_view name);
  std::string HelpOf(const Flag& flag) const;

  std::string group_ = "Command Options";
  std::vector<Flag> flags_;
};

// "90s", "1h30m"; a bare number counts seconds.
absl::StatusOr<absl::Duration> ParseFlagDuration(std::string text);

}  // namespace waypoint::cli
