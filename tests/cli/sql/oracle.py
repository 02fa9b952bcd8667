#!/usr/bin/env python3
"""oracle.py QUERIES SEED FOLDER: random queries on a table of varve and on the same rows in a plain table of SQLite.

Both are asked in one run of varve-sql, by the same SQLite; FOLDER is a repository. Ends with 1 and prints the first query
whose answers differ."""
import json
import random
import subprocess
import sys

COLUMNS = {"id": "INTEGER", "n": "INTEGER", "p": "REAL", "s": "TEXT", "code": "TEXT", "d": "TEXT", "at": "TEXT", "b": "INTEGER"}
WORDS = ["", "a", "A", "ab", "Ab", "b", "B%", "a_b", "zz", "é", "lamp", "Lamp", "5", "5.0", "05", " 5", "1e3", "-1", "abc", "ABD"]
NUMBERS = ["0", "1", "-1", "2", "5", "5.0", "5.5", "-0.5", "100", "1000", "1e3", "99.99", "0.1", "0.30000000000000004", "1e300",
           "9007199254740993", "9007199254740992.0", "9223372036854775807", "-9223372036854775808", "9.3e18", "NULL"]
PATTERNS = ["'a%'", "'A*'", "'%b'", "'5%'", "'A0%'", "'2026-0%'", "NULL"]


def draw_rows(r, count):
    """(text of the cell, value of SQLite) by column, for each row."""
    special = r.choice(["0.30000000000000004", "9007199254740993"])
    ids = sorted(r.sample(range(count * 3), count))
    for i in ids:
        row = {"id": (str(i), i)}
        n = r.choice([r.randint(-5, 12), r.randint(-1000, 1000), i, 9007199254740993, 9223372036854775807, -9223372036854775808])
        row["n"] = ("", None) if r.random() < 0.1 else (str(n), n)
        p = r.choice([f"{r.randint(-9, 99)}.{r.randint(0, 99):02}", str(r.randint(-9, 1000)), "0.1", "5.5", special])
        row["p"] = ("", None) if r.random() < 0.1 else (p, float(p))
        for name in ("s", "code"):
            w = r.choice(WORDS) if name == "s" else f"{r.choice('ABc')}{i // 7:05}"
            row[name] = (w, w or None)
        d = f"20{r.randint(20, 26)}-{r.randint(1, 12):02}-{r.randint(1, 28):02}"
        row["d"] = ("", None) if r.random() < 0.1 else (d, d)
        at = f"2026-{1 + i * 11 // (count * 3):02}-{r.randint(1, 28):02}T{r.randint(0, 23):02}:{r.randint(0, 59):02}:00Z"
        row["at"] = ("", None) if r.random() < 0.1 else (at, at)
        b = r.choice([0, 1])
        row["b"] = ("", None) if r.random() < 0.1 else (["false", "true"][b], b)
        yield row


def literal(value):
    if value is None:
        return "NULL"
    return str(value) if isinstance(value, int) else repr(value) if isinstance(value, float) else "'" + value.replace("'", "''") + "'"


class Queries:
    def __init__(self, r, rows):
        self.r, self.rows = r, rows

    def value(self, column):
        """A constant: one of the column's, of another one's, or what is at an edge."""
        r = self.r
        which = r.random()
        if which < 0.5:
            return literal(r.choice(self.rows)[column][1])
        if which < 0.65:
            value = r.choice(self.rows)[column][1]
            return literal(None if value is None else str(value))
        if which < 0.85:
            return r.choice(NUMBERS)
        text = literal(r.choice(WORDS + ["2026-05", "2026-05-01", "2026-05-01T00:00:00Z", "2023", "A0", "B00100", "9e3"]))
        return text if which < 0.97 else f"CAST({text} AS {r.choice(['INTEGER', 'REAL', 'TEXT', 'BLOB', 'NUMERIC'])})"

    def test(self, name=""):
        r = self.r
        column = r.choice(list(COLUMNS))
        c = name + column
        kind = r.random()
        if kind < 0.55:
            side = f" COLLATE {r.choice(['NOCASE', 'RTRIM', 'BINARY'])}" if r.random() < 0.1 else ""
            left, right = c, self.value(column) + side
            if r.random() < 0.15:
                left, right = right, left
            return f"{left} {r.choice(['=', '==', '<', '<=', '>', '>=', '<>', '!=', 'IS', 'IS NOT'])} {right}"
        if kind < 0.65:
            return f"{c} {r.choice(['', 'NOT '])}IN ({', '.join(self.value(column) for _ in range(r.randint(0, 4)))})"
        if kind < 0.72:
            return f"{c} {r.choice(['', 'NOT '])}BETWEEN {self.value(column)} AND {self.value(column)}"
        if kind < 0.8:
            return f"{c} {r.choice(['IS NULL', 'IS NOT NULL', 'NOTNULL', 'ISNULL'])}"
        if kind < 0.86:
            return f"{c} {r.choice(['LIKE', 'GLOB', 'NOT LIKE'])} {r.choice(PATTERNS)}"
        if kind < 0.9:
            other = r.choice(list(COLUMNS))
            return f"{c} {r.choice(['=', '<', '>='])} {name}{other}"
        if kind < 0.93:
            return f"{c} IN (SELECT {r.choice(list(COLUMNS))} FROM few)"
        if kind < 0.96:
            return f"rowid {r.choice(['=', '<', '>', 'IN'])} ({r.randint(-1, len(self.rows))})".replace("rowid", name + "rowid")
        return f"({c}, {name}id) {r.choice(['<', '>=', '='])} ({self.value(column)}, {self.value('id')})"

    def where(self, name=""):
        r = self.r
        tests = [self.test(name) for _ in range(r.choice([1, 1, 1, 2, 2, 3]))]
        text = tests[0]
        for test in tests[1:]:
            text = f"({text}) {r.choice(['AND', 'AND', 'OR'])} ({test})"
        return f"NOT ({text})" if r.random() < 0.05 else text

    def query(self):
        """With {t} for the table."""
        r = self.r
        kind = r.random()
        columns = ", ".join(r.sample(list(COLUMNS), r.randint(1, 4)))
        if kind < 0.5:
            return f"SELECT {columns} FROM {{t}} WHERE {self.where()}"
        if kind < 0.6:
            return f"SELECT id, {columns} FROM {{t}} WHERE {self.where()} ORDER BY id{r.choice([' DESC', ''])} LIMIT {r.randint(0, 9)} OFFSET {r.choice([0, 0, 3])}"
        if kind < 0.7:
            aggregates = ", ".join(f"{r.choice(['count', 'min', 'max'])}({r.choice(list(COLUMNS))})" for _ in range(3))
            return f"SELECT count(*), {aggregates} FROM {{t}} WHERE {self.where()}"
        if kind < 0.78:
            k, where = r.choice(list(COLUMNS)), f" WHERE {self.where()}" if r.random() < 0.5 else ""
            more = "".join(f", {r.choice(['count', 'min', 'max'])}({r.choice(list(COLUMNS))})" for _ in range(r.choice([0, 0, 1, 2])))
            order = f" ORDER BY {k}{r.choice(['', ' DESC'])}" if r.random() < 0.3 else ""
            return f"SELECT {k} AS k, count(*){more} FROM {{t}}{where} GROUP BY {k}{order}"
        if kind < 0.84:
            return f"SELECT DISTINCT {columns} FROM {{t}} WHERE {self.where()}"
        if kind < 0.88:
            return f"SELECT rowid, id FROM {{t}} WHERE {self.where()}"
        # Of many rows only a join that finds them by key ends soon.
        on = "few.id = x.id" if len(self.rows) > 1000 else r.choice(["few.id = x.id", "few.n = x.n", "few.s = x.s", "few.p = x.n", "few.n = x.s", "few.s = x.p", "few.code >= x.code",
                       "few.u = x.s", "few.u = x.n", "few.u > x.code", "few.w = x.s", "few.w > x.s"])
        join = r.choice(["JOIN", "LEFT JOIN"])
        return f"SELECT few.id, x.id, x.{r.choice(list(COLUMNS))} FROM few {join} {{t}} AS x ON {on} AND {self.where('x.')}"


