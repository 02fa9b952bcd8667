#!/usr/bin/env python3
"""Transcripts in README.md, docs/*.md and docs/man: made by the program, or compared with it.

  samples.py [--write] [--bin FOLDER] [--keep] [FILE...]

A sample is a block after a marker line:

  <!-- sample STORY STEP -->           in Markdown, then a block between ``` lines
  .\\" sample STORY STEP                in a manual page, then .nf ... .fi
  <!-- sample STORY STEP: COMMAND -->  the block is what COMMAND prints, and shows no command

STORY is a file STORY.sh beside this program: its function `begin` makes the folders and files that
the story starts from, its function `before_STEP` (which may be left out) does what happens unseen before the
block. Then every line of the block that begins with `$ ` or `NAME$ ` is run, in the order of the
document and in one shell, and the lines after it are compared with what it printed. NAME is a
person, with a home of his own (/home/NAME); see lib.sh.

In a sample a line `...` stands for any lines, and `…` within a line for any text. What differs from
run to run is masked: see MASKS. A block with `$ varve` that has no marker is an error, unless
`<!-- no sample: REASON -->` stands before it (`.\\" no sample: REASON`).

With --write the blocks of each story in which something differs are written anew; where lines were left out,
the lines nearest to those shown are shown. Exit status: 0 all is as it is; 1 something
differs; 2 trouble.
"""
import argparse
import concurrent.futures
import difflib
import os
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(HERE)))

# What no run can repeat: only the text that matches is not compared.
MASKS = [(re.compile(pattern), mask) for pattern, mask in (
    (r"\bin \d[\d.,]* (ms|s|min)\b( \(\d[\d.,]* [kMG]?B/s\))?", "in TIME"),
    (r"\d[\d.,]* [kMG]?B/s", "SPEED"),
    (r"\d[\d.,]* [kMG]?B(?= on the line)", "SIZE"),
    # Of many groups, which threads finish first decides which ones are compressed thoroughly.
    (r"\d{3}\.\d kB(?= for a file of)", "SIZE"),
    # Who is quickest delivers most.
    (r"(\d[\d,]* blocks? \()?\d[\d.,]* [kMG]?B\)?( of data)?(?= from )", "BLOCKS"),
    # The moment of a delivery, in `varve whereis`; dates of commits are compared.
    (r"^  \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ(?=  )", "  NOW"),
)]

# A peer's line among those of several: who delivers all before another has begun leaves him without a line.
DELIVERY = re.compile(r"^  (NOW  )?BLOCKS from ")

# On a busy machine: the others deliver what one peer was asked for.
LATE = re.compile(r"^warning: stopped waiting for \S+: other peers were faster with its last blocks$")

PROMPT = re.compile(r"^([a-z]*)\$ (.*)$")
MARKER = re.compile(r"^(?:<!-- |\.\\\" )(no )?sample:?\s+(.*?)(?: -->)?$")


class Trouble(Exception):
    pass


class Block:
    """One sample: lines first..last (from 0) of a document, without its fences."""

    def __init__(self, path, first, last, marker, lines):
        self.path, self.first, self.last = path, first, last
        words, _, hidden = marker.partition(": ")
        words = words.split()
        if not 1 <= len(words) <= 2:
            raise Trouble(f"{path}:{first}: a marker is 'sample STORY [STEP][: COMMAND]'")
        self.story, self.step, self.hidden = words[0], (words + [""])[1], hidden
        self.parts = []  # [line of the command or None, person, command, output lines]
        if hidden:
            self.parts.append([None, "", hidden, []])
        for line in lines:
            prompt = None if hidden else PROMPT.match(line)
            if prompt:
                self.parts.append([line, prompt[1], prompt[2], []])
            elif self.parts:
                self.parts[-1][3].append(line)
            else:
                raise Trouble(f"{path}:{first + 1}: a sample begins with '$ COMMAND'")


def from_man(line):
    if line.startswith("\\&"):
        line = line[2:]
    return line.replace("\\-", "-").replace("\\(aq", "'").replace("\\e", "\\")


def to_man(line):
    line = line.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq")
    return "\\&" + line if line.startswith((".", "'")) else line


