/*
 * session: knows how an unknown name becomes a table, and what SQLite's errors mean to users.
 */
#include "cmd/sql/work/session.h"

#include <sqlite3.h>
#include <string.h>

#include "base/sys.h"
#include "cmd/sql/vtab/error.h"
#include "cmd/sql/vtab/module.h"

/* SQLite passes its functions to what it calls for each new connection. */
static vv_sql_catalog *installed;

static int install(sqlite3 *db, char **message, const struct sqlite3_api_routines *api)
{
	return vv_sql_module_install(&installed, db, message, api);
}

static vv_status take(vv_error *err, const varve_error *e)
{
	vv_sql_hint hint;

	vv_fail(err,
		e->code == VARVE_ENOMEM      ? VV_ENOMEM
		: e->code == VARVE_ENOTFOUND ? VV_ENOTFOUND
		: e->code == VARVE_EUSAGE    ? VV_EUSAGE
					     : VV_EIO,
		"%s", e->message);
	return vv_hint(err, "%s", vv_sql_error_hint(&hint, e));
}

vv_status vv_sql_session_open(vv_sql_session *s, bool exact, vv_error *err)
{
	varve_error e;
	int rc;

	s->db = NULL;
	s->catalog = NULL;
	rc = sqlite3_auto_extension((void (*)(void))install);
	if (rc == SQLITE_OK) {
		rc = sqlite3_open_v2(":memory:", &s->db,
				     SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_URI,
				     NULL);
		(void)sqlite3_cancel_auto_extension((void (*)(void))install);
	}
	if (rc != SQLITE_OK || !installed) {
		return vv_fail(err, rc == SQLITE_NOMEM ? VV_ENOMEM : VV_EIO,
			       "cannot start SQLite: %s",
			       s->db ? sqlite3_errmsg(s->db) : sqlite3_errstr(rc));
	}
	s->catalog = installed;
	s->catalog->exact = exact;
	rc = vv_sql_module_open_repo(s->catalog, ".", NULL, &e);
	return rc < 0 && rc != VARVE_ENOTFOUND ? take(err, &e) : VV_OK;
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

	*sql = e->code != VARVE_EMISSING && e->code != VARVE_EIO && e->code != VARVE_ECORRUPT &&
	       e->code != VARVE_ENOMEM && sqlite3_errcode(s->db) != SQLITE_NOMEM;
	if (e->code != 0 && strstr(message, e->message)) return take(err, e);
	return vv_fail(err, VV_EUSAGE, "%s", message);
}

vv_status vv_sql_session_prepare(sqlite3_stmt **stmt, vv_sql_session *s, const char **sql,
				 int *place, vv_error *err)
{
	const char *tail = *sql;
	bool unused;
	varve_error e;
	int rc = vv_sql_module_prepare(stmt, s->catalog, *sql, &tail, &e);

	*place = sqlite3_error_offset(s->db);
	if (rc < 0) return take(err, &e);
	if (rc > 0) return vv_sql_session_fail(s, &unused, err);
	*sql = tail;
	return VV_OK;
}

/* A whole number as SQL writes it is one; all other values are texts, as they are written. */
static int bind(sqlite3_stmt *stmt, int i, const char *value)
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

		for (size_t n = 0; name && n < words->count; n++) {
			size_t len = strlen(name) - 1;

			if (strncmp(words->items[n], name + 1, len) == 0 &&
			    words->items[n][len] == '=') {
				value = words->items[n] + len + 1;
			}
		}
		if (!value) {
			vv_fail(err, VV_EUSAGE, "the query has a parameter %s without a value",
				name ? vv_text_shows(name) : "?");
			return name ? vv_hint(err, "--param %s=VALUE", vv_text_shows(name + 1))
				    : vv_hint(err,
					      "name it, as in :day, and give --param day=VALUE");
		}
		if (bind(stmt, i, value) != SQLITE_OK) return vv_fail_nomem(err);
	}
	return VV_OK;
}
