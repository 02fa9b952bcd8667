#!/usr/bin/env python3
"""Changes one operator, constant or statement at random and looks whether a test notices.

usage: mutate.py [N [SEED]] [--only FOLDER|FILE] [--near | --unit] [--here] [--sanitize] [--list] [--log FILE]
                 [--from K] [--lived LOG]

N mutants (20) are drawn with SEED (1) from the sources of repo, dataset, diff and transport; the same
seed on the same commit draws the same ones. Each is built in a copy of the tree below build/mutate (one
object, one shared library) and gets, until something notices it:

1. the unit tests of the nouns that include its header, call its functions or have its name;
2. the other unit tests of its folder;
3. the quick tests of the commands that use the room it stands in (COMMANDS; of ALL the slow ones, too);
4. the unit tests of the folders above.

A test that fails, crashes or does not end notices it. Nouns whose tests take more than LONG seconds of work
(failing allocations, deep graphs) are left out, but for those of the same name. With --near only 1 is run, with --unit 1 and 2, with --sanitize under the
sanitizers; --here takes this clone and its build/dev in place of a copy, where nobody else works. A mutant that the compiler turns into the very same code, or refuses, is not counted.
--from K goes on with the K-th mutant of a run that was stopped; --lived LOG judges those again
that lived, after a run with --near by all tests, or with --sanitize. The copy stands still while a run is under way: the sources may change.

What lives is printed with its line before and after. It wants a test, or it changes nothing that can be
seen: then the code may be simpler, or the file `explained`, beside this one, has the reason: paragraphs of a line with the file, the line
before and after, and why. These count as noticed. Exit status: 0 when at least 95 of 100 were noticed, else 1.
"""
import argparse
import hashlib
import json
import os
import random
import re
import resource
import shutil
import signal
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
WORK = os.path.join(ROOT, "build", "mutate")
TREE = os.path.join(WORK, "tree")
BUILD = os.path.join(WORK, "build")
FOLDERS = {  # what stands on each of them
    "repo": ["repo", "dataset", "transport", "diff", "check", "lib", "cmd"],
    "dataset": ["dataset", "diff", "check", "lib", "cmd"],
    "diff": ["diff", "check", "lib", "cmd"],
    "check": ["check", "lib", "cmd"],
    "transport": ["transport", "lib", "vault", "cmd"],
}
COMMANDS = [  # which tests of commands use a room
    ("repo/git/merge", "conflicts|merge|resolve"), ("repo/git/index/attribute", "add|migrate|track"), ("diff/rows/excel", "add|check|restore"),
    ("repo/git", "add|branch|commit|history|info|log|merge|mv|rm|status|switch|tag|track"),
    ("repo/blocks", "add|cat|commit|fsck|gc|peers"), ("repo/known", "fsck|gc|peers"), ("repo/git/objects", "peers"),
    ("repo", "peers"),
    ("check/rules", "check|commit"), ("dataset/rows", "cat|sql"), ("dataset/schema", "add|check|diff|schema"),
    ("dataset/read", "add|cat|convert|diff|filter|status"), ("dataset", "add|blame|cat|check|convert|diff|info|schema|status"),
    ("diff/merge", "apply|merge"), ("diff/write", "diff|show"),
    ("check", "check"), ("diff", "blame|diff|log|merge|show|status"), ("transport/ipfs", "car"),
    ("cmd/vault/hold", "vault"), ("transport/places/s3", r"(store\.(store|keys)|vault\.s3_holder)"), ("transport/places/rclone", r"store\.rclone"),
    ("transport/places/packs", r"(store\.(folder|store|kept|many_pushes)|hosts\.(hosts|kept)|publish\.folder)"),
    ("transport/places", r"(store\.(folder|store|sftp|kept)|hosts\.hosts|publish\.folder)"), ("transport/http", "publish|serve"),
    ("transport/server", "serve"), ("transport/protocol", r"peers\.(peers|plain_git|behind|broken|liar|receive_check)"), ("transport", "car|hosts|peers|serve|ssh"),
]
ALL = ("transport/places/", "transport/protocol/", "diff/rows/excel", "repo/git/index/attribute")  # rooms whose tests are nearly all slow: these run, too
LONG = 15
SLOW = re.compile(r"fault|^reach$")
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


