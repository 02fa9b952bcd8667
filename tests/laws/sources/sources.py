"""sources.py SEED STEPS: what was pushed can be read again byte for byte, whichever source of blocks has it.

A repository up.git at a Git host has its blocks in a store. Of its fork host.git, old versions are in that store, others in
the fork's own ref of blocks, and from some step on in a store of the fork's own. Three clones of the fork, of which one is
lazy, and one of up.git are walked through by random commands: pushes of new and of earlier content to main and to branches,
by clones that may not know the store yet, pulls from both repositories, branches that are deleted, drop, gc of clones, of
stores, of the ref of blocks and of the hosts' Git objects, damage and repair, stores that are away for a while, moves of all
blocks. A model has the bytes of each commit. After each step some commits that the branches of the hosts reach are read by
random clones; at the end all by all, and by new clones, full and lazy. Prints seed and steps of a walk that finds a fault."""
import os
import random
import re
import shlex
import shutil
import subprocess
import sys

SEED, STEPS = int(sys.argv[1]), int(sys.argv[2])
TOP = os.getcwd()
UP_STORE, STORE = f"{TOP}/up-store", f"{TOP}/store"
CLONES = ["a", "b", "lazy"]
TABLE = "prices.csv"
OLD_SECONDS = 3 * 3600

chance = random.Random(SEED)
clock = 1700000000
lines = []  # what was done, as shell
content = {}  # commit: the bytes of TABLE
topics = []  # branches of the fork beside main: (the clone that has it, its name)
number = 0


class Fault(Exception):
    pass


def run(place, *words, must=None):
    """Its end. must: the codes that are no fault; None: all that varve has."""
    global clock
    clock += 60
    env = dict(os.environ, GIT_AUTHOR_DATE=f"{clock} +0000", GIT_COMMITTER_DATE=f"{clock} +0000", GIT_EDITOR="true")
    end = subprocess.run(words, cwd=f"{TOP}/{place}", env=env, capture_output=True, stdin=subprocess.DEVNULL, timeout=300,
                         check=False)
    said = (end.stdout[-300:] + end.stderr[-1000:]).decode("utf-8", "replace")
    lines.append(f"(cd {place}; {shlex.join(words)})" + (f"   # {end.returncode}" if end.returncode else ""))
    print(lines[-1], file=log)
    if end.returncode:
        print("    " + said.replace("\n", "\n    "), file=log, flush=True)
    if end.returncode < 0 or end.returncode > 128 or b"Sanitizer" in end.stderr:
        raise Fault(f"{' '.join(words)} in {place} crashed: {said}")
    if end.returncode not in (must if must is not None else range(3) if words[0] == "varve" else range(129)):
        raise Fault(f"{' '.join(words)} in {place} ended with {end.returncode}: {said}")
    return end


def varve(place, *words, must=(0,)):
    return run(place, "varve", *words, must=must)


def git(place, *words):
    return subprocess.run(["git", *words], cwd=f"{TOP}/{place}", capture_output=True, text=True, check=False).stdout.strip()


def write(path, data):
    with open(f"{TOP}/{path}", "wb") as f:
        f.write(data)


def read(path):
    with open(f"{TOP}/{path}", "rb") as f:
        return f.read()


# --- versions ----------------------------------------------------------------------------------

def first_rows():
    r = random.Random(1)
    return b"id,name,price\n" + b"".join(b"%d,item %d,%d\n" % (i, i, r.getrandbits(60)) for i in range(8000))


def table_of(place):
    """Its file, of which a clone may have had the pointer alone."""
    if not read(f"{place}/{TABLE}").startswith(b"id,"):
        varve(place, "restore", TABLE)
    return read(f"{place}/{TABLE}")


def edited(place):
    """Other cells of rows that this clone alone changes; or what any commit had, so that roots come again."""
    data = table_of(place)
    if chance.random() < 0.2:
        return chance.choice(sorted(content.values()))
    rows = data.split(b"\n")
    part = 1 + 2000 * (["u"] + CLONES).index(place)
    for _ in range(chance.choice([1, 1, 3, 40])):
        at = part + chance.randrange(2000)
        cells = rows[at].split(b",")
        cells[1] = chance.choice([b"pear", b"plum", b"fig"])
        rows[at] = b",".join(cells)
    return b"\n".join(rows)


