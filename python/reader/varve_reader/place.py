"""Opens places that have versions: published folders, stores, CARs, repositories and vaults."""
import hashlib
import os
import re

from . import car, proof
from .cbor import CBOR, Cid, decode
from .errors import Damaged, Missing, collected, within
from .files import lines, names, read_bytes
from .git import Git
from .heads import Heads
from .history import History, check_pointer
from .packs import Blocks, check_list
from .version import Version
from .xxh3 import xxh3_128


class Place:
    """A place with blocks, and a history or None. roots: the CIDs of versions that are known without a history."""

    def __init__(self, path):
        self.path, self.blocks, self.history, self.roots, self.heads = path, Blocks(path), None, [], []
        self.memo, self.rows, self.unsigned = {}, [], []
        self.authority, self.late = None, {}  # a file of certificates; the heads that it rules out (Heads.late)

    def signed(self, owner=None):
        """Returns the signed heads of the place; None if it has none. owner: the key whose heads it must have."""
        heads = Heads(self.history, owner, self.authority) if self.history else None
        return heads if heads and heads.counting() else None

    def version(self, name, unsigned=False, owner=None):
        """Returns the version that REV:PATH or a root's CID names; if Git has the file itself, its bytes. If the place has
        signed heads, HEAD is their default branch, and they must list the branch or tag; unsigned: they are ignored."""
        if re.fullmatch("b[a-z2-7]{58}", name):
            return Version(self.blocks, Cid.parse(name))
        if ":" not in name or not self.history:
            raise Missing(f"'{name}' is not the CID of a version" + (", or REV:PATH" if self.history else
                          f", and {self.path} has no history"))
        oid, pointer = self.history.find(*name.split(":", 1), None if unsigned else self.signed(owner))
        if pointer is None:
            return self.history.source.read(oid)[1]
        with within(name):
            version = Version(self.blocks, pointer.root)
            check_pointer(pointer, version)
            return version

    def versions(self):
        """Returns (commit or None, time or None, path or None, CID of the root) for each version, newest first."""
        if self.history:
            return ((f.commit, f.time, f.path, f.pointer.root) for f in self.history.versions())
        return ((None, None, None, root) for root in self.roots)

    def verify(self, owner=None):
        """Checks everything, and returns all errors. owner: the key whose heads the place must have, or None."""
        errors = [*self.blocks.verify(), *self.verify_files()]
        wanted = {root: self.path for root in self.roots}
        if self.history:
            errors += self.history.source.verify()
            with collected(errors):
                wanted |= {root: f"{self.path}: {commit[:10]}:{path}" for commit, _, path, root in self.versions()}
                with within(self.path):
                    heads = Heads(self.history, owner, self.authority)
                    self.heads, self.late = heads.counting(), heads.late
                    self.unsigned = heads.unsigned() if self.heads else []
                    heads.check_refs()
        for root, where in wanted.items():
            with collected(errors, where):
                self.whole(root)
        return errors

    def whole(self, root):
        """Checks that the file of a version can be made, and has its hash."""
        Version(self.blocks, root).check(self.memo)

    def verify_files(self):
        """Checks the files other than packs, and returns their errors."""
        return ()


