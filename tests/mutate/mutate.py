#!/usr/bin/env python3
"""Changes one operator, constant or statement at random and looks whether a test notices.

usage: mutate.py [N [SEED]] [--only FOLDER|FILE] [--unit] [--sanitize] [--list] [--log FILE] [--lived LOG] [--seconds S] [--turn N | --rests N] [-j JOBS]

N mutants (20) are drawn with SEED (1) from the sources of repo, dataset, diff, check and transport; the same
seed on the same commit draws the same ones. All are built at once, in a copy of the tree below build/mutate:
a function that has mutants stands there with a copy of its body for each, and the environment chooses one
(VARVE_TEST_MUTANT=7). What stands outside a function, or is refused so, is built by itself, later.

Each mutant gets the tests that reach its block, until one notices it. Which these are is found out once for each test, when
a mutant may want it: it runs without a mutant, and notes what it reaches (VARVE_TEST_MUTANT_MARKS). In this order:

1. the unit tests that have to do with the source, those first whose noun has most to do with it, one of each noun in turn;
2. the quick tests of commands that use the room it stands in (COMMANDS), one of each file in turn;
3. the other unit tests and quick tests of commands;
4. the slow tests of the commands of 2.

Each of the four ends after SECONDS of work (--seconds, 30) on a mutant; how many tests that left out is told. With few seconds most are
noticed soon, and --lived goes on with the others. --turn N leaves out the tests that rest in that turn of './dev test' (0 to 5,
tests/cmake/turns.cmake), --rests N takes only those: what they notice of a log of --turn N is what the sample loses. A test that fails, crashes or does not end notices the mutant, and passes once more without it. Unit tests that take more than LONG seconds (failing allocations,
deep graphs) are left out, and with --unit all of 2 to 4; --sanitize builds with sanitizers: slower, sees more. A mutant that
the compiler turns into the very same code, or refuses, is not counted. --log FILE adds a line of JSON for each mutant; those that
it has already are not judged again, so a run that was stopped goes on. --lived LOG draws nothing, and judges those again that
lived according to a log, found by their lines. The copy stands still while a run is under way: the sources may change.

What lives is printed with its line before and after. It wants a test, or it changes nothing that can be
seen: then the code may be simpler, or the file `explained`, beside this one, has the reason: paragraphs of a line with the file, the line
before and after, and why. These count as noticed. Exit status: 0 when at least 95 of 100 were noticed, else 1.
"""
import argparse
import concurrent.futures
import functools
import hashlib
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
WORK = os.path.join(ROOT, "build", "mutate")
TREE = os.path.join(WORK, "tree")
BUILD = os.path.join(TREE, "build", "dev")  # as far from the sources as a build of its own: ccache knows the objects
FOLDERS = ["repo", "dataset", "diff", "check", "transport"]
ABOVE = {  # whose units may use a folder
    "repo": ["repo", "dataset", "transport", "diff", "check", "lib", "public", "cmd"],
    "dataset": ["dataset", "diff", "check", "lib", "public", "cmd"],
    "diff": ["diff", "check", "lib", "public", "cmd"],
    "check": ["check", "lib", "public", "cmd"],
    "transport": ["transport", "lib", "vault", "public", "cmd"],
}
MUTANTS = {}  # of each source
RUNNING = set()  # each in a session of its own
COMMANDS = [  # which tests of commands use a room
    ("repo/git/merge", "conflicts|merge|resolve"), ("repo/git/index/attribute", "add|migrate|track"), ("diff/spreadsheet/excel", "add|check|restore"),
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
LONG = 15
NOT_RUN = re.compile(r"^unit\.\w+\.(\w*fault\w*|reach)\.")
RUNTIME = r"""
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int vv_mutant_on;
unsigned char vv_mutant_seen[4096];
void vv_mutant_mark(int n);
static const char *vv_mutant_marks;

__attribute__((constructor)) static void vv_mutant_start(void)
{
	const char *on = getenv("VARVE_TEST_MUTANT");

	vv_mutant_on = on ? atoi(on) : 0;
	vv_mutant_marks = getenv("VARVE_TEST_MUTANT_MARKS");
	if (!vv_mutant_marks) {
		memset(vv_mutant_seen, 1, sizeof(vv_mutant_seen));
	} else {
		vv_mutant_marks = strdup(vv_mutant_marks);
	}
}

void vv_mutant_mark(int n)
{
	int was = errno, fd = open(vv_mutant_marks, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);

	vv_mutant_seen[n] = 1;
	if (fd >= 0) {
		(void)!dprintf(fd, "%d\n", n);
		close(fd);
	}
	errno = was;
}
"""
DECLARED = "extern int vv_mutant_on; extern unsigned char vv_mutant_seen[]; void vv_mutant_mark(int n);\n"
FUNCTION = re.compile(r"^\{\n.*?^\}\n", re.S | re.M)
LABEL = re.compile(r"^[ \t]*(?!default\b)([a-z]\w*):(?!:)", re.M)
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


def run(command, seconds=900, cpu=600, **more):
    """The exit code, None when it took too long, and the seconds of work that it was."""
    # A mutant may grow without end; the largest test reserves 9 GB.
    limits = [f"--cpu={cpu}:{cpu + 1}", *([] if BUILD.endswith("-asan") else [f"--as={12 << 30}"])]
    process = subprocess.Popen(["prlimit", *limits, *command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                               stdin=subprocess.DEVNULL, start_new_session=True, **more)
    RUNNING.add(process.pid)
    end, stopped = time.monotonic() + seconds, False
    while (ended := os.wait4(process.pid, os.WNOHANG))[0] == 0:
        if time.monotonic() > end:
            os.killpg(process.pid, signal.SIGKILL)
            stopped = True
        time.sleep(0.02)
    RUNNING.discard(process.pid)
    process.returncode = code = os.waitstatus_to_exitcode(ended[1])
    return None if stopped or code == -signal.SIGXCPU else code, ended[2].ru_utime + ended[2].ru_stime


def stop(*_):
    for pid in list(RUNNING):
        os.killpg(pid, signal.SIGKILL)
    os._exit(130)


def write(path, text):
    """The text stands there; a file that has it already stays as old as it is."""
    if os.path.exists(path):
        with open(path, encoding="utf-8") as file:
            if file.read() == text:
                return
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def copy_tree():
    """A copy of the tracked files, as they stand; what is gone goes there, too."""
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    names = set(names.decode().split("\0")) - {""}
    for folder in FOLDERS:
        for at, _, there in os.walk(os.path.join(TREE, folder)):
            for name in there:
                if os.path.relpath(os.path.join(at, name), TREE) not in names:
                    os.unlink(os.path.join(at, name))
    for name in sorted(names):
        source, copy = os.path.join(ROOT, name), os.path.join(TREE, name)
        os.makedirs(os.path.dirname(copy), exist_ok=True)
        if os.path.islink(source):
            if not os.path.lexists(copy):
                os.symlink(os.readlink(source), copy)
        elif not os.path.exists(source):
            continue
        elif name.endswith(".c"):
            with open(source, encoding="utf-8") as file:
                write(copy, with_mutants(name, file.read()))
        elif not os.path.exists(copy) or digest(source) != digest(copy):
            shutil.copy2(source, copy)
            os.utime(copy)


def with_mutants(path, text):
    """The source with a body more for each of its mutants, and a mark in the block of each."""
    mutants = [m for m in MUTANTS.get(path, []) if not m.alone]
    if path == "base/sys.c":
        return text + RUNTIME
    if not MUTANTS.get(path):
        return text
    code, out, end = blank(text), [DECLARED], 0
    for found in FUNCTION.finditer(code):
        here = [m for m in mutants if found.start() < m.at < found.end()]
        whole = [m for m in MUTANTS[path] if m.alone]
        if not here and not whole:
            continue
        body = text[found.start() + 1:found.end() - 2]
        changed = "".join(f"if (vv_mutant_on == {m.number}) {{{renamed(m, found, text)}}} else " for m in here)
        marks = sorted([(block(code, found.start(), m.at) - found.start() - 1, m.number) for m in here] +
                       [(0, m.number) for m in whole], reverse=True)
        for at, number in marks:
            body = f"{body[:at]} if (!vv_mutant_seen[{number}]) {{ vv_mutant_mark({number}); }}{body[at:]}"
        out += [text[end:found.start()], "{\n", changed, "{", body, "}\n}\n"]
        end = found.end()
    return "".join(out) + text[end:]


def renamed(mutant, found, text):
    """The body of a function with a mutant; its labels have names of their own."""
    body = text[found.start() + 1:mutant.at] + mutant.new + text[mutant.at + mutant.length:found.end() - 2]
    for label in set(LABEL.findall(body)):
        body = re.sub(rf"(goto |^[ \t]*){label}(?=[;:])", rf"\g<1>{label}_{mutant.number}", body, flags=re.M)
    return body


def block(code, start, at):
    """Behind the brace of the innermost block of statements around a place."""
    opened = []
    for i in range(start, at):
        if code[i] == "{":
            before = code[start:i].rstrip()
            good = not before or opened[-1][1] and before.endswith((";", "}", "{", ":")) or re.search(r"\b(else|do)$", before)
            if before.endswith(")"):
                depth, j = 0, len(before)
                while j > 0 and (depth > 0 or j == len(before)):
                    j -= 1
                    depth += (before[j] == ")") - (before[j] == "(")
                good = re.search(r"\b(if|for|while)\s*$", before[:j])
            opened.append((i + 1, True) if good else (opened[-1][0], False))
        elif code[i] == "}" and opened:
            opened.pop()
    return opened[-1][0]


def build():
    return run(["ninja", "-k", "0", "-C", BUILD], 7200, 7200)[0]


def prepare(sanitize):
    """The copy with all mutants, built; those that the compiler refuses there stand alone."""
    global BUILD
    preset = ["--preset", "asan", "-DBUILD_SHARED_LIBS=ON", "-DVARVE_WERROR=OFF"] if sanitize else ["--preset", "dev"]
    BUILD += "-asan" if sanitize else ""
    copy_tree()
    if not os.path.exists(os.path.join(BUILD, "build.ninja")):
        subprocess.run(["cmake", *preset, "-B", BUILD], cwd=TREE, check=True, stdout=subprocess.DEVNULL)
    for round_ in range(3):  # those that are refused stand alone, and then all of a file that is refused for another reason
        if build() == 0:
            return
        for path, mutants in MUTANTS.items():
            made, copy = object_of(path), os.path.join(TREE, path)
            if not os.path.exists(made) or os.path.getmtime(made) < os.path.getmtime(copy):
                for mutant in mutants:
                    mutant.alone = mutant.alone or round_ > 0 or is_compiled(mutant) == "refused"
        copy_tree()
    sys.exit("the copy does not build: cmake --build " + BUILD)


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
    return [Mutant(number, base, *place) for number, place in enumerate(everything[:count], 1)]


def again(base, log):
    """Those that lived according to a log, where their lines are still there."""
    with open(log, encoding="utf-8") as file:
        lived = [m for m in map(json.loads, file) if m["verdict"].startswith("lived")]
    for number, wanted in enumerate(lived, 1):
        path = wanted["place"].split(":")[0]
        there = [Mutant(number, base, path, *place) for place in places(base, path)] if os.path.exists(os.path.join(base, path)) else []
        same = [m for m in there if (m.before, m.after) == (wanted["before"], wanted["after"])]
        near = sorted(same, key=lambda m: abs(int(m.place.split(":")[1]) - int(wanted["place"].split(":")[1])))
        if near:
            yield near[0]
        else:
            print(f"gone: {wanted['place']}: {wanted['before']}")


@functools.lru_cache(maxsize=1)
def functions(text):
    return [f.span() for f in FUNCTION.finditer(blank(text))]


class Mutant:
    def __init__(self, number, base, path, at, length, new):
        with open(os.path.join(base, path), encoding="utf-8") as file:
            text = file.read()
        start, end = text.rfind("\n", 0, at) + 1, text.find("\n", at + length)
        self.number, self.path, self.at, self.length, self.new = number, path, at, length, new
        self.place = f"{path}:{text.count(chr(10), 0, at) + 1}"
        self.before = text[start:end].strip()
        self.after = (text[start:at] + new + text[at + length:end]).strip()
        self.original, self.text = text, text[:at] + new + text[at + length:]
        self.alone = not any(start < at < end for start, end in functions(text))


def explained(known={}):
    """(file, line before, line after): why nothing can notice it."""
    if not known:
        with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "explained"), encoding="utf-8") as file:
            for paragraph in file.read().split("\n\n"):
                path, before, after, *why = paragraph.strip().split("\n")
                assert before.startswith("- ") and after.startswith("+ ") and why, paragraph
                known[path, before[2:], after[2:]] = " ".join(why)
    return known


