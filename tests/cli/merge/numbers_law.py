"""The law of rows after two took the next number: later changes reach their own row, or the merge stops.

Usage: numbers_law.py SEED CASES [ONLY]   (in an empty folder)

Two branches merge each other several times. Between merges each adds rows under its own next number, changes cells and
removes rows. The column `own` says which row it is, whatever its number. A merge that finishes, and a resolution that keeps
both rows, must give the result of a merge by `own`, cell by cell.
"""
import copy
import csv
import os
import random
import re
import subprocess
import sys

POOLS = {"owner": ["ann", "bob", "eve"], "state": ["open", "done", "late"], "note": ["a", "b", "c", "d"]}
AGAIN = "an earlier merge gave one of them another key"
counts = {"merges": 0, "kept both": 0, "stops": 0, "not needed": 0}


def run(*words, ok=(0,)):
    p = subprocess.run(words, capture_output=True, text=True, check=False, timeout=120)
    assert p.returncode in ok, (words, p.returncode, p.stdout, p.stderr)
    return p


class Case:
    def __init__(self, rnd):
        self.rnd = rnd
        self.columns = rnd.sample(sorted(POOLS), rnd.randrange(1, 4))
        self.rule = rnd.random() < 0.4
        self.text = rnd.random() < 0.3
        self.tools = rnd.choice([["varve"], ["git"], ["varve", "git"]])
        self.states, self.tags, self.said, self.tops, self.top = {}, 0, [], {}, 0

    def read(self):
        with open("t.csv", encoding="utf-8", newline="") as f:
            rows = list(csv.DictReader(f))
        assert len({r["id"] for r in rows}) == len(rows), ("a number twice", rows, self.said)
        assert len({r["own"] for r in rows}) == len(rows), ("a row twice", rows, self.said)
        return {r["own"]: r for r in rows}

    def write(self, state):
        with open("t.csv", "w", encoding="utf-8", newline="") as f:
            out = csv.DictWriter(f, ["id", "own", *self.columns], lineterminator="\n")
            out.writeheader()
            out.writerows(sorted(state.values(), key=lambda r: int(r["id"])))

    def keep(self):
        self.states[run("git", "rev-parse", "HEAD").stdout.strip()] = self.read()

    def new(self, state):
        """No branch uses a number twice: with the key alone the second row would be the first one, changed."""
        self.tags += 1
        own = f"w{self.tags}"
        self.top += 1
        number = str(self.top)
        state[own] = {"id": number, "own": own, **{c: self.rnd.choice(POOLS[c]) for c in self.columns}}

    def change(self, branch, only_edits=False):
        run("git", "checkout", "-q", branch)
        state = self.read()
        self.top = max([self.tops.get(branch, 0)] + [int(r["id"]) for r in state.values()])
        for _ in range(self.rnd.randrange(1, 4)):
            how = self.rnd.random()
            if how < 0.4 and not only_edits:
                self.new(state)
            elif how > 0.93 and len(state) > 2 and not only_edits:
                del state[self.rnd.choice(sorted(state))]
            else:  # the newest rows most often: those that have moved
                r = state[self.rnd.choice(sorted(state, key=lambda o: int(state[o]["id"]))[-3:])]
                c = self.rnd.choice(self.columns)
                r[c] = self.rnd.choice([v for v in POOLS[c] if v != r[c]])
        self.tops[branch] = self.top
        self.write(state)
        run("varve", "commit", "-q", "--allow-empty", "-a", "-m", f"{branch} {len(self.states)}")
        self.keep()
        self.said.append(f"{branch}: {self.row_words(state)}")

    def row_words(self, state):
        return " ".join(",".join(r.values()) for r in state.values())

    def expected(self, base, ours, theirs):
        """The merge by `own`; None: both changed one thing. And the rows of one number, of both sides."""
        out = {}
        for own in {**ours, **theirs}:
            b, o, t = (dict(s[own]) if own in s else None for s in (base, ours, theirs))
            if b is None and o and t:
                b = {}
            if b and not (o and t):
                if any((o or t)[c] != b[c] for c in self.columns):
                    return None, []
                continue
            if not (o and t):
                out[own] = o or t
                continue
            row = {"own": own}
            for c in self.columns:
                if o[c] != b.get(c) and t[c] != b.get(c) and o[c] != t[c]:
                    return None, []
                row[c] = t[c] if o[c] == b.get(c) else o[c]
            out[own] = row
        numbers = [{r["id"]: o for o, r in s.items() if o not in base or r["id"] != base[o]["id"]} for s in (ours, theirs)]
        return out, [k for k in numbers[0] if numbers[1].get(k, numbers[0][k]) != numbers[0][k]]

    def same(self, found, expected, missing=()):
        for own, row in expected.items():
            if own in missing and own not in found:
                continue
            assert own in found, ("lost", own, self.said)
            for c in self.columns:
                assert found[own][c] == row[c], ("another row's change", own, c, found[own], row, self.said)
        assert set(found) <= set(expected), ("back again", set(found) - set(expected), self.said)

    def join(self, into, words, base, theirs):
        """Runs a merge, and checks it."""
        ours = self.states[run("git", "rev-parse", into).stdout.strip()]
        expected, twice = self.expected(base, ours, theirs)
        counts["merges"] += 1
        p = run(*words, ok=(0, 1))
        self.said.append(f"{' '.join(words)}: {p.returncode}")
        if p.returncode == 0:
            found = self.read()
            assert expected is not None, ("both changed one cell, or one removed the row", found, self.said)
            self.same(found, expected)
            self.keep()
            self.said.append(f"into {into}: {self.row_words(found)}")
            return
        if words[1] == "cherry-pick" and expected is not None and expected == self.expected(base, ours, base)[0]:
            run("git", "cherry-pick", "--abort", ok=(0, 128))  # ours has the change already
            return
        counts["stops"] += 1
        said = run("varve", "conflicts", ok=(0, 1)).stdout
        rows = [line for line in said.splitlines() if line.startswith("  row ")]
        if expected is not None and not twice:
            counts["not needed"] += 1
            self.said.append(f"not needed: {said}")
            if os.environ.get("SHOW"):
                print("\n".join(self.said), "\n")
        if expected is None or AGAIN in said or not rows or not all("two rows, one key" in r for r in rows):
            run("git", words[1], "--abort")
            return
        assert not self.rule, ("the rule did not decide", said, self.said)
        how = self.rnd.choice(["--both", "--both", "--both", "--ours", "--theirs"])
        run("varve", "resolve", how)
        self.said.append(f"resolve {how}")
        found = self.read()
        named = re.findall(r'^    .*?"own":"(\w+)"', said, re.M)  # of each row first that of ours, then that of theirs
        gone = {"--both": [], "--ours": named[1::2], "--theirs": named[::2]}[how]
        self.same(found, expected, gone)
        run("varve", words[1], "--continue")
        counts["kept both"] += how == "--both"
        self.keep()
        self.said.append(f"into {into}: {self.row_words(found)}")

    def merge(self, into, other):
        tips = [run("git", "rev-parse", b).stdout.strip() for b in (into, other)]
        bases = run("git", "merge-base", "--all", *tips).stdout.split()
        if len(bases) != 1:
            return
        run("git", "checkout", "-q", into)
        self.join(into, [self.rnd.choice(self.tools), "merge", "-m", "merged", other], self.states[bases[0]],
                  self.states[tips[1]])

    def pick(self, into, other):
        self.change(other, True)
        tip = run("git", "rev-parse", other).stdout.strip()
        parent = run("git", "rev-parse", other + "^").stdout.strip()
        run("git", "checkout", "-q", into)
        base, theirs = copy.deepcopy(self.states[parent]), copy.deepcopy(self.states[tip])
        ours = self.states[run("git", "rev-parse", into).stdout.strip()]
        numbers = {r["id"]: r for r in ours.values()}
        for own, row in base.items():  # rows of which more than half is equal count as one row
            r = numbers.get(row["id"], row)
            if r["own"] != own and 2 * sum(r[c] == row[c] for c in self.columns) > len(self.columns) + 1:
                return
        for own in [o for o in base if o not in ours and base[o] == theirs[o]]:
            del base[own], theirs[own]  # not in the picked change
        self.join(into, [self.rnd.choice(self.tools), "cherry-pick", other], base, theirs)

    def play(self):
        run("git", "init", "-q", "-b", "main", ".")
        run("git", "config", "gc.auto", "0")
        run("varve", "init", "-q")
        if self.text:
            run("varve", "track", "--text", "*.csv")
        fields = ", ".join(f'{{"name": "{c}", "type": "{"integer" if c == "id" else "string"}"}}'
                           for c in ["id", "own", *self.columns])
        with open("datapackage.json", "w", encoding="utf-8") as f:
            f.write('{"resources": [{"name": "t", "path": "t.csv", "schema": {"fields": [%s], "primaryKey": "id"}}]}' % fields)
        if self.rule:
            with open("varve.json", "w", encoding="utf-8") as f:
                f.write('{"merge": {"t.csv": {"new keys": "renumber"}}}')
        state = {}
        for _ in range(self.rnd.randrange(1, 5)):
            self.new(state)
        self.write(state)
        if not self.text:
            run("varve", "add", "-q", "t.csv")
        run("git", "add", "-A")
        run("varve", "commit", "-q", "-m", "base")
        self.keep()
        run("git", "branch", "side")
        back = self.rnd.choice([0, 0.15, 0.5])
        for _ in range(self.rnd.randrange(3, 6)):
            for branch in ("main", "side"):
                if self.rnd.random() < 0.8:
                    self.change(branch)
            if self.rnd.random() < 0.15:
                self.pick("main", "side")
            self.merge(*(("side", "main") if self.rnd.random() < back else ("main", "side")))


def main():
    seed, cases = int(sys.argv[1]), int(sys.argv[2])
    for i in range(cases) if len(sys.argv) < 4 else [int(sys.argv[3])]:
        case = Case(random.Random(seed * 1000 + i))
        os.mkdir(str(i))
        os.chdir(str(i))
        try:
            case.play()
        except AssertionError as e:
            print("\n".join(case.said), file=sys.stderr)
            print(f"seed {seed}, case {i}", file=sys.stderr)
            raise SystemExit(str(e)[:1500]) from e
        os.chdir("..")
    print(", ".join(f"{k} {v}" for k, v in counts.items()))


if __name__ == "__main__":
    main()
