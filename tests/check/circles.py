#!/usr/bin/env python3
"""circles.py ROOT: nouns, rooms and folders use each other in one direction only, by their includes
and by what they call, but for the circles in ARGUED.

A noun is NAME.h with NAME.c, NAME_internal.h and those NAME_x.c of its room that have no header
of their own. It uses another one whose header it includes, or whose function or object it names.
An include counts for nothing where all that is taken from it are declarations of what other
nouns define: those count instead."""
import os
import re
import sys

TOPS = ("base", "repo", "dataset", "diff", "check", "transport", "lib", "cmd")

ARGUED = {  # the nouns (or rooms) of a circle, and why it is right
    "dataset/format/dialect dataset/format/form":
        "A dialect asks its form for properties, and the functions of a form take a dialect.",
    "cmd/varve/commands cmd/varve/commands/completion cmd/varve/commands/help":
        "The list of commands names these two, and what they print is that list.",
    "cmd/varve cmd/varve/commands":
        "The program lists its commands, and some print as others do.",
    "cmd/web cmd/web/commands cmd/web/pages":
        "The program's main stands beside the nouns of its pages, and lists the commands that use them.",
}

BLANK = re.compile(r"""//[^\n]* | /\*.*?\*/ | "(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\\n])*'""", re.S | re.X)
DIRECTIVE = re.compile(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", re.M)
TOP_LEVEL = re.compile(r"^(?!typedef\b)([A-Za-z_][^\n;{}=()]*?)\b(\w{3,})(?:\[[^\]]*\])*\s*([(=;])", re.M)


def is_definition(code, at):
    """Is the parenthesis that ends before at that of a function with a body?"""
    depth = 1
    while depth and at < len(code):
        depth += (code[at] == "(") - (code[at] == ")")
        at += 1
    return code[at:at + 300].lstrip().startswith("{")


class File:
    def __init__(self, path):
        with open(path, encoding="utf-8") as f:
            text = f.read()
        self.includes = re.findall(r'^\s*#\s*include\s*"([^"]*)"', text, re.M)
        code = BLANK.sub(lambda m: re.sub(r"[^\n]", " ", m[0]), text)
        self.words = set(re.findall(r"(?<![.>])\b[A-Za-z_]\w+", code))
        macros = set(re.findall(r"^\s*#\s*define\s+(\w+)", code, re.M))
        code = DIRECTIVE.sub("", code)
        types = re.findall(r"\b(?:struct|enum|union)\s+(\w+)\s*\{|\}\s*(\w+)\s*;", code)
        types += re.findall(r"^typedef\b[^;{]*?\(?\*?(\w+)(?:\)\([^;]*)?(;)", code, re.M)
        enums = [w for body in re.findall(r"\benum\b[^{;]*\{([^}]*)\}", code) for w in re.findall(r"\b([A-Z]\w+)", body)]
        self.types = macros | {name for pair in types for name in pair} | set(enums)
        self.defined, self.declared, self.private = set(), set(), set()
        for m in TOP_LEVEL.finditer(code):
            head, name, end = m[1].split(), m[2], m[3]
            if not head or name in ("struct", "union", "enum"):
                continue
            if "static" in head:
                self.private.add(name)
            elif (end == "(" and not is_definition(code, m.end())) or "extern" in head:
                self.declared.add(name)
            elif end != ";" or len(head) > 1 or head[0] not in ("struct", "union", "enum"):
                self.defined.add(name)


def sources():
    for top in TOPS:
        for folder, _, names in os.walk(top):
            if folder.startswith("base/windows"):  # in place of base/os.c, and never with it
                continue
            for name in sorted(names):
                if name.endswith((".c", ".h")):
                    yield os.path.join(folder, name)


def noun_of(path, files):
    stem = path[:-2]
    if stem.endswith("_internal"):
        stem = stem[:-len("_internal")]
    whole = stem
    while whole + ".h" not in files and "_" in os.path.basename(whole):
        whole = whole[:whole.rindex("_")]
    return whole if whole + ".h" in files else stem


def circles(edges):
    """The strongly connected components of more than one member."""
    index, low, stack, found = {}, {}, [], []

    def visit(v):
        index[v] = low[v] = len(index)
        stack.append(v)
        for w in edges.get(v, ()):
            if w not in index:
                visit(w)
                low[v] = min(low[v], low[w])
            elif w in stack:
                low[v] = min(low[v], index[w])
        if low[v] == index[v]:
            at = stack.index(v)
            if len(stack) - at > 1:
                found.append(sorted(stack[at:]))
            del stack[at:]

    for v in sorted(edges):
        if v not in index:
            visit(v)
    return found


def uses():
    """noun -> noun -> set of what is used."""
    files = {path: File(path) for path in sources()}
    noun = {path: noun_of(path, files) for path in files}
    owner = {name: noun[path] for path, f in files.items() if path.endswith(".c") for name in f.defined}
    edges = {n: {} for n in noun.values()}
    owner.pop("main", None)
    for path, f in files.items():
        def use(other, what):
            if other != noun[path]:
                edges[noun[path]].setdefault(other, set()).add(what)
        for name in f.words - f.private - f.declared:
            if name in owner and name not in f.defined:
                use(owner[name], name)
        for name in f.includes:
            header = files.get(name)
            if not header:
                continue
            taken = f.words & (header.types | header.private | header.declared)
            foreign = {w for w in taken if w in header.declared and owner.get(w) != noun[name]}
            if taken - foreign or not taken:
                use(noun[name], f"#include \"{name}\"")
    return edges


def fold(edges, depth):
    """The same among rooms (depth None) or folders (1)."""
    out = {}
    for a, used in edges.items():
        x = os.path.dirname(a) if depth is None else a.split("/")[0]
        out.setdefault(x, {})
        for b, names in used.items():
            y = os.path.dirname(b) if depth is None else b.split("/")[0]
            if x != y:
                out[x].setdefault(y, set()).update(f"{a} -> {b}: {n}" for n in names)
    return out


def main():
    sys.setrecursionlimit(10000)
    os.chdir(sys.argv[1])
    edges = uses()
    bad = 0 if edges else 1
    met = set()
    for what, graph in (("nouns", edges), ("rooms", fold(edges, None)), ("folders", fold(edges, 1))):
        for circle in circles(graph):
            met.add(" ".join(circle))
            if " ".join(circle) in ARGUED:
                continue
            bad = 1
            print(f"a circle of {len(circle)} {what}: {' '.join(circle)}")
            for a in circle:
                for b in circle:
                    names = sorted(graph[a].get(b, ()))
                    if names:
                        print(f"\t{a} -> {b}: {', '.join(names[:6])}{', ...' if names[6:] else ''}")
    for gone in sorted(set(ARGUED) - met):
        print(f"there is no such circle any more: {gone}")
        bad = 1
    return bad


if __name__ == "__main__":
    sys.exit(main())
