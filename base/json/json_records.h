/*
 * json_records: finds the array of a JSON document whose objects are the rows of a table, and checks the text around
 * the rows.
 *
 * The text around the rows is the text before the first row and the text after the last row. Together they are a JSON
 * document in which the array of rows is empty. Only arrays of objects that are not inside another array can have rows.
 */
#ifndef VV_BASE_JSON_JSON_RECORDS_H
#define VV_BASE_JSON_JSON_RECORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"

/* The result of vv_json_records_find. */
typedef struct vv_json_records {
	bool found;     /* the array was found; bracket and path are valid */
	size_t bracket; /* the offset of the array's '[' */
	vv_buf path;    /* the array's path: a JSON Pointer (RFC 6901) */
	/* if no path was requested: the path of a second array of objects; empty: no second array was found */
	vv_buf second;
	size_t fault; /* after VV_EINPUT: the offset of the error */
} vv_json_records;

void vv_json_records_clear(vv_json_records *r);
VV_AUTO_CLEAR(vv_json_records, vv_json_records_clear)

/* Searches text, the beginning of a document, for the array at path: a JSON Pointer, or names of
 * members separated by dots. If path is NULL, searches for the first array of objects. Replaces the
 * content of r, which must have been zeroed before the first call. If the array is not found,
 * returns VV_OK, and r->found is false. VV_EINPUT: the text before the array is not JSON. */
vv_status vv_json_records_find(vv_json_records *r, const char *text, size_t len, const char *path,
			       vv_error *err);

/* Appends the path, a JSON Pointer, of the array whose '[' is at text[bracket]. Returns false if no
 * array begins at this position. */
bool vv_json_records_path(vv_buf *out, const char *text, size_t bracket);
/* Returns true if path, in either form that vv_json_records_find accepts, is the path of the array whose '[' is at
 * text[bracket]. */
bool vv_json_records_is(const char *text, size_t bracket, const char *path);

/* The text around the rows of one document; borrowed. */
typedef struct vv_json_around {
	const char *before, *after; /* the text before the first row, and after the last row */
	size_t before_len, after_len;
} vv_json_around;

/* Checks that the text around the rows is one JSON document. second may be NULL; else, if the document has an array of
 * objects, its path is appended to *second. VV_EINPUT: the text is not one JSON document; the message calls the
 * document by `name`. */
vv_status vv_json_around_check(const vv_json_around *around, const char *name, vv_buf *second,
			       vv_error *err);

/* Appends the names of the top-level members that differ between two documents: "count, next", at most five names; or
 * "their order", if only the order of the members differs; or "all", if a document is not an object. Appends nothing if
 * the documents differ at most in white space. */
vv_status vv_json_around_change(vv_buf *out, const vv_json_around *from, const vv_json_around *to,
				vv_error *err);

#endif