def run(command, seconds=900, cpu=None, **more):
    """The exit code; None when it took too long."""
    def limit():
        if cpu:
            resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu + 1))
        if not BUILD.endswith("-asan"):  # a mutant may grow without end; the largest test reserves 9 GB
            resource.setrlimit(resource.RLIMIT_AS, (12 << 30, 12 << 30))
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                               stdin=subprocess.DEVNULL, start_new_session=True, preexec_fn=limit, **more)
    try:
        code = process.wait(seconds)
        return None if code == -signal.SIGXCPU else code
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
    names = names.decode().split("\0")
    for folder in FOLDERS:  # what is gone
        for at, _, there in os.walk(os.path.join(TREE, folder)):
            for name in there:
                if os.path.relpath(os.path.join(at, name), TREE) not in names:
                    os.unlink(os.path.join(at, name))
    for name in names:
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


def places(base, path):
    """(offset, length, new text) of everything in a file that can be changed."""
    with open(os.path.join(base, path), encoding="utf-8") as file:
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


def draw(base, count, seed, only):
    sources = [os.path.relpath(os.path.join(at, name), base) for folder in FOLDERS
               for at, _, names in os.walk(os.path.join(base, folder)) for name in names]
    sources = sorted(s for s in sources if s.endswith(".c") and (not only or s == only or s.startswith(only + "/")))
    everything = [(path, *place) for path in sources for place in sorted(places(base, path))]
    random.Random(seed).shuffle(everything)
    return everything[:count]


def explained(known={}):
    """(file, line before, line after): why nothing can notice it."""
    if not known:
        with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "explained"), encoding="utf-8") as file:
            for paragraph in file.read().split("\n\n"):
                path, before, after, *why = paragraph.strip().split("\n")
                assert before.startswith("- ") and after.startswith("+ ") and why, paragraph
                known[path, before[2:], after[2:]] = " ".join(why)
    return known


def describe(path, text, at, length, new):
    start, end = text.rfind("\n", 0, at) + 1, text.find("\n", at + length)
    return {"place": f"{path}:{text.count(chr(10), 0, at) + 1}", "before": text[start:end].strip(),
            "after": (text[start:at] + new + text[at + length:end]).strip()}


def program(folder):
    return os.path.join(BUILD, "tests", "unit", folder, f"unit_{folder}")


def nouns(known={}):
    """(folder, noun) of all unit tests: how many seconds of work they are, as far as that is known by now."""
    if not known:
        for folder in FOLDERS["repo"]:
            names = subprocess.run([program(folder), "--list"], capture_output=True, text=True, check=True).stdout
            known.update({(folder, name.split(".")[0]): 1 for name in names.split()})
        known.update({key: 2 * LONG for key in known if SLOW.search(key[1])})
    return known


def run_noun(folder, noun):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    code = run([program(folder), noun], 300, cpu=2 * LONG, cwd=os.path.join(BUILD, "tests"))
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if code == 0:
        nouns()[folder, noun] = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return code


def closeness(path, folder, noun, known={}):
    """How much a test has to do with a source: its name, its header, its functions."""
    test = os.path.join(TREE, "tests", "unit", folder, f"{noun}_test.c")
    source = os.path.join(TREE, path)
    for name in (test, source):
        if name not in known:
            with open(name, encoding="utf-8") as file:
                known[name] = file.read()
    functions = set(re.findall(r"^\w[\w *]*?\b(vv_\w+)\(", known[source], re.M))
    return (20 * (os.path.basename(path) == f"{noun}.c") + 5 * (path[:-1] + "h" in known[test]) +
            len(functions & set(re.findall(r"\bvv_\w+", known[test]))))


def target_of(path):
    """The library that a source is in: its folder's, or that of its room (transport/ipfs)."""
    folder, room = path.split("/")[:2]
    there = os.path.join(BUILD, folder, "CMakeFiles", f"vv_{room}.dir", path[len(folder) + 1:] + ".o")
    return f"vv_{room}" if os.path.exists(there) else f"vv_{folder}"


def object_of(path):
    folder = path.split("/")[0]
    return os.path.join(BUILD, folder, "CMakeFiles", f"{target_of(path)}.dir", path[len(folder) + 1:] + ".o")


