"""Spark's source "varve", which Spark 4 finds by this package's name:

    spark.read.format("varve").option("table", "prices.csv").load("/srv/sales")

Options, all text: table (a path in the repository); versionAsOf (a revision), timestampAsOf (a date, or a time as ISO 8601
has it): else HEAD; columns ("id,price") and where, a condition of varve's ("price > 100"), which leave columns and groups of
rows unread; numPartitions; readChangeFeed ("true") with startingVersion (exclusive) and
endingVersion (HEAD). The repository's path must be the same on all machines; of a URL each has a cache of its own.
"""
from ._source import DefaultSource

__all__ = ["DefaultSource"]
