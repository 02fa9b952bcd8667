"""The extension in DuckDB. What a table holds is asked of DuckDB's own readers of CSV and JSON, of Python's csv, and of git."""
import csv
import io
import json
import os
import random
import subprocess
import threading
import time

import duckdb
import pytest

EXTENSION = os.environ["VARVE_EXTENSION"]
SAMPLE = int(os.environ.get("VARVE_TEST_SAMPLE", "1"))
ROUNDS = 40 if os.environ.get("VARVE_TEST_ALL") else 4


def run(*words, cwd):
    return subprocess.run(words, cwd=cwd, check=True, capture_output=True).stdout.decode()


@pytest.fixture(autouse=True)
def home(tmp_path_factory, monkeypatch):
    for name in list(os.environ):
        if name.startswith(("GIT_", "VARVE_")) and not name.startswith(("VARVE_BIN", "VARVE_TEST", "VARVE_EXTENSION")):
            monkeypatch.delenv(name)
    folder = tmp_path_factory.mktemp("home")
    (folder / ".gitconfig").write_text("[init]\n\tdefaultBranch = main\n[user]\n\tname = Ada\n\temail = ada@example.com\n")
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder / ".config"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("PATH", os.environ["VARVE_BIN"] + ":" + os.environ["PATH"])


def connected(**config):
    con = duckdb.connect(config={"allow_unsigned_extensions": True, **config})
    con.execute(f"LOAD '{EXTENSION}'")
    con.execute("SET TimeZone = 'UTC'")
    return con


@pytest.fixture
def con():
    with connected() as made:
        yield made


@pytest.fixture
def repo(tmp_path):
    run("varve", "init", "-q", ".", cwd=tmp_path)
    return tmp_path


def commit(repo, name, content, fields=None, key=None, message="x", delimiter=None):
    """A commit of a file, with a schema of its fields if they are declared, and its delimiter if it is not to be found."""
    file = repo / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    if fields:
        schema = {"fields": fields, **({"primaryKey": key} if key else {})}
        dialect = {"dialect": {"delimiter": delimiter}} if delimiter else {}
        (repo / "datapackage.json").write_text(json.dumps({"resources": [{"name": "t", "path": name, "schema": schema, **dialect}]}))
        run("git", "add", "datapackage.json", cwd=repo)
    run("varve", "add", "-q", name, cwd=repo)
    run("varve", "commit", "-q", "-m", message, cwd=repo)


def rows(con, query, *args):
    return con.execute(query, args or None).fetchall()


def read(repo, version="HEAD:t.csv", more=""):
    return f"read_varve('{repo}', '{version}'{more})"


def types(con, table):
    return {r[0]: r[1] for r in rows(con, f"DESCRIBE FROM {table}")}


# ---- types ----

SMALL = 'id,item,price,day,moment,ok,clock,tags,kind,more,year\n' \
        '1,pear,9.99,2026-01-05,2026-01-05T10:00:00Z,true,10:11:12,a;b,new,"{""a"": 1}",2026\n' \
        '2,a text of more than twelve bytes,120,1969-12-31,2026-01-06T10:00:00+01:00,false,23:59:59,c,"old, worn",{},1999\n' \
        '3,,,,,,,,,,\n'
FIELDS = [{"name": "id", "type": "integer"}, {"name": "item", "type": "string"}, {"name": "price", "type": "number"},
          {"name": "day", "type": "date"}, {"name": "moment", "type": "datetime"}, {"name": "ok", "type": "boolean"},
          {"name": "clock", "type": "time"}, {"name": "tags", "type": "list", "delimiter": ";"},
          {"name": "kind", "type": "string", "constraints": {"enum": ["new", "old, worn", "b\u00e4d"]}},
          {"name": "more", "type": "object"}, {"name": "year", "type": "year"}]


