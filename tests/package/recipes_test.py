#!/usr/bin/env python3
"""recipes_test.py: what recipes makes for Scoop and winget names the .zip of the release with its sum, and the folder and program that it has; without
a .zip it makes neither."""
import hashlib
import json
import os
import re
import subprocess
import tempfile
import zipfile

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = "varve-1.2.3-windows-x86_64"
PROGRAM = f"{TOP}/bin/varve.exe"


def recipes(folder):
    subprocess.run([os.path.join(HERE, "recipes"), folder, "own/varve", "1.2.3"], check=True)
    return sorted(name for name in os.listdir(folder) if name.startswith(("own.", "varve.json")))


def field(text, name):
    return re.search(rf"^[- ]*{name}: (.*)$", text, re.M)[1]


with tempfile.TemporaryDirectory() as folder:
    for name in ("varve-1.2.3.tar.gz", "varve-1.2.3-linux-x86_64.tar.gz", "varve-1.2.3-linux-aarch64.tar.gz"):
        with open(os.path.join(folder, name), "w", encoding="utf-8") as f:
            f.write(name)
    assert recipes(folder) == []
    path = os.path.join(folder, TOP + ".zip")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(PROGRAM, "MZ")
    with open(path, "rb") as f:
        digest = hashlib.sha256(f.read()).hexdigest()
    names = recipes(folder)
    assert names == ["own.varve.installer.yaml", "own.varve.locale.en-US.yaml", "own.varve.yaml", "varve.json"], names
    files = {}
    for name in names:
        with open(os.path.join(folder, name), encoding="utf-8") as f:
            files[name] = f.read()
        assert not re.search(r"VERSION|SUM_|OWNER", files[name]), name
    scoop, winget = json.loads(files["varve.json"]), files["own.varve.installer.yaml"]
    entry = scoop["architecture"]["64bit"]
    assert entry["hash"] == digest == field(winget, "InstallerSha256")
    assert entry["url"] == field(winget, "InstallerUrl") and entry["url"].endswith(f"/own/varve/releases/download/v1.2.3/{TOP}.zip")
    assert f"{entry['extract_dir']}/{scoop['env_add_path']}/varve.exe" == PROGRAM == field(winget, "RelativeFilePath").replace("\\", "/")
    assert len({field(text, "PackageIdentifier") + field(text, "PackageVersion") for name, text in files.items() if name.endswith(".yaml")}) == 1
