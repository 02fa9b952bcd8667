#!/usr/bin/env python3
"""replay.py RECORDED: a peer in the place of ssh that answers each request with the next answer of RECORDED, whatever is asked; frames
are those of docs/formats/protocol.md."""
import sys


def turn(stream):
    """The bytes of the frames up to the end of a request or answer; b"" at the end of the stream."""
    out = b""
    while kind := stream.read(1):
        out += kind
        n = shift = 0
        while True:
            b = stream.read(1)
            out += b
            n |= (b[0] & 127) << shift
            shift += 7
            if b[0] < 128:
                break
        out += stream.read(n)
        if kind == b".":
            break
    return out


if __name__ == "__main__":
    if "-G" in sys.argv:
        sys.exit(1)
    with open(sys.argv[1], "rb") as recorded:
        sys.stdout.buffer.write(recorded.readline())
        while True:
            sys.stdout.buffer.flush()
            if not turn(sys.stdin.buffer):
                break
            sys.stdout.buffer.write(turn(recorded))