def test_each_type_of_the_schema_has_its_type_of_duckdb(con, repo):
    commit(repo, "t.csv", SMALL, FIELDS)
    assert types(con, read(repo)) == {
        "id": "BIGINT", "item": "VARCHAR", "price": "DOUBLE", "day": "DATE", "moment": "TIMESTAMP", "ok": "BOOLEAN", "clock": "TIME",
        "tags": "VARCHAR[]", "kind": "ENUM('new', 'old, worn', 'b\u00e4d')", "more": "JSON", "year": "VARCHAR"}
    assert rows(con, f"SELECT tags[1], kind, more->>'a', year, clock::VARCHAR, moment::VARCHAR FROM {read(repo)}") == [
        ("a", "new", "1", "2026", "10:11:12", "2026-01-05 10:00:00"),
        ("c", "old, worn", None, "1999", "23:59:59", "2026-01-06 09:00:00"), (None,) * 6]
    assert types(con, read(repo, more=", enums := false"))["kind"] == "VARCHAR"
    assert set(types(con, read(repo, more=", text := true")).values()) == {"VARCHAR"}
    decimals = types(con, read(repo, more=", numbers := 'decimal'"))
    assert (decimals["id"], decimals["price"]) == ("DECIMAL(38,0)", "DECIMAL(38,2)")
    assert types(con, read(repo, more=", numbers := 'text'"))["price"] == "VARCHAR"


def test_numbers_beyond_64_bits_and_doubles_stay_exact_as_decimals(con, repo):
    commit(repo, "t.csv", "a,b\n123456789012345678901,0.1234567890123456789\n-5,12345678901234567.5\n",
           [{"name": "a", "type": "integer"}, {"name": "b", "type": "number"}])
    exact = rows(con, f"SELECT a::VARCHAR, b::VARCHAR FROM {read(repo, more=', numbers := ' + repr('decimal'))}")
    assert exact == [("123456789012345678901", "0.1234567890123456789"), ("-5", "12345678901234567.5000000000000000000")]
    with pytest.raises(duckdb.Error, match="row 1: column 'a' of type integer: '123456789012345678901' is outside the range"):
        rows(con, f"FROM {read(repo)}")
    assert rows(con, f"SELECT a FROM {read(repo, more=', misfits := ' + repr('null'))}") == [(None,), (-5,)]


def test_unsigned_integers_nanoseconds_zones_and_columns_without_values(con, repo):
    commit(repo, "t.csv", "u,n,z,e\n18446744073709551615,2026-01-05T10:00:00.123456789,05/01/2026 10:00 +0130,\n",
           [{"name": "u", "type": "integer", "constraints": {"minimum": 0, "maximum": 18446744073709551615}},
            {"name": "n", "type": "datetime"}, {"name": "z", "type": "datetime", "format": "%d/%m/%Y %H:%M %z"},
            {"name": "e", "type": "any"}])
    assert list(types(con, read(repo)).values()) == ["UBIGINT", "TIMESTAMP_NS", "TIMESTAMP WITH TIME ZONE", "VARCHAR"]
    assert rows(con, f"SELECT u, n::VARCHAR, z::VARCHAR, e FROM {read(repo)}") == [
        (18446744073709551615, "2026-01-05 10:00:00.123456789", "2026-01-05 08:30:00+00", None)]


# ---- random tables ----

def some_text(rng):
    letters = "ab,;\"'\t \u00e4\u20ac\U0001f600x\n"
    return "x" + "".join(rng.choice(letters) for _ in range(rng.choice((0, 3, 10, 11, 12, 13, 40, 300)))) + "y"


