#!/usr/bin/env python3
"""Reads messages, comments and documents for turns that a technical writer would not use.

usage: english.py ROOT [--lower]

Each rule is a pattern with what to write instead. Messages and documents must be free of all of them,
comments of those in EVERYWHERE. Generated pages and data are not read.

COUNTED are turns that are too frequent to be forbidden: they may only become fewer than in tests/check/english.txt. Documents,
manual pages and messages are counted as they are, comments and commit subjects per 10,000 words, rounded up. --lower writes
the smaller numbers there.
"""
import collections
import os
import re
import subprocess
import sys

THERE = r"(?<![Tt]here )(?<![Ww]here )(?<!if )(?<!so )(?<!and )"

# name, pattern, what to write
EVERYWHERE = [
    ("is not a X", THERE + r"\b(is|are) no (table|file|folder|branch|commit|CID|key|column|row|pointer|dataset|program|"
     r"number|date|text|link|object|error|failure|conflict|change|rename|name|repository)s?\b", "is not a X"),
    ("one behind the other", r"\bone behind the other\b", "one after the other"),
    ("behind the point", r"\bbehind the (point|last|first|header|row|line|quote|end)\b", "after the ..."),
    ("who fetches", r"\bwho (fetches|pushes|pulls|reads|receives|asks)\b", "the client, the reader, the receiver"),
]
IN_TEXTS = EVERYWHERE + [
    ("is told", r"\b(is|are|was|were) told(?! (?:of|by|that|to|how|what|which|where))\b", "is reported"),
    ("stands in", r"\b(stands|stand) in (the|a|an|its|their|several)\b", "is in, occurs in"),
    ("lies in", r"\b(lies|lie) in (the|a|an|its|their)\b", "is in"),
    ("at most so many", r"\bso many (at|of) ", "at most N"),
    ("it is not said", r"\b(is|are) not said\b", "is not clear, is not given"),
    ("shall", r"\bshall\b", "must, should, or the plain present"),
    ("the like", r"\band the like\b", "and similar ..."),
    ("the branch at hand", r"\bbranch at hand\b", "the current branch"),
    ("for so long", r"\bfor so long\b", "for this long, for N seconds"),
    ("as without it", r"\bas without it\b", "(the default)"),
    ("one a line", r"\b(one|object|text) a (line|row|commit|table|file)\b", "one per line"),
    ("that is none", r"\bthat (is|are) none\b", "that is not one, an invalid ..."),
    ("nobody who answers", r"\bnobody who answers\b", "no answer"),
    ("behind a revision", r"\b[Bb]ehind (a|an) (revision|quote|name|tag|cell|column)\b", "after a ..."),
    ("not heeded", r"\bnot heeded\b", "is ignored"),
    ("anew", r"\banew\b", "again"),
    ("in the making", r"\bin the making\b", "unfinished, being written"),
    ("what came is kept", r"\bwhat (came|has come) (is|stays|are)\b", "what has arrived is ..."),
    ("not any more", r"\b(no|not|none|never|nothing)\b[^.;:,\"]{0,50} any more\b", "no longer"),
    ("the version before", r"\b(in|of) the (version|commit|group) before\b(?! (the|it|a|that|its)\b)", "the previous version"),
    ("another than", r"\banother (\w+ )?than\b", "a different ... from, other than"),
    ("of no known", r"\bof no known\b", "of an unknown ..."),
    ("lies here", r"\b(lies|lie) (here|there)\b", "is here"),
    ("stands twice", r"\bstands? (here|there|twice|once)\b", "is here, occurs twice"),
    ("taken back", r"\b(is|are|was|were) taken back\b", "is undone, is reverted"),
    ("come about", r"\bcomes? about\b", "happen, succeed, arise"),
]
# One word per thing (docs/README.md): of the strings that have a space, so no names of members, files and rules.
IN_MESSAGES = [
    ("dataset", r"(?<![\w/.-])[Dd]ata ?sets?(?![\w/.-])(?=.* )|(?<= )[Dd]ata ?sets?\b", "table; of a signed head, repository"),
]
# name, pattern, what to write
COUNTED = [
    ("fronted", r"(?:^|(?<=[.:;|] )|(?<=[-*] ))(?:Of|What) [a-z][^?]{0,200}(?:[.;:|]|$)", "the object after the verb"),
    ("clause", r"(?<!\w)(?:what|whoever) (?:is|are|was|were|has|have|had|came|comes|goes|went|it|they|others|it|a|an|the|that|no)\b", "a noun"),
    ("person", r"(?<!\w)(?:[Nn]obody|[Ww]hoever|[Ss]omebody|[Aa]nybody|[Ee]verybody|[Hh]e|[Hh]is|[Hh]im|[Hh]imself)\b", "the machine, peer, client, user; or the passive"),
    ("posture", r"\b(?:[Ss]tands?|stood|[Ll]ies|goes|went|tak(?:es?|en) \w+ for|taken for)\b", "is stored, is in, is written, applies"),
    ("negation", r"\b(?:is|are|was|were) no\b(?! longer)|\b(?:has|have|had) not\b(?! been)|\bso many\b|\bonce more\b|\banew\b", "is not, does not have, a number, again"),
    ("there", r"\b(?:is|are|was|were|be|been) (?:there|here)\b(?! (?:is|are|was|were)\b)", "has, exists, was sent"),
    ("speech", r"\b(?:[Ss]ays?|[Ss]aid|[Tt]ells?|[Tt]old|[Gg]ives?|[Gg]ave|[Kk]nows?|[Kk]new|[Aa]sks?|[Aa]sked|[Hh]olds?|[Hh]eld)\b",
     "is, has, contains, reports, requests; or the passive"),
    ("tense", r"\b(?:from now on|for now|as (?:it|they) (?:is|are|was|were)|now, but then|until then)\b", "a tense, unchanged"),
]
LONG = ("long", None, "paragraphs of at most 120 words")  # of manual pages; docs.py refuses them in documents
AREAS = ("documents", "manual pages", "messages", "comments", "subjects")
RATES = ("comments", "subjects")
FOLDERS = ("base", "repo", "dataset", "diff", "check", "transport", "lib", "include", "cmd", "examples", "tests")
COMMENT_OR_STRING = re.compile(r'/\*.*?\*/|"(?:\\.|[^"\\\n])*"', re.S)


