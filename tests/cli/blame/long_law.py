"""Histories of tables with rows of too many or too few cells, by `varve blame` and `varve log --row`, against a model of rows.

Usage: long_law.py SEED CASES, in an empty repository that has *.csv as text. A row is of the commit that last changed a cell of its line, further
cells than the header names included.
"""
import json
import random
import subprocess
import sys

SEED, CASES = sys.argv[1], int(sys.argv[2])
VERSIONS = 5


def run(*words):
    done = subprocess.run(words, capture_output=True, check=False, text=True)
    if done.returncode != 0 or done.stderr:
        sys.exit(f"{' '.join(words)}: {done.returncode}\n{done.stderr}")
    return done.stdout


def line(rnd, key, long_part):
    """No two rows have the same cells beside the key, else one could be the other with a new key."""
    cells = [key, f"{key} {rnd.randrange(9)}", rnd.choice(["x", "yy", "", "q r"])]
    if rnd.random() < long_part:
        cells += [rnd.choice(["more", "", "7"]) for _ in range(rnd.randrange(1, 4))]
    return cells[:2] if rnd.random() < 0.1 else cells


def change(rnd, rows, long_part):
    out = {key: line(rnd, key, long_part) if rnd.random() < 0.2 else cells for key, cells in rows.items() if rnd.random() < 0.95}
    out.update({key: line(rnd, key, long_part) for key in [f"n{rnd.randrange(99)}"]})
    return out


def history(rnd):
    """[rows by key], of which at most half are long."""
    versions, long_part = [], rnd.choice([0.05, 0.2])
    rows = {f"k{i:02}": line(rnd, f"k{i:02}", long_part) for i in range(rnd.choice([6, 40]))}
    while len(versions) < VERSIONS:
        if sum(len(cells) > 3 for cells in rows.values()) * 2 <= len(rows):
            versions.append(rows)
        rows = change(rnd, versions[-1] if versions else rows, rnd.choice([0, long_part]))
    return versions


def write(case, versions):
    run("git", "switch", "-q", "--orphan", f"case{case}")
    ids = []
    for rows in versions:
        with open("t.csv", "w", encoding="utf-8") as f:
            f.writelines(",".join(cells) + "\n" for cells in [["id", "a", "b"], *rows.values()])
        run("git", "add", "t.csv")
        run("git", "commit", "-q", "--allow-empty", "-m", str(len(ids)))
        ids.append(run("git", "rev-parse", "HEAD").strip())
    return ids


def cell(rows, key, at):
    cells = rows.get(key, [])
    return cells[at] if at < len(cells) else None


def last_change(versions, of):
    """The number of the version in which of(rows) got its value."""
    at = len(versions) - 1
    while at > 0 and of(versions[at - 1]) == of(versions[at]):
        at -= 1
    return at


def check(case, versions, ids):
    now = versions[-1]
    blamed = json.loads(run("varve", "blame", "--json", "--key", "id", "t.csv"))
    found = {row["keyValues"][0]: ids.index(row["commit"]) for row in blamed["rows"]}
    wanted = {key: last_change(versions, lambda rows, key=key: rows.get(key)) for key in now}
    assert found == wanted, (SEED, case, "rows", found, wanted)
    blamed = json.loads(run("varve", "blame", "--json", "--cells", "--key", "id", "t.csv"))
    for row in blamed["rows"]:
        key = row["keyValues"][0]
        # a cell of a row that was removed and came back is of the commit that brought it back
        lived = last_change(versions, lambda rows, key=key: key in rows)
        for at, commit in enumerate(list(row["cells"].values())[:len(now[key])]):
            is_set = max(lived, last_change(versions, lambda rows, key=key, at=at: cell(rows, key, at)))
            assert ids.index(commit) == is_set, (SEED, case, key, at, ids.index(commit), is_set)
    for key in list(now)[:3] + list(now)[-1:]:
        log = json.loads(run("varve", "log", "--json", "--key", "id", "--row", key, "t.csv"))
        found = [ids.index(entry["commit"]) for entry in log]
        wanted = [i for i in range(VERSIONS - 1, 0, -1) if versions[i].get(key) != versions[i - 1].get(key)]
        assert found == wanted + [0] * (key in versions[0]), (SEED, case, key, found, wanted)


def main():
    changed = 0
    for case in range(CASES):
        versions = history(random.Random(f"{SEED} {case}"))
        check(case, versions, write(case, versions))
        changed += sum(len(was.get(key, [])) > 3 != len(cells) > 3 for was, rows in zip(versions, versions[1:])
                       for key, cells in rows.items() if key in was)
    assert changed > 0, "no row won or lost a cell"
    print(f"{changed} rows won or lost further cells in {CASES} histories, and each is of the commit that did it")


main()
