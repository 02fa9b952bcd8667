"""Documents that others made come back byte for byte, and their cells are those that other libraries read (foreign.py)."""
import collections
import csv
import io
import json
import os
import pathlib
import shutil
import subprocess
import sys

import pytest

import foreign

pytest.importorskip("openpyxl")
FOLDERS = [f for f in os.environ.get("VARVE_TEST_DOCUMENTS", "").split(":") if f]


@pytest.fixture
def git(tmp_path, home):
    for kind in ("workbook", "parquet", "arrow", "sqlite", "statistics"):
        subprocess.run(["git", "config", "--global", f"varve.reader.{kind}.command", f"{sys.executable} -m varve.reader"], check=True)
    subprocess.run(["git", "config", "--global", "varve.reader.seconds", "900"], check=True)  # beside whatever else runs
    subprocess.run(["git", "init", "-q", "."], cwd=tmp_path, check=True)
    return tmp_path


def made_by_libreoffice(folder):
    """One table as each kind that it writes."""
    (folder / "in.csv").write_text("id,price,day,text\n" + "".join(f"{i},{i * 1.25},2026-01-{i:02},t {i}\n" for i in range(1, 29)))
    for kind in ("xlsx", "ods", "xls"):
        subprocess.run(["soffice", "--headless", f"-env:UserInstallation=file://{folder}/profile", "--convert-to", kind, "--outdir", folder / "made", folder / "in.csv"],
                       check=True, capture_output=True)
    return str(folder / "made")


def cells(git, name):
    """Of a table all rows, with those above it; None, and why not."""
    ran = subprocess.run(["varve", "cat", name], cwd=git, capture_output=True, timeout=300)
    if ran.returncode:
        return None, ran.stderr.decode()
    return list(csv.reader(io.StringIO(ran.stdout.decode(), newline=""))), None


def test_foreign_documents_come_back_and_are_read_as_others_read_them(git, tmp_path_factory):
    import pyarrow

    csv.field_size_limit(1 << 30)
    folders = [*FOLDERS, str(pathlib.Path(pyarrow.__file__).parent / "tests" / "data")]
    if shutil.which("soffice"):
        folders.append(made_by_libreoffice(tmp_path_factory.mktemp("office")))
    files = {f"{i}{f.suffix.lower()}": f for i, f in enumerate(foreign.documents(folders))}
    for name, file in files.items():
        shutil.copy(file, git / name)
    subprocess.run(["varve", "add", "-q", "."], cwd=git, check=True)
    subprocess.run(["git", "commit", "-qm", "all"], cwd=git, check=True)
    for name in files:
        (git / name).unlink()
    subprocess.run(["varve", "restore", "."], cwd=git, check=True, capture_output=True)
    assert [n for n, f in files.items() if (git / n).read_bytes() != f.read_bytes()] == []

    count, wrong = collections.Counter(), []
    for name, file in files.items():
        try:
            want = foreign.others(git / name)
        except Exception:  # what another library cannot read is no measure
            want = None
        listed = subprocess.run([sys.executable, "-m", "varve.reader", "list", git / name], capture_output=True, text=True)
        tables = [t["name"] for t in map(json.loads, listed.stdout.splitlines()) if not t.get("beside")]
        if listed.returncode:
            count["refused by both" if want is None else "refused"] += 1
            wrong += [] if want is None else [(str(file), listed.stderr)]
        for table in tables:
            have, why = cells(git, f"{name}#{table}")
            if have is None or want is None or table not in want:
                count["only read" if have else "refused by both" if want is None else "refused"] += 1
                wrong += [] if have or want is None else [(str(file), table, why)]
                continue
            count[f"tables of {file.suffix.lower()}"] += 1
            for row, column, x, y in foreign.differences(file.suffix[1:].lower(), have, want[table]):
                reason = foreign.reason(file.suffix[1:].lower(), x, y)
                count[reason or "differ"] += 1
                wrong += [] if reason or len(wrong) > 100 else [(str(file), table, row, column, x, y)]
    print(len(files), "documents:", *(f"{k}: {v}" for k, v in sorted(count.items())), sep="\n")
    assert not wrong, wrong
