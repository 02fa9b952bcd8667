"""Other repositories, merges, blame. The program git and a second clone are the witnesses."""
import pathlib
import subprocess

import pytest

import varve
from conftest import ONE, run


def head(folder, name="HEAD"):
    return run("git", "rev-parse", name, cwd=folder).decode().strip()


@pytest.fixture
def two(repo, tmp_path_factory):
    """A bare repository, and two clones of it."""
    top = tmp_path_factory.mktemp("two")
    varve.clone(repo.work_tree, top / "far.git", bare=True).close()
    with varve.clone(top / "far.git", top / "mine") as mine, varve.clone(top / "far.git", top / "yours") as yours:
        yield top / "far.git", mine, yours


def change(r, before, after):
    return r.put("prices.csv", r["prices.csv"].read_bytes().replace(before, after), message=after.decode())


def test_a_clone_is_whole_and_counts_what_came(repo, two):
    far, mine, _ = two
    assert mine["HEAD~1:prices.csv"].read_bytes() == ONE.encode()
    assert (mine.status(), head(mine.work_tree)) == ([], head(repo.work_tree))
    run("varve", "fsck", cwd=mine.work_tree)
    with pytest.raises(varve.NotFoundError):
        varve.clone(far / "nosuch", far / "../x")


def test_a_push_is_seen_by_a_pull(two):
    far, mine, yours = two
    made = change(mine, b"10.99", b"11")
    sent = mine.push()
    assert (sent.commits, sent.versions) == (1, 1)
    assert [(u.target, u.after, u.moved, u.refused) for u in sent.refs] == [("refs/heads/main", made, True, None)]
    assert head(far, "main") == made
    assert yours.pull() == varve.Merge("fast-forward", made)
    assert yours.pull() == varve.Merge("up-to-date", None)
    assert yours["prices.csv"].read_bytes() == mine["prices.csv"].read_bytes()


def test_a_rejected_push_is_merged_by_cell_and_done_again(two):
    far, mine, yours = two
    theirs = change(yours, b"fig,3", b"fig,4")
    yours.push()
    ours = change(mine, b"10.99", b"11")
    with pytest.raises(varve.PushRejectedError) as caught:
        mine.push()
    assert (caught.value.code, head(far, "main")) == ("rejected", theirs)
    sent = mine.push(retry=1)
    assert head(far, "main") == head(mine.work_tree) == sent.refs[0].after
    assert {head(mine.work_tree, "HEAD^1"), head(mine.work_tree, "HEAD^2")} == {ours, theirs}
    content = mine["prices.csv"].read_bytes()
    assert b"pear,11," in content and b"fig,4," in content
    assert (list(mine.blame("prices.csv"))[0], list(mine.blame("prices.csv"))[-1]) == (ours, theirs)


def test_rules_decide_what_a_rejected_push_would_conflict_in(two):
    far, mine, yours = two
    pathlib.Path(mine.work_tree, "varve.json").write_text('{"merge": {"prices.csv": {"price": "max"}}}\n')
    run("git", "add", "varve.json", cwd=mine.work_tree)
    run("git", "commit", "-qm", "rules", cwd=mine.work_tree)
    mine.push()
    yours.pull()
    theirs = change(yours, b"10.99", b"12")
    yours.push()
    ours = change(mine, b"10.99", b"11")
    mine.push(retry=1)
    assert {head(mine.work_tree, "HEAD^1"), head(mine.work_tree, "HEAD^2")} == {ours, theirs}
    assert b",12," in mine["prices.csv"].read_bytes() and mine.conflicts == []
    assert b"Merge-rules: prices.csv: 1 cell by rule (max 1)" in run("git", "log", "-1", "--format=%B", cwd=mine.work_tree)


def test_a_push_that_cannot_merge_leaves_everything_as_it_was(two):
    far, mine, yours = two
    theirs = change(yours, b"10.99", b"12")
    yours.push()
    ours = change(mine, b"10.99", b"11")
    with pytest.raises(varve.MergeConflictError) as caught:
        mine.push(retry=3)
    assert caught.value.cells == [
        varve.Conflict("prices.csv", "cell", ("1",), "1", "price", None, "10.99", "11", "12")]
    assert (head(mine.work_tree), head(far, "main"), mine.status(), mine.conflicts) == (ours, theirs, [], [])


