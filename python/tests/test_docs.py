"""The code of docs/python.md, run from top to bottom in one folder as it stands there."""
import pathlib
import re

WALK = pathlib.Path(__file__).parents[2] / "docs" / "python.md"


def test_the_walk_runs_as_it_is_written(folder, monkeypatch):
    monkeypatch.chdir(folder)
    names = {}
    blocks = list(re.finditer(r"^```python\n(.*?)^```", WALK.read_text(), re.M | re.S))
    assert len(blocks) > 5
    for block in blocks:
        line = WALK.read_text()[: block.start(1)].count("\n")
        exec(compile("\n" * line + block[1], str(WALK), "exec"), names)
