"""Whatever says that it stored a file's bytes gives exactly these back. comes_back_model.py SEED FIRST COUNT, in an empty
folder: files FIRST .. FIRST + COUNT of odd_files.py go in by every way, and what comes out is compared by Python. Prints at most ten
lines of what failed; `... SEED NUMBER 1` takes a file alone."""
import json
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
from collections import Counter, defaultdict

import odd_files

BATCH = 50
PUT = os.environ.get("VARVE_TEST_PUT")  # examples/put
failures, counts = [], Counter()
refused = set()  # properties of tables that the filter refused
met = defaultdict(Counter)  # by way, of what tables came back


def run(*words, ok=(0,), stdin=None, **kwargs):
    done = subprocess.run(words, capture_output=True, input=stdin, **kwargs)
    if done.returncode not in ok:
        fail("%s: rc %d: %s" % (" ".join(map(str, words))[:80], done.returncode, done.stderr.decode("utf-8", "replace")[:200]))
    return done


def fail(text):
    failures.append(text)


def first_difference(a, b):
    at = next((i for i in range(min(len(a), len(b))) if a[i] != b[i]), min(len(a), len(b)))
    return "at byte %d of %d and %d: %r, came back %r" % (at, len(a), len(b), a[max(at - 12, 0) : at + 12], b[max(at - 12, 0) : at + 12])


def number_of(name):
    return int(name[1:].split(".")[0])


def is_sure(name):
    return number_of(name) % 50 < len(odd_files.SURE)


def kinds_of(name, data):
    """What is apart in a table's bytes, and of its order."""
    try:
        text = data.decode()
        found = {"encoding"} if text.startswith("\ufeff") else set()
    except UnicodeDecodeError:
        text, found = data.decode("cp1252", "replace"), {"encoding"}
    found |= {k for k in ("key order", "rare delimiter") if number_of(name) % 50 == odd_files.SURE.index(k)}
    if name.endswith("json"):
        return found | {"document" if text.lstrip().startswith('{"m') else "JSON"}
    lines = re.split("\r\n|\n|\r", text)[:-1] or [text]
    widths = Counter(max(l.count(d) for d in ",;\t|:") for l in lines)
    width = widths.most_common(1)[0][0]
    found |= {"comments"} if any(l[:1] in "#%" for l in lines[1:] if l) else set()
    found |= {"odd rows"} if any(max(l.count(d) for d in ",;\t|:") < width and l[:1] != "#" for l in lines[4:-4]) else set()
    found |= {"frame"} if width and (not lines[-1].strip() or max(lines[0].count(d) for d in ",;\t|:") < width) else set()
    return found


def note(way, files):
    tables = subprocess.run(["git", "grep", "--cached", "-l", "-z", '"kind": "table"'], capture_output=True).stdout.decode().split("\0")
    for name, data in files.items():
        if name in tables:
            met[way].update(kinds_of(name, data))


def restored(names):
    """What comes back where the files of the work tree are gone."""
    for name in names:
        pathlib.Path(name).unlink(missing_ok=True)
    run("varve", "restore", "-q", ".")
    return {n: pathlib.Path(n).read_bytes() if os.path.exists(n) else None for n in names}


def compare(want, way, restore=True):
    note(way, want)
    got = restored(want) if restore else {n: pathlib.Path(n).read_bytes() if os.path.exists(n) else None for n in want}
    for name, data in want.items():
        counts[way] += 1
        if got[name] != data:
            fail("%s, %s: %s" % (name, way, "nothing comes back" if got[name] is None else first_difference(data, got[name])))
            pathlib.Path(name).write_bytes(data)


