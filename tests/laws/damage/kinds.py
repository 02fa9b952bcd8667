#!/usr/bin/env python3
"""kinds.py HOME TOP EVERY SEED: what is damaged is seen and mended.

TOP has a repository `a` with a store, a plain host, two holders of its vault, a lazy clone `l`, a repository with a merge in conflict `m`, one in
which a switch was killed `j`, a clone that was killed `c`, one with leftovers of transfers `i`, one after damage `d`, an export of pages `e`, a
published folder `p`, a clone of it `q`, one with pages `w`, and a copy of each, NAME.0, to begin from. KINDS is every kind of
file that varve writes there, DAMAGES what may happen to one. Of all pairs one of EVERY is tried, from SEED on; in each:

  - no command crashes, and none gives other bytes than were put in, here or in a new clone;
  - where a version cannot be read, in a new clone too, the message names a command that helps;
  - what a kind's column says mends it (SEEN must name it first, if the kind is one that readers need), and then every version is right,
    here and in a new clone;
  - a gc of a damaged store takes no version from new clones, and one that refuses removes nothing; a prune of a damaged vault takes
    nothing that a repair cannot bring to each holder, from which alone every version comes back.

With BUCKET=1 store and holders are buckets of tests/net/s3_store.py, whose objects are those files; damage of them also arrives before the
N-th request of a gc, or of a prune ("gate" is the socket that it asks): no more is lost than by the damage alone, and it is mended.

A line for each failure, with its number: kinds.py HOME TOP 1 0 NUMBER runs that one alone, FIRST-LAST these."""
import glob
import os
import random
import shutil
import socket
import subprocess
import sys
import threading

HOME, top, every, seed = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
only = [int(n) for n in sys.argv[5].split("-")] if len(sys.argv) > 5 else None


def shell(text):
    return ["sh", "-c", text]


PARTS = ["a", "store", "host.git", "x", "y", "config"]  # what each pair needs, beside the part that is damaged
EXPORT = [["varve", "web", "--export", "../e", "HEAD"]]
PUSH = [["varve", "push", "--blocks"]]
PUBLISH = [["varve", "publish", "-q", "--no-pages", "-o", "../p"]]
PAGES = [["varve", "publish", "-q", "-o", "../w"]]
AGAIN = [["varve", "clone", "-q", "ssh://host" + os.path.join(top, "host.git"), "../c"]]
FETCH = [["varve", "fetch", "--data", "--all"]]
VAULT = [["varve", "vault", "repair"], ["varve", "vault", "replicate"]]
MARK = [["varve", "vault", "holder", "add", "x", "../x", "--domain", "house x"], *VAULT]
REPAIR = [["varve", "fsck", "--repair"], ["varve", "fetch", "--data", "--all"]]
RECEIPTS = [["varve", "fsck", "--repair"], ["varve", "whereis", "t.csv"]]
VERIFY = ["varve", "verify", "../p"]
MEND = [shell("varve verify ../p | sed -n 's/: damaged or missing$//p' | xargs -r rm -rf"), *PUBLISH]
GC, PRUNE = ["varve", "gc", "--remote", "--prune=now"], ["varve", "vault", "prune", "--grace", "0"]
STATUS, DOCTOR, FSCK, AUDIT = (["varve", "status", "--remote"], ["varve", "doctor"], ["varve", "fsck", "--data"],
                               ["varve", "vault", "audit", "--all"])
