"""Reads CAR files, versions 1 and 2: files of blocks, one after the other."""
from . import cbor
from .cbor import Cid, Cursor, decode
from .errors import Damaged, within

PRAGMA = bytes.fromhex("0aa16776657273696f6e02")


def read(path, blocks):
    """Checks the hash of every block of a CAR, adds the blocks to blocks.direct, and returns the CAR's roots."""
    with within(path), open(path, "rb") as f:
        c = Cursor(f.read())
        if c.data.startswith(PRAGMA):
            c.take(len(PRAGMA) + 16)
            start, size = c.number("Q"), c.number("Q")
            c = Cursor(c.data, start, start + size)
        header = decode(c.take(c.varint(1 << 20)))
        if header.get("version") != 1 or not isinstance(header.get("roots"), list):
            raise Damaged("not a CAR of version 1 or 2")
        while c.at < c.end:
            start, size = c.at, c.varint(1 << 21)
            section = c.take(size)
            cid = Cid.check(section[:36])
            if Cid.of(cid.codec, section[36:]) != cid:
                raise Damaged(f"block {cid} at {start}: the bytes do not have this hash")
            blocks.direct[cid] = section[36:]
        return [cbor.Cid(r) for r in header["roots"]]
