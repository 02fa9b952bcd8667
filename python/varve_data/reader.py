"""Readers of documents that hold tables: python3 -m varve_data.reader list FILE, read FILE TABLE, write FILE [parquet], merge BASE OURS THEIRS [SIDE], and kinds.

list prints a line of JSON for each table: {"name": "Prices", "rows": 12, "grid": true, "types": false}. grid: the columns are a
sheet's (A, B, C ...), and which row is the header is for varve to find. types false: what the text of a column looks like is its
type. A first line, {"uses": {FILE: TIME}}, has the reader's own files: varve keeps rows until one of them
changes. read writes an Arrow IPC stream. write prints a workbook of the tables in FILE: for each a line of JSON, {"name": "prices.csv",
"changes": false}, and an Arrow IPC stream with numbers as decimals; with changes the rows that differ, as varve diff --format arrow has them. write FILE parquet prints a Parquet file of the first table. merge prints a line, {"cells": 2, "conflicts": 0, "words": "", "stale": 0} or {"refused": "..."},
and the merged workbook, in which conflicts have the value of the side that is named (book_merge.py). kinds prints a line for each kind: {"kind": "parquet", "missing": null or packages}. Exit
codes: 0; 1: the file cannot be read; 2: usage; 3: a library is missing.

docs/use/documents.md says how varve runs a reader, and how to write one.
"""
import array
import datetime
import decimal
import io
import json
import os
import re
import sys
import threading
import zipfile
from typing import Any, Callable, Iterable, Iterator

ROWS = 10_000  # of a batch
HEADER = 64
PIECE = 1 << 20
ODS_REPEATED = 10_000  # of a cell that a document has once
SHEETS = 5_000  # and their formulas: what varve lists of a document

Batches = tuple[Any, Iterator[Any]]  # a schema, and record batches of it


class Missing(Exception):
    """A library that a kind needs is not installed."""


def _arrow() -> Any:
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # NumPy's other threads would spin for a tenth of a second
    try:
        import pyarrow
    except ImportError:
        raise Missing("pyarrow") from None
    return pyarrow


# --- workbooks ---------------------------------------------------------------

FORMULAS = "/formulas"  # after a sheet's name: its formulas, as a table. No sheet has a '/' in its name.
TYPES = "/types"  # likewise: its cells whose type the text does not show
# A cell, with its attributes and content, or the beginning of a row with its attributes.
CELL = re.compile(rb'<(?:c\b([^>]*?)(?:/>|>(.*?)</c>)|row\b([^>]*)>)', re.S)
PLACE = re.compile(rb'\br="([A-Z]+)(\d+)"')
ROW = re.compile(rb'\br="(\d+)"')
STYLE = re.compile(rb'\bs="(\d+)"')
KIND = re.compile(rb'\bt="(\w+)"')
TEXT = re.compile(rb'<t\b[^>]*>([^<]*)</')
INLINE = re.compile(rb't="(?:inlineStr|str)"[^>]*>(?:<f\b[^>]*>[^<]*</f>)?<(?:is><t|v)\b[^>]*>\s*[+-]?\.?\d')
SHARED = re.compile(rb't="s"[^>]*><v>(\d+)</v>')
LONG = re.compile(rb'<v>-?\d{16,}</')  # integers that a double may not hold
LIKE_A_NUMBER = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*", re.I)
FORMULA = re.compile(rb'<f\b([^>]*?)(?:/>|>(.*?)</f>)', re.S)
VALUE = re.compile(rb'<v>([^<]*)</')


def _letters(column: int) -> str:
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def _number(letters: bytes) -> int:
    n = 0
    for c in letters:
        n = n * 26 + c - 64
    return n - 1


def _text(v: Any) -> str | None:
    """A cell as a person would write it into a CSV file."""
    if v is None or v == "":
        return None
    if isinstance(v, str):
        return v.replace("\0", "") if "\0" in v else v  # calamine leaves half of UTF-16 in old files
    if isinstance(v, bool):
        return "true" if v else "false"
    if isinstance(v, float):
        return str(int(v)) if v.is_integer() and abs(v) < 1e16 else repr(v)
    if isinstance(v, datetime.timedelta):
        seconds, rest = divmod(abs(v), datetime.timedelta(seconds=1))
        part = f".{rest.microseconds:06}".rstrip("0") if rest else ""
        return f"{'-' if v.days < 0 else ''}{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}{part}"
    if isinstance(v, (datetime.datetime, datetime.date, datetime.time)):
        return v.isoformat()
    return str(v)


def _texts(cells: tuple[Any, ...]) -> Any:
    """The same of a column. What Arrow spells as Python does is left to it: that takes a third of the time."""
    pa = _arrow()
    import pyarrow.compute as pc

    kinds = set(map(type, cells))
    if kinds == {str} and not any("\0" in c for c in cells):
        texts = pa.array(cells, pa.string())
        return pc.if_else(pc.equal(texts, ""), None, texts)
    if kinds == {datetime.date}:
        return pa.array(list(map(datetime.date.isoformat, cells)), pa.string())
    if kinds != {float}:
        return pa.array(list(map(_text, cells)), pa.string())
    numbers = pa.Array.from_buffers(pa.float64(), len(cells), [None, pa.py_buffer(array.array("d", cells))])
    sizes = pc.abs(numbers)
    most = pc.max(sizes)
    if most.as_py() < 1e15 and pc.all(pc.equal(pc.floor(numbers), numbers)).as_py():
        return numbers.cast(pa.int64()).cast(pa.string())
    if most.as_py() < 1e9 and not pc.any(pc.and_(pc.less(sizes, 1e-4), pc.not_equal(numbers, 0.0))).as_py():
        return pc.add(numbers, 0.0).cast(pa.string())  # no -0
    return pa.array(list(map(_text, cells)), pa.string())


def _root(book: zipfile.ZipFile, part: str) -> Any:
    """An XML file inside of a workbook, without its namespaces: strict workbooks have others."""
    from xml.etree import ElementTree

    root = ElementTree.fromstring(book.read(part) if part in book.NameToInfo else b"<none/>")
    for e in root.iter():
        e.tag = e.tag.split("}")[-1]
        for name in [n for n in e.attrib if n.endswith("}id")]:
            e.set("link", e.get(name, ""))
    return root


