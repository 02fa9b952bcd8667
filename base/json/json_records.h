/*
 * json_records: finds the array in a JSON document whose objects are rows, and the document around
 * it.
 *
 * The document around the rows is the text before the first one and the text after the last: one document with an empty
 * array. Arrays of objects inside the rows, or inside other arrays, do not count.
 */
#ifndef VV_BASE_JSON_JSON_RECORDS_H
#define VV_BASE_JSON_JSON_RECORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"

typedef struct vv_json_records {
	bool found;
	size_t bracket; /* offset of its '[' */
	vv_buf path;    /* of the array: a JSON Pointer (RFC 6901) */
	vv_buf second;  /* of another array of objects, where any may be taken; empty: none */
	size_t fault;   /* after VV_EINPUT: where */
} vv_json_records;

void vv_json_records_clear(vv_json_records *r);
VV_AUTO_CLEAR(vv_json_records, vv_json_records_clear)

/* Looks through the beginning of a document for the array at path: a JSON Pointer, or members' names with dots between
 * them; NULL: for one of objects. Not found is VV_OK. VV_EINPUT: not JSON before it. r must be initialised. */
vv_status vv_json_records_find(vv_json_records *r, const char *text, size_t len, const char *path,
			       vv_error *err);

/* Appends the path of the array whose '[' is at text[bracket]; false: not found. */
bool vv_json_records_path(vv_buf *out, const char *text, size_t bracket);
/* Is this the user's path, in either form? */
bool vv_json_records_is(const char *text, size_t bracket, const char *path);

/* The text around the rows. */
typedef struct vv_json_around {
	const char *before, *after;
	size_t before_len, after_len;
} vv_json_around;

/* Is it one document? VV_EINPUT; name is for messages. *second (may be NULL): appended the path of an array of objects
 * in it. */
vv_status vv_json_around_check(const vv_json_around *around, const char *name, vv_buf *second,
			       vv_error *err);

/* Appends the names of the members at the top that differ: "count, next". Nothing if the documents are the same but
 * for white space. */
vv_status vv_json_around_change(vv_buf *out, const vv_json_around *from, const vv_json_around *to,
				vv_error *err);

#endif
