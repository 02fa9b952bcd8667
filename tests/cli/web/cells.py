#!/usr/bin/env python3
"""cells.py [SEED [PAGES]]: does every cell of random pages of random tables say what a model of its own says?

The model is Python: csv, Decimal, and lists of rows. Pages are rows (plain, filtered, searched, sorted, jumped to), comparisons,
histories, lives of rows and conflicts; a page has all that its "Next" leads to. Runs varve in folders below the current one."""
import csv
import html.parser
import http.client
import io
import os
import random
import re
import signal
import subprocess
import sys
import urllib.parse
from collections import Counter
from decimal import Decimal

WORDS = ["Ærøskøbing", "Bad Düben", "<b>Köln</b>", "a,b", "line\nbreak", "O'Hara", "=1+1", "x" * 50, "&amp;", "tab\there", "  two ",
         "   ", "\u202e turned", "a\u00a0b", "Köln", "KÖLN", "koln", "\\n", "`tick`", "\x1b[1m", "né\u0301", "\U0001f600", "cr\rlf", "\ufeff",
         "\ue001", "n" * 3000 + "end", "ö" * 1500]
ODD = 'we"ird, <b>&\''
NUMBERS = ("integer", "number")


# ---- what a page says

class Node:
    def __init__(self, tag, attributes):
        self.tag, self.at, self.inside = tag, attributes, []

    def all(self, tag, kind=None):
        for n in self.inside:
            if isinstance(n, Node):
                if n.tag == tag and (kind is None or kind in n.at.get("class", "").split()):
                    yield n
                yield from n.all(tag, kind)

    def one(self, tag, kind=None):
        return next(self.all(tag, kind), None)

    def text(self):
        return "".join(n if isinstance(n, str) else n.text() for n in self.inside)


class Tree(html.parser.HTMLParser):
    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.root = Node("", {})
        self.open = [self.root]
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        node = Node(tag, {k: v or "" for k, v in attrs})
        self.open[-1].inside.append(node)
        if tag not in ("br", "input", "meta", "link", "img", "rect", "line", "circle", "polyline", "path"):
            self.open.append(node)

    def handle_endtag(self, tag):
        if len(self.open) > 1 and self.open[-1].tag == tag:
            self.open.pop()

    def handle_data(self, data):
        self.open[-1].inside.append(data)


def marked(shown):
    """The character that a mark stands for."""
    short = {"\\n": "\n", "\\r": "\r", "\\t": "\t"}
    hexes = re.fullmatch(r"\\x([0-9A-Fa-f]{2})|\\u\{([0-9A-Fa-f]+)\}", shown)
    return short[shown] if shown in short else chr(int(hexes[1] or hexes[2], 16))


def pieces(node, out):
    """Texts, and (bytes, where) for what is cut off."""
    for n in node.inside:
        if isinstance(n, str):
            out.append(n)
        elif n.tag == "b" and n.at.get("class") == "e":
            out.append(marked(n.text()))
        elif n.tag == "i" and n.at["class"] == "cut":
            size, where = re.fullmatch(r"… ([\d,]+) bytes? (more|before)", n.text()).groups()
            out.append((int(size.replace(",", "")), where))
        elif n.tag == "i" and "blank" in n.at["class"]:
            out.append(" " * int(n.text().split()[0]))
        elif n.tag == "i" and "v" in n.at["class"].split():
            assert n.text() in ("empty", "missing"), n.text()
        elif n.tag == "mark":
            pieces(n, out)
        else:
            assert n.tag in ("br", "small"), n.tag
    return out


def says(node, want):
    """Does the element show this text: all of it, or with the bytes that are cut off?"""
    rest = want.encode()
    got = pieces(node, [])
    for i, p in enumerate(got):
        if isinstance(p, str):
            if not rest.startswith(p.encode()):
                return False
            rest = rest[len(p.encode()):]
        elif len(rest) < p[0] or (p[1] == "more") != (i == len(got) - 1):
            return False
        else:
            rest = rest[p[0]:]
    return not rest


# ---- tables

def folded(text):
    return "".join(c.lower() if c < "\x80" else c for c in text)


