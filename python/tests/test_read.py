"""Tables, rows and bytes, compared with what the module csv reads."""
import csv
import io
import pathlib
import random

import pytest

import varve
from conftest import ONE, TWO, run

DATA = pathlib.Path(__file__).parents[2] / "tests" / "data"


def oracle(content):
    return [tuple(row) for row in csv.reader(io.StringIO(content.decode("utf-8", "surrogateescape"), newline=""))]


def random_table(rows, seed=7):
    pick = random.Random(seed)
    cells = ["", "a", '"', "ä€😀", "a\nb", " x ", "1,5", "NA", "007", "1e3", "\r\n", "'", "x" * 300]
    out = io.StringIO()
    write = csv.writer(out)
    write.writerow(["id", "one", "two", "three"])
    for i in range(rows):
        write.writerow([i, *(pick.choice(cells) for _ in range(3))])
    return out.getvalue().encode()


def test_cells_are_those_that_csv_reads(repo, commit):
    for name, content in (("odd.csv", random_table(5000)), ("one.csv", b"id,x\n1,2\n"), ("none.csv", b"id,x\n")):
        commit(name, content)
        header, *rows = oracle(content)
        t = repo[name]
        assert t.columns == tuple(header)
        assert list(t) == rows
        assert len(t) == len(rows)
        assert list(t.to_dicts()) == [dict(zip(header, row)) for row in rows]


def test_public_tables_are_those_that_csv_reads(repo, commit):
    files = sorted(DATA.glob("country-codes/*.csv"))[:5]
    assert files
    for file in files:
        content = file.read_bytes()
        commit(file.name, content)
        header, *rows = oracle(content)
        assert (repo[file.name].columns, list(repo[file.name])) == (tuple(header), rows)
        assert repo[f"HEAD:{file.name}"].read_bytes() == content


def test_bytes_come_back(repo, commit, tmp_path):
    content = b"\xef\xbb\xbfid;x\r\n1;\xe4\r\n2;'\n"
    commit("odd.csv", content)
    t = repo["HEAD:odd.csv"]
    assert t.read_bytes() == content
    assert [row[1] for row in t] == ["\udce4", "'"]
    with open(tmp_path / "out", "wb") as f:
        t.write_to(f)
    assert (tmp_path / "out").read_bytes() == content


def test_a_failing_file_ends_write_to_with_its_own_exception(repo):
    class Full:
        def write(self, piece):
            raise OSError("full")

    with pytest.raises(OSError, match="full"):
        repo["v1:prices.csv"].write_to(Full())


def test_json_cells_are_as_written(repo, commit):
    commit("t.ndjson", '{"id": 1, "x": "a", "n": 1.50}\n{"id": 2, "x": null, "n": [1, 2]}\n{"id": 3}\n')
    assert list(repo["t.ndjson"]) == [("1", "a", "1.50"), ("2", None, "[1, 2]"), ("3", None, None)]


def test_facts(repo):
    t = repo["v1:prices.csv"]
    assert (len(t), t.key, t.path, t.size) == (4, ("id",), "prices.csv", len(ONE))
    assert t.commit_id == repo.tags["v1"]
    assert t.cid.startswith("bafy")
    assert [f["type"] for f in t.schema["fields"]] == ["integer", "string", "number", "date", "boolean"]
    assert repo["prices.csv"].commit_id is None
    assert "4 rows" in repr(t) and "<td>a, b</td>" in t._repr_html_()


def test_words_and_revisions_name_versions(repo, folder):
    import datetime

    new = repo.rev_parse("HEAD")
    assert repo["prices.csv"].read_bytes() == TWO.encode()
    assert repo[pathlib.Path("prices.csv")].read_bytes() == TWO.encode()
    assert repo[":prices.csv"].read_bytes() == TWO.encode()
    assert repo[repo["v1:prices.csv"].cid].read_bytes() == ONE.encode()
    old = ["v1", "HEAD~1", "2023-11-15", datetime.date(2023, 11, 15), datetime.datetime.fromtimestamp(1700086400)]
    for rev in old:
        assert repo.table("prices.csv", rev=rev).read_bytes() == ONE.encode(), rev
    assert repo.rev_parse("@{yesterday}") == repo.rev_parse(datetime.date(2025, 1, 1)) == new
    (folder / "prices.csv").write_text("id,x\n1,2\n")
    assert list(repo["prices.csv"]) == [("1", "2")]
    assert list(repo.table("prices.csv")) == [("1", "2")]
    assert "prices.csv" in repo and "v1:prices.csv" in repo
    assert "nosuch.csv" not in repo and "v9:prices.csv" not in repo and 7 not in repo
    for rev in (datetime.datetime.fromtimestamp(0), "2001-01-01", "nosuch"):
        with pytest.raises(varve.NotFoundError):
            repo.table("prices.csv", rev=rev)


