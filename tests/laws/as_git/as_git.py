#!/usr/bin/env python3
"""The same verb by git in one repository and by varve in a copy of it leaves the same: index entries with their flags, files
and their modes, refs, reflogs (but for the text), stash, state files, permissions in .git, exit code. Each repository has
ordinary files, text tables and tables, and one property that users of Git give their repositories.

as_git.py [SAMPLE OF | VERB:PROPERTY]...   in an empty folder; without arguments all cases
EXPECTED names the cases that differ today, and in what. One that differs in something else, or no more, fails.
"""
import os
import random
import re
import shutil
import signal
import stat
import subprocess
import sys
import time

TOP = os.getcwd()
GIT_FILES = "MERGE_HEAD MERGE_MODE CHERRY_PICK_HEAD REVERT_HEAD ORIG_HEAD SQUASH_MSG MERGE_AUTOSTASH".split()

# VERB:PROPERTY = what differs today. When git carries out a verb, its lines here go; none is added.
EXPECTED = """
add:sparse = code
add:shared = permissions
add:sparse index = code
add:alternates = permissions
add -u:shared = permissions
add -u:alternates = permissions
commit PATH:skip-worktree = code index reflogs refs
commit PATH:assume-unchanged = code index reflogs refs
commit PATH:sparse = code
commit PATH:links = code index reflogs refs
commit PATH:sparse index = code
restore --staged:sparse = code
restore --staged:sparse index = code
switch:skip-worktree = code
switch:assume-unchanged = code
switch:links = code
switch edited:none = code
switch edited:skip-worktree = code
switch edited:assume-unchanged = code
switch edited:intent-to-add = code
switch edited:sparse = code
switch edited:split = code
switch edited:skipHash = code
switch edited:shared = code
switch edited:umask = code
switch edited:executable = code
switch edited:links = code
switch edited:hasconfig = code
switch edited:sparse index = code
switch edited:version 4 = code
switch edited:untracked cache = code
switch edited:fsmonitor = code
switch edited:ignorecase = code
switch edited:autocrlf = code
switch edited:submodule = code
switch edited:alternates = code
switch edited:shallow = code
switch edited:partial = code
switch edited:variables = code
switch edited:mailmap = code
switch edited:hooks = code
switch edited:busy = code
switch edited:worktree = code
mv:skip-worktree = code
mv plain:sparse = code
mv plain:sparse index = code
mv two to one:sparse = code
mv two to one:sparse index = code
rm:assume-unchanged = code files index
restore:assume-unchanged = code files
restore --source:assume-unchanged = code files
restore --source:skip-worktree = code files
merge:assume-unchanged = files
merge conflict:shared = permissions
merge conflict:alternates = permissions
cherry-pick conflict:shared = permissions
cherry-pick conflict:alternates = permissions
rm:links = code
merge ff:skip-worktree = code
merge ff:assume-unchanged = code
merge ff:links = code
pull:skip-worktree = code
pull:assume-unchanged = code
pull:split = reflogs refs
pull:executable = reflogs refs
pull:links = code
pull:submodule = reflogs refs
pull:mailmap = reflogs refs
"""

