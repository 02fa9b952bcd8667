"""Checks of large tables by Spark."""
from __future__ import annotations

import functools
import os
from typing import TYPE_CHECKING, Any

from . import _varve
from ._report import Report
from ._table import Place, reopen_repo

if TYPE_CHECKING:
    import datetime

    from ._repo import Repo

ROWS = 200_000  #: of a part, where their number is not given
NO_CACHE, WARNINGS = 2, 4  # enum varve_check_flag


def _noted(part: int, place: Place, path: str, commit: str, base: str | None, parts: int) -> bytes:
    with reopen_repo(place) as r:
        return _varve.report_share(r._check(commit, base, path, NO_CACHE, (part, parts)))


def check(
    spark: Any,
    repo: Repo,
    table: str | os.PathLike[str],
    rev: str | datetime.date | datetime.datetime = "HEAD",
    *,
    base: str | None = None,
    warnings: bool = False,
    parts: int | None = None,
) -> Report:
    """Checks a table of a revision as Repo.check() does, with the same report, but looks at single rows on Spark's workers:
    each takes a part of the row groups, and what it noted comes back, a few bytes for each group. Keys, foreign
    keys and the comparison with the version before (base; "": none) are the driver's, which reads the
    groups for them, and those with findings again.

    parts: one for each 200,000 rows, if it is not given. Workers need the repository at the same path, or a URL.
    """
    path, commit = os.fspath(table), repo.rev_parse(rev)
    count = parts or max(1, len(repo.table(path, commit)) // ROWS)
    noted = functools.partial(_noted, place=repo._place, path=path, commit=commit, base=base, parts=count)
    results = spark.sparkContext.parallelize(range(count), count).map(noted).collect()
    return Report(repo._check(commit, base, path, WARNINGS if warnings else 0, results=results))
