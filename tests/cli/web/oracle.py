#!/usr/bin/env python3
"""oracle.py table SALT > FILE: a table of 3,000 rows.
oracle.py URL REV FILE: does the API at URL (of the repository, without a slash at its end) say of REV:places.csv
what Python's csv module finds in FILE?"""
import csv
import json
import random
import sys
import urllib.parse
import urllib.request
from decimal import Decimal

COUNT = 3000
NAMES = ["Ærøskøbing", "Bad Düben", "<b>Köln</b>", "a,b", "line\nbreak", "O'Hara", "=1+1", "x" * 50]


def make(salt):
    r = random.Random(7)
    changed = set(range(100, 100 + 10 * salt, 5))
    w = csv.writer(sys.stdout, lineterminator="\n")
    w.writerow(["id", "name", "size", "day", "note"])
    for i in range(1, COUNT + 1):
        size = "" if r.random() < 0.1 else f"{r.randrange(-5000, 5000) / 8:.3f}"
        row = [i, r.choice(NAMES), size, f"{1990 + i % 30}-{i % 12 + 1:02}-{i % 28 + 1:02}",
               r.choice(["", "ok", "OK then", "no"])]
        if i in changed:
            row[4] = f"note {salt}"
        if salt and i == 50:
            continue
        w.writerow(row)
    if salt:
        w.writerow([COUNT + 1, "new", "1.000", "2024-01-01", "added"])


def ask(url, **parameters):
    query = urllib.parse.urlencode([(k.rstrip("_"), x) for k, v in parameters.items()
                                    for x in (v if isinstance(v, list) else [v])])
    with urllib.request.urlopen(url + ("?" + query if query else "")) as f:
        return json.load(f)


def text(cell):
    return cell["text"] if isinstance(cell, dict) else cell


