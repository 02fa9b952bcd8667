"""A server as of release 0.1: it takes a hello with more than the version for a malformed one. All
else goes on to `varve serve --stdio` and back.  old.py REPOSITORY"""
import os
import sys
import threading

import peer

line, process = peer.server(sys.argv[1])
os.write(1, b"varve 1\n")


def back():
    while True:
        piece = process.stdout.read1(65536)
        if not piece:
            return
        while piece:
            piece = piece[os.write(1, piece):]


def answer(kind, payload=b""):
    payload = peer.encode(payload) if isinstance(payload, dict) else payload
    os.write(1, kind.encode() + peer.varint(len(payload)) + payload)


threading.Thread(target=back, daemon=True).start()
client = peer.Line(lambda n: os.read(0, n), None)
try:
    while True:
        kind, payload = client.frame()
        request = peer.decode(payload)[0]
        refused = request["op"] == "hello" and "can" in request
        while True:
            if not refused:
                line.put(kind, payload)
            if kind == ".":
                break
            kind, payload = client.frame()
        if refused:
            answer("E", {"code": "damaged", "hint": b"", "text": b"a request is malformed: something follows"})
            answer(".")
except EOFError:
    process.stdin.close()
    process.wait()