def add(files):
    """By add, those of the same options at once. Gives those that are stored; what is refused says so."""
    stored, groups = {}, {}
    for name, (data, options) in files.items():
        pathlib.Path(name).write_bytes(data)
        groups.setdefault(tuple(options), []).append(name)
    for options, names in groups.items():
        done = subprocess.run(["varve", "add", "-q", *options, *names], capture_output=True)
        for name in names if done.returncode else ():
            one = subprocess.run(["varve", "add", "-q", *options, name], capture_output=True)
            if one.returncode not in (0, 1, 2) or (one.returncode and not one.stderr.startswith(b"varve: ")):
                fail("%s: add %s: rc %d: %r" % (name, options, one.returncode, one.stderr[:200]))
            if b"bug of varve" in one.stderr:
                fail("%s: %s" % (name, one.stderr.decode("utf-8", "replace")[:200]))
            if one.returncode:
                counts["refused"] += 1
                run("varve", "add", "-q", "--as", "file", "--convert", name)
        if b"bug of varve" in done.stderr:
            fail(done.stderr.decode("utf-8", "replace")[:300])
        stored.update({n: files[n][0] for n in names})
    return stored


def commit(message):
    run("git", "commit", "-qm", message, "--allow-empty")


def changed(r, files):
    return {name: odd_files.edit(r, data) if is_sure(name) else odd_files.change(r, data) for name, data in files.items()}


def write(files):
    for name, data in files.items():
        pathlib.Path(name).write_bytes(data)


def filtered(files):
    """By plain git, whose filter stores tables. A table that is refused makes git refuse it."""
    write(files)
    done = subprocess.run(["git", "add", "--", *files], capture_output=True)
    if b"bug of varve" in done.stderr:
        fail(done.stderr.decode("utf-8", "replace")[:300])
    stored = {}
    for name, data in files.items():
        if done.returncode and subprocess.run(["git", "add", "--", name], capture_output=True).returncode:
            counts["refused by git's filter"] += 1
            refused.update(kinds_of(name, data))
            run("varve", "add", "-q", "--as", "file", "--convert", name)
        stored[name] = data
    return stored


def checkout(*words):
    """By plain git, whose filter writes tables."""
    shown = subprocess.run(["git", "status", "--porcelain"], capture_output=True).stdout.decode("utf-8", "replace").splitlines()
    counts["looked at by status"] += 1
    if shown:
        fail("files as they were committed are shown as changed: %s" % ", ".join(shown)[:200])
    run("git", "checkout", "-q", "-f", *words)


def merges(r, files):
    """Two branches with other lines each, merged: whatever the work tree has then comes back."""
    ours, theirs = changed(r, files), changed(r, files)
    checkout("-b", "theirs")
    stored = add({n: (d, []) for n, d in theirs.items()})
    commit("theirs")
    checkout("main")
    compare(files, "switch back", restore=False)
    add({n: (d, []) for n, d in ours.items()})
    commit("ours")
    run("varve", "merge", "-q", "theirs", ok=(0, 1))
    conflicts = subprocess.run(["git", "diff", "--name-only", "--diff-filter=U", "-z"], capture_output=True).stdout.decode().split("\0")
    for name in filter(None, conflicts):
        run("git", "checkout", "-q", "--ours", "--", name, ok=(0, 1))
        run("varve", "resolve", "-q", "--ours", name, ok=(0, 1, 2))
        run("varve", "add", "-q", "--as", "file", name, ok=(0, 1, 2))
    commit("merged")
    now = {n: pathlib.Path(n).read_bytes() for n in files if os.path.exists(n)}
    compare(now, "merge")
    return now


def applies(r, files):
    """A patch of one version, applied: whatever the work tree has then comes back."""
    later = changed(r, files)
    add({n: (d, []) for n, d in later.items()})
    commit("later")
    checkout("--detach", "HEAD~1")
    compare(files, "checkout", restore=False)
    for name, data in later.items():
        patch = subprocess.run(["varve", "diff", "--format", "patch", "HEAD", "main", "--", name], capture_output=True).stdout
        pathlib.Path("../one.patch").write_bytes(patch)
        done = subprocess.run(["varve", "apply", "-q", "--3way", "../one.patch"], capture_output=True)
        counts["patches"] += done.returncode == 0 and patch != b""
    commit("applied")
    run("git", "checkout", "-q", "-B", "main")
    now = {n: pathlib.Path(n).read_bytes() for n in files if os.path.exists(n)}
    compare(now, "apply")
    return now


