"""Documents that other libraries wrote, read by varve_data.reader through the program and the library, against what they hold."""
import datetime
import decimal
import json
import os
import pathlib
import pickle
import random
import re
import shutil
import sqlite3
import struct
import subprocess
import sys
import zipfile

import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet
import pytest

import hostile
import sampled
import varve

openpyxl = pytest.importorskip("openpyxl")
xlwt = pytest.importorskip("xlwt")
python_calamine = pytest.importorskip("python_calamine")
SEED = int(os.environ.get("VARVE_TEST_SEED", random.randrange(1 << 30)))


@pytest.fixture(autouse=True)
def reader(home):
    for kind in ("workbook", "parquet", "arrow", "sqlite", "statistics"):
        subprocess.run(["git", "config", "--global", f"varve.reader.{kind}.command", f"{sys.executable} -m varve_data.reader"], check=True)


@pytest.fixture
def git(tmp_path):
    subprocess.run(["git", "init", "-q", "."], cwd=tmp_path, check=True)
    return tmp_path


def varve_says(folder, *words, code=0):
    ran = subprocess.run(["varve", *words], cwd=folder, capture_output=True, text=True, timeout=120)
    assert ran.returncode == code, (words, ran.stdout, ran.stderr)
    return ran.stdout if code == 0 else ran.stderr


def rows(folder, name):
    return [json.loads(line) for line in varve_says(folder, "cat", name, "--format", "ndjson").splitlines()]


def commit(folder, name):
    subprocess.run(["git", "add", "-A"], cwd=folder, check=True)
    subprocess.run(["git", "commit", "-qm", name], cwd=folder, check=True)


def book(file, price="4.5", extra=False):
    b = openpyxl.Workbook()
    s = b.active
    s.title = "Prices"
    s.append(["id", "item", "price", "day"])
    for i in range(1, 11):
        s.append([i, f"item {i}", float(price) if i == 3 else i * 1.25, datetime.date(2026, 1, i)])
    s["F1"] = "sum"
    s["F2"] = "=SUM(C2:C10)" if extra else "=SUM(C2:C11)"
    t = b.create_sheet("Hidden # one")
    t.append(["sku", "n"])
    t.append(["a", 1])
    t.sheet_state = "hidden"
    if extra:
        b.create_sheet("New").append(["x", "y"])
    b.save(file)


def test_versions_of_a_workbook_are_compared_by_sheet_and_cell(git):
    book(git / "budget.xlsx")
    commit(git, "one")
    book(git / "budget.xlsx", "4.75", True)
    commit(git, "two")
    told = varve_says(git, "diff", "HEAD~1", "HEAD")
    assert "budget.xlsx#Prices: HEAD~1 -> HEAD" in told and "4.5 -> 4.75" in told
    assert "=SUM(C2:C11) -> =SUM(C2:C10)" in told
    assert "budget.xlsx#New: new table" in told and "Hidden" not in told
    assert "4.5 -> 4.75" in varve_says(git, "log", "-p")
    assert "4.5 -> 4.75" in varve_says(git, "log", "--key", "id", "--row", "3", "budget.xlsx#Prices")
    assert rows(git, "budget.xlsx#Hidden # one") == [{"sku": "a", "n": 1}]
    with varve.Repo(git) as r:
        assert r["budget.xlsx#Prices"].row(3)["price"] == "4.75"
    assert "has 3 tables" in varve_says(git, "cat", "--limit", "1", "budget.xlsx", code=2)


def test_cells_of_a_sheet_without_a_key_have_addresses(git):
    b = openpyxl.Workbook()
    s = b.active
    s.append(["Costs"])
    s.append([])
    s.append(["item", "two\nlines", *[f"c{i}" for i in range(26)]])
    for i in range(40):
        s.append([f"x{i % 3}", i % 2, *[i % 5] * 26])
    b.save(git / "t.xlsx")
    commit(git, "one")
    s["AB17"], s["B20"] = 77, 78
    s.insert_rows(30)
    s["A30"] = "new"
    b.save(git / "t.xlsx")
    told = varve_says(git, "diff")
    assert "AB17: 3 -> 77" in told and "B20: 0 -> 78" in told and "+  30  new" in told, told
    rows = json.loads(varve_says(git, "diff", "--json"))["tables"][0]["rows"]
    assert [c["at"] for r in rows if r["change"] == "changed" for c in r["cells"].values()] == ["AB17", "B20"]
    assert openpyxl.load_workbook(git / "t.xlsx").active["AB17"].value == 77


def test_cells_of_a_workbook_are_those_of_openpyxl(git):
    rng = random.Random(SEED)
    print("seed", SEED)
    b = openpyxl.Workbook()
    s = b.active
    s.title = "S"
    made = []
    for i in range(300):
        made.append([i, rng.choice([rng.random(), rng.randrange(-10**12, 10**12), 1e300 * rng.random(), 0.1 + 0.2]),
                     rng.choice(["ä", "a,b", 'q"q', "two\nlines", "<&>", " lead", "=no", "#x"]),
                     rng.choice([True, False]), datetime.datetime(2000 + rng.randrange(50), 1 + rng.randrange(12), 1 + rng.randrange(28), 1 + rng.randrange(23), 5, 9)])
    s.append(["id", "number", "text", "flag", "moment"])
    for r in made:
        s.append(r)
    for row in s.iter_rows(min_row=2, min_col=3, max_col=3):
        row[0].data_type = "s"
    b.save(git / "t.xlsx")
    got = rows(git, "t.xlsx")
    made = list(openpyxl.load_workbook(git / "t.xlsx").active.iter_rows(min_row=2, values_only=True))
    assert len(got) == len(made)
    for have, want in zip(got, made):
        assert (have["id"], have["text"], have["flag"], have["moment"]) == (want[0], want[2], want[3], want[4].isoformat())
        assert float(have["number"]) == float(want[1])


