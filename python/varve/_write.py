"""Transactions."""
from __future__ import annotations

import io
import json
import os
import warnings
from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import IO, Any, Literal, NamedTuple

from . import _varve, _values
from ._errors import Error, UsageError, about, path_bytes, raw
from ._table import Place, Table

REPLACE = 1 << 2  # enum varve_put_flag


class VarveWarning(UserWarning):
    """A warning about a call that succeeded."""


class Result(NamedTuple):
    """The result of a transaction for one path. state: "A" added, "M" modified, "D" removed, " " unchanged; stored:
    stored in blocks; bytes_new: bytes on disk that were added for it.
    """

    path: str
    state: str
    stored: bool
    table: bool
    rows: int
    bytes: int
    bytes_new: int
    cid: str | None


class Changes(NamedTuple):
    """The changes of write() to a table: rows added, removed and changed, and changed cells in changed rows."""

    added: int
    removed: int
    changed: int
    cells: int


class WriteResult(NamedTuple):
    """The result of Repo.write(). commit: the id of the commit; None: nothing changed."""

    commit: str | None
    added: int
    removed: int
    changed: int
    cells: int


Mode = Literal["replace", "upsert", "append", "delete"]
MODES = (None, "replace", "upsert", "append", "delete")  # enum varve_arrow_mode
COLUMNS = ("error", "keep", "drop")  # enum varve_arrow_columns
ORDERS = ("frame", "version")  # enum varve_arrow_order
MATCHES = {"row_number": 2, "equal": 3, "place": 4}  # enum varve_arrow_match


def place(what: str, words: tuple[str | None, ...], word: str | None) -> int:
    if word not in words:
        known = ", ".join(repr(w) for w in words if w is not None)
        raise UsageError(f"{what}={word!r}: one of {known} is expected", "usage")
    return words.index(word)


def stream(data: Any) -> object:
    """The capsule with the Arrow stream of a frame, or of rows."""
    names = [n for n in getattr(getattr(data, "index", None), "names", ()) if n is not None]
    if names and hasattr(data, "reset_index"):
        data = data.reset_index(level=names)
    if hasattr(data, "__arrow_c_stream__"):
        return data.__arrow_c_stream__()
    if isinstance(data, (str, bytes)) or not isinstance(data, Iterable):
        raise TypeError(f"data is what has __arrow_c_stream__, or rows, and not {type(data).__name__}")
    if isinstance(data, Mapping):  # of columns
        return _values.library("pyarrow").table(dict(data)).__arrow_c_stream__()
    return _values.library("pyarrow").Table.from_pylist([_row(row) for row in data]).__arrow_c_stream__()


def _row(row: Any) -> Mapping[str, Any]:
    if isinstance(row, Mapping):
        return row
    if not hasattr(row, "_asdict"):
        raise TypeError(f"rows are mappings or named tuples, which name their columns, and not {type(row).__name__}")
    named: Mapping[str, Any] = row._asdict()
    return named


def matching(match: str | Iterable[str] | None) -> tuple[int, tuple[bytes, ...] | None]:
    """How rows are matched, and by which columns."""
    if isinstance(match, str) and match in MATCHES:
        return MATCHES[match], None
    if match is None:
        return 0, None
    return 1, _values.names([match] if isinstance(match, str) else match)


