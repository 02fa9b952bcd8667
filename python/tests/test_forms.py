"""Decimals and dictionaries, by every library that takes Arrow. Needs pandas, polars, pyarrow and duckdb."""
import decimal
import pickle
import random

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import varve
from conftest import run

D = decimal.Decimal


@pytest.fixture
def amounts(repo, commit):
    commit("a.csv", "id,n,x,word\n1,12345678901234567,1.50,red\n2,,-0.125,green\n3,-7,3,red\n4,0,,\n", ["id"])
    return repo["HEAD:a.csv"]


def test_decimals(amounts):
    v = amounts.select(["n", "x"], numbers="decimal")
    t = pa.table(v)
    assert t.schema.types == [pa.decimal128(38, 0), pa.decimal128(38, 3)]
    assert t.schema.field("n").metadata is None and t.schema.field("x").metadata == {b"varve:scale": b"cells"}
    n, x = [D(12345678901234567), None, D(-7), D(0)], [D("1.500"), D("-0.125"), D("3.000"), None]
    assert t["n"].to_pylist() == n and t["x"].to_pylist() == x
    assert v.to_polars()["x"].to_list() == x and v.to_polars().schema["x"] == pl.Decimal(38, 3)
    assert v.to_pandas()["x"].tolist()[:3] == x[:3]
    assert v.lazy().filter(pl.col("n") < 1).collect()["n"].to_list() == [D(-7), D(0)]
    assert sorted(duckdb.sql("select x from v where x is not null").fetchall()) == [(D("-0.125"),), (D("1.500"),), (D("3.000"),)]
    assert duckdb.sql("select sum(n) from v").fetchall() == [(D(12345678901234560),)]
    data = v.dataset()
    assert duckdb.sql("select x from data where n = -7").fetchall() == [(D("3.000"),)]
    assert pa.schema(pickle.loads(pickle.dumps(v))) == t.schema


def test_the_scale_of_decimals_is_the_same_whatever_rows_are_asked_for(amounts):
    some = amounts.select(["x"], "id = 3", numbers="decimal")
    assert pa.table(some).schema.types == [pa.decimal128(38, 3)] and pa.table(some)["x"].to_pylist() == [D("3.000")]


def test_decimals_have_38_digits_in_all(repo, commit, folder):
    whole, fine = "9" * 30, "0." + "1" * 20
    commit("b.csv", f"k,x\n1,{whole}\n2,{fine}\n3,0.00000001\n4,1e-3\n5,NaN\n", ["k"])
    run("varve", "schema", "--type", "x=number", "b.csv", cwd=folder)
    run("varve", "add", ".", cwd=folder)
    v = repo["b.csv"].select(["x"], numbers="decimal", misfit="text")
    t = pa.table(v)
    assert t.schema.field("x").type == pa.decimal128(38, 8)
    assert t["x"].to_pylist() == [D(whole).quantize(D("1e-8"), context=decimal.Context(60)), None, D("0.00000001"), D("0.00100000"), None]
    assert t["_misfits"].to_pylist() == [None, f'{{"x":"{fine}"}}', None, None, '{"x":"NaN"}']
    with pytest.raises(varve.InvalidDataError):
        repo["b.csv"].select(numbers="decimal").to_arrow()


def test_decimals_of_many_rows_are_the_cells(repo, commit):
    r = random.Random(5)
    cells = [str(D(r.randrange(-10**9, 10**9)).scaleb(-r.choice((0, 2, 2, 2, 5, 11)))) for _ in range(30_000)]
    cells = [c if "E" not in c else f"{D(c):f}" for c in cells]
    commit("c.csv", "id,x\n" + "".join(f"{i},{c}\n" for i, c in enumerate(cells)), ["id"])
    t = repo["HEAD:c.csv"].select(["x"], numbers="decimal").to_arrow()
    assert t.schema.types == [pa.decimal128(38, 11)] and t["x"].to_pylist() == [D(c) for c in cells]


def test_decimals_of_a_difference(repo, commit):
    commit("a.csv", "id,x\n1,1.5\n2,2\n", ["id"])
    commit("a.csv", "id,x\n1,1.25\n2,2\n", ["id"])
    rows = repo.diff("a.csv", "HEAD~1", "HEAD", numbers="decimal").rows
    t = pa.table(rows)
    assert t.schema.field("x").type == pa.decimal128(38, 2) and t["x"].to_pylist() == [D("1.50"), D("1.25")]


