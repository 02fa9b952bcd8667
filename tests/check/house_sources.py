"""house_sources: the measures of `house` that are read from the sources.

A statement is a ';' outside comments and strings, so that the formatting does not matter; a line is a line of the
file; a token is what the compiler reads, so that denser statements do not count as less. Sections are
{name: {row: {column: number}}}."""
import collections
import os
import re

from circles import BLANK, DIRECTIVE, TOPS, File

# What stands beside the core: in the folders of the programs, and where it stood before they were there.
BESIDE = {
    "varve-web": r"cmd/web/|(cmd|lib)/work/web/|transport/server/|(cmd|lib)/work/serve/http|cmd/(varve/)?commands/web\.c",
    "varve-vault": r"cmd/vault/|(cmd|lib)/work/(vault|hold)/|cmd/(varve/)?commands/vault/|base/keys/"
                   r"|transport/(vault|hold|s3|places)/",
    "varve-sql": r"cmd/sql/",
    "varve-ipfs": r"cmd/ipfs/|transport/ipfs/|cmd/(varve/)?commands/(car|publish)\.c",
}

# A line that only opens, tests, frees or closes. What a test of an error does is not one, but for going away.
PLUMBING = re.compile(r"""
    (\}\s*else\s+)? if \s* \( !?\(?(rc|code|err|n|more|closed|ok|fine|failed) (\s* (<|<=|==|!=) \s* (0|VV_OK))? \)?\) \s*
        (\{ | return\ (rc|code|n|-1|false|NULL); | goto\ \w+; | break;)
    | if \s* \( ![\w.>-]+ \) \s* (\{ | return\ [\w( ]+\)?;)       # what is allocated or opened
    | return\ (rc|code|NULL|-1) \s*;
    | return\ rc\ <\ 0\ \?\ rc\ :\ \w+;
    | return\ vv_fail_nomem\(err\);
    | goto\ \w+; | (?!default)\w+:
    | (int|vv_status|vv_error)\ (rc|code|err|n)(\ =\ \w+)?;
    | (\(void\))? (\w+_)?(init|free|clear|close|dispose|release|unlock|end) \( [^()]* \);
    """, re.X)


TOKEN = re.compile(r"\w+|<<=|>>=|->|\+\+|--|&&|\|\||[-+*/%&|^<>=!]=|<<|>>|\.\.\.|[^\s\w]")
HEAD = re.compile(r"^/\*\n \* \w+(?:, \w+)*: ", re.M)  # the head of a noun


def tops(root):
    return [top for top in dict.fromkeys((*TOPS, "include", "lib")) if os.path.isdir(os.path.join(root, top))]


class Source:
    def __init__(self, root, path):
        self.path = path
        with open(os.path.join(root, path), encoding="utf-8") as f:
            text = f.read()
        self.code = BLANK.sub(lambda m: re.sub(r"[^\n]", " ", m[0]), text)
        self.lines = text.count("\n")
        self.statements = self.code.count(";")
        self.tokens = len(TOKEN.findall(self.code))
        self.nouns = len(HEAD.findall(text))
        # of each statement, how often it has ? :
        self.choices = [part.count("?") for part in re.split(r"[;{}]", self.code) if "?" in part]


def read(root):
    """{path: Source}"""
    found = {}
    for top in tops(root):
        for folder, _, names in sorted(os.walk(os.path.join(root, top))):
            for name in sorted(names):
                if name.endswith((".c", ".h")):
                    path = os.path.relpath(os.path.join(folder, name), root)
                    found[path] = Source(root, path)
    return found


def beside(path):
    """The program that path is for, if it stands beside the core."""
    return next((program for program, where in BESIDE.items() if re.match(where, path)), None)


def add(table, row, source):
    got = table.setdefault(row, {"files": 0, "lines": 0, "statements": 0, "tokens": 0})
    got["files"] += 1
    got["lines"] += source.lines
    got["statements"] += source.statements
    got["tokens"] += source.tokens


def folder_of(path, deep):
    parts = os.path.dirname(path).split("/")
    return "/".join(parts[:3 if parts[1:2] == ["work"] and deep else 2 if parts[0] in ("cmd", "lib", "transport") or deep else 1])