def test_numbers_that_arrow_spells_are_spelled_as_python_does():
    from varve_data import reader

    rng = random.Random(SEED)
    print("seed", SEED)
    makers = [lambda: round(rng.random() * 1000, rng.randrange(8)), lambda: float(rng.randrange(-(10**14), 10**15)), lambda: rng.random() * 10.0 ** rng.randrange(-6, 10),
              lambda: rng.choice([0.0, -0.0, 0.5, 1.0]), lambda: rng.randrange(10**9) / rng.choice([1, 2, 4, 8, 10, 1000]), lambda: rng.random() * 10.0 ** rng.randrange(-300, 300)]
    for make in makers:
        cells = tuple(make() for _ in range(20_000))
        assert reader._texts(cells).to_pylist() == [reader._text(v) for v in cells]


def test_errors_epochs_and_places_of_a_workbook_are_kept(git):
    b = openpyxl.Workbook()
    b.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    s = b.active
    s["C5"], s["D5"] = "a", "b"
    s["C6"], s["D6"] = 1, datetime.date(2024, 1, 1)
    s["C7"], s["D7"] = "#N/A", datetime.date(2024, 1, 2)
    s["C7"].data_type = "e"
    b.save(git / "t.xlsx")
    got = [[c for c in line.split(",") if c] for line in varve_says(git, "cat", "t.xlsx#Sheet").splitlines()]
    assert [r for r in got if r] == [["a", "b"], ["1", "2024-01-01"], ["#N/A", "2024-01-02"]]


def test_tables_of_arrow_are_those_of_pyarrow(git):
    t = pa.table({"id": pa.array([1, 2, None]), "x": pa.array([0.1, None, 1e-7]), "s": pa.array(["ä", None, "a,b\n"]),
                  "d": pa.array([datetime.date(2024, 2, 29), None, None]), "bytes": pa.array([b"\x00\xff", None, b""]),
                  "list": pa.array([[1, 2], None, []]), "map": pa.array([[("k", 1)], None, []], pa.map_(pa.string(), pa.int64())),
                  "deep": pa.array([[{"b": b"\xff"}], None, []], pa.list_(pa.struct([("b", pa.binary())])))})
    pyarrow.parquet.write_table(t, git / "t.parquet")
    pyarrow.feather.write_feather(t, git / "t.feather")
    for name in ("t.parquet", "t.feather"):
        got = rows(git, name)
        assert [r["id"] for r in got] == [1, 2, None]
        assert [r["x"] for r in got] == [0.1, None, 1e-7]
        assert [r["s"] for r in got] == ["ä", None, "a,b\n"]
        assert [r["d"] for r in got] == ["2024-02-29", None, None]
        assert got[0]["bytes"] == "AP8="
        assert got[0]["list"] in ([1, 2], "[1,2]")
        assert [r["map"] for r in got] == ['[["k",1]]', None, "[]"] and got[0]["deep"] == '[{"b":"/w=="}]'


def test_numbers_inside_of_lists_and_maps_that_json_has_not_are_texts_and_not_null(git):
    odd = [float("nan"), float("inf"), float("-inf"), None, 1.5]
    t = pa.table({"id": [1], "list": pa.array([odd]), "struct": pa.array([{"x": odd[1]}]),
                  "map": pa.array([[("k", odd[0]), ("l", odd[2])]], pa.map_(pa.string(), pa.float64())),
                  "times": pa.array([[("k", -90_061_500)]], pa.map_(pa.string(), pa.duration("ms")))})
    pyarrow.parquet.write_table(t, git / "t.parquet")
    assert [r.split(",", 1)[1] for r in varve_says(git, "cat", "--format", "csv", "--columns", "id,list", "t.parquet").splitlines()[1:]] == ['"[""NaN"",""INF"",""-INF"",null,1.5]"']
    (got,) = rows(git, "t.parquet")
    assert [got["struct"], got["map"], got["times"]] == ['{"x":"INF"}', '[["k","NaN"],["l","-INF"]]', '[["k","-PT90061.5S"]]']
    with varve.Repo(git) as r:
        r.write("t.csv", t.select(["id", "list"]), message="one", key=["id"])
        assert r["HEAD:t.csv"].read_bytes() == b'id,list\n1,"[""NaN"",""INF"",""-INF"",null,1.5]"\n'


def test_tables_of_a_database_are_those_of_sqlite(git):
    db = sqlite3.connect(git / "t.db")
    db.execute('create table "a b" (k integer primary key, any, "t""x" text)')
    db.executemany('insert into "a b" values (?, ?, ?)', [(1, "abc", "x"), (2, 1.5, None), (3, None, "ü"), (4, b"\x01", "")])
    db.execute('create view v as select k * 2 as z from "a b"')
    db.commit()
    db.close()
    got = rows(git, "t.db#a b")
    assert [(r["k"], r["any"], r['t"x']) for r in got] == [(1, "abc", "x"), (2, "1.5", None), (3, None, "ü"), (4, "AQ==", None)]
    assert [r["z"] for r in rows(git, "t.db#v")] == [2, 4, 6, 8]
    commit(git, "one")
    db = sqlite3.connect(git / "t.db")
    db.execute('update "a b" set any = 7 where k = 2')
    db.commit()
    db.close()
    told = varve_says(git, "diff")
    assert "t.db#a b" in told and "1.5 -> 7" in told and "t.db#v" not in told


