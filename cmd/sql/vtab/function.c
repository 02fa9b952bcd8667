/*
 * function: passes arguments to a function.
 */
#include "base/array.h"
#include "cmd/sql/vtab/tables.h"

#include <sqlite3ext.h>
#include <string.h>

#include "cmd/sql/vtab/error.h"
#include "cmd/sql/vtab/registered.h"
SQLITE_EXTENSION_INIT3

typedef struct function_table {
	sqlite3_vtab base;
	const vv_sql_function *function;
	vv_sql_name name; /* a copy */
	vv_sql_function_table known;
} function_table;

typedef struct function_cursor {
	sqlite3_vtab_cursor base;
	void *state;
	char *arguments[VV_FUNCTION_ARGUMENTS];
	sqlite3_int64 row;
	bool end;
} function_cursor;

void vv_sql_function_put_text(sqlite3_context *context, const char *text)
{
	if (text) {
		sqlite3_result_text(context, text, -1, SQLITE_TRANSIENT);
	}
}

static int disconnect(sqlite3_vtab *base)
{
	function_table *t = (function_table *)base;

	vv_sql_opened_drop(t->known.declared);
	vv_sql_name_clear(&t->name);
	vv_sql_catalog_drop(t->known.catalog);
	sqlite3_free(t);
	return SQLITE_OK;
}

static int take_name(function_table *t, const vv_sql_registered *r)
{
	if (!r->name.path) return SQLITE_OK;
	t->name.kind = r->name.kind;
	t->name.path = sqlite3_mprintf("%s", r->name.path);
	t->name.revision = r->name.revision ? sqlite3_mprintf("%s", r->name.revision) : NULL;
	return t->name.path && (!r->name.revision || t->name.revision) ? SQLITE_OK : SQLITE_NOMEM;
}

static void declare_columns(function_table *t, vv_sql_columns_sql *sql)
{
	if (t->function->declare) {
		t->function->declare(&t->known, sql);
	}
	for (const vv_sql_column *c = t->function->columns; c->name; c++) {
		vv_sql_columns_add(sql, "", c->name, "", c->type ? c->type : "TEXT");
	}
	t->known.columns = sql->count - sql->hidden;
	t->known.arguments = sql->hidden;
}

static int connect(sqlite3 *db, void *aux, int argc VV_UNUSED, const char *const *argv VV_UNUSED,
		   sqlite3_vtab **out, char **message)
{
	const vv_sql_registered *r = aux;
	function_table *t = sqlite3_malloc64(sizeof(*t));
	size_t most = (size_t)sqlite3_limit(db, SQLITE_LIMIT_COLUMN, -1);
	vv_sql_columns_sql sql;
	varve_error err;

	if (!t) return SQLITE_NOMEM;
	*t = (function_table){.function = r->function,
			      .known.catalog = vv_sql_catalog_keep(r->catalog),
			      .known.repo = r->repo};
	t->known.name = &t->name;
	int rc = take_name(t, r);
	if (rc == SQLITE_OK && t->name.path) {
		const vv_sql_place place = {.repo = r->repo,
					    .path = t->name.path,
					    .revision = t->name.revision,
					    .find_key = true};

		rc = vv_sql_opened_get(&t->known.declared, r->catalog, &place, &err) < 0
			     ? vv_sql_catalog_fail(r->catalog, &err, message)
			     : SQLITE_OK;
		if (rc == SQLITE_OK && t->known.declared->facts->columns * 2 + 16 > most) {
			*message = sqlite3_mprintf(
				"'%s' has %llu columns; %s can read tables of at most %llu",
				t->name.path, (sqlite3_uint64)t->known.declared->facts->columns,
				vv_sql_name_prefix(t->name.kind), (sqlite3_uint64)(most - 16) / 2);
			rc = SQLITE_ERROR;
		}
	}
	if (rc == SQLITE_OK) {
		rc = vv_sql_columns_begin(&sql, most, &err) < 0 ? SQLITE_NOMEM : SQLITE_OK;
		declare_columns(t, &sql);
		if (rc == SQLITE_OK) {
			rc = vv_sql_columns_end(&sql, r->catalog, message);
		}
	}
	if (rc != SQLITE_OK) {
		(void)disconnect(&t->base);
		return rc;
	}
	*out = &t->base;
	return SQLITE_OK;
}

