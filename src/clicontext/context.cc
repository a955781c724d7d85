#include "clicontext/context.h"

#include "absl/strings/str_cat.h"

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

}  // namespace waypoint::clicontext
