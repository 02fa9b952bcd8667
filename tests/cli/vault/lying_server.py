"""lying_server.py URL FILE: passes requests on to the varve server at URL and tells the lie of the answers
that FILE names at that moment.

Prints its own URL. The lies:
  none     no lie
  old      knows nothing of holding
  bytes    other bytes of shards
  leaf     another leaf
  path     a path that is too long
  receipt  a receipt that another key signed
  key      another key in the greeting
  behind   hides every author's last records
  cut      ends in the middle of an answer to hold-put
  hang     the same to hold-get
  huge     says that an answer has 2^40 bytes
  endless  a list that has no end
  back     a list that goes back
  full     is full
  alive [OP]  sends signs of life, to every request or to those of one kind, and no answer
  drip [OP]   answers so with a byte of a long message every 5 ms
"""
import http.server
import sys
import time

from hold_line import decode, encode, failure, frame, frames, message, post

URL = sys.argv[1]


def flip(data, at=100):
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1:]


def answer(request, body, lie):
    op = request["op"]
    if lie == "huge" and op == "hold-list":
        return b"M" + bytes([0x80, 0x80, 0x80, 0x80, 0x80, 0x20]) + b"x" * 100
    if lie == "full" and op == "hold-put":
        return failure("refused", "it is full: 1 B of at most 1 B are used\x1b[31m")
    back = lie == "back" and op == "hold-list" and request["name"] == "shards"
    raw = post(URL, message({**request, "after": ""}) if back else body)
    kind, payload = frames(raw)[0]
    if kind != "M":
        return raw
    if (lie, op) in (("cut", "hold-put"), ("hang", "hold-get")):
        return raw[:1]
    a = decode(payload)[0]
    if lie == "bytes" and op == "hold-get" and request["name"].startswith("shards/"):
        a["bytes"] = flip(a["bytes"])
    elif lie == "leaf" and op == "hold-audit":
        a["leaf"] = flip(a["leaf"])
    elif lie == "path" and op == "hold-audit":
        a["path"] += bytes(32)
    elif lie == "receipt" and op == "hold-receipt":
        a["signature"] = flip(a["signature"], 10)
    elif lie == "key" and op == "hold":
        a["key"] = bytes(32)
    elif lie == "behind" and op == "hold-list" and request["name"].startswith("records/"):
        a["names"] = [n for n in a["names"] if n[0] < "0000000006"]
    elif lie == "endless" and op == "hold-list" and request["name"] == "shards":
        a = {"more": True, "names": []}
    elif back:
        a["more"] = True
    else:
        return raw
    return message(a)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.read_body()
        with open(sys.argv[2]) as f:
            lie = f.read().strip()
        request = decode(frames(body)[0][1])[0]
        if lie in ("alive", "alive " + request["op"]):
            return self.endless(b"", b"T\0", 0.25)
        if lie in ("drip", "drip " + request["op"]):
            return self.endless(b"M" + bytes([0x80, 0x80, 0x80, 0x01]), b"x", 0.005)
        data = answer(request, body, lie)
        self.send_response(200)
        self.send_header("Content-Type", "application/x-varve")
        self.send_header("Content-Length", str(len(data) + (50 if len(data) == 1 else 0)))
        self.end_headers()
        self.wfile.write(data)
        self.close_connection = len(data) == 1

    def endless(self, head, part, pause):
        """The connection ends when the other side leaves."""
        self.send_response(200)
        self.send_header("Content-Type", "application/x-varve")
        self.end_headers()
        self.close_connection = True
        try:
            self.wfile.write(head)
            while True:
                self.wfile.write(part)
                time.sleep(pause)
        except OSError:
            pass

    def read_body(self):
        if "chunked" not in self.headers.get("Transfer-Encoding", ""):
            return self.rfile.read(int(self.headers["Content-Length"]))
        body = b""
        while n := int(self.rfile.readline().split(b";")[0], 16):
            body += self.rfile.read(n)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def log_message(self, *words):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(f"http://127.0.0.1:{server.server_address[1]}", flush=True)
server.serve_forever()
