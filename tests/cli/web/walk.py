#!/usr/bin/env python3
"""walk.py URL FOLDER: every address that a link of the live pages leads to, without its query, is a page or a file of the
exported folder, and the other way round. Links of the version's menu lead to other versions of any page, and stay out. Files that
could run as pages have other names in the folder."""
import html.parser
import os
import sys
import urllib.error
import urllib.request
from urllib.parse import unquote, urljoin, urlsplit, parse_qsl


class Links(html.parser.HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.found, self.menu = [], 0
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        at = dict(attrs)
        if tag == "details":
            self.menu += bool(self.menu) or "versions" in (at.get("class") or "").split()
        elif tag in ("a", "img") and not self.menu:
            self.found.append(at.get("href") or at.get("src") or "")

    def handle_endtag(self, tag):
        self.menu -= tag == "details" and self.menu > 0


def live(url):
    """Paths of pages, and of files."""
    seen, todo, pages, files = set(), [url + "/"], set(), set()
    while todo:
        address = todo.pop()
        parts = urlsplit(address)
        kind = (parts.path, frozenset(k for k, _ in parse_qsl(parts.query)))
        if not address.startswith(url) or kind in seen or parts.path.startswith("/api/"):
            continue
        seen.add(kind)
        if parts.path.startswith("/raw/"):
            files.add(unquote(parts.path))
            continue
        if "format" in kind[1]:
            continue
        try:
            answer = urllib.request.urlopen(urllib.request.Request(address, headers={"Accept": "text/html"}))
        except urllib.error.HTTPError as problem:  # a page that says what is wrong
            answer = problem
            print(f"{problem.code}: {unquote(address)}")
        with answer:
            final = answer.geturl()
            pages.add(unquote(urlsplit(final).path).rstrip("/") or "/")
            if "row" not in kind[1] and answer.status == 200:
                todo.append(address.split("?")[0])
            todo += [urljoin(final, x).split("#")[0] for x in Links(answer.read().decode()).found]
    return pages, files


def exported(folder):
    pages, files = set(), set()
    for top, _, names in os.walk(folder):
        for name in names:
            path = "/" + os.path.relpath(os.path.join(top, name), folder)
            if path.startswith("/raw/"):
                files.add(path.removesuffix(".file.txt"))
            elif name.endswith(".html"):
                pages.add(os.path.dirname(path))
    return pages, files


def main():
    wrong = 0
    for what, here, there in zip(("page", "file"), live(sys.argv[1]), exported(sys.argv[2])):
        wrong += here != there or not here
        print(f"{len(here)} {what}s")
        print("".join(f"only live: {x}\n" for x in sorted(here - there)) + "".join(f"only exported: {x}\n" for x in sorted(there - here)))
    return wrong > 0


sys.exit(main())
