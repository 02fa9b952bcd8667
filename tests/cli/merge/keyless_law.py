"""Rows without a key that both sides added, against a model that knows only the rules of docs/use/merge.md.

Usage: keyless_law.py SEED CASES [ONLY], in an empty repository. Both sides insert rows into one table, sometimes with a commit of one
side copied to the other. Equal tables merge to that table; equal blocks at one place, and copied rows, are there once; any
other row that both added is a conflict that counts these rows, has each once in the file, and is resolved as once or both.
"""
import os
import random
import re
import subprocess
import sys
from collections import Counter

SEED, CASES = sys.argv[1], int(sys.argv[2])
HEADER = "shop,item,n"


def run(*words, codes=(0,), author="ada"):
    env = dict(os.environ, GIT_AUTHOR_NAME=author, GIT_AUTHOR_EMAIL=f"{author}@example.org")
    done = subprocess.run(words, capture_output=True, check=False, text=True, env=env)
    if done.returncode not in codes:
        raise AssertionError(f"{' '.join(words)}: {done.returncode}\n{done.stdout}{done.stderr}")
    return done.returncode, done.stdout + done.stderr


def write(rows):
    with open("t.csv", "w", encoding="utf-8") as f:
        f.write("\n".join([HEADER, *rows]) + "\n")


def read():
    with open("t.csv", encoding="utf-8") as f:
        return f.read().splitlines()[1:]


def commit(message, author):
    run("varve", "commit", "-q", "--allow-empty", "-am", message, author=author)


class Case:
    """places: for each gap of base, the rows that each side inserts there; copied: a block, also at a gap, of both."""

    def __init__(self, number):
        rnd = random.Random(f"{SEED} {number}")
        self.rnd = rnd
        count = rnd.choice([1, 4, 12])
        self.base = [f"b{rnd.randrange(5)},old{rnd.randrange(9)},{i}" for i in range(count)]
        pool = [f"s{rnd.randrange(3)},new{i},{rnd.randrange(1000, 9999)}" for i in range(rnd.choice([2, 4, 9]))]
        block = lambda most: [rnd.choice(pool) for _ in range(rnd.randrange(1, most + 1))]
        self.added = [{}, {}]
        for gap in rnd.sample(range(count + 1), min(count + 1, rnd.choice([1, 1, 2, 3]))):
            how = rnd.random()
            if how < 0.3:  # the same of both
                self.added[0][gap] = self.added[1][gap] = block(3)
            else:
                for side in self.added:
                    if rnd.random() < 0.75:
                        side[gap] = block(3)
        if rnd.random() < 0.15:  # equal data, in another order
            rows = [r for gap in self.added[0].values() for r in gap]
            rnd.shuffle(rows)
            self.added[1] = {rnd.randrange(count + 1): rows} if rows else {}
        self.copied, self.copied_gap = [], None
        if rnd.random() < 0.3:
            free = [g for g in range(count + 1) if g not in self.added[0] and g not in self.added[1]]
            if free:
                self.copied_gap = rnd.choice(free)
                self.copied = [f"copied,{rnd.choice('xyz')}{i},7" for i in range(rnd.randrange(1, 4))]

    def table(self, side, copied):
        out = []
        for gap in range(len(self.base) + 1):
            out += self.added[side].get(gap, []) if side is not None else []
            out += self.copied if copied and gap == self.copied_gap else []
            out += self.base[gap:gap + 1]
        return out

    def model(self):
        """(the rows if it is clean or resolved as once, those if resolved as both, how many rows are in conflict)"""
        ours, theirs = (Counter(r for rows in side.values() for r in rows) for side in self.added)
        fixed = Counter(self.base) + Counter(self.copied)
        if ours == theirs:
            return fixed + ours, fixed + ours, 0
        for gap in set(self.added[0]) & set(self.added[1]):
            if self.added[0][gap] == self.added[1][gap]:
                same = Counter(self.added[0][gap])
                fixed, ours, theirs = fixed + same, ours - same, theirs - same
        return fixed + (ours | theirs), fixed + ours + theirs, sum((ours & theirs).values())

    def make(self, number):
        run("git", "checkout", "-q", "--orphan", f"base{number}")
        write(self.base)
        run("varve", "add", "-q", "--no-key", "t.csv")
        commit("base", "ada")
        run("git", "checkout", "-q", "-B", f"t{number}")
        if self.copied:
            write(self.table(None, True))
            commit("copied", "bob")
            run("git", "tag", f"copied{number}")
        write(self.table(1, True))
        commit("theirs", "bob")
        run("git", "checkout", "-q", "-B", f"o{number}", f"base{number}")
        write(self.table(0, False))
        commit("ours", "ada")
        if self.copied:
            run("varve", "cherry-pick", f"copied{number}")

    def check(self, number, into, other):
        once, both, conflicts = self.model()
        run("git", "checkout", "-q", "--detach", f"{into}{number}")
        code, said = run("varve", "merge", "-m", "m", f"{other}{number}", codes=(0, 1))
        found = re.search(r"t\.csv: (\d+) rows? that both added", said)
        count = int(found.group(1)) if found else 0
        assert (code, count) == (int(conflicts > 0), conflicts), f"{code}, {count} in conflict, not {conflicts}\n{said}"
        assert Counter(read()) == once, f"the file has {read()}"
        if conflicts:
            run("varve", "resolve", "--both", "t.csv")
            assert Counter(read()) == both, f"both: the file has {read()}"
            run("varve", "merge", "--abort")
        return conflicts > 0


def main():
    stops = 0
    for number in [int(sys.argv[3])] if len(sys.argv) > 3 else range(CASES):
        case = Case(number)
        try:
            case.make(number)
            stops += case.check(number, "o", "t") + case.check(number, "t", "o")
        except AssertionError as why:
            sys.exit(f"seed {SEED}, case {number}: {why}\nbase {case.base}\nours {case.added[0]}\ntheirs {case.added[1]}"
                     f"\ncopied {case.copied} at {case.copied_gap}")
    print(f"{CASES} cases, {2 * CASES} merges, {stops} conflicts: as the rules say")


main()
