"""Transactions."""
import datetime
import io
import warnings

import pytest

import varve
from conftest import ONE, TWO, run


def test_put_commits_bytes_and_writes_the_work_tree(folder):
    with varve.Repo(folder) as r:
        first = r.put("prices.csv", ONE.encode(), message="one", key=["id"])
        second = r.put("prices.csv", io.BytesIO(TWO.encode()), message="two")
        assert [c.id for c in r.log()] == [second, first]
        assert [c.message for c in r.log()] == ["two\n", "one\n"]
        assert r[f"{first}:prices.csv"].read_bytes() == ONE.encode()
        assert r[f"{second}:prices.csv"].key == ("id",)
        assert r.status() == []
        assert r.put("prices.csv", TWO.encode(), message="three") is None
    assert (folder / "prices.csv").read_text() == TWO


def test_a_transaction_is_one_commit(repo, folder):
    with repo.transaction("both", author="Bob <bob@example.com>") as tx:
        tx.put("a.csv", b"id,x\n1,2\n")
        tx.put("b.txt", b"text")
        tx.remove("prices.csv")
    assert [(x.path, x.state, x.table) for x in tx.results] == [
        ("a.csv", "A", True), ("b.txt", "A", False), ("prices.csv", "D", False)]
    head = next(repo.log())
    assert (head.id, head.author) == (tx.commit_id, "Bob")
    assert not (folder / "prices.csv").exists() and (folder / "b.txt").read_text() == "text"


def test_each_commit_has_the_date_of_the_environment_as_it_is_then(repo, monkeypatch):
    for day in (1, 2):
        monkeypatch.setenv("GIT_AUTHOR_DATE", f"2025-10-0{day}T06:00:00Z")
        repo.put("note.txt", b"%d" % day, message="a note")
    assert [c.author_time.day for c in repo.log("note.txt")] == [2, 1]


def test_a_commit_has_the_date_that_it_is_given(repo, folder, monkeypatch):
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2025-01-01T06:00:00Z")
    zone = datetime.timezone(datetime.timedelta(hours=2))
    dates = ["2026-10-05", datetime.date(2026, 10, 6), "2026-10-07T18:00+02:00", datetime.datetime(2026, 10, 8, 18, tzinfo=zone)]
    for n, date in enumerate(dates):
        repo.put("note.txt", b"%d" % n, message="a note", date=date)
    shown = [(c.author_time.isoformat(), c.time.isoformat()) for c in repo.log("note.txt")]
    wanted = ["2026-10-08T18:00:00+02:00", "2026-10-07T18:00:00+02:00", "2026-10-06T12:00:00+00:00", "2026-10-05T12:00:00+00:00"]
    assert shown == [(w, w) for w in wanted]
    with pytest.raises(varve.UsageError):
        repo.write("prices.csv", repo["prices.csv"], date="nonsense")
    repo.put("note.txt", b"x", message="x")
    assert next(repo.log("note.txt")).time.year == 2025


def test_an_exception_leaves_everything_as_it_was(repo, folder):
    head = repo.rev_parse("HEAD")
    with pytest.raises(ZeroDivisionError):
        with repo.transaction("x") as tx:
            tx.put("prices.csv", ONE.encode())
            1 / 0
    assert (repo.rev_parse("HEAD"), repo.status()) == (head, [])
    assert (folder / "prices.csv").read_text() == TWO
    assert repo.put("a.csv", b"id\n1\n", message="the lock is free")


def test_a_branch_gets_the_commit_and_the_work_tree_stays(repo, folder):
    with repo.transaction("side", branch="side", start="v1") as tx:
        tx.put("prices.csv", TWO.encode())
    assert repo.branches["side"] == tx.commit_id != repo.branches["main"]
    assert repo["side:prices.csv"].read_bytes() == TWO.encode()
    assert repo.status() == []


def test_changes_of_the_work_tree_are_not_lost(repo, folder):
    (folder / "prices.csv").write_text("id,x\n1,2\n")
    with pytest.raises(varve.RefusedError):
        repo.put("prices.csv", ONE.encode(), message="x")
    assert (folder / "prices.csv").read_text() == "id,x\n1,2\n"
    assert repo.put("prices.csv", ONE.encode(), message="x", replace=True)


