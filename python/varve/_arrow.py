"""Data for other libraries through Arrow."""
from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from . import _varve, _values
from ._errors import UsageError

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow

MISFITS = ("error", "null", "text")  # enum varve_misfit
NUMBERS = ("double", "text", "decimal")  # enum varve_numbers
TEXT = 1 << 0  # enum varve_arrow_flag
DICTIONARIES = 1 << 1


class _Stream:
    """One Arrow stream for one consumer."""

    def __init__(self, capsule: object) -> None:
        self._capsule = capsule

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self._capsule


def options(text: bool, misfit: str, numbers: str) -> tuple[int, int, int]:
    """The flags, misfit and numbers of a stream."""
    for name, word, words in (("misfit", misfit, MISFITS), ("numbers", numbers, NUMBERS)):
        if word not in words:
            raise UsageError(f"{name} is one of {', '.join(map(repr, words))}", "usage")
    return TEXT if text else 0, MISFITS.index(misfit), NUMBERS.index(numbers)


class _Masked:
    """The array type that pyarrow requests from pandas: integers with a mask. Pandas' own type copies them twice."""

    def __init__(self, dtype: Any) -> None:
        self._dtype = dtype

    def __from_arrow__(self, column: pyarrow.ChunkedArray) -> Any:
        np = _values.library("numpy")
        data, mask = np.empty(len(column), self._dtype.type), np.zeros(len(column), bool)
        end = 0
        for chunk in filter(len, column.chunks):
            begin, end = end, end + len(chunk)
            data[begin:end] = np.frombuffer(chunk.buffers()[1], data.dtype, len(chunk), chunk.offset * data.itemsize)
            if chunk.null_count:
                mask[begin:end] = chunk.is_null().to_numpy(zero_copy_only=False)
        return self._dtype.construct_array_type()(data, mask)


def pandas_frame(
    table: pyarrow.Table, dtype_backend: str | None, types_mapper: Callable[[Any], Any] | None
) -> pandas.DataFrame:
    """A pyarrow table as a DataFrame: integer becomes Int64, boolean becomes boolean, and date becomes datetime64[s]."""
    pa, pd = _values.library("pyarrow"), _values.library("pandas")
    if dtype_backend not in (None, "numpy_nullable", "pyarrow"):
        raise UsageError("dtype_backend is 'numpy_nullable' or 'pyarrow'", "usage")
    if types_mapper is None and dtype_backend == "pyarrow":
        types_mapper = pd.ArrowDtype
    if types_mapper is None:
        integers = {pa.int64(): pd.Int64Dtype(), pa.uint64(): pd.UInt64Dtype()}
        types = {pa.bool_(): pd.BooleanDtype(), **{t: _Masked(dtype) for t, dtype in integers.items()}}
        if dtype_backend:
            types.update({pa.float64(): pd.Float64Dtype(), pa.string(): pd.StringDtype()})
        types_mapper = types.get
        dates = [pa.timestamp("s") if pa.types.is_date32(f.type) else f.type for f in table.schema]
        table = table.cast(pa.schema([f.with_type(d) for f, d in zip(table.schema, dates)]))
    frame: pandas.DataFrame = table.replace_schema_metadata(None).to_pandas(types_mapper=types_mapper)
    return frame


class Frames:
    """An object with __arrow_c_stream__, which makes a new stream at each call. pyarrow, polars, DuckDB and pandas
    accept the object directly. InvalidDataError: a cell does not match its column's type.
    """

    _status: _varve.Handle | None = None

    def _open(self) -> tuple[object, _varve.Handle]:
        raise NotImplementedError

    def _stream(self) -> tuple[object, _varve.Handle]:
        capsule, self._status = self._open()
        return capsule, self._status

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """A new Arrow stream in a capsule, for any library that takes the Arrow PyCapsule interface."""
        return self._stream()[0]

    def __arrow_c_schema__(self) -> object:
        """The Arrow schema in a capsule."""
        return _varve.arrow_schema(self._stream()[0])

    def _read(self, take: Callable[[_Stream], Any]) -> Any:
        capsule, status = self._stream()
        try:
            return take(_Stream(capsule))
        except Exception:
            self._raise_own(status)
            raise

    def _raise_own(self, status: _varve.Handle) -> None:
        """Raises the library's own error if that error ended the stream."""
        _varve.arrow_status(status)

    @property
    def misfits(self) -> int:
        """The number of cells that did not match their column's type in the last Arrow stream of this object, as far as
        the stream was read. If the stream failed, raises its error again.
        """
        return 0 if self._status is None else _varve.arrow_status(self._status)

    def to_arrow(self) -> pyarrow.Table:
        """A pyarrow.Table."""
        return self._read(_values.library("pyarrow").table)

    def to_batches(self) -> pyarrow.RecordBatchReader:
        """A pyarrow.RecordBatchReader, which reads on request. Its errors are those of pyarrow."""
        return self._read(_values.library("pyarrow").RecordBatchReader.from_stream)

    def to_polars(self) -> polars.DataFrame:
        """A polars.DataFrame."""
        frame: polars.DataFrame = self._read(_values.library("polars").DataFrame)
        return frame

    def to_pandas(
        self, *, dtype_backend: str | None = None, types_mapper: Callable[[Any], Any] | None = None
    ) -> pandas.DataFrame:
        """A pandas.DataFrame, made by pyarrow. For dtype_backend and types_mapper, see View.to_pandas()."""
        return pandas_frame(self.to_arrow(), dtype_backend, types_mapper)
