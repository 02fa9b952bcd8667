/*
 * module: registers tables and functions under their names, and implements varve_attach and
 * varve_use.
 */
#include "cmd/sql/vtab/module.h"

#include <sqlite3ext.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "cmd/sql/vtab/error.h"
#include "cmd/sql/vtab/registered.h"
#include "cmd/sql/vtab/rewrite.h"
#include "cmd/sql/vtab/spread.h"
#include "cmd/sql/vtab/tables.h"
#include "cmd/sql/vtab/value.h"

/* ---- scalar: the functions of conditions as functions of SQL, with the values that they have in rules ---- */

struct sqlite3;

SQLITE_EXTENSION_INIT3

#define ARGUMENTS 16

static varve_value read_argument(sqlite3_value *v, char digits[VV_VALUE_OWN])
{
	varve_value out = {.kind = VARVE_VALUE_TEXT};

	switch (sqlite3_value_type(v)) {
	case SQLITE_NULL:
		out.kind = VARVE_VALUE_NULL;
		break;
	case SQLITE_INTEGER:
		out.kind = VARVE_VALUE_INT64;
		out.i = sqlite3_value_int64(v);
		break;
	case SQLITE_FLOAT:
		out.kind = VARVE_VALUE_DECIMAL;
		out.text = (varve_text){digits,
					vv_sql_value_digits(digits, sqlite3_value_double(v))};
		break;
	default:
		out.text.data = (const char *)sqlite3_value_text(v);
		out.text.len = (size_t)sqlite3_value_bytes(v);
	}
	return out;
}

/* Numbers are REAL if an argument is, or if SQLite's own function returns REAL. */
static void put_result(sqlite3_context *context, const varve_value *v, bool real)
{
	if (v->kind == VARVE_VALUE_DECIMAL || (v->kind == VARVE_VALUE_INT64 && real)) {
		sqlite3_result_double(context, vv_sql_value_double(v->text.data));
	} else if (v->kind == VARVE_VALUE_INT64 || v->kind == VARVE_VALUE_BOOL) {
		sqlite3_result_int64(context, v->i);
	} else {
		vv_sql_value_put_fitting(context, v);
	}
}

static void call_function(sqlite3_context *context, int argc, sqlite3_value **argv)
{
	varve_function *f = sqlite3_user_data(context);
	char digits[ARGUMENTS][VV_VALUE_OWN];
	varve_value args[ARGUMENTS], out;
	bool real = varve_function_info(f)->sqlite == VARVE_SQLITE_REAL;
	varve_error err;

	for (int i = 0; i < argc; i++) {
		args[i] = read_argument(argv[i], digits[i]);
		real = real || args[i].kind == VARVE_VALUE_DECIMAL;
	}
	if (varve_function_call(&out, f, args, (size_t)argc, &err) < 0) {
		sqlite3_result_error(context, err.message, -1);
	} else {
		put_result(context, &out, real);
	}
}

static void release_function(void *f)
{
	varve_function_free(f);
}

/* Registers them. A code of SQLite. */
static int sql_scalar_add(sqlite3 *db)
{
	varve_function *f;
	int rc = SQLITE_OK, got = 0;

	for (size_t i = 0; rc == SQLITE_OK && (got = varve_function_open(&f, i, NULL)) == 0; i++) {
		const varve_function_facts *facts = varve_function_info(f);

		if (facts->sqlite == VARVE_SQLITE_SAME) {
			varve_function_free(f);
			continue;
		}
		for (size_t n = facts->most; n >= facts->least && rc == SQLITE_OK; n--) {
			rc = sqlite3_create_function_v2(
				db, facts->name, (int)n,
				SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS, f,
				call_function, NULL, NULL,
				n == facts->least ? release_function : NULL);
		}
	}
	return rc == SQLITE_OK && got == VARVE_ENOMEM ? SQLITE_NOMEM : rc;
}

/* ---- what SQLite loads ---- */

SQLITE_EXTENSION_INIT1

/* sqlite3_vtab_in, sqlite3_vtab_rhs_value: older versions lack them, and must not be called. */
#define OLDEST_SQLITE 3038000
#define NO_TABLE "no such table: "

