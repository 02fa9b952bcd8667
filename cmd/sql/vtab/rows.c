/*
 * rows: delivers the rows for a plan of SQLite, from one version after the other.
 */
#include "cmd/sql/vtab/tables.h"

#include <sqlite3ext.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "cmd/sql/vtab/columns.h"
#include "cmd/sql/vtab/error.h"
#include "cmd/sql/vtab/grouped.h"
#include "cmd/sql/vtab/joined.h"
#include "cmd/sql/vtab/push.h"
#include "cmd/sql/vtab/registered.h"
#include "cmd/sql/vtab/scan.h"
#include "cmd/sql/vtab/value.h"
SQLITE_EXTENSION_INIT3

#define FEW_ROWS 100 /* SQLite itself sorts as quickly */
#define GROUPED 'g'  /* in plans */

/* Of varve_history_T and varve_blame_T, after those of the table. */
static const struct {
	const char *name;
	enum vv_sql_commit_word what;
} commit_columns[] = {{"commit_hash", VV_COMMIT_HASH}, {"commit_date", VV_COMMIT_DATE},
		      {"committer", VV_COMMITTER},     {"author_date", VV_AUTHOR_DATE},
		      {"author", VV_AUTHOR},           {"author_email", VV_AUTHOR_MAIL},
		      {"message", VV_MESSAGE}};
#define COMMIT_COLUMNS (sizeof(commit_columns) / sizeof(commit_columns[0]))

typedef struct rows_table {
	sqlite3_vtab base;
	vv_sql_catalog *catalog;
	varve_repo *repo; /* NULL: a file outside of repositories */
	bool own_repo;
	vv_sql_name name;
	vv_sql_opened *declared; /* whose columns the table has */
	uint64_t statement;      /* in which that was looked for last */
	/* The columns of the table; those of a commit; the argument, where there is one; hidden, the cells as written. The
	 * argument comes before these: SQLite fills hidden columns in their order. */
	size_t columns, argument, texts;
	vv_sql_blame *blame; /* the last one; NULL: none yet */
} rows_table;

typedef struct rows_cursor {
	sqlite3_vtab_cursor base;
	vv_sql_scan_plan plan;
	sqlite3_value **values;
	vv_sql_scan *scan;
	vv_sql_grouping
		grouping; /* the wanted order of rows, or the columns to look them up; count 0: neither */
	vv_sql_grouped *grouped;
	const vv_sql_grouped *held; /* where rows are in memory: grouped, or those of joined */
	vv_sql_grouped_at at;
	vv_sql_joined *joined; /* of the last question */
	vv_sql_scan *beside;   /* its columns that are not in memory */
	/* of the previous versions, and of this one: each row has a number of its own */
	uint64_t before, rows;
	bool end;
	varve_log *log; /* of varve_history_T */
	const varve_commit *commit;
	vv_sql_blame *blame; /* of varve_blame_T; opened when first needed */
	bool cells;          /* it is of the cells of a column */
	size_t blamed;       /* this one */
} rows_cursor;

static vv_sql_place place_of(const rows_table *t)
{
	return (vv_sql_place){.repo = t->repo, .path = t->name.path, .revision = t->name.revision};
}

static int fail_table(sqlite3_vtab *base, const varve_error *err)
{
	return vv_sql_catalog_fail(((rows_table *)base)->catalog, err, &base->zErrMsg);
}

/* ---- tables ---- */

static void free_table(rows_table *t)
{
	if (t) {
		vv_sql_blame_drop(t->blame);
		vv_sql_opened_drop(t->declared);
		vv_sql_name_clear(&t->name);
		if (t->own_repo) {
			varve_repo_free(t->repo);
		}
		vv_sql_catalog_drop(t->catalog);
		sqlite3_free(t);
	}
}

/* The hidden column that is the argument of a kind; NULL: it takes none. */
static const char *argument_of(int kind)
{
	if (kind == VV_NAME_AT) return "revision";
	return kind == VV_NAME_BLAME ? "of_column" : NULL;
}

