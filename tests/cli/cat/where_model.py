#!/usr/bin/env python3
"""cat --where of a table with facts against Python's decimal and bytes.

where_model.py VARVE csv|ndjson [SEED]: in an empty repository. Columns of hostile cells, whose ranges differ from one
part of the table to the next, so that facts rule parts out; every answer must be what a look at all
rows gives. Exits 1 with the first test whose rows are not the expected ones.
"""
import json
import random
import re
import subprocess
import sys
from decimal import Decimal

ROWS = 9000
NUMBER = re.compile(rb"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?\Z")
ODD = [b"", b"NaN", b"INF", b"-INF", b"NA", b"1e3", b"-1e-3", b"+5", b".5", b"5.", b"-0", b"00012",
       b"0.10", b"12345678901234567890", b"-0.000000000000000001", b"--", b"1.2.3", b" 7", b"\xff\xfe",
       b"\xc3\xa9t\xc3\xa9", b"x" * 40, b"\xff" * 20, b"INFO", b"Infinity"]


def value(cell):
    """As a number of Table Schema; None: no number that has an order."""
    if cell in (b"INF", b"-INF"):
        return Decimal(cell.decode().replace("INF", "Infinity"))
    return Decimal(cell.decode()) if NUMBER.match(cell) else None


def rows(rng):
    for i in range(ROWS):
        part = i * 10 // ROWS
        number = b"%d.%02d" % (part * 100 + rng.randrange(100), rng.randrange(100))
        if rng.random() < 0.002:
            number = rng.choice(ODD)
        code = rng.choice(ODD) if part in (3, 7) and rng.random() < 0.1 else \
            b"%s%05d" % (b"abcdefghij"[part:part + 1], i)
        if part == 5:
            code = b"%05d" % i
        day = b"2024-%02d-%02d" % (part + 1, 1 + rng.randrange(28))
        time = day + b"T%02d:00:00%s" % (rng.randrange(24), rng.choice([b"Z", b"", b"+05:00", b".5Z"]))
        if rng.random() < 0.001:
            day, time = b"", b"NA"
        yield [b"%d" % (ROWS - i), number, code, day, time]


LITERAL = re.compile(rb"-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?\Z")


def write_json(name, table):
    """Numbers as JSON spells them are literals, all else is a string; what is no UTF-8 is left out."""
    for row in table:
        row[:] = [c if c.isascii() else b"" for c in row]
    with open(name, "wb") as f:
        for row in table:
            f.write(b"{" + b",".join(
                b'"%s":%s' % (n, c if i < 2 and LITERAL.match(c) else json.dumps(c.decode()).encode())
                for i, (n, c) in enumerate(zip(NAMES, row))) + b"}\n")


def write(name, table):
    def quoted(cell):
        return b'"' + cell + b'"' if cell == b"" or b'"' in cell or b"," in cell else cell
    with open(name, "wb") as f:
        f.write(b"id,number,code,day,time\n")
        for row in table:
            f.write(b",".join(c for c in map(quoted, row)) + b"\n")


def instant(cell):
    import datetime
    text = cell.decode()
    try:
        t = datetime.datetime.fromisoformat(text.replace("Z", "+00:00").replace(".5", ".500"))
    except ValueError:
        return None
    return t if t.tzinfo else t.replace(tzinfo=datetime.timezone.utc)


def key(column, cell, json_form):
    if column in (0, 1):
        # in JSON a string is a number only where JSON has no way to say it
        return None if json_form and not LITERAL.match(cell) and b"INF" not in cell else value(cell)
    if column == 4:
        return instant(cell)
    return cell or None


OPS = {b"<": lambda a, b: a < b, b"<=": lambda a, b: a <= b, b">": lambda a, b: a > b,
       b">=": lambda a, b: a >= b}
NAMES = [b"id", b"number", b"code", b"day", b"time"]


