"""Places that have versions: published folders, stores, CARs, repositories, vaults."""
import hashlib
import os
import re

from . import car
from .cbor import Cid
from .errors import Damaged, Missing, within
from .git import Git
from .heads import Heads
from .history import History, check_pointer
from .packs import Blocks, check_list
from .version import Version
from .xxh3 import xxh3_128


class Place:
    """Blocks, and perhaps a history that names them."""

    def __init__(self, path):
        self.path, self.blocks, self.history, self.roots, self.elsewhere = path, Blocks(path), None, [], set()
        self.heads = []

    def version(self, name):
        """The version that REV:PATH or a root's CID names; plain bytes where Git holds the file itself."""
        if re.fullmatch("b[a-z2-7]{58}", name):
            return Version(self.blocks, Cid.parse(name))
        if ":" not in name or not self.history:
            raise Missing(f"'{name}' is not the CID of a version" + (", or REV:PATH" if self.history else
                          f", and {self.path} has no history"))
        oid, pointer = self.history.find(*name.split(":", 1))
        if pointer is None:
            return self.history.source.read(oid)[1]
        with within(f"{name}"):
            version = Version(self.blocks, pointer.root)
            check_pointer(pointer, version)
            return version

    def versions(self):
        """(commit or None, time or None, path or None, root's CID), the newest first."""
        if self.history:
            for found in self.history.versions():
                yield found.commit, found.time, found.path, found.pointer.root
        else:
            for root in self.roots:
                yield None, None, None, root

    def verify(self, owner=None):
        """Yields every error; complete only when it has come to its end. owner: whose heads it must have."""
        yield from self.blocks.verify()
        yield from self.verify_files()
        found = []
        try:
            if self.history:
                yield from self.history.source.verify()
                found = list(self.versions())
                with within(self.path):
                    heads = Heads(self.history, owner)
                    self.heads = heads.counting()
                    heads.check_refs()
        except Damaged as e:
            yield e
        seen = set()
        for commit, path, root in [(f[0], f[2], f[3]) for f in found] + [(None, None, r) for r in self.roots]:
            if root in seen or root in self.elsewhere and root not in self.blocks.where:
                continue
            seen.add(root)
            try:
                with within(f"{commit[:10]}:{path}" if commit else self.path):
                    for _ in Version(self.blocks, root).file():
                        pass
            except Damaged as e:
                yield e

    def verify_files(self):
        """Errors of the files beside packs."""
        return ()


def _read(path):
    with open(path, "rb") as f:
        return f.read()


class Store(Place):
    """A store: packs, lists, versions (pack-lists.md, "In a store"); and a published folder around it (folder.md)."""

    def __init__(self, path):
        super().__init__(path)
        with within(os.path.join(path, "format")):
            if _read(os.path.join(path, "format")) != b"varve store 1\n":
                raise Damaged("not the mark of a store of version 1")
        self.blocks.add_folder(os.path.join(path, "packs"), os.path.join(path, "packs"))
        for name in self._names("versions"):
            if name.endswith(".packs"):
                self.roots.append(Cid.parse(name[:-6]))
        if os.path.isdir(os.path.join(path, "repo.git")):
            self.history = History(Git(os.path.join(path, "repo.git")))

    def _names(self, folder):
        folder = os.path.join(self.path, folder)
        return sorted(os.listdir(folder)) if os.path.isdir(folder) else []

    def verify_files(self):
        packs = {os.path.basename(p.name)[:-5]: p for p in self.blocks.packs}
        for folder, check in (("lists", self._list), ("indexes", self._index), ("versions", self._version)):
            for name in self._names(folder):
                path = os.path.join(self.path, folder, name)
                try:
                    with within(path):
                        check(path, name.split(".")[0], _read(path), packs)
                except Damaged as e:
                    yield e
        needed = [("lists", name + ".list") for name in packs]
        try:
            self._tables()
            needed += [("versions", f"{root}.packs") for root in {v[3] for v in self.versions()}]
        except Damaged as e:
            yield e
        for path in (os.path.join(self.path, *names) for names in needed):
            if not os.path.exists(path):
                yield Missing(f"{path}: missing")

    @staticmethod
    def _list(path, stem, data, packs):
        check_list(path, data, packs.get(stem))

    @staticmethod
    def _index(path, stem, data, packs):
        if data[:8] != b"VVMANY\x01\n" or xxh3_128(data).hex() != stem:
            raise Damaged("its hash is not its name")

    @staticmethod
    def _version(path, stem, data, packs):
        body, _, last = data.rstrip(b"\n").rpartition(b"\n")
        lines = body.decode().split("\n")
        if last.decode() != "sha256 " + hashlib.sha256(body + b"\n").hexdigest() or \
                lines[:2] != ["varve version 1", "root " + stem]:
            raise Damaged("its sum or its root is wrong")
        for line in lines[2:]:
            name = line.split(" ")[0]
            if name != "again" and name not in packs:
                raise Missing(f"its pack {name} is missing")

    def _tables(self):
        """A published folder's files are those of the newest version."""
        marker = os.path.join(self.path, "folder")
        if not self.history or not os.path.exists(marker):
            return
        for line in _read(marker).decode("utf-8", "surrogateescape").splitlines()[1:]:
            with within(marker):
                word, *rest = line.split(" ", 3)
                if word not in ("pack", "file", "gone"):
                    raise Damaged(f"'{line}' is not a line of it")
            if word != "file" or rest[1] == "0":
                continue
            path = os.path.join(self.path, rest[2])
            with within(path):
                version = Version(self.blocks, self.history.pointer(rest[0]).root)
                if not os.path.exists(path):
                    raise Missing("missing")
                if b"".join(version.file()) != _read(path):
                    raise Damaged("not the bytes of its version")


class Repository(Place):
    """A Git repository with varve's folder beside its objects, or with blocks in refs/varve/blocks."""

    def __init__(self, path):
        super().__init__(path)
        git = Git(path)
        self.history = History(git)
        folder = os.path.join(git.common, "varve")
        self.blocks.add_folder(os.path.join(folder, "packs"), os.path.join(folder, "packs"))
        elsewhere = os.path.join(folder, "elsewhere")
        if os.path.exists(elsewhere):
            self.elsewhere = {Cid.parse(line.split(" ")[0]) for line in _read(elsewhere).decode().splitlines()
                              if line.startswith("b")}
        for blocks in filter(None, map(git.refs.get, ("refs/varve/blocks", "refs/heads/varve-blocks"))):
            for name, oid in self.history.files(self.history.commit(blocks)[0]):
                if re.fullmatch("packs/[0-9a-f]{4}/[0-9a-f]{32}[.]pack", name):
                    self.blocks.add_pack(f"{git.path}: {blocks[:10]}:{name}", git.read(oid)[1])


class Car(Place):
    """A CAR file."""

    def __init__(self, path):
        super().__init__(path)
        self.roots = car.read(path, self.blocks)


def open_place(path, key=None, more=()):
    """The place at a path. key: the file with the key of a vault; more: further folders that keep copies of it."""
    if key:
        from .vault import Vault
        return Vault(path, key, more)
    if os.path.isfile(path):
        return Car(path)
    if os.path.exists(os.path.join(path, "format")):
        return Store(path)
    if os.path.exists(os.path.join(path, ".git")) or os.path.exists(os.path.join(path, "HEAD")):
        return Repository(path)
    if os.path.exists(os.path.join(path, "varve-holder")):
        raise Missing(f"{path} keeps copies of vaults: a key is needed (--key FILE)")
    raise Missing(f"{path}: no published folder, store, CAR file, repository or vault is here")
