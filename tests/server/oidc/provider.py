#!/usr/bin/env python3
"""A small OpenID provider that really signs, for tests: one client, whatever claims a test asks for.

Prints its port and serves until its standard input ends. With --tls it speaks HTTPS and prints the path of its
certificate as a second line. /authorize stands for the browser: it answers with the code and the state as JSON instead
of sending somebody there, and takes what the tokens shall say as parameters (claims, userinfo, alg, key, secret_in).
"""
import base64, http.server, json, os, ssl, subprocess, sys, tempfile, threading, time, urllib.parse

CLIENT, SECRET = "waypoint", "s3cret/+ü"
FOLDER = tempfile.mkdtemp(prefix="waypoint-oidc-")


def openssl(*args, data=None):
    return subprocess.run(["openssl", *args], input=data, check=True, capture_output=True).stdout


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Key:
    def __init__(self, kid, kind):
        self.kid, self.kind, self.path = kid, kind, os.path.join(FOLDER, kid + ".pem")
        if kind == "RSA":
            openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", self.path)
        else:
            openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", self.path)

    def jwk(self):
        if self.kind == "RSA":
            modulus = openssl("rsa", "-in", self.path, "-noout", "-modulus").decode().strip().split("=")[1]
            return {"kid": self.kid, "kty": "RSA", "use": "sig", "n": b64(bytes.fromhex(modulus)), "e": "AQAB"}
        point = openssl("pkey", "-in", self.path, "-pubout", "-outform", "DER")[-64:]
        return {"kid": self.kid, "kty": "EC", "crv": "P-256", "x": b64(point[:32]), "y": b64(point[32:])}

    def sign(self, text):
        signature = openssl("dgst", "-sha256", "-sign", self.path, data=text.encode())
        if self.kind == "RSA":
            return signature
        r_size = signature[3]  # two DER integers become two numbers of 32 bytes
        r, s = signature[4:4 + r_size], signature[6 + r_size:]
        return r[-32:].rjust(32, b"\0") + s[-32:].rjust(32, b"\0")


class Provider:
    def __init__(self):
        self.keys = {"rsa": Key("rsa", "RSA"), "ec": Key("ec", "EC")}
        self.secret_keys = {"stolen": Key("stolen", "RSA")}  # never published
        self.codes, self.access, self.counts, self.lock = {}, {}, {}, threading.Lock()
        self.issuer = ""

    def token(self, grant, access):
        now = int(time.time())
        claims = {"iss": self.issuer, "sub": "alice", "aud": CLIENT, "nonce": grant["nonce"], "iat": now,
                  "exp": now + 300}
        claims.update(grant["claims"])
        claims = {name: value for name, value in claims.items() if value is not None}
        key = {**self.keys, **self.secret_keys}[grant["key"]]
        kid = "rsa" if key.kid == "stolen" else key.kid
        head = b64(json.dumps({"alg": grant["alg"], "kid": kid}).encode())
        text = head + "." + b64(json.dumps(claims).encode())
        return {"access_token": access, "token_type": "Bearer", "expires_in": 300,
                "id_token": text + "." + b64(key.sign(text))}


class Handler(http.server.BaseHTTPRequestHandler):
    provider = Provider()
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def reply(self, status, body):
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        if len(data) % 2:  # either way of telling the length is heard of
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)
        else:
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            self.wfile.write(b"%x\r\n%s\r\n0\r\n\r\n" % (len(data), data))

    def do_GET(self):
        p, url = self.provider, urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(url.query))
        with p.lock:
            p.counts[url.path] = p.counts.get(url.path, 0) + 1
        if url.path == "/.well-known/openid-configuration":
            self.reply(200, {"issuer": p.issuer, "authorization_endpoint": p.issuer + "/authorize",
                             "token_endpoint": p.issuer + "/token", "userinfo_endpoint": p.issuer + "/userinfo",
                             "jwks_uri": p.issuer + "/keys", "response_types_supported": ["code"],
                             "id_token_signing_alg_values_supported": ["RS256", "ES256"]})
        elif url.path == "/keys":
            self.reply(200, {"keys": [key.jwk() for key in p.keys.values()]})
        elif url.path == "/authorize":
            self.authorize(query)
        elif url.path == "/userinfo":
            claims = p.access.get(self.headers.get("Authorization", "").removeprefix("Bearer "))
            self.reply(200 if claims else 401, claims or {"error": "invalid_token"})
        elif url.path == "/rotate":
            p.keys = {"rsa2": Key("rsa2", "RSA")}
            self.reply(200, {})
        elif url.path == "/counts":
            self.reply(200, p.counts)
        else:
            self.reply(404, {})

    def authorize(self, query):
        if query["client_id"] != CLIENT or query["response_type"] != "code" or "openid" not in query["scope"].split():
            return self.reply(400, {"error": "invalid_request"})
        code = "code-" + b64(os.urandom(12)) + "&=+"
        self.provider.codes[code] = {
            "redirect_uri": query["redirect_uri"], "nonce": query["nonce"], "alg": query.get("alg", "RS256"),
            "key": query.get("key", "rsa"), "claims": json.loads(query.get("claims", "{}")),
            "userinfo": {"sub": "alice", **json.loads(query.get("userinfo", "{}"))},
            "secret_in": query.get("secret_in", "header"), "without": query.get("without", "")}
        self.reply(200, {"code": code, "state": query["state"], "scope": query["scope"], "nonce": query["nonce"]})

    def do_POST(self):
        form = dict(urllib.parse.parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
        grant = self.provider.codes.get(form.get("code", ""))
        if self.path != "/token" or form.get("grant_type") != "authorization_code" or grant is None:
            return self.reply(400, {"error": "invalid_grant"})
        if not self.knows_secret(form, grant["secret_in"]):
            return self.reply(401, {"error": "invalid_client"})
        if form.get("redirect_uri") != grant["redirect_uri"]:
            return self.reply(400, {"error": "invalid_grant"})
        del self.provider.codes[form["code"]]
        access = "access-" + b64(os.urandom(12))
        if grant["without"] != "userinfo":
            self.provider.access[access] = grant["userinfo"]
        answer = self.provider.token(grant, access)
        answer.pop(grant["without"], None)
        self.reply(200, answer)

    def knows_secret(self, form, secret_in):
        if secret_in == "form":
            return (form.get("client_id"), form.get("client_secret")) == (CLIENT, SECRET)
        raw = self.headers.get("Authorization", "").removeprefix("Basic ")
        return raw == base64.b64encode((CLIENT + ":" + urllib.parse.quote_plus(SECRET)).encode()).decode()


def main():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    tls = "--tls" in sys.argv
    port = server.server_address[1]
    Handler.provider.issuer = f"{'https' if tls else 'http'}://127.0.0.1:{port}"
    print(port, flush=True)
    if tls:
        cert, key = os.path.join(FOLDER, "cert.pem"), os.path.join(FOLDER, "cert-key.pem")
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key,
                "-out", cert, "-days", "2", "-subj", "/CN=provider", "-addext", "subjectAltName=IP:127.0.0.1")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(cert, key)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        print(cert, flush=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdin.read()
    subprocess.run(["rm", "-rf", FOLDER], check=False)


main()
