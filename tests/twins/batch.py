"""A repository with some cases: their files in two versions, asked at a place, then edited."""
import json
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile
import traceback

import ask
import condition as conditions
import cover
import edit
import model as reference


LIE = None  # a column about which the reference lies, so that a run can be seen to fail


class Case:
    """A combination with its tables. number and seed make everything of it again."""

    def __init__(self, seed, number, c):
        self.seed, self.number, self.c = seed, number, c
        self.rng = random.Random(f"{seed}/{number}")
        self.spelling = reference.Spelling(c)
        self.old = reference.new_model(self.rng, c)
        self.model = reference.evolved(self.rng, c, self.old)
        self.path = ("text/" if c["kept"] == "text" else "") + f"t{number}{self.spelling.ending}"
        self.conditions = [conditions.random_condition(self.rng, self.model) for _ in range(4)]
        self.book = f"books/t{number}.book" if number % 4 == 0 else None
        # What its reader prints: Arrow, or CSV, in the encodings that nothing need declare.
        encoding = c["encoding"] if c["said"] == "found" or c["encoding"] != "windows-1252" else "utf-8"
        self.printed = reference.Spelling({**c, "form": "csv", "delimiter": ",", "numbers": "point", "around": "none", "encoding": encoding}) if number % 8 else None
        self.repo = self.repo_here = self.server = self.folder = self.home = None
        self.first = self.second = None
        self.tables = {}

    def turn(self, what):
        """Random numbers of a question or an edit, whatever was asked before."""
        self.rng = random.Random(f"{self.seed}/{self.number}/{what}")
        return self.rng

    def versions(self):
        return [(self.old, self.at(self.first)), (self.model, self.at(self.second))]

    def at(self, rev):
        if rev not in self.tables:
            self.tables[rev] = self.repo.table(self.path, rev)
        return self.tables[rev]

    @property
    def table(self):
        return self.at(self.second)

    def some_rows(self, count):
        return self.rng.sample(self.model.rows, min(count, len(self.model.rows)))

    def sql_name(self, text):
        return f'"{self.path}@{self.second}"'


class Failure:
    def __init__(self, case, what, words):
        self.case, self.what, self.words = case, what, words


def said(e):
    """An error in a line."""
    name = type(e).__name__
    return f"{name}: {str(e)[:400]}" + (f" ({getattr(e, 'hint', '')})" if getattr(e, "hint", "") else "")


