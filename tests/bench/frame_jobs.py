"""frame_jobs.py JOB: one thing that people do with a table in Python, timed. Prints JSON: seconds, cpu (seconds of all its threads, and
of processes that ended), MB (the process's peak of memory) and answer, on which all programs that do the thing must agree.

The current folder has data.csv and data.parquet, changed.csv and changed.parquet, and r, a repository in whose HEAD~1 and HEAD data.csv is
these. A job is a function that imports and opens what it needs, and gives the function that is timed."""
import json
import os
import resource
import subprocess
import sys
import time

THREE, BY_COLUMN = ["id", "qty", "price"], "region"
KEY = 1_123_456
EDITED = 100
CAT = ["varve", "cat", "HEAD~1:data.csv"]
with open("data.csv", encoding="utf-8") as head:
    if "airport_ident" in head.readline():  # the real table
        THREE, BY_COLUMN = ["id", "length_ft", "le_latitude_deg"], "lighted"
SUM = THREE[1]
BY = f"select {BY_COLUMN}, sum({SUM}), count(*) from {{}} group by {BY_COLUMN} order by {BY_COLUMN}"


def table():
    import varve

    return varve.Repo("r")["HEAD~1:data.csv"]


def piped(read):
    with subprocess.Popen(CAT, cwd="r", stdout=subprocess.PIPE) as cat:
        return read(cat.stdout)


def frames():
    import pandas
    import pyarrow  # noqa: F401: pandas loads it when it is first used
    import pyarrow.dataset  # noqa: F401

    return pandas


# ---- all columns to Arrow ----


def arrow_varve():
    t, _ = table(), frames()
    return lambda: t.to_arrow().num_rows


def arrow_pipe():
    import pyarrow.csv

    return lambda: piped(pyarrow.csv.read_csv).num_rows


def arrow_pyarrow_csv():
    import pyarrow.csv

    return lambda: pyarrow.csv.read_csv("data.csv").num_rows


def arrow_duckdb_csv():
    import duckdb

    return lambda: duckdb.sql("select * from 'data.csv'").to_arrow_table().num_rows


def arrow_pyarrow_parquet():
    import pyarrow.parquet

    return lambda: pyarrow.parquet.read_table("data.parquet").num_rows


def arrow_polars_parquet():
    import polars

    return lambda: polars.read_parquet("data.parquet").height


def arrow_duckdb_parquet():
    import duckdb

    return lambda: duckdb.sql("select * from 'data.parquet'").to_arrow_table().num_rows


# ---- to pandas ----


def pandas_varve():
    t, _ = table(), frames()
    return lambda: len(t.to_pandas())


def pandas_pipe():
    pandas = frames()
    return lambda: len(piped(pandas.read_csv))


def pandas_csv():
    pandas = frames()
    return lambda: len(pandas.read_csv("data.csv"))


def pandas_pyarrow_csv():
    pandas = frames()
    return lambda: len(pandas.read_csv("data.csv", engine="pyarrow"))


def pandas_parquet():
    pandas = frames()
    return lambda: len(pandas.read_parquet("data.parquet"))


def three_varve():
    t, _ = table(), frames()
    return lambda: int(t.to_pandas(columns=THREE)[SUM].sum())


def three_csv():
    pandas = frames()
    return lambda: int(pandas.read_csv("data.csv", usecols=THREE)[SUM].sum())


def three_pyarrow_csv():
    pandas = frames()
    return lambda: int(pandas.read_csv("data.csv", usecols=THREE, engine="pyarrow")[SUM].sum())


def three_parquet():
    pandas = frames()
    return lambda: int(pandas.read_parquet("data.parquet", columns=THREE)[SUM].sum())


# ---- queries ----


def grouped(connection, source):
    return [[value, int(total), rows] for value, total, rows in connection.sql(BY.format(source)).fetchall()]


def duckdb_over(source):
    import duckdb

    connection = duckdb.connect()
    connection.sql("select 1").fetchall()
    return lambda: grouped(connection, source)


def group_varve():
    import varve

    frames()
    connection = varve.Repo("r").duckdb(revs=["HEAD~1"])
    connection.sql("select 1").fetchall()
    return lambda: grouped(connection, '"HEAD~1".data')


def group_duckdb_csv():
    return duckdb_over("'data.csv'")


def group_duckdb_parquet():
    return duckdb_over("'data.parquet'")


def row_varve():
    t = table()
    t.row(KEY - 3)
    return lambda: int(t.row(KEY)["id"])


