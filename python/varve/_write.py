"""Transactions."""
from __future__ import annotations

import io
import os
import warnings
from collections.abc import Iterable
from types import TracebackType
from typing import IO, NamedTuple

from . import _varve, _values
from ._errors import NotFoundError, raw

REPLACE = 1 << 2  # enum varve_put_flag


class VarveWarning(UserWarning):
    """What is worth knowing of something that succeeded."""


class Result(NamedTuple):
    """What a transaction did to a path. state: "A" added, "M" modified, "D" removed, " " as it was; stored: in blocks;
    bytes_new: on disk, for it."""

    path: str
    state: str
    stored: bool
    table: bool
    rows: int
    bytes: int
    bytes_new: int
    cid: str | None


class Transaction:
    """Changes of files that become one commit at the end of `with`, unless it is left by an exception: then nothing
    happened. commit_id: the commit's id, None before, and when nothing changed; results: what happened to each path.

    It has the writer's lock: others may read meanwhile, and wait to write.
    """

    def __init__(self, repo: _varve.Handle, message: str, branch: str | None, start: str | None, author: str | None) -> None:
        self._message, self._author = message, author
        self._handle = _varve.txn_open(
            repo, None if branch is None else raw(branch), None if start is None else raw(start)
        )
        self.commit_id: str | None = None
        self.results: list[Result] = []

    def put(
        self,
        path: str | os.PathLike[str],
        data: bytes | IO[bytes],
        *,
        key: Iterable[str] | None = None,
        replace: bool = False,
    ) -> None:
        """Makes bytes, or what an open binary file still has, the content of path, in the work tree, too.

        What is named like a table (.csv, .tsv, .ndjson) becomes one. key: columns that identify a row (an empty list: no
        key; None: as before); replace: lose changes of the work tree's file that are not staged.
        InvalidDataError: it has to be a table and is none; RefusedError: changes of the work tree would be lost.
        """
        file = io.BytesIO(data) if isinstance(data, (bytes, bytearray, memoryview)) else data
        _varve.txn_put(self._handle, os.fsencode(path), file.read, _values.names(key), REPLACE if replace else 0)

    def remove(self, path: str | os.PathLike[str], *, replace: bool = False) -> None:
        """Removes a path, in the work tree, too. NotFoundError; RefusedError: changes of its file would be lost."""
        _varve.txn_remove(self._handle, os.fsencode(path), REPLACE if replace else 0)

    def _commit(self) -> None:
        self.results = [
            Result(path, state, bool(stored), bool(table), rows, size, new, cid or None)
            for path, state, stored, table, rows, size, new, cid in _values.items(self._handle)
        ]
        try:
            author = None if self._author is None else raw(self._author)
            self.commit_id = _varve.txn_commit(self._handle, raw(self._message), author, None, 0)
        except NotFoundError:
            pass  # nothing changed
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