def _clean(code: str) -> str:
    """A number's format without its texts, colours and conditions; elapsed hours, minutes and seconds stay."""
    return re.sub(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', "", code.split(";")[0].lower())


def _unprefixed(xml: bytes) -> bytes:
    return re.sub(rb"<(/?)\w+:", rb"<\1", xml) if b":c " in xml or b":c>" in xml else xml


def _has_formula(xml: bytes) -> bool:
    return b"<f>" in xml or b"<f " in xml or b"<f/>" in xml


class _Xlsx:
    """What calamine does not give of an xlsx. Without one: no sheets."""

    def __init__(self, path: str):
        self.sheets: dict[str, str] = {}
        if not zipfile.is_zipfile(path):
            return
        self.book = zipfile.ZipFile(path)
        if "xl/workbook.xml" not in self.book.NameToInfo:
            return
        root = _root(self.book, "xl/workbook.xml")
        links = {r.get("Id"): r.get("Target", "") for r in _root(self.book, "xl/_rels/workbook.xml.rels")}
        self.sheets = {s.get("name", ""): ("xl/" + links.get(s.get("link"), "")).replace("xl//xl/", "xl/") for s in root.iter("sheet")}
        self.mac = any(p.get("date1904") in ("1", "true") for p in root.iter("workbookPr"))

    def pieces(self, sheet: str) -> Iterator[bytes]:
        """The XML of a sheet, cut at the ends of rows, without prefixes of namespaces."""
        part = self.sheets.get(sheet)
        if not part or part not in self.book.NameToInfo:
            return
        with self.book.open(part) as f:
            rest = b""
            while piece := f.read(PIECE):
                end = piece.rfind(b"row>") + 4
                if end > 3:
                    yield _unprefixed(rest + piece[:end])
                    rest = piece[end:]
                else:
                    rest += piece
            yield _unprefixed(rest)

    def like_numbers(self) -> set[bytes]:
        """The places of the texts that look like numbers among those that cells share."""
        texts = _root(self.book, "xl/sharedStrings.xml").iter("si") if self.sheets else ()
        return {b"%d" % i for i, si in enumerate(texts) if LIKE_A_NUMBER.fullmatch("".join(t.text or "" for t in si.iter("t")))}

    def clocks(self) -> list[str]:
        root = _root(self.book, "xl/styles.xml")
        return _clocks({f.get("numFmtId"): f.get("formatCode", "") for f in root.iter("numFmt")}, [x.get("numFmtId") for xs in root.iter("cellXfs") for x in xs])


def _clocks(formats: dict[str, str], styles: list[str]) -> list[str]:
    """Of each style: "date" if its format shows a day, month or year, "time" if only hours, minutes or seconds, else ""."""
    codes = {str(n): "d" for n in (*range(14, 18), 22, *range(27, 32), 36, *range(50, 59))} | {str(n): "s" for n in (*range(18, 22), 45, 47)}
    codes |= {n: _clean(code) for n, code in formats.items()}
    shown = [codes.get(n, "") for n in styles]
    return ["date" if re.search("[yd]", c) or "m" in c and not re.search("[hs]", c) else "time" if re.search("[hs]", c) else "" for c in shown]


def _cells(pieces: Iterable[bytes], wanted: Callable[[bytes], Any]) -> Iterator[tuple[int, int, bytes, bytes]]:
    """Row, column, attributes and content of each cell of the pieces that are wanted. A cell without a place follows the one before."""
    row, column = -1, -1
    for piece in pieces:
        if not wanted(piece) and PLACE.search(piece):
            continue
        for m in CELL.finditer(piece):
            if m[3] is not None:
                at = ROW.search(m[3])
                row, column = int(at[1]) - 1 if at else row + 1, -1
                continue
            place = PLACE.search(m[1])
            row, column = (int(place[2]) - 1, _number(place[1])) if place else (row, column + 1)
            yield row, column, m[1], m[2] or b""


def _texts_like_numbers(pieces: Iterable[bytes], like: set[bytes]) -> Iterator[tuple[int, int]]:
    """The cells that are texts, and look like numbers. like: the places of such texts among those that cells share."""
    import html

    def wanted(p: bytes) -> bool:
        return INLINE.search(p) is not None or bool(like) and not like.isdisjoint(SHARED.findall(p))

    for row, column, attributes, inside in _cells(pieces, wanted):
        kind, value = KIND.search(attributes), VALUE.search(inside)
        if not kind or kind[1] not in (b"s", b"str", b"inlineStr"):
            continue
        if kind[1] == b"s":
            found = value is not None and value[1] in like
        else:
            text = value[1] if value else b"".join(TEXT.findall(inside))
            found = LIKE_A_NUMBER.fullmatch(html.unescape(text.decode("utf-8", "replace"))) is not None
        if found:
            yield row, column


def _early(value: float, clock: str, mac: bool) -> str | None:
    """A day or time that calamine does not know, as LibreOffice shows it, or Excel the 60th day."""
    if clock == "time":
        return _text(datetime.timedelta(milliseconds=round(value * 86_400_000))) if value < 0 else None
    if not mac and 60 <= value < 61:
        rest = datetime.datetime(1900, 1, 1) + datetime.timedelta(milliseconds=round(value % 1 * 86_400_000))
        return "1900-02-29" + (f"T{rest.time().isoformat()}" if value % 1 else "")
    if value < 0 or mac and value < 1:
        day = datetime.datetime(1904, 1, 1) if mac else datetime.datetime(1899, 12, 30)
        return _text(day + datetime.timedelta(milliseconds=round(value * 86_400_000))).removesuffix("T00:00:00")
    return None


def _corrected(book: _Xlsx, sheet: str) -> tuple[dict[int, dict[int, str | int]], int]:
    """By row and column the cells that calamine gives as something else, and the number of formulas without a value."""
    clocks = book.clocks() if book.sheets else []
    cells: dict[int, dict[int, str | int]] = {}
    unsaved = 0

    styles = b"|".join(b"%d" % i for i, c in enumerate(clocks) if c)
    # days before 1900 or 1904, and the one that 1900 did not have
    early = re.compile(rb's="(?:' + styles + rb')"[^>]*>(?:<f\b.*?)?<v>(?:-|' + (b"0[.<]" if book.sheets and book.mac else b"60[.<]") + b")")

    days = [b"<v>-", b"<v>0" if book.sheets and book.mac else b"<v>60"]

    def wanted(p: bytes) -> bool:
        return b't="e"' in p or _has_formula(p) or (styles and any(d in p for d in days) and early.search(p) is not None) or LONG.search(p) is not None

    for row, column, attributes, inside in _cells(book.pieces(sheet), wanted):
        value, kind, style = VALUE.search(inside), KIND.search(attributes), STYLE.search(attributes)
        found: str | int | None = None
        if not value or not value[1]:
            unsaved += not (kind and kind[1] == b"str") and _has_formula(inside)
        elif kind and kind[1] == b"e":
            found = value[1].decode()
        elif not kind or kind[1] == b"n":
            clock = clocks[int(style[1])] if style and int(style[1]) < len(clocks) else ""
            found = _early(float(value[1]), clock, book.mac) if clock else int(value[1]) if LONG.search(inside) else None
        if found is not None:
            cells.setdefault(row, {})[column] = found
    return cells, unsaved


def _old_corrected(path: str, sheet: str) -> dict[int, dict[int, str | int]]:
    """The same of .xls and .xlsb, with numbers of formats that calamine takes for those of dates which they were."""
    from . import old_books

    cells: dict[int, dict[int, str | int]] = {}
    book = old_books.opened(path)
    clocks = _clocks(book.formats, book.styles) if book else []
    other = [n in book.formats and (27 <= int(n) <= 36 or 50 <= int(n) <= 58) for n in book.styles] if book else []
    for row, column, style, value in book.cells(sheet) if book else ():
        clock = clocks[style] if style < len(clocks) else ""
        found = value if isinstance(value, str) else _early(value, clock, book.mac) if clock else _text(value) if any(other[style : style + 1]) else None
        if found:
            cells.setdefault(row, {})[column] = found
    return cells


# --- OpenDocument: what calamine does not give of it

ODS_PART = re.compile(rb'<table:table\b[^>]*?\btable:name="([^"]*)"[^>]*>(.*?)</table:table>', re.S)
ODS_CELL = re.compile(rb"<(?:table:table-row\b([^>]*)>|table:(?:covered-)?table-cell\b([^>]*?)(?:/>|>(.*?)</table:(?:covered-)?table-cell>)|(/)table:table-row>)", re.S)
ODS_TIMES = re.compile(rb'\btable:number-(?:columns|rows)-repeated="(\d+)"')
ODS_ERROR = b'calcext:value-type="error"'
ODS_TIME = re.compile(rb'\boffice:time-value="(-?)P(?:(\d+)D)?T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:[.,](\d+))?S)?"')


def _ods_text(xml: bytes) -> str:
    """A cell's paragraphs."""
    import html

    def plain(p: bytes) -> str:
        p = re.sub(rb'<text:s\b(?:[^>]*?\btext:c="(\d+)")?[^>]*>', lambda m: b" " * int(m[1] or 1), p)
        p = re.sub(rb"<text:tab\b[^>]*>", b"\t", p)
        return html.unescape(re.sub(rb"<[^>]*>", b"", re.sub(rb"<text:line-break\b[^>]*>", b"\n", p)).decode("utf-8", "replace"))

    xml = re.sub(rb"<office:annotation\b.*?</office:annotation>", b"", xml, flags=re.S)
    return "\n".join(plain(p) for p in re.findall(rb"<text:p\b[^>]*>(.*?)</text:p>", xml, re.S))


def _ods_corrected(path: str, sheet: str) -> dict[int, dict[int, str | int]]:
    """Durations of a day and more or below zero, errors, tabs and line breaks."""
    import html

    if not zipfile.is_zipfile(path):
        return {}
    with zipfile.ZipFile(path) as z:
        xml = z.read("content.xml") if "content.xml" in z.NameToInfo else b""
    if not any(w in xml for w in (b"<text:tab", b"<text:line-break", b"office:time-value", ODS_ERROR)):
        return {}
    cells: dict[int, dict[int, str | int]] = {}
    for name, inside in ODS_PART.findall(xml):
        if html.unescape(name.decode("utf-8", "replace")) != sheet:
            continue
        row, column, rows = 0, 0, 1
        for m in ODS_CELL.finditer(inside):
            times = ODS_TIMES.search(m[1] or m[2] or b"")
            count, found = int(times[1]) if times else 1, None
            if m[1] is not None:
                column, rows = 0, count
                row += rows if m[1].endswith(b"/") else 0
                continue
            if m[4]:
                row += rows
                continue
            time = ODS_TIME.search(m[2])
            if time:
                days, hours, minutes, seconds = (int(time[i] or 0) for i in range(2, 6))
                span = datetime.timedelta(days=days, hours=hours, minutes=minutes, seconds=float(b"%d.%s" % (seconds, time[6] or b"0")))
                if time[1] or span.days:
                    found = _text(-span if time[1] else span)
            elif m[3] and (ODS_ERROR in m[2] or b"<text:tab" in m[3] or b"<text:line-break" in m[3]):
                found = _ods_text(m[3])
            if found is not None:
                for r in range(row, row + min(rows, ODS_REPEATED)):
                    cells.setdefault(r, {}).update(dict.fromkeys(range(column, column + min(count, ODS_REPEATED)), found))
            column += count
    return cells


def _workbook(path: str) -> Any:
    try:
        import python_calamine
    except ImportError:
        raise Missing("python-calamine") from None
    with open(path, "rb") as f:
        try:
            return python_calamine.CalamineWorkbook.from_filelike(f)
        except python_calamine.CalamineError as e:
            if "detect file format" not in str(e):
                raise
            raise ValueError("the workbook is damaged, encrypted or larger than calamine reads") from None


def _list_workbook(path: str) -> Iterator[dict[str, Any]]:
    book = _workbook(path)
    sheets = book.sheets_metadata
    if len(sheets) > SHEETS:
        raise ValueError(f"the workbook has {len(sheets):,} sheets, more than {SHEETS:,}")
    inside = _Xlsx(path)
    like = inside.like_numbers()
    for s in sheets:
        if "WorkSheet" not in str(s.typ):
            continue
        yield {"name": s.name, "grid": True, "types": False}
        formulas = odd = False
        for p in inside.pieces(s.name):
            formulas = formulas or _has_formula(p)
            odd = odd or next(_texts_like_numbers([p], like), None) is not None
            if formulas and odd:
                break
        for kind in [FORMULAS] * formulas + [TYPES] * odd:
            yield {"name": s.name + kind, "types": True, "key": ["cell"], "beside": True}


def _pairs(first: str, second: str, found: list[tuple[str, str]]) -> Batches:
    """A table of two columns."""
    pa = _arrow()
    table = pa.table({first: pa.array([a for a, _ in found], pa.string()), second: pa.array([b for _, b in found], pa.string())})
    return table.schema, iter(table.to_batches(ROWS))


def _formulas(path: str, sheet: str) -> Batches:
    import html

    found: list[tuple[str, str]] = []
    shared: dict[bytes, str] = {}
    for row, column, _, inside in _cells(_Xlsx(path).pieces(sheet), _has_formula):
        f = FORMULA.search(inside)
        if not f:
            continue
        place = f"{_letters(column)}{row + 1}"
        text = html.unescape((f[2] or b"").decode("utf-8", "replace"))
        same = re.search(rb'\bsi="(\d+)"', f[1])
        if same and text:
            shared[same[1]] = place
        found.append((place, "as " + shared.get(same[1], "another cell") if same and not text else "=" + text))
    return _pairs("cell", "formula", found)


def _note(text: str) -> None:
    """What a person should know of rows that can be read."""
    print("note: " + text, file=sys.stderr)


def _is_text_number(v: Any) -> bool:
    return isinstance(v, str) and LIKE_A_NUMBER.fullmatch(v) is not None


def _types(path: str, name: str) -> Batches:
    """Numbers stored as text below the first cell of a column: each beside other numbers, else the column by the text of that cell."""
    sheet = _workbook(path).get_sheet_by_name(name)
    top, left = sheet.start or (0, 0)
    cells: list[tuple[str, str]] = []
    columns: list[tuple[str, str]] = []
    for c, values in enumerate(zip(*sheet.to_python(skip_empty_area=True))):
        head = next((r for r, v in enumerate(values) if v != ""), 0)
        found = [r for r, v in enumerate(values) if r > head and _is_text_number(v)]
        if found and any(type(v) in (int, float) for v in values[head + 1 :]):
            cells += [(f"{_letters(left + c)}{top + r + 1}", "text") for r in found]
        elif found:
            columns.append((_text(values[head]) or "", "text column"))
    return _pairs("cell", "type", columns + cells)


def _read_workbook(path: str, name: str) -> Batches:
    if name.endswith(FORMULAS):
        return _formulas(path, name[: -len(FORMULAS)])
    if name.endswith(TYPES):
        return _types(path, name[: -len(TYPES)])
    inside = _Xlsx(path)
    pa = _arrow()
    cells: dict[int, dict[int, str | int]] = {}
    failed: list[Exception] = []

    def correct() -> None:
        try:
            found, unsaved = _corrected(inside, name) if inside.sheets else (_ods_corrected(path, name) or _old_corrected(path, name), 0)
            cells.update(found)
            if unsaved:
                _note(f"{unsaved:,} formula{'s have' if unsaved > 1 else ' has'} no stored value: open and save the workbook in a spreadsheet program")
        except Exception as e:
            failed.append(e)

    beside = threading.Thread(target=correct)  # calamine leaves the lock of Python
    beside.start()
    sheet = _workbook(path).get_sheet_by_name(name)
    beside.join()
    if failed:
        raise failed[0]
    left = (sheet.start or (0, 0))[1]
    width = left + sheet.width
    schema = pa.schema([(_letters(c), pa.string()) for c in range(max(width, 1))])
    mixed: dict[str, int] = {}

    def rows() -> Iterator[list[Any]]:
        for at, row in enumerate(sheet.iter_rows()):  # from the first row, but the first column that has cells
            row = [""] * left + row
            for column, text in cells.get(at, {}).items():
                if column < width:
                    row[column] = text
            yield row

    def batches() -> Iterator[Any]:
        from itertools import islice

        count, some = HEADER, rows()  # the texts of a header by themselves, so that columns of numbers follow
        while part := list(islice(some, count)):
            columns = list(zip(*part))
            for i, c in enumerate(columns):
                n = sum(map(_is_text_number, c)) if {float, str} <= set(map(type, c)) else 0
                n -= count == HEADER and n > 0 and _is_text_number(next(v for v in c if v != ""))  # a year as header
                mixed[_letters(i)] = mixed.get(_letters(i), 0) + n
            yield pa.record_batch([_texts(c) for c in columns], schema=schema)
            count = ROWS
        for column, n in mixed.items():
            if n:
                _note(f"column {column} has numbers, and {n:,} number{'s' if n > 1 else ''} stored as text")

    return schema, batches() if width else iter(())


# --- Arrow's kinds -----------------------------------------------------------


def _is_bytes(t: Any) -> bool:
    pa = _arrow()
    return any(is_it(t) for is_it in (pa.types.is_binary, pa.types.is_large_binary, pa.types.is_fixed_size_binary, pa.types.is_binary_view))


def _is_deep(t: Any) -> bool:
    """Has it maps, unions, or bytes inside of lists and structs, which a table cannot have?"""
    pa = _arrow()
    inside = [t.field(i).type for i in range(t.num_fields)]
    return pa.types.is_map(t) or pa.types.is_union(t) or any(_is_bytes(i) or _is_deep(i) for i in inside)


def _shown(t: Any) -> Any:
    """The type that a column's cells have in a table."""
    pa = _arrow()
    t = t.storage_type if isinstance(t, pa.BaseExtensionType) else t
    of = t.value_type if pa.types.is_dictionary(t) else t
    return pa.string() if _is_bytes(of) or _is_deep(of) else t


def _plain(v: Any) -> str:
    import base64

    if isinstance(v, datetime.timedelta):
        seconds, rest = divmod(abs(v), datetime.timedelta(seconds=1))
        return f"{'-' if v.days < 0 else ''}PT{seconds}{f'.{rest.microseconds:06}'.rstrip('0') if rest else ''}S"
    return base64.b64encode(v).decode() if isinstance(v, bytes) else v.isoformat() if hasattr(v, "isoformat") else str(v)


def _finite(v: Any) -> Any:
    """The same with NaN and infinities, which JSON has not, as the texts that cells have."""
    if isinstance(v, float) and v - v != 0:
        return "NaN" if v != v else "INF" if v > 0 else "-INF"
    return [_finite(i) for i in v] if isinstance(v, (list, tuple)) else {k: _finite(i) for k, i in v.items()} if isinstance(v, dict) else v


def _flat(batch: Any, schema: Any) -> Any:
    """Bytes as base64, and what is deep as JSON."""
    pa = _arrow()
    columns = []
    for column, field in zip(batch.columns, schema):
        column = column.storage if isinstance(column, pa.ExtensionArray) else column
        if column.type != field.type:
            column = pa.array([None if v is None else _plain(v) if isinstance(v, bytes) else json.dumps(_finite(v), default=_plain, ensure_ascii=False, separators=(",", ":"))
                               for v in column.to_pylist()], pa.string())
        columns.append(column)
    return pa.record_batch(columns, schema=schema)


def _as_text(schema: Any) -> Any:
    return _arrow().schema([f.with_type(_shown(f.type)).remove_metadata() for f in schema])


def _one(path: str) -> Iterator[dict[str, Any]]:
    yield {"name": "data", "types": True}


def _read_parquet(path: str, name: str) -> Batches:
    _arrow()
    import pyarrow.parquet

    file = pyarrow.parquet.ParquetFile(path, pre_buffer=False)
    schema = _as_text(file.schema_arrow)
    return schema, (_flat(b, schema) for b in file.iter_batches(batch_size=65536, use_threads=False))


def _read_feather(path: str, name: str) -> Batches:
    pa = _arrow()
    import pyarrow.feather

    with open(path, "rb") as f:
        head = f.read(6)
    if head == b"ARROW1":
        file = pa.ipc.open_file(path)
        batches: Iterable[Any] = (file.get_batch(i) for i in range(file.num_record_batches))
        found = file.schema
    elif head[:4] == b"FEA1":
        table = pyarrow.feather.read_table(path, memory_map=False)
        batches, found = table.to_batches(65536), table.schema
    else:
        stream = pa.ipc.open_stream(path)
        batches, found = stream, stream.schema
    schema = _as_text(found)
    return schema, (_flat(b, schema) for b in batches)


# --- SQLite ------------------------------------------------------------------


def _database(path: str) -> Any:
    import sqlite3
    from urllib.parse import quote

    db = sqlite3.connect(f"file:{quote(path)}?mode=ro&immutable=1", uri=True)
    db.text_factory = lambda b: b.decode("utf-8", "surrogateescape")
    return db


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _odd_types(db: Any, name: str) -> str:
    """The query of a table's cells whose type their text does not show: row, column, type."""
    columns = db.execute("select name, type, pk from pragma_table_xinfo(?) where hidden <> 1", (name,)).fetchall()
    key = [c for c, _, pk in sorted(columns, key=lambda c: c[2]) if pk]
    row = " || ',' || ".join(map(_quoted, key)) or "_rowid_"
    parts = []
    for column, kind, _ in columns:
        c, kind = _quoted(column), kind.upper()
        text = "1" if "BLOB" in kind else "0" if any(w in kind for w in ("CHAR", "CLOB", "TEXT")) else f"{c} glob '*[0-9]*' and like_a_number(cast({c} as blob))"
        blob = "null" if "BLOB" in kind else "'blob'"
        parts.append(f"select {row} as row, '{column.replace(chr(39), chr(39) * 2)}' as column, case typeof({c}) when 'blob' then {blob}"
                     f" when 'text' then case when {c} = '' then 'empty text' when {text} then 'text' end end as type from {_quoted(name)} where typeof({c}) in ('text', 'blob')")
    db.create_function("like_a_number", 1, lambda t: LIKE_A_NUMBER.fullmatch(t.decode("utf-8", "replace")) is not None)
    return f"select * from ({' union all '.join(parts)}) where type is not null"


def _tables(db: Any) -> dict[str, str]:
    """Its tables and views, and whether each is one. None that needs what this SQLite has not: a module, a function."""
    import sqlite3

    found = {}
    for name, kind in db.execute("select name, type from pragma_table_list where schema = 'main' and type in ('table', 'view', 'virtual') order by name").fetchall():
        try:
            if not name.lower().startswith("sqlite_"):
                db.execute(f"select * from {_quoted(name)} limit 0")
                found[name] = kind
        except sqlite3.OperationalError:
            if kind == "table":
                raise
    return found


def _list_sqlite(path: str) -> Iterator[dict[str, Any]]:
    db = _database(path)
    names = _tables(db)
    for name, kind in names.items():
        key = [c for c, in db.execute("select name from pragma_table_info(?) where pk > 0 order by pk", (name,))]
        yield {"name": name, "types": False, **({"key": key} if key else {})}
        if kind == "table" and name + TYPES not in names and db.execute(_odd_types(db, name) + " limit 1").fetchone():
            yield {"name": name + TYPES, "types": True, "key": ["row", "column"], "beside": True}


def _read_sqlite(path: str, name: str) -> Batches:
    import base64

    pa = _arrow()
    db = _database(path)
    beside = name.endswith(TYPES) and name not in _tables(db)
    rows = db.execute(_odd_types(db, name[: -len(TYPES)]) if beside else f"select * from {_quoted(name)}")
    if os.path.exists(path + "-wal") and os.path.getsize(path + "-wal"):
        _note(f"newer rows in {os.path.basename(path)}-wal are not read ('PRAGMA wal_checkpoint' takes them into the file)")
    schema = pa.schema([(d[0], pa.string()) for d in rows.description])

    def text(v: Any) -> str | None:
        if isinstance(v, bytes):
            return base64.b64encode(v).decode()
        if isinstance(v, str):
            return v.encode("utf-8", "surrogateescape").decode("utf-8")
        return v if v is None else repr(v) if isinstance(v, float) else str(v)

    def batches() -> Iterator[Any]:
        while some := rows.fetchmany(ROWS):
            yield pa.record_batch([pa.array(list(map(text, c)), pa.string()) for c in zip(*some)], schema=schema)

    return schema, batches()


# --- statistics --------------------------------------------------------------


def _read_statistics(path: str, name: str) -> Batches:
    pa = _arrow()
    try:
        import pyreadstat
    except ImportError:
        raise Missing("pyreadstat") from None
    with open(path, "rb") as f:
        head = f.read(64)
    read = pyreadstat.read_sav if head[:3] == b"$FL" else pyreadstat.read_por if head[40:].startswith(PORTABLE) else pyreadstat.read_dta
    kinds = {"double": pa.float64(), "float": pa.float64(), "string": pa.string()}
    whole = {"int8", "int16", "int32"}

    def made(columns: dict[str, Any], meta: Any) -> Any:
        arrays = {}
        for name in meta.column_names:
            values = [v.item() if hasattr(v, "item") else v for v in columns[name]]
            values = [None if v is None or v == "" or v != v else v for v in values]
            kind = kinds.get(meta.readstat_variable_types[name], pa.int32())
            if any(isinstance(v, datetime.datetime) for v in values):
                kind = pa.timestamp("ms")
            elif any(isinstance(v, datetime.date) for v in values):
                kind = pa.date32()
            elif any(isinstance(v, datetime.time) for v in values):
                kind = pa.time64("us")
            elif meta.readstat_variable_types[name] in whole:
                values = [None if v is None else int(v) for v in values]
            arrays[name] = pa.array(values, kind)
        return pa.table(arrays)

    columns, meta = read(path, output_format="dict")
    table = made(columns, meta)
    return table.schema, iter(table.to_batches(ROWS))


# --- writing workbooks -------------------------------------------------------

WIDEST, LONGEST, TALLEST = 16_384, 32_767, 1_048_576  # columns, characters of a cell, rows of a sheet
FILLS = {"changed": "#FFEB9C", "added": "#C6EFCE", "removed": "#FFC7CE"}
CHANGES = {"insert": "added", "delete": "removed", "update_postimage": "changed"}
ASIDE = {"_change_type", "_commit_version", "_commit_timestamp", "_misfits"}
PLAIN_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,4})?")  # decimal.Decimal takes "1_000" and " 5", too
FIRST_MOMENT = datetime.datetime(1900, 1, 2)  # XlsxWriter takes those of the day before for times without a day
SHOWN = {datetime.datetime: ("yyyy-mm-dd hh:mm:ss", 19), datetime.date: ("yyyy-mm-dd", 11), datetime.time: ("hh:mm:ss", 9), datetime.timedelta: ("[h]:mm:ss", 11)}


