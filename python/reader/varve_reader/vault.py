"""Reads vaults: sealed copies of a repository in the folders of holders (vault.md)."""
import hashlib
import os
import tempfile

from .cbor import CBOR, RAW, Cid, Cursor, decode
from .errors import Damaged, Missing, collected, within
from .files import names, read_bytes
from .git import KINDS, MOST, check_object
from .history import History
from .packs import MAGIC, unzstd
from .place import Place
from .sealed import EPOCHS, did, make_shard, open_shard, read_key, signed, unbox, unseal

GIT = {number + 2: name for number, name in KINDS.items()}
BLOCKS = {1: RAW, 2: CBOR}


class Items:
    """The items of all runs, by kind and digest, in a temporary file.

    A source of Git objects for History, and the mapping from CIDs to blocks for Blocks.direct.
    """

    def __init__(self):
        self.file, self.end, self.where, self.refs, self.head = tempfile.TemporaryFile(), 0, {}, {}, None

    def add_run(self, content):
        """Adds the items of a run, and its refs."""
        c, texts = Cursor(content, 0, len(content) - 16), {}
        places = {8: content[-16:-8], 9: content[-8:]}
        while c.at < c.end:
            start, first = c.at, c.byte()
            kind, method = first & 15, first >> 4
            size, stored = c.varint(MOST), c.varint(MOST)
            digest = c.take(32 if kind in BLOCKS else 20 if kind in GIT else 0)
            base = c.take(len(digest)) if method == 2 else None
            at, data = c.at, c.take(stored)
            if digest:
                self.where[kind, digest] = method, size, base, self.end + at, stored
            elif places.get(kind) != start.to_bytes(8, "little"):
                raise Damaged(f"an item of kind {kind} at {start}")
            else:
                texts[kind] = data if method == 0 else unzstd(MAGIC + data, size)
        self.file.seek(self.end)
        self.file.write(content)
        self.end += len(content)
        if 9 in texts:
            lines = texts[9].decode("utf-8", "surrogateescape").split("\n")[:-1]
            head = lines[0][5:] if lines and lines[0].startswith("ref: ") else "HEAD"
            refs = {line[41:]: line[:40] for line in lines if not line.startswith("ref: ")}
            self.head = refs.get(head)
            self.refs = {name: oid for name, oid in refs.items() if name != "HEAD"}

    def has(self, oid):
        """Returns whether there is such a Git object."""
        return any((kind, bytes.fromhex(oid)) in self.where for kind in GIT)

    def item(self, kind, digest):
        """Returns the bytes of an item, after checking its hash."""
        chain, data, base = [], b"", digest
        while base is not None and len(chain) < 10000:
            if (kind, base) not in self.where:
                raise Missing(f"the item {base.hex()} is missing")
            chain.append((base, self.where[kind, base]))
            base = chain[-1][1][2]
        for name, (method, size, _, at, stored) in reversed(chain):
            self.file.seek(at)
            frame = self.file.read(stored)
            data = frame if method == 0 else unzstd(MAGIC + frame, size, data if method == 2 else None)
            if kind in GIT:
                check_object(name.hex(), GIT[kind], data)
            elif hashlib.sha256(data).digest() != name:
                raise Damaged(f"the item {name.hex()} does not have this hash")
        return data

    def read(self, oid):
        """Returns (kind, bytes) of a Git object, as Git.read does."""
        for kind, name in GIT.items():
            if (kind, bytes.fromhex(oid)) in self.where:
                return name, self.item(kind, bytes.fromhex(oid))
        raise Missing(f"object {oid} is missing")

    def verify(self):
        """Yields an error for each damaged item."""
        errors = []
        for kind, digest in self.where:
            with collected(errors):
                self.item(kind, digest)
        yield from errors

    def keys(self):
        """Returns the CIDs of all blocks."""
        return {Cid.make(BLOCKS[kind], digest) for kind, digest in self.where if kind in BLOCKS}

    def __contains__(self, cid):
        return ({RAW: 1, CBOR: 2}[cid.codec], bytes(cid[4:])) in self.where

    def __getitem__(self, cid):
        return self.item({RAW: 1, CBOR: 2}[cid.codec], bytes(cid[4:]))


