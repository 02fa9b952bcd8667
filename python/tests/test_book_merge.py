"""Law: a merge of two versions of a workbook has each side's changed cells and nothing else, or is refused. The oracle knows each row."""
import datetime
import io
import os
import random
import shutil
import subprocess
import zipfile

import openpyxl
import pytest
import xlsxwriter
from openpyxl.styles import Font, PatternFill
from sampled import SAMPLE
from varve_data import book_merge

ROUNDS = 300 if os.environ.get("VARVE_TEST_ALL") else 40


class Row:
    """A row that stays itself when others come and go."""

    def __init__(self, cells, origin=None):
        self.cells, self.origin = list(cells), origin


WORDS = ["pear", "plum", " two  words ", "a&b <c>", "ä\nline", "7", "=x", "", "x" * 40]


def value(draw):
    kind = draw.randrange(8)
    if kind < 3:
        return draw.randrange(5)
    if kind == 3:
        return round(draw.random() * 1000, 3)
    if kind == 4:
        return datetime.datetime(2026, 1, 1) + datetime.timedelta(days=draw.randrange(400))
    if kind == 5:
        return draw.random() < 0.5
    return draw.choice(WORDS[:6])


def sheet_of(draw, keyed):
    width, height = draw.randrange(2, 6), draw.randrange(1, 14)
    rows = [Row([f"head{c}" for c in range(width)])]
    for r in range(height):
        rows.append(Row([f"id{r}" if keyed and c == 0 else None if draw.random() < 0.1 else value(draw) for c in range(width)]))
    return rows


def book_of(draw):
    return {name: sheet_of(draw, draw.random() < 0.6) for name in draw.sample(["Prices", "Stock", "a b", "Ümlaut"], draw.randrange(1, 4))}


def saved(model, draw, formulas):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in model.items():
        sheet = book.create_sheet(name)
        for r, row in enumerate(rows, 1):
            for c, v in enumerate(row.cells, 1):
                put(sheet.cell(r, c), v)
        if draw.random() < 0.5:
            sheet.column_dimensions["B"].width = 30
            sheet["A1"].font = Font(bold=True)
    if formulas:
        sheet["J1"] = "=SUM(A1:E30)"
        sheet["J2"] = "=J1*2"
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def put(cell, v):
    if not isinstance(v, datetime.datetime):
        cell.number_format = "General"
    if isinstance(v, str):
        cell.data_type = "s"
        cell._value = v  # also "=x"
    else:
        cell.value = v


