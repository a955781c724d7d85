#include "builtin/process/front/connection.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/socket.h"

namespace waypoint::builtin::process {
namespace {

constexpr absl::Duration kIdle = absl::Seconds(75);
constexpr absl::Duration kLingering = absl::Seconds(2);
// A deployment whose wrapper restarts the app, for new configuration, is back well within this.
constexpr absl::Duration kConnectPatience = absl::Seconds(5);
constexpr absl::Duration kConnectPause = absl::Milliseconds(25);

bool IsUpgrade(const HttpHead& head) {
  return head.HasWord("Connection", "upgrade") && head.Find("Upgrade") != nullptr;
}

// What a request says of this hop is not for the next one.
void PrepareForBackend(const std::string& address, HttpHead* head) {
  bool upgrade = IsUpgrade(*head);
  head->Remove("Connection");
  head->Remove("Keep-Alive");
  head->Remove("Proxy-Connection");
  if (upgrade) head->Set("Connection", "Upgrade");
  const std::string* before = head->Find("X-Forwarded-For");
  head->Set("X-Forwarded-For", before == nullptr ? address : absl::StrCat(*before, ", ", address));
  const std::string* host = head->Find("Host");
  if (host != nullptr && head->Find("X-Forwarded-Host") == nullptr) head->Set("X-Forwarded-Host", *host);
  if (head->Find("X-Forwarded-Proto") == nullptr) head->Set("X-Forwarded-Proto", "http");
}

}  // namespace

Connection::Connection(Loop& loop, Switchboard& board, UniqueFd client, std::string address)
    : loop_(loop),
      board_(board),
      address_(std::move(address)),
      client_(loop, [this] { Advance(); }),
      backend_(loop, [this] { Advance(); }) {
  client_.Attach(std::move(client));
  SetTimeout(kIdle);
}

Connection::~Connection() {
  loop_.Cancel(timeout_);
  loop_.Cancel(retry_);
  Release();
}

void Connection::Advance() {
  if (advancing_ || mode_ == Mode::kClosed) return;
  advancing_ = true;
  while (mode_ != Mode::kClosed && Step()) {
  }
  advancing_ = false;
  if (mode_ == Mode::kClosed) return;
  client_.Watch();
  backend_.Watch();
}

bool Connection::Step() {
  if (client_.broken() || client_.write_broken()) {
    Close();
    return false;
  }
  switch (mode_) {
    case Mode::kHead:
      return StepHead();
    case Mode::kConnecting:
      return StepConnecting();
    case Mode::kExchange:
      return StepExchange();
    case Mode::kTunnel:
      return StepTunnel();
    case Mode::kLinger:
      return StepLinger();
    case Mode::kClosed:
      return false;
  }
  return false;
}

// --- Between requests.

bool Connection::StepHead() {
  // The kept connection has nothing to say now: data or an end both make it useless.
  if (backend_.open() && (backend_.eof() || backend_.broken() || !backend_.in.empty())) backend_.Close();
  if (!board_.http()) {
    StartTunnel();
    return true;
  }
  if (!client_.HasRoom()) return false;  // it sends requests without reading the answers
  size_t size = 0;
  switch (FindRequestHead(client_.in, &size)) {
    case HeadState::kNotHttp:
      StartTunnel();
      return true;
    case HeadState::kTooLong:
      Answer(431, "Request Header Fields Too Large", "The request's head is longer than 64 KiB.");
      return true;
    case HeadState::kWhole: {
      std::string text = client_.in.substr(0, size);
      client_.in.erase(0, size);
      StartRequest(text);
      return true;
    }
    case HeadState::kMore:
      break;
  }
  if (client_.eof()) Close();
  return false;
}

void Connection::StartRequest(absl::string_view text) {
  absl::StatusOr<HttpHead> head = ParseRequestHead(text);
  absl::StatusOr<BodyPlan> plan = head.ok() ? RequestBody(*head) : head.status();
  if (!plan.ok()) {
    Answer(400, "Bad Request", plan.status().message());
    return;
  }
  request_ = *std::move(head);
  request_body_ = BodyEnd(*plan);
  has_body_ = plan->kind != BodyPlan::Kind::kNone;
  keep_client_ = KeepsAlive(request_);
  PrepareForBackend(address_, &request_);
  request_text_ = WriteRequestHead(request_);
  tunnel_ = false;
  response_started_ = response_head_done_ = keep_backend_ = false;
  SetTimeout(absl::InfiniteDuration());
  connect_until_ = absl::Now() + kConnectPatience;
  if (MayReuse()) {
    reused_ = true;
    target_ = std::exchange(kept_target_, nullptr);
    ++target_->active;
    SendHead();
  } else {
    Connect();
  }
}

// Only what may be sent twice: the deployment may close the kept connection at this very moment.
bool Connection::MayReuse() const {
  bool safe = request_.method == "GET" || request_.method == "HEAD" || request_.method == "OPTIONS";
  return safe && !has_body_ && backend_.open() && kept_target_ != nullptr && kept_target_ == board_.current();
}

// --- Towards the deployment.

void Connection::StartTunnel() {
  tunnel_ = true;
  SetTimeout(absl::InfiniteDuration());
  connect_until_ = absl::Now() + kConnectPatience;
  Connect();
}

void Connection::Connect() {
  Release();
  backend_.Close();
  kept_target_ = nullptr;
  reused_ = false;
  mode_ = Mode::kConnecting;
  target_ = board_.current();
  if (target_ == nullptr) {
    Answer(503, "Service Unavailable", "No deployment is released yet.");
    return;
  }
  ++target_->active;
  absl::StatusOr<UniqueFd> fd = StartConnectTcp(target_->host, target_->port);
  if (fd.ok()) {
    backend_.Attach(*std::move(fd), /*connecting=*/true);
  } else {
    ConnectFailed();
  }
}

void Connection::ConnectFailed() {
  backend_.Close();
  Release();  // the next attempt may go to another deployment
  if (absl::Now() >= connect_until_) {
    Answer(502, "Bad Gateway", "The released deployment does not answer.");
    return;
  }
  retry_ = loop_.After(kConnectPause, [this] {
    retry_ = 0;
    Connect();
    Advance();
  });
}

bool Connection::StepConnecting() {
  if (!backend_.open() || backend_.connecting()) return false;
  if (backend_.broken()) {
    ConnectFailed();
    return mode_ != Mode::kConnecting;
  }
  if (tunnel_) {
    mode_ = Mode::kTunnel;
  } else {
    SendHead();
  }
  return true;
}

void Connection::SendHead() {
  mode_ = Mode::kExchange;
  backend_.out.append(request_text_);
  backend_.Flush();
}

// --- One request and its answer.

bool Connection::StepExchange() {
  bool changed = PassRequestBody();
  if (mode_ != Mode::kExchange) return true;
  changed = PassResponse() || changed;
  if (mode_ != Mode::kExchange) return true;
  backend_.Flush();
  client_.Flush();
  if (client_.write_broken()) return true;
  if (response_head_done_ && response_body_.done()) {
    FinishExchange();
    return true;
  }
  return changed;
}

bool Connection::PassRequestBody() {
  bool changed = false;
  if (!request_body_.done() && !request_body_.bad() && !client_.in.empty() && backend_.HasRoom()) {
    size_t n = request_body_.Consume(client_.in);
    backend_.out.append(client_.in, 0, n);
    client_.in.erase(0, n);
    changed = n > 0;
  }
  // A client that left in the middle of its body gets nothing; the deployment must see the body is cut.
  bool cut = client_.eof() && client_.in.empty() && !request_body_.done();
  if (cut || request_body_.bad()) {
    backend_.Reset();
    Close();
  }
  return changed;
}

bool Connection::PassResponse() {
  bool changed = false;
  while (mode_ == Mode::kExchange && !response_head_done_ && ReadResponseHead()) changed = true;
  if (mode_ != Mode::kExchange) return true;
  if (response_head_done_ && !backend_.in.empty() && client_.HasRoom() && !response_body_.done()) {
    size_t n = response_body_.Consume(backend_.in);
    client_.out.append(backend_.in, 0, n);
    backend_.in.erase(0, n);
    changed = changed || n > 0;
  }
  if (response_body_.bad()) return ResponseLost();
  bool ended = (backend_.broken() || backend_.eof()) && (backend_.in.empty() || !response_head_done_);
  if (!ended || (response_head_done_ && response_body_.done())) return changed;
  if (response_head_done_ && response_body_.EndsWithStream() && !backend_.broken()) {
    response_body_ = BodyEnd();
    return true;
  }
  return ResponseLost();
}

// True when a head was taken; there may be interim ones before the last.
bool Connection::ReadResponseHead() {
  size_t size = HeadSize(backend_.in);
  if (!backend_.in.empty()) response_started_ = true;
  if (size == 0 && backend_.in.size() < kHeadLimit) return false;
  absl::StatusOr<HttpHead> response = ParseResponseHead(absl::string_view(backend_.in).substr(0, size));
  if (size == 0 || !response.ok()) {
    Answer(502, "Bad Gateway", "The released deployment sent something that is not HTTP.");
    return false;
  }
  backend_.in.erase(0, size);
  TakeResponse(*std::move(response));
  return true;
}

void Connection::TakeResponse(HttpHead response) {
  if (response.status == 101) {
    client_.out.append(WriteResponseHead(response));
    mode_ = Mode::kTunnel;
    response_head_done_ = true;
    return;
  }
  if (response.status < 200) {
    client_.out.append(WriteResponseHead(response));
    return;
  }
  absl::StatusOr<BodyPlan> plan = ResponseBody(request_.method, response);
  if (!plan.ok()) {
    Answer(502, "Bad Gateway", plan.status().message());
    return;
  }
  response_head_done_ = true;
  response_body_ = BodyEnd(*plan);
  keep_backend_ = KeepsAlive(response) && plan->kind != BodyPlan::Kind::kUntilClose;
  keep_client_ = keep_client_ && plan->kind != BodyPlan::Kind::kUntilClose && !board_.closing();
  response.Remove("Connection");
  response.Remove("Keep-Alive");
  if (!keep_client_) {
    response.Set("Connection", "close");
  } else if (request_.minor == 0) {
    response.Set("Connection", "keep-alive");
  }
  client_.out.append(WriteResponseHead(response));
}

bool Connection::ResponseLost() {
  if (reused_ && !response_started_) {
    Connect();  // it was closed while our request was on its way; nothing was answered
  } else if (!response_started_) {
    Answer(502, "Bad Gateway", "The released deployment closed the connection without an answer.");
  } else {
    client_.Flush();
    client_.Reset();
    Close();
  }
  return true;
}

void Connection::FinishExchange() {
  bool request_whole = request_body_.done();
  response_head_done_ = response_started_ = false;
  std::shared_ptr<Target> target = target_;
  bool keep = keep_backend_ && request_whole && backend_.in.empty() && backend_.out.empty() && !backend_.eof() &&
              !backend_.broken() && !board_.closing() && target == board_.current();
  Release();
  if (keep) {
    kept_target_ = target;
  } else {
    backend_.Close();
  }
  if (!keep_client_ || !request_whole || board_.closing()) {
    Linger();
    return;
  }
  mode_ = Mode::kHead;
  SetTimeout(kIdle);
}

// --- Bytes both ways.

bool Connection::StepTunnel() {
  auto pass = [](Peer& from, Peer& to) {
    bool moved = !from.in.empty() && to.HasRoom();
    if (moved) to.out.append(std::exchange(from.in, std::string()));
    to.Flush();
    if (from.eof() && from.in.empty()) to.ShutdownWhenFlushed();
    return moved;
  };
  bool changed = pass(client_, backend_);
  changed = pass(backend_, client_) || changed;
  bool over = client_.eof() && backend_.eof() && client_.out.empty() && backend_.out.empty();
  if (over || backend_.broken() || backend_.write_broken()) {
    Close();
    return false;
  }
  return changed;
}

// --- Ends.

void Connection::Answer(int status, absl::string_view reason, absl::string_view text) {
  Release();
  backend_.Close();
  if (tunnel_ || response_head_done_) {  // not in the middle of other bytes
    Close();
    return;
  }
  std::string body = absl::StrCat("waypoint: ", text, "\n");
  client_.out.append(absl::StrCat("HTTP/1.1 ", status, " ", reason,
                                  "\r\nContent-Type: text/plain\r\nConnection: close\r\nContent-Length: ", body.size(),
                                  "\r\n\r\n", body));
  Linger();
}

// The client must read the answer before it sees a reset for bytes we never read.
void Connection::Linger() {
  mode_ = Mode::kLinger;
  backend_.Close();
  client_.ShutdownWhenFlushed();
  SetTimeout(kIdle);
}

bool Connection::StepLinger() {
  client_.in.clear();
  client_.Flush();
  if (!client_.out.empty()) return false;
  if (client_.eof()) {
    Close();
  } else if (!std::exchange(lingering_, true)) {
    SetTimeout(kLingering);
  }
  return false;
}

void Connection::Close() {
  if (mode_ == Mode::kClosed) return;
  mode_ = Mode::kClosed;
  Release();
  client_.Close();
  backend_.Close();
  board_.Remove(this);
}

void Connection::Release() {
  if (target_ == nullptr) return;
  std::shared_ptr<Target> target = std::exchange(target_, nullptr);
  --target->active;
  board_.Idle(target);
}

void Connection::SetTimeout(absl::Duration delay) {
  if (timeout_ != 0) loop_.Cancel(std::exchange(timeout_, 0));
  if (delay != absl::InfiniteDuration()) timeout_ = loop_.After(delay, [this] { OnTimeout(); });
}

void Connection::OnTimeout() {
  timeout_ = 0;
  if (mode_ == Mode::kHead && !client_.in.empty()) {
    Answer(408, "Request Timeout", "The request's head did not come in time.");
    Advance();
  } else {
    Close();
  }
}

void Connection::OnSwitch() {
  if (mode_ != Mode::kHead) return;
  backend_.Close();
  kept_target_ = nullptr;
  if (board_.closing() && client_.in.empty()) Close();
}

bool Connection::CutOff(const Target* target) {
  if (target_.get() != target) return false;
  client_.Reset();
  Close();
  return true;
}

}  // namespace waypoint::builtin::process
