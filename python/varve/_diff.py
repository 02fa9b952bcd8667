"""Differences between two versions of a table."""
from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from . import _arrow, _varve, _values
from ._arrow import Frames
from ._errors import raw
from ._table import Table
from ._values import Value

ADDED, REMOVED, CHANGED = 0, 1, 2
ROWS, CELLS = 0, 1  # enum varve_diff_arrow_rows
IGNORE_FORMAT = 1 << 1

Cells = dict[str, "str | None"]


class CellChange(NamedTuple):
    """A cell of a changed row. key: the row's key as a tuple, or the row's number if the rows have no key."""

    key: tuple[str | None, ...] | int
    column: str
    before: str | None
    after: str | None


class RowChange(NamedTuple):
    """A changed row, before and after: dicts of cells, as the files spell them."""

    before: Cells
    after: Cells


class RowVersion(NamedTuple):
    """A row of either table, as a dict of cells, as the file spells them. change_type: "insert", "delete",
    "update_preimage" or "update_postimage".
    """

    change_type: str
    cells: Cells


class _Changes(Frames):
    """A stream of a difference."""

    _what: int

    def __init__(self, diff: Diff) -> None:
        self._diff = diff

    def _open(self) -> tuple[object, _varve.Handle]:
        d = self._diff
        return _varve.diff_arrow(d.before._handle, d.after._handle, *d._options, self._what, *d._arrow)


class CellChanges(_Changes):
    """Cells of changed rows whose text differs. Iteration returns CellChange objects. An Arrow stream has the columns
    of the key (or row_number, if there is no key), column, before and after; before and after are as the files spell
    them.
    """

    _what = CELLS

    def __iter__(self) -> Iterator[CellChange]:
        d = self._diff
        old, new = d.before.columns, d.after.columns
        place = [pair[1] for pair in d._columns if pair[4]]
        for _, _, number, before, after, changes in d._changes(CHANGED):
            key = tuple(after[p] for p in place) if place else number
            for (b, a, _, _, _), change in zip(d._columns, changes):
                if change:
                    yield CellChange(
                        key, new[a] if a >= 0 else old[b], before[b] if b >= 0 else None, after[a] if a >= 0 else None
                    )


class RowChanges(_Changes):
    """Both versions of each row that differs. Iteration returns RowVersion objects. An Arrow stream has typed columns:
    those of the newer table, those that only the older table has, and, as in Delta Lake's change data feed,
    _change_type, _commit_version and _commit_timestamp (of the commit in which the newer table was found, else null).
    """

    _what = ROWS

    def __iter__(self) -> Iterator[RowVersion]:
        d = self._diff
        old, new = _values.unique(d.before.columns), _values.unique(d.after.columns)
        for kind, _, _, before, after, _ in _values.items(d._cursor()):
            if kind in (REMOVED, CHANGED):
                yield RowVersion("delete" if kind == REMOVED else "update_preimage", dict(zip(old, before)))
            if kind in (ADDED, CHANGED):
                yield RowVersion("insert" if kind == ADDED else "update_postimage", dict(zip(new, after)))


class Diff:
    """The differences between two tables. Groups of rows that both tables have are not read. Each iterator reads the
    tables again. before, after: the two tables. rows and cells also have Arrow streams, so pyarrow, polars, DuckDB and
    pandas accept them directly.
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
        text: bool = False,
        misfit: str = "error",
        numbers: str = "double",
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
        self._arrow = _arrow.options(text, misfit, numbers)
        self._columns = _varve.diff_columns(self._cursor())  # a wrong option is reported here

    def _cursor(self) -> _varve.Handle:
        return _varve.diff(self.before._handle, self.after._handle, *self._options)

    def _changes(self, kind: int) -> Iterator[Any]:
        return (change for change in _values.items(self._cursor()) if change[0] == kind)

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
        """Rows that both tables have, but with different cells."""
        old, new = _values.unique(self.before.columns), _values.unique(self.after.columns)
        return (RowChange(dict(zip(old, c[3])), dict(zip(new, c[4]))) for c in self._changes(CHANGED))

    @property
    def cells(self) -> CellChanges:
        """Cells of changed rows whose text differs, with the row's key."""
        return CellChanges(self)

    @property
    def rows(self) -> RowChanges:
        """Both versions of each row that differs."""
        return RowChanges(self)

    @property
    def summary(self) -> dict[str, Any]:
        """The counts of changed rows and cells, and the columns that were added, removed or renamed. Reads the whole
        difference.
        """
        names = (
            "rows_before rows_after added removed changed moved respelled cells_changed cells_respelled "
            "repeated_keys keyed reordered key_changed"
        ).split()
        counts: dict[str, Any] = dict(zip(names, _varve.diff_count(self._cursor())))
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
