"""A running server takes up another log level and another certificate at a hangup, and goes on."""
import signal
import ssl
import subprocess
import unittest

from world import World, free_port, wait_for


class Hangup(World):
    def make_certificate(self, name):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                        "-days", "1", "-subj", "/CN=" + name, "-keyout", str(self.home / "key.pem"),
                        "-out", str(self.home / "cert.pem")], check=True, capture_output=True)

    def shown(self, port):
        try:
            return ssl.get_server_certificate(("127.0.0.1", port))
        except OSError:
            return None

    def test_level_and_certificate_change_while_it_runs(self):
        self.make_certificate("first")
        grpc, http = free_port(), free_port()
        server, _ = self.start_until("gRPC listener is open", "server", "run", "-db=" + str(self.home / "data"),
                                     "-listen-grpc=127.0.0.1:%d" % grpc, "-listen-http=127.0.0.1:%d" % http,
                                     "-tls-cert-file=" + str(self.home / "cert.pem"),
                                     "-tls-key-file=" + str(self.home / "key.pem"))
        first = wait_for("the server", lambda: self.shown(grpc))
        self.assertEqual(first, self.shown(http))
        self.make_certificate("second")
        (self.home / "data" / "log-level").write_text("error\n")
        server.send_signal(signal.SIGHUP)
        wait_for("the new certificate of gRPC", lambda: self.shown(grpc) not in (None, first))
        wait_for("the new certificate of HTTP", lambda: self.shown(http) == self.shown(grpc))
        (self.home / "data" / "log-level").unlink()
        server.send_signal(signal.SIGHUP)
        seen = ""
        while "from=\"the start\"" not in seen:
            line = server.stdout.readline()
            self.assertTrue(line, "the server ended:\n" + seen)
            seen += line
        server.send_signal(signal.SIGTERM)
        code, _ = self.finish(server)
        self.assertEqual(code, 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
