"""year.py [--rows N] [--nights N]   in an empty folder: a year of nights that a policy keeps.

A table of 500,000 rows, of which 1 % change each night, is pushed each week to a Git host (git http-backend behind a
counting server); a copy of the repository pushes all to a store of S3 (tests/net/s3_store.py). Then 'varve expire' by
last=30,daily=30,weekly=52,monthly=24 frees old versions here, at the host and in the store. Prints sizes before and after,
times, and requests; each version that stays comes back byte for byte."""

import argparse
import hashlib
import http.server
import os
import random
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

POLICY = "last=30,daily=30,weekly=52,monthly=24"
START = 1735700000  # 2025-01-01
TOP = Path.cwd()
ENV = dict(os.environ, GIT_CONFIG_GLOBAL=str(TOP / "gitconfig"), GIT_CONFIG_NOSYSTEM="1", XDG_CACHE_HOME=str(TOP / "cache"), HOME=str(TOP),
           AWS_ACCESS_KEY_ID="AKIDEXAMPLE", AWS_SECRET_ACCESS_KEY="secret/with+signs=", AWS_REGION="eu-test-1", VARVE_TRUSTED_HOSTS="s3://bucket",
           VARVE_TEST_GC_YOUNG="0")


def run(*argv, cwd, data=None, night=0):
    date = f"{START + 86400 * night} +0000"
    env = dict(ENV, GIT_AUTHOR_DATE=date, GIT_COMMITTER_DATE=date)
    done = subprocess.run(argv, cwd=cwd, env=env, input=data, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert done.returncode == 0, (argv, done.stdout[-2000:], done.stderr[-2000:])
    return done.stdout


def size(folder):
    return sum(f.lstat().st_size for f in Path(folder).rglob("*") if f.is_file())


class Host(http.server.ThreadingHTTPServer):
    """Repositories of Git below TOP, by Git's own CGI program; counts requests."""

    daemon_threads, requests = True, 0

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Call)
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Call(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def body(self):
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = []
        while length := int(self.rfile.readline(), 16):
            parts.append(self.rfile.read(length))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def answer(self):
        self.server.requests += 1
        path, _, query = self.path.partition("?")
        body = self.body()
        env = dict(ENV, GIT_PROJECT_ROOT=str(TOP), GIT_HTTP_EXPORT_ALL="1", REMOTE_USER="ada", PATH_INFO=path, QUERY_STRING=query,
                   REQUEST_METHOD=self.command, CONTENT_TYPE=self.headers.get("Content-Type", ""), CONTENT_LENGTH=str(len(body)),
                   HTTP_CONTENT_ENCODING=self.headers.get("Content-Encoding", ""), GIT_PROTOCOL=self.headers.get("Git-Protocol", ""))
        head, _, data = subprocess.run(["git", "http-backend"], env=env, input=body, stdout=subprocess.PIPE, check=True).stdout.partition(b"\r\n\r\n")
        lines = [line.split(": ", 1) for line in head.decode().split("\r\n")]
        self.send_response(next((int(v.split()[0]) for k, v in lines if k == "Status"), 200))
        for key, value in lines:
            if key != "Status":
                self.send_header(key, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = answer


class Store:
    def __init__(self):
        self.log, self.folder = TOP / "store.log", TOP / "store"
        script = Path(__file__).resolve().parents[1] / "net" / "s3_store.py"
        port = TOP / "port"
        self.log.touch()
        self.process = subprocess.Popen([sys.executable, script, "0", port, self.log, self.folder, "bucket"])
        while not port.exists() or not port.read_text().strip():
            time.sleep(0.1)
        ENV["AWS_ENDPOINT_URL_S3"] = f"http://127.0.0.1:{port.read_text().strip()}"

    @property
    def requests(self):
        return len(self.log.read_text().splitlines())


class Place:
    """A repository, and the host that it pushes to."""

    def __init__(self, name, url, folder, counts):
        self.name, self.work, self.url, self.folder, self.counts = name, TOP / name, url, folder, counts
        run("git", "init", "-q", "--bare", "-b", "main", TOP / f"{name}.git", cwd=TOP)
        run("git", "config", "http.receivepack", "true", cwd=TOP / f"{name}.git")

    def begin(self):
        run("git", "init", "-q", "-b", "main", self.work, cwd=TOP)
        run("varve", "init", "-q", cwd=self.work)
        run("git", "remote", "add", "origin", self.url, cwd=self.work)
        run("git", "config", "remote.origin.varveKind", "git", cwd=self.work)

    def begin_with(self, other):
        """As the other place, but rows are pushed to the store."""
        shutil.copytree(other.work, self.work, symlinks=True)
        run("git", "remote", "set-url", "origin", self.url, cwd=self.work)
        run("git", "update-ref", "-d", "refs/remotes/origin/main", cwd=self.work)
        run("varve", "store", "add", "team", "s3://bucket/year", cwd=self.work)
        run("varve", "add", ".varveconfig", cwd=self.work)
        run("varve", "commit", "-qm", "store", cwd=self.work)
        self.push()

    def night(self, table, night):
        (self.work / "prices.csv").write_bytes(table)
        run("varve", "add", "prices.csv", cwd=self.work)
        run("varve", "commit", "-qm", f"night {night}", cwd=self.work, night=night)

    def push(self):
        run("varve", "push", "-q", "-u", "origin", "main", cwd=self.work)

    def sizes(self):
        for folder in [self.folder] if self.folder.suffix == ".git" else []:
            run("git", "reflog", "expire", "--expire=all", "--all", cwd=folder)
            run("git", "gc", "-q", "--prune=now", cwd=folder)
        return size(self.work / ".git"), size(self.folder)

    def timed(self, *argv):
        before, began = self.counts.requests, time.monotonic()
        said = run(*argv, cwd=self.work)
        return time.monotonic() - began, self.counts.requests - before, said.decode()

    def expire(self, digests):
        run("varve", "gc", "-q", cwd=self.work)
        before = self.sizes()
        plan = self.timed("varve", "expire", "--keep", POLICY, "--remote", "origin", "--plan", "../plan.json")
        apply = self.timed("varve", "expire", "--apply", "../plan.json", *(["--now"] if self.name == "bucket" else []))
        after = self.sizes()
        print(f"{self.name}: here {before[0] / 1e6:.1f} MB -> {after[0] / 1e6:.1f} MB, there {before[1] / 1e6:.1f} MB -> {after[1] / 1e6:.1f} MB")
        print(f"{self.name}: plan {plan[0]:.1f} s, {plan[1]} requests; apply {apply[0]:.1f} s, {apply[1]} requests")
        print(plan[2] + apply[2], flush=True)
        self.compare(digests)

    def compare(self, digests):
        """A fresh clone has what stays, byte for byte."""
        run("varve", "clone", "-q", "--git-host", self.url, f"{self.name}-clone", cwd=TOP)
        stays = 0
        for commit, digest in zip(run("git", "rev-list", "--reverse", "HEAD", "--", "prices.csv", cwd=self.work).split(), digests):
            done = subprocess.run(["varve", "cat", "--raw", f"{commit.decode()}:prices.csv"], cwd=TOP / f"{self.name}-clone", env=ENV, stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE)
            assert b"its rows expired" in done.stderr if done.returncode else hashlib.sha256(done.stdout).digest() == digest, done.stderr
            stays += done.returncode == 0
        print(f"{self.name}: {stays} of {len(digests)} versions are in a fresh clone, byte for byte\n", flush=True)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--rows", type=int, default=500_000)
    options.add_argument("--nights", type=int, default=365)
    o = options.parse_args()
    (TOP / "gitconfig").write_text("[user]\nname = Ada\nemail = ada@example.org\n[gc]\nauto = 0\n")
    host, store = Host(), Store()
    hosted = Place("host", f"http://127.0.0.1:{host.server_port}/host.git", TOP / "host.git", host)
    stored = Place("bucket", str(TOP / "bucket.git"), store.folder, store)
    hosted.begin()
    rng, digests, began = random.Random(1), [], time.monotonic()
    line = "{},item {},{}.{:02},{}"
    rows = [line.format(i, i * 7919 % 100_003, rng.randrange(1000), rng.randrange(100), rng.randrange(90)) for i in range(o.rows)]
    for night in range(o.nights):
        for i in rng.sample(range(o.rows), o.rows // 100) if night else ():
            rows[i] = line.format(i, i * 7919 % 100_003, rng.randrange(1000), rng.randrange(100), rng.randrange(90))
        table = ("id,name,price,stock\n" + "\n".join(rows) + "\n").encode()
        digests.append(hashlib.sha256(table).digest())
        hosted.night(table, night)
        if night % 7 == 6 or night == o.nights - 1:
            hosted.push()
    stored.begin_with(hosted)
    print(f"{o.nights} nights of {o.rows:,} rows, {len(table) / 1e6:.1f} MB: made in {time.monotonic() - began:.0f} s", flush=True)
    for place in (hosted, stored):
        place.expire(digests)
    store.process.terminate()


if __name__ == "__main__":
    main()
