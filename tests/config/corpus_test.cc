// Whole waypoint.hcl files and input variables against the reference results.

#include <google/protobuf/util/json_util.h>

#include <regex>

#include "base/files.h"
#include "config/config.h"
#include "config/corpus_deviations.h"
#include "hcl/answers.h"
#include "hcl/corpus.h"
#include "hcl/corpus_values.h"
#include "hcl/functions/dynamic.h"

namespace waypoint::config {
namespace {

using hcl::testing::Json;
using Values = absl::StatusOr<VariableValues>;

constexpr char kParent[] = "/srv";  // where the reference had its folder "project"

// One request of the corpus, answered; every difference is a test failure.
class Case {
 public:
  Case(const Json& request, const std::string& folder) : request_(request), want_(request["want"]), folder_(folder) {}

  void Run() {
    WriteFiles();
    LoadOptions options;
    options.workspace = request_.value("workspace", "default");
    options.labels = Strings("labels");
    std::string path = JoinPath(folder_, request_.value("file", "waypoint.hcl"));
    absl::StatusOr<std::unique_ptr<Config>> config = Config::Load(path, hcl::testing::Bytes(request_), options);
    Compare("load", config.status());
    if (!config.ok() || want_.contains("load")) return;
    CheckTop(**config);
    if (request_["kind"] == "wpconfig") {
      absl::Status valid = (*config)->Validate();
      EXPECT_EQ(valid.ok(), !WantsFailedValidation()) << valid;
      if (want_.contains("validate")) return;
    }
    CheckValues(**config);
    if (request_["kind"] == "wpconfig") CheckParts(**config);
  }

 private:
  void WriteFiles() {
    if (!request_.contains("files")) return;
    for (const auto& [name, text] : request_["files"].items()) {
      EXPECT_TRUE(WriteFile(JoinPath(folder_, name), text.get<std::string>()).ok());
    }
  }

  Labels Strings(const char* key) const {
    Labels out;
    if (!request_.contains(key)) return out;
    for (const auto& [name, value] : request_[key].items()) out[name] = value;
    return out;
  }

  // Ours also refuses at this point what 0.11 refuses when it looks at an app.
  bool WantsFailedValidation() const {
    if (want_.contains("validate")) return true;
    for (const Json& app : want_.value("apps", Json::array())) {
      if (app.contains("validate")) return true;
    }
    return want_.contains("pipeline_errors") && want_["pipeline_errors"].dump().find("validate") != std::string::npos;
  }

  std::string Clean(std::string text) const {
    const std::string parent = FolderOf(folder_);
    for (size_t at; (at = text.find(parent)) != std::string::npos;) text.replace(at, parent.size(), kParent);
    return text;
  }

  // A failure where one is wanted, at one of the wanted places, with as many mistakes.
  void Compare(const std::string& what, const absl::Status& got) { Compare(what, got, want_.value(what, Json())); }

  void Compare(const std::string& what, const absl::Status& got, const Json& want) {
    SCOPED_TRACE(what);
    bool fails = want.is_object() && (want.contains("diags") || want.contains("error") || want.contains("results"));
    if (fails && got.ok()) ADD_FAILURE() << "should fail: " << want.dump();
    if (!fails && !got.ok()) ADD_FAILURE() << "should be fine: " << got;
    if (!fails || got.ok() || !want.contains("diags")) return;
    std::string message(got.message());
    bool found = false;
    for (const Json& diagnostic : want["diags"]) {
      std::string place;
      if (diagnostic.contains("subject") && diagnostic["subject"][0] != 0) {
        const Json& at = diagnostic["subject"];
        std::string end = at[0] == at[3] ? at[4].dump() : at[3].dump() + "," + at[4].dump();
        place = ":" + at[0].dump() + "," + at[1].dump() + "-" + end + ": ";
      }
      std::string summary = diagnostic["summary"];
      if (summary.starts_with("Missing  for ")) summary = "Missing ";  // 0.11 forgets the label's name
      found = found || message.find(place + summary) != std::string::npos;
    }
    EXPECT_TRUE(found) << message << "\n" << want.dump();
  }

  void CheckTop(const Config& config) {
    EXPECT_EQ(config.project(), want_.value("project", ""));
    EXPECT_EQ(Json(*config.labels()), want_.value("labels", Json::object()));
    absl::StatusOr<RunnerSettings> runner = config.Runner();
    if (want_.contains("runner") && runner.ok()) {
      EXPECT_EQ(runner->enabled, want_["runner"].value("enabled", false));
      EXPECT_EQ(runner->profile, want_["runner"].value("profile", ""));
      EXPECT_EQ(runner->poll.has_value(), want_["runner"].contains("poll"));
    }
    Json variables = Json::object();
    for (const auto& [name, variable] : config.variables()) variables[name] = Declared(variable);
    Json want = Json::object();
    const Json wanted = want_.value("variables", Json::object());
    for (const auto& [name, variable] : wanted.items()) want[name] = Wanted(variable);
    EXPECT_EQ(variables.dump(), want.dump());
  }

