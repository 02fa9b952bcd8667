"""Takes foreign text files in with varve, gets them back, and compares their cells with those that Python reads.

corpus.py VARVE SOURCE...: sdists, wheels, Debian's packages and sources, or folders. Of chardet's and uchardet's suites, files whose
name tells an encoding that both know are lines of text: a table of one column without a header. Shift_JIS and Big5 are read as
browsers read them (windows-31j, cp950), and so is TIS-620 (windows-874). Of the others, files called as tables are
read as they are found to be written, the same by Python's csv, and by pandas where it is installed; those that
are refused are counted and have to name a line. Prints "N files, F failed, R refused, P read by pandas", and a line for each that
failed or was refused; exits 1 if any failed.
"""
import bz2
import csv
import gzip
import io
import json
import lzma
import os
import re
import subprocess
import sys
import tarfile
import zipfile

try:
    import pandas
except ImportError:
    pandas = None

VARVE = sys.argv[1]
csv.field_size_limit(1 << 30)

# As chardet and uchardet name them: what varve and Python call them.
ENCODINGS = {
    'Big5': ('Big5', 'cp950'), 'CP932': ('windows-31j', 'cp932'), 'CP949': ('UHC', 'cp949'),
    'EUC-JP': ('EUC-JP', 'euc_jp'), 'EUC-KR': ('EUC-KR', 'euc_kr'), 'GB2312': ('GB18030', 'gb18030'),
    'IBM855': ('IBM855', 'cp855'), 'IBM866': ('IBM866', 'cp866'), 'KOI8-R': ('KOI8-R', 'koi8_r'),
    'SHIFT_JIS': ('Shift_JIS', 'cp932'), 'UTF-16': ('UTF-16', 'utf_16'),
    'UTF-16BE': ('UTF-16BE', 'utf_16_be'), 'UTF-16LE': ('UTF-16LE', 'utf_16_le'),
    'utf-8': ('UTF-8', 'utf_8'), 'utf-8-sig': ('UTF-8', 'utf_8_sig'), 'ascii': ('UTF-8', 'ascii'),
    'TIS-620': ('windows-874', 'cp874'), 'MacCyrillic': ('MACCYRILLIC', 'mac_cyrillic'),
    'big5': ('Big5', 'cp950'), 'euc-jp': ('EUC-JP', 'euc_jp'), 'euc-kr': ('EUC-KR', 'euc_kr'), 'gb18030': ('GB18030', 'gb18030'),
    'ibm852': ('IBM852', 'cp852'), 'ibm855': ('IBM855', 'cp855'), 'ibm862': ('IBM862', 'cp862'), 'ibm865': ('IBM865', 'cp865'),
    'ibm866': ('IBM866', 'cp866'), 'koi8-r': ('KOI8-R', 'koi8_r'), 'mac-cyrillic': ('MACCYRILLIC', 'mac_cyrillic'),
    'mac-centraleurope': ('MAC-CENTRALEUROPE', 'mac_latin2'), 'shift_jis': ('Shift_JIS', 'cp932'), 'tis-620': ('windows-874', 'cp874'),
    'uhc': ('UHC', 'cp949'), 'utf-16.be': ('UTF-16', 'utf_16'), 'utf-16.le': ('UTF-16', 'utf_16'),
}

# What is as it is for a reason: characters that an encoding has twice stay bytes in the cells; a file of NULs is no text.
TWICE, BINARY = 'CP932/www2.chuo-u.ac.jp-suishin.xml', 'ascii/_mozilla_bug638318_text.html'

DELIMITERS = {'comma': ',', 'semicolon': ';', 'tab': '\t', 'pipe': '|'}
TABLES = ('.csv', '.tsv', '.tab', '.csv.gz', '.csv.bz2', '.csv.xz')
UNPACK = {'.gz': gzip.decompress, '.bz2': bz2.decompress, '.xz': lzma.decompress}
READ_BY_PANDAS = 0


def encoding_of(name):
    """The encoding that a path tells: chardet's folder, uchardet's file."""
    folder, base = os.path.split(name)
    for word in (os.path.basename(folder), base.removesuffix('.txt')):
        if word in ENCODINGS:
            return ENCODINGS[word]
        found = re.match(r'(iso-8859-\d+|windows-\d+)', word)
        if found:
            return found[1], found[1].replace('windows-', 'cp')
    return None


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


def comes_back(path, data):
    os.remove(path)
    back = run('restore', path)
    if back.returncode != 0 or open(path, 'rb').read() != data:
        return 'does not come back: ' + back.stderr.decode(errors='replace').split('\n')[0]
    return None


def check_lines(path, data, name, twice):
    with open(path, 'wb') as file:
        file.write(data)
    known = encoding_of(name)
    # quotes are text in lines
    done = run('add', '-q', '--as', 'table', '--no-key', '--encoding', known[0], '--delimiter', 'none', '--quote', 'none', '--no-header',
               '--skip-lines', '0', '--input-format', 'csv', path)
    if done.returncode != 0:
        return 'refused: ' + done.stderr.decode(errors='replace').split('\n')[0]
    why, expected = comes_back(path, data), None if twice else expected_lines(data, known[1])
    if why or expected is None:
        return why
    got = [[json_text(cell) for cell in row] for row in rows_of(path)]
    return differ(got, expected)


def differ(got, expected):
    if got == expected:
        return None
    at = next((i for i, pair in enumerate(zip(got, expected)) if pair[0] != pair[1]), min(len(got), len(expected)))
    return f'row {at + 1} of {len(got)} and {len(expected)}: {got[at:at + 1]!r} not {expected[at:at + 1]!r}'


