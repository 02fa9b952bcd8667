/*
 * changes: lists the changes of commits, counted in rows, and walks the history.
 */
#ifndef VV_CMD_WEB_MODEL_CHANGES_H
#define VV_CMD_WEB_MODEL_CHANGES_H

#include "cmd/web/model/commits.h"
#include "diff/write/change_words.h"
#include "lib/names/content.h"
#include "repo/git/history/revision.h"

/* How a path changed. The first three values are those of vv_row_kind. */
typedef enum vv_web_change_kind {
	VV_WEB_ADDED,
	VV_WEB_REMOVED,
	VV_WEB_CHANGED,
	VV_WEB_RENAMED /* renamed, and possibly changed */
} vv_web_change_kind;

/* The change of one path between two versions. */
typedef struct vv_web_change {
	vv_web_change_kind kind;
	const char *path, *old_path; /* old_path: the path before a rename, or NULL */
	/* the path is a table in each version that has it: stored by varve, in a document, or text
	 * with a table's file name */
	bool table;
	/* size of the table after the change; for a removed table, before; 0: not known, as for
	 * text */
	uint64_t rows, columns;
	/* set for a table that both versions have; counts.counted is false if the counts are not
	 * known */
	vv_change_counts counts;
	vv_gap gap; /* the changes are not known, because the rows of a version are not here */
	/* the change in words, such as "+35 -35 ~64 rows, 2 columns added" or "new: 503 rows, 8
	 * columns"; may be "" */
	const char *words;
} vv_web_change;

/* Moves the ownership of the texts in c to the visit, which frees them at its end. */
void vv_web_counts_take(vv_web_visit *v, vv_change_counts *c);

/* A version, and its differences from another one, ordered by path. */
typedef struct vv_web_log_entry {
	/* before: the other version; in a log, the first parent, or the empty version */
	vv_web_commit commit, before;
	vv_web_change *changes;
	size_t count;
	bool more; /* more paths changed than are listed */
	/* if the log has a path: number of rows in this version; 0: the version lacks the path, or
	 * the number is not known, as for text */
	uint64_t rows;
} vv_web_log_entry;

/* Sets *out to the differences between the versions a and b, either of which may be the empty
 * version (member `none`). Once the visit's time limit is reached, further changes are listed, but
 * not counted. If b is the work tree, no changes are counted. limit: maximum number of paths. */
vv_status vv_web_changes_between(vv_web_visit *v, const vv_web_commit *a, const vv_web_commit *b,
				 size_t limit, vv_web_log_entry *out, vv_error *err);

/* A part of the history. */
typedef struct vv_web_log {
	vv_web_log_entry *entries; /* newest first */
	size_t count;
	bool complete; /* the history has no further commits */
	/* if not complete: id of the first commit that is not listed, at which the next log
	 * continues */
	char next[VV_OID_TEXT + 1];
	const char *next_path; /* if the log has a path: the name of the path in that commit */
} vv_web_log;

/* Returns true if the content is a stored table, or a plain file whose path has a table's name. */
bool vv_web_is_table(const vv_content *c, const char *path);

/* Selects commits for vv_web_log_read. */
typedef struct vv_web_log_query {
	/* only commits that changed this path, following renames; NULL: all commits */
	const char *path;
	const vv_web_commit *from; /* the newest commit */
	/* since: a revision; the log omits commits that are not newer than this version. after: the
	 * revision at which the log begins instead of at `from`. Both may be NULL */
	const char *since, *after;
	size_t limit; /* maximum number of commits */
} vv_web_log_query;
/* Sets *out to the selected commits with their changes: at least one, if one exists, then more
 * until the visit's time limit is reached. The empty version has no commits. */
vv_status vv_web_log_read(vv_web_visit *v, const vv_web_log_query *q, vv_web_log *out,
			  vv_error *err);
/* Returns VV_ENOTFOUND if the log of the query q is empty because no version up to q->from has the
 * path; else VV_OK. */
vv_status vv_web_log_must(const vv_web_log *log, const vv_web_log_query *q, vv_error *err);

/* If the file at `path` in version b was renamed since version a, sets *old to its path in a. Else,
 * sets *old to NULL. */
vv_status vv_web_renamed(vv_web_visit *v, const vv_web_commit *a, const vv_web_commit *b,
			 const char *path, const char **old, vv_error *err);

/* A walk over the commits that changed a path, or over all commits, newest first. Renames are
 * followed.
 *
 *	vv_auto(vv_web_walk) w = {.v = v};
 *	vv_web_walk_open(&w, from, path, err)
 *	while ((more = vv_web_walk_next(&w, err)) > 0) { ... w.commit, w.path ... }
 */
typedef struct vv_web_walk {
	vv_web_visit *v;
	struct vv_log *log;
	struct vv_path_log *of_path; /* replaces log if path is given */
	vv_range range;
	bool known;                   /* set by the caller; true: do not run readers of documents */
	const char *path;             /* the path in the commit, without table; NULL: all paths */
	const char *table;            /* such as "#Prices" if path is a document; else "" */
	const char *was_table;        /* the table's name in the first parent, in the same form */
	vv_web_commit commit, before; /* before: the first parent, or the empty version */
	const char *old; /* the previous name of the path if the commit renamed it; else NULL */
} vv_web_walk;
/* Begins a walk at the commit `from`. path may be NULL: all commits. */
vv_status vv_web_walk_open(vv_web_walk *w, const vv_oid *from, const char *path, vv_error *err);
/* Moves to the next commit. Returns 1, 0 at the end, or a negative vv_status. */
int vv_web_walk_next(vv_web_walk *w, vv_error *err);
void vv_web_walk_close(vv_web_walk *w); /* w may be zeroed */
VV_AUTO_CLEAR(vv_web_walk, vv_web_walk_close)

/* Returns the words for rows that are not here: "data is missing", or "rows have expired". */
const char *vv_web_gap_words(vv_gap gap);

#endif
