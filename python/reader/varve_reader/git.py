"""Reads Git's objects and refs: loose objects, packs and packed-refs (gitformat-pack(5), gitrepository-layout(5))."""
import hashlib
import os
import re
import struct
import zlib

from .cbor import Cursor
from .errors import Damaged, Missing, collected, within
from .files import lines, names, read_bytes, read_text

KINDS = {1: "commit", 2: "tree", 3: "blob", 4: "tag"}
MOST = 1 << 30


def check_object(oid, kind, data):
    """Returns (kind, data) if this is the object with this id; else raises Damaged."""
    if hashlib.sha1(b"%s %d\0" % (kind.encode(), len(data)) + data).hexdigest() != oid:
        raise Damaged("the bytes do not have this hash")
    return kind, data


def patch(base, delta):
    """Applies a delta to its base, and returns the result."""
    c, out = Cursor(delta), []
    source, target = c.varint(MOST), c.varint(MOST)
    while c.at < c.end:
        op = c.byte()
        if op & 128:
            args = [c.byte() if op >> bit & 1 else 0 for bit in range(7)]
            start, size = int.from_bytes(args[:4], "little"), int.from_bytes(args[4:], "little") or 0x10000
            out.append(base[start:start + size])
        else:
            out.append(c.take(op))
    whole = b"".join(out)
    if source != len(base) or target != len(whole):
        raise Damaged("a delta that does not fit its base")
    return whole


class GitPack:
    """A pack with its index, both of version 2. where: the id of each object -> its offset in the pack."""

    def __init__(self, path):
        self.path = path
        with within(path + ".idx"):
            self.index = index = read_bytes(path + ".idx")
            n = struct.unpack_from(">I", index, 1028)[0]
            if index[:8] != b"\xfftOc\0\0\0\2" or len(index) < 1072 + 28 * n:
                raise Damaged("not an index of version 2")
            self.where = {index[1032 + 20 * i:1052 + 20 * i].hex(): at
                          for i, at in enumerate(struct.unpack_from(f">{n}I", index, 1032 + 24 * n))}
            for oid, at in self.where.items():
                if at >> 31:
                    self.where[oid] = struct.unpack_from(">Q", index, 1032 + 28 * n + 8 * (at & (1 << 31) - 1))[0]
        with within(path + ".pack"):
            self.data = read_bytes(path + ".pack")
            if self.data[:8] != b"PACK\0\0\0\2":
                raise Damaged("not a pack of version 2")

    def read(self, offset, git):
        """Returns (kind, bytes) of the object at an offset."""
        deltas, name = [], None
        while name is None:
            c = Cursor(self.data, offset)
            first = last = c.byte()
            size, shift = first & 15, 4
            while last & 128:
                last = c.byte()
                size, shift = size | (last & 127) << shift, shift + 7
            kind, before = first >> 4 & 7, offset
            if size > MOST or len(deltas) > 4096 or kind not in (1, 2, 3, 4, 6, 7):
                raise Damaged(f"no object at {offset}")
            if kind == 6:
                last = c.byte()
                back = last & 127
                while last & 128:
                    last = c.byte()
                    back = back + 1 << 7 | last & 127
                offset -= back
                if not 12 <= offset < before:
                    raise Damaged(f"the base of the object at {before} is not in the pack")
            base = c.take(20).hex() if kind == 7 else None
            data = zlib.decompressobj().decompress(memoryview(self.data)[c.at:], size + 1)
            if len(data) != size:
                raise Damaged(f"the object at {before} does not have its size")
            if kind in (6, 7):
                deltas.append(data)
            if kind != 6:
                name, data = git.read(base) if kind == 7 else (KINDS[kind], data)
        for delta in reversed(deltas):
            data = patch(data, delta)
        return name, data

    def check(self):
        """Checks the checksums of both files."""
        for end, data in ((".idx", self.index), (".pack", self.data)):
            if hashlib.sha1(data[:-20]).digest() != data[-20:] or self.index[-40:-20] != self.data[-20:]:
                raise Damaged(f"{self.path}{end}: the sum is wrong")


class Git:
    """A repository. path: a work tree, its .git, or a bare repository. broken: the errors of packs that cannot be opened."""

    def __init__(self, path):
        inner = os.path.join(path, ".git")
        self.path = os.path.join(path, read_text(inner)[8:].strip()) if os.path.isfile(inner) else \
            inner if os.path.isdir(inner) else path
        shared = os.path.join(self.path, "commondir")
        self.common = os.path.join(self.path, read_text(shared).strip()) if os.path.exists(shared) else self.path
        if re.search(r"(?im)^\s*(objectformat\s*=\s*sha256|refstorage\s*=\s*reftable)",
                     read_text(os.path.join(self.common, "config"))):
            raise Damaged(f"{path}: Git's objects or refs have a form that this reader does not know (sha256, reftable)")
        self.folders, self.packs, self.broken = [os.path.join(self.common, "objects")], [], []
        for folder in self.folders:
            if len(self.folders) < 64:
                more = lines(os.path.join(folder, "info", "alternates"))
                self.folders += [os.path.join(folder, line) for line in more if line[0] != "#"]
            stems = {n.rsplit(".", 1)[0] for n in names(folder, "pack") if re.fullmatch(r"pack-.*[.](idx|pack)", n)}
            for stem in sorted(stems):
                with collected(self.broken):
                    self.packs.append(GitPack(os.path.join(folder, "pack", stem)))
        self.refs, self.head = self._read_refs()

    def _read_refs(self):
        refs, packed, top = {}, os.path.join(self.common, "packed-refs"), os.path.join(self.common, "refs")
        for line in lines(packed):
            if line[0] not in "#^":
                refs[line[41:]] = _oid(packed, line[:40])
        for folder, _, files in os.walk(top):
            for path in (os.path.join(folder, name) for name in files if not name.endswith(".lock")):
                text = read_text(path).strip()
                if not text.startswith("ref: "):
                    refs["refs/" + os.path.relpath(path, top).replace(os.sep, "/")] = _oid(path, text)
        head = os.path.join(self.path, "HEAD")
        text = read_text(head).strip()
        return refs, refs.get(text[5:]) if text.startswith("ref: ") else _oid(head, text)

    def has(self, oid):
        """Returns whether there is such an object."""
        return any(oid in pack.where for pack in self.packs) or \
            any(os.path.exists(os.path.join(folder, oid[:2], oid[2:])) for folder in self.folders)

    def read(self, oid):
        """Returns (kind, bytes) of an object, after checking its hash."""
        first = next(iter(self.broken), None)
        for pack in self.packs:
            if oid in pack.where:
                try:
                    with within(f"{pack.path}.pack: object {oid}"):
                        return check_object(oid, *pack.read(pack.where[oid], self))
                except Damaged as e:
                    first = first or e
        for path in (os.path.join(folder, oid[:2], oid[2:]) for folder in self.folders):
            if os.path.exists(path):
                with within(path):
                    head, _, data = zlib.decompressobj().decompress(read_bytes(path), MOST).partition(b"\0")
                    return check_object(oid, head.split(b" ")[0].decode(), data)
        raise first or Missing(f"{self.path}: object {oid} is missing")

    def verify(self):
        """Checks every pack and every object in packs; yields each error."""
        yield from self.broken
        for pack in self.packs:
            errors = []
            with collected(errors):
                pack.check()
            for oid in pack.where:
                with collected(errors):
                    self.read(oid)
            yield from errors


def _oid(path, text):
    if not re.fullmatch("[0-9a-f]{40}", text):
        raise Damaged(f"{path}: '{text[:50]}' is not the id of an object")
    return text