/* idxNum has a bit for each argument that is given. */
static int best_index(sqlite3_vtab *base, sqlite3_index_info *info)
{
	const vv_sql_function_table *t = &((function_table *)base)->known;
	int at[VV_FUNCTION_ARGUMENTS], count = 0;

	memset(at, -1, sizeof(at));
	for (int i = 0; i < info->nConstraint; i++) {
		const struct sqlite3_index_constraint *c = &info->aConstraint[i];
		int argument = c->iColumn - (int)t->columns;

		if (argument < 0 || argument >= (int)t->arguments ||
		    c->op != SQLITE_INDEX_CONSTRAINT_EQ) {
			continue;
		}
		if (!c->usable) return SQLITE_CONSTRAINT;
		at[argument] = i;
	}
	info->idxNum = 0;
	for (int i = 0; i < (int)t->arguments; i++) {
		if (at[i] >= 0) {
			info->aConstraintUsage[at[i]].argvIndex = ++count;
			info->aConstraintUsage[at[i]].omit = 1;
			info->idxNum |= 1 << i;
		}
	}
	info->estimatedCost = 10000.0 / (1 + count);
	info->estimatedRows = 1000;
	return SQLITE_OK;
}

static int open_cursor(sqlite3_vtab *base, sqlite3_vtab_cursor **out)
{
	function_cursor *c = sqlite3_malloc64(sizeof(*c));

	if (!c) return SQLITE_NOMEM;
	memset(c, 0, sizeof(*c));
	vv_sql_catalog_cursor_opened(((function_table *)base)->known.catalog);
	*out = &c->base;
	return SQLITE_OK;
}

static void reset_cursor(function_cursor *c)
{
	void (*const close)(void *) = ((function_table *)c->base.pVtab)->function->close;

	if (c->state && close) {
		close(c->state);
	}
	sqlite3_free(c->state);
	c->state = NULL;
	vv_array_each(c->arguments, VV_FUNCTION_ARGUMENTS, argument) {
		sqlite3_free(*argument);
		*argument = NULL;
	}
}

static int close_cursor(sqlite3_vtab_cursor *base)
{
	reset_cursor((function_cursor *)base);
	vv_sql_catalog_cursor_closed(((function_table *)base->pVtab)->known.catalog);
	sqlite3_free(base);
	return SQLITE_OK;
}

static int next(sqlite3_vtab_cursor *base)
{
	function_cursor *c = (function_cursor *)base;
	function_table *t = (function_table *)base->pVtab;
	varve_error err;
	int more = t->function->next(c->state, &err);

	c->row++;
	c->end = more <= 0;
	return more < 0 ? vv_sql_catalog_fail(t->known.catalog, &err, &base->pVtab->zErrMsg)
			: SQLITE_OK;
}

static int open_state(function_cursor *c, const function_table *t, varve_error *err)
{
	const vv_sql_function *f = t->function;

	if (f->needs_repo && !t->known.repo) {
		return vv_sql_error_format(
			err, VARVE_ENOTFOUND,
			"not in a repository: open one with SELECT varve_attach('FOLDER')");
	}
	if (!(c->state = sqlite3_malloc64(f->state_size))) return vv_sql_error_memory(err);
	memset(c->state, 0, f->state_size);
	return f->open(c->state, &t->known, (const char *const *)c->arguments, err);
}

static int filter(sqlite3_vtab_cursor *base, int number, const char *plan VV_UNUSED,
		  int argc VV_UNUSED, sqlite3_value **argv)
{
	function_cursor *c = (function_cursor *)base;
	function_table *t = (function_table *)base->pVtab;
	varve_error err;
	int given = 0;

	reset_cursor(c);
	c->row = 0;
	c->end = false;
	for (int i = 0; i < (int)t->known.arguments; i++) {
		if (number >> i & 1) {
			sqlite3_value *v = argv[given++];

			if (sqlite3_value_type(v) != SQLITE_NULL &&
			    !(c->arguments[i] = sqlite3_mprintf("%s", sqlite3_value_text(v)))) {
				return SQLITE_NOMEM;
			}
		}
	}
	int rc = open_state(c, t, &err);
	return rc < 0 ? vv_sql_catalog_fail(t->known.catalog, &err, &base->pVtab->zErrMsg)
		      : next(base);
}

static int eof(sqlite3_vtab_cursor *base)
{
	return ((function_cursor *)base)->end;
}

static int column(sqlite3_vtab_cursor *base, sqlite3_context *context, int i)
{
	function_cursor *c = (function_cursor *)base;
	const function_table *t = (const function_table *)base->pVtab;
	size_t at = (size_t)i;

	if (at < t->known.columns) {
		t->function->put(c->state, context, at);
	} else if (at - t->known.columns < VV_FUNCTION_ARGUMENTS) {
		vv_sql_function_put_text(context, c->arguments[at - t->known.columns]);
	}
	return SQLITE_OK;
}

static int rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *row)
{
	*row = ((function_cursor *)base)->row;
	return SQLITE_OK;
}

const sqlite3_module vv_sql_function_module = {
	.iVersion = 2,
	.xConnect = connect,
	.xBestIndex = best_index,
	.xDisconnect = disconnect,
	.xDestroy = disconnect,
	.xOpen = open_cursor,
	.xClose = close_cursor,
	.xFilter = filter,
	.xNext = next,
	.xEof = eof,
	.xColumn = column,
	.xRowid = rowid,
};
