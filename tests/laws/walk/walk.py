"""walk.py SEED STEPS KILLED: what was committed comes back, whatever everyday commands came before and after.

Three clones of one origin (a peer, a Git host, or a host with a store; the third clone may be lazy), each with settings of
Git drawn at random, are walked through by random commands of git and varve: edits, commits, merges, rebases, stashes,
pushes, pulls from the origin and from each other, patches, migrations both ways, marks of the index, gc and repack at any
moment. KILLED percent of the commands are killed somewhere. A model has the bytes of each table in the work tree, in the
index and in each commit, and merges by row. After each step all three must be as in the model, `git status` must say what
differs and nothing else, a version must be a pointer just where .gitattributes gives it to varve, and no file may be one.
At the end a new clone must have each commit that arrived. Prints what was found and the last lines of shell before it."""
import csv
import io
import json
import os
import random
import shlex
import subprocess
import sys
import time

SEED, STEPS, KILLED = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]) / 100
TOP = os.getcwd()
WORDS = ["pear", "plum", "fig", "Müller", "a,b", 'q"x', "", "NA", "#x", "0012", "3.50", "1e5", "-0", " sp ", "längst", "x" * 300]
TEXT = "10:30.csv"  # no table may have such a name
FILES = {
    "k.csv": {},
    "k2.csv": {},  # what k.csv is renamed to
    "sub/t.tsv": {"delimiter": "\t"},
    "w.csv": {"delimiter": ";", "lines": "\r\n", "encoding": "windows-1252"},
    "n.jsonl": {"json": True},
    "free.csv": {"above": "# a note\n# another\n"},
    TEXT: {},
}
TABLES = [name for name in FILES if name != TEXT]
# How to go on after a conflict, and what shows that one is there.
UNDER_WAY = {"merge": "MERGE_HEAD", "rebase": "rebase-merge", "am": "rebase-apply", "cherry-pick": "CHERRY_PICK_HEAD", "revert": "REVERT_HEAD"}
SETTINGS = """core.autocrlf=true core.autocrlf=input core.safecrlf=warn core.fileMode=false core.ignoreCase=true core.quotePath=false
    core.precomposeUnicode=true core.untrackedCache=true core.sharedRepository=group core.preloadIndex=false core.checkStat=minimal
    core.trustctime=false core.logAllRefUpdates=false core.compression=0 index.version=4 index.skipHash=true feature.manyFiles=true
    status.showUntrackedFiles=all status.showUntrackedFiles=no diff.renames=copies diff.noprefix=true merge.renames=false
    merge.conflictStyle=diff3 merge.conflictStyle=zdiff3 merge.ff=false merge.directoryRenames=true commit.gpgSign=false commit.verbose=true
    pull.rebase=true pull.rebase=merges pull.ff=true rebase.autoStash=true rebase.backend=apply rebase.updateRefs=true
    rerere.enabled=true gc.auto=20 gc.autoDetach=false stash.showPatch=true push.default=current fetch.prune=true
    fetch.writeCommitGraph=true protocol.version=0 pack.writeReverseIndex=true color.ui=always log.showSignature=false""".split()

chance = random.Random(SEED)
clock = 1700000000
lines = []  # what was done, as shell
made = {}  # commit: {file: its bytes}
texts = {}  # blob: its bytes; None: it is a pointer
compared = kills = 0


class Fault(Exception):
    pass


def run(place, *words, must=None, may_kill=True):
    """Its end. must: the codes that are no fault. Killed by chance: the end is None."""
    global clock, kills
    clock += 60
    env = dict(os.environ, GIT_AUTHOR_DATE=f"{clock} +0000", GIT_COMMITTER_DATE=f"{clock} +0000", GIT_EDITOR="true")
    where = os.path.basename(place if isinstance(place, str) else place.path)
    lines.append(f"(cd {where}; {shlex.join(words)})")
    path = place if isinstance(place, str) else place.path
    if may_kill and KILLED and not isinstance(place, str) and chance.random() < KILLED:
        wait = chance.choice([0.001, 0.003, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1])
        first = subprocess.Popen(words, cwd=path, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                 stdin=subprocess.DEVNULL, start_new_session=True)
        try:
            first.wait(wait)
        except subprocess.TimeoutExpired:
            os.killpg(first.pid, 9)
            first.wait()
            for _ in range(100):  # a call of its children that the kill came into may still end: a lock is made after it
                try:
                    os.killpg(first.pid, 0)
                except ProcessLookupError:
                    break
                time.sleep(0.05)
            kills += 1
            lines[-1] += f"   # killed after {wait} s"
            return None
        lines[-1] += f"   # {first.returncode}"
        return subprocess.CompletedProcess(words, first.returncode, b"", b"")
    end = subprocess.run(words, cwd=path, env=env, capture_output=True, stdin=subprocess.DEVNULL, timeout=300)
    said = (end.stdout[-500:] + end.stderr[-1000:]).decode("utf-8", "replace")
    lines[-1] += f"   # {end.returncode}" if end.returncode else ""
    print(lines[-1], file=log)
    if end.returncode:
        print("    " + said.replace("\n", "\n    "), file=log, flush=True)
    if end.returncode < 0 or end.returncode > 128 or b"Sanitizer" in end.stderr or b"internal error" in end.stderr:
        raise Fault(f"{' '.join(words)} in {where} crashed: {said}")
    if (must is not None and end.returncode not in must) or (words[0] == "varve" and end.returncode > 2):
        raise Fault(f"{' '.join(words)} in {where} ended with {end.returncode}: {said}")
    return end


def ask(place, *words, given=None):
    """What a command prints that changes nothing. It is no line of shell."""
    end = subprocess.run(words, cwd=place if isinstance(place, str) else place.path, input=given or b"", capture_output=True, timeout=300)
    if end.returncode < 0 or end.returncode > 128:
        raise Fault(f"{' '.join(words)} in {place} crashed: {end.stderr.decode('utf-8', 'replace')[-500:]}")
    return end.stdout


def git(place, *words):
    return ask(place, "git", *words).decode("utf-8", "replace").strip()


# --- tables ------------------------------------------------------------------------------------

