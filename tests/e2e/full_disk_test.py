"""A disk that is really full: a small one of the test's own, mounted where only this test and its children see it."""
import os
import shutil
import subprocess
import sys
import unittest

from world import World, get

INSIDE = "WAYPOINT_E2E_OWN_MOUNTS"


def own_mounts():
    """The words that run a program where it may mount, or None where the machine does not allow that."""
    for words in (["unshare", "--mount"], ["unshare", "--map-root-user", "--mount"]):
        probe = [*words, "mount", "-t", "tmpfs", "-o", "size=1m", "none", "/mnt"]
        if shutil.which("unshare") and subprocess.run(probe, capture_output=True).returncode == 0:
            return words
    return None


def run_inside_own_mounts():
    """Starts this program again where it may mount, unless that was done; skips it where the machine does not allow it."""
    if INSIDE in os.environ:
        return
    words = own_mounts()
    if words is None:
        print("SKIPPED: mounting a small disk needs `unshare --mount`, which this machine does not allow")
        sys.exit(77)
    os.environ[INSIDE] = "1"
    os.execvp(words[0], [*words, sys.executable, *sys.argv])


class FullDisk(World):
    def setUp(self):
        super().setUp()
        self.data = self.home / ".local"
        self.data.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=48m", "none", str(self.data)], check=True)

    def tearDown(self):
        super().tearDown()
        subprocess.run(["umount", "--lazy", str(self.data)], check=True)

    def fill(self):
        with open(self.data / "filler", "wb", buffering=0) as filler:
            try:
                while filler.write(b"x" * 4096):
                    pass
            except OSError:
                pass

    def test_up_fails_with_the_reason_and_works_again_with_space(self):
        self.write_page("live")
        self.waypoint("init")
        self.waypoint("up")
        self.write_page("new")
        self.fill()
        self.waypoint("up", check=False)
        self.assertEqual(self.code, 1, self.output)
        self.assertIn("No space left on device", self.output)
        self.assertEqual(get(self.port), "live")
        self.waypoint("job", "list")
        os.unlink(self.data / "filler")
        self.waypoint("up")
        self.assertEqual(get(self.port), "new")


if __name__ == "__main__":
    run_inside_own_mounts()
    unittest.main(verbosity=2)
