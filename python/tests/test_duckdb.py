"""Repo.duckdb and results of queries as Arrow, with the real libraries."""
import pytest

import varve

duckdb = pytest.importorskip("duckdb")
pa = pytest.importorskip("pyarrow")
pd = pytest.importorskip("pandas")
pl = pytest.importorskip("polars")


def test_tables_and_versions_are_in_duckdb(repo, commit, folder):
    (folder / "sub").mkdir()
    commit("sub/prices.csv", "id,x\n7,1\n", ["id"])
    commit("my orders.csv", "order,lamp\n1,1\n", ["order"])
    con = repo.duckdb(revs=("v1", "HEAD~1"))
    assert con.execute('SELECT count(*) FROM "my orders"').fetchall() == [(1,)]
    assert con.execute('SELECT x FROM "sub/prices.csv"').fetchall() == [(1,)]
    assert con.execute('SELECT count(*) FROM "v1".prices WHERE price > 100').fetchall() == [(2,)]
    join = 'SELECT n.price - o.price FROM "prices.csv" n JOIN "v1".prices o USING (id) WHERE id = 1'
    assert con.execute(join).fetchall() == [(1.0,)]
    assert con.execute('SELECT count(*) FROM "HEAD~1"."sub/prices.csv"').fetchall() == [(1,)]


def test_only_columns_and_groups_are_read_that_a_query_needs(repo, monkeypatch):
    from varve import _dataset

    asked = []
    scanner = _dataset.ViewDataset.scanner

    def spy(self, columns=None, filter=None, **options):
        asked.append((columns, str(filter)))
        return scanner(self, columns=columns, filter=filter, **options)

    monkeypatch.setattr(_dataset.ViewDataset, "scanner", spy)
    con = repo.duckdb(revs=["v1"])
    assert con.execute('SELECT price FROM "v1".prices WHERE id = 2').fetchall() == [(120.0,)]
    assert len(asked) == 1 and "item" not in str(asked[0][0]) and "id == 2" in asked[0][1]
    assert con.execute('SELECT sum(price), count(*), count(item) FROM "v1".prices').fetchall() == [(280.49, 4, 3)]
    assert con.execute('SELECT count(*) FROM "v1".prices').fetchall() == [(4,)]
    assert all(columns == [] for columns, _ in asked[1:])  # without a condition by no scanner of pyarrow


def test_a_connection_of_ones_own_and_a_second_call(repo, commit, tmp_path_factory):
    file = tmp_path_factory.mktemp("own") / "own.duckdb"
    con = duckdb.connect(str(file))
    assert repo.duckdb(con, revs=("v1",)) is con
    commit("prices.csv", "id,item\n9,nut\n", ["id"])
    repo.duckdb(con, revs=("v1",))
    assert con.execute("SELECT item FROM prices").fetchall() == [("nut",)]
    assert con.execute('SELECT count(*) FROM "v1".prices').fetchall() == [(4,)]
    con.close()
    with duckdb.connect(str(file)) as again:
        assert again.execute("SELECT count(*) FROM duckdb_views() WHERE NOT internal").fetchall() == [(0,)]
    with duckdb.connect() as con:
        con.execute(f"ATTACH '{file}' AS v1")
        with pytest.raises(varve.UsageError):
            repo.duckdb(con, revs=("v1",))
    with pytest.raises(varve.NotFoundError):
        repo.duckdb(revs=("nosuch",))


def test_texts_that_repeat_are_dictionaries_and_answers_are_the_same(repo, commit):
    lines = [f"{i},{'N' if i % 3 else 'S' if i % 2 else ''},t{i},{i}" for i in range(5000)]
    commit("big.csv", "id,region,name,x\n" + "".join(f"{line}\n" for line in lines), ["id"])
    commit("none.csv", "id,word\n", ["id"])
    con = repo.duckdb()
    t = repo["HEAD:big.csv"]
    assert t._repeating().dataset().schema.types == [pa.int64(), pa.dictionary(pa.int32(), pa.string()), pa.string(), pa.int64()]
    assert t.dataset().schema.types == [pa.int64(), pa.string(), pa.string(), pa.int64()]
    for query in (
        "SELECT region, count(*), sum(x) FROM {} GROUP BY region ORDER BY region",
        "SELECT id FROM {} WHERE region = 'S' AND x > 4000 ORDER BY id",
        "SELECT count(*) FROM {} WHERE region IS NULL",
        "SELECT count(*) FROM {} WHERE region IN ('N', 'nowhere') AND name LIKE 't4%'",
        "SELECT DISTINCT typeof(region), upper(region) FROM {} ORDER BY ALL",
        "SELECT count(*) FROM {} a JOIN {} b ON a.region = b.region AND a.id = b.x",
    ):
        assert con.execute(query.format("big", "big")).fetchall() == con.execute(query.format("t", "t")).fetchall() != []
    assert con.execute("SELECT count(word) FROM none").fetchall() == [(0,)]


def test_a_cell_of_another_type_is_an_error_of_the_query_that_reads_it(repo, commit):
    commit("prices.csv", repo["v1:prices.csv"].read_bytes().decode().replace("9.99", "cheap"))
    con = repo.duckdb()
    assert con.execute("SELECT count(item) FROM prices").fetchall() == [(3,)]
    with pytest.raises(duckdb.Error, match="price"):
        con.execute("SELECT sum(price) FROM prices").fetchall()


def test_results_are_tables_of_arrow_pandas_and_polars(repo):
    found = repo.sql("SELECT id, item, price, NULL AS n FROM \"prices@v1\" ORDER BY id")
    table = found.to_arrow()
    assert [str(t) for t in table.schema.types] == ["int64", "string", "double", "null"]
    assert table.num_rows == pa.table(found).num_rows == 4
    assert found.to_pandas()["id"].tolist() == [1, 2, 3, 4] and str(found.to_pandas()["id"].dtype) == "Int64"
    assert found.to_polars()["price"].sum() == pl.DataFrame(found)["price"].sum() == 280.49
    assert duckdb.sql("SELECT count(*) FROM found").fetchall() == [(4,)]
    assert repo.sql("SELECT 1 AS x UNION SELECT 2.5").to_arrow()["x"].to_pylist() == [1.0, 2.5]
    with pytest.raises(varve.InvalidDataError, match="'x'"):
        repo.sql("SELECT 1 AS x UNION ALL SELECT 'a'").to_arrow()
    assert repo.sql("SELECT * FROM prices WHERE 0").to_arrow().num_rows == 0
