"""Hostile names and texts through every command: nothing is written outside, no option is smuggled in,
no program runs, nothing that drives a terminal comes out, and nothing crashes. hostile.py PART [STEP], in an
empty folder: every STEP-th command (1); says how many were tried."""
import os
import re
import subprocess
import sys

ESC = "\x1b]0;x\x07\x1b[2J"
PATHS = [
    "..", ".", "../x.csv", "a/../../x.csv", "/x.csv", "//x.csv", ".git", ".GIT", ".Git/hooks/post-checkout",
    ".git/config", ".git/hooks/pre-commit", "GIT~1/config", "git~1", ".git.", ".git ", ".git\\config", "a\\..\\..\\x.csv", "C:x.csv",
    "C:\\x.csv", "x.csv:stream", ".git::$INDEX_ALLOCATION", "CON", "con.csv", "NUL.csv", "aux.csv", "COM1.csv", "x.csv.", "x.csv ",
    " x.csv", "-x.csv", "--help", "--output=pwned", "-rf", "-", "--", ".git\u200c/config", ".g\u200dit", "\u200b.git", "x\n.csv", "x\r.csv",
    "x.csv\r", "x\t.csv", "x\x01.csv", "x\x1b[2J.csv", ESC + ".csv", "x\x7f.csv", "x\u0085.csv", "x\u009b2J.csv", "\u202etxt.csv", "\u2066x\u2069.csv",
    "x\udcff.csv", "x\udcc3(.csv", "*.csv", "?.csv", "[a].csv", "$(touch pwned).csv", "`touch pwned`.csv", ";touch pwned;.csv", "|touch pwned.csv", "%0a.csv", "%2e%2e%2fx.csv",
    "a" * 255 + ".csv", "a" * 256, "x'y.csv", 'x"y.csv', "~/x.csv", "~", "$HOME/x.csv", "HEAD", "@", "@{u}.csv", ":x.csv", ":(top)x.csv", ":/x.csv",
]
REFS = [
    "..", "a..b", "../x", "../../config", "/x", "x/", "a//b", ".x", "a/.x", "x.lock", "a.lock/b", "x.", "-x", "--help", "--upload-pack=touch pwned",
    "-oProxyCommand=touch pwned", "--force", "HEAD", "@", "@{u}", "a@{1}", "a^", "a~1", "a:b", "a?b", "a*b", "a[b", "a\\b", "a b", "a\tb", "a\nb", "a\rb", "a\x01b",
    "a\x7fb", "a\x1b[2Jb", ESC, "", " ", "refs/heads/../../config", "$(touch pwned)", "`touch pwned`", ";touch pwned", "|touch pwned", "&", "'", '"', "<x", ">pwned",
    "\u202ex", "a\u0085b", "a\u009b2J", "a\udcff", "a" * 300, "a/" * 200 + "b", "CON", "x:y", "con/../x", "~/x", "%2e%2e/x", "%0a", "{", "a,b", "#x", "!x", "\u200b",
]
BAD = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
step = int(sys.argv[2]) if len(sys.argv) > 2 else 1
turn = 0
tried = 0
faults = []


def fault(what):
    faults.append(what)
    print("FAULT " + what.encode("ascii", "backslashreplace").decode())


def b(text):
    return text.encode("utf-8", "surrogateescape")


def git(*args, input=None, cwd=None, ok=True):
    r = subprocess.run(["git"] + list(args), input=input, capture_output=True, cwd=cwd)
    if ok and r.returncode:
        raise SystemExit("git %s: %s" % (args, r.stderr))
    return r.stdout.strip()


