#include "hcl/secrets.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "hcl/expression.h"
#include "hcl/references.h"

namespace waypoint::hcl {
namespace {

constexpr char kHidden[] = "(sensitive)";
constexpr size_t kShort = 4;  // shorter texts are parts of common words: hidden in quotes only

const Secrets* Find(const EvalContext* context) {
  for (; context != nullptr; context = context->parent) {
    if (context->secrets != nullptr) return context->secrets.get();
  }
  return nullptr;
}

std::string Hide(const Secrets& secrets, std::string text) {
  for (const std::string& secret : secrets.texts) {
    text = secret.size() < kShort ? absl::StrReplaceAll(text, {{absl::StrCat("\"", secret, "\""), kHidden}})
                                  : absl::StrReplaceAll(text, {{secret, kHidden}});
  }
  return text;
}

bool NamesSecret(const Secrets& secrets, const TraversalSteps& steps) {
  if (steps.empty() || steps[0].name != secrets.root) return false;
  return steps.size() == 1 || secrets.names.contains(steps[1].name);
}

}  // namespace

void Secrets::Add(const std::string& name, const Value& value) {
  names.insert(name);
  if (!value.HasPayload()) return;
  const Type& type = value.type();
  if (type.IsString() || type.IsNumber()) {
    const std::string text = type.IsString() ? value.AsString() : value.AsNumber().ToString();
    if (!text.empty()) texts.push_back(text);
  } else if (type.IsMap() || type.IsObject()) {
    for (const auto& [key, field] : value.AsFields()) Add(name, field);
  } else if (value.CanIterate()) {
    for (const Value& element : value.Elements()) Add(name, element);
  }
  // The longest first, so that no rest of one stays behind another.
  std::stable_sort(texts.begin(), texts.end(),
                   [](const std::string& a, const std::string& b) { return a.size() > b.size(); });
}

std::string HideSecrets(const EvalContext* context, std::string text) {
  const Secrets* secrets = Find(context);
  return secrets == nullptr ? text : Hide(*secrets, std::move(text));
}

void HideSecrets(const EvalContext* context, const Document& document, const Expr& node, size_t first,
                 Diagnostics& diagnostics) {
  const Secrets* secrets = Find(context);
  if (secrets == nullptr || secrets->names.empty() || first >= diagnostics.size()) return;
  const std::vector<TraversalSteps> references = FindReferences(document, node);
  const bool named = std::any_of(references.begin(), references.end(),
                                 [&](const TraversalSteps& steps) { return NamesSecret(*secrets, steps); });
  for (size_t i = first; i < diagnostics.size(); ++i) {
    Diagnostic& diagnostic = diagnostics.at(i);
    diagnostic.summary = Hide(*secrets, std::move(diagnostic.summary));
    diagnostic.detail = named && diagnostic.unknown_variable.empty()
                            ? "More is not shown, because a variable named here is sensitive."
                            : Hide(*secrets, std::move(diagnostic.detail));
  }
}

}  // namespace waypoint::hcl