def write(name, head, rows):
    form = FILES[name]
    if form.get("json"):
        return "".join(json.dumps({h: int(c) if h in ("id", "n") and c.isdigit() else c for h, c in zip(head, row)},
                                  ensure_ascii=False) + "\n" for row in rows).encode()
    text = io.StringIO()
    out = csv.writer(text, delimiter=form.get("delimiter", ","), lineterminator=form.get("lines", "\n"))
    out.writerow(head)
    out.writerows(rows)
    return (form.get("above", "") + text.getvalue()).encode(form.get("encoding", "utf-8"))


def read(name, data):
    form = FILES[name]
    if form.get("json"):
        rows = [json.loads(line) for line in data.decode().split("\n") if line.strip()]
        head = list(dict.fromkeys(h for row in rows for h in row)) or ["id"]
        return head, [[str(row.get(h, "")) for h in head] for row in rows]
    text = data.decode(form.get("encoding", "utf-8"))
    while text.startswith("# "):
        text = text[text.index("\n") + 1:]
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=form.get("delimiter", ",")))
    return (rows[0], [row for row in rows[1:] if len(row) == len(rows[0])]) if rows else (["id"], [])


def edited(name, data):
    """Its bytes with other cells, rows or columns."""
    head, rows = read(name, data)
    for _ in range(chance.randrange(1, 4)):
        what = chance.randrange(14)
        if what < 7 and rows and len(head) > 1:
            for _ in range(chance.choice([1, 1, 3, 20])):
                chance.choice(rows)[chance.randrange(1, len(head))] = chance.choice(WORDS)
        elif what < 9:
            last = max([int(row[0]) for row in rows if row[0].isdigit()], default=0)
            new = [[str(last + 1 + i)] + [chance.choice(WORDS) for _ in head[1:]] for i in range(chance.choice([1, 5, 300]))]
            rows = new + rows if chance.random() < 0.3 else rows + new
        elif what < 11 and len(rows) > 5:
            at = chance.randrange(len(rows))
            del rows[at:at + chance.choice([1, 1, 10])]
        elif what == 11:
            rows.sort(key=lambda row: row[0])
        elif what == 12 and len(head) < 9:
            at = chance.randrange(1, len(head) + 1)
            head.insert(at, f"c{chance.randrange(99)}_{len(head)}")
            for row in rows:
                row.insert(at, chance.choice(WORDS))
        elif what == 13 and len(head) > 3:
            at = chance.randrange(1, len(head))
            del head[at]
            for row in rows:
                del row[at]
    return write(name, head, rows)


def by_key(name, data):
    """The rows by key; None if keys repeat."""
    head, rows = read(name, data)
    keyed = {row[0]: row for row in rows}
    return (head, keyed) if len(keyed) == len(rows) else None


def merged(name, base, ours, theirs):
    """The bytes of a merge, or (columns, rows by key), or None where it may be a conflict or is more than this model knows."""
    if ours == theirs or theirs == base:
        return ours
    if ours == base:
        return theirs
    tables = [by_key(name, data) for data in (base, ours, theirs) if data is not None]
    if len(tables) < 3 or None in tables or not tables[0][0] == tables[1][0] == tables[2][0] or tables[0][0][0] != "id":
        return None
    rows = {}
    for key in dict.fromkeys([*tables[1][1], *tables[2][1]]):
        b, o, t = (table[1].get(key) for table in tables)
        if b is None and (o is None or t is None):
            rows[key] = o or t
        elif b is None or o is None or t is None:
            if b is None or (o or t) != b:
                return None  # on both sides, or deleted here and changed there
        else:
            if any(y not in (x, z) and x != z for x, y, z in zip(o, b, t)):
                return None
            rows[key] = [y if x == z else x for x, y, z in zip(o, t, b)]
    return tables[0][0], rows


# --- repositories ------------------------------------------------------------------------------

