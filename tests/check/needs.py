"""Every command, option, setting and output form has a line in needs.txt that says who needs it; what has none goes.

A line is "WHAT...: who needs it, and for what". WHAT is a command; a command (or * for all) with options; a command
with =FORM of its --format; or a setting. Nothing in the file is without its thing in the sources.
"""

import re
import sys
from pathlib import Path

ROOT = Path(sys.argv[1])
COMMAND = re.compile(r"^const vv_command vv_cmd_\w+ = \{\n(.*?)^\};", re.M | re.S)
OPTION = re.compile(r"""OPT_(\w+)(?:\(\s*(?:(0|'.'),\s*(NULL|"[\w-]+"))?)?""")
FORMS = re.compile(r'OPT_CHOICE\(0,\s*"format",\s*[\w.]+,\s*"FORMAT",\s*("[^"]*"|\w+)')


def shared_options():
    """The options of each macro that stands for several: {"WRITTEN": {"--encoding", ...}, ...}"""
    shared = {}
    for path in ("cmd/frame/command.h", "cmd/varve/commands/diff.c"):
        text = (ROOT / path).read_text().replace("\\\n", " ")
        for macro, body in re.findall(r"#define OPT_(WRITTEN|ARROW|COMPARED|UNSIGNED)\b(.*)", text):
            shared[macro] = {word for kind, _, name in OPTION.findall(body)
                             for word in shared.get(kind, [f"--{name[1:-1]}"] if name and name != "NULL" else [])}
    return shared


def tables():
    """The name of each command, and the lines of its options."""
    for path in sorted((ROOT / "cmd").rglob("*.c")):
        text = path.read_text()
        for body in COMMAND.findall(text):
            table = re.search(r"\.options = (\w+)", body)
            yield re.search(r'\.name = "([^"]+)"', body).group(1), re.search(
                rf"vv_option {table.group(1)}\[\] = \{{(.*?)^\}};", text, re.S | re.M).group(1) if table else ""


def options():
    """The words of each option of each command: ("diff", ["--quiet", "-q"]) ..."""
    shared = shared_options()
    for command, lines_ in tables():
        for kind, letter, name in OPTION.findall(lines_):
            if kind in shared:
                yield from ((command, [word]) for word in sorted(shared[kind]))
            elif kind == "JSON":
                yield command, ["--json", "--format"]
            else:
                long_name = [] if name == "NULL" else [f"--{name[1:-1]}"]
                yield command, long_name + ([] if letter == "0" else [f"-{letter[1]}"])


def things():
    """("diff", "--moves"), ("diff", "=sql"), ("varve.ssh", "") ..."""
    defines = {}
    for path in (p for top in ("cmd", "lib", "check") for p in (ROOT / top).rglob("*.[ch]")):
        defines.update(re.findall(r'^#define (\w+)\s+((?:VV_\w+ )?"[a-z|-]+")$', path.read_text(), re.M))
    for _ in range(2):  # a list that begins with another: VV_VIEW_TEXTS "|arrow"
        defines = {name: re.sub(r'^(\w+) "', lambda m: defines[m[1]][:-1], text) for name, text in defines.items()}
    # A form of differences says it in its own line.
    for path in (ROOT / "diff/write/writer_kinds.h", ROOT / "lib/arrow/diff_writer.h"):
        for form, need in re.findall(r'\bform\("([a-z-]+)"(?:[^/"]|"[^"]*")*?\)(?: /\* (.+?) \*/)?', path.read_text()):
            if len(need.split()) < 3:
                yield "diff", f"={form}"
    yield from ((command, word) for command, words in options() for word in words if word[:2] == "--" or len(words) == 1)
    for command, lines_ in tables():
        yield command, ""
        for forms in FORMS.findall(lines_):
            for form in defines.get(forms, forms).strip('"').split("|") if (command, forms) != ("diff", "FORMATS") else []:
                yield command, f"={form}"
    settings = (ROOT / "lib/status/settings.c").read_text()
    yield from ((f"varve.{name}", "") for name in re.findall(r'\{"varve\.([\w.]+)"', settings))
    yield from ((f"varve.reader.KIND.{name}", "") for name in re.findall(r'\{OF_READER "(\w+)"', settings))
    yield from ((f"remote.NAME.{name}", "") for name in re.findall(r'\{OF_REMOTE "(\w+)"', settings))


def lines():
    for number, line in enumerate((ROOT / "tests/check/needs.txt").read_text().splitlines(), 1):
        if not line or line.startswith("#"):
            continue
        what, colon, need = line.partition(": ")
        words = what.split()
        extra = [w for w in words if w[0] in "-="]
        name = " ".join(w for w in words if w[0] not in "-=")
        if not colon or len(need.split()) < 3:
            yield number, name, None
        for word in extra or [""]:
            yield number, name, word


def main():
    there, listed, problems = set(things()), {}, []
    for number, name, word in lines():
        if word is None:
            problems.append(f"needs.txt:{number}: says not who needs it")
        elif (name, word) in listed:
            problems.append(f"needs.txt:{number}: {name} {word} has a line already")
        else:
            listed[name, word] = number
    for name, word in sorted(there):
        if (name, word) not in listed and ("*", word) not in listed:
            problems.append(f"no line says who needs {name} {word}".rstrip())
    words = {word for _, word in there}
    for (name, word), number in listed.items():
        if (name, word) not in there and not (name == "*" and word in words):
            problems.append(f"needs.txt:{number}: there is no {name} {word}".rstrip())
    if len(there) < 400:
        problems.append("the tables are not read as they are written now")
    print("\n".join(problems) or f"{len(there)} commands, options, forms and settings, each needed")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
