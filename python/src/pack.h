/*
 * pack.h: values on their way from libvarve to Python. They are written without the GIL, whole batches at a time,
 * and become objects once it is held again.
 *
 *	pack p = {0};
 *	pack_tuple(&p, 2);  pack_text(&p, name);  pack_int(&p, 7);
 *	object = pack_take(&p);
 */
#ifndef VARVE_PYTHON_PACK_H
#define VARVE_PYTHON_PACK_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "varve/varve.h"

typedef struct pack {
	unsigned char *at;
	size_t len, cap, read;
	bool failed; /* memory ran out; pack_take says so */
} pack;

void pack_none(pack *p);
void pack_int(pack *p, int64_t n);

/* A number; None for VARVE_UNKNOWN. */
void pack_row(pack *p, uint64_t n);

/* str, by UTF-8 with surrogateescape. */
void pack_str(pack *p, const char *text, size_t len);

/* str; None for NULL. */
void pack_text(pack *p, const char *text);

/* str as written; None if the cell is absent or null. */
void pack_cell(pack *p, const varve_cell *cell);
void pack_bytes(pack *p, const void *bytes, size_t len);

/* A tuple of the count values that are packed next. */
void pack_tuple(pack *p, size_t count);

/* The one value, or the count values as a list, as new references; frees the bytes. NULL: an exception. */
PyObject *pack_take(pack *p);
PyObject *pack_list(pack *p, size_t count);
void pack_clear(pack *p);

#endif
