#!/usr/bin/env python3
"""oracle.py QUERIES SEED FOLDER: random queries on tables of varve and on the same rows in plain tables of SQLite.

Both are asked in one run of varve-sql, by the same SQLite; FOLDER is a repository. Each 250 queries have a table of their own, of three
versions: {t} is a version, {u} an older one, {h} the history, {d} the difference of both. Tables are written in forms in turn: as JSON has
numbers, or as a schema declares them (decimal commas, groups, units, words for booleans, patterns of dates, missing values). Ends with 1 and
prints the first query whose answers differ."""
import datetime
import json
import math
import random
import subprocess
import sys

COLUMNS = {"id": "INTEGER", "n": "INTEGER", "p": "REAL", "s": "TEXT", "code": "TEXT", "d": "TEXT", "at": "TEXT COLLATE varve_time", "b": "INTEGER"}
WORDS = ["", "a", "A", "ab", "Ab", "b", "B%", "a_b", "zz", "é", "É", "lamp", "Lamp", "5", "5.0", "05", " 5", "1e3", "-1", "abc", "ABD",
         "a ", "[a]", "a*b", "0x10", "+5", "5 ", "Inf", "naïve", "\U0001f600", "it's"]
NUMBERS = ["0", "1", "-1", "2", "5", "5.0", "5.5", "-0.5", "-0.0", "100", "1000", "1e3", "99.99", "0.1", "0.30000000000000004", "1e300", "-1e300",
           "9007199254740993", "9007199254740992.0", "9223372036854775807", "-9223372036854775808", "9.3e18", "0x10", "NULL", "x'61'", "9e999"]
LIKES = ["'a%'", "'%b'", "'5%'", "'A0%'", "'2026-0%'", "NULL", "''", "'%'", "'_'", "'a\\_%' ESCAPE '\\'", "'a_b'", "'%é%'", "'B\\%' ESCAPE '\\'",
         "'[a]'", "'A0000_'", "'a%%b'", "5", "'%.5'", "'-%'", "'lamp'", "{x}s", "{x}code"]
GLOBS = ["'A*'", "'*'", "'?'", "'[a-c]*'", "'[^a]*'", "'[]]'", "'A0000[0-4]'", "'a[*]b'", "'5*'", "NULL", "'2026-0[1-3]*'", "''", "'[[]a]'", "{x}s"]
EXPRESSIONS = ["n + 0", "p * 2", "lower(s)", "s || code", "-n", "coalesce(n, id)", "CASE WHEN b THEN n ELSE p END", "substr(d, 1, 7)", "CAST(p AS INTEGER)",
               "CAST(n AS TEXT)", "typeof(s)", "n IS NULL", "length(code)", "CAST(s AS NUMERIC)", "+s", "+n", "+p", "max(n, p)", "nullif(b, 1)", "round(p)"]
# Sums that no order of rows changes.
AGGREGATES = ["count(*)", "count({c})", "min({c})", "max({c})", "count(DISTINCT {c})", "sum({x}id)", "sum({x}b)", "avg({x}b)", "total({x}id)", "sum(CAST({x}p * 100 AS INTEGER) % 1000)"]
FRAMES = ["", "", "ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING", "ROWS UNBOUNDED PRECEDING", "GROUPS BETWEEN CURRENT ROW AND 1 FOLLOWING",
          "RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW EXCLUDE TIES"]
PARAMETERS = 12