static const vv_sql_function *const fixed[] = {
	&vv_sql_function_log,     &vv_sql_function_tables,        &vv_sql_function_columns,
	&vv_sql_function_check,   &vv_sql_function_check_results, &vv_sql_function_conflicts,
	&vv_sql_function_warnings};

static const vv_sql_function *const of_tables[] = {
	[VV_NAME_DIFF] = &vv_sql_function_diff,
	[VV_NAME_DIFF_CELLS] = &vv_sql_function_diff_cells,
	[VV_NAME_ROW] = &vv_sql_function_row,
};

static void free_registered(void *p)
{
	vv_sql_registered *r = p;

	vv_sql_name_clear(&r->name);
	vv_sql_catalog_drop(r->catalog);
	sqlite3_free(r);
}

static void drop_catalog(void *p)
{
	vv_sql_catalog_drop(p);
}

/* Takes the name. */
static int add_module(vv_sql_catalog *c, const char *module, const vv_sql_name *name,
		      const vv_sql_function *function, varve_error *err)
{
	vv_sql_registered *r = sqlite3_malloc64(sizeof(*r));

	if (!r) return vv_sql_error_memory(err);
	*r = (vv_sql_registered){
		.catalog = vv_sql_catalog_keep(c), .repo = c->repo, .function = function};
	if (name) {
		r->name = *name;
	}
	if (sqlite3_create_module_v2(c->db, module,
				     function ? &vv_sql_function_module : &vv_sql_rows_module, r,
				     free_registered) != SQLITE_OK) {
		return vv_sql_error_format(err, VARVE_EIO,
					   "SQLite does not accept the table '%s': %s", module,
					   sqlite3_errmsg(c->db));
	}
	return 0;
}

static int add_fixed(vv_sql_catalog *c, varve_error *err)
{
	int rc;
	vv_array_each(fixed, sizeof(fixed) / sizeof(fixed[0]), table) {
		if ((rc = add_module(c, (*table)->name, NULL, *table, err)) < 0) return rc;
	}
	return 0;
}

/* Runs a statement that creates the table of this name, and frees it. */
static int create_table(vv_sql_catalog *c, char *take_sql, const char *name, varve_error *err)
{
	vv_auto_sqlite char *sql = take_sql, *message = NULL;

	if (!sql) return vv_sql_error_memory(err);
	if (sqlite3_exec(c->db, sql, NULL, NULL, &message) == SQLITE_OK) return 0;
	return vv_sql_error_format(err, VARVE_EUSAGE, "%s: %s", name,
				   message ? message : "SQLite does not accept the table");
}

/* "URL#REV:PATH" becomes a table of temp, which has its repository for itself. */
static int add_other(vv_sql_catalog *c, const char *word, size_t url_len, varve_error *err)
{
	const char *rest = word + url_len + 1;
	const int rc = create_table(
		c,
		sqlite3_mprintf("CREATE VIRTUAL TABLE temp.\"%w\" USING varve('%.*q','%s%q')", word,
				(int)url_len, word,
				rest[0] == ':'      ? "HEAD"
				: strchr(rest, ':') ? ""
						    : "HEAD:",
				rest),
		word, err);

	if (rc != VARVE_EUSAGE || c->trouble.code == 0) return rc;
	*err = c->trouble;
	return err->code;
}

/* Registers a module for this name. As vv_sql_name_find. */
static int add_word(vv_sql_catalog *c, const char *word, varve_error *err)
{
	const size_t url_len = vv_sql_name_url(word);
	vv_sql_name name;
	int rc = url_len > 0 ? 0 : vv_sql_name_find(&name, c, word, err);

	if (url_len > 0 && c->confined) {
		return vv_sql_error_format(
			err, VARVE_EUSAGE,
			"with --confined, only tables of this repository can be queried, not '%s'",
			word);
	}
	if (rc < 0) return rc;
	if (url_len > 0) return add_other(c, word, url_len, err);
	return add_module(c, word, &name,
			  name.kind == VV_NAME_DIFF || name.kind == VV_NAME_DIFF_CELLS ||
					  name.kind == VV_NAME_ROW
				  ? of_tables[name.kind]
				  : NULL,
			  err);
}

