"""Checks in parts: what workers note of row groups gives the report of one machine. Spark does the same in test_spark.py."""
import json
import os
import random
import shutil

import pytest

import varve
from varve import _varve

ROWS = 60_000
SCHEMA = [
    {"name": "id", "type": "integer", "constraints": {"required": True}},
    {"name": "qty", "type": "integer", "constraints": {"minimum": 0}},
    {"name": "kind", "type": "string", "constraints": {"enum": ["a", "b", "c"]}},
    {"name": "text", "type": "string"},
]


def lines(rng, wrong):
    rows = [f"{i},{i * 7919 % 1000},{'abc'[i % 3]},{rng.getrandbits(64):x}\n" for i in range(ROWS)]
    for at in wrong:
        rows[at] = f"{at},{rng.choice(['-5', 'x'])},{rng.choice('ad')},{rng.getrandbits(64):x}\n"
    return "id,qty,kind,text\n" + "".join(rows)


@pytest.fixture(params=[[], ["id"]], ids=["no key", "key"])
def checked(request, folder, commit):
    """Two versions of big.csv, the second with cells that are wrong, and a row twice; rules of rows and of the table."""
    key = request.param
    schema = {"fields": SCHEMA, **({"primaryKey": key} if key else {})}
    package = {"name": "p", "resources": [{"name": "big", "path": "big.csv", "schema": schema}]}
    (folder / "datapackage.json").write_text(json.dumps(package))
    commit("datapackage.json", json.dumps(package))
    commit("varve.json", json.dumps({"rules": {"row-constraint": "qty < 995 or kind = 'b'", "cells-changed": {"max": 3}}}))
    rng = random.Random(4)
    commit("big.csv", lines(random.Random(1), []), key or None)
    text = lines(random.Random(1), rng.sample(range(ROWS), 40))
    commit("big.csv", text + text.splitlines(keepends=True)[77])
    with varve.Repo(folder) as r:
        yield r


def forget(r):
    shutil.rmtree(os.path.join(r.git_dir, "varve", "cache"), ignore_errors=True)


def report(r, rev, results=()):
    forget(r)
    return varve._report.Report(r._check(r.rev_parse(rev), None, "big.csv", 0, results=results))


def noted(r, rev, parts):
    out = []
    for part in range(parts):
        forget(r)
        made = r._check(r.rev_parse(rev), None, "big.csv", 2, (part, parts))
        assert varve._report.Report(made).findings == []
        out.append(_varve.report_share(made))
    return out


def datasets(made):
    """What its JSON says, and how many groups the rules read."""
    told = json.loads(made.render("json"))["datasets"]
    return told, [d.pop("groupsRead") for d in told]


def test_parts_give_the_report_of_one_machine(checked):
    r = checked
    for rev in ("HEAD", "HEAD~1"):
        one = report(r, rev)
        assert one.valid == (rev == "HEAD~1") or one.errors > 0
        for parts in (1, 3, 7, 500):
            results = noted(r, rev, parts)
            together = report(r, rev, results)
            assert together.findings == one.findings and together.valid == one.valid
            assert (together.errors, together.warnings) == (one.errors, one.warnings)
            (told, read), (want, all_read) = datasets(together), datasets(one)
            assert told == want and all_read[0] > 10
            # those of a key are the driver's
            has_key = "primaryKey" in open(os.path.join(r.work_tree, "datapackage.json")).read()
            assert read == (all_read if has_key else [0])
            assert all(len(x) < 20_000 for x in results)


def test_results_of_another_version_or_damaged_ones_change_nothing(checked):
    r = checked
    one = report(r, "HEAD")
    old, new = noted(r, "HEAD~1", 3), noted(r, "HEAD", 3)
    for results in (old, old + new, new[:1], [x[: len(x) // 2] for x in new], [b"", b"x" * 200], [new[0][:16] + old[0][16:]]):
        assert report(r, "HEAD", results).findings == one.findings


def test_parts_are_those_of_one_table_of_a_commit(checked):
    commit = checked.rev_parse("HEAD")
    for rev, path, share in ((commit, None, (0, 2)), (None, "big.csv", (0, 2)), (commit, "big.csv", (2, 2))):
        with pytest.raises(varve.UsageError):
            checked._check(rev, None, path, 0, share)
