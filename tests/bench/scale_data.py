"""What ./dev bench scale measured, as scale.csv, and what is made of it: tables and plots."""

import csv
import os

from plot import Plot

FIELDS = ("part", "at", "tool", "command", "cpu_s", "elapsed_s", "peak_mb", "own_mb", "bytes")
PARTS = {"size": "Bytes of one table, key in file order", "shuffled": "Bytes of one table, rows in no order",
         "commits": "Commits", "datasets": "Datasets"}
X_TITLES = {"size": "bytes of the table", "shuffled": "bytes of the table", "commits": "commits",
            "datasets": "datasets"}
# file, part, title, commands
PLOTS = (
    ("size-here", "size", "One table: work in one repository",
     ("add", "add, nothing changed", "add, 100 cells changed", "check", "check again",
      "check, 100 cells changed", "diff, 100 cells", "restore", "status", "cat --where key", "gc", "fsck")),
    ("size-transfer", "size", "One table: transfers",
     ("push", "clone", "push, 100 cells", "fetch, 100 cells", "fsck --data")),
    ("shuffled", "shuffled", "One table whose rows are in no order",
     ("add", "add, 100 cells changed", "check", "check again", "check, 100 cells changed", "diff, 100 cells",
      "cat --where key, first", "cat --where key")),
    ("commits", "commits", "One table of 45 KB, a version in each commit",
     ("log", "log -n 10", "log PATH", "status", "diff, one commit", "blame", "clone", "add of one more",
      "push of one more", "fetch of one more", "fsck", "gc")),
    ("datasets", "datasets", "Many tables of 2 KB",
     ("add", "commit", "status", "check", "check again", "push", "clone", "add of one", "push of one",
      "fetch of one", "fsck", "gc")),
)
SMALL_MB = 4  # commands that never have more have no row of memory
MEMORY_LIMIT = "64 MB + 32 MB a core"


def short(value):
    """Three digits, as in 0.0123, 1.23, 123."""
    if value is None:
        return ""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}" if value >= 1 else f"{value:.2g}"


def bytes_text(value):
    for unit, name in ((1e9, "GB"), (1e6, "MB"), (1e3, "KB")):
        if value >= unit:
            return f"{short(value / unit).removesuffix('.0').removesuffix('.00')} {name}"
    return f"{value:.0f} B"


def place_text(part, at):
    return bytes_text(at) if part in ("size", "shuffled") else f"{at:,.0f}"


def power_text(value):
    return f"{value:,.0f}" if value >= 1 else f"{value:g}"


