"""The recipe for Airflow, run by a real one."""
import subprocess
import sys

import pytest

pytest.importorskip("airflow")

from pipelines import RECIPES, Night, holds_for


def test_a_night_is_one_commit_and_wrong_data_is_none(repo, folder, monkeypatch, tmp_path_factory):
    home = tmp_path_factory.mktemp("airflow")
    (home / "dags").mkdir()
    for name, value in (("AIRFLOW_HOME", str(home)), ("AIRFLOW__CORE__LOAD_EXAMPLES", "False"), ("AIRFLOW__CORE__DAGS_FOLDER", str(home / "dags")),
                        ("AIRFLOW__USAGE_DATA_COLLECTION__ENABLED", "False")):
        monkeypatch.setenv(name, value)
    night = Night(repo, folder, monkeypatch)
    # As it is, but for the tries after the first.
    script = home / "dags" / "airflow_dag.py"
    script.write_text((RECIPES / "airflow_dag.py").read_text().replace('"retries": 3', '"retries": 0'))
    subprocess.run([sys.executable, "-m", "airflow", "db", "migrate"], check=True, capture_output=True, timeout=600)
    subprocess.run([sys.executable, "-m", "airflow", "dags", "reserialize"], check=True, capture_output=True, timeout=600)
    holds_for(night, str(script))
