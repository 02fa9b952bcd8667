/*
 * blob: reads and writes blobs of the Git repository.
 *
 * Written objects are staged: at first, only this vv_repository can read them. vv_index_write, vv_ref_update,
 * vv_commit_create, vv_repository_close and vv_repository_flush write all staged objects durably, before a ref or the
 * index names them. If varve crashes before one of these calls, none of the staged objects exists.
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

/* Sets *out to the size of the blob id in bytes. In a partial clone, git fetches a missing object.
 * VV_EMISSING: the object is missing. VV_EUSAGE: the object is not a blob. */
vv_status vv_blob_size(vv_repository *r, const vv_oid *id, uint64_t *out, vv_error *err);
/* Appends the bytes of the blob id to out. VV_EREFUSED: according to its header, the blob has more
 * than max bytes. VV_EMISSING, VV_EUSAGE: as for vv_blob_size. */
vv_status vv_blob_read(vv_repository *r, const vv_oid *id, uint64_t max, vv_buf *out,
		       vv_error *err);
/* The content of a blob that may be a pointer (pointer.h). */
typedef struct vv_pointer_blob {
	/* VV_OK: the blob is a pointer; VV_ENOTFOUND: the blob is not a pointer; VV_EINPUT: the
	 * blob is a pointer that was edited or truncated; VV_ENOSUPPORT: the blob is a pointer
	 * written by a later version of varve */
	vv_status found;
	vv_pointer pointer; /* if found is VV_OK: the pointer, with its texts in the arena */
	vv_error why;       /* if found is VV_EINPUT or VV_ENOSUPPORT: the reason */
	uint64_t size;      /* size of the blob in bytes */
	vv_buf text;        /* the blob's bytes; may be empty if found is VV_ENOTFOUND */
} vv_pointer_blob;
/* Reads the blob id, and sets out->found to its kind. Returns VV_OK also if the blob is not a
 * pointer, or is an edited one. Does not read the content of a blob that is longer than
 * VV_POINTER_MAX, or whose first bytes in a pack are not those of a pointer. The caller clears
 * *out, also after a failure. The errors are those of vv_blob_size. */
vv_status vv_pointer_blob_read(vv_pointer_blob *out, vv_arena *arena, vv_repository *r,
			       const vv_oid *id, vv_error *err);
void vv_pointer_blob_clear(vv_pointer_blob *b); /* b may be zeroed */
VV_AUTO_CLEAR(vv_pointer_blob, vv_pointer_blob_clear)
/* Prepares for several reads of the blob id: a small blob is then read only once for its size, its
 * first bytes and its content. */
void vv_blob_expect(vv_repository *r, const vv_oid *id);
/* Moves the bytes of the blob id from `take` to r. The next vv_blob_read of this blob, with an
 * empty `out`, returns these bytes without reading the object. r uses the bytes only once, and
 * frees them when it is closed. If memory runs out, `take` is unchanged. Do not call this while
 * other threads read. */
void vv_blob_keep(vv_repository *r, const vv_oid *id, vv_buf *take);
/* Stages a blob of len bytes, and sets *out to its id. */
vv_status vv_blob_write(vv_repository *r, const void *bytes, size_t len, vv_oid *out,
			vv_error *err);
/* Computes the id of a blob with these bytes, without staging it. */
vv_status vv_blob_id(const void *bytes, size_t len, vv_oid *out, vv_error *err);
/* Computes the id of a blob with the bytes of the path `file`, without staging it. */
vv_status vv_blob_id_of_file(const char *file, vv_oid *out, vv_error *err);

#endif
