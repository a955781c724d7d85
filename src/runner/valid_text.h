// Messages whose texts come from anywhere, made fit to be sent.
//
// Threads: pure function.
#pragma once

#include "google/protobuf/message.h"

namespace waypoint::runner {

// Every text in it becomes UTF-8: with one that is not the server would refuse the message, and end the job's stream.
void RepairTexts(google::protobuf::Message* message);

}  // namespace waypoint::runner
