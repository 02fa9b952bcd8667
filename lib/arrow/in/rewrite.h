/*
 * rewrite: writes a new version of a file from the old version and incoming Arrow rows. Cells whose
 * values are unchanged keep their spelling.
 *
 *	rewrite_open(&w, stream, old, path, &options, err);
 *	... rewrite_read, which is the read function of a vv_source, until the end
 *	rewrite_close(w);
 *
 * Rows that arrive in the order of the old version are streamed. Rows that arrive in another order
 * are buffered, up to a limit. All batches are kept in memory until the end in two cases: the file
 * must have the old order and rows may change, or the dialect of the old version has comments.
 */
#ifndef VV_LIB_ARROW_IN_REWRITE_H
#define VV_LIB_ARROW_IN_REWRITE_H

#include <sys/types.h>

#include "base/auto.h"
#include "lib/arrow/in/layout.h"
#include "varve/arrow.h"

typedef struct vv_sniff_hints vv_sniff_hints;
typedef struct vv_table vv_table;

/* A new file, made of incoming rows. */
typedef struct rewrite rewrite;

/* Sets *o to a copy of `given`, or to the defaults if `given` is NULL, and checks the values.
 * VV_ENOSUPPORT: an option has an unknown value. Defined in lib/put_arrow.c. */
vv_status vv_put_arrow_take(varve_put_arrow_options *o, const varve_put_arrow_options *given,
			    vv_error *err);

/* Opens *out for writing the file at path. old: the old version, borrowed until rewrite_close;
 * NULL: write a new file, in the format that its name determines. Consumes the stream, also on
 * failure. On failure, sets *out to NULL. VV_EUSAGE: the name of a new file does not determine a
 * format, or a table cannot store a column of the stream. VV_ESCHEMA: the columns do not match
 * those of the old version. VV_ENOTFOUND: the stream lacks a column of o->key. */
vv_status rewrite_open(rewrite **out, struct ArrowArrayStream *stream, vv_table *old,
		       const char *path, const rewrite_options *o, vv_error *err);
void rewrite_close(rewrite *w); /* accepts NULL */
VV_AUTO_FREE(rewrite, rewrite_close)

/* Writes the next bytes of the file, at most len, in the encoding of the old version, to bytes. w:
 * the rewrite. Returns their number, 0 at the end, or a negative vv_status. VV_EREFUSED: more than
 * half of the old rows would be removed, and the mode is VARVE_ARROW_REPLACE_MOST. VV_EINPUT: a row
 * or value cannot be written, for example because two rows have the same key, or because the
 * encoding lacks a character. */
ssize_t rewrite_read(void *w, void *bytes, size_t len, vv_error *err);

/* Returns the numbers of changed rows and cells; complete after rewrite_read has returned 0.
 * Borrowed. */
const varve_arrow_changes *rewrite_changes(const rewrite *w);
/* Returns warnings about values that will not be read back unchanged, one per line; "" if there are
 * none. Complete after rewrite_read has returned 0. Borrowed. */
const char *rewrite_warnings(const rewrite *w);
/* Returns the Table Schema of a new file, as JSON, or NULL if there is an old version. Borrowed. */
const char *rewrite_schema(const rewrite *w);
/* Returns the Table Schema of the columns that the old version lacks, as JSON; NULL if there is no
 * old version. Borrowed. */
const char *rewrite_added_schema(const rewrite *w);
/* Sets the members of *out that describe the file's format; does not change other members. *out
 * then borrows from w. */
void rewrite_form(vv_sniff_hints *out, const rewrite *w);

#endif
