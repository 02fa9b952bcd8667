#!/usr/bin/env python3
"""http_host.py FOLDER [USER:SECRET]: a Git host over http on a free port of 127.0.0.1, which is printed:
every request goes to `git http-backend`. With USER:SECRET everything asks for them.
A file FOLDER/refuse ("413 POST TEXT", "403 receive-pack TEXT") makes requests with that word fail with the status
and the text, as proxies, tokens without rights and missing repositories do; after a text that ends with "..." the connection
is closed, with less than was announced. A file FOLDER/most has how many bytes a
request may have; a larger one is answered with 413, as web servers in front of hosts do. A file FOLDER/cut has how many
bytes of the answer to a POST come."""
import base64
import http.server
import os
import subprocess
import sys

FOLDER = sys.argv[1]
SECRET = base64.b64encode(sys.argv[2].encode()).decode() if len(sys.argv) > 2 else None


class Host(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def body(self):
        if self.headers.get("Transfer-Encoding", "") == "chunked":
            out = b""
            while True:
                size = int(self.rfile.readline().split(b";")[0], 16)
                out += self.rfile.read(size)
                self.rfile.readline()
                if size == 0:
                    return out
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def answer(self):
        data = self.body()
        if SECRET and self.headers.get("Authorization") != "Basic " + SECRET:
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="host"')
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        most = os.path.join(FOLDER, "most")
        if os.path.exists(most):
            with open(most, encoding="ascii") as file:
                if len(data) > int(file.read()):
                    self.send_response(413)
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                    return
        refuse = os.path.join(FOLDER, "refuse")
        if os.path.exists(refuse):
            with open(refuse, encoding="ascii") as file:
                status, word, text = file.read().split(" ", 2)
            if word in self.command + " " + self.path:
                self.send_response(int(status))
                self.send_header("Content-Type", "text/plain")
                self.send_header("Content-Length", str(len(text) + 100 * text.endswith("...")))
                self.end_headers()
                self.wfile.write(text.encode())
                self.close_connection = text.endswith("...")
                return
        path, _, query = self.path.partition("?")
        env = dict(os.environ, GIT_PROJECT_ROOT=FOLDER, GIT_HTTP_EXPORT_ALL="1", PATH_INFO=path,
                   QUERY_STRING=query, REQUEST_METHOD=self.command, REMOTE_USER="user",
                   REMOTE_ADDR="127.0.0.1", CONTENT_LENGTH=str(len(data)),
                   CONTENT_TYPE=self.headers.get("Content-Type", ""),
                   HTTP_CONTENT_ENCODING=self.headers.get("Content-Encoding", ""),
                   GIT_PROTOCOL=self.headers.get("Git-Protocol", ""))
        out = subprocess.run(["git", "http-backend"], input=data, env=env,
                             stdout=subprocess.PIPE, check=False).stdout
        head, _, content = out.partition(b"\r\n\r\n")
        cut = os.path.join(FOLDER, "cut")
        if self.command == "POST" and os.path.exists(cut):
            with open(cut, encoding="ascii") as file:
                content = content[:int(file.read())]
        status, fields = 200, []
        for line in head.decode("latin-1").split("\r\n"):
            name, _, value = line.partition(": ")
            if name == "Status":
                status = int(value.split()[0])
            elif name:
                fields.append((name, value))
        self.send_response(status)
        for name, value in fields:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = answer

    def log_message(self, *args):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Host)
print(server.server_address[1], flush=True)
server.serve_forever()
