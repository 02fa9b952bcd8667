/*
 * drop: removes the data of versions here because others store it.
 *
 * Removes nothing before the requested number of others have proved that they store it: a remote as in
 * lib/remotes/proof.h; a vault must have all of its items, and each holder must return a random leaf of
 * every shard. Two repositories that drop at the same time do not count each other (vv_drop_lock).
 * Dropped versions are listed as elsewhere (repo/known/elsewhere.h) before they are removed.
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
	VV_DROP_AWAY,   /* it was missing here any more */
	VV_DROP_IN_USE, /* staged, checked out or published */
	VV_DROP_ALONE   /* too few others keep it */
} vv_drop_fate;

typedef struct vv_drop_version {
	vv_cid root, before; /* before: as in vv_new_root */
	char *path;          /* where it was met first; owned */
	vv_drop_fate fate;
	unsigned copies; /* that others keep */
	size_t keeper;   /* the first of them */
} vv_drop_version;

typedef struct vv_drop_keeper {
	char *name;        /* a remote, a URL, or "vault:"; owned */
	uint64_t versions; /* that it keeps */
	unsigned copies;   /* of each: a vault may have several */
	char *url;         /* of a remote; owned; NULL: it was not reached */
	char id[VV_REPOSITORY_ID + 1];
	bool failed; /* it was not reached; why: */
	vv_error why;
} vv_drop_keeper;

typedef struct vv_drop {
	/* As vv_named_versions_each; history: in its place, all versions but those at the tip of a branch or tag. */
	const char *rev;
	const char *const *paths;
	bool history;
	const vv_strings *from; /* the remotes to ask; none: all, and the vault */
	unsigned copies;        /* that others must keep; 1 or more */
	bool dry_run;
	uint64_t idle_sec; /* as vv_transfer_open has it */
	/* After the run; cleared by vv_drop_clear: */
	vv_drop_version *versions;
	size_t count, cap;
	vv_drop_keeper *keepers;
	size_t keeper_count, keeper_cap;
	uint64_t goes; /* of versions */
	vv_gc_run gc;  /* bytes and blocks removed */
} vv_drop;

/* VV_ENOTFOUND: no such revision. If no keeper was reached: the error of the first. VV_ELOCKED: another drop, gc or command of
 * the vault is running. Versions that must stay are not a failure: see their fate. */
vv_status vv_drop_run(vv_drop *d, vv_repository *r, const vv_notes *notes, vv_error *err);
void vv_drop_clear(vv_drop *d);
VV_AUTO_CLEAR(vv_drop, vv_drop_clear)

#endif
