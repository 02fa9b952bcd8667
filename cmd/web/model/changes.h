/*
 * changes: lists the changes of commits, counted in rows, and walks the history.
 */
#ifndef VV_CMD_WEB_MODEL_CHANGES_H
#define VV_CMD_WEB_MODEL_CHANGES_H

#include "cmd/web/model/commits.h"
#include "diff/write/change_words.h"
#include "lib/names/content.h"
#include "repo/git/history/revision.h"

/* The first three have the values of vv_row_kind. */
typedef enum vv_web_change_kind {
	VV_WEB_ADDED,
	VV_WEB_REMOVED,
	VV_WEB_CHANGED,
	VV_WEB_RENAMED /* renamed, and possibly changed */
} vv_web_change_kind;

/* The change of one path between two versions. */
typedef struct vv_web_change {
	vv_web_change_kind kind;
	const char *path, *old_path; /* old_path: the path before a rename; else NULL */
	bool table;                  /* stored by varve, or text that varve can compare */
	uint64_t rows, columns;      /* size of a table after the change (before it, if removed) */
	vv_change_counts counts;     /* for a table in both versions; counted false: not known */
	/* the changes are not known, since data of a version is missing here */
	bool missing;
	/* "+35 -35 ~64 rows, 2 columns added", "new: 503 rows, 8 columns"; "" if nothing is
	 * known */
	const char *words;
} vv_web_change;

/* Passes ownership of the words in c to the visit. */
void vv_web_counts_take(vv_web_visit *v, vv_change_counts *c);

/* Lists the differences of two versions, by path. a or b may be `none`. Stops counting when the
 * time limit is reached. limit: maximum number of paths; *more: there are more. */
vv_status vv_web_changes_between(vv_web_visit *v, const vv_web_commit *a, const vv_web_commit *b,
				 size_t limit, vv_web_change **out, size_t *count, bool *more,
				 vv_error *err);

typedef struct vv_web_log_entry {
	vv_web_commit commit, before; /* before: the first parent, or `none` */
	vv_web_change *changes;
	size_t count;
	bool more; /* more changes exist than are listed */
	/* with a path: its number of rows in this version; 0 if the path does not exist */
	uint64_t rows;
} vv_web_log_entry;

typedef struct vv_web_log {
	vv_web_log_entry *entries; /* newest first */
	size_t count;
	bool complete; /* the history ends here */
	/* if not complete: the first commit that is not listed, to continue from */
	char next[VV_OID_TEXT + 1];
	const char *next_path; /* with a path: its name in the commit next */
} vv_web_log;

/* Is the content a stored table, or text in a file with a table's name? */
bool vv_web_is_table(const vv_content *c, const char *path);

/* from: the commit to begin with. path: only commits that changed it, following renames; NULL:
 * all commits. since: a version; it and older versions are left out; NULL: no limit. after: a
 * version to continue from; NULL: from. */
typedef struct vv_web_log_query {
	const char *path;
	const vv_web_commit *from;
	const char *since, *after;
	size_t limit;
} vv_web_log_query;
vv_status vv_web_log_read(vv_web_visit *v, const vv_web_log_query *q, vv_web_log *out,
			  vv_error *err);

/* Sets *old to the name in a of the path in b; NULL: a has the same path, or no such file. */
vv_status vv_web_renamed(vv_web_visit *v, const vv_web_commit *a, const vv_web_commit *b,
			 const char *path, const char **old, vv_error *err);

/* The commits that changed a path, or all, newest first; renames are followed.
 *
 *	vv_auto(vv_web_walk) w = {.v = v};
 *	vv_web_walk_open(&w, from, path, err)
 *	while ((more = vv_web_walk_next(&w, err)) > 0) { ... w.commit, w.path ... }
 */
typedef struct vv_web_walk {
	vv_web_visit *v;
	struct vv_log *log;
	struct vv_path_log *of_path; /* replaces log if the walk has a path */
	vv_range range;
	bool known;                   /* set it before opening: no document reader is run */
	const char *path;             /* the path's name in the commit; NULL: all paths */
	const char *table;            /* the table "#Prices" if path is a document; else "" */
	const char *was_table;        /* the same before the commit */
	vv_web_commit commit, before; /* before: the first parent, or `none` */
	const char *old;              /* the previous path if the commit renamed it; else NULL */
} vv_web_walk;
vv_status vv_web_walk_open(vv_web_walk *w, const vv_oid *from, const char *path, vv_error *err);
int vv_web_walk_next(vv_web_walk *w, vv_error *err); /* 1: a commit; 0: the end; <0: failure */
void vv_web_walk_close(vv_web_walk *w);              /* accepts zeroes */
VV_AUTO_CLEAR(vv_web_walk, vv_web_walk_close)

#endif
