#!/usr/bin/env python3
"""Tables without a key in which a long run of rows has changed: changed_runs.py VARVE SEED COUNT, in an empty folder.

Of each pair the edits are known: rows that stayed have changes in less than half of their columns, others were inserted or
removed. No changed row is equal to a row of the old table by chance: equal rows are one row, so this pair would be another one
than the edits made. The difference tells no more rows as added or removed than that, but for one in fifty; and a merge with a
side that changed a cell of one row has that cell and all that the other side changed.
"""
import random
import re
import subprocess
import sys

VARVE, SEED, COUNT = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])


def run(*args, code=0):
    r = subprocess.run([VARVE, *args], capture_output=True, text=True)
    if r.returncode != code:
        sys.exit(f"varve {' '.join(args)}: {r.returncode}\n{r.stdout}{r.stderr}")
    return r.stdout


def make_table(rng):
    kinds = ["name"] + [rng.choice(["name", "few", "constant", "number", "year", "price"]) for _ in range(rng.randrange(2, 8))]
    rows = rng.randrange(20, 5000)
    make = {"name": lambda i: "N%d" % rng.randrange(rows), "few": lambda i: rng.choice("abcd"), "constant": lambda i: "x",
            "number": lambda i: str(rng.randrange(10**6)), "year": lambda i: str(1990 + i * 30 // rows),
            "price": lambda i: "%.1f" % (rng.randrange(10, 9000) / 10)}
    return kinds, [[make[k](i) for k in kinds] for i in range(rows)]


def change(rng, kinds, table):
    """The new rows, each with whether it stayed; and how many were removed and inserted."""
    rows = [list(r) for r in table]
    most = (len(kinds) - 1) // 2
    for column in rng.sample(range(1, len(kinds)), rng.randrange(1, most + 1)) if most else []:
        share, how = rng.choice([1, 1, 0.3]), rng.choice(["respell", "other", "add"])
        for r in rows:
            if rng.random() < share:
                number = re.fullmatch(r"\d+(\.\d)?", r[column])
                r[column] = r[column] + ("0" if "." in r[column] else ".0") if number and how == "respell" else \
                    str(float(r[column]) + 5) if number and how == "add" else "v%d" % rng.randrange(10**6)
    old = {tuple(t) for t in table}
    for i, (r, t) in enumerate(zip(rows, table)):
        if r != t and tuple(r) in old:
            column = next(c for c in range(len(kinds)) if r[c] != t[c])
            r[column] = "w%d" % i
    at, end = sorted(rng.sample(range(len(rows) + 1), 2))
    rows = [list(t) for t in table[:at]] + rows[at:end] + [list(t) for t in table[end:]]
    removed = inserted = 0
    for _ in range(rng.randrange(4)):
        place, count = rng.randrange(len(rows)), rng.randrange(1, max(2, len(rows) // 10))
        if rng.random() < 0.5:
            rows[place:place] = [["new%d" % rng.randrange(10**9)] + ["n%d" % rng.randrange(10**9) for _ in kinds[1:]] for _ in range(count)]
            inserted += count
        else:
            removed += len(rows[place:place + count])
            del rows[place:place + count]
    return rows, removed, inserted


def write(kinds, rows):
    with open("t.csv", "w", encoding="ascii") as f:
        f.write(",".join("c%d" % i for i in range(len(kinds))) + "\n" + "".join(",".join(r) + "\n" for r in rows))


def count(text, word):
    found = re.search(r"([\d,]+) rows? " + word, text)
    return int(found[1].replace(",", "")) if found else 0


run("init", "-q")
for seed in range(SEED, SEED + COUNT):
    rng = random.Random(seed)
    kinds, table = make_table(rng)
    write(kinds, table)
    run("add", "-q", "--no-key", "t.csv")
    run("commit", "-q", "--allow-empty", "-m", "base")
    base = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True).stdout.strip()
    rows, removed, inserted = change(rng, kinds, table)
    write(kinds, rows)
    said = run("diff", "t.csv").splitlines()[-1:] or [""]
    more = count(said[0], "removed") + count(said[0], "added") - removed - inserted
    if more > 2 * (len(table) // 50 + 1):
        sys.exit(f"seed {seed}: {len(table)} rows, {removed} removed, {inserted} inserted, {kinds}: {said[0]}")
    run("commit", "-q", "-a", "--allow-empty", "-m", "ours")
    run("switch", "-q", "--detach", base)
    table[len(table) // 2][0] = "edited"
    write(kinds, table)
    run("commit", "-q", "-a", "-m", "theirs")
    run("switch", "-q", "main")
    if removed == 0 and subprocess.run([VARVE, "merge", "-q", "HEAD@{1}"], capture_output=True).returncode == 0:
        for r, old in zip([r for r in rows if not r[0].startswith("new")], table):
            r[0] = "edited" if old[0] == "edited" else r[0]
        want = [",".join(r) for r in rows]
        with open("t.csv", encoding="ascii") as f:
            got = f.read().splitlines()[1:]
        if got != want:
            sys.exit(f"seed {seed}: the merge has {sum(a != b for a, b in zip(got, want))} other rows")
    elif removed == 0:
        sys.exit(f"seed {seed}: the merge conflicts: {run('status', code=0)}")
print(COUNT, "pairs")
