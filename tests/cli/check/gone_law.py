"""Law: a table that the base has and a version has not passes no check, in whichever way it went; nor does one that was
renamed escape its base or its rules. Each way of going is tried with each way of asking."""
import json
import os
import shutil
import subprocess
import sys

ROWS = "id,v\n" + "".join(f"{i},x{i}\n" for i in range(1, 101))
LESS = "id,v\n" + "".join(f"{i},x{i}\n" for i in range(1, 61))


def run(*words, cwd="r"):
    return subprocess.run(words, cwd=cwd, capture_output=True, text=True)


def ok(*words, cwd="r"):
    done = run(*words, cwd=cwd)
    assert done.returncode == 0, (words, done.stdout, done.stderr)
    return done.stdout


def write(path, text):
    os.makedirs(os.path.dirname(os.path.join("r", path)), exist_ok=True)
    with open(os.path.join("r", path), "w") as out:
        out.write(text)


def begin():
    shutil.rmtree("r", ignore_errors=True)
    ok("varve", "init", "-q", "r", cwd=".")
    for name in ("a.csv", "dir/b.csv", "text.csv"):
        write(name, ROWS)
    write("other.csv", "k\n1\n")
    write("varve.checks", "[a.csv, text.csv, book.xlsx#Sheet1]\ncount(*) >= 0.9 * base\n")
    write("varve.json", json.dumps({"rules": {"rows-removed": {"max": "5%"}},
                                    "datasets": [{"path": "old/*", "check": False}]}))
    write("book.xlsx", "not read here")
    ok("git", "config", "varve.readers", "false")
    ok("varve", "track", "--text", "text.csv")
    ok("varve", "add", "-q", ".")
    ok("varve", "commit", "-q", "-m", "base")


def remove(path):
    os.unlink(os.path.join("r", path))


def folder(path):
    remove(path)
    write(path + "/x.txt", "x\n")


def link(path):
    remove(path)
    os.symlink("other.csv", os.path.join("r", path))


def rename(path, to, text=None):
    os.makedirs(os.path.dirname(os.path.join("r", to)), exist_ok=True)
    ok("varve", "mv", path, to)
    if text:
        write(to, text)


# name: what is done, and the rules and paths of the findings
ways = {
    "removed": (lambda: remove("a.csv"), {("a.csv", "table-removed")}),
    "removed, in a folder": (lambda: remove("dir/b.csv"), {("dir/b.csv", "table-removed")}),
    "text removed": (lambda: remove("text.csv"), {("text.csv", "table-removed")}),
    "two removed": (lambda: (remove("a.csv"), remove("text.csv")), {("a.csv", "table-removed"), ("text.csv", "table-removed")}),
    "a folder": (lambda: folder("a.csv"), {("a.csv", "table-removed")}),
    "a link": (lambda: link("a.csv"), {("a.csv", "table-removed")}),
    "a document with rules": (lambda: remove("book.xlsx"), {("book.xlsx", "table-removed")}),
    "renamed, rows gone": (lambda: rename("dir/b.csv", "dir/c.csv", LESS), {("dir/c.csv", "rows-removed")}),
    "renamed out of its rules": (lambda: rename("a.csv", "z.csv"), {("a.csv", "table-removed")}),
    "renamed, not checked": (lambda: rename("dir/b.csv", "old/b.csv"), {("dir/b.csv", "table-removed")}),
    "renamed": (lambda: rename("dir/b.csv", "c.csv"), set()),
    "nothing": (lambda: write("new.csv", "k\n1\n"), set()),
}


def findings(*words):
    done = run("varve", "check", "--json", *words)
    report = json.loads(done.stdout)
    found = {(d["path"], f["rule"]) for d in report["datasets"] for f in d["findings"]
             if f["severity"] == "error" and "acceptedWhy" not in f}
    assert done.returncode == (1 if found else 0), (words, done.returncode, found)
    return found


def try_way(name, act, expected):
    begin()
    base = ok("git", "rev-parse", "HEAD").strip()
    act()
    # until it is staged, what lies in the table's place is what is found
    unstaged = {("a.csv", "source-error")} if name in ("a folder", "a link") else expected
    assert findings() == unstaged, (name, findings())
    ok("git", "add", "-A")
    assert findings("--cached") == expected, (name, findings("--cached"))
    config = json.load(open("r/varve.json"))
    write("varve.json", json.dumps(dict(config, onCommit="refuse")))
    ok("git", "add", "varve.json")
    os.makedirs("r/sub", exist_ok=True)
    done = run("varve", "commit", "-m", "next", cwd="r/sub")
    assert done.returncode == (1 if expected else 0), (name, done.stdout, done.stderr)
    if expected:
        ok("varve", "commit", "-q", "--no-verify", "-m", "next")
    for words in (["HEAD"], ["HEAD~1..HEAD"], ["--base", base, "HEAD"], ["HEAD~1..HEAD", "--", *{p for p, _ in expected}]):
        assert findings(*words) == expected, (name, words, findings(*words))
    assert findings("--no-base", "HEAD") == set(), name
    accepted = ["--why", "intended"]
    for rule in {r for _, r in expected}:
        accepted += ["--accept", rule]
    if expected:
        assert run("varve", "check", *accepted, "HEAD~1..HEAD").returncode == 0, name
    # a server that checks what is pushed
    shutil.rmtree("server", ignore_errors=True)
    ok("varve", "init", "-q", "--bare", "server", cwd=".")
    ok("varve", "push", "-q", "../server", base + ":refs/heads/main")
    ok("git", "-C", "../server", "config", "receive.varveCheck", "refuse")
    done = run("varve", "push", "../server", "HEAD:refs/heads/main")
    assert (done.returncode != 0) == bool(expected), (name, done.stdout, done.stderr)


for name, (act, expected) in ways.items():
    try_way(name, act, expected)

# an entry in varve.json is written while the table is gone from the work tree
begin()
remove("a.csv")
ok("varve", "accept", "--why", "replaced", "--all", "table-removed", "a.csv")
assert findings() == set()
assert run("varve", "accept", "--why", "x", "--all", "table-removed", "none.csv").returncode == 2
# severity is the project's business
write("varve.json", json.dumps({"rules": {"table-removed": "warning"}}))
assert findings() == set()
# what a sparse checkout leaves out is there
begin()
ok("git", "sparse-checkout", "set", "--no-cone", "/*.csv", "/varve.*", "/.gitattributes")
assert not os.path.exists("r/dir/b.csv")
assert findings() == set()
print("ok")
