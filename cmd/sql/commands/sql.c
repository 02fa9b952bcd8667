/*
 * sql: asks tables and their versions in SQL.
 */
#include <sqlite3.h>
#include <string.h>

#include "base/file.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/frame/output.h"
#include "cmd/sql/commands.h"
#include "cmd/sql/print/rows.h"
#include "cmd/sql/vtab/catalog.h"
#include "cmd/sql/work/rewrite.h"
#include "cmd/sql/work/session.h"

#define MOST_SQL ((size_t)64 << 20) /* bytes of a file */

typedef struct options {
	const char *command, *file, *format;
	vv_strings params;
	bool exact, quiet;
} options;

static const vv_option table[] = {
	OPT_STRING('c', "command", command, "SQL", "the query, in place of the argument"),
	OPT_STRING('f', "file", file, "FILE", "read the statements from a file (-: stdin)"),
	OPT_LIST(0, "param", params, "NAME=VALUE", "the value of :NAME; may be repeated"),
	OPT_WORD(0, "json", format, "json", "short for --format json"),
	OPT_CHOICE(0, "format", format, "FORMAT", VV_ROWS_FORMATS, "the output format (table)"),
	OPT_FLAG(0, "exact", exact, "columns of numbers are texts, as written"),
	OPT_FLAG('q', "quiet", quiet, "do not print warnings"),
};

/* ---- messages ---- */

/* The line of the query where the error is, with a mark below. */
static void show_place(const char *sql, int place)
{
	const char *start, *end;
	vv_buf b = VV_BUF_INIT;

	if (place < 0 || (size_t)place > strlen(sql)) {
		return;
	}
	for (start = sql + place; start > sql && start[-1] != '\n'; start--) {
	}
	end = start + strcspn(start, "\n");
	vv_buf_puts(&b, "  ");
	vv_text_put_words(&b, start, (size_t)(end - start), 0);
	vv_buf_puts(&b, "\n  ");
	for (size_t n = vv_text_width(start, (size_t)(sql + place - start)); n > 0; n--) {
		vv_buf_putc(&b, ' ');
	}
	vv_buf_puts(&b, "^--- error here");
	vv_note("%s", vv_buf_cstr(&b));
	vv_buf_clear(&b);
}

static void show_warnings(const vv_sql_catalog *c)
{
	for (const vv_sql_warning *w = c->warnings; w; w = w->next) {
		const char *cells = vv_text_counted(w->count, "cell", NULL);

		if (w->count == 0) {
			continue;
		}
		if (w->kind == VV_WARNING_MISFIT) {
			vv_warn("%s: %s of column '%s' %s not of type %s and became NULL, the first "
				"in row %s; \"%s:text\" has them as written",
				vv_text_shows(w->label), cells, vv_text_shows(w->column),
				w->count == 1 ? "is" : "are", w->type, vv_text_count(w->row + 1),
				vv_text_shows(w->column));
		} else {
			vv_warn("%s: %s of column '%s' became the nearest number that SQLite has, the "
				"first in row %s; --exact has them as written",
				vv_text_shows(w->label), cells, vv_text_shows(w->column),
				vv_text_count(w->row + 1));
		}
	}
}

/* ---- statements ---- */

typedef struct job {
	const options *o;
	vv_sql_session session;
	int code;
} job;

/* Reports, and decides whether it is a fault of the query. */
static void report(job *j, const vv_error *err, bool sql)
{
	(void)vv_report_trouble(err);
	j->code = sql ? VV_EXIT_NO : VV_EXIT_TROUBLE;
}

