// References: checks and the keys they stand for.
//
// Threads: pure functions.
#pragma once

#include <string>

#include "ptypes/violations.h"
#include "waypoint/common.pb.h"

namespace waypoint::ptypes {

namespace pb = ::hashicorp::waypoint;

// Both names must be there.
void CheckApplicationRef(const pb::Ref::Application& ref, absl::string_view field, Violations& out);
// A target, and in it an id or a sequence with its application.
void CheckOperationRef(const pb::Ref::Operation& ref, absl::string_view field, Violations& out);

// Equal for two references to the same application.
std::string ApplicationKey(const pb::Ref::Application& ref);
bool SameApplication(const pb::Ref::Application& a, const pb::Ref::Application& b);
bool SameName(absl::string_view a, absl::string_view b);
// "project/application", for messages.
std::string Describe(const pb::Ref::Application& ref);
std::string Describe(const pb::Ref::Operation& ref);

}  // namespace waypoint::ptypes
