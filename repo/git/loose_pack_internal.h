/*
 * loose_pack_internal: the list of Git packs that are varve's own work, and one packing
 * under way.
 */
#ifndef VV_REPO_GIT_LOOSE_PACK_INTERNAL_H
#define VV_REPO_GIT_LOOSE_PACK_INTERNAL_H

#include "repo/git/oid_set.h"
#include "repo/git/repository_internal.h"

/* Appends a pack's hex name to <varvedir>/git-packs. */
vv_status vv_git_packs_note(vv_repository *r, const char *hex, vv_error *err);

typedef struct vv_own_pack {
	char hex[GIT_OID_HEXSZ + 1];
	uint32_t objects;
	bool merged;
} vv_own_pack;

typedef struct vv_loose_file {
	git_oid id;
	char hex[GIT_OID_HEXSZ + 1];
} vv_loose_file;

typedef struct vv_packing {
	vv_repository *repo;
	vv_loose_file *loose;
	size_t loose_count, loose_cap;
	vv_own_pack *packs;
	size_t pack_count;
	vv_oid_set wanted, done;
	git_oid *ids; /* all of wanted, in the order found */
	size_t id_count, id_cap;
	git_packbuilder *pb;
	char *packdir;
} vv_packing;

/* "<object folder>/pack/pack-<hex>.<ext>", owned by the caller; NULL: out of memory. */
char *vv_packing_file(const vv_packing *p, const char *hex, const char *ext);
/* One pack alone, as an object database. */
vv_status vv_packing_open(const vv_packing *p, const char *hex, git_odb **out, vv_error *err);

/* Adds an object, or all of a pack, to what is wanted. */
vv_status vv_packing_want(vv_packing *p, const git_oid *id, vv_error *err);
vv_status vv_packing_want_pack(vv_packing *p, const char *hex, vv_error *err);
/* Gives all that is wanted to the packbuilder: commits newest first, trees and blobs by
 * path, then the rest. */
vv_status vv_packing_insert_all(vv_packing *p, vv_error *err);

#endif
