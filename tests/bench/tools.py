"""The programs that are measured, each with the commands that do the same work.

A tool lives in one folder: work/ holds the user's files, anything else is the tool's own.
Every method that does work gives a list of commands, so that the caller can time them.
"""

import shutil


def shell(script, *arguments):
    return ["sh", "-c", script, "sh", *map(str, arguments)]


class Tool:
    name = ""
    needs = ()             # programs that must be installed
    preload = True         # reached by an LD_PRELOAD library
    is_git = False

    def __init__(self, scratch):
        self.scratch = scratch
        self.saved = 0

    @classmethod
    def missing(cls):
        return [p for p in cls.needs if not shutil.which(p)]

    def place(self, folder):
        """Uses this folder from now on."""
        self.folder = folder
        self.work = folder / "work"
        return self

    def start(self, folder, pattern="*.csv"):
        """A new, empty repository. pattern: which files are datasets."""
        self.place(self.scratch.folder(folder))
        self.work.mkdir()
        self.saved = 0
        self.scratch.run_all(self.init(pattern), self.work, self.env())
        return self

    def save(self, path="data.csv"):
        """Commands that keep the file (or folder) as a new version."""
        self.saved += 1
        return self.keep(path, self.saved)

    def timed_save(self, path="data.csv", fsync_ms=0):
        return self.scratch.run_all(self.save(path), self.work, self.env(), fsync_ms)

    def env(self):
        return {}

    def version(self):
        return self.scratch.text([self.needs[-1], "--version"], self.scratch.root).split("\n")[0]

    def status(self):
        return None


class Git(Tool):
    name = "git"
    needs = ("git",)
    is_git = True

    def init(self, pattern):
        return [["git", "init", "-q"]]

    def keep(self, path, n):
        return [["git", "add", path], ["git", "commit", "-q", "-m", f"version {n}"]]

    def add(self, path):
        return [["git", "add", path]]

    def commit(self):
        return [["git", "commit", "-q", "-m", "all"]]

    def status(self):
        return [["git", "status", "--porcelain"]]

    def restore(self, n, path, out):
        return [shell('exec git cat-file blob "$1" > "$2"', f"{self.back(n)}:{path}", out)]

    def back(self, n):
        """The n-th version that was saved, from 1."""
        return f"HEAD~{self.saved - n}"

    def store(self):
        return [self.work / ".git" / "objects"]


class GitDurable(Git):
    name = "git-fsync"

    def init(self, pattern):
        return super().init(pattern) + [["git", "config", "core.fsync", "all"],
                                        ["git", "config", "core.fsyncMethod", "fsync"]]


class GitLfs(Git):
    name = "git-lfs"
    needs = ("git", "git-lfs")
    preload = False

    def init(self, pattern):
        return super().init(pattern) + [
            ["git", "lfs", "install", "--local"], ["git", "lfs", "track", pattern],
            ["git", "add", ".gitattributes"], ["git", "commit", "-q", "-m", "attributes"]]

    def restore(self, n, path, out):
        return [shell('git cat-file blob "$1" | git lfs smudge > "$2"',
                      f"{self.back(n)}:{path}", out)]

    def store(self):
        return [self.work / ".git" / "objects", self.work / ".git" / "lfs"]


class Varve(Tool):
    name = "varve"
    needs = ("git", "varve")
    is_git = True

    def init(self, pattern):
        commands = [["varve", "init"]]
        if "/" in pattern:
            commands += [["varve", "track", pattern], ["varve", "commit", "-q", "-m", "attributes"]]
        return commands

    def keep(self, path, n, kind=()):
        return [["varve", "add", *kind, path], ["varve", "commit", "-q", "-m", f"version {n}"]]

    def save_as(self, kind, path):
        """Commands that keep the file as a table, or as a file of bytes."""
        self.saved += 1
        return self.keep(path, self.saved, ("--as", kind))

    def add(self, path):
        return [["varve", "add", path]]

    def commit(self):
        return [["varve", "commit", "-q", "-m", "all"]]

    def status(self):
        return [["varve", "status", "--porcelain"]]

    def restore(self, n, path, out):
        return [shell('exec varve cat "$1" > "$2"', f"HEAD~{self.saved - n}:{path}", out)]

    def restore_in_place(self, n, path):
        return [["varve", "restore", "--source", f"HEAD~{self.saved - n}", path]]

    def store(self):
        return [self.work / ".git" / "objects", self.work / ".git" / "varve"]

    def version(self):
        return self.scratch.text(["varve", "--version"], self.scratch.root).split("\n")[0]


class Restic(Tool):
    name = "restic"
    needs = ("restic",)
    preload = False

    def env(self):
        return {"RESTIC_REPOSITORY": str(self.folder / "repo"), "RESTIC_PASSWORD": "bench",
                "RESTIC_CACHE_DIR": str(self.folder / "cache")}

    def init(self, pattern):
        return [["restic", "init", "-q"]]

    def keep(self, path, n):
        return [["restic", "backup", "-q", "--tag", f"v{n}", path]]

    def add(self, path):
        return self.keep(path, "all")

    def restore(self, n, path, out):
        return [shell('exec restic -q dump --tag "$1" latest "/$2" > "$3"', f"v{n}", path, out)]

    def store(self):
        return [self.folder / "repo"]

    def version(self):
        return self.scratch.text(["restic", "version"], self.scratch.root).split("\n")[0]


class Casync(Tool):
    name = "casync"
    needs = ("casync",)

    def init(self, pattern):
        return []

    def keep(self, path, n):
        kind = "caidx" if (self.work / path).is_dir() else "caibx"
        return [["casync", "make", "--store", self.folder / "store.castr",
                 self.folder / f"v{n}.{kind}", path]]

    def add(self, path):
        return self.keep(path, "all")

    def restore(self, n, path, out):
        return [["casync", "extract", "--store", self.folder / "store.castr",
                 self.folder / f"v{n}.caibx", out]]

    def store(self):
        return [self.folder / "store.castr", *sorted(self.folder.glob("v*.ca?[xi]*"))]


class Borg(Tool):
    name = "borg"
    needs = ("borg",)

    def env(self):
        return {"BORG_REPO": str(self.folder / "repo"), "BORG_BASE_DIR": str(self.folder / "base"),
                "BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK": "yes"}

    def init(self, pattern):
        return [["borg", "init", "-e", "none"]]

    def keep(self, path, n):
        return [["borg", "create", f"::v{n}", path]]

    def add(self, path):
        return self.keep(path, "all")

    def restore(self, n, path, out):
        return [shell('exec borg extract --stdout "::$1" "$2" > "$3"', f"v{n}", path, out)]

    def store(self):
        return [self.folder / "repo"]


ALL = (Varve, Git, GitDurable, GitLfs, Restic, Casync, Borg)
