/*
 * written: what a writer makes of two versions, for tests.
 */
#ifndef VV_TESTS_UNIT_DIFF_WRITTEN_H
#define VV_TESTS_UNIT_DIFF_WRITTEN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"
#include "diff/write/writer.h"

/* One side: a file's bytes. NULL bytes: not there. */
typedef struct vv_side {
	const char *bytes;
	size_t len;
	const char *schema; /* a Table Schema, or NULL */
} vv_side;

typedef struct vv_written_options {
	const char *path; /* NULL: "data/t.csv" */
	const char *old_path;
	const char *const *key; /* declared on both sides; NULL: none */
	const char *const *by;  /* of the comparison only (--key) */
	const char *const *rename;
	bool ignore_format, moves, ndjson;
	vv_diff_writer_options writer; /* write and payload are set by the call */
} vv_written_options;

/* A text as a side. */
vv_side vv_side_text(const char *text);

/* Appends what the writer called form says of one table. */
vv_status vv_written(vv_buf *out, const char *form, const vv_side *a, const vv_side *b,
		     const vv_written_options *o, vv_error *err);

/* Several tables, one after the other, within one begin and end. */
typedef struct vv_written_pair {
	const char *path;
	vv_side a, b;
} vv_written_pair;
vv_status vv_written_all(vv_buf *out, const char *form, const vv_written_pair *pairs, size_t count,
			 const vv_written_options *o, vv_error *err);

/* Writes one table with every single allocation of comparing and writing failing once: each
 * time that has to be reported. */
void vv_written_without_memory(const char *form, const char *a, const char *b,
			       const vv_written_options *o);

#endif
