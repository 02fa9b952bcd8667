"""Questions: each asks one door about one case, and returns what is wrong, or None.

A question has a name, under which tests/twins/promises.md promises something for each property. Answers are compared with those of the model.
"""
import datetime
import json
import math
import sqlite3
import subprocess
from decimal import Decimal

import condition as conditions

QUESTIONS = {}  # name: function(case)


def question(name, often=1.0):
    def keep(function):
        QUESTIONS[name] = (function, often)
        return function

    return keep


def differs(want, got, what=""):
    """None, or the first place where two lists differ."""
    if want == got:
        return None
    if isinstance(want, list) and isinstance(got, list):
        for place, (a, b) in enumerate(zip(want, got)):
            if a != b:
                return f"{what}row {place}: {b!r}, and not {a!r}"
        return f"{what}{len(got)} rows, and not {len(want)}"
    return f"{what}{got!r}, and not {want!r}"


def plain(kind, value):
    """A value as an Arrow column of its type has it."""
    return float(value) if isinstance(value, Decimal) else value


def typed(model):
    return [[plain(kind, value) for (_, kind), value in zip(model.columns, row)] for row in model.rows]


def texts(case, model, absent=None):
    """The cells as the file spells them."""
    return [tuple(case.spelling.text(kind, value) for (_, kind), value in zip(model.columns, row)) for row in model.rows]


def as_typed(rows):
    """Rows of any library, as typed() has them."""
    out = []
    for row in rows:
        cells = []
        for value in row:
            if value is None or type(value).__name__ in ("NAType", "NaTType") or value != value:
                cells.append(None)
                continue
            value = value.item() if hasattr(value, "item") else value
            if isinstance(value, datetime.datetime) or type(value).__name__ == "Timestamp":
                value = value.date()
            cells.append(value)
        out.append(cells)
    return out


# ---- reading ----


@question("bytes")
def bytes_come_back(case):
    for model, table in case.versions():
        if table.read_bytes() != case.spelling.bytes(model):
            return "the bytes are others"
    return None


@question("columns")
def columns(case):
    import model as reference

    table = case.table
    want = [(name, reference.KINDS[kind]) for name, kind in case.model.columns]
    got = [(f["name"], f.get("type", "string")) for f in table.schema["fields"]]
    return differs(want, got) or differs(len(case.model.rows), len(table))


@question("key")
def key(case):
    return differs(tuple(case.model.key), case.table.key)


@question("cells")
def cells(case):
    for model, table in case.versions():
        if wrong := differs(texts(case, model), list(table)):
            return wrong
    return None


@question("row")
def one_row(case):
    for row in case.some_rows(3):
        want = dict(zip(case.model.names, texts(case, case.model)[case.model.rows.index(row)]))
        got = case.table.row(*case.model.key_of(row))
        if want != got:
            return f"{got!r}, and not {want!r}"
    return None


@question("arrow")
def arrow(case):
    table = case.table.to_arrow()
    return differs(typed(case.model), as_typed(zip(*(c.to_pylist() for c in table.columns))))


@question("arrow-text", 0.3)
def arrow_text(case):
    table = case.table.select(text=True).to_arrow()
    want = [tuple(text or None for text in row) for row in texts(case, case.model)]
    return differs(want, list(zip(*(c.to_pylist() for c in table.columns))))


@question("arrow-decimal", 0.3)
def arrow_decimal(case):
    table = case.table.select(["price"], numbers="decimal").to_arrow()
    place = case.model.place("price")
    return differs([row[place] for row in case.model.rows], table["price"].to_pylist())


@question("pandas", 0.5)
def pandas(case):
    frame = case.table.to_pandas()
    return differs(typed(case.model), as_typed(zip(*(frame[name].tolist() for name in frame.columns))))


@question("polars", 0.5)
def polars(case):
    return differs(typed(case.model), as_typed(case.table.to_polars().rows()))


