"""Git's objects and refs: loose objects, packs, packed-refs, as gitformat-pack(5) and gitrepository-layout(5) have them."""
import hashlib
import os
import re
import struct
import zlib

from .errors import Damaged, Missing, within

KINDS = {1: "commit", 2: "tree", 3: "blob", 4: "tag"}
MOST = 1 << 30


def inflate(data, size):
    """The first zlib stream of the bytes, of exactly that size."""
    out = zlib.decompressobj().decompress(data, size + 1)
    if len(out) != size:
        raise Damaged(f"{len(out)} bytes or more in the place of {size}")
    return out


def patch(base, delta):
    """What a delta makes of its base."""
    def number(at):
        n = shift = 0
        while True:
            n |= (delta[at] & 127) << shift
            at, shift = at + 1, shift + 7
            if delta[at - 1] < 128:
                return n, at
    source, at = number(0)
    target, at = number(at)
    out = []
    while at < len(delta):
        op, at = delta[at], at + 1
        if op & 128:
            args = []
            for bit in range(7):
                args.append(delta[at] if op >> bit & 1 else 0)
                at += op >> bit & 1
            start, size = int.from_bytes(args[:4], "little"), int.from_bytes(args[4:], "little") or 0x10000
            if start + size > source:
                raise Damaged("a delta beyond its base")
            out.append(base[start:start + size])
        else:
            out.append(delta[at:at + op])
            at += op
    whole = b"".join(out)
    if source != len(base) or target != len(whole):
        raise Damaged("a delta that does not fit its base")
    return whole


class GitPack:
    """A pack with its index, version 2."""

    def __init__(self, path):
        self.path = path
        with within(path + ".idx"):
            self.index = _bytes(path + ".idx")
            if self.index[:8] != b"\xfftOc\0\0\0\2":
                raise Damaged("not an index of version 2")
            self.fans = struct.unpack_from(">256I", self.index, 8)
            self.count = self.fans[255]
            if len(self.index) < 1072 + 28 * self.count or list(self.fans) != sorted(self.fans):
                raise Damaged("its length or fan-out is wrong")
        with within(path + ".pack"):
            self.data = _bytes(path + ".pack")
            if self.data[:8] != b"PACK\0\0\0\2":
                raise Damaged("not a pack of version 2")

    def ids(self):
        """Ids of its objects."""
        return [self.index[1032 + 20 * i:1052 + 20 * i].hex() for i in range(self.count)]

    def find(self, oid):
        """Where an object begins, or None."""
        raw = bytes.fromhex(oid)
        low, high = self.fans[raw[0] - 1] if raw[0] else 0, self.fans[raw[0]]
        while low < high:
            middle = (low + high) // 2
            here = self.index[1032 + 20 * middle:1052 + 20 * middle]
            if here == raw:
                offset = struct.unpack_from(">I", self.index, 1032 + 24 * self.count + 4 * middle)[0]
                if offset & 1 << 31:
                    offset = struct.unpack_from(">Q", self.index, 1032 + 28 * self.count + 8 * (offset & (1 << 31) - 1))[0]
                return offset
            low, high = (middle + 1, high) if here < raw else (low, middle)
        return None

    def read(self, offset, git):
        """(kind, bytes) of the object at an offset."""
        deltas = []
        while True:
            at, start = offset + 1, offset
            first = self.data[offset]
            kind, size, shift = first >> 4 & 7, first & 15, 4
            while first & 128:
                first = self.data[at]
                size |= (first & 127) << shift
                at, shift = at + 1, shift + 7
            if size > MOST or len(deltas) > 4096:
                raise Damaged(f"no object at {start}")
            if kind == 6:
                back, more = self.data[at] & 127, self.data[at] & 128
                at += 1
                while more:
                    back, more = back + 1 << 7 | self.data[at] & 127, self.data[at] & 128
                    at += 1
                offset = start - back
                if not 12 <= offset < start:
                    raise Damaged(f"the base of the object at {start} is not in the pack")
            elif kind == 7:
                base, at = self.data[at:at + 20].hex(), at + 20
            elif kind not in KINDS:
                raise Damaged(f"no object at {start}")
            data = inflate(memoryview(self.data)[at:], size)
            if kind in (6, 7):
                deltas.append(data)
            if kind == 7:
                name, data = git.read(base)
            if kind != 6:
                break
        for delta in reversed(deltas):
            data = patch(data, delta)
        return (name if kind == 7 else KINDS[kind]), data

    def check(self):
        """Sums of both files."""
        for end, data in ((".idx", self.index), (".pack", self.data)):
            if hashlib.sha1(data[:-20]).digest() != data[-20:]:
                raise Damaged(f"{self.path}{end}: the sum is wrong")
        if self.index[-40:-20] != self.data[-20:]:
            raise Damaged(f"{self.path}.idx: of another pack")