class Place:
    """A clone, and what the model knows of it: the tables of the work tree and of the index; those of HEAD are in `made`."""

    def __init__(self, path):
        self.path = path
        self.work, self.index, self.stashes, self.began = {}, {}, [], 0
        self.settings = chance.sample(SETTINGS, chance.randrange(3, 9))
        for one in self.settings:
            run(path, "git", "config", *one.split("=", 1))
        self.converts = git(path, "config", "core.autocrlf") in ("true", "input")
        self.learn()

    def file(self, name):
        return f"{self.path}/{name}"

    def put(self, name, data):
        """A program writes a file."""
        number = len(os.listdir(f"{TOP}/bytes"))
        for file in (f"{TOP}/bytes/{number}", self.file(name)):
            if os.path.lexists(file):
                os.unlink(file)
            with open(file, "wb") as f:
                f.write(data)
        lines.append(f"cp bytes/{number} {os.path.basename(self.path)}/{name}")
        print(lines[-1], file=log)
        self.work = dict(self.work, **{name: data})

    def head(self):
        return git(self, "rev-parse", "-q", "--verify", "HEAD")

    def under_way(self):
        return [word for word, name in UNDER_WAY.items() if os.path.exists(self.file(f".git/{name}"))]

    def end_of(self, word):
        """The command that ends it: Git has one folder for am and for a rebase by patches."""
        if word == "am" and not os.path.exists(self.file(".git/rebase-apply/applying")):
            word = "rebase"
        if run(self.path, "git", word, "--abort").returncode:
            run(self.path, "git", word, "--quit")
            run(self.path, "git", "reset", "-q", "--hard")

    def is_clean(self):
        return self.work == self.index == made[self.head()] and git(self, "status", "--porcelain", "-uno") == ""

    def same(self, name, one, other, table):
        """Git changes the line ends of text by core.autocrlf, and never those of a table of varve."""
        if self.converts and not table and one is not None and other is not None:
            return one.replace(b"\r\n", b"\n") == other.replace(b"\r\n", b"\n")
        return one == other

    def entries(self, *words):
        found = {}
        for line in ask(self, "git", *words, "-z").decode().split("\0"):
            if line and line.split("\t", 1)[1] in FILES:
                fields = line.split("\t", 1)[0].split()
                found[line.split("\t", 1)[1]] = fields[2] if words[0] == "ls-tree" else fields[1]
        return found

    def contents(self, wanted, *words):
        """The bytes of each (blob, path). A path *.pointer is given to varve."""
        mark = b"\n--- %d ---" % chance.getrandbits(60)
        wanted = list(dict.fromkeys(wanted))
        asked = "".join(f"{blob} {path}\n" for blob, path in wanted).encode()
        got = ask(self, "git", "-c", f"core.attributesFile={TOP}/attributes", "cat-file", *words, f"--batch={mark[1:].decode()}%(objectname)%(rest)", given=asked)
        parts = (b"\n" + got).split(mark)[1:]
        if len(parts) != len(wanted):
            raise Fault(f"git cat-file {' '.join(words)} in {self.path} gives {len(parts)} of {len(wanted)} files: {got[-300:]!r}")
        # The last one ends with a line end of its own.
        return {one: (part[:-1] if i == len(parts) - 1 else part).split(b"\n", 1)[1] for i, (one, part) in enumerate(zip(wanted, parts))}

    def look(self):
        """What is there: (HEAD, its tables, those of the index, those of the work tree, the blobs of the index)."""
        head = self.head()
        in_head, in_index = self.entries("ls-tree", "-r", "HEAD"), self.entries("ls-files", "-s")
        unknown = [(blob, name) for name, blob in [*in_head.items(), *in_index.items()] if blob not in texts]
        if unknown:
            texts.update({blob: None if data.startswith(b"varve pointer") else data for (blob, _), data in self.contents(unknown).items()})
        # .gitattributes of the work tree says nothing of a version of HEAD that has another form or name.
        of_head = {n: (b, n if in_index.get(n) == b else "a.pointer") for n, b in in_head.items() if is_pointer(b)}
        tables = self.contents([*of_head.values(), *((b, n) for n, b in in_index.items() if is_pointer(b))], "--filters")
        work = {}
        for name in FILES:
            if os.path.exists(self.file(name)):
                with open(self.file(name), "rb") as f:
                    work[name] = f.read()
                if work[name].startswith(b"varve pointer"):
                    raise Fault(f"{name} in {self.path} is a pointer")
        return (head, {n: tables[of_head[n]] if n in of_head else texts[b] for n, b in in_head.items()},
                {n: tables[b, n] if is_pointer(b) else texts[b] for n, b in in_index.items()}, work, in_index)

    def compare(self, what, got, wanted, blobs):
        global compared
        for name in FILES:
            compared += 1
            if not self.same(name, got.get(name), wanted.get(name), is_pointer(blobs.get(name))):
                raise Fault(f"{name} of {what} in {self.path} is not as in the model: {differs(got.get(name), wanted.get(name))}")

    def one_of(self, options, got, what, blobs):
        for name in FILES:
            if not any(self.same(name, got.get(name), one.get(name), is_pointer(blobs.get(name))) for one in options):
                raise Fault(f"{name} of {what} in {self.path} is neither as before nor as after: {differs(got.get(name), options[0].get(name))}")

    def check(self, seen=None):
        """The model and the repository agree."""
        head, in_head, in_index, work, blobs = seen or self.look()
        if head in made:
            self.compare(f"HEAD ({head[:7]})", in_head, made[head], blobs)
        self.compare("the index", in_index, self.index, blobs)
        self.compare("the work tree", work, self.work, blobs)
        shown = {}
        for line in ask(self, "git", "status", "--porcelain", "-z", "-uno", "--no-renames").decode().split("\0"):
            shown[line[3:]] = line[:2]
        attributes = git(self, "check-attr", "filter", "--", *FILES)
        for name in FILES:
            table = is_pointer(blobs.get(name))
            wanted = "".join(" " if self.same(name, a.get(name), b.get(name), table) else "x" for a, b in
                             ((in_head, in_index), (in_index, work if name in in_index else in_index)))
            if (is_said := shown.get(name, "  ")) != wanted and [c == " " for c in is_said] != [c == " " for c in wanted]:
                raise Fault(f"git status in {self.path} shows '{is_said}' for {name}, which should be '{wanted}' (x: changed)")
            if name in blobs and name != TEXT and table != (f"{name}: filter: varve" in attributes):
                raise Fault(f"{name} in the index of {self.path} is {'a pointer' if table else 'text'}, but: {attributes}")

    def learn(self, *, committed=None, options=None, killed=False):
        """The model takes over what is there, where it does not know what a command makes. committed: the tables that a new
        commit must have (as `merged` gives them); options: [tables, ...] one of which each file must be."""
        self.mend_pointers()
        self.mend_text()
        seen = self.look()
        head, in_head, in_index, work, blobs = seen
        if head not in made:
            made[head] = in_head
            if options and killed:
                self.one_of(options, in_head, f"{head[:7]}, which a killed command made,", blobs)
        for name, wanted in (committed or {}).items():
            if wanted is None:
                continue
            got = in_head.get(name)
            if isinstance(wanted, tuple):
                if got is None or by_key(name, got) != wanted:
                    raise Fault(f"{name} of {head[:7]} in {self.path} has other rows than the model merges: {got and got[:300]}")
            elif not self.same(name, got, wanted, is_pointer(blobs.get(name))):
                raise Fault(f"{name} of {head[:7]} in {self.path} is not as the model merges it: {differs(got, wanted)}")
        if options:
            self.one_of(options, work, "the work tree", blobs)
        self.index, self.work = in_index, work
        self.check(seen)

    def mend_pointers(self):
        """Git's apply writes all files of a patch by the attributes from before it, so that a migration in a patch leaves a
        pointer: varve status names it, and restore mends it."""
        if "rebase.backend=apply" not in self.settings and not any("git am" in line for line in lines[self.began:]):
            return
        for name in TABLES:
            if os.path.exists(self.file(name)):
                with open(self.file(name), "rb") as f:
                    is_pointer = f.read(13) == b"varve pointer"
                if is_pointer:
                    said = ask(self, "varve", "status").decode()
                    if f"{name}  pointer only: varve restore {name}\n" not in said:
                        raise Fault(f"{name} in {self.path} is a pointer, and varve status does not say so: {said}")
                    run(self.path, "varve", "restore", name, must=(0,))

    def mend_text(self):
        """Git may bring text to where a line of the other side gives the path to varve, as with a rename, or with a
        pattern on one side and names on the other: varve status names it, and add --fix mends it."""
        attributes, blobs, in_head = git(self, "check-attr", "filter", "--", *TABLES), self.entries("ls-files", "-s"), self.entries("ls-tree", "-r", "HEAD")
        names = [n for n in TABLES if f"{n}: filter: varve" in attributes and blobs.get(n) == in_head.get(n, "") and
                 ask(self, "git", "cat-file", "blob", blobs[n])[:13] != b"varve pointer"]
        if names:
            said = ask(self, "varve", "status").decode()
            if any(f"\t{n}\n" not in said[said.find("add --fix"):] for n in names):
                raise Fault(f"{names} in {self.path} are text where .gitattributes has tables, and varve status does not name all: {said}")
            run(self.path, "varve", "add", "--fix", must=(0,))
            run(self.path, "git", "commit", "-qm", "mended")

    def settle(self):
        """Conflicts are decided or given up."""
        for _ in range(15):
            if not (words := self.under_way()):
                return
            if words[0] == "am" or chance.random() < 0.5:
                self.end_of(words[0])
                continue
            for name in git(self, "-c", "core.quotePath=false", "diff", "--name-only", "--diff-filter=U").split("\n"):
                if name and run(self.path, "varve", "resolve", chance.choice(["--ours", "--theirs"]), name).returncode:
                    run(self.path, "git", "checkout", "--ours", name)
                    run(self.path, "git", "add", name)
            go_on = ["varve", "merge"] if words[0] == "merge" and chance.random() < 0.5 else ["git", words[0]]
            if run(self.path, *go_on, "--continue").returncode and words[0] == "rebase":
                run(self.path, "git", "rebase", "--skip")
        raise Fault(f"{self.under_way()} in {self.path} does not end")

    def after_kill(self, words, expected):
        """What the next commands find: each file is as before or as after. Git's programs write files in place."""
        before = self.work
        if words[0] == "varve":
            run(self.path, *(words if words[1] in ("migrate", "track", "untrack") else chance.choice([words, ["varve", "status"], ["varve", "fsck"]])))
            run(self.path, "varve", "restore", "--quit")
        for folder, _, names in os.walk(self.file(".git")) if words[0] == "git" else ():
            for name in names:
                if name.endswith(".lock") and "varve" not in folder:
                    os.unlink(f"{folder}/{name}")
                    lines.append(f"rm {os.path.relpath(folder, TOP)}/{name}")
        if words[0] == "git" or words[1] in ("migrate", "track", "untrack") or self.under_way():
            for word in self.under_way():
                self.end_of(word)
            run(self.path, "git", "reset", "-q", "--hard", must=(0,))
            self.stashes = self.stashes[len(self.stashes) - len(git(self, "stash", "list").splitlines()):]
            return self.learn()
        known = words[1] not in ("pull", "merge", "cherry-pick", "revert", "rename-column")
        self.learn(options=[before, self.index, expected or {}, made.get(self.head(), {})] if known else None, killed=True)

    def do(self, words, *, must=None, expected=None, committed=None):
        """A command of which the model knows the work tree afterwards (expected: work tree), or what it commits. Returns
        whether it got through."""
        end = run(self, *words, must=must)
        if end is None:
            self.after_kill(words, expected)
            return False
        self.settle()
        return end.returncode == 0


