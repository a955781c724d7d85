// Functions that read files, repositories and the clock: what the reference results leave out.

#include <unistd.h>

#include "base/files.h"
#include "base/run_command.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "hcl/functions/functions.h"
#include "hcl/functions/git.h"
#include "hcl/functions/templates.h"
#include "hcl/parse.h"

namespace waypoint::hcl {
namespace {

using ::testing::HasSubstr;

class FileFunctions : public ::testing::Test {
 protected:
  void SetUp() override {
    FunctionOptions options;
    options.home = folder_.path();
    FunctionTable table = StandardFunctions(options);
    table.merge(GitFunctions(folder_.path() + "/deep/er", nullptr));
    base_.functions = std::make_shared<const FunctionTable>(std::move(table));
    base_.variables = Variables{{"dir", Value::Str(folder_.path())}, {"name", Value::Str("world")}};
    context_ = base_.Child();
    context_.functions = std::make_shared<const FunctionTable>(TemplateFunctions(&base_));
  }

  void Write(const std::string& name, const std::string& text) {
    std::string path = JoinPath(folder_.path(), name);
    ASSERT_TRUE(MakeFolders(FolderOf(path)).ok());
    ASSERT_TRUE(WriteFile(path, text).ok());
  }

  Value Run(const std::string& text) {
    mistakes_.Clear();
    Expression expr = ParseExpression(MakeSource("test.hcl", text), mistakes_);
    return expr.Evaluate(&context_, mistakes_);
  }

  std::string Text(const std::string& text) {
    Value value = Run(text);
    EXPECT_FALSE(mistakes_.HasErrors()) << mistakes_.ToString();
    return value.HasPayload() && value.type().IsString() ? value.AsString() : "";
  }

  std::string Mistake(const std::string& text) {
    Run(text);
    EXPECT_TRUE(mistakes_.HasErrors());
    return mistakes_.ToString();
  }