class _Number(float):
    """A double with all of its digits in the file: XlsxWriter writes 16, and some need 17."""

    def __format__(self, spec: str) -> str:
        text = super().__format__(spec)
        return text if float(text) == self else repr(float(self))


def _exact(v: decimal.Decimal) -> bool:
    """Is it what a double reads as?"""
    return v.is_finite() and decimal.Decimal(repr(float(v))) == v


def _fits(v: Any) -> Any:
    """A cell's value as Excel can keep it: an integer of more than 15 digits, a number that is no double, or a time that it does not know, is text."""
    if isinstance(v, decimal.Decimal):
        text = f"{v:f}"
        return _Number(v) if _exact(v) else text.rstrip("0").rstrip(".") if "." in text else text
    if isinstance(v, int) and not isinstance(v, bool):
        return v if abs(v) < 10**15 else str(v)
    if isinstance(v, datetime.datetime):
        v = v.astimezone(datetime.timezone.utc).replace(tzinfo=None) if v.tzinfo else v
        return v if v >= FIRST_MOMENT and v.microsecond % 1000 == 0 else v.isoformat()
    if isinstance(v, datetime.date):
        return v if v.year >= 1900 else v.isoformat()
    return v if v is None or isinstance(v, (bool, str, datetime.time, datetime.timedelta)) else str(v)