def arrows(files):
    """The rows of a version as another version, which is written in the file's form."""
    for name in files:
        done = subprocess.run(["varve", "cat", "--format", "arrow", "HEAD:" + name], capture_output=True)
        if done.returncode == 0:
            done = subprocess.run(["varve", "add", "-q", "--arrow", "-", name], input=done.stdout, capture_output=True)
            counts["arrow streams"] += done.returncode == 0
    commit("arrow")
    compare({n: pathlib.Path(n).read_bytes() for n in files}, "arrow")


def spelled(files):
    """What restore --spelling leaves of a file that somebody changed."""
    for name in files:
        run("varve", "restore", "-q", "--spelling", name, ok=(0, 1, 2))
    now = add({n: (pathlib.Path(n).read_bytes(), []) for n in files})
    commit("spelled")
    return now


def elsewhere(files, later):
    """Into other repositories: imported and updated from this one, and migrated from text of Git and back."""
    here = os.getcwd()
    for folder in ("taker", "plain"):
        shutil.rmtree("../" + folder, ignore_errors=True)
        os.mkdir("../" + folder)
        os.chdir("../" + folder)
        run("varve" if folder == "taker" else "git", "init", "-q")
        run("git", "config", "core.autocrlf", "false")
        pathlib.Path(".gitattributes").write_text("* -text\n")
        run("git", "add", ".gitattributes")
        os.chdir(here)
    os.chdir("../taker")
    taken = {n: d for n, d in files.items() if run("varve", "import", "-q", f"{here}#{n}", ok=(0, 2)).returncode == 0}  # a file of bytes is refused
    commit("imported")
    compare(taken, "import")
    os.chdir(here)
    add({n: (d, []) for n, d in later.items()})
    commit("later")
    now = {n: pathlib.Path(n).read_bytes() for n in taken}
    os.chdir("../taker")
    if taken:  # a sample can consist of files of bytes alone
        run("varve", "update", "-q", "-f", ok=(0, 1))
    compare({n: d for n, d in now.items() if pathlib.Path(n).read_bytes() == d}, "update")
    snapshots({n: (d, later[n]) for n, d in files.items() if n in later and later[n] != d}, chosen(list(files), 15)[::2])
    os.chdir("../plain")
    write(files)
    run("git", "add", ".")
    commit("plain")
    run("varve", "init", "-q")
    if run("varve", "migrate", "-m", "migrated", *files, ok=(0, 2)).returncode:  # one is refused, and so nothing is moved
        files = {n: d for n, d in files.items() if is_sure(n)}
        if files:  # a sample can have none of them
            run("varve", "migrate", "-m", "migrated", *files)
    compare(files, "migrate")
    if files:
        run("varve", "migrate", "--export", "-m", "back", *files)
    for name, data in files.items():
        counts["migrate --export"] += 1
        if run("git", "show", "HEAD:" + name).stdout != data:
            fail("%s, migrate --export: other bytes" % name)
    os.chdir(here)


def snapshots(pairs, names):
    """Two dated files as the versions of a table."""
    for n in names:
        if n not in pairs:
            continue
        to, dated = "dated-" + n, [pathlib.Path("../2026-10-0%d-%s" % (day, n)) for day in (1, 2)]
        for file, data in zip(dated, pairs[n]):
            file.write_bytes(data)
        run("varve", "import", "-q", "-f", "-o", to, *map(str, dated), ok=(0, 1))
        if not os.path.exists(to):
            continue  # it is not a table
        for day, data in zip((1, 2), pairs[n]):
            counts["dated files"] += 1
            run("varve", "restore", "-q", "--source", "2026-10-0%d" % day, to)
            got = pathlib.Path(to).read_bytes()
            if got != data:
                fail("%s, dated files: %s" % (n, first_difference(data, got)))


def chosen(names, step):
    """Those with a property for sure, and of the others one in so many."""
    return [n for n in names if is_sure(n)] + [n for n in names if not is_sure(n)][::step]


