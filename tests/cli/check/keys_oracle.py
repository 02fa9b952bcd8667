"""Random packages of two tables, CSV or NDJSON, under random rules, judged here and by `varve check`: both must find the same.

What is judged: types, required, missing cells and blank rows, primary, unique and foreign keys, and what `mostly`,
severities and --accept do to them. Foreign keys are judged by SQLite.

A part of the packages are two versions in a repository, each looked at in the work tree, the index and the commit.

usage: keys_oracle.py SEED CASES      (in an empty folder)
"""
import csv
import datetime
import json
import os
import random
import sqlite3
import subprocess
import sys
from decimal import Decimal

RULES = ["type-error", "constraint-error", "missing-cell", "blank-row", "primary-key", "unique-error", "foreign-key"]
MOSTLY = {"type-error", "constraint-error", "missing-cell", "blank-row", "unique-error", "foreign-key"}
# Several spellings of few values, and what is not a value.
CELLS = {
    "integer": ["1", "01", "+1", "2", "-3", "x", "1.5", "10"],
    "number": ["1", "1.0", "1e0", "2.50", "2.5", "x", "1,5", "-3"],
    "string": ["1", "01", "a", "A", " a"],
    "boolean": ["true", "True", "1", "false", "0", "yes", "no"],
    "date": ["2024-03-01", "2024-02-29", "2024-02-30", "2023-02-29", "2024-3-1", "x"],
}
# Of NDJSON: literals as they are written, and (in quotes) strings.
LITERALS = {
    "integer": ["1", "2", "-3", "10", "1.5", '"1"', '"x"', "true"],
    "number": ["1", "1.0", "1e0", "2.50", "2.5", '"1"', "-3", "false"],
    "string": ['"1"', '"01"', '"a"', '"A"', "1"],
    "boolean": ["true", "false", '"true"', '"x"', "0"],
    "date": [f'"{text}"' for text in CELLS["date"]],
}
ABSENT, NULL = object(), object()


def meaning(kind, text):
    """What the text means: equal values are equal here, and no wrong value equals a right one."""
    try:
        if kind == "string":
            return "s", text
        if kind == "boolean":
            return "b", {"true": 1, "True": 1, "TRUE": 1, "1": 1, "false": 0, "False": 0, "FALSE": 0, "0": 0}[text]
        if kind == "date":
            if len(text) != 10:
                raise ValueError
            return "d", datetime.date.fromisoformat(text).toordinal()
        if "," in text or (kind == "integer" and "." in text):
            raise ValueError
        return "n", str(Decimal(text).normalize())
    except (ValueError, KeyError, ArithmeticError):
        return "wrong", text


def literal_meaning(kind, literal):
    if literal.startswith('"'):
        text = literal[1:-1]
        return meaning(kind, text) if kind in ("string", "date") else ("wrong", text)
    if literal in ("true", "false"):
        return ("b", int(literal == "true")) if kind == "boolean" else ("wrong", literal)
    return meaning(kind, literal) if kind in ("integer", "number") else ("wrong", literal)


class Table:
    """A table of random cells: rows of texts, which may end early."""

    json = False

    def __init__(self, rng, name, columns, rows):
        self.name, self.columns = name, columns
        self.missing = rng.choice([[""], ["", "NA"], ["NA", "-"], []])
        self.rows = []
        for _ in range(rows):
            row = [rng.choice(CELLS[kind] + (["", "NA"] if rng.random() < 0.5 else [])) for _, kind, _ in columns]
            if rng.random() < 0.1:
                row = [""] * len(row)
            elif rng.random() < 0.15:
                row = row[: rng.randint(1, len(row))]
            self.rows.append(row + [ABSENT] * (len(columns) - len(row)))

    def value(self, row, at):
        """None: missing."""
        text = self.rows[row][at]
        if text is ABSENT or text is NULL:
            return None
        if self.json:
            return None if text[0] == '"' and text[1:-1] in self.missing else literal_meaning(self.columns[at][1], text)
        return None if text in self.missing else meaning(self.columns[at][1], text)

    def place(self, column):
        return [name for name, _, _ in self.columns].index(column)

    def key(self, row, names):
        return [self.value(row, self.place(n)) for n in names]

    def blank(self, row):
        return all(c is ABSENT or c is NULL or c == "" or c == '""' for c in self.rows[row])

    @property
    def path(self):
        return self.name + (".ndjson" if self.json else ".csv")

    def write(self):
        with open(self.path, "w", newline="") as out:
            writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
            writer.writerow([name for name, _, _ in self.columns])
            for row in self.rows:
                writer.writerow([c for c in row if c is not ABSENT])


