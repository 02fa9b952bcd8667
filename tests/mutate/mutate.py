#!/usr/bin/env python3
"""Changes one operator, constant or statement at random and looks whether a test notices.

usage: mutate.py [N [SEED]] [--only FOLDER|FILE] [--unit] [--sanitize] [--list] [--log FILE]

N mutants (20) are drawn with SEED (1) from the sources of repo, dataset, diff and transport; the same
seed on the same commit draws the same ones. Each is built in a copy of the tree below build/mutate and
gets what tests its folder: the unit tests of the folder, then those of the folders above it and the
quick tests of the commands (with --unit only the first); with --sanitize under the sanitizers. A test that fails, crashes or hangs notices
it. A mutant that the compiler turns into the very same code, or refuses, is not counted.

What lives is printed with its line before and after. It wants a test, or it changes nothing that can be
seen: then the code may be simpler. Exit status: 0 when at least 95 of 100 were noticed, else 1.
"""
import argparse
import hashlib
import json
import os
import random
import re
import shutil
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
WORK = os.path.join(ROOT, "build", "mutate")
TREE = os.path.join(WORK, "tree")
BUILD = os.path.join(WORK, "build")
FOLDERS = {  # what stands on each of them
    "repo": ["repo", "dataset", "transport", "diff", "cmd"],
    "dataset": ["dataset", "diff", "cmd"],
    "diff": ["diff", "cmd"],
    "transport": ["transport", "cmd"],
}
BLANKED = re.compile(r"""/\*.*?\*/ | "(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\\n])*' | ^[ \t]*\#(?:[^\n]*\\\n)*[^\n]*""",
                     re.S | re.X | re.M)
# pattern, what takes its place ({} is the match itself)
OPERATORS = [
    (r"(?<=\s)<(?=\s)", "<="), (r"(?<=\s)<=(?=\s)", "<"), (r"(?<=\s)>(?=\s)", ">="), (r"(?<=\s)>=(?=\s)", ">"),
    (r"(?<=\s)==(?=\s)", "!="), (r"(?<=\s)!=(?=\s)", "=="), (r"(?<=\s)&&(?=\s)", "||"), (r"(?<=\s)\|\|(?=\s)", "&&"),
    (r"(?<=\s)\+(?=\s)", "-"), (r"(?<=[\w)\]] )-(?=\s)", "+"), (r"(?<=\s)\+=(?=\s)", "-="), (r"(?<=\s)-=(?=\s)", "+="),
    (r"(?<=\s)&(?=\s)", "|"), (r"(?<=\s)\|(?=\s)", "&"), (r"(?<=\s)<<(?=\s)", ">>"), (r"(?<=\s)>>(?=\s)", "<<"),
    (r"\btrue\b", "false"), (r"\bfalse\b", "true"), (r"(?<=[(\s])!(?=[\w(])", ""),
    (r"(?<![\w.\"])\d+(?=[uUlL]*\b)(?!\.)", "+1"), (r"\bcontinue;", ";"), (r"\bbreak;", ";"),
    (r"(?<=\n)\t+[a-z]\w*\([^;{}]*\);(?=\n)", ";"), (r"(?<=\n)\t+[\w>.\[\]-]+ [-+|&]?= [^;{}]*;(?=\n)", ";"),
]


