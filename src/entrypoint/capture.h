// The child's output: passed on to our own stdout or stderr as it comes, and cut into lines for the server.
//
// Owns:    the reading ends of two pipes and the thread that reads them.
// Threads: own one; the writing ends are for children, one after another.
// Units:   a line is ended by "\n", which it keeps, by kLineLimit bytes, or by the end of everything.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/fd.h"
#include "entrypoint/line_queue.h"
#include "entrypoint/output_limit.h"

namespace waypoint::entrypoint {

inline constexpr size_t kLineLimit = 64 * 1024;

// Cuts bytes into lines, whatever pieces they come in.
class LineCutter {
 public:
  // Calls `line` for each whole line.
  template <typename F>
  void Add(absl::string_view data, F line) {
    while (!data.empty()) {
      size_t end = data.find('\n');
      size_t room = kLineLimit - rest_.size();
      size_t take = std::min(room, end == absl::string_view::npos ? data.size() : end + 1);
      rest_.append(data.data(), take);
      data.remove_prefix(take);
      if (rest_.back() == '\n' || rest_.size() == kLineLimit) {
        line(absl::string_view(rest_));
        rest_.clear();
      }
    }
  }
  template <typename F>
  void Finish(F line) {
    if (!rest_.empty()) line(absl::string_view(rest_));
    rest_.clear();
  }

 private:
  std::string rest_;
};

class Capture {
 public:
  // `output_limit`: see output_limit.h.
  static absl::StatusOr<std::unique_ptr<Capture>> Start(LineQueue& queue, int64_t output_limit = 0);
  ~Capture();

  // What a child gets as stdout and stderr.
  int child_out() const { return child_out_.get(); }
  int child_err() const { return child_err_.get(); }
  // No further children: reads until the pipes end, at most until `deadline`, then returns.
  void Finish(absl::Time deadline);

 private:
  Capture(LineQueue& queue, int64_t output_limit)
      : queue_(queue), limit_(output_limit), finishing_(std::stop_token()) {}
  void Run();
  bool PassOn(UniqueFd* from, int to, LineCutter* cutter);

  LineQueue& queue_;
  OutputLimit limit_;
  UniqueFd child_out_, child_err_;
  UniqueFd out_, err_;
  StopFd finishing_;  // woken when the deadline of Finish counts
  std::atomic<int64_t> deadline_ms_ = 0;
  std::thread thread_;
};

}  // namespace waypoint::entrypoint
