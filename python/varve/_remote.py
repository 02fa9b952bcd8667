"""Writes to a repository at a URL: makes a commit in the cache, on a temporary branch, and pushes it to the branch at
the URL.
"""
from __future__ import annotations

import os
import uuid
import warnings
from types import TracebackType
from typing import IO, TYPE_CHECKING, Any

from ._errors import Error, NotFoundError, UsageError
from ._table import Table
from ._write import Changes, Transaction, VarveWarning

if TYPE_CHECKING:
    from ._repo import Repo


class RemoteTransaction(Transaction):
    """A Transaction whose commit is pushed at the end of the `with` block. PushRejectedError: the branch at the URL
    moved in the meantime, or the other side's rules forbid the push; then nothing was changed there. The version of the
    first path that is changed is fetched automatically. The versions of further paths must be in the cache; if they are
    not, MissingBlocksError names Repo.fetch_data(), which fetches them before the transaction.
    """

    def __init__(self, url: str, cache: Repo, message: str, branch: str | None, start: str | None, author: str | None) -> None:
        if branch is None:
            cache.close()
            raise UsageError(f"what is written to {url} goes to a branch there", "usage", "name it: branch='main'")
        self._cache, self._target = cache, branch
        try:
            self._start = cache.branches.get(branch) or (None if start is None else cache.rev_parse(start))
            if self._start is None and cache.branches:
                raise NotFoundError(f"{url} has no branch '{branch}'", "not-found", "start='REV' of transaction() says where it begins")
        except Error:
            cache.close()
            raise
        self._given = (message, author)
        self._begun = False
        self.commit_id, self.results = None, []

    def _begin(self, path: str | os.PathLike[str]) -> None:
        """Opens the transaction, which takes the writer's lock: after this, nothing can be fetched."""
        if self._begun:
            return
        if self._start is not None:
            try:
                self._cache.fetch_data(self._start, path)
            except NotFoundError:
                pass  # a new path
        message, author = self._given
        super().__init__(self._cache._handle, self._cache._place, message, f"varve-write-{uuid.uuid4().hex}", self._start, author)
        self._begun = True

    def put(self, path: str | os.PathLike[str], data: bytes | IO[bytes] | Table, **how: Any) -> None:
        self._begin(path)
        super().put(path, data, **how)

    def write(self, path: str | os.PathLike[str], data: Any, **how: Any) -> Changes:
        self._begin(path)
        return super().write(path, data, **how)

    def table(self, path: str | os.PathLike[str]) -> Table:
        self._begin(path)
        return super().table(path)

    def remove(self, path: str | os.PathLike[str], *, replace: bool = False) -> None:
        self._begin(path)
        super().remove(path, replace=replace)

    def _commit(self) -> None:
        super()._commit()
        made, self.commit_id = self.commit_id, None
        if made is not None:
            self._cache.push("origin", [f"{made}:refs/heads/{self._target}"])
            self.commit_id = made

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            if self._begun:
                super().__exit__(kind, value, traceback)
        finally:
            try:  # the cache's branches become those of the URL, and the branch of this commit goes
                self._cache.fetch("origin", prune=True, force=True)
            except Error as e:
                warnings.warn(f"the branches of the cache are those before this commit: {e.message}", VarveWarning, stacklevel=2)
            self._cache.close()


__all__ = ["RemoteTransaction"]
