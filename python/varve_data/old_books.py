"""Numbers, errors and styles of the cells of .xls and .xlsb, of which calamine gives less.

[MS-XLS] and [MS-XLSB] describe the records, [MS-CFB] the container of an .xls.
"""
import re
import struct
import zipfile
from typing import Iterator

ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A", 43: "#GETTING_DATA"}
Cell = tuple[int, int, int, float | str]  # row, column, style; a number, or the text of an error
Records = Iterator[tuple[int, bytes]]


class Book:
    """formats: the codes of those that the file defines; styles: the format of each; mac: days are counted from 1904."""

    def __init__(self) -> None:
        self.formats: dict[str, str] = {}
        self.styles: list[str] = []
        self.mac = False

    def cells(self, sheet: str) -> Iterator[Cell]:
        """Of its numbers and errors, in no order that could be relied on."""
        raise NotImplementedError


def _u16(b: bytes, at: int) -> int:
    return int.from_bytes(b[at : at + 2], "little")


def _u32(b: bytes, at: int) -> int:
    return int.from_bytes(b[at : at + 4], "little")


def _double(b: bytes, at: int) -> float:
    return float(struct.unpack_from("<d", b, at)[0])


def _rk(v: int) -> float:
    """A number in 30 bits."""
    whole = (v - (1 << 32) if v >> 31 else v) >> 2
    number = float(whole) if v & 2 else _double(struct.pack("<Q", (v & ~3) << 32), 0)
    return number / 100 if v & 1 else number


# --- .xls


def _chain(table: list[int], at: int) -> Iterator[int]:
    for _ in table:
        if at >= len(table):
            return
        yield at
        at = table[at]


