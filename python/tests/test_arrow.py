"""Arrow, by every library that takes it. Needs pandas, polars, pyarrow and duckdb."""
import csv
import datetime
import io

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import varve
from conftest import DECLARED, ONE, run

VALUES = [
    (1, "pear", 9.99, datetime.date(2026, 1, 1), True),
    (2, "plum", 120.0, datetime.date(2026, 1, 5), False),
    (3, "a, b", 150.5, datetime.date(2026, 2, 1), True),
    (4, None, None, None, None),
]


@pytest.fixture
def t(repo):
    return repo["v1:prices.csv"]


def rows(table):
    return [tuple(row.values()) for row in table.to_pylist()]


def test_pyarrow(t):
    assert rows(t.to_arrow()) == rows(pa.table(t)) == rows(t.to_batches().read_all()) == VALUES
    assert t.to_arrow().schema.types == [pa.int64(), pa.string(), pa.float64(), pa.date32(), pa.bool_()]
    assert pa.schema(t) == t.to_arrow().schema
    assert rows(t.to_arrow(["item", "id"], "price > :p", {"p": 100})) == [("plum", 2), ("a, b", 3)]


def test_polars(t):
    assert t.to_polars().rows() == pl.DataFrame(t).rows() == VALUES
    assert t.to_polars("id").rows() == [(1,), (2,), (3,), (4,)]


def test_polars_lazy(t):
    lazy = t.lazy()
    assert lazy.collect().rows() == VALUES
    assert lazy.filter(pl.col("price") > 100).select("item").collect().rows() == [("plum",), ("a, b",)]
    assert lazy.select(pl.len()).collect().item() == 4
    assert lazy.head(2).select("id").collect().rows() == [(1,), (2,)]
    assert t.select(["item"], row_number="n").lazy().filter(pl.col("n") > 1).collect().rows() == [("a, b", 2), (None, 3)]


def test_pandas(t):
    frame = t.to_pandas()
    assert [str(d) for d in frame.dtypes] == ["Int64", "str", "float64", "datetime64[s]", "boolean"]
    assert frame["id"].tolist() == [1, 2, 3, 4]
    assert frame["item"].isna().tolist() == frame["ok"].isna().tolist() == [False, False, False, True]
    assert [str(d) for d in t.to_pandas("id", dtype_backend="pyarrow").dtypes] == ["int64[pyarrow]"]
    assert str(t.to_pandas(types_mapper={pa.int64(): pd.Int32Dtype()}.get)["id"].dtype) == "Int32"
    assert pd.DataFrame.from_arrow(t)["price"].tolist()[:3] == [9.99, 120.0, 150.5]
    with pytest.raises(varve.UsageError):
        t.to_pandas(dtype_backend="x")


def test_integers_of_pandas_are_as_pandas_itself_takes_them():
    from varve import _arrow

    for kind in (pa.int64(), pa.uint64()):
        parts = [pa.array([1, None, 3], kind), pa.array([], kind), pa.array([9, 5, None, 2**63 - 1], kind)[1:]]
        table = pa.table({"x": pa.chunked_array(parts), "y": pa.chunked_array([pa.array(range(6), kind)])})
        for some in (table, table[:0], table[4:5]):
            frame = _arrow.pandas_frame(some, None, None)
            types = {kind: pd.Int64Dtype() if kind == pa.int64() else pd.UInt64Dtype()}
            pd.testing.assert_frame_equal(frame, some.to_pandas(types_mapper=types.get))
        frame = _arrow.pandas_frame(table, None, None)
        frame.loc[1, "x"] = frame.loc[0, "y"] = 7
        assert frame["x"].tolist()[:4] == [1, 7, 3, 5] and frame["x"].isna().sum() == 1 and frame["y"].sum() == 22


