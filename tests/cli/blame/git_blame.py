#!/usr/bin/env python3
"""varve blame beside git blame, on random histories with merges: one row a line, none moved.

    git_blame.py FIRST COUNT     histories, numbered
"""

import json
import os
import random
import subprocess
import sys

COMMITS = 25


def run(*args, **more):
    p = subprocess.run(args, capture_output=True, text=True, check=False, **more)
    if p.returncode != 0:
        sys.exit(f"{' '.join(args)}: {p.returncode}\n{p.stdout}{p.stderr}")
    return p.stdout


def change(r, rows, number):
    rows = dict(rows)
    for _ in range(r.randrange(1, 4)):
        k = r.choice(list(rows))
        rows[k] = [f"a{number}x{r.randrange(10 ** 6)}" if r.random() < 0.5 else x for x in rows[k]]
    if r.random() < 0.5:
        rows[r.randrange(10 ** 6)] = [f"n{number}x{i}x{r.randrange(10 ** 6)}" for i in range(3)]
    if r.random() < 0.4 and len(rows) > 5:
        del rows[r.choice(list(rows))]
    return rows


def mix(r, parents):
    rows = {}
    for k in {k for p in parents for k in p}:
        having = [p for p in parents if k in p]
        if len(having) == len(parents) or r.random() < 0.6:
            rows[k] = r.choice(having)[k]
    return change(r, rows, r.randrange(10 ** 6)) if r.random() < 0.2 else rows


def history(seed):
    r = random.Random(seed)
    os.makedirs(f"g{seed}")
    os.chdir(f"g{seed}")
    run("git", "init", "-q")
    commits = [({r.randrange(10 ** 6): [f"f{i}", f"g{i}", f"h{i}"] for i in range(30)}, None, "t.csv")]
    for number in range(COMMITS):
        path, parents = commits[-1][2], []
        if number == 0:
            rows = commits.pop()[0]
        elif number > 3 and r.random() < 0.35:
            parents = r.sample(commits[-6:], r.choice([2, 2, 3]))
            path = parents[0][2]
            rows = dict(parents[-1][0]) if r.random() < 0.1 else mix(r, [p[0] for p in parents])
        else:
            parents = [r.choice(commits[-4:])]
            rows, path = change(r, parents[0][0], number), parents[0][2]
            if r.random() < 0.1:
                path = f"t{number}.csv"
        lines = ["id,a,b,c", *(",".join([str(k), *rows[k]]) for k in sorted(rows))]
        blob = run("git", "hash-object", "-w", "--stdin", input="\n".join(lines) + "\n").strip()
        tree = run("git", "mktree", input=f"100644 blob {blob}\t{path}\n").strip()
        date = f"{1700000000 + 60 * number} +0000"
        made = run("git", "commit-tree", tree, *[x for p in parents for x in ("-p", p[1])], "-m", str(number),
                   env={**os.environ, "GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date}).strip()
        commits.append((rows, made, path))
    for rows, at, path in commits[-4:]:
        git = [x.split()[0] for x in run("git", "blame", "--porcelain", at, "--", path).splitlines()
               if len(x.split()) in (3, 4) and len(x.split()[0]) == 40][1:]
        varve = [x["commit"] for x in json.loads(run("varve", "blame", "--json", at, "--", path))["rows"]]
        if git != varve:
            sys.exit(f"{at}: " + str([(i + 1, a[:7], b[:7]) for i, (a, b) in enumerate(zip(git, varve)) if a != b]))
    os.chdir("..")


def main():
    for seed in range(int(sys.argv[1]), int(sys.argv[1]) + int(sys.argv[2])):
        try:
            history(seed)
        except SystemExit as e:
            sys.exit(f"history {seed}, {os.getcwd()}: {e}")


main()
