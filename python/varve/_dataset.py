"""Views as pyarrow datasets, so that DuckDB, pyarrow and others can push down columns and filters."""
from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.dataset as ds

from . import _filters
from ._errors import UsageError

if TYPE_CHECKING:
    from ._table import View

class ViewDataset(ds.Dataset):  # type: ignore[misc]
    """A pyarrow dataset that reads only requested columns, and only groups of rows that can pass the filter."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._schema: pa.Schema = pa.schema(view).remove_metadata()

    def __reduce__(self) -> Any:
        return ViewDataset, (self._view,)

    @property
    def schema(self) -> pa.Schema:
        return self._schema

    def scanner(self, columns: Any = None, filter: Any = None, **options: Any) -> ds.Scanner:
        """A scanner of some columns, with the rows that pass the filter."""
        names = self._schema.names
        wanted = names
        if columns is not None:
            used = " ".join(map(str, columns.values())) if isinstance(columns, dict) else ""
            wanted = [n for n in names if n in columns or n in used or (filter is not None and n in str(filter))]
        number = self._view._number
        picked = [n for n in wanted if n != number] or [n for n in names if n != number][:1]
        where = None if filter is None else _filters.wide(filter, self._view, self._schema)
        try:
            view = self._view._narrow(picked, where, None)
        except UsageError:  # a value that varve's conditions do not take: all rows are read
            view = self._view._narrow(picked, None, None)
        reader = pa.RecordBatchReader.from_stream(view)
        given = {k: v for k, v in options.items() if k in ("batch_size", "use_threads", "memory_pool")}
        return ds.Scanner.from_batches(reader, columns=columns, filter=filter, **given)


class _Reading:
    def __init__(self, view: View) -> None:
        self._view = view

    def to_reader(self) -> pa.RecordBatchReader:
        return pa.RecordBatchReader.from_stream(self._view)


class QueryDataset(ViewDataset):
    """The same for DuckDB, which requests only a reader from a scanner. pyarrow's scanner, which takes a tenth of a
    query's time, is used only for filters.
    """

    def scanner(self, columns: Any = None, filter: Any = None, **options: Any) -> Any:
        if columns and filter is None:
            return _Reading(self._view._narrow(columns, None, None))
        return super().scanner(columns, filter, **options)
