"""Merges of public repositories again, by varve: the merges in which git stops in a CSV or TSV file, compared with what was committed.

Usage: real_merges.py REPOSITORY [MOST [SECONDS]]   (a bare repository; at most MOST merges (12), searched for SECONDS (60))

Prints a line of JSON for each file: "what" is "equal", "equal rows" (in another order), "one side" (the commit has one side's rows),
"differs", "stopped" (with the first conflicts) or "error". merge_reading.py reads all of them, since the commit may be wrong, too: "wrong" is
what the result lacks of a side's changes, or has too much; "contradictions" is what both sides changed: read a stop that has none, and a
result that has some. Only the files in conflict are merged, from their common ancestor, in a scratch repository: a snapshot may lack other objects.
"""
import json
import os
import subprocess
import sys
import tempfile
import time

from merge_reading import reading

SHOWN = 4  # rows
TABLES = (".csv", ".tsv")


def run(*words, cwd, ok=None):
    p = subprocess.run(words, cwd=cwd, capture_output=True, check=False, timeout=300)
    assert ok is None or p.returncode in ok, (words, p.stderr)
    return p


def text(*words, cwd):
    return run(*words, cwd=cwd).stdout.decode("utf-8", "replace")


def version(source, rev, path):
    p = run("git", "cat-file", "blob", f"{rev}:{path}", cwd=source)
    return p.stdout if p.returncode == 0 else None


def rows(content):
    return sorted(line for line in (content or b"").decode("utf-8-sig", "replace").replace("\r\n", "\n").split("\n") if line)


def changed(source, base, side):
    """The tables that a side changed or added since base, with their blobs."""
    wanted = [f"*{end}" for end in TABLES]
    fields = run("git", "diff-tree", "-r", "-z", "--no-renames", "--diff-filter=AMT", base, side, "--", *wanted, cwd=source).stdout.split(b"\0")
    return {path.decode("utf-8", "replace"): blob.split()[3] for blob, path in zip(fields[::2], fields[1::2])}


def stops(source, base, sides, path):
    """Does git stop in this table? A snapshot may lack blobs, so only those of the table are read."""
    versions = [version(source, rev, path) for rev in (sides[0], base, sides[1])]
    if versions[0] is None or versions[2] is None:
        return False
    with tempfile.TemporaryDirectory() as folder:
        names = [os.path.join(folder, str(i)) for i in range(3)]
        for name, content in zip(names, versions):
            with open(name, "wb") as f:
                f.write(content or b"")
        return run("git", "merge-file", "-p", *names, cwd=folder).returncode != 0


def stopping(source, most, seconds):
    """Merge, its parents, and the tables in which git stops, the newest first."""
    end, found = time.monotonic() + seconds, 0
    log = text("git", "log", "--all", "--min-parents=2", "--max-parents=2", "--full-history", "--format=%H %P", "--", "*.csv", "*.tsv", cwd=source)
    for line in log.splitlines():
        commits = line.split()
        if found == most or time.monotonic() > end:
            return
        base = text("git", "merge-base", *commits[1:], cwd=source).strip()
        ours, theirs = (changed(source, base, side) for side in commits[1:]) if base else ({}, {})
        both = [n for n in ours if n in theirs and ours[n] != theirs[n] and version(source, commits[0], n) is not None]
        paths = [n for n in both if stops(source, base, commits[1:], n)]
        if paths:
            found += 1
            yield commits, paths


def commit(work, source, rev, paths):
    for path in paths:
        content, full = version(source, rev, path), os.path.join(work, path)
        if content is not None:
            os.makedirs(os.path.dirname(full), exist_ok=True)
            with open(full, "wb") as f:
                f.write(content)
        elif os.path.exists(full):
            os.unlink(full)
    run("git", "add", "-A", ".", cwd=work, ok=(0,))
    run("git", "commit", "-q", "--no-verify", "--allow-empty", "-m", rev, cwd=work, ok=(0,))


def compare(got, human, sides):
    """What is it, and some rows of both."""
    if got == human:
        return "equal", ""
    ours, theirs = rows(got), rows(human)
    if ours == theirs:
        return "equal rows", ""
    if theirs in [rows(s) for s in sides]:
        return "one side", ""
    left, right = sorted(set(ours) - set(theirs)), sorted(set(theirs) - set(ours))
    return "differs", f"only varve {len(left)}: {left[:SHOWN]}; only the commit {len(right)}: {right[:SHOWN]}"


def merge(work, source, commits, paths):
    base = text("git", "merge-base", *commits[1:], cwd=source).strip()
    run("git", "init", "-q", "-b", "ours", ".", cwd=work, ok=(0,))
    for setting in ("user.name=a", "user.email=a@example.org", "gc.auto=0"):
        run("git", "config", *setting.split("="), cwd=work, ok=(0,))
    run("varve", "init", "-q", cwd=work, ok=(0,))
    with open(os.path.join(work, ".git/info/attributes"), "w", encoding="utf-8") as f:
        f.writelines(f"*{end} diff=varve merge=varve\n" for end in TABLES)
    commit(work, source, base, paths)
    run("git", "branch", "theirs", cwd=work, ok=(0,))
    commit(work, source, commits[1], paths)
    run("git", "switch", "-q", "theirs", cwd=work, ok=(0,))
    commit(work, source, commits[2], paths)
    run("git", "switch", "-q", "ours", cwd=work, ok=(0,))
    p = run("varve", "merge", "--no-commit", "-q", "theirs", cwd=work)
    unmerged = {e.partition("\t")[2] for e in text("git", "ls-files", "-u", "-z", cwd=work).split("\0")}
    for path in paths:
        sides, got = [version(source, c, path) for c in commits[1:]], None
        if path in unmerged:
            what, detail = "stopped", " | ".join(text("varve", "conflicts", path, cwd=work).split("\n")[:8])
        elif p.returncode > 1:
            what, detail = "error", p.stderr.decode("utf-8", "replace")
        else:
            got = run("git", "show", f":{path}", cwd=work).stdout
            what, detail = compare(got, version(source, commits[0], path), sides)
        read = reading(version(source, base, path), *sides, got)
        yield {"merge": commits[0][:10], "path": path, "what": what, "read by": read.how, "wrong": len(read.wrong),
               "contradictions": len(read.contradictions), "first": str(read.wrong[:SHOWN] or read.contradictions[:SHOWN])[:700], "detail": detail[:700]}


def main():
    source = os.path.abspath(sys.argv[1])
    most, seconds = (int(w) for w in (sys.argv[2:] + ["12", "60"][len(sys.argv) - 2:])[:2])
    for commits, paths in stopping(source, most, seconds):
        with tempfile.TemporaryDirectory() as work:
            for found in merge(work, source, commits, paths):
                print(json.dumps(found), flush=True)


if __name__ == "__main__":
    main()
