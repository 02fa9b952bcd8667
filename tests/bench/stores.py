"""A bucket of MinIO on this machine: a day's work beside DVC and restic, and one row from afar.

MinIO is the program that the tests have built (tests/cli/store/servers.bats), or one on the PATH."""

import os
import shutil
import socket
import subprocess
import threading
import time
from pathlib import Path

import tools as kinds
from measure import Failed, quiet, remove, same_bytes, sizes

MB = 1e6
LATENCY = 0.05
KEYS = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret/with+signs=", "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1"}


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Minio:
    def __init__(self, scratch, program):
        self.folder, self.port = scratch.folder("minio"), free_port()
        env = dict(scratch.env, MINIO_ROOT_USER=KEYS["AWS_ACCESS_KEY_ID"], MINIO_ROOT_PASSWORD=KEYS["AWS_SECRET_ACCESS_KEY"],
                   MINIO_BROWSER="off", MINIO_UPDATE="off")
        self.process = subprocess.Popen([program, "server", "--quiet", "--address", f"127.0.0.1:{self.port}", self.folder], env=env,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.url = f"http://127.0.0.1:{self.port}"

    def __enter__(self):
        make = ["curl", "-sSf", "--retry", "20", "--retry-connrefused", "--retry-delay", "1", "-o", "/dev/null", "-X", "PUT", "--aws-sigv4", "aws:amz:us-east-1:s3", "--user",
                f"{KEYS['AWS_ACCESS_KEY_ID']}:{KEYS['AWS_SECRET_ACCESS_KEY']}", "-H", "x-amz-content-sha256: UNSIGNED-PAYLOAD", f"{self.url}/bench"]
        if subprocess.run(make, stderr=subprocess.DEVNULL).returncode != 0:
            self.__exit__()
            raise Failed("MinIO has not made a bucket")
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    def size(self, prefix):
        return sizes([self.folder / "bench" / prefix])[0]


class Far:
    """The same bucket, each request of which takes LATENCY longer, and the bytes that came."""

    def __init__(self, port):
        self.to, self.bytes = port, 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            near, _ = self.listener.accept()
            far = socket.create_connection(("127.0.0.1", self.to))
            for line in (near, far):
                line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self.carry, args=(near, far, LATENCY), daemon=True).start()
            threading.Thread(target=self.carry, args=(far, near, 0), daemon=True).start()

    def carry(self, source, target, wait):
        try:
            while data := source.recv(1 << 16):
                time.sleep(wait)
                self.bytes += 0 if wait else len(data)
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass


class Kept:
    """A tool with a work folder that pushes to a prefix of the bucket."""

    def __init__(self, scratch, minio):
        self.scratch, self.minio = scratch, minio
        self.top = scratch.folder(f"stores-{self.name}")
        self.work, self.second = self.top / "work", self.top / "second"
        self.work.mkdir()
        self.env = dict(KEYS, AWS_ENDPOINT_URL_S3=minio.url, VARVE_TRUSTED_HOSTS="s3://bench", RESTIC_PASSWORD="bench",
                        RESTIC_CACHE_DIR=str(self.top / "cache"))
        self.run(self.begin(), self.work)

    def run(self, commands, cwd):
        quiet()
        return self.scratch.run_all(commands, cwd, self.env)


class Varve(Kept):
    name = "varve"
    needs = ("varve",)

    def begin(self):
        hub = self.top / "hub.git"
        return [["git", "init", "-q", "--bare", hub], ["varve", "init"], ["git", "remote", "add", "origin", hub],
                ["git", "config", "remote.origin.varveKind", "git"], ["varve", "store", "add", "team", "s3://bench/varve"],
                ["varve", "add", ".varveconfig"], ["varve", "commit", "-q", "-m", "store"]]

    def take_in(self):
        return [["varve", "add", "data.csv"], ["varve", "commit", "-q", "-m", "version"]]

    def push(self):
        return [["varve", "push", "-q", "-u", "origin", "main"]]

    def get(self):
        return [["varve", "clone", "-q", "--git-host", self.top / "hub.git", self.second]]


