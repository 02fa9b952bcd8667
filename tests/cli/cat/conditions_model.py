#!/usr/bin/env python3
"""cat --where of random conditions against SQLite's answers to the same.

conditions_model.py VARVE SEED CONDITIONS: in an empty repository. A table with missing cells in each column, and cells of
a wrong type in one; conditions of comparisons, lists, patterns, bounds, arithmetic and functions, joined in all ways, also
as operands of coalesce, iif, nullif and 'is null'. k grows from row to row, so that facts of groups decide.
"""
import random
import sqlite3
import subprocess
import sys

ROWS = 4000
WORDS = ["pear", "plum", "Plum", "apple tree", "a%b", "a_b", "o'k", "x", "\u00fcber", "plum jam", "7", "true"]
DAYS = [f"2024-0{m}-1{d}" for m in range(1, 8) for d in range(9)]
PATTERNS = ["%", "p%", "%u%", "_lum", "%_b", "a%b", "%e", "pl%m", "%%a%", "plum", "_"]
SIGNS = ["=", "!=", "<>", "<", "<=", ">", ">="]


def cell(rng, values):
    return None if rng.random() < 0.15 else rng.choice(values)


def quoted(text):
    return "'" + text.replace("'", "''") + "'"


def number(rng, depth):
    column = rng.choice(["a", "b", "f", "g", "k"])
    if depth == 0 or rng.random() < 0.4:
        return rng.choice([column, column, "a + b", "a - 3", "b * 2", "a * b", "-a", "(a + 1) * 2", "a + f", "g + 1"])
    x, y = number(rng, depth - 1), number(rng, depth - 1)
    return rng.choice([
        lambda: f"coalesce({x}, {rng.choice([y, '0', '-7'])})",
        lambda: f"nullif({x}, {rng.choice([y, '3'])})",
        lambda: f"iif({condition(rng, depth - 1)}, {x}, {y})",
        lambda: f"abs({x})",
        lambda: f"sign({x})",
        lambda: f"length({text(rng, depth - 1)})",
        lambda: f"a % {rng.choice(['b', '3', '0'])}",
        lambda: f"({x}) {rng.choice('+-*')} ({y})",
    ])()


def text(rng, depth):
    if depth == 0 or rng.random() < 0.5:
        return "c"
    x, y = text(rng, depth - 1), text(rng, depth - 1)
    return rng.choice([
        lambda: f"lower({x})",
        lambda: f"coalesce(nullif({x}, 'plum'), {rng.choice([y, quoted('x')])})",
        lambda: f"nullif({x}, {quoted(rng.choice(WORDS))})",
        lambda: f"iif({condition(rng, depth - 1)}, {x}, {y})",
        lambda: f"({x} || {y})",
        lambda: f"substr({x}, 2)",
    ])()


def leaf(rng, depth):
    sign = rng.choice(SIGNS)
    low, high = sorted(rng.randrange(-20, 20) for _ in range(2))
    invert = rng.choice(["", "not "])
    some = ", ".join(str(rng.randrange(-20, 20)) for _ in range(rng.randrange(1, 6)))
    n, t = number(rng, depth), text(rng, depth)
    return rng.choice([
        lambda: f"{n} {sign} {rng.randrange(-20, 20)}",
        lambda: f"{rng.randrange(-20, 20)} {sign} {n}",
        lambda: f"a {sign} {rng.choice(['b', 'f', 'g'])}",
        lambda: f"k {sign} {rng.randrange(-3, 43)}",
        lambda: f"k {invert}between {low + 20} and {high + 20}",
        lambda: f"c {sign} {quoted(rng.choice(WORDS))}",
        lambda: f"e {sign} {quoted(rng.choice(DAYS))}",
        lambda: f"e {invert}between {quoted(DAYS[low + 20])} and {quoted(DAYS[high + 20])}",
        lambda: rng.choice(["d", "d = true", "d <> true", "d = false"]),
        lambda: f"{rng.choice('abcdefk')} is {invert}null",
        lambda: f"g is {invert}null",
        lambda: f"({n}) is {invert}null" if n != "g" else "k is null",
        lambda: f"({t}) is {invert}null",
        lambda: f"{n} {invert}between {low} and {high}",
        lambda: f"{rng.choice(['a', 'k', 'f', n])} {invert}in ({some})",
        lambda: f"{t} {invert}in ({', '.join(quoted(w) for w in rng.sample(WORDS, 3))})",
        lambda: f"{t} {invert}like {quoted(rng.choice(PATTERNS))}",
        lambda: f"length(c) {sign} {rng.randrange(8)}",
    ])()


