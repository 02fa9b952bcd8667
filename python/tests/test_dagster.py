"""The recipe for Dagster, run by a real one."""
import pytest

pytest.importorskip("dagster")

from pipelines import RECIPES, Night, holds_for


def test_a_night_is_one_commit_and_wrong_data_is_none(repo, folder, monkeypatch, tmp_path_factory):
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path_factory.mktemp("dagster")))
    monkeypatch.setenv("DAGSTER_DISABLE_TELEMETRY", "yes")
    night = Night(repo, folder, monkeypatch)
    # As it is, but for the minute between two tries.
    script = folder / "dagster_assets.py"
    script.write_text((RECIPES / "dagster_assets.py").read_text().replace("delay=60", "delay=0"))
    done = holds_for(night, "-m", "dagster", "asset", "materialize", "-f", str(script), "--select", "prices")
    assert done.returncode != 0


def test_the_check_passes_for_what_is_committed(repo, folder, monkeypatch):
    import dagster

    night = Night(repo, folder, monkeypatch)
    night.source.write_text("id,item,price,day,ok\n1,pear,12,2026-01-01,true\n")
    names = {}
    exec(compile((RECIPES / "dagster_assets.py").read_text(), "dagster_assets.py", "exec"), names)
    done = dagster.materialize([names["prices"], names["rules_hold"]])
    [verdict] = done.get_asset_check_evaluations()
    assert verdict.passed and "prices.csv" in verdict.metadata["report"].value
    [made] = done.asset_materializations_for_node("prices")
    assert made.metadata["commit"].value == night.head() and made.metadata["cells"].value == 1
    assert names["defs"].resolve_schedule_def("nightly").cron_schedule == "0 3 * * *"