class Batch:
    def __init__(self, cases, folder, clock):
        import varve

        self.varve, self.cases, self.folder = varve, cases, pathlib.Path(folder)
        self.clock, self.failures, self.asked = clock, [], 0
        self.home = self.folder / "here"
        self.only, self.share = None, 1.0
        self.counts = {}

    def fail(self, case, what, words):
        self.failures.append(Failure(case, what, " ".join(str(words).split())))

    def run(self, *words, cwd=None, ok=(0,)):
        done = subprocess.run(words, cwd=cwd or self.home, capture_output=True)
        if done.returncode not in ok:
            raise RuntimeError(f"{' '.join(words)[:300]}: {done.returncode}: {done.stderr.decode(errors='replace').strip()[:600]}")
        return done.stdout.decode()

    def tick(self):
        self.clock += 86400
        for who in ("AUTHOR", "COMMITTER"):
            os.environ[f"GIT_{who}_DATE"] = f"{self.clock} +0000"

    def commit(self, message):
        self.tick()
        self.run("varve", "commit", "-q", "-m", message)
        return self.run("git", "rev-parse", "HEAD").strip()

    # ---- making ----

    def write(self, case, model):
        path = self.home / case.path
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(case.spelling.bytes(model))

    def write_book(self, case, model):
        """A line of JSON for READER, and the rows as it prints them."""
        import pyarrow as pa

        if case.printed:
            rows = case.printed.bytes(model)
        else:
            frame, sink = edit.frame(case, model, model.rows), pa.BufferOutputStream()
            with pa.ipc.new_stream(sink, frame.schema) as out:
                out.write_table(frame)
            rows = sink.getvalue().to_pybytes()
        listed = json.dumps({"name": "rows", "types": True, "key": model.key})
        (self.home / "books").mkdir(exist_ok=True)
        (self.home / case.book).write_bytes(listed.encode() + b"\n" + rows)

    def add(self, first):
        """Adds every case's file, those of a kind by one command; one that is refused is out of the batch."""
        groups = {}
        for case in self.cases:
            options = []
            if first and case.c["order"] == "key":
                options += ["--order", "key", "--key", ",".join(case.model.key)]
            if case.c["form"] in ("json", "doc") and case.c["kept"] == "stored":
                options += ["--as", "table"]
            groups.setdefault(tuple(options), []).append(case)
        for options, cases in groups.items():
            try:
                self.run("varve", "add", "-q", *options, "--", *(case.path for case in cases))
            except RuntimeError:
                for case in cases:
                    try:
                        self.run("varve", "add", "-q", *options, "--", case.path)
                    except RuntimeError as e:
                        self.drop(case, "add", e)

    def drop(self, case, what, e):
        self.fail(case, what, e)
        self.cases = [c for c in self.cases if c is not case]
        (self.home / case.path).unlink(missing_ok=True)

    def make(self):
        self.home.mkdir()
        self.run("varve", "init", "-q", ".")
        said_of = [case for case in self.cases if case.c["said"] == "declared"]
        package = {"name": "twins", "resources": [case.spelling.resource(case.path, case.model) for case in said_of]}
        if said_of:
            (self.home / "datapackage.json").write_text(json.dumps(package))
            self.run("varve", "add", "-q", "datapackage.json")
        checks = "".join(f"[{case.path}]\n{conditions.written(case.conditions[0], 'varve')} warn\n" for case in self.cases)
        (self.home / "varve.checks").write_text(checks)
        self.run("varve", "add", "-q", "varve.checks")
        self.run("varve", "track", "--text", "text/*")
        self.run("git", "add", ".gitattributes")
        for which in ("old", "model"):
            for case in self.cases:
                self.write(case, getattr(case, which))
            self.add(which == "old")
            for case in self.cases:
                if case.book:
                    self.write_book(case, getattr(case, which))
            if (self.home / "books").exists():
                self.run("git", "add", "books")
            at = self.commit(which)
            for case in self.cases:
                setattr(case, "first" if which == "old" else "second", at)
        if LIE:
            for case in self.cases:
                for row in case.model.rows:
                    value = row[case.model.place(LIE)]
                    row[case.model.place(LIE)] = None if value is None else value + 1

    # ---- asking ----

    def place(self, kind):
        """The repository where questions are asked, and the folder of commands."""
        far, there = self.folder / f"far-{kind}", self.folder / f"at-{kind}"
        if kind == "here":
            return self.varve.Repo(self.home), self.home
        if kind == "lazy":
            self.run("varve", "clone", "-q", "--lazy", str(self.home), str(there), ok=(0, 1))
            return self.varve.Repo(there), there
        if kind == "store":
            self.run("git", "init", "-q", "--bare", str(far))
            self.run("varve", "remote", "add", "far", str(far))
            self.run("git", "config", "remote.far.varveKind", "git")
            store = self.folder / "store"
            store.mkdir()
            self.run("varve", "store", "add", "--default", "s", str(store))
            self.run("varve", "add", ".varveconfig")
            self.commit("store")
            self.run("varve", "push", "-q", "far", "main")
            self.run("git", "config", "--global", "--add", "varve.trustedHost", str(store))
            self.run("varve", "clone", "-q", "--git-host", str(far), str(there), ok=(0, 1))
            return self.varve.Repo(there), there
        if kind == "dns":
            self.clone_named(there)
            return self.varve.Repo(there), there
        return self.varve.Repo("file://" + str(self.home), cache=self.folder / "cache"), self.home

    def clone_named(self, there):
        """Of a published folder, by the name of a domain at a name server of ours; where no namespaces can be had, by its path."""
        named = pathlib.Path(__file__).parents[1] / "cli" / "publish" / "named.py"
        self.run("varve", "key", "new")
        self.run("varve", "sign", "-q", "--name", "twins")
        self.run("varve", "publish", "-q", "--no-pages", "-o", str(self.folder / "public1"))
        key = self.run("varve", "key", "show").strip().removeprefix("did:key:")
        (self.folder / "txt").write_text(f"varve1 key={key} name=twins mirror=http://127.0.0.1:8081/\n")
        here = ("unshare", "-Urmn")
        words = [*here, sys.executable, str(named), "txt", "varve", "clone", "-q", "dns:twins.example.org", str(there)]
        if subprocess.run([*here, "true"], capture_output=True).returncode != 0:
            words = ["varve", "clone", "-q", str(self.folder / "public1"), str(there)]
        self.run(*words, cwd=self.folder, ok=(0, 1))

    def serve(self):
        """Pages of the repository at home: a server of this process alone."""
        server = subprocess.Popen(["varve", "serve", "--http", "127.0.0.1:0", str(self.home)], stderr=subprocess.PIPE, text=True)
        for line in server.stderr:
            found = re.search(r"http://[\d.:]+", line)
            if found:
                return server, found[0]
        raise RuntimeError("varve serve did not start")

    def questions(self, kind, cases):
        try:
            repo, folder = self.place(kind)
        except Exception as e:
            self.fail(cases[0], f"place-{kind}", said(e))
            return
        if kind == "lazy":
            try:
                repo.fetch_data("HEAD")
                repo.fetch_data("HEAD~1")
            except Exception as e:
                self.fail(cases[0], f"place-{kind}", said(e))
        server = address = None
        try:
            if kind == "here" and any(case.turn("pages").random() < 0.5 for case in cases):
                server, address = self.serve()
            for case in cases:
                case.repo, case.folder, case.server = repo, folder, address
                for name, (function, often) in ask.QUESTIONS.items():
                    if self.only and name not in self.only or case.turn(name).random() >= often * self.share and not self.only:
                        continue
                    self.ask(case, name, function)
                case.tables = {}
        finally:
            if server:
                server.terminate()
                server.wait()
                server.stderr.close()

    def ask(self, case, name, function):
        self.asked += 1
        self.counts[name] = self.counts.get(name, 0) + 1
        try:
            wrong = function(case)
        except Exception as e:
            wrong = said(e)
            if not isinstance(e, (RuntimeError, self.varve.Error)):
                wrong += " at " + traceback.format_exc().strip().splitlines()[-3].strip()[-120:]
        if wrong:
            self.fail(case, name, wrong)

    # ---- editing ----

    def edits(self):
        repo = self.varve.Repo(self.home)
        done = []
        for case in self.cases:
            kind = case.c["edit"]
            if kind not in edit.PYTHON + edit.COMMANDS:
                continue
            case.repo_here, case.home = repo, self.home
            case.turn("edit")
            new = edit.edited(case)
            if new is None:
                continue
            self.asked += 1
            self.counts["edit " + kind] = self.counts.get("edit " + kind, 0) + 1
            self.tick()
            try:
                edit.do(case, new)
                new = case.model if kind in ("check-faults", "summary") else new
                wrong = edit.judge(case, new, (self.home / case.path).read_bytes())
            except Exception as e:
                wrong = said(e)
            if wrong:
                self.fail(case, "edit " + kind, wrong)
                self.run("git", "checkout", "-q", "HEAD", "--", case.path, ok=(0, 1, 128))
            else:
                done.append((case, new))
        self.run("varve", "add", "-u")
        self.tick()
        self.run("varve", "commit", "-q", "-m", "edits", ok=(0, 1))
        for case, new in done:
            self.read_again(case, new, repo, "edit " + case.c["edit"])

    def read_again(self, case, new, repo, what):
        """Twins again: what was committed reads as the edited values, with the types of before."""
        try:
            table = repo.table(case.path, "HEAD")
            if table.read_bytes() != case.spelling.bytes(new) and case.c["form"] != "gz":
                self.fail(case, what, "committed bytes are others")
            case.table_now = table
            if wrong := ask.differs(ask.typed(new), ask.as_typed(zip(*(c.to_pylist() for c in table.to_arrow().columns)))):
                self.fail(case, what, "read again: " + wrong)
            elif table.key != tuple(new.key):
                self.fail(case, what, f"read again: the key is {table.key}")
        except Exception as e:
            self.fail(case, what, "read again: " + said(e))

    def merges(self, kind):
        """Both sides of a merge are files that the reference wrote; so is what has to come out."""
        cases = [case for case in self.cases if case.c["edit"] == kind]
        plans = [(case, case.turn("edit") and edit.sides(case)) for case in cases]
        plans = [(case, plan) for case, plan in plans if plan]
        if not plans:
            return
        self.asked += len(plans)
        self.counts["edit " + kind] = self.counts.get("edit " + kind, 0) + len(plans)
        if kind == "merge-rules":
            (self.home / "varve.json").write_text(json.dumps({"merge": {case.path: edit.RULES for case, _ in plans}}))
            self.run("varve", "add", "-q", "varve.json")
            self.commit("rules")
        self.run("git", "checkout", "-q", "-b", f"side-{kind}")
        for case, (_, theirs, _) in plans:
            self.write(case, theirs)
        self.run("varve", "add", "-q", "-u")
        self.commit("theirs")
        self.run("git", "checkout", "-q", "main")
        for case, (ours, _, _) in plans:
            self.write(case, ours)
        self.run("varve", "add", "-q", "-u")
        self.commit("ours")
        self.tick()
        repo = self.varve.Repo(self.home)
        word = "cherry-pick" if kind == "cherry-pick" else "merge"
        self.run("varve", word, f"side-{kind}", ok=(0, 1))
        for case, (_, _, merged) in plans:
            try:
                if kind == "resolve":
                    key = merged.key
                    cells = [c for c in repo.conflicts if c.path == case.path]
                    if [(c.kind, c.column) for c in cells] != [("cell", case.plan["column"])]:
                        self.fail(case, "edit " + kind, f"conflicts: {[(c.kind, c.column, c.key) for c in cells][:3]}, and not one cell of {case.plan['column']}")
                        continue
                    repo.resolve(case.path, "theirs", row=cells[0].row, column=cells[0].column)
                wrong = edit.judge(case, merged, (self.home / case.path).read_bytes())
            except Exception as e:
                wrong = said(e)
            if wrong:
                self.fail(case, "edit " + kind, wrong)
        if repo.conflicts:
            left = {c.path for c in repo.conflicts}
            for case, _ in plans:
                if case.path in left and not any(f.case is case for f in self.failures):
                    self.fail(case, "edit " + kind, "a conflict is left")
            repo.resolve(None, "ours")
        self.run("varve", word, "--continue", ok=(0, 1, 2))
        failed = {f.case for f in self.failures}
        for case, (_, _, merged) in plans:
            if case not in failed:
                self.read_again(case, merged, repo, "edit " + kind)

    def updates(self):
        """Tables that another repository imports, edits and updates from here."""
        cases = [case for case in self.cases if case.c["edit"] == "update"]
        plans = [(case, case.turn("edit") and edit.sides(case)) for case in cases]
        plans = [(case, plan) for case, plan in plans if plan]
        if not plans:
            return
        there = self.folder / "importer"
        there.mkdir()
        self.run("varve", "init", "-q", ".", cwd=there)
        self.asked += len(plans)
        self.counts["edit update"] = len(plans)
        for case, _ in plans:
            self.run("varve", "import", "-q", f"{self.home}#{case.path}", cwd=there)
        self.run("varve", "commit", "-q", "-m", "imported", cwd=there)
        for case, (ours, theirs, _) in plans:
            self.write(case, theirs)
            if (there / case.path).read_bytes() != case.spelling.bytes(case.model):
                self.fail(case, "edit update", "the import has other bytes")
            (there / case.path).write_bytes(case.spelling.bytes(ours))
        self.run("varve", "add", "-q", "-u")
        self.commit("theirs")
        self.run("varve", "add", "-q", "-u", cwd=there)
        self.run("varve", "commit", "-q", "-m", "ours", cwd=there)
        self.tick()
        self.run("varve", "update", "-q", cwd=there)
        repo = self.varve.Repo(there)
        for case, (_, _, merged) in plans:
            if wrong := edit.judge(case, merged, (there / case.path).read_bytes()):
                self.fail(case, "edit update", wrong)
            else:
                self.read_again(case, merged, repo, "edit update")

    def all(self):
        self.make()
        if not self.cases:
            return
        for kind in cover.PROPERTIES["place"]:
            cases = [case for case in self.cases if case.c["place"] == kind]
            if cases:
                self.questions(kind, cases)
        self.edits()
        self.updates()
        for kind in edit.MERGES:
            self.merges(kind)


