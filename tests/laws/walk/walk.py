"""walk.py SEED STEPS KILLED: what was committed comes back, whatever everyday commands came before and after.

Three clones of one origin (a peer, a Git host, or a host with a store; the third clone may be lazy) are walked through
by random commands of git and varve: edits, commits, merges, rebases, stashes, pushes, pulls from the origin and from
each other, gc, drops of branches, patches. KILLED percent of varve's commands are killed somewhere and given again. The
files of each commit are noted when it is made. From then on the work tree of a clean clone, `cat`, `restore`, work trees
of old commits, patches onto parents and a new clone at the end must have these bytes. Prints what was found, exits 1."""
import csv
import io
import json
import os
import random
import subprocess
import sys

SEED, STEPS, KILLED = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]) / 100
TOP = os.getcwd()
WORDS = ["pear", "plum", "fig", "Müller", "a,b", 'q"x', "", "NA", "#x", "0012", "3.50", "1e5", "-0", " sp ", "längst", "x" * 300]
TEXT = "10:30.csv"  # no table may have such a name
FILES = {
    "k.csv": {},
    "sub/t.tsv": {"delimiter": "\t"},
    "w.csv": {"delimiter": ";", "lines": "\r\n", "encoding": "windows-1252"},
    "n.jsonl": {"json": True},
    "free.csv": {"above": "# a note\n# another\n"},
    TEXT: {},
}
# How to go on after a conflict, and what shows that one is there.
UNDER_WAY = {"merge": "MERGE_HEAD", "rebase": "rebase-merge", "cherry-pick": "CHERRY_PICK_HEAD", "revert": "REVERT_HEAD"}

chance = random.Random(SEED)
clock = 1700000000
found = []
made = {}  # commit: {file: its bytes}


def bad(text):
    found.append(text)


def run(place, *words, must=None):
    """Its end, having been killed and started again by chance. must: the codes that are no fault."""
    global clock
    clock += 60
    env = dict(os.environ, GIT_AUTHOR_DATE=f"{clock} +0000", GIT_COMMITTER_DATE=f"{clock} +0000", GIT_EDITOR="true")
    if words[0] == "varve" and words[1] not in ("init", "clone") and chance.random() < KILLED:
        first = subprocess.Popen(words, cwd=place, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                 stdin=subprocess.DEVNULL, start_new_session=True)
        try:
            first.wait(chance.choice([0.001, 0.003, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1]))
        except subprocess.TimeoutExpired:
            os.killpg(first.pid, 9)
            first.wait()
    end = subprocess.run(words, cwd=place, env=env, capture_output=True, stdin=subprocess.DEVNULL, timeout=300)
    said = (end.stdout[-500:] + end.stderr[-1000:]).decode("utf-8", "replace")
    print(f"[{os.path.basename(place)}] {' '.join(words)[:200]}: {end.returncode}", file=log)
    if end.returncode:
        print("    " + said.replace("\n", "\n    "), file=log, flush=True)
    if end.returncode < 0 or end.returncode > 128 or b"Sanitizer" in end.stderr:
        bad(f"{' '.join(words)} in {place} crashed: {said}")
    elif must is not None and end.returncode not in must:
        bad(f"{' '.join(words)} in {place} ended with {end.returncode}: {said}")
    return end


def git(place, *words):
    return run(place, "git", *words).stdout.decode("utf-8", "replace").strip()


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
    return rows[0], [row for row in rows[1:] if len(row) == len(rows[0])]


def edit(place, name):
    """A file with other cells, rows or columns. False: as it was."""
    file = f"{place}/{name}"
    with open(file, "rb") as f:
        data = f.read()
    if data.startswith(b"varve pointer") or b"<<<<<<<" in data:
        return False
    head, rows = read(name, data)
    for _ in range(chance.randrange(1, 4)):
        what = chance.randrange(12)
        if what < 5 and rows and len(head) > 1:
            for _ in range(chance.choice([1, 1, 3, 20])):
                chance.choice(rows)[chance.randrange(1, len(head))] = chance.choice(WORDS)
        elif what < 7:
            last = max([int(row[0]) for row in rows if row[0].isdigit()], default=0)
            new = [[str(last + 1 + i)] + [chance.choice(WORDS) for _ in head[1:]] for i in range(chance.choice([1, 5, 300]))]
            rows = new + rows if chance.random() < 0.3 else rows + new
        elif what < 9 and len(rows) > 5:
            at = chance.randrange(len(rows))
            del rows[at:at + chance.choice([1, 1, 10])]
        elif what == 9:
            rows.sort(key=lambda row: row[0])
        elif what == 10 and len(head) < 9:
            at = chance.randrange(1, len(head) + 1)
            head.insert(at, f"c{chance.randrange(99)}_{len(head)}")
            for row in rows:
                row.insert(at, chance.choice(WORDS))
        elif what == 11 and len(head) > 3:
            at = chance.randrange(1, len(head))
            del head[at]
            for row in rows:
                del row[at]
    new = write(name, head, rows)
    os.unlink(file)
    with open(file, "wb") as f:
        f.write(new)
    return new != data


