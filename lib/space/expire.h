/*
 * expire: finds the versions of tables that a policy does not keep, lists them as expired, and frees
 * their data in this repository. Commits, branches and tags do not change.
 *
 * A version is a root that a commit in the history of a branch, remote-tracking branch or tag brought
 * to a path: it differs from the path's content in each parent. A table is a path. If a file was
 * renamed without other changes, the old and the new path are one table, unless one of them was also
 * added by another commit.
 *
 * A correct caller sets the options, calls vv_expire_find, then vv_expire_estimate or vv_expire_apply,
 * and vv_expire_clear.
 */
#ifndef VV_LIB_SPACE_EXPIRE_H
#define VV_LIB_SPACE_EXPIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "lib/space/gc.h"
#include "lib/space/retention.h"
#include "repo/blocks/cid.h"
#include "repo/git/repository.h"

/* Why a version stays: first the rules of the policy, VV_KEEP_... */
enum {
	VV_STAYS_NAMED = VV_KEEP_COUNT, /* a ref, work tree, stash or signed head names it */
	VV_STAYS_IN_USE,                /* it is staged, checked out or published */
	VV_STAYS_LINKED,                /* its rows are at a source (varve import --link) */
	VV_STAYS_OTHER, /* it is also a version of a table that the paths leave out */
	VV_STAYS_COUNT
};

/* A table, and the numbers of its versions. */
typedef struct vv_expire_table {
	char *path;                  /* its newest path; owned */
	uint64_t versions;           /* different ones */
	uint64_t by[VV_STAYS_COUNT]; /* versions that stay, each by its first reason */
	/* goes: versions that expire; gone: those that expired earlier, and whose data is not here */
	uint64_t goes, gone;
} vv_expire_table;

/* A version that the policy does not keep. */
typedef struct vv_expire_version {
	vv_cid root;
	size_t table;   /* in tables: one that has it */
	vv_oid commit;  /* the newest commit that brought it */
	int64_t time;   /* of the commit, in seconds since 1970 */
	int offset_min; /* time zone of the commit, in minutes east of UTC */
	bool gone;      /* it expired earlier, and its data is not here */
} vv_expire_version;

/* A run: its options and its result. */
typedef struct vv_expire {
	vv_retention policy;
	const char *const *paths; /* tables or folders, ended by NULL; NULL or none: all tables */
	const vv_oid *tips;       /* more tips than those of r's refs: those of remotes */
	size_t tip_count;
	/* The following members are set by vv_expire_find, except for gc. */
	vv_expire_table *tables; /* those of the paths, sorted by path */
	size_t table_count;
	vv_expire_version *versions; /* sorted by table, the newest first */
	size_t count, cap;
	uint64_t goes; /* number of versions that are not gone */
	vv_gc_run gc;  /* gc.result.dropped_bytes: bytes of the blocks that go */
} vv_expire;

/* Finds the versions of r that the policy does not keep; changes nothing. VV_EREFUSED: a merge or
 * similar is in progress, or the clone is shallow or partial, so that it does not show all versions
 * and names. VV_ENOTFOUND: a path has no table. */
vv_status vv_expire_find(vv_expire *e, vv_repository *r, vv_error *err);

/* Sets e->gc to what vv_expire_apply would free; changes nothing. Reads as much as a gc. */
vv_status vv_expire_estimate(vv_expire *e, vv_repository *r, vv_error *err);

/* Adds the versions to the list of expired versions (repo/git/history/expired.h). */
vv_status vv_expire_list(const vv_expire *e, vv_repository *r, vv_error *err);

/* Lists the versions with vv_expire_list, and then removes their data from r. If it is interrupted, vv_expire_find and vv_expire_apply finish it.
 * VV_ELOCKED: another gc or drop is running. VV_EUSAGE: name or email of the committer is not
 * configured. */
vv_status vv_expire_apply(vv_expire *e, vv_repository *r, vv_error *err);

void vv_expire_clear(vv_expire *e);
VV_AUTO_CLEAR(vv_expire, vv_expire_clear)

#endif
