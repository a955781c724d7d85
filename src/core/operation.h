// The life of one operation and its record: written before, changed while, written after, whatever happens
// (core-and-plugins.md A6).
//
// Owns:    a subclass owns the record and does the work in Do.
// Threads: one.
// Errors:  of the operation. A failed first write ends it; a failed last write is only logged.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "core/app.h"

namespace waypoint::core {

// What a component gave, as it goes into the record.
struct Produced {
  opaqueany::Any value;  // without type: no result
  std::string json, template_data;
  config::Labels labels;
};

class Operation {
 public:
  explicit Operation(const App& app) : app_(app) {}
  virtual ~Operation() = default;

  virtual absl::string_view name() const = 0;  // "build", "push build", "deployment destroy", ...
  virtual absl::Status Init() = 0;             // makes the record
  virtual absl::Status Do() = 0;
  virtual absl::Status Upsert(const client::CallOptions& options) = 0;  // the answer replaces the record

  virtual void SetJobId(const std::string&) {}
  virtual uint64_t sequence() const { return 0; }
  virtual pb::Status* status() { return nullptr; }  // null: status is not this operation's (destroy)
  virtual void SetLabels(const config::Labels&) {}
  virtual void StoreProduced(const Produced*) {}  // null: failed, the value is cleared
  virtual const ActiveComponent* component() const { return nullptr; }
  virtual absl::Status AfterFirstUpsert() { return absl::OkStatus(); }

 protected:
  const App& app() const { return app_; }
  const Project& project() const { return app_.project(); }
  Produced produced_;  // set by Do

 private:
  friend absl::Status RunOperation(Operation& operation);
  const App& app_;
};

absl::Status RunOperation(Operation& operation);

// A4: labels of a record.
config::Labels RecordLabels(const App& app, const config::Labels& component, const config::Labels& result);

google::protobuf::Timestamp ToTimestamp(absl::Time time);

template <typename Map>
void AssignLabels(const config::Labels& labels, Map* out) {
  out->clear();
  out->insert(labels.begin(), labels.end());
}

}  // namespace waypoint::core
