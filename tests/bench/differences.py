"""Comparing, merging and blaming, beside what others have for it."""

import json
import os
import shutil
from pathlib import Path

import history
import tools as kinds
from measure import Failed, quiet, remove, repeat, replace

MB = 1e6

# A thing that takes longer than this is stopped, and stands as "-".
PATIENCE = 120
STOPPED = 124


def waited(argv):
    return ["timeout", str(PATIENCE), *map(str, argv)]


def variants(rows, columns):
    return (("1 change", ("--change", 1)),
            ("100 changes", ("--change", 100)),
            ("1 % of cells", ("--change", rows * columns // 100)),
            ("recomputed", ("--recompute",)),
            ("re-sorted", ("--shuffle",)))


def measured(scratch, report, settings, bench, row, measure, argv, cwd, env=None, ok=(0, 1)):
    """One thing's seconds, and its peak in the bench beside; stopped where it takes too long."""
    report.benches[bench]["rows"].setdefault(row, {})

    def once():
        quiet()
        return scratch.run(waited(argv), cwd, env, ok=ok)
    try:
        costs = repeat(once, settings.runs, settings.budget)
    except Failed as problem:
        if f"exit {STOPPED}" not in str(problem) and "exit 137" not in str(problem):
            raise
        report.note(f"{bench}: {row}, {measure}: stopped after {PATIENCE} s")
        return None
    report.put(bench, row, measure, [c.seconds for c in costs])
    report.put(f"{bench}-cpu", row, measure, [c.cpu for c in costs])
    report.put(f"{bench}-memory", row, measure, [c.peak / MB for c in costs])
    return costs[-1]


def begin(report, bench, title):
    report.begin(bench, f"{title}: seconds")
    report.begin(f"{bench}-cpu", "The same: CPU seconds")
    report.begin(f"{bench}-memory", "The same: peak MB of memory")


def print_all(report, bench):
    for name in (bench, f"{bench}-cpu", f"{bench}-memory"):
        report.print_bench(name)


EXCEPT_JOIN = """.mode csv
.import "{old}" a
.import "{new}" b
select * from a except select * from b;
select * from b except select * from a;
"""


def except_join(scratch, old, new):
    script = scratch.root / "except.sql"
    script.write_text(EXCEPT_JOIN.format(old=old, new=new))
    return kinds.shell('exec sqlite3 :memory: < "$1"', script)


def two_files(scratch, report, settings, bench, name, old, new, with_daff):
    here = scratch.root
    varve = ["varve", "diff", "--no-index", "--format", "ndjson", old, new]
    jobs = [("varve, files", varve), ("GNU diff", ["diff", old, new]),
            ("git diff --no-index", ["git", "diff", "--no-index", old, new]),
            ("sqlite3 except-join", except_join(scratch, old, new))]
    if with_daff:
        jobs.append(("daff", ["daff", "diff", "--id", "id", old, new]))
    for row, argv in jobs:
        program = {"GNU": "diff", "sqlite3": "sqlite3"}.get(row.split(" ")[0],
                                                            row.split(" ")[0].rstrip(","))
        if not shutil.which(program):
            note = f"{program}: left out, not installed"
            if note not in report.notes:
                report.note(note)
            continue
        measured(scratch, report, settings, bench, row, name, argv, here)


def commits(scratch, report, settings, bench, name, old, new):
    """The same two versions, compared where they are committed."""
    for kind, argv in ((kinds.Varve, ["varve", "diff", "--format", "ndjson", "HEAD~1", "HEAD"]),
                       (kinds.Git, ["git", "diff", "HEAD~1", "HEAD"])):
        tool = kind(scratch).start("tool")
        for table in (old, new):
            replace(table, tool.work / "data.csv")
            tool.timed_save()
        measured(scratch, report, settings, bench, f"{kind.name}, commits", name, argv, tool.work)
        remove(tool.folder)


def compare(scratch, report, settings, bench, title, rows, columns, with_daff=False):
    options = ("--rows", rows) + (("--columns", columns) if columns != 20 else ())
    old = scratch.table(scratch.root / "old.csv", *options)
    new = scratch.root / "new.csv"
    begin(report, bench, title.format(size=f"{old.stat().st_size / MB:,.0f}"))
    for name, change in variants(rows, columns):
        scratch.table(new, *options, *change)
        two_files(scratch, report, settings, bench, name, old, new, with_daff)
        commits(scratch, report, settings, bench, name, old, new)
    remove(old)
    remove(new)
    print_all(report, bench)


def diff(scratch, report, chosen, settings):
    """Small, for daff; 1 M rows; the big table."""
    small, middle = min(50_000, settings.rows), min(1_000_000, settings.rows)
    compare(scratch, report, settings, "diff-small",
            f"Differences of two tables of {small:,} rows x 9, {{size}} MB", small, 9, True)
    compare(scratch, report, settings, "diff-1M",
            f"Differences of two tables of {middle:,} rows x 9, {{size}} MB", middle, 9)
    compare(scratch, report, settings, "diff-big",
            f"Differences of two tables of {settings.rows:,} rows x 20, {{size}} MB",
            settings.rows, 20)


def summary(scratch, old, new, *options):
    text = scratch.bytes(["varve", "diff", "--no-index", "--limit", "1", "--format", "json",
                          *options, str(old), str(new)], scratch.root)
    return json.loads(text)["tables"][0]["summary"]


def resort(scratch, report, chosen, settings):
    """A table in another order, larger than the memory: no row changed, and it is said."""
    rows = settings.resort_rows
    old = scratch.table(scratch.root / "old.csv", "--rows", rows, "--columns", 4)
    new = scratch.table(scratch.root / "new.csv", "--rows", rows, "--columns", 4, "--shuffle")
    bench = report.begin("resort", f"A re-sorted table of {rows:,} rows x 4, "
                                   f"{old.stat().st_size / MB:,.0f} MB, compared")
    for name, options in (("varve, files", ()), ("varve, files, no key", ("--key", "none"))):
        quiet()
        cost = scratch.run(["varve", "diff", "--no-index", "--summary", *options, old, new],
                           scratch.root)
        put_cost(report, bench, name, cost)
        found = summary(scratch, old, new, *options)
        wrong = {k: found[k] for k in ("added", "removed", "changed") if found[k]}
        if wrong or not found["reordered"]:
            raise Failed(f"{name}: {found}")
    tool = kinds.Varve(scratch).start("tool")
    for table in (old, new):
        replace(table, tool.work / "data.csv")
        tool.timed_save()
    quiet()
    put_cost(report, bench, "varve, commits",
             scratch.run(["varve", "diff", "--summary", "HEAD~1", "HEAD"], tool.work))
    for path in (tool.folder, old, new):
        remove(path)
    report.print_bench(bench)


def put_cost(report, bench, row, cost):
    report.put(bench, row, "seconds", cost.seconds)
    report.put(bench, row, "cpu s", cost.cpu)
    report.put(bench, row, "peak MB", cost.peak / MB)


def merge(scratch, report, chosen, settings):
    """Two branches with 1,000 changes each."""
    rows, count = settings.rows, 1000
    base = scratch.table(scratch.root / "base.csv", "--rows", rows)
    sides = [scratch.table(scratch.root / f"{name}.csv", "--rows", rows, "--change", count,
                           "--salt", salt) for name, salt in (("ours", 1), ("theirs", 2))]
    bench = report.begin("merge", f"Merging two branches with {count:,} changed cells each, table of "
                                  f"{base.stat().st_size / MB:,.0f} MB")
    merged = {}
    for kind in (kinds.Varve, kinds.Git):
        tool = kind(scratch).start("tool")
        branches(tool, base, sides)
        argv = [tool.needs[-1], "merge", "-q", "theirs"]

        def once():
            scratch.text(["git", "reset", "-q", "--hard", "ours"], tool.work)
            quiet()
            return scratch.run(argv, tool.work, ok=(0, 1))
        costs = repeat(once, settings.runs, settings.budget)
        for cost_name, values in (("seconds", [c.seconds for c in costs]),
                                  ("cpu s", [c.cpu for c in costs]),
                                  ("peak MB", [c.peak / MB for c in costs])):
            report.put(bench, f"{kind.name} merge", cost_name, values)
        merged[kind.name] = lines_of(tool.work / "data.csv")
        remove(tool.folder)
    argv = kinds.shell('exec git merge-file -p "$1" "$2" "$3" > "$4"', sides[0], base, sides[1],
                       scratch.root / "merged.csv")

    def alone():
        quiet()
        return scratch.run(argv, scratch.root, ok=tuple(range(128)))
    for cost in repeat(alone, settings.runs, settings.budget):
        put_cost(report, bench, "git merge-file", cost)
    if merged["varve"] != rows + 1:
        raise Failed(f"the merged table has {merged['varve']} lines")
    report.print_bench(bench)
    for path in (base, *sides, scratch.root / "merged.csv"):
        remove(path)


def every_nth(base, out, step, column, value):
    """base with one cell of every step-th row changed."""
    with open(base) as lines, open(out, "w") as to:
        for i, line in enumerate(lines):
            if i > 0 and i % step == 0:
                cells = line.split(",")
                cells[column] = value
                line = ",".join(cells)
            to.write(line)
    return out


def merge_rules(scratch, report, chosen, settings):
    """100,000 changed rows on each side, in turns: without rules; with rules, no cell in common; all cells in common."""
    step = max(1, settings.rows // 100_000)
    base = scratch.table(scratch.root / "base.csv", "--rows", settings.rows)
    ours = every_nth(base, scratch.root / "ours.csv", step, 14, "Y")
    sides = {"other": every_nth(base, scratch.root / "other.csv", step, 12, "fax"),
             "same": every_nth(base, scratch.root / "same.csv", step, 14, "Z")}
    bench = report.begin("merge-rules", f"Merging two branches with {settings.rows // step:,} changed rows each")
    tool = kinds.Varve(scratch).start("tool")
    branches(tool, base, (ours, sides["other"]))
    scratch.text(["git", "checkout", "-q", "-b", "same", "main"], tool.work)
    replace(sides["same"], tool.work / "data.csv")
    tool.timed_save()
    scratch.text(["git", "checkout", "-q", "-b", "rules", "ours"], tool.work)
    (tool.work / "varve.json").write_text('{"merge": {"data.csv": {"*": "max"}}}\n')
    scratch.text(["git", "add", "varve.json"], tool.work)
    scratch.text(["git", "commit", "-qm", "rules"], tool.work)
    for name, start, branch in (("without rules", "ours", "theirs"), ("with rules", "rules", "theirs"),
                                ("with rules, every cell decided", "rules", "same")) * 3:
        scratch.text(["git", "reset", "-q", "--hard", start], tool.work)
        quiet()
        put_cost(report, bench, name, scratch.run(["varve", "merge", "-q", branch], tool.work))
    report.print_bench(bench)
    for path in (tool.folder, base, ours, *sides.values()):
        remove(path)


def lines_of(path):
    with open(path, "rb") as lines:
        return sum(1 for _ in lines)


def branches(tool, base, sides):
    """Branches ours and theirs of one version; ours is checked out."""
    scratch, git = tool.scratch, ["git"]
    replace(base, tool.work / "data.csv")
    tool.timed_save()
    for name, table in (("theirs", sides[1]), ("ours", sides[0])):
        scratch.text(git + ["checkout", "-q", "-b", name, "main"], tool.work)
        replace(table, tool.work / "data.csv")
        tool.timed_save()


def blame(scratch, report, chosen, settings):
    """Over real histories, of which each version is a commit."""
    place = os.environ.get("VARVE_HISTORIES", "")
    bundles = sorted(Path(place).glob("*.bundle")) if place else []
    if not bundles:
        report.note("blame: left out, VARVE_HISTORIES names no folder with Git bundles")
        return
    for bundle in bundles:
        bench = report.begin(f"blame {bundle.stem}", "")
        name, source, revisions = history.bundle_versions(scratch, bundle)
        for kind in (kinds.Varve, kinds.Git):
            tool = kind(scratch).start("tool")
            for revision in revisions:
                (tool.work / name).write_bytes(history.blob(scratch, source, f"{revision}:{name}"))
                history.save(report, tool, name)
            program = tool.needs[-1]
            jobs = [(f"{kind.name} blame", [program, "blame", name])]
            if kind is kinds.Varve:
                jobs.append(("varve blame --cells", ["varve", "blame", "--cells", name]))
            for row, argv in jobs:
                costs = repeat(lambda: scratch.run(argv, tool.work), settings.runs, settings.budget)
                report.put(bench, row, "seconds", [c.seconds for c in costs])
                report.put(bench, row, "cpu s", [c.cpu for c in costs])
                report.put(bench, row, "peak MB", [c.peak / MB for c in costs])
            remove(tool.folder)
        report.benches[bench]["title"] = f"{bundle.stem}: blame over {len(revisions)} versions"
        report.print_bench(bench)