def is_pointer(blob):
    return texts.get(blob) is None


def differs(got, wanted):
    if got is None or wanted is None:
        return "it is there" if wanted is None else "it is not there"
    at = next((i for i, (a, b) in enumerate(zip(got, wanted)) if a != b), min(len(got), len(wanted)))
    return f"at byte {at} of {len(wanted)}: {got[at:at + 60]!r} instead of {wanted[at:at + 60]!r}"


# --- steps -------------------------------------------------------------------------------------

def branches(place, *below):
    names = git(place, "for-each-ref", "--format=%(refname:short)", *below).split("\n")
    return [name for name in names if name and name != "origin" and "HEAD" not in name]


def has(place, commit):
    return subprocess.run(["git", "cat-file", "-e", commit], cwd=place.path, stderr=subprocess.DEVNULL).returncode == 0


def a_commit(place):
    """One that a ref or a reflog names: gc takes the blocks of others."""
    named = set(git(place, "rev-list", "--all", "--reflog", "HEAD").split())
    return chance.choice([c for c in made if c in named])


def a_table(place):
    names = [n for n in place.work if n in place.index]
    return chance.choice(names) if names else None


def combined(base, ours, theirs):
    """Of each file what a merge makes. Nothing of files that are renamed, added or gone."""
    return {n: merged(n, base[n], ours[n], theirs[n]) for n in FILES if n in base and n in ours and n in theirs} if \
        base.keys() == ours.keys() == theirs.keys() else {}


def edit(place):
    if name := a_table(place):
        place.put(name, edited(name, place.work[name]))
        place.check()


def add(place):
    if name := a_table(place):
        if place.do(["git" if chance.random() < 0.5 else "varve", "add", name], must=(0,), expected=place.work):
            place.index = dict(place.index, **{name: place.work[name]})
            place.check()


def commit(place, *more, amend=False):
    if place.work == place.index and chance.random() < 0.8:
        edit(place)
    takes_all = chance.random() < 0.7
    words = [chance.choice(["git", "varve"]), "commit", *more, "-qam" if takes_all else "-qm", f"step {len(lines)}"]
    wanted = {n: d for n, d in place.work.items() if n in place.index} if takes_all else place.index
    before = place.head()
    if place.do(words, must=(0, 1), expected=place.work):
        if place.head() == before and not amend:
            raise Fault(f"{' '.join(words)} made no commit")
        place.index = wanted
        place.learn(committed=wanted, options=[place.work])
        if takes_all and (left := [line for line in ask(place, "varve", "status", "-s").decode().splitlines() if not line.startswith("??")]):
            raise Fault(f"{place.path} is not clean after a commit: {left}")
    else:
        place.learn(options=[place.work])


def amend(place):
    commit(place, "--amend", amend=True)


def commit_path(place):
    """One file, whatever else is staged."""
    name = a_table(place)
    if name is None or name not in made[place.head()]:
        return
    if place.work[name] == made[place.head()][name]:
        place.put(name, edited(name, place.work[name]))
    wanted, before = dict(made[place.head()], **{name: place.work[name]}), place.head()
    if place.do([chance.choice(["git", "varve"]), "commit", "-qm", f"only {name}", name], must=(0, 1), expected=place.work):
        if place.head() == before:
            raise Fault(f"the commit of {name} in {place.path} made none")
        place.index = dict(place.index, **{name: place.work[name]})
        place.compare("the index", place.look()[2], place.index, place.entries("ls-files", "-s"))
        place.learn(committed=wanted, options=[place.work])
    else:
        place.learn(options=[place.work])


