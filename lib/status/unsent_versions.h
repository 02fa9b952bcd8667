/*
 * unsent_versions: finds versions whose blocks a remote's store, its block peers, or a Git host's
 * ref of blocks (transport/places/packs/host.h), do not have completely. Searches the branches and tags of this
 * repository and of the remote.
 */
#ifndef VV_LIB_STATUS_UNSENT_VERSIONS_H
#define VV_LIB_STATUS_UNSENT_VERSIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/progress.h"
#include "repo/blocks/cid.h"
#include "repo/git/repository.h"

/* One value = one version that the remote does not have completely. */
typedef struct vv_unsent_version {
	char *path;    /* owned */
	vv_cid root;   /* its root */
	vv_oid commit; /* the first commit that has the version */
	bool here;     /* all blocks of the version are here, so that a push can send them */
	/* the file that is missing or damaged in the store, if it is only one; else "" */
	char lacks[96];
} vv_unsent_version;

/* One value = the result of one search. */
typedef struct vv_unsent_versions {
	char *place; /* URL of the store or of the first block peer, or name of the ref; owned */
	uint64_t versions; /* number of versions that were checked */
	/* number of versions that were not checked, as only their sources have the blocks */
	uint64_t linked;
	vv_unsent_version *items;
	size_t count, cap;
} vv_unsent_versions;

/* Appends to out the URLs to which a push to the remote `name` sends, as vv_remote_push_urls does.
 * name NULL: the remote that a push would use. */
vv_status vv_unsent_places(vv_string_list *out, vv_repository *r, const char *name, vv_error *err);
/* Sets *out to the versions that the remote `name` does not have completely. name NULL: the remote
 * that a push would use. url: one of vv_unsent_places; NULL: there is none. VV_EUSAGE: the remote is a peer, which stores all blocks of its refs.
 * VV_EREFUSED: the store is not trusted, or no block peer is. */
vv_status vv_unsent_versions_find(vv_unsent_versions *out, vv_repository *r, const char *name,
				  const char *url, const vv_notes *notes, vv_error *err);
void vv_unsent_versions_clear(vv_unsent_versions *u); /* u may be all zero */
VV_AUTO_CLEAR(vv_unsent_versions, vv_unsent_versions_clear)

#endif