# Of each kind of column: its descriptor, a random cell, and DuckDB's expression for its value.
LABELS = ["new", "old, worn", "b\u00e4d", "a label of more than twelve bytes", 'a "b"']
KINDS = {
    "integer": ({"type": "integer"}, lambda r: str(r.choice((0, -1, r.randrange(-99, 99), 2**63 - 1, -2**63))), "{}::BIGINT"),
    "number": ({"type": "number"}, lambda r: r.choice(("0", "-0.5", "1e5", "NaN", "INF", "-INF", "%.*f" % (r.randrange(9), r.uniform(-1e6, 1e6)),
                                                       repr(r.random()), "12345678901234567890")), "{}::DOUBLE"),
    "date": ({"type": "date"}, lambda r: r.choice(("0001-01-01", "9999-12-31", "%04d-%02d-%02d" % (r.randrange(1900, 2100), r.randrange(1, 13), r.randrange(1, 29)))), "{}::DATE"),
    "datetime": ({"type": "datetime"}, lambda r: "%04d-%02d-%02dT%02d:%02d:%02d%s%s" % (
        r.randrange(1800, 2200), r.randrange(1, 13), r.randrange(1, 29), r.randrange(24), r.randrange(60), r.randrange(60),
        r.choice(("", ".5", ".123456")), r.choice(("", "Z", "+01:00", "-05:30"))), "({}::TIMESTAMPTZ AT TIME ZONE 'UTC')"),
    "time": ({"type": "time"}, lambda r: "%02d:%02d:%02d" % (r.randrange(24), r.randrange(60), r.randrange(60)), "{}::TIME"),
    "boolean": ({"type": "boolean"}, lambda r: r.choice(("true", "false")), "{}::BOOLEAN"),
    "string": ({"type": "string"}, some_text, "{}"),
    "repeating": ({"type": "string"}, lambda r: r.choice(LABELS), "{}"),
    "list": ({"type": "list", "delimiter": "|"}, lambda r: "|".join(r.choice(("", "a", "bc", "an item of more than twelve")) for _ in range(r.randrange(1, 5))) + "x",
             "string_split({}, '|')"),
    "enum": ({"type": "string", "constraints": {"enum": LABELS}}, lambda r: r.choice(LABELS), "{}"),
    "object": ({"type": "object"}, lambda r: json.dumps({"a": r.randrange(9), "b": [r.choice(("x", None))]}), "{}"),
}


def random_table(rng):
    """(fields, expressions, rows) with missing cells."""
    names, count = [], rng.choice((0, 1, 5, 300, 2047, 2048, 2049, 5000))
    fields, asked, makers = [], [], []
    for i in range(rng.randrange(2, 9)):
        kind = rng.choice(sorted(KINDS))
        names.append(rng.choice(("c", "spaced name", 'Q"', "d\u00e4")) + f" {i}")
        descriptor, make, expression = KINDS[kind]
        fields.append({"name": names[-1], **descriptor})
        asked.append(expression.format('"' + names[-1].replace('"', '""') + '"'))
        makers.append((make, rng.choice((0, 0.1, 0.9))))
    return fields, asked, [["" if rng.random() < missing else make(rng) for make, missing in makers] for _ in range(count)]


def same(ours, theirs):
    assert len(ours) == len(theirs)
    for at, (a, b) in enumerate(zip(ours, theirs)):
        assert list(map(repr, a)) == list(map(repr, b)), f"row {at}"


def texts(values):
    """A list of expressions with values that Python distinguishes."""
    return ", ".join(f"({v})::VARCHAR" for v in values)


@pytest.mark.parametrize("part", range(ROUNDS))
def test_random_tables_have_the_values_that_duckdb_reads_from_the_file(con, repo, part):
    rng = random.Random(SAMPLE * 1000 + part)
    fields, asked, cells = random_table(rng)
    delimiter, end = rng.choice(",;\t"), rng.choice(("\n", "\r\n"))
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator=end)
    writer.writerow(f["name"] for f in fields)
    writer.writerows(cells)
    name = "t.tsv" if delimiter == "\t" else "t.csv"
    commit(repo, name, out.getvalue(), fields, delimiter=delimiter)
    if not any(any(row) for row in cells):
        return  # DuckDB takes lines without text for no rows
    lines = "\\r\\n" if end == "\r\n" else "\\n"
    theirs = f"""read_csv('{repo / name}', all_varchar = true, header = true, delim = '{delimiter}', quote = '"', escape = '"',
        new_line = '{lines}', auto_detect = false, max_line_size = 10000000,
        columns = {{{", ".join("'" + f["name"].replace("'", "''") + "': 'VARCHAR'" for f in fields)}}})"""
    quoted = ['"' + f["name"].replace('"', '""') + '"' for f in fields]
    version = rng.choice((name, "HEAD:" + name, ":" + name))
    same(rows(con, f"SELECT {texts(quoted)} FROM {read(repo, version)}"), rows(con, f"SELECT {texts(asked)} FROM {theirs}"))
    # as text, also Python agrees
    plain = [tuple(c or None for c in row) for row in csv.reader(io.StringIO(out.getvalue(), newline=""), delimiter=delimiter)][1:]
    same(rows(con, f"FROM {read(repo, version, ', text := true')}"), plain)
    # any choice and order of columns, also one twice
    some = [rng.choice(range(len(fields))) for _ in range(rng.randrange(1, 5))]
    same(rows(con, f"SELECT {texts(quoted[i] for i in some)} FROM {read(repo, version)}"),
         rows(con, f"SELECT {texts(asked[i] for i in some)} FROM {theirs}"))


