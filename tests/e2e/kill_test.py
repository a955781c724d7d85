"""kill -9 of the server, the runner and the command in every state of a job: nothing hangs, nothing runs twice.

A state that lasts too short to be met is made to last: a runner that is stopped (SIGSTOP) leaves its job waiting for
the acknowledgement, a server that is stopped keeps the runner completing.
"""
import json
import os
import signal
import subprocess
import time
import unittest

from world import DEADLINE, WAYPOINT, World, free_port, wait_for

LOST = 25  # seconds within which the loss of a runner ends its job


class Kill(World):
    def setUp(self):
        super().setUp()
        self.started = []
        self.grpc, self.http = free_port(), free_port()
        self.runs, self.go = self.home / "runs", self.home / "go"
        self.server = self.start_server()
        self.assertNotIn("[ERROR]", self.logged("server.log"), "in a new folder nothing is wrong")
        self.env.update(WAYPOINT_SERVER_ADDR="127.0.0.1:%d" % self.grpc, WAYPOINT_SERVER_TLS="1",
                        WAYPOINT_SERVER_TLS_SKIP_VERIFY="1")
        words = ["server", "bootstrap", "-server-addr=127.0.0.1:%d" % self.grpc, "-server-tls-skip-verify",
                 "-context-create="]
        self.env["WAYPOINT_SERVER_TOKEN"] = self.waypoint(*words).split()[-1]
        self.make_project()
        self.runner = None

    def tearDown(self):
        for process in self.started:
            process.kill()
            process.communicate()
        (self.project / "waypoint.hcl").unlink()
        for name in list(self.env):
            if name.startswith("WAYPOINT_"):
                del self.env[name]
        super().tearDown()

    def make_project(self):
        # Each run leaves a line, and a last one when it got to its end.
        self.write("waypoint.hcl", """
project = "kill"
app "web" {
  build {
    use "process" {
      output  = "."
      command = "echo run >> %s; while [ ! -e %s ]; do sleep 0.05; done; echo end >> %s"
    }
  }
  deploy {
    use "process" { command = "sleep 100" }
  }
}
""" % (self.runs, self.go, self.runs))
        git = ["git", "-c", "user.name=a", "-c", "user.email=a@b"]
        for words in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-q", "-m", "one"]):
            subprocess.run(git + words, cwd=self.project, env=self.env, check=True)
        self.waypoint("project", "apply", "-data-source=git", "-git-url=file://%s" % self.project, "-git-ref=main",
                      "-poll=false", "-waypoint-hcl=waypoint.hcl", "kill")

    def launch(self, log, *words):
        """Its output goes to a file, which nobody needs to read for the process to go on."""
        with open(self.home / log, "ab") as output:
            process = subprocess.Popen([WAYPOINT, *words], cwd=self.project, env=self.env, stdin=subprocess.DEVNULL,
                                       stdout=output, stderr=output)
        self.started.append(process)
        return process

    def logged(self, log):
        return (self.home / log).read_text()

    def start_server(self):
        before = self.logged("server.log").count("listener is open") if (self.home / "server.log").exists() else 0
        server = self.launch("server.log", "server", "run", "-db=" + str(self.home / "data"),
                             "-listen-grpc=127.0.0.1:%d" % self.grpc, "-listen-http=127.0.0.1:%d" % self.http)
        wait_for("the server", lambda: self.logged("server.log").count("gRPC listener is open") > before
                 or server.poll() is not None)
        self.assertIsNone(server.poll(), self.logged("server.log"))
        return server

    def start_runner(self, name="one"):
        self.runner = self.launch(name + ".log", "runner", "agent", "-id=" + name, "-concurrency=1",
                                  "-state-dir=" + str(self.home / name))
        wait_for("the runner", lambda: name in self.waypoint("runner", "list"))
        return self.runner

    def queue(self):
        self.command = self.launch("build.log", "build", "-local=false")
        wait_for("the job", lambda: self.jobs())
        return self.command

    def jobs(self):
        text, jobs = self.waypoint("job", "list", "-json").strip(), []
        decoder = json.JSONDecoder()
        while text:
            job, end = decoder.raw_decode(text)
            jobs += job if isinstance(job, list) else [job]
            text = text[end:].strip()
        return jobs

    def state(self):
        (job,) = self.jobs()
        return job["state"]

    def wait_for_state(self, *states):
        wait_for("a job that is " + " or ".join(states), lambda: self.state() in states)

    def wait_for_run(self):
        wait_for("the build", lambda: self.runs.exists())

    def let_it_end(self):
        self.go.touch()

    def kill(self, process):
        process.kill()
        process.wait()

    def lines(self):
        return self.runs.read_text().split() if self.runs.exists() else []

    def ends_with(self, code):
        """The command gives its answer by itself."""
        try:
            self.assertEqual(self.command.wait(timeout=DEADLINE), code, self.logged("build.log"))
        except subprocess.TimeoutExpired:
            self.fail("the command hangs:\n" + self.logged("build.log"))

    def succeeded_once(self):
        self.wait_for_state("SUCCESS")
        self.assertEqual(self.lines(), ["run", "end"])
        (job,) = self.jobs()
        for moment in ("queueTime", "assignTime", "ackTime", "completeTime"):
            self.assertIn(moment, job)
        self.assertIn("build", job["result"])
        self.runs.unlink()
        # Whatever the lost one held is free again: the next job runs.
        self.waypoint("build", "-local=false")
        self.assertEqual(self.lines(), ["run", "end"])

    def let_it_succeed_once(self):
        self.let_it_end()
        self.ends_with(0)
        self.succeeded_once()

    def lost_in_time(self, since):
        self.wait_for_state("ERROR")
        self.assertLess(time.monotonic() - since, LOST)
        (job,) = self.jobs()
        self.assertIn("message", job["error"])
        self.assertEqual(self.lines().count("run"), 1)


