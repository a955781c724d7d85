"""job, runner and task commands against cli.md: every flag, both outputs, and what is on the screen of a pipe or a
narrow terminal."""
import json
import re
import unittest

from kill_test import Kill
from terminal_test import COLOUR, Terminal
from world import wait_for


class JobCommands(Kill):
    on_terminal = Terminal.on_terminal

    def queue_all(self):
        """One that is done, one cancelled in the queue, one that waits for another runner."""
        self.start_runner()
        self.let_it_end()
        self.waypoint("build", "-local=false")
        self.done = self.jobs()[0]["id"]
        self.runner.terminate()
        self.runner.wait()
        self.waypoint("runner", "profile", "set", "-plugin-type=process", "-target-runner-label=zone=a",
                      "-env-var=A=1", "-default", "dev")
        self.launch("waiting.log", "build", "-local=false")
        wait_for("the chain", lambda: len(self.jobs()) == 5)
        self.task = json.loads(self.waypoint("task", "list", "-json"))
        self.main = self.task["taskJob"]["id"]

    def rows(self, *words):
        """The cells of a table, without its head."""
        lines = [line for line in self.waypoint(*words).splitlines() if "|" in line]
        return [[cell.strip() for cell in line.split("|")] for line in lines[1:]]

    def documents(self, *words):
        text, found = self.waypoint(*words).strip(), []
        while text:
            item, end = json.JSONDecoder().raw_decode(text)
            found.append(item)
            text = text[end:].strip()
        return found

    def fails_with(self, text, *words):
        self.assertIn(text, self.waypoint(*words, check=False))
        self.assertEqual(self.code, 1, words)

    def test_table(self):
        self.queue_all()
        self.job_list()
        self.job_one()
        self.runner_profile()
        self.runner_commands()
        self.task_commands()
        self.narrow()

    def job_list(self):
        self.assertEqual({row[0] for row in self.rows("job", "list")}, {job["id"] for job in self.jobs()})
        self.assertEqual(self.rows("job", "list")[-1][:3], [self.done, "Build", "Success"])
        self.assertEqual(self.rows("job", "list", "-desc")[0][0], self.done)
        self.assertEqual(len(self.rows("job", "list", "-limit=2")), 2)
        self.assertEqual(self.rows("job", "list", "-state=Success")[0][0], self.done)
        self.assertEqual(len(self.rows("job", "list", "-state=Success,Queued")), 5)
        self.assertEqual(self.rows("job", "list", "-state=Running"), [])
        self.assertEqual(self.rows("job", "list", "-target-runner-id=*")[0][0], self.done)
        self.assertEqual(len(self.rows("job", "list", "-target-runner-label=zone=a")), 3)
        self.assertEqual([row[8] for row in self.rows("job", "list", "-verbose")], ["web"] * 5)
        self.assertEqual(self.rows("job", "list", "-project=nope"), [])
        self.assertEqual(len(self.rows("job", "list", "-workspace=default", "-app=web")), 5)
        self.assertEqual(self.rows("job", "list", "-workspace=other"), [])
        self.assertIn("waits: no runner online", self.waypoint("job", "list"))
        listed = self.documents("job", "list", "-json", "-limit=1", "-desc")
        self.assertEqual([job["id"] for job in listed], [self.done])
        self.assertTrue(self.output.startswith("{\n\t\"id\""), "tabs, one document an item")
        self.fails_with("must be one of", "job", "list", "-state=done")
        self.fails_with("needs a pipeline", "job", "list", "-run=1")
        self.fails_with("not both", "job", "list", "-target-runner-id=*", "-target-runner-label=a=b")
        self.fails_with("not both", "job", "list", "-pipeline-id=a", "-pipeline-name=b")

    def job_one(self):
        output = self.waypoint("job", "inspect", self.done)
        for text in ("Job Configuration", self.done, "Operation: Build", "Job Results", "State: Success"):
            self.assertIn(text, output)
        self.assertEqual(json.loads(self.waypoint("job", "inspect", "-json", self.done))["state"], "SUCCESS")
        self.assertIn("Waits For: waiting for the on-demand runner", self.waypoint("job", "inspect", self.main))
        self.assertIn("Running build", self.waypoint("job", "get-stream", self.done))
        for verb in ("inspect", "cancel", "get-stream"):
            self.fails_with("takes the id of one job", "job", verb)
            self.fails_with("nosuch", "job", verb, "nosuch")
        self.fails_with("nosuch", "job", "cancel", "-dangerously-force", "nosuch")

    def runner_profile(self):
        self.assertEqual(self.rows("runner", "profile", "list"),
                         [["dev", "process", "hashicorp/waypoint-odr:latest", "zone:a", "yes"]])
        self.waypoint("runner", "profile", "set", "-oci-url=x", "-env-var=A=", "-env-var=B=2", "-default=false",
                      "-target-runner-any", "-name=dev")
        profile = json.loads(self.waypoint("runner", "profile", "inspect", "-json", "dev"))
        self.assertEqual((profile["ociUrl"], profile["environmentVariables"], profile["targetRunner"]),
                         ("x", {"B": "2"}, {"any": {}}))
        self.assertNotIn("default", profile)
        self.fails_with("no runner profile is the default", "runner", "profile", "inspect")
        self.fails_with("needs -plugin-type", "runner", "profile", "set", "new")
        self.fails_with("name one profile", "runner", "profile", "set", "-name=a", "b")
        self.fails_with('"nosuch"', "runner", "profile", "inspect", "nosuch")
        self.waypoint("runner", "profile", "delete", "dev")
        self.fails_with('"dev"', "runner", "profile", "delete", "dev")
        self.assertIn("No runner profiles found", self.waypoint("runner", "profile", "list"))

    def runner_commands(self):
        self.start_runner("two")
        (row,) = [row for row in self.rows("runner", "list") if row[0] == "two"]
        self.assertEqual(row[1:4], ["preadopted", "remote", ""])
        self.assertIn("two", [item["id"] for item in self.documents("runner", "list", "-json")])
        self.assertNotIn("two", self.waypoint("runner", "list", "-pending"))
        self.assertIn("Adoption State: preadopted", self.waypoint("runner", "inspect", "two"))
        self.assertEqual(json.loads(self.waypoint("runner", "inspect", "-json", "two"))["adoptionState"], "PREADOPTED")
        for verb, state in (("reject", "rejected"), ("adopt", "adopted")):
            self.waypoint("runner", verb, "two")
            self.assertIn("Adoption State: " + state, self.waypoint("runner", "inspect", "two"))
            self.fails_with("nosuch", "runner", verb, "nosuch")
        self.waypoint("runner", "forget", "two")
        self.waypoint("runner", "forget", "nosuch")
        self.fails_with("two", "runner", "inspect", "two")
        token = self.waypoint("runner", "token", "-expires-in=1h", "-id=x", "-label=a=b")
        self.assertRegex(token, r"\A[1-9A-HJ-NP-Za-km-z]+\n\Z")
        self.fails_with("duration", "runner", "token", "-expires-in=soon")

    def task_commands(self):
        task = self.task["task"]["id"]
        self.assertEqual(self.rows("task", "list")[0][:4], [task, "Build", "", "PENDING"])
        self.assertEqual(self.rows("task", "list", "-state=RUNNING"), [])
        self.assertEqual(self.waypoint("task", "list", "-state=RUNNING"), "")
        self.assertEqual(len(self.rows("task", "list", "-limit=1", "-desc", "-state=PENDING,RUNNING")), 1)
        self.fails_with("must be one of", "task", "list", "-state=pending")
        for words in ([task], ["-run-job-id=" + self.main], ["-run-job-id=nosuch", task]):
            self.assertIn(self.main, self.waypoint("task", "inspect", *words))
        self.assertEqual(json.loads(self.waypoint("task", "inspect", "-json", task))["taskJob"]["id"], self.main)
        self.fails_with("nosuch", "task", "inspect", "nosuch")
        self.fails_with("nosuch", "task", "cancel", "-run-job-id=nosuch")
        self.waypoint("task", "cancel", "-run-job-id=" + self.main)
        self.assertEqual(self.rows("job", "list", "-state=Queued"), [])
        self.assertIn("State: Error", self.waypoint("job", "inspect", self.main))

    def narrow(self):
        output, code = self.on_terminal("job", "list", columns=40)
        self.assertEqual(code, 0)
        plain = COLOUR.sub("", output)
        for job in self.jobs():
            self.assertIn(job["id"], re.sub(r"\s", "", plain))
        self.assertNotIn("\x1b", self.waypoint("job", "list"), "no colours in a pipe")


if __name__ == "__main__":
    unittest.main(verbosity=2)
