/*
 * known_bytes: finds the version of a file that varve wrote shortly before.
 *
 * After varve has written a file, git often passes its bytes to varve's filter again. With the notes
 * of this module, the bytes need not be imported again. A note maps the size and hash of a written
 * file's bytes to its version. The latest 64 notes are in .git/varve/cache/smudged, a cache that is safe to delete.
 */
#ifndef VV_LIB_TABLES_KNOWN_BYTES_H
#define VV_LIB_TABLES_KNOWN_BYTES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/hash.h"
#include "dataset/table/bytes.h"
#include "repo/blocks/cid.h"
#include "repo/git/repository.h"

typedef struct vv_table vv_table;

/* The minimum size in bytes of a file for which a note is made: importing a smaller file is faster
 * than finding its note. */
#define VV_KNOWN_BYTES_MIN ((uint64_t)256 << 10)

/* Does what vv_table_file does with t, fn, payload and opts, and then makes a note of the written
 * bytes and the version. Makes no note if the file is smaller than VV_KNOWN_BYTES_MIN or in an
 * encoding other than UTF-8. opts->secret must be the repository's secret. It is not an error if
 * the note cannot be written. */
vv_status vv_known_bytes_write(vv_repository *r, vv_table *t, vv_bytes_fn fn, void *payload,
			       const vv_bytes_options *opts, vv_error *err);

/* Sets *hash as vv_known_bytes_of does, from the stored version t of fewer than VV_KNOWN_BYTES_MIN
 * bytes, whose blocks it reads. Returns false if a block is missing. */
bool vv_known_bytes_read(vv_repository *r, vv_table *t, vv_hash128 *hash);

/* Sets *size and *hash (XXH3-128, seeded with the repository's secret) to those in the note for the
 * version *root. Returns false if there is no note for it. */
bool vv_known_bytes_of(vv_repository *r, const vv_cid *root, uint64_t *size, vv_hash128 *hash);

#endif