# name, files, what sees it (None: it is derived, and does not matter), what mends it; those of other repositories than `a` are used there
KINDS = [
    ("store: format", "store/format", DOCTOR, PUSH),
    ("store: pack", "store/packs/*", DOCTOR, PUSH),
    ("store: list", "store/lists/*", STATUS, PUSH),
    ("store: version", "store/versions/*", STATUS, PUSH),
    ("store: index", "store/indexes/*", None, []),
    ("store: condemned", "store/condemned", None, PUSH),
    ("repository: pack", "a/.git/varve/packs/*.pack", FSCK, REPAIR),
    ("repository: pack's index", "a/.git/varve/packs/*.index", None, []),
    ("repository: scan cache", "a/.git/varve/cache/scan/*", None, []),
    ("repository: other caches", "a/.git/varve/cache/[a-r]*", None, []),
    ("repository: results of check", "a/.git/varve/cache/check*/*", None, []),
    ("repository: secret", "a/.git/varve/secret", None, []),
    ("repository: stat cache", "a/.git/varve/stat", None, []),
    ("repository: receipts", "a/.git/varve/receipts", None, RECEIPTS),
    ("repository: lists of the store", "a/.git/varve/host/*/lists/*.list", None, []),
    ("repository: packs seen whole", "a/.git/varve/host/*/lists/*.sound", None, []),
    ("repository: commits complete there", "a/.git/varve/host/*/complete", None, []),
    ("repository: git's part of the host", "a/.git/varve/host/*/git/HEAD", None, []),
    ("vault: holder's mark", "x/varve-holder", None, MARK),
    ("vault: shard", "x/**/shards/**/*", AUDIT, VAULT),
    ("vault: record at a holder", "x/**/records/**/*", None, VAULT),
    ("vault: records met", "a/.git/varve/vault/met", None, VAULT),
    ("repository: published", "a/.git/varve/published/*", None, [["varve", "ipfs", "publish", "HEAD:t.csv"]]),
    ("repository: leaves of what was published", "a/.git/varve/cache/unixfs/*", None, []),
    ("repository: Git's packs, when it packs again", "a/.git/varve/git-packs", None, []),
    ("repository: turn", "a/.git/varve/turn", None, []),
    ("repository: locks", "a/.git/varve/**/*lock", None, []),
    ("repository: rows of documents, their names", "a/.git/varve/cache/documents/*", None, []),
    ("repository: rows of documents", "a/.git/varve/cache/documents/packs/*", None, []),
    ("repository: trust", "a/.git/varve/trust", None, [shell("rm -rf .git/varve/trust")]),
    ("repository: signed head", "a/.git/refs/varve/heads/*", None, [shell("rm -rf .git/refs/varve/heads"), ["varve", "fetch"]]),
    ("repository: branch", "a/.git/refs/heads/main", None,
     [shell("rm -rf .git/refs/heads/main; git update-ref refs/heads/main refs/remotes/origin/main")]),
    ("repository: branch of the remote", "a/.git/refs/remotes/origin/main", None, [shell("rm -rf .git/refs/remotes/origin/main"), ["varve", "fetch"]]),
    ("repository: HEAD", "a/.git/HEAD", None, [shell("rm -rf .git/HEAD; echo ref: refs/heads/main > .git/HEAD")]),
    ("repository: index", "a/.git/index", None, [shell("rm -rf .git/index; git reset -q")]),
    ("machine: key", "config/varve/key", None, [shell("rm -rf ../config/varve/key; cp ../config.0/varve/key ../config/varve/key")]),
    ("half a clone: marker", "c/.git/varve/cloning", None, AGAIN),
    ("leftovers: pack of a fetch", "i/.git/varve/incoming/*/packs/*", None, FETCH),
    ("leftovers: lock of a fetch", "i/.git/varve/incoming/*/writer.lock", None, FETCH),
    ("leftovers: pack set aside", "i/.git/varve/packs/aside-*", None, FETCH),
    ("after damage: pack out of use", "d/.git/varve/damaged/*/packs/*", FSCK, REPAIR),
    ("after damage: mark", "d/.git/varve/incomplete", FSCK, REPAIR),
    ("folder: state", "p/folder", None, PUBLISH),
    ("folder: format", "p/format", None, PUBLISH),
    ("folder: pack", "p/packs/*", VERIFY, MEND),
    ("folder: list", "p/lists/*", VERIFY, MEND),
    ("folder: version", "p/versions/*", VERIFY, MEND),
    ("folder: history", "p/repo.git/objects/pack/*", VERIFY, MEND),
    ("folder: files of git", "p/repo.git/*", None, PUBLISH),
    ("folder: table", "p/t.csv", VERIFY, PUBLISH),
    ("folder: lock", "p/.varve-lock", None, PUBLISH),
    ("folder: list of history", "p/repo.git/objects/info/*", None, PUBLISH),
    ("folder: refs", "p/repo.git/info/refs", None, PUBLISH),
    ("clone of a folder: lists", "q/.git/varve/host/*/lists/*", None, FETCH),
    ("clone of a folder: trust", "q/.git/varve/trust", None, [shell("rm -rf .git/varve/trust"), ["varve", "fetch"]]),
    ("cache of URLs: any file", "cache/varve/**/*", None, [shell("rm -rf ../cache/varve")]),
    ("repository: settings of git's part of the host", "a/.git/varve/host/*/git/config", None, []),
    ("repository: ledger", "a/.git/varve/vault/ledger/*/*", None, VAULT + [["varve", "vault", "replicate", "--adopt"]]),
    ("repository: runs of the vault", "a/.git/varve/vault/runs/*", None, VAULT),
    ("repository: newest records seen", "a/.git/varve/vault/seen", None, VAULT),
    ("repository: .varveconfig", "a/.varveconfig", None, [["git", "checkout", ".varveconfig"]]),
    ("lazy clone: speeds", "l/.git/varve/cache/speeds", None, []),
    ("lazy clone: receipts", "l/.git/varve/receipts", None, RECEIPTS),
    ("lazy clone: lists of the store", "l/.git/varve/host/*/lists/*", None, []),
    ("lazy clone: locks", "l/.git/varve/*.lock", None, []),
    ("lazy clone: elsewhere", "l/.git/varve/elsewhere", None, [["varve", "fetch", "--data", "--all"]]),
    ("merge: conflict record", "m/.git/varve/conflicts/*", ["varve", "conflicts"], [["varve", "merge", "--abort"]]),
    ("killed track: note", "j/.git/varve/later", None, [shell("rm -f .git/varve/later; git checkout -q HEAD .gitattributes")]),
    ("killed track: kept file", "j/.git/varve/kept/*", None, [["varve", "restore", "-q", ".gitattributes"]]),
    ("export: list", "e/varve-export", None, EXPORT),
    ("export: page or file", "e/*/**/*", None, EXPORT),
    ("pages of a folder: page or file", "w/pages/*/**/*", None, PAGES),
    ("pages of a folder: table", "w/t.csv", None, PAGES),
]
ALSO = {  # what looks at these, beside the commands that look at all
    "vault": [AUDIT],
    "merge": [["varve", "conflicts"]],
    "machine": [["varve", "sign", "-q"], ["varve", "vault", "status"]],
    "folder": [VERIFY],
    "cache of URLs": [["varve", "cat", "../p#main:t.csv"]],
}
DAMAGES = ["missing", "empty", "cut", "flipped", "older", "folder", "newer"]
BUCKET = os.environ.get("BUCKET") == "1"
if BUCKET:
    KINDS = [k for k in KINDS if k[0].startswith(("store", "vault: shard", "vault: record at"))]
    DAMAGES.remove("folder")
    DAMAGES += [d + ", late" for d in DAMAGES if d != "newer"]


