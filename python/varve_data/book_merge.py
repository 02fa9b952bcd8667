"""Merges three versions of a workbook (xlsx, xlsm) by sheet and cell. Needs only Python's own library.

The result is the file of one side, the host, in which the cells that the other side changed are written; every other part of the file
stays byte for byte. The other side may differ from base in cells alone, or in what the host has likewise: if ours cannot be
the host, theirs is tried, and if neither can, the merge is refused by name. Before anything is handed out, the result is read
again with another parser, and each sheet and cell is compared with the merge that was worked out.

Rows are compared by content: where the host has inserted or removed rows, a change is written where its row is in the host. What is
not certain is refused. Formulas that depend on changed cells lose their stored values, and the workbook asks the program that opens
it to calculate.
"""
import copy
import datetime
import hashlib
import io
import posixpath
import re
import zipfile
from collections import deque
from typing import Any, Iterator, NamedTuple, Optional
from xml.etree import ElementTree
from xml.parsers import expat

MAIN = ("http://schemas.openxmlformats.org/spreadsheetml/2006/main", "http://purl.oclc.org/ooxml/spreadsheetml/main")
LINKS = ("http://schemas.openxmlformats.org/officeDocument/2006/relationships", "http://purl.oclc.org/ooxml/officeDocument/relationships")
XML = "http://www.w3.org/XML/1998/namespace"
BODY, ROOM = 1_500_000, 256 << 20  # cells of a workbook, and bytes of a part
NAMED = 10  # conflicts
SAMPLE = 200  # rows in which columns are compared
STEPS = 4_000_000  # of a comparison of rows

Value = Optional[tuple[Any, ...]]  # ("n", 5.0), ("s", "text"), ("r", rich text), ("b", "1"), ("e", "#N/A"), ("f", "A1*2"), ("array", ...)


class Refused(Exception):
    """Why these versions are not merged by cell."""


class MoreThanCells(Refused):
    """What the guest changed beside cells: it may be the host."""


class Conflict(NamedTuple):
    sheet: str
    row: int
    column: int
    texts: tuple[str, str]  # ours, theirs


def letters(column: int) -> str:
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def _column(name: str) -> int:
    n = 0
    for c in name.upper():
        n = n * 26 + ord(c) - 64
    return n - 1


PLACE = re.compile(r"([A-Za-z]{1,3})(\d{1,7})\Z")


def _place(text: str) -> tuple[int, int]:
    m = PLACE.match(text.replace("$", ""))
    if not m:
        raise Refused(f"'{text}' is not the address of a cell")
    return int(m[2]) - 1, _column(m[1])


def _region(text: str) -> tuple[int, int, int, int]:
    """First and last row and column of B2:C5, or of B2."""
    first, _, last = text.partition(":")
    r1, c1 = _place(first)
    r2, c2 = _place(last or first)
    return r1, c1, r2, c2


# --- formulas ----------------------------------------------------------------

TOKEN = re.compile(
    r"""(?P<text>"(?:[^"]|"")*")|(?P<sheet>(?:'(?:[^']|'')*'|[\w.\[\]]+(?::[\w.]+)?)!)|(?P<inside>\[(?:[^\[\]]|\[[^\]]*\])*\])"""
    r"""|(?P<function>[A-Za-z_][\w.]*\()|(?P<cell>\$?[A-Za-z]{1,3}\$?[0-9]{1,7})(?![\w.(\[])|(?P<columns>\$?[A-Za-z]{1,3}:\$?[A-Za-z]{1,3})(?![\w.(\[])"""
    r"""|(?P<rows>\$?[0-9]{1,7}:\$?[0-9]{1,7})(?![\w.])|(?P<number>[0-9]+\.?[0-9]*(?:[eE][+-]?[0-9]+)?|\.[0-9]+)|(?P<error>\#[A-Z/0!?]+)|(?P<name>[^\W\d]\w*(?:[.\\?]\w*)*)|(?P<other>.)""",
    re.S | re.X)
CELL_REFERENCE = re.compile(r"(\$?)([A-Za-z]{1,3})(\$?)([0-9]{1,7})\Z")
UNKNOWN = ("INDIRECT(", "OFFSET(", "CELL(", "INFO(", "CUBEVALUE(")  # what they read is not in the text


def _moved(formula: str, rows: int, columns: int) -> str:
    """The text that a shared formula has so far away from its first cell."""
    out = []
    for m in TOKEN.finditer(formula):
        kind, text = m.lastgroup, m[0]
        if kind == "inside" and rows | columns and text.startswith("[#This"):
            pass
        elif kind == "cell":
            r = CELL_REFERENCE.match(text)
            assert r
            column = _column(r[2]) + (0 if r[1] else columns)
            row = int(r[4]) + (0 if r[3] else rows)
            if not (0 <= column < 16384 and 0 < row <= 1048576):
                raise Refused("a shared formula points outside of the sheet")
            text = f"{r[1]}{letters(column)}{r[3]}{row}"
        elif kind == "columns" or kind == "rows":
            ends = []
            for end in text.split(":"):
                fixed, name = ("$", end[1:]) if end[0] == "$" else ("", end)
                if not fixed:
                    name = letters(_column(name) + columns) if kind == "columns" else str(int(name) + rows)
                ends.append(fixed + name)
            text = ":".join(ends)
        out.append(text)
    return "".join(out)


class Reads(NamedTuple):
    """What a formula reads: cells, regions of several cells, and whether it may read anything."""

    cells: list[tuple[str, int, int]]
    regions: list[tuple[str, int, int, int, int]]
    unknown: bool
    names: list[str]


def _reads(formula: str, sheet: str) -> Reads:
    cells: list[tuple[str, int, int]] = []
    regions: list[tuple[str, int, int, int, int]] = []
    names: list[str] = []
    unknown, at, first = False, sheet, None
    tokens = [(m.lastgroup, m[0]) for m in TOKEN.finditer(formula)]
    for i, (kind, text) in enumerate(tokens):
        if kind == "sheet":
            at = text[:-1].strip("'").replace("''", "'")
            unknown = unknown or "[" in at or ":" in at
            continue
        if kind == "cell":
            row, column = _place(text)
            if first:
                r, c = first
                regions.append((at, min(r, row), min(c, column), max(r, row), max(c, column)))
                first = None
            elif tokens[i + 1 : i + 2] == [("other", ":")] and tokens[i + 2 : i + 3] and tokens[i + 2][0] == "cell":
                first = row, column
                continue
            else:
                cells.append((at, row, column))
        elif kind == "columns":
            a, b = text.replace("$", "").split(":")
            regions.append((at, 0, _column(a), 1048575, _column(b)))
        elif kind == "rows":
            a, b = text.replace("$", "").split(":")
            regions.append((at, int(a) - 1, 0, int(b) - 1, 16383))
        elif kind == "inside":
            unknown = True
        elif kind == "function":
            unknown = unknown or text.upper().removeprefix("_XLFN.") in UNKNOWN
        elif kind == "name" and text.upper() not in ("TRUE", "FALSE"):
            names.append(text)
        elif kind == "other" and text == ":" and first:
            continue
        unknown = unknown or (kind == "other" and text in ":#")  # a range between results of functions
        at = sheet
    return Reads(cells, regions, unknown, names)


def _by_map(formula: str, sheet: str, maps: dict[str, "Rows"]) -> Optional[str]:
    """The text of a formula after its sheets' rows moved; None: a row that it names is gone."""
    out, at = [], sheet
    for m in TOKEN.finditer(formula):
        kind, text = m.lastgroup, m[0]
        if kind == "sheet":
            at = text[:-1].strip("'").replace("''", "'")
        elif kind == "rows" and at in maps:
            return None
        elif kind == "cell":
            r = CELL_REFERENCE.match(text)
            assert r
            row = maps[at].of(int(r[4]) - 1) if at in maps else int(r[4]) - 1
            if row is None:
                return None
            text = f"{r[1]}{r[2]}{r[3]}{row + 1}"
        if kind != "sheet" and not (kind == "other" and text == ":"):
            after = formula[m.end() : m.end() + 1]
            at = at if kind == "cell" and after == ":" else sheet
        out.append(text)
    return "".join(out)


def _skeleton(formula: str) -> str:
    return "".join("#" if m.lastgroup in ("cell", "rows") else m[0] for m in TOKEN.finditer(formula))


# --- reading -----------------------------------------------------------------

