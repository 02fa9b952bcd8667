/*
 * export: how a virtual table is declared.
 */
#include "cmd/sql/work/export.h"

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/sys.h"
#include "cmd/sql/vtab/name.h"

typedef struct exporting {
	vv_sql_session *s;
	const char *folder; /* the repository's */
	char **paths;
	size_t count;
} exporting;

/* Runs what it is given, and frees it. */
static vv_status run(const exporting *x, char *sql, vv_error *err)
{
	bool unused;
	int rc = sql ? sqlite3_exec(x->s->db, sql, NULL, NULL, NULL) : SQLITE_NOMEM;

	sqlite3_free(sql);
	return rc == SQLITE_OK ? VV_OK : vv_sql_session_fail(x->s, &unused, err);
}

static bool is_table(const exporting *x, const char *name)
{
	for (size_t i = 0; i < x->count; i++) {
		const char *at;
		size_t len;

		vv_sql_name_short(&at, &len, x->paths, x->count, i);
		if (strlen(name) == len && sqlite3_strnicmp(name, at, (int)len) == 0) return true;
	}
	return false;
}

static vv_status declare(const exporting *x, size_t i, vv_error *err)
{
	const char *at;
	size_t len;

	vv_sql_name_short(&at, &len, x->paths, x->count, i);
	char *name = sqlite3_mprintf("%.*s_history", (int)len, at);
	if (!name) return vv_fail_nomem(err);
	vv_status rc = run(
		x,
		sqlite3_mprintf("CREATE VIRTUAL TABLE out.\"%.*w\" USING varve(%Q, 'HEAD:%q')",
				(int)len, at, x->folder, x->paths[i]),
		err);
	if (rc == VV_OK && !is_table(x, name)) {
		rc = run(x,
			 sqlite3_mprintf(
				 "CREATE VIRTUAL TABLE out.\"%w\" USING varve(%Q, 'HEAD:%q', "
				 "history)",
				 name, x->folder, x->paths[i]),
			 err);
	}
	sqlite3_free(name);
	return rc;
}

static vv_status list(exporting *x, vv_error *err)
{
	const varve_repo *repo = x->s->catalog->repo;
	varve_error e;

	if (!repo) return vv_fail(err, VV_ENOTFOUND, "not in a repository");
	x->folder = varve_repo_folder(repo, VARVE_FOLDER_WORK_TREE);
	x->folder = x->folder ? x->folder : varve_repo_folder(repo, VARVE_FOLDER_COMMON);
	int rc = vv_sql_name_list(&x->paths, &x->count, x->s->catalog->repo, "HEAD", &e);
	if (rc == VARVE_ENOTFOUND) {
		vv_fail(err, VV_ENOTFOUND, "no commits yet");
		return vv_hint(err, "the tables of the file are those of the last commit");
	}
	if (rc < 0) return vv_fail(err, rc == VARVE_ENOMEM ? VV_ENOMEM : VV_EIO, "%s", e.message);
	return x->count > 0 ? VV_OK : vv_fail(err, VV_ENOTFOUND, "the last commit has no table");
}

static vv_status fill(const exporting *x, const char *file, vv_error *err)
{
	vv_status rc = run(x, sqlite3_mprintf("ATTACH %Q AS out; BEGIN", file), err);

	for (size_t i = 0; i < x->count && rc == VV_OK; i++) {
		rc = declare(x, i, err);
	}
	return rc < 0 ? rc : run(x, sqlite3_mprintf("COMMIT; DETACH out"), err);
}

vv_status vv_sql_export(vv_sql_session *s, const char *file, size_t *count, vv_error *err)
{
	exporting x = {.s = s};
	vv_auto(vv_buf) made = VV_BUF_INIT;
	vv_status rc;

	if (vv_exists(file)) {
		vv_fail(err, VV_EEXISTS, "'%s' is there already", vv_text_shows(file));
		return vv_hint(err, "remove it, or name another file");
	}
	vv_buf_printf(&made, "%s.new", file);
	if ((rc = vv_buf_ok(&made, err)) == VV_OK && (rc = list(&x, err)) == VV_OK) {
		(void)vv_unlink(made.data, true, VV_IGNORED); /* of a run that was killed */
		rc = fill(&x, made.data, err);
		if (rc == VV_OK) {
			rc = vv_rename(made.data, file, err);
		} else {
			(void)vv_unlink(made.data, true, VV_IGNORED);
		}
	}
	*count = x.count;
	vv_sql_name_list_free(x.paths);
	return rc;
}
