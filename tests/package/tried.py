#!/usr/bin/env python3
"""tried.py [--write | --note SYSTEM WHAT SECONDS]: is the table of docs/use/install.md what tests/package/tried.txt says? That
is the log of what ran before a release: a system, what ran, seconds and the day, a line each. tests/package/run and
tests/clean_root note a line in it when all was well, if VARVE_TRIED is set. --write makes the table say what the log does."""
import datetime
import re
import sys
from pathlib import Path

here = Path(__file__).parent
log, page = here / "tried.txt", here / "../../docs/use/install.md"


def tried():
    return [line.split("\t") for line in log.read_text().splitlines()]


def note(system, what, seconds):
    """In place of the line of an earlier day, whose numbers may be others."""
    lines = [(system, what, seconds, datetime.date.today().isoformat())]
    lines += [each for each in tried() if each[0] != system or re.sub(r"\d", "", each[1]) != re.sub(r"\d", "", what)]
    log.write_text("".join("\t".join(each) + "\n" for each in sorted(map(tuple, lines))))


def table(text):
    """The page, each row of its first table with what the log has of its system."""
    rows = text.split("\n\n")[1].split("\n")
    systems = {line[0] for line in tried()}
    for at, row in enumerate(rows[2:], 2):
        system, file, _ = (cell.strip() for cell in row.split("|")[1:4])
        ran = "; ".join(f"{what} ({seconds} s)" for name, what, seconds, _ in tried() if name == system)
        rows[at] = f"| {system} | {file} | {ran or 'nothing'} |"
        systems.discard(system)
    if systems:
        sys.exit(f"docs/use/install.md has no row for {', '.join(systems)}")
    return text.replace(text.split("\n\n")[1], "\n".join(rows), 1)


if sys.argv[1:2] == ["--note"]:
    note(*sys.argv[2:])
elif sys.argv[1:] == ["--write"]:
    page.write_text(table(page.read_text()))
elif table(page.read_text()) != page.read_text():
    sys.exit("docs/use/install.md does not say what tests/package/tried.txt says: tests/package/tried.py --write")