class KillServer(Kill):
    def restart(self):
        self.kill(self.server)
        self.server = self.start_server()

    def test_queued(self):
        self.queue()
        self.restart()
        self.assertEqual(self.state(), "QUEUED")
        self.start_runner()
        self.let_it_succeed_once()

    def test_waiting_for_the_acknowledgement(self):
        self.start_runner().send_signal(signal.SIGSTOP)
        self.queue()
        self.wait_for_state("WAITING")
        self.restart()
        self.runner.send_signal(signal.SIGCONT)
        self.let_it_succeed_once()

    def test_waiting_for_the_acknowledgement_of_a_runner_that_is_killed_too(self):
        """Nobody is left who knows of the assignment: a runner that comes back under its id does not."""
        self.start_runner().send_signal(signal.SIGSTOP)
        self.queue()
        self.wait_for_state("WAITING")
        self.kill(self.server)
        self.kill(self.runner)
        self.server = self.start_server()
        self.start_runner()
        self.let_it_succeed_once()

    def test_running(self):
        self.start_runner()
        self.queue()
        self.wait_for_run()
        self.restart()
        self.assertEqual(self.state(), "RUNNING")
        self.let_it_succeed_once()

    def test_completing(self):
        self.start_runner()
        self.queue()
        self.wait_for_run()
        self.server.send_signal(signal.SIGSTOP)
        self.let_it_end()
        wait_for("the end of the build", lambda: "end" in self.lines())
        self.restart()
        self.ends_with(0)
        self.succeeded_once()


class KillRunner(Kill):
    def test_waiting_for_the_acknowledgement(self):
        self.start_runner().send_signal(signal.SIGSTOP)
        self.queue()
        self.wait_for_state("WAITING")
        reason = "assigned to runner one since"
        wait_for("the reason", lambda: reason in self.logged("build.log"))
        self.assertIn(reason, self.waypoint("job", "list"))
        self.assertIn(reason, self.waypoint("job", "inspect", self.jobs()[0]["id"]))
        self.kill(self.runner)
        self.wait_for_state("QUEUED")
        self.start_runner("two")
        self.let_it_succeed_once()

    def test_running(self):
        self.start_runner()
        self.queue()
        self.wait_for_run()
        self.kill(self.runner)
        since = time.monotonic()
        self.start_runner("two")
        self.lost_in_time(since)
        self.ends_with(1)
        self.assertIn("runner one was lost while it ran the job", " ".join(self.logged("build.log").split()))
        self.assertIn("Ended Because: runner one was lost", self.waypoint("job", "inspect", self.jobs()[0]["id"]))
        wait_for("the build to end with its runner", lambda: not self.processes("echo end"))
        self.assertEqual(self.lines(), ["run"])
        self.let_it_end()
        self.waypoint("build", "-local=false")

    def test_completing(self):
        self.start_runner()
        self.queue()
        self.wait_for_run()
        self.server.send_signal(signal.SIGSTOP)
        self.let_it_end()
        wait_for("the end of the build", lambda: "end" in self.lines())
        self.kill(self.runner)
        self.server.send_signal(signal.SIGCONT)
        # Its last word may have been on the way or not; either way the job ends, and only ran once.
        self.wait_for_state("SUCCESS", "ERROR")
        self.ends_with(0 if self.state() == "SUCCESS" else 1)
        self.assertEqual(self.lines(), ["run", "end"])
        self.start_runner("two")
        self.waypoint("build", "-local=false")
        self.assertEqual(self.lines(), ["run", "end"] * 2)


class KillCommand(Kill):
    """A command that is killed, unlike one that is interrupted, leaves its job to the runner."""

    def test_queued(self):
        self.kill(self.queue())
        self.start_runner()
        self.let_it_end()
        self.succeeded_once()

    def test_waiting_for_the_acknowledgement(self):
        self.start_runner().send_signal(signal.SIGSTOP)
        self.kill(self.queue())
        self.wait_for_state("WAITING")
        self.runner.send_signal(signal.SIGCONT)
        self.let_it_end()
        self.succeeded_once()

    def test_running(self):
        self.start_runner()
        command = self.queue()
        self.wait_for_run()
        self.kill(command)
        self.let_it_end()
        self.succeeded_once()

    def test_completing(self):
        self.start_runner()
        command = self.queue()
        self.wait_for_run()
        self.server.send_signal(signal.SIGSTOP)
        self.let_it_end()
        wait_for("the end of the build", lambda: "end" in self.lines())
        self.kill(command)
        self.server.send_signal(signal.SIGCONT)
        self.succeeded_once()


if __name__ == "__main__":
    unittest.main(verbosity=2)
