"""Tests signed heads: their signers, and that changes by a mirror are found."""
import shutil

import pytest
from conftest import new_repository
from varve_reader import open_place


@pytest.fixture
def published(run, tmp_path):
    """A published folder with two heads of the owner and one of a signer: (run, its parent folder, owner's key, signer's
    key)."""
    run = type(run)(tmp_path)
    folder = new_repository(run, tmp_path / "repository")
    owner = run(folder, "varve", "key", "new").decode().split()[0].removeprefix("did:key:")
    here = run.env["XDG_CONFIG_HOME"]
    run.env["XDG_CONFIG_HOME"] = str(tmp_path / "bot")
    bot = run(folder, "varve", "key", "new").decode().split()[0].removeprefix("did:key:")
    for n in range(3):
        (folder / "t.csv").write_text("id,v\n" + "".join(f"{i},{i * n}\n" for i in range(50)))
        run(folder, "varve", "add", "-q", "t.csv")
        run(folder, "varve", "commit", "-q", "-m", f"version {n}")
        run.env["XDG_CONFIG_HOME"] = here if n < 2 else str(tmp_path / "bot")
        run(folder, "varve", "sign", "-q", *(["--name", "prices", "--signer", f"{bot}=2999-01-01"] if n == 0 else []))
        run(folder, "varve", "publish", "-q", "--no-pages", "-o", tmp_path / "public")
        shutil.copytree(tmp_path / "public", tmp_path / f"public{n}")
    return run, tmp_path, owner, bot


def test_heads_are_checked(published):
    _, top, owner, bot = published
    place = open_place(top / "public")
    assert [str(e) for e in place.verify(owner)] == []
    assert [(h.key, h.number, h.name) for h in place.heads] == [(bot, 1, "prices"), (owner, 2, "prices")]
    assert [(h.key, h.number) for h in open_and_verify(top / "public0")] == [(owner, 1)]
    assert any(bot in str(e) for e in open_place(top / "public0").verify(bot))


def open_and_verify(folder):
    place = open_place(folder)
    assert list(place.verify()) == []
    return place.heads


def test_older_refs_below_a_newer_head_are_named(published):
    run, top, owner, _ = published
    git = top / "public" / "repo.git"
    before = (git / "packed-refs").read_text()
    main = run(git, "git", "rev-parse", "main").decode().strip()
    older = run(git, "git", "rev-parse", "main~1").decode().strip()
    (git / "packed-refs").write_text(before.replace(f"{main} refs/heads/main", f"{older} refs/heads/main"))
    assert any("refs/heads/main" in str(e) and "older or other" in str(e) for e in open_place(top / "public").verify())


def test_a_record_below_another_parent_is_refused(published):
    run, top, owner, bot = published
    git = top / "public" / "repo.git"
    head = run(git, "git", "cat-file", "commit", f"refs/varve/heads/{owner}").decode()
    first = run(git, "git", "rev-parse", f"refs/varve/heads/{owner}~1").decode().strip()
    main = run(git, "git", "rev-parse", "main").decode().strip()
    for wrong in (head.replace(f"parent {first}\n", ""), head.replace(f"parent {first}", f"parent {main}"),
                  head.replace("number 2", "number 3"), head.replace("Head 2", "Head 3"),
                  head.replace("varve <", "varwe <")):
        if wrong == head:
            continue
        (top / "commit").write_text(wrong)
        oid = run(git, "git", "hash-object", "-w", "--literally", "-t", "commit", top / "commit").decode().strip()
        run(git, "git", "update-ref", f"refs/varve/heads/{owner}", oid)
        assert any(owner in str(e) for e in open_place(top / "public").verify()), wrong
    run(git, "git", "update-ref", f"refs/varve/heads/{owner}", f"refs/varve/heads/{bot}")
    assert any(owner in str(e) for e in open_place(top / "public").verify())


def test_records_of_one_key_on_two_machines_are_joined(published):
    run, top, owner, bot = published
    machine = top / "repository"
    for home, key in ((type(run)(top).env["XDG_CONFIG_HOME"], owner), (str(top / "bot"), bot)):
        run.env["XDG_CONFIG_HOME"] = home
        other = top / f"laptop-{key}"
        shutil.copytree(machine, other)
        run(other, "git", "tag", f"of-{key}")
        run(other, "varve", "sign", "-q", "main", f"of-{key}")
        run(machine, "varve", "sign", "-q")
        run(machine, "varve", "sign", "-q", "--join", other)
        run(machine, "varve", "publish", "-q", "--no-pages", "-o", top / "joined")
        place = open_place(top / "joined")
        assert [str(e) for e in place.verify(owner)] == []
        newest = place.heads[0]
        assert newest.key == key and key in [k for k, _, _ in newest.saw], newest