class Transaction:
    """Changes of files that become one commit at the end of the `with` block. If an exception leaves the block, nothing
    is changed. commit_id: the id of the commit; None before, and if nothing changed; results: the results for each
    path. The transaction has the writer's lock: other processes may read, but wait to write.
    """

    def __init__(
        self, repo: _varve.Handle, place: Place, message: str, branch: str | None, start: str | None, author: str | None
    ) -> None:
        self._place, self._message, self._author = place, message, author
        self._handle = _varve.txn_open(
            repo, None if branch is None else raw(branch), None if start is None else raw(start)
        )
        self.commit_id: str | None = None
        self.results: list[Result] = []

    def put(
        self,
        path: str | os.PathLike[str],
        data: bytes | IO[bytes] | Table,
        *,
        key: Iterable[str] | None = None,
        replace: bool = False,
    ) -> None:
        """Makes bytes, or the rest of an open binary file, the content of path, also in the work tree; or a stored
        table of this or another repository, of which only blocks are copied. Content whose path is named like a table
        (.csv, .tsv, .ndjson) becomes a table. key: the columns that identify a row (an empty list: no key; None: as
        before); replace: discard unstaged changes of the file in the work tree. InvalidDataError: the content must be a
        table, but is not; RefusedError: changes in the work tree would be lost.
        """
        flags = REPLACE if replace else 0
        if isinstance(data, Table) and data.cid is not None and key is None:
            with about(path):
                return _varve.txn_put_version(self._handle, path_bytes(path), data._version, flags)
        if isinstance(data, Table):
            data = data.read_bytes()
        file = io.BytesIO(data) if isinstance(data, (bytes, bytearray, memoryview)) else data
        with about(path):
            _varve.txn_put(self._handle, path_bytes(path), file.read, _values.names(key), flags)

    def table(self, path: str | os.PathLike[str]) -> Table:
        """The table at a path, with the changes of the transaction so far. This stores the changes so far; if the
        transaction is undone, they stay in the store until gc. NotFoundError; InvalidDataError: not a table.
        """
        with about(path):
            return Table(_varve.txn_version(self._handle, path_bytes(path)), self._place)

    def write(
        self,
        path: str | os.PathLike[str],
        data: Any,
        *,
        mode: Mode | None = None,
        columns: Literal["error", "keep", "drop"] = "error",
        match: str | Iterable[str] | None = None,
        order: Literal["frame", "version"] = "frame",
        key: Iterable[str] | None = None,
        schema: Mapping[str, Any] | None = None,
        expect: str | None = None,
        replace: bool = False,
    ) -> Changes:
        """Makes the rows of data the content of path, a table in which each cell with an unchanged value keeps its
        spelling.

        data: anything with __arrow_c_stream__ (frames of pandas and polars, tables of pyarrow and varve, relations of
        DuckDB); or, if pyarrow is installed, mappings and named tuples, or one mapping of columns. Named levels of a
        pandas index are columns.

        mode: None: data has all rows; RefusedError: more than half of the table's rows would be removed. "replace": the
        same without this limit. "upsert": other rows stay. "append": all rows stay. "delete": rows that are in data are
        removed. columns: what happens to columns that data lacks: "error": SchemaMismatchError; "keep": they stay;
        "drop": they are removed. match: how rows are matched: by columns, by "row_number", as "equal" rows, or by
        "place"; None: by the key, else by a column row_number, else as equal rows. order: the order of rows that stay:
        that of data, or of the existing "version". key, replace: as for put(); schema: a Table Schema. expect: a commit
        or CID; ConflictError: path has different content.

        InvalidDataError: two rows, of data or of the version in data's types, have the same key; UsageError: a type
        that a table cannot have, or a new path that does not end in .csv, .tsv, .ndjson or .json.
        """
        how, names = matching(match)
        with about(path):
            found = _varve.txn_put_arrow(
                self._handle,
                path_bytes(path),
                stream(data),
                place("mode", MODES, mode),
                place("columns", COLUMNS, columns),
                how,
                place("order", ORDERS, order),
                REPLACE if replace else 0,
                names,
                _values.names(key),
                None if schema is None else json.dumps(schema).encode(),
                None if expect is None else raw(expect),
            )
        return Changes(*found)

    def add(self, *paths: str | os.PathLike[str]) -> None:
        """Adds files of the work tree, and all files below folders, as they are at the time of the call.
        InvalidDataError: a file that must be a table is not a table; NotFoundError: no such file; UsageError: the
        transaction has a branch.
        """
        _varve.txn_add(self._handle, tuple(map(path_bytes, paths)))

    def remove(self, path: str | os.PathLike[str], *, replace: bool = False) -> None:
        """Removes a path, also from the work tree. NotFoundError; RefusedError: changes of the file would be lost."""
        with about(path):
            _varve.txn_remove(self._handle, path_bytes(path), REPLACE if replace else 0)

    def _commit(self) -> None:
        self.results = [
            Result(path, state, bool(stored), bool(table), rows, size, new, cid or None)
            for path, state, stored, table, rows, size, new, cid in _values.items(self._handle)
        ]
        try:
            author = None if self._author is None else raw(self._author)
            self.commit_id = _varve.txn_commit(self._handle, raw(self._message), author, None, 0)
        except Error as e:
            if e.code != "no-change":
                raise
        if said := _varve.txn_warnings(self._handle):
            warnings.warn(said.rstrip("\n"), VarveWarning, stacklevel=3)

    def __enter__(self) -> Transaction:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._commit()
        finally:
            _varve.close(self._handle)
