"""nights.py [--accidents N] [--seed N] HISTORY...: rules that `varve check --suggest` finds in the first half of a table's
versions, as the gate of each later night. A history is a bundle, or a repository of Git with a CSV table as text.

A night that a rule refuses is not taken: the next one is compared with the last one taken. If the next one passes, the refused
one was mended, and the alarm was right. If it does not, the change was to stay: the alarm is false, and both are taken.
Accidents are put into later nights: a column of numbers times 100, a column one row too low, all rows twice, a file of five or
ten versions before, two columns exchanged. Found is what a suggested rule refuses."""

import argparse
import csv
import decimal
import io
import json
import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path

RULES = ("row-constraint", "table-constraint", "change-constraint", "unique-error")


def run(*argv, codes=(0,)):
    done = subprocess.run(argv, capture_output=True)
    assert done.returncode in codes, (argv, done.stderr)
    return done.stdout.decode()


def is_number(text):
    try:
        return decimal.Decimal(text).is_finite()
    except decimal.InvalidOperation:
        return False


def accidents(header, rows, older, chance):
    """Each kind of accident, its columns, and the rows that it leaves."""
    columns = range(len(header))
    wide = [k for k in columns[1:] if len({row[k] for row in rows}) > 3]
    numbers = [k for k in wide if all(is_number(row[k]) for row in rows if row[k]) and sum(1 for row in rows if row[k]) > len(rows) // 4]
    if numbers:
        k = chance.choice(numbers)
        yield "scaled", header[k], [[f"{decimal.Decimal(row[i]) * 100:f}" if i == k and row[i] else row[i] for i in columns] for row in rows]
    k = chance.choice(wide)
    yield "shifted", header[k], [[rows[at - 1][k] if i == k else row[i] for i in columns] for at, row in enumerate(rows)]
    yield "doubled", "", rows + rows
    yield "stale", "", older
    a, b = chance.sample(wide, 2)
    yield "mixed", f"{header[a]}, {header[b]}", [[row[b] if i == a else row[a] if i == b else row[i] for i in columns] for row in rows]


class Gate:
    def __init__(self, tip):
        self.path = next(f for f in run("git", "ls-tree", "--name-only", tip).splitlines() if f.endswith(".csv"))
        self.versions = run("git", "log", "--first-parent", "--reverse", "--format=%H", tip, "--", self.path).split()
        self.half = len(self.versions) // 2
        run("git", "checkout", "-qf", "--detach", self.versions[self.half - 1])
        self.rules = run("varve", "check", "--suggest", self.path)

    def text(self, version):
        return run("git", "show", f"{version}:{self.path}")

    def refuses(self, base, text):
        """The suggested rules that the text does not meet."""
        run("git", "checkout", "-qf", "--detach", base)
        Path("varve.checks").write_text(self.rules)
        Path(self.path).write_bytes(text.encode())
        report = json.loads(run("varve", "check", "--new-only", "--base", "HEAD", "--json", self.path, codes=(0, 1)))
        return sorted({f"{f['rule']}: {f.get('expected')}" for t in report["datasets"] for f in t["findings"] if f["rule"] in RULES and f["severity"] == "error"})

    def nights(self):
        taken, before, false = self.versions[self.half - 1], None, []
        for version in self.versions[self.half:]:
            why = self.refuses(taken, self.text(version))
            if why and before is None:
                before = (version, why)
                continue
            if why:
                false.append(before)
            taken, before = version, None
        return false + ([before] if before else [])

    def planted(self, count, chance):
        found, missed = {}, []
        for _ in range(count):
            i = chance.randrange(self.half, len(self.versions))
            text = self.text(self.versions[i])
            header, *rows = csv.reader(io.StringIO(text))
            older = list(csv.reader(io.StringIO(self.text(self.versions[max(0, i - 1 - chance.choice((5, 10)))]))))
            for kind, where, made in accidents(header, rows, older[1:], chance):
                out = io.StringIO()
                csv.writer(out, lineterminator="\r\n" if "\r\n" in text else "\n").writerows([older[0] if kind == "stale" else header] + made)
                hit = bool(self.refuses(self.versions[i - 1], out.getvalue()))
                found.setdefault(kind, []).append(hit)
                missed += [] if hit else [f"{self.versions[i][:10]} {kind} {where}"]
        return found, missed


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--accidents", type=int, default=5)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("histories", nargs="+")
    o = options.parse_args()
    nights = alarms = 0
    for history in [os.path.abspath(h) for h in o.histories]:
        with tempfile.TemporaryDirectory() as folder:
            os.chdir(folder)
            heads = run("git", "bundle", "list-heads", history) if history.endswith(".bundle") else None
            run("git", "init", "-q")
            run("git", "fetch", "-q", history, heads.split()[1] if heads else "HEAD")
            gate = Gate(run("git", "rev-parse", "FETCH_HEAD").strip())
            false = gate.nights()
            nights += len(gate.versions) - gate.half
            alarms += len(false)
            found, missed = gate.planted(o.accidents, random.Random(o.seed))
            lines = sum(bool(line) and line[0] not in "-[" for line in gate.rules.splitlines())
            print(f"{gate.path}: {lines} rules, {len(gate.versions) - gate.half} nights, {len(false)} false alarms; found:",
                  ", ".join(f"{kind} {sum(hits)} of {len(hits)}" for kind, hits in found.items()), flush=True)
            for version, why in false:
                print(f"  false alarm: {version[:10]}", "; ".join(why))
            for line in missed:
                print(f"  not found: {line}")
            os.chdir("/")
    print(f"together: {alarms} false alarms in {nights} nights")
    return alarms * 100 > nights


if __name__ == "__main__":
    sys.exit(main())
