/*
 * rewrite: makes the bytes of a file from its version and rows in Arrow: equal cells keep their spelling.
 *
 *	rewrite_open(&w, stream, old, path, &options, err);
 *	... rewrite_read, a vv_source's function, to the end
 *	rewrite_close(w);
 *
 * Rows that come in the version's order pass through. To keep the version's order, all batches are kept until the
 * end; else only a part, if rows come in another order.
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

/* The caller's options, checked. */
vv_status vv_put_arrow_take(varve_put_arrow_options *o, const varve_put_arrow_options *given,
			    vv_error *err);

/* Takes the stream, in any case. old NULL: a new file, whose format follows from its name (VV_EUSAGE: unknown). VV_ESCHEMA: the
 * columns are not those of the version. */
vv_status rewrite_open(rewrite **out, struct ArrowArrayStream *stream, vv_table *old,
		       const char *path, const rewrite_options *o, vv_error *err);
void rewrite_close(rewrite *w); /* accepts NULL */
VV_AUTO_FREE(rewrite, rewrite_close)

/* The next bytes, in the encoding of the version's file; 0 at the end. VV_EREFUSED: more than half of the rows would go.
 * VV_EINPUT: a value has a character that the encoding lacks. */
ssize_t rewrite_read(void *w, void *bytes, size_t len, vv_error *err);

/* Complete at the end. */
const varve_arrow_changes *rewrite_changes(const rewrite *w);
/* Accepted losses, one per line. Complete at the end; borrowed. */
const char *rewrite_warnings(const rewrite *w);
/* A new file's schema; else NULL. Borrowed. */
const char *rewrite_schema(const rewrite *w);
/* The file's format, as far as it is known in advance. Borrows from w. */
void rewrite_form(vv_sniff_hints *out, const rewrite *w);

#endif