class Form:
    """How a table spells its values: the members of its fields in datapackage.json, and each value in them."""

    def __init__(self, r, plain):
        self.r = r
        comma = {"decimalChar": ",", **r.choice([{}, {"groupChar": "."}, {"groupChar": " "}, {"groupChar": "'"}])}
        self.number = {} if plain else r.choice([{}, comma, comma, comma, {"groupChar": ","}, {"decimalChar": "·"}])
        self.integer = {} if plain else r.choice([{}, {"groupChar": self.number.get("groupChar", " ")}])
        self.bare = plain or r.random() < 0.6
        self.words = [["false"], ["true"]] if plain else r.choice([[["false"], ["true"]], [["nein", "0"], ["ja", "1"]], [["1"], ["0", "-1"]]])
        self.missing = [""] if plain else r.choice([[""], ["", "NA"], ["", "NA", "-99", "5.0"]])
        self.day = "default" if plain else r.choice(["default", "%d.%m.%Y", "%Y%m%d", "%m/%d/%y"])
        self.moment = "default" if plain else r.choice(["default", "%d.%m.%Y %H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S%z"])
        self.zone = r.random() < 0.5
        self.odd = not plain and r.random() < 0.7
        self.plain = plain

    def schema(self):
        fields = [{"name": c, "type": {"INTEGER": "integer", "REAL": "number"}.get(t, "string")} for c, t in COLUMNS.items()]
        at = {f["name"]: f for f in fields}
        for name, more in (("n", self.integer), ("p", self.number)):
            at[name].update(more if self.bare else {**more, "bareNumber": False})
        at["d"].update(type="date", format=self.day)
        at["at"].update(type="datetime", format=self.moment)
        at["b"].update(type="boolean", trueValues=self.words[1], falseValues=self.words[0])
        return {"fields": fields, "missingValues": self.missing}

    def group(self, digits, mark):
        if not mark or self.r.random() < 0.3:
            return digits
        parts = [digits[max(0, i - 3):i] for i in range(len(digits), 0, -3)]
        return mark.join(reversed(parts))

    def around(self, text):
        if self.bare or self.r.random() < 0.5:
            return text
        before, behind = self.r.choice([("", "%"), ("", " EUR"), ("$", ""), ("~ ", " t")])
        return before + text + behind

    def spell(self, text, more):
        """Plain digits with this field's marks."""
        sign, rest = ("-", text[1:]) if text.startswith("-") else ("", text)
        rest, e, exponent = rest.partition("e")
        whole, point, fraction = rest.partition(".")
        return self.around(sign + self.group(whole, more.get("groupChar")) + (more.get("decimalChar", ".") + fraction if point else "") + e + exponent)

    def integer_cell(self, n):
        return self.spell(str(n), self.integer)

    def number_cell(self, text):
        return self.spell(text, self.number)

    def word(self, b):
        return self.r.choice(self.words[b])

    def written(self, pattern, at, default):
        return default if pattern == "default" else at.strftime(pattern.replace("%z", "+0000"))

    def moment_cell(self, at):
        """(cell, value): without a zone, in UTC, or in another one; a fraction of a second has any number of digits."""
        r = self.r
        at = datetime.datetime.fromisoformat(at[:-1])
        if self.moment != "default":
            return self.written(self.moment, at, None), at.isoformat() + ("Z" if "%z" in self.moment else "")
        minutes = r.choice([0, 0, 0, 60, -330, 840]) if self.zone else 0
        fraction = r.choice(["", "", ".5", ".50", ".000", ".123456789", ".1234567891", ".25"])
        zone = r.choice(["Z", "Z", "+00:00"]) if minutes == 0 else f"{'+' if minutes > 0 else '-'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
        local = at + datetime.timedelta(minutes=minutes)
        zone = zone if self.zone else ""
        return local.isoformat() + fraction + zone, at.isoformat() + fraction.rstrip("0").rstrip(".") + ("Z" if zone else "")

    def cell(self, text, value):
        """A cell that spells a missing value is missing."""
        return (self.r.choice(self.missing), None) if value is None or text in self.missing else (text, value)


def draw_row(r, i, count, special, form):
    """(text of the cell, value of SQLite) by column."""
    row = {"id": (str(i), i)}
    n = r.choice([r.randint(-5, 12), r.randint(-1000, 1000), i, 9007199254740993, 9223372036854775807, -9223372036854775808])
    row["n"] = form.cell(form.integer_cell(n), None if r.random() < 0.1 else n)
    p = r.choice([f"{r.randint(-9, 99)}.{r.randint(0, 99):02}", str(r.randint(-9, 1000)), "0.1", "5.5", "0.0", special])
    row["p"] = form.cell(form.number_cell(p), None if r.random() < 0.1 else float(p))
    if form.odd and r.random() < 0.1:
        row["p"] = form.cell(*r.choice([("NaN", None), ("INF", math.inf), ("-INF", -math.inf), (form.number_cell("12345.5e3"), 12345500.0),
                                        (form.number_cell("1234567.25"), 1234567.25), (form.number_cell("1.234"), 1.234), (form.number_cell("1234"), 1234.0),
                                        (form.number_cell("0.00"), 0.0)]))
    for name in ("s", "code"):
        w = r.choice(WORDS) if name == "s" else f"{r.choice('ABc')}{i // 7:05}"
        row[name] = form.cell(w, w or None)
    d = f"20{r.randint(20, 26)}-{r.randint(1, 12):02}-{r.randint(1, 28):02}"
    row["d"] = form.cell(form.written(form.day, datetime.date.fromisoformat(d), d), None if r.random() < 0.1 else d)
    at = f"2026-{1 + i * 11 // (count * 3):02}-{r.randint(1, 28):02}T{r.randint(0, 23):02}:{r.randint(0, 59):02}:00Z"
    cell, value = form.moment_cell(at)
    row["at"] = form.cell(cell, None if r.random() < 0.1 else value)
    b = r.choice([0, 1])
    row["b"] = form.cell(form.word(b), None if r.random() < 0.1 else b)
    return row


