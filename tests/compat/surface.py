#!/usr/bin/env python3
"""surface.py MAN PLACES: what scripts rely on, a line each, sorted: every option of the manual pages in the folder MAN, and for commands
with --json in a clone of PLACES/public (made in the current folder) the exit status, and the place and kind of each value.
v1/surface has what version 1 began with: later varves may print more lines, and miss none of these."""
import json
import re
import subprocess
import sys
from pathlib import Path

COMMANDS = """
add --json --dry-run prices.csv
info --json
info --json prices.csv
info --json HEAD~1:tasks.ndjson
diff --json
diff --json HEAD~2 HEAD
diff --exit-code --json
diff --format ndjson HEAD~2 HEAD
diff --format patch HEAD~2 HEAD
log --json prices.csv
log --json --row 2 prices.csv
status --json
show --json
blame --json --row 2 prices.csv
blame --json --cells --row 2 prices.csv
cat --format ndjson --limit 1 HEAD:prices.csv
check --json HEAD~1
check --json prices.csv
check --json --list-rules
commit --json -a -m four
conflicts --json
merge --json --dry-run side
merge --json side
conflicts --json
merge --abort
whereis --json HEAD~1:prices.csv
cite --json prices.csv
verify --json
config --list --json
drop --json --dry-run HEAD~2
gc --json
fsck --json
fsck --json --data
doctor --json
store list --json
schema --json prices.csv
schema --json broken.csv
set --json prices.csv 9 price=4
delete --json prices.csv 9
sql --format json SELECT count(*) AS n FROM prices
push --json ../hub.git main
fetch --json
no-such-command
""".strip().splitlines()
ID = re.compile(r"[0-9a-f]{40}|baf[a-z0-9]{56}|z6Mk\w{44}")


def options(folder):
    for page in sorted(folder.glob("*.1")):
        command = page.stem
        for line in re.findall(r"^\.TP\n(\\fB\\-.*)$", page.read_text(), re.M):
            for name in re.findall(r"\\fB(\\-[^\\\s,=]*(?:\\-[^\\\s,=]*)*)\\fR", line):
                yield f"option {command} " + name.replace("\\-", "-")


def places(value, at=""):
    """The place and kind of each value; null is none."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from places(inner, f"{at}.{'ID' if ID.fullmatch(key) else key}")
    elif isinstance(value, list):
        yield f"{at} list"
        for inner in value:
            yield from places(inner, at + "[]")
    elif value is not None:
        yield f"{at} {'number' if type(value) in (int, float) else type(value).__name__}"


def run(*words):
    return subprocess.run(words, capture_output=True, text=True)


def outputs(public):
    def varve(*words):
        return run("varve", "-C", "surface", *words)

    run("git", "init", "-q", "--bare", "hub.git")
    run("varve", "clone", "-q", public, "surface")
    varve("switch", "-q", "-c", "side")
    for branch, cell in (("side", "12"), ("main", "13")):
        varve("switch", "-q", branch)
        text = Path("surface/prices.csv").read_text().split("\n")
        Path("surface/prices.csv").write_text("\n".join([*text[:2], f"2,other {cell},1.50", *text[3:]]))
        if branch == "side":
            varve("commit", "-q", "-a", "-m", "side")
    for line in COMMANDS:
        words = line.split(" ") if "SELECT" not in line else [*line.split(" ")[:3], line[line.index("SELECT") :]]
        away = line.startswith("whereis")  # a peer that does not answer has an error
        if away:
            varve("remote", "add", "away", "../away.git")
        done = varve(*words)
        if away:
            varve("remote", "remove", "away")
        yield f"json {line}: exit {done.returncode}"
        for text in done.stdout.splitlines() if re.search("--format (ndjson|patch)", line) else [done.stdout]:
            if text.strip():
                try:
                    yield from (f"json {line}: {place}" for place in places(json.loads(text)))
                except ValueError:
                    sys.exit(f"{line}: not JSON: {text}")


if __name__ == "__main__":
    man, kept = map(Path, sys.argv[1:])
    print(*sorted({*options(man), *outputs(kept / "public")}), sep="\n")
