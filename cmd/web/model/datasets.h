/*
 * datasets: lists the files of a version, tables first, with their row counts over time.
 */
#ifndef VV_CMD_WEB_MODEL_DATASETS_H
#define VV_CMD_WEB_MODEL_DATASETS_H

#include "cmd/web/model/commits.h"

/* A commit that changed the number of rows, and the new number. */
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
	/* for a table of a document: the path of the document, which is not listed itself; else
	 * NULL */
	const char *document;
	uint64_t rows, columns,
		bytes; /* rows and columns are set for stored tables and tables of documents */
	char root[VV_CID_TEXT + 1]; /* CID of a stored dataset's root; else "" */
	bool has_last;
	/* the last commit that changed the file, if the commit was found in time */
	vv_web_commit last;
	vv_web_rows_then *line; /* row counts over time, oldest first */
	size_t line_count;
	/* number of versions of a document that `line` lacks because no reader was run for them */
	size_t unread;
} vv_web_dataset;

typedef struct vv_web_datasets {
	vv_web_dataset *items; /* by path, tables before other files */
	size_t count, tables;
	bool more; /* true if not all files are listed */
} vv_web_datasets;

/* Lists the files of a version. If history is true, also sets `last` and `line`, for which the
 * history is read. */
vv_status vv_web_datasets_read(vv_web_visit *v, const vv_web_commit *c, size_t limit, bool history,
			       vv_web_datasets *out, vv_error *err);

/* A table, and its columns whose names match. */
typedef struct vv_web_found {
	const char *path;
	const char **columns;
	size_t column_count;
} vv_web_found;

/* Finds the tables of a version whose path or column names contain the words, ignoring case. If the
 * path matches, all columns are listed. If words is NULL or "", all tables are listed. Sets
 * *complete to whether the column names of every table were compared. */
vv_status vv_web_names_find(vv_web_visit *v, const vv_web_commit *c, const char *words,
			    vv_web_found **out, size_t *count, bool *complete, vv_error *err);

/* Suggests alternatives for a path that this version does not have: *newest is the newest version
 * that has the path (newest->none is true if no version has it), and *near has paths of this
 * version with similar names. If this version has the path, there are no suggestions. */
vv_status vv_web_elsewhere(vv_web_visit *v, const vv_web_commit *c, const char *path,
			   vv_web_commit *newest, const char ***near, size_t *near_count,
			   vv_error *err);

#endif
