"""Rules of other tools as lines of varve.checks: python3 -m varve_data.rules FILE..., or varve check --from FILE.

Reads dbt's schema.yml, Soda's checks and contracts, suites of Great Expectations and ODCS contracts (YAML needs PyYAML). The lines
go to stdout; what is not taken over is a comment among them, with the reason. --table prints what becomes of each check of these
tools: docs/use/other-rules.txt. Exit codes: 0; 1: the file cannot be read; 2: usage; 3: a library is missing.
"""
import datetime
import json
import re
import sys
from typing import Any, Callable, Iterator

Check = dict[str, Any]


class No(Exception):
    """A check that has no line, and why."""


# --- words of the language -------------------------------------------------------------------

WORDS = {"and", "or", "not", "in", "is", "null", "like", "between", "matches", "true", "false", "where", "group", "by", "warn",
         "error", "base", "value", "columns", "unique", "references", "select", "text"}


def column(name: Any) -> str:
    text = str(name)
    if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", text) and text.lower() not in WORDS:
        return text
    return '"' + text.replace('"', '""') + '"'


def value(v: Any) -> str:
    if isinstance(v, bool):
        return "true" if v else "false"
    if isinstance(v, (int, float)):
        return format(v, "f").rstrip("0").rstrip(".") if isinstance(v, float) else str(v)
    if isinstance(v, (datetime.datetime, datetime.date)):
        return v.isoformat()
    return "'" + str(v).replace("'", "''") + "'"


def values(list_: Any) -> str:
    if not list_:
        raise No("the list of values is empty")
    return "(" + ", ".join(map(value, list_)) + ")"


def pattern(regex: Any, anywhere: bool = True) -> str:
    """A pattern of Python's re: here it must match the whole text, and \\w is without the underscore."""
    out, inside, at = "", False, 0
    text = str(regex)
    while at < len(text):
        pair = text[at : at + 2]
        if pair == "\\w":
            out += "\\w_" if inside else "[\\w_]"
        elif pair in ("\\W", "\\A", "\\Z", "\\z") and (inside or pair == "\\W"):
            raise No(f"the pattern has {pair}, which means something else here")
        elif pair in ("\\A", "\\Z", "\\z"):
            out += "^" if pair == "\\A" else "$"
        elif pair[:1] == "\\":
            out += pair
        else:
            inside = pair[0] == "[" or (inside and pair[0] != "]")
            out += pair[0]
            at -= 1
        at += 2
    start = "" if out.startswith("^") else "[\\s\\S]*"
    end = "" if out.endswith("$") and not out.endswith("\\$") else "[\\s\\S]*"
    if not anywhere or not (start or end):
        return value(out)
    return value(f"{start}({out}){end}" if "|" in out else f"{start}{out}{end}")


def bounds(what: str, k: Check, low: str = "min_value", high: str = "max_value") -> str:
    a, b = k.get(low), k.get(high)
    if a is None and b is None:
        raise No("it has no bounds")
    strict = k.get("strict_min") or k.get("strict_max") or k.get("strictly")
    if a is not None and b is not None and not strict:
        return f"{what} between {value(a)} and {value(b)}"
    parts = []
    if a is not None:
        parts.append(f"{what} {'>' if k.get('strict_min') or k.get('strictly') else '>='} {value(a)}")
    if b is not None:
        parts.append(f"{what} {'<' if k.get('strict_max') or k.get('strictly') else '<='} {value(b)}")
    return " and ".join(parts)


# --- the table: what each check of each tool becomes -------------------------------------------

Maker = Callable[[Check], str]
C: Check = {"column": "price", "column_name": "price"}


def col(k: Check) -> str:
    return column(k.get("column") or k["column_name"])


def each(make: Maker) -> Maker:
    """A condition on the values of a column, mostly respected: missing values are not looked at."""

    def line(k: Check) -> str:
        condition, mostly = make(k), k.get("mostly")
        if mostly is None or float(mostly) == 1:
            return condition
        return f"share({condition}) >= {value(float(mostly))} where {col(k)} is not null"

    return line


def together(make: Maker, names: Callable[[Check], list[str]]) -> Maker:
    """Of several columns: where only some are missing, the row is wrong, unless it says otherwise."""

    def line(k: Check) -> str:
        if k.get("mostly") not in (None, 1):
            raise No("mostly of several columns")
        some = k.get("ignore_row_if", "")
        if some.startswith(("either", "any")):
            return make(k)
        if some == "never":
            raise No("missing values are unknown here, and no row is wrong for them alone")
        columns_ = [column(c) for c in names(k)]
        return make(k) + "\n" + f"({' and '.join(f'{c} is null' for c in columns_)}) or ({' and '.join(f'{c} is not null' for c in columns_)})"

    return line


def pair(k: Check) -> list[str]:
    return [k["column_A"], k["column_B"]]


def list_of(k: Check) -> list[str]:
    return list(k["column_list"])


def no(why: str) -> Maker:
    def line(k: Check) -> str:
        raise No(why)

    return line


