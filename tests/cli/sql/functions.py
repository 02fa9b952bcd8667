"""The functions of conditions in SQL: each documented example holds there, and for random arguments of each function SQL has
the value that a rule has.

usage: functions.py ROOT SEED ROWS      (in an empty folder)
"""
import csv
import json
import random
import re
import subprocess
import sys
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

root, seed, rows = Path(sys.argv[1]), *map(int, sys.argv[2:])
rng = random.Random(seed)
BLOCK = re.search(r"^### Functions\n.*?^```\n(.*?)^```", (root / "docs/use/rules.md").read_text(), re.M | re.S)
NAMED = {line.split("(")[0]: line for line in BLOCK[1].splitlines()}


def run(*argv):
    got = subprocess.run(argv, capture_output=True, text=True)
    assert got.returncode in (0, 1) and (argv[1] == "check" or not got.stderr), (argv[:3], got.stderr[:600])
    return got.stdout


def query(expressions, source=""):
    """Rows of values, spelled so that NULL and '' differ, and numbers are whole."""
    sql = "select " + ", ".join(f"quote({e})" for e in expressions) + source
    return list(csv.reader(run("varve", "sql", "--format", "csv", sql).splitlines()))[1:]


assert len(NAMED) > 40, len(NAMED)
for name, value in zip(NAMED, query(NAMED.values())[0]):
    assert value == "1", f"{NAMED[name]} is {value} in SQL"


def some(*makers):
    return "" if rng.random() < 0.08 else rng.choice(makers)()


def number():
    return some(lambda: str(rng.randint(-9, 9)), lambda: f"{rng.randint(-99999, 99999) / 1000:.3f}",
                lambda: f"{rng.randint(-50, 50)}.5", lambda: str(rng.randint(-10**14, 10**14)))


def text():
    return some(lambda: "".join(rng.choice("abAB -/.é0") for _ in range(rng.randint(1, 9))), lambda: "a/b/c", number)


def day():
    return some(lambda: str(date(1890, 1, 1) + timedelta(days=rng.randint(0, 90000))), lambda: "2024-02-29")


def clock():
    return f"{rng.randint(0, 23):02d}:{rng.randint(0, 59):02d}:{rng.randint(0, 59):02d}"


def moment():
    zone = lambda: rng.choice(["Z", "+02:00", "-11:30"])
    return some(lambda: f"{day() or '2024-01-31'}T{clock()}{zone()}", lambda: f"{day() or '2024-01-31'}T{clock()}.25Z")


MAKERS = {"n": number, "m": number, "s": text, "t": text, "d": day, "e": day, "w": moment, "v": moment, "c": clock,
          "i": lambda: some(lambda: str(rng.randint(-3, 6)))}
with open("t.csv", "w", newline="") as f:
    out = csv.writer(f)
    out.writerow(["id", *MAKERS])
    out.writerows([i, *(make() for make in MAKERS.values())] for i in range(rows))
TYPES = {"n": "number", "m": "number", "s": "string", "t": "string", "d": "date", "e": "date", "w": "datetime", "v": "datetime",
         "c": "time", "i": "integer", "id": "integer"}
fields = [{"name": name, "type": TYPES[name]} for name in ("id", *MAKERS)]
json.dump({"resources": [{"name": "t", "path": "t.csv", "schema": {"fields": fields}}]}, open("datapackage.json", "w"))

# What each function is asked; those that are not named take what their example has.
CALLS = """abs(n) add_days(d,i) add_days(w,i) ceil(n) coalesce(n,m) coalesce(s,t) concat(s,t) concat(s,'-',t) contains(s,t) contains(s,'a')
date(d) date(w) day(d) day(w) days(d,e) days(d,w) days(w,v) ends_with(s,'b') ends_with(s,t) floor(n) greatest(n,m) greatest(n,m,i)
greatest(s,t) greatest(d,e) hour(c) hour(w) iif(n<m,s,t) instr(s,t) instr(s,'b') last_day(d) last_day(w) least(n,m) least(s,t)
least(e,d) left(s,i) length(s) lower(s) ltrim(s) ltrim(s,'ab') minute(c) minute(w) mod(n,m) mod(n,i) month(d) month(w) nullif(i,3)
nullif(s,t) number(s) number(t) quarter(d) quarter(w) replace(s,'a','é') replace(s,t,'x') reverse(s) right(s,i) round(n) round(n,2)
round(n,i) rtrim(s) rtrim(s,'ab') second(c) second(w) seconds(w,v) seconds(d,w) sign(n) split_part(s,'/',2) split_part(s,t,i)
starts_with(s,'a') starts_with(s,t) substr(s,i) substr(s,2,3) substr(s,i,i) substr(s,-2) to_date(s) trim(s) trim(s,'ab') trunc(n)
trunc(n,i) upper(s) week(d) week(w) weekday(d) weekday(w) year(d) year(w) yearday(d) yearday(w)
add_days(last_day(d),1) round(abs(n)/4,1) concat(upper(left(s,1)),substr(s,2)) days(to_date('2024-02-29'),d)""".split()
assert set(NAMED) <= {c[:c.index("(")] for c in CALLS}, set(NAMED) - {c[:c.index("(")] for c in CALLS}

with open("r.checks", "w") as f:
    f.write("[t.csv]\n")
    for i, c in enumerate(CALLS):
        f.write(f"r{i}: count(*) < 0 group by id, {c}\n")
report = json.loads(run("varve", "check", "--files", "t.csv", "--rules", "r.checks", "--limit", "0", "--json"))
findings, values = report["datasets"][0]["findings"], {}
for f in findings:
    of = int(f["name"][1:])
    key = re.fullmatch(r"id=(\d+), (.*)", f["keyText"], re.S)
    assert key[2].startswith(CALLS[of] + "="), (key[2], CALLS[of])
    values[int(key[1]), of] = key[2][len(CALLS[of]) + 1:]


def same(rule, sql):
    """rule: what a rule has; None: it is unknown there."""
    if rule in (None, "null"):
        return sql == "NULL"
    if sql == "NULL":
        return False
    if sql.startswith("'"):
        return re.sub(r"(:\d\d\.\d*?)0*Z$", r"\1Z", sql[1:-1].replace("''", "'")) == rule
    if rule in ("true", "false"):
        return sql == str(int(rule == "true"))
    got, want = Fraction(sql), Fraction(rule)
    return got == want or Fraction(float(want)) == Fraction(float(sql))


wrong = [f"{CALLS[k]} of row {i} is {values.get((i, k))} in a rule and {value} in SQL"
         for i, row in enumerate(query(CALLS, ' from "./t.csv" order by id')) for k, value in enumerate(row)
         if not same(values.get((i, k)), value)]
assert len(values) > rows * len(CALLS) // 2, len(values)
assert not wrong, f"{len(wrong)} differ, seed {seed}:\n" + "\n".join(wrong[:20])
print(f"{len(CALLS)} calls of {len(NAMED)} functions in {rows} rows: 0 differ")
