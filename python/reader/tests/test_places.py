"""Tests that every place returns every version byte for byte, and is verified without errors."""
import os
import random
import re
import subprocess
import sys

import pytest
from conftest import TOP
from varve_reader import Damaged, Version, edits, open_place
from varve_reader.cbor import Cid, Cursor
from varve_reader.errors import within
from varve_reader.group import cells
from varve_reader.packs import Blocks


def same(place, files):
    for (rev, path), data in files.items():
        version = place.version(f"{rev}:{path}")
        got = version if isinstance(version, bytes) else b"".join(version.file())
        assert got == data, (rev, path)


def stored(files):
    """Returns the files without the empty ones, which only Git stores."""
    return {at: data for at, data in files.items() if data}


def whole(place):
    assert [str(e) for e in place.verify()] == []


def test_a_work_tree(repository):
    place = open_place(repository[0])
    same(place, repository[1])
    whole(place)


def test_the_text_is_what_varve_prints(run, repository):
    folder, files = repository
    place = open_place(folder)
    for rev, path in stored(files):
        version = place.version(f"{rev}:{path}")
        assert b"".join(version.file(as_text=True)) == run(folder, "varve", "cat", f"{rev}:{path}"), (rev, path)


def test_a_published_folder(run, repository, tmp_path):
    run(repository[0], "varve", "publish", "-q", "--no-pages", "-o", tmp_path / "public")
    place = open_place(tmp_path / "public")
    same(place, repository[1])
    whole(place)
    newest = {path for (_, path) in repository[1]}
    assert {found[2] for found in place.versions()} == newest


def test_a_store(run, repository, tmp_path):
    folder, files = repository
    (tmp_path / "store").mkdir()
    run(tmp_path, "git", "clone", "-q", "--bare", folder, "host.git")
    run(tmp_path, "varve", "clone", "-q", folder, "clone")
    run(tmp_path / "clone", "varve", "store", "add", "team", tmp_path / "store")
    run(tmp_path / "clone", "varve", "add", ".varveconfig")
    run(tmp_path / "clone", "varve", "commit", "-qm", "store")
    run(tmp_path / "clone", "git", "remote", "set-url", "origin", tmp_path / "host.git")
    run(tmp_path / "clone", "varve", "config", "remote.origin.varveKind", "git")
    run(tmp_path / "clone", "varve", "push", "-q", "origin", "main")
    place, known = open_place(tmp_path / "store"), open_place(folder)
    whole(place)
    for (rev, path), data in stored(files).items():
        assert b"".join(place.version(str(known.version(f"{rev}:{path}").cid)).file()) == data
    assert set(place.roots) == {v[3] for v in known.versions()}


def test_a_git_host(run, repository, tmp_path):
    run(tmp_path, "varve", "clone", "-q", repository[0], "clone")
    run(tmp_path, "git", "init", "-q", "--bare", "-b", "main", "host.git")
    run(tmp_path / "clone", "git", "remote", "set-url", "origin", tmp_path / "host.git")
    run(tmp_path / "clone", "varve", "config", "remote.origin.varveKind", "git")
    run(tmp_path / "clone", "varve", "push", "-q", "origin", "main")
    run(tmp_path / "host.git", "git", "gc", "-q")
    place = open_place(tmp_path / "host.git")
    same(place, repository[1])
    whole(place)


def test_cars(run, repository, tmp_path):
    folder, files = repository
    for n, ((rev, path), data) in enumerate(stored(files).items()):
        run(folder, "varve-ipfs", "car", "export", "-q", f"{rev}:{path}", tmp_path / "one.car")
        place = open_place(tmp_path / "one.car")
        assert b"".join(place.version(str(place.roots[0])).file()) == data, path
        if n < 8:
            whole(place)


