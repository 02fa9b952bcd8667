/*
 * known_bytes: recognises a file that was written a moment ago, with its version.
 *
 * varve writes a table, and then git passes that file to our filter, or, without its name, to other programs: they need not
 * import it again. A written version is noted with the hash of its bytes; the last some are kept in .git/varve/cache/smudged.
 * Derived, safe to delete.
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

/* Less is read again sooner than it is noted. */
#define VV_KNOWN_BYTES_MIN ((uint64_t)256 << 10)

/* Like vv_table_file, and notes the bytes, unless they are few or in another encoding. opts->secret is the repository's. Where
 * the disk does not take it, nothing is noted. */
vv_status vv_known_bytes_write(vv_repository *r, vv_table *t, vv_bytes_fn fn, void *payload,
			       const vv_bytes_options *opts, vv_error *err);

/* Gets the noted size and hash (XXH3-128, seeded with the repository's secret) of a version. False: it is not noted. */
bool vv_known_bytes_of(vv_repository *r, const vv_cid *root, uint64_t *size, vv_hash128 *hash);

/* *found: the file's bytes are those of the version *root. A file that cannot be read is not found. */
vv_status vv_known_bytes_find(vv_repository *r, const char *file, vv_cid *root, bool *found,
			      vv_error *err);

#endif
