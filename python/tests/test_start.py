"""The lines with which the package was asked for, as they were written. Needs pandas, polars and duckdb."""
import duckdb
import polars as pl
import pytest

import varve
from conftest import run


@pytest.fixture
def sales(folder, commit, tmp_path_factory, monkeypatch):
    """A repository with an upstream; v1 is its first version; HEAD of 2026-11-17."""
    head = "id,month,price,qty\n"
    commit("prices.csv", head + "".join(f"{i},2026-{i % 12 + 1:02d},{i / 10:.2f},{i % 9}\n" for i in range(5000)), ["id"])
    run("varve", "tag", "v1", cwd=folder)
    commit("prices.csv", head + "".join(f"{i},2026-{i % 12 + 1:02d},{i / 10 + i % 2:.2f},{i % 9}\n" for i in range(1, 5001)))
    far = tmp_path_factory.mktemp("far") / "sales.git"
    varve.clone(folder, far, bare=True).close()
    run("git", "push", "-q", str(far), "v1", cwd=folder)
    run("git", "remote", "add", "origin", str(far), cwd=folder)
    run("varve", "fetch", "-q", cwd=folder)
    run("git", "branch", "-q", "--set-upstream-to=origin/main", cwd=folder)
    monkeypatch.setenv("VARVE_CACHE", str(far.parent / "cache"))
    monkeypatch.chdir(folder)
    return f"file://{far}"


def test_the_lines_run(sales, tmp_path_factory):
    r = varve.Repo(".")
    assert r.tables() == ["prices.csv"] and "prices.csv" in r
    t = r["prices.csv"]; v = r["v1:prices.csv"]; w = r.table("prices.csv", rev="2026-11-17")  # fmt: skip
    assert len(t) == len(v) == len(w) == 5000
    assert t.schema["fields"][0]["name"] == "id" and t.key == ("id",) and w.cid != v.cid
    assert w.commit_id == r.rev_parse("HEAD") and t.row(4711)["price"] == "472.10"
    assert len(t.to_pandas(columns=["id", "price"], where="price > :p", params={"p": 100})) == 4005
    assert len(t.lazy().filter(pl.col("price") > 100).collect()) == 4005
    assert len(duckdb.sql("select month, avg(price) from t group by month").fetchall()) == 12
    d = r.diff("prices.csv", "v1", "HEAD")
    assert [len(list(rows)) for rows in (d.added, d.removed)] == [1, 1] and len(list(d.cells)) == d.summary["changed"] == 2500

    df = t.to_pandas()
    df.loc[df.id == 7, "qty"] = 3; r.check("prices.csv", data=df).raise_if_invalid()  # fmt: skip
    assert r.write("prices.csv", df, message="November prices")[1:] == (0, 0, 1, 1)
    assert r.push(retry=3).commits == 1
    assert [c.subject for c in r.log("prices.csv")][0] == "November prices"
    assert [e.kind for e in r.row_history("prices.csv", 4711)] == ["changed", "added"]
    assert list(r.blame("prices.csv"))[6] == r.rev_parse("HEAD")
    old = varve.read("prices.csv", repo=sales, rev="v1")
    assert old.cid == v.cid and old.row(4711)["price"] == "471.10"
    with varve.clone(sales, tmp_path_factory.mktemp("lazy") / "clone", lazy=True) as clone:
        assert clone.rev_parse("HEAD") == r.rev_parse("HEAD")