def edited(data, model, draw, structure):
    """A side: what openpyxl writes after random changes, and the model after the same. Rows stay the same objects where they stay."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    new = {name: [Row(row.cells, row) for row in rows] for name, rows in model.items()}
    for _ in range(draw.randrange(1, 5)):
        if not new:
            break
        name = draw.choice(sorted(new))
        rows, sheet = new[name], book[name]
        kind = draw.randrange(12) if structure else draw.randrange(7)
        at = draw.randrange(1, len(rows)) if len(rows) > 1 else 0
        if kind < 6:
            c = draw.randrange(len(rows[at].cells))
            v = None if draw.random() < 0.1 else value(draw)
            rows[at].cells[c] = v
            put(sheet.cell(at + 1, c + 1), v)
        elif kind == 6:
            cell = sheet.cell(at + 1, 1)
            cell.fill = PatternFill("solid", fgColor=draw.choice(["FFFF0000", "FF00FF00"]))
        elif kind in (7, 8):
            row = Row([value(draw) for _ in rows[0].cells])
            sheet.insert_rows(at + 1)
            rows.insert(at, row)
            for c, v in enumerate(row.cells, 1):
                put(sheet.cell(at + 1, c), v)
        elif kind == 9 and len(rows) > 2:
            sheet.delete_rows(at + 1)
            del rows[at]
        elif kind == 10 and len(new) > 1:
            book.remove(sheet)
            del new[name]
        elif kind == 11:
            sheet.column_dimensions["A"].width = draw.randrange(10, 40)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue(), new


def oracle(model, ours, theirs):
    """The merged model, and whether a cell or row has two changes; by the rows themselves."""
    merged, clash = {}, False
    for name in {**ours, **theirs}:
        o, t, b = ours.get(name), theirs.get(name), model[name]
        if o is None or t is None:
            left = t if o is None else o
            clash = clash or [r.origin for r in left] != b or any(row_differs(r.origin, r) for r in left)
            continue
        mine, other = ({id(r.origin): r for r in side if r.origin} for side in (o, t))
        result = {}
        for row in b:
            m, h = mine.get(id(row)), other.get(id(row))
            if m and h:
                for was, x, y in zip(row.cells, m.cells, h.cells):
                    clash = clash or differ(was, x) and differ(was, y) and differ(x, y)
                    result.setdefault(id(row), []).append(x if differ(was, x) else y)
            elif m or h:
                clash = clash or row_differs(row, m or h)
        order = [(id(r.origin), r) if r.origin else (id(r), r) for r in t if not r.origin or id(r.origin) in mine]
        for n, row in enumerate(o):
            if row.origin is None:  # after the same row as in ours
                before = id(o[n - 1].origin or o[n - 1])
                at = next((i for i, (name_of, _) in enumerate(order) if name_of == before), len(order) - 1)
                order.insert(at + 1, (id(row), row))
        merged[name] = [result.get(of, row.cells) for of, row in order]
    return merged, clash


def row_differs(a, b):
    return any(differ(x, y) for x, y in zip(a.cells, b.cells))


def differ(a, b):
    return type(a) is not type(b) or a != b


def cells_of(data):
    book = openpyxl.load_workbook(io.BytesIO(data))
    same = {"=TRUE()": True, "=FALSE()": False}  # as LibreOffice writes them
    return {s.title: {(c.row, c.column): same.get(c.value, c.value) for row in s.iter_rows() for c in row if c.value is not None and c.column < 9} for s in book}


def cells_in(model):
    return {name: {(r, c): v for r, row in enumerate(rows, 1) for c, v in enumerate(row, 1) if v is not None} for name, rows in model.items()}


def merge(tmp_path, versions, prefer="ours"):
    paths = []
    for name, data in zip(("base", "ours", "theirs"), versions):
        (tmp_path / f"{name}.xlsx").write_bytes(data)
        paths.append(str(tmp_path / f"{name}.xlsx"))
    told, *rest = book_merge.merged(paths, prefer)
    return told, rest[0] if rest else None


def test_random_merges_have_the_cells_of_both_sides(tmp_path):
    draw = random.Random(SAMPLE)
    done = {"merged": 0, "conflicts": 0, "refused": 0}
    for n in range(ROUNDS):
        seed = draw.randrange(1 << 30)
        one = random.Random(seed)
        model = book_of(one)
        base = saved(model, one, one.random() < 0.4)
        structure = one.randrange(4)  # of neither side, of one or of both
        ours, o = edited(base, model, one, structure in (1, 3))
        theirs, t = edited(base, model, one, structure in (2, 3))
        told, data = merge(tmp_path, (base, ours, theirs))
        expected, clash = oracle(model, o, t)
        where = f"seed {seed}: {told}"
        if "refused" in told:
            done["refused"] += 1
            assert "please report" not in told["refused"], where
            continue
        if told["conflicts"]:
            done["conflicts"] += 1
            theirs_told, theirs_data = merge(tmp_path, (base, ours, theirs), "theirs")
            assert theirs_told["conflicts"] == told["conflicts"], where
            if not clash:
                assert "format" in told["words"] or structure, where
            continue
        done["merged"] += 1
        assert not clash, where
        assert cells_of(data) == cells_in(expected), where
    print(done)
    assert done["merged"] > ROUNDS // 8


def column(rows, c):
    """The values of a column without a repeated one; None: it has one, or an empty cell."""
    values = [repr(row.cells[c]) for row in rows[1:]]
    return set(values) if len(set(values)) == len(values) and "None" not in values else None


def fresh(draw, taken):
    v = value(draw)
    while taken is not None and repr(v) in taken:
        v = value(draw)
    if taken is not None:
        taken.add(repr(v))
    return v


def appended(data, model, draw, ids, taken):
    """A side that adds rows below the last one of each sheet. A column of distinct values stays one, as it names rows: taken has those of both sides."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    new = {name: [Row(row.cells, row) for row in rows] for name, rows in model.items()}
    for name, rows in new.items():
        for _ in range(draw.randrange(3)):
            rows.append(Row([f"{ids}{len(rows)} {name}", *(fresh(draw, taken.setdefault((name, c), column(model[name], c))) for c in range(1, len(rows[0].cells)))]))
            for c, v in enumerate(rows[-1].cells, 1):
                put(book[name].cell(len(rows), c), v)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue(), new