class _Sheet:
    """A table's rows, or those in which its versions differ."""

    def __init__(self, book: Any, name: str, path: str, names: list[str], changes: bool):
        self.book, self.path, self.names, self.row = book, path, names, 0
        self.formats: dict[Any, Any] = {}
        self.sheet = book.add_worksheet(name)
        self.first = int(changes)  # the column of the first cell: what became of a row comes before it
        if len(names) + self.first > WIDEST:
            raise ValueError(f"{path}: a sheet has at most {WIDEST:,} columns, not {len(names) + self.first:,}")
        head = book.add_format({"bold": True, "bottom": 1})
        for i, text in enumerate((["change"] if changes else []) + names):
            self.sheet.write_string(0, i, text, head)
        self.sheet.freeze_panes(1, 0)

    def format(self, kind: type, fill: str | None) -> Any:
        if (kind, fill) not in self.formats:
            shown = {"num_format": SHOWN[kind][0]} if kind in SHOWN else {}
            self.formats[kind, fill] = self.book.add_format(shown | ({"bg_color": FILLS[fill]} if fill else {})) if shown or fill else None
        return self.formats[kind, fill]

    def put(self, column: int, v: Any, fill: str | None = None) -> None:
        v = _fits(v)
        style = self.format(type(v), fill)
        if isinstance(v, str):
            if len(v) > LONGEST:
                raise ValueError(f"{self.path}: row {self.row}, column {column + 1}: a cell has at most {LONGEST:,} characters, not {len(v):,}")
            self.sheet.write_string(self.row, column, v, style)
        elif v is None:
            self.sheet.write_blank(self.row, column, None, style)
        elif type(v) in SHOWN:
            self.sheet.write_datetime(self.row, column, v, style)
            self.sheet.set_column(column, column, SHOWN[type(v)][1])
        elif isinstance(v, bool):
            self.sheet.write_boolean(self.row, column, v, style)
        else:
            self.sheet.write_number(self.row, column, v, style)

    def add(self, values: list[Any], change: str | None = None, before: list[Any] | None = None) -> None:
        self.row += 1
        if self.row == TALLEST:
            raise ValueError(f"{self.path}: a sheet has at most {TALLEST:,} rows with its header; '--where' and '--limit' choose some")
        differ = [before is not None and v != before[i] for i, v in enumerate(values)]
        if change:
            self.put(0, change if change != "changed" or any(differ) else "respelled", change)
        for i, v in enumerate(values):
            self.put(self.first + i, v, "changed" if differ[i] else change if change != "changed" else None)
            if before and differ[i]:
                was = "empty" if before[i] is None else _text(_fits(before[i]))
                self.sheet.write_comment(self.row, self.first + i, f"was {was}"[:LONGEST], {"author": "varve"})


