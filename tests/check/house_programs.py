"""house_programs: the measures of `house` that need programs: what they link, what they run, what starting costs.

Builds below ROOT/build: `release`, and `coverage` for gcov, which tells what source a command entered. CPU is user and
system time of the process as the kernel counts it; the programs are run in turn, so that a busy machine is
as unfair to each. Instructions, where valgrind is installed, are those outside of the kernel, and the same each time."""
import glob
import json
import os
import re
import shutil
import statistics
import subprocess
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
SETTINGS = """[user]
	name = A U Thor
	email = author@example.com
[init]
	defaultBranch = main
"""
COVERAGE = ["-G", "Ninja", "-D", "CMAKE_BUILD_TYPE=Debug", "-D", "BUILD_SHARED_LIBS=OFF",
            "-D", "CMAKE_C_FLAGS_DEBUG=-O1 -g --coverage -fprofile-update=atomic"]


def run(*command, **options):
    done = subprocess.run(command, capture_output=True, text=True, check=False, **options)
    if done.returncode != 0:
        raise SystemExit(f"house: '{' '.join(command)}' failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.stdout


def build(root, name, *configure):
    """The programs of a build, by name."""
    folder = os.path.join(root, "build", name)
    if not os.path.exists(os.path.join(folder, "build.ninja")):
        run("cmake", *configure, cwd=root)
    run("cmake", "--build", folder, "-j", str(os.cpu_count()), "--target", "test_programs", cwd=root)
    return {os.path.basename(path): path for path in sorted(glob.glob(f"{folder}/bin/varve*"))}


class Place:
    """A folder with a home of its own, and in it a repository with a table that was committed once and then changed."""

    def __init__(self, folder):
        self.home, self.repository = os.path.join(folder, "home"), os.path.join(folder, "work")
        os.makedirs(self.home)
        with open(os.path.join(self.home, ".gitconfig"), "w", encoding="utf-8") as f:
            f.write(SETTINGS)
        self.environment = {"HOME": self.home, "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "TZ": "UTC",
                            "GIT_CONFIG_NOSYSTEM": "1"}

    def run(self, *command, **more):
        return run(*command, cwd=self.repository, env=self.environment | more)

    def make(self, varve):
        run("git", "init", "-q", self.repository, env=self.environment)
        self.run(varve, "init")
        self.write(0)
        self.run(varve, "add", "prices.csv")
        self.run(varve, "commit", "-m", "first")

    def write(self, salt):
        with open(os.path.join(self.repository, "prices.csv"), "w", encoding="utf-8") as f:
            f.write("id,name,price\n")
            f.writelines(f"{i},item {i * 31 % 1009},{i * 7919 % 100000 / 100 + salt * (i == 500)}\n" for i in range(1, 1001))


def entered(root, place, folder, *command):
    """Sources, and functions in them, that a command enters."""
    place.run(*command, GCOV_PREFIX=folder)
    counts = [os.path.join(at, name) for at, _, names in os.walk(folder) for name in names if name.endswith(".gcda")]
    for path in counts:
        note = path[:-len("gcda")] + "gcno"
        os.symlink(note[len(folder):], note)
    files, functions = set(), set()
    for line in run("gcov", "--json-format", "--stdout", *counts, cwd=folder).splitlines():
        for f in json.loads(line)["files"]:
            path = os.path.relpath(os.path.realpath(os.path.join(root, f["file"])), root)
            for function in f["functions"] if not path.startswith("..") else []:
                if function["execution_count"] > 0:
                    files.add(path)
                    functions.add((path, function["name"]))
    return {"files": len(files), "functions": len(functions)}


def commands(root):
    varve = build(root, "coverage", "-B", "build/coverage", *COVERAGE)["varve"]
    with tempfile.TemporaryDirectory(prefix="varve-house-") as folder:
        place = Place(folder)
        # What runs before is counted elsewhere.
        place.environment["GCOV_PREFIX"] = os.path.join(folder, "before")
        place.make(varve)
        place.write(1)
        return {f"varve {words[0]}": entered(root, place, os.path.join(folder, words[0]), varve, *words)
                for words in (["add", "prices.csv"], ["commit", "-m", "second"])}


def libraries(programs):
    table = {}
    for name, path in programs.items():
        named = re.findall(r"\(NEEDED\)", run("readelf", "-d", path))
        table[name] = {"named": len(named), "all": run("ldd", path).count(" => ")}
    return table


def cpu(command, place):
    """Seconds of one run."""
    child = os.posix_spawn(command[0], command, place.environment,
                           file_actions=[(os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)])
    _, status, usage = os.wait4(child, 0)
    if status != 0:
        raise SystemExit(f"house: '{' '.join(command)}' ends with {status}")
    return usage.ru_utime + usage.ru_stime


def instructions(command, place):
    done = subprocess.run(["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", *command], check=False,
                          cwd=place.repository, env=place.environment, capture_output=True, text=True)
    return int(re.search(r"Collected : (\d+)", done.stderr)[1])


def starting(varve, runs):
    with tempfile.TemporaryDirectory(prefix="varve-house-") as folder:
        place = Place(folder)
        place.make(varve)
        only = os.path.join(folder, "libgit2_only")
        flags = run("pkg-config", "--cflags", "--libs", "libgit2").split()
        run("cc", "-O2", "-o", only, os.path.join(HERE, "libgit2_only.c"), *flags)
        here = os.getcwd()
        os.chdir(place.repository)
        of = {"libgit2 linked": [only], "libgit2 started": [only, "start"],
              "varve version": [varve, "version"], "varve status": [varve, "status"]}
        times = {row: [] for row in of}
        for _ in range(runs):
            for row, command in of.items():
                times[row].append(cpu(command, place))
        table = {row: {"CPU ms": round(1000 * statistics.median(values), 3)} for row, values in times.items()}
        for row, command in of.items():
            table[row]["of linked"] = round(statistics.median(times[row]) / statistics.median(times["libgit2 linked"]), 3)
            if shutil.which("valgrind"):
                table[row]["instructions"] = instructions(command, place)
        os.chdir(here)
    return table


def measure(root, runs):
    programs = build(root, "release", "--preset", "release")
    return {
        "files entered": commands(root),
        "shared libraries": libraries(programs),
        "starting": starting(programs["varve"], runs),
    }
