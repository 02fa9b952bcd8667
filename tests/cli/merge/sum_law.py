"""sum_law.py SEED COUNT: no merge, pick, rebase or stash counts an increment of a column under `sum` twice.

Random histories of two branches: increments, and copies of them as people make copies (squash merge, cherry-pick, -n, -m 1,
another message, a patch, merges both ways). The model knows which increments each branch has. Each merge is a conflict, or
the count is that of the increments of both; increments that also set a time or a tag of their own are never a conflict
where nothing was copied. Then clones that count in a loop: nothing is lost and nothing is a conflict.
"""
import csv
import os
import random
import subprocess
import sys

ROWS = ["1", "2", "3"]
RULES = '{"merge": {"s.csv": {"n": "sum", "tags": "union by ;", "at": "latest by at"}}}'


def run(*words, ok=True):
    done = subprocess.run(words, capture_output=True, text=True)
    if ok and done.returncode != 0:
        sys.exit(f"{words}: {done.stdout}{done.stderr}")
    return done.returncode == 0


class Clock:
    now = 1767225600

    @classmethod
    def tick(cls, seconds=60):
        cls.now += seconds
        os.environ["GIT_AUTHOR_DATE"] = os.environ["GIT_COMMITTER_DATE"] = f"{cls.now} +0000"


class History:
    def __init__(self, rnd, text, own):
        self.rnd, self.own, self.serial, self.copied = rnd, own, 0, False
        self.kind = rnd.choice(["at", "tags", "both"])
        self.amounts = {}
        self.says = []
        run("git", "checkout", "-q", "--orphan", "fresh")
        run("git", "rm", "-rqf", "--ignore-unmatch", ".")
        with open("s.csv", "w") as f:
            f.write("id,n,tags,at\n" + "".join(f"{r},100,,2026-01-01T00:00:00Z\n" for r in ROWS))
        with open("varve.json", "w") as f:
            f.write(RULES)
        if text:
            run("varve", "track", "--text", "s.csv")
        else:
            run("varve", "add", "-q", "--key", "id", "s.csv")
        run("git", "add", ".")
        Clock.tick()
        run("git", "commit", "-qm", "base", "--allow-empty")
        run("git", "branch", "-M", "main")
        run("git", "branch", "-f", "side")
        self.has = {"main": set(), "side": set()}
        self.last = {"main": None, "side": None}

    def read(self):
        with open("s.csv", newline="") as f:
            return {r["id"]: r for r in csv.DictReader(f)}

    def check(self, has, what):
        got = {k: int(r["n"]) for k, r in self.read().items()}
        want = {k: 100 + sum(self.amounts[i][1] for i in has if self.amounts[i][0] == k) for k in ROWS}
        if got != want:
            sys.exit(f"{what}: got {got}, want {want}\n" + "\n".join(self.says))

    def increment(self, branch):
        self.serial += 1
        own = self.own or self.rnd.random() < 0.5
        # what has nothing of its own is only known by its amount: equal ones are the same to git, too
        row, by = self.rnd.choice(ROWS[:2]), self.rnd.choice([1, 1, 2, 3]) if own else 2 ** self.serial
        rows = self.read()
        rows[row]["n"] = str(int(rows[row]["n"]) + by)
        Clock.tick(0 if self.rnd.random() < 0.2 else 60)
        if own and self.kind != "tags":
            rows[row]["at"] = f"2026-02-01T{self.serial // 60:02}:{self.serial % 60:02}:00Z"
        if own and self.kind != "at":
            rows[row]["tags"] = ";".join(filter(None, [rows[row]["tags"], f"t{self.serial}"]))
        with open("s.csv", "w", newline="") as f:
            write = csv.DictWriter(f, ["id", "n", "tags", "at"], lineterminator="\n")
            write.writeheader()
            write.writerows(rows.values())
        run("git", "commit", "-qam", "tick")
        self.amounts[self.serial] = row, by
        self.has[branch].add(self.serial)
        self.last[branch] = self.serial
        self.says.append(f"{branch}: +{self.serial} {row} by {by} {'own' if own else 'bare'}")

    def copy(self, to, source):
        """A copy of the newest increment, or of all; the same with a merge commit between."""
        way = self.rnd.choice(["squash", "pick", "none", "message", "patch", "mainline"])
        one = self.last[source]
        what = {one} if way != "squash" else self.has[source]
        if one is None or not what - self.has[to]:
            return
        Clock.tick()
        tip = subprocess.run(["git", "rev-list", "-1", "--no-merges", source, "--", "s.csv"], capture_output=True, text=True).stdout.strip()
        if way == "squash":
            done = run("git", "merge", "-q", "--squash", source, ok=False)
        elif way == "patch":
            patch = subprocess.run(["varve", "diff", "--format", "patch", f"{tip}~1", tip], capture_output=True, text=True).stdout
            with open("../patch", "w") as f:
                f.write(patch)
            done = run("varve", "apply", "../patch", ok=False)
        elif way == "mainline":
            run("git", "checkout", "-q", "--detach", f"{tip}~1")
            run("git", "merge", "-q", "--no-ff", "-m", "a merge", tip)
            made = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True).stdout.strip()
            run("git", "checkout", "-q", to)
            done = run("git", "cherry-pick", "-m", "1", made, ok=False)
        else:
            done = run("git", "cherry-pick", *(["-n"] if way == "none" else []), tip, ok=False)
        self.says.append(f"{to}: {way} of {source} {sorted(what)}: {done}")
        if not done:
            run("git", "cherry-pick", "--quit", ok=False)
            run("git", "reset", "-q", "--hard")
            return
        self.copied = True
        if way == "message":
            run("git", "commit", "-q", "--amend", "-m", "a better message")
        else:
            run("git", "commit", "-qam", f"{way}", ok=False)
        self.check(self.has[to] | what, way)
        self.has[to] = self.has[to] | what
        self.last[to] = None

    def merge(self, to, source):
        both = self.has[to] | self.has[source]
        way = self.rnd.choice(["git", "git", "varve", "rebase"] + ["stash"] * (not self.copied))
        if subprocess.run(["git", "diff", "--quiet", to, source, "--", "s.csv"]).returncode == 0:
            return True  # git merges nothing then
        before = subprocess.run(["git", "rev-parse", to], capture_output=True, text=True).stdout.strip()
        Clock.tick()
        if way == "git" or run("git", "merge-base", "--is-ancestor", source, to, ok=False):
            done = run("git", "merge", "-q", "-m", "merge", source, ok=False)
        elif way == "varve":
            done = run("varve", "merge", "-q", "-m", "merge", source, ok=False)
        elif way == "rebase":
            done = run("git", "rebase", "-q", source, ok=False)
        else:  # all of the other side, put away and taken out here
            base = subprocess.run(["git", "merge-base", to, source], capture_output=True, text=True).stdout.strip()
            run("git", "checkout", "-q", "--detach", base)
            run("git", "checkout", source, "--", "s.csv")
            run("git", "stash", "-q")
            run("git", "checkout", "-q", to)
            done = run("git", "stash", "pop", "-q", ok=False)
        self.says.append(f"{to}: {way} merge of {source}: {done}")
        if done:
            self.check(both, f"{way} merge")
            if way == "stash":
                run("git", "commit", "-qam", "from the stash", ok=False)
                self.copied = True
            self.has[to], self.last[to] = both, None
        else:
            run("git", "rebase", "--abort", ok=False)
            run("git", "merge", "--abort", ok=False)
            run("git", "reset", "-q", "--hard", before)
            run("git", "stash", "drop", "-q", ok=False)
            if self.own and not self.copied:
                sys.exit("a conflict though each increment has something of its own\n" + "\n".join(self.says))
        return done


