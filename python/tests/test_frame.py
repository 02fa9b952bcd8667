"""Frames written back: what was not changed keeps every byte. The oracles are the bytes themselves and a splitter of CSV in
this file, never varve."""
import datetime
import decimal
import json
import os
import random
import re
import subprocess
import sys
import threading
import time
import warnings

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.compute
import pyarrow.dataset
import pytest

import sampled
import varve
from varve import _filters, _polars

BIG = b"id,big,small\n1,9007199254740993,1\n2,,2\n3,-9007199254740995,\n4,9223372036854775807,4\n"
CORPUS = {
    "plain.csv": b"id,item,price,day,ok\n1,pear,9.99,2026-01-01,true\n2,,,,\n3,\"a, b\",150.50,2026-02-01,false\n",
    "big.csv": BIG,
    "na.csv": b"id,country,n\n1,NA,5\n2,DE,NA\n3,N/A,7\n4,null,\n5,nan,9\n",
    "quoted.csv": b'"id","name",n\n"1",x,"1"\n2,"y",2\n"3","say ""hi""",03\n4,"",4\n5,,5\n',
    "crlf.csv": b"id,a\r\n1,x\r\n2,\r\n3,\"l1\r\nl2\"\r\n",
    "mixed_ends.csv": b"id,a\n1,x\r\n2,y\n3,z\r\n",
    "no_end.csv": b"id,a\n1,x\n2,y",
    "bom.csv": b"\xef\xbb\xbfid,a\n1,x\n2,y\n",
    "numbers.csv": b"id,x,y\n1,70,1.50\n2,70.0,1.5\n3,,+5\n4,7e1,-0.0\n5,1e300,.5\n6,0.1,00.1\n7,123456789012345678901234567890,5.\n",
    "zeros.csv": b"id,zip\n1,01234\n2,98765\n3,00000\n",
    "truth.csv": b"id,ok,no\n1,TRUE,True\n2,FALSE,False\n3,,True\n",
    "times.csv": b"id,t\n1,2026-01-01T10:00:00Z\n2,2026-01-01T12:00:00.250+02:00\n3,\n4,2026-01-01T10:00:00.000000Z\n",
    "tabs.tsv": b"id\ta\tb\n1\tx\t\n2\t\t2.50\n",
    "short.csv": b"id,a,b\n1,x\n2,y,z\n3\n",
    "blank.csv": b"id,a\n1,x\n\n2,y\n\n",
    "semi.csv": b"id;a;b\n1;1,5;x\n2;2;\n",
    "one.csv": b"a\nx\n\"\"\ny\n",
    "same.csv": b"a,b\n1,x\n1,x\n2,y\n1,x\n",
    "twice.csv": b"a,a,b\n1,2,3\n4,5,6\n",
    "empty.csv": b"id,a\n",
    "none.csv": b"id,n,a,m\r\n1,,x,\r\n2,\"\",,\r\n",
    "lines.ndjson": b'{"id":1,"a":"x","n":1.50}\n{"id": 2, "n":2e0, "a":null}\n{"id":3,"a":""}\n{"a":"\\u00e9","id":4,"n":70}\n',
    "nested.ndjson": b'{"id":1,"tags":["a", "b"],"o":{"y":1, "x":2.0}}\n{"id":2,"tags":[],"o":{}}\n{"id":3,"tags":null,"o":{"x":null}}\n',
    "list.json": b'[\n  {"id": 1, "a": "x"},\n  {"id": 2, "a": null} ,\n  {"a": "y", "id": 3}\n]\n',
    "tight.json": b'[{"id":1,"ok":true},{"id":2,"ok":false}]',
}
READERS = {
    "pandas": lambda t: t.to_pandas(),
    "pandas-numpy": lambda t: t.to_pandas(dtype_backend="numpy_nullable"),
    "pandas-arrow": lambda t: t.to_pandas(dtype_backend="pyarrow"),
    "polars": lambda t: t.to_polars(),
    "duckdb": lambda t: duckdb.sql("select * from t").arrow(),
    "pyarrow": lambda t: t.to_arrow(),
    "batches": lambda t: pa.RecordBatchReader.from_stream(t),
    "itself": lambda t: t,
    "text": lambda t: t.select(text=True),
}


# ---- the law of frames: what was read and not edited writes nothing ----

LONG = {"s": 0, "ms": 3, "us": 6, "ns": 9}