def holds(row, column, op, text, json_form=False):
    cell = row[column]
    if op == b"=":
        return cell == text
    if op == b"^=":
        return cell.startswith(text)
    if op == b" between ":
        low, high = text.split(b" and ")
        return holds(row, column, b">=", low, json_form) and holds(row, column, b"<=", high, json_form)
    a, b = key(column, cell, json_form), key(column, text, False)
    return a is not None and OPS[op](a, b)


def tests(rng, table):
    table = [r for r in table if len(r[2]) < 1000 and len(r[1]) < 1000]
    fixed = [(1, b"=", c) for c in ODD] + [(2, b"=", c) for c in ODD if c]
    fixed += [(2, b"^=", b"0"), (2, b"^=", b"x" * 30), (2, b"^=", b"\xff" * 17), (2, b"^=", b""),
              (1, b">", b"1e2"), (1, b">=", b"INF"), (1, b"<", b"-0"), (1, b"<=", b"-INF"),
              (1, b">", b"12345678901234567889"), (1, b"<=", b"0.100"), (2, b">=", b"x" * 16),
              (2, b"<", b"00013"), (2, b"^=", b"m" * 1000), (2, b">", b"m" * 999), (1, b">", b"6" * 1000), (2, b">", b"\xff" * 16), (4, b"<", b"2024-01-02T00:00:00+14:00"),
              (4, b">=", b"2024-10-28T23:00:00Z"), (3, b">", b"2024-10-27"), (3, b"<=", b"2024-01-01")]
    yield from rng.sample(fixed, 16)
    for _ in range(14):
        column = rng.randrange(5)
        text = rng.choice(table)[column][:1000]
        op = rng.choice([b"=", b"^=", b"<", b"<=", b">", b">="])
        if op == b"^=":
            text = text[:rng.randrange(len(text) + 1)]
        elif op != b"=" and key(column, text, False) is None:
            continue
        yield column, op, text
    for _ in range(6):
        column = rng.randrange(5)
        ends = [rng.choice(table)[column][:1000] for _ in range(2)]
        if all(key(column, end, False) is not None for end in ends):
            yield column, b" between ", b" and ".join(sorted(ends, key=lambda e: key(column, e, False)))


def condition(name, op, text):
    """As written: "=" is of texts here."""
    def quoted(value):
        return b"'" + value.replace(b"'", b"''") + b"'"
    if op == b" between ":
        return name + op + b" and ".join(map(quoted, text.split(b" and ")))
    return (b"text(" + name + b")" if op == b"=" else name) + op + quoted(text)


def run(varve, *args):
    done = subprocess.run([varve, *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode != 0:
        sys.exit(f"{args}: {done.stderr.decode()}")
    return done.stdout


def main():
    varve, form, seed = sys.argv[1], sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else 1
    rng = random.Random(seed)
    table = list(rows(rng))
    path, json_form = "t." + form, form == "ndjson"
    # cells that are not in their row group but beside it
    table[1234][2], table[4321][1] = b"m" * 1000000, b"7" * 300000
    (write_json if json_form else write)(path, table)
    types = ["integer", "number", "string", "date", "datetime"]
    with open("datapackage.json", "w") as f:
        json.dump({"resources": [{"name": "t", "path": path, "schema": {"fields": [
            {"name": n.decode(), "type": t} for n, t in zip(NAMES, types)]}}]}, f)
    run(varve, "add", "--no-key", path)
    run(varve, "commit", "-qm", "one")
    for column, op, text in tests(rng, table):
        out = run(varve, "cat", "HEAD:" + path, "--format", "csv", "--where", condition(NAMES[column], op, text), "--columns", "id")
        found = out.split()[1:]
        expected = [r[0] for r in table if holds(r, column, op, text, json_form)]
        if found != expected:
            sys.exit(f"{form}, seed {seed}: {NAMES[column]} {op} {text}: {len(found)} rows, "
                     f"not {len(expected)}")


main()
