#!/usr/bin/env python3
"""web_file.py FOLDER LOG: the files of a folder over http on a free port of 127.0.0.1, which is printed. Each request is a
line of LOG: path, status, and what was asked for. Answers have ETag and Last-Modified, and 304 where nothing changed.
FOLDER/.etag "no" leaves ETag out, "new" changes it at each request. /to/PLACE leads to /PLACE, /moved/PLACE for good, /loop to itself, /cut/FILE
ends in the middle."""
import hashlib
import http.server
import itertools
import os
import sys
from email.utils import formatdate

FOLDER, LOG = sys.argv[1:3]
count = itertools.count()


class Files(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, status, headers=(), body=b""):
        asked = " ".join(self.headers.get(h, "-") for h in ("If-None-Match", "If-Modified-Since"))
        with open(LOG, "a", encoding="ascii") as log:
            log.write(f"{self.path} {status} {asked}\n")
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        if status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.path.startswith("/cut/"):
            self.wfile.write(body[:len(body) // 2])
            self.close_connection = True
        elif status != 304:
            self.wfile.write(body)

    def do_GET(self):
        path = self.path.split("?")[0]
        if path == "/loop":
            return self.answer(302, [("Location", "/loop")])
        if path.startswith("/moved/"):
            return self.answer(301, [("Location", path[6:])])
        if path.startswith("/to/"):
            return self.answer(302, [("Location", path[3:])])
        if path.startswith("/file/"):
            return self.answer(302, [("Location", "file:///etc/passwd")])
        path = os.path.join(FOLDER, path[5:] if path.startswith("/cut/") else path[1:])
        if not os.path.isfile(path):
            return self.answer(404, body=b"not here")
        with open(path, "rb") as file:
            body = file.read()
        mode = ""
        if os.path.exists(FOLDER + "/.etag"):
            with open(FOLDER + "/.etag", encoding="ascii") as file:
                mode = file.read().strip()
        etag = '"%s%s"' % (hashlib.md5(body).hexdigest(), next(count) if mode == "new" else "")
        modified = formatdate(os.stat(path).st_mtime, usegmt=True)
        headers = [("Last-Modified", modified)] + ([] if mode == "no" else [("ETag", etag)])
        asked = self.headers.get("If-None-Match")
        same = asked == etag if asked else self.headers.get("If-Modified-Since") == modified
        return self.answer(304 if same else 200, headers, body)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Files)
print(server.server_address[1], flush=True)
server.serve_forever()