def mail(place):
    """A commit as a mailed patch, onto a work tree that merges it by its blobs."""
    of = a_commit(place)
    if not has(place, f"{of}^") or has(place, f"{of}^2"):
        return
    parent = git(place, "rev-parse", f"{of}^")
    wanted = combined(made[parent], made[place.head()], made[of]) if parent in made else None
    with open(f"{TOP}/mail", "wb") as f:
        f.write(ask(place, "git", "format-patch", "-1", "--stdout", "--binary", "--full-index", "--no-ext-diff", "--no-textconv", of))
    done = place.do(["git", "am", "-3", "-q", f"{TOP}/mail"])
    place.learn(committed=wanted if done and not chose(place) else None)


def branch(place):
    place.do([*chance.choice([["git", "checkout", "-qb"], ["varve", "switch", "-qc"], ["git", "branch"], ["varve", "branch"]]), f"b{len(lines)}"],
             expected=place.work)
    place.check()


def switch(place):
    target = chance.choice(branches(place, "refs/heads"))
    there = made.get(git(place, "rev-parse", target))
    here = made[place.head()]
    kept = None
    if there is not None:
        blobs = place.entries("ls-files", "-s")
        local = [n for n in FILES if not all(place.same(n, d.get(n), here.get(n), is_pointer(blobs.get(n))) for d in (place.work, place.index))]
        kept = {n: place.work.get(n) if n in local else there.get(n) for n in FILES}
        kept = {n: d for n, d in kept.items() if d is not None}
    if place.do([*chance.choice([["git", "checkout", "-q"], ["git", "switch", "-q"], ["varve", "switch", "-q"]]), target], expected=kept):
        place.learn(options=[kept] if kept is not None else None)
    else:
        place.learn(options=[place.work, kept or {}])


def merge(place):
    other = chance.choice(branches(place, "refs/heads", "refs/remotes"))
    bases = git(place, "merge-base", "--all", "HEAD", other).split()
    theirs, wanted = git(place, "rev-parse", other + "^{commit}"), None
    if len(bases) == 1 and bases[0] in made and theirs in made:
        wanted = combined(made[bases[0]], made[place.head()], made[theirs])
    tool, more = chance.choice(["git", "varve"]), chance.choice([[], [], ["--no-ff"], ["--no-commit"]])
    squash = ["--squash"] if tool == "git" and not more and chance.random() < 0.2 else []
    if place.do([tool, "merge", "-q", *more, *squash, *([] if squash or more == ["--no-commit"] else ["-m", "merged"]), other], committed=wanted) and not squash:
        if more != ["--no-commit"]:
            place.learn(committed=None if chose(place) else wanted)
            return
    place.learn()


def chose(place):
    """Whether a conflict was decided just now, so that the model of the merge does not hold."""
    return any(" resolve " in line or "--skip" in line or "--abort" in line for line in lines[place.began:])


def pull(place):
    place.do(chance.choice([["varve", "pull", "-q"], ["git", "pull", "-q", "--no-edit"], ["git", "pull", "-q", "--no-edit", "--no-rebase"],
                            ["git", "pull", "-q", "--rebase"], ["varve", "pull", "-q", "--rebase"], ["varve", "pull", "-q", "origin", "main"]]))
    place.learn()


def pull_from_peer(place):
    other = chance.choice([p for p in places if p is not place])
    place.do(chance.choice([["varve", "fetch", "-q", other.path], ["varve", "pull", "-q", other.path, "main"],
                            ["varve", "pull", "-q", "--from", other.path]]))
    place.learn()


def push(place):
    place.do(chance.choice([["varve", "push", "-q"], ["varve", "push", "--all"], ["git", "push", "-q", "origin", "HEAD"],
                            ["varve", "push", "-q", "origin", "HEAD"]]), expected=place.work)
    place.check()


def fetch(place):
    place.do(chance.choice([["varve", "fetch", "-q"], ["git", "fetch", "-q"], ["varve", "fetch", "--data"], ["varve", "fetch", "--data", "--all"]]),
             expected=place.work)
    place.check()


def tag(place):
    place.do([chance.choice(["git", "varve"]), "tag", f"t{len(lines)}"], expected=place.work)
    place.do(["varve", "push", "-q", "origin", "--tags"], expected=place.work)
    place.check()


def stash(place):
    if place.work == place.index == made[place.head()]:
        edit(place)
    if {n: d for n, d in place.work.items() if n in place.index} == made[place.head()]:
        return
    kept = made[place.head()], place.work
    count = len(git(place, "stash", "list").splitlines())
    place.do(["git", "stash", "-q"], expected=made[place.head()])
    if len(git(place, "stash", "list").splitlines()) > count:
        place.stashes.append(kept)
    place.learn()


def pop(place):
    if not git(place, "stash", "list"):
        return
    wanted = None
    if place.stashes and len(place.stashes) == len(git(place, "stash", "list").splitlines()):
        wanted = combined(place.stashes[-1][0], place.work, place.stashes[-1][1])
    head = made[place.head()]
    if place.do(["git", "stash", "pop", "-q"], must=(0, 1)):
        place.learn()
        for name, data in (wanted or {}).items():
            if data is not None and not isinstance(data, tuple) and not place.same(name, place.work.get(name), data, False):
                raise Fault(f"the stash in {place.path} gives another {name}: {differs(place.work.get(name), data)}")
            if isinstance(data, tuple) and by_key(name, place.work[name]) != data:
                raise Fault(f"the stash in {place.path} gives other rows of {name}")
    else:
        run(place.path, "git", "reset", "-q", "--hard", must=(0,))
        place.learn(options=[head])
    place.stashes = place.stashes[:len(git(place, "stash", "list").splitlines())]


def rebase(place):
    tool = ["git", "rebase", "-q"]
    place.do([*tool, chance.choice(branches(place, "refs/heads", "refs/remotes"))])
    place.learn()


def pick(place):
    of = a_commit(place)
    parents = git(place, "rev-list", "--parents", "-n1", of).split()[1:]
    wanted = combined(made[parents[0]], made[place.head()], made[of]) if len(parents) == 1 and parents[0] in made else None
    tool = ["git", "cherry-pick"] if len(parents) != 1 or chance.random() < 0.6 else ["varve", "cherry-pick"]
    done = place.do([*tool, *(["-m1"] if len(parents) == 2 else []), of])
    place.learn(committed=wanted if done and not chose(place) else None)


