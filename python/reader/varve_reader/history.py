"""Finds versions through commits, trees and pointers (store.md, "Pointer")."""
import hashlib
import json
import re
from collections import namedtuple

from .cbor import Cid
from .errors import Damaged, Missing, within

MARK = b"varve pointer: "
Pointer = namedtuple("Pointer", "root kind json")
Found = namedtuple("Found", "commit time path pointer")


def pointer(data):
    """Reads the content of a blob as a pointer. Returns None if it is not a pointer."""
    if not data.startswith(MARK):
        return None
    lines = data.split(b"\n", 2)
    text = json.loads(lines[2])
    if text.get("varve") != 1:
        raise Damaged(f"a pointer of version {text.get('varve')}, which a newer varve can read")
    return Pointer(Cid.parse(text["root"]), text["kind"], text)


def check_pointer(found, version):
    """Checks that a pointer states the same facts as its root."""
    root, said = version.root, found.json
    names = ["varve", "kind", "root", "bytes"]
    same = said["bytes"] == root.get("file", [root["bytes"]])[0] and said["kind"] == root["kind"]
    if version.table:
        names += ["rows", "key", "columns"]
        same = same and (said["rows"], said["key"], [c["name"] for c in said["columns"]]) == \
            (root["rows"], root["key"], version.fields)
    if not same or said.keys() != set(names):
        raise Damaged(f"the pointer does not say what its root {version.cid} has")


def _tagged(data):
    return re.match(rb"object ([0-9a-f]{40})\n", data)[1].decode()