def test_statistics_files_are_those_of_pyreadstat(git):
    pyreadstat = pytest.importorskip("pyreadstat")
    import pandas

    frame = pandas.DataFrame({"n": [1.5, None, 3.0], "w": [1, 2, 3], "s": ["a", "", "ü"]})
    pyreadstat.write_dta(frame, str(git / "t.dta"))
    pyreadstat.write_dta(frame.fillna({"s": "x"}).replace({"s": "ü"}, "u"), str(git / "old.dta"), version=12)
    assert (git / "old.dta").read_bytes()[:1] == b"\x73"
    assert [(r["n"], float(r["w"])) for r in rows(git, "old.dta")] == [(1.5, 1.0), (None, 2.0), (3.0, 3.0)]
    pyreadstat.write_sav(frame, str(git / "t.sav"))
    for name in ("t.dta", "t.sav"):
        got = rows(git, name)
        assert [(r["n"], float(r["w"]), r["s"]) for r in got] == [(1.5, 1.0, "a"), (None, 2.0, None), (3.0, 3.0, "ü")]


def test_hostile_documents_are_named_bounded_and_leave_nothing(git, tmp_path_factory):
    hostile.main(git)
    temp = tmp_path_factory.mktemp("temp")
    for setting in ("memory=512m", "seconds=60"):
        subprocess.run(["git", "config", "--global", *f"varve.reader.{setting}".split("=")], check=True)
    wrong = {"rows.xlsx": "was ended by signal 6", "strings.xlsx": "was ended by signal 6", "sheets.xlsx": "more than 5,000", "far.xlsx": "memory allocation of 549755813888 bytes failed",
             "far.ods": "larger than calamine reads",
             "cut.xlsx": "damaged", "laughs.xlsx": "", "lie.parquet": "", "lie.arrow": "", "lie.db": "malformed", "lie.sav": "", "lie.dta": ""}
    files = {f.name for f in git.iterdir()}
    wrong = {name: why for name, why in wrong.items() if name in files or name not in ("rows.xlsx", "strings.xlsx")}
    assert len(wrong) >= 11 and files == {*wrong, "cycle.xlsx", ".git"}
    for name, why in wrong.items():
        ran = subprocess.run(["varve", "cat", "--limit", "1", name], cwd=git, capture_output=True, text=True, timeout=500, env={**os.environ, "TMPDIR": str(temp)})
        assert ran.returncode == 2 and name in ran.stderr and why in ran.stderr and "Traceback" not in ran.stderr, (name, ran.stderr)
    assert rows(git, "cycle.xlsx#S1/formulas") == [{"cell": "A1", "formula": "=B1"}, {"cell": "B1", "formula": "=A1"}]
    assert {f.name for f in git.iterdir()} == files and not list(temp.iterdir())


def test_rows_and_differences_become_workbooks(git):
    (git / "in").mkdir()
    table = git / "in" / "prices.csv"
    table.write_text("id,price,day,text,big\n1,4.5,2026-01-01,=1+1,12345678901234567\n2,20,1890-01-01,a,1\n3,7,2026-01-03,b,1\n4,8,,c,1\n5,9,2026-01-04,d,1\n")
    varve_says(git, "add", "in")
    subprocess.run(["git", "commit", "-qm", "one"], cwd=git, check=True)
    table.write_text(table.read_text().replace("4.5", "4.75").replace("20,", "much,").replace("3,7,2026-01-03,b,1\n", "").replace("4,8,,", "4,8,2026-02-02,") + "6,1,,e,1\n")
    rows = subprocess.run(["varve", "cat", "--format", "xlsx", "HEAD:in/prices.csv"], cwd=git, capture_output=True, check=True).stdout
    (git / "rows.xlsx").write_bytes(rows)
    sheet = openpyxl.load_workbook(git / "rows.xlsx")["prices.csv"]
    assert sheet.freeze_panes == "A2" and sheet["A1"].font.bold
    got = list(sheet.iter_rows(values_only=True))
    assert got[0] == ("id", "price", "day", "text", "big")
    assert got[1] == (1, 4.5, datetime.datetime(2026, 1, 1), "=1+1", "12345678901234567") and sheet["D2"].data_type == "s" and sheet["C2"].is_date
    assert got[2] == (2, 20, "1890-01-01", "a", "1") and got[4][2] is None
    varve_says(git, "diff", "--format", "xlsx", "-o", str(git / "diff.xlsx"))
    sheet = openpyxl.load_workbook(git / "diff.xlsx")["prices.csv"]
    assert [r[0] for r in sheet.iter_rows(values_only=True)] == ["change", "changed", "changed", "removed", "changed", "added"] and sheet.freeze_panes == "A2"
    marked = {c.coordinate: (c.value, c.comment.text) for r in sheet.iter_rows() for c in r if c.comment}
    assert marked == {"C2": ("4.75", "was 4.5"), "C3": ("much", "was 20"), "D5": (datetime.datetime(2026, 2, 2), "was empty")}
    filled = {c.coordinate for r in sheet.iter_rows(min_col=2) for c in r if c.fill.fill_type}
    assert filled == {*marked, *(f"{c}{r}" for c in "BCDEF" for r in (4, 6))}
    if shutil.which("soffice"):
        subprocess.run(["soffice", "--headless", "--convert-to", "csv", "--outdir", str(git), str(git / "rows.xlsx")], check=True, capture_output=True, env={**os.environ, "HOME": str(git.parent)})
        assert (git / "rows.csv").read_text().splitlines()[1:3] == ["1,4.5,2026-01-01,=1+1,12345678901234567", "2,20,1890-01-01,a,1"]
    table.write_text("a\n" + "x" * 40_000 + "\n")
    assert "in/prices.csv: row 1, column 1: a cell has at most 32,767 characters, not 40,000" in varve_says(git, "cat", "--format", "xlsx", "in/prices.csv", code=2)


