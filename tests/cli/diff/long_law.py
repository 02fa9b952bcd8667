"""Tables with rows of too many or too few cells, compared by `varve diff --json`, against a model of rows.

Usage: long_law.py SEED CASES [ONLY], in an empty folder. A row has the cells of its line: the header names the first ones. Tables in
which most rows are long are left out: their header does not name their columns.
"""
import json
import random
import subprocess
import sys

SEED, CASES = sys.argv[1], int(sys.argv[2])
HEADER = ["id", "a", "b"]


def cells(rnd, key):
    row = [key] + [rnd.choice(["x", "yy", f"z{rnd.randrange(99)}", "", "1.0", "q r"]) for _ in range(2)]
    if rnd.random() < 0.15:
        row += [rnd.choice(["more", "", "7"]) for _ in range(rnd.randrange(1, 4))]
    elif rnd.random() < 0.15:
        row = row[:rnd.randrange(1, 3)]
    return row


def change(rnd, rows):
    out = []
    for row in rows:
        act = rnd.random()
        if act < 0.2:
            row = cells(rnd, row[0])
        if act < 0.9:
            out.append(row)
    for i in range(rnd.randrange(3)):
        row = cells(rnd, f"n{i}")
        row[1:2] = [f"only here {i}"]  # else a removed row with these cells got another key
        out.append(row)
    return out


def text(rows):
    return "".join(",".join(row) + "\n" for row in [HEADER] + rows)


def name(at):
    return HEADER[at] if at < len(HEADER) else f"(cell {at + 1})"


def wanted(old, now):
    """{key: (change, {column: (old, new)})}"""
    was, out = {row[0]: row for row in old}, {}
    for row in now:
        before = was.pop(row[0], None)
        if before is None:
            out[row[0]] = ("added", {name(i): cell for i, cell in enumerate(row)})
            continue
        found = {}
        for i in range(max(len(before), len(row))):
            x, y = [r[i] if i < len(r) else None for r in (before, row)]
            if x != y:
                found[name(i)] = (x, y)
        if found:
            out[row[0]] = ("changed", found)
    out.update({key: ("removed", {name(i): cell for i, cell in enumerate(row)}) for key, row in was.items()})
    return out


def found(case):
    done = subprocess.run(["varve", "diff", "--no-index", "--json", "--key", "id", "old.csv", "new.csv"], capture_output=True,
                          check=False, text=True)
    if done.returncode != 0 or done.stderr:
        sys.exit(f"seed {SEED}, case {case}: {done.returncode}\n{done.stderr}")
    tables = json.loads(done.stdout)["tables"]
    out = {}
    for row in tables[0]["rows"] if tables else []:
        both = row["change"] == "changed"
        out[row["key"]["id"]] = (row["change"], {column: (cell.get("old"), cell.get("new")) if both else cell
                                                 for column, cell in row["cells"].items()})
    return out


long_ones = 0
for case in range(CASES):
    rnd = random.Random(f"{SEED} {case}")
    old = [cells(rnd, f"k{i:03}") for i in range(rnd.choice([5, 20, 90]))]
    now = change(rnd, old)
    lengths = [len(row) > len(HEADER) for row in old], [len(row) > len(HEADER) for row in now]
    if (len(sys.argv) > 3 and case != int(sys.argv[3])) or any(sum(l) * 2 >= len(l) for l in lengths):
        continue
    long_ones += any(map(any, lengths))
    for path, rows in (("old.csv", old), ("new.csv", now)):
        with open(path, "w", encoding="utf-8") as f:
            f.write(text(rows))
    if found(case) != wanted(old, now):
        sys.exit(f"seed {SEED}, case {case}:\nfound {found(case)}\nnot {wanted(old, now)}")
if long_ones < CASES // 2:
    sys.exit(f"only {long_ones} tables had long rows")
print(f"{long_ones} of {CASES} tables with long rows: each cell that changed, and no other")
