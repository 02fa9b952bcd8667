"""The recipe for Prefect, run by a real one."""
import pytest

pytest.importorskip("prefect")

from pipelines import RECIPES, Night, holds_for


def test_a_night_is_one_commit_and_wrong_data_is_none(repo, folder, monkeypatch):
    for name, value in (("PREFECT_API_URL", ""), ("PREFECT_SERVER_ALLOW_EPHEMERAL_MODE", "true"), ("DO_NOT_TRACK", "1"),
                        ("PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS", "300"), ("PREFECT_SERVER_ANALYTICS_ENABLED", "false"),
                        ("PREFECT_TASK_DEFAULT_RETRY_DELAY_SECONDS", "0")):
        monkeypatch.setenv(name, value)
    night = Night(repo, folder, monkeypatch)
    # As it is, but for the minute between two tries.
    script = folder / "prefect_flow.py"
    script.write_text((RECIPES / "prefect_flow.py").read_text().replace("retry_delay_seconds=60", "retry_delay_seconds=0"))
    assert holds_for(night, str(script)).returncode != 0
