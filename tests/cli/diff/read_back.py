"""Reads the forms of `varve diff` back, with readers that share nothing with it.

    check.py FORM FIRST COUNT     random pairs of tables, numbered
    check.py FORM OLD NEW [KEY]   two files

sql is run by SQLite, markdown is parsed line by line.
"""

import collections
import csv
import html
import os
import random
import re
import sqlite3
import subprocess
import sys

WORDS = ["red", "green", "", "a b", "ab", "x,y", 'say "hi"', "o'neil", "line\nbreak", "->", "-->", "a->b", "007",
         "1.0", "1.50", "12", "-3", "2024-01-05", "true", "=1+1", " lead", "trail ", "ünï", "日本", "...", "+++", "@@",
         "NA", "1e3", "0.10", "a-", ">b", "</script>", "]]>", "<b>x</b>", "|", "`code`", "\\", "@who", "#12", "&amp;",
         "--", "'; DROP TABLE t; --", "\x1b[31m", "NULL", "\u202eabc", "a\tb", "http://x.y/z", "[a](b)", "12345678901234567890"]


def save(path, table):
    with open(path, "w", newline="") as f:
        csv.writer(f, lineterminator="\n").writerows(table)


def load(path):
    with open(path, newline="", encoding="utf-8-sig") as f:
        return [row for row in csv.reader(f) if row]


def values(r, columns, count, keyed):
    makers = [r.choice([lambda: str(r.randrange(100)), lambda: "%d.%02d" % (r.randrange(50), r.randrange(100)),
                        lambda: "word%d" % r.randrange(40), lambda: r.choice(WORDS), lambda: "%03d" % r.randrange(30),
                        lambda: "2024-01-%02d" % r.randrange(1, 29)]) for _ in columns]
    return [[str(i + 1) if keyed and c == 0 else makers[c]() for c in range(len(columns))] for i in range(count)]


def change_columns(r, columns, rows, low):
    kind = r.randrange(8)
    at = r.randrange(low, len(columns)) if len(columns) > low else None
    if kind == 0 and len(columns) > low + 1:
        for x in [columns, *rows]:
            x.pop(at)
    elif kind == 1:
        at = r.randrange(low, len(columns) + 1)
        columns.insert(at, "added")
        for x in rows:
            x.insert(at, r.choice(WORDS))
    elif kind == 2 and at is not None:
        columns[at] = "renamed"
    elif kind == 3 and len(columns) > low + 1:
        to = r.randrange(low, len(columns))
        for x in [columns, *rows]:
            x.insert(to, x.pop(at))
    elif kind == 4 and at is not None and rows:
        r.choice(rows)[at] = "a text"


def pair(seed):
    r = random.Random(seed)
    keyed = r.random() < 0.5
    columns = ["id", "name", "v1", "v2", "v3"][:r.randrange(2, 6)]
    rows = values(r, columns, r.randrange(1, 30), keyed)
    old = [list(x) for x in [columns, *rows]]
    low = 1 if keyed else 0
    for _ in range(r.randrange(0, 4)):
        if len(rows) > 1:
            rows.pop(r.randrange(len(rows)))
    for _ in range(r.randrange(0, 6)):
        r.choice(rows)[r.randrange(low, len(columns))] = r.choice(WORDS)
    if keyed and r.random() < 0.5:
        for i in range(r.randrange(1, 3)):
            r.choice(rows)[0] = str(5000 + 10 * i)
        if len({x[0] for x in rows}) < len(rows):
            rows[:] = list({x[0]: x for x in rows}.values())
    for i in range(r.randrange(0, 4)):
        new = [r.choice(WORDS) for _ in columns]
        new[0] = str(1000 + 10 * i) if keyed else new[0]
        rows.insert(r.randrange(len(rows) + 1), new)
    if r.random() < 0.3:
        for _ in range(r.randrange(1, 4)):
            rows.insert(r.randrange(len(rows)), rows.pop(r.randrange(len(rows))))
    change_columns(r, columns, rows, low)
    return old, [columns, *rows], "id" if keyed else "none"


