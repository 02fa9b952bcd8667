#!/usr/bin/env python3
"""bounds.py [CASE...]: a published folder at a web server that goes silent, slow, endless, stalls or cuts, at each
class of byte, alone and with a healthy copy beside it. What comes is exact or a clear error, in bounded time and memory.
Without cases: a sample, with VARVE_TEST_ALL all of them."""
import os
import random
import subprocess
import sys
import threading
import time

import server

ALONE, BESIDE, MEMORY = 15.0, 3.0, 64 << 20
AT_ONCE = 12
ALL = bool(os.environ.get("VARVE_TEST_ALL"))


def run(args, log, env=None):
    """Exit code, seconds, the most memory of it and its children."""
    start = time.monotonic()
    with open(log, "w") as f:
        p = subprocess.Popen(["timeout", "-k", "1", "60"] + args, stdout=f, stderr=f, stdin=subprocess.DEVNULL, env=env)
        _, status, usage = os.wait4(p.pid, 0)
    return os.waitstatus_to_exitcode(status), time.monotonic() - start, usage.ru_maxrss * 1024, usage


def must(*args, cwd="o"):
    return subprocess.run(args, cwd=cwd, check=True, capture_output=True, text=True).stdout


def make():
    """o, published as the folder pub: a table with a history, signed."""
    os.mkdir("o")
    must("varve", "init", "-q")
    must("varve", "key", "new")
    noise = random.Random(1)
    rows = [f"{i},{noise.getrandbits(64):x}\n" for i in range(3000)]
    for n in range(3):
        rows[n * 7] = f"{n * 7},changed{n}\n"
        open("o/p.csv", "w").write("id,v\n" + "".join(rows))
        must("varve", "add", "-q", "--key", "id", "p.csv")
        must("varve", "commit", "-qm", f"version {n}")
    must("varve", "sign", "-q", "--name", "p")
    must("varve", "publish", "-q", "-o", "../pub")
    key = must("git", "for-each-ref", "--format=%(refname:lstrip=3)", "refs/varve/heads").strip()
    return open("o/p.csv", "rb").read(), must("git", "rev-parse", "HEAD").strip(), key + "/p"


class Case:
    def __init__(self, name, s, key):
        self.name = name
        self.kind, self.beside = name.rsplit(".", 1)
        base = f"http://127.0.0.1:{s.server_address[1]}"
        bad = self.kind if self.kind.startswith("http") else f"{base}/{self.kind}/"
        self.dir = f"c/{name}"
        self.args = ["varve", "clone", "-q"]
        if self.beside == "beside":
            self.args += ["--from", bad, "--from", f"{base}/well/", key, self.dir]
        else:
            self.args += [bad, self.dir]

    def judge(self, content, commit):
        code, took, memory, self.usage = run(self.args, f"log/{self.name}")
        self.figures = f"{code} {took:5.1f} s {memory >> 20:4} MB"
        wrong = []
        if code == 0:
            if not os.path.exists(f"{self.dir}/p.csv") or open(f"{self.dir}/p.csv", "rb").read() != content:
                wrong.append("other rows")
            if must("git", "rev-parse", "HEAD", cwd=self.dir).strip() != commit:
                wrong.append("another commit")
        elif code not in (1, 2) or self.beside == "beside":
            wrong.append(f"exit code {code}")
        if took > (BESIDE if self.beside == "beside" else ALONE) + SLACK:
            wrong.append("too long")
        if memory > MEMORY:
            wrong.append("too much memory")
        return wrong


def main():
    os.mkdir("c")
    os.mkdir("log")
    content, commit, key = make()
    s = server.serve("pub")
    kinds = [f"{c}-{b}" for c in server.CLASSES for b in server.BEHAVIOURS if c != "loose" or b == "endless"]
    names = sys.argv[1:] or [f"{k}.{b}" for k in kinds for b in ("alone", "beside")]
    if not ALL and not sys.argv[1:]:
        names = sorted(random.Random(int(os.environ.get("VARVE_TEST_SAMPLE", "1"))).sample(names, 14))
    cases = [Case(n, s, key) for n in names]
    global SLACK
    code, SLACK, memory, _ = run(["varve", "clone", "-q", f"http://127.0.0.1:{s.server_address[1]}/well/", "c/well"], "log/well")
    print(f"{'well.alone':28} {code} {SLACK:5.1f} s {memory >> 20:4} MB", flush=True)
    assert code == 0
    SLACK *= AT_ONCE  # that many compute at the same time
    bad, cpu, lock, todo = [], [0.0], threading.Lock(), list(reversed(cases))

    def work():
        while True:
            with lock:
                if not todo:
                    return
                case = todo.pop()
            wrong = case.judge(content, commit)
            with lock:
                cpu[0] += case.usage.ru_utime + case.usage.ru_stime
                print(f"{case.name:28} {case.figures}  {', '.join(wrong) or 'ok'}", flush=True)
                if wrong:
                    bad.append(case.name)

    threads = [threading.Thread(target=work) for _ in range(AT_ONCE)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    print(f"{len(cases)} cases, {len(bad)} wrong, {cpu[0]:.1f} s of CPU")
    for name in bad:
        print(f"--- {name}\n" + open(f"log/{name}").read())
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main())
