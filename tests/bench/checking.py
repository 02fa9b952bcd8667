"""Checking a big table, beside Python and sqlite3 doing the same."""

import json
from pathlib import Path

import differences
import tools as kinds
from measure import Failed, quiet, remove, replace

HERE = Path(__file__).resolve().parent

# The columns of make_table.c, with ten constraints.
FIELDS = (
    ("id", "integer", {"required": True}),
    ("date", "date", {"minimum": "2014-01-01"}),
    ("region", "string", {"enum": ["N", "S", "E", "W", "NE", "NW", "SE", "SW", "C", "I"]}),
    ("store", "integer", {"minimum": 0}),
    ("sku", "string", {"pattern": "[A-H][0-9]{5}"}),
    ("kind", "string", {}),
    ("qty", "integer", {"minimum": 1}),
    ("price", "number", {"minimum": 0}),
    ("discount", "integer", {}),
    ("gift", "boolean", {}),
    ("status", "string", {"enum": ["new", "open", "paid", "sent", "done"]}),
    ("customer", "integer", {}),
    ("channel", "string", {"required": True}),
    ("score", "integer", {"maximum": 100}),
    ("grade", "string", {"maxLength": 1}),
    ("note", "string", {}),
    ("weight", "number", {}),
    ("year", "year", {}),
    ("lot", "string", {}),
    ("tier", "integer", {}),
)

SQL = """.mode csv
create table t(id integer primary key, date text check(date(date) is date and date >= '2014-01-01'),
 region text check(region in ('N','S','E','W','NE','NW','SE','SW','C','I')),
 store integer check(typeof(store) = 'integer' and store >= 0),
 sku text check(sku glob '[A-H][0-9][0-9][0-9][0-9][0-9]'), kind text,
 qty integer check(typeof(qty) = 'integer' and qty >= 1),
 price numeric check(typeof(price) in ('integer','real') and price >= 0),
 discount integer check(typeof(discount) = 'integer'), gift text check(gift in ('true','false')),
 status text check(status in ('new','open','paid','sent','done')),
 customer integer check(typeof(customer) = 'integer'), channel text check(channel <> ''),
 score integer check(typeof(score) = 'integer' and score <= 100), grade text check(length(grade) <= 1),
 note text, weight numeric check(typeof(weight) in ('integer','real')),
 year integer check(typeof(year) = 'integer'), lot text, tier integer check(typeof(tier) = 'integer'));
.import --skip 1 {table} t
"""


def described(tool):
    schema = {"primaryKey": ["id"],
              "fields": [{"name": n, "type": t, **({"constraints": c} if c else {})} for n, t, c in FIELDS]}
    package = {"name": "bench", "resources": [{"name": "data", "path": "data.csv", "schema": schema}]}
    (tool.work / "datapackage.json").write_text(json.dumps(package))


def check(scratch, report, chosen, settings):
    """A first check, one after 100 changed cells, and one of the same version again."""
    import works
    table = works.cached_table(scratch, settings)
    changed = works.cached_table(scratch, settings, "--change", 100)
    bench = "check"
    differences.begin(report, bench, f"A table of {settings.rows:,} rows x 20 typed columns, with a key and ten "
                                     "constraints, checked")
    if kinds.Varve in chosen:
        tool = kinds.Varve(scratch).start("checked")
        described(tool)
        for n, version in enumerate((table, changed)):
            replace(version, tool.work / "data.csv")
            scratch.run_all([["varve", "add", "datapackage.json"], *tool.save()], tool.work)
        cache = tool.work / ".git" / "varve" / "cache" / "check"
        remove(cache)
        for row, revision in (("first", "HEAD~1"), ("after 100 changed cells", "HEAD"), ("again", "HEAD")):
            def once():
                if row == "first":
                    remove(cache)
                elif row == "after 100 changed cells":
                    remove(cache)
                    scratch.run(["varve", "check", "HEAD~1"], tool.work)
                quiet()
                return scratch.run(["varve", "check", revision], tool.work)
            costs = differences.repeat(once, settings.runs, settings.budget)
            report.benches[bench]["rows"].setdefault(row, {})
            report.put(bench, row, "varve", [c.seconds for c in costs])
            report.put(f"{bench}-cpu", row, "varve", [c.cpu for c in costs])
            report.put(f"{bench}-memory", row, "varve", [c.peak / differences.MB for c in costs])
    differences.measured(scratch, report, settings, bench, "first", "python",
                         ["python3", HERE / "check_python.py", table], scratch.root)
    script = scratch.root / "check.sql"
    script.write_text(SQL.format(table=table))
    try:
        differences.measured(scratch, report, settings, bench, "first", "sqlite3",
                             ["sh", "-c", f"sqlite3 < {script}"], scratch.root)
    except Failed as problem:
        report.note(f"{bench}: sqlite3: {problem}")
    differences.print_all(report, bench)
