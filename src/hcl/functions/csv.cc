#include "hcl/functions/csv.h"

#include "absl/strings/str_cat.h"
#include "base/status.h"

namespace waypoint::hcl {
namespace {

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  absl::StatusOr<std::vector<std::vector<std::string>>> Read() {
    std::vector<std::vector<std::string>> rows;
    while (at_ < text_.size()) {
      if (TakeNewline()) continue;
      ASSIGN_OR_RETURN(std::vector<std::string> row, Row());
      if (!rows.empty() && row.size() != rows[0].size()) {
        return Fail(absl::StrCat("wrong number of fields: ", row.size(), " instead of ", rows[0].size()));
      }
      rows.push_back(std::move(row));
    }
    return rows;
  }

 private:
  absl::Status Fail(const std::string& what) const {
    return absl::InvalidArgumentError(absl::StrCat("CSV parse error on line ", line_, ": ", what));
  }

  bool TakeNewline() {
    size_t length = text_.substr(at_).starts_with("\r\n") ? 2 : text_.substr(at_).starts_with("\n") ? 1 : 0;
    at_ += length;
    line_ += length > 0 ? 1 : 0;
    return length > 0;
  }

  absl::StatusOr<std::vector<std::string>> Row() {
    std::vector<std::string> row;
    while (true) {
      bool quoted = at_ < text_.size() && text_[at_] == '"';
      ASSIGN_OR_RETURN(std::string field, quoted ? Quoted() : Plain());
      row.push_back(std::move(field));
      if (at_ < text_.size() && text_[at_] == ',') {
        ++at_;
        continue;
      }
      if (at_ < text_.size() && !TakeNewline()) return Fail("a comma or the end of the line is expected after a quote");
      return row;
    }
  }

  absl::StatusOr<std::string> Plain() {
    size_t start = at_;
    while (at_ < text_.size() && text_[at_] != ',' && text_[at_] != '\n') {
      if (text_[at_] == '"') return Fail("a quote inside a field that does not start with one");
      if (text_.substr(at_).starts_with("\r\n")) break;
      ++at_;
    }
    return std::string(text_.substr(start, at_ - start));
  }

  absl::StatusOr<std::string> Quoted() {
    std::string out;
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] == '"') {
        if (!text_.substr(at_).starts_with("\"\"")) {
          ++at_;
          return out;
        }
        ++at_;
      }
      if (text_.substr(at_).starts_with("\r\n")) ++at_;
      if (text_[at_] == '\n') ++line_;
      out += text_[at_];
    }
    return Fail("a quoted field is not closed");
  }

  std::string_view text_;
  size_t at_ = 0;
  int line_ = 1;
};

}  // namespace

absl::StatusOr<std::vector<std::vector<std::string>>> ParseCsv(std::string_view text) { return Reader(text).Read(); }

}  // namespace waypoint::hcl
