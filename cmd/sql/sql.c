/*
 * sql: asks tables and their versions in SQL, and writes views for other programs.
 */
#include <sqlite3.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/frame/output.h"
#include "cmd/sql/commands.h"
#include "cmd/sql/prompt.h"
#include "cmd/sql/rows.h"
#include "cmd/sql/script.h"
#include "cmd/sql/session.h"
#include "cmd/sql/vtab/name.h"

/* export: how a virtual table is declared. */

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

/* Makes the file: for each table T of HEAD the tables T and, where no table has that name, T_history. *count: how many tables of
 * HEAD. VV_EEXISTS: the file is there; VV_ENOTFOUND: there is no repository, commit or table. */
static vv_status sql_export(vv_sql_session *s, const char *file, size_t *count, vv_error *err)
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

#define MOST_SQL ((size_t)64 << 20) /* bytes of a file */

typedef struct options {
	const char *command, *file, *format, *views, *at;
	vv_strings params;
	bool exact, quiet, confined;
} options;

static const vv_option table[] = {
	OPT_STRING('c', "command", command, "SQL", "the query, in place of the argument"),
	OPT_STRING('f', "file", file, "FILE", "read the statements from a file (-: stdin)"),
	OPT_LIST(0, "param", params, "NAME=VALUE", "the value of :NAME; may be repeated"),
	OPT_WORD(0, "json", format, "json", "short for --format json"),
	OPT_CHOICE(0, "format", format, "FORMAT", VV_ROWS_FORMATS, "the output format (table)"),
	OPT_STRING(0, "at", at, "REV",
		   "tables are those of this version (default: of the work tree)"),
	OPT_FLAG(0, "exact", exact, "columns of numbers are texts, as written"),
	OPT_FLAG(0, "confined", confined,
		 "only SELECT, and only tables of this repository: for queries of strangers"),
	OPT_STRING(0, "export-views", views, "FILE.db",
		   "make a database file of the last commit's tables and their histories"),
	OPT_FLAG('q', "quiet", quiet, "do not print warnings"),
};

static bool is_prompt(const vv_context *c)
{
	const options *o = c->options;

	return !o->command && !o->file && c->argc == 0 && isatty(STDIN_FILENO);
}

static vv_status read_query(vv_buf *out, const vv_context *c, vv_error *err)
{
	const options *o = c->options;

	if (o->command) {
		vv_buf_puts(out, o->command);
		return vv_buf_ok(out, err);
	}
	if (o->file || c->argc == 0) {
		return !o->file || strcmp(o->file, "-") == 0
			       ? vv_read_file(out, "/dev/stdin", MOST_SQL, err)
			       : vv_read_file(out, o->file, MOST_SQL, err);
	}
	vv_buf_puts(out, c->argv[0]);
	return vv_buf_ok(out, err);
}

/* Closes the session, too. */
static vv_status export_views(vv_sql_session *s, const char *file, vv_error *err)
{
	size_t count = 0;
	vv_status rc = vv_sql_session_open(s, false, err);

	if (rc == VV_OK && (rc = sql_export(s, file, &count, err)) == VV_OK) {
		vv_out("%s: %s of HEAD and their histories, read from the repository by a program that has loaded "
		       "varve0\n",
		       vv_text_shows(file), vv_text_counted(count, "table", NULL));
	}
	vv_sql_session_close(s);
	return rc;
}

static vv_status run_sql(vv_context *c, vv_error *err)
{
	const options *o = c->options;
	vv_sql_script s = {.params = &o->params, .format = o->format, .quiet = o->quiet};
	vv_auto(vv_buf) query = VV_BUF_INIT;
	bool asks = is_prompt(c);

	if (o->views) return export_views(&s.session, o->views, err);
	vv_status rc = asks ? VV_OK : read_query(&query, c, err);

	if (rc == VV_OK && (rc = vv_sql_session_open(&s.session, o->exact, err)) == VV_OK) {
		s.session.catalog->at = o->at;
		s.session.catalog->confined = o->confined;
		rc = asks ? vv_sql_prompt(&s, err)
			  : vv_sql_script_run(&s, vv_buf_cstr(&query), err);
	}
	vv_sql_session_close(&s.session);
	c->code = asks ? VV_EXIT_OK : s.code;
	return rc;
}

static int check_sql(const vv_context *c)
{
	const options *o = c->options;
	int given = (o->command != NULL) + (o->file != NULL) + c->argc;

	if (o->views && o->at) return vv_usage_error("--export-views is of HEAD: leave out --at");
	if (o->views && given > 0) return vv_usage_error("--export-views takes no query");
	if (given > 1) {
		return vv_usage_error("sql takes one query: as an argument, with -c or with -f");
	}
	for (size_t i = 0; i < o->params.count; i++) {
		const char *equal = strchr(o->params.items[i], '=');

		if (!equal || equal == o->params.items[i]) {
			return vv_usage_error("--param takes NAME=VALUE, not '%s'",
					      vv_text_shows(o->params.items[i]));
		}
	}
	return VV_EXIT_OK;
}

const vv_command vv_cmd_sql = {
	.name = "sql",
	.group = "look",
	.summary = "ask tables and their versions in SQL",
	.usage =
		"[--format FORMAT] [--param NAME=VALUE]... [--at REV] [--exact] [--confined] [-q] QUERY\n"
		"[...] -f FILE\n"
		"[...]\n"
		"--export-views FILE.db",
	.example = "$ varve sql \"SELECT name, price FROM prices WHERE price > 100\"\n"
		   "$ varve sql \"SELECT * FROM varve_diff_prices('v1', 'HEAD')\"",
	.options = table,
	.option_count = VV_OPTION_COUNT(table),
	.options_size = sizeof(options),
	.exit_codes = "there is an error in the query",
	.arguments = "",
	.check = check_sql,
	.run = run_sql,
};
