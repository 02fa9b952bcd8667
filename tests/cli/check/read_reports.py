"""Reads the reports of `varve check` with readers that varve has no part in, and compares them.

usage: read_reports.py MAKE FILE.csv    writes a table with hostile cells
       read_reports.py READ FOLDER      reads all forms in FOLDER (json is what the others
                                        are compared with)
"""
import csv
import html.parser
import json
import re
import sys
import urllib.parse
import xml.etree.ElementTree

HOSTILE = [
    "]]>", "<script>alert(1)</script>", "</td></tr>", "&amp;", "&lt;", "\"quoted\"", "it's", "::error::x",
    "::set-output name=a::b", "\n::error::second line", "\r\n::stop-commands::x", "%0A::error::x", "%",
    "\x1b[31mred", "\x1b]0;title\x07", "\x9b31m", "\x07", "\x7f", "\x01\x02\x1f", "\ufffe", "\uffff",
    "\u202eright to left", "\u2028line", "`code`", "|pipe|", "@everyone", "#1", "[link](http://x)", "![i](x)",
    "<!-- varve check -->", "-->", "<!--", "\\", "\\n", "{{x}}", "${{ github.token }}", "a" * 400,
    "\u00e4" * 300, "\U0001f600", "e\u0301", "--", "*bold*", "_it_", "~~x~~", "<code>", "</code>", "=1+1",
]
# What no text may hold that a terminal or XML is to see.
FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u2028\u2029\u200e\u200f\ufffe\uffff]")


def make(path):
    with open(path, "wb") as f:
        f.write(b"id,price\n")
        for i, text in enumerate(HOSTILE, 1):
            quoted = '"' + text.replace('"', '""') + '"'
            f.write(b"%d,%s\n" % (i, quoted.encode("utf-8")))
        f.write(b"%d,\xff\xfe broken \xc3\n" % (len(HOSTILE) + 1))


def read(folder, name):
    with open(f"{folder}/{name}", "rb") as f:
        data = f.read()
    text = data.decode("utf-8")  # strict
    if name in ("text", "github"):
        text = text.replace("\ufffe", "").replace("\uffff", "")  # no characters, but only XML minds
    assert not FORBIDDEN.search(text), (name, FORBIDDEN.search(text))
    return text


def findings(folder):
    report = json.loads(read(folder, "json"))
    totals = report["totals"]
    all_of = [(d, f) for d in report["datasets"] for f in d["findings"]]
    assert totals["errors"] == sum(d["errors"] for d in report["datasets"])
    for d in report["datasets"]:
        listed = {}
        for f in d["findings"]:
            assert f["severity"] in ("error", "warning") and f["message"]
            key = (f["rule"], f.get("column"))
            listed[key] = listed.get(key, 0) + 1
        for key in listed:
            assert listed[key] == sum(r["listed"] for r in d["rules"] if (r["rule"], r.get("column")) == key), key
    prints = [f["fingerprint"] for _, f in all_of]
    assert len(set(prints)) == len(prints)
    return report, all_of


def read_junit(folder, report):
    root = xml.etree.ElementTree.fromstring(read(folder, "junit"))
    assert root.tag == "testsuites" and len(root) == len(report["datasets"])
    for suite, dataset in zip(root, report["datasets"]):
        cases = suite.findall("testcase")
        failed = [c for c in cases if c.find("failure") is not None]
        assert int(suite.get("tests")) == len(cases) and int(suite.get("failures")) == len(failed)
        assert all(len(c.findall("failure")) <= 1 for c in cases)
        assert {c.get("name") for c in failed} == {r["rule"] for r in dataset["rules"] if r["errors"]}
        for case in failed:
            lines = case.find("failure").text.rstrip("\n").split("\n")
            wanted = [f for f in dataset["findings"] if f["rule"] == case.get("name")]
            assert len([x for x in lines if not re.fullmatch(r"and [\d,]+ more", x)]) == len(wanted)
            for line, f in zip(lines, wanted):
                if "line" in f:
                    assert line.startswith(f"line {f['line']}, "), (line, f)


def read_sarif(folder, all_of):
    log = json.loads(read(folder, "sarif"))
    assert log["version"] == "2.1.0" and log["$schema"].endswith("sarif-schema-2.1.0.json")
    run, = log["runs"]
    driver = run["tool"]["driver"]
    assert driver["name"] == "varve check"
    ids = [r["id"] for r in driver["rules"]]
    assert len(set(ids)) == len(ids)
    results = [r for r in run["results"] if "partialFingerprints" in r]
    assert len(results) == len(all_of)
    for r in run["results"]:
        assert r["level"] in ("none", "note", "warning", "error") and r["message"]["text"]
        assert ids[r["ruleIndex"]] == r["ruleId"]
        place, = r["locations"]
        physical = place["physicalLocation"]
        assert physical["region"]["startLine"] >= 1
        uri = physical["artifactLocation"]["uri"]
        assert re.fullmatch(r"[A-Za-z0-9._~/%-]+", uri) and not uri.startswith("/"), uri
    for r, (d, f) in zip(results, all_of):
        assert r["ruleId"] == f["rule"] and r["level"] == f["severity"]
        assert r["partialFingerprints"]["varveFinding/v1"] == f["fingerprint"]
        assert urllib.parse.unquote(r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]) == d["path"]
        assert ("suppressions" in r) == ("acceptedWhy" in f)