@question("duckdb", 0.25)
def duckdb(case):
    import duckdb

    with duckdb.connect(config={"threads": 1}) as con:
        prices = case.table.dataset()
        con.register("t", prices)
        names = ", ".join(f'"{name}"' for name in case.model.names)
        return differs(sorted(map(repr, typed(case.model))), sorted(map(repr, as_typed(con.execute(f"select {names} from t").fetchall()))))


@question("shares", 0.3)
def shares(case):
    rows = [row for part in range(3) for row in case.table.share(part, 3)]
    return differs(texts(case, case.model), rows)


# ---- conditions ----


def passing(case, condition):
    return [case.model.key_of(row) for row in case.model.rows if conditions.holds(condition, case.model, row) is True]


def keys_of(case, rows):
    """Key values of rows of typed cells."""
    return [tuple(row) for row in rows]


def key_texts(case, keys):
    return [tuple(str(value) for value in key) for key in keys]


@question("where")
def where(case):
    for condition in case.conditions:
        text = conditions.written(condition, "varve")
        got = list(case.table.select(case.model.key, text))
        if wrong := differs(key_texts(case, passing(case, condition)), got, f"{text}: "):
            return wrong
    return None


@question("where-text", 0.5)
def where_text(case):
    for row in case.some_rows(2):
        name, kind = case.model.columns[case.rng.randrange(len(case.model.columns))]
        text = case.spelling.text(kind, row[case.model.place(name)])
        if text is None:
            continue
        quoted = "'" + text.replace("'", "''") + "'"
        want = [k for k, r in zip(map(case.model.key_of, case.model.rows), case.model.rows) if case.spelling.text(kind, r[case.model.place(name)]) == text]
        got = list(case.table.select(case.model.key, f'text("{name}") = {quoted}'))
        if wrong := differs(key_texts(case, want), got, f'text("{name}") = {quoted}: '):
            return wrong
    return None


@question("pyarrow-filters", 0.6)
def pyarrow_filters(case):
    import pyarrow.compute as pc
    from varve import UsageError

    for condition in case.conditions:
        expression = conditions.arrow(condition, pc)
        filters = [expression, conditions.terms(condition)]
        for given in filters:
            if given is None or conditions.negated(condition):
                continue
            try:
                got = list(case.table.select(case.model.key, filters=given))
            except UsageError:
                continue  # documented: what the conditions lack is refused
            if wrong := differs(key_texts(case, passing(case, condition)), got, f"{given}: "):
                return wrong
    return None


@question("pyarrow-dataset", 0.3)
def pyarrow_dataset(case):
    import pyarrow.compute as pc

    for condition in case.conditions[:2]:
        if conditions.negated(condition):
            continue
        expression = conditions.arrow(condition, pc)
        found = case.table.dataset().to_table(columns=case.model.key, filter=expression)
        got = list(zip(*(c.to_pylist() for c in found.columns)))
        if wrong := differs(passing(case, condition), got, f"{expression}: "):
            return wrong
    return None


@question("polars-lazy", 0.4)
def polars_lazy(case):
    import polars as pl

    for condition in case.conditions[:2]:
        expression = conditions.polars(condition, pl)
        got = case.table.lazy().filter(expression).select(case.model.key).collect().rows()
        if wrong := differs(passing(case, condition), got, f"{expression}: "):
            return wrong
    return None


@question("duckdb-where", 0.25)
def duckdb_where(case):
    import duckdb

    with duckdb.connect(config={"threads": 1}) as con:
        con.register("t", case.table.dataset())
        names = ", ".join(case.model.key)
        for condition in case.conditions[:2]:
            text = conditions.written(condition, "duckdb")
            got = con.execute(f"select {names} from t where {text}").fetchall()
            if wrong := differs(sorted(passing(case, condition)), sorted(got), f"{text}: "):
                return wrong
    return None


# ---- SQL ----


def oracle(case):
    """The same rows in a plain table of SQLite."""
    con = sqlite3.connect(":memory:")
    kinds = {"whole": "INTEGER", "number": "REAL", "flag": "INTEGER"}
    con.execute("create table t (" + ", ".join(f'"{n}" {kinds.get(k, "TEXT")}' for n, k in case.model.columns) + ")")
    rows = [[v.isoformat() if isinstance(v, datetime.date) else plain(k, v) for (_, k), v in zip(case.model.columns, row)] for row in case.model.rows]
    con.executemany(f"insert into t values ({','.join('?' * len(case.model.columns))})", rows)
    return con