def revert(place):
    of = place.head() if chance.random() < 0.6 else a_commit(place)
    parents = git(place, "rev-list", "--parents", "-n1", of).split()[1:]
    if len(parents) == 1 and not subprocess.call(["git", "merge-base", "--is-ancestor", of, "HEAD"], cwd=place.path):
        wanted = combined(made[of], made[place.head()], made[parents[0]]) if parents[0] in made else None
        done = place.do(chance.choice([["git", "revert", "--no-edit", of], ["varve", "revert", of]]))
        place.learn(committed=wanted if done and not chose(place) else None)


def reset(place):
    to = chance.choice(["HEAD", "HEAD~1"])
    hard = chance.random() < 0.6
    done = place.do(["git", "reset", "-q", "--hard" if hard else "--mixed", to], expected=place.work)
    if not hard and to != "HEAD":
        # a pointer may be in the index where .gitattributes, which stays, has text
        run(place.path, "git", "reset", "-q", "--hard")
    place.learn(options=[place.work] if done and not hard and to == "HEAD" else None)


def unstage(place):
    if name := a_table(place):
        if name in made[place.head()] and place.do(chance.choice([["git", "restore", "--staged"], ["varve", "restore", "-q", "--staged"], ["git", "reset", "-q"]]) + [name],
                                                   must=(0,), expected=place.work):
            place.index = dict(place.index, **{name: made[place.head()][name]})
            place.check()


def undo(place):
    if name := a_table(place):
        wanted = dict(place.work, **{name: place.index[name]})
        if place.do(chance.choice([["git", "restore"], ["varve", "restore", "-q"], ["git", "checkout", "-q", "--"]]) + [name], must=(0,), expected=wanted):
            place.work = wanted
            place.learn(options=[wanted])


def restore(place):
    """A version of another commit."""
    of = a_commit(place)
    names = [n for n in made[of] if n in place.index]
    blobs, there = place.entries("ls-files", "-s"), place.entries("ls-tree", "-r", of)
    names = [n for n in names if n in there and n in blobs and is_pointer(there[n]) == is_pointer(blobs[n])]
    if names:
        name = chance.choice(names)
        wanted = dict(place.work, **{name: made[of][name]})
        if place.do(chance.choice([["varve", "restore", "-q", "--source", of], ["git", "checkout", "-q", of, "--"], ["git", "restore", "-s", of]]) + [name],
                    must=(0,), expected=wanted):
            place.learn(options=[wanted])


def collect(place):
    place.do(chance.choice([["varve", "gc"], ["git", "gc", "-q"], ["varve", "gc", "--prune=now"], ["varve", "gc", "--remote"],
                            ["git", "gc", "-q", "--prune=now"], ["git", "repack", "-adq"], ["git", "pack-refs", "--all"],
                            ["git", "maintenance", "run", "--task=loose-objects", "--quiet"], ["git", "prune"], ["git", "commit-graph", "write"],
                            ["varve", "fsck"], ["varve", "doctor"]]), expected=place.work)
    place.check()


def worktree(place):
    """A linked work tree of a commit, with a commit of its own."""
    of, apart = a_commit(place), f"{TOP}/apart{len(lines)}"
    if run(place.path, "git", "worktree", "add", "-q", "--detach", apart, of).returncode == 0:
        tree = Place.__new__(Place)
        tree.settings, tree.began, tree.path, tree.converts, tree.stashes, tree.work, tree.index = place.settings, place.began, apart, place.converts, [], dict(made[of]), made[of]
        tree.check()
        if name := a_table(tree):
            tree.put(name, edited(name, tree.work[name]))
            wanted = tree.work
            if run(apart, chance.choice(["git", "varve"]), "commit", "-qam", "apart").returncode == 0:
                tree.learn(committed=wanted, options=[wanted])
    run(place.path, "git", "worktree", "remove", "--force", apart)
    place.check()


def old_version(place):
    of, name = a_commit(place), chance.choice(TABLES)
    if name in made[of]:
        end = run(place, "varve", "cat", f"{of}:{name}", may_kill=False)
        data = made[of][name]
        # In UTF-8; a table that was ASCII at first keeps its later bytes as they are (docs/use/files.md, Encodings, 5).
        wanted = [data, data.decode(FILES[name].get("encoding", "utf-8")).encode()]
        if place.converts:
            wanted += [one.replace(b"\r\n", b"\n") for one in wanted]
        if end.returncode == 0 and end.stdout not in wanted:
            raise Fault(f"cat {of}:{name} in {place.path} gives other bytes: {differs(end.stdout, data)}")


def patch(place):
    """A commit's patch onto its parent gives that commit's files."""
    of, apart = a_commit(place), f"{TOP}/apart{len(lines)}"
    if not has(place, f"{of}^"):
        return
    text = run(place, "varve", "diff", "--format", "patch", f"{of}^", of, may_kill=False)
    if text.returncode in (0, 1) and text.stdout and run(place.path, "git", "worktree", "add", "-q", "--detach", apart, f"{of}^").returncode == 0:
        with open(f"{TOP}/patch", "wb") as f:
            f.write(text.stdout)
        if run(apart, "varve", "apply", f"{TOP}/patch").returncode == 0:
            for name in TABLES:
                if name in made[of] and os.path.exists(f"{apart}/{name}"):
                    with open(f"{apart}/{name}", "rb") as f:
                        got = f.read()
                    if not place.same(name, got, made[of][name], False):
                        raise Fault(f"the patch of {of} onto its parent gives another {name}: {differs(got, made[of][name])}")
        run(place.path, "git", "worktree", "remove", "--force", apart)


def set_cell(place):
    names = [n for n in TABLES if n in place.work and n in place.index]
    if not names:
        return
    name = chance.choice(names)
    head, rows = read(name, place.work[name])
    if not rows or len(head) < 2 or head[0] != "id" or len({row[0] for row in rows}) < len(rows):
        return
    row, value, before = chance.choice(rows), chance.choice([w for w in WORDS[:6] if name != "w.csv" or w.isascii()]), place.work[name]
    if chance.random() < 0.3:
        words, wanted = ["varve", "delete", "-q", name, row[0]], [one for one in rows if one is not row]
    else:
        words, wanted = ["varve", "set", "-q", name, row[0], f"{head[1]}={value}"], [[one[0], value] + one[2:] if one is row else one for one in rows]
    end = run(place, *words)
    index = place.index
    place.settle()
    if end is None:
        run(place.path, "varve", "status")
    with open(place.file(name), "rb") as f:
        got = f.read()
    if end is not None and end.returncode == 0 and read(name, got)[1] != wanted or end is None and read(name, got)[1] not in (rows, wanted) or \
            end is not None and end.returncode and got != before:
        raise Fault(f"{' '.join(words)} in {place.path} ended with {end and end.returncode}, and changed more than its row: {differs(got, before)}")
    place.learn(options=[dict(place.work, **{name: got})])
    if end is not None and end.returncode and place.index != index:
        raise Fault(f"{' '.join(words)} failed in {place.path} and changed the index")


