"""Repositories at URLs, read through a cache."""
import hashlib
import http.server
import os
import pickle
import socket
import subprocess
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


@pytest.fixture
def copy(repo, far, home):
    """A copy with signed heads, in which HEAD is on a branch with rows of its own, and a tag is beside it."""
    top, url = far
    mine = repo.work_tree
    run("varve", "key", "new", cwd=mine)
    run("varve", "sign", "-q", "--name", "prices", cwd=mine)
    run("git", "push", "-q", str(top / "far.git"), "refs/varve/heads/*:refs/varve/heads/*", cwd=mine)
    with varve.clone(top / "far.git", top / "eve") as eve:
        run("git", "switch", "-qc", "latest", cwd=eve.work_tree)
        eve.put("prices.csv", TWO.replace("pear", "evil").encode(), message="evil")
        run("git", "tag", "v9", cwd=eve.work_tree)
        run("varve", "push", "-q", "origin", "latest", "v9", cwd=eve.work_tree)
    run("git", "symbolic-ref", "HEAD", "refs/heads/latest", cwd=top / "far.git")
    return url


@pytest.mark.parametrize("word", ["latest", "v9", "refs/tags/v9", "latest~0"])
def test_no_word_reads_a_ref_that_no_signed_head_lists(copy, repo, word):
    with varve.Repo(copy) as r:
        assert r["prices.csv"].read_bytes() == TWO.encode()
        assert r.rev_parse("HEAD") == repo.rev_parse("HEAD")
        for read in (lambda: r[f"{word}:prices.csv"], lambda: r.table("prices.csv", word), lambda: r.rev_parse(word),
                     lambda: varve.read(f"{copy}#{word}:prices.csv"), lambda: repo[f"{copy}#{word}:prices.csv"]):
            with pytest.raises(varve.RefusedError, match="is not signed") as caught:
                read()
            assert "unsigned=True" in str(caught.value)
        with pytest.raises(varve.Error, match="not signed|no such table"):
            r.sql(f'SELECT * FROM "prices@{word}"')
        assert "latest" not in r.branches and "v9" not in r.tags


def test_a_commit_newer_than_the_signed_one_is_a_warning(copy, far):
    top, url = far
    run("git", "branch", "-f", "main", "latest", cwd=top / "far.git")
    with pytest.warns(varve.VarveWarning, match="not signed: HEAD of .* is newer than the newest signed head"):
        varve.Repo(url).close()


def test_unsigned_refs_are_read_where_that_is_wanted(copy):
    with pytest.warns(varve.VarveWarning, match="not signed: latest, v9"), varve.Repo(copy, unsigned=True) as r:
        assert b"evil" in r["prices.csv"].read_bytes()
        assert b"evil" in r["v9:prices.csv"].read_bytes()
        table = r["v9:prices.csv"]
    with pytest.warns(varve.VarveWarning, match="not signed"):
        assert b"evil" in pickle.loads(pickle.dumps(table)).read_bytes()
    with pytest.warns(varve.VarveWarning, match="not signed"):
        assert b"evil" in varve.read(f"{copy}#latest:prices.csv", unsigned=True).read_bytes()


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


class Between:
    """A line to a server that counts the bytes which come from it; it may change or end them."""

    def __init__(self, port):
        self.port, self.came, self.wrong_at, self.end_at = port, 0, None, None
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}/far.git"
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            near, _ = self.listener.accept()
            there = socket.create_connection(("127.0.0.1", self.port))
            threading.Thread(target=self.carry, args=(near, there, False), daemon=True).start()
            threading.Thread(target=self.carry, args=(there, near, True), daemon=True).start()

    def carry(self, source, target, back):
        try:
            while data := source.recv(1 << 16):
                before = self.came
                self.came += len(data) if back else 0
                if back and self.wrong_at is not None and before <= self.wrong_at < self.came:
                    at = self.wrong_at - before
                    data = data[:at] + bytes([data[at] ^ 1]) + data[at + 1:]
                if self.end_at is not None and self.came > self.end_at:
                    break
                target.sendall(data)
            target.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


ROWS = 120000


@pytest.fixture
def served(repo, tmp_path_factory):
    """A table of 120,000 rows at a server."""
    top = tmp_path_factory.mktemp("served")
    with open(os.path.join(repo.work_tree, "large.csv"), "w") as f:
        f.write("id,hash\n" + "".join(f"{i},{hashlib.md5(str(i).encode()).hexdigest()}\n" for i in range(ROWS)))
    run("varve", "add", "-q", "large.csv", cwd=repo.work_tree)
    run("varve", "commit", "-qm", "large", cwd=repo.work_tree)
    varve.clone(repo.work_tree, top / "far.git", bare=True).close()
    with subprocess.Popen(["varve", "serve", "--http", "127.0.0.1:0", "far.git"], cwd=top, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as server:
        line = Between(int(server.stdout.readline().rsplit(":", 1)[1]))
        yield top, line
        server.kill()


def test_of_a_share_only_its_groups_travel(served):
    top, line = served
    with varve.Repo(line.url, cache=top / "whole") as r:
        line.came = 0
        assert len(list(r["large.csv"])) == ROWS
        whole = line.came
    came, numbers = [], []
    for part in range(8):
        with varve.Repo(line.url, cache=top / f"cache{part}") as r:
            line.came = 0
            numbers += [int(row[0]) for row in r["large.csv"].select().share(part, 8)]
            came.append(line.came)
        assert not list((top / f"cache{part}").rglob("varve/packs/*.pack"))
    assert numbers == list(range(ROWS))
    assert max(came) < whole / 4 and sum(came) < whole * 1.5, (came, whole)


def test_a_share_that_comes_wrong_or_not_to_its_end_is_an_error_or_comes_again(served):
    top, line = served
    for at in (1000, 20000, 90000, 200000):
        with varve.Repo(line.url, cache=top / f"wrong{at}") as r:
            share = r["large.csv"].select().share(2, 8)
            expected = None
            for setting in ("wrong_at", "end_at"):
                line.came = 0
                setattr(line, setting, at)
                try:
                    rows = [tuple(row) for row in share]
                except varve.Error:
                    rows = None
                setattr(line, setting, None)
                expected = expected or [tuple(row) for row in share]
                assert rows is None or rows == expected
            assert [int(row[0]) for row in expected] == list(range(int(expected[0][0]), int(expected[-1][0]) + 1))


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
        with pytest.raises(varve.NotFoundError, match="has no branch 'nowhere'"):
            r.put("prices.csv", ONE.encode(), message="begins nowhere", branch="nowhere")
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


def test_a_server_that_takes_no_pushes_says_so(far):
    top, _ = far
    with subprocess.Popen(["varve", "serve", "--http", "127.0.0.1:0", "far.git"], cwd=top, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as server:
        try:
            url = f"http://127.0.0.1:{server.stdout.readline().rsplit(':', 1)[1].strip()}/far.git"
            with varve.Repo(url) as r, pytest.raises(varve.AuthError, match="read-only"):
                r.put("prices.csv", ONE.encode(), message="no", branch="main")
        finally:
            server.kill()


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
