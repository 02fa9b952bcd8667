"""Pairs of versions of one table, in which the second is built differently: other lines above, below and between, one
header line or two, another delimiter, a column renamed or added, saved again by a program that knows nothing of all this.
Added over the first one, the second gives what it gives when it is added alone. second_version_model.py SEED PAIRS, in a
new folder."""
import json
import os
import random
import re
import subprocess
import sys

WORDS = ["Nord", "Sud", "Ost", "West", "red", "green", "long name", "x-ray", "M\u00fcller", "Zoe", "Ann Lee"]
NAMES = ["code", "name", "city", "height", "since", "state", "owner", "remark", "weight", "kind"]
GROUPS = ["2019", "2020", "left", "right", "before"]


def run(folder, *words):
    done = subprocess.run(["varve", *words], cwd=folder, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"varve {words} in {folder}: {done.returncode}\n{done.stderr}")
    return done.stdout, done.stderr


def column(r, kind, count):
    if kind == "id":
        return [f"{r.choice('ABC')}{i:03}" for i in range(count)]
    if kind == "number":
        return [str(r.randrange(10, 9000)) for _ in range(count)]
    if kind == "decimal":
        return [f"{r.randrange(900)}.{r.randrange(1, 99):02}" for _ in range(count)]
    if kind == "date":
        return [f"20{r.randrange(10, 26)}-{r.randrange(1, 13):02}-{r.randrange(1, 28):02}" for _ in range(count)]
    return [r.choice(WORDS) for _ in range(count)]


def table(r):
    count = r.randrange(14, 30)  # of fewer rows no key is found
    kinds = ["id"] + r.choices(["number", "decimal", "date", "word"], k=r.randrange(1, 5)) + ["number"]
    cells = [column(r, k, count) for k in kinds]
    for c in cells[1:]:  # only the first one is a key
        c[1] = c[0]
    return {"names": r.sample(NAMES, len(kinds)), "cells": cells}


def edited(r, t):
    t = {"names": list(t["names"]), "cells": [list(c) for c in t["cells"]]}
    for _ in range(r.randrange(3)):
        k = r.randrange(1, len(t["cells"]))
        i = r.randrange(2, len(t["cells"][k]))
        t["cells"][k][i] = r.choice(t["cells"][k])
    if r.random() < 0.4:
        k = r.choice([0, r.randrange(len(t["names"]))])
        t["names"][k] += "_" + r.choice("abc")
    added = r.random() < 0.3
    if added:
        t["names"].append("added")
        t["cells"].append(column(r, r.choice(["number", "word"]), len(t["cells"][0])))
        t["cells"][-1][1] = t["cells"][-1][0]
    if r.random() < 0.2 and len(t["names"]) > 3 and not added:  # else it was renamed, by its place
        del t["names"][1], t["cells"][1]
    if r.random() < 0.3:
        t["cells"] = [c[:-1] for c in t["cells"]]
    return t


def frame(r):
    """How a version is written."""
    f = {"delimiter": r.choice(",,;\t|"), "end": r.choice(["\n", "\n", "\r\n"]), "quote": r.random() < 0.2}
    f["above"] = r.choice(
        [[], [], ["# stations"], ["# stations", "# by Ada"], ["#", "# a, b; c", "# of 2024"], ["Stations 2024", ""], ["Stations", "of Ada", ""]]
    )
    f["between"] = r.random() < 0.2
    f["below"] = r.choice([[], [], [], ["", "Source: Ada"], ["# end"], ["", "Notes", "1) estimated"]])
    f["lines"] = r.choice([1, 1, 1, 2])
    f["hash"] = r.random() < 0.15  # a first cell as '#77'
    f["bom"] = r.random() < 0.1
    return f


PLAIN = {"delimiter": ",", "end": "\n", "quote": False, "above": [], "between": False, "below": [], "lines": 1, "hash": False, "bom": False}


def text(r, t, f):
    def line(cells):
        return f["delimiter"].join('"%s"' % c if f["quote"] or f["delimiter"] in c else c for c in cells)

    lines = list(f["above"])
    if f["lines"] == 2:
        groups = [""] + [GROUPS[i // 2] for i in range(len(t["names"]) - 1)]
        lines.append(line(groups))
    lines.append(line(t["names"]))
    for i, row in enumerate(zip(*t["cells"])):
        row = list(row)
        if f["hash"] and i == 4:
            row[0] = "#" + row[0]
        if f["between"] and i in (2, 5):
            lines.append("# checked")
        lines.append(line(row))
    lines += f["below"]
    return ("\ufeff" if f["bom"] else "") + "".join(x + f["end"] for x in lines)


def add(folder, i, content):
    with open(f"{folder}/{i:03}.csv", "w", newline="") as f:
        f.write(content)
    return subprocess.run(["varve", "add", "-q", f"{i:03}.csv"], cwd=folder, capture_output=True).returncode == 0


def seen(folder, path):
    """What the table is: rows, columns, key, and what surrounds it."""
    info = json.loads(run(folder, "info", "--json", f":{path}")[0])
    rows = run(folder, "cat", "--json", f":{path}")[0]
    columns = [(c["name"], c["type"]) for c in info.get("columns", [])]
    form = re.sub(", quotes kept in .*", "", info.get("form") or "")
    return {"form": form, "key": info.get("keyColumns"), "columns": columns, "rows": rows}


def main(seed, count):
    r = random.Random(seed)
    pairs = []
    for i in range(count):
        t = table(r)
        first, second = frame(r), PLAIN if r.random() < 0.25 else frame(r)
        if r.random() < 0.3:  # only the columns change
            second = dict(first)
        pairs.append((text(r, t, first), text(r, edited(r, t), second)))
    for folder in ("over", "alone"):
        os.mkdir(folder)
        run(folder, "init", "-q")
    taken = [i for i, pair in enumerate(pairs) if add("over", i, pair[0]) and add("alone", i, pair[1])]
    run("over", "commit", "-q", "-m", "first")
    wrong = 0
    for i in taken:
        refused = not add("over", i, pairs[i][1])
        over, alone = seen("over", f"{i:03}.csv"), seen("alone", f"{i:03}.csv")
        if refused or over != alone:
            wrong += 1
            if wrong <= 10:
                what = [k for k in over if over[k] != alone[k]]
                print(f"seed {seed}, pair {i}{' refused' if refused else ''}: {what}\n  over:  {[over[k] for k in what if k != 'rows']}\n  alone: {[alone[k] for k in what if k != 'rows']}")
    print(f"{wrong} of {len(taken)} pairs wrong")
    return wrong > 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2])))
