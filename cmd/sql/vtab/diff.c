/*
 * diff: varve_diff_T(from, to), a row for each row that differs, and varve_diff_cells_T(from, to), one for each cell.
 *
 * from defaults to HEAD, to to the work tree. Columns are those of the current table; a column that was renamed
 * between the two versions is found on both sides, and so is a file.
 */
#include "cmd/sql/vtab/tables.h"

#include <sqlite3ext.h>
#include <string.h>

#include "base/array.h"
#include "cmd/sql/vtab/error.h"
#include "cmd/sql/vtab/value.h"
SQLITE_EXTENSION_INIT3

enum { TO, FROM, SIDES };

typedef struct diff_rows {
	vv_sql_opened *declared, *sides[SIDES];
	const varve_commit *commits[SIDES]; /* NULL: the work tree */
	varve_diff *diff;
	const varve_row_change *change;
	int32_t *places[SIDES];        /* of each declared column in the sides' tables; -1: none */
	const varve_column_pair *pair; /* of the cell at hand */
	size_t next_pair;
} diff_rows;

static void close_diff(void *state)
{
	diff_rows *d = state;

	varve_diff_free(d->diff);
	for (int side = TO; side < SIDES; side++) {
		sqlite3_free(d->places[side]);
		vv_sql_opened_drop(d->sides[side]);
	}
	vv_sql_opened_drop(d->declared);
}

/* ---- opening ---- */

static int find_places(diff_rows *d, varve_error *err)
{
	size_t columns = d->declared->facts->columns;
	const varve_column_pair *p;

	for (int side = TO; side < SIDES; side++) {
		d->places[side] = sqlite3_malloc64((columns + 1) * sizeof(int32_t));
		if (!d->places[side]) return vv_sql_error_memory(err);
		for (size_t i = 0; i < columns; i++) {
			d->places[side][i] = varve_table_find_column(
				d->sides[side]->table,
				varve_table_column(d->declared->table, i)->name);
		}
	}
	for (size_t i = 0; i < columns; i++) {
		int32_t *to = &d->places[TO][i], *from = &d->places[FROM][i];
		bool by_to = *to >= 0;

		for (size_t n = 0; (p = varve_diff_column(d->diff, n)) != NULL; n++) {
			if (by_to ? p->after == *to : *from >= 0 && p->before == *from) {
				*to = p->after;
				*from = p->before;
				break;
			}
		}
	}
	return 0;
}

static int open_side(diff_rows *d, int side, const vv_sql_function_table *t, const char *path,
		     const char *revision, varve_error *err)
{
	vv_sql_place place = {
		.repo = t->repo, .path = path, .revision = revision, .find_key = true};
	int rc = vv_sql_opened_get(&d->sides[side], t->catalog, &place, err);

	if (rc < 0 || !d->sides[side]->commit[0]) return rc;
	return vv_sql_commits_get(&d->commits[side], &t->catalog->commits, t->repo,
				  d->sides[side]->commit, err);
}

/* *path: what it was called before these changes, if they renamed it. */
static int follow_rename(char **path, const vv_sql_function_table *t, const char *from,
			 const char *to, varve_error *err)
{
	const varve_changes_options o = {
		.size = sizeof(o), .from = from, .to = to, .watch = &t->catalog->watch};
	const varve_path_change *c;
	varve_changes *list;
	int rc;

	if ((rc = varve_changes_open(&list, t->repo, &o, err)) < 0) return rc;
	while ((rc = varve_changes_next(list, &c, err)) > 0) {
		if (c->old_path && strcmp(c->path, *path) == 0) {
			sqlite3_free(*path);
			*path = sqlite3_mprintf("%s", c->old_path);
			rc = *path ? 0 : vv_sql_error_memory(err);
			break;
		}
	}
	varve_changes_free(list);
	return rc;
}