/* ---- names that differ in case only ---- */

/* Do two words mean two things that there are? */
static bool words_differ(vv_sql_catalog *c, const char *one, const char *two)
{
	vv_auto(vv_sql_name) a = {0};
	vv_auto(vv_sql_name) b = {0};
	varve_error unused;
	return vv_sql_name_find(&a, c, one, &unused) == 0 &&
	       vv_sql_name_find(&b, c, two, &unused) == 0 &&
	       (strcmp(a.path, b.path) != 0 || a.outside != b.outside ||
		strcmp(a.revision ? a.revision : "", b.revision ? b.revision : "") != 0);
}

static bool is_twin(const char *one, const char *two)
{
	return sqlite3_stricmp(one, two) == 0 && strcmp(one, two) != 0;
}

/* Another name in the statement that SQLite takes for this one. */
static int refuse_twin(vv_sql_catalog *c, const char *sql, const char *word, varve_error *err)
{
	char *other;
	int rc = 0;

	while (rc == 0 && (other = vv_sql_rewrite_quoted(&sql))) {
		if (is_twin(other, word) && words_differ(c, other, word)) {
			rc = vv_sql_error_format(err, VARVE_EUSAGE,
						 "SQL cannot distinguish \"%s\" and \"%s\"", other,
						 word);
			sqlite3_snprintf(
				(int)sizeof(err->hint), err->hint,
				"first copy one of them: CREATE TEMP TABLE one AS SELECT * FROM \"%s\"",
				word);
		}
		sqlite3_free(other);
	}
	return rc;
}

/* The name, in another case, of a module that means something else: for sqlite3_free; NULL: there is none. */
static char *find_twin(vv_sql_catalog *c, const char *word)
{
	sqlite3_stmt *stmt = NULL;
	char *known = NULL;

	if (sqlite3_prepare_v2(c->db,
			       "SELECT name FROM pragma_module_list WHERE name = ?1 COLLATE NOCASE",
			       -1, &stmt, NULL) == SQLITE_OK &&
	    sqlite3_bind_text(stmt, 1, word, -1, SQLITE_STATIC) == SQLITE_OK &&
	    sqlite3_step(stmt) == SQLITE_ROW) {
		known = sqlite3_mprintf("%s", sqlite3_column_text(stmt, 0));
	}
	sqlite3_finalize(stmt);
	if (known && !(is_twin(known, word) && words_differ(c, known, word))) {
		sqlite3_free(known);
		known = NULL;
	}
	return known;
}

/* Files, branches and tags may differ in case only, but modules may not: a name with another case is replaced. */
static int make_room(vv_sql_catalog *c, const char *word, varve_error *err)
{
	vv_auto_sqlite char *twin = find_twin(c, word);

	return twin ? add_word(c, word, err) : 0;
}

static int tell_cases(vv_sql_catalog *c, const char *sql, varve_error *err)
{
	const char *at = sql;
	char *word;
	int rc = 0;

	while (rc == 0 && (word = vv_sql_rewrite_quoted(&at))) {
		/* other names mean the same in each case */
		if (strpbrk(word, "@/") && vv_sql_name_url(word) == 0 &&
		    (rc = refuse_twin(c, at, word, err)) == 0) {
			rc = make_room(c, word, err);
		}
		sqlite3_free(word);
	}
	return rc;
}

/* ---- statements ---- */

int vv_sql_module_prepare(sqlite3_stmt **stmt, vv_sql_catalog *c, const char *sql,
			  const char **tail, varve_error *err)
{
	vv_auto_sqlite char *last = NULL;
	int rc = tell_cases(c, sql, err);

	c->trouble.code = 0;
	while (rc == 0 && sqlite3_prepare_v2(c->db, sql, -1, stmt, tail) != SQLITE_OK) {
		const char *message = sqlite3_errmsg(c->db), *name = message + strlen(NO_TABLE);

		/* the same again: it is in another schema ("own.prices") */
		if (strncmp(message, NO_TABLE, strlen(NO_TABLE)) != 0 ||
		    (last && strcmp(last, name) == 0)) {
			rc = 1;
		} else {
			sqlite3_free(last);
			last = sqlite3_mprintf("%s", name);
			rc = last ? add_word(c, last, err) : vv_sql_error_memory(err);
		}
	}
	if (rc < 0) {
		c->trouble = *err;
	}
	return rc;
}

