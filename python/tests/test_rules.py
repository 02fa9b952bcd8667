"""Rules of other tools as lines of varve.checks: what becomes of each check, and of the tools' own files."""
import os
import pathlib
import re
import subprocess
import sys

import pytest

from varve_data import rules

pytest.importorskip("yaml")
PAGE = pathlib.Path(__file__).parents[2] / "docs" / "use" / "other-rules.txt"


@pytest.fixture(autouse=True)
def python(monkeypatch):
    monkeypatch.setenv("VARVE_PYTHON", sys.executable)


def says(folder, *words, code=0):
    ran = subprocess.run(["varve", *words], cwd=folder, capture_output=True, text=True, timeout=120)
    assert ran.returncode == code, (words, ran.stdout, ran.stderr)
    return ran


def taken(folder, name, text):
    """The lines of a file, and what is left, as the program prints them; the lines are read by the program, too."""
    (folder / name).write_text(text)
    out = says(folder, "check", "--from", name).stdout
    (folder / "t.csv").write_text("id\n1\n")
    (folder / "all.checks").write_text(re.sub(r"^\[.*\]$", "[other.csv]", out, flags=re.M))
    says(folder, "check", "-q", "--files", "t.csv", "--rules", "all.checks", "--skip", "no-dataset")
    lines = [line for line in out.splitlines() if line and not line.startswith("-- not taken over: ")]
    left = [line[len("-- not taken over: ") :] for line in out.splitlines() if line.startswith("-- not taken over: ")]
    return lines, left


def test_the_page_is_the_table_and_each_line_of_it_is_a_rule(tmp_path):
    lines = list(rules.table())
    if os.environ.get("VARVE_TEST_WRITE"):
        PAGE.write_text("\n".join(lines) + "\n")
    assert PAGE.read_text() == "\n".join(lines) + "\n", "VARVE_TEST_WRITE=1 writes the page"
    made = [line.strip() for line in lines if line.startswith("      ") and not line.strip().startswith("no, because: ")]
    assert len(made) > 120
    (tmp_path / "t.csv").write_text("price,ends,starts,a,b,c\n1,x,x,1,2,3\n")
    (tmp_path / "all.checks").write_text("[t.csv]\n" + "\n".join(dict.fromkeys(made)) + "\n")
    ran = subprocess.run(["varve", "check", "-q", "--files", "t.csv", "--rules", "all.checks"], cwd=tmp_path, capture_output=True, text=True)
    assert ran.returncode < 2, ran.stderr


def test_what_dbt_tests_become(tmp_path):
    lines, left = taken(tmp_path, "schema.yml", """
version: 2
models:
  - name: orders
    data_tests:
      - dbt_utils.unique_combination_of_columns:
          arguments:
            combination_of_columns: [customer, "order day"]
      - dbt_utils.expression_is_true:
          expression: "amount >= 0"
          config: {severity: warn}
      - dbt_utils.expression_is_true: {expression: "amount > (select 1)"}
    columns:
      - name: id
        tests: [unique, not_null]
      - name: status
        tests:
          - accepted_values:
              values: [open, "can't", 5]
              config: {where: "id > 5"}
          - not_null: {config: {error_if: ">10"}}
      - name: customer
        tests:
          - relationships: {to: ref('customers'), field: id, name: known-customer}
          - my_own_test
      - name: amount
        tests:
          - dbt_expectations.expect_column_values_to_be_between: {min_value: 0, max_value: 100, strictly: true}
          - dbt_utils.accepted_range: {min_value: 0, inclusive: false}
""")
    assert lines == [
        "[orders.*]", 'unique (customer, "order day")', "amount >= 0  warn", "unique (id)", "id is not null",
        "status in ('open', 'can''t', 5) where id > 5", "customer references customers(id)  -- known-customer",
        "amount > 0 and amount < 100", "amount > 0"]
    assert [word.split(": ")[-1] for word in left[:2]] != []
    assert len(left) == 3 and any("select" in word for word in left) and any("project's own" in word for word in left)