def close(a, b):
    return a == b or isinstance(a, float) and isinstance(b, float) and math.isclose(a, b, rel_tol=1e-12)


@question("sql", 0.5)
def sql(case):
    con = oracle(case)
    keys = ", ".join(case.model.key)
    asked = [f"select {keys} from T where {conditions.written(c, 'sql')} order by {keys}" for c in case.conditions]
    asked += [
        "select ok, count(*), sum(price), min(price), max(qty), min(day), max(name) from T group by ok order by ok",
        f"select {keys}, price from T where price is not null order by price, {keys} limit 5",
        f"select count(*) from T where price in (select price from T where price > 1)",
        f"select {keys} from T where price + 0 > 1 order by {keys}",
        f"select {keys} from T where day >= '2025-06-01' order by {keys}",
    ]
    if len(case.model.rows) < 100:  # a nested loop in SQLite
        asked.append(f"select a.{case.model.key[0]}, b.price from T a join T b on a.price = b.price and a.qty = b.qty order by 1, 2")
    for text in case.rng.sample(asked, 2):  # each has a connection of its own, which declares every table
        want = con.execute(text.replace(" T ", " t ").replace("T where", "t where")).fetchall()
        name = case.sql_name(text)
        got = case.repo.sql(text.replace(" T ", f" {name} ")).rows
        if len(want) != len(got) or not all(len(a) == len(b) and all(map(close, a, b)) for a, b in zip(want, got)):
            return differs(want, got, f"{text}: ")
    return None


@question("sql-diff", 0.3)
def sql_diff(case):
    old, new = case.old.by_key(), case.model.by_key()
    want = sorted([k for k in new if k not in old] + [k for k in old if k not in new] + [k for k in new if k in old and new[k] != old[k]])
    keys = ", ".join(f"coalesce(to_{k}, from_{k})" for k in case.model.key)
    rows = case.repo.sql(f"select {keys} from varve_diff('{case.path}', '{case.first}', '{case.second}')").rows
    return differs(want, sorted(rows))


@question("sql-blame", 0.25)
def sql_blame(case):
    """Who set each row, and one cell of each, in the order of no promise."""
    old, keys = case.old.by_key(), ", ".join(case.model.key)
    column = case.rng.choice([n for n in case.model.names if n not in case.model.key])
    place = case.model.place(column)
    for what, same in (("", lambda a, b: a == b), (f"('{column}')", lambda a, b: a[place] == b[place])):
        want = []
        for row in case.model.rows:
            before = old.get(case.model.key_of(row))
            want.append((*case.model.key_of(row), case.first if before and same(before, row) else case.second))
        text = f'select {keys}, commit_hash from "varve_blame_{case.path}@{case.second}"{what}'
        if wrong := differs(sorted(map(repr, want)), sorted(map(repr, case.repo.sql(text).rows)), f"{text}: "):
            return wrong
    return None


@question("sql-history", 0.25)
def sql_history(case):
    """The life of some rows: their values in every version that has them."""
    for row in case.some_rows(2):
        key = case.model.key_of(row)
        want = []
        for commit, model in ((case.second, case.model), (case.first, case.old)):
            found = model.by_key().get(key)
            if found is not None:
                want.append((commit, plain("number", found[model.place("price")]), found[model.place("name")]))
        condition = " and ".join(f"{name} = ?" for name in case.model.key)
        text = f'select commit_hash, price, name from "varve_history_{case.path}" where {condition}'
        got = [tuple(r) for r in case.repo.sql(text, list(key)).rows if r[0] in (case.first, case.second)]
        if wrong := differs(sorted(map(repr, want)), sorted(map(repr, got)), f"{text} {key}: "):
            return wrong
    return None


# ---- history ----


