#!/usr/bin/env python3
"""Runs each line of spellings.txt in a copy of one repository: spellings.py VARVE [WORD...]

A line is "STATE EXPECTED WORDS": STATE is clean, dirty (tables and text changed in the work
tree), staged (that, and added) or behind (origin has a commit more); EXPECTED is "works"
(exit 0, or =1 where that is the answer) or "git": varve exits with 2, its message names a
command of Git in quotes, and that command works in the same repository. With WORDs only
lines that have one of them; without, each third line, with VARVE_TEST_ALL=1 all.
"""
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

HERE = os.path.dirname(os.path.abspath(__file__))
VARVE = os.path.abspath(sys.argv[1])
ENV = dict(os.environ, GIT_EDITOR="true", EDITOR="true", GIT_SEQUENCE_EDITOR="true", PAGER="cat", GIT_PAGER="cat",
           PATH=os.path.dirname(VARVE) + os.pathsep + os.environ["PATH"],
           # libgit2 1.5 leaks where its configuration is matched with a pattern: '@{u}'.
           ASAN_OPTIONS=os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0")


def run(folder, *words, fail=True):
    done = subprocess.run(words, cwd=folder, env=ENV, stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
    if fail and done.returncode != 0:
        sys.exit(f"{words} ended with {done.returncode}: {done.stderr.decode()}")
    return done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")


def write(path, text):
    with open(path, "w") as f:
        f.write(text)


def rows(first, last, mark=""):
    return "".join(f"{n},item {n}{mark},{n}.5\n" for n in range(first, last))


def make(top):
    """hub.git; mine: main two commits ahead of v1, side one ahead of v1 elsewhere; theirs."""
    hub, mine, theirs = (os.path.join(top, n) for n in ("hub.git", "mine", "theirs"))
    run(top, VARVE, "init", "-q", "--bare", "-b", "main", hub)
    run(top, VARVE, "init", "-q", "-b", "main", mine)
    head = "id,name,price\n"
    write(f"{mine}/prices.csv", head + rows(1, 60))
    write(f"{mine}/notes.txt", "one\n")
    os.mkdir(f"{mine}/data")
    write(f"{mine}/data/more.csv", head + rows(1, 20))
    write(f"{mine}/message", "A message\n")
    run(mine, VARVE, "track", "*.csv")
    run(mine, VARVE, "add", ".")
    run(mine, VARVE, "commit", "-q", "-m", "First prices")
    run(mine, "git", "tag", "v1")
    run(mine, "git", "branch", "merged")
    run(mine, "git", "switch", "-q", "-c", "side")
    write(f"{mine}/data/more.csv", head + rows(1, 20) + "77,side,1.5\n")
    run(mine, VARVE, "commit", "-q", "-a", "-m", "Side prices")
    run(mine, "git", "switch", "-q", "main")
    write(f"{mine}/prices.csv", head + rows(1, 60, " new"))
    run(mine, VARVE, "commit", "-q", "-a", "-m", "New names")
    write(f"{mine}/prices.csv", head + rows(1, 61, " new"))
    write(f"{mine}/notes.txt", "one\ntwo\n")
    run(mine, VARVE, "commit", "-q", "-a", "-m", "Sixty prices")
    run(mine, VARVE, "remote", "add", "origin", "../hub.git")
    run(mine, VARVE, "push", "-q", "-u", "origin", "main")
    run(mine, VARVE, "push", "-q", "origin", "side")
    run(top, VARVE, "clone", "-q", "hub.git", "theirs")
    run(theirs, "git", "remote", "set-url", "origin", "../hub.git")
    write(f"{theirs}/data/more.csv", head + rows(1, 25))
    run(theirs, VARVE, "commit", "-q", "-a", "-m", "Theirs")
    write(f"{mine}/untracked.txt", "not added\n")


def enter(top, state):
    mine = os.path.join(top, "mine")
    if state in ("dirty", "staged"):
        write(f"{mine}/notes.txt", "one\ntwo\nthree\n")
        with open(f"{mine}/prices.csv") as f:
            text = f.read()
        write(f"{mine}/prices.csv", text.replace("item 7 new", "item 7 newer"))
    if state == "staged":
        run(mine, VARVE, "add", "prices.csv", "notes.txt")
    if state == "behind":
        run(os.path.join(top, "theirs"), VARVE, "push", "-q")
    return mine


def named(message):
    """The command of Git that a message names between quotes."""
    found = re.findall(r"'(git [^\n]*?)'(?= |;|,|\n|\)|$)", message)
    return found[0] if found else None


def try_line(master, line):
    state, expected, words = line.split(None, 2)
    argv = shlex.split(words)
    with tempfile.TemporaryDirectory(dir=os.path.dirname(master)) as top:
        copy = os.path.join(top, "w")
        shutil.copytree(master, copy, symlinks=True)
        folder = enter(copy, state)
        code, out, err = run(folder, VARVE, *argv, fail=False)
        said = f"{words}: exit {code}\n    " + (out[-200:] + err).strip().replace("\n", "\n    ")
        if expected.startswith("works"):
            want = int(expected.partition("=")[2] or 0)
            return None if code == want else said
        command = named(err)
        if code != 2 or not command:
            return said + "\n    (wanted: exit 2, and a command of Git)"
        code, out, err = run(folder, *shlex.split(command), fail=False)
        if code != 0:
            return f"{said}\n    '{command}' ended with {code}: {err.strip()}"
    return None


def main():
    with open(os.path.join(HERE, "spellings.txt")) as f:
        lines = [l.strip() for l in f if l.strip() and not l.startswith("#")]
    if len(sys.argv) > 2:
        lines = [l for l in lines if set(l.split()) & set(sys.argv[2:])]
    elif not os.environ.get("VARVE_TEST_ALL"):
        lines = lines[::3]
    bad = 0
    with tempfile.TemporaryDirectory() as top:
        master = os.path.join(top, "master")
        os.mkdir(master)
        make(master)
        with ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(lambda line: try_line(master, line), lines))
        for said in answers:
            if said:
                bad += 1
                print(said)
    print(f"{len(lines) - bad} of {len(lines)} spellings are right")
    sys.exit(1 if bad else 0)


main()
