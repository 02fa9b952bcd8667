"""Reads packs and their records, and finds blocks by CID (store.md, "Pack"; pack-lists.md, "List")."""
import functools
import mmap
import os
import struct
from collections import namedtuple

import zstandard

from . import edits
from .cbor import CBOR, RAW, Cid, Cursor
from .errors import Damaged, Missing, collected, within
from .files import names
from .xxh3 import xxh3_64, xxh3_128

BLOCK_MOST = 1 << 20
MAGIC = b"\x28\xb5\x2f\xfd"

# start, end: of the stored bytes. base: an offset in the same pack, a CID, or None.
Record = namedtuple("Record", "offset method cid length start end depth base")


def unzstd(frame, length, base=None):
    """Decompresses one frame of zstd, whose content must have this length. base: the dictionary, or None."""
    said = zstandard.get_frame_parameters(frame).content_size
    if said not in (length, zstandard.CONTENTSIZE_UNKNOWN):
        raise Damaged(f"a frame of {said} bytes in the place of {length}")
    prefix = zstandard.ZstdCompressionDict(base, dict_type=zstandard.DICT_TYPE_RAWCONTENT) if base else None
    data = zstandard.ZstdDecompressor(dict_data=prefix).decompress(frame, max_output_size=max(length, 1),
                                                                   allow_extra_data=False)
    if len(data) != length:
        raise Damaged(f"a frame of {len(data)} bytes in the place of {length}")
    return data


def join_parts(stored, length, sums):
    """Joins a block stored with method 4: parts that are compressed separately. sums: also check the parts' checksums."""
    c = Cursor(stored)
    parts, gaps = [], []
    for _ in range(c.varint(16384)):
        gaps.append(c.varint(BLOCK_MOST))
        parts.append((c.varint(BLOCK_MOST), c.varint(BLOCK_MOST), c.number("Q")))
    head_length = length - sum(p[0] for p in parts)
    if head_length < sum(gaps):
        raise Damaged("parts that are longer than the block")
    head_stored, seed_end = c.varint(BLOCK_MOST), c.at
    head_sum = c.number("Q")

    def piece(size, stored_size, expected, seed):
        data = c.take(stored_size)
        data = data if stored_size == size else unzstd(MAGIC + data, size)
        if sums and xxh3_64(data, seed) != expected:
            raise Damaged("the sum of a part is wrong")
        return data

    head = Cursor(piece(head_length, head_stored, head_sum, xxh3_64(stored[:seed_end]) if sums else 0))
    block = b"".join(head.take(gap) + piece(*part, 0) for gap, part in zip(gaps, parts))
    c.done()
    return block + head.take(head.end - head.at)


class Pack:
    """A pack. records: offset -> record, for the records that can be read. broken: the first error, or None."""

    def __init__(self, name, data):
        self.name, self.data, self.records, self.broken = name, data, {}, None
        try:
            with within(name):
                self._scan()
        except Damaged as e:
            self.broken = e

    def _scan(self):
        if bytes(self.data[:8]) != b"VVPACK\x01\n":
            raise Damaged("not a pack of format 1" if bytes(self.data[:6]) != b"VVPACK" else "made by a newer varve")
        c = Cursor(self.data, 8)
        while c.end - c.at > 40 or bytes(self.data[c.at:c.at + 8]) != b"VVEND\0\0\n":
            record = self._record(c)
            self.records[record.offset] = record
        c.take(8)
        if c.number("Q") != len(self.records) or c.number("Q") != len(self.data):
            raise Damaged("the pack's count or length is wrong")

    def _record(self, c):
        offset, first = c.at, c.byte()
        method, codec = first & 15, CBOR if first & 16 else RAW
        cid = Cid.make(codec, c.take(32))
        length, stored = c.varint(BLOCK_MOST), c.varint(BLOCK_MOST)
        depth, base = 0, None
        if first > 31 or method > 4 or (stored != length if method == 0 else not 0 < stored < length):
            raise Damaged(f"no record at {offset}")
        if method in (2, 3):
            depth, base = c.varint(100), c.varint()
            base = offset - base if base else Cid.make(c.byte(), c.take(32))
        start = c.at
        c.at += stored
        c.take(8)
        return Record(offset, method, cid, length, start, start + stored, depth, base)

    def check(self):
        """Checks the hash of the whole pack, which must also be in the pack's name."""
        if self.broken:
            raise self.broken
        with within(self.name):
            if xxh3_128(self.data[:-16]) != self.data[-16:]:
                raise Damaged("the pack's hash is wrong")
            stem = os.path.basename(self.name).split(".")[0].split("-")[-1]
            if stem != self.data[-16:].hex():
                raise Damaged("the pack's hash is not its name")

    def block(self, record, blocks, sums=False):
        """Returns a record's block, after checking its hash. blocks: has bases of other packs. sums: check sums, too."""
        base = self._base(record, blocks) if record.method in (2, 3) else None
        with within(f"{self.name}: block {record.cid}"):
            stored = bytes(self.data[record.start:record.end])
            if record.method == 0:
                data = stored
            elif record.method < 3:
                data = unzstd(stored, record.length, base)
            elif record.method == 3:
                c = Cursor(stored)
                if c.byte():
                    length = c.varint(BLOCK_MOST)
                    stored = unzstd(MAGIC + stored[c.at:], length, base)
                else:
                    stored = stored[1:]
                data = edits.apply(base, stored)
            else:
                data = join_parts(stored, record.length, sums)
            if len(data) != record.length or Cid.of(record.cid.codec, data) != record.cid:
                raise Damaged("the bytes do not have this hash")
            if sums and xxh3_64(bytes(self.data[record.offset:record.start]) + data) != \
                    int.from_bytes(self.data[record.end:record.end + 8], "little"):
                raise Damaged("the record's sum is wrong")
            return data

    def _base(self, record, blocks):
        if isinstance(record.base, Cid):
            return blocks.get(record.base, record.depth)
        base = self.records.get(record.base)
        if base is None or base.depth >= record.depth:
            raise Damaged(f"{self.name}: block {record.cid}: its base is not where it should be")
        return blocks.cached(self, base)