/* with_texts: not in a database file, since programs that show one show hidden columns, too */
static int declare_table(rows_table *t, bool with_texts, char **message, varve_error *err)
{
	size_t most = (size_t)sqlite3_limit(t->catalog->db, SQLITE_LIMIT_COLUMN, -1);
	bool commits = t->name.kind == VV_NAME_HISTORY || t->name.kind == VV_NAME_BLAME;
	const char *argument = argument_of(t->name.kind);
	vv_sql_columns_sql sql;

	t->columns = t->declared->facts->columns;
	t->argument = t->columns + (commits ? COMMIT_COLUMNS : 0);
	size_t extra = t->argument - t->columns + (argument != NULL);
	if (t->columns + extra > most) {
		vv_sql_error_format(
			err, VARVE_ENOSUPPORT,
			"'%s' has %zu columns, and SQLite supports at most %zu in a table",
			t->name.path, t->columns, most - extra);
		return vv_sql_catalog_fail(t->catalog, err, message);
	}
	t->texts = t->columns + extra;
	int rc = vv_sql_columns_begin(&sql, most, err);
	if (rc < 0) return vv_sql_catalog_fail(t->catalog, err, message);
	vv_sql_columns_add_table(&sql, "", t->declared, false);
	vv_array_each(commit_columns, commits ? COMMIT_COLUMNS : 0, column) {
		vv_sql_columns_add(&sql, "", column->name, "", "TEXT");
	}
	if (argument) {
		vv_sql_columns_add(&sql, "", argument, "", "TEXT HIDDEN");
	}
	if (with_texts && t->texts + t->columns <= most) {
		vv_sql_columns_add_table(&sql, "", t->declared, true);
	}
	return vv_sql_columns_end(&sql, t->catalog, message);
}

/* Only committed tables have a history. A blame without a revision is of HEAD. */
static int check_kind(rows_table *t, varve_error *err)
{
	bool blame = t->name.kind == VV_NAME_BLAME;

	if (!t->repo && (blame || t->name.kind == VV_NAME_HISTORY || t->name.kind == VV_NAME_AT)) {
		return vv_sql_error_format(err, VARVE_EUSAGE, "'%s' is not in a repository",
					   t->name.path);
	}
	if (blame && !t->name.revision && !(t->name.revision = sqlite3_mprintf("HEAD"))) {
		return vv_sql_error_memory(err);
	}
	return 0;
}

/* An empty file that HEAD has with rows or columns is one that a redirection has emptied: it is not read as a table
 * without rows. */
static int check_emptied(const vv_sql_opened *o, const vv_sql_place *place, varve_error *err)
{
	varve_version *v = NULL;
	char head[VARVE_ID_SIZE];

	if (!o->file || !S_ISREG(o->is.st_mode) || o->is.st_size > 0 || !place->repo ||
	    varve_rev_parse(head, place->repo, "HEAD", NULL) < 0 ||
	    varve_version_at(&v, place->repo, head, place->path, NULL) < 0) {
		return 0;
	}
	const bool emptied = varve_version_info(v)->bytes > 0;
	varve_version_free(v);
	return emptied ? vv_sql_error_format(
				 err, VARVE_EINPUT,
				 "'%s' is empty (0 bytes), and HEAD:%s is not: \"%s@HEAD\" is the committed table; 'varve restore -- %s' restores the file",
				 place->path, place->path, place->path, place->path)
		       : 0;
}

/* Takes the name. */
static int make_table(sqlite3_vtab **out, vv_sql_catalog *c, varve_repo *repo, bool own_repo,
		      vv_sql_name name, bool with_texts, char **message)
{
	rows_table *t = sqlite3_malloc64(sizeof(*t));
	varve_error err;

	if (!t) {
		vv_sql_name_clear(&name);
		if (own_repo) {
			varve_repo_free(repo);
		}
		return SQLITE_NOMEM;
	}
	*t = (rows_table){.catalog = vv_sql_catalog_keep(c),
			  .repo = repo,
			  .own_repo = own_repo,
			  .name = name};
	int rc = check_kind(t, &err);
	vv_sql_place place = place_of(t);
	if (rc == 0) {
		rc = vv_sql_opened_get(&t->declared, c, &place, &err);
	}
	if (rc == 0) {
		rc = check_emptied(t->declared, &place, &err);
	}
	rc = rc < 0 ? vv_sql_catalog_fail(c, &err, message)
		    : declare_table(t, with_texts, message, &err);
	if (rc != SQLITE_OK) {
		free_table(t);
		return rc;
	}
	t->statement = c->statement;
	*out = &t->base;
	return SQLITE_OK;
}

