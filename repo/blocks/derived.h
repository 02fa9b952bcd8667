/*
 * derived: files of what can be worked out again: caches.
 *
 * A file is 8 bytes that say what it is and in which form, the content, and le64 XXH3-64 of both with a secret as
 * seed (0 where nobody gains by writing such a file). One that is anything else is as if there were none, and none is
 * synced: what a crash leaves of one is told by its sum.
 */
#ifndef VV_REPO_BLOCKS_DERIVED_H
#define VV_REPO_BLOCKS_DERIVED_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"

#define VV_DERIVED_MARK 8u                     /* bytes: "VVNAME" padded, a version, a newline */
#define VV_DERIVED_FRAME (VV_DERIVED_MARK + 8) /* bytes beside the content */

/* The content of a file of at most max bytes in all; out, which is empty, stays so where there is none. VV_ENOMEM alone is an error. */
vv_status vv_derived_read(vv_buf *out, const char *file, const char *mark, uint64_t secret,
			  size_t max, vv_error *err);

/* Begins a file in out, which is empty; the content is put behind. */
void vv_derived_begin(vv_buf *out, const char *mark);
/* Ends it, and writes it as a whole in the place of the one before, in a folder that is made where there is none. */
vv_status vv_derived_write(vv_buf *begun, const char *file, uint64_t secret, vv_error *err);
/* The same, right into the file that is there: with thousands of small ones a temporary file for each is most of the work. */
vv_status vv_derived_write_over(vv_buf *begun, const char *file, uint64_t secret, vv_error *err);

#endif
