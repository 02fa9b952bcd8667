"""The code of docs/programs/python.md and docs/programs/engines.md, run from top to bottom in one folder as it stands there."""
import pathlib
import re

DOCS = pathlib.Path(__file__).parents[2] / "docs" / "programs"


def run_blocks(page, least, spark=False):
    """Those of Spark are for test_spark.py."""
    names = {}
    text = (DOCS / page).read_text()
    blocks = list(re.finditer(r"^```python\n(.*?)^```", text, re.M | re.S))
    assert len(blocks) >= least
    for block in blocks:
        if "spark" in block[1] and not spark:
            continue
        line = text[: block.start(1)].count("\n")
        exec(compile("\n" * line + block[1], str(DOCS / page), "exec"), names)


def test_the_walk_runs_as_it_is_written(folder, monkeypatch):
    monkeypatch.chdir(folder)
    run_blocks("python.md", 6)


def test_the_lines_for_other_engines_run_as_they_are_written(repo, folder, monkeypatch):
    monkeypatch.chdir(folder)
    run_blocks("engines.md", 3)
