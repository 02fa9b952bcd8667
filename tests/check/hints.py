#!/usr/bin/env python3
"""hints.py ROOT: the commands that messages and examples name ('varve WORD ...' between quotes,
(use "varve WORD ...", $ varve WORD ...) exist, and so do the options named with them, also after a
colon (... : varve WORD ...), and the pages of 'varve help'. A word that is filled in (%s, %1) may be any.

The codes of hints (base/hint.h), their words (cmd/frame/hint_table.c) and the calls that set them agree,
python/varve/_hints.py has words for each or says that it has none, and no other text below cmd names a command.

hints.py ROOT --page: the table of all hints, for users of the library (./dev hints).

hints.py ROOT --commands: the commands of the hints, a line each."""
import re
import sys
from pathlib import Path

FOLDERS = ("base", "repo", "transport", "dataset", "diff", "check", "lib", "cmd")
TOKEN = re.compile(r"""/\*.*?\*/|//[^\n]*|'(?:\\.|[^'\\])+'|("(?:\\.|[^"\\\n])*"(?:\s*(?:PRI\w+\s*)?"(?:\\.|[^"\\\n])*")*)""", re.S)
HINT = re.compile(r"""(?:'|\(use \\"|\$ |: )varve ([^'\\`;|]*)""")
OPTION = re.compile(r'OPT_(\w+)\(?(?:\s*(?:0|\'(.)\'),\s*(?:"([^"]+)"|NULL))?')
PAGE = re.compile(r"\bvarve help ([a-z]+/[\w-]+)")
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
    compared = (root / "cmd/varve/commands/diff.c").read_text().replace("\\\n", "")
    shared["COMPARED"] = options_of(re.search(r"#define OPT_COMPARED\b(.*)", compared)[1], shared)
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
            passes = ".pass = true" in body  # to git, with options that are not ours to know
            out[name] = (None if passes else options_of(lines.group(1) if lines else "", shared), words)
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
            if options is not None and m.group(0) not in options:
                yield f"'varve {words[0]}' has no option {m.group(0)}"


BELOW_CMD = FOLDERS[:-1]
NAMES = re.compile(r"\bvarve (?:-[-\w]+(?:[= ]\S+)? )*([a-z][a-z-]*)\b")
# What no program can have other words for: stored text, scripts of hooks, the names of formats and reports.
STAYS = """base/keys/key_file.c lib/heads/head.c repo/git/index/attribute_lines.c repo/git/pointer.c transport/places/packs/files.c transport/places/packs/version_file.c transport/protocol/message.c
lib/remotes/push_hook.c diff/write/html.c diff/write/markdown.c diff/write/sql.c check/report/ci.c check/report/junit.c check/report/page.c
check/report/sarif.c""".split()
CODE = re.compile(r'X\((\w+), "([a-z0-9-]+)", "([a-z ]*)"\)')
WORDS = re.compile(r'\{"([a-z0-9-]+)", "((?:\\.|[^"\\])*)"\}')
HEAD = """# Hints

An error of libvarve may have a hint as a code: `varve_error_hint` returns its name and arguments, and the program words
it. This table has the names, the arguments, and the sentences of the program `varve` (`cmd/frame/hint_table.c`), in
which `%1` is the first argument. Hints that name no command are sentences of the library (`err.hint`).

| name | arguments | the program's words |
|---|---|---|
"""


def calls(text, name):
    """The arguments of each call, with its place."""
    for m in re.finditer(rf"\b{name}\(", text):
        depth, start, args, i = 1, m.end(), [], m.end()
        while depth:
            if text[i] in "\"'":
                quote, i = text[i], i + 1
                while text[i] != quote:
                    i += 2 if text[i] == "\\" else 1
            depth += {"(": 1, "{": 1, ")": -1, "}": -1}.get(text[i], 0)
            if depth == 0 or (depth == 1 and text[i] == ","):
                args.append(" ".join(text[start:i].split()))
                start = i + 1
            i += 1
        yield m.start(), args


def hint_page(codes, words):
    rows = (f"| `{n}` | {args.replace(' ', ', ')} | {words[n].replace('|', chr(92) + '|')} |\n" for _, n, args in codes)
    return HEAD + "".join(rows).replace('\\"', '"')


