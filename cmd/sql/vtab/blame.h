/*
 * blame: the commit that last set each row of a version, or each of its cells, for all cursors that ask.
 */
#ifndef VV_CMD_SQL_VTAB_BLAME_H
#define VV_CMD_SQL_VTAB_BLAME_H

#include "cmd/sql/vtab/opened.h"

typedef struct vv_sql_blame {
	unsigned refs;
	char commit[VARVE_ID_SIZE]; /* of the version */
	bool cells;                 /* the commits of cells, else of rows */
	varve_blame *of;
} vv_sql_blame;

/* Of a version that a commit has. Walks the history. */
int vv_sql_blame_open(vv_sql_blame **out, varve_repo *repo, const vv_sql_opened *version,
		      bool cells, varve_error *err);
vv_sql_blame *vv_sql_blame_keep(vv_sql_blame *b);
void vv_sql_blame_drop(vv_sql_blame *b); /* accepts NULL */

#endif