class Git:
    """A repository: a work tree, its .git, or a bare one."""

    def __init__(self, path):
        self.path = self._folder(path)
        common = os.path.join(self.path, "commondir")
        self.common = os.path.join(self.path, _text(common).strip()) if os.path.exists(common) else self.path
        with within(path):
            config = os.path.join(self.common, "config")
            if re.search(r"(?im)^\s*(objectformat\s*=\s*sha256|refstorage\s*=\s*reftable)", _text(config)):
                raise Damaged("its Git objects or refs have a form that this reader does not know (sha256, reftable)")
        self.folders, self.packs, self.broken = self._object_folders(), [], []
        for folder in self.folders:
            pack = os.path.join(folder, "pack")
            names = os.listdir(pack) if os.path.isdir(pack) else []
            for stem in sorted({n.rsplit(".", 1)[0] for n in names if re.fullmatch(r"pack-.*[.](idx|pack)", n)}):
                try:
                    self.packs.append(GitPack(os.path.join(pack, stem)))
                except Damaged as e:
                    self.broken.append(e)
        self.refs, self.head = self._read_refs()

    @staticmethod
    def _folder(path):
        inner = os.path.join(path, ".git")
        if os.path.isfile(inner):
            return os.path.join(path, _text(inner).removeprefix("gitdir: ").strip())
        return inner if os.path.isdir(inner) else path

    def _object_folders(self):
        folders = [os.path.join(self.common, "objects")]
        for folder in folders:
            alternates = os.path.join(folder, "info", "alternates")
            for line in _text(alternates).splitlines() if os.path.exists(alternates) else []:
                if line and not line.startswith("#") and len(folders) < 64:
                    folders.append(os.path.join(folder, line))
        return folders

    def _read_refs(self):
        refs, packed = {}, os.path.join(self.common, "packed-refs")
        for line in _text(packed).splitlines() if os.path.exists(packed) else []:
            if line[:1] not in "#^" and line:
                refs[line[41:]] = _oid(packed, line[:40])
        top = os.path.join(self.common, "refs")
        for folder, _, names in os.walk(top):
            for name in names:
                path = os.path.join(folder, name)
                ref = "refs/" + os.path.relpath(path, top).replace(os.sep, "/")
                text = _text(path).strip()
                if not text.startswith("ref: ") and not name.endswith(".lock"):
                    refs[ref] = _oid(path, text)
        head = os.path.join(self.path, "HEAD")
        text = _text(head).strip()
        return refs, refs.get(text[5:]) if text.startswith("ref: ") else _oid(head, text)

    def read(self, oid):
        """(kind, bytes) of an object, whose hash is checked."""
        first = None
        for pack in self.packs:
            offset = pack.find(oid)
            if offset is not None:
                try:
                    with within(f"{pack.path}.pack: object {oid}"):
                        return self._checked(oid, *pack.read(offset, self))
                except Damaged as e:
                    first = first or e
        for folder in self.folders:
            path = os.path.join(folder, oid[:2], oid[2:])
            if os.path.exists(path):
                with within(path), open(path, "rb") as f:
                    whole = zlib.decompressobj().decompress(f.read(), MOST)
                    head, _, data = whole.partition(b"\0")
                    return self._checked(oid, head.split(b" ")[0].decode(), data)
        if first or self.broken:
            raise first or self.broken[0]
        raise Missing(f"{self.path}: object {oid} is missing")

    @staticmethod
    def _checked(oid, kind, data):
        if hashlib.sha1(b"%s %d\0" % (kind.encode(), len(data)) + data).hexdigest() != oid:
            raise Damaged("the bytes do not have this hash")
        return kind, data

    def verify(self):
        """Every pack and every object of packs; yields each error."""
        yield from self.broken
        for pack in self.packs:
            try:
                pack.check()
            except Damaged as e:
                yield e
            for oid in pack.ids():
                try:
                    self.read(oid)
                except Damaged as e:
                    yield e


def _bytes(path):
    if not os.path.exists(path):
        raise Missing("missing")
    with open(path, "rb") as f:
        return f.read()


def _text(path):
    with open(path, encoding="utf-8", errors="surrogateescape") as f:
        return f.read()


def _oid(path, text):
    if not re.fullmatch("[0-9a-f]{40}", text):
        raise Damaged(f"{path}: '{text[:50]}' is not the id of an object")
    return text
