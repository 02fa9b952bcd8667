"""Checks proofs: a row, with all blocks and objects that connect the row to a signed head (heads.md, "Proofs")."""
import hashlib

from .cbor import Cid, decode
from .errors import Damaged, Missing, within
from .heads import allows, read_head
from .history import History, check_pointer
from .version import Version


class Objects:
    """Git's objects that are stored as blocks; a source for History."""

    def __init__(self, blocks, links):
        self.refs, self.head = {}, None
        self.found = {hashlib.sha1(data).hexdigest(): data for data in map(blocks.get, links)}

    def read(self, oid):
        """Returns (kind, bytes) of an object."""
        if oid not in self.found:
            raise Missing(f"object {oid} is missing")
        head, _, data = self.found[oid].partition(b"\0")
        kind, size = head.decode().split(" ")
        if size != str(len(data)):
            raise Damaged(f"object {oid} does not have its length")
        return kind, data


def check(blocks, root, owner=None):
    """Checks the proof in the block `root`; returns (head, path, row). owner: the key that must be the owner's, or None."""
    said = decode(blocks.get(root))
    if said.get("format") != 1:
        raise Damaged(f"a proof of format {said.get('format')}, which a newer varve-reader may check")
    if said.keys() != {"v", "key", "head", "path", "root", "owner", "commit", "format", "objects"}:
        raise Damaged("not a proof of format 1")
    source = Objects(blocks, said["objects"])
    history = History(source)
    head, first = read_head(history, said["head"]), read_head(history, said["owner"])
    if owner not in (None, first.key):
        raise Damaged(f"signed by {first.key}, not by {owner}")
    if head.key != first.key and not allows(first, head):
        raise Damaged(f"{first.key} did not allow the signer {head.key}")
    if said["commit"] not in history.below(head.refs.values(), source.found):
        raise Damaged(f"no ref of the head leads to the commit {said['commit'][:10]}")
    oid = history.commit(said["commit"])[0]
    for name in said["path"].split("/"):
        oid = {entry: found for _, entry, found in history.tree(oid)}.get(name) or \
            _refuse(f"the commit has no file '{said['path']}'")
    pointer, version = history.pointer(oid), Version(blocks, Cid(said["root"]))
    if pointer is None or pointer.root != said["root"]:
        raise Damaged(f"'{said['path']}' is another version than {said['root']}")
    check_pointer(pointer, version)
    places = [version.fields.index(name) for name in version.root["key"]]
    for item in version.items("data", version.root["data"], there=blocks.direct):
        with within(f"row group {item[0]}"):
            for row in version.rows(item):
                if places and [row[at] for at in places] == said["key"]:
                    return head, said["path"], dict(zip(version.fields, row))
    raise Damaged("the row is not in the blocks that are here")


def _refuse(text):
    raise Damaged(text)