def row_process():
    words = [*CAT, "--where", f"id = {KEY}", "--columns", "id", "--format", "ndjson"]
    return lambda: json.loads(subprocess.run(words, cwd="r", capture_output=True, check=True).stdout)["id"]


def row_polars_parquet():
    import polars

    return lambda: polars.scan_parquet("data.parquet").filter(polars.col("id") == KEY).collect()["id"][0]


def row_duckdb_parquet():
    import duckdb

    connection = duckdb.connect()
    return lambda: connection.sql(f"select id from 'data.parquet' where id = {KEY}").fetchall()[0][0]


def difference_varve():
    import varve

    frames()
    r = varve.Repo("r")
    return lambda: r.diff("data.csv", "HEAD~1", "HEAD").cells.to_arrow().num_rows


def difference_duckdb_parquet():
    import duckdb

    connection = duckdb.connect()
    names = [n for n in connection.sql("select * from 'data.parquet' limit 0").columns if n != "id"]
    cells = " + ".join(f'(a."{n}" is distinct from b."{n}")::int' for n in names)
    query = f"select sum({cells}) from 'data.parquet' a join 'changed.parquet' b using (id)"
    return lambda: int(connection.sql(query).fetchall()[0][0])


# ---- frames written back ----


def lines_that_differ(old, new):
    with open(old, "rb") as a, open(new, "rb") as b:
        return sum(x != y for x, y in zip(a, b))


def edited(frame):
    frame.loc[frame.index[:: len(frame) // EDITED][:EDITED], "qty"] += 1
    return frame


def write_varve():
    import varve

    r = varve.Repo("r")
    frame = edited(r["HEAD:data.csv"].to_pandas())
    before = r["HEAD:data.csv"]

    def run():
        return r.write("data.csv", frame, message="edits").changed

    def check(changed):
        with open("before.csv", "wb") as out:
            before.write_to(out)
        differ = lines_that_differ("before.csv", "r/data.csv")
        os.unlink("before.csv")
        subprocess.run(["git", "reset", "-q", "--hard", before.commit_id], cwd="r", check=True)
        return [changed, differ]

    return run, check


def write_polars_csv():
    import polars

    frame = polars.read_csv("data.csv")
    each = frame.height // EDITED
    at = polars.int_range(polars.len())
    chosen = (at % each == 0) & (at < each * EDITED)
    frame = frame.with_columns(qty=polars.when(chosen).then(polars.col("qty") + 1).otherwise(polars.col("qty")))
    return lambda: frame.write_csv("out.csv"), lambda _: [EDITED, lines_that_differ("data.csv", "out.csv")]


def write_pandas_csv():
    frame = edited(frames().read_csv("data.csv"))
    return lambda: frame.to_csv("out.csv", index=False), lambda _: [EDITED, lines_that_differ("data.csv", "out.csv")]


def write_parquet():
    import pyarrow
    import pyarrow.parquet

    frame = pyarrow.Table.from_pandas(edited(frames().read_parquet("data.parquet")))
    return lambda: pyarrow.parquet.write_table(frame, "out.parquet", compression="zstd"), lambda _: [EDITED, 0]


# ---- Spark ----


def spark_over(load):
    from pyspark.sql import SparkSession

    os.environ.update(SPARK_LOCAL_IP="127.0.0.1", PYSPARK_PYTHON=sys.executable)
    builder = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
    session = builder.config("spark.driver.bindAddress", "127.0.0.1").config("spark.sql.shuffle.partitions", "2").getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    load(session.read).createOrReplaceTempView("t")

    def run():
        return [[r[0], int(r[1]), r[2]] for r in session.sql(BY.format("t")).collect()]

    run()  # warm
    return run


def spark_varve():
    # Spark does not say which columns a query needs
    return spark_over(
        lambda read: read.format("varve").option("table", "data.csv").option("versionAsOf", "HEAD~1").option("columns", "region,qty").option("numPartitions", "2").load(os.path.abspath("r"))
    )


def spark_csv():
    return spark_over(lambda read: read.option("header", "true").option("inferSchema", "true").csv(os.path.abspath("data.csv")))


def spark_parquet():
    return spark_over(lambda read: read.parquet(os.path.abspath("data.parquet")))


def cpu():
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(u.ru_utime + u.ru_stime for u in used)


def main():
    job = globals()[sys.argv[1]]()
    run, check = job if isinstance(job, tuple) else (job, lambda answer: answer)
    begin, used = time.perf_counter(), cpu()
    answer = run()
    seconds, used = time.perf_counter() - begin, cpu() - used
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    print(json.dumps({"seconds": seconds, "cpu": used, "MB": peak, "answer": check(answer)}))


if __name__ == "__main__":
    main()
