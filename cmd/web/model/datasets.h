/*
 * datasets: lists the files of a version, tables first, with their row counts over time.
 */
#ifndef VV_CMD_WEB_MODEL_DATASETS_H
#define VV_CMD_WEB_MODEL_DATASETS_H

#include "cmd/web/model/commits.h"

/* A commit that changed the table, and the number of rows after it. */
typedef struct vv_web_rows_then {
	int64_t time; /* author time of the commit, in seconds since 1970 */
	vv_oid commit;
	uint64_t rows;
} vv_web_rows_then;

/* A file of a version, or a table of a document. */
typedef struct vv_web_dataset {
	const char *path;
	bool stored;  /* stored by varve; else a plain file in Git */
	bool table;   /* its rows can be shown */
	bool damaged; /* the file is a damaged pointer */
	/* for a table of a document: the path of the document; else NULL. A document with one table
	 * is one item; a document with several tables is also an item of its own */
	const char *document;
	uint64_t rows, columns,
		bytes; /* rows and columns are set for stored tables and tables of documents */
	char root[VV_CID_TEXT + 1]; /* CID of a stored dataset's root; else "" */
	/* last is set; false: no history was requested, or the commit was not found before the time
	 * limit */
	bool has_last;
	/* the last commit that changed the file, following first parents */
	vv_web_commit last;
	vv_web_rows_then *line; /* the newest row counts over time, at most 400, oldest first */
	size_t line_count;
	/* number of versions of a document that `line` lacks because no reader was run for them */
	size_t unread;
} vv_web_dataset;

/* The files of a version. */
typedef struct vv_web_datasets {
	vv_web_dataset *items; /* ordered by path, tables before other files */
	size_t count, tables;  /* numbers of items, and of tables among them */
	/* not all files are listed; tables of documents may be missing even if it is false */
	bool more;
} vv_web_datasets;

/* Sets *out to the files of a version, at most `limit`. The empty version has no files. history:
 * also read the history until the time limit, and set `last` and `line` of each item. */
vv_status vv_web_datasets_read(vv_web_visit *v, const vv_web_commit *c, size_t limit, bool history,
			       vv_web_datasets *out, vv_error *err);

/* A table that was found by a search. */
typedef struct vv_web_found {
	const char *path;
	/* names of the matching columns; of all columns if the path matches */
	const char **columns;
	size_t column_count;
} vv_web_found;

/* Sets *out to the tables of a version whose path or column names contain the text `words`,
 * ignoring case, and *count to their number. If words is NULL or "", all tables match. Sets
 * *complete to false if the time limit was reached, a table could not be opened, or not all
 * files were looked at. */
vv_status vv_web_names_find(vv_web_visit *v, const vv_web_commit *c, const char *words,
			    vv_web_found **out, size_t *count, bool *complete, vv_error *err);

/* Suggests alternatives for a path that the version c lacks. Sets *newest to the newest commit that
 * changed the path and has it, of the history of HEAD and c. newest->none is true if no such commit
 * was found in time. Sets *near to an array of *near_count paths of c with similar file names. If c has the
 * path, suggests nothing. */
vv_status vv_web_elsewhere(vv_web_visit *v, const vv_web_commit *c, const char *path,
			   vv_web_commit *newest, const char ***near, size_t *near_count,
			   vv_error *err);

#endif
