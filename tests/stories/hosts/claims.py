"""claims.py URL CLONES TASKS [KILLS]: agents in clones of their own claim tasks by 'varve set --if ... --push', at once.

Each task must be claimed once: one agent alone is told so, the remote has its name, and one commit made it. Every KILLS-th
command is killed with its children, and given again until it answers. Afterwards nothing is left over in any clone.
"""
import json
import os
import random
import signal
import subprocess
import sys
import threading

URL, CLONES, TASKS = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
KILLS = int(sys.argv[4]) if len(sys.argv) > 4 else 0
MANY = TASKS > 20
told, wrong, calls = {}, [], []


def run(*words, cwd=None):
    done = subprocess.run(words, cwd=cwd, capture_output=True, text=True)
    if done.returncode:
        wrong.append(f"{cwd}: {words}: {done.stderr}")
    return done.stdout


def claim(name, task, after):
    """The exit code; None where it was killed, after so many seconds."""
    words = ["varve", "set", "--json", "--if", "owner is null", "--push", "tasks.jsonl", str(task), f"owner={name}"]
    p = subprocess.Popen(words, cwd=name, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)
    try:
        out, err = p.communicate(timeout=after)
    except subprocess.TimeoutExpired:
        os.killpg(p.pid, signal.SIGKILL)
        p.communicate()
        return None
    if p.returncode not in (0, 1):
        wrong.append(f"{name}, {task}: exit {p.returncode}: {err}")
    elif not out.startswith('{"outcome"'):
        wrong.append(f"{name}, {task}: no answer: {out}{err}")
    return p.returncode


def owners_in(name):
    with open(f"{name}/tasks.jsonl", encoding="utf-8") as f:
        return {row["id"]: row["owner"] for row in map(json.loads, f)}


def agent(name, seed):
    chance = random.Random(seed)
    tasks = list(range(1, TASKS + 1))
    chance.shuffle(tasks)
    for n, task in enumerate(tasks):
        code = None
        if MANY and chance.random() < 0.9 and owners_in(name)[task]:
            continue  # as an agent looks for work; some ask again
        while code is None:
            calls.append(name)
            code = claim(name, task, chance.uniform(0.02, 0.4) if KILLS and n % KILLS == 0 and chance.random() < 0.7 else None)
        if code == 0:
            told.setdefault(task, []).append(name)


def main():
    names = [f"agent{i}" for i in range(CLONES)]
    for name in names:
        run("varve", "clone", "-q", URL, name)
    base = run("git", "rev-parse", "HEAD", cwd=names[0]).strip()
    threads = [threading.Thread(target=agent, args=(name, i)) for i, name in enumerate(names)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    for name in names:
        run("varve", "pull", "-q", "--ff-only", cwd=name)
        if left := run("git", "status", "--porcelain", cwd=name) + run("git", "rev-list", "@{u}..", cwd=name):
            wrong.append(f"{name}: left over: {left}")
        owners = owners_in(name)
        wrong.extend(f"{name}: task {t}: {told.get(t)} were told, the row has {owners[t]}"
                     for t in range(1, TASKS + 1) if told.get(t) != [owners[t]])
    commits = run("git", "rev-list", "--count", f"{base}..HEAD", cwd=names[0]).strip()
    if commits != str(TASKS):
        wrong.append(f"{commits} commits for {TASKS} tasks")
    print("\n".join(wrong) or f"{TASKS} tasks, each claimed once, by {len({n for l in told.values() for n in l})} agents in {len(calls)} calls")
    return 1 if wrong else 0


sys.exit(main())
