#!/usr/bin/env python3
"""workflows.py ROOT: the workflows in .github are YAML, each shell line of theirs is one that sh reads, each command of ./dev and each option
that they give it exists, and the files that they name are there."""
import glob
import os
import re
import subprocess
import sys

import yaml

os.chdir(sys.argv[1])
wrong, lines = [], 0
with open("dev", encoding="utf-8") as f:
    dev = f.read()
with open("tests/package/release", encoding="utf-8") as f:
    release = f.read()
for path in sorted(glob.glob(".github/workflows/*.yml")):
    with open(path, encoding="utf-8") as f:
        jobs = yaml.safe_load(f)["jobs"]
    for job in jobs.values():
        for step in job["steps"]:
            if "run" not in step:
                if not re.fullmatch(r"actions/[a-z-]+@v\d+", step["uses"]):
                    wrong.append(f"{path}: {step['uses']} is not an action of a version")
                continue
            lines += 1
            if subprocess.run(["sh", "-n"], input=step["run"], text=True).returncode:
                wrong.append(f"{path}: sh does not read: {step['run']}")
            for command, rest in re.findall(r"\./dev (\S+)(.*)", step["run"]):
                if not re.search(rf"^{command}( \||\))", dev, re.M):
                    wrong.append(f"{path}: ./dev has no command {command}")
                for option in re.findall(r"--[a-z]+", rest):
                    if f"\t{option})" not in (release if command == "release" else dev):
                        wrong.append(f"{path}: ./dev {command} has no option {option}")
if lines < 5:
    wrong.append("no workflows were found")
print("\n".join(wrong) or f"{lines} shell lines")
sys.exit(bool(wrong))
