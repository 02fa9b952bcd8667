"""Tests signed heads: their signers, and that changes by a mirror are found."""
import hashlib
import re
import shutil
import subprocess

import pytest
from conftest import new_repository
from varve_reader import open_place
from varve_reader.cli import main
from varve_reader.errors import Damaged, Missing


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


def evil(run, top):
    """Adds a branch and a tag with rows of their own to the published folder, and puts HEAD on the branch."""
    run(top / "repository", "git", "switch", "-qc", "latest")
    (top / "repository" / "t.csv").write_text("id,v\n1,evil\n")
    run(top / "repository", "varve", "commit", "-qam", "evil")
    run(top / "repository", "git", "tag", "v9")
    run(top / "repository", "varve", "publish", "-q", "--no-pages", "-o", top / "eve", "main", "latest", "v9")
    (top / "eve" / "repo.git" / "HEAD").write_text("ref: refs/heads/latest\n")
    return run(top / "repository", "git", "rev-parse", "latest").decode().strip()


@pytest.mark.parametrize("word", ["HEAD", "", "@", "latest", "v9", "refs/tags/v9", "latest~0", "id"])
def test_no_word_reads_a_ref_that_no_head_lists(published, capsys, word):
    run, top, _, _ = published
    latest = evil(run, top)
    place = open_place(top / "eve")
    rev = latest[:10] if word == "id" else word
    if word in ("HEAD", "", "@"):
        assert b"evil" not in b"".join(place.version(rev + ":t.csv").file())
        assert b"".join(place.version(rev + ":t.csv").file()) == b"".join(place.version("main:t.csv").file())
    else:
        with pytest.raises(Missing, match="is not signed"):
            place.version(rev + ":t.csv")
        assert main(["cat", str(top / "eve"), rev + ":t.csv"]) == 2
        assert "evil" not in capsys.readouterr().out
    assert b"evil" in b"".join(place.version(rev + ":t.csv", unsigned=True).file())
    assert place.version("main~1:t.csv")


def test_unsigned_refs_are_named(published, capsys):
    run, top, _, _ = published
    latest = evil(run, top)
    assert main(["verify", str(top / "eve")]) == 0
    assert "not signed: latest, v9\n" in capsys.readouterr().out
    assert main(["versions", str(top / "eve")]) == 0
    marked = [line[:10] for line in capsys.readouterr().out.splitlines() if line.endswith("(not signed)")]
    assert marked == [latest[:10]]
    assert main(["verify", str(top / "public")]) == 0
    assert "not signed" not in capsys.readouterr().out


def resign(run, top, change):
    """Signs the newest head of the published folder again, with an SSH key, after `change` has changed its list of files."""
    folder = top / "repository"
    run(folder, "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", top / "id")
    run(folder, "git", "config", "varve.signingKey", top / "id")
    for name in run(folder, "git", "for-each-ref", "--format=%(refname)", "refs/varve/heads").decode().split():
        run(folder, "git", "update-ref", "-d", name)
    (folder / ".git" / "varve" / "trust").unlink()
    run(folder, "varve", "sign", "-q", "--name", "prices")
    head = run(folder, "git", "for-each-ref", "--format=%(refname)", "refs/varve/heads").decode().strip()
    raw = re.sub(rb"gpgsig .*\n(?: .*\n)*", b"", run(folder, "git", "cat-file", "commit", head))
    (top / "content").write_bytes(change(run(folder, "git", "show", head + ":content")))
    listing = run(folder, "git", "ls-tree", head)
    if (top / "content").read_bytes():
        blob = run(folder, "git", "hash-object", "-w", top / "content").strip()
        listing = re.sub(rb"\w{40}\tcontent", blob + b"\tcontent", listing)
        digest = hashlib.sha256((top / "content").read_bytes()).hexdigest().encode()
        raw = re.sub(rb"content sha256 \w+", b"content sha256 " + digest, raw)
    else:
        listing = re.sub(rb".*\tcontent\n", b"", listing)
        raw = re.sub(rb"content sha256 \w+\n", b"", raw)
    tree = subprocess.run(["git", "mktree"], cwd=folder, input=listing, stdout=subprocess.PIPE, check=True).stdout.strip()
    raw = re.sub(rb"^tree \w+", b"tree " + tree, raw)
    (top / "signed").write_bytes(raw)
    run(folder, "ssh-keygen", "-q", "-Y", "sign", "-n", "varve-head", "-f", top / "id", top / "signed")
    signature = (top / "signed.sig").read_bytes().strip().replace(b"\n", b"\n ")
    (top / "signed").write_bytes(raw.replace(b"\n\n", b"\ngpgsig " + signature + b"\n\n", 1))
    oid = run(folder, "git", "hash-object", "-w", "-t", "commit", top / "signed").decode().strip()
    run(folder, "git", "update-ref", head, oid)
    (folder / ".git" / "varve" / "trust").unlink()
    run(folder, "varve", "publish", "-q", "--no-pages", "-o", top / "again")
    return open_place(top / "again")


def test_files_other_than_the_signed_ones_at_the_same_id_are_refused(published):
    run, top, _, _ = published
    place = resign(run, top, lambda text: b"ab" * 32 + text[64:])
    assert any("the files are not those that were signed" in str(e) for e in place.verify())
    for rev in ("main", "HEAD", "main~1"):
        with pytest.raises(Damaged, match="the files are not those that were signed"):
            place.version(rev + ":t.csv")


@pytest.mark.parametrize("change", [lambda t: t + t, lambda t: t[1:], lambda t: t.strip(), lambda t: t.replace(b"main", b"mine")])
def test_a_list_of_files_in_another_form_is_refused(published, change):
    run, top, _, _ = published
    place = resign(run, top, change)
    assert any("list of contents" in str(e) for e in place.verify())


def test_a_head_without_hashes_of_files_is_valid_and_named(published, capsys):
    run, top, _, _ = published
    place = resign(run, top, lambda text: b"")
    assert [str(e) for e in place.verify()] == []
    assert main(["verify", str(top / "again")]) == 0
    assert "has no SHA-256 of the files" in capsys.readouterr().out
    assert place.version("HEAD:t.csv")