FIELDS = [("id", "integer"), ("price", "number"), ("exact", "number"), ("float", "number"), ("tiny", "number"), ("long", "integer"), ("flag", "boolean"),
          ("day", "date"), ("moment", "datetime"), ("zoned", "datetime"), ("nested", "object"), ("note", "string")]


def parquet_table(git, draw, count):
    """A table of all types; its rows as Python's values."""
    lines, values = [",".join(n for n, _ in FIELDS)], []
    for i in range(1, count + 1):
        price, exact = decimal.Decimal(draw.randint(-99999, 99999)).scaleb(-2), decimal.Decimal(draw.randint(2**53, 10**20)).scaleb(-2)
        number, tiny, flag = draw.random(), 10.0**-draw.randint(0, 300), draw.choice([True, False, None])
        day = datetime.date(draw.randint(1890, 2090), draw.randint(1, 12), draw.randint(1, 28))
        moment = datetime.datetime(2024, 3, 31, draw.randint(0, 23), 59, 7, draw.randint(0, 999999))
        nested = draw.choice([None, '{"a":[1,2],"b":{"c":null}}'])
        note = draw.choice([None, "", "ü", "a,b"])
        cells = [str(i), str(price), str(exact), repr(number), repr(tiny), str(2**53 + i), {True: "true", False: "false", None: "NA"}[flag], str(day), moment.isoformat(),
                 moment.isoformat() + "+02:00", "NA" if nested is None else '"' + nested.replace('"', '""') + '"', "NA" if note is None else f'"{note}"']
        lines.append(",".join(cells))
        values.append((i, float(price), exact, number, tiny, 2**53 + i, flag, day, moment, moment - datetime.timedelta(hours=2), nested, note))
    (git / "t.csv").write_text("\n".join(lines) + "\n")
    schema = {"fields": [{"name": n, "type": t} for n, t in FIELDS], "missingValues": ["NA"], "primaryKey": ["id"]}
    (git / "datapackage.json").write_text(json.dumps({"resources": [{"name": "t", "path": "t.csv", "schema": schema}]}))
    varve_says(git, "add", "t.csv")
    return values


def test_rows_become_parquet_with_equal_types_and_values(git):
    import duckdb
    import pandas

    values = parquet_table(git, random.Random(SEED), 500)
    varve_says(git, "cat", "-o", "t.parquet", "t.csv")
    types = {f.name: str(f.type) for f in pa.parquet.read_schema(git / "t.parquet")}
    assert types == {"id": "int64", "price": "double", "exact": "decimal128(38, 2)", "float": "double", "tiny": "double", "long": "int64", "flag": "bool",
                     "day": "date32[day]", "moment": "timestamp[us]", "zoned": "timestamp[us]", "nested": "string", "note": "string"}
    assert duckdb.sql(f"select * from '{git / 't.parquet'}' order by id").fetchall() == values
    frame = pandas.read_parquet(git / "t.parquet", dtype_backend="pyarrow")
    assert [tuple(None if v is pandas.NA else v for v in r) for r in frame.astype(object).itertuples(index=False)] == values
    # parts, and other forms of numbers
    varve_says(git, "cat", "--columns", "id,price", "--where", "id > 490", "--numbers", "decimal", "-o", "t.parquet", "t.csv")
    part = pa.parquet.read_table(git / "t.parquet")
    assert part.num_rows == 10 and [str(t) for t in part.schema.types] == ["decimal128(38, 0)", "decimal128(38, 2)"]
    assert part["price"].to_pylist() == [decimal.Decimal(str(v[1])).quantize(decimal.Decimal("0.01")) for v in values[490:]]
    varve_says(git, "cat", "--numbers", "double", "-o", "t.parquet", "t.csv")
    assert pa.parquet.read_table(git / "t.parquet")["exact"].to_pylist() == [float(v[2]) for v in values]
    # the same bytes each time; no rows; a value that is none of its column's type
    assert varve_says(git, "cat", "--limit", "0", "--format", "parquet", "-o", "none.parquet", "t.csv") == "" and pa.parquet.read_table(git / "none.parquet").num_rows == 0
    with open(git / "t.csv", "a") as f:
        f.write("501,much,1,1,1,1,true,2024-01-01,2024-01-01T00:00:00,2024-01-01T00:00:00,NA,x\n")
    told = varve_says(git, "cat", "-o", "bad.parquet", "t.csv", code=2)
    assert "row 501: column 'price'" in told and "--misfit null" in told and not (git / "bad.parquet").exists()
    varve_says(git, "cat", "--misfit", "text", "-o", "bad.parquet", "t.csv")
    assert pa.parquet.read_table(git / "bad.parquet")["_misfits"].to_pylist()[-1] == '{"price":"much"}'