static int connect(sqlite3 *db VV_UNUSED, void *aux, int argc VV_UNUSED,
		   const char *const *argv VV_UNUSED, sqlite3_vtab **out, char **message)
{
	const vv_sql_registered *r = aux;
	vv_sql_name name = r->name;

	name.path = sqlite3_mprintf("%s", r->name.path);
	name.revision = r->name.revision ? sqlite3_mprintf("%s", r->name.revision) : NULL;
	if (!name.path || (r->name.revision && !name.revision)) {
		vv_sql_name_clear(&name);
		return SQLITE_NOMEM;
	}
	return make_table(out, r->catalog, name.outside ? NULL : r->repo, false, name, true,
			  message);
}

/* Unquotes an argument, written with its quotes. */
static char *unquote_argument(const char *s)
{
	size_t len = strlen(s), n = 0;
	char quote = s[0];
	char *out = sqlite3_malloc64(len + 1);

	if (!out) return NULL;
	if (len < 2 || (quote != '\'' && quote != '"' && quote != '`')) {
		memcpy(out, s, len + 1);
		return out;
	}
	for (size_t i = 1; i + 1 < len; i++) {
		out[n++] = s[i];
		i += s[i] == quote && s[i + 1] == quote && i + 2 < len;
	}
	out[n] = '\0';
	return out;
}

/* "REV:PATH", or a path of the work tree. Takes word. */
static int read_word(vv_sql_name *name, char *word)
{
	const char *brace = word ? strchr(word, '}') : NULL; /* of @{2026-11-17 14:00} */
	char *colon = NULL;

	if (word) {
		colon = strchr(brace && strstr(word, "@{") ? brace : word, ':');
	}

	name->path = colon ? sqlite3_mprintf("%s", colon + 1) : word;
	if (colon) {
		*colon = '\0';
		name->revision = word;
	}
	return name->path ? SQLITE_OK : SQLITE_NOMEM;
}

/* varve(FILE), varve(FOLDER, WORD) or varve(FOLDER, WORD, history). */
static int read_arguments(varve_repo **repo, vv_sql_name *name, vv_sql_catalog *c, int argc,
			  char *const *words, char **message)
{
	const varve_repo_options how = {
		.size = sizeof(how),
		.flags = vv_sql_name_open_flags(c, argc > 1 ? words[0] : NULL)};
	varve_error err;

	name->outside = argc == 1;
	if (argc < 1 || argc > 3 || (argc == 3 && sqlite3_stricmp(words[2], "history") != 0)) {
		*message = sqlite3_mprintf(
			"write varve('FOLDER', 'REVISION:PATH'), varve('FOLDER', 'REVISION:PATH', history) or varve('FILE')");
		return SQLITE_ERROR;
	}
	name->kind = argc == 3 ? VV_NAME_HISTORY : VV_NAME_VERSION;
	if (argc == 1) {
		name->path = sqlite3_mprintf("%s", words[0]);
		return name->path ? SQLITE_OK : SQLITE_NOMEM;
	}
	if (varve_repo_open(repo, words[0], &how, &err) < 0) {
		return vv_sql_catalog_fail(c, &err, message);
	}
	if (c->tell) {
		c->tell(varve_repo_warnings(*repo));
	}
	return read_word(name, sqlite3_mprintf("%s", words[1]));
}

static int create(sqlite3 *db, void *aux, int argc, const char *const *argv, sqlite3_vtab **out,
		  char **message)
{
	vv_sql_catalog *c = aux;
	varve_repo *repo = NULL;
	vv_sql_name name = {.kind = VV_NAME_VERSION};
	char *words[3] = {NULL};
	int rc = SQLITE_OK;

	(void)sqlite3_vtab_config(db, SQLITE_VTAB_DIRECTONLY); /* it opens any path */
	for (int i = 3; i < argc && i < 6 && rc == SQLITE_OK; i++) {
		words[i - 3] = unquote_argument(argv[i]);
		rc = words[i - 3] ? SQLITE_OK : SQLITE_NOMEM;
	}
	if (rc == SQLITE_OK) {
		rc = read_arguments(&repo, &name, c, argc - 3, words, message);
	}
	vv_array_each(words, 3, word) {
		sqlite3_free(*word);
	}
	if (rc != SQLITE_OK) {
		vv_sql_name_clear(&name);
		varve_repo_free(repo);
		return rc;
	}
	return make_table(out, c, repo, repo != NULL, name, strcmp(argv[1], "temp") == 0, message);
}

static int disconnect(sqlite3_vtab *base)
{
	free_table((rows_table *)base);
	return SQLITE_OK;
}

/* ---- plans ---- */