def test_duckdb(t):
    for _ in range(2):
        assert duckdb.sql("select * from t order by id").fetchall() == VALUES
    view = t.select(["id", "price"], "price > 100")
    assert duckdb.sql("select sum(price), count(*) from view").fetchall() == [(270.5, 2)]


def test_text_is_as_written(t):
    content = list(csv.reader(io.StringIO(ONE)))[1:]
    text = t.select(text=True).to_arrow()
    assert set(text.schema.types) == {pa.string()}
    assert [tuple(c or "" for c in row) for row in rows(text)] == [tuple(row) for row in content]


def test_misfits(repo, commit):
    commit("m.csv", "id,n\n1,2\n2,3\n")
    commit("m.csv", "id,n\n1,2\n2,x\n3,y\n")
    t = repo["m.csv"]
    if t.schema["fields"][1]["type"] != "integer":
        pytest.skip("the schema followed the data")
    for read in (t.to_arrow, t.to_polars, t.to_pandas):
        with pytest.raises(varve.InvalidDataError, match="x"):
            read()
    v = t.select(misfit="null")
    assert rows(v.to_arrow()) == [(1, 2), (2, None), (3, None)]
    assert v.misfits == 2


def test_integers_beyond_64_bits_are_refused_by_cell_and_exact_as_decimals(repo, commit):
    big = [2**64 - 1, -(2**63) - 1, 7]
    commit("big.csv", "id,n\n" + "".join(f"{i},{n}\n" for i, n in enumerate(big)))
    repo.describe("big.csv", types={"n": "integer"}, message="types")
    t = repo["HEAD:big.csv"]
    with pytest.raises(varve.Error) as e:
        t.to_arrow()
    assert "row 1: column 'n' of type integer: '18446744073709551615' is outside the range" in str(e.value)
    assert "decimals" in e.value.hint
    assert t.select(numbers="decimal").to_arrow()["n"].to_pylist() == big


def test_large_tables_are_the_same_everywhere(repo, commit):
    commit("t.csv", "id,x\n" + "".join(f"{i},{i / 8}\n" for i in range(200000)))
    t = repo["t.csv"]
    expected = [(i, i / 8) for i in range(200000)]
    assert rows(t.to_arrow()) == t.to_polars().rows() == expected
    assert list(t.to_pandas().itertuples(index=False, name=None)) == expected
    assert duckdb.sql("select count(*), sum(x) from t").fetchall() == [(200000, sum(x for _, x in expected))]


def test_streams_outlive_what_they_were_made_from(folder, repo):
    with varve.Repo(folder) as r:
        reader = r["v1:prices.csv"].to_batches()
    assert rows(reader.read_all()) == VALUES


def test_a_missing_library_is_named(t, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "polars", None)
    with pytest.raises(ModuleNotFoundError, match="pip install polars"):
        t.to_polars()


def test_zeros_have_the_sign_that_their_cells_have(repo, commit):
    cells = ["-0", "0", "-0.0", "1.5", "0.0", "-7"]
    commit("z.csv", "id,x\n" + "".join(f"{i},{x}\n" for i, x in enumerate(cells)))
    assert [str(x) for x in repo["z.csv"].to_arrow()["x"].to_pylist()] == [str(float(x)) for x in cells]
    table = pa.table({"id": [1, 2, 3], "x": [-0.0, 0.0, 0.5]})
    repo.write("w.csv", table, message="w")
    assert [str(x) for x in repo["w.csv"].to_arrow()["x"].to_pylist()] == ["-0.0", "0.0", "0.5"]


