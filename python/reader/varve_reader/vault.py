"""Vaults: sealed copies of a repository in folders of holders (vault.md)."""
import hashlib
import os
import tempfile

from .cbor import CBOR, RAW, Cid, Cursor, decode
from .errors import Damaged, Missing, within
from .history import History
from .packs import MAGIC, unzstd
from .place import Place
from .sealed import EPOCHS, did, make_shard, open_shard, read_key, signed, unbox, unseal

GIT = {3: "commit", 4: "tree", 5: "blob", 6: "tag"}
BLOCKS = {1: RAW, 2: CBOR}
MOST = 1 << 30


def _read(path):
    with open(path, "rb") as f:
        return f.read()


def _names(folder):
    return sorted(os.listdir(folder)) if os.path.isdir(folder) else []


class Items:
    """The items of all runs by kind and digest, in a file without a name; also a source of Git's objects."""

    def __init__(self):
        self.file, self.end, self.where, self.refs, self.head = tempfile.TemporaryFile(), 0, {}, {}, None

    def add_run(self, content):
        """Takes a run's items in; returns the text of its refs, or None."""
        index_at, refs_at = (int.from_bytes(content[-16:][i:i + 8], "little") for i in (0, 8))
        c, texts = Cursor(content, 0, len(content) - 16), {}
        while c.at < c.end:
            start, first = c.at, c.byte()
            kind, method = first & 15, first >> 4
            size, stored = c.varint(MOST), c.varint(MOST)
            digest = c.take(32 if kind in BLOCKS else 20 if kind in GIT else 0)
            base = c.take(len(digest)) if method == 2 else None
            entry = (method, size, base, self.end + c.at, stored)
            data = c.take(stored)
            if kind in GIT or kind in BLOCKS:
                self.where[kind, digest] = entry
            elif start != {8: index_at, 9: refs_at}.get(kind):
                raise Damaged(f"an item of kind {kind} at {start}")
            else:
                texts[kind] = data if method == 0 else unzstd(MAGIC + data, size)
        self.file.seek(self.end)
        self.file.write(content)
        self.end += len(content)
        return texts.get(9)

    def item(self, kind, digest):
        """The bytes of an item, hashed."""
        deltas, data = [], b""
        while digest is not None and len(deltas) < 10000:
            if (kind, digest) not in self.where:
                raise Missing(f"the item {digest.hex()} is missing")
            deltas.append((digest, self.where[kind, digest]))
            digest = deltas[-1][1][2]
        for digest, (method, size, _, at, stored) in reversed(deltas):
            self.file.seek(at)
            frame = self.file.read(stored)
            data = frame if method == 0 else unzstd(MAGIC + frame, size, data if method == 2 else None)
            if kind in BLOCKS:
                right = hashlib.sha256(data).digest() == digest
            else:
                right = hashlib.sha1(b"%s %d\0" % (GIT[kind].encode(), len(data)) + data).digest() == digest
            if not right:
                raise Damaged(f"the item {digest.hex()} does not have this hash")
        return data

    def read(self, oid):
        """As Git.read."""
        for kind, name in GIT.items():
            if (kind, bytes.fromhex(oid)) in self.where:
                return name, self.item(kind, bytes.fromhex(oid))
        raise Missing(f"object {oid} is missing")

    def verify(self):
        """Yields an error for each item that is not as it should be."""
        for kind, digest in self.where:
            try:
                self.item(kind, digest)
            except Damaged as e:
                yield e

    # As the dictionary of blocks in memory that Blocks has.
    def keys(self):
        """CIDs of the blocks."""
        return {Cid.make(BLOCKS[kind], digest) for kind, digest in self.where if kind in BLOCKS}

    def __contains__(self, cid):
        return ({RAW: 1, CBOR: 2}[cid.codec], bytes(cid[4:])) in self.where

    def __getitem__(self, cid):
        return self.item({RAW: 1, CBOR: 2}[cid.codec], bytes(cid[4:]))


