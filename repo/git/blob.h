/*
 * blob: bytes in the Git repository.
 *
 * Written objects are staged: this vv_repository sees them at once, and they
 * become durable together, in one go, when something that may name them does:
 * vv_index_write, vv_ref_update, vv_commit_create and
 * vv_repository_close do it, or vv_objects_flush. Until then a crash leaves no
 * trace of them.
 */
#ifndef VV_REPO_GIT_BLOB_H
#define VV_REPO_GIT_BLOB_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "repo/git/repository.h"

/* Reading checks the header first and refuses more than max bytes (VV_EREFUSED). Appends to out. VV_EMISSING: the named
 * object is missing; VV_EUSAGE: not a blob. */
vv_status vv_blob_size(vv_repository *r, const vv_oid *id, uint64_t *out, vv_error *err);
vv_status vv_blob_read(vv_repository *r, const vv_oid *id, uint64_t max, vv_buf *out,
		       vv_error *err);
/* The size of a blob, and its bytes if they are at most max. */
vv_status vv_blob_peek(vv_repository *r, const vv_oid *id, uint64_t max, uint64_t *size,
		       vv_buf *out, vv_error *err);
/* The same for a possible pointer, or torn pointer. If the blob's first bytes in a pack show that it is neither, only the
 * size is returned. */
vv_status vv_blob_peek_pointer(vv_repository *r, const vv_oid *id, uint64_t *size, vv_buf *out,
			       vv_error *err);
/* Announces reads of a blob: if it is small it is read once, and its size, first bytes and content are answered from that. */
void vv_blob_expect(vv_repository *r, const vv_oid *id);
/* Stores the bytes of a blob for the next vv_blob_read, which returns them once without a look-up. Not while other threads
 * read. */
void vv_blob_keep(vv_repository *r, const vv_oid *id, vv_buf *take);
vv_status vv_blob_write(vv_repository *r, const void *bytes, size_t len, vv_oid *out,
			vv_error *err);
vv_status vv_blob_id(const void *bytes, size_t len, vv_oid *out, vv_error *err); /* the id only */
/* The id that the bytes of a file would have. */
vv_status vv_blob_id_of_file(const char *file, vv_oid *out, vv_error *err);

/* Makes all staged objects durable. */
vv_status vv_objects_flush(vv_repository *r, vv_error *err);

#endif