def note(place):
    """HEAD has what the work tree has, after a commit or a merge."""
    data = table_of(place)
    commit = git(place, "rev-parse", "HEAD")
    if content.setdefault(commit, data) != data:
        raise Fault(f"{place} has other bytes for commit {commit}")


def commit_edit(place):
    data = edited(place)
    if data == table_of(place):
        data += b"%d,more,0\n" % (100000 + clock)
    write(f"{place}/{TABLE}", data)
    varve(place, "commit", "-qam", f"edit {len(lines)}")
    note(place)


def pull(place, remote="origin", branch="main"):
    """False: in conflict, and as the remote has it, or as before."""
    if varve(place, "pull", "-q", "--no-rebase", remote, branch, must=(0, 1, 2)).returncode == 0:
        note(place)
        return True
    if os.path.exists(f"{TOP}/{place}/.git/MERGE_HEAD"):
        run(place, "git", "merge", "--abort")
    run(place, "git", "reset", "-q", "--hard", "origin/main" if remote == "origin" else "HEAD", must=(0,))
    return False


def repository(place):
    return "up.git" if place == "u" else "host.git"


def reached(place):
    """The commits with a known table that the branches of its host reach."""
    heads = git(repository(place), "rev-list", "--branches").split()
    return [c for c in heads if c in content]


def check(place, commit, *words):
    end = run(place, "varve", *words, "cat", f"{commit}:{TABLE}")
    if end.returncode != 0:
        raise Fault(f"{place} cannot read {commit}: {end.stderr.decode('utf-8', 'replace')}")
    if end.stdout != content[commit]:
        raise Fault(f"{place} reads other bytes of {commit}")


def check_some(count):
    for _ in range(count):
        place = chance.choice(["u"] + CLONES)
        known = [c for c in reached(place) if subprocess.run(["git", "cat-file", "-e", c], cwd=f"{TOP}/{place}",
                                                             capture_output=True, check=False).returncode == 0]
        if known:
            check(place, chance.choice(known))


# --- steps -------------------------------------------------------------------------------------

def any_clone():
    return chance.choice(CLONES)


def push(place, name, must=(0,)):
    """By varve, or by git, whose hook sends the blocks."""
    return run(place, chance.choice(["varve", "varve", "git"]), "push", "-q", "origin", name, must=must)


def push_main():
    place = any_clone()
    run(place, "git", "checkout", "-q", "main", must=(0,))
    if not pull(place):
        pull(place)
    commit_edit(place)
    push(place, "main")


def push_branch():
    """From wherever the clone is: it may not know the store yet."""
    global number
    place = any_clone()
    number += 1
    name = f"topic{number}"
    run(place, "git", "checkout", "-q", "-b", name, must=(0,))
    commit_edit(place)
    if chance.random() < 0.3:
        commit_edit(place)
    push(place, name)
    topics.append((place, name))
    if chance.random() < 0.7:
        run(place, "git", "checkout", "-q", "main", must=(0,))


def delete_branch():
    if topics:
        _, name = topics.pop(chance.randrange(len(topics)))
        varve(any_clone(), "push", "-q", "origin", "--delete", name)


def push_branch_again():
    """One that may have been deleted and swept, by a clone that may have dropped it."""
    place = any_clone()
    own = [b for b in git(place, "for-each-ref", "--format=%(refname:short)", "refs/heads").split() if b != "main"]
    if own:
        name = chance.choice(own)
        if push(place, name, must=(0, 1, 2)).returncode == 0 and (place, name) not in topics:
            topics.append((place, name))


def upstream():
    """A version of up.git, on main or on a branch that goes again, comes to the fork."""
    global number
    name = "main"
    run("u", "git", "checkout", "-q", "main", must=(0,))
    if chance.random() < 0.5:
        number += 1
        name = f"up{number}"
        run("u", "git", "checkout", "-q", "-b", name, must=(0,))
    commit_edit("u")
    varve("u", "push", "-q", "origin", name)
    place = any_clone()
    run(place, "git", "checkout", "-q", "main", must=(0,))
    if pull(place) and pull(place, "up", name):
        push(place, "main")
    if name != "main":
        varve("u", "push", "-q", "origin", "--delete", name)
        run("u", "git", "checkout", "-q", "main", must=(0,))
        run("u", "git", "branch", "-q", "-D", name, must=(0,))


