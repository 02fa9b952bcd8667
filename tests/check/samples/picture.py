#!/usr/bin/env python3
"""picture.py [--check]: docs/use/terminal.svg, a recording of the sixty seconds of README.md.

The commands and what they print are those of README's block "sample minute", which check.samples compares with what the program
prints; so the picture shows what varve does. Each command appears with its output, a moment after the one before. --check: is the picture the one that this makes?"""
import os
import re
import sys
from xml.sax.saxutils import escape

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
PICTURE = os.path.join(ROOT, "docs/use/terminal.svg")
LAST = "varve blame"    # the command that the picture ends with
SIZE, LINE, CHARACTER, EDGE = 13, 18, 7.83, 16
COLOURS = (             # the first pattern that a line matches
    (re.compile(r"^\$ "), "command"),
    (re.compile(r"^  [~>] "), "changed"),
    (re.compile(r"^  \+ "), "added"),
    (re.compile(r"^  - "), "removed"),
    (re.compile(r"^(merged|CONFLICT|\[)"), "good"),
)
STYLE = """text{font:13px ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace;fill:#c9d1d9;white-space:pre}
.command{fill:#fff;font-weight:600}.changed{fill:#e3b341}.added,.good{fill:#56d364}.removed{fill:#ff7b72}
g{opacity:0;animation:show .01s forwards}@keyframes show{to{opacity:1}}
@media (prefers-reduced-motion:reduce){g{opacity:1;animation:none}}"""


def block():
    with open(os.path.join(ROOT, "README.md"), encoding="utf-8") as file:
        text = file.read()
    return re.search(r"<!-- sample minute -->\n```\n(.*?)```", text, re.S)[1].rstrip("\n").split("\n")


def commands(lines):
    """Each command with its output, up to LAST."""
    parts = []
    for line in lines:
        if line.startswith("$ "):
            if parts and parts[-1][0].startswith("$ " + LAST):
                break
            parts.append([])
        parts[-1].append(line)
    return parts


def draw(parts):
    lines = [line for part in parts for line in part]
    width = round(max(map(len, lines)) * CHARACTER) + 2 * EDGE
    height = len(lines) * LINE + 2 * EDGE + 20
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img">',
           "<title>varve in a terminal: a table is added, changed, compared, merged and traced</title>",
           f"<style>{STYLE}</style>", f'<rect width="{width}" height="{height}" rx="8" fill="#0d1117"/>',
           *(f'<circle cx="{EDGE + 4 + 18 * i}" cy="16" r="5" fill="{c}"/>' for i, c in enumerate(("#ff5f56", "#ffbd2e", "#27c93f")))]
    y, seconds = EDGE + 20 + SIZE, 0.3
    for part in parts:
        out.append(f'<g style="animation-delay:{seconds:.1f}s">')
        for line in part:
            kind = next((f' class="{name}"' for pattern, name in COLOURS if pattern.search(line)), "")
            if line:
                out.append(f'<text x="{EDGE}" y="{y}"{kind} xml:space="preserve">{escape(line)}</text>')
            y += LINE
        out.append("</g>")
        seconds += 0.8 + 0.1 * len(part)
    return "\n".join((*out, "</svg>", ""))


def main():
    wanted = draw(commands(block()))
    if "--check" not in sys.argv:
        with open(PICTURE, "w", encoding="utf-8") as file:
            file.write(wanted)
        return 0
    with open(PICTURE, encoding="utf-8") as file:
        same = file.read() == wanted
    print("the picture shows what README.md has" if same else "docs/use/terminal.svg is not of README.md: tests/check/samples/picture.py")
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
