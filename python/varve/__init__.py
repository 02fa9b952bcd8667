"""varve: versions of tables as data.

    import varve

    with varve.Repo(".") as r:
        t = r["prices.csv"]
        print(len(t), t.key, t.row(4711))
        for key, column, before, after in r.diff("prices.csv", "v1", "HEAD").cells:
            ...

Cells are str, exactly as the file spells them, or None. Errors are varve.Error and its subclasses.
"""
import os
import sys

if sys.platform == "win32":  # varve.dll is beside the programs
    os.add_dll_directory(os.path.join(os.path.dirname(os.path.abspath(__file__)), "bin"))

from ._diff import CellChange, CellChanges, Diff, RowChange, RowChanges, RowVersion
from ._errors import (
    AuthError,
    ConflictError,
    CorruptError,
    Error,
    InvalidDataError,
    LockedError,
    MergeConflictError,
    MissingBlocksError,
    NotFoundError,
    ProgramMissingError,
    PushRejectedError,
    RefusedError,
    SchemaMismatchError,
    UsageError,
)
from ._expire import Expired, ExpirePlan, ExpireTable, ExpiringVersion, FreedPlace
from ._repo import Change, Commit, Figure, Repo, RowCell, RowEvent, read
from ._progress import progress
from ._report import Finding, Report, Verdict
from ._sql import QueryResult, load, loadable_path
from ._sync import Conflict, Merge, RefUpdate, Transfer, clone
from ._table import Table, View
from ._varve import library_version
from ._write import Changes, Result, Transaction, VarveWarning, WriteResult

__version__ = library_version()

__all__ = [
    "AuthError",
    "CellChange",
    "CellChanges",
    "Change",
    "Changes",
    "Commit",
    "Conflict",
    "ConflictError",
    "CorruptError",
    "Diff",
    "Error",
    "ExpirePlan",
    "ExpireTable",
    "Expired",
    "ExpiringVersion",
    "Figure",
    "Finding",
    "FreedPlace",
    "InvalidDataError",
    "LockedError",
    "Merge",
    "MergeConflictError",
    "MissingBlocksError",
    "NotFoundError",
    "ProgramMissingError",
    "PushRejectedError",
    "QueryResult",
    "RefUpdate",
    "RefusedError",
    "Repo",
    "Report",
    "Result",
    "RowCell",
    "RowChange",
    "RowChanges",
    "RowEvent",
    "RowVersion",
    "SchemaMismatchError",
    "Table",
    "Transaction",
    "Transfer",
    "UsageError",
    "VarveWarning",
    "Verdict",
    "View",
    "WriteResult",
    "__version__",
    "clone",
    "load",
    "loadable_path",
    "progress",
    "read",
]
