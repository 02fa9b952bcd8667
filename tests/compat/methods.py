#!/usr/bin/env python3
"""methods.py PACK...: the methods of the packs' records and the marks of their blocks that are stored as they are, as docs/formats/store.md
describes them; shares no code with varve."""
import sys


def varint(data, at):
    n = shift = 0
    while True:
        b = data[at]
        at += 1
        n |= (b & 127) << shift
        shift += 7
        if b < 128:
            return n, at


def methods(data):
    assert data[:8] == b"VVPACK\x01\n" and data[-40:-32] == b"VVEND\0\0\n"
    count, at, found = int.from_bytes(data[-32:-24], "little"), 8, set()
    assert int.from_bytes(data[-24:-16], "little") == len(data)
    for _ in range(count):
        method = data[at] & 15
        assert method <= 4 and data[at] & 0xE0 == 0
        length, at = varint(data, at + 33)
        stored, at = varint(data, at)
        if method in (2, 3):
            depth, at = varint(data, at)
            distance, at = varint(data, at)
            at += 0 if distance else 33
        at += stored + 8
        assert length <= 2**20 and (method > 0 or stored == length)
        found.add(method)
    assert at == len(data) - 40
    return found


if __name__ == "__main__":
    print(*sorted(set().union(*(methods(open(name, "rb").read()) for name in sys.argv[1:]))))