def test_conflicts_are_resolved_and_concluded(two):
    _, mine, yours = two
    theirs = change(yours, b"10.99", b"12")
    yours.push()
    change(mine, b"10.99", b"11")
    with pytest.raises(varve.MergeConflictError) as caught:
        mine.pull()
    assert mine.conflicts == caught.value.cells
    with pytest.raises(varve.NotFoundError):
        mine.resolve("prices.csv", row="99")
    mine.resolve("prices.csv", row="1", column="price", value=11.5)
    made = mine.conclude()
    assert (head(mine.work_tree), head(mine.work_tree, "HEAD^2"), mine.status()) == (made, theirs, [])
    assert mine["prices.csv"].row(1)["price"] == "11.5"
    assert {c for row in mine.blame("prices.csv", cells=True) for c in row} >= {made}
    with pytest.raises(varve.UsageError):
        mine.conclude()
    with pytest.raises(varve.UsageError):
        mine.abort()


def add_rows(r, *rows, author):
    run("git", "config", "user.name", author, cwd=r.work_tree)
    path = pathlib.Path(r.work_tree, "t.csv")
    path.write_text(path.read_text() + "".join(row + "\n" for row in rows))
    run("varve", "commit", "-qam", author, cwd=r.work_tree)


@pytest.fixture
def tables(two):
    """add(key, rows of mine, rows of yours): the clone of me, with a merge of both in conflict."""
    _, mine, yours = two

    def add(key, ours, theirs):
        path = pathlib.Path(mine.work_tree, "t.csv")
        path.write_text("id,title,owner\n" + "".join(f"{i},task{i},ann\n" for i in range(97, 101)))
        run("varve", "add", "-q", *key, "t.csv", cwd=mine.work_tree)
        run("varve", "commit", "-qm", "t", cwd=mine.work_tree)
        mine.push()
        yours.pull()
        add_rows(yours, *theirs, author="Bob")
        yours.push()
        add_rows(mine, *ours, author="Eve")
        with pytest.raises(varve.MergeConflictError):
            mine.pull()
        return mine, lambda: path.read_text().splitlines()[5:]

    return add


def test_rows_that_both_sides_added_are_kept_once_or_twice(tables):
    mine, rows = tables(["--no-key"], ["101,a,x", "102,b,y"], ["101,a,x", "102,b,y", "103,c,z"])
    assert [c.kind for c in mine.conflicts] == ["row-twice"] * 2
    with pytest.raises(ValueError):
        mine.resolve("t.csv", "twice")
    mine.resolve("t.csv", "both", row=mine.conflicts[0].row)
    assert [c.kind for c in mine.conflicts] == ["row-twice"]
    mine.resolve(side="once")
    assert sorted(rows()) == ["101,a,x", "101,a,x", "102,b,y", "103,c,z"]
    mine.conclude()
    assert mine.status() == mine.conflicts == []


def test_two_rows_with_one_key_are_kept_under_two_keys(tables):
    mine, rows = tables(["--key=id"], ["101,drill,eve", "102,saw,eve"], ["101,paint,bob", "102,wash,bob"])
    assert [(c.kind, c.key) for c in mine.conflicts] == [("key-twice", ("101",)), ("key-twice", ("102",))]
    with pytest.raises((varve.NotFoundError, varve.UsageError)):
        mine.resolve("t.csv", "once")
    mine.resolve("t.csv", "both", row="101")
    with pytest.warns(varve.VarveWarning, match=r't\.csv: row 102 of .* is removed: .*"title":"saw"'):
        mine.resolve("t.csv", "theirs", row="102")
    assert rows() == ["101,drill,eve", "102,wash,bob", "103,paint,bob"]
    mine.conclude()
    assert mine.status() == mine.conflicts == []


def test_a_lazy_clone_reads_what_it_fetched(two):
    far, _, _ = two
    with varve.clone(far, far.parent / "lazy", lazy=True) as r:
        with pytest.raises(varve.MissingBlocksError):
            r["HEAD~1:prices.csv"].read_bytes()
        assert r.fetch_data("HEAD~1", "prices.csv") == 1
        assert r["HEAD~1:prices.csv"].read_bytes() == ONE.encode()
        assert r.fetch_data("HEAD~1") == 0


def test_a_fetch_moves_what_git_would_move(two):
    far, mine, yours = two
    made = change(yours, b"10.99", b"12")
    yours.push(refspecs="main:side")
    got = mine.fetch(prune=True)
    assert [(u.target, u.after) for u in got.refs if u.moved] == [("refs/remotes/origin/side", made)]
    run("git", "update-ref", "-d", "refs/heads/side", cwd=far)
    assert [(u.target, u.after) for u in mine.fetch(prune=True).refs if u.moved] == [("refs/remotes/origin/side", "")]
    with pytest.raises(varve.NotFoundError):
        mine.fetch("nosuch")
    assert subprocess.run(["git", "fsck", "--strict"], cwd=mine.work_tree).returncode == 0