def _of_misfit(text: str, field: Any) -> Any:
    """A number that a column of decimals has no room for, or the text."""
    kind, point = field.type, field.metadata[b"varve:scale"].removeprefix(b"cells").decode()
    plain = text if not point else text.replace(".", "?").replace(point, ".")
    if not PLAIN_NUMBER.fullmatch(plain):
        return text
    number = decimal.Decimal(plain)
    places = -int(number.as_tuple().exponent)
    has_room = places <= kind.scale and number.adjusted() < kind.precision - kind.scale
    return number if _exact(number) and not has_room else text


def _whole(values: dict[str, Any], names: list[str], integers: set[str], numbers: dict[str, Any]) -> list[Any]:
    """A row; what is no value of its column's type is its text."""
    misfits = json.loads(values["_misfits"]) if values.get("_misfits") else {}
    row = []
    for n in names:
        v = values[n]
        if n in misfits:
            v = _of_misfit(misfits[n], numbers[n]) if n in numbers else misfits[n]
        elif n in integers and v is not None:
            v = int(v)
        row.append(v)
    return row


def _free_name(path: str, taken: set[str]) -> str:
    """What a sheet may be called, and no other is."""
    name = re.sub(r"[\[\]:*?/\\\0-\x1f]", "_", re.split("[/#]", path)[-1]).strip("'")[:31] or "table"
    n, base = 1, name
    while name.lower() in taken:
        n += 1
        name = f"{base[: 30 - len(str(n))]} {n}"
    taken.add(name.lower())
    return name


