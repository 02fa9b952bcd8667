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
REAL = ("arrow", "three", "group")  # works that are done with a real table, too

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


def real_versions(scratch, settings):
    """Two versions of a real table as files, the rows of each repeated under other ids until they are as many as the big table's; none
    where its history is not there."""
    from limits_bytes import bundles
    bundle = next((b for b in bundles() if b.stem == "runways"), None)
    if not bundle:
        return []
    clone, found = scratch.root / "runways", []
    scratch.run(["git", "clone", "-q", "-b", "main", bundle, clone], scratch.root)
    for name, revision in (("data", "HEAD~1"), ("changed", "HEAD")):
        head, *lines = scratch.bytes(["git", "show", f"{revision}:runways.csv"], clone).decode().splitlines()
        rows = [line.split(",", 1) for line in lines]
        found.append(scratch.root / f"runways-{name}.csv")
        with found[-1].open("w") as out:
            print(head, file=out)
            for k in range(settings.rows // len(rows) + 1):
                out.writelines(f"{int(key) + k * 1_000_000},{rest}\n" for key, rest in rows)
    return found


def prepared(scratch, python, name, versions):
    """A folder with two versions of a big table: in a repository, as CSV and as Parquet."""
    folder = scratch.folder(name)
    tool = kinds.Varve(scratch).start(f"{name}-repository")
    for name, made in zip(("data", "changed"), versions):
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
        report.put(bench, who.replace("_", " "), "cpu s", [r["cpu"] for r in runs])
    report.put(bench, who.replace("_", " "), "peak MB", [r["MB"] for r in runs])
    return runs[0]["answer"]


def python(scratch, report, chosen, settings):
    if kinds.Varve not in chosen:
        return
    interpreter = environment()
    import works
    versions = [works.cached_table(scratch, settings, *options) for options in ((), ("--change", 100))]
    folder, tool = prepared(scratch, interpreter, "frames", versions)
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
        compare(scratch, report, settings, interpreter, folder, (work, title, names), f"python-{work}")
    versions = real_versions(scratch, settings)
    if not versions:
        report.note("python: the real table left out, VARVE_HISTORIES has no runways.bundle")
        return
    folder, _ = prepared(scratch, interpreter, "real-frames", versions)
    for work, title, names in WORKS:
        if work in REAL:
            compare(scratch, report, settings, interpreter, folder, (work, f"{title}, real runways", names), f"python-real-{work}")


def compare(scratch, report, settings, interpreter, folder, job, name):
    """What all programs take for one work."""
    work, title, names = job
    bench = report.begin(name, f"Python: {title}")
    answers = {who: measured(scratch, report, settings, interpreter, folder, work, who, bench) for who in names}
    if work == "write":
        for who, (_, lines) in answers.items():
            report.put(bench, who.replace("_", " "), "lines differ", lines)
    elif len({json.dumps(a) for a in answers.values()}) > 1:
        print(answers, file=sys.stderr)
        raise Failed(f"{title}: the answers differ")
    report.print_bench(bench)
