#!/usr/bin/env python3
"""living.py TOP COUNT SEED [NUMBER]: no lock of a living process is removed, and none of a dead one stays.

TOP has a repository `a.0` with the branches `main` and `b`, which differ in all tables. COUNT times, by chance: a varve command is killed,
alone, with its whole group, or only its git; the user may then reset or change files; another program may hold one of Git's locks, with the
file open, or as git with an editor or a transaction open; and varve is run again. In each:

  - a lock that a running process holds is never removed, and what that process then does succeeds;
  - its commit is not undone by the next one, nor is what the user changed since;
  - where no process holds a lock, the next varve command goes on, and leaves none of Git's locks.

A line for each failure, with its number: living.py TOP 1 SEED NUMBER runs that one alone."""
import os
import random
import shutil
import signal
import subprocess
import sys
import time

top, count, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
only = int(sys.argv[4]) if len(sys.argv) > 4 else None
A = os.path.join(top, "a")
KILLED = ["switch -q b", "switch -q -f b", "merge -q --no-edit b", "cherry-pick b", "revert --no-edit HEAD", "restore .", "commit -q -a -m mine",
          "mv t1.csv u1.csv", "track *.tsv", "pull -q"]
HOW = ["INT", "TERM", "HUP", "KILL", "group", "git"]
USER = ["nothing", "nothing", "status", "reset", "edit", "reset and edit", "stage"]
LIVING = ["none", "none", "none", "open index", "open HEAD", "open config", "open packed-refs", "open refs/heads/main", "editor", "transaction"]
NEXT = ["add x.txt", "commit -q -m next", "switch -q -c new", "set -q t2.csv 1 v=n"]
LIMIT = 60


def git(*args, check=False):
    return subprocess.run(["git", *args], cwd=A, capture_output=True, check=check, stdin=subprocess.DEVNULL)


def read(path):
    try:
        with open(os.path.join(A, path), "rb") as f:
            return f.read()
    except OSError:
        return None


def write(path, text):
    with open(os.path.join(A, path), "w", encoding="utf-8") as f:
        f.write(text)


def locks():
    found = []
    for folder, _, names in os.walk(os.path.join(A, ".git")):
        if "/.git/varve" not in folder:
            found += [os.path.relpath(os.path.join(folder, n), A) for n in names if n.endswith(".lock")]
    return sorted(found)


def children(pid):
    found = []
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat", encoding="utf-8", errors="replace") as f:
                    if int(f.read().rpartition(")")[2].split()[1]) == pid:
                        found.append(int(name))
            except OSError:
                pass
    return found


def alive_in(group):
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat", encoding="utf-8", errors="replace") as f:
                    words = f.read().rpartition(")")[2].split()
                if int(words[2]) == group and words[0] not in "ZX":
                    return True
            except OSError:
                pass
    return False


def interrupt(r, command, how):
    p = subprocess.Popen(["varve", *command.split()], cwd=A, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                         start_new_session=True)
    end = time.monotonic() + r.random() ** 1.5 * 0.6
    while time.monotonic() < end and p.poll() is None:
        time.sleep(0.002)
    try:
        if how == "group":
            os.killpg(p.pid, signal.SIGKILL)
        elif how == "git":
            for child in children(p.pid):
                os.kill(child, signal.SIGKILL)
        else:
            os.kill(p.pid, getattr(signal, "SIG" + how))
    except ProcessLookupError:
        pass
    p.wait(timeout=LIMIT)
    while alive_in(p.pid):
        time.sleep(0.01)


