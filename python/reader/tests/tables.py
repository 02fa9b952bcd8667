"""Makes random tables in many forms, and changes them randomly."""
import datetime
import json

WORDS = ["Blue", "Red fox", "m\u00fcde", "\u00e9t\u00e9", "a;b", "c,d", 'q"q', "tab\tbed", "x|y", "two\nlines", "#hash", "", "007",
         " lead", "-0", "1e5", "0.50", "\\back", "'"]
ENCODINGS = [("utf-8", "UTF-8")] * 6 + [("utf-8-sig", "UTF-8"), ("cp1252", "windows-1252"), ("utf-16", "UTF-16"),
                                        ("utf-16-le", "UTF-16LE"), ("iso8859-15", "ISO-8859-15")]


def _day(rng):
    return datetime.date(1900, 1, 1) + datetime.timedelta(rng.randrange(60000))


KINDS = [
    lambda rng, i: i + 1000,
    lambda rng, i: rng.randrange(-10 ** 9, 10 ** 9),
    lambda rng, i: rng.choice([rng.getrandbits(63), -rng.getrandbits(63), ""]),
    lambda rng, i: "%d.%02d" % (rng.randrange(-500, 500), rng.randrange(100)),
    lambda rng, i: rng.choice(["1.5", "2", "-3.25", "0.125", "-0.5", ""]),
    lambda rng, i: rng.choice(["5.0", "2.75", "-1.0", "100.5"]),
    lambda rng, i: str(_day(rng)),
    lambda rng, i: rng.choice([str(_day(rng)), ""]),
    lambda rng, i: f"{_day(rng)}T{rng.randrange(24):02}:{rng.randrange(60):02}:{rng.randrange(60):02}Z",
    lambda rng, i: f"{_day(rng)} 12:{rng.randrange(60):02}:07.{rng.randrange(1000):03}",
    lambda rng, i: "same",
    lambda rng, i: rng.choice(WORDS[:5]),
    lambda rng, i: rng.choice(WORDS) + rng.choice(WORDS),
    lambda rng, i: "x" * rng.randrange(300),
    lambda rng, i: "%032x" % rng.getrandbits(128),
]