def read_gitlab(folder, all_of):
    issues = json.loads(read(folder, "gitlab"))
    prints = [i["fingerprint"] for i in issues]
    assert len(set(prints)) == len(prints)
    for i in issues:
        assert set(i) == {"description", "check_name", "fingerprint", "severity", "location"}
        assert i["severity"] in ("info", "minor", "major", "critical", "blocker")
        assert not i["location"]["path"].startswith(("./", "/")) and i["location"]["lines"]["begin"] >= 1
    wanted = {f["fingerprint"] for _, f in all_of if "acceptedWhy" not in f}
    assert wanted <= set(prints)
    assert all(p.endswith("-more") for p in set(prints) - wanted)


def read_github(folder, report):
    """As the runner reads it: each line, commands only at its start."""
    counts = {}
    for line in read(folder, "github").rstrip("\n").split("\n"):
        if "::" not in line or not line.startswith("::"):
            assert line.startswith("varve check: "), line
            continue
        match = re.fullmatch(r"::(error|warning|notice) ([^:]*)::(.*)", line)
        assert match, line
        properties = dict(p.split("=", 1) for p in match[2].split(","))
        assert set(properties) in ({"file", "line", "title"}, {"title"}), line
        counts[match[1]] = counts.get(match[1], 0) + 1
    assert all(n <= 10 for n in counts.values()), counts
    for kind in ("error", "warning"):
        total = report["totals"][kind + "s"]
        listed = sum(f["severity"] == kind and "acceptedWhy" not in f for d in report["datasets"] for f in d["findings"])
        wanted = min(listed, 9 if total > 10 else 10)
        assert counts.get(kind, 0) == wanted + (total > wanted), (kind, counts, total, listed)


class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.tags, self.cells, self.open = [], [], None
        self.links, self.places = [], []

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        assert not any(name.startswith("on") or name == "src" for name, _ in attributes)
        self.links += [value for name, value in attributes if name == "href"]
        self.places += [value for name, value in attributes if name == "id"]
        if tag == "td":
            self.open = ""

    def handle_endtag(self, tag):
        if tag == "td":
            self.cells.append(self.open)
            self.open = None

    def handle_data(self, data):
        if self.open is not None:
            self.open += data


ALLOWED = {"html", "head", "meta", "title", "style", "body", "h1", "h2", "h3", "p", "span", "code", "table", "tr", "th",
           "td", "em", "ul", "li", "a"}


def read_html(folder, all_of):
    page = Page()
    page.feed(read(folder, "html"))
    page.close()
    assert set(page.tags) <= ALLOWED, set(page.tags) - ALLOWED
    assert all(re.fullmatch("#g[0-9]+", link) for link in page.links), page.links
    assert [link[1:] for link in page.links] == page.places
    rows = [page.cells[i:i + 5] for i in range(0, len(page.cells), 5)]
    assert len(rows) == len(all_of)
    for row, (_, f) in zip(rows, all_of):
        assert row[0] == str(f.get("line", "")) and row[1] == str(f.get("row", "")), (row, f)
        assert row[4].startswith(f["message"].split("'")[0][:20]), (row, f)


def read_markdown(folder, all_of):
    text = read(folder, "markdown")
    lines = text.split("\n")
    assert lines[0] == "<!-- varve check -->" and lines[1].startswith("### varve check: ")
    assert text.count("<!--") == 1
    assert set(re.findall(r"</?([a-z]+)", text)) <= {"code", "em"}, set(re.findall(r"</?([a-z]+)", text))
    rows = [x for x in lines if x.startswith("| ") and not x.startswith("| line")]
    assert all(r.count("|") == 6 for r in rows)
    assert len(rows) == len(all_of)
    for inside in re.findall(r"<code>(.*?)</code>", text):
        assert not re.search(r"[<>`|*_\[\]@#]", re.sub(r"&#\d+;", "", inside)), inside


def read_all(folder):
    report, all_of = findings(folder)
    read_junit(folder, report)
    read_sarif(folder, all_of)
    read_gitlab(folder, all_of)
    read_github(folder, report)
    read_html(folder, all_of)
    read_markdown(folder, all_of)
    for line in read(folder, "text").split("\n"):
        assert "\x1b" not in line
    print(len(all_of), "findings")


if __name__ == "__main__":
    if sys.argv[1] == "MAKE":
        make(sys.argv[2])
    else:
        read_all(sys.argv[2])
