/*
 * erase_published: the published versions (repo/known/published.h) that an erasure withdraws. They would keep
 * their blocks, and 'varve serve' would offer them.
 */
#ifndef VV_LIB_SPACE_ERASE_PUBLISHED_H
#define VV_LIB_SPACE_ERASE_PUBLISHED_H

#include <stddef.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/file.h"
#include "lib/space/erase.h"
#include "repo/blocks/reach.h"
#include "repo/git/repository.h"

/* Adds the published versions that have a place to the refs of a completed search. Those that no commit has
 * were not searched, and are added to its gaps. */
vv_status vv_erase_published_find(vv_erase *e, vv_repository *r, vv_error *err);

/* The versions that were withdrawn. */
typedef struct vv_erase_withdrawn {
	size_t count;
	vv_string_list urls; /* of the nodes to which their files were sent */
} vv_erase_withdrawn;
void vv_erase_withdrawn_clear(vv_erase_withdrawn *w);
VV_AUTO_CLEAR(vv_erase_withdrawn, vv_erase_withdrawn_clear)

/* Withdraws those among `roots` that are published. */
vv_status vv_erase_published_withdraw(vv_erase_withdrawn *out, const vv_cid_set *roots,
				      vv_repository *r, vv_error *err);

#endif
