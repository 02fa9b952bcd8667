/*
 * changes: changes of commits, in words of rows.
 */
#ifndef VV_CMD_WEB_MODEL_CHANGES_H
#define VV_CMD_WEB_MODEL_CHANGES_H

#include "cmd/web/model/commits.h"
#include "diff/write/change_words.h"
#include "lib/names/content.h"
#include "repo/git/history/revision.h"

/* The first three as of rows (vv_row_kind). */
typedef enum vv_web_change_kind {
	VV_WEB_ADDED,
	VV_WEB_REMOVED,
	VV_WEB_CHANGED,
	VV_WEB_RENAMED /* and perhaps changed */
} vv_web_change_kind;

/* The change of one path between two versions. */
typedef struct vv_web_change {
	vv_web_change_kind kind;
	const char *path, *old_path; /* old_path: where it was before, if renamed; else NULL */
	bool table;                  /* one that varve keeps, or text that it can compare */
	uint64_t rows, columns;      /* of a table, afterwards (before, if it was removed) */
	vv_change_counts counts; /* of a table that both versions have; counted false: not known */
	bool missing;            /* not known, since the data of a version is not here */
	/* "+35 -35 ~64 rows, 2 columns added", "new: 503 rows, 8 columns"; "" where nothing is known */
	const char *words;
} vv_web_change;

/* Their words become the visit's. */
void vv_web_counts_take(vv_web_visit *v, vv_change_counts *c);

/* The differences of two versions, by path. a or b may be `none`. Stops counting when the time limit was reached.
 * limit: the maximum number of paths; *more: there are others. */
vv_status vv_web_changes_between(vv_web_visit *v, const vv_web_commit *a, const vv_web_commit *b,
				 size_t limit, vv_web_change **out, size_t *count, bool *more,
				 vv_error *err);

typedef struct vv_web_log_entry {
	vv_web_commit commit, before; /* before: first parent, or none */
	vv_web_change *changes;
	size_t count;
	bool more;     /* there are more changes than listed */
	uint64_t rows; /* with a path: rows that it has in this version; 0 if it is gone */
} vv_web_log_entry;

typedef struct vv_web_log {
	vv_web_log_entry *entries; /* newest first */
	size_t count;
	bool complete;              /* the history ends here */
	char next[VV_OID_TEXT + 1]; /* else: the first commit that is not listed, to go on from */
	const char *next_path;      /* with a path: its name there */
} vv_web_log;

/* Stored as a table, or text that is called like one? */
bool vv_web_is_table(const vv_content *c, const char *path);

/* from: where to begin. path: only commits that changed it, renames followed; NULL: all. since: a version, not
 * those that are as old or older; after: one to go on from; NULL: none. */
typedef struct vv_web_log_query {
	const char *path;
	const vv_web_commit *from;
	const char *since, *after;
	size_t limit;
} vv_web_log_query;
vv_status vv_web_log_read(vv_web_visit *v, const vv_web_log_query *q, vv_web_log *out,
			  vv_error *err);

/* The name of b's path in a; NULL: a has the same path, or no such file. */
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
	struct vv_path_log *of_path; /* in its place: of one path */
	vv_range range;
	bool known;                   /* set before it is opened: no reader is run */
	const char *path;             /* its name in the commit; NULL: all */
	const char *table;            /* of a document, which path is then: "#Prices"; "" */
	const char *was_table;        /* likewise before the commit */
	vv_web_commit commit, before; /* before: first parent, or none */
	const char *old;              /* the commit renamed it from that; NULL */
} vv_web_walk;
vv_status vv_web_walk_open(vv_web_walk *w, const vv_oid *from, const char *path, vv_error *err);
int vv_web_walk_next(vv_web_walk *w, vv_error *err); /* 1, 0, <0 */
void vv_web_walk_close(vv_web_walk *w);              /* accepts zeroes */
VV_AUTO_CLEAR(vv_web_walk, vv_web_walk_close)

#endif
