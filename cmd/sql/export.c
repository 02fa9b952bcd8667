/*
 * export: how the virtual tables of the file are declared.
 */
#include "cmd/sql/export.h"

#include <sqlite3.h>
#include <stdbool.h>
#include <string.h>

#include "base/file.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/sql/vtab/name.h"

typedef struct exporting {
	vv_sql_session *s;
	const char *folder; /* the repository's */
	vv_sql_paths tables;
} exporting;

/* Runs sql, and frees it. */
static vv_status run_owned(const exporting *x, char *sql, vv_error *err)
{
	bool unused;
	int rc = sql ? sqlite3_exec(x->s->db, sql, NULL, NULL, NULL) : SQLITE_NOMEM;

	sqlite3_free(sql);
	return rc == SQLITE_OK ? VV_OK : vv_sql_session_fail(x->s, &unused, err);
}

static bool is_table(const exporting *x, const char *name)
{
	for (size_t i = 0; i < x->tables.count; i++) {
		const char *at;
		size_t len;

		vv_sql_name_short(&at, &len, &x->tables, i);
		if (strlen(name) == len && sqlite3_strnicmp(name, at, (int)len) == 0) return true;
	}
	return false;
}

static vv_status declare_views(const exporting *x, size_t i, vv_error *err)
{
	const char *at, *path = x->tables.items[i];
	size_t len;

	vv_sql_name_short(&at, &len, &x->tables, i);
	vv_auto_sqlite char *name = sqlite3_mprintf("%.*s_history", (int)len, at);
	if (!name) return vv_fail_nomem(err);
	vv_status rc = run_owned(
		x,
		sqlite3_mprintf("CREATE VIRTUAL TABLE out.\"%.*w\" USING varve(%Q, 'HEAD:%q')",
				(int)len, at, x->folder, path),
		err);
	if (rc == VV_OK && !is_table(x, name)) {
		rc = run_owned(x,
			       sqlite3_mprintf(
				       "CREATE VIRTUAL TABLE out.\"%w\" USING varve(%Q, 'HEAD:%q', "
				       "history)",
				       name, x->folder, path),
			       err);
	}
	return rc;
}

static vv_status list_tables(exporting *x, vv_error *err)
{
	const varve_repo *repo = x->s->catalog->repo;
	varve_error e;

	if (!repo) return vv_fail(err, VV_ENOTFOUND, "not in a repository");
	x->folder = varve_repo_folder(repo, VARVE_FOLDER_WORK_TREE);
	x->folder = x->folder ? x->folder : varve_repo_folder(repo, VARVE_FOLDER_COMMON);
	int rc = vv_sql_paths_list(&x->tables, x->s->catalog->repo, "HEAD", false, &e);
	if (rc == VARVE_ENOTFOUND) {
		return vv_fail(
			err, VV_ENOTFOUND,
			"no commits yet\nmake a commit first: the file gets the tables of the last commit");
	}
	if (rc < 0) return vv_fail(err, rc == VARVE_ENOMEM ? VV_ENOMEM : VV_EIO, "%s", e.message);
	return x->tables.count > 0
		       ? VV_OK
		       : vv_fail(err, VV_ENOTFOUND,
				 "the last commit does not contain a table\nadd one with 'varve add' and 'varve commit'");
}

static vv_status fill_database(const exporting *x, const char *file, vv_error *err)
{
	vv_status rc = run_owned(x, sqlite3_mprintf("ATTACH %Q AS out; BEGIN", file), err);

	for (size_t i = 0; i < x->tables.count && rc == VV_OK; i++) {
		rc = declare_views(x, i, err);
	}
	return rc < 0 ? rc : run_owned(x, sqlite3_mprintf("COMMIT; DETACH out"), err);
}

vv_status vv_sql_export(vv_sql_session *s, const char *file, size_t *count, vv_error *err)
{
	exporting x = {.s = s};
	vv_status rc;

	if (vv_exists(file)) {
		return vv_fail(err, VV_EEXISTS,
			       "'%s' already exists\n"
			       "remove it, or name another file",
			       vv_text_shows(file));
	}
	vv_auto(char) *made = vv_asprintf("%s.new", file);
	if ((rc = vv_alloc_ok(made, err)) == VV_OK && (rc = list_tables(&x, err)) == VV_OK) {
		(void)vv_unlink(made, true, VV_IGNORED); /* of a run that was killed */
		rc = fill_database(&x, made, err);
		if (rc == VV_OK) {
			rc = vv_rename(made, file, err);
		} else {
			(void)vv_unlink(made, true, VV_IGNORED);
		}
	}
	*count = x.tables.count;
	vv_sql_paths_clear(&x.tables);
	return rc;
}
