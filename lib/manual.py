#!/usr/bin/env python3
"""manual.py ROOT VERSION OUT: a manual page (section 3) for each function of the public headers, from its comment and
declaration, and varve.3, which lists them."""
import os
import re
import sys

root, version, out = sys.argv[1:]
PART = re.compile(r"/\*((?:.|\n)*?)\*/|^VARVE_API\b([^;]*);", re.M)


def text_of(comment):
    lines = [re.sub(r"^\s*\*? ?", "", line).rstrip() for line in comment.strip("\n").split("\n")]
    return "\n".join(lines).strip()


def roff(text):
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return "\n".join(("\\&" if line[:1] in ".'" else "") + line for line in text.split("\n"))


def body(text):
    """Paragraphs; what is indented by a tab is code."""
    done = []
    for paragraph in text.split("\n\n"):
        if paragraph.startswith("\t"):
            done.append(".PP\n.RS\n.nf\n" + roff(paragraph.replace("\t", "    ")) + "\n.fi\n.RE")
        else:
            done.append(".PP\n" + roff(" ".join(paragraph.split())))
    return "\n".join(done)


def pages():
    """Of each function: header, declaration, comment. A declaration that follows another one shares its comment."""
    folder = os.path.join(root, "include/varve")
    for header in sorted(os.listdir(folder)):
        with open(os.path.join(folder, header), encoding="utf-8") as f:
            source = f.read()
        comment, end = "", 0
        for m in PART.finditer(source):
            if m[1] is not None:
                at_line = source.rfind("\n", 0, m.start()) + 1 == m.start()
                comment, end = (text_of(m[1]), m.end()) if at_line else (comment, end)
                continue
            declaration = " ".join(m[2].split())
            name = re.search(r"\b(varve_\w+)\(", declaration)[1]
            own = not source[end:m.start()].strip() and source[:end].endswith("*/")
            said = "Frees the handle. NULL is accepted." if name.endswith("_free") and not own else comment
            end = m.end()
            yield header, name, declaration, said


def first_sentence(text):
    return re.split(r"(?<=[a-z)])[.:;](?:\s|$)", " ".join(text.split()))[0]


def main():
    os.makedirs(out, exist_ok=True)
    found = list(pages())
    for header, name, declaration, said in found:
        others = ", ".join(f"\\fB{other}\\fR(3)" for where, other, _, _ in found if where == header and other != name)
        with open(os.path.join(out, name + ".3"), "w", encoding="utf-8") as f:
            f.write(f'.TH {name} 3 "" "varve {version}" "libvarve"\n.SH NAME\n{name} \\- {roff(first_sentence(said))}\n'
                    f".SH SYNOPSIS\n.nf\n#include <varve/{header}>\n\n{roff(declaration)};\n.fi\n"
                    f".SH DESCRIPTION\n{body(said)}\n.SH SEE ALSO\n\\fBvarve\\fR(3), {others}\n")
    with open(os.path.join(root, "include/varve/base.h"), encoding="utf-8") as f:
        rules = text_of(re.search(r"/\*((?:.|\n)*?)\*/", f.read())[1])
    with open(os.path.join(out, "varve.3"), "w", encoding="utf-8") as f:
        f.write(f'.TH varve 3 "" "varve {version}" "libvarve"\n.SH NAME\nvarve \\- versioned tables, as a library\n'
                f".SH SYNOPSIS\n.nf\n#include <varve/varve.h>\n\ncc ... $(pkg\\-config \\-\\-cflags \\-\\-libs varve)\n.fi\n"
                f".SH RULES\n" + "\n".join(".PP\n" + roff(" ".join(rule.split()))
                                            for rule in re.split(r"\n\n|\n(?=- )", rules)[1:])
                + "\n.SH FUNCTIONS\n" + "".join(f".TP\n\\fB{name}\\fR(3)\n{roff(first_sentence(said))}\n"
                                                for _, name, _, said in found))
    return 0 if found else 1


sys.exit(main())
