"""Versions that expire by a policy: the plan, what it does, and how readers meet them."""
import datetime
import subprocess

import pytest

import varve


def table(day):
    return "id,price\n" + "".join(f"{i},{i * day}\n" for i in range(200))


@pytest.fixture
def days(folder, commit):
    for day in range(1, 7):
        commit("prices.csv", table(day), key=["id"])
    with varve.Repo(folder) as r:
        yield r


def test_a_plan_says_what_stays_and_changes_nothing(days):
    plan = days.expire("last=2,daily=3")
    assert plan.keep == "last=2,daily=3"
    assert plan.tables == (varve.ExpireTable("prices.csv", 6, {"last": 2, "daily": 1}, 3, 0),)
    assert [v.commit for v in plan.versions] == [days.rev_parse(f"HEAD~{n}") for n in (3, 4, 5)]
    assert plan.versions[0].date == datetime.datetime(2023, 11, 17, 22, 13, 20, tzinfo=datetime.timezone.utc)
    assert plan.bytes > 0 and "3 versions expire" in repr(plan)
    assert days["HEAD~5:prices.csv"].row("3")["price"] == "3"


def test_an_applied_plan_frees_the_rows_and_readers_meet_the_reason(days):
    plan = days.expire("last=2")
    done = plan.apply()
    assert (done.versions, done.places) == (4, ()) and done.bytes > 0
    assert days["HEAD~1:prices.csv"].row("3")["price"] == "15"
    kept = days.rev_parse("HEAD~1")
    with pytest.raises(varve.MissingBlocksError) as e:
        days["HEAD~3:prices.csv"]
    assert e.value.gap == "expired"
    assert "its rows expired on " in e.value.message and "by the policy of Ada (last=2)" in e.value.message
    assert e.value.hint == f"the nearest stored version is '{kept[:7]}:prices.csv' of 2023-11-19"
    assert plan.apply().versions == 0
    assert days.expire("last=2").tables[0].expired_earlier == 4


def test_a_plan_that_is_outdated_is_refused(days, commit):
    plan = days.expire("last=2")
    commit("prices.csv", table(7), key=["id"])
    with pytest.raises(varve.RefusedError, match="the plan is outdated"):
        plan.apply()
    assert days["HEAD~5:prices.csv"].row("3")["price"] == "6"


def test_the_policy_of_the_repository_applies_and_errors_are_named(days, commit):
    with pytest.raises(varve.Error, match='no member "keep"'):
        days.expire()
    with pytest.raises(varve.Error, match="not a rule: 'hourly=3'"):
        days.expire("hourly=3")
    with pytest.raises(varve.Error, match="no table at 'none.csv'"):
        days.expire("last=2", ["none.csv"])
    with open(days.work_tree + "/varve.json", "w", encoding="utf-8") as f:
        f.write('{"version": 1, "keep": "last=4"}')
    for words in (("add", "varve.json"), ("commit", "-qm", "policy")):
        subprocess.run(("git", *words), cwd=days.work_tree, check=True)
    assert len(days.expire().versions) == 2
    assert len(days.expire(paths=["prices.csv"]).versions) == 2


def test_places_are_named(days, tmp_path_factory):
    host = tmp_path_factory.mktemp("host") / "host.git"
    subprocess.run(("git", "init", "-q", "--bare", host), check=True)
    for words in (("remote", "add", "origin", str(host)), ("config", "remote.origin.varveKind", "git")):
        subprocess.run(("git", *words), cwd=days.work_tree, check=True)
    subprocess.run(("varve", "push", "-q", "-u", "origin", "main"), cwd=days.work_tree, check=True)
    done = days.expire("last=1", remotes=["origin"]).apply()
    assert done.versions == 5
    assert done.places == (varve.FreedPlace("origin", "refs/varve/blocks", True, None, None),)
