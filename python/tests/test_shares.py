"""Shares of rows, Dask's partitions, and files of versions by fsspec. Needs pandas, pyarrow, dask and fsspec."""
import io
import os
import pickle

import fsspec
import pandas as pd
import pyarrow as pa
import pytest

import varve
import varve.dask
from conftest import ONE, TWO

ROWS = 20_000


@pytest.fixture
def big(repo, commit):
    commit("big.csv", "id,kind,x\n" + "".join(f"{i},k{i % 5},{i / 4}\n" for i in range(ROWS)), ["id"])
    return repo["HEAD:big.csv"]


def test_shares_have_each_row_once_in_order(big):
    for view in (big, big.select(["id"], "x >= :x", {"x": 1000}, row_number="n")):
        shares = [view.share(i, 7) for i in range(7)]
        assert pa.concat_tables([s.to_arrow() for s in shares]).equals(view.to_arrow())
        assert [row for s in shares for row in s] == list(view)
        assert len({s.to_arrow().num_rows for s in shares} - {0}) > 1 or view is big
        assert pickle.loads(pickle.dumps(shares[1])).to_arrow().equals(shares[1].to_arrow())
    assert big.share(0, 1).select("id").to_arrow().num_rows == ROWS
    assert big.share(0, 10_000).to_arrow().num_rows < ROWS
    for part, parts in ((3, 3), (-1, 3), (0, 0)):
        with pytest.raises(varve.UsageError):
            big.share(part, parts)
    with pytest.raises(varve.UsageError):
        big.share(0, 2).share(0, 2)


def bytes_read(view):
    def so_far():
        with open("/proc/self/io") as f:
            return int(f.readline().split()[1])

    before = so_far()
    view.to_arrow()
    return so_far() - before


def test_a_share_reads_its_groups_and_no_others(repo, commit):
    lines = [f"{i},{i * 2654435761 % 2**32},{i * 40503 % 65536 / 7}\n" for i in range(100_000)]
    commit("wide.csv", "id,a,b\n" + "".join(lines), ["id"])
    table = repo["HEAD:wide.csv"]
    table.share(0, 4).to_arrow()  # the root and the list of groups, and pyarrow itself
    whole = bytes_read(table)
    shares = [bytes_read(table.share(i, 4)) for i in range(4)]
    assert whole > 300_000 and max(shares) < 0.4 * whole and sum(shares) < 1.3 * whole, (whole, shares)


def test_dask(big):
    frame = varve.dask.dataframe(big, 4)
    assert frame.npartitions == 4 and [str(t) for t in frame.dtypes] == ["Int64", "string", "float64"]
    by = frame.groupby("kind")["x"].sum().compute(scheduler="synchronous")
    assert by.to_dict() == big.to_pandas().groupby("kind")["x"].sum().to_dict()
    assert frame[["id"]].compute(scheduler="synchronous")["id"].tolist() == list(range(ROWS))
    assert varve.dask.dataframe(big.select(["x"], "id < 10")).compute(scheduler="synchronous")["x"].sum() == 11.25


def test_files_by_url(repo, folder, commit):
    url = f"varve://{folder}:v1@prices.csv"
    with fsspec.open(url) as file:
        assert file.read() == ONE.encode()
    assert pd.read_csv(url)["id"].tolist() == [1, 2, 3, 4]
    assert pd.read_csv(f"varve://{folder}:prices.csv")["id"].tolist() == pd.read_csv(io.StringIO(TWO))["id"].tolist()
    commit("deep/er/a.csv", "id\n1\n", ["id"])
    fs = fsspec.filesystem("varve", repo=folder, rev="HEAD")
    assert fs.ls("deep", detail=False) == ["deep/er"] and fs.isdir("deep/er") and fs.isfile("deep/er/a.csv")
    assert sorted(fs.find("")) == [".gitattributes", "deep/er/a.csv", "prices.csv"] and fs.glob("*.csv") == ["prices.csv"]
    assert fs.cat("deep/er/a.csv") == b"id\n1\n" and fs.size("deep/er/a.csv") == 5
    assert fs.cat_file("prices.csv", start=3, end=7) == TWO.encode()[3:7]
    assert fs.commit_id == repo.rev_parse("HEAD")
    old = fsspec.filesystem("varve", repo=folder, rev="v1")
    assert old.cat("prices.csv") == ONE.encode() and not old.exists("deep")


def test_files_that_are_not_there_and_files_to_write(repo, folder, monkeypatch):
    monkeypatch.chdir(folder)
    fs = fsspec.filesystem("varve")
    assert fs.cat("prices.csv") == TWO.encode()
    for call in (fs.cat, fs.info, fs.ls):
        with pytest.raises(FileNotFoundError):
            call("none.csv")
    with pytest.raises(NotImplementedError):
        fs.open("prices.csv", "wb")
    with pytest.raises(varve.NotFoundError):
        fsspec.open(f"varve://{os.fspath(folder)}:none@prices.csv").open()
