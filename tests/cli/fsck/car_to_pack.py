#!/usr/bin/env python3
"""The blocks of a CAR file as a pack, each stored as it is (docs/formats/store.md, "pack").

car_to_pack.py IN.car FOLDER
"""
import ctypes
import ctypes.util
import os
import sys

xxhash = ctypes.CDLL(ctypes.util.find_library("xxhash") or "libxxhash.so.0")


class Hash128(ctypes.Structure):
    _fields_ = [("low", ctypes.c_uint64), ("high", ctypes.c_uint64)]


xxhash.XXH3_64bits.restype = ctypes.c_uint64
xxhash.XXH3_64bits.argtypes = [ctypes.c_char_p, ctypes.c_size_t]
xxhash.XXH3_128bits.restype = Hash128
xxhash.XXH3_128bits.argtypes = [ctypes.c_char_p, ctypes.c_size_t]


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


def record(cid, block):
    codec = 0x10 if cid[1] == 0x71 else 0
    head = bytes([codec]) + cid[4:] + put_varint(len(block)) * 2
    return head + block + xxhash.XXH3_64bits(head + block, len(head + block)).to_bytes(8, "little")


data = open(sys.argv[1], "rb").read()
size, at = varint(data, 0)
at += size
pack, count = b"VVPACK\x01\n", 0
while at < len(data):
    size, at = varint(data, at)
    pack += record(data[at:at + 36], data[at + 36:at + size])
    count, at = count + 1, at + size
pack += b"VVEND\0\0\n" + count.to_bytes(8, "little") + (len(pack) + 40).to_bytes(8, "little")
hashed = xxhash.XXH3_128bits(pack, len(pack))
name = hashed.low.to_bytes(8, "little") + hashed.high.to_bytes(8, "little")
with open(os.path.join(sys.argv[2], f"pack-{name.hex()}.pack"), "wb") as out:
    out.write(pack + name)
