"""The package's own code, by mypy."""
import os
import pathlib
import subprocess
import sys


def test_all_code_has_types(tmp_path):
    folder = pathlib.Path(__file__).parents[1]
    words = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", os.fspath(tmp_path), "varve", "pyspark_varve"]
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
