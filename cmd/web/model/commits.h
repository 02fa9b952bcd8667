/*
 * commits: finds versions by name, id or date; lists branches and tags.
 */
#ifndef VV_CMD_WEB_MODEL_COMMITS_H
#define VV_CMD_WEB_MODEL_COMMITS_H

#include "base/buf.h"
#include "cmd/web/model/visit.h"
#include "repo/git/oid.h"

#define VV_WEB_WORK ".work" /* the revision that means the work tree; no ref can have this name */

/* A version: a commit, the work tree, or the empty version. */
typedef struct vv_web_commit {
	/* this is the work tree; id, author, time and parents are those of HEAD */
	bool work;
	/* this is the empty version before the first commit, vv_web_none */
	bool none;
	vv_oid id;
	/* id for addresses; VV_WEB_WORK for the work tree, 40 zeros for the empty version */
	char hex[VV_OID_TEXT + 1];
	char brief[VV_OID_TEXT + 1]; /* abbreviated id */
	const char *subject;         /* first line of the message; any bytes except NUL */
	const char *body;            /* the message after the first line; may be "" */
	const char *author;          /* name of the author */
	int64_t time;                /* time of the author, in seconds since 1970 */
	int offset_min; /* offset of the author's time zone from UTC, in minutes; positive: east */
	const vv_oid *parents;
	size_t parent_count;
} vv_web_commit;

/* The empty version. */
extern const vv_web_commit vv_web_none;

/* Returns true if requests may contain this revision. Searches of messages and reflogs are not
 * allowed. */
bool vv_web_rev_is_fit(const char *rev);

/* Sets *out to the version with the revision rev:
 *   a branch, a tag or an id, also with ~ and ^
 *   VV_WEB_WORK, if the visit may show the work tree
 *   40 zeros: the empty version
 *   a date such as "2026-03-01": the last version of HEAD's branch at the end of that day
 *   (repo/git/history/day.h)
 * Sets *fixed to true if rev is a full id, so that its meaning never changes; fixed may be NULL.
 * VV_ENOTFOUND: no such version exists, it is damaged, or the visitor may not see it. VV_EUSAGE: rev is ambiguous
 * (for visitors who are not the owner, this is VV_ENOTFOUND, too). */
vv_status vv_web_commit_find(vv_web_visit *v, const char *rev, vv_web_commit *out, bool *fixed,
			     vv_error *err);
/* Sets *out to the commit of HEAD, the default version. VV_ENOTFOUND: the repository has no
 * commits, or no branch or tag reaches HEAD. */
vv_status vv_web_commit_head(vv_web_visit *v, vv_web_commit *out, vv_error *err);
/* Sets *out to the commit with this id. Does not check whether the visitor may see it. */
vv_status vv_web_commit_read(vv_web_visit *v, const vv_oid *id, vv_web_commit *out, vv_error *err);
/* Sets *out to the first parent of c (HEAD, if c is the work tree), or to vv_web_none if c has no
 * parent. */
vv_status vv_web_commit_before(vv_web_visit *v, const vv_web_commit *c, vv_web_commit *out,
			       vv_error *err);
/* Sets *out to the merge base of a and b, or to vv_web_none if they have no common history. If a is
 * the work tree, sets *out to a. */
vv_status vv_web_commit_base(vv_web_visit *v, const vv_web_commit *a, const vv_web_commit *b,
			     vv_web_commit *out, vv_error *err);

/* A branch or tag. */
typedef struct vv_web_ref {
	const char *name; /* without refs/heads/ or refs/tags/ */
	bool tag;         /* true: a tag; false: a branch */
	bool head;        /* the branch that HEAD names */
	bool is_unsigned; /* as vv_web_refs_judge (signed.h) found; else false */
	vv_web_commit commit;
} vv_web_ref;

/* Sets *out to an array of the branches and then the tags, and *count to their number. HEAD's
 * branch is first; the other branches, and the tags, are ordered by time, newest first. Hidden refs
 * are omitted. most: maximum number of branches, and of tags. */
vv_status vv_web_refs(vv_web_visit *v, size_t most, vv_web_ref **out, size_t *count, vv_error *err);
/* Sets *out to the branches of remotes, newest first, that have versions which HEAD's upstream lacks:
 * those of others, and those sent for a review. Names begin with the remote's name. VV_OK without any for
 * visits that may not show the work tree. */
vv_status vv_web_remote_refs(vv_web_visit *v, size_t most, vv_web_ref **out, size_t *count,
			     vv_error *err);

#endif
