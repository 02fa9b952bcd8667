"""Tables as values, and how a combination of properties spells them: the reference, which shares no code with varve.

A Model has columns (name, kind) and rows of values: int, Decimal, bool, date, str or None. Spelling(combination).bytes(model)
writes it; parse() reads such a file again, with csv and json of Python, into values. Both know only the combination.
"""
import csv
import datetime
import gzip
import io
import json
from decimal import Decimal

KINDS = {"whole": "integer", "number": "number", "text": "string", "flag": "boolean", "day": "date"}
SAMPLE = {
    "latin": ["Müller", "Zoë café", "Straße 5", "Åse Ørsted", "naïve façade", "señor Núñez", "Übung macht", "crème brûlée", "plain words", "Köln am Rhein"],
    "clear": ["Müller", "Zoë café", "Straße 5", "größer", "Übung macht", "Köln am Rhein", "plain words"],
    "japanese": ["東京タワー", "カナダの表", "ソース能力", "日本語の予定", "北海道", "大阪の十月", "plain words", "京都と奈良", "名古屋", "りんご"],
    "any": ["Müller", "東京の表", "Ωmega Ж", "naïve 😀", "plain words", "Zoë", "größer", "שלום", "crème", "Łódź"],
}  # fmt: skip


def alphabet(c):
    """Of few words that nothing declares the encoding is clear where these read the same in all that are likely."""
    latin = "clear" if c["said"] == "found" else "latin"
    return {"windows-1252": latin, "shift_jis": "japanese"}.get(c["encoding"], "any")


class Wrong(str):
    """A text in a column of another type."""


class Model:
    def __init__(self, columns, key, rows):
        self.columns, self.key, self.rows = columns, key, rows
        self.names = [name for name, _ in columns]

    def place(self, name):
        return self.names.index(name)

    def key_of(self, row):
        return tuple(row[self.place(name)] for name in self.key)

    def by_key(self):
        return {self.key_of(row): row for row in self.rows}

    def copy(self):
        return Model(self.columns, self.key, [list(row) for row in self.rows])


def random_value(rng, kind, c, row):
    if kind == "whole":
        return rng.randrange(-50, 1000)
    if kind == "number":
        return Decimal(rng.choice([rng.randrange(-999, 999), rng.randrange(-99999, 9999999)])).scaleb(-2)
    if kind == "flag":
        return rng.random() < 0.5
    if kind == "day":
        return datetime.date(2025, 1, 1) + datetime.timedelta(days=rng.randrange(600))
    words = rng.choice(SAMPLE[alphabet(c)])
    hard = ["", "", "", ' "so"', "; a", ", b", "\tc", " #d"] if c["form"] != "tsv" else ["", "", ' "so"', " #d"]
    return words + rng.choice(hard) if rng.random() < 0.5 else words


def new_model(rng, c):
    """Columns whose types are certain, so that what is found is what would be declared."""
    columns = [("id", "text" if c["key"] == "text" else "whole"), ("name", "text"), ("price", "number"), ("qty", "whole"), ("ok", "flag"), ("day", "day"), ("note", "text")]
    key = ["id"]
    if c["key"] == "pair":
        columns.insert(1, ("part", "text"))
        key = ["id", "part"]
    count = rng.randrange(9, 24) if c["size"] == "small" else rng.randrange(2200, 4000)
    model = Model(columns, key, [])
    numbers = list(range(1, count + 1))
    if rng.random() < 0.5:
        rng.shuffle(numbers)
    for number in numbers:
        model.rows.append(new_row(rng, c, model, number))
    # what makes types certain: a fraction below one, a negative one, a thousand
    for row, value in zip(model.rows, ("0.05", "-7.25", "1234.50", "12.75")):
        row[model.place("price")] = Decimal(value)
        row[model.place("name")] = SAMPLE[alphabet(c)][model.rows.index(row)]
    return model