def files(place):
    """The bytes of the tables there, but of those that stand as pointers."""
    all_files = {}
    for name in FILES:
        if os.path.exists(f"{place}/{name}"):
            with open(f"{place}/{name}", "rb") as f:
                data = f.read()
            if not data.startswith(b"varve pointer"):
                all_files[name] = data
    return all_files


# --- repositories ------------------------------------------------------------------------------

def is_clean(place):
    return git(place, "status", "--porcelain", "-uno") == ""


def under_way(place):
    return [word for word, name in UNDER_WAY.items() if os.path.exists(f"{place}/.git/{name}")]


def note(place, after):
    """The files of HEAD, where the work tree has them: as they were committed."""
    head = git(place, "rev-parse", "-q", "--verify", "HEAD")
    if not head or under_way(place) or not is_clean(place):
        return
    own = git(place, "ls-tree", "-r", "--name-only", "HEAD").split("\n")
    now = {name: data for name, data in files(place).items() if name in own}
    for name, data in now.items():
        if made.setdefault(head, now).get(name, data) != data:
            bad(f"after {after} in {place}: {name} is not as {head} was committed")
    made.setdefault(head, now)


def has(place, commit):
    return run(place, "git", "cat-file", "-e", commit).returncode == 0


def differs(place, commit, name):
    now = files(place)
    return name in now and now[name] != made[commit][name]


def branches(place, *below):
    names = git(place, "for-each-ref", "--format=%(refname:short)", *below).split("\n")
    return [name for name in names if name and name != "origin" and "HEAD" not in name]


def settle(place):
    """Conflicts are decided or given up."""
    for _ in range(12):
        if not (words := under_way(place)):
            return
        if chance.random() < 0.5:
            run(place, "git", words[0], "--abort")
            continue
        for name in git(place, "diff", "--name-only", "--diff-filter=U").split("\n"):
            if name and run(place, "varve", "resolve", chance.choice(["--ours", "--theirs"]), name).returncode:
                run(place, "git", "checkout", "--ours", name)
                run(place, "git", "add", name)
        go_on = ["varve", "merge"] if words[0] == "merge" and chance.random() < 0.5 else ["git", words[0]]
        if run(place, *go_on, "--continue").returncode and words[0] == "rebase":
            run(place, "git", "rebase", "--skip")
    bad(f"{under_way(place)} in {place} does not end")
    run(place, "git", "reset", "-q", "--hard")


def patched(place, step):
    """A commit's patch onto its parent gives that commit's files."""
    commit, apart = chance.choice(list(made)), f"{TOP}/apart{step}"
    if not has(place, f"{commit}^") or run(place, "git", "worktree", "add", "-q", "--detach", apart, f"{commit}^").returncode:
        return
    patch = run(place, "varve", "diff", "--format", "patch", f"{commit}^", commit)
    if patch.returncode in (0, 1) and patch.stdout:
        with open(f"{TOP}/patch", "wb") as f:
            f.write(patch.stdout)
        if run(apart, "varve", "apply", f"{TOP}/patch").returncode == 0:
            for name in made[commit]:
                if name != TEXT and differs(apart, commit, name):
                    bad(f"the patch of {commit} onto its parent gives another {name}")
    run(place, "git", "worktree", "remove", "--force", apart)


def commit_all(place):
    name = chance.choice(list(FILES))
    if is_clean(place) and not (os.path.exists(f"{place}/{name}") and edit(place, name)):
        return
    before = files(place)
    end = run(place, *chance.choice([
        ["git", "commit", "-qam", "g"], ["varve", "commit", "-qam", "v"],
        ["sh", "-c", "varve add -q . && varve commit -qm va"], ["sh", "-c", "git add -u && git commit -qm ga"]]), must=(0, 1))
    if before != files(place):
        bad(f"a commit changed files of {place}")
    if end.returncode == 0 and (not is_clean(place) or
                                any(not line.startswith("??") for line in run(
                                    place, "varve", "status", "-s").stdout.decode().splitlines())):
        bad(f"{place} is not clean after a commit")