def rename_column(place):
    name = chance.choice([n for n in TABLES if n in place.work and n in place.index] or [None])
    if name and len(head := read(name, place.work[name])[0]) > 1:
        at, rows = chance.randrange(1, len(head)), read(name, place.work[name])[1]
        old = place.work[name]
        done = place.do(["varve", "rename-column", name, head[at], f"r{len(lines)}"], expected=None)
        with open(place.file(name), "rb") as f:
            got = f.read()
        if got != old and read(name, got)[1] != rows:
            raise Fault(f"rename-column of {name} in {place.path} changed rows")
        place.learn(options=[dict(place.work, **{name: got})])
        if done and got == old:
            raise Fault(f"rename-column of {name} in {place.path} changed nothing")


def rename(place):
    for old, new in (("k.csv", "k2.csv"), ("k2.csv", "k.csv")):
        if old in place.index and new not in place.index and old in place.work and new not in place.work:
            wanted = {new if n == old else n: d for n, d in place.work.items()}
            if place.do([chance.choice(["git", "varve"]) if is_text(place, old) or has_pattern(place) else "varve", "mv", old, new], expected=wanted):
                place.learn(options=[wanted])
                if place.do(["git", "commit", "-qam", f"now {new}"], expected=wanted):
                    place.learn(options=[wanted])
            return


def is_text(place, name):
    return not is_pointer(place.entries("ls-files", "-s")[name])


def has_pattern(place):
    return "filter: varve" in git(place, "check-attr", "filter", "--", "no_such_file.csv")


def remove(place):
    if (name := a_table(place)) and chance.random() < 0.4:
        wanted = {n: d for n, d in place.work.items() if n != name}
        if place.do([chance.choice(["git", "varve"]), "rm", "-q", name], expected=wanted):
            place.learn(options=[wanted])
            if place.do(["varve", "commit", "-qm", "gone"], expected=wanted):
                place.do(["git", "revert", "--no-edit", "HEAD"])
        place.learn()


def migrate(place):
    """From text to varve and back; open branches and stashes have the other form."""
    name = chance.choice([n for n in TABLES if n in place.index] or [None])
    if name is None:
        return
    what = name if chance.random() < 0.7 else "*.csv"
    to_text = not is_text(place, name)
    before = made[place.head()]
    if chance.random() < 0.6:
        done = place.do(["varve", "migrate", "-m", "to text" if to_text else "to varve", *(["--export"] if to_text else []), what], expected=place.work)
    elif to_text:
        done = place.do(chance.choice([["varve", "track", "--text", what], ["varve", "untrack", what], ["varve", "untrack", name]]), expected=place.work)
    else:
        done = place.do(["varve", "track", what], expected=place.work)
    if git(place, "status", "--porcelain", "-uno"):
        run(place.path, *(["git", "add", "--renormalize", "."] if to_text else ["varve", "add", "--fix"]), must=(0,))
        run(place.path, chance.choice(["git", "varve"]), "commit", "-qam", "its form")
    place.learn()
    for one in before:
        if made[place.head()].get(one, b"").replace(b"\r\n", b"\n") != before[one].replace(b"\r\n", b"\n") and done:
            raise Fault(f"the migration of {name} in {place.path} changed {one}: {differs(made[place.head()].get(one), before[one])}")


def mark(place):
    """A local edit behind a mark of the index stays where it is."""
    name = a_table(place)
    if name is None:
        return
    flag = chance.choice(["skip-worktree", "assume-unchanged"])
    run(place.path, "git", "update-index", f"--{flag}", name, must=(0,))
    while (local := edited(name, place.work[name])) == place.work[name]:
        pass
    place.put(name, local)
    head = place.head()
    words = chance.choice([["varve", "commit", "-qam", "marked"], ["git", "commit", "-qam", "marked"], ["varve", "status"], ["varve", "add", "."], ["varve", "gc"],
                           ["varve", "switch", "-q", chance.choice(branches(place, "refs/heads"))],
                           ["varve", "merge", "-q", chance.choice(branches(place, "refs/heads", "refs/remotes"))],
                           ["varve", "pull", "-q"], ["varve", "cherry-pick", a_commit(place)]])
    if words[1] == "commit":
        with open(place.file("sub/other.txt"), "a") as f:
            f.write(f"{len(lines)}\n")
        run(place.path, "git", "add", "sub/other.txt")
    end = run(place.path, *words)
    with open(place.file(name), "rb") as f:
        got = f.read()
    if got != local:
        raise Fault(f"{' '.join(words)} in {place.path} overwrote {name}, which is marked {flag}")
    if words[1] in ("commit", "add"):
        now = place.entries("ls-files", "-s")[name], place.entries("ls-tree", "-r", "HEAD")[name]
        if set(now) != {place.entries("ls-tree", "-r", head)[name]}:
            raise Fault(f"{' '.join(words)} in {place.path} took {name}, which is marked {flag}")
        if git(place, "ls-files", "-v", name)[0] != ("S" if flag == "skip-worktree" else "h"):
            raise Fault(f"{' '.join(words)} in {place.path} took the mark {flag} off {name}")
    if end.returncode and place.under_way():
        place.settle()
    run(place.path, "git", "update-index", f"--no-{flag}", name)
    run(place.path, "git", "reset", "-q", "--hard", must=(0,))
    place.learn()


def trailing_hash(place):
    """As index.skipHash (Git 2.40) leaves it: zeros in place of the index's hash."""
    with open(place.file(".git/index"), "r+b") as f:
        f.seek(-20, os.SEEK_END)
        f.write(bytes(20))
    lines.append(f"zero the last 20 bytes of {os.path.basename(place.path)}/.git/index")
    run(place, "varve", "status", must=(0,), may_kill=False)
    place.check()