def test_a_day_names_what_it_names_in_the_programs(repo, folder):
    import datetime

    for rev in ("9999-01-01", datetime.date(9999, 1, 1)):
        with pytest.raises(varve.NotFoundError, match="is in the future.*2023-11-16"):
            repo.table("prices.csv", rev=rev)
    for rev in ("2001-01-01", datetime.date(2001, 1, 1)):
        with pytest.raises(varve.NotFoundError, match="no version is from '.*' or earlier.*2023-11-15"):
            repo.table("prices.csv", rev=rev)
    run("git", "tag", "2023-11-16", "HEAD", cwd=folder)
    assert repo.rev_parse("2023-11-16") == repo.rev_parse("HEAD")
    assert repo.rev_parse(datetime.date(2023, 11, 15)) == repo.rev_parse("v1")


def test_bare_repositories_read_head(folder, tmp_path_factory):
    bare = tmp_path_factory.mktemp("bare")
    run("varve", "init", "-q", "--bare", str(bare), cwd=folder)
    with varve.Repo(bare) as r:
        assert r.work_tree is None
        head = r.put("prices.csv", TWO.encode(), message="x", branch="main")
        assert r.tables() == ["prices.csv"]
        assert "prices.csv" in r and "nosuch.csv" not in r
        assert r["prices.csv"].read_bytes() == TWO.encode()
        assert r[r["prices.csv"].cid].read_bytes() == TWO.encode()
        assert r["prices.csv"].commit_id == head


def test_a_row_by_its_key(repo, commit):
    t = repo["v1:prices.csv"]
    assert t.row(3) == t.row("3") == {"id": "3", "item": "a, b", "price": "150.50", "day": "2026-02-01", "ok": "true"}
    with pytest.raises(KeyError):
        t.row(9)
    with pytest.raises(varve.UsageError):
        t.row(1, 2)
    with pytest.raises(varve.UsageError):
        t.row(None)
    commit("two.csv", "a,b,x\n1,u,3\n1,v,4\n", ["a", "b"])
    assert repo["two.csv"].row(1, "v")["x"] == "4"


def test_views(repo):
    t = repo["v1:prices.csv"]
    v = t.select(["price", "id"], "price > :p", {"p": 100})
    assert v.columns == ("price", "id")
    assert list(v) == list(v) == [("120", "2"), ("150.50", "3")]
    assert list(v.select(["item"], "item ^= :b", {"b": "a"})) == [("a, b",)]
    assert list(t.select("id", "day is null", row_number="n")) == [("4", 3)]
    for wrong in ({"columns": ["nosuch"]}, {"where": "nosuch = 1"}):
        with pytest.raises(varve.NotFoundError):
            list(t.select(**wrong))
    for wrong in ({"where": "id >"}, {"where": "id > 'x'"}, {"params": {"p": 1}}, {"where": "id = :q"}, {"misfit": "x"}):
        with pytest.raises(varve.UsageError):
            t.select(**wrong)
    with pytest.raises(varve.UsageError):
        v.select(where="id = :p", params={"p": 2})


def test_errors_have_classes_codes_and_hints(repo, folder):
    with pytest.raises(KeyError) as e:
        repo["v1:nosuch.csv"]
    assert isinstance(e.value, varve.NotFoundError) and e.value.code == "not-found" and e.value.hint
    assert str(e.value).startswith(e.value.message)
    with pytest.raises(varve.NotFoundError):
        varve.Repo("/nosuch")
    (folder / "bad.csv").write_bytes(b'id,x\n1,"\n')
    with pytest.raises(varve.InvalidDataError):
        repo["bad.csv"]
    for wrong in (lambda: repo["a\0b"], lambda: repo.row_history("prices.csv", 1, rev="a\0b"), lambda: repo.log("a\0b")):
        with pytest.raises(ValueError):
            wrong()
    with pytest.raises(TypeError):
        repo[7]


