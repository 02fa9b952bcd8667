"""The shell parts of docs/programs/ci.md, so that the tests run what the page shows.

    ci_blocks.py FILE STEP               of a file of YAML, the STEP-th "- |"
    ci_blocks.py FILE HEADING N          the N-th fenced block below the heading
    ci_blocks.py FILE HEADING N STEP     in it (YAML) the script of that step: the text of
                                         "run: |" below "- name: STEP", or the STEP-th
                                         "- |" of GitLab's script lists
"""
import re
import sys


def blocks(text, heading):
    section = re.split(r"^## ", text, flags=re.M)
    for s in section:
        if s.startswith(heading):
            return re.findall(r"^```\w*\n(.*?)^```$", s, flags=re.M | re.S)
    sys.exit(f"ci_blocks: no heading '{heading}'")


def indented(lines, start):
    """The lines below lines[start] that are deeper than it, without their indentation."""
    depth = len(lines[start]) - len(lines[start].lstrip())
    body = []
    for line in lines[start + 1:]:
        if line.strip() and len(line) - len(line.lstrip()) <= depth:
            break
        body.append(line)
    least = min(len(l) - len(l.lstrip()) for l in body if l.strip())
    return "\n".join(l[least:] for l in body) + "\n"


def step(yaml, name):
    lines = yaml.split("\n")
    if name.isdigit():
        starts = [i for i, l in enumerate(lines) if l.strip() == "- |"]
        return indented(lines, starts[int(name) - 1])
    at = next(i for i, l in enumerate(lines) if l.strip() == f"- name: {name}")
    run = next(i for i in range(at, len(lines)) if lines[i].strip() == "run: |")
    return indented(lines, run)


def main(file, heading, number=None, name=None):
    with open(file, encoding="utf-8") as f:
        text = f.read()
    if number is None:
        sys.stdout.write(step(text, heading))
        return
    block = blocks(text, heading)[int(number) - 1]
    sys.stdout.write(step(block, name) if name else block)


main(*sys.argv[1:])
