"""Other repositories: clone, fetch, push; merges, conflicts, blame."""
from __future__ import annotations

import datetime
import json
import os
import warnings
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from . import _varve, _values
from ._errors import ConflictError, MergeConflictError, PushRejectedError, path_bytes, raw
from varve_data.program import environment
from ._values import Value
from ._write import VarveWarning

if TYPE_CHECKING:
    from ._repo import Repo

TAGS, PRUNE, FORCE, ALL, SET_UPSTREAM = 1 << 0, 1 << 2, 1 << 3, 1 << 6, 1 << 8  # enum varve_sync_flag
LAZY, BARE = 1 << 10, 1 << 11
NO_FF, FF_ONLY, NO_COMMIT = 1 << 0, 1 << 1, 1 << 2  # enum varve_merge_flag
CELLS = 1 << 0  # enum varve_blame_flag
OUTCOMES = ("up-to-date", "fast-forward", "committed", "staged", "conflicts")
SIDES = {"base": 0, "ours": 1, "theirs": 2, "once": 3, "both": 4}


class RefUpdate(NamedTuple):
    """A ref in a fetch or push. source: the ref that was sent; None if target was deleted; target: the ref that moves;
    None if no ref moves; before, after: ids of commits, "" if there is none; refused: why target did not move, or None.
    """

    source: str | None
    target: str | None
    before: str
    after: str
    refused: str | None
    moved: bool


class Transfer(NamedTuple):
    """The result of a clone, fetch or push. line: bytes sent and received; missing: blocks that no peer had; elsewhere:
    versions whose blocks were left at the remote, as in a lazy clone.
    """

    url: str
    commits: int
    versions: int
    blocks: int
    bytes: int
    line: int
    missing: int
    elsewhere: int
    refs: tuple[RefUpdate, ...]


class Merge(NamedTuple):
    """The result of a merge. outcome: "up-to-date", "fast-forward", "committed" or "staged"; commit: the new commit of
    the branch; None if the branch did not move.
    """

    outcome: str
    commit: str | None


class Conflict(NamedTuple):
    """A conflict of a merge. kind: "cell", "row-added", "row-removed", "row-twice", "row-replaced", "key-twice", "column",
    "column-removed", "key", "table" or "file"; row: the name of the row for resolve(); base, ours, theirs: the cell in each version; None if the version
    lacks it.
    """

    path: str
    kind: str
    key: tuple[str, ...] | None
    row: str | None
    column: str | None
    detail: str | None
    base: str | None
    ours: str | None
    theirs: str | None


def _transfer(got: Any) -> Transfer:
    url, said, commits, versions, blocks, size, line, missing, elsewhere, refs = got
    if said:
        warnings.warn(said.rstrip("\n"), VarveWarning, stacklevel=4)
    moved = tuple(RefUpdate(s, t, before, after, refused, bool(m)) for s, t, before, after, refused, m in refs)
    return Transfer(url, commits, versions, blocks, size, line, missing, elsewhere, moved)


def _conflict(c: Any) -> Conflict:
    path, kind, key, *rest = c
    return Conflict(path, kind, None if key is None else tuple(json.loads(key)), *rest)


def _maybe(word: str | None) -> bytes | None:
    return None if word is None else raw(word)


def clone(
    url: str | os.PathLike[str],
    path: str | os.PathLike[str],
    *,
    lazy: bool = False,
    bare: bool = False,
    branch: str | None = None,
) -> Repo:
    """Clones a repository from a URL or path into a new folder, and opens the clone. lazy: get only the history; the
    program varve fetches the data of a version when it reads the version, and fetch_data() does so from Python; bare:
    make no work tree; branch: check out this branch. To continue an interrupted clone, repeat the call. NotFoundError:
    no such repository or branch; RefusedError: the folder has other content.
    """
    from ._repo import Repo

    flags = (LAZY if lazy else 0) | (BARE if bare else 0)
    _transfer(_varve.clone(path_bytes(url), path_bytes(path), environment(), _maybe(branch), flags))
    return Repo(path)


