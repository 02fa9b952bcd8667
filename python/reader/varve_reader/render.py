"""Writes rows exactly as the file had them, by dialect and quirks (store.md, "Dialect", "Quirks")."""
import json
import re

from .cbor import Cursor
from .errors import Damaged
from .group import Literal

NUMBER = re.compile(rb"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
ENDS = {None: b"\n", "crlf": b"\r\n", "cr": b"\r"}
QUIRK_ENDS = {1: b"\n", 2: b"\r\n", 3: b"\r"}
COMMON = {"form", "bom", "encoding", "epilogue", "lead", "prologue"}
KEYS = {
    "csv": COMMON | {"quote", "escape", "header", "spaces", "comment", "newline", "quoting", "declared", "delimiter",
                     "headerRows", "finalNewline", "headerRowsJoin"},
    "ndjson": COMMON | {"open", "ascii", "close", "colon", "comma", "newline", "finalNewline"},
    "json": COMMON | {"open", "ascii", "close", "colon", "comma", "rowEnd"},
}
SHORT = {8: b"\\b", 9: b"\\t", 10: b"\\n", 12: b"\\f", 13: b"\\r", 34: b'\\"', 92: b"\\\\"}
ESCAPED = re.compile(rb'[\x00-\x1f"\\]')
BEYOND = re.compile("[\x80-\U0010ffff]")


def json_string(text, ascii_only):
    """Returns a text as a JSON string."""
    out = ESCAPED.sub(lambda m: SHORT.get(m[0][0], b"\\u%04x" % m[0][0]), text)
    if ascii_only:
        whole = out.decode("utf-8", "surrogateescape")
        out = BEYOND.sub(lambda m: m[0] if "\udc80" <= m[0] <= "\udcff" else json.dumps(m[0])[1:-1], whole).encode(
            "utf-8", "surrogateescape")
    return b'"' + out + b'"'


class Writer:
    """Writes the rows of one version."""

    def __init__(self, dialect, names):
        self.form = dialect.get("form")
        unknown = dialect.keys() - KEYS.get(self.form, set())
        if unknown or self.form not in KEYS:
            raise Damaged(f"the dialect has {sorted(unknown) or self.form}, which a newer varve may read")
        self.head = b"\xef\xbb\xbf" * dialect.get("bom", False)
        self.head += dialect.get("prologue", b"[" if self.form == "json" else b"")
        self.tail = dialect.get("epilogue", b"]" if self.form == "json" else b"")
        self.final = dialect.get("finalNewline", self.form != "json")
        if self.form == "csv":
            self.end = ENDS[dialect.get("newline")]
            self._csv(dialect)
        else:
            self.end = dialect.get("rowEnd", b",") if self.form == "json" else ENDS[dialect.get("newline")]
            self.ascii = dialect.get("ascii", False)
            self.open, self.close = dialect.get("open", b"{"), dialect.get("close", b"}")
            self.comma, colon = dialect.get("comma", b","), dialect.get("colon", b":")
            self.names = [json_string(n.encode("utf-8", "surrogatepass"), self.ascii) + colon for n in names]
            self.row = self._json_row

    def _csv(self, dialect):
        quote, escape, spaces = dialect.get("quote", 34), dialect.get("escape", 0), dialect.get("spaces", 0)
        delimiter = bytes((dialect.get("delimiter", 44),))
        self.quote, self.between = bytes((quote,)) if quote else b"", delimiter + b" " * (spaces == 2)
        special = {delimiter, b"\n", b"\r", self.quote} | ({bytes((escape,))} if escape else set())
        doubled = {self.quote} | ({bytes((escape,))} if escape else set())
        self.escape = bytes((escape or quote,))
        self.special = re.compile(b"[" + b"".join(map(re.escape, special)) + b"]" + b"|^ " * bool(spaces))
        self.doubled = re.compile(b"[" + b"".join(map(re.escape, doubled)) + b"]") if quote else None
        self.comment = bytes((dialect["comment"],)) if dialect.get("comment") else None
        self.quoting = dialect.get("quoting", b"")
        self.row = self._csv_row

    def _quoted(self, text, i, alone):
        rule = self.quoting[i] if i < len(self.quoting) else 0
        return (rule == 1 or (rule and text and (rule == 2 or not NUMBER.fullmatch(text)))
                or self.special.search(text) or (alone and not text)
                or (i == 0 and self.comment and text.startswith(self.comment)))

    def _csv_row(self, cells):
        n = len(cells)
        while n and cells[n - 1] is None:
            n -= 1
        out = []
        for i in range(n):
            text = cells[i] or b""
            if self.quote and cells[i] is not None and self._quoted(text, i, n == 1):
                text = self.quote + self.doubled.sub(lambda m: self.escape + m[0], text) + self.quote
            out.append(text)
        return self.between.join(out)

    def _json_row(self, cells):
        return self.open + self.comma.join(
            name + (cell if isinstance(cell, Literal) else json_string(cell, self.ascii))
            for name, cell in zip(self.names, cells) if cell is not None) + self.close

    def group(self, rows, quirks, last):
        """Returns the bytes of a row group. last: the group has the file's last row."""
        out = [self.row(r) + self.end for r in rows]
        if last and not self.final:
            out[-1] = out[-1][:-len(self.end)]
        c, at = Cursor(quirks), 0
        while c.at < c.end:
            at += c.varint(len(out))
            kind = c.byte()
            if kind == 0:
                out[at] = c.take(c.varint())
            else:
                out[at] = self.row(rows[at]) + QUIRK_ENDS[kind]
        return b"".join(out)
