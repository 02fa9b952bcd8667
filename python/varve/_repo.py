"""Repositories."""
from __future__ import annotations

import datetime
import itertools
import os
import re
import warnings
from collections.abc import Iterable, Iterator, Mapping
from typing import IO, TYPE_CHECKING, Any, Literal, NamedTuple

from . import _sql, _varve, _values
from ._diff import Diff
from ._errors import NotFoundError, UsageError, about, raw
from varve_data.program import environment
from ._remote import RemoteTransaction
from ._report import Report, Verdict
from ._sync import Sync
from ._table import Place, Table, reopen_repo
from ._values import Value
from ._write import COLUMNS, MODES, Mode, Transaction, VarveWarning, WriteResult, matching, place, stream

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

OPEN_URL, OPEN_AS_IS = 1 << 2, 1 << 3  # enum varve_open_flag
UNITS = {"": 1, "B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12, "K": 2**10, "M": 2**20, "G": 2**30, "T": 2**40}
WORK_TREE = 0  # enum varve_folder
GIT = 1
FIRST_PARENT, FOLLOW = 1 << 0, 1 << 4  # enum varve_log_flag
UNTRACKED = 1 << 0  # enum varve_changes_flag
NEW_ONLY, WARNINGS = 1 << 0, 1 << 2  # enum varve_check_flag
KINDS = ("added", "removed", "changed", "moved")


class Commit(NamedTuple):
    """A commit. Times are aware datetimes in the zone that the commit names."""

    id: str
    tree: str
    parents: tuple[str, ...]
    author: str
    author_mail: str
    author_time: datetime.datetime
    committer: str
    committer_mail: str
    time: datetime.datetime
    message: str

    @property
    def subject(self) -> str:
        """The first line of the message."""
        return self.message.lstrip("\n").split("\n", 1)[0]


class Change(NamedTuple):
    """A path that differs from HEAD. staged and work: as in git status --short; old_path: where it was renamed."""

    path: str
    old_path: str | None
    staged: str
    work: str
    table: bool


class RowCell(NamedTuple):
    """A cell of a row's history. before and after are None where the cell was added or removed."""

    column: str
    old_column: str | None
    before: str | None
    after: str | None


class RowEvent(NamedTuple):
    """A commit that changed a row. kind: "added", "removed" or "changed"."""

    commit: str
    kind: str
    path: str
    cells: tuple[RowCell, ...]


class Figure(NamedTuple):
    """An aggregate of a version. value None: the version has none."""

    commit: str
    time: datetime.datetime
    value: int | float | str | None


def _when(seconds: int, offset: int) -> datetime.datetime:
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone(datetime.timedelta(minutes=offset)))


def _commit(c: Any) -> Commit:
    return Commit(
        c[0], c[1], c[2], c[3], c[4], _when(c[5], c[6]), c[7], c[8], _when(c[9], c[10]), c[11]
    )


def _is_url(word: object) -> bool:
    """Is it a URL, or USER@HOST:PATH?"""
    return isinstance(word, str) and re.match(r"[A-Za-z][\w+.-]*://|[\w.-]+@[\w.-]+:.", word) is not None


def _size(size: int | str) -> int:
    found = re.fullmatch(r"(\d+)\s*([A-Za-z]*)", str(size).strip())
    if not found or found[2].upper() not in UNITS or int(found[1]) == 0:
        raise ValueError(f"cache_size is a number of bytes, or such as '10GB', not {size!r}")
    return int(found[1]) * UNITS[found[2].upper()]


def split_url(word: str) -> tuple[str | None, str]:
    """URL#REV:PATH as (URL, REV:PATH); (None, word) where it has no URL. PATH alone is of HEAD."""
    url, sharp, rest = word.partition("#")
    return (url, rest) if sharp and _is_url(url) else (None, word)