class Test:
    def __init__(self, listed):
        properties = {p["name"]: p["value"] for p in listed["properties"]}
        self.name, self.command = listed["name"], listed["command"]
        self.folder = properties["WORKING_DIRECTORY"]
        self.environment = dict(os.environ) | dict(e.split("=", 1) for e in properties.get("ENVIRONMENT", []))
        self.folder_name = (self.name + ".").split(".")[1]
        self.labels = properties.get("LABELS", [])
        self.unit, self.slow = self.name.startswith("unit."), "slow" in self.labels
        self.group = self.name.rsplit(".", 1)[0]
        self.seconds, self.reached, self.lock = 1, None, threading.Lock()

    def run(self, **environment):
        """As run."""
        with tempfile.TemporaryDirectory(prefix="vm", ignore_cleanup_errors=True) as scratch:
            return run(self.command, max(120, 40 * self.seconds), 3 * LONG, cwd=self.folder,
                       env=self.environment | {"TMPDIR": scratch} | environment)

    def reaches(self, number):
        """Does it, when it passes? This work is not counted: it is done once for each test, for all mutants."""
        with self.lock:
            if self.reached is not None:
                return number in self.reached
            with tempfile.NamedTemporaryFile(prefix="vm") as marks:
                code, self.seconds = self.run(VARVE_TEST_MUTANT_MARKS=marks.name)
                good = code == 0 and (not self.unit or self.seconds < LONG)
                self.reached = {int(line) for line in marks.read().split()} if good else set()
            return number in self.reached


