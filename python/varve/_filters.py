"""Translates filters of pyarrow (expressions or lists) and polars (_polars.py) into varve's language of conditions.

An expression shows its structure only when it is pickled: as pairs of words, in the order in which its parts are built,
and a batch with its values. Parts that are not recognised, in this pyarrow or a later one, are not translated.
"""
from __future__ import annotations

import datetime
import decimal
import math
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Union

from ._errors import UsageError

if TYPE_CHECKING:
    import pyarrow as pa

    from ._table import View

LONGEST = 8000  #: characters of a condition; varve takes 16,384 bytes
PAIR = re.compile(r"(\w+): '(.*)'")
SIGNS = {"equal": "=", "not_equal": "!=", "less": "<", "less_equal": "<=", "greater": ">", "greater_equal": ">="}
OPPOSITE = {"=": "!=", "!=": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
MIRRORED = {"=": "=", "!=": "!=", "<": ">", ">": "<", "<=": ">=", ">=": "<="}
WORDS = {"=": "=", "==": "=", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}


# ---- what an expression is ----


@dataclass(frozen=True)
class Field:
    name: str


@dataclass(frozen=True)
class Literal:
    value: Any


@dataclass(frozen=True)
class Call:
    function: str
    arguments: tuple[Node, ...]
    options: dict[str, Any]


Node = Union[Field, Literal, Call]


def _build(pairs: Iterator[tuple[str, str]], values: Any, kind: str, word: str) -> Node:
    if kind == "field_ref":
        return Field(word)
    if kind == "literal":
        return Literal(values.column(int(word))[0].as_py())
    if kind != "call":
        raise LookupError(kind)
    arguments: list[Node] = []
    options: dict[str, Any] = {}
    for inner, text in pairs:
        if inner == "end":
            return Call(word, tuple(arguments), options)
        if inner == "options":
            options = values.column(int(text))[0].as_py()
        else:
            arguments.append(_build(pairs, values, inner, text))
    raise LookupError("end")


def parse(expression: Any) -> Node | None:
    """None: the structure is not recognised."""
    import pyarrow as pa

    try:
        _, (data,) = expression.__reduce__()
        reader = pa.ipc.open_file(data)
        text = reader.schema.to_string(show_field_metadata=False, truncate_metadata=False)
        lines = text.partition("-- schema metadata --\n")[2].split("\n")
        found = [PAIR.fullmatch(line) for line in lines if line]
        if not all(found):  # a name with a line end in it, perhaps
            return None
        pairs = iter([(f[1], f[2]) for f in found if f])
        node = _build(pairs, reader.get_batch(0), *next(pairs))
        return node if next(pairs, None) is None else None
    except (AttributeError, IndexError, LookupError, StopIteration, TypeError, ValueError, pa.ArrowException):
        return None


# ---- what it says of a row ----


@dataclass(frozen=True)
class Said:
    """Conditions that all rows meet for which an expression is true, or false; None: no such condition is known. exact,
    false_exact: the condition is met by these rows alone.
    """

    true: str | None
    false: str | None
    exact: bool = False
    false_exact: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "exact", self.exact and self.true is not None)
        object.__setattr__(self, "false_exact", self.false_exact and self.false is not None)


NOTHING = Said(None, None)


def _both(word: str, parts: list[str | None], all_of_them: bool) -> str | None:
    known = [p for p in parts if p is not None]
    if not known or (all_of_them and len(known) < len(parts)):
        return None
    return f" {word} ".join(f"({p})" for p in known) if len(known) > 1 else known[0]


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _number(value: Any) -> str | None:
    if isinstance(value, bool) or not isinstance(value, (int, float, decimal.Decimal)) or not math.isfinite(value):
        return None
    return f"{decimal.Decimal(repr(value) if isinstance(value, float) else value):f}"


