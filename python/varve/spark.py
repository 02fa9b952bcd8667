"""Checks large tables with Spark."""
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
    """Checks a table of a revision as Repo.check() does, with the same report, but examines single rows on Spark's
    workers. Each worker checks a part of the row groups, and returns a few bytes for each group. The driver checks
    keys, foreign keys and the comparison with the previous version (or base; "": none); for this, it reads the groups
    that it needs, and those with findings again. parts: the number of parts (default: one for each 200,000 rows).
    Workers need the repository at the same path, or a URL.
    """
    path, commit = os.fspath(table), repo.rev_parse(rev)
    count = parts or max(1, len(repo.table(path, commit)) // ROWS)
    noted = functools.partial(_noted, place=repo._place, path=path, commit=commit, base=base, parts=count)
    results = spark.sparkContext.parallelize(range(count), count).map(noted).collect()
    return Report(repo._check(commit, base, path, WARNINGS if warnings else 0, results=results))
