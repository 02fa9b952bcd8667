"""A home of their own for all tests, a fixed clock, and repositories made by the program varve of VARVE_BIN."""
import json
import os
import subprocess

import pytest

import varve

ONE = 'id,item,price,day,ok\n1,pear,9.99,2026-01-01,true\n2,plum,120,2026-01-05,false\n3,"a, b",150.50,2026-02-01,true\n4,,,,\n'
# Types that are declared do not give way to values that are not of them.
DECLARED = json.dumps({"resources": [{"path": "prices.csv", "schema": {"primaryKey": ["id"], "fields": [
    {"name": n, "type": t} for n, t in (("id", "integer"), ("item", "string"), ("price", "number"), ("day", "date"), ("ok", "boolean"))]}}]})
TWO = 'id,item,price,day,ok\n1,pear,10.99,2026-01-01,true\n3,"a, b",150.5,2026-02-01,true\n4,,,,\n5,fig,3,2026-03-01,false\n'


def run(*words, cwd):
    return subprocess.run(words, cwd=cwd, check=True, capture_output=True).stdout


@pytest.fixture(autouse=True)
def home(tmp_path_factory, monkeypatch):
    for name in list(os.environ):
        if name.startswith(("GIT_", "VARVE_")) and not name.startswith(("VARVE_BIN", "VARVE_TEST")):
            monkeypatch.delenv(name)
    folder = tmp_path_factory.mktemp("home")
    (folder / ".gitconfig").write_text("[init]\n\tdefaultBranch = main\n[user]\n\tname = Ada\n\temail = ada@example.com\n")
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder / ".config"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    if "VARVE_BIN" in os.environ:
        monkeypatch.setenv("PATH", os.environ["VARVE_BIN"] + ":" + os.environ["PATH"])
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_DATE", "1700000000 +0000")
    return folder


@pytest.fixture
def folder(tmp_path, home):
    """An empty repository."""
    run("varve", "init", "-q", ".", cwd=tmp_path)
    return tmp_path


@pytest.fixture
def commit(folder, monkeypatch):
    """commit(name, content, key=None): a commit of a file; the clock goes on by a day."""
    clock = 1700000000

    def make(name, content, key=None):
        nonlocal clock
        clock += 86400
        for who in ("AUTHOR", "COMMITTER"):
            monkeypatch.setenv(f"GIT_{who}_DATE", f"{clock} +0000")
        with varve.Repo(folder) as r:
            data = content if isinstance(content, bytes) else content.encode()
            assert r.put(name, data, message=f"{name} {clock}", key=key, replace=True)

    return make


@pytest.fixture
def repo(folder, commit):
    """prices.csv in two versions; v1 is the first."""
    commit("prices.csv", ONE, ["id"])
    run("varve", "tag", "v1", cwd=folder)
    commit("prices.csv", TWO)
    with varve.Repo(folder) as r:
        yield r
