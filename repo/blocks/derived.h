/*
 * derived: files of derived data: caches.
 *
 * A file is 8 bytes that name its kind and format, the content, and le64 XXH3-64 of both with a secret as seed (0 if
 * a forged file is harmless). An invalid file counts as missing, and none is synced: the checksum finds files damaged
 * by a crash.
 */
#ifndef VV_REPO_BLOCKS_DERIVED_H
#define VV_REPO_BLOCKS_DERIVED_H

#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"

#define VV_DERIVED_MARK 8u                     /* bytes: "VVNAME" padded, a version, a newline */
#define VV_DERIVED_FRAME (VV_DERIVED_MARK + 8) /* bytes beside the content */

/* The content of a file of at most max bytes in all; out, which is empty, stays so if there is none. VV_ENOMEM alone is an error. */
vv_status vv_derived_read(vv_buf *out, const char *file, const char *mark, uint64_t secret,
			  size_t max, vv_error *err);

/* Begins a file in out, which is empty; the caller appends the content. */
void vv_derived_begin(vv_buf *out, const char *mark);
/* Ends it, and writes it as a whole in place of the one before, in a folder that is made if there is none. */
vv_status vv_derived_write(vv_buf *begun, const char *file, uint64_t secret, vv_error *err);
/* The same, right into the file that exists: with thousands of small ones a temporary file for each is most of the work. */
vv_status vv_derived_write_over(vv_buf *begun, const char *file, uint64_t secret, vv_error *err);

/* ---- kept: values by their keys, in a derived file of fixed-length records ----
 *
 * At most form->max are saved: the most recently used. Memory has at most twice as many.
 *
 *	static const vv_kept_form form = {.mark = "VVNAME\x01\n", .key_len = 20, .value_len = 8, .max = 1000};
 *
 *	rc = vv_kept_open(&k, file, &form, secret, err);	// missing or damaged: empty
 *	value = vv_kept_get(k, key);				// value_len bytes, or NULL
 *	rc = vv_kept_put(k, key, value, err);
 *	rc = vv_kept_save(k, err);				// if it was changed
 *
 * The content of the file: key and value of each record, the last first. One thread.
 */
typedef struct vv_kept_form {
	const char *mark;
	size_t key_len, value_len, max;
} vv_kept_form;

typedef struct vv_kept vv_kept;
/* file NULL: it is never read or saved. form is borrowed. VV_ENOMEM alone is an error. */
vv_status vv_kept_open(vv_kept **out, const char *file, const vv_kept_form *form, uint64_t secret,
		       vv_error *err);
void vv_kept_close(vv_kept *k); /* does not save; accepts NULL */
VV_AUTO_FREE(vv_kept, vv_kept_close)

/* The value, which may be without bytes; NULL: not found. Borrowed until the next call that puts or forgets. */
const uint8_t *vv_kept_get(vv_kept *k, const void *key);
/* In place of the one that there is. value may be NULL where values have no bytes. */
vv_status vv_kept_put(vv_kept *k, const void *key, const void *value, vv_error *err);

/* Zeroes its value; it is the first to be dropped. */
void vv_kept_drop(vv_kept *k, const void *key);

size_t vv_kept_count(const vv_kept *k);
/* Appends the records, key and value, the last used first: at most this many. */
vv_status vv_kept_list(const vv_kept *k, size_t most, vv_buf *out, vv_error *err);
/* Forgets all but the last ones. */
vv_status vv_kept_forget(vv_kept *k, size_t but, vv_error *err);

/* Writes the file if something was put since it was opened or saved; atomic, not durable. */
vv_status vv_kept_save(vv_kept *k, vv_error *err);

#endif
