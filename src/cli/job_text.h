// Jobs as words: operation, state, target, times (cli.md 13).
//
// Threads: pure functions, apart from the clock of the session.
#pragma once

#include <map>
#include <string>

#include "cli/session.h"
#include "waypoint/record.pb.h"

namespace waypoint::cli {

std::string OperationName(const hashicorp::waypoint::Job& job);          // "Build", "StartTask"
std::string JobStateName(hashicorp::waypoint::Job::State state);         // "Running"
std::string TargetText(const hashicorp::waypoint::Ref::Runner& target);  // "*", id, labels
// "map[a:1 b:2]"
std::string MapText(const google::protobuf::Map<std::string, std::string>& map);
// "a:1 b:2 "
std::string LabelText(const google::protobuf::Map<std::string, std::string>& map);

// The blocks of `job inspect`.
void ShowJob(Session& session, const hashicorp::waypoint::Job& job);

}  // namespace waypoint::cli
