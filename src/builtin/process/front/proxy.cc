#include "builtin/process/front/proxy.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/socket.h"
#include "base/status.h"

namespace waypoint::builtin::process {
namespace {

constexpr int kAcceptsAtOnce = 64;
constexpr absl::Duration kAcceptPause = absl::Milliseconds(100);

std::string AddressText(const sockaddr_storage& address) {
  char text[INET6_ADDRSTRLEN] = "";
  const void* raw = address.ss_family == AF_INET6
                        ? static_cast<const void*>(&reinterpret_cast<const sockaddr_in6*>(&address)->sin6_addr)
                        : &reinterpret_cast<const sockaddr_in*>(&address)->sin_addr;
  ::inet_ntop(address.ss_family, raw, text, sizeof text);
  return text;
}

}  // namespace

Proxy::~Proxy() {
  connections_.clear();
  if (listen_watch_ != 0) loop_.Forget(listen_watch_);
}

absl::Status Proxy::Listen(const std::string& address, uint16_t port, const std::string& protocol) {
  ASSIGN_OR_RETURN(UniqueFd listener, ListenTcp(address, port));
  if (listen_watch_ != 0) loop_.Forget(listen_watch_);
  listener_ = std::move(listener);
  protocol_ = protocol;
  listen_watch_ = loop_.Watch(listener_.get(), EPOLLIN, [this](uint32_t) { Accept(); });
  return absl::OkStatus();
}

void Proxy::Accept() {
  for (int i = 0; i < kAcceptsAtOnce; ++i) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    UniqueFd fd(::accept4(listener_.get(), reinterpret_cast<sockaddr*>(&address), &size, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!fd.valid()) {
      if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) AcceptLater();
      return;
    }
    auto connection = std::make_unique<Connection>(loop_, *this, std::move(fd), AddressText(address));
    Connection* raw = connection.get();
    connections_[raw] = std::move(connection);
    raw->Start();
  }
}

// Out of descriptors: what waits in the backlog would wake the loop at once again.
void Proxy::AcceptLater() {
  loop_.Change(listen_watch_, 0);
  loop_.After(kAcceptPause, [this] { loop_.Change(listen_watch_, EPOLLIN); });
}

void Proxy::Switch(const ::process::Backend& backend) {
  backend_ = backend;
  current_ = std::make_shared<Target>();
  current_->deployment_id = backend.deployment_id();
  current_->host = backend.host();
  current_->port = static_cast<uint16_t>(backend.port());
  std::erase_if(targets_, [](const std::weak_ptr<Target>& target) { return target.expired(); });
  targets_.push_back(current_);
  std::vector<Connection*> all;
  for (auto& [raw, owned] : connections_) all.push_back(raw);
  for (Connection* connection : all) connection->OnSwitch();
}

int Proxy::Active(const std::string& deployment_id) {
  int active = 0;
  for (const std::weak_ptr<Target>& weak : targets_) {
    std::shared_ptr<Target> target = weak.lock();
    if (target != nullptr && target->deployment_id == deployment_id) active += target->active;
  }
  return active;
}

int Proxy::CutOff(const std::string& deployment_id) {
  int cut = 0;
  std::vector<Connection*> all;
  for (auto& [raw, owned] : connections_) all.push_back(raw);
  for (const std::weak_ptr<Target>& weak : targets_) {
    std::shared_ptr<Target> target = weak.lock();
    if (target == nullptr || target->deployment_id != deployment_id) continue;
    for (Connection* connection : all) cut += connection->CutOff(target.get()) ? 1 : 0;
  }
  return cut;
}

void Proxy::Drain(const std::string& deployment_id, absl::Duration patience, std::function<void(int)> drained) {
  if (Active(deployment_id) == 0) {
    drained(0);
    return;
  }
  Loop::Id timer = loop_.After(patience, [this, deployment_id] {
    auto same = [&](const Draining& d) { return d.deployment_id == deployment_id; };
    auto it = std::find_if(draining_.begin(), draining_.end(), same);
    if (it == draining_.end()) return;
    Draining draining = std::move(*it);
    draining_.erase(it);
    draining.drained(CutOff(deployment_id));
  });
  draining_.push_back(Draining{deployment_id, timer, std::move(drained)});
}

void Proxy::CheckDrained() {
  for (size_t i = 0; i < draining_.size();) {
    if (Active(draining_[i].deployment_id) > 0) {
      ++i;
      continue;
    }
    Draining done = std::move(draining_[i]);
    draining_.erase(draining_.begin() + i);
    loop_.Cancel(done.timer);
    done.drained(0);
  }
}

void Proxy::Finish(absl::Duration patience, std::function<void()> ended) {
  if (closing()) return;
  ended_ = std::move(ended);
  if (listen_watch_ != 0) loop_.Forget(std::exchange(listen_watch_, 0));
  listener_.Reset();
  loop_.After(patience, [this] { ended_(); });
  std::vector<Connection*> all;
  for (auto& [raw, owned] : connections_) all.push_back(raw);
  for (Connection* connection : all) connection->OnSwitch();
  CheckEnded();
}

void Proxy::CheckEnded() {
  if (closing() && connections_.empty()) ended_();
}

void Proxy::Idle(const std::shared_ptr<Target>& target) {
  ++requests_;
  // Not from inside a connection that is still at work.
  if (!draining_.empty()) loop_.After(absl::ZeroDuration(), [this] { CheckDrained(); });
}

void Proxy::Remove(Connection* connection) {
  auto it = connections_.find(connection);
  if (it == connections_.end()) return;
  removed_.push_back(std::move(it->second));
  connections_.erase(it);
  loop_.After(absl::ZeroDuration(), [this] {
    removed_.clear();
    CheckEnded();
  });
}

}  // namespace waypoint::builtin::process
