"""SQL over every version: SQLite with the tables of varve0.so."""
from __future__ import annotations

import datetime
import decimal
import os
import sqlite3
import warnings
from collections.abc import Iterator, Mapping, Sequence
from concurrent import futures
from typing import TYPE_CHECKING, Any

from . import _values
from ._errors import CLASSES, Error, InvalidDataError, NotFoundError, UsageError
from ._write import VarveWarning

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow

Parameters = Sequence[Any] | Mapping[str, Any]
KINDS = {int: "int64", float: "float64", str: "string", bytes: "binary"}


def loadable_path() -> str:
    """The path of the extension varve0.so (varve0.dll on Windows), for programs that load extensions of SQLite: .load of its shell,
    --load-extension of Datasette and sqlite-utils. NotFoundError: the package was built without it."""
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), *(("bin", "varve0.dll") if os.name == "nt" else ("varve0.so",)))
    if not os.path.exists(path):
        raise NotFoundError(
            "the package was built without varve0.so", "not-found", "install varve-sql, and then this package again"
        )
    return path


def load(connection: sqlite3.Connection) -> None:
    """Loads varve0.so into a connection of the module sqlite3, and turns off the loading of other extensions. Then run
    SELECT varve_attach('FOLDER'). UsageError: this Python's sqlite3 cannot load extensions.
    """
    if not hasattr(connection, "enable_load_extension"):
        raise UsageError(
            "sqlite3 of this Python loads no extensions",
            "usage",
            "use a Python that was built with --enable-loadable-sqlite-extensions, such as Debian's, or the program: varve sql",
        )
    path = loadable_path()
    connection.enable_load_extension(True)
    try:
        connection.load_extension(path)
    finally:
        connection.enable_load_extension(False)


class QueryResult:
    """The rows of a query, read completely. An integer is int, a number float, and all else str; NULL is None. columns:
    the names of the columns; rows: a list of tuples. pyarrow, polars, DuckDB and pandas accept the result directly
    (__arrow_c_stream__, which needs pyarrow).
    """

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]

    def __init__(self, columns: Sequence[str], rows: list[tuple[Any, ...]]) -> None:
        self.columns = tuple(columns)
        self.rows = rows

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        return iter(self.rows)

    def to_dicts(self) -> Iterator[dict[str, Any]]:
        """Rows as dicts. A name that occurs twice gets a number: id, id2."""
        keys = _values.unique(self.columns)
        return (dict(zip(keys, row)) for row in self.rows)

    def to_arrow(self) -> pyarrow.Table:
        """A pyarrow.Table, with columns of int64, double, string, binary, or null if no row has a value.
        InvalidDataError: a column has both texts and numbers.
        """
        pa = _values.library("pyarrow")
        arrays = []
        for i, name in enumerate(self.columns):
            values = [row[i] for row in self.rows]
            kinds = set(map(type, values)) - {type(None)}
            if kinds == {int, float}:
                kinds = {float}
            if len(kinds) > 1:
                raise InvalidDataError(
                    f"column {name!r} of the result has values of several types", "input", "CAST it to one in the query"
                )
            arrays.append(pa.array(values, KINDS[kinds.pop()] if kinds else "null"))
        return pa.Table.from_arrays(arrays, names=list(self.columns))

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self.to_arrow().__arrow_c_stream__(requested_schema)

    def to_polars(self) -> polars.DataFrame:
        """A polars.DataFrame."""
        frame: polars.DataFrame = _values.library("polars").DataFrame(self)
        return frame

    def to_pandas(self) -> pandas.DataFrame:
        """A pandas.DataFrame, by pyarrow: an integer is Int64."""
        pa, pd = _values.library("pyarrow"), _values.library("pandas")
        frame: pandas.DataFrame = self.to_arrow().to_pandas(types_mapper={pa.int64(): pd.Int64Dtype()}.get)
        return frame

    def __repr__(self) -> str:
        return f"<varve.QueryResult {len(self):,} rows x {len(self.columns)} columns>"

    def _repr_html_(self) -> str:
        return _values.table_html(repr(self), self.columns, self.rows, len(self))


def _parameter(value: Any) -> Any:
    """A value as varve's tables spell it: times as ISO 8601 texts, in UTC."""
    if isinstance(value, datetime.datetime):
        if value.tzinfo is not None:
            value = value.astimezone(datetime.timezone.utc).replace(tzinfo=None)
        return value.isoformat() + "Z"
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    return float(value) if isinstance(value, decimal.Decimal) else value


def _failure(connection: sqlite3.Connection, e: Exception) -> Error:
    """The exception for an error of SQLite."""
    code = None
    try:
        code = connection.execute("SELECT varve_error()").fetchone()[0]
    except sqlite3.Error:
        pass  # the extension is what failed
    return CLASSES.get(code or "usage", Error)(str(e), code or "usage")


def _warn(connection: sqlite3.Connection) -> None:
    for table, column, warning, cells in connection.execute(
        "SELECT table_name, column_name, warning, cells FROM varve_warnings"
    ):
        became = "the nearest double" if warning == "nearest double" else "None"
        count = "1 cell" if cells == 1 else f"{cells:,} cells"
        warnings.warn(f"{table}: {count} of column {column!r} became {became}", VarveWarning, stacklevel=4)


def _wait(connection: sqlite3.Connection, asked: futures.Future[None], timeout: float | None) -> None:
    """Runs the query in another thread, so that this thread sees Ctrl-C. The query is interrupted repeatedly, since an
    interrupt does not affect a statement that begins after it.
    """
    try:
        asked.result(timeout)
    except (KeyboardInterrupt, TimeoutError):
        while not asked.done():
            connection.interrupt()
            futures.wait([asked], 0.05)
        raise


def query(
    place: tuple[str, str | None, int | str, bool, bool], sql: str, params: Parameters | None, timeout: float | None
) -> QueryResult:
    given = params or ()
    if isinstance(given, Mapping):
        given = {name: _parameter(value) for name, value in given.items()}
    else:
        given = tuple(map(_parameter, given))
    connection = sqlite3.connect(":memory:", check_same_thread=False)
    found: list[QueryResult] = []

    def ask() -> None:
        load(connection)
        connection.execute("SELECT varve_open(?, ?, ?)", (*place[:2], place[4]))
        cursor = connection.execute(connection.execute("SELECT varve_sql(?)", (sql,)).fetchone()[0], given)
        rows = cursor.fetchall()
        found.append(QueryResult([column[0] for column in cursor.description or ()], rows))

    try:
        with futures.ThreadPoolExecutor(1) as pool:
            _wait(connection, pool.submit(ask), timeout)
        _warn(connection)
        return found[0]
    except TimeoutError as e:
        raise TimeoutError(f"the query took longer than {timeout:g} s and was ended") from e
    except (sqlite3.Error, sqlite3.Warning) as e:
        raise _failure(connection, e) from e
    finally:
        connection.close()
