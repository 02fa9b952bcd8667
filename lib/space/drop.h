/*
 * drop: removes the local data of versions that others store.
 *
 * Others that store versions are called keepers: remotes and the vault. The data of a version is
 * removed only after keepers have proved that they store the requested number of copies. A remote
 * proves it as in lib/remotes/proof.h. A vault must have all items of the version, and each holder
 * must return a random leaf (a piece of 4096 bytes) of every shard. A repository that is dropping
 * data is not a keeper for another one meanwhile (vv_drop_lock). Before data is removed, its
 * versions are recorded as stored elsewhere (repo/known/elsewhere.h).
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

/* The decision about a version. */
typedef enum vv_drop_fate {
	VV_DROP_GOES,   /* its data is removed */
	VV_DROP_AWAY,   /* some of its data is already missing in this repository */
	VV_DROP_IN_USE, /* it is staged, checked out or published, or with `history` at a tip */
	VV_DROP_ALONE   /* too few others store it */
} vv_drop_fate;

/* A version that was selected. */
typedef struct vv_drop_version {
	vv_cid root, before; /* root: its root; before: as in vv_new_root */
	char *path;          /* the first path that has this version; owned */
	vv_drop_fate fate;
	unsigned copies; /* number of copies at keepers */
	size_t keeper;   /* index of the first keeper that stores the version */
} vv_drop_version;

/* A remote or vault that may store the versions. */
typedef struct vv_drop_keeper {
	char *name;        /* a remote, a URL, or "vault:"; owned */
	uint64_t versions; /* number of versions that the keeper stores */
	unsigned copies;   /* number of copies of each version; a vault may have several */
	char *url;         /* URL of the remote; owned; NULL: not connected */
	char id[VV_REPOSITORY_ID + 1]; /* id of the repository; "": unknown */
	/* the keeper could not be asked, or is the same repository as an earlier one; `why` is the
	 * error */
	bool failed;
	vv_error why;
} vv_drop_keeper;

/* A run: its options and its result. */
typedef struct vv_drop {
	/* rev, paths: select the versions to drop, as for vv_named_versions_each; rev is not used
	 * if history is set */
	const char *rev;
	const char *const *paths;
	/* drop all versions of `paths` that are not at the tip of a branch, tag or tracking ref */
	bool history;
	/* the remotes to query; not NULL; empty: all remotes and the vault */
	const vv_strings *from;
	unsigned copies;   /* number of copies that others must have; at least 1 */
	bool dry_run;      /* remove nothing */
	uint64_t idle_sec; /* as for vv_transfer_open */
	/* The following members are set by vv_drop_run. */
	vv_drop_version *versions; /* the selected versions */
	size_t count, cap;
	vv_drop_keeper *keepers; /* the queried remotes and the vault */
	size_t keeper_count, keeper_cap;
	uint64_t goes; /* number of versions whose data is removed */
	vv_gc_run gc;  /* removed bytes and blocks */
} vv_drop;

/* Removes the data of the versions in r that *d selects, and sets the results in *d. It is not a
 * failure if the data of some versions is not removed: their `fate` has the reason. VV_ENOTFOUND:
 * the revision does not exist, or a path has no version. VV_EUSAGE: a URL in d->from contains a
 * password. VV_ELOCKED: another drop or gc is running, or another repository is asking for blocks.
 * If no keeper can be asked, returns the error of the first keeper. */
vv_status vv_drop_run(vv_drop *d, vv_repository *r, const vv_notes *notes, vv_error *err);
void vv_drop_clear(vv_drop *d);
VV_AUTO_CLEAR(vv_drop, vv_drop_clear)

#endif
