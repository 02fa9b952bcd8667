#!/usr/bin/env python3
"""expire.py SEED [COUNT]   in an empty folder

Random histories (branches, merges, renames, old content again, plain text and back, removals, tags, stashes, further work
trees, staged changes, dates in any order and zone) x random policies. What 'varve expire' plans is what this model plans,
which reads Git's objects alone and asks Python for days and weeks. After --apply each version that stays is here and in a
fresh clone byte for byte, and no block of the others, by hash, is in a pack; then the command has nothing left to do.

Two of three histories are also pushed to a Git host, piece by piece, half of these with a store, and the plan frees both:
the same holds for a fresh clone of the host, and for the packs in all objects of the host and in all files of the store. A
branch that only the host has, and rows whose push ended before its branch moved, stay there."""
import datetime
import glob
import hashlib
import json
import os
import random
import re
import subprocess
import sys

TOP = os.getcwd()
RULES = ["last", "daily", "weekly", "monthly", "yearly"]


class Story:
    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.dir = f"{TOP}/{seed}"
        os.makedirs(self.dir)
        self.log, self.n = [], 0
        self.objects = None  # a git that answers
        self.bytes_of = {}  # root -> SHA-256 of the file
        self.host = self.store = None  # folders
        self.more = []  # tips that only the host has
        self.time, self.zone = 1700000000 + self.rng.randrange(40000000), 0

    def run(self, *args, cwd=None, must=True, text=True):
        env = dict(os.environ)
        for who in ("AUTHOR", "COMMITTER"):
            env[f"GIT_{who}_DATE"] = f"{self.time} {'+' if self.zone >= 0 else '-'}{abs(self.zone):02}00"
        p = subprocess.run(args, cwd=cwd or self.dir, env=env, capture_output=True, text=text, check=False, timeout=120)
        self.log.append(f"{' '.join(args)} -> {p.returncode}\n{p.stderr if text else p.stderr.decode()}")
        assert not must or p.returncode == 0, f"ended with {p.returncode}"
        return p

    def git(self, *args, **more):
        return self.run("git", *args, **more).stdout.rstrip("\n")

    # --- the history ---

    def tables(self):
        return [p for p in self.git("ls-files", "*.csv").split("\n") if p]

    def write(self, path, rows=None):
        """Rows that no other version has, and rows that others share."""
        self.n += 1
        lines = [f"{i},shared {i % 7},{self.n if i % 23 == self.n % 23 else i}" for i in range(rows or self.rng.randrange(20, 400))]
        os.makedirs(os.path.dirname(f"{self.dir}/{path}"), exist_ok=True)
        with open(f"{self.dir}/{path}", "w") as f:
            f.write("id,name,price\n" + "\n".join(lines) + f"\n9999,only in {self.n},{self.n}\n")

    def commit(self):
        r = self.rng
        self.time += r.choice([600, 7200, 90000, 90000, 400000, 3000000, -5000])
        self.zone = r.choice([0, 0, 1, -8, 13])
        self.run("varve", "add", "-A")
        if not self.git("diff", "--cached", "--name-only"):
            return
        self.run("varve", "commit", "-qm", f"change {self.n}")

    def step(self):
        r, tables = self.rng, self.tables()
        what = r.choice(["write"] * 6 + ["new", "rename", "back", "branch", "merge", "tag", "remove", "text", "copy"])
        if what == "write" and tables:
            self.write(r.choice(tables))
        elif what == "new" or not tables:
            self.write(r.choice(["a.csv", "b.csv", "d/c.csv", "d/e.csv"]))
        elif what == "rename":
            to = r.choice(["a.csv", "b.csv", "f.csv", "g.csv", "d/h.csv"])
            if to not in tables:
                self.run("varve", "mv", r.choice(tables), to, must=False)
        elif what == "copy":
            with open(f"{self.dir}/{r.choice(tables)}", "rb") as f:
                data = f.read()
            with open(f"{self.dir}/i.csv", "wb") as f:
                f.write(data)
        elif what == "back":
            self.run("varve", "restore", "--source", r.choice(self.git("rev-list", "--all").split()), r.choice(tables), must=False)
        elif what == "branch":
            self.n += 1
            self.git("checkout", "-q", "-b", f"side{self.n}", r.choice(self.git("rev-list", "--branches").split()))
        elif what == "merge":
            branch = r.choice(self.git("for-each-ref", "--format=%(refname)", "refs/heads/").split())
            self.git("merge", "-q", "-s", "ours" if r.random() < 0.5 else "ort", "-Xours", "-m", "both", branch, must=False)
            self.git("merge", "--abort", must=False)
            self.git("reset", "-q", "--hard")
        elif what == "tag" and r.random() < 0.5:
            self.git("tag", f"t{self.n}", r.choice(self.git("rev-list", "--all").split()))
            self.n += 1
        elif what == "remove":
            self.git("rm", "-q", r.choice(tables))
        elif what == "text":  # the table as plain text, which is not varve's
            path = r.choice(tables)
            blob = self.git("hash-object", "-w", "--no-filters", path)
            self.git("update-index", "--cacheinfo", f"100644,{blob},{path}")
            self.time += 5000
            self.git("commit", "-q", "--no-verify", "-m", "text")
            self.git("reset", "-q", "--hard")
            self.write(path)
        self.commit()

    def add_host(self):
        if self.rng.random() < 0.33:
            return
        self.host = f"{self.dir}-host.git"
        self.git("init", "-q", "--bare", "-b", "main", self.host)
        self.git("remote", "add", "host", self.host)
        self.git("config", "remote.host.varveKind", "git")
        if self.rng.random() < 0.5:
            self.store = f"{self.dir}-store"
            os.makedirs(self.store)
            self.run("varve", "store", "add", "bucket", self.store)
            self.commit()

    def push(self):
        self.run("varve", "push", "-q", "--all", "host")
        self.run("varve", "push", "-q", "--tags", "host")

    def push_rest(self):
        """All branches; then one that only the host has, and blocks without their branch."""
        self.push()
        commit = self.rng.choice(self.git("rev-list", "--branches").split())
        if self.rng.random() < 0.4:
            self.git("push", "-q", "--no-verify", "host", f"{commit}:refs/heads/only")
            self.git("update-ref", "-d", "refs/remotes/host/only")
            self.more = [commit]

    def build(self):
        r = self.rng
        self.git("init", "-q", "-b", "main")
        self.run("varve", "init", "-q", must=False)
        self.run("varve", "track", "*.csv")
        self.write("a.csv")
        self.commit()
        self.add_host()
        for _ in range(r.randrange(8, 26)):
            self.step()
            if self.host and r.random() < 0.3:
                self.push()
        commits = self.git("rev-list", "--branches").split()
        if self.host:
            self.push_rest()
        if r.random() < 0.3:
            self.git("worktree", "add", "-q", "--detach", "--no-checkout", f"../{os.path.basename(self.dir)}-w", r.choice(commits))
        if r.random() < 0.3 and self.tables():
            self.write(r.choice(self.tables()))
            self.run("git", "stash", "-q")
        if r.random() < 0.3 and self.tables():
            self.write(r.choice(self.tables()))
            self.run("varve", "add", "-A")
        if r.random() < 0.2:
            self.git("checkout", "-q", "--detach", must=False)

    # --- the model ---

    def read_history(self):
        """For each commit its parents, time, zone and files; for each blob that is a pointer its root."""
        self.commits, self.roots = {}, {}
        for line in self.git("log", "--branches", "--tags", "--remotes", *self.more, "--format=%H|%P|%ct|%ci", "--topo-order").split("\n"):
            commit, parents, time, date = line.split("|")
            self.commits[commit] = (parents.split(), int(time), date.split()[2], self.files(commit))

    def files(self, tree):
        files = {}
        for line in self.git("ls-tree", "-r", "-z", tree).split("\0"):
            if line:
                info, path = line.split("\t")
                files[path] = info.split()[2]
        return files

    def blob(self, name):
        """The bytes of an object, from a git that answers for all of them."""
        if self.objects is None:
            self.objects = subprocess.Popen(("git", "cat-file", "--batch"), cwd=self.dir, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.objects.stdin.write(name.encode() + b"\n")
        self.objects.stdin.flush()
        data = self.objects.stdout.read(int(self.objects.stdout.readline().split()[2]) + 1)
        return data[:-1]

    def root(self, blob):
        if blob not in self.roots:
            text = self.blob(blob)
            found = re.search(rb'"root": "(\w+)"', text) if text.startswith(b"varve pointer") else None
            self.roots[blob] = found.group(1).decode() if found else None
        return self.roots[blob]

    def named(self):
        """What refs, HEADs, state files, stashes and indexes name."""
        trees = set(self.git("for-each-ref", "--format=%(objectname)", "refs/heads", "refs/tags", "refs/remotes").split())
        trees |= set(self.more)
        for head in glob.glob(f"{self.dir}/.git/*HEAD") + glob.glob(f"{self.dir}/.git/worktrees/*/*HEAD"):
            with open(head) as f:
                trees |= set(re.findall(r"\b[0-9a-f]{40}\b", f.read()))
        for entry in self.git("stash", "list", "--format=%H %P").split():
            trees.add(entry)
        blobs = {b for t in trees for b in self.files(t).values()}
        for entry in self.git("ls-files", "-s").split("\n"):
            blobs |= {entry.split()[1]} if entry else set()
        return {self.root(b) for b in blobs} - {None}

    def plan(self, counts, paths):
        arrivals, adds, renames = [], {}, {}
        for order, (commit, (parents, time, zone, files)) in enumerate(self.commits.items()):
            before = [self.commits[p][3] for p in parents]
            gone = {} if len(parents) != 1 else {b: p for p, b in reversed(sorted(before[0].items())) if p not in files}
            for path, blob in files.items():
                if any(b.get(path) == blob for b in before) or not self.root(blob):
                    continue
                arrivals.append((path, self.root(blob), time, zone, order, commit))
                if len(parents) < 2 and not any(path in b for b in before):
                    adds[path] = adds.get(path, 0) + 1
                    if blob in gone:
                        renames.setdefault(path, []).append(gone[blob])
        targets = {}
        for path, sources in renames.items():
            for source in sources:
                targets.setdefault(source, set()).add(path)

        def newest(path):
            at, steps = path, 0
            while (len(targets.get(at, ())) == 1 and adds.get(at, 0) <= 1 and steps < 1000):
                to = next(iter(targets[at]))
                if len(set(renames[to])) > 1 or adds[to] != len(renames[to]):
                    break
                at, steps = to, steps + 1
            return path if steps == 1000 else at
        tables = {}
        for a in arrivals:
            tables.setdefault(newest(a[0]), []).append(a)
        chosen = {t for t, list_ in tables.items()
                  if not paths or any(a[0] == p or a[0].startswith(p + "/") for a in list_ for p in paths)}
        stay = self.named()
        for name, list_ in tables.items():
            list_.sort(key=lambda a: (-a[2], a[4]))
            stay |= self.keep(counts, list_) if name in chosen else {a[1] for a in list_}
        return {a[1] for name in chosen for a in tables[name]} - stay, {a[1]: (a[5], a[0]) for a in arrivals}

    def keep(self, counts, arrivals):
        stay = set()
        for rule, count in counts.items():
            periods = []
            for _, root, time, zone, _, _ in arrivals:
                offset = datetime.timedelta(hours=int(zone[:3]), minutes=int(zone[0] + zone[3:]))
                day = datetime.datetime.fromtimestamp(time, datetime.timezone(offset)).date()
                period = {"last": root, "daily": day, "weekly": day.isocalendar()[:2], "monthly": (day.year, day.month),
                          "yearly": day.year}[rule]
                if period not in periods and len(periods) < count:
                    periods.append(period)
                    stay.add(root)
        return stay

    # --- blocks ---

    def blocks(self, root, at):
        """The digests of the blocks of a version, from a CAR, and the digest of its file."""
        file = f"{TOP}/x.car"
        self.run("varve", "ipfs", "car", "export", "-q", f"{at[0]}:{at[1]}", file)
        with open(file, "rb") as f:
            data = f.read()
        size, at_byte = varint(data, 0)
        at_byte += size
        digests = set()
        while at_byte < len(data):
            size, at_byte = varint(data, at_byte)
            digests.add(data[at_byte + 4:at_byte + 36])
            at_byte += size
        return digests

    def cat(self, at, cwd=None, must=True):
        return self.run("varve", "cat", "--raw", f"{at[0]}:{at[1]}", cwd=cwd, must=must, text=False)


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at, value, shift = at + 1, value | (byte & 127) << shift, shift + 7
        if byte < 128:
            return value, at


def records(data):
    """The digests of all records of a pack."""
    digests = set()
    at = 8
    while at < len(data) - 40:
        method = data[at] & 15
        digests.add(data[at + 1:at + 33])
        _, at = varint(data, at + 33)
        size, at = varint(data, at)
        if method in (2, 3):
            _, at = varint(data, at)
            distance, at = varint(data, at)
            at += 0 if distance else 33
        at += size + 8
    return digests


def stored(folder):
    """The digests of all records of all packs below a folder, also of those that were set aside."""
    digests = set()
    for file in glob.glob(f"{folder}/**/*.pack", recursive=True):
        with open(file, "rb") as f:
            data = f.read()
        digests |= records(data) if data[:6] == b"VVPACK" else set()  # and not one of Git's
    return digests


def hosted(story):
    """Likewise, of all packs in any object of the host, after it removed what no ref needs, and in the store."""
    story.git("reflog", "expire", "--expire=all", "--all", cwd=story.host)
    story.git("gc", "-q", "--prune=now", cwd=story.host)
    digests = stored(story.store) if story.store else set()
    objects = story.git("cat-file", "--batch-all-objects", "--batch-check=%(objectname) %(objecttype)", cwd=story.host)
    for line in objects.split("\n"):
        name, kind = line.split()
        if kind == "blob":
            data = story.run("git", "cat-file", "blob", name, cwd=story.host, text=False).stdout
            digests |= records(data) if data[:6] == b"VVPACK" else set()
    return digests


def listed(story):
    found = set()
    for name in story.git("ls-tree", "--name-only", "refs/varve/expired", must=False).split():
        found |= set(story.git("cat-file", "blob", f"refs/varve/expired:{name}").split("\n")[5:])
    return found


def apply_to_store(story, said, plan):
    """A branch that began before the store pushes to the host's ref: from there, the store is named and not freed."""
    other = ".varveconfig" not in story.files("HEAD")
    assert (f"host: {story.store}: not freed: " in said) == other, said
    if other:
        story.git("worktree", "add", "-q", "--detach", "--no-checkout", f"{story.dir}-s", "main")
        story.run("varve", "expire", "--apply", plan, "--now", cwd=f"{story.dir}-s")


def check(story):
    r = story.rng
    story.build()
    story.read_history()
    counts = {rule: r.randrange(1, 5) for rule in RULES if r.random() < 0.4} or {"last": r.randrange(1, 4)}
    paths = r.sample(["a.csv", "b.csv", "d", "f.csv"], 2) if r.random() < 0.25 else []
    paths = [p for p in paths if any(f == p or f.startswith(p + "/") for c in story.commits.values() for f, b in c[3].items() if story.root(b))]
    expected, places = story.plan(counts, paths)
    before = {root: story.blocks(root, at) for root, at in places.items()}
    files = {root: hashlib.sha256(story.cat(at).stdout).digest() for root, at in places.items()}
    was = stored(f"{story.dir}/.git/varve")
    assert set().union(*before.values()) <= was

    plan = f"{TOP}/plan.json"
    keep = ",".join(f"{rule}={count}" for rule, count in counts.items())
    remote = ["--remote", "host"] if story.host else []
    story.run("varve", "expire", "--keep", keep, "--plan", plan, *remote, *paths)
    with open(plan) as f:
        made = json.load(f)
    planned = {v["root"] for v in made["versions"]}
    assert planned == expected, f"{keep} {paths}: planned and not expected {planned - expected}, the other way {expected - planned}"
    assert stored(f"{story.dir}/.git/varve") == was and not listed(story), "a plan changes nothing"
    refs = story.git("for-each-ref")
    was_hosted = hosted(story) if story.host else set()
    now_flag = ["--now"] if story.store else []
    said = story.run("varve", "expire", "--apply", plan, *now_flag).stdout
    if story.store and expected:
        apply_to_store(story, said, plan)

    assert refs == "\n".join(x for x in story.git("for-each-ref").split("\n") if "refs/varve/expired" not in x)
    assert listed(story) - {""} == expected
    kept = set().union(*(before[root] for root in places if root not in expected))
    gone = set().union(set(), *(before[root] for root in expected)) - kept
    now = stored(f"{story.dir}/.git/varve")
    assert kept <= now, "a block of a version that stays is not stored"
    assert not gone & now, f"{len(gone & now)} of {len(gone)} blocks of expired versions are still stored"
    if story.host:
        there = hosted(story)
        assert kept & was_hosted <= there, "a block of a version that stays is not at the host"
        assert not gone & there, f"{len(gone & there)} of {len(gone & was_hosted)} blocks of expired versions are still at the host"
    for root, at in places.items():
        p = story.cat(at, must=root not in expected)
        if root in expected:
            assert p.returncode != 0 and b"expired" in p.stderr, p.stderr
        else:
            assert hashlib.sha256(p.stdout).digest() == files[root]
    story.run("varve", "fsck", "--data")
    story.run("git", "fsck", "--strict")
    assert "nothing expires" in story.run("varve", "expire", "--apply", plan, *now_flag).stdout
    assert not json.loads(story.run("varve", "expire", "--json", "--keep", keep, *remote, *paths).stdout)["versions"]
    story.run("varve", "gc", "--prune=now")
    assert kept <= stored(f"{story.dir}/.git/varve")
    tips = set(story.git("rev-list", "--branches", "--tags").split())
    compare_clone(story, story.dir, [], tips, expected, places, files)
    if story.host:
        tips = set(story.git("rev-list", "--branches", "--tags", cwd=story.host).split())
        compare_clone(story, story.host, ["--git-host"], tips, expected, places, files)


def compare_clone(story, source, options, tips, expected, places, files):
    """A fresh clone has what stays of the history of these commits."""
    clone = f"{source}-clone"
    story.run("varve", "clone", "-q", *options, source, clone, cwd=TOP, must=False)
    for root, at in places.items():
        if root not in expected and at[0] in tips:
            assert hashlib.sha256(story.cat(at, cwd=clone).stdout).digest() == files[root]


def main():
    seed, count = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1
    for n in range(seed, seed + count):
        story = Story(n)
        try:
            check(story)
        except Exception:
            print("\n".join(story.log[-12:]))
            print(f"expire.py {n} failed")
            raise
        finally:
            if story.objects is not None:
                story.objects.communicate()


main()
