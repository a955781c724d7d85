#include "server/rpc/open_calls.h"

namespace waypoint::server {

void OpenCalls::Add(Call* call) {
  Link(call, kFresh);
  ++size_;
}

void OpenCalls::Remove(Call* call) {
  Unlink(call);
  --size_;
}

void OpenCalls::Tick() {
  now_ = (now_ + 1) % kPeriod;
  for (Call* call = heads_[now_]; call != nullptr; call = call->next) call->Tick();
  while (Call* call = heads_[kFresh]) {
    call->Tick();
    Unlink(call);
    Link(call, now_);
  }
}

void OpenCalls::FinishAll(const absl::Status& status) {
  for (Call* head : heads_) {
    for (Call* call = head; call != nullptr; call = call->next) call->Finish(status);
  }
}

void OpenCalls::Link(Call* call, int slot) {
  call->slot = slot;
  call->previous = nullptr;
  call->next = heads_[slot];
  if (call->next != nullptr) call->next->previous = call;
  heads_[slot] = call;
}

void OpenCalls::Unlink(Call* call) {
  if (call->previous != nullptr) {
    call->previous->next = call->next;
  } else {
    heads_[call->slot] = call->next;
  }
  if (call->next != nullptr) call->next->previous = call->previous;
  call->next = call->previous = nullptr;
}

}  // namespace waypoint::server
