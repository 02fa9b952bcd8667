"""suggest.py HISTORY...: rules that `varve check --suggest` learns from the first half of a table's versions, judged by the second
half. A history is a bundle or a repository of Git with tables as text; it is cloned. An alarm is a rule that a later version
does not meet; it is false where the newest one does not meet it either: what was mended since was wrong."""

import datetime
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path


def run(*argv):
    done = subprocess.run(argv, capture_output=True, text=True)
    assert done.returncode in (0, 1), (argv, done.stderr)
    return done.stdout


def measure(path, tip):
    versions = [v.split() for v in run("git", "log", "--first-parent", "--reverse", "--format=%H %cI", tip, "--", path).splitlines()]
    if len(versions) < 4:
        return None
    half = versions[len(versions) // 2 - 1]
    day = [datetime.datetime.fromisoformat(when) for _, when in (half, versions[-1])]
    run("git", "checkout", "-qf", "--detach", half[0])
    Path("varve.checks").unlink(missing_ok=True)
    lines = run("varve", "check", "--suggest", path)
    run("git", "checkout", "-qf", "--detach", tip)
    Path("varve.checks").write_text(lines)
    late, alarms = {v for v, _ in versions[len(versions) // 2:]}, {}
    sql = "SELECT commit_hash, name, found FROM varve_check_results(?1) WHERE name IS NOT NULL AND applies AND found > 0"
    for r in json.loads(run("varve", "sql", "-q", "--json", sql.replace("?1", f"'{path}'")) or "[]"):
        if r["commit_hash"] in late:
            alarms.setdefault(r["name"], set()).add(r["commit_hash"])
    false = sum(versions[-1][0] in commits for commits in alarms.values())
    rules = sum(bool(line) and not line.startswith(("--", "[")) for line in lines.splitlines())
    return len(versions), (day[1] - day[0]).total_seconds() / 86400 / 365.25, rules, len(alarms), false


def main(histories):
    totals, above = [0, 0.0, 0, 0, 0], []
    print("history | versions | years after | rules | alarms | false | false a year")
    for history in [os.path.abspath(h) for h in histories]:
        with tempfile.TemporaryDirectory() as folder:
            os.chdir(folder)
            heads = run("git", "bundle", "list-heads", history) if history.endswith(".bundle") else None
            run("git", "init", "-q")
            run("git", "fetch", "-q", history, heads.split()[1] if heads else "HEAD")
            tip = run("git", "rev-parse", "FETCH_HEAD").strip()
            for path in run("git", "ls-tree", "-r", "--name-only", tip).splitlines():
                got = measure(path, tip) if path.endswith((".csv", ".tsv")) else None
                if got:
                    rate = got[4] / max(got[1], 1)
                    print(f"{path} | {got[0]} | {got[1]:.1f} | {got[2]} | {got[3]} | {got[4]} | {rate:.2f}", flush=True)
                    totals = [a + b for a, b in zip(totals, got)]
                    above += [path] if rate > 1 else []
            os.chdir("/")
    print(f"together | {totals[0]} | {totals[1]:.1f} | {totals[2]} | {totals[3]} | {totals[4]} | {totals[4] / max(totals[1], 1):.2f}")
    print("more than one false alarm a year:", ", ".join(above) or "none")
    return bool(above)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
