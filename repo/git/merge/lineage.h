/*
 * lineage: the commits through which a file came to be what it is, also under earlier names: back from a commit through all
 * parents.
 *
 * Each commit comes with its parents' content at the path; the caller chooses the parents to follow. A trail continues to
 * the first parent with identical content without a question, as in git log and git blame. The newest commit comes first.
 * With wrong clocks a commit can be visited again, but no trail is lost.
 *
 * A correct caller: vv_lineage_open; vv_lineage_begin for each start; vv_lineage_next until 0, and
 * vv_lineage_follow in between; vv_lineage_close.
 */
#ifndef VV_REPO_GIT_MERGE_LINEAGE_H
#define VV_REPO_GIT_MERGE_LINEAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/error.h"
#include "repo/git/history/revision.h"
#include "repo/git/repository.h"

/* Two trails meet at a path of a commit: *joined when `into` took over all of `more`. */
typedef vv_status (*vv_lineage_join)(void *payload, void *into, void *more, bool *joined,
				     vv_error *err);

/* A file in a commit; of a parent that does not have it, path is NULL. */
typedef struct vv_lineage_file {
	vv_oid commit, blob;
	const char *path; /* lives as long as the lineage */
	size_t tail;      /* length of its last part, which is not for Git: "#TABLE" of a
			   * document */
} vv_lineage_file;

/* Finds the name of a document's table in a parent's document: *out is owned by the caller; NULL: the same, or unknown. The
 * function may be NULL. */
typedef struct vv_lineage_tables {
	vv_status (*was)(void *payload, vv_repository *r, const vv_lineage_file *now,
			 const vv_lineage_file *before, char **out, vv_error *err);
	void *payload;
} vv_lineage_tables;

typedef struct vv_lineage_options {
	const vv_range *ranges; /* if one excludes something: only commits of them are given */
	size_t range_count;
	bool first_parent;
	bool cut_off_ends;    /* if a clone is shallow a trail ends, as in git log */
	bool renames;         /* a commit that did no more than rename the file is given, too */
	vv_lineage_join join; /* NULL: trails stay apart */
	void *payload;        /* of join */
	vv_lineage_tables tables;
} vv_lineage_options;

typedef struct vv_lineage vv_lineage;

/* A commit that has the file unlike all its parents. Borrowed until the next call. */
typedef struct vv_lineage_stop {
	vv_lineage_file file;
	void *trail; /* of the caller's */
	const vv_lineage_file *parents;
	size_t parent_count;
} vv_lineage_stop;

vv_status vv_lineage_open(vv_lineage **out, vv_repository *r, const vv_lineage_options *opts,
			  vv_error *err);
/* VV_ENOTFOUND: the commit does not have the path. */
vv_status vv_lineage_begin(vv_lineage *l, const vv_oid *commit, const char *path, void *trail,
			   vv_error *err);
/* 1, 0, <0. VV_ENOTFOUND: a trail continues beyond a shallow clone. */
int vv_lineage_next(vv_lineage *l, vv_lineage_stop *out, vv_error *err);
/* Goes on at a parent of the stop, one with a path. */
vv_status vv_lineage_follow(vv_lineage *l, const vv_lineage_file *parent, void *trail,
			    vv_error *err);
/* Does one trail alone continue? Then *file is where it waits. */
bool vv_lineage_only(vv_lineage *l, vv_lineage_file *file, void **trail);
void vv_lineage_close(vv_lineage *l); /* accepts NULL; trails are the caller's */
VV_AUTO_FREE(vv_lineage, vv_lineage_close)

#endif