def by_folder(sources):
    groups = {program: {} for program in [None, *BESIDE]}
    for path, source in sources.items():
        program = beside(path)
        add(groups[program], folder_of(path, program is not None), source)
    table, total = {}, {}
    for program, rows in groups.items():
        for row in sorted(rows):
            table[row if not program else f"{row} ({program})"] = rows[row]
    for path, source in sources.items():
        program = beside(path)
        add(total, "beside the core" if program else "core", source)
        if program:
            add(total, f"  {program}", source)
        add(total, "all", source)
    for row in ("core", "beside the core", *(f"  {program}" for program in BESIDE), "all"):
        if row in total:
            table[row] = total[row]
    return table


class Links:
    """What a program links: the file with main, and the files that define what it names, and so on, as
    a linker takes objects out of archives; with the headers that these include."""

    def __init__(self, root, sources):
        here = os.getcwd()
        os.chdir(root)
        self.files = {path: File(path) for path in sources}
        os.chdir(here)
        # Of what a header declares it uses only what it names again, in a macro or an inline function.
        self.uses = {}
        for path, f in self.files.items():
            times = collections.Counter(re.findall(r"\w+", sources[path].code)) if path.endswith(".h") else {}
            self.uses[path] = {name for name in f.words - f.private - {"main"} if name not in f.declared or times.get(name, 0) > 1}
        self.at = {name: path for path, f in self.files.items() if path.endswith(".c") for name in f.defined}

    def programs(self):
        """{name: path of main}"""
        mains = [path for path, f in self.files.items() if path.endswith(".c") and "main" in f.defined]
        names = {path: os.path.basename(os.path.dirname(path)) for path in mains}
        return {"varve" if names[path] in ("cmd", "varve") else f"varve-{names[path]}": path for path in sorted(mains)}

    def reached(self, main):
        seen, left = {main}, [main]
        while left:
            path = left.pop()
            others = {self.at[name] for name in self.uses[path] if name in self.at}
            others |= {name for name in self.files[path].includes if name in self.files}
            left += others - seen
            seen |= others
        return seen


def by_program(root, sources):
    links = Links(root, sources)
    reached = {program: links.reached(main) for program, main in links.programs().items()}
    table = {}
    for program, paths in reached.items():
        others = set().union(*(reached[other] for other in reached if other != program))
        foreign = {path for path in paths if beside(path) not in (None, program)}
        for row, chosen in [(program, paths), (f"  {program} alone", paths - others), (f"  {program}, what is for others", foreign)]:
            for path in chosen:
                add(table, row, sources[path])
    return table


def headers(root, sources):
    """Headers with one includer beside the source of the same name: part of a noun that was cut."""
    includers = collections.defaultdict(set)
    for path, source in sources.items():
        with open(os.path.join(root, path), encoding="utf-8") as f:
            for name in re.findall(r'^\s*#\s*include\s*"([^"]*)"', f.read(), re.M):
                if name[:-2] != path[:-2]:
                    includers[name].add(path)
    own = [path for path in sources if path.endswith(".h") and not path.startswith("include/")]
    return {"headers": {"count": len(own)},
            "with one includer": {"count": sum(len(includers[path]) == 1 for path in own)},
            "internal, over 100 lines": {"count": sum(path.endswith("_internal.h") and sources[path].lines > 100 for path in own)}}


def hanging(root, sources, most=15):
    """The objects that a change of a header builds again; the headers on which most hang."""
    includes = {}
    for path in sources:
        with open(os.path.join(root, path), encoding="utf-8") as f:
            includes[path] = [name for name in re.findall(r'^\s*#\s*include\s*"([^"]*)"', f.read(), re.M) if name in sources]
    objects = collections.Counter()
    for path in sources:
        if path.endswith(".c"):
            seen, left = set(), [path]
            while left:
                new = set(includes[left.pop()]) - seen
                seen |= new
                left += new
            objects.update(seen)
    return {path: {"objects": count} for path, count in objects.most_common(most)}


