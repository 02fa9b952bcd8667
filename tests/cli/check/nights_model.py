"""nights_model.py VARVE SEED: a table of prices that changes each night. The rules of `check --suggest` after four nights
must refuse accidents of each kind in the fifth, and take it and three more without one."""

import csv
import random
import subprocess
import sys
from pathlib import Path

VARVE, SEED = sys.argv[1], int(sys.argv[2])
chance = random.Random(SEED)


def run(*argv, codes=(0,)):
    done = subprocess.run(argv, capture_output=True, text=True)
    assert done.returncode in codes, (SEED, argv, done.returncode, done.stdout, done.stderr)
    return done.returncode


def write(rows):
    with open("p.csv", "w", newline="") as f:
        csv.writer(f, lineterminator="\n").writerows([["id", "item", "price", "stock"], *rows])


def next_night(rows):
    """A few prices move by some percent, a row goes, three come."""
    rows = [list(row) for row in rows]
    for row in chance.sample(rows, 6):
        row[2] = f"{float(row[2]) * chance.uniform(0.9, 1.1):.2f}"
        row[3] = str(int(row[3]) + chance.randrange(3))
    del rows[chance.randrange(len(rows))]
    last = int(rows[-1][0])
    return rows + [[str(last + 1 + i), f"new{last + i}", f"{chance.uniform(5, 90):.2f}", str(chance.randrange(10, 40))] for i in range(3)]


def accidents(rows, older):
    n = len(rows)
    yield "scaled", [[a, b, f"{float(c) * 100:.2f}", d] for a, b, c, d in rows]
    yield "shifted", [[rows[i][0], rows[i - 1][1], rows[i][2], rows[i][3]] for i in range(n)]
    yield "doubled", rows + rows
    yield "whole numbers with fractions", [[a, b, c, f"{int(d) * 100}.0"] for a, b, c, d in rows]
    yield "mixed", [[a, c, d, b] for a, b, c, d in rows]
    yield "stale", older
    yield "mostly stale", [[a, b, c, "77" if i == 5 else d] for i, (a, b, c, d) in enumerate(older)]


rows = [[str(i), f"item{i}", f"{chance.uniform(5, 90):.2f}", str(chance.randrange(10, 40))] for i in range(1, 121)]
run("git", "init", "-q", "t")
__import__("os").chdir("t")
run(VARVE, "init", "-q", ".")
nights = []
for _ in range(4):
    write(rows)
    run(VARVE, "add", "-q", "--key", "id", "p.csv")
    run(VARVE, "commit", "-q", "-m", "night")
    nights.append(rows)
    rows = next_night(rows)
Path("varve.checks").write_text(subprocess.run([VARVE, "check", "--suggest"], capture_output=True, text=True, check=True).stdout)
refused = 0
for kind, made in accidents(rows, nights[0]):
    write(made)
    assert run(VARVE, "check", "p.csv", codes=(0, 1)) == 1, (SEED, kind, Path("varve.checks").read_text())
    refused += 1
for taken in range(4):
    write(rows)
    run(VARVE, "check", "p.csv")
    run(VARVE, "commit", "-q", "-a", "-m", "night")
    rows = next_night(rows)
print(f"{refused} accidents refused, {taken + 1} nights taken")
