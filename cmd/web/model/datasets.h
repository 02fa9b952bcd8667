/*
 * datasets: the files of a version, tables first of all, and how many rows they had when.
 */
#ifndef VV_CMD_WEB_MODEL_DATASETS_H
#define VV_CMD_WEB_MODEL_DATASETS_H

#include "cmd/web/model/commits.h"

/* A number of rows, from a commit on. */
typedef struct vv_web_rows_then {
	int64_t time;
	vv_oid commit;
	uint64_t rows;
} vv_web_rows_then;

typedef struct vv_web_dataset {
	const char *path;
	bool stored;          /* by varve; else a plain file of Git's */
	bool table;           /* its rows can be shown */
	bool damaged;         /* a pointer that was edited or torn */
	const char *document; /* the file whose table it is, which it replaces; NULL */
	uint64_t rows, columns,
		bytes; /* rows and columns: of stored tables, and of those of documents */
	char root[VV_CID_TEXT + 1]; /* of stored ones; else "" */
	bool has_last;
	vv_web_commit last;     /* the last commit that changed it, if it was found in time */
	vv_web_rows_then *line; /* oldest first; its rows over time */
	size_t line_count;
	size_t unread; /* versions of a document that no reader was run for, so that they are not in the line */
} vv_web_dataset;

typedef struct vv_web_datasets {
	vv_web_dataset *items; /* by path, tables before other files */
	size_t count, tables;
	bool more; /* there are more files than listed */
} vv_web_datasets;

/* history: also `last` and `line`, which needs a walk through history. */
vv_status vv_web_datasets_read(vv_web_visit *v, const vv_web_commit *c, size_t limit, bool history,
			       vv_web_datasets *out, vv_error *err);

/* A table, and those of its columns that are called so. */
typedef struct vv_web_found {
	const char *path;
	const char **columns;
	size_t column_count;
} vv_web_found;

/* Tables of a version with the words, in small or capital letters, in their path or in a column's name; of the former all
 * columns; NULL or "": all. *complete: the columns of every table were looked at. */
vv_status vv_web_names_find(vv_web_visit *v, const vv_web_commit *c, const char *words,
			    vv_web_found **out, size_t *count, bool *complete, vv_error *err);

/* Suggestions for a path that this version lacks: the newest version that has it (none: never), and
 * paths of this version with similar names. Empty if it has the path. */
vv_status vv_web_elsewhere(vv_web_visit *v, const vv_web_commit *c, const char *path,
			   vv_web_commit *newest, const char ***near, size_t *near_count,
			   vv_error *err);

#endif
