"""Reads CIDs, strict DAG-CBOR and variable-length numbers (store.md, "Conventions")."""
import base64
import hashlib
import struct

from .errors import Damaged

RAW, CBOR = 0x55, 0x71


class Cid(bytes):
    """A CIDv1, as its 36 bytes."""

    @classmethod
    def of(cls, codec, data):
        """Computes the CID of a block with this codec and content."""
        return cls.make(codec, hashlib.sha256(data).digest())

    @classmethod
    def make(cls, codec, digest):
        """Makes a CID from its codec and digest."""
        if codec not in (RAW, CBOR) or len(digest) != 32:
            raise Damaged(f"a CID with codec {codec:#x} and {len(digest)} bytes of digest")
        return cls(bytes((1, codec, 0x12, 0x20)) + digest)

    @classmethod
    def parse(cls, text):
        """Reads a CID from its text, "b" and base32."""
        if len(text) != 59 or text[0] != "b" or text != text.lower():
            raise Damaged(f"'{text}' is not a CID")
        return cls.check(base64.b32decode(text[1:].upper() + "=" * 6))

    @classmethod
    def check(cls, data):
        """Reads a CID from its 36 bytes."""
        if len(data) != 36 or data[0] != 1 or data[2:4] != b"\x12\x20":
            raise Damaged(f"{bytes(data).hex()} is not a CID of varve")
        return cls.make(data[1], bytes(data[4:]))

    @property
    def codec(self):
        """The codec: 0x55 (raw) or 0x71 (dag-cbor)."""
        return self[1]

    def __str__(self):
        return "b" + base64.b32encode(self).decode().lower().rstrip("=")


class Cursor:
    """Reads bytes from at to end. Reading beyond the end raises Damaged."""

    def __init__(self, data, at=0, end=None):
        self.data, self.at, self.end = data, at, len(data) if end is None else end

    def take(self, n):
        """Reads the next n bytes."""
        if n < 0 or self.at + n > self.end:
            raise Damaged(f"{n} bytes wanted at {self.at}, the end is at {self.end}")
        self.at += n
        return bytes(self.data[self.at - n:self.at])

    def byte(self):
        """Reads the next byte, as a number."""
        return self.take(1)[0]

    def number(self, code):
        """Reads a number of the type that this code means in the module struct, least significant byte first."""
        return struct.unpack("<" + code, self.take(struct.calcsize("<" + code)))[0]

    def varint(self, most=2 ** 64 - 1):
        """Reads a number in unsigned LEB128, which must be at most `most`, and in its shortest form."""
        n = shift = 0
        while True:
            b = self.byte()
            n |= (b & 127) << shift
            shift += 7
            if b < 128:
                break
        if n > most or (b == 0 and shift > 7):
            raise Damaged(f"the number before {self.at} is {n}, at most {most} was expected" if n > most
                          else f"the number before {self.at} is not in its shortest form")
        return n

    def zigzag(self):
        """Reads a signed 64-bit number, stored as a zigzag varint."""
        n = self.varint()
        return n >> 1 ^ -(n & 1)

    def done(self):
        """Raises Damaged if not all bytes have been read."""
        if self.at != self.end:
            raise Damaged(f"{self.end - self.at} bytes too many at {self.at}")


def _head(c):
    first = c.byte()
    major, n = first >> 5, first & 31
    if n < 24 or major == 7:
        return major, n
    if n > 27:
        raise Damaged("a length that strict DAG-CBOR does not have")
    size = 1 << n - 24
    n = int.from_bytes(c.take(size), "big")
    if n < (24 if size == 1 else 1 << 4 * size):
        raise Damaged("a head that is not the shortest")
    return major, n


def _value(c, depth):
    if depth > 64:
        raise Damaged("more than 64 levels")
    major, n = _head(c)
    if major == 0:
        return n
    if major == 1:
        return -1 - n
    if major == 2:
        return c.take(n)
    if major == 3:
        return c.take(n).decode("utf-8")
    if major == 4:
        return [_value(c, depth + 1) for _ in range(n)]
    if major == 5:
        members, last = {}, None
        for _ in range(n):
            name = _value(c, depth + 1)
            key = (len(name.encode()), name.encode()) if isinstance(name, str) else None
            if key is None or (last is not None and last >= key):
                raise Damaged(f"the map's key {name!r} is not a text, or out of order")
            members[name], last = _value(c, depth + 1), key
        return members
    if major == 6 and n == 42:
        link = _value(c, depth + 1)
        if not isinstance(link, bytes) or link[:1] != b"\0":
            raise Damaged("a link that is not one")
        return Cid.check(link[1:])
    if major == 7 and n in (20, 21, 22):
        return {20: False, 21: True, 22: None}[n]
    raise Damaged(f"a value that strict DAG-CBOR does not have (major type {major}, {n})")


def decode(data):
    """Decodes bytes that are exactly one value."""
    c = Cursor(data)
    value = _value(c, 0)
    c.done()
    return value
