/*
 * lists: table-valued functions with fixed columns, which list the contents of a repository.
 */
#include "cmd/sql/vtab/tables.h"

#include <sqlite3ext.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/sql/vtab/error.h"
#include "cmd/sql/vtab/value.h"
SQLITE_EXTENSION_INIT3

static void put_count(sqlite3_context *context, uint64_t n)
{
	if (n != VARVE_UNKNOWN) {
		sqlite3_result_int64(context, (sqlite3_int64)n);
	}
}

/* The value of a column. No text, no cell and a count that is not known are NULL. */
typedef struct field {
	enum { FIELD_TEXT, FIELD_COUNT, FIELD_TIME, FIELD_CELL } kind;
	const char *text;
	uint64_t count;
	int64_t time;
	const varve_cell *cell;
} field;

static void put_field(sqlite3_context *context, const field *f)
{
	if (f->kind == FIELD_COUNT) {
		put_count(context, f->count);
	} else if (f->kind == FIELD_TIME) {
		vv_sql_value_put_time(context, f->time);
	} else if (f->kind == FIELD_TEXT) {
		vv_sql_function_put_text(context, f->text);
	} else if (f->cell) {
		vv_sql_value_put_text(context, f->cell);
	}
}

/* Takes it; empty: "". */
static void put_string(sqlite3_context *context, sqlite3_str *s)
{
	char *text = sqlite3_str_finish(s);

	if (text) {
		sqlite3_result_text(context, text, -1, sqlite3_free);
	} else {
		sqlite3_result_text(context, "", 0, SQLITE_STATIC);
	}
}

/* ---- the path that a function is asked about ---- */

typedef struct asked_path {
	char *path;           /* NULL: all paths */
	const char *paths[2]; /* path, and the end of the list */
	varve_error unknown;  /* code 0: the path is known, or something has it */
} asked_path;

/* The path for a name of SQL; any other word is a literal path (of a removed table, or a pattern), with a->unknown the
 * error if that finds nothing. The caller frees a->path. */
static int ask_path(asked_path *a, const vv_sql_function_table *t, const char *word,
		    varve_error *err)
{
	vv_auto(vv_sql_name) name = {0};

	if (!word) return 0;
	const bool known = vv_sql_name_find(&name, t->catalog, word, &a->unknown) == 0;
	if (known) {
		a->unknown.code = 0;
	}
	a->paths[0] = a->path = sqlite3_mprintf("%s", known ? name.path : word);
	return a->path ? 0 : vv_sql_error_memory(err);
}

static const char *const *asked_paths(const asked_path *a)
{
	return a->path ? a->paths : NULL;
}

/* What follows a step of the list: if there was nothing and the word means nothing, that is the error. */
static int after_step(asked_path *a, int more, varve_error *err)
{
	if (more == 0 && a->unknown.code < 0) {
		*err = a->unknown;
		return err->code;
	}
	a->unknown.code = 0;
	return more;
}

/* ---- varve_log(path, revision, aggregate, condition) ---- */

typedef struct log_rows {
	asked_path asked;
	varve_log *log;
	const varve_commit *commit;
} log_rows;

static const vv_sql_column log_columns[] = {{"commit_hash", NULL},
					    {"commit_date", NULL},
					    {"committer", NULL},
					    {"committer_email", NULL},
					    {"author_date", NULL},
					    {"author", NULL},
					    {"author_email", NULL},
					    {"message", NULL},
					    {"parents", NULL},
					    {"figure", NULL},
					    {"path", VV_SQL_ARGUMENT},
					    {"revision", VV_SQL_ARGUMENT},
					    {"aggregate", VV_SQL_ARGUMENT},
					    {"condition", VV_SQL_ARGUMENT},
					    {NULL, NULL}};

static void close_log(void *state)
{
	log_rows *l = state;

	varve_log_free(l->log);
	sqlite3_free(l->asked.path);
}

static int open_log(void *state, const vv_sql_function_table *t, const char *const *arguments,
		    varve_error *err)
{
	log_rows *l = state;
	int rc = ask_path(&l->asked, t, arguments[0], err);
	const char *const *paths = asked_paths(&l->asked);
	const varve_log_options how = {.size = sizeof(how),
				       .paths = paths,
				       .flags = paths ? VARVE_LOG_FOLLOW : 0,
				       .range = arguments[1],
				       .figure = arguments[2],
				       .where = arguments[3]};

	return rc < 0 ? rc : varve_log_open(&l->log, t->repo, &how, err);
}

