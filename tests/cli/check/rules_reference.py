"""Random rules of varve.checks over random tables and histories, evaluated by sqlite3, fractions and statistics: both must
find the same rows, groups and changes; and a check with what earlier ones kept finds what one without it finds.

usage: rules_reference.py SEED RULES VERSIONS ROWS      (in an empty folder that is a repository of varve)
"""
import csv
import datetime
import json
import random
import re
import sqlite3
import statistics
import subprocess
import sys
from fractions import Fraction

seed, rule_count, versions, row_count = map(int, sys.argv[1:])
rng = random.Random(seed)
COLUMNS = ["id", "n", "m", "s", "k", "d"]
TYPES = {"id": "integer", "n": "integer", "m": "number", "s": "string", "k": "string", "d": "date"}


def cell(name):
    if rng.random() < 0.12:
        return ""
    return {"n": lambda: str(rng.randint(-5, 30)),
            "m": lambda: f"{rng.randint(-900, 900) / 100:.2f}" if rng.random() < 0.9 else f"{rng.randint(0, 10**17)}.125",
            "s": lambda: rng.choice(["a", "b", "ab", "Ab", "\u00e4", "x y"]),
            "k": lambda: rng.choice(["p", "q", "r"]),
            "d": lambda: str(datetime.date(2024, 1, 1) + datetime.timedelta(days=rng.randint(0, 400)))}[name]()


def new_row(key):
    return {"id": str(key), **{c: cell(c) for c in COLUMNS[1:]}}


def number(text):
    return Fraction(text) if text else None


# --- rules: (text, function of (rows, base rows or None) that gives the findings) --------------------------------

def row_rule():
    kind = rng.randrange(5)
    if kind == 0:
        bound = rng.randint(-5, 30)
        return f"n <= {bound}", lambda r: None if not r["n"] else int(r["n"]) <= bound
    if kind == 1:
        bound = rng.choice(["0.5", "-3", "2.25"])
        return (f"m * 2 > n + {bound}",
                lambda r: None if not r["m"] or not r["n"] else number(r["m"]) * 2 > int(r["n"]) + Fraction(bound))
    if kind == 2:
        pattern = rng.choice(["[a-z]+", "[ab]", ".{1,2}"])
        return f"lower(s) matches '{pattern}'", lambda r: None if not r["s"] else bool(
            re.fullmatch(pattern, re.sub("[A-Z]", lambda x: x[0].lower(), r["s"])))
    if kind == 3:
        return "s is not null or k = 'p'", lambda r: True if r["s"] else None if not r["k"] else r["k"] == "p"
    day = str(datetime.date(2024, 1, 1) + datetime.timedelta(days=rng.randint(0, 400)))
    most = rng.randint(0, 200)
    return (f"abs(days('{day}', d)) <= {most}",
            lambda r: None if not r["d"] else abs((datetime.date.fromisoformat(r["d"]) -
                                                   datetime.date.fromisoformat(day)).days) <= most)


def where():
    if rng.random() < 0.5:
        return "", lambda r: True
    if rng.random() < 0.5:
        value = rng.choice("pqr")
        return f" where k = '{value}'", lambda r: r["k"] == value
    bound = rng.randint(0, 20)
    return f" where n > {bound}", lambda r: bool(r["n"]) and int(r["n"]) > bound


def exact_deviation(values):
    return statistics.variance(values)  # compared squared


def aggregate():
    """(text, function of rows: a number or None, is its square compared)"""
    column = rng.choice(["n", "m"])
    known = lambda rows: [number(r[column]) for r in rows if r[column]]
    kind = rng.randrange(9)
    if kind == 0:
        return "count(*)", lambda rows: Fraction(len(rows)), False
    if kind == 1:
        return f"count({column})", lambda rows: Fraction(len(known(rows))), False
    if kind == 2:
        name = rng.choice(["s", "k", "n", "m"])
        read = number if name in "nm" else str
        return (f"count(distinct {name})",
                lambda rows: Fraction(len({read(r[name]) for r in rows if r[name]})), False)
    if kind == 3:
        return f"sum({column})", lambda rows: sum(known(rows)) if known(rows) else None, False
    if kind == 4:
        return f"min({column})", lambda rows: min(known(rows), default=None), False
    if kind == 5:
        return f"max({column} + 1)", lambda rows: max((v + 1 for v in known(rows)), default=None), False
    if kind == 6:
        return f"avg({column})", lambda rows: statistics.mean(known(rows)) if known(rows) else None, False
    if kind == 7:
        return (f"deviation({column})",
                lambda rows: exact_deviation(known(rows)) if len(known(rows)) > 1 else None, True)
    return ("share(s is null or n > 10)",
            lambda rows: Fraction(sum(not r["s"] or bool(r["n"] and int(r["n"]) > 10) for r in rows), len(rows))
            if rows else None, False)


