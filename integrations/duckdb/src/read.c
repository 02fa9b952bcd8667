/*
 * read_varve(REPOSITORY, VERSION): the rows of a version that is a table.
 *
 * Threads take parts of the table, each cut between groups of rows, one after the other; so one thread has the rows in
 * their order. The stream of a part decodes the columns of the query alone.
 */
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "stream.h"

enum { PART_ROWS = 120000, BATCH_ROWS = 16384 };

/* What bind found; shared by threads. */
typedef struct table_bind {
	varve_table *table;
	door_reading how;
	columns all;
	bool remote; /* blocks are fetched by URL: nothing is read that the query does not ask for */
} table_bind;

/* The columns of a query, and which part is next. */
typedef struct scan {
	door_columns of;
	const char **names; /* of the columns; ended by NULL */
	const char **
		repeating; /* the names of texts that repeat, read with dictionaries; ended by NULL */
	bool numbered;     /* the last column of batches has the numbers of rows */
	uint32_t parts;
	atomic_uint next;
} scan;

static void bind_free(void *data)
{
	table_bind *b = data;

	if (!b) return;
	varve_table_free(b->table);
	varve_filter_free(b->how.where);
	columns_clear(&b->all);
	free(b);
}

static void scan_free(void *data)
{
	scan *s = data;

	if (!s) return;
	door_columns_clear(&s->of);
	free(s->names);
	free(s->repeating);
	free(s);
}

static void worker_free(void *data)
{
	stream_clear(data);
	free(data);
}

static varve_arrow_options options_of(const table_bind *b, const varve_rows_options *rows)
{
	varve_arrow_options how = VARVE_INIT(varve_arrow_options);

	how.flags = b->how.flags;
	how.misfit = b->how.misfit;
	how.numbers = b->how.numbers;
	how.rows = rows;
	return how;
}

/* ---- bind ---- */

static int open_table(table_bind *b, duckdb_bind_info info, varve_error *err)
{
	char *place = door_text(info, 0), *version = door_text(info, 1);
	varve_repo *repo = NULL;
	varve_version *found = NULL;
	int rc = version ? door_open(&repo, place, err)
			 : varve_error_set(err, VARVE_EUSAGE, "the version must not be NULL");

	if (rc == VARVE_OK) {
		rc = varve_version_find(&found, repo, version, err);
	}
	if (rc == VARVE_OK) {
		rc = varve_table_open(&b->table, found, NULL, err);
	}
	b->remote = place && strstr(place, "://");
	duckdb_free(place);
	duckdb_free(version);
	varve_version_free(found);
	varve_repo_free(repo);
	return rc;
}

/* Datetimes whose format has a zone are instants. */
static void set_zone(column *c, const varve_column *of)
{
	c->zone = c->type == DUCKDB_TYPE_TIMESTAMP && strstr(of->format, "%z");
}

static int find_columns(table_bind *b, bool enums, varve_error *err)
{
	varve_rows_options rows = VARVE_INIT(varve_rows_options);
	const varve_arrow_options how = options_of(b, &rows);
	stream all = {0};
	int rc;

	rows.where = b->how.where;
	rows.parts = 2; /* a stream of all rows begins to read ahead */
	rc = varve_table_arrow(&all.arrow, &all.status, b->table, &how, err);
	if (rc == VARVE_OK) {
		rc = columns_of(&b->all, &all.arrow, err);
	}
	stream_clear(&all);
	for (size_t i = 0; rc == VARVE_OK && how.flags == 0 && i < b->all.count; i++) {
		rc = column_narrow(&b->all.list[i], b->table, i, enums, err);
		set_zone(&b->all.list[i], varve_table_column(b->table, i));
	}
	return rc;
}

static int bind_table(table_bind *b, duckdb_bind_info info, varve_error *err)
{
	int rc;

	if (!b) return door_no_memory(err);
	if ((rc = open_table(b, info, err)) < 0 ||
	    (rc = door_reading_get(&b->how, info, err)) < 0) {
		return rc;
	}
	return find_columns(b, door_named_flag(info, "enums", true), err);
}

static void bind_call(duckdb_bind_info info)
{
	table_bind *b = calloc(1, sizeof(*b));
	varve_error err;

	if (bind_table(b, info, &err) < 0) {
		door_bind_error(info, &err);
		bind_free(b);
		return;
	}
	columns_declare(info, &b->all);
	duckdb_bind_set_cardinality(info, varve_table_info(b->table)->rows, !b->how.where);
	duckdb_bind_set_bind_data(info, b, bind_free);
}

/* ---- init ---- */

static int choose_columns(scan *s, const table_bind *b, duckdb_init_info info, varve_error *err)
{
	int rc;

	if (!s) return door_no_memory(err);
	if ((rc = door_columns_get(&s->of, info, b->all.count, err)) < 0) return rc;
	s->names = calloc(s->of.count + 1, sizeof(*s->names));
	s->repeating = calloc(s->of.count + 1, sizeof(*s->repeating));
	if (!s->names || !s->repeating) return door_no_memory(err);
	for (size_t i = 0; i < s->of.count; i++) {
		const column *c = &b->all.list[s->of.places[i]];

		s->names[i] = c->name;
		s->numbered = s->numbered || c->kind == COLUMN_ENUM || c->kind == COLUMN_TIME;
	}
	return VARVE_OK;
}