def commit_config(place):
    if git(place, "status", "--porcelain", ".varveconfig"):
        run(place, "git", "commit", "-qam", "where blocks are", must=(0,))
        note(place)
        push(place, "main")


def name_store():
    """From now on pushes write there, as soon as their clones know it."""
    place = any_clone()
    run(place, "git", "checkout", "-q", "main", must=(0,))
    pull(place)
    write(f"{place}/.varveconfig", f'[store]\n\tupstream = {UP_STORE}\n[store "team"]\n\turl = {STORE}\n'.encode())
    commit_config(place)


def leave_store():
    """All blocks go back to the ref, and nobody writes to the store any more."""
    place = any_clone()
    run(place, "git", "checkout", "-q", "main", must=(0,))
    pull(place)
    varve(place, "fetch", "-q", "--data", "--all", must=(0, 1, 2))
    if b"team" not in read(f"{place}/.varveconfig") or \
            varve(place, "push", "-q", "--blocks", "--all", "origin", must=(0, 1, 2)).returncode != 0:
        run(place, "git", "checkout", "-q", ".varveconfig", must=(0,))
        return
    commit_config(place)
    for other in CLONES:
        run(other, "git", "checkout", "-q", "main", must=(0,))
        pull(other)


def push_blocks():
    varve(any_clone(), "push", "-q", "--blocks", must=(0, 2))


def drop():
    varve(any_clone(), "drop", "-q", *(["--history"] if chance.random() < 0.8 else ["HEAD~1"]), must=(0, 1, 2))


def gc():
    varve(chance.choice(["u"] + CLONES), "gc", *(["--prune=now"] if chance.random() < 0.5 else []))


def gc_remote():
    for folder in (UP_STORE, STORE):
        for top, _, names in os.walk(folder):
            for name in names:
                st = os.stat(f"{top}/{name}")
                os.utime(f"{top}/{name}", (st.st_atime - OLD_SECONDS, st.st_mtime - OLD_SECONDS))
    varve(chance.choice(["u"] + CLONES), "gc", "--remote", *(["--prune=now"] if chance.random() < 0.7 else []))


def gc_host():
    run(chance.choice(["up.git", "host.git"]), "git", "gc", "-q", "--aggressive", "--prune=now", must=(0,))


def damage():
    """A pack of a clone is damaged or gone; a repair from the remote, and reads, bring back what was pushed."""
    place = any_clone()
    folder = f"{TOP}/{place}/.git/varve/packs"
    packs = sorted(n for n in os.listdir(folder) if n.endswith(".pack")) if os.path.isdir(folder) else []
    if not packs:
        return
    name = chance.choice(packs)
    how = chance.choice(["flip", "remove"])
    lines.append(f"# {how} {place}/.git/varve/packs/{name}")
    print(lines[-1], file=log)
    os.chmod(f"{folder}/{name}", 0o644)
    if how == "remove":
        os.remove(f"{folder}/{name}")
        os.remove(f"{folder}/{name.removesuffix('.pack')}.index")
    else:
        data = bytearray(read(f"{place}/.git/varve/packs/{name}"))
        data[chance.randrange(len(data))] ^= 64
        write(f"{place}/.git/varve/packs/{name}", data)
    varve(place, "fsck", "--repair", "--from", "origin", must=(0, 1))
    known = [c for c in reached(place) if git(place, "cat-file", "-t", c)]
    for commit in chance.sample(known, min(3, len(known))):
        check(place, commit)


def away():
    """A store is not there for a while: reads are right or fail, and nothing is dropped for what only others have."""
    folder = chance.choice([UP_STORE, STORE])
    lines.append(f"# mv {os.path.basename(folder)} away")
    print(lines[-1], file=log)
    os.rename(folder, folder + ".away")
    for _ in range(2):
        place = any_clone()
        known = [c for c in reached(place) if git(place, "cat-file", "-t", c)]
        commit = chance.choice(known)
        end = run(place, "varve", "cat", f"{commit}:{TABLE}")
        if end.returncode == 0 and end.stdout != content[commit]:
            raise Fault(f"{place} reads other bytes of {commit}")
    chance.choice([drop, push_blocks, gc, lambda: varve(any_clone(), "fsck", "--data", must=(0, 1))])()
    os.rename(folder + ".away", folder)
    lines.append("# and back")
    print(lines[-1], file=log)


