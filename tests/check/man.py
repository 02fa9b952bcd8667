"""man.py ROOT PROGRAM [--write]: the manual pages have the SYNOPSIS and the options that the program's option tables have.

An option has the same letter, name and argument in both, and none is in one alone; what a page says about it is its
own. SYNOPSIS has each command that NAME has, and names each option or has [OPTIONS]. No line of a page begins with
a dot, or ', that groff would take for a macro. varve.1 lists the commands that 'varve help --all' lists. --write makes each
SYNOPSIS and that list again."""
import re
import shutil
import subprocess
import sys
from pathlib import Path

PAGES, PROGRAM = Path(sys.argv[1]) / "docs/man", sys.argv[2]
# Pages of several commands, and of the program itself.
SHARED = {"help", "ipfs", "varve", "vault", "version"}
TAG = re.compile(r"^\.T[PQ]\n((?:\\f[BI]|\.BI? )\\-.*)$", re.M)
WORD = re.compile(r"(?<![\w-])(--?[\w][\w-]*)((?:\[=.+?\](?=,|$|\s)| (?!-)\S+?(?=,? |,?$))?)")
HELP = re.compile(r"^  (?:(-\w)|  )(?:, )?\s*(--[\w-]+)?(\[=\S+\]| (?! )\S+)?(?:  +.*)?$", re.M)
SYNOPSIS = re.compile(r"(?<=\.SH SYNOPSIS\n).*?(?=\n\.SH )", re.S)


def help_of(name):
    return subprocess.run([PROGRAM, *name.split(), "-h"], capture_output=True, text=True).stdout


def commands():
    """Each command with a page of its own, and its help."""
    for page in sorted(PAGES.glob("varve-*.1")):
        words = page.stem.removeprefix("varve-")
        for name in (words, words.replace("-", " ", 1)):
            text = help_of(name)
            if text.startswith(f"varve {name}: "):
                if words not in SHARED and "this command runs 'git " not in text and ".so " not in page.read_text()[:4]:
                    yield name, page, text
                break


def plain(roff):
    roff = re.sub(r'^\.BI? | ?"', "", roff)
    return re.sub(r"\\f[BIRP]", "", roff).replace("\\-", "-").replace("\\&", "").replace("\\(aq", "'")


def options_of_page(roff):
    """{"--prune": "[=WHEN]"}; the letter of -n, --limit N has its value, too."""
    found = {}
    for tag in TAG.findall(roff):
        value = ""
        for word, own in reversed(WORD.findall(plain(tag))):
            value = own or (value if len(word) == 2 else "")
            found[word] = value
    return found


def options_of_help(text):
    lines = HELP.findall(text.partition("\noptions:\n")[2].partition("\n\n")[0])
    return {word: value for letter, name, value in lines for word in (letter, name) if word}


def usage(text):
    """The usage lines, each continued one as one."""
    lines = []
    for line in text.partition("usage: ")[2].partition("\n\n")[0].split("\n"):
        line = " ".join(line.split())
        if line.startswith("varve "):
            lines.append(line)
        else:
            lines[-1] += " " + line
    return lines


def roff_of(name):
    out, text = [], help_of(name)
    if not text:
        sys.exit(f"varve {name} -h prints nothing: is its program built?")
    for line in usage(text):
        command, rest = f"varve {name}", line.removeprefix(f"varve {name}").strip()
        rest = re.sub(r"(?<![\w-])--?[A-Za-z][\w-]*", lambda m: rf"\fB{m[0]}\fR", rest)
        rest = re.sub(r"(?<![\w\\])[A-Z][A-Z-]+\b", lambda m: rf"\fI{m[0]}\fR", rest)
        rest = re.sub(r"^(?=[.'])", r"\\&", rest)
        out.append(rf".B {command}".replace("-", r"\-") + (("\n" + rest.replace("-", r"\-")) if rest else ""))
    return "\n.br\n".join(out)


def check_synopsis(page):
    """What is wrong with the SYNOPSIS, after it was written again with --write."""
    roff = page.read_text()
    wrong, old = [], SYNOPSIS.search(roff)[0]
    names = list(dict.fromkeys(plain(word) for word in re.findall(r"^\.B varve (.*)$", old, re.M)))
    new = old if page.stem.removeprefix("varve-") in SHARED - {"vault"} else "\n.br\n".join(map(roff_of, names))
    if "--write" in sys.argv:
        page.write_text(SYNOPSIS.sub(lambda _: new, roff, count=1))
    elif new != old:
        wrong.append(f"{page.name}: SYNOPSIS differs from the help: man.py ROOT PROGRAM --write")
    shown = set(re.findall(r"(?<![\w-])--?[A-Za-z][\w-]*", plain(new)))
    if "[OPTIONS]" not in plain(new):
        wrong += [f"{page.name}: SYNOPSIS has neither {tag} nor [OPTIONS]" for tag in map(plain, TAG.findall(roff))
                  if not (shown | {"-h", "--help"}) & {word for word, _ in WORD.findall(tag)}]
    for name in plain(re.search(r"\.SH NAME\n(.*?) \\-", roff)[1]).split(", "):
        if not any(f"varve-{n}".replace(" ", "-").startswith(name) for n in names):
            wrong.append(f"{page.name}: SYNOPSIS lacks {name}")
    return wrong