class Vault(Place):
    """One vault, of which the folders keep copies, opened by a key."""

    def __init__(self, path, key, more=()):
        super().__init__(path)
        with within(key):
            self.seed = read_key(key)
        self.problems = []
        for name in _names(path):
            if name.startswith("bafy") and os.path.isdir(os.path.join(path, name, "records")):
                self.vault = Cid.parse(name)
                self.folders = [os.path.join(f, name) for f in (path, *more) if os.path.isdir(os.path.join(f, name))]
                self.records = self._counting(self._ledger())
                self.secrets = self._epochs()
                if self.secrets:
                    break
        else:
            raise Missing(f"{path}: no vault here opens with the key in {key}")
        self._runs()

    def _ledger(self):
        """{CID: record} of all records that are what their names and signatures say, in any of the folders."""
        found, bad = {}, {}
        for folder in self.folders:
            for author in _names(os.path.join(folder, "records")):
                for name in _names(os.path.join(folder, "records", author)):
                    path = os.path.join(folder, "records", author, name)
                    try:
                        with within(path):
                            own, record = self._record(_read(path), author, name)
                            found[own] = record
                    except Damaged as e:
                        bad[path] = e
        self.problems += bad.values()
        return found

    def _record(self, data, author, name):
        body = data[64:]
        own, record = Cid.of(CBOR, body), decode(body)
        if record["version"] != 1:
            raise Damaged("made by a newer varve")
        if name != f"{record['sequence']:010d}-{own}" or author != did(record["author"]):
            raise Damaged("its bytes are not those of its name")
        if (record["vault"] or own) != self.vault:
            raise Damaged("of another vault")
        signed(record["author"], data[:64], b"varve record 1\n" + body)
        return own, record

    def _counting(self, found):
        """The records that count, oldest first."""
        owners = found[self.vault]["body"]["owners"] if self.vault in found else []
        ordered = sorted(found.items(), key=lambda item: item[1]["sequence"])
        whole, writers, until = {}, set(owners), {}
        for own, record in ordered:
            if record["sequence"] == 0 or record["previous"] in whole:
                whole[own] = record
            else:
                self.problems.append(Missing(f"{self.folders[0]}: the record before {own} is missing"))
        for own, record in whole.items():
            if record["kind"] == "epoch" and record["author"] in owners:
                writers |= set(record["body"]["writers"])
                for author, last in record["body"]["removed"]:
                    until[author] = found[last]["sequence"] if last in found else -1
        return {own: record for own, record in sorted(whole.items(), key=lambda item: item[1]["time"])
                if record["author"] in (owners if record["kind"] == "epoch" else writers)
                and (record["kind"] == "epoch" or record["sequence"] <= until.get(record["author"], record["sequence"]))}

    def _epochs(self):
        secrets = {}
        for own, record in self.records.items():
            if record["kind"] == "epoch":
                body = record["body"]
                before = body["previous"][0][4:] if body["previous"] else bytes(32)
                for box in body["boxes"]:
                    plain = unbox(self.seed, box)
                    if plain and len(plain) == 100 and plain[:68] == self.vault + before:
                        secret, sealed = plain[68:], body["sealed"]
                        secrets[own[4:12]] = secret
                        inner = decode(unseal(secret, EPOCHS, sealed[:24], sealed[24:40],
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
                stripes |= {link: (k, len(parity), number, links) for number, link in enumerate(links)}
                first += k
        for own, record in self.records.items():
            if record["kind"] == "vault" and record["vault"]:
                try:
                    refs = None
                    with within(f"{self.folders[0]}: run {own}"):
                        content = b"".join(open_shard(self._shard(link, stripes), self.vault, self.secrets, leaves, root)
                                           for link, leaves, root in record["body"]["shards"])
                        refs = items.add_run(content)
                    self._take_refs(items, refs)
                except Damaged as e:
                    if not any(s[0] in retired for s in record["body"]["shards"]):
                        self.problems.append(e)
        self.blocks.direct, self.history = items, History(items)

    @staticmethod
    def _take_refs(items, text):
        if text is None:
            return
        lines = text.decode("utf-8", "surrogateescape").splitlines()
        head = lines[0][5:] if lines and lines[0].startswith("ref: ") else "HEAD"
        items.refs = {line[41:]: line[:40] for line in lines if not line.startswith("ref: ")}
        items.head = items.refs.get(head)
        items.refs.pop("HEAD", None)

    def _shard(self, link, stripes):
        """A shard, from whichever folder has it undamaged, or made of others of its stripe."""
        data = self._held(link)
        if data is None and link in stripes:
            k, m, number, links = stripes[link]
            there = {n: held for n, held in enumerate(map(self._held, links)) if held is not None}
            if len(there) >= k:
                data = make_shard(k, m, there, number)
        if data is None or Cid.of(RAW, data) != link:
            raise Missing(f"shard {link} is missing")
        return data

    def _held(self, link):
        for folder in self.folders:
            path = os.path.join(folder, "shards", str(link))
            data = _read(path) if os.path.exists(path) else None
            if data is not None and Cid.of(RAW, data) == link:
                return data
        return None

    def verify_files(self):
        yield from self.problems
        for folder in self.folders:
            for name in _names(os.path.join(folder, "shards")):
                path = os.path.join(folder, "shards", name)
                if str(Cid.of(RAW, _read(path))) != name:
                    yield Damaged(f"{path}: the bytes do not have this hash")