def density(sources):
    """Statements with several ? : in them. check.density lets their number only fall."""
    choices = [count for path, source in sources.items() if path.endswith(".c") for count in source.choices]
    statements = sum(source.statements for path, source in sources.items() if path.endswith(".c"))
    return {"tokens per 1,000 statements": {"count": 1000 * sum(s.tokens for s in sources.values())
                                            // max(1, sum(s.statements for s in sources.values()))},
            "? : per 1,000 statements": {"count": 1000 * sum(choices) // max(1, statements)},
            "statements with two or more": {"count": sum(count > 1 for count in choices)},
            "statements with three or more": {"count": sum(count > 2 for count in choices)}}


def functions(sources):
    """Static functions; those without a noun in their name; and those that one place alone names: a name for a few lines,
    or a thought that was cut."""
    count = once = short = 0
    for path, source in sources.items():
        names = collections.Counter(re.findall(r"\b\w+\b", source.code))
        for name in set(re.findall(r"^static [\w *]+?\b(\w+)\([^;{]*?\)\s*\{", source.code, re.M)):
            declared = len(re.findall(rf"^static [^;{{=]*\b{name}\([^;{{]*\)\s*;", source.code, re.M))
            count += 1
            short += path.endswith(".c") and "_" not in name
            once += names[name] - declared == 2
    return {"static functions": {"count": count}, "of one word": {"count": short},
            "named once": {"count": once},
            "named once, %": {"count": round(100 * once / max(count, 1))}}


def rooms(root, sources):
    """Folders with sources, and words of the documents (as check.docs counts them)."""
    words = sum(len(open(os.path.join(folder, name), encoding="utf-8").read().split())
                for folder, _, names in os.walk(os.path.join(root, "docs")) for name in names if name.endswith(".md"))
    return {"rooms": {"count": len({os.path.dirname(path) for path in sources if path.endswith(".c")})}, "words in docs": {"count": words},
            "sources over 1,000 lines": {"count": sum(source.lines > 1000 for source in sources.values())},
            "sources with several nouns": {"count": sum(source.nouns > 1 for source in sources.values())}}


def structs(sources):
    """Those with their members in a header, and those that headers only name."""
    exposed, named = set(), set()
    for path, source in sources.items():
        if path.endswith(".h"):
            code = DIRECTIVE.sub("", source.code)
            exposed |= set(re.findall(r"\b(?:struct|union)\s+(\w+)\s*\{", code))
            exposed |= set(re.findall(r"^typedef\s+(?:struct|union)\s*\{.*?^\}\s*(\w+)\s*;", code, re.M | re.S))
            named |= set(re.findall(r"^(?:typedef\s+)?(?:struct|union)\s+(\w+)\s*(?:\w+\s*)?;", code, re.M))
    return {"exposed": {"count": len(exposed)}, "opaque": {"count": len(named - exposed)}}


def kinds_of_bytes(root):
    """Chapters of docs/formats/store.md, but for those about all of them; kinds of files below .git, which it lists; and
    what else is written down with the code that reads and writes it."""
    def titles(name, mark):
        try:
            with open(os.path.join(root, "docs", name), encoding="utf-8") as f:
                text = f.read()
        except FileNotFoundError:
            return [], ""
        return re.findall(rf"^{mark} (.*)$", text, re.M), text
    chapters, text = titles("formats/store.md", "##")
    general = ("Conventions", "Files", "Version 1", "A worked example")
    table = {"chapters of store.md": {"count": sum(title not in general for title in chapters)},
             "kinds of files in .git": {"count": len(re.findall(r"^\| `(?:\.git|<git dir)[^|]*\|", text, re.M))}}
    for name in ("formats/protocol.md", "formats/vault.md"):
        found = len(re.findall(r"^Code: ", titles(name, "##")[1], re.M))
        table[f"described in {name}"] = {"count": found}
    return table


def plumbing(sources):
    """By room, worst first: of the lines with code, in sources, how many open, test, free and close, and how many hold
    nothing but a brace."""
    counted = collections.defaultdict(collections.Counter)
    for path, source in sources.items():
        if not path.endswith(".c"):
            continue
        for line in source.code.split("\n"):
            line = line.strip()
            if line:
                kind = "braces" if line in ("{", "}", "};") else "plumbing" if PLUMBING.fullmatch(line) else "meaning"
                for row in (os.path.dirname(path), "all"):
                    counted[row][kind] += 1
    rows = {}
    for row, kinds in counted.items():
        total = sum(kinds.values())
        rows[row] = {"plumbing %": round(100 * kinds["plumbing"] / total, 1),
                     "braces %": round(100 * kinds["braces"] / total, 1), "lines of code": total}
    return dict(sorted(rows.items(), key=lambda item: (item[0] == "all", -item[1]["plumbing %"])))


def measure(root):
    sources = read(root)
    return {
        "folders": by_folder(sources),
        "programs": by_program(root, sources),
        "headers": headers(root, sources),
        "objects that hang on a header": hanging(root, sources),
        "density": density(sources),
        "functions": functions(sources),
        "rooms": rooms(root, sources),
        "structs in headers": structs(sources),
        "kinds of bytes": kinds_of_bytes(root),
        "plumbing": plumbing(sources),
    }
