"""Fixtures of all tests: runs the program varve, with which the reader is compared, and makes repositories with it."""
import os
import random
import subprocess
import sys

import pytest
from tables import make_table

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BIN = os.environ.get("VARVE_BIN", "")
TOP = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", "..", ".."))


class Program:
    """Runs programs in a folder, with a home folder of their own. Each call has dates a minute after the previous call."""

    def __init__(self, home):
        self.now = 1700000000
        self.env = {"PATH": BIN + os.pathsep + os.environ["PATH"], "HOME": str(home), "LC_ALL": "C.UTF-8",
                    "XDG_CONFIG_HOME": str(home / "config"), "GIT_CONFIG_NOSYSTEM": "1",
                    "GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@example.org",
                    "GIT_COMMITTER_NAME": "Ada", "GIT_COMMITTER_EMAIL": "ada@example.org"}

    def __call__(self, folder, *words, may_fail=False):
        self.now += 60
        dates = {"GIT_AUTHOR_DATE": f"{self.now} +0000", "GIT_COMMITTER_DATE": f"{self.now} +0000"}
        done = subprocess.run(words, cwd=folder, env=self.env | dates, capture_output=True)
        assert may_fail or done.returncode == 0, (words, done.stdout, done.stderr)
        return done.stdout if done.returncode == 0 else None


@pytest.fixture(scope="session")
def run(tmp_path_factory):
    """Runs a program in a folder: run(folder, "varve", ...)."""
    return Program(tmp_path_factory.mktemp("home"))


def new_repository(run, folder):
    """Makes an empty repository for varve."""
    folder.mkdir()
    run(folder, "git", "init", "-q", "-b", "main")
    run(folder, "varve", "init")
    return folder


def add(run, folder, table):
    """Writes a table and adds it to the repository; as a file of bytes, if `varve add` refuses it as a table."""
    (folder / table.name).write_bytes(table.bytes())
    if run(folder, "varve", "add", "-q", *table.options, table.name, may_fail=True) is None:
        run(folder, "varve", "add", "-q", "--as", "file", table.name)


@pytest.fixture(scope="session")
def repository(run, tmp_path_factory):
    """A repository with three versions of random tables of all kinds: (folder, {(REV, path): bytes of the file})."""
    seed = int(os.environ.get("VARVE_TEST_SEED") or random.randrange(1 << 32))
    print("seed", seed)
    rng = random.Random(seed)
    folder = new_repository(run, tmp_path_factory.mktemp("repositories") / "random")
    tables, files = [make_table(rng, n) for n in range(int(os.environ.get("VARVE_TEST_TABLES", "18")))], {}
    for version in range(3):
        for table in tables:
            if version:
                table.change(rng)
            add(run, folder, table)
        run(folder, "git", "add", "-A")
        run(folder, "varve", "commit", "-q", "-m", f"version {version}")
        rev = run(folder, "git", "rev-parse", "HEAD").decode().strip()
        files |= {(rev, table.name): (folder / table.name).read_bytes() for table in tables}
    return folder, files
