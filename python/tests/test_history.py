"""Refs, log, status, the history of a row, differences, checks."""
import datetime
import json

import pytest

import varve
from conftest import ONE, run


def test_refs(repo):
    head = repo.rev_parse("HEAD")
    assert repo.branches == {"main": head}
    assert repo.tags == {"v1": repo.rev_parse("HEAD~1")}
    assert repo.tables() == repo.tables("v1") == ["prices.csv"]


def test_log(repo, commit):
    commit("other.csv", "id,x\n1,2\n")
    every = list(repo.log())
    assert len(every) == 3
    assert [c.id for c in repo.log("prices.csv")] == [c.id for c in every[1:]]
    assert [c.id for c in repo.log(rev="v1..HEAD")] == [c.id for c in every[:2]]
    assert [c.id for c in repo.log(limit=1)] == [every[0].id]
    c = every[1]
    assert c.parents == (every[2].id,) and (c.author, c.author_mail) == ("Ada", "ada@example.com")
    assert c.time == datetime.datetime.fromtimestamp(1700172800, datetime.timezone.utc)
    assert c.subject == "prices.csv 1700172800"
    with pytest.raises(varve.NotFoundError):
        list(repo.log(rev="nosuch"))


def test_status(repo, folder):
    assert repo.status() == []
    (folder / "prices.csv").write_text("id,x\n1,2\n")
    (folder / "new.csv").write_text("id,x\n1,2\n")
    (folder / "note.txt").write_text("x")
    found = {c.path: (c.staged + c.work, c.table) for c in repo.status()}
    assert found == {"prices.csv": (" M", True), "new.csv": ("??", True), "note.txt": ("??", False)}


def test_row_history(repo):
    new, old = repo.row_history("prices.csv", 1)
    assert (new.kind, new.commit, old.kind) == ("changed", repo.rev_parse("HEAD"), "added")
    assert new.cells == (varve.RowCell("price", None, "9.99", "10.99"),)
    assert {c.column: c.after for c in old.cells}["item"] == "pear"
    with pytest.raises(varve.NotFoundError):
        list(repo.row_history("nosuch.csv", 1))


def test_rows_of_a_diff(repo, folder):
    d = repo.diff("prices.csv", "v1", "HEAD")
    assert [(r.change_type, r.cells["id"], r.cells["price"]) for r in d.rows] == [
        ("update_preimage", "1", "9.99"),
        ("update_postimage", "1", "10.99"),
        ("delete", "2", "120"),
        ("update_preimage", "3", "150.50"),
        ("update_postimage", "3", "150.5"),
        ("insert", "5", "3"),
    ]
    assert d.rows.__arrow_c_stream__() is not d.rows.__arrow_c_stream__()
    with pytest.raises(varve.UsageError):
        repo.diff("prices.csv", "v1", "HEAD", misfit="nosuch")


def test_diff(repo, folder):
    d = repo.diff("prices.csv", "v1", "HEAD")
    assert [row["id"] for row in d.added] == ["5"]
    assert [row["item"] for row in d.removed] == ["plum"]
    assert [(c.before["price"], c.after["price"]) for c in d.changed] == [("9.99", "10.99"), ("150.50", "150.5")]
    assert list(d.cells) == [(("1",), "price", "9.99", "10.99"), (("3",), "price", "150.50", "150.5")]
    n = d.summary
    assert (n["added"], n["removed"], n["changed"], n["cells_changed"], n["cells_respelled"]) == (1, 1, 2, 1, 1)
    assert n["keyed"] is True and n["columns_added"] == n["columns_removed"] == []
    assert list(d.added) == list(d.added)
    assert "<td>10.99</td>" in d._repr_html_()
    assert len(list(repo.diff("prices.csv", "v1", "HEAD", ignore_format=True).cells)) == 1
    assert list(repo.diff("prices.csv", "v1", "HEAD", ignore=["price"]).cells) == []
    assert [c.column for c in repo.diff("prices.csv", "v1", "HEAD", only=["price"]).cells] == ["price", "price"]
    assert len(list(repo.diff("prices.csv", "v1", "HEAD", tolerance=2).cells)) == 1
    assert list(repo.diff("prices.csv", "v1", "HEAD", where="id = :i", params={"i": 5}).added)
    assert not list(repo.diff("prices.csv", "v1", "HEAD", where="id = :i", params={"i": 5}).removed)
    with pytest.raises(varve.NotFoundError):
        repo.diff("prices.csv", "v1", "HEAD", key=["nosuch"])
    with pytest.raises(varve.UsageError, match="not 'abc'"):
        repo.diff("prices.csv", "v1", "HEAD", tolerance="abc")


def test_diff_with_the_work_tree_and_with_columns(repo, folder):
    (folder / "prices.csv").write_text("id,item,cost\n1,pear,1\n")
    d = repo.diff("prices.csv", "v1")
    assert {row["id"] for row in d.removed} == {"2", "3", "4"}
    n = d.summary
    assert n["columns_added"] == ["cost"] and n["columns_removed"] == ["price", "day", "ok"]


