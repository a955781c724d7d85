#include "client/channel/credentials.h"

#include "grpcpp/security/tls_certificate_provider.h"
#include "grpcpp/security/tls_certificate_verifier.h"
#include "grpcpp/security/tls_credentials_options.h"

namespace waypoint::client {
namespace {

// Without any root gRPC loads the system's, and fails on machines that have none even though nothing is
// verified. This one has no private key any more and is never compared with anything.
constexpr char kPlaceholderRoot[] = R"(-----BEGIN CERTIFICATE-----
MIIBszCCAVmgAwIBAgIUZo6Iz9EGqFimjtx/wWKAz3NDJhgwCgYIKoZIzj0EAwIw
LjERMA8GA1UECgwIV2F5cG9pbnQxGTAXBgNVBAMMEHBsYWNlaG9sZGVyIHJvb3Qw
IBcNMjYxMTI1MDMyMjE5WhgPMjEyNjExMDEwMzIyMTlaMC4xETAPBgNVBAoMCFdh
eXBvaW50MRkwFwYDVQQDDBBwbGFjZWhvbGRlciByb290MFkwEwYHKoZIzj0CAQYI
KoZIzj0DAQcDQgAE3pMw1a4amjHtlln8HzbU8zz57jq6vaxEz9BGmocbxNhQk7oQ
VRE2NvyaxZMbnMb2OqndCuGcoAcTS6pK+JKhqaNTMFEwHQYDVR0OBBYEFOZwe7BF
U2f9l8W9WborREYOOtX+MB8GA1UdIwQYMBaAFOZwe7BFU2f9l8W9WborREYOOtX+
MA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIgMgMAHD1fJsNIXQvg
2voTR2nSmr9KxQmrjLJYPG2g4RoCIQDHTfE3tDTDXRk64pFYkfXX5sp2qUwD24yg
V8jCGp6Whg==
-----END CERTIFICATE-----
)";

std::shared_ptr<grpc::ChannelCredentials> UnverifiedTls() {
  grpc::experimental::TlsChannelCredentialsOptions tls;
  tls.set_verify_server_certs(false);
  tls.set_check_call_host(false);
  tls.set_certificate_verifier(std::make_shared<grpc::experimental::NoOpCertificateVerifier>());
  tls.set_certificate_provider(
      std::make_shared<grpc::experimental::StaticDataCertificateProvider>(std::string(kPlaceholderRoot)));
  tls.watch_root_certs();
  return grpc::experimental::TlsCredentials(tls);
}

}  // namespace

std::shared_ptr<grpc::ChannelCredentials> MakeCredentials(const DialOptions& options) {
  if (!options.tls) return grpc::InsecureChannelCredentials();
  if (options.tls_skip_verify) return UnverifiedTls();
  grpc::SslCredentialsOptions verified;
  verified.pem_root_certs = options.ca_pem;
  return grpc::SslCredentials(verified);
}

}  // namespace waypoint::client