class Data:
    def __init__(self, path):
        self.path, self.rows = path, {}
        if path.exists():
            with open(path, encoding="utf-8", newline="") as f:
                for row in csv.DictReader(f):
                    key = (row["part"], int(row["at"]), row["tool"], row["command"])
                    self.rows[key] = {n: float(row[n]) for n in FIELDS[4:] if row[n] not in ("", "failed")}
                    if row["cpu_s"] == "failed":
                        self.rows[key]["failed"] = True
        self.fresh = set()

    def put(self, part, at, tool, command, cpu=None, elapsed=None, peak=None, own=None, size=None,
            failed=False):
        """What stood here from an earlier run goes; what this run said stays."""
        key = (part, at, tool, command)
        if key not in self.fresh:
            self.rows[key] = {}
            self.fresh.add(key)
        if failed:
            self.rows[key]["failed"] = True
        values = dict(zip(FIELDS[4:], (cpu, elapsed, peak, own, size)))
        self.rows[key].update({n: v for n, v in values.items() if v is not None})
        self.save()

    def save(self):
        """After each command: a run of hours may be ended."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        order = list(PARTS)
        with open(self.path, "w", encoding="utf-8", newline="") as f:
            out = csv.writer(f, lineterminator="\n")
            out.writerow(FIELDS)
            # Within a part and place as measured: a dict keeps that order.
            for key in sorted(self.rows, key=lambda k: (order.index(k[0]), k[1], k[2] != "varve")):
                row = self.rows[key]
                cells = ["" if row.get(n) is None else f"{row[n]:.4g}" if n != "bytes" else f"{row[n]:.0f}"
                         for n in FIELDS[4:]]
                if row.get("failed"):
                    cells[0] = "failed"
                out.writerow([*key, *cells])

    def places(self, part):
        return sorted({k[1] for k in self.rows if k[0] == part})

    def value(self, part, at, tool, command, measure):
        return self.rows.get((part, at, tool, command), {}).get(measure)

    def commands(self, part):
        """In the order of the largest place, where most were measured."""
        found = []
        for at in reversed(self.places(part)):
            for tool in ("varve", "git"):
                found += [k[3] for k in self.rows
                          if k[:3] == (part, at, tool) and k[3] not in found]
        return found

    def write(self):
        """Tables and plots beside the CSV; gives their paths."""
        folder = self.path.parent
        made = [folder / "scale.md"]
        made[0].write_text(self.markdown(), encoding="utf-8")
        for name, part, title, commands in PLOTS:
            for what, measure, y_title in (("cpu", "cpu_s", "CPU seconds"),
                                           ("memory", "own_mb", "memory of its own, MB")):
                text = self.plot(part, f"{title}: {y_title}", y_title, measure, commands)
                if text:
                    made.append(folder / f"{name}-{what}.svg")
                    made[-1].write_text(text, encoding="utf-8")
        return made

    def plot(self, part, title, y_title, measure, commands):
        plot = Plot(title, X_TITLES[part], y_title, lambda v: place_text(part, v), power_text)
        for command in commands:
            points = [(at, self.value(part, at, "varve", command, measure)) for at in self.places(part)]
            plot.line(command, [p for p in points if p[1]])
        if measure == "own_mb":
            plot.limit(MEMORY_LIMIT, 64 + 32 * (os.cpu_count() or 1))
        return plot.svg() if plot.series else None

    def table(self, part, tool, cell, unit):
        """The largest three places; the plots have all."""
        places = [at for at in self.places(part) if any(k[:3] == (part, at, tool) for k in self.rows)][-3:]
        lines = [f"| {tool}, {unit} | " + " | ".join(place_text(part, at) for at in places) + " |",
                 "|---|" + "---|" * len(places)]
        for command in self.commands(part):
            cells = [cell(at, command) for at in places]
            if any(cells):
                lines.append(f"| `{command}` | " + " | ".join(cells) + " |")
        return lines if len(lines) > 2 else []

    def markdown(self):
        out = ["# Growth of each command's cost", "",
               "Made by `./dev bench scale` from [scale.csv](scale.csv), which also has the elapsed seconds, smaller "
               "sizes and git's memory. Each command ran once. Memory is a process's own, without mapped files; where none is given, the "
               "command was over before it could be looked at, or never had 4 MB.", ""]
        for part, title in PARTS.items():
            if not self.places(part):
                continue
            out += [f"## {title}", ""]
            for tool in ("varve", "git"):
                def cpu(at, command):
                    row = self.rows.get((part, at, tool, command), {})
                    return "failed" if row.get("failed") else short(row.get("cpu_s"))

                def memory(at, command):
                    used = [self.value(part, p, tool, command, "own_mb") or 0 for p in self.places(part)]
                    return short(self.value(part, at, tool, command, "own_mb")) if max(used) >= SMALL_MB else ""

                def stored(at, command):
                    value = self.value(part, at, tool, command, "bytes")
                    return bytes_text(value) if value is not None else ""
                for cell, unit in ((cpu, "CPU s"), (memory, "memory MB"), (stored, "stored")):
                    if cell is memory and tool == "git":
                        continue
                    lines = self.table(part, tool, cell, unit)
                    out += [*lines, ""] if lines else []
            for name, of, _, _ in PLOTS:
                if of == part:
                    out += [f"![{title}: CPU seconds]({name}-cpu.svg)", "",
                            f"![{title}: memory]({name}-memory.svg)", ""]
        return "\n".join(out).rstrip() + "\n"
