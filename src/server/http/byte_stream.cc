#include "server/http/byte_stream.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <cerrno>
#include <functional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/socket.h"
#include "base/status.h"

namespace waypoint::server {
namespace {

constexpr size_t kChunk = 16 << 10;

absl::Status Gone() { return absl::UnavailableError("the peer closed the connection, or broke the protocol"); }

class PlainStream final : public ByteStream {
 public:
  PlainStream(UniqueFd fd, std::stop_token stop) : fd_(std::move(fd)), stop_(std::move(stop)) {}

  absl::StatusOr<std::string> Read(absl::Time deadline) override {
    std::string buffer(kChunk, '\0');
    while (true) {
      const ssize_t n = ::recv(fd_.get(), buffer.data(), buffer.size(), 0);
      if (n >= 0) {
        buffer.resize(static_cast<size_t>(n));
        return buffer;
      }
      if (errno != EAGAIN && errno != EINTR) return Gone();
      RETURN_IF_ERROR(WaitReadable(fd_.get(), deadline, stop_));
    }
  }
  absl::Status Write(absl::string_view data, absl::Time deadline) override {
    return SendAll(fd_.get(), data, deadline, stop_);
  }

 private:
  const UniqueFd fd_;
  const std::stop_token stop_;
};

class TlsStream final : public ByteStream {
 public:
  TlsStream(UniqueFd fd, TlsContext context, std::stop_token stop)
      : fd_(std::move(fd)), context_(std::move(context)), stop_(std::move(stop)), ssl_(SSL_new(context_.get())) {
    SSL_set_fd(ssl_, fd_.get());
  }
  ~TlsStream() override {
    SSL_shutdown(ssl_);
    SSL_free(ssl_);
  }

  absl::Status Accept(absl::Time deadline) {
    return Try([this] { return SSL_accept(ssl_); }, deadline).status();
  }
  absl::Status Connect(const std::string& host, absl::Time deadline) {
    X509_VERIFY_PARAM* wants = SSL_get0_param(ssl_);
    if (X509_VERIFY_PARAM_set1_ip_asc(wants, host.c_str()) != 1) {
      ERR_clear_error();
      SSL_set_tlsext_host_name(ssl_, host.c_str());
      SSL_set1_host(ssl_, host.c_str());
    }
    absl::Status status = Try([this] { return SSL_connect(ssl_); }, deadline).status();
    if (const long verified = SSL_get_verify_result(ssl_); !status.ok() && verified != X509_V_OK) {
      return absl::UnavailableError(
          absl::StrCat("the certificate is not trusted: ", X509_verify_cert_error_string(verified)));
    }
    return status;
  }
  absl::StatusOr<std::string> Read(absl::Time deadline) override {
    std::string buffer(kChunk, '\0');
    ASSIGN_OR_RETURN(int n,
                     Try([&] { return SSL_read(ssl_, buffer.data(), static_cast<int>(buffer.size())); }, deadline));
    buffer.resize(static_cast<size_t>(n));
    return buffer;
  }
  absl::Status Write(absl::string_view data, absl::Time deadline) override {
    if (data.empty()) return absl::OkStatus();
    return Try([&] { return SSL_write(ssl_, data.data(), static_cast<int>(data.size())); }, deadline).status();
  }

 private:
  // Again and again until it goes through; 0 is the orderly end.
  absl::StatusOr<int> Try(const std::function<int()>& action, absl::Time deadline) {
    while (true) {
      ERR_clear_error();
      const int n = action();
      if (n > 0) return n;
      switch (SSL_get_error(ssl_, n)) {
        case SSL_ERROR_WANT_READ:
          RETURN_IF_ERROR(WaitReadable(fd_.get(), deadline, stop_));
          break;
        case SSL_ERROR_WANT_WRITE:
          RETURN_IF_ERROR(WaitWritable(fd_.get(), deadline, stop_));
          break;
        case SSL_ERROR_ZERO_RETURN:
          return 0;
        default:
          return Gone();
      }
    }
  }

