/*
 * rewrite: writes a new version of a file from the old version and incoming Arrow rows. Cells whose
 * values are unchanged keep their spelling.
 *
 *	rewrite_open(&w, stream, old, path, &options, err);
 *	... rewrite_read, which is the read function of a vv_source, until the end
 *	rewrite_close(w);
 *
 * Rows that arrive in the order of the old version are streamed. If the file must keep the old
 * order, all batches stay in memory until the end. Otherwise, rows that arrive in another order are
 * buffered, up to a limit.
 */
#ifndef VV_LIB_ARROW_IN_REWRITE_H
#define VV_LIB_ARROW_IN_REWRITE_H

#include <sys/types.h>

#include "base/auto.h"
#include "dataset/read/sniff.h"
#include "dataset/table/table.h"
#include "lib/arrow/in/layout.h"
#include "varve/arrow.h"

typedef struct rewrite rewrite;

/* Copies and checks the caller's options; `given` may be NULL. VV_ENOSUPPORT: an option has an
 * unknown value. */
vv_status vv_put_arrow_take(varve_put_arrow_options *o, const varve_put_arrow_options *given,
			    vv_error *err);

/* Takes ownership of the stream, also on failure. `old` may be NULL: a new file is then written, in
 * the format that its name determines (VV_EUSAGE: the name has no known format). VV_ESCHEMA: the
 * columns do not match those of the old version. */
vv_status rewrite_open(rewrite **out, struct ArrowArrayStream *stream, vv_table *old,
		       const char *path, const rewrite_options *o, vv_error *err);
void rewrite_close(rewrite *w); /* accepts NULL */
VV_AUTO_FREE(rewrite, rewrite_close)

/* Makes the next bytes, in the encoding of the old version. Returns their number, 0 at the end, or
 * a negative vv_status. VV_EREFUSED: more than half of the old rows would be removed. VV_EINPUT: a
 * value has a character that the encoding cannot represent. */
ssize_t rewrite_read(void *w, void *bytes, size_t len, vv_error *err);

/* Returns the numbers of changed rows and cells; complete after rewrite_read has returned 0.
 * Borrowed. */
const varve_arrow_changes *rewrite_changes(const rewrite *w);
/* Returns warnings about accepted losses, one per line; complete after rewrite_read has returned 0.
 * Borrowed. */
const char *rewrite_warnings(const rewrite *w);
/* Returns the schema of a new file, or NULL if there is an old version. Borrowed. */
const char *rewrite_schema(const rewrite *w);
/* Sets *out to what is known about the file's format before it is written. Borrows from w. */
void rewrite_form(vv_sniff_hints *out, const rewrite *w);

#endif