class Oracle:
    def __init__(self, url, rev, path):
        self.root = url[:url.index("/", 8)] if "/" in url[8:] else url
        self.url, self.rev = url, rev
        with open(path, newline="", encoding="utf-8") as f:
            self.names, *self.rows = list(csv.reader(f))
        self.data = f"{url}/api/v0/data/{rev}/places.csv"

    def all_pages(self, **parameters):
        """The rows of every page, and what the first one says of all."""
        page = first = ask(self.data, **parameters)
        rows = []
        while True:
            rows += [(r["number"], [text(c) for c in r["cells"]]) for r in page["rows"]]
            if page["complete"]:
                return rows, first
            page = ask(self.root + page["next"])

    def find(self, want, show=None, **parameters):
        got, first = self.all_pages(n=500, **parameters)
        wanted = [(i, r) for i, r in enumerate(self.rows) if want(r)]
        assert got == wanted, (parameters, len(got), len(wanted), got[:2], wanted[:2])
        assert first["counted"] and first["matched"] == len(wanted), (parameters, first["matched"])
        return wanted

    def jumps(self):
        for start in (0, 1, 199, 200, 1499, len(self.rows) - 1):
            page = ask(self.data, from_=start, n=7)
            assert [r["number"] for r in page["rows"]] == list(range(start, min(start + 7, len(self.rows))))
            assert [text(c) for c in page["rows"][0]["cells"]] == self.rows[start]
        assert ask(self.data, from_=len(self.rows) + 5)["rows"] == []
        assert len(ask(self.data)["rows"]) == 200
        for key in ("1", "777", "3000"):
            page = ask(self.data, jump=key, n=1)
            assert page["rows"][0]["key"] == key and page["rows"][0]["cells"][0] == key, page

    def filters(self):
        at = {n: i for i, n in enumerate(self.names)}

        def number(r):
            return Decimal(r[at["size"]]) if r[at["size"]] else None

        for op, holds in (("lt", lambda x: x < 10), ("le", lambda x: x <= 10), ("gt", lambda x: x > 10),
                          ("ge", lambda x: x >= 10), ("eq", lambda x: x == 10)):
            # written otherwise than in the file
            self.find(lambda r, h=holds: number(r) is not None and h(number(r)), col="size", op=op, val="10.0")
        self.find(lambda r: r[4] == "ok", col="note", op="eq", val="ok")
        self.find(lambda r: r[4] != "ok", col="note", op="ne", val="ok")
        self.find(lambda r: "ok" in r[4].lower(), col="note", op="has", val="oK")
        self.find(lambda r: r[4].lower().startswith("ok"), col="note", op="starts", val="OK")
        self.find(lambda r: r[2] == "", col="size", op="missing", val="")
        self.find(lambda r: r[2] != "", col="size", op="present")
        self.find(lambda r: r[4] == "", col="note", op="empty")
        self.find(lambda r: r[3] < "2000-01-01", col="day", op="lt", val="2000-01-01")
        self.find(lambda r: r[0] == "1234", col="id", op="eq", val="1234")
        self.find(lambda r: r[0] == "1234", col="id", op="eq", val="1234.0")
        self.find(lambda r: False, col="id", op="eq", val="999999")
        self.find(lambda r: r[4] == "ok" and number(r) is not None and number(r) < 0,
                  col=["note", "size", ""], op=["eq", "lt", "eq"], val=["ok", "0", "x"])
        self.find(lambda r: any("köln" in c.lower() for c in r), q="KöLN")
        self.find(lambda r: any("<b>" in c for c in r) and r[4] == "no", q="<b>", col="note", op="eq", val="no")
        page = ask(self.data, show=["note", "id"], n=3)
        assert page["shown"] == ["note", "id"]
        assert [[text(c) for c in r["cells"]] for r in page["rows"]] == [[r[4], r[0]] for r in self.rows[:3]]

    def orders(self):
        def key(r):
            return Decimal(r[2])

        there = [(i, r) for i, r in enumerate(self.rows) if r[2] != ""]
        none = [(i, r) for i, r in enumerate(self.rows) if r[2] == ""]
        for parameters, wanted in (({}, sorted(there, key=lambda x: (key(x[1]), x[0])) + none),
                                   ({"dir": "desc"}, sorted(there, key=lambda x: (-key(x[1]), x[0])) + none)):
            got, first = self.all_pages(sort="size", n=700, **parameters)
            assert got == wanted, (parameters, got[:3], wanted[:3])
            assert first["matched"] == len(self.rows)
        got, _ = self.all_pages(sort="name", n=700, col="note", op="eq", val="no")
        wanted = sorted(((i, r) for i, r in enumerate(self.rows) if r[4] == "no"),
                        key=lambda x: (x[1][1].encode(), x[0]))
        assert got == wanted

    def values(self):
        for name in self.names:
            v = ask(f"{self.url}/api/v0/values/{self.rev}/places.csv", name=name, n=5)
            column = [r[self.names.index(name)] for r in self.rows]
            there = [c for c in column if c != ""]
            assert v["lookedAt"] == len(column) and v["complete"], v
            assert v["missing"] == v["empty"] == len(column) - len(there), (name, v)
            assert v["distinct"] == len(set(there)) and v["distinctExact"], (name, v)
            counts = {}
            for c in there:
                counts[c] = counts.get(c, 0) + 1
            assert [x["rows"] for x in v["common"]] == sorted(counts.values(), reverse=True)[:5]
            assert all(counts[text(x["value"])] == x["rows"] for x in v["common"])
            if name in ("id", "size"):
                numbers = [Decimal(c) for c in there]
                assert Decimal(text(v["least"])) == min(numbers)
                assert Decimal(text(v["greatest"])) == max(numbers)
                assert abs(v["mean"] - float(sum(numbers) / len(numbers))) < 1e-9, v["mean"]
                assert sum(b["rows"] for b in v["bars"]) == len(numbers)
                for b in v["bars"]:
                    inside = sum(b["from"] <= float(n) < b["to"] for n in numbers)
                    assert inside == b["rows"], b
        v = ask(f"{self.url}/api/v0/values/{self.rev}/places.csv", name="note", col="size", op="missing")
        assert v["lookedAt"] == sum(r[2] == "" for r in self.rows)

    def files(self):
        import io
        url = self.data.replace("/api/v0", "")
        for parameters, wanted in (({}, self.rows), ({"q": "köln"}, [r for r in self.rows if "Köln" in r[1]])):
            query = urllib.parse.urlencode({"format": "csv", **parameters})
            with urllib.request.urlopen(f"{url}?{query}") as f:
                assert f.headers["Content-Disposition"].startswith("attachment; filename=\"places-")
                got = list(csv.reader(io.StringIO(f.read().decode(), newline="")))
            assert got == [self.names] + wanted, (parameters, got[:3])
            with urllib.request.urlopen(f"{url}?{query.replace('csv', 'json')}") as f:
                objects = json.load(f)
            assert [o["name"] for o in objects] == [r[1] for r in wanted]
            assert [o["size"] for o in objects] == [float(r[2]) if r[2] else None for r in wanted]


def main():
    if sys.argv[1] == "table":
        make(int(sys.argv[2]))
        return
    o = Oracle(*sys.argv[1:4])
    for check in sys.argv[4:] or ("jumps", "filters", "orders", "values", "files"):
        getattr(o, check)()


main()