  static Json Declared(const DeclaredVariable& variable) {
    Json out{{"range", hcl::testing::ToJson(variable.range.span)}};
    if (variable.type && !variable.dynamic) out["type"] = hcl::testing::EncodeType(*variable.type);
    if (!variable.env.empty()) out["env"] = variable.env;
    if (variable.sensitive) out["sensitive"] = true;
    if (variable.default_value) {
      out["default"] = {{"value", hcl::testing::EncodeValue(*variable.default_value)},
                        {"type", hcl::testing::EncodeType(variable.default_value->type())}};
    } else if (variable.dynamic) {
      out["default"] = {{"$dynamic", {{"from", variable.dynamic->from}, {"config", variable.dynamic->config}}}};
    }
    return out;
  }

  static Json Wanted(Json variable) {
    if (!variable.contains("default")) return variable;
    Json& value = variable["default"];
    if (value["type"].is_array() && value["type"][0] == "capsule") {
      value = value["value"];
      variable.erase("type");
      return variable;
    }
    value["value"] = hcl::testing::NormalizeValue(value["value"], hcl::testing::DecodeType(value["type"]));
    return variable;
  }

  pb::Variable Setting(const Json& setting) const {
    pb::Variable out;
    out.set_name(setting["name"]);
    if (setting.contains("str")) out.set_str(setting["str"]);
    if (setting.contains("hcl")) out.set_hcl(setting["hcl"]);
    if (setting.contains("bool")) out.set_bool_(setting["bool"]);
    if (setting.contains("num")) out.set_num(setting["num"]);
    std::string source = setting.value("source", "");
    if (source == "cli") out.mutable_cli();
    if (source == "env") out.mutable_env();
    if (source == "file") out.mutable_file();
    if (source == "vcs") out.mutable_vcs();
    if (source == "server") out.mutable_server();
    if (source == "dynamic") out.mutable_dynamic();
    return out;
  }

  absl::StatusOr<RunnerSources> Sources(const Config& config) const {
    RunnerSources sources;
    for (const Json& setting : request_.value("settings", Json::array())) sources.server.push_back(Setting(setting));
    Labels environment = Strings("env");
    sources.environment = EnvironmentVariables(config.variables(), [&](const std::string& name) {
      auto it = environment.find(name);
      return it == environment.end() ? std::nullopt : std::optional<std::string>(it->second);
    });
    absl::StatusOr<std::vector<pb::Variable>> automatic = ReadAutoFiles(folder_);
    if (!automatic.ok()) return automatic.status();
    sources.auto_files = *std::move(automatic);
    ClientSources client;
    client.environment = Strings("client_env");
    for (const std::string& file : request_.value("var_files", std::vector<std::string>())) {
      client.files.push_back(JoinPath(folder_, file));
    }
    for (const auto& [name, value] : Strings("cli")) client.assignments.push_back(name + "=" + value);
    absl::StatusOr<std::vector<pb::Variable>> job = CollectClientVariables(client);
    if (!job.ok()) return job.status();
    sources.job = *std::move(job);
    return sources;
  }

  void CheckValues(Config& config) {
    absl::StatusOr<RunnerSources> sources = Sources(config);
    Values values = sources.ok() ? EvaluateVariables(config.variables(), *sources) : Values(sources.status());
    Compare("values", values.status());
    if (!values.ok()) return;
    config.SetVariables(*values);
    if (!want_.contains("values") || want_["values"].contains("diags")) return;
    absl::StatusOr<std::map<std::string, pb::Variable::FinalValue>> final_values =
        FinalValues(*values, request_.value("salt", ""));
    ASSERT_TRUE(final_values.ok()) << final_values.status();
    Json got = Json::object(), want = Json::object();
    for (const auto& [name, value] : *values) got[name] = Final(value, final_values->at(name));
    for (const auto& [name, given] : want_["values"].items()) {
      Json value = given;
      value["value"] = hcl::testing::NormalizeValue(value["value"], hcl::testing::DecodeType(value["type"]));
      if (value.contains("num") && value["num"].is_string())
        value["num"] = std::stoll(value["num"].get<std::string>().substr(1));
      want[name] = value;
    }
    EXPECT_EQ(got.dump(), want.dump());
  }