def all_of(k: Check, join: str) -> str:
    names = [column(c) for c in k["column_list"]]
    if join == "<>":
        return " and ".join(f"{a} <> {b}" for i, a in enumerate(names) for b in names[i + 1 :])
    return " and ".join(f"{a} = {b}" for a, b in zip(names, names[1:]))


def missing(k: Check) -> str:
    mostly = k.get("mostly")
    line = f"{col(k)} is not null"
    return line if mostly is None or float(mostly) == 1 else f"share({line}) >= {value(float(mostly))}"


def contains(k: Check) -> str:
    return "\n".join(f"share({col(k)} = {value(v)}) > 0" for v in k["value_set"])


def unique(k: Check) -> str:
    if k.get("mostly") not in (None, 1):
        raise No("a key is unique or it is not: mostly")
    return f"unique ({col(k)})"


def patterns(k: Check) -> str:
    join = " or " if k.get("match_on", "any") == "any" else " and "
    return join.join(f"{col(k)} matches {pattern(r)}" for r in k["regex_list"])


TYPES = "types are declared in datapackage.json (varve schema --type), which check obeys"
ORDER = "it needs a query with a window function: docs/use/recipes.checks has some"
QUERY = "a query of another engine: varve sql runs SQLite's SQL on versions, differences and histories"
COLUMNS = "columns are declared in datapackage.json: fieldsMatch"
MEDIAN = "aggregates are exact and in one pass: no medians or quantiles"
OTHER = "it needs a query over both tables: as-many-as of docs/use/recipes.checks"

V = {**C, "value_set": ["a", "b"], "min_value": 0, "max_value": 10, "regex": "^[A-Z]+$", "regex_list": ["^a", "b$"],
     "like_pattern": "A%", "like_pattern_list": ["A%", "B%"], "column_A": "ends", "column_B": "starts",
     "column_list": ["a", "b", "c"], "sum_total": 100, "value": 3}

GX: dict[str, Maker] = {
    "expect_column_distinct_values_to_be_in_set": lambda k: f"{col(k)} in {values(k['value_set'])}",
    "expect_column_distinct_values_to_contain_set": contains,
    "expect_column_distinct_values_to_equal_set": lambda k: f"{col(k)} in {values(k['value_set'])}\n{contains(k)}",
    "expect_column_kl_divergence_to_be_less_than": no("drift-psi of varve.json measures against the version before"),
    "expect_column_max_to_be_between": lambda k: bounds(f"max({col(k)})", k),
    "expect_column_mean_to_be_between": lambda k: bounds(f"avg({col(k)})", k),
    "expect_column_median_to_be_between": no(MEDIAN),
    "expect_column_min_to_be_between": lambda k: bounds(f"min({col(k)})", k),
    "expect_column_most_common_value_to_be_in_set": no("aggregates give numbers, not values by frequency"),
    "expect_column_pair_values_a_to_be_greater_than_b": together(
        lambda k: f"{column(k['column_A'])} {'>=' if k.get('or_equal') else '>'} {column(k['column_B'])}", pair),
    "expect_column_pair_values_to_be_equal": together(lambda k: f"{column(k['column_A'])} = {column(k['column_B'])}", pair),
    "expect_column_pair_values_to_be_in_set": together(lambda k: " or ".join(
        f"({column(k['column_A'])} = {value(a)} and {column(k['column_B'])} = {value(b)})" for a, b in k["value_pairs_set"]), pair),
    "expect_column_proportion_of_non_null_values_to_be_between": lambda k: bounds(f"share({col(k)} is not null)", k),
    "expect_column_proportion_of_unique_values_to_be_between": lambda k: bounds(
        f"count(distinct {col(k)}) / count({col(k)})", k),
    "expect_column_quantile_values_to_be_between": no(MEDIAN),
    "expect_column_stdev_to_be_between": lambda k: bounds(f"deviation({col(k)})", k),
    "expect_column_sum_to_be_between": lambda k: bounds(f"sum({col(k)})", k),
    "expect_column_to_exist": lambda k: f"count({col(k)}) >= 0",
    "expect_column_type_to_be": no(TYPES),
    "expect_column_unique_value_count_to_be_between": lambda k: bounds(f"count(distinct {col(k)})", k),
    "expect_column_value_lengths_to_be_between": each(lambda k: bounds(f"length({col(k)})", k)),
    "expect_column_value_lengths_to_equal": each(lambda k: f"length({col(k)}) = {value(k['value'])}"),
    "expect_column_value_z_scores_to_be_less_than": no("it needs a query: docs/use/recipes.checks"),
    "expect_column_values_to_be_between": each(lambda k: bounds(col(k), k)),
    "expect_column_values_to_be_dateutil_parseable": no(TYPES),
    "expect_column_values_to_be_decreasing": no(ORDER),
    "expect_column_values_to_be_in_set": each(lambda k: f"{col(k)} in {values(k['value_set'])}"),
    "expect_column_values_to_be_in_type_list": no(TYPES),
    "expect_column_values_to_be_increasing": no(ORDER),
    "expect_column_values_to_be_json_parseable": no(TYPES),
    "expect_column_values_to_be_null": lambda k: f"{col(k)} is null",
    "expect_column_values_to_be_of_type": no(TYPES),
    "expect_column_values_to_be_unique": unique,
    "expect_column_values_to_match_json_schema": no("JSON in a cell is only checked to be JSON"),
    "expect_column_values_to_match_like_pattern": each(lambda k: f"{col(k)} like {value(k['like_pattern'])}"),
    "expect_column_values_to_match_like_pattern_list": each(lambda k: (
        " or " if k.get("match_on", "any") == "any" else " and ").join(f"{col(k)} like {value(p)}" for p in k["like_pattern_list"])),
    "expect_column_values_to_match_regex": each(lambda k: f"{col(k)} matches {pattern(k['regex'])}"),
    "expect_column_values_to_match_regex_list": each(patterns),
    "expect_column_values_to_match_strftime_format": no(TYPES),
    "expect_column_values_to_not_be_in_set": each(lambda k: f"{col(k)} not in {values(k['value_set'])}"),
    "expect_column_values_to_not_be_null": missing,
    "expect_column_values_to_not_be_outliers": no("it needs a query: docs/use/recipes.checks"),
    "expect_column_values_to_not_match_like_pattern": each(lambda k: f"{col(k)} not like {value(k['like_pattern'])}"),
    "expect_column_values_to_not_match_like_pattern_list": each(
        lambda k: " and ".join(f"{col(k)} not like {value(p)}" for p in k["like_pattern_list"])),
    "expect_column_values_to_not_match_regex": each(lambda k: f"{col(k)} not matches {pattern(k['regex'])}"),
    "expect_column_values_to_not_match_regex_list": each(
        lambda k: " and ".join(f"{col(k)} not matches {pattern(r)}" for r in k["regex_list"])),
    "expect_compound_columns_to_be_unique": lambda k: f"unique ({', '.join(map(column, k['column_list']))})",
    "expect_multicolumn_sum_to_equal": together(
        lambda k: f"{' + '.join(map(column, k['column_list']))} = {value(k['sum_total'])}", list_of),
    "expect_multicolumn_values_to_be_equal": together(lambda k: all_of(k, "="), list_of),
    "expect_multicolumn_values_to_be_unique": lambda k: all_of(k, "<>"),
    "expect_query_results_to_match_comparison": no(QUERY),
    "expect_select_column_values_to_be_unique_within_record": lambda k: all_of(k, "<>"),
    "expect_table_column_count_to_be_between": no(COLUMNS),
    "expect_table_column_count_to_equal": no(COLUMNS),
    "expect_table_columns_to_match_ordered_list": no(COLUMNS),
    "expect_table_columns_to_match_set": no(COLUMNS),
    "expect_table_row_count_to_be_between": lambda k: bounds("count(*)", k),
    "expect_table_row_count_to_equal": lambda k: f"count(*) = {value(k['value'])}",
    "expect_table_row_count_to_equal_other_table": no(OTHER),
    "unexpected_rows_expectation": no(QUERY),
}