/* Are its texts compared as varve compares values of the column? */
static bool compares_values(sqlite3_index_info *info, int i, const varve_column *c)
{
	const char *collation = sqlite3_vtab_collation(info, i);

	return collation &&
	       sqlite3_stricmp(collation,
			       c->type == VARVE_TYPE_DATETIME ? VV_SQL_TIME : "BINARY") == 0;
}

static bool in_key(const rows_table *t, int column)
{
	const varve_table_facts *facts = t->declared->facts;

	return vv_array_find(facts->key, facts->key_count, own, *own == (size_t)column);
}

typedef struct estimate {
	double rows, cost;
	size_t key_columns; /* with an equality */
} estimate;

static void count_condition(estimate *e, const rows_table *t, const vv_sql_scan_condition *c)
{
	if (c->column == VV_SCAN_ROWS) return;
	if (c->column == VV_SCAN_ROW) {
		e->rows = 1;
		e->cost = 200;
	} else if (vv_sql_push_is_equal(c->op) && !c->list) {
		e->key_columns += in_key(t, c->column);
		e->rows = e->rows / 20;
		e->cost = e->cost * 0.7;
	} else {
		e->rows = e->rows / 3;
		e->cost = e->cost * 0.8;
	}
}

/* Takes a constraint where it can be pushed; false: it cannot. */
static bool take_constraint(vv_sql_scan_condition *out, const rows_table *t,
			    sqlite3_index_info *info, int i)
{
	const struct sqlite3_index_constraint *c = &info->aConstraint[i];
	sqlite3_value *known;

	*out = (vv_sql_scan_condition){.column = c->iColumn, .op = c->op};
	if (!c->usable) return false;
	if (c->op == SQLITE_INDEX_CONSTRAINT_LIMIT || c->op == SQLITE_INDEX_CONSTRAINT_OFFSET) {
		out->column = VV_SCAN_ROWS;
		return info->nOrderBy == 0; /* else all rows are sorted */
	}
	if (c->iColumn < 0) {
		return c->op == SQLITE_INDEX_CONSTRAINT_EQ && t->name.kind != VV_NAME_HISTORY;
	}
	if ((size_t)c->iColumn >= t->columns ||
	    !vv_sql_push_may(t->declared, (size_t)c->iColumn, c->op) ||
	    (t->declared->columns[c->iColumn].class == VV_CLASS_TEXT &&
	     c->op != SQLITE_INDEX_CONSTRAINT_ISNULL &&
	     !compares_values(info, i,
			      varve_table_column(t->declared->table, (size_t)c->iColumn)))) {
		return false;
	}
	out->literal = sqlite3_vtab_rhs_value(info, i, &known) == SQLITE_OK;
	/* The rows of a few keys are found one by one; of other columns all values make one range. */
	if (sqlite3_vtab_in(info, i, -1) && !in_key(t, c->iColumn)) {
		if (t->name.kind == VV_NAME_HISTORY) {
			return false; /* the list exists in xFilter only */
		}
		out->list = true;
		(void)sqlite3_vtab_in(info, i, 1);
	}
	return true;
}

static int take_argument(bool *out, const rows_table *t, sqlite3_index_info *info)
{
	*out = false;
	for (int i = 0; i < info->nConstraint; i++) {
		const struct sqlite3_index_constraint *c = &info->aConstraint[i];

		if (c->iColumn != (int)t->argument || c->op != SQLITE_INDEX_CONSTRAINT_EQ) {
			continue;
		}
		if (!c->usable) return SQLITE_CONSTRAINT;
		if (!*out) {
			info->aConstraintUsage[i].argvIndex = 1;
			info->aConstraintUsage[i].omit = 1;
			*out = true;
		}
	}
	return SQLITE_OK;
}

/* GROUP BY columns: rows come in their order. */
static bool take_grouping(vv_sql_grouping *out, const rows_table *t, sqlite3_index_info *info)
{
	*out = (vv_sql_grouping){.used = info->colUsed};
	if (t->name.kind != VV_NAME_VERSION || info->nOrderBy < 1 ||
	    info->nOrderBy > VV_GROUPING_COLUMNS || sqlite3_vtab_distinct(info) != 1 ||
	    t->declared->facts->rows < FEW_ROWS) {
		return false;
	}
	vv_array_each(info->aOrderBy, info->nOrderBy, it) {
		int column = it->iColumn;

		if (column < 0 || (size_t)column >= t->columns) return false;
		out->by[out->count] = (size_t)column;
		out->descending[out->count++] = it->desc != 0;
	}
	return vv_sql_grouped_may(t->declared, out);
}

