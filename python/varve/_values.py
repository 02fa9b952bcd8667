"""Values as texts for libvarve; cursors as iterators; tables for notebooks."""
from __future__ import annotations

import datetime
import html
import importlib
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from . import _varve
from ._errors import UsageError, raw

Value = Any  #: of a key or a parameter: str, int, float, Decimal, bool, date, time or datetime

SHOWN = 50  #: rows that a notebook shows


def written(value: Value) -> bytes:
    """A value as a cell would spell it. UsageError: None has no spelling."""
    if value is None:
        raise UsageError("None is not a value of a key or a parameter", "usage", "test with 'COLUMN is null'")
    if isinstance(value, bytes):
        return value
    if isinstance(value, bool):
        return b"true" if value else b"false"
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat().encode()
    return raw(str(value))


def moment(when: str | datetime.date | datetime.datetime) -> bytes:
    """A time in the form of Git's variables: for a day noon in UTC, for a naive datetime local time. UsageError: not
    ISO 8601.
    """
    if isinstance(when, str):
        try:
            when = (datetime.date if len(when) == 10 else datetime.datetime).fromisoformat(when)
        except ValueError:
            raise UsageError(f"{when!r} is not a date", "usage", "write it as 2026-10-05 or 2026-10-05T18:00+02:00") from None
    if not isinstance(when, datetime.datetime):
        when = datetime.datetime.combine(when, datetime.time(12), datetime.timezone.utc)
    if when.tzinfo is None:
        when = when.astimezone()
    return f"@{int(when.timestamp())} {f'{when:%z}'[:5]}".encode()


def library(module: str) -> Any:
    """A module of a library that the package itself does not need."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as e:
        if e.name != module.partition(".")[0]:
            raise
        raise ModuleNotFoundError(f"this needs {e.name}: pip install {e.name}", name=e.name) from None


def listed(words: Iterable[str]) -> list[str]:
    """A list of names; a single name may be given alone."""
    return [words] if isinstance(words, str) else list(words)


def names(words: Iterable[str] | str | None) -> tuple[bytes, ...] | None:
    if words is None:
        return None
    return tuple(map(raw, listed(words)))


def where(text: str | None, params: Mapping[str, Value] | None) -> _varve.Handle | None:
    """A filter, made from a condition. UsageError: a syntax error; the message has its position."""
    if text is None:
        if params:
            raise UsageError("params without where", "usage")
        return None
    given = params or {}
    return _varve.filter_parse(raw(text), tuple(map(raw, given)), tuple(map(written, given.values())))


def items(cursor: _varve.Handle) -> Iterator[Any]:
    """The items of a cursor of the library, read in batches."""
    while batch := _varve.next(cursor):
        yield from batch


def unique(columns: Sequence[str]) -> list[str]:
    """Keys for dicts: a repeated name gets a number, as in varve's own schemas."""
    found: dict[str, None] = {}
    for name in columns:
        key, n = name, 1
        while key in found:
            n += 1
            key = f"{name}{n}"
        found[key] = None
    return list(found)


def table_html(title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]], total: int | None = None) -> str:
    """At most SHOWN rows as HTML; None is an empty cell."""
    some = list(itertools.islice(rows, SHOWN + 1))
    cells = (
        "<tr>" + "".join(f"<td>{'' if c is None else html.escape(str(c))}</td>" for c in row) + "</tr>" for row in some[:SHOWN]
    )
    more = ""
    if len(some) > SHOWN:
        more = f"<p>the first {SHOWN} of {total:,}</p>" if total is not None else f"<p>the first {SHOWN}</p>"
    head = "".join(f"<th>{html.escape(c)}</th>" for c in columns)
    return (
        f"<p>{html.escape(title)}</p><table><thead><tr>{head}</tr></thead>"
        f"<tbody>{''.join(cells)}</tbody></table>{more}"
    )
