#!/usr/bin/env python3
"""Runs what newcomers type: newcomers.py VARVE LIST WANTED [WORD...]

A line of a LIST is "TRADE STATE: LINE => CHECK". LINE is run as typed, by sh, in a copy of one
repository (make) in that STATE (enter); where it fails and the message names a command line in
quotes, that line is run in its place, once. It is right if it ends with 0 and CHECK, shell with
the functions of CHECKS, holds. At least WANTED lines must be right; the others are printed. With
WORDs only lines that have one of them run; without, each third line, with VARVE_TEST_ALL=1 all.
The lists were written before the program was tried with them, and are not changed after.
"""
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

VARVE = os.path.abspath(sys.argv[1])
ENV = dict(os.environ, GIT_EDITOR="true", EDITOR="true", GIT_SEQUENCE_EDITOR="true", PAGER="cat", GIT_PAGER="cat",
           PATH=os.path.dirname(VARVE) + os.pathsep + os.environ["PATH"],
           # libgit2 1.5 leaks where its configuration is matched with a pattern.
           ASAN_OPTIONS=os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0")
PRICES = """id,item,category,price,stock
1,pear,fruit,9.99,12
2,plum,fruit,3.50,40
3,fig,fruit,0.80,0
4,leek,vegetable,1.20,7
5,kale,vegetable,2.10,
6,rice,grain,1.75,100
"""
CUSTOMERS = """id,name,city,email,spent
1,Ada Lovelace,London,ada@example.com,120.50
2,Grace Hopper,New York,grace@example.com,80.00
3,Émile Zola,Paris,emile@example.com,45.10
4,Ada King,London,ada.king@example.com,
"""
ORDERS = """order_id,customer_id,item_id,quantity,day
100,1,1,2,2023-11-01
101,2,2,10,2023-11-02
102,1,6,1,2023-11-02
103,3,4,3,2023-11-05
"""
# $OUT has what the line, or the one in its place, printed; $BEFORE the commit of HEAD before.
CHECKS = """
out() { for word; do grep -qF -- "$word" "$OUT" || return 1; done; }
lacks() { for word; do ! grep -qwF -- "$word" "$OUT" || return 1; done; }
lines() { test "$(grep -vc "^+" "$OUT")" -eq "$1"; }
order() { test "$(grep -nF -- "$1" "$OUT" | head -n 1 | cut -d: -f1)" -lt "$(grep -nF -- "$2" "$OUT" | head -n 1 | cut -d: -f1)"; }
row() { grep -qxF -- "$2" "$1"; }
lacks_row() { test -s "$1" && ! row "$@"; }
head_is() { test "$(git log -1 --format=%s)" = "$1"; }
head_changed() { test "$(git rev-parse HEAD)" != "$BEFORE"; }
branch_is() { test "$(git branch --show-current)" = "$1"; }
added() { git diff --cached --name-only | grep -qx "$1"; }
committed() { git diff --quiet HEAD -- "$1"; }
unstaged() { git diff --cached --quiet -- "$1"; }
"""
clock = 1700000000


def run(folder, *words, fail=True, **env):
    done = subprocess.run(words, cwd=folder, env=dict(ENV, **env), stdin=subprocess.DEVNULL, capture_output=True,
                          timeout=60)
    if fail and done.returncode != 0:
        sys.exit(f"{words} ended with {done.returncode}: {done.stderr.decode()}")
    return done.returncode, done.stdout, done.stderr.decode(errors="replace")


def write(path, text):
    with open(path, "w") as f:
        f.write(text)


def commit(mine, subject, name, text, author="A U Thor"):
    global clock
    write(f"{mine}/{name}", text)
    at = f"{clock} +0000"
    run(mine, VARVE, "commit", "-q", "-a", "-m", subject, GIT_AUTHOR_NAME=author, GIT_AUTHOR_DATE=at,
        GIT_COMMITTER_DATE=at)
    clock += 86400


def make(top):
    """hub.git with main; mine: main with v1, v2 and one commit more; autumn off v1, spring off v2."""
    mine = os.path.join(top, "mine")
    run(top, VARVE, "init", "-q", "--bare", "-b", "main", "hub.git")
    run(top, VARVE, "init", "-q", "--bare", "-b", "main", "backup.git")
    run(top, VARVE, "init", "-q", "-b", "main", mine)
    write(f"{mine}/prices.csv", PRICES)
    write(f"{mine}/customers.csv", CUSTOMERS)
    write(f"{mine}/orders.csv", ORDERS)
    run(mine, VARVE, "add", "-q", "--key", "id", "prices.csv", "customers.csv")
    run(mine, VARVE, "add", "-q", "--key", "order_id", "orders.csv")
    commit(mine, "First tables", "notes.txt", "")
    run(mine, "git", "tag", "v1")
    run(mine, "git", "switch", "-q", "-c", "autumn")
    commit(mine, "Autumn prices", "prices.csv", PRICES.replace("3.50", "4.00"))
    run(mine, "git", "switch", "-q", "main")
    newer = PRICES.replace("3.50", "3.75") + "7,oats,grain,2.40,30\n"
    commit(mine, "Plums cost more, oats are new", "prices.csv", newer)
    run(mine, "git", "tag", "v2")
    run(mine, "git", "switch", "-q", "-c", "spring")
    commit(mine, "Spring prices", "prices.csv", newer.replace("9.99", "8.99"), "Bea")
    run(mine, "git", "switch", "-q", "main")
    commit(mine, "Zola moved", "customers.csv", CUSTOMERS.replace("Paris", "Médan"))
    run(mine, VARVE, "remote", "add", "origin", "../hub.git")
    run(mine, VARVE, "push", "-q", "-u", "origin", "main")
    write(f"{mine}/new.csv", "id,item,category,price,stock\n8,kiwi,fruit,0.60,50\n")
    write(f"{mine}/prices_old.csv", PRICES)


def enter(top, state):
    mine = os.path.join(top, "mine")
    if state in ("dirty", "staged"):
        with open(f"{mine}/prices.csv") as f:
            text = f.read()
        write(f"{mine}/prices.csv", text.replace("0.80", "0.95").replace("4,leek,vegetable,1.20,7\n", ""))
    if state == "staged":
        run(mine, VARVE, "add", "-q", "prices.csv")
    if state == "merging":
        run(mine, VARVE, "merge", "autumn", fail=False)
    return mine


def named(message):
    """The first command line that a message names between quotes; None: there is none."""
    for begin in re.finditer(r"'(?=(?:varve|git|printf|sed|awk|tail|cp) )", message):
        text = re.split(r"' or |\n", message[begin.end():])[0] + "'"
        ends = [m.start() for m in re.finditer(r"'(?=\?| does it| prints)", text)]
        ends = ends[-1:] + [m.start() for m in re.finditer(r"'(?=[ ,;:.)]|$)", text)]
        for end in ends:
            try:
                shlex.split(text[:end])
                return text[:end]
            except ValueError:
                continue
    return None


def run_line(mine, line, out):
    code, printed, said = run(mine, "sh", "-c", line, fail=False)
    with open(out, "wb") as f:
        f.write(printed)
    return code, printed.decode(errors="replace"), said


def try_line(master, line):
    """What is printed of a line that was not right; None: it was."""
    trade, state, words, check = re.fullmatch(r"(\w+) (\w+): (.*) => (.*)", line).groups()
    with tempfile.TemporaryDirectory(dir=os.path.dirname(master)) as top:
        copy, out = os.path.join(top, "w"), os.path.join(top, "out")
        shutil.copytree(master, copy, symlinks=True)
        mine = enter(copy, state)
        before = run(mine, "git", "rev-parse", "HEAD")[1].decode().strip()
        code, printed, said = run_line(mine, words, out)
        text = f"{line}\n    exit {code}: " + (printed[-300:] + said).strip().replace("\n", "\n    ")
        hint = named(said) if code != 0 else None
        if hint:
            code, printed, said = run_line(mine, hint, out)
            text += f"\n    {hint}\n    exit {code}: " + (printed[-300:] + said).strip().replace("\n", "\n    ")
        if code == 0 and run(mine, "sh", "-c", CHECKS + check, fail=False, OUT=out, BEFORE=before)[0] == 0:
            return None
        return text


def main():
    with open(sys.argv[2]) as f:
        lines = [l.strip() for l in f if l.strip() and not l.startswith("#")]
    may_be_wrong = len(lines) - int(sys.argv[3])
    if len(sys.argv) > 4:
        lines, may_be_wrong = [l for l in lines if set(l.split()) & set(sys.argv[4:])], 0
    elif not os.environ.get("VARVE_TEST_ALL"):
        lines = lines[int(os.environ.get("VARVE_TEST_SAMPLE") or 0) % 3::3]
    with tempfile.TemporaryDirectory() as top:
        master = os.path.join(top, "master")
        os.mkdir(master)
        make(master)
        with ThreadPoolExecutor(2) as pool:
            wrong = [text for text in pool.map(lambda line: try_line(master, line), lines) if text]
    print("\n".join(wrong))
    print(f"{os.path.basename(sys.argv[2])}: {len(lines) - len(wrong)} of {len(lines)} lines are right, {may_be_wrong} may be wrong")
    sys.exit(len(wrong) > may_be_wrong)


main()
