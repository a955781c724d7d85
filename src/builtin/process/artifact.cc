#include "builtin/process/artifact.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <memory>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/fd.h"
#include "base/files.h"
#include "base/status.h"
#include "base/tree.h"

namespace waypoint::builtin::process {
namespace {

class Sha256 {
 public:
  Sha256() : context_(EVP_MD_CTX_new(), EVP_MD_CTX_free) { EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr); }
  void Add(absl::string_view data) { EVP_DigestUpdate(context_.get(), data.data(), data.size()); }
  std::string Hex() {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    EVP_DigestFinal_ex(context_.get(), digest, &length);
    return absl::BytesToHexString(absl::string_view(reinterpret_cast<char*>(digest), length));
  }

 private:
  std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context_;
};

absl::Status AddFile(const std::string& path, Sha256* sha, uint64_t* size) {
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.valid()) return ErrnoStatus(errno, absl::StrCat("open ", path));
  // The content's own digest goes in, so that no content can pass for the line of another entry.
  Sha256 content;
  std::string buffer(256 * 1024, '\0');
  while (true) {
    ssize_t n = ::read(fd.get(), buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return ErrnoStatus(errno, absl::StrCat("read ", path));
    if (n == 0) break;
    content.Add(absl::string_view(buffer.data(), n));
    *size += n;
  }
  sha->Add(content.Hex());
  return absl::OkStatus();
}

absl::Status CopyOutput(const std::string& source, const std::vector<std::string>& ignore, const std::string& to) {
  if (IsFolder(source)) return CopyTree(source, to, ignore);
  RETURN_IF_ERROR(MakeFolders(to));
  return CopyFile(source, JoinPath(to, BaseName(source)));
}

}  // namespace

absl::StatusOr<TreeDigest> DigestTree(const std::string& root) {
  ASSIGN_OR_RETURN(std::vector<TreeEntry> entries, ListTree(root));
  Sha256 sha;
  TreeDigest digest;
  for (const TreeEntry& entry : entries) {
    sha.Add(absl::StrCat(static_cast<int>(entry.kind), " ", entry.mode, " ", entry.path.size(), ":", entry.path, " ",
                         entry.target.size(), ":", entry.target, "\n"));
    if (entry.kind != TreeEntry::Kind::kFile) continue;
    RETURN_IF_ERROR(AddFile(JoinPath(root, entry.path), &sha, &digest.size));
    ++digest.files;
  }
  digest.sha256 = sha.Hex();
  return digest;
}

absl::StatusOr<pb::Artifact> StoreArtifact(const Layout& layout, const std::string& source,
                                           const std::vector<std::string>& ignore) {
  if (!PathExists(source)) return absl::NotFoundError(absl::StrCat(source, " does not exist"));
  RETURN_IF_ERROR(MakeFolders(layout.root(), 0700));
  RETURN_IF_ERROR(MakeFolders(layout.Artifacts()));
  ASSIGN_OR_RETURN(TempFolder temporary, TempFolder::Make(".new-", layout.Artifacts()));
  const std::string copy = JoinPath(temporary.path(), "tree");
  if (absl::Status status = CopyOutput(source, ignore, copy); !status.ok()) {
    return Annotate(status, "copy the build output ", source);
  }
  // Of the copy, not of the source, which may change meanwhile.
  ASSIGN_OR_RETURN(TreeDigest digest, DigestTree(copy));
  pb::Artifact artifact;
  artifact.set_id(digest.sha256);
  artifact.set_path(JoinPath(layout.Artifacts(), digest.sha256));
  artifact.set_size(digest.size);
  artifact.set_files(digest.files);
  // An equal copy may be there already, or come from another process at this very moment.
  if (::rename(copy.c_str(), artifact.path().c_str()) != 0 && errno != ENOTEMPTY && errno != EEXIST) {
    return ErrnoStatus(errno, absl::StrCat("keep the artifact ", artifact.path()));
  }
  return artifact;
}

absl::Status UnpackArtifact(const pb::Artifact& artifact, const std::string& to) {
  if (!IsFolder(artifact.path())) {
    return absl::NotFoundError(absl::StrCat("the artifact ", artifact.path(),
                                            " is not on this machine; build here, or run the deployment on ",
                                            "the runner that built it"));
  }
  RETURN_IF_ERROR(CopyTree(artifact.path(), to));
  ASSIGN_OR_RETURN(TreeDigest digest, DigestTree(to));
  if (digest.sha256 == artifact.id()) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat("the artifact ", artifact.path(), " was changed since it was built; ",
                                          "remove that folder and build again"));
}

}  // namespace waypoint::builtin::process
