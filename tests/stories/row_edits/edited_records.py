#!/usr/bin/env python3
"""How many records of packs are row edits (docs/formats/store.md, "record").  edited_records.py PACK..."""
import sys


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value, at


def count(data):
    at, edits = 8, 0
    while at < len(data) - 40:
        method = data[at] & 15
        edits += method == 3
        _, at = varint(data, at + 33)
        stored, at = varint(data, at)
        if method in (2, 3):
            _, at = varint(data, at)
            distance, at = varint(data, at)
            at += 0 if distance else 33
        at += stored + 8
    return edits


print(sum(count(open(path, "rb").read()) for path in sys.argv[1:]))