def test_a_file_that_fails_ends_the_put_with_its_exception(repo):
    class Broken:
        def read(self, n):
            raise OSError("gone")

    class Greedy:
        def read(self, n):
            return b"x" * (n + 1)

    class Text:
        def read(self, n):
            return "text"

    head = repo.rev_parse("HEAD")
    for file, error in ((Broken(), OSError), (Greedy(), ValueError), (Text(), TypeError)):
        with pytest.raises(error):
            repo.put("a.csv", file, message="x")
    assert repo.rev_parse("HEAD") == head


def test_data_that_is_no_table_is_refused(repo):
    with pytest.raises(varve.InvalidDataError):
        repo.put("bad.csv", b'id,x\n1,"\n', message="x")


def test_a_bare_repository_needs_a_branch(folder, tmp_path_factory):
    bare = tmp_path_factory.mktemp("bare")
    run("varve", "init", "-q", "--bare", str(bare), cwd=folder)
    with varve.Repo(bare) as r:
        with pytest.raises(varve.UsageError):
            r.put("a.csv", b"id\n1\n", message="x")
        assert r.put("a.csv", b"id\n1\n", message="x", branch="main")
        with pytest.raises(varve.NotFoundError, match="' does not exist, and no commit to start it from was given") as e:
            r.put("a.csv", b"id\n1\n", message="x", branch="new")
        assert "start='REV'" in e.value.hint
        assert r.tables() == ["a.csv"]


def test_warnings_go_through_warnings(repo):
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        repo.put("prices.csv", TWO.replace("10.99", "much").encode(), message="x")
    assert all(issubclass(w.category, varve.VarveWarning) for w in found)


def test_columns_are_described_without_reading_a_row(repo, folder):
    (folder / "t.csv").write_bytes(b"id,qty,amount\n1,5,\"1.234,5\"\n2,NA,\"7,25\"\n3,7,none\n")
    with repo.transaction("one") as tx:
        tx.add("t.csv")
    before = (folder / "t.csv").read_bytes()
    package = repo.describe("t.csv", types={"qty": "integer"}, numbers={"amount": "1.234,5"}, missing={"qty": ["NA", "?"], "amount": "none"}, key="id")
    assert package == "datapackage.json" and (folder / "t.csv").read_bytes() == before
    t = repo["t.csv"]
    assert [f["type"] for f in t.schema["fields"]] == ["integer", "integer", "number"] and t.key == ("id",)
    assert t.row(2)["qty"] == "NA" and [r[0] for r in t.select(["id"], "qty is null or amount is null")] == ["2", "3"]
    assert "missingValues" not in repo["HEAD:t.csv"].schema["fields"][2]
    assert repo.describe("t.csv", types={"id": "string"}, message="Describe t.csv") == package
    assert [f["type"] for f in repo["HEAD:t.csv"].schema["fields"]] == ["string", "integer", "number"]
    assert repo.describe("t.csv", missing="n/a") == package
    (folder / "m.csv").write_bytes(b"id,n\n1,5\n2,gone\n3,lost\n")
    with repo.transaction("two") as tx:
        tx.add("m.csv")
    repo.describe("m.csv", missing={"n": ["gone", "lost"]})  # without both an integer is left
    assert repo["m.csv"].schema["fields"][1]["type"] == "integer"
    for wrong, error in (({"types": {"qty": "int"}}, varve.UsageError), ({"types": {"no": "integer"}}, varve.NotFoundError), ({"key": ["no"]}, varve.NotFoundError)):
        with pytest.raises(error):
            repo.describe("t.csv", **wrong)
    with pytest.raises(varve.NotFoundError):
        repo.describe("nothing.csv", key="id")