def test_numbers_of_a_workbook_have_all_their_digits_or_are_text(git):
    """A column that is declared as one of numbers; the last two differ in the 16th digit, which a double has not."""
    spelled = ["1.10", "0.30000000000000004", "1e+300", "6.02e23", "NaN", "9007199254740993", "12345678901234567890", "0.1234567890123456789", "1e-400", "9007199254740992"]
    (git / "n.csv").write_text("id,n,t\n" + "".join(f"{i},{n},1900-01-0{1 + i % 2}T12:00:00\n" for i, n in enumerate(spelled)))
    varve_says(git, "schema", "--type", "n=number", "n.csv")
    varve_says(git, "add", ".")
    commit(git, "one")

    def cells(*words):
        (git / "n.xlsx").write_bytes(subprocess.run(["varve", *words], cwd=git, capture_output=True, check=True).stdout)
        return [list(r) for r in openpyxl.load_workbook(git / "n.xlsx")["n.csv"].iter_rows(min_row=2, values_only=True)]

    got = cells("cat", "--format", "xlsx", "n.csv")
    assert [r[1] for r in got] == [1.1, 0.30000000000000004, 1e300, 6.02e23, *spelled[4:9], 9007199254740992]
    assert got[0][2] == "1900-01-01T12:00:00" and got[1][2] == datetime.datetime(1900, 1, 2, 12)
    (git / "n.csv").write_text((git / "n.csv").read_text().replace("740992", "740993").replace("1.10", "1.1"))
    assert cells("diff", "--format", "xlsx", "n.csv") == [["respelled", 0, 1.1, "1900-01-01T12:00:00"], ["changed", 9, "9007199254740993", datetime.datetime(1900, 1, 2, 12)]]


def test_integers_with_leading_zeros_or_many_digits_are_text_in_a_workbook(git):
    (git / "z.csv").write_text("id,zip,long,plain\n1,00123,1234567890123456,-5\n2,4567,7,0\n")
    varve_says(git, "schema", *(w for n in ("zip", "long", "plain") for w in ("--type", f"{n}=integer")), "z.csv")
    varve_says(git, "add", ".")
    varve_says(git, "cat", "-o", "z.xlsx", "z.csv")
    got = openpyxl.load_workbook(git / "z.xlsx")["z.csv"].iter_rows(min_row=2, values_only=True)
    assert list(got) == [(1, "00123", "1234567890123456", -5), (2, "4567", "7", 0)]


def test_what_is_no_number_of_its_column_stays_a_text_in_a_workbook(git):
    """Python reads these as numbers, and the column does not."""
    (git / "n.csv").write_text("id;n;whole\n1;1,25;7\n2;1_000;1.5\n3; 5;8\n4;1.5;1.250\n5;1e400;9\n")
    fields = [{"name": "id", "type": "integer"}, *({"name": n, "type": "number", "decimalChar": ","} for n in ("n", "whole"))]
    (git / "datapackage.json").write_text(json.dumps({"resources": [{"name": "n", "path": "n.csv", "schema": {"fields": fields}}]}))
    varve_says(git, "add", ".")
    commit(git, "one")
    (git / "n.xlsx").write_bytes(subprocess.run(["varve", "cat", "--format", "xlsx", "n.csv"], cwd=git, capture_output=True, check=True).stdout)
    got = openpyxl.load_workbook(git / "n.xlsx")["n.csv"].iter_rows(min_row=2, min_col=2, values_only=True)
    assert list(got) == [(1.25, 7), ("1_000", "1.5"), (" 5", 8), ("1.5", "1.250"), ("1e400", 9)]


@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not installed")
def test_files_of_libreoffice_are_read_as_the_page_says(git):
    def convert(price, kind):
        (git / "budget.csv").write_text(f"id,price,day\n1,{price},2026-01-01\n2,20,2026-01-02\n")
        subprocess.run(["soffice", "--headless", "--convert-to", kind, "--outdir", str(git), str(git / "budget.csv")], check=True,
                       capture_output=True, env={**os.environ, "HOME": str(git.parent)})

    for kind in (*sampled.drawn(["xls", "ods"]), "xlsx"):
        convert("4.5", kind)
        assert rows(git, f"budget.{kind}#budget") == [{"id": 1, "price": 4.5, "day": "2026-01-01"}, {"id": 2, "price": 20, "day": "2026-01-02"}]
    (git / ".gitignore").write_text("*.csv\n*.xls\n*.ods\n")
    commit(git, "one")
    convert("4.75", "xlsx")
    commit(git, "two")
    top = pathlib.Path(__file__).parents[2]
    steps = (top / "README.md").read_text().split("SQLite in any Git repository")[1].split("```")[1]
    assert steps == (top / "docs" / "use" / "documents.md").read_text().split("```")[1]
    install, log, check = steps.strip().splitlines()
    assert install.startswith("pip install")
    told = subprocess.run(log, shell=True, cwd=git, capture_output=True, text=True, check=True).stdout
    assert [line[:1] for line in told.splitlines() if "4.5" in line or "4.75" in line] == ["-", "+", "+"], told
    assert "4.5 -> 4.75" in varve_says(git, "log", "-p", "budget.xlsx") and "budget.xlsx" in varve_says(git, *check.split()[1:])
    convert("much", "xlsx")
    assert "price" in subprocess.run(check, shell=True, cwd=git, capture_output=True, text=True).stdout
    assert "1 warning" in varve_says(git, *check.split()[1:])  # the type was found, not declared


def whole(file):
    """The tables of a document, as the reader gives them in this process."""
    from varve_data import reader

    lister, read = reader.KINDS[reader.kind_of(str(file))]
    found = {}
    for t in lister(str(file)):
        schema, batches = read(str(file), t["name"])
        found[t["name"]] = [tuple(r.values()) for b in batches for r in b.to_pylist()]
    return found


