"""Lists more than a hundred thousand findings in every form, and holds memory and what is listed against what must be.

usage: many_findings.py
"""
import filecmp
import json
import os
import shutil
import subprocess
import xml.etree.ElementTree

ROWS, MEGABYTES = 120000, 100
if b"__asan_init" in subprocess.run(["nm", shutil.which("varve")], capture_output=True).stdout:
    # The sanitizer adds its own, keeps freed memory aside for a while, and takes four times as long.
    ROWS, MEGABYTES = 60000, 150
    os.environ["ASAN_OPTIONS"] = os.environ.get("ASAN_OPTIONS", "") + ":quarantine_size_mb=1"
SCHEMA = {"fields": [{"name": "a", "type": "integer"}, {"name": "b", "type": "number"},
                     {"name": "c", "type": "string", "constraints": {"maxLength": 1}}]}

with open("t.csv", "w") as f:
    f.write("a,b,c\n")
    for i in range(ROWS):
        # equal values, so that equal findings must be numbered, and messages that change from row to row
        f.write(f"x{i % 7},y{i},{'zz' if i % 3 else 'Z'}\n")
with open("s.json", "w") as f:
    json.dump(SCHEMA, f)
FOUND = 2 * ROWS + sum(1 for i in range(ROWS) if i % 3)


def check(form, path):
    """The report in a form; its peak of memory in MB."""
    with open(path, "wb") as out:
        p = subprocess.Popen(["varve", "check", "--files", "--schema", "s.json", "--limit", "0", "--format", form, "--output",
                              f"{form}={path}.too", "t.csv"], stdout=out)
        _, status, usage = os.wait4(p.pid, 0)
        p.returncode = os.waitstatus_to_exitcode(status)
    assert p.returncode == 1, (form, p.returncode)
    if form != "github":
        assert filecmp.cmp(path, f"{path}.too", shallow=False), form  # a large Python here would count for the next child
    return usage.ru_maxrss // 1024


os.environ["TMPDIR"] = os.path.abspath("tmp")
os.mkdir("tmp")
for form in ("json", "text", "html", "gitlab", "junit", "sarif", "github", "markdown"):
    used = check(form, form)
    assert used < MEGABYTES, (form, used)
    assert os.listdir("tmp") == []

(dataset,) = json.load(open("json"))["datasets"]
findings = dataset["findings"]
assert len(findings) == dataset["errors"] == FOUND, (len(findings), FOUND)
assert [(g["column"], g["listed"]) for g in dataset["rules"]] == [("a", ROWS), ("b", ROWS), ("c", FOUND - 2 * ROWS)]
for column, rows in (("a", range(ROWS)), ("b", range(ROWS)), ("c", [i for i in range(ROWS) if i % 3])):
    told = [f for f in findings if f["column"] == column]
    assert [f["row"] for f in told] == [i + 1 for i in rows], column
    values = {"a": lambda i: f"x{i % 7}", "b": lambda i: f"y{i}", "c": lambda i: "zz"}[column]
    assert [f["value"] for f in told] == [values(i) for i in rows], column
    assert len({(f["message"], f["expected"]) for f in told}) == 1
prints = [f["fingerprint"] for f in findings]
assert len(set(prints)) == len(prints)
# they are the same in another run, and where fewer are listed
check("json", "again")
assert open("again").read() == open("json").read()
few = json.loads(subprocess.run(["varve", "check", "--files", "--schema", "s.json", "--limit", "50", "--json", "t.csv"],
                                capture_output=True).stdout)["datasets"][0]["findings"]
assert len(few) == 150
assert {(f["column"], f["row"], f["fingerprint"]) for f in few} <= {(f["column"], f["row"], f["fingerprint"]) for f in findings}
assert len(json.load(open("gitlab"))) == FOUND
assert [r["fingerprint"] for r in json.load(open("gitlab"))] == prints
assert len(json.load(open("sarif"))["runs"][0]["results"]) == 25000
assert sum(len(f.text.strip().split("\n")) for f in xml.etree.ElementTree.parse("junit").iter("failure")) == FOUND
assert open("html").read().count("<tr><td") == FOUND
assert open("text").read().count("\n") > FOUND
assert os.path.getsize("markdown") < 64 << 10
print(f"{FOUND} findings")
