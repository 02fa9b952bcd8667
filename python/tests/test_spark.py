"""All code of docs/engines.md, with a real Spark."""
import pytest
from test_docs import run_blocks

pytest.importorskip("pyspark")


def test_the_lines_for_spark_run_as_they_are_written(repo, folder, monkeypatch):
    monkeypatch.chdir(folder)
    monkeypatch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
    run_blocks("engines.md", 4, spark=True)
