#!/usr/bin/env python3
"""apply.py SEED [COUNT]   in an empty folder

Random histories of erase.py x random values. After 'varve erase --apply', each commit, version, message, author, note and stash is
what this model makes of the old one, which does not use varve's editing; what did not have a value is the same, byte for byte. No
value is in any object of Git, in any file of .git, or in a block: all records of all packs are those of the new versions.

Two of three histories are also at a Git host, half of these with a store. The same holds there after the host's gc: for each ref,
for a fresh clone, for all objects and files of the host and the store, and for the records of all packs in them."""
import csv
import glob
import hashlib
import io
import json
import os
import random
import subprocess
import sys

import erase

TOP = os.getcwd()


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at, value, shift = at + 1, value | (byte & 127) << shift, shift + 7
        if byte < 128:
            return value, at


def read(file):
    with open(file, "rb") as f:
        return f.read()


def records(data):
    """The digests of all records of a pack, without the 16 random bytes that a pack may begin with."""
    digests, at = set(), 8
    while at < len(data) - 40:
        method, first, digest = data[at] & 15, at == 8, data[at + 1:at + 33]
        raw, at = varint(data, at + 33)
        size, at = varint(data, at)
        if not (first and method == 0 and raw == size == 16 and hashlib.sha256(data[at:at + 16]).digest() == digest):
            digests.add(digest)
        if method in (2, 3):
            _, at = varint(data, at)
            distance, at = varint(data, at)
            at += 0 if distance else 33
        at += size + 8
    return digests


