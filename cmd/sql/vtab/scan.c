/*
 * scan: which columns of a version are decoded for a query, and where their cells are.
 */
#include "cmd/sql/vtab/scan.h"

#include <sqlite3ext.h>
#include <string.h>

#include "cmd/sql/vtab/error.h"
#include "cmd/sql/vtab/push.h"
#include "cmd/sql/vtab/value.h"
SQLITE_EXTENSION_INIT3

#define FEW 4 /* part of the rows, that is not worth fetching all */

struct vv_sql_scan {
	vv_sql_opened *version, *declared;
	int32_t *cell_of; /* by declared column: the place in cells; -1: none */
	varve_rows *rows; /* NULL: only the numbers of rows are wanted */
	const varve_cell *cells;
	uint64_t row, end; /* end: one after the last row that is wanted */
	uint64_t likely;   /* rows; 0: all */
	bool begun, texts; /* texts: the spelling of cells is read */
};

static bool uses_column(uint64_t used, size_t column)
{
	return used >> (column < 63 ? column : 63) & 1;
}

static bool same_columns(const vv_sql_opened *a, const vv_sql_opened *b)
{
	return a == b || strcmp(a->facts->schema, b->facts->schema) == 0;
}

/* Adds to the rows that are likely to be read. A negative limit is none. */
static void count_rows(vv_sql_scan *s, sqlite3_value *value)
{
	sqlite3_int64 count = sqlite3_value_int64(value);

	s->likely += count > 0 && (uint64_t)count < s->end ? (uint64_t)count
		     : count == 0                          ? 0
							   : s->end;
}

/* *from is the row that is wanted, where one is. */
static int take_conditions(vv_sql_push *push, vv_sql_scan *s, const vv_sql_scan_plan *plan,
			   sqlite3_value **values, varve_error *err)
{
	bool alike = same_columns(s->version, s->declared);
	int rc = 0;

	for (size_t i = 0; i < plan->count && rc == 0; i++) {
		const vv_sql_scan_condition *c = &plan->conditions[i];

		if (c->column == VV_SCAN_ROWS) {
			count_rows(s, values[i]);
		} else if (c->column == VV_SCAN_ROW) {
			sqlite3_int64 row = sqlite3_value_type(values[i]) == SQLITE_INTEGER
						    ? sqlite3_value_int64(values[i])
						    : -1;

			if (sqlite3_value_type(values[i]) == SQLITE_INTEGER) {
				push->none |= row < 0 || (uint64_t)row >= s->end;
				s->row = push->none ? 0 : (uint64_t)row;
				s->end = push->none ? 0 : s->row + 1;
			}
		} else if (alike && c->list) {
			rc = vv_sql_push_add_list(push, (size_t)c->column, values[i], err);
		} else if (alike) {
			rc = vv_sql_push_add(push, (size_t)c->column, c->op, values[i], c->literal,
					     err);
		}
	}
	return rc;
}

/* The place in the version of a column that is declared; -1: it has no such column. */
static int32_t place_of(const vv_sql_scan *s, size_t column)
{
	return s->version == s->declared
		       ? (int32_t)column
		       : varve_table_find_column(
				 s->version->table,
				 varve_table_column(s->declared->table, column)->name);
}

/* The names of the columns that are decoded, and where their cells will be. */
static int choose_columns(const char **names, size_t *count, vv_sql_scan *s,
			  const vv_sql_scan_plan *plan, varve_error *err)
{
	size_t columns = s->declared->facts->columns;

	*count = 0;
	if (!(s->cell_of = sqlite3_malloc64((columns + 1) * sizeof(*s->cell_of)))) {
		return vv_sql_error_memory(err);
	}
	for (size_t i = 0; i < columns; i++) {
		int32_t place = place_of(s, i);
		bool text = uses_column(plan->used, plan->texts + i);

		s->cell_of[i] = -1;
		s->texts = s->texts || text;
		if (place >= 0 && (uses_column(plan->used, i) || text)) {
			s->cell_of[i] = (int32_t)*count;
			names[(*count)++] =
				varve_table_column(s->version->table, (size_t)place)->name;
		}
	}
	names[*count] = NULL;
	return 0;
}

/* Where two columns have one name, columns are chosen by their places: all are read. */
static void choose_all(vv_sql_scan *s)
{
	for (size_t i = 0; i < s->declared->facts->columns; i++) {
		s->cell_of[i] = place_of(s, i);
	}
}

static bool names_are_unique(const vv_sql_opened *o)
{
	for (size_t i = 0; i < o->facts->columns; i++) {
		if (varve_table_find_column(o->table, varve_table_column(o->table, i)->name) !=
		    (int32_t)i) {
			return false;
		}
	}
	return true;
}

