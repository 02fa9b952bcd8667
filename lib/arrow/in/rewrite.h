/*
 * rewrite: writes a new version of a file from the old version and incoming Arrow rows. Cells whose
 * values are unchanged keep their spelling.
 *
 * 	rewrite_open(&w, stream, old, path, &options, err);
 * 	... rewrite_read, which is the read function of a vv_source, until the end
 * 	rewrite_close(w);
 *
 * Rows that arrive in the order of the old version are streamed. If the file must have the old
 * order, all batches are kept in memory until the end. Otherwise, rows that arrive in another order
 * are buffered, up to a limit.
 */
#ifndef VV_LIB_ARROW_IN_REWRITE_H
#define VV_LIB_ARROW_IN_REWRITE_H

#include <sys/types.h>

#include "base/auto.h"
#include "dataset/read/sniff.h"
#include "dataset/table/table.h"
#include "lib/arrow/in/layout.h"
#include "varve/arrow.h"

/* A new file, made of incoming rows. */
typedef struct rewrite rewrite;

/* Sets *o to a copy of `given`, or to the defaults if `given` is NULL, and checks the values.
 * VV_ENOSUPPORT: an option has an unknown value. */
vv_status vv_put_arrow_take(varve_put_arrow_options *o, const varve_put_arrow_options *given,
			    vv_error *err);

/* Opens *out for writing the file at path. Moves the ownership of the stream to *out, also on
 * failure. `old` may be NULL: a new file is written, in the format that its name determines
 * (VV_EUSAGE: the name does not determine a format). VV_ESCHEMA: the columns do not match those of
 * the old version. */
vv_status rewrite_open(rewrite **out, struct ArrowArrayStream *stream, vv_table *old,
		       const char *path, const rewrite_options *o, vv_error *err);
void rewrite_close(rewrite *w); /* accepts NULL */
VV_AUTO_FREE(rewrite, rewrite_close)

/* Writes the next bytes of the file, at most len, in the encoding of the old version, to bytes. w:
 * the rewrite. Returns their number, 0 at the end, or a negative vv_status. VV_EREFUSED: more than
 * half of the old rows would be removed. VV_EINPUT: a value has a character that the encoding
 * cannot represent. */
ssize_t rewrite_read(void *w, void *bytes, size_t len, vv_error *err);

/* Returns the numbers of changed rows and cells; complete after rewrite_read has returned 0.
 * Borrowed. */
const varve_arrow_changes *rewrite_changes(const rewrite *w);
/* Returns warnings about accepted losses, one per line; complete after rewrite_read has returned 0.
 * Borrowed. */
const char *rewrite_warnings(const rewrite *w);
/* Returns the schema of a new file, or NULL if there is an old version. Borrowed. */
const char *rewrite_schema(const rewrite *w);
/* Sets *out to the properties of the file's format that are determined before it is written.
 * Borrows from w. */
void rewrite_form(vv_sniff_hints *out, const rewrite *w);

#endif