static int next_log(void *state, varve_error *err)
{
	log_rows *l = state;

	return after_step(&l->asked, varve_log_next(l->log, &l->commit, err), err);
}

static void put_parents(sqlite3_context *context, const varve_commit *c)
{
	sqlite3_str *s = sqlite3_str_new(NULL);

	for (size_t i = 0; i < c->parent_count; i++) {
		sqlite3_str_appendf(s, "%s%s", i > 0 ? " " : "", c->parents[i]);
	}
	put_string(context, s);
}

static void put_log(void *state, sqlite3_context *context, size_t column)
{
	const varve_commit *c = ((log_rows *)state)->commit;

	if (column < VV_COMMIT_WORDS) {
		vv_sql_value_put_commit(context, c, column);
	} else if (column == 8) {
		put_parents(context, c);
	} else if (c->figure_is_number) {
		vv_sql_value_put_number(context, c->figure);
	} else {
		vv_sql_function_put_text(context, c->figure);
	}
}

const vv_sql_function vv_sql_function_log = {.name = "varve_log",
					     .state_size = sizeof(log_rows),
					     .needs_repo = true,
					     .columns = log_columns,
					     .open = open_log,
					     .next = next_log,
					     .put = put_log,
					     .close = close_log};

/* ---- varve_tables(revision) ---- */

typedef struct table_rows {
	vv_sql_catalog *catalog;
	varve_repo *repo;
	vv_sql_paths paths;
	size_t at; /* one after the row at hand */
	char *revision;
	vv_sql_opened *opened;
} table_rows;

static const vv_sql_column tables_columns[] = {{"path", NULL},
					       {"name", NULL},
					       {"format", NULL},
					       {"rows", "INTEGER"},
					       {"columns", "INTEGER"},
					       {"bytes", "INTEGER"},
					       {"key", NULL},
					       {"commit_hash", NULL},
					       {"cid", NULL},
					       {"revision", VV_SQL_ARGUMENT},
					       {NULL, NULL}};

static void close_tables(void *state)
{
	table_rows *l = state;

	vv_sql_paths_clear(&l->paths);
	vv_sql_opened_drop(l->opened);
	sqlite3_free(l->revision);
}

static int open_tables(void *state, const vv_sql_function_table *t, const char *const *arguments,
		       varve_error *err)
{
	table_rows *l = state;

	*l = (table_rows){.catalog = t->catalog, .repo = t->repo};
	if (arguments[0] && !(l->revision = sqlite3_mprintf("%s", arguments[0]))) {
		return vv_sql_error_memory(err);
	}
	return vv_sql_paths_list(&l->paths, l->repo, l->revision, true, err);
}

static int next_tables(void *state, varve_error *err)
{
	table_rows *l = state;

	vv_sql_opened_drop(l->opened);
	l->opened = NULL;
	if (l->at == l->paths.count) return 0;
	vv_sql_place place = {.repo = l->repo,
			      .path = l->paths.items[l->at++],
			      .revision = l->revision,
			      .find_key = true};
	/* A file that is named like a table and is none, or whose data is missing here, is listed without facts. */
	if (vv_sql_opened_get(&l->opened, l->catalog, &place, err) < 0 &&
	    err->code == VARVE_ENOMEM) {
		return err->code;
	}
	return 1;
}

static void put_key(sqlite3_context *context, const vv_sql_opened *o)
{
	sqlite3_str *s = sqlite3_str_new(NULL);

	for (size_t i = 0; i < o->facts->key_count; i++) {
		sqlite3_str_appendf(s, "%s%s", i > 0 ? "," : "",
				    varve_table_column(o->table, o->facts->key[i])->name);
	}
	put_string(context, s);
}

static void put_tables(void *state, sqlite3_context *context, size_t column)
{
	static const char *const formats[] = {[VARVE_FORMAT_CSV] = "csv",
					      [VARVE_FORMAT_TSV] = "tsv",
					      [VARVE_FORMAT_JSON] = "json",
					      [VARVE_FORMAT_NDJSON] = "ndjson"};
	const table_rows *l = state;
	const vv_sql_opened *o = l->opened;
	const char *name;
	size_t len;

	if (column == 0) {
		vv_sql_function_put_text(context, l->paths.items[l->at - 1]);
	} else if (column == 1) {
		vv_sql_name_short(&name, &len, &l->paths, l->at - 1);
		sqlite3_result_text(context, name, (int)len, SQLITE_TRANSIENT);
	} else if (o && column == 6) {
		put_key(context, o);
	} else if (o) {
		const char *cid = varve_version_info(o->version)->cid;
		const field fields[] = {{.text = formats[o->facts->format]},
					{FIELD_COUNT, .count = o->facts->rows},
					{FIELD_COUNT, .count = o->facts->columns},
					{FIELD_COUNT, .count = o->facts->bytes},
					{.text = NULL},
					{.text = o->commit[0] ? o->commit : NULL},
					{.text = cid[0] ? cid : NULL}};

		put_field(context, &fields[column - 2]);
	}
}