def _write_workbook(source: Any) -> bytes:
    from importlib.util import find_spec

    for needed in ("pyarrow", "xlsxwriter"):
        if not find_spec(needed):
            raise Missing({"xlsxwriter": "XlsxWriter"}.get(needed, needed))
    import xlsxwriter

    taken = {"history"}  # which Excel keeps for itself
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"constant_memory": True}) as book:
        book.set_properties({"created": datetime.datetime(2000, 1, 1)})  # the same bytes each time
        while line := source.readline():  # none: who asks whether workbooks can be written waits for no pyarrow
            told = json.loads(line)
            pa = _arrow()
            stream = pa.ipc.open_stream(source)
            names = [n for n in stream.schema.names if n not in (ASIDE if told["changes"] else {"_misfits"})]
            decimals = [f for f in stream.schema if pa.types.is_decimal(f.type)]
            numbers = {f.name: f for f in decimals if b"varve:scale" in (f.metadata or {})}
            integers = {f.name for f in decimals if f.name not in numbers}
            sheet = _Sheet(book, _free_name(told["name"], taken), told["name"], names, told["changes"])
            before = None
            for batch in stream:
                for values in batch.to_pylist():
                    row = _whole(values, names, integers, numbers)
                    if values.get("_change_type") == "update_preimage" and told["changes"]:
                        before = row
                        continue
                    sheet.add(row, CHANGES[values["_change_type"]] if told["changes"] else None, before)
                    before = None
    return made.getvalue()


