"""Results, the table printed from them, and the JSON."""

import json
import os
import platform

# design: what varve is to reach, on two cores with a warm page cache. A text stands
# in the table as it is.
TARGETS = {
    ("first", "seconds"): "0.60", ("first", "MB"): "57.0",
    ("first", "peak MB"): "{memory}",
    ("change", "100 cells"): "0.05",
    ("versions-60", "seconds"): "0.90", ("versions-60", "MB"): "1.40",
    ("versions-60", "fsyncs/commit"): "<= 8", ("versions-200", "fsyncs/commit"): "<= 8",
    ("restore", "newest s"): "2 x cat", ("restore", "oldest s"): "2 x cat",
    ("start", "help ms"): "< 5", ("start", "status ms"): "< 10",
    ("history country-codes", "KB"): "< git gc",
    ("history sp500-constituents", "KB"): "1.5 x gc",
    ("huge", "peak MB"): "{memory}", ("resort", "peak MB"): "{memory}",
    ("diff-big", "100 changes"): "0.02 commits",
}


def target(bench, measure):
    text = TARGETS.get((bench, measure), "")
    return text.replace("{memory}", f"<= {64 + 32 * (os.cpu_count() or 1)}")


class Report:
    def __init__(self):
        self.benches = {}   # name -> {"title", "rows": {tool: {measure: [values]}}}
        self.notes = []

    def begin(self, bench, title):
        self.benches[bench] = {"title": title, "rows": {}}
        return bench

    def put(self, bench, tool, measure, values):
        """values: one number or several, of which the median is shown; None: not measured."""
        if values is None:
            return
        if not isinstance(values, list):
            values = [values]
        self.benches[bench]["rows"].setdefault(tool, {})[measure] = values

    def note(self, text):
        self.notes.append(text)

    def print_bench(self, bench):
        entry = self.benches[bench]
        measures = []
        for row in entry["rows"].values():
            measures += [m for m in row if m not in measures]
        lines = [[""] + measures]
        for tool, row in entry["rows"].items():
            lines.append([tool] + [shown(row.get(m)) for m in measures])
        wanted = [target(bench, m) for m in measures]
        if any(wanted):
            lines.append(["(varve is to reach)"] + wanted)
        widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
        print(f"\n{entry['title']}")
        for line in lines:
            cells = [line[0].ljust(widths[0])] + [c.rjust(w) for c, w in zip(line[1:], widths[1:])]
            print("  " + "  ".join(cells).rstrip(), flush=True)

    def write(self, path, versions):
        benches = []
        for name, entry in self.benches.items():
            rows = [{"tool": tool, "measure": measure, "median": middle(values),
                     "runs": len(values), "values": values,
                     **({"target": target(name, measure)}
                        if tool == "varve" and target(name, measure) else {})}
                    for tool, row in entry["rows"].items() for measure, values in row.items()]
            benches.append({"name": name, "title": entry["title"], "results": rows})
        document = {"machine": machine(), "versions": versions, "benches": benches,
                    "notes": self.notes}
        with open(path, "w", encoding="utf-8") as out:
            json.dump(document, out, indent=1)
            out.write("\n")


def middle(values):
    ordered = sorted(values)
    n = len(ordered)
    return ordered[n // 2] if n % 2 else (ordered[n // 2 - 1] + ordered[n // 2]) / 2


def shown(values):
    if not values:
        return "-"
    value = middle(values)
    if isinstance(value, int):
        return f"{value:,}"
    digits = 3 if abs(value) < 0.1 else 2 if abs(value) < 100 else 1
    return f"{value:,.{digits}f}"


def machine():
    model = ""
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:
            names = (x.split(":", 1)[1].strip() for x in lines if x.startswith("model name"))
            model = next(names, "")
    except OSError:
        pass
    return {"system": platform.platform(), "processor": model, "cores": os.cpu_count()}
