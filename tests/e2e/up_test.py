"""`waypoint up` as a user meets it: real command, server, runner, entrypoint and app."""
import signal
import subprocess
import time
import unittest

from world import DEADLINE, Load, World, free_port, get, wait_for


class Up(World):
    def test_dynamic_configuration_reaches_the_app(self):
        self.write_page("unset")
        text = (self.project / "waypoint.hcl").read_text()
        text = text.replace('"exec python3', '"printf %s $WORD > index.html; exec python3')
        self.write("waypoint.hcl", text.replace('app "web" {', """app "web" {
  config {
    env = { WORD = dynamic("null", { config_key = "word" }) }
  }
"""))
        self.waypoint("init")
        self.waypoint("config", "source-set", "-type=null", '-config=values={"word": "secret"}', "-scope=global")
        self.waypoint("up")
        self.assertEqual(get(self.port), "secret")

    def test_first_up_second_up_logs_destroy(self):
        self.write_page("first version")
        self.assertIn("Project initialized!", self.waypoint("init"))
        output = self.waypoint("up")
        self.assertIn("http://127.0.0.1:%d" % self.port, output)
        self.assertEqual(get(self.port), "first version")

        with Load(self.port, per_second=200).running() as load:
            wait_for("requests", lambda: load.done > 50)
            self.write("public/index.html", "second version")
            self.waypoint("up")
            self.assertEqual(get(self.port), "second version")
            done = load.done
            wait_for("requests to the new version", lambda: load.done > done + 50)
        self.assertEqual(load.failures, [])

        logs, seen = self.start_until("Serving HTTP", "logs")
        get(self.port, "/?marker-of-this-test")
        while "marker-of-this-test" not in seen:
            seen += logs.stdout.readline()
        logs.send_signal(signal.SIGINT)
        self.assertEqual(self.finish(logs)[0], 1)

        self.assertIn("READY", self.waypoint("status"))
        self.assertIn("process", self.waypoint("deployment", "list"))
        self.waypoint("destroy", "-auto-approve")
        self.assertIsNone(get(self.port))
        self.waypoint("server", "stop")
        self.assertEqual(self.processes(), [], "nothing is left running")

    def test_build_deploy_release_one_by_one(self):
        self.write_page("steps")
        self.waypoint("init")
        self.assertIn("Created artifact v1", self.waypoint("build"))
        self.waypoint("deploy", "-release=false")
        self.assertIsNone(get(self.port))
        self.assertIn("http://127.0.0.1:%d" % self.port, self.waypoint("release"))
        self.assertEqual(get(self.port), "steps")
        self.assertIn("already released", self.waypoint("release"))

    def test_two_at_once_share_one_server_and_both_succeed(self):
        self.write_page("both")
        self.waypoint("init")
        self.waypoint("server", "stop")
        first, second = self.start("up"), self.start("up")
        for process in (first, second):
            code, output = self.finish(process)
            self.assertEqual(code, 0, output)
        self.assertEqual(get(self.port), "both")
        self.assertEqual(len(self.processes("local-run")), 1)

    def test_two_apps(self):
        ports = [free_port(), free_port()]
        apps = ""
        for name, port in zip(("api", "web"), ports):
            self.write("%s/index.html" % name, "this is " + name)
            apps += """
app "%s" {
  path = "./%s"
  build {
    use "process" {}
  }
  deploy {
    use "process" {
      command = "exec python3 -m http.server --bind 127.0.0.1 $PORT"
      health { http = "/" }
    }
  }
  release {
    use "process" { port = %d }
  }
}
""" % (name, name, port)
        self.write("waypoint.hcl", 'project = "two"\n' + apps)
        self.waypoint("init")
        self.waypoint("up")
        self.assertEqual([get(port) for port in ports], ["this is api", "this is web"])
        self.write("web/index.html", "changed")
        self.waypoint("up", "-app=web")
        self.assertEqual([get(port) for port in ports], ["this is api", "changed"])


class ServerKilled(World):
    def test_between_commands(self):
        self.write_page("kept")
        self.waypoint("init")
        self.waypoint("up")
        self.kill_local_server()
        self.assertEqual(get(self.port), "kept", "the app serves without the server")
        self.assertIn("READY", self.waypoint("status"))
        history = self.waypoint("job", "list")
        self.assertEqual(history.count("| Success |"), 1, history)
        self.waypoint("up")
        self.assertEqual(self.waypoint("job", "list").count("| Success |"), 2)

    def test_in_the_middle_of_up(self):
        self.write_page("before")
        self.waypoint("init")
        self.waypoint("up")
        self.write_page("after", build='command = "echo building; sleep 2"')
        with Load(self.port, per_second=50).running() as load:
            up, _ = self.start_until("building", "up")
            self.kill_local_server()
            code, output = self.finish(up)
            self.assertEqual(code, 0, "the command starts the server again and goes on:\n" + output)
            self.assertEqual(get(self.port), "after")
            self.waypoint("up")
        self.assertEqual(load.failures, [], "the app never stopped serving")
        self.waypoint("job", "list")


