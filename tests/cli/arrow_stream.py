#!/usr/bin/env python3
"""arrow_stream.py [FILE]: reads an Arrow IPC stream with nothing but Python, checks what readers rely on, and prints JSON:
a line with name, type and nullability of each column, then a line for each row.

Format: Apache Arrow, "Arrow columnar format" (Serialization and IPC), Schema.fbs and Message.fbs; FlatBuffers internals."""
import json
import struct
import sys

TYPES = {1: 'null', 2: 'int', 3: 'float', 4: 'binary', 5: 'utf8', 6: 'bool', 7: 'decimal', 8: 'date', 9: 'time',
	 10: 'timestamp', 18: 'duration'}
data = (open(sys.argv[1], 'rb') if len(sys.argv) > 1 else sys.stdin.buffer).read()


class Table:
	"""A table of FlatBuffers in a message."""

	def __init__(self, buf, at):
		self.buf, self.at = buf, at
		self.places = at - struct.unpack_from('<i', buf, at)[0]
		assert at % 4 == 0 and self.places >= 4

	def place(self, i):
		size, = struct.unpack_from('<H', self.buf, self.places)
		offset = struct.unpack_from('<H', self.buf, self.places + 4 + 2 * i)[0] if 4 + 2 * i < size else 0
		return self.at + offset if offset else None

	def number(self, i, form):
		at = self.place(i)
		if at is None:
			return 0
		assert at % struct.calcsize(form) == 0
		return struct.unpack_from('<' + form, self.buf, at)[0]

	def target(self, i):
		at = self.place(i)
		return None if at is None else at + struct.unpack_from('<I', self.buf, at)[0]

	def table(self, i):
		at = self.target(i)
		return None if at is None else Table(self.buf, at)

	def text(self, i):
		at = self.target(i)
		if at is None:
			return None
		size, = struct.unpack_from('<I', self.buf, at)
		assert self.buf[at + 4 + size] == 0
		return self.buf[at + 4:at + 4 + size].decode()

	def vector(self, i):
		at = self.target(i)
		return (0, 0) if at is None else (at + 4, struct.unpack_from('<I', self.buf, at)[0])

	def tables(self, i):
		at, count = self.vector(i)
		return [Table(self.buf, p + struct.unpack_from('<I', self.buf, p)[0]) for p in range(at, at + 4 * count, 4)]

	def pairs(self, i):
		at, count = self.vector(i)
		assert at % 8 == 0
		return [struct.unpack_from('<qq', self.buf, at + 16 * k) for k in range(count)]


def messages():
	at = 0
	while True:
		mark, size = struct.unpack_from('<Ii', data, at)
		assert mark == 0xffffffff and at % 8 == 0
		if size == 0:
			assert at + 8 == len(data), 'bytes after the end'
			return
		meta = data[at + 8:at + 8 + size]
		m = Table(meta, struct.unpack_from('<I', meta)[0])
		body = at + 8 + size
		length = m.number(3, 'q')
		assert m.number(0, 'h') == 4 and length % 8 == 0 and body % 64 == 0
		yield m.number(1, 'B'), m.table(2), data[body:body + length]
		at = body + length


def describe(number, field):
	kind, t = TYPES[field.number(2, 'B')], field.table(3)
	if kind == 'int':
		kind = ('int' if t.number(1, '?') else 'uint') + str(t.number(0, 'i'))
	elif kind == 'float':
		kind += ('16', '32', '64')[t.number(0, 'h')]
	elif kind == 'timestamp':
		kind += '[' + ('s', 'ms', 'us', 'ns')[t.number(0, 'h')] + (', ' + t.text(1) if t.text(1) else '') + ']'
	elif kind == 'date':
		kind += ('32', '64')[t.number(0, 'h')]
	elif kind == 'decimal':
		kind += '(%d, %d)' % (t.number(0, 'i'), t.number(1, 'i'))
	assert field.tables(5) == []
	if encoding := field.table(4):
		kind += ' by ' + ('int' if encoding.table(1).number(1, '?') else 'uint') + str(encoding.table(1).number(0, 'i'))
		assert encoding.number(0, 'q') == number
	return [field.text(0), kind, field.number(1, '?')]


FORMS = {'int8': 'b', 'int32': 'i', 'int64': 'q', 'float64': 'd', 'date32': 'i'}


def values(kind, rows, nulls, take, texts=None):
	if ' by ' in kind:
		return [None if at is None else texts[at] for at in values(kind.split(' by ')[1], rows, nulls, take)]
	valid = take()
	alive = [not valid or valid[r // 8] >> r % 8 & 1 for r in range(rows)]
	assert alive.count(0) == nulls, 'a count of nulls is wrong'
	if kind == 'utf8':
		ends, text = take(), take()
		ends = struct.unpack('<%di' % (rows + 1), ends) if rows else ()
		cells = [text[ends[r]:ends[r + 1]].decode() for r in range(rows)]
	elif kind == 'bool':
		bits = take()
		cells = [bool(bits[r // 8] >> r % 8 & 1) for r in range(rows)]
	elif kind.startswith('decimal'):
		scale = int(kind.split()[1][:-1])
		wide = take()
		numbers = [int.from_bytes(wide[16 * r:16 * r + 16], 'little', signed=True) for r in range(rows)]
		cells = [('-' if n < 0 else '') + (str(abs(n)).zfill(scale + 1)[:-scale] + '.' + str(abs(n)).zfill(scale + 1)[-scale:]
			 if scale else str(abs(n))) for n in numbers]
	else:
		form = FORMS.get(kind, 'q')
		cells = struct.unpack('<%d%s' % (rows, form), take())
	return [cell if ok else None for cell, ok in zip(cells, alive)]


columns, dictionaries = None, {}
for header, table, body in messages():
	if header == 1:
		assert columns is None and table.number(0, 'h') == 0
		columns = [describe(i, f) for i, f in enumerate(table.tables(1))]
		print(json.dumps(columns, ensure_ascii=False))
		continue
	assert columns is not None
	if header == 2:
		number, batch = table.number(0, 'q'), table.table(1)
		assert not table.number(2, '?')
	else:
		assert header == 3
		number, batch = None, table
	wanted = columns if number is None else [['', columns[number][1].split(' by ')[0], True]]
	rows, nodes, buffers = batch.number(0, 'q'), batch.pairs(1), iter(batch.pairs(2))
	assert batch.target(3) is None

	def take():
		at, length = next(buffers)
		assert at % 64 == 0 and 0 <= length and at + length <= len(body)
		return body[at:at + length]

	assert len(nodes) == len(wanted)
	read = []
	for i, ((name, kind, nullable), (count, nulls)) in enumerate(zip(wanted, nodes)):
		assert count == rows and (nullable or nulls == 0)
		read.append(values(kind, rows, nulls, take, dictionaries.get(i)))
	assert next(buffers, None) is None
	if number is not None:
		dictionaries[number] = read[0]
		assert len(set(read[0])) == rows
		continue
	for row in zip(*read):
		print(json.dumps(row, ensure_ascii=False))
assert columns is not None
