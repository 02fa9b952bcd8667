#!/usr/bin/env python3
"""cat --where of random conditions against SQLite's answers to the same.

conditions_model.py VARVE SEED CONDITIONS: in an empty repository. A table of two columns of integers and one of texts, with missing
cells; conditions of comparisons, lists, patterns, bounds and arithmetic, joined in all ways.
"""
import random
import sqlite3
import subprocess
import sys

ROWS = 4000
WORDS = ["pear", "plum", "Plum", "apple tree", "a%b", "a_b", "o'k", "x", "\u00fcber", "plum jam", "7", "true"]


def cell(rng, values):
    return None if rng.random() < 0.15 else rng.choice(values)


def quoted(text):
    return "'" + text.replace("'", "''") + "'"


def number(rng):
    return rng.choice(["a", "b", "a + b", "a - 3", "b * 2", "a * b", "-a", "(a + 1) * 2"])


def leaf(rng):
    sign = rng.choice(["=", "!=", "<>", "<", "<=", ">", ">="])
    low, high = sorted(rng.randrange(-20, 20) for _ in range(2))
    invert = rng.choice(["", "not "])
    return rng.choice([
        lambda: f"{number(rng)} {sign} {rng.randrange(-20, 20)}",
        lambda: f"{rng.randrange(-20, 20)} {sign} {number(rng)}",
        lambda: f"a {sign} b",
        lambda: f"c {sign} {quoted(rng.choice(WORDS))}",
        lambda: f"{rng.choice('abc')} is {invert}null",
        lambda: f"{number(rng)} {invert}between {low} and {high}",
        lambda: f"a {invert}in ({', '.join(str(rng.randrange(-20, 20)) for _ in range(rng.randrange(1, 6)))})",
        lambda: f"c {invert}in ({', '.join(quoted(w) for w in rng.sample(WORDS, 3))})",
        lambda: f"c {invert}like {quoted(rng.choice(['%', 'p%', '%u%', '_lum', '%_b', 'a%b', '%e', 'pl%m', '%%a%', 'plum', '_']))}",
        lambda: f"length(c) {sign} {rng.randrange(8)}",
    ])()


def condition(rng, depth):
    if depth == 0 or rng.random() < 0.3:
        return leaf(rng)
    kind = rng.randrange(4)
    if kind == 0:
        return f"not ({condition(rng, depth - 1)})"
    joined = f"{condition(rng, depth - 1)} {rng.choice(['and', 'or', 'AND', 'Or'])} {condition(rng, depth - 1)}"
    return f"({joined})" if kind == 1 else joined


def main():
    varve, seed, queries = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    rng = random.Random(seed)
    base = sqlite3.connect(":memory:")
    base.execute("create table t (id integer, a integer, b integer, c text)")
    base.execute("pragma case_sensitive_like = on")
    numbers = range(-20, 20)
    table = [(i, cell(rng, range(i % 40 - 22, i % 40 - 18)), cell(rng, numbers), cell(rng, WORDS)) for i in range(ROWS)]
    base.executemany("insert into t values (?, ?, ?, ?)", table)
    with open("t.csv", "w", encoding="utf-8") as f:
        f.write("id,a,b,c\n")
        for row in table:
            f.write(",".join("" if c is None else str(c) for c in row) + "\n")
    subprocess.run([varve, "add", "-q", "t.csv"], check=True)
    for _ in range(queries):
        where = condition(rng, rng.randrange(4))
        expected = [str(i) for i, in base.execute(f"select id from t where {where} order by id")]
        for path in "t.csv", ":t.csv":
            done = subprocess.run([varve, "cat", path, "--columns", "id", "--where", where], capture_output=True, text=True)
            if done.returncode != 0 or done.stdout.split()[1:] != expected:
                sys.exit(f"seed {seed}, {path}: {where}: {len(done.stdout.split()) - 1} rows, not {len(expected)}\n{done.stderr}")
    print(f"{queries} conditions, all right")


main()