int vv_sql_module_open_repo(vv_sql_catalog *c, const char *path, const char *cache,
			    varve_error *err)
{
	const varve_repo_options how = {
		.size = sizeof(how), .flags = vv_sql_name_open_flags(c, path), .cache = cache};
	varve_repo *repo;
	int rc;

	if ((rc = varve_repo_open(&repo, path, &how, err)) < 0) return rc;
	c->repo = repo;
	return add_fixed(c, err);
}

/* ---- functions of SQL ---- */

static void fail_function(sqlite3_context *context, const varve_error *err)
{
	vv_sql_hint hint;
	vv_auto_sqlite char *message = *vv_sql_error_hint(&hint, err)
					       ? sqlite3_mprintf("%s (%s)", err->message, hint.text)
					       : sqlite3_mprintf("%s", err->message);

	if (message && err->code != VARVE_ENOMEM) {
		sqlite3_result_error(context, message, -1);
	} else {
		sqlite3_result_error_nomem(context);
	}
}

/* Registers the tables of a revision under each of their names; revision NULL: the current state. all: one of all
 * branches and tags, not chosen by the user. */
static int add_names(vv_sql_catalog *c, const char *revision, bool all, varve_error *err)
{
	vv_auto(vv_sql_paths) l = {.count = 0};
	int rc = vv_sql_paths_list(&l, c->repo, revision, false, err);

	for (size_t i = 0; i < l.count && rc == 0; i++) {
		const char *name;
		size_t len;

		vv_sql_name_short(&name, &len, &l, i);
		for (int kind = VV_NAME_VERSION; kind <= VV_NAME_ROW && rc == 0; kind++) {
			vv_auto_sqlite char *word = sqlite3_mprintf(
				"%s%.*s%s%s", vv_sql_name_prefix(kind), (int)len, name,
				revision ? "@" : "", revision ? revision : "");
			bool wanted = kind == VV_NAME_VERSION || !revision;
			vv_auto_sqlite char *twin = word && all ? find_twin(c, word) : NULL;

			if (twin) { /* registers neither rather than the wrong one; varve_use
				     * reports it */
				(void)sqlite3_create_module_v2(c->db, twin, NULL, NULL, NULL);
			} else {
				if (!word) {
					rc = vv_sql_error_memory(err);
				} else if (wanted) {
					rc = add_word(c, word, err);
				} else {
					rc = 0;
				}
			}
		}
	}
	return rc;
}

/* A table in temp is in the lists that programs show; it hides the module of the same
 * name, and has the same content. */
static int create_temporary(vv_sql_catalog *c, const char *path, varve_error *err)
{
	const char *folder = varve_repo_folder(c->repo, VARVE_FOLDER_WORK_TREE);
	const char *place = folder, *version = "";
	vv_auto(vv_sql_paths) l = {.count = 0};
	int rc = vv_sql_paths_list(&l, c->repo, NULL, false, err);

	if (!folder) {
		place = vv_sql_name_is_url(path) ? path
						 : varve_repo_folder(c->repo, VARVE_FOLDER_GIT);
		version = "HEAD:";
	}

	for (size_t i = 0; i < l.count && rc == 0; i++) {
		const char *name;
		size_t len;

		vv_sql_name_short(&name, &len, &l, i);
		rc = create_table(
			c,
			sqlite3_mprintf(
				"CREATE VIRTUAL TABLE IF NOT EXISTS temp.\"%.*w\" USING varve('%q','%s%q')",
				(int)len, name, place, version, l.items[i]),
			l.items[i], err);
	}
	return rc;
}

