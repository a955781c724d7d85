"""Keeps the walls of docs/ARCHITECTURE.md standing.

Usage: layering_test.py SOURCE_DIR MANIFEST [FOLDER THIS BUILD LEAVES OUT...]
  1. A folder of src/ includes only itself and folders below it, and a target only what its DEPS reach.
  2. gRPC and RocksDB headers stay in their rooms.
  3. Deciding code reads no real clock and starts no thread.
  4. Every source file is built by some target, every header included by some file.
  5. docs/ARCHITECTURE.md names every folder of src/, and every path that it names exists.
"""
import pathlib
import re
import sys

LAYERS = [
    "base", "errors", "transport", "hcl", "logbuffer", "ptypes", "state", "auth", "server", "client", "appconfig", "datasource", "plugin",
    "builtin", "config", "core", "runner", "entrypoint", "clicontext", "cli", "main",
]
GRPC_ROOMS = ("src/transport/", "src/server/rpc/", "src/client/channel/", "src/plugin/rpc/", "src/runner/link/", "bench/", "tests/")
ROCKSDB_ROOMS = ("src/state/rocks", "bench/", "tests/")
# Folders that decide: time, threads and chance reach them through interfaces only.
DECIDING = ("src/hcl/", "src/logbuffer/", "src/ptypes/", "src/state/", "src/auth/", "src/server/")
MAY_BE_REAL = ("src/server/rpc/", "src/server/server.", "src/server/http/", "src/server/tls/certificate_watch.",
               "src/state/rocks", "src/state/disk_thread")
REAL = re.compile(r"\babsl::Now\(|\bstd::thread\b|\bstd::jthread\b|\bsleep_for\b|\babsl::SleepFor\b|\brandom_device\b"
                  r"|\bgettimeofday\b|\bclock_gettime\b|\bsystem_clock\b|\bsteady_clock\b")
INCLUDE = re.compile(r'^\s*#include\s+"([^"]+)"', re.M)
GRPC = re.compile(r"^\s*#include\s+[<\"]grpc", re.M)
ROCKSDB = re.compile(r"^\s*#include\s+[<\"]rocksdb/", re.M)


class Target:
    def __init__(self, line, root):
        name, deps, sources = line.split("|")
        self.name = name
        self.deps = [d for d in deps.split(",") if d]
        self.sources = [str(pathlib.Path(s).relative_to(root)) for s in sources.split(",") if s]

    def folders(self):
        return {s.split("/")[1] for s in self.sources if s.startswith("src/")}


def reachable(name, targets, seen):
    for dep in targets[name].deps:
        if dep in targets and dep not in seen:
            seen.add(dep)
            reachable(dep, targets, seen)
    return seen


def main():
    root = pathlib.Path(sys.argv[1]).resolve()
    targets = {}
    for line in pathlib.Path(sys.argv[2]).read_text().splitlines():
        if line.strip():
            target = Target(line, root)
            targets[target.name] = target
    errors = []
    files = sorted(str(p.relative_to(root)) for folder in ("src", "tests", "bench") for p in (root / folder).rglob("*")
                   if p.suffix in (".cc", ".h"))
    text = {f: (root / f).read_text(errors="replace") for f in files}

    layer = {name: i for i, name in enumerate(LAYERS)}
    for f in files:
        if not f.startswith("src/"):
            continue
        folder = f.split("/")[1]
        if folder not in layer:
            errors.append(f"{f}: src/{folder} has no place in the order of layers")
            continue
        for include in INCLUDE.findall(text[f]):
            other = include.split("/")[0]
            if other in layer and layer[other] > layer[folder]:
                errors.append(f"{f}: includes {include}, but {other} stands above {folder}")
        if GRPC.search(text[f]) and not f.startswith(GRPC_ROOMS):
            errors.append(f"{f}: gRPC headers belong to {', '.join(GRPC_ROOMS)}")
        if ROCKSDB.search(text[f]) and not f.startswith(ROCKSDB_ROOMS):
            errors.append(f"{f}: RocksDB headers belong to {', '.join(ROCKSDB_ROOMS)}")
        if f.startswith(DECIDING) and not f.startswith(MAY_BE_REAL):
            code = re.sub(r"//.*", "", text[f])
            for hit in REAL.findall(code):
                errors.append(f"{f}: {hit.strip('(')} in deciding code; take a Clock, an Executor or an IdSource")

    for target in targets.values():
        allowed = set(target.folders())
        for dep in reachable(target.name, targets, set()):
            allowed |= targets[dep].folders()
        for source in target.sources:
            if not source.startswith("src/"):
                continue
            for f in {source, re.sub(r"\.cc$", ".h", source)} & set(files):
                for include in INCLUDE.findall(text[f]):
                    other = include.split("/")[0]
                    if other in layer and other not in allowed:
                        errors.append(f"{f}: includes {include}, which no DEP of {target.name} reaches")

    built = {s for t in targets.values() for s in t.sources}
    left_out = tuple(f"{folder}/" for folder in sys.argv[3:])
    for f in files:
        if f.endswith(".cc") and f not in built and not f.startswith(left_out):
            errors.append(f"{f}: no target builds it")
    included = {i for t in text.values() for i in INCLUDE.findall(t)}
    for f in files:
        if f.endswith(".h"):
            inner = f.split("/", 1)[1]
            if inner not in included and pathlib.Path(f).name not in included:
                errors.append(f"{f}: nothing includes it")

    doc = root / "docs" / "ARCHITECTURE.md"
    described = doc.read_text() if doc.exists() else ""
    for folder in sorted(p.name for p in (root / "src").iterdir() if p.is_dir() and any(p.rglob("*.cc"))):
        if f"src/{folder}" not in described:
            errors.append(f"docs/ARCHITECTURE.md does not mention src/{folder}")
    for path in re.findall(r"`((?:src|tests|docs|scripts|proto|bench|examples|cmake)/[A-Za-z0-9_./-]*)`", described):
        if not (root / path).exists():
            errors.append(f"docs/ARCHITECTURE.md names {path}, which does not exist")

    for error in errors:
        print(error)
    print(f"{len(files)} files, {len(targets)} targets, {len(errors)} errors")
    return 1 if errors else 0


sys.exit(main())
