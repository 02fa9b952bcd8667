"""Tables for Dask, divided into shares of rows."""
from __future__ import annotations

import functools
from collections.abc import Iterable
from typing import Any

from ._arrow import pandas_frame
from ._table import View

ROWS = 200_000  #: of a partition, where their number is not given


def _part(part: int, view: View, parts: int, columns: Iterable[str] | None = None) -> Any:
    return view.share(part, parts).to_pandas(columns)


def dataframe(view: View, npartitions: int | None = None) -> Any:
    """A dask.dataframe of a table or view. Its partitions are shares of the rows: a worker reads only the shares that
    it computes, and only the columns that it needs. Workers need the repository at the same path. Use a table of a
    revision, since the file in the work tree may change in the meantime.
    """
    import dask.dataframe
    import pyarrow as pa

    parts = npartitions or max(1, len(view._table) // ROWS)
    meta = pandas_frame(pa.schema(view).empty_table(), None, None)
    return dask.dataframe.from_map(functools.partial(_part, view=view, parts=parts), range(parts), meta=meta)
