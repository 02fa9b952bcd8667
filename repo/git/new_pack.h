/*
 * new_pack: a pack of small Git objects that are in memory, and its index (gitformat-pack(5), versions 2). No object is
 * stored as a difference: as in git, that is left to gc. libgit2's packbuilder, which the quarantine uses for larger
 * objects, searches for differences and reads its output again: adding 5,000 small files cost 1.7 times git's CPU with it.
 *
 *	rc = vv_new_pack_open(&p, err);
 *	... vv_new_pack_add(p, &id, type, bytes, len, err) for each object, once ...
 *	rc = vv_new_pack_write(p, dir, hex, err);
 *	vv_new_pack_close(p);
 */
#ifndef VV_REPO_GIT_NEW_PACK_H
#define VV_REPO_GIT_NEW_PACK_H

#include <git2.h>

#include "base/auto.h"
#include "base/error.h"

typedef struct vv_new_pack vv_new_pack;

vv_status vv_new_pack_open(vv_new_pack **out, vv_error *err);
void vv_new_pack_close(vv_new_pack *p); /* accepts NULL */
VV_AUTO_FREE(vv_new_pack, vv_new_pack_close)

/* VV_EREFUSED beyond 2 GiB of compressed bytes. */
vv_status vv_new_pack_add(vv_new_pack *p, const git_oid *id, git_object_t type, const void *bytes,
			  size_t len, vv_error *err);

/* Writes "pack-<hex>.pack" and ".idx" into the folder, not synced. */
vv_status vv_new_pack_write(vv_new_pack *p, const char *dir, char hex[GIT_OID_HEXSZ + 1],
			    vv_error *err);

#endif
