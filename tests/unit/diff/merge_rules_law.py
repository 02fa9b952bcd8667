"""Merge rules against a reference in Python that shares no code with varve, and their laws.

Random tables, three branches of each, random rules: every merge of two gives the cells that the reference gives, with the
same number of conflicts, and the same with the sides exchanged. Where no merge was a conflict, three branches give the
same cells in each of the six orders.

Usage: merge_rules_law.py PROGRAM [TABLES]   (the helper merge_tables)

VARVE_TEST_SEED sets another seed than the fixed one.
"""
import csv
import decimal
import io
import itertools
import os
import random
import struct
import subprocess
import sys

STATES = ["open", "doing", "done"]
COLUMNS = ["id", "n", "t", "s", "x", "at"]
decimal.getcontext().prec = 200


def text(rows):
    out = io.StringIO(newline="")
    write = csv.writer(out, lineterminator="\n")
    write.writerow(COLUMNS)
    for key in sorted(rows):
        write.writerow([key] + [rows[key][c] for c in COLUMNS[1:]])
    return out.getvalue().encode()


def parse(data):
    lines = list(csv.reader(io.StringIO(data.decode(), newline="")))
    return {int(line[0]): dict(zip(COLUMNS[1:], line[1:])) for line in lines[1:]}


# --- random tables --------------------------------------------------------------------

def number(rnd):
    return rnd.choice([str(rnd.randrange(-20, 20)), f"{rnd.randrange(-500, 500) / 100:.2f}"])


def items(rnd):
    return ";".join(rnd.sample("abcdef", rnd.randrange(4)))


def row(rnd, clock):
    return {"n": number(rnd), "t": items(rnd), "s": rnd.choice(STATES), "x": f"x{next(clock)}",
            "at": f"2026-01-01T00:{next(clock) // 60 % 60:02}:{next(clock) % 60:02}Z"}


def edit(rows, rnd, clock):
    rows = {k: dict(v) for k, v in rows.items()}
    for key in list(rows):
        if rnd.random() < 0.15:
            del rows[key]
            continue
        for c in ["n", "t", "s", "x"]:
            if rnd.random() < 0.4:
                old, new = rows[key][c], row(rnd, clock)[c]
                if c == "t" and rnd.random() < 0.7:
                    have = [i for i in old.split(";") if i]
                    extra = rnd.choice("abcdefgh")
                    new = ";".join([i for i in have if rnd.random() < 0.8] + ([] if extra in have else [extra]))
                rows[key][c] = new
        if rnd.random() < 0.5:
            rows[key]["at"] = f"2026-02-01T{rnd.randrange(3):02}:00:00Z"
    return rows


# --- the reference ----------------------------------------------------------------------

def value(c, cell):
    return decimal.Decimal(cell) if c == "n" else cell


def places(cell):
    return len(cell.split(".")[1]) if "." in cell else 0


def union(b, x, y):
    b, x, y = ([i.strip() for i in v.split(";") if i.strip()] for v in (b, x, y))
    out = [i for i in b if i in x and i in y]
    return ";".join(out + sorted({i for i in x + y if i not in b}))


def decide(rule, c, b, x, y, rx, ry):
    """The cell, or None: a conflict. rx, ry: the rows, for latest."""
    if rule in ("max", "min"):
        if c == "x" or value(c, x) == value(c, y):
            return None  # a text has no order
        return (max if rule == "max" else min)(x, y, key=lambda v: value(c, v))
    if rule == "sum":
        total = value(c, x) + value(c, y) - value(c, b)
        return f"{total:.{max(places(b), places(x), places(y))}f}"
    if rule == "union by ;":
        return union(b, x, y)
    if rule == "order":
        return max(x, y, key=STATES.index)
    if rule == "latest by at":
        return None if rx["at"] == ry["at"] else x if rx["at"] > ry["at"] else y
    return None


def merge_row(rules, b, x, y):
    out, conflicts = {}, 0
    for c in COLUMNS[1:]:
        vb, vx, vy = (value(c, r[c]) for r in (b, x, y))
        rule = rules.get(c)
        if vx == vy and (rule != "sum" or vx == vb):
            out[c] = None if x[c] != y[c] else x[c]  # one value in two spellings: varve chooses
        elif vy == vb:
            out[c] = x[c]
        elif vx == vb:
            out[c] = y[c]
        else:
            out[c] = decide(rule, c, b[c], x[c], y[c], x, y)
            if out[c] is None:
                conflicts += 1
                out[c] = x[c]
    return out, conflicts


def same(a, b):
    return all(value(c, a[c]) == value(c, b[c]) for c in COLUMNS[1:])


def merge(rules, rows, base, x, y):
    out, conflicts = {}, 0
    for key in base:
        if key in x and key in y:
            out[key], n = merge_row(rules, base[key], x[key], y[key])
            conflicts += n
        elif key in x or key in y:
            stays = x.get(key) or y.get(key)
            if same(stays, base[key]):
                continue
            if rows == "keep" or (rows == "conflict" and key in x):
                out[key] = stays
            conflicts += rows == "conflict"
    return out, conflicts