def test_rows_that_both_sides_add_below_a_sheet_are_all_kept_ours_first(tmp_path):
    draw, kept = random.Random(SAMPLE), 0
    for _ in range(ROUNDS // 2):
        seed = draw.randrange(1 << 30)
        one = random.Random(seed)
        model = book_of(one)
        base = saved(model, one, one.random() < 0.4)
        taken = {}
        ours, o = appended(base, model, one, "mine", taken)
        theirs, t = appended(base, model, one, "other", taken)
        told, data = merge(tmp_path, (base, ours, theirs))
        assert "refused" not in told and told["conflicts"] == 0, f"seed {seed}: {told}"
        expected = {name: [r.cells for r in o[name] + t[name][len(model[name]):]] for name in model}
        assert cells_of(data) == cells_in(expected), f"seed {seed}"
        kept += any(len(o[n]) > len(model[n]) and len(t[n]) > len(model[n]) for n in model)
    assert kept > ROUNDS // 8


def test_an_added_row_whose_key_or_cells_the_other_side_added_too_is_a_conflict_of_cells(tmp_path):
    def book(*rows):
        made = openpyxl.Workbook()
        for row in [("id", "n", "note"), ("a", 1, "x"), ("b", 2, "y"), ("c", 3, "z"), *rows]:
            made.active.append(row)
        file = io.BytesIO()
        made.save(file)
        return file.getvalue()

    for mine, other, conflicts in (
        (("d", 4, "p"), ("d", 5, "p"), "Sheet!B5: 4 and 5"),
        (("d", 4, "p"), ("e", "=B2", "q"), "Sheet!A5: d and e; Sheet!B5: 4 and =B2; Sheet!C5: p and q"),
    ):
        told, _ = merge(tmp_path, (book(), book(mine), book(other)))
        assert told["words"] == conflicts, told
    told, data = merge(tmp_path, (book(), book(("d", 4, "p")), book(("d", 4, "p"))))
    assert told["conflicts"] == 0 and openpyxl.load_workbook(io.BytesIO(data)).active.max_row == 5
    told, data = merge(tmp_path, (book(), book(("d", 4, "p")), book(("e", 5, "q"), ("f", 6, "r"))))
    assert [row[0].value for row in openpyxl.load_workbook(io.BytesIO(data)).active] == ["id", "a", "b", "c", "d", "e", "f"]


def test_a_sheet_that_both_sides_renamed_alike_merges_by_cell(tmp_path):
    def book(name, price, note, other="Stock", rows=()):
        made = openpyxl.Workbook()
        made.active.title = name
        for row in [("id", "price", "note"), *rows, ("a", price, "x"), ("b", 2, "y"), ("c", 3, note)]:
            made.active.append(row)
        made.create_sheet(other).append(("place", 7))
        made[other]["B2"] = f"='{name}'!B2*2"
        file = io.BytesIO()
        made.save(file)
        return file.getvalue()

    base = book("Prices", 1, "z")
    for mine, yours in ((("New", 5, "z"), ("New", 1, "w")), (("New", 1, "w"), ("New", 5, "z")), (("New", 5, "w"), ("New", 1, "z")), (("New", 1, "z"), ("New", 5, "w"))):
        told, data = merge(tmp_path, (base, book(*mine), book(*yours)))
        assert told.get("conflicts") == 0, told
        sheets = openpyxl.load_workbook(io.BytesIO(data))
        assert sheets.sheetnames == ["New", "Stock"]
        assert [[c.value for c in row] for row in sheets["New"]] == [["id", "price", "note"], ["a", 5, "x"], ["b", 2, "y"], ["c", 3, "w"]]
        assert sheets["Stock"]["B2"].value == "='New'!B2*2"
    told, data = merge(tmp_path, (base, book("New", 1, "z", rows=[("d", 8, "v")]), book("New", 5, "z")))
    assert told.get("conflicts") == 0 and openpyxl.load_workbook(io.BytesIO(data))["New"]["B3"].value == 5, told
    told, _ = merge(tmp_path, (base, book("New", 5, "z"), book("New", 6, "z")))
    assert told["words"] == "New!B2: 5 and 6"
    told, _ = merge(tmp_path, (base, book("New", 5, "z"), book("Other", 1, "w")))
    assert told["refused"] == "both sides changed the list of sheets"


def test_another_kind_of_workbook_is_refused_by_its_kind(tmp_path):
    def archive(*names):
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as z:
            for name in names:
                z.writestr(name, "")
        return file.getvalue()

    for data, kind in (
        (archive("mimetype", "content.xml"), "an OpenDocument file (.ods)"),
        (archive("[Content_Types].xml", "xl/workbook.bin"), "a binary workbook (.xlsb)"),
        (b"\xd0\xcf\x11\xe0", "a file of another kind, such as .xls"),
    ):
        told, _ = merge(tmp_path, (data, data, data))
        assert told["refused"] == f"it is {kind}; only .xlsx and .xlsm are, so save it as .xlsx in both branches"


def through_office(tmp_path, files):
    """The workbooks as LibreOffice saves them, all by one process."""
    folder, out = tmp_path / "in", tmp_path / "out"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.rmtree(out, ignore_errors=True)
    folder.mkdir()
    for i, data in enumerate(files):
        (folder / f"{i}.xlsx").write_bytes(data)
    command = ["libreoffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", "xlsx", "--outdir", str(out)]
    subprocess.run([*command, *map(str, sorted(folder.iterdir()))], check=True, capture_output=True, timeout=600)
    return [(out / f"{i}.xlsx").read_bytes() for i in range(len(files))]


@pytest.mark.skipif(not shutil.which("libreoffice"), reason="LibreOffice is not installed")
def test_workbooks_that_libreoffice_wrote_merge_and_it_opens_the_result(tmp_path):
    draw = random.Random(SAMPLE)
    count = ROUNDS // 8
    models = [book_of(draw) for _ in range(count)]
    bases = through_office(tmp_path, [saved(m, draw, True) for m in models])
    sides = [[edited(b, m, draw, n % 2 == side) for b, m, n in zip(bases, models, range(count))] for side in (0, 1)]
    saves = through_office(tmp_path, [data for side in sides for data, _ in side])
    merged, expected = [], []
    for n in range(count):
        told, data = merge(tmp_path, (bases[n], saves[n], saves[count + n]))
        model, clash = oracle(models[n], sides[0][n][1], sides[1][n][1])
        if "refused" in told:
            assert "please report" not in told["refused"], told
        elif not told["conflicts"]:
            assert not clash, told
            merged.append(data)
            expected.append(model)
    for before, after, model in zip(merged, through_office(tmp_path, merged) if merged else [], expected):
        assert cells_of(before) == cells_in(model)
        assert cells_of(after) == cells_in(model)
        values = openpyxl.load_workbook(io.BytesIO(after), data_only=True)
        for sheet in values:
            if sheet["J2"].value is not None:  # formulas that the merge left without a value
                numbers = [c.value for row in sheet["A1:E30"] for c in row if type(c.value) in (int, float, bool)]  # it has truths as formulas, which it sums
                days = [(c.value - datetime.datetime(1899, 12, 30)).days for row in sheet["A1:E30"] for c in row if isinstance(c.value, datetime.datetime)]
                assert sheet["J1"].value == pytest.approx(sum(numbers) + sum(days)), sheet.title


def rich_book(cells, width=10, title="Sales"):
    """A workbook with what openpyxl would lose, or change, on saving."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    book.set_properties({"created": datetime.datetime(2026, 1, 1)})
    sheet, other = book.add_worksheet("Prices"), book.add_worksheet("Stock")
    bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
    for r in range(6):
        for c in range(4):
            place = f"{'ABCD'[c]}{r + 1}"
            value = cells.get(place, f"head{c}" if r == 0 else f"id{r}" if c == 0 else r * 10 + c)
            sheet.write(place, value, bold if r == 0 else None)
    sheet.write_formula("F1", cells.get("F1", "=SUM(B2:B6)"), None, 150)
    sheet.write_array_formula("G2:G4", "{=B2:B4*2}", None, 22)
    sheet.write_datetime("F2", datetime.datetime(2026, 5, 1), day)
    sheet.write_rich_string("F3", "a ", bold, "bold", " word")
    sheet.write_comment("B2", "a remark")
    sheet.data_validation("C2:C6", {"validate": "integer", "criteria": ">", "value": 0})
    sheet.conditional_format("B2:B6", {"type": "3_color_scale"})
    sheet.conditional_format("C2:C6", {"type": "cell", "criteria": ">", "value": 20, "format": bold})
    sheet.merge_range("F5:G5", "merged", bold)
    sheet.write_url("F4", "https://example.com/a")
    sheet.set_column("A:B", width)
    other.add_table("A1:B4", {"columns": [{"header": "sku"}, {"header": "n"}], "data": [["x", 1], ["y", cells.get("Stock", 2)], ["z", 3]]})
    other.freeze_panes(1, 0)
    book.define_name("Rates", "=Prices!$B$2:$B$6")
    chart = book.add_chart({"type": "line"})
    chart.add_series({"values": "=Prices!$B$2:$B$6", "name": title})
    sheet.insert_chart("I2", chart)
    book.close()
    return file.getvalue()


def test_charts_comments_validation_and_other_parts_stay_byte_for_byte(tmp_path):
    base, ours = rich_book({}), rich_book({"C3": 99, "Stock": 7}, title="Revenue", width=20)
    told, data = merge(tmp_path, (base, ours, rich_book({"B3": 5.5, "D6": "new"})))
    assert told == {"cells": 2, "conflicts": 0, "words": "", "stale": 2}  # the sum, and the array
    with zipfile.ZipFile(io.BytesIO(ours)) as was, zipfile.ZipFile(io.BytesIO(data)) as now:
        assert [n for n in was.namelist() if now.read(n) != was.read(n)] == ["xl/worksheets/sheet1.xml"]
        assert now.namelist() == was.namelist() and b'fullCalcOnLoad="1"' in now.read("xl/workbook.xml")
    book = openpyxl.load_workbook(io.BytesIO(data))
    assert [book["Prices"][p].value for p in ("B3", "C3", "D6", "F1")] == [5.5, 99, "new", "=SUM(B2:B6)"] and book["Stock"]["B3"].value == 7
    told, data = merge(tmp_path, (base, rich_book({"B3": 5.5}), ours))  # theirs has the chart: it is the host
    assert told["conflicts"] == 0 and openpyxl.load_workbook(io.BytesIO(data))["Prices"]["B3"].value == 5.5
    for theirs, why in ((rich_book({}, title="Other"), "both sides changed drawing of sheet Prices"), (rich_book({}, width=30), "both sides changed columns' widths and formats of sheet Prices")):
        assert merge(tmp_path, (base, ours, theirs))[0] == {"refused": why}
    signed = io.BytesIO(ours)
    with zipfile.ZipFile(signed, "a") as book:
        book.writestr("_xmlsignatures/sig1.xml", "<Signature/>")
    assert "digital signature" in merge(tmp_path, (base, base, signed.getvalue()))[0]["refused"]
