"""Random descriptions and varve.json over random tables: what `varve check --list-rules --format checks` prints, put in the
place of both, must find the same rows, and the same of the tables as a whole.

usage: spelled_model.py SEED CASES      (in an empty folder that is a repository of varve)
"""
import json
import random
import subprocess
import sys

rng = random.Random(int(sys.argv[1]))
WORDS = ["a", "ab", "it's", "x -- y", "\u00e4b", "B", "abc", '"q"']
DAYS = ["2024-01-05", "2024-02-29", "2023-12-31", "2024-06-01"]
TYPES = {"id": "integer", "n": "number", "unit price": "integer", "s": "string", "d": "date", "b": "boolean",
         "y": "year", "unique": "string", "r": "string"}
VALUES = {"integer": lambda: str(rng.randint(-3, 9)), "number": lambda: rng.choice(["0,5", "-1,25", "3", "2,0", "7,125"]),
          "string": lambda: rng.choice(WORDS), "date": lambda: rng.choice(DAYS),
          "boolean": lambda: rng.choice(["true", "false"]), "year": lambda: rng.choice(["2023", "2024", "-0044"])}


def varve(*words, code=(0,)):
    done = subprocess.run(["varve", *words], capture_output=True, text=True)
    assert done.returncode in code, (words, done.returncode, done.stdout, done.stderr)
    return done.stdout


def literal(kind):
    if kind == "integer":
        return rng.choice([rng.randint(-3, 9), "4"])
    if kind == "number":
        return rng.choice([-1.25, 0.5, "3", "2,0", 7.125])
    return {"string": lambda: rng.choice(WORDS), "date": lambda: rng.choice(DAYS),
            "boolean": lambda: rng.choice([True, False]), "year": lambda: rng.choice(["2023", "2024"])}[kind]()


def constraints(kind):
    out = {}
    if rng.random() < 0.3:
        out["required"] = rng.random() < 0.8
    if rng.random() < 0.15:
        out["unique"] = True
    if rng.random() < 0.3:
        out["enum"] = list({json.dumps(v): v for v in (literal(kind) for _ in range(rng.randint(2, 6)))}.values())
    if kind in ("integer", "number", "date", "year"):
        for name in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"):
            if rng.random() < 0.15:
                out[name] = literal(kind)
    if kind == "string":
        if rng.random() < 0.3:
            out["pattern"] = rng.choice(["[a-z]+", "[a-z' -]*", "[^\"]{1,3}", ".{2,}"])
        if rng.random() < 0.2:
            out["minLength"] = rng.randint(0, 3)
        if rng.random() < 0.2:
            out["maxLength"] = rng.randint(1, 5)
    return out


def field(name):
    kind = TYPES[name]
    out = {"name": name, "type": kind}
    if kind == "number":
        out["decimalChar"] = ","
    if rng.random() < 0.8:
        out["constraints"] = constraints(kind)
    return out


def cell(name):
    if rng.random() < 0.06:
        return ""
    if rng.random() < 0.02:
        return "zz"
    return VALUES[TYPES[name]]()


def table(rows, unique_ids):
    def quoted(text):
        return '"' + text.replace('"', '""') + '"' if set(text) & set('",') else text
    lines = [",".join(TYPES)]
    for i in range(rows):
        cells = [cell(c) for c in TYPES]
        if unique_ids:
            cells[0] = str(i)
        lines.append(",".join(map(quoted, cells)))
        if rng.random() < 0.02:
            lines[-1] = ",".join(map(quoted, cells[:-2]))
    return "\n".join(lines) + "\n"


def settings():
    out = {}
    mostly = None
    if rng.random() < 0.4:
        out["constraint-error"] = rng.choice(["warning", "off", {"mostly": 0.9}, [{"columns": ["n", "s"], "mostly": "95%"}, {}],
                                              {"columns": ["s"], "severity": "warning"}])
    if rng.random() < 0.3:
        out["unique-error"] = rng.choice(["warning", "off"])
    if rng.random() < 0.5:
        out["row-constraint"] = rng.sample(
            ["n > 0", {"condition": "\"unit price\" --3 > 5", "severity": "warning", "title": "some title"},
             {"condition": "s <> 'x -- y'\nor b", "mostly": 0.8}, "\"unique\" is not null", "unique <> 'B'",
             {"condition": "d >= 2024-01-01 or n is null", "mostly": "99.5%"}], 3)
    if rng.random() < 0.5:
        out["row-count"] = {"min": rng.randint(5, 30), "max": rng.randint(20, 40)}
    if rng.random() < 0.4:
        out["null-share"] = {"max": rng.choice(["5%", 0.01]), **({"columns": ["s", "d"]} if rng.random() < 0.5 else {})}
    return out