# --- the program ---------------------------------------------------------------------------

def pack(rules, rows, base, x, y, first):
    words = []
    for c, rule in rules.items():
        rule = ",".join(STATES) if rule == "order" else rule
        words.append(f"{rule}:{c}".replace(" ", "_"))
    if rows != "conflict":
        words.append(rows)
    words = " ".join(words).encode()
    texts = [text(t) for t in (base, x, y)]
    head = struct.pack("<BBH", 2, first, len(words)) + b"".join(struct.pack("<I", len(t)) for t in texts)
    return head + b"id" + words + b"".join(texts)


def run(program, asked):
    done = subprocess.run([program], input=b"".join(asked), stdout=subprocess.PIPE, check=True)
    answers = []
    for line in done.stdout.decode().splitlines():
        assert not line.startswith("refused"), line
        _, table, conflicts = line.split(" ")
        answers.append((bytes.fromhex(table), bytes.fromhex("" if conflicts == "-" else conflicts).decode()))
    return answers


def random_rules(rnd):
    rules = {"n": rnd.choice(["max", "min", "sum", "sum"]), "t": "union by ;", "s": "order",
             "x": rnd.choice(["latest by at", "max"])}
    rules = {c: r for c, r in rules.items() if rnd.random() < 0.85}
    if rules.get("x") == "latest by at":
        rules["at"] = "latest by at"  # a column that decides is decided by itself
    return rules, rnd.choice(["keep", "delete", "conflict"])


def fail(seed, number, what, case, *more):
    rules, rows, tables = case
    print(f"seed {seed}, table {number}: {what}\nrules: {rules}, rows: {rows}")
    for name, t in zip(["base", "a", "b", "c"], tables):
        print(f"--- {name}\n{text(t).decode()}", end="")
    for m in more:
        print(m)
    sys.exit(1)


def main():
    program, count = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 400
    seed = os.environ.get("VARVE_TEST_SEED", "51")
    if not os.environ.get("VARVE_TEST_ALL"):  # one of six sixths
        seed, count = f"{seed} {int(os.environ.get('VARVE_TEST_SAMPLE', '0')) % 6}", count // 6
    rnd, clock = random.Random(seed), itertools.count()
    cases, asked = [], []
    for _ in range(count):
        base = {k: row(rnd, clock) for k in range(1, rnd.randrange(2, 9))}
        cases.append((*random_rules(rnd), [base] + [edit(base, rnd, clock) for _ in range(3)]))
    for rules, rows, (base, a, b, c) in cases:
        for x, y in itertools.permutations([a, b, c], 2):
            first = rnd.randrange(2)
            asked += [pack(rules, rows, base, x, y, first)]
    answers = run(program, asked)
    decided = conflicts = 0
    merged = []
    for number, case in enumerate(cases):
        rules, rows, (base, *sides) = case
        mine = answers[6 * number:6 * number + 6]
        found = {}
        for (i, k), (table, told) in zip(itertools.permutations(range(3), 2), mine):
            want, n = merge(rules, rows, base, sides[i], sides[k])
            got = parse(table)
            if text(sides[i]) == text(sides[k]) or text(base) in (text(sides[i]), text(sides[k])):
                want, n = got, 0 if not told else n  # nothing to merge
            bare = {key: {c: v if v is not None else got.get(key, {}).get(c) for c, v in r.items()}
                    for key, r in want.items()}
            if bare != got or n != len(told.splitlines()):
                fail(seed, number, f"sides {i} and {k}", case, f"--- wanted, {n} conflicts", text(bare).decode(),
                     f"--- got\n{table.decode()}{told}")
            found[i, k] = got, told
            conflicts += n
            decided += 1
        for i, k in itertools.combinations(range(3), 2):
            if not found[i, k][1] and found[i, k][0] != found[k, i][0]:
                fail(seed, number, f"sides {i} and {k} exchanged", case)
        merged.append(found)
    # three branches, in each order
    asked, about = [], []
    for number, (rules, rows, (base, *sides)) in enumerate(cases):
        if "latest by at" in rules.values() or any(told for _, told in merged[number].values()):
            continue
        for (i, k), (table, _) in merged[number].items():
            asked.append(pack(rules, rows, base, table, sides[3 - i - k], 1))
            about.append(number)
    by_table = {}
    for number, (table, told) in zip(about, run(program, asked)):
        by_table.setdefault(number, []).append((parse(table), told))
    orders = 0
    for number, results in by_table.items():
        plain = [{k: {c: value(c, v) for c, v in r.items()} for k, r in t.items()} for t, told in results if not told]
        orders += len(plain)
        if any(p != plain[0] for p in plain):
            fail(seed, number, "orders of three merges differ", cases[number], *plain)
    if conflicts == 0 or orders < count // 8:
        sys.exit(f"too little was tried: {conflicts} conflicts, {orders} orders")
    print(f"{decided} merges of two, {conflicts} conflicts; {orders} merges of three")


main()
