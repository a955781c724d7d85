// One client's connection: each of its requests goes to the deployment that is released when the
// request comes, so a client that keeps its connection open moves over without noticing.
//
// Owns:    both sockets. The connection to a deployment is kept for the client's next request, unless
//          another deployment was released meanwhile.
// Threads: the loop's.
// Errors:  towards the client: 400, 408, 431 for bad heads, 502 when the deployment cannot be reached
//          within kConnectPatience, 503 when none is released. An answer cut off half way resets the
//          connection, so that nobody takes it for whole.
// Protocol "tcp", and whatever does not look like HTTP/1: bytes pass both ways until either side ends.
#pragma once

#include <memory>
#include <string>

#include "base/fd.h"
#include "builtin/process/front/http_body.h"
#include "builtin/process/front/http_head.h"
#include "builtin/process/front/loop.h"
#include "builtin/process/front/peer.h"

namespace waypoint::builtin::process {

// A deployment that connections may go to. Alive as long as somebody uses it.
struct Target {
  std::string deployment_id, host;
  uint16_t port = 0;
  int active = 0;  // requests and tunnels under way
};

class Connection;

// What a connection needs of the proxy around it.
class Switchboard {
 public:
  virtual ~Switchboard() = default;
  virtual std::shared_ptr<Target> current() = 0;  // null: nothing is released
  virtual bool http() = 0;
  virtual bool closing() = 0;                                    // no further request on kept connections
  virtual void Idle(const std::shared_ptr<Target>& target) = 0;  // one less is active
  virtual void Remove(Connection* connection) = 0;               // destroys it soon
};

class Connection {
 public:
  Connection(Loop& loop, Switchboard& board, UniqueFd client, std::string address);
  ~Connection();

  void Start() { Advance(); }
  // The released deployment has changed, or the front is closing.
  void OnSwitch();
  // Ends it if it still uses the deployment.
  bool CutOff(const Target* target);

 private:
  enum class Mode { kHead, kConnecting, kExchange, kTunnel, kLinger, kClosed };

  void Advance();
  bool Step();  // true: something changed, ask again
  bool StepHead();
  bool StepConnecting();
  bool StepExchange();
  bool StepTunnel();
  bool StepLinger();

  void StartRequest(absl::string_view text);
  bool MayReuse() const;
  void Connect();
  void ConnectFailed();
  void StartTunnel();
  void SendHead();
  bool PassRequestBody();
  bool PassResponse();
  bool ReadResponseHead();
  void TakeResponse(HttpHead response);
  bool ResponseLost();
  void FinishExchange();

  void Answer(int status, absl::string_view reason, absl::string_view text);
  void Linger();
  void Close();
  void Release();
  void SetTimeout(absl::Duration delay);
  void OnTimeout();

  Loop& loop_;
  Switchboard& board_;
  const std::string address_;
  Peer client_, backend_;
  Mode mode_ = Mode::kHead;
  bool advancing_ = false;
  Loop::Id timeout_ = 0;
  Loop::Id retry_ = 0;
  absl::Time connect_until_;

  std::shared_ptr<Target> target_;       // counted as active
  std::shared_ptr<Target> kept_target_;  // of the kept, unused connection
  HttpHead request_;
  std::string request_text_;  // head as sent, to send it again
  BodyEnd request_body_, response_body_;
  bool has_body_ = false;
  bool tunnel_ = false;
  bool reused_ = false;
  bool response_started_ = false;
  bool response_head_done_ = false;
  bool keep_client_ = false;
  bool keep_backend_ = false;
  bool lingering_ = false;
};

}  // namespace waypoint::builtin::process
