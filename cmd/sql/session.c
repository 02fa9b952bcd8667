/*
 * session: how an unknown name becomes a table, and what SQLite's errors mean to users.
 */
#include "cmd/sql/session.h"

#include <assert.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/sys.h"
#include "cmd/sql/vtab/error.h"
#include "cmd/sql/vtab/module.h"

/* SQLite calls this for each new connection, with its functions. */
static vv_sql_catalog *installed;

static int install_module(sqlite3 *db, char **message, const struct sqlite3_api_routines *api)
{
	return vv_sql_module_install(&installed, db, message, api);
}

/* A stranger's query may only read. Checks would run it again, and varve_attach opens other
 * repositories. */
static int confine_query(vv_sql_session *s, int action, const char *name, const char *function)
{
	bool may = action == SQLITE_SELECT || action == SQLITE_RECURSIVE ||
		   (action == SQLITE_READ && sqlite3_strnicmp(name, "varve_check", 11) != 0) ||
		   (action == SQLITE_FUNCTION && sqlite3_strnicmp(function, "varve_", 6) != 0 &&
		    sqlite3_stricmp(function, "load_extension") != 0) ||
		   (action == SQLITE_PRAGMA && strcmp(name, "module_list") == 0) ||
		   (action == SQLITE_UPDATE && strcmp(name, "sqlite_master") == 0); /* declares */

	if (may) return SQLITE_OK;
	(void)snprintf(s->refused, sizeof(s->refused), "%s",
		       action == SQLITE_FUNCTION ? function
		       : name                    ? name
						 : "");
	return SQLITE_DENY;
}

/* Tables of the connection itself are gone at its end: what creates one means a table to keep, or a temporary one. */
static int refuse_main(void *data, int action, const char *name, const char *what,
		       const char *schema, const char *trigger VV_UNUSED)
{
	vv_sql_session *s = data;

	if (s->catalog && s->catalog->confined) return confine_query(s, action, name, what);
	if ((action != SQLITE_CREATE_TABLE && action != SQLITE_CREATE_VIEW &&
	     action != SQLITE_CREATE_VTABLE) ||
	    !schema || strcmp(schema, "main") != 0) {
		return SQLITE_OK;
	}
	(void)snprintf(s->refused, sizeof(s->refused), "%s", name);
	return SQLITE_DENY;
}

static vv_status status_of(int code)
{
	switch (code) {
	case VARVE_ENOMEM:
		return VV_ENOMEM;
	case VARVE_ENOTFOUND:
		return VV_ENOTFOUND;
	case VARVE_EUSAGE:
		return VV_EUSAGE;
	default:
		return VV_EIO;
	}
}

static vv_status take_error(vv_error *err, const varve_error *e)
{
	vv_sql_hint hint;

	return vv_fail(err, status_of(e->code),
		       "%s\n"
		       "%s",
		       e->message, vv_sql_error_hint(&hint, e));
}

void vv_sql_session_start(bool confined)
{
	(void)sqlite3_config(SQLITE_CONFIG_SINGLETHREAD);
	(void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, (int)confined);
}

