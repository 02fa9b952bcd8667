/*
 * sql: a box for SQL, for the owner where varve-sql is installed: it reads tables of this repository alone, and writes nothing.
 */
#include <string.h>

#include "cmd/web/pages/page.h"
#include "cmd/web/pages/parts.h"
#include "lib/names/beginning.h"
#include "repo/git/program.h"

#define SECONDS "20"
#define ROWS_MAX 1000u              /* shown, */
#define BYTES_MAX ((size_t)4 << 20) /* and of them */

/* head: the names of its columns. */
static void put_row(vv_html *h, const vv_json *row, bool head)
{
	for (const vv_json *m = row->first; m; m = m->next) {
		const char *kind = m->type == VV_JSON_NUMBER ? "n" : "";

		if (head) {
			part_th(h, .text = m->name, .kind = kind);
			continue;
		}
		part_td_begin(h, .kind = kind);
		if (m->type == VV_JSON_NULL) {
			part_value_state(h, .word = "NULL", .kind = "missing");
		} else {
			part_words(h, .text = m->text ? m->text : "(bytes)");
		}
		part_td_end(h);
	}
}

/* rows: an object a line; what follows the last whole one was cut off. */
static vv_status put_rows(vv_page *p, const vv_buf *rows, bool cut, vv_error *err)
{
	const char *at = vv_buf_cstr(rows), *end;
	size_t count = 0;
	vv_json *row;

	for (; count < ROWS_MAX && (end = strchr(at, '\n')); at = end + 1) {
		vv_html *head = vv_page_piece_new(p);
		const vv_status rc = vv_json_read(&row, &p->arena, at, (size_t)(end - at), "a row",
						  err);

		if (rc < 0) return rc;
		if (count++ == 0) {
			put_row(head, row, true);
			part_sql_begin(&p->html, .head = head);
		}
		part_sql_row_begin(&p->html);
		put_row(&p->html, row, false);
		part_sql_row_end(&p->html);
	}
	if (count == 0) {
		part_nothing(&p->html, .text = "No row.");
		return VV_OK;
	}
	part_sql_end(&p->html);
	part_quiet(&p->html, .text = vv_page_text(p, "%s%s", cut || *at ? "The first " : "",
						  vv_text_counted(count, "row", NULL)));
	return VV_OK;
}

/* The query of a client that has left is of no use, and may take all of its seconds. */
static bool has_left(void *page)
{
	const vv_web_visit *v = ((const vv_page *)page)->asked->visit;

	return v->gone && v->gone(v->payload);
}

static vv_status put_answer(vv_page *p, const char *program, const char *query, vv_error *err)
{
	vv_repository *repo = p->asked->visit->repo;
	const char *const argv[] = {program, "--confined", "--format", "ndjson", "--timeout",
				    SECONDS, "-c",         query,      NULL};
	vv_auto(vv_buf) said = VV_BUF_INIT;
	vv_auto(vv_beginning) rows = {.most = BYTES_MAX};
	const vv_run run = {.argv = argv,
			    .dir = vv_repository_workdir(repo) ? vv_repository_workdir(repo)
							       : vv_repository_gitdir(repo),
			    .env = vv_repository_env(repo),
			    .errors = &said,
			    .bound = true,
			    .stopped = has_left,
			    .stopped_payload = p,
			    .take = vv_beginning_take,
			    .payload = &rows};
	int code = 0;
	const vv_status rc = vv_run_program(&run, &code, err);

	if (rc < 0 && !rows.more) return rc;
	vv_error_clear(err);
	if (said.len > 0) {
		vv_page_put_lines(p, said.data, said.len);
	}
	return rc < 0 || code == 0 ? put_rows(p, &rows.bytes, rows.more, err) : VV_OK;
}

vv_status vv_page_sql(vv_page *p, vv_buf *out, vv_error *err)
{
	const char *query = p->at->rows.search;
	vv_auto(char) *program = NULL;
	vv_status rc = VV_OK;

	if (!vv_page_finds_sql(p, &program)) {
		return vv_fail(err, VV_ENOTFOUND, "no such page 'sql'");
	}
	p->passing = true; /* the work tree's tables change */
	vv_page_begin(p,
		      &(vv_page_frame){.title = vv_page_text(p, "SQL of %s", p->asked->repository),
				       .description = "A query in SQL",
				       .heading = "SQL"});
	part_sql_form(&p->html, .at = vv_page_to(p, VV_WEB_AT_SQL, NULL, NULL), .query = query);
	if (query && *query && (rc = put_answer(p, program, query, err)) < 0) return rc;
	return vv_page_end(p, out, err);
}