/* Branches and tags as versions: "prices@v1". */
static int add_refs(vv_sql_catalog *c, varve_error *err)
{
	static const char *const folders[] = {"refs/heads/", "refs/tags/"};
	int rc = add_names(c, "HEAD", false, err);

	for (size_t i = 0; i < 2 && rc == 0; i++) {
		const varve_ref *ref;
		varve_refs *refs;

		rc = varve_refs_open(&refs, c->repo, folders[i], err);
		while (rc == 0 && (rc = varve_refs_next(refs, &ref, err)) > 0) {
			rc = ref->commit[0]
				     ? add_names(c, ref->name + strlen(folders[i]), true, err)
				     : 0;
		}
		varve_refs_free(refs);
	}
	return rc;
}

/* varve_attach('FOLDER'): the number of tables. */
static void attach_folder(sqlite3_context *context, int argc VV_UNUSED, sqlite3_value **argv)
{
	vv_sql_catalog *c = sqlite3_user_data(context);
	const char *path = (const char *)sqlite3_value_text(argv[0]);
	vv_auto(vv_sql_paths) l = {.count = 0};
	char head[VARVE_ID_SIZE];
	varve_error err;

	if (!path) {
		sqlite3_result_error(context, "varve_attach requires the path of a repository", -1);
		return;
	}
	if (c->repo) {
		sqlite3_result_error(context,
				     "a repository is attached already: use another connection, or "
				     "CREATE VIRTUAL TABLE ... USING varve(FOLDER, REVISION:PATH)",
				     -1);
		return;
	}
	int rc = vv_sql_module_open_repo(c, path, NULL, &err);
	if (rc == 0 && (rc = add_names(c, NULL, false, &err)) == 0 &&
	    varve_rev_parse(head, c->repo, "HEAD", NULL) == 0) {
		rc = add_refs(c, &err);
	}
	if (rc == 0 && (rc = create_temporary(c, path, &err)) == 0) {
		rc = vv_sql_paths_list(&l, c->repo, NULL, false, &err);
	}
	if (rc < 0) {
		fail_function(context, &err);
	} else {
		sqlite3_result_int64(context, (sqlite3_int64)l.count);
	}
}

/* varve_use('HEAD~3'): makes the names "T@HEAD~3" known from the next statement on. Returns the commit. */
static void use_revision(sqlite3_context *context, int argc VV_UNUSED, sqlite3_value **argv)
{
	vv_sql_catalog *c = sqlite3_user_data(context);
	const char *revision = (const char *)sqlite3_value_text(argv[0]);
	char commit[VARVE_ID_SIZE];
	varve_error err;

	if (!revision || !c->repo) {
		sqlite3_result_error(
			context,
			c->repo ? "varve_use requires a revision"
				: "no repository is attached: attach one with SELECT varve_attach('FOLDER')",
			-1);
	} else if (varve_rev_parse(commit, c->repo, revision, &err) < 0 ||
		   add_names(c, revision, false, &err) < 0) {
		fail_function(context, &err);
	} else {
		sqlite3_result_text(context, commit, -1, SQLITE_TRANSIENT);
	}
}

/* varve_open('FOLDER' or 'URL' [, cache [, unsigned]]): the repository whose tables varve_sql finds. Nothing is listed, so
 * that it is quick. unsigned: also branches and tags that no signed head lists, here and at other URLs. */
static void open_repo(sqlite3_context *context, int argc, sqlite3_value **argv)
{
	vv_sql_catalog *c = sqlite3_user_data(context);
	const char *path = (const char *)sqlite3_value_text(argv[0]);
	const char *cache = argc > 1 ? (const char *)sqlite3_value_text(argv[1]) : NULL;
	varve_error err;

	c->allow_unsigned = argc > 2 && sqlite3_value_int(argv[2]) != 0;
	if (!path || c->repo) {
		sqlite3_result_error(context,
				     path ? "a repository is attached already"
					  : "varve_open requires the path of a repository",
				     -1);
	} else if (vv_sql_module_open_repo(c, path, cache, &err) < 0) {
		c->trouble = err;
		fail_function(context, &err);
	}
}

/* varve_sql('QUERY'): rewrites the query for SQLite and registers its tables. SQLite's own errors appear when the query
 * runs. */