def test_the_command(run, repository, tmp_path):
    folder, files = repository
    def reader(*words):
        return subprocess.run([sys.executable, "-m", "varve_reader", *words], capture_output=True,
                              env=os.environ | {"PYTHONPATH": os.path.join(TOP, "python", "reader")})
    (rev, path), data = list(stored(files).items())[-1]
    assert reader("cat", folder, f"main:{path}").stdout == data
    assert reader("cat", folder, f"{rev}:{path}", "-o", tmp_path / "out").returncode == 0
    assert (tmp_path / "out").read_bytes() == data
    listed = reader("versions", folder).stdout.decode().splitlines()
    # a change can leave the table as it was: then its version is listed with an earlier commit
    revs = [at[:10] for (at, name), other in files.items() if (name, other) == (path, data)]
    assert any(line.startswith(tuple(revs)) and line.endswith(" " + path) for line in listed)
    assert b"nothing is damaged or missing" in reader("verify", folder).stdout
    wrong = reader("cat", folder, "main:nothing.csv")
    assert (wrong.returncode, wrong.stdout) == (2, b"") and b"'main' has no file 'nothing.csv'" in wrong.stderr


def example():
    """Returns (text of the page, name -> bytes that the page has in hex) for docs/formats/store-example.txt."""
    with open(os.path.join(TOP, "docs", "formats", "store-example.txt"), encoding="utf-8") as f:
        text = f.read()
    found = {}
    for name, body in re.findall(r"```\w+ example-(\w+)\n(.*?)```", text, re.S):
        lines = [re.match(r"((?:[0-9a-f]{2} ?)+)(?:\s|$)", line) for line in body.splitlines()]
        found[name] = bytes.fromhex("".join(m[1] for m in lines if m))
    return text, found


def test_the_page_with_bytes_in_hex():
    text, found = example()
    assert cells(found["group"])[1][1][3] == b"mug, big"
    blocks = Blocks()
    blocks.add_pack("pack-70d83fa2d8b933092b5e6d9ae5185208.pack", found["pack"])
    blocks.direct[Cid.of(0x71, found["root"])] = found["root"]
    assert list(blocks.verify()) == []
    file = b"".join(Version(blocks, Cid.of(0x71, found["root"])).file())
    assert file.decode() == re.search(r"```csv example\n(.*?)```", text, re.S)[1]


def test_row_edits():
    """Applies the examples of the page, and random edits, which must give Damaged or a row group."""
    base = example()[1]["group"]
    rows, columns = cells(edits.apply(base, bytes.fromhex("01 05 01 00 00")))
    assert rows == 5 and columns == [c[:5] for c in cells(base)[1]]
    rows, columns = cells(edits.apply(base, bytes.fromhex("00 01 02 02 01 05 00")))
    assert columns[2] == [*cells(base)[1][2][:5], b"desk"] and columns[:2] == cells(base)[1][:2]
    seed, good = random.randrange(1 << 32), 0
    print("seed", seed)
    rng = random.Random(seed)
    for _ in range(3000):
        wild = bytes(rng.choice([0, 0, 1, 1, 2, 3, 4, 5, 7, 255, rng.randrange(256)]) for _ in range(rng.randrange(1, 16)))
        try:
            with within("edits"):
                good += len(cells(edits.apply(base, wild))[1]) == 6
        except Damaged as e:
            assert str(e).startswith("edits: ")
    assert good


def test_numbers_have_one_form():
    assert Cursor(b"\x80\x01").varint() == 128
    for wrong in (b"\x80\x00", b"\xff" * 10, b"\x80"):
        try:
            Cursor(wrong).varint()
        except Damaged:
            continue
        raise AssertionError(wrong)


@pytest.mark.parametrize(("module", "package"), [("zstandard", "zstandard"), ("xxhash", "xxhash"), ("nacl", "PyNaCl")])
def test_a_package_that_is_missing_is_named(tmp_path, module, package):
    (tmp_path / f"{module}.py").write_text(f"raise ModuleNotFoundError(name={module!r})")
    path = os.pathsep.join([str(tmp_path), os.path.dirname(os.path.dirname(os.path.abspath(__file__)))])
    done = subprocess.run([sys.executable, "-m", "varve_reader", "versions", str(tmp_path)], capture_output=True,
                          text=True, env=os.environ | {"PYTHONPATH": path})
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"varve-reader: the package {package} is missing\nhint: pip install {package}\n"