class JsonTable(Table):
    """Members that are null or left out, too."""

    json = True

    def __init__(self, rng, name, columns, rows):
        self.name, self.columns, self.rows = name, columns, []
        self.missing = rng.choice([[""], ["", "NA"], ["NA", "-"], []])
        for i in range(max(rows, 1)):
            row = [rng.choice(LITERALS[kind] + rng.choice([[], ['""', '"NA"', NULL]])) for _, kind, _ in columns]
            if i > 0 and rng.random() < 0.1:
                row = [NULL] * len(row)
            elif i > 0:  # the first row has all members
                row = [ABSENT if rng.random() < 0.05 else c for c in row]
            self.rows.append(row)

    def write(self):
        with open(self.path, "w") as out:
            for row in self.rows:
                pairs = [f'"{n}": {"null" if c is NULL else c}' for (n, _, _), c in zip(self.columns, row) if c is not ABSENT]
                out.write("{" + ", ".join(pairs) + "}\n")


def make_table(rng, *words):
    return (JsonTable if rng.random() < 0.35 else Table)(rng, *words)


def make_like(rng, t):
    other = type(t)(rng, t.name, t.columns, rng.randint(1, 12))
    other.missing = t.missing
    return other


def make_columns(rng, prefix, count):
    return [(f"{prefix}{i}", rng.choice(list(CELLS)), {k: True for k in ("required", "unique") if rng.random() < 0.25})
            for i in range(count)]


def describe(table, keys):
    schema = {"fields": [{"name": n, "type": k, **({"constraints": c} if c else {})} for n, k, c in table.columns], **keys}
    if table.missing != [""]:
        schema["missingValues"] = table.missing
    return {"name": table.name, "path": table.path, "schema": schema}


class Settings:
    def __init__(self, rng):
        self.rules, self.accepted = {}, set()
        for code in RULES:
            pick = rng.random()
            if pick < 0.15:
                self.rules[code] = rng.choice(["warning", "off"])
            elif pick < 0.3 and code in MOSTLY:
                self.rules[code] = {"mostly": rng.choice([0.5, 0.7, 0.8, 0.9]), "severity": rng.choice(["error", "warning"])}
            elif pick < 0.4:
                self.accepted.add(code)

    def severity(self, code):
        s = self.rules.get(code, "error")
        return s["severity"] if isinstance(s, dict) else s

    def stands(self, code):
        """All that it finds is an error: only then does it stand for other findings of the same cells."""
        return self.severity(code) == "error" and code not in self.accepted and not isinstance(self.rules.get(code), dict)

    def keep(self, code, found, seen):
        """The findings that are left of those found, of so many looked at."""
        s = self.rules.get(code)
        if s == "off" or not found:
            return []
        if isinstance(s, dict) and (seen - len(found)) / seen >= s["mostly"] - 1e-12:
            return []
        return [(code, row + 1, column, self.severity(code), code in self.accepted) for row, column in found]


def judge_cells(t, s, rows):
    out = []
    for at, (name, _, constraints) in enumerate(t.columns):
        required = constraints.get("required", False)
        absent = [r for r in rows if t.rows[r][at] is ABSENT and not t.json]
        values = [r for r in rows if t.value(r, at) is not None]
        lacking = [r for r in rows if t.value(r, at) is None and not (r in absent and s.stands("missing-cell"))]
        out += s.keep("missing-cell", [(r, name) for r in absent], len(rows))
        out += s.keep("type-error", [(r, name) for r in values if t.value(r, at)[0] == "wrong"], len(values))
        out += s.keep("constraint-error", [(r, name) for r in lacking if required], len(rows))
    return out