def json_text(cell):
    return cell if isinstance(cell, str) else '' if cell is None else json.dumps(cell)


def python_encoding(form):
    """What the words that describe the form have of an encoding."""
    found = re.search(r'UTF-16LE|UTF-16BE|windows-31j|windows-\d+|ISO-8859-\d+|KOI8-R|EUC-JP|EUC-KR|UHC|GB18030|Big5|IBM\d+', form)
    if not found:
        return 'utf-8-sig'
    return {'windows-31j': 'cp932', 'UHC': 'cp949'}.get(found[0], found[0].replace('windows-', 'cp'))


def filled(rows, width):
    return [list(row) + [''] * (width - len(row)) for row in rows]


def spelling(form):
    """How the words that describe the form say that cells are written, as Python's csv takes it."""
    quote = re.search(r'quote (\'(.)\'|none)', form)
    how = {'delimiter': DELIMITERS[form.split('-')[0]], 'skipinitialspace': 'space' in form}
    if quote:
        how.update({'quotechar': quote[2]} if quote[2] else {'quoting': csv.QUOTE_NONE})
    return how


def by_pandas(text, how, width):
    """All rows, the header among them; None: pandas reads no such file."""
    try:
        frame = pandas.read_csv(io.StringIO(text, newline=''), header=None, names=range(width), dtype=str, na_filter=False, index_col=False,
                                **how)
    except (pandas.errors.ParserError, ValueError):
        return None
    return frame.fillna('').values.tolist()


def check_table(path, data):
    """None: right; 'refused': a line of it is no row."""
    global READ_BY_PANDAS
    with open(path, 'wb') as file:
        file.write(data)
    pack = os.path.splitext(path)[1]
    named = path.endswith(('.csv', '.tsv'))
    done = run('add', '-q', *(['--as-csv'] if pack in UNPACK else [] if named else ['--as', 'table']), path)
    if done.returncode != 0:
        why = done.stderr.decode(errors='replace').split('\n')[0]
        return 'refused' if re.search(r': line \d+, character \d+: |columns, and the limit is ', why) else 'refused without a line: ' + why
    if pack in UNPACK:
        data, path = UNPACK[pack](data), os.path.splitext(path)[0]
    why = comes_back(path, data)
    shown = json.loads(run('info', '--quick', '--json', ':' + path).stdout)
    if why or shown['kind'] != 'table' or not shown['stored'] or shown['rowCount'] == 0:
        return why
    how = spelling(shown['form'])
    try:
        text = data.decode(python_encoding(shown['form'])).removeprefix('\ufeff')
    except UnicodeDecodeError:
        return None if done.stderr else f'bytes that are not {python_encoding(shown["form"])}, and no word of it'
    got = list(csv.reader(io.StringIO(run('cat', '--format', 'csv', ':' + path).stdout.decode('utf-8'), newline='')))[1:]
    width = max(map(len, got), default=0)
    got = filled(got, width)
    below = footer_rows(shown['form'])
    expected = [row for row in csv.reader(io.StringIO(text, newline=''), **how) if row]
    expected = filled(expected[:len(expected) - below][-shown['rowCount']:], width)
    why = differ(got, expected)
    if why or not pandas or below or '\0' in text: # which pandas leaves out
        return why
    theirs = by_pandas(text, how, width)
    if theirs is None:
        return None
    READ_BY_PANDAS += 1
    # lines of nothing but spaces are none to pandas
    why = differ([row for row in got if ''.join(row).strip()], [row for row in theirs[-shown['rowCount']:] if ''.join(row).strip()])
    return why and 'pandas: ' + why


def footer_rows(form):
    found = re.search(r'(\d+) lines? below', form)
    return int(found[1]) if found else 0


def of_tar(tar):
    for member in sorted(tar.getmembers(), key=lambda m: m.name):
        if member.isfile() and member.size < (8 << 20):
            yield member.name, lambda m=member: tar.extractfile(m).read()


def files_of(source):
    if os.path.isdir(source):
        for folder, _, names in sorted(os.walk(source)):
            for name in sorted(names):
                yield os.path.join(folder, name), lambda p=os.path.join(folder, name): open(p, 'rb').read()
    elif source.endswith('.whl'):
        with zipfile.ZipFile(source) as archive:
            for name in sorted(archive.namelist()):
                yield name, lambda n=name: archive.read(n)
    elif source.endswith('.deb'):
        data = subprocess.run(['dpkg-deb', '--fsys-tarfile', source], capture_output=True, check=True).stdout
        with tarfile.open(fileobj=io.BytesIO(data)) as tar:
            yield from of_tar(tar)
    else:
        with tarfile.open(source) as tar:
            yield from of_tar(tar)


def main():
    count = failed = refused = 0
    for source in sys.argv[2:]:
        lines = 'chardet' in os.path.basename(source)
        for name, read in files_of(source):
            if lines:
                if not re.search('/tests?/', name) or name.endswith(('.py', BINARY)) or not encoding_of(name):
                    continue
                why = check_lines(f'f{count}.txt', read(), name, name.endswith(TWICE))
            elif name.lower().endswith(TABLES):
                ending = next(e for e in TABLES if name.lower().endswith(e))
                why = check_table(f'{count}{ending}', read())
                refused += why == 'refused'
            else:
                continue
            count += 1
            failed += why not in (None, 'refused')
            if why:
                print(f'{name}: {why}')
    print(f'{count} files, {failed} failed, {refused} refused, {READ_BY_PANDAS} read by pandas')
    return 1 if failed or count == 0 else 0


sys.exit(main())
