#include "clicontext/context.h"

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "hcl/parse.h"

namespace waypoint::clicontext {
namespace {

std::string Quoted(absl::string_view text) {
  std::string out = "\"";
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if ((c == '$' || c == '%') && i + 1 < text.size() && text[i + 1] == '{') {
      out += c;  // doubled, so that it does not start a template
      out += c;
    } else {
      out += c;
    }
  }
  return out + "\"";
}

const hcl::BodySchema& FileSchema() {
  static const hcl::BodySchema* const schema =
      new hcl::BodySchema{.attributes = {{.name = "workspace"}}, .blocks = {{.type = "server", .labels = {}}}};
  return *schema;
}

const hcl::BodySchema& ServerSchema() {
  static const hcl::BodySchema* const schema = new hcl::BodySchema{.attributes = {{.name = "address", .required = true},
                                                                                  {.name = "tls"},
                                                                                  {.name = "tls_skip_verify"},
                                                                                  {.name = "address_internal"},
                                                                                  {.name = "require_auth"},
                                                                                  {.name = "auth_token"},
                                                                                  {.name = "platform"}},
                                                                   .blocks = {}};
  return *schema;
}

// Reads values of one body; what is absent or null stays as it is.
class Reader {
 public:
  Reader(const hcl::BodyContent& content, hcl::Diagnostics& diagnostics)
      : content_(content), diagnostics_(diagnostics) {}

  void Read(const char* name, std::string* out) {
    const hcl::Attribute* attribute = content_.Find(name);
    if (attribute == nullptr) return;
    const hcl::Value value = attribute->expr.Evaluate(nullptr, diagnostics_);
    if (value.IsNull() || !value.IsKnown()) return;
    if (value.type().IsString()) {
      *out = value.AsString();
    } else {
      diagnostics_.Error("Unsuitable value", absl::StrCat("\"", name, "\" must be a string."), attribute->expr.range());
    }
  }
  void Read(const char* name, bool* out) {
    const hcl::Attribute* attribute = content_.Find(name);
    if (attribute == nullptr) return;
    const hcl::Value value = attribute->expr.Evaluate(nullptr, diagnostics_);
    if (value.IsNull() || !value.IsKnown()) return;
    if (value.type().IsBool()) {
      *out = value.AsBool();
    } else {
      diagnostics_.Error("Unsuitable value", absl::StrCat("\"", name, "\" must be true or false."),
                         attribute->expr.range());
    }
  }

 private:
  const hcl::BodyContent& content_;
  hcl::Diagnostics& diagnostics_;
};

void ReadServer(const hcl::Block& block, hcl::Diagnostics& diagnostics, Context& context) {
  const hcl::BodyContent content = block.body->Content(ServerSchema(), diagnostics);
  Reader reader(content, diagnostics);
  reader.Read("address", &context.address);
  reader.Read("tls", &context.tls);
  reader.Read("tls_skip_verify", &context.tls_skip_verify);
  reader.Read("address_internal", &context.address_internal);
  reader.Read("require_auth", &context.require_auth);
  reader.Read("auth_token", &context.auth_token);
  reader.Read("platform", &context.platform);
}

const char* BoolText(bool value) { return value ? "true" : "false"; }

}  // namespace

std::string FormatContext(const Context& context) {
  return absl::StrCat("server {\n",                                                      //
                      "  address          = ", Quoted(context.address), "\n",            //
                      "  tls              = ", BoolText(context.tls), "\n",              //
                      "  tls_skip_verify  = ", BoolText(context.tls_skip_verify), "\n",  //
                      "  address_internal = ", Quoted(context.address_internal), "\n",   //
                      "  require_auth     = ", BoolText(context.require_auth), "\n",     //
                      "  auth_token       = ", Quoted(context.auth_token), "\n",         //
                      "  platform         = ", Quoted(context.platform), "\n",           //
                      "}\n\n",                                                           //
                      "workspace = ", Quoted(context.workspace), "\n");
}

absl::StatusOr<Context> ParseContext(absl::string_view text, const std::string& file_name) {
  hcl::Diagnostics diagnostics;
  const hcl::BodyPtr body = hcl::ParseNative(hcl::MakeSource(file_name, std::string(text)), diagnostics);
  RETURN_IF_ERROR(diagnostics.ToStatus());
  const hcl::BodyContent content = body->Content(FileSchema(), diagnostics);
  Context context;
  Reader(content, diagnostics).Read("workspace", &context.workspace);
  const std::vector<const hcl::Block*> servers = content.BlocksOf("server");
  if (servers.size() != 1) {
    diagnostics.Error("Wrong number of server blocks", "A context has exactly one \"server\" block.",
                      servers.empty() ? body->MissingItemRange() : servers[1]->def_range);
  }
  if (!servers.empty()) ReadServer(*servers[0], diagnostics, context);
  RETURN_IF_ERROR(diagnostics.ToStatus());
  return context;
}

}  // namespace waypoint::clicontext
