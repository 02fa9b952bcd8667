"""Law 2: the same data spelled otherwise answers every question alike (tests/twins, tests/twins/promises.md)."""
import os
import pathlib
import subprocess
import sys

import pytest

TWINS = pathlib.Path(__file__).parents[2] / "tests" / "twins" / "twins.py"


def twins(*words):
    return subprocess.run([sys.executable, str(TWINS), *words], capture_output=True, text=True)


def test_each_question_and_property_is_promised_something():
    sys.path.insert(0, str(TWINS.parent))
    import promises

    assert promises.wrong() == []


def test_twins_answer_alike_and_are_twins_again_after_an_edit():
    pytest.importorskip("duckdb")
    done = twins(*(["--seconds", "540"] if os.environ.get("VARVE_TEST_ALL") else ["--combinations", "12"]))
    print(done.stdout)
    assert done.returncode == 0, done.stderr[-2000:]


def test_a_wrong_answer_is_found():
    """The reference takes prices for others than they are: each door that gives numbers has to differ."""
    done = twins("--seed", "1", "--combinations", "6", "--lie", "price", "--show", "0")
    assert done.returncode == 1
    for door in ("arrow", "cells", "bytes"):
        assert f" {door} " in done.stdout, done.stdout