def whole(place):
    """Nothing is wrong there. Blocks that git left at the origin are fetched first."""
    end = run(place, "varve", "fsck", "--data")
    if end.returncode and b"not here" in end.stdout:
        run(place, "varve", "fetch", "--data", "--all")
        end = run(place, "varve", "fsck", "--data")
    if end.returncode:
        bad(f"fsck in {place}: {end.stdout.decode()[-500:]}{end.stderr.decode()[-300:]}")


def step_in(place, step):
    """One command. Those that need a clean work tree are left out where there is none."""
    what = chance.choice(
        "edit edit edit commit commit commit commit branch switch merge merge push push pull pull fetch from from stash pop "
        "rebase pick revert amend reset tag gc apart restore cat patch set rename remove".split())
    print(f"--- {step} {what} {place}", file=log)
    name, commit = chance.choice(list(FILES)), chance.choice(list(made))
    here = os.path.exists(f"{place}/{name}")
    if what == "edit" and here:
        edit(place, name)
    elif what == "commit":
        commit_all(place)
    elif what == "branch":
        run(place, *chance.choice([["git", "checkout", "-qb"], ["varve", "switch", "-c"]]), f"b{step}")
    elif what == "switch":
        run(place, *chance.choice([["git", "checkout", "-q"], ["varve", "switch"]]), chance.choice(branches(place, "refs/heads")))
    elif what == "push":
        run(place, *chance.choice([["varve", "push", "-q"], ["varve", "push", "--all"],
                                   ["git", "push", "-q", "origin", "HEAD"], ["varve", "push", "-q", "origin", "HEAD"]]))
    elif what == "fetch":
        run(place, *chance.choice([["varve", "fetch", "-q"], ["git", "fetch", "-q"], ["varve", "fetch", "--data"]]))
    elif what == "stash":
        run(place, "git", "stash", "-q")
    elif what == "amend":
        run(place, *chance.choice([["git", "commit", "-q", "--amend", "-am"], ["varve", "commit", "--amend", "-a", "-qm"]]), "amended")
    elif what == "reset":
        run(place, "git", "reset", "-q", "--hard", chance.choice(["HEAD", "HEAD~1"]))
    elif what == "tag":
        run(place, "git", "tag", f"t{step}")
        run(place, "varve", "push", "-q", "origin", f"t{step}")
    elif what == "gc":
        run(place, *chance.choice([["varve", "gc"], ["git", "gc", "-q"], ["varve", "gc", "--prune=now"], ["varve", "gc", "--remote"],
                                   ["git", "gc", "-q", "--prune=now"]]))
    elif what == "cat" and name in made[commit]:
        end = run(place, "varve", "cat", f"{commit}:{name}")
        data = made[commit][name]
        # In UTF-8; a table that was ASCII at first keeps its later bytes as they are (docs/use/files.md, Encodings, 5).
        if end.returncode == 0 and end.stdout not in (data, data.decode(FILES[name].get("encoding", "utf-8")).encode()):
            bad(f"cat {commit}:{name} in {place} gives other bytes")
    elif what == "patch":
        patched(place, step)
    elif not is_clean(place):
        return
    elif what == "merge":
        other = chance.choice(branches(place, "refs/heads", "refs/remotes"))
        run(place, *chance.choice([["git", "merge", "-q", "--no-edit"], ["varve", "merge", "-q"]]), other)
    elif what == "pull":
        run(place, *chance.choice([["varve", "pull", "-q"], ["git", "pull", "-q", "--no-edit", "--no-rebase"],
                                   ["varve", "pull", "-q", "origin", "main"]]))
    elif what == "from":
        other = chance.choice([c for c in clones if c != place])
        run(place, *chance.choice([["varve", "fetch", "-q", other], ["varve", "pull", "-q", other, "main"],
                                   ["varve", "pull", "-q", "--from", other]]))
    elif what == "pop" and git(place, "stash", "list"):
        if run(place, "git", "stash", "pop", "-q").returncode:
            run(place, "git", "reset", "-q", "--hard")
    elif what == "rebase":
        run(place, "git", "rebase", "-q", chance.choice(branches(place, "refs/heads", "refs/remotes")))
    elif what == "pick" and has(place, commit):
        run(place, "git", "cherry-pick", *(["-m1"] if has(place, f"{commit}^2") else []), commit)
    elif what == "revert" and not has(place, "HEAD^2"):
        run(place, "git", "revert", "--no-edit", "HEAD")
    elif what == "apart":
        apart = f"{TOP}/apart{step}"
        if run(place, "git", "worktree", "add", "-q", "--detach", apart, commit).returncode == 0:
            for one in made[commit]:
                if differs(apart, commit, one):
                    bad(f"a work tree of {commit} has another {one}")
            if os.path.exists(f"{apart}/k.csv") and edit(apart, "k.csv"):
                run(apart, "git", "commit", "-qam", "apart")
                note(apart, "a commit apart")
            run(place, "git", "worktree", "remove", "--force", apart)
    elif what == "restore" and name in made[commit] and has(place, commit):
        end = run(place, *chance.choice([["varve", "restore", "--source", commit, name], ["git", "checkout", "-q", commit, "--", name]]))
        if end.returncode == 0 and differs(place, commit, name):
            bad(f"{name} of {commit} is restored in {place} as other bytes")
    elif what == "set" and "k.csv" in files(place):
        head, rows = read("k.csv", files(place)["k.csv"])
        if rows and len(head) > 1 and head[0] == "id":
            row, value = chance.choice(rows), chance.choice(WORDS[:8])
            if run(place, "varve", "set", "k.csv", row[0], f"{head[1]}={value}").returncode == 0:
                want = [[one[0], value] + one[2:] if one[0] == row[0] else one for one in rows]
                if read("k.csv", files(place)["k.csv"])[1] != want:
                    bad(f"set in {place} changed more than a cell")
    elif what == "rename" and os.path.exists(f"{place}/k.csv"):
        for old, new in (("k.csv", "k2.csv"), ("k2.csv", "k.csv")):
            run(place, "varve", "mv", old, new)
            run(place, "git", "commit", "-qam", f"now {new}")
    elif what == "remove" and here and chance.random() < 0.3:
        run(place, "git", "rm", "-q", name)
        run(place, "varve", "commit", "-qm", "gone")
        run(place, "git", "revert", "--no-edit", "HEAD")
    settle(place)
    note(place, what)