/* The version before, also where the file had another name. */
static int open_from(diff_rows *d, const vv_sql_function_table *t, const char *from, const char *to,
		     varve_error *err)
{
	int rc = open_side(d, FROM, t, t->name->path, from, err);
	varve_error why;

	if (rc != VARVE_ENOTFOUND) return rc;
	vv_auto_sqlite char *path = sqlite3_mprintf("%s", t->name->path);
	if (!path) return vv_sql_error_memory(err);
	if ((to || follow_rename(&path, t, NULL, NULL, &why) == 0) &&
	    follow_rename(&path, t, from, to ? to : "HEAD", &why) == 0 && path &&
	    strcmp(path, t->name->path) != 0) {
		rc = open_side(d, FROM, t, path, from, err);
	}
	return rc;
}

static int open_diff(void *state, const vv_sql_function_table *t, const char *const *arguments,
		     varve_error *err)
{
	const varve_diff_options how = {.size = sizeof(how), .watch = &t->catalog->watch};
	diff_rows *d = state;
	int rc;

	if (!t->repo) {
		return vv_sql_error_format(err, VARVE_EUSAGE, "'%s' is not in a repository",
					   t->name->path);
	}
	d->declared = vv_sql_opened_keep(t->declared);
	if ((rc = open_from(d, t, arguments[0] ? arguments[0] : "HEAD", arguments[1], err)) < 0 ||
	    (rc = open_side(d, TO, t, t->name->path, arguments[1], err)) < 0 ||
	    (rc = varve_diff_open(&d->diff, d->sides[FROM]->table, d->sides[TO]->table, &how,
				  err)) < 0) {
		return rc;
	}
	return find_places(d, err);
}

static const char *type_of(const varve_row_change *c)
{
	static const char *const names[] = {[VARVE_ROW_ADDED] = "added",
					    [VARVE_ROW_REMOVED] = "removed",
					    [VARVE_ROW_CHANGED] = "modified",
					    [VARVE_ROW_MOVED] = "moved"};

	return names[c->kind];
}

static const varve_cell *cells_of(const diff_rows *d, int side)
{
	return side == TO ? d->change->after : d->change->before;
}

static uint64_t row_of(const diff_rows *d, int side)
{
	return side == TO ? d->change->new_row : d->change->old_row;
}

static void put_cell(diff_rows *d, sqlite3_context *context, int side, size_t declared)
{
	const varve_cell *cells = cells_of(d, side);
	int32_t place = d->places[side][declared];

	if (cells && place >= 0) {
		vv_sql_value_put_cell(context, d->declared, declared, &cells[place],
				      row_of(d, side));
	}
}

/* ---- rows ---- */

static void declare_diff(const vv_sql_function_table *t, vv_sql_columns_sql *sql)
{
	vv_sql_columns_add_table(sql, "to_", t->declared, false);
	vv_sql_columns_add(sql, "", "to_commit", "", "TEXT");
	vv_sql_columns_add(sql, "", "to_commit_date", "", "TEXT");
	vv_sql_columns_add_table(sql, "from_", t->declared, false);
}

static const vv_sql_column diff_columns[] = {{"from_commit", NULL},
					     {"from_commit_date", NULL},
					     {"diff_type", NULL},
					     {"from_revision", VV_SQL_ARGUMENT},
					     {"to_revision", VV_SQL_ARGUMENT},
					     {NULL, NULL}};

static int next_diff(void *state, varve_error *err)
{
	diff_rows *d = state;

	return varve_diff_next(d->diff, &d->change, err);
}

static void put_diff(void *state, sqlite3_context *context, size_t column)
{
	diff_rows *d = state;
	size_t count = d->declared->facts->columns, side_width = count + 2;
	int side = column < side_width ? TO : FROM;
	size_t at = column - (side == FROM ? side_width : 0);

	if (column == 2 * side_width) {
		vv_sql_function_put_text(context, type_of(d->change));
	} else if (at < count) {
		put_cell(d, context, side, at);
	} else if (at == count) {
		vv_sql_function_put_text(context,
					 d->sides[side]->commit[0] ? d->sides[side]->commit : NULL);
	} else if (d->commits[side]) {
		vv_sql_value_put_time(context, d->commits[side]->commit_time);
	}
}

