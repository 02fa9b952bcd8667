/*
 * drop: removes the local data of versions that others store.
 *
 * Removes the data of a version only after the requested number of others have proved that they
 * store it: a remote as in lib/remotes/proof.h; a vault must have all items of the version, and
 * each holder must return a random leaf of every shard. Two repositories that drop at the same
 * time do not count each other (vv_drop_lock). Dropped versions are listed as elsewhere
 * (repo/known/elsewhere.h) before their data is removed.
 */
#ifndef VV_LIB_SPACE_DROP_H
#define VV_LIB_SPACE_DROP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/text.h"
#include "lib/space/gc.h"
#include "repo/blocks/cid.h"
#include "repo/git/repository.h"
#include "transport/protocol/message.h"

typedef enum vv_drop_fate {
	VV_DROP_GOES,
	VV_DROP_AWAY,   /* its data was missing here already */
	VV_DROP_IN_USE, /* staged, checked out or published */
	VV_DROP_ALONE   /* too few others store it */
} vv_drop_fate;

typedef struct vv_drop_version {
	vv_cid root, before; /* before: as in vv_new_root */
	char *path;          /* the first path with this version; owned */
	vv_drop_fate fate;
	unsigned copies; /* number of copies that others store */
	size_t keeper;   /* index of the first keeper that stores it */
} vv_drop_version;

typedef struct vv_drop_keeper {
	char *name;        /* a remote, a URL, or "vault:"; owned */
	uint64_t versions; /* number of versions that it stores */
	unsigned copies;   /* copies of each version: a vault may have several */
	char *url;         /* the remote's URL; owned; NULL: not reached */
	char id[VV_REPOSITORY_ID + 1];
	bool failed; /* it was not reached; why has the reason */
	vv_error why;
} vv_drop_keeper;

typedef struct vv_drop {
	/* the versions, as for vv_named_versions_each. history: instead all versions, except
	 * those at the tip of a branch or tag */
	const char *rev;
	const char *const *paths;
	bool history;
	const vv_strings *from; /* the remotes to ask; empty: all remotes, and the vault */
	unsigned copies;        /* number of copies that others must store; at least 1 */
	bool dry_run;
	uint64_t idle_sec; /* as in vv_transfer_open */
	/* After the run; cleared by vv_drop_clear: */
	vv_drop_version *versions;
	size_t count, cap;
	vv_drop_keeper *keepers;
	size_t keeper_count, keeper_cap;
	uint64_t goes; /* number of versions whose data is removed */
	vv_gc_run gc;  /* bytes and blocks removed */
} vv_drop;

/* Runs the drop. Versions that must stay are not a failure: see their fate. VV_ENOTFOUND: no
 * such revision; VV_ELOCKED: another drop, gc or vault command is running. If no keeper was
 * reached, returns the error of the first one. */
vv_status vv_drop_run(vv_drop *d, vv_repository *r, const vv_notes *notes, vv_error *err);
void vv_drop_clear(vv_drop *d);
VV_AUTO_CLEAR(vv_drop, vv_drop_clear)

#endif
