/*
 * unsent: counts versions of datasets in local branches that are on no remote, as far as is known
 * here: a version is on a remote when a branch that was fetched from it, or pushed to it, names it.
 */
#ifndef VV_LIB_STATUS_UNSENT_H
#define VV_LIB_STATUS_UNSENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/progress.h"
#include "repo/blocks/cid.h"
#include "repo/git/repository.h"

/* 0 without a remote, or if the number is unknown (a shallow clone, a damaged pointer). */
vv_status vv_unsent_count(uint64_t *out, vv_repository *r, vv_error *err);

/*
 * unsent_versions: versions of the branches and tags here, and of the remote's, that its store, or the ref of blocks of a
 * Git host, does not have whole.
 */

typedef struct vv_unsent_version {
	char *path; /* owned */
	vv_cid root;
	vv_oid commit;  /* the first that has it */
	bool here;      /* so that a push can send it */
	char lacks[96]; /* the file that is missing or damaged there, if it is one; else "" */
} vv_unsent_version;

typedef struct vv_unsent_versions {
	char *place;       /* owned: a store's URL, or a ref */
	uint64_t versions; /* that were requested */
	uint64_t linked;   /* besides: their blocks are at their sources alone */
	vv_unsent_version *items;
	size_t count, cap;
} vv_unsent_versions;

/* name: of the remote; NULL: the one that a push would go to. VV_EUSAGE: it is a peer, which has all that its refs
 * name. VV_EREFUSED: its store is not trusted. */
vv_status vv_unsent_versions_find(vv_unsent_versions *out, vv_repository *r, const char *name,
				  const vv_notes *notes, vv_error *err);
void vv_unsent_versions_clear(vv_unsent_versions *u); /* accepts zeroes */
VV_AUTO_CLEAR(vv_unsent_versions, vv_unsent_versions_clear)

#endif