DBT: dict[str, Maker] = {
    "not_null": missing,
    "unique": unique,
    "accepted_values": lambda k: f"{col(k)} in {values(k.get('values') or k.get('value_set'))}",
    "relationships": lambda k: f"{col(k)} references {model(k['to'])}({column(k['field'])})",
    "dbt_utils.accepted_range": lambda k: bounds(
        col(k), {**k, "strictly": k.get("inclusive") is False}),
    "dbt_utils.at_least_one": lambda k: f"count({col(k)}) > 0",
    "dbt_utils.cardinality_equality": no(OTHER),
    "dbt_utils.equal_rowcount": no(OTHER),
    "dbt_utils.equality": no("two tables: varve compare compares them"),
    "dbt_utils.expression_is_true": lambda k: f"{col(k)} {k['expression']}" if k.get("column_name") else str(k["expression"]),
    "dbt_utils.fewer_rows_than": no(OTHER),
    "dbt_utils.mutually_exclusive_ranges": no(ORDER),
    "dbt_utils.not_accepted_values": lambda k: f"{col(k)} not in {values(k.get('values') or k.get('value_set'))}",
    "dbt_utils.not_constant": lambda k: f"count(distinct {col(k)}) > 1",
    "dbt_utils.not_empty_string": lambda k: f"trim({col(k)}) <> ''",
    "dbt_utils.not_null_proportion": lambda k: bounds(f"share({col(k)} is not null)", k, "at_least", "at_most"),
    "dbt_utils.recency": no("freshness of varve.json: {\"columns\": [FIELD], \"maxAge\": \"1d\"}"),
    "dbt_utils.relationships_where": no("it needs a query: select ... where id not in (select ... where ...)"),
    "dbt_utils.sequential_values": no(ORDER),
    "dbt_utils.unique_combination_of_columns": lambda k: (
        f"unique ({', '.join(map(column, k.get('combination_of_columns') or k['column_list']))})"),
}
EXPECTATIONS: dict[str, Maker] = {
    **{f"dbt_expectations.{name}": make for name, make in GX.items() if name.startswith("expect_") and name not in (
        "expect_query_results_to_match_comparison", "expect_column_values_to_be_dateutil_parseable",
        "expect_column_values_to_be_json_parseable", "expect_column_values_to_match_json_schema",
        "expect_column_values_to_not_be_outliers", "expect_column_type_to_be", "expect_multicolumn_values_to_be_equal",
        "expect_multicolumn_values_to_be_unique", "expect_column_kl_divergence_to_be_less_than",
        "expect_column_values_to_match_strftime_format", "expect_column_value_z_scores_to_be_less_than")},
    "dbt_expectations.expect_column_distinct_count_to_be_greater_than": lambda k: f"count(distinct {col(k)}) > {value(k['value'])}",
    "dbt_expectations.expect_column_distinct_count_to_be_less_than": lambda k: f"count(distinct {col(k)}) < {value(k['value'])}",
    "dbt_expectations.expect_column_distinct_count_to_equal": lambda k: f"count(distinct {col(k)}) = {value(k['value'])}",
    "dbt_expectations.expect_column_distinct_count_to_equal_other_table": no(OTHER),
    "dbt_expectations.expect_column_distinct_values_to_be_in_set": GX["expect_column_distinct_values_to_be_in_set"],
    "dbt_expectations.expect_column_to_exist": GX["expect_column_to_exist"],
    "dbt_expectations.expect_column_values_to_be_within_n_moving_stdevs": no(ORDER),
    "dbt_expectations.expect_column_values_to_be_within_n_stdevs": no("it needs a query: docs/use/recipes.checks"),
    "dbt_expectations.expect_column_values_to_have_consistent_casing": no("values are not compared with each other"),
    "dbt_expectations.expect_grouped_row_values_to_have_recent_data": no("freshness of varve.json has no groups"),
    "dbt_expectations.expect_row_values_to_have_data_for_every_n_datepart": no(ORDER),
    "dbt_expectations.expect_row_values_to_have_recent_data": DBT["dbt_utils.recency"],
    "dbt_expectations.expect_table_aggregation_to_equal_other_table": no(OTHER),
    "dbt_expectations.expect_table_column_count_to_equal_other_table": no(COLUMNS),
    "dbt_expectations.expect_table_columns_to_contain_set": no(COLUMNS),
    "dbt_expectations.expect_table_columns_to_not_contain_set": no(COLUMNS),
    "dbt_expectations.expect_table_row_count_to_equal_other_table_times_factor": no(OTHER),
    "dbt_expectations.expression_is_true": DBT["dbt_utils.expression_is_true"],
}

