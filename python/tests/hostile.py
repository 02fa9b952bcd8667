"""hostile: documents that ask for more than they should, written in a few seconds: python3 hostile.py FOLDER."""
import sys
import zipfile
from pathlib import Path

import sampled

TYPES = '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>'
RELS = '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">%s</Relationships>'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OASIS = "urn:oasis:names:tc:opendocument:xmlns"
ODS = "application/vnd.oasis.opendocument.spreadsheet"


def relation(number, kind, target):
    return f'<Relationship Id="r{number}" Type="{OFFICE}/{kind}" Target="{target}"/>'


def book(file, pieces, strings=None, sheets=1):
    """A workbook whose sheets are all the same part, of pieces of XML inside of sheetData."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as z:
        z.writestr("[Content_Types].xml", TYPES)
        z.writestr("_rels/.rels", RELS % relation(1, "officeDocument", "xl/workbook.xml"))
        z.writestr("xl/workbook.xml", f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>' + "".join(
            f'<sheet name="S{i}" sheetId="{i}" r:id="r1"/>' for i in range(1, sheets + 1)) + "</sheets></workbook>")
        z.writestr("xl/_rels/workbook.xml.rels", RELS % (relation(1, "worksheet", "worksheets/sheet1.xml") + (
            relation(2, "sharedStrings", "sharedStrings.xml") if strings else "")))
        if strings:
            with z.open("xl/sharedStrings.xml", "w", force_zip64=True) as out:
                out.write(f'<sst xmlns="{MAIN}" count="1" uniqueCount="1">'.encode())
                for piece in strings:
                    out.write(piece)
                out.write(b"</sst>")
        with z.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as out:
            out.write(f'<worksheet xmlns="{MAIN}"><sheetData>'.encode())
            for piece in pieces:
                out.write(piece)
            out.write(b"</sheetData></worksheet>")


def cell(place, inside, attributes=""):
    return f'<c r="{place}"{attributes}>{inside}</c>'.encode()


def string(size):
    yield b"<si><t>"
    for _ in range(size >> 20):
        yield b"x" * (1 << 20)
    yield b"</t></si>"


SIZE = 2 << 30 if sampled.ALL else 300 << 20  # beyond the memory that the test gives a reader


def main(folder):
    row = [b'<row r="1">' + cell("A1", "<v>a</v>", ' t="str"') + b"</row>"]
    large = sampled.drawn(["rows.xlsx", "strings.xlsx"])
    if "rows.xlsx" in large:
        book(folder / "rows.xlsx", (b"<row>" + b"<c><v>1</v></c>" * 60_000 + b"</row>" for _ in range(SIZE // 900_000)))
    if "strings.xlsx" in large:
        book(folder / "strings.xlsx", [b'<row r="1">' + cell("A1", "<v>0</v>", ' t="s"') + b"</row>"], string(SIZE))
    book(folder / "sheets.xlsx", row, sheets=1_000_000)
    book(folder / "far.xlsx", [b'<row r="1">' + cell("A1", "<v>1</v>") + b'</row><row r="1048576">' + cell("XFD1048576", "<v>2</v>") + b"</row>"])
    book(folder / "cycle.xlsx", [b'<row r="1">' + cell("A1", "<f>B1</f><v>1</v>") + cell("B1", "<f>A1</f><v>1</v>") + b"</row>"])
    with zipfile.ZipFile(folder / "far.ods", "w") as z:
        z.writestr("mimetype", ODS)
        z.writestr("META-INF/manifest.xml", f'<m:manifest xmlns:m="{OASIS}:manifest:1.0"><m:file-entry m:full-path="/" m:media-type="{ODS}"/></m:manifest>')
        z.writestr("content.xml", "<office:document-content " + " ".join(f'xmlns:{n}="{OASIS}:{n}:1.0"' for n in ("office", "table", "text")) + "><office:body><office:spreadsheet>"
                   '<table:table table:name="S1"><table:table-row table:number-rows-repeated="1048576"><table:table-cell table:number-columns-repeated="16384" office:value-type="string">'
                   "<text:p>x</text:p></table:table-cell></table:table-row></table:table></office:spreadsheet></office:body></office:document-content>")
    whole = (folder / "cycle.xlsx").read_bytes()
    (folder / "cut.xlsx").write_bytes(whole[: len(whole) // 2])
    with zipfile.ZipFile(folder / "laughs.xlsx", "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("[Content_Types].xml", TYPES)
        z.writestr("_rels/.rels", RELS % relation(1, "officeDocument", "xl/workbook.xml"))
        laughs = "".join('<!ENTITY %s "%s">' % (b, f"&{a};" * 10) for a, b in zip("abcdefghi", "bcdefghij"))
        z.writestr("xl/workbook.xml", '<!DOCTYPE l [<!ENTITY a "' + "ha" * 50 + '">' + laughs
                   + f']><workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets><sheet name="&j;" sheetId="1" r:id="r1"/></sheets></workbook>')
        z.writestr("xl/_rels/workbook.xml.rels", RELS % relation(1, "worksheet", "worksheets/sheet1.xml"))
    (folder / "lie.parquet").write_bytes(b"PAR1" + b"\0" * 100 + b"\xff\xff\xff\x7fPAR1")
    (folder / "lie.arrow").write_bytes(b"\xff\xff\xff\xff\xff\xff\xff\x7f" + b"\0" * 100)
    (folder / "lie.db").write_bytes(b"SQLite format 3\0" + b"\x10\0\1\1\0\x40\x20\x20" + b"\xff" * 2000)
    (folder / "lie.sav").write_bytes(b"$FL2@(#) " + b"\xff" * 4000)
    (folder / "lie.dta").write_bytes(b"<stata_dta><header><release>118</release><byteorder>LSF</byteorder><K>\xff\xff" + b"\xff" * 4000)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
