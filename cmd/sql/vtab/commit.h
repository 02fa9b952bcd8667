/*
 * commit: who made a commit and when, looked up once for all rows that name it.
 */
#ifndef VV_CMD_SQL_VTAB_COMMIT_H
#define VV_CMD_SQL_VTAB_COMMIT_H

#include "varve/varve.h"

/* By the first letters of their ids. */
#define VV_COMMIT_SLOTS 256

typedef struct vv_sql_commits {
	struct vv_sql_commit *slots[VV_COMMIT_SLOTS];
} vv_sql_commits;

/* The commit with a whole id: names, times and message; its tree and parents are left out. Borrowed until the commits
 * are cleared. */
int vv_sql_commits_get(const varve_commit **out, vv_sql_commits *commits, varve_repo *repo,
		       const char *id, varve_error *err);
void vv_sql_commits_clear(vv_sql_commits *commits);

#endif
