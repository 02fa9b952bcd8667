"""SQL over versions, beside sqlite3 on the table imported before and DuckDB's program on Parquet and CSV."""

import shutil

import differences
import tools as kinds
from measure import replace

VERSIONS = 1000

IMPORT = """.mode csv
create table t(id integer primary key, date text, region text, store integer, sku text, kind text, qty integer, price real,
 discount integer, gift text, status text, customer integer, channel text, score integer, grade text, note text, weight real,
 year integer, lot text, tier integer);
.import --skip 1 {table} t
"""

# What is asked, of a table called {t}; {id} is in the middle of it.
QUERIES = (("count(*)", "select count(*) from {t}"),
           ("a row by key", "select * from {t} where id = {id}"),
           ("sum of a column", "select sum(price) from {t}"),
           ("group by 400 values", "select store, count(*), sum(price) from {t} group by store"))

# What only versions have.
OF_VERSIONS = (("count(*) by varve_tables", "select rows from varve_tables('HEAD')"),
               ("100 changed cells", "select * from varve_diff_cells_t('HEAD~1', 'HEAD')"),
               ("rows that differ", "select * from varve_diff_t('HEAD~1', 'HEAD')"))


def the_others(scratch, table, changed):
    """(name, a command for a query) of what is installed; what it takes before is done here."""
    found = []
    if shutil.which("sqlite3"):
        base = scratch.root / "imported.db"
        script = scratch.root / "import.sql"
        script.write_text(IMPORT.format(table=table))
        scratch.run(["sh", "-c", f"sqlite3 {base} < {script}"], scratch.root)
        found.append(("sqlite3", lambda q: ["sqlite3", base, q], "t"))
    if shutil.which("duckdb"):
        for file, name in ((table, "t"), (changed, "changed")):
            scratch.run(["duckdb", "-c", f"copy (from read_csv('{file}')) to '{scratch.root / name}.parquet'"],
                        scratch.root)
        parquet = f"'{scratch.root / 't.parquet'}'"
        found.append(("DuckDB, Parquet", lambda q: ["duckdb", "-c", q], parquet))
        found.append(("DuckDB, CSV", lambda q: ["duckdb", "-c", q], f"read_csv('{table}')"))
    return found


def many_versions(scratch):
    """A small table of which each version changes some cells, and every tenth the row 1003000."""
    tool = kinds.Varve(scratch).start("history")
    tables = scratch.folder("versions")
    lines = scratch.table(tables / "t.csv", "--rows", 2000).read_text().splitlines(True)
    for n in range(VERSIONS):
        for i in range(5):
            place = 1 + (n * 7919 + i * 104729) % 2000
            cells = lines[place].split(",")
            cells[6] = str((n + i) % 97)
            lines[place] = ",".join(cells)
        if n % 10 == 0:
            cells = lines[1001].split(",")
            cells[7] = f"{n}.25"
            lines[1001] = ",".join(cells)
        (tool.work / "t.csv").write_text("".join(lines))
        scratch.run_all([["varve", "add", "t.csv"], ["varve", "commit", "-qm", f"version {n}"]], tool.work)
    scratch.run_all([["git", "gc", "-q"], ["varve", "gc"]], tool.work)  # as commits do by themselves without gc.auto=0
    return tool, lines[1001].split(",")[0]


def sql(scratch, report, chosen, settings):
    """Queries of one version, of two, and of all versions of a row."""
    import works
    table = works.cached_table(scratch, settings)
    changed = works.cached_table(scratch, settings, "--change", 100)
    bench = "sql"
    differences.begin(report, bench, f"SQL of a table of {settings.rows:,} rows x 20")
    tool = kinds.Varve(scratch).start("asked")
    for version in (table, changed):
        replace(version, tool.work / "t.csv")
        scratch.run_all(tool.save("t.csv"), tool.work)
    key = 1000000 + 3 * (settings.rows // 2)

    def measured(row, tool_name, argv, folder):
        differences.measured(scratch, report, settings, bench, row, tool_name, argv, folder)
    others = the_others(scratch, table, changed)
    for row, query in QUERIES:
        measured(row, "varve", ["varve", "sql", query.format(t='"t@HEAD"', id=key)], tool.work)
        for name, command, source in others:
            measured(row, name, command(query.format(t=source, id=key)), scratch.root)
    for row, query in OF_VERSIONS:
        measured(row, "varve", ["varve", "sql", query], tool.work)
    if shutil.which("duckdb"):
        both = [f"(select * from '{scratch.root / name}.parquet')" for name in ("t", "changed")]
        measured("rows that differ", "DuckDB, Parquet",
                 ["duckdb", "-c", f"{both[0]} except {both[1]}; {both[1]} except {both[0]}"], scratch.root)
    tool, key = many_versions(scratch)
    measured(f"a row over {VERSIONS:,} versions", "varve",
             ["varve", "sql", f"select commit_date, price from varve_history_t where id = {key}"], tool.work)
    differences.print_all(report, bench)
