#!/usr/bin/env python3
"""workflows.py ROOT: the workflows in .github are YAML, and name actions by commits; each shell line of theirs runs, with stand-ins for apt-get, gh and ./dev, which only say
how they were called; each command of ./dev and each option that they give it exists; a release with a wrong sum ends there."""
import glob
import hashlib
import os
import re
import subprocess
import sys
import tempfile

import yaml

STAND_IN = '#!/bin/sh\necho "${0##*/} $*" >> "$HOME/called"\n'
DRAFT = "gh release create v1 --repo own/varve --draft --verify-tag files/SHA256SUMS files/SHA256SUMS.sig files/varve-1.tar.gz files/varve_data-1.whl"


def run(line, folder):
    env = {"PATH": f"{folder}/bin:/usr/bin:/bin", "HOME": folder, "GITHUB_REPOSITORY": "own/varve", "GITHUB_REF_NAME": "v1", "KEY": KEY}
    return subprocess.run(["sh", "-ec", line], cwd=folder, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True)


def machine(folder):
    """A checkout with a release's files beside it."""
    for name in ("bin/apt-get", "bin/gh", "dev", "files/varve-1.tar.gz", "files/varve_data-1.whl"):
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as f:
            f.write(STAND_IN)
        os.chmod(path, 0o755)
    with open(os.path.join(folder, "files/SHA256SUMS"), "w", encoding="utf-8") as f:
        f.write(f"{hashlib.sha256(STAND_IN.encode()).hexdigest()}  varve-1.tar.gz\n")


os.chdir(sys.argv[1])
wrong, lines = [], 0
with open("dev", encoding="utf-8") as f:
    dev = f.read()
with open("tests/package/release", encoding="utf-8") as f:
    release = f.read()
with open("tests/faults/faults.py", encoding="utf-8") as f:
    faults = f.read()
held = tempfile.TemporaryDirectory()
folder = held.name
subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", f"{folder}/made"], check=True)
with open(f"{folder}/made", encoding="utf-8") as f:
    KEY = f.read().rstrip("\n")
with open(f"{folder}/made.pub", encoding="utf-8") as f:
    public = f.read()
machine(folder)
for path in sorted(glob.glob(".github/workflows/*.yml")):
    with open(path, encoding="utf-8") as f:
        jobs = yaml.safe_load(f)["jobs"]
    for job in jobs.values():
        for step in job["steps"]:
            if "run" not in step:
                if not re.fullmatch(r"(actions|github|ossf|pypa)/[a-z0-9/-]+@[0-9a-f]{40}", step["uses"]):
                    wrong.append(f"{path}: {step['uses']} is not an action of a known owner, by its commit")
                continue
            lines += 1
            if (ran := run(step["run"], folder)).returncode:
                wrong.append(f"{path}: {step['run']}: {ran.stderr.strip()}")
            if "sha256sum --check" in step["run"]:
                damaged = "echo >> files/varve-1.tar.gz; " + step["run"]
                if run(damaged, folder).returncode == 0:
                    wrong.append(f"{path}: a wrong sum passes: {step['run']}")
                machine(folder)
            for command, rest in re.findall(r"\./dev (\S+)(.*)", step["run"]):
                if not re.search(rf"^{command}( \||\))", dev, re.M):
                    wrong.append(f"{path}: ./dev has no command {command}")
                for option in re.findall(r"--[a-z]+", rest):
                    has = f"'{option}'" in faults if command == "faults" else f"\t{option})" in (release if command == "release" else dev)
                    if not has:
                        wrong.append(f"{path}: ./dev {command} has no option {option}")
with open(os.path.join(folder, "called"), encoding="utf-8") as f:
    called = f.read().splitlines()
for words in ("dev test --quick", "dev test --all", "dev faults --full", "dev release --repository own/varve --arch arm64 --debian trixie --os macos --os windows", DRAFT):
    if words not in called:
        wrong.append(f"no line of a workflow runs: {words}")
with open(f"{folder}/keys", "w", encoding="utf-8") as f:
    f.write(f"own namespaces=\"file\" {public}")
with open(f"{folder}/files/SHA256SUMS", encoding="utf-8") as sums:
    if subprocess.run(["ssh-keygen", "-q", "-Y", "verify", "-n", "file", "-I", "own", "-f", f"{folder}/keys",
                       "-s", f"{folder}/files/SHA256SUMS.sig"], stdin=sums, stdout=subprocess.DEVNULL).returncode:
        wrong.append("release.yml: the signature of the sums is not that of the key")
print("\n".join(wrong) or f"{lines} shell lines")
sys.exit(bool(wrong))
