#include "config/config_entries.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "base/status.h"
#include "config/errors.h"
#include "hcl/convert.h"
#include "hcl/functions/dynamic.h"
#include "hcl/partial.h"

namespace waypoint::config {
namespace {

using hcl::Value;

constexpr const char* kKinds[] = {"env", "internal", "file"};

struct Entry {
  std::string kind, name;
  hcl::Expression expr;

  std::string Path() const { return "config." + kind + "." + name; }
};

// config.KIND.NAME, also written with brackets.
std::string EntryPath(const hcl::TraversalSteps& steps) {
  if (steps.size() < 3 || steps[0].name != "config") return "";
  return "config." + steps[1].name + "." + steps[2].name;
}

class Evaluation {
 public:
  Evaluation(const ScopePtr& scope, std::vector<std::string>& warnings) : scope_(scope), warnings_(warnings) {}

  absl::StatusOr<std::vector<pb::ConfigVar>> Run(const hcl::BodyContent& content) {
    for (const char* kind : kKinds) Collect(content, kind);
    RETURN_IF_ERROR(DiagnosticsStatus(diagnostics_));
    ASSIGN_OR_RETURN(std::vector<const Entry*> order, InOrder());
    for (const Entry* entry : order) {
      if (absl::Status status = Evaluate(*entry); !status.ok()) errors_.push_back(status);
    }
    RETURN_IF_ERROR(JoinErrors(errors_, "errors in config"));
    std::stable_sort(out_.begin(), out_.end(),
                     [](const pb::ConfigVar& a, const pb::ConfigVar& b) { return a.name() < b.name(); });
    return out_;
  }

 private:
  void Collect(const hcl::BodyContent& content, const char* kind) {
    const hcl::Attribute* attribute = content.Find(kind);
    if (attribute == nullptr) return;
    std::optional<std::vector<hcl::Expression::Item>> items = attribute->expr.AsMap();
    if (!items) {
      diagnostics_.Error("Config values must be written out",
                         absl::StrCat("The value of ", kind,
                                      " must be an object constructor, { NAME = value }, so that "
                                      "each name can be seen without evaluating it."),
                         attribute->expr.range());
      return;
    }
    for (const hcl::Expression::Item& item : *items) {
      const size_t before = diagnostics_.size();
      Value key = item.EvaluateKey(scope_->final_context(), diagnostics_);
      if (diagnostics_.size() > before) continue;
      if (!key.HasPayload() || !key.type().IsString()) {
        diagnostics_.Error("key must be string", "The name of a config value must be a string.", item.key.range());
        continue;
      }
      Entry entry{kind, key.AsString(), item.value};
      auto same =
          std::find_if(entries_.begin(), entries_.end(), [&](const Entry& e) { return e.Path() == entry.Path(); });
      if (same != entries_.end()) {
        *same = std::move(entry);  // of equal names the last counts
      } else {
        entries_.push_back(std::move(entry));
      }
    }
  }

  // Entries behind all they refer to.
  absl::StatusOr<std::vector<const Entry*>> InOrder() {
    std::map<std::string, std::set<std::string>> needs;
    for (const Entry& entry : entries_) {
      std::set<std::string>& mine = needs[entry.Path()];
      for (const hcl::TraversalSteps& steps : entry.expr.Variables()) {
        std::string path = EntryPath(steps);
        bool known = std::any_of(entries_.begin(), entries_.end(), [&](const Entry& e) { return e.Path() == path; });
        if (known) mine.insert(path);
      }
    }
    std::vector<const Entry*> order;
    std::set<std::string> placed;
    while (order.size() < entries_.size()) {
      const size_t before = order.size();
      for (const Entry& entry : entries_) {
        const std::set<std::string>& mine = needs[entry.Path()];
        if (placed.contains(entry.Path()) || !std::includes(placed.begin(), placed.end(), mine.begin(), mine.end())) {
          continue;
        }
        order.push_back(&entry);
        placed.insert(entry.Path());
      }
      if (order.size() == before) return Cycle(needs, placed);
    }
    return order;
  }