def test_odd_numbers_days_and_times_are_as_their_program_shows_them(tmp_path, capfd):
    xlsxwriter = pytest.importorskip("xlsxwriter")
    cases = {  # a format, a number, what a workbook that counts from 1900 shows, and one from 1904
        "[h]:mm:ss": [(-1.5 / 24, "-1:30:00", "-1:30:00"), (-0.25 / 24, "-0:15:00", "-0:15:00"), (30 / 24, "30:00:00", "30:00:00"), (1.469 / 86400, "0:00:01.469", "0:00:01.469"), (0, "0:00:00", "0:00:00")],
        "yyyy-mm-dd": [(-5, "1899-12-25", "1903-12-27"), (-1.5, "1899-12-28T12:00:00", "1903-12-30T12:00:00"), (0, "00:00:00", "1904-01-01"), (1, "1900-01-01", "1904-01-02"),
                       (59, "1900-02-28", "1904-02-29"), (60, "1900-02-29", "1904-03-01"), (60.5, "1900-02-29T12:00:00", "1904-03-01T12:00:00"), (61, "1900-03-01", "1904-03-02"), (45000, "2023-03-15", "2027-03-16")],
        '"d" [Red]hh:mm': [(-0.5, "-12:00:00", "-12:00:00"), (0, "00:00:00", "00:00:00"), (0.25, "06:00:00", "06:00:00")],
        "0.00": [(-5, "-5", "-5"), (60, "60", "60"), (10**15 - 1, "999999999999999", "999999999999999"), (10**15 + 1, "1000000000000001", "1000000000000001"), (2.0**53, "9007199254740992", "9007199254740992"),
                 (1e22, "1e+22", "1e+22"), (-0.1, "-0.1", "-0.1")],
    }
    for mac in (False, True):
        with xlsxwriter.Workbook(tmp_path / "t.xlsx", {"date_1904": mac}) as b:
            s = b.add_worksheet("S")
            for column, (shown, rows) in enumerate(cases.items()):
                for row, case in enumerate(rows):
                    s.write_number(row, column, case[0], b.add_format({"num_format": shown}))
        got = list(zip(*whole(tmp_path / "t.xlsx")["S"]))
        for column, (shown, rows) in enumerate(cases.items()):
            assert list(got[column][: len(rows)]) == [case[1 + mac] for case in rows], (mac, shown)
    long = openpyxl.Workbook()
    long.active.append([111, -222])
    long.save(tmp_path / "short.xlsx")
    rezip(tmp_path / "short.xlsx", tmp_path / "long.xlsx", lambda _, x: x.replace("<v>111</v>", "<v>12345678901234567</v>").replace("<v>-222</v>", "<v>-98765432109876543</v>"))
    assert whole(tmp_path / "long.xlsx")["Sheet"] == [("12345678901234567", "-98765432109876543")]
    assert capfd.readouterr().err == ""


def rezip(source, target, change):
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name).decode()))


def test_strict_workbooks_and_cells_without_places_have_errors_and_formulas(tmp_path):
    b = openpyxl.Workbook()
    s = b.active
    s.append(["a", None, "c"])
    s.append([1, "#DIV/0!", "=A2*2"])
    s["B2"].data_type = "e"
    s.append(["7", -2, 3])
    s["B3"].number_format = "yyyy-mm-dd"
    b.save(tmp_path / "t.xlsx")
    expected = {"Sheet": [("a", None, "c"), ("1", "#DIV/0!", None), ("7", "1899-12-28", "3")], "Sheet/formulas": [("C2", "=A2*2")], "Sheet/types": [("A3", "text")]}
    rezip(tmp_path / "t.xlsx", tmp_path / "strict.xlsx", lambda _, x: x.replace("http://schemas.openxmlformats.org/spreadsheetml/2006/main", "http://purl.oclc.org/ooxml/spreadsheetml/main")
          .replace("http://schemas.openxmlformats.org/officeDocument/2006/relationships", "http://purl.oclc.org/ooxml/officeDocument/relationships"))
    rezip(tmp_path / "t.xlsx", tmp_path / "bare.xlsx", lambda n, x: re.sub(r' r="[A-Z]*\d+"', "", x.replace('<c r="C1"', '<c/><c r="C1"')) if "sheet1.xml" in n else x)
    for name in ("t.xlsx", "strict.xlsx", "bare.xlsx"):
        assert whole(tmp_path / name) == expected, name


DAYS = (0, 0.25, 1, 1.5, 59, 59.75, 60, 60.5, 61, -1, -1.25, 400.125)


def xlsb(file, mac, kind=5):
    """Column A: DAYS as dates, below them an error."""
    def record(kind, payload=b""):
        return (bytes([kind]) if kind < 128 else bytes([kind & 127 | 128, kind >> 7])) + bytes([len(payload)]) + payload

    def wide(text):
        return struct.pack("<I", len(text)) + text.encode("utf-16-le")

    cells = b"".join(record(0, struct.pack("<I", i) + bytes(21)) + record(kind, struct.pack("<IId", 0, 1, v)) for i, v in enumerate(DAYS))
    cells += record(0, struct.pack("<I", len(DAYS)) + bytes(21)) + record(3, struct.pack("<IIB", 0, 0, 42))
    with zipfile.ZipFile(file, "w") as z:
        z.writestr("xl/_rels/workbook.bin.rels", '<Relationships><Relationship Id="rId1" Type="t/worksheet" Target="worksheets/sheet1.bin"/></Relationships>')
        z.writestr("xl/workbook.bin", record(131) + record(153, bytes([mac, 0, 0, 0]) + bytes(4) + wide("")) + record(143) + record(156, bytes(4) + b"\1\0\0\0" + wide("rId1") + wide("S")) + record(144) + record(132))
        z.writestr("xl/styles.bin", record(617, b"\2\0\0\0") + record(47, struct.pack("<HH", 0, 0) + bytes(12)) + record(47, struct.pack("<HH", 0, 14) + bytes(12)) + record(618))
        z.writestr("xl/worksheets/sheet1.bin", record(129) + record(148, struct.pack("<IIII", 0, len(DAYS), 0, 0)) + record(145) + cells + record(146) + record(130))


