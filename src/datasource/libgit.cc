#include "datasource/libgit.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace waypoint::datasource {

void StartLibgit() {
  static const int started = git_libgit2_init();
  (void)started;
}

absl::Status GitStatus(int result, absl::string_view action, std::stop_token stop) {
  if (result >= 0) return absl::OkStatus();
  if (stop.stop_requested()) return absl::CancelledError(absl::StrCat("git ", action, ": stopped"));
  const git_error* error = git_error_last();
  return absl::AbortedError(absl::StrCat("git ", action, ": ", error != nullptr ? error->message : "unknown error"));
}

std::string OidText(const git_oid& oid) {
  char text[GIT_OID_HEXSZ + 1] = {};
  git_oid_tostr(text, sizeof(text), &oid);
  return text;
}

namespace {

// User and host with port, and where they stand in the URL; nothing for a path.
absl::string_view AuthorityOf(absl::string_view url) {
  const size_t scheme = url.find("://");
  absl::string_view rest = scheme == absl::string_view::npos ? url : url.substr(scheme + 3);
  const size_t end = rest.find_first_of(scheme == absl::string_view::npos ? ":/" : "/?#");
  if (scheme == absl::string_view::npos && (end == absl::string_view::npos || rest[end] == '/'))
    return rest.substr(0, 0);
  return rest.substr(0, end);
}

}  // namespace

std::string HostOfUrl(absl::string_view url) {
  absl::string_view host = AuthorityOf(url);
  host.remove_prefix(host.rfind('@') + 1);  // without one: nothing
  const size_t colon = host.rfind(':');
  if (colon != absl::string_view::npos && host.find(']', colon) == absl::string_view::npos)
    host = host.substr(0, colon);
  return absl::AsciiStrToLower(host);
}

std::string WithoutPassword(absl::string_view url) {
  const absl::string_view authority = AuthorityOf(url);
  const size_t at = authority.rfind('@');
  const size_t colon = authority.find(':');
  if (at == absl::string_view::npos || colon > at) return std::string(url);
  const size_t begin = static_cast<size_t>(authority.data() - url.data());
  return absl::StrCat(url.substr(0, begin + colon), ":***", url.substr(begin + at));
}

int GitSession::OnCredentials(git_credential** out, const char* url, const char* user, unsigned int allowed,
                              void* data) {
  auto* self = static_cast<GitSession*>(data);
  const auto& git = self->git_;
  // A submodule may come from anywhere; the login is for one host.
  if (HostOfUrl(url == nullptr ? "" : url) != HostOfUrl(git.url())) return GIT_PASSTHROUGH;
  const std::string ssh_user = !git.ssh().user().empty() ? git.ssh().user() : user != nullptr ? user : "git";
  if ((allowed & GIT_CREDENTIAL_USERNAME) != 0) return git_credential_username_new(out, ssh_user.c_str());
  // libgit2 asks again and again while the remote refuses; one answer is all we have.
  if (self->tried_) {
    self->refused_ = true;
    return GIT_EAUTH;
  }
  self->tried_ = true;
  if (git.has_basic() && (allowed & GIT_CREDENTIAL_USERPASS_PLAINTEXT) != 0) {
    return git_credential_userpass_plaintext_new(out, git.basic().username().c_str(), git.basic().password().c_str());
  }
  if (git.has_ssh() && (allowed & GIT_CREDENTIAL_SSH_KEY) != 0) {
    const std::string& passphrase = git.ssh().password();
    return git_credential_ssh_key_memory_new(out, ssh_user.c_str(), nullptr, git.ssh().private_key_pem().c_str(),
                                             passphrase.empty() ? nullptr : passphrase.c_str());
  }
  return GIT_PASSTHROUGH;
}

absl::Status GitSession::Check(int result, absl::string_view action) const {
  absl::Status status = GitStatus(result, action, stop_);
  if (status.ok() || absl::IsCancelled(status)) return status;
  const bool unopened = absl::StrContains(status.message(), "Wrong passphrase") ||
                        absl::StrContains(status.message(), "correct password?");
  if (git_.has_ssh() && unopened) {
    return absl::FailedPreconditionError(absl::StrCat(
        "git ", action, ": the ssh key cannot be opened with the password that is given for it (key_password)"));
  }
  if (!refused_) return status;
  if (!git_.has_ssh()) {
    return absl::AbortedError(absl::StrCat("git ", action, ": the server refuses this user name and password"));
  }
  return absl::AbortedError(absl::StrCat(
      "git ", action,
      ": the server refuses this ssh key. It must be known there; an RSA key is also refused by GitHub and by OpenSSH "
      "since 8.8, which want signatures that the SSH library here cannot make: use an Ed25519 or ECDSA key"));
}

int GitSession::OnCertificate(git_cert* certificate, int, const char*, void*) {
  return certificate->cert_type == GIT_CERT_HOSTKEY_LIBSSH2 ? 0 : GIT_PASSTHROUGH;
}

int GitSession::OnProgress(const git_indexer_progress*, void* data) {
  return static_cast<GitSession*>(data)->stop_.stop_requested() ? GIT_EUSER : 0;
}

void GitSession::Fill(git_remote_callbacks* callbacks) {
  tried_ = refused_ = false;
  callbacks->credentials = OnCredentials;
  callbacks->certificate_check = OnCertificate;
  callbacks->transfer_progress = OnProgress;
  callbacks->payload = this;
}

}  // namespace waypoint::datasource
