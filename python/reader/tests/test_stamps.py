"""Tests time stamps of heads: whose word a date is, and which heads of a revoked key count."""
import os
import re
import shutil
import subprocess
import sys
import time

import pytest
from conftest import TOP, new_repository
from varve_reader import open_place
from varve_reader.cli import main

sys.path.insert(0, os.path.join(TOP, "tests", "laws", "stamps"))
import tokens  # noqa: E402

AUTHORITY = [sys.executable, "-u", os.path.join(TOP, "tests", "cli", "publish", "authority.py")]


@pytest.fixture
def stamped(run, tmp_path):
    """A repository whose owner's head names a signer, bob, whose own head has a time stamp: (run, its folder)."""
    run = type(run)(tmp_path)
    for name in ("clock", "other"):
        subprocess.run([*AUTHORITY, "make", tmp_path / name], check=True, stderr=subprocess.DEVNULL)
    server = subprocess.Popen([*AUTHORITY, "serve", tmp_path / "clock"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        run.url = f"http://127.0.0.1:{int(server.stdout.readline())}/right"
        run.env["GIT_CONFIG_GLOBAL"] = str(tmp_path / "gitconfig")
        run(tmp_path, "git", "config", "--global", "varve.timestampAuthority", tmp_path / "clock" / "root.pem")
        folder = new_repository(run, tmp_path / "repository")
        run.bob = key(run, folder, "bob")
        run.ada = key(run, folder, "ada")
        commit(run, folder, 1)
        run(folder, "varve", "sign", "-q", "--name", "prices", "--signer", f"{run.bob}=2999-01-01")
        yield run, folder
    finally:
        server.kill()
        server.wait()


def key(run, folder, name):
    """Makes the key of a person, who signs from now on, and returns it."""
    run.env["XDG_CONFIG_HOME"] = str(folder.parent / name)
    return run(folder, "varve", "key", "new").decode().split()[0].removeprefix("did:key:")


def commit(run, folder, n):
    (folder / "t.csv").write_text("id,v\n" + "".join(f"{i},{i * n}\n" for i in range(50)))
    run(folder, "varve", "add", "-q", "t.csv")
    run(folder, "varve", "commit", "-q", "-m", f"version {n}")


def read(capsys, *words):
    """Returns the lines of `varve-reader verify`."""
    assert main(["verify", *map(str, words)]) == 0
    return capsys.readouterr().out


def test_a_date_is_the_signers_own_word_or_an_authoritys(stamped, capsys):
    run, folder = stamped
    run(folder, "varve", "sign", "-q", "--timestamp", run.url)
    run(folder, "varve", "publish", "-q", "--no-pages", "-o", folder.parent / "public")
    public, clock, other = (folder.parent / name for name in ("public", "clock/root.pem", "other/root.pem"))
    assert "number 2: time stamp 20" in read(capsys, public, "--authority", clock)
    assert "own word; no authority is named" in read(capsys, public)
    assert "own word; the time stamp is not valid: Verify error:" in read(capsys, public, "--authority", other)
    run(folder, "varve", "sign", "-q")
    assert "number 3: the date is the signer's own word\n" in read(capsys, folder, "--authority", clock)


def test_a_changed_or_moved_stamp_is_not_valid(stamped, capsys, tmp_path):
    run, folder = stamped
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / "id"], check=True)
    alone = new_repository(run, tmp_path / "alone")
    commit(run, alone, 1)
    run(alone, "git", "config", "varve.signingKey", tmp_path / "id")
    run(alone, "varve", "sign", "-q", "--name", "prices", "--timestamp", run.url)
    ref = run(alone, "git", "for-each-ref", "--format=%(refname)", "refs/varve/heads").decode().strip()
    line = run(alone, "git", "log", "-1", "--format=%B", ref).decode().partition("stamp rfc3161 ")[2].strip()
    clock = tmp_path / "clock" / "root.pem"
    first = read(capsys, alone, "--authority", clock)
    assert "time stamp 20" in first
    passed = 0
    for seed in range(0, 8000, 800):
        subprocess.run([*AUTHORITY, "restamp", ref, tmp_path / "id", f"={line}", str(seed)], cwd=alone, env=run.env, check=True)
        now = read(capsys, alone, "--authority", clock)
        assert now == first or "own word" in now
        passed += now == first
    assert passed < 5
    for damaged in ("x y", line.split(" ")[0] + " !", " ".join(reversed(line.split(" ")))):
        subprocess.run([*AUTHORITY, "restamp", ref, tmp_path / "id", f"={damaged}"], cwd=alone, env=run.env, check=True)
        assert "own word; the time stamp is damaged" in read(capsys, alone, "--authority", clock)


