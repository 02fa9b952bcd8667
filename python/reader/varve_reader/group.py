"""Decodes row groups: the cells of consecutive rows, stored column by column (store.md, "Row group")."""
import datetime
import struct
from itertools import accumulate

from .cbor import Cursor
from .errors import Damaged

M64, SIGN = 2 ** 64 - 1, 2 ** 63
CONST, DICT, TEXT, INTEGER, DECIMAL, DATE, DATETIME = range(7)
EPOCH = datetime.date(1970, 1, 1).toordinal()


class Literal(bytes):
    """A cell that is a JSON value other than a string, as the file spells it."""


NULL = Literal(b"null")


def signed(n):
    """Converts an unsigned 64-bit number to a signed one."""
    n &= M64
    return n - 2 ** 64 if n >= SIGN else n


def _slices(c, lengths):
    data, at, out = c.take(sum(lengths)), 0, []
    for n in lengths:
        out.append(data[at:at + n])
        at += n
    return out


def spell(encoding, form, scale, n):
    """Returns the text of a number, date or datetime, in this encoding, form and scale."""
    if encoding == INTEGER:
        return b"%d" % n
    if encoding == DECIMAL:
        whole, part = divmod(abs(n), 10 ** scale)
        digits = b"%0*d" % (scale, part)
        if form:
            digits = digits.rstrip(b"0") or (b"0" if form == 2 else b"")
        return b"-" * (n < 0) + b"%d" % whole + b"." * bool(digits) + digits
    if encoding == DATE:
        return datetime.date.fromordinal(n + EPOCH).isoformat().encode()
    seconds, part = divmod(n, 10 ** scale)
    day, second = divmod(seconds, 86400)
    return b"%s%s%02d:%02d:%02d%s%s" % (
        datetime.date.fromordinal(day + EPOCH).isoformat().encode(), b" " if form & 1 else b"T", second // 3600,
        second // 60 % 60, second % 60, b".%0*d" % (scale, part) if scale else b"", b"Z" if form & 2 else b"")


class Numbers:
    """The header of a column of numbers."""

    def __init__(self, c, encoding):
        flags = c.byte()
        self.flags, self.empties, self.deltas, self.form = flags, flags & 1, flags >> 1 & 1, flags >> 2
        self.scale = c.byte() if encoding in (DECIMAL, DATETIME) else 0
        self.width, self.base = c.byte(), c.zigzag()
        if self.width > 8 or self.scale > 18:
            raise Damaged("a number's width or scale is out of range")


def numbers(c, n, head):
    """Reads n values; None for an empty cell."""
    empty = c.take(n) if head.empties else bytes(n)
    if any(e > 1 for e in empty):
        raise Damaged("a column with other marks of empty cells than there are")
    m = n - sum(empty)
    buffer = bytearray(8 * m)
    for i in range(head.width):
        buffer[i::8] = c.take(m)
    values = struct.unpack("<%dQ" % m, buffer)
    if head.deltas:
        values = accumulate((v >> 1 ^ -(v & 1) for v in values[1:]), initial=head.base) if m else []
        values = map(signed, values)
    else:
        values = [signed(v + head.base) for v in values]
    values = iter(values)
    return [None if e else next(values) for e in empty]


def dictionary(c, n):
    """Reads the n texts of a column with a dictionary. Returns these texts, and the dictionary."""
    texts = _slices(c, [c.varint() for _ in range(c.varint(255))])
    return [texts[i] for i in c.take(n)], texts


def values(c, encoding, n):
    """Reads the n texts of a column in this encoding."""
    if encoding == CONST:
        return [c.take(c.varint())] * n
    if encoding == DICT:
        return dictionary(c, n)[0]
    if encoding == TEXT:
        form = c.byte()
        if form == 0:
            lengths = [c.varint()] * n
        else:
            lengths = list(c.take(n)) if form == 1 else [c.varint() for _ in range(n)]
        return _slices(c, lengths)
    if encoding > DATETIME:
        raise Damaged(f"a column in encoding {encoding}")
    head = Numbers(c, encoding)
    return [b"" if v is None else spell(encoding, head.form, head.scale, v) for v in numbers(c, n, head)]


def states(c, first, rows):
    """Reads the state of each cell, as a list; or, if all cells have the same state, this state."""
    kind = first >> 4
    if kind == 0:
        return 0
    if kind == 1:
        return c.byte()
    if kind != 2:
        raise Damaged("a column with other states than there are")
    packed = c.take((rows + 3) // 4)
    return [packed[i >> 2] >> 2 * (i & 3) & 3 for i in range(rows)]


def column(data, rows):
    """Returns the cells of a column: bytes for a text, None for an absent cell, a Literal for any other JSON value."""
    c = Cursor(data)
    first = c.byte()
    state = states(c, first, rows)
    if isinstance(state, int):
        state = [state] * rows
    texts = iter(values(c, first & 15, sum(s in (0, 3) for s in state)))
    c.done()
    return [next(texts) if s == 0 else None if s == 1 else NULL if s == 2 else Literal(next(texts)) for s in state]


def split(block):
    """Returns the number of rows of a row group, and the bytes of each column."""
    c = Cursor(block)
    if c.take(4) != b"vvg\x01":
        raise Damaged("not a row group")
    rows, count = c.varint(1 << 20), c.varint(16384)
    if rows == 0 or (rows > 1 and rows * count > 1 << 20):
        raise Damaged(f"a row group of {rows} rows and {count} columns")
    parts = _slices(c, [c.varint() for _ in range(count)])
    c.done()
    return rows, parts


def cells(block):
    """Returns the number of rows of a row group, and a list of cells for each column that it stores."""
    rows, parts = split(block)
    return rows, [column(p, rows) for p in parts]
