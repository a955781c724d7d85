"""The same commands on a terminal: colours, steps redrawn in place, questions."""
import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time
import unittest

from world import DEADLINE, WAYPOINT, World, get

CTRL_C = "\x03"
CURSOR_UP = re.compile(r"\x1b\[\d+A\r\x1b\[J")
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def last_screen(text, height):
    """The lines as they stand at the end: understands line breaks, carriage returns, cursor up, clear to end."""
    lines, row, column = [""], 0, 0
    for piece in re.findall(r"\x1b\[[0-9;]*[A-Za-z]|[^\x1b]", text):
        if piece.startswith("\x1b"):
            if piece.endswith("A"):
                row = max(0, row - int(piece[2:-1] or 1))
            elif piece.endswith("J"):
                lines[row] = lines[row][:column]
                del lines[row + 1:]
        elif piece == "\n":
            row += 1
            if row == len(lines):
                lines.append("")
        elif piece == "\r":
            column = 0
        else:
            lines[row] = lines[row][:column].ljust(column) + piece + lines[row][column + 1:]
            column += 1
    return lines


class Terminal(World):
    def on_terminal(self, *words, answers=(), columns=100, rows=40, term="xterm-256color"):
        """Output and exit code; each answer is typed once its question is on the screen."""
        master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        process = subprocess.Popen([WAYPOINT, *words], cwd=self.project, env={**self.env, "TERM": term},
                                   stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
                                   preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))  # for Ctrl-C
        os.close(slave)
        output, answers, end = b"", list(answers), time.monotonic() + DEADLINE
        while time.monotonic() < end:
            if answers and answers[0][0].encode() in output:
                keys = answers.pop(0)[1]
                os.write(master, (keys if keys == CTRL_C else keys + "\n").encode())
            if not select.select([master], [], [], 0.05)[0]:
                continue
            try:
                chunk = os.read(master, 65536)
            except OSError:  # the other side is closed
                break
            if not chunk:
                break
            output += chunk
        os.close(master)
        return output.decode(), process.wait(timeout=DEADLINE)

    def test_up_redraws_its_steps_in_place(self):
        self.write_page("terminal", build='command = "echo from the build; sleep 0.5"')
        self.waypoint("init")
        output, code = self.on_terminal("up")
        self.assertEqual(code, 0, output)
        self.assertRegex(output, CURSOR_UP)
        self.assertRegex(output, "[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]")
        self.assertIn("\x1b[1m» Building web...\x1b[0m", output)
        screen = "\n".join(last_screen(output, 40))
        self.assertIn("✓ ", screen)
        self.assertNotRegex(screen, "[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]", "no spinner is left over")
        self.assertNotIn("\n\n\n", screen.strip(), "one empty line is enough")
        self.assertEqual(get(self.port), "terminal")

    def test_without_colours(self):
        self.write_page("plain")
        self.env["NO_COLOR"] = "1"
        output, code = self.on_terminal("init")
        self.assertEqual(code, 0, output)
        self.assertNotRegex(output, COLOUR)
        output, _ = self.on_terminal("status", "-plain")
        self.assertNotIn("\x1b", output)
        self.assertNotRegex(self.on_terminal("up", "-h")[0], COLOUR)
        self.waypoint("up")
        output, _ = self.on_terminal("logs", answers=[("Serving", CTRL_C)])
        self.assertIn("Serving", output)
        self.assertNotIn("\x1b", output)
        del self.env["NO_COLOR"]
        self.assertRegex(self.on_terminal("up", "-h")[0], COLOUR)
        self.assertRegex(self.on_terminal("logs", answers=[("Serving", CTRL_C)])[0], COLOUR)

    def test_a_dumb_terminal_gets_lines_and_questions(self):
        self.write_page("dumb")
        self.waypoint("init")
        output, code = self.on_terminal("up", term="dumb")
        self.assertEqual((code, get(self.port)), (0, "dumb"), output)
        self.assertNotIn("\x1b", output)
        output, code = self.on_terminal("destroy", answers=[("yes", "yes")], term="dumb")
        self.assertEqual((code, get(self.port)), (0, None), output)
        self.assertNotIn("\x1b", output)

    def test_errors_fit_the_screen(self):
        for columns in (80, 40):
            output, code = self.on_terminal("status", "-project=nosuch", columns=columns)
            lines = COLOUR.sub("", output).splitlines()
            self.assertEqual(code, 1, output)
            self.assertGreater(len(lines), 1, output)
            self.assertLessEqual(max(map(len, lines)), columns, output)

    def test_destroy_asks(self):
        self.write_page("asked")
        self.waypoint("init")
        self.waypoint("up")
        output, code = self.on_terminal("destroy", answers=[("yes", "no")])
        self.assertEqual((code, get(self.port)), (0, "asked"), output)
        output, code = self.on_terminal("destroy", answers=[("yes", "yes")])
        self.assertEqual((code, get(self.port)), (0, None), output)

    def test_destroy_can_be_left(self):
        self.write_page("left")
        self.waypoint("init")
        self.waypoint("up")
        output, code = self.on_terminal("destroy", answers=[("yes", CTRL_C)])
        self.assertEqual((code, get(self.port)), (1, "left"), output)
        self.assertIn("! operation canceled", [line.rstrip() for line in COLOUR.sub("", output).splitlines()])

    def test_init_writes_a_sample(self):
        output, code = self.on_terminal("init", answers=[("commented sample", "no")])
        self.assertEqual(code, 0, output)
        self.assertIn("my-project", (self.project / "waypoint.hcl").read_text())
        self.assertIn("Project initialized!", self.waypoint("init"))

    def test_init_makes_a_project_from_answers(self):
        answers = [("commented sample", "yes"), ("project name:", "demo"), ('"demo"', "y"), ("app name:", "web"),
                   ('"web"', "y"), ("Which builder", "1"), ('"1"', "y"), ("Which platform", "1"),
                   ("Which platform", "y"), ("Which releaser", ""), ("Skip", "y")]
        output, code = self.on_terminal("init", answers=answers)
        self.assertEqual(code, 0, output)
        self.assertIn('app "web" {\n  build {\n    use "process" {', (self.project / "waypoint.hcl").read_text())
        self.assertIn("Project initialized!", self.waypoint("init"))

    def test_a_question_can_be_left(self):
        output, code = self.on_terminal("init", answers=[("commented sample", CTRL_C)])
        self.assertEqual(code, 1, output)
        self.assertIn("operation canceled", output)
        self.assertFalse((self.project / "waypoint.hcl").exists())
        output, code = self.on_terminal("init", answers=[("commented sample", "yes"), ("project name:", "p"),
                                                         ('"p"', "y"), ("app name:", "exit")])
        self.assertEqual(code, 1, output)
        self.assertIn('project = "p"', (self.project / "waypoint.hcl").read_text())


if __name__ == "__main__":
    unittest.main(verbosity=2)
