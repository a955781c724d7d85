// Lists come in pages, however long they are; servers of 0.11 send one page with everything.
//
// Threads: one.
// Errors:  of the calls; an interrupt between two pages is one.
#pragma once

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "cli/session.h"

namespace waypoint::cli {

inline constexpr uint32_t kPageSize = 500;

// Calls `take` with every page. `request` has the field `pagination`, the answer too.
template <typename Response, typename Request, typename Take>
absl::Status ForEachPage(Session& session, absl::string_view method, Request request, Take take) {
  request.mutable_pagination()->set_page_size(kPageSize);
  while (true) {
    absl::StatusOr<Response> page = session.Invoke<Response>(method, request);
    if (!page.ok()) return page.status();
    take(*page);
    if (page->pagination().next_page_token().empty()) return absl::OkStatus();
    request.mutable_pagination()->set_next_page_token(page->pagination().next_page_token());
  }
}

}  // namespace waypoint::cli
