#!/usr/bin/env python3
"""bounds.py [CASE...]: a side that goes silent, slow, endless, stalls or cuts, at each class of byte (the files of a published
folder at a web server, and what others.py has), alone and with a healthy copy beside it. What comes is exact or a clear error,
in bounded time and memory. Without cases: a sample, with VARVE_TEST_ALL all of them."""
import os
import random
import subprocess
import sys
import threading
import time

import others
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
    p = subprocess.run(args, cwd=cwd, check=False, capture_output=True, text=True)
    assert p.returncode == 0, f"{args} ended with {p.returncode}\n{p.stderr}"
    return p.stdout


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


class World:
    """What the cases need, made by the first that does."""

    def __init__(self):
        self.content, self.commit, self.key = make()
        self.base = f"http://127.0.0.1:{server.serve('pub').server_address[1]}"
        self.well = f"{self.base}/well/"
        self.vault, self.proxies = None, {}

    def case(self, name):
        """Its command, its environment, and the commit that comes."""
        kind, where = name.rsplit(".", 1)
        what, _, behaviour = kind.rpartition("-")
        beside, folder, key = where == "beside", f"c/{name}", self.key
        clone, well = ["varve", "clone", "-q"], ["--from", self.well]
        if what in others.VAULT:
            served, bucket, path = self.vault = self.vault or others.vault(must)
            proxy = others.proxy(bucket if what.startswith("s3") else served, others.VAULT[what], behaviour)
            self.proxies[name] = proxy
            at = f"http://127.0.0.1:{proxy.server_address[1]}"
            url = others.BUCKET if what.startswith("s3") else f"{at}/{path}"
            recover = ["varve", "vault", "recover", "-q", "--key", "paper", "--to", folder, url]
            return recover + (["kept"] if beside else []), {"AWS_ENDPOINT_URL_S3": at}, self.commit
        if what == "dns":
            named = ["unshare", "-Urmn", sys.executable, os.path.join(others.HERE, "others.py"), "dns", behaviour, where, key]
            return named + clone + ["dns:prices.example.org", folder], {}, self.commit
        if what == "mdns":
            env = {"PATH": others.browser(behaviour) + ":" + os.environ["PATH"], "GIT_CONFIG_COUNT": "1",
                   "GIT_CONFIG_KEY_0": "varve.discover", "GIT_CONFIG_VALUE_0": "lan"}
            return clone + (well if beside else []) + [key, folder], env, self.commit
        if what in ("ssh", "daemon"):
            url = f"{'ssh' if what == 'ssh' else 'git'}://127.0.0.1:{others.line(others.LINES[behaviour])}/r"
            return clone + [url, folder], {"HOME": others.home()}, self.commit
        bad = f"{self.base}/{kind}/"
        return clone + (["--from", bad] + well + [key] if beside else [bad]) + [folder], {}, self.commit


def all_names():
    kinds = [f"{c}-{b}" for c in server.CLASSES for b in server.BEHAVIOURS if c != "loose" or b == "endless"]
    kinds += [f"{c}-{b}" for c in ("dns", *others.VAULT) for b in server.BEHAVIOURS]
    kinds += [f"mdns-{b}" for b in others.BROWSE]
    alone = [f"{c}-{b}.alone" for c in ("ssh", "daemon") for b in others.LINES]
    # of several name servers only one that says nothing is passed over, by libresolv
    return [f"{k}.{b}" for k in kinds for b in ("alone", "beside") if b == "alone" or k[:4] != "dns-" or k == "dns-silent"] + alone


class Case:
    def __init__(self, name, world):
        self.name, self.dir, self.content = name, f"c/{name}", world.content
        self.args, self.env, self.commit = world.case(name)
        self.beside, self.proxy = name.endswith(".beside"), world.proxies.get(name)

    def judge(self):
        code, took, memory, self.usage = run(self.args, f"log/{self.name}", dict(os.environ, **self.env))
        self.figures = f"{code} {took:5.1f} s {memory >> 20:4} MB"
        wrong = []
        if code == 0:
            if not os.path.exists(f"{self.dir}/p.csv") or open(f"{self.dir}/p.csv", "rb").read() != self.content:
                wrong.append("other rows")
            if must("git", "rev-parse", "HEAD", cwd=self.dir).strip() != self.commit.strip():
                wrong.append("another commit")
        elif code not in (1, 2) or self.beside:
            wrong.append(f"exit code {code}")
        if self.proxy and not self.proxy.met:
            wrong.append("not asked")
        if took > (BESIDE if self.beside else ALONE) + SLACK:
            wrong.append("too long")
        if memory > MEMORY:
            wrong.append("too much memory")
        return wrong


def main():
    os.mkdir("c")
    os.mkdir("log")
    world = World()
    names = sys.argv[1:] or all_names()
    if not ALL and not sys.argv[1:]:
        names = sorted(random.Random(int(os.environ.get("VARVE_TEST_SAMPLE", "1"))).sample(names, 14))
    cases = [Case(n, world) for n in names]
    global SLACK
    code, SLACK, memory, _ = run(["varve", "clone", "-q", world.well, "c/well"], "log/well")
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
            wrong = case.judge()
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
