/*
 * joined: when it is worth it to read all rows.
 */
#include "cmd/sql/vtab/joined.h"

#include <sqlite3ext.h>
#include <string.h>

#include "base/array.h"
#include "cmd/sql/vtab/error.h"
#include "cmd/sql/vtab/push.h"

SQLITE_EXTENSION_INIT3

#define FEW 2              /* questions; without a key each reads the table */
#define GROUPS_EACH_ASKS 5 /* row groups that are read in the time of one question by key, about */

static void drop_joined(vv_sql_kept *kept)
{
	vv_sql_joined *j = (vv_sql_joined *)kept;

	vv_sql_grouped_close(j->rows);
	vv_sql_opened_drop(j->version);
	sqlite3_free((char *)(uintptr_t)j->of.plan);
	sqlite3_free((char *)(uintptr_t)j->of.revision);
	sqlite3_free(j);
}

static bool same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

vv_sql_joined *vv_sql_joined_find(const vv_sql_catalog *c, const vv_sql_asking *who)
{
	for (vv_sql_kept *k = c->kept; k; k = k->next) {
		vv_sql_joined *j = (vv_sql_joined *)k;

		if (j->of.table == who->table && same_text(j->of.plan, who->plan) &&
		    same_text(j->of.revision, who->revision)) {
			return j;
		}
	}
	return NULL;
}

int vv_sql_joined_new(vv_sql_joined **out, const vv_sql_asking *who, vv_sql_opened *version,
		      varve_error *err)
{
	vv_sql_catalog *c = version->catalog;
	vv_sql_joined *j = sqlite3_malloc64(sizeof(*j));

	if (!(*out = j)) return vv_sql_error_memory(err);
	*j = (vv_sql_joined){.kept = {c->kept, drop_joined},
			     .of = {who->table, sqlite3_mprintf("%s", who->plan),
				    who->revision ? sqlite3_mprintf("%s", who->revision) : NULL},
			     .version = vv_sql_opened_keep(version)};
	c->kept = &j->kept;
	return j->of.plan && (!who->revision || j->of.revision) ? 0 : vv_sql_error_memory(err);
}

/* A value that the row of another table has, or a parameter. */
static bool is_question(const vv_sql_scan_condition *c)
{
	return c->column >= 0 && vv_sql_push_is_equal(c->op) && !c->literal && !c->list;
}

size_t vv_sql_joined_columns(vv_sql_grouping *out, const vv_sql_scan_plan *plan)
{
	*out = (vv_sql_grouping){.join = true, .used = plan->used};
	vv_array_each(plan->conditions, plan->count, condition) {
		if (!is_question(condition)) {
			continue;
		}
		if (out->count == VV_GROUPING_COLUMNS) return 0;
		out->is[out->count] = condition->op == SQLITE_INDEX_CONSTRAINT_IS;
		out->by[out->count++] = (size_t)condition->column;
	}
	return out->count;
}

static bool has_key(const vv_sql_joined *j, const vv_sql_grouping *how)
{
	const varve_table_facts *facts = j->version->facts;

	vv_array_each(facts->key, facts->key_count, at) {
		if (!vv_array_find(how->by, how->count, by, *by == *at)) return false;
	}
	return facts->key_count > 0;
}

/* Rows are found by their key quickly, but not in an order that the table has: they are all read once the questions
 * cost as much as that, so that a statement takes about twice as long as by the better of both ways at most. The cost
 * is counted in row groups and not measured, since the order of a result may depend on the decision. */
static bool is_worth_it(vv_sql_joined *j, const vv_sql_grouping *how)
{
	if (j->rows || j->refused || j->asked++ < FEW) return false;
	return !has_key(j, how) || j->asked * GROUPS_EACH_ASKS >= j->version->facts->groups;
}

/* Reads the rows under the conditions that are the same in each question. */
static int read_rows(vv_sql_joined *j, vv_sql_opened *declared, const vv_sql_grouping *how,
		     const vv_sql_scan_plan *plan, sqlite3_value **values, varve_error *err)
{
	vv_sql_scan_plan all = {.used = plan->used, .texts = plan->texts};
	sqlite3_value *same_values[VV_SCAN_CONDITIONS];
	vv_sql_scan *scan;
	int rc;

	for (size_t i = 0; i < plan->count; i++) {
		const vv_sql_scan_condition *c = &plan->conditions[i];

		if (c->column >= 0 && c->literal && !c->list) {
			same_values[all.count] = values[i];
			all.conditions[all.count++] = *c;
		}
	}
	for (size_t i = 0; i < how->count; i++) { /* SQLite need not use them itself */
		all.used |= UINT64_C(1) << (how->by[i] < 63 ? how->by[i] : 63);
	}
	if ((rc = vv_sql_scan_open(&scan, j->version, declared, &all, same_values, err)) < 0) {
		return rc;
	}
	rc = vv_sql_grouped_open(&j->rows, scan, declared, how, err);
	vv_sql_scan_close(scan);
	j->refused = rc == VARVE_EREFUSED;
	return j->refused ? 0 : rc;
}

int vv_sql_joined_ask(vv_sql_grouped_at *at, vv_sql_joined *j, vv_sql_opened *declared,
		      const vv_sql_scan_plan *plan, sqlite3_value **values, varve_error *err)
{
	sqlite3_value *asked[VV_GROUPING_COLUMNS];
	vv_sql_grouping how;
	size_t count = 0;
	int rc;

	(void)vv_sql_joined_columns(&how, plan);
	if (is_worth_it(j, &how) && (rc = read_rows(j, declared, &how, plan, values, err)) < 0) {
		return rc;
	}
	if (!j->rows) return 0;
	for (size_t i = 0; i < plan->count; i++) {
		if (is_question(&plan->conditions[i])) {
			asked[count++] = values[i];
		}
	}
	return vv_sql_grouped_find(at, j->rows, asked);
}

/* ---- blame: how a version is named to libvarve, and how long the answer lives ---- */

SQLITE_EXTENSION_INIT3

int vv_sql_blame_open(vv_sql_blame **out, varve_repo *repo, const vv_sql_opened *version,
		      bool cells, varve_error *err)
{
	vv_sql_blame *b = sqlite3_malloc64(sizeof(*b));
	int rc;

	*out = NULL;
	if (!b) return vv_sql_error_memory(err);
	*b = (vv_sql_blame){.refs = 1, .cells = cells};
	memcpy(b->commit, version->commit, sizeof(b->commit));
	const varve_blame_options how = {.size = sizeof(how),
					 .revision = b->commit,
					 .flags = cells ? VARVE_BLAME_CELLS : 0,
					 .watch = &version->catalog->watch};
	if ((rc = varve_blame_open(&b->of, repo, version->path, &how, err)) < 0) {
		vv_sql_blame_drop(b);
		return rc;
	}
	*out = b;
	return 0;
}

vv_sql_blame *vv_sql_blame_keep(vv_sql_blame *b)
{
	b->refs++;
	return b;
}

void vv_sql_blame_drop(vv_sql_blame *b)
{
	if (b && --b->refs == 0) {
		varve_blame_free(b->of);
		sqlite3_free(b);
	}
}