class Store(Place):
    """A store: packs, lists and versions (pack-lists.md, "In a store"); or a published folder around a store (folder.md)."""

    def __init__(self, path):
        super().__init__(path)
        with within(os.path.join(path, "format")):
            if read_bytes(os.path.join(path, "format")) != b"varve store 1\n":
                raise Damaged("not the mark of a store of version 1")
        self.blocks.add_folder(os.path.join(path, "packs"))
        self.packs = {os.path.basename(p.name)[:-5]: p for p in self.blocks.packs}
        self.roots = [Cid.parse(name[:-6]) for name in names(path, "versions") if name.endswith(".packs")]
        if os.path.isdir(os.path.join(path, "repo.git")):
            self.history = History(Git(os.path.join(path, "repo.git")))

    def verify_files(self):
        errors, needed = [], [("lists", name + ".list") for name in self.packs]
        for folder, check in (("lists", self._list), ("indexes", self._index), ("versions", self._version)):
            for path in (os.path.join(self.path, folder, name) for name in names(self.path, folder)):
                with collected(errors, path):
                    check(os.path.basename(path).split(".")[0], read_bytes(path))
        with collected(errors):
            self._tables()
            needed += [("versions", f"{root}.packs") for root in {v[3] for v in self.versions()}]
        paths = (os.path.join(self.path, *words) for words in needed)
        return errors + [Missing(f"{path}: missing") for path in paths if not os.path.exists(path)]

    def _list(self, stem, data):
        check_list(data, self.packs.get(stem))

    @staticmethod
    def _index(stem, data):
        if data[:8] != b"VVMANY\x01\n" or xxh3_128(data).hex() != stem:
            raise Damaged("its hash is not its name")

    def _version(self, stem, data):
        body, _, last = data.rstrip(b"\n").rpartition(b"\n")
        lines = body.decode().split("\n")
        if last.decode() != "sha256 " + hashlib.sha256(body + b"\n").hexdigest() or \
                lines[:2] != ["varve version 1", "root " + stem]:
            raise Damaged("its sum or its root is wrong")
        for name in {line.split(" ")[0] for line in lines[2:]} - self.packs.keys() - {"again", "older"}:
            raise Missing(f"its pack {name} is missing")

    def _tables(self):
        """Checks that the files of a published folder are those of the newest version."""
        marker = os.path.join(self.path, "folder")
        if not self.history or not os.path.exists(marker):
            return
        for line in lines(marker)[1:]:
            with within(marker):
                word, *rest = line.split(" ", 3 if line.startswith("file ") else 2)
                if word not in ("pack", "file", "gone", "held", "hash") or len(rest) < 2 + (word == "file") or \
                        ".." in rest[-1].split("/") or os.path.isabs(rest[-1]):
                    raise Damaged(f"'{line}' is not a line of it")
            if word == "file" and rest[1] != "0":
                path = os.path.join(self.path, rest[2])
                with within(path):
                    version = Version(self.blocks, self.history.pointer(rest[0]).root)
                    if b"".join(version.file()) != read_bytes(path):
                        raise Damaged("not the bytes of its version")


class Repository(Place):
    """A Git repository with blocks in varve's folder, or in refs/varve/blocks."""

    def __init__(self, path):
        super().__init__(path)
        git = Git(path)
        self.history, folder = History(git), os.path.join(git.common, "varve")
        self.blocks.add_folder(os.path.join(folder, "packs"))
        elsewhere = lines(os.path.join(folder, "elsewhere"))
        self.elsewhere = {Cid.parse(line.split(" ")[0]) for line in elsewhere if line.startswith("b")}
        for tip in filter(None, map(git.refs.get, ("refs/varve/blocks", "refs/heads/varve-blocks"))):
            for name, oid in self.history.files(self.history.commit(tip)[0]):
                if re.fullmatch("packs/[0-9a-f]{4}/[0-9a-f]{32}[.]pack", name):
                    self.blocks.add_pack(f"{git.path}: {tip[:10]}:{name}", git.read(oid)[1])

    def whole(self, root):
        if root not in self.elsewhere or root in self.blocks.where:
            super().whole(root)


class Car(Place):
    """A CAR file."""

    def __init__(self, path, roots, blocks):
        super().__init__(path)
        self.roots, self.blocks = roots, blocks


class Proof(Car):
    """A CAR file that `varve prove` made."""

    def verify(self, owner=None):
        errors = []
        with collected(errors, self.path):
            head, *row = proof.check(self.blocks, self.roots[0], owner)
            self.heads, self.rows = [head], [row]
        return errors

    def versions(self):
        return ()


def open_car(path):
    """Opens a CAR file: a Car with versions, or a Proof."""
    blocks = Blocks(path)
    roots = car.read(path, blocks)
    with within(path):
        is_proof = len(roots) == 1 and roots[0].codec == CBOR and decode(blocks.get(roots[0])).get("v") == "proof"
    return (Proof if is_proof else Car)(path, roots, blocks)


def open_place(path, key=None, more=()):
    """Opens the place at a path. key: the key file, if it is a vault; more: further folders with copies of the vault."""
    if key:
        from .vault import Vault
        return Vault(path, key, more)
    if os.path.isfile(path):
        return open_car(path)
    if os.path.exists(os.path.join(path, "format")):
        return Store(path)
    if os.path.exists(os.path.join(path, ".git")) or os.path.exists(os.path.join(path, "HEAD")):
        return Repository(path)
    if os.path.exists(os.path.join(path, "varve-holder")):
        raise Missing(f"{path} keeps copies of vaults: a key is needed (--key FILE)")
    raise Missing(f"{path}: no published folder, store, CAR file, repository or vault is here")