/* Texts of which the first group of rows has few are read with dictionaries: then DuckDB's texts are made once. */
static void find_repeating(scan *s, const table_bind *b)
{
	const varve_table_facts *facts = varve_table_info(b->table);
	varve_rows_options rows = VARVE_INIT(varve_rows_options);
	varve_arrow_options how = options_of(b, &rows);
	const char **names = calloc(s->of.count + 1, sizeof(*names));
	stream first = {0};
	size_t texts = 0, count = 0;

	for (size_t i = 0; names && i < s->of.count; i++) {
		const column *c = &b->all.list[s->of.places[i]];

		if (c->kind >= COLUMN_TEXT && c->type == DUCKDB_TYPE_VARCHAR) {
			names[texts++] = c->name;
		}
	}
	if (texts == 0 || b->remote || facts->groups == 0 || facts->groups > UINT32_MAX) {
		free(names);
		return;
	}
	rows.columns = names;
	rows.parts = (uint32_t)facts->groups;
	how.flags |= VARVE_ARROW_DICTIONARIES;
	how.misfit = VARVE_MISFIT_NULL;
	/* An error here is also one of the scan, which reports it. */
	if (varve_table_arrow(&first.arrow, &first.status, b->table, &how, NULL) == VARVE_OK &&
	    stream_next(&first, NULL) > 0) {
		for (size_t i = 0; i < texts; i++) {
			const struct ArrowArray *a = first.batch.children[i];

			if (a->dictionary && a->dictionary->length <= a->length / 4) {
				s->repeating[count++] = names[i];
			}
		}
	}
	stream_clear(&first);
	free(names);
}

/* Opening a stream of decimals reads all their rows, so such a scan has one part. */
static uint32_t count_parts(const table_bind *b)
{
	const varve_table_facts *facts = varve_table_info(b->table);
	const uint64_t parts = 1 + facts->rows / PART_ROWS;

	if (b->how.numbers == VARVE_NUMBERS_DECIMAL || facts->groups < 2) return 1;
	return (uint32_t)(parts < facts->groups ? parts : facts->groups);
}

static void init_scan(duckdb_init_info info)
{
	const table_bind *b = duckdb_init_get_bind_data(info);
	scan *s = calloc(1, sizeof(*s));
	varve_error err;

	if (choose_columns(s, b, info, &err) < 0) {
		door_init_error(info, &err);
		scan_free(s);
		return;
	}
	find_repeating(s, b);
	s->parts = count_parts(b);
	atomic_init(&s->next, 0);
	duckdb_init_set_max_threads(info, s->parts);
	duckdb_init_set_init_data(info, s, scan_free);
}

static void init_worker(duckdb_init_info info)
{
	stream *from = calloc(1, sizeof(*from));
	varve_error err;

	if (!from) {
		(void)door_no_memory(&err);
		door_init_error(info, &err);
		return;
	}
	duckdb_init_set_init_data(info, from, worker_free);
}

/* ---- next ---- */

/* Opens the stream of the next part; 1, 0 if no part is left, or a negative code. */
static int open_part(stream *from, scan *s, const table_bind *b, varve_error *err)
{
	const uint32_t part = atomic_fetch_add(&s->next, 1);
	varve_rows_options rows = VARVE_INIT(varve_rows_options);
	varve_arrow_options how = options_of(b, &rows);
	int rc;

	stream_clear(from);
	if (part >= s->parts) {
		atomic_store(&s->next, s->parts);
		return 0;
	}
	rows.columns = s->names;
	rows.where = b->how.where;
	rows.part = part;
	rows.parts = s->parts;
	how.batch_rows = BATCH_ROWS;
	how.dictionary = s->repeating;
	how.row_number = s->numbered ? "row" : NULL;
	if ((rc = varve_table_arrow(&from->arrow, &from->status, b->table, &how, err)) < 0 ||
	    (rc = stream_matches(from, &b->all, &s->of, err)) < 0) {
		return rc;
	}
	return 1;
}

/* Moves to a batch with rows left, if need be in the next part. */
static int next_batch(stream *from, scan *s, const table_bind *b, varve_error *err)
{
	int more = from->arrow.release ? stream_next(from, err) : 0;

	while (more == 0) {
		if ((more = open_part(from, s, b, err)) <= 0) return more;
		more = stream_next(from, err);
	}
	return more;
}

static void next_chunk(duckdb_function_info info, duckdb_data_chunk out)
{
	const table_bind *b = duckdb_function_get_bind_data(info);
	scan *s = duckdb_function_get_init_data(info);
	stream *from = duckdb_function_get_local_init_data(info);
	const selection of = {.all = &b->all,
			      .of = &s->of,
			      .numbered = s->numbered,
			      .null_misfits = b->how.misfit == VARVE_MISFIT_NULL};
	varve_error err;
	int64_t rows = next_batch(from, s, b, &err);

	if (rows > 0) {
		rows = stream_fill(out, from, &of, &err);
	}
	door_next_end(info, out, rows, &err);
}

static const char *const texts[] = {"filter", "numbers", "misfits", NULL};
static const char *const flags[] = {"text", "enums", NULL};

const door_function door_read = {.name = "read_varve",
				 .texts = 2,
				 .named_texts = texts,
				 .named_flags = flags,
				 .bind = bind_call,
				 .init = init_scan,
				 .local_init = init_worker,
				 .next = next_chunk};