# --- Parquet -----------------------------------------------------------------

GROUP_ROWS, GROUP_BYTES = 1 << 20, 64 << 20  # of a row group


class _Output:
    """A pipe for pyarrow, which asks for the position."""

    def __init__(self, pipe: Any):
        self.pipe, self.at, self.closed = pipe, 0, False

    def write(self, data: Any) -> int:
        self.pipe.write(data)
        self.at += len(memoryview(data).cast("B"))
        return len(memoryview(data).cast("B"))

    def tell(self) -> int:
        return self.at

    def flush(self) -> None:
        self.pipe.flush()

    def close(self) -> None:
        self.flush()
        self.closed = True


def _doubles(decimals: Any) -> Any:
    """The nearest doubles. Arrow's own cast is not always the nearest."""
    pa = _arrow()
    return decimals.cast(pa.string()).cast(pa.float64())


def _are_doubles(decimals: Any) -> bool:
    """Is each what a double reads as?"""
    pa = _arrow()
    import pyarrow.compute as pc

    try:
        again = _doubles(decimals).cast(pa.string()).cast(decimals.type)
    except pa.ArrowInvalid:  # more digits than the decimals have
        return False
    return pc.all(pc.equal(again, decimals), min_count=0).as_py()


def _write_parquet(source: Any, pipe: Any) -> None:
    pa = _arrow()
    import pyarrow.parquet as pq

    sink = pa.PythonFile(_Output(pipe), mode="w")
    if not source.readline():  # only whether Parquet can be written
        pq.write_table(pa.table({}), sink)
        sink.close()
        return
    start = source.tell()
    stream = pa.ipc.open_stream(source)
    schema = stream.schema
    # numbers with more than 15 digits: a first pass decides whether doubles have them all
    plain = {f.name for f in schema if b"varve:plain" in (f.metadata or {})}
    if plain:
        for batch in stream:
            plain -= {n for n in plain if not _are_doubles(batch.column(n))}
        source.seek(start)
        stream = pa.ipc.open_stream(source)
    places = [i for i, f in enumerate(schema) if f.name in plain]
    for i in range(len(schema)):
        f = schema.field(i).remove_metadata()
        schema = schema.set(i, f.with_type(pa.float64()) if i in places else f)
    with pq.ParquetWriter(sink, schema, compression="zstd") as out:
        held, rows, size = [], 0, 0
        for batch in stream:
            columns = [_doubles(c) if i in places else c for i, c in enumerate(batch.columns)]
            held.append(pa.RecordBatch.from_arrays(columns, schema=schema))
            rows, size = rows + batch.num_rows, size + batch.nbytes
            if rows >= GROUP_ROWS or size >= GROUP_BYTES:
                out.write_table(pa.Table.from_batches(held, schema), rows)
                held, rows, size = [], 0, 0
        if held:
            out.write_table(pa.Table.from_batches(held, schema), rows)
    sink.close()