static void make_ready(sqlite3_context *context, int argc VV_UNUSED, sqlite3_value **argv)
{
	vv_sql_catalog *c = sqlite3_user_data(context);
	const char *sql = (const char *)sqlite3_value_text(argv[0]), *tail;
	sqlite3_str *out = sqlite3_str_new(NULL);
	sqlite3_stmt *stmt = NULL;
	varve_error err;
	char *text;

	vv_sql_rewrite(out, sql ? sql : "", (size_t)sqlite3_value_bytes(argv[0]));
	if (!(text = sqlite3_str_finish(out))) {
		text = sqlite3_mprintf(""); /* an empty one is NULL */
	}
	if (!text) {
		sqlite3_result_error_nomem(context);
	} else if (vv_sql_module_prepare(&stmt, c, text, &tail, &err) < 0) {
		fail_function(context, &err);
		sqlite3_free(text);
	} else {
		sqlite3_result_text(context, text, -1, sqlite3_free);
	}
	sqlite3_finalize(stmt);
}

/* varve_error(): the name of the code of varve's last error since varve_sql ("missing"); NULL: there was none. */
static void last_error(sqlite3_context *context, int argc VV_UNUSED, sqlite3_value **argv VV_UNUSED)
{
	const vv_sql_catalog *c = sqlite3_user_data(context);

	if (c->trouble.code != 0) {
		sqlite3_result_text(context, varve_code_name(c->trouble.code), -1, SQLITE_STATIC);
	}
}

static int add_functions(sqlite3 *db, vv_sql_catalog *c)
{
	static const struct {
		const char *name;
		int arguments;
		void (*call)(sqlite3_context *, int, sqlite3_value **);
	} functions[] = {{"varve_attach", 1, attach_folder}, {"varve_use", 1, use_revision},
			 {"varve_open", 1, open_repo},       {"varve_open", 2, open_repo},
			 {"varve_open", 3, open_repo},       {"varve_sql", 1, make_ready},
			 {"varve_error", 0, last_error}};
	int rc = sql_scalar_add(db);

	rc = rc == SQLITE_OK ? vv_sql_spread_add(db) : rc;
	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]) && rc == SQLITE_OK; i++) {
		rc = sqlite3_create_function_v2(db, functions[i].name, functions[i].arguments,
						SQLITE_UTF8 | SQLITE_DIRECTONLY, c,
						functions[i].call, NULL, NULL, NULL);
	}
	return rc;
}

/* Loading twice is harmless: attached repositories remain. */
static bool is_installed(sqlite3 *db)
{
	sqlite3_stmt *stmt = NULL;
	bool found = sqlite3_prepare_v2(db, "SELECT 1 FROM pragma_module_list WHERE name = 'varve'",
					-1, &stmt, NULL) == SQLITE_OK &&
		     sqlite3_step(stmt) == SQLITE_ROW;

	sqlite3_finalize(stmt);
	return found;
}

int vv_sql_module_install(vv_sql_catalog **out, sqlite3 *db, char **message,
			  const sqlite3_api_routines *api)
{
	vv_sql_catalog *c;
	varve_error err;

	SQLITE_EXTENSION_INIT2(api)
	if (out) {
		*out = NULL;
	}
	if (sqlite3_libversion_number() < OLDEST_SQLITE) {
		*message = sqlite3_mprintf("varve requires SQLite 3.38 or later, not %s",
					   sqlite3_libversion());
		return SQLITE_ERROR;
	}
	if (is_installed(db)) return SQLITE_OK;
	if (!(c = vv_sql_catalog_new(db))) return SQLITE_NOMEM;
	/* the module owns the catalog, which is freed with the connection */
	int rc = sqlite3_create_module_v2(db, "varve", &vv_sql_rows_created_module, c,
					  drop_catalog);
	if (rc == SQLITE_OK) {
		rc = sqlite3_create_collation(db, VV_SQL_TIME, SQLITE_UTF8, NULL,
					      vv_sql_time_compare);
	}
	if (rc == SQLITE_OK) {
		rc = add_functions(db, c);
	}
	if (rc == SQLITE_OK && add_fixed(c, &err) < 0) {
		*message = sqlite3_mprintf("%s", err.message);
		rc = SQLITE_ERROR;
	}
	if (rc == SQLITE_OK && out) {
		*out = c;
	}
	return rc;
}