def varve(form, old, new, key):
    args = ["varve", "diff", "--no-index", "--format=" + form, "--key=" + key, old, new]
    return subprocess.run(args, check=True, stdout=subprocess.PIPE).stdout


# --- sql -------------------------------------------------------------------------------


def database(script):
    db = sqlite3.connect(":memory:", isolation_level=None)
    db.executescript(script.decode())
    return db


def dump(db):
    cursor = db.execute('SELECT * FROM "t"')
    columns = [(c[1], c[2], c[5]) for c in db.execute('PRAGMA table_info("t")')]
    names = [r[0] for r in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    return columns, names, collections.Counter(cursor.fetchall())


def as_stored(value, kind):
    if kind == "TEXT":
        return value
    return None if value == "" else value


def same_value(stored, value):
    if stored is None or isinstance(stored, str):
        return stored == value or (stored is None and value in (None, ""))
    return value is not None and float(value) == stored


def check_sql(old_path, new_path, key):
    os.makedirs("none", exist_ok=True)
    open("none/t.csv", "w").close()
    old, new = (database(varve("sql", "none/t.csv", p, key if key == "none" else "none")) for p in (old_path, new_path))
    old.executescript(varve("sql", old_path, new_path, key).decode())
    got, want = dump(old), dump(new)
    assert got[0] == want[0] and got[1] == want[1], (got[:2], want[:2])
    assert got[2] == want[2], (got[2] - want[2], want[2] - got[2])
    rows = load(new_path)
    stored = new.execute('SELECT * FROM "t" ORDER BY rowid').fetchall()
    assert [c[0] for c in want[0]] == rows[0] and len(stored) == len(rows) - 1
    for x, y in zip(stored, rows[1:]):
        assert all(same_value(a, b) for a, b in zip(x, y)), (x, y)


# --- markdown ------------------------------------------------------------------------------


def cells_of(line):
    """A row of a table, as GitHub splits it."""
    assert line.startswith("| ") and line.endswith(" |"), line
    out = []
    for cell in re.split(r"(?<!\\)\|", line[1:-1]):
        cell = cell.strip(" ")
        found = re.fullmatch(r"<code>(.*)</code>( \(same value\))?", cell)
        assert found or re.fullmatch(r"|[0-9]+|column|row|before|after|---|<em>(null|absent)</em>", cell), cell
        if found:
            assert not re.search(r"[<`*_~|\\\[\]$@]|(?<!&)#|://|www\.", found[1]), cell
        out.append(html.unescape(found[1]) if found else cell)
    return out


def check_markdown(old_path, new_path, key):
    text = varve("markdown", old_path, new_path, key).decode()
    lines = text.split("\n")
    assert lines[0] == "<!-- varve diff -->" and len(text.encode()) <= 65536
    tables, width = 0, 0
    for i, line in enumerate(lines):
        if line.startswith("|"):
            cells = cells_of(line)
            tables += width == 0
            assert width in (0, len(cells)), line
            width = len(cells)
        else:
            width = 0
            assert line == "" or re.match(r"<!-- |#|- |\*\*|No |Not shown: |</?details|and ", line), line
            assert not re.search(r"<(?!/?(code|em|details|summary|br>|!--))", line), line
    old, new = load(old_path), load(new_path)
    assert (tables > 0) or sorted(old[1:]) == sorted(new[1:]) or old[0] != new[0]


CHECKS = {"sql": check_sql, "markdown": check_markdown}


def main():
    form, rest = sys.argv[1], sys.argv[2:]
    if not rest[0].isdigit():
        CHECKS[form](rest[0], rest[1], rest[2] if len(rest) > 2 else "none")
        return
    for name in ("old", "new"):
        os.makedirs(name, exist_ok=True)
    for seed in range(int(rest[0]), int(rest[0]) + int(rest[1])):
        old, new, key = pair(seed)
        save("old/t.csv", old)
        save("new/t.csv", new)
        try:
            CHECKS[form]("old/t.csv", "new/t.csv", key)
        except Exception:
            print("pair", seed, file=sys.stderr)
            raise


if __name__ == "__main__":
    main()