@dataclass(frozen=True)
class Column:
    """A column in a comparison. kind: int, float, decimal, bool, date, moment, text, or written (the text of another
    type).
    """

    name: str
    kind: str
    missing: frozenset[str]
    nulls: bool  #: null is a missing value, and no other
    nans: bool = False  #: some cells are NaN, which a condition never finds
    nan_is_greatest: bool = False  #: as polars has it; else no comparison but != is true for NaN

    @property
    def word(self) -> str:
        quoted = '"' + self.name.replace('"', '""') + '"'
        return f"text({quoted})" if self.kind == "written" else quoted

    def may_be_null(self, text: str) -> bool:
        """Can text() return this for a cell that is null in Arrow?"""
        return not text or text in self.missing

    def literal(self, value: Any) -> str | None:
        """The value as a condition writes it; None: the value is of another kind."""
        if self.kind in ("int", "decimal"):
            fits = not isinstance(value, float) or abs(value) < 2**53
            return _number(value) if fits else None
        if self.kind in ("text", "written"):
            if not isinstance(value, str) or (self.kind == "text" and value in self.missing):
                return None
            return _quoted(value)
        if self.kind == "bool":
            return {True: "true", False: "false"}.get(value) if isinstance(value, bool) else None
        if self.kind == "date":
            day = isinstance(value, datetime.date) and not isinstance(value, datetime.datetime)
            return _quoted(value.isoformat()) if day else None
        return None

    def around(self, value: Any, exact: bool) -> tuple[str, str] | None:
        """For values that Arrow rounds: a certain lower and upper bound of all cells that become this value."""
        if self.kind == "float":
            number = _number(value)
            if number is None or (exact and number):
                return (number, number) if number else None
            try:
                below, above = math.nextafter(float(value), -math.inf), math.nextafter(float(value), math.inf)
            except OverflowError:
                return None
            if isinstance(value, int) and abs(value) >= 2**53 or not math.isfinite(below) or not math.isfinite(above):
                return None
            return str(_number(below)), str(_number(above))
        if self.kind == "moment" and isinstance(value, datetime.datetime):
            if value.tzinfo is not None:
                value = value.astimezone(datetime.timezone.utc).replace(tzinfo=None)
            if not 2 <= value.year <= 9998:
                return None
            second = datetime.timedelta(seconds=0 if exact else 1)
            low, high = value - second, value + second
            return _quoted(f"{low.isoformat()}Z"), _quoted(f"{high.isoformat()}Z")
        return None

    def compare(self, sign: str, value: Any, exact: bool) -> Said:
        if self.kind == "decimal" and isinstance(value, float) and not exact:
            return NOTHING  # Arrow rounds decimals on the way to doubles, each engine otherwise
        literal = self.literal(value)
        if literal is not None:
            if self.kind in ("written", "bool") and sign not in ("=", "!="):
                return NOTHING
            said = f"{self.word} {sign} {literal}", f"{self.word} {OPPOSITE[sign]} {literal}"
            written = self.kind == "written"
            return Said(*said, exact=not written or (sign == "=" and not self.may_be_null(value)), false_exact=not written)
        edges = self.around(value, exact)
        if edges is None:
            return NOTHING
        true_of_nan = self.nans and (sign == "!=" or (self.nan_is_greatest and sign in (">", ">=")))
        false_of_nan = self.nans and not true_of_nan
        if exact:
            said = f"{self.word} {sign} {edges[0]}", f"{self.word} {OPPOSITE[sign]} {edges[0]}"
            return Said(None if true_of_nan else said[0], None if false_of_nan else said[1], True, True)
        less, more = edges
        wide = {
            "=": f"{self.word} between {less} and {more}",
            "!=": f"{self.word} is not null",
            "<": f"{self.word} <= {more}",
            "<=": f"{self.word} <= {more}",
            ">": f"{self.word} >= {less}",
            ">=": f"{self.word} >= {less}",
        }
        return Said(
            None if true_of_nan and sign != "!=" else wide[sign], None if false_of_nan and sign != "=" else wide[OPPOSITE[sign]]
        )

    def among(self, values: list[Any], exact: bool) -> Said:
        """pyarrow's is_in, which is false for a null cell, too."""
        literals: list[str] = []
        each = [self.compare("=", value, exact) for value in values]
        if not each or any(said.true is None for said in each):
            return NOTHING
        prefix = f"{self.word} = "
        if all(str(said.true).startswith(prefix) for said in each):
            literals = [str(said.true)[len(prefix) :] for said in each]
            listed = f"{self.word} in ({', '.join(literals)})"
            if self.kind == "written":
                null = any(self.may_be_null(value) for value in values)
                return Said(listed, None if null else f"not ({listed})", not null)
            known = self.nulls and not self.nans  # of NaN it is false, too
            return Said(listed, f"{self.word} is null or not ({listed})" if known else None, True, True)
        return Said(_both("or", [said.true for said in each], True), None)

    def is_null(self) -> Said:
        if self.kind == "written" or not self.nulls:
            return NOTHING
        return Said(f"{self.word} is null", f"{self.word} is not null", True, True)


