/*
 * derived: reads and writes derived files: caches, whose content can be computed again from other
 * files.
 *
 * A derived file consists of a mark (8 bytes that name its kind and format), the content, and a
 * checksum: XXH3-64 of mark and content, little-endian, seeded with a secret. The secret is 0 if a
 * forged file is harmless. An invalid file counts as missing. Files are not synced, because the
 * checksum detects files that a crash damaged.
 */
#ifndef VV_REPO_BLOCKS_DERIVED_H
#define VV_REPO_BLOCKS_DERIVED_H

#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"

#define VV_DERIVED_MARK 8u                     /* bytes: "VVNAME" padded, a version, a newline */
#define VV_DERIVED_FRAME (VV_DERIVED_MARK + 8) /* number of bytes besides the content */

/* Reads the content of a file of at most max bytes into out, which must be empty. If the file is
 * missing or invalid, out stays empty. Fails only with VV_ENOMEM. */
vv_status vv_derived_read(vv_buf *out, const char *file, const char *mark, uint64_t secret,
			  size_t max, vv_error *err);

/* Begins a derived file in out, which must be empty, with the mark; the caller then appends the
 * content. */
void vv_derived_begin(vv_buf *out, const char *mark);
/* Appends the checksum to `begun` (vv_derived_begin), and writes it to the path `file`, atomically
 * replacing an existing file. Creates the folder if it does not exist. VV_ENOTFOUND: the path has a
 * folder "varve", and the folder that should contain it no longer exists. */
vv_status vv_derived_write(vv_buf *begun, const char *file, uint64_t secret, vv_error *err);
/* Like vv_derived_write, but overwrites an existing file without a temporary file: faster for thousands of
 * small files. */
vv_status vv_derived_write_over(vv_buf *begun, const char *file, uint64_t secret, vv_error *err);

/* ---- kept: a map from keys to values, kept in a derived file with records of fixed length ----
 *
 * Saves at most form->max values: the most recently used. At most twice as many are in memory.
 *
 * 	static const vv_kept_form form = {.mark = "VVNAME\x01\n", .key_len = 20, .value_len = 8, .max = 1000};
 *
 * 	rc = vv_kept_open(&k, file, &form, secret, err);	// missing or damaged: empty
 * 	value = vv_kept_get(k, key);				// value_len bytes, or NULL
 * 	rc = vv_kept_put(k, key, value, err);
 * 	rc = vv_kept_save(k, err);				// if it was changed
 *
 * The content of the file is the key and value of each record, the most recently used first. For
 * one thread at a time. */
/* The form of a map's file. */
typedef struct vv_kept_form {
	const char *mark; /* mark of the file */
	size_t key_len, value_len,
		max; /* bytes of a key and of a value; the maximum number of values in the file */
} vv_kept_form;

typedef struct vv_kept vv_kept;
/* Opens the map in the path `file`, which need not exist. If file is NULL, the values are only in
 * memory. form is borrowed until vv_kept_close. Fails only with VV_ENOMEM. */
vv_status vv_kept_open(vv_kept **out, const char *file, const vv_kept_form *form, uint64_t secret,
		       vv_error *err);
void vv_kept_close(vv_kept *k); /* does not save; accepts NULL */
VV_AUTO_FREE(vv_kept, vv_kept_close)

/* Returns the value of a key, and marks it as the most recently used. The value is borrowed until
 * the next vv_kept_put or vv_kept_forget. NULL: the map does not have the key. */
const uint8_t *vv_kept_get(vv_kept *k, const void *key);
/* Sets the value of a key. value may be NULL if form->value_len is 0. */
vv_status vv_kept_put(vv_kept *k, const void *key, const void *value, vv_error *err);

/* Zeroes the value of a key, and marks the key as the least recently used. */
void vv_kept_drop(vv_kept *k, const void *key);

size_t vv_kept_count(const vv_kept *k); /* number of keys */
/* Appends at most `most` records to out, each as key and value, the most recently used first. */
vv_status vv_kept_list(const vv_kept *k, size_t most, vv_buf *out, vv_error *err);
/* Removes all keys except the `but` most recently used ones. */
vv_status vv_kept_forget(vv_kept *k, size_t but, vv_error *err);

/* Writes the file if values were changed since the file was opened or saved: atomically, but
 * without syncing. */
vv_status vv_kept_save(vv_kept *k, vv_error *err);

#endif
