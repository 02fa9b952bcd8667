"""The benchmarks. Each is a function of (scratch, report, tools, settings)."""

import os
import shutil
import subprocess
from pathlib import Path

import beside
import checking
import differences
import frames
import history
import hosts
import limits
import scale
import scale_history
import sql
import stores
import tools as kinds
import vault
import web
import wire
from measure import Failed, copy_tree, quiet, remove, repeat, replace, same_bytes, sizes

MB = 1e6

VARIANTS = (
    ("100 cells", ("--change", 100)),
    ("1,000 rows", ("--insert", 1000)),
    ("new column", ("--column",)),
    ("columns swapped", ("--swap",)),
    ("rows shuffled", ("--shuffle",)),
)


def cached_table(scratch, settings, *options):
    """The big table with these options; made once in a run."""
    name = "table" + "".join(str(o) for o in options) + ".csv"
    path = scratch.root / name
    if not path.exists():
        scratch.table(path, "--rows", settings.rows, *options)
        quiet()
    return path


def started(scratch, kind, table):
    """A fresh repository with the table in its work folder, not yet added."""
    tool = kind(scratch).start("tool")
    replace(table, tool.work / "data.csv")
    quiet()
    return tool


def columns(report, bench, tool, costs, prefix=""):
    report.put(bench, tool.name, f"{prefix}seconds", [c.seconds for c in costs])
    report.put(bench, tool.name, f"{prefix}cpu s", [c.cpu for c in costs])
    report.put(bench, tool.name, f"{prefix}peak MB", [c.peak / MB for c in costs])


def put_sizes(report, bench, tool, unit=MB, name="MB"):
    apparent, held = sizes(tool.store())
    report.put(bench, tool.name, name, apparent / unit)
    report.put(bench, tool.name, f"{name} du", held / unit)
    return apparent


def first(scratch, report, chosen, settings):
    table = cached_table(scratch, settings)
    size = table.stat().st_size
    bench = report.begin("first", f"First add + commit of a table of {size / MB:,.0f} MB, "
                                  f"{settings.rows:,} rows x 20 columns")
    for kind in chosen:
        def once():
            tool = started(scratch, kind, table)
            cost = tool.timed_save()
            once.tool = tool
            return cost
        costs = repeat(once, settings.runs, settings.budget)
        columns(report, bench, once.tool, costs)
        report.put(bench, kind.name, "MB/s", [size / MB / c.seconds for c in costs])
        put_sizes(report, bench, once.tool)
        if kind is kinds.Git:
            scratch.run(["git", "gc", "-q"], once.tool.work)
            report.put(bench, "git after gc", "MB", sizes(once.tool.store())[0] / MB)
    report.print_bench(bench)


def change(scratch, report, chosen, settings):
    bench = report.begin("change", "The same table added + committed again: seconds")
    grown = report.begin("change-size", "The same: MB that the store grew by")
    peaks = report.begin("change-memory", "The same: peak MB of memory")
    base = cached_table(scratch, settings)
    for kind in chosen:
        tool = started(scratch, kind, base)
        tool.timed_save()
        before = sizes(tool.store())[0]
        kept = scratch.root / "tool.kept"
        remove(kept)
        tool.folder.rename(kept)
        for name, options in VARIANTS:
            changed = cached_table(scratch, settings, *options)

            def once():
                copy_tree(kept, tool.folder)
                tool.saved = 1
                replace(changed, tool.work / "data.csv")
                quiet()
                return tool.timed_save()
            costs = repeat(once, settings.runs, settings.budget)
            report.put(bench, kind.name, name, [c.seconds for c in costs])
            report.put(peaks, kind.name, name, [c.peak / MB for c in costs])
            report.put(grown, kind.name, name, (sizes(tool.store())[0] - before) / MB)
        remove(kept)
    for name in (bench, grown, peaks):
        report.print_bench(name)


def versions(scratch, report, chosen, settings, count=60):
    rows = settings.version_rows
    bench = f"versions-{count}"
    folder = scratch.root / "versions"
    folder.mkdir(exist_ok=True)
    for n in range(count):
        if not (folder / f"{n}.csv").exists():
            scratch.table(folder / f"{n}.csv", "--rows", rows, "--version", n)
    size = (folder / "0.csv").stat().st_size
    report.begin(bench, f"{count} successive versions of a table of {size / MB:.1f} MB, "
                        f"{rows // 2000} rows changed in each: add + commit of all")
    for kind in chosen:
        def once(fsync_ms=0):
            tool = kind(scratch).start("tool")
            once.tool = tool
            total = None
            quiet()
            for n in range(count):
                replace(folder / f"{n}.csv", tool.work / "data.csv")
                cost = tool.timed_save(fsync_ms=fsync_ms)
                total = total + cost if total else cost
            return total
        costs = repeat(once, settings.runs, settings.budget)
        columns(report, bench, once.tool, costs)
        put_sizes(report, bench, once.tool)
        if kind is kinds.Git:
            scratch.run(["git", "gc", "-q"], once.tool.work)
            report.put(bench, "git after gc", "MB", sizes(once.tool.store())[0] / MB)
        scratch.table(once.tool.work / "data.csv", "--rows", rows, "--version", count)
        report.put(bench, kind.name, "fsyncs/commit",
                   scratch.count_fsyncs(once.tool.save(), once.tool.work, once.tool.env()))
        if kind.preload:
            report.put(bench, kind.name, "s, fsync +5 ms", once(fsync_ms=5).seconds)
    report.print_bench(bench)


