#!/usr/bin/env python3
"""hide.py ARCHIVE...: the names that objects of static libraries for macOS define are for the program that links them, not for what loads
it (zig's linker has no -exported_symbol). Archives are changed where they are, without a change of size."""
import struct
import sys

SYMTAB, STAB, HIDDEN, DEFINED, EXTERNAL = 0x2, 0xE0, 0x10, 0x0E, 0x01


def hide(data, at):
    magic, _, _, _, count = struct.unpack_from("<5I", data, at)
    if magic != 0xFEEDFACF:
        return
    command = at + 32
    for _ in range(count):
        kind, size, symbols, number = struct.unpack_from("<4I", data, command)
        if kind == SYMTAB:
            for symbol in range(at + symbols, at + symbols + 16 * number, 16):
                flags = data[symbol + 4]
                if not flags & STAB and flags & EXTERNAL and flags & DEFINED:
                    data[symbol + 4] |= HIDDEN
        command += size


for path in sys.argv[1:]:
    with open(path, "rb") as f:
        data = bytearray(f.read())
    at = 8
    while at + 60 <= len(data):
        size, long_name = int(data[at + 48:at + 58]), data[at:at + 3] == b"#1/"
        hide(data, at + 60 + (int(data[at + 3:at + 16]) if long_name else 0))
        at += 60 + size + size % 2
    with open(path, "wb") as f:
        f.write(data)