static int best_index(sqlite3_vtab *base, sqlite3_index_info *info)
{
	rows_table *t = (rows_table *)base;
	double rows = (double)t->declared->facts->rows + 1;
	vv_sql_grouping grouping;
	estimate e = {rows, rows * 2, 0};
	bool at = false;
	int count = 0, rc = SQLITE_OK;

	if (argument_of(t->name.kind) && (rc = take_argument(&at, t, info)) != SQLITE_OK) return rc;
	sqlite3_str *plan = sqlite3_str_new(NULL);
	sqlite3_str_appendf(plan, "%llx", (unsigned long long)info->colUsed);
	for (int i = 0; i < info->nConstraint && count < VV_SCAN_CONDITIONS; i++) {
		vv_sql_scan_condition c;

		if (info->aConstraintUsage[i].argvIndex == 0 && take_constraint(&c, t, info, i)) {
			info->aConstraintUsage[i].argvIndex = ++count + at;
			sqlite3_str_appendf(plan, " %d:%d:%d:%d", c.column, c.op, c.literal,
					    c.list);
			count_condition(&e, t, &c);
		}
	}
	if (take_grouping(&grouping, t, info)) {
		for (size_t i = 0; i < grouping.count; i++) {
			sqlite3_str_appendf(plan, "%c%d:%d", GROUPED, (int)grouping.by[i],
					    grouping.descending[i]);
		}
		info->orderByConsumed = 1;
		e.cost *= 1.5;
	}
	if (t->declared->facts->key_count > 0 && e.key_columns >= t->declared->facts->key_count) {
		e.rows = 1;
		e.cost = 500;
	}
	if (t->name.kind == VV_NAME_HISTORY) {
		e.rows *= 100;
		e.cost *= 100;
	} else if (info->nOrderBy == 1 && info->aOrderBy[0].iColumn == -1 &&
		   !info->aOrderBy[0].desc) {
		info->orderByConsumed = 1;
	}
	info->idxNum = at;
	info->idxStr = sqlite3_str_finish(plan);
	info->needToFreeIdxStr = 1;
	info->estimatedRows = (sqlite3_int64)e.rows;
	info->estimatedCost = e.cost;
	return info->idxStr ? SQLITE_OK : SQLITE_NOMEM;
}

/* The reverse of best_index: numbers of one letter between them. */
static void read_plan(rows_cursor *cursor, size_t texts, const char *text)
{
	vv_sql_scan_plan *plan = &cursor->plan;
	char *at;

	*plan = (vv_sql_scan_plan){.used = strtoull(text, &at, 16), .texts = texts};
	while (*at == ' ') {
		vv_sql_scan_condition *c = &plan->conditions[plan->count++];

		c->column = (int)strtol(at + 1, &at, 10);
		c->op = (int)strtol(at + 1, &at, 10);
		c->literal = strtol(at + 1, &at, 10) != 0;
		c->list = strtol(at + 1, &at, 10) != 0;
	}
	cursor->grouping = (vv_sql_grouping){.used = plan->used};
	while (*at == GROUPED) {
		vv_sql_grouping *g = &cursor->grouping;

		g->by[g->count] = (size_t)strtol(at + 1, &at, 10);
		g->descending[g->count++] = strtol(at + 1, &at, 10) != 0;
	}
}

/* ---- cursors ---- */

static int open_cursor(sqlite3_vtab *base, sqlite3_vtab_cursor **out)
{
	rows_cursor *c = sqlite3_malloc64(sizeof(*c));

	if (!c) return SQLITE_NOMEM;
	memset(c, 0, sizeof(*c));
	vv_sql_catalog_cursor_opened(((rows_table *)base)->catalog);
	*out = &c->base;
	return SQLITE_OK;
}

static void reset_cursor(rows_cursor *c)
{
	vv_sql_grouped_close(c->grouped);
	c->grouped = NULL;
	c->held = NULL;
	vv_sql_scan_close(c->scan);
	c->scan = NULL;
	varve_log_free(c->log);
	c->log = NULL;
	c->commit = NULL;
	vv_sql_blame_drop(c->blame);
	c->blame = NULL;
	vv_array_each(c->values, c->plan.count, value) {
		sqlite3_value_free(*value);
	}
	sqlite3_free(c->values);
	c->values = NULL;
	c->before = c->rows = 0;
	c->end = false;
}

static int close_cursor(sqlite3_vtab_cursor *base)
{
	rows_cursor *c = (rows_cursor *)base;

	reset_cursor(c);
	vv_sql_scan_close(c->beside);
	vv_sql_catalog_cursor_closed(((rows_table *)base->pVtab)->catalog);
	sqlite3_free(c);
	return SQLITE_OK;
}

