// Debian's static libgit2 wants Kerberos, of which no static library exists. A fully static program has this
// instead: every call fails, so that libgit2 falls back to the other ways to log in.
#ifdef WAYPOINT_STATIC_GSS_STUB

extern "C" {

using OM_uint32 = unsigned int;
constexpr OM_uint32 kFailure = 13u << 16;  // GSS_S_FAILURE

void* GSS_C_NT_HOSTBASED_SERVICE = nullptr;
OM_uint32 gss_delete_sec_context(...) { return kFailure; }
OM_uint32 gss_display_status(...) { return kFailure; }
OM_uint32 gss_import_name(...) { return kFailure; }
OM_uint32 gss_indicate_mechs(...) { return kFailure; }
OM_uint32 gss_init_sec_context(...) { return kFailure; }
OM_uint32 gss_release_buffer(...) { return kFailure; }
OM_uint32 gss_release_name(...) { return kFailure; }
OM_uint32 gss_release_oid_set(...) { return kFailure; }

}  // extern "C"

#endif