def run(args, cwd="a"):
    p = subprocess.run(args, cwd=os.path.join(top, cwd), capture_output=True, check=False, timeout=120)
    return p.returncode, p.stdout, p.stderr.decode(errors="replace")


def fresh(part):
    for part in {part, *PARTS}:
        shutil.rmtree(os.path.join(top, part), ignore_errors=True)
        shutil.copytree(os.path.join(top, part + ".0"), os.path.join(top, part), symlinks=True)
    shutil.rmtree(os.path.join(top, "n"), ignore_errors=True)


def files(pattern):
    return sorted(f for f in glob.glob(os.path.join(top, pattern), recursive=True, include_hidden=True) if os.path.isfile(f))


def damage(file, how, r):
    """None: there is no such damage."""
    with open(file, "rb") as f:
        is_now = f.read()
    mode = os.stat(file).st_mode & 0o777
    others = [f for f in files(os.path.relpath(os.path.dirname(file), top) + "/*") if f != file]
    becomes = {"missing": None, "empty": b"", "cut": is_now[:len(is_now) // 2], "folder": None}.get(how)
    if how == "flipped":
        at = r.randrange(len(is_now)) if is_now else 0
        becomes = is_now[:at] + bytes([is_now[at] ^ 0x55]) + is_now[at + 1:] if is_now else b"x"
    elif how == "older":
        if not others:
            return None
        with open(others[r.randrange(len(others))], "rb") as f:
            becomes = f.read()
    elif how == "newer":  # a larger number where the format stands
        head = bytearray(is_now)
        at = next((i for i in range(min(len(head), 24)) if head[i] in b"\x011"), None)
        if at is None:
            return None
        head[at] += 1
        becomes = bytes(head)
    if how not in ("missing", "folder") and becomes == is_now:
        return None
    os.chmod(os.path.dirname(file), 0o755)
    os.remove(file)
    if how == "folder":
        os.mkdir(file)
    elif how != "missing":
        with open(file, "wb") as f:
            f.write(becomes)
        os.chmod(file, mode)
    return True


class Late:
    """Does something before the n-th request to the buckets."""

    def __init__(self, n, what):
        self.n, self.what, self.seen, self.lock = n, what, 0, threading.Lock()
        self.gate = os.path.join(top, "buckets.gate")
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.bind(self.gate)
        self.socket.listen(64)
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        while True:
            try:
                c, _ = self.socket.accept()
            except OSError:
                return
            with c, self.lock:
                self.seen += 1
                if self.seen == self.n:
                    self.what()

    def close(self):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        self.thread.join()
        os.remove(self.gate)


class Judge:
    def __init__(self, name, where):
        self.name, self.where, self.faults = name, where, []

    def fault(self, text):
        self.faults.append(text)

    def run(self, args, cwd=None):
        cwd = cwd or self.where
        code, out, said = run(args, cwd)
        if code < 0 or code > (3 if args == AUDIT else 2) or "Sanitizer" in said:
            self.fault(f"{' '.join(args)} ended with {code}: {said[-300:]}")
        return code, out, said

    def versions(self, cwd, must):
        """How many cannot be read."""
        lost = 0
        for commit, right in truth.items():
            code, out, said = self.run(["varve", "cat", f"{commit}:t.csv"], cwd)
            if code == 0 and out != right:
                self.fault(f"other bytes of {commit[:8]} in {cwd}")
            if code != 0:
                lost += 1
                if "hint:" not in said and "varve" not in said:
                    self.fault(f"{commit[:8]} in {cwd} cannot be read, and nothing helps: {said}")
                if must:
                    self.fault(f"{commit[:8]} in {cwd} is lost: {said.strip()[:300]}")
        return lost

    def clone(self, must):
        shutil.rmtree(os.path.join(top, "n"), ignore_errors=True)
        url = "p" if self.name.startswith("folder") else "ssh://host" + os.path.join(top, "host.git")
        code, _, said = self.run(["varve", "clone", "-q", url, "n"], ".")
        if must and code != 0:
            self.fault(f"a new clone: {said[:300]}")
        if code != 0 and "hint:" not in said:
            self.fault(f"a new clone is not told what helps: {said[:300]}")
        return self.versions("n", must) if os.path.isdir(os.path.join(top, "n")) else len(truth)


    def gc(self, lost):
        """lost: how many versions a new clone lacked before it."""
        before = set(files("store/**/*"))
        code, _, said = self.run(GC)
        gone = before - set(files("store/**/*"))
        if code != 0 and gone:
            self.fault(f"gc removed {len(gone)} files and ended with {code}: {said[:300]}")
        if gone and self.clone(False) > lost:
            self.fault(f"gc removed {len(gone)} files, and more versions are lost")

    def late(self, file, how, number):
        """The damage arrives in the middle of what removes. False: the file was gone before."""
        command, done = PRUNE if self.name.startswith("vault") else GC, []
        alone = damage(file, how, random.Random(number)) and self.clone(False)
        if alone is None:
            return False
        fresh("a")
        count = Late(0, None)
        self.run(command)
        count.close()
        fresh("a")
        gate = Late(random.Random(number).randint(1, count.seen),
                    lambda: done.append(os.path.isfile(file) and damage(file, how, random.Random(number))))
        self.run(command)
        gate.close()
        if not any(done):
            return False
        lost = self.clone(False)
        if lost > alone:
            self.fault(f"with the damage before request {gate.n} {lost} versions are lost to a new clone, else {alone}")
        return True

    def recover(self):
        for holder in "xy":
            shutil.rmtree(os.path.join(top, "n"), ignore_errors=True)
            code, _, said = self.run(["varve", "vault", "recover", "--key", "key", "--to", "n", holder], ".")
            if code != 0:
                self.fault(f"recover from {holder}: {said[:300]}")
            elif os.path.isdir(os.path.join(top, "n")):
                self.versions("n", True)


def newer_is_refused(kind, how, said):
    return how == "newer" and ("newer" in said or "upgrade" in said or "format 2" in said)


def exported(part):
    """The pages and files of an export, by their names."""
    found = {}
    folders = [os.path.basename(f) for f in glob.glob(os.path.join(top, part, "*")) if os.path.isdir(f)]
    for f in files(part + "/**/*"):
        name = os.path.relpath(f, os.path.join(top, part))
        with open(f, "rb") as data:
            text = data.read()
        for folder in folders:  # one beside an earlier one has a number behind its name
            for word in (folder, folder.split("-")[0]):
                name, text = name.replace(word, "D"), text.replace(word.encode(), b"D")
        found[name] = text if name != "varve-export" else b""
    return found


def starts_anew(kind, said, judge):
    """Where a marker of what was begun is gone, the folder is not touched; the message says so, and a new one is right."""
    part, again = {"export: list": ("e", EXPORT), "folder: state": ("p", PUBLISH), "half a clone: marker": ("c", AGAIN)}.get(kind, (None, None))
    if not part:
        return False
    if "hint:" not in said:
        judge.fault(f"nothing helps: {said[:300]}")
    shutil.rmtree(os.path.join(top, part))
    for args in again:
        if judge.run(args, "a")[0] != 0:
            judge.fault(f"{' '.join(args)} in a new folder fails")
    return True


def one(kind, pattern, seen, mends, how, number):
    r = random.Random(number)
    fresh(pattern.split("/")[0])
    found = [f for f in files(pattern) if os.path.relpath(f, os.path.join(top, "store")) not in garbage]
    if not found:
        return None
    file = found[r.randrange(len(found))]
    late = how.endswith(", late")
    if not late and damage(file, how, r) is None:
        return None
    where = pattern[0] if pattern[0] in "lmjcidq" and pattern[1] == "/" else "a"
    judge = Judge(kind, where)
    if late and not judge.late(file, how.removesuffix(", late"), number):
        return None
    shown = b""
    refused = False
    for args in [STATUS, DOCTOR, FSCK, ["varve", "status"], ["varve", "log", "--stat"]] + ALSO.get(kind.split(":")[0], []):
        code, out, said = judge.run(args)
        if args == seen:
            shown = out + said.encode() if code != 0 or args == STATUS else b""
        refused = refused or newer_is_refused(kind, how, said + out.decode(errors="replace"))
    judge.versions(where, False)
    lost = judge.clone(False) if kind.startswith(("store", "folder")) else 0
    if seen and not late and (not shown or b" 0 incomplete there" in shown):
        judge.fault(f"{' '.join(seen)} does not see it ({lost} versions are lost to a new clone)")
    if kind.startswith("store") and not late:
        judge.gc(lost)
    if kind.startswith("vault") and not late:
        judge.run(PRUNE)
    if not refused:  # a newer varve's is not overwritten
        for args in mends:
            cwd = "a" if args in EXPORT + PUBLISH + PAGES + AGAIN else None
            code, out, said = judge.run(args, cwd)
            if code != 0 and how == "folder" and os.path.isdir(file) and os.path.basename(file) in said:
                os.rmdir(file)  # it is named, and nothing else is lost
                code, out, said = judge.run(args, cwd)
            if code != 0 and "remove the file" in said and os.path.isfile(file) and os.path.basename(file) in said:
                os.remove(file)
                code, out, said = judge.run(args, cwd)
            if code != 0 and starts_anew(kind, said, judge):
                return not judge.faults
            if code != 0 and newer_is_refused(kind, how, said):
                return not judge.faults
            if code != 0 and args is mends[-1]:
                judge.fault(f"{' '.join(args)} ended with {code}: {said[:300]}")
        judge.versions(where, True)
        judge.clone(True)
        if kind.startswith("vault"):
            judge.recover()
        if kind.startswith("export"):
            first, again = exported("e.0"), exported("e")
            for name in sorted(first.keys() | again.keys()):
                if first.get(name) != again.get(name):
                    judge.fault(f"the export again has another {name}: {again.get(name, b'nothing')[:2000]}")
        if kind.startswith("pages") and exported("w") != exported("w.0"):
            judge.fault("the pages again are others")
        code, out, said = judge.run(DOCTOR)
        if code != 0:
            judge.fault(f"doctor afterwards: {out.decode()[:300]}{said[:300]}")
    if judge.faults:
        print(f"{number}: {kind}, {how}: {os.path.relpath(file, top)}")
        for f in judge.faults[:6]:
            print(f"    {f}")
    return not judge.faults


truth = {}
with open(os.path.join(top, "garbage"), encoding="ascii") as f:
    garbage = f.read().split()
fresh("a")
for c in subprocess.run(["git", "rev-list", "main"], cwd=os.path.join(top, "a"), capture_output=True, text=True, check=True).stdout.split():
    truth[c] = run(["varve", "cat", f"{c}:t.csv"])[1]
pairs = [(k, d) for k in KINDS for d in DAMAGES]
good = tried = absent = 0
for number, (k, d) in enumerate(pairs):
    if not only[0] <= number <= only[-1] if only else (number + seed) % every != 0:
        continue
    fine = one(*k, d, number)
    absent += fine is None
    tried += fine is not None
    good += bool(fine)
print(f"{good} of {tried} right, seed {seed} ({absent} that do not exist; {len(KINDS)} kinds of file, {len(DAMAGES)} damages)")
sys.exit(good != tried or tried == 0)