def listing():
    """Everything outside of the repositories r*, which nothing may change."""
    out = {}
    for top, dirs, names in os.walk(b("canary")):
        for n in names + dirs:
            p = os.path.join(top, n)
            st = os.lstat(p)
            out[p] = (st.st_size, st.st_mtime_ns, st.st_mode)
    out["top"] = sorted(n for n in os.listdir(b(".")) if not n.startswith(b"r"))
    for d in sorted(os.listdir(b("."))):
        if d.startswith(b"r"):
            git_dir = d + b"/.git" if os.path.isdir(d + b"/.git") else d
            for f in [b"/config", b"/hooks"]:
                p = git_dir + f
                out[p] = sorted(os.listdir(p)) if os.path.isdir(p) else None
            out[git_dir + b"#"] = os.path.exists(d + b"/pwned") or os.path.exists(git_dir + b"/pwned")
    return out


def varve(args, cwd, before, data=False, stdin=None):
    global tried, turn
    turn += 1
    if turn % step != 0:
        return None
    tried += 1
    if any("\0" in a for a in args):
        return None
    try:
        r = subprocess.run([b("varve")] + [b(a) for a in args], cwd=cwd, capture_output=True, timeout=60,
                           stdin=subprocess.DEVNULL if stdin is None else None, input=stdin)
    except subprocess.TimeoutExpired:
        fault("%r took over a minute" % (args,))
        return None
    if r.returncode < 0 or r.returncode > 2:
        fault("%r ended with %d: %r" % (args, r.returncode, r.stderr[:200]))
    for name, text in (("stderr", r.stderr), ("stdout", r.stdout)):
        if name == "stdout" and data:
            continue
        try:
            shown = text.decode()
        except UnicodeDecodeError:
            fault("%r: %s is not UTF-8: %r" % (args, name, text[:200]))
            continue
        found = BAD.search(shown)
        if found:
            fault("%r: %s has %r: %r" % (args, name, found.group(), shown[max(0, found.start() - 40):found.end() + 40]))
    if listing() != before:
        after = listing()
        fault("%r changed %r" % (args, [k for k in set(before) | set(after) if before.get(k) != after.get(k)]))
        before.clear()
        before.update(after)
    return r


def start():
    os.makedirs("canary/.git/hooks")
    open("canary/x.csv", "w").write("canary\n")
    open("x.csv", "w").write("canary\n")
    open("evil", "w").write("#!/bin/sh\ntouch \"%s/pwned\"\n" % os.getcwd())
    os.chmod("evil", 0o755)


def repository(name, text="id,name\n1,a\n2,b\n"):
    git("init", "-q", name)
    subprocess.run(["varve", "init"], cwd=name, capture_output=True, check=True)
    open(name + "/t.csv", "w").write(text)
    subprocess.run(["varve", "add", "-q", "t.csv"], cwd=name, check=True, capture_output=True)
    subprocess.run(["varve", "commit", "-qm", "one"], cwd=name, check=True, capture_output=True)


def tree(entries, cwd):
    raw = b"".join(b(mode) + b" " + name + b"\0" + bytes.fromhex(oid.decode()) for mode, name, oid in entries)
    return git("hash-object", "-t", "tree", "-w", "--stdin", "--literally", input=raw, cwd=cwd)


def commit_with(path, oid, cwd, attributes):
    """A commit whose tree has path, split at '/' where that leaves names, and the raw name otherwise."""
    parts = b(path).split(b"/")
    if any(p == b"" for p in parts):
        parts = [b(path).replace(b"/", b"_")]
    inner = tree([("100644", parts[-1], oid)], cwd)
    for p in reversed(parts[:-1]):
        inner = tree([("40000", p, inner)], cwd)
    entries = [("100644", b".gitattributes", attributes)]
    listed = git("ls-tree", inner, cwd=cwd)
    raw = subprocess.run(["git", "cat-file", "tree", inner.decode()], cwd=cwd, capture_output=True).stdout
    full = b"100644 .gitattributes\0" + bytes.fromhex(attributes.decode()) + raw
    top = git("hash-object", "-t", "tree", "-w", "--stdin", "--literally", input=full, cwd=cwd)
    del entries, listed
    return git("commit-tree", top.decode(), "-p", "HEAD", "-m", "bad", cwd=cwd).decode()


