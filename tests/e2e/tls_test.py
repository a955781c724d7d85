"""A server as 0.11's: its TLS negotiates no application protocol. Ours does, so a proxy in front stands for it."""
import socket
import ssl
import subprocess
import threading
import unittest

from world import World

TOKEN_FILE = ".local/share/waypoint/server/token"


class PlainProxy:
    """Ends TLS, with no protocol to select, and passes the bytes on."""

    def __init__(self, certificate, key, to):
        self.to = to
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificate, key)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.served = 0
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        try:
            client = self.context.wrap_socket(client, server_side=True)
            server = socket.create_connection(self.to)
        except OSError:
            return
        self.served += 1
        # One direction each; a TLS socket may be read and written by different threads.
        other = threading.Thread(target=self.pump, args=(client, server), daemon=True)
        other.start()
        self.pump(server, client)
        other.join()
        client.close()
        server.close()

    @staticmethod
    def pump(source, target):
        try:
            while data := source.recv(65536):
                target.sendall(data)
        except OSError:
            pass
        finally:
            for end in (source, target):
                try:
                    end.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass


class WithoutAlpn(World):
    def setUp(self):
        super().setUp()
        self.waypoint("server", "start")
        certificate, key = self.home / "cert.pem", self.home / "key.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                        "-days", "1", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
                        "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True)
        self.certificate = certificate
        address = self.local_server_state()["address"]
        host, port = address.rsplit(":", 1)
        self.proxy = PlainProxy(certificate, key, (host, int(port)))
        self.env["WAYPOINT_SERVER_TOKEN"] = (self.home / TOKEN_FILE).read_text().strip()
        self.env["WAYPOINT_SERVER_TLS"] = "1"

    def tearDown(self):
        self.proxy.listener.close()
        for name in [name for name in self.env if name.startswith("WAYPOINT_SERVER_")]:
            del self.env[name]
        super().tearDown()

    def test_commands_work(self):
        self.env["WAYPOINT_SERVER_ADDR"] = "127.0.0.1:%d" % self.proxy.port
        self.env["WAYPOINT_SERVER_TLS_SKIP_VERIFY"] = "1"
        self.write_page("over TLS")
        self.waypoint("init")
        self.assertIn("The deploy was successful", self.waypoint("up"))
        self.waypoint("destroy", "-auto-approve")
        self.assertGreater(self.proxy.served, 0)

    def test_an_unknown_certificate_is_refused(self):
        self.env["WAYPOINT_SERVER_ADDR"] = "localhost:%d" % self.proxy.port
        self.waypoint("project", "list", check=False)
        self.assertEqual(self.code, 1, self.output)
        self.assertIn("certificate is not trusted", " ".join(self.output.split()))


if __name__ == "__main__":
    unittest.main(verbosity=2)
