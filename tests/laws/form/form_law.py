"""form_law.py SEED HISTORIES [STEPS [FIRST]]: tables go from text to varve and back, on branches, in stashes and in work trees.

Each history has two tables that Git holds as text. Random steps edit and commit them, migrate them to varve and export
them again, and merge, rebase, pick, revert, stash and switch across that, by git or by varve, in the work tree or in a
linked one. A model knows the cells and the form of each table in each commit: cells merge three ways, and the side that
changed the form since the base decides it. After each step `fsck --data` must be sound, no file may be a pointer, each
file and each version must have the model's bytes, a version must be a pointer just where .gitattributes gives the path
to varve, and a step that failed must leave everything as it was. Prints what was found, and the steps that led there."""
import os
import random
import shutil
import subprocess
import sys
import time

SEED, HISTORIES = int(sys.argv[1]), int(sys.argv[2])
STEPS = int(sys.argv[3]) if len(sys.argv) > 3 else 8
FIRST = int(sys.argv[4]) if len(sys.argv) > 4 else 0
TABLES = {"s.csv": ",", "p.csv": "^"}  # and their delimiters
ROWS = 60
MARK = b"varve pointer"


class Fault(Exception):
    pass


class Conflict(Exception):
    pass


def text_of(name, cells):
    rows = [("id", "a", "note")] + [(str(i), c, "" if i % 5 or TABLES[name] == "," else "old, closed") for i, c in enumerate(cells)]
    return "".join(TABLES[name].join(row) + "\n" for row in rows).encode()


def three_ways(base, ours, theirs):
    """Cells and form of a table: (cells, is_varve)."""
    cells = []
    for b, o, t in zip(base[0], ours[0], theirs[0]):
        if o != t and b not in (o, t):
            raise Conflict
        cells.append(t if o == b else o)
    return tuple(cells), theirs[1] if ours[1] == base[1] else ours[1]