EDIT = """sed -i 's/^3,.*/3,30/' text/t.csv tables/t.csv; echo more >> notes.txt; echo more >> plain/a.txt"""
# Verb: what happens before in both repositories (by git), and the words after "git" and "varve".
VERBS = {
    "add": (EDIT + "; echo new > new.txt; printf 'id,v\\n1,2\\n' > tables/n.csv", "add notes.txt plain text tables new.txt"),
    "add -u": (EDIT + "; rm plain/b.txt tables/u.csv", "add -u"),
    "commit": (EDIT + "; git add notes.txt tables/t.csv", "commit -q -m msg"),
    "commit -a": (EDIT + "; rm plain/b.txt tables/u.csv", "commit -q -a -m msg"),
    "commit PATH": (EDIT + "; git add notes.txt", "commit -q -m msg tables/t.csv plain/a.txt"),
    "restore": (EDIT + "; rm plain/b.txt tables/u.csv", "restore ."),
    "restore --staged": (EDIT + "; git add notes.txt text tables", "restore --staged notes.txt text tables"),
    "restore --source": ("", "restore -q --source=side notes.txt tables/t.csv plain"),
    "switch": ("", "switch -q side"),
    "switch edited": (EDIT, "switch -q side"),
    "switch -c": (EDIT, "switch -q -c fresh"),
    "mv": ("mkdir tables/sub", "mv tables/t.csv tables/u.csv tables/sub"),
    "mv text": ("", "mv text/t.csv text/moved.csv"),
    "mv plain": ("", "mv notes.txt run link plain"),
    "mv two to one": ("", "mv text/t.csv tables/t.csv plain"),
    "rm": ("", "rm -q notes.txt text/t.csv tables/t.csv plain/a.txt"),
    "rm --cached": (EDIT, "rm -q --cached -r notes.txt tables"),
    "merge": ("", "merge -q --no-edit -m merged side"),
    "merge ff": ("", "merge -q ahead"),
    "merge conflict": ("", "merge -q --no-edit clash"),
    "cherry-pick": ("", "cherry-pick side"),
    "cherry-pick conflict": ("", "cherry-pick clash"),
    "revert": ("", "revert --no-edit HEAD"),
    "pull": ("", "pull -q origin main"),
    "tag": ("", "tag -a -m msg v9"),
    "branch": ("", "branch fresh HEAD~1"),
    "branch -d": ("", "branch -q -d gone"),
}
# Property: what gives it to a repository, in its folder.
PROPERTIES = {
    "none": "",
    "skip-worktree": "git update-index --skip-worktree plain/a.txt tables/u.csv; echo mine > plain/a.txt; rm tables/u.csv",
    "assume-unchanged": "git update-index --assume-unchanged plain/a.txt tables/u.csv; echo mine > plain/a.txt; echo 8,8 >> tables/u.csv",
    "intent-to-add": "echo i > intent.txt; printf 'id,v\\n1,1\\n' > tables/intent.csv; git add -N intent.txt tables/intent.csv",
    "sparse": "git sparse-checkout set text",
    "split": "git update-index --split-index; echo s > split.txt; git add split.txt; git commit -q -m split",
    "skipHash": "git config index.skipHash true; truncate -s -20 .git/index; head -c 20 /dev/zero >> .git/index",
    "shared": "git config core.sharedRepository group; chmod -R g+w .git; find .git -type d -exec chmod g+ws {} +",
    "umask": "chmod -R go-rwx .",
    "executable": "git update-index --chmod=+x tables/t.csv text/t.csv; chmod +x tables/t.csv text/t.csv; git commit -q -m x",
    "links": "rm -r plain; mkdir ../elsewhere; echo theirs > ../elsewhere/a.txt; ln -s ../elsewhere plain",
    "hasconfig": "printf '[user]\\n\\tname = Included\\n' > $TOP/who; git config --global 'includeIf.hasconfig:remote.*.url:**/origin.path' $TOP/who",
    "sparse index": "git sparse-checkout set --sparse-index text",
    "version 4": "git update-index --index-version 4",
    "untracked cache": "git update-index --untracked-cache; git status -s",
    "fsmonitor": r"""printf '%s\n' '#!/bin/sh' "printf 't\\0/\\0'" > $TOP/monitor; chmod +x $TOP/monitor
        git config core.fsmonitor $TOP/monitor; git update-index --fsmonitor; git status -s""",
    "ignorecase": "git config core.ignorecase true",
    "autocrlf": "git config core.autocrlf input",
    "submodule": "git -c protocol.file.allow=always submodule add -q $TOP/base/origin plain/module; git commit -q -m module",
    "alternates": "mv .git/objects $TOP/alternate; mkdir -p .git/objects/info .git/objects/pack; echo $TOP/alternate > .git/objects/info/alternates",
    "shallow": "git rev-parse main~1 > .git/shallow",
    "partial": "git config remote.origin.promisor true; git config remote.origin.partialclonefilter blob:none",
    "variables": "",
    "mailmap": "echo 'Mapped <mapped@example.com> <a@example.com>' > .mailmap; git add .mailmap; git commit -q -m map",
    "hooks": r"""mkdir -p .git/hooks; for hook in pre-commit prepare-commit-msg commit-msg post-commit pre-merge-commit post-merge \
            post-checkout post-rewrite pre-rebase pre-push; do
            printf '%s\n' '#!/bin/sh' 'echo "${0##*/} $* $(tail -n 1 tables/t.csv) $(git diff --name-only --cached HEAD | tr "\\n" " ")" >> ../hooked' > .git/hooks/$hook
            chmod +x .git/hooks/$hook; done""",
    "busy": "",  # other programs of git's work in the repository meanwhile
    "worktree": "git worktree add -q ../linked -b linked; git switch -q --detach",
}