def test_missing_blocks_are_an_error_of_their_own(repo, folder, tmp_path_factory):
    import shutil

    clone = tmp_path_factory.mktemp("clone") / "c"
    run("git", "clone", "-q", "--bare", str(folder), str(clone), cwd=folder)
    with varve.Repo(clone) as r, pytest.raises(varve.MissingBlocksError):
        r["prices.csv"]
    shutil.rmtree(clone)


def test_missing_rows_have_the_reason(repo, folder):
    import shutil
    import subprocess

    def git(*words, data=None):
        return subprocess.run(("git", *words), cwd=folder, check=True, capture_output=True, input=data).stdout.decode().strip()

    def gap():
        with varve.Repo(folder) as r, pytest.raises(varve.MissingBlocksError) as e:
            r["HEAD:prices.csv"]
        return e.value.gap, str(e.value)

    root = next(w.strip('",') for w in git("show", "HEAD:prices.csv").split() if w.startswith('"bafy'))
    shutil.rmtree(folder / ".git/varve/packs")
    shutil.rmtree(folder / ".git/varve/cache", ignore_errors=True)
    (folder / "prices.csv").unlink()
    git("remote", "add", "origin", str(folder / "gone"))
    assert gap()[0] == "fetchable"
    blob = git("hash-object", "-w", "--stdin", data=f"varve expired 1\ntime 1700400000\nby Ada\npolicy last=1\n\n{root}\n".encode())
    tree = git("mktree", data=f"100644 blob {blob}\t{blob}\n".encode())
    git("update-ref", "refs/varve/expired", git("commit-tree", "-m", "expired", tree))
    kind, message = gap()
    assert kind == "expired"
    assert "expired on 2023-11-19 by the policy of Ada (last=1)" in message


def test_a_closed_repository_says_so_and_its_tables_stay(repo, folder):
    r = varve.Repo(folder)
    t = r["prices.csv"]
    r.close()
    r.close()
    with pytest.raises(varve.UsageError):
        r["prices.csv"]
    assert len(list(t)) == 4


def test_commands_of_hints_quote_names():
    from varve import _hints

    assert _hints.words("fix", ["a b.csv"]) == "'varve add --fix 'a b.csv'' makes it whole"
    assert _hints.words("behind", ["--all", "origin"]).startswith("'varve push --all origin'")
    assert _hints.words("push-to", ["origin", "HEAD", "refs/heads/a"]) == "Repo.push('origin', ['HEAD:refs/heads/a'])"


def test_errors_pickle():
    import pickle

    e = pickle.loads(pickle.dumps(varve.NotFoundError("no", "not-found", "look")))
    assert (type(e), e.message, e.code, e.hint) == (varve.NotFoundError, "no", "not-found", "look")
    e = varve.InvalidDataError("no")
    e.findings = ["x"]
    assert pickle.loads(pickle.dumps(e)).findings == ["x"]


def test_versions_that_the_program_made(folder):
    for content in (ONE, TWO):
        (folder / "prices.csv").write_text(content)
        run("varve", "add", "-q", "--key", "id", "prices.csv", cwd=folder)
        run("varve", "commit", "-qm", "x", cwd=folder)
    with varve.Repo(folder) as r:
        assert r["HEAD~1:prices.csv"].read_bytes() == ONE.encode()
        assert r["HEAD:prices.csv"].read_bytes() == TWO.encode()


def test_a_table_in_another_encoding_has_text_in_its_rows_and_its_file_byte_for_byte(repo, folder, tmp_path):
    raw = "id;name\n1;José\n2;Köln\n3;Genève\n".encode("windows-1252")
    (folder / "w.csv").write_bytes(raw)
    run("varve", "add", "-q", "--encoding", "windows-1252", "w.csv", cwd=folder)
    run("varve", "commit", "-qm", "encoded", cwd=folder)
    t = repo["HEAD:w.csv"]
    assert [row[1] for row in t] == ["José", "Köln", "Genève"]
    assert t.read_bytes() == raw
    with open(tmp_path / "out", "wb") as f:
        t.write_to(f)
    assert (tmp_path / "out").read_bytes() == raw
