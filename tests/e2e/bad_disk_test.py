"""A server whose disk takes no writes: each says why and changes nothing, reads and streams go on, and when the disk
is well again so is the server, without a hand.

The disk is a small one that is really full (where the machine lets us mount one), or files may not grow any more
(RLIMIT_FSIZE of the running server, which anybody may set).
"""
import os
import resource
import signal
import subprocess
import sys
import time
import unittest

from full_disk_test import run_inside_own_mounts
from world import WAYPOINT, World, free_port, wait_for


class BadDisk:
    """What every kind of bad disk must show; `break_disk` and `mend_disk` make the kinds."""

    def setUp(self):
        super().setUp()
        self.data, self.log = self.home / "data", self.home / "server.log"
        self.data.mkdir()
        self.prepare()
        self.grpc, self.http, self.started = free_port(), free_port(), []
        self.whole, self.never = {"before"}, set()
        self.write("big.hcl", "# %s\n" % ("x" * 5000))  # each write needs more than a page of the disk
        self.server = self.start_server()
        self.env.update(WAYPOINT_SERVER_ADDR="127.0.0.1:%d" % self.grpc, WAYPOINT_SERVER_TLS="1",
                        WAYPOINT_SERVER_TLS_SKIP_VERIFY="1")
        self.env["WAYPOINT_SERVER_TOKEN"] = self.waypoint(
            "server", "bootstrap", "-server-addr=127.0.0.1:%d" % self.grpc, "-server-tls-skip-verify",
            "-context-create=").split()[-1]

    def prepare(self):
        pass

    def tearDown(self):
        for process in self.started:
            process.kill()
            process.communicate()
        for name in list(self.env):
            if name.startswith("WAYPOINT_"):
                del self.env[name]
        super().tearDown()

    def start_server(self):
        before = self.log.read_text().count("gRPC listener is open") if self.log.exists() else 0
        with open(self.log, "ab") as output:
            server = subprocess.Popen([WAYPOINT, *self.server_words()], env=self.env, stdin=subprocess.DEVNULL,
                                      stdout=output, stderr=output)
        self.started.append(server)
        wait_for("the server", lambda: self.log.read_text().count("gRPC listener is open") > before
                 or server.poll() is not None)
        self.assertIsNone(server.poll(), self.log.read_text())
        return server

    def listed(self):
        return set(self.waypoint("project", "list").split())

    def apply(self, name, check=True):
        self.waypoint("project", "apply", "-data-source=local", "-waypoint-hcl=big.hcl", name, check=check)

    def write_until_refused(self):
        """Three refusals in a row; what is acknowledged before counts."""
        in_a_row = 0
        for i in range(30):
            # A log that is written anew gives space back, and what is allocated to it may still be filled.
            self.break_disk()
            name = "try%d" % (len(self.whole) + len(self.never))
            started = time.monotonic()
            self.apply(name, check=False)
            self.assertLess(time.monotonic() - started, 10)
            if self.code == 0:
                self.whole.add(name)
                in_a_row = 0
                continue
            self.never.add(name)
            said = " ".join(self.output.split())  # as it was before it was wrapped
            for words in ("cannot store changes now", self.cause, "nothing was changed", self.advice):
                self.assertIn(words, said)
            self.check_what_is_there()
            in_a_row += 1
            if in_a_row == 3:
                return
        self.fail("no write is refused")

    def check_what_is_there(self):
        there = self.listed()
        self.assertEqual(self.whole - there, set())
        self.assertEqual(self.never & there, set())

    def test_writes_fail_reads_and_streams_go_on_and_all_comes_back(self):
        self.apply("before")
        runner = self.start("runner", "agent", "-id=one", "-state-dir=" + str(self.home / "one"))
        self.started.append(runner)
        wait_for("the runner", lambda: "one" in self.waypoint("runner", "list"))
        for round_number in range(2):
            self.write_until_refused()
            self.waypoint("config", "set", "-scope=global", "A=never", check=False)
            self.assertEqual(self.code, 1, self.output)
            self.assertNotIn("never", self.waypoint("config", "get", "-project=before"))
            self.assertIn("one", self.waypoint("runner", "list"))
            self.mend_disk()
            name = "after%d" % round_number
            wait_for("a write that succeeds", lambda: self.apply(name, check=False) or self.code == 0)
            self.whole.add(name)
            self.check_what_is_there()
        self.assertIsNone(self.server.poll(), "it was never ended")
        self.assertIsNone(runner.poll(), "its streams were never cut")
        os.kill(self.server.pid, signal.SIGKILL)
        self.server.wait()
        self.server = self.start_server()
        self.check_what_is_there()
        self.apply("later")

    def test_a_start_on_a_bad_disk_says_why(self):
        self.apply("before")
        os.kill(self.server.pid, signal.SIGTERM)
        self.server.wait()
        self.break_disk(start=True)
        code, output = self.finish(self.start(*self.server_words(), preexec_fn=self.before_start))
        self.assertEqual(code, 1, output)
        self.assertIn(self.cause, output)
        self.mend_disk(start=True)
        self.server = self.start_server()
        self.assertIn("before", self.listed())

    def server_words(self):
        return ["server", "run", "-db=" + str(self.data / "db"), "-listen-grpc=127.0.0.1:%d" % self.grpc,
                "-listen-http=127.0.0.1:%d" % self.http]

    def before_start(self):
        pass


class DiskIsFull(BadDisk, World):
    cause, advice = "No space left on device", "free some space"

    def prepare(self):
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "none", str(self.data)], check=True)

    def tearDown(self):
        super().tearDown()
        subprocess.run(["umount", "--lazy", str(self.data)], check=True)

    def break_disk(self, start=False):
        with open(self.data / "filler", "ab", buffering=0) as filler:
            try:
                while filler.write(b"x" * 4096):
                    pass
            except OSError:
                pass

    def mend_disk(self, start=False):
        os.unlink(self.data / "filler")


class FilesMayNotGrow(BadDisk, World):
    cause, advice = "File too large", "try again later"

    def break_disk(self, start=False):
        if not start:
            resource.prlimit(self.server.pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))

    def mend_disk(self, start=False):
        if not start:
            resource.prlimit(self.server.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))

    def before_start(self):
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))


if __name__ == "__main__":
    if "DiskIsFull" in sys.argv:
        run_inside_own_mounts()
    unittest.main(verbosity=2)
