"""Tests vaults: complete ones, with stripes, with a passphrase, and damaged."""
import os
import random
import shutil

import pytest
from conftest import add, new_repository
from tables import Table
from varve_reader import Damaged, Missing, open_place
from varve_reader.sealed import read_key


@pytest.fixture
def vault(run, tmp_path):
    """A repository with a vault in six folders, its key and a recovery key: (run, parent folder, {(REV, path): bytes})."""
    run = type(run)(tmp_path)
    seed = random.randrange(1 << 32)
    print("seed", seed)
    rng, folder, files = random.Random(seed), new_repository(run, tmp_path / "repository"), {}
    run(folder, "varve", "vault", "key", "new")
    for name in "abcdef":
        run(folder, "varve", "vault", "holder", "add", name, f"../{name}", "--domain", name)
    tables, paper = [Table(rng, n) for n in range(3)], None
    for version in range(3):
        for table in tables:
            if version:
                table.change(rng)
            add(run, folder, table)
            files[f"main~{2 - version}", table.name] = table.bytes()
        if version == 1:
            (folder / "random").write_bytes(rng.randbytes(5000000))
            run(folder, "git", "add", "random")
        run(folder, "varve", "commit", "-q", "-m", f"version {version}")
        out = run(folder, "varve", "vault", "replicate", *(["--code", "4+2"] if version else ["--copies", "2"])).decode()
        paper = next((w for w in out.split() if w.startswith("varve-recovery-1-")), paper)
    (tmp_path / "paper").write_text(paper + "\n")
    return run, tmp_path, files


def same(place, files):
    for (rev, path), data in files.items():
        version = place.version(f"{rev}:{path}")
        assert (version if isinstance(version, bytes) else b"".join(version.file())) == data


def others(top):
    return [str(top / name) for name in "bcdef"]


def test_a_vault(vault):
    run, top, files = vault
    for key in (top / "paper", top / "config" / "varve" / "key"):
        place = open_place(str(top / "a"), str(key), others(top))
        assert [str(e) for e in place.verify()] == []
        same(place, files)
        head = run(top / "repository", "git", "rev-parse", "HEAD").decode().strip()
        assert place.history.source.head == head
    # what two holders had is made of the rest
    shutil.rmtree(top / "b")
    shutil.rmtree(top / "c")
    place = open_place(str(top / "a"), str(top / "paper"), others(top))
    assert [str(e) for e in place.verify()] == []
    same(place, files)


def test_a_vault_needs_its_key(vault):
    run, top, files = vault
    with pytest.raises(Missing, match="--key"):
        open_place(str(top / "a"))
    run.env["XDG_CONFIG_HOME"] = str(top / "other")
    run(top / "repository", "varve", "vault", "key", "new")
    with pytest.raises(Missing, match="no vault here opens"):
        open_place(str(top / "a"), str(top / "other" / "varve" / "key"))


def test_damage_in_a_vault_is_named(vault):
    run, top, files = vault
    rng = random.Random(str(top))
    loud = sorted(p for name in "abcdef" for p in (top / name).rglob("*") if p.parent.name == "shards"
                  or "records" in p.parts and p.is_file())
    for _ in range(12 if os.environ.get("VARVE_TEST_ALL") else 4):
        path = rng.choice(loud)
        before = path.read_bytes()
        data = bytearray(before)
        data[rng.randrange(len(data))] ^= 1
        path.write_bytes(data)
        place = open_place(str(top / "a"), str(top / "paper"), others(top))
        assert any(path.name in str(e) for e in place.verify())
        same(place, files)  # from another copy
        path.write_bytes(before)
    for name in "abcdef":
        for path in (top / name).rglob("shards/*"):
            path.write_bytes(b"x" + path.read_bytes()[1:])
    place = open_place(str(top / "a"), str(top / "paper"), others(top))
    assert list(place.verify())
    for rev, path in files:
        with pytest.raises(Damaged):
            place.version(f"{rev}:{path}")


def test_a_key_under_a_passphrase(run, tmp_path, monkeypatch):
    run = type(run)(tmp_path)
    (tmp_path / "phrase").write_text("correct horse\n")
    (tmp_path / "wrong").write_text("correct house\n")
    run.env["VARVE_PASSPHRASE_FILE"] = str(tmp_path / "phrase")
    run(tmp_path, "varve", "vault", "key", "new", "--passphrase")
    key = tmp_path / "config" / "varve" / "key"
    monkeypatch.setenv("VARVE_PASSPHRASE_FILE", str(tmp_path / "phrase"))
    assert len(read_key(str(key))) == 32
    monkeypatch.setenv("VARVE_PASSPHRASE_FILE", str(tmp_path / "wrong"))
    with pytest.raises(Damaged, match="cannot be opened"):
        read_key(str(key))
