#!/usr/bin/env python3
"""attacker.py COUNT   in an empty folder

Somebody has everything that is committed, sent and published of a repository in which a person was erased (a clone, the Git host with
all its refs, the store, the published folder), and COUNT guesses of the address, one of which is right. Each guess
is hashed in every way that varve and Git hash it: alone; in the file that had it, as bytes and as Git's blob; and, for some guesses,
in the table by varve itself: pointer, root and blocks. No such hash may be in any byte of that material, as bytes, hex or in a CID.
The same search finds the right guess if a receipt, the list, or hashes of erased values without a secret are published."""
import base64
import glob
import hashlib
import hmac
import os
import re
import subprocess
import sys

import apply

RIGHT = "ada4711@example.org"
ROWS = "id,email\n1,bob@example.org\n"
NOTE = "call %s tomorrow\n"


def run(*words, cwd=".", text=None, codes=(0,)):
    done = subprocess.run(words, cwd=cwd, input=text, capture_output=True)
    assert done.returncode in codes, (words, done.stdout, done.stderr)
    return done.stdout


def table(value):
    return ROWS + "2,%s\n3,cy@example.org\n" % value


def write(file, text):
    with open(file, "w", encoding="utf-8", newline="") as f:
        f.write(text)


def material(*folders):
    """All bytes, and those of Git's objects unpacked."""
    for folder in folders:
        for file in glob.glob(folder + "/**", recursive=True, include_hidden=True):
            if os.path.isfile(file):
                yield apply.read(file)
        if os.path.isdir(folder + "/.git") or os.path.isdir(folder + "/objects"):
            yield run("git", "cat-file", "--batch-all-objects", "--batch", cwd=folder)


def windows(data):
    """The first eight bytes of everything that may be a hash."""
    found = {data[i:i + 8] for i in range(max(0, len(data) - 7))}
    for word in re.findall(rb"[0-9a-f]{40,}", data):
        raw = bytes.fromhex(word[:len(word) // 2 * 2].decode())
        found.update(raw[i:i + 8] for i in range(len(raw) - 7))
    for word in re.findall(rb"b[a-z2-7]{58}", data):
        raw = base64.b32decode(word[1:].upper() + b"=" * 6)
        found.add(raw[4:12])
    return found


def keys(data):
    """Secrets of lists."""
    return [bytes.fromhex(k.decode()) for k in re.findall(rb"erased list 1\n([0-9a-f]{64})\n", data)]


def blob(data):
    return hashlib.sha1(b"blob %d\0" % len(data) + data).digest()


def quick_hashes(value, secrets):
    raw = value.encode()
    for data in (raw, (NOTE % value).encode(), table(value).encode()):
        yield hashlib.sha256(data).digest()
        yield hashlib.sha1(data).digest()
        yield blob(data)
    for secret in secrets:
        yield hmac.digest(secret, b"v0" + raw, "sha256")


def varve_hashes(value, folder):
    """The pointer's blob, and the digests of the root and the blocks."""
    run("git", "init", "-q", folder)
    run("varve", "init", "-q", cwd=folder)
    write(folder + "/people.csv", table(value))
    run("varve", "add", "-q", "--key", "id", "people.csv", cwd=folder)
    yield bytes.fromhex(run("git", "rev-parse", ":people.csv", cwd=folder).decode().strip())
    for pack in glob.glob(folder + "/.git/varve/packs/*.pack"):
        yield from apply.records(apply.read(pack))


def search(found, secrets, guesses, slow):
    """The guesses that something in the material confirms."""
    hits = {g for g in guesses for h in quick_hashes(g, secrets) if h[:8] in found}
    return hits | {g for g, hashes in slow.items() if any(h[:8] in found for h in hashes)}


def gather(*folders):
    found, secrets = set(), []
    for data in material(*folders):
        found |= windows(data)
        secrets += keys(data)
    return found, secrets


def build():
    run("git", "init", "-q", "-b", "main", "work")
    run("varve", "init", "-q", cwd="work")
    write("work/people.csv", table(RIGHT))
    write("work/note.txt", NOTE % RIGHT)
    run("varve", "add", "-q", "--key", "id", "people.csv", cwd="work")
    os.mkdir("store")
    run("varve", "store", "add", "team", os.path.abspath("store"), cwd="work")
    run("git", "add", "note.txt", ".varveconfig", cwd="work")
    run("varve", "commit", "-qm", "start", cwd="work")
    write("work/people.csv", table(RIGHT) + "4,dan@example.org\n")
    run("varve", "commit", "-qam", "more", cwd="work")
    run("git", "init", "-q", "--bare", "-b", "main", "host.git")
    run("git", "remote", "add", "origin", "../host.git", cwd="work")
    run("git", "config", "remote.origin.varveKind", "git", cwd="work")
    run("varve", "push", "-q", "-u", "origin", "main", cwd="work")
    assert glob.glob("store/**/*.pack", recursive=True), "the store has no blocks"


def erase():
    words = ("varve", "erase", "--column", "email", "--values-from", "-")
    run(*words, "--plan", "--remote", "origin", cwd="work", text=RIGHT.encode())
    run(*words, "--apply", "--now", "--receipt", "../receipt", cwd="work", text=RIGHT.encode(), codes=(0, 1))
    run("git", "gc", "-q", "--prune=now", cwd="host.git")
    run("varve", "clone", "-q", "--git-host", "host.git", "clone")
    run("varve", "publish", "-q", "-o", "../site", cwd="work")


def main():
    count = int(sys.argv[1])
    guesses = ["ada%d@example.org" % i for i in range(count)] + [RIGHT]
    some = guesses[:3] + [RIGHT]
    slow = {g: list(varve_hashes(g, "guess%d" % i)) for i, g in enumerate(some)}
    build()
    found, secrets = gather("work")
    assert RIGHT in search(found, secrets, some, {}), "the search does not find an old blob"
    assert RIGHT in search(found, secrets, [], slow), "the search does not find an old root"
    erase()
    found, secrets = gather("host.git", "clone", "site", "store")
    assert len(found) > 5000, "hardly anything is searched"
    hits = search(found, secrets, guesses, slow)
    assert not hits and not secrets, "the material confirms %s" % sorted(hits)[:3]
    # controls
    plain = "".join(hashlib.sha256(v.encode()).hexdigest() + "\n" for v in ("bob@example.net", RIGHT))
    leaks = {"list": apply.read("work/.git/varve/erased").decode(), "receipt": apply.read("receipt").decode(), "hashes": plain}
    for name, text in leaks.items():
        os.mkdir("with-" + name)
        write("with-" + name + "/leaked", text)
        tried = guesses if name == "hashes" else some
        assert search(*gather("with-" + name), tried, slow) == {RIGHT}, "the search does not find a published %s" % name
    print("%d guesses, %d places of hashes in the material, %d hashes of a guess" % (
        len(guesses), len(found), len(list(quick_hashes(RIGHT, [])))))


if __name__ == "__main__":
    main()