class Applied(erase.Story):
    # --- the model ---

    def mask(self, text, word="erased"):
        """The text with the word in the place of the longest value at each place where one may begin."""
        out, at, folded = [], 0, self.fold(text)
        values = sorted((self.fold(v) for v in self.values), key=len, reverse=True)

        def edge(i):
            return i in (0, len(text)) or not (text[i - 1] + text[i]).isascii() or not (text[i - 1].isalnum() and text[i].isalnum())

        while at < len(text):
            found = next((v for v in values if folded.startswith(v, at) and edge(at) and edge(at + len(v))), None)
            out.append(word if found else text[at])
            at += len(found) if found else 1
        return "".join(out)

    def is_value(self, cell):
        return any(self.fold(v) == self.fold(cell) for v in self.values)

    def new_file(self, path, data):
        """(the rows or the text of the new version, whether it is the same)"""
        text = data.decode()
        if not path.endswith(".csv"):
            return self.mask(text), not self.parts(text)
        rows = list(csv.reader(io.StringIO(text, newline="")))
        out, same = rows[:1], True
        for row in rows[1:]:
            asked = [c for c, cell in zip(rows[0], row) if self.is_value(cell) and (self.column is None or c in self.columns)]
            if asked and self.cells_text is None:
                same = False
                continue
            new = []
            for column, cell in zip(rows[0], row):
                if self.is_value(cell):
                    new.append((self.cells_text or "") if column in asked else "")
                else:
                    new.append(self.mask(cell) if self.parts(cell) else cell)
            same &= new == row
            out.append(new)
        return out, same

    def abouts(self, commits):
        """{commit: (persons, parents, message)}"""
        text = self.run("git", "log", "--no-walk=unsorted", "--stdin", "--no-notes", "--format=%H%x00%an%x00%ae%x00%ad%x00%cn%x00%ce%x00%cd%x00%P%x00%B%x01",
                        stdin="\n".join(commits).encode()).stdout.decode(errors="surrogateescape")
        out = {}
        for record in text.split("\x01\n")[:-1]:
            commit, *fields = record.split("\0")
            out[commit] = fields[:6], fields[6].split(), fields[7].rstrip("\n")
        assert set(out) == set(commits), "commits that git log did not show"
        return out

    def all_commits(self):
        return self.git("rev-list", "--topo-order", "--reverse", "--exclude=refs/varve/*", "--all", "--reflog").split()

    def look(self):
        """Everything that the history has: {commit: (persons, parents, message, {path: bytes})}, tags, notes."""
        commits = self.all_commits()
        trees, abouts = self.trees(commits), self.abouts(commits)
        with erase.Objects(self.dir) as objects:
            history = {c: (*abouts[c], {p: self.blob(b, f"{c}:{p}", objects) for p, b in trees[c].items()}, trees[c]) for c in commits}
        tags = {t: self.git("for-each-ref", "--format=%(taggername)%00%(taggeremail)%00%(taggerdate)%00%(contents)%00%(*objectname)", f"refs/tags/{t}")
                for t in self.git("tag").split()}
        notes = {}
        for line in self.git("notes", "list", must=False).split("\n"):
            if line:
                notes[line.split()[1]] = self.git("cat-file", "blob", line.split()[0])
        refs = dict(x.split() for x in self.git("for-each-ref", "--format=%(refname) %(objectname)", "refs/heads", "refs/stash").split("\n"))
        return history, tags, notes, refs

    # --- the comparison ---

    def same_commit(self, old, new, was, now, ids):
        (people, parents, message, files, _), (new_people, new_parents, new_message, new_files, _) = was[old], now[new]
        assert new_parents == [ids.get(p, p) for p in parents], f"parents of {old}"
        for i, (a, b) in enumerate(zip(people, new_people)):
            assert b == (a if i % 3 == 2 else self.mask(a)), f"person of {old}: {b}"
        assert self.masked_words(message, ids) == new_message, f"message of {old}: {new_message!r}"
        assert set(files) == set(new_files), f"paths of {old}"
        same = message == new_message and people == new_people and parents == new_parents
        for path, data in files.items():
            want, is_same = self.new_file(path, data)
            if is_same:
                assert new_files[path] == data, f"{old}:{path} changed"
            elif isinstance(want, str):
                assert new_files[path].decode() == want, f"{old}:{path}: {new_files[path]}"
            else:
                have = list(csv.reader(io.StringIO(new_files[path].decode(), newline="")))
                assert have == want, f"{old}:{path}: {have} {want}"
                lines = new_files[path].split(b"\n")
                if self.cells_text is None and all(r in self.rows_of(data) for r in want):
                    old_lines = set(data.split(b"\n"))
                    assert all(x in old_lines for x in lines), f"{old}:{path}: a line is spelled differently"
            same &= is_same
        assert (old == new) == same, f"{old} -> {new}, though it has {'no' if same else 'a'} value"

    def rows_of(self, data):
        return list(csv.reader(io.StringIO(data.decode(), newline="")))

    def masked_words(self, message, ids):
        for old, new in ids.items():
            for size in range(40, 6, -1):
                message = message.replace(old[:size], new[:size])
        return self.mask(message)

    def clean(self):
        """--apply refuses a work tree with changes, and does nothing."""
        if not self.git("status", "--porcelain", "--untracked-files=no"):
            return
        self.erase("--plan")
        before = self.state()
        assert self.erase("--apply", must=False).returncode == 2, "applied with changes"
        assert self.state() == before, "something was written"
        self.git("reset", "-q", "--hard")

    def erase(self, *args, must=True):
        words = (["--column", self.column] if self.column else []) + (["--ignore-case"] if self.ignore_case else []) + ["--all"]
        asked = [v.swapcase() if self.ignore_case else v for v in self.values]
        p = self.run("varve", "erase", *words, *args, "-z", "--values-from", "-", "--json", stdin="\0".join(asked).encode(), must=False)
        assert not must or p.returncode in (0, 1), p.stderr.decode()
        return p

    def check_apply(self):
        r = self.rng
        self.values = r.sample(erase.PEOPLE, r.randrange(1, len(erase.PEOPLE))) + ["is nowhere"]
        self.ignore_case, self.column, self.columns = r.random() < 0.3, None, set()
        self.cells_text = r.choice([None, None, "", "gone"])
        self.clean()
        if r.random() < 0.5:
            found = json.loads(self.erase().stdout)
            names = sorted({x["column"] for x in found["places"] if x["askedFor"]} - {None})
            if names:
                self.column = r.choice(names)
        self.remote = ["--remote", "host"] if self.host else []
        found = json.loads(self.erase("--plan", *self.remote).stdout)
        self.columns = {x["column"] for x in found["places"] if x["askedFor"]}
        was, tags, notes, refs = self.look()
        self.apply_checked(was, tags, notes, refs)

    def apply_checked(self, was, tags, notes, refs):
        options = [] if self.cells_text is None else ["--cells", self.cells_text]
        options += ["--now"] if self.host else []
        there = self.host_refs() if self.host else {}
        p = self.erase("--apply", "--map", f"{TOP}/map", *options)
        got = json.loads(p.stdout)
        assert not got["erased"]["notErased"] and got["complete"], p.stdout.decode()
        assert got["erased"]["objectsLeft"] == got["erased"]["blocksLeft"] == 0, p.stdout.decode()
        ids = {}
        if os.path.exists(f"{TOP}/map"):
            with open(f"{TOP}/map", encoding="ascii") as f:
                ids = dict(line.split() for line in f.read().split("\n")[1:] if line)
            os.unlink(f"{TOP}/map")
        self.texts = {}
        now, new_tags, new_notes, new_refs = self.look()
        is_notes = {c for c in was if was[c][3] and all(len(p.replace("/", "")) == 40 for p in was[c][3])}
        for c in was:
            if c not in is_notes:
                self.same_commit(c, ids.get(c, c), was, now, ids)
        assert new_refs == {k: ids.get(v, v) for k, v in refs.items()}, f"refs {new_refs}"
        assert new_notes == {ids.get(c, c): self.mask(n) for c, n in notes.items()}, f"notes {new_notes}"
        for t, text in tags.items():
            name, email, date, contents, target = text.split("\0")
            want = [self.mask(name), email if not email else "<" + self.mask(email[1:-1]) + ">", date, contents if not name else self.mask(contents), ids.get(target, target)]
            assert new_tags[t].split("\0") == want, f"tag {t}: {new_tags[t]!r} {want}"
        rest = [n for n in got["notes"] if n["kind"] != "path"]
        spots = [s for s in got["places"] if s["versions"] or not s["inWorkTree"]]
        assert not rest and not spots, f"left: {rest} {spots}"
        young = got["erased"]["youngUntil"] is not None
        stays = [a for a in got["erased"]["answers"] if a["answer"] not in ("gone", "sampled")]
        assert p.returncode == bool(got["notes"] or got["places"] or young or stays), p.stdout.decode()
        named = {n["name"] for n in got["notes"]}
        self.search_bytes(now, named)
        if self.host:
            answers = self.reach_store(got["erased"]["answers"], options)
            self.compare_host(was, there, ids, answers, named)
        if stays:  # until the host has collected garbage: the same command looks again
            again = json.loads(self.erase("--apply", *options).stdout)
            left = [a for a in again["erased"]["answers"] if a["answer"] not in ("gone", "sampled") and a["what"] != "values"]
            assert not left and again["erased"]["movedRefs"] == 0, left
        self.erase("--plan", *self.remote)
        again = json.loads(self.erase("--apply", *options).stdout)
        assert again["erased"]["movedRefs"] == 0, again
        self.run("varve", "fsck")
        self.run("git", "fsck", "--strict")
        assert self.git("status", "--porcelain", "--untracked-files=no") == ""

    def reach_store(self, answers, options):
        """A store that HEAD's branch does not name is named, and what its answer says frees it."""
        if not any(a["what"] == "blocks" and a["answer"] == "out of reach" and "switch to a branch" in a["reason"] for a in answers):
            return answers
        branches = self.git("for-each-ref", "--format=%(refname:short)", "refs/heads").split("\n")
        self.git("switch", "-q", next(b for b in branches if self.git("ls-tree", b, ".varveconfig")))
        return json.loads(self.erase("--apply", *options).stdout)["erased"]["answers"]

    def objects(self, repository):
        """(type, bytes) of all objects of Git."""
        data, at = self.run("git", "cat-file", "--batch-all-objects", "--batch", "--unordered", cwd=repository).stdout, 0
        while at < len(data):
            end = data.index(b"\n", at)
            _, kind, size = data[at:end].split()
            at = end + 1 + int(size) + 1
            yield kind, data[end + 1:at - 1]

    def search_folder(self, top, repository, named):
        """No value is in an object, or a file below top; those in names of files stay."""
        values = [v for v in self.values if not any(self.fold(v) in self.fold(n) for n in named)]
        # records() reads packs of blocks: compressed bytes lack the ends of longer words
        texts = [data.decode(errors="replace") for _, data in self.objects(repository) if data[:6] != b"VVPACK"] if repository else []
        text = self.fold("\n".join(texts))
        for folder, _, files in os.walk(top):
            for name in files:
                if name.endswith(".pack"):
                    continue
                text += "\n" + self.fold(read(os.path.join(folder, name)).decode(errors="replace"))
        for v in values:
            text = text.replace(self.fold(f"x{v}y"), "")  # a longer word, which is not this value
            at = text.find(self.fold(v)) if len(v) > 6 else -1
            assert at < 0, f"{v!r} is still in {text[max(0, at - 80):at + 80]!r}"

    def search_bytes(self, now, named):
        self.search_folder(f"{self.dir}/.git", self.dir, named)
        have = set()
        for file in glob.glob(f"{self.dir}/.git/**/*.pack", recursive=True):
            if "/objects/" not in file:
                have |= records(read(file))
        want = set()
        for commit, (_, _, _, _, tree) in now.items():
            for path, blob in tree.items():
                want |= self.blocks(blob, f"{commit}:{path}")
        assert have <= want, f"{len(have - want)} of {len(have)} blocks are of no version"

    # --- the host ---

    def host_refs(self):
        lines = self.git("for-each-ref", "--format=%(refname) %(objectname)", cwd=self.host).split("\n")
        return dict(x.split() for x in lines if x and "refs/varve/" not in x)

    def compare_host(self, was, there, ids, answers, named):
        """there: the refs of the host before."""
        pulls = {k for k, v in there.items() if "/pull/" in k and v in ids}
        refs = self.host_refs()
        for name, old in there.items():
            if "/pull/" not in name and "refs/notes/" not in name:
                assert refs[name] == ids.get(old, old), f"{name} of the host: {refs[name]}"
        got = {(a["what"], a["place"]): a for a in answers if a["remote"]}
        assert (got["refs", self.host]["answer"] == "stays") == bool(pulls), got
        moved = {k for k in refs if refs[k] != there.get(k)}
        if moved:
            assert got["objects", self.host]["answer"] == "stays", got
        for (what, _), answer in got.items():
            assert what != "blocks" or answer["answer"] == "gone", answer
        for name in pulls:  # what the support of a host does
            self.git("update-ref", "-d", name, cwd=self.host)
        self.git("reflog", "expire", "--expire=all", "--all", cwd=self.host)
        self.git("gc", "-q", "--prune=now", cwd=self.host)
        self.search_folder(self.host, self.host, named)
        have = set()
        if self.store:
            self.search_folder(self.store, None, named)
            for file in glob.glob(f"{self.store}/**/*.pack", recursive=True):
                have |= records(read(file))
        for kind, data in self.objects(self.host):
            have |= records(data) if kind == b"blob" and data[:6] == b"VVPACK" else set()
        self.compare_clone(was, ids, have)

    def compare_clone(self, was, ids, have):
        """A fresh clone of the host has the new history, and the host has no other blocks."""
        old_of, own = {new: old for old, new in ids.items()}, self.dir
        self.dir = f"{own}-clone"
        self.run("varve", "clone", "-q", "--git-host", self.host, self.dir, cwd=TOP)
        self.git("fetch", "-q", "origin", "+refs/heads/*:refs/remotes/origin/*", "+refs/tags/*:refs/tags/*")
        self.texts, self.blocks_of = {}, {}
        now, _, _, _ = self.look()
        want = set()
        for c, (_, _, _, _, tree) in now.items():
            self.same_commit(old_of.get(c, c), c, was, now, ids)
            for path, blob in tree.items():
                want |= self.blocks(blob, f"{c}:{path}")
        self.dir, self.texts, self.blocks_of = own, {}, {}
        assert have <= want, f"{len(have - want)} of {len(have)} blocks of the host are of no version"

    def blocks(self, blob, where):
        if blob not in self.blocks_of:
            self.blocks_of[blob] = set()
            if blob in self.pointers:
                self.run("varve", "ipfs", "car", "export", "-q", where, f"{TOP}/x.car")
                with open(f"{TOP}/x.car", "rb") as f:
                    data = f.read()
                size, at = varint(data, 0)
                at += size
                while at < len(data):
                    size, at = varint(data, at)
                    self.blocks_of[blob].add(data[at + 4:at + 36])
                    at += size
        return self.blocks_of[blob]


def main():
    first, count = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1
    for seed in range(first, first + count):
        story = Applied(seed)
        story.blocks_of = {}
        try:
            story.build(hosts=True)
            story.check_apply()
        except BaseException:
            print("\n".join(story.log[-40:]))
            print(f"seed {seed}")
            raise
        subprocess.run(["rm", "-rf", *glob.glob(f"{story.dir}*")], check=True)


if __name__ == "__main__":
    main()