def read_document(path):
    """The lines of a document, and its blocks."""
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        lines = file.read().split("\n")
    man = path.endswith(".1")
    blocks, marker, at = [], None, 0
    while at < len(lines):
        line = lines[at].strip()
        found = MARKER.match(line)
        opens = line == ".nf" if man else line.startswith("```")
        if found:
            marker = found
        elif opens:
            first = at + 1
            at = first
            while at < len(lines) and lines[at].strip() != (".fi" if man else "```"):
                at += 1
            body = [from_man(l) if man else l for l in lines[first:at]]
            if marker and not marker[1]:
                blocks.append(Block(path, first, at, marker[2], body))
            elif not marker and any(re.match(r"\s*[a-z]*\$ varve ", l) for l in body):
                raise Trouble(f"{path}:{first}: a transcript without a marker of a sample")
            marker = None
        elif line:
            marker = None
        at += 1
    return lines, blocks


def mask(line):
    for pattern, text in MASKS:
        line = pattern.sub(text, line)
    return line


def dots(line):
    return line.strip() == "..."


def same(shown, line):
    shown, line = mask(shown), mask(line)
    if shown == line:
        return True
    if "…" not in shown:
        return False
    return re.fullmatch(".*".join(re.escape(part) for part in shown.split("…")), line) is not None


def one_of_several(shown, at):
    """Is this the line of a peer beside the line of another?"""
    return all(any(DELIVERY.match(mask(line)) for line in near) for near in (
        shown[at:at + 1], shown[max(at - 1, 0):at] + shown[at + 1:at + 2]))


def matches(shown, printed):
    """Do the lines of the sample match what was printed? `...` is any number of lines."""
    ways = {0}
    printed = [line for line in printed if not LATE.match(line)]
    for n, line in enumerate(shown):
        if dots(line):
            ways = set(range(min(ways), len(printed) + 1))
        else:
            ways = (ways if one_of_several(shown, n) else set()) | {
                at + 1 for at in ways if at < len(printed) and same(line, printed[at])}
        if not ways:
            return False
    return len(printed) in ways


def renewed(shown, printed):
    """What the sample should show after a command."""
    if not any(dots(line) for line in shown):
        old = iter(shown) if len(shown) == len(printed) else None
        return [kept(next(old), line) for line in printed] if old else printed
    return abridged(shown, printed)


def kept(old, new):
    """The line to show: one with `…` as it was."""
    return old if "…" in old and same(old, new) else new


def abridged(shown, printed):
    """The lines between two `...` are one piece; of each the most alike piece of as many lines is shown."""
    pieces, spelled = [[]], []
    for line in shown:
        if dots(line):
            spelled.append(line)
            pieces.append([])
        else:
            pieces[-1].append(line)
    printed_len = len(printed)

    def like(piece, at):
        return sum(2.0 if same(old, new) else difflib.SequenceMatcher(None, mask(old), mask(new)).ratio()
                   for old, new in zip(piece, printed[at:]))

    # best[n][at]: how alike pieces n.. can be when piece n begins at line `at` or behind it, and where it begins.
    best = [{printed_len + 1: (-1.0, None)} for _ in pieces] + [{at: (0.0, None) for at in range(printed_len + 2)}]
    for n in range(len(pieces) - 1, -1, -1):
        here = (-1.0, None)
        for at in range(printed_len, -1, -1):
            size = len(pieces[n])
            fits = at + size <= printed_len and (n or at == 0)
            if n == len(pieces) - 1 and at + size != printed_len:
                fits = False
            if fits and best[n + 1][at + size][0] >= 0:
                here = max(here, (like(pieces[n], at) + best[n + 1][at + size][0], at), key=lambda pair: pair[0])
            best[n][at] = here
    if best[0][0][1] is None:  # fewer lines than were shown
        return printed
    result, at = [], 0
    for n, piece in enumerate(pieces):
        start = best[n][at][1]
        if n:
            result += [spelled[n - 1]] if start > at else []
        result += [kept(old, new) for old, new in zip(piece, printed[start:])]
        at = start + len(piece)
    return result


