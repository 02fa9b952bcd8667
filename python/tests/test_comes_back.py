"""Law 1 by the doors of Python: whatever put() and write() say that they stored comes back, byte for byte. The files are those of
tests/cli/add/odd_files.py, which cross everything in which files differ."""
import collections
import os
import pathlib
import random
import sys
import warnings

import pytest

import varve
from conftest import run

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "tests" / "cli" / "add"))
import odd_files  # noqa: E402

SEED = int(os.environ.get("VARVE_TEST_SEED", "48"))
COUNT = 1200 if os.environ.get("VARVE_TEST_ALL") else 20
FIRST = 0 if os.environ.get("VARVE_TEST_ALL") else int(os.environ.get("VARVE_TEST_SAMPLE", "0")) % 6 * COUNT  # of 120
REFUSED = (varve.InvalidDataError, varve.RefusedError, varve.UsageError, varve.SchemaMismatchError)


def first_difference(a, b):
    at = next((i for i in range(min(len(a), len(b))) if a[i] != b[i]), min(len(a), len(b)))
    return f"at byte {at} of {len(a)} and {len(b)}: {a[at - min(at, 12) : at + 12]!r}, came back {b[at - min(at, 12) : at + 12]!r}"


class Door:
    """A repository whose files have to come back."""

    def __init__(self, folder):
        self.folder, self.repo = folder, varve.Repo(folder)
        self.want, self.wrong, self.counts = {}, [], collections.Counter()

    def store(self, way, name, do):
        """Runs do(); what is refused changes nothing, what is stored is in the work tree."""
        before = self.want.get(name)
        try:
            do()
            self.counts[way] += 1
        except REFUSED as e:
            self.counts[way + " refused"] += 1
            if "bug of varve" in str(e):
                self.wrong.append(f"{name}, {way}: {e}")
            path = self.folder / name
            if (path.read_bytes() if path.exists() else None) != before:
                self.wrong.append(f"{name}, {way}: refused, and the file is another")
            return False
        except varve.Error as e:
            self.wrong.append(f"{name}, {way}: {type(e).__name__}: {e}")
            return False
        self.want[name] = (self.folder / name).read_bytes()
        got = self.repo.table(name, "HEAD").read_bytes() if self.is_table(name) else run("git", "cat-file", "blob", f"HEAD:{name}", cwd=self.folder)
        if got != self.want[name]:
            self.wrong.append(f"{name}, {way}: {first_difference(self.want[name], got)}")
        return True

    def is_table(self, name):
        try:
            self.repo.table(name, "HEAD")
            return True
        except varve.Error:
            return False

    def restore(self):
        """By the command, from what is stored alone."""
        for name in self.want:
            (self.folder / name).unlink()
        run("varve", "restore", "-q", ".", cwd=self.folder)
        for name, data in self.want.items():
            got = (self.folder / name).read_bytes()
            if got != data:
                self.wrong.append(f"{name}, restored: {first_difference(data, got)}")


def test_files_and_rows_that_python_stores_come_back(folder):
    pa = pytest.importorskip("pyarrow")
    warnings.simplefilter("ignore")
    (folder / ".gitattributes").write_text("* -text\n")
    run("git", "add", ".gitattributes", cwd=folder)
    run("git", "commit", "-qm", "attributes", cwd=folder)
    door = Door(folder)
    for number in range(FIRST, FIRST + COUNT):
        r = random.Random(f"{SEED}/{number}/python")
        name, data, _ = odd_files.make(SEED, number)
        if not door.store("put", name, lambda: door.repo.put(name, data, message=name)):
            continue
        assert door.want[name] == data
        if number % 3 == 0:
            later = odd_files.change(r, data)
            door.store("put again", name, lambda: door.repo.put(name, later, message=name, replace=True))
        if not door.is_table(name) or not len(door.repo.table(name, "HEAD")):
            continue
        table = door.repo.table(name, "HEAD")
        try:
            rows = table.select(text=True).to_arrow()
        except varve.InvalidDataError:  # bytes of an encoding that is not known
            door.counts["no text"] += 1
            continue
        ways = {
            "write": lambda: door.repo.write(name, rows, message=name),
            "write typed": lambda: door.repo.write(name, table.to_arrow(), mode="replace", message=name),
            "append": lambda: door.repo.write(name, rows.slice(0, 1), mode="append", message=name),
            "upsert": lambda: door.repo.write(name, rows.slice(r.randrange(len(rows)), 1), mode="upsert", message=name),
            "delete": lambda: door.repo.write(name, rows.slice(r.randrange(len(rows)), 1), mode="delete", message=name),
            "drop": lambda: door.repo.write(name, rows.select(rows.column_names[:-1]), mode="replace", columns="drop", message=name),
            "more": lambda: door.repo.write(name, rows.append_column("more", pa.array([odd_files.word(r, 1) for _ in range(len(rows))])), mode="replace", message=name),
        }
        for way in r.sample(sorted(ways), 2):
            door.store(way, name, ways[way])
    door.restore()
    print(f"seed {SEED}:", ", ".join(f"{way} {n}" for way, n in sorted(door.counts.items())))
    assert not door.wrong, "\n".join([f"seed {SEED}", *door.wrong[:9]])
    run("varve", "fsck", "--data", "-q", cwd=folder)
    assert run("git", "status", "--porcelain", cwd=folder) == b""
    # a sample need not have each
    for way in ("put", "put again", "write", "append", "upsert", "delete", "drop", "more") if COUNT > 120 else ("put", "put again"):
        assert door.counts[way] > 0, way