def all_tests(options):
    listed = subprocess.run(["ctest", "--test-dir", BUILD, "--show-only=json-v1"], capture_output=True, check=True).stdout
    tests = [Test(t) for t in json.loads(listed)["tests"] if t.get("command")]
    tests = [t for t in tests if f"rests{options.turn}" not in t.labels and (options.rests is None or f"rests{options.rests}" in t.labels)]
    return [t for t in tests if t.name.startswith(("unit.", "cli.", "stories.", "laws.")) and not NOT_RUN.match(t.name)]


@functools.cache
def words_of(path, pattern):
    with open(os.path.join(TREE, path), encoding="utf-8") as file:
        return set(re.findall(pattern, file.read(), re.M))


@functools.cache
def closeness(path, group):
    """How much the unit tests of a noun have to do with a source: its name, its header, its functions."""
    _, folder, noun = group.split(".")
    test = os.path.join("tests", "unit", folder, f"{noun}_test.c")
    header = f'#include "{path[:-1]}h"'
    return (20 * (os.path.basename(path) == f"{noun}.c") + 5 * (header in words_of(test, r"^#include \S+")) +
            len(words_of(path, r"^\w[\w *]*?\b(vv_\w+)\(") & words_of(test, r"\bvv_\w+")))


def in_turn(tests):
    """One of each group, the shortest first, then the next one of each."""
    groups = {}
    for test in tests:
        groups.setdefault(test.group, []).append(test)
    ranked = [(rank, test) for group in groups.values() for rank, test in enumerate(sorted(group, key=lambda t: t.seconds))]
    return [test for _, test in sorted(ranked, key=lambda each: each[0])]


