/*
 * rewritten: makes a file from a version of a table and rows of an Arrow stream, beside the file that it may replace.
 *
 *	vv_auto(rewritten) made = {.file = NULL};
 *	rewritten_make(&made, stream, old, &place, &how, err);
 *	rewritten_use(&made, "prices.csv", err);		or only read it
 */
#ifndef VV_LIB_EDIT_REWRITTEN_H
#define VV_LIB_EDIT_REWRITTEN_H

#include "lib/arrow/in/rewrite.h"
#include "lib/names/version.h"

typedef struct rewritten {
	char *file; /* removed by rewritten_clear, unless it was used */
	vv_sniff_hints form;
	char encoding[VV_ENCODING_MAX]; /* the form's */
	vv_buf warnings;                /* a line each */
	char *schema;                   /* of a new table; or NULL */
} rewritten;

typedef struct rewritten_place {
	const char *dir, *prefix; /* of the file's name */
	const char *path;         /* of the table: its extension decides the form of a new one */
	const char *over;         /* the file to replace, whose mode is kept; or NULL */
} rewritten_place;

/* Takes over the stream in any case. old: the version, which must exist, to which the rows are applied; NULL: a new table.
 * Errors as for rewrite_open and rewrite_read. */
vv_status rewritten_make(rewritten *out, struct ArrowArrayStream *stream, vv_subject *old,
			 const rewritten_place *place, const rewrite_options *how, vv_error *err);

/* Does the new file have the same bytes as `file`? */
vv_status rewritten_same(bool *same, const rewritten *r, const char *file, vv_error *err);

/* Replaces `file` by the new file, in one step and durably. The new file must have been made with `over` set to that file, on
 * the same file system. */
vv_status rewritten_use(rewritten *r, const char *file, vv_error *err);

void rewritten_clear(rewritten *r);
VV_AUTO_CLEAR(rewritten, rewritten_clear)

#endif
