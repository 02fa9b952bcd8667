"""Sealed copies: varve's vault beside backups with encryption (restic, borg) and git-annex.

A table of about 199 MB goes to three folders (the others: to one), 100 cells change, everything comes
back on an empty machine; then a repair of 4+2, and many versions one by one: what each costs, how what is kept
grows, and audits of their shards."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import tools as kinds
from measure import Failed, quiet, remove, replace, same_bytes, sizes

MB = 1e6
COPIES = 3
SAMPLE = 100  # versions of which the cost is shown apart, at the beginning and at the end


class VarveVault:
    """A repository, a key, and holders that are folders, each a domain of its own."""

    def __init__(self, scratch, name, holders):
        self.scratch = scratch
        self.tool = kinds.Varve(scratch).start(name)
        self.work = self.tool.work
        config = self.tool.folder / "config"
        self.env = {"XDG_CONFIG_HOME": str(config)}
        self.run(["varve", "vault", "key", "new"])
        self.holders = [self.tool.folder / f"holder{i}" for i in range(holders)]
        for i, holder in enumerate(self.holders):
            self.run(["varve", "vault", "holder", "add", f"h{i}", str(holder), "--domain", f"d{i}"])
        self.paper = self.tool.folder / "paper"

    def run(self, argv, ok=(0,), cwd=None):
        return self.scratch.run(argv, cwd or self.work, self.env, ok=ok)

    def save(self, table):
        replace(table, self.work / "data.csv")
        self.tool.timed_save()
        quiet()

    def replicate(self, *options):
        """What it cost, and the bytes that came to the holders."""
        before = sizes(self.holders)[0]
        if not self.paper.exists():
            # The recovery key is printed once: taken from a run whose output is read, not timed apart.
            wrapper = kinds.shell('varve vault replicate "$@" > "$0.out"'.replace("$0", str(self.paper)), *options)
            cost = self.run(wrapper)
            found = re.search(r"varve-recovery-1-[a-z2-7-]+", Path(f"{self.paper}.out").read_text())
            self.paper.write_text(found.group(0) + "\n")
            self.paper.chmod(0o600)
        else:
            cost = self.run(["varve", "vault", "replicate", "-q", *options])
        return cost, sizes(self.holders)[0] - before

    def recover(self, target):
        remove(target)
        quiet()
        env = dict(self.env, XDG_CONFIG_HOME=str(self.tool.folder / "nobody"))
        return self.scratch.run(["varve", "vault", "recover", "--key", str(self.paper), "--to", str(target),
                                 *map(str, self.holders[-2:])], self.scratch.root, env)


class Annex:
    """git-annex with a special remote in a folder, encrypted with a key that lies in the repository."""

    name, needs = "git-annex", ("git-annex", "git")

    def __init__(self, scratch, name):
        self.scratch = scratch
        self.folder = scratch.folder(name)
        self.work, self.there = self.folder / "work", self.folder / "there"
        self.work.mkdir()
        self.there.mkdir()
        for argv in (["git", "init", "-q"], ["git", "annex", "init", "-q", "bench"],
                     ["git", "annex", "-q", "initremote", "there", "type=directory",
                      f"directory={self.there}", "encryption=shared"]):
            scratch.text(argv, self.work)

    def keep(self, table):
        replaced = self.work / "data.csv"
        if replaced.is_symlink():
            self.scratch.text(["git", "annex", "-q", "unlock", "data.csv"], self.work)
        replace(table, replaced)
        quiet()
        before = sizes([self.there])[0]
        cost = self.scratch.run_all([["git", "annex", "-q", "add", "data.csv"],
                                     ["git", "commit", "-qm", "version"],
                                     ["git", "annex", "-q", "copy", "--to", "there", "data.csv"]], self.work)
        return cost, sizes([self.there])[0] - before

    def back(self):
        self.scratch.text(["git", "annex", "-q", "drop", "--force", "data.csv"], self.work)
        quiet()
        return self.scratch.run(["git", "annex", "-q", "get", "data.csv"], self.work)


class Backup:
    """restic or borg, each with one repository."""

    def __init__(self, scratch, name):
        self.scratch, self.name = scratch, name
        self.folder = scratch.folder(f"backup-{name}")
        self.work, self.there = self.folder / "work", self.folder / "there"
        self.work.mkdir()
        self.env = {"RESTIC_REPOSITORY": str(self.there), "RESTIC_PASSWORD": "bench",
                    "RESTIC_CACHE_DIR": str(self.folder / "cache"), "BORG_PASSPHRASE": "bench",
                    "BORG_BASE_DIR": str(self.folder / "base"), "BORG_REPO": str(self.there)}
        init = {"restic": ["restic", "init", "-q"], "borg": ["borg", "init", "-e", "repokey-blake2"]}
        scratch.run(init[name], self.work, self.env)
        self.count = 0

    def keep(self, table):
        self.count += 1
        replace(table, self.work / "data.csv")
        quiet()
        before = sizes([self.there])[0]
        command = {"restic": ["restic", "backup", "-q", "data.csv"],
                   "borg": ["borg", "create", "-C", "zstd,3", f"::v{self.count}", "data.csv"]}
        cost = self.scratch.run(command[self.name], self.work, self.env)
        return cost, sizes([self.there])[0] - before

    def back(self):
        target = self.folder / "back"
        target.mkdir()
        quiet()
        command = {"restic": ["restic", "restore", "-q", "latest", "--target", str(target)],
                   "borg": ["borg", "extract", f"::v{self.count}"]}
        return self.scratch.run(command[self.name], target, self.env)


def put(report, bench, row, what, cost, grown=None, unit=MB, name="MB"):
    report.put(bench, row, f"{what} s", cost.seconds)
    report.put(bench, row, f"{what} cpu", cost.cpu)
    report.put(bench, row, f"{what} peak MB", cost.peak / MB)
    if grown is not None:
        report.put(bench, row, f"{what} {name}", grown / unit)


def can_code(scratch):
    return "--code" in scratch.text(["varve", "help", "replicate"], scratch.root)


def big_varve(scratch, report, bench, row, first, changed, holders, *policy):
    vault = VarveVault(scratch, f"vault-{holders}", holders)
    vault.save(first)
    cost, grown = vault.replicate(*policy)
    put(report, bench, row, "first", cost, grown)
    vault.save(changed)
    cost, grown = vault.replicate()
    put(report, bench, row, "100 cells", cost, grown / COPIES, 1e3, "KB a copy")
    target = vault.tool.folder / "recovered"
    cost = vault.recover(target)
    put(report, bench, row, "back", cost)
    got = scratch.root / "recovered.csv"
    got.write_bytes(scratch.bytes(["varve", "cat", "HEAD:data.csv"], target))
    if not same_bytes(got, changed):
        raise Failed("what was recovered is not what was replicated")
    remove(got)
    remove(target)
    return vault


def said(scratch, vault, argv, pattern):
    """What a command prints, by a pattern with one number in it; None where it does not."""
    found = re.search(pattern, scratch.text(argv, vault.work, dict(vault.env)))
    return float(found.group(1)) if found else None


def audits(scratch, report, vault):
    """Audits of the first holder of many shards: a sample as usual, a leaf of every shard, every byte."""
    bench = report.begin("vault-audit", "Audits of one of these folders: every record of the ledger, every name and size, "
                                        "and so many leaves of 4 KiB")
    for row, options in (("as usual", []), ("a leaf a shard", ["--leaves", "1000000"]), ("--all", ["--all"])):
        quiet()
        cost = vault.run(["varve", "vault", "audit", *options, "h0"])
        found = json.loads(scratch.text(["varve", "vault", "audit", "--json", *options, "h0"], vault.work, vault.env))[0]
        report.put(bench, row, "s", cost.seconds)
        report.put(bench, row, "cpu", cost.cpu)
        for name, what in (("shards", "shards"), ("records", "records"), ("asked", "leaves")):
            report.put(bench, row, what, found[name])
        report.put(bench, row, "MB read", found["read"] / MB)
        report.put(bench, row, "shows 1 % lost, %", said(scratch, vault, ["varve", "vault", "audit", *options, "h0"],
                                                        r"would have been seen with ([0-9.]+) %"))
    report.print_bench(bench)


def repairs(scratch, report, vault):
    """Two of six folders are lost: what repair costs, and how much it reads for what it makes again."""
    bench = report.begin("vault-repair", "The vault of 4+2: two of its six folders are lost, and two empty ones are there")
    lost = sizes(vault.holders[:2])[0]
    for holder in vault.holders[:2]:
        shutil.rmtree(holder)
    for i in range(2):
        vault.run(["varve", "vault", "holder", "dead", f"h{i}"])
        vault.run(["varve", "vault", "holder", "add", f"new{i}", str(vault.tool.folder / f"new{i}"), "--domain", f"e{i}"])
    quiet()
    out = vault.tool.folder / "repair.out"
    cost = vault.run(kinds.shell(f'varve vault repair --now > "{out}" 2>&1'))
    made = sizes([vault.tool.folder / f"new{i}" for i in range(2)])[0]
    row = "varve 4+2"
    report.put(bench, row, "s", cost.seconds)
    report.put(bench, row, "cpu", cost.cpu)
    report.put(bench, row, "peak MB", cost.peak / MB)
    report.put(bench, row, "MB lost", lost / MB)
    report.put(bench, row, "MB made", made / MB)
    found = re.search(r"([0-9.]+) bytes for each byte", out.read_text())
    report.put(bench, row, "read for each byte", float(found.group(1)) if found else None)
    report.print_bench(bench)


def files_of(holder, kind):
    return [p for p in holder.rglob("*") if p.is_file() and kind in p.parts]


def put_kept(report, bench, row, vault):
    """What one holder keeps now."""
    for kind, what in (("shards", "shards"), ("records", "records")):
        files = files_of(vault.holders[0], kind)
        report.put(bench, row, what, len(files))
        report.put(bench, row, f"MB of {what}", sizes(files)[0] / MB)


def one_by_one(scratch, report, settings):
    count = settings.vault_versions
    bench = report.begin("vault-versions", f"{count:,} versions of a table of {settings.version_rows:,} rows, each "
                                           f"committed and replicated to {COPIES} folders; what is kept is that of one")
    vault = VarveVault(scratch, "vault-versions", COPIES)
    table = scratch.root / "version.csv"
    sample = min(SAMPLE, count // 4 or 1)
    costs, kept = [], {}
    for n in range(1, count + 1):
        scratch.table(table, "--rows", settings.version_rows, "--version", n)
        replace(table, vault.work / "data.csv")
        vault.tool.timed_save()
        # Without waiting for the disk, and without counting files each time: it takes long enough.
        costs.append(vault.replicate("--copies", str(COPIES))[0] if n == 1 else
                     vault.run(["varve", "vault", "replicate", "-q"]))
        if n in (1, sample + 1, count - sample, count):
            kept[n] = sizes(vault.holders)[0] / COPIES
        if n in (count // 4, count // 2, count):
            put_kept(report, bench, f"after {n:,}", vault)
    for row, first, last in ((f"versions 2 to {sample + 1}", 1, sample + 1),
                             (f"the last {sample}", count - sample, count), ("all but the first", 1, count)):
        some = costs[first:last]
        report.put(bench, row, "ms each", sum(c.seconds for c in some) / len(some) * 1e3)
        report.put(bench, row, "cpu ms each", sum(c.cpu for c in some) / len(some) * 1e3)
        report.put(bench, row, "KB a copy each", (kept[last] - kept[first]) / len(some) / 1e3)
    audits(scratch, report, vault)
    cost = vault.run(["varve", "vault", "prune", "--grace", "0"])
    put_kept(report, bench, "pruned", vault)
    report.put(bench, "pruned", "cpu ms each", cost.cpu * 1e3)
    quiet()
    change, grown = vault.replicate()
    report.put(bench, "nothing new", "cpu ms each", change.cpu * 1e3)
    report.put(bench, "nothing new", "KB a copy each", grown / COPIES / 1e3)
    report.print_bench(bench)


def vault(scratch, report, chosen, settings):
    if kinds.Varve not in chosen:
        return
    bench = report.begin("vault", f"Sealed copies of a table of {settings.rows:,} rows: the first time, after 100 "
                                  "changed cells, and all back on an empty machine")
    first = scratch.table(scratch.root / "vault.csv", "--rows", settings.rows)
    changed = scratch.table(scratch.root / "vault2.csv", "--rows", settings.rows, "--change", 100)
    quiet()
    big_varve(scratch, report, bench, f"varve, {COPIES} folders", first, changed, COPIES, "--copies", str(COPIES))
    coded = None
    if can_code(scratch):
        coded = big_varve(scratch, report, bench, "varve 4+2, 6 folders", first, changed, 6, "--code", "4+2")
    others = [(name, Backup) for name in ("restic", "borg")] + [("git-annex", Annex)]
    for name, kind in others:
        if not shutil.which(name):
            report.note(f"vault: {name}: left out, not installed")
            continue
        try:
            other = kind(scratch, name)
            put(report, bench, f"{name}, 1 folder", "first", *other.keep(first))
            put(report, bench, f"{name}, 1 folder", "100 cells", *other.keep(changed), 1e3, "KB a copy")
            put(report, bench, f"{name}, 1 folder", "back", other.back())
        except (Failed, subprocess.SubprocessError) as why:
            report.note(f"vault: {name}: {why}")
    report.print_bench(bench)
    if coded:
        repairs(scratch, report, coded)
    one_by_one(scratch, report, settings)
