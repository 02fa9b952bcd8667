/*
 * known_bytes: recognises a file that was written a moment ago, with its version.
 *
 * git's filter writes a table, and then git passes that file to other programs, without its name:
 * they need not import it again. A written version is noted with the hash of its bytes; the last some
 * are kept in .git/varve/cache/smudged. Derived, safe to delete.
 */
#ifndef VV_LIB_TABLES_KNOWN_BYTES_H
#define VV_LIB_TABLES_KNOWN_BYTES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/hash.h"
#include "repo/blocks/cid.h"
#include "repo/git/repository.h"

/* Less is read again sooner than it is noted. */
#define VV_KNOWN_BYTES_MIN ((uint64_t)256 << 10)

/* hash: XXH3-128 of all bytes, seeded with the repository's secret. Where the disk does not take
 * it, nothing is noted. */
vv_status vv_known_bytes_note(vv_repository *r, uint64_t size, vv_hash128 hash, const vv_cid *root,
			      vv_error *err);

/* *found: the file's bytes are those of the version *root. A file that cannot be read is not found. */
vv_status vv_known_bytes_find(vv_repository *r, const char *file, vv_cid *root, bool *found,
			      vv_error *err);

#endif
