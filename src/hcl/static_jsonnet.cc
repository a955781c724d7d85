// What Debian's libjsonnet.a lacks to be linked statically; empty in any other build, where the shared library
// brings its own.
//   md5()      of its bundled sources: here by OpenSSL.
//   rapidyaml  has no static library in Debian: what std.parseYaml calls throws, and the call fails with its
//              text (functions/jsonnet.cc). Everything else of Jsonnet does not touch it.
// The names are those of the compiler's mangling; nobody calls them from here.
#ifdef WAYPOINT_STATIC

#include <openssl/evp.h>

#include <stdexcept>
#include <string>

#include "absl/strings/escaping.h"

std::string md5(std::string text);  // NOLINT: the name that libjsonnet.a asks for

std::string md5(std::string text) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned length = 0;
  EVP_Digest(text.data(), text.size(), digest, &length, EVP_md5(), nullptr);
  return absl::BytesToHexString(absl::string_view(reinterpret_cast<char*>(digest), length));
}

namespace {

[[noreturn]] void NoYaml() { throw std::runtime_error("std.parseYaml is not part of this build of Jsonnet"); }

}  // namespace

#define WAYPOINT_NO_YAML(function, mangled) \
  void function() __asm__(mangled);         \
  void function() { NoYaml(); }

namespace waypoint::hcl::no_yaml {

WAYPOINT_NO_YAML(HandleError, "_ZN2c412handle_errorENS_6srclocEPKcz")
WAYPOINT_NO_YAML(GetErrorFlags, "_ZN2c415get_error_flagsEv")
WAYPOINT_NO_YAML(IsDebuggerAttached, "_ZN2c420is_debugger_attachedEv")
WAYPOINT_NO_YAML(GetMemoryResource, "_ZN2c43yml19get_memory_resourceEv")
WAYPOINT_NO_YAML(TreeReserve, "_ZN2c43yml4Tree7reserveEm")
WAYPOINT_NO_YAML(TreeRelocate, "_ZN2c43yml4Tree9_relocateENS_15basic_substringIcEE")
WAYPOINT_NO_YAML(TreeConstructor, "_ZN2c43yml4TreeC1ERKNS0_9AllocatorE")
WAYPOINT_NO_YAML(TreeDestructor, "_ZN2c43yml4TreeD1Ev")
WAYPOINT_NO_YAML(TreeAssign, "_ZN2c43yml4TreeaSERKS1_")
WAYPOINT_NO_YAML(TreeRoot, "_ZNK2c43yml4Tree7rootrefEv")
WAYPOINT_NO_YAML(Error, "_ZN2c43yml5errorEPKcmNS0_8LocationE")
WAYPOINT_NO_YAML(CountLines, "_ZN2c43yml6Parser13_count_nlinesENS_15basic_substringIKcEE")
WAYPOINT_NO_YAML(Parse, "_ZN2c43yml6Parser5parseENS_15basic_substringIKcEENS2_IcEEPNS0_4TreeEm")
WAYPOINT_NO_YAML(ParserConstructor, "_ZN2c43yml6ParserC1ERKNS0_9AllocatorE")

}  // namespace waypoint::hcl::no_yaml

#endif  // WAYPOINT_STATIC
