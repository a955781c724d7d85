#include "replay/player.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "errors/details.h"

namespace waypoint::replay {
namespace {

// What the details of an error name: keys of context, and fields that are wrong. Sorted.
std::vector<std::string> Names(const google::protobuf::ListValue& details) {
  std::vector<std::string> names;
  for (const auto& detail : details.values()) {
    const Struct& value = At(detail.struct_value(), "value");
    if (const std::string key = Text(value, "key"); !key.empty()) names.push_back(absl::StrCat("key ", key));
    auto fields = value.fields().find("field_violations");
    if (fields == value.fields().end()) continue;
    for (const auto& field : fields->second.list_value().values()) {
      names.push_back(absl::StrCat("field ", Text(field.struct_value(), "field")));
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<std::string> Names(const absl::Status& status) {
  std::vector<std::string> names;
  for (const auto& detail : DetailsOf(status)) names.push_back(absl::StrCat("key ", detail.first));
  for (const FieldViolation& violation : ViolationsOf(status)) names.push_back(absl::StrCat("field ", violation.field));
  std::sort(names.begin(), names.end());
  return names;
}

// Of all lists in a digest.
int Items(const Struct& digest) {
  int items = 0;
  for (const auto& [name, value] : digest.fields()) items += value.list_value().values_size();
  return items;
}

}  // namespace

void Player::Play(const Capture& capture) {
  for (const Event& event : capture.events) {
    if (event.call != 0 && !script_.skip(event)) Play(event);
  }
  calls_.clear();
}

void Player::Play(const Event& event) {
  if (event.kind == Event::Kind::kOpen) {
    Open& open = calls_[event.call];
    open.rpc = event.rpc;
    open.peer = event.peer;
    open.call = client_.Open(event.rpc, OurHeaders(event));
    return;
  }
  auto it = calls_.find(event.call);
  if (it == calls_.end()) return;  // the recording began in the middle of it
  Open& open = it->second;
  switch (event.kind) {
    case Event::Kind::kMessage:
      if (event.to_server) {
        Send(event, open);
      } else if (!event.keepalive) {  // when the server's come differs from run to run
        Expect(event, open);
      }
      return;
    case Event::Kind::kHalfClose:
      return open.call->HalfClose();
    case Event::Kind::kCancel:
      open.cancelled = true;
      return open.call->Cancel();
    case Event::Kind::kStatus:
      ExpectStatus(event, open);
      calls_.erase(it);
      return;
    default:
      return;
  }
}

Headers Player::OurHeaders(const Event& event) const {
  Headers headers;
  for (const auto& [name, recorded] : event.headers) {
    if (name == "(deadline)" || name == "user-agent") continue;
    std::string value = recorded;
    if (absl::StrContains(value, "<token>")) {
      value = absl::StrReplaceAll(value, {{"<token>", script_.token(event, name)}});
    }
    if (value == "<cookie>") value = script_.cookie(event);
    headers.emplace_back(name, value);
  }
  return headers;
}

void Player::Send(const Event& event, Open& open) {
  if (event.keepalive) return open.call->SendKeepalive();
  if (std::optional<std::string> bytes = script_.instead(event)) return open.call->Send(*bytes);
  auto request = NewRequest(event.rpc);
  const absl::Status parsed =
      FromStruct(likeness_.ToOurs(event.message, script_.token_in_message(event)), request.get());
  if (!parsed.ok()) Differ(event, parsed.ToString());
  open.call->Send(request->SerializeAsString());
}

void Player::Expect(const Event& event, Open& open) {
  if (script_.loose.count(event.rpc) > 0) return;
  if (script_.together.count(event.rpc) > 0) {
    open.recorded.push_back(event.message);
    open.left_out |= event.left_out;
    if (script_.keeps_pace) AwaitShown(open);
    return;
  }
  if (event.rpc == "RunnerJobStream" && open.seen == 0) TakeAssigned(event, open);
  std::optional<std::string> bytes = open.call->Message(open.seen++);
  if (!bytes) return Differ(event, absl::StrCat("no answer, but ", open.call->Status().ToString()));
  auto response = NewResponse(event.rpc);
  if (!response->ParseFromString(*bytes)) return Differ(event, "the answer does not parse");
  script_.on_answer(event, *response);
  ++compared_;
  if (event.left_out) return;
  ClearAdditions(response.get());
  Compare(event, event.message, ToStruct(*response));
}

void Player::Compare(const Event& event, const Struct& recorded, const Struct& ours, bool partly) {
  for (const std::string& difference : likeness_.Compare(recorded, ours)) {
    if (partly && absl::StrContains(difference, ": recorded nothing")) continue;
    if (!script_.forgive(event, difference)) Differ(event, difference);
  }
}

// Several streams of a runner wait; which of them gets the job is chance. It takes the place of the recorded one.
void Player::TakeAssigned(const Event& event, Open& open) {
  std::vector<Open*> waiting = {&open};
  for (auto& [id, other] : calls_) {
    if (&other != &open && other.rpc == event.rpc && other.peer == open.peer && other.seen == 0) {
      waiting.push_back(&other);
    }
  }
  std::vector<WireCall*> calls;
  for (Open* candidate : waiting) calls.push_back(candidate->call.get());
  const std::optional<size_t> first = client_.AwaitAny(calls, 0);
  if (first && *first != 0) std::swap(waiting[*first]->call, open.call);
}

// What a stream showed when it was recorded, before the events that follow: a later call (a cancel, say) must not
// overtake, in our server, what made it show that.
void Player::AwaitShown(Open& open) {
  const auto& digest = script_.together.at(open.rpc);
  const int recorded = Items(digest(open.recorded));
  while (Items(digest(open.ours)) < recorded && Next(open)) {
  }
}

// Waits for one more message; false if there is none.
bool Player::Next(Open& open) {
  const std::optional<std::string> bytes = open.call->Message(open.ours.size());
  auto response = NewResponse(open.rpc);
  if (!bytes || !response->ParseFromString(*bytes)) return false;
  ClearAdditions(response.get());
  open.ours.push_back(ToStruct(*response));
  return true;
}

void Player::CompareTogether(const Event& event, Open& open) {
  if (script_.together.count(event.rpc) == 0 || open.cancelled) return;
  if (const absl::Status ended = open.call->Status(); absl::IsDeadlineExceeded(ended)) {
    return Differ(event, "the call does not end");
  }
  while (Next(open)) {
  }
  const auto& digest = script_.together.at(event.rpc);
  Compare(event, digest(open.recorded), digest(open.ours), open.left_out);
}

void Player::ExpectStatus(const Event& event, Open& open) {
  if (open.cancelled) return;  // how it ends is chance then
  CompareTogether(event, open);
  const absl::Status status = open.call->Status();
  ++compared_;
  if (static_cast<int>(status.code()) != event.code) {
    return Differ(event, absl::StrCat("recorded code ", event.code, " (", event.text, "), ours ", status.ToString()));
  }
  if (event.code != 0 && status.message().empty()) Differ(event, "the error has no text");
  CompareDetails(event, status);
}

void Player::CompareDetails(const Event& event, const absl::Status& status) {
  const std::vector<std::string> recorded = Names(event.details);
  const std::vector<std::string> ours = Names(status);
  if (recorded == ours) return;
  Differ(event,
         absl::StrCat("recorded details: ", absl::StrJoin(recorded, ", "), "; ours: ", absl::StrJoin(ours, ", ")));
}

void Player::Differ(const Event& event, const std::string& what) {
  differences_.push_back(absl::StrCat("[", event.command, "] #", event.call, " ", event.rpc, ": ", what));
}

}  // namespace waypoint::replay
