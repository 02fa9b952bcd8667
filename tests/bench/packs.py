"""The records of block packs (docs/formats/store.md, "Pack"): how many bytes a version added.

A pack's length says little, since packs merge; what is new is counted by digest."""

HEAD, TAIL = 8, 40
BASED = (2, 3)  # differences and edits name a base


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at


def records(pack):
    """Yields (digest, bytes of the record) of a pack's bytes."""
    at, end = HEAD, len(pack) - TAIL
    while at < end:
        start, method = at, pack[at] & 0x0F
        digest = pack[at + 1:at + 33]
        _, at = varint(pack, at + 33)
        stored, at = varint(pack, at)
        if method in BASED:
            _, at = varint(pack, at)
            distance, at = varint(pack, at)
            if distance == 0:
                at += 33
        at += stored + 8
        yield digest, at - start


def stored(repository):
    """{digest: bytes of its record} of all packs of a repository's .git folder."""
    found = {}
    for path in sorted((repository / "varve" / "packs").glob("*.pack")):
        found.update(records(path.read_bytes()))
    return found