@question("diff")
def diff(case):
    old, new = case.old.by_key(), case.model.by_key()
    d = case.repo.diff(case.path, case.first, case.second)
    counts = d.summary
    want = {
        "added": len(new.keys() - old.keys()),
        "removed": len(old.keys() - new.keys()),
        "changed": sum(old[k] != new[k] for k in old.keys() & new.keys()),
    }
    if wrong := differs(want, {name: counts[name] for name in want}):
        return wrong
    cells = []
    for key in old.keys() & new.keys():
        for (name, kind), a, b in zip(case.model.columns, old[key], new[key]):
            if a != b:
                cells.append((tuple(map(str, key)), name, case.spelling.text(kind, a), case.spelling.text(kind, b)))
    return differs(sorted(map(repr, cells)), sorted(repr(tuple(cell)) for cell in d.cells))


@question("diff-where", 0.4)
def diff_where(case):
    old, new = case.old.by_key(), case.model.by_key()
    condition = case.conditions[0]
    passes = lambda row: row is not None and conditions.holds(condition, case.model, row) is True  # noqa: E731
    want = sum(old.get(k) != new.get(k) and (passes(old.get(k)) or passes(new.get(k))) for k in old.keys() | new.keys())
    text = conditions.written(condition, "varve")
    n = case.repo.diff(case.path, case.first, case.second, where=text).summary
    return differs(want, n["added"] + n["removed"] + n["changed"], f"{text}: ")


@question("blame", 0.6)
def blame(case):
    old = case.old.by_key()
    want = [case.first if old.get(case.model.key_of(row)) == row else case.second for row in case.model.rows]
    if case.model.rows != case.old.rows:
        got = list(case.repo.blame(case.path, case.second))
        return differs(want, got)
    return None


@question("blame-where", 0.1)
def blame_where(case):
    old, condition = case.old.by_key(), case.conditions[1]
    text = conditions.written(condition, "varve")
    if not passing(case, condition):
        return None  # it is trouble that no row meets the condition
    found = json.loads(command(case, "blame", "--json", "--where", text, case.second, "--", case.path))
    want = [(k, case.first if old.get(k) == row else case.second) for k, row in zip(map(case.model.key_of, case.model.rows), case.model.rows)]
    want = [(key_texts(case, [k])[0], commit) for k, commit in want if k in set(passing(case, condition))]
    return differs(want, [(tuple(row["keyValues"]), row["commit"]) for row in found["rows"]], f"{text}: ")


@question("blame-cells", 0.3)
def blame_cells(case):
    old = case.old.by_key()
    want = []
    for row in case.model.rows:
        before = old.get(case.model.key_of(row))
        want.append(tuple(case.first if before and before[i] == value else case.second for i, value in enumerate(row)))
    return differs(want, [tuple(r) for r in case.repo.blame(case.path, case.second, cells=True)])


@question("row-history", 0.6)
def row_history(case):
    old, new = case.old.by_key(), case.model.by_key()
    keys = case.rng.sample(sorted(new), min(2, len(new))) + sorted(k for k in new if new[k] != old.get(k))[:2] + sorted(old.keys() - new.keys())[:1]
    for key in keys:
        a, b = old.get(key), new.get(key)
        want = []
        if a != b:
            kind = "added" if a is None else "removed" if b is None else "changed"
            names = [n for (n, k), x, y in zip(case.model.columns, a or b, b or a) if kind != "changed" or x != y]
            want.append((case.second, kind, tuple(names)))
        if a is not None:
            want.append((case.first, "added", tuple(case.model.names)))
        got = [(e.commit, e.kind, tuple(c.column for c in e.cells)) for e in case.repo.row_history(case.path, *key, rev=case.second)]
        if wrong := differs(want, got, f"{key}: "):
            return wrong
    return None


