"""Documents that others made come back byte for byte, and their cells are those that other libraries read (foreign.py).

Each folder of VARVE_TEST_DOCUMENTS=A:B is a set, such as the test data of parquet-testing, calamine, readxl or haven; those of pyarrow and
of LibreOffice are always there."""
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
MOST, SETS = 200, 6  # documents, and the sets that they are of, at least
FOLDERS = [f for f in os.environ.get("VARVE_TEST_DOCUMENTS", "").split(":") if f]


@pytest.fixture
def git(tmp_path, home):
    for kind in ("workbook", "parquet", "arrow", "sqlite", "statistics"):
        subprocess.run(["git", "config", "--global", f"varve.reader.{kind}.command", f"{sys.executable} -m varve_data.reader"], check=True)
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


def all_documents(temp):
    """By the names that they get here, each with its set."""
    import pyarrow

    folders = [*FOLDERS, str(pathlib.Path(pyarrow.__file__).parent / "tests" / "data")]
    if shutil.which("soffice"):
        folders.append(made_by_libreoffice(temp))
    sets = {file: folder for folder in folders for file in foreign.documents([folder])}
    files = {f"{i}{f.suffix.lower()}": f for i, f in enumerate(foreign.documents(folders))}
    return files, collections.Counter(pathlib.Path(sets[f]).name for f in files.values())


def test_foreign_documents_come_back_from_a_clone(git, tmp_path_factory):
    files, sets = all_documents(tmp_path_factory.mktemp("office"))
    for folder in ("git", "kept"):  # as Git's own files, and as files of varve
        (git / folder).mkdir()
        for name, file in files.items():
            shutil.copy(file, git / folder / name)
    subprocess.run(["varve", "init", "-q"], cwd=git, check=True)
    subprocess.run(["varve", "add", "-q", "git"], cwd=git, check=True)
    subprocess.run(["varve", "add", "-q", "--as", "file", "kept"], cwd=git, check=True)
    subprocess.run(["git", "commit", "-qm", "all"], cwd=git, check=True)
    clone = tmp_path_factory.mktemp("clone") / "c"
    subprocess.run(["varve", "clone", "-q", git, clone], check=True, capture_output=True)
    assert [f"{d}/{n}" for n, f in files.items() for d in ("git", "kept") if (clone / d / n).read_bytes() != f.read_bytes()] == []
    assert [n for n, f in files.items() if subprocess.run(["git", "cat-file", "blob", f"HEAD:git/{n}"], cwd=clone, capture_output=True).stdout != f.read_bytes()] == []
    print(len(files), "documents came back,", dict(sets))
    assert not FOLDERS or len(files) >= MOST and len(sets) >= SETS


def test_foreign_documents_are_read_as_others_read_them(git, tmp_path_factory):
    csv.field_size_limit(1 << 30)
    files, _ = all_documents(tmp_path_factory.mktemp("office"))
    for name, file in files.items():
        shutil.copy(file, git / name)

    count, wrong = collections.Counter(), []
    for name, file in files.items():
        try:
            want = foreign.others(git / name)
        except Exception:  # what another library cannot read is no measure
            want = None
        listed = subprocess.run([sys.executable, "-m", "varve_data.reader", "list", git / name], capture_output=True, text=True)
        tables = [t["name"] for t in map(json.loads, listed.stdout.splitlines()) if "name" in t and not t.get("beside")]
        if listed.returncode:
            expected = "refused by both" if want is None else foreign.refusal(file.suffix[1:].lower(), listed.stderr)
            count[expected or "refused"] += 1
            wrong += [] if expected else [(str(file), listed.stderr)]
        for table in tables:
            have, why = cells(git, f"{name}#{table}")
            if have is None or want is None or table not in want:
                expected = "only read" if have else "refused by both" if want is None else foreign.refusal(file.suffix[1:].lower(), why)
                count[expected or "refused"] += 1
                wrong += [] if expected else [(str(file), table, why)]
                continue
            count[f"tables of {file.suffix.lower()}"] += 1
            for row, column, x, y in foreign.differences(file.suffix[1:].lower(), have, want[table]):
                reason = foreign.reason(file.suffix[1:].lower(), x, y)
                count[reason or "differ"] += 1
                wrong += [] if reason or len(wrong) > 100 else [(str(file), table, row, column, x, y)]
    print(len(files), "documents:", *(f"{k}: {v}" for k, v in sorted(count.items())), sep="\n")
    assert not wrong, wrong
