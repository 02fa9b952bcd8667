"""Tests damaged places: errors name the damaged file, and wrong bytes are never returned."""
import os
import random
import shutil

import pytest
from conftest import add, new_repository
from tables import Bytes, Table
from varve_reader import Damaged, Missing, Version, open_place
from varve_reader.errors import within
from varve_reader.history import History

MARKS = ("packs/", "lists/", "versions/", "indexes/", "objects/pack/", "t0.", "t1.", "t2.", "b3.")


@pytest.fixture(scope="module")
def places(run, tmp_path_factory):
    """Makes the undamaged places: (seed, their folder, {(REV, path): bytes})."""
    seed = int(os.environ.get("VARVE_TEST_SEED") or random.randrange(1 << 32))
    rng, top = random.Random(seed), tmp_path_factory.mktemp("damage")
    folder, files = new_repository(run, top / "repository"), {}
    tables = [Table(rng, n) for n in range(3)] + [Bytes(rng, 3)]
    for version in range(3):
        for table in tables:
            if version:
                table.change(rng)
            add(run, folder, table)
            files[f"main~{2 - version}", table.name] = table.bytes()
        run(folder, "varve", "commit", "-q", "-m", f"version {version}")
        run(folder, "varve", "publish", "-q", "--no-pages", "-o", top / "public")
    run(folder, "varve-ipfs", "car", "export", "-q", f"main:{tables[0].name}", top / "one.car")
    return seed, top, files


def damage(rng, path):
    """Flips a bit of a file, cuts the file, or removes it. Returns which of these was done."""
    data = bytearray(path.read_bytes())
    how = rng.choice(["flipped", "flipped", "cut", "missing"])
    if how == "missing":
        path.unlink()
    elif how == "cut" or not data:
        path.write_bytes(data[:rng.randrange(len(data) + 1) // 2])
    else:
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
        path.write_bytes(data)
    return how


def try_place(folder, files):
    """Returns all errors of a place. Checks that all bytes that are returned without an error are right."""
    errors = []
    try:
        place = open_place(folder)
        errors += map(str, place.verify())
    except (Damaged, OSError) as e:
        return [str(e)]
    for (rev, path), data in files.items():
        try:
            version = place.version(f"{rev}:{path}")
            got = version if isinstance(version, bytes) else b"".join(version.file())
            assert got == data, (rev, path)
        except Damaged as e:
            errors.append(str(e))
    return errors


@pytest.mark.parametrize("name", ["public", "repository"])
def test_damage_is_named(places, tmp_path, name):
    seed, top, files = places
    print("seed", seed)
    rng, folder = random.Random(seed), tmp_path / name
    shutil.copytree(top / name, folder)
    assert try_place(folder, files) == []
    candidates = sorted(p for p in folder.rglob("*") if p.is_file() and p.suffix not in (".index", ".lock", ".sample")
                        and ("varve" not in p.parts or p.parent.name == "packs"))
    loud = [p for p in candidates if any(m in p.relative_to(folder).as_posix() for m in MARKS)]
    assert len(loud) >= 8
    for n in range(int(os.environ.get("VARVE_TEST_DAMAGES") or ("45" if os.environ.get("VARVE_TEST_ALL") else "20"))):
        path = rng.choice(loud if n % 3 else candidates)
        before = path.read_bytes()
        how = damage(rng, path)
        if not path.exists() or path.read_bytes() != before:
            errors = try_place(folder, files)
            if path in loud and (name == "public" or ".git" in path.parts):
                assert any(path.stem in e for e in errors), (how, path, errors[:3])
        path.write_bytes(before)
    assert try_place(folder, files) == []


def test_a_damaged_car_is_named(places, tmp_path):
    seed, top, files = places
    print("seed", seed)
    rng, path, good = random.Random(seed), tmp_path / "one.car", (top / "one.car").read_bytes()
    for _ in range(60):
        path.write_bytes(good)
        how = damage(rng, path)
        if path.exists() and path.read_bytes() == good:
            continue
        errors = try_place(path, {})
        assert any("one.car" in e for e in errors), (how, errors[:3])


def test_hostile_blocks_are_damage(places):
    """A block with wrong bytes gives an error. A different file is returned only if the root block is wrong."""
    seed, top, _ = places
    print("seed", seed)
    rng, place = random.Random(seed), open_place(top / "one.car")
    good = b"".join(Version(place.blocks, place.roots[0]).file())
    cids = sorted(place.blocks.direct)
    for n in range(200):
        cid = rng.choice(cids) if n % 2 else place.roots[0]
        before = place.blocks.direct[cid]
        data = bytearray(before)
        for _ in range(rng.choice([1, 1, 4])):
            at = rng.randrange(len(data))
            data[at:at + rng.randrange(3)] = rng.choice([b"", rng.randbytes(1), bytes((data[at] ^ 1 << rng.randrange(8),)), b"\xff" * 9])
            data = data or bytearray(b"x")
        place.blocks.direct[cid] = bytes(data)
        try:
            data = b"".join(Version(place.blocks, place.roots[0]).file())
            assert data == good or cid == place.roots[0]
        except Damaged as e:
            assert str(place.roots[0]) in str(e)
        place.blocks.direct[cid] = before


def test_a_column_with_too_few_values_is_damage():
    def rows():
        with within("group"):
            yield next(iter(()))

    with pytest.raises(Damaged, match="group: malformed"):
        list(rows())


@pytest.mark.parametrize("rev", ["main~x", "main^^x", "^", "main~99", "", "~", "0000"])
def test_names_of_no_version(places, rev):
    with pytest.raises(Missing):
        open_place(places[1] / "repository").version(f"{rev}:nothing")


class Objects(dict):
    """A source for History: the id of each object -> the object."""
    read = dict.__getitem__


def test_tags_name_tags_and_a_malformed_one_is_damage():
    ids = [f"{n:040x}" for n in range(3000)]
    source = Objects({oid: ("tag", f"object {before}\ntype tag\n".encode()) for before, oid in zip(ids, ids[1:])})
    source[ids[0]] = "commit", b"tree " + b"1" * 40 + b"\ncommitter A <a@b> 7 +0000\n\nx"
    assert History(source).commit(ids[-1]) == ("1" * 40, [], 7)
    assert History(source).below([ids[-1]]) == {ids[0]}
    source[ids[0]] = "tag", b"object \xff" + b"0" * 50
    for read in (History(source).commit, lambda oid: History(source).below([oid])):
        with pytest.raises(Damaged, match=f"tag {ids[0]}: malformed"):
            read(ids[-1])