def _stream(data: bytes) -> bytes:
    """The workbook inside of a compound file."""
    size = 1 << _u16(data, 30)
    block = lambda at: data[(at + 1) * size : (at + 2) * size]  # noqa: E731
    ids, more = [_u32(data, 76 + 4 * i) for i in range(109)], _u32(data, 68)
    for _ in range(min(_u32(data, 72), len(data) // size)):
        part = block(more)
        ids += [_u32(part, i) for i in range(0, size - 4, 4)]
        more = _u32(part, size - 4)
    table = [_u32(block(i), k) for i in ids if i < 0xFFFFFFFA for k in range(0, size, 4)]
    whole = lambda at: b"".join(map(block, _chain(table, at)))  # noqa: E731
    folder = whole(_u32(data, 48))
    entries = [folder[i : i + 128] for i in range(0, len(folder), 128)]
    small = whole(_u32(entries[0], 116))
    for e in entries:
        if e[: max(_u16(e, 64) - 2, 0)].decode("utf-16-le", "replace").lower() in ("workbook", "book"):
            length = _u32(e, 120)
            if length >= _u32(data, 56):
                return whole(_u32(e, 116))[:length]
            places = whole(_u32(data, 60))
            part = [_u32(places, i) for i in range(0, len(places), 4)]
            return b"".join(small[i * 64 : i * 64 + 64] for i in _chain(part, _u32(e, 116)))[:length]
    return b""


def _xls_records(data: bytes, at: int) -> Records:
    """Those of a part of the workbook, without what is embedded in it."""
    depth = 0
    while at + 4 <= len(data):
        kind, length = _u16(data, at), _u16(data, at + 2)
        depth += (kind == 0x809) - (kind == 0x0A)
        if depth == 1:
            yield kind, data[at + 4 : at + 4 + length]
        if depth <= 0:
            return
        at += 4 + length


class Xls(Book):
    def __init__(self, data: bytes):
        super().__init__()
        self.data, self.starts = _stream(data), {}
        wide = _u16(self.data, 4) >= 0x600  # Excel 97; before it texts are bytes
        for kind, b in _xls_records(self.data, 0):
            if kind == 0x85:
                name = b[8:].decode("utf-16-le" if b[7] & 1 else "latin-1", "replace") if wide else b[7:].decode("latin-1")
                self.starts[name] = _u32(b, 0)
            elif kind == 0x22:
                self.mac = _u16(b, 0) == 1
            elif kind == 0x41E:
                self.formats[str(_u16(b, 0))] = b[5:].decode("utf-16-le" if b[4] & 1 else "latin-1", "replace") if wide else b[3:].decode("latin-1")
            elif kind == 0xE0:
                self.styles.append(str(_u16(b, 2)))

    def cells(self, sheet: str) -> Iterator[Cell]:
        if sheet not in self.starts:
            return
        for kind, b in _xls_records(self.data, self.starts[sheet]):
            if kind not in (0x203, 0x27E, 0xBD, 0x06, 0x205):
                continue
            row, column, style = struct.unpack_from("<HHH", b)
            if kind == 0x203:
                yield row, column, style, _double(b, 6)
            elif kind == 0x27E:
                yield row, column, style, _rk(_u32(b, 6))
            elif kind == 0xBD:
                for i in range((len(b) - 6) // 6):
                    yield row, column + i, _u16(b, 4 + 6 * i), _rk(_u32(b, 6 + 6 * i))
            elif kind == 0x205 and b[7]:
                yield row, column, style, ERRORS.get(b[6], "")
            elif kind == 0x06 and b[12:14] != b"\xff\xff":
                yield row, column, style, _double(b, 6)
            elif kind == 0x06 and b[6] == 2:
                yield row, column, style, ERRORS.get(b[8], "")


# --- .xlsb


def _xlsb_records(b: bytes) -> Records:
    at = 0
    while at < len(b):
        kind, at = b[at], at + 1
        if kind & 0x80:
            kind, at = (kind & 0x7F) | b[at] << 7, at + 1
        length = shift = 0
        while True:
            length, shift, at = length | (b[at] & 0x7F) << shift, shift + 7, at + 1
            if b[at - 1] < 0x80:
                break
        yield kind, b[at : at + length]
        at += length


def _wide(b: bytes, at: int) -> tuple[str, int]:
    """A text and where it ends."""
    end = at + 4 + 2 * _u32(b, at)
    return b[at + 4 : end].decode("utf-16-le", "replace"), end


class Xlsb(Book):
    def __init__(self, book: zipfile.ZipFile):
        super().__init__()
        self.book, self.parts = book, {}
        inside = False
        rels = book.read("xl/_rels/workbook.bin.rels").decode("utf-8", "replace")
        found = {i[1]: t[1] for r in re.findall(r"<Relationship\b[^>]*>", rels) if (i := re.search(r'\bId="([^"]*)"', r)) and (t := re.search(r'\bTarget="([^"]*)"', r))}
        for kind, b in _xlsb_records(book.read("xl/workbook.bin")):
            if kind == 153:
                self.mac = bool(b[0] & 1)
            elif kind == 156:
                link, end = _wide(b, 8)
                self.parts[_wide(b, end)[0]] = ("xl/" + found.get(link, "")).replace("xl//xl/", "xl/")
        for kind, b in _xlsb_records(book.read("xl/styles.bin") if "xl/styles.bin" in book.NameToInfo else b""):
            inside = kind == 617 or inside and kind != 618  # the formats of cells
            if kind == 44:
                self.formats[str(_u16(b, 0))] = _wide(b, 2)[0]
            elif kind == 47 and inside:
                self.styles.append(str(_u16(b, 2)))

    def cells(self, sheet: str) -> Iterator[Cell]:
        row = 0
        for kind, b in _xlsb_records(self.book.read(self.parts[sheet]) if self.parts.get(sheet) in self.book.NameToInfo else b""):
            if kind == 0:
                row = _u32(b, 0)
            elif 12 <= kind <= 18:
                raise ValueError("the workbook has cells in a short form that calamine leaves out: save it in a spreadsheet program")
            elif kind in (2, 3, 5, 9, 11):
                value = _rk(_u32(b, 8)) if kind == 2 else _double(b, 8) if kind in (5, 9) else ERRORS.get(b[8], "")
                yield row, _u32(b, 0), _u32(b, 4) & 0xFFFFFF, value


def opened(path: str) -> Book | None:
    """None: it is neither."""
    if zipfile.is_zipfile(path):
        book = zipfile.ZipFile(path)
        return Xlsb(book) if "xl/workbook.bin" in book.NameToInfo else None
    with open(path, "rb") as f:
        data = f.read()
    return Xls(data) if data[:4] == b"\xd0\xcf\x11\xe0" else None
