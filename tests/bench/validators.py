"""validators.py [TABLES [SEED]]: the same ten rules on tables with planted faults, by varve, Great Expectations, pointblank,
Soda and dbt (on DuckDB), beside a count in Python. What is not installed has no column. Each must find as many as Python; a
repeated key is counted in three ways, which are made one: rows that repeat one above, members of repeated values, and
repeated values."""

import collections
import csv
import json
import os
import random
import re
import subprocess
import sys
import tempfile
from pathlib import Path

TABLES, SEED = int(sys.argv[1]) if len(sys.argv) > 1 else 60, int(sys.argv[2]) if len(sys.argv) > 2 else 1
COLUMNS = {"id": "VARCHAR", "kind": "VARCHAR", "price": "DOUBLE", "list_price": "DOUBLE", "mail": "VARCHAR", "code": "VARCHAR"}
KINDS, MAIL = ["a", "b", "long one"], r"[^@ ]+@[^@ ]+"
LINES = {"id_unique": "unique (id)", "id_there": "id is not null", "kind_known": "kind in ('a', 'b', 'long one')",
         "price_range": "price between 0 and 1000", "price_low": "price <= list_price", "mail_form": f"mail matches '{MAIL}'",
         "code_length": "length(code) = 3", "mail_there": "mail is not null", "rows": "count(*) between 150 and 250",
         "mean": "avg(price) between 300 and 700"}


def make(rng):
    rows = []
    for i in range(rng.randint(120, 280)):
        price = rng.randint(0, 4000) / 4
        rows.append([f"k{i}", rng.choice(KINDS), price, price + rng.randint(0, 40) / 4, f"u{i}@x.org", f"c{i % 90 + 10}"])
    for _ in range(rng.randint(0, 25)):  # faults
        column = rng.randrange(6)
        rng.choice(rows)[column] = {0: lambda: rng.choice([rng.choice(rows)[0], None]), 1: lambda: rng.choice(["c", "A", None]),
                                    2: lambda: rng.choice([-1.25, 1000.25, 9999.5, None]), 3: lambda: rng.choice([0.0, -3.5, None]),
                                    4: lambda: rng.choice(["", "nobody", "a@b c", "@x", None]) or None,
                                    5: lambda: rng.choice(["c1", "c123", "größe", None])}[column]()
    return rows


def expected(rows):
    """How many rows (or, of the last two, tables) do not meet each rule; missing values are right, but where it says so."""
    ids = [r[0] for r in rows if r[0] is not None]
    prices = [r[2] for r in rows if r[2] is not None]
    return {"id_unique": len(ids) - len(set(ids)), "id_there": len(rows) - len(ids),
            "kind_known": sum(r[1] is not None and r[1] not in KINDS for r in rows),
            "price_range": sum(p < 0 or p > 1000 for p in prices),
            "price_low": sum(None not in r[2:4] and r[2] > r[3] for r in rows),
            "mail_form": sum(r[4] is not None and not re.fullmatch(MAIL, r[4]) for r in rows),
            "code_length": sum(r[5] is not None and len(r[5]) != 3 for r in rows), "mail_there": sum(r[4] is None for r in rows),
            "rows": int(not 150 <= len(rows) <= 250), "mean": int(not 300 <= sum(prices) / len(prices) <= 700)}


def repeats(rows, members=None, values=None):
    """Rows that repeat one above, where a tool counted all members of repeated values, or these values; None: it is wrong."""
    counts = [n for n in collections.Counter(r[0] for r in rows if r[0] is not None).values() if n > 1]
    right = members == sum(counts) if members is not None else values == len(counts)
    return sum(counts) - len(counts) if right else None


def by_varve(tables):
    Path("r.checks").write_text("[*.csv]\n" + "".join(f"{name}: {line}\n" for name, line in LINES.items()))
    kinds = {"DOUBLE": "number", "VARCHAR": "string"}
    Path("schema.json").write_text(json.dumps({"fields": [{"name": n, "type": kinds[t]} for n, t in COLUMNS.items()]}))
    for path, rows in tables.items():
        got = subprocess.run(["varve", "check", "--files", "--schema", "schema.json", "--rules", "r.checks", "--limit", "0", "--json",
                              path], capture_output=True, text=True)
        assert got.returncode in (0, 1), got.stderr
        yield path, dict(collections.Counter(f["name"] for f in json.loads(got.stdout)["datasets"][0]["findings"]))