static vv_status print_rows(job *j, sqlite3_stmt *stmt, bool *sql, vv_error *err)
{
	vv_sql_rows_printer *p = NULL;
	vv_status rc = VV_OK;
	int step;

	*sql = false;
	if (sqlite3_column_count(stmt) > 0) {
		rc = vv_sql_rows_printer_open(&p, stmt, j->o->format, err);
	}
	while (rc == VV_OK && (step = sqlite3_step(stmt)) != SQLITE_DONE && !vv_out_failed()) {
		rc = step == SQLITE_ROW ? vv_sql_rows_printer_row(p, err)
					: vv_sql_session_fail(&j->session, sql, err);
	}
	if (rc == VV_OK && p) {
		rc = vv_sql_rows_printer_end(p, err);
	}
	vv_sql_rows_printer_close(p);
	return rc;
}

static bool run_statement(job *j, sqlite3_stmt *stmt)
{
	bool sql = false;
	vv_error err;
	vv_status rc = vv_sql_session_bind(stmt, &j->o->params, &err);

	if (rc == VV_OK) {
		rc = print_rows(j, stmt, &sql, &err);
	}
	sqlite3_finalize(stmt);
	vv_out_flush();
	if (!j->o->quiet) {
		show_warnings(j->session.catalog);
	}
	vv_sql_catalog_forget_warnings(j->session.catalog);
	if (rc < 0) {
		report(j, &err, sql);
	}
	return rc == VV_OK;
}

/* The first error ends it. */
static vv_status run_script(job *j, const char *sql, vv_error *err)
{
	vv_buf text = VV_BUF_INIT;
	const char *at;
	vv_status rc;
	bool more = true;

	vv_sql_rewrite(&text, sql, strlen(sql));
	rc = vv_buf_ok(&text, err);
	at = vv_buf_cstr(&text);
	while (rc == VV_OK && more && *at && !vv_out_failed()) {
		sqlite3_stmt *stmt = NULL;
		int place = -1;
		vv_error e;

		if (vv_sql_session_prepare(&stmt, &j->session, &at, &place, &e) < 0) {
			bool wrong;
			vv_error unused;

			(void)vv_sql_session_fail(&j->session, &wrong, &unused);
			report(j, &e, wrong);
			show_place(at, place);
			more = false;
		} else if (stmt) {
			more = run_statement(j, stmt);
		}
	}
	vv_buf_clear(&text);
	return rc;
}

static vv_status read_query(vv_buf *out, const vv_context *c, vv_error *err)
{
	const options *o = c->options;

	if (o->command) {
		vv_buf_puts(out, o->command);
		return vv_buf_ok(out, err);
	}
	if (o->file) {
		return strcmp(o->file, "-") == 0 ? vv_read_file(out, "/dev/stdin", MOST_SQL, err)
						 : vv_read_file(out, o->file, MOST_SQL, err);
	}
	vv_buf_puts(out, c->argv[0]);
	return vv_buf_ok(out, err);
}

static vv_status run_sql(vv_context *c, vv_error *err)
{
	job j = {.o = c->options};
	vv_buf query = VV_BUF_INIT;
	vv_status rc = read_query(&query, c, err);

	if (rc == VV_OK && (rc = vv_sql_session_open(&j.session, j.o->exact, err)) == VV_OK) {
		rc = run_script(&j, vv_buf_cstr(&query), err);
	}
	vv_sql_session_close(&j.session);
	vv_buf_clear(&query);
	c->code = j.code;
	return rc;
}

static int check_sql(const vv_context *c)
{
	const options *o = c->options;
	int given = (o->command != NULL) + (o->file != NULL) + c->argc;

	if (given != 1) {
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
	.usage = "[--format FORMAT] [--param NAME=VALUE]... [--exact] [-q] QUERY\n"
		 "[...] -f FILE",
	.example = "$ varve sql \"SELECT name, price FROM prices WHERE price > 100\"\n"
		   "$ varve sql \"SELECT * FROM varve_diff_prices('v1', 'HEAD')\"",
	.options = table,
	.option_count = VV_OPTION_COUNT(table),
	.options_size = sizeof(options),
	.exit_codes = "1 error in the query",
	.arguments = "",
	.check = check_sql,
	.run = run_sql,
};