  const UniqueFd fd_;
  const TlsContext context_;
  const std::stop_token stop_;
  SSL* const ssl_;
};

// Where systems keep the certificates they trust; a static OpenSSL knows only its own.
constexpr const char* kSystemRoots[] = {"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt",
                                        "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem"};

absl::Status TrustOnly(SSL_CTX* context, const std::string& ca_pem) {
  std::unique_ptr<BIO, int (*)(BIO*)> in(BIO_new_mem_buf(ca_pem.data(), static_cast<int>(ca_pem.size())), BIO_free);
  int added = 0;
  while (X509* cert = PEM_read_bio_X509(in.get(), nullptr, NoPassword, nullptr)) {
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context), cert);
    X509_free(cert);
    ++added;
  }
  ERR_clear_error();
  return added > 0 ? absl::OkStatus() : absl::UnavailableError("the given CA certificates are no PEM certificates");
}

absl::StatusOr<TlsContext> MakeClientContext(const std::string& ca_pem) {
  TlsContext context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_mode(context.get(), SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  if (!ca_pem.empty()) {
    RETURN_IF_ERROR(TrustOnly(context.get(), ca_pem));
    return context;
  }
  SSL_CTX_set_default_verify_paths(context.get());
  for (const char* file : kSystemRoots) {
    if (SSL_CTX_load_verify_file(context.get(), file) == 1) break;
  }
  ERR_clear_error();
  return context;
}

}  // namespace

absl::StatusOr<TlsContext> MakeTlsContext(const PemPair& pair) {
  TlsContext context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_mode(context.get(), SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  std::unique_ptr<BIO, int (*)(BIO*)> cert_in(BIO_new_mem_buf(pair.cert.data(), static_cast<int>(pair.cert.size())),
                                              BIO_free);
  std::unique_ptr<BIO, int (*)(BIO*)> key_in(BIO_new_mem_buf(pair.key.data(), static_cast<int>(pair.key.size())),
                                             BIO_free);
  std::unique_ptr<X509, void (*)(X509*)> cert(PEM_read_bio_X509(cert_in.get(), nullptr, NoPassword, nullptr),
                                              X509_free);
  std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key(
      PEM_read_bio_PrivateKey(key_in.get(), nullptr, NoPassword, nullptr), EVP_PKEY_free);
  if (cert == nullptr || key == nullptr || SSL_CTX_use_certificate(context.get(), cert.get()) != 1 ||
      SSL_CTX_use_PrivateKey(context.get(), key.get()) != 1) {
    return absl::InvalidArgumentError("the certificate and its key cannot be used");
  }
  // The rest of the file is the chain.
  while (X509* next = PEM_read_bio_X509(cert_in.get(), nullptr, NoPassword, nullptr)) {
    SSL_CTX_add_extra_chain_cert(context.get(), next);
  }
  ERR_clear_error();
  return context;
}

absl::StatusOr<std::unique_ptr<ByteStream>> OpenStream(UniqueFd fd, TlsContext tls, absl::Time deadline,
                                                       std::stop_token stop) {
  if (tls == nullptr) return std::make_unique<PlainStream>(std::move(fd), std::move(stop));
  auto stream = std::make_unique<TlsStream>(std::move(fd), std::move(tls), std::move(stop));
  RETURN_IF_ERROR(stream->Accept(deadline));
  return stream;
}

absl::StatusOr<std::unique_ptr<ByteStream>> ConnectTls(UniqueFd fd, const std::string& host, const std::string& ca_pem,
                                                       absl::Time deadline, std::stop_token stop) {
  ASSIGN_OR_RETURN(TlsContext context, MakeClientContext(ca_pem));
  auto stream = std::make_unique<TlsStream>(std::move(fd), std::move(context), std::move(stop));
  RETURN_IF_ERROR(stream->Connect(host, deadline));
  return stream;
}

}  // namespace waypoint::server