class History:
    def __init__(self, seed):
        self.chance = random.Random(seed)
        self.lines = []
        self.clock = 1700000000
        self.commits = {}  # id: {table: (cells, is_varve)}
        self.taken = set()  # tables that a dated file was taken for
        self.stashes = []  # (id of HEAD then, {table: cells}), the newest last
        self.count = 0
        # A line for both tables, or one for each: where one side has this and the other that, text may be under a line.
        self.patterns = self.chance.random() < 0.3
        shutil.rmtree("tree", ignore_errors=True)
        shutil.rmtree("linked", ignore_errors=True)
        os.mkdir("tree")
        self.place = "tree"
        self.git("init", "-q", "-b", "main")
        first = {}
        for name in TABLES:
            first[name] = tuple(f"{name[0]}{i}" for i in range(ROWS)), False
            self.write(name, first[name][0])
        self.git("add", ".")
        self.git("commit", "-qm", "text")
        self.git("branch", "side")
        self.run("varve", "init", "-q")
        self.git("worktree", "add", "-q", "../linked", "-b", "third")
        self.commits[self.head()] = first
        # Both branches and a stash are open when the form changes first, in one direction or the other.
        if self.chance.random() < 0.4:
            self.migrate()
            self.git("branch", "-q", "-f", "side")
            self.place = "linked"
            self.git("reset", "-q", "--hard", "main")
        self.place = "linked"
        self.commit()
        self.place = "tree"
        self.git("switch", "-q", "side")
        self.commit()
        self.git("switch", "-q", "main")
        if self.chance.random() < 0.5:
            self.stash()
        self.migrate()

    def run(self, *words, may_fail=False, given=b""):
        self.clock += 60
        env = dict(os.environ, GIT_AUTHOR_DATE=f"{self.clock} +0000", GIT_COMMITTER_DATE=f"{self.clock} +0000", GIT_EDITOR="true")
        end = subprocess.run(words, cwd=self.place, env=env, capture_output=True, input=given, timeout=120)
        self.said = (end.stdout[-800:] + end.stderr[-800:]).decode("utf-8", "replace")
        if words[0] == "varve" or words[1] not in ("rev-parse", "status", "ls-tree", "check-attr", "cat-file", "merge-base", "rev-list", "ls-files"):
            quoted = " ".join(f"'{w}'" if " " in w or "*" in w else w for w in words)
            self.lines.append(f"(cd {self.place}; {quoted})" + (f"   # {end.returncode}" if end.returncode else ""))
        if end.returncode < 0 or end.returncode > 128 or (end.returncode and not may_fail):
            raise Fault(f"{' '.join(words)} ended with {end.returncode}: {self.said}")
        return end

    def git(self, *words):
        return self.run("git", *words).stdout.decode()

    def head(self, name="HEAD"):
        return self.git("rev-parse", "--verify", name + "^{commit}").strip()

    def write(self, name, cells):
        with open(f"{self.place}/{name}", "wb") as f:
            f.write(text_of(name, cells))

    def here(self):
        return self.commits[self.head()]

    def edited(self, state):
        """Writes some cells of a table; the tables' new state."""
        name = self.chance.choice(list(TABLES))
        cells = list(state[name][0])
        for _ in range(self.chance.randrange(1, 3)):
            self.count += 1
            row = self.chance.randrange(ROWS // 6) * 6  # apart from each other, for Git's merge by lines
            cells[row] = f"new{self.count}"
            self.lines.append(f"(cd {self.place}; sed -i 's/^{row}\\([,^]\\)[^,^]*/{row}\\1{cells[row]}/' {name})")
        self.write(name, cells)
        return dict(state, **{name: (tuple(cells), state[name][1])})

    # --- what is looked at --------------------------------------------------------------------

    def check(self, work=None, state=None):
        head = self.head()
        state = state or self.commits[head]
        work = work or state
        sound = self.run("varve", "fsck", "--data", may_fail=True)
        del self.lines[-1]
        if sound.returncode:
            raise Fault("fsck: " + self.said)
        shown = self.git("status", "--porcelain", "-uno").split("\n")
        blobs = self.run("git", "cat-file", "--batch=NEXT", given="".join(f"HEAD:{n}\n" for n in TABLES).encode()).stdout.split(b"NEXT\n")[1:]
        attributes = self.git("check-attr", "filter", "--", *TABLES)
        for name, blob in zip(TABLES, blobs, strict=True):
            with open(f"{self.place}/{name}", "rb") as f:
                got = f.read()
            if got != text_of(name, work[name][0]):
                raise Fault(f"{self.place}/{name} is not what it should be: {got[:60]!r}")
            is_changed = any(line.endswith(name) for line in shown)
            if is_changed != (work[name][0] != state[name][0]):
                raise Fault(f"{self.place}/{name} shows as {'changed' if is_changed else 'unchanged'}")
            if blob.startswith(MARK) != state[name][1]:
                raise Fault(f"HEAD:{name} is {'a pointer' if blob.startswith(MARK) else 'text'}")
            if (f"{name}: filter: varve" in attributes) != state[name][1]:
                raise Fault(f"{name} is {'' if state[name][1] else 'not '}a pointer, but: {attributes}")
        if any(line.endswith(".gitattributes") for line in shown):
            raise Fault(".gitattributes is changed")
        self.commits[head] = state

    def check_all(self):
        """Each version of each commit, by varve and by Git's filter."""
        for commit, state in self.commits.items():
            for name in TABLES:
                reads = [("varve", "cat", f"{commit}:{name}")] if self.chance.random() < 0.5 else []
                if self.chance.random() < 0.2 and state[name][1] <= self.here()[name][1]:
                    reads.append(("git", "cat-file", "--filters", f"{commit}:{name}"))
                for words in reads:
                    if self.run(*words).stdout != text_of(name, state[name][0]):
                        raise Fault(f"{' '.join(words)} gives other bytes")

    # --- steps --------------------------------------------------------------------------------

    def commit(self):
        state = self.edited(self.here())
        self.run(*self.chance.choice((("git", "commit", "-qam"), ("varve", "commit", "-qam"))), f"edit {self.count}")
        self.check(state=state)

    def migrate(self):
        state, name = self.here(), self.chance.choice(list(TABLES))
        to = not state[name][1]
        self.run("varve", "migrate", "-m", "to varve" if to else "to text", *([] if to else ["--export"]), "*.csv" if self.patterns else name)
        self.check(state={n: (s[0], to if self.patterns or n == name else s[1]) for n, s in state.items()})

    def combine(self, words, base, theirs, way_back):
        """A merge, pick or revert of one state into HEAD."""
        state, before = self.here(), self.head()
        try:
            wanted = {n: three_ways(base[n], state[n], theirs[n]) for n in TABLES}
        except Conflict:
            wanted = None
        end = self.run(*words, may_fail=True)
        if end.returncode:
            end = self.mend(words, wanted)
        if end is None or end.returncode:
            self.run(words[0], way_back, "--abort", may_fail=True)
            if self.head() != before:
                raise Fault(f"{' '.join(words)} failed, and HEAD is another one")
            self.check(state=state)
        elif wanted is None:
            raise Fault(f"{' '.join(words)} should be a conflict")
        else:
            self.check(state=wanted)

    def mend(self, words, wanted):
        """Git merged a pointer as text: varve merges it. None: it is another conflict."""
        torn = [n for n in TABLES if open(f"{self.place}/{n}", "rb").read().find(b"<<<<<<<") >= 0]
        if wanted is None or not torn:
            return None
        self.run("varve", "add", "--fix", may_fail=True)
        if self.git("ls-files", "-u"):
            return None
        return self.run("git", "commit", "-q", "--no-edit", may_fail=True)

    def other(self):
        return self.chance.choice([b for b in ("main", "side", "third") if self.head(b) != self.head()] or ["main"])

    def merge(self):
        other = self.other()
        bases = self.git("merge-base", "--all", "HEAD", other).split()
        tool = self.chance.choice(("git", "varve"))
        if len(bases) == 1 and self.head(other) != bases[0]:
            self.combine((tool, "merge", "-q", "-m", "merge", other), self.commits[bases[0]], self.commits[self.head(other)], "merge")

    def parent(self, commit):
        words = self.git("rev-list", "--parents", "-n1", commit).split()
        return words[1] if len(words) == 2 and words[1] in self.commits else None

    def pick(self):
        other = self.head(self.other())
        if self.parent(other):
            self.combine((self.chance.choice(("git", "varve")), "cherry-pick", other), self.commits[self.parent(other)], self.commits[other], "cherry-pick")

    def revert(self):
        own = [c for c in self.git("rev-list", "-n6", "HEAD").split() if c in self.commits and self.parent(c)]
        if own:
            c = self.chance.choice(own)
            base, before = self.commits[c], self.commits[self.parent(c)]
            changed = [n for n in TABLES if base[n] != before[n]]
            if changed and self.chance.random() < 0.4:
                name = self.chance.choice(changed)
                self.combine(("varve", "revert", c, "--", name), base, {**base, name: before[name]}, "revert")
                return
            tool = self.chance.choice((("git", "revert", "--no-edit"), ("varve", "revert")))
            self.combine((*tool, c), base, before, "revert")

    def take(self):
        """A dated file is the next version of a table; edits that were committed since the last one are merged, or ask."""
        state, name = self.here(), self.chance.choice(list(TABLES))
        new = list(state[name][0])
        self.count += 1
        new[self.chance.randrange(ROWS // 6) * 6] = f"taken{self.count}"
        self.clock += 86400
        dated = time.strftime("taken_%Y%m%dT%H%M.csv", time.gmtime(self.clock))
        with open(dated, "wb") as f:
            f.write(text_of(name, new))
        end = self.run("varve", "import", "-q", "-o", name, "../" + dated, may_fail=True)
        if end.returncode == 0 and not state[name][1]:
            raise Fault("text of Git took a dated file")
        if end.returncode and state[name][1] and name not in self.taken:
            raise Fault(f"the first dated file was not taken: {self.said}")
        if end.returncode:
            self.check(state=state)
            return
        self.taken.add(name)
        self.check(state=dict(state, **{name: (tuple(new), True)}))

    def rebase(self):
        other, state, before = self.other(), self.here(), self.head()
        if self.git("rev-list", "--merges", f"{other}..HEAD").strip():
            return
        wanted = self.commits[self.head(other)]
        try:
            for c in self.git("rev-list", "--reverse", "--cherry-pick", "--right-only", f"{other}...HEAD").split():
                wanted = {n: three_ways(self.commits[self.parent(c)][n], wanted[n], self.commits[c][n]) for n in TABLES}
        except Conflict:
            wanted = None
        except KeyError:  # a commit that an earlier rebase made, which the model does not know
            return
        if self.run("git", "rebase", "-q", other, may_fail=True).returncode:
            self.run("git", "rebase", "--abort")
            if self.head() != before:
                raise Fault("the rebase was aborted, and HEAD is another one")
            self.check(state=state)
        elif wanted is None:
            raise Fault("the rebase should be a conflict")
        else:
            # the commits between are not in the model
            self.check(state=wanted)

    def stash(self):
        head = self.head()
        state = self.edited(self.here())
        self.git("stash", "-q")
        self.stashes.append((head, state))
        self.check()

    def pop(self):
        if not self.stashes:
            return
        head, stashed = self.stashes[-1]
        state = self.here()
        try:
            wanted = {n: three_ways(self.commits[head][n], state[n], stashed[n]) for n in TABLES}
        except Conflict:
            wanted = None
        if self.run("git", "stash", "pop", "-q", may_fail=True).returncode:
            self.git("reset", "-q", "--hard")
            self.check(state=state)
            return
        if wanted is None:
            raise Fault("the stash should be a conflict")
        self.stashes.pop()
        self.check(work=wanted, state=state)
        if any(wanted[n][0] != state[n][0] for n in TABLES):
            # a form that changes in a stash is that of HEAD: the stash has no change of .gitattributes
            self.run(*self.chance.choice((("git", "commit", "-qam"), ("varve", "commit", "-qam"))), "stashed")
        self.check(state={n: (wanted[n][0], state[n][1]) for n in TABLES})

    def switch(self):
        used = self.git("worktree", "list", "--porcelain")
        free = [b for b in ("main", "side", "third") if f"refs/heads/{b}\n" not in used]
        self.run(self.chance.choice(("git", "varve")), "switch", "-q", self.chance.choice(free))
        self.check()

    def walk(self):
        steps = [self.commit] * 3 + [self.take] * 2 + [self.migrate] * 3 + [self.merge] * 5 + [self.pick, self.revert, self.rebase] * 3 + [self.stash] + [self.pop] * 2 + [self.switch] * 2
        for _ in range(STEPS):
            self.place = self.chance.choice(("tree", "tree", "linked"))
            self.chance.choice(steps)()
        self.check_all()


def main():
    found = 0
    for i in range(FIRST, FIRST + HISTORIES):
        seed = SEED * 1000 + i
        h = None
        try:
            h = History(seed)
            h.walk()
        except Fault as fault:
            found += 1
            print(f"history {seed} (form_law.py {SEED} 1 {STEPS} {i}):")
            print("    " + "\n    ".join(h.lines if h else []))
            print(f"  {fault}", flush=True)
            if found == 5:
                break
    sys.exit(1 if found else 0)


main()
