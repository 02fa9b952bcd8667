#!/usr/bin/env python3
"""exports.py ROOT: what a source defines for others is used by another source. What its own file alone
uses is static, unless a test uses it too; what tests alone use is not there. The same for functions that a header has whole."""
import collections
import os
import re
import sys

from circles import BLANK, File, sources

ARGUED = {  # what is there for others than our sources, and for whom
    "main": "the system",
    "sqlite3_varve_init": "SQLite, which loads varve0.so",
    "mbedtls_x509_crt_parse_file": "libgit2, which finds it before that of its library",
    **dict.fromkeys("""git_smart_subtransport_http git_smart_subtransport_ssh git_transport_ssh_with_paths git_mbedtls_stream_new
        git_mbedtls_stream_wrap git_mbedtls__set_cert_location git_transport_ssh_global_init git_mbedtls_stream_global_init
        git_http__expect_continue""".split(), "the static libgit2, which leaves out its own"),
    "vv_sys_fsyncs": "tests that hold commands to the number of syncs that is promised",
    "vv_planes_split_portable": "the test that holds the fast form to it",
    "vv_planes_join_portable": "the same",
    "vv_scan_json_row": "the table of forms, which makes its name (VV_FORM_KINDS)",
    "sniff_json": "the same",
    "vv_form_set_test": "tests with a form of their own",
    "vv_turn_waiting": "the test of turns, which begins once all wait",
}


def tests():
    for folder, _, names in os.walk("tests"):
        for name in names:
            if name.endswith((".c", ".h")):
                yield os.path.join(folder, name)


def generators():
    """What writes C of ours in the build."""
    yield "tests/cmake/html_parts.py"


def count_words(path):
    with open(path, encoding="utf-8") as f:
        return collections.Counter(re.findall(r"\b[A-Za-z_]\w+", BLANK.sub(" ", f.read())))


def main():
    os.chdir(sys.argv[1])
    paths = list(sources())
    files = {path: File(path) for path in paths}
    words = {path: count_words(path) for path in paths}
    users = collections.defaultdict(set)
    for path, counted in words.items():
        f = files[path]
        for name, count in counted.items():
            if name not in f.private and (name not in f.declared or count > 1):
                users[name].add(path)
    for path in generators():
        with open(path, encoding="utf-8") as f:
            for name in re.findall(r"\w+", f.read()):
                users[name].add(path)
    tested = {name for path in tests() for name in count_words(path)}
    bad = 0 if paths and tested else 1
    for path in paths:
        for name in sorted(files[path].defined if path.endswith(".c") else ()):
            inside = words[path][name] > 1
            if name in ARGUED or name.startswith("varve_") or users[name] - {path} or (inside and name in tested):
                continue
            who = "this file alone: make it static" if inside else "tests alone" if name in tested else "nobody"
            print(f"{path}: {name} is used by {who}")
            bad = 1
    for path in paths:
        for name in sorted(files[path].private if path.endswith(".h") else ()):
            if name not in ARGUED and words[path][name] == 1 and not any(name in words[other] for other in paths if other != path):
                print(f"{path}: {name} is used by {'tests alone' if name in tested else 'nobody'}")
                bad = 1
    return bad


sys.exit(main())
