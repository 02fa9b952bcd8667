/*
 * lineage: walks back through the commits that changed a file, also under its earlier names.
 *
 * A trail is a file that is followed from commit to parent. At a commit that changed the file, a
 * stop, the caller gets the file in each parent, and chooses the parents to follow. If a parent has
 * identical content, even under an earlier name, the trail continues at this parent automatically,
 * as in git log and git blame. Commits are visited newest first. If clocks were wrong, a commit can
 * be visited again, but no trail is lost.
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

/* Is called if two trails meet at the same path of a commit. `into` and `more` are the caller's
 * pointers for the trails. If the function merges `more` into `into`, it sets *joined to true, and
 * the trail `more` ends; else both trails continue. */
typedef vv_status (*vv_lineage_join)(void *payload, void *into, void *more, bool *joined,
				     vv_error *err);

/* A file in a commit. */
typedef struct vv_lineage_file {
	vv_oid commit, blob;
	/* valid until vv_lineage_close; NULL: the commit, a parent, does not have the file */
	const char *path;
	/* length of the last part of path, "#TABLE" for a table in a document, which Git's path
	 * does not have; 0: path is Git's path */
	size_t tail;
} vv_lineage_file;

/* A function that finds the earlier name of a table in a document (a file with several tables). */
typedef struct vv_lineage_tables {
	/* Sets *out to the name of the table `now` in `before`, the document in a parent; the
	 * caller frees *out with vv_free. Sets *out to NULL if the name is the same, or unknown.
	 * now->blob is not set. If `was` is NULL, names never change. */
	vv_status (*was)(void *payload, vv_repository *r, const vv_lineage_file *now,
			 const vv_lineage_file *before, char **out, vv_error *err);
	void *payload;
} vv_lineage_tables;

/* How to walk. */
typedef struct vv_lineage_options {
	/* revision ranges; if one of them excludes commits (A..B), only commits in the ranges are
	 * visited; else all ancestors are visited */
	const vv_range *ranges;
	size_t range_count;
	bool first_parent; /* follow only first parents */
	/* a trail ends without an error at the end of a shallow clone, as in git log */
	bool cut_off_ends;
	bool renames;         /* also stop at commits that only renamed the file */
	vv_lineage_join join; /* NULL: trails are never joined */
	void *payload;        /* for join */
	vv_lineage_tables tables;
} vv_lineage_options;

typedef struct vv_lineage vv_lineage;

/* A commit in which the file differs from the file in every parent or, with `renames`, was only
 * renamed. Borrowed until the next call. */
typedef struct vv_lineage_stop {
	vv_lineage_file file;
	void *trail;                    /* the caller's pointer for this trail */
	const vv_lineage_file *parents; /* the file in each followed parent */
	size_t parent_count;
} vv_lineage_stop;

/* Opens a walk without trails. opts is borrowed only during the call. */
vv_status vv_lineage_open(vv_lineage **out, vv_repository *r, const vv_lineage_options *opts,
			  vv_error *err);
/* Begins a trail at a path of a commit, which may end in "#TABLE". trail: the caller's pointer for
 * the trail. Does nothing if the ranges exclude the commit. In a partial clone, fetches missing
 * versions of the file. VV_ENOTFOUND: the commit does not have the path. */
vv_status vv_lineage_begin(vv_lineage *l, const vv_oid *commit, const char *path, void *trail,
			   vv_error *err);
/* Walks to the next stop, and sets *out. Returns 1, 0 at the end, or a negative status.
 * VV_ENOTFOUND: a trail continues beyond the end of a shallow clone, and cut_off_ends is false. */
int vv_lineage_next(vv_lineage *l, vv_lineage_stop *out, vv_error *err);
/* Continues a trail at `parent`, one of the parents of the last stop; parent->path must not be
 * NULL. trail: the caller's pointer for the trail. */
vv_status vv_lineage_follow(vv_lineage *l, const vv_lineage_file *parent, void *trail,
			    vv_error *err);
/* Returns true if exactly one trail is left. Then sets *file to the file at which the trail will
 * continue, and *trail to the caller's pointer for the trail. */
bool vv_lineage_only(vv_lineage *l, vv_lineage_file *file, void **trail);
void vv_lineage_close(vv_lineage *l); /* accepts NULL; does not free the caller's trails */
VV_AUTO_FREE(vv_lineage, vv_lineage_close)

#endif