@question("document", 0.5)
def document(case):
    """The same rows in a document, whose reader batch.py has: a quarter of the cases have one."""
    if not case.book:
        return None
    old, new, condition = case.old.by_key(), case.model.by_key(), case.conditions[0]
    if case.printed and case.printed.c["encoding"] == "utf-16":  # docs/use/documents.md: readers print UTF-8
        try:
            return f"UTF-16 of a reader is read as {case.repo.table(case.book, case.second).to_arrow().num_rows} rows"
        except Exception as e:
            return differs("InvalidDataError", type(e).__name__)
    table = case.repo.table(case.book, case.second)
    if wrong := differs(typed(case.model), as_typed(zip(*(c.to_pylist() for c in table.to_arrow().columns)))) or differs(tuple(case.model.key), table.key):
        return wrong
    text = conditions.written(condition, "varve")
    if wrong := differs(key_texts(case, passing(case, condition)), list(table.select(case.model.key, text)), f"{text}: "):
        return wrong
    counts = case.repo.diff(case.book, case.first, case.second).summary
    want = [len(new.keys() - old.keys()), len(old.keys() - new.keys()), sum(old[k] != new[k] for k in old.keys() & new.keys())]
    if wrong := differs(want, [counts[name] for name in ("added", "removed", "changed")], "diff: "):
        return wrong
    want = [case.first if old.get(case.model.key_of(row)) == row else case.second for row in case.model.rows]
    if wrong := differs(want, list(case.repo.blame(case.book, case.second)), "blame: "):
        return wrong
    sums = case.repo.sql(f'select count(*), sum(qty) from "{case.book}@{case.second}"').rows
    qty = [row[case.model.place("qty")] for row in case.model.rows]
    return differs([(len(qty), sum(filter(None, qty)) if any(q is not None for q in qty) else None)], [tuple(row) for row in sums], "sql: ")


@question("check", 0.6)
def check(case):
    report = case.repo.check(case.path, case.second, base="")
    wrong = [f for f in report.findings if f.error]
    if not report.valid:
        return f"{len(wrong)} findings: {wrong[:1]}"
    rule = case.conditions[0]  # varve.checks has it, as a warning
    want = [place for place, row in enumerate(case.model.rows) if conditions.holds(rule, case.model, row) is False]
    got = sorted(f.row for f in report.findings if f.rule == "row-constraint")
    return differs(want[: max(len(got), 20)], got, f"{conditions.written(rule, 'varve')}: ")


@question("check-explain", 0.15)
def check_explain(case):
    """Which columns the key's rule and that of varve.checks read."""
    found = json.loads(command(case, "check", "--explain", "--json", case.second, "--", case.path))
    reads = {row["rule"]: row["columnsRead"].split(", ") for row in found if row["path"] == case.path}
    if case.c["said"] == "declared" and (wrong := differs(sorted(case.model.key), sorted(reads.get("primary-key", [])), "primary-key: ")):
        return wrong
    text = conditions.written(case.conditions[0], "varve")
    own = [row["columnsRead"].split(", ") for row in found if row["path"] == case.path and row["rule"] == text]
    used = {name for name in case.model.names if names_in(case.conditions[0], name)}
    return differs([sorted(used)], [sorted(names) for names in own], f"{text}: ")


def names_in(condition, name):
    return any(names_in(part, name) for part in condition[1:]) if condition[0] in ("and", "or", "not") else condition[1] == name


@question("check-suggest", 0.15)
def check_suggest(case):
    """What is suggested held in both versions, and the key is among it."""
    lines = command(case, "check", "--suggest", case.second, "--", case.path).decode().splitlines()
    for model in (case.old, case.model):
        for line in lines:
            words = line.split()
            name = words[1] if words[0] == "unique" else words[0] if len(words) > 2 else ""
            if name not in model.names:
                continue
            cells = [row[model.place(name)] for row in model.rows]
            there = [cell for cell in cells if cell is not None]
            held = True
            if line == f"unique {name}":
                held = len(set(there)) == len(there)
            elif line == f"{name} is not null":
                held = len(there) == len(cells)
            elif words[1] == "between" and dict(model.columns)[name] in ("whole", "number"):
                held = all(Decimal(words[2]) <= cell <= Decimal(words[4]) for cell in there)
            if not held:
                return f"{line}: does not hold"
    want = f"unique {case.model.key[0]}" if len(case.model.key) == 1 else f"unique ({', '.join(case.model.key)})"
    return None if want in lines else f"{want}: is not in {lines}"