def paths():
    repository("r1")
    pointer = git("rev-parse", "HEAD:t.csv", cwd="r1")
    attributes = git("rev-parse", "HEAD:.gitattributes", cwd="r1")
    before = listing()
    for i, path in enumerate(PATHS):
        if "\0" in path:
            continue
        rev = commit_with(path, pointer, "r1", attributes)
        git("update-ref", "refs/heads/bad%d" % i, rev, cwd="r1")
        for args in (["log", "--stat", "-1", rev], ["show", rev], ["diff", "main", rev], ["diff", "--stat", "main", rev],
                     ["info", rev + ":" + path], ["check", rev + ":" + path],
                     ["merge", rev], ["merge", "--abort"], ["cherry-pick", rev], ["cherry-pick", "--abort"],
                     ["restore", "--source", rev, "."], ["restore", "--source", rev, "--", path],
                     ["switch", "--detach", rev], ["status"], ["switch", "main"], ["fsck"]):
            varve(args, "r1", before)
        varve(["cat", rev + ":" + path], "r1", before, data=True)
        git("reset", "-q", "--hard", "main", cwd="r1", ok=False)
        git("checkout", "-qf", "main", cwd="r1", ok=False)
        git("clean", "-qfd", cwd="r1", ok=False)
        # as words of the user
        for args in (["add", "--", path], ["add", path], ["track", "--", path], ["mv", "t.csv", path], ["rm", "--", path], ["restore", "--", path],
                     ["untrack", path], ["blame", "--", path], ["schema", path], ["info", path], ["check", path], ["convert", "t.csv", path],
                     ["log", "--", path], ["diff", "--", path], ["resolve", path], ["ipfs", "car", "import", path], ["init", "--", "../r1/" + path if path.startswith("-") else path]):
            if args[0] == "init" and path.lower().startswith(".git"):
                continue
            if args[0] in ("convert", "init") and (path.startswith(("/", "~")) or ".." in path.split("/")):
                continue  # the user may write where he says
            varve(args, "r1", before, data=args[0] in ("convert", "schema"))
        git("reset", "-q", "--hard", "main", cwd="r1", ok=False)
        git("clean", "-qfdx", cwd="r1", ok=False)
    for url in ("r1", "file://" + os.getcwd() + "/r1"):
        r = subprocess.run(["varve", "clone", url, "r2"], capture_output=True, stdin=subprocess.DEVNULL)
        if r.returncode < 0 or BAD.search(r.stderr.decode()) or os.path.exists("pwned"):
            fault("clone of all: %r" % r.stderr)
        subprocess.run(["rm", "-rf", "r2"])


def refs():
    repository("r1")
    repository("r2")
    git("remote", "add", "r", "../r2", cwd="r1")
    before = listing()
    for ref in REFS:
        for args in (["switch", ref], ["switch", "-c", ref],
                     ["log", ref], ["show", ref], ["diff", ref], ["cat", ref + ":t.csv"], ["merge", ref],
                     ["cherry-pick", ref], ["revert", ref], ["restore", "--source", ref, "t.csv"], ["check", ref], ["check", "--base", ref],
                     ["fetch", ref], ["fetch", "r", ref], ["push", ref], ["push", "r", ref], ["push", "r", "main:" + ref], ["pull", ref], ["pull", "r", ref],
                     ["clone", ref, "r3"], ["clone", "ssh://" + ref + "/x", "r3"], ["clone", "ssh://127.0.0.1:1/" + ref, "r3"], ["clone", "http://" + ref + "/", "r3"],
                     ["config", ref], ["config", "varve." + ref, "1"], ["help", ref], ["whereis", ref], ["conflicts", ref], [ref]):
            r = varve(args, "r1", before, data=args[0] in ("cat", "show"))
            if r is None:
                continue
            if r.returncode == 0 and args[0] in ("switch", "config"):
                for cwd in ("r1",):
                    git("checkout", "-qf", "main", cwd=cwd, ok=False)
                subprocess.run(["git", "branch", "-M", "main"], cwd="r1", capture_output=True)
                names = git("remote", cwd="r1").split(b"\n")
                if b"r" not in names:
                    for n in names:
                        subprocess.run([b"git", b"remote", b"rename", n, b"r"], cwd="r1", capture_output=True)
                before.clear()
                before.update(listing())
        subprocess.run(["rm", "-rf", "r1/r3"])
        before.clear()
        before.update(listing())