def test_days_before_march_1900_and_errors_of_xls_and_xlsb_are_as_in_xlsx(tmp_path):
    want = {False: ["00:00:00", "06:00:00", "1900-01-01", "1900-01-01T12:00:00", "1900-02-28", "1900-02-28T18:00:00", "1900-02-29", "1900-02-29T12:00:00",
                    "1900-03-01", "1899-12-29", "1899-12-28T18:00:00", "1901-02-03T03:00:00"],
            True: ["1904-01-01", "1904-01-01T06:00:00", "1904-01-02", "1904-01-02T12:00:00", "1904-02-29", "1904-02-29T18:00:00", "1904-03-01", "1904-03-01T12:00:00",
                   "1904-03-02", "1903-12-31", "1903-12-30T18:00:00", "1905-02-04T03:00:00"]}
    for mac in (False, True):
        book = xlwt.Workbook()
        book.dates_1904 = mac
        sheet = book.add_sheet("S")
        for i, v in enumerate(DAYS):
            sheet.write(i, 0, v, xlwt.easyxf(num_format_str="yyyy-mm-dd"))
            sheet.write(i, 1, v, xlwt.easyxf(num_format_str='"day "0'))
        sheet.row(len(DAYS)).set_cell_error(0, 42)
        book.save(str(tmp_path / "t.xls"))
        assert whole(tmp_path / "t.xls")["S"] == [(d, f"{v:g}") for d, v in zip(want[mac], DAYS)] + [("#N/A", None)]
        xlsb(tmp_path / "t.xlsb", mac)
        assert whole(tmp_path / "t.xlsb")["S"] == [(d,) for d in [*want[mac], "#N/A"]]
    with pytest.raises(ValueError, match="short form"):  # as SheetJS writes them
        xlsb(tmp_path / "t.xlsb", False, 16)
        whole(tmp_path / "t.xlsb")


def test_numbers_stored_as_text_are_listed_by_cell_or_by_column_and_headers_are_not(tmp_path, capfd):
    b = openpyxl.Workbook()
    for row in (["id", "zip", "2020", "n"], [1, "1001", 5, 1], [2, "1002", 6, "2"], [3, "n/a", 7, 3]):
        b.active.append(row)
    b.save(tmp_path / "t.xlsx")
    assert whole(tmp_path / "t.xlsx")["Sheet/types"] == [("zip", "text column"), ("D3", "text")]
    assert [line for line in capfd.readouterr().err.splitlines() if "column" in line] == ["note: column D has numbers, and 1 number stored as text"]


def test_a_list_names_the_libraries_whose_update_may_change_rows(tmp_path):
    openpyxl.Workbook().save(tmp_path / "t.xlsx")
    listed = subprocess.run([sys.executable, "-m", "varve_data.reader", "list", tmp_path / "t.xlsx"], capture_output=True, text=True, check=True)
    uses = json.loads(listed.stdout.splitlines()[0])["uses"]
    for library in (pyarrow, python_calamine):
        file = os.path.realpath(library.__file__)
        assert float(uses[file]) == pytest.approx(os.stat(file).st_mtime)


def test_long_times_errors_tabs_and_line_breaks_of_ods_are_kept(tmp_path):
    def time(v, more=""):
        return f'<table:table-cell {more} office:value-type="time" office:time-value="{v}"><text:p>x</text:p></table:table-cell>'

    def text(inside):
        return f'<table:table-cell office:value-type="string">{inside}</table:table-cell>'

    def error(shown):  # as LibreOffice writes it
        return f'<table:table-cell table:formula="of:=1/0" office:value-type="string" office:string-value="" calcext:value-type="error"><text:p>{shown}</text:p></table:table-cell>'

    rows = [time("PT25H30M00S") + text("<text:p>b<text:tab/>c<text:line-break/>d</text:p>"), time("-PT01H30M00S") + text('<text:p>x<text:s text:c="3"/>&amp;<text:span>y<text:tab/></text:span></text:p><text:p>z</text:p>'),
            time("PT12H00M00S") + text("<text:p>PT25H30M00S</text:p>"), time("PT100H00M01.5S", 'table:number-columns-repeated="2"'),
            text("<text:p>#N/A</text:p>") + error("#DIV/0!")]
    body = "".join(f'<table:table-row{" table:number-rows-repeated=" + chr(34) + "2" + chr(34) if i == 1 else ""}>{r}</table:table-row>' for i, r in enumerate(rows))
    spaces = " ".join(f'xmlns:{n}="urn:oasis:names:tc:opendocument:xmlns:{n}:1.0"' for n in ("office", "table", "text", "calcext"))
    with zipfile.ZipFile(tmp_path / "t.ods", "w") as z:
        z.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        z.writestr("META-INF/manifest.xml", '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>')
        z.writestr("content.xml", f'<office:document-content {spaces}><office:body><office:spreadsheet><table:table table:name="T&amp;1">{body}</table:table></office:spreadsheet></office:body></office:document-content>')
    low = ("-1:30:00", "x   &y\t\nz")
    assert whole(tmp_path / "t.ods") == {"T&1": [("25:30:00", "b\tc\nd"), low, low, ("12:00:00", "PT25H30M00S"), ("100:00:01.5", "100:00:01.5"), ("#N/A", "#DIV/0!")]}


