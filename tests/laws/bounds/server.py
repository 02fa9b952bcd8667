"""A web server of a published folder that misbehaves: below /CLASS-BEHAVIOUR/ the files of that class are silent,
slow, stalled, endless or cut, and all others are as they should be; below /well/ all of them are."""
import os
import re
import socket
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

CLASSES = {
    "format": r"format",
    "refs": r"repo\.git/info/refs",
    "HEAD": r"repo\.git/HEAD",
    "history": r"repo\.git/objects/info/packs",
    "git-pack": r"repo\.git/objects/pack/.*\.pack",
    "git-index": r"repo\.git/objects/pack/.*\.idx",
    "alternates": r"repo\.git/objects/info/.*alternates",
    "loose": r"repo\.git/objects/../.*",
    "versions": r"versions/.*",
    "lists": r"lists/.*",
    "packs": r"packs/.*",
}
BEHAVIOURS = ["silent", "slow", "stalled", "endless", "cut"]
SLOW = 2000  # bytes a second
ENDLESS = 1 << 30  # bytes, after which even that one ends


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_POST(self):  # varve's own protocol and git's
        self.close_connection = True
        self.send_error(404)

    def do_GET(self):
        path = self.path.split("?")[0].lstrip("/")
        case, _, name = path.partition("/")
        kind, _, behaviour = case.rpartition("-")
        bad = behaviour in BEHAVIOURS and re.fullmatch(CLASSES[kind], name)
        try:
            self.answer(name, behaviour if bad else "well", case)
        except OSError:  # it went away
            self.close_connection = True

    def answer(self, name, behaviour, case):
        file = os.path.join(self.server.folder, name)
        there = os.path.isfile(file) and ".." not in name
        if behaviour == "silent":
            return self.wait()
        if not there and behaviour != "endless":
            return self.send_error(404)
        data = open(file, "rb").read() if there else b"0" * 64
        first, last = 0, len(data) - 1
        asked = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        if asked and behaviour != "endless":
            first, last = int(asked[1]), min(int(asked[2] or last), last)
            if first > last:
                self.send_response(416)
                self.send_header("Content-Length", "0")
                return self.end_headers()
        part = data[first : last + 1]
        self.send_response(206 if asked and behaviour != "endless" else 200)
        if asked and behaviour != "endless":
            self.send_header("Content-Range", f"bytes {first}-{last}/{len(data)}")
        if behaviour == "endless":
            self.send_header("Connection", "close")
        else:
            self.send_header("Content-Length", str(len(part)))
        self.end_headers()
        getattr(self, behaviour)(part)
        with self.server.lock:
            self.server.sent[case] = self.server.sent.get(case, 0) + len(part)

    def well(self, part):
        self.wfile.write(part)

    def wait(self):
        time.sleep(600)

    def slow(self, part):
        for i in range(0, len(part), SLOW // 10):
            self.wfile.write(part[i : i + SLOW // 10])
            self.wfile.flush()
            time.sleep(0.1)

    def stalled(self, part):
        self.wfile.write(part[: len(part) // 2])
        self.wfile.flush()
        self.wait()

    def cut(self, part):
        self.wfile.write(part[: len(part) // 2])
        self.close_connection = True

    def endless(self, part):
        self.close_connection = True
        line = part.splitlines(keepends=True)[-1] if part else b"\n"
        self.wfile.write(part)
        more = (line * (1 + (1 << 16) // len(line)))[: 1 << 16]
        for _ in range(ENDLESS // len(more)):
            self.wfile.write(more)


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, *_):
        pass


def serve(folder):
    s = Server(("127.0.0.1", 0), Handler)
    s.folder, s.sent, s.lock = folder, {}, threading.Lock()
    threading.Thread(target=s.serve_forever, daemon=True).start()
    return s


def deaf():
    """A port that drops SYNs, as a machine that is off does: its queue is full."""
    s = socket.socket()
    s.bind(("127.0.0.1", 0))
    s.listen(0)
    held = []
    for _ in range(4):
        c = socket.socket()
        c.setblocking(False)
        c.connect_ex(s.getsockname())
        held.append(c)
    time.sleep(0.2)
    return s.getsockname()[1], (s, held)


if __name__ == "__main__":
    print(serve(sys.argv[1]).server_address[1], flush=True)
    time.sleep(3600)
