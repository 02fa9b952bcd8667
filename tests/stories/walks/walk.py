#!/usr/bin/env python3
"""walk.py FILE.walk: types the commands of a newcomer one after the other, and compares what each does with what that person
expects who has read README, the recipes and 'varve help' alone. Prints every command that does something else.

A line of a walk begins with
	$	a command, run by bash; what follows it is expected of it:
	?	the exit code (0 without this line)
	>	words on stdout		!	words on stderr		*	words on either		~	words on neither
	&	a test of files or repositories that then succeeds
	x	REASON: it does not do it today, and it is reported once it does
	=	FILE, whose whole content is that of the lines | below it
	+	a command of the story, which no newcomer types: it makes data, and must succeed
	#	a heading or a comment

Folders, functions and exported variables last until the end of the walk."""
import os
import subprocess
import sys


class Step:
    def __init__(self, line, number):
        self.typed, self.command, self.number = line[0] == "$", line[2:], number
        self.code, self.words, self.tests, self.files, self.known = 0, [], [], [], None


def read(path):
    steps = []
    with open(path, encoding="utf-8") as f:
        for number, line in enumerate(f, 1):
            line = line.rstrip("\n")
            sign, rest = line[:1], line[2:]
            if sign in ("$", "+"):
                steps.append(Step(line, number))
            elif sign == "?":
                steps[-1].code = int(rest)
            elif sign in (">", "!", "*", "~"):
                steps[-1].words.append((sign, rest))
            elif sign == "x":
                steps[-1].known = rest
            elif sign == "&":
                steps[-1].tests.append(rest)
            elif sign == "=":
                steps[-1].files.append([rest, ""])
            elif sign == "|":
                steps[-1].files[-1][1] += rest + "\n"
            elif sign not in ("", "#"):
                sys.exit(f"{path}:{number}: a line that begins with '{sign}'")
    return steps


def bash(command, state):
    """The command's exit code, stdout and stderr, in the folder and with the variables of the command before."""
    before = f'. {state} > /dev/null; ' if os.path.exists(state) else ""
    script = f'{before}cd "$PWD"; trap \'r=$?; export -p > {state}; declare -f >> {state}; exit $r\' EXIT\n{command}\n'
    done = subprocess.run(["bash", "-c", script], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
    return done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")


def faults(step, code, out, err, state):
    if code != step.code:
        yield f"exit code {code}, not {step.code}"
    for sign, words in step.words:
        has = {">": words in out, "!": words in err, "*": words in out + err, "~": words not in out + err}[sign]
        if not has:
            yield {">": "stdout lacks", "!": "stderr lacks", "*": "output lacks", "~": "output has"}[sign] + f" '{words}'"
    for test in step.tests:
        if bash(test, state)[0] != 0:
            yield f"not so: {test}"
    for name, content in step.files:
        was, _, _ = bash(f"cat {name} | od -An -v -tx1 | tr -d ' \\n' > {state}.bytes", state)
        with open(f"{state}.bytes", encoding="ascii") as f:
            if was != 0 or bytes.fromhex(f.read()) != content.encode():
                yield f"{name} has another content"


def main(path):
    state = os.path.join(os.environ["HOME"], "walk-state")
    typed = wrong = known = 0
    for step in read(path):
        code, out, err = bash(step.command, state)
        found = list(faults(step, code, out, err, state))
        typed += step.typed
        if found and step.known:
            known += 1
        elif step.known or found:
            wrong += step.typed
            print(f"{os.path.basename(path)}:{step.number}: {step.command}")
            found = found or [f"it does what is wanted: remove 'x {step.known}'"]
            print("".join(f"\t{line}\n" for line in found) + "".join(f"\t| {line}\n" for line in (out + err).splitlines()[:30]), end="")
            if not step.typed:
                sys.exit(1)
    print(f"{os.path.basename(path)}: {typed - wrong - known} of {typed} commands do what is wanted; {known} known not to")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