class Table:
    """A random table. rows: lists of cells. odd: some rows are spelled differently from the others."""

    def __init__(self, rng, n):
        self.form = rng.choice(["csv", "csv", "csv", "ndjson", "json"])
        self.name = f"t{n}.{self.form}"
        self.codec, self.encoding = rng.choice(ENCODINGS) if self.form == "csv" else ("utf-8", "UTF-8")
        self.delimiter, self.newline = rng.choice(",;\t|^~"), rng.choice(["\n"] * 4 + ["\r\n"] * 2 + ["\r"])
        self.spaced = self.form == "csv" and rng.random() < 0.1
        self.title = "".join(f"Title {i}{self.newline}" for i in range(rng.choice([0, 0, 0, 2]))) if self.form == "csv" else ""
        self.tail = f"Sum of all{self.newline}" * rng.choice([0, 0, 0, 1]) if self.form == "csv" else ""
        self.final = bool(self.tail) or rng.random() < 0.8
        self.ascii, self.between = rng.random() < 0.5, rng.choice([",\n", ",", ",\n  "])
        self.colon, self.comma = rng.choice([(":", ","), (": ", ", ")])
        self.kinds = [KINDS[0]] + rng.choices(KINDS, k=rng.randrange(1, 9))
        self.quoted = [rng.random() < 0.2 for _ in self.kinds]
        self.odd = rng.random() < 0.4
        self.rows = [self.row(rng, i) for i in range(rng.choice([1, 5, 60, 700, 9000]))]
        if rng.random() < 0.15:
            self.rows[0][-1] = "long cell " * 40000
        self.options = ["--encoding", self.encoding] if self.encoding != "UTF-8" else []
        self.extras(rng)
        self.options += (["--skip-lines", "2"] if self.title else []) + (["--skip-footer", "1"] if self.tail else [])
        if self.form == "csv" and not self.title and not self.comments and rng.random() < 0.3:
            self.options += ["--order", "key", "--key", "c0"] if self.header == 1 else []
            self.odd = False
            rng.shuffle(self.rows)

    def extras(self, rng):
        """Sets what only some tables have: comments, no or two header lines, an escape character, a document around the
        rows."""
        csv = self.form == "csv"
        self.comments, self.header = csv and rng.random() < 0.2, rng.choice([1] * 6 + [0, 2]) if csv else 0
        self.escape = "\\" if csv and rng.random() < 0.15 else ""
        self.around = rng.choice([("[\n", "\n]\n"), ("[\n", "\n]\n"), ('{"count": 2, "data": {"items": [\n', '\n]}, "next": null}\n')])
        self.options += ["--comment", "#"] * self.comments + ["--no-header"] * (csv and not self.header)
        self.options += ["--header-rows", "2"] * (self.header == 2) + ["--escape", "\\"] * bool(self.escape)
        self.options += ["--delimiter", self.delimiter] * csv
        self.options += ["--records", "data.items"] * (self.form == "json" and "data" in self.around[0])

    def row(self, rng, i):
        cells = [kind(rng, i) for kind in self.kinds]
        if self.form != "csv":
            for n in range(1, len(cells)):
                cells[n] = rng.choice([cells[n]] * 8 + [None, ..., True, 1.25, [1, {"a": "b"}]])
        return cells

    def cell(self, n, text, first):
        text = str(text)
        if self.spaced and not first:
            return " " + self.cell(n, text.strip(), True)
        if self.quoted[n] or any(c in text for c in (self.delimiter, '"', "\n", "\r")) or \
                (self.spaced and text.startswith(" ")) or (self.escape and self.escape in text) or \
                (first and self.comments and text.startswith("#")) or (text == "" and len(self.kinds) == 1):
            return '"' + self.quote(text) + '"'
        return text

    def quote(self, text):
        return text.replace("\\", "\\\\").replace('"', '\\"') if self.escape else text.replace('"', '""')

    def line(self, rng, cells):
        if self.form == "csv":
            if rng and self.odd and rng.random() < 0.05:
                return self.delimiter.join('"' + self.quote(str(c)) + '"' for c in cells)
            if rng and self.comments and rng.random() < 0.1:
                return f"# a note{self.newline}" + self.line(None, cells)
            return self.delimiter.join(self.cell(n, c, n == 0) for n, c in enumerate(cells))
        members = [json.dumps(f"c\u00e9{n}", ensure_ascii=self.ascii) + self.colon +
                   json.dumps(c, ensure_ascii=self.ascii) for n, c in enumerate(cells) if c is not ...]
        return "{" + (" " if rng and self.odd and rng.random() < 0.05 else "") + self.comma.join(members) + "}"

    def bytes(self):
        import random
        rng = random.Random(len(self.rows))
        lines = [self.line(rng, r) for r in self.rows]
        if self.form == "json":
            text = self.between.join(lines).join(self.around)
        else:
            head = [self.delimiter.join(self.cell(n, f"c{n}", n == 0) for n in range(len(self.kinds)))] * self.header
            text = self.title + self.newline.join(head + lines) + self.newline * self.final + self.tail
        return text.encode(self.codec, "replace" if self.codec[:3] != "utf" else "strict")

    def change(self, rng):
        """Changes some cells, and adds and removes rows."""
        for _ in range(rng.randrange(1, 4)):
            row = rng.choice(self.rows)
            n = rng.randrange(1, len(row))
            row[n] = self.kinds[n](rng, rng.randrange(10 ** 6))
        if rng.random() < 0.5:
            self.rows.insert(rng.randrange(len(self.rows) + 1), self.row(rng, 10 ** 6 + rng.randrange(10 ** 6)))
        if rng.random() < 0.5 and len(self.rows) > 3:
            del self.rows[rng.randrange(1, len(self.rows))]
        if rng.random() < 0.15:
            rng.shuffle(self.rows)


class Bytes:
    """A file that is not a table."""

    def __init__(self, rng, n):
        self.name, self.options = f"b{n}.bin", ["--as", "file"]
        self.data = bytearray(rng.randbytes(rng.choice([0, 1, 5000, 700000])))

    def bytes(self):
        return bytes(self.data)

    def change(self, rng):
        at = rng.randrange(len(self.data) + 1)
        self.data[at:at] = rng.randbytes(20)


def make_table(rng, n):
    """Makes a random Table, or sometimes Bytes."""
    return Bytes(rng, n) if rng.random() < 0.1 else Table(rng, n)