def _text_function(word: str) -> Callable[[Column, Any], Said]:
    def say(column: Column, options: Any) -> Said:
        pattern = options.get("pattern")
        if column.kind not in ("text", "written") or options.get("ignore_case") or not pattern:
            return NOTHING
        test = f"{column.word} {word} {_quoted(pattern.decode() if isinstance(pattern, bytes) else pattern)}"
        return Said(test, None, column.kind == "text" and column.nulls)

    return say


TEXT_FUNCTIONS = {"starts_with": _text_function("^="), "match_like": _text_function("like")}


class Translator:
    """Translates filters on the columns of a view. exact: numbers are compared exactly, as varve does; else as doubles
    where Arrow has doubles. kinds: the Column of each column of the view.
    """

    def __init__(self, view: View, kinds: dict[str, str], exact: bool, nan_is_greatest: bool = False) -> None:
        self._columns: dict[str, Column] = {}
        self._exact = exact
        table = view._table
        default = table.schema.get("missingValues", [""])
        for name, facts in zip(table._all, table.schema["fields"]):
            kind = kinds.get(name, "")
            if kind:
                words = facts.get("missingValues", default)
                missing = frozenset(w if isinstance(w, str) else str(w.get("value")) for w in words)
                nulls = view._misfit == "error" and not view._text
                nans = kind == "float" and (facts.get("bareNumber") is False or table._has_nan(name))
                self._columns[name] = Column(name, kind, missing, nulls, nans, nan_is_greatest)

    def say(self, node: Node) -> Said:
        if isinstance(node, Field):
            column = self._columns.get(node.name)
            return column.compare("=", True, self._exact) if column and column.kind == "bool" else NOTHING
        if not isinstance(node, Call):
            return NOTHING
        if node.function in ("and_kleene", "or_kleene", "and", "or"):
            parts = [self.say(part) for part in node.arguments]
            exact, false_exact = all(part.exact for part in parts), all(part.false_exact for part in parts)
            true, false = [p.true for p in parts], [p.false for p in parts]
            kleene = node.function.endswith("_kleene")  # else one that is null makes the whole null
            if node.function.startswith("and"):
                return Said(_both("and", true, False), _both("or", false, True), exact, false_exact and kleene)
            return Said(_both("or", true, True), _both("and", false, False), exact and kleene, false_exact)
        if node.function == "invert":
            said = self.say(node.arguments[0])
            return Said(said.false, said.true, said.false_exact, said.exact)
        return self._leaf(node)

    def _leaf(self, node: Call) -> Said:
        column = next((self._columns.get(a.name) for a in node.arguments if isinstance(a, Field)), None)
        if column is None:
            return NOTHING
        if node.function in SIGNS and len(node.arguments) == 2:
            left, right = node.arguments
            if isinstance(left, Field) and isinstance(right, Literal):
                return column.compare(SIGNS[node.function], right.value, self._exact)
            if isinstance(left, Literal):
                return column.compare(MIRRORED[SIGNS[node.function]], left.value, self._exact)
            other = self._columns.get(right.name) if isinstance(right, Field) else None
            if other is None or other.kind != column.kind or column.kind not in ("int", "decimal", "text", "date"):
                return NOTHING
            sign = SIGNS[node.function]
            return Said(f"{column.word} {sign} {other.word}", f"{column.word} {OPPOSITE[sign]} {other.word}", True, True)
        if len(node.arguments) != 1:
            return NOTHING
        if node.function == "is_in":
            values = node.options.get("value_set")
            return NOTHING if values is None or None in values else column.among(values, self._exact)
        if node.function == "is_null" and not node.options.get("nan_is_null"):
            return column.is_null()
        if node.function == "is_valid":
            said = column.is_null()
            return Said(said.false, said.true, said.false_exact, said.exact)
        if node.function in TEXT_FUNCTIONS:
            return TEXT_FUNCTIONS[node.function](column, node.options)
        return NOTHING