class Vault(Place):
    """A vault, opened with a key. path, more: the folders that have copies of the vault."""

    def __init__(self, path, key, more=()):
        super().__init__(path)
        with within(key):
            self.seed = read_key(key)
        self.secrets = None
        for name in names(path):
            if name.startswith("bafy") and not self.secrets:
                self.vault, self.problems = Cid.parse(name), []
                self.folders = [os.path.join(f, name) for f in (path, *more) if os.path.isdir(os.path.join(f, name))]
                self.records = self._counting(dict(self._ledger()))
                self.secrets = self._epochs()
        if not self.secrets:
            raise Missing(f"{path}: no vault here opens with the key in {key}")
        self._runs()

    def signed(self, owner=None):
        """Returns None: the ledger has who wrote the refs of a vault."""

    def _ledger(self):
        """Yields (CID, record) for each record in any of the folders that matches its name, and whose signature is valid."""
        for path in (os.path.join(f, "records", author, name) for f in self.folders for author in names(f, "records")
                     for name in names(f, "records", author)):
            with collected(self.problems, path):
                data = read_bytes(path)
                own, record = Cid.of(CBOR, data[64:]), decode(data[64:])
                if record["version"] != 1:
                    raise Damaged("made by a newer varve")
                if not path.endswith(os.path.join(did(record["author"]), f"{record['sequence']:010d}-{own}")) or \
                        (record["vault"] or own) != self.vault:
                    raise Damaged("its bytes are not those of its name")
                signed(record["author"], data[:64], b"varve record 1\n" + data[64:])
                yield own, record

    def _counting(self, found):
        """Returns the records that count (CID -> record), oldest first."""
        owners = found[self.vault]["body"]["owners"] if self.vault in found else []
        whole, writers, until = {}, set(owners), {}
        for own, record in sorted(found.items(), key=lambda item: item[1]["sequence"]):
            if record["sequence"] == 0 or record["previous"] in whole:
                whole[own] = record
            else:
                self.problems.append(Missing(f"{self.folders[0]}: the record before {own} is missing"))
        for record in whole.values():
            if record["kind"] == "epoch" and record["author"] in owners:
                writers |= set(record["body"]["writers"])
                until |= {author: found[last]["sequence"] if last in found else -1
                          for author, last in record["body"]["removed"]}
        return {own: r for own, r in sorted(whole.items(), key=lambda item: item[1]["time"])
                if (r["author"] in owners if r["kind"] == "epoch" else
                    r["author"] in writers and r["sequence"] <= until.get(r["author"], r["sequence"]))}

    def _epochs(self):
        secrets = {}
        for own, record in self.records.items():
            body = record["body"]
            for box in body["boxes"] if record["kind"] == "epoch" else []:
                before = body["previous"][0][4:] if body["previous"] else bytes(32)
                plain, sealed = unbox(self.seed, box), body["sealed"]
                if plain and len(plain) == 100 and plain[:68] == self.vault + before:
                    secrets[own[4:12]] = plain[68:]
                    inner = decode(unseal(plain[68:], EPOCHS, sealed[:24], sealed[24:40],
                                          b"varve epoch 1" + self.vault + before, sealed[40:]))
                    secrets |= {epoch[4:12]: older for epoch, older in inner["secrets"]}
        return secrets

    def _runs(self):
        items, retired, stripes = Items(), set(), {}
        for record in self.records.values():
            if record["kind"] == "retire":
                retired |= set(record["body"]["shards"])
            first = 0
            for k, parity in record["body"].get("stripes") or []:
                links = [s[0] for s in record["body"]["shards"][first:first + k] + parity]
                stripes |= {link: (k, number, links) for number, link in enumerate(links)}
                first += k
        for own, record in self.records.items():
            if record["kind"] == "vault" and record["vault"]:
                dead = any(s[0] in retired for s in record["body"]["shards"])
                with collected([] if dead else self.problems, f"{self.folders[0]}: run {own}"):
                    items.add_run(b"".join(
                        open_shard(self._shard(link, stripes), self.vault, self.secrets, leaves, root)
                        for link, leaves, root in record["body"]["shards"]))
        self.blocks.direct, self.history = items, History(items)

    def _shard(self, link, stripes):
        """Returns a shard: from the first folder that has it undamaged, or computed from other shards of its stripe."""
        data = self._held(link)
        if data is None and link in stripes:
            k, number, links = stripes[link]
            there = {n: held for n, held in enumerate(map(self._held, links)) if held is not None}
            data = make_shard(k, len(links) - k, there, number) if len(there) >= k else None
        if data is None or Cid.of(RAW, data) != link:
            raise Missing(f"shard {link} is missing")
        return data

    def _held(self, link):
        for path in (os.path.join(folder, "shards", str(link)) for folder in self.folders):
            if os.path.exists(path):
                data = read_bytes(path)
                if Cid.of(RAW, data) == link:
                    return data
        return None

    def verify_files(self):
        yield from self.problems
        for path in (os.path.join(f, "shards", name) for f in self.folders for name in names(f, "shards")):
            if str(Cid.of(RAW, read_bytes(path))) != os.path.basename(path):
                yield Damaged(f"{path}: the bytes do not have this hash")
