"""The changes of a table, commit by commit, in the form of Delta Lake's change data feed."""
from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pyarrow as pa

from ._errors import NotFoundError

if TYPE_CHECKING:
    from ._repo import Repo
    from ._table import Table

OWN = (
    pa.field("_change_type", pa.string(), False),
    pa.field("_commit_version", pa.string()),
    pa.field("_commit_timestamp", pa.timestamp("us", "UTC")),
)


def schema(table: Table) -> pa.Schema:
    """The columns of a table, and the columns that the feed adds."""
    return pa.schema([*pa.schema(table).remove_metadata(), *OWN])


def commits(r: Repo, path: str, start: str, end: str) -> list[tuple[str | None, str]]:
    """Pairs of commits on the first-parent line, oldest first: those after start, up to end, that changed the path, each
    with its parent."""
    found = r.log(path, f"{start}..{end}", first_parent=True)
    return [(c.parents[0] if c.parents else None, c.id) for c in found][::-1]


def _whole(r: Repo, table: Table, commit: str, kind: str) -> pa.RecordBatchReader:
    """All rows, as changes of one commit."""
    time = next(r.log(rev=commit, limit=1)).time
    reader = table.to_batches()
    fields = schema(table)

    def batches() -> Iterator[pa.RecordBatch]:
        for b in reader:
            own = (kind, commit, time)
            columns = [pa.array([v] * b.num_rows, f.type) for v, f in zip(own, OWN)]
            yield pa.record_batch([*b.columns, *columns], schema=fields)

    return pa.RecordBatchReader.from_batches(fields, batches())


def _changes(r: Repo, path: str, before: str | None, after: str) -> pa.RecordBatchReader | None:
    def at(commit: str | None) -> Table | None:
        try:
            return None if commit is None else r.table(path, commit)
        except NotFoundError:
            return None

    old, new = at(before), at(after)
    if old is not None and new is not None:
        return r.diff(path, old.commit_id or "", new.commit_id or "").rows.to_batches()
    if new is not None:
        return _whole(r, new, after, "insert")
    return None if old is None else _whole(r, old, after, "delete")


def batches(r: Repo, path: str, before: str | None, after: str, wanted: pa.Schema) -> Iterator[pa.RecordBatch]:
    """The changes of a commit in the requested columns; null if a version lacks a column. A column that had a different
    type gets its present type; a value that cannot be converted is an error.
    """
    for b in (_changes(r, path, before, after) or ()) if after else ():
        have = b.schema.names
        columns = [
            b.column(f.name).cast(f.type) if f.name in have else pa.nulls(b.num_rows, f.type) for f in wanted
        ]
        yield pa.record_batch(columns, schema=wanted)
