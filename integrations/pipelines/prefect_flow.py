"""Each night, a supplier's CSV goes into prices.csv, as a flow of Prefect.

TABLES is a clone of the repository, SOURCE the path or URL of the file. 'python prefect_flow.py' runs the flow once.
A task that is tried again commits nothing twice: equal rows are no change.
"""
import os

import pandas
import varve
from prefect import flow, task

TABLE = "prices.csv"


@task(retries=3, retry_delay_seconds=60)
def load() -> str | None:
    """Commits what changed; the commit's id, or None. Data that breaks a rule fails the run, and nothing is written."""
    frame = pandas.read_csv(os.environ["SOURCE"])
    with varve.Repo(os.environ["TABLES"]) as r:
        r.pull()
        r.check(TABLE, data=frame, mode="upsert").raise_if_invalid()
        return r.write(TABLE, frame, mode="upsert", message="Prices of the night").commit


@task(retries=3, retry_delay_seconds=60)
def publish() -> None:
    """Sends commits and rows; merges by cell what others pushed meanwhile."""
    with varve.Repo(os.environ["TABLES"]) as r:
        r.push(retry=3)


@flow
def nightly_prices() -> str | None:
    commit = load()
    publish()
    return commit


if __name__ == "__main__":
    print(nightly_prices())      # nightly_prices.serve(cron="0 3 * * *") keeps it running each night
