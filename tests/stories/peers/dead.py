"""dead.py MODE [URL]: a web server in the place of a repository that is gone: it answers every request in this way."""
import socketserver
import sys
import time
import urllib.request
import zlib

PAGE = b"<!doctype html><html><title>Domain for sale</title><p>Buy this domain.</html>"
STATUS = {"500": b"500 Internal Server Error", "503": b"503 Service Unavailable", "429": b"429 Too Many Requests",
          "403": b"403 Forbidden", "404": b"404 Not Found"}


ID = b"1" * 40
CAPABILITIES = b"multi_ack_detailed side-band-64k thin-pack ofs-delta shallow no-progress agent=git/2"


def packet(line):
    return b"%04x" % (len(line) + 4) + line


# The refs of a Git host: one branch.
REFS = (packet(b"# service=git-upload-pack\n") + b"0000" + packet(ID + b" HEAD\0" + CAPABILITIES + b"\n") +
        packet(ID + b" refs/heads/main\n") + b"0000")


def typed(kind, more=b""):
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/x-git-upload-pack-%s\r\n%s" % (kind, more)


def plain(status, body=b"", more=b""):
    return b"HTTP/1.1 %s\r\nContent-Type: text/html\r\nContent-Length: %d\r\n%sConnection: close\r\n\r\n%s" % (
        status, len(body), more, body)


class Handler(socketserver.StreamRequestHandler):
    def read_request(self):
        length, post, chunked = 0, False, False
        line = self.rfile.readline()
        post = line.startswith(b"POST")
        self.is_git = b"git-upload-pack" in line
        while line.strip():
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
            chunked |= line.lower().startswith(b"transfer-encoding: chunked")
            line = self.rfile.readline()
        self.body = self.rfile.read(length) if length else self.read_chunks(chunked)
        return post

    def read_chunks(self, chunked):
        body = b""
        while chunked and (size := int(self.rfile.readline(), 16)):
            body += self.rfile.read(size)
            self.rfile.readline()
        return body

    def endless(self, head, part, pause):
        self.wfile.write(head)
        while True:
            self.wfile.write(part)
            time.sleep(pause)

    def handle(self):
        try:
            self.answer(self.read_request())
        except OSError:
            pass

    def answer_git(self, post):
        if not self.is_git:
            self.wfile.write(plain(STATUS["404"]))
        elif not post:
            self.wfile.write(typed(b"advertisement", b"Content-Length: %d\r\n\r\n" % len(REFS)) + REFS)
        else:
            self.endless(typed(b"result", b"\r\n") + packet(b"NAK\n"), packet(b"\2counting\n"), 0.05)

    def answer(self, post):
        mode, _, wait = sys.argv[1].partition("-")
        if mode == "sideband":  # a Git host that sends text for the user without end, in place of the pack
            self.answer_git(post)
            return
        if mode == "silent":
            time.sleep(600)
        elif mode == "page":
            self.wfile.write(plain(b"200 OK", PAGE))
        elif mode == "empty":
            self.wfile.write(plain(b"200 OK"))
        elif mode == "drip":
            self.endless(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b"x", 1)
        elif mode == "chunks":  # an extension of a chunk that never ends
            self.endless(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;", b"x" * 100, 0.1)
        elif mode == "hello" and post and b"hello" in self.body:  # the real answer
            ask = urllib.request.Request(sys.argv[2] + "varve", self.body, {"Content-Type": "application/x-varve"})
            with urllib.request.urlopen(ask) as real:
                body = real.read()
            self.wfile.write(plain(b"200 OK", body).replace(b"text/html", b"application/x-varve"))
        elif mode == "bomb":  # unpacks to 3 GB, for git
            self.wfile.write(typed(b"advertisement", b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(BOMB)) + BOMB)
        elif mode in ("signs", "hello") and post:  # a peer that is alive, and sends nothing
            self.endless(b"HTTP/1.1 200 OK\r\nContent-Type: application/x-varve\r\nTransfer-Encoding: chunked\r\n\r\n",
                         b"c8\r\n" + b"T\0" * 100 + b"\r\n", 1)
        elif mode in ("signs", "hello"):
            self.wfile.write(plain(STATUS["404"]))
        else:
            self.wfile.write(plain(STATUS[mode], PAGE, b"Retry-After: %s\r\n" % wait.encode() if wait else b""))


def bomb():
    """The refs of a Git host that go on with zeros: 3 MB, unpacked 3 GB."""
    pack = zlib.compressobj(9, zlib.DEFLATED, -15)
    first = pack.compress(REFS[:-4]) + pack.flush(zlib.Z_FULL_FLUSH)
    zeros = pack.compress(b"0" * 10000000) + pack.flush(zlib.Z_FULL_FLUSH)
    return b"\x1f\x8b\x08" + bytes(7) + first + zeros * 300


BOMB = bomb() if sys.argv[1] == "bomb" else b""


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True


with Server(("127.0.0.1", 0), Handler) as server:
    print(f"http://127.0.0.1:{server.server_address[1]}/", flush=True)
    server.serve_forever()