SODA_AGGREGATES = {"avg": "avg", "min": "min", "max": "max", "sum": "sum", "stddev": "deviation", "stddev_samp": "deviation"}


def soda_valid(k: Check, c: str) -> str:
    """The condition that Soda's valid ... keys make."""
    parts = []
    for key, v in k.items():
        key = key.replace("_", " ")
        if key == "valid values":
            parts.append(f"{c} in {values(v)}")
        elif key == "invalid values":
            parts.append(f"{c} not in {values(v)}")
        elif key in ("valid regex", "valid format regex"):
            parts.append(f"{c} matches {pattern(v['regex'] if isinstance(v, dict) else v, anywhere=False)}")
        elif key in ("valid min", "valid max"):
            parts.append(f"{c} {'>=' if key == 'valid min' else '<='} {value(v)}")
        elif key in ("valid min length", "valid max length", "valid length"):
            parts.append(f"length({c}) {'>=' if 'min' in key else '<=' if 'max' in key else '='} {value(v)}")
        elif key in ("valid format", "missing values", "missing regex", "invalid regex", "valid reference data"):
            raise No(f"{key}: " + ("formats of strings are declared in datapackage.json" if key == "valid format" else
                                    "missing values are declared in datapackage.json (varve schema --missing)" if "missing" in key
                                    else "not known here"))
    if not parts:
        raise No("nothing says what is valid")
    return " and ".join(parts)


def soda_metric(metric: str, c: str | None, k: Check) -> str:
    name = column(c) if c else ""
    if metric == "row_count":
        return "count(*)"
    if metric in ("missing_count", "missing_percent"):
        return f"count(*) - count({name})" if metric.endswith("count") else f"100 * share({name} is null)"
    if metric in ("invalid_count", "invalid_percent"):
        share = f"share(not ({soda_valid(k, name)}))"
        return f"count(*) * {share}" if metric.endswith("count") else f"100 * {share}"
    if metric in ("duplicate_count", "duplicate_percent"):
        raise No("values that repeat are not counted: unique (COLUMN) allows none")
    if metric in SODA_AGGREGATES:
        return f"{SODA_AGGREGATES[metric]}({name})"
    if metric in ("avg_length", "min_length", "max_length"):
        return f"{metric[:3]}(length({name}))"
    raise No(ORDER if metric.startswith("freshness") else f"'{metric}' is not known here")