class Dvc(Kept):
    name = "dvc"
    needs = ("dvc",)

    def begin(self):
        hub = self.top / "hub.git"
        return [["git", "init", "-q", "--bare", hub], ["git", "init", "-q"], ["git", "remote", "add", "origin", hub], ["dvc", "init", "-q"],
                ["dvc", "config", "core.analytics", "false"], ["dvc", "remote", "add", "-q", "-d", "team", "s3://bench/dvc"],
                ["dvc", "remote", "modify", "team", "endpointurl", self.minio.url]]

    def take_in(self):
        return [["dvc", "add", "-q", "data.csv"], ["git", "add", "-A"], ["git", "commit", "-q", "-m", "version"]]

    def push(self):
        return [["dvc", "push", "-q"], ["git", "push", "-q", "origin", "main"]]

    def get(self):
        return [["git", "clone", "-q", self.top / "hub.git", self.second], ["dvc", "--cd", self.second, "pull", "-q"]]


class Restic(Kept):
    name = "restic"
    needs = ("restic",)

    def begin(self):
        self.env["RESTIC_REPOSITORY"] = f"s3:{self.minio.url}/bench/restic"
        return [["restic", "init", "-q"]]

    def take_in(self):
        return []

    def push(self):
        return [["restic", "backup", "-q", "data.csv"]]

    def get(self):
        self.env["RESTIC_CACHE_DIR"] = str(self.top / "cache-of-the-second")
        return [["restic", "restore", "-q", "latest", "--target", self.second]]


def day(scratch, report, bench, kind, minio, tables):
    kept = kind(scratch, minio)
    for when, table in zip(("first", "again"), tables):
        shutil.copyfile(table, kept.work / "data.csv")
        if kept.take_in():
            report.put(bench, kept.name, f"{when}: take in s", kept.run(kept.take_in(), kept.work).seconds)
        before = minio.size(kept.name)
        report.put(bench, kept.name, f"{when}: push s", kept.run(kept.push(), kept.work).seconds)
        report.put(bench, kept.name, f"{when}: MB", (minio.size(kept.name) - before) / MB)
    report.put(bench, kept.name, "MB there", minio.size(kept.name) / MB)
    remove(kept.second)
    report.put(bench, kept.name, "second machine s", kept.run(kept.get(), kept.top).seconds)
    if not same_bytes(tables[-1], kept.second / "data.csv"):
        raise Failed(f"{kept.name}: the second machine has other bytes")
    return kept


def one_row(scratch, report, kept, minio, key):
    bench = report.begin("store-row", f"One row by key of that table, nothing here, {1000 * LATENCY:.0f} ms for each request")
    far, lazy = Far(minio.port), kept.top / "lazy"
    env = dict(kept.env, AWS_ENDPOINT_URL_S3=far.url)
    scratch.run(["varve", "clone", "-q", "--git-host", "--bare", "--lazy", kept.top / "hub.git", lazy], kept.top, env)
    far.bytes = 0
    cost = scratch.run(["varve", "-C", lazy, "cat", "HEAD:data.csv", "--where", f"id={key}"], kept.top, env)
    report.put(bench, "varve", "seconds", cost.seconds)
    report.put(bench, "varve", "MB", far.bytes / MB)
    report.print_bench(bench)


def stores(scratch, report, chosen, settings):
    import works
    cached = Path(os.environ.get("VARVE_TEST_INTEROP", Path.home() / ".cache" / "varve-interop")).with_name("varve-interop-minio") / "bin" / "minio"
    program = shutil.which("minio") or (cached if cached.exists() else None)
    if kinds.Varve not in chosen or not program:
        report.note("stores: left out, MinIO is not installed")
        return
    tables = [works.cached_table(scratch, settings), works.cached_table(scratch, settings, "--change", 100)]
    size = tables[0].stat().st_size
    bench = report.begin("stores", f"A bucket of MinIO on this machine: a table of {size / MB:,.0f} MB, then 100 cells of it changed")
    with Minio(scratch, program) as minio:
        for kind in (Varve, Dvc, Restic):
            if missing := [p for p in kind.needs if not shutil.which(p)]:
                report.note(f"stores: {kind.name} left out, not installed: {' '.join(missing)}")
                continue
            kept = day(scratch, report, bench, kind, minio, tables)
            varve = kept if kind is Varve else varve
        report.print_bench(bench)
        one_row(scratch, report, varve, minio, 1_123_456)
