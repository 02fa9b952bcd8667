/*
 * spool: objects that came, kept as the entries of a pack to be. Internal.
 *
 * A pack begins with the number of its objects and ends in the SHA-1 of all of it, so the
 * entries wait in a file. In memory stay 40 bytes for each object.
 */
#ifndef VV_REPO_GIT_OBJECTS_SPOOL_H
#define VV_REPO_GIT_OBJECTS_SPOOL_H

#include "base/auto.h"
#include "repo/git/objects/send.h"
#include "repo/git/repository_internal.h"

typedef struct vv_spool vv_spool;

vv_status vv_spool_open(vv_spool **out, const char *path, vv_error *err); /* makes the file */
void vv_spool_close(vv_spool *s); /* removes it; accepts NULL */
VV_AUTO_FREE(vv_spool, vv_spool_close)

/* One that exists already is not added again. */
vv_status vv_spool_add(vv_spool *s, const git_oid *id, vv_git_type type, const void *bytes,
		       size_t len, bool *added, vv_error *err);
bool vv_spool_has(const vv_spool *s, const git_oid *id);

/* The one whose id begins with len bytes of prefix. VV_ENOTFOUND, also when there are two,
 * or len is less than 4. */
vv_status vv_spool_find(const vv_spool *s, const uint8_t *prefix, size_t len, git_oid *id,
			vv_git_type *type, vv_error *err);

/* The bytes of one that exists; they replace what out had. */
vv_status vv_spool_read(vv_spool *s, const git_oid *id, vv_buf *out, vv_error *err);

/* The whole pack, in pieces of at most 1 MiB. */
typedef vv_status (*vv_spool_fn)(void *payload, const void *bytes, size_t len, vv_error *err);
vv_status vv_spool_feed(vv_spool *s, vv_spool_fn fn, void *payload, vv_error *err);

#endif