def soda_line(metric: str, c: str | None, k: Check, compare: Callable[[str], str], none: bool) -> str:
    """none: the bound is 0 findings, which is a rule on rows."""
    if none and metric in ("missing_count", "missing_percent") and c:
        return f"{column(c)} is not null"
    if none and metric in ("duplicate_count", "duplicate_percent") and c:
        return f"unique ({', '.join(column(x.strip()) for x in c.split(','))})"
    if none and metric in ("invalid_count", "invalid_percent") and c:
        return soda_valid(k, column(c))
    return compare(soda_metric(metric, c, k))


SODA: dict[str, Maker] = {
    "row_count": lambda k: soda_line("row_count", None, {}, lambda m: f"{m} > 0", False),
    "missing_count": lambda k: soda_line("missing_count", "price", {}, lambda m: f"{m} < 5", False),
    "missing_percent": lambda k: soda_line("missing_percent", "price", {}, lambda m: f"{m} < 5", False),
    "missing_count = 0": lambda k: soda_line("missing_count", "price", {}, str, True),
    "duplicate_count = 0": lambda k: soda_line("duplicate_count", "price", {}, str, True),
    "duplicate_count < 5": lambda k: soda_line("duplicate_count", "price", {}, str, False),
    "invalid_count = 0": lambda k: soda_line("invalid_count", "price", {"valid min": 0, "valid max": 10}, str, True),
    "invalid_percent": lambda k: soda_line("invalid_percent", "price", {"valid values": ["a", "b"]}, lambda m: f"{m} < 5", False),
    **{m: (lambda k, m=m: soda_line(m, "price", {}, lambda x: f"{x} between 0 and 10", False))  # type: ignore[misc]
       for m in ("avg", "min", "max", "sum", "stddev", "avg_length", "min_length", "max_length")},
    "failed rows (fail condition)": lambda k: "not (price < 0)",
    "failed rows (fail query)": no(QUERY),
    "values in (a) must exist in t (b)": lambda k: "a references t(b)",
    "schema": no(COLUMNS),
    "freshness": no("freshness of varve.json: {\"columns\": [COLUMN], \"maxAge\": \"1d\"}"),
    "change for row_count": lambda k: "count(*) - base between -5 and 5",
    "anomaly detection": no("rules have bounds; check --log shows how often they failed"),
    "distribution_difference": no("drift-psi of varve.json measures against the version before"),
    "percentile": no(MEDIAN),
    "user-defined metric": no(QUERY),
    "cross row_count": no(OTHER),
    "reconciliation": no("two tables: varve diff compares versions by cell"),
}
ODCS: dict[str, Maker] = {
    "required": missing,
    "unique": unique,
    "primaryKey": lambda k: f"unique ({col(k)})\n{col(k)} is not null",
    "logicalTypeOptions.minimum, maximum": lambda k: bounds(col(k), k),
    "logicalTypeOptions.exclusiveMinimum, exclusiveMaximum": lambda k: bounds(col(k), {**k, "strictly": True}),
    "logicalTypeOptions.minLength, maxLength": lambda k: bounds(f"length({col(k)})", k),
    "logicalTypeOptions.pattern": lambda k: f"{col(k)} matches {pattern(k['regex'])}",
    "logicalTypeOptions.multipleOf": lambda k: f"mod({col(k)}, {value(k['value'])}) = 0",
    "logicalType": no(TYPES),
    "quality: rowCount": lambda k: "count(*) >= 10",
    "quality: nullValues mustBe 0": missing,
    "quality: missingValues": lambda k: f"100 * share({col(k)} is null) < 5",
    "quality: invalidValues mustBe 0": lambda k: f"{col(k)} in {values(k['value_set'])}",
    "quality: duplicateValues mustBe 0": unique,
    "quality: type sql": no(QUERY),
    "quality: type custom": no("another engine's"),
}
TABLE: list[tuple[str, dict[str, Maker]]] = [
    ("Great Expectations 1.24", GX), ("dbt and dbt_utils", DBT), ("dbt-expectations", EXPECTATIONS), ("Soda", SODA), ("ODCS 3.1", ODCS)]


def table() -> Iterator[str]:
    """What becomes of each check of each tool, as lines."""
    example = {**V, "to": "ref('customers')", "field": "id", "values": ["a", "b"], "expression": ">= 0", "at_least": 0.95,
               "combination_of_columns": ["a", "b"], "value_pairs_set": [["a", "b"], ["c", "d"]]}
    for tool, checks in TABLE:
        yield f"{tool}: {len(checks)} checks, {sum(_has_line(m, example) for m in checks.values())} of them have a line"
        for name, make in checks.items():
            try:
                lines = make(example).split("\n")
            except No as why:
                lines = [f"no, because: {why}"]
            yield f"  {name}"
            yield from (f"      {line}" for line in lines)
        yield ""


def _has_line(make: Maker, example: Check) -> bool:
    try:
        make(example)
    except No:
        return False
    return True


# --- files -------------------------------------------------------------------------------------


