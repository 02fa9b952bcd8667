#!/usr/bin/env python3
"""lfs_server.py FOLDER LOG [USER:SECRET]: a server of Git LFS on a free port of 127.0.0.1, which is printed, for the objects that lie in
a folder by their names. Each request is a line of LOG. With USER:SECRET the batch API asks for them; objects ask for the header that the
API gave."""
import base64
import http.server
import json
import os
import sys

FOLDER, LOG = sys.argv[1:3]
LOGIN = "Basic " + base64.b64encode(sys.argv[3].encode()).decode() if len(sys.argv) > 3 else None


class Server(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, status, body=b"", headers=()):
        with open(LOG, "a", encoding="ascii") as log:
            log.write(f"{self.command} {self.path} {status}\n")
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if LOGIN and self.headers.get("Authorization") != LOGIN:
            return self.answer(401, b"{}", [("WWW-Authenticate", 'Basic realm="lfs"')])
        if self.path != "/team/x.git/info/lfs/objects/batch" or asked["operation"] != "download":
            return self.answer(404)
        objects = []
        for o in asked["objects"]:
            if os.path.exists(f"{FOLDER}/{o['oid']}"):
                href = f"http://127.0.0.1:{server.server_address[1]}/objects/{o['oid']}?sig=secret"
                objects.append(o | {"authenticated": True, "actions": {"download": {"href": href, "header": {"X-Pass": "let me in"}}}})
            else:
                objects.append(o | {"error": {"code": 404, "message": "not here"}})
        return self.answer(200, json.dumps({"transfer": "basic", "objects": objects}).encode())

    def do_GET(self):
        path = FOLDER + "/" + self.path.split("/")[-1].split("?")[0]
        if self.headers.get("X-Pass") != "let me in" or not os.path.exists(path):
            return self.answer(403)
        with open(path, "rb") as file:
            return self.answer(200, file.read())

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
print(server.server_address[1], flush=True)
server.serve_forever()
