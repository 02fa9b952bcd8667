#!/usr/bin/env python3
"""erase.py SEED [COUNT]   in an empty folder

Random histories (branches, merges, renamed columns, moved files, plain text and back, removals, tags, stashes, notes, amended
commits, other files, staged and unsaved changes) x random values. What 'varve erase' finds is what this model finds, which reads
each version of each commit by 'varve cat' and git, and each file with Python. The repository is the same before and after."""
import contextlib
import csv
import hashlib
import io
import json
import os
import random
import re
import subprocess
import sys

TOP = os.getcwd()
PEOPLE = ["ada@example.org", "bob@example.org", 'Ann "Nan" O\'Hara, Dr.', "José Älg", "back\\slash", "two\nlines", "10057", "É. Ö"]
NAMES = ["email", "mail", "contact"]  # of one column
NOTE_REFS = ["refs/notes/commits", "refs/notes/second"]
NOTES = ["", "ask {}", "{}.", "<{}>", "x{}y", "({}) and {}", "quiet", "{}"]


LONGEST = 1800  # seconds that a command may take


class Objects:
    """Objects of a repository, from one git that answers for all of them."""

    def __init__(self, folder):
        self.process = subprocess.Popen(("git", "cat-file", "--batch"), cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.communicate()

    def get(self, name):
        self.process.stdin.write(name.encode() + b"\n")
        self.process.stdin.flush()
        size = int(self.process.stdout.readline().split()[2])
        return self.process.stdout.read(size + 1)[:-1]

    def tree(self, name, prefix=""):
        """{path: blob}"""
        out, data, at = {}, self.get(f"{name}^{{tree}}"), 0
        while at < len(data):
            end = data.index(b"\0", at)
            mode, path = data[at:end].split(b" ", 1)
            at = end + 21
            path, blob = prefix + path.decode(errors="surrogateescape"), data[end + 1:at].hex()
            if mode == b"40000":
                out |= self.tree(blob, path + "/")
            else:
                out[path] = blob
        return out


class Story:
    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.dir = f"{TOP}/{seed}"
        os.makedirs(self.dir)
        self.log, self.n = [], 0
        self.time = 1700000000
        self.cells, self.texts = {}, {}
        self.pointers = set()  # blobs that are one
        self.host = self.store = None  # folders

    def run(self, *args, must=True, stdin=None, who=None, cwd=None):
        env = dict(os.environ)
        for role in ("AUTHOR", "COMMITTER"):
            env[f"GIT_{role}_DATE"] = f"{self.time} +0000"
        if who:
            env["GIT_AUTHOR_NAME"] = who
        p = subprocess.run(args, cwd=cwd or self.dir, env=env, capture_output=True, input=stdin, check=False, timeout=LONGEST)
        self.log.append(f"{' '.join(args)} -> {p.returncode}\n{p.stderr.decode(errors='replace')}")
        assert not must or p.returncode == 0, f"ended with {p.returncode}"
        return p

    def git(self, *args, **more):
        return self.run("git", *args, **more).stdout.decode(errors="surrogateescape").rstrip("\n")

    # --- the history ---

    def tables(self):
        return [p for p in self.git("ls-files", "*.csv").split("\n") if p]

    def read(self, path):
        with open(f"{self.dir}/{path}", newline="", encoding="utf-8") as f:
            return list(csv.reader(f))

    def write(self, path, rows):
        os.makedirs(os.path.dirname(f"{self.dir}/{path}"), exist_ok=True)
        with open(f"{self.dir}/{path}", "w", newline="", encoding="utf-8") as f:
            csv.writer(f, lineterminator="\n").writerows(rows)

    def person(self):
        return self.rng.choice(PEOPLE) if self.rng.random() < 0.3 else f"p{self.rng.randrange(5000)}@example.net"

    def note(self):
        return self.rng.choice(NOTES).replace("{}", self.rng.choice(PEOPLE))

    def change(self, path):
        r = self.rng
        rows = self.read(path) if os.path.exists(f"{self.dir}/{path}") else [["id", "email", "note"]]
        head, rows = rows[0], rows[1:]
        for _ in range(r.randrange(1, 6)):
            what = r.random()
            if what < 0.3 and rows:
                rows.pop(r.randrange(len(rows)))
            elif what < 0.5 and rows:
                r.choice(rows)[r.choice([1, 2])] = self.person()
            else:
                self.n += 1
                rows.insert(r.randrange(len(rows) + 1), [str(self.n + 10000), self.person(), self.note()])
        if not rows or r.random() < 0.1:
            rows += [[str(self.n * 1000 + 20000 + i), f"q{i}@example.net", f"row {i}"] for i in range(r.choice([5, 5, 900]))]
            self.n += 1
        self.write(path, [head] + rows)

    def commit(self, message="change"):
        r = self.rng
        self.time += r.choice([600, 90000, 400000, -5000])
        self.run("varve", "add", "-A")
        if not self.git("diff", "--cached", "--name-only"):
            return
        text = f"{message} {self.note()}" if r.random() < 0.2 else f"{message} {self.n}"
        self.run("varve", "commit", "-qm", text, who=r.choice(PEOPLE).replace("\n", " ") if r.random() < 0.1 else None)

    def step(self):
        r, tables = self.rng, self.tables()
        kinds = ["write"] * 6 + ["new", "move", "column", "column", "branch", "merge", "tag", "remove", "text", "file", "file", "back", "amend", "notes", "named"]
        what = r.choice(kinds)
        if not tables or what == "new":
            self.change(r.choice(["a.csv", "b.csv", "d/c.csv"]))
        elif what == "write":
            self.change(r.choice(tables))
        elif what == "move":
            to = r.choice(["a.csv", "e.csv", "d/f.csv"])
            if to not in tables:
                self.run("varve", "mv", r.choice(tables), to, must=False)
        elif what == "column":
            path = r.choice(tables)
            rows = self.read(path)
            rows[0] = ["id", r.choice(NAMES), "note"]
            self.write(path, rows)
        elif what == "branch":
            self.n += 1
            self.git("checkout", "-q", "-b", f"side{self.n}", r.choice(self.git("rev-list", "--branches").split()))
        elif what == "merge":
            branch = r.choice(self.git("for-each-ref", "--format=%(refname)", "refs/heads/").split())
            self.git("merge", "-q", "-Xours", "-m", f"both {self.note()}", branch, must=False)
            self.git("merge", "--abort", must=False)
            self.git("reset", "-q", "--hard")
        elif what == "tag":
            self.n += 1
            self.git("tag", "-a", "-m", f"as {self.note()}", f"t{self.n}", r.choice(self.git("rev-list", "--branches").split()))
        elif what == "remove":
            self.git("rm", "-q", r.choice(tables))
        elif what == "text":  # the table as plain text, and then varve's again
            path = r.choice(tables)
            blob = self.git("hash-object", "-w", "--no-filters", path)
            self.git("update-index", "--cacheinfo", f"100644,{blob},{path}")
            self.time += 5000
            self.git("commit", "-q", "--no-verify", "-m", "text", must=False)
            self.git("reset", "-q", "--hard")
            if r.random() < 0.7:
                self.change(path)
        elif what == "file":
            os.makedirs(f"{self.dir}/d", exist_ok=True)
            with open(f"{self.dir}/{r.choice(['README.md', 'd/list.txt'])}", "w", encoding="utf-8") as f:
                f.write("".join(f"{self.note()} {i}\n" for i in range(r.randrange(1, 5))))
        elif what == "back":
            self.run("varve", "restore", "--source", r.choice(self.git("rev-list", "--all").split()), r.choice(tables), must=False)
        elif what == "amend":
            self.git("commit", "-q", "--amend", "--no-verify", "-m", f"amended {self.note()}", must=False)
        elif what == "notes":
            ref = r.choice(NOTE_REFS)  # its name in the note: a commit is of one ref
            self.git("notes", f"--ref={ref}", "add", "-f", "-m", f"seen ({ref}): {self.note()}", r.choice(self.git("rev-list", "--branches").split()))
        elif what == "named":
            with open(f"{self.dir}/{r.choice(['ada@example.org', 'x.org'])}.md", "w", encoding="utf-8") as f:
                f.write(f"{self.note()}\n")
        self.commit()

    def add_host(self):
        """A Git host for two of three histories, with a store for half of these."""
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
        self.run("varve", "push", "-q", "--force", "--all", "host")
        self.run("varve", "push", "-q", "--force", "--tags", "host")

    def push_rest(self):
        """Everything; notes, a branch and a tag that only the host has, and a pull request."""
        r = self.rng
        self.push()
        commits = self.git("rev-list", "--branches").split()
        if r.random() < 0.5:
            self.git("push", "-q", "--no-verify", "host", "+refs/notes/*:refs/notes/*")
        if r.random() < 0.4:
            self.git("push", "-q", "--no-verify", "host", f"{r.choice(commits)}:refs/heads/only")
            self.git("update-ref", "-d", "refs/remotes/host/only")
        if r.random() < 0.4:
            self.git("tag", "-a", "-m", f"for {self.note()}", "away", r.choice(commits))
            self.git("push", "-q", "--no-verify", "host", "away")
            self.git("tag", "-d", "away")
        if r.random() < 0.3:
            self.git("push", "-q", "--no-verify", "host", f"{r.choice(commits)}:refs/pull/1/head")

    def build(self, hosts=False):
        r = self.rng
        self.git("init", "-q", "-b", "main")
        self.run("varve", "init", "-q", must=False)
        self.run("varve", "track", "*.csv")
        self.change("a.csv")
        self.commit()
        if hosts:
            self.add_host()
        for _ in range(r.randrange(6, 20)):
            self.step()
            if self.host and r.random() < 0.3:
                self.push()
        if self.host:
            self.push_rest()
        if r.random() < 0.5 and self.tables():
            self.change(r.choice(self.tables()))
            self.run("git", "stash", "-q")
        if r.random() < 0.3 and self.tables():
            self.change(r.choice(self.tables()))
            self.run("varve", "add", "-A")
        if r.random() < 0.3 and self.tables():
            self.change(r.choice(self.tables()))
        if r.random() < 0.3:
            with open(f"{self.dir}/new.txt", "w", encoding="utf-8") as f:
                f.write(self.note())

    # --- what the model finds ---

    def fold(self, text):
        if self.ignore_case:
            text = text.lower()
        return text

    def parts(self, text):
        """The values that a text contains as words of their own."""
        found, forms = set(), [text]
        if "\\" in text:
            forms.append(re.sub(r"\\(.)", lambda m: {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}.get(m[1], m[1]), text, flags=re.S))
        for form in map(self.fold, forms):
            for value in self.values:
                plain, at = self.fold(value), -1
                while (at := form.find(plain, at + 1)) >= 0:
                    edge = [s + t for s, t in ((form[at - 1:at], plain[0]), (plain[-1], form[at + len(plain):at + len(plain) + 1]))]
                    if not any(re.fullmatch("[A-Za-z0-9]{2}", e) for e in edge):
                        found.add(value)
        return found

    def content(self, data, path):
        """{(kind, column): (rows, values)} of a file's bytes."""
        name = hashlib.sha256(data).hexdigest() + path[-4:]
        if name in self.cells:
            return self.cells[name]
        text, found = data.decode(), {}
        if path.endswith(".csv"):
            rows = list(csv.reader(io.StringIO(text, newline="")))
            for row in rows[1:]:
                for column, cell in zip(rows[0], row):
                    whole = {v for v in self.values if self.fold(v) == self.fold(cell)}
                    values, kind = (whole, "cell") if whole else (self.parts(cell), "part")
                    if values:
                        count, all_values = found.get((kind, column), (0, set()))
                        found[kind, column] = (count + 1, all_values | values)
        elif self.parts(text):
            found["text", None] = (0, self.parts(text))
        self.cells[name] = found
        return found

    def blob(self, blob, where, objects=None):
        if blob not in self.texts:
            with Objects(self.dir) if objects is None else contextlib.nullcontext(objects) as have:
                data = have.get(blob)
            if data.startswith(b"varve pointer"):
                self.pointers.add(blob)
                data = self.run("varve", "cat", where).stdout
            self.texts[blob] = data
        return self.texts[blob]

    def trees(self, commits):
        with Objects(self.dir) as objects:
            return {c: objects.tree(c) for c in commits}

    def expected(self):
        self.places, self.found = {}, set()
        commits = {}
        listed = self.git("rev-list", "--parents", "--exclude=refs/varve/*", "--all", "--reflog").split("\n")
        for line in listed:
            commits[line.split()[0]] = line.split()[1:]
        trees = self.trees(commits)
        named = set(self.git("rev-list", "--branches", "--tags").split())
        notes = {c: ref for ref in NOTE_REFS for c in self.git("rev-list", ref, must=False).split() if c not in named}
        messages, people, paths = set(), set(), set()
        self.must, self.may, seen = set(), set(), set()
        for c, parents in commits.items():
            about = self.git("show", "-s", "--format=%ct%x00%an%x00%ae%x00%cn%x00%ce%x00%B", c).split("\0")
            if self.add_found(self.parts(about[5])):
                messages.add(c)
            if any([self.add_found(self.parts(x)) for x in about[1:5]]):
                people.add(c)
            for path, blob in trees[c].items():
                if any(trees[p].get(path) == blob for p in parents):
                    continue
                shown = notes.get(c, path)
                if shown == path and self.add_found(self.parts(path)):
                    paths.add(path)
                data = self.blob(blob, f"{c}:{path}")
                new = (shown, blob) not in seen
                seen.add((shown, blob))
                self.add_places(shown, data, path, new, int(about[0]))
                if parents and path in trees[parents[0]] and path.endswith(".csv"):
                    self.note_columns(self.blob(trees[parents[0]][path], f"{parents[0]}:{path}"), data)
        for line in self.git("diff-index", "--cached", "-z", "--no-renames", "--diff-filter=AM", "HEAD").split("\0:"):
            if line:
                about, path = line.rstrip("\0").split("\0")
                blob = about.split()[3]
                self.add_places(path, self.blob(blob, f":{path}"), path, False, None, "staged")
                if self.add_found(self.parts(path)):
                    paths.add(path)
        for path in self.git("ls-files", "-zmo", "--exclude-standard").split("\0")[:-1]:
            if os.path.exists(f"{self.dir}/{path}"):
                with open(f"{self.dir}/{path}", "rb") as f:
                    self.add_places(path, f.read(), path, False, None, "workTree")
                if self.add_found(self.parts(path)):
                    paths.add(path)
        tags = {t for t in self.git("tag").split() if self.add_found(self.parts(self.git("for-each-ref", "--format=%(taggername)%00%(contents)", f"refs/tags/{t}")))}
        return messages, people, paths, tags

    def add_found(self, values):
        self.found |= values
        return bool(values)

    def add_places(self, shown, data, path, new, time, beside=None):
        for (kind, column), (rows, values) in self.content(data, path).items():
            place = self.places.setdefault((shown, column, kind), {"rows": 0, "versions": 0, "times": [], "staged": False, "workTree": False})
            place["rows"] = max(place["rows"], rows)
            place["versions"] += new
            if time is not None:
                place["times"].append(time)
            if beside:
                place[beside] = True
            self.found |= values

    def note_columns(self, older, newer):
        a, b = (list(csv.reader(io.StringIO(d.decode(), newline=""))) for d in (older, newer))
        if a and b and a[0][1] != b[0][1]:
            (self.must if a[1:] == b[1:] and len(a) > 4 else self.may).add(frozenset((a[0][1], b[0][1])))

    def closure(self, pairs, name):
        names, before = {name}, set()
        while names != before:
            before = set(names)
            names |= {n for pair in pairs if pair & names for n in pair}
        return names

    # --- the comparison ---

    def state(self):
        files = {}
        for folder, dirs, names in os.walk(self.dir):
            dirs[:] = [d for d in dirs if d != "cache"]
            for name in names:
                path = os.path.join(folder, name)
                with open(path, "rb") as f:
                    files[path] = f.read()
        return {p: d for p, d in files.items() if "/varve/" not in p or "/packs/" in p}

    def check(self):
        r = self.rng
        self.values = r.sample(PEOPLE, r.randrange(1, len(PEOPLE))) + ["is nowhere"]
        self.ignore_case = r.random() < 0.3
        asked = [v.swapcase() if self.ignore_case else v for v in self.values]
        messages, people, paths, tags = self.expected()
        used = self.must | self.may
        named = r.random() < 0.7 and any(c in NAMES for _, c, _ in self.places)
        column = r.choice(sorted({c for _, c, k in self.places if c in NAMES and k == "cell"} or {"id"})) if named else None
        words = (["--column", column] if column else []) + (["--ignore-case"] if self.ignore_case else [])
        before = self.state()
        p = self.run("varve", "erase", *words, "-z", "--values-from", "-", "--json", stdin="\0".join(asked).encode())
        assert self.state() == before, "something was written"
        got = json.loads(p.stdout)
        places = {(x["path"], x["column"], x["kind"]): x for x in got["places"]}
        assert set(places) == set(self.places), f"missing {set(self.places) - set(places)}, too many {set(places) - set(self.places)}"
        for key, want in self.places.items():
            have = places[key]
            for member, name in (("rows", "rowCount"), ("versions", "versions"), ("staged", "inIndex"), ("workTree", "inWorkTree")):
                assert have[name] == want[member], f"{key}: {name} {have[name]}, not {want[member]}"
            days = [int(self.git("show", "-s", "--format=%ct", have[d])) for d in ("firstCommit", "lastCommit") if have[d]]
            assert days == ([min(want["times"]), max(want["times"])] if want["times"] else []), f"{key}: {days} {want['times']}"
            is_asked = have["kind"] == "cell" and (not column or key[1] in self.closure(used, column))
            if have["askedFor"] != is_asked:
                assert column and have["kind"] == "cell" and key[1] not in self.closure(self.must, column), f"{key}: asked {have['askedFor']}, of {column}, {self.must}"
        for kind, want, member in (("message", messages, "commit"), ("person", people, "commit"), ("path", paths, "name"), ("tag", {f"refs/tags/{t}" for t in tags}, "name")):
            have = {n[member] for n in got["notes"] if n["kind"] == kind}
            assert have == want, f"{kind}: {have} {want}"
        missing = {i + 1 for i, v in enumerate(self.values) if v not in self.found}
        logged = {n["name"] for n in got["notes"] if n["kind"] == "reflog"}
        assert set(got["notFound"]) == missing or (logged and set(got["notFound"]) < missing), f"{got['notFound']} {missing}"
        assert got["complete"] and not got["changed"], got["gaps"]


def main():
    first, count = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1
    for seed in range(first, first + count):
        story = Story(seed)
        try:
            story.build()
            for _ in range(2):
                story.cells = {}
                story.check()
        except BaseException:
            print("\n".join(story.log[-40:]))
            print(f"seed {seed}")
            raise
        subprocess.run(["rm", "-rf", story.dir], check=True)


if __name__ == "__main__":
    main()
