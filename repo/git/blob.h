/*
 * blob: reads and writes blobs of the Git repository.
 *
 * Written objects are staged: this vv_repository can read them at once. They become durable
 * together, before a ref or the index can name them, in vv_index_write, vv_ref_update,
 * vv_commit_create, vv_repository_close or vv_objects_flush. If varve crashes before one of these
 * calls, none of the staged objects exists.
 */
#ifndef VV_REPO_GIT_BLOB_H
#define VV_REPO_GIT_BLOB_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "repo/git/pointer.h"
#include "repo/git/repository.h"

/* Set *out to the size of a blob, or append its bytes to out. VV_EREFUSED: according to its header,
 * the blob has more than max bytes. VV_EMISSING: the object is missing. VV_EUSAGE: the object is
 * not a blob. */
vv_status vv_blob_size(vv_repository *r, const vv_oid *id, uint64_t *out, vv_error *err);
vv_status vv_blob_read(vv_repository *r, const vv_oid *id, uint64_t max, vv_buf *out,
		       vv_error *err);
/* A blob that may be a pointer. */
typedef struct vv_pointer_blob {
	/* VV_OK: the blob is a pointer. VV_ENOTFOUND: it is something else. VV_EINPUT: it is a pointer
	 * that was edited, or a torn one. VV_ENOSUPPORT: a pointer of a later version of varve */
	vv_status found;
	vv_pointer pointer; /* if found is VV_OK; its texts are in the arena */
	vv_error why;       /* if found is VV_EINPUT or VV_ENOSUPPORT */
	uint64_t size;      /* of the blob */
	vv_buf text;        /* the blob's bytes; may be empty if found is VV_ENOTFOUND */
} vv_pointer_blob;
/* Reads a blob that may be a pointer, and returns VV_OK whatever it is (found). A blob that is too
 * long for a pointer is not read, nor is one whose first bytes in a pack show that it is something
 * else. */
vv_status vv_pointer_blob_read(vv_pointer_blob *out, vv_arena *arena, vv_repository *r,
			       const vv_oid *id, vv_error *err);
void vv_pointer_blob_clear(vv_pointer_blob *b); /* b may be zeroed */
VV_AUTO_CLEAR(vv_pointer_blob, vv_pointer_blob_clear)
/* Announces reads of a blob. A small blob is then read only once for its size, its first bytes and
 * its content. */
void vv_blob_expect(vv_repository *r, const vv_oid *id);
/* Moves the bytes of the blob `id` out of `take`, and keeps them for the next vv_blob_read of this
 * blob, which then does not read the object. Do not call this while other threads read. */
void vv_blob_keep(vv_repository *r, const vv_oid *id, vv_buf *take);
/* Writes a blob, and sets *out to its id. */
vv_status vv_blob_write(vv_repository *r, const void *bytes, size_t len, vv_oid *out,
			vv_error *err);
/* Computes the id of a blob with these bytes, without writing it. */
vv_status vv_blob_id(const void *bytes, size_t len, vv_oid *out, vv_error *err);
/* Computes the id of a blob with the bytes of a file, without writing it. */
vv_status vv_blob_id_of_file(const char *file, vv_oid *out, vv_error *err);

/* Makes all staged objects durable. */
vv_status vv_objects_flush(vv_repository *r, vv_error *err);

#endif
