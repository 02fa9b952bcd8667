"""tests/twins/promises.md against the run: each question and edit has a row, each property a column, each letter a line, and none too many."""
import pathlib
import re

import ask
import cover
import edit

PAGE = pathlib.Path(__file__).parent / "promises.md"


def wrong():
    text, found = PAGE.read_text(), []
    rows = [[cell.strip() for cell in line.strip("|\n").split("|")] for line in text.splitlines() if line.startswith("|")]
    head = next(i for i, row in enumerate(rows) if row[0] == "question")
    table = []
    for row in rows[head + 2 :]:
        if row[0] == "property":
            break
        table.append(row)
    want = set(ask.QUESTIONS) | {f"edit {kind}" for kind in edit.PYTHON + edit.COMMANDS + edit.MERGES + edit.UPDATE}
    have = {row[0] for row in table}
    found += [f"no promise about '{name}'" for name in sorted(want - have)] + [f"'{name}' is not asked" for name in sorted(have - want)]
    properties = set(cover.PROPERTIES) - {"edit"}
    found += [f"no column '{name}'" for name in sorted(properties ^ set(rows[head][1:]))]
    letters = {cell for row in table for cell in row[1:]} - {"="}
    lines = set(re.findall(r"^- \*\*(\w)\*\*", text, re.M))
    found += [f"letter {letter} has no line, or no use" for letter in sorted(letters ^ lines)]
    found += [f"'{row[0]}' has {len(row)} cells" for row in table if len(row) != len(rows[head])]
    return found
