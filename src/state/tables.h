// The record types that survive, each with its table. Numbers are part of the disk format
// (docs/state-format.md): never reuse or renumber one.
#pragma once

#include <cstdint>

#include "waypoint/access.pb.h"
#include "waypoint/config.pb.h"
#include "waypoint/record.pb.h"
#include "waypoint/runner.pb.h"
#include "waypoint/server.pb.h"
#include "waypoint/token.pb.h"
#include "waypoint/trigger.pb.h"

namespace waypoint::state {

enum class Table : uint8_t {
  kMeta = 1,  // raw values: server id, cookie and the like
  kProject = 2,
  kWorkspace = 3,
  kBuild = 4,
  kArtifact = 5,
  kDeployment = 6,
  kRelease = 7,
  kStatusReport = 8,
  kJob = 9,
  kTask = 10,
  kTrigger = 11,
  kPipeline = 12,
  kPipelineRun = 13,
  kRunner = 14,
  kRunnerProfile = 15,
  kUser = 16,
  kAuthMethod = 17,
  kHmacKey = 18,
  kConfigVar = 19,
  kConfigSource = 20,
  kServerConfig = 21,
};
inline constexpr int kTableCount = 22;  // one more than the greatest number

// RecordTraits<pb::Job>::kTable. One line for each record type.
template <typename Record>
struct RecordTraits;

#define WAYPOINT_RECORD(Type, table)                 \
  template <>                                        \
  struct RecordTraits<::hashicorp::waypoint::Type> { \
    static constexpr Table kTable = Table::table;    \
  }
WAYPOINT_RECORD(Project, kProject);
WAYPOINT_RECORD(Workspace, kWorkspace);
WAYPOINT_RECORD(Build, kBuild);
WAYPOINT_RECORD(PushedArtifact, kArtifact);
WAYPOINT_RECORD(Deployment, kDeployment);
WAYPOINT_RECORD(Release, kRelease);
WAYPOINT_RECORD(StatusReport, kStatusReport);
WAYPOINT_RECORD(Job, kJob);
WAYPOINT_RECORD(Task, kTask);
WAYPOINT_RECORD(Trigger, kTrigger);
WAYPOINT_RECORD(Pipeline, kPipeline);
WAYPOINT_RECORD(PipelineRun, kPipelineRun);
WAYPOINT_RECORD(Runner, kRunner);
WAYPOINT_RECORD(OnDemandRunnerConfig, kRunnerProfile);
WAYPOINT_RECORD(User, kUser);
WAYPOINT_RECORD(AuthMethod, kAuthMethod);
WAYPOINT_RECORD(HMACKey, kHmacKey);
WAYPOINT_RECORD(ConfigVar, kConfigVar);
WAYPOINT_RECORD(ConfigSource, kConfigSource);
WAYPOINT_RECORD(ServerConfig, kServerConfig);
#undef WAYPOINT_RECORD

}  // namespace waypoint::state
