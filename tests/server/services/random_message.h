// Messages by chance, like none that a client would send: any field set or not, names that exist and that do not.
//
// Owns:    the dice; equal seeds make equal messages. Ids that answers hold are learnt and used again.
// Threads: the test's.
#pragma once

#include <random>
#include <string>
#include <vector>

#include "google/protobuf/message.h"

namespace waypoint::server {

class RandomMessage {
 public:
  explicit RandomMessage(uint32_t seed) : dice_(seed) {}

  size_t Below(size_t bound) { return std::uniform_int_distribution<size_t>(0, bound - 1)(dice_); }
  void Fill(google::protobuf::Message& message, int depth = 4);
  // One field somewhere is cleared, or set to something else.
  void Mutate(google::protobuf::Message& message, int depth = 4);
  void Learn(const google::protobuf::Message& answer);
  // An id that was learnt.
  std::string Known() { return learnt_.empty() ? "none" : learnt_[Below(learnt_.size())]; }

 private:
  using Field = google::protobuf::FieldDescriptor;

  void Set(google::protobuf::Message& message, const Field* field, int depth);
  void SetScalar(google::protobuf::Message& message, const Field* field, bool add);
  const std::string& Text();
  std::vector<google::protobuf::Message*> Parts(google::protobuf::Message& message);

  std::mt19937 dice_;
  std::vector<std::string> learnt_;
  size_t next_learnt_ = 0;
};

}  // namespace waypoint::server