def check_codes(root, there):
    """What is wrong with the codes of hints, their words and their calls."""
    codes = CODE.findall((root / "base/hint.h").read_text())
    table = WORDS.findall((root / "cmd/frame/hint_table.c").read_text())
    first = {command.split()[0] for command in there}
    words, arguments, used = dict(table), {c: args.split() for c, _, args in codes}, set()
    if [n for _, n, _ in codes] != [n for n, _ in table]:
        differ = sorted({n for _, n, _ in codes} ^ set(words))
        yield f"base/hint.h and cmd/frame/hint_table.c have other names, or another order: {differ}"
        return
    for code, name, args in codes:
        named = {int(n) for n in re.findall(r"[%$](\d)", words[name])}
        if name != code.lower().replace("_", "-"):
            yield f"base/hint.h: {code} is named '{name}'"
        if named != set(range(1, len(args.split()) + 1)):
            yield f"cmd/frame/hint_table.c: '{name}' has the arguments '{args}', and its words name {sorted(named)}"
    for path in sorted(p for f in FOLDERS for p in (root / f).rglob("*.[ch]")):
        text, where = path.read_text(), path.relative_to(root)
        below = where.parts[0] in BELOW_CMD
        used |= set(re.findall(r"\bVV_HINT_(\w+)", text)) if str(where) != "base/hint.h" else set()
        for at, args in (*calls(text, "vv_hint_code"), *calls(text, "vv_notes_hint"),
                         *((at, args[2:]) for at, args in calls(text, "vv_hint_put"))):
            for code in re.findall(r"VV_HINT_(\w+)", args[1]) if len(args) > 1 else []:
                if len(args) - 2 != len(arguments.get(code, ())):
                    line = text.count("\n", 0, at) + 1
                    yield f"{where}:{line}: {code} takes {len(arguments.get(code, ()))} arguments, not {len(args) - 2}"
        named = [] if not below or str(where) in STAYS else [
            (line, m.group(0)) for line, said in literals(path) for m in NAMES.finditer(said) if m.group(1) in first]
        yield from (f"{where}:{line}: a text below cmd names a command ({m}): make it a code of base/hint.h"
                    for line, m in named)
    yield from (f"base/hint.h: {code} is set nowhere" for code, _, _ in codes if code not in used)
    yield from check_python(root, {name: len(args.split()) for _, name, args in codes})


def check_python(root, arguments):
    """Whether the package of Python has words for each code, or says that it has none."""
    text = (root / "python/varve/_hints.py").read_text()
    worded = dict(re.findall(r'^    "([a-z0-9-]+)": (.*),$', text, re.M))
    without = set(re.search(r'WITHOUT = set\("""(.*?)"""', text, re.S)[1].split())
    yield from (f"python/varve/_hints.py: there is no hint '{n}'" for n in sorted((set(worded) | without) - set(arguments)))
    yield from (f"python/varve/_hints.py: '{n}' has neither words nor is it among those without"
                for n in arguments if (n in worded) == (n in without))
    for name, words in worded.items():
        if any(int(i) >= arguments.get(name, 0) for i in re.findall(r"\{(\d)", words)):
            yield f"python/varve/_hints.py: '{name}' names an argument that it does not have"


def list_commands(root, there):
    first = {command.split()[0] for command in there}
    arguments = {n: args.upper().split() for _, n, args in CODE.findall((root / "base/hint.h").read_text())}
    found = set()
    for name, words in WORDS.findall((root / "cmd/frame/hint_table.c").read_text()):
        words = re.sub(r"[%$](\d)", lambda m: arguments[name][int(m.group(1)) - 1], words)
        for m in re.finditer(r"\bvarve ((?:-C DIR |--git-dir='\w+' )?[A-Za-z][^';(),]*)", words):
            if m.group(1).split()[0] in first or m.group(1)[0] == "-":
                found.add(m.group(0).strip())
    print("\n".join(sorted(found)))


def main(root, *args):
    there, wrong, looked = commands(root), [], 0
    for path in sorted(p for f in FOLDERS for p in (root / f).rglob("*.[ch]")):
        for line, text in literals(path):
            wrong += [f"{path.relative_to(root)}:{line}: there is no page docs/{page}.md" for page in PAGE.findall(text)
                      if not (root / f"docs/{page}.md").exists()]
            for m in HINT.finditer(text):
                if m.group(0)[0] == ":" and not m.group(1).split(" ")[0] in there:
                    continue  # a sentence: "...: varve was ended there"
                looked += 1
                wrong += [f"{path.relative_to(root)}:{line}: {f} ({m.group(0)})" for f in faults(m.group(1).split(), there)]
    if args == ("--commands",):
        return list_commands(root, there) or 0
    if args == ("--page",):
        words = dict(WORDS.findall((root / "cmd/frame/hint_table.c").read_text()))
        return print(hint_page(CODE.findall((root / "base/hint.h").read_text()), words), end="") or 0
    wrong += check_codes(root, there)
    print("\n".join(wrong) or f"{looked} commands named in messages, {len(there)} commands")
    return 1 if wrong or not looked else 0


sys.exit(main(Path(sys.argv[1]), *sys.argv[2:]))
