"""Each night, a supplier's CSV goes into prices.csv, as a DAG of Airflow 3.

TABLES is a clone of the repository that the workers see, SOURCE the path or URL of the file. 'python airflow_dag.py' runs it once.
A task that is tried again commits nothing twice: equal rows are no change.
"""
import datetime
import os

from airflow.sdk import dag, task

TABLE = "prices.csv"


@dag(schedule="0 3 * * *", start_date=datetime.datetime(2026, 1, 1), catchup=False, max_active_runs=1,
     default_args={"retries": 3, "retry_delay": datetime.timedelta(minutes=1)})
def nightly_prices():
    @task
    def load():
        """Commits what changed; the commit's id, or None. Data that breaks a rule fails the task, and nothing is written."""
        import pandas
        import varve

        frame = pandas.read_csv(os.environ["SOURCE"])
        with varve.Repo(os.environ["TABLES"]) as r:
            r.pull()
            r.check(TABLE, data=frame, mode="upsert").raise_if_invalid()
            return r.write(TABLE, frame, mode="upsert", message="Prices of the night").commit

    @task
    def publish(commit):
        """Sends commits and rows; merges by cell what others pushed meanwhile."""
        import varve

        with varve.Repo(os.environ["TABLES"]) as r:
            r.push(retry=3)

    publish(load())


nightly = nightly_prices()
if __name__ == "__main__":
    nightly.test()
