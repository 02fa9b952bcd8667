"""uploads_law.py SEED COUNT: a text that a stranger committed over a pointer merges as the pointer of its table would.

Each case has three versions of a table, and a way to merge: in every combination of pointer and text (in another spelling, as
spreadsheets write it), exit code, rows and conflicts are those of three pointers, and so is the form of the result.
"""
import itertools
import json
import os
import random
import subprocess
import sys

PATH = "t.csv"
WAYS = ["varve merge", "git merge", "varve cherry-pick", "git cherry-pick", "git rebase", "varve revert", "git stash"]
SPELLINGS = ["same", "semicolon", "quoted", "mark", "crlf", "tab", "utf-16"]


def run(*words, ok=(0,), **more):
    done = subprocess.run(words, capture_output=True, text=True, errors="replace", **more)
    if ok and done.returncode not in ok:
        sys.exit(f"{words}: {done.returncode}: {done.stdout}{done.stderr}")
    return done


def out(*words, **more):
    return run(*words, **more).stdout.strip()


def spell(rows, how):
    quote = '"' if how == "quoted" else ""
    mark = {"semicolon": ";", "tab": "\t"}.get(how, ",")
    end = "\r\n" if how in ("crlf", "mark") else "\n"
    text = "".join(mark.join(f"{quote}{cell}{quote}" for cell in row) + end for row in rows)
    if how == "utf-16":
        return b"\xff\xfe" + text.encode("utf-16-le")
    return (b"\xef\xbb\xbf" if how == "mark" else b"") + text.encode()


def edit(rnd, rows, name):
    """A version of one side: cells, rows and perhaps a column are its own."""
    rows = [list(r) for r in rows]
    for _ in range(rnd.choice([0, 1, 1, 2])):
        row = rnd.randrange(1, len(rows))
        rows[row][rnd.choice([1, 2])] = rnd.choice([f"{name}{rnd.randrange(3)}", rows[row][1]])
    if rnd.random() < 0.3:
        rows[rnd.randrange(1, len(rows))][3] = str(rnd.randrange(100, 104))
    if rnd.random() < 0.3:
        del rows[rnd.randrange(1, len(rows))]
    if rnd.random() < 0.3:
        rows.append([str(rnd.choice([90, 91])), f"{name}new", "new", "7"])
    if rnd.random() < 0.15:
        rows = [r + [f"{name}more" if i else f"more_{name}"] for i, r in enumerate(rows)]
    return rows


class Case:
    def __init__(self, rnd):
        self.rnd = rnd
        run("git", "checkout", "-q", "--orphan", f"case{rnd.random()}")
        run("git", "rm", "-rqf", "--ignore-unmatch", ".")
        base = [["id", "a", "b", "n"]] + [[str(i), f"x{i}", f"y{i}", str(i * 10)] for i in range(1, rnd.randrange(6, 12))]
        self.rows = {"base": base, "ours": edit(rnd, base, "o"), "theirs": edit(rnd, base, "t")}
        self.pointers, self.texts = {}, {}
        for name, rows in self.rows.items():
            with open(PATH, "wb") as f:
                f.write(spell(rows, "same"))
            run("varve", "add", "-q", "--key", "id", PATH)
            self.pointers[name] = out("git", "rev-parse", f":{PATH}")
            how = rnd.choice(SPELLINGS)
            self.texts[name] = out("git", "hash-object", "-w", "--no-filters", "--stdin",
                                   stdin=self.pipe(spell(rows, how)))
        self.attributes = out("git", "rev-parse", ":.gitattributes")

    @staticmethod
    def pipe(text):
        with open("../text", "wb") as f:
            f.write(text)
        return open("../text", "rb")

    def commit(self, blob, *parents):
        tree = out("git", "mktree", input=f"100644 blob {self.attributes}\t.gitattributes\n100644 blob {blob}\t{PATH}\n")
        return out("git", "commit-tree", "-m", "a version", tree, *itertools.chain(*(("-p", p) for p in parents)))

    def merge(self, forms, way):
        """What came out: exit code, rows, conflicts, form."""
        blobs = {n: (self.texts if f == "T" else self.pointers)[n] for n, f in zip(self.rows, forms)}
        base = self.commit(blobs["base"])
        ours, theirs = self.commit(blobs["ours"], base), self.commit(blobs["theirs"], base)
        run("git", "branch", "-f", "theirs", theirs)  # git's history names what is merged
        run("git", "reset", "-q", "--hard")
        run("git", "checkout", "-q", "--detach", ours)
        os.utime(PATH)
        dirty = out("git", "status", "--porcelain")
        if dirty:
            sys.exit(f"{forms}: after the checkout: {dirty}")
        if way == "varve revert":
            # the commit that is taken back has base, and its parent theirs
            run("git", "checkout", "-q", "--detach", self.commit(blobs["ours"], self.commit(blobs["base"], theirs)))
            done = run("varve", "revert", "HEAD~1", ok=None)
        elif way == "git stash":
            run("git", "checkout", "-q", "--detach", base)
            run("git", "checkout", theirs, "--", PATH)
            if run("git", "stash", "-q", ok=None).returncode or not out("git", "stash", "list"):
                return None
            run("git", "checkout", "-q", "--detach", ours)
            done = run("git", "stash", "pop", "-q", ok=None)
            run("git", "stash", "drop", "-q", ok=None)
        elif way == "git rebase":
            run("git", "checkout", "-q", "--detach", theirs)
            done = run("git", "rebase", "-q", ours, ok=None)
        elif way.endswith("merge"):
            done = run(*way.split(), "-q", "-m", "merged", theirs, ok=None)
        else:
            done = run(*way.split(), theirs, ok=None)
        said = run("varve", "conflicts", "--json", ok=None).stdout
        found = [t["items"] for t in json.loads(said)["conflicts"]] if said else []
        unmerged = out("git", "ls-files", "-u", PATH)
        rows = run("varve", "cat", "--json", PATH, ok=None).stdout
        # a stash leaves in the index what HEAD has
        pointer = bool(unmerged) or way == "git stash" or out("git", "cat-file", "-p", f":{PATH}").startswith("varve pointer")
        result = done.returncode != 0, rows, found, pointer, bool(unmerged)
        for verb in "merge", "cherry-pick", "revert", "rebase":
            run("git", verb, "--abort", ok=None)
        run("git", "reset", "-q", "--hard")
        self.said = done.stdout + done.stderr
        return result


def main():
    seed, count = int(sys.argv[1]), int(sys.argv[2])
    ran = conflicts = 0
    for n in range(count):
        rnd = random.Random(seed + n)
        case = Case(rnd)
        if case.rows["ours"] == case.rows["base"] or case.rows["theirs"] in (case.rows["base"], case.rows["ours"]):
            continue  # git decides these without the rows
        for way in rnd.sample(WAYS, 2):
            want = case.merge("PPP", way)
            for forms in rnd.sample(["".join(f) for f in itertools.product("PT", repeat=3)][1:], 3):
                got = case.merge(forms, way)
                ran += 1
                conflicts += got is not None and got[4]
                if got != want:
                    sys.exit(f"seed {seed + n}, {way}, {forms}:\n{got}\nwant\n{want}\n{case.said}\n{case.rows}")
    print(f"{ran} merges, {conflicts} of them conflicts")


main()
