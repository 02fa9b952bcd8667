"""Repositories."""
from __future__ import annotations

import datetime
import itertools
import os
import re
import warnings
from collections.abc import Iterable, Iterator, Mapping
from typing import IO, TYPE_CHECKING, Any, Literal, NamedTuple

from . import _expire, _sql, _varve, _values
from ._diff import Diff
from ._errors import NotFoundError, UsageError, about, path_bytes, raw
from varve_data.program import environment
from ._remote import RemoteTransaction
from ._report import Report, Verdict
from ._sync import Sync
from ._table import Place, Table, reopen_repo
from ._values import Value
from ._write import COLUMNS, MODES, Mode, Transaction, VarveWarning, WriteResult, matching, place, stream

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from ._expire import ExpirePlan

OPEN_URL, OPEN_AS_IS, OPEN_UNSIGNED = 1 << 2, 1 << 3, 1 << 5  # enum varve_open_flag
UNITS = {"": 1, "B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12, "K": 2**10, "M": 2**20, "G": 2**30, "T": 2**40}
WORK_TREE = 0  # enum varve_folder
GIT = 1
FIRST_PARENT, FOLLOW = 1 << 0, 1 << 4  # enum varve_log_flag
UNTRACKED = 1 << 0  # enum varve_changes_flag
NEW_ONLY, WARNINGS = 1 << 0, 1 << 2  # enum varve_check_flag
KINDS = ("added", "removed", "changed", "moved")
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


class Commit(NamedTuple):
    """A commit. Its times are aware datetimes in the time zone of the commit."""

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
    """A path that differs from HEAD. staged and work: letters as in git status --short; old_path: the path before a
    rename.
    """

    path: str
    old_path: str | None
    staged: str
    work: str
    table: bool


class RowCell(NamedTuple):
    """A cell in the history of a row. before or after is None if the cell was added or removed."""

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
    """The value of an aggregate in one version. value None: the aggregate has no value there."""

    commit: str
    time: datetime.datetime
    value: int | float | str | None


def _when(seconds: int, offset: int) -> datetime.datetime:
    when = EPOCH + datetime.timedelta(seconds=seconds)  # Windows has no local time before 1970
    return when.astimezone(datetime.timezone(datetime.timedelta(minutes=offset)))


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
    """URL#REV:PATH as (URL, REV:PATH); (None, word) if the word has no URL. PATH alone means HEAD:PATH."""
    url, sharp, rest = word.partition("#")
    return (url, rest) if sharp and _is_url(url) else (None, word)


class Repo(Sync):
    """A repository: the one that contains path, or the one at a URL. Use it in a `with` statement, or close() it;
    tables and iterators that were made from it stay usable.

    If path is a URL (https://, ssh://, file:// ..., or user@host:path), a cache holds the history and the data of the
    versions that were read. r["prices.csv"] is then the table of HEAD, and changes, which need branch=, are pushed at
    once. cache: the folder of the cache (default: VARVE_CACHE, else $XDG_CACHE_HOME/varve); cache_size: the limit of
    the cache; the data that was read longest ago is removed first; refresh False: use a cached repository without a
    request. If the URL does not answer, a VarveWarning shows the age of the cached data. If the repository has signed
    heads, HEAD is their default branch, and branches and tags that they do not list are refused (RefusedError);
    unsigned: read these, too, and the HEAD of the copy, which anyone could have made. A VarveWarning names them.

    NotFoundError: no repository; RefusedError: another user owns the repository. Threads may share a Repo: one thread
    uses it at a time, and the others wait. After a fork, the child must open the repository again.
    """

    def __init__(
        self,
        path: str | os.PathLike[str] = ".",
        *,
        cache: str | os.PathLike[str] | None = None,
        cache_size: int | str = "10GB",
        refresh: bool = True,
        unsigned: bool = False,
    ) -> None:
        flags = 0
        if _is_url(path):
            flags = OPEN_URL | (0 if refresh else OPEN_AS_IS) | (OPEN_UNSIGNED if unsigned else 0)
        self._environment = environment()
        self._handle, told = _varve.open(
            path_bytes(path), self._environment, flags, None if cache is None else path_bytes(cache), _size(cache_size)
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
        self._place: Place = (self._folder, None if cache is None else os.fspath(cache), cache_size, refresh, unsigned)

    def close(self) -> None:
        """Closes the repository. Further calls have no effect."""
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
        """The id of a commit, for a revision as in Git, or for a day or time, as in `varve log`. A day (2026-11-17, a
        text or a date) means the last commit on HEAD's first-parent line before the end of that local day; a datetime
        (naive: local time) the last commit up to that time. NotFoundError: no such revision, a day before all commits,
        or a day in the future.
        """
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
        return _varve.version_at(self._handle, None if at is None else raw(at), path_bytes(path))

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
        """The table with a name: PATH (in the work tree; in a bare repository, in HEAD), REV:PATH, :PATH (in the
        index), a CID, or URL#REV:PATH (in another repository). Paths are relative to the top of the work tree; an
        os.PathLike is taken literally. NotFoundError (a KeyError); InvalidDataError: not a table; MissingBlocksError.
        """
        url, rest = split_url(word) if isinstance(word, str) else (None, "")
        if url is not None:
            with reopen_repo((url, *self._place[1:])) as other:
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
        """The table at a path: in the work tree (in a bare repository: in HEAD), or in a revision, as for rev_parse().
        NotFoundError (a KeyError); InvalidDataError: not a table; MissingBlocksError.
        """
        with about(path):
            return Table(self._version(path, rev), self._place)

    def tables(self, rev: str | datetime.date | datetime.datetime | None = None) -> list[str]:
        """The paths of the tables in the index (in a bare repository: in HEAD), or in a revision, sorted; and the names
        of tables in documents, such as budget.xlsx#Prices.
        """
        at: str | None = "HEAD" if self.work_tree is None else None
        if rev is not None:
            at = self.rev_parse(rev)
        return [v[4] for v in _values.items(_varve.versions(self._handle, None if at is None else raw(at))) if v[2]]

    # ---- queries ----

    def sql(self, query: str, params: _sql.Parameters | None = None, *, timeout: float | None = None) -> _sql.QueryResult:
        """The rows of one SQLite statement in which each version, difference and history is a table
        (docs/programs/sql.md): "prices@v1", prices AS OF '2026-11-17', varve_diff_prices('v1', 'HEAD'). params: a
        sequence for ?, or a mapping for :NAME. timeout: a number of seconds, after which TimeoutError is raised. A cell
        that does not match its column's type is None; a VarveWarning counts such cells. UsageError: an error in the
        query; NotFoundError: no such table or revision; MissingBlocksError.
        """
        return _sql.query(self._place, query, params, timeout)

    def duckdb(
        self, con: DuckDBPyConnection | None = None, revs: Iterable[str | datetime.date] = ()
    ) -> DuckDBPyConnection:
        """A DuckDB connection (con, or a new one) with the tables of the work tree (of HEAD in a bare repository) under
        their short names, and the tables of each revision in a schema: prices, "v1".prices. The tables are datasets: a
        query reads only the columns that it needs, and groups of rows that can pass its conditions. The connection has
        the versions of the time of this call; call the method again for later ones. A table whose blocks are not here
        is left out, with a VarveWarning.
        """
        from . import _duckdb

        return _duckdb.connect(self, con, revs)

    # ---- history ----

    def _refs(self, prefix: str) -> dict[str, str]:
        return {name[len(prefix) :]: commit for name, commit in _values.items(_varve.refs(self._handle, raw(prefix)))}

    @property
    def branches(self) -> dict[str, str]:
        """The names of the local branches, with the ids of their commits."""
        return self._refs("refs/heads/")

    @property
    def tags(self) -> dict[str, str]:
        """The names of the tags, with the ids of their commits; "" if the tagged object is not a commit."""
        return self._refs("refs/tags/")

    def log(
        self, path: str | os.PathLike[str] | None = None, rev: str | None = None, *, first_parent: bool = False, limit: int = 0
    ) -> Iterator[Commit]:
        """Commits, newest first: those of HEAD or of a range such as "v1..main"; with path, those that changed this
        path, also under earlier names. limit 0: all.
        """
        paths = None if path is None else (path_bytes(path),)
        flags = (FIRST_PARENT if first_parent else 0) | (FOLLOW if paths else 0)
        cursor = _varve.log(self._handle, None if rev is None else raw(rev), paths, flags, 0)
        return itertools.islice(map(_commit, _values.items(cursor)), limit or None)

    def figure(
        self, figure: str, path: str | os.PathLike[str], *, where: str | None = None, rev: str | None = None
    ) -> list[Figure]:
        """The value of an aggregate, such as "sum(price)", in each version of a table, newest first, through renames.
        where: aggregate only the rows that meet this condition.
        """
        query = "SELECT commit_hash, commit_date, figure FROM varve_log(?, ?, ?, ?)"
        rows = self.sql(query, (os.fspath(path), rev, figure, where)).rows
        return [Figure(commit, datetime.datetime.fromisoformat(time.replace("Z", "+00:00")), value) for commit, time, value in rows]

    def row_history(self, path: str | os.PathLike[str], *key: Value, rev: str | None = None) -> Iterator[RowEvent]:
        """The commits that changed the row with this key, newest first. Renamed files and columns and changed keys are
        followed. NotFoundError: no such path; UsageError: the table has no key, or a key with a different number of
        columns.
        """
        values = tuple(map(_values.written, key))
        cursor = _varve.row_history(self._handle, path_bytes(path), values, None if rev is None else raw(rev))
        return (
            RowEvent(commit, KINDS[kind], where, tuple(RowCell(*cell) for cell in cells))
            for commit, kind, where, cells in _values.items(cursor)
        )

    def status(self) -> list[Change]:
        """The paths of the index and the work tree that differ from HEAD, including untracked files."""
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
        """The differences at a path between two revisions. b None: the work tree (in a bare repository: HEAD). key: the
        columns that identify a row (an empty list: no key); only, ignore: the columns to compare, or not to compare;
        tolerance: smaller differences of numbers do not count; where: the old or the new row must meet this condition;
        ignore_format: leave out values that are only written differently; text, misfit, numbers: for Arrow, as in
        View.select(). NotFoundError: no such revision, path or column.
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
        """Checks the tables of the work tree, or of a revision, against their schemas, the project's rules and the
        previous version (or base; "" compares with nothing). path: check only this file or folder; new_only: findings
        that base also has do not count; warnings: count them as errors.

        data: rows to check before they are written. They are checked as the content that write() with the same mode,
        columns and match would give path; rows and lines in findings are those of the file that would be written.
        Raises the same errors as write().
        """
        if data is not None:
            if path is None or rev is not None:
                raise UsageError("data is checked as the content of one path, not of a revision", "usage")
            how = (place("mode", MODES, mode), place("columns", COLUMNS, columns), *matching(match))
            flags = (NEW_ONLY if new_only else 0) | (WARNINGS if warnings else 0)
            against = None if base is None else raw(base)
            return Report(_varve.check_arrow(self._handle, path_bytes(path), stream(data), *how, against, flags))
        if mode is not None or columns != "error" or match is not None:
            raise UsageError("mode, columns and match are for data", "usage")
        at = None if rev is None else self.rev_parse(rev)
        flags = (NEW_ONLY if new_only else 0) | (WARNINGS if warnings else 0)
        return Report(self._check(at, base, path, flags))

    def check_history(self, path: str | os.PathLike[str] | None = None, rev: str | None = None) -> list[Verdict]:
        """The verdicts of the work tree's rules on each version along the first parents of a revision (None: HEAD),
        oldest first, as `varve check --log` finds them. pandas.DataFrame(r.check_history()) makes a frame of them.
        """
        paths = None if path is None else (path_bytes(path),)
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
        """share: the part of a table's groups to check, and the number of parts; results: the results of such parts
        (_varve.report_share).
        """
        return _varve.check(
            self._handle,
            None if rev is None else raw(rev),
            None if base is None else raw(base),
            None if path is None else (path_bytes(path),),
            flags,
            *share,
            tuple(results),
        )

    # ---- writing ----

    def expire(
        self,
        keep: str | None = None,
        paths: Iterable[str | os.PathLike[str]] = (),
        *,
        remotes: Iterable[str] = (),
    ) -> ExpirePlan:
        """Plans which versions expire, and changes nothing; apply() of the plan removes their rows, and commits stay. keep: the
        policy, such as "last=30,daily=30,weekly=52,monthly=24"; None: "keep" in varve.json of HEAD. paths: tables and
        folders, from the top of the work tree; none: all tables. remotes: Git hosts at which, or in whose stores, the
        versions are freed, too. UsageError: this repository is at a URL; Error: no such policy, path or remote.
        """
        if self.url is not None:
            raise UsageError("versions expire in a repository that is here, not at a URL", "usage", "clone it")
        return _expire.plan(self, keep, paths, remotes)

    def transaction(
        self, message: str, *, branch: str | None = None, start: str | None = None, author: str | None = None,
        date: str | datetime.date | datetime.datetime | None = None,
    ) -> Transaction:
        """Changes of files that become one commit:

            with r.transaction("March prices") as tx:
                tx.put("prices.csv", content)
            print(tx.commit_id)

        branch: commit to this branch, and leave the index and the work tree unchanged. A bare repository needs it. At a
        URL, the commit is pushed to this branch; PushRejectedError: the branch moved in the meantime. start: the
        revision at which a new branch begins; author: "Name <mail>" (default: as in Git's settings); date: the date of
        author and committer: a day (noon in UTC), a datetime (naive: local time), or either as an ISO 8601 text.

        LockedError: another writer did not finish within a minute; ConflictError, at the end of the block: another
        process changed something in the meantime, or a hook or check failed.
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
        """Describes a table of the work tree in its datapackage.json: the nearest one upwards, or a new one. Returns
        the path of that file. No row is read or changed, and an existing file keeps its formatting.

        types: types of columns, as named in Table Schema; numbers: how a column's numbers are written, as an example
        such as "1.234,5"; missing: texts that mean a missing value, in single columns, or in all columns without such
        texts of their own; key: the columns that identify a row; message: commit the description and the table with
        this message; None: only write the file. NotFoundError: no such file or column; UsageError: no such type.
        """
        if missing is not None and not isinstance(missing, Mapping):
            missing = {"": missing}
        absent = [(column, text) for column, texts in (missing or {}).items() for text in _values.listed(texts)]
        with about(path):
            package = _varve.describe(
                self._handle,
                path_bytes(path),
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
        """Commits bytes, the rest of an open binary file, or a table as the content of path: a transaction() with one
        put(). Returns the id of the commit; None: nothing changed.
        """
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
        arguments. message None: "Write PATH". For date, see transaction().
        """
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
    unsigned: bool = False,
) -> Table:
    """The table at a path of a repository (a URL or folder) in a revision: Repo(repo, ...).table(path, rev).
    varve.read("URL#REV:PATH") names all three in one word. NotFoundError; MissingBlocksError; RefusedError: no signed
    head of the repository at the URL lists the branch or tag, and unsigned is False.
    """
    url, rest = split_url(path) if isinstance(path, str) else (None, "")
    if url is not None:
        if rev is not None or os.fspath(repo) != ".":
            raise UsageError(f"{path!r} names the repository and the revision", "usage", "leave repo and rev out")
        with Repo(url, cache=cache, cache_size=cache_size, refresh=refresh, unsigned=unsigned) as r:
            return r[rest]
    with Repo(repo, cache=cache, cache_size=cache_size, refresh=refresh, unsigned=unsigned) as r:
        return r.table(path, rev)
