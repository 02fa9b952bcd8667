/*
 * datasets: lists the files of a version, tables first, and their numbers of rows over time.
 */
#ifndef VV_CMD_WEB_MODEL_DATASETS_H
#define VV_CMD_WEB_MODEL_DATASETS_H

#include "cmd/web/model/commits.h"

/* The number of rows since a commit. */
typedef struct vv_web_rows_then {
	int64_t time;
	vv_oid commit;
	uint64_t rows;
} vv_web_rows_then;

typedef struct vv_web_dataset {
	const char *path;
	bool stored;  /* stored by varve; else a plain file in Git */
	bool table;   /* its rows can be shown */
	bool damaged; /* a pointer that was edited or torn */
	/* the document that this is a table of; the table is listed in its place; else NULL */
	const char *document;
	uint64_t rows, columns,
		bytes; /* rows and columns: of stored tables, and of those of documents */
	char root[VV_CID_TEXT + 1]; /* root of a stored dataset; else "" */
	bool has_last;
	vv_web_commit last;     /* the last commit that changed it, if it was found in time */
	vv_web_rows_then *line; /* its rows over time, oldest first */
	size_t line_count;
	/* number of versions of a document that are missing in line, since no reader was run for
	 * them */
	size_t unread;
} vv_web_dataset;

typedef struct vv_web_datasets {
	vv_web_dataset *items; /* by path, tables before other files */
	size_t count, tables;
	bool more; /* more files exist than are listed */
} vv_web_datasets;

/* Lists the files of a version. history: also sets `last` and `line`, which needs a walk through
 * the history. */
vv_status vv_web_datasets_read(vv_web_visit *v, const vv_web_commit *c, size_t limit, bool history,
			       vv_web_datasets *out, vv_error *err);

/* A table, and its columns with a matching name. */
typedef struct vv_web_found {
	const char *path;
	const char **columns;
	size_t column_count;
} vv_web_found;

/* Finds tables of a version whose path or column names contain the words, ignoring case. If the
 * path matches, all columns are listed. words NULL or "": all tables. *complete: the columns of
 * every table were searched. */
vv_status vv_web_names_find(vv_web_visit *v, const vv_web_commit *c, const char *words,
			    vv_web_found **out, size_t *count, bool *complete, vv_error *err);

/* Suggestions for a path that this version lacks: the newest version that has it (none: never), and
 * paths of this version with similar names. Empty if it has the path. */
vv_status vv_web_elsewhere(vv_web_visit *v, const vv_web_commit *c, const char *path,
			   vv_web_commit *newest, const char ***near, size_t *near_count,
			   vv_error *err);

#endif