  static Json Final(const VariableValue& value, const pb::Variable::FinalValue& wire) {
    Json out{{"value", hcl::testing::EncodeValue(value.value)}, {"type", hcl::testing::EncodeType(value.value.type())}};
    std::string source = pb::Variable::FinalValue::Source_Name(wire.source());
    std::transform(source.begin(), source.end(), source.begin(), ::tolower);
    out["source"] = source;
    if (!wire.sensitive().empty()) out["sensitive"] = wire.sensitive();
    if (wire.value_case() == pb::Variable::FinalValue::kStr) out["str"] = wire.str();
    if (wire.value_case() == pb::Variable::FinalValue::kBool) out["bool"] = wire.bool_();
    if (wire.value_case() == pb::Variable::FinalValue::kNum) out["num"] = wire.num();
    if (wire.value_case() == pb::Variable::FinalValue::kHcl) out["hcl"] = wire.hcl();
    return out;
  }

  void CheckParts(const Config& config) {
    CheckPlugins(config);
    CheckConfig("config", config.ProjectConfig(), want_);
    for (const Json& app : want_.value("apps", Json::array())) CheckApp(config, app);
    if (!want_.contains("pipelines")) {
      bool fails = want_.contains("pipeline_errors");
      EXPECT_TRUE(!fails || !config.Pipelines().ok());
      return;
    }
    absl::StatusOr<PipelineSet> pipelines = config.Pipelines();
    Compare("pipelines", pipelines.status());
    if (!pipelines.ok()) return;
    EXPECT_EQ(Json(pipelines->names), want_["pipeline_names"]);
    Json got = Json::array();
    google::protobuf::util::JsonPrintOptions print;
    print.preserve_proto_field_names = true;
    for (const pb::Pipeline& pipeline : pipelines->pipelines) {
      std::string text;
      EXPECT_TRUE(google::protobuf::util::MessageToJsonString(pipeline, &text, print).ok());
      got.push_back(Json::parse(text));
    }
    EXPECT_EQ(got.dump(), want_["pipelines"].dump());
  }

  void CheckPlugins(const Config& config) {
    std::map<std::string, std::set<std::string>> got, want;
    const std::vector<PluginUse> uses = *config.Plugins();
    for (const PluginUse& plugin : uses) got[plugin.name] = plugin.types;
    const Json plugins = want_.value("plugins", Json::object());
    for (const auto& [name, plugin] : plugins.items()) {
      if (name.empty()) continue;
      want[name] = {};
      for (const std::string& type : plugin.value("types", std::vector<std::string>())) want[name].insert(type);
    }
    EXPECT_EQ(got, want);
  }

  void CheckConfig(const char* key, const absl::StatusOr<ConfigVars>& vars, const Json& want) {
    Compare(key, vars.status(), want.value(key, Json()));
    if (!vars.ok() || !want.contains(key) || !want[key].is_array()) return;
    std::vector<std::string> got, wanted;
    for (const pb::ConfigVar& var : vars->variables) got.push_back(EncodeVar(var).dump());
    for (const Json& var : want[key]) wanted.push_back(var.dump());
    std::sort(got.begin(), got.end());
    std::sort(wanted.begin(), wanted.end());
    EXPECT_EQ(got, wanted);
    EXPECT_EQ(vars->file_change_signal, want.value("config_signal", ""));
  }

  Json EncodeVar(const pb::ConfigVar& var) const {
    Json out{{"name", var.name()}}, target = Json::object();
    if (var.internal()) out["internal"] = true;
    if (var.name_is_path()) out["file"] = true;
    if (var.has_dynamic()) {
      out["dynamic"] = {{"from", var.dynamic().from()}};
      Json config = Json::object();
      for (const auto& [name, value] : var.dynamic().config()) config[name] = value;
      if (!config.empty()) out["dynamic"]["config"] = config;
    } else {
      out["static"] = Clean(var.static_());
    }
    if (var.target().has_project()) target["project"] = var.target().project().project();
    if (var.target().has_application()) {
      target["project"] = var.target().application().project();
      target["app"] = var.target().application().application();
    }
    if (var.target().has_workspace()) target["workspace"] = var.target().workspace().workspace();
    if (!var.target().label_selector().empty()) target["labels"] = var.target().label_selector();
    if (var.target().has_runner()) target["runner"] = true;
    out["target"] = target;
    return out;
  }

