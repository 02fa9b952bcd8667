"""The figures of varve diff --summary, counted again: random tables, shares no code. figures.py SEED ROWS [whole|part]"""
import csv, os, random, re, subprocess, sys
from collections import Counter
from fractions import Fraction

seed, rows = int(sys.argv[1]), int(sys.argv[2])
rnd = random.Random(seed)
print("seed", seed, "rows", rows)
COLUMNS = ["id", "count", "price", "far", "kind", "day", "text"]
NUMBERS = {"id", "count", "price", "far"}
KINDS = ["EU", "US", "JP", "CONC", "ASP", "GRVL", "other words", "Zug", "q"]
WHOLE = 300000
MOST = min(10000, 200000 // (len(COLUMNS) + 1))


def cell(column, i):
    if column == "id":
        return str(i)
    if rnd.random() < missing:
        return ""
    if column == "count":
        return str(rnd.randrange(-40, 90))
    if column == "price":
        return f"{rnd.randrange(0, 9999) / 100:.2f}"
    if column == "far":
        return f"{rnd.choice([1, -1]) * rnd.random() * 10 ** rnd.randrange(-6, 12):.{rnd.randrange(0, 7)}f}"
    if column == "kind":
        return rnd.choice(KINDS)
    if column == "day":
        return f"20{rnd.randrange(10, 30)}-{rnd.randrange(1, 13):02}-{rnd.randrange(1, 29):02}"
    return f"t{rnd.randrange(10 ** 6)}"


def write(name, table):
    with open(name, "w") as f:
        out = csv.writer(f, lineterminator="\n")
        out.writerow(COLUMNS)
        out.writerows(table.values())


missing = rnd.choice([0, 0.1])
old = {i: [cell(c, i) for c in COLUMNS] for i in range(rows)}
new = {i: list(r) for i, r in old.items() if rnd.random() > 0.05}
share = rnd.choice([0.001, 0.2, 1])
touched = rnd.sample(COLUMNS[1:], rnd.randrange(1, 6))
if len(sys.argv) > 3:  # all rows of one column; some cells of the costly ones
    share, touched = {"whole": (0.001, ["kind"]), "part": (0.3, ["price", "far", "day", "text", "count"])}[sys.argv[3]]
for r in new.values():
    for c in touched:
        if rnd.random() < share:
            r[COLUMNS.index(c)] = cell(c, 0)


def told(row):  # all that a row says beside its key, whatever the spelling
    return tuple(float(x) if x and c in NUMBERS else x for c, x in list(zip(COLUMNS, row))[1:])


gone = {told(r) for i, r in old.items() if i not in new}
for i in range(rows, rows + rows // 40):
    new[i] = [cell(c, i) for c in COLUMNS]
    while told(new[i]) in gone:  # by chance one row whose key changed
        new[i] = [cell(c, i) for c in COLUMNS]

write("t.csv", old)
subprocess.run("varve add -q --key id t.csv && varve commit -qm old", shell=True, check=True)
write("t.csv", new)
small = (len(old) + len(new)) * len(COLUMNS) <= WHOLE


def shown(text):
    return f'"{text}"' if text != text.strip() or text in ("null", "") else text


def both(label, a, b):
    if a is None and b is None:
        return []
    a, b = ("none" if x is None else x for x in (a, b))
    return [f"{label} {a}" if a == b else f"{label} {a} -> {b}"]


BARS = "▁▂▃▄▅▆▇█"


def bars(counts):
    part = -(-max(counts) // 7) or 1
    return "".join(BARS[-(-n // part)] for n in counts)


def spread(column, sides, values):
    if column in NUMBERS:
        numbers = [[Fraction(float(x)) for x in s] for s in values]
        all_numbers = numbers[0] + numbers[1]
        if not all_numbers:
            return []
        width = -60
        for x in all_numbers:
            power = -60
            if x:
                power = 0
                while abs(x) >= Fraction(2) ** (power + 1):
                    power += 1
                while abs(x) < Fraction(2) ** power:
                    power -= 1
                power -= 52
            width = max(width, power)
        low, high = min(all_numbers), max(all_numbers)
        while high // Fraction(2) ** width - low // Fraction(2) ** width > 7:
            width += 1
        size = Fraction(2) ** width
        first = low // size
        if high // size == first:
            return []
        counts = [[0] * 8, [0] * 8]
        for side in (0, 1):
            for x in numbers[side]:
                counts[side][int(x // size - first)] += 1
    else:
        tally = [Counter(s) for s in values]
        if len(tally[0] | tally[1]) > MOST:
            return []
        best = sorted(tally[0] + tally[1], key=lambda v: (-(tally[0][v] + tally[1][v]), v.encode()))[:8]
        if len(best) < 2:
            return []
        counts = [[t[v] for v in best] for t in tally]
    return [f"{bars(counts[0])} -> {bars(counts[1])}"]


def figures(column, sides, whole):
    values = [[x for x in s if x != ""] for s in sides]
    a, b = (len(s) for s in sides)
    head = f"{'rows' if whole else 'cells that differ'} {a:,}" + ("" if a == b else f" -> {b:,}")
    line = both("missing", *(f"{s.count(''):,}" for s in sides))
    if len(set(values[0]) | set(values[1])) > MOST:
        line += [f"distinct more than {MOST:,}"]
    else:
        line += both("distinct", *(f"{len(set(v)):,}" for v in values))
    order = (lambda x: (float(x), x.encode())) if column in NUMBERS else (lambda x: x.encode())
    line += both("least", *(shown(min(v, key=order)) if v else None for v in values))
    line += both("greatest", *(shown(max(v, key=order)) if v else None for v in values))
    if column in NUMBERS:
        line += both("mean", *("MEAN" if v else None for v in values))
        means = [float(sum(map(Fraction, v)) / len(v)) for v in values if v]
    else:
        means = []
        if len(set(values[0]) | set(values[1])) > MOST:
            frequent = [None, None]
        else:
            best = [min(Counter(v).items(), key=lambda p: (-p[1], p[0].encode()), default=("", 0)) for v in values]
            frequent = [f"{shown(v)} ({n:,})" if n > 1 else None for v, n in best]
        line += both("most frequent", *frequent)
    return head + ": " + ", ".join(line + spread(column, sides, values)), means


got = subprocess.run(["varve", "diff", "--summary"], stdout=subprocess.PIPE, text=True, check=True).stdout
lines = got.splitlines()
checked = 0
kinds = set()
for place, column in enumerate(COLUMNS):
    pairs = [(old[i][place], new[i][place]) for i in old if i in new and old[i][place] != new[i][place]]
    at = [k for k, text in enumerate(lines) if text.startswith(f"           {column}: ")]
    if not any(column in NUMBERS and a and b and float(a) == float(b) for a, b in pairs):
        assert bool(pairs) == bool(at), (column, len(pairs), got)
    else:  # 1.0 and 1.00: the same value written otherwise
        pairs = [p for p in pairs if not (p[0] and p[1] and float(p[0]) == float(p[1]))]
    if not at:
        continue
    whole = lines[at[0] + 1].strip().startswith("rows")
    kinds.add(whole)
    assert whole or not small, (column, got)
    if whole:
        sides = [r[place] for r in old.values()], [r[place] for r in new.values()]
    else:
        sides = ([a for a, _ in pairs] + [r[place] for i, r in old.items() if i not in new],
                 [b for _, b in pairs] + [r[place] for i, r in new.items() if i not in old])
    want, means = figures(column, [list(s) for s in sides], whole)
    line = re.sub(r", column \S+ \.\. .*$", "", lines[at[0] + 1].strip())
    said = re.search(r"mean (\S+?)(?: -> (\S+?))?,", line)
    if said:
        numbers = [float(x) for x in said.groups() if x not in (None, "none")]
        assert all(min(abs(m - x) for x in numbers) <= abs(m) * 1e-5 + 1e-9 for m in means), (line, means)
        want, line = (re.sub(r"mean \S+?(?: -> \S+?)?,", "mean,", x) for x in (want, line))
    assert line == want or len(set(means)) < 2 and line == want, f"{column}\n{line}\n{want}"
    checked += 1
assert checked > 0 or "cells" not in got, got
assert len(sys.argv) < 4 or kinds == {True, sys.argv[3] == "whole"}, (kinds, got)
print("columns", checked)
