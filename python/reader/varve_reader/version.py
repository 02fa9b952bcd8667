"""Reads a version of a dataset: makes the bytes of its file from its root (store.md, "Root", "List")."""
import hashlib
import json
import struct

from . import group
from .cbor import Cursor, decode
from .encode import encode
from .errors import Damaged, within
from .render import Writer
from .xxh3 import xxh3_64, xxh3_128

FILE_KEYS = {"v", "data", "hash", "kind", "bytes", "format"}
TABLE_KEYS = FILE_KEYS | {"cut", "key", "rows", "facts", "order", "layout", "schema", "dialect", "keySource"}
GROUP_MOST = 16 << 20


def places(items):
    """Yields, for each row in key order, its place in the file."""
    last = -1
    for item in items:
        c = Cursor(item)
        if c.byte() == 0:
            while c.at < c.end:
                first = last + 1 + c.zigzag()
                last = first + c.varint(1 << 48) - 1
                yield from range(first, last + 1)
        else:
            width, n = c.byte(), c.varint(1 << 48)
            packed = int.from_bytes(c.take((n * width + 7) // 8), "little")
            for i in range(n):
                last = packed >> i * width & (1 << width) - 1
                yield last
            c.done()


def hash_of(*values):
    """Returns a hash of values."""
    return hashlib.sha256(repr(values).encode()).digest()


class Version:
    """A version, named by the CID of its root. The constructor reads only the root; other blocks are read when needed."""

    def __init__(self, blocks, cid):
        self.blocks, self.cid = blocks, cid
        with within(f"version {cid}"):
            self.root = root = decode(blocks.get(cid))
            if root.get("v") != "root":
                raise Damaged("not a root")
            if root.get("format") != 1:
                raise Damaged(f"generation {root.get('format')} of the format; a newer varve can read it")
            self.table = root["kind"] == "table"
            keys = (TABLE_KEYS if self.table else FILE_KEYS)
            more = ({"file"} if "encoding" in root.get("dialect", ()) else set()) | \
                ({"places", "sortedBy"} if root.get("order") == "key" else set())
            if root.keys() != keys | more or root["kind"] not in ("table", "file"):
                raise Damaged(f"the root has other keys: {sorted(root.keys() ^ (keys | more))}; a newer varve may read it")
            if self.table:
                if root["order"] not in ("file", "file-declared", "key"):
                    raise Damaged(f"the order '{root['order']}', which a newer varve may read")
                self.fields = [f["name"] for f in json.loads(root["schema"])["fields"]]
                self.writer = Writer(root["dialect"], self.fields)

    def items(self, kind, top, there=None):
        """Yields the entries of a list, in order. there: the existing blocks, if entries below others are to be left out."""
        level = top["level"]
        if top.keys() - {"v", "of"} != {"items", "level"} or not 0 <= level < 16:
            raise Damaged(f"not a list of {kind}")
        for item in top["items"]:
            if there is not None and item[0] not in there:
                continue
            if level == 0:
                yield item
                continue
            with within(f"list of {kind}"):
                node, count = decode(self.blocks.get(item[0])), 0
                if (node["v"], node["of"], node["level"]) != ("list", kind, level - 1):
                    raise Damaged(f"{item[0]} is not its node of level {level - 1}")
            for count, entry in enumerate(self.items(kind, node, there), 1):
                yield entry
            if there is None and count != item[1 if kind == "facts" else 2]:
                raise Damaged(f"a list of {kind}: the node {item[0]} has {count} entries")

    def chunks(self, top):
        """Yields the bytes of a list of chunks, in pieces."""
        for link, size in self.items("chunks", top):
            block = self.blocks.get(link)
            if block[:4] != b"vvc\x01" or len(block) != size + 4:
                raise Damaged(f"{link} is not a chunk of {size} bytes")
            yield block[4:]

    def _quirks(self, item):
        """Returns (length of the group's bytes in the file, quirks) of an item of layout."""
        size, quirks = (item, b"") if isinstance(item, int) else item
        if not 0 < size <= GROUP_MOST:
            raise Damaged(f"a row group of {size} bytes")
        if not isinstance(quirks, bytes):
            total, top = quirks
            quirks = b"".join(self.chunks(top))
            if len(quirks) != total:
                raise Damaged(f"quirks of {len(quirks)} bytes in the place of {total}")
        return size, quirks

    def rows(self, item):
        """Returns the rows of an item of data; a row is a list with a cell for each stored column."""
        rows, columns = group.cells(self.blocks.get(item[0]))
        if rows != item[1] or len(columns) > len(self.fields):
            raise Damaged(f"{item[0]} has {rows} rows in {len(columns)} columns")
        for row, number, size, top in item[2] if len(item) > 2 else []:
            cell = b"".join(self.chunks(top))
            if len(cell) != size or size > GROUP_MOST or columns[number][row] != b"":
                raise Damaged(f"{item[0]}: the cell that is out of line is not as it should be")
            columns[number][row] = type(columns[number][row])(cell)
        return list(map(list, zip(*columns))) if columns else [[] for _ in range(rows)]

    def groups(self):
        """Yields (item of data, item of layout, is it the last group) for each row group."""
        before = None
        for data, layout in zip(self.items("data", self.root["data"]), self.items("layout", self.root["layout"]),
                                strict=True):
            if before:
                yield (*before, False)
            before = data, layout
        if before:
            yield (*before, True)

    def raw(self, data, layout, last):
        """Returns the bytes of a row group as they are in the file."""
        with within(f"row group {data[0]}"):
            size, quirks = self._quirks(layout)
            text = self.writer.group(self.rows(data), quirks, last)
            if len(text) != size:
                raise Damaged(f"{len(text)} bytes in the place of {size}")
            return text

    def _by_key(self):
        """Returns the rows of a version that is stored in key order, in the order of the file."""
        rows = [self.writer.row(r) for item in self.items("data", self.root["data"]) for r in self.rows(item)]
        out = [None] * len(rows)
        for row, place in zip(rows, places(self.items("places", self.root["places"])), strict=True):
            out[place] = row
        if None in out:
            raise Damaged("the places of its rows are not a permutation")
        return out

    def text(self):
        """Yields the text of the file, in pieces. If the dialect has no encoding, the text is the file itself."""
        if self.table and self.root["order"] == "key":
            rows = self._by_key()
            text = self.writer.head + self.writer.end.join(rows) + self.writer.end * (self.writer.final and bool(rows))
            text += self.writer.tail
            self._check(len(text), text)
            yield text
            return
        sums, head, tail = [], self.writer.head if self.table else b"", self.writer.tail if self.table else b""
        yield head
        for piece in (self.raw(*g) for g in self.groups()) if self.table else self.chunks(self.root["data"]):
            sums.append((len(piece), xxh3_64(piece)))
            yield piece
        yield tail
        self._check_sums(head + tail, sums)

    def check(self, memo):
        """Raises the errors that reading the file would raise. memo: lengths and hashes of row groups that were already
        made."""
        if not self.table or self.root["order"] == "key" or "file" in self.root:
            for _ in self.file():
                pass
            return
        with within(f"version {self.cid}"):
            sums, form = [], repr((self.root["dialect"], self.fields))
            for group_of in self.groups():
                key = hash_of(form, group_of)
                if key not in memo:
                    piece = self.raw(*group_of)
                    memo[key] = len(piece), xxh3_64(piece)
                sums.append(memo[key])
            self._check_sums(self.writer.head + self.writer.tail, sums)

    def _check_sums(self, edges, sums):
        self._check(len(edges) + sum(n for n, _ in sums), struct.pack(f"<{len(sums)}Q", *(s for _, s in sums)))

    def _check(self, size, summed):
        if size != self.root["bytes"]:
            raise Damaged(f"the file would have {size} bytes in the place of {self.root['bytes']}")
        if xxh3_128(summed) != self.root["hash"]:
            raise Damaged("the file does not have the root's hash")

    def file(self, as_text=False):
        """Yields the bytes of the file, in pieces. An error after the last piece means that the bytes are wrong."""
        with within(f"version {self.cid}"):
            if as_text or "file" not in self.root:
                yield from self.text()
            else:
                size, digest = self.root["file"]
                yield encode(b"".join(self.text()), self.root["dialect"]["encoding"], size, digest)
