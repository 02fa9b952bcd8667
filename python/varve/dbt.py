"""A plugin of dbt-duckdb, by which sources of dbt are versions of tables:

    # profiles.yml
    plugins:
      - module: varve.dbt
        alias: varve
        config: {repo: /srv/sales}

    # sources.yml, of each table
    meta: {plugin: varve, path: prices.csv, rev: v1}

rev is a revision or a day, else HEAD; repo of a source comes before that of the profile; where is varve's condition, columns a
list of names.
"""
from __future__ import annotations

from typing import Any

from dbt.adapters.duckdb.plugins import BasePlugin

from ._repo import Repo


class Plugin(BasePlugin):  # type: ignore[misc]
    """Reads versions; dbt-duckdb makes a table or view of each."""

    def initialize(self, plugin_config: dict[str, Any]) -> None:
        self._repo = plugin_config.get("repo", ".")

    def load(self, source_config: Any) -> Any:
        """The rows of a source. NotFoundError: no such repository, path or revision."""
        given = source_config.get
        path = given("path") or f"{source_config.identifier}.csv"
        with Repo(given("repo") or self._repo) as r:
            return r.table(path, given("rev") or "HEAD").to_arrow(given("columns"), given("where"))
