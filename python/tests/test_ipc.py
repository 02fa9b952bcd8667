"""What varve reads of Arrow that pyarrow, pandas, polars and DuckDB write. Needs all of them."""
import io
import json
import random
import subprocess

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.feather
import pyarrow.ipc
import pytest

from conftest import run


def convert(data, *words, cwd="."):
    return subprocess.run(["varve", "convert", *words, "-", "-"], input=data, capture_output=True, cwd=cwd)


def rows_of(data):
    """The rows that varve reads, as dicts."""
    made = convert(data, "--format", "ndjson")
    assert made.returncode == 0, made.stderr
    return [json.loads(line) for line in made.stdout.splitlines()]


def written(table, new, **options):
    sink = pa.BufferOutputStream()
    with new(sink, table.schema, options=pa.ipc.IpcWriteOptions(**options)) as w:
        for batch in table.to_batches(max_chunksize=1000):
            w.write_batch(batch)
    return sink.getvalue().to_pybytes()


@pytest.fixture(scope="module")
def table():
    r = random.Random(7)

    def column(make, kind=None):
        return pa.array([None if r.random() < 0.1 else make() for _ in range(3000)], kind)

    def word():
        return r.choice(["", "a", "é" * r.randrange(9), "x" * r.randrange(40), 'q"uote', "a,b\nc"])

    return pa.table(
        {
            "i": column(lambda: r.randrange(-(2**63), 2**63), pa.int64()),
            "u": column(lambda: r.randrange(2**64), pa.uint64()),
            "b": column(lambda: r.random() < 0.5, pa.bool_()),
            "x": column(lambda: r.choice([0.1, 1e300, -5.0, r.random()]), pa.float64()),
            "s": column(word, pa.string()),
            "big": column(word, pa.large_string()),
            "view": column(word, pa.string_view()),
            "d": column(lambda: r.choice("red green blue".split())).dictionary_encode(),
            "l": column(lambda: [r.randrange(9) for _ in range(r.randrange(4))], pa.list_(pa.int8())),
            "st": column(lambda: {"k": word(), "n": [word()]}, pa.struct({"k": pa.string(), "n": pa.large_list(pa.string_view())})),
            "none": pa.nulls(3000),
        }
    )


@pytest.mark.parametrize("new", [pa.ipc.new_stream, pa.ipc.new_file])
@pytest.mark.parametrize("compression", [None, "zstd", "lz4"])
def test_what_pyarrow_writes(table, new, compression):
    assert rows_of(written(table, new, compression=compression, unify_dictionaries=new == pa.ipc.new_file)) == table.to_pylist()


def test_slices_of_pyarrow(table):
    some = table.slice(1234, 77)
    assert rows_of(written(some, pa.ipc.new_stream)) == some.to_pylist()


def test_feather_of_pandas(table, tmp_path):
    frame = pd.DataFrame({"id": range(5000), "word": [f"w{i % 7}" for i in range(5000)], "kind": pd.Categorical(["a", "b"] * 2500)})
    frame.to_feather(tmp_path / "t.feather")
    run("varve", "convert", "-q", "t.feather", "t.csv", cwd=tmp_path)
    assert (tmp_path / "t.csv").read_text() == frame.to_csv(index=False)


@pytest.mark.parametrize("compression", ["uncompressed", "lz4", "zstd"])
def test_what_polars_writes(table, compression, tmp_path):
    frame = pl.from_arrow(table.drop(["none"])).with_columns(kind=pl.Series(["a", "b", None] * 1000, dtype=pl.Categorical))
    lines = [json.loads(line) for line in frame.write_ndjson().splitlines()]
    stream = io.BytesIO()
    frame.write_ipc_stream(stream, compression=compression)
    assert rows_of(stream.getvalue()) == lines
    frame.write_ipc(tmp_path / "t.arrow", compression=compression)
    made = run("varve", "convert", "--format", "ndjson", "t.arrow", "-", cwd=tmp_path)
    assert [json.loads(line) for line in made.splitlines()] == lines


def test_rows_of_a_query_of_duckdb():
    reader = duckdb.sql("select i as id, 'item ' || i as item, i % 3 = 0 as ok, date '2026-01-01' + i::int as day from range(200000) t(i)").to_arrow_reader(70000)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, reader.schema) as w:
        for batch in reader:
            w.write_batch(batch)
    made = convert(sink.getvalue().to_pybytes())
    assert made.stdout.count(b"\n") == 200001 and made.stdout.startswith(b"id,item,ok,day\n0,item 0,true,2026-01-01\n1,item 1,false,2026-01-02\n")


def test_what_varve_writes_is_what_it_reads(repo, folder):
    for words in (["--numbers", "text"], ["--numbers", "decimal", "--dictionary", "item"], []):
        stream = run("varve", "cat", "--format", "arrow", *words, "prices.csv", cwd=folder)
        assert [row["item"] for row in rows_of(stream)] == pa.ipc.open_stream(stream).read_all()["item"].to_pylist()


def test_damage_is_refused_or_read_but_never_worse(table):
    """Flipped bits: the program ends by itself, and says why if it fails."""
    r = random.Random(1)
    whole = written(table.slice(0, 50), pa.ipc.new_stream)
    for _ in range(150):
        data = bytearray(whole)
        data[r.randrange(len(data))] ^= 1 << r.randrange(8)
        made = convert(bytes(data), "--format", "ndjson")
        assert made.returncode in (0, 2) and (made.returncode == 0 or made.stderr.startswith(b"varve: "))
    for _ in range(50):
        made = convert(whole[: r.randrange(1, len(whole))], "--format", "ndjson")
        assert made.returncode == 2


def test_rows_of_polars_and_duckdb_go_back_into_a_file_by_the_command(folder, commit):
    lines = [f'{i},"item {i % 9}",{i}.50,{"NA" if i % 7 == 0 else i}\n' for i in range(1, 5001)]
    commit("t.csv", "id,item,price,qty\n" + "".join(lines), ["id"])
    frame = pl.read_csv(folder / "t.csv", null_values="NA").with_columns(
        price=pl.when(pl.col("id") == 7).then(1.25).otherwise(pl.col("price"))
    )
    for edited in (frame.to_arrow(), duckdb.sql("select * from frame order by id").to_arrow_table()):
        stream = written(edited, pa.ipc.new_stream)
        subprocess.run(["varve", "add", "-q", "--arrow", "-", "t.csv"], input=stream, cwd=folder, check=True)
        want = [*lines]
        want[6] = '7,"item 7",1.25,NA\n'
        assert (folder / "t.csv").read_text() == "id,item,price,qty\n" + "".join(want)
        run("varve", "restore", "--staged", "--source", "HEAD", "t.csv", cwd=folder)
        run("varve", "restore", "t.csv", cwd=folder)
