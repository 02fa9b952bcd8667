#!/usr/bin/env python3
"""two_at_once.py STORE_DIR CLONE_A CLONE_B HOST WHAT EVERY SEED: a gc of a store of s3_store.py, and beside it another gc or a push
("gc" or "push"), stopped at each request.

One after the other: at the n-th request of the first, for each n (of EVERY only one, from SEED on), all of the second runs. Then mixed: both
run at once, and before each request a random choice (SEED, SEED + 1 ...) is made of who goes on. After each the same gc must get through, a new
clone must have every version of the host whole, and who failed must have said that another gc is at work."""
import os
import random
import shutil
import socket
import subprocess
import sys
import threading
import time

store, clone_a, clone_b, host, what, every, seed = sys.argv[1:]
every, seed = int(every), int(seed)
top = os.path.dirname(clone_a)
GC = ["varve", "gc", "--remote", "--prune=now"]
PUSH = ["varve", "push", "-q", "origin", "main"]
FIRST = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE"}
SECOND = {"AWS_ACCESS_KEY_ID": "AKIDSESSION", "AWS_SESSION_TOKEN": "token/1=="}
PARTS = [store, clone_a, clone_b, host]


class Gate:
    """Asks decide(who, line) before each request; it returns when the request may go on."""

    def __init__(self, decide):
        self.decide = decide
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.bind(store + ".gate")
        self.socket.listen(64)
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        while True:
            try:
                c, _ = self.socket.accept()
            except OSError:
                return
            threading.Thread(target=self.one, args=(c,)).start()

    def one(self, c):
        with c:
            line = c.makefile().readline().split(" ", 1)
            if len(line) == 2:
                self.decide("second" if line[0] == "AKIDSESSION" else "first", line[1].strip())

    def close(self):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        self.thread.join()
        os.remove(store + ".gate")


def start(args, clone, keys):
    return subprocess.Popen(args, cwd=clone, env={**os.environ, **keys}, stdout=subprocess.DEVNULL,
                            stderr=subprocess.PIPE, text=True)


def second():
    return start(GC if what == "gc" else PUSH, clone_b, SECOND)


def fresh():
    for part in PARTS:
        shutil.rmtree(part, ignore_errors=True)
        shutil.copytree(part + ".0", part, symlinks=True)


def run(args, cwd, keys=FIRST):
    return subprocess.run(args, cwd=cwd, env={**os.environ, **keys}, capture_output=True, text=True, check=False)


def judge(name, outcomes):
    faults = []
    for who, code, said in outcomes:
        if code != 0 and not ("another gc" in said and code == 2):
            faults.append(f"{who} ended with {code}: {said}")
    again = run(GC, clone_a)
    if again.returncode != 0:
        faults.append(f"the same gc again: {again.stderr}")
    left = [n for n in os.listdir(os.path.join(store, "bucket/sales")) if n.startswith("gc-")]
    if left:
        faults.append(f"left behind: {left}")
    check = os.path.join(top, "check")
    shutil.rmtree(check, ignore_errors=True)
    cloned = run(["varve", "clone", "-q", "file://" + host, check], top)
    data = run(["varve", "fsck", "--data"], check) if cloned.returncode == 0 else cloned
    if cloned.returncode != 0 or data.returncode != 0 or "sound" not in data.stdout:
        faults.append(f"a new clone: {cloned.stderr}{data.stdout}{data.stderr}")
    pushed = subprocess.run(["git", "-C", host, "rev-parse", "main"], capture_output=True, text=True, check=True).stdout
    own = subprocess.run(["git", "-C", clone_b, "rev-parse", "main"], capture_output=True, text=True, check=True).stdout
    if what == "push" and outcomes[-1][1] == 0 and pushed != own:
        faults.append("the push did not arrive")
    for f in faults:
        print(f"{name}: {f}")
    return not faults


def one_in_the_other(n):
    """False: the first has fewer requests."""
    seen, reached, lines = [0], [], []
    lock = threading.Lock()

    def decide(who, line):
        if who == "second":
            return
        with lock:
            lines.append(line)
            seen[0] += 1
            if seen[0] == n:
                p = second()
                reached.append(("second", p, p.communicate()[1]))

    fresh()
    gate = Gate(decide)
    p = start(GC, clone_a, FIRST)
    said = p.communicate()[1]
    gate.close()
    if not reached:
        return None
    return judge(f"{what} at request {n} of a gc ({lines[n - 1]})",
                 [("the gc", p.returncode, said)] + [("the other", q.returncode, s) for _, q, s in reached])


def mixed(number):
    r = random.Random(number)
    waiting, turn = {"first": 0, "second": 0}, [None]
    changed = threading.Condition()
    done = [False]

    def decide(who, _line):
        with changed:
            waiting[who] += 1
            changed.notify_all()
            changed.wait_for(lambda: turn[0] == who or done[0])
            turn[0] = None if not done[0] else turn[0]
            waiting[who] -= 1
            changed.notify_all()

    def choose():
        while True:
            with changed:
                changed.wait_for(lambda: done[0] or (turn[0] is None and sum(waiting.values()) > 0))
                if done[0]:
                    return
                who = r.choice(["first", "second"])
                if waiting[who] == 0:  # it works, or has ended
                    changed.wait_for(lambda: done[0] or waiting[who] > 0, 0.05)
                if waiting[who] == 0:
                    who = "second" if who == "first" else "first"
                if waiting[who] > 0:
                    turn[0] = who
                    changed.notify_all()

    fresh()
    gate = Gate(decide)
    chooser = threading.Thread(target=choose)
    chooser.start()
    a, b = start(GC, clone_a, FIRST), second()
    said_a, said_b = a.communicate()[1], b.communicate()[1]
    with changed:
        done[0] = True
        changed.notify_all()
    chooser.join()
    gate.close()
    return judge(f"a gc and a {what}, mixed by {number}", [("the gc", a.returncode, said_a), ("the other", b.returncode, said_b)])


good = tried = 0
begun = time.monotonic()
n = 1 + seed % every
while True:
    fine = one_in_the_other(n)
    if fine is None:
        break
    good += fine
    tried += 1
    n += every
inside = tried
for number in range(seed, seed + 4 + 60 // every):
    good += mixed(number)
    tried += 1
print(f"{what}: {good} of {tried} ({inside} inside a gc of {n - 1} requests at most, {tried - inside} mixed), seed {seed}, "
      f"{time.monotonic() - begun:.0f} s")
sys.exit(good != tried or inside == 0)
