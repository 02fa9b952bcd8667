"""Views as datasets of pyarrow, into which DuckDB, pyarrow and others push columns and filters."""
from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.dataset as ds

if TYPE_CHECKING:
    from ._table import View

TERM = re.compile(r"\((?P<column>.+) (?P<op>==|>=|<=|>|<) (?P<value>-?\d{1,15})\)")
NUMBERS = (pa.int64(), pa.float64())


def _conjuncts(text: str) -> list[str]:
    """The parts of "((a) and (b))", in their parentheses."""
    if text.startswith("(") and text.endswith(")"):
        depth = 0
        for i, c in enumerate(text):
            depth += (c == "(") - (c == ")")
            if depth == 1 and text.startswith(" and ", i):
                return _conjuncts(text[1:i]) + _conjuncts(text[i + 5 : -1])
    return [text]


def _where(filter: Any, schema: pa.Schema) -> str | None:
    """A condition that every row passes which passes the filter, and not many others, for rows that need not be read. An
    expression shows what it is only as text: of that nothing but comparisons with whole numbers is understood. Doubles
    are rounded, so the bounds are one further out."""
    text = str(filter)
    tests = []
    for part in [] if '"' in text else _conjuncts(text):
        found = TERM.fullmatch(part)
        if not found or found["column"] not in schema.names or schema.field(found["column"]).type not in NUMBERS:
            continue
        value = int(found["value"])
        if found["op"] in ("==", ">", ">="):
            tests.append(f'"{found["column"]}" >= {value - 1}')
        if found["op"] in ("==", "<", "<="):
            tests.append(f'"{found["column"]}" <= {value + 1}')
    return " and ".join(tests) or None


class ViewDataset(ds.Dataset):  # type: ignore[misc]
    """A dataset of pyarrow of which only columns are read that are asked for, and only groups of rows that can pass."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._schema: pa.Schema = pa.schema(view).remove_metadata()

    def __reduce__(self) -> Any:
        return ViewDataset, (self._view,)

    @property
    def schema(self) -> pa.Schema:
        return self._schema

    def scanner(self, columns: Any = None, filter: Any = None, **options: Any) -> ds.Scanner:
        """A scanner of some columns, of rows that pass the filter."""
        names = self._schema.names
        wanted = names
        if columns is not None:
            used = " ".join(map(str, columns.values())) if isinstance(columns, dict) else ""
            wanted = [n for n in names if n in columns or n in used or (filter is not None and n in str(filter))]
        number = self._view._number
        picked = [n for n in wanted if n != number] or [n for n in names if n != number][:1]
        view = self._view._narrow(picked, None if filter is None else _where(filter, self._schema), None)
        reader = pa.RecordBatchReader.from_stream(view)
        given = {k: v for k, v in options.items() if k in ("batch_size", "use_threads", "memory_pool")}
        return ds.Scanner.from_batches(reader, columns=columns, filter=filter, **given)
