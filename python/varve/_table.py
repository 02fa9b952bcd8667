"""Tables, and views of tables."""
from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import IO, TYPE_CHECKING, Any

from . import _arrow, _varve, _values
from ._arrow import Frames, pandas_frame
from ._errors import InvalidDataError, UsageError, raw
from ._values import Value

if TYPE_CHECKING:
    from ._repo import Repo
    import pandas
    import polars
    import pyarrow
    import pyarrow.dataset

Row = tuple["str | None", ...]

WORK_TREE = 3  # enum varve_from


class View(Frames):
    """Some columns and rows of a version. A view reads nothing until its rows are requested. It can be read any number
    of times, by several threads at once.

    Iteration returns cells as the file spells them. All other methods use Arrow (__arrow_c_stream__, so pyarrow,
    polars, DuckDB and pandas accept a view directly), with the types of the table's schema: integer is int64, number is
    double, and boolean, date and datetime are typed, too; missing values are null. InvalidDataError: a cell does not
    match its column's type (see misfit in select()).
    """

    _handle: _varve.Handle
    _all: list[str]
    _table: Table

    def __init__(
        self,
        table: Table,
        columns: Iterable[str] | None = None,
        where: str | None = None,
        params: Mapping[str, Value] | None = None,
        text: bool = False,
        misfit: str = "error",
        row_number: str | None = None,
        numbers: str = "double",
        dictionary: bool | Iterable[str] = False,
        part: tuple[int, int] = (0, 0),
    ) -> None:
        self._table, self._handle, self._all = table, table._handle, table._all
        self._picked = None if columns is None else _values.listed(columns)
        self._where, self._params = where, dict(params or {})
        self._filter = _values.where(where, params)
        self._arrow = _arrow.options(text, misfit, numbers)
        self._dictionary = dictionary if isinstance(dictionary, bool) else _values.listed(dictionary)
        self._part = part
        self._text, self._misfit, self._number, self._numbers = text, misfit, row_number, numbers
        if self._picked is not None or self._filter is not None:
            self._rows()  # a wrong name or value is reported here

    def _rows(self, row: int | None = None) -> _varve.Handle:
        numbered = self._number is not None
        return _varve.rows(self._handle, _values.names(self._picked), self._filter, row, numbered, *self._part)

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns, in order."""
        names = self._all if self._picked is None else self._picked
        return tuple(names if self._number is None else [*names, self._number])

    def __iter__(self) -> Iterator[Row]:
        """Rows as tuples of cells, exactly as the file spells them; None if a cell is absent or null."""
        return _values.items(self._rows())

    def to_dicts(self) -> Iterator[dict[str, str | None]]:
        """Rows as dicts of cells, as the file spells them. A name that occurs twice gets a number: id, id2."""
        keys = _values.unique(self.columns)
        return (dict(zip(keys, row)) for row in self)

    def select(
        self,
        columns: Iterable[str] | None = None,
        where: str | None = None,
        params: Mapping[str, Value] | None = None,
        filters: Any = None,
        *,
        text: bool = False,
        misfit: str = "error",
        row_number: str | None = None,
        numbers: str = "double",
        dictionary: bool | Iterable[str] = False,
    ) -> View:
        """A view of some columns, and of the rows that meet a condition, such as "price > :p and item ^= 'A'". A
        condition of this view still applies. params: the values of :NAME. filters: a condition in pyarrow's form,
        [("price", ">", 100), ("item", "in", ["fig"])], a list of such lists of which one must hold, or an expression;
        numbers are compared exactly.

        text: every Arrow column is text, as the file spells it. numbers: the Arrow type of columns of type integer and
        number: "double"; "text", as the file spells them; or "decimal", decimal128 of precision 38, with scale 0 for an
        integer, and else the scale that the version's cells need (all cells are read to find it when a stream begins).
        dictionary: these text columns (True: all of them) become dictionaries, Categorical in pandas and polars.

        misfit: what to do with a cell that does not match its type: "error"; "null"; or "text", which returns null, and
        adds a last Arrow column, _misfits, with the texts of such cells as a JSON object. row_number: the name of an
        added last column with the number of the row in the file, from 0. NotFoundError: no such column; UsageError: the
        condition is invalid.
        """
        given = {**self._params, **(params or {})}
        for name in self._params.keys() & (params or {}).keys():
            if self._params[name] != given[name]:
                raise UsageError(f"the view has another value of :{name}", "usage", "use another name")
        if filters is not None:
            from ._filters import condition

            more = condition(filters, self, _values.library("pyarrow").schema(self))
            where = f"({where}) and ({more})" if where and more else where or more
        both = f"({self._where}) and ({where})" if self._where and where else self._where or where
        picked = self._picked if columns is None else columns
        return View(self._table, picked, both, given, text, misfit, row_number, numbers, dictionary, self._part)

    def share(self, part: int, parts: int) -> View:
        """A view of one of several shares of the rows, numbered from 0. Together, the shares have each row once, in
        order. Shares are cut between the groups in which a version is stored, and may be empty. UsageError: no such
        share.
        """
        if self._part[1]:
            raise UsageError("the view is a share already", "usage")
        if not 0 <= part < parts:
            raise UsageError(f"there is no share {part} of {parts}", "usage", "shares are counted from 0")
        options = (self._text, self._misfit, self._number, self._numbers, self._dictionary, (part, parts))
        return View(self._table, self._picked, self._where, self._params, *options)

    def _raise_own(self, status: _varve.Handle) -> None:
        try:
            super()._raise_own(status)
        except InvalidDataError as e:
            row, place = _varve.arrow_misfit(status)
            e.path, e.row, e.column = self._table.path, row, None if place is None else self._all[place]
            raise

    def _first(self, rows: int) -> View:
        """A view of at least this number of rows (if the table has so many), and of not many more."""
        parts = len(self._table) // max(rows, 1)
        return self if self._filter is not None or self._part[1] or parts < 2 else self.share(0, min(parts, 2**31))

    def _repeating(self) -> View:
        """The view with dictionaries for text columns that have few different values in the first group of rows."""
        if "://" in self._table._place[0]:
            return self  # nothing is fetched before it is asked for
        rows = self.select(dictionary=True, misfit="null")._first(1).to_arrow().combine_chunks()
        chunks = {name: column.chunks for name, column in zip(rows.column_names, rows.columns)}
        few = [n for n, c in chunks.items() if c and hasattr(c[0], "dictionary") and len(c[0].dictionary) <= rows.num_rows // 4]
        return self.select(dictionary=few)

    def __reduce__(self) -> Any:
        options = (self._text, self._misfit, self._number, self._numbers, self._dictionary, self._part)
        return View, (self._table, self._picked, self._where, self._params, *options)

    # ---- Arrow ----

    def _open(self) -> tuple[object, _varve.Handle]:
        flags, misfit, numbers = self._arrow
        some = self._dictionary
        return _varve.arrow_stream(
            self._handle,
            _values.names(self._picked),
            self._filter,
            None if self._number is None else raw(self._number),
            flags | (_arrow.DICTIONARIES if some is True else 0),
            misfit,
            numbers,
            None if isinstance(some, bool) else _values.names(some),
            *self._part,
        )

    def _narrow(
        self, columns: Iterable[str] | None, where: str | None, params: Mapping[str, Value] | None
    ) -> View:
        if columns is None and where is None:
            return self
        return self.select(
            columns,
            where,
            params,
            text=self._text,
            misfit=self._misfit,
            row_number=self._number,
            numbers=self._numbers,
            dictionary=self._dictionary,
        )

    def to_arrow(
        self,
        columns: Iterable[str] | None = None,
        where: str | None = None,
        params: Mapping[str, Value] | None = None,
    ) -> pyarrow.Table:
        """A pyarrow.Table. For columns and condition, see select()."""
        return self._narrow(columns, where, params)._read(_values.library("pyarrow").table)

    def to_polars(
        self,
        columns: Iterable[str] | None = None,
        where: str | None = None,
        params: Mapping[str, Value] | None = None,
    ) -> polars.DataFrame:
        """A polars.DataFrame. For columns and condition, see select()."""
        frame: polars.DataFrame = self._narrow(columns, where, params)._read(_values.library("polars").DataFrame)
        return frame

    def to_pandas(
        self,
        columns: Iterable[str] | None = None,
        where: str | None = None,
        params: Mapping[str, Value] | None = None,
        *,
        dtype_backend: str | None = None,
        types_mapper: Callable[[Any], Any] | None = None,
    ) -> pandas.DataFrame:
        """A pandas.DataFrame, made by pyarrow. For columns and condition, see select(). integer becomes Int64, boolean
        becomes boolean, date becomes datetime64[s], datetime becomes datetime64[us], and string becomes pandas' own
        type. dtype_backend ("numpy_nullable" or "pyarrow") and types_mapper (from an Arrow type to a pandas type) are
        as in pandas.
        """
        return pandas_frame(self.to_arrow(columns, where, params), dtype_backend, types_mapper)

    def lazy(self) -> polars.LazyFrame:
        """A polars.LazyFrame. When it is collected, it reads only the columns that it needs, and only groups of rows
        that can pass its filter.
        """
        pl = _values.library("polars")
        from . import _polars

        schema = pl.Schema(self)

        def source(
            columns: list[str] | None, predicate: Any, n_rows: int | None, batch_size: int | None
        ) -> Iterator[polars.DataFrame]:
            wanted = None
            if columns is not None:
                asked = [*columns, *(predicate.meta.root_names() if predicate is not None else ())]
                wanted = [name for name in dict.fromkeys(asked) if name != self._number] or list(self._all[:1])
            if n_rows is not None:  # of all rows, before the predicate
                frame = self._narrow(wanted, None, None)._first(n_rows).to_polars().head(n_rows)
            else:
                where = None if predicate is None else _polars.wide(predicate, self, schema)
                frame = self._narrow(wanted, where, None).to_polars()
            if predicate is not None:
                frame = frame.filter(predicate)
            yield frame if columns is None else frame.select(columns)

        lazy: polars.LazyFrame = _values.library("polars.io.plugins").register_io_source(source, schema=schema)
        return lazy

    def dataset(self) -> pyarrow.dataset.Dataset:
        """A pyarrow.dataset.Dataset. DuckDB and others read only the columns that a query needs, and only groups of
        rows that can pass its conditions.
        """
        _values.library("pyarrow.dataset")
        from ._dataset import ViewDataset

        return ViewDataset(self)

    def __repr__(self) -> str:
        condition = f" where {self._where}" if self._where else ""
        return f"<varve.View {', '.join(self.columns)}{condition}>"

    def _repr_html_(self) -> str:
        return _values.table_html(repr(self), self.columns, self)


#: where a repository is: path or URL, and cache, cache_size, refresh, unsigned
Place = tuple[str, "str | None", "int | str", bool, bool]


def reopen_repo(place: Place) -> Repo:
    """The repository that was pickled."""
    from ._repo import Repo

    where, cache, cache_size, refresh, unsigned = place
    return Repo(where, cache=cache, cache_size=cache_size, refresh=refresh, unsigned=unsigned)


def reopen(place: Place, origin: int, commit: str | None, path: str, cid: str | None) -> Table:
    """The table that was pickled."""
    with reopen_repo(place) as r:
        return r.table(path, commit) if commit or origin == WORK_TREE else r[cid or path]


class Table(View):
    """A version of a table. It never changes, except that the table of the work tree is read again when it is
    unpickled. len() is the number of rows. A table can be pickled for processes that have the repository at the same
    path, or can reach its URL. path: the path in the repository; commit_id: the commit in which the table was found;
    None for the work tree; cid: the CID of the content; None for a file that is not stored; key: the names of the key's
    columns; schema: the Table Schema as a dict.
    """

    path: str
    commit_id: str | None
    cid: str | None
    key: tuple[str, ...]
    schema: dict[str, Any]
    size: int | None  #: size of the file, in bytes

    def __init__(self, version: _varve.Handle, place: Place) -> None:
        self._place = place
        self._from, _, _, _, self.path, commit, cid, _, _ = _varve.version_facts(version)
        self.commit_id = commit or None
        self.cid = cid or None
        self._version = version
        self._handle = _varve.table_open(version)
        self._count, self.size, schema, key, columns = _varve.table_facts(self._handle)
        self.schema = json.loads(schema)
        self._all = [name for name, _, _ in columns]
        self.key = tuple(self._all[place] for place in key)
        self._nans: dict[str, bool] = {}
        super().__init__(self)

    def __reduce__(self) -> Any:
        return reopen, (self._place, self._from, self.commit_id, self.path, self.cid)

    def __len__(self) -> int:
        return int(self._count)

    def _has_nan(self, name: str) -> bool:
        """Does the column have a NaN? The facts of the groups of rows answer this for most columns."""
        if name not in self._nans:
            quoted = '"' + name.replace('"', '""') + '"'
            tests = (f"text({quoted}) ^= '{letter}'" for letter in "Nn")
            self._nans[name] = any(next(iter(View(self, [name], test)), None) is not None for test in tests)
        return self._nans[name]

    def row(self, *key: Value) -> dict[str, str | None]:
        """The row whose key has these values, one for each column of the key, as a dict of cells, as the file spells
        them. NotFoundError (a KeyError): no such row; UsageError: the table has no key, or a key with a different
        number of columns.
        """
        at = _varve.find_row(self._handle, tuple(map(_values.written, key)))
        (row,) = _varve.next_one(self._rows(at))
        return dict(zip(_values.unique(self._all), row))

    def read_bytes(self) -> bytes:
        """The file, byte for byte."""
        pieces: list[bytes] = []
        _varve.version_write(self._version, pieces.append)
        return b"".join(pieces)

    def write_to(self, file: IO[bytes]) -> None:
        """Writes the file, byte for byte, to an open binary file, in pieces of at most a few MiB."""
        _varve.version_write(self._version, file.write)

    def __repr__(self) -> str:
        of = f"{self.commit_id[:10]}:" if self.commit_id else ""
        return f"<varve.Table {of}{self.path} {len(self):,} rows x {len(self._all)} columns>"

    def _repr_html_(self) -> str:
        return _values.table_html(repr(self), self.columns, self, len(self))