def clones(rnd, turns):
    h = History(rnd, False, True)
    names = ["main", "b1", "b2", "b3"]
    for n in names[1:] + ["hub"]:
        run("git", "branch", "-f", n, "main")
        h.has[n] = set()
        h.last[n] = None
    for _ in range(turns):
        for n in rnd.sample(names, 4):
            run("git", "checkout", "-q", n)
            for _ in range(rnd.choice([1, 1, 2])):
                h.increment(n)
            if rnd.random() < 0.7:
                Clock.tick()
                if not run("git", "merge", "-q", "-m", "pull", "hub", ok=False):
                    sys.exit("a clone that counts is in conflict\n" + "\n".join(h.says))
                h.has[n] |= h.has["hub"]
                h.check(h.has[n], f"pull of {n}")
                run("git", "branch", "-f", "hub", n)
                h.has["hub"] = set(h.has[n])
    run("git", "checkout", "-q", "main")


def main():
    seed, count = int(sys.argv[1]), int(sys.argv[2])
    clean = conflicts = 0
    for n in range(count):
        rnd = random.Random(seed + n)
        print("seed", seed + n)
        run("git", "checkout", "-q", "main", ok=False)
        h = History(rnd, rnd.random() < 0.3, n % 2 == 0)
        for _ in range(rnd.randrange(3, 8)):
            to = rnd.choice(["main", "side"])
            other = "side" if to == "main" else "main"
            run("git", "checkout", "-q", to)
            x = rnd.random()
            if x < 0.65:
                h.increment(to)
            elif x < 0.9:
                h.copy(to, other)
            else:
                h.merge(to, other)
        to, other = rnd.choice([("main", "side"), ("side", "main")])
        run("git", "checkout", "-q", to)
        done = h.merge(to, other)
        clean += done
        conflicts += not done
    clones(random.Random(seed), max(2, count // 4))
    print(f"clean: {clean}, in conflict: {conflicts}")


main()