def versions_60(scratch, report, chosen, settings):
    versions(scratch, report, chosen, settings, 60)


def versions_200(scratch, report, chosen, settings):
    slow = (kinds.Restic, kinds.Borg)
    if any(k in slow for k in chosen):
        report.note("versions-200: restic and borg left out, they take minutes")
    versions(scratch, report, [k for k in chosen if k not in slow], settings, 200)


def files(scratch, report, chosen, settings):
    count, size = settings.files, 100_000
    bench = report.begin("files", f"{count:,} tables of {size // 1000} KB: add, status with "
                                  "nothing changed, commit")
    source = scratch.root / "source"
    scratch.tables(source, count, size)
    for kind in chosen:
        tool = kind(scratch).start("tool", "data/*.csv")
        copy_tree(source, tool.work / "data")
        quiet()
        add = scratch.run_all(tool.add("data"), tool.work, tool.env())
        report.put(bench, kind.name, "add s", add.seconds)
        report.put(bench, kind.name, "add cpu s", add.cpu)
        report.put(bench, kind.name, "peak MB", add.peak / MB)
        if tool.is_git:
            # The first one may have entries to refresh; what people meet is the later ones.
            scratch.run_all(tool.status(), tool.work, tool.env())
            costs = repeat(lambda: scratch.run_all(tool.status(), tool.work, tool.env()), 5, 10)
            report.put(bench, kind.name, "status s", [c.seconds for c in costs])
            quiet()
            done = scratch.run_all(tool.commit(), tool.work, tool.env())
            report.put(bench, kind.name, "commit s", done.seconds)
        put_sizes(report, bench, tool)
        remove(tool.folder)
    remove(source)
    report.print_bench(bench)


def restore(scratch, report, chosen, settings):
    steps = 5
    made = [cached_table(scratch, settings, "--version", n) for n in range(steps + 1)]
    bench = report.begin("restore", f"Restoring the newest and the oldest of {steps + 1} versions "
                                    f"of the {made[0].stat().st_size / MB:,.0f} MB table")
    out = scratch.root / "out.csv"

    def timed(commands, cwd, env=None):
        def once():
            remove(out)
            quiet()
            return scratch.run_all(commands, cwd, env)
        return [c.seconds for c in repeat(once, settings.runs, settings.budget)]

    copy = kinds.shell('exec cat "$1" > "$2"', made[0], out)
    report.put(bench, "cat old > new", "oldest s", timed([copy], scratch.root))
    report.put(bench, "cat old > new", "newest s", timed([copy], scratch.root))
    for kind in chosen:
        tool = kind(scratch).start("tool")
        for table in made:
            replace(table, tool.work / "data.csv")
            tool.timed_save()
        for name, n, wanted in (("oldest s", 1, made[0]), ("newest s", steps + 1, made[-1])):
            report.put(bench, kind.name, name,
                       timed(tool.restore(n, "data.csv", out), tool.work, tool.env()))
            if not same_bytes(out, wanted):
                raise Failed(f"{kind.name}: version {n} came back with other bytes")
        if kind is kinds.Varve:
            in_place(scratch, report, bench, tool, made)
    remove(out)
    report.print_bench(bench)


def in_place(scratch, report, bench, tool, made):
    """varve restore, which writes only what differs from the file that is there."""
    data = tool.work / "data.csv"
    for name, n, before in (("oldest s", 1, made[-1]), ("newest s", len(made), made[0])):
        def once(missing):
            if missing:
                remove(data)
            else:
                scratch.run_all(tool.restore_in_place(len(made) + 1 - n, "data.csv"), tool.work)
            quiet()
            return scratch.run_all(tool.restore_in_place(n, "data.csv"), tool.work)
        for label, missing in (("varve restore, file gone", True),
                               ("varve restore, other version there", False)):
            costs = repeat(lambda: once(missing), 3, 30)
            report.put(bench, label, name, [c.seconds for c in costs])
            if not same_bytes(data, made[n - 1]):
                raise Failed(f"{label}: version {n} came back with other bytes")