class Out:
    """Lines by section, and what is not taken over."""

    def __init__(self) -> None:
        self.sections: dict[str, list[str]] = {}
        self.left: list[str] = []

    def add(self, where: str, what: str, make: Callable[[], str], end: str = "") -> None:
        try:
            for line in make().split("\n"):
                if "\0" in line or "{{" in line:
                    raise No("it has a template of another tool")
                lines = self.sections.setdefault(where, [])
                if line + end not in lines:
                    lines.append(line + end)
        except No as why:
            self.left.append(f"{where}: {what}: {why}")
        except (KeyError, TypeError, ValueError, AttributeError) as e:
            self.left.append(f"{where}: {what}: it is not written as the tool's own documents write it ({type(e).__name__}: {e})")


def model(text: Any) -> str:
    found = re.search(r"(?:ref|source)\((?:[^)]*,)?\s*['\"]([^'\"]+)['\"]\s*\)", str(text))
    return column(found.group(1) if found else text)


def tail(k: Check, name: Any = None) -> str:
    config = {**k, **(k.get("config") or {})}
    end = "  warn" if str(config.get("severity", "")).lower().startswith("warn") else ""
    why = name or k.get("description")
    return end + (f"  -- {' '.join(str(why).split())}" if why else "")


def dbt_test(out: Out, where: str, test: Any, name: Any) -> None:
    kind, k = (test, {}) if isinstance(test, str) else next(iter(test.items()))
    if isinstance(test, dict) and len(test) > 1 and not isinstance(k, dict):  # test_name: / name: in the long form
        kind, k = test.get("test_name") or kind, {n: v for n, v in test.items() if n != "test_name"}
    k = dict(k or {})
    k.update(k.pop("arguments", None) or {})
    if name is not None:
        k.setdefault("column_name", name)
    make = DBT.get(kind) or EXPECTATIONS.get(kind) or no("a test of the project's own")
    limit = (k.get("config") or {}).get("where") or k.get("where") or k.get("row_condition")

    def line() -> str:
        if any(n in {**k, **(k.get("config") or {})} for n in ("warn_if", "error_if", "fail_calc", "group_by")):
            raise No("warn_if, error_if, fail_calc and group_by have no counterpart")
        text = make(k)
        return f"{text} where {limit}" if limit and " where " not in text else text

    out.add(where, f"{kind}{f' of {name}' if name else ''}", line, tail(k, k.get("name")))


def dbt(out: Out, top: Check) -> None:
    entries = [*(top.get("models") or []), *(top.get("seeds") or []), *(top.get("snapshots") or [])]
    for source in top.get("sources") or []:
        entries += source.get("tables") or []
    for m in entries:
        where = f"{m['name']}.*"
        for test in [*(m.get("tests") or []), *(m.get("data_tests") or [])]:
            dbt_test(out, where, test, None)
        for c in m.get("columns") or []:
            for test in [*(c.get("tests") or []), *(c.get("data_tests") or [])]:
                dbt_test(out, where, test, c["name"])


def gx_name(kind: str) -> str:
    """ExpectColumnMaxToBeBetween is expect_column_max_to_be_between."""
    if "_" not in kind:
        kind = re.sub(r"(?<!^)(?=[A-Z])", "_", kind).lower()
    return kind.replace("_k_l_", "_kl_").replace("_a_to_", "_a_to_").replace("_json_", "_json_")


def gx(out: Out, top: Check, file: str) -> None:
    meta = top.get("meta") or {}
    where = f"{meta.get('table') or top.get('name') or top.get('expectation_suite_name') or file}.*"
    for e in top["expectations"]:
        kind, k = gx_name(str(e.get("type") or e.get("expectation_type"))), dict(e.get("kwargs") or {})
        k.update({n: e[n] for n in ("severity",) if n in e})

        def line(kind: str = kind, k: Check = k) -> str:
            if k.get("row_condition"):
                raise No("row_condition is an expression of pandas or Spark")
            return GX.get(kind, no("an expectation of the project's own"))(k)

        notes = (e.get("meta") or {}).get("notes") or e.get("notes")
        notes = notes.get("content") if isinstance(notes, dict) else notes
        out.add(where, kind, line, tail(k, " ".join(notes) if isinstance(notes, list) else notes))


COMPARE = re.compile(r"^\s*(?:(change)\s+(?:avg last \d+ )?for\s+)?(\w+)(?:\(([^)]*)\))?\s*(.*)$")


def soda_compare(text: str) -> tuple[Callable[[str], str], bool]:
    """What follows a metric: '> 0', 'between 5 and 10', 'not between ...'."""
    text = text.strip().replace("%", "")
    found = re.fullmatch(r"(not )?between\s+\(?\s*(-?[\d.]+)\s+and\s+(-?[\d.]+)\s*\)?", text)
    if found:
        return lambda m: f"{m} {found[1] or ''}between {found[2]} and {found[3]}", False
    found = re.fullmatch(r"(<=|>=|!=|<>|=|<|>)\s*(-?[\d.]+)", text)
    if not found:
        raise No(f"'{text}' is not a comparison with a number")
    return lambda m: f"{m} {found[1]} {found[2]}", (found[1], float(found[2])) in (("=", 0.0), ("<=", 0.0))