def by_gx(tables):
    import great_expectations as gx
    import pandas
    from great_expectations.data_context.types.base import ProgressBarsConfig

    context, e = gx.get_context(mode="ephemeral"), gx.expectations
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    asset = context.data_sources.add_pandas("p").add_dataframe_asset("a").add_batch_definition_whole_dataframe("b")
    asked = {"id_unique": e.ExpectColumnValuesToBeUnique(column="id"), "id_there": e.ExpectColumnValuesToNotBeNull(column="id"),
             "kind_known": e.ExpectColumnValuesToBeInSet(column="kind", value_set=KINDS),
             "price_range": e.ExpectColumnValuesToBeBetween(column="price", min_value=0, max_value=1000),
             "price_low": e.ExpectColumnPairValuesAToBeGreaterThanB(column_A="list_price", column_B="price", or_equal=True,
                                                                    ignore_row_if="either_value_is_missing"),
             "mail_form": e.ExpectColumnValuesToMatchRegex(column="mail", regex=f"^{MAIL}$"),
             "code_length": e.ExpectColumnValueLengthsToEqual(column="code", value=3),
             "mail_there": e.ExpectColumnValuesToNotBeNull(column="mail"),
             "rows": e.ExpectTableRowCountToBeBetween(min_value=150, max_value=250),
             "mean": e.ExpectColumnMeanToBeBetween(column="price", min_value=300, max_value=700)}
    for path, rows in tables.items():
        batch = asset.get_batch(batch_parameters={"dataframe": pandas.DataFrame(rows, columns=list(COLUMNS))})
        suite = gx.ExpectationSuite(name="s", expectations=list(asked.values()))
        results = {r.expectation_config.type + str(r.expectation_config.kwargs.get("column")): r for r in batch.validate(suite).results}
        found = {}
        for name, one in asked.items():
            r = results[one.configuration.type + str(one.configuration.kwargs.get("column"))]
            found[name] = r.result["unexpected_count"] if "unexpected_count" in r.result else int(not r.success)
        found["id_unique"] = repeats(rows, members=found["id_unique"])
        yield path, found


def by_pointblank(tables):
    import pointblank as pb
    import polars

    for path, rows in tables.items():
        kinds = {"DOUBLE": polars.Float64, "VARCHAR": polars.String}
        frame = polars.DataFrame(rows, schema={n: kinds[t] for n, t in COLUMNS.items()}, orient="row")
        v = (pb.Validate(frame).rows_distinct(columns_subset="id", pre=lambda f: f.filter(polars.col("id").is_not_null()))
             .col_vals_not_null("id").col_vals_in_set("kind", [*KINDS, None]).col_vals_between("price", 0, 1000, na_pass=True)
             .col_vals_le("price", pb.col("list_price"), na_pass=True).col_vals_regex("mail", f"^{MAIL}$", na_pass=True)
             .col_vals_expr(polars.col("code").str.len_chars().eq(3).fill_null(True)).col_vals_not_null("mail")
             .row_count_match(200, tol=50).col_vals_between("price", 300, 700, pre=lambda f: f.select(polars.col("price").mean()))
             .interrogate())
        failed = v.n_failed()
        found = {name: failed[i + 1] for i, name in enumerate(LINES)}
        found["id_unique"] = repeats(rows, members=found["id_unique"])
        yield path, found


def by_soda(tables):
    import duckdb
    from soda.scan import Scan

    text = r"""
checks for t:
  - duplicate_count(id) = 0: {name: id_unique}
  - missing_count(id) = 0: {name: id_there}
  - invalid_count(kind) = 0: {name: kind_known, valid values: [a, b, long one]}
  - invalid_count(price) = 0: {name: price_range, valid min: 0, valid max: 1000}
  - failed rows: {name: price_low, fail condition: price > list_price}
  - invalid_count(mail) = 0: {name: mail_form, valid regex: '^[^@ ]+@[^@ ]+$'}
  - invalid_count(code) = 0: {name: code_length, valid length: 3}
  - missing_count(mail) = 0: {name: mail_there}
  - row_count between 150 and 250: {name: rows}
  - avg(price) between 300 and 700: {name: mean}
"""
    for path, rows in tables.items():
        db = duckdb.connect()
        db.execute(f"create table t ({', '.join(f'{n} {t}' for n, t in COLUMNS.items())})")
        db.executemany("insert into t values (?, ?, ?, ?, ?, ?)", rows)
        scan = Scan()
        scan.disable_telemetry()
        scan.set_scan_definition_name("s")
        scan.add_duckdb_connection(db)
        scan.set_data_source_name("duckdb")
        scan.add_sodacl_yaml_str(text)
        scan.execute()
        found = {}
        for c in scan.get_scan_results()["checks"]:
            value = c["diagnostics"]["value"]
            found[c["name"]] = int(c["outcome"] == "fail") if c["name"] in ("rows", "mean") else int(value)
        found["id_unique"] = repeats(rows, values=found["id_unique"])
        yield path, found


