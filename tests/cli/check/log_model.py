#!/usr/bin/env python3
"""log_model.py FOLDER SEED: a random history of one table, and what 'varve check --log' has to say of three rules of it,
detected at the text of each commit."""
import csv, json, os, random, subprocess, sys

folder, seed = sys.argv[1], int(sys.argv[2])
random.seed(seed)
os.chdir(folder)


def run(*words):
    return subprocess.run(words, capture_output=True, text=True)


rows = {i: [i, random.randint(0, 5), "x"] for i in range(random.randint(1, 30))}
name, commits = "n", []
for step in range(random.randint(2, 14)):
    for i in random.sample(sorted(rows), min(len(rows), random.randint(0, 3))):
        rows[i][1] = random.randint(0, 7)
    if random.random() < 0.3 and len(rows) > 1:
        del rows[random.choice(sorted(rows))]
    if random.random() < 0.3:
        rows[max(rows) + 1] = [max(rows) + 1, 1, "y"]
    if random.random() < 0.1:
        name = "m" if name == "n" else "n"
    with open("t.csv", "w", newline="") as f:
        out = csv.writer(f, lineterminator="\n")
        out.writerow(["id", name, "s"])
        out.writerows(rows[i] for i in sorted(rows))
    run("varve", "add", "t.csv") if random.random() < 0.5 else run("git", "add", "t.csv")
    if run("git", "diff", "--cached", "--quiet").returncode == 0:
        continue
    when = f"{1700000000 + step * 86400} +0000"
    os.environ["GIT_AUTHOR_DATE"] = os.environ["GIT_COMMITTER_DATE"] = when
    run("git", "commit", "-q", "-m", f"step {step}", "--author", f"Author {step} <a@example.com>")
    bad = sum(1 for r in rows.values() if r[1] > 5)
    commits.append((run("git", "rev-parse", "HEAD").stdout.strip(), f"Author {step}", name, bad, len(rows)))

with open("varve.checks", "w") as f:
    f.write("[t.csv]\nsmall: n <= 5\ncount(*) >= 10  -- enough\nid >= 0\n")


def verdict(states):
    """states of all versions, "fails", "no longer applies" or "holds": what --log says of the last."""
    last, since = states[-1], len(states) - 1
    while since > 0 and states[since - 1] == last:
        since -= 1
    always = since == 0 and last != "fails"
    return {"state": last, "failed": states.count("fails"), "since": None if always else commits[since][:2]}


wanted = {
    "small": verdict(["no longer applies" if c[2] != "n" else "fails" if c[3] else "holds" for c in commits]),
    "enough": verdict(["fails" if c[4] < 10 else "holds" for c in commits]),
    "id >= 0": verdict(["holds"] * len(commits)),
}
for options in ((), (), ("--no-cache",)):  # what is kept, and what is not
    found = run("varve", "check", "--log", "--json", *options)
    assert found.returncode in (0, 1), found.stderr
    rules = {r.get("name"): r for r in json.loads(found.stdout)["rules"]}
    for rule, want in wanted.items():
        r = rules[rule]
        since = r.get("since")
        got = {"state": r["state"], "failed": r["failed"], "since": (since["commit"], since["authorName"]) if since else None}
        assert got == want, (seed, options, rule, got, want)
    assert rules["small"]["findingCount"] == (commits[-1][3] if commits[-1][2] == "n" else 1), (seed, rules["small"])
print("ok")
