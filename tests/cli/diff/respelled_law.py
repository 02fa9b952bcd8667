"""Elections of which one side respelled precincts, offices and perhaps parties, merged by varve, against a model of rows.

Usage: respelled_law.py SEED CASES, in an empty repository whose attributes name the driver. In some cases the side is the election of
another place, with the same precincts: that is never merged. A merge that finishes has both sides' changes, and one finishes where
nothing contradicts and the side removed no row.
"""
import random
import subprocess
import sys

SEED, CASES = sys.argv[1], int(sys.argv[2])
HEADER = "precinct,office,candidate,party,votes"


def run(*words, codes=(0,)):
    done = subprocess.run(words, capture_output=True, check=False, text=True)
    if done.returncode not in codes:
        raise AssertionError(f"{' '.join(words)}: {done.returncode}\n{done.stdout}{done.stderr}")
    return done.returncode


def commit(rows, word):
    with open("t.csv", "w", encoding="utf-8") as f:
        f.writelines(",".join(r) + "\n" for r in [HEADER.split(","), *rows])
    run("git", "add", "t.csv")
    run("git", "commit", "-qm", word)


def elections(rnd):
    """The three versions by the row that each row of base is, whether theirs is of another place, and whether it removed no row."""
    names = [(p, o, c) for o in range(3) for c in range(rnd.randrange(2, 5)) for p in range(rnd.randrange(6, 9))]
    spread, other, parties = rnd.choice([30, 1000]), rnd.random() < 0.25, rnd.random() < 0.4
    base = {n: [f"1{n[0]} OUTSIDE", f"U. S. Office {n[1]}", f"C{n[1]}{n[2]}", f"P{n[2]}", str(rnd.randrange(spread))] for n in names}
    ours = {n: list(r) for n, r in base.items()}
    theirs = {n: [r[0].replace(" OUT", "-OUT"), r[1][6:], r[2], "Party " * parties + r[3], r[4]] for n, r in base.items()}
    for n in rnd.sample(names, rnd.randrange(1, 4)):
        ours[n][4] = str(9000 + rnd.randrange(5))
    for n in rnd.sample(names, rnd.choice([0, 0, 0, 1])):
        del ours[n]
    gone = [] if other else rnd.sample(names, rnd.choice([0, 0, 1, 2]))
    for n in names if other else rnd.sample(names, rnd.randrange(3)):
        theirs[n][4] = str(rnd.randrange(spread)) if other else str(9000 + rnd.randrange(5))
    for n in gone:
        del theirs[n]
    return base, ours, theirs, other, not gone


def merged(base, ours, theirs):
    """The rows that a merge must have, and whether it must stop."""
    rows, stops = [], False
    for n, was in base.items():
        x, y = ours.get(n), theirs.get(n)
        if x is None or y is None:
            stops |= (x or y or was) != was
            continue
        stops |= any(b not in (p, q) and p != q for b, p, q in zip(was, x, y))
        rows.append([q if p == b else p for b, p, q in zip(was, x, y)])
    return rows, stops


def main():
    finished = 0
    for case in range(CASES):
        rnd = random.Random(f"{SEED} {case}")
        base, ours, theirs, other, whole = elections(rnd)
        mine = [["19 NEW", "Senate", f"New {k}", "P9", str(k)] for k in range(rnd.randrange(3))]
        yours = [["18-NEW", "Sheriff", f"Neo {k}", "P9", str(k)] for k in range(rnd.randrange(3))]
        rows, stops = merged(base, ours, theirs)
        run("git", "switch", "-q", "--orphan", f"base{case}")
        commit(base.values(), "base")
        run("git", "switch", "-qc", f"side{case}")
        commit([*theirs.values(), *yours], "theirs")
        run("git", "switch", "-q", f"base{case}")
        commit([*ours.values(), *mine], "ours")
        code = run("varve", "merge", "-q", "-m", "m", f"side{case}", codes=(0, 1))
        with open("t.csv", encoding="utf-8") as f:
            got = sorted(f.read().splitlines()[1:])
        right = not stops and not other and got == sorted(",".join(r) for r in [*rows, *mine, *yours])
        assert code or right, f"case {case} of seed {SEED} is wrong"
        assert not code or stops or other or not whole, f"case {case} of seed {SEED} stops without a contradiction"
        finished += not code
        if code:
            run("git", "merge", "--abort")
    print(f"{finished} of {CASES} finished, all of them right")


main()
