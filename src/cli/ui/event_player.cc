#include "cli/ui/event_player.h"

namespace waypoint::cli {

namespace pb = ::hashicorp::waypoint;

Style StyleOfName(absl::string_view name) {
  if (name == "header") return Style::kHeader;
  if (name == "info") return Style::kInfo;
  if (name == "error") return Style::kError;
  if (name == "error-bold") return Style::kErrorBold;
  if (name == "warning") return Style::kWarning;
  if (name == "warning-bold") return Style::kWarningBold;
  if (name == "success") return Style::kSuccess;
  if (name == "success-bold") return Style::kSuccessBold;
  return Style::kNone;
}

void EventPlayer::Play(const Event& event) {
  switch (event.event_case()) {
    case Event::kLine:
      ui_.Line(event.line().msg(), StyleOfName(event.line().style()));
      break;
    case Event::kStatus:
      PlayStatus(event.status());
      break;
    case Event::kNamedValues: {
      std::vector<std::pair<std::string, std::string>> values;
      for (const auto& value : event.named_values().values()) values.emplace_back(value.name(), value.value());
      ui_.NamedValues(values);
      break;
    }
    case Event::kRaw:
      ui_.Raw(event.raw().data(), event.raw().stderr());
      break;
    case Event::kTable:
      PlayTable(event.table());
      break;
    case Event::kStepGroup:
      if (!event.step_group().close()) group_ = ui_.Steps();
      break;
    case Event::kStep:
      PlayStep(event.step());
      break;
    case Event::EVENT_NOT_SET:
      break;
  }
}

void EventPlayer::PlayStatus(const Event::Status& status) {
  if (status.msg().empty() && !status.step()) {
    if (status_ != nullptr) status_->Close();
    status_.reset();
    return;
  }
  if (status_ == nullptr) status_ = ui_.Status();
  if (status.step()) {
    status_->Step(status.status(), status.msg());
  } else {
    status_->Update(status.msg());
  }
}

void EventPlayer::PlayStep(const Event::Step& event) {
  if (group_ == nullptr) return;  // a step outside any group is ignored, as in 0.11
  std::shared_ptr<Step>& step = steps_[event.id()];
  if (step == nullptr) {
    step = group_->Add(event.msg());
  } else if (!event.msg().empty()) {
    step->Update(event.msg());
  }
  const bool aborted = event.close() && event.status() == "abort";
  if (!event.status().empty() && !aborted) step->SetStatus(event.status());
  if (!event.output().empty()) step->Output(event.output());
  if (!event.close()) return;
  if (aborted) {
    step->Abort();
  } else {
    step->Done();
  }
}

void EventPlayer::PlayTable(const Event::Table& event) {
  Table table;
  for (const std::string& header : event.headers()) table.headers.push_back(header);
  for (const auto& row : event.rows()) {
    std::vector<Cell> cells;
    for (const auto& entry : row.entries()) cells.emplace_back(entry.value(), entry.color());
    table.rows.push_back(std::move(cells));
  }
  ui_.Show(table);
}

void EventPlayer::Finish(bool failed) {
  if (status_ != nullptr) status_->Close();
  status_.reset();
  for (auto& [id, step] : steps_) {
    if (failed) {
      step->Abort();
    } else {
      step->Done();
    }
  }
  steps_.clear();
  group_.reset();
}

}  // namespace waypoint::cli