def test_check_of_rows_that_are_not_written_yet(repo, folder):
    (folder / "datapackage.json").write_text(
        json.dumps(
            {
                "resources": [
                    {
                        "name": "prices",
                        "path": "prices.csv",
                        "schema": {
                            "primaryKey": "id",
                            "fields": [
                                {"name": "id", "type": "integer"},
                                {"name": "item", "type": "string", "constraints": {"required": True}},
                                {"name": "price", "type": "number", "constraints": {"maximum": 200}},
                                {"name": "day", "type": "date"},
                                {"name": "ok", "type": "boolean"},
                            ],
                        },
                    }
                ]
            }
        )
    )
    before = (folder / "prices.csv").read_bytes()
    good = ONE.replace("4,,,,\n", "")
    (folder / "good.csv").write_text(good)
    (folder / "bad.csv").write_text(good.replace("9.99", "999").replace("plum", ""))
    assert repo.check("prices.csv", data=repo["good.csv"]).valid
    report = repo.check("prices.csv", data=repo["bad.csv"])
    assert not report.valid
    assert {(f.path, f.line, f.column) for f in report.findings if f.error} == {
        ("prices.csv", 2, "price"),
        ("prices.csv", 3, "item"),
    }
    with pytest.raises(varve.InvalidDataError) as e:
        report.raise_if_invalid()
    assert len(e.value.findings) == len(report.findings)
    (folder / "few.csv").write_text("id,price\n1,999\n")
    with pytest.raises(varve.SchemaMismatchError):
        repo.check("prices.csv", data=repo["few.csv"], mode="upsert")
    few = repo.check("prices.csv", data=repo["few.csv"], mode="upsert", columns="keep")
    assert ("prices.csv", 2, "price") in {(f.path, f.line, f.column) for f in few.findings}
    with pytest.raises(varve.RefusedError):
        repo.check("prices.csv", data=repo["good.csv"].select(where="id = 1"))
    (folder / "twice.csv").write_text("k,v\n1,a\n1,b\n")
    assert repo.check("new.csv", data=repo["twice.csv"]).valid
    with pytest.raises(varve.UsageError):
        repo.check("new.xyz", data=repo["twice.csv"])
    with pytest.raises(varve.UsageError):
        repo.check("prices.csv", "HEAD", data=repo["good.csv"])
    with pytest.raises(varve.UsageError):
        repo.check("prices.csv", mode="upsert")
    assert (folder / "prices.csv").read_bytes() == before and not (folder / "new.csv").exists()


def test_check(repo, folder):
    assert repo.check()
    repo.check().raise_if_invalid()
    (folder / "prices.csv").write_text("id,item,price,day,ok\n1,pear,9.99,2026-01-01,true\n1,x,abc,2026-01-05,false\n")
    report = repo.check("prices.csv")
    assert not report.valid and (report.errors, len(report.findings)) == (1, 2)  # the key is declared, the type was found
    f = next(f for f in report.findings if f.rule == "type-contradiction")
    assert (f.path, f.column, f.value, f.error) == ("prices.csv", "price", "abc", False)
    assert f.row == 1 and f.line == 3
    with pytest.raises(varve.InvalidDataError) as e:
        report.raise_if_invalid()
    assert e.value.findings == report.findings
    assert '"valid"' in report.render("json") and "abc" in report._repr_html_()
    assert repo.check(rev="HEAD").valid
    with pytest.raises(varve.UsageError):
        report.render("nosuch")
    with pytest.raises(varve.NotFoundError):
        repo.check(rev="nosuch")


def test_paths_that_are_not_utf8(repo, commit, folder):
    import os

    name = os.fsdecode(b"\xe4.csv")
    (folder / name).write_text("id,x\n1,2\n")
    run("varve", "add", "-q", name, cwd=folder)
    assert name in repo.tables()
    assert list(repo[name]) == [("1", "2")]


def test_the_history_of_checks_has_what_each_version_broke(folder, commit):
    commit("p.csv", "id,price\n1,5\n2,6\n", key="id")
    commit("p.csv", "id,price\n1,5\n2,-6\n", key="id")
    commit("p.csv", "id,cost\n1,5\n2,-6\n", key="id")
    (folder / "varve.checks").write_text("[p.csv]\nhigh: price > 0\n")
    with varve.Repo(folder) as r:
        for again in range(2):  # the second time from the cache
            found = r.check_history()
            versions = [v for v in found if v.rule is None]
            high = [v for v in found if v.name == "high"]
            assert [v.commit for v in versions] == [c.id for c in r.log("p.csv")][::-1]
            assert [(v.found, v.applies, v.error) for v in high] == [(1, True, True), (1, False, True)]
            assert [v.commit for v in high] == [v.commit for v in versions][1:]
            assert high[0].author == "Ada" and high[0].time.year == 2023 and "high" in high[0].message
            assert r.check_history("p.csv") == found and r.check_history(rev="HEAD~1") == [v for v in found if v.commit in {
                versions[0].commit, versions[1].commit}]
        sql = r.sql("SELECT commit_hash, name, found, applies FROM varve_check_results('p.csv') WHERE name IS NOT NULL")
        assert [tuple(row) for row in sql] == [(v.commit, v.name, v.found, int(v.applies)) for v in high]
        with pytest.raises(varve.NotFoundError):
            r.check_history(rev="nowhere")
