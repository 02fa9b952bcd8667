/*
 * blame: how a version is named to libvarve, and how long the answer lives.
 */
#include "cmd/sql/vtab/blame.h"

#include <sqlite3ext.h>
#include <string.h>

#include "cmd/sql/vtab/error.h"
SQLITE_EXTENSION_INIT3

int vv_sql_blame_open(vv_sql_blame **out, varve_repo *repo, const vv_sql_opened *version,
		      bool cells, varve_error *err)
{
	varve_blame_options how = VARVE_INIT(varve_blame_options);
	vv_sql_blame *b = sqlite3_malloc64(sizeof(*b));
	int rc;

	*out = NULL;
	if (!b) return vv_sql_error_memory(err);
	*b = (vv_sql_blame){.refs = 1, .cells = cells};
	memcpy(b->commit, version->commit, sizeof(b->commit));
	how.revision = b->commit;
	how.flags = cells ? VARVE_BLAME_CELLS : 0;
	how.watch = &version->catalog->watch;
	if ((rc = varve_blame_open(&b->of, repo, version->path, &how, err)) < 0) {
		vv_sql_blame_drop(b);
		return rc;
	}
	*out = b;
	return 0;
}

vv_sql_blame *vv_sql_blame_keep(vv_sql_blame *b)
{
	b->refs++;
	return b;
}

void vv_sql_blame_drop(vv_sql_blame *b)
{
	if (b && --b->refs == 0) {
		varve_blame_free(b->of);
		sqlite3_free(b);
	}
}
