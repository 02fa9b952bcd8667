"""A history of very many commits, each with a version of one table that was really stored."""

import random
import shutil
import subprocess
import tempfile
from pathlib import Path

import tools as kinds
from measure import Failed, remove, sizes

ROWS = 500     # 45 KB
KEPT = 50      # of them never change: blame has to look through the whole history
MEMORY = Path("/dev/shm")
PIECE = 65_000   # bytes of a packet, at most 65,516


class Filter:
    """varve filter-process, as git add drives it (gitattributes(5), "Long Running Filter Process")."""

    def __init__(self, scratch, work):
        self.process = subprocess.Popen(["varve", "filter-process"], cwd=work, env=scratch.env,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._send(b"git-filter-client\n", b"version=2\n")
        self._list()
        self._send(b"capability=clean\n")
        self._list()

    def _send(self, *packets):
        for data in packets:
            self.process.stdin.write(b"%04x%s" % (len(data) + 4, data))
        self.process.stdin.write(b"0000")
        self.process.stdin.flush()

    def _list(self):
        packets = []
        while True:
            length = int(self.process.stdout.read(4) or b"0", 16)
            if length == 0:
                return packets
            packets.append(self.process.stdout.read(length - 4))

    def clean(self, path, data):
        """The pointer of the version with these bytes, whose blocks are stored now."""
        self._send(b"command=clean\n", b"pathname=%s\n" % path.encode())
        self._send(*(data[i:i + PIECE] for i in range(0, len(data), PIECE)))
        status = self._list()
        pointer = b"".join(self._list())
        self._list()
        if status != [b"status=success\n"] or not pointer:
            raise Failed(f"varve filter-process: {status}")
        return pointer

    def close(self):
        self.process.stdin.close()
        if self.process.wait() != 0:
            raise Failed(f"varve filter-process: exit {self.process.returncode}")


def versions(scratch, count):
    """So many versions, two cells changed from each to the next."""
    first = scratch.table(scratch.root / "history.csv", "--rows", ROWS).read_text().splitlines()
    header, lines = first[0], first[1:]
    for n in range(count):
        row = KEPT + n * 7919 % (ROWS - KEPT)
        cells = lines[row].split(",")
        cells[11], cells[13] = str(n), str(n % 101)
        lines[row] = ",".join(cells)
        yield "\n".join([header, *lines, ""]).encode()


def contents(scratch, tool, count):
    """What a commit has at the table's path: the pointer, or with plain git the bytes."""
    if not isinstance(tool, kinds.Varve):
        yield from versions(scratch, count)
        return
    drive = Filter(scratch, tool.work)
    for version in versions(scratch, count):
        yield drive.clean("data.csv", version)
    drive.close()


def write_commits(stream, path, texts):
    for n, text in enumerate(texts):
        message = b"commit %d\n" % n
        stream.write(b"commit refs/heads/main\ncommitter Bench <bench@example.com> %d +0000\n"
                     b"data %d\n%s" % (1500000000 + n * 600, len(message), message))
        if n == 0:
            stream.write(b"from refs/heads/main^0\n")
        stream.write(b"M 100644 inline %s\ndata %d\n%s\n" % (path, len(text), text))


def long_history(scratch, tool, count):
    """The tool's repository with so many commits, a version of data.csv in each and the last one in the
    work tree; tag 'first'. It is made in memory where there is room, since each version of varve's is
    durable before the next begins; the commits go through git fast-import."""
    home = tool.folder
    if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > count * 10_000:
        made = Path(tempfile.mkdtemp(prefix="varve-bench-", dir=MEMORY))
        shutil.copytree(home, made, symlinks=True, dirs_exist_ok=True)
        tool.place(made)
    try:
        first = next(versions(scratch, 1))
        (tool.work / "data.csv").write_bytes(first)
        tool.timed_save()
        scratch.text(["git", "tag", "first"], tool.work)
        with subprocess.Popen(["git", "fast-import", "--quiet", "--force"], cwd=tool.work, env=scratch.env,
                              stdin=subprocess.PIPE) as made:
            write_commits(made.stdin, b"data.csv", contents(scratch, tool, count))
            made.stdin.close()
            if made.wait() != 0:
                raise Failed("git fast-import failed")
        for last in versions(scratch, count):
            pass
        (tool.work / "data.csv").write_bytes(last)
        scratch.text(["git", "reset", "-q"], tool.work)
        scratch.text([tool.needs[-1], "add", "data.csv"], tool.work)
    finally:
        if tool.folder != home:
            made = tool.folder
            tool.place(home)
            try:
                remove(home)
                shutil.copytree(made, home, symlinks=True)
            finally:
                remove(made)
    scratch.text([tool.needs[-1], "status"], tool.work)


def shuffled_some(scratch, rows, count, keyed, share=20):
    """So many versions, one row in `share` moved to another place from each to the next."""
    header, *lines = scratch.table(scratch.root / "moved.csv", "--rows", rows).read_text().splitlines()
    if not keyed:   # without the id
        header, *lines = (line.split(",", 1)[1] for line in (header, *lines))
    draw = random.Random(7)
    for _ in range(count):
        yield "\n".join([header, *lines, ""]).encode()
        gone = [lines.pop(draw.randrange(len(lines))) for _ in range(rows // share)]
        for line in gone:
            lines.insert(draw.randrange(len(lines) + 1), line)


def moved(scratch, report, chosen, settings):
    """A history of moved rows after the housekeeping of each tool."""
    rows, count = settings.moved_rows, 300
    bench = report.begin("moved", f"{count} versions of a table of {rows:,} rows x 20, 5 % of them moved in each")
    for kind in (k for k in chosen if k in (kinds.Varve, kinds.Git)):
        for name, keyed in (("key", True), ("no key", False)):
            tool = kind(scratch).start("tool")
            (tool.work / "data.csv").write_bytes(next(shuffled_some(scratch, rows, 1, keyed)))
            tool.timed_save()
            texts = shuffled_some(scratch, rows, count, keyed)
            with subprocess.Popen(["git", "fast-import", "--quiet", "--force"], cwd=tool.work, env=scratch.env,
                                  stdin=subprocess.PIPE) as made:
                if kind is kinds.Varve:
                    drive = Filter(scratch, tool.work)
                    texts = (drive.clean("data.csv", text) for text in texts)
                write_commits(made.stdin, b"data.csv", texts)
                made.stdin.close()
                if kind is kinds.Varve:
                    drive.close()
                if made.wait() != 0:
                    raise Failed("git fast-import failed")
            scratch.text(["git", "reset", "-q"], tool.work)
            for gc in ("varve gc --prune=now",) if kind is kinds.Varve else ("git gc -q", "git repack -adfq"):
                report.put(bench, gc, f"{name}, CPU s", scratch.run(gc.split(), tool.work).cpu)
                report.put(bench, gc, f"{name}, MB", sizes(tool.store())[0] / 1e6)
            remove(tool.folder)
    report.print_bench(bench)
