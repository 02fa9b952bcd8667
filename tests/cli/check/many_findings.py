"""Finds more than a report keeps, in every form, and holds memory, counts, and what each form says it leaves out against what must be.

usage: many_findings.py
"""
import filecmp
import json
import os
import re
import shutil
import subprocess
import xml.etree.ElementTree

ROWS, MEGABYTES = 70000, 100
if b"__asan_init" in subprocess.run(["nm", shutil.which("varve")], capture_output=True).stdout:
    # The sanitizer adds its own, keeps freed memory aside for a while, and takes four times as long.
    MEGABYTES = 200
    os.environ["ASAN_OPTIONS"] = os.environ.get("ASAN_OPTIONS", "") + ":quarantine_size_mb=1"
SCHEMA = {"fields": [{"name": "a", "type": "integer"}, {"name": "b", "type": "number"},
                     {"name": "c", "type": "string", "constraints": {"maxLength": 1}}]}
LAST = 5000  # rows at the end in which the last column is wrong: a rule that comes when there is no room left
FORMS = ("json", "text", "html", "gitlab", "junit", "sarif", "github", "markdown")


def row(i):
    # equal values, so that equal findings must be numbered, and messages that change from row to row
    return f"x{i % 7},y{i},{'zz' if i >= ROWS - LAST else 'Z'}\n"


with open("t.csv", "w") as f:
    f.write("a,b,c\n")
    f.writelines(row(i) for i in range(ROWS))
with open("s.json", "w") as f:
    json.dump(SCHEMA, f)
FOUND = 2 * ROWS + LAST


def run(path, *options):
    """Its report on stdout goes to the file; the peak of memory in MB, and the exit code."""
    with open(path, "wb") as out:
        p = subprocess.Popen(["varve", "check", *options], stdout=out)
        _, status, usage = os.wait4(p.pid, 0)
        p.returncode = os.waitstatus_to_exitcode(status)
    return usage.ru_maxrss // 1024, p.returncode


def check(form, path):
    used, code = run(path, "--files", "--schema", "s.json", "--limit", "0", "--format", form, "--output", f"{form}={path}.too", "t.csv")
    assert code == 1, (form, code)
    if form != "github":
        assert filecmp.cmp(path, f"{path}.too", shallow=False), form  # a large Python here would count for the next child
    return used


def more(text):
    return sum(int(n.replace(",", "")) for n in re.findall(r"([0-9,]+) more\b", text))


# what the base has is known, whether a report has room for it or not
with open("datapackage.json", "w") as f:
    json.dump({"name": "p", "resources": [{"name": "t", "path": "t.csv", "schema": SCHEMA}]}, f)
subprocess.run(["varve", "add", "t.csv", "datapackage.json"], check=True, capture_output=True)
subprocess.run(["varve", "commit", "-q", "-m", "first"], check=True)
used, code = run("same", "--new-only", "--base", "HEAD", "--json", "--limit", "0")
totals = json.load(open("same"))["totals"]
assert code == 0 and totals["known"] == FOUND and totals["errors"] == 0, (code, totals)
assert used < MEGABYTES, used
with open("t.csv", "a") as f:
    f.write("new,newer,zzz\n")
_, code = run("new", "--new-only", "--base", "HEAD", "--json", "--limit", "0")
whole = json.load(open("new"))
assert code == 1 and whole["totals"]["known"] == FOUND and whole["totals"]["errors"] == 3, whole["totals"]
assert {f["value"] for f in whole["datasets"][0]["findings"]} == {"new", "newer", "zzz"}
subprocess.run(["git", "rm", "-q", "--cached", "datapackage.json"], check=True)
subprocess.run(["varve", "restore", "t.csv"], check=True, capture_output=True)
os.remove("datapackage.json")

os.environ["TMPDIR"] = os.path.abspath("tmp")
os.mkdir("tmp")
for form in FORMS:
    used = check(form, form)
    assert used < MEGABYTES, (form, used)
    assert os.listdir("tmp") == []

whole = json.load(open("json"))
(dataset,) = whole["datasets"]
findings = dataset["findings"]
groups = {g["column"]: g for g in dataset["rules"]}
assert dataset["errors"] == whole["totals"]["errors"] == FOUND
assert {c: g["errors"] for c, g in groups.items()} == {"a": ROWS, "b": ROWS, "c": LAST}
listed = {c: g["listed"] for c, g in groups.items()}
assert len(findings) == sum(listed.values()) and 50000 < len(findings) < FOUND, listed
assert 1 <= listed["b"] and 1000 <= listed["c"] < LAST, listed
assert {c: g["unlisted"] for c, g in groups.items()} == {c: groups[c]["errors"] - n for c, n in listed.items()}
LEFT = FOUND - len(findings)
for column, first in (("a", 0), ("b", 0), ("c", ROWS - LAST)):
    told = [f for f in findings if f["column"] == column]
    assert [f["row"] for f in told] == [first + i + 1 for i in range(listed[column])], column
prints = [f["fingerprint"] for f in findings]
assert len(set(prints)) == len(prints)
# they are the same in another run, and where fewer are listed
check("json", "again")
assert open("again").read() == open("json").read()
few = json.loads(subprocess.run(["varve", "check", "--files", "--schema", "s.json", "--limit", "50", "--json", "t.csv"],
                                capture_output=True).stdout)["datasets"][0]["findings"]
assert len(few) == 150
kept = {(f["column"], f["row"]): f["fingerprint"] for f in findings}
assert all(f["fingerprint"] == kept[f["column"], f["row"]] for f in few if (f["column"], f["row"]) in kept)

# each form lists what is kept, or as much as it may hold, and names how many it leaves out
quality = json.load(open("gitlab"))
assert [q["fingerprint"] for q in quality if "-more" not in q["fingerprint"]] == prints
assert more("\n".join(q["description"] for q in quality if "-more" in q["fingerprint"])) == LEFT
results = json.load(open("sarif"))["runs"][0]["results"]
counted = [r["properties"]["count"] for r in results if "count" in r["properties"]]
assert len(results) == 25000 and sum(counted) == FOUND - 25000 + len(counted), counted
lines = "".join(f.text for f in xml.etree.ElementTree.parse("junit").iter("failure")).strip().split("\n")
assert sum(1 for line in lines if line.startswith("line ")) == len(findings)
assert more("\n".join(line for line in lines if not line.startswith("line "))) == LEFT
assert open("html").read().count("<tr><td") == len(findings) and more(open("html").read()) == LEFT
assert more(open("text").read()) == LEFT
assert more(open("github").read()) + open("github").read().count("::error file=") == FOUND
text = open("markdown").read()
assert os.path.getsize("markdown") < 64 << 10
shown = len(re.findall(r"^\| [0-9]", text, re.M))
assert shown > 0 and more(text) == FOUND - shown, (shown, more(text))

print(f"{FOUND} findings, {LEFT} not listed")
