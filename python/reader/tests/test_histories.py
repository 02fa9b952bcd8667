"""Reads every version of the histories in tests/data, and of the older formats in tests/compat, byte for byte."""
import gzip
import os
import tarfile

import pytest
from conftest import TOP, new_repository
from varve_reader import open_place
from varve_reader.git import Git
from varve_reader.history import History
from varve_reader.packs import Blocks

HISTORIES = os.path.join(TOP, "tests", "data", "histories")
COMPAT = os.path.join(TOP, "tests", "compat")


def compare(place, rev, plain, old):
    for path, oid in plain.files(plain.commit(plain.resolve(old))[0]):
        version = place.version(f"{rev}:{path}")
        got = version if isinstance(version, bytes) else b"".join(version.file())
        assert got == plain.source.read(oid)[1], (rev, path)


@pytest.mark.parametrize("bundle", sorted(os.listdir(HISTORIES)))
def test_a_real_history(run, tmp_path, bundle):
    run(tmp_path, "git", "clone", "-q", "--bare", os.path.join(HISTORIES, bundle), "plain.git")
    run(tmp_path, "git", "clone", "-q", "-b", "main", os.path.join(HISTORIES, bundle), "varve")
    run(tmp_path / "varve", "varve", "init")
    run(tmp_path / "varve", "varve", "migrate", "--everything", "--include", "*.csv")
    run(tmp_path / "varve", "varve", "publish", "-q", "--no-pages", "-o", tmp_path / "public")
    plain = History(Git(tmp_path / "plain.git"))
    for folder in ("varve", "public"):
        place = open_place(tmp_path / folder)
        assert [str(e) for e in place.verify()] == []
        count = len(plain.walk())
        assert len(place.history.walk()) >= count > 20
        every = 1 if os.environ.get("VARVE_TEST_ALL") else 4
        for n in range(int(os.environ.get("VARVE_TEST_SAMPLE", "0")) % every, count, every):
            compare(place, f"main~{n}", plain, f"refs/heads/main~{n}")


@pytest.mark.parametrize("generation", sorted(n for n in os.listdir(COMPAT) if n.startswith("v")))
def test_a_kept_format(run, tmp_path, generation):
    folder = new_repository(run, tmp_path / "repository")
    run(folder, "git", "fetch", "-q", os.path.join(COMPAT, generation, "history.bundle"), "main:kept", "plain:plain")
    with gzip.open(os.path.join(COMPAT, generation, "blocks.car.gz")) as f:
        (tmp_path / "blocks.car").write_bytes(f.read())
    place = open_place(tmp_path / "blocks.car")
    place.history = History(Git(folder))
    assert [str(e) for e in place.verify()] == []
    for n in range(3):
        compare(place, f"kept~{n}", place.history, f"plain~{n}")


@pytest.mark.parametrize("generation", sorted(n for n in os.listdir(COMPAT) if n.startswith("v")))
def test_kept_packs(tmp_path, generation):
    """Reads records of all methods from packs."""
    with tarfile.open(os.path.join(COMPAT, generation, "packs.tar")) as f:
        f.extractall(tmp_path)
    blocks = Blocks(str(tmp_path))
    blocks.add_folder(str(tmp_path))
    assert {r.method for pack in blocks.packs for r in pack.records.values()} == {0, 1, 2, 3, 4}
    assert [str(e) for e in blocks.verify()] == []


@pytest.mark.parametrize("generation", sorted(n for n in os.listdir(COMPAT) if n.startswith("v")))
def test_a_kept_pack_of_many_records(tmp_path, generation):
    with tarfile.open(os.path.join(COMPAT, generation, "wide.tar.gz")) as f:
        f.extractall(tmp_path)
    blocks = Blocks(str(tmp_path))
    blocks.add_folder(str(tmp_path))
    assert sum(len(pack.records) for pack in blocks.packs) >= 4096
    assert [str(e) for e in blocks.verify()] == []


@pytest.mark.parametrize("generation", sorted(n for n in os.listdir(COMPAT) if n.startswith("v")))
def test_kept_places(run, tmp_path, generation):
    """Reads a published folder with a signed head, a store, a Git host with blocks, a CAR and a vault."""
    with tarfile.open(os.path.join(COMPAT, generation, "places.tar.gz")) as f:
        f.extractall(tmp_path)
    run(tmp_path, "git", "init", "-q", "--bare", "host.git")
    run(tmp_path / "host.git", "git", "fetch", "-q", "../host.bundle", "refs/*:refs/*")
    plain = {(n, p.name): p.read_bytes() for n in range(3) for p in (tmp_path / "plain" / str(n)).iterdir()}
    public, vault = open_place(tmp_path / "public"), open_place(str(tmp_path / "vault-a"), str(tmp_path / "key"), [str(tmp_path / "vault-b")])
    for place in (public, vault, open_place(tmp_path / "host.git")):
        assert [str(e) for e in place.verify()] == []
        for (n, path), data in plain.items():
            version = place.version(f"main~{2 - n}:{path}")
            assert (version if isinstance(version, bytes) else b"".join(version.file())) == data, (n, path)
    assert [(h.number, h.name) for h in public.heads] == [(1, "prices")]
    store, car = open_place(tmp_path / "store"), open_place(tmp_path / "one.car")
    assert [str(e) for place in (store, car) for e in place.verify()] == []
    tables = {data for (_, path), data in plain.items() if path != "readme"}
    assert {b"".join(store.version(str(root)).file()) for root in store.roots} == tables
    assert [b"".join(car.version(str(root)).file()) for root in car.roots] == [plain[2, "prices.csv"]]
