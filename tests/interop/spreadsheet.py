#!/usr/bin/python3
"""Tables that LibreOffice opened, formatted and saved as CSV come back with 'varve restore --spelling'.

    spreadsheet.py SEED FORMATS LOCALE...

For each locale, LibreOffice gets a CSV file whose columns hold numbers, dates, times and logical values. Each column gets one of the number formats
that LibreOffice offers in this locale (FORMATS of them, drawn by SEED; 0: all), and the file is saved with cells "as shown": without edits, and with.
Expected: at least 98 % of the cells are back, but for files that are refused as their encoding cannot be found; no value is invented, no edit is lost. An edit that is displayed as the old value was cannot be told
apart; it must be listed. Run it in an empty folder, with LibreOffice and its Python library (python3-uno)."""
import csv
import decimal
import io
import os
import pathlib
import random
import re
import subprocess
import sys
import time

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.lang import Locale

ROWS, COLUMNS, LEAST = 60, 8, 0.98
# types of number formats (com.sun.star.util.NumberFormat), and the kind of value that they get
TYPES = {2: "date", 4: "time", 6: "moment", 8: "price", 16: "number", 32: "number", 64: "number", 128: "share", 1024: "truth"}
# the character sets of LibreOffice's dialog: its number, Python's name, a mark
SETS = {"utf-8": (76, "utf-8", b""), "utf-8 with a mark": (76, "utf-8", b"\xef\xbb\xbf"), "utf-16": (65535, "utf-16", b""), "windows-1252": (1, "cp1252", b""),
        "windows-1250": (33, "cp1250", b""), "windows-1251": (34, "cp1251", b""), "iso-8859-1": (12, "latin-1", b""), "iso-8859-2": (13, "iso8859-2", b""),
        "iso-8859-15": (22, "iso8859-15", b""), "shift_jis": (64, "cp932", b""), "gb18030": (85, "gb18030", b"")}
NAMES = {"de": "Müller Straße Köln Größe Österreich Jäger", "fr": "Élodie garçon Noël œuvre çà forêt", "it": "città perché però Niccolò più virtù", "pl": "Łódź Gdańsk żółw Kraków gęś święto",
         "pt": "São João coração avó Conceição pão", "ja": "東京 大阪 鈴木 カタカナ 名古屋 ひらがな", "en": "Zoë café naïve Brontë résumé £12", "ru": "Москва Иван Наталья Сергей Казань Пермь",
         "zh": "北京 上海 张伟 产品 数量 单位", "nl": "coördinatie Zoë België één reëel ruïne", "sv": "Åsa Göteborg Malmö färg räksmörgås ö", "tr": "İstanbul ığdır şeker Çağrı gözlük ünlü",
         "es": "año señor jalapeño Málaga pingüino corazón", "cs": "Žluťoučký kůň Plzeň Dvořák řeka šťáva", "hu": "Győr árvíztűrő fúró Erdős kő ütő",
         "uk": "Київ Львів Ганна ґава їжак Євген", "ko": "서울 부산 김철수 사과 가격 수량"}
# the languages whose spreadsheets separate cells by semicolons
SEMICOLON = ("de", "fr", "it", "pl", "pt", "nl", "sv", "tr", "es", "cs", "ru", "hu", "uk")


def bare(name, value):
    p = PropertyValue()
    p.Name, p.Value = name, value
    return p


