#include "server/common/pages.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "ptypes/project.h"

namespace waypoint::server {
namespace {

namespace pb = ::hashicorp::waypoint;

constexpr char kPrefix[] = "at:";

std::string Encode(const std::string& cursor) { return absl::Base64Escape(absl::StrCat(kPrefix, cursor)); }

absl::StatusOr<std::string> Decode(const std::string& token, absl::string_view field) {
  std::string text;
  if (!absl::Base64Unescape(token, &text) || text.rfind(kPrefix, 0) != 0) {
    return absl::InvalidArgumentError(absl::StrCat("pagination.", field, " is no token of this server"));
  }
  return text.substr(sizeof(kPrefix) - 1);
}

}  // namespace

absl::StatusOr<Page> Page::Of(const pb::PaginationRequest& request) {
  RETURN_IF_ERROR(ptypes::CheckPagination(request));
  Page page;
  page.size_ = request.page_size();
  page.backward_ = !request.previous_page_token().empty();
  if (page.backward_) {
    ASSIGN_OR_RETURN(page.cursor_, Decode(request.previous_page_token(), "previous_page_token"));
  } else if (!request.next_page_token().empty()) {
    ASSIGN_OR_RETURN(page.cursor_, Decode(request.next_page_token(), "next_page_token"));
  }
  return page;
}

bool Page::Take(const std::string& cursor, size_t bytes) {
  // One row always fits: a page without rows would have no end.
  if (rows_ > 0 && ((size_ > 0 && rows_ == size_) || bytes_ + bytes > kMaxListBytes)) {
    more_ = true;
    return false;
  }
  ++rows_;
  bytes_ += bytes + 8;  // the row's frame
  if (first_.empty()) first_ = cursor;
  last_ = cursor;
  return true;
}

void Page::Finish(pb::PaginationResponse* response) const {
  const std::string& lowest = backward_ ? last_ : first_;
  const std::string& highest = backward_ ? first_ : last_;
  if (rows_ == 0) return;
  if (backward_ || more_) response->set_next_page_token(Encode(highest));
  if (backward_ ? more_ : cursor_.has_value()) response->set_previous_page_token(Encode(lowest));
}

}  // namespace waypoint::server
