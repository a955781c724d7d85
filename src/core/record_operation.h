// What every operation on a stored record does the same way; subclasses add the work itself.
//
// Owns:    the record.
// Threads: one.
// Errors:  of the calls.
#pragma once

#include <string>
#include <utility>

#include "base/status.h"
#include "core/operation.h"

namespace waypoint::core {

template <typename Record>
class RecordOperation : public Operation {
 public:
  explicit RecordOperation(const App& app, Record of = {}) : Operation(app), record(std::move(of)) {}

  void SetJobId(const std::string& id) override { record.set_job_id(id); }
  uint64_t sequence() const override { return record.sequence(); }
  void SetLabels(const config::Labels& labels) override { AssignLabels(labels, record.mutable_labels()); }

  Record record;

 protected:
  void SetOrigin(const pb::Component& component) {
    *record.mutable_application() = app().ref();
    *record.mutable_workspace() = app().workspace_ref();
    *record.mutable_component() = component;
  }

  void SetTemplateData(const Produced& produced) {
    record.set_template_data(produced.template_data.empty() ? "null" : produced.template_data);
  }

  // `stored` picks the record out of the answer; it has the fields that the server fills.
  template <typename Request, typename Response>
  absl::Status Store(const char* rpc, const Request& request, const client::CallOptions& options,
                     Record* (Response::*stored)()) {
    ASSIGN_OR_RETURN(Response response,
                     client::Invoke<Response>(*project().environment().channel, rpc, request, options));
    record = std::move(*(response.*stored)());
    return absl::OkStatus();
  }
};

}  // namespace waypoint::core
