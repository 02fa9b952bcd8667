/*
 * row: varve_row_T(key...): the commits that changed one row, a row of the result for each cell.
 *
 * An argument for each column of the key, its value as it is written in the file.
 */
#include "cmd/sql/vtab/row.h"

#include <sqlite3ext.h>
#include <string.h>

#include "cmd/sql/vtab/value.h"
SQLITE_EXTENSION_INIT3

typedef struct row_cells {
	varve_repo *repo;
	varve_row_history *history;
	const varve_row_event *event;
	size_t cell; /* of the event; one after the one at hand */
	char date[24];
	char *author, *message;
} row_cells;

static void declare_row(vv_sql_function_table *t, vv_sql_columns_sql *sql)
{
	static const char *const names[] = {"commit_hash", "commit_date", "author",
					    "message",     "path",        "diff_type",
					    "column_name", "from_value",  "to_value"};
	const varve_table_facts *facts = t->declared->facts;

	vv_sql_function_declare(sql, names, sizeof(names) / sizeof(names[0]), "TEXT");
	t->columns = sizeof(names) / sizeof(names[0]);
	t->arguments = facts->key_count < VV_FUNCTION_ARGUMENTS ? facts->key_count
								: VV_FUNCTION_ARGUMENTS;
	for (size_t i = 0; i < t->arguments; i++) {
		vv_sql_columns_add(sql, "",
				   varve_table_column(t->declared->table, facts->key[i])->name, "",
				   "TEXT HIDDEN");
	}
}

static void forget_commit(row_cells *r)
{
	sqlite3_free(r->author);
	sqlite3_free(r->message);
	r->author = r->message = NULL;
	r->date[0] = '\0';
}

static void close_row(void *state)
{
	row_cells *r = state;

	if (r) {
		forget_commit(r);
		varve_row_history_free(r->history);
		sqlite3_free(r);
	}
}

static int open_row(void **state, const vv_sql_function_table *t, const char *const *arguments,
		    varve_error *err)
{
	const varve_table_facts *facts = t->declared->facts;
	varve_text values[VV_FUNCTION_ARGUMENTS];
	row_cells *r;

	if (!t->repo || facts->key_count == 0 || facts->key_count > VV_FUNCTION_ARGUMENTS) {
		return vv_sql_error_format(err, VARVE_EUSAGE, "'%s' %s", t->name->path,
					   !t->repo ? "is in no repository"
					   : facts->key_count == 0
						   ? "has no key"
						   : "has too many columns in its key");
	}
	for (size_t i = 0; i < facts->key_count; i++) {
		if (!arguments[i]) {
			return vv_sql_error_format(
				err, VARVE_EUSAGE,
				"a value for each of the %zu columns of the key is "
				"needed: the one for '%s' is missing",
				facts->key_count,
				varve_table_column(t->declared->table, facts->key[i])->name);
		}
		values[i] = (varve_text){arguments[i], strlen(arguments[i])};
	}
	*state = r = sqlite3_malloc64(sizeof(*r));
	if (!r) return vv_sql_error_memory(err);
	memset(r, 0, sizeof(*r));
	r->repo = t->repo;
	return varve_row_history_open(&r->history, t->repo, t->name->path, values, facts->key_count,
				      NULL, err);
}

static int take_commit(row_cells *r, varve_error *err)
{
	varve_log_options how = VARVE_INIT(varve_log_options);
	const varve_commit *c;
	varve_log *log;
	int rc;

	forget_commit(r);
	how.range = r->event->commit;
	how.limit = 1;
	if ((rc = varve_log_open(&log, r->repo, &how, err)) == 0 &&
	    (rc = varve_log_next(log, &c, err)) > 0) {
		vv_sql_value_time(r->date, sizeof(r->date), c->commit_time);
		r->author = sqlite3_mprintf("%s", c->author);
		r->message = sqlite3_mprintf("%s", c->message);
		rc = r->author && r->message ? 0 : vv_sql_error_memory(err);
	}
	varve_log_free(log);
	return rc < 0 ? rc : 0;
}

static int next_row(void *state, varve_error *err)
{
	row_cells *r = state;
	int more;

	while (!r->event || r->cell == r->event->cell_count) {
		if ((more = varve_row_history_next(r->history, &r->event, err)) <= 0 ||
		    (more = take_commit(r, err)) < 0) {
			return more;
		}
		r->cell = 0;
	}
	r->cell++;
	return 1;
}

static void put_row(void *state, sqlite3_context *context, size_t column)
{
	static const char *const kinds[] = {[VARVE_ROW_ADDED] = "added",
					    [VARVE_ROW_REMOVED] = "removed",
					    [VARVE_ROW_CHANGED] = "modified",
					    [VARVE_ROW_MOVED] = "moved"};
	const row_cells *r = state;
	const varve_row_cell *cell = &r->event->cells[r->cell - 1];
	const char *const texts[] = {r->event->commit, r->date,        r->author,
				     r->message,       r->event->path, kinds[r->event->kind],
				     cell->name};

	if (column == 3) {
		vv_sql_value_put_message(context, r->message);
	} else if (column < sizeof(texts) / sizeof(texts[0])) {
		vv_sql_function_put_text(context, texts[column]);
	} else {
		vv_sql_value_put_text(context, column == 7 ? &cell->before : &cell->after);
	}
}

const vv_sql_function vv_sql_function_row = {NULL,     declare_row, open_row,
					     next_row, put_row,     close_row};
