"""Tables with rows that have more cells than the header, merged by git's driver and by varve, against a model of rows.

Usage: long_law.py SEED CASES [ONLY], in an empty repository whose attributes name the driver. A row that one side changed, added or
removed is taken as its line; of a row that both changed, cells are merged only if no version has further cells: else this row is a
conflict, and no other one. Tables in which most rows are long are left out: their header does not name their columns.
"""
import os
import random
import subprocess
import sys

SEED, CASES = sys.argv[1], int(sys.argv[2])
HEADER = "id,a,b,c"


def run(*words, codes=(0,)):
    done = subprocess.run(words, capture_output=True, check=False, text=True)
    if done.returncode not in codes:
        raise AssertionError(f"{' '.join(words)}: {done.returncode}\n{done.stdout}{done.stderr}")
    return done.returncode, done.stdout + done.stderr


def cells(rnd, key):
    row = [key] + [rnd.choice(["x", "yy", f"z{rnd.randrange(99)}", "", '"q, r"']) for _ in range(3)]
    if rnd.random() < 0.1:
        row += [rnd.choice(["more", "", "m n"]) for _ in range(rnd.randrange(1, 3))] + ["end"]
    elif rnd.random() < 0.1:
        row = row[:3]
    return row


def edit(rnd, row):
    row = list(row)
    if rnd.random() < 0.3:
        return cells(rnd, row[0])
    at = rnd.randrange(1, len(row))
    row[at] = f"e{rnd.randrange(1000)}"
    return row


def line(row):
    return ",".join(row)


class Case:
    def __init__(self, number):
        rnd = random.Random(f"{SEED} {number}")
        count = rnd.choice([4, 12, 60])
        self.base = [cells(rnd, f"k{i:03}") for i in range(count)]
        self.sides = []
        for side in "ot":
            rows = {i: list(r) for i, r in enumerate(self.base)}
            for i in range(count):
                if rnd.random() < 0.25:
                    rows[i] = None if rnd.random() < 0.2 else edit(rnd, rows[i])
            self.sides.append((rows, [cells(rnd, f"k{side}{i}") for i in range(rnd.choice([0, 0, 1, 3]))]))

    def text(self, rows, added):
        return "\n".join([HEADER] + [line(r) for r in rows if r] + [line(r) for r in added]) + "\n"

    def model(self):
        """lines without the conflicts of rows, and how many rows are in conflict"""
        out, conflicts = [], 0
        (ours, added), (theirs, more) = self.sides
        for i, b in enumerate(self.base):
            o, t = ours[i], theirs[i]
            if o == b or o == t:
                out.append(t)
            elif t == b:
                out.append(o)
            elif o is None or t is None:
                conflicts += 1
                out.append(o)  # of ours; a removed row is not in the file
            elif max(len(b), len(o), len(t)) > 4:
                conflicts += 1
                out.append(o)
            else:
                pad = lambda r: r + [None] * (4 - len(r))
                row = [(y if x == z else x) for x, y, z in zip(pad(o), pad(t), pad(b))]
                clash = any(x != y and x != z and y != z for x, y, z in zip(pad(o), pad(t), pad(b)))
                conflicts += clash
                out.append(None if clash else [c for c in row if c is not None] if None not in row[:-1] else "any")
                if clash:
                    out[-1] = "any"
        return out, added + more, conflicts

    def make(self, number):
        def state(name, rows, added, start):
            run("git", "checkout", "-q", *(["--orphan", name] if start is None else ["-b", name, start]))
            with open("t.csv", "w", encoding="utf-8") as f:
                f.write(self.text(rows, added))
            run("git", "add", "t.csv")
            run("git", "commit", "-q", "--allow-empty", "-m", name)
        state(f"base{number}", self.base, [], None)
        for name, (rows, added) in zip("ot", self.sides):
            state(f"{name}{number}", rows.values(), added, f"base{number}")

    def check(self, number, verb, into, other):
        swap = into == "t"
        if swap:
            self.sides.reverse()
        rows, added, conflicts = self.model()
        run("git", "checkout", "-q", "-f", "--detach", f"{into}{number}")
        code, said = run(*verb, "-m", "m", f"{other}{number}", codes=(0, 1))
        with open("t.csv", encoding="utf-8") as f:
            found = f.read().split("\n")
        lines = found[1:-1]
        assert found[0] == HEADER and found[-1] == "", f"the header is {found[0]}"
        assert code == (conflicts > 0), f"{verb}: {code}, but {conflicts} rows are in conflict\n{said}"
        want = [line(r) for r in rows if r and r != "any"]
        rest = list(lines)
        for row in want + [line(r) for r in added]:
            if row not in rest:
                where = "the other side's" if row in [line(r) for r in self.sides[1][1]] else "a"
                assert conflicts and where != "a", f"{where} row is lost: {row}\nthe file has {lines}"
                continue
            rest.remove(row)
        assert len(rest) <= sum(r == "any" for r in rows), f"rows of no side: {rest}"
        if conflicts:
            run("git", "merge", "--abort")
        if swap:
            self.sides.reverse()
        return conflicts > 0


def main():
    stops = long = 0
    for number in [int(sys.argv[3])] if len(sys.argv) > 3 else range(CASES):
        case = Case(number)
        versions = [case.base, *(list(rows.values()) + added for rows, added in case.sides)]
        if any(sum(len(r) > 4 for r in rows if r) * 2 > sum(r is not None for r in rows) for rows in versions):
            continue
        long += any(r and len(r) > 4 for rows in versions for r in rows)
        try:
            case.make(number)
            for verb in (["varve", "merge", "-q"], ["git", "merge", "-q"]):
                stops += case.check(number, verb, "o", "t") + case.check(number, verb, "t", "o")
        except AssertionError as why:
            sys.exit(f"seed {SEED}, case {number}: {why}\n" + "\n\n".join(
                [case.text(case.base, [])] + [case.text(rows.values(), added) for rows, added in case.sides]))
    print(f"{CASES} cases, {long} with long rows, {stops} of {4 * CASES} merges stopped: as the rules say")


main()
