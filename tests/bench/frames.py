"""Tables in Python: varve's versions beside CSV and Parquet files, by pandas, polars, pyarrow, DuckDB and Spark."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import tools as kinds
from measure import Failed, quiet, sizes

TOP = Path(__file__).resolve().parent.parent.parent
BUILD = TOP / "build" / "release"
JOBS = Path(__file__).resolve().parent / "frame_jobs.py"
LISTS = ("requirements-readers.txt", "requirements-spark.txt")
MB = 1e6

# What is done: a title, and who does it.
WORKS = (
    ("arrow", "all columns to Arrow",
     ("varve", "pipe", "pyarrow_csv", "duckdb_csv", "pyarrow_parquet", "polars_parquet", "duckdb_parquet")),
    ("pandas", "all columns to pandas", ("varve", "pipe", "csv", "pyarrow_csv", "parquet")),
    ("three", "three columns to pandas", ("varve", "csv", "pyarrow_csv", "parquet")),
    ("group", "group by in DuckDB", ("varve", "duckdb_csv", "duckdb_parquet")),
    ("row", "one row by key, all open", ("varve", "process", "polars_parquet", "duckdb_parquet")),
    ("difference", "what differs, 100 cells", ("varve", "duckdb_parquet")),
    ("write", "100 edits written back", ("varve", "polars_csv", "pandas_csv", "parquet")),
    ("spark", "group by in Spark, warm", ("varve", "csv", "parquet")),
)


def environment():
    """The virtual environment of the tests, made where it is missing."""
    made = subprocess.run([TOP / "tests" / "python" / "run", BUILD, BUILD / "python", "test_start.py", *LISTS],
                          env=dict(os.environ, VARVE_TEST_ALL="1"), capture_output=True, text=True)
    if made.returncode != 0 or "# skip" in made.stdout:
        raise Failed(f"the packages of Python are not there: {(made.stdout + made.stderr).strip()[-300:]}")
    return BUILD / "python" / "bin" / "python"


def prepared(scratch, settings, python):
    """A folder with two versions of the big table: in a repository, as CSV and as Parquet."""
    import works
    folder = scratch.folder("frames")
    tool = kinds.Varve(scratch).start("frames-repository")
    for name, options in (("data", ()), ("changed", ("--change", 100))):
        made = works.cached_table(scratch, settings, *options)
        os.link(made, folder / f"{name}.csv")
        shutil.copyfile(made, tool.work / "data.csv")
        scratch.run_all(tool.save(), tool.work, tool.env())
        program = (f"import pyarrow.csv, pyarrow.parquet\n"
                   f"pyarrow.parquet.write_table(pyarrow.csv.read_csv('{name}.csv'), '{name}.parquet', compression='zstd')")
        scratch.run([python, "-c", program], folder)
    (folder / "r").symlink_to(tool.work)
    return folder, tool


def timed(scratch, python, folder, job):
    quiet()
    done = subprocess.run([python, JOBS, job], cwd=folder, env=dict(scratch.env, PYTHONDONTWRITEBYTECODE="1"), capture_output=True, text=True)
    if done.returncode != 0:
        raise Failed(f"{job}: {done.stderr.strip()[-400:]}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def measured(scratch, report, settings, python, folder, work, who, bench):
    """The job's runs, whose answers are all the same."""
    runs, spent = [], 0.0
    while len(runs) < settings.runs and (not runs or spent < settings.budget):
        runs.append(timed(scratch, python, folder, f"{work}_{who}"))
        spent += runs[-1]["seconds"]
    if work == "row":
        report.put(bench, who.replace("_", " "), "ms", [1000 * r["seconds"] for r in runs])
    else:
        report.put(bench, who.replace("_", " "), "seconds", [r["seconds"] for r in runs])
    report.put(bench, who.replace("_", " "), "peak MB", [r["MB"] for r in runs])
    return runs[0]["answer"]


def python(scratch, report, chosen, settings):
    if kinds.Varve not in chosen:
        return
    interpreter = environment()
    folder, tool = prepared(scratch, settings, interpreter)
    size = (folder / "data.csv").stat().st_size
    bench = report.begin("python-disk", f"Two versions of a table of {size / MB:,.0f} MB, {settings.rows:,} rows x 20 columns, on disk")
    report.put(bench, "varve", "MB", sizes(tool.store())[0] / MB)
    for kind in ("csv", "parquet"):
        report.put(bench, kind, "MB", sum((folder / f"{n}.{kind}").stat().st_size for n in ("data", "changed")) / MB)
    report.print_bench(bench)
    for work, title, names in WORKS:
        if work == "spark" and not shutil.which("java"):
            report.note("python: Spark left out, Java is not installed")
            continue
        bench = report.begin(f"python-{work}", f"Python: {title}")
        answers = {who: measured(scratch, report, settings, interpreter, folder, work, who, bench) for who in names}
        if work == "write":
            for who, (_, lines) in answers.items():
                report.put(bench, who.replace("_", " "), "lines differ", lines)
        elif len({json.dumps(a) for a in answers.values()}) > 1:
            print(answers, file=sys.stderr)
            raise Failed(f"{title}: the answers differ")
        report.print_bench(bench)
