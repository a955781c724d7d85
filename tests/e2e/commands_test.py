"""Commands beside the life of an app: formatting, lists, exec, profiles, sources, tokens."""
import json
import pathlib
import subprocess
import unittest

from world import DEADLINE, WAYPOINT, World, free_port, get, wait_for

UNFORMATTED = 'project="x"\napp "web" {\nbuild {\n}\n}\n'
FORMATTED = 'project = "x"\napp "web" {\n  build {\n  }\n}\n'


class Fmt(World):
    def fmt(self, text, *words):
        done = subprocess.run([WAYPOINT, "fmt", *words], input=text, cwd=self.project, env=self.env, text=True,
                              capture_output=True, timeout=60)
        return done.returncode, done.stdout

    def test_file_is_rewritten_and_named_once(self):
        self.write("waypoint.hcl", UNFORMATTED)
        self.assertEqual(self.fmt("", "-check"), (3, ""))
        self.assertEqual(self.fmt(""), (0, "waypoint.hcl\n"))
        self.assertEqual((self.project / "waypoint.hcl").read_text(), FORMATTED)
        self.assertEqual(self.fmt(""), (0, ""))
        self.assertEqual(self.fmt("", "-check"), (0, ""))

    def test_standard_input_and_no_write(self):
        self.assertEqual(self.fmt(UNFORMATTED, "-"), (0, FORMATTED))
        self.assertEqual(self.fmt(UNFORMATTED, "-check", "-"), (3, ""))
        self.write("other.hcl", UNFORMATTED)
        self.assertEqual(self.fmt("", "-write=false", "other.hcl"), (0, FORMATTED))
        self.assertEqual((self.project / "other.hcl").read_text(), UNFORMATTED)

    def test_what_cannot_be_read_stays_as_it_is(self):
        self.write("waypoint.hcl", 'app "web" {\n  build = {\n}\n')
        code, output = self.fmt("")
        self.assertEqual(code, 1, output)
        self.assertIn("on waypoint.hcl line", output)
        self.assertEqual((self.project / "waypoint.hcl").read_text(), 'app "web" {\n  build = {\n}\n')
        self.assertEqual(self.fmt("", "nosuch.hcl")[0], 1)


class Examples(World):
    def copy(self, name, old_port):
        self.port = free_port()
        for path in (pathlib.Path(__file__).parents[2] / "examples" / name).iterdir():
            self.write(path.name, path.read_text().replace(old_port, str(self.port)))

    def test_config(self):
        self.copy("config", "8721")
        self.waypoint("init")
        self.waypoint("up", "-var", "name=you")
        self.assertEqual(get(self.port), "Hello, you!\n")
        self.waypoint("config", "set", "GREETING=Hi")
        wait_for("the new greeting", lambda: get(self.port) == "Hi, you!\n")


