"""A table with lines around it through edits, patches, commits and a merge: its bytes, rows and lines are those of lists
in Python. footer_model.py SEED, in a new repository without commits."""
import json
import random
import subprocess
import sys


def varve(*words, ok=(0,)):
    done = subprocess.run(["varve", *words], capture_output=True)
    if done.returncode not in ok:
        sys.exit(f"varve {words}: {done.returncode}\n{done.stderr.decode()}")
    return done.stdout


def text(rows, foot):
    lines = ["# above", "id,k,v"] + [",".join(r) for r in rows] + foot
    return "\n".join(lines) + "\n"


def read():
    with open("t.csv", newline="") as f:
        return f.read()


def write(t):
    with open("t.csv", "w", newline="") as f:
        f.write(t)


def edited(rows, foot, step):
    kind = random.randrange(5)
    if kind == 0:
        new = [[str(100 * step + i), "n", "1"] for i in range(random.randint(1, 3))]
        return rows + new, foot
    if kind == 1 and len(rows) > 4:
        gone = random.randrange(len(rows))
        return rows[:gone] + rows[gone + 1 :], foot
    if kind == 2:
        return [[i, k, str(int(v) + (random.random() < 0.3))] for i, k, v in rows], foot
    if kind == 3:
        return rows, ["", "Source: " + random.choice("xyz")]
    return rows, random.choice([["# done"], ["", "Source: x"], ["", "Source: q", "", "More"]])


def check_patch(old, new):
    patch = varve("diff", "--format", "patch", ok=(0, 1))
    with open("patch", "wb") as f:
        f.write(patch)
    varve("restore", "t.csv")
    assert read() == old
    varve("apply", "patch")
    assert read() == new, read()
    varve("apply", "-R", "patch")
    assert read() == old
    write(new)


def check_version(rows, whole):
    assert varve("cat", "HEAD:t.csv").decode() == whole
    cells = [[r["id"], r["k"], r["v"]] for r in json.loads(varve("cat", "--json", "t.csv"))]
    assert [[str(c) for c in r] for r in cells] == rows, cells


def check_merge(rows, foot):
    main = varve("branch").decode().split()[1]
    varve("branch", "side")
    ours = [[i, "m" if n == 0 else k, v] for n, (i, k, v) in enumerate(rows)] + [["900", "z", "1"]]
    write(text(ours, foot))
    varve("commit", "-qam", "ours")
    varve("switch", "-q", "side")
    theirs = [[i, k, "77" if n == 1 else v] for n, (i, k, v) in enumerate(rows)]
    last = ["", "Source: merged"]
    write(text(theirs, last))
    varve("commit", "-qam", "theirs")
    varve("merge", main)
    both = [[i, k, "77" if n == 1 else v] for n, (i, k, v) in enumerate(ours)]
    assert read() == text(both, last), read()
    assert b"Source" not in varve("blame", "--json", "t.csv")


def main():
    random.seed(int(sys.argv[1]))
    rows = [[str(i), random.choice("abc"), str(random.randrange(10))] for i in range(6)]
    foot = ["", "Source: x"]
    write(text(rows, foot))
    varve("add", "--key", "id", "t.csv")
    varve("commit", "-qm", "0")
    for step in range(1, 9):
        old = read()
        rows, foot = edited(rows, foot, step)
        new = text(rows, foot)
        write(new)
        if new != old:
            check_patch(old, new)
        varve("add", "t.csv")
        varve("commit", "-qm", str(step), ok=(0, 1))
        check_version(rows, new)
    check_merge(rows, foot)
    varve("fsck", "--data")


main()