def draw_versions(r, form):
    """Three versions, oldest first, each a dictionary of rows by id."""
    count = r.choice([40, 400, 400, 3000])
    special = r.choice(["0.30000000000000004", "9007199254740993"])
    version = {i: draw_row(r, i, count, special, form) for i in sorted(r.sample(range(count * 3), count))}
    yield version
    for _ in range(2):
        before, version = version, dict(version)
        share = r.choice([0.01, 0.3])
        for i in range(count * 3):
            if i in version and r.random() < share:
                if r.random() < 0.3:
                    del version[i]
                else:
                    c = r.choice(list(COLUMNS)[1:])
                    version[i] = {**version[i], c: draw_row(r, i, count, special, form)[c]}
            elif r.random() < share / 5:
                version[i] = draw_row(r, i, count, special, form)
        del version[r.choice([i for i in version if i in before])]  # so that no two versions are equal
        version = dict(sorted(version.items()))
        yield version


def literal(value):
    if value is None:
        return "NULL"
    if isinstance(value, float):
        return repr(value) if math.isfinite(value) else "9e999" if value > 0 else "-9e999"
    return str(value) if isinstance(value, int) else "'" + value.replace("'", "''") + "'"


class Queries:
    def __init__(self, r, rows):
        self.r, self.rows = r, rows

    def value(self, column):
        """A constant: one of the column's, of another one's, or what is at an edge."""
        r = self.r
        which = r.random()
        if which < 0.45:
            return literal(r.choice(self.rows)[column][1])
        if which < 0.6:
            value = r.choice(self.rows)[column][1]
            return literal(None if value is None else str(value))
        if which < 0.67:
            return f":v{r.randrange(PARAMETERS)}"
        if which < 0.85:
            return r.choice(NUMBERS)
        text = literal(r.choice(WORDS + ["2026-05", "2026-05-01", "2026-05-01T00:00:00Z", "2026-05-01T00:00:00.50", "2026-05-01 02:00:00+02:00", "2023", "A0", "B00100", "9e3", "2026-05-01T24:00", "2026-05-01 "]))
        return text if which < 0.97 else f"CAST({text} AS {r.choice(['INTEGER', 'REAL', 'TEXT', 'BLOB', 'NUMERIC'])})"

    def column(self):
        return self.r.choice(list(COLUMNS))

    def collation(self, share=0.1):
        return f" COLLATE {self.r.choice(['NOCASE', 'RTRIM', 'BINARY'])}" if self.r.random() < share else ""

    def test(self, name=""):
        r = self.r
        column = self.column()
        c = name + column
        kind = r.random()
        if kind < 0.5:
            left, right = c + self.collation(0.05), self.value(column) + self.collation()
            if r.random() < 0.15:
                left, right = right, left
            return f"{left} {r.choice(['=', '==', '<', '<=', '>', '>=', '<>', '!=', 'IS', 'IS NOT'])} {right}"
        if kind < 0.6:
            return f"{c}{self.collation(0.05)} {r.choice(['', 'NOT '])}IN ({', '.join(self.value(column) for _ in range(r.choice([0, 1, 2, 3, 4, 30])))})"
        if kind < 0.67:
            return f"{c} {r.choice(['', 'NOT '])}BETWEEN {self.value(column)} AND {self.value(column)}{self.collation()}"
        if kind < 0.74:
            return f"{c} {r.choice(['IS NULL', 'IS NOT NULL', 'NOTNULL', 'ISNULL', 'IS TRUE', 'IS NOT FALSE', 'IS DISTINCT FROM 5'])}"
        if kind < 0.82:
            like = r.random() < 0.6
            return f"{c} {r.choice(['', 'NOT '])}{'LIKE' if like else 'GLOB'} {r.choice(LIKES if like else GLOBS).format(x=name)}"
        if kind < 0.86:
            return f"{c} {r.choice(['=', '<', '>=', 'IS', '<>'])} {name}{self.column()}{self.collation()}"
        if kind < 0.9:
            return f"{c} {r.choice(['', 'NOT '])}IN (SELECT {self.column()} FROM few)"
        if kind < 0.92:
            return f"{r.choice(['', 'NOT '])}EXISTS (SELECT 1 FROM few WHERE few.{self.column()} {r.choice(['=', '<', 'IS'])} {c})"
        if kind < 0.94:
            return f"{c} {r.choice(['=', '<', '>'])} (SELECT {r.choice(['min', 'max'])}({self.column()}) FROM few)"
        if kind < 0.97:
            return f"rowid {r.choice(['=', '<', '>', 'IN'])} ({r.randint(-1, len(self.rows))})".replace("rowid", name + "rowid")
        return f"({c}, {name}id) {r.choice(['<', '>=', '='])} ({self.value(column)}, {self.value('id')})"

    def where(self, name=""):
        r = self.r
        tests = [self.test(name) for _ in range(r.choice([1, 1, 1, 2, 2, 3, 5]))]
        text = tests[0]
        for test in tests[1:]:
            text = f"({text}) {r.choice(['AND', 'AND', 'OR'])} ({test})"
        return f"NOT ({text})" if r.random() < 0.05 else text

    def maybe_where(self, name=""):
        return f" WHERE {self.where(name)}" if self.r.random() < 0.5 else ""

    def aggregate(self, name="", filters=True):
        text = self.r.choice(AGGREGATES).format(c=name + self.column(), x=name)
        if not name and filters and self.r.random() < 0.2:
            text += f" FILTER (WHERE {self.test()})"
        return text

    def columns(self):
        some = self.r.sample(list(COLUMNS), self.r.randint(1, 4))
        return ", ".join(some + ([self.r.choice(EXPRESSIONS)] if self.r.random() < 0.3 else []))

    def order(self):
        """One that leaves no two rows equal."""
        r = self.r
        terms = [r.choice([self.column(), self.column(), r.choice(EXPRESSIONS)]) + self.collation() + r.choice(["", " DESC"]) + r.choice(["", "", " NULLS FIRST", " NULLS LAST"])
                 for _ in range(r.choice([0, 1, 1, 2]))]
        return ", ".join(terms + [r.choice(["id", "id DESC", "rowid", "rowid DESC"])])

    def limit(self):
        r = self.r
        return r.choice(["", f" LIMIT {r.randint(0, 9)}", f" LIMIT {r.randint(0, 9)} OFFSET {r.choice([0, 3, 500])}", f" LIMIT -1 OFFSET {r.randint(0, 50)}"])

    def grouping(self):
        r = self.r
        keys = r.sample(list(COLUMNS), r.choice([1, 1, 1, 1, 2, 3]))
        named = [f"{k} AS k{i}" for i, k in enumerate(keys)]
        if r.random() < 0.15:
            keys, named = [r.choice(EXPRESSIONS)], []
        elif r.random() < 0.1:
            keys, named = [f"{keys[0]} COLLATE {r.choice(['NOCASE', 'RTRIM'])}"], []
        aggregates = [self.aggregate() for _ in range(r.choice([0, 1, 1, 2, 3]))] or ["count(*)"]
        having = f" HAVING {r.choice(['count(*)', 'max(id)', 'count(DISTINCT s)'])} {r.choice(['>', '<', '='])} {r.randint(0, 9)}" if r.random() < 0.2 else ""
        order = f" ORDER BY {', '.join(k + r.choice(['', ' DESC']) + r.choice(['', '', ' NULLS LAST']) for k in keys)}" if named and r.random() < 0.4 else ""
        limit = self.limit() if order else ""
        return f"SELECT {', '.join(named + aggregates)} FROM {{t}}{self.maybe_where()} GROUP BY {', '.join(keys)}{having}{order}{limit}"

    def window(self):
        r = self.r
        call = r.choice(["row_number()", "rank()", "dense_rank()", "ntile(3)", f"lag({self.column()})", f"lead({self.column()}, 2, 'x')", f"first_value({self.column()})",
                         f"nth_value({self.column()}, 2)", "count(*)", "sum(id)", f"max({self.column()})", f"min({self.column()})", f"group_concat({self.column()}, '|')",
                         f"count({self.column()}) FILTER (WHERE {self.test()})"])
        over = f"PARTITION BY {r.choice([self.column(), r.choice(EXPRESSIONS)])} " if r.random() < 0.6 else ""
        return f"SELECT id, {call} OVER ({over}ORDER BY {self.order()} {r.choice(FRAMES)}) FROM {{t}}{self.maybe_where()}"

    def compound(self):
        r = self.r
        some = self.r.sample(list(COLUMNS), r.randint(1, 3))
        return f" {r.choice(['UNION', 'UNION ALL', 'INTERSECT', 'EXCEPT'])} ".join(
            f"SELECT {', '.join(some)} FROM {r.choice(['{t}', '{u}'])}{self.maybe_where()}" for _ in range(2))

    def join(self):
        """Of many rows only a join for an equality ends soon."""
        r = self.r
        many = len(self.rows) > 1000
        if r.random() < 0.5:
            on = r.choice(["few.id = x.id", "few.n = x.n", "few.s = x.s", "few.p = x.n", "few.n = x.s", "few.s = x.p", "few.u = x.s", "few.u = x.n", "few.w = x.s",
                           "few.w = x.n", "few.s = x.s AND few.code = x.code", "few.n = x.s AND few.id = x.id", "few.s IS x.s", "few.n IS x.n", "few.w IS x.s AND few.id IS x.id"] + ([] if many else [
                           "few.code >= x.code", "few.u > x.code", "few.w > x.s", "few.w IS x.p", "few.u IN (x.n, x.s)"]))
            return f"SELECT few.id, x.id, x.{self.column()} FROM few {r.choice(['JOIN', 'LEFT JOIN', 'CROSS JOIN'])} {{t}} AS x ON {on} AND {self.where('x.')}"
        side = r.choice(["JOIN", "LEFT JOIN"] + ([] if many else ["RIGHT JOIN", "FULL JOIN"]))
        both = r.random() < 0.5
        on = "x.id = y.id" if r.random() < 0.5 else f"x.{self.column()} {r.choice(['=', '=', 'IS', 'IS NOT DISTINCT FROM'])} y.{self.column()} AND x.id < 30"
        select = f"SELECT x.id, y.id, x.{self.column()}, y.{self.column()}" if both else f"SELECT {self.aggregate('x.')}, {self.aggregate('y.')}"
        key = f"{r.choice('xy')}.{self.column()}"
        group = "" if both else f" GROUP BY {key}" if r.random() < 0.7 else ""
        if r.random() < 0.2:
            return f"WITH y AS MATERIALIZED (SELECT * FROM {{u}}) {select} FROM {{t}} AS x {side} y ON {on} WHERE {self.where('x.').replace('x.rowid', 'x.id')}{group}"
        return f"{select} FROM {{t}} AS x {side} {{u}} AS y ON {on} WHERE {self.where(r.choice(['x.', 'y.']))}{group}"

    def history(self):
        r = self.r
        message = f"message {r.choice(['=', '<', 'IN', 'IS NOT'])} ({literal(r.choice(['first', 'second', 'third']))})"
        where = " AND ".join(r.sample([message, self.where().replace("rowid", "id"), self.test().replace("rowid", "id")], r.randint(0, 3))) or "1"
        if r.random() < 0.4:
            k = r.choice([self.column(), "message"])
            return f"SELECT {k}, {self.aggregate(filters=False)} FROM {{h}} WHERE {where} GROUP BY {k}"
        return f"SELECT id, {self.column()}, message FROM {{h}} WHERE {where}{r.choice(['', ' ORDER BY message DESC, id' + self.limit()])}"

    def difference(self):
        r = self.r
        side = r.choice(["to_", "from_"])
        where = " AND ".join(r.sample([f"diff_type {r.choice(['=', '<>'])} {literal(r.choice(['added', 'removed', 'modified']))}",
                                       f"{side}{self.column()} {r.choice(['=', '<', 'IS', '<>', 'IS NOT'])} {self.value('n')}",
                                       f"from_{self.column()} {r.choice(['IS', '<>', '='])} to_{self.column()}"], r.randint(0, 3))) or "1"
        if r.random() < 0.3:
            return f"SELECT diff_type, {side}b, count(*), min(to_id) FROM {{d}} WHERE {where} GROUP BY 1, 2"
        return f"SELECT diff_type, to_id, from_id, to_{self.column()}, from_{self.column()} FROM {{d}} WHERE {where}"

    def query(self):
        r = self.r
        kind = r.random()
        if kind < 0.35:
            return f"SELECT {self.columns()} FROM {{t}} WHERE {self.where()}"
        if kind < 0.45:
            return f"SELECT id, {self.columns()} FROM {{t}}{self.maybe_where()} ORDER BY {self.order()}{self.limit()}"
        if kind < 0.5:
            return f"SELECT {', '.join(self.aggregate() for _ in range(r.randint(1, 3)))} FROM {{t}}{self.maybe_where()}"
        if kind < 0.64:
            return self.grouping()
        if kind < 0.68:
            k = self.column()
            order = f" ORDER BY {k}{r.choice(['', ' DESC'])}{self.limit()}" if r.random() < 0.4 else ""
            return f"SELECT DISTINCT {k if order else self.columns()} FROM {{t}}{self.maybe_where()}{order}"
        if kind < 0.7:
            return f"SELECT rowid, id FROM {{t}} WHERE {self.where()}"
        if kind < 0.75:
            return self.window()
        if kind < 0.78:
            return self.compound()
        if kind < 0.8:
            inner = self.column()
            return f"SELECT {inner}, count(*) FROM (SELECT id, {inner} FROM {{t}}{self.maybe_where()} ORDER BY {self.order()}{self.limit()}) GROUP BY {inner}"
        if kind < 0.82:
            return f"SELECT few.id, (SELECT {self.aggregate('x.')} FROM {{t}} AS x WHERE x.{self.column()} {r.choice(['=', '<', 'IS'])} few.{self.column()}) FROM few"
        return self.join() if kind < 0.92 else self.history() if kind < 0.96 else self.difference()


