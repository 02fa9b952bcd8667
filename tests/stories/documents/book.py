"""book.py FILE: writes a workbook of the cells on stdin, with Python's own library.

A line a cell: Prices!B2=4.5, Prices!A1=text, Prices!C1==SUM(B2:B3). Prices!width=30: the width of columns; Prices!chart=TEXT: a drawing.
book.py -l FILE prints the same lines of a workbook that it wrote or varve merged.
"""
import re
import sys
import zipfile
from xml.sax.saxutils import escape, unescape

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def cell(place, v):
    if v.startswith("="):
        return f'<c r="{place}"><f>{escape(v[1:])}</f><v>1</v></c>'
    if re.fullmatch(r"-?\d+(\.\d+)?", v):
        return f'<c r="{place}"><v>{v}</v></c>'
    return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{escape(v)}</t></is></c>'


def write(path):
    sheets = {}
    for line in sys.stdin.read().splitlines():
        place, _, v = line.partition("=")
        sheet, _, place = place.partition("!")
        sheets.setdefault(sheet, {})[place] = v
    links = lambda some: f'<Relationships xmlns="{PACKAGE}">' + "".join(f'<Relationship Id="r{i}" Type="{LINKS}/{k}" Target="{t}"/>' for i, (k, t) in enumerate(some)) + "</Relationships>"
    kinds = "application/vnd.openxmlformats-officedocument.spreadsheetml."
    parts = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="{kinds}sheet.main+xml"/>'
        + "".join(f'<Override PartName="/xl/worksheets/sheet{i}.xml" ContentType="{kinds}worksheet+xml"/>' for i in range(len(sheets))) + "</Types>",
        "_rels/.rels": links([("officeDocument", "xl/workbook.xml")]),
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{LINKS}"><sheets>' + "".join(f'<sheet name="{s}" sheetId="{i + 1}" r:id="r{i}"/>' for i, s in enumerate(sheets)) + "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": links([("worksheet", f"worksheets/sheet{i}.xml") for i in range(len(sheets))]),
    }
    for i, cells in enumerate(sheets.values()):
        width, chart = cells.pop("width", ""), cells.pop("chart", "")
        rows = {}
        for place, v in cells.items():
            rows.setdefault(int(re.sub("[A-Z]", "", place)), {})[place] = v
        body = "".join(f'<row r="{r}">{"".join(cell(p, row[p]) for p in sorted(row))}</row>' for r, row in sorted(rows.items()))
        parts[f"xl/worksheets/sheet{i}.xml"] = (f'<worksheet xmlns="{MAIN}" xmlns:r="{LINKS}">' + (f'<cols><col min="1" max="2" width="{width}" customWidth="1"/></cols>' if width else "")
                                                + f"<sheetData>{body}</sheetData>" + ('<drawing r:id="r0"/>' if chart else "") + "</worksheet>")
        if chart:
            parts[f"xl/worksheets/_rels/sheet{i}.xml.rels"] = links([("drawing", f"../drawings/drawing{i}.xml")])
            parts[f"xl/drawings/drawing{i}.xml"] = f"<drawing>{chart}</drawing>"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for name, text in parts.items():
            out.writestr(zipfile.ZipInfo(name), text)


def show(path):
    with zipfile.ZipFile(path) as book:
        names = re.findall(r'<sheet name="([^"]*)"', book.read("xl/workbook.xml").decode())
        for i, sheet in enumerate(names):
            for m in re.finditer(r'<c r="(\w+)"[^>]*?(?:/>|>(.*?)</c>)', book.read(f"xl/worksheets/sheet{i}.xml").decode()):
                formula, v = re.search("<f>(.*?)</f>", m[2] or ""), re.search("<(?:v|t)[^>]*>(.*?)</", m[2] or "")
                print(f"{sheet}!{m[1]}={'=' + unescape(formula[1]) if formula else unescape(v[1]) if v else ''}")


show(sys.argv[2]) if sys.argv[1] == "-l" else write(sys.argv[1])
