"""Repositories at URLs, read through a cache."""
import http.server
import os
import pickle
import threading

import pytest

import varve
from conftest import ONE, TWO, run


@pytest.fixture
def far(repo, tmp_path_factory, monkeypatch):
    """A bare repository as a URL."""
    top = tmp_path_factory.mktemp("far")
    monkeypatch.setenv("VARVE_CACHE", str(top / "cache"))
    varve.clone(repo.work_tree, top / "far.git", bare=True).close()
    run("git", "push", "-q", str(top / "far.git"), "v1", cwd=repo.work_tree)
    return top, f"file://{top}/far.git"


def cached(top):
    return len(list((top / "cache" / "repos").iterdir()))


def test_a_url_is_a_repository(far):
    top, url = far
    with varve.Repo(url) as r:
        assert r.url == url and r.work_tree is None
        assert r.tables() == ["prices.csv"]
        assert "prices.csv" in r and "other.csv" not in r
        assert r["prices.csv"].read_bytes() == TWO.encode()
        assert r["v1:prices.csv"].read_bytes() == ONE.encode()
        assert len(list(r.log("prices.csv"))) == 2
        assert len(list(r.diff("prices.csv", "v1", "HEAD").cells)) > 0
    assert cached(top) == 1


def test_a_version_is_named_with_its_url(far, repo):
    _, url = far
    assert repo[f"{url}#v1:prices.csv"].read_bytes() == ONE.encode()
    assert f"{url}#v1:prices.csv" in repo and f"{url}#v1:other.csv" not in repo
    assert varve.read(f"{url}#v1:prices.csv").read_bytes() == ONE.encode()
    assert varve.read(f"{url}#prices.csv").read_bytes() == TWO.encode()
    assert varve.read("prices.csv", repo=url, rev="v1").read_bytes() == ONE.encode()
    with pytest.raises(varve.UsageError):
        varve.read(f"{url}#v1:prices.csv", rev="v1")


def test_what_is_pickled_is_pinned(far, tmp_path):
    _, url = far
    with varve.Repo(url, cache=tmp_path / "own", cache_size="1GB") as r:
        table, whole = pickle.dumps(r["prices.csv"]), pickle.dumps(r)
        assert pickle.loads(table).commit_id == r.rev_parse("HEAD")
    assert pickle.loads(table).read_bytes() == TWO.encode()
    with pickle.loads(whole) as again:
        assert again.url == url
    assert (tmp_path / "own" / "repos").is_dir()


def test_refs_are_asked_once_for_each_opening_that_refreshes(far, repo):
    _, url = far
    with varve.Repo(url) as r:
        before = r.rev_parse("HEAD")
        repo.put("prices.csv", ONE.encode(), message="back")
        run("git", "push", "-q", str(far[0] / "far.git"), "main", cwd=repo.work_tree)
        assert r.rev_parse("HEAD") == before
    with varve.Repo(url, refresh=False) as r:
        assert r.rev_parse("HEAD") == before
    with varve.Repo(url) as r:
        assert r.rev_parse("HEAD") != before


def test_without_an_answer_the_cache_serves_with_a_warning(far):
    top, url = far
    varve.Repo(url)["prices.csv"].read_bytes()
    (top / "far.git").rename(top / "away.git")
    with pytest.warns(varve.VarveWarning, match="second"):
        r = varve.Repo(url)
    assert r["prices.csv"].read_bytes() == TWO.encode()
    with pytest.raises(varve.Error):
        varve.Repo(f"file://{top}/nothing.git")


def test_of_a_few_rows_only_their_groups_travel(far, repo, tmp_path_factory):
    top = tmp_path_factory.mktemp("large")
    with open(os.path.join(repo.work_tree, "large.csv"), "w") as f:
        f.write("id,n\n" + "".join(f"{i},{i * 7919 % 1000003}\n" for i in range(100000)))
    run("varve", "add", "-q", "large.csv", cwd=repo.work_tree)
    run("varve", "commit", "-qm", "large", cwd=repo.work_tree)
    varve.clone(repo.work_tree, top / "far.git", bare=True).close()
    with varve.Repo(f"file://{top}/far.git", cache=top / "cache") as r:
        t = r["large.csv"]
        assert len(t) == 100000
        assert t.row(77777)["n"] == str(77777 * 7919 % 1000003)
        assert list(r.sql('SELECT n FROM "large.csv" WHERE id = 4')) == [(4 * 7919,)]
        assert not list((top / "cache").rglob("varve/packs/*.pack"))
        assert len(list(t)) == 100000
        assert list((top / "cache").rglob("varve/packs/*.pack"))
        assert t.row(3)["n"] == str(3 * 7919)


