#include "base/environment.h"

#include <pwd.h>
#include <unistd.h>

#include <cstdlib>

#include "absl/synchronization/mutex.h"

namespace waypoint {

namespace {

// An agent takes its configuration into its environment while its jobs read it.
absl::Mutex& EnvironMutex() {
  static auto* const mu = new absl::Mutex();
  return *mu;
}

}  // namespace

std::vector<std::string> CurrentEnvironment() {
  absl::MutexLock lock(&EnvironMutex());
  std::vector<std::string> out;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) out.emplace_back(*entry);
  return out;
}

void SetProcessVariable(const std::string& name, const std::optional<std::string>& value) {
  absl::MutexLock lock(&EnvironMutex());
  if (value.has_value()) {
    ::setenv(name.c_str(), value->c_str(), /*overwrite=*/1);
  } else {
    ::unsetenv(name.c_str());
  }
}

Environment Environment::FromProcess() {
  std::map<std::string, std::string> values;
  for (const std::string& entry : CurrentEnvironment()) {
    const size_t equals = entry.find('=');
    if (equals != std::string::npos) values[entry.substr(0, equals)] = entry.substr(equals + 1);
  }
  return Environment(std::move(values));
}

std::optional<std::string> Environment::Get(const std::string& name) const {
  auto it = values_.find(name);
  if (it == values_.end()) return std::nullopt;
  return it->second;
}

std::string Environment::GetOr(const std::string& name, const std::string& fallback) const {
  return Get(name).value_or(fallback);
}

std::string Environment::Home() const {
  if (std::string home = GetOr("HOME"); !home.empty()) return home;
  const passwd* entry = getpwuid(getuid());
  return entry != nullptr && entry->pw_dir != nullptr ? entry->pw_dir : "/";
}

std::string Environment::XdgFolder(const std::string& variable, const std::string& below_home) const {
  // A relative path is to be ignored (XDG base directory specification).
  if (std::string base = GetOr(variable); !base.empty() && base[0] == '/') return base + "/waypoint";
  return Home() + below_home + "/waypoint";
}

std::string Environment::ConfigFolder() const { return XdgFolder("XDG_CONFIG_HOME", "/.config"); }
std::string Environment::DataFolder() const { return XdgFolder("XDG_DATA_HOME", "/.local/share"); }

}  // namespace waypoint
