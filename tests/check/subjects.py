"""subjects.py ROOT | --message FILE: the subjects of commits since SINCE, or the one that git is about to make of FILE (a
commit-msg hook), are "area: what" in at most 72 characters, and a body is behind an empty line."""
import re
import subprocess
import sys

SINCE = "90509f2959c435570bccea665c21b22d8bf37796"
LIMIT = 72
FORM = re.compile(r"[a-z0-9][\w./+-]*(,? [\w./+-]+)*: [^ ].*[^ .]$|(Revert|fixup!|squash!|Merge) ")


def faults(message):
    lines = message.split("\n")
    if len(lines[0]) > LIMIT:
        yield f"{len(lines[0])} characters, at most {LIMIT}"
    if not FORM.match(lines[0]):
        yield "a subject is 'area: what', in the imperative, without a full stop"
    if len(lines) > 1 and lines[1].strip():
        yield "the line behind the subject is not empty"


def main(args):
    if args[0] == "--message":
        with open(args[1], encoding="utf-8") as f:
            text = "".join(line for line in f if not line.startswith("#")).strip()
        messages = [("this commit", text)]
    else:
        git = ["git", "-C", args[0]]
        if subprocess.run([*git, "cat-file", "-e", f"{SINCE}^{{commit}}"], capture_output=True).returncode:
            print(f"this clone does not have commit {SINCE[:8]}")
            return 77
        log = subprocess.run([*git, "log", "--no-merges", "--format=%h%x01%B%x00", f"{SINCE}..HEAD"], capture_output=True, text=True, check=True)
        messages = [part.strip().split("\x01", 1) for part in log.stdout.split("\0") if part.strip()]
    found = [f"{name}: {text.splitlines()[0] if text else ''!r}: {fault}" for name, text in messages for fault in faults(text)]
    print("\n".join(found) or f"{len(messages)} subjects")
    return len(found) > 0


sys.exit(main(sys.argv[1:]))