def test_numbers_and_misfits_as_text(repo, folder, commit):
    (folder / "datapackage.json").write_text(DECLARED)
    commit("prices.csv", ONE.replace("9.99", "cheap"))
    t = repo["HEAD:prices.csv"]
    assert t.select(["id", "price"], numbers="text").to_arrow()["price"].to_pylist() == ["cheap", "120", "150.50", None]
    lenient = t.select(["price"], misfit="text")
    assert rows(lenient.to_arrow()) == [(None, '{"price":"cheap"}'), (120.0, None), (150.5, None), (None, None)]
    assert lenient.misfits == 1 and lenient.to_polars().height == 4
    feed = repo.diff("prices.csv", "v1", "HEAD", misfit="text").rows.to_arrow()
    assert feed.schema.names[-1] == "_misfits" and feed["_misfits"].to_pylist() == [None, '{"price":"cheap"}']
    with pytest.raises(varve.UsageError):
        t.select(numbers="nosuch")


def test_streams_of_the_program(t, folder):
    data = run("varve", "cat", "v1:prices.csv", "--format", "arrow", cwd=folder)
    read = pa.ipc.open_stream(data).read_all()
    read.validate(full=True)
    assert rows(read) == VALUES and read.schema == pa.schema(t)
    assert pl.read_ipc_stream(io.BytesIO(data)).rows() == VALUES
    data = run("varve", "cat", "v1:prices.csv", "--format", "arrow", "--numbers", "decimal", "--dictionary", "item", cwd=folder)
    read = pa.ipc.open_stream(data).read_all()
    read.validate(full=True)
    v = t.select(numbers="decimal", dictionary=["item"])
    assert read.schema == pa.schema(v) and read.equals(pa.table(v))
    assert pl.read_ipc_stream(io.BytesIO(data))["item"].cast(pl.String).to_list() == [row[1] for row in VALUES]
    none = run("varve", "cat", "v1:prices.csv", "--format", "arrow", "--limit", "0", "--dictionary", "item", cwd=folder)
    assert pa.ipc.open_stream(none).read_all().num_rows == 0


def test_differences(repo, folder, commit):
    d = repo.diff("prices.csv", "v1", "HEAD")
    cells = d.cells.to_arrow()
    cells.validate(full=True)
    assert rows(cells) == [(1, "price", "9.99", "10.99"), (3, "price", "150.50", "150.5")]
    assert d.cells.to_polars().columns == ["id", "column", "before", "after"]
    feed = d.rows.to_arrow()
    feed.validate(full=True)
    assert feed.schema.names[5:] == ["_change_type", "_commit_version", "_commit_timestamp"]
    kinds = ["update_preimage", "update_postimage", "delete", "update_preimage", "update_postimage", "insert"]
    assert feed["_change_type"].to_pylist() == kinds
    assert set(feed["_commit_version"].to_pylist()) == {repo.rev_parse("HEAD")}
    assert feed["_commit_timestamp"][0].as_py() == next(iter(repo.log(limit=1))).time
    assert feed["price"].to_pylist() == [9.99, 10.99, 120.0, 150.5, 150.5, 3.0]
    assert pl.DataFrame(d.rows).rows() == [tuple(r.values()) for r in feed.to_pylist()]
    assert duckdb.sql("select count(*) from feed where _change_type = 'insert'").fetchall() == [(1,)]
    assert d.rows.to_pandas()["id"].dtype == "Int64"
    assert repo.diff("prices.csv", "v1", "HEAD", text=True).rows.to_arrow()["price"].to_pylist()[3:5] == ["150.50", "150.5"]
    data = run("varve", "diff", "v1", "HEAD", "--format", "arrow", cwd=folder)
    assert pa.ipc.open_stream(data).read_all() == feed
    assert pl.read_ipc_stream(io.BytesIO(data)).height == 6
    (folder / "datapackage.json").write_text(DECLARED)
    commit("prices.csv", ONE.replace("9.99", "cheap"))
    with pytest.raises(varve.InvalidDataError, match="cheap"):
        repo.diff("prices.csv", "v1", "HEAD").rows.to_arrow()
    lenient = repo.diff("prices.csv", "v1", "HEAD", misfit="null").rows
    assert lenient.to_arrow()["price"].to_pylist()[:2] == [9.99, None] and lenient.misfits == 1
