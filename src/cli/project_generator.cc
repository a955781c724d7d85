#include "cli/project_generator.h"

#include <algorithm>
#include <map>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "hcl/format.h"
#include "hcl/parse.h"
#include "hcl/render_value.h"

namespace waypoint::cli {
namespace {

using plugin::ComponentType;
using Fields = std::map<std::string, plugin::sdk::Config::FieldDocumentation>;

bool IsYes(absl::string_view answer) {
  return absl::EqualsIgnoreCase(answer, "yes") || absl::EqualsIgnoreCase(answer, "y");
}

bool IsExpression(const std::string& text) {
  hcl::Diagnostics diagnostics;
  hcl::ParseExpression(hcl::MakeSource("answer", text), diagnostics);
  return !diagnostics.HasErrors();
}

// Numbers, lists and the like as they were typed; all else as a string.
std::string ValueText(absl::string_view type, const std::string& answer) {
  const bool is_text = type.empty() || type == "string";
  return is_text || !IsExpression(answer) ? hcl::QuoteString(answer) : answer;
}

absl::StatusOr<Fields> RequiredFields(const plugin::Plugin& plugin, ComponentType type) {
  ASSIGN_OR_RETURN(const std::unique_ptr<plugin::Component> component, plugin.New(type));
  const auto docs = component->Documentation();
  Fields fields;
  if (absl::IsUnimplemented(docs.status())) return fields;
  RETURN_IF_ERROR(docs.status());
  for (const auto& [name, field] : docs->fields()) {
    if (!field.optional()) fields[name] = field;
  }
  return fields;
}

}  // namespace

absl::StatusOr<bool> ProjectGenerator::Run() {
  dialog_.say("Type \"exit\" at any point to leave; what was answered until then is kept.");
  const absl::Status status = AskAll();
  if (left_) return false;
  RETURN_IF_ERROR(status);
  return true;
}

std::string ProjectGenerator::Text() const {
  std::string text = text_;
  for (int i = 0; i < open_; ++i) text += "}\n";
  hcl::Diagnostics diagnostics;
  return hcl::FormatFile(hcl::MakeSource("waypoint.hcl", text), diagnostics);
}

absl::Status ProjectGenerator::AskAll() {
  std::string project, app;
  RETURN_IF_ERROR(AskName("Name your project",
                          "A project holds your apps and usually is one repository. The server keeps it under this "
                          "name, so no other project there may have it.",
                          "project name", project));
  Write(absl::StrCat("project = ", hcl::QuoteString(project)));
  Write("");
  RETURN_IF_ERROR(
      AskName("Name your app", "An app is what is built, deployed and released on its own.", "app name", app));
  Open(absl::StrCat("app ", hcl::QuoteString(app)));

  dialog_.header("Choose builder, registry, platform and releaser");
  ASSIGN_OR_RETURN(const bool builds, BeginStage("build", ComponentType::kBuilder, "builder"));
  if (builds) {
    ASSIGN_OR_RETURN(const bool pushes, BeginStage("registry", ComponentType::kRegistry, "registry"));
    if (pushes) Close();
    Close();
  }
  ASSIGN_OR_RETURN(const bool deploys, BeginStage("deploy", ComponentType::kPlatform, "platform"));
  if (deploys) Close();
  ASSIGN_OR_RETURN(const bool releases, BeginStage("release", ComponentType::kReleaser, "releaser"));
  if (releases) Close();
  Close();
  return absl::OkStatus();
}

absl::Status ProjectGenerator::AskName(absl::string_view title, absl::string_view explanation, absl::string_view what,
                                       std::string& answer) {
  dialog_.header(title);
  dialog_.say(explanation);
  ASSIGN_OR_RETURN(answer, AskConfirmed(absl::StrCat("Please enter the ", what, ": "), [&](const std::string& text) {
                     return text.empty() ? absl::StrCat("The ", what, " cannot be empty.") : "";
                   }));
  return absl::OkStatus();
}

absl::StatusOr<std::string> ProjectGenerator::Ask(absl::string_view prompt) {
  absl::StatusOr<std::string> answer = dialog_.ask(prompt);
  left_ = left_ || !answer.ok() || absl::EqualsIgnoreCase(*answer, "exit");
  if (left_) return absl::CancelledError("left");
  return answer;
}

absl::StatusOr<std::string> ProjectGenerator::AskConfirmed(absl::string_view prompt, const Check& complaint) {
  while (true) {
    ASSIGN_OR_RETURN(const std::string answer, Ask(prompt));
    if (const std::string text = complaint ? complaint(answer) : ""; !text.empty()) {
      dialog_.say(text);
      continue;
    }
    const std::string question =
        answer.empty() ? "Skip this?" : absl::StrCat("You typed \"", answer, "\". Is this right?");
    ASSIGN_OR_RETURN(const std::string sure, Ask(question + " (y/N): "));
    if (IsYes(sure)) return answer;
  }
}

absl::StatusOr<bool> ProjectGenerator::BeginStage(absl::string_view block, ComponentType type, absl::string_view what) {
  ASSIGN_OR_RETURN(const std::string plugin, AskPlugin(type, what));
  if (plugin.empty()) {
    Write(absl::StrCat("# ", block, " {"));
    Write("#   use \"PLUGIN\" {}");
    Write("# }");
    return false;
  }
  Open(block);
  RETURN_IF_ERROR(AskFields(type, plugin));
  return true;
}

absl::StatusOr<std::string> ProjectGenerator::AskPlugin(ComponentType type, absl::string_view what) {
  std::vector<std::string> names;
  for (const auto& plugin : plugins_.All()) {
    if (plugin->Offers(type)) names.push_back(plugin->name());
  }
  if (names.empty()) return "";
  std::string prompt = absl::StrCat("Which ", what, "?\n");
  for (size_t i = 0; i < names.size(); ++i) absl::StrAppend(&prompt, "  ", i + 1, ": ", names[i], "\n");
  absl::StrAppend(&prompt, "Type its number, or nothing to skip this: ");
  auto number_of = [&](const std::string& answer) {
    size_t number = 0;
    return absl::SimpleAtoi(answer, &number) && number <= names.size() ? number : 0;
  };
  ASSIGN_OR_RETURN(const std::string answer, AskConfirmed(prompt, [&](const std::string& text) -> std::string {
                     if (text.empty() || number_of(text) > 0) return "";
                     return absl::StrCat("Type a number from 1 to ", names.size(), ", or nothing.");
                   }));
  return answer.empty() ? "" : names[number_of(answer) - 1];
}

absl::Status ProjectGenerator::AskFields(ComponentType type, const std::string& name) {
  ASSIGN_OR_RETURN(const auto plugin, plugins_.Find(name));
  ASSIGN_OR_RETURN(const Fields fields, RequiredFields(*plugin, type));
  Open(absl::StrCat("use ", hcl::QuoteString(name)));
  for (const auto& [field, docs] : fields) {
    dialog_.say(
        absl::StrCat(field, docs.type().empty() ? "" : absl::StrCat(" (", docs.type(), ")"), ": ", docs.synopsis()));
    const std::string prompt = absl::StrCat("Value of ", field, ", or nothing to fill it in later: ");
    ASSIGN_OR_RETURN(const std::string answer, AskConfirmed(prompt, nullptr));
    Write(answer.empty() ? absl::StrCat("# ", field, " = \"\"")
                         : absl::StrCat(field, " = ", ValueText(docs.type(), answer)));
  }
  Close();
  return absl::OkStatus();
}

void ProjectGenerator::Open(absl::string_view head) {
  Write(absl::StrCat(head, " {"));
  ++open_;
}

void ProjectGenerator::Close() {
  Write("}");
  --open_;
}

void ProjectGenerator::Write(absl::string_view line) { absl::StrAppend(&text_, line, "\n"); }

}  // namespace waypoint::cli