static int open_rows(vv_sql_scan *s, const vv_sql_push *push, const char *const *names,
		     varve_error *err)
{
	const vv_sql_catalog *catalog = s->version->catalog;
	varve_rows_options how = {.size = sizeof(how),
				  .columns = names,
				  .watch = &catalog->watch,
				  .numbers = !s->texts && !catalog->exact &&
					     same_columns(s->version, s->declared)};
	varve_filter *filter = NULL;
	int rc = 0;

	if (push->count > 0) {
		rc = varve_filter_new(&filter, push->tests, push->count, err);
		how.where = filter;
	}
	if (rc == 0) {
		rc = varve_rows_open(&s->rows, s->version->table, &how, err);
	}
	varve_filter_free(filter);
	/* A cursor that was placed reads ahead more and more, others of a table at a URL get the whole table at once. */
	if (rc == 0 && (s->row > 0 || (s->likely > 0 && s->likely < s->end / FEW))) {
		rc = varve_rows_seek(s->rows, s->row, err);
	}
	return rc;
}

static int open_scan(vv_sql_scan *s, const vv_sql_scan_plan *plan, sqlite3_value **values,
		     varve_error *err)
{
	vv_sql_push push = {.of = s->version};
	size_t count;

	s->end = s->version->facts->rows;
	const char **names = sqlite3_malloc64((s->declared->facts->columns + 1) * sizeof(*names));
	int rc = names ? choose_columns(names, &count, s, plan, err) : vv_sql_error_memory(err);
	if (rc == 0 && (rc = take_conditions(&push, s, plan, values, err)) == 0) {
		if (push.none) {
			s->end = 0;
		} else if (count > 0 || push.count > 0) {
			bool all = count == 0 || !names_are_unique(s->version);

			if (all) {
				choose_all(s);
			}
			rc = open_rows(s, &push, all ? NULL : names, err);
		}
	}
	vv_sql_push_clear(&push);
	sqlite3_free(names);
	return rc;
}

int vv_sql_scan_open(vv_sql_scan **out, vv_sql_opened *version, vv_sql_opened *declared,
		     const vv_sql_scan_plan *plan, sqlite3_value **values, varve_error *err)
{
	vv_sql_scan *s = sqlite3_malloc64(sizeof(*s));
	int rc;

	*out = NULL;
	if (!s) return vv_sql_error_memory(err);
	*s = (vv_sql_scan){.version = vv_sql_opened_keep(version)};
	s->declared = vv_sql_opened_keep(declared);
	if ((rc = open_scan(s, plan, values, err)) < 0) {
		vv_sql_scan_close(s);
		return rc;
	}
	*out = s;
	return 0;
}

int vv_sql_scan_next(vv_sql_scan *s, varve_error *err)
{
	if (!s->rows) {
		s->row += s->begun;
		s->begun = true;
		return s->row < s->end;
	}
	int more = varve_rows_next(s->rows, &s->cells, err);
	if (more > 0) {
		s->row = varve_rows_number(s->rows);
		more = s->row < s->end;
	}
	return more;
}

int vv_sql_scan_go(vv_sql_scan *s, uint64_t row, varve_error *err)
{
	int rc = 0;

	if (s->rows && !(s->cells && s->row + 1 == row)) {
		if (s->cells && s->row == row) return 0;
		rc = varve_rows_seek(s->rows, row, err);
	}
	s->row = row;
	return rc < 0 || !s->rows ? rc : varve_rows_next(s->rows, &s->cells, err);
}

uint64_t vv_sql_scan_row(const vv_sql_scan *s)
{
	return s->row;
}

int vv_sql_scan_read(vv_sql_value *out, vv_sql_scan *s, size_t column, varve_error *err)
{
	if (!s->cells || s->cell_of[column] < 0) {
		out->null = true;
		return 0;
	}
	return vv_sql_value_read(out, s->declared, column, &s->cells[s->cell_of[column]], s->row,
				 err);
}

void vv_sql_scan_put_text(const vv_sql_scan *s, sqlite3_context *context, size_t column)
{
	if (s->cells && s->cell_of[column] >= 0) {
		vv_sql_value_put_text(context, &s->cells[s->cell_of[column]]);
	}
}

void vv_sql_scan_close(vv_sql_scan *s)
{
	if (s) {
		varve_rows_free(s->rows);
		sqlite3_free(s->cell_of);
		vv_sql_opened_drop(s->version);
		vv_sql_opened_drop(s->declared);
		sqlite3_free(s);
	}
}
