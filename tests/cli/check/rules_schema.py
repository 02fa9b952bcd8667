"""Holds docs/formats/varve.schema.json and docs/use/check.md against the program; --write makes the schema's part about
rules from the table in check/rules/finding.c, as --list-rules --json prints it.

usage: rules_schema.py DOCS-FOLDER TABLE.csv | rules_schema.py --write DOCS-FOLDER
"""
import json
import re
import subprocess
import sys

write = sys.argv[1] == "--write"
docs, table = sys.argv[2:] + [None] if write else sys.argv[1:]

ACCEPTED = [
    "{}", '{"version": 1, "$schema": "x", "description": "d"}', '{"onCommit": "refuse", "failOn": "warning", "limit": 0}', '{"keep": "last=3,daily=9"}',
    '{"rules": {"type-error": "off", "blank-row": {"severity": "warning", "mostly": "99.5%"}}}',
    '{"rules": {"row-constraint": "id > 0"}}', '{"rules": {"row-constraint": ["id > 0", {"condition": "id < 9"}]}}',
    '{"rules": {"row-constraint": {"condition": "id > 0", "title": "t", "severity": "off", "mostly": 0.5}}}',
    '{"rules": {"row-count": {"min": 1, "max": 100}}}', '{"rules": {"rows-removed": {"max": "5%"}}}',
    '{"rules": {"drift-psi": [{"columns": ["id"], "max": 0.2}, {"columns": "name", "max": "3%"}]}}',
    '{"rules": {"freshness": {"columns": "day", "maxAge": "9999w"}}}',
    '{"datasets": [{"path": "*.csv", "check": true, "rules": {"extra-cell": "warning"}}, {"path": ["a", "b"]}]}',
]
REFUSED = [
    "[]", "null", '{"keep": 5}', '{"version": 2}', '{"rulez": {}}', '{"onCommit": true}', '{"failOn": "off"}', '{"limit": -1}', '{"limit": "5"}',
    '{"rules": []}', '{"rules": {"type-eror": "off"}}', '{"rules": {"type-error": "warn"}}', '{"rules": {"type-error": []}}',
    '{"rules": {"type-error": {"max": 1}}}', '{"rules": {"type-error": {"mostly": 2}}}', '{"rules": {"type-error": {"columns": 5}}}',
    '{"rules": {"row-count": {"min": -1}}}', '{"rules": {"row-count": {"min": 1.5}}}', '{"rules": {"row-count": {"min": "5"}}}',
    '{"rules": {"freshness": {"columns": "day", "maxAge": 5}}}', '{"rules": {"freshness": {"columns": "day", "maxAge": "0d"}}}',
    '{"datasets": {}}', '{"datasets": [{}]}', '{"datasets": [{"path": 5}]}', '{"datasets": [{"path": "a", "check": "no"}]}',
    '{"datasets": [{"path": "a", "onCommit": "warn"}]}', '{"rules": {"extra-cell": 5}}', '{"rules": {"unchecked": "off"}}',
    '{"rules": {"unchecked": "warning"}}', '{"rules": {"unchecked": {"severity": "warning"}}}', '{"rules": {"row-constraint": ""}}',
]


def run(text):
    with open("rules.json", "w") as f:
        f.write(text)
    return subprocess.run(["varve", "check", "-q", "--files", table, "--rules", "rules.json"], capture_output=True).returncode


def rule_forms(listed):
    """$defs of the schema: "rules", and "taking ..." for each choice of members that a setting may have."""
    forms, properties = {}, {}
    for r in listed:
        short, takes = "severity", {name: {"$ref": f"#/$defs/{values}"} for name, values in r["settings"].items()}
        if "condition" in takes:
            short = "condition"
        name = " ".join(["taking", *takes]) if takes else "taking nothing more"
        one = {"anyOf": [{"$ref": f"#/$defs/{short}"},
                         {"type": "object",
                          "properties": {"severity": {"$ref": "#/$defs/severity"}, "title": {"type": "string"},
                                         "description": True, **takes},
                          "additionalProperties": False}]}
        if "max" in takes:
            name += f" in {r['settings']['max']}"
        if r["rule"] == "unchecked":
            name = "error alone"
            one = {"anyOf": [{"const": "error"}, {"type": "object", "additionalProperties": False, "properties": {
                "severity": {"const": "error"}, "title": {"type": "string"}, "description": True}}]}
        forms[name] = {"anyOf": [one, {"type": "array", "minItems": 1, "items": one}]}
        properties[r["rule"]] = {"description": r["description"], "default": r["severity"], "$ref": f"#/$defs/{name}"}
    return {**dict(sorted(forms.items())), "rules": {"type": "object", "properties": properties, "additionalProperties": False}}


listed = json.loads(subprocess.run(["varve", "check", "--list-rules", "--json"], capture_output=True, check=True).stdout)
rules = {r["rule"] for r in listed}
with open(f"{docs}/formats/varve.schema.json") as f:
    text = f.read()
schema = json.loads(text)
made = rule_forms(listed)
shared = {name: form for name, form in schema["$defs"].items() if not re.match("taking |error alone|rules$", name)}
schema["$defs"] = {**shared, **made}
made_text = json.dumps(schema, indent=1) + "\n"
if write:
    with open(f"{docs}/formats/varve.schema.json", "w") as f:
        f.write(made_text)
    sys.exit(0)
assert text == made_text, "varve.schema.json is not of these rules: tests/cli/check/rules_schema.py --write docs"

with open(f"{docs}/use/check.md") as f:
    page = f.read()
with open(f"{docs}/use/rules.md") as f:
    pages = page + f.read()
named = set(re.findall(r"[a-z]+(?:-[a-z]+)*", " ".join(re.findall(r"^\| ([a-z, -]+) \|", pages, re.M))))
assert rules <= named, rules - named
ACCEPTED += [block for block in re.findall(r"```json\n(.*?)```", pages, re.S) if '"rules": {' in block]
assert len(ACCEPTED) >= 13

for text in ACCEPTED:
    assert run(text) in (0, 1), text
for text in REFUSED:
    assert run(text) == 2, text

try:
    import jsonschema
except ImportError:
    print("the program and the pages agree; without Python's jsonschema the schema's types were not looked at")
    sys.exit(0)
validator = jsonschema.Draft202012Validator(schema)
jsonschema.Draft202012Validator.check_schema(schema)
for text in ACCEPTED:
    assert validator.is_valid(json.loads(text)), text
for text in REFUSED:
    assert not validator.is_valid(json.loads(text)), text
print("all agree")
