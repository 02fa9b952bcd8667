/*
 * blob: bytes in the Git repository.
 *
 * Written objects are staged: this vv_repository reads them at once, and they
 * become durable together, before anything can name them, in vv_index_write,
 * vv_ref_update, vv_commit_create, vv_repository_close or vv_objects_flush.
 * After a crash before that, none of the staged objects exists.
 */
#ifndef VV_REPO_GIT_BLOB_H
#define VV_REPO_GIT_BLOB_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "repo/git/repository.h"

/* Get the size of a blob, or append its bytes to out. VV_EREFUSED: the blob has more than max bytes, according to its header.
 * VV_EMISSING: the object is missing. VV_EUSAGE: the object is not a blob. */
vv_status vv_blob_size(vv_repository *r, const vv_oid *id, uint64_t *out, vv_error *err);
vv_status vv_blob_read(vv_repository *r, const vv_oid *id, uint64_t max, vv_buf *out,
		       vv_error *err);
/* Gets the size of a blob, and appends its bytes to out if it has at most max. */
vv_status vv_blob_peek(vv_repository *r, const vv_oid *id, uint64_t max, uint64_t *size,
		       vv_buf *out, vv_error *err);
/* Like vv_blob_peek, for a blob that may be a pointer or a torn pointer. If its first bytes in a pack show that it is
 * neither, gets only the size. */
vv_status vv_blob_peek_pointer(vv_repository *r, const vv_oid *id, uint64_t *size, vv_buf *out,
			       vv_error *err);
/* Announces reads of a blob. A small blob is then read only once for its size, first bytes and content. */
void vv_blob_expect(vv_repository *r, const vv_oid *id);
/* Keeps the bytes of a blob, which it takes out of `take`, for the next vv_blob_read of id, which returns them without
 * reading the object. Not while other threads read. */
void vv_blob_keep(vv_repository *r, const vv_oid *id, vv_buf *take);
vv_status vv_blob_write(vv_repository *r, const void *bytes, size_t len, vv_oid *out,
			vv_error *err);
vv_status vv_blob_id(const void *bytes, size_t len, vv_oid *out, vv_error *err); /* the id only */
/* Computes the id of a blob with the bytes of a file. */
vv_status vv_blob_id_of_file(const char *file, vv_oid *out, vv_error *err);

/* Makes all staged objects durable. */
vv_status vv_objects_flush(vv_repository *r, vv_error *err);

#endif