def draw_units(digits):
    return lambda r: r.randrange(-(10**9), 10**9) * 10**digits + r.choice([0, r.randrange(10**digits), 5 * 10**digits // 10])


ARROW_TYPES = {  # of Arrow, and how a value is drawn
    **{f"{u}int{n}": (pa.type_for_alias(f"{u}int{n}"), lambda r, n=n, u=u: r.randrange(0 if u else -(2 ** (n - 1)), 2 ** (n if u else n - 1)))
       for n in (8, 16, 32, 64) for u in ("", "u")},
    "float16": (pa.float16(), lambda r: r.choice([0.5, -1.5, 2048.0, 0.1, float("nan"), float("inf"), 6e-8])),
    "float32": (pa.float32(), lambda r: r.choice([0.1, 1e-3, 16777217.0, float("nan"), -0.0, 1e30, r.random()])),
    "float64": (pa.float64(), lambda r: r.choice([0.1, 1e300, float("nan"), float("-inf"), -0.0, 5e-324, r.random(), 7.0])),
    "decimal": (pa.decimal128(20, 3), lambda r: decimal.Decimal(r.randrange(-(10**6), 10**6)).scaleb(-3)),
    "bool": (pa.bool_(), lambda r: r.random() < 0.5),
    "string": (pa.string(), lambda r: r.choice(["", "a", "NA", "007", "7", "true", "null", " x ", "2026-01-01", "\u00e9", 'a,b\t"c"\nd', "NaN"])),
    "large_string": (pa.large_string(), lambda r: r.choice(["", "b", "-"])),
    "dictionary": (pa.dictionary(pa.int8(), pa.string()), lambda r: r.choice(["", "x", "y"])),
    "date32": (pa.date32(), lambda r: datetime.date(r.choice([1, 1969, 2026, 9999]), 1 + r.randrange(12), 28)),
    "date64": (pa.date64(), lambda r: datetime.date(2000 + r.randrange(50), 1 + r.randrange(12), 28)),
    **{f"time-{u}": ((pa.time32 if d < 6 else pa.time64)(u), lambda r, d=d: r.randrange(86400 * 10**d) // 10**(d // 2) * 10**(d // 2)) for u, d in LONG.items()},
    **{f"timestamp-{u}{z}": (pa.timestamp(u, z or None), draw_units(d)) for u, d in LONG.items() for z in ("", "UTC", "Europe/Berlin")},
    **{f"duration-{u}": (pa.duration(u), draw_units(d)) for u, d in LONG.items()},
    "list": (pa.list_(pa.int32()), lambda r: [r.randrange(9) for _ in range(r.randrange(3))]),
    "struct": (pa.struct([("x", pa.int32()), ("y", pa.string())]), lambda r: {"x": r.randrange(5), "y": r.choice(["", "q", None])}),
    "null": (pa.null(), lambda r: None),
}
MAKERS = {"pyarrow": lambda t: t, "polars": pl.from_arrow, "pandas": pa.Table.to_pandas, "pandas-arrow": lambda t: t.to_pandas(types_mapper=pd.ArrowDtype)}


def test_a_frame_that_was_written_or_read_and_not_edited_writes_nothing(folder):
    """Types x forms x with and without a key, a sample of them; made and read by one library and another, in each mode."""
    seed = int(os.environ.get("VARVE_TEST_SAMPLE") or int.from_bytes(os.urandom(2), "big"))
    print("VARVE_TEST_SAMPLE", seed)
    rng = random.Random(seed)
    cases = [(name, form, keyed) for name in ARROW_TYPES for form in ("csv", "tsv", "ndjson", "json") for keyed in (True, False)]
    rng.shuffle(cases)
    with varve.Repo(folder) as r, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, form, keyed in cases if os.environ.get("VARVE_TEST_ALL") else cases[:14]:
            typ, draw = ARROW_TYPES[name]
            values = [None if rng.random() < 0.2 else draw(rng) for _ in range(8)]
            column = pa.array(values, pa.float64()).cast(typ) if typ == pa.float16() else pa.array(values, typ)
            maker = rng.choice([m for m in MAKERS if name != "time-ns" or not m.startswith("pandas")])  # Python's times end at microseconds
            frames = {maker: MAKERS[maker](pa.table({"id": range(8), "v": column}))}
            path = f"{name}-{keyed}.{form}"
            r.write(path, frames[maker], key=["id"] if keyed else [])
            data = r[path].read_bytes()
            frames |= {reader: READERS[reader](r[path]) for reader in rng.sample(["pandas", "pandas-numpy", "pandas-arrow", "polars", "pyarrow"], 2)}
            for which, some in frames.items():
                case = f"{path}, made by {maker}, {which}: {data!r}"
                for mode in (None, "replace") + (("upsert",) if keyed else ()):
                    assert r.write(path, some, mode=mode)[1:] == (0, 0, 0, 0), f"{mode} of {case}"
                if keyed:
                    with pytest.raises(varve.InvalidDataError, match="has the same key as row 1 of the version"):
                        r.write(path, some, mode="append")
                assert r[path].read_bytes() == data, case
                assert r.write(path, some, mode="delete").removed == 8, f"delete of {case}"
                r.put(path, data, message="again", replace=True)


def test_a_column_without_values_is_null_until_a_value_comes(folder):
    with varve.Repo(folder) as r:
        r.put("t.csv", b"id,v,w\n1,,\n2,,NA\n", key=["id"], message="one")
        t = r["t.csv"].to_arrow()
        assert t["v"].type == pa.null() and t["v"].null_count == 2 and t["w"].type != pa.null()
        assert r["t.csv"].to_polars()["v"].dtype == pl.Null and r["t.csv"].to_pandas()["v"].isna().all()
        assert r["t.csv"].select(text=True).to_arrow()["v"].type == pa.string() and r["t.csv"].lazy().collect()["v"].dtype == pl.Null
        assert r["t.csv"].select(dictionary=["v"]).to_arrow()["v"].null_count == 2
        r.put("t.csv", b"id,v,w\n1,,\n2,7,NA\n", message="two")
        assert r["t.csv"].to_arrow()["v"].to_pylist() == [None, 7]
        assert r.diff("t.csv", "HEAD~1", "HEAD").rows.to_arrow()["v"].to_pylist() == [None, 7]


def test_datetimes_have_the_unit_that_the_first_cells_need(folder):
    nanos = pd.DataFrame({"id": [1, 2], "t": pd.to_datetime(["2026-01-01 00:00:00.123456789", "2026-01-01 00:00:00.123456001"])})
    with varve.Repo(folder) as r:
        r.write("n.csv", nanos, key=["id"])
        assert r["n.csv"].to_arrow()["t"].type == pa.timestamp("ns") and r["n.csv"].to_pandas()["t"].equals(nanos["t"])
        assert r["n.csv"].to_polars()["t"].n_unique() == 2 and r["n.csv"].lazy().filter(pl.col("id") == 2).collect()["t"].dtype == pl.Datetime("ns")
        r.put("m.csv", b"id,t\n" + b"".join(b"%d,2026-01-01T00:00:00.5\n" % i for i in range(20000)) + b"20000,2026-01-01T00:00:00.1234567\n", key=["id"], message="micros")
        assert r["m.csv"].select(where="id < 9").to_arrow()["t"].type == pa.timestamp("us")
        with pytest.raises(varve.InvalidDataError, match="row 20001: column 't' of type datetime: '2026-01-01T00:00:00.1234567' is outside the range of Arrow's type"):
            r["m.csv"].to_arrow()


@pytest.mark.parametrize("name", CORPUS)
@pytest.mark.parametrize("keyed", [False, True])
def test_what_was_read_and_written_back_keeps_every_byte(folder, name, keyed):
    raw = CORPUS[name]
    with varve.Repo(folder) as r:
        key = ["id"] if keyed and re.search(rb"\bid\b", raw) else []
        r.put(name, raw, message="one", key=key)
        t = r[name].select(misfit="null")
        for reader, read in READERS.items():
            assert r.write(name, read(t), message="same") == (None, 0, 0, 0, 0), reader
            assert (folder / name).read_bytes() == raw, reader
        assert r.status() == []


def test_rows_in_another_order_keep_their_lines(folder):
    raw = CORPUS["quoted.csv"]
    with varve.Repo(folder) as r:
        r.put("t.csv", raw, message="one", key=["id"])
        frame = r["t.csv"].to_pandas()
        assert r.write("t.csv", frame.iloc[::-1], order="version").commit is None
        assert r.write("t.csv", frame.iloc[::-1]).commit
    lines = raw.splitlines(True)
    assert (folder / "t.csv").read_bytes() == b"".join([lines[0], *reversed(lines[1:])])


# ---- edits ----

FIELD = re.compile(rb'("(?:[^"]|"")*"|[^,\r\n]*)(,|\r?\n|$)')


def split(raw):
    """Rows of the raw bytes of cells, with the row's end as the last."""
    rows, row, at = [], [], 0
    while at < len(raw):
        m = FIELD.match(raw, at)
        row.append(m.group(1))
        at = m.end()
        if m.group(2) != b",":
            rows.append([*row, m.group(2)])
            row = []
    return rows


def messy(rng, rows, end):
    def spelled(value):
        return b'"' + value + b'"' if rng.random() < 0.1 else value

    out = [b"id,name,price,qty,day,ok" + end]
    for i in range(rows):
        price = rng.choice([b"", b"%d" % rng.randrange(99), b"%.2f" % (rng.random() * 99), b"%.1f0" % rng.random(), b"1.5e3"])
        qty = rng.choice([b"", b"%d" % rng.randrange(-9, 10**12), b"9007199254740993"])
        day = rng.choice([b"", b"2026-%02d-%02d" % (rng.randrange(1, 13), rng.randrange(1, 29))])
        name = rng.choice([b"NA", b"", b"x%d" % rng.randrange(9), b'"a, b"', b'"q""q"', b"\xc3\xa9"])
        ok = rng.choice([b"TRUE", b"FALSE", b""])
        cells = [b"%d" % i, name, *(spelled(c) if c else c for c in (price, qty, day, ok))]
        out.append(b",".join(cells) + end)
    return b"".join(out)


NEW = {
    "name": lambda rng: rng.choice(["fresh", 'new "one"', "a,b"]),
    "price": lambda rng: rng.choice([1234.5, 0.12345, 100000.0]),
    "qty": lambda rng: rng.randrange(10**13, 10**14),
    "day": lambda rng: datetime.date(2031, rng.randrange(1, 13), 3),
    "ok": lambda rng: None,
}
SPELLED = {"price": lambda v: b"%.9g" % v, "qty": b"%d".__mod__, "day": lambda v: v.isoformat().encode(), "ok": lambda v: b""}


def set_pandas(t, edits):
    frame = t.to_pandas()
    for (row, column), value in edits.items():
        frame.loc[row, column] = pd.NA if value is None else pd.Timestamp(value) if column == "day" else value
    return frame


def set_polars(t, edits):
    frame = t.to_polars()
    for (row, column), value in edits.items():
        values = frame[column].to_list()
        values[row] = value
        frame = frame.with_columns(pl.Series(column, values, dtype=frame[column].dtype))
    return frame


def set_pyarrow(t, edits):
    table = t.to_arrow()
    for (row, column), value in edits.items():
        at = table.schema.get_field_index(column)
        values = table[column].to_pylist()
        values[row] = value
        table = table.set_column(at, table.schema.field(at), pa.array(values, table.schema.field(at).type))
    return table


def set_duckdb(t, edits):
    con = duckdb.connect()
    con.register("given", t.to_arrow())
    con.execute("create table t as select * from given")
    for (row, column), value in edits.items():
        con.execute(f"update t set {column} = ? where id = ?", [value, row])
    return con.sql("select * from t order by id").arrow()


@pytest.mark.parametrize("edit", [set_pandas, set_polars, set_pyarrow, set_duckdb])
@pytest.mark.parametrize("seed", sampled.drawn(range(4)))
def test_only_edited_cells_differ(folder, edit, seed):
    rng = random.Random(seed)
    end = rng.choice([b"\n", b"\r\n"])
    raw = messy(rng, 300, end)
    header = ["id", "name", "price", "qty", "day", "ok"]
    with varve.Repo(folder) as r:
        r.put("t.csv", raw, message="one", key=["id"])
        edits = {(rng.randrange(300), c): NEW[c](rng) for c in rng.choices(list(NEW), k=40)}
        result = r.write("t.csv", edit(r["t.csv"], edits), message="edits")
        after = (folder / "t.csv").read_bytes()
    old, new = split(raw), split(after)
    assert len(old) == len(new)
    differ = {(i - 1, header[k]): b for i, (x, y) in enumerate(zip(old, new)) for k, (a, b) in enumerate(zip(x, y)) if a != b}
    assert differ.keys() <= edits.keys()
    for (row, column), value in edits.items():
        cell = new[row + 1][header.index(column)]
        bare = cell[1:-1].replace(b'""', b'"') if cell.startswith(b'"') else cell
        assert bare == (value.encode() if column == "name" else SPELLED[column](value)), (row, column)
    assert result.cells == len(differ) and result.changed == len({row for row, _ in differ})
    assert result.added == result.removed == 0


def test_new_values_are_spelled_as_their_column_is(folder):
    raw = b"id,price,ok,gap,day\n1,9.50,1,-,01.02.2026\n2,10.25,0,-,03.02.2026\n3,0.10,1,n/a,-\n"
    schema = {
        "fields": [
            {"name": "id", "type": "integer"},
            {"name": "price", "type": "number"},
            {"name": "ok", "type": "boolean"},
            {"name": "gap", "type": "integer"},
            {"name": "day", "type": "date", "format": "%d.%m.%Y"},
        ],
        "missingValues": ["", "-", "n/a"],
    }
    with varve.Repo(folder) as r:
        r.put("t.csv", raw, message="one", key=["id"])
        r.write("t.csv", r["t.csv"], message="types", schema=schema)
        frame = r["t.csv"].to_polars()
        more = pl.DataFrame(
            {"id": [4], "price": [3.0], "ok": [True], "gap": [None], "day": [datetime.date(2026, 12, 24)]}, schema=frame.schema
        )
        result = r.write("t.csv", pl.concat([frame, more]), message="more")
        assert (result.added, result.changed) == (1, 0)
    assert (folder / "t.csv").read_bytes() == raw + b"4,3.00,1,-,24.12.2026\n"


# ---- modes ----

ROWS = b"id,a\n1,x\n2,y\n3,z\n4,w\n"


@pytest.fixture
def table(folder):
    with varve.Repo(folder) as r:
        r.put("t.csv", ROWS, message="one", key=["id"])
        yield r, folder / "t.csv"


def frame(**columns):
    return pa.table(columns)


def test_modes(table):
    r, file = table
    with pytest.raises(varve.RefusedError):
        r.write("t.csv", frame(id=[1], a=["x"]))
    assert file.read_bytes() == ROWS
    assert r.write("t.csv", frame(id=[5, 2], a=["n", "Y"]), mode="upsert")[1:] == (1, 0, 1, 1)
    assert file.read_bytes() == b"id,a\n1,x\n2,Y\n3,z\n4,w\n5,n\n"
    assert r.write("t.csv", frame(id=[3, 9]), mode="delete")[1:] == (0, 1, 0, 0)
    assert file.read_bytes() == b"id,a\n1,x\n2,Y\n4,w\n5,n\n"
    with pytest.raises(varve.InvalidDataError):
        r.write("t.csv", frame(id=[4], a=["w"]), mode="append")
    assert r.write("t.csv", frame(id=[7, 6], a=["p", None]), mode="append").added == 2
    assert file.read_bytes() == b"id,a\n1,x\n2,Y\n4,w\n5,n\n7,p\n6,\n"
    assert r.write("t.csv", frame(id=[6], a=["q"]), mode="replace")[1:] == (0, 5, 1, 1)
    assert file.read_bytes() == b"id,a\n6,q\n"


def test_columns_that_are_missing_or_new(table):
    r, file = table
    with pytest.raises(varve.SchemaMismatchError):
        r.write("t.csv", frame(id=[1, 2, 3, 4]))
    assert r.write("t.csv", frame(id=[1, 2, 3, 4]), columns="keep").commit is None
    with pytest.raises(varve.SchemaMismatchError):
        r.write("t.csv", frame(a=["x"]), columns="drop")
    assert r.write("t.csv", frame(id=[1, 2, 3, 4], a=["x", "y", "z", "w"], n=[None, 1.5, 2, 3]))[1:] == (0, 0, 3, 3)
    assert file.read_bytes() == b"id,a,n\n1,x,\n2,y,1.5\n3,z,2\n4,w,3\n"
    r.write("t.csv", frame(id=[1, 2, 3, 4], n=[7, 1.5, 2, 3]), columns="drop")
    assert file.read_bytes() == b"id,n\n1,7\n2,1.5\n3,2\n4,3\n"


def test_a_key_that_comes_twice_is_named(table):
    r, file = table
    for ids in ([1, 2, 2, 3, 4], [1, 2, 3, 4, 9, 9]):
        with pytest.raises(varve.InvalidDataError, match="id = "):
            r.write("t.csv", frame(id=ids, a=["x"] * len(ids)))
    assert file.read_bytes() == ROWS and r.status() == []


FLOATS = b"id,v\n123456789012345678,b\n123456789012345679,c\n2.5,d\n3.5,e\n"
MISFITS = b"id,v\n1,b\nx9,c\n"
MOMENT = datetime.datetime(2026, 1, 2, 5, 0, 0, 123000)
TWO_ROWS = {  # bytes, key, types, the row that is edited; None: the second one of the version as it is read
    "fraction": (FLOATS, {}, None),
    "float64": (b"id,v\n1234567890123456789,b\n1234567890123456790,c\n5,d\n", {}, pa.array([1234567890123456790.0])),
    "float32": (b"id,v\n16777216,b\n16777217,c\n5,d\n", {}, pa.array([16777216.0], pa.float32())),
    "float16": (b"id,v\n2048,b\n2049,c\n5,d\n", {}, pa.array([2048]).cast(pa.float16())),
    "zeros": (b"id,v\n007,b\n7,c\n5,d\n", {"id": "string"}, pa.array([7])),
    "truth": (b"id,v\ntrue,b\nTRUE,c\nno,d\n", {"id": "string"}, pa.array([True])),
    "days": (b"id,v\n2026-01-02T05:00:00,b\n2026-01-02T00:00:00,c\n", {}, pa.array([datetime.date(2026, 1, 2)])),
    "millis": (b"id,v\n2026-01-02T05:00:00.123,b\n2026-01-02T05:00:00.123456,c\n", {}, pa.array([MOMENT], pa.timestamp("ms"))),
    "zones": (b"id,v\n2026-01-02T05:00:00.123Z,b\n2026-01-02T06:00:00.123+01:00,c\n", {}, pa.array([MOMENT], pa.timestamp("us"))),
    "scale": (b"id,v\n1.001,b\n1.002,c\n5,d\n", {}, pa.array([decimal.Decimal("1.00")])),
    "misfit": (MISFITS, {"id": "integer"}, pa.array([None], pa.int64())),
    "misfits": (MISFITS + b"y7,d\n", {"id": "integer"}, pa.array([None], pa.int64())),
}


@pytest.mark.parametrize("name", TWO_ROWS)
def test_a_key_that_two_rows_have_in_the_types_of_the_frame_changes_neither(folder, name):
    data, types, key = TWO_ROWS[name]
    with varve.Repo(folder) as r, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        r.put("t.csv", data, key=["id"], message="one")
        if types:
            r.describe("t.csv", types=types, message="types")
        whole = r["t.csv"].select(misfit="null").to_arrow()
        one = pa.table({"id": whole["id"].slice(1, 1) if key is None else key, "v": ["new"]})
        for rows, mode in ((one, "upsert"), (one, "delete"), (one, "append")):
            with pytest.raises(varve.InvalidDataError, match="row"):
                r.write("t.csv", rows, mode=mode)
        for rows in (whole.slice(1), whole.take([1, 0])) if key is None else ():
            with pytest.raises(varve.InvalidDataError, match=r"rows 1 \(id = '123456789012345678'\) and 2 \(id = '123456789012345679'\)"):
                r.write("t.csv", rows)
        for mode in (None, "replace", "upsert"):
            assert r.write("t.csv", whole, mode=mode).commit is None
        assert (folder / "t.csv").read_bytes() == data and r.status() == []
        if key is None:
            read = subprocess.run(["varve", "cat", "--format", "arrow", "--where", "v = 'c'", "t.csv"], cwd=folder, stdout=subprocess.PIPE, check=True)
            added = subprocess.run(["varve", "add", "--arrow", "-", "--mode", "delete", "t.csv"], cwd=folder, input=read.stdout, stderr=subprocess.PIPE)
            assert added.returncode != 0 and b") of the version have the same key if read with the types of the data" in added.stderr
            assert (folder / "t.csv").read_bytes() == data


def test_rows_are_matched_by_number_place_and_equality(folder):
    with varve.Repo(folder) as r:
        r.put("t.csv", b"a,b\n1,x\n01,x\n2,y\n", message="one", key=[])
        numbered = r["t.csv"].select(row_number="row_number").to_polars()
        assert r.write("t.csv", numbered.with_columns(b=pl.lit("q"))[[2, 1]]).changed == 2
        assert (folder / "t.csv").read_bytes() == b"a,b\n2,q\n01,q\n"
        assert r.write("t.csv", frame(a=[1, 3], b=["q", "q"]), mode="replace")[1:4] == (1, 1, 0)
        assert (folder / "t.csv").read_bytes() == b"a,b\n01,q\n3,q\n"
        assert r.write("t.csv", frame(a=[8, 3], b=["q", "q"]), match="place")[1:4] == (0, 0, 1)
        assert (folder / "t.csv").read_bytes() == b"a,b\n8,q\n3,q\n"


def test_expect_is_what_was_read(table):
    r, _ = table
    first = r.rev_parse("HEAD")
    r.write("t.csv", frame(id=[1, 2, 3, 4], a=["x", "y", "z", "changed"]), expect=first)
    with pytest.raises(varve.ConflictError):
        r.write("t.csv", frame(id=[1, 2, 3, 4], a=["x", "y", "z", "w"]), expect=first)
    assert r.write("t.csv", frame(id=[1, 2, 3, 4], a=["x", "y", "z", "w"]), expect=r["t.csv"].cid).commit


# ---- several writers ----

WRITER = """
import sys, pyarrow as pa, varve
r, w = varve.Repo("."), int(sys.argv[1])
for n in range(5):
    r.write("t.csv", pa.table({"id": [w * 100 + n], "a": [str(n)]}), mode=("upsert", "append")[n % 2], message=f"{w} {n}")
"""


def test_writers_of_one_table_lose_nothing(table):
    r, file = table
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(w)], cwd=file.parent) for w in (1, 2, 3)]
    assert [p.wait() for p in writers] == [0, 0, 0]
    rows = {(str(w * 100 + n), str(n)) for w in (1, 2, 3) for n in range(5)}
    assert {tuple(row) for row in r["HEAD:t.csv"]} >= rows and len(r["HEAD:t.csv"]) == 4 + len(rows)
    assert sum(1 for _ in r.log()) == 1 + len(rows) and r.status() == []


@pytest.mark.parametrize("mode", ["replace", "upsert"])
def test_a_writer_that_waits_goes_on_with_what_the_first_made(table, mode):
    r, file = table
    said, all_rows = [], frame(id=[1, 2, 3, 4], a=["mine", "y", "z", "w"])

    def second():
        try:
            r.write("t.csv", all_rows, mode=mode, message="second")
        except varve.Error as e:
            said.append(type(e))

    waiting = threading.Thread(target=second)
    with r.transaction("first") as tx:
        tx.write("t.csv", frame(id=[9], a=["theirs"]), mode="upsert")
        waiting.start()
        time.sleep(0.5)
    waiting.join()
    mine = b"mine" if mode == "upsert" else b"x"
    assert said == ([] if mode == "upsert" else [varve.ConflictError])
    assert file.read_bytes() == b"id,a\n1," + mine + b"\n2,y\n3,z\n4,w\n9,theirs\n" and r.status() == []
    assert r.write("t.csv", frame(id=[1], a=["q"]), mode="upsert", message="later").commit
    assert r["HEAD:t.csv"].row(1)["a"] == "q" and len(r["HEAD:t.csv"]) == 5


# ---- new files ----

EVERY = {
    "i": pa.array([1, None, 3], pa.int32()),
    "u": pa.array([1, 2**64 - 1, None], pa.uint64()),
    "f": pa.array([0.1, None, 1e300], pa.float64()),
    "h": pa.array([0.1, 2.5, None], pa.float32()),
    "d": pa.array([decimal.Decimal("-12.50"), None, decimal.Decimal("0.05")], pa.decimal128(12, 2)),
    "t": pa.array(["x", "", None], pa.large_string()),
    "v": pa.array(["a string of more than twelve bytes", "b", None], pa.string_view()),
    "c": pa.array(["x", "y", None]).dictionary_encode(),
    "b": pa.array([True, False, None]),
    "day": pa.array([datetime.date(1969, 12, 31), None, datetime.date(2026, 2, 28)]),
    "at": pa.array([datetime.datetime(1960, 1, 1, 0, 0, 0, 250000), None, datetime.datetime(2026, 1, 1)], pa.timestamp("ns")),
    "z": pa.array([datetime.datetime(2026, 1, 1, 1), None, None], pa.timestamp("s", "Europe/Berlin")),
    "s": pa.array([{"x": 1, "y": "q"}, None, {"x": None, "y": None}]),
    "l": pa.array([[1, None], None, []]),
}
TYPES = ["integer", "integer", "number", "number", "number", "string", "string", "string", "boolean", "date"]
TYPES += ["datetime", "datetime", "object", "array"]


def test_a_new_file_has_the_form_of_its_name_and_the_types_of_the_frame(folder):
    data = pa.table(EVERY)
    with varve.Repo(folder) as r:
        for name in ("n.csv", "n.tsv", "n.ndjson", "n.json"):
            assert r.write(name, data).added == 3
            t = r[name]
            assert [f["type"] for f in t.schema["fields"]] == TYPES and r.status() == []
            assert r.write(name, data).commit is None
        with pytest.raises(varve.UsageError):
            r.write("n.txt", data)
        with pytest.raises(varve.UsageError, match="bin"):
            r.write("b.csv", pa.table({"bin": pa.array([b"x"])}))
    lines = (folder / "n.csv").read_text().splitlines()
    assert lines[1] == (
        '1,1,0.1,0.1,-12.50,x,a string of more than twelve bytes,x,true,1969-12-31,1960-01-01T00:00:00.25,'
        '2026-01-01T01:00:00Z,"{""x"":1,""y"":""q""}","[1,null]"'
    )
    assert lines[2] == ',18446744073709551615,,2.5,,"",b,y,false,,,,,'
    assert lines[3] == '3,,1.0e+300,,0.05,,,,,2026-02-28,2026-01-01T00:00:00,,"{""x"":null,""y"":null}",[]'
    assert (folder / "n.ndjson").read_text().splitlines()[1].startswith('{"i":null,"u":18446744073709551615,"f":null')


def test_rows_and_a_pandas_index(folder):
    with varve.Repo(folder) as r:
        r.write("t.csv", [{"id": 1, "a": "x"}, {"id": 2, "a": None}], key=["id"])
        assert (folder / "t.csv").read_bytes() == b"id,a\n1,x\n2,\n" and r["t.csv"].key == ("id",)
        df = r["t.csv"].to_pandas().set_index("id")
        df.loc[2, "a"] = "y"
        assert r.write("t.csv", df).cells == 1
        df = r["t.csv"].to_pandas()
        assert r.write("t.csv", df[df.id > 0].iloc[[1, 0]], order="version").commit is None
        with r.transaction("two") as tx:
            assert tx.write("t.csv", df[df.id == 1], mode="delete").removed == 1
            assert tx.write("u.csv", df).added == 2
        assert r.tables() == ["t.csv", "u.csv"]


def test_many_rows_in_any_order(folder):
    rng = random.Random(7)
    rows = [b"%d,%s,%d.%02d\n" % (i, b"x" * rng.randrange(20), rng.randrange(99), rng.randrange(99)) for i in range(12000)]
    raw = b"id,a,n\n" + b"".join(rows)
    with varve.Repo(folder) as r:
        r.put("t.csv", raw, message="one", key=["id"])
        t = r["t.csv"].to_arrow()
        order = list(range(12000))
        rng.shuffle(order)
        assert r.write("t.csv", t.take(order), order="version").commit is None
        r.write("t.csv", t.take(order))
        assert (folder / "t.csv").read_bytes() == b"id,a,n\n" + b"".join(rows[i] for i in order)
        some = sorted(rng.sample(range(12000), 8000))
        result = r.write("t.csv", t.take(some))
        assert (result.removed, result.changed) == (4000, 0)
        assert (folder / "t.csv").read_bytes() == b"id,a,n\n" + b"".join(rows[i] for i in some)


def test_batches_in_and_out_of_order_stay_as_they_come(folder):
    rng = random.Random(1)
    rows = [b"%d,x%d\n" % (i, i * 7) for i in range(9000)]
    with varve.Repo(folder) as r:
        r.put("t.csv", b"id,a\n" + b"".join(rows), message="one", key=["id"])
        order = [*range(3000), *rng.sample(range(3000, 6000), 3000), *range(6000, 9000)]
        r.write("t.csv", r["t.csv"].to_arrow().take(order).to_reader(3000), message="two")
        assert (folder / "t.csv").read_bytes() == b"id,a\n" + b"".join(rows[i] for i in order)


def stretches(rng, rows):
    """Where rows of a version stand in what comes: (row, is it edited?), or (None, True) for a new one."""
    out, at = [], 0
    while at < rows:
        kind, upto = rng.choice(["stay", "stay", "edits", "all", "gone", "new", "moved"]), min(rows, at + rng.choice([1, 7, 500, 4000]))
        span = [(i, False) for i in range(at, upto)]
        if kind in ("edits", "all"):
            span = [(i, kind == "all" or rng.random() < 0.02) for i, _ in span]
        elif kind == "gone":
            span = []
        elif kind == "new":
            span = [place for one in span for place in ([one, (None, True)] if rng.random() < 0.1 else [one])]
        elif kind == "moved":
            rng.shuffle(span)
        out += span
        at = upto
    return out


@pytest.mark.parametrize("seed", sampled.drawn(range(6)))
def test_rows_that_stay_keep_their_lines_whatever_comes_between(folder, seed):
    rng = random.Random(seed)
    raw = messy(rng, 12000, rng.choice([b"\n", b"\r\n"]))
    lines = split(raw)
    with varve.Repo(folder) as r:
        r.put("t.csv", raw, message="one", key=["id"])
        places = stretches(rng, 12000)
        source = r["t.csv"].to_arrow()
        empty = source.slice(0, 1)
        given = pa.concat_tables([source, empty]).take([12000 if i is None else i for i, _ in places])
        ids, names = given["id"].to_pylist(), given["name"].to_pylist()
        for at, (row, edited) in enumerate(places):
            ids[at] = 50000 + at if row is None else ids[at]
            names[at] = "fresh" if edited else names[at]
        given = given.set_column(0, source.schema.field(0), pa.array(ids, pa.int64()))
        given = given.set_column(1, source.schema.field(1), pa.array(names, source.schema.field(1).type))
        result = r.write("t.csv", given.to_reader(rng.choice([77, 3000, 65536])), mode="replace", message="more")
        after = split((folder / "t.csv").read_bytes())
    want = [lines[0]]
    for at, (row, edited) in enumerate(places):
        line = list(lines[1 if row is None else row + 1])
        want.append(line)
    assert len(after) == len(want)
    for at, (x, y, (row, edited)) in enumerate(zip(after[1:], want[1:], places)):
        if row is None:
            assert x[:2] == [b"%d" % ids[at], b"fresh"]
        elif edited:
            assert x[1].strip(b'"') == b"fresh" and x[0] == y[0] and x[2:] == y[2:], at
        else:
            assert x == y, at
    assert result.added == sum(row is None for row, _ in places)
    assert result.removed == 12000 - len({row for row, _ in places if row is not None})
    assert result.changed == sum(edited and row is not None for row, edited in places)


# ---- datasets ----

CONDITIONS = [
    "id = 5000",
    "id > 29990 and price < 50",
    "price >= 99 or id < 3",
    "note = 'x (y) and z' and id < 500",
    "price = 7",
    "big = 9007199254740993",
    "note is null and id between 100 and 200",
    "id in (1, 2, 3)",
    "not (id > 5)",
    "day = date '2026-01-03' and id < 5000",
]


def test_a_dataset_gives_what_its_filter_wants(folder):
    rng = random.Random(3)
    rows = [
        b"%d,%.1f,%s,%d,2026-01-%02d\n"
        % (i, rng.randrange(1000) / 10, rng.choice([b"", b"a", b"x (y) and z"]), 2**53 + rng.randrange(3), i % 28 + 1)
        for i in range(30000)
    ]
    with varve.Repo(folder) as r:
        r.put("t.csv", b"id,price,note,big,day\n" + b"".join(rows), message="one", key=["id"])
        whole, t = r["t.csv"].to_arrow(), r["t.csv"].dataset()
        assert t.count_rows() == 30000 and t.schema.equals(whole.schema.remove_metadata())
        for condition in CONDITIONS:
            for what in ("*", "count(*)", "day, id", "sum(id)"):
                want = duckdb.sql(f"select {what} from whole where {condition}").fetchall()
                assert sorted(duckdb.sql(f"select {what} from t where {condition}").fetchall()) == sorted(want), condition
        assert t.to_table(columns={"twice": pa.dataset.field("id") * 2}).column(0)[2].as_py() == 4
        numbered = r["t.csv"].select(["id"], row_number="n").dataset()
        assert duckdb.sql("select n from numbered where id = 7").fetchall() == [(7,)]


def some_of(make, name, count):
    """COUNT random expressions for each sixth that this run takes."""
    for sixth in sampled.SIXTHS:
        rng = random.Random(f"{os.environ.get('VARVE_TEST_SEED', '1')} {name} {sixth}")
        for _ in range(count):
            yield make(rng)


def _expressions(rng):
    """Expressions of pyarrow over the table of test_a_dataset_gives_what_any_filter_wants."""
    f, pc = pa.dataset.field, pa.compute
    values = {
        "id": [0, 7, 400, 2999, 12.5],
        "price": [0.5, 1.25, 50, 99.9, float("inf")],
        "note": ["a", "x (y) and z", "", "NA", "it's", "ü"],
        "big": [2**53 + 1, 2**53 + 2],
        "day": [datetime.date(2026, 1, 3), datetime.date(2026, 1, 20)],
        "at": [datetime.datetime(2026, 1, 3, 7), datetime.datetime(2026, 1, 3, 7, 0, 0, 250000)],
        "ok": [True, False],
        "time": ["07:00:00", "x"],
    }

    def make(depth):
        kind = rng.randrange(9 if depth else 6)
        name = rng.choice(list(values))
        value = rng.choice(values[name])
        if kind < 3:
            return getattr(f(name), rng.choice(["__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__"]))(value)
        if kind == 3:
            some = [v for v in values[name] if v == v]
            return f(name).isin(pa.array(rng.sample(some, min(2, len(some)))))
        if kind == 4:
            return f(name).is_null() if rng.random() < 0.5 else f(name).is_valid()
        if kind == 5:
            return pc.starts_with(f("note"), rng.choice(["x", "N", "a"])) if rng.random() < 0.5 else pc.match_like(f("note"), rng.choice(["x%", "_", "%'_"]))
        if kind == 6:
            return make(depth - 1) & make(depth - 1)
        return ~make(depth - 1) if kind == 7 else make(depth - 1) | make(depth - 1)

    return make(3)


@pytest.fixture(params=[False, True], ids=["finite", "nan"])
def mixed(request, folder):
    """A table of 3,000 rows with a column of each type."""
    rng = random.Random(11)
    lines = ["id,price,note,big,day,at,ok,time\n"]
    for i in range(3000):
        note = rng.choice(["", "a", "x (y) and z", "NA", "it's", "ü", "b"])
        price = rng.choice(["", f"{rng.randrange(1000) / 10}", "1.25", "1.2500000000000000001", "50.0", *["NaN", "INF", "-INF"] * request.param])
        at = f"2026-01-{i % 28 + 1:02}T07:00:00{rng.choice(['', '.25', '.250000'])}"
        lines.append(f"{i},{price},{note},{2**53 + rng.randrange(3)},2026-01-{i % 28 + 1:02},{at},{rng.choice(['true', 'false', ''])},07:00:0{i % 3}\n")
    with varve.Repo(folder) as r:
        r.put("t.csv", "".join(lines).encode(), message="one", key=["id"])
        if request.param:
            fields = [dict(field, missingValues=[""]) if field["name"] == "price" else field for field in r["t.csv"].schema["fields"]]
            fields[1]["type"] = "number"
            package = {"resources": [{"path": "t.csv", "schema": {"fields": fields}}]}
            (folder / "datapackage.json").write_text(json.dumps(package))
        t = r["t.csv"]
        assert [field["type"] for field in t.schema["fields"]] == ["integer", "number", "string", "integer", "date", "datetime", "boolean", "time"]
        yield t


def test_a_dataset_gives_what_any_filter_wants(mixed):
    t = mixed
    whole, data = t.to_arrow().replace_schema_metadata(None), t.dataset()
    pushed = fewer = 0
    for expression in some_of(_expressions, "dataset", 42):
        try:
            want = whole.filter(expression)
        except pa.ArrowException:  # no such comparison
            continue
        assert data.to_table(filter=expression)["id"].equals(want["id"]), expression
        where = _filters.wide(expression, t, data.schema)
        if where is not None:
            pushed += 1
            fewer += len(t.select(["id"], where).to_arrow()) < len(whole)
        try:
            exactly = t.select(["id"], filters=expression).to_arrow()
        except varve.UsageError:
            continue
        if "price" not in str(expression):  # whose cells of 20 digits are compared as they are
            assert exactly["id"].equals(want["id"]), expression
    assert pushed > 15 * len(sampled.SIXTHS) and fewer > 7 * len(sampled.SIXTHS)


def _wild(rng, names):
    """Expressions with everything that a filter may have: columns against each other, Kleene's and the other logic, lists, NaN."""
    f, pc, values = pa.dataset.field, pa.compute, {
        "id": [0, 3, 40, 150, 199, 12.5, -1],
        "n": [1.5, -3.25, 5, 0, float("nan"), float("inf"), -0.25, 2],
        "m": [1, 2.5, 7],
        "big": [2**53, 2**53 + 1, 4],
        "s": ["a", "b", "ab", "", "NA", "x"],
        "t": ["a", "", "NA", "zz"],
        "day": [datetime.date(2026, 1, 3), datetime.date(2026, 1, 20)],
        "at": [datetime.datetime(2026, 1, 3, 7), datetime.datetime(2026, 1, 9, 7, 30)],
        "ok": [True, False],
    }

    def make(depth):
        kind = rng.randrange(12 if depth else 7)
        name = rng.choice(names)
        value = rng.choice(values[name])
        if kind < 3:
            return getattr(f(name), rng.choice(["__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__"]))(value)
        if kind == 3:
            some = [v for v in values[name] if type(v) is type(values[name][0])]
            return f(name).isin(pa.array(rng.sample(some, rng.randrange(1, len(some) + 1)) + [None] * (rng.random() < 0.1), pa.scalar(some[0]).type))
        if kind == 4:
            return rng.choice([f(name).is_null(), f(name).is_valid(), f("n").is_null(nan_is_null=True), f("ok"), pc.is_nan(f("n"))])
        if kind == 5:
            return rng.choice([pc.starts_with(f("s"), rng.choice(["a", "N", "x"])), pc.match_like(f("s"), rng.choice(["a%", "_", "N%", "%"])), pc.starts_with(f("t"), "a")])
        if kind == 6:
            return rng.choice([f("n") < f("m"), f("id") > f("big"), f("s") == f("t"), f("s") < f("t"), f("n") == f("n"), f("id") >= f("id")])
        if kind < 9:
            return ~make(depth - 1)
        left, right = make(depth - 1), make(depth - 1)
        return rng.choice([left & right, left | right, left & right, left | right, pc.and_(left, right), pc.or_(left, right), pc.xor(left, right), pc.and_not_kleene(left, right)])

    return make(rng.choice([1, 2, 2, 3]))  # deeper ones are refused more often than not


@pytest.mark.parametrize("form", ["csv", "ndjson", "text", "null", "decimal"])
def test_filters_have_the_logic_of_pyarrow_with_null_and_nan(folder, form):
    """Of thousands of expressions each gives what pyarrow gives, or is refused; a dataset takes all of them."""
    rng, rows = random.Random(f"{os.environ.get('VARVE_TEST_SEED', '1')} {form}"), []
    for i in range(200):
        n = rng.choice(["", "", "1.5", "-3.25", "5", "0", "-0.25", "2", *(["NaN", "INF", "-INF"] if form != "decimal" else [])])
        row = [i, n, rng.choice(["", "1", "2.5", "7"]), rng.choice(["", 2**53, 2**53 + 1, 4]), rng.choice(["", "a", "b", "ab", "NA", "xyz"]),
               rng.choice(["a", "", "NA", "zz"]), rng.choice(["", f"2026-01-{i % 28 + 1:02}"]), f"2026-01-{i % 28 + 1:02}T07:{rng.choice(['00', '30'])}:00", rng.choice(["", "true", "false"])]
        if form == "null" and rng.random() < 0.2:
            row[rng.choice([1, 2, 3, 6, 7, 8])] = "abc"
        rows.append(row)
    columns = {"id": "integer", "n": "number", "m": "number", "big": "integer", "s": "string", "t": "string", "day": "date", "at": "datetime", "ok": "boolean"}
    name = "t.ndjson" if form == "ndjson" else "t.csv"
    with varve.Repo(folder) as r:
        fields = [{"name": c, "type": kind, "missingValues": [""] if c == "t" else ["", "NA"]} for c, kind in columns.items()]
        (folder / "datapackage.json").write_text(json.dumps({"resources": [{"path": name, "schema": {"fields": fields, "primaryKey": ["id"]}}]}))
        if form == "ndjson":
            spelled = lambda c, v: json.dumps(v) if columns[c] in ("string", "date", "datetime") or v in ("NaN", "INF", "-INF") else str(v)  # noqa: E731
            lines = ["{" + ", ".join(f'"{c}": {spelled(c, v)}' for c, v in zip(columns, row) if v != "" or rng.random() < 0.5 and c == "s") + "}" for row in rows]
        else:
            lines = [",".join(columns), *(",".join(map(str, row)) for row in rows)]
        r.put(name, ("\n".join(lines) + "\n").encode(), message="one")
        how = {"text": form == "text", "misfit": "null" if form == "null" else "error", "numbers": "decimal" if form == "decimal" else "double"}
        t = r[name].select(**how)
        whole, data, taken = t.to_arrow().replace_schema_metadata(None), t.dataset(), 0
        names = ["id", "s", "t"] if form == "text" else list(columns)
        if form == "text":
            whole = whole.select(names)
        for expression in some_of(lambda r: _wild(r, names), form, int(os.environ.get("VARVE_TEST_EXPRESSIONS", "600")) // 6):
            try:
                want = whole.filter(expression)["id"].to_pylist()
            except (pa.ArrowException, KeyError):  # no such comparison
                continue
            assert data.to_table(filter=expression)["id"].to_pylist() == want, expression
            try:
                got = t.select(["id"], filters=expression, **how).to_arrow()["id"].to_pylist()
            except varve.UsageError:
                continue
            taken += 1
            assert got == want, expression
        assert taken > 3 * len(sampled.SIXTHS)


def _predicates(rng):
    """Expressions of polars over the same table."""
    values = {
        "id": [0, 7, 400, 2999, 12.5],
        "price": [0.5, 1.25, 50.0, 99.9, float("inf"), float("nan")],
        "note": ["a", "x (y) and z", "", "NA", "it's", "ü"],
        "big": [2**53 + 1, 2**53 + 2],
        "day": [datetime.date(2026, 1, 3), datetime.date(2026, 1, 20)],
        "at": [datetime.datetime(2026, 1, 3, 7), datetime.datetime(2026, 1, 3, 7, 0, 0, 250000)],
        "ok": [True, False],
        "time": ["07:00:00", "x"],
    }

    def make(depth):
        kind = rng.randrange(10 if depth else 7)
        name = rng.choice(list(values))
        value, column = rng.choice(values[name]), pl.col(name)
        if kind < 3:
            return getattr(column, rng.choice(["__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__"]))(value)
        if kind == 3:
            return column.is_in([v for v in values[name] if v != 12.5 and v != 50][:2])
        if kind == 4:
            return column.is_null() if rng.random() < 0.5 else column.is_not_null()
        if kind == 5:
            return pl.col("note").str.starts_with(rng.choice(["x", "N", "a"]))
        if kind == 6:
            return pl.col("id").is_between(rng.randrange(1000), rng.randrange(3000), closed=rng.choice(["both", "left", "right", "none"]))
        if kind == 7:
            return make(depth - 1) & make(depth - 1)
        return ~make(depth - 1) if kind == 8 else make(depth - 1) | make(depth - 1)

    return make(3)


def test_a_lazy_frame_gives_what_any_filter_wants(mixed):
    t = mixed
    whole, lazy = t.to_polars(), t.lazy()
    pushed = fewer = 0
    for predicate in some_of(_predicates, "lazy", 42):
        want = whole.filter(predicate)
        assert lazy.filter(predicate).collect().equals(want), predicate
        where = _polars.wide(whole.lazy().filter(predicate).collect_schema() and predicate, t, whole.schema)
        if where is not None:
            pushed += 1
            fewer += len(t.select(["id"], where).to_polars()) < len(whole)
    assert pushed > 15 * len(sampled.SIXTHS) and fewer > 7 * len(sampled.SIXTHS)
    head = lazy.head(5).filter(pl.col("id") > 2).collect()
    assert head["id"].to_list() == [3, 4] and lazy.head(2).collect().equals(whole.head(2))
    assert lazy.filter(pl.col("id") > 2).head(2).collect()["id"].to_list() == [3, 4]


def test_filters_in_the_form_of_lists(repo):
    t = repo["prices.csv"]
    ids = lambda filters: t.select(["id"], filters=filters).to_arrow()["id"].to_pylist()  # noqa: E731
    assert ids([("price", ">", 10)]) == [1, 3]
    assert ids([("price", ">", 10), ("item", "=", "pear")]) == [1]
    assert ids([[("price", ">", 100)], [("item", "in", ["fig", "nothing"])]]) == [3, 5]
    assert ids([("item", "not in", {"fig", "pear"})]) == [3, 4]  # a missing value, too, as in pyarrow
    assert ids([("day", ">=", datetime.date(2026, 2, 1)), ("ok", "==", True)]) == [3]
    assert ids([]) == [1, 3, 4, 5]
    assert ids(pa.dataset.field("price").is_null()) == [4]
    assert t.select(["id"], "id > 1", filters=[("id", "<", 5)]).to_arrow()["id"].to_pylist() == [3, 4]
    for wrong in ([("price", "~", 1)], [("nothing", "=", 1)], [("price", "=", "x")], [("price",)], pa.dataset.field("id") + 1 > 3):
        with pytest.raises(varve.UsageError):
            t.select(filters=wrong)


@pytest.mark.parametrize("name", ["cp1252", "utf-16"])
def test_a_file_keeps_its_encoding_and_what_it_lacks_is_named(folder, name):
    text = "id;name\r\n1;M\u00fcller\r\n2;abc\r\n"
    (folder / "c.csv").write_bytes(text.encode(name))
    (folder / "varve.json").write_text(json.dumps({"datasets": [{"path": "c.csv", "encoding": name}]}))
    with varve.Repo(folder) as r:
        with r.transaction("base") as tx:
            tx.add("c.csv", "varve.json")
        r.write("c.csv", pl.DataFrame({"id": [2], "name": ["\u00e9t\u00e9"]}), mode="upsert")
        assert (folder / "c.csv").read_bytes() == text.replace("abc", "\u00e9t\u00e9").encode(name)
        assert r["c.csv"].to_polars()["name"].to_list() == ["M\u00fcller", "\u00e9t\u00e9"]
        if name == "cp1252":
            with pytest.raises(varve.InvalidDataError, match="row 1 of the data, column 'name': windows-1252 does not have the character '\u03a9'"):
                r.write("c.csv", pl.DataFrame({"id": [2], "name": ["\u03a9"]}), mode="upsert")


def test_columns_go_and_come_with_upsert_and_append(folder):
    (folder / "c.csv").write_bytes(b'"id","a",b\n"1","x",2\n2,y,"3"\n')
    with varve.Repo(folder) as r:
        with r.transaction("base") as tx:
            tx.add("c.csv")
        r.write("c.csv", [{"id": 2, "a": "z"}, {"id": 3, "a": "w"}], mode="upsert", columns="drop", match="id")
        assert (folder / "c.csv").read_bytes() == b'"id","a"\n"1","x"\n2,z\n3,w\n'
        r.write("c.csv", [{"id": 4, "a": "v", "new": 1}], mode="append")
        assert (folder / "c.csv").read_bytes() == b'"id","a","new"\n"1","x",\n2,z,\n3,w,\n4,v,1\n'


def test_what_is_lost_is_said(folder):
    (folder / "c.csv").write_bytes(b"id,n,at\n1,2.5,2026-01-02 10:00:00\n2,3.5,2026-01-03 10:00:00\n")
    with varve.Repo(folder) as r:
        with r.transaction("base") as tx:
            tx.add("c.csv")
        noon = datetime.datetime(2026, 1, 2, 12, tzinfo=datetime.timezone(datetime.timedelta(hours=2)))
        with pytest.warns(varve.VarveWarning, match="column 'at' has no time zones: points in time with one are written in UTC"):
            r.write("c.csv", [{"id": 2, "at": noon}], mode="upsert", columns="keep", match="id")
        with pytest.warns(varve.VarveWarning, match="n: 'cheap' in row 2 is not a number: now string"):
            r.write("c.csv", [{"id": 2, "n": "cheap"}], mode="upsert", columns="keep", match="id")
        assert r["c.csv"].to_arrow()["n"].to_pylist() == ["2.5", "cheap"]
        r.write("h.csv", [{"h": 1}])
        with pytest.warns(varve.VarveWarning, match="column 'h' has integers of more than 63 bits, which can only be read as text"):
            r.write("h.csv", pl.DataFrame({"h": [2**64 - 1]}, schema={"h": pl.UInt64}), mode="append")
        assert r["h.csv"].select(text=True).to_polars()["h"].to_list() == ["1", str(2**64 - 1)]


def test_no_value_is_written_that_would_be_read_as_another_one(folder):
    def described(field, rows, missing=("",)):
        schema = {"fields": [{"name": "id", "type": "integer"}, {"name": "v", **field}], "primaryKey": "id", "missingValues": list(missing)}
        (folder / "datapackage.json").write_text(json.dumps({"resources": [{"name": "t", "path": "t.csv", "schema": schema}]}))
        (folder / "t.csv").write_bytes(b"id;v\n" + rows)
        with r.transaction("base") as tx:
            tx.add(".")

    moment, minutes = datetime.datetime(2026, 1, 2, 3, 4, 5, 600), datetime.datetime(2026, 1, 2, 3, 4)
    with varve.Repo(folder) as r:
        for marks in ({"decimalChar": ",", "groupChar": "."}, {"decimalChar": ","}):
            described({"type": "number", **marks}, b"1;1,5\n2;0,25\n3;7,5\n")
            values = [1.5e-8, -2.5e300, 1.0e-9]
            r.write("t.csv", pl.DataFrame({"id": [1, 2, 3], "v": values}))
            assert r["t.csv"].to_arrow()["v"].to_pylist() == values
            assert (folder / "t.csv").read_bytes() == b"id;v\n1;1,5e-8\n2;-2,5e+300\n3;1,0e-9\n"
        for field, rows, kept, lost in (
            ({"type": "datetime", "format": "%Y-%m-%d %H:%M"}, b"1;2026-01-01 10:30\n", minutes, moment),
            ({"type": "datetime", "format": "%d.%m.%Y %H:%M:%S"}, b"1;01.01.2026 10:30:00\n", minutes, moment),
            ({"type": "time", "format": "%H:%M"}, b"1;10:30\n", minutes.time(), moment.time()),
            ({"type": "integer"}, b"1;5\n", 6, -99),
        ):
            described(field, rows, ("", "-99"))
            r.write("t.csv", pa.table({"id": [1], "v": [kept]}))
            before = (folder / "t.csv").read_bytes()
            with pytest.raises(varve.InvalidDataError, match="row 1 of the data, column 'v': the value would be written as '.*', which is read as"):
                r.write("t.csv", pa.table({"id": [1], "v": [lost]}))
            assert (folder / "t.csv").read_bytes() == before != b"id;v\n" + rows
        fields = [{"name": "id", "type": "integer"}, {"name": "v", "type": "number", "decimalChar": ",", "groupChar": "."}]
        (folder / "datapackage.json").write_text(json.dumps({"resources": [{"name": "u", "path": "u.ndjson", "schema": {"fields": fields}}]}))
        (folder / "u.ndjson").write_bytes(b'{"id":1,"v":"1.000,5"}\n{"id":2,"v":2.5}\n')
        with r.transaction("base") as tx:
            tx.add(".")
        r.write("u.ndjson", pa.table({"id": [1, 2, 3, 4], "v": [1234.25, 3.0, 1234.0, 2.5]}), match="id")
        assert (folder / "u.ndjson").read_bytes() == b'{"id":1,"v":"1.234,25"}\n{"id":2,"v":3}\n{"id":3,"v":"1.234"}\n{"id":4,"v":"2,5"}\n'
        described({"type": "string"}, b"1;a\n2;NA\n", ("", "NA"))
        assert r.write("t.csv", r["t.csv"].select(text=True).to_arrow()).commit is None
        with pytest.warns(varve.VarveWarning, match="column 'v' has texts that its missingValues name: they are read as missing"):
            r.write("t.csv", pa.table({"id": [1, 2], "v": ["NA", None]}))


def test_decimals_beside_a_double_are_those_that_arrow_finds(folder):
    digits = ["0.09999999999999999999", "0.1", "0.10000000000000000001", "9007199254740993"]
    (folder / "d.csv").write_text("id,d\n" + "".join(f"{i},{d}\n" for i, d in enumerate(digits)))
    with varve.Repo(folder) as r:
        with r.transaction("base") as tx:
            tx.add("d.csv")
        v = r["d.csv"].select(numbers="decimal")
        d = pyarrow.compute.field("d")
        for test in (d >= 0.1, d <= 0.1, d < 0.1, d > 0.1, ~(d > 0.1), ~(d < 0.1)):
            assert v.dataset().to_table(filter=test).equals(v.to_arrow().filter(test)), test


def test_unsigned_integers_of_64_bits_come_back(folder):
    seed = int.from_bytes(os.urandom(4), "big")
    print("seed", seed)
    rng = random.Random(seed)
    for end in ("csv", "ndjson"):
        for wide in (63, 64):
            values = [rng.choice([None, rng.randrange(2**wide), rng.randrange(10), 2**wide - 1]) for _ in range(5000)]
            frame = pl.DataFrame({"id": range(5000), "h": pl.Series(values, dtype=pl.UInt64)})
            with varve.Repo(folder) as r, warnings.catch_warnings():
                warnings.simplefilter("error")
                name = f"h{wide}_{end}.{end}"
                r.write(name, frame, key=["id"])
                assert r[name].to_polars().equals(frame.with_columns(pl.col("id").cast(pl.Int64)))
                assert r[name].to_arrow()["h"].type == pa.uint64()
                assert r[name].to_pandas()["h"].dtype == "UInt64"
                assert r.duckdb().sql(f"select max(h) from h{wide}_{end}").fetchall() == [(max(v for v in values if v is not None),)]
                for least in (2**62, 2**wide - 2):
                    want = [i for i, v in enumerate(values) if v is not None and v > least]
                    some = pyarrow.compute.field("h") > pa.scalar(least, pa.uint64())
                    assert r[name].select(filters=some).to_polars()["id"].to_list() == want
                    assert r[name].lazy().filter(pl.col("h") > least).collect()["id"].to_list() == want
                    assert [int(row[0]) for row in r[name].select(["id"], where=f"h > {least}")] == want
                assert r.write(name, pl.DataFrame({"id": [7], "h": pl.Series([2**64 - 2], dtype=pl.UInt64)}), mode="upsert").added == 0
                assert r[name].to_polars()["h"][7] == 2**64 - 2
                assert r.check().valid


def test_a_mapping_of_columns_is_written_and_rows_without_names_are_refused(folder):
    with varve.Repo(folder) as r:
        r.write("c.csv", {"id": [3], "a": ["x"]}, key=["id"])
        assert (folder / "c.csv").read_bytes() == b"id,a\n3,x\n"
        with pytest.raises(TypeError, match="name their columns, and not tuple"):
            r.write("c.csv", [(3, "x")])


def test_a_transaction_reads_what_it_has_put(repo, folder):
    with repo.transaction("steps") as tx:
        tx.put("new.csv", b"# ours\nid;x\n1;2\n", key=["id"])
        assert [tuple(row) for row in tx.table("new.csv")] == [("1", "2")]
        assert tx.write("new.csv", [{"id": 2, "x": 3}], mode="upsert").added == 1
        assert tx.write("new.csv", [{"id": 2, "x": 4}], mode="upsert").changed == 1
        seen = tx.table("new.csv")
        assert (seen.key, seen.read_bytes()) == (("id",), b"# ours\nid;x\n1;2\n2;4\n")
        with pytest.raises(varve.NotFoundError):
            tx.table("absent.csv")
    assert repo["HEAD:new.csv"].read_bytes() == (folder / "new.csv").read_bytes() == seen.read_bytes()


def test_a_text_column_of_a_frame_stays_text_whatever_its_values(repo):
    r = repo
    table = lambda keys: pa.table({"ver": pa.array(keys, pa.string()), "v": list(range(len(keys)))})
    r.write("k.csv", table(["1.1", "1.10", "2.0-beta"]), key=["ver"])
    r.write("k.csv", pa.table({"ver": ["2.0-beta"]}), mode="delete", columns="keep")
    assert r["k.csv"].to_arrow()["ver"].to_pylist() == ["1.1", "1.10"]
    assert r.check("k.csv").valid
    r.write("k.csv", r["k.csv"].to_arrow().append_column("w", pa.array(["1", "2"])))
    assert r["k.csv"].to_arrow().schema.field("w").type == pa.string()
    # without a value, and by a schema
    r.write("n.csv", pa.table({"a": [1, 2], "s": pa.array([None, None], pa.string())}))
    r.write("n.csv", pa.table({"a": [1, 2], "s": ["1", "2"]}), mode="replace")
    assert r["n.csv"].to_arrow().schema.field("s").type == pa.string()
    fields = [{"name": "a", "type": "integer"}, {"name": "s", "type": "string"}]
    r.write("s.csv", pa.table({"a": [1, 2], "s": ["x", "y"]}), schema={"fields": fields})
    r.write("s.csv", pa.table({"a": [1, 2], "s": ["1", "2"]}), mode="replace")
    assert r["s.csv"].to_arrow().schema.field("s").type == pa.string()


def test_a_frame_without_rows_makes_a_table_of_json_whose_key_comes_with_the_first_rows(repo):
    r = repo
    empty = pa.table({"k": pa.array([], pa.int64()), "v": pa.array([], pa.string())})
    for path in ("e.ndjson", "e.json"):
        with pytest.warns(varve.VarveWarning, match="so the key is not stored"):
            assert r.write(path, empty, key=["k"]).commit
        assert r[path].key == () and r[path].to_arrow().num_rows == 0
        assert r.write(path, pa.table({"k": [1, 2], "v": ["x", "x"]}), key=["k"]).added == 2
        assert r[path].key == ("k",)
    with pytest.raises(varve.NotFoundError, match="has no column 'z' for the key"):
        r.write("z.ndjson", empty, key=["z"])


def test_a_key_that_a_frame_did_not_name_gives_way_with_a_warning(repo):
    r = repo
    first = pa.table({"station": ["A", "B"] * 5, "id": list(range(10)), "temp": [1.5] * 10})
    again = pa.table({"station": ["A"], "id": [9], "temp": [1.5]})
    for mode, more in (("append", again), ("replace", pa.concat_tables([first, again]))):
        path = mode + ".csv"
        r.write(path, first)
        assert r[path].key == ("id",)
        with pytest.warns(varve.VarveWarning, match="the key is now 'station', 'id'"):
            r.write(path, more, mode=mode)
        assert r[path].key == ("station", "id")
        assert r[path].to_arrow().num_rows == 11
    # rows of one key that come together: the first is the version's row, the second a new one
    r.write("upsert.csv", first)
    two = pa.table({"station": ["A", "B"], "id": [8, 8], "temp": [2.5, 3.5]})
    with pytest.warns(varve.VarveWarning, match="the key is now 'station', 'id'"):
        changes = r.write("upsert.csv", two, mode="upsert")
    assert (changes.added, changes.changed) == (1, 1)
    assert r["upsert.csv"].key == ("station", "id")
    r.write("delete.csv", first)
    with pytest.raises(varve.InvalidDataError, match="another 'temp', and the key 'id' was only found in the data"):
        r.write("delete.csv", two, mode="delete")
    assert r["delete.csv"].to_arrow().num_rows == 10
    assert r.write("delete.csv", first.slice(8, 1), mode="delete").removed == 1     # equal in all columns
    assert r.write("delete.csv", two.select(["id"]).slice(1), mode="delete", columns="keep").removed == 0
    assert r.write("delete.csv", pa.table({"id": [7]}), mode="delete", columns="keep").removed == 1
    assert r.write("delete.csv", pa.table({"id": [6], "temp": [9.5]}), mode="delete", columns="keep", match=["id"]).removed == 1
    with pytest.raises(varve.InvalidDataError, match="has the key of an earlier one"):
        r.write("delete.csv", two, mode="upsert", match=["id"])
    r.write("null.csv", first)
    with pytest.warns(varve.VarveWarning, match="no value in the key"):
        r.write("null.csv", first.set_column(1, "id", pa.array([None, *range(1, 10)])))
    r.write("declared.csv", first, key=["id"])
    with pytest.raises(varve.InvalidDataError):
        r.write("declared.csv", again, mode="append")
