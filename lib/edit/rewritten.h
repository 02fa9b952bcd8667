/*
 * rewritten: a file made of a version of it and of rows that come as Arrow, beside the one that it may take the place of.
 *
 *	vv_auto(rewritten) made = {.file = NULL};
 *	rewritten_make(&made, stream, old, &place, &how, err);
 *	rewritten_use(&made, "prices.csv", err);		or only look at it
 */
#ifndef VV_LIB_EDIT_REWRITTEN_H
#define VV_LIB_EDIT_REWRITTEN_H

#include "lib/arrow/in/rewrite.h"
#include "lib/names/version.h"

typedef struct rewritten {
	char *file; /* is removed with it, unless it was used */
	vv_sniff_hints form;
	char encoding[VV_ENCODING_MAX]; /* the form's */
	vv_buf warnings;                /* a line each */
	char *schema;                   /* of a new table; or NULL */
} rewritten;

typedef struct rewritten_place {
	const char *dir, *prefix; /* of the file's name */
	const char *path;         /* of the table: its ending is the form of a new one */
	const char *over;         /* the file that it is to replace, with its mode, or NULL */
} rewritten_place;

/* Takes the stream, in any case. old, which was found: the version that the rows are laid over; NULL: a new table. Errors as for
 * rewrite_open and rewrite_read. */
vv_status rewritten_make(rewritten *out, struct ArrowArrayStream *stream, vv_subject *old,
			 const rewritten_place *place, const rewrite_options *how, vv_error *err);

/* Are its bytes those of another file? */
vv_status rewritten_same(bool *same, const rewritten *r, const char *file, vv_error *err);

/* The file takes its place, in one step and durably: it was made `over` that one, on the same file system. */
vv_status rewritten_use(rewritten *r, const char *file, vv_error *err);

void rewritten_clear(rewritten *r);
VV_AUTO_CLEAR(rewritten, rewritten_clear)

#endif