const vv_sql_function vv_sql_function_tables = {.name = "varve_tables",
						.state_size = sizeof(table_rows),
						.needs_repo = true,
						.columns = tables_columns,
						.open = open_tables,
						.next = next_tables,
						.put = put_tables,
						.close = close_tables};

/* ---- varve_columns(path, revision) ---- */

typedef struct column_rows {
	vv_sql_opened *opened;
	size_t at;
} column_rows;

static const vv_sql_column columns_columns[] = {{"position", "INTEGER"},
						{"name", NULL},
						{"type", NULL},
						{"format", NULL},
						{"sql_type", NULL},
						{"in_key", "INTEGER"},
						{"path", VV_SQL_ARGUMENT},
						{"revision", VV_SQL_ARGUMENT},
						{NULL, NULL}};

static void close_columns(void *state)
{
	vv_sql_opened_drop(((column_rows *)state)->opened);
}

static int open_columns(void *state, const vv_sql_function_table *t, const char *const *arguments,
			varve_error *err)
{
	column_rows *l = state;
	vv_auto(vv_sql_name) name = {0};

	if (!arguments[0]) {
		return vv_sql_error_format(err, VARVE_EUSAGE,
					   "name a table, as in varve_columns('prices')");
	}
	vv_auto_sqlite char *word = sqlite3_mprintf("%s%s%s", arguments[0], arguments[1] ? "@" : "",
						    arguments[1] ? arguments[1] : "");
	if (!word) return vv_sql_error_memory(err);
	const int rc = vv_sql_name_find(&name, t->catalog, word, err);
	if (rc < 0) return rc;
	vv_sql_place place = {.repo = name.outside ? NULL : t->repo,
			      .path = name.path,
			      .revision = name.revision,
			      .find_key = true};
	return vv_sql_opened_get(&l->opened, t->catalog, &place, err);
}

static int next_columns(void *state, varve_error *err VV_UNUSED)
{
	column_rows *l = state;

	return l->at++ < l->opened->facts->columns;
}

static void put_columns(void *state, sqlite3_context *context, size_t column)
{
	const column_rows *l = state;
	const varve_column *c = varve_table_column(l->opened->table, l->at - 1);
	const field fields[] = {{FIELD_COUNT, .count = l->at},
				{.text = c->name},
				{.text = c->type_name},
				{.text = c->format},
				{.text = vv_sql_value_type(l->opened, l->at - 1)},
				{FIELD_COUNT, .count = c->in_key}};

	put_field(context, &fields[column]);
}

const vv_sql_function vv_sql_function_columns = {.name = "varve_columns",
						 .state_size = sizeof(column_rows),
						 .columns = columns_columns,
						 .open = open_columns,
						 .next = next_columns,
						 .put = put_columns,
						 .close = close_columns};

/* ---- varve_check(path, revision) ---- */

/* For one table or all: findings of one version, or verdicts of many. */
typedef struct check_rows {
	varve_check_options how;
	asked_path asked;
	varve_report *report;
	const varve_finding *finding;
	varve_check_history *history;
	const varve_check_verdict *verdict;
	uint64_t at;
} check_rows;

static const vv_sql_column check_columns[] = {{"rule", NULL},
					      {"severity", NULL},
					      {"file", NULL},
					      {"column", NULL},
					      {"value", NULL},
					      {"message", NULL},
					      {"line", "INTEGER"},
					      {"row", "INTEGER"},
					      {"known", "INTEGER"},
					      {"path", VV_SQL_ARGUMENT},
					      {"revision", VV_SQL_ARGUMENT},
					      {NULL, NULL}};

static void close_check(void *state)
{
	check_rows *l = state;

	varve_report_free(l->report);
	varve_check_history_free(l->history);
	sqlite3_free(l->asked.path);
}

