"""Real and made-up histories: the shared bundles, and one of many commits."""

import tools as kinds
from measure import Failed, remove, replace, sizes

KB = 1e3


def bundle_versions(scratch, bundle):
    """(name of the file, [its bytes, oldest first]) of a linear history of one CSV file."""
    folder = scratch.root / "bundle"
    remove(folder)
    scratch.text(["git", "init", "-q", "--bare", str(folder)], scratch.root)
    scratch.text(["git", "fetch", "-q", str(bundle), "+refs/*:refs/bundle/*"], folder)
    refs = scratch.text(["git", "for-each-ref", "--format=%(refname)", "refs/bundle"],
                        folder).split()
    if not refs:
        raise Failed(f"{bundle}: holds no refs")
    revisions = scratch.text(["git", "rev-list", "--reverse", "--topo-order", refs[0]],
                             folder).split()
    names = scratch.text(["git", "ls-tree", "--name-only", revisions[-1]], folder).split("\n")
    name = next(n for n in names if n.endswith(".csv"))
    return name, folder, revisions


def replay(scratch, report, bench, bundle, chosen):
    """Commits every version with every tool, and compares what comes back."""
    name, source, revisions = bundle_versions(scratch, bundle)
    versions = scratch.folder("bundle-versions")
    for n, revision in enumerate(revisions):
        with open(versions / str(n), "wb") as out:
            out.write(blob(scratch, source, f"{revision}:{name}"))
    for kind in chosen:
        tool = kind(scratch).start("tool")
        total = 0.0
        for n in range(len(revisions)):
            replace(versions / str(n), tool.work / name)
            if n and (versions / str(n)).read_bytes() == (versions / str(n - 1)).read_bytes():
                raise Failed(f"{bundle}: versions {n} and {n + 1} are equal")
            total += save(report, tool, name).seconds
        report.put(bench, kind.name, "seconds", total)
        apparent, held = sizes(tool.store())
        report.put(bench, kind.name, "KB", apparent / KB)
        report.put(bench, kind.name, "KB du", held / KB)
        compare(scratch, tool, name, versions, len(revisions))
        if kind is kinds.Git:
            scratch.text(["git", "gc", "-q"], tool.work)
            apparent, held = sizes(tool.store())
            report.put(bench, "git after gc", "KB", apparent / KB)
            report.put(bench, "git after gc", "KB du", held / KB)
        if kind is kinds.Varve:
            scratch.text(["varve", "gc", "--prune=now"], tool.work)
            apparent, held = sizes(tool.store())
            report.put(bench, "varve after gc", "KB", apparent / KB)
            report.put(bench, "varve after gc", "KB du", held / KB)
            compare(scratch, tool, name, versions, len(revisions))
    return len(revisions)


def save(report, tool, name):
    """One version. What varve refuses as a table (a published version may be malformed) is
    kept as a file of bytes, and the next one as a table again."""
    if getattr(tool, "as_file", False):
        tool.as_file = False
        return tool.scratch.run_all(tool.save_as("table", name), tool.work)
    try:
        return tool.timed_save(name)
    except Failed as refused:
        if not isinstance(tool, kinds.Varve):
            raise
        said = str(refused).split("\n", maxsplit=1)[0]
        report.note(f"version {tool.saved} of {name} is kept as a file of bytes: {said}")
        tool.saved -= 1
        tool.as_file = True
        return tool.scratch.run_all(tool.save_as("file", name), tool.work)


def blob(scratch, folder, name):
    return scratch.bytes(["git", "cat-file", "blob", name], folder)


def compare(scratch, tool, name, versions, count):
    out = scratch.root / "out.csv"
    for n in range(count):
        scratch.run_all(tool.restore(n + 1, name, out), tool.work, tool.env())
        if out.read_bytes() != (versions / str(n)).read_bytes():
            raise Failed(f"{tool.name}: version {n + 1} of {name} came back with other bytes")


def long_history(scratch, tool, count, real=20):
    """So many commits: the table's versions are really stored by the tool; then their
    pointers go through git fast-import, since a commit each would take minutes."""
    for n in range(real):
        scratch.table(tool.work / "data.csv", "--rows", 2000, "--version", n * 10)
        tool.timed_save()
    pointers = [scratch.bytes(["git", "cat-file", "blob", f"HEAD~{n}:data.csv"], tool.work)
                for n in range(real)]
    stream = bytearray()
    for n in range(count):
        message = b"commit %d\n" % n
        stream += b"commit refs/heads/long\ncommitter Bench <bench@example.com> %d +0000\n" % (
            1500000000 + n * 600)
        stream += b"data %d\n%s" % (len(message), message)
        if n == 0:
            stream += b"from refs/heads/main^0\n"
        path, text = (b"data.csv", pointers[n // 10 % real]) if n % 10 == 0 else (
            b"notes/%d.txt" % (n % 50), b"note %d\n" % n)
        stream += b"M 100644 inline %s\ndata %d\n%s\n" % (path, len(text), text)
    scratch.bytes(["git", "fast-import", "--quiet"], tool.work, given=bytes(stream))
    scratch.text(["git", "update-ref", "refs/heads/main", "refs/heads/long"], tool.work)
    scratch.text(["git", "reset", "-q"], tool.work)
