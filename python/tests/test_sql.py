"""Repo.sql and varve0.so."""
import datetime
import decimal
import os
import signal
import sqlite3
import threading

import pytest

import varve


def test_a_figure_of_each_version(repo):
    counts = [f.value for f in repo.figure("count(*)", "prices.csv")]
    assert counts == [len(list(repo.table("prices.csv", f.commit))) for f in repo.figure("count(*)", "prices.csv")] and len(counts) > 1
    assert [f.value for f in repo.figure("count(*)", "prices.csv", where="id > 1000")] == [0] * len(counts)
    with pytest.raises(varve.Error):
        repo.figure("price", "prices.csv")


def test_a_query_reads_versions_differences_and_history(repo):
    found = repo.sql("SELECT id, price, ok FROM \"prices@v1\" WHERE id < ? ORDER BY id", [3])
    assert found.columns == ("id", "price", "ok")
    assert found.rows == list(found) == [(1, 9.99, 1), (2, 120.0, 0)] and len(found) == 2
    assert repo.sql("SELECT item FROM prices AS OF 'v1' WHERE id = 2").rows == [("plum",)]
    assert repo.sql("SELECT DISTINCT diff_type FROM varve_diff('prices', 'v1') ORDER BY 1").rows == [("added",), ("modified",), ("removed",)]
    assert repo.sql('SELECT a.price - b.price FROM "prices@HEAD" a JOIN "prices@HEAD~1" b USING (id) WHERE id = 1').rows == [(1.0,)]
    assert list(repo.sql("SELECT id, id FROM prices LIMIT 1").to_dicts()) == [{"id": 1, "id2": 1}]
    assert repo.sql("SELECT count(*) FROM varve_log").rows == [(2,)]
    assert "3 columns" in repr(found) and "9.99" in found._repr_html_()


def test_parameters_are_values(repo):
    one = "SELECT id FROM prices WHERE item = :item"
    assert repo.sql(one, {"item": "x' OR 1 --"}).rows == []
    assert repo.sql(one, {"item": "fig"}).rows == [(5,)]
    days = "SELECT id FROM prices WHERE day >= ? ORDER BY id"
    assert repo.sql(days, [datetime.date(2026, 2, 1)]).rows == [(3,), (5,)]
    assert repo.sql("SELECT id FROM prices WHERE price = ?", [decimal.Decimal("150.5")]).rows == [(3,)]
    noon = datetime.datetime(2026, 1, 1, 13, tzinfo=datetime.timezone(datetime.timedelta(hours=1)))
    assert repo.sql("SELECT ?, ?", [noon, datetime.datetime(2026, 1, 1, 12)]).rows == [("2026-01-01T12:00:00Z",) * 2]


def test_errors_are_those_of_the_package(repo, tmp_path):
    with pytest.raises(varve.NotFoundError, match="did you mean .prices"):
        repo.sql("SELECT * FROM prizes")
    with pytest.raises(varve.NotFoundError, match="nosuch"):
        repo.sql('SELECT * FROM "prices@nosuch"')
    with pytest.raises(varve.NotFoundError):
        repo.sql("SELECT * FROM varve_diff_prices('nosuch')")
    for wrong in ("SELECT * FORM prices", "SELECT nosuch FROM prices", "SELECT 1; SELECT 2", "UPDATE prices SET id = 7"):
        with pytest.raises(varve.UsageError):
            repo.sql(wrong)
    with pytest.raises(varve.UsageError):
        repo.sql("SELECT :day")
    assert repo.sql("CREATE TEMP TABLE x AS SELECT * FROM prices").columns == ()


def test_cells_that_are_not_of_their_type_are_none_with_a_warning(repo, folder):
    repo.describe("prices.csv", types={"price": "number"}, message="Declare a type")
    (folder / "prices.csv").write_text("id,item,price,day,ok\n1,pear,much,2026-01-01,true\n2,plum,1.5,,true\n")
    with pytest.warns(varve.VarveWarning, match="1 cell of column 'price'"):
        assert repo.sql('SELECT price, "price:text" FROM prices').rows == [(None, "much"), (1.5, "1.5")]


def test_a_query_that_takes_longer_than_its_timeout_is_ended(repo):
    with pytest.raises(TimeoutError, match="longer than 0.2 s"):
        repo.sql("WITH RECURSIVE c(x) AS (VALUES(1) UNION ALL SELECT x + 1 FROM c) SELECT count(*) FROM c", timeout=0.2)
    assert repo.sql("SELECT count(*) FROM prices", timeout=100).rows == repo.sql("SELECT count(*) FROM prices").rows


def test_the_extension_is_loaded_into_a_connection(repo, folder):
    con = sqlite3.connect(":memory:")
    varve.load(con)
    assert con.execute("SELECT varve_attach(?)", (str(folder),)).fetchone() == (1,)
    assert con.execute('SELECT count(*) FROM "prices@v1"').fetchone() == (4,)
    with pytest.raises(sqlite3.OperationalError):  # loading is off again
        con.execute("SELECT load_extension(?)", (varve.loadable_path(),))
    con.close()
    with pytest.raises(varve.UsageError):
        varve.load(object())


def test_a_bare_repository_and_threads(repo, folder, tmp_path_factory):
    bare = tmp_path_factory.mktemp("far") / "far.git"
    far = varve.clone(folder, bare, bare=True)
    assert far.sql("SELECT count(*) FROM prices").rows == [(4,)]
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(4) as pool:
        found = set(pool.map(lambda _: repo.sql("SELECT sum(price) FROM \"prices@v1\"").rows[0], range(20)))
    assert found == {(280.49,)}


def test_ctrl_c_and_a_timeout_end_a_query_and_the_next_one_runs(repo):
    long = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
    threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
    with pytest.raises(KeyboardInterrupt):
        repo.sql(long, timeout=60)  # where a shell lets Ctrl-C be ignored, the test ends, too
    with pytest.raises(TimeoutError):
        repo.sql(long, timeout=0.1)
    assert repo.sql("SELECT 1").rows == [(1,)]