class Office:
    """A LibreOffice with a profile of its own, in one locale."""

    def __init__(self, folder, locale):
        self.locale = Locale(*locale.split("-"), "")
        user = folder / "user"
        user.mkdir(parents=True)
        (user / "registrymodifications.xcu").write_text(
            '<?xml version="1.0" encoding="UTF-8"?><oor:items xmlns:oor="http://openoffice.org/2001/registry"><item oor:path="/org.openoffice.Setup/L10N">'
            f'<prop oor:name="ooSetupSystemLocale" oor:op="fuse"><value>{locale}</value></prop></item></oor:items>')
        pipe = f"varve{os.getpid()}"
        self.process = subprocess.Popen(["soffice", "--headless", "--norestore", "--nologo", f"-env:UserInstallation=file://{folder}", f"--accept=pipe,name={pipe};urp;"],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        here = uno.getComponentContext()
        resolver = here.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", here)
        for _ in range(600):
            try:
                there = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
                break
            except Exception:  # not yet
                time.sleep(0.2)
        self.desktop = there.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", there)

    def open(self, path):
        return self.desktop.loadComponentFromURL(f"file://{path.absolute()}", "_blank", 0, (
            bare("Hidden", True), bare("FilterName", "Text - txt - csv (StarCalc)"), bare("FilterOptions", "44,34,76,1,,1033,false,true")))

    def save(self, book, path, charset):
        mark = 59 if self.locale.Language in SEMICOLON else 44
        number, _, bom = SETS[charset]
        book.storeToURL(f"file://{path.absolute()}", (bare("FilterName", "Text - txt - csv (StarCalc)"), bare("FilterOptions", f"{mark},34,{number},1,,0,false,true")))
        if bom:
            path.write_bytes(bom + path.read_bytes())
        return chr(mark)

    def formats(self, book):
        """(kind, format) of each format of the locale, but those of other calendars."""
        all_of, found = book.getNumberFormats(), {}
        for kind, values in TYPES.items():
            for key in all_of.queryKeys(kind, self.locale, False):
                # a type that has several: DATE has those of DATETIME, and so on
                found.setdefault(key, TYPES.get(all_of.getByKey(key).Type & ~1, values))
        return [(kind, text) for key, kind in sorted(found.items()) if not (text := all_of.getByKey(key).FormatString).startswith("[~")]

    def close(self):
        try:
            self.desktop.terminate()
        except Exception:  # it closes the pipe first
            pass
        self.process.wait(60)


def value(draw, kind, style):
    day = f"{draw.randint(1995, 2029)}-{draw.randint(1, 12):02}-{draw.randint(1, 28):02}"
    clock = f"{draw.randint(0, 23):02}:{draw.randint(0, 59):02}:{draw.randint(0, 59):02}"
    if kind == "date":
        return day
    if kind == "moment":
        return f"{day} {clock}"
    if kind == "time":
        return clock
    if kind == "truth":
        return draw.choice(("true", "false"))
    if kind == "share":
        return f"{draw.randint(1, 9999) / 10000:.4f}"
    if kind == "number" and style == 0:
        return str(draw.randint(-50000, 50000))
    if kind == "number" and style == 1:
        return repr(round(draw.uniform(-900, 900), draw.randint(1, 4)))
    return f"{draw.randint(-2000 if draw.random() < 0.2 else 1, 999999) / 100:.2f}"


def put_csv(path, rows):
    with open(path, "w", newline="", encoding="utf-8") as f:
        csv.writer(f, lineterminator="\n").writerows(rows)


def get_csv(path, mark=",", encoding="utf-8-sig"):
    return list(csv.reader(io.StringIO(path.read_bytes().decode(encoding), newline=""), delimiter=mark))


def number(text):
    try:
        return decimal.Decimal(text)
    except decimal.InvalidOperation:
        return None


def is_of(text, new, shown, old):
    """Whether a restored cell is an edit: its value, as much of it as was displayed, or what was displayed."""
    if text in (new, shown):
        return True
    a, b = number(text), number(new)
    if a is None or b is None:
        return shows(text, new) or shows(text, shown)
    for places in range(-2, 12):
        for way in (decimal.ROUND_HALF_UP, decimal.ROUND_HALF_EVEN, decimal.ROUND_HALF_DOWN):
            if b.quantize(decimal.Decimal(1).scaleb(-places), way) == a:
                return True
    digits = decimal.Context(prec=3)
    return any(decimal.Context(prec=p).create_decimal(b) == a for p in range(1, 7)) or digits.compare(a, b) == 0


def shows(text, new):
    """A date or time with a part of the other's numbers."""
    numbers = re.findall(r"\d+", text)
    return bool(numbers) and all(int(n) in [int(m) for m in re.findall(r"\d+", new)] + [0] for n in numbers)


class Counts(dict):
    """How many of what; lost: of each column of a table, and the first of them."""

    def __init__(self):
        super().__init__()
        self.lost, self.formats = {}, {}

    def add(self, what, n=1):
        self[what] = self.get(what, 0) + n

    def text(self):
        return ", ".join(f"{n} {what}" for what, n in sorted(self.items()))


def restore(table, counts, base, edits, shown, unedited, name):
    """Runs varve, and compares each cell. edits: (row, column): value; shown: the saved cells; unedited: as they were saved without edits."""
    saved = table.read_bytes()
    ran = subprocess.run(["varve", "restore", "--spelling", table.name], capture_output=True, text=True)
    if ran.returncode:
        # A file that is refused by name, and stays as it is, lost nothing: its characters are those of no known encoding.
        refused = "its encoding cannot be found" in ran.stderr and table.read_bytes() == saved
        counts.add("cells of refused files" if refused else "cells lost", sum(map(len, base)))
        print(f"{name}: {ran.stderr}")
        return
    back = get_csv(table)
    if len(back) != len(base):
        counts.add("cells lost", sum(map(len, base)))
        print(f"{name}: {len(back)} rows for {len(base)}")
        return
    listed = {(int(r), c) for r, c in re.findall(r"row (\d+), column (\S+): ", ran.stderr)}
    for c, first, last in re.findall(r"column (\S+): restored .* in rows (\d+) to (\d+)", ran.stderr):
        listed |= {(r, c) for r in range(int(first), int(last) + 1)}
    for r, was in enumerate(base):
        for c, old in enumerate(was):
            is_, new = back[r][c], edits.get((r, c))
            where = f"{name}, row {r}, {base[0][c]}: {old!r}, edited {new!r}, saved {shown[r][c]!r}, restored {is_!r}"
            if new is None:
                counts.add("cells back" if is_ == old else "cells lost")
                if is_ != old:
                    counts.lost.setdefault((name, base[0][c]), [0, f"{counts.formats.get(base[0][c], '')}: {where}"])[0] += 1
                if is_ not in (old, shown[r][c]) and not is_of(is_, old, shown[r][c], old):
                    counts.add("invented")
                    print("invented: " + where)
            elif shown[r][c] == unedited[r][c]:
                counts.add("undecidable and listed" if is_ != old or (r, base[0][c]) in listed else "undecidable and NOT listed")
                if is_ == old and (r, base[0][c]) not in listed:
                    print("not listed: " + where)
            elif is_ == old:
                counts.add("edits lost")
                print("lost: " + where)
            elif is_of(is_, new, shown[r][c], old):
                counts.add("edits kept" if is_ == new or number(is_) == number(new) is not None else "edits as displayed")
            else:
                counts.add("invented")
                print("invented: " + where)


def git(*words):
    subprocess.run(["git", *words], check=True, capture_output=True)


def make_edits(draw, base, kinds):
    edits = {}
    for c, (kind, style) in enumerate(kinds, 1):
        for r in draw.sample(range(1, ROWS + 1), 4 if kind != "truth" else 0):
            new = value(draw, kind, style)
            if new != base[r][c]:
                edits[r, c] = new
    for r in draw.sample(range(1, ROWS + 1), 4):
        edits[r, len(kinds) + 1] = base[draw.randint(1, ROWS)][-1] + " 2"
    return edits


def enter(sheet, edits):
    """As a user types them: numbers by value, the others as ISO dates and times."""
    for (r, c), new in edits.items():
        cell = sheet.getCellByPosition(c, r)
        if number(new) is not None:
            cell.setValue(float(new))
        elif not new[0].isdigit():
            cell.setString(new)
        else:
            had = cell.NumberFormat
            cell.setFormula(new)
            cell.NumberFormat = had


def table_of(draw, office, formats, folder, counts, name, charset="utf-8"):
    """One table: opened, formatted, saved without edits and with."""
    kinds = [(kind, draw.randint(0, 2)) for kind, _ in formats]
    words = NAMES[charset if charset in NAMES else office.locale.Language].split()
    zeros = draw.random() < 0.5
    heads = ["id"] + [f"c{i}" for i in range(1, len(kinds) + 1)] + ["name"]
    base = [heads] + [[f"{r:04}" if zeros else f"K{r}"] + [value(draw, *k) for k in kinds] + [draw.choice(words) + f" {draw.choice(words)}"] for r in range(1, ROWS + 1)]
    table = folder / "t.csv"
    put_csv(table, base)
    subprocess.run(["varve", "add", "-q", "--key", "id", table.name], check=True, capture_output=True)
    git("commit", "-q", "--allow-empty", "-m", "base")
    counts.formats = {f"c{i}": f for i, (_, f) in enumerate(formats, 1)}
    book = office.open(table)
    try:
        sheet = book.Sheets.getByIndex(0)
        for c, (_, text) in enumerate(formats, 1):
            key = book.getNumberFormats().queryKey(text, office.locale, False)
            sheet.Columns.getByIndex(c).NumberFormat = key if key >= 0 else book.getNumberFormats().addNew(text, office.locale)
        mark = office.save(book, table, charset)
        encoding = "utf-8-sig" if charset.startswith("utf-8") else SETS[charset][1]
        unedited = get_csv(table, mark, encoding)
        restore(table, counts, base, {}, unedited, unedited, name)
        edits = make_edits(draw, base, kinds)
        enter(sheet, edits)
        office.save(book, table, charset)
        restore(table, counts, base, edits, get_csv(table, mark, encoding), unedited, name + " with edits")
    finally:
        book.close(True)


def locale_of(seed, most, name, folder):
    draw, counts = random.Random(f"{seed} {name}"), Counts()
    office = Office(folder / f"office-{name}", name)
    try:
        book = office.open(folder / "empty.csv")
        formats = office.formats(book)
        book.close(True)
        draw.shuffle(formats)
        formats = formats[:most or None]
        for i in range(0, len(formats), COLUMNS):
            part = formats[i:i + COLUMNS]
            table_of(draw, office, part, folder, counts, f"{name}, table {i // COLUMNS}")
        charsets = sorted(SETS)
        for charset in charsets if most == 0 else draw.sample(charsets, 2):
            table_of(draw, office, draw.sample(formats, min(4, len(formats))), folder, counts, f"{name}, {charset}", charset)
    finally:
        office.close()
    return counts


def main():
    seed, most, locales = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
    folder, bad = pathlib.Path.cwd(), 0
    (folder / "empty.csv").write_text("a\n")
    if not (folder / ".git").exists():
        subprocess.run(["varve", "init", "-q"], check=True)
    for name in locales:
        counts = locale_of(seed, most, name, folder)
        for lost, first in counts.lost.values():
            print(f"{lost} cells lost: {first}")
        share = counts.get("cells back", 0) / max(1, counts.get("cells back", 0) + counts.get("cells lost", 0))
        print(f"{name}: {share:.2%} of the cells back: {counts.text()}", flush=True)
        bad += share < LEAST or any(counts.get(w, 0) for w in ("invented", "edits lost", "undecidable and NOT listed"))
    sys.exit(bad > 0)


if __name__ == "__main__":
    main()
