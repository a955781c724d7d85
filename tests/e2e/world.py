"""A user of their own for each test: home folder, project folder, free ports, and everything gone afterwards."""
import contextlib
import http.client
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import unittest

BIN = pathlib.Path(os.environ["WAYPOINT_BIN"])
WAYPOINT = str(BIN / "waypoint")
DEADLINE = 60  # seconds, for anything that is waited for


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_for(what, condition):
    end = time.monotonic() + DEADLINE
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError("waited in vain for " + what)


def get(port, path="/"):
    """Body of a GET, or None while nobody answers."""
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        connection.request("GET", path)
        answer = connection.getresponse()
        body = answer.read().decode()
        connection.close()
        return body if answer.status == 200 else None
    except OSError:
        return None


class Load(threading.Thread):
    """A steady stream of requests, half of them on connections that are kept; counts failures."""

    def __init__(self, port, per_second):
        super().__init__()
        self.port, self.pause = port, 10 / per_second
        self.stopped = threading.Event()
        self.done, self.failures = 0, []
        self.workers = [threading.Thread(target=self.work, args=(i % 2 == 0,)) for i in range(10)]

    def run(self):
        for worker in self.workers:
            worker.start()
        for worker in self.workers:
            worker.join()

    def work(self, keep):
        connection = None
        while not self.stopped.is_set():
            started = time.monotonic()
            try:
                connection = connection or http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
                connection.request("GET", "/")
                answer = connection.getresponse()
                answer.read()
                if answer.status != 200:
                    self.failures.append(answer.status)
                self.done += 1
            except (OSError, http.client.HTTPException) as error:
                self.failures.append(repr(error))
                connection = None
            if not keep and connection:
                connection.close()
                connection = None
            self.stopped.wait(max(0, self.pause - (time.monotonic() - started)))
        if connection:
            connection.close()

    @contextlib.contextmanager
    def running(self):
        self.start()
        try:
            yield self
        finally:
            self.stopped.set()
            self.join()


class World(unittest.TestCase):
    def setUp(self):
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="waypoint-e2e-"))
        self.project = self.home / "project"
        self.project.mkdir()
        self.env = {"HOME": str(self.home), "PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
        for name in ("LD_LIBRARY_PATH", "ASAN_OPTIONS", "TMPDIR"):
            if name in os.environ:
                self.env[name] = os.environ[name]

    def tearDown(self):
        # First by the book, then whatever a failed test left: only processes that name our own home.
        if (self.project / "waypoint.hcl").exists():
            self.waypoint("destroy", "-auto-approve", check=False)
        self.waypoint("server", "stop", check=False)
        for pid in self.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        shutil.rmtree(self.home, ignore_errors=True)

    def processes(self, contains=""):
        """Pids of the living processes whose environment or command names this test's home."""
        mark = str(self.home).encode()
        found = []
        for entry in pathlib.Path("/proc").iterdir():
            if not entry.name.isdigit() or int(entry.name) == os.getpid():
                continue
            try:
                command = (entry / "cmdline").read_bytes()
                environment = (entry / "environ").read_bytes()
            except OSError:
                continue
            if command and (mark in environment or mark in command) and contains.encode() in command:
                found.append(int(entry.name))
        return found

    def start(self, *words, **kwargs):
        return subprocess.Popen([WAYPOINT, *words], cwd=kwargs.pop("cwd", self.project), env=self.env,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                **kwargs)

    def waypoint(self, *words, check=True, cwd=None):
        process = self.start(*words, cwd=cwd or self.project)
        try:
            output, _ = process.communicate(timeout=DEADLINE)
        except subprocess.TimeoutExpired:
            process.kill()
            output, _ = process.communicate()
            raise AssertionError("waypoint %s does not end:\n%s" % (" ".join(words), output))
        self.code, self.output = process.returncode, output
        if check:
            self.assertEqual(self.code, 0, "waypoint %s:\n%s" % (" ".join(words), output))
        return output

    def start_until(self, text, *words):
        """Starts a command and reads until its output contains `text`."""
        process = self.start(*words)
        seen = ""
        while text not in seen:
            line = process.stdout.readline()
            if not line:
                raise AssertionError("ended before %r:\n%s" % (text, seen))
            seen += line
        return process, seen

    def finish(self, process):
        output, _ = process.communicate(timeout=DEADLINE)
        return process.returncode, output

    def write(self, name, text):
        path = self.project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def write_page(self, text="one", build="", deploy="", health='health { http = "/" }', release="", project="page"):
        """A project with one app, a static page behind a stable port."""
        self.port = getattr(self, "port", None) or free_port()
        self.write("public/index.html", text)
        self.write("waypoint.hcl", """
project = "%s"
app "web" {
  build {
    use "process" {
      output = "public"
      %s
    }
  }
  deploy {
    use "process" {
      command = "exec python3 -u -m http.server --bind 127.0.0.1 $PORT"
      %s
      %s
    }
  }
  release {
    %s
    use "process" {
      port = %d
    }
  }
}
""" % (project, build, health, deploy, release, self.port))

    def local_server_state(self):
        state = self.home / ".local/share/waypoint/server/state"
        return dict(line.split("=", 1) for line in state.read_text().splitlines())

    def local_server_pid(self):
        return int(self.local_server_state()["pid"])

    def kill_local_server(self):
        pid = self.local_server_pid()
        os.kill(pid, signal.SIGKILL)
        wait_for("the local server to die", lambda: pid not in self.processes())