def test_ndjson_has_the_values_that_duckdb_reads_from_the_file(con, repo):
    rng = random.Random(SAMPLE)
    lines = []
    for i in range(rng.choice((1, 100, 3000))):
        line = {"id": i, "x": rng.choice((1.5, None, -2)), "s": rng.choice((some_text(rng), None, "a")), "b": rng.choice((True, False, None)),
                "o": {"k": i}, "a": [1, "z"], "d": "2026-01-%02d" % rng.randrange(1, 29)}
        lines.append({k: v for k, v in line.items() if i == 0 or k == "id" or rng.random() < 0.9})
    fields = [{"name": n, "type": t} for n, t in (("id", "integer"), ("x", "number"), ("s", "string"), ("b", "boolean"), ("o", "object"),
                                                  ("a", "array"), ("d", "date"))]
    commit(repo, "t.ndjson", "".join(json.dumps(line, ensure_ascii=rng.random() < 0.5) + "\n" for line in lines), fields)
    theirs = f"""read_json('{repo / "t.ndjson"}', format = 'newline_delimited', columns = {{id: 'BIGINT', x: 'DOUBLE', s: 'VARCHAR', b: 'BOOLEAN',
        o: 'JSON', a: 'JSON', d: 'DATE'}})"""
    ask = "SELECT id, x, s, b, json(o)::VARCHAR, json(a)::VARCHAR, d FROM "
    same(rows(con, ask + read(repo, "HEAD:t.ndjson")), rows(con, ask + theirs))


# ---- large tables ----

@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """A table of 300,000 rows that DuckDB writes, in several shares; (repository, file)."""
    folder = tmp_path_factory.mktemp("large")
    env = dict(os.environ, PATH=os.environ["VARVE_BIN"] + ":" + os.environ["PATH"], HOME=str(folder), GIT_AUTHOR_NAME="Ada", GIT_AUTHOR_EMAIL="a@b.c",
               GIT_COMMITTER_NAME="Ada", GIT_COMMITTER_EMAIL="a@b.c")
    with duckdb.connect(config={"threads": 1}) as made:
        made.execute(f"SELECT setseed({SAMPLE % 1000 / 1000})")
        made.execute(f"""COPY (SELECT range AS id, (random() * 400)::INTEGER AS store, nullif(round(random() * 1000, 2), 500) AS price,
            'name ' || (random() * 20)::INTEGER || repeat('.', (random() * 12)::INTEGER) AS name, md5(random()::VARCHAR) AS code,
            DATE '2020-01-01' + (random() * 2000)::INTEGER AS day, random() < 0.5 AS ok FROM range(300000))
            TO '{folder / "t.csv"}' (header true)""")
    for words in (("init", "-q", "."), ("add", "-q", "t.csv"), ("commit", "-q", "-m", "x")):
        subprocess.run(["varve", *words], cwd=folder, env=env, check=True)
    return folder


@pytest.mark.parametrize("threads", (1, 4))
def test_shares_in_threads_have_all_rows_in_their_order(large, threads):
    with connected(threads=threads) as con:
        theirs = f"read_csv('{large / 't.csv'}', header = true)"
        names = list(types(con, read(large)))
        assert types(con, read(large)) == types(con, theirs)
        differ = " OR ".join(f"a.{n} IS DISTINCT FROM b.{n}" for n in names)
        assert rows(con, f"SELECT count(*), count(*) FILTER ({differ}) FROM {read(large)} a POSITIONAL JOIN {theirs} b") == [(300000, 0)]
        ask = "SELECT store, name, count(*), round(sum(price), 6), max(code), min(day) FROM {} GROUP BY ALL ORDER BY ALL"
        assert rows(con, ask.format(read(large))) == rows(con, ask.format(theirs))
        assert rows(con, f"SELECT count(*) FROM {read(large)}") == [(300000,)]
        assert rows(con, f"SELECT id FROM {read(large)} LIMIT 3 OFFSET 250000") == [(250000,), (250001,), (250002,)]