  // Who is left are the cycle and all that depend on it; only members reach themselves.
  static absl::Status Cycle(const std::map<std::string, std::set<std::string>>& needs,
                            const std::set<std::string>& placed) {
    std::set<std::string> members;
    for (const auto& [start, first] : needs) {
      if (placed.contains(start)) continue;
      std::set<std::string> seen;
      std::vector<std::string> open(first.begin(), first.end());
      while (!open.empty()) {
        std::string at = open.back();
        open.pop_back();
        if (!seen.insert(at).second) continue;
        open.insert(open.end(), needs.at(at).begin(), needs.at(at).end());
      }
      if (seen.contains(start)) members.insert(start);
    }
    return absl::InvalidArgumentError(absl::StrCat(
        "config values refer to each other in a circle: ", absl::StrJoin(members, ", "), "; write one of them out"));
  }

  ScopePtr EntryScope() const {
    Value::Fields kinds;
    for (const char* kind : kKinds) {
      auto it = known_.find(kind);
      kinds[kind] = Value::Object(it == known_.end() ? Value::Fields() : it->second);
    }
    hcl::Variables variables;
    variables["config"] = Value::Object(std::move(kinds));
    return Scope::Make(scope_, std::move(variables), functions_);
  }

  // The entrypoint that completes a value knows nothing but config.
  void WarnOfNames(const Entry& entry) {
    std::set<std::string> told;
    for (const hcl::TraversalSteps& steps : entry.expr.Variables()) {
      const std::string& root = steps[0].name;
      if (root == "config" || IsKnown(root) || !told.insert(root).second) continue;
      warnings_.push_back(absl::StrCat(hcl::ToString(steps[0].range), ": ", entry.Path(), " refers to \"", root,
                                       "\", which is not known here",
                                       root == "var" ? " (input variables are known in the config of an app only)" : "",
                                       "; the reference is kept, and the app will see an empty value"));
    }
  }

  bool IsKnown(const std::string& root) const {
    for (const hcl::EvalContext* c = scope_->context(); c != nullptr; c = c->parent) {
      if (c->variables && c->variables->contains(root)) return true;
    }
    return false;
  }

  absl::Status Evaluate(const Entry& entry) {
    pb::ConfigVar& var = out_.emplace_back();
    var.set_name(entry.name);
    var.set_internal(entry.kind == "internal");
    var.set_name_is_path(entry.kind == "file");
    ScopePtr scope = EntryScope();
    hcl::Diagnostics attempt;
    Value value = entry.expr.Evaluate(scope->final_context(), attempt);
    if (attempt.HasErrors() || !value.IsKnown()) {
      hcl::Diagnostics diagnostics;
      hcl::PartialResult rest = hcl::EvaluatePartially(entry.expr, *scope->final_context(), diagnostics);
      RETURN_IF_ERROR(Annotate(DiagnosticsStatus(diagnostics), entry.Path()));
      if (auto* text = std::get_if<hcl::TemplateText>(&rest)) {
        var.set_static_(std::move(text->text));
        WarnOfNames(entry);
        return absl::OkStatus();
      }
      value = std::get<Value>(rest);
    }
    if (std::optional<DynamicDefault> dynamic = hcl::AsDynamic(value)) {
      var.mutable_dynamic()->set_from(dynamic->from);
      for (const auto& [key, text] : dynamic->config) (*var.mutable_dynamic()->mutable_config())[key] = text;
      return absl::OkStatus();
    }
    absl::StatusOr<Value> text = hcl::ConvertTo(value, hcl::Type::String());
    if (!text.ok() || text->IsNull()) {
      return absl::InvalidArgumentError(absl::StrCat(
          hcl::ToString(entry.expr.range()), ": ", entry.Path(), " must be a string, a number or a bool, not ",
          value.IsNull() ? std::string("null") : value.type().FriendlyName()));
    }
    known_[entry.kind][entry.name] = *text;
    var.set_static_(absl::StrReplaceAll(text->AsString(), {{"${", "$${"}, {"%{", "%%{"}}));
    return absl::OkStatus();
  }

  const ScopePtr scope_;
  std::vector<std::string>& warnings_;
  const std::shared_ptr<const hcl::FunctionTable> functions_ =
      std::make_shared<const hcl::FunctionTable>(hcl::DynamicFunctions());
  hcl::Diagnostics diagnostics_;
  std::vector<absl::Status> errors_;
  std::vector<Entry> entries_;
  std::map<std::string, Value::Fields> known_;  // by kind
  std::vector<pb::ConfigVar> out_;
};

}  // namespace

absl::StatusOr<std::vector<pb::ConfigVar>> EvaluateEntries(const hcl::BodyContent& content, const ScopePtr& scope,
                                                           std::vector<std::string>& warnings) {
  return Evaluation(scope, warnings).Run(content);
}

}  // namespace waypoint::config