def searched_texts(words):
    """The texts of a search, each of which a cell must contain."""
    found = [quoted or plain for quoted, plain in re.findall(r'"([^"]+)"|([^ \t]+)', words)]
    return found or [words]


class Table:
    """Versions of a table: lists of rows of texts."""

    def __init__(self, r, names, key):
        self.r, self.names, self.key = r, names, key
        self.made = 0
        self.versions = [[self.row() for _ in range(r.randrange(1, 120) if r.random() < 0.9 else r.randrange(1000, 4000))]]

    def cell(self, name):
        r = self.r
        if name == "id":
            return str(self.made * 3 - 50)
        if name == "size":
            return r.choice(["", f"{r.randrange(-5000, 5000) / 8:.3f}", f"{r.randrange(20)}.50", "7.500", "7.5", "-0.125"])
        if name == "count":
            return r.choice(["", str(r.randrange(-9, 9)), str(r.randrange(10**6))])
        if name == "day":
            return r.choice(["", f"{r.randrange(1950, 2030)}-{r.randrange(1, 13):02}-{r.randrange(1, 29):02}"])
        if name == "code":
            return f"{r.choice(WORDS[:6])}{self.made}"
        return r.choice(WORDS + ["", "", "ok", "OK"])

    def row(self):
        self.made += 1
        return [self.cell(n) for n in self.names]

    def edited(self, rows, moves=True):
        r = self.r
        rows = [list(x) for x in rows]
        for _ in range(r.randrange(0, 8)):
            if rows:
                rows.pop(r.randrange(len(rows)))
        columns = [i for i, n in enumerate(self.names) if n not in self.key] or [0]
        for x in rows:
            if r.random() < 0.15:
                for i in r.sample(columns, r.randrange(1, len(columns) + 1)):
                    x[i] = self.cell(self.names[i])
        for _ in range(r.randrange(0, 8)):
            rows.insert(r.randrange(len(rows) + 1), self.row())
        if moves and self.key and len(rows) > 3 and r.random() < 0.2:
            rows.insert(0, rows.pop())
        return rows or [self.row()]

    def text(self, rows):
        lines = []
        for row in [self.names] + rows:
            out = io.StringIO(newline="")
            csv.writer(out).writerow(row)
            lines.append(out.getvalue()[:-2])  # with CR and LF at its end the writer quotes both
        return "\n".join(lines) + "\n"

    def of(self, row):
        return tuple(row[self.names.index(n)] for n in self.key)


def value(kind, text):
    return None if text == "" else Decimal(text) if kind in NUMBERS else text.encode()


def same_cell(kind, a, b):
    return a == b or (kind in NUMBERS and "" not in (a, b) and Decimal(a) == Decimal(b))


# ---- asking

class Site:
    """A repository with its server."""

    def __init__(self, folder, *command):
        self.server = subprocess.Popen(["varve", *command, folder], stderr=subprocess.PIPE, text=True)
        self.cookie, self.base = "", None
        for line in self.server.stderr:
            found = re.search(r"http://(127\.0\.0\.1:\d+)(/\S*)?", line)
            if found:
                break
        self.http = http.client.HTTPConnection(found[1])
        if found[2]:
            self.http.request("GET", found[2])
            answer = self.http.getresponse()
            answer.read()
            self.cookie = answer.headers["Set-Cookie"].split(";")[0]

    def page(self, address):
        self.http.request("GET", address, headers={"Accept": "text/html", "Cookie": self.cookie})
        answer = self.http.getresponse()
        text = answer.read().decode()
        if answer.status in (302, 303, 307, 308):
            return self.page(answer.headers["Location"])
        assert answer.status == 200, (address, answer.status, text[-1500:])
        return Tree(text).root

    def pages(self, address):
        """The page, and what its Next leads to."""
        seen = []
        while address:
            page = self.page(address)
            seen.append(page)
            address = next((a.at["href"] for a in page.all("a") if a.at.get("rel") == "next"), None)
            assert len(seen) < 5000
        return seen

    def close(self):
        self.server.send_signal(signal.SIGTERM)
        self.server.wait()
        self.server.stderr.close()
        self.http.close()


def run(folder, *command):
    return subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True)


