"""On-demand runners started as processes of the machine: a real server over TLS, a real runner, and what they start."""
import json
import subprocess
import unittest

from kill_test import Kill
from world import wait_for


class OnDemand(Kill):
    def setUp(self):
        super().setUp()
        self.waypoint("server", "config-set", "-advertise-addr=127.0.0.1:%d" % self.grpc,
                      "-advertise-tls-skip-verify")
        self.start_runner()

    def profile(self, *words):
        self.waypoint("runner", "profile", "set", "-plugin-type=process", "-default", *words, "odr")

    def by_operation(self):
        return {next(name for name in ("startTask", "watchTask", "stopTask", "build") if name in job): job
                for job in self.jobs()}

    def task(self):
        return json.loads(self.waypoint("task", "list", "-json"))["task"]

    def is_cleaned_up(self):
        wait_for("the task to be stopped", lambda: self.task()["jobState"] == "STOPPED")
        self.assertEqual(self.processes("-odr-profile-id"), [])
        self.assertEqual(list((self.home / ".local/share/waypoint/process/tasks").iterdir()), [])
        self.assertNotIn("on-demand", self.waypoint("runner", "list"))

    def test_chain(self):
        self.profile()
        self.let_it_end()
        output = self.waypoint("build", "-local=false")
        self.assertIn('Performing operation on "process" with runner profile "odr"', output)
        self.assertEqual(self.lines(), ["run", "end"])
        self.is_cleaned_up()
        jobs = self.by_operation()
        self.assertEqual({name: job["state"] for name, job in jobs.items()},
                         dict.fromkeys(("startTask", "watchTask", "build", "stopTask"), "SUCCESS"))
        runner = jobs["build"]["assignedRunner"]["id"]
        self.assertEqual(runner, jobs["build"]["targetRunner"]["id"]["id"])
        self.assertEqual({jobs[name]["assignedRunner"]["id"] for name in ("startTask", "watchTask", "stopTask")},
                         {"one"})
        self.assertEqual(jobs["watchTask"]["result"]["watchTask"].get("exitCode", 0), 0)
        # What the on-demand runner says is the output of the watching job.
        self.assertIn(runner, self.waypoint("job", "get-stream", jobs["watchTask"]["id"]))

    def test_dynamic_default(self):
        self.profile()
        self.let_it_end()
        text = (self.project / "waypoint.hcl").read_text().replace("echo run", "echo ${var.word}")
        self.write("waypoint.hcl", text + """
variable "word" {
  type    = string
  default = dynamic("null", { config_key = "word" })
}
""")
        subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "-a", "-m", "two"],
                       cwd=self.project, env=self.env, check=True)
        self.waypoint("config", "source-set", "-type=null", '-config=values={"word": "secret"}', "-scope=global")
        self.waypoint("build", "-local=false")
        self.assertEqual(self.lines(), ["secret", "end"])

    def test_launch_fails(self):
        config = self.project / "launcher.hcl"
        config.write_text('stop_timeout = "soon"')
        self.profile("-plugin-config=launcher.hcl")
        output = self.waypoint("build", "-local=false", check=False)
        self.assertEqual(self.code, 1)
        self.assertIn('"soon" is no duration', output)
        self.assertEqual(self.lines(), [])
        wait_for("the task to be stopped", lambda: self.task()["jobState"] == "STOPPED")
        states = {name: job["state"] for name, job in self.by_operation().items()}
        self.assertEqual(states, dict(dict.fromkeys(("startTask", "watchTask", "build"), "ERROR"),
                                      stopTask="SUCCESS"))

    def test_runner_dies_before_its_job(self):
        # It can't reach a server there, so it ends; nobody will ever take the job, which ends with that reason.
        self.profile("-env-var=WAYPOINT_SERVER_ADDR=127.0.0.1:1")
        command = self.launch("build.log", "build", "-local=false")
        wait_for("the reason", lambda: "failed" in self.logged("build.log"))
        self.assertIn("Queued: the on-demand runner", self.logged("build.log"))
        job = self.by_operation()["build"]
        self.assertEqual(job["blocked"]["kind"], "ON_DEMAND_FAILED")
        self.assertIn("exit code 1", job["blocked"]["message"])
        self.assertIn("exit code 1", self.waypoint("job", "inspect", job["id"]))
        self.assertEqual(command.wait(timeout=30), 1)
        last_words = self.logged("build.log").split("!")[-1]
        self.assertIn("exit code 1 before it took the job", " ".join(last_words.split()))
        self.is_cleaned_up()
        jobs = self.by_operation()
        self.assertEqual(jobs["build"]["state"], "ERROR")
        self.assertIn(jobs["watchTask"]["id"], jobs["build"]["error"]["message"])
        self.assertEqual(jobs["stopTask"]["state"], "SUCCESS")


if __name__ == "__main__":
    unittest.main(verbosity=2)