def by_dbt(tables):
    import dbt.adapters.duckdb  # noqa: F401

    where = {"kind_known": "kind not in ('a', 'b', 'long one')", "price_range": "price not between 0 and 1000",
             "price_low": "not (price <= list_price)", "mail_form": f"not regexp_full_match(mail, '{MAIL}')",
             "code_length": "length(code) <> 3"}
    whole = {"rows": "count(*) not between 150 and 250", "mean": "avg(price) not between 300 and 700"}
    for folder in ("p/models", "p/tests"):
        Path(folder).mkdir(parents=True)
    Path("p/dbt_project.yml").write_text("name: p\nversion: 1.0.0\nprofile: p\nflags: {send_anonymous_usage_stats: false}\n")
    Path("p/profiles.yml").write_text("p: {target: d, outputs: {d: {type: duckdb, path: ':memory:', threads: 1}}}\n")
    models = []
    for path in tables:
        t = Path(path).stem
        types = ", ".join(f"'{n}': '{k}'" for n, k in COLUMNS.items())
        Path(f"p/models/{t}.sql").write_text(
            f"{{{{ config(materialized='table') }}}} select * from read_csv('{Path(path).resolve()}', header=true, columns={{{types}}})")
        models.append({"name": t, "columns": [
            {"name": "id", "tests": [{"unique": {"name": f"{t}__id_unique"}}, {"not_null": {"name": f"{t}__id_there"}}]},
            {"name": "mail", "tests": [{"not_null": {"name": f"{t}__mail_there"}}]}]})
        for name, test in {**{n: f"where {c}" for n, c in where.items()}, **{n: f"having {c}" for n, c in whole.items()}}.items():
            what = "1" if name in whole else "*"
            Path(f"p/tests/{t}__own_{name}.sql").write_text(f"select {what} from {{{{ ref('{t}') }}}} {test}")
    Path("p/models/m.yml").write_text(json.dumps({"version": 2, "models": models}))
    subprocess.run([Path(sys.executable).parent / "dbt", "build", "--project-dir", "p", "--profiles-dir", "p", "-q"], capture_output=True)
    failures = {}
    for r in json.loads(Path("p/target/run_results.json").read_text())["results"]:
        kind, name = r["unique_id"].split(".")[0], r["unique_id"].split(".")[2]
        if kind == "test":
            failures[name] = r["failures"]
    for path, rows in tables.items():
        t = Path(path).stem
        found = {n: failures[f"{t}__own_{n}" if f"{t}__own_{n}" in failures else f"{t}__{n}"] for n in LINES}
        found["id_unique"] = repeats(rows, values=found["id_unique"])
        yield path, found


def main():
    rng = random.Random(SEED)
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        tables = {f"t{i}.csv": make(rng) for i in range(TABLES)}
        for path, rows in tables.items():
            with open(path, "w", newline="") as f:
                csv.writer(f).writerows([list(COLUMNS), *rows])
        want = {path: expected(rows) for path, rows in tables.items()}
        faults = sum(sum(w.values()) for w in want.values())
        bad = 0
        for name, tool in {"varve": by_varve, "gx": by_gx, "pointblank": by_pointblank, "soda": by_soda, "dbt": by_dbt}.items():
            try:
                found = dict(tool(tables))
            except ImportError as e:
                print(f"{name}: not installed ({e})")
                continue
            wrong = [(p, n, found[p].get(n, 0), want[p][n]) for p in want for n in LINES if found[p].get(n, 0) != want[p][n]]
            bad += bool(wrong)
            print(f"{name}: {faults} faults of {len(LINES)} rules in {TABLES} tables, {len(wrong)} counted otherwise", *wrong[:8], sep="\n  ")
        return bad > 0


if __name__ == "__main__":
    sys.exit(main())