def test_a_filter_selects_what_where_selects(large):
    with connected(threads=2) as con:
        for ours, theirs in (("id between 123456 and 123460", None), ("store in (7, 8) and price > 900 or name = 'name 3'", None),
                             ("price is null", None), ("code ^= 'ab'", "starts_with(code, 'ab')"), ("id < 0", None),
                             ("day >= 2024-01-01 and not ok", "day >= DATE '2024-01-01' AND NOT ok")):
            ask = "SELECT count(*), sum(id), max(code) FROM "
            quoted = ours.replace("'", "''")
            assert rows(con, ask + read(large, more=f", filter := '{quoted}'")) == rows(con, ask + f"{read(large)} WHERE {theirs or ours}"), ours


def test_a_query_is_interrupted_and_the_connection_goes_on(large):
    with connected(threads=2) as con:
        ask = f"SELECT count(*) FROM {read(large)} a, {read(large)} b WHERE a.id + b.id < 0"
        failed = []

        def work():
            try:
                con.execute(ask).fetchall()
            except duckdb.InterruptException as e:
                failed.append(e)

        thread = threading.Thread(target=work)
        thread.start()
        for _ in range(600):  # the query may not have begun
            time.sleep(0.1)
            con.interrupt()
            if not thread.is_alive():
                break
        thread.join(60)
        assert failed and not thread.is_alive()
        assert rows(con, f"SELECT count(*) FROM {read(large)}") == [(300000,)]


def test_connections_in_threads_read_at_once(large):
    wrong = []

    def work(n):
        with connected(threads=2) as con:
            if rows(con, f"SELECT count(store), sum(id) FROM {read(large)} WHERE id % 4 = {n}") != [(75000, sum(range(n, 300000, 4)))]:
                wrong.append(n)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert not wrong


# ---- versions ----

OLD = "id,item,price\n1,pear,9.99\n2,plum,3.50\n3,fig,0.80\n"
NEW = "id,item,price\n1,pear,9.99\n2,plum,3.75\n4,nut,\n"


def test_versions_are_named_as_in_varve(con, repo):
    commit(repo, "t.csv", OLD, key=["id"])
    run("git", "tag", "v1", cwd=repo)
    commit(repo, "t.csv", NEW)
    (repo / "t.csv").write_text(NEW + "5,new,1\n")
    (repo / "plain.csv").write_text("a\n7\n")
    run("git", "add", "plain.csv", cwd=repo)
    for version, count in (("v1:t.csv", 3), ("HEAD~1:t.csv", 3), ("HEAD:t.csv", 3), (":t.csv", 3), ("t.csv", 4), ("plain.csv", 1), (":plain.csv", 1)):
        assert rows(con, f"SELECT count(*) FROM {read(repo, version)}") == [(count,)], version
    join = f"SELECT o.id, o.price, n.price FROM {read(repo, 'v1:t.csv')} o JOIN {read(repo)} n USING (id) WHERE o.price <> n.price"
    assert rows(con, join) == [(2, 3.5, 3.75)]


def test_rows_that_differ_have_the_cells_of_both_versions(con, repo):
    commit(repo, "t.csv", OLD, [{"name": "id", "type": "integer"}, {"name": "item", "type": "string"}, {"name": "price", "type": "number"}], ["id"])
    commit(repo, "t.csv", NEW)
    ask = f"SELECT id, item, price, _change_type FROM varve_diff('{repo}', 'HEAD~1', 'HEAD', 't.csv') ORDER BY ALL"
    assert rows(con, ask) == [(2, "plum", 3.5, "update_preimage"), (2, "plum", 3.75, "update_postimage"),
                              (3, "fig", 0.8, "delete"), (4, "nut", None, "insert")]
    assert rows(con, f"FROM varve_diff('{repo}', 'HEAD~1', 'HEAD', 't.csv', cells := true)") == [(2, "price", "3.50", "3.75")]
    assert rows(con, f"SELECT count(*) FROM varve_diff('{repo}', 'HEAD', NULL, 't.csv')") == [(0,)]
    assert rows(con, f"SELECT id FROM varve_diff('{repo}', 'HEAD~1', 'HEAD', 't.csv', filter := 'id = 4')") == [(4,)]
    assert rows(con, f"SELECT DISTINCT _commit_version FROM varve_diff('{repo}', 'HEAD~1', 'HEAD', 't.csv')") == [
        (run("git", "rev-parse", "HEAD", cwd=repo).strip(),)]


