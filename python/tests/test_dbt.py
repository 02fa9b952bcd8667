"""Sources of dbt that are versions, with a real dbt."""
import pathlib
import shutil
import subprocess
import sys

import pytest

pytest.importorskip("dbt.adapters.duckdb")

import duckdb

PROFILE = """
shop:
  target: dev
  outputs:
    dev: {type: duckdb, path: %s, threads: 1, plugins: [{module: varve.dbt, alias: varve, config: {repo: %s}}]}
"""
SOURCES = """
version: 2
sources:
  - name: shop
    tables:
      - name: old
        config: {meta: {plugin: varve, path: prices.csv, rev: v1, columns: [id, price]}}
      - name: prices
        config: {meta: {plugin: varve, where: "price > 5"}}
"""


def test_sources_are_versions(repo, folder, tmp_path_factory, monkeypatch):
    project = tmp_path_factory.mktemp("dbt")
    database = project / "warehouse.duckdb"
    (project / "models").mkdir()
    (project / "profiles.yml").write_text(PROFILE % (database, folder))
    (project / "dbt_project.yml").write_text("name: shop\nversion: '1.0.0'\nprofile: shop\nmodel-paths: [models]\n")
    (project / "models/sources.yml").write_text(SOURCES)
    model = "select n.id, n.price - o.price as more from {{ source('shop', 'prices') }} n join {{ source('shop', 'old') }} o using (id)"
    (project / "models/dearer.sql").write_text(model)
    monkeypatch.setenv("DBT_SEND_ANONYMOUS_USAGE_STATS", "false")
    dbt = pathlib.Path(sys.executable).parent / "dbt"
    done = subprocess.run([dbt, "run", "--profiles-dir", "."], cwd=project, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    with duckdb.connect(str(database)) as con:
        assert con.execute("select id, more from dearer order by id").fetchall() == [(1, 1.0), (3, 0.0)]


def test_the_recipe_shows_what_became_dearer(repo, folder, tmp_path_factory, monkeypatch):
    project = tmp_path_factory.mktemp("recipe") / "dbt"
    shutil.copytree(pathlib.Path(__file__).parents[2] / "integrations" / "pipelines" / "dbt", project)
    monkeypatch.setenv("DBT_SEND_ANONYMOUS_USAGE_STATS", "false")
    monkeypatch.setenv("TABLES", str(folder))
    dbt = pathlib.Path(sys.executable).parent / "dbt"
    done = subprocess.run([dbt, "run", "--profiles-dir", "."], cwd=project, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    with duckdb.connect(str(project / "warehouse.duckdb")) as con:
        assert con.execute("select id, was, is_now from price_changes").fetchall() == [(1, 9.99, 10.99)]
