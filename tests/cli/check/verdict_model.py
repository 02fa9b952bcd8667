"""A check that uses kept verdicts of whole tables finds what a check without a cache finds, whatever changed: a table, the rules,
a description or its file of a schema, the table of a foreign key, accepted findings, the base, or the cache itself.

usage: verdict_model.py SEED ROUNDS      (in an empty folder that is a repository of varve)
"""
import json
import os
import random
import subprocess
import sys
from pathlib import Path

seed, rounds = map(int, sys.argv[1:])
rng = random.Random(seed)
SMALL = Path(".git/varve/cache/check/small")
TABLES = ["a/one.csv", "a/two.csv", "b/one.csv", "top.csv"]
RULES = ["n > -100", "n > 0 warn", "unique (id)", "s is not null", "count(*) < 1000", "share(n > 5) < 100%",
         "p references keys(id)", "select id from this where n < -50"]


def run(*argv, codes=(0, 1)):
    done = subprocess.run(argv, capture_output=True, text=True)
    assert done.returncode in codes, (seed, argv, done.returncode, done.stderr)
    return done.stdout, done.returncode


def write(path, rows=None):
    rows = rows or [[i, rng.randint(1, 90), rng.choice("abc"), rng.randint(1, 5)] for i in range(rng.randint(3, 9))]
    Path(path).parent.mkdir(exist_ok=True)
    Path(path).write_text("id,n,s,p\n" + "".join(",".join(map(str, r)) + "\n" for r in rows))


def spoil(path):
    lines = Path(path).read_text().splitlines()
    at = rng.randrange(1, len(lines))
    cells = lines[at].split(",")
    cells[rng.randrange(1, 4)] = rng.choice(["-200", "-60", "", "x", "77", "3"])
    lines[at] = ",".join(cells)
    Path(path).write_text("\n".join(lines) + "\n")


def keys():
    Path("a/keys.csv").write_text("id\n" + "".join(f"{i}\n" for i in range(1, rng.randint(4, 9))))


def rules():
    some = rng.sample(RULES, rng.randint(0, 4))
    Path("varve.checks").write_text(f"[{rng.choice(['*.csv', 'a/one.csv', 'a/*.csv', 'top.csv'])}]\n" + "".join(f"{r}\n" for r in some))


def accepts():
    entry = {"path": rng.choice(TABLES + ["*.csv"]), "rule": rng.choice(["row-constraint", "type-contradiction", "blank-row"]), "why": "known"}
    freshness = {"rules": {"row-count": {"min": rng.randint(1, 9)}}}
    Path("varve.json").write_text(json.dumps(rng.choice([{"accept": [entry]}, freshness, {}])))


def schema_of(least):
    fields = [{"name": c, "type": t} for c, t in (("id", "integer"), ("n", "integer"), ("s", "string"), ("p", "integer"))]
    fields[1]["constraints"] = {"minimum": least}
    return {"fields": fields}


def describe(path, schema):
    beside = "a/" if path[0] == "d" else ""
    Path(path).write_text(json.dumps({"resources": [{"name": "one", "path": beside + "one.csv", "schema": schema},
                                                    {"name": "keys", "path": beside + "keys.csv"}]}))


def refers(schema):
    return dict(schema, foreignKeys=[{"fields": ["p"], "reference": {"resource": "keys", "fields": ["id"]}}])


def described():
    path = rng.choice(["datapackage.json", "a/datapackage.json"])
    if Path(path).exists() and rng.random() < 0.3:
        Path(path).unlink()
        return
    schema = schema_of(rng.choice([-500, 0, 20]))
    if rng.random() < 0.4:
        schema = refers(schema)
    if rng.random() < 0.4 and path[0] == "d":
        schema_file()
        schema = "schema.json"
    describe(path, schema)


def schema_file(least=None):
    Path("schema.json").write_text(json.dumps(schema_of(least or rng.choice([-500, 0, 20]))))


def damage():
    if not SMALL.exists():
        return
    kind = rng.randrange(3)
    if kind == 0:
        SMALL.unlink()
    elif kind == 1:
        os.truncate(SMALL, rng.randrange(SMALL.stat().st_size + 1))
    else:
        data = bytearray(SMALL.read_bytes())
        if data:
            data[rng.randrange(len(data))] ^= 1 + rng.randrange(255)
            SMALL.write_bytes(data)


def commit():
    run("varve", "add", "-q", ".", codes=(0, 1, 2))
    run("git", "commit", "-qm", "next", "--allow-empty")


def report(*options):
    text, code = run("varve", "check", "--json", "--limit", "0", *options, codes=(0, 1, 2))
    if code == 2:
        return None, code
    found = json.loads(text)
    for dataset in found["datasets"]:
        dataset.pop("groupsRead", None)
        dataset.pop("milliseconds", None)
        dataset.pop("ms", None)
    return found, code


def same(what):
    """cold or warm, then warm, then without a cache; the texts, too."""
    for side in ([], ["--cached"], ["HEAD"], ["--no-base"]):
        first, again, fresh = report(*side), report(*side), report(*side, "--no-cache")
        assert first == fresh and again == fresh, (f"seed {seed}, {what}, {side}", first, again, fresh)
        if fresh[0] and not fresh[0]["datasets"]:
            raise AssertionError("nothing was checked")
    text, fresh = run("varve", "check", codes=(0, 1, 2)), run("varve", "check", "--no-cache", codes=(0, 1, 2))
    assert text == fresh, (seed, what, text, fresh)
    return report()[1] == 0, report("HEAD")[1] == 0


for t in TABLES:
    write(t)
Path("a/keys.csv").write_text("id\n1\n2\n3\n4\n5\n")
describe("datapackage.json", schema_of(-500))
commit()
# each of these changes one thing that no table has, of a version that was valid, and commits it without the tables
commit()
assert same("first") == (True, True)
describe("datapackage.json", schema_of(100))
assert not same("the package's bound")[0]
run("git", "commit", "-qam", "only the package")
assert same("the package's bound in the commit") == (False, False)
describe("datapackage.json", refers(schema_of(-500)))
commit()
commit()
assert same("a foreign key") == (True, True)
Path("a/keys.csv").write_text("id\n77\n")
run("varve", "add", "-q", "a/keys.csv")
run("git", "commit", "-qm", "only the keys")
assert same("the other table has none of the values") == (False, False)
Path("a/keys.csv").write_text("id\n1\n2\n3\n4\n5\n")
schema_file(-500)
describe("datapackage.json", "schema.json")
commit()
commit()
assert same("a schema in a file") == (True, True)
schema_file(100)
assert not same("its bound")[0]
run("git", "commit", "-qam", "only the schema")
assert same("its bound in the commit") == (False, False)
Path("schema.json").unlink()
Path("datapackage.json").unlink()
commit()
steps = {"write": lambda: write(rng.choice(TABLES)), "spoil": lambda: spoil(rng.choice(TABLES)), "keys": keys, "rules": rules,
         "accepts": accepts, "described": described, "schema": schema_file, "damage": damage, "commit": commit,
         "add": lambda: run("varve", "add", "-q", ".", codes=(0, 1, 2)),
         "back": lambda: run("git", "checkout", "-q", "HEAD", "--", rng.choice(TABLES), codes=(0, 1, 128))}
for i in range(rounds):
    done = [rng.choice(list(steps)) for _ in range(rng.randint(1, 2))]
    for step in done:
        steps[step]()
    same(f"round {i}: {done}")