class Blocks:
    """Finds blocks by CID, in packs and in memory (CARs, vaults)."""

    def __init__(self, shown="here"):
        self.shown, self.packs, self.where, self.direct, self.lost = shown, [], {}, {}, None
        self.cached = functools.lru_cache(64)(self._read)

    def add_pack(self, name, data):
        """Adds a pack. Does not fail if the pack is damaged: verify reports the damage, and get if it lacks a block."""
        pack = Pack(name, data)
        self.packs.append(pack)
        for record in pack.records.values():
            self.where.setdefault(record.cid, []).append((pack, record))

    def add_folder(self, folder):
        """Adds all packs of a folder."""
        found = names(folder)
        for path in (os.path.join(folder, name) for name in found):
            if path.endswith(".pack"):
                with open(path, "rb") as f:
                    empty = os.fstat(f.fileno()).st_size == 0
                    self.add_pack(path, b"" if empty else mmap.mmap(f.fileno(), 0, access=mmap.ACCESS_READ))
            elif path.endswith(".index") and os.path.basename(path)[:-6] + ".pack" not in found:
                self.lost = self.lost or f"{path[:-6]}.pack is missing, whose index is here"

    def _read(self, pack, record):
        return pack.block(record, self)

    def get(self, cid, below=101):
        """Returns the block from its first undamaged record. below: use only records with fewer bases, in a chain, than
        this."""
        if cid in self.direct:
            return self.direct[cid]
        first = None
        for pack, record in self.where.get(cid, []):
            if record.depth < below:
                try:
                    return self.cached(pack, record)
                except Damaged as e:
                    first = first or e
        if first:
            raise first
        reason = next((p.broken for p in self.packs if p.broken), self.lost)
        raise Missing(f"{self.shown}: block {cid} is missing" + (f" ({reason})" if reason else ""))

    def verify(self):
        """Checks every pack, every copy of every block, and every checksum; yields each error."""
        for pack in self.packs:
            errors = []
            with collected(errors):
                pack.check()
            for record in pack.records.values():
                with collected(errors):
                    pack.block(record, self, sums=True)
            yield from errors

    def __len__(self):
        return len(self.where.keys() | self.direct.keys())


def check_list(data, pack):
    """Checks that a list has exactly the content of its pack."""
    if pack is None:
        raise Missing("its pack is missing")
    of = {r.offset: (r.cid[4:], r.cid.codec) for r in pack.records.values()}
    base_of = {r.offset: (r.base[4:], r.base.codec) if isinstance(r.base, Cid) else of.get(r.base)
               for r in pack.records.values()}
    own = sorted(of.values())
    others = sorted({b for b in base_of.values() if b} - set(own))
    place = {item: i for i, item in enumerate(own + others)}
    out = [b"VVLIST\x01\n", pack.data[-16:], struct.pack("<QII", len(pack.data), len(own), len(others))]
    for r in sorted(pack.records.values(), key=lambda r: of[r.offset]):
        out.append(bytes((r.cid.codec,)) + r.cid[4:] + bytes((r.depth,)) +
                   struct.pack("<II", r.offset, place.get(base_of[r.offset], 0xFFFFFFFF)))
    right = b"".join(out + [bytes((codec,)) + digest for digest, codec in others])
    if data[:len(right)] != right or (len(data) - len(right)) % 16 != 8 or \
            xxh3_64(data[:-8]) != int.from_bytes(data[-8:], "little"):
        raise Damaged("not what its pack has, or its sum is wrong")
