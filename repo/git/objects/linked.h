/*
 * linked: versions of imported tables whose blocks stay at their source. Internal.
 *
 * A commit says so in its .varveconfig, where the import of the version has "link = true":
 *
 *	[import "prices.csv"]
 *		url = https://github.com/ada/sales.git
 *		root = bafy...
 *		link = true
 *
 * A version stays linked once a commit has said so. Whoever may commit can write this: it determines what does not travel
 * along, never what is taken for complete.
 */
#ifndef VV_REPO_GIT_OBJECTS_LINKED_H
#define VV_REPO_GIT_OBJECTS_LINKED_H

#include "base/arena.h"
#include "base/auto.h"
#include "repo/blocks/cid_map.h"
#include "repo/git/oid_set.h"

typedef struct vv_linked {
	vv_repository *repo;
	vv_oid_set trees, files; /* that were looked at */
	vv_cid_map *roots;       /* the place in sources */
	char **sources;
	size_t count, cap;
} vv_linked;

/* Clear in any case. */
vv_status vv_linked_init(vv_linked *l, vv_repository *r, vv_error *err);
void vv_linked_clear(vv_linked *l);
VV_AUTO_CLEAR(vv_linked, vv_linked_clear)

/* Looks at the .varveconfig of a commit's tree. One that cannot be read links nothing. */
vv_status vv_linked_see(vv_linked *l, const git_oid *tree, vv_error *err);

/* Where the blocks of the version are; borrowed; NULL: it is not linked by what was seen. */
const char *vv_linked_source(const vv_linked *l, const vv_cid *root);

#endif