def object_of(path):
    folder, room = path.split("/")[:2]
    for library in (f"vv_{room}", f"vv_{folder}"):  # a folder's, or that of its room (transport/ipfs)
        there = os.path.join(BUILD, folder, "CMakeFiles", f"{library}.dir", path[len(folder) + 1:] + ".o")
        if os.path.exists(there):
            break
    return there


def is_compiled(mutant):
    """Of a mutant alone: "refused", "same code", or None when it is a program of its own."""
    with open(os.path.join(BUILD, "compile_commands.json"), encoding="utf-8") as file:
        command = next(c["command"] for c in json.load(file) if c["file"] == os.path.join(TREE, mutant.path))
    made = []
    for text in (mutant.original, mutant.text):
        with tempfile.TemporaryDirectory() as folder:
            write(os.path.join(folder, "source.c"), text)
            words = [w for w in command.split() if not w.endswith("ccache") and not w.startswith("-g")]
            words[words.index("-o") + 1] = out = os.path.join(folder, "out.o")
            words[words.index("-c") + 1] = "source.c"
            if run([*words, f"-I{os.path.dirname(os.path.join(TREE, mutant.path))}"], cwd=folder)[0] != 0:
                return "refused"
            made.append(digest(out))
    return "same code" if made[0] == made[1] else None


