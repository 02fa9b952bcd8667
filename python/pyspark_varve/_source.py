"""The part of the source that Spark's driver calls, and the part that its workers run."""
from __future__ import annotations

import csv
import datetime
from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa
from pyspark.sql import datasource as ds
from pyspark.sql.pandas.types import from_arrow_schema

import varve
from varve import _feed, _table

ROWS = 200_000  #: of a partition, where their number is not given
PARTITIONS = 64  #: at most, where their number is not given


class Share(ds.InputPartition):  # type: ignore[misc]
    """A share of a version's rows, or the changes of one commit."""

    def __init__(self, part: int, parts: int, before: str | None = None, after: str = "") -> None:
        super().__init__((part, parts, before, after))
        self.part, self.parts, self.before, self.after = part, parts, before, after


class Reader(ds.DataSourceReader):  # type: ignore[misc]
    """Reads a version whose commit the driver has found."""

    # Filters of Spark are not taken (pushFilters): Spark 4.1 to 4.3 keep those of one query of a frame for the next.

    def __init__(self, at: Mapping[str, Any]) -> None:
        self._at = dict(at)

    def partitions(self) -> list[Share]:
        if self._at["feed"] is not None:
            return [Share(0, 1, before, after) for before, after in self._at["feed"]] or [Share(0, 0)]
        return [Share(i, self._at["parts"]) for i in range(self._at["parts"])]

    def read(self, partition: Share) -> Iterator[pa.RecordBatch]:
        at = self._at
        with _table.reopen_repo(at["place"]) as r:
            if at["feed"] is not None:
                yield from _feed.batches(r, at["path"], partition.before, partition.after, at["schema"])
                return
            view = r.table(at["path"], at["commit"]).select(at["columns"], at["where"])
            yield from view.share(partition.part, partition.parts).to_batches()


class DefaultSource(ds.DataSource):  # type: ignore[misc]
    """The data source "varve"."""

    _found: dict[str, Any] | None = None

    @classmethod
    def name(cls) -> str:
        return "varve"

    def _at(self) -> dict[str, Any]:
        """The version to read. The driver finds it once, and keeps it between schema() and reader()."""
        if self._found is None:
            with varve.Repo(self._option("path")) as r:
                self._found = self._find(r)
        return self._found

    def _option(self, name: str) -> str:
        word = self.options.get(name)
        if not word:
            raise varve.UsageError(
                f"the option {name!r} is missing", "usage", 'spark.read.format("varve").option("table", PATH).load(REPOSITORY)'
            )
        return str(word)

    def _commit(self, r: varve.Repo) -> str:
        rev, time = self.options.get("versionAsOf"), self.options.get("timestampAsOf")
        if rev and time:
            raise varve.UsageError("versionAsOf and timestampAsOf cannot be used together", "usage")
        if not time:
            return r.rev_parse(rev or "HEAD")
        try:
            when = datetime.datetime.fromisoformat(time)
        except ValueError:
            raise varve.UsageError(f"timestampAsOf is not a time: '{time}'", "usage", "such as 2026-11-17 or 2026-11-17T12:00:00Z")
        return r.rev_parse(when.date() if len(time) <= len("2026-11-17") else when)

    def _find(self, r: varve.Repo) -> dict[str, Any]:
        path = self._option("table")
        at: dict[str, Any] = {"place": r._place, "path": path, "columns": None, "where": None, "feed": None, "parts": 1}
        if str(self.options.get("readChangeFeed", "")).lower() == "true":
            start = r.rev_parse(self._option("startingVersion"))
            end = r.rev_parse(self.options.get("endingVersion") or "HEAD")
            at["feed"] = _feed.commits(r, path, start, end)
            at["schema"] = _feed.schema(r.table(path, end))
            return at
        at["commit"] = self._commit(r)
        if self.options.get("columns"):
            at["columns"] = next(csv.reader([str(self.options.get("columns"))]))
        at["where"] = self.options.get("where")
        table = r.table(path, at["commit"])
        at["schema"] = pa.schema(table.select(at["columns"], at["where"])).remove_metadata()
        given = self.options.get("numPartitions")
        at["parts"] = int(given) if given else max(1, min(PARTITIONS, len(table) // ROWS))
        return at

    def schema(self) -> Any:
        return from_arrow_schema(self._at()["schema"], prefer_timestamp_ntz=True)

    def reader(self, schema: Any) -> Reader:
        return Reader(self._at())

    def writer(self, schema: Any, overwrite: bool) -> Any:
        raise varve.UsageError(
            "Spark's source 'varve' only reads", "usage", "varve.Repo(PATH).write(TABLE, frame.toArrow(), message=...) commits a frame"
        )
