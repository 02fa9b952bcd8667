/*
 * commit: reading commits, and making them.
 */
#ifndef VV_REPO_GIT_HISTORY_COMMIT_H
#define VV_REPO_GIT_HISTORY_COMMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "repo/git/history/identity.h"
#include "repo/git/repository.h"

typedef struct vv_commit {
	vv_oid id, tree;
	vv_oid *parents;
	size_t parent_count;
	vv_person author, committer;
	char *message; /* whole, as stored */
} vv_commit;
vv_status vv_commit_read(vv_repository *r, const vv_oid *id, vv_commit *out, vv_error *err);
void vv_commit_clear(vv_commit *c);
VV_AUTO_CLEAR(vv_commit, vv_commit_clear)
const char *vv_commit_subject(const vv_commit *c, size_t *len); /* first line, borrowed */

/* Makes a commit: tree from the index, parents, hooks' message, identity, signature if
 * commit.gpgSign is set, then moves HEAD (the branch it names) by compare-and-swap: HEAD must still
 * be parents[0], or the commit that expect names, or (amending) a commit with just these parents;
 * else VV_ECONFLICT, and nothing moves. Identity missing: VV_EUSAGE with the two git config lines
 * as hint. */
typedef struct vv_commit_options {
	const char *message; /* final text */
	const vv_oid *tree;
	const vv_oid *parents;
	size_t parent_count;
	const char *author;    /* "Name <mail>" or NULL */
	int64_t author_time;   /* with author_time_set */
	int author_offset_min; /* its zone */
	bool author_time_set;
	bool both_times;              /* and the committer has the same */
	const vv_commit *keep_author; /* amend: take the author of this one */
	const char *reflog;           /* "commit: subject" made when NULL */
	bool no_sign;                 /* ignores commit.gpgSign */
	const vv_oid *expect;         /* what HEAD must be now; NULL: see above */
} vv_commit_options;
/* The commit's object alone, staged: no ref names it, and expect and reflog are not read. */
vv_status vv_commit_write(vv_repository *r, const vv_commit_options *opts, vv_oid *out,
			  vv_error *err);
vv_status vv_commit_create(vv_repository *r, const vv_commit_options *opts, vv_oid *out,
			   vv_error *err);

#endif