/* path NULL: all tables. */
static int begin_check(check_rows *l, const vv_sql_function_table *t, const char *path,
		       varve_error *err)
{
	*l = (check_rows){.how = {.size = sizeof(l->how), .watch = &t->catalog->watch}};
	const int rc = ask_path(&l->asked, t, path, err);
	l->how.paths = asked_paths(&l->asked);
	return rc;
}

static int open_check(void *state, const vv_sql_function_table *t, const char *const *arguments,
		      varve_error *err)
{
	char commit[VARVE_ID_SIZE];
	check_rows *l = state;
	int rc = begin_check(l, t, arguments[0], err);

	if (rc < 0 ||
	    (arguments[1] && (rc = varve_rev_parse(commit, t->repo, arguments[1], err)) < 0)) {
		return rc;
	}
	rc = varve_check_revision(&l->report, t->repo, arguments[1] ? commit : NULL, NULL, &l->how,
				  err);
	if (rc == VARVE_ENOTFOUND && l->asked.unknown.code < 0) {
		*err = l->asked.unknown;
	}
	return rc;
}

static int next_check(void *state, varve_error *err VV_UNUSED)
{
	check_rows *l = state;

	l->finding = varve_report_finding(l->report, l->at++);
	return l->finding != NULL;
}

static void put_check(void *state, sqlite3_context *context, size_t column)
{
	const varve_finding *f = ((check_rows *)state)->finding;
	const varve_cell value = {.text = f->value.data, .len = (uint32_t)f->value.len};
	const field fields[] = {{.text = f->rule},
				{.text = f->error ? "error" : "warning"},
				{.text = f->path},
				{.text = f->column[0] ? f->column : NULL},
				{FIELD_CELL, .cell = &value},
				{.text = f->message},
				{FIELD_COUNT, .count = f->line > 0 ? f->line : VARVE_UNKNOWN},
				{FIELD_COUNT, .count = f->row},
				{FIELD_COUNT, .count = f->known}};

	put_field(context, &fields[column]);
}

const vv_sql_function vv_sql_function_check = {.name = "varve_check",
					       .state_size = sizeof(check_rows),
					       .needs_repo = true,
					       .columns = check_columns,
					       .open = open_check,
					       .next = next_check,
					       .put = put_check,
					       .close = close_check};

/* ---- varve_check_results(path, revision) ---- */

static const vv_sql_column result_columns[] = {{"commit_hash", NULL},
					       {"author_date", NULL},
					       {"author", NULL},
					       {"file", NULL},
					       {"rule", NULL},
					       {"name", NULL},
					       {"column", NULL},
					       {"severity", NULL},
					       {"message", NULL},
					       {"found", "INTEGER"},
					       {"accepted", "INTEGER"},
					       {"applies", "INTEGER"},
					       {"path", VV_SQL_ARGUMENT},
					       {"revision", VV_SQL_ARGUMENT},
					       {NULL, NULL}};

static int open_results(void *state, const vv_sql_function_table *t, const char *const *arguments,
			varve_error *err)
{
	check_rows *l = state;
	int rc = begin_check(l, t, arguments[0], err);

	return rc < 0 ? rc
		      : varve_check_history_open(&l->history, t->repo, arguments[1], &l->how, err);
}

static int next_result(void *state, varve_error *err VV_UNUSED)
{
	check_rows *l = state;

	l->verdict = varve_check_history_at(l->history, l->at++);
	return l->verdict != NULL;
}

static void put_result(void *state, sqlite3_context *context, size_t column)
{
	const varve_check_verdict *v = ((check_rows *)state)->verdict;
	const field fields[] = {{.text = v->commit},
				{FIELD_TIME, .time = v->time},
				{.text = v->author},
				{.text = v->path},
				{.text = *v->rule ? v->rule : NULL},
				{.text = *v->name ? v->name : NULL},
				{.text = *v->column ? v->column : NULL},
				{.text = !*v->rule  ? NULL
					 : v->error ? "error"
						    : "warning"},
				{.text = *v->message ? v->message : NULL},
				{FIELD_COUNT, .count = v->found},
				{FIELD_COUNT, .count = v->accepted},
				{FIELD_COUNT, .count = v->applies}};

	put_field(context, &fields[column]);
}

const vv_sql_function vv_sql_function_check_results = {.name = "varve_check_results",
						       .state_size = sizeof(check_rows),
						       .needs_repo = true,
						       .columns = result_columns,
						       .open = open_results,
						       .next = next_result,
						       .put = put_result,
						       .close = close_check};