def soda_text(text: str, k: Check) -> str:
    found = re.match(r"values in \(?([\w, ]+?)\)? must exist in (\w+) \(?([\w, ]+?)\)?$", text)
    if found:
        a, b = ([column(c.strip()) for c in part.split(",")] for part in (found[1], found[3]))
        joined = a[0] if len(a) == 1 else f"({', '.join(a)})"
        return f"{joined} references {column(found[2])}({', '.join(b)})"
    if text.startswith("failed rows"):
        if "fail condition" in k:
            return f"not ({k['fail condition']})"
        raise No(QUERY)
    for word in ("schema", "freshness", "anomaly", "distribution"):
        if text.startswith(word):
            raise No(str(next(_reason(make) for name, make in SODA.items() if name.startswith(word))))
    parts = COMPARE.match(text)
    if not parts:
        raise No("it is not known here")
    change, metric, c, rest = parts.groups()
    compare, none = soda_compare(rest)
    if change:
        return compare(f"{soda_metric(metric, c, k)} - base").replace("- base -", "- base -")
    return soda_line(metric, c, k, compare, none)


def _reason(make: Maker) -> str:
    try:
        return make(V)
    except No as why:
        return str(why)


def soda(out: Out, top: Check) -> None:
    for key, checks in top.items():
        found = re.match(r"checks for (\S+)", key)
        if not found:
            continue
        for check in checks or []:
            text, k = (check, {}) if isinstance(check, str) else next(iter(check.items()))
            k = k or {}
            if "warn" in k and "fail" not in k:
                text, k = f"{text} {negated(str(k['warn']))}", {**k, "severity": "warn"}
            elif "fail" in k and not str(text).startswith(("schema", "freshness")):
                text = f"{text} {negated(str(k['fail']))}"
            out.add(f"{found[1]}.*", text, lambda text=text, k=k: soda_text(text, k), tail(k, k.get("name")))  # type: ignore[misc]


def negated(text: str) -> str:
    """Soda's alerts say when a check fails."""
    found = re.match(r"\s*when\s+(.*)$", text)
    text = found[1] if found else text
    if "between" in text:
        return text.replace("not between", "between") if "not between" in text else "not " + text
    for word, other in (("<=", ">"), (">=", "<"), ("!=", "="), ("<", ">="), (">", "<="), ("=", "!=")):
        if text.strip().startswith(word):
            return other + text.strip()[len(word) :]
    raise No(f"'{text}' is not a comparison")


MUST = {"must_be": "=", "must_not_be": "<>", "must_be_greater_than": ">", "must_be_greater_than_or_equal": ">=",
        "must_be_greater_than_or_equal_to": ">=", "must_be_less_than": "<", "must_be_less_than_or_equal": "<=",
        "must_be_less_than_or_equal_to": "<="}


def threshold(k: Check) -> tuple[Callable[[str], str], bool]:
    """Of Soda's contracts and of ODCS: must_be..., mustBe...; none of them: nothing may be found."""
    words = {re.sub(r"(?<!^)(?=[A-Z])", "_", n).lower(): v for n, v in {**k, **(k.get("threshold") or {})}.items()}
    words = {n.replace("_or_equal_to", "_or_equal"): v for n, v in words.items()}
    both = words.get("must_be_between") or words.get("must_be_not_between") or words.get("must_not_be_between")
    if both:
        a, b = (both["greater_than_or_equal"], both["less_than_or_equal"]) if isinstance(both, dict) else both
        word = "between" if "must_be_between" in words else "not between"
        return lambda m: f"{m} {word} {value(a)} and {value(b)}", False
    for n, sign in MUST.items():
        if n in words:
            return lambda m, n=n, sign=sign: f"{m} {sign} {value(words[n])}", sign in ("=", "<=") and words[n] == 0
    return lambda m: f"{m} = 0", True


def contract_check(kind: str, c: str | None, k: Check) -> str:
    compare, none = threshold(k)
    percent = (k.get("threshold") or {}).get("metric") == "percent"
    if kind in ("missing", "invalid", "duplicate"):
        return soda_line(f"{kind}_{'percent' if percent else 'count'}", c, k, compare, none)
    if kind == "row_count":
        if none:
            compare = lambda m: f"{m} > 0"  # noqa: E731
        return compare("count(*)")
    if kind == "aggregate":
        return compare(soda_metric(str(k["function"]), c, k))
    if kind == "failed_rows" and k.get("expression"):
        return f"not ({k['expression']})"
    raise No({"schema": COLUMNS, "failed_rows": QUERY, "metric": QUERY}.get(kind, f"'{kind}' is not known here"))


def contract(out: Out, top: Check) -> None:
    where = f"{str(top['dataset']).split('/')[-1]}.*"
    columns = [(c["name"], check, c) for c in top.get("columns") or [] for check in c.get("checks") or []]
    for c, check, around in [*((None, check, {}) for check in top.get("checks") or []), *columns]:
        kind, k = (check, {}) if isinstance(check, str) else next(iter(check.items()))
        k = {**{n: v for n, v in around.items() if n.startswith(("valid", "invalid"))}, **(k or {})}
        if kind == "duplicate" and k.get("columns"):
            c = ", ".join(k["columns"])
        out.add(where, f"{kind}{f' of {c}' if c else ''}", lambda kind=kind, c=c, k=k: contract_check(kind, c, k),  # type: ignore[misc]
                tail(k, k.get("name")))