# --- which is which ----------------------------------------------------------

Lister = Callable[[str], Iterator[dict[str, Any]]]
Reader = Callable[[str, str], Batches]
KINDS: dict[str, tuple[Lister, Reader]] = {
    "workbook": (_list_workbook, _read_workbook),
    "parquet": (_one, _read_parquet),
    "arrow": (_one, _read_feather),
    "sqlite": (_list_sqlite, _read_sqlite),
    "statistics": (_one, _read_statistics),
}
NEEDS = {"workbook": ["python_calamine"], "statistics": ["pyreadstat"]}  # beside pyarrow
HEADS = [
    (b"PK\3\4", "workbook"), (b"\xd0\xcf\x11\xe0", "workbook"), (b"PAR1", "parquet"), (b"ARROW1", "arrow"), (b"FEA1", "arrow"),
    (b"\xff\xff\xff\xff", "arrow"), (b"SQLite format 3\0", "sqlite"), (b"$FL2", "statistics"), (b"$FL3", "statistics"),
    (b"<stata_dta>", "statistics"),
]
PORTABLE = b"ASCII SPSS PORT FILE"  # behind 40 bytes


def kind_of(path: str) -> str:
    """The kind of a file, by its first bytes. ValueError."""
    with open(path, "rb") as f:
        head = f.read(64)
    for magic, kind in HEADS:
        if head.startswith(magic):
            return kind
    if head[40:].startswith(PORTABLE):
        return "statistics"
    if head[2:4] == b"\1\0" and 104 <= head[0] <= 115 and head[1] in (1, 2):  # Stata before release 117
        return "statistics"
    raise ValueError("this is none of the kinds that varve reads: " + ", ".join(KINDS))


def _list_kinds() -> int:
    from importlib.util import find_spec

    for kind in KINDS:
        missing = [m.replace("_", "-") for m in ["pyarrow", *NEEDS.get(kind, [])] if not find_spec(m)]
        print(json.dumps({"kind": kind, "missing": ", ".join(missing) or None}))
    return 0


def _uses(kind: str) -> dict[str, str]:
    """A file of each library that a kind needs, of Python and of this module, with its time."""
    from importlib.util import find_spec

    specs = [find_spec(m) for m in ["pyarrow", *NEEDS.get(kind, [])]]
    files = {os.path.realpath(f) for f in [sys.executable, __file__, *(s.origin for s in specs if s)] if f}
    times = {f: os.lstat(f).st_mtime_ns for f in sorted(files) if os.path.exists(f)}
    # JSON cannot have a name that is not UTF-8.
    return {f: f"{t // 10**9}.{t % 10**9:09}" for f, t in times.items() if os.fsencode(f) == f.encode(errors="replace")}


class _WithoutPandas:
    """pyarrow would load it for an array of a list, which takes 0.2 s."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> None:
        if name == "pandas":
            raise ImportError(name)


def main(words: list[str]) -> int:
    import gc

    gc.disable()  # millions of cells, none in a circle: a third of the time
    from . import print_utf8

    print_utf8()
    if words == ["kinds"]:
        return _list_kinds()
    parquet = words[:1] == ["write"] and words[2:] == ["parquet"]
    merge = words[:1] == ["merge"] and (len(words) == 4 or len(words) == 5 and words[4] in ("base", "ours", "theirs"))
    if not (parquet or merge or len(words) == 2 and words[0] in ("list", "write") or len(words) == 3 and words[0] == "read"):
        print("usage: python3 -m varve_data.reader list FILE | read FILE TABLE | write FILE [parquet] | merge BASE OURS THEIRS [base|ours|theirs] | kinds", file=sys.stderr)
        return 2
    try:
        if words[0] == "merge":
            from . import book_merge

            for part in book_merge.merged(words[1:4], words[4] if len(words) > 4 else "ours"):
                sys.stdout.buffer.write(part if isinstance(part, bytes) else json.dumps(part).encode() + b"\n")
            return 0
        if words[0] == "write":
            with open(words[1], "rb") as tables:
                if parquet:
                    sys.meta_path.insert(0, _WithoutPandas())
                    _write_parquet(tables, sys.stdout.buffer)
                    return 0
                sys.stdout.buffer.write(_write_workbook(tables))
            return 0
        kind = kind_of(words[1])
        lister, reader = KINDS[kind]
        if kind != "statistics":
            sys.meta_path.insert(0, _WithoutPandas())
        if words[0] == "list":
            print(json.dumps({"uses": _uses(kind)}))
            for table in lister(words[1]):
                print(json.dumps(table))
            return 0
        schema, batches = reader(words[1], words[2])
        with _arrow().ipc.new_stream(sys.stdout.buffer, schema) as out:
            for batch in batches:
                out.write_batch(batch)
        return 0
    except Missing as e:
        print(f"the Python package {e} is missing", file=sys.stderr)
        return 3
    except BrokenPipeError:
        return 1
    except Exception as e:
        print(str(e) or type(e).__name__, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
