"""A server, seen through a line that counts the blocks that come as edits.
edits.py REPOSITORY COUNT_FILE MODE    appends to COUNT_FILE how many came on this line

MODE  plain    everything goes through as it is
      damaged  of the bytes of every block that comes as edits one is another
      pushed   the same of blocks that go there"""
import os
import sys
import threading

import peer

EDITS, ABSENT = 0x20, 3
path, count_file, mode = sys.argv[1:]
line, process = peer.server(path)
os.write(1, b"varve 1\n")
edits = 0


def number(b, at):
    n = shift = 0
    while True:
        n |= (b[at] & 127) << shift
        shift += 7
        at += 1
        if b[at - 1] < 128:
            return n, at


def records(frame):
    """The frame of blocks as it goes on."""
    global edits
    out, at = bytearray(frame), 0
    while at < len(frame):
        head = frame[at]
        at += 1
        if head == ABSENT:
            continue
        size, at = number(frame, at)
        if head & 3:
            size, at = number(frame, at)
        base = head >> 3 & 3
        if base == 1:
            _, at = number(frame, at)
        at += 8 if base == 2 else 0
        if head & EDITS:
            edits += 1
            if mode in ("damaged", "pushed"):
                out[at + edits * 7 % size] ^= 1 << edits % 8
        at += size
    assert at == len(frame)
    return bytes(out)


def put(kind, payload=b""):
    b = kind.encode() + peer.varint(len(payload)) + payload
    while b:
        b = b[os.write(1, b):]


def back():
    while True:
        try:
            kind, payload = line.frame()
        except EOFError:
            return
        if kind == "B" and mode != "pushed":
            payload = records(payload)
        put(kind, payload)


reader = threading.Thread(target=back, daemon=True)
reader.start()
client = peer.Line(lambda n: os.read(0, n), None)
try:
    while True:
        kind, payload = client.frame()
        if kind == "B" and mode == "pushed":
            payload = records(payload)
        line.put(kind, payload)
except EOFError:
    pass
process.stdin.close()
process.wait()
reader.join()
with open(count_file, "a") as f:
    f.write(f"{edits}\n")
