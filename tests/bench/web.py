"""The pages and the API on the big table: time to the first byte and to the last, beside the aims.

Requests go through a socket of this process; the server's CPU time is read from /proc. A page that is
remembered is measured apart from one that is made: `varve serve` starts anew for the first."""

import json
import os
import shutil
import signal
import socket
import subprocess
import threading
import time

import tools as kinds
from measure import Failed, median, quiet, replace

TICK = os.sysconf("SC_CLK_TCK")


class Server:
    """`varve serve --http` of one repository."""

    def __init__(self, scratch, work):
        self.log = open(scratch.root / "web.log", "w+b")
        self.process = subprocess.Popen(["varve", "serve", "--http", "127.0.0.1:0", "--per-address", "128", str(work)],
                                        stdin=subprocess.DEVNULL, stderr=self.log, env=scratch.env)
        for _ in range(200):
            self.log.seek(0)
            said = self.log.read().decode()
            if " at http://" in said:
                self.port = int(said.split(" at http://")[1].split()[0].rsplit(":", 1)[1])
                return
            time.sleep(0.05)
        self.stop()
        raise Failed(f"varve serve does not start: {said}")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()

    def cpu(self):
        with open(f"/proc/{self.process.pid}/stat", encoding="ascii") as f:
            fields = f.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICK

    def peak(self):
        """Bytes of its own; pages of packs that are mapped are the machine's."""
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as f:
            kept = dict(line.split(":", 1) for line in f)
        return int(kept["RssAnon"].split()[0]) * 1024

    def ask(self, path, accept="text/html"):
        """Seconds to the first byte and to the last one, and the body."""
        head = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept: {accept}\r\nConnection: close\r\n\r\n"
        start = time.perf_counter()
        with socket.create_connection(("127.0.0.1", self.port)) as line:
            line.sendall(head.encode())
            got = [line.recv(1 << 16)]
            first = time.perf_counter() - start
            while got[-1]:
                got.append(line.recv(1 << 16))
        last = time.perf_counter() - start
        whole = b"".join(got)
        status = whole.split(b" ", 2)[1]
        if status != b"200":
            raise Failed(f"{path}: {whole[:300].decode(errors='replace')}")
        return first, last, whole.split(b"\r\n\r\n", 1)[1]


class Web:
    def __init__(self, scratch, report, settings):
        self.scratch, self.report, self.settings = scratch, report, settings
        self.bench = report.begin("web", "Pages of the big table: milliseconds")

    def line(self, name, work, path, aim, fresh=False):
        """aim: milliseconds to the last byte. fresh: a server that remembers nothing."""
        firsts, lasts, cpus = [], [], []
        server = Server(self.scratch, work)
        try:
            if not fresh:
                server.ask(path)
            for _ in range(self.settings.runs):
                if fresh and lasts:
                    server.stop()
                    server = Server(self.scratch, work)
                before = server.cpu()
                first, last, _ = server.ask(path)
                cpus.append((server.cpu() - before) * 1000)
                firsts.append(first * 1000)
                lasts.append(last * 1000)
        finally:
            server.stop()
        self.report.put(self.bench, name, "first byte ms", firsts)
        self.report.put(self.bench, name, "last byte ms", lasts)
        self.report.put(self.bench, name, "least ms", min(lasts))
        self.report.put(self.bench, name, "CPU ms", cpus)
        self.report.put(self.bench, name, "aim ms", aim)
        if min(lasts) > aim:
            self.report.note(f"web, {name}: {min(lasts):.0f} ms at best, to be at most {aim}")

    def many(self, work, path, people):
        server = Server(self.scratch, work)
        times, failed = [], []
        try:
            server.ask(path)

            def one():
                try:
                    for _ in range(4):
                        times.append(server.ask(path)[1] * 1000)
                except (Failed, OSError) as problem:
                    failed.append(problem)
            threads = [threading.Thread(target=one) for _ in range(people)]
            start = time.perf_counter()
            for t in threads:
                t.start()
            for t in threads:
                t.join()
            spent = time.perf_counter() - start
            peak = server.peak() / 1e6
        finally:
            server.stop()
        if failed:
            raise Failed(f"{len(failed)} of {people} at once: {failed[0]}")
        name = f"{people} people at once"
        self.report.put(self.bench, name, "last byte ms", median(times))
        self.report.put(self.bench, name, "pages/s", len(times) / spent)
        self.report.put(self.bench, name, "memory MB", peak)
        if peak > 128:
            self.report.note(f"web, {name}: {peak:.0f} MB, to be at most 128")


def timed(argv, folder, env, limit):
    """Seconds elapsed, seconds of CPU, peak MB of a command whose output goes to a file; None: it did not end, or
    failed."""
    start = time.perf_counter()
    with open(folder / "out", "wb") as out:
        process = subprocess.Popen(argv, cwd=folder, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.DEVNULL,
                                   env=env)
        timer = threading.Timer(limit, process.kill)
        timer.start()
        _, status, used = os.wait4(process.pid, 0)
        timer.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):
        return None
    return time.perf_counter() - start, used.ru_utime + used.ru_stime, used.ru_maxrss / 1000


