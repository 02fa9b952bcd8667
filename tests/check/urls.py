#!/usr/bin/env python3
"""urls.py ROOT: what is printed of a URL goes through vv_text_url, which leaves secrets out.

An argument of a function that prints, and whose name says that it is a URL or a place with one, stands inside
vv_text_url(...) or vv_reach_shown(...), or is the `text` of a vv_url, which is made by the same function."""
import os
import re
import sys

PRINTS = re.compile(
    r"\b(vv_fail|vv_hint|vv_prefix|vv_note|vv_warn|vv_out|vv_out_text|vv_notes_put|vv_notes_warn|vv_usage_error|"
    r"vv_json_string|vv_json_string_len|vv_json_add_string|vv_json_add_string_len|vv_text_shows?|vv_text_put_escaped|vv_text_put_words|vv_progress_begin|printf|fprintf)\(")
URL = re.compile(r"\b(?!URL_MAX|VV_BLOCKS_URLS)(?:\w*url\w*|pushurl|push_url|\w*peers\[\w+\]|vv_git_host_blocks_place\([^)]*\))(?:\[\w+\])*", re.I)
CLEAN = re.compile(r"\b(?:vv_text_url|vv_reach_shown)\(")
SHOWN = re.compile(r"url(?:s\[\w+\])?(?:->|\.)(?:text|host|path|user|port|scheme|kind|bucket|prefix|query)\b|VV_URL_\w+")
# What a server of ours listens at, the page that `varve web` opens, and what a vault seals for its readers.
OURS = {"cmd/web/http.c", "cmd/web/commands/web.c", "cmd/vault/work/replicate.c"}
# 'remote get-url' gives the URL to whoever has it already.
EXACT = {("cmd/varve/commands/remote.c", "vv_out_text")}


def call(text, at):
    """The text of a call's arguments, from its opening bracket on."""
    depth, quoted, i = 0, False, at
    while i < len(text):
        c = text[i]
        if quoted:
            i += c == "\\"
            quoted = c != '"'
        elif c == '"':
            quoted = True
        elif c == "'":
            i += 2 + (text[i + 1] == "\\")
            continue
        elif c in "([{":
            depth += 1
        elif c in ")]}":
            depth -= 1
            if depth == 0:
                return text[at + 1:i]
        i += 1
    return text[at + 1:]


def without_strings(text):
    return re.sub(r'"(?:\\.|[^"\\])*"', '""', text)


def without_clean(text):
    while True:
        m = CLEAN.search(text)
        if not m:
            return text
        inner = call(text, m.end() - 1)
        text = text[:m.start()] + text[m.end() + len(inner) + 1:]


def main():
    root, faults = sys.argv[1], []
    for folder in ("base", "repo", "dataset", "diff", "check", "transport", "lib", "cmd"):
        for where, _, names in os.walk(os.path.join(root, folder)):
            for name in sorted(names):
                path = os.path.relpath(os.path.join(where, name), root)
                if not name.endswith(".c") or path in OURS or path == "base/show.c":
                    continue
                with open(os.path.join(root, path), encoding="utf-8") as f:
                    text = f.read()
                for m in PRINTS.finditer(text):
                    rest = SHOWN.sub("", without_clean(without_strings(call(text, m.end() - 1))))
                    found = URL.search(rest)
                    if found and (path, m[1]) not in EXACT:
                        line = text.count("\n", 0, m.start()) + 1
                        faults.append(f"{path}:{line}: {m[1]} of '{found[0]}'")
    for fault in faults:
        print(fault)
    if faults:
        print("print URLs with vv_text_url (base/show.h): they may have passwords in them")
    return 1 if faults else 0


sys.exit(main())
