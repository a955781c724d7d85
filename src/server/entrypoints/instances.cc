#include "server/entrypoints/instances.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace waypoint::entrypoints {
namespace {

std::string Lower(const std::string& text) { return absl::AsciiStrToLower(text); }

std::string ApplicationKey(const pb::Ref::Application& application) {
  return Lower(absl::StrCat(application.project().size(), ":", application.project(), application.application()));
}

template <typename Map>
void EraseFrom(Map& map, const std::string& key, const std::string& value) {
  auto it = map.find(key);
  if (it == map.end()) return;
  it->second.erase(value);
  if (it->second.empty()) map.erase(it);
}

}  // namespace

uint64_t Instances::Add(pb::Instance info, bool disable_exec, absl::Time now) {
  const std::string key = Lower(info.id());
  Drop(key);
  by_deployment_[Lower(info.deployment_id())].insert(key);
  by_application_[ApplicationKey(info.application())].insert(key);
  instances_[key] = {std::move(info), disable_exec, now, std::make_shared<InstanceLog>(), ++last_};
  uint64_t number = last_;
  Tell();
  return number;
}

void Instances::Remove(const std::string& id, uint64_t number) {
  auto it = instances_.find(Lower(id));
  if (it == instances_.end() || it->second.number != number) return;
  Drop(it->first);
  Tell();
}

void Instances::Drop(const std::string& key) {
  auto it = instances_.find(key);
  if (it == instances_.end()) return;
  EraseFrom(by_deployment_, Lower(it->second.info.deployment_id()), key);
  EraseFrom(by_application_, ApplicationKey(it->second.info.application()), key);
  instances_.erase(it);  // followers keep its output until they have read it
}

void Instances::Tell() {
  for (auto it = listeners_.begin(); it != listeners_.end();) {
    Listener id = it->first;
    auto listener = it->second;  // may remove itself
    listener();
    it = listeners_.upper_bound(id);
  }
}

const Instance* Instances::Find(const std::string& id) const {
  auto it = instances_.find(Lower(id));
  return it == instances_.end() ? nullptr : &it->second;
}

std::vector<const Instance*> Instances::OfDeployment(const std::string& deployment_id) const {
  std::vector<const Instance*> found;
  auto it = by_deployment_.find(Lower(deployment_id));
  if (it == by_deployment_.end()) return found;
  for (const std::string& key : it->second) found.push_back(&instances_.at(key));
  return found;
}

std::vector<const Instance*> Instances::OfApplication(const pb::Ref::Application& application,
                                                      const std::string& workspace) const {
  std::vector<const Instance*> found;
  auto it = by_application_.find(ApplicationKey(application));
  if (it == by_application_.end()) return found;
  for (const std::string& key : it->second) {
    const Instance& instance = instances_.at(key);
    if (workspace.empty() || absl::EqualsIgnoreCase(instance.info.workspace().workspace(), workspace)) {
      found.push_back(&instance);
    }
  }
  return found;
}

Instances::Listener Instances::OnChange(std::function<void()> listener) {
  listeners_[++last_] = std::move(listener);
  return last_;
}

}  // namespace waypoint::entrypoints
