// Runners and callers of QueueJob, as many as one likes, for the load program.
//
// Owns:    their streams; the LoadClient must outlive them.
// Threads: the one that polls the client.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "load_client.h"
#include "waypoint/job.pb.h"
#include "waypoint/runner.pb.h"

namespace waypoint::bench {

namespace pb = ::hashicorp::waypoint;

// For any runner, or for one that never comes.
enum class For { kAny, kNobody };
pb::QueueJobRequest NoopJob(const std::string& label, For whom = For::kAny);

// Several callers, each with one QueueJob under way.
class Queuers {
 public:
  // Ends by itself after `limit` jobs, else with client.Stop().
  Queuers(LoadClient& client, int callers, For whom = For::kAny, int limit = 0);
  int open() const { return open_; }
  Latencies& took() { return took_; }

 private:
  void Next(int caller);

  LoadClient& client_;
  const grpc::ByteBuffer request_;
  const int limit_;
  int begun_ = 0, open_ = 0;
  Latencies took_;
};

// Registers, then takes one job after another; a job does nothing.
class Runner {
 public:
  struct Hooks {
    std::function<void(const pb::Job&)> assigned;
    std::function<void()> cycled;
  };
  Runner(LoadClient& client, int number, Hooks hooks);
  void Leave();
  bool gone() const { return config_ == nullptr && jobs_ == nullptr; }
  bool ready() const { return ready_; }

 private:
  void Ask();
  void OnJob(grpc::ByteBuffer& buffer);
  void OnEnded(const char* what, const grpc::Status& status, StreamCall** call);

  LoadClient& client_;
  const int number_;
  const std::string id_;
  const Hooks hooks_;
  StreamCall* config_ = nullptr;
  StreamCall* jobs_ = nullptr;
  bool ready_ = false;
};

using Fleet = std::vector<std::unique_ptr<Runner>>;
Fleet MakeFleet(LoadClient& client, int size, const Runner::Hooks& hooks);
void Dismiss(LoadClient& client, Fleet& fleet);

}  // namespace waypoint::bench
