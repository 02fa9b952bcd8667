"""Counts and sums of a version that are made from kept ones of its row groups find what a check without a cache finds, whatever
rows changed, and columns that swap their names are told apart.

usage: derived_model.py SEED ROUNDS      (in an empty folder that is a repository of varve)
"""
import json
import random
import subprocess
import sys
import time
from pathlib import Path

seed, rounds = map(int, sys.argv[1:])
rng = random.Random(seed)
CACHE = Path(".git/varve/cache/check")
SUMS = ["count(*)", "sum(n)", "avg(m)", "deviation(n)", "share(n > 5)", "count(m)", "max(n)", "min(m)", "min(s)", "sum(m) + base"]
RULES = [f"{a} < -1 or {a.split(' ')[0]} = '' group by k" if a == "min(s)" else f"{a} < -1000000000 group by k" for a in SUMS]
RULES[SUMS.index("min(s)")] = "min(s) = '' group by k"
RULES += ["sum(n) < -1000000000 group by k where n > 3", "max(n) < -1000000000", "count(distinct s) < 0 group by m"]


def value(column):
    if rng.random() < 0.03:
        return rng.choice(["", "", "INF", "x"]) if column == "n" else ""
    return {"k": lambda: f"k{rng.randint(0, 150)}", "n": lambda: str(rng.randint(0, 30)),
            "m": lambda: f"{rng.randint(0, 300) / 4}", "s": lambda: rng.choice(["a", "b", "c", "dd"]) * rng.randint(1, 9)}[column]()


def run(*argv):
    done = subprocess.run(argv, capture_output=True, text=True)
    assert done.returncode in (0, 1) and not done.stderr, (argv, done.stderr)
    return done.stdout


def found(*options):
    report = json.loads(run("varve", "check", "--json", "--limit", "0", "--select", "table-constraint", "t.csv", *options))
    return [(f.get("name"), f["expected"], f.get("keyText"), f.get("value"), f["message"]) for f in report["datasets"][0]["findings"]]


columns = ["k", "n", "m", "s"]
rows = [[str(i), *map(value, columns)] for i in range(30000)]
for row in rows[:100]:
    row[1] = "once"  # a group of few rows
fields = [{"name": "id", "type": "integer"}, {"name": "k", "type": "string"}, {"name": "n", "type": "number"},
          {"name": "m", "type": "number"}, {"name": "s", "type": "string"}]
Path("datapackage.json").write_text(json.dumps({"resources": [{"name": "t", "path": "t.csv", "schema": {"fields": fields}}]}))
Path("varve.checks").write_text("[t.csv]\n" + "\n".join(RULES) + "\n")


def write():
    Path("t.csv").write_text("\n".join(",".join(r) for r in [["id", *columns], *rows]) + "\n")


def same(what):
    kept, fresh = found(), found("--no-cache")
    assert fresh and kept == fresh, (f"seed {seed}, {what}: {len(kept)} and {len(fresh)} findings", set(kept) ^ set(fresh))
    return len(fresh)


write()
run("varve", "add", "-q", ".")
run("git", "commit", "-qm", "first")
total = same("first")
for i in range(rounds):
    for f in CACHE.glob("sums-*"):
        if rng.random() < 0.2:
            f.unlink()
    at = rng.randrange(len(rows))
    kind = rng.randrange(4) if i else 0
    if kind == 0:
        del rows[:100]  # no row of a group is left
        at = 0
    elif kind == 1:
        rows[at:at + rng.randint(0, 200)] = [[str(10**6 * (i + 1) + n), *map(value, columns)] for n in range(rng.randint(0, 200))]
    for row in rows[at:at + 3]:
        row[2] = rng.choice(["", "-7", "99", "2.5", "INF", "5"])
        row[3] = rng.choice(["", "-1.5", "400"])
    write()
    killed = subprocess.Popen(["varve", "check", "--select", "table-constraint", "t.csv"], stdout=subprocess.DEVNULL)  # what it kept until then is no lie
    time.sleep(rng.random() / 10)
    killed.kill()
    killed.wait()
    if kind == 2:
        run("varve", "gc", "-q")
    total += same(f"round {i}, kind {kind}, row {at}")
    if rng.random() < 0.3:
        run("git", "add", "t.csv")
        run("git", "commit", "-qm", f"round {i}")
columns[1:3] = ["m", "n"]
write()
total += same("swapped names")
print(f"{total} findings, 0 differ")