def test_what_soda_checks_and_contracts_become(tmp_path):
    lines, left = taken(tmp_path, "checks.yml", """
checks for orders:
  - row_count between 10 and 1000
  - missing_count(id) = 0
  - duplicate_count(id) = 0
  - invalid_percent(status) < 5%:
      valid values: [open, closed]
  - freshness(day) < 1d
  - values in (customer) must exist in customers (id)
  - missing_percent(mail):
      name: mails
      warn: when > 5%
  - max_length(status) < 20
  - failed rows: {fail condition: amount < 0}
  - change for row_count between -20 and 50
  - duplicate_count(id) < 3
""")
    assert lines == [
        "[orders.*]", "count(*) between 10 and 1000", "id is not null", "unique (id)",
        "100 * share(not (status in ('open', 'closed'))) < 5", "customer references customers(id)",
        "100 * share(mail is null) <= 5  warn  -- mails", "max(length(status)) < 20", "not (amount < 0)",
        "count(*) - base between -20 and 50"]
    assert len(left) == 2
    lines, left = taken(tmp_path, "contract.yml", """
dataset: source/db/orders
columns:
  - name: id
    checks: [{missing: }, {duplicate: }]
  - name: status
    valid_values: [open, closed]
    checks: [{invalid: {threshold: {metric: percent, must_be_less_than: 5}}}]
  - name: amount
    checks: [{aggregate: {function: avg, threshold: {must_be_between: {greater_than_or_equal: 10, less_than_or_equal: 20}}}}]
checks: [{schema: }, {row_count: {threshold: {must_be_greater_than: 10}}}]
""")
    assert lines == ["[orders.*]", "count(*) > 10", "id is not null", "unique (id)",
                     "100 * share(not (status in ('open', 'closed'))) < 5", "avg(amount) between 10 and 20"]
    assert len(left) == 1


def test_what_contracts_of_odcs_and_suites_of_great_expectations_become(tmp_path):
    lines, left = taken(tmp_path, "odcs.yml", r"""
apiVersion: v3.1.0
kind: DataContract
schema:
  - name: orders
    properties:
      - {name: id, primaryKey: true}
      - name: status
        required: true
        logicalTypeOptions: {pattern: '^[a-z_]\w*$', maxLength: 10}
        quality: [{metric: invalidValues, arguments: {validValues: [open, closed]}, mustBe: 0}]
      - name: amount
        logicalTypeOptions: {minimum: 0, exclusiveMaximum: 1000, multipleOf: 0.01}
    quality: [{metric: rowCount, mustBeGreaterThan: 10}, {type: sql, query: select 1, mustBe: 0}]
""")
    assert lines == ["[orders.*]", "unique (id)", "id is not null", "count(*) > 10", "status is not null", "length(status) <= 10",
                     r"status matches '^[a-z_][\w_]*$'", "status in ('open', 'closed')", "amount >= 0", "amount < 1000",
                     "mod(amount, 0.01) = 0"]
    assert len(left) == 1
    lines, left = taken(tmp_path, "orders.json", r"""{"name": "orders", "expectations": [
{"type": "expect_column_values_to_be_between", "kwargs": {"column": "amount", "min_value": 0, "max_value": 10, "mostly": 0.95},
 "severity": "warning"},
{"expectation_type": "expect_column_values_to_match_regex", "kwargs": {"column": "code", "regex": "[A-Z]\\d+"}, "meta": {"notes": "codes"}},
{"type": "expect_column_median_to_be_between", "kwargs": {"column": "amount", "min_value": 1}},
{"type": "expect_column_values_to_be_in_set", "kwargs": {"column": "a", "value_set": [1], "row_condition": "b > 1"}},
{"type": "expect_column_values_to_be_in_set", "kwargs": {}}]}""")
    assert lines == ["[orders.*]", "share(amount between 0 and 10) >= 0.95 where amount is not null  warn",
                     r"code matches '[\s\S]*[A-Z]\d+[\s\S]*'  -- codes"]
    assert len(left) == 3


def test_files_that_are_none_of_these_are_refused(tmp_path):
    for name, text in (("a.yml", "a: 1\n"), ("b.yml", "[1, 2]\n"), ("c.json", "{"), ("d.yml", "a: [\n")):
        (tmp_path / name).write_text(text)
        assert "--from" in says(tmp_path, "check", "--from", name, code=2).stderr
    assert "no such file" in says(tmp_path, "check", "--from", "e.yml", code=2).stderr
