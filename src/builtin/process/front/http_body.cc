#include "builtin/process/front/http_body.h"

#include <algorithm>

#include "absl/strings/ascii.h"

namespace waypoint::builtin::process {
namespace {

constexpr int kSizeDigits = 15;  // 2^60 bytes in a chunk are enough

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  char lower = absl::ascii_tolower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

}  // namespace

BodyEnd::BodyEnd(const BodyPlan& plan) : state_(State::kDone) {
  if (plan.kind == BodyPlan::Kind::kLength) state_ = State::kLength;
  if (plan.kind == BodyPlan::Kind::kUntilClose) state_ = State::kUntilClose;
  if (plan.kind == BodyPlan::Kind::kChunked) state_ = State::kSize;
  left_ = plan.length;
}

size_t BodyEnd::Consume(absl::string_view data) {
  size_t used = 0;
  while (used < data.size() && !done() && !bad()) {
    if (state_ == State::kUntilClose) return data.size();
    if (state_ == State::kLength || state_ == State::kData) {
      size_t n = static_cast<size_t>(std::min<uint64_t>(left_, data.size() - used));
      used += n;
      left_ -= n;
      if (left_ == 0) state_ = state_ == State::kLength ? State::kDone : State::kDataEnd;
    } else {
      ChunkByte(data[used++]);
    }
  }
  return used;
}

void BodyEnd::EndOfSizeLine() {
  if (digits_ == 0) {
    state_ = State::kBad;
  } else if (left_ == 0) {
    state_ = State::kTrailer;
    line_empty_ = true;
  } else {
    state_ = State::kData;
  }
  digits_ = 0;
}

void BodyEnd::ChunkByte(char c) {
  if (state_ == State::kSize) {
    int value = HexValue(c);
    if (value >= 0 && digits_ < kSizeDigits) {
      left_ = left_ * 16 + static_cast<uint64_t>(value);
      ++digits_;
    } else if (c == '\n') {
      EndOfSizeLine();
    } else {
      bool allowed = c == ';' || c == ' ' || c == '\t' || c == '\r';
      state_ = allowed && digits_ > 0 ? State::kExtension : State::kBad;
    }
  } else if (state_ == State::kExtension) {
    if (c == '\n') EndOfSizeLine();
  } else if (state_ == State::kDataEnd) {
    if (c == '\n') {
      state_ = State::kSize;
      left_ = 0;
    } else if (c != '\r') {
      state_ = State::kBad;
    }
  } else if (state_ == State::kTrailer) {
    if (c == '\n' && line_empty_) {
      state_ = State::kDone;
    } else if (c != '\r') {
      line_empty_ = c == '\n';
    }
  }
}

}  // namespace waypoint::builtin::process
