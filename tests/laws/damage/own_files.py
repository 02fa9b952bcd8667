#!/usr/bin/env python3
"""own_files.py TOP COUNT SEED: a file of varve's own that was replaced changes nothing outside.

TOP has a repository `a` with a store, a remote, a vault and a conflict, the folder `p` that it publishes, the holder `x`, and a copy of
each, NAME.0, to begin from. Each file that varve has there may be a link to a file, to a name without a file, to a folder, to /dev/zero,
or a folder, or a pipe. Of all triples of file, kind and command, COUNT are drawn (0: all); in each:

  - the files outside are as before, and no new one exists;
  - the command ends within LIMIT seconds, by no signal;
  - if it fails, it has a message.

A line for each failure, with its number: own_files.py TOP 0 0 NUMBER runs that one alone."""
import os
import random
import shutil
import subprocess
import sys

top, count, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
only = int(sys.argv[4]) if len(sys.argv) > 4 else None
LIMIT = 120
KINDS = ["link", "dangling", "link to a folder", "zero", "folder", "pipe"]
COMMANDS = [c.split() for c in (
    "add .", "commit -q -a -m x", "status", "diff", "log --stat", "cat HEAD:t.csv", "switch -q side", "merge -q side",
    "cherry-pick side", "revert HEAD~1", "set -q t.csv 1 item=x", "restore .", "rm -q t.csv", "mv t.csv u.csv", "track *.tsv",
    "rename-column t.csv item thing", "check", "fsck", "gc --prune=now", "push -q", "fetch -q", "pull -q", "publish -q -o ../p",
    "sign -q --name data", "vault replicate", "vault audit", "vault repair", "doctor", "branch new", "tag v9", "resolve --ours k.csv",
    "conflicts", "import t.csv -o new.csv", "whereis t.csv", "ipfs publish HEAD:t.csv", "schema t.csv", "verify ../p")]
PARTS = ["a", "p", "x", "y", "host", "store"]


def copies(back):
    for part in PARTS:
        shutil.rmtree(os.path.join(top, part), ignore_errors=True)
        shutil.copytree(os.path.join(top, part + ".0"), os.path.join(top, part), symlinks=True)
    shutil.rmtree(os.path.join(top, "outside"), ignore_errors=True)
    os.mkdir(os.path.join(top, "outside"))
    os.mkdir(os.path.join(top, "outside", "folder"))
    for name in ("victim", "folder/victim"):
        with open(os.path.join(top, "outside", name), "w", encoding="utf-8") as f:
            f.write("precious\n")
    return back


def outside():
    found = {}
    for folder, _, names in os.walk(os.path.join(top, "outside")):
        for name in names:
            with open(os.path.join(folder, name), "rb") as f:
                found[os.path.relpath(os.path.join(folder, name), top)] = f.read()
    return found


def own_files():
    found = []
    for part in ("a.0/.git/varve", "a.0/.git/logs", "p.0", "x.0"):
        for folder, _, names in os.walk(os.path.join(top, part)):
            for name in names:
                found.append(os.path.relpath(os.path.join(folder, name), top).replace(".0/", "/", 1))
    return sorted(found) + ["a/.git/varve/" + n for n in ("later", "turn", "takeover.lock", "unsynced", "receipts.lock", "trust.lock")]


def replace(file, kind):
    file = os.path.join(top, file)
    os.makedirs(os.path.dirname(file), exist_ok=True)
    if os.path.lexists(file):
        os.chmod(os.path.dirname(file), 0o755)
        os.remove(file)
    target = {"link": "victim", "dangling": "none", "link to a folder": "folder"}.get(kind)
    if target:
        os.symlink(os.path.join(top, "outside", target), file)
    elif kind == "zero":
        os.symlink("/dev/zero", file)
    elif kind == "folder":
        os.mkdir(file)
    else:
        os.mkfifo(file)


def one(number, file, kind, command):
    copies(None)
    before = outside()
    replace(file, kind)
    try:
        p = subprocess.run(["varve", *command], cwd=os.path.join(top, "a"), capture_output=True, check=False, timeout=LIMIT,
                           stdin=subprocess.DEVNULL)
    except subprocess.TimeoutExpired:
        return f"does not end within {LIMIT} s"
    said = p.stderr.decode(errors="replace")
    if outside() != before:
        return f"the files outside were {sorted(before)}, and are {sorted(outside())} or have other bytes: {said}"
    if p.returncode < 0 or p.returncode > 3 or "Sanitizer" in said:
        return f"ended with {p.returncode}: {said[-500:]}"
    if p.returncode != 0 and not said and not p.stdout:
        return f"ended with {p.returncode} without a message"
    return None


triples = [(f, k, c) for f in dict.fromkeys(own_files()) for k in KINDS for c in COMMANDS]
numbers = list(range(len(triples)))
if only is not None:
    numbers = [only]
elif count > 0:
    numbers = random.Random(seed).sample(numbers, min(count, len(numbers)))
failures = 0
for number in numbers:
    file, kind, command = triples[number]
    fault = one(number, file, kind, command)
    if fault:
        failures += 1
        print(f"{number}: {file} as {kind}, varve {' '.join(command)}: {fault}", flush=True)
print(f"{len(numbers)} of {len(triples)} tried, {failures} failures")
sys.exit(1 if failures else 0)
