#!/usr/bin/env python3
"""html_parts.py OUT.h OUT.c FILE.html...: compiles parts of pages to C.

A file holds parts, each below a comment that names it and its values:

    <!-- part row_head number:count, link:url, word, changed:flag -->
    <th scope="row"><a href="{link}">{number}</a>{?changed} <i>{word}</i>{/changed}</th>

and becomes `struct row_head_part` with these members, and part_row_head(h, .number = 5, ...). A value
that is not given is 0 or no text. Types: text (when none is named), bytes (text with its length), count (1,204), number (an
int64_t as it is), url, html (a piece written before), json (a text of JSON, in a script element of JSON-LD only), flag. {?x}...{/x} stands where x is given, {!x}...{/x} where it is
not. Indentation is not kept, and a line's end is where the next line begins with a tag.

Where a value stands decides how it is escaped; what cannot be escaped there is an error of the build: an
attribute without double quotes, an address that is no url, a url that is no address, script, style, on...= and style=.
A part NAME_begin is closed by NAME_end; all others must close what they open."""
import os
import re
import sys

TYPES = {"text": "const char *", "bytes": "vv_html_text", "count": "uint64_t", "number": "int64_t", "url": "const char *",
         "html": "const vv_html *", "json": "const char *", "flag": "bool"}
GIVEN = {"text": "v->{0} && *v->{0}", "bytes": "v->{0}.len > 0", "count": "v->{0} != 0", "number": "v->{0} != 0", "url": "v->{0} != NULL", "json": "v->{0} != NULL",
         "html": "v->{0} && !vv_html_is_empty(v->{0})", "flag": "v->{0}"}
PUT = {"text": "vv_html_put_text", "plain": "vv_html_put_plain", "exact": "vv_html_put_exact",
       "count": "vv_html_put_count", "number": "vv_html_put_number", "url": "vv_html_put_url",
       "html": "vv_html_put_html", "json": "vv_html_put_json", "part": "vv_html_put_part"}
VOID = "area base br col embed hr img input link meta source track wbr".split()
ADDRESSES = ("href", "src", "action", "formaction", "poster", "xlink:href")
EXACT = re.compile(r"value|data-.*|download|datetime|id|for|name|aria-controls|aria-labelledby|aria-describedby")
TEXT_ONLY = ("title", "option", "textarea", "name", "content")  # the last two are of feeds
TOKEN = re.compile(r"\{([?!/]?)([a-z][a-z0-9_]*)\}|(<!--.*?-->)|<(/?)([a-zA-Z][a-zA-Z0-9]*)|([a-zA-Z][a-zA-Z0-9:-]*)=(\"?)|(/?>)|(\")|(<!doctype html>)",
                   re.DOTALL)


class Wrong(Exception):
    pass


class Part:
    def __init__(self, where, name, values):
        self.where, self.name, self.text = where, name, ""
        self.values = {}
        for value in filter(None, (v.strip() for v in values.split(","))):
            word, _, kind = value.partition(":")
            if (kind or "text") not in TYPES or word in self.values:
                raise Wrong(f"{where}: a value '{value}'")
            self.values[word] = kind or "text"


def read(path):
    parts, part = [], None
    with open(path, encoding="utf-8") as f:
        for number, line in enumerate(f, 1):
            m = re.fullmatch(r"<!-- part ([a-z0-9_]+)(.*?)-->\n", line)
            if m:
                part = Part(f"{path}:{number}", m[1], m[2])
                parts.append(part)
            elif part:
                part.text += line
            elif line.strip() and not line.startswith("<!--"):
                raise Wrong(f"{path}:{number}: no part has begun")
    return parts


def squeeze(text):
    text = re.sub(r"[ \t]*\n[ \t]*", "\n", text.strip())
    return re.sub(r"\n(?=<|\{[/?!])|(?<=>)\n", "", text)


