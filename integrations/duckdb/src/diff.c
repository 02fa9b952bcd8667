/*
 * varve_diff(REPOSITORY, A, B, PATH): the rows or cells of a table that differ between two revisions.
 */
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "stream.h"

typedef struct diff_bind {
	varve_table *before, *after;
	door_reading how;
	bool cells;
	columns all;
	/* Opening a diff compares the tables. The first execution takes the stream that bind opened. */
	stream first;
	atomic_bool taken;
} diff_bind;

typedef struct diff_scan {
	stream from;
	door_columns of;
} diff_scan;

static void bind_free(void *data)
{
	diff_bind *b = data;

	if (!b) return;
	if (!atomic_load(&b->taken)) {
		stream_clear(&b->first);
	}
	varve_table_free(b->before);
	varve_table_free(b->after);
	varve_filter_free(b->how.where);
	columns_clear(&b->all);
	free(b);
}

static void scan_free(void *data)
{
	diff_scan *s = data;

	if (!s) return;
	stream_clear(&s->from);
	door_columns_clear(&s->of);
	free(s);
}

/* revision NULL: the work tree. */
static int open_side(varve_table **table, varve_repo *repo, const char *revision, const char *path,
		     varve_error *err)
{
	varve_version *found = NULL;
	int rc = varve_version_at(&found, repo, revision, path, err);

	if (rc == VARVE_OK) {
		rc = varve_table_open(table, found, NULL, err);
	}
	varve_version_free(found);
	return rc;
}

static int open_sides(diff_bind *b, duckdb_bind_info info, varve_error *err)
{
	char *const args[] = {door_text(info, 0), door_text(info, 1), door_text(info, 2),
			      door_text(info, 3)};
	varve_repo *repo = NULL;
	int rc = args[3] ? door_open(&repo, args[0], err)
			 : varve_error_set(err, VARVE_EUSAGE, "the path must not be NULL");

	if (rc == VARVE_OK) {
		rc = open_side(&b->before, repo, args[1], args[3], err);
	}
	if (rc == VARVE_OK) {
		rc = open_side(&b->after, repo, args[2], args[3], err);
	}
	varve_repo_free(repo);
	for (size_t i = 0; i < 4; i++) {
		duckdb_free(args[i]);
	}
	return rc;
}

static int open_stream(stream *s, const diff_bind *b, varve_error *err)
{
	varve_diff_options diff = VARVE_INIT(varve_diff_options);
	varve_diff_arrow_options how = VARVE_INIT(varve_diff_arrow_options);

	diff.where = b->how.where;
	how.flags = b->how.flags;
	how.misfit = b->how.misfit;
	how.what = b->cells ? VARVE_DIFF_ARROW_CELLS : VARVE_DIFF_ARROW_ROWS;
	how.numbers = b->how.numbers;
	how.diff = &diff;
	return varve_diff_arrow(&s->arrow, &s->status, b->before, b->after, &how, err);
}

/* A column that has one type in both tables has the type that read_varve gives it, but for enums. */
static int narrow_column(column *c, const diff_bind *b, varve_error *err)
{
	const int32_t old = varve_table_find_column(b->before, c->name),
		      new = varve_table_find_column(b->after, c->name);

	if (old < 0 || new < 0 || b->cells || b->how.flags != 0) return VARVE_OK;
	const varve_column *was = varve_table_column(b->before, (size_t)old),
			   *is = varve_table_column(b->after, (size_t) new);

	if (was->type != is->type || strcmp(was->format, is->format) != 0) return VARVE_OK;
	return column_narrow(c, b->after, (size_t) new, false, err);
}

static int find_columns(diff_bind *b, varve_error *err)
{
	int rc = open_stream(&b->first, b, err);

	if (rc == VARVE_OK) {
		rc = columns_of(&b->all, &b->first.arrow, err);
	}
	for (size_t i = 0; rc == VARVE_OK && i < b->all.count; i++) {
		rc = narrow_column(&b->all.list[i], b, err);
	}
	return rc;
}

static int bind_sides(diff_bind *b, duckdb_bind_info info, varve_error *err)
{
	int rc;

	if (!b) return door_no_memory(err);
	if ((rc = open_sides(b, info, err)) < 0 ||
	    (rc = door_reading_get(&b->how, info, err)) < 0) {
		return rc;
	}
	b->cells = door_named_flag(info, "cells", false);
	return find_columns(b, err);
}

static void bind_call(duckdb_bind_info info)
{
	diff_bind *b = calloc(1, sizeof(*b));
	varve_error err;

	if (bind_sides(b, info, &err) < 0) {
		door_bind_error(info, &err);
		bind_free(b);
		return;
	}
	columns_declare(info, &b->all);
	duckdb_bind_set_bind_data(info, b, bind_free);
}

static int begin_scan(diff_scan *s, diff_bind *b, duckdb_init_info info, varve_error *err)
{
	int rc;

	if (!s) return door_no_memory(err);
	if ((rc = door_columns_get(&s->of, info, b->all.count, err)) < 0) return rc;
	if (atomic_exchange(&b->taken, true)) return open_stream(&s->from, b, err);
	s->from = b->first;
	return VARVE_OK;
}

static void init_scan(duckdb_init_info info)
{
	diff_bind *b = duckdb_init_get_bind_data(info);
	diff_scan *s = calloc(1, sizeof(*s));
	varve_error err;

	if (begin_scan(s, b, info, &err) < 0) {
		door_init_error(info, &err);
		scan_free(s);
		return;
	}
	duckdb_init_set_max_threads(info, 1);
	duckdb_init_set_init_data(info, s, scan_free);
}

static void next_chunk(duckdb_function_info info, duckdb_data_chunk out)
{
	const diff_bind *b = duckdb_function_get_bind_data(info);
	diff_scan *s = duckdb_function_get_init_data(info);
	const selection of = {.all = &b->all,
			      .of = &s->of,
			      .whole = true,
			      .null_misfits = b->how.misfit == VARVE_MISFIT_NULL};
	varve_error err;
	int64_t rows = stream_next(&s->from, &err);

	if (rows > 0) {
		rows = stream_fill(out, &s->from, &of, &err);
	}
	door_next_end(info, out, rows, &err);
}

static const char *const texts[] = {"filter", "numbers", "misfits", NULL};
static const char *const flags[] = {"cells", "text", NULL};

const door_function door_diff = {.name = "varve_diff",
				 .texts = 4,
				 .named_texts = texts,
				 .named_flags = flags,
				 .bind = bind_call,
				 .init = init_scan,
				 .next = next_chunk};