UNSIGNED = re.compile(r"[+-]?\d{16,}\Z")
ESCAPES = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'"}


def _escaped(text: str) -> str:
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace("\r", "&#13;")


def _attribute(text: str) -> str:
    return _escaped(text).replace('"', "&quot;").replace("\n", "&#10;").replace("\t", "&#9;")


def _split(tag: str) -> tuple[str, str]:
    space, _, name = tag[1:].rpartition("}") if tag[0] == "{" else ("", "", tag)
    return space, name


def _number_value(text: str) -> tuple[Any, ...]:
    return ("n", text) if UNSIGNED.match(text) else ("n", float(text))


class Style(NamedTuple):
    """What a cell's format is made of, without the places that its parts have in the file."""

    code: str  # "#14" of a built-in number format, or its text
    font: str
    fill: str
    border: str
    rest: str  # alignment, protection, and that a text is one
    name: str  # of the named style

PLAIN = Style("#0", "", "", "", "", "")
KNOWN_STYLES: dict[Style, Style] = {}  # one object each, which compares faster


class Sheet:
    """One worksheet: its cells, and all else of it by name."""

    def __init__(self, name: str):
        self.name = name
        self.cells: dict[int, dict[int, tuple[Value, Style]]] = {}
        self.stored: dict[tuple[int, int], tuple[str, str]] = {}  # of formulas
        self.masters: dict[tuple[int, int], str] = {}  # first cells of shared formulas, with their numbers
        self.row_styles: dict[int, Style] = {}
        self.column_styles: list[tuple[int, int, Style]] = []
        self.other: dict[str, str] = {}  # what is not a cell
        self.odd: set[tuple[int, int]] = set()  # cells with metadata
        self.merged: list[tuple[int, int, int, int]] = []
        self.part = ""

    def value(self, row: int, column: int) -> Value:
        cell = self.cells.get(row, {}).get(column)
        return cell[0] if cell else None

    def style(self, row: int, column: int) -> Style:
        cell = self.cells.get(row, {}).get(column)
        if cell:
            return cell[1]
        if row in self.row_styles:
            return self.row_styles[row]
        for first, last, style in self.column_styles:
            if first <= column <= last:
                return style
        return self.plain

    plain: Style = PLAIN


