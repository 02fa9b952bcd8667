"""Documents that other libraries wrote, read by varve_data.reader through the program and the library, against what they hold."""
import datetime
import json
import os
import pathlib
import random
import shutil
import sqlite3
import subprocess
import sys

import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet
import pytest

import hostile
import varve

openpyxl = pytest.importorskip("openpyxl")
pytest.importorskip("python_calamine")
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
    assert files == {*wrong, "cycle.xlsx", ".git"}
    for name, why in wrong.items():
        ran = subprocess.run(["varve", "cat", "--limit", "1", name], cwd=git, capture_output=True, text=True, timeout=200, env={**os.environ, "TMPDIR": str(temp)})
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
    assert got[2] == (2, 20, "1890-01-01", "a", 1) and got[4][2] is None
    varve_says(git, "diff", "--format", "xlsx", "-o", str(git / "diff.xlsx"))
    sheet = openpyxl.load_workbook(git / "diff.xlsx")["prices.csv"]
    assert [r[0] for r in sheet.iter_rows(values_only=True)] == ["change", "changed", "changed", "removed", "changed", "added"] and sheet.freeze_panes == "A2"
    marked = {c.coordinate: (c.value, c.comment.text) for r in sheet.iter_rows() for c in r if c.comment}
    assert marked == {"C2": (4.75, "was 4.5"), "C3": ("much", "was 20"), "D5": (datetime.datetime(2026, 2, 2), "was empty")}
    filled = {c.coordinate for r in sheet.iter_rows(min_col=2) for c in r if c.fill.fill_type}
    assert filled == {*marked, *(f"{c}{r}" for c in "BCDEF" for r in (4, 6))}
    if shutil.which("soffice"):
        subprocess.run(["soffice", "--headless", "--convert-to", "csv", "--outdir", str(git), str(git / "rows.xlsx")], check=True, capture_output=True, env={**os.environ, "HOME": str(git.parent)})
        assert (git / "rows.csv").read_text().splitlines()[1:3] == ["1,4.5,2026-01-01,=1+1,12345678901234567", "2,20,1890-01-01,a,1"]
    table.write_text("a\n" + "x" * 40_000 + "\n")
    assert "in/prices.csv: row 1, column 1: a cell has at most 32,767 characters, not 40,000" in varve_says(git, "cat", "--format", "xlsx", "in/prices.csv", code=2)


@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not installed")
def test_files_of_libreoffice_are_read_as_the_page_says(git):
    def convert(price, kind):
        (git / "budget.csv").write_text(f"id,price,day\n1,{price},2026-01-01\n2,20,2026-01-02\n")
        subprocess.run(["soffice", "--headless", "--convert-to", kind, "--outdir", str(git), str(git / "budget.csv")], check=True,
                       capture_output=True, env={**os.environ, "HOME": str(git.parent)})

    for kind in ("xls", "ods", "xlsx"):
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
    varve_says(git, *check.split()[1:], code=1)