  void CheckApp(const Config& config, const Json& want) {
    SCOPED_TRACE("app " + want["name"].get<std::string>());
    absl::StatusOr<App> app = config.GetApp(want["name"]);
    ASSERT_TRUE(app.ok()) << app.status();
    if (want.contains("load")) {
      absl::Status status = app->labels().status();
      status.Update(app->AutoHostname().status());
      status.Update(app->Config().status());
      status.Update(config.Validate());
      EXPECT_FALSE(status.ok());
      return;
    }
    if (want.contains("path")) {
      EXPECT_EQ(Clean(app->path()), want["path"]);
    }
    if (absl::StatusOr<Labels> labels = app->labels(); labels.ok()) {
      EXPECT_EQ(Clean(Json(*labels).dump()), want.value("labels", Json::object()).dump());
    }
    absl::StatusOr<std::optional<bool>> hostname = app->AutoHostname();
    ASSERT_TRUE(hostname.ok());
    EXPECT_EQ(hostname->has_value(), want.contains("auto_hostname"));
    CheckConfig("config", app->Config(), want);
    const std::pair<const char*, StageKind> kStages[] = {{"build", StageKind::kBuild},
                                                         {"registry", StageKind::kRegistry},
                                                         {"deploy", StageKind::kDeploy},
                                                         {"release", StageKind::kRelease}};
    for (const auto& [name, kind] : kStages) CheckStage(*app, kind, name, want);
  }

  void CheckStage(const App& app, StageKind kind, const char* name, const Json& app_want) {
    SCOPED_TRACE(name);
    absl::StatusOr<Stage> stage = app.Open(kind, {});
    if (!app_want.contains(name)) {
      EXPECT_EQ(stage.status().code(), absl::StatusCode::kUnimplemented) << stage.status();
      return;
    }
    const Json& want = app_want[name];
    if (want["plugin"] == "" && app_want.contains("validate") && stage.ok()) return;  // not valid anyway
    if (want.contains("load") || want.contains("panic") || want["plugin"] == "") {
      absl::Status status = stage.status();
      if (stage.ok()) status = stage->Hooks().status();
      EXPECT_FALSE(status.ok()) << want.dump();
      if (want.contains("load") && !status.ok()) Compare("load", status, want["load"]);
      return;
    }
    ASSERT_TRUE(stage.ok()) << stage.status();
    EXPECT_EQ(stage->use_type(), want["plugin"]);
    absl::StatusOr<std::vector<Hook>> hooks = stage->Hooks();
    ASSERT_TRUE(hooks.ok()) << hooks.status();
    Json got = Json::array();
    for (const Hook& hook : *hooks) {
      got.push_back({{"when", hook.when}, {"command", hook.command}, {"on_failure", hook.on_failure}});
    }
    EXPECT_EQ(Clean(got.dump()), want.value("hooks", Json::array()).dump());
    CheckUse(*stage, want.value("use", Json::object()));
  }

  void CheckUse(const Stage& stage, const Json& want) {
    hcl::Diagnostics diagnostics;
    hcl::Attributes attributes = stage.use_body().JustAttributes(diagnostics);
    EXPECT_EQ(diagnostics.HasErrors(), want.contains("diags"));
    if (want.contains("diags")) return;
    std::map<std::string, std::string> got, wanted;
    for (const auto& [name, attribute] : attributes) {
      hcl::Diagnostics mistakes;
      hcl::Value value = attribute.expr.Evaluate(stage.context(), mistakes);
      got[name] = mistakes.HasErrors() ? hcl::testing::EncodeDiagnostics(mistakes).dump()
                                       : Clean(hcl::testing::EncodeValue(value).dump());
    }
    for (const Json& attribute : want.value("attrs", Json::array())) {
      std::string name = attribute["attr"];
      wanted[name] =
          attribute.contains("diags")
              ? hcl::testing::Expected({{"want", {{"diags", attribute["diags"]}}}})["diags"].dump()
              : hcl::testing::NormalizeValue(attribute["value"], hcl::testing::DecodeType(attribute["type"])).dump();
    }
    EXPECT_EQ(got, wanted);
  }

  const Json request_;
  const Json want_;
  const std::string folder_;
};

void RunFile(const std::string& file) {
  std::ifstream in(hcl::testing::CorpusPath(file));
  ASSERT_TRUE(in.good()) << file;
  std::string line;
  size_t cases = 0;
  while (std::getline(in, line, '\n')) {
    const Json request = hcl::testing::ParseExact(line);
    if (IsConfigDeviation(request)) continue;
    ++cases;
    SCOPED_TRACE(request["id"].get<std::string>());
    absl::StatusOr<TempFolder> folder = TempFolder::Make("config-corpus");
    ASSERT_TRUE(folder.ok());
    const std::string project = JoinPath(folder->path(), "project");
    ASSERT_TRUE(MakeFolders(project).ok());
    Case(request, project).Run();
  }
  EXPECT_GT(cases, 100u);
}

TEST(ConfigCorpus, Files) { RunFile("wpconfig.jsonl"); }
TEST(ConfigCorpus, Variables) { RunFile("vars.jsonl"); }

}  // namespace
}  // namespace waypoint::config
