"""Greets with the words of its configuration."""
import http.server
import os


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        text = "%s, %s!\n" % (os.environ.get("GREETING", "Hello"), os.environ.get("NAME", "?"))
        body = text.encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    address = ("127.0.0.1", int(os.environ["PORT"]))
    print("greeting with %s" % os.environ.get("GREETING", "Hello"), flush=True)
    http.server.ThreadingHTTPServer(address, Handler).serve_forever()