class Commands(World):
    def setUp(self):
        super().setUp()
        self.write_page("one")
        self.waypoint("init")

    def test_lists_and_exec(self):
        self.assertIn("No artifacts found", self.waypoint("artifact", "list"))
        self.waypoint("up")
        artifacts = json.loads(self.waypoint("artifact", "list", "-json"))
        self.assertEqual([a["sequence"] for a in artifacts], [1])
        self.assertIn("| process |", self.waypoint("artifact", "list-builds"))
        self.assertIn("Pushed build v1 as artifact v2", self.waypoint("artifact", "push"))
        self.assertIn("http://127.0.0.1:%d" % self.port, self.waypoint("release", "list", "-url"))
        self.assertEqual(json.loads(self.waypoint("release", "list", "-json"))[0]["deploymentId"], 1)

        self.assertEqual(self.waypoint("exec", "echo", "from inside"), "from inside\n")
        echo = subprocess.run([WAYPOINT, "exec", "cat"], input=b"through\x00", cwd=self.project, env=self.env,
                              capture_output=True, timeout=60)
        self.assertEqual((echo.returncode, echo.stdout), (0, b"through\x00"))
        self.waypoint("exec", "sh", "-c", "exit 7", check=False)
        self.assertEqual(self.code, 7, self.output)
        self.waypoint("exec", "no-such-command", check=False)
        self.assertEqual(self.code, 1, self.output)
        self.assertIn("no-such-command", self.output)
        self.waypoint("exec", "-instance=nosuch", "true", check=False)
        self.assertIn("no instance nosuch", " ".join(self.output.split()))

    def test_logs_end_with_their_reader(self):
        self.waypoint("up")
        logs = self.start("logs")
        self.assertIn("Serving", logs.stdout.readline() + logs.stdout.readline())
        logs.stdout.close()  # and the app writes nothing more
        self.assertEqual(logs.wait(timeout=DEADLINE), 1)

    def test_closed_standard_streams(self):
        self.waypoint("up")
        def run(redirection, *words):
            command = ["sh", "-c", 'exec "$0" "$@" ' + redirection, WAYPOINT, *words]
            done = subprocess.run(command, cwd=self.project, env=self.env, capture_output=True, text=True,
                                  timeout=DEADLINE)
            return done.returncode, done.stdout, done.stderr
        self.assertEqual(run("0<&-", "exec", "cat"), (0, "", ""))
        self.assertEqual(run("1>&-", "status"), (0, "", ""))
        self.assertEqual(run("0<&- 1>&- 2>&-", "exec", "-nosuch"), (1, "", ""))
        self.assertEqual(run("1>/dev/full", "status"), (1, "", "not all of the output could be written to standard "
                                                               "output: No space left on device\n"))
        code, output, error = run("1>/dev/full", "server", "snapshot")
        self.assertEqual((code, output, error.split(":")[0]), (1, "", "! write the snapshot"), error)
        code, output, _ = run("0<&- 2>&-", "status")
        self.assertEqual((code, "READY" in output), (0, True), output)

    def test_wrong_arguments_show_the_help(self):
        for words in (("logs", "x"), ("config", "get", "x", "y"), ("context", "create"), ("server", "start", "x")):
            output = self.waypoint(*words, check=False)
            self.assertEqual(self.code, 1)
            self.assertTrue(output.startswith("! "), output)
            self.assertIn("\n\nUsage: waypoint " + words[0], output)
            self.assertIn("-workspace=<string>", output)
        output = self.waypoint("logs", "-nosuch", check=False)
        self.assertEqual((self.code, output), (1, "! flag provided but not defined: -nosuch\n"))

    def test_what_is_absent_says_what_to_do(self):
        for words in ("install -platform=docker -docker-server-image=x -accept-tos", "server upgrade -auto-approve x",
                      "runner uninstall -platform nomad -- -x", "k8s bootstrap", "template list -json", "plugin docker",
                      "pipeline run -id=x", "trigger create -op=up -tag=x"):
            output = self.waypoint(*words.split(), check=False)
            self.assertEqual(self.code, 1, output)
            self.assertRegex(output, "^! this version of waypoint cannot do that yet.\n  .", words)
        self.assertIn("\n  list ", self.waypoint("template", check=False))
        output = self.waypoint("login", "-from-kubernetes", "-from-kubernetes-namespace=ops", check=False)
        self.assertEqual(self.code, 1, output)
        self.assertIn("kubectl get secret waypoint-server-token -n ops -o jsonpath", output)

    def test_contexts_that_are_not_there(self):
        self.waypoint("context", "create", "-set-default=false", "-server-addr=127.0.0.1:1", "here")
        self.assertEqual(self.waypoint("context", "delete", "here", "gone"),
                         'Context "here" deleted.\nThere was no context "gone".\n')

    def test_plain_output_by_the_environment(self):
        self.env["WAYPOINT_PLAIN"] = "perhaps"
        self.assertNotIn("WAYPOINT_PLAIN", self.waypoint("version"))
        self.assertRegex(self.waypoint("version", "-v"), r"\[WARN\].*WAYPOINT_PLAIN.*perhaps")

    def test_values_are_aligned(self):
        lines = self.waypoint("server", "status").splitlines()
        self.assertEqual(len(lines), 6)
        self.assertEqual({line.index(":") for line in lines}, {9}, lines)

    def test_a_port_of_another_workspace(self):
        self.waypoint("up")
        output = " ".join(self.waypoint("up", "-workspace=staging", check=False).split())
        self.assertEqual(self.code, 1, output)
        self.assertIn("port %d of 127.0.0.1 is taken by the app web of project page in workspace default; set another"
                      % self.port, output)
        self.waypoint("destroy", "-workspace=staging", "-auto-approve")

    def test_runner_profiles(self):
        profile = ("runner", "profile")
        self.assertIn("No runner profiles", self.waypoint(*profile, "list"))
        self.waypoint(*profile, "set", "fast", check=False)
        self.assertIn("-plugin-type", self.output)
        self.write("plugin.hcl", "broken = {\n")
        self.waypoint(*profile, "set", "-plugin-type=process", "-plugin-config=plugin.hcl", "fast", check=False)
        self.assertIn("plugin.hcl line", self.output)
        self.waypoint(*profile, "set", "-plugin-type=process", "-env-var=A=b", "-env-var=C=d", "-default", "fast")
        self.waypoint(*profile, "set", "-env-var=A=", "-target-runner-id=r1", "fast")
        shown = json.loads(self.waypoint(*profile, "inspect", "-json"))
        self.assertEqual(shown["environmentVariables"], {"C": "d"})
        self.assertEqual(shown["targetRunner"], {"id": {"id": "r1"}})
        self.waypoint(*profile, "delete", "fast")
        self.waypoint(*profile, "inspect", "fast", check=False)
        self.assertEqual(self.code, 1)

    def test_configuration_sources(self):
        self.waypoint("config", "source-set", "-type=vault", "-config=addr=here")
        self.assertIn("| here", self.waypoint("config", "source-get", "-type=vault", "-scope=global"))
        self.assertIn("vault | global", self.waypoint("config", "source-get", "-scope=all"))
        self.waypoint("config", "source-delete", "-type=vault")
        self.assertIn("No configuration sources", self.waypoint("config", "source-get", "-scope=all"))
        self.assertIn("synchronized", self.waypoint("config", "sync"))

    def test_snapshot(self):
        self.waypoint("server", "snapshot", "saved")
        self.assertEqual((self.project / "saved").stat().st_mode & 0o777, 0o600)
        self.assertIn("whole snapshot", self.waypoint("server", "snapshot", "verify", "saved"))
        self.waypoint("server", "snapshot", "saved", check=False)
        self.assertIn("exists already", self.output)
        whole = (self.project / "saved").read_bytes()
        (self.project / "torn").write_bytes(whole[:-20])
        self.waypoint("server", "snapshot", "verify", "torn", check=False)
        self.assertEqual(self.code, 1)
        self.waypoint("server", "restore", "torn", check=False)
        self.assertEqual(self.code, 1)

        self.waypoint("project", "apply", "later")
        self.waypoint("server", "restore", "saved")
        self.waypoint("server", "stop")
        self.assertEqual(self.waypoint("project", "list"), "page\n")

    def test_projects_and_auth_methods(self):
        self.waypoint("project", "apply", "-data-source=git", "-git-url=https://example.com/x", "-git-auth-type=basic",
                      "-git-username=me", "-git-password=secret", "-poll", "other")
        self.waypoint("project", "apply", "-data-source=git", "-git-ref=main", "other")
        project = json.loads(self.waypoint("project", "inspect", "-json", "other"))
        git = project["dataSource"]["git"]
        self.assertEqual((git["url"], git["ref"], git["basic"]["username"]), ("https://example.com/x", "main", "me"))
        self.assertTrue(project["dataSourcePoll"]["enabled"])
        self.waypoint("project", "apply", "-data-source=svn", "other", check=False)
        self.assertEqual(self.code, 1)

        self.assertIn("| token", self.waypoint("auth-method", "list"))
        self.waypoint("auth-method", "set", "oidc", "-client-id=c", "-client-secret=hush", "-issuer=https://i.example",
                      "-allowed-redirect-uri=http://127.0.0.1/oidc/callback", "sso", check=False)
        self.waypoint("auth-method", "inspect", "sso", check=False)
        self.assertNotIn("hush", self.output)
        self.waypoint("auth-method", "delete", "token", check=False)
        self.assertEqual(self.code, 1)


if __name__ == "__main__":
    unittest.main(verbosity=2)