def verdict(path, options):
    """What became of the mutant that stands in the tree."""
    folder = path.split("/")[0]
    target = object_of(path)
    before = digest(target)
    if run(["ninja", "-C", BUILD, target_of(path)]) != 0:
        return "refused"
    if digest(target) == before:
        return "same code"
    every = list(nouns())
    near = {key: closeness(path, *key) for key in every}
    first = sorted((key for key in every if near[key] and (key[0] == folder or near[key] >= 5) and
                    (nouns()[key] < LONG or near[key] >= 20)),
                   key=lambda key: (-near[key] if nouns()[key] < 2 else nouns()[key], nouns()[key]))
    others = sorted((key for key in every if key not in first and nouns()[key] < LONG), key=nouns().get)
    for key in first + [key for key in others if key[0] == folder and not options.near]:
        code = run_noun(*key)
        if code != 0:
            return "hangs" if code is None else "noticed by unit." + ".".join(key)
    if options.unit or options.near:
        return "lived"
    words = next(words for room, words in COMMANDS if path.startswith((room + "/", room + ".", room + "_")))
    code = run(["ctest", "--test-dir", BUILD, *([] if path.startswith(ALL) else ["-LE", "slow"]), "-R", rf"^(cli|laws|stories)\.({words})\.", "--stop-on-failure",
                "--timeout", "100"], 1800)
    if code != 0:
        return "noticed by the commands"
    for key in [key for key in others if key[0] in FOLDERS[folder][1:]]:
        code = run_noun(*key)
        if code != 0:
            return "hangs" if code is None else "noticed by unit." + ".".join(key)
    return "lived"


def main():
    global TREE, BUILD
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("count", nargs="?", type=int, default=20, metavar="N")
    arguments.add_argument("seed", nargs="?", type=int, default=1, metavar="SEED")
    arguments.add_argument("--only", metavar="FOLDER|FILE", help="take mutants from there only")
    arguments.add_argument("--near", action="store_true", help="only the unit tests that have to do with the source")
    arguments.add_argument("--unit", action="store_true", help="only the unit tests of the folder")
    arguments.add_argument("--here", action="store_true", help="change this clone and its build/dev, not a copy of it")
    arguments.add_argument("--sanitize", action="store_true", help="build with sanitizers: slower, sees more")
    arguments.add_argument("--list", action="store_true", help="print the mutants, run nothing")
    arguments.add_argument("--from", metavar="K", dest="start", type=int, default=1, help="leave out those before the K-th")
    arguments.add_argument("--lived", metavar="LOG", help="of the same run, only those that lived according to its log")
    arguments.add_argument("--log", metavar="FILE", help="add a line of JSON for each mutant")
    options = arguments.parse_args()
    if options.here:
        TREE, BUILD = ROOT, os.path.join(ROOT, "build", "dev")
        subprocess.run(["git", "diff", "--quiet", "HEAD"], cwd=ROOT, check=True)
    base = ROOT if options.list else TREE
    if not options.list and not options.here:
        prepare(options.sanitize)
    mutants = draw(base, options.count, options.seed, options.only)
    wanted = set(range(options.start, len(mutants) + 1))
    if options.lived:
        with open(options.lived, encoding="utf-8") as file:
            wanted &= {mutant["number"] for mutant in map(json.loads, file) if mutant["verdict"] == "lived"}
    counts, lived = {}, []
    for number, (path, at, length, new) in enumerate(mutants, 1):
        if number not in wanted:
            continue
        with open(os.path.join(base, path), encoding="utf-8") as file:
            text = file.read()
        mutant = {"number": number} | describe(path, text, at, length, new)
        if options.list:
            print(f"{mutant['place']}: {mutant['before']}  ->  {mutant['after']}")
            continue
        copy, began = os.path.join(TREE, path), time.monotonic()
        try:
            with open(copy, "w", encoding="utf-8") as file:
                file.write(text[:at] + new + text[at + length:])
            reason = explained().get((path, mutant["before"], mutant["after"]))
            mutant["verdict"] = f"explained: {reason}" if reason else verdict(path, options)
        finally:
            with open(copy, "w", encoding="utf-8") as file:
                file.write(text)
            run(["ninja", "-C", BUILD, target_of(path)])
        mutant["seconds"] = round(time.monotonic() - began, 1)
        kind = re.split("[.:]", mutant["verdict"])[0]
        counts[kind] = counts.get(kind, 0) + 1
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
