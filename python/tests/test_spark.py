"""The source for Spark, and all code of docs/programs/engines.md, with a real Spark."""
import datetime
import decimal
import json
import os
import subprocess
import sys

import pytest
from test_docs import run_blocks

pytest.importorskip("pyspark")

from pyspark.sql import SparkSession

ROWS = 20_000


@pytest.fixture(autouse=True)
def machine(monkeypatch):
    """The Java machine starts with the first session, and keeps its environment."""
    monkeypatch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
    monkeypatch.setenv("PYSPARK_PYTHON", sys.executable)


@pytest.fixture
def spark(home):
    builder = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
    builder = builder.config("spark.sql.shuffle.partitions", "2").config("spark.driver.bindAddress", "127.0.0.1")
    session = builder.getOrCreate()
    yield session
    session.stop()


def test_the_lines_for_spark_run_as_they_are_written(repo, folder, monkeypatch):
    monkeypatch.chdir(folder)
    run_blocks("engines.md", 4, spark=True)


def rows(frame):
    return sorted(tuple(r) for r in frame.collect())


def test_spark_reads_versions_and_what_changed(repo, folder, commit, spark):
    commit("big.csv", "id,kind,x\n" + "".join(f"{i},k{i % 5},{i / 4}\n" for i in range(ROWS)), ["id"])
    read = spark.read.format("varve")
    # a version, in shares
    big = read.option("table", "big.csv").option("numPartitions", "3").load(os.fspath(folder))
    assert big.rdd.getNumPartitions() == 3 and big.count() == ROWS
    assert [f.dataType.simpleString() for f in big.schema.fields] == ["bigint", "string", "double"]
    assert rows(big.groupBy("kind").sum("x")) == [(f"k{k}", sum(i / 4 for i in range(k, ROWS, 5))) for k in range(5)]
    assert rows(big.where("id >= 19998 and kind = 'k3'")) == [(19998, "k3", 4999.5)]
    assert rows(big.where("x = 0.25 or id = 2")) == [(1, "k1", 0.25), (2, "k2", 0.5)]
    assert rows(big.where("kind like 'k4%' and x < 3")) == [(4, "k4", 1.0), (9, "k4", 2.25)]
    few = spark.read.format("varve").option("table", "big.csv").option("where", "id >= 19998").option("columns", "x")
    assert rows(few.load(os.fspath(folder))) == [(4999.5,), (4999.75,)]
    # revisions, days, columns, types
    prices = spark.read.format("varve").option("table", "prices.csv")
    old = prices.option("versionAsOf", "v1").load(os.fspath(folder))
    assert [f.dataType.simpleString() for f in old.schema.fields] == ["bigint", "string", "double", "date", "boolean"]
    assert rows(old.select("id", "item", "ok").where("id < 3")) == [(1, "pear", True), (2, "plum", False)]
    assert rows(old.where("item is null").select("id")) == [(4,)] and rows(old.where("day >= date'2026-02-01'").select("id")) == [(3,)]
    day = next(repo.log(rev="v1")).time.date()
    some = spark.read.format("varve").option("table", "prices.csv").option("timestampAsOf", day.isoformat()).option("columns", "price,id")
    assert rows(some.load(os.fspath(folder)).where("id in (1, 3)")) == [(9.99, 1), (150.5, 3)]
    # a URL, of which each process has a cache
    url = f"file://{folder}/.git"
    far = spark.read.format("varve").option("table", "big.csv").option("numPartitions", "3").load(url)
    assert far.agg({"id": "max"}).collect()[0][0] == ROWS - 1
    # what changed
    feed = spark.read.format("varve").option("table", "prices.csv").option("readChangeFeed", "true").option("startingVersion", "v1")
    changes = feed.load(os.fspath(folder))
    last = repo.rev_parse("HEAD~1")
    assert rows(changes.select("_change_type", "id", "price", "_commit_version")) == sorted([
        ("delete", 2, 120.0, last),
        ("insert", 5, 3.0, last),
        ("update_postimage", 1, 10.99, last),
        ("update_postimage", 3, 150.5, last),
        ("update_preimage", 1, 9.99, last),
        ("update_preimage", 3, 150.5, last),
    ])
    with pytest.raises(Exception, match="Repo"):
        old.write.format("varve").mode("append").save(os.fspath(folder))
    with pytest.raises(Exception, match="table"):
        spark.read.format("varve").load(os.fspath(folder))


def test_a_check_by_spark_has_the_report_of_one_machine(repo, folder, commit, spark):
    import varve.spark

    commit("big.csv", "id,x\n" + "".join(f"{i},{i}\n" for i in range(ROWS)), ["id"])
    wrong = [f"{i},{'x' if i in (7, 15_000) else i}\n" for i in range(ROWS)]
    commit("big.csv", "id,x\n" + "".join(wrong) + "7,1\n")
    for rev in ("HEAD", "HEAD~1"):
        one = repo.check("big.csv", rev)
        together = varve.spark.check(spark, repo, "big.csv", rev, parts=4)
        assert together.findings == one.findings and together.valid == one.valid == (rev == "HEAD~1")


def test_spark_reads_parquet_with_equal_types_and_values(tmp_path, spark):
    fields = [("id", "integer"), ("price", "number"), ("exact", "number"), ("flag", "boolean"), ("day", "date"), ("note", "string")]
    (tmp_path / "t.csv").write_text('id,price,exact,flag,day,note\n9007199254740993,0.1,90071992547409931.25,true,2024-02-29,""\n2,-2.5,1,NA,NA,NA\n')
    schema = {"fields": [{"name": n, "type": t} for n, t in fields], "missingValues": ["NA"]}
    (tmp_path / "datapackage.json").write_text(json.dumps({"resources": [{"name": "t", "path": "t.csv", "schema": schema}]}))
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    subprocess.run(["git", "config", "--global", "varve.reader.parquet.command", f"{sys.executable} -m varve_data.reader"], check=True)
    subprocess.run(["varve", "cat", "-o", "t.parquet", "t.csv"], cwd=tmp_path, check=True)
    frame = spark.read.parquet(str(tmp_path / "t.parquet"))
    assert [t for _, t in frame.dtypes] == ["bigint", "double", "decimal(38,2)", "boolean", "date", "string"]
    assert [tuple(r) for r in frame.collect()] == [
        (9007199254740993, 0.1, decimal.Decimal("90071992547409931.25"), True, datetime.date(2024, 2, 29), ""), (2, -2.5, decimal.Decimal("1.00"), None, None, None)]
