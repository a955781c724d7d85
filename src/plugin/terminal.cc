#include "plugin/terminal.h"

namespace waypoint::plugin {

Step::Step(Terminal& terminal, absl::string_view text) : terminal_(&terminal), id_(terminal.NextStepId()) {
  TerminalEvent event;
  Event(event)->set_msg(std::string(text));
  terminal_->Send(event);
}

Step& Step::operator=(Step&& other) noexcept {
  if (this == &other) return *this;
  Abort();
  terminal_ = std::exchange(other.terminal_, nullptr);
  id_ = other.id_;
  return *this;
}

TerminalEvent::Step* Step::Event(TerminalEvent& event) const {
  auto* step = event.mutable_step();
  step->set_id(id_);
  return step;
}

void Step::Update(absl::string_view text) {
  if (terminal_ == nullptr) return;
  TerminalEvent event;
  Event(event)->set_msg(std::string(text));
  terminal_->Send(event);
}

void Step::Status(absl::string_view status) {
  if (terminal_ == nullptr) return;
  TerminalEvent event;
  Event(event)->set_status(std::string(status));
  terminal_->Send(event);
}

void Step::Output(absl::string_view bytes) {
  if (terminal_ == nullptr || bytes.empty()) return;
  TerminalEvent event;
  Event(event)->set_output(std::string(bytes));
  terminal_->Send(event);
}

void Step::Done() {
  Terminal* terminal = std::exchange(terminal_, nullptr);
  if (terminal == nullptr) return;
  TerminalEvent event;
  Event(event)->set_close(true);
  terminal->Send(event);
}

void Step::Abort() {
  Terminal* terminal = std::exchange(terminal_, nullptr);
  if (terminal == nullptr) return;
  TerminalEvent event;
  Event(event)->set_close(true);
  event.mutable_step()->set_status("abort");
  terminal->Send(event);
}

StepGroup::StepGroup(Terminal& terminal) : terminal_(&terminal) {
  TerminalEvent event;
  event.mutable_step_group();
  terminal.Send(event);
}

void StepGroup::Close() {
  Terminal* terminal = std::exchange(terminal_, nullptr);
  if (terminal == nullptr) return;
  TerminalEvent event;
  event.mutable_step_group()->set_close(true);
  terminal->Send(event);
}

void Ui::Styled(absl::string_view style, absl::string_view text) {
  TerminalEvent event;
  event.mutable_line()->set_msg(std::string(text));
  event.mutable_line()->set_style(std::string(style));
  terminal_.Send(event);
}

void Ui::Status(absl::string_view text) {
  TerminalEvent event;
  event.mutable_status()->set_msg(std::string(text));
  terminal_.Send(event);
}

void Ui::StatusStep(absl::string_view status, absl::string_view text) {
  TerminalEvent event;
  event.mutable_status()->set_step(true);
  event.mutable_status()->set_status(std::string(status));
  event.mutable_status()->set_msg(std::string(text));
  terminal_.Send(event);
}

void Ui::CloseStatus() {
  TerminalEvent event;
  event.mutable_status();
  terminal_.Send(event);
}

void Ui::NamedValues(const std::vector<std::pair<std::string, std::string>>& values) {
  TerminalEvent event;
  for (const auto& [name, value] : values) {
    auto* entry = event.mutable_named_values()->add_values();
    entry->set_name(name);
    entry->set_value(value);
  }
  terminal_.Send(event);
}

void Ui::Table(const std::vector<std::string>& headers, const std::vector<std::vector<std::string>>& rows) {
  TerminalEvent event;
  auto* table = event.mutable_table();
  for (const std::string& header : headers) table->add_headers(header);
  for (const auto& row : rows) {
    auto* out = table->add_rows();
    for (const std::string& cell : row) out->add_entries()->set_value(cell);
  }
  terminal_.Send(event);
}

void Ui::Raw(absl::string_view bytes, bool is_stderr) {
  if (bytes.empty()) return;
  TerminalEvent event;
  event.mutable_raw()->set_data(std::string(bytes));
  event.mutable_raw()->set_stderr(is_stderr);
  terminal_.Send(event);
}

}  // namespace waypoint::plugin
