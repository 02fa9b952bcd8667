"""thin.py VARVEDIR WHICH OF: spoils the leaves of the packs in a varve folder whose digests are WHICH
modulo OF, so that the repository is one that lost them. Format of packs: docs/formats/store.md."""
import glob
import os
import sys

folder, which, of = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])


def varint(b, at):
    n = shift = 0
    while True:
        c = b[at]
        n |= (c & 127) << shift
        shift += 7
        at += 1
        if c < 128:
            return n, at


leaf = spoiled = 0
for path in sorted(glob.glob(os.path.join(folder, "packs", "*.pack"))):
    b = bytearray(open(path, "rb").read())
    at, end = 8, len(b) - 40
    while at < end:
        head, digest = b[at], b[at + 1]
        at += 33
        _, at = varint(b, at)
        stored, at = varint(b, at)
        if head & 15 in (2, 3):
            _, at = varint(b, at)
            distance, at = varint(b, at)
            at += 33 if distance == 0 else 0
        if not head & 16:
            if digest % of == which:
                b[at + stored // 2] ^= 0xFF
                spoiled += 1
            leaf += 1
        at += stored + 8
    os.chmod(path, 0o644)
    open(path, "wb").write(b)
print(spoiled, "of", leaf, "leaves spoiled")
assert spoiled