def environment(prop):
    env = {k: v for k, v in os.environ.items() if not k.startswith(("GIT_", "VARVE_")) or k.startswith("VARVE_TEST")}
    env.update(GIT_AUTHOR_DATE="1700001000 +0000", GIT_COMMITTER_DATE="1700001000 +0000", GIT_EDITOR="true", GIT_MERGE_AUTOEDIT="no",
               HOME=f"{TOP}/home/{prop if prop == 'hasconfig' else 'usual'}", GIT_CONFIG_NOSYSTEM="1", LC_ALL="C.UTF-8", TZ="UTC", TOP=TOP)
    if prop == "umask":
        env["UMASK"] = "1"
    if prop == "variables":
        env.update(GIT_DIR=".git", GIT_WORK_TREE=".", GIT_CONFIG_COUNT="1", GIT_CONFIG_KEY_0="user.name", GIT_CONFIG_VALUE_0="Counted")
    return env


def sh(text, cwd, env, must=True):
    umask = 0o077 if env.get("UMASK") else 0o022
    p = subprocess.run(["bash", "-ec", text], cwd=cwd, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, umask=umask)
    if must and p.returncode:
        sys.exit(f"{text}\nin {cwd} ended with {p.returncode}\n{p.stdout.decode('utf-8', 'replace')}")
    return p.returncode, p.stdout.decode("utf-8", "replace")


BUSY = """while :; do git repack -adq; git pack-refs --all --prune; git status; git prune-packed -q; git prune --expire=2.hours.ago; done"""

BASE = r"""
git init -q --template= main; cd main; varve init -q
git config core.trustctime false; git config core.checkStat minimal; git config gc.auto 0; git config pull.rebase false
mkdir text tables plain
varve track 'tables/**/*.csv' > /dev/null; varve track --text 'text/*.csv' > /dev/null
seq 1 20 | awk 'BEGIN { print "id,v" } { print $1 "," $1 * 3 }' | tee text/t.csv > tables/t.csv
seq 1 20 | awk 'BEGIN { print "id,w" } { print $1 "," $1 * 5 }' > tables/u.csv
: > tables/empty.csv; : > tables/filled.csv
seq 1 9 > notes.txt; echo a > plain/a.txt; echo b > plain/b.txt; echo '#!/bin/sh' > run; chmod +x run; ln -s notes.txt link
git add .; git commit -q -m one
git branch gone; git switch -q -c side
sed -i 's/^9,.*/9,90/' text/t.csv tables/t.csv tables/u.csv; sed -i 's/^8$/eight/' notes.txt; echo side > plain/a.txt; echo s > side.txt
cp tables/u.csv tables/filled.csv
git add .; git commit -q -m 'on side'
git switch -q -c clash main
sed -i 's/^2,.*/2,CLASH/' text/t.csv tables/t.csv; sed -i 's/^2$/clash/' notes.txt; echo clash > plain/b.txt
git commit -q -a -m 'a clash'
git switch -q main
sed -i 's/^2,.*/2,20/' text/t.csv tables/t.csv; sed -i 's/^2$/two/' notes.txt
git commit -q -a -m two
git switch -q -c ahead
sed -i 's/^5,.*/5,50/' text/t.csv tables/t.csv tables/u.csv; sed -i 's/^5$/five/' notes.txt; echo five > plain/a.txt; git rm -q plain/b.txt
git commit -q -a -m ahead
git switch -q main
git init -q --bare --template= ../origin; git remote add origin "$TOP/base/origin"; varve push -q origin ahead:main; git fetch -q origin
echo stashed >> notes.txt; git stash -q
find . -path ./.git -prune -o -type f -exec touch -d '2024-01-01 10:00' {} +; git update-index -q --refresh; touch -d '2024-01-01 10:01' .git/index
"""


