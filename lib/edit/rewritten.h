/*
 * rewritten: makes a file from a version of a table and the rows of an Arrow stream. The file may
 * then replace another file.
 *
 *	vv_auto(rewritten) made = {.file = NULL};
 *	rewritten_make(&made, stream, old, &place, &how, err);
 *	rewritten_use(&made, "prices.csv", err);		or only read it
 */
#ifndef VV_LIB_EDIT_REWRITTEN_H
#define VV_LIB_EDIT_REWRITTEN_H

#include "dataset/read/sniff.h"
#include "lib/arrow/in/rewrite.h"

typedef struct vv_subject vv_subject;

/* A new file. */
typedef struct rewritten {
	/* path of the file, which rewritten_clear removes unless rewritten_use was called */
	char *file;
	vv_sniff_hints form;            /* dialect of the file */
	char encoding[VV_ENCODING_MAX]; /* encoding of the file, to which `form` points */
	vv_buf warnings;                /* each on one line */
	char *schema;                   /* schema of a new table; else NULL */
} rewritten;

/* The location of a new file. */
typedef struct rewritten_place {
	const char *dir, *prefix; /* dir: folder of the file; prefix: beginning of its name */
	/* path of the table, whose extension determines the form of a new table */
	const char *path;
	/* the file to replace, whose mode the new file gets; may be NULL */
	const char *over;
} rewritten_place;

/* Makes a file at *place from the rows of `stream`, which it releases, also on failure. old: the
 * existing version to which the rows are applied, found but not opened; NULL: a new table is made.
 * how: options of the rewriting. *out must be zeroed, and cleared also on failure. Fails as
 * vv_subject_open, rewrite_open and rewrite_read do. */
vv_status rewritten_make(rewritten *out, struct ArrowArrayStream *stream, vv_subject *old,
			 const rewritten_place *place, const rewrite_options *how, vv_error *err);

/* Sets *same to true if the new file has the same bytes as `file`, else to false. */
vv_status rewritten_same(bool *same, const rewritten *r, const char *file, vv_error *err);

/* Replaces `file` with the new file, atomically and durably. The new file must have been made with
 * `over` set to `file`, on the same file system. */
vv_status rewritten_use(rewritten *r, const char *file, vv_error *err);

void rewritten_clear(rewritten *r);
VV_AUTO_CLEAR(rewritten, rewritten_clear)

#endif