def begin():
    kind, origin, first = chance.choice(["peer", "host", "store"]), f"{TOP}/origin.git", f"{TOP}/A"
    print(f"the origin is a {kind}", file=log)
    run(TOP, *(["varve", "init", "--bare"] if kind == "peer" else ["git", "init", "-q", "--bare"]), origin, must=(0,))
    run(TOP, "varve", "clone", "-q", origin, first, must=(0,))
    if kind == "store":
        os.mkdir(f"{TOP}/store")
        run(first, "varve", "store", "add", "team", f"{TOP}/store", must=(0,))
    os.mkdir(f"{first}/sub")
    for name in FILES:
        rows = [[str(i * 3 + 1), chance.choice(WORDS), f"{chance.random() * 100:.2f}", str(chance.randrange(50)), chance.choice(["", "x"])]
                for i in range(chance.choice([3, 40, 900]))]
        with open(f"{first}/{name}", "wb") as f:
            f.write(write(name, ["id", "name", "price", "n", "f"], rows))
    with open(f"{first}/big.bin", "wb") as f:
        f.write(chance.randbytes(50000))
    if chance.random() < 0.5:
        run(first, "varve", "track", "*.csv", must=(0,))
    run(first, "varve", "add", ".", must=(0,))
    run(first, "varve", "commit", "-qm", "base", must=(0, 1))
    note(first, "the first commit")
    run(first, "varve", "push", "-q", "-u", "origin", "main", must=(0,))
    lazy = ["--lazy"] if chance.random() < 0.6 else []
    run(TOP, "varve", "clone", "-q", origin, f"{TOP}/B", must=(0,))
    run(TOP, "varve", "clone", "-q", *lazy, origin, f"{TOP}/C", must=(0,))
    return origin, [first, f"{TOP}/B", f"{TOP}/C"], lazy


def end(origin, lazy):
    """All goes to the origin; a new clone has each commit that arrived, and its files."""
    for place in clones:
        run(place, "git", "stash", "-q")
        for name in branches(place, "refs/heads"):
            run(place, "git", "push", "-q", "origin", f"{name}:refs/heads/{os.path.basename(place)}-{name}", must=(0,))
        if place != clones[2] or not lazy:
            whole(place)
    new, count = f"{TOP}/new", 0
    run(TOP, "varve", "clone", "-q", origin, new, must=(0,))
    whole(new)
    for commit in made:
        for name in made[commit] if has(new, commit) else ():
            run(new, "varve", "restore", "--source", commit, name, must=(0,))
            count += 1
            if name not in files(new) or differs(new, commit, name):
                bad(f"{name} of {commit} does not come back in a new clone")
    return count


with open(f"{TOP}/log", "w", encoding="utf-8") as log:
    origin, clones, lazy = begin()
    for step in range(STEPS):
        step_in(chance.choice(clones), step)
        if len(found) > 3:
            break
    count = end(origin, lazy)
print(f"seed {SEED}: {len(made)} commits, {count} files compared, {len(found)} wrong")
for text in found[:5]:
    print(text[:1500])
sys.exit(bool(found))
