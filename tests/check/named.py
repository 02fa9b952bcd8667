#!/usr/bin/env python3
"""named.py ROOT: files and functions that comments name exist, and options that rules of commands name; and what an option sets is read.

In comments of C sources x.h, x.c and what begins with vv_ or VV_ are names: of a file of the tree, or of something in the code.
Headers of the system and of libraries are those that are included in angle brackets, or are listed in OTHERS."""
import re
import subprocess
import sys
from pathlib import Path

PARTS = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'', re.S)
NAME = re.compile(r"[\w./-]*\w\.[ch]\b(?![-\w(.])|\b(?:vv|VV)_\w*[a-zA-Z0-9]\b(?![*_])")
OTHERS = {"attr.c", "dir.c", "lz4frame.h", "_test.c"}  # of Git, of lz4, an ending


def unknown_options(name, text, shared):
    """The options in tables of vv_option_rule that no option table of the file or of command.h has."""
    known = set()
    for letter, word in re.findall(r"OPT_\w+\(\s*(0|'.'),\s*(?:NULL|\"([\w-]+)\")", text + shared):
        known |= {"--" + word, "-" + letter.strip("'")}
    for table in re.findall(r"vv_option_rule \w+\[\] = \{(.*?)\n\};", text, re.S):
        for word in re.findall(r"(?<![\w-])-[\w-]+", table):
            if word not in known:
                yield f"{name}: a rule names '{word}', which is no option of the command"

OPTION = re.compile(r"""\bOPT_\w+\(\s*(?:0|'.'),\s*(?:NULL|"[\w-]+"),\s*(?P<member>[\w.]+),(?P<rest>(?:"(?:[^"\\]|\\.)*"|[^()"]|\([^()]*\))*)\)""")
NO_EFFECT = re.compile(r"\(the default\)|\bthe same as\b|is ignored")  # what git has, and is so anyway
SHARED = {"OPT_JSON": ["format"], "OPT_WRITTEN": ["written"], "OPT_ARROW": ["misfit", "numbers"]}
PASSED_ON = ("cmd/varve/commands/serve.c", "cmd/vault/serve.c")  # these call another program with their arguments


def unread_options(name, text, everywhere):
    """Members of options that nothing reads: the option is in the help, is parsed, and does nothing. A member within a struct that
    is passed on whole is read where the struct is used; a struct that is copied by hand lacks a line."""
    rest = OPTION.sub("", text)
    wanted = [o["member"] for o in OPTION.finditer(text) if not NO_EFFECT.search(o["rest"])]
    wanted += [member for macro in SHARED if re.search(rf"\b{macro}\b", text) for member in SHARED[macro]]
    for member in wanted if name.endswith(".c") and name not in PASSED_ON else ():
        here = re.search(rf"(?:->|\.|&){member.split('.')[0]}\b(?!\s*=[^=])", rest)
        if not here or "." in member and member.split(".")[-1] not in everywhere:
            yield f"{name}: nothing reads the member '{member}' of an option"


def main(root):
    names = subprocess.run(["git", "-C", root, "ls-files"], capture_output=True, text=True, check=True).stdout.split("\n")
    texts = {n: (Path(root) / n).read_text() for n in names if n.endswith((".c", ".h")) and (Path(root) / n).is_file()}
    known = {n[i:] for n in names for i in [0, *(m.end() for m in re.finditer("/", n))]} | OTHERS
    for text in texts.values():
        known.update(re.findall(r"(?:vv|VV)_\w+", PARTS.sub(lambda m: "" if m[0][0] == "/" else m[0], text)))
        known.update(re.findall(r"#include <(?:.*/)?([^>/]+)>", text))
    faults = 0
    read = {m for n, t in texts.items() if n.endswith(".c") for m in re.findall(r"(?:->|\.)(\w+)\b(?!\s*=[^=])", OPTION.sub("", t))}
    for name, text in sorted(texts.items()):
        for fault in [*unknown_options(name, text, texts["cmd/frame/command.h"]), *unread_options(name, text, read)]:
            faults += 1
            print(fault)
        for part in PARTS.finditer(text):
            for word in NAME.finditer(part[0]) if part[0][0] == "/" else ():
                if word[0] not in known:
                    faults += 1
                    print(f"{name}:{text.count(chr(10), 0, part.start() + word.start()) + 1}: there is no {word[0]}")
    return faults > 0


sys.exit(main(sys.argv[1]))
