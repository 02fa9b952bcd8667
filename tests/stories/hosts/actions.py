#!/usr/bin/env python3
"""actions.py WORKFLOW JOB CONTEXT: runs the steps of a job of GitHub Actions here, in the current folder, as its runner does: each by
`bash -e` with the environment of job and step, up to the first that fails. CONTEXT is a JSON object that has the values
of ${{ ... }} by their text, and under "replace" words that are put in the place of others. An upload of pages copies its folder to `site`."""
import json
import os
import re
import shutil
import subprocess
import sys

import yaml


def main(path, name, context):
    context = json.loads(context)
    with open(path, encoding="utf-8") as f:
        text = f.read()
    for old, new in context.get("replace", {}).items():
        assert old in text, old
        text = text.replace(old, new)
    def environment(entries):
        return {k: re.sub(r"\$\{\{ *(.*?) *\}\}", lambda m: context[m[1]], v) for k, v in entries.items()}

    job = yaml.safe_load(text)["jobs"][name]
    ran = 0
    for step in job["steps"]:
        env = os.environ | environment(job.get("env", {})) | environment(step.get("env", {}))
        assert "${{" not in step.get("run", ""), step
        if step.get("uses", "").startswith("actions/upload-pages-artifact"):
            shutil.rmtree("site", ignore_errors=True)
            shutil.copytree(step["with"]["path"], "site")
        elif "run" in step:
            done = subprocess.run(["bash", "-e", "-c", step["run"]], cwd=step.get("working-directory", "."), env=env)
            if done.returncode:
                print(f"step '{step['name']}' failed", file=sys.stderr)
                return done.returncode
            ran += 1
    assert ran >= 2, ran
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
