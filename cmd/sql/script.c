/*
 * script: what is printed of a statement, and where its errors are.
 */
#include "cmd/sql/script.h"

#include <sqlite3.h>
#include <string.h>

#include "base/text.h"
#include "cmd/frame/output.h"
#include "cmd/sql/rows.h"
#include "cmd/sql/vtab/rewrite.h"

/* ---- messages ---- */

/* The line of the query where the error is, with a mark below. */
static void show_place(const char *sql, int place)
{
	const char *start;
	vv_auto(vv_buf) b = VV_BUF_INIT;

	if (place < 0 || (size_t)place > strlen(sql)) return;
	for (start = sql + place; start > sql && start[-1] != '\n'; start--) {
	}
	const char *end = start + strcspn(start, "\n");
	vv_buf_puts(&b, "  ");
	vv_text_put_words(&b, start, (size_t)(end - start), 0);
	vv_buf_puts(&b, "\n  ");
	for (size_t n = vv_text_width(start, (size_t)(sql + place - start)); n > 0; n--) {
		vv_buf_putc(&b, ' ');
	}
	vv_buf_puts(&b, "^--- error here");
	vv_note("%s", vv_buf_cstr(&b));
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

/* Reports, and decides whether it is a fault of the query. */
static void report(vv_sql_script *j, const vv_error *err, bool sql)
{
	(void)vv_report_trouble(err);
	j->code = sql ? VV_EXIT_NO : VV_EXIT_TROUBLE;
}

static void begin_paging(const vv_sql_script *j)
{
	varve_repo *repo = j->session.catalog->repo;
	char pager[1024];
	varve_error ignored;
	size_t len;
	bool named = repo &&
		     varve_repo_config(pager, sizeof(pager), &len, repo, "core.pager", &ignored) ==
			     VARVE_OK &&
		     len < sizeof(pager);

	vv_out_page(named ? pager : NULL);
}

static vv_status print_rows(vv_sql_script *j, sqlite3_stmt *stmt, bool *sql, vv_error *err)
{
	const unsigned room = j->pages ? vv_out_height() : 0;
	vv_sql_rows_printer *p = NULL;
	vv_status rc = VV_OK;
	unsigned rows = 0; /* of the first of them */
	int step;

	*sql = false;
	if (sqlite3_column_count(stmt) > 0) {
		rc = vv_sql_rows_printer_open(&p, stmt, j->format, err);
	}
	while (rc == VV_OK && (step = sqlite3_step(stmt)) != SQLITE_DONE && !vv_out_failed()) {
		if (rows < room && ++rows == room) {
			begin_paging(j);
		}
		rc = step == SQLITE_ROW ? vv_sql_rows_printer_row(p, err)
					: vv_sql_session_fail(&j->session, sql, err);
	}
	if (rc == VV_OK && p) {
		rc = vv_sql_rows_printer_end(p, err);
	}
	vv_sql_rows_printer_close(p);
	if (room > 0 && rows == room) {
		vv_out_page_end();
	}
	return rc;
}

static bool run_statement(vv_sql_script *j, sqlite3_stmt *stmt)
{
	bool sql = false;
	vv_error err;
	vv_status rc = vv_sql_session_bind(stmt, j->params, &err);

	if (rc == VV_OK) {
		rc = print_rows(j, stmt, &sql, &err);
	}
	sqlite3_finalize(stmt);
	vv_out_flush();
	if (!j->quiet) {
		show_warnings(j->session.catalog);
	}
	vv_sql_catalog_forget_warnings(j->session.catalog);
	if (rc < 0) {
		report(j, &err, sql);
	}
	return rc == VV_OK;
}

vv_status vv_sql_script_run(vv_sql_script *j, const char *sql, vv_error *err)
{
	sqlite3_str *out = sqlite3_str_new(NULL);
	char *text;
	bool more = true;

	vv_sql_rewrite(out, sql, strlen(sql));
	if (!(text = sqlite3_str_finish(out)) && *sql) return vv_fail_nomem(err);
	const char *at = text ? text : "";
	while (more && *at && !vv_out_failed()) {
		sqlite3_stmt *stmt = NULL;
		int place = -1;
		vv_error e;

		if (vv_sql_session_prepare(&stmt, &j->session, &at, &place, &e) < 0) {
			bool wrong;

			(void)vv_sql_session_fail(&j->session, &wrong, VV_IGNORED);
			report(j, &e, wrong);
			show_place(at, place);
			more = false;
		} else if (stmt) {
			more = run_statement(j, stmt);
		}
	}
	sqlite3_free(text);
	return VV_OK;
}