def plain_file(place):
    """A file that is not a table."""
    with open(place.file("sub/plain.txt"), "a") as f:
        f.write(f"line {len(lines)}\n")
    run(place, *chance.choice([["git", "add"], ["varve", "add"]]), "sub/plain.txt", may_kill=False)
    place.check()


ANYWHERE = [edit] * 4 + [add, commit_path, commit_path, commit, commit, commit, branch, switch, switch, push, push, fetch, stash, pop, unstage, undo, restore, reset,
                         collect, collect, worktree, old_version, patch, set_cell, set_cell, trailing_hash, plain_file, tag]
WHERE_CLEAN = [merge] * 4 + [pull, pull, pull_from_peer, pull_from_peer, pop, rebase, rebase, pick, pick, revert, mail, rename, remove, migrate, migrate, migrate,
                            rename_column, amend, mark]


def begin():
    kind, origin, first = chance.choice(["peer", "host", "store"]), f"{TOP}/origin.git", f"{TOP}/A"
    os.umask(chance.choice([0o022, 0o022, 0o002, 0o077]))
    os.mkdir(f"{TOP}/bytes")
    with open(f"{TOP}/attributes", "w") as f:
        f.write("*.pointer filter=varve -text\n")
    lines.append(f"# the origin is a {kind}")
    run(TOP, *(["varve", "init", "-q", "--bare"] if kind == "peer" else ["git", "init", "-q", "--bare"]), origin, must=(0,))
    run(TOP, "varve", "clone", "-q", origin, first, must=(0,))
    if kind == "store":
        os.mkdir(f"{TOP}/store")
        run(first, "varve", "store", "add", "team", f"{TOP}/store", must=(0,))
    os.mkdir(f"{first}/sub")
    for name in FILES:
        rows = [[str(i * 3 + 1), chance.choice(WORDS), f"{chance.random() * 100:.2f}", str(chance.randrange(50)), chance.choice(["", "x"])]
                for i in range(chance.choice([3, 40, 900]))]
        if name != "k2.csv":
            with open(f"{first}/{name}", "wb") as f:
                f.write(write(name, ["id", "name", "price", "n", "f"], rows))
    with open(f"{first}/big.bin", "wb") as f:
        f.write(chance.randbytes(50000))
    for name, data in (("plain.txt", "a\n"), ("other.txt", "b\n")):
        with open(f"{first}/sub/{name}", "w") as f:
            f.write(data)
    if chance.random() < 0.5:
        run(first, "varve", "track", "*.csv", must=(0,))
    run(first, "varve", "add", ".", must=(0,))
    run(first, "varve", "commit", "-qm", "base", must=(0, 1))
    run(first, "varve", "push", "-q", "-u", "origin", "main", must=(0,))
    lazy = ["--lazy"] if chance.random() < 0.6 else []
    run(TOP, "varve", "clone", "-q", origin, f"{TOP}/B", must=(0,))
    run(TOP, "varve", "clone", "-q", *lazy, origin, f"{TOP}/C", must=(0,))
    places.extend(Place(f"{TOP}/{name}") for name in "ABC")
    places[2].lazy = lazy
    for place in places:
        lines.append(f"# {os.path.basename(place.path)}: {' '.join(place.settings)}")
    return origin


def whole(path):
    """Nothing is wrong there. Blocks that git left at the origin are fetched first."""
    end = run(path, "varve", "fsck", "--data")
    if end.returncode and b"not here" in end.stdout:
        run(path, "varve", "fetch", "--data", "--all")
        end = run(path, "varve", "fsck", "--data")
    if end.returncode:
        raise Fault(f"fsck in {path}: {end.stdout.decode()[-500:]}{end.stderr.decode()[-300:]}")


def finish(origin):
    """All goes to the origin; a new clone has each commit that arrived, and its files."""
    for place in places:
        run(place.path, "git", "stash", "-q")
        for name in branches(place, "refs/heads"):
            run(place.path, "git", "push", "-q", "origin", f"{name}:refs/heads/{os.path.basename(place.path)}-{name}", must=(0,))
        if not getattr(place, "lazy", None):
            whole(place.path)
    run(TOP, "varve", "clone", "-q", origin, f"{TOP}/new", must=(0,))
    whole(f"{TOP}/new")
    new = Place.__new__(Place)
    new.path, new.converts = f"{TOP}/new", any(place.converts for place in places)
    arrived = [c for c in made if has(new, c)]
    wanted = {(blob, "a.pointer" if is_pointer(blob) else name): (c, name) for c in arrived for name, blob in new.entries("ls-tree", "-r", c).items()}
    for key, data in new.contents(wanted, "--filters").items():
        c, name = wanted[key]
        if not new.same(name, data, made[c][name], is_pointer(key[0])):
            raise Fault(f"{name} of {c} does not come back in a new clone: {differs(data, made[c][name])}")
    for c, name in chance.sample(list(wanted.values()), min(10, len(wanted))):
        run(new.path, "varve", "restore", "--source", c, name, must=(0,))
        with open(new.file(name), "rb") as f:
            data = f.read()
        if not new.same(name, data, made[c][name], False):
            raise Fault(f"{name} of {c} is restored in a new clone as other bytes: {differs(data, made[c][name])}")


def walk():
    origin = begin()
    for step in range(STEPS):
        place = chance.choice(places)
        place.began = len(lines)
        how = chance.choice(ANYWHERE + WHERE_CLEAN)
        print(f"--- {step} {how.__name__} {place.path}", file=log, flush=True)
        if how in WHERE_CLEAN and not place.is_clean():
            commit(place)
            if not place.is_clean():
                how = chance.choice(ANYWHERE)
        how(place)
        if step % 10 == 9 and not getattr(place, "lazy", None):
            whole(place.path)
    finish(origin)


places = []
with open(f"{TOP}/log", "w", encoding="utf-8") as log:
    try:
        walk()
    except Exception as fault:
        print(f"seed {SEED} (walk.py {SEED} {STEPS} {KILLED * 100:g}): {type(fault).__name__}: {str(fault)[:1500]}\nafter, in {TOP}:")
        print("    " + "\n    ".join(dict.fromkeys([line for line in lines if line.startswith("#")] + lines[-int(os.environ.get("VARVE_TEST_LINES", 10)):])))
        sys.exit(1)
print(f"seed {SEED}: {len(made)} commits, {compared} files compared, {kills} kills, nothing wrong")
