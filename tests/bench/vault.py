"""Sealed copies: varve's vault beside backups with encryption (restic, borg) and git-annex.

A table of about 199 MB goes to three folders (the others: to one), 100 cells change, everything comes
back on an empty machine; then many versions one by one, an audit, and a repair of 4+2."""

import re
import shutil
import subprocess
from pathlib import Path

import tools as kinds
from measure import Failed, quiet, remove, replace, same_bytes, sizes

MB = 1e6
COPIES = 3
VERSIONS = 200


class VarveVault:
    """A repository, a key, and holders that are folders, each a domain of its own."""

    def __init__(self, scratch, name, holders):
        self.scratch = scratch
        self.tool = kinds.Varve(scratch).start(name)
        self.work = self.tool.work
        config = self.tool.folder / "config"
        self.env = {"XDG_CONFIG_HOME": str(config)}
        self.run(["varve", "key", "new"])
        self.holders = [self.tool.folder / f"holder{i}" for i in range(holders)]
        for i, holder in enumerate(self.holders):
            self.run(["varve", "holder", "add", f"h{i}", str(holder), "--domain", f"d{i}"])
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
            wrapper = kinds.shell('varve replicate "$@" > "$0.out"'.replace("$0", str(self.paper)), *options)
            cost = self.run(wrapper)
            found = re.search(r"varve-recovery-1-[a-z2-7-]+", Path(f"{self.paper}.out").read_text())
            self.paper.write_text(found.group(0) + "\n")
            self.paper.chmod(0o600)
        else:
            cost = self.run(["varve", "replicate", "-q", *options])
        return cost, sizes(self.holders)[0] - before

    def recover(self, target):
        remove(target)
        quiet()
        env = dict(self.env, XDG_CONFIG_HOME=str(self.tool.folder / "nobody"))
        return self.scratch.run(["varve", "recover", "--key", str(self.paper), "--to", str(target),
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
    put(report, bench, row, "100 cells", cost, grown, 1e3, "KB")
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


def audits(scratch, report, bench, vault):
    found = scratch.text(["varve", "audit", "--json", "h0"], vault.work, vault.env)
    shards = int(re.search(r'"shards": (\d+)', found).group(1))
    read = int(re.search(r'"read": (\d+)', found).group(1))
    cost = vault.run(["varve", "audit", "h0"])
    report.put(bench, "audit of one holder", "s", cost.seconds)
    report.put(bench, "audit of one holder", "shards", shards)
    report.put(bench, "audit of one holder", "KB read", read / 1e3)


def repairs(scratch, report, bench, vault):
    """Two of six folders are lost: what repair costs, and how much it reads for what it makes again."""
    lost = sizes(vault.holders[:2])[0]
    for holder in vault.holders[:2]:
        shutil.rmtree(holder)
    for i in range(2):
        vault.run(["varve", "holder", "dead", f"h{i}"])
        vault.run(["varve", "holder", "add", f"new{i}", str(vault.tool.folder / f"new{i}"), "--domain", f"e{i}"])
    quiet()
    cost = vault.run(["varve", "repair", "--now"])
    made = sizes([vault.tool.folder / f"new{i}" for i in range(2)])[0]
    row = "repair, 2 of 6 lost"
    report.put(bench, row, "s", cost.seconds)
    report.put(bench, row, "cpu", cost.cpu)
    report.put(bench, row, "MB lost", lost / MB)
    report.put(bench, row, "MB made", made / MB)


def one_by_one(scratch, report, settings):
    bench = report.begin("vault-versions", f"{VERSIONS} versions of a table of {settings.version_rows:,} rows, each "
                                           "committed and replicated to one folder")
    vault = VarveVault(scratch, "vault-versions", 1)
    table = scratch.root / "version.csv"
    seconds = cpu = sent = 0
    for n in range(1, VERSIONS + 1):
        scratch.table(table, "--rows", settings.version_rows, "--version", n)
        vault.save(table)
        cost, grown = vault.replicate("--copies", "1") if n == 1 else vault.replicate()
        if n > 1:
            seconds += cost.seconds
            cpu += cost.cpu
            sent += grown
    shards = [p for p in vault.holders[0].rglob("*") if p.is_file() and p.parent.name == "shards"]
    ledger = [p for p in vault.holders[0].rglob("*") if p.is_file() and "records" in p.parts]
    row = "varve"
    report.put(bench, row, "ms each", seconds / (VERSIONS - 1) * 1e3)
    report.put(bench, row, "cpu ms each", cpu / (VERSIONS - 1) * 1e3)
    report.put(bench, row, "KB sent each", sent / (VERSIONS - 1) / 1e3)
    report.put(bench, row, "MB kept", sizes(shards)[0] / MB)
    report.put(bench, row, "shards", len(shards))
    report.put(bench, row, "ledger KB", sizes(ledger)[0] / 1e3)
    vault.run(["varve", "vault", "prune", "--grace", "0"])
    shards = [p for p in vault.holders[0].rglob("*") if p.is_file() and p.parent.name == "shards"]
    report.put(bench, row, "MB pruned", sizes(shards)[0] / MB)
    report.put(bench, row, "shards pruned", len(shards))
    report.print_bench(bench)


def vault(scratch, report, chosen, settings):
    if kinds.Varve not in chosen:
        return
    bench = report.begin("vault", f"Sealed copies of a table of {settings.rows:,} rows: the first time, after 100 "
                                  "changed cells, and all back on an empty machine")
    first = scratch.table(scratch.root / "vault.csv", "--rows", settings.rows)
    changed = scratch.table(scratch.root / "vault2.csv", "--rows", settings.rows, "--change", 100)
    quiet()
    copies = big_varve(scratch, report, bench, f"varve, {COPIES} folders", first, changed, COPIES,
                       "--copies", str(COPIES))
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
            put(report, bench, f"{name}, 1 folder", "100 cells", *other.keep(changed), 1e3, "KB")
            put(report, bench, f"{name}, 1 folder", "back", other.back())
        except (Failed, subprocess.SubprocessError) as why:
            report.note(f"vault: {name}: {why}")
    report.print_bench(bench)
    care = report.begin("vault-care", "The same vaults: an audit of one holder, and a repair")
    audits(scratch, report, care, copies)
    if coded:
        repairs(scratch, report, care, coded)
    report.print_bench(care)
    one_by_one(scratch, report, settings)
