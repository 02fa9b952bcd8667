"""What the recipes of integrations/pipelines do in one night, whichever program runs them: they write a supplier's file
into a table, commit only what changed, send it, and refuse data that breaks a rule."""
import contextlib
import os
import pathlib
import signal
import subprocess
import sys

import varve

RECIPES = pathlib.Path(__file__).parents[2] / "integrations" / "pipelines"


class Night:
    """A host, far.git, and the clone in which a recipe works."""

    def __init__(self, repo, folder, monkeypatch):
        self.far, self.clone, self.source = folder / "far.git", folder / "clone", folder / "night.csv"
        varve.clone(str(folder), str(self.far), bare=True).close()
        varve.clone(str(self.far), str(self.clone)).close()
        with varve.Repo(self.clone) as r:
            r.describe("prices.csv", types={"price": "number"}, message="Prices are numbers")
            r.push()
        monkeypatch.setenv("TABLES", str(self.clone))
        monkeypatch.setenv("SOURCE", str(self.source))

    def run(self, *words):
        """In a session of its own: programs that it leaves, such as a server, end with it."""
        child = subprocess.Popen([sys.executable, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=self.clone.parent, env=os.environ, start_new_session=True)
        try:
            out, err = child.communicate(timeout=600)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
        return subprocess.CompletedProcess(words, child.returncode, out, err)

    def head(self):
        with varve.Repo(self.far) as r:
            return r.rev_parse("main")

    def row(self, key):
        with varve.Repo(self.far) as r:
            return r.table("prices.csv", rev="main").row(key)


def holds_for(night, *words):
    """words: how the recipe is run once, after the interpreter."""
    before = night.head()
    night.source.write_text("id,item,price,day,ok\n1,pear,11.25,2026-01-01,true\n9,nut,2.25,2026-04-01,true\n")
    done = night.run(*words)
    assert done.returncode == 0, done.stdout + done.stderr
    after = night.head()
    assert after != before
    assert (night.row(1)["price"], night.row(9)["item"], night.row(3)["item"]) == ("11.25", "nut", "a, b")

    done = night.run(*words)
    assert done.returncode == 0, done.stdout + done.stderr
    assert night.head() == after                        # the same file again: no commit

    night.source.write_text("id,item,price,day,ok\n1,pear,dear,2026-01-01,true\n")
    done = night.run(*words)
    assert "dear" in done.stdout + done.stderr, done.stdout + done.stderr
    with varve.Repo(night.clone) as r:
        assert night.head() == after == r.rev_parse("HEAD") and r.status() == []
    return done