def new_row(rng, c, model, number):
    row = []
    for name, kind in model.columns:
        if name == "id":
            mark = "#" if rng.random() < 0.1 else "K"
            row.append(number if kind == "whole" and c["key"] == "number" else number // 2 if kind == "whole" else f"{mark}-{number:04}")
        elif name == "part":
            row.append("ab"[number % 2])
        else:
            row.append(None if rng.random() < 0.12 else random_value(rng, kind, c, row))
    return row


def evolved(rng, c, model):
    """The next version: a few cells changed, a row gone, a row added."""
    new = model.copy()
    for row in rng.sample(new.rows, min(3, len(new.rows))):
        name, kind = rng.choice([column for column in model.columns if column[0] not in model.key])
        old = row[model.place(name)]
        while row[model.place(name)] == old:
            row[model.place(name)] = random_value(rng, kind, c, row)
    del new.rows[rng.randrange(len(new.rows))]
    new.rows.insert(rng.randrange(len(new.rows) + 1), new_row(rng, c, model, 9000 + rng.randrange(900)))
    return new


class Spelling:
    def __init__(self, c):
        self.c = c
        self.json = c["form"] in ("ndjson", "json", "doc")
        self.delimiter = "\t" if c["form"] == "tsv" else c["delimiter"]
        self.ends = "\r\n" if c["ends"] == "crlf" else "\n"
        self.comments = c["around"] in ("comments-between", "all") and not self.json
        self.point = "," if c["numbers"].startswith("comma") else "."
        self.groups = {"point-groups": ",", "comma-groups": "."}.get(c["numbers"], "")
        self.ending = {"gz": ".csv.gz", "doc": ".json"}.get(c["form"], "." + c["form"])

    # ---- cells ----

    def text(self, kind, value):
        """A cell's text, without quotes; None: null in JSON."""
        if value is None:
            return None if self.json else ""
        if isinstance(value, Wrong):
            return str(value)
        if kind == "flag":
            return "true" if value else "false"
        if kind == "number":
            whole, _, part = format(value, "f").partition(".")
            if self.groups:
                sign, digits = ("-", whole[1:]) if whole.startswith("-") else ("", whole)
                whole = sign + f"{int(digits):,}".replace(",", self.groups)
            return whole + (self.point + part if part else "")
        return str(value)

    def cell(self, kind, value, first):
        text = self.text(kind, value)
        kind = "text" if isinstance(value, Wrong) else kind
        if self.json:
            return "null" if text is None else text if kind in ("whole", "number", "flag") else json.dumps(text, ensure_ascii=False)
        needs = any(mark in text for mark in (self.delimiter, '"', "\n", "\r"))
        needs = needs or (first and self.comments and text.startswith("#"))
        if needs or self.c["quotes"] == "all" or (self.c["quotes"] == "texts" and kind == "text" and value is not None):
            return '"' + text.replace('"', '""') + '"'
        return text

    # ---- lines ----

    def line(self, model, row):
        cells = [self.cell(kind, value, place == 0) for place, ((_, kind), value) in enumerate(zip(model.columns, row))]
        if self.json:
            return "{" + ",".join(f"{json.dumps(name, ensure_ascii=False)}:{cell}" for name, cell in zip(model.names, cells)) + "}"
        above = ""
        if self.comments and isinstance(row[0], int) and row[0] % 3 == 0 or self.comments and str(row[0])[-1] in "37":
            above = f"# about {row[0]}" + self.ends
        return above + self.delimiter.join(cells)

    def head(self, model):
        around, c = self.c["around"], self.c
        if self.json:
            return {"ndjson": "", "json": "[" + self.ends, "doc": '{"count": 2, "made": "2026-11-01", "items": [' + self.ends}[c["form"]]
        head = "".join(line + self.ends for line in self.above())
        quoted = c["quotes"] in ("all", "texts")
        return head + self.delimiter.join(f'"{name}"' if quoted else name for name in model.names) + self.ends

    def above(self):
        if self.json:
            return []
        return {"comments-above": ["# prices of the market", "# by Ada"], "all": ["# prices of the market"], "title": ["Prices of the market", ""]}.get(self.c["around"], [])

    def below(self):
        return ["", "Source: the market"] if self.c["around"] in ("notes-below", "all") and not self.json else []

    def tail(self):
        if self.json:
            return {"ndjson": "", "json": self.ends + "]" + self.ends, "doc": self.ends + '], "next": null}' + self.ends}[self.c["form"]]
        return "".join(line + self.ends for line in self.below())

    def plain(self, model):
        """The file's text."""
        lines = [self.line(model, row) for row in model.rows]
        if self.c["form"] in ("json", "doc"):
            body = ("," + self.ends).join(lines)
        else:
            body = "".join(line + self.ends for line in lines)
        return self.head(model) + body + self.tail()

    def bytes(self, model):
        data = self.encode(self.plain(model))
        return gzip.compress(data, mtime=0) if self.c["form"] == "gz" else data

    def encode(self, text):
        if self.c["encoding"] == "utf-16":
            return b"\xff\xfe" + text.encode("utf-16-le")
        return text.encode({"windows-1252": "cp1252", "shift_jis": "cp932"}.get(self.c["encoding"], self.c["encoding"]))

    def decode(self, data):
        if self.c["form"] == "gz":
            data = gzip.decompress(data)
        return data.decode({"windows-1252": "cp1252", "shift_jis": "cp932"}.get(self.c["encoding"], self.c["encoding"]))

    # ---- back ----

    def parse(self, data, model):
        """The rows of a file so spelled, as values; ValueError where it is spelled otherwise."""
        text = self.decode(data)
        if self.json:
            def number(digits):
                return Decimal(digits)
            rows = [json.loads(line, parse_float=number) for line in text.splitlines()] if self.c["form"] == "ndjson" else json.loads(text, parse_float=number)
            rows = rows["items"] if self.c["form"] == "doc" else rows
            return [[self.value(kind, row.get(name)) for name, kind in model.columns] for row in rows]
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=self.delimiter))
        lines = lines[len(self.above()) : len(lines) - len(self.below())]
        if lines[0] != model.names:
            raise ValueError(f"header {lines[0]}")
        if self.comments:  # the reference quotes a first cell that begins so; csv has dropped the quotes
            lines = [cells for cells in lines if len(cells) == len(model.columns)]
        return [[self.value(kind, cell) for (_, kind), cell in zip(model.columns, cells, strict=True)] for cells in lines[1:]]

    def value(self, kind, cell):
        if cell is None or cell == "":
            return None
        if self.json and not isinstance(cell, str):
            return Decimal(cell) if kind == "number" else cell
        if kind == "whole":
            return int(cell)
        if kind == "number":
            return Decimal(cell.replace(self.groups or "\0", "").replace(self.point, "."))
        if kind == "flag":
            return {"true": True, "false": False}[cell]
        return datetime.date.fromisoformat(cell) if kind == "day" else cell

    # ---- what is declared ----

    def schema(self, model):
        fields = []
        for name, kind in model.columns:
            field = {"name": name, "type": KINDS[kind]}
            if name == "qty":
                field["constraints"] = {"maximum": 5000}
            if kind == "number" and not self.json:
                if self.point == ",":
                    field["decimalChar"] = ","
                if self.groups:
                    field["groupChar"] = self.groups
            fields.append(field)
        return {"fields": fields, "primaryKey": model.key, "missingValues": [""]}

    def resource(self, path, model):
        found = {"name": path.replace("/", "-").replace(".", "-"), "path": path, "schema": self.schema(model)}
        if self.c["encoding"] not in ("utf-8", "utf-8-sig", "utf-16"):
            found["encoding"] = self.c["encoding"]
        if not self.json:
            dialect = {"delimiter": self.delimiter}
            if self.comments:
                dialect["commentChar"] = "#"
            if self.c["around"] == "title":
                dialect["headerRows"] = [3]
            found["dialect"] = dialect
        elif self.c["form"] == "doc":
            found["dialect"] = {"property": "items"}
        return found
