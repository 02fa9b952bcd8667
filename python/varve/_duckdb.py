"""Tables of a repository in DuckDB."""
from __future__ import annotations

import datetime
import warnings
from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from . import _values
from ._errors import MissingBlocksError, UsageError
from ._write import VarveWarning

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from ._repo import Repo


def _short_names(paths: Iterable[str]) -> dict[str, str]:
    """The shortest unique name of each path: "prices", "prices.csv" or the path. SQL does not distinguish upper and
    lower case.
    """
    files = {path: path.rpartition("/")[2] for path in paths}
    stems = {path: file[:1] + file[1:].partition(".")[0] for path, file in files.items()}
    by_stem, by_file = (Counter(name.lower() for name in names.values()) for names in (stems, files))
    return {
        path: stems[path] if by_stem[stems[path].lower()] == 1 else file if by_file[file.lower()] == 1 else path
        for path, file in files.items()
    }


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _datasets(repo: Repo, rev: str | datetime.date | None) -> Iterable[tuple[str, Any]]:
    """The tables of a revision whose blocks are here, with their short names."""
    _values.library("pyarrow.dataset")
    from ._dataset import QueryDataset

    for path, name in _short_names(repo.tables(rev)).items():
        try:
            yield name, QueryDataset(repo.table(path, rev)._repeating())
        except MissingBlocksError as e:
            warnings.warn(f"{path} is left out: {e}", VarveWarning, stacklevel=4)


def _schema(con: DuckDBPyConnection, name: str) -> None:
    """A database in memory, whose views are written to no file."""
    found = con.execute("SELECT path FROM duckdb_databases() WHERE database_name = ?", [name]).fetchall()
    if found and found[0][0] is not None:
        raise UsageError(f"the connection has a database {name!r} already", "usage")
    if not found:
        con.execute(f"ATTACH ':memory:' AS {_quoted(name)}").fetchall()


def connect(
    repo: Repo, con: DuckDBPyConnection | None, revs: Iterable[str | datetime.date]
) -> DuckDBPyConnection:
    con = con or _values.library("duckdb").connect()
    for name, dataset in _datasets(repo, None):
        con.register(name, dataset)
    for rev in revs:
        schema = str(rev)
        _schema(con, schema)
        for name, dataset in _datasets(repo, rev):
            con.register(f"{schema}:{name}", dataset)
            con.execute(
                f"CREATE OR REPLACE VIEW {_quoted(schema)}.{_quoted(name)} AS SELECT * FROM {_quoted(f'{schema}:{name}')}"
            ).fetchall()
    return con
