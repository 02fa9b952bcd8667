/*
 * varve_log(REPOSITORY, PATH): the commits that changed a path, newest first, through renames; all commits if PATH is NULL.
 */
#include <stdlib.h>
#include <string.h>

#include "door.h"

typedef struct log_bind {
	varve_repo *repo;
	char *path, *range;
} log_bind;

typedef struct log_scan {
	varve_log *log;
	door_columns of;
} log_scan;

static const struct {
	const char *name;
	duckdb_type type;
} shown[] = {{"commit", DUCKDB_TYPE_VARCHAR},
	     {"author", DUCKDB_TYPE_VARCHAR},
	     {"author_mail", DUCKDB_TYPE_VARCHAR},
	     {"author_time", DUCKDB_TYPE_TIMESTAMP_TZ},
	     {"committer", DUCKDB_TYPE_VARCHAR},
	     {"committer_mail", DUCKDB_TYPE_VARCHAR},
	     {"commit_time", DUCKDB_TYPE_TIMESTAMP_TZ},
	     {"message", DUCKDB_TYPE_VARCHAR},
	     {"path", DUCKDB_TYPE_VARCHAR}};

enum { SHOWN = sizeof(shown) / sizeof(*shown) };

static void bind_free(void *data)
{
	log_bind *b = data;

	if (!b) return;
	varve_repo_free(b->repo);
	duckdb_free(b->path);
	duckdb_free(b->range);
	free(b);
}

static void scan_free(void *data)
{
	log_scan *s = data;

	if (!s) return;
	varve_log_free(s->log);
	door_columns_clear(&s->of);
	free(s);
}

/* A cursor is for one execution: bind opens one to report errors. */
static int open_log(varve_log **log, const log_bind *b, varve_error *err)
{
	varve_log_options how = VARVE_INIT(varve_log_options);
	const char *const paths[] = {b->path, NULL};

	how.range = b->range;
	if (b->path) {
		how.paths = paths;
		how.flags = VARVE_LOG_FOLLOW;
	}
	return varve_log_open(log, b->repo, &how, err);
}

static int bind_log(log_bind *b, duckdb_bind_info info, varve_error *err)
{
	char *place = door_text(info, 0);
	varve_log *log = NULL;
	int rc = b ? door_open(&b->repo, place, err) : door_no_memory(err);

	duckdb_free(place);
	if (rc < 0) return rc;
	b->path = door_text(info, 1);
	b->range = door_named_text(info, "range");
	rc = open_log(&log, b, err);
	varve_log_free(log);
	return rc;
}

static void bind_call(duckdb_bind_info info)
{
	log_bind *b = calloc(1, sizeof(*b));
	varve_error err;

	if (bind_log(b, info, &err) < 0) {
		door_bind_error(info, &err);
		bind_free(b);
		return;
	}
	for (size_t i = 0; i < SHOWN; i++) {
		duckdb_logical_type type = duckdb_create_logical_type(shown[i].type);

		duckdb_bind_add_result_column(info, shown[i].name, type);
		duckdb_destroy_logical_type(&type);
	}
	duckdb_bind_set_bind_data(info, b, bind_free);
}

static int begin_scan(log_scan *s, const log_bind *b, duckdb_init_info info, varve_error *err)
{
	int rc;

	if (!s) return door_no_memory(err);
	if ((rc = door_columns_get(&s->of, info, SHOWN, err)) < 0) return rc;
	return open_log(&s->log, b, err);
}

static void init_scan(duckdb_init_info info)
{
	log_scan *s = calloc(1, sizeof(*s));
	varve_error err;

	if (begin_scan(s, duckdb_init_get_bind_data(info), info, &err) < 0) {
		door_init_error(info, &err);
		scan_free(s);
		return;
	}
	duckdb_init_set_max_threads(info, 1);
	duckdb_init_set_init_data(info, s, scan_free);
}

static void put_time(duckdb_vector vector, idx_t row, int64_t seconds)
{
	const int64_t most = INT64_MAX / 1000000 - 1;

	if (seconds > most || seconds < -most) {
		door_put_null(vector, row);
	} else {
		((int64_t *)duckdb_vector_get_data(vector))[row] = seconds * 1000000;
	}
}

static void put_cell(duckdb_vector vector, idx_t row, size_t column, const varve_commit *c)
{
	const char *const texts[] = {c->id, c->author,    c->author_mail,
				     NULL,  c->committer, c->committer_mail,
				     NULL,  c->message,   c->path};

	if (shown[column].type == DUCKDB_TYPE_VARCHAR) {
		door_put_text(vector, row, texts[column]);
	} else {
		put_time(vector, row, column == 3 ? c->author_time : c->commit_time);
	}
}

static void next_chunk(duckdb_function_info info, duckdb_data_chunk out)
{
	log_scan *s = duckdb_function_get_init_data(info);
	const door_columns *of = &s->of;
	const varve_commit *commit;
	varve_error err;
	idx_t rows = 0;
	int more = 1;

	while (rows < duckdb_vector_size() && (more = varve_log_next(s->log, &commit, &err)) > 0) {
		for (size_t i = 0; i < of->count; i++) {
			put_cell(duckdb_data_chunk_get_vector(out, of->vectors[i]), rows,
				 of->places[i], commit);
		}
		rows++;
	}
	door_next_end(info, out, more < 0 ? more : (int64_t)rows, &err);
}

static const char *const texts[] = {"range", NULL};
static const char *const flags[] = {NULL};

const door_function door_log = {.name = "varve_log",
				.texts = 2,
				.named_texts = texts,
				.named_flags = flags,
				.bind = bind_call,
				.init = init_scan,
				.next = next_chunk};
