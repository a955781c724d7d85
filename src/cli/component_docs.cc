#include "cli/component_docs.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/status.h"
#include "cli/json.h"

namespace waypoint::cli {
namespace {

namespace pb = ::hashicorp::waypoint;
using plugin::ComponentType;

constexpr ComponentType kTypes[] = {ComponentType::kBuilder,      ComponentType::kRegistry,
                                    ComponentType::kPlatform,     ComponentType::kReleaser,
                                    ComponentType::kTaskLauncher, ComponentType::kConfigSourcer};

// The messages of server and plugins have the same fields under different names.
template <typename Field>
FieldDocs CommonField(const Field& from) {
  return {.name = from.name(),
          .type = from.type(),
          .synopsis = from.synopsis(),
          .help = from.summary(),
          .default_value = from.default_(),
          .env = from.env_var(),
          .optional = from.optional(),
          .inner = {}};
}

FieldDocs FieldOf(const pb::Documentation::Field& from) { return CommonField(from); }

FieldDocs FieldOf(const plugin::sdk::Config::FieldDocumentation& from) {
  FieldDocs field = CommonField(from);
  for (const auto& inner : from.sub_fields()) field.inner.push_back(FieldOf(inner));
  return field;
}

template <typename Docs>
ComponentText TextFrom(std::string name, std::string type, const Docs& docs) {
  ComponentText text{
      std::move(name), std::move(type), docs.description(), docs.example(), docs.input(), docs.output(), {}};
  for (const auto& [key, field] : docs.fields()) {
    text.fields.push_back(FieldOf(field));
    text.fields.back().name = key;
  }
  std::sort(text.fields.begin(), text.fields.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return text;
}

// A block's fields as "block.field".
void ShowField(Ui& ui, const std::string& prefix, const FieldDocs& field) {
  const std::string name = prefix + field.name;
  ui.NamedValues({{"Field", name},
                  {"Type", field.type},
                  {"Optional", field.optional ? "true" : ""},
                  {"Synopsis", field.synopsis},
                  {"Default", field.default_value},
                  {"Environment", field.env},
                  {"Help", field.help}});
  ui.Line("");
  for (const FieldDocs& inner : field.inner) ShowField(ui, name + ".", inner);
}

void AppendMarkdown(std::string& out, const std::string& prefix, const FieldDocs& field) {
  const std::string name = prefix + field.name;
  absl::StrAppend(&out, "#### ", name, "\n", field.synopsis, "\n", field.help, field.help.empty() ? "" : "\n", "\n");
  if (!field.type.empty()) absl::StrAppend(&out, "* Type: **", field.type, "**\n");
  if (field.optional) absl::StrAppend(&out, "* __Optional__\n");
  if (!field.default_value.empty()) absl::StrAppend(&out, "* Default: ", field.default_value, "\n");
  if (!field.env.empty()) absl::StrAppend(&out, "* Environment variable: **", field.env, "**\n");
  out += "\n";
  for (const FieldDocs& inner : field.inner) AppendMarkdown(out, name + ".", inner);
}

Json FieldJson(const FieldDocs& field) {
  Json out = Json::Object();
  out.Set("name", Json::Text(field.name)).Set("type", Json::Text(field.type));
  out.Set("optional", Json::Bool(field.optional)).Set("synopsis", Json::Text(field.synopsis));
  out.Set("help", Json::Text(field.help)).Set("default", Json::Text(field.default_value));
  out.Set("env", Json::Text(field.env));
  Json inner = Json::Array();
  for (const FieldDocs& sub : field.inner) inner.Add(FieldJson(sub));
  if (!inner.empty()) out.Set("fields", std::move(inner));
  return out;
}

}  // namespace

ComponentText TextOf(const pb::Job::DocsResult::Result& result) {
  std::string type = absl::AsciiStrToLower(pb::Component::Type_Name(result.component().type()));
  return TextFrom(result.component().name(), std::move(type), result.docs());
}

absl::StatusOr<std::vector<ComponentText>> TextsOf(const plugin::Registry& plugins) {
  std::vector<ComponentText> texts;
  for (const auto& plugin : plugins.All()) {
    for (ComponentType type : kTypes) {
      if (!plugin->Offers(type)) continue;
      ASSIGN_OR_RETURN(const std::unique_ptr<plugin::Component> component, plugin->New(type));
      const auto docs = component->Documentation();
      if (absl::IsUnimplemented(docs.status())) continue;
      RETURN_IF_ERROR(docs.status());
      texts.push_back(TextFrom(plugin->name(), std::string(plugin::ComponentTypeName(type)), *docs));
    }
  }
  return texts;
}

void ShowComponent(Ui& ui, const ComponentText& text) {
  ui.Header(absl::StrCat(text.name, " (", text.type, ")"));
  ui.Line("");
  if (!text.description.empty()) ui.Line(text.description + "\n");
  if (!text.input.empty() || !text.output.empty()) {
    ui.Line("Interface:");
    ui.NamedValues({{"Input", text.input}, {"Output", text.output}});
    ui.Line("");
  }
  if (!text.example.empty()) {
    ui.Line("Example:\n");
    for (absl::string_view line : absl::StrSplit(text.example, '\n')) ui.Line(absl::StrCat("  ", line));
    ui.Line("");
  }
  for (const FieldDocs& field : text.fields) ShowField(ui, "", field);
}

std::string ComponentMarkdown(const ComponentText& text) {
  std::string out = absl::StrCat("## ", text.name, " (", text.type, ")\n\n", text.description, "\n\n");
  if (!text.input.empty() || !text.output.empty()) out += "### Interface\n";
  if (!text.input.empty()) absl::StrAppend(&out, "* Input: **", text.input, "**\n");
  if (!text.output.empty()) absl::StrAppend(&out, "* Output: **", text.output, "**\n");
  if (!text.example.empty()) absl::StrAppend(&out, "\n### Examples\n\n```hcl\n", text.example, "\n```\n");
  if (!text.fields.empty()) out += "\n### Variables\n\n";
  for (const FieldDocs& field : text.fields) AppendMarkdown(out, "", field);
  return out;
}

std::string ComponentsJson(const std::vector<ComponentText>& texts) {
  Json out = Json::Array();
  for (const ComponentText& text : texts) {
    Json one = Json::Object();
    one.Set("name", Json::Text(text.name)).Set("type", Json::Text(text.type));
    one.Set("description", Json::Text(text.description)).Set("example", Json::Text(text.example));
    one.Set("input", Json::Text(text.input)).Set("output", Json::Text(text.output));
    Json fields = Json::Array();
    for (const FieldDocs& field : text.fields) fields.Add(FieldJson(field));
    one.Set("fields", std::move(fields));
    out.Add(std::move(one));
  }
  return out.Print();
}

}  // namespace waypoint::cli
