"""Tells the time as JSON under /time."""
import datetime
import http.server
import json
import os


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        found = self.path == "/time"
        now = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")
        body = json.dumps({"time": now} if found else {"error": "only /time is here"}).encode()
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Access-Control-Allow-Origin", "*")  # the page comes from another port
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    address = ("127.0.0.1", int(os.environ["PORT"]))
    print("listening on %s:%d" % address, flush=True)
    http.server.ThreadingHTTPServer(address, Handler).serve_forever()