def make_base():
    for home in ("usual", "hasconfig"):
        os.makedirs(f"{TOP}/home/{home}")
        with open(f"{TOP}/home/{home}/.gitconfig", "w") as f:
            f.write("[init]\n\tdefaultBranch = main\n[user]\n\tname = A\n\temail = a@example.com\n[advice]\n\tdetachedHead = false\n")
    os.makedirs(f"{TOP}/base")
    sh(BASE, f"{TOP}/base", environment(None))


def prepared(prop):
    """The base with the property; made once."""
    place = f"{TOP}/with/{prop}"
    if not os.path.exists(place):
        shutil.copytree(f"{TOP}/base/main", f"{place}/main", symlinks=True)
        sh(PROPERTIES[prop], f"{place}/main", environment(prop))
    return place


def copy_of(prop, name):
    """A copy, and the work tree in it where the verb runs."""
    place, made = f"{TOP}/{name}", prepared(prop)
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(made, place, symlinks=True)
    if prop != "worktree":
        return f"{place}/main"
    for file in ("linked/.git", "main/.git/worktrees/linked/gitdir"):
        with open(f"{place}/{file}") as f:
            text = f.read().replace(made, place)
        with open(f"{place}/{file}", "w") as f:
            f.write(text)
    return f"{place}/linked"


def read(path):
    with open(path, "rb") as f:
        return f.read().decode("latin-1")


def permissions(gitdir):
    """Of the kinds of files in a Git folder."""
    seen = set()
    for top in ("index", "HEAD", "refs", "logs", "objects"):
        walk = os.walk(f"{gitdir}/{top}") if os.path.isdir(f"{gitdir}/{top}") else [(gitdir, [], [top])]
        for folder, _, files in walk:
            if "/pack" in folder or "/info" in folder:
                continue
            seen.update((top, f, oct(os.lstat(p).st_mode)) for f, p in [("folder", folder)] + [("file", f"{folder}/{n}") for n in files] if os.path.lexists(p))
    return sorted(seen)


def snapshot(work, env):
    where = sh("git rev-parse --git-dir --git-common-dir", work, env)[1].split()
    gitdir, common = (os.path.join(work, w) for w in where)
    out = {}
    listed = sh("git ls-files -s -v -t --debug", work, env)[1]
    listed = re.sub(r"\n  (ctime|mtime|dev|uid): .*", "", listed)
    # Of the flags those that index files keep: assume-unchanged, intent-to-add, skip-worktree.
    listed = re.sub(r"\n  size: \d+\s+flags: (.*)", lambda m: f" {int(m[1], 16) & 0x60008000:x}", listed)
    out["index"] = listed.splitlines()
    files = out["files"] = {}
    for folder, folders, names in os.walk(work):
        folders[:] = [f for f in folders if f != ".git"]
        for name in names + [f for f in folders if os.path.islink(f"{folder}/{f}")]:
            path = f"{folder}/{name}"
            mode = os.lstat(path).st_mode
            content = os.readlink(path) if stat.S_ISLNK(mode) else read(path)
            files[os.path.relpath(path, work)] = (oct(mode), content) if name != ".git" else None
        if folder != work:
            files[os.path.relpath(folder, work) + "/"] = oct(os.lstat(folder).st_mode)
    elsewhere = os.path.dirname(work) + "/elsewhere"
    out["elsewhere"] = {n: read(f"{elsewhere}/{n}") for n in sorted(os.listdir(elsewhere))} if os.path.isdir(elsewhere) else {}
    out["refs"] = sh("git for-each-ref --format='%(refname) %(objectname) %(symref)'; git symbolic-ref -q HEAD || git rev-parse HEAD", work, env)[1].splitlines()
    logs = out["reflogs"] = {}
    for top in sorted({gitdir, common}):
        for folder, _, names in os.walk(f"{top}/logs"):
            for name in names:
                path = f"{folder}/{name}"
                logs[os.path.relpath(path, common)] = [line.split("\t")[0] for line in read(path).splitlines()]
    out["state"] = {n: read(f"{gitdir}/{n}") for n in GIT_FILES if os.path.exists(f"{gitdir}/{n}")}
    out["state"].update({n: "" for n in ("MERGE_MSG", "sequencer", "index.lock") if os.path.exists(f"{gitdir}/{n}")})
    out["permissions"] = permissions(common)
    hooked = os.path.dirname(work) + "/hooked"
    out["hooks"] = re.sub(r"\S*\.git/", ".git/", read(hooked)).splitlines() if os.path.exists(hooked) else []
    return out