/* A new statement reads the name's current table. SQLite fixes a table's columns, so they must be the same. */
static int refresh_table(rows_table *t, varve_error *err)
{
	const vv_sql_place place = place_of(t);
	vv_sql_opened *now;
	bool current;

	if (t->statement == t->catalog->statement) return 0;
	int rc = vv_sql_opened_is_current(&current, t->declared, &place, err);
	if (rc < 0 || current) {
		t->statement = t->catalog->statement;
		return rc;
	}
	if ((rc = vv_sql_opened_get(&now, t->catalog, &place, err)) < 0) return rc;
	if ((rc = check_emptied(now, &place, err)) < 0) {
		vv_sql_opened_drop(now);
		return rc;
	}
	if (strcmp(now->facts->schema, t->declared->facts->schema) != 0) {
		vv_sql_opened_drop(now);
		return vv_sql_error_format(err, VARVE_ECONFLICT,
					   "the columns of '%s' have changed since it was opened: "
					   "open the database again",
					   t->name.path);
	}
	vv_sql_opened_drop(t->declared);
	t->declared = now;
	t->statement = t->catalog->statement;
	return 0;
}

/* Puts the commit whose version could not be read before the error's message. */
static int name_commit(int rc, const rows_cursor *c, varve_error *err)
{
	char text[sizeof(err->message)];

	if (rc < 0) {
		(void)snprintf(text, sizeof(text), "commit %.10s: %.480s", c->commit->id,
			       err->message);
		memcpy(err->message, text, sizeof(text));
	}
	return rc;
}

/* The next version of a history. 1, 0 or a negative code. */
static int next_version(rows_cursor *c, varve_error *err)
{
	rows_table *t = (rows_table *)c->base.pVtab;
	int more;

	while ((more = varve_log_next(c->log, &c->commit, err)) > 0) {
		const vv_sql_place place = {.repo = t->repo,
					    .path = c->commit->path,
					    .revision = c->commit->id,
					    .is_id = true};
		vv_sql_opened *version;

		if (!place.path) {
			continue; /* the commit that removed it */
		}
		int rc = vv_sql_opened_get(&version, t->catalog, &place, err);
		if (rc == VARVE_ENOTFOUND && strchr(place.path, '#')) {
			continue; /* a version of the document without this table */
		}
		if (rc == VARVE_EMISSING && varve_error_gap(err) == VARVE_GAP_EXPIRED) {
			t->catalog->expired++;
			continue;
		}
		if (rc < 0) return name_commit(rc, c, err);
		c->before += c->rows;
		c->rows = version->facts->rows;
		vv_sql_scan_close(c->scan);
		rc = vv_sql_scan_open(&c->scan, version, t->declared, &c->plan, c->values, err);
		vv_sql_opened_drop(version);
		return rc < 0 ? name_commit(rc, c, err) : 1;
	}
	return more;
}

static int next_row(rows_cursor *c, varve_error *err)
{
	int more;

	if (c->held) {
		c->end = !vv_sql_grouped_next(&c->at, c->held);
		return 0;
	}
	while ((more = c->scan ? vv_sql_scan_next(c->scan, err) : 0) <= 0 && c->log) {
		if (more < 0) {
			more = name_commit(more, c, err);
			break;
		}
		if ((more = next_version(c, err)) <= 0) {
			break;
		}
	}
	c->end = more <= 0;
	return more < 0 ? more : 0;
}

/* Only history needs the values after xFilter. */
static int keep_values(rows_cursor *c, sqlite3_value **values, varve_error *err)
{
	c->values = sqlite3_malloc64((c->plan.count + 1) * sizeof(sqlite3_value *));
	if (!c->values) return vv_sql_error_memory(err);
	memset(c->values, 0, (c->plan.count + 1) * sizeof(sqlite3_value *));
	for (size_t i = 0; i < c->plan.count; i++) {
		if (!(c->values[i] = sqlite3_value_dup(values[i]))) return vv_sql_error_memory(err);
	}
	return 0;
}

static int begin_history(rows_cursor *c, rows_table *t, sqlite3_value **values, varve_error *err)
{
	const char *const paths[] = {t->name.path, NULL};
	const varve_log_options how = {.size = sizeof(how),
				       .paths = paths,
				       .flags = VARVE_LOG_FOLLOW,
				       .range = t->name.revision};
	int rc;

	if ((rc = keep_values(c, values, err)) < 0) return rc;
	return varve_log_open(&c->log, t->repo, &how, err);
}

