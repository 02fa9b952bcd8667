"""Documents that others made: what varve reads of each, beside what another library does.

The other: openpyxl for xlsx, xlrd for xls, odfpy by pandas for ods, pyarrow, pandas for Stata, sqlite3. A difference of cells has a reason
of REASONS, or is one.
"""
import base64
import datetime
import decimal
import json
import math
import pathlib
import re
import sqlite3
import warnings
from typing import Any, Iterator

ENDS = {"xlsx", "xlsm", "xls", "ods", "parquet", "feather", "arrow", "sqlite", "sqlite3", "db", "dta", "sav"}
Grid = list[list[Any]]


def documents(folders: list[str]) -> Iterator[pathlib.Path]:
    """Each once."""
    seen = set()
    for folder in folders:
        for file in sorted(pathlib.Path(folder).rglob("*")):
            if file.is_file() and file.suffix[1:].lower() in ENDS and (content := hash(file.read_bytes())) not in seen:
                seen.add(content)
                yield file


# --- what others read --------------------------------------------------------


def _xlsx(file: pathlib.Path) -> dict[str, Grid]:
    import openpyxl

    book = openpyxl.load_workbook(file, data_only=True)
    return {s.title: [[c.value for c in row] for row in s.iter_rows(min_row=1, min_col=1)] for s in book.worksheets}


def _xls(file: pathlib.Path) -> dict[str, Grid]:
    import xlrd

    book = xlrd.open_workbook(str(file), logfile=open("/dev/null", "w"))

    def value(c: Any) -> Any:
        if c.ctype == xlrd.XL_CELL_DATE:
            t = xlrd.xldate_as_datetime(c.value, book.datemode)
            return t.time() if c.value < 1 else t
        if c.ctype == xlrd.XL_CELL_ERROR:
            return xlrd.error_text_from_code[c.value]
        return bool(c.value) if c.ctype == xlrd.XL_CELL_BOOLEAN else c.value

    return {s.name: [[value(c) for c in s.row(r)] for r in range(s.nrows)] for s in book.sheets()}


def _ods(file: pathlib.Path) -> dict[str, Grid]:
    import pandas

    frames = pandas.read_excel(file, engine="odf", sheet_name=None, header=None, dtype=object, keep_default_na=False, na_values=[])
    return {n: [[None if v is pandas.NaT else v for v in r] for r in f.values.tolist()] for n, f in frames.items()}


def _arrow(file: pathlib.Path) -> Any:
    import pyarrow.feather
    import pyarrow.ipc
    import pyarrow.parquet

    head = file.read_bytes()[:6]
    return (pyarrow.parquet.ParquetFile(file).read() if head[:4] == b"PAR1" else pyarrow.feather.read_table(file) if head[:4] == b"FEA1"
            else pyarrow.ipc.open_file(file).read_all() if head == b"ARROW1" else pyarrow.ipc.open_stream(file).read_all())


def _columns(file: pathlib.Path) -> dict[str, Grid]:
    import numpy

    table = _arrow(file)
    table = table.select([n for n in table.column_names if not n.startswith("__index_level_")])  # of pandas, without a name: no column
    small = {"halffloat": numpy.float16, "float": numpy.float32}
    columns = [[v if v is None else small[str(c.type)](v) for v in c.to_pylist()] if str(c.type) in small else c.to_pylist() for c in table.columns]
    return {"data": [table.column_names, *map(list, zip(*columns))]}


def _dta(file: pathlib.Path) -> dict[str, Grid]:
    import pandas

    f = pandas.read_stata(file, convert_categoricals=False, convert_dates=True, preserve_dtypes=False)
    return {"data": [list(f.columns), *f.astype(object).where(f.notna(), None).values.tolist()]}


def _sav(file: pathlib.Path) -> dict[str, Grid]:
    import pandas

    f = pandas.read_spss(file, convert_categoricals=False)
    return {"data": [list(f.columns), *f.astype(object).where(f.notna(), None).values.tolist()]}


def _sqlite(file: pathlib.Path) -> dict[str, Grid]:
    db = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    made = {}
    for (name,) in db.execute("select name from sqlite_schema where type in ('table', 'view') and name not like 'sqlite_%'").fetchall():
        rows = db.execute('select * from "' + name.replace('"', '""') + '"')
        made[name] = [[d[0] for d in rows.description], *map(list, rows)]
    return made


OTHERS = {"xlsx": _xlsx, "xlsm": _xlsx, "xls": _xls, "ods": _ods, "parquet": _columns, "feather": _columns, "arrow": _columns, "dta": _dta,
          "sav": _sav, "sqlite": _sqlite, "sqlite3": _sqlite, "db": _sqlite}