def fetch():
    place = any_clone()
    varve(place, "fetch", "-q", must=(0, 1))
    if chance.random() < 0.3:
        varve(place, "fetch", "-q", "--data", "--all", must=(0, 1, 2))


def fsck():
    place = any_clone()
    varve(place, "fsck", "--data", "--json", must=(0, 1))


def clone_new():
    shutil.rmtree(f"{TOP}/new", ignore_errors=True)
    lazy = ["--lazy"] if chance.random() < 0.5 else []
    varve(".", "clone", "-q", *lazy, URL, "new")
    known = reached("new")
    for commit in chance.sample(known, min(4, len(known))):
        check("new", commit)
    if not lazy:
        end = varve("new", "fsck", "--data", must=(0, 1))
        if end.returncode != 0:
            raise Fault(f"fsck of a new clone: {end.stdout.decode('utf-8', 'replace')}")


ACTIONS = {push_main: 6, push_branch: 4, push_branch_again: 2, delete_branch: 3, upstream: 3, name_store: 2, leave_store: 1, push_blocks: 2,
           drop: 4, gc: 2, gc_remote: 4, gc_host: 1, damage: 2, away: 2, fetch: 3, fsck: 1, clone_new: 2}


# --- the walk ----------------------------------------------------------------------------------

def prepare():
    os.mkdir(f"{TOP}/up.git")
    run("up.git", "git", "init", "-q", "--bare", must=(0,))
    for folder in (UP_STORE, STORE):
        os.mkdir(folder)
        write(f"{os.path.basename(folder)}/format", b"varve store 1\n")
    varve(".", "clone", "-q", UP_URL, "u")
    write("u/.varveconfig", f'[store "up"]\n\turl = {UP_STORE}\n'.encode())
    write(f"u/{TABLE}", first_rows())
    varve("u", "add", "--key", "id", TABLE)
    run("u", "git", "add", ".varveconfig", must=(0,))
    varve("u", "commit", "-qm", "first")
    note("u")
    varve("u", "push", "-q", "-u", "origin", "main")
    for _ in range(2):
        commit_edit("u")
        varve("u", "push", "-q")
    run(".", "git", "clone", "-q", "--bare", "up.git", "host.git", must=(0,))
    for name in CLONES:
        varve(".", "clone", "-q", *(["--lazy"] if name == "lazy" else []), URL, name)
        run(name, "git", "remote", "add", "up", UP_URL, must=(0,))
        if name == "a":  # before others write: else they write to the store of up.git
            write("a/.varveconfig", f"[store]\n\tupstream = {UP_STORE}\n".encode())
            run("a", "git", "commit", "-qam", "a fork", must=(0,))
            note("a")
            commit_edit("a")
            varve("a", "push", "-q", "origin", "main")


def check_all():
    shutil.rmtree(f"{TOP}/new", ignore_errors=True)
    varve(".", "clone", "-q", URL, "new")
    varve(".", "clone", "-q", "--lazy", URL, "new-lazy")
    for place in ["new", "new-lazy", "u"] + CLONES:
        if place in CLONES:
            varve(place, "fetch", "-q", "origin")
        for commit in reached(place):
            check(place, commit)


def walk():
    prepare()
    for _ in range(STEPS):
        action = chance.choices(list(ACTIONS), list(ACTIONS.values()))[0]
        print(f"# {action.__name__}", file=log)
        action()
        check_some(2)
    check_all()


SSH = re.match(r"(ssh://[^/]*)", os.environ.get("VARVE_TEST_HOST", "ssh://host")).group(1)
URL, UP_URL = f"{SSH}{TOP}/host.git", f"{SSH}{TOP}/up.git"
log = open(f"{TOP}/log", "w", encoding="utf-8")
try:
    walk()
except Fault as fault:
    print(f"seed {SEED}, {STEPS} steps: {fault}")
    print("\n".join(lines[-40:]))
    sys.exit(1)
finally:
    log.close()