def month(r):
    return str(int(r["d"][5:7])) if r["d"] else "null"


def plain(value):
    """As a group's value is written."""
    if not value:
        return "null"
    f = Fraction(value)
    whole = f"{abs(f.numerator) // f.denominator}"
    digits, rest = "", abs(f) - abs(f.numerator) // f.denominator
    while rest:
        rest *= 10
        digits += str(int(rest))
        rest -= int(rest)
    return ("-" if f < 0 else "") + whole + ("." + digits if digits else "")


def grouping():
    kind = rng.randrange(5)
    if kind == 0:
        return " group by k", lambda r: f"k={r['k'] or 'null'}"
    if kind == 1:
        return " group by month(d)", lambda r: f"month(d)={month(r)}"
    if kind == 2:
        return " group by k, n", lambda r: f"k={r['k'] or 'null'}, n={plain(r['n'])}"
    if kind == 3:
        return " group by round(m)", lambda r: "round(m)=" + (plain(str(half_up(r["m"]))) if r["m"] else "null")
    return "", None


def half_up(text):
    f = Fraction(text)
    return (1 if f >= 0 else -1) * int(abs(f) + Fraction(1, 2))


COMPARE = {"<=": lambda x, y: x <= y, ">=": lambda x, y: x >= y, "<": lambda x, y: x < y, ">": lambda x, y: x > y,
           "=": lambda x, y: x == y, "<>": lambda x, y: x != y}


def table_rule():
    text, value, squared = aggregate()
    limits, picks = where()
    by, key = grouping()
    sign = rng.choice(list(COMPARE))
    against_base = not squared and rng.random() < 0.35
    bound = Fraction(rng.randint(-20, 400), 20)
    factor = Fraction(rng.randint(16, 24), 20)
    right = f"{float(factor):g} * base" if against_base else f"{float(bound):g}"

    def groups(rows):
        out = {}
        for r in rows:
            if picks(r):
                out.setdefault(key(r) if key else None, []).append(r)
        if not key:
            out.setdefault(None, [])
        return out

    def judge(rows, base):
        was = groups(base) if base is not None else {}
        found = set()
        for k, members in groups(rows).items():
            x = value(members)
            if against_base:
                y = value(was[k]) if k in was else None
                y = None if y is None else y * factor
            else:
                y = bound
            if squared and x is not None:
                x, y = x * (1 if x >= 0 else -1), y * abs(y)
            if x is not None and y is not None and not COMPARE[sign](x, y):
                found.add(k)
        return found

    order = by + limits if rng.random() < 0.5 else limits + by
    return f"{text} {sign} {right}{order}", judge


def change_rule():
    kind = rng.randrange(4)
    if kind == 0:
        return "new.n >= old.n", lambda o, r: None if not o["n"] or not r["n"] else int(r["n"]) >= int(o["n"])
    if kind == 1:
        return "old.k <> 'p' or new.k = 'p'", lambda o, r: True if (o["k"] and o["k"] != "p") or r["k"] == "p" else (
            None if not o["k"] or not r["k"] else False)
    if kind == 2:
        return ("abs(new.m - old.m) < 4.5 or s = 'a'",
                lambda o, r: True if r["s"] == "a" or (o["m"] and r["m"] and abs(number(r["m"]) - number(o["m"])) < 4.5)
                else None if not o["m"] or not r["m"] or not r["s"] else False)
    return "new.s is not null or old.s is null", lambda o, r: bool(r["s"]) or not o["s"]