def differences(a, b):
    for key in a:
        if a[key] != b[key]:
            yield key


def run_case(verb, prop, show=False):
    before, words = VERBS[verb]
    env = environment(prop)
    ends, said = [], []
    for who in ("git", "varve"):
        work = copy_of(prop, who)
        sh(f"set +e\n{before}\ntrue", work, env)
        busy = None
        if prop == "busy" and who == "varve":
            busy = subprocess.Popen(["bash", "-c", BUSY], cwd=work, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
            time.sleep(random.random() * 0.05)
        code, text = sh(f"{who} {words}", work, env, must=False)
        if busy:
            os.killpg(busy.pid, signal.SIGTERM)
            busy.wait()
            sh("rm -f .git/*.lock; git fsck --connectivity-only --no-dangling", work, env)  # git's, which was stopped
            if code > 1:  # refused, with nothing done: the same command again does it
                code, text = sh(f"{who} {words}", work, env, must=False)
        end = snapshot(work, env)
        if prop == "busy":
            end["permissions"] = []
        end["code"] = min(code, 2)
        ends.append(end)
        said.append(text)
    different = list(differences(*ends))
    if show and different:
        print(f"--- {verb}:{prop}\n--- git said: {said[0]}--- varve said: {said[1]}", end="")
        for key in different:
            a, b = (e[key] for e in ends)
            if isinstance(a, dict):
                a, b = ([f"{k}: {v}" for k, v in sorted(d.items())] for d in (a, b))
            if isinstance(a, list):
                a, b = [x for x in a if x not in b], [x for x in b if x not in a]
            print(f"  {key}\n    git:   {a}\n    varve: {b}")
    return different


def main():
    make_base()
    cases = [(v, p) for p in PROPERTIES for v in VERBS]
    args = sys.argv[1:]
    if len(args) == 2 and args[0].isdigit():
        first, of = int(args[0]) % int(args[1]), int(args[1])
        cases = [c for i, c in enumerate(cases) if i % of == first]
    elif args:
        cases = [c for c in cases if any(re.fullmatch(a, ":".join(c)) for a in args)]
    known = dict(line.split(" = ") for line in EXPECTED.strip().splitlines())
    names = {f"{v}:{p}" for p in PROPERTIES for v in VERBS}
    bad = len(set(known) - names)
    for verb, prop in cases:
        expected = sorted(known.get(f"{verb}:{prop}", "").split())
        found = sorted(run_case(verb, prop))
        if found != expected:
            bad += 1
            print(f"{verb}:{prop} = {' '.join(found)}   (expected: {' '.join(expected) or 'no difference'})")
            run_case(verb, prop, show=True)
    print(f"{len(cases)} cases, {bad} differ from what was expected")
    sys.exit(bad > 0)


main()
