"""The settings that the sources read are those of the table in lib/status/settings.c, and each
stands in a manual page."""

import re
import sys
from pathlib import Path

ROOT = Path(sys.argv[1])
TABLE = ROOT / "lib/status/settings.c"


def sources():
    for folder in ("cmd", "lib", "repo", "transport", "dataset", "diff"):
        for path in sorted((ROOT / folder).rglob("*.c")):
            if path != TABLE:
                yield path


def main():
    table = TABLE.read_text()
    names = re.findall(r'\{"varve\.(\w+)"', table)
    of_remotes = re.findall(r'\{OF_REMOTE "(\w+)"', table)
    read = {}
    for path in sources():
        # "varve.schema.tmp" and the like are files; "Varve.X" in messages is not read.
        for name in re.findall(r'"varve\.([a-z0-9]+)"', path.read_text()):
            read.setdefault(name, path.relative_to(ROOT))
    files = {"json", "checks", "rules", "reader"}  # the rules of varve check, what reads those of others, and the module
    known = {name.lower() for name in names}
    problems = [f"{where}: reads varve.{name}, which is not in {TABLE.relative_to(ROOT)}"
                for name, where in read.items() if name not in known | files]
    problems += [f"{TABLE.relative_to(ROOT)}: nothing reads varve.{name}"
                 for name in names if name.lower() not in read]
    manual = "".join(page.read_text() for page in (ROOT / "docs/man").glob("*.1")).replace("\\-", "-")
    problems += [f"no manual page names varve.{name}" for name in names
                 if not re.search(rf"varve\.{name}\b", manual)]
    problems += [f"no manual page names remote.NAME.{name}" for name in of_remotes
                 if not re.search(rf"remote\.<name>\.{name}\b", manual)]
    if len(names) < 15 or len(read) < 15:
        problems.append("the table or the sources are not read as they are written now")
    print("\n".join(problems) or f"{len(names) + len(of_remotes)} settings")
    return 1 if problems else 0


sys.exit(main())