def files(root, ends):
    for top in FOLDERS + ("docs",):
        for folder, names, entries in os.walk(os.path.join(root, top)):
            names[:] = [n for n in names if n not in ("corpus", "data", "node_modules", "samples")]
            for entry in sorted(entries):
                path = os.path.join(folder, entry)
                if entry.endswith(ends) and entry != "promises.md" or path == os.path.join(root, "docs", "promises.md"):
                    yield path


def read(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read()


def pieces(path):
    """(line, text, is it a comment) of what people read in a C source."""
    source = read(path)
    strings = []
    for match in COMMENT_OR_STRING.finditer(source):
        text, line = match.group(), source.count("\n", 0, match.start()) + 1
        if source.rfind("#include", source.rfind("\n", 0, match.start()) + 1, match.start()) >= 0:
            continue
        if text.startswith("/*"):
            yield line, re.sub(r"\s*\n\s*\*?\s*", " ", text), True
        else:
            strings.append((line, text))
    for line, text in strings:
        yield line, text, False


def look(rules, where, line, text, found):
    for name, pattern, better in rules:
        for match in re.finditer(pattern, text):
            found.append((name, f"{where}:{line}: '{match.group()}': write '{better}'"))


def count(area, line, counts):
    counts[area, "words"] += len(line.split())
    for name, pattern, _ in COUNTED:
        counts[area, name] += len(re.findall(pattern, line))


def long_paragraphs(page):
    """How many paragraphs of a manual page have more than 120 words; a request at the beginning of a line ends one."""
    parts = re.split(r"^\.(?:SH|SS|TP|PP|P|IP|RS|RE|nf|fi|EX|EE)\b.*$|^\s*$", page, flags=re.M)
    return sum(len(part.split()) > 120 for part in parts)


def subjects(root):
    run = subprocess.run(["git", "-C", root, "log", "--no-merges", "--format=%s", "-n", "300"], capture_output=True, text=True)
    return run.stdout.splitlines()


def rates(counts):
    """Counts per 10,000 words where code, or the history, comes and goes."""
    for area in RATES:
        for name, _, _ in COUNTED:
            counts[area, name] = -(-counts[area, name] * 10000 // max(1, counts[area, "words"]))


def added(root):
    """The lines that are new since origin/main, as far as Git knows."""
    run = subprocess.run(["git", "-C", root, "diff", "-U0", "origin/main", "--", "*.md", "*.1", "*.c", "*.h"], capture_output=True, text=True)
    return [line[1:] for line in run.stdout.split("\n") if line.startswith("+") and not line.startswith("+++")]


def more(root, counts, lower):
    """What there is more of than tests/check/english.txt allows."""
    path = os.path.join(root, "tests/check/english.txt")
    most = {}
    for line in read(path).splitlines():
        if line and not line.startswith("#"):
            area, name, number = line.rsplit(" ", 2)
            most[area, name] = int(number)
    if lower:
        with open(path, "w", encoding="utf-8") as file:
            file.write("# How often the patterns of english.py may occur; the numbers only become smaller (english.py ROOT --lower).\n")
            for key in [(area, name) for area in AREAS for name, _, _ in COUNTED] + [("manual pages", LONG[0])]:
                file.write(f"{key[0]} {key[1]} {min(counts[key], most.get(key, counts[key]))}\n")
    for area, name in most:
        if counts[area, name] > most[area, name]:
            pattern, better = next((p, b) for n, p, b in [*COUNTED, LONG] if n == name)
            yield f"{area} have {counts[area, name]} times the pattern '{name}', more than {most[area, name]}: write {better}"
            yield from (f"  new: {line.strip()[:150]}" for line in added(root) if pattern and re.search(pattern, line))


def main():
    root = sys.argv[1]
    texts, comments, counts = [], [], collections.Counter()
    for path in files(root, (".c", ".h")):
        where = os.path.relpath(path, root)
        for line, text, comment in pieces(path):
            if comment:
                look(EVERYWHERE, where, line, text, comments)
                if not where.startswith("tests/"):
                    count("comments", text, counts)
            elif not where.startswith("tests/"):
                look(IN_TEXTS + IN_MESSAGES, where, line, text, texts)
                count("messages", text, counts)
    documents = [os.path.join(root, n) for n in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")]
    for path in documents + list(files(root, (".md", ".1"))):
        inside = False
        for number, line in enumerate(read(path).split("\n"), 1):
            inside ^= line.startswith("```")
            if not inside:
                look(IN_TEXTS, os.path.relpath(path, root), number, line, texts)
                count("manual pages" if path.endswith(".1") else "documents", line, counts)
        if path.endswith(".1"):
            counts["manual pages", LONG[0]] += long_paragraphs(read(path))
    for subject in subjects(root):
        count("subjects", subject, counts)
    rates(counts)
    bad = [what for _, what in texts + comments] + list(more(root, counts, "--lower" in sys.argv))
    print("\n".join(bad) if bad else "none of the turns was found")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
