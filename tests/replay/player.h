// Plays the client's side of a capture against a server: each recorded event of the client is sent when its turn
// comes, each of the server is waited for and compared.
//
// Threads: the test's.
// Errors:  what differs, one line each, with the command and the call under which it happened.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "replay/capture.h"
#include "replay/likeness.h"
#include "replay/wire_client.h"

namespace waypoint::replay {

struct Script {
  // What "<token>" stands for in a header of a call, and in its messages.
  std::function<std::string(const Event& open, const std::string& header)> token;
  std::function<std::string(const Event& message)> token_in_message = [](const Event&) { return std::string("x"); };
  std::function<std::string(const Event& open)> cookie = [](const Event&) { return std::string(); };
  // Bytes to send instead of the recorded message.
  std::function<std::optional<std::string>(const Event& message)> instead = [](const Event&) { return std::nullopt; };
  // Sees every answer of ours; a place to take tokens from.
  std::function<void(const Event& recorded, const google::protobuf::Message& ours)> on_answer = [](auto&, auto&) {};
  std::function<bool(const Event&)> skip = [](const Event&) { return false; };
  // Differences that are no fault, by their path.
  std::function<bool(const Event&, const std::string& difference)> forgive = [](auto&, auto&) { return false; };
  // A stream whose changes are coalesced as it happens: what remains the same of all its messages together, compared
  // when it ends.
  std::map<std::string, std::function<Struct(const std::vector<Struct>& messages)>> together;
  // False where messages were left out of the capture that made such a stream show what it shows: it may never come.
  bool keeps_pace = true;
  // Streams whose messages are only counted on to come, not compared one by one.
  std::set<std::string> loose;
};

class Player {
 public:
  Player(WireClient& client, Script script) : client_(client), script_(std::move(script)) {}
  void Play(const Capture& capture);
  const std::vector<std::string>& differences() const { return differences_; }
  int compared() const { return compared_; }  // answers, statuses included
  Likeness& likeness() { return likeness_; }

 private:
  struct Open {
    std::unique_ptr<WireCall> call;
    size_t seen = 0;  // messages of the server, keepalives not counted
    bool cancelled = false;
    std::string rpc, peer;
    std::vector<Struct> recorded, ours;  // of those that are compared together
    bool left_out = false;               // one of them is not in the capture
  };
  void Play(const Event& event);
  Headers OurHeaders(const Event& event) const;
  void Send(const Event& event, Open& open);
  void Expect(const Event& event, Open& open);
  void TakeAssigned(const Event& event, Open& open);
  void AwaitShown(Open& open);
  static bool Next(Open& open);
  void CompareTogether(const Event& event, Open& open);
  // `partly`: what only ours has may be what was left out of the capture.
  void Compare(const Event& event, const Struct& recorded, const Struct& ours, bool partly = false);
  void ExpectStatus(const Event& event, Open& open);
  void CompareDetails(const Event& event, const absl::Status& status);
  void Differ(const Event& event, const std::string& what);

  WireClient& client_;
  const Script script_;
  Likeness likeness_;
  std::map<int, Open> calls_;
  std::vector<std::string> differences_;
  int compared_ = 0;
};

}  // namespace waypoint::replay