def test_random_differences_are_what_except_finds(con, repo):
    rng = random.Random(SAMPLE)
    fields = [{"name": "id", "type": "integer"}, {"name": "clock", "type": "time"}, {"name": "tags", "type": "list"}, {"name": "s", "type": "string"}]
    old = {i: [f"10:{rng.randrange(60):02}:00", "a,b", some_text(rng)] for i in range(rng.choice((1, 50, 4000)))}
    new = {i: [rng.choice((row[0], "11:00:00")), rng.choice((row[1], "c")), row[2]] for i, row in old.items() if rng.random() < 0.95}
    new.update({10**6 + i: ["12:00:00", "", "new"] for i in range(rng.randrange(1, 4))})
    for table in (old, new):
        out = io.StringIO()
        csv.writer(out).writerows([["id", "clock", "tags", "s"], *([i, *row] for i, row in table.items())])
        commit(repo, "t.csv", out.getvalue(), fields, ["id"], message=str(len(table)) + str(table is new))
    for kinds, one, other in (("('insert', 'update_postimage')", "HEAD", "HEAD~1"), ("('delete', 'update_preimage')", "HEAD~1", "HEAD")):
        ours = f"SELECT id, clock, tags, s FROM varve_diff('{repo}', 'HEAD~1', 'HEAD', 't.csv') WHERE _change_type IN {kinds} ORDER BY id"
        same(rows(con, ours), rows(con, f"FROM {read(repo, one + ':t.csv')} EXCEPT FROM {read(repo, other + ':t.csv')} ORDER BY id"))


def test_a_prepared_difference_runs_again(con, repo):
    commit(repo, "t.csv", OLD, key=["id"])
    commit(repo, "t.csv", NEW)
    con.execute(f"PREPARE p AS SELECT count(*) FROM varve_diff('{repo}', 'HEAD~1', 'HEAD', 't.csv') WHERE id >= $1")
    assert [rows(con, f"EXECUTE p({n})")[0][0] for n in (0, 3, 0)] == [4, 2, 4]
    con.execute(f"CREATE VIEW w AS FROM varve_diff('{repo}', 'HEAD~1', 'HEAD', 't.csv')")
    assert rows(con, "SELECT count(*) FROM w a, w b") == [(16,)]


def test_the_log_is_that_of_git_and_follows_renames(con, repo):
    commit(repo, "old.csv", OLD, message="first\n\nbody \u00e4")
    (repo / "other.txt").write_text("x")
    run("git", "add", "other.txt", cwd=repo)
    run("git", "commit", "-q", "-m", "other", cwd=repo)
    run("git", "mv", "old.csv", "t.csv", cwd=repo)
    run("git", "commit", "-q", "-m", "renamed", cwd=repo)
    commit(repo, "t.csv", NEW, message="third")
    theirs = [tuple(line.split("\x1f")) for line in run("git", "log", "--follow", "--format=%H%x1f%an%x1f%ae%x1f%at%x1f%cn%x1f%ct", "--", "t.csv",
                                                       cwd=repo).splitlines()]
    ours = f"""SELECT "commit", author, author_mail, epoch(author_time)::BIGINT::VARCHAR, committer, epoch(commit_time)::BIGINT::VARCHAR
        FROM varve_log('{repo}', 't.csv')"""
    assert rows(con, ours) == theirs and len(theirs) == 3
    assert rows(con, f"SELECT path, message FROM varve_log('{repo}', 't.csv')")[-1] == ("old.csv", "first\n\nbody \u00e4\n")
    assert rows(con, f"SELECT count(*) FROM varve_log('{repo}', NULL)") == [(4,)]
    assert rows(con, f"SELECT message FROM varve_log('{repo}', 't.csv', range := 'HEAD~1..HEAD')") == [("third\n",)]


