/*
 * commits: finds versions by name, id or date; lists branches and tags.
 */
#ifndef VV_CMD_WEB_MODEL_COMMITS_H
#define VV_CMD_WEB_MODEL_COMMITS_H

#include "base/buf.h"
#include "cmd/web/model/visit.h"
#include "repo/git/oid.h"

#define VV_WEB_WORK ".work" /* the revision that means the work tree: no ref can be called so */

typedef struct vv_web_commit {
	bool work; /* the work tree; the other members are those of HEAD, its parent */
	bool none; /* the empty version before the first commit; all below is empty */
	vv_oid id;
	char hex[VV_OID_TEXT + 1]; /* for addresses: VV_WEB_WORK for the work tree */
	char brief[VV_OID_TEXT + 1];
	const char *subject; /* first line of its message; any bytes but NUL */
	const char *body;    /* the rest of the message; may be "" */
	const char *author;  /* the author's name */
	int64_t time;        /* the author's, seconds since 1970 */
	int offset_min;      /* of the time zone, east of Greenwich */
	const vv_oid *parents;
	size_t parent_count;
} vv_web_commit;

extern const vv_web_commit vv_web_none;

/* May strangers request it? Message searches and reflogs are not allowed for them. */
bool vv_web_rev_is_fit(const char *rev);

/* rev: a branch, tag, id, with ~ and ^; 40 zeros: none; "2026-03-01": the last version of the default branch (HEAD's)
 * before that day ended (repo/git/history/day.h); VV_WEB_WORK. fixed: rev is a whole commit id, so that its address never
 * means anything else; may be NULL. VV_ENOTFOUND, with similar names. */
vv_status vv_web_commit_find(vv_web_visit *v, const char *rev, vv_web_commit *out, bool *fixed,
			     vv_error *err);
/* HEAD's commit, the default version. VV_ENOTFOUND: no commits yet. */
vv_status vv_web_commit_head(vv_web_visit *v, vv_web_commit *out, vv_error *err);
vv_status vv_web_commit_read(vv_web_visit *v, const vv_oid *id, vv_web_commit *out, vv_error *err);
/* Sets out to the first parent of c, or to vv_web_none. */
vv_status vv_web_commit_before(vv_web_visit *v, const vv_web_commit *c, vv_web_commit *out,
			       vv_error *err);
/* Sets out to the merge base of a and b; to vv_web_none if they have no common history. */
vv_status vv_web_commit_base(vv_web_visit *v, const vv_web_commit *a, const vv_web_commit *b,
			     vv_web_commit *out, vv_error *err);

/* Appends the commit's time in its author's zone, "2026-03-01T12:00:00+01:00". */
void vv_web_time_put(vv_buf *out, const vv_web_commit *c);

typedef struct vv_web_ref {
	const char *name; /* "main", "v1": without refs/heads/ */
	bool tag;
	bool head; /* the branch that HEAD names */
	vv_web_commit commit;
} vv_web_ref;

/* Lists branches, the default one first, then tags, each newest first. most: the limit for
 * branches, and for tags. */
vv_status vv_web_refs(vv_web_visit *v, size_t most, vv_web_ref **out, size_t *count, vv_error *err);

#endif
