"""Each expectation of Great Expectations that has a line: both judge random tables alike."""
import json
import os
import random
import subprocess

import pandas
import pytest

from varve_data import rules

gx = pytest.importorskip("great_expectations")
import great_expectations.expectations as expectations  # noqa: E402

SEED = int(os.environ.get("VARVE_TEST_SEED", random.randrange(1 << 30)))


def kind_of(name):
    return "".join(word.capitalize() for word in name.split("_")).replace("ValuesAToBe", "ValuesAToBe")


def make_table(rng):
    n = rng.randint(3, 60)
    some = lambda make, missing: [None if rng.random() < missing else make() for _ in range(n)]  # noqa: E731
    return pandas.DataFrame({
        "id": list(range(n)) if rng.random() < 0.5 else [rng.randint(0, n) for _ in range(n)],
        "n": some(lambda: rng.randint(0, 12), rng.choice([0, 0.3])), "m": some(lambda: rng.randint(0, 12), 0),
        "k": some(lambda: rng.choice("abc"[: rng.randint(1, 3)]), rng.choice([0, 0.2])),
        "code": some(lambda: rng.choice("ABC") + str(rng.randint(0, 99)) + rng.choice(["", "_x"]), 0)})


def make_kwargs(rng, name):
    low = rng.randint(0, 6)
    k = {"column": rng.choice(["n", "m"]), "min_value": low, "max_value": low + rng.randint(0, 8)}
    if "length" in name or "regex" in name or "like" in name:
        k["column"] = "code"
    if name.endswith("_set"):
        k = {"column": "k", "value_set": list("abcd"[: rng.randint(1, 4)])}
    if "unique" in name or "null" in name or "exist" in name:
        k["column"] = rng.choice(["id", "n", "k"])
    if "proportion" in name:
        k.update(min_value=round(rng.random(), 2), max_value=1)
    if "sum_to_be" in name:
        k.update(max_value=rng.randint(0, 300))
    if rng.random() < 0.3 and "regex" not in name and "length" not in name:
        k.pop(rng.choice(["min_value", "max_value"]), None)
    k.update(column_A="n", column_B="m", column_list=["id", "m"] if "compound" in name else rng.choice([["n", "m"], ["id", "n", "m"]]), sum_total=rng.randint(3, 20),
             value=rng.randint(2, 4), like_pattern=rng.choice(["A%", "%_x", "B_"]), like_pattern_list=["A%", "%x"],
             regex=rng.choice(["^[AB]", r"\d\d", r"^\w+$", "[A-Z]9", "x$"]), regex_list=["^A", r"\d{2}"],
             value_pairs_set=[(1, 1), (2, 3)], mostly=rng.choice([1, 1, 0.5, 0.9]))
    return k


def test_both_judge_random_tables_alike(tmp_path):
    print(f"VARVE_TEST_SEED={SEED}")
    rng = random.Random(SEED)
    context = gx.get_context(mode="ephemeral")
    asset = context.data_sources.add_pandas("p").add_dataframe_asset("t")
    batches = asset.add_batch_definition_whole_dataframe("b")
    engine_lacks = {"expect_multicolumn_values_to_be_unique", "expect_column_values_to_match_like_pattern", "expect_column_values_to_match_like_pattern_list",
                    "expect_column_values_to_not_match_like_pattern", "expect_column_values_to_not_match_like_pattern_list"}
    judged, used = 0, set()
    for round_ in range(int(os.environ.get("VARVE_TEST_ROUNDS", "12"))):
        t = make_table(rng)
        t.to_csv(tmp_path / "t.csv", index=False, float_format="%.0f")
        frame = pandas.read_csv(tmp_path / "t.csv")
        batch = batches.get_batch({"dataframe": frame})
        lines, wanted = ["[t.csv]"], {}
        for name, make in rules.GX.items():
            if name in engine_lacks or not rules._has_line(make, {**rules.V, "value_pairs_set": [["a", "b"]]}):
                continue
            kind = getattr(expectations, kind_of(name))
            k = {n: v for n, v in make_kwargs(rng, name).items() if n in kind.model_fields} if hasattr(kind, "model_fields") else {
                n: v for n, v in make_kwargs(rng, name).items() if n in kind.__fields__}
            if "mostly" in k and not _takes_mostly(make, k):
                k.pop("mostly")
            try:
                text = make(k)
            except rules.No:
                continue
            result = batch.validate(kind(**k))
            assert not result.exception_info.get("raised_exception"), (name, k, result.exception_info)
            wanted[name] = (bool(result.success), k, text)
            lines += [f"{name}-{i}: {line}" for i, line in enumerate(text.split("\n"))]
        (tmp_path / "t.checks").write_text("\n".join(lines) + "\n")
        ran = subprocess.run(["varve", "check", "--json", "--files", "t.csv", "--rules", "t.checks"], cwd=tmp_path, capture_output=True, text=True)
        assert ran.returncode < 2, ran.stderr
        failed = {f.get("name", "").rsplit("-", 1)[0] for d in json.loads(ran.stdout)["datasets"] for f in d["findings"]}
        for name, (success, k, text) in wanted.items():
            assert (name not in failed) == success, (SEED, round_, name, k, text, success, t.to_csv(index=False))
            used.add(name)
            judged += 1
    assert len(used) >= 30 and judged > 200


def _takes_mostly(make, k):
    try:
        return make({**k, "mostly": 0.5}) != make({**k, "mostly": 1})
    except rules.No:
        return False