def write(folder, name, version, form):
    """The name's ending decides: CSV, or NDJSON with numbers and booleans as they are spelt; in a declared form these are texts."""
    def quoted(text):
        return f'"{text}"' if "," in text else text

    def member(c, cell):
        own = {"n": form.integer or not form.bare, "p": form.number or not form.bare, "b": not form.plain}
        if COLUMNS[c].startswith("TEXT") or own.get(c) or cell[0] in ("NaN", "INF", "-INF") or not form.plain and cell[1] is None:
            return json.dumps(cell[0])
        return "null" if cell[1] is None else cell[0]
    with open(f"{folder}/{name}", "w", encoding="utf-8") as f:
        if name.endswith(".ndjson"):
            f.writelines("{" + ", ".join(f'"{c}": {member(c, row[c])}' for c in COLUMNS) + "}\n" for row in version.values())
            return
        f.write(",".join(COLUMNS) + "\n")
        f.writelines(",".join(quoted(row[c][0]) for c in COLUMNS) + "\n" for row in version.values())


def insert(table, rows, *more):
    """A statement of SQLite for some rows; each is preceded by more."""
    for at in range(0, len(rows), 200):
        yield f"INSERT INTO {table} VALUES " + ", ".join("(" + ", ".join(literal(v) for v in (*more, *row)) + ")" for row in rows[at:at + 200]) + ";"


