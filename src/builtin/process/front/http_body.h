// Finds the end of a body in a stream of bytes, without changing any.
//
// Threads: pure. Errors: bad() after a malformed chunk; nothing more is consumed then.
#pragma once

#include <cstdint>

#include "absl/strings/string_view.h"
#include "builtin/process/front/http_head.h"

namespace waypoint::builtin::process {

class BodyEnd {
 public:
  explicit BodyEnd(const BodyPlan& plan = {});

  // How many of these bytes belong to the body; less than all only at its end or when bad.
  size_t Consume(absl::string_view data);
  bool done() const { return state_ == State::kDone; }
  bool bad() const { return state_ == State::kBad; }
  // The stream ended: was that a proper end?
  bool EndsWithStream() const { return done() || state_ == State::kUntilClose; }

 private:
  enum class State { kLength, kUntilClose, kSize, kExtension, kData, kDataEnd, kTrailer, kDone, kBad };
  void ChunkByte(char c);
  void EndOfSizeLine();

  State state_;
  uint64_t left_ = 0;       // of the body, or of the chunk
  int digits_ = 0;          // of the chunk's size
  bool line_empty_ = true;  // of the trailer's current line
};

}  // namespace waypoint::builtin::process
