// waypoint fmt: a configuration file in its canonical form.
#include <unistd.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/files.h"
#include "base/status.h"
#include "cli/commands/commands.h"
#include "cli/session.h"
#include "cli/standard_input.h"
#include "hcl/diagnostic.h"
#include "hcl/format.h"

namespace waypoint::cli {
namespace {

constexpr int kUnformatted = 3;

class Fmt : public Command {
 public:
  void Flags(FlagSet& flags) override {
    flags.Bool(&write_, {.name = "write", .usage = "Write the result back to the file; without, print it."});
    flags.Bool(&check_, {.name = "check",
                         .usage = "Change and print nothing; the exit code is 3 if the file is not formatted."});
  }

  int Run(Session& session) override {
    if (session.args().size() > 1) return session.Usage("fmt takes one file, or - for the standard input");
    const std::string name = session.args().empty() ? "waypoint.hcl" : session.args()[0];
    if (absl::EndsWith(name, ".json")) {
      return session.Fail(absl::StrCat(name, ": JSON is not formatted by this command, only HCL is"));
    }
    const bool from_stdin = name == "-";
    const std::string path = JoinPath(session.world().working_folder, name);
    absl::StatusOr<std::string> text = from_stdin ? ReadStandardInput() : ReadFile(path);
    if (!text.ok()) return session.Fail(text.status());
    hcl::Diagnostics diagnostics;
    const std::string formatted = hcl::FormatFile(hcl::MakeSource(from_stdin ? "<stdin>" : name, *text), diagnostics);
    if (diagnostics.HasErrors()) return session.Fail(diagnostics.Render());
    if (check_) return formatted == *text ? 0 : kUnformatted;
    if (from_stdin || !write_) {
      session.ui().Raw(formatted, false);
      return 0;
    }
    if (formatted == *text) return 0;
    if (absl::Status written = WriteFileAtomic(path, formatted); !written.ok()) return session.Fail(written);
    session.ui().Line(name);
    return 0;
  }

 private:
  bool write_ = true, check_ = false;
};

}  // namespace

CommandInfo FmtCommand() {
  return {.words = "fmt",
          .arguments = "[FILE]",
          .synopsis = "Rewrite waypoint.hcl in the canonical form",
          .help =
              "Rewrites a file in the canonical form: waypoint.hcl of this folder if none is named, the standard "
              "input for \"-\". Prints the name of the file if it was changed.",
          .needs = kNeedsNothing,
          .make = Make<Fmt>};
}

}  // namespace waypoint::cli
