"""Lists that name all of a kind name each of its table.

A row of VV_PLACE_KINDS has a vv_place row of tests/places/CMakeLists.txt with the name of a scheme of its kind; a scheme of
each kind is in the pages of its uses. A form of VV_FORM_KINDS is a word of --input-format. The formats of --format are those
that vv_view_format_parse knows.
"""

import re
import sys
from pathlib import Path

ROOT = Path(sys.argv[1])
PAGES = {"STORES": ("docs/operate/stores.md", "docs/man/varve-store.1"),
         "HOLDS": ("docs/operate/copies.md", "docs/man/varve-vault-holder.1")}


def main():
    url = (ROOT / "transport/line/url.h").read_text()
    schemes = re.findall(r'row\("([a-z0-9+]+)", "[^"]*", (VV_URL_\w+), \w+, \d+, ([^)]+)\)', url)
    kinds = re.findall(r"row\((VV_URL_\w+), ", (ROOT / "transport/places/place_kinds.h").read_text())
    suite = re.findall(r"^vv_place\((\w+)", (ROOT / "tests/places/CMakeLists.txt").read_text(), re.M)
    problems = []
    for kind in kinds:
        names = {name.split("+")[0] for name, of, _ in schemes if of == kind} | ({"folder"} if kind == "VV_URL_PATH" else set())
        if not names & set(suite):
            problems.append(f"tests/places/CMakeLists.txt: no row runs the suite for {kind}")
    for use, pages in PAGES.items():
        for kind in kinds:
            names = [name for name, of, uses in schemes if of == kind and ("ANY_PLACE" in uses or use in uses)]
            forms = "|".join(re.escape(name) for name in names)
            problems += [f"{page}: no URL of the scheme '{names[0]}:'" for page in pages if names and kind != "VV_URL_PATH" and
                         not re.search(rf"(?<![a-z0-9+])({forms}):", (ROOT / page).read_text().replace("\\-", "-"))]
    forms = re.findall(r'^\tX\(\w+, "(\w+)"', (ROOT / "dataset/format/form.h").read_text(), re.M)
    words = re.search(r'"input-format", [\w.]+, "FORMAT", "([^"]+)"', (ROOT / "cmd/frame/command.h").read_text()).group(1)
    problems += [f"cmd/frame/command.h: --input-format lacks the form '{form}'" for form in forms if form not in words.split("|")]
    view = (ROOT / "lib/view/view_format.h").read_text()
    named = set("|".join(re.findall(r'^#define VV_VIEW_(?:TEXTS|STREAMS) [^"\n]*"\|?([^"]+)"', view, re.M)).split("|"))
    known = set(re.findall(r'\{"(\w+)", VV_VIEW_', (ROOT / "lib/view/view_format.c").read_text())) - {"table", "jsonl"}
    problems += [f"lib/view/view_format.h: '{word}' is not a name of vv_view_format_parse and of VV_VIEW_STREAMS" for word in named ^ known]
    if len(schemes) < 10 or len(kinds) < 6 or len(forms) < 3:
        problems.append("url.h, place_kinds.h and form.h are not read as they are written now")
    print("\n".join(problems) or f"{len(kinds)} kinds of places, {len(schemes)} schemes and {len(forms)} forms of files")
    return 1 if problems else 0


sys.exit(main())
