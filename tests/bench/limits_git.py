"""The lines of 'limits' in which people use plain Git: what its commands cost in a repository of
varve, beside a repository without."""

import tools as kinds
from measure import quiet, remove, replace

AIMS = {"git add": 0.05, "git diff": 0.4, "git checkout": 0.6, "git show": 0.6}


def plain_git(run):
    base, changed = run.table(), run.table("--change", 100)
    cost = {}
    for kind in (kinds.Varve, kinds.Git):
        tool = kind(run.scratch).start("plain")
        if kind is kinds.Varve:
            # Above varve.smudgeLimit Git would get pointers, and the comparison would mean nothing.
            run.scratch.run(["git", "config", "varve.smudgeLimit", "2g"], tool.work)
        for table in (base, changed):
            replace(table, tool.work / "data.csv")
            tool.timed_save()
        cost[kind] = measured(run, tool, base)
        remove(tool.folder)
    for name, aim in AIMS.items():
        run.line(f"plain {name}", "the same without varve", cost[kinds.Git][name], cost[kinds.Varve][name], aim)


def measured(run, tool, base):
    """{command: Cost}. Each begins with the newest version in the work tree."""
    def git(*argv):
        return run.scratch.run(["git", *argv], tool.work)

    def added():
        """Other bytes each time: Git does not compress again what it has."""
        added.n = getattr(added, "n", 0) + 1
        git("reset", "-q", "--hard")
        with open(tool.work / "data.csv", "a", encoding="utf-8") as out:
            out.write(last_line(base, added.n))
        quiet()
        return git("add", "data.csv")

    def moved():
        git("checkout", "-q", "main")
        quiet()
        return git("checkout", "-q", "HEAD~1") + git("checkout", "-q", "main")
    cost = {"git add": run.cost(added)}
    git("reset", "-q", "--hard")
    cost["git diff"] = run.cost(lambda: git("diff", "HEAD~1", "HEAD"))
    cost["git checkout"] = run.cost(moved)
    cost["git show"] = run.cost(lambda: git("show", "HEAD"))
    return cost


def last_line(path, n):
    """The table's last row with another id each time, to be put behind it."""
    with open(path, "rb") as table:
        table.seek(-400, 2)
        cells = table.read().splitlines()[-1].decode().split(",")
    return ",".join([f"9{n}{cells[0]}"] + cells[1:]) + "\n"