def query(**parameters):
    return urllib.parse.urlencode([(k.rstrip("_"), x) for k, v in parameters.items() for x in (v if isinstance(v, list) else [v])])


# ---- rows

class Rows:
    """Random pages of one version."""

    def __init__(self, site, table, commit, rows, r):
        self.site, self.table, self.rows, self.r = site, table, rows, r
        self.at = f"/table/{commit}/t.csv"
        head = self.site.page(self.at + "?n=1").one("thead")
        self.kinds = [c.one("small").text().split(",")[0] for c in list(head.all("th"))[1:]]

    def check(self, wanted, show=None, paged=True, around=None, **parameters):
        columns = show or self.table.names
        limit = self.r.randrange(3, 60 + len(self.rows) // 10)
        if around is not None:  # a third of the page is above the row
            wanted = wanted[max(0, min(around - limit // 3, len(wanted) - limit)):]
        address = f"{self.at}?{query(n=limit, **parameters, **({'show': show} if show else {}))}"
        found = []
        for page in self.site.pages(address) if paged else [self.site.page(address)]:
            data = page.one("table", "data")
            if data:
                assert [h.inside[0].inside[0].rstrip() for h in list(data.one("thead").all("th"))[1:]] == columns, address
                found += data.one("tbody").all("tr")
        if not paged:
            wanted = wanted[:len(found)]
        assert len(found) == len(wanted), (address, len(found), len(wanted))
        for tr, n in zip(found, wanted):
            assert tr.one("th").text() == f"{n + 1:,}", (address, tr.one("th").text(), n + 1)
            cells = [self.rows[n][self.table.names.index(c)] for c in columns]
            for td, cell in zip(tr.all("td"), cells):
                assert says(td, cell), (address, n, td.text(), cell)
            assert len(list(tr.all("td"))) == len(cells)
        return len(found)

    def filter(self):
        """A condition on a column, and what it holds of."""
        r, k = self.r, self.r.randrange(len(self.kinds))
        kind = self.kinds[k]
        ops = ["eq", "ne", "has", "starts", "missing", "present", "empty"]
        if kind in NUMBERS + ("date", "string"):
            ops += ["lt", "le", "gt", "ge"]
        op, text = r.choice(ops), r.choice(self.rows)[k]
        if op in ("lt", "le", "gt", "ge") and text == "":
            op = "eq"
        if op in ("has", "starts") and text:
            start = 0 if op == "starts" else r.randrange(len(text))
            text = text[start:start + r.randrange(1, 5)].swapcase()
            text = text if folded(text.swapcase()) == folded(text) else text.swapcase()
        if len(text) > 1000 or "\0" in text:
            text = text[:1000] if op in ("has", "starts") else "ok" if kind == "string" else "7"
        x = value(kind, text) if op not in ("has", "starts", "missing", "present", "empty") else None
        held = {
            "eq": lambda c: c == text if x is None else value(kind, c) == x,
            "ne": lambda c: not (c == text if x is None else value(kind, c) == x),
            "lt": lambda c: c != "" and value(kind, c) < x, "le": lambda c: c != "" and value(kind, c) <= x,
            "gt": lambda c: c != "" and value(kind, c) > x, "ge": lambda c: c != "" and value(kind, c) >= x,
            "has": lambda c: folded(text) in folded(c), "starts": lambda c: folded(c).startswith(folded(text)),
            "missing": lambda c: c == "", "empty": lambda c: c == "", "present": lambda c: c != ""}[op]
        return (self.table.names[k], op, text), lambda row: held(row[k])

    def where(self):
        k, m = (self.r.randrange(len(self.kinds)) for _ in range(2))
        names = ['"' + self.table.names[i].replace('"', '""') + '"' for i in (k, m)]
        texts = sorted({x[k] for x in self.r.sample(self.rows, min(3, len(self.rows)))} - {""}) or ["7" if self.kinds[k] in NUMBERS else
                                                                                         "2000-01-01" if self.kinds[k] == "date" else "ok"]
        quoted = ", ".join(t if self.kinds[k] in NUMBERS else "'" + t.replace("'", "''") + "'" for t in texts)
        values = [value(self.kinds[k], t) for t in texts]
        return f"{names[0]} in ({quoted}) or {names[1]} is null", lambda x: value(self.kinds[k], x[k]) in values or x[m] == ""

    def order(self, numbers, k, descending):
        there = [n for n in numbers if self.rows[n][k] != ""]
        there.sort(key=lambda n: value(self.kinds[k], self.rows[n][k]), reverse=descending)
        if descending:  # rows of one value stay as they are
            values = [value(self.kinds[k], self.rows[n][k]) for n in there]
            place = {}
            for i, v in enumerate(values):
                place.setdefault(v, i)
            there = [n for _, n in sorted((place[value(self.kinds[k], self.rows[n][k])], n) for n in there)]
        return there + [n for n in numbers if self.rows[n][k] == ""]

    def page(self):
        r, parameters, numbers = self.r, {}, list(range(len(self.rows)))
        show = r.sample(self.table.names, r.randrange(1, len(self.table.names) + 1)) if r.random() < 0.3 else None
        if r.random() < 0.15:
            start = r.randrange(len(self.rows))
            return self.check(numbers[start:], show, from_=start)
        if self.table.key and len(self.table.key) == 1 and r.random() < 0.1:
            n = r.randrange(len(self.rows))
            key = self.table.of(self.rows[n])[0]
            if len(key) < 1000 and "," not in key and '"' not in key:
                return self.check(numbers, show, paged=False, around=n, jump=key)
        for _ in range(r.choice([0, 1, 1, 2])):
            (name, op, text), held = self.filter()
            for k, v in zip(("col", "op", "val"), (name, op, text)):
                parameters.setdefault(k, []).append(v)
            numbers = [n for n in numbers if held(self.rows[n])]
        if r.random() < 0.2:
            parameters["where"], held = self.where()
            if len(parameters["where"]) > 2000:
                del parameters["where"]
            else:
                numbers = [n for n in numbers if held(self.rows[n])]
        if r.random() < 0.3:
            words = r.choice([c for c in r.choice(self.rows) if c] or ["ok"])
            parameters["q"] = words[:r.randrange(1, 6)]
            if r.random() < 0.4:
                # a word of the same row, or of another one
                other = r.choice([c for c in r.choice(self.rows) if c] or ["ok"])[:r.randrange(1, 4)]
                parameters["q"] += " " + r.choice([other, f'"{other}"'])
            texts = searched_texts(folded(parameters["q"]))
            numbers = [n for n in numbers if all(any(x in folded(c) for c in self.rows[n]) for x in texts)]
        if r.random() < 0.4:
            k, descending = r.randrange(len(self.kinds)), r.random() < 0.5
            parameters["sort"] = self.table.names[k]
            if descending:
                parameters["dir"] = "desc"
            numbers = self.order(numbers, k, descending)
        return self.check(numbers, show, **parameters)


# ---- comparisons

class Comparison:
    def __init__(self, site, table, kinds, a, b, old, new, r):
        self.site, self.table, self.kinds, self.old, self.new, self.r = site, table, kinds, old, new, r
        self.at = f"/compare/{a}..{b}/t.csv"

    def read(self, **parameters):
        """Changes as the page has them: (kind, old row's number, new row's, old cells, new cells, columns that differ)."""
        address = f"{self.at}?{query(n=self.r.randrange(3, 60 + len(self.new) // 10), **parameters)}"
        for page in self.site.pages(address):
            data = page.one("table", "diff")
            if not data:
                continue
            names = [h.one("span").text() for h in list(data.one("thead").all("th"))[1:]]
            for tr in data.one("tbody").all("tr"):
                if tr.at["class"] != "fold":
                    yield self.change(tr, names, address)

    def change(self, tr, names, address):
        kind = tr.at["class"]
        number = int(tr.one("small").text().split("→")[-1].replace(",", "")) - 1
        cells, differs = {}, set()
        for name, td in zip(names, tr.all("td")):
            dels, ins = td.one("del"), td.one("ins")
            cells[name] = (dels or td, ins or td)
            if dels or ins:
                differs.add(name)
        assert sorted(cells) == sorted(self.table.names), address
        side = self.old if kind == "r" else self.new
        for name, (_, after) in cells.items():
            assert says(after, side[number][self.table.names.index(name)]), (address, kind, number, name, after.text())
        return kind, number, cells, differs

    def but_key(self, x, y):
        """Are two rows the same but for their keys?"""
        return all(n in self.table.key or same_cell(t, a, b) for n, t, a, b in zip(self.table.names, self.kinds, x, y))

    def new_keys(self):
        """Rows of either side that may be one whose key changed."""
        olds, news = ({self.table.of(x) for x in side} for side in (self.old, self.new))
        gone, came = [x for x in self.old if self.table.of(x) not in news], [x for x in self.new if self.table.of(x) not in olds]
        return [(x, y) for x in gone for y in came if self.but_key(x, y)]

    def before(self, number, cells):
        """The old row of a changed one: with a key the one that has it, or one that went where only the key changed; else any that the
        page shows."""
        if self.table.key:
            key, news = self.table.of(self.new[number]), {self.table.of(x) for x in self.new}
            rows = [i for i, x in enumerate(self.old) if self.table.of(x) == key]
            if not rows:
                rows = [i for i, x in enumerate(self.old) if self.table.of(x) not in news and self.but_key(x, self.new[number])]
        else:
            rows = range(len(self.old))
        return [i for i in rows if all(says(cells[n][0], self.old[i][k]) for k, n in enumerate(self.table.names))]

    def page(self):
        """All changes of all kinds lead from one version to the other; filters choose among them."""
        r, changes = self.r, list(self.read())
        gone, came, seen = Counter(map(tuple, self.old)), Counter(map(tuple, self.new)), []
        for kind, number, cells, differs in changes:
            old = None
            if kind in "cm":
                choices = self.before(number, cells)
                assert choices, (self.at, number, {n: c[0].text() for n, c in cells.items()})
                old = self.old[choices[0]]
                really = {n for k, n in enumerate(self.table.names) if old[k] != self.new[number][k]}
                assert differs == really and (kind == "c") == bool(really), (self.at, number, differs, really)
                gone[tuple(old)] -= 1
            if kind == "r":
                old = self.old[number]
                gone[tuple(old)] -= 1
            else:
                came[tuple(self.new[number])] -= 1
            seen.append((kind, number, old, None if kind == "r" else self.new[number], differs))
        assert +gone == +came and min(gone.values()) >= 0 and min(came.values()) >= 0, self.at
        if self.table.key:
            olds, news = ({self.table.of(x) for x in side} for side in (self.old, self.new))
            kept = [(self.table.of(x[2]), self.table.of(x[3])) for x in seen if x[0] == "c" and self.table.of(x[2]) != self.table.of(x[3])]
            assert {self.table.of(x[2]) for x in seen if x[0] == "r"} == olds - news - {x for x, _ in kept}, self.at
            assert {self.table.of(x[3]) for x in seen if x[0] == "a"} == news - olds - {x for _, x in kept}, self.at
        hides = r.sample(["added", "removed", "changed"], r.randrange(1, 3))
        kinds = {"added": "a", "removed": "r", "changed": "cm"}
        left = [x for x in seen if not any(x[0] in kinds[h] for h in hides)]
        assert [x[:2] for x in self.read(hide=hides)] == [x[:2] for x in left], (self.at, hides)
        name = r.choice(self.table.names)
        left = [x for x in seen if x[0] in "ar" or name in x[4]]
        assert [x[:2] for x in self.read(in_=name)] == [x[:2] for x in left], (self.at, name)
        if seen:
            word = r.choice([c for x in (r.choice(seen)[2:4]) if x for c in x if c] or ["ok"])[:4]
            left = [x for x in seen if any(folded(word) in folded(c) for side in x[2:4] if side for c in side)]
            assert [x[:2] for x in self.read(q=word)] == [x[:2] for x in left], (self.at, word)
        return len(seen)

    def counts(self):
        """Added, removed, changed: of a table with a key."""
        old, new = ({self.table.of(x): x for x in side} for side in (self.old, self.new))
        both = old.keys() & new.keys()
        differ = sum(any(not same_cell(t, a, b) for t, a, b in zip(self.kinds, old[k], new[k])) for k in both)
        return len(new.keys() - both), len(old.keys() - both), differ


def check_history(site, table, kinds, commits):
    entries = [li for page in site.pages("/history/t.csv?n=2") for li in page.one("ol", "log").inside if isinstance(li, Node)]
    entries.reverse()
    at = [re.search(r"/([0-9a-f]{40})/", li.one("div", "when").one("a").at["href"])[1] for li in entries]
    shown = [i for i, c in enumerate(commits) if c in at]
    assert at == [commits[i] for i in shown], at
    for i, li in zip(shown, entries):
        words = li.one("ul").text().replace("−", "-").replace(",", "")
        if i == 0:
            assert f"new: {len(table.versions[0])} row" in words, words
            continue
        compared = Comparison(site, table, kinds, "", "", table.versions[i - 1], table.versions[i], None)
        a, r, c = compared.counts()
        wanted = [(a - k, r - k, c + k) for k in range(1 + min(a, r, len(compared.new_keys())))]
        got = tuple(int((re.search(rf"(?:^|\s)\{sign}(\d+)", words) or [0, 0])[1]) for sign in "+-~")
        assert got in wanted, (i, words, wanted)
    assert all(table.versions[i] == table.versions[i - 1] for i in range(1, len(commits)) if i not in shown)


def check_life(site, table, rows, r):
    """A row's page: its values, and each change of them."""
    n = r.randrange(len(rows.rows))
    for a, b in zip(table.versions, table.versions[1:]):  # a life goes on where only the key changed
        if Comparison(site, table, rows.kinds, "", "", a, b, None).new_keys():
            return
    page = site.page(f"{rows.at}?from={n}&n=1")
    life = site.page(page.one("tbody").one("th").one("a").at["href"])
    key = table.of(rows.rows[n])
    for name, dd, cell in zip(table.names, life.one("aside").all("dd"), rows.rows[n]):
        if isinstance(dd.inside[-1], Node) and dd.inside[-1].tag == "a":  # of a number: its versions
            dd.inside.pop()
            dd.inside[-1] = dd.inside[-1].removesuffix(" ")
        assert says(dd, cell), (rows.at, n, name, dd.text(), cell)
    states = [next((x for x in version if table.of(x) == key), None) for version in table.versions]
    wanted = [(a, b) for a, b in zip([None] + states, states) if a != b][::-1]
    events = list(life.all("article", "event"))
    assert len(events) == len(wanted), (rows.at, n, len(events), len(wanted))
    for event, (a, b) in zip(events, wanted):
        word = event.one("h3").text()
        assert ("Added" in word) == (a is None) and ("Removed" in word) == (b is None), (word, a, b)
        shown = {tr.one("th").text(): tr.one("td") for tr in event.all("tr") if tr.one("td")}
        for k, name in enumerate(table.names):
            x, y = a and a[k], b and b[k]
            if a and b and x != y:
                assert says(shown[name].one("del"), x) and says(shown[name].one("ins"), y), (rows.at, n, name)
            elif not (a and b):
                assert says(shown[name], y if a is None else x), (rows.at, n, name)
            else:
                assert name not in shown, (rows.at, n, name)


# ---- repositories

def commit_all(folder, table, versions):
    commits = []
    for i, rows in enumerate(versions):
        with open(f"{folder}/t.csv", "w", newline="", encoding="utf-8") as f:
            f.write(table.text(rows))
        key = [x for n in table.key for x in ("--key", n)] if table.key else ["--no-key"]
        added = run(folder, "varve", "add", "-q", *(key if i == 0 else []), "t.csv")
        assert added.returncode == 0, added.stderr
        run(folder, "varve", "commit", "-q", "--allow-empty", "-m", f"version {i}")
        commits.append(run(folder, "git", "rev-parse", "HEAD").stdout.strip())
    return commits


def new_table(r, keyed=None):
    others = ["size", "count", "day", "word", ODD, "note"]
    names = r.sample(others, r.randrange(1, len(others)))
    key = [] if keyed is False or (keyed is None and r.random() < 0.25) else r.choice([["id"], ["id"], ["code"], ["id", "code"]])
    for k in key:
        names.insert(r.randrange(len(names) + 1), k)
    return Table(r, names, key)


def check_table(folder, r, pages):
    os.mkdir(folder)
    run(folder, "varve", "init", "-q")
    table = new_table(r)
    for _ in range(r.randrange(1, 4)):
        table.versions.append(table.edited(table.versions[-1]))
    commits = commit_all(folder, table, table.versions)
    site = Site(folder, "serve", "-q", "--http", "127.0.0.1:0")
    count = 0
    try:
        i = r.randrange(len(commits))
        rows = Rows(site, table, commits[i], table.versions[i], r)
        for _ in range(pages):
            rows.page()
        j, k = sorted(r.sample(range(len(commits)), 2))
        if r.random() < 0.3:
            j, k = k, j
        Comparison(site, table, rows.kinds, commits[j], commits[k], table.versions[j], table.versions[k], r).page()
        count += pages + 1
        if table.key:
            check_history(site, table, rows.kinds, commits)
            last = Rows(site, table, commits[-1], table.versions[-1], r)
            check_life(site, table, last, r)
            count += 2
    finally:
        site.close()
    return count


def in_conflict(table, sides):
    """What a merge by key cannot decide: (column, base, ours, theirs), and how many rows one side removed and the other changed."""
    by = [{table.of(x): x for x in rows} for rows in sides]
    kinds = ["number" if n in ("size", "count") else "string" for n in table.names]
    cells, rows = [], 0
    for key in by[0].keys() | by[1].keys() | by[2].keys():
        b, o, t = (x.get(key) for x in by)
        if b and bool(o) != bool(t):  # another spelling of the same value is no change
            rows += not all(same_cell(kind, x, y) for kind, x, y in zip(kinds, b, o or t))
        for k, name in enumerate(table.names) if o and t else ():
            same = [same_cell(kinds[k], x[k], y[k]) for x, y in ((o, t), (b, o), (b, t)) if x and y]
            if not any(same):
                cells.append((name, b and b[k], o[k], t[k]))
    return cells, rows


def check_conflicts(folder, r):
    """Two branches change the same table: what a merge cannot decide is on the page, with all three values."""
    os.mkdir(folder)
    run(folder, "varve", "init", "-q")
    table = new_table(r, True)
    base = table.versions[0]
    while len(base) < 30:  # a side that keeps fewer than one row in ten has put another table in its place
        base.append(table.row())
    commit_all(folder, table, [base])
    run(folder, "git", "branch", "spring")
    sides, shared = [base], table.row()
    for name in ("main", "spring"):
        rows = table.edited(base, False)
        rows.append([c if n in table.key else table.cell(n) for n, c in zip(table.names, shared)])
        run(folder, "git", "switch", "-q", name)
        commit_all(folder, table, [rows])
        sides.append(rows)
    run(folder, "git", "switch", "-q", "main")
    run(folder, "varve", "merge", "-q", "spring")
    cells, rows = in_conflict(table, sides)
    site = Site(folder, "web", "--no-browser")
    try:
        articles = [a for page in site.pages("/conflicts/t.csv?n=7") for a in page.all("article", "conflict")] if cells or rows else []
    finally:
        site.close()
    assert sum(a.one("h4") is None for a in articles) == rows, (folder, rows)
    shown = [(h4.text(), [d.one("dd") for d in sides.inside]) for a in articles for h4, sides in zip(a.all("h4"), a.all("dl", "sides"))]
    for column, *values in cells:
        at = next((i for i, (name, dds) in enumerate(shown) if name == column and all(
            dd.text() == "no such cell" if v is None else says(dd, v) for dd, v in zip(dds, values))), None)
        assert at is not None, (folder, column, values)
        shown.pop(at)
    assert not shown, (folder, [(name, [d.text() for d in dds]) for name, dds in shown])
    return 1


def main():
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else random.randrange(10**9)
    wanted = int(sys.argv[2]) if len(sys.argv) > 2 else 12
    print(f"seed {seed}")
    r = random.Random(seed)
    done = n = 0
    while done < wanted:
        n += 1
        done += check_conflicts(f"c{n}", r) if n % 4 == 2 else check_table(f"t{n}", r, 8)
    print(f"{done} pages")


main()
