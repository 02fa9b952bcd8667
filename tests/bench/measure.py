"""What every benchmark is made of: a scratch folder, timed commands, sizes, medians."""

import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
HELPERS = ("make_table", "timed")
SYNC_CALL = re.compile(r"\b(fsync|fdatasync|syncfs|sync)\(")


class Failed(Exception):
    """A measured command did not do what it should."""


class Cost:
    """What commands cost together: time added up, memory the largest."""

    def __init__(self, seconds=0.0, cpu=0.0, peak=0):
        self.seconds, self.cpu, self.peak = seconds, cpu, peak

    def __add__(self, other):
        return Cost(self.seconds + other.seconds, self.cpu + other.cpu,
                    max(self.peak, other.peak))


class Scratch:
    """A folder below TMPDIR with the helper programs and a home without any setting of
    the machine's user. Used with 'with', which takes it away again."""

    def __init__(self, keep=False):
        self.keep = keep

    def __enter__(self):
        self.root = Path(tempfile.mkdtemp(prefix="varve-bench-"))
        try:
            self._prepare()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self.keep:
            print(f"kept: {self.root}", file=sys.stderr)
        else:
            shutil.rmtree(self.root, ignore_errors=True)

    def _prepare(self):
        home = self.root / "home"
        home.mkdir()
        # gc.auto: Git's housekeeping would otherwise fall into whatever run comes next.
        (home / "gitconfig").write_text(
            "[user]\n\tname = Bench\n\temail = bench@example.com\n"
            "[init]\n\tdefaultBranch = main\n[gc]\n\tauto = 0\n[advice]\n\tdetachedHead = false\n")
        shutil.copy(home / "gitconfig", home / ".gitconfig")
        keep = {k: v for k, v in os.environ.items()
                if not k.startswith(("GIT_", "VARVE_", "RESTIC_", "BORG_", "LC_", "LANG"))}
        self.env = dict(keep, HOME=str(home), XDG_CONFIG_HOME=str(home / "config"),
                        XDG_CACHE_HOME=str(home / "cache"), LC_ALL="C.UTF-8", TZ="UTC",
                        GIT_CONFIG_GLOBAL=str(home / "gitconfig"), GIT_CONFIG_NOSYSTEM="1")
        for name in HELPERS:
            self._compile(name, [])
        self._compile("slow_fsync", ["-shared", "-fPIC"])

    def _compile(self, name, options):
        compiler = os.environ.get("CC", "cc")
        subprocess.run([compiler, "-std=c11", "-D_XOPEN_SOURCE=700", "-O2", *options,
                        "-o", self.root / name, HERE / f"{name}.c"], check=True)

    def folder(self, name):
        path = self.root / name
        remove(path)
        path.mkdir(parents=True)
        return path

    def table(self, path, *options):
        """Makes a table by program, see make_table.c."""
        with open(path, "wb") as out:
            subprocess.run([self.root / "make_table", *map(str, options)], stdout=out, check=True)
        return path

    def tables(self, folder, count, size):
        """So many tables of about so many bytes, cut out of one big one."""
        folder.mkdir()
        rows = count * (size // 80 + 1)
        maker = subprocess.Popen([self.root / "make_table", "--rows", str(rows)],
                                 stdout=subprocess.PIPE)
        header = maker.stdout.readline()
        for n in range(count):
            body = maker.stdout.read(size - len(header)) + maker.stdout.readline()
            (folder / f"{n:05}.csv").write_bytes(header + body)
        maker.stdout.close()
        maker.kill()
        maker.wait()

    def run(self, argv, cwd, env=None, fsync_ms=0, ok=(0,)):
        """Runs one command and gives its Cost. The disk is quiet when it starts."""
        result = self.root / "cost"
        full = dict(self.env, **(env or {}))
        if fsync_ms:
            full.update(TIMED_PRELOAD=str(self.root / "slow_fsync"),
                        SLOW_FSYNC_US=str(fsync_ms * 1000))
        done = subprocess.run([self.root / "timed", result, *argv], cwd=cwd, env=full,
                              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE)
        fields = [int(x) for x in result.read_text().split()] if result.exists() else []
        if done.returncode != 0 or len(fields) != 5 or fields[4] not in ok:
            said = done.stderr.decode("utf-8", "replace").strip()
            code = fields[4] if len(fields) == 5 else done.returncode
            raise Failed(f"{' '.join(map(str, argv))}: exit {code}: {said[-400:]}")
        wall, user, system, peak, _ = fields
        return Cost(wall / 1e6, (user + system) / 1e6, peak * 1024)

    def run_all(self, commands, cwd, env=None, fsync_ms=0):
        total = Cost()
        for argv in commands:
            total += self.run(argv, cwd, env, fsync_ms)
        return total

    def bytes(self, argv, cwd, env=None, given=b""):
        """The command's output. Not timed."""
        done = subprocess.run(argv, cwd=cwd, env=dict(self.env, **(env or {})), input=given,
                              capture_output=True)
        if done.returncode != 0:
            said = done.stderr.decode("utf-8", "replace").strip()
            raise Failed(f"{' '.join(map(str, argv))}: exit {done.returncode}: {said[-400:]}")
        return done.stdout

    def text(self, argv, cwd, env=None):
        return self.bytes(argv, cwd, env).decode()

    def count_fsyncs(self, commands, cwd, env=None):
        """How often the commands make something durable, by strace; None without it."""
        if not shutil.which("strace"):
            return None
        count = 0
        trace = self.root / "trace"
        for argv in commands:
            self.run(["strace", "-f", "-qq", "-o", str(trace),
                      "-e", "trace=fsync,fdatasync,syncfs,sync", *argv], cwd, env)
            with open(trace, errors="replace") as lines:
                count += sum(1 for line in lines if SYNC_CALL.search(line))
        return count


def remove(path):
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    elif path.exists() or path.is_symlink():
        path.unlink()


def quiet():
    """Waits until the disk has what was written so far, so that nobody pays for the one before."""
    os.sync()


def copy_tree(source, target):
    remove(target)
    subprocess.run(["cp", "-a", "--", source, target], check=True)


def replace(source, target):
    """New bytes in a file that stays the same one, as an editor or an export writes it."""
    shutil.copyfile(source, target)


def same_bytes(a, b):
    return subprocess.run(["cmp", "-s", "--", a, b]).returncode == 0


def sizes(paths):
    """(apparent bytes of the files, bytes that the disk gives to files and folders)"""
    apparent = held = 0
    for path in paths:
        if path.is_file():
            apparent += path.stat().st_size
            held += path.stat().st_blocks * 512
        for folder, _, files in os.walk(path):
            held += os.lstat(folder).st_blocks * 512
            for name in files:
                s = os.lstat(os.path.join(folder, name))
                apparent += s.st_size
                held += s.st_blocks * 512
    return apparent, held


def repeat(work, runs, budget):
    """Up to so many results of work(), fewer when they take longer than budget seconds."""
    results = []
    spent = 0.0
    while len(results) < runs and (not results or spent < budget):
        results.append(work())
        spent += results[-1].seconds
    return results


def median(values):
    return statistics.median(values)