def others(file: pathlib.Path) -> dict[str, Grid]:
    """Tables by their names. Anything else may be raised."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return OTHERS[file.suffix[1:].lower()](file)


# --- cells -------------------------------------------------------------------


def _moment(text: str) -> Any:
    try:
        t = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return None
    return t.astimezone(datetime.timezone.utc).replace(tzinfo=None) if t.tzinfo else t


def _alike(have: Any, want: Any) -> bool:
    """JSON, and what it stands for."""
    if isinstance(want, dict):
        return isinstance(have, dict) and have.keys() == want.keys() and all(_alike(have[k], want[k]) for k in want)
    if isinstance(want, (list, tuple)):
        return isinstance(have, list) and len(have) == len(want) and all(map(_alike, have, want))
    if isinstance(have, float) and isinstance(want, float):
        import numpy

        return have == want or numpy.float32(have) == numpy.float32(want)
    return have is None and (want is None or want != want) or have is not None and same(have if isinstance(have, str) else json.dumps(have), want)


def same(have: str, want: Any) -> bool:
    """Is the text of a cell that value?"""
    if hasattr(want, "to_pydatetime"):
        want = want.to_pydatetime(warn=False)
    if want is None or want != want:
        return have == "" or have.lower() == "nan"
    if hasattr(want, "dtype"):
        return have != "" and type(want)(have) == want
    if isinstance(want, bool):
        return have.lower() == str(want).lower()
    if isinstance(want, (int, float, decimal.Decimal)):
        try:
            number = decimal.Decimal(have)
        except decimal.InvalidOperation:
            return math.isinf(want) and have.lower().lstrip("-+").startswith("inf")
        return number == want or isinstance(want, float) and float(have) == want
    if isinstance(want, datetime.datetime):
        t = _moment(have)
        return t is not None and t == (_moment(want.isoformat()) if want.tzinfo else want)
    if isinstance(want, datetime.date):
        t = _moment(have)
        return t is not None and t == datetime.datetime(want.year, want.month, want.day)
    if isinstance(want, datetime.time):
        return have == want.isoformat()
    if isinstance(want, datetime.timedelta):
        s = int(want.total_seconds())
        return have in (f"{s // 3600}:{s // 60 % 60:02}:{s % 60:02}", str(s), str(int(want.total_seconds() * 1000)))
    if isinstance(want, bytes):
        return have == base64.b64encode(want).decode()
    if isinstance(want, (list, dict, tuple)):
        return have != "" and _alike(json.loads(have), want)
    return have == str(want)


REASONS = {  # why a cell differs: by the kind of file, the text, the other's value
    "spaces around text that xml:space does not keep": lambda kind, have, want: kind == "xlsx" and isinstance(want, str) and have == want.strip(),
    "openpyxl decodes _x005F_x005F_ twice": lambda kind, have, want: kind == "xlsx" and have == "_x005F_" and want == "_",
    "built-in formats 27 to 36 and 50 to 58 are dates of East Asia, which openpyxl leaves as numbers": lambda kind, have, want: (
        kind == "xlsx" and isinstance(want, int) and have == (datetime.date(1899, 12, 30) + datetime.timedelta(want)).isoformat()),
    "pandas takes a boolean whose word is of another language for false": lambda kind, have, want: kind == "ods" and want is False and have == "true",
    "pandas leaves out the days of a duration of ods": lambda kind, have, want: (
        kind == "ods" and isinstance(want, datetime.time) and re.fullmatch(r"\d+:\d\d:\d\d", have) is not None and int(have.split(":")[0]) % 24 == want.hour),
    "openpyxl leaves _x000D_": lambda kind, have, want: (
        kind == "xlsx" and isinstance(want, str) and have == re.sub("_x([0-9A-F]{4})_", lambda m: chr(int(m[1], 16)), want)),
    "characters of old code pages": lambda kind, have, want: kind == "xls" and isinstance(want, str) and len(have) == len(want) and not want.isascii(),
    "xlrd counts hours above 24 from the day before the first": lambda kind, have, want: kind == "xls" and isinstance(want, datetime.datetime) and any(
        same(have, want - day) for day in (datetime.datetime(1904, 1, 1), datetime.datetime(1899, 12, 31))),
    "pandas shows hundredths of a second of ods": lambda kind, have, want: (
        kind == "ods" and isinstance(want, datetime.time) and want.microsecond % 10000 == 0 and have.startswith(f"{want:%H:%M:%S}.{want.microsecond // 10000:02}")),
    "calamine gives the text below a merged cell, odfpy does not": lambda kind, have, want: kind == "ods" and want is None and have != "",
    "a time of day is no moment of 1960": lambda kind, have, want: kind == "dta" and str(want) == "1960-01-01 " + have,
}


def reason(kind: str, have: str, want: Any) -> str | None:
    for name, holds in REASONS.items():
        if holds(kind, have, want):
            return name
    return None


REFUSED = {  # why varve reads nothing where another library does: by the kind of file, the message
    "no rows of text without columns": lambda kind, why: kind == "parquet" and "the data has no columns" in why,
    "blanks between the cells of an ods, which calamine does not expect": lambda kind, why: kind == "ods" and "than calamine reads" in why,
    "sheets of before Excel 5, which are in no container": lambda kind, why: kind == "xls" and "this is none of the kinds" in why,
}


def refusal(kind: str, why: str) -> str | None:
    return next((name for name, holds in REFUSED.items() if holds(kind, why)), None)


def _trimmed(grid: Grid) -> Grid:
    """Without empty cells at the ends of rows, and empty rows at the end."""
    made = []
    for row in grid:
        row = list(row)
        while row and (row[-1] is None or row[-1] == ""):
            row.pop()
        made.append(row)
    while made and not made[-1]:
        made.pop()
    return made


def differences(kind: str, have: Grid, want: Grid) -> Iterator[tuple[int, int, Any, Any]]:
    have, want = _trimmed(have), _trimmed(want)
    for r in range(max(len(have), len(want))):
        a, b = have[r] if r < len(have) else [], want[r] if r < len(want) else []
        for c in range(max(len(a), len(b))):
            x, y = a[c] if c < len(a) else "", b[c] if c < len(b) else None
            if not same(x, y):
                yield r, c, x, y
