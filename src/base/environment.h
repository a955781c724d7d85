// The process environment as a value, so that code under it can be tested with any other one.
//
// Threads: a value. FromProcess, CurrentEnvironment and SetProcessVariable may be called from any thread; but setenv
//          itself moves what others of the C library may be reading, so little is set, and seldom.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace waypoint {

// "KEY=value" of this process.
std::vector<std::string> CurrentEnvironment();
// Nothing: removed.
void SetProcessVariable(const std::string& name, const std::optional<std::string>& value);

class Environment {
 public:
  Environment() = default;
  explicit Environment(std::map<std::string, std::string> values) : values_(std::move(values)) {}
  static Environment FromProcess();

  std::optional<std::string> Get(const std::string& name) const;
  // The value, or "" when unset.
  std::string GetOr(const std::string& name, const std::string& fallback = "") const;
  void Set(const std::string& name, std::string value) { values_[name] = std::move(value); }
  const std::map<std::string, std::string>& values() const { return values_; }

  // $HOME, else the password file's.
  std::string Home() const;
  // $XDG_CONFIG_HOME/waypoint or ~/.config/waypoint; $XDG_DATA_HOME/waypoint or ~/.local/share/waypoint.
  std::string ConfigFolder() const;
  std::string DataFolder() const;

 private:
  std::string XdgFolder(const std::string& variable, const std::string& below_home) const;

  std::map<std::string, std::string> values_;
};

}  // namespace waypoint
