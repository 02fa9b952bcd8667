"""Every option, every rule of check and every form of differences occurs in a test.

An option without effect is parsed, has its help and its manual page, and nobody sees it. An option occurs in a test if a
line, or a file of the command, such as tests/cli/diff/moves.bats, has one of its spellings; a rule or a form, if a test has its
word. untested.txt has the options that no test names: it only becomes shorter.
"""

import re
import sys
from collections import defaultdict
from pathlib import Path

sys.dont_write_bytecode = True
import needs  # noqa: E402 (reads the options from the tables of the commands)

ROOT = Path(sys.argv[1])
WORD = re.compile(r"(?<![\w-])--?[A-Za-z0-9][\w-]*|\w[\w-]*")
PLACES = ("cli", "form", "laws", "places", "stories", "unit", "vault", "web")
SUFFIXES = {".bats", ".bash", ".c", ".h", ".py", ".sh", ".walk", ""}


def read_tests():
    """For each option the words of the lines with it, and of the paths of their files; and all words of the tests."""
    together, all_words = defaultdict(set), set()
    for place in PLACES:
        for path in sorted((ROOT / "tests" / place).rglob("*")):
            if path.suffix not in SUFFIXES or not path.is_file():
                continue
            of_path = set(WORD.findall(str(path.relative_to(ROOT))))
            for line in path.read_text(errors="replace").splitlines():
                words = set(WORD.findall(line))
                all_words |= words
                for word in words:
                    if word[0] == "-":
                        together[word] |= words | of_path
    return together, all_words


def main():
    together, all_words = read_tests()
    listed = {tuple(line.rsplit(" ", 1)) for line in (ROOT / "tests/check/untested.txt").read_text().splitlines()
              if line and line[0] != "#"}
    shared = set().union(*needs.shared_options().values())  # one code reads them for all of their commands
    untested = {(command, words[0]) for command, words in needs.options()
                if not any(word in together if word in shared else command.split()[-1] in together.get(word, ())
                           for word in words)}
    problems = [f"no test names {command} {option}: write one that fails if it has no effect" for command, option in
                sorted(untested - listed)]
    problems += [f"untested.txt: take out '{command} {option}': a test names it, or it does not exist" for command, option in
                 sorted(listed - untested)]
    rules = re.findall(r'^\t\{"([a-z-]+)",', (ROOT / "check/rules/finding.c").read_text(), re.M)
    forms = re.findall(r'\bform\("([a-z-]+)"', (ROOT / "diff/write/writer_kinds.h").read_text())
    problems += [f"no test has the rule '{rule}'" for rule in rules if rule not in all_words]
    problems += [f"no test has the form '{form}'" for form in forms if form not in all_words]
    if len(rules) < 40 or len(forms) < 8:
        problems.append("the rules and forms are not read as they are written now")
    print("\n".join(problems) or f"all options but {len(listed)}, {len(rules)} rules and {len(forms)} forms occur in tests")
    return 1 if problems else 0


sys.exit(main())
