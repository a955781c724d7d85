"""`server restore` on a real server: staged for the next start, or at once with -exit, which ends the process."""
import os
import signal
import unittest

from kill_test import Kill
from world import wait_for


class Restore(Kill):
    def projects(self):
        return set(self.waypoint("project", "list").split())

    def test_exit_ends_the_server_which_comes_back_as_it_was(self):
        self.waypoint("server", "snapshot", "saved")
        self.waypoint("project", "apply", "-data-source=local", "later")
        self.assertLessEqual({"kill", "later"}, self.projects())
        self.waypoint("server", "restore", "-exit", "saved")
        self.assertEqual(self.server.wait(60), 2)
        self.server = self.start_server()
        self.assertIn("kill", self.projects())
        self.assertNotIn("later", self.projects(), "the token is good for what was restored, and it is of before")
        self.assertFalse((self.home / "data" / "waypoint-restore.db").exists())

    def test_without_exit_it_waits_for_the_next_start(self):
        self.waypoint("server", "snapshot", "saved")
        self.waypoint("project", "apply", "-data-source=local", "later")
        self.waypoint("server", "restore", "saved")
        self.assertIn("later", self.projects(), "live data is untouched")
        os.kill(self.server.pid, signal.SIGKILL)
        self.server.wait()
        self.server = self.start_server()
        self.assertNotIn("later", self.projects())

    def test_what_is_no_snapshot_ends_nothing(self):
        self.write("bad", "no snapshot")
        self.waypoint("server", "restore", "-exit", "bad", check=False)
        self.assertEqual(self.code, 1, self.output)
        wait_for("an answer", self.projects)
        self.assertIsNone(self.server.poll())


if __name__ == "__main__":
    unittest.main(verbosity=2)
