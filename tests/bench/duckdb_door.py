#!/usr/bin/env python3
"""duckdb_door.py EXTENSION [--rows N] [--runs N]: CPU seconds of queries of DuckDB over a version, by the extension of integrations/duckdb, beside
Parquet (zstd) and read_csv of the same table of 20 columns. Needs varve on the PATH, a C compiler, and Python's duckdb.

Each figure is the median of user and system time of the first query in a process with two threads; the runs of all are interleaved."""
import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

MAKER = Path(__file__).resolve().parent / "make_table.c"
QUERIES = (("three columns", "SELECT min(date), max(sku), sum(price) FROM {0}"),
           ("three columns, kept", "CREATE TEMP TABLE x AS SELECT date, sku, price FROM {0}"),
           ("group by 400 integers", "SELECT store, count(*), sum(price) FROM {0} GROUP BY store"),
           ("group by two texts", "SELECT region, kind, avg(price) FROM {0} GROUP BY ALL"),
           ("one percent of the rows", "SELECT count(*), sum(price) FROM {1}"))


def query(extension, text):
    """Prints the CPU seconds of a query."""
    import duckdb
    con = duckdb.connect(config={"allow_unsigned_extensions": True, "threads": 2})
    con.execute(f"LOAD '{extension}'")
    before = resource.getrusage(resource.RUSAGE_SELF)
    con.execute(text).fetchall()
    after = resource.getrusage(resource.RUSAGE_SELF)
    print(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def make(folder, rows):
    """The table in a commit, and as Parquet."""
    import duckdb
    subprocess.run(["cc", "-O2", "-o", folder / "make_table", MAKER], check=True)
    with (folder / "t.csv").open("wb") as out:
        subprocess.run([folder / "make_table", "--rows", str(rows)], stdout=out, check=True)
    for words in (["varve", "init", "-q", "."], ["git", "config", "user.name", "A"], ["git", "config", "user.email", "a@b.c"],
                  ["varve", "add", "-q", "t.csv"], ["varve", "commit", "-q", "-m", "x"]):
        subprocess.run(words, cwd=folder, check=True)
    duckdb.sql(f"COPY (FROM read_csv('{folder}/t.csv')) TO '{folder}/t.parquet' (COMPRESSION zstd)")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("extension")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--query", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.query:
        return query(given.extension, given.query)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make(folder, given.rows)
        first = 1_000_000 + given.rows
        some = f"id BETWEEN {first} AND {first + 3 * given.rows // 100}"
        kinds = {"varve": (f"read_varve('{folder}', 'HEAD:t.csv')", f"read_varve('{folder}', 'HEAD:t.csv', filter := '{some.lower()}')"),
                 "Parquet": (f"'{folder}/t.parquet'", f"'{folder}/t.parquet' WHERE {some}"),
                 "read_csv": (f"read_csv('{folder}/t.csv')", f"read_csv('{folder}/t.csv') WHERE {some}")}
        print("| query | " + " | ".join(kinds) + " | varve / Parquet |\n|---|" + "---|" * 4)
        for title, text in QUERIES:
            took = {kind: [] for kind in kinds}
            for _ in range(given.runs):
                for kind, tables in kinds.items():
                    words = [sys.executable, __file__, given.extension, "--query", text.format(*tables)]
                    took[kind].append(float(subprocess.run(words, check=True, capture_output=True, text=True).stdout))
            middle = {kind: statistics.median(values) for kind, values in took.items()}
            print(f"| {title} | " + " | ".join(f"{s:.3f} s" for s in middle.values()) + f" | {middle['varve'] / middle['Parquet']:.1f} |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