def texts():
    """Escapes and bidirectional marks in cells, column names, messages, authors, settings and branches."""
    bad = ["\x1b]0;x\x07", "\x1b[2J", "\x07", "\x08\x08", "\x7f", "\u0085", "\u009b2J", "\u202e", "\u2066x", "\u200f", "\r", "\x00"[:0] + "\x01", "\x9d".encode("latin1").decode("latin1")]
    for i, mark in enumerate(bad):
        cell = mark.replace("\r", "x")
        name = "r%d" % (10 + i)
        repository(name, 'id,"n%sm"\n1,"a%sb"\n2,b\n' % (cell, cell))
        env = dict(os.environ, GIT_AUTHOR_NAME="A%sB" % mark.replace("\x00", ""), GIT_COMMITTER_NAME="A%sB" % mark)
        open(name + "/t.csv", "w").write('id,"n%sm"\n1,"a%sc"\n2,b\n3,%s\n' % (cell, cell, cell))
        subprocess.run(["git", "-c", "core.commentChar=;", "commit", "-qam", "subject%s\n\nbody%s" % (mark, mark)], cwd=name, env=env, capture_output=True)
        git("config", "user.name", "U%sV" % cell, cwd=name)
        git("config", "remote.r%s.url" % "x", "../canary%s" % cell, cwd=name, ok=False)
        branch = "b%s" % mark
        if subprocess.run(["git", "branch", branch], cwd=name, capture_output=True).returncode:
            branch = "b"
            git("branch", branch, "HEAD~1", cwd=name, ok=False)
        git("tag", "-a", "-m", "tag%s" % mark, "v%d" % i, cwd=name, ok=False)
        before = listing()
        for args in (["log"], ["log", "--stat"], ["log", "-p"], ["log", "--oneline", "--graph"], ["show"], ["show", "v%d" % i], ["diff", "HEAD~1"], ["diff", "--stat", "HEAD~1"],
                     ["diff", "HEAD~1", "--format", "patch"], ["status"], ["status", "-v"], ["info", "HEAD:t.csv"], ["info", "t.csv"], ["check"], ["check", "HEAD~1..HEAD"], ["blame", "t.csv"],
                     ["config", "--list"], ["config", "user.name"], ["schema", "t.csv"],
                     ["fetch", "rx"], ["push", "rx"], ["switch", branch], ["switch", "main"], ["switch", "-"], ["fsck"], ["whereis", "HEAD:t.csv"], ["gc"],
                     ["log", "--author", "A%sB" % cell], ["cat", "HEAD:t.csv", "--columns", "n%sm" % cell], ["cat", "HEAD:t.csv", "--columns", "n%s" % cell],
                     ["cat", "HEAD:t.csv", "--where", "n%s = 1" % cell], ["rename-column", "t.csv", "n%s" % cell, "y"], ["check", "--format", "json"], ["diff", "HEAD~1", "--format", "json"], ["add", "nowhere%s" % cell],
                     ["resolve", "--ours", "t%s" % cell], ["conflicts"], ["merge", branch], ["revert", "--no-edit", "HEAD"]):
            if "\0" not in "".join(args):
                varve(args, name, before, data=args[0] in ("cat", "schema") or "json" in args or "patch" in args)
        r = subprocess.run(["varve", "clone", name, "r99"], capture_output=True, stdin=subprocess.DEVNULL)
        if r.returncode or BAD.search(r.stderr.decode()):
            fault("clone of %s: %r" % (name, r.stderr))
        subprocess.run(["rm", "-rf", "r99"])


if __name__ == "__main__":
    start()
    {"paths": paths, "refs": refs, "texts": texts}[sys.argv[1]]()
    print("%d commands, %d faults" % (tried, len(faults)))
    sys.exit(1 if faults else 0)
