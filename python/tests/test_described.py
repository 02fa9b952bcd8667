"""Descriptions of data for other programs, by the validators that their authors publish."""
import hashlib
import json
import pathlib
import re
import shutil
import subprocess
import sys

import pytest

mlcroissant = pytest.importorskip("mlcroissant")
rdflib = pytest.importorskip("rdflib")
schema45 = pytest.importorskip("datacite.schema45")

PACKAGE = {
    "title": "Prices of plants", "description": "Weekly: a, b", "version": "2.1.0", "keywords": ["plants"],
    "licenses": [{"name": "CC0-1.0", "path": "https://creativecommons.org/publicdomain/zero/1.0/"}],
    "contributors": [{"title": "Ada L."}, {"title": "Büro", "role": "publisher"}], "resources": [],
}
ROWS = "id,name,price,day,ok\n1,ä,1.5,2026-01-02,true\n2,b,2,2026-01-03,false\n"


@pytest.fixture
def described(tmp_path, monkeypatch):
    for name, value in {"GIT_AUTHOR_NAME": "Eve", "GIT_AUTHOR_EMAIL": "e@example.org", "GIT_COMMITTER_NAME": "Eve",
                        "GIT_COMMITTER_EMAIL": "e@example.org"}.items():
        monkeypatch.setenv(name, value)
    folder = tmp_path / "src"
    run(tmp_path, "init", "-q", "src")
    (folder / "prices.csv").write_text(ROWS, encoding="utf-8")
    (folder / "ab.tsv").write_text("x y\tz\n1\t2\n", encoding="utf-8")
    (folder / "notes.ndjson").write_text('{"a": 1}\n', encoding="utf-8")
    (folder / "datapackage.json").write_text(json.dumps(PACKAGE), encoding="utf-8")
    run(folder, "add", "-q", ".")
    run(folder, "commit", "-qm", "one")
    return folder


def run(folder, *words):
    return subprocess.run([shutil.which("varve"), *words], cwd=folder, check=True, capture_output=True, text=True).stdout


def revision(folder, rev):
    return subprocess.run(["git", "rev-parse", rev], cwd=folder, check=True, capture_output=True, text=True).stdout.strip()


def test_croissant_is_valid_and_its_rows_are_read(described, tmp_path):
    run(described, "web", "--export", str(tmp_path / "out"), "HEAD")
    data = mlcroissant.Dataset(str(tmp_path / "out/croissant.json"))
    issues = data.metadata.ctx.issues
    assert not issues.errors and not issues.warnings, issues.report()
    rows = list(data.records("rows/prices.csv"))
    assert [r["column/prices.csv/name"].decode() for r in rows] == ["ä", "b"]
    assert [r["column/prices.csv/price"] for r in rows] == [1.5, 2.0] and [r["column/prices.csv/ok"] for r in rows] == [True, False]
    assert [r["column/ab.tsv/x%20y"] for r in data.records("rows/ab.tsv")] == [1]


def test_a_json_ld_processor_reads_the_page(described, tmp_path):
    (described / "prices.csv").write_text(ROWS + "3,c,4,2026-01-04,true\n", encoding="utf-8")
    run(described, "commit", "-qam", "two")
    run(described, "web", "--export", str(tmp_path / "out"), "--site", "https://example.org/plants", "HEAD")
    page = (tmp_path / "out/index.html").read_text(encoding="utf-8")
    schema = rdflib.Namespace("https://schema.org/")
    graph = rdflib.Graph().parse(data=re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.S)[1], format="json-ld")
    whole, = graph.subjects(schema.isBasedOn)
    assert {t for t in graph.objects(whole, rdflib.RDF.type)} == {schema.Dataset}

    def words(subject, name):
        return sorted(str(o) for o in graph.objects(subject, schema[name]))
    assert words(whole, "name") == ["Prices of plants"] and words(whole, "url") == ["https://example.org/plants/"]
    assert words(whole, "license") == ["https://creativecommons.org/publicdomain/zero/1.0/"]
    commit, before = (words(s, "identifier") for s in (whole, graph.value(whole, schema.isBasedOn)))
    assert [commit, before] == [[revision(described, rev)] for rev in ("HEAD", "HEAD~1")]
    files = {words(f, "name")[0]: f for f in graph.objects(whole, schema.distribution)}
    assert sorted(files) == ["ab.tsv", "notes.ndjson", "prices.csv"]
    sha256 = hashlib.sha256((described / "prices.csv").read_bytes()).hexdigest()
    assert words(files["prices.csv"], "sha256") == [sha256]
    assert words(files["prices.csv"], "contentUrl") == [f"https://example.org/plants/raw/{commit[0]}/prices.csv"]


def test_citations_are_valid(described, tmp_path):
    cff = tmp_path / "CITATION.cff"
    cff.write_text(run(described, "cite", "--format", "cff", "prices.csv"), encoding="utf-8")
    tool = pathlib.Path(sys.executable).parent / "cffconvert"
    done = subprocess.run([tool, "--validate", "-i", cff], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    data = json.loads(run(described, "cite", "--format", "datacite", "prices.csv"))
    assert schema45.validator.is_valid(data), list(schema45.validator.iter_errors(data))
    assert data["publisher"]["name"] == "Büro" and data["version"] == "2.1.0"