def values_of(row):
    return [row[c][1] for c in COLUMNS]


def differences(old, new):
    for i in sorted({*old, *new}):
        a, b = old.get(i), new.get(i)
        if a != b:
            kind = "added" if not a else "removed" if not b else "modified"
            nothing = [None] * len(COLUMNS)
            yield [kind, *(values_of(b) if b else nothing), *(values_of(a) if a else nothing)]


def plain_tables(r, old, now, history):
    """Statements that make them, with rowids from 0 as varve has them."""
    declared = ", ".join(f"{c} {t}" for c, t in COLUMNS.items())
    sides = ", ".join(f"{side}{c} {t}" for side in ("to_", "from_") for c, t in COLUMNS.items())
    names = ", ".join(COLUMNS)
    yield f"CREATE TEMP TABLE plain({declared}); CREATE TEMP TABLE was({declared}); CREATE TEMP TABLE steps(message TEXT, {declared});"
    yield f"CREATE TEMP TABLE changes(diff_type TEXT, {sides});"
    for table, version in (("plain", now), ("was", old)):
        yield from insert(f"{table}(rowid, {names})", [[i, *values_of(row)] for i, row in enumerate(version.values())])
    for message, version in history:
        yield from insert("steps", [values_of(row) for row in version.values()], message)
    yield from insert("changes", list(differences(old, now)))
    # u has the affinity of numbers and holds texts, as unions have it; w has none.
    yield f"CREATE TEMP TABLE few AS SELECT * FROM plain ORDER BY id LIMIT 12 OFFSET {r.randint(0, 20)};"
    yield "ALTER TABLE few ADD COLUMN u NUMERIC; ALTER TABLE few ADD COLUMN w;"
    yield "UPDATE few SET u = s, w = CASE id % 3 WHEN 0 THEN s WHEN 1 THEN n ELSE p END;"