def odcs_quality(c: str | None, q: Check) -> str:
    kind = str(q.get("metric") or q.get("rule"))
    if q.get("type", "library") != "library":
        raise No(QUERY if q["type"] == "sql" else "another engine's")
    compare, none = threshold(q)
    k = {**(q.get("arguments") or {}), **q}
    percent = str(q.get("unit", "")).startswith("percent")
    words = {"nullValues": "missing", "nullCheck": "missing", "missingValues": "missing", "invalidValues": "invalid",
             "validValues": "invalid", "duplicateValues": "duplicate", "duplicateCount": "duplicate", "uniqueCheck": "duplicate"}
    if kind == "rowCount":
        return compare("count(*)")
    if kind not in words:
        raise No(f"'{kind}' is not known here")
    if kind == "missingValues" and k.get("missingValues"):
        raise No("missing values are declared in datapackage.json (varve schema --missing)")
    valid = {"valid values": k.get("validValues"), "valid regex": k.get("pattern")}
    if words[kind] == "duplicate" and k.get("properties"):
        c = ", ".join(k["properties"])
    return soda_line(f"{words[kind]}_{'percent' if percent else 'count'}", c, {n: v for n, v in valid.items() if v}, compare, none)


def odcs(out: Out, top: Check) -> None:
    for t in top.get("schema") or []:
        where = f"{t.get('physicalName') or t['name']}.*"
        key = [p["name"] for p in sorted(t.get("properties") or [], key=lambda p: p.get("primaryKeyPosition") or 0) if p.get("primaryKey")]
        if key:
            out.add(where, "primaryKey", lambda: "\n".join(
                [f"unique ({', '.join(map(column, key))})", *(f"{column(c)} is not null" for c in key)]))
        for q in t.get("quality") or []:
            out.add(where, str(q.get("name") or q.get("metric") or q.get("rule") or q.get("type")), lambda q=q: odcs_quality(None, q),  # type: ignore[misc]
                    tail(q, q.get("description")))
        for p in t.get("properties") or []:
            c = p["name"]
            k, name = p.get("logicalTypeOptions") or {}, column(c)
            if p.get("required") and c not in key:
                out.add(where, f"required of {c}", lambda: f"{name} is not null")
            if p.get("unique"):
                out.add(where, f"unique of {c}", lambda: f"unique ({name})")
            pairs = (("minimum", "maximum", name, False), ("exclusiveMinimum", "exclusiveMaximum", name, True),
                     ("minLength", "maxLength", f"length({name})", False))
            for low, high, what, strictly in pairs:
                if low in k or high in k:
                    out.add(where, f"{low} of {c}", lambda: bounds(what, {**k, "strictly": strictly}, low, high))
            if "pattern" in k:
                out.add(where, f"pattern of {c}", lambda: f"{name} matches {pattern(k['pattern'])}")
            if "multipleOf" in k:
                out.add(where, f"multipleOf of {c}", lambda: f"mod({name}, {value(k['multipleOf'])}) = 0")
            for q in p.get("quality") or []:
                out.add(where, f"quality of {c}", lambda q=q: odcs_quality(c, q), tail(q, q.get("description")))  # type: ignore[misc]


def read(name: str) -> Any:
    with open(name, encoding="utf-8") as f:
        text = f.read()
    if name.endswith(".json"):
        return json.loads(text)
    import yaml

    return yaml.safe_load(text)


def convert(name: str) -> Out:
    top, out = read(name), Out()
    if not isinstance(top, dict):
        raise ValueError("it is not a list of checks")
    if "expectations" in top:
        gx(out, top, re.sub(r".*/|\.\w+$", "", name))
    elif top.get("kind") == "DataContract" or "apiVersion" in top:
        odcs(out, top)
    elif "dataset" in top:
        contract(out, top)
    elif any(str(key).startswith("checks for ") for key in top):
        soda(out, top)
    elif any(key in top for key in ("models", "seeds", "sources", "snapshots")):
        dbt(out, top)
    else:
        raise ValueError("it is not a file of dbt, Soda, Great Expectations or ODCS")
    return out


def main(words: list[str]) -> int:
    from . import print_utf8

    print_utf8()
    if words == ["--table"]:
        print("\n".join(table()))
        return 0
    if not words or words[0].startswith("-"):
        print("usage: python3 -m varve_data.rules FILE... | --table", file=sys.stderr)
        return 2
    for name in words:
        try:
            out = convert(name)
        except ImportError as e:
            print(f"{name}: needs {e.name}: pip install pyyaml", file=sys.stderr)
            return 3
        except Exception as e:  # noqa: BLE001: whatever the file has
            print(f"{name}: {' '.join(str(e).split())}", file=sys.stderr)
            return 1
        for where, lines in out.sections.items():
            print("\n".join([f"[{where}]", *lines, ""]))
        for left in out.left:
            print(f"-- not taken over: {' '.join(left.split())}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