def test_a_head_of_a_revoked_key_counts_with_a_stamp_of_before(stamped, capsys):
    run, folder = stamped
    top, clock = folder.parent, folder.parent / "clock" / "root.pem"
    shutil.copytree(folder, top / "own")
    shutil.copytree(folder, top / "forged")
    for name, more in (("own", ["--timestamp", run.url]), ("forged", [])):
        run.env["XDG_CONFIG_HOME"] = str(top / "bob")
        commit(run, top / name, 2)
        run(top / name, "varve", "sign", "-q", *more)
    time.sleep(3)  # beyond the accuracy of the clock
    run.env["XDG_CONFIG_HOME"] = str(top / "ada")
    run(folder, "varve", "sign", "-q", "--revoke", f"{run.bob}=1")
    for name in ("own", "forged"):
        run(folder, "git", "push", "-q", top / name, f"refs/varve/heads/{run.ada}")
    assert f"signed by {run.bob}" in read(capsys, top / "own", "--authority", clock)
    said = read(capsys, top / "forged", "--authority", clock)
    assert f"signed by {run.bob}" not in said and f"ignored the head of {run.bob}: it could sign until" in said
    assert f"signed by {run.bob}" in read(capsys, top / "forged")
    place = open_place(top / "forged")
    place.authority = str(clock)
    assert [head.key for head in place.signed().counting()] == [run.ada]


def test_no_wrong_time_stamp_is_believed_and_each_is_named(run, tmp_path, capsys, monkeypatch):
    run = type(run)(tmp_path)
    authority, trusted = tokens.prepare(tmp_path / "authorities"), tmp_path / "authorities" / "trusted.pem"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / "id"], check=True)
    alone, ended = new_repository(run, tmp_path / "alone"), new_repository(run, tmp_path / "ended")
    for folder in (alone, ended):
        commit(run, folder, 1)
    run(alone, "git", "config", "varve.signingKey", tmp_path / "id")
    run(alone, "varve", "sign", "-q", "--name", "prices")
    bob = run(alone, "git", "for-each-ref", "--format=%(refname:lstrip=3)", "refs/varve/heads").decode().strip()
    end = int(time.time()) + 4
    key(run, ended, "ada")
    run(ended, "varve", "sign", "-q", "--name", "prices", "--signer", f"{bob}=@{end}")
    run(ended, "git", "config", "varve.signingKey", tmp_path / "id")
    run(ended, "varve", "sign", "-q")
    time.sleep(max(0, end + 1 - time.time()))

    def read_with(folder, make):
        monkeypatch.chdir(folder)
        tokens.by_openssl.restamp(f"refs/varve/heads/{bob}", tmp_path / "id", lambda digest: make(authority, digest, end - 100))
        return read(capsys, folder, "--authority", trusted)

    def right(a, digest, when):
        return a.token(digest, when)

    assert "number 1: time stamp 20" in read_with(alone, right)
    assert f"signed by {bob}" in read_with(ended, right)
    assert len(tokens.FORMS) >= 40
    for name, form in tokens.FORMS.items():
        said = read_with(alone, form.make)
        if form.state != "known":
            assert "the date is the signer's own word; " in said and re.search(form.second, said), (name, said)
        said = read_with(ended, form.make)
        assert f"signed by {bob}" not in said and f"ignored the head of {bob}: it could sign until" in said, (name, said)