def _kind(arrow: pa.DataType, kind: str, as_text: bool) -> str:
    import pyarrow as pa

    if pa.types.is_dictionary(arrow):
        arrow = arrow.value_type
    if arrow == pa.string():
        return "text" if kind in ("string", "any") and not as_text else "written"
    if pa.types.is_timestamp(arrow):
        return "moment"
    if pa.types.is_decimal(arrow):
        return "decimal"
    return {pa.int64(): "int", pa.uint64(): "int", pa.float64(): "float", pa.bool_(): "bool", pa.date32(): "date"}.get(arrow, "")


def _kinds(view: View, schema: pa.Schema) -> dict[str, str]:
    found = {}
    for name, facts in zip(view._table._all, view._table.schema["fields"]):
        at = schema.get_field_index(name)
        found[name] = "" if at < 0 else _kind(schema.field(at).type, facts.get("type", "string"), view._text)
    return found


def wide(expression: Any, view: View, schema: pa.Schema) -> str | None:
    """A condition that all rows meet that pass the expression, and possibly others; None: every row may pass."""
    node = parse(expression)
    return widest(Translator(view, _kinds(view, schema), exact=False), node)


def widest(translator: Translator, node: Node | None) -> str | None:
    said = translator.say(node) if node else NOTHING
    return said.true if said.true is None or len(said.true) <= LONGEST else None


# ---- pyarrow's list form, and expressions that are to hold exactly ----


def _term(term: Any) -> Call:
    try:
        name, op, value = term
    except (TypeError, ValueError):
        raise UsageError(f"a filter is not (column, operator, value): {term!r}", "usage") from None
    if op in WORDS:
        functions = {sign: function for function, sign in SIGNS.items()}
        return Call(functions[WORDS[op]], (Field(name), Literal(value)), {})
    if op in ("in", "not in"):
        among = Call("is_in", (Field(name),), {"value_set": list(value)})
        return among if op == "in" else Call("invert", (among,), {})
    raise UsageError(f"a filter has an unknown operator: {op!r}", "usage", "operators are = == != < > <= >= in and not in")


def _any(word: str, parts: list[Call]) -> Call:
    return parts[0] if len(parts) == 1 else Call(word, tuple(parts), {})


def condition(filters: Any, view: View, schema: pa.Schema) -> str | None:
    """A condition that means the same as filters in pyarrow's form: an expression, a list [(column, operator, value),
    ...], or a list of such lists of which one must hold. UsageError: varve's conditions cannot express a part of it.
    """
    if hasattr(filters, "is_valid"):
        node = parse(filters)
    else:
        lists = list(filters)
        if not lists:
            return None
        if all(isinstance(term, tuple) for term in lists):
            lists = [lists]
        node = _any("or_kleene", [_any("and_kleene", [_term(term) for term in terms]) for terms in lists])
    said = Translator(view, _kinds(view, schema), exact=True).say(node) if node else NOTHING
    if said.true is None or not said.exact:
        raise UsageError(
            f"varve cannot filter by {filters}", "usage", "compare columns with values of their type, or filter what was read"
        )
    return said.true