class Repo(Sync):
    """A repository: the one that contains path, or the one at a URL. Use it with `with`, or close() it; what was made of it
    stays usable.

    Of a URL (https://, ssh://, file:// ..., or user@host:path) a cache has the history, and the data of the versions that
    were read; r["prices.csv"] is HEAD's, and what is written, to a branch=, is pushed at once. cache: its folder, else VARVE_CACHE, else
    $XDG_CACHE_HOME/varve; cache_size: what was read longest ago goes when there is more; refresh False: what is in the cache
    is not asked for again. If the URL does not answer, a VarveWarning has the age of what is in the cache.

    NotFoundError: no repository; RefusedError: another user owns it. Threads may share a Repo: it serves one at a time,
    and others wait. After a fork, the child opens it again.
    """

    def __init__(
        self,
        path: str | os.PathLike[str] = ".",
        *,
        cache: str | os.PathLike[str] | None = None,
        cache_size: int | str = "10GB",
        refresh: bool = True,
    ) -> None:
        flags = (OPEN_URL | (0 if refresh else OPEN_AS_IS)) if _is_url(path) else 0
        self._environment = environment()
        self._handle, told = _varve.open(
            os.fsencode(path), self._environment, flags, None if cache is None else os.fsencode(cache), _size(cache_size)
        )
        if told:
            warnings.warn(told.rstrip("\n"), VarveWarning, stacklevel=2)
        #: the URL; None for a repository in a folder
        self.url: str | None = str(path) if flags else None
        #: absolute path of the work tree; None in a bare repository
        self.work_tree: str | None = _varve.folder(self._handle, WORK_TREE)
        #: absolute path of Git's folder
        self.git_dir: str = _varve.folder(self._handle, GIT) or ""
        self._folder = self.url or self.work_tree or self.git_dir
        self._place: Place = (self._folder, None if cache is None else os.fspath(cache), cache_size, refresh)

    def close(self) -> None:
        """Closes the repository. Harmless when repeated."""
        self._environment = ()
        _varve.close(self._handle)

    def __enter__(self) -> Repo:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __reduce__(self) -> Any:
        return reopen_repo, (self._place,)

    def __repr__(self) -> str:
        return f"varve.Repo({self._folder!r})"

    # ---- versions ----

    def rev_parse(self, rev: str | datetime.date | datetime.datetime) -> str:
        """The id of a commit: of a revision as Git has them, or of a day, as `varve log` has them: 2026-11-17 is the last
        commit on HEAD's first-parent line before the end of that local day, as a date or as text; of a
        datetime (naive: local time) the last one up to then. NotFoundError, also of a day before all commits or to come."""
        if isinstance(rev, datetime.datetime):
            return self._last(rev)
        if isinstance(rev, datetime.date):
            rev = f"@{{{rev.isoformat()}}}"
        return _varve.rev_parse(self._handle, raw(rev))

    def _last(self, then: datetime.datetime) -> str:
        for c in _values.items(_varve.log(self._handle, None, None, FIRST_PARENT, 0)):
            if c[9] <= then.timestamp():
                return str(c[0])
        raise NotFoundError(f"no commit is as old as {then.isoformat()}", "not-found")

    def _version(self, path: str | os.PathLike[str], rev: str | datetime.date | None = None) -> _varve.Handle:
        at = None
        if rev is not None:
            at = self.rev_parse(rev)
        elif self.work_tree is None:
            at = "HEAD"
        return _varve.version_at(self._handle, None if at is None else raw(at), os.fsencode(path))

    def _named(self, word: str | os.PathLike[str]) -> _varve.Handle:
        if isinstance(word, os.PathLike):
            return self._version(word)
        if self.work_tree is None and ":" not in word:
            try:
                return self._version(word)
            except NotFoundError as e:
                try:
                    return _varve.find(self._handle, raw(word))  # a CID
                except UsageError:
                    raise e from None
        return _varve.find(self._handle, raw(word))

    def __getitem__(self, word: str | os.PathLike[str]) -> Table:
        """The table that a word names: PATH (of the work tree; of HEAD in a bare repository), REV:PATH, :PATH (the
        index), a CID, or URL#REV:PATH, of another repository. Paths are relative to the top of the work tree; an os.PathLike is taken literally.

        NotFoundError (a KeyError); InvalidDataError: it is not a table; MissingBlocksError.
        """
        url, rest = split_url(word) if isinstance(word, str) else (None, "")
        if url is not None:
            with Repo(url, cache=self._place[1], cache_size=self._place[2], refresh=self._place[3]) as other:
                return other[rest]
        with about(word):
            return Table(self._named(word), self._place)

    def __contains__(self, word: object) -> bool:
        if not isinstance(word, (str, os.PathLike)):
            return False
        try:
            if isinstance(word, str) and split_url(word)[0]:
                self[word]
            else:
                self._named(word)
        except NotFoundError:
            return False
        return True

    def table(self, path: str | os.PathLike[str], rev: str | datetime.date | datetime.datetime | None = None) -> Table:
        """The table at a path: of the work tree (of HEAD in a bare repository), or of a revision, which rev_parse() takes.

        NotFoundError (a KeyError); InvalidDataError: it is not a table; MissingBlocksError.
        """
        with about(path):
            return Table(self._version(path, rev), self._place)

    def tables(self, rev: str | datetime.date | datetime.datetime | None = None) -> list[str]:
        """Paths of the tables of the index (of HEAD in a bare repository), or of a revision, sorted, and names of tables of
        documents, such as budget.xlsx#Prices."""
        at: str | None = "HEAD" if self.work_tree is None else None
        if rev is not None:
            at = self.rev_parse(rev)
        return [v[4] for v in _values.items(_varve.versions(self._handle, None if at is None else raw(at))) if v[2]]

    # ---- queries ----

    def sql(self, query: str, params: _sql.Parameters | None = None, *, timeout: float | None = None) -> _sql.QueryResult:
        """The rows of one statement of SQLite's SQL, in which each version, difference and history is a table
        (docs/programs/sql.md): "prices@v1", prices AS OF '2026-11-17', varve_diff_prices('v1', 'HEAD').

        params: a sequence for ? or a mapping for :NAME. timeout: after so many seconds TimeoutError. A cell that is not of its column's type is None, with a
        VarveWarning that counts them. UsageError: the query is wrong; NotFoundError: no such table or revision;
        MissingBlocksError.
        """
        return _sql.query(self._place, query, params, timeout)

    def duckdb(
        self, con: DuckDBPyConnection | None = None, revs: Iterable[str | datetime.date] = ()
    ) -> DuckDBPyConnection:
        """A connection of DuckDB (con, else a new one) with the tables of the work tree (of HEAD in a bare repository)
        under their short names, and those of each revision in a schema: prices, "v1".prices. They are datasets: a query
        reads the columns that it needs, and groups of rows that can pass its conditions.

        They are the versions of now; call it again for later ones. A table whose blocks are not here is left out, with a
        VarveWarning.
        """
        from . import _duckdb

        return _duckdb.connect(self, con, revs)

    # ---- history ----

    def _refs(self, prefix: str) -> dict[str, str]:
        return {name[len(prefix) :]: commit for name, commit in _values.items(_varve.refs(self._handle, raw(prefix)))}

    @property
    def branches(self) -> dict[str, str]:
        """Names of local branches, with the ids of their commits."""
        return self._refs("refs/heads/")

    @property
    def tags(self) -> dict[str, str]:
        """Names of tags, with the ids of their commits; "" where a tag is of something else."""
        return self._refs("refs/tags/")

    def log(
        self, path: str | os.PathLike[str] | None = None, rev: str | None = None, *, first_parent: bool = False, limit: int = 0
    ) -> Iterator[Commit]:
        """Commits, newest first: of HEAD or of a range such as "v1..main", those that changed a path, under earlier names, too.
        limit 0: all."""
        paths = None if path is None else (os.fsencode(path),)
        flags = (FIRST_PARENT if first_parent else 0) | (FOLLOW if paths else 0)
        cursor = _varve.log(self._handle, None if rev is None else raw(rev), paths, flags, 0)
        return itertools.islice(map(_commit, _values.items(cursor)), limit or None)

    def figure(
        self, figure: str, path: str | os.PathLike[str], *, where: str | None = None, rev: str | None = None
    ) -> list[Figure]:
        """An aggregate of each version of a table, such as "sum(price)", newest first, through renames; where: of the rows that meet
        this condition."""
        query = "SELECT commit_hash, commit_date, figure FROM varve_log(?, ?, ?, ?)"
        rows = self.sql(query, (os.fspath(path), rev, figure, where)).rows
        return [Figure(commit, datetime.datetime.fromisoformat(time.replace("Z", "+00:00")), value) for commit, time, value in rows]

    def row_history(self, path: str | os.PathLike[str], *key: Value, rev: str | None = None) -> Iterator[RowEvent]:
        """Commits that changed the row with this key, newest first. Renamed files, columns and keys are followed.

        NotFoundError: no such path; UsageError: the table has no key, or another number of columns.
        """
        values = tuple(map(_values.written, key))
        cursor = _varve.row_history(self._handle, os.fsencode(path), values, None if rev is None else raw(rev))
        return (
            RowEvent(commit, KINDS[kind], where, tuple(RowCell(*cell) for cell in cells))
            for commit, kind, where, cells in _values.items(cursor)
        )

    def status(self) -> list[Change]:
        """Paths of the index and the work tree that differ from HEAD, files that are not tracked among them."""
        found = _values.items(_varve.changes(self._handle, None, None, UNTRACKED))
        return [Change(path, old, staged, work, bool(table)) for path, old, staged, work, table in found]

    # ---- comparing and checking ----

    def diff(
        self,
        path: str | os.PathLike[str],
        a: str | datetime.date | datetime.datetime,
        b: str | datetime.date | datetime.datetime | None = None,
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
    ) -> Diff:
        """What differs at a path between two revisions. b None: the work tree (HEAD in a bare repository).

        key: columns that identify a row (an empty list: none); only, ignore: columns to compare, or not; tolerance:
        smaller differences of numbers do not count; where: the old or the new row must pass; ignore_format: leave out
        what is only written differently; text, misfit, numbers: of Arrow, as for Table.select(). NotFoundError: no such
        revision, path or column.
        """
        return Diff(
            self.table(path, a),
            self.table(path, b),
            key=key,
            only=only,
            ignore=ignore,
            tolerance=tolerance,
            where=where,
            params=params,
            ignore_format=ignore_format,
            text=text,
            misfit=misfit,
            numbers=numbers,
        )

    def check(
        self,
        path: str | os.PathLike[str] | None = None,
        rev: str | datetime.date | datetime.datetime | None = None,
        *,
        data: Any = None,
        mode: Mode | None = None,
        columns: Literal["error", "keep", "drop"] = "error",
        match: str | Iterable[str] | None = None,
        base: str | None = None,
        new_only: bool = False,
        warnings: bool = False,
    ) -> Report:
        """Checks the tables of the work tree, or of a revision: against their schemas, the project's rules and the
        version before (base; "" compares with nothing).

        path: this file or folder only; new_only: what the base has too does not count; warnings: they count as errors.

        data: rows, checked as write() with mode, columns and match would make them the content of path, before anything is
        written; rows and lines of findings are those of the file as it would be. What write() raises for them is raised.
        """
        if data is not None:
            if path is None or rev is not None:
                raise UsageError("data is checked as the content of one path, not of a revision", "usage")
            how = (place("mode", MODES, mode), place("columns", COLUMNS, columns), *matching(match))
            flags = (NEW_ONLY if new_only else 0) | (WARNINGS if warnings else 0)
            against = None if base is None else raw(base)
            return Report(_varve.check_arrow(self._handle, os.fsencode(path), stream(data), *how, against, flags))
        if mode is not None or columns != "error" or match is not None:
            raise UsageError("mode, columns and match are for data", "usage")
        at = None if rev is None else self.rev_parse(rev)
        flags = (NEW_ONLY if new_only else 0) | (WARNINGS if warnings else 0)
        return Report(self._check(at, base, path, flags))

    def check_history(self, path: str | os.PathLike[str] | None = None, rev: str | None = None) -> list[Verdict]:
        """What the rules of the work tree found in each version along the first parents of a revision (None: HEAD), oldest
        first, as varve check --log: pandas.DataFrame(r.check_history()) is a frame of them."""
        paths = None if path is None else (os.fsencode(path),)
        return [
            Verdict(
                commit, author, datetime.datetime.fromtimestamp(time, datetime.timezone.utc), where, rule or None, name or None,
                column or None, message or None, bool(error), bool(applies), found, accepted,
            )
            for commit, author, time, where, rule, name, column, message, error, applies, found, accepted
            in _varve.check_history(self._handle, None if rev is None else raw(rev), paths)
        ]

    def _check(
        self,
        rev: str | None,
        base: str | None,
        path: str | os.PathLike[str] | None,
        flags: int,
        share: tuple[int, int] = (0, 0),
        results: Iterable[bytes] = (),
    ) -> _varve.Handle:
        """share: a part of a table's groups, of so many; results: what such parts have noted (_varve.report_share)."""
        return _varve.check(
            self._handle,
            None if rev is None else raw(rev),
            None if base is None else raw(base),
            None if path is None else (os.fsencode(path),),
            flags,
            *share,
            tuple(results),
        )

    # ---- writing ----

    def transaction(
        self, message: str, *, branch: str | None = None, start: str | None = None, author: str | None = None,
        date: str | datetime.date | datetime.datetime | None = None,
    ) -> Transaction:
        """Changes of files that become one commit:

            with r.transaction("March prices") as tx:
                tx.put("prices.csv", content)
            print(tx.commit_id)

        branch: the commit goes there, and index and work tree stay as they are (a bare repository needs it; at a URL it is
        pushed to that branch: PushRejectedError if it moved there meanwhile); start: the
        revision where a new branch begins; author: "Name <mail>", else as Git's settings say; date: of author and committer,
        a day (noon in UTC) or a datetime (naive: local time), also as ISO 8601.
        LockedError: another writer did not finish within a minute; ConflictError, when it ends: something changed
        meanwhile, or a hook or check refused.
        """
        if self.url is not None:
            cache = Repo(self.git_dir)
            cache._now(date)
            return RemoteTransaction(self.url, cache, message, branch, start, author)
        return Transaction(self._now(date), self._place, message, branch, start, author)

    def describe(
        self,
        path: str | os.PathLike[str],
        *,
        types: Mapping[str, str] | None = None,
        numbers: Mapping[str, str] | None = None,
        missing: Mapping[str, str | Iterable[str]] | str | Iterable[str] | None = None,
        key: str | Iterable[str] | None = None,
        message: str | None = None,
    ) -> str:
        """Describes a table of the work tree in its datapackage.json, the nearest upwards, or a new one; the path of that is
        returned. No row is read or changed, and the formatting of an existing datapackage.json is kept.

        types: of columns, as Table Schema names them; numbers: how columns of numbers are written, by an example such as
        "1.234,5"; missing: texts that mean a missing value, of columns, or of all columns that have none of their own; key: the
        columns that identify a row. message: commits the description and the table with it; None: only the file is
        written. NotFoundError: no such file or column; UsageError: no such type.
        """
        if missing is not None and not isinstance(missing, Mapping):
            missing = {"": missing}
        absent = [(column, text) for column, texts in (missing or {}).items() for text in _values.listed(texts)]
        with about(path):
            package = _varve.describe(
                self._handle,
                os.fsencode(path),
                _values.names(f"{column}={kind}" for column, kind in (types or {}).items()),
                _values.names(f"{column}={example}" for column, example in (numbers or {}).items()),
                _values.names(f"{column}={text}" for column, text in absent),
                _values.names(key),
            )
        if message is not None:
            with self.transaction(message) as tx:
                tx.add(package, path)
        return package

    def put(
        self,
        path: str | os.PathLike[str],
        data: bytes | IO[bytes] | Table,
        *,
        message: str,
        branch: str | None = None,
        key: Iterable[str] | None = None,
        replace: bool = False,
        date: str | datetime.date | datetime.datetime | None = None,
    ) -> str | None:
        """Commits bytes, what an open binary file still has, or a table, as the content of path: a transaction() with one put().
        Returns the commit's id, None if nothing changed."""
        with self.transaction(message, branch=branch, date=date) as tx:
            tx.put(path, data, key=key, replace=replace)
        return tx.commit_id

    def write(
        self,
        path: str | os.PathLike[str],
        data: Any,
        *,
        message: str | None = None,
        branch: str | None = None,
        mode: Mode | None = None,
        columns: Literal["error", "keep", "drop"] = "error",
        match: str | Iterable[str] | None = None,
        order: Literal["frame", "version"] = "frame",
        key: Iterable[str] | None = None,
        schema: Mapping[str, Any] | None = None,
        expect: str | None = None,
        date: str | datetime.date | datetime.datetime | None = None,
    ) -> WriteResult:
        """Commits the rows of data as the content of path: a transaction() with one write(), which describes the
        arguments. message None: "Write PATH"; date as there."""
        with self.transaction(message or f"Write {os.fspath(path)}", branch=branch, date=date) as tx:
            changes = tx.write(
                path, data, mode=mode, columns=columns, match=match, order=order, key=key, schema=schema, expect=expect
            )
        return WriteResult(tx.commit_id, *changes)


def read(
    path: str | os.PathLike[str],
    *,
    repo: str | os.PathLike[str] = ".",
    rev: str | datetime.date | datetime.datetime | None = None,
    cache: str | os.PathLike[str] | None = None,
    cache_size: int | str = "10GB",
    refresh: bool = True,
) -> Table:
    """The table at a path of a repository (a URL or folder), of a revision: Repo(repo, ...).table(path, rev).

    varve.read("URL#REV:PATH") has all in one word. NotFoundError; MissingBlocksError.
    """
    url, rest = split_url(path) if isinstance(path, str) else (None, "")
    if url is not None:
        if rev is not None or os.fspath(repo) != ".":
            raise UsageError(f"{path!r} names the repository and the revision", "usage", "leave repo and rev out")
        with Repo(url, cache=cache, cache_size=cache_size, refresh=refresh) as r:
            return r[rest]
    with Repo(repo, cache=cache, cache_size=cache_size, refresh=refresh) as r:
        return r.table(path, rev)
