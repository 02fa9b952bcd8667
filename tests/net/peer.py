"""The protocol between peers (docs/formats/protocol.md), written once more and apart, for tests: enough to
ask a server, and to answer a client, truthfully or not. Everything is sent uncompressed."""
import hashlib
import os
import subprocess
import sys

RAW, NODE = 0x55, 0x71


def varint(n):
    out = bytearray()
    while True:
        out.append((n & 127) | (128 if n > 127 else 0))
        n >>= 7
        if n == 0:
            return bytes(out)


class Link(bytes):
    """36 bytes of a CID."""


def head(major, n):
    for limit, size, code in ((24, 0, n), (1 << 8, 1, 24), (1 << 16, 2, 25), (1 << 32, 4, 26), (1 << 64, 8, 27)):
        if n < limit:
            return bytes([major << 5 | code]) + (n.to_bytes(size, "big") if size else b"")
    raise ValueError(n)


def encode(v):
    if v is None:
        return b"\xf6"
    if v is True or v is False:
        return b"\xf5" if v else b"\xf4"
    if isinstance(v, int):
        return head(0, v) if v >= 0 else head(1, -1 - v)
    if isinstance(v, Link):
        return b"\xd8\x2a" + encode(b"\0" + bytes(v))
    if isinstance(v, bytes):
        return head(2, len(v)) + v
    if isinstance(v, str):
        return head(3, len(v.encode())) + v.encode()
    if isinstance(v, (list, tuple)):
        return head(4, len(v)) + b"".join(encode(e) for e in v)
    items = sorted((k.encode(), e) for k, e in v.items())
    items.sort(key=lambda i: len(i[0]))
    return head(5, len(items)) + b"".join(encode(k.decode()) + encode(e) for k, e in items)


def decode(b, at=0):
    major, low = b[at] >> 5, b[at] & 31
    at += 1
    n = low
    if major < 7 and low >= 24:
        size = 1 << (low - 24)
        n = int.from_bytes(b[at:at + size], "big")
        at += size
    if major == 0:
        return n, at
    if major == 1:
        return -1 - n, at
    if major in (2, 3):
        v = b[at:at + n]
        return (v if major == 2 else v.decode()), at + n
    if major == 4:
        out = []
        for _ in range(n):
            v, at = decode(b, at)
            out.append(v)
        return out, at
    if major == 5:
        out = {}
        for _ in range(n):
            k, at = decode(b, at)
            out[k], at = decode(b, at)
        return out, at
    if major == 6:
        v, at = decode(b, at)
        return Link(v[1:]), at
    return {20: False, 21: True, 22: None}[low], at


class Line:
    def __init__(self, read, write):
        self.read_some, self.write = read, write

    def read(self, n):
        out = b""
        while len(out) < n:
            piece = self.read_some(n - len(out))
            if not piece:
                raise EOFError
            out += piece
        return out

    def frame(self):
        kind = self.read(1).decode("latin-1")
        n = shift = 0
        while True:
            b = self.read(1)[0]
            n |= (b & 127) << shift
            shift += 7
            if b < 128:
                break
        return kind, self.read(n)

    def answer(self):
        """All frames up to the end, as a list; messages decoded."""
        out = []
        while True:
            kind, payload = self.frame()
            if kind == ".":
                return out
            out.append((kind, decode(payload)[0] if kind in "ME" else payload))

    def put(self, kind, payload=b""):
        if isinstance(payload, dict):
            payload = encode(payload)
        self.write(kind.encode() + varint(len(payload)) + payload)

    def end(self):
        self.put(".")


def server(path, *options):
    """A line to `varve serve --stdio`, and the process."""
    p = subprocess.Popen(["varve", "serve", "--stdio", *options, "--", path], stdin=subprocess.PIPE,
                         stdout=subprocess.PIPE)

    def write(b):
        p.stdin.write(b)
        p.stdin.flush()

    line = Line(p.stdout.read, write)
    assert line.read(8) == b"varve 1\n"
    return line, p


def client():
    """The line on our own stdin and stdout, greeted: we are what a client runs."""
    def write(b):
        while b:
            b = b[os.write(1, b):]

    write(b"varve 1\n")
    return Line(lambda n: os.read(0, n), write)


def block(codec, raw):
    """A record of a block, stored."""
    return bytes([4 if codec == NODE else 0]) + varint(len(raw)) + raw


def git_object(kind, raw):
    """A record of a Git object, stored. kind: 1 commit, 2 tree, 3 blob, 4 tag."""
    return bytes([kind << 2]) + varint(len(raw)) + raw


def git_id(kind, raw):
    name = {1: b"commit", 2: b"tree", 3: b"blob", 4: b"tag"}[kind]
    return hashlib.sha1(name + b" " + str(len(raw)).encode() + b"\0" + raw).digest()


def cid(codec, raw):
    return Link(bytes([1, codec, 0x12, 0x20]) + hashlib.sha256(raw).digest())


def short(c):
    """A CID as lists have it: codec and digest."""
    return bytes(c[1:2]) + bytes(c[4:])


def git(repo, *words):
    return subprocess.run(["git", "-C", repo, *words], check=True, stdout=subprocess.PIPE).stdout


def read_object(repo, name):
    kind = git(repo, "cat-file", "-t", name).decode().strip()
    return {"commit": 1, "tree": 2, "blob": 3, "tag": 4}[kind], git(repo, "cat-file", kind, name)


def objects(repo, *range_words):
    """All objects of a range, in an order that the protocol takes: blobs, trees, commits, oldest first."""
    names = [l.split()[0] for l in git(repo, "rev-list", "--objects", "--reverse", *range_words).decode().splitlines()]
    read = [read_object(repo, n) for n in names]
    return sorted(read, key=lambda o: {3: 0, 2: 1, 1: 2, 4: 3}[o[0]])


def blocks(repo, *words):
    """{36 bytes of the CID: raw bytes} of a version and all below it, from `varve ipfs car export`."""
    car = os.path.join(os.environ["TMPDIR"], "blocks.car")
    subprocess.run(["varve", "ipfs", "car", "export", *words, car], cwd=repo, check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)
    b = open(car, "rb").read()
    os.unlink(car)

    def take(at):
        n = shift = 0
        while True:
            c = b[at]
            n |= (c & 127) << shift
            shift += 7
            at += 1
            if c < 128:
                return n, at
    n, at = take(0)
    at += n
    out = {}
    while at < len(b):
        n, at = take(at)
        out[Link(b[at:at + 36])] = b[at + 36:at + n]
        at += n
    return out


def fail(text):
    print(text, file=sys.stderr)
    sys.exit(1)
