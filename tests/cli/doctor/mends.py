"""Doctor's mends, each run as it is printed in the situation that names it; then nothing of the kind is wrong. A mend of
lib/status/doctor*.c without a row here, or a reason, fails.

mends.py ROOT"""
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

root = Path(sys.argv[1])
NEW = r"""varve init -q . && printf 'id,v\n1,a\n2,b\n' > t.csv && varve add -q t.csv && varve commit -qm one"""
POINTER = r"""git update-index --add --cacheinfo "100644,$(git hash-object -w --no-filters x),%s" """

# code of the hint: the situation, the finding's word, how the mend is read, and what must hold afterwards. A mend names
# words in capitals, or others who do something first; how has what stands for them.
ROWS = {
    "INIT_AGAIN": (NEW + " && git config --unset merge.varve.driver", "settings", {}, "true"),
    "TRACK": (NEW + " && : > .gitattributes", "attributes", {r", then commit .*": ""},
              "git check-attr filter t.csv | grep -q varve"),
    "FIX": (NEW + r" && printf 'id,v\n1,text\n' > x && " + POINTER % "t.csv" + r" && cp x t.csv", "plain", {},
            "varve cat :t.csv | grep -q text && git cat-file blob :t.csv | grep -q varve"),
    "BLOCKS_FETCH": (r"mkdir c && (cd c && " + NEW + r") && varve init -q p && cd p && git commit -q --allow-empty -m p && "
                     r"git init -q --bare ../r.git && git remote add origin ../r.git && git subtree add -q --prefix child ../c main",
                     "blocks", {r" \(add (--from) URL.*": r" \1 ../c"},
                     "varve fsck -q && varve cat HEAD:child/t.csv | grep -q 1,a"),
    "BLOCKS_REMOTE": (r"mkdir c && (cd c && " + NEW + r") && git clone -q c p && cd p && varve init -q && git remote remove origin",
                      "blocks", {r".*'(varve remote add) NAME URL'\), then (.*)": r"\1 origin ../c && varve fetch -q && \2"},
                      "varve fsck -q"),
    "FSCK_REPAIR": (NEW + r" && rm -f .git/varve/packs/*", "blocks", {}, "varve fsck -q && varve cat HEAD:t.csv | grep -q 1,a"),
    "RESTORE_DATA": (NEW + r" && git cat-file blob HEAD:t.csv > t.csv", "pointer", {r"^'(.*)' writes the data": r"\1"},
                     "grep -q 1,a t.csv"),
    "PUSH": (NEW + r" && git init -q --bare ../r.git && git remote add origin ../r.git && "
             r"git config push.autoSetupRemote true && varve push -q -u origin main && "
             r"sed -i s/1,a/1,c/ t.csv && varve commit -qam two", "unsent", {}, "git -C ../r.git cat-file -e main:t.csv"),
    "PUSH_BLOCKS_TO": (NEW + r" && git init -q --bare ../r.git && git remote add origin ../r.git && varve push -q -u origin main && "
                       r"varve store add team $PWD/../store && varve add -q .varveconfig && varve commit -qm store && git push -q --no-verify",
                       "peer", {", in a clone.*": ""}, "ls ../store/versions/*.packs"),
}
REASONS = {
    "ADD_CONVERT": "is tried by tests of add and commit",
    "BLOCKS_ASK": "somebody else has to act first",
    "GC_ROOM": "the disk's room is not the test's to fill",
    "MIGRATE": "needs Git LFS: tests/cli/migrate",
    "READ_NEWER": "needs a newer varve",
    "STORE_FORK": "is tried by a test of stores",
    "REMOTE_MOVED": "what to type is not known to varve",
}


def run(text, cwd):
    return subprocess.run(["bash", "-c", text], cwd=cwd, capture_output=True, text=True)


def doctor(cwd):
    done = run("varve doctor --json", cwd)
    return json.loads(done.stdout)["findings"]


named = set()
for source in (root / "lib/status").glob("doctor*.c"):
    named |= set(re.findall(r"VV_HINT_([A-Z_]+)", source.read_text()))
assert named == set(ROWS) | set(REASONS), named ^ (set(ROWS) | set(REASONS))
words = dict(re.findall(r'\{"([a-z-]+)", "((?:[^"\\]|\\.)*)"\}', (root / "cmd/frame/hint_table.c").read_text()))

for code, (situation, what, how, holds) in ROWS.items():
    top = Path("mend-" + code)
    shutil.rmtree(top, ignore_errors=True)
    work = top / "w"
    work.mkdir(parents=True)
    made = run(situation + " && pwd", work)
    assert made.returncode == 0, (code, made.stdout, made.stderr)
    where = made.stdout.strip().splitlines()[-1]
    # the words of the hint, with anything in the place of its arguments
    form = re.compile(re.sub(r"[%$]\d", ".*", re.escape(words[code.lower().replace("_", "-")]).replace("\\%", "%").replace("\\$", "$")))
    found = [f for f in doctor(where) if f["what"] == what and f.get("mend") and form.fullmatch(f["mend"])]
    assert found, (code, doctor(where))
    mend = found[0]["mend"]
    for pattern, by in how.items():
        mend = re.sub(pattern, by, mend)
    done = run(mend, where)
    assert done.returncode == 0, (code, mend, done.stdout, done.stderr)
    after = run(holds, where)
    assert after.returncode == 0, (code, mend, holds, after.stdout, after.stderr)
    left = [f for f in doctor(where) if f["what"] == what]
    assert not left, (code, mend, left)
print("ok")