def kinds_of(mutant, tests, options):
    """The tests that may notice a mutant, in the order of the four kinds."""
    words = next(words for room, words in COMMANDS if mutant.path.startswith((room + "/", room + ".", room + "_")))
    nearby = re.compile(rf"^(cli|laws|stories)\.({words})\.")
    rooms = ABOVE[mutant.path.split("/")[0]]
    able = in_turn(t for t in tests if t.reached is None or mutant.number in t.reached)
    near = {t: closeness(mutant.path, t.group) for t in able if t.unit and t.folder_name in rooms}
    units = sorted(near, key=lambda t: (-min(near[t], 20), rooms.index(t.folder_name), t.reached is None))
    if options.unit:
        return [units]
    quick = [t for t in able if not t.unit and not t.slow]
    return [[t for t in units if near[t]], [t for t in quick if nearby.match(t.name)],
            sorted([t for t in units if not near[t]] + [t for t in quick if not nearby.match(t.name)], key=lambda t: t.reached is None),
            [t for t in able if not t.unit and t.slow and nearby.match(t.name)]]


def verdict(mutant, tests, options):
    """What became of a mutant."""
    environment = {} if mutant.alone else {"VARVE_TEST_MUTANT": str(mutant.number)}
    reach = left = 0
    for kind in kinds_of(mutant, tests, options):
        spent = 0
        for place, test in enumerate(kind):
            if spent > options.seconds:
                left += len(kind) - place
                break
            if not test.reaches(mutant.number):
                continue
            reach += 1
            code, seconds = test.run(**environment)
            spent += seconds
            if code != 0 and (mutant.alone or test.run()[0] == 0):
                return ("hangs in " if code is None else "noticed by ") + test.name
    if not mutant.alone and (why := is_compiled(mutant)):
        return why
    return f"lived {reach} tests" + (f" of those that reach it, without {left} that may" if left else ", all that reach it")


