#include "builtin/process/front/control.h"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/files.h"
#include "base/socket.h"
#include "base/status.h"
#include "builtin/process/json_file.h"
#include "google/protobuf/util/json_util.h"

namespace waypoint::builtin::process {
namespace {

constexpr size_t kLineLimit = 64 * 1024;
constexpr absl::Duration kSendPatience = absl::Seconds(1);

::process::FrontAnswer Failed(const absl::Status& status) {
  ::process::FrontAnswer answer;
  answer.set_error(std::string(status.message()));
  return answer;
}

}  // namespace

Control::Control(Loop& loop, Proxy& proxy, std::string folder)
    : loop_(loop), proxy_(proxy), folder_(std::move(folder)) {}

Control::~Control() {
  if (watch_ != 0) loop_.Forget(watch_);
}

absl::Status Control::Start(const ::process::Front& front) {
  front_ = front;
  ::process::Backend backend;
  if (ReadJson(JoinPath(folder_, "backend.json"), &backend).ok()) proxy_.Switch(backend);
  RETURN_IF_ERROR(proxy_.Listen(front.address(), static_cast<uint16_t>(front.port()), front.protocol()));
  ASSIGN_OR_RETURN(listener_, ListenUnix(JoinPath(folder_, "control.sock")));
  watch_ = loop_.Watch(listener_.get(), EPOLLIN, [this](uint32_t) { Accept(); });
  return WriteJson(JoinPath(folder_, "front.json"), front_);
}

void Control::Accept() {
  auto client = std::make_shared<Client>();
  client->fd.Reset(::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (!client->fd.valid()) return;
  client->watch = loop_.Watch(client->fd.get(), EPOLLIN, [this, client](uint32_t) { OnReady(client); });
  clients_.push_back(client);
}

void Control::OnReady(const std::shared_ptr<Client>& client) {
  char buffer[4096];
  ssize_t n = ::recv(client->fd.get(), buffer, sizeof buffer, 0);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (n > 0) client->in.append(buffer, n);
  size_t end = client->in.find('\n');
  if (end == std::string::npos) {
    if (n <= 0 || client->in.size() > kLineLimit) Drop(client);
    return;
  }
  loop_.Forget(std::exchange(client->watch, 0));  // one command a connection
  ::process::FrontCommand command;
  auto parsed = google::protobuf::util::JsonStringToMessage(client->in.substr(0, end), &command);
  Answer answer = [this, client](const ::process::FrontAnswer& message) {
    std::string text;
    if (google::protobuf::util::MessageToJsonString(message, &text).ok()) {
      SendAll(client->fd.get(), absl::StrCat(text, "\n"), absl::Now() + kSendPatience).IgnoreError();
    }
    Drop(client);
  };
  if (!parsed.ok()) {
    answer(Failed(absl::InvalidArgumentError("not a command")));
  } else {
    Execute(command, answer);
  }
}

void Control::Drop(const std::shared_ptr<Client>& client) {
  if (client->watch != 0) loop_.Forget(std::exchange(client->watch, 0));
  client->fd.Reset();
  clients_.remove(client);
}

void Control::Execute(const ::process::FrontCommand& command, const Answer& answer) {
  switch (command.command_case()) {
    case ::process::FrontCommand::kSwitch:
      return answer(Switch(command.switch_().backend()));
    case ::process::FrontCommand::kListen:
      return answer(Listen(command.listen()));
    case ::process::FrontCommand::kShow:
      return answer(Show());
    case ::process::FrontCommand::kDrain:
      return proxy_.Drain(command.drain().deployment_id(), absl::Milliseconds(command.drain().timeout_ms()),
                          [this, answer](int cut) {
                            ::process::FrontAnswer shown = Show();
                            shown.set_cut(static_cast<uint32_t>(cut));
                            answer(shown);
                          });
    case ::process::FrontCommand::kQuit:
      answer(Show());
      return Quit(absl::Milliseconds(command.quit().timeout_ms()));
    case ::process::FrontCommand::COMMAND_NOT_SET:
      return answer(Failed(absl::InvalidArgumentError("this front does not know that command")));
  }
}

::process::FrontAnswer Control::Switch(const ::process::Backend& backend) {
  absl::Status written = WriteJson(JoinPath(folder_, "backend.json"), backend);
  if (!written.ok()) return Failed(written);  // after a restart it would be the old one again
  proxy_.Switch(backend);
  return Show();
}

::process::FrontAnswer Control::Listen(const ::process::FrontCommand::Listen& listen) {
  absl::Status status = proxy_.Listen(listen.address(), static_cast<uint16_t>(listen.port()), listen.protocol());
  if (!status.ok()) return Failed(status);
  front_.set_address(listen.address());
  front_.set_port(listen.port());
  front_.set_protocol(listen.protocol());
  absl::Status written = WriteJson(JoinPath(folder_, "front.json"), front_);
  return written.ok() ? Show() : Failed(written);
}

::process::FrontAnswer Control::Show() const {
  ::process::FrontAnswer answer;
  *answer.mutable_backend() = proxy_.backend();
  *answer.mutable_front() = front_;
  answer.set_connections(static_cast<uint32_t>(proxy_.connections()));
  answer.set_requests(proxy_.requests());
  return answer;
}

void Control::Quit(absl::Duration patience) {
  // First of all: who starts a new front now must not find this one.
  ::unlink(JoinPath(folder_, "front.json").c_str());
  ::unlink(JoinPath(folder_, "control.sock").c_str());
  proxy_.Finish(patience, [this] { loop_.Quit(); });
}

}  // namespace waypoint::builtin::process
