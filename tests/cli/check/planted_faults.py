"""Plants faults of all kinds into random tables and wants varve check to find each, and nothing else.

usage: planted_faults.py TABLES SEED
"""
import collections
import json
import random
import re
import subprocess
import sys

tables, seed = int(sys.argv[1]), int(sys.argv[2])
SCHEMA = {"primaryKey": ["id"], "fields": [
    {"name": "id", "type": "integer"},
    {"name": "price", "type": "number", "constraints": {"minimum": 0, "maximum": 1000}},
    {"name": "day", "type": "date"},
    {"name": "kind", "type": "string", "constraints": {"enum": ["a", "b", "long one"]}},
    {"name": "name", "type": "string", "constraints": {"required": True, "pattern": "[a-z\\n ,]*"}}]}
NAMES = [f["name"] for f in SCHEMA["fields"]]
PLANTS = ["extra", "extra-lines", "stray", "unclosed", "missing", "blank", "empty", "id", "repeat", "price-type", "price-low",
          "day", "kind", "required", "name"]
OPTIONS = [[], ["--skip", "extra-cell"], ["--skip", "stray-quote", "--skip", "unclosed-quote"], ["--select", "type-error"],
           ["--select", "primary-key", "--select", "constraint-error"], ["--no-cache"]]


def quoted(rng, text):
    return '"' + text.replace('"', '""') + '"' if rng.random() < 0.2 or re.search('[",\n]', text) else text


def model(cells, ids):
    """The rules that a row of cells breaks, as a reader of the specification would tell them."""
    found = []
    if len(cells) > len(NAMES):
        found.append(("extra-cell", None))
        cells = cells[:len(NAMES)]
    if len(cells) == len(NAMES) and all(c == "" for c in cells):
        return [("blank-row", None)]
    for i, name in enumerate(NAMES):
        if i >= len(cells):
            found.append(("missing-cell", name))
            continue
        c = cells[i]
        if c == "":
            found += [("constraint-error", name)] if name == "name" else []
        elif name == "id" and not re.fullmatch("-?[0-9]+", c):
            found.append(("type-error", name))
        elif name == "price" and not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", c):
            found.append(("type-error", name))
        elif name == "price" and not 0 <= float(c) <= 1000:
            found.append(("constraint-error", name))
        elif name == "day" and not re.fullmatch("2024-0[1-9]-[0-2][1-9]", c):
            found.append(("type-error", name))
        elif name == "kind" and c not in ("a", "b", "long one"):
            found.append(("constraint-error", name))
        elif name == "name" and not re.fullmatch("[a-z\n ,]*", c):
            found.append(("constraint-error", name))
    key = cells[0] if cells else ""
    key = int(key) if re.fullmatch("-?[0-9]+", key) else key
    if key == "" or key in ids:
        found.append(("primary-key", "id"))
    ids.add(key)
    return found


def make_row(rng, number, plant):
    """The text of a row and its cells as they are to be read; also what its form has wrong."""
    cells = [str(number), f"{rng.randint(0, 1000)}", f"2024-0{rng.randint(1, 9)}-{rng.randint(0, 2)}{rng.randint(1, 9)}",
             rng.choice(["a", "b", "long one", ""]), rng.choice(["x", "with, comma", "two\nlines", "plain words"])]
    change = {"id": (0, "x"), "repeat": (0, str(max(1, number // 2))), "empty": (0, ""), "price-type": (1, "N/A"),
              "price-low": (1, "-5"), "day": (2, "2024-02-30"), "kind": (3, "c"), "required": (4, ""), "name": (4, "UPPER")}
    form = []
    if plant in change:
        cells[change[plant][0]] = change[plant][1]
    texts = [quoted(rng, c) for c in cells]
    if plant == "extra":
        texts.append("more")
        cells = cells + ["more"]
    elif plant == "extra-lines":
        texts += ['"1\n2\n3"', "4"]
        cells = cells + ["1\n2\n3", "4"]
    elif plant == "missing":
        texts, cells = texts[:3], cells[:3]
    elif plant == "blank":
        texts = cells = [""] * len(NAMES)
    elif plant == "stray":
        i = rng.randrange(1, len(NAMES))
        texts[i] = cells[i] = '"s"t'
        form.append(("stray-quote", None))
    elif plant == "unclosed":
        # the quote ends with its line: no quotes and lines behind it
        texts = cells = [str(number), '"5', "2024-01-01", "a", "x"]
        form.append(("unclosed-quote", None))
    return ",".join(texts) + "\n", cells, form


def check(options):
    p = subprocess.run(["varve", "check", "--files", "--schema", "s.json", "--json", "--limit", "0", *options, "t.csv"],
                       capture_output=True)
    assert p.returncode in (0, 1), p.stderr
    report = json.loads(p.stdout)
    assert (p.returncode == 0) == report["valid"]
    return collections.Counter((f["rule"], f["line"], f["row"], f.get("column")) for d in report["datasets"]
                               for f in d["findings"])


with open("s.json", "w") as f:
    json.dump(SCHEMA, f)
for n in range(tables):
    rng = random.Random(seed * 1000 + n)
    share = rng.choice([0.02, 0.3, 1])
    plants = rng.sample(PLANTS, rng.randint(1, len(PLANTS)))
    line, ids, wanted, text = 2, set(), collections.Counter(), ",".join(NAMES) + "\n"
    for number in range(1, rng.choice([5, 60, 3000]) + 1):
        row, cells, form = make_row(rng, number, rng.choice(plants) if rng.random() < share else None)
        text += row
        wanted.update((rule, line, number, column) for rule, column in form + model(cells, ids))
        line += row.count("\n")
    with open("t.csv", "w", newline="") as f:
        f.write(text)
    for options in OPTIONS:
        skipped = [options[i + 1] for i in range(0, len(options) - 1, 2) if options[i] == "--skip"]
        only = [options[i + 1] for i in range(0, len(options) - 1, 2) if options[i] == "--select"]
        expected = collections.Counter({k: v for k, v in wanted.items()
                                        if k[0] not in skipped and (not only or k[0] in only)})
        found = check(options)
        if "constraint-error" in only:
            # with missing-cell off, a cell that is not there is a value that is missing
            expected.update({("constraint-error", *k[1:]): v for k, v in wanted.items()
                             if k[0] == "missing-cell" and k[3] == "name"})
        if only and "blank" in plants:
            # with blank-row off, a row without any value is a row like others
            found = collections.Counter({k: v for k, v in found.items() if ("blank-row", k[1], k[2], None) not in wanted})
        assert found == expected, (n, options, str(expected - found)[:500], str(found - expected)[:500])
print(f"{tables} tables")
