#!/usr/bin/env python3
"""search.py CAR... -- FOLDER...   which blocks, or texts, are in any byte of the folders

Each CAR is of a version that should be gone, or, with a "+" before its name, of one that stays, whose blocks do not count. The
digests of the blocks that only the first ones have are searched in all files of the folders, and in all objects of those that are
Git repositories. An argument "=TEXT" is searched, too. Files with "/.trash/" in their names are not: MinIO empties its own trash
every five minutes. Prints how many were searched, and what was found: then it ends with 1."""
import os
import subprocess
import sys


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at, value, shift = at + 1, value | (byte & 127) << shift, shift + 7
        if byte < 128:
            return value, at


def blocks(file):
    with open(file, "rb") as f:
        data = f.read()
    size, at = varint(data, 0)
    at += size
    digests = set()
    while at < len(data):
        size, at = varint(data, at)
        digests.add(data[at + 4:at + 36])
        at += size
    return digests


def contents(folder):
    """All bytes, in pieces with names."""
    if os.path.isdir(f"{folder}/objects"):
        yield "objects", subprocess.run(["git", "-C", folder, "cat-file", "--batch-all-objects", "--batch"],
                                        capture_output=True, check=True).stdout
    for top, _, names in os.walk(folder):
        for name in names if "/.trash/" not in top + "/" else []:
            with open(os.path.join(top, name), "rb") as f:
                yield os.path.join(top, name), f.read()


def main():
    split = sys.argv.index("--")
    texts = [a[1:].encode() for a in sys.argv[1:split] if a[0] == "="]
    stay = set().union(*(blocks(a[1:]) for a in sys.argv[1:split] if a[0] == "+"))
    gone = set().union(*(blocks(a) for a in sys.argv[1:split] if a[0] not in "+=")) - stay
    found = 0
    for folder in sys.argv[split + 1:]:
        for name, data in contents(folder):
            for what in list(gone) + texts:
                if what in data:
                    found += 1
                    print(f"{what.hex() if what in gone else what.decode()} is in {name}")
    print(f"searched {len(gone)} blocks and {len(texts)} texts: {found} found")
    sys.exit(found > 0)


main()
