#!/usr/bin/env python3
"""times.py SEED FOLDER: random datetimes compared by SQL, by `varve cat --where`, and by exact fractions of seconds here.

FOLDER is a repository. Cells have a zone or none, and up to twelve digits of a second. Ends with 1 and prints the first difference."""
import datetime
import fractions
import json
import random
import subprocess
import sys

OPERATORS = ["=", "<", "<=", ">", ">=", "<>"]


def draw(r):
    """A datetime as a text, and its moment."""
    at = datetime.datetime(r.choice([1, 1969, 1970, 2024, 9998]), r.choice([1, 2, 12]), r.choice([1, 28]), r.choice([0, 12, 23]), r.choice([0, 59]), r.choice([0, 59]))
    digits = "".join(r.choice("0059") for _ in range(r.choice([0, 0, 1, 3, 6, 9, 12])))
    minutes = r.choice([None, None, 0, 0, 60, -90, 840, -720])
    moment = (at - datetime.datetime(1970, 1, 1)) // datetime.timedelta(seconds=1) - (minutes or 0) * 60 + fractions.Fraction(int(digits or 0), 10 ** len(digits))
    zone = "" if minutes is None else r.choice(["Z", "+00:00"]) if minutes == 0 else f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
    return at.isoformat() + ("." + digits if digits else "") + zone, moment


def run(folder, *words):
    return subprocess.run(["varve", *words], cwd=folder, stdout=subprocess.PIPE, check=True, text=True).stdout.split()


def main(seed, folder):
    r = random.Random(seed)
    rows = [draw(r) for _ in range(300)]
    with open(folder + "/t.csv", "w") as f:
        f.write("id,t\n" + "".join(f"{i},{text}\n" for i, (text, _) in enumerate(rows)))
    with open(folder + "/datapackage.json", "w") as f:
        fields = [{"name": "id", "type": "integer"}, {"name": "t", "type": "datetime"}]
        json.dump({"resources": [{"name": "t", "path": "t.csv", "schema": {"fields": fields, "primaryKey": ["id"]}}]}, f)
    run(folder, "add", "t.csv", "datapackage.json")
    cases = [(op, *r.choice([r.choice(rows), draw(r)])) for op in OPERATORS for _ in range(4)]
    asked = [f"SELECT group_concat(id, ' ') FROM (SELECT id FROM t WHERE t {op} '{text}' ORDER BY id)" for op, text, _ in cases]
    asked += ["SELECT group_concat(id, ' ') FROM (SELECT id FROM t ORDER BY t, id)", "SELECT count(DISTINCT t) FROM t", "SELECT count(*) FROM t a JOIN t b USING (t)",
              "SELECT max(c) FROM (SELECT count(*) c FROM t GROUP BY t)", "SELECT (SELECT min(id) FROM t x WHERE x.t = y.m) FROM (SELECT max(t) m FROM t) y"]
    answers = subprocess.run(["varve", "sql", "--format", "csv"], input=";\n".join(asked) + ";\n", cwd=folder, stdout=subprocess.PIPE, check=True, text=True).stdout.split("\n")[1::2]
    compare = {"=": lambda a, b: a == b, "<": lambda a, b: a < b, "<=": lambda a, b: a <= b, ">": lambda a, b: a > b, ">=": lambda a, b: a >= b, "<>": lambda a, b: a != b}
    moments = [moment for _, moment in rows]
    repeats = [moments.count(m) for m in moments]
    right = [[str(i) for i, m in enumerate(moments) if compare[op](m, moment)] for op, _, moment in cases]
    right += [[str(i) for i in sorted(range(len(rows)), key=lambda i: (moments[i], i))], [str(len(set(moments)))], [str(sum(repeats))], [str(max(repeats))],
              [str(moments.index(max(moments)))]]
    for (op, text, _), want in zip(cases, right):
        where = run(folder, "cat", "--format", "csv", "--columns", "id", "--where", f"t {'!=' if op == '<>' else op} '{text}'", "t.csv")[1:]
        assert where == want, f"seed {seed}: cat --where \"t {op} '{text}'\": {where}, and not {want}"
    for question, got, want in zip(asked, answers, right, strict=True):
        assert got.strip('"').split() == want, f"seed {seed}: {question}: {got}, and not {want}"


main(int(sys.argv[1]), sys.argv[2])