def repeats(t, rows, names):
    seen, found, whole = set(), [], 0
    for r in rows:
        key = tuple(t.key(r, names))
        if None in key:
            continue
        whole += 1
        if key in seen:
            found.append(r)
        seen.add(key)
    return found, whole


def judge_keys(t, s, rows, primary, unique):
    out, told = [], []
    for code, names in ([("primary-key", primary)] if primary else []) + [("unique-error", u) for u in unique]:
        if any(set(n) == set(names) and (c == code or s.stands(c)) for c, n in told):
            continue
        found, whole = repeats(t, rows, names)
        if code == "primary-key":
            found = sorted(found + [r for r in rows if None in t.key(r, names)])
        if s.severity(code) != "off":
            told.append((code, names))
        out += s.keep(code, [(r, names[0] if len(names) == 1 else None) for r in found], whole)
    return out


def judge_foreign(t, s, rows, there, there_rows, names, targets):
    """What SQLite's foreign_key_check finds, of keys as texts of what they mean."""
    def texts(table, row, columns):
        return [None if v is None else json.dumps(v) for v in table.key(row, columns)]

    columns = ", ".join(f"c{i} TEXT" for i in range(len(names)))
    refs = ", ".join(f"c{i}" for i in range(len(names)))
    db = sqlite3.connect(":memory:")
    db.execute(f"CREATE TABLE parent ({columns}, UNIQUE ({refs}))")
    db.execute(f"CREATE TABLE child (nr INTEGER PRIMARY KEY, {columns}, FOREIGN KEY ({refs}) REFERENCES parent ({refs}))")
    holes = ", ".join("?" * len(names))
    db.executemany(f"INSERT OR IGNORE INTO parent VALUES ({holes})", [texts(there, r, targets) for r in there_rows])
    db.executemany(f"INSERT INTO child VALUES (?, {holes})", [[r, *texts(t, r, names)] for r in rows])
    found = sorted(r[1] for r in db.execute("PRAGMA foreign_key_check(child)"))
    whole = sum(None not in t.key(r, names) for r in rows)
    return s.keep("foreign-key", [(r, names[0] if len(names) == 1 else None) for r in found], whole)


class Package:
    """Two tables, their keys and the rules."""

    def __init__(self, rng):
        n = rng.choice([1, 1, 2, 3])
        self.parent = make_table(rng, "p", make_columns(rng, "p", n + rng.randint(0, 1)), rng.randint(0, 8))
        columns = make_columns(rng, "c", n + rng.randint(1, 3))
        for i in range(n):  # of the same type as what it refers to, or one that has the same values
            kind = self.parent.columns[i][1]
            kind = rng.choice(["integer", "number"]) if kind in ("integer", "number") else kind
            columns[i] = (columns[i][0], kind, columns[i][2])
        self.child = make_table(rng, "c", columns, rng.randint(1, 14))
        names = [c for c, _, _ in columns]
        self.primary = rng.sample(names, rng.randint(1, 2)) if rng.random() < 0.5 else []
        self.unique = [rng.sample(names, rng.randint(1, min(3, len(names)))) for _ in range(rng.randint(0, 2))]
        ends = {columns[0][1], columns[-1][1]}
        self.own = rng.random() < 0.25 and (len(ends) == 1 or ends == {"integer", "number"})
        self.foreign = names[:1] if self.own else names[:n]
        self.targets = names[-1:] if self.own else [c for c, _, _ in self.parent.columns[:n]]
        self.reference = {"fields": self.targets}
        if not self.own or rng.random() < 0.5:
            self.reference["resource"] = "" if self.own else "p"
        self.rules = Settings(rng)

    def refill(self, rng):
        """Other rows, at least of one table."""
        for t in rng.choice([[self.parent], [self.child], [self.parent, self.child]]):
            t.rows = make_like(rng, t).rows

    def write(self):
        keys = {"foreignKeys": [{"fields": self.foreign, "reference": self.reference}]}
        if self.primary:
            keys["primaryKey"] = self.primary
        if self.unique:
            keys["uniqueKeys"] = self.unique
        for t in (self.parent, self.child):
            t.write()
        with open("datapackage.json", "w") as out:
            json.dump({"resources": [describe(self.child, keys), describe(self.parent, {})]}, out)
        for name in ("rules.json", "varve.json"):
            with open(name, "w") as out:
                json.dump({"rules": self.rules.rules}, out)

    def judge(self):
        s, expected = self.rules, []
        for t in (self.child, self.parent):
            rows = [r for r in range(len(t.rows)) if not (s.stands("blank-row") and t.blank(r))]
            found = s.keep("blank-row", [(r, None) for r in range(len(t.rows)) if t.blank(r)], len(t.rows))
            found += judge_cells(t, s, rows)
            single = [[c] for c, _, constraints in t.columns if constraints.get("unique")]
            of_child = t is self.child
            found += judge_keys(t, s, rows, self.primary if of_child else [], (self.unique if of_child else []) + single)
            if of_child:
                there = self.child if self.own else self.parent
                found += judge_foreign(t, s, rows, there, range(len(there.rows)), self.foreign, self.targets)
            expected += [(t.name, *f) for f in found]
        return sorted(expected, key=str)


