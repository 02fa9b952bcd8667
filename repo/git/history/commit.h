/*
 * commit: reads and makes commits.
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

/* A commit. */
typedef struct vv_commit {
	vv_oid id, tree;
	vv_oid *parents;
	size_t parent_count;
	vv_person author, committer;
	/* the whole message. Like the names, it is converted from the commit's encoding to UTF-8,
	 * if that is possible */
	char *message;
} vv_commit;
/* Reads the commit id into *out, which the caller clears with vv_commit_clear. After a failure,
 * *out is empty. */
vv_status vv_commit_read(vv_repository *r, const vv_oid *id, vv_commit *out, vv_error *err);
void vv_commit_clear(vv_commit *c);
VV_AUTO_CLEAR(vv_commit, vv_commit_clear)
/* the first line that is not empty; borrowed, *len bytes, not NUL-terminated */
const char *vv_commit_subject(const vv_commit *c, size_t *len);

/* The content of a new commit, and how to make it. */
typedef struct vv_commit_options {
	const char *message; /* the text after all hooks; a missing last newline is added */
	const vv_oid *tree;
	const vv_oid *parents; /* parent_count ids */
	size_t parent_count;
	/* "Name <mail>"; NULL: the author of keep_author, or else the configured author */
	const char *author;
	int64_t author_time;   /* seconds since 1970; used if author_time_set is true */
	int author_offset_min; /* time zone of author_time, in minutes east of UTC */
	bool author_time_set;
	bool both_times; /* the committer's time is the author's time */
	/* the commit whose author and author time are used, for amending; NULL: see author.
	 * `author` replaces its name and address, and author_time its time */
	const vv_commit *keep_author;
	/* text for the reflog; NULL: git's text, such as "commit (amend): " and the subject */
	const char *reflog;
	bool no_sign; /* ignore commit.gpgSign */
	/* the commit that HEAD must be at, null: no commit; NULL: see vv_commit_create */
	const vv_oid *expect;
} vv_commit_options;
/* Stages a commit object, and sets *out to its id. If commit.gpgSign is set, git makes and signs
 * the commit: then all staged objects and the commit are durable at once. Moves no ref, so expect
 * and reflog are not used. VV_EUSAGE: author or committer is not configured; the hint has the two
 * git config commands. VV_EREFUSED: the message is too long, the commit could not be signed, or a
 * signed commit has more than 40 parents. */
vv_status vv_commit_write(vv_repository *r, const vv_commit_options *opts, vv_oid *out,
			  vv_error *err);
/* Writes the commit object as vv_commit_write does, and moves HEAD's branch, or a detached HEAD, to
 * the commit. HEAD must be at the commit `expect`. If expect is NULL, HEAD must be at parents[0],
 * or (amend) at a commit with exactly these parents. VV_ECONFLICT: HEAD is at another commit, and
 * was not moved. */
vv_status vv_commit_create(vv_repository *r, const vv_commit_options *opts, vv_oid *out,
			   vv_error *err);

#endif
