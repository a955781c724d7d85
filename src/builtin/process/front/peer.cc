#include "builtin/process/front/peer.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <cerrno>
#include <utility>

#include "base/socket.h"

namespace waypoint::builtin::process {

void Peer::Attach(UniqueFd fd, bool connecting) {
  Close();
  in.clear();
  out.clear();
  fd_ = std::move(fd);
  connecting_ = connecting;
  eof_ = broken_ = write_broken_ = shutdown_ = shut_ = false;
  int on = 1;
  ::setsockopt(fd_.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  Watch();
}

void Peer::Close() {
  if (watch_ != 0) loop_.Forget(std::exchange(watch_, 0));
  fd_.Reset();
}

void Peer::Reset() {
  linger now{1, 0};
  if (open()) ::setsockopt(fd_.get(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
  Close();
}

void Peer::ShutdownWhenFlushed() {
  shutdown_ = true;
  Flush();
}

void Peer::Watch() {
  if (!open()) return;
  uint32_t events = 0;
  if (connecting_) {
    events = EPOLLOUT;
  } else if (!broken_) {
    if (!eof_ && in.size() < kRoom) events |= EPOLLIN;
    if (!out.empty()) events |= EPOLLOUT;
  }
  // Without interest it is forgotten: a hang-up is always reported, and would spin the loop.
  if (events == 0) {
    if (watch_ != 0) loop_.Forget(std::exchange(watch_, 0));
  } else if (watch_ == 0) {
    watch_ = loop_.Watch(fd_.get(), events, [this](uint32_t ready) { OnReady(ready); });
  } else {
    loop_.Change(watch_, events);
  }
}

void Peer::OnReady(uint32_t events) {
  if (connecting_) {
    connecting_ = false;
    broken_ = SocketError(fd_.get()) != 0;
  } else {
    if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) Read();
    if ((events & EPOLLOUT) != 0) Flush();
  }
  changed_();
}

void Peer::Read() {
  char buffer[32 * 1024];
  ssize_t n = ::recv(fd_.get(), buffer, sizeof buffer, 0);
  if (n > 0) {
    in.append(buffer, n);
  } else if (n == 0) {
    eof_ = true;
  } else if (errno != EAGAIN && errno != EINTR) {
    broken_ = true;
  }
}

void Peer::Flush() {
  while (open() && !connecting_ && !broken_ && !write_broken_ && !out.empty()) {
    ssize_t n = ::send(fd_.get(), out.data(), out.size(), MSG_NOSIGNAL);
    if (n > 0) {
      out.erase(0, n);
    } else if (errno == EAGAIN) {
      break;
    } else if (errno != EINTR) {
      write_broken_ = true;
    }
  }
  if (write_broken_) out.clear();
  if (shutdown_ && !shut_ && open() && out.empty()) {
    ::shutdown(fd_.get(), SHUT_WR);
    shut_ = true;
  }
}

}  // namespace waypoint::builtin::process
