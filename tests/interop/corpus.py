"""Takes foreign text files in with varve, gets them back, and compares their cells with those that Python reads.

corpus.py VARVE ARCHIVE...: sdists. Of chardet's, files whose folder names an encoding that both know are lines of text: a
table of one column without a header. Shift_JIS and Big5 are read as browsers read them (windows-31j, cp950), and so is
TIS-620 (windows-874). Of the others', CSV files are read as they are found to be written, the same by Python's csv; those that
are refused are counted and have to name a line. Prints "N files, F failed", and a line for each that failed; exits 1 if any did.
"""
import csv
import io
import json
import os
import re
import subprocess
import sys
import tarfile

VARVE = sys.argv[1]

# As folders of chardet name them: what varve and Python call them.
ENCODINGS = {
    'Big5': ('Big5', 'cp950'), 'CP932': ('windows-31j', 'cp932'), 'CP949': ('UHC', 'cp949'),
    'EUC-JP': ('EUC-JP', 'euc_jp'), 'EUC-KR': ('EUC-KR', 'euc_kr'), 'GB2312': ('GB18030', 'gb18030'),
    'IBM855': ('IBM855', 'cp855'), 'IBM866': ('IBM866', 'cp866'), 'KOI8-R': ('KOI8-R', 'koi8_r'),
    'SHIFT_JIS': ('Shift_JIS', 'cp932'), 'UTF-16': ('UTF-16', 'utf_16'),
    'UTF-16BE': ('UTF-16BE', 'utf_16_be'), 'UTF-16LE': ('UTF-16LE', 'utf_16_le'),
    'utf-8': ('UTF-8', 'utf_8'), 'utf-8-sig': ('UTF-8', 'utf_8_sig'), 'ascii': ('UTF-8', 'ascii'),
    'TIS-620': ('windows-874', 'cp874'), 'MacCyrillic': ('MACCYRILLIC', 'mac_cyrillic'),
}

# What is as it is for a reason: characters that an encoding has twice stay bytes in the cells; a file of NULs is no text.
TWICE, BINARY = 'CP932/www2.chuo-u.ac.jp-suishin.xml', 'ascii/_mozilla_bug638318_text.html'


def encoding_of(folder):
    if folder in ENCODINGS:
        return ENCODINGS[folder]
    found = re.match(r'(iso-8859-\d+|windows-\d+)', folder)
    return found and (found[1], found[1].replace('windows-', 'cp'))


def run(*words):
    return subprocess.run([VARVE, *words], capture_output=True)


def rows_of(path):
    """The cells of a table, as its rows give them."""
    done = run('cat', '--format', 'ndjson', ':' + path)
    if done.returncode != 0:
        return [['cat: ' + done.stderr.decode(errors='replace').split(chr(10))[0]]]
    return [list(json.loads(line).values()) for line in done.stdout.decode('utf-8').splitlines() if line]


def expected_lines(data, encoding):
    """None: Python does not read it in this encoding."""
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return None
    text = text.removeprefix('\ufeff')
    return [[line] for line in re.split(r'\r\n|\n|\r', text) if line]


def check(path, data, words, expected):
    with open(path, 'wb') as file:
        file.write(data)
    done = run('add', '-q', '--as', 'table', '--no-key', *words, path)
    if done.returncode != 0:
        return 'refused: ' + done.stderr.decode(errors='replace').split('\n')[0]
    os.remove(path)
    back = run('restore', path)
    if back.returncode != 0 or open(path, 'rb').read() != data:
        return 'does not come back: ' + back.stderr.decode(errors='replace').split('\n')[0]
    if expected is None:
        return None
    got = [[json_text(cell) for cell in row] for row in rows_of(path)]
    if got != expected:
        at = next((i for i, pair in enumerate(zip(got, expected)) if pair[0] != pair[1]), min(len(got), len(expected)))
        return f'row {at + 1} of {len(got)} and {len(expected)}: {got[at:at + 1]!r} not {expected[at:at + 1]!r}'
    return None


DELIMITERS = {'comma': ',', 'semicolon': ';', 'tab': '\t', 'pipe': '|'}


def csv_rows(data, delimiter):
    return [row for row in csv.reader(io.StringIO(data.decode('utf-8-sig'), newline=''), delimiter=delimiter) if row]


def check_table(path, data):
    """None: right; 'refused': a line of it is no row."""
    with open(path, 'wb') as file:
        file.write(data)
    done = run('add', '-q', path)
    if done.returncode != 0:
        why = done.stderr.decode(errors='replace').split('\n')[0]
        return 'refused' if re.search(r': line \d+, column \d+: ', why) else 'refused without a line: ' + why
    os.remove(path)
    if run('restore', path).returncode != 0 or open(path, 'rb').read() != data:
        return 'does not come back'
    shown = json.loads(run('info', '--quick', '--json', ':' + path).stdout)
    if shown['kind'] != 'table' or not shown['stored'] or shown['rows'] == 0:
        return None
    try:
        expected = csv_rows(data, DELIMITERS[shown['form'].split('-')[0]])[-shown['rows']:]
    except UnicodeDecodeError:
        return None if 'windows-1252' in shown['form'] or done.stderr else 'bytes that are not UTF-8, and no word of it'
    got = csv_rows(run('cat', '--format', 'csv', ':' + path).stdout, ',')[1:]
    width = max(map(len, got), default=0)
    filled = [row + [''] * (width - len(row)) for row in expected]
    return None if [row + [''] * (width - len(row)) for row in got] == filled else f'{got[:2]!r} not {filled[:2]!r}'


def json_text(cell):
    return cell if isinstance(cell, str) else '' if cell is None else json.dumps(cell)


def files_of(archive):
    with tarfile.open(archive) as tar:
        for member in sorted(tar.getmembers(), key=lambda m: m.name):
            if member.isfile() and member.size < (4 << 20):
                yield member.name, lambda m=member: tar.extractfile(m).read()


def main():
    count = failed = refused = 0
    for archive in sys.argv[2:]:
        for name, read in files_of(archive):
            if 'chardet' not in archive:
                if name.endswith(('.csv', '.tsv')):
                    why = check_table(f'{count}{os.path.splitext(name)[1]}', read())
                    count += 1
                    refused += why == 'refused'
                    failed += why not in (None, 'refused')
                    if why:
                        print(f'{name}: {why}')
                continue
            folder, base = os.path.split(name)
            known = encoding_of(os.path.basename(folder)) if '/tests/' in name else None
            if not known or base.endswith('.py'):
                continue
            data = read()
            # quotes are text in lines
            if name.endswith(BINARY):
                continue
            expected = None if name.endswith(TWICE) else expected_lines(data, known[1])
            why = check(f'f{count}.txt', data, ['--encoding', known[0], '--delimiter', 'none', '--quote', 'none', '--no-header',
                                                 '--skip-lines', '0', '--input-format', 'csv'],
                        expected)
            count += 1
            if why:
                failed += 1
                print(f'{name}: {why}')
    print(f'{count} files, {failed} failed, {refused} refused')
    return 1 if failed or count == 0 else 0


sys.exit(main())