def batch(seed, first, count):
    r = random.Random("%d/%d/batch" % (seed, first))
    shutil.rmtree("repo", ignore_errors=True)
    os.mkdir("repo")
    os.chdir("repo")
    run("varve", "init", "-q")
    run("git", "config", "core.autocrlf", "false")
    pathlib.Path(".gitattributes").write_text("* -text\n")
    run("git", "add", ".gitattributes")
    one = {name: (data, options) for name, data, options in (odd_files.make(seed, n) for n in range(first, first + count))}
    files = add(one)
    commit("one")
    compare(files, "add")
    two = changed(r, files)
    names = list(two)
    r.shuffle(names)
    names.sort(key=lambda n: (number_of(n) + number_of(n) // 50) % 2)  # each property by both in turn
    half = sum((number_of(n) + number_of(n) // 50) % 2 == 0 for n in names)
    now = add({n: (two[n], []) for n in names[:half]})
    now.update(filtered({n: two[n] for n in names[half:]}))
    commit("two")
    compare({n: now[n] for n in names[:half]}, "add again")
    compare({n: now[n] for n in names[half:]}, "filter")
    checkout("HEAD~1")
    compare(files, "checkout of the first", restore=False)
    checkout("main")
    compare(now, "checkout of the second", restore=False)
    some = {n: now[n] for n in chosen(names, 8)}
    three = changed(r, some)
    if PUT:
        for name, data in three.items():
            if run(PUT, ".", name, "put", stdin=data, ok=(0, 1, 2)).returncode == 0:
                now[name] = some[name] = data
        compare(some, "libvarve")
    some = merges(r, {n: now[n] for n in chosen(names, 5)})
    names = list(some)
    arrows(chosen(names, 99))
    some = {n: pathlib.Path(n).read_bytes() for n in some}
    now = applies(r, some)
    write(changed(r, {n: now[n] for n in chosen(list(now), 99)}))
    compare(spelled(chosen(list(now), 99)), "restore --spelling")
    some = {n: pathlib.Path(n).read_bytes() for n in chosen(list(now), 9)}
    elsewhere(some, changed(r, some))
    # Versions of two encodings are named, as these files may be; anything else is a fault.
    done = subprocess.run(["varve", "fsck", "--data", "--json"], capture_output=True)
    problems = json.loads(done.stdout)["problems"] if done.returncode in (0, 1) else [done.stderr.decode("utf-8", "replace")[:300]]
    wrong = [p for p in problems if "cells in UTF-8 beside cells in another encoding" not in str(p)]
    if wrong or done.returncode not in (0, 1):
        fail("fsck: %s" % str(wrong)[:300])
    os.chdir("..")


def main():
    seed, first, count = map(int, sys.argv[1:4])
    for at in range(first, first + count, BATCH):
        before = len(failures)
        try:
            batch(seed, at, min(BATCH, first + count - at))
        except Exception as e:  # the folder stays for whoever looks
            fail("files %d to %d: %s: %s" % (at, at + BATCH, type(e).__name__, e))
        if len(failures) > before and os.environ.get("VARVE_TEST_KEEP"):
            os.chdir("..") if os.path.basename(os.getcwd()) == "repo" else None
            os.rename("repo", "repo.%d" % at)
        elif os.path.basename(os.getcwd()) == "repo":
            os.chdir("..")
        if len(failures) >= int(os.environ.get("VARVE_TEST_MOST", 9)):
            break
    print(", ".join("%s %d" % c for c in sorted(counts.items())))
    for way, kinds in sorted(met.items()):
        print("%s: %s" % (way, ", ".join("%s %d" % (k, kinds[k]) for k in odd_files.SURE)))
    if count >= 100:
        for way in met:
            failures.extend("no table with %s came by %s" % (k, way) for k in odd_files.SURE if not met[way][k] and not (way == "filter" and k in refused))
    for line in failures[: int(os.environ.get("VARVE_TEST_MOST", 9))]:
        print(("seed %d: %s" % (seed, line))[:400].replace("\n", " "))
    sys.exit(bool(failures))


if __name__ == "__main__":
    main()
