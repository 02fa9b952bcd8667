#!/usr/bin/env python3
"""false_child.py serve --stdio --blocks ...: stands where varve-vault does and does as the environment's FALSE_CHILD says:
garbage   says what is no answer
other     gives other bytes for every block
dies      is killed in the middle of its first block
silent    never answers
few       proves fewer versions than it was asked for
Each start is a line of FALSE_CHILD_LOG."""
import json
import os
import signal
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "net"))
from peer import Line, decode, encode, varint  # noqa: E402

MODE = os.environ["FALSE_CHILD"]

HELLO = {"v": 1, "head": b"", "held": 0, "refs": [], "write": False}


def frame(kind, payload=b""):
    return kind.encode() + varint(len(payload)) + payload


def answer(line, payload):
    if MODE == "garbage":
        return line.write(b"\x07" * 100)
    if MODE == "silent":
        time.sleep(3600)
    if payload[:1] == b"{":  # what no peer is asked
        line.write(frame("M", json.dumps({"keeps": "", "copies": 9}).encode()))
    elif decode(payload)[0]["op"] == "hello":
        line.write(frame("M", encode(HELLO)))
    elif MODE == "other":
        other = b"something else"
        line.write(frame("B", (b"\0" + varint(len(other)) + other) * (len(decode(payload)[0]["blocks"]) // 33)))
    else:
        line.write(frame("B", b"\0" * 5000)[:2000])
        os.kill(os.getpid(), signal.SIGKILL)
    return line.write(frame("."))


def main():
    with open(os.environ["FALSE_CHILD_LOG"], "a") as f:
        print(*sys.argv[1:], file=f)
    line = Line(lambda n: os.read(0, n), lambda b: os.write(1, b))
    line.write(b"varve 1\n")
    try:
        while True:
            kind, payload = line.frame()
            if kind == "M":
                line.frame()
                answer(line, payload)
    except (EOFError, OSError):
        pass


main()
