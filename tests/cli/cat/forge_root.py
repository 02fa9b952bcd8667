#!/usr/bin/env python3
"""A CAR file whose version has another root.

forge_root.py IN.car OUT.car FROM TO: the root's bytes FROM (hex, there once) become TO, of the same
length, under a new CID, which is printed. All other blocks stay as they are.
"""
import base64
import hashlib
import sys


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value, at


def put_varint(n):
    out = b""
    while n > 127:
        out, n = out + bytes([n & 127 | 128]), n >> 7
    return out + bytes([n])


def main():
    data = open(sys.argv[1], "rb").read()
    old, new = bytes.fromhex(sys.argv[3]), bytes.fromhex(sys.argv[4])
    size, at = varint(data, 0)
    header, at = data[at:at + size], at + size
    blocks = []
    while at < len(data):
        size, at = varint(data, at)
        blocks.append((data[at:at + 36], data[at + 36:at + size]))
        at += size
    roots = [i for i, (cid, _) in enumerate(blocks) if cid in header]
    assert len(roots) == 1 and len(old) == len(new)
    cid, root = blocks[roots[0]]
    assert root.count(old) == 1, root.count(old)
    root = root.replace(old, new)
    forged = b"\x01\x71\x12\x20" + hashlib.sha256(root).digest()
    blocks[roots[0]] = forged, root
    header = header.replace(cid, forged)
    with open(sys.argv[2], "wb") as out:
        out.write(put_varint(len(header)) + header)
        for c, b in blocks:
            out.write(put_varint(len(c) + len(b)) + c + b)
    print("b" + base64.b32encode(forged).decode().lower().rstrip("="))


main()
