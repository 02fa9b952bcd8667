"""The law of keys that two sides took: after the merge each child refers to its own parent.

Usage: follow_law.py SEED CASES   (in an empty folder)

Both sides add parents under the same next numbers, and children that refer to them; each row has a
text of its own, and each child has the text of its parent. Tables, keys, forms, kinds of merges and
the ways of deciding are random.
"""
import csv
import json
import os
import random
import subprocess
import sys

MERGES = ["varve merge", "git merge", "git rebase", "varve cherry-pick"]


def run(*words, ok=(0,)):
    p = subprocess.run(words, capture_output=True, text=True, check=False)
    assert p.returncode in ok, (words, p.returncode, p.stdout, p.stderr)
    return p


class Case:
    def __init__(self, rnd):
        self.rnd = rnd
        self.prefix = rnd.choice(["", "", "INV-", "K"])
        self.digits = rnd.choice([1, 1, 4])
        self.json = rnd.random() < 0.3
        self.rule = rnd.random() < 0.5
        self.package = rnd.random() < 0.6
        self.child_key = rnd.random() < 0.7
        self.text = self.package and rnd.random() < 0.3
        self.merge = rnd.choice(MERGES)
        # names in both orders: git merges tables by name
        self.parent, self.child = rnd.choice([("orders", "items"), ("accounts", "entries")])
        self.ending = ".ndjson" if self.json else ".csv"
        self.words = 0

    def key(self, n):
        return self.prefix + str(n).zfill(self.digits)

    def word(self, what):
        self.words += 1
        return f"{what}{self.words}x{self.rnd.randrange(10 ** 6)}"

    def write(self, name, rows):
        columns = list(rows[0])
        with open(name + self.ending, "w", encoding="utf-8", newline="") as f:
            if self.json:
                f.writelines(json.dumps(r) + "\n" for r in rows)
            else:
                out = csv.DictWriter(f, columns, lineterminator="\n")
                out.writeheader()
                out.writerows(rows)

    def read(self, name):
        with open(name + self.ending, encoding="utf-8", newline="") as f:
            return [json.loads(line) for line in f] if self.json else list(csv.DictReader(f))

    def add(self, side, parents, children, start, child_start, count):
        """New rows of a side; some new children refer to old parents."""
        old = list(parents)
        new = [{"id": self.key(start + i), "own": self.word(side), "note": self.word("n")} for i in range(count)]
        more, at = [], child_start
        for p in new + self.rnd.sample(old, min(2, len(old))):
            for _ in range(self.rnd.randrange(3)):
                more.append({"no": str(at), "of": p["id"], "parent_own": p["own"], "own": self.word("c" + side),
                             "note": self.word("n"), "memo": self.word("m")})
                at += 1
        self.rnd.shuffle(more)
        moved = []
        for c in children:  # an old child is given to a new parent; only by theirs, so that no cell is in conflict
            if side == "theirs" and new and self.rnd.random() < 0.15:
                p = self.rnd.choice(new)
                c = dict(c, of=p["id"], parent_own=p["own"])
            moved.append(c)
        return parents + new, moved + more

    def declare(self):
        tables = []
        if self.package:
            def fields(*names):
                return [{"name": n, "type": "string"} for n in names]
            child = {"fields": fields("no", "of", "parent_own", "own", "note", "memo"),
                     "foreignKeys": [{"fields": "of", "reference": {"resource": self.parent, "fields": "id"}}]}
            if self.child_key:
                child["primaryKey"] = "no"
            tables = [{"name": self.parent, "path": self.parent + self.ending,
                       "schema": {"fields": fields("id", "own", "note"), "primaryKey": "id"}},
                      {"name": self.child, "path": self.child + self.ending, "schema": child}]
            with open("datapackage.json", "w", encoding="utf-8") as f:
                json.dump({"resources": tables}, f)
        else:
            with open("varve.checks", "w", encoding="utf-8") as f:
                f.write(f"[{self.child}{self.ending}]\nof references {self.parent}(id)\n")
        if self.rule:
            with open("varve.json", "w", encoding="utf-8") as f:
                json.dump({"merge": {"*" + self.ending: {"new keys": "renumber"}}}, f)

    def commit(self, message, first=False):
        for name, key in () if self.text else ((self.parent, "id"), (self.child, "no")):
            words = []
            if first and not self.package:
                words = ["--key", key] if name == self.parent or self.child_key else ["--no-key"]
            run("varve", "add", "-q", *words, name + self.ending)
        run("git", "add", "-A")
        run("varve", "commit", "-q", "-m", message)

    def made(self):
        run("git", "init", "-q", "-b", "main", ".")
        run("varve", "init", "-q")
        if self.text:
            run("varve", "track", "--text", "*" + self.ending)
        self.declare()
        parents, children = self.add("base", [], [], 1, 1, self.rnd.randrange(2, 6))
        children = children or [{"no": "1", "of": parents[0]["id"], "parent_own": parents[0]["own"], "own": "only", "note": "n",
                                 "memo": "m"}]
        self.write(self.parent, parents)
        self.write(self.child, children)
        self.commit("base", True)
        start, child_start = len(parents) + 1, len(children) + 1
        expected = {c["own"]: c["parent_own"] for c in children}
        for side, branch in (("theirs", "side"), ("ours", "main")):
            run("git", "checkout", "-q", *(["-b"] if side == "theirs" else []), branch)
            both = self.add(side, parents, children, start, child_start, self.rnd.randrange(1, 4))
            self.write(self.parent, both[0])
            self.write(self.child, both[1])
            self.commit(side)
            for c in both[1]:
                if c["own"] not in expected or side == "theirs":
                    expected[c["own"]] = c["parent_own"]
        return expected

    def merged(self):
        """Merges side, and decides the conflicts."""
        if self.merge == "git rebase":
            run("git", "checkout", "-q", "side")
            p = run("git", "rebase", "main", ok=(0, 1))
            done = ["git", "-c", "core.editor=true", "rebase", "--continue"]
        elif self.merge == "varve cherry-pick":
            p = run("varve", "cherry-pick", "side", ok=(0, 1))
            done = ["varve", "cherry-pick", "--continue"]
        else:
            p = run(*self.merge.split(), "-m", "merged", "side", ok=(0, 1))
            done = ["varve", "merge", "--continue"]
        if p.returncode == 0:
            return
        said = run("varve", "resolve", "--both")
        if run("git", "ls-files", "-u").stdout:
            raise AssertionError(("left in conflict", said.stderr, run("varve", "conflicts", ok=(0, 1)).stdout))
        run(*done)

    def check(self, expected):
        parents, children = self.read(self.parent), self.read(self.child)
        ids = {}
        for p in parents:
            assert p["id"] not in ids, ("a key twice", p)
            ids[p["id"]] = p["own"]
        found = {c["own"]: ids.get(c["of"]) for c in children}
        wrong = {own: (found.get(own), of) for own, of in expected.items() if found.get(own) != of}
        assert not wrong, ("children of another parent", wrong)
        assert len(found) == len(children) == len(expected), ("rows", len(children), len(expected))
        run("varve", "check", "HEAD")


def main():
    seed, cases = int(sys.argv[1]), int(sys.argv[2])
    for i in range(cases):
        case = Case(random.Random(seed * 1000 + i))
        os.mkdir(str(i))
        os.chdir(str(i))
        try:
            expected = case.made()
            case.merged()
            case.check(expected)
        except AssertionError as e:
            print(f"seed {seed}, case {i}: {vars(case)}", file=sys.stderr)
            raise SystemExit(f"{e}") from e
        os.chdir("..")


if __name__ == "__main__":
    main()
