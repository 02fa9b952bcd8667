/*
 * new_pack: Git objects that become a pack with its index (gitformat-pack(5), versions 2). Internal.
 *
 * No object is stored as a difference: as in git, that is left to gc. libgit2's packbuilder, which the quarantine uses for
 * larger objects, searches for differences and reads its output again: adding 5,000 small files cost 1.7 times git's CPU
 * with it.
 *
 * The objects wait in a file, and can be read from it. In memory stay 40 bytes for each.
 *
 *	rc = vv_new_pack_open(&p, path, err);
 *	... vv_new_pack_add(p, &id, type, bytes, len, &added, err) for each object ...
 *	rc = vv_new_pack_end(p, dir, hex, err);
 *	vv_new_pack_close(p);
 */
#ifndef VV_REPO_GIT_NEW_PACK_H
#define VV_REPO_GIT_NEW_PACK_H

#include <git2.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"

typedef struct vv_new_pack vv_new_pack;

vv_status vv_new_pack_open(vv_new_pack **out, const char *path, vv_error *err); /* makes the file */
void vv_new_pack_close(vv_new_pack *s); /* removes it, unless it has ended; accepts NULL */
VV_AUTO_FREE(vv_new_pack, vv_new_pack_close)

/* One that exists already is not added again. VV_EREFUSED: too many; VV_ECORRUPT: after the end. */
vv_status vv_new_pack_add(vv_new_pack *s, const git_oid *id, git_object_t type, const void *bytes,
			  size_t len, bool *added, vv_error *err);
bool vv_new_pack_has(const vv_new_pack *s, const git_oid *id);

/* The one whose id begins with len bytes of prefix. VV_ENOTFOUND, also when there are two,
 * or len is less than 4. */
vv_status vv_new_pack_find(const vv_new_pack *s, const uint8_t *prefix, size_t len, git_oid *id,
			   git_object_t *type, vv_error *err);

/* The bytes of one that exists; they replace what out had. */
vv_status vv_new_pack_read(vv_new_pack *s, const git_oid *id, vv_buf *out, vv_error *err);

/* The file becomes "pack-<hex>.pack" of a folder of the same disk, and gets its ".idx"; neither is synced. */
vv_status vv_new_pack_end(vv_new_pack *s, const char *dir, char hex[GIT_OID_HEXSZ + 1],
			  vv_error *err);

#endif