class Sync:
    """The methods of Repo for other repositories."""

    _handle: _varve.Handle
    _environment: tuple[bytes, ...]  # of the handle; empty once it is closed
    _folder: str
    url: str | None
    work_tree: str | None

    def _now(self, date: str | datetime.date | datetime.datetime | None = None) -> _varve.Handle:
        """The repository with the present environment of the process: GIT_AUTHOR_DATE may differ for each commit. date:
        replaces the dates in the environment.
        """
        now = environment()
        if date is not None:
            when = _values.moment(date)
            dates = (b"GIT_AUTHOR_DATE", b"GIT_COMMITTER_DATE")
            now = (*(e for e in now if e.partition(b"=")[0] not in dates), *(name + b"=" + when for name in dates))
        if self.url is None and self._environment and self._environment != now:
            self._environment = now
            self._handle, _ = _varve.open(path_bytes(self._folder), now, 0, None, 0)
        return self._handle

    def fetch(
        self, remote: str | None = None, refspecs: Iterable[str] | None = None, *, tags: bool = False, prune: bool = False,
        force: bool = False,
    ) -> Transfer:
        """Fetches from a remote, given by name or URL; None: the remote of the branch's upstream. A ref that cannot be
        fast-forwarded does not move, and the result lists it in refs. tags: fetch all tags; prune: remove
        remote-tracking branches of deleted branches; force: move refs even if that is not a fast-forward.
        NotFoundError: no such remote or ref; MissingBlocksError, CorruptError: the received data is incomplete or
        damaged.
        """
        flags = (TAGS if tags else 0) | (PRUNE if prune else 0) | (FORCE if force else 0)
        return _transfer(_varve.fetch(self._handle, _maybe(remote), _values.names(refspecs), flags))

    def fetch_data(self, rev: str | None = None, path: str | os.PathLike[str] | None = None) -> int:
        """Fetches the blocks of the versions in a revision, or in "A..B" (None: HEAD), at a path or below a folder,
        from the remotes. In a lazy clone, call it before these versions are read. Returns the number of fetched
        versions. MissingBlocksError: no remote has some of the blocks; NotFoundError: no such revision, or no table or
        stored file at the path.
        """
        paths = None if path is None else (path_bytes(path),)
        return _transfer(_varve.fetch_versions(self._handle, _maybe(rev), paths)).versions

    def merge(
        self, rev: str | None = None, *, message: str | None = None, ff_only: bool = False, no_ff: bool = False,
        commit: bool = True,
    ) -> Merge:
        """Merges a revision (None: the upstream) into the current branch, tables by row and cell, and commits the
        merge. MergeConflictError: the merge has conflicts, which .cells lists, and stays in progress: call resolve(),
        then conclude(), or abort(). RefusedError: uncommitted changes would be overwritten, or ff_only is not possible.
        """
        flags = (FF_ONLY if ff_only else 0) | (NO_FF if no_ff else 0) | (0 if commit else NO_COMMIT)
        outcome, conflicts, made, _ = _varve.merge(self._now(), _maybe(rev), _maybe(message), flags)
        if conflicts:
            raise self._conflict_error(conflicts)
        return Merge(OUTCOMES[outcome], made or None)

    def _conflict_error(self, paths: int) -> MergeConflictError:
        e = MergeConflictError(f"{paths} path{'s are' if paths > 1 else ' is'} in conflict", "conflict")
        e.cells = self.conflicts
        return e

    @property
    def conflicts(self) -> list[Conflict]:
        """The conflicts of the merge in progress, by path and row; [] if it has none."""
        return [_conflict(c) for c in _values.items(_varve.conflicts(self._handle))]

    def resolve(
        self,
        path: str | os.PathLike[str] | None = None,
        side: str = "ours",
        *,
        row: str | None = None,
        column: str | None = None,
        value: Value = None,
    ) -> None:
        """Resolves conflicts of a path (None: of all paths) with the values of a side: "ours", "theirs" or "base";
        "once" and "both" decide rows without a key that both sides added; "both" also keeps two rows with one
        key, theirs with the next free key.
        Writes the file; a path without further conflicts is staged. row: only this row (Conflict.row); column: only
        this column; value: a new value for the cell instead. Warns with VarveWarning of rows that it removes, because
        both sides used their key for new rows. NotFoundError: no such conflict.
        """
        if side not in SIDES:
            raise ValueError(f"side is 'ours', 'theirs', 'base', 'once' or 'both', not {side!r}")
        given = () if value is None else (_values.written(value),)
        said = _varve.resolve(
            self._handle, None if path is None else path_bytes(path), SIDES[side], _maybe(row), _maybe(column), given
        )
        if said:
            warnings.warn(said.rstrip("\n"), VarveWarning, stacklevel=2)

    def conclude(self, message: str | None = None) -> str:
        """Commits the merge in progress once its conflicts are resolved. Returns the id of the commit. UsageError: no
        merge is in progress; ConflictError: conflicts remain, or a hook or check failed.
        """
        return _varve.merge_conclude(self._now(), _maybe(message))

    def abort(self) -> None:
        """Undoes the merge in progress. UsageError: no merge is in progress; RefusedError: a merged file was edited
        since.
        """
        _varve.merge_abort(self._handle)

    def pull(self, remote: str | None = None, *, ff_only: bool = False) -> Merge:
        """Fetches, and merges the upstream of the current branch. Errors as for fetch() and merge()."""
        self.fetch(remote)
        return self.merge(ff_only=ff_only)

    def push(
        self,
        remote: str | None = None,
        refspecs: Iterable[str] | None = None,
        *,
        retry: int = 0,
        force: bool = False,
        tags: bool = False,
        all: bool = False,
        set_upstream: bool = False,
    ) -> Transfer:
        """Pushes to a remote, given by name or URL; None: the remote of the branch's upstream. retry: if the other side
        has commits that are not here, fetch them, merge them by cell, and push again, at most this many times; the
        current branch needs an upstream for this. force: push even if that is not a fast-forward; tags, all: push all
        tags, all branches. PushRejectedError: the other side does not accept a ref; MergeConflictError, with retry:
        .cells lists the cells that both sides changed, and the merge was undone.
        """
        flags = (FORCE if force else 0) | (TAGS if tags else 0) | (ALL if all else 0)
        flags |= SET_UPSTREAM if set_upstream else 0
        words = _values.names(refspecs)
        while True:
            try:
                return _transfer(_varve.push(self._handle, _maybe(remote), words, flags))
            except PushRejectedError:
                if retry <= 0 or self.work_tree is None:
                    raise
                retry -= 1
            self.fetch(remote)
            try:
                self.merge()
            except MergeConflictError:
                self.abort()
                raise

    def blame(
        self,
        path: str | os.PathLike[str],
        rev: str | None = None,
        *,
        cells: bool = False,
        key: Iterable[str] | None = None,
    ) -> Iterator[Any]:
        """The id of the commit that last set each row of a table, in the order of the rows; with cells, a tuple of ids
        for each row, one for each column. Renames and merges are followed. key: the columns that identify a row,
        instead of the table's key. NotFoundError: no such revision, path or column; MissingBlocksError: the blocks of
        an older version are not here.
        """
        cursor = _varve.blame(self._handle, path_bytes(path), _maybe(rev), _values.names(key), CELLS if cells else 0)
        return _values.items(cursor)


__all__ = ["Conflict", "ConflictError", "Merge", "RefUpdate", "Sync", "Transfer", "clone"]