def test_paths_that_are_not_utf_8_are_shown(con, repo):
    old = os.fsencode(repo) + b"/caf\xe9.csv"
    with open(old, "wb") as out:
        out.write(OLD.encode())
    run("git", "add", b"caf\xe9.csv", cwd=repo)
    run("git", "commit", "-q", "-m", "first", cwd=repo)
    run("git", "mv", b"caf\xe9.csv", "t.csv", cwd=repo)
    subprocess.run(["git", "commit", "-q", "-F", "-"], cwd=repo, input=b"caf\xe9\n", check=True, capture_output=True)
    assert rows(con, f"SELECT path, message FROM varve_log('{repo}', 't.csv')") == [("t.csv", "caf\u00e9\n"), ("caf\ufffd.csv", "first\n")]


# ---- errors ----

def failure(con, query):
    with pytest.raises(duckdb.Error) as e:
        rows(con, query)
    return str(e.value)


def test_errors_have_the_words_and_hints_of_varve(con, repo):
    commit(repo, "t.csv", SMALL, FIELDS)
    assert "'nope.csv' is not in" in failure(con, f"FROM {read(repo, 'HEAD:nope.csv')}")
    assert "hint: 'varve log -- nope.csv' lists" in failure(con, f"FROM {read(repo, 'HEAD:nope.csv')}")
    assert "nosuch" in failure(con, f"FROM {read(repo, 'nosuch:t.csv')}")
    assert "no such column 'prize'" in failure(con, f"FROM {read(repo, more=', filter := ' + repr('prize > 1'))}")
    assert "did you mean 'price'?" in failure(con, f"FROM {read(repo, more=', filter := ' + repr('prize > 1'))}")
    assert "'double' 'text' 'decimal'" in failure(con, f"FROM {read(repo, more=', numbers := ' + repr('exact'))}")
    assert "must not be NULL" in failure(con, f"FROM read_varve('{repo}', NULL)")
    assert "must not be NULL" in failure(con, "FROM read_varve(NULL, 't.csv')")
    assert "must not be NULL" in failure(con, f"FROM varve_diff('{repo}', 'HEAD', NULL, NULL)")
    assert "repository" in failure(con, f"FROM read_varve('{repo.parent}', 't.csv')")
    assert "nosuch" in failure(con, f"FROM varve_log('{repo}', 't.csv', range := 'nosuch')")


def test_misfits_are_errors_that_name_the_cell_or_become_null(con, repo):
    body = SMALL + "4,x,cheap,,,,,,,,\n" + "5,x,1,,,,9:00,,,,\n" + "6,x,1,,,,,,other,,\n"
    commit(repo, "t.csv", body, FIELDS)
    assert "row 4: column 'price' is of type number, and has the invalid value 'cheap'" in failure(con, f"SELECT price FROM {read(repo)}")
    told = failure(con, f"SELECT clock FROM {read(repo)}")
    assert "row 5: column 'clock' is of type time, and has the invalid value '9:00'" in told and "text := true" in told
    told = failure(con, f"SELECT kind FROM {read(repo, more=', filter := ' + repr('id = 6'))}")
    assert "row 6: column 'kind' of an enum has another value, 'other'" in told and "enums := false" in told
    null = read(repo, more=", misfits := 'null'")
    assert rows(con, f"SELECT price, clock, kind FROM {null} WHERE id > 3") == [(None, None, None), (1.0, None, None), (1.0, None, None)]
    assert rows(con, f"SELECT kind FROM {read(repo, more=', enums := false')} WHERE id = 6") == [("other",)]
    assert rows(con, f"SELECT item FROM {read(repo)} WHERE id = 6") == [("x",)]  # columns that are not read have no misfits


def test_damage_is_an_error(con, repo):
    commit(repo, "t.csv", "id,s\n" + "".join(f"{i},{random.Random(i).random()}\n" for i in range(20000)))
    packs = [p for p in (repo / ".git" / "varve" / "packs").rglob("*") if p.is_file() and p.stat().st_size > 10000]
    assert packs
    for pack in packs:
        data = bytearray(pack.read_bytes())
        for at in range(2000, len(data) - 2000, 500):
            data[at] ^= 0x55
        pack.chmod(0o644)
        pack.write_bytes(data)
    (repo / "t.csv").unlink()
    told = failure(con, f"SELECT sum(id) FROM {read(repo)}")
    assert told and "Internal" not in told
