#include "builtin/process/builder.h"

#include "absl/strings/str_join.h"
#include "base/files.h"
#include "base/run_command.h"
#include "base/status.h"
#include "builtin/process/builds.h"
#include "builtin/process/deployments.h"

namespace waypoint::builtin::process {
namespace {

using plugin::Function;

// Never part of an artifact that is a whole app folder.
constexpr const char* kAlwaysIgnored[] = {".git/", ".waypoint/"};

std::string SizeText(uint64_t bytes) {
  if (bytes < 10 * 1024) return absl::StrCat(bytes, " bytes");
  if (bytes < 10 * 1024 * 1024) return absl::StrCat(bytes / 1024, " KiB");
  return absl::StrCat(bytes / (1024 * 1024), " MiB");
}

}  // namespace

absl::Status Builder::Run(plugin::StepGroup& steps, const std::string& folder, std::stop_token stop) {
  const std::string text = absl::StrJoin(config.command.words, " ");
  plugin::Step step = steps.Add("Running ", text);
  CommandOptions command;
  command.argv = ToArgv(config.command.words);
  command.cwd = folder;
  command.env = MergeEnvironment(CurrentEnvironment(), ToEnvironment(config.env));
  command.output = [&step](absl::string_view data, bool) { step.Output(data); };
  absl::StatusOr<ExitStatus> ended = RunCommand(command, stop);
  if (absl::IsCancelled(ended.status())) return absl::CancelledError("the build was stopped");
  if (!ended.ok()) return Annotate(ended.status(), "run the build command");
  if (!ended->ok()) {
    step.Status("error");
    return absl::FailedPreconditionError(
        absl::StrCat("the build command failed with ", ended->Text(), ": ", text, "\nIts output is above."));
  }
  step.Done();
  return absl::OkStatus();
}

absl::StatusOr<pb::Artifact> Builder::Build(plugin::Ui& ui, const plugin::sdk::Args::Source& source,
                                            const plugin::sdk::Args::JobInfo& job, std::stop_token stop) {
  plugin::StepGroup steps = ui.Steps();
  if (!config.command.empty()) RETURN_IF_ERROR(Run(steps, source.path(), stop));
  const std::string output = JoinPath(source.path(), config.output);
  if (!PathExists(output)) {
    return absl::NotFoundError(absl::StrCat("the build output ", output, " does not exist; check `output`",
                                            config.command.empty() ? "" : " and what the build command makes"));
  }
  plugin::Step step = steps.Add("Copying ", config.output.empty() ? "the app's folder" : config.output);
  std::vector<std::string> ignore = config.ignore;
  ignore.insert(ignore.end(), std::begin(kAlwaysIgnored), std::end(kAlwaysIgnored));
  absl::StatusOr<pb::Artifact> artifact = StoreBuild(options_.layout, OwnerOf(job), output, ignore);
  if (!artifact.ok()) return artifact.status();
  step.Update("Artifact ", artifact->id().substr(0, 12), ": ", artifact->files(),
              artifact->files() == 1 ? " file, " : " files, ", SizeText(artifact->size()));
  step.Done();
  return artifact;
}

plugin::NativeType BuilderType(const Options& options) {
  plugin::ConfigFields<Builder::Config> fields;
  fields
      .Optional("command", &Builder::Config::command,
                "Command run in the app's folder before its output is copied: a list of words, or one string for the "
                "shell.")
      .Optional("output", &Builder::Config::output,
                "File or folder that becomes the artifact, relative to the app's folder.", "the app's folder")
      .Optional("ignore", &Builder::Config::ignore,
                "Patterns of paths that are left out, such as \"*.log\" or \"node_modules/\". `.git` and `.waypoint` "
                "always are.")
      .Optional("env", &Builder::Config::env, "Environment variables for the command.");
  plugin::NativeType type = plugin::NativeType::Of<Builder>(
      std::function<std::shared_ptr<Builder>()>([options] { return std::make_shared<Builder>(options); }));
  type.Config(&Builder::config, fields);
  type.Docs({"Copies the output of a build, content-addressed, to run it as a process of this machine.",
             "build {\n  use \"process\" {\n    command = \"make\"\n    output  = \"bin\"\n  }\n}", "",
             "process.Artifact"});
  type.Add(Function::kBuild, &Builder::Build);
  type.Add(Function::kBuildOdr, &Builder::Build);
  return type;
}

}  // namespace waypoint::builtin::process
