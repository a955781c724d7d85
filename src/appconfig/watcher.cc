#include "appconfig/watcher.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/log.h"

namespace waypoint::appconfig {
namespace {

constexpr absl::Duration kGather = absl::Milliseconds(500);
constexpr absl::Duration kGatherAtMost = absl::Seconds(5);
constexpr absl::Duration kRefresh = absl::Seconds(15);

// Equal for equal sets in any order. Maps inside a message are written in key order.
std::string Fingerprint(const std::vector<pb::ConfigVar>& variables) {
  std::vector<std::string> parts;
  for (const pb::ConfigVar& variable : variables) parts.push_back(variable.ShortDebugString());
  std::sort(parts.begin(), parts.end());
  std::string out;
  for (const std::string& part : parts) absl::StrAppend(&out, part.size(), ":", part);
  return out;
}

std::string Fingerprint(const std::vector<SourceRequest>& requests) {
  std::string out;
  auto add = [&out](const std::string& text) { absl::StrAppend(&out, text.size(), ":", text); };
  for (const SourceRequest& request : requests) {
    add(request.name);
    for (const auto& [key, value] : request.config) {
      add(key);
      add(value);
    }
    absl::StrAppend(&out, ";");
  }
  return out;
}

std::string KeyOf(const std::string& entry) { return entry.substr(0, entry.find('=')); }

const std::string* FindKey(const std::vector<std::string>& env, const std::string& key) {
  auto it = std::find_if(env.begin(), env.end(), [&](const std::string& entry) { return KeyOf(entry) == key; });
  return it == env.end() ? nullptr : &*it;
}

}  // namespace

std::shared_ptr<Watcher> Watcher::Start(Clock& clock, Executor& executor, WatcherOptions options,
                                        std::function<void(const Output&)> changed) {
  return std::shared_ptr<Watcher>(new Watcher(clock, executor, std::move(options), std::move(changed)));
}

Watcher::Watcher(Clock& clock, Executor& executor, WatcherOptions options, std::function<void(const Output&)> changed)
    : clock_(clock), executor_(executor), options_(std::move(options)), changed_(std::move(changed)) {}

void Watcher::Update(std::vector<pb::ConfigVar> variables, std::vector<pb::ConfigSource> sources) {
  executor_.Post([self = shared_from_this(), variables = std::move(variables), sources = std::move(sources)]() mutable {
    self->Take(std::move(variables), std::move(sources));
  });
}

void Watcher::Stop() {
  executor_.Post([self = shared_from_this()] {
    self->stopped_ = true;
    if (self->timer_ != 0) self->clock_.Cancel(std::exchange(self->timer_, 0));
    for (auto& [type, source] : self->sources_) {
      if (source.sourcer != nullptr) source.sourcer->Stop();
    }
    self->sources_.clear();
  });
}

void Watcher::Take(std::vector<pb::ConfigVar> variables, std::vector<pb::ConfigSource> sources) {
  if (stopped_) return;
  std::string fingerprint = Fingerprint(variables);
  bool changed = fingerprint != fingerprint_;
  variables_ = std::move(variables);
  fingerprint_ = std::move(fingerprint);
  std::map<std::string, pb::ConfigSource> settings;
  for (pb::ConfigSource& source : sources) settings[source.type()] = std::move(source);  // the last one rules
  for (const pb::ConfigVar& variable : variables_) {
    if (!variable.has_dynamic()) continue;
    const std::string& type = variable.dynamic().from();
    changed = changed || settings[type].hash() != settings_[type].hash();
  }
  settings_ = std::move(settings);
  if (!emitted_) {
    Refresh();
  } else if (changed) {
    if (forced_ == absl::InfiniteFuture()) forced_ = clock_.Now() + kGatherAtMost;
    Schedule(std::min(kGather, forced_ - clock_.Now()));
  }
}

void Watcher::Schedule(absl::Duration delay) {
  if (timer_ != 0) clock_.Cancel(timer_);
  timer_ = clock_.After(delay, [weak = weak_from_this()] {
    std::shared_ptr<Watcher> self = weak.lock();
    if (self == nullptr) return;
    // A clock may call on any thread of its own.
    self->executor_.Post([self] {
      if (self->stopped_ || self->timer_ == 0) return;
      self->timer_ = 0;
      self->Refresh();
    });
  });
}

void Watcher::Refresh() {
  forced_ = absl::InfiniteFuture();
  Emit(Resolve(variables_, ReadDynamic(), options_.evaluate));
  if (!sources_.empty() && timer_ == 0) Schedule(kRefresh);
}

DynamicValues Watcher::ReadDynamic() {
  std::map<std::string, std::vector<SourceRequest>> requests;
  for (const pb::ConfigVar& variable : variables_) {
    if (!variable.has_dynamic() || !options_.dynamic) continue;
    const pb::ConfigVar::DynamicVal& dynamic = variable.dynamic();
    requests[dynamic.from()].push_back({variable.name(), {dynamic.config().begin(), dynamic.config().end()}});
  }
  for (auto it = sources_.begin(); it != sources_.end();) {
    bool used = requests.count(it->first) != 0;
    if (!used && it->second.sourcer != nullptr) it->second.sourcer->Stop();
    it = used ? std::next(it) : sources_.erase(it);
  }
  DynamicValues values;
  for (const auto& [type, list] : requests) ReadSource(type, list, &values);
  return values;
}

// Configured anew when its settings or requests are not those of the last time.
bool Watcher::Prepare(const std::string& type, const std::vector<SourceRequest>& requests, Source* source) {
  if (source->sourcer == nullptr) {
    absl::StatusOr<std::unique_ptr<ConfigSourcer>> made =
        options_.sourcers ? options_.sourcers(type) : absl::NotFoundError("this program has no configuration sources");
    if (!made.ok()) {
      WAYPOINT_LOG(kWarn, "appconfig", "unknown configuration source, its variables are left out", {"type", type});
      return false;
    }
    source->sourcer = *std::move(made);
  }
  auto settings = settings_.find(type);
  const uint64_t hash = settings == settings_.end() ? 0 : settings->second.hash();
  const std::string fingerprint = Fingerprint(requests);
  if (source->usable && source->hash == hash && source->requests == fingerprint) return true;
  source->sourcer->Stop();
  std::map<std::string, std::string> config;
  if (settings != settings_.end()) {
    config = {settings->second.config().begin(), settings->second.config().end()};
  }
  absl::Status status = source->sourcer->Configure(config);
  if (!status.ok()) {
    WAYPOINT_LOG(kWarn, "appconfig", "a configuration source cannot be configured", {"type", type},
                 {"error", status.message()});
  }
  source->usable = status.ok();
  source->hash = hash;
  source->requests = fingerprint;
  return status.ok();
}

void Watcher::ReadSource(const std::string& type, const std::vector<SourceRequest>& requests, DynamicValues* out) {
  Source& source = sources_[type];
  if (!Prepare(type, requests, &source)) return;
  absl::StatusOr<std::vector<SourceValue>> values = source.sourcer->Read(requests);
  if (!values.ok()) {
    WAYPOINT_LOG(kWarn, "appconfig", "reading a configuration source failed, its variables are left out",
                 {"type", type}, {"error", values.status().message()});
    return;
  }
  for (const SourceValue& value : *values) {
    if (const absl::Status* error = std::get_if<absl::Status>(&value.value)) {
      WAYPOINT_LOG(kWarn, "appconfig", "a variable has no value, left out", {"name", value.name},
                   {"error", error->message()});
    } else if (const Json* json = std::get_if<Json>(&value.value)) {
      (*out)[value.name] = *json;
    } else {
      (*out)[value.name] = std::get<std::string>(value.value);
    }
  }
}

void Watcher::Emit(Resolved resolved) {
  Output next;
  next.env = std::move(resolved.env);
  next.files = std::move(resolved.files);
  for (const std::string& before : last_.env) {
    const std::string key = KeyOf(before);
    if (FindKey(next.env, key) != nullptr) continue;
    const std::string* original = FindKey(options_.original, key);
    if (original != nullptr) {
      next.env.push_back(*original);
    } else {
      next.deleted.push_back(key);
    }
  }
  std::sort(next.env.begin(), next.env.end());
  next.env_changed = !emitted_ || next.env != last_.env;
  next.files_changed = !emitted_ || next.files != last_.files;
  emitted_ = true;
  if (!next.env_changed && !next.files_changed) return;
  last_ = next;
  changed_(next);
}

}  // namespace waypoint::appconfig