def test_a_size_is_a_number_with_a_unit(far):
    _, url = far
    varve.Repo(url, cache_size=10**9).close()
    for wrong in ("", "much", "10 XB", "0", "-1"):
        with pytest.raises(ValueError):
            varve.Repo(url, cache_size=wrong)


def test_sql_reads_a_url(far, repo):
    _, url = far
    with varve.Repo(url) as r:
        assert list(r.sql('SELECT count(*) FROM "prices@v1"')) == [(4,)]
    assert list(repo.sql(f'SELECT item FROM "{url}#v1:prices.csv" WHERE id = 2')) == [("plum",)]
    with pytest.raises(varve.NotFoundError):
        repo.sql(f'SELECT * FROM "{url}#v1:other.csv"')


def test_what_is_written_to_a_url_is_pushed(far, repo):
    top, url = far
    with varve.Repo(url) as r:
        with pytest.raises(varve.UsageError):
            r.put("prices.csv", ONE.encode(), message="where?")
        made = r.put("prices.csv", ONE.encode(), message="back", branch="main")
        assert run("git", "rev-parse", "main", cwd=top / "far.git").decode().strip() == made
        assert r.rev_parse("HEAD") == made and r["prices.csv"].read_bytes() == ONE.encode()
        assert list(r.branches) == ["main"]
        assert r.put("prices.csv", ONE.encode(), message="again", branch="main") is None
        with r.transaction("two files", branch="next", start="v1") as tx:
            tx.put("stock.csv", b"id,qty\n1,5\n", key=["id"])
        assert r.table("stock.csv", "next").row(1)["qty"] == "5"
        assert sorted(r.branches) == ["main", "next"]
        with pytest.raises(ZeroDivisionError):
            with r.transaction("nothing", branch="main") as tx:
                tx.put("prices.csv", TWO.encode())
                1 / 0
        assert sorted(r.branches) == ["main", "next"] and r.rev_parse("main") == made
    with varve.Repo(url, cache=top / "other") as r:
        assert r.table("prices.csv", "main").read_bytes() == ONE.encode()


def test_a_branch_that_moved_there_meanwhile_rejects_what_is_written(far, repo):
    top, url = far
    with varve.Repo(url) as r:
        repo.put("note.txt", b"pushed meanwhile", message="theirs")
        run("varve", "push", "-q", str(top / "far.git"), "main", cwd=repo.work_tree)
        theirs = repo.rev_parse("HEAD")
        with pytest.raises(varve.PushRejectedError):
            r.put("prices.csv", ONE.encode(), message="mine", branch="main")
        assert run("git", "rev-parse", "main", cwd=top / "far.git").decode().strip() == theirs
        assert r.rev_parse("main") == theirs and list(r.branches) == ["main"]
        r.put("prices.csv", ONE.encode(), message="mine", branch="main")
        assert run("git", "rev-parse", "main^", cwd=top / "far.git").decode().strip() == theirs


def test_a_program_that_is_not_there_is_an_error_of_its_own(repo, tmp_path_factory, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path_factory.mktemp("empty")))
    with varve.Repo(repo.work_tree) as r, pytest.raises(varve.ProgramMissingError) as e:
        r.fetch(str(tmp_path_factory.mktemp("there")))
    assert e.value.code == "program-missing" and "'varve'" in e.value.message


class Closed(http.server.BaseHTTPRequestHandler):
    """Lets nobody in."""

    def do_GET(self):
        self.send_response(401)
        self.send_header("WWW-Authenticate", 'Basic realm="closed"')
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_POST = do_GET

    def log_message(self, *args):
        pass


def test_a_login_that_is_missing_is_an_error_of_its_own(repo, tmp_path, monkeypatch):
    monkeypatch.setenv("VARVE_CACHE", str(tmp_path / "cache"))
    with http.server.HTTPServer(("127.0.0.1", 0), Closed) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/sales"
        with varve.Repo(repo.work_tree) as r, pytest.raises(varve.AuthError) as e:
            r.fetch(url)
        assert e.value.code == "auth" and "login" in e.value.message
        with pytest.raises(varve.AuthError):
            varve.clone(url, tmp_path / "copy")
        with pytest.raises(varve.AuthError):
            varve.read("prices.csv", repo=url)
        server.shutdown()
