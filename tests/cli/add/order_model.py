#!/usr/bin/env python3
"""Tables in key order against Python: whatever the rows, their order and their form, each version comes
back byte for byte, and the same rows in another order give no new group where no two have one key.

order_model.py VARVE ROUNDS [FIRST]: in an empty repository. Exits 1 with what is not as expected.
"""
import csv
import io
import json
import random
import re
import subprocess
import sys

VARVE = sys.argv[1]
ROUNDS = int(sys.argv[2])
FIRST = int(sys.argv[3]) if len(sys.argv) > 3 else 0
ODD = ["", "-0", "007", "7", "-12", "12a", "1.5", "a,b", 'q"q', "zz", "-", "9" * 18, "1" + "0" * 18,
       "l\nf", "\u00e9t\u00e9", " 7", "NaN", "--1", "+1"]


def run(*args, code=0):
    done = subprocess.run([VARVE, *args], capture_output=True)
    if done.returncode != code:
        sys.exit("%s: exit status %d\n%s" % (args, done.returncode, done.stderr.decode()))
    return done.stdout


def keys(rng, kind, count):
    if kind == "numbers":
        return [str(k) for k in rng.sample(range(-count, 10 * count), count)]
    if kind == "texts":
        return ["k%x" % k for k in rng.sample(range(10 * count), count)]
    if kind == "ties":
        return [str(rng.randrange(1 + count // 4)) for _ in range(count)]
    return [rng.choice(ODD) for _ in range(count)]


def table(rng, kind, count):
    return [[k, "v%d" % rng.randrange(50), rng.choice(["", "x", "1.50", "2024-01-01"])]
            for k in keys(rng, kind, count)]


def as_csv(rows, end, delimiter, last):
    out = io.StringIO()
    w = csv.writer(out, lineterminator=end, delimiter=delimiter)
    w.writerow(["id", "name", "z"])
    w.writerows(rows)
    text = out.getvalue()
    return (text if last else text[:-len(end)]).encode()


def as_json(rows, array):
    lines = [json.dumps({"id": int(r[0]) if re.fullmatch(r"-?[1-9]\d{0,14}", r[0]) else r[0], "name": r[1], "z": r[2] or None},
                        separators=(",", ":")) for r in rows]
    return ("[\n" + ",\n".join(lines) + "\n]\n" if array else "\n".join(lines) + "\n").encode()


FORMS = {
    "t.csv": lambda rows: as_csv(rows, "\n", ",", True),
    "u.csv": lambda rows: as_csv(rows, "\r\n", ";", False),
    "v.tsv": lambda rows: as_csv(rows, "\n", "\t", True),
    "w.ndjson": lambda rows: as_json(rows, False),
    "x.json": lambda rows: as_json(rows, True),
}


def is_sorted(path):
    return json.loads(run("info", "--json", path))["sortedBy"] == ["id"]


def main():
    wanted = []
    for seed in range(FIRST, FIRST + ROUNDS):
        rng = random.Random(seed)
        for name, make in FORMS.items():
            for kind in ["numbers", "texts", "ties", "odd"]:
                if kind == "odd" and name.endswith("json"):
                    continue  # what Python escapes is another thing than order
                path = "%s%d%s" % (kind, seed, name)
                rows = table(rng, kind, rng.choice([1, 2, 50, 3000]))
                unique = kind in ("numbers", "texts")
                sort = ["--order", "key"]
                if not unique:  # a key that is repeated comes only from a package
                    package(path)
                with open(path, "wb") as f:
                    f.write(make(rows))
                run("add", "-q", "--as", "table", *(["--key", "id"] if unique else []), *sort, path)
                if not is_sorted(path):
                    sys.exit("%s is not in key order" % path)
                run("commit", "-qm", path)
                wanted.append(("HEAD:" + path, make(rows), subprocess.check_output(["git", "rev-parse", "HEAD"]).decode().strip()))
                rng.shuffle(rows)
                with open(path, "wb") as f:
                    f.write(make(rows))
                said = run("add", path).decode()
                if unique and len(rows) > 1 and " unchanged" not in said and not re.search(r"stored:  0 of ", said):
                    sys.exit("%s: the same rows in another order:\n%s" % (path, said))
                subprocess.run(["git", "commit", "-qm", "again", "--allow-empty"], check=True)
                wanted.append(("HEAD:" + path, make(rows), subprocess.check_output(["git", "rev-parse", "HEAD"]).decode().strip()))
    for name, text, commit in wanted:
        if run("cat", commit + name[4:]) != text:
            sys.exit("%s of %s does not come back" % (name, commit))
    run("fsck", "--data")


PACKAGE = {"name": "p", "resources": []}


def package(path):
    PACKAGE["resources"].append({"name": re.sub(r"[^a-z0-9]", "", path), "path": path, "schema": {
        "fields": [{"name": n, "type": "any"} for n in ("id", "name", "z")], "primaryKey": ["id"]}})
    with open("datapackage.json", "w") as f:
        json.dump(PACKAGE, f)


main()