def run(command, seconds=900, **more):
    """The exit code; None when it took too long."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                               stdin=subprocess.DEVNULL, start_new_session=True, **more)
    try:
        return process.wait(seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, 9)
        process.wait()
        return None


def prepare(sanitize):
    """A copy of the tracked files, built. What is there is brought up to date."""
    global BUILD
    preset = ["--preset", "asan", "-DBUILD_SHARED_LIBS=ON"] if sanitize else ["--preset", "dev"]
    BUILD += "-asan" if sanitize else ""
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    for name in names.decode().split("\0"):
        source, copy = os.path.join(ROOT, name), os.path.join(TREE, name)
        if not name or not os.path.lexists(source):
            continue
        os.makedirs(os.path.dirname(copy), exist_ok=True)
        if os.path.islink(source):
            if not os.path.lexists(copy):
                os.symlink(os.readlink(source), copy)
        elif not os.path.exists(copy) or digest(source) != digest(copy):
            shutil.copy2(source, copy)
            os.utime(copy)
    if not os.path.exists(os.path.join(BUILD, "build.ninja")):
        subprocess.run(["cmake", *preset, "-B", BUILD], cwd=TREE, check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["cmake", "--build", BUILD], check=True, stdout=subprocess.DEVNULL)


def digest(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).digest()


def blank(text):
    """The text with comments, literals and directives blanked, byte for byte."""
    return BLANKED.sub(lambda m: re.sub(r"[^\n]", " ", m[0]), text)


def places(path):
    """(offset, length, new text) of everything in a file that can be changed."""
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        text = file.read()
    code = blank(text)
    for pattern, new in OPERATORS:
        for match in re.finditer(pattern, code):
            line = code[code.rfind("\n", 0, match.start()) + 1:code.find("\n", match.end())]
            if not line.startswith(("\t", " ")) or re.search(r"\bassert\(|_Static_assert|\(void\)", line):
                continue
            better = str(int(match[0]) + 1) if new == "+1" and match[0].isdigit() else new
            if new == "+1" and (match[0].startswith("0") and len(match[0]) > 1 or better == new):
                continue
            yield match.start(), match.end() - match.start(), better


def draw(count, seed, only):
    sources = subprocess.run(["git", "ls-files", *FOLDERS], cwd=ROOT, capture_output=True, text=True,
                             check=True).stdout.split("\n")
    sources = sorted(s for s in sources if s.endswith(".c") and (not only or s == only or s.startswith(only + "/")))
    everything = [(path, *place) for path in sources for place in sorted(places(path))]
    random.Random(seed).shuffle(everything)
    return everything[:count]


def describe(path, text, at, length, new):
    start, end = text.rfind("\n", 0, at) + 1, text.find("\n", at + length)
    return {"place": f"{path}:{text.count(chr(10), 0, at) + 1}", "before": text[start:end].strip(),
            "after": (text[start:at] + new + text[at + length:end]).strip()}


def patience(folder, known={}):
    """How long the unit tests of a folder may take: ten times what they need unchanged."""
    if folder not in known:
        began = time.monotonic()
        if run_unit(folder, 1800) != 0:
            sys.exit(f"the unit tests of {folder} fail unchanged")
        known[folder] = 60 + 10 * (time.monotonic() - began)
    return known[folder]


def run_unit(folder, seconds):
    return run([os.path.join(BUILD, "tests", "unit", folder, f"unit_{folder}")], seconds,
               cwd=os.path.join(BUILD, "tests"))


def object_of(path):
    folder = path.split("/")[0]
    return os.path.join(BUILD, folder, "CMakeFiles", f"vv_{folder}.dir", path[len(folder) + 1:] + ".o")


def verdict(path, unit_only):
    """What became of the mutant that stands in the tree."""
    folder = path.split("/")[0]
    target = object_of(path)
    before = digest(target)
    if run(["ninja", "-C", BUILD, f"vv_{folder}"]) != 0:
        return "refused"
    if digest(target) == before:
        return "same code"
    code = run_unit(folder, patience(folder))
    if code != 0:
        return "hangs" if code is None else "noticed by its unit tests"
    if unit_only:
        return "lived"
    for above in FOLDERS[folder][1:]:
        code = run_unit(above, patience(above))
        if code != 0:
            return f"noticed by the unit tests of {above}"
    code = run(["ctest", "--test-dir", BUILD, "-j3", "-LE", "slow", "-R", r"^(cli|interop)\.", "--stop-on-failure",
                "--timeout", "60"], 900)
    return "lived" if code == 0 else "noticed by the commands"


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("count", nargs="?", type=int, default=20, metavar="N")
    arguments.add_argument("seed", nargs="?", type=int, default=1, metavar="SEED")
    arguments.add_argument("--only", metavar="FOLDER|FILE", help="take mutants from there only")
    arguments.add_argument("--unit", action="store_true", help="only the unit tests of the folder")
    arguments.add_argument("--sanitize", action="store_true", help="build with sanitizers: slower, sees more")
    arguments.add_argument("--list", action="store_true", help="print the mutants, run nothing")
    arguments.add_argument("--log", metavar="FILE", help="add a line of JSON for each mutant")
    options = arguments.parse_args()
    mutants = draw(options.count, options.seed, options.only)
    if not options.list:
        prepare(options.sanitize)
    counts, lived = {}, []
    for number, (path, at, length, new) in enumerate(mutants, 1):
        with open(os.path.join(ROOT, path), encoding="utf-8") as file:
            text = file.read()
        mutant = describe(path, text, at, length, new)
        if options.list:
            print(f"{mutant['place']}: {mutant['before']}  ->  {mutant['after']}")
            continue
        for folder in FOLDERS[path.split("/")[0]][:1 if options.unit else None]:
            patience(folder)
        copy, began = os.path.join(TREE, path), time.monotonic()
        try:
            with open(copy, "w", encoding="utf-8") as file:
                file.write(text[:at] + new + text[at + length:])
            mutant["verdict"] = verdict(path, options.unit)
        finally:
            with open(copy, "w", encoding="utf-8") as file:
                file.write(text)
            run(["ninja", "-C", BUILD, f"vv_{path.split('/')[0]}"])
        mutant["seconds"] = round(time.monotonic() - began, 1)
        counts[mutant["verdict"]] = counts.get(mutant["verdict"], 0) + 1
        print(f"{number}/{len(mutants)} {mutant['verdict']} ({mutant['seconds']} s): {mutant['place']}: "
              f"{mutant['before']}  ->  {mutant['after']}", flush=True)
        if mutant["verdict"] == "lived":
            lived.append(mutant)
        if options.log:
            with open(options.log, "a", encoding="utf-8") as file:
                file.write(json.dumps(mutant) + "\n")
    if options.list:
        return 0
    tried = sum(n for verdict_, n in counts.items() if verdict_ not in ("refused", "same code"))
    print(f"\nseed {options.seed}: " + ", ".join(f"{n} {v}" for v, n in sorted(counts.items())))
    for mutant in lived:
        print(f"lived: {mutant['place']}\n  - {mutant['before']}\n  + {mutant['after']}")
    share = 100.0 * (tried - len(lived)) / tried if tried else 100.0
    print(f"{tried - len(lived)} of {tried} noticed ({share:.1f} %)")
    return 0 if share >= 95 else 1


if __name__ == "__main__":
    sys.exit(main())
