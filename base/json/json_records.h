/*
 * json_records: finds the array of a JSON document whose objects are the rows of a table, and checks the text around
 * the rows.
 *
 * The text around the rows is the text before the first row and the text after the last row. Together they are a JSON
 * document in which the array of rows is empty. Without a path, the array is found by its content: it is a member of
 * an object, is not inside another array, and its first element is an object. With a path, any array can be found.
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
	bool found;     /* true: the array was found, and bracket and path are set */
	size_t bracket; /* the offset of the array's '[' */
	vv_buf path;    /* the array's path: a JSON Pointer (RFC 6901) */
	/* the path of a second array of objects; empty: a path was given, or no second array was found */
	vv_buf second;
	size_t fault; /* after VV_EINPUT: the offset of the error */
} vv_json_records;

void vv_json_records_clear(vv_json_records *r);
VV_AUTO_CLEAR(vv_json_records, vv_json_records_clear)

/* Searches text, which may be only the beginning of a document, for the array at path: a JSON Pointer,
 * or names of members separated by dots. If path is NULL, searches for the first array of objects that
 * is a member of an object (see above). Replaces the content of r, which must have been zeroed before
 * the first call. If the array is not found, returns VV_OK, and r->found is false. VV_EINPUT: the text
 * before the array is not JSON, or is nested deeper than VV_JSON_DEPTH. */
vv_status vv_json_records_find(vv_json_records *r, const char *text, size_t len, const char *path,
			       vv_error *err);

/* Appends the path, a JSON Pointer, of the array whose '[' is at text[bracket]. Returns false if no
 * array begins at this position, if the text before it is not JSON, or if memory runs out. */
bool vv_json_records_path(vv_buf *out, const char *text, size_t bracket);
/* Returns true if path, in either form that vv_json_records_find accepts, is the path of the array whose '[' is at
 * text[bracket]. */
bool vv_json_records_is(const char *text, size_t bracket, const char *path);

/* The text around the rows of one document; borrowed. */
typedef struct vv_json_around {
	const char *before, *after; /* the text before the first row, and after the last row */
	size_t before_len, after_len;
} vv_json_around;

/* Checks that the text around the rows is one JSON document. If second is not NULL and this document has another array
 * of objects, as vv_json_records_find finds it without a path, appends the path of that array to *second. VV_EINPUT:
 * the text is not one JSON document; the message has `name` as the name of the document. */
vv_status vv_json_around_check(const vv_json_around *around, const char *name, vv_buf *second,
			       vv_error *err);

/* Appends the names of the top-level members that differ between two documents: "count, next". After five names,
 * appends the number of the others: " and 2 more". Appends "their order" if only the order of the members differs, and
 * "all" if a document is not an object or has more than 2,000 members. Appends nothing if the documents have the same
 * values: white space and the escapes in strings may differ. */
vv_status vv_json_around_change(vv_buf *out, const vv_json_around *from, const vv_json_around *to,
				vv_error *err);

#endif
