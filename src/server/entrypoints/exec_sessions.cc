#include "server/entrypoints/exec_sessions.h"

#include <utility>

#include "absl/strings/ascii.h"

namespace waypoint::entrypoints {

ExecSessionPtr ExecSessions::Create(const std::string& instance_id, const pb::ExecStreamRequest::Start& start) {
  auto session = std::make_shared<ExecSession>();
  session->instance_id = absl::AsciiStrToLower(instance_id);
  session->info.set_index(++last_index_);
  *session->info.mutable_args() = start.args();
  if (start.has_pty()) *session->info.mutable_pty() = start.pty();
  sessions_[last_index_] = session;
  by_instance_[session->instance_id][last_index_] = session;
  Tell(session->instance_id);
  return session;
}

void ExecSessions::Remove(int64_t index) {
  auto it = sessions_.find(index);
  if (it == sessions_.end()) return;
  const std::string instance_id = it->second->instance_id;
  sessions_.erase(it);
  auto& of_instance = by_instance_[instance_id];
  of_instance.erase(index);
  if (of_instance.empty()) by_instance_.erase(instance_id);
  Tell(instance_id);
}

ExecSessionPtr ExecSessions::Find(int64_t index) const {
  auto it = sessions_.find(index);
  return it == sessions_.end() ? nullptr : it->second;
}

std::vector<ExecSessionPtr> ExecSessions::Of(const std::string& instance_id) const {
  std::vector<ExecSessionPtr> found;
  auto it = by_instance_.find(absl::AsciiStrToLower(instance_id));
  if (it == by_instance_.end()) return found;
  for (const auto& [index, session] : it->second) found.push_back(session);
  return found;
}

void ExecSessions::InstanceGone(const std::string& instance_id) {
  for (const ExecSessionPtr& session : Of(instance_id)) {
    if (session->connected) continue;
    session->connected = true;
    session->entrypoint_gone = true;
    session->WakeClient();
  }
}

ExecSessions::Listener ExecSessions::OnChange(const std::string& instance_id, std::function<void()> listener) {
  const std::string key = absl::AsciiStrToLower(instance_id);
  listeners_[++last_listener_] = {key, std::move(listener)};
  listeners_of_[key].insert(last_listener_);
  return last_listener_;
}

void ExecSessions::RemoveListener(Listener id) {
  auto it = listeners_.find(id);
  if (it == listeners_.end()) return;
  auto of = listeners_of_.find(it->second.first);
  of->second.erase(id);
  if (of->second.empty()) listeners_of_.erase(of);
  listeners_.erase(it);
}

void ExecSessions::Tell(const std::string& instance_id) {
  auto of = listeners_of_.find(instance_id);
  if (of == listeners_of_.end()) return;
  const std::set<Listener> ids = of->second;
  for (Listener id : ids) {
    auto it = listeners_.find(id);
    if (it == listeners_.end()) continue;
    auto listener = it->second.second;
    listener();
  }
}

}  // namespace waypoint::entrypoints