def declare(folder, name, form):
    """Adds a table to datapackage.json."""
    path = f"{folder}/datapackage.json"
    try:
        with open(path, encoding="utf-8") as f:
            package = json.load(f)
    except FileNotFoundError:
        package = {"name": "oracle", "resources": []}
    package["resources"].append({"name": name.partition(".")[0], "path": name, "schema": {**form.schema(), "primaryKey": ["id"]}})
    with open(path, "w", encoding="utf-8") as f:
        json.dump(package, f)
    subprocess.run(["varve", "add", "-q", "datapackage.json"], cwd=folder, check=True)


def commit(folder, name, version, message, form):
    write(folder, name, version, form)
    subprocess.run(["varve", "add", "-q", name], cwd=folder, check=True)
    subprocess.run(["varve", "commit", "-q", "-m", message], cwd=folder, check=True)


def ask(folder, script, parameters):
    done = subprocess.run(["varve", "sql", "-q", "--format", "json", "-f", "-", *parameters], cwd=folder, input="\n".join(script), text=True,
                          encoding="utf-8", capture_output=True, check=False)
    answers, decoder, at = [], json.JSONDecoder(object_pairs_hook=lambda pairs: [value for _, value in pairs]), 0
    while at < len(done.stdout):
        answer, at = decoder.raw_decode(done.stdout, at)
        answers.append(answer)
        at += 1
    return answers, done.stderr


