// The world as Consider() asks for it: the newest records, the index, and who is connected.
//
// Owns:    nothing; lives within one step or look.
// Threads: the loop.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/jobs/blocked.h"
#include "server/jobs/book.h"
#include "state/store.h"

namespace waypoint::jobs {

class Knowledge : public World {
 public:
  // All connected runners; or only `candidate`, of which a stream waits.
  Knowledge(const state::View& view, const Book& book, const RunnerView* candidate = nullptr)
      : view_(view), book_(book), candidate_(candidate) {}

  std::vector<std::shared_ptr<const pb::Job>> Unfinished(const pb::Job& job) const override;
  std::shared_ptr<const pb::Job> LockHolder(const std::string& lock_key) const override;
  void ForEachRunner(absl::FunctionRef<bool(const FleetRunner&)> each) const override;
  std::shared_ptr<const pb::Job> StartJob(const pb::Job& job) const override;
  std::shared_ptr<const pb::Job> WatchJob(const pb::Job& job) const override;
  std::string UserName(const std::string& user_id) const override;

 private:
  std::shared_ptr<const pb::Task> TaskOf(const pb::Job& job) const;

  const state::View& view_;
  const Book& book_;
  const RunnerView* const candidate_;
};

}  // namespace waypoint::jobs