  void Git(std::vector<std::string> args) {
    CommandOptions command;
    command.argv = {"git", "-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "init.defaultBranch=main"};
    command.argv.insert(command.argv.end(), args.begin(), args.end());
    command.cwd = folder_.path();
    absl::StatusOr<ExitStatus> exit = RunCommand(command);
    ASSERT_TRUE(exit.ok()) << exit.status();
    ASSERT_EQ(exit->code, 0) << args[0];
  }

  TempFolder folder_ = *TempFolder::Make("functions");
  EvalContext base_, context_;
  Diagnostics mistakes_;
};

TEST_F(FileFunctions, ReadFiles) {
  Write("a.txt", "hello");
  Write("bin", "\xff\xfe");
  EXPECT_EQ(Text("file(\"${dir}/a.txt\")"), "hello");
  EXPECT_EQ(Text("file(\"~/a.txt\")"), "hello");
  EXPECT_EQ(Text("filebase64(\"${dir}/bin\")"), "//4=");
  EXPECT_THAT(Mistake("file(\"${dir}/bin\")"), HasSubstr("UTF-8"));
  EXPECT_THAT(Mistake("file(\"a.txt\")"), HasSubstr("must be absolute"));
  EXPECT_TRUE(Run("fileexists(\"${dir}/a.txt\")").AsBool());
  EXPECT_FALSE(Run("fileexists(\"${dir}/b.txt\")").AsBool());
  EXPECT_THAT(Mistake("fileexists(dir)"), HasSubstr("not a regular file"));
}

TEST_F(FileFunctions, FindFilesByPattern) {
  for (const char* name : {"a.txt", "b.md", "x/c.txt", "x/y/d.txt"}) Write(name, "");
  struct Row {
    const char* pattern;
    const char* want;
  };
  const Row kRows[] = {{"*.txt", "a.txt"},        {"**/*.txt", "a.txt,x/c.txt,x/y/d.txt"},
                       {"x/*", "x/c.txt"},        {"x/**", "x/c.txt,x/y/d.txt"},
                       {"{a,b}.*", "a.txt,b.md"}, {"[^a].*", "b.md"},
                       {"./a.*", "a.txt"},        {"/a.*", "a.txt"},
                       {"[!a].*", "a.txt"}};
  for (const Row& row : kRows) {
    EXPECT_EQ(Text(std::string("join(\",\", fileset(dir, \"") + row.pattern + "\"))"), row.want) << row.pattern;
  }
}

TEST_F(FileFunctions, RenderTemplates) {
  Write("t/hello.tpl", "Hi ${name}, ${upper(extra)}");
  Write("t/sub/b.tpl", "%{ for v in list }${v};%{ endfor }");
  std::string path = Text("templatefile(\"${dir}/t/hello.tpl\", { extra = \"you\" })");
  EXPECT_EQ(BaseName(path), "hello.tpl");
  EXPECT_EQ(*ReadFile(path), "Hi world, YOU");
  EXPECT_TRUE(RemoveAll(FolderOf(path)).ok());
  std::string copy = Text("templatedir(\"${dir}/t\", { extra = \"x\", list = [1, 2] })");
  EXPECT_EQ(*ReadFile(copy + "/sub/b.tpl"), "1;2;");
  EXPECT_TRUE(RemoveAll(copy).ok());
  EXPECT_THAT(Mistake("templatefile(\"${dir}/t/hello.tpl\", {})"), HasSubstr("extra"));
  EXPECT_EQ(Run("templatestring(\"$${list}\", { list = [1] })").type().Text(), "tuple([number])");
}

TEST_F(FileFunctions, EvaluateJsonnet) {
  Write("j/a.jsonnet", "{ x: std.extVar('v'), y: 1 + 1 }");
  std::string path = Text("jsonnetfile(\"${dir}/j/a.jsonnet\", { ext_vars = { v = \"w\" } })");
  EXPECT_EQ(BaseName(path), "a.json");
  EXPECT_EQ(*ReadFile(path), "{\n   \"x\": \"w\",\n   \"y\": 2\n}\n");
  EXPECT_TRUE(RemoveAll(FolderOf(path)).ok());
  std::string copy = Text("jsonnetdir(\"${dir}/j\", { ext_vars = { v = \"w\" } })");
  EXPECT_TRUE(PathExists(copy + "/a.json"));
  EXPECT_TRUE(RemoveAll(copy).ok());
  EXPECT_THAT(Mistake("jsonnetfile(\"${dir}/j/a.jsonnet\", {})"), HasSubstr("Jsonnet"));
}

TEST_F(FileFunctions, AskTheRepository) {
  Write("deep/er/f", "1");
  EXPECT_THAT(Mistake("gitrefhash()"), HasSubstr("no git repository"));
  Git({"init", "-q"});
  EXPECT_THAT(Mistake("gitrefhash()"), HasSubstr("no commit"));
  Git({"add", "-A"});
  Git({"commit", "-qm", "first"});
  std::string hash = Text("gitrefhash()");
  EXPECT_EQ(hash.size(), 40u);
  EXPECT_EQ(Text("gitreftag()"), "");
  EXPECT_EQ(Text("gitrefpretty()"), hash);
  Git({"tag", "v1"});
  EXPECT_EQ(Text("gitreftag()"), "v1");
  EXPECT_EQ(Text("gitrefpretty()"), "v1");
  Git({"pack-refs", "--all"});
  EXPECT_EQ(Text("gitreftag()"), "v1");
  Write("deep/er/f", "2");
  EXPECT_EQ(Text("gitrefpretty()"), "v1_CHANGES");
  Git({"tag", "-am", "annotated", "v2"});
  EXPECT_EQ(Text("gitreftag()"), "v1");
  EXPECT_THAT(Mistake("gitremoteurl(\"origin\")"), HasSubstr("no remote named"));
  Git({"remote", "add", "origin", "https://example.com/r.git"});
  EXPECT_EQ(Text("gitremoteurl(\"origin\")"), "https://example.com/r.git");
}

TEST_F(FileFunctions, BoundTheirResults) {
  EXPECT_THAT(Mistake("indent(1000000000, \"a\\nb\")"), HasSubstr("too long"));
  EXPECT_THAT(Mistake("format(\"%1000000000s\", \"a\")"), HasSubstr("too large"));
  EXPECT_THAT(Mistake("setproduct(range(1024), range(1024), range(1024))"), HasSubstr("more than a million"));
  EXPECT_THAT(Mistake("\"n: ${1e9999999}\""), HasSubstr("too large"));
}

}  // namespace
}  // namespace waypoint::hcl
