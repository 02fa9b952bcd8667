#!/usr/bin/env python3
"""versions.py: of the project of DVC in the current folder, prints "COMMIT MD5 PATH" for each table that `dvc checkout` gives in each
commit. The work tree is left at the last."""
import hashlib
import pathlib
import subprocess

from dvc.repo import Repo

for commit in subprocess.run(["git", "rev-list", "--all"], check=True, capture_output=True, text=True).stdout.split():
    subprocess.run(["git", "checkout", "-q", commit], check=True)
    Repo(".").checkout(force=True)
    for path in sorted(pathlib.Path(".").rglob("*.csv")):
        if ".dvc" not in path.parts and ".git" not in path.parts:
            print(commit, hashlib.md5(path.read_bytes()).hexdigest(), path)