/* The column whose cells are requested; without one rows are. */
static int begin_blame(rows_cursor *c, const rows_table *t, sqlite3_value *column, varve_error *err)
{
	const char *name = column ? (const char *)sqlite3_value_text(column) : NULL;
	int32_t place = name ? varve_table_find_column(t->declared->table, name) : 0;

	c->cells = name != NULL;
	c->blamed = (size_t)place;
	return place >= 0 ? 0
			  : vv_sql_error_format(err, VARVE_ENOTFOUND, "'%s' has no column '%s'",
						t->name.path, name);
}

/* The version of a cursor. values: those of the plan, after the argument. */
static int find_version(vv_sql_opened **out, rows_table *t, const char *revision, varve_error *err)
{
	const vv_sql_place place = {.repo = t->repo, .path = t->name.path, .revision = revision};

	*out = NULL;
	if (t->name.kind != VV_NAME_AT) {
		*out = vv_sql_opened_keep(t->declared);
		return 0;
	}
	return revision ? vv_sql_opened_get(out, t->catalog, &place, err)
			: vv_sql_error_format(err, VARVE_EUSAGE,
					      "name a revision, as in \"%s%s\"('HEAD~1')",
					      vv_sql_name_prefix(VV_NAME_AT), t->name.path);
}

/* Looks up the rows of some values. 1: in memory; 0: not. */
static int look_up(rows_cursor *c, rows_table *t, const vv_sql_asking *who, sqlite3_value **values,
		   varve_error *err)
{
	vv_sql_joined *j = vv_sql_joined_find(t->catalog, who);
	vv_sql_opened *version = NULL;
	int rc = j ? 0 : find_version(&version, t, who->revision, err);

	if (!j && rc == 0) {
		rc = vv_sql_joined_new(&j, who, version, err);
		vv_sql_opened_drop(version);
	}
	if (rc < 0) return rc;
	if (c->joined != j) {
		vv_sql_scan_close(c->beside);
		c->beside = NULL;
		c->joined = j;
		c->at = (vv_sql_grouped_at){.group = 0};
	}
	if ((rc = vv_sql_joined_ask(&c->at, j, t->declared, &c->plan, values, err)) > 0) {
		c->held = j->rows;
	}
	return rc;
}

static int begin_rows(rows_cursor *c, rows_table *t, const char *plan, const char *revision,
		      sqlite3_value **values, varve_error *err)
{
	const vv_sql_asking who = {t, plan, revision};
	vv_sql_grouping join;
	vv_sql_opened *version = NULL;
	bool asks = (t->name.kind == VV_NAME_VERSION || t->name.kind == VV_NAME_AT) &&
		    vv_sql_joined_columns(&join, &c->plan) > 0;
	int rc = asks ? look_up(c, t, &who, values, err) : 0;

	if (rc != 0) return rc < 0 ? rc : 0;
	if (asks) {
		version = vv_sql_opened_keep(c->joined->version);
	} else if ((rc = find_version(&version, t, revision, err)) < 0) {
		return rc;
	}
	rc = vv_sql_scan_open(&c->scan, version, t->declared, &c->plan, values, err);
	vv_sql_opened_drop(version);
	if (rc == 0 && c->grouping.count > 0 &&
	    (rc = vv_sql_grouped_open(&c->grouped, c->scan, t->declared, &c->grouping, err)) == 0) {
		c->held = c->grouped;
		vv_sql_grouped_all(&c->at, c->held);
	}
	return rc;
}

/* argument: that of the table; NULL: it takes none, or none is given. */
static int begin_kind(rows_cursor *c, rows_table *t, const char *plan, sqlite3_value *argument,
		      sqlite3_value **values, varve_error *err)
{
	const char *revision = NULL;
	int rc = refresh_table(t, err);

	if (rc < 0) return rc;
	if (t->name.kind == VV_NAME_HISTORY) return begin_history(c, t, values, err);
	if (t->name.kind == VV_NAME_BLAME && (rc = begin_blame(c, t, argument, err)) < 0) return rc;
	if (t->name.kind == VV_NAME_AT && argument && sqlite3_value_type(argument) != SQLITE_NULL &&
	    !(revision = (const char *)sqlite3_value_text(argument))) {
		return vv_sql_error_memory(err);
	}
	return begin_rows(c, t, plan, revision, values, err);
}

