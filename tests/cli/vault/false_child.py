#!/usr/bin/env python3
"""false_child.py supply ...: stands where varve-vault does and does as the environment's FALSE_CHILD says:
garbage   says what is no answer
other     gives other bytes for every block
dies      is killed in the middle of its first block
silent    never answers
few       proves fewer versions than it was asked for
Each start is a line of FALSE_CHILD_LOG."""
import os
import signal
import socket
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "net"))
from peer import Line, decode, encode, varint  # noqa: E402

MODE = os.environ["FALSE_CHILD"]


def frame(kind, payload=b""):
    return kind.encode() + varint(len(payload)) + payload


def answer(line, q):
    count = len(q["cids"]) // 33
    if MODE == "garbage":
        return line.write(b"\x07" * 100)
    if MODE == "silent":
        time.sleep(3600)
    if q["op"] == "look":
        line.write(frame("M", encode({"parcels": b"\1\0\0\0" * count})))
    elif q["op"] == "blocks" and MODE == "other":
        line.write(frame("B", b"\0" * 33 + b"something else") * count)
        line.write(frame("M", encode({"taken": 1})))
    elif q["op"] == "blocks":
        line.write(frame("B", b"\0" * 5000)[:2000])
        os.kill(os.getpid(), signal.SIGKILL)
    elif q["op"] == "keeps":
        line.write(frame("M", encode({"keeps": b"", "copies": 9})))
    return line.write(frame("."))


def serve(fd):
    s = socket.socket(fileno=fd)
    line = Line(s.recv, s.sendall)
    try:
        while True:
            kind, payload = line.frame()
            if kind == "M":
                line.frame()
                answer(line, decode(payload)[0])
    except (EOFError, OSError):
        pass


def main():
    with open(os.environ["FALSE_CHILD_LOG"], "a") as f:
        print(*sys.argv[1:], file=f)
    lines = int(sys.argv[sys.argv.index("--lines") + 1])
    threads = [threading.Thread(target=serve, args=(3 + i,), daemon=True) for i in range(lines)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()


main()
