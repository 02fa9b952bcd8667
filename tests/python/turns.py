"""A plugin of pytest: of each file's tests a third runs in a whole './dev test', which VARVE_TEST_TURN draws, and all that
tests/check/promises.md names. Without VARVE_TEST_TURN, or with VARVE_TEST_ALL=1, all run."""
import os
from pathlib import Path

PROMISES = Path(__file__).resolve().parents[1] / "check" / "promises.md"
OF = 3


def pytest_collection_modifyitems(config, items):
    turn = os.environ.get("VARVE_TEST_TURN")
    if not turn or os.environ.get("VARVE_TEST_ALL") or len(items) < OF:
        return
    promised = PROMISES.read_text(encoding="utf-8")
    run = [item for n, item in enumerate(items) if n % OF == int(turn) % OF or item.originalname in promised]
    config.hook.pytest_deselected(items=[item for item in items if item not in run])
    items[:] = run