/* ---- varve_conflicts(path) ---- */

typedef struct conflict_rows {
	asked_path asked;
	varve_conflicts *list;
	const varve_conflict *conflict;
} conflict_rows;

static const vv_sql_column conflict_columns[] = {{"file", NULL},
						 {"kind", NULL},
						 {"row_key", NULL},
						 {"row", NULL},
						 {"column_name", NULL},
						 {"detail", NULL},
						 {"base_value", NULL},
						 {"our_value", NULL},
						 {"their_value", NULL},
						 {"our_name", NULL},
						 {"their_name", NULL},
						 {"row_number", "INTEGER"},
						 {"not_listed", "INTEGER"},
						 {"path", VV_SQL_ARGUMENT},
						 {NULL, NULL}};

static void close_conflicts(void *state)
{
	conflict_rows *l = state;

	varve_conflicts_free(l->list);
	sqlite3_free(l->asked.path);
}

static int open_conflicts(void *state, const vv_sql_function_table *t, const char *const *arguments,
			  varve_error *err)
{
	conflict_rows *l = state;
	const int rc = ask_path(&l->asked, t, arguments[0], err);

	return rc < 0 ? rc
		      : varve_conflicts_open(&l->list, t->repo, asked_paths(&l->asked),
					     &t->catalog->watch, err);
}

static int next_conflict(void *state, varve_error *err)
{
	conflict_rows *l = state;

	return after_step(&l->asked, varve_conflicts_next(l->list, &l->conflict, err), err);
}

static void put_conflict(void *state, sqlite3_context *context, size_t column)
{
	const varve_conflict *c = ((conflict_rows *)state)->conflict;
	const field fields[] = {{.text = c->path},
				{.text = c->kind},
				{.text = c->key},
				{.text = c->row},
				{.text = c->column},
				{.text = c->detail},
				{FIELD_CELL, .cell = c->there[0] ? &c->cells[0] : NULL},
				{FIELD_CELL, .cell = c->there[1] ? &c->cells[1] : NULL},
				{FIELD_CELL, .cell = c->there[2] ? &c->cells[2] : NULL},
				{.text = c->names[VARVE_OURS]},
				{.text = c->names[VARVE_THEIRS]},
				{FIELD_COUNT, .count = c->number},
				{FIELD_COUNT, .count = c->more}};

	put_field(context, &fields[column]);
}

const vv_sql_function vv_sql_function_conflicts = {.name = "varve_conflicts",
						   .state_size = sizeof(conflict_rows),
						   .needs_repo = true,
						   .columns = conflict_columns,
						   .open = open_conflicts,
						   .next = next_conflict,
						   .put = put_conflict,
						   .close = close_conflicts};

/* ---- varve_warnings ---- */

typedef struct warning_rows {
	const vv_sql_warning *next, *at;
} warning_rows;

static const vv_sql_column warning_columns[] = {
	{"table_name", NULL}, {"column_name", NULL},    {"type", NULL}, {"warning", NULL},
	{"cells", "INTEGER"}, {"first_row", "INTEGER"}, {NULL, NULL}};

static int open_warnings(void *state, const vv_sql_function_table *t,
			 const char *const *arguments VV_UNUSED, varve_error *err VV_UNUSED)
{
	((warning_rows *)state)->next = t->catalog->warnings;
	return 0;
}

static int next_warnings(void *state, varve_error *err VV_UNUSED)
{
	warning_rows *l = state;

	do {
		l->at = l->next;
		l->next = l->at ? l->at->next : NULL;
	} while (l->at && l->at->count == 0);
	return l->at != NULL;
}

static const char *warning_text(const vv_sql_warning *w, size_t column)
{
	switch (column) {
	case 0:
		return w->label;
	case 1:
		return w->column;
	case 2:
		return w->type;
	default:
		return w->kind == VV_WARNING_MISFIT ? "not of its type: NULL" : "nearest double";
	}
}

static void put_warnings(void *state, sqlite3_context *context, size_t column)
{
	const vv_sql_warning *w = ((warning_rows *)state)->at;

	if (column >= 4) {
		put_count(context, column == 4 ? w->count : w->row);
	} else {
		vv_sql_function_put_text(context, warning_text(w, column));
	}
}

const vv_sql_function vv_sql_function_warnings = {.name = "varve_warnings",
						  .state_size = sizeof(warning_rows),
						  .columns = warning_columns,
						  .open = open_warnings,
						  .next = next_warnings,
						  .put = put_warnings};