const vv_sql_function vv_sql_function_diff = {.state_size = sizeof(diff_rows),
					      .declare = declare_diff,
					      .columns = diff_columns,
					      .open = open_diff,
					      .next = next_diff,
					      .put = put_diff,
					      .close = close_diff};

/* ---- cells ---- */

static void declare_cells(const vv_sql_function_table *t, vv_sql_columns_sql *sql)
{
	const varve_table_facts *facts = t->declared->facts;

	vv_array_each(facts->key, facts->key_count, at) {
		vv_sql_columns_add(sql, "", varve_table_column(t->declared->table, *at)->name, "",
				   vv_sql_value_declaration(t->declared, *at));
	}
}

static const vv_sql_column cell_columns[] = {{"column_name", NULL},
					     {"diff_type", NULL},
					     {"from_value", ""},
					     {"to_value", ""},
					     {"from_row", "INTEGER"},
					     {"to_row", "INTEGER"},
					     {"from_revision", VV_SQL_ARGUMENT},
					     {"to_revision", VV_SQL_ARGUMENT},
					     {NULL, NULL}};

/* Is this column's cell one that differs? */
static bool is_changed(const diff_rows *d, size_t i)
{
	const varve_row_change *c = d->change;

	if (c->kind == VARVE_ROW_ADDED) return d->pair->after >= 0;
	if (c->kind == VARVE_ROW_REMOVED) return d->pair->before >= 0;
	if (c->kind == VARVE_ROW_CHANGED && c->cells) return c->cells[i] != VARVE_CHANGE_NONE;
	return false;
}

static int next_cell(void *state, varve_error *err)
{
	diff_rows *d = state;
	int more = 1;

	for (;;) {
		if (d->change) {
			while ((d->pair = varve_diff_column(d->diff, d->next_pair)) != NULL) {
				if (is_changed(d, d->next_pair++)) return 1;
			}
		}
		d->next_pair = 0;
		if ((more = varve_diff_next(d->diff, &d->change, err)) <= 0) return more;
	}
}

/* The declared column that has this place on a side; -1: none. */
static int32_t declared_of(const diff_rows *d, int side, int32_t place)
{
	const int32_t *at = vv_array_find(d->places[side], d->declared->facts->columns, own,
					  *own == place);

	return at ? (int32_t)(at - d->places[side]) : -1;
}

static void put_side(diff_rows *d, sqlite3_context *context, int side)
{
	const varve_cell *cells = cells_of(d, side);
	int32_t place = side == TO ? d->pair->after : d->pair->before, declared;

	if (!cells || place < 0) return;
	if ((declared = declared_of(d, side, place)) >= 0) {
		vv_sql_value_put_cell(context, d->declared, (size_t)declared, &cells[place],
				      row_of(d, side));
	} else {
		vv_sql_value_put_text(context, &cells[place]);
	}
}

static void put_cells(void *state, sqlite3_context *context, size_t column)
{
	diff_rows *d = state;
	const varve_table_facts *facts = d->declared->facts;
	int side = d->change->after ? TO : FROM;
	uint64_t row;

	if (column < facts->key_count) {
		put_cell(d, context, side, facts->key[column]);
		return;
	}
	switch (column - facts->key_count) {
	case 0:
		side = d->pair->after >= 0 ? TO : FROM;
		vv_sql_function_put_text(
			context,
			varve_table_column(d->sides[side]->table,
					   (size_t)(side == TO ? d->pair->after : d->pair->before))
				->name);
		break;
	case 1:
		vv_sql_function_put_text(context, type_of(d->change));
		break;
	case 2:
		put_side(d, context, FROM);
		break;
	case 3:
		put_side(d, context, TO);
		break;
	default:
		row = row_of(d, column - facts->key_count == 4 ? FROM : TO);
		if (row != VARVE_UNKNOWN) {
			sqlite3_result_int64(context, (sqlite3_int64)row);
		}
	}
}

const vv_sql_function vv_sql_function_diff_cells = {.state_size = sizeof(diff_rows),
						    .declare = declare_cells,
						    .columns = cell_columns,
						    .open = open_diff,
						    .next = next_cell,
						    .put = put_cells,
						    .close = close_diff};