def run(queries, seed, folder):
    r = random.Random(seed)
    rows = list(draw_rows(r, r.choice([40, 400, 400, 6000])))
    path = f"{folder}/t.csv"
    with open(path, "w", encoding="utf-8") as f:
        f.write(",".join(COLUMNS) + "\n")
        f.writelines(",".join(f'"{row[c][0]}"' if "," in row[c][0] else row[c][0] for c in COLUMNS) + "\n" for row in rows)
    known = subprocess.run(["git", "cat-file", "-e", "HEAD:t.csv"], cwd=folder, check=False, capture_output=True).returncode == 0
    committed = not known or r.random() < 0.7
    if committed:
        subprocess.run(["varve", "add", "-q", "t.csv"], cwd=folder, check=True)
        subprocess.run(["varve", "commit", "-q", "-m", str(seed)], cwd=folder, check=True)
    declared = ", ".join(f"{c} {t}" for c, t in COLUMNS.items())
    script = [f"CREATE TEMP TABLE plain({declared});"]
    for i, row in enumerate(rows):
        script.append(f"INSERT INTO plain(rowid, {', '.join(COLUMNS)}) VALUES ({i}, {', '.join(literal(row[c][1]) for c in COLUMNS)});")
    # u has the affinity of numbers and holds texts, as unions have it; w has none.
    script += [f"CREATE TEMP TABLE few AS SELECT * FROM plain ORDER BY id LIMIT 12 OFFSET {r.randint(0, 20)};",
               "ALTER TABLE few ADD COLUMN u NUMERIC;", "ALTER TABLE few ADD COLUMN w;",
               "UPDATE few SET u = s, w = CASE id % 3 WHEN 0 THEN s WHEN 1 THEN n ELSE p END;"]
    q = Queries(r, rows)
    made = [q.query() for _ in range(queries)]
    table = r.choice(["t", '"t.csv"', "T", '"t@HEAD"' if committed else "t"])
    for text in made:
        script += [text.format(t="plain") + ";", text.format(t=table) + ";"]
    done = subprocess.run(["varve", "sql", "-q", "--format", "json", "-f", "-"], cwd=folder, input="\n".join(script), text=True,
                          encoding="utf-8", capture_output=True, check=False)
    answers, decoder, at = [], json.JSONDecoder(), 0
    while at < len(done.stdout):
        answer, at = decoder.raw_decode(done.stdout, at)
        answers.append(answer)
        at += 1
    for i, text in enumerate(made):
        if 2 * i + 1 >= len(answers):
            print(f"seed {seed}: query {i} has no answer: {text.format(t=table)}\n{done.stderr}")
            return False
        sides = [[list(row.values()) for row in answers[2 * i + n]] for n in (0, 1)]
        if "ORDER BY" not in text:
            sides = [sorted(side, key=repr) for side in sides]
        if repr(sides[0]) != repr(sides[1]):
            print(f"seed {seed}, {len(rows)} rows: {text.format(t=table)}")
            for n, name in enumerate(("plain", "varve")):
                print(f"{name}: {len(sides[n])} rows, alone: {[row for row in sides[n] if row not in sides[1 - n]][:5]}")
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