static int filter(sqlite3_vtab_cursor *base, int number, const char *plan, int argc VV_UNUSED,
		  sqlite3_value **argv)
{
	rows_cursor *c = (rows_cursor *)base;
	varve_error err;

	reset_cursor(c);
	read_plan(c, ((const rows_table *)base->pVtab)->texts, plan);
	int rc = begin_kind(c, (rows_table *)base->pVtab, plan, number != 0 ? argv[0] : NULL,
			    argv + (number != 0), &err);
	if (rc == 0) {
		rc = next_row(c, &err);
	}
	return rc < 0 ? fail_table(base->pVtab, &err) : SQLITE_OK;
}

static int next(sqlite3_vtab_cursor *base)
{
	varve_error err;

	return next_row((rows_cursor *)base, &err) < 0 ? fail_table(base->pVtab, &err) : SQLITE_OK;
}

static int eof(sqlite3_vtab_cursor *base)
{
	return ((rows_cursor *)base)->end;
}

/* The number in its version of the row at hand. */
static uint64_t row_at(const rows_cursor *c)
{
	return c->held ? vv_sql_grouped_row(&c->at, c->held) : vv_sql_scan_row(c->scan);
}

/* The scan that has the row at hand. */
static int scan_at(vv_sql_scan **out, rows_cursor *c, varve_error *err)
{
	vv_sql_scan_plan all = {.used = c->plan.used, .texts = c->plan.texts};
	int rc = 0;

	*out = c->scan;
	if (!c->held) return 0;
	if (!c->beside &&
	    (rc = vv_sql_scan_open(&c->beside, c->joined->version,
				   ((rows_table *)c->base.pVtab)->declared, &all, NULL, err)) < 0) {
		return rc;
	}
	*out = c->beside;
	return vv_sql_scan_go(c->beside, row_at(c), err);
}

static int find_commit(rows_cursor *c, rows_table *t, varve_error *err)
{
	int rc;

	if (t->name.kind == VV_NAME_HISTORY) return 0;
	if (!c->blame) {
		if (!t->blame || t->blame->cells != c->cells ||
		    strcmp(t->blame->commit, t->declared->commit) != 0) {
			vv_sql_blame_drop(t->blame);
			if ((rc = vv_sql_blame_open(&t->blame, t->repo, t->declared, c->cells,
						    err)) < 0) {
				return rc;
			}
		}
		c->blame = vv_sql_blame_keep(t->blame);
	}
	const char *id = varve_blame_commit(c->blame->of, row_at(c), c->blamed);
	return id ? vv_sql_commits_get(&c->commit, &t->catalog->commits, t->repo, id, err)
		  : vv_sql_error_format(err, VARVE_ECORRUPT,
					"the history of '%s' does not match its rows",
					t->name.path);
}

static int column(sqlite3_vtab_cursor *base, sqlite3_context *context, int i)
{
	rows_cursor *c = (rows_cursor *)base;
	rows_table *t = (rows_table *)base->pVtab;
	size_t at = (size_t)i;
	vv_sql_scan *scan;
	vv_sql_value v;
	varve_error err;

	if (at >= t->columns && at < t->texts) { /* else it is the argument */
		if (at < t->argument) {
			if (find_commit(c, t, &err) < 0) return fail_table(base->pVtab, &err);
			vv_sql_value_put_commit(context, c->commit,
						commit_columns[at - t->columns].what);
		}
		return SQLITE_OK;
	}
	if (c->held && at < t->columns && vv_sql_grouped_read(&v, &c->at, c->held, at)) {
		vv_sql_value_put(context, &v);
		return SQLITE_OK;
	}
	if (scan_at(&scan, c, &err) < 0 ||
	    (at < t->columns && vv_sql_scan_read(&v, scan, at, &err) < 0)) {
		return fail_table(base->pVtab, &err);
	}
	if (at < t->columns) {
		vv_sql_value_put(context, &v);
	} else {
		vv_sql_scan_put_text(scan, context, at - t->texts);
	}
	return SQLITE_OK;
}

static int rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *row)
{
	const rows_cursor *c = (const rows_cursor *)base;

	*row = (sqlite3_int64)(c->before + row_at(c));
	return SQLITE_OK;
}

/* xCreate NULL: the table exists under the module's name, without CREATE. */
const sqlite3_module vv_sql_rows_module = {
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

const sqlite3_module vv_sql_rows_created_module = {
	.iVersion = 2,
	.xCreate = create,
	.xConnect = create,
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