def test_a_table_that_git_keeps_as_text_has_its_key(folder):
    run("varve", "track", "--text", "*.csv", cwd=folder)
    (folder / "t.csv").write_text("id,part,n\n1,a,5\n1,b,6\n2,a,7\n")
    (folder / "datapackage.json").write_text(
        '{"resources": [{"path": "t.csv", "schema": {"fields": [{"name": "id", "type": "integer"}, {"name": "part", "type": "string"}, '
        '{"name": "n", "type": "integer"}], "primaryKey": ["id", "part"]}}]}'
    )
    (folder / "u.csv").write_text("id,n,note\n1,5,x\n2,6,y\n3,7,z\n")
    run("git", "add", ".", cwd=folder)
    run("git", "commit", "-q", "-m", "text", cwd=folder)
    with varve.Repo(folder) as r:
        assert r["HEAD:t.csv"].key == ("id", "part") and r["HEAD:u.csv"].key == ("id",)
        assert r["HEAD:t.csv"].row(1, "b")["n"] == "6"
        pa = pytest.importorskip("pyarrow")
        r.write("t.csv", pa.table({"id": [1], "part": ["b"], "n": [60]}), mode="upsert")
        assert (folder / "t.csv").read_text() == "id,part,n\n1,a,5\n1,b,60\n2,a,7\n"
        r.write("u.csv", pa.table({"id": [1, 2, 3], "n": [5, 66, 7]}), columns="keep")
        assert (folder / "u.csv").read_text() == "id,n,note\n1,5,x\n2,66,y\n3,7,z\n"


def test_what_was_read_of_an_undone_transaction_stays_out_of_history(repo, folder):
    head = repo.rev_parse("HEAD")
    with pytest.raises(ZeroDivisionError):
        with repo.transaction("x") as tx:
            tx.put("prices.csv", ONE.encode())
            assert tx.table("prices.csv").read_bytes() == ONE.encode()
            1 / 0
    assert (repo.rev_parse("HEAD"), repo.status()) == (head, [])
    assert (folder / "prices.csv").read_text() == TWO


def test_a_version_of_another_repository_is_put_by_its_blocks(repo, tmp_path):
    other = tmp_path / "other"
    run("git", "init", "-q", "-b", "main", str(other), cwd=tmp_path)
    with varve.Repo(other) as to:
        with to.transaction("taken over") as tx:
            tx.put("in/p.csv", repo["v1:prices.csv"])
        assert to["HEAD:in/p.csv"].cid == repo["v1:prices.csv"].cid
        assert to["HEAD:in/p.csv"].read_bytes() == repo["v1:prices.csv"].read_bytes()
    run("varve", "fsck", "--data", cwd=other)


def test_what_a_commit_cannot_find_is_not_nothing_changed(repo, folder):
    (folder / "s").mkdir()
    (folder / "s/q").write_text("x\n")
    run("git", "add", "s", cwd=folder)
    run("git", "commit", "-q", "-m", "q", cwd=folder)
    tree = run("git", "rev-parse", "HEAD:s", cwd=folder).decode().strip()
    (folder / ".git/objects" / tree[:2] / tree[2:]).unlink()
    before = (folder / "prices.csv").read_bytes()
    with varve.Repo(folder) as r, pytest.raises(varve.Error):
        r.put("prices.csv", b"id,x\n1,NEW\n", message="m")
    assert (folder / "prices.csv").read_bytes() == before


def test_a_column_of_text_that_a_frame_empties_is_empty(folder):
    pandas = pytest.importorskip("pandas")
    raw = b"id,s,n\n1,a,5\n2,b,x\n3,NA,6\n"
    with varve.Repo(folder) as r:
        r.put("t.csv", raw, key=["id"], message="one")
        r.describe("t.csv", types={"n": "integer"}, message="types")
        frame = r["t.csv"].select(misfit="null").to_pandas()
        frame["s"] = float("nan")
        assert r.write("t.csv", frame, message="gone").cells == 3
        assert (folder / "t.csv").read_bytes() == b"id,s,n\n1,,5\n2,,x\n3,,6\n"
        frame["s"] = pandas.period_range("2026-01", periods=3, freq="M")
        with pytest.raises(varve.UsageError, match="column 's' has an extension type of numbers"):
            r.write("t.csv", frame)