class Living:
    """A process that holds a lock until it is asked to go on."""

    def __init__(self, kind):
        self.kind, self.process, self.held = kind, None, []
        before = {f: os.lstat(os.path.join(A, f)).st_ino for f in locks()}
        go = os.path.join(top, "go")
        if os.path.exists(go):
            os.remove(go)
        if kind.startswith("open "):
            lock = os.path.join(A, ".git", kind[5:] + ".lock")
            code = ("import os, sys, time\n"
                    "fd = os.open(sys.argv[1], os.O_CREAT | os.O_EXCL | os.O_WRONLY)\n"
                    "open(sys.argv[3], 'w').close()\n"
                    "while not os.path.exists(sys.argv[2]): time.sleep(0.01)\n"
                    "ino = os.fstat(fd).st_ino\n"
                    "assert os.lstat(sys.argv[1]).st_ino == ino\n"
                    "os.remove(sys.argv[1])\n")
            self.start([sys.executable, "-c", code, lock, go, go + ".ready"], go)
        elif kind == "editor":
            write("notes.txt", "two\n")
            self.start(["git", "commit", "-q", "-a"], go, GIT_EDITOR=f"f() {{ : > {go}.ready; while ! [ -e {go} ]; do sleep 0.02; done; echo two > \"$1\"; }}; f")
        elif kind == "transaction":
            head = git("rev-parse", "HEAD").stdout.decode().strip()
            script = (f"(printf 'start\\nupdate refs/heads/main {head}\\ncreate refs/heads/made {head}\\nprepare\\n'; sleep 0.3; : > {go}.ready; "
                      f"while ! [ -e {go} ]; do sleep 0.02; done; echo commit) | exec git update-ref --stdin")
            self.start(["sh", "-c", script], go)
        if self.process:
            self.held = [(f, os.lstat(os.path.join(A, f)).st_ino) for f in locks()
                         if before.get(f) != os.lstat(os.path.join(A, f)).st_ino]

    def start(self, args, go, **env):
        ready = go + ".ready"
        if os.path.exists(ready):
            os.remove(ready)
        self.process = subprocess.Popen(args, cwd=A, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                        env={**os.environ, **env})
        end = time.monotonic() + 15
        while not os.path.exists(ready) and self.process.poll() is None and time.monotonic() < end:
            time.sleep(0.01)
        if self.process.poll() is not None:  # a dead process's lock is in its way
            self.process = None

    def gone(self):
        lost = []
        for f, ino in self.held:
            try:
                if os.lstat(os.path.join(A, f)).st_ino != ino:
                    lost.append(f)
            except OSError:
                lost.append(f)
        return lost

    def end(self):
        with open(os.path.join(top, "go"), "w", encoding="utf-8"):
            pass
        said = self.process.communicate(timeout=LIMIT)[1]
        return self.process.returncode, said.decode(errors="replace")


def one(number):
    r = random.Random(f"{seed} {number}")
    command, how, user, kind, then = r.choice(KILLED), r.choice(HOW), r.choice(USER), r.choice(LIVING), r.choice(NEXT)
    words = f"{number}: varve {command} ({how}), {user}, {kind}, varve {then}"
    shutil.rmtree(A, ignore_errors=True)
    shutil.copytree(A + ".0", A, symlinks=True)
    git("update-index", "--refresh")
    if command in ("restore .", "commit -q -a -m mine"):
        for i in range(1, 9):
            write(f"t{i}.csv", f"id,v\n1,mine{i}\n")
    interrupt(r, command, how)
    had_lock = bool(locks())
    if "status" in user:
        git("status")
    if "reset" in user and not had_lock:
        git("reset", "-q", "--hard")
        git("clean", "-q", "-fd")
    if "edit" in user:
        write("t3.csv", "id,v\n1,B\n" if "reset" in user else "id,v\n1,edited\n")  # what b has
    if user == "stage" and not had_lock:
        write("t4.csv", "id,v\n1,staged\n")
        git("add", "t4.csv")
    edited = read("t3.csv") if "edit" in user else None
    living = Living(kind)
    write("x.txt", "x\n")
    faults = []
    try:
        p = subprocess.run(["varve", *then.split()], cwd=A, capture_output=True, check=False, timeout=LIMIT, stdin=subprocess.DEVNULL)
    except subprocess.TimeoutExpired:
        return words + ": does not end"
    said = (p.stdout + p.stderr).decode(errors="replace")
    if p.returncode < 0 or p.returncode > 2:
        faults.append(f"ended with {p.returncode}")
    if living.process:
        if living.gone():
            faults.append(f"removed {living.gone()} of a living process")
        code, why = living.end()
        if code != 0:
            faults.append(f"the other program failed with {code}: {why}")
        elif kind == "editor":
            subprocess.run(["varve", "status"], cwd=A, capture_output=True, check=False, timeout=LIMIT)
            write("y.txt", "y\n")
            subprocess.run(["varve", "add", "y.txt"], cwd=A, capture_output=True, check=False, timeout=LIMIT)
            git("commit", "-q", "-m", "after")
            if git("show", "HEAD:notes.txt").stdout != b"two\n":
                faults.append("the commit of the other program was undone")
    elif not (p.returncode == 0 or "nothing to commit" in said or "nothing added" in said or "no changes added" in said
              or "run it again" in said or "completes it" in said or "Merge" in said or "conflict" in said or "is in progress" in said
              or "not complete" in said or "exists" in said and ".lock" not in said or "table" in said and ".lock" not in said):
        faults.append("the next command does not go on")
    elif locks():
        faults.append(f"left {locks()}")
    if edited is not None and "reset" in user and read("t3.csv") != edited and not then.startswith("switch"):
        faults.append("undid a later edit of t3.csv")
    if faults:
        return f"{words}: {'; '.join(faults)}\n    {p.returncode} {said.strip()[-700:]}"
    return None


failures = 0
for number in [only] if only is not None else range(count):
    fault = one(number)
    if fault:
        failures += 1
        print(fault, flush=True)
print(f"{count} tried, {failures} failures")
sys.exit(1 if failures else 0)
