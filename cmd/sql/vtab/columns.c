/*
 * columns: how names are made different.
 */
#include "cmd/sql/vtab/columns.h"

#include <sqlite3ext.h>
#include <string.h>

#include "base/array.h"
#include "cmd/sql/vtab/error.h"
#include "cmd/sql/vtab/value.h"
SQLITE_EXTENSION_INIT3

int vv_sql_columns_begin(vv_sql_columns_sql *s, size_t most, varve_error *err)
{
	*s = (vv_sql_columns_sql){.most = most, .sql = sqlite3_str_new(NULL)};
	s->names = sqlite3_malloc64((most + 1) * sizeof(*s->names));
	sqlite3_str_appendall(s->sql, "CREATE TABLE t(");
	return s->names ? 0 : vv_sql_error_memory(err);
}

static bool is_taken(const vv_sql_columns_sql *s, const char *name)
{
	return vv_array_find(s->names, s->count, one, sqlite3_stricmp(*one, name) == 0);
}

void vv_sql_columns_add(vv_sql_columns_sql *s, const char *prefix, const char *name,
			const char *suffix, const char *type)
{
	if (s->failed || !s->names || s->count == s->most) {
		s->failed = true;
		return;
	}
	char *whole = sqlite3_mprintf("%s%s%s", prefix, name[0] ? name : "column", suffix);
	for (int n = 2; whole && is_taken(s, whole); n++) {
		sqlite3_free(whole);
		whole = sqlite3_mprintf("%s%s%s:%d", prefix, name[0] ? name : "column", suffix, n);
	}
	if (!whole) {
		s->failed = true;
		return;
	}
	sqlite3_str_appendf(s->sql, "%s\"%w\" %s", s->count > 0 ? "," : "", whole, type);
	s->names[s->count++] = whole;
	s->hidden += strstr(type, "HIDDEN") != NULL;
}

void vv_sql_columns_add_table(vv_sql_columns_sql *s, const char *prefix, const vv_sql_opened *o,
			      bool hidden_text)
{
	for (size_t i = 0; i < o->facts->columns; i++) {
		vv_sql_columns_add(s, prefix, varve_table_column(o->table, i)->name,
				   hidden_text ? ":text" : "",
				   hidden_text ? "TEXT HIDDEN" : vv_sql_value_declaration(o, i));
	}
}

int vv_sql_columns_end(vv_sql_columns_sql *s, vv_sql_catalog *c, char **message)
{
	int rc = SQLITE_NOMEM;

	/* an empty file: a SQLite table needs a column */
	sqlite3_str_appendall(s->sql, s->count > 0 ? ")" : "\"column\" TEXT)");
	char *sql = sqlite3_str_finish(s->sql);
	if (sql && !s->failed) {
		rc = sqlite3_declare_vtab(c->db, sql);
		if (rc != SQLITE_OK && rc != SQLITE_NOMEM) {
			sqlite3_free(*message);
			*message = sqlite3_mprintf("%s", sqlite3_errmsg(c->db));
		}
	}
	sqlite3_free(sql);
	while (s->names && s->count > 0) {
		sqlite3_free(s->names[--s->count]);
	}
	sqlite3_free(s->names);
	return rc;
}
