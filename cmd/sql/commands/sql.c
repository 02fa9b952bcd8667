/*
 * sql: asks tables and their versions in SQL.
 */
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/frame/output.h"
#include "cmd/sql/commands.h"
#include "cmd/sql/commands/prompt.h"
#include "cmd/sql/commands/script.h"
#include "cmd/sql/print/rows.h"
#include "cmd/sql/work/export.h"

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
	size_t count;
	vv_status rc = vv_sql_session_open(s, false, err);

	if (rc == VV_OK && (rc = vv_sql_export(s, file, &count, err)) == VV_OK) {
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
