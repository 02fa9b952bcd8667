"""Random conditions: one tree, evaluated here with three values, and written for each door.

A condition is ("and"|"or", a, b), ("not", a) or (op, column, kind, value). unknown is None, as in SQL.
"""
import datetime
from decimal import Decimal

COMPARE = {
    "=": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def random_condition(rng, model, depth=2):
    if depth and rng.random() < 0.45:
        return (rng.choice(["and", "or"]), random_condition(rng, model, depth - 1), random_condition(rng, model, depth - 1))
    if depth and rng.random() < 0.15:
        return ("not", random_condition(rng, model, depth - 1))
    name, kind = rng.choice(model.columns)
    known = [row[model.place(name)] for row in model.rows if row[model.place(name)] is not None]
    if not known or rng.random() < 0.12:
        return (rng.choice(["null", "there"]), name, kind, None)
    value = rng.choice(known)
    if kind == "flag":
        return ("=", name, kind, value)
    if kind == "text" and rng.random() < 0.3:
        return ("begins", name, kind, value[: rng.randrange(1, len(value) + 1)])
    if rng.random() < 0.2:
        return ("in", name, kind, tuple(rng.sample(known, min(len(known), 3))))
    if rng.random() < 0.2:
        low, high = sorted([value, rng.choice(known)])
        return ("between", name, kind, (low, high))
    if kind == "number" and rng.random() < 0.3:
        value += Decimal(rng.choice(["0.01", "-0.01", "1"]))
    return (rng.choice(list(COMPARE)), name, kind, value)


def holds(condition, model, row):
    op = condition[0]
    if op in ("and", "or"):
        a, b = holds(condition[1], model, row), holds(condition[2], model, row)
        if op == "and":
            return False if a is False or b is False else None if a is None or b is None else True
        return True if a is True or b is True else None if a is None or b is None else False
    if op == "not":
        a = holds(condition[1], model, row)
        return None if a is None else not a
    _, name, _, value = condition
    cell = row[model.place(name)]
    if op in ("null", "there"):
        return (cell is None) == (op == "null")
    if cell is None:
        return None
    if op == "begins":
        return cell.startswith(value)
    if op == "in":
        return cell in value
    if op == "between":
        return value[0] <= cell <= value[1]
    return COMPARE[op](cell, value)


def negated(condition):
    """Has it a `not`? Doors that call null false there are not asked."""
    return condition[0] == "not" or condition[0] in ("and", "or") and (negated(condition[1]) or negated(condition[2]))


def _quoted(text):
    return "'" + text.replace("'", "''") + "'"


def _literal(kind, value):
    if kind == "flag":
        return "true" if value else "false"
    if kind in ("whole", "number"):
        return format(value, "f") if isinstance(value, Decimal) else str(value)
    return _quoted(value.isoformat() if isinstance(value, datetime.date) else value)


def written(condition, door):
    """For varve's conditions ("varve"), SQL of varve ("sql") or DuckDB ("duckdb")."""
    op = condition[0]
    if op in ("and", "or"):
        return f"({written(condition[1], door)} {op} {written(condition[2], door)})"
    if op == "not":
        return f"not ({written(condition[1], door)})"
    _, name, kind, value = condition
    if op in ("null", "there"):
        return f'"{name}" is {"not " if op == "there" else ""}null'
    if op == "begins":
        if door == "varve":
            return f'"{name}" ^= {_quoted(value)}'
        return f'substr("{name}", 1, {len(value)}) = {_quoted(value)}' if door == "sql" else f'starts_with("{name}", {_quoted(value)})'
    if op == "in":
        return f'"{name}" in ({", ".join(_literal(kind, v) for v in value)})'
    if op == "between":
        return f'"{name}" between {_literal(kind, value[0])} and {_literal(kind, value[1])}'
    if door == "sql" and kind == "flag":
        return f'"{name}" = {int(value)}'
    return f'"{name}" {op} {_literal(kind, value)}'


def _python(kind, value):
    return float(value) if kind == "number" else value


def polars(condition, pl):
    op = condition[0]
    if op in ("and", "or"):
        a, b = polars(condition[1], pl), polars(condition[2], pl)
        return a & b if op == "and" else a | b
    if op == "not":
        return ~polars(condition[1], pl)
    _, name, kind, value = condition
    column = pl.col(name)
    if op in ("null", "there"):
        return column.is_null() if op == "null" else column.is_not_null()
    if op == "begins":
        return column.str.starts_with(value)
    if op == "in":
        return column.is_in([_python(kind, v) for v in value])
    if op == "between":
        return column.is_between(pl.lit(_python(kind, value[0])), pl.lit(_python(kind, value[1])))
    return COMPARE[op](column, pl.lit(_python(kind, value)))


def arrow(condition, pc):
    """An expression of pyarrow."""
    op = condition[0]
    if op in ("and", "or"):
        a, b = arrow(condition[1], pc), arrow(condition[2], pc)
        return a & b if op == "and" else a | b
    if op == "not":
        return ~arrow(condition[1], pc)
    _, name, kind, value = condition
    field = pc.field(name)
    if op in ("null", "there"):
        return field.is_null() if op == "null" else field.is_valid()
    if op == "begins":
        return pc.starts_with(field, value)
    if op == "in":
        return field.isin([_python(kind, v) for v in value])
    if op == "between":
        return (field >= _python(kind, value[0])) & (field <= _python(kind, value[1]))
    return COMPARE[op](field, _python(kind, value))


def terms(condition):
    """As filters=[(column, op, value), ...]; None where it is no such list."""
    if condition[0] == "and":
        a, b = terms(condition[1]), terms(condition[2])
        return a + b if a is not None and b is not None else None
    op, name, kind, value = condition if len(condition) == 4 else (None, None, None, None)
    if op in COMPARE:
        return [(name, op, _python(kind, value))]
    return [(name, "in", [_python(kind, v) for v in value])] if op == "in" else None
