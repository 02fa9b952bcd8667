"""Each night, a supplier's CSV goes into prices.csv, as an asset of Dagster, whose checks are those of varve.

TABLES is a clone of the repository, SOURCE the path or URL of the file. 'dagster dev -f dagster_assets.py' shows both.
A run that is repeated commits nothing twice: equal rows are no change.
"""
import os

import dagster as dg
import pandas
import varve

TABLE = "prices.csv"


@dg.asset(retry_policy=dg.RetryPolicy(max_retries=3, delay=60))
def prices() -> dg.MaterializeResult:
    """The table, as of a commit that was pushed. Data that breaks a rule fails the run, and nothing is written."""
    frame = pandas.read_csv(os.environ["SOURCE"])
    with varve.Repo(os.environ["TABLES"]) as r:
        r.pull()
        r.check(TABLE, data=frame, mode="upsert").raise_if_invalid()
        done = r.write(TABLE, frame, mode="upsert", message="Prices of the night")
        r.push(retry=3)
        version = dg.DataVersion(r.table(TABLE, rev="HEAD").cid)      # equal tables have equal versions
        return dg.MaterializeResult(data_version=version, metadata={"commit": done.commit or r.rev_parse("HEAD"), "cells": done.cells})


@dg.asset_check(asset=prices)
def rules_hold() -> dg.AssetCheckResult:
    with varve.Repo(os.environ["TABLES"]) as r:
        report = r.check(TABLE, rev="HEAD")
        return dg.AssetCheckResult(passed=report.valid, metadata={"report": dg.MetadataValue.md(report.render("markdown"))})


nightly = dg.ScheduleDefinition(name="nightly", target=dg.AssetSelection.assets(prices), cron_schedule="0 3 * * *")
defs = dg.Definitions(assets=[prices], asset_checks=[rules_hold], schedules=[nightly])