def log(scratch, report, chosen, settings):
    count = (settings.commits or [10_000])[0]
    bench = report.begin("log", f"log on {count:,} commits, one in ten of which changes the table "
                                "(milliseconds)")
    if kinds.Varve not in chosen:
        return
    tool = kinds.Varve(scratch).start("tool")
    history.long_history(scratch, tool, count)
    for options in ([], ["--oneline"], ["-n", "10"], ["--", "data.csv"], ["--stat", "-n", "100"]):
        for program in ("varve", "git"):
            argv = [program, "log", *options]
            costs = repeat(lambda: scratch.run(argv, tool.work), 5, 20)
            report.put(bench, program, " ".join(["log", *options]),
                       [c.seconds * 1000 for c in costs])
    report.print_bench(bench)


def start(scratch, report, chosen, settings):
    bench = report.begin("start", "Start-up (milliseconds): help, and status of a small repository")
    for kind in chosen:
        if kind not in (kinds.Varve, kinds.Git):
            continue
        tool = kind(scratch).start("tool")
        scratch.table(tool.work / "data.csv", "--rows", 1000)
        tool.timed_save()
        program = tool.needs[-1]
        for name, argv in (("version ms", [program, "--version"]), ("help ms", [program, "help"]),
                           ("status ms", [program, "status"])):
            costs = [scratch.run(argv, tool.work) for _ in range(30)]
            report.put(bench, kind.name, name, [c.seconds * 1000 for c in costs])
            report.put(bench, kind.name, name.replace(" ms", " MB"), [c.peak / MB for c in costs])
    report.print_bench(bench)


def histories(scratch, report, chosen, settings):
    place = os.environ.get("VARVE_HISTORIES", "")
    bundles = sorted(Path(place).glob("*.bundle")) if place else []
    if not bundles:
        report.note("histories: left out, VARVE_HISTORIES names no folder with Git bundles")
        return
    for bundle in bundles:
        bench = report.begin(f"history {bundle.stem}", "")
        count = history.replay(scratch, report, bench, bundle,
                               [k for k in chosen if k in (kinds.Varve, kinds.Git, kinds.GitLfs)])
        report.benches[bench]["title"] = (f"{bundle.stem}: {count} versions, each added and "
                                          "committed, each compared byte for byte")
        report.print_bench(bench)


def huge(scratch, report, chosen, settings):
    rows = settings.huge_rows
    needed = rows * 90 * 2
    if shutil.disk_usage(scratch.root).free < needed:
        report.note(f"huge: left out, {needed / 1e9:.0f} GB of free space are needed")
        return
    bench = report.begin("huge", f"One table of about {rows * 90 / 1e9:.1f} GB")
    for kind in chosen:
        tool = kind(scratch).start("tool")
        data = scratch.table(tool.work / "data.csv", "--rows", rows)
        size = data.stat().st_size
        quiet()
        columns(report, bench, tool, [tool.timed_save()], "first ")
        scratch.table(data, "--rows", rows, "--change", 100)
        quiet()
        columns(report, bench, tool, [tool.timed_save()], "again ")
        put_sizes(report, bench, tool)
        remove(data)
        if kind is kinds.Varve:
            report.put(bench, kind.name, "back s", comes_back(scratch, tool, rows))
        report.put(bench, kind.name, "GB", size / 1e9)
        remove(tool.folder)
    report.print_bench(bench)


def comes_back(scratch, tool, rows):
    """Seconds until the huge table was read and compared with one made at the same time."""
    fifo = scratch.root / "fifo"
    remove(fifo)
    os.mkfifo(fifo)
    with open(os.open(fifo, os.O_RDWR), "wb") as wanted:
        maker = subprocess.Popen([scratch.root / "make_table", "--rows", str(rows),
                                  "--change", "100"], stdout=wanted)
    compare = 'varve cat HEAD:data.csv | cmp - "$1"'
    try:
        return scratch.run(kinds.shell(compare, fifo), tool.work).seconds
    finally:
        maker.kill()
        maker.wait()


ALL = {"start": start, "first": first, "change": change, "versions-60": versions_60,
       "versions-200": versions_200, "files": files, "restore": restore, "log": log,
       "histories": histories, "diff": differences.diff, "merge": differences.merge, "merge-rules": differences.merge_rules,
       "blame": differences.blame, "check": checking.check, "resort": differences.resort,
       "wire": wire.wire, "host": hosts.host, "web": web.web, "vault": vault.vault,
       "beside": beside.beside, "sql": sql.sql, "stores": stores.stores, "limits": limits.limits, "python": frames.python, "huge": huge,
       "scale": scale.scale, "moved": scale_history.moved}
EXPLICIT = ("beside", "sql", "stores", "limits", "web", "vault", "python", "huge", "scale", "moved")