def list_of_commands():
    """COMMANDS of varve.1, by the groups of 'varve help --all'. A command without a page runs git."""
    text = subprocess.run([PROGRAM, "help", "--all"], capture_output=True, text=True).stdout
    out = []
    for group in text.partition("varve commit")[2].partition("\n\n")[2].partition("\n\n'varve help")[0].split("\n\n"):
        title, *lines = group.split("\n")
        out.append(f".SS {title.capitalize()}")
        for name, about in (line.split(maxsplit=1) for line in lines):
            page = f"varve-{name}" if (PAGES / f"varve-{name}.1").exists() else f"git-{name}"
            out += [".TP", f".BR {page} (1)", about.replace(f" (git {name})", "")]
    return "\n".join(out).replace("-", r"\-").replace("'", r"\(aq")


def check_list(page):
    """What is wrong with COMMANDS of varve.1, after it was written again with --write."""
    roff = page.read_text()
    found = re.search(r"(?<=\.SH COMMANDS\n)(.*?\n)?(?=\.SH )", roff, re.S)
    made = list_of_commands() + "\n"
    if "--write" in sys.argv:
        page.write_text(roff[:found.start()] + made + roff[found.end():])
    elif found[0] != made:
        return [f"{page.name}: COMMANDS differs from 'varve help --all': man.py ROOT PROGRAM --write"]
    return []


def forms_of_diff():
    """The forms as varve-diff.1 has them, by the lists of writer_kinds.h and diff_writer.h."""
    root = Path(sys.argv[1])
    text = "".join((root / name).read_text() for name in ("diff/write/writer_kinds.h", "lib/arrow/diff_writer.h"))
    forms = re.findall(r'\bform\("([a-z-]+)",\s*\w+,\s*((?:"[^"]*"\s*)+)\)', text.replace("\\\n", " "))
    words = [name + (f" ({about})" if (about := "".join(re.findall('"([^"]*)"', parts))) else "") for name, parts in forms]
    return ", ".join(words[:-1]) + " or " + words[-1]


MACROS = re.compile(r"""^(?:\.|')(?!(?:TH|S[HS]|[TIP]P|BR?I?|[IR]B|IR?|R[IES]|br|nf|fi|\\"|so|)(?: |$)).*""", re.M)


def lost_lines():
    """What groff leaves out, by what it says, where it is installed, and by the macros that pages have."""
    wrong = [f"{page.name}: begins with a dot, which is no macro here: {line}"
             for page in sorted(PAGES.glob("*.1")) for line in MACROS.findall(page.read_text())]
    pages = [p for p in sorted(PAGES.glob("*.1")) if ".so " not in p.read_text()[:4]]
    if shutil.which("groff"):
        done = subprocess.run(["groff", "-Kutf8", "-Tutf8", "-man", "-ww", "-z", *pages], capture_output=True, text=True)
        wrong += [line for line in done.stderr.split("\n") if line]
    return wrong


def main():
    wrong, count = lost_lines(), 0
    for name, page, text in commands():
        roff, count = page.read_text(), count + 1
        ours, theirs = options_of_help(text), options_of_page(roff)
        wrong += [f"{page.name}: the option {w} is missing" for w in sorted(ours.keys() - theirs.keys())]
        wrong += [f"{page.name}: 'varve {name}' does not have the option {w}"
                  for w in sorted(theirs.keys() - ours.keys() - {"-h", "--help"})]
        wrong += [f"{page.name}: '{w}{theirs[w]}' is '{w}{ours[w]}' in the help"
                  for w in sorted(ours.keys() & theirs.keys()) if ours[w] != theirs[w]]
        if name == "diff" and f"The output format: {forms_of_diff()}." not in plain(roff):
            wrong.append(f"{page.name}: --format is not 'The output format: {forms_of_diff()}.'")
        if name == "diff" and "--write" in sys.argv:
            sentence = f"The output format: {forms_of_diff()}. They".replace("-", r"\-").replace("'", r"\(aq")
            page.write_text(re.sub(r"The output format: .*?\. They", lambda _: sentence, roff))
    for page in sorted(PAGES.glob("*.1")):
        wrong += check_synopsis(page) if ".so " not in page.read_text()[:4] else []
    wrong += check_list(PAGES / "varve.1")
    print("\n".join(wrong) or f"{count} manual pages")
    return 1 if wrong or count < 40 else 0


sys.exit(main())