def others(scratch, report, bench, settings, tables):
    """The same comparison by git diff of two commits, and by daff as a page of HTML, if they are installed."""
    folder = scratch.root / "web-others"
    folder.mkdir()
    for name, table in zip(("old.csv", "new.csv"), tables):
        (folder / name).symlink_to(table)

    def git(*words):
        subprocess.run(["git", "-c", "core.attributesFile=/dev/null", *words], cwd=folder, env=scratch.env, check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    git("init", "-q")
    for table in tables:
        (folder / "data.csv").unlink(missing_ok=True)
        shutil.copy(table, folder / "data.csv")
        git("add", "data.csv")
        git("-c", "user.name=bench", "-c", "user.email=bench@localhost", "commit", "-qm", "save")
    (folder / "data.csv").unlink()
    asked = [("git diff of two commits", ["git", "diff", "HEAD~1", "HEAD", "--", "data.csv"])]
    if shutil.which("daff"):
        asked.append(("daff, a page of HTML", ["daff", "diff", "--output", "page.html", "old.csv", "new.csv"]))
    else:
        report.note("web: daff is not installed (npm install -g daff)")
    for name, argv in asked:
        runs = []
        for _ in range(min(settings.runs, 3)):
            got = timed(argv, folder, scratch.env, 300)
            if not got:
                break
            runs.append(got)
            if got[0] > settings.budget:
                break
        if not runs:
            report.note(f"web: {name} fails on this table, or takes more than 300 s")
            continue
        report.put(bench, name, "last byte ms", [r[0] * 1000 for r in runs])
        report.put(bench, name, "CPU ms", [r[1] * 1000 for r in runs])
        report.put(bench, name, "memory MB", max(r[2] for r in runs))
    shutil.rmtree(folder)


def web(scratch, report, usable, settings):
    if kinds.Varve not in usable:
        report.note("web: left out, varve is not measured")
        return
    from works import cached_table
    tool = kinds.Varve(scratch).start("web")
    tables = [cached_table(scratch, settings), cached_table(scratch, settings, "--change", 100)]
    for table in tables:
        replace(table, tool.work / "data.csv")
        tool.timed_save()
    quiet()
    work, w = tool.work, Web(scratch, report, settings)
    server = Server(scratch, work)
    try:
        refs = json.loads(server.ask("/api/v0/refs", "*/*")[2])
        new = refs["refs"][0]["commit"]["id"]
        old = refs["refs"][0]["commit"]["parents"][0]
        page = json.loads(server.ask(f"/api/v0/data/{new}/data.csv?n=1", "*/*")[2])["dataset"]
        middle = page["rows"] // 2
        row = json.loads(server.ask(f"/api/v0/data/{new}/data.csv?n=1&from={middle}", "*/*")[2])["rows"][0]
    finally:
        server.stop()
    data = f"data/{new}/data.csv"
    key = page["key"][0] if page["key"] else page["columns"][0]["name"]
    number = next(c["name"] for c in page["columns"] if c["type"] in ("integer", "number") and c["name"] != key)
    text = next(c["name"] for c in page["columns"] if c["type"] == "string")
    for kind, base, data in (("page", "/", f"table/{new}/data.csv"), ("API", "/api/v0/", data)):
        w.line(f"{kind}: what changed", work, "/" if kind == "page" else "/api/v0/changes", 30)
        w.line(f"{kind}: comparison, 100 cells", work, f"{base}compare/{old}..{new}/data.csv", 60)
        w.line(f"{kind}: first rows", work, f"{base}{data}", 30)
        w.line(f"{kind}: rows in the middle", work, f"{base}{data}?from={middle}", 30)
        w.line(f"{kind}: filter on the key", work, f"{base}{data}?col={key}&op=eq&val={row['key']}", 20)
        w.line(f"{kind}: history", work, f"{base}history/data.csv", 30)
    w.line("API: filter on a number", work, f"/api/v0/{data}?col={number}&op=lt&val=0", 300, fresh=True)
    w.line("API: filter on a text", work, f"/api/v0/{data}?col={text}&op=eq&val=none", 300, fresh=True)
    w.line("API: search, all columns", work, f"/api/v0/{data}?q=nowhere+to+be+found", 3000, fresh=True)
    w.line("API: sorted by a number", work, f"/api/v0/{data}?sort={number}", 1000, fresh=True)
    w.line("API: the same, next page", work, f"/api/v0/{data}?sort={number}&from=200", 30)
    w.line("API: values of a column", work, f"/api/v0/values/{new}/data.csv?name={number}", 1000, fresh=True)
    w.line("API: a row's life", work, f"/api/v0/row/{new}/data.csv?row={middle}", 60)
    w.many(work, f"/table/{new}/data.csv?from={middle}", 64)
    others(scratch, report, w.bench, settings, tables)
    report.print_bench(w.bench)