# ---- commands ----


def command(case, *words):
    done = subprocess.run(["varve", *words], cwd=case.folder, capture_output=True)
    if done.returncode:
        raise RuntimeError(f"varve {' '.join(words)}: {done.returncode}: {done.stderr.decode(errors='replace').strip()[:200]}")
    return done.stdout


def number_cells(text):
    return json.loads(text, parse_float=Decimal)


def of_json(model, objects):
    """JSON objects of a door as rows of values."""
    rows = []
    for found in objects:
        row = []
        for name, kind in model.columns:
            value = found.get(name)
            if value is not None and kind == "number":
                value = Decimal(value)
            elif value is not None and kind == "day":
                value = datetime.date.fromisoformat(value)
            row.append(value)
        rows.append(row)
    return rows


@question("cat-json", 0.15)
def cat_json(case):
    out = command(case, "cat", "--format", "json", f"{case.second}:{case.path}")
    return differs(case.model.rows, of_json(case.model, number_cells(out)))


@question("cat-ndjson", 0.1)
def cat_ndjson(case):
    out = command(case, "cat", "--format", "ndjson", f"{case.second}:{case.path}").decode()
    return differs(case.model.rows, of_json(case.model, [number_cells(line) for line in out.splitlines()]))


@question("cat-csv", 0.15)
def cat_csv(case):
    import csv
    import io

    condition = case.conditions[0]
    text = conditions.written(condition, "varve")
    out = command(case, "cat", "--format", "csv", "--where", text, f"{case.second}:{case.path}").decode()
    got = [tuple(row) for row in csv.reader(io.StringIO(out, newline=""))][1:]
    wanted = set(passing(case, condition))
    want = [tuple(t or "" for t in row) for key, row in zip(map(case.model.key_of, case.model.rows), texts(case, case.model)) if key in wanted]
    return differs(want, got, f"{text}: ")


@question("cat-arrow", 0.1)
def cat_arrow(case):
    import pyarrow.ipc

    out = command(case, "cat", "--format", "arrow", f"{case.second}:{case.path}")
    table = pyarrow.ipc.open_stream(out).read_all()
    return differs(typed(case.model), as_typed(zip(*(c.to_pylist() for c in table.columns))))


@question("info", 0.15)
def info(case):
    import model as reference

    found = json.loads(command(case, "info", "--json", f"{case.second}:{case.path}"))
    want = (len(case.model.rows), [(n, reference.KINDS[k]) for n, k in case.model.columns], [sum(row[i] is None for row in case.model.rows) for i in range(len(case.model.columns))])
    got = (found["rowCount"], [(c["name"], c["type"]) for c in found["columns"]], [c["missing"] for c in found["columns"]])
    if wrong := differs(list(want), list(got)):
        return wrong
    for column, (name, kind) in zip(found["columns"], case.model.columns):
        values = [row[case.model.place(name)] for row in case.model.rows if row[case.model.place(name)] is not None]
        if kind in ("whole", "number") and values:
            ends = (case.spelling.text(kind, min(values)), case.spelling.text(kind, max(values)))
            if (column["min"], column["max"]) != ends:
                return f"{name}: {column['min']} to {column['max']}, and not {ends}"
    return None


@question("diff-json", 0.1)
def diff_json(case):
    found = json.loads(command(case, "diff", "--json", case.first, case.second, "--", case.path))
    old, new = case.old.by_key(), case.model.by_key()
    want = (len(new.keys() - old.keys()), len(old.keys() - new.keys()), sum(old[k] != new[k] for k in old.keys() & new.keys()))
    return None if all(str(n) in json.dumps(found) for n in want) else f"{want} is not in {json.dumps(found)[:300]}"