def test_dictionaries(repo, commit):
    lines = [f"{i},{'abc'[i % 3]},{i % 7 or ''},w{i}\n" for i in range(200_000)]
    commit("d.csv", "id,letter,digit,word\n" + "".join(lines), ["id"])
    table = repo["HEAD:d.csv"]
    plain = table.to_arrow()
    v = table.select(dictionary=["letter"])
    t = pa.table(v)
    kind = pa.dictionary(pa.int32(), pa.string())
    assert [f.name for f in t.schema if f.type == kind] == ["letter"] and t["letter"].num_chunks > 1
    assert t["letter"].cast(pa.string()).equals(plain["letter"])
    frame = v.to_pandas()
    assert str(frame["letter"].dtype) == "category" and frame["letter"].astype(str).tolist() == plain["letter"].to_pylist()
    assert v.to_polars()["letter"].cast(pl.String).to_list() == plain["letter"].to_pylist()
    assert pl.DataFrame(v).schema["letter"] == pl.Categorical
    assert sorted(duckdb.sql("select letter, count(*) from v group by all").fetchall()) == [("a", 66667), ("b", 66667), ("c", 66666)]
    everything = table.select(dictionary=True)
    t = pa.table(everything)
    assert [f.name for f in t.schema if f.type == kind] == ["letter", "word"]
    assert t["word"].cast(pa.string()).equals(plain["word"])
    data = everything.dataset()
    assert duckdb.sql("select letter from data where word = 'w77'").fetchall() == [("c",)]
    assert pa.schema(pickle.loads(pickle.dumps(v))) == pa.schema(v)
    assert pa.schema(v.select(["letter"], dictionary="letter")).types == [kind]
    assert pa.table(table.select(["id"], dictionary="letter")).schema.types == [pa.int64()]


def test_missing_values_and_misfits_beside_a_dictionary(repo, commit):
    commit("e.csv", b"id,w,v\n1,,x\n2,b,x\n3,\xff,x\n4,b,x\n", ["id"])
    t = repo["HEAD:e.csv"].select(["w", "v"], dictionary=True, misfit="text").to_arrow()
    assert t["w"].to_pylist() == [None, "b", None, "b"] and t["w"].chunk(0).dictionary.to_pylist() == ["b"]
    assert t["_misfits"].to_pylist() == [None, None, '{"w":"\\udcff"}', None] or t["_misfits"].null_count == 3
    none = repo["HEAD:e.csv"].select(["w"], "id = 1", dictionary=True)
    assert pa.table(none)["w"].to_pylist() == [None] and none.to_polars()["w"].to_list() == [None]
    assert duckdb.sql("select w from none").fetchall() == [(None,)]
    nothing = repo["HEAD:e.csv"].select("w", "id = 9", dictionary=True)
    assert pa.table(nothing).num_rows == 0 and nothing.to_polars().height == 0 and nothing.to_pandas().empty


def test_what_cannot_have_a_dictionary_is_named(amounts):
    with pytest.raises(varve.UsageError, match="'n'"):
        pa.table(amounts.select(dictionary=["n"]))
    with pytest.raises(varve.NotFoundError, match="'wrod'"):
        pa.table(amounts.select(dictionary=["wrod"]))


@pytest.mark.parametrize("read", [lambda v: v.to_arrow(), lambda v: v.to_polars(), lambda v: v.to_pandas()])
def test_writing_back_decimals_and_dictionaries_changes_nothing(repo, amounts, read):
    frame = read(amounts.select(numbers="decimal", dictionary=True))
    assert repo.write("a.csv", frame, message="again").commit is None


def test_errors_name_path_row_and_column(repo, commit):
    with pytest.raises(varve.NotFoundError) as none:
        repo["nothing.csv"]
    assert (none.value.path, none.value.row, none.value.column) == ("nothing.csv", None, None)
    rows = "".join(f"{i},{i}.5,x\n" for i in range(3000))
    repo.put("m.csv", f"id,price,item\n{rows}3000,cheap,x\n".encode(), message="one", key=["id"])
    repo.describe("m.csv", types={"price": "number"})
    for read in (lambda v: v.to_arrow(), lambda v: v.to_polars(), lambda v: v.select(["price"]).to_pandas()):
        with pytest.raises(varve.InvalidDataError) as misfit:
            read(repo["m.csv"])
        assert (misfit.value.path, misfit.value.row, misfit.value.column) == ("m.csv", 3000, "price")
    with pytest.raises(varve.InvalidDataError) as report:
        repo.check("m.csv").raise_if_invalid()
    assert (report.value.path, report.value.row, report.value.column) == ("m.csv", 3000, "price")
    with pytest.raises(varve.SchemaMismatchError) as given:
        repo.write("m.csv", pl.DataFrame({"id": [1]}))
    assert given.value.path == "m.csv"
    assert pickle.loads(pickle.dumps(report.value)).row == 3000