class History:
    """The commits of a repository or a vault. source: an object with read(id), refs and head, such as Git."""

    def __init__(self, source):
        self.source, self.trees, self.blobs, self.commits, self.ids = source, {}, {}, {}, {}

    def _read(self, oid, *kinds):
        kind, data = self.source.read(oid)
        if kind not in kinds:
            raise Damaged(f"object {oid} is a {kind} in the place of a {kinds[0]}")
        return kind, data

    def commit(self, oid):
        """Returns (tree, parents, time) of a commit, or of the commit that a tag points to."""
        while oid not in self.commits:
            kind, data = self._read(oid, "commit", "tag")
            with within(f"{kind} {oid}"):
                if kind == "tag":
                    oid = _tagged(data)
                    continue
                head = data.partition(b"\n\n")[0].decode("utf-8", "replace")
                time = int(re.search(r"(?m)^committer .*> (-?\d+) ", head)[1])
                self.commits[oid] = re.match("tree ([0-9a-f]{40})", head)[1], re.findall(r"(?m)^parent (\w+)$", head), time
        return self.commits[oid]

    def tree(self, oid):
        """Returns (mode, name, id) for each entry of a tree."""
        if oid not in self.trees:
            data, at, entries = self._read(oid, "tree")[1], 0, []
            while at < len(data):
                end = data.index(b"\0", at)
                mode, name = data[at:end].split(b" ", 1)
                entries.append((int(mode, 8), name.decode("utf-8", "surrogateescape"), data[end + 1:end + 21].hex()))
                at = end + 21
            self.trees[oid] = entries
        return self.trees[oid]

    def files(self, tree, prefix=""):
        """Yields (path, id) for each file below a tree."""
        for mode, name, oid in self.tree(tree):
            if mode == 0o40000:
                yield from self.files(oid, f"{prefix}{name}/")
            elif mode in (0o100644, 0o100755, 0o100664):
                yield prefix + name, oid

    def sha256(self, oid):
        """Returns the id that Git's SHA-256 format gives a blob, a tree, or the tree of a commit or tag (heads.md)."""
        if oid not in self.ids:
            kind, data = self.source.read(oid)
            if kind in ("commit", "tag"):
                return self.sha256(self.commit(oid)[0] if kind == "commit" else _tagged(data))
            if kind == "tree":
                data = b"".join(b"%o %s\0" % (mode, name.encode("utf-8", "surrogateescape")) + bytes.fromhex(
                    entry + "0" * 24 if mode >> 12 == 0o16 else self.sha256(entry)) for mode, name, entry in self.tree(oid))
            self.ids[oid] = hashlib.sha256(b"%s %d\0" % (kind.encode(), len(data)) + data).hexdigest()
        return self.ids[oid]

    def pointer(self, oid):
        """Returns the pointer in a blob; None if the blob is not a pointer."""
        if oid not in self.blobs:
            with within(f"blob {oid}"):
                self.blobs[oid] = pointer(self._read(oid, "blob")[1])
        return self.blobs[oid]

    def below(self, tips, there=None):
        """Returns the ids of all commits reachable from tips. there: the ids of existing objects, if some may be missing."""
        seen, left = set(), list(tips)
        while left:
            oid = left.pop()
            if oid in seen or there is not None and oid not in there:
                continue
            kind, data = self.source.read(oid) if oid not in self.commits else ("commit", b"")
            if kind == "tag":
                with within(f"tag {oid}"):
                    left.append(_tagged(data))
            elif kind == "commit":
                seen.add(oid)
                left += self.commit(oid)[1]
        return seen

    def walk(self):
        """Returns all commits that are reachable from branches, tags and HEAD, newest first."""
        tips = [oid for name, oid in self.source.refs.items() if not re.match("refs/(varve/|heads/varve-blocks$)", name)]
        return sorted(self.below(tips + [self.source.head] * bool(self.source.head)), key=lambda oid: -self.commit(oid)[2])

    def versions(self):
        """Yields each version that a commit has and its first parent does not have."""
        for oid in self.walk():
            tree, parents, time = self.commit(oid)
            before = dict(self.files(self.commit(parents[0])[0])) if parents else {}
            for path, blob in self.files(tree):
                found = self.pointer(blob) if before.get(path) != blob else None
                if found:
                    yield Found(oid, time, path, found)

    def ref(self, word):
        """Returns the name of the ref that a word means, or None."""
        forms = ("refs/tags/%s", "refs/heads/%s", "refs/remotes/%s", "refs/%s", "%s")
        return next((form % word for form in forms if form % word in self.source.refs), None)

    def resolve(self, rev, heads=None):
        """Returns the commit of a revision: a name, an id or the beginning of an id, optionally with ~N and ^N. heads: signed
        heads that must list the name, or cover the id; HEAD is then the default branch of the newest."""
        base, steps, rest = re.fullmatch(r"([^~^]*)((?:[~^]\d*)*)(.*)", rev).groups()
        is_head = base in ("", "HEAD", "@")
        name = heads.default() if heads and is_head else self.ref(base)
        oid = self.source.head if is_head and not heads else None
        if not oid and name:
            oid = heads.at(name) if heads else self.source.refs[name]
        if not oid and re.fullmatch("[0-9a-f]{4,40}", base):
            found = [c for c in self.walk() if c.startswith(base)]
            oid = found[0] if len(found) == 1 else None
            if oid and heads and oid not in heads.signed():
                raise Missing(f"'{rev}' is not signed: no signed head covers it (--unsigned, or unsigned=True, reads it)")
        if not oid or rest:
            raise Missing(f"no version named '{rev}'")
        for sign, count in re.findall(r"([~^])(\d*)", steps):
            for _ in range(int(count or 1) if sign == "~" else 1):
                parents = self.commit(oid)[1]
                number = 0 if sign == "~" else int(count or 1) - 1
                if number >= len(parents):
                    raise Missing(f"no version named '{rev}': its history is shorter")
                oid = parents[number]
        return oid

    def find(self, rev, path, heads=None):
        """Returns (id of the blob, pointer or None) of a file in a revision."""
        tree = self.commit(self.resolve(rev, heads))[0]
        for name, oid in self.files(tree):
            if name == path:
                return oid, self.pointer(oid)
        raise Missing(f"'{rev}' has no file '{path}'")
