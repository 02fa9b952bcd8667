"""Applies row edits: a row group that is stored as changes of another row group, its base (store.md, "Row edits")."""
from . import group
from .cbor import Cursor
from .errors import Damaged


def uleb(n):
    """Encodes a number as a varint."""
    out = bytearray()
    while n > 127:
        out.append(n & 127 | 128)
        n >>= 7
    out.append(n)
    return bytes(out)


def _zigzag(n):
    return 2 * n if n >= 0 else -2 * n - 1


def _places(c):
    """Reads the places of the edits: for each, the numbers of kept, removed and added rows."""
    return [(c.varint(1 << 20), c.varint(1 << 20), c.varint(1 << 20)) for _ in range(c.varint(1 << 20))]


def _modes(c):
    modes, at = {}, 0
    for _ in range(c.varint(16384)):
        at += c.varint(16384)
        modes[at] = c.byte()
        at += 1
    return modes


def _merge(base, places, told):
    """Returns the column's values after the edits. told: row -> value, for added rows and changed cells."""
    out, at = [], 0
    for kept, gone, new in places:
        out += base[at:at + kept] + [None] * new
        at += kept + gone
    out += base[at:]
    for row, value in told.items():
        out[row] = value
    return out


def _new_rows(places):
    """Returns the numbers of the added rows in the result."""
    rows, at = [], 0
    for kept, _, new in places:
        at += kept
        rows += range(at, at + new)
        at += new
    return rows


def _texts(values):
    lengths = [len(v) for v in values]
    if len(set(lengths)) == 1:
        head = b"\0" + uleb(lengths[0])
    elif max(lengths) <= 255:
        head = b"\1" + bytes(lengths)
    else:
        head = b"\2" + b"".join(map(uleb, lengths))
    return head + b"".join(values)


def _dict(values):
    numbers = {}
    for v in values:
        numbers.setdefault(v, len(numbers))
    return uleb(len(numbers)) + b"".join(uleb(len(t)) for t in numbers) + b"".join(numbers) + \
        bytes(numbers[v] for v in values)


def _numbers(values, head, scale):
    there, base = [v for v in values if v is not None], head.base
    if head.deltas:
        base = there[0] if there else base
        deltas = [_zigzag(group.signed(v - before)) for before, v in zip([base] + there, there)]
    else:
        deltas = [v - base & group.M64 for v in there]
    whole = b"".join(d.to_bytes(8, "little") for d in deltas)
    return bytes((head.flags,)) + scale + bytes((head.width,)) + uleb(_zigzag(base)) + \
        bytes(v is None for v in values if head.empties) + b"".join(whole[i::8] for i in range(head.width))


def _told_numbers(c, head, kept, rows):
    """Reads the values of these rows; with head.deltas, as differences from the previous row. Returns row -> value."""
    told, before = {}, None
    for row, value in enumerate(kept):
        if row in rows:
            if head.empties and c.byte():
                value = None
            elif head.deltas:
                value = group.signed(c.zigzag() + (head.base if before is None else before))
            else:
                value = group.signed(int.from_bytes(c.take(head.width), "little") + head.base)
            told[row] = value
        before = value
    return told


def _changed_rows(c, count):
    rows, at = [], 0
    for _ in range(c.varint(count)):
        at += c.varint(count)
        rows.append(at)
    return rows


def _column(c, mode, data, rows, count, places):
    """Makes one column of the result."""
    if mode & 1:
        return c.take(c.varint(1 << 20))
    own = Cursor(data)
    first = own.byte()
    if first >> 4 == 2:
        raise Damaged("edits of a column whose cells have different states")
    if first >> 4 == 1:
        own.byte()
    front, encoding = data[:own.at], first & 15
    told_rows = sorted(_new_rows(places) + (_changed_rows(c, count) if mode & 2 else []))
    if encoding == group.CONST:
        return data
    if encoding >= group.INTEGER:
        head = group.Numbers(own, encoding)
        base, scale = group.numbers(own, rows, head), bytes((head.scale,))
        head = group.Numbers(c, group.INTEGER) if mode & 4 else head
        told = _told_numbers(c, head, _merge(base, places, {}), set(told_rows))
        scale = scale if encoding in (group.DECIMAL, group.DATETIME) else b""
        return front + _numbers(_merge(base, places, told), head, scale)
    if encoding == group.DICT:
        base, texts = group.dictionary(own, rows)
        told = {}
        for row in told_rows:
            n = c.byte()
            told[row] = c.take(c.varint(1 << 20)) if n == 255 else texts[n]
        return front + _dict(_merge(base, places, told))
    base = group.values(own, encoding, rows)
    return front + _texts(_merge(base, places, {row: c.take(c.varint(1 << 20)) for row in told_rows}))


def apply(base, stored):
    """Applies the edits `stored` to the row group `base`, and returns the new row group."""
    rows, columns = group.split(base)
    c = Cursor(stored)
    places = _places(c)
    count = rows + sum(p[2] - p[1] for p in places)
    if not 0 < count <= 1 << 20 or sum(p[0] + p[1] for p in places) > rows:
        raise Damaged("edits that do not fit their base")
    modes = _modes(c)
    out = []
    for i, data in enumerate(columns):
        mode = modes.pop(i, 0)
        out.append(_column(c, mode, data, rows, count, places) if mode or places else data)
    c.done()
    if modes:
        raise Damaged("edits of columns that there are not")
    return b"vvg\x01" + uleb(count) + uleb(len(out)) + b"".join(uleb(len(d)) for d in out) + b"".join(out)