def unique_rule():
    limits, picks = where()
    columns = rng.choice([["s"], ["k", "n"], ["m"], ["d", "k"]])

    def judge(rows, base):
        db = sqlite3.connect(":memory:")
        db.execute("create table t (row integer primary key, " + ", ".join(columns) + ")")
        for i, r in enumerate(rows, 1):
            if picks(r) and all(r[c] for c in columns):
                db.execute(f"insert into t values (?{', ?' * len(columns)})",
                           [i] + [str(number(r[c])) if c in "nm" else r[c] for c in columns])
        same = " and ".join(f"a.{c} = b.{c}" for c in columns)
        return {i for (i,) in db.execute(f"select row from t b where exists (select 1 from t a where {same} "
                                         "and a.row < b.row)")}

    return f"unique ({', '.join(columns)}){limits}", judge


def make_rule():
    kind = rng.randrange(10)
    if kind < 3:
        text, f = row_rule()
        limits, picks = where()
        return text + limits, "row-constraint", lambda rows, base: {
            i for i, r in enumerate(rows, 1) if f(r) is False and picks(r)}
    if kind < 7:
        text, judge = table_rule()
        return text, "table-constraint", judge
    if kind == 7:
        text, judge = unique_rule()
        return text, "unique-error", judge
    text, f = change_rule()

    def changes(rows, base):
        if base is None:
            return set()
        was = {r["id"]: r for r in base}
        return {i for i, r in enumerate(rows, 1)
                if r["id"] in was and r != was[r["id"]] and f(was[r["id"]], r) is False}

    return text, "change-constraint", changes


rules = {}
while len(rules) < rule_count:
    text, code, judge = make_rule()
    rules[text] = (code, judge)
with open("varve.checks", "w", encoding="utf-8") as out:
    out.write("[t.csv]\n")
    for text in rules:
        out.write(f"{text}   -- \n" if rng.random() < 0.2 else f"{text} #x\n")
with open("datapackage.json", "w") as out:
    json.dump({"resources": [{"name": "t", "path": "t.csv", "schema": {"primaryKey": ["id"], "fields": [
        {"name": c, "type": TYPES[c]} for c in COLUMNS]}}]}, out)


def run(*words):
    done = subprocess.run(["varve", *words], capture_output=True)
    assert done.returncode in (0, 1), (words, done.stderr, done.stdout)
    return done.stdout


def findings(*words):
    report = json.loads(run("check", "--json", "--limit", "0", *words))
    return [f for d in report["datasets"] if d["path"] == "t.csv" for f in d["findings"]]


table = [new_row(i) for i in range(1, row_count + 1)]
base, wrong, seen, next_key = None, 0, 0, row_count + 1
for version in range(versions):
    if version:
        base = [dict(r) for r in table]
        for r in rng.sample(table, min(len(table), rng.choice([1, 5, 40]))):
            for c in rng.sample(COLUMNS[1:], rng.randint(1, 3)):
                r[c] = cell(c)
        for _ in range(rng.randint(0, 4)):
            table.pop(rng.randrange(len(table)))
        for _ in range(rng.randint(0, 5)):
            table.insert(rng.randrange(len(table) + 1), new_row(next_key))
            next_key += 1
    with open("t.csv", "w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(table)
    if not version:
        run("add", "t.csv", "datapackage.json", "varve.checks")
    got = {}
    all_found = findings()
    for f in all_found:
        assert f["rule"] in {code for code, _ in rules.values()}, f
        place = f.get("keyText") if f["rule"] == "table-constraint" else f["row"]
        got.setdefault(f["expected"], set()).add(place)
    for text, (code, judge) in rules.items():
        wanted = judge(table, base)
        seen += len(wanted)
        if wanted != got.get(text, set()):
            wrong += 1
            print("seed", seed, "version", version, text, "wanted", sorted(map(str, wanted)), "found",
                  sorted(map(str, got.get(text, set()))))
    assert findings("--no-cache") == all_found, "cached and not"
    run("add", "t.csv")
    run("commit", "-q", "-m", f"v{version}", "--no-verify")
    if rng.random() < 0.3:
        run("gc")
assert wrong == 0
print(seen, "findings of", len(rules), "rules in", versions, "versions")