def judge_alone(mutant, tests, options):
    """The mutant takes the place of its source for a while; nothing else runs."""
    if why := is_compiled(mutant):
        return why
    copy = os.path.join(TREE, mutant.path)
    with open(copy, encoding="utf-8") as file:
        text = file.read()
    try:
        write(copy, mutant.text)
        build()
        return verdict(mutant, tests, options)
    finally:
        write(copy, text)
        build()


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("count", nargs="?", type=int, default=20, metavar="N")
    arguments.add_argument("seed", nargs="?", type=int, default=1, metavar="SEED")
    arguments.add_argument("--only", metavar="FOLDER|FILE", help="take mutants from there only")
    arguments.add_argument("--unit", action="store_true", help="only unit tests")
    arguments.add_argument("--sanitize", action="store_true", help="build with sanitizers: slower, sees more")
    arguments.add_argument("--list", action="store_true", help="print the mutants, run nothing")
    arguments.add_argument("--lived", metavar="LOG", help="those that lived according to this log")
    arguments.add_argument("--log", metavar="FILE", help="add a line of JSON for each mutant; go on behind those that are there")
    arguments.add_argument("--seconds", type=float, default=30, help="of work for each kind of tests of a mutant")
    turns = arguments.add_mutually_exclusive_group()
    turns.add_argument("--turn", type=int, choices=range(6), help="only the tests that './dev test' runs in this turn")
    turns.add_argument("--rests", type=int, choices=range(6), help="only those that it leaves out in this turn")
    arguments.add_argument("-j", "--jobs", type=int, default=os.cpu_count(), help="as many tests at once")
    options = arguments.parse_args()
    if options.count >= 4096:
        arguments.error("at most 4095 at once")
    mutants = list(again(ROOT, options.lived)) if options.lived else draw(ROOT, options.count, options.seed, options.only)
    if options.list:
        for m in mutants:
            print(f"{m.place}: {m.before}  ->  {m.after}")
        return 0
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, stop)
    for mutant in mutants:
        MUTANTS.setdefault(mutant.path, []).append(mutant)
    began = time.monotonic()
    prepare(options.sanitize)
    print(f"built ({time.monotonic() - began:.0f} s)", flush=True)
    done = {}
    if options.log and os.path.exists(options.log):
        with open(options.log, encoding="utf-8") as file:
            done = {(m["place"], m["before"], m["after"]): m["verdict"] for m in map(json.loads, file)}
    counts, lived, lock = {}, [], threading.Lock()

    def judge(mutant, how):
        before = time.monotonic()
        reason = explained().get((mutant.path, mutant.before, mutant.after))
        known = done.get((mutant.place, mutant.before, mutant.after))
        said = f"explained: {reason}" if reason else known or how(mutant, tests, options)
        seconds = round(time.monotonic() - before, 1)
        with lock:
            kind = re.split("[. :]", said)[0]
            counts[kind] = counts.get(kind, 0) + 1
            print(f"{sum(counts.values())}/{len(mutants)} {said} ({seconds} s): {mutant.place}: {mutant.before}  ->  {mutant.after}", flush=True)
            if kind == "lived":
                lived.append(mutant)
            if options.log and not known:
                with open(options.log, "a", encoding="utf-8") as log:
                    log.write(json.dumps({"number": mutant.number, "place": mutant.place, "before": mutant.before, "after": mutant.after,
                                          "verdict": said, "seconds": seconds}) + "\n")

    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        tests = all_tests(options)
        list(pool.map(lambda m: judge(m, verdict), [m for m in mutants if not m.alone]))
    for mutant in [m for m in mutants if m.alone]:
        judge(mutant, judge_alone)
    tried = sum(n for said, n in counts.items() if said not in ("refused", "same"))
    print(f"\nseed {options.seed}: " + ", ".join(f"{n} {v}" for v, n in sorted(counts.items())))
    for mutant in lived:
        print(f"lived: {mutant.place}\n  - {mutant.before}\n  + {mutant.after}")
    share = 100.0 * (tried - len(lived)) / tried if tried else 100.0
    print(f"{tried - len(lived)} of {tried} noticed ({share:.1f} %), in {(time.monotonic() - began) / 60:.0f} minutes")
    return 0 if share >= 95 else 1


if __name__ == "__main__":
    sys.exit(main())
