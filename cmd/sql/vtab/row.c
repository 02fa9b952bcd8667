/*
 * row: varve_row_T(key...): the commits that changed one row, a row of the result for each cell.
 *
 * An argument for each column of the key, with its value as written in the file.
 */
#include "base/array.h"
#include "cmd/sql/vtab/tables.h"

#include <sqlite3ext.h>
#include <string.h>

#include "cmd/sql/vtab/error.h"
#include "cmd/sql/vtab/value.h"
SQLITE_EXTENSION_INIT3

typedef struct row_cells {
	vv_sql_catalog *catalog; /* borrowed */
	varve_repo *repo;
	const varve_table *table; /* by whose columns missing values are recognized; borrowed */
	varve_row_history *history;
	const varve_row_event *event;
	const varve_commit *commit; /* of the event */
	size_t cell;                /* of the event; one after the one at hand */
} row_cells;

static const vv_sql_column row_columns[] = {{NULL, NULL}};

static void declare_row(const vv_sql_function_table *t, vv_sql_columns_sql *sql)
{
	static const char *const names[] = {"commit_hash", "commit_date", "author",
					    "message",     "path",        "diff_type",
					    "column_name", "from_value",  "to_value"};
	const varve_table_facts *facts = t->declared->facts;

	vv_array_each(names, sizeof(names) / sizeof(names[0]), name) {
		vv_sql_columns_add(sql, "", *name, "", "TEXT");
	}
	for (size_t i = 0; i < facts->key_count && i < VV_FUNCTION_ARGUMENTS; i++) {
		vv_sql_columns_add(sql, "",
				   varve_table_column(t->declared->table, facts->key[i])->name, "",
				   VV_SQL_ARGUMENT);
	}
	if (facts->key_count == 0) { /* open_row reports the missing key */
		vv_sql_columns_add(sql, "", "key", "", VV_SQL_ARGUMENT);
	}
}

static void close_row(void *state)
{
	varve_row_history_free(((row_cells *)state)->history);
}

static int open_row(void *state, const vv_sql_function_table *t, const char *const *arguments,
		    varve_error *err)
{
	const varve_table_facts *facts = t->declared->facts;
	varve_row_history_options how = VARVE_INIT(varve_row_history_options);
	varve_text values[VV_FUNCTION_ARGUMENTS];
	row_cells *r = state;

	if (!t->repo || facts->key_count == 0 || facts->key_count > VV_FUNCTION_ARGUMENTS) {
		return vv_sql_error_format(err, VARVE_EUSAGE, "'%s' %s", t->name->path,
					   !t->repo ? "is not in a repository"
					   : facts->key_count == 0
						   ? "has no key"
						   : "has too many columns in its key");
	}
	for (size_t i = 0; i < facts->key_count; i++) {
		if (!arguments[i]) {
			return vv_sql_error_format(
				err, VARVE_EUSAGE,
				"each column of the key requires a value: '%s' is missing",
				varve_table_column(t->declared->table, facts->key[i])->name);
		}
		values[i] = (varve_text){arguments[i], strlen(arguments[i])};
	}
	*r = (row_cells){.catalog = t->catalog, .repo = t->repo, .table = t->declared->table};
	how.watch = &t->catalog->watch;
	return varve_row_history_open(&r->history, t->repo, t->name->path, values, facts->key_count,
				      &how, err);
}

static int next_row(void *state, varve_error *err)
{
	row_cells *r = state;
	int more;

	while (!r->event || r->cell == r->event->cell_count) {
		if ((more = varve_row_history_next(r->history, &r->event, err)) <= 0 ||
		    (more = vv_sql_commits_get(&r->commit, &r->catalog->commits, r->repo,
					       r->event->commit, err)) < 0) {
			return more;
		}
		r->cell = 0;
	}
	r->cell++;
	return 1;
}

/* The text as it was written; NULL for a missing value. */
static void put_cell(const row_cells *r, sqlite3_context *context, const char *name,
		     const varve_cell *cell)
{
	const int32_t at = varve_table_find_column(r->table, name);
	varve_value value = {.kind = VARVE_VALUE_TEXT};
	varve_error err;

	if (at >= 0 && varve_table_value(&value, r->table, (size_t)at, cell, &err) < 0) {
		sqlite3_result_error(context, err.message, -1);
	} else if (value.kind != VARVE_VALUE_NULL) {
		vv_sql_value_put_text(context, cell);
	}
}

static void put_row(void *state, sqlite3_context *context, size_t column)
{
	static const char *const kinds[] = {[VARVE_ROW_ADDED] = "added",
					    [VARVE_ROW_REMOVED] = "removed",
					    [VARVE_ROW_CHANGED] = "modified",
					    [VARVE_ROW_MOVED] = "moved"};
	const row_cells *r = state;
	const varve_row_cell *cell = &r->event->cells[r->cell - 1];
	static const enum vv_sql_commit_word of_commit[] = {VV_COMMIT_HASH, VV_COMMIT_DATE,
							    VV_AUTHOR, VV_MESSAGE};
	const char *const texts[] = {r->event->path, kinds[r->event->kind], cell->name};

	if (column < 4) {
		vv_sql_value_put_commit(context, r->commit, of_commit[column]);
	} else if (column < 7) {
		vv_sql_function_put_text(context, texts[column - 4]);
	} else {
		put_cell(r, context, cell->name, column == 7 ? &cell->before : &cell->after);
	}
}

const vv_sql_function vv_sql_function_row = {.state_size = sizeof(row_cells),
					     .declare = declare_row,
					     .columns = row_columns,
					     .open = open_row,
					     .next = next_row,
					     .put = put_row,
					     .close = close_row};
