#!/usr/bin/env python3
"""docs.py ROOT: every link between pages leads to a page and a heading that exist, every docs/... that a source, a test
or a manual page names exists, and the pages stay short: so many words in all, so many in a paragraph."""
import os
import re
import subprocess
import sys

WORDS = 68000  # those of docs/develop/plots, too
PARAGRAPH = 120     # words in one paragraph or item
CHANGES = 140       # lines of CHANGELOG.md; Git has the rest
LINK = re.compile(r"\]\(([^)\s#]*)(?:#([^)\s]*))?\)")
NAMED = re.compile(r"docs/(?:[a-z/]|\\?-)+\.(?:md|png|json)\b")
ELSEWHERE = {"docs/api/batch.md"}  # Git LFS's


def pages(root):
    for folder, _, names in sorted(os.walk(os.path.join(root, "docs"))):
        yield from (os.path.join(folder, n) for n in sorted(names) if n.endswith(".md"))


def read(path):
    with open(path, encoding="utf-8", errors="replace") as f:
        return f.read()


def without_code(text):
    return re.sub(r"^```.*?^```", "", text, flags=re.M | re.S)


def anchors(text):
    """The names that GitHub gives headings."""
    for title in re.findall(r"^#+ (.*)$", without_code(text), re.M):
        yield re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def links(root, path):
    for target, anchor in LINK.findall(without_code(read(path))):
        if re.match(r"[a-z]+:", target) or target == "../../releases":  # GitHub's and GitLab's page, beside that of the README
            continue
        to = os.path.normpath(os.path.join(os.path.dirname(path), target)) if target else path
        if not os.path.exists(to):
            yield f"{os.path.relpath(path, root)}: there is no {target}"
        elif anchor and anchor not in anchors(read(to)):
            yield f"{os.path.relpath(path, root)}: {target} has no heading #{anchor}"


def paragraphs(root, path):
    for text in re.split(r"\n\s*\n", without_code(read(path))):
        lines = [line for line in text.split("\n") if not line.startswith("|")]
        for item in re.split(r"\n(?=\s*(?:[-*]|\d+\.) )", "\n".join(lines)):
            if len(item.split()) > PARAGRAPH:
                yield f"{os.path.relpath(path, root)}: a paragraph of {len(item.split())} words: {' '.join(item.split()[:6])} ..."


def named(root):
    listed = subprocess.run(["git", "-C", root, "ls-files"], capture_output=True, text=True)
    for name in listed.stdout.splitlines():
        path = os.path.join(root, name)
        if not name.endswith((".c", ".h", ".py", ".bats", ".sh", ".1", ".md", ".txt", ".yml", ".cmake")) or not os.path.exists(path):
            continue
        for found in set(NAMED.findall(read(path))) - ELSEWHERE:
            if not os.path.exists(os.path.join(root, found.replace("\\-", "-"))):
                yield f"{name}: there is no {found}"


def main(root):
    wrong = [w for path in (*pages(root), *(os.path.join(root, n) for n in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")))
             for w in (*links(root, path), *paragraphs(root, path))]
    wrong += named(root)
    words = sum(len(read(path).split()) for path in pages(root))
    if words > WORDS:
        wrong.append(f"docs has {words} words, more than {WORDS}")
    lines = len(read(os.path.join(root, "CHANGELOG.md")).splitlines())
    if lines > CHANGES:
        wrong.append(f"CHANGELOG.md has {lines} lines, more than {CHANGES}: one line for each thing that users see")
    print("\n".join(wrong) or f"{words} words, and every link leads somewhere")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