def run(queries, seed, folder):
    r = random.Random(seed)
    name, ending = f"t{seed}", ["csv", "ndjson"][seed % 2]
    form = Form(r, plain=seed % 4 < 2)
    versions = list(draw_versions(r, form))
    if not form.plain:
        declare(folder, f"{name}.{ending}", form)
    history = list(zip(["first", "second", "third"], versions))
    for message, version in history:
        commit(folder, f"{name}.{ending}", version, message, form)
    old, now = versions[r.choice([0, 1])], versions[2]
    of_old = f"{name}@HEAD~{2 if old is versions[0] else 1}"
    table = r.choice([name, f'"{name}.{ending}"', name.upper(), f'"{name}@HEAD"'])
    script = list(plain_tables(r, old, now, history))
    parameters = [word for i in range(PARAMETERS) for word in
                  ("--param", f"v{i}={r.choice([w for w in WORDS if w] + ['7', '-3', '100', '2026-05-01', '9007199254740993'])}")]
    q = Queries(r, list(now.values()))
    made = [q.query() for _ in range(queries)]
    for text in made:
        script += [text.format(t="plain", u="was", h="steps", d="changes") + ";",
                   text.format(t=table, u=f'"{of_old}"', h=f"varve_history_{name}", d=f"varve_diff_{name}('{of_old.split('@')[1]}', 'HEAD')") + ";"]
    answers, trouble = ask(folder, script, parameters)
    for i, text in enumerate(made):
        if 2 * i + 1 >= len(answers):
            print(f"seed {seed}: query {i} has no answer: {text}\n{trouble}")
            return False
        sides = [answers[2 * i + n] for n in (0, 1)]
        if "ORDER BY" not in text or " OVER (" in text:
            sides = [sorted(side, key=repr) for side in sides]
        if repr(sides[0]) != repr(sides[1]):
            print(f"seed {seed}, {len(now)} rows, {table}, {of_old}, {' '.join(parameters)}: {text}")
            for n, which in enumerate(("plain", "varve")):
                print(f"{which}: {len(sides[n])} rows, alone: {[row for row in sides[n] if row not in sides[1 - n]][:5]}")
            return False
    return True


def main():
    queries, seed, folder = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    while queries > 0:
        if not run(min(queries, 250), seed, folder):
            return 1
        queries -= 250
        seed += 1
    return 0


sys.exit(main())