class Book:
    """One version of a workbook."""

    def __init__(self, data: Any, who: str):
        self.who = who
        if not zipfile.is_zipfile(data):
            raise Refused(f"{who} is not an .xlsx or .xlsm workbook")
        self.zip = zipfile.ZipFile(data)
        self.parts = {i.filename: i for i in self.zip.infolist()}
        if len(self.parts) != len(self.zip.infolist()):
            raise Refused(f"{who} has two parts with one name")
        for info in self.parts.values():
            if info.file_size > ROOM:
                raise Refused(f"{who}: {info.filename} has more than {ROOM >> 20} MiB")
            if info.flag_bits & 1:
                raise Refused(f"{who} is encrypted")
        self.main = next((p for kind, p in self.links("") if kind.endswith("/officeDocument")), "")
        if self.main not in self.parts or not self.main.endswith(".xml"):
            raise Refused(f"{who} is not an .xlsx or .xlsm workbook")
        for part in self.parts:
            if part.startswith("_xmlsignatures/"):
                raise Refused(f"{who} has a digital signature, which a merge would break")
            if part.startswith("xl/revisions/"):
                raise Refused(f"{who} is a shared workbook with a log of revisions")
        self.prints: dict[str, str] = {}
        self.count = 0
        self._read()

    def bytes(self, part: str) -> bytes:
        return self.zip.read(part)

    def tree(self, part: str) -> Any:
        data = self.bytes(part)
        if b"<!DOCTYPE" in data:
            raise Refused(f"{self.who}: {part} has a document type")
        return ElementTree.fromstring(data)

    def targets(self, part: str) -> dict[str, tuple[str, str]]:
        """By the id of a link its kind, and the part or address that it leads to."""
        folder, name = posixpath.split(part)
        rels = posixpath.join(folder, "_rels", name + ".rels")
        found = {}
        for r in self.tree(rels) if rels in self.parts else ():
            target = r.get("Target", "")
            if r.get("TargetMode") != "External":
                target = posixpath.normpath(posixpath.join("/" + folder, target)).lstrip("/")
            found[r.get("Id", "")] = (r.get("Type", ""), target)
        return found

    def links(self, part: str) -> list[tuple[str, str]]:
        return list(self.targets(part).values())

    # What is linked is compared by its content, wherever it lies in the file.
    def print(self, part: str) -> str:
        if part not in self.parts:
            return part
        if part in self.prints:
            return self.prints[part]
        self.prints[part] = "itself"
        data = self.bytes(part)
        text = hashlib.sha256(data).hexdigest()
        if part.endswith((".xml", ".vml", ".rels")):
            try:
                text = self.canonical(self.tree(part), part)
            except ElementTree.ParseError:
                pass
        self.prints[part] = hashlib.sha256(text.encode()).hexdigest()
        return self.prints[part]

    def canonical(self, e: Any, part: str = "") -> str:
        """An element as text that does not depend on prefixes, ids of links, places in lists and marks of the last save."""
        targets = self.targets(part) if part else {}
        out: list[str] = []
        self._put(out, e, targets)
        kinds = [f"{kind.rsplit('/', 1)[-1]} {self.print(p)}" for kind, p in targets.values() if not kind.endswith("/printerSettings")]
        return "".join(out) + (" ".join(sorted(kinds)) if part else "")

    def _put(self, out: list[str], e: Any, targets: dict[str, tuple[str, str]]) -> None:
        space, name = _split(e.tag)
        if name in ("numCache", "strCache", "multiLvlStrCache"):  # of a chart: its cells' values
            return
        tag = name if space in MAIN else e.tag
        out.append(f"<{tag}")
        for key, v in sorted(e.attrib.items()):
            where, word = _split(key)
            if where in LINKS:
                v = self.print(targets[v][1]) if v in targets else v
            elif where == XML:
                word = "xml:" + word
            elif where:
                continue
            if word.lower().endswith("dxfid") and v.isdigit() and int(v) < len(self.differences):
                v = self.differences[int(v)]
            out.append(f' {word}="{_attribute(v)}"')
        text = e.text or ""
        if len(e) == 0 and not text:
            out.append("/>")
            return
        out.append(">")
        out.append(_escaped(text) if text.strip() or name in ("t", "f") else "")
        for child in e:
            self._put(out, child, targets)
            out.append(_escaped(child.tail) if child.tail and child.tail.strip() else "")
        out.append(f"</{tag}>")

    def _read(self) -> None:
        self.differences: list[str] = []
        book = self.tree(self.main)
        targets = self.targets(self.main)
        of_kind = {kind.rsplit("/", 1)[-1]: part for kind, part in targets.values()}
        self.styles_part = of_kind.get("styles", "")
        self.shared_part = of_kind.get("sharedStrings", "")
        self.chain_part = of_kind.get("calcChain", "")
        self.other: dict[str, str] = {}
        self._read_styles()
        self._read_shared()
        self.sheets: dict[str, Sheet] = {}
        self.names: dict[str, str] = {}
        order = []
        sheets = [s for e in book if _split(e.tag)[1] == "sheets" for s in e]
        for s in sheets:
            kind, part = targets.get(next((v for k, v in s.attrib.items() if _split(k)[0] in LINKS), ""), ("", ""))
            name = s.get("name", "")
            order.append(f"{name} {s.get('state', 'visible')} {kind.rsplit('/', 1)[-1]}")
            if not kind.endswith("/worksheet"):
                self.other[f"sheet {name}"] = self.print(part)
                continue
            self.sheets[name] = self._sheet(name, part)
        self.other["the list of sheets"] = "\n".join(order)
        known = {s.get("name", ""): i for i, s in enumerate(sheets)}
        self.mac = False
        for e in book:
            name = _split(e.tag)[1]
            if name in ("fileVersion", "bookViews", "sheets", "AlternateContent", "revisionPtr", "customWorkbookViews"):
                continue
            if name == "definedNames":
                for d in e:
                    local = d.get("localSheetId")
                    place = next((n for n, i in known.items() if local == str(i)), "")
                    d.attrib.pop("localSheetId", None)
                    self.other[f"the defined name {d.get('name', '')}" + (f" of sheet {place}" if place else "")] = self.canonical(d)
                    word = d.get("name", "").lower()  # one of a sheet may have the name of another
                    self.names[word] = ",".join(filter(None, [self.names.get(word), d.text]))
                continue
            if name == "workbookPr":
                self.mac = e.get("date1904") in ("1", "true")
                e.attrib.pop("defaultThemeVersion", None)
            if name == "calcPr":
                for word in ("calcId", "fullCalcOnLoad", "calcCompleted", "forceFullCalc"):
                    e.attrib.pop(word, None)
                if not e.attrib:
                    continue
            out: list[str] = []
            self._put(out, e, targets)
            self.other[f"the workbook's {name}"] = "".join(out)
        aside = ("worksheet", "chartsheet", "dialogsheet", "styles", "sharedStrings", "calcChain")
        for kind, part in targets.values():
            word = kind.rsplit("/", 1)[-1]
            if word not in aside:
                self.other.setdefault(f"the workbook's {word}", "")
                self.other[f"the workbook's {word}"] += self.print(part) + " "
        for kind, part in self.links(""):
            if not kind.endswith(("/officeDocument", "/core-properties", "/extended-properties", "/thumbnail")):
                self.other[f"the part {part}"] = self.print(part)

    def _read_styles(self) -> None:
        self.styles: list[Style] = [PLAIN]
        if self.styles_part not in self.parts:
            return
        lists = {_split(e.tag)[1]: e for e in self.tree(self.styles_part)}
        self.differences = [self.canonical(e) for e in lists.get("dxfs", ())]
        codes = {e.get("numFmtId", ""): e.get("formatCode", "") for e in lists.get("numFmts", ())}
        texts = {n: [self.canonical(e) for e in lists.get(n, ())] for n in ("fonts", "fills", "borders")}
        named = {e.get("xfId", ""): e.get("name", "") for e in lists.get("cellStyles", ())}

        def style(e: Any, name: str) -> Style:
            number = e.get("numFmtId", "0")
            rest = "".join(self.canonical(c) for c in e) + (" quoted" if e.get("quotePrefix") in ("1", "true") else "")
            at = {n: int(e.get(n[:-1] + "Id", "0")) for n in texts}
            font, fill, border = (texts[n][at[n]] if at[n] < len(texts[n]) else "" for n in ("fonts", "fills", "borders"))
            found = Style(codes.get(number, "#" + number), font, fill, border, rest, name)
            return KNOWN_STYLES.setdefault(found, found)

        self.named = {named.get(str(i), ""): i for i, _ in enumerate(lists.get("cellStyleXfs", ()))}
        self.styles = [style(e, named.get(e.get("xfId", "0"), "")) for e in lists.get("cellXfs", ())] or [PLAIN]
        self.other["the named styles"] = "\n".join(str(style(e, named.get(str(i), ""))) for i, e in enumerate(lists.get("cellStyleXfs", ())))
        for name in ("tableStyles", "colors"):
            for e in lists.get(name, ()):
                if _split(e.tag)[1] != "mruColors":
                    self.other.setdefault(f"the {name}", "")
                    self.other[f"the {name}"] += self.canonical(e)

    def _read_shared(self) -> None:
        self.shared: list[Value] = []
        if self.shared_part in self.parts:
            self.shared = [self._text(si) for si in self.tree(self.shared_part)]

    def _text(self, si: Any) -> Value:
        """A text, or one whose parts have formats."""
        runs = [e for e in si if _split(e.tag)[1] == "r"]
        if not runs:
            return ("s", "".join(e.text or "" for e in si if _split(e.tag)[1] == "t"))
        return ("r", "".join(self.canonical(e) for e in runs))

    def _sheet(self, name: str, part: str) -> Sheet:
        data = self.bytes(part)
        at = re.search(rb"<(\w+:)?sheetData\b[^>]*?(/?)>", data)
        close = b"</%ssheetData>" % (at[1] or b"") if at else b""
        end = data.find(close) if at and not at[2] else at.end() if at else -1
        if not at or end < 0 or b"<!DOCTYPE" in data or b"<![CDATA[" in data or b"<!--" in data:
            raise Refused(f"{self.who}: sheet {name} is written in a way that is not merged")
        sheet = Sheet(name)
        sheet.part = part
        sheet.plain = self.styles[0]
        targets = self.targets(part)
        rest = ElementTree.fromstring(data[: at.start()] + data[end + (0 if at[2] else len(close)) :])
        linked = set()
        for e in rest:
            word = _split(e.tag)[1]
            if word == "dimension":
                continue
            if word == "sheetViews":
                shown = [(v.attrib, [c for c in v if _split(c.tag)[1] == "pane"]) for v in e]
                sheet.other["frozen panes"] = str([(a.get("showGridLines", "1"), a.get("rightToLeft", "0"), [(p.get("xSplit"), p.get("ySplit"), p.get("state")) for p in panes]) for a, panes in shown])
                continue
            if word == "cols":
                widths = []
                for c in e:
                    style = self._style(c.get("style"))
                    first, last = int(c.get("min", "1")) - 1, int(c.get("max", "1")) - 1
                    if style != sheet.plain:
                        sheet.column_styles.append((first, last, style))
                    widths.append((first, last, [c.get(k) for k in ("width", "hidden", "outlineLevel", "collapsed")], style))
                sheet.other["columns' widths and formats"] = str(widths)
                continue
            if word == "pageSetup":
                for key in [k for k in e.attrib if _split(k)[0] in LINKS]:
                    del e.attrib[key]
            if word == "mergeCells":
                sheet.merged = [_region(m.get("ref", "")) for m in e]
            for x in e.iter():
                linked |= {v for k, v in x.attrib.items() if _split(k)[0] in LINKS}
            out: list[str] = []
            self._put(out, e, targets)
            sheet.other[word] = sheet.other.get(word, "") + "".join(out)
        for i, (kind, target) in targets.items():
            word = kind.rsplit("/", 1)[-1]
            if i not in linked and word != "printerSettings":
                sheet.other[word] = sheet.other.get(word, "") + self.print(target)
        self._cells(sheet, data)
        return sheet

    def _style(self, index: Optional[str]) -> Style:
        i = int(index or 0)
        if i >= len(self.styles):
            raise Refused(f"{self.who} names a cell format that it does not have")
        return self.styles[i]

    def _cells(self, sheet: Sheet, data: bytes) -> None:
        """By expat, unlike what is written."""
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        row, column = -1, -1
        rows: dict[int, tuple[str, ...]] = {}
        kind, style, text = "n", PLAIN, ""
        depth_is, rich = False, False
        formula: Optional[tuple[dict[str, str], list[str]]] = None
        holds: list[str] = []
        shared: dict[str, tuple[int, int, str]] = {}
        arrays: list[tuple[int, int, str]] = []
        had_value = False
        main = tuple(m + " " for m in MAIN)
        inline: list[Any] = []

        def begin(tag: str, attributes: dict[str, str]) -> None:
            nonlocal row, column, kind, style, holds, formula, depth_is, had_value
            if not tag.startswith(main):
                return
            word = tag.rpartition(" ")[2]
            if word == "row":
                row, column = int(attributes["r"]) - 1 if "r" in attributes else row + 1, -1
                if attributes.get("customFormat") in ("1", "true"):
                    sheet.row_styles[row] = self._style(attributes.get("s"))
                height = attributes.get("ht") if attributes.get("customHeight") in ("1", "true") else None
                look = (height, attributes.get("hidden"), attributes.get("outlineLevel"), attributes.get("collapsed"), str(sheet.row_styles.get(row, "")))
                if any(v not in (None, "0", "false", "") for v in look):
                    rows[row] = tuple(v or "" for v in look)
            elif word == "c":
                if "r" in attributes:
                    at, column = _place(attributes["r"])
                    if at != row:
                        raise Refused(f"{self.who}: sheet {sheet.name} has a cell in another's row")
                else:
                    column += 1
                kind, style = attributes.get("t", "n"), self._style(attributes.get("s"))
                formula, had_value = None, False
                inline.clear()
                if "cm" in attributes or "vm" in attributes:
                    sheet.odd.add((row, column))
                self.count += 1
                if self.count > BODY:
                    raise Refused(f"{self.who} has more than {BODY:,} cells")
            elif word == "f":
                formula = dict(attributes), []
                holds = formula[1]
            elif word == "v":
                holds = []
                had_value = True
            elif word == "is":
                depth_is = True
            if depth_is and kind == "inlineStr":
                e = ElementTree.Element("{%s}%s" % (MAIN[0], word))
                for k, v in attributes.items():
                    e.set(k.replace(XML + " ", "{%s}" % XML), v)
                if inline:
                    inline[-1].append(e)
                inline.append(e)
                holds = []

        def letters_of(data: str) -> None:
            holds.append(data)

        def end(tag: str) -> None:
            nonlocal depth_is, text, holds
            if not tag.startswith(main):
                return
            word = tag.rpartition(" ")[2]
            if depth_is and kind == "inlineStr":
                e = inline.pop() if len(inline) > 1 else inline[0]
                if word == "t":
                    e.text = "".join(holds)
                    holds = []
                if word == "is":
                    depth_is = False
            elif word == "v":
                text = "".join(holds)
                holds = []
            elif word == "c":
                value = put_value()
                known = sheet.cells.setdefault(row, {})
                if column in known:
                    raise Refused(f"{self.who}: sheet {sheet.name} has {letters(column)}{row + 1} twice")
                known[column] = (value, style)
                holds = []

        def put_value() -> Value:
            stored = text if had_value else ""
            if formula is not None:
                words, said = formula
                body = "".join(said).strip()
                sheet.stored[row, column] = (kind, stored) if had_value else ("", "")
                if words.get("t") in ("array", "dataTable"):
                    arrays.append((row, column, words.get("ref", "")))
                    return ("array", body, tuple(sorted(words.items())))
                if words.get("t") == "shared":
                    si = words.get("si", "")
                    if body:
                        shared[si] = (row, column, body)
                        sheet.masters[row, column] = si
                    elif si in shared:
                        r, c, first = shared[si]
                        body = _moved(first, row - r, column - c)
                    else:
                        raise Refused(f"{self.who}: sheet {sheet.name} has a shared formula without its first cell")
                return ("f", body)
            if kind == "inlineStr":
                return self._text(inline[0]) if inline else None
            if not had_value or stored == "" and kind != "str":
                return None
            if kind == "s":
                if int(stored) >= len(self.shared):
                    raise Refused(f"{self.who} names a text that it does not have")
                return self.shared[int(stored)]
            if kind == "str":
                return ("s", stored)
            return (kind, stored) if kind != "n" else _number_value(stored)

        parser.StartElementHandler = begin
        parser.EndElementHandler = end
        parser.CharacterDataHandler = letters_of
        parser.Parse(data, True)
        for r, c, ref in arrays:
            r1, c1, r2, c2 = _region(ref)
            for y in range(r1, min(r2, max(sheet.cells)) + 1):
                for x in [x for x in sheet.cells.get(y, {}) if c1 <= x <= c2 and (y, x) != (r, c)]:
                    value, s = sheet.cells[y][x]
                    if value is None or value[0] not in ("f", "array"):
                        sheet.stored[y, x] = ("in", str(value))
                        sheet.cells[y][x] = (("in array", r, c), s)
        sheet.other["rows' heights, formats and outline"] = str(sorted(rows.items()))


