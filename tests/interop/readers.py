"""Reads a pointer in place of its table with the readers that are installed: one line for each, "NAME fails" or
"NAME reads COLUMNS"."""
import sys

path, json = sys.argv[1:3]


def attempt(name, read):
	try:
		print(name, 'reads', *read())
	except Exception:
		print(name, 'fails')


try:
	import pandas
	attempt('pandas', lambda: pandas.read_csv(path).columns)
	attempt('pandas-python', lambda: pandas.read_csv(path, engine='python').columns)
	attempt('pandas-sniffed', lambda: pandas.read_csv(path, engine='python', sep=None).columns)
	attempt('pandas-json', lambda: pandas.read_json(json).columns)
except ImportError:
	pass
try:
	import polars
	attempt('polars', lambda: polars.read_csv(path).columns)
	attempt('polars-json', lambda: polars.read_json(json).columns)
except ImportError:
	pass
try:
	import pyarrow.csv
	attempt('pyarrow', lambda: pyarrow.csv.read_csv(path).column_names)
except ImportError:
	pass