@question("diff-query", 0.1)
def diff_query(case):
    """The groups of a query on both versions."""
    text = f'select ok, count(*) as n, sum(qty) as q from "{case.path}" group by ok order by ok'
    found = json.loads(command(case, "diff", "--json", "--key", "ok", "--query", text, case.first, case.second))
    sides = []
    for model in (case.old, case.model):
        ok, qty = model.place("ok"), model.place("qty")
        groups = {}
        for row in model.rows:
            groups.setdefault(row[ok], []).append(row[qty])
        sides.append({k: (len(v), sum(filter(None, v)) if any(q is not None for q in v) else None) for k, v in groups.items()})
    old, new = sides
    want = [len(new.keys() - old.keys()), len(old.keys() - new.keys()), sum(old[k] != new[k] for k in old.keys() & new.keys())]
    got = [0, 0, 0]
    for table in found["tables"]:
        got = [table["summary"][name] for name in ("rowsAdded", "rowsRemoved", "rowsChanged")]
    return differs(want, got, f"{text}: ")


@question("sql-command", 0.1)
def sql_command(case):
    text = "select count(*) as n, sum(price) as s, min(qty) as q from T where price > 1"
    want = oracle(case).execute(text.replace(" T ", " t ")).fetchall()
    got = json.loads(command(case, "sql", "--json", text.replace(" T ", f" {case.sql_name(text)} ")))
    got = [(row["n"], row["s"], row["q"]) for row in got]
    return None if all(map(close, want[0], got[0])) else f"{got}, and not {want}"


# ---- pages ----


def api(case, address, **query):
    import urllib.parse
    import urllib.request

    url = f"{case.server}/api/v0/{address}?" + urllib.parse.urlencode(query)
    with urllib.request.urlopen(url, timeout=30) as answer:
        return json.load(answer)


def api_rows(case, address, **query):
    """The rows of all pages of an answer."""
    import urllib.parse
    import urllib.request

    found = api(case, address, n="2000", **query)
    rows = list(found["rows"])
    while found.get("next"):
        with urllib.request.urlopen(urllib.parse.urljoin(case.server + "/", found["next"]), timeout=30) as answer:
            found = json.load(answer)
        rows += found["rows"]
    return rows


def in_pages_bytes(case):
    """tests/twins/promises.md, h: JSON that Git keeps as text is bytes for pages."""
    return case.c["kept"] == "text" and case.c["form"] in ("json", "doc")


def page_cell(cell):
    return cell["text"] if isinstance(cell, dict) and "text" in cell else cell


@question("pages-data", 0.3)
def pages_data(case):
    if not case.server or in_pages_bytes(case):
        return None
    condition = case.conditions[0]
    text = conditions.written(condition, "varve")
    rows = api_rows(case, f"data/{case.second}/{case.path}", where=text)
    want = sorted(map(repr, key_texts(case, passing(case, condition))))
    places = [case.model.place(name) for name in case.model.key]
    got = sorted(repr(tuple(page_cell(row["cells"][p]) for p in places)) for row in rows)
    return differs(want, got, f"{text}: ")


@question("pages-compare", 0.3)
def pages_compare(case):
    if not case.server or in_pages_bytes(case):
        return None
    rows = api_rows(case, f"compare/{case.first}..{case.second}/{case.path}")
    old, new = case.old.by_key(), case.model.by_key()
    kinds = {}
    for row in rows:
        kinds[row["kind"]] = kinds.get(row["kind"], 0) + 1
    want = {"added": len(new.keys() - old.keys()), "removed": len(old.keys() - new.keys()), "changed": sum(old[k] != new[k] for k in old.keys() & new.keys())}
    got = {name: kinds.get(name, 0) for name in want}
    return differs(want, got, "compare: ")


@question("pages-values", 0.2)
def pages_values(case):
    if not case.server or in_pages_bytes(case):
        return None
    found = api(case, f"values/{case.second}/{case.path}", name="price")
    values = [row[case.model.place("price")] for row in case.model.rows]
    there = [v for v in values if v is not None]
    missing = found.get("missing")
    if missing != len(values) - len(there):
        return f"missing {missing}, and not {len(values) - len(there)}"
    want = (case.spelling.text("number", min(there)), case.spelling.text("number", max(there)))
    got = (page_cell(found["least"]), page_cell(found["greatest"]))
    return differs(want, got)