class Interrupted(World):
    """Ctrl-C in each phase leaves nothing half done and nothing that blocks the next `up`."""

    def interrupt_at(self, text, leaves_nothing=True, **page):
        self.write_page("live")
        self.waypoint("init")
        self.waypoint("up")
        self.write_page("new", **page)
        before = sorted(self.processes())
        up, _ = self.start_until(text, "up")
        up.send_signal(signal.SIGINT)
        code, output = self.finish(up)
        self.assertEqual(code, 1, output)
        self.assertIn("operation canceled", output)
        self.assertEqual(get(self.port), "live")
        if leaves_nothing:
            wait_for("all of the interrupted up to end", lambda: sorted(self.processes()) == before)
        self.write_page("next")
        self.waypoint("up")
        self.assertEqual(get(self.port), "next")

    def test_in_build(self):
        self.interrupt_at("building", build='command = "echo building; sleep 60"')

    def test_in_deploy(self):
        self.interrupt_at("Starting the app", deploy='env = { SLOW = "1" }',
                          health='health {\n http = "/never"\n retries = 1000\n }')

    def test_in_release(self):
        # The deployment is complete by then and stays, unreleased, until it is pruned.
        self.interrupt_at("releasing soon", leaves_nothing=False, release="""
    hook {
      when    = "before"
      command = ["sh", "-c", "echo releasing soon; sleep 60"]
    }""")
        wait_for("the hook to end", lambda: not self.processes("sleep 60"))


class BadInput(World):
    """Each mistake has its message: what failed, why, what to do next."""

    def fails_with(self, *texts, words=("up",)):
        self.waypoint(*words, check=False)
        self.assertEqual(self.code, 1, self.output)
        unwrapped = " ".join(self.output.split())
        for text in texts:
            self.assertIn(text, unwrapped, self.output)

    def test_no_waypoint_hcl(self):
        self.fails_with("no waypoint.hcl was found", "waypoint init")
        self.fails_with("waypoint.hcl", words=("init",))

    def test_broken_hcl(self):
        self.write("waypoint.hcl", 'project = "x"\napp "web" {\n  build {\n    use process" {}\n  }\n}\n')
        self.fails_with("waypoint.hcl line 4", 'use process" {}')

    def test_project_that_is_not_registered(self):
        self.write_page()
        self.fails_with("waypoint init")

    def test_unknown_plugin(self):
        self.write_page()
        self.waypoint("init")
        self.write("waypoint.hcl", (self.project / "waypoint.hcl").read_text().replace('"process"', '"nosuch"', 1))
        self.fails_with("nosuch")

    def test_failing_build_command(self):
        self.write_page(build='command = "echo the reason is here; exit 3"')
        self.waypoint("init")
        self.fails_with("the reason is here", "exit code 3")

    def test_taken_port(self):
        self.write_page("mine")
        self.waypoint("init")
        other = subprocess.Popen(["python3", "-m", "http.server", "--bind", "127.0.0.1", str(self.port)],
                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/")
        try:
            wait_for("the other program", lambda: get(self.port))
            self.fails_with(str(self.port))
        finally:
            other.kill()
            other.wait()

    def test_failing_health_check_leaves_the_live_version(self):
        self.write_page("live")
        self.waypoint("init")
        self.waypoint("up")
        self.write_page("ill", health='health {\n http = "/nothing-here"\n retries = 30\n interval = "100ms"\n }')
        self.fails_with("status 404", "Last output of the app")
        self.assertEqual(get(self.port), "live")

    def test_wrong_flags_and_words(self):
        self.fails_with("flag provided but not defined: -nosuch", words=("up", "-nosuch"))
        self.fails_with("-project=page", words=("up", "page/web"))
        self.waypoint("nosuch", check=False)
        self.assertEqual(self.code, 127)

    def test_unreachable_server(self):
        self.write_page()
        self.env["WAYPOINT_SERVER_ADDR"] = "127.0.0.1:%d" % free_port()
        self.fails_with(self.env["WAYPOINT_SERVER_ADDR"])
        del self.env["WAYPOINT_SERVER_ADDR"]


class Speed(World):
    def test_version_is_instant(self):
        best = min(self.timed("version") for _ in range(5))
        # 10 ms are asked of the release build; the shared libraries of others take their time to load.
        self.assertLess(best, 0.5)

    def timed(self, *words):
        started = time.monotonic()
        self.waypoint(*words)
        return time.monotonic() - started


if __name__ == "__main__":
    unittest.main(verbosity=2)