READER = """#!/bin/sh
case $1 in
list) head -n 1 "$2" ;;
read) tail -n +2 "$2" ;;
esac
"""


def fresh_environment(folder):
    """A home of its own, and a fixed clock."""
    for name in list(os.environ):
        if name.startswith(("GIT_", "VARVE_")) and not name.startswith(("VARVE_BIN", "VARVE_TEST")):
            del os.environ[name]
    home = pathlib.Path(folder) / "home"
    home.mkdir(parents=True, exist_ok=True)
    (home / ".gitconfig").write_text("[init]\n\tdefaultBranch = main\n[user]\n\tname = Ada\n\temail = ada@example.com\n[advice]\n\tdetachedHead = false\n")
    reader = home / "read-book"
    reader.write_text(READER)
    reader.chmod(0o755)
    with open(home / ".gitconfig", "a") as f:
        f.write(f'[varve "reader.book"]\n\tcommand = {reader}\n')
    os.environ.update(HOME=str(home), XDG_CONFIG_HOME=str(home / ".config"), XDG_CACHE_HOME=str(home / ".cache"), GIT_CONFIG_NOSYSTEM="1")


def run(seed, numbers, combinations, only=None, keep=None, share=1.0):
    """The failures of a batch with these cases, and how many questions were asked."""
    cases = [Case(seed, number, combinations[number]) for number in numbers]
    folder = keep or tempfile.mkdtemp(prefix="twins-", dir="/dev/shm" if os.path.isdir("/dev/shm") else None)
    os.makedirs(folder, exist_ok=True)
    fresh_environment(folder)
    batch = Batch(cases, folder, 1700000000)
    batch.only, batch.share = only, share
    try:
        batch.all()
    except Exception as e:
        batch.fail(cases[0], "batch", said(e) + " at " + " / ".join(traceback.format_exc().strip().splitlines()[-4:-1])[-300:])
    finally:
        if not keep:
            shutil.rmtree(folder, ignore_errors=True)
    return batch
