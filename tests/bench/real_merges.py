"""Merges of public repositories again, by varve: the merges in which git stops in a CSV or TSV file, compared with what was committed.

Usage: real_merges.py REPOSITORY [MOST [SECONDS]]   (a bare repository; at most MOST merges (12), searched for SECONDS (60))

Prints a line of JSON for each file: "what" is "equal", "equal rows" (in another order), "one side" (the commit has one side's rows),
"differs", "stopped" (with the first conflicts) or "error". A file that differs is to be read: the commit may be wrong. Only the files in
conflict are merged, from their common ancestor, in a scratch repository: a snapshot may lack other objects.
"""
import json
import os
import subprocess
import sys
import tempfile
import time

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


def stopping(source, most, seconds):
    """Merge, its parents, and the tables in which git stops, the newest first."""
    end, found = time.monotonic() + seconds, 0
    log = text("git", "log", "--all", "--min-parents=2", "--max-parents=2", "--full-history", "--format=%H %P", "--", "*.csv", "*.tsv", cwd=source)
    for line in log.splitlines():
        commits = line.split()
        if found == most or time.monotonic() > end:
            return
        tried = run("git", "merge-tree", "--write-tree", "-z", "--name-only", "--no-messages", *commits[1:], cwd=source)
        names = dict.fromkeys(tried.stdout.decode("utf-8", "replace").split("\0")[1:]) if tried.returncode == 1 else {}
        paths = [n for n in names if n.lower().endswith(TABLES) and all(version(source, c, n) is not None for c in commits)]
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
        if path in unmerged:
            what, detail = "stopped", " | ".join(text("varve", "conflicts", path, cwd=work).split("\n")[:8])
        elif p.returncode > 1:
            what, detail = "error", p.stderr.decode("utf-8", "replace")
        else:
            sides = [version(source, c, path) for c in commits[1:]]
            what, detail = compare(run("git", "show", f":{path}", cwd=work).stdout, version(source, commits[0], path), sides)
        yield {"merge": commits[0][:10], "path": path, "what": what, "detail": detail[:700]}


def main():
    source = os.path.abspath(sys.argv[1])
    most, seconds = (int(w) for w in (sys.argv[2:] + ["12", "60"][len(sys.argv) - 2:])[:2])
    for commits, paths in stopping(source, most, seconds):
        with tempfile.TemporaryDirectory() as work:
            for found in merge(work, source, commits, paths):
                print(json.dumps(found), flush=True)


if __name__ == "__main__":
    main()
