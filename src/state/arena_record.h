// A record and all its parts in one piece of memory: made at once and dropped at once, where a message on the heap
// costs an allocation for each message inside it.
//
// Owns:    the memory, through the pointer that MakeRecord returns and its copies.
// Threads: as a message.
// Errors:  none. A message inside cannot be given to or taken from one on the heap without a copy.
#pragma once

#include <memory>

#include "google/protobuf/arena.h"

namespace waypoint::state {

template <typename R>
std::shared_ptr<R> MakeRecord() {
  struct Whole {
    // Room for the record and an ordinary number of small parts; the arena asks for more when that is not enough.
    alignas(8) char block[sizeof(R) + 1024];
    google::protobuf::Arena arena{block, sizeof(block)};
    R* record = google::protobuf::Arena::CreateMessage<R>(&arena);
  };
  // Not make_shared, which would fill the block with zeros.
  auto whole = std::make_shared_for_overwrite<Whole>();
  return std::shared_ptr<R>(whole, whole->record);
}

template <typename R>
std::shared_ptr<R> CopyRecord(const R& record) {
  std::shared_ptr<R> copy = MakeRecord<R>();
  copy->CopyFrom(record);
  return copy;
}

}  // namespace waypoint::state
