/*
 * new_pack: collects Git objects, and writes them as a pack with its index (gitformat-pack(5),
 * version 2 of both). Internal.
 *
 * No object is stored as a delta; git gc makes deltas later. libgit2's packbuilder, which
 * quarantine.h uses for larger objects, searches for deltas and reads its output again: with
 * packbuilder, adding 5,000 small files took 1.7 times the CPU time of git.
 *
 * The objects are written to a file, from which they can be read. Memory holds 40 bytes per object,
 * and a hash index.
 *
 * 	rc = vv_new_pack_open(&p, path, err);
 * 	... vv_new_pack_add(p, &id, type, bytes, len, &added, err) for each object ...
 * 	rc = vv_new_pack_end(p, dir, hex, err);
 * 	vv_new_pack_close(p);
 */
#ifndef VV_REPO_GIT_NEW_PACK_H
#define VV_REPO_GIT_NEW_PACK_H

#include <git2.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"

typedef struct vv_new_pack vv_new_pack;

/* Begins a pack in a new file, path. VV_EEXISTS: the file exists. */
vv_status vv_new_pack_open(vv_new_pack **out, const char *path, vv_error *err);
/* Removes the file, unless vv_new_pack_end succeeded; accepts NULL. */
void vv_new_pack_close(vv_new_pack *s);
VV_AUTO_FREE(vv_new_pack, vv_new_pack_close)

/* Adds an object, and sets *added to true; if the pack already has the object, sets *added to
 * false. id is not checked against the bytes. VV_EREFUSED: the pack would have too many objects.
 * VV_ECORRUPT: vv_new_pack_end has succeeded before. After another error, the pack must not be
 * used. */
vv_status vv_new_pack_add(vv_new_pack *s, const git_oid *id, git_object_t type, const void *bytes,
			  size_t len, bool *added, vv_error *err);
/* Returns true if the pack has the object id. */
bool vv_new_pack_has(const vv_new_pack *s, const git_oid *id);

/* Finds the only object whose id begins with the len bytes of prefix, and sets *id and *type.
 * VV_ENOTFOUND: no object or several objects match, or len is less than 4 or more than 20. */
vv_status vv_new_pack_find(const vv_new_pack *s, const uint8_t *prefix, size_t len, git_oid *id,
			   git_object_t *type, vv_error *err);

/* Replaces the content of out with the bytes of the object id. VV_ENOTFOUND: the pack does not have
 * the object. */
vv_status vv_new_pack_read(vv_new_pack *s, const git_oid *id, vv_buf *out, vv_error *err);

/* Renames the file to "pack-<hex>.pack" in the folder dir, which must be on the same file
 * system, and writes its index "pack-<hex>.idx". Writes the name's hex digits to hex. Syncs
 * neither file. VV_EEXISTS: dir has an index of this name. */
vv_status vv_new_pack_end(vv_new_pack *s, const char *dir, char hex[GIT_OID_HEXSZ + 1],
			  vv_error *err);

#endif