def test_all_tables_of_a_database_are_seen_with_the_types_of_their_cells(git):
    db = sqlite3.connect(git / "t.db")
    db.executescript("""create table sqlitedata(id integer primary key, v); insert into sqlitedata values (1, ''), (2, 5), (3, 2.5), (4, 'a5');
        create virtual table f using fts5(a); insert into f values ('x'); create view v as select no_function(1) as z;
        create table "SQLite3 hosts"(a text primary key, b blob) without rowid; insert into "SQLite3 hosts" values ('007', x'31');
        create table "a/types"(n integer); create table a(n); insert into a values ('5');""")
    db.commit()
    tables = whole(git / "t.db")
    assert list(tables) == ["SQLite3 hosts", "a", "a/types", "f", "sqlitedata", "sqlitedata/types"] and tables["f"] == [("x",)]
    assert tables["sqlitedata/types"] == [("1", "v", "empty text")]
    commit(git, "one")
    db.executescript("update sqlitedata set v = null where id = 1; update sqlitedata set v = '5' where id = 2; update sqlitedata set v = cast('2.5' as blob) where id = 3")
    db.commit()
    told = varve_says(git, "diff")
    assert "t.db#sqlitedata/types" in told and "empty text" in told and "2    v       text" in told and "3    v       blob" in told, told
    db.execute("pragma journal_mode = wal")
    db.execute("insert into sqlitedata values (9, 'new')")
    db.commit()
    assert "t.db-wal" in subprocess.run(["varve", "cat", "t.db#sqlitedata"], cwd=git, capture_output=True, text=True, check=True).stderr
    db.close()


def test_tables_of_documents_have_a_history(git):
    for price in ("4.5", "4.75", "5"):
        book(git / "b.xlsx", price, price == "5")
        commit(git, price)
    subprocess.run(["git", "mv", "b.xlsx", "c.xlsx"], cwd=git, check=True)
    commit(git, "moved")
    name = "c.xlsx#Prices"
    assert [line.split(" ", 1)[1] for line in varve_says(git, "log", "--oneline", "--no-decorate", name).splitlines()] == ["moved", "5", "4.75", "4.5"]
    assert varve_says(git, "log", "-p", name).count("4.75 -> 5") == 1 and "Hidden" not in varve_says(git, "log", "-p", name)
    assert "b.xlsx" in varve_says(git, "log", "--stat", name)

    def ask(query):
        return varve_says(git, "sql", "--format", "csv", query).splitlines()[1:]

    assert ask(f"select message, price from varve_history('{name}') where id = 3") == ["moved,5.0", "5,5.0", "4.75,4.75", "4.5,4.5"]
    assert ask("select count(*) from varve_history('c.xlsx#New')") == ["0"] and ask(f"select count(*) from varve_log('{name}')") == ["4"]
    assert ask(f'select n.price - o.price from "{name}" n join "b.xlsx#Prices@HEAD~3" o using (id) where id = 3') == ["0.5"]
    assert ask("select price from \"b.xlsx#Prices\" as of 'HEAD~2' where id = 3") == ["4.75"]
    assert "4.5 -> 4.75" in varve_says(git, "diff", f"file://{git}#HEAD~3:b.xlsx#Prices", f"file://{git}#HEAD~2:b.xlsx#Prices")
    with varve.Repo(git) as r:
        assert [c.message.strip() for c in r.log(name)] == ["moved", "5", "4.75", "4.5"]
        assert r.tables("HEAD~1") == ["b.xlsx#Prices", "b.xlsx#Hidden # one", "b.xlsx#New"]
    assert ask("select name, rows, key from varve_tables") == ["c.xlsx#Prices,10,id", 'c.xlsx#Hidden # one,1,""', 'c.xlsx#New,0,""']


def test_what_a_reader_notes_is_a_warning_each_time(git):
    b = openpyxl.Workbook()
    b.active.append(["n", "f"])
    for i in range(3):
        b.active.append(["7" if i == 1 else i, "=A2"])
    b.create_sheet("Empty")
    b.save(git / "t.xlsx")
    for _ in range(2):
        told = subprocess.run(["varve", "cat", "t.xlsx#Sheet"], cwd=git, capture_output=True, text=True, check=True).stderr
        assert "t.xlsx#Sheet: 3 formulas have no stored value" in told and "column A has numbers, and 1 number stored as text" in told
    commit(git, "one")
    assert "nothing wrong" in varve_says(git, "check", "t.xlsx")
    b.active["A2"] = "0"
    b.save(git / "t.xlsx")
    told = varve_says(git, "diff")
    assert "t.xlsx#Sheet/types" in told and "A2    text" in told and "#Sheet:" not in told


def test_this_interpreter_reads_and_tables_of_documents_pickle(git, monkeypatch):
    for kind in ("workbook", "sqlite"):
        subprocess.run(["git", "config", "--global", "--unset", f"varve.reader.{kind}.command"], check=True)
    (git / "path").mkdir()
    (git / "path" / "python3").write_text("#!/bin/sh\nexit 3\n")
    (git / "path" / "python3").chmod(0o755)
    monkeypatch.setenv("PATH", f"{git / 'path'}:{os.environ['PATH']}")
    book(git / "b.xlsx")
    commit(git, "one")
    with varve.Repo(git) as r:
        for word in ("HEAD:b.xlsx#Hidden # one", "b.xlsx#Prices"):
            table = r[word]
            assert table.path == word.removeprefix("HEAD:") and f"{table.path} " in repr(table)
            again = pickle.loads(pickle.dumps(table))
            assert again.path == table.path and again.commit_id == table.commit_id and list(again) == list(table)
    assert ": no reader for this kind of file is installed" in varve_says(git, "cat", "b.xlsx#Prices", code=2)
