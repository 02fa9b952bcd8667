"""Nothing depends on chance: nearly equal rows without a key are paired alike in every process.

Usage: chance_law.py SEED [TABLES [FIRST]], in an empty repository. Each version is compared, and the sides are merged,
several times, each time by a new process; VARVE_TEST_OTHER names a second varve, of another compiler.
"""
import json
import os
import random
import subprocess
import sys

SEED, TABLES = int(sys.argv[1]), int((sys.argv[2:] or ["2"])[0] or "2")
FIRST = int((sys.argv[3:] or ["0"])[0])  # so that several can share the work
REPEATS = 20 if TABLES > 3 else 5
VARVES = ["varve"] + [v for v in [os.environ.get("VARVE_TEST_OTHER")] if v]


def row(rnd):
    """Rows that share most of their cells with many others."""
    return {"a": rnd.randrange(2), "b": rnd.choice("xy"), "c": rnd.randrange(3), "d": rnd.choice(["", "k"]),
            "e": rnd.randrange(30)}


def change(rnd, rows):
    rows = [dict(r) for r in rows]
    for _ in range(rnd.randrange(3, 20)):
        act = rnd.random()
        if act < 0.35:
            rows.insert(rnd.randrange(len(rows) + 1), row(rnd))
        elif act < 0.55 and rows:
            rows.pop(rnd.randrange(len(rows)))
        elif rows:
            at = rnd.choice(rows)
            for name in rnd.sample("abcde", rnd.randrange(1, 4)):
                at[name] = row(rnd)[name]
    if len(rows) > 3 and rnd.random() < 0.5:  # a block moves, and one of its rows changes
        first = rnd.randrange(len(rows) - 1)
        block = rows[first:first + rnd.randrange(2, 7)]
        rows[first:first + len(block)] = []
        rnd.choice(block)["e"] = rnd.randrange(30, 40)
        to = rnd.randrange(len(rows) + 1)
        rows[to:to] = block
    return rows


def write(rows):
    with open("t.json", "w", encoding="utf-8") as f:
        f.write("[" + ",\n".join(json.dumps(r) for r in rows) + "]\n")


def run(*words, codes=(0,)):
    done = subprocess.run(words, capture_output=True, check=False)
    if done.returncode not in codes:
        sys.exit(f"{' '.join(words)}: {done.returncode}\n{done.stderr.decode()}")
    return done.stdout


def outcomes(words, codes):
    return {run(varve, *words, codes=codes) for varve in VARVES for _ in range(REPEATS)}


for case in range(FIRST, FIRST + TABLES):
    rnd = random.Random(f"{SEED} {case}")
    base = [row(rnd) for _ in range(rnd.choice([8, 25, 80]))]
    write(base)
    run("git", "checkout", "-q", "--orphan", f"base{case}")
    run("varve", "add", "-q", "--no-key", "t.json")
    run("varve", "commit", "-qm", "base", codes=(0, 1))
    for side in ("o", "t"):
        run("git", "checkout", "-q", "-B", f"{side}{case}", f"base{case}")
        write(change(rnd, base))
        run("varve", "commit", "-qam", side, codes=(0, 1))
    for words, codes in ((["diff", "--json", f"base{case}", f"o{case}"], (0,)),
                         (["merge", "--dry-run", "--json", f"o{case}", f"t{case}"], (0, 1)),
                         (["merge", "--dry-run", f"t{case}", f"o{case}"], (0, 1))):
        found = outcomes(words, codes)
        if len(found) != 1:
            sys.exit(f"seed {SEED}, table {case}: {' '.join(words)} has {len(found)} outcomes")
print(f"{TABLES} tables, {REPEATS} times each by {len(VARVES)} builds: one outcome", flush=True)
