/*
 * pack.h: passes values from libvarve to Python. A thread without the GIL writes whole batches of
 * values as bytes; a thread with the GIL converts these bytes to Python objects.
 *
 * 	pack p = {0};
 * 	pack_tuple(&p, 2);  pack_text(&p, name);  pack_int(&p, 7);
 * 	object = pack_take(&p);
 */
#ifndef VARVE_PYTHON_PACK_H
#define VARVE_PYTHON_PACK_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "varve/varve.h"

/* Values that are not yet converted. Initialise with {0}. */
typedef struct pack {
	unsigned char *at;     /* the bytes of the values */
	size_t len, cap, read; /* read: the offset of the next value to convert */
	bool failed;           /* memory ran out; pack_take and pack_list raise MemoryError */
} pack;

/* The next functions add a value, whose Python type is given. */
void pack_none(pack *p);           /* None */
void pack_int(pack *p, int64_t n); /* int */

/* Adds an int; None if n is VARVE_UNKNOWN. */
void pack_row(pack *p, uint64_t n);

/* Adds a str, decoded from UTF-8 with the error handler surrogateescape. */
void pack_str(pack *p, const char *text, size_t len);

/* Adds a text that ends with NUL as a str, as pack_str does; None if text is NULL. */
void pack_text(pack *p, const char *text);

/* Adds the text of a cell, as the file spells it, as a str; None if the cell is absent or null. */
void pack_cell(pack *p, const varve_cell *cell);
void pack_bytes(pack *p, const void *bytes, size_t len); /* bytes */

/* Adds a tuple, whose items are the count values that are added next. */
void pack_tuple(pack *p, size_t count);

/* Converts the value of p, which must have exactly one (a tuple with its items is one value), and
 * frees the bytes. Returns a new reference; NULL: an exception is set. Needs the GIL. */
PyObject *pack_take(pack *p);
/* Converts count values to a list, and frees the bytes. Returns a new reference; NULL: an exception is set. Needs
 * the GIL. */
PyObject *pack_list(pack *p, size_t count);
void pack_clear(pack *p); /* frees the bytes */

#endif
