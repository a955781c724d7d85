#include "server/http/byte_stream.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <cerrno>
#include <functional>
#include <utility>

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

  absl::Status Handshake(absl::Time deadline) {
    return Try([this] { return SSL_accept(ssl_); }, deadline).status();
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

}  // namespace

absl::StatusOr<TlsContext> MakeTlsContext(const PemPair& pair) {
  TlsContext context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_mode(context.get(), SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  std::unique_ptr<BIO, int (*)(BIO*)> cert_in(BIO_new_mem_buf(pair.cert.data(), static_cast<int>(pair.cert.size())),
                                              BIO_free);
  std::unique_ptr<BIO, int (*)(BIO*)> key_in(BIO_new_mem_buf(pair.key.data(), static_cast<int>(pair.key.size())),
                                             BIO_free);
  std::unique_ptr<X509, void (*)(X509*)> cert(PEM_read_bio_X509(cert_in.get(), nullptr, nullptr, nullptr), X509_free);
  std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key(PEM_read_bio_PrivateKey(key_in.get(), nullptr, nullptr, nullptr),
                                                     EVP_PKEY_free);
  if (cert == nullptr || key == nullptr || SSL_CTX_use_certificate(context.get(), cert.get()) != 1 ||
      SSL_CTX_use_PrivateKey(context.get(), key.get()) != 1) {
    return absl::InvalidArgumentError("the certificate and its key cannot be used");
  }
  // The rest of the file is the chain.
  while (X509* next = PEM_read_bio_X509(cert_in.get(), nullptr, nullptr, nullptr)) {
    SSL_CTX_add_extra_chain_cert(context.get(), next);
  }
  ERR_clear_error();
  return context;
}

absl::StatusOr<std::unique_ptr<ByteStream>> OpenStream(UniqueFd fd, TlsContext tls, absl::Time deadline,
                                                       std::stop_token stop) {
  if (tls == nullptr) return std::make_unique<PlainStream>(std::move(fd), std::move(stop));
  auto stream = std::make_unique<TlsStream>(std::move(fd), std::move(tls), std::move(stop));
  RETURN_IF_ERROR(stream->Handshake(deadline));
  return stream;
}

}  // namespace waypoint::server
