#!/usr/bin/env python3
"""history.py COMMITS: a project of DVC in the current folder, which has git: tables of each kind that DVC keeps (a file, a folder,
the outputs of a stage), changed over so many commits on two branches, with a merge. Prints nothing."""
import os
import random
import subprocess
import sys

from dvc.repo import Repo

chance = random.Random(33)
COMMITS = int(sys.argv[1])


def git(*args):
    subprocess.run(["git", *args], check=True, stdout=subprocess.DEVNULL)


def write(path, rows, salt):
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    if os.path.lexists(path):
        os.unlink(path)  # it may be a link into the cache
    end = "\r\n" if path.endswith("dos.csv") else "\n"
    with open(path, "w", newline="", encoding="utf-8") as file:
        file.write("id,name,price" + end)
        for i in range(1, rows + 1):
            file.write(f"{i},item {i * 31 % 1009},{(i * 7919 + salt * (i % 7 == 0)) % 100000 / 100:.2f}" + end)


def commit(n, text):
    os.environ["GIT_AUTHOR_DATE"] = os.environ["GIT_COMMITTER_DATE"] = f"{1700000000 + 60 * n} +0000"
    git("add", "-A")
    git("commit", "-q", "--allow-empty", "-m", text)


dvc = Repo.init(".")
with dvc.config.edit() as config:
    config["core"]["analytics"] = False
    config["core"]["autostage"] = False
write("prices.csv", 300, 0)
write("data/dos.csv", 50, 0)
for name in "abc":
    write(f"data/raw/{name}/{name}.csv", 40, ord(name))
dvc.add(["prices.csv", "data/dos.csv", "data/raw"])
with open("make.py", "w", encoding="utf-8") as file:
    file.write("import os\nos.makedirs('out/parts', exist_ok=True)\nrows = open('prices.csv').read().split('\\n')\n"
               "open('out/head.csv', 'w').write('\\n'.join(rows[:20]) + '\\n')\n"
               "open('out/score.json', 'w').write('{\"rows\": %d}\\n' % len(rows))\n"
               "for i in range(3): open('out/parts/%d.csv' % i, 'w').write(rows[0] + '\\n' + '\\n'.join(rows[1 + i:40:3]) + '\\n')\n")
with open("dvc.yaml", "w", encoding="utf-8") as file:
    file.write("stages:\n  make:\n    cmd: python3 make.py\n    deps:\n    - make.py\n    - prices.csv\n    outs:\n    - out/head.csv\n"
               "    - out/parts\n    metrics:\n    - out/score.json:\n        cache: false\n")
dvc.reproduce()
commit(0, "one")
for n in range(1, COMMITS):
    if n == COMMITS // 3:
        git("switch", "-q", "-c", "side")
    if n == COMMITS // 2:
        git("switch", "-q", "-")
        dvc.checkout(force=True)
    kind = n % 4
    if kind == 0:
        write("prices.csv", 300 + n, n)
        dvc.add(["prices.csv"])
        dvc.reproduce()
    elif kind == 1:
        write("data/dos.csv", 50 + n, n)
        dvc.add(["data/dos.csv"])
    elif kind == 2:
        write(f"data/raw/{chance.choice('abcd')}/{chance.choice('abc')}.csv", 40 + n, n)
        dvc.add(["data/raw"])
    else:
        write("extra.csv", n, n)
        dvc.add(["extra.csv"])
    commit(n, f"commit {n}")
git("tag", "v1", "HEAD~3")
git("merge", "-q", "-s", "ours", "-m", "merge side", "side")