def found():
    """Per table and severity: rows, and whether something is wrong with the table or most of its values."""
    out = {}
    for d in json.loads(varve("check", "--json", "--limit", "0", code=(0, 1)))["datasets"]:
        for f in d["findings"]:
            assert f["rule"] not in ("unchecked", "schema-error", "source-error"), f
            if f["rule"] not in ("no-dataset",):
                out.setdefault((d["path"], f["severity"]), []).append((f["rule"], f.get("column"), f.get("row"), f.get("expected")))
    return out


def mostly_columns(rules):
    given = rules.get("constraint-error", {})
    for one in given if isinstance(given, list) else [given]:
        if isinstance(one, dict) and "mostly" in one:
            return set(one.get("columns", TYPES))
    return set()


def judged(given, rules):
    """Rows that some rule finds; the table."""
    out = {}
    most = mostly_columns(rules)
    # a cell that a short row lacks is told as such, and by a line "... is not null" too
    lacked = {(path, f'{quote}{column}{quote} is not null', row) for (path, _), findings in given.items()
              for rule, column, row, _ in findings if rule == "missing-cell" for quote in ("", '"')}
    shares = [c["condition"] for c in rules.get("row-constraint", []) if isinstance(c, dict) and "mostly" in c]
    for key, findings in given.items():
        rows, whole = set(), False
        for rule, column, row, expected in findings:
            if (rule in ("table-constraint", "null-share", "row-count") or
                    (rule == "constraint-error" and column in most) or (rule == "row-constraint" and expected in shares)):
                whole = True
            elif (key[0], expected, row) not in lacked:
                rows.add(row)
        out[key] = (frozenset(rows), whole)
    return {k: v for k, v in out.items() if v != (frozenset(), False)}


def without_constraints(package):
    for r in package["resources"]:
        for key in ("primaryKey", "uniqueKeys", "foreignKeys"):
            r["schema"].pop(key, None)
        for f in r["schema"]["fields"]:
            f.pop("constraints", None)
    return package


lines = 0
for case in range(int(sys.argv[2])):
    schema = {"fields": [field(c) for c in TYPES]}
    if rng.random() < 0.6:
        schema["primaryKey"] = rng.choice(["id", ["s", "d"]])
    if rng.random() < 0.4:
        schema["uniqueKeys"] = [["n", "b"], ["y"]]
    if rng.random() < 0.6:
        schema["foreignKeys"] = [{"fields": ["r"], "reference": {"resource": "others", "fields": ["name it"]}},
                                 {"fields": ["id"], "reference": {"resource": "", "fields": ["unit price"]}}]
    package = {"resources": [{"name": "main", "path": "t,1.csv", "schema": schema},
                             {"name": "others", "path": "others.csv",
                              "schema": {"fields": [{"name": "name it", "type": "string"}]}}]}
    rules = settings()
    open("datapackage.json", "w").write(json.dumps(package))
    open("others.csv", "w").write("name it\n" + "".join(w.replace('"q"', "q") + "\n" for w in WORDS[:5]))
    open("t,1.csv", "w").write(table(rng.randint(5, 40), False))
    open("varve.json", "w").write("{}")
    open("varve.checks", "w").write("")
    varve("add", "t,1.csv", "others.csv")
    varve("commit", "-q", "--allow-empty", "-m", "base", "--no-verify", "-a")
    open("t,1.csv", "w").write(table(rng.randint(5, 40), rng.random() < 0.5))
    open("varve.json", "w").write(json.dumps({"datasets": [{"path": "t,1.csv", "rules": rules}]}))
    before = found()
    spelled = varve("check", "--list-rules", "--format", "checks")
    open("varve.checks", "w").write(spelled)
    open("varve.json", "w").write("{}")
    open("datapackage.json", "w").write(json.dumps(without_constraints(package)))
    after = found()
    one, two = judged(before, rules), judged(after, rules)
    lines += spelled.count("\n")
    assert one == two, f"seed {sys.argv[1]}, case {case}\n{spelled}\n{json.dumps(rules)}\n{before}\n{after}"
    left = [x for x in spelled.splitlines() if x.startswith("-- not") and "row-constraint" not in x and
            "constraint-error" not in x]
    assert not left, left
print(f"{lines} lines")