# --- which row is which ------------------------------------------------------

Signature = tuple[Any, ...]


def _signature(row: dict[int, tuple[Value, Style]]) -> Signature:
    """A row's content; of a formula without the rows that it names, which change where rows are inserted."""
    found = []
    for column, (value, _) in sorted(row.items()):
        if value is not None:
            found.append((column, ("f", _skeleton(value[1])) if value[0] in ("f", "array") else ("in array",) if value[0] == "in array" else value))
    return tuple(found)


def _longest(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest part of the pairs whose second numbers rise; the first ones do."""
    from bisect import bisect_left

    ends: list[int] = []
    at: list[int] = []
    before: list[int] = []
    for i, (_, second) in enumerate(pairs):
        k = bisect_left(ends, second)
        before.append(at[k - 1] if k else -1)
        if k == len(ends):
            ends.append(second)
            at.append(i)
        else:
            ends[k], at[k] = second, i
    found = []
    i = at[-1] if at else -1
    while i >= 0:
        found.append(pairs[i])
        i = before[i]
    return found[::-1]


def _common(a: list[Signature], b: list[Signature]) -> dict[int, int]:
    """Rows of a that b has in the same order. Rows that both have once come first, then what is between them."""
    found: dict[int, int] = {}
    work = [(0, len(a), 0, len(b))]
    while work:
        a1, a2, b1, b2 = work.pop()
        while a1 < a2 and b1 < b2 and a[a1] == b[b1]:
            found[a1] = b1
            a1, b1 = a1 + 1, b1 + 1
        while a1 < a2 and b1 < b2 and a[a2 - 1] == b[b2 - 1]:
            a2, b2 = a2 - 1, b2 - 1
            found[a2] = b2
        if a1 == a2 or b1 == b2:
            continue
        count: dict[Signature, list[int]] = {}
        for i in range(a1, a2):
            count.setdefault(a[i], [0, 0, 0, 0])[0] += 1
            count[a[i]][1] = i
        for i in range(b1, b2):
            if b[i] in count:
                count[b[i]][2] += 1
                count[b[i]][3] = i
        anchors = _longest([(n[1], n[3]) for n in count.values() if n[0] == n[2] == 1])
        if anchors:
            x, y = a1, b1
            for i, j in [*anchors, (a2, b2)]:
                work.append((x, i, y, j))
                if i < a2:
                    found[i] = j
                x, y = i + 1, j + 1
        elif (a2 - a1) * (b2 - b1) <= STEPS:
            found.update(_exact(a, b, a1, a2, b1, b2))
    return found


def _exact(a: list[Signature], b: list[Signature], a1: int, a2: int, b1: int, b2: int) -> dict[int, int]:
    """The longest common part of two pieces; an empty row counts for nothing."""
    n, m = a2 - a1, b2 - b1
    best = [[0] * (m + 1) for _ in range(n + 1)]
    for i in range(n - 1, -1, -1):
        for j in range(m - 1, -1, -1):
            best[i][j] = best[i + 1][j + 1] + (1 if a[a1 + i] else 0) if a[a1 + i] == b[b1 + j] else max(best[i + 1][j], best[i][j + 1])
    found, i, j = {}, 0, 0
    while i < n and j < m:
        if a[a1 + i] == b[b1 + j]:
            found[a1 + i] = b1 + j
            i, j = i + 1, j + 1
        elif best[i + 1][j] >= best[i][j + 1]:
            i += 1
        else:
            j += 1
    return found


class Rows:
    """Where the rows of one version of a sheet are in another one."""

    def __init__(self, old: Sheet, new: Sheet):
        size = lambda s: max((r for r, row in s.cells.items() if any(v is not None for v, _ in row.values())), default=-1) + 1
        self.a = [_signature(old.cells.get(r, {})) for r in range(size(old))]
        self.b = [_signature(new.cells.get(r, {})) for r in range(size(new))]
        alike = sum(1 for x, y in zip(self.a, self.b) if x and x == y)
        forward = _common(self.a, self.b)
        self.shifted = sum(1 for i in forward if self.a[i]) > alike
        self.moved: set[Signature] = set()
        if alike < len(self.a):
            stay = {x for x, y in zip(self.a, self.b) if x == y}
            self.moved = (set(self.a) & set(self.b)) - stay
        self.map: dict[int, int] = {}
        self.tail: Optional[int] = None
        if self.shifted:
            n, m = len(self.a), len(self.b)
            back = {n - 1 - i: m - 1 - j for i, j in _common(self.a[::-1], self.b[::-1]).items()}
            self.map = {i: j for i, j in forward.items() if back.get(i) == j}
            self._fill(n, m)

    def _fill(self, n: int, m: int) -> None:
        """As many changed rows between two that are certain in both versions are the same rows."""
        ends = sorted(self.map.items())
        for (i, j), (x, y) in zip([(-1, -1), *ends], [*ends, (n, m)]):
            if x - i == y - j and x < n:
                self.map.update({i + k: j + k for k in range(1, x - i)})
        self.tail = self.map[n - 1] - (n - 1) if n - 1 in self.map else None

    def of(self, row: int) -> Optional[int]:
        if not self.shifted:
            return row
        return row + self.tail if row >= len(self.a) and self.tail is not None else self.map.get(row)


def _key(sheet: Sheet) -> Optional[int]:
    """The leftmost column whose cells below the first one are all filled and distinct: it names rows."""
    rows = sorted(r for r, row in sheet.cells.items() if any(v is not None for v, _ in row.values()))
    if len(rows) < 3:
        return None
    for column in sorted(sheet.cells[rows[0]]):
        values = [sheet.value(r, column) for r in rows[1:]]
        if None not in values and len(set(values)) == len(values) and all(v and v[0] in ("n", "s") for v in values):
            return column
    return None


def _same_row(old: dict[int, tuple[Value, Style]], new: dict[int, tuple[Value, Style]], rows: Rows, key: Optional[int]) -> bool:
    """May a changed row be the one that was there? Not if its key changed, most of it, or if it is elsewhere."""
    a, b = _signature(old), _signature(new)
    if not a or a == b:
        return True
    if a in rows.moved or b in rows.moved:
        return False
    before, after = dict(a), dict(b)
    if key is not None and key in before:
        return before[key] == after.get(key)
    return 2 * sum(1 for c, v in before.items() if after.get(c) == v) >= len(before)


def _columns_moved(old: Sheet, new: Sheet, rows: Rows) -> bool:
    """Has a column of the old version more cells in common with another one of the new version?"""
    pairs = [(r, rows.of(r)) for r in sorted(old.cells) if old.cells[r]]
    pairs = [(r, m) for r, m in pairs if m is not None and m in new.cells]
    step = max(1, len(pairs) // SAMPLE)
    pairs = pairs[:3] + pairs[3::step]
    same: dict[tuple[int, int], int] = {}
    firsts: dict[int, Any] = {}
    count: dict[int, int] = {}
    found: dict[tuple[int, int], bool] = {}
    for r, m in pairs:
        assert m is not None
        a = [(c, v) for c, (v, _) in old.cells[r].items() if v is not None and v[0] not in ("f", "array", "in array")][:256]
        b: dict[Value, list[int]] = {}
        for c, (v, _) in new.cells[m].items():
            b.setdefault(v, []).append(c)
        for c, v in a:
            count[c] = count.get(c, 0) + 1
            first = c not in firsts
            firsts[c] = v
            for other in b.get(v, ()):
                same[c, other] = same.get((c, other), 0) + 1
                if first:
                    found[c, other] = True
    for (c, other), n in same.items():
        stays = same.get((c, c), 0)
        if other != c and n > stays and (2 * n > count[c] or found.get((c, other)) and not found.get((c, c))):
            return True
    return False


# --- the merge of cells ------------------------------------------------------


def _likeness(old: Sheet, new: Sheet) -> float:
    """The share of the old sheet's rows that the new one has."""
    rows = [x for x in (_signature(row) for row in old.cells.values()) if x]
    have = {_signature(row) for row in new.cells.values()}
    return sum(1 for x in rows if x in have) / len(rows) if rows else 0.0


def _renamed(base: Book, host: Book, guest: Book) -> dict[str, Sheet]:
    """The sheets of base, by the names that both sides gave them: a new sheet of both is one that both lack, if both have half of its
    rows there, and no other pair does."""
    names = [n for n in host.sheets if n in guest.sheets and n not in base.sheets]
    gone = [n for n in base.sheets if n not in host.sheets and n not in guest.sheets]
    found = dict(base.sheets)
    pairs = [(o, n) for o in gone for n in names if all(2 * _likeness(base.sheets[o], book.sheets[n]) >= 1 for book in (host, guest))]
    for o, n in pairs:
        if [p for p in pairs if o in p or n in p] == [(o, n)]:
            sheet = copy.copy(base.sheets[o])
            sheet.name = n
            del found[o]
            found[n] = sheet
    return found


class Edit(NamedTuple):
    """What a cell of the host becomes."""

    value: Value
    style: Style
    new_value: bool


class Merge:
    """The changes of one side, worked out for the file of the other."""

    def __init__(self, base: Book, host: Book, guest: Book, prefer: str):
        self.base, self.host, self.guest, self.prefer = base, host, guest, prefer
        self.edits: dict[str, dict[tuple[int, int], Edit]] = {}
        self.conflicts: list[Conflict] = []
        self.maps: dict[str, Rows] = {}
        if base.mac != host.mac or base.mac != guest.mac:
            raise Refused("the versions count days from different years (1900 and 1904)")
        self._others("", base.other, host.other, guest.other)
        self.was = was = _renamed(base, host, guest)
        for name in was.keys() & host.sheets.keys():
            if host.sheets[name].cells != was[name].cells:
                rows = Rows(was[name], host.sheets[name])
                if rows.shifted:
                    self.maps[name] = rows
        for name in sorted({*was, *host.sheets, *guest.sheets}):
            b, h, g = (sheets.get(name) for sheets in (was, host.sheets, guest.sheets))
            if g and not h:
                if not b or not _equal(b, g):
                    raise Refused(f"{host.who} {'removed or renamed' if b else 'does not have'} sheet {name}, which {guest.who} {'changed' if b else 'added'}")
                continue
            if not g:  # the list of sheets differs, so that this side is the host because of it
                if b and h:
                    raise MoreThanCells(f"{guest.who} removed sheet {name}")
                continue
            assert h
            empty = Sheet(name)
            self._others(f" of sheet {name}", b.other if b else {}, h.other, g.other)
            if not _equal(g, h) and (not b or not _equal(g, b)):
                self._sheet(b or empty, h, g)

    def _others(self, where: str, base: dict[str, str], host: dict[str, str], guest: dict[str, str]) -> None:
        for what in sorted({*base, *host, *guest}):
            g = guest.get(what, "")
            if g != base.get(what, "") and g != host.get(what, ""):
                if base.get(what, "") != host.get(what, ""):
                    raise Refused(f"both sides changed {what}{where}")
                raise MoreThanCells(f"{self.guest.who} changed {what}{where}")

    def _sheet(self, b: Sheet, h: Sheet, g: Sheet) -> None:
        name = h.name
        here, there = self.maps.get(name) or Rows(b, h), Rows(b, g)
        if there.shifted:
            raise MoreThanCells(f"{self.guest.who} inserted, removed or moved rows of sheet {name}")
        for book, other, rows in ((self.host, h, here), (self.guest, g, there)):
            if _columns_moved(b, other, rows):
                more = MoreThanCells if book is self.guest else Refused
                raise more(f"{book.who} inserted, removed or moved columns of sheet {name}")
        key = _key(b)
        added = _appended(b, h, g, here, key)
        for row in sorted({*b.cells, *g.cells}):
            was, now = b.cells.get(row, {}), g.cells.get(row, {})
            if row in added:
                for c in sorted(now):
                    self._cell(b, h, g, row, added[row], c, False)
            elif was != now:
                self._row(b, h, g, row, here, there, key)

    def _row(self, b: Sheet, h: Sheet, g: Sheet, row: int, here: Rows, there: Rows, key: Optional[int]) -> None:
        was, now = b.cells.get(row, {}), g.cells.get(row, {})
        columns = [c for c in sorted({*was, *now}) if b.value(row, c) != g.value(row, c) or b.style(row, c) != g.style(row, c)]
        if not columns:
            return
        at = here.of(row)
        if at is None:
            raise Refused(f"{self.guest.who} changed {h.name}!{letters(columns[0])}{row + 1}, and {self.host.who} removed or moved the rows there")
        target = h.cells.get(at, {})
        changed = _signature(was) != _signature(target) and self._expected(b, was) != _plain_row(target)
        if changed and not (_same_row(was, target, here, key) and _same_row(was, now, there, key)):
            raise Refused(f"both sides changed row {at + 1} of sheet {h.name}, and it may be another row in one of them")
        fresh = not any(v is not None for v, _ in was.values())
        mixed = fresh and any(h.value(at, c) is not None and g.value(row, c) not in (None, h.value(at, c)) for c in columns)
        if mixed:
            columns = sorted({*columns, *(c for c, (v, _) in target.items() if v is not None)})
        for c in columns:
            self._cell(b, h, g, row, at, c, mixed)

    def _expected(self, b: Sheet, was: dict[int, tuple[Value, Style]]) -> list[tuple[int, Value]]:
        """A row as it is after rows were inserted somewhere."""
        return [(c, ("f", _by_map(v[1], b.name, self.maps)) if v[0] == "f" else v) for c, (v, _) in sorted(was.items()) if v is not None]

    def _cell(self, b: Sheet, h: Sheet, g: Sheet, row: int, at: int, c: int, mixed: bool) -> None:
        place = f"{h.name}!{letters(c)}{at + 1}"
        before, mine, theirs = b.value(row, c), h.value(at, c), g.value(row, c)
        s_before, s_mine, s_theirs = b.style(row, c), h.style(at, c), g.style(row, c)
        if before and before[0] == "f" and mine != before and mine == ("f", _by_map(before[1], b.name, self.maps)):
            mine = before  # it only followed rows that moved
        value = theirs != before and theirs != mine
        style = s_theirs != s_before and s_theirs != s_mine
        if not value and not style and not mixed:
            return
        clash = (value and (mine != before or mixed)) or (mixed and theirs != mine)
        if clash or style and s_mine != s_before:
            texts = (_shown(mine, s_mine, self.base.mac), _shown(theirs, s_theirs, self.base.mac)) if clash else ("its format", "its format")
            if self.host.who == "theirs":
                texts = texts[1], texts[0]
            self.conflicts.append(Conflict(h.name, at if self.host.who == "ours" else row, c, texts))
            if self.prefer == self.host.who:
                return
            if self.prefer == "base":
                value, style, theirs, s_theirs = value or clash, style, before, s_before
            value, style = value or clash, style or (clash and s_theirs != s_mine)
        if not value and not style:
            return
        for v in (before, h.value(at, c), theirs):
            if value and v and v[0] in ("array", "in array"):
                raise Refused(f"{place} belongs to an array formula or a table of data, and {self.guest.who} changed it")
        if value and ((row, c) in g.odd or (at, c) in h.odd):
            raise Refused(f"{place} has metadata (a dynamic array, or a linked value), and {self.guest.who} changed it")
        if value and theirs and theirs[0] == "f":
            self._check_formula(place, theirs[1], h.name)
        for r1, c1, r2, c2 in h.merged:
            if r1 <= at <= r2 and c1 <= c <= c2 and (at, c) != (r1, c1) and theirs is not None and value:
                raise Refused(f"{place} is hidden by merged cells, and {self.guest.who} changed it")
        self.edits.setdefault(h.name, {})[at, c] = Edit(theirs if value else h.value(at, c), s_theirs if style else s_mine, value)

    def _check_formula(self, place: str, formula: str, sheet: str) -> None:
        reads = _reads(formula, sheet)
        if self.maps:
            raise Refused(f"{self.guest.who} changed the formula in {place}, and {self.host.who} inserted or removed rows, which moves what it names")
        for name in {s for s, *_ in [*reads.cells, *reads.regions]}:
            if name not in self.host.sheets and name in self.guest.sheets:
                raise Refused(f"the formula in {place} names sheet {name}, which {self.host.who} does not have")
        for name in reads.names:
            if self.guest.names.get(name.lower()) != self.host.names.get(name.lower()):
                raise Refused(f"the formula in {place} names {name}, which is another range in {self.host.who}")
        if re.search(r"\[\d+\]", formula) and self.guest.other.get("the workbook's externalReferences") != self.host.other.get("the workbook's externalReferences"):
            raise Refused(f"the formula in {place} names another workbook, which {self.host.who} does not name alike")


def _filled(sheet: Sheet, after: int) -> list[int]:
    return [r for r in sorted(sheet.cells) if r > after and any(v is not None for v, _ in sheet.cells[r].values())]


def _appended(b: Sheet, h: Sheet, g: Sheet, here: Rows, key: Optional[int]) -> dict[int, int]:
    """The guest's rows below the last one of base, and where they go: below those that the host added there. Empty where that is not
    certain: a row or a key that both have, rows apart from the others, formulas."""
    rows = _filled(b, -1)
    last = rows[-1] if rows else 0
    end = here.of(last)
    theirs = _filled(g, last)
    if not rows or end is None or not theirs:
        return {}
    ours = _filled(h, end)
    if not ours or theirs != list(range(last + 1, last + 1 + len(theirs))) or ours != list(range(end + 1, end + 1 + len(ours))):
        return {}
    cells = [v for sheet, new in ((h, ours), (g, theirs)) for r in new for v, _ in sheet.cells[r].values()]
    if any(v and v[0] in ("f", "array", "in array") for v in cells):
        return {}
    if {_signature(h.cells[r]) for r in ours} & {_signature(g.cells[r]) for r in theirs}:
        return {}
    if key is not None:
        keys = [sheet.value(r, key) for sheet, new in ((h, ours), (g, theirs)) for r in new]
        if None in keys or len(set(keys)) < len(keys):
            return {}
    return {r: ours[-1] + 1 + i for i, r in enumerate(theirs)}


def _plain_row(row: dict[int, tuple[Value, Style]]) -> list[tuple[int, Value]]:
    return [(c, v) for c, (v, _) in sorted(row.items()) if v is not None]


def _equal(a: Sheet, b: Sheet) -> bool:
    return a.other == b.other and a.cells == b.cells


def _shown(value: Value, style: Style, mac: bool) -> str:
    """A cell in a message, with days as days."""
    from .reader import _clocks

    if value is None:
        return "empty"
    kind, v = value[0], value[1]
    if kind == "n" and isinstance(v, float):
        number = style.code[1:] if style.code.startswith("#") else "code"
        clock = _clocks({"code": style.code}, [number])[0]
        if clock == "date" and 61 <= v < 2_000_000:
            day = datetime.datetime(1904, 1, 1) if mac else datetime.datetime(1899, 12, 30)
            return (day + datetime.timedelta(milliseconds=round(v * 86_400_000))).isoformat().removesuffix("T00:00:00")
        return _digits(v)
    if kind == "r":
        return re.sub(r"<[^>]*>", "", v)
    return "=" + v if kind in ("f", "array") else "true" if value == ("b", "1") else "false" if kind == "b" else str(v)


def _digits(v: Any) -> str:
    return v if isinstance(v, str) else repr(int(v)) if v.is_integer() and abs(v) < 1e15 else repr(v)


# --- which stored values no longer hold --------------------------------------


def _stale(host: Book, edits: dict[str, dict[tuple[int, int], Edit]]) -> set[tuple[str, int, int]]:
    """The formulas of the merged workbook that depend on a changed cell."""
    formulas: dict[tuple[str, int, int], str] = {}
    for name, sheet in host.sheets.items():
        for row, cells in sheet.cells.items():
            for column, (value, _) in cells.items():
                if value and value[0] in ("f", "array"):
                    formulas[name, row, column] = value[1]
    dirty = deque()
    for name, some in edits.items():
        for (row, column), edit in some.items():
            if edit.new_value:
                dirty.append((name, row, column))
                formulas.pop((name, row, column), None)
                if edit.value and edit.value[0] == "f":
                    formulas[name, row, column] = edit.value[1]
    if not dirty:
        return set()
    by_cell: dict[tuple[str, int, int], list[tuple[str, int, int]]] = {}
    regions: list[tuple[str, int, int, int, int, tuple[str, int, int]]] = []
    found: set[tuple[str, int, int]] = set()
    known = {n.lower(): n for n in host.sheets}
    for place, text in formulas.items():
        reads = _reads(text, place[0])
        cells, areas, unknown = list(reads.cells), list(reads.regions), reads.unknown
        for name in reads.names:
            if name.lower() in host.names:
                inner = _reads(host.names[name.lower()], place[0])
                cells += inner.cells
                areas += inner.regions
                unknown = unknown or inner.unknown or bool(inner.names)
            else:
                unknown = True
        if unknown:
            found.add(place)
        for s, r, c in cells:
            by_cell.setdefault((known.get(s.lower(), s), r, c), []).append(place)
        regions += [(known.get(s.lower(), s), r1, c1, r2, c2, place) for s, r1, c1, r2, c2 in areas]
    dirty.extend(found)
    done = set(dirty)
    steps = 0
    while dirty:
        name, row, column = dirty.popleft()
        next_ones = by_cell.get((name, row, column), [])[:]
        steps += len(regions)
        if steps > 20 * STEPS:
            return set(formulas)
        next_ones += [p for s, r1, c1, r2, c2, p in regions if s == name and r1 <= row <= r2 and c1 <= column <= c2]
        for p in next_ones:
            found.add(p)
            if p not in done:
                done.add(p)
                dirty.append(p)
    return found & set(formulas)


# --- writing -----------------------------------------------------------------

ROW = re.compile(rb"<row\b([^>]*?)(?:/>|>(.*?)</row>)", re.S)
CELL = re.compile(rb"<c\b([^>]*?)(?:/>|>(.*?)</c>)", re.S)
R = re.compile(rb'\br="([^"]*)"')


class Styles:
    """The host's cell formats, and those that changed cells bring."""

    def __init__(self, host: Book):
        self.host = host
        self.data = host.bytes(host.styles_part) if host.styles_part in host.parts else b""
        self.places: dict[Style, int] = {}
        for i, s in enumerate(host.styles):
            self.places.setdefault(s, i)
        self.added = False

    def place(self, style: Style) -> int:
        if style not in self.places:
            self.places[style] = self._add(style)
        return self.places[style]

    def _append(self, name: str, xml: str) -> int:
        """At the end of a list: its place there."""
        if "{" in xml and "<{" in xml:
            raise Refused("a changed cell has a format that is not carried over")
        m = re.search(rb"<%s\b([^>]*[^/])?>" % name.encode(), self.data)
        end = self.data.find(b"</%s>" % name.encode())
        if not m or end < 0:
            raise Refused("the formats of cells are written in a way that is not merged")
        count = len(list(ElementTree.fromstring(self.data).find("{*}" + name) or ()))
        head = re.sub(rb'count="\d+"', b'count="%d"' % (count + 1), m[0])
        self.data = self.data[: m.start()] + head + self.data[m.end() : end] + xml.encode() + self.data[end:]
        return count

    def _code(self, code: str) -> int:
        if code.startswith("#") and code[1:].isdigit():
            return int(code[1:])
        root = ElementTree.fromstring(self.data)
        codes = {e.get("formatCode", ""): int(e.get("numFmtId", "0")) for e in root.findall("{*}numFmts/{*}numFmt")}
        if code in codes:
            return codes[code]
        number = max([163, *codes.values()]) + 1
        if not codes:
            empty = re.search(rb"<numFmts\b[^>]*/>", self.data)
            m = empty or re.search(rb"<styleSheet\b[^>]*>", self.data)
            if not m:
                raise Refused("the formats of cells are written in a way that is not merged")
            self.data = self.data[: empty.start() if empty else m.end()] + b'<numFmts count="0"></numFmts>' + self.data[m.end() :]
        self._append("numFmts", f'<numFmt numFmtId="{number}" formatCode="{_attribute(code)}"/>')
        return number

    def _add(self, style: Style) -> int:
        self.added = True
        number = self._code(style.code)
        font, fill, border = (self._append(n, x) for n, x in (("fonts", style.font), ("fills", style.fill), ("borders", style.border)))
        quoted = style.rest.endswith(" quoted")
        inside = style.rest.removesuffix(" quoted")
        words = f'numFmtId="{number}" fontId="{font}" fillId="{fill}" borderId="{border}" xfId="{self.host.named.get(style.name, 0)}"'
        words += ' applyNumberFormat="1" applyFont="1" applyFill="1" applyBorder="1" applyAlignment="1" applyProtection="1"' + (' quotePrefix="1"' if quoted else "")
        return self._append("cellXfs", f"<xf {words}>{inside}</xf>" if inside else f"<xf {words}/>")


def _cell_xml(row: int, column: int, value: Value, style: int) -> bytes:
    words = f'<c r="{letters(column)}{row + 1}"' + (f' s="{style}"' if style else "")
    if value is None:
        return (words + "/>").encode()
    kind, v = value[0], value[1]
    if kind == "s":
        return f'{words} t="inlineStr"><is><t xml:space="preserve">{_escaped(v)}</t></is></c>'.encode()
    if kind == "r":
        return f'{words} t="inlineStr"><is>{v}</is></c>'.encode()
    if kind == "f":
        return f"{words}><f>{_escaped(v)}</f></c>".encode()
    text, typed = (_digits(v), "") if kind == "n" else (v, f' t="{kind}"')
    return f"{words}{typed}><v>{_escaped(text)}</v></c>".encode()


def _sheet_xml(data: bytes, host: Sheet, edits: dict[tuple[int, int], Edit], stale: set[tuple[int, int]], styles: Styles) -> bytes:
    """The sheet with its changed cells. Cells that followed the first one of a shared formula which is gone have theirs themselves."""
    gone = {host.masters[p] for p in edits if p in host.masters and edits[p].new_value}
    at = re.search(rb"<sheetData\b[^>]*?(/?)>", data)
    assert at
    begin, end = at.end(), data.find(b"</sheetData>") if not at[1] else at.end()
    head, body, tail = data[:begin], data[begin:end] if not at[1] else b"", data[end:] if not at[1] else b"</sheetData>" + data[end:]
    head = head if not at[1] else data[: at.start()] + b"<sheetData>"
    by_row: dict[int, dict[int, Edit]] = {}
    for (row, column), edit in edits.items():
        by_row.setdefault(row, {})[column] = edit
    stale_rows = {r for r, _ in stale}
    out: list[bytes] = [head]
    last, number = 0, -1

    def cell(row: int, column: int, xml: bytes) -> bytes:
        """One that is not changed, but may lose its stored value, or get the text of its formula."""
        if b"<f" in xml and gone:
            m = re.search(rb'<f\b([^>]*?)\bsi="(\d+)"([^>]*?)/>', xml)
            if m and m[2].decode() in gone:
                value = host.value(row, column)
                assert value
                xml = xml[: m.start()] + f"<f>{_escaped(value[1])}</f>".encode() + xml[m.end() :]
        if (row, column) in stale:
            xml = re.sub(rb"<v\b[^>]*/>|<v\b[^>]*>[^<]*</v>", b"", xml, count=1)
            first = xml.index(b">")
            xml = re.sub(rb'\st="(?:str|e|b|n|s)"', b"", xml[:first]) + xml[first:]
        return xml

    def row_xml(row: int, inside: bytes, new: dict[int, Edit]) -> bytes:
        cells: list[tuple[int, bytes]] = []
        column, end_of = -1, 0
        for m in CELL.finditer(inside):
            r = R.search(m[1])
            column = _place(r[1].decode())[1] if r else column + 1
            if inside[end_of : m.start()].strip():
                raise Refused(f"sheet {host.name} is written in a way that is not merged")
            end_of = m.end()
            xml = m[0] if r else b'<c r="%s%d"' % (letters(column).encode(), row + 1) + m[0][2:]
            if column in new and new[column].new_value:
                continue
            if column in new:
                first = xml.index(b">")
                words = re.sub(rb'\ss="\d+"', b"", xml[:first])
                xml = words[:2] + b' s="%d"' % styles.place(new[column].style) + words[2:] + xml[first:]
            cells.append((column, cell(row, column, xml)))
        if inside[end_of:].strip() and b"<extLst" not in inside[end_of:]:
            raise Refused(f"sheet {host.name} is written in a way that is not merged")
        known = {c for c, _ in cells}
        cells += [(c, _cell_xml(row, c, e.value, styles.place(e.style))) for c, e in new.items() if c not in known]
        return b"".join(x for _, x in sorted(cells)) + inside[end_of:]

    def put_new(before: int) -> None:
        for row in sorted(r for r in by_row if r < before):
            out.append(b'<row r="%d">%s</row>' % (row + 1, row_xml(row, b"", by_row.pop(row))))

    for m in ROW.finditer(body):
        r = R.search(m[1])
        number = int(r[1]) - 1 if r else number + 1
        if body[last : m.start()].strip():
            raise Refused(f"sheet {host.name} is written in a way that is not merged")
        put_new(number)
        if number in by_row or number in stale_rows or (gone and b"<f" in m[0]):
            words = m[1].rstrip() if number not in by_row else re.sub(rb'\s+spans="[^"]*"', b"", m[1]).rstrip()
            out.append(b"<row%s>%s</row>" % (words, row_xml(number, m[2] or b"", by_row.pop(number, {}))))
        else:
            out.append(m[0])
        last = m.end()
    put_new(1 << 30)
    out.append(body[last:] + tail)
    return _with_dimension(b"".join(out), edits)


def _with_dimension(data: bytes, edits: dict[tuple[int, int], Edit]) -> bytes:
    m = re.search(rb'(<dimension\s+ref=")([A-Z0-9:]+)"', data)
    if not m or not edits:
        return data
    r1, c1, r2, c2 = _region(m[2].decode())
    rows, columns = [r for r, _ in edits], [c for _, c in edits]
    r1, c1, r2, c2 = min(r1, *rows), min(c1, *columns), max(r2, *rows), max(c2, *columns)
    ref = f"{letters(c1)}{r1 + 1}:{letters(c2)}{r2 + 1}".encode()
    return data[: m.start(2)] + ref + data[m.end(2) :] if (r1, c1, r2, c2) != _region(m[2].decode()) else data


def _calculating(data: bytes) -> bytes:
    """The workbook's part, which asks for a calculation when it is opened."""
    m = re.search(rb"<calcPr\b[^>]*?(/?)>", data)
    if m:
        words = re.sub(rb'\s(?:fullCalcOnLoad|calcCompleted|forceFullCalc)="[^"]*"', b"", m[0])
        end = -2 if words.endswith(b"/>") else -1
        return data[: m.start()] + words[:end].rstrip() + b' fullCalcOnLoad="1"' + words[end:] + data[m.end() :]
    # after these comes calcPr
    for word in (b"</definedNames>", b"</externalReferences>", b"</functionGroups>", b"</sheets>"):
        at = data.find(word)
        if at >= 0:
            return data[: at + len(word)] + b'<calcPr fullCalcOnLoad="1"/>' + data[at + len(word) :]
    raise Refused("the workbook is written in a way that is not merged")


def _without_chain(host: Book, changed: dict[str, bytes]) -> set[str]:
    """The order of calculation, which programs work out again; it must not name a cell without a formula."""
    part = host.chain_part
    if part not in host.parts:
        return set()
    folder, name = posixpath.split(host.main)
    rels = posixpath.join(folder, "_rels", name + ".rels")
    for p, pattern in ((rels, rb'<Relationship\b[^>]*/calcChain"[^>]*?(?:/>|></Relationship>)'), ("[Content_Types].xml", rb'<Override\b[^>]*"/%s"[^>]*?(?:/>|></Override>)' % re.escape(part.encode()))):
        data, n = re.subn(pattern, b"", host.bytes(p))
        if n != 1:
            raise Refused("the workbook is written in a way that is not merged")
        changed[p] = data
    return {part}


def _written(m: Merge) -> tuple[bytes, set[tuple[str, int, int]]]:
    host, styles = m.host, Styles(m.host)
    stale = _stale(host, m.edits)
    changed: dict[str, bytes] = {}
    for name in {*m.edits, *(s for s, _, _ in stale)}:
        sheet = host.sheets[name]
        own = {(r, c) for s, r, c in stale if s == name}
        own |= {(r, c) for r, row in sheet.cells.items() for c, (v, _) in row.items() if v and v[0] == "in array" and (v[1], v[2]) in own}
        changed[sheet.part] = _sheet_xml(host.bytes(sheet.part), sheet, m.edits.get(name, {}), own, styles)
    if styles.added:
        changed[host.styles_part] = styles.data
    formulas = any(e.new_value and (e.value and e.value[0] == "f" or (host.sheets[s].value(*p) or ("",))[0] == "f") for s, some in m.edits.items() for p, e in some.items())
    gone = _without_chain(host, changed) if formulas else set()
    if stale or formulas:
        changed[host.main] = _calculating(host.bytes(host.main))
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as out:
        for info in host.zip.infolist():
            if info.filename not in gone:
                new = zipfile.ZipInfo(info.filename, info.date_time)
                new.compress_type, new.external_attr, new.create_system = info.compress_type, info.external_attr, info.create_system
                out.writestr(new, changed.get(info.filename, host.bytes(info.filename)))
    _prove(m, made, changed, gone, stale)
    new = {(s, *p) for s, some in m.edits.items() for p, e in some.items() if e.new_value and e.value and e.value[0] == "f"}
    return made.getvalue(), stale | new


def _prove(m: Merge, made: io.BytesIO, changed: dict[str, bytes], gone: set[str], stale: set[tuple[str, int, int]]) -> None:
    """Read again, is it the host with these cells and nothing else?"""
    host, new = m.host, Book(made, "the merged workbook")
    wrong = Refused("the merged workbook, read again, is not what was to be written; please report this")
    allowed = {*changed}
    if {*new.parts} != {*host.parts} - gone or any(new.bytes(p) != host.bytes(p) for p in new.parts if p not in allowed):
        raise wrong
    if new.other != host.other or list(new.sheets) != list(host.sheets) or new.styles[: len(host.styles)] != host.styles:
        raise wrong
    for name, sheet in host.sheets.items():
        cells = {r: dict(row) for r, row in sheet.cells.items()}
        stored = dict(sheet.stored)
        for (r, c), edit in m.edits.get(name, {}).items():
            cells.setdefault(r, {})[c] = (edit.value, edit.style)
            if edit.new_value:
                stored.pop((r, c), None)
                if edit.value and edit.value[0] == "f":
                    stored[r, c] = ("", "")
        for s, r, c in stale:
            if s == name:
                stored[r, c] = ("", "")
        for r, row in sheet.cells.items():
            for c, (v, _) in row.items():
                if v and v[0] == "in array" and (name, v[1], v[2]) in stale:
                    stored[r, c] = ("in", "None")
        is_now = new.sheets[name]
        full = lambda some: {r: row for r, row in some.items() if row}
        if full(is_now.cells) != full(cells) or is_now.stored != stored or is_now.other != sheet.other or is_now.odd != sheet.odd:
            raise wrong


# --- what is printed ---------------------------------------------------------


def _changed(m: Merge) -> int:
    """The cells of the host that base does not have."""
    count = 0
    for name, sheet in m.host.sheets.items():
        old = m.was.get(name) or Sheet(name)
        rows = m.maps.get(name)
        was = {(rows.of(r) if rows else r): row for r, row in old.cells.items()}
        for r, row in sheet.cells.items():
            before = was.get(r, {})
            count += sum(1 for c, cell in row.items() if cell != before.get(c) and (cell[0] is not None or c in before))
    return count


def _other_kind(path: str) -> str:
    """What the file is, if it is not a workbook whose parts are XML of Excel; else nothing."""
    with open(path, "rb") as f:
        if f.read(4) != b"PK\3\4":
            return "a file of another kind, such as .xls"
    with zipfile.ZipFile(path) as z:
        names = z.namelist()
    if "[Content_Types].xml" not in names:
        return "an OpenDocument file (.ods)" if "content.xml" in names else "an archive, not a workbook"
    return "a binary workbook (.xlsb)" if "xl/workbook.bin" in names else ""


def merged(paths: list[str], prefer: str) -> Iterator[Any]:
    """A dict about the merge, and the bytes of the workbook, unless the dict has "refused"."""
    try:
        for path in paths:
            if kind := _other_kind(path):
                raise Refused(f"it is {kind}; only .xlsx and .xlsm are, so save it as .xlsx in both branches")
        base, ours, theirs = (Book(p, who) for p, who in zip(paths, ("base", "ours", "theirs")))
        m, data, stale = _by_a_host(base, ours, theirs, prefer)
    except Refused as e:
        yield {"refused": str(e)}
        return
    except MemoryError:
        yield {"refused": "the workbooks need more memory than the reader has (varve.reader.memory)"}
        return
    except (zipfile.BadZipFile, ElementTree.ParseError, expat.ExpatError, KeyError, ValueError, UnicodeDecodeError) as e:
        yield {"refused": f"the workbook is damaged, or written in a way that is not merged ({type(e).__name__}: {e})"}
        return
    count = sum(len(s) for s in m.edits.values()) if m.guest is theirs else _changed(m)
    words = [f"{c.sheet}!{letters(c.column)}{c.row + 1}: {c.texts[0]} and {c.texts[1]}" for c in m.conflicts[:NAMED]]
    if len(m.conflicts) > NAMED:
        words.append(f"and {len(m.conflicts) - NAMED:,} more")
    yield {"cells": count, "conflicts": len(m.conflicts), "words": "; ".join(words), "stale": len(stale)}
    yield data


def _by_a_host(base: Book, ours: Book, theirs: Book, prefer: str) -> tuple[Merge, bytes, set[tuple[str, int, int]]]:
    why: list[Refused] = []
    for host, guest in ((ours, theirs), (theirs, ours)):
        try:
            m = Merge(base, host, guest, prefer)
            return m, *_written(m)
        except Refused as e:
            why.append(e)
    if all(isinstance(e, MoreThanCells) for e in why):
        raise Refused(f"both sides changed more than cells: {'; '.join(map(str, why))}")
    raise next(e for e in why if not isinstance(e, MoreThanCells))