def condition(rng, depth):
    if depth == 0 or rng.random() < 0.3:
        return leaf(rng, depth)
    x, y, invert = condition(rng, depth - 1), condition(rng, depth - 1), rng.choice(["", "not "])
    joined = f"{x} {rng.choice(['and', 'or', 'AND', 'Or'])} {y}"
    return rng.choice([
        lambda: f"not ({x})",
        lambda: f"({joined})",
        lambda: joined,
        lambda: joined,
        lambda: f"coalesce({rng.choice(['not ', ''])}({x}), {rng.choice(['true', 'false', y])})",
        lambda: f"({x}) is {invert}null",
        lambda: f"iif({x}, {y}, {condition(rng, depth - 1)})",
        lambda: f"({x}) {rng.choice(['=', '<>'])} ({y})",
        lambda: f"coalesce(nullif(({x}), ({y})), {invert}d)",
    ])()


def table(rng):
    """Rows as SQLite has them, and as the file does: cells that are no numbers have no value, but are not missing."""
    rows, lines = [], ["id,a,b,c,d,e,f,g,k,bad\n"]
    for i in range(ROWS):
        g, bad = cell(rng, range(-20, 20)), rng.random() < 0.1
        row = [i, cell(rng, range(i % 40 - 22, i % 40 - 18)), cell(rng, range(-20, 20)), cell(rng, WORDS),
               cell(rng, [0, 1]), cell(rng, DAYS), cell(rng, range(-40, 40)), g,
               None if 1000 <= i < 2600 else cell(rng, [i // 100])]
        row[6] = None if row[6] is None else row[6] / 4
        shown = ["" if v is None else str(v) for v in row]
        shown[4] = {None: "", 0: "false", 1: "true"}[row[4]]
        shown[7] = "tba" if bad else shown[7]
        rows.append(row[:7] + [None if bad else g, row[8], int(bad)])
        lines.append(",".join(shown) + f",{int(bad)}\n")
    return rows, lines


def main():
    varve, seed, queries = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    rng = random.Random(seed)
    base = sqlite3.connect(":memory:")
    base.execute("create table t (id integer, a integer, b integer, c text, d integer, e text, f real, g integer, k integer, bad integer)")
    base.execute("pragma case_sensitive_like = on")
    rows, lines = table(rng)
    base.executemany("insert into t values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
    with open("t.csv", "w", encoding="utf-8") as f:
        f.writelines(lines)
    subprocess.run([varve, "schema", "--type", "g=integer", "t.csv"], check=True, stdout=subprocess.DEVNULL)
    subprocess.run([varve, "add", "-q", "t.csv"], check=True)
    for _ in range(queries):
        where = condition(rng, rng.randrange(4))
        known = where.replace("g is null", "(g is null and bad = 0)").replace("g is not null", "(g is not null or bad = 1)")
        expected = [str(i) for i, in base.execute(f"select id from t where {known} order by id")]
        for path in "t.csv", ":t.csv":
            done = subprocess.run([varve, "cat", path, "--columns", "id", "--where", where], capture_output=True, text=True)
            if done.returncode != 0 or done.stdout.split()[1:] != expected:
                sys.exit(f"seed {seed}, {path}: {where}: {len(done.stdout.split()) - 1} rows, not {len(expected)}\n{done.stderr}")
    print(f"{queries} conditions, all right")


main()
