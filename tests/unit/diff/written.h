/*
 * written: compares two versions, and has the output of a diff writer, for tests.
 */
#ifndef VV_TESTS_UNIT_DIFF_WRITTEN_H
#define VV_TESTS_UNIT_DIFF_WRITTEN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"
#include "diff/write/writer.h"

/* One side: the bytes of a file. bytes NULL: the file does not exist. */
typedef struct vv_side {
	const char *bytes;
	size_t len;
	const char *schema; /* a Table Schema, or NULL */
} vv_side;

typedef struct vv_written_options {
	const char *path;       /* NULL: "data/t.csv" */
	const char *old_path;   /* the path of the old side, if it is another; may be NULL */
	const char *const *key; /* the declared key of both sides; NULL: no key */
	const char *const *by;  /* the key for the comparison only (--key); may be NULL */
	const char *const *rename;
	bool ignore_format, moves, ndjson;
	vv_diff_writer_options writer; /* the calls set write and payload */
} vv_written_options;

/* Returns a side with the bytes of text, which is borrowed. */
vv_side vv_side_text(const char *text);

/* Appends the output of the writer called form for one table. VV_EUSAGE: no such writer. */
vv_status vv_written(vv_buf *out, const char *form, const vv_side *a, const vv_side *b,
		     const vv_written_options *o, vv_error *err);

/* One of several tables in one output. */
typedef struct vv_written_pair {
	const char *path;
	vv_side a, b;
} vv_written_pair;
/* Like vv_written, for count tables in one output: begin, the tables, end. */
vv_status vv_written_all(vv_buf *out, const char *form, const vv_written_pair *pairs, size_t count,
			 const vv_written_options *o, vv_error *err);

/* Compares and writes one table again and again; each time, the next allocation fails. Asserts that
 * each failure is reported. */
void vv_written_without_memory(const char *form, const char *a, const char *b,
			       const vv_written_options *o);

#endif
