/*
 * pack: knows how values are in a pack: a letter, a number of eight bytes (a value, a count or a length), the bytes.
 */
#include "pack.h"

#include <stdlib.h>
#include <string.h>

static unsigned char *room(pack *p, size_t len)
{
	if (p->failed) return NULL;
	if (p->cap - p->len < len) {
		size_t cap = (p->cap < 256 ? 256 : p->cap * 2) + len;
		unsigned char *more = realloc(p->at, cap);

		if (!more) {
			p->failed = true;
			return NULL;
		}
		p->at = more;
		p->cap = cap;
	}
	p->len += len;
	return p->at + p->len - len;
}

static void put(pack *p, char letter, uint64_t n, const void *bytes, size_t len)
{
	unsigned char *at = room(p, 1 + sizeof(n) + len);

	if (!at) return;
	at[0] = (unsigned char)letter;
	memcpy(at + 1, &n, sizeof(n));
	if (len > 0) {
		memcpy(at + 1 + sizeof(n), bytes, len);
	}
}

void pack_none(pack *p)
{
	put(p, 'N', 0, NULL, 0);
}

void pack_int(pack *p, int64_t n)
{
	put(p, 'i', (uint64_t)n, NULL, 0);
}

void pack_row(pack *p, uint64_t n)
{
	put(p, n == VARVE_UNKNOWN ? 'N' : 'u', n, NULL, 0);
}

void pack_str(pack *p, const char *text, size_t len)
{
	put(p, 's', len, text, len);
}

void pack_text(pack *p, const char *text)
{
	if (text) {
		pack_str(p, text, strlen(text));
	} else {
		pack_none(p);
	}
}

void pack_cell(pack *p, const varve_cell *cell)
{
	if (cell->state == VARVE_CELL_ABSENT || cell->state == VARVE_CELL_NULL) {
		pack_none(p);
	} else {
		pack_str(p, cell->text, cell->len);
	}
}

void pack_bytes(pack *p, const void *bytes, size_t len)
{
	put(p, 'b', len, bytes, len);
}

void pack_tuple(pack *p, size_t count)
{
	put(p, 't', count, NULL, 0);
}

/* The next value. Tuples are nested as deep as this module packs them. */
static PyObject *take(pack *p)
{
	const unsigned char *at = p->at + p->read;
	const char *bytes = (const char *)at + 1 + sizeof(uint64_t);
	PyObject *tuple, *item;
	uint64_t n;

	memcpy(&n, at + 1, sizeof(n));
	p->read += 1 + sizeof(n);
	switch (*at) {
	case 'i':
		return PyLong_FromLongLong((int64_t)n);
	case 'u':
		return PyLong_FromUnsignedLongLong(n);
	case 's':
		p->read += n;
		return PyUnicode_DecodeUTF8(bytes, (Py_ssize_t)n, "surrogateescape");
	case 'b':
		p->read += n;
		return PyBytes_FromStringAndSize(bytes, (Py_ssize_t)n);
	case 't':
		break;
	default:
		return Py_NewRef(Py_None);
	}
	tuple = PyTuple_New((Py_ssize_t)n);
	for (Py_ssize_t i = 0; tuple && i < (Py_ssize_t)n; i++) {
		if (!(item = take(p)) || PyTuple_SetItem(tuple, i, item) < 0) {
			Py_CLEAR(tuple);
		}
	}
	return tuple;
}

PyObject *pack_take(pack *p)
{
	PyObject *value = p->failed ? PyErr_NoMemory() : take(p);

	pack_clear(p);
	return value;
}

PyObject *pack_list(pack *p, size_t count)
{
	PyObject *list = p->failed ? PyErr_NoMemory() : PyList_New((Py_ssize_t)count), *item;

	for (size_t i = 0; list && i < count; i++) {
		if (!(item = take(p)) || PyList_SetItem(list, (Py_ssize_t)i, item) < 0) {
			Py_CLEAR(list);
		}
	}
	pack_clear(p);
	return list;
}

void pack_clear(pack *p)
{
	free(p->at);
	*p = (pack){0};
}
