/*
 * column_rename: a column's name changed where it stands in a file: in the header line of
 * a CSV, in front of each value in NDJSON and JSON. All other bytes stay.
 */
#ifndef VV_LIB_WORK_ADD_COLUMN_RENAME_H
#define VV_LIB_WORK_ADD_COLUMN_RENAME_H

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "dataset/format/dialect.h"

/* The prologue of a CSV with the name of column `place` (0-based) replaced; appends.
 * VV_EINPUT when the prologue has no such column. */
vv_status vv_rename_header(vv_buf *out, const vv_dialect *d, size_t place, const char *name,
			   size_t len, vv_error *err);

/* Members of the rows' objects that are called `from` get the name `to`. Bytes go in and
 * out in pieces. */
typedef struct vv_rename_members {
	const char *from;
	size_t from_len;
	vv_buf to;       /* as it is written, with quotes */
	unsigned target; /* depth of the rows' objects: 1 (NDJSON), 2 (JSON array) */
	unsigned depth;
	bool in_string, escaped, key_next;
	bool in_key; /* the string under way is a member's name */
	vv_buf key;  /* its raw text so far, with the opening quote */
} vv_rename_members;

vv_status vv_rename_members_init(vv_rename_members *m, const vv_dialect *d, const char *from,
				 size_t from_len, const char *to, size_t to_len, vv_error *err);
void vv_rename_members_clear(vv_rename_members *m);
VV_AUTO_CLEAR(vv_rename_members, vv_rename_members_clear)
/* Appends what the bytes become to out (a name under way is held back). */
vv_status vv_rename_members_put(vv_rename_members *m, vv_buf *out, const char *bytes, size_t len,
				vv_error *err);

/* A Table Schema (compact JSON) with the column renamed everywhere; appends. */
vv_status vv_rename_in_schema(vv_buf *out, const char *json, size_t json_len, size_t place,
			      const char *from, const char *to, vv_error *err);

#endif
