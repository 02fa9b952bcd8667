#!/usr/bin/env python3
"""hints.py ROOT: the commands that messages and examples name ('varve WORD ...' between quotes,
(use "varve WORD ...", $ varve WORD ...) exist, and so do the options named with them, also after a
colon (... : varve WORD ...). A word that printf fills in (%s) may be any."""
import re
import sys
from pathlib import Path

FOLDERS = ("base", "repo", "transport", "dataset", "diff", "lib", "cmd")
TOKEN = re.compile(r"""/\*.*?\*/|//[^\n]*|'(?:\\.|[^'\\])+'|("(?:\\.|[^"\\\n])*"(?:\s*(?:PRI\w+\s*)?"(?:\\.|[^"\\\n])*")*)""", re.S)
HINT = re.compile(r"""(?:'|\(use \\"|\$ |: )varve ([^'\\`;|]*)""")
OPTION = re.compile(r'OPT_(\w+)\((?:\s*(?:0|\'(.)\'),\s*(?:"([^"]+)"|NULL))?')
ANY = re.compile(r"%|^$")
OTHER = {"pointer:"}  # "varve pointer: " begins a pointer's text


def literals(path):
    """The strings of a source, adjacent ones as one, with the line of each."""
    text = path.read_text()
    for m in TOKEN.finditer(text):
        if m.group(1):
            parts = re.findall(r'"((?:\\.|[^"\\\n])*)"|PRI\w+', m.group(1))
            yield text.count("\n", 0, m.start()) + 1, "".join(parts)


def options_of(table, shared):
    """The spellings of the options in a table: "-n", "--limit". shared: those of OPT_JSON and its like."""
    there = {"-h", "--help"}
    for kind, letter, name in OPTION.findall(table):
        there |= shared.get(kind, set()) | {f"-{letter}", f"--{name}"}
        there |= {f"--no-{name}"} if kind == "FLAG" else set()
    return there


def commands(root):
    """Of each command: its options, and the words that its usage lines begin with."""
    defined = (root / "cmd/frame/command.h").read_text().replace("\\\n", "")
    shared = {k: options_of(body, {}) for k, body in re.findall(r"#define OPT_(JSON|WRITTEN)\(\w+\)(.*)", defined)}
    out = {}
    for path in sorted((root / "cmd").rglob("*.c")):
        text = path.read_text()
        for body in re.findall(r"^const vv_command vv_cmd_\w+ = \{\n(.*?)^\};", text, re.S | re.M):
            name = re.search(r'\.name = "([^"]+)"', body).group(1)
            table = re.search(r"\.options = (\w+)", body)
            lines = re.search(rf"vv_option {table.group(1)}\[\] = \{{(.*?)^\}};", text, re.S | re.M) if table else None
            usage = "".join(re.findall(r'"((?:\\.|[^"\\])*)"', re.search(r'\.usage =(\s*"(?:\\.|[^"\\])*")+', body).group(0)))
            first = [line.split(" ")[0] for line in usage.split(r"\n")]
            words = {w for w in first if re.fullmatch(r"[a-z][a-z-]+", w)}
            out[name] = (options_of(lines.group(1) if lines else "", shared), words)
    out["serve"][0].update(out["web serve"][0])  # which `varve serve --http` becomes
    return out


def faults(words, there):
    """What is wrong with one hint, as the words after "varve"."""
    while words and words[0].startswith("-"):
        words = words[2 if words[0] == "-C" else 1:]
    if len(words) > 1 and " ".join(words[:2]) in there:
        words = [" ".join(words[:2]), *words[2:]]
    if not words or ANY.search(words[0]) or words[0].isupper() or words[0] in OTHER:
        return
    if words[0] not in there:
        yield f"'{words[0]}' is not a command"
        return
    options, subs = there[words[0]]
    if subs and len(words) > 1 and not words[1].startswith("-") and words[1] not in subs and not ANY.search(words[1]):
        yield f"'varve {words[0]}' has no '{words[1]}'"
    for word in words[1:]:
        if word == "--":
            return
        if m := re.match(r"--[a-z][\w-]*|-[A-Za-z]", word):
            if m.group(0) not in options:
                yield f"'varve {words[0]}' has no option {m.group(0)}"


def main(root):
    there, wrong, looked = commands(root), [], 0
    for path in sorted(p for f in FOLDERS for p in (root / f).rglob("*.[ch]")):
        for line, text in literals(path):
            for m in HINT.finditer(text):
                if m.group(0)[0] == ":" and not m.group(1).split(" ")[0] in there:
                    continue  # a sentence: "...: varve was ended there"
                looked += 1
                wrong += [f"{path.relative_to(root)}:{line}: {f} ({m.group(0)})" for f in faults(m.group(1).split(), there)]
    print("\n".join(wrong) or f"{looked} commands named in messages, {len(there)} commands")
    return 1 if wrong or not looked else 0


sys.exit(main(Path(sys.argv[1])))
