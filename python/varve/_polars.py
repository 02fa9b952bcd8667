"""Translates predicates of polars into varve's language of conditions.

A predicate shows its structure when it is serialized as JSON. Parts that are not recognised, in this polars or a later
one, are not translated: polars applies the whole predicate to the rows that it gets.
"""
from __future__ import annotations

import datetime
import io
import json
import warnings
from typing import TYPE_CHECKING, Any

from . import _values
from ._filters import Call, Field, Literal, Node, Translator, widest

if TYPE_CHECKING:
    import polars

    from ._table import View

UNKNOWN = Call("unknown", (), {})
FUNCTIONS = {
    "Eq": "equal",
    "NotEq": "not_equal",
    "Lt": "less",
    "LtEq": "less_equal",
    "Gt": "greater",
    "GtEq": "greater_equal",
    "And": "and_kleene",
    "LogicalAnd": "and_kleene",
    "Or": "or_kleene",
    "LogicalOr": "or_kleene",
}
UNARY = {"IsNull": "is_null", "IsNotNull": "is_valid", "Not": "invert"}
UNITS = {"Milliseconds": 1_000, "Microseconds": 1_000_000, "Nanoseconds": 1_000_000_000}


def _value(kind: str, value: Any) -> Any:
    if kind == "Date":
        return datetime.date(1970, 1, 1) + datetime.timedelta(days=value)
    if kind == "Datetime":
        count, unit, zone = value
        seconds, part = divmod(count, UNITS[unit])
        moment = datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=seconds, microseconds=part * 1_000_000 // UNITS[unit])
        return moment if zone is None else moment.replace(tzinfo=datetime.timezone.utc)
    if kind == "List":
        return _values.library("polars").read_ipc_stream(io.BytesIO(bytes(value))).to_series().to_list()
    if kind.startswith(("Int", "UInt", "Float")) or kind in ("String", "Boolean"):
        return value
    raise LookupError(kind)


def _function(function: Any, arguments: tuple[Node, ...]) -> Node:
    """A function whose name is a word, or the only key of a dict with the function's options."""
    (group, named), *others = function.items()
    word, options = next(iter(named.items())) if isinstance(named, dict) else (named, {})
    if others or group not in ("Boolean", "StringExpr"):
        return UNKNOWN
    if word in UNARY and len(arguments) == 1:
        return Call(UNARY[word], arguments, {})
    second = arguments[1] if len(arguments) > 1 and isinstance(arguments[1], Literal) else None
    if word == "IsIn" and second and isinstance(second.value, list):
        return Call("is_in", arguments[:1], {"value_set": second.value})
    if word == "StartsWith" and second and isinstance(second.value, str):
        return Call("starts_with", arguments[:1], {"pattern": second.value})
    if word == "IsBetween" and len(arguments) == 3:
        closed = options["closed"]
        low = Call("greater_equal" if closed in ("Both", "Left") else "greater", (arguments[0], arguments[1]), {})
        high = Call("less_equal" if closed in ("Both", "Right") else "less", (arguments[0], arguments[2]), {})
        return Call("and_kleene", (low, high), {})
    return UNKNOWN


def _build(node: Any) -> Node:
    try:
        ((kind, body),) = node.items()
        if kind == "Column":
            return Field(body)
        if kind == "Literal":
            ((inner, value),) = body["Scalar"].items()
            return Literal(_value(inner, value))
        if kind == "BinaryExpr":
            return Call(FUNCTIONS[body["op"]], (_build(body["left"]), _build(body["right"])), {})
        if kind == "Function":
            return _function(body["function"], tuple(map(_build, body["input"])))
    except (AttributeError, LookupError, OverflowError, TypeError, ValueError):
        pass
    return UNKNOWN


def _kind(dtype: Any, kind: str, view: View) -> str:
    name = str(dtype.base_type())
    if name == "String":
        return "text" if kind in ("string", "any") and not view._text else "written"
    return {"Int64": "int", "UInt64": "int", "Float64": "float", "Boolean": "bool", "Date": "date", "Datetime": "moment", "Decimal": "decimal"}.get(name, "")


def wide(predicate: polars.Expr, view: View, schema: polars.Schema) -> str | None:
    """A condition that all rows meet that pass the predicate, and possibly others; None: every row may pass."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a form that is not promised to stay
            node = _build(json.loads(predicate.meta.serialize(format="json")))
    except Exception:  # whatever a later polars says of it
        return None
    names = zip(view._table._all, view._table.schema["fields"])
    kinds = {name: _kind(schema[name], facts.get("type", "string"), view) for name, facts in names if name in schema}
    return widest(Translator(view, kinds, exact=False, nan_is_greatest=True), node)