def found(s, words):
    words = words + [w for code in sorted(s.accepted) for w in ("--accept", code)] + (["--why", "meant"] if s.accepted else [])
    done = subprocess.run(["varve", "check", "--json", "--limit", "0", *words], capture_output=True, text=True)
    assert done.returncode in (0, 1), (words, done.stderr)
    report = json.loads(done.stdout)
    out = [(d["path"][0], f["rule"], f.get("row"), f.get("column") if f["rule"] != "blank-row" else None, f["severity"],
            "acceptedWhy" in f) for d in report["datasets"] for f in d["findings"]]
    invalid = any(f[4] == "error" and not f[5] for f in out)
    assert done.returncode == invalid and report["valid"] != invalid, (done.returncode, out)
    return sorted(out, key=str)


def compare(seed, package, words):
    expected, got = package.judge(), found(package.rules, words)
    if got != expected:
        print(f"seed {seed}, {os.getcwd()}, {words}: rules {package.rules.rules}, accepted {sorted(package.rules.accepted)}")
        for f in [f for f in expected if f not in got]:
            print("  only here:  ", f)
        for f in [f for f in got if f not in expected]:
            print("  only varve: ", f)
        sys.exit(1)
    return len(got)


def commit(package):
    for t in (package.parent, package.child):
        if subprocess.run(["varve", "add", "-q", t.path], capture_output=True).returncode != 0:
            subprocess.run(["git", "add", t.path], check=True)  # what varve does not take is plain text in Git
    subprocess.run(["git", "add", "datapackage.json", "varve.json"], check=True)
    subprocess.run(["git", "commit", "-q", "--allow-empty", "-m", "version"], check=True)


def main():
    seed, cases = int(sys.argv[1]), int(sys.argv[2])
    findings = 0
    for i in range(cases):
        rng = random.Random(seed + i)
        os.mkdir(f"case{i}")
        os.chdir(f"case{i}")
        package = Package(rng)
        package.write()
        findings += compare(seed + i, package, ["--files", "--rules", "rules.json", "datapackage.json"])
        if i % 5 == 0:
            subprocess.run(["varve", "init", "-q"], check=True)
            for _ in range(2):
                commit(package)
                for words in ([], ["--cached"], ["HEAD"]):
                    findings += compare(seed + i, package, ["--no-base", *words])
                package.refill(rng)
                package.write()
        os.chdir("..")
    print(f"seed {seed}: {cases} packages, {findings} findings, all as expected")


main()