vv_status vv_sql_session_open(vv_sql_session *s, bool exact, vv_error *err)
{
	varve_error e;

	s->db = NULL;
	s->catalog = NULL;
	int rc = sqlite3_auto_extension((void (*)(void))install_module);
	if (rc == SQLITE_OK) {
		rc = sqlite3_open_v2(":memory:", &s->db,
				     SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_URI,
				     NULL);
		(void)sqlite3_cancel_auto_extension((void (*)(void))install_module);
	}
	if (rc != SQLITE_OK || !installed) {
		return vv_fail(err, rc == SQLITE_NOMEM ? VV_ENOMEM : VV_EIO,
			       "cannot start SQLite: %s",
			       s->db ? sqlite3_errmsg(s->db) : sqlite3_errstr(rc));
	}
	s->catalog = installed;
	s->catalog->exact = exact;
	/* A misspelt column in double quotes is an error, and no text. */
	(void)sqlite3_db_config(s->db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
	(void)sqlite3_db_config(s->db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
	(void)sqlite3_set_authorizer(s->db, refuse_main, s);
	rc = vv_sql_module_open_repo(s->catalog, NULL, NULL, &e);
	return rc < 0 && rc != VARVE_ENOTFOUND ? take_error(err, &e) : VV_OK;
}

void vv_sql_session_close(vv_sql_session *s)
{
	(void)sqlite3_close(s->db);
	s->db = NULL;
}

vv_status vv_sql_session_fail(const vv_sql_session *s, bool *sql, vv_error *err)
{
	const varve_error *e = &s->catalog->trouble;
	const char *message = sqlite3_errmsg(s->db);

	if (s->refused[0] && sqlite3_errcode(s->db) == SQLITE_AUTH) {
		*sql = true;
		if (s->catalog->confined) {
			return vv_fail(
				err, VV_EUSAGE,
				"with --confined, only SELECT from tables is allowed, not '%s'",
				vv_text_shows(s->refused));
		}
		return vv_fail(
			err, VV_EUSAGE,
			"cannot create '%s': varve's tables are read-only\nuse CREATE TEMP TABLE for this session only, or ATTACH 'FILE.db' AS file and CREATE TABLE file.NAME to keep it",
			vv_text_shows(s->refused));
	}
	*sql = e->code != VARVE_EMISSING && e->code != VARVE_EIO && e->code != VARVE_ECORRUPT &&
	       e->code != VARVE_ENOMEM && sqlite3_errcode(s->db) != SQLITE_NOMEM;
	if (e->code != 0 && strstr(message, e->message)) return take_error(err, e);
	const bool alters = strstr(message, "may not be altered") != NULL;
	if (alters || strstr(message, "may not be modified")) {
		return vv_fail(
			err, VV_EUSAGE,
			"%s: tables are read-only in SQL\nuse 'varve set FILE KEY COLUMN=VALUE', edit the file, or use Repo.write in Python",
			alters ? "a column is added, renamed or dropped in the file" : message);
	}
	return vv_fail(err, VV_EUSAGE, "%s", message);
}

#define NO_TABLE "no such table: "

/* Adds the columns of the only table, or function, after FROM. */
static bool hint_columns(const vv_sql_session *s, const char *sql, vv_error *err)
{
	static const char from[] = "from ", apart[] = " \t\n,;()";
	vv_auto(vv_buf) names = VV_BUF_INIT;
	sqlite3_stmt *stmt = NULL;

	while (*sql && sqlite3_strnicmp(sql, from, (int)strlen(from)) != 0) {
		sql++;
	}
	if (!*sql) return false;
	sql += strlen(from) + strspn(sql + strlen(from), " \n\t");
	const bool quoted = *sql == '"';
	vv_auto(char) *name = vv_strndup(sql + quoted,
					 quoted ? strcspn(sql + 1, "\"") : strcspn(sql, apart));
	char *text = name && *name ? sqlite3_mprintf("SELECT * FROM \"%w\"", name) : NULL;
	if (text && sqlite3_prepare_v2(s->db, text, -1, &stmt, NULL) == SQLITE_OK) {
		for (int i = 0; i < sqlite3_column_count(stmt); i++) {
			vv_buf_printf(&names, "%s%s", i > 0 ? ", " : "",
				      vv_text_shows(sqlite3_column_name(stmt, i)));
		}
	}
	sqlite3_finalize(stmt);
	sqlite3_free(text);
	if (names.len == 0 || names.len + 20 >= VV_HINT_MAX) return false;
	(void)vv_hint(err, "its columns are %s", vv_buf_cstr(&names));
	return true;
}

/* Adds a likely correction at the place of an error. */
static vv_status advise_correction(const vv_sql_session *s, const char *sql, size_t place,
				   vv_error *err)
{
	static const char of[] = " AS OF ";
	size_t len = strlen(of);

	if (sql[place] == '"' && strstr(err->message, "no such column")) {
		return vv_hint(err, "write text in 'single quotes'; double quotes are for names");
	}
	if (strstr(err->message, "no such column") && strstr(sql, "varve_diff_") &&
	    !strstr(sql, "varve_diff_cells_")) {
		return vv_hint(err,
			       "the columns of varve_diff_ tables are named to_NAME and from_NAME");
	}
	if (strstr(err->message, "no such column") && hint_columns(s, sql, err)) return err->code;
	if (place >= 4 && sqlite3_strnicmp(sql + place - 4, " at ", 4) == 0) {
		return vv_hint(err, "write: NAME AS OF 'REV'");
	}
	return place >= len && sqlite3_strnicmp(sql + place - len, of, (int)len) == 0
		       ? vv_hint(err, "write a version in single quotes: AS OF 'v1'")
		       : err->code;
}

/* A statement of MySQL that lists tables or columns. */
static bool is_listing(const char *sql)
{
	const size_t len = strcspn(sql, " \t\n;");

	return vv_ascii_is(sql, len, "show") || vv_ascii_is(sql, len, "describe") ||
	       vv_ascii_is(sql, len, "desc");
}

/* Its last word is the table. */
static vv_status hint_listing(const char *sql, vv_error *err)
{
	size_t end = strcspn(sql, ";"), at;

	while (end > 0 && strchr(" \t\n", sql[end - 1])) {
		end--;
	}
	for (at = end; at > 0 && (vv_is_alnum(sql[at - 1]) || sql[at - 1] == '_'); at--) {
	}
	if (at == 0 || at == end || vv_ascii_is(sql + at, end - at, "tables")) {
		return vv_hint(
			err,
			"'.tables' lists the tables, '.schema TABLE' the columns of one: varve sql '.tables'");
	}
	return vv_hint(err, "'varve sql '.schema %.*s'' lists the columns of a table",
		       (int)(end - at), sql + at);
}

vv_status vv_sql_session_prepare(sqlite3_stmt **stmt, vv_sql_session *s, const char **sql,
				 int *place, vv_error *err)
{
	const char *tail = *sql;
	bool unused;
	varve_error e;

	assert(place);
	int rc = vv_sql_module_prepare(stmt, s->catalog, *sql, &tail, &e);

	*place = sqlite3_error_offset(s->db);
	if (rc < 0) return take_error(err, &e);
	if (rc > 0) {
		vv_sql_session_fail(s, &unused, err);
		if (is_listing(*sql)) {
			vv_hint_clear(err);
			return hint_listing(*sql, err);
		}
		if (vv_ascii_is(*sql, strcspn(*sql, "0123456789"), "select top ")) {
			return vv_hint(err, "write 'limit N' at the end in place of 'top N'");
		}
		if (*place >= 0) return advise_correction(s, *sql, (size_t)*place, err);
		if (strncmp(err->message, NO_TABLE, strlen(NO_TABLE)) == 0 &&
		    strchr(err->message, '.') && !strchr(*sql, '"')) {
			vv_hint_clear(err);
			vv_hint(err, "write a name with a dot in double quotes: \"%s\"",
				vv_text_shows(err->message + strlen(NO_TABLE)));
		}
		return err->code;
	}
	*sql = tail;
	return VV_OK;
}

/* A whole number in SQL's spelling is bound as a number; all other values as texts, unchanged. */
static int bind_value(sqlite3_stmt *stmt, int i, const char *value)
{
	size_t len = strlen(value), sign = value[0] == '-';
	bool whole = len > sign && len - sign < 19 &&
		     strspn(value + sign, "0123456789") == len - sign &&
		     (value[sign] != '0' || (len == 1 && sign == 0));
	sqlite3_int64 n = 0;

	if (!whole) return sqlite3_bind_text(stmt, i, value, -1, SQLITE_TRANSIENT);
	for (const char *at = value + sign; *at; at++) {
		n = n * 10 + (*at - '0');
	}
	return sqlite3_bind_int64(stmt, i, sign ? -n : n);
}

vv_status vv_sql_session_bind(sqlite3_stmt *stmt, const vv_strings *words, vv_error *err)
{
	int count = sqlite3_bind_parameter_count(stmt);

	for (int i = 1; i <= count; i++) {
		const char *name = sqlite3_bind_parameter_name(stmt, i), *value = NULL;

		vv_array_each(words->items, name ? words->count : 0, word) {
			size_t len = strlen(name) - 1;

			if (strncmp(*word, name + 1, len) == 0 && (*word)[len] == '=') {
				value = *word + len + 1;
			}
		}
		if (!value) {
			vv_fail(err, VV_EUSAGE, "the parameter %s of the query has no value",
				name ? vv_text_shows(name) : "?");
			return name ? vv_hint(err, "set it with --param %s=VALUE",
					      vv_text_shows(name + 1))
				    : vv_hint(err,
					      "name the parameter, as in :day, and use --param "
					      "day=VALUE");
		}
		if (bind_value(stmt, i, value) != SQLITE_OK) return vv_fail_nomem(err);
	}
	return VV_OK;
}
