"""Differences between two versions of a table."""
from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from . import _varve, _values
from ._errors import raw
from ._table import Table
from ._values import Value

ADDED, REMOVED, CHANGED = 0, 1, 2
IGNORE_FORMAT = 1 << 1

Cells = dict[str, "str | None"]


class CellChange(NamedTuple):
    """A cell of a changed row. key: the row's key as a tuple, or its number where rows have no key."""

    key: tuple[str | None, ...] | int
    column: str
    before: str | None
    after: str | None


class RowChange(NamedTuple):
    """A changed row, before and after, as dicts of cells as written."""

    before: Cells
    after: Cells


class Diff:
    """What differs between two tables. Groups of rows that both have are not read; each iterator reads anew.

    before, after: the two tables.
    """

    def __init__(
        self,
        before: Table,
        after: Table,
        *,
        key: Iterable[str] | None = None,
        only: Iterable[str] | None = None,
        ignore: Iterable[str] | None = None,
        tolerance: float | str | None = None,
        where: str | None = None,
        params: Mapping[str, Value] | None = None,
        ignore_format: bool = False,
    ) -> None:
        self.before = before
        self.after = after
        self._options = (
            _values.names(key),
            _values.names(only),
            _values.names(ignore),
            None if tolerance is None else raw(str(tolerance)),
            _values.where(where, params),
            IGNORE_FORMAT if ignore_format else 0,
        )
        self._columns = _varve.diff_columns(self._open())  # a wrong option is reported here

    def _open(self) -> _varve.Handle:
        return _varve.diff(self.before._handle, self.after._handle, *self._options)

    def _changes(self, kind: int) -> Iterator[Any]:
        return (change for change in _values.items(self._open()) if change[0] == kind)

    @property
    def added(self) -> Iterator[Cells]:
        """Rows that only the newer table has, as dicts."""
        keys = _values.unique(self.after.columns)
        return (dict(zip(keys, change[4])) for change in self._changes(ADDED))

    @property
    def removed(self) -> Iterator[Cells]:
        """Rows that only the older table has, as dicts."""
        keys = _values.unique(self.before.columns)
        return (dict(zip(keys, change[3])) for change in self._changes(REMOVED))

    @property
    def changed(self) -> Iterator[RowChange]:
        """Rows that both tables have with other cells."""
        old, new = _values.unique(self.before.columns), _values.unique(self.after.columns)
        return (RowChange(dict(zip(old, c[3])), dict(zip(new, c[4]))) for c in self._changes(CHANGED))

    @property
    def cells(self) -> Iterator[CellChange]:
        """Cells of changed rows that have another text, with the row's key."""
        old, new = self.before.columns, self.after.columns
        place = [pair[1] for pair in self._columns if pair[4]]
        for _, _, number, before, after, changes in self._changes(CHANGED):
            key = tuple(after[p] for p in place) if place else number
            for (b, a, _, _, _), change in zip(self._columns, changes):
                if change:
                    yield CellChange(
                        key, new[a] if a >= 0 else old[b], before[b] if b >= 0 else None, after[a] if a >= 0 else None
                    )

    @property
    def summary(self) -> dict[str, Any]:
        """Counts of rows and cells, and the columns that were added, removed or renamed. Reads the whole difference."""
        names = (
            "rows_before rows_after added removed changed moved respelled cells_changed cells_respelled "
            "repeated_keys keyed reordered key_changed"
        ).split()
        counts: dict[str, Any] = dict(zip(names, _varve.diff_count(self._open())))
        for name in ("keyed", "reordered", "key_changed"):
            counts[name] = bool(counts[name])
        old, new = self.before.columns, self.after.columns
        counts["columns_added"] = [new[a] for b, a, *_ in self._columns if b < 0]
        counts["columns_removed"] = [old[b] for b, a, *_ in self._columns if a < 0]
        counts["columns_renamed"] = {old[b]: new[a] for b, a, renamed, *_ in self._columns if renamed}
        return counts

    def __repr__(self) -> str:
        return f"<varve.Diff {self.before!r} {self.after!r}>"

    def _repr_html_(self) -> str:
        n = self.summary
        title = f"{n['added']:,} rows added, {n['removed']:,} removed, {n['changed']:,} changed"
        return _values.table_html(title, CellChange._fields, self.cells, n["cells_changed"] + n["cells_respelled"])
