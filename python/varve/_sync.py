"""Other repositories: clone, fetch, push; merges, conflicts, blame."""
from __future__ import annotations

import datetime
import json
import os
import warnings
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from . import _varve, _values
from ._errors import ConflictError, MergeConflictError, PushRejectedError, raw
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
SIDES = {"base": 0, "ours": 1, "theirs": 2}


class RefUpdate(NamedTuple):
    """A ref of a fetch or push. source: what was sent, None if target was deleted; target: the ref that moves, None if
    none does; before, after: ids of commits, "" for none; refused: why target did not move, or None."""

    source: str | None
    target: str | None
    before: str
    after: str
    refused: str | None
    moved: bool


class Transfer(NamedTuple):
    """What a clone, fetch or push moved. line: bytes on the line; missing: blocks that no peer had; elsewhere: versions
    whose blocks stayed there, as in a lazy clone."""

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
    """What a merge did. outcome: "up-to-date", "fast-forward", "committed" or "staged"; commit: what the branch has now,
    None if it did not move."""

    outcome: str
    commit: str | None


class Conflict(NamedTuple):
    """What a merge could not decide. kind: "cell", "row-added", "row-removed", "column", "column-removed", "key", "table"
    or "file"; row: what resolve() calls the row; base, ours, theirs: the cell in each version, None if it has none."""

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
    """Clones a repository, of a URL or path, into a new folder, and opens it.

    lazy: get history alone, and the data of versions that the program varve reads; fetch_data() gets it here; bare: no work tree; branch: check this one out.
    The same call continues a clone that was interrupted. NotFoundError: no such repository or branch; RefusedError:
    something else is in the folder.
    """
    from ._repo import Repo

    flags = (LAZY if lazy else 0) | (BARE if bare else 0)
    _transfer(_varve.clone(os.fsencode(url), os.fsencode(path), environment(), _maybe(branch), flags))
    return Repo(path)


class Sync:
    """The part of a Repo that has to do with other repositories."""

    _handle: _varve.Handle
    _environment: tuple[bytes, ...]  # of the handle; empty once it is closed
    _folder: str
    url: str | None
    work_tree: str | None

    def _now(self, date: str | datetime.date | datetime.datetime | None = None) -> _varve.Handle:
        """The repository in the environment that the process has now: a commit may have another GIT_AUTHOR_DATE. date: in
        place of the dates there."""
        now = environment()
        if date is not None:
            when = _values.moment(date)
            dates = (b"GIT_AUTHOR_DATE", b"GIT_COMMITTER_DATE")
            now = (*(e for e in now if e.partition(b"=")[0] not in dates), *(name + b"=" + when for name in dates))
        if self.url is None and self._environment and self._environment != now:
            self._environment = now
            self._handle, _ = _varve.open(os.fsencode(self._folder), now, 0, None, 0)
        return self._handle

    def fetch(
        self, remote: str | None = None, refspecs: Iterable[str] | None = None, *, tags: bool = False, prune: bool = False,
        force: bool = False,
    ) -> Transfer:
        """Fetches from a remote's name or URL; None: the one that the branch follows. A ref that cannot move forward is
        left alone, and is among refs of the result.

        tags: all tags; prune: remove remote-tracking branches that are gone there; force: move refs in any case.
        NotFoundError: no such remote or ref; MissingBlocksError, CorruptError: what arrived is not whole or not sound.
        """
        flags = (TAGS if tags else 0) | (PRUNE if prune else 0) | (FORCE if force else 0)
        return _transfer(_varve.fetch(self._handle, _maybe(remote), _values.names(refspecs), flags))

    def fetch_data(self, rev: str | None = None, path: str | os.PathLike[str] | None = None) -> int:
        """Gets the blocks of the versions of a revision, or of "A..B" (None: HEAD), at a path or below a folder, from the
        remotes: in a lazy clone before they are read. Returns how many versions were fetched.

        MissingBlocksError: no remote has some; NotFoundError: no such revision, or no table or stored file at the path.
        """
        paths = None if path is None else (os.fsencode(path),)
        return _transfer(_varve.fetch_versions(self._handle, _maybe(rev), paths)).versions

    def merge(
        self, rev: str | None = None, *, message: str | None = None, ff_only: bool = False, no_ff: bool = False,
        commit: bool = True,
    ) -> Merge:
        """Merges a revision (None: the upstream) into the current branch, tables by row and cell, and commits.

        MergeConflictError: .cells has the conflicts, and the merge stays in progress: resolve(), then
        conclude(), or abort(). RefusedError: uncommitted changes are in the way, or ff_only is not possible.
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
        """The conflicts of the merge in progress, by path and row; [] if none."""
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
        """Decides conflicts of a path (None: of all) for a side: "ours", "theirs" or "base". Writes the file; a path
        without conflicts left is staged.

        row: only this row, as Conflict.row has it; column: only this column; value: what the cell gets instead.
        NotFoundError: no such conflict.
        """
        if side not in SIDES:
            raise ValueError(f"side is 'ours', 'theirs' or 'base', not {side!r}")
        given = () if value is None else (_values.written(value),)
        _varve.resolve(
            self._handle, None if path is None else os.fsencode(path), SIDES[side], _maybe(row), _maybe(column), given
        )

    def conclude(self, message: str | None = None) -> str:
        """Commits the merge in progress once its conflicts are resolved. Returns the commit's id.

        UsageError: none is in progress; ConflictError: conflicts are left, or a hook or check refuses."""
        return _varve.merge_conclude(self._now(), _maybe(message))

    def abort(self) -> None:
        """Undoes the merge in progress. UsageError: none is in progress; RefusedError: a merged file was edited since."""
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
        """Pushes to a remote's name or URL; None: the one that the branch follows.

        retry: when the other side has commits that are not here, fetch them, merge them by cell, and push again, at most so
        often; the current branch needs an upstream for that. force: in any case; tags, all: all tags, all branches.

        PushRejectedError: the other side does not accept a ref; MergeConflictError, with retry: .cells has what both
        sides changed; the merge was undone.
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
        """The id of the commit that last set each row of a table, in its order; with cells a tuple of ids for each row, one
        for each column. Renames and merges are followed. key: columns that identify a row, else the table's key.

        NotFoundError: no such revision, path or column; MissingBlocksError: an older version is not here.
        """
        cursor = _varve.blame(self._handle, os.fsencode(path), _maybe(rev), _values.names(key), CELLS if cells else 0)
        return _values.items(cursor)


__all__ = ["Conflict", "ConflictError", "Merge", "RefUpdate", "Sync", "Transfer", "clone"]