def run_story(name, blocks, program, keep):
    """What every part of the blocks of one story printed, as lists of lines."""
    scratch = os.path.realpath(tempfile.mkdtemp(prefix="varve-samples."))
    try:
        script = ["set -eu", f"samples='{HERE}' root='{ROOT}' scratch='{scratch}' program='{program}'",
                  '. "$samples/lib.sh"', f'. "$samples/{name}.sh"', "begin"]
        for b, block in enumerate(blocks):
            if block.step:
                script.append(f"unseen {block.step}")
            for p, (_, person, command, _) in enumerate(block.parts):
                with open(f"{scratch}/{b}.{p}.command", "w", encoding="utf-8") as file:
                    file.write(command)
                script.append(f"show '{person}' {b}.{p}")
        with open(f"{scratch}/script", "w", encoding="utf-8") as file:
            file.write("\n".join(script) + "\n")
        done = subprocess.run(["bash", f"{scratch}/script"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=280, check=False)
        if done.returncode:
            raise Trouble(f"{blocks[0].path}: the story '{name}' ended with {done.returncode}:\n" +
                          done.stdout.decode(errors="replace"))
        return [[printed(f"{scratch}/{b}.{p}.out", scratch) for p in range(len(block.parts))]
                for b, block in enumerate(blocks)]
    finally:
        if keep:
            print(f"kept: {scratch}", file=sys.stderr)
        else:
            shutil.rmtree(scratch, ignore_errors=True)


def printed(path, scratch):
    with open(path, encoding="utf-8", errors="replace") as file:
        text = file.read().replace(scratch, "")
    port = os.path.join(os.path.dirname(path), "port")
    if os.path.exists(port):
        with open(port, encoding="utf-8") as file:
            text = text.replace(f"127.0.0.1:{file.read().strip()}", "127.0.0.1:8080")
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()
    return lines


def renew_document(path, program, keep):
    """The lines of a document as they are, and as they should be."""
    lines, blocks = read_document(path)
    stories = {}
    for block in blocks:
        stories.setdefault(block.story, []).append(block)
    shown = {}
    for name, of_story in stories.items():
        outputs_of = run_story(name, of_story, program, keep)
        if all(matches(part[3], new) for block, outputs in zip(of_story, outputs_of)
               for part, new in zip(block.parts, outputs)):
            continue
        for block, outputs in zip(of_story, outputs_of):
            result = []
            for (line, _, _, old), new in zip(block.parts, outputs):
                result += ([line] if line is not None else []) + renewed(old, new)
            shown[block.first] = (block.last, result)
    wanted, at = [], 0
    for first in sorted(shown):
        last, result = shown[first]
        wanted += lines[at:first]
        wanted += [to_man(line) for line in result] if path.endswith(".1") else result
        at = last
    return lines, wanted + lines[at:], len(blocks)


def documents():
    names = ["README.md"]
    for folder, _, entries in sorted(os.walk(os.path.join(ROOT, "docs"))):
        names += sorted(os.path.relpath(os.path.join(folder, n), ROOT) for n in entries if n.endswith((".md", ".1")))
    return names


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--bin", default=os.path.join(ROOT, "build", "dev", "bin"))
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("files", nargs="*")
    options = parser.parse_args()
    program = os.path.realpath(options.bin)
    if not os.access(os.path.join(program, "varve"), os.X_OK):
        print(f"samples: no varve in {program}; ./dev build makes one", file=sys.stderr)
        return 2
    files = [os.path.relpath(os.path.abspath(f), ROOT) for f in options.files] or documents()
    result, count = 0, 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        work = [(path, pool.submit(renew_document, path, program, options.keep)) for path in files]
        for path, future in work:
            try:
                lines, wanted, blocks = future.result()
            except (Trouble, subprocess.TimeoutExpired) as trouble:
                print(f"samples: {trouble}")
                result = 2
                continue
            count += blocks
            if lines == wanted:
                continue
            if options.write:
                with open(os.path.join(ROOT, path), "w", encoding="utf-8") as file:
                    file.write("\n".join(wanted))
                print(f"{path}: written anew")
            else:
                print("\n".join(difflib.unified_diff(lines, wanted, path, "what varve prints", lineterm="", n=1)))
                result = max(result, 1)
    if count == 0 and result == 0:
        print("samples: no samples found")
        return 2
    if result == 1:
        print("samples: './dev samples' writes them anew; look at 'git diff' then")
    return result


if __name__ == "__main__":
    sys.exit(main())