class Compiler:
    """Walks over one part; what is open in HTML and which conditions are open."""

    def __init__(self, part):
        self.part, self.text = part, squeeze(part.text)
        self.used, self.open, self.closed, self.conditions, self.lines = set(), [], [], [], []
        self.tag = self.attribute = None

    def fail(self, what):
        raise Wrong(f"{self.part.where}: part {self.part.name}: {what}")

    def literal(self, text):
        if text:
            c = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("?", "\\?")
            c = "".join(x if ord(x) < 128 else "".join(f"\\{b:03o}" for b in x.encode()) for x in c)
            self.lines.append(f'\t{PUT["part"]}(h, "{c}", {len(text.encode())});')

    def run(self):
        at = 0
        for m in TOKEN.finditer(self.text):
            if m[2]:
                self.literal(self.text[at:m.start()])
                self.value(m[1], m[2])
                at = m.end()
            elif m[3] or m[10]:
                continue
            elif self.attribute is not None:
                if m[9]:
                    self.attribute = None
            elif m[5]:
                self.element(m[4], m[5].lower())
            elif m[6] and self.tag:
                self.begin_attribute(m[6].lower(), m[7], m.end())
            elif m[8] and self.tag:
                self.end_tag(m[8])
        self.literal(self.text[at:])
        if self.conditions or self.tag:
            self.fail("something is not closed")
        unused = set(self.part.values) - self.used
        if unused:
            self.fail(f"{sorted(unused)} are not used")
        return self

    def element(self, slash, name):
        if self.tag:
            self.fail(f"'<' within a tag, before {name}")
        if name == "style":
            self.fail("a style sheet of its own")
        if slash:
            if self.open:
                if self.open.pop() != name:
                    self.fail(f"</{name}> closes something else")
            else:
                self.closed.append(name)
        self.tag, self.slash, self.has_src, self.is_data = name, slash, False, False

    def begin_attribute(self, name, quote, at):
        if not quote:
            self.fail(f"{name}= without double quotes")
        if name.startswith("on") or name == "style":
            self.fail(f"{name}= is not allowed by the policy")
        self.has_src = self.has_src or name == "src"
        self.is_data = self.is_data or (name == "type" and self.text.startswith('application/ld+json"', at))
        self.attribute, self.start = name, True

    def end_tag(self, end):
        if self.tag == "script" and not self.slash and not self.has_src and not self.is_data:
            self.fail("a script of its own")
        if not self.slash and end == ">" and self.tag not in VOID:
            self.open.append(self.tag)
        self.tag = None

    def value(self, mark, word):
        kind = self.part.values.get(word)
        if not kind:
            self.fail(f"{{{word}}} is not among the values")
        self.used.add(word)
        if mark in ("?", "!"):
            self.conditions.append((word, list(self.open), self.tag, self.attribute))
            given = GIVEN[kind].format(word)
            self.lines.append(f"\tif ({given if mark == '?' else f'!({given})'}) {{")
        elif mark == "/":
            if not self.conditions or self.conditions[-1][0] != word:
                self.fail(f"{{/{word}}} closes another condition")
            if self.conditions.pop()[1:] != (self.open, self.tag, self.attribute):
                self.fail(f"{{/{word}}}: what stands within a condition must be closed there")
            self.lines.append("\t}")
        else:
            value = f"vv_html_words(v->{word})" if kind == "text" else f"v->{word}"
            self.lines.append(f"\t{PUT[self.how(kind, word)]}(h, {value});")

    def how(self, kind, word):
        address = self.attribute in ADDRESSES
        if (kind == "json") != ("script" in self.open):
            self.fail(f"{{{word}}}: JSON and nothing else stands in a script element")
        if kind == "flag" or (kind == "html" and self.tag):
            self.fail(f"{{{word}}}: a {kind} cannot stand here")
        if (kind == "url") != address and not (
                kind == "url" and (self.attribute in ("value", "content", None) or self.attribute.startswith("data-"))):
            self.fail(f"{{{word}}}: a {kind} in {self.attribute or 'text'}")
        if self.tag and self.attribute is None:
            self.fail(f"{{{word}}} within a tag")
        if kind not in ("text", "bytes"):
            return kind
        if self.attribute:
            return "exact" if EXACT.fullmatch(self.attribute) else "plain"
        return "plain" if self.open and self.open[-1] in TEXT_ONLY else "text"


def check_pairs(compiled):
    parts = {c.part.name: c for c in compiled}
    for c in compiled:
        name = c.part.name
        if name.endswith("_begin"):
            end = parts.get(name[:-5] + "end")
            if not end or c.closed or list(reversed(c.open)) != end.closed:
                c.fail(f"opens {c.open}, which {name[:-5]}end does not close")
        elif not name.endswith("_end") and (c.open or c.closed):
            c.fail(f"leaves open {c.open}, closes {c.closed}")
        elif name.endswith("_end") and name[:-3] + "begin" not in parts:
            c.fail("has no begin")


def write(path, lines):
    with open(path, "w", encoding="utf-8") as f:
        f.write("\n".join(lines) + "\n")


def main():
    header, source, files = sys.argv[1], sys.argv[2], sys.argv[3:]
    compiled = [Compiler(part).run() for path in files for part in read(path)]
    check_pairs(compiled)
    names = [c.part.name for c in compiled]
    if not names or len(set(names)) != len(names):
        raise Wrong(f"no parts, or two of one name: {[n for n in names if names.count(n) > 1]}")
    h = ["/* Made by tests/cmake/html_parts.py. */", "#ifndef VV_HTML_PARTS_H", "#define VV_HTML_PARTS_H", "",
         "#include <stdbool.h>", "#include <stdint.h>", "", '#include "cmd/web/pages/html.h"', ""]
    c = ["/* Made by tests/cmake/html_parts.py. */", f'#include "{os.path.basename(header)}"', ""]
    for one in compiled:
        name, values = one.part.name, one.part.values
        if values:
            h.append(f"struct {name}_part {{")
            h += [f"\t{TYPES[kind]}{'' if TYPES[kind].endswith('*') else ' '}{word};" for word, kind in values.items()]
            h += ["};", f"void put_part_{name}(vv_html *h, const struct {name}_part *v);",
                  f"#define part_{name}(h, ...) put_part_{name}(h, &(const struct {name}_part){{__VA_ARGS__}})", ""]
            c.append(f"void put_part_{name}(vv_html *h, const struct {name}_part *v)")
        else:
            h += [f"void part_{name}(vv_html *h);", ""]
            c.append(f"void part_{name}(vv_html *h)")
        c += ["{", *one.lines, "}", ""]
    write(header, h + ["#endif"])
    write(source, c)


try:
    main()
except Wrong as wrong:
    sys.exit(f"html_parts.py: {wrong}")
