/*
 * found_rows: finds the groups and columns of matching rows.
 */
#include "lib/rows/found_rows.h"

#include <stdint.h>
#include <string.h>

#include "base/array.h"
#include "base/auto.h"
#include "base/error.h"
#include "base/sys.h"
#include "check/rules/key_groups.h"
#include "dataset/table/table.h"
#include "dataset/table/walk.h"
#include "lib/rows/where.h"

/* ---- where_groups: the row groups that can have rows that a view wants, one after the other.
 *
 * By the facts of the table where these leave few; else by the hashes of keys that checks keep, where
 * the rows of a key are wanted; else all that facts do not rule out ---- */

typedef struct where_groups where_groups;
static void where_groups_close(where_groups *g); /* accepts NULL */
VV_AUTO_FREE(where_groups, where_groups_close)

#define FEW 16u /* groups that are read without asking further */

struct where_groups {
	vv_table *table;
	vv_where *where;
	vv_list_reader *facts;
	vv_key_groups listed; /* the next groups */
	size_t listed_at, listed_cap;
	bool only_listed; /* no others match */
	uint64_t count;
	uint64_t from; /* groups before it are left out */
};

static vv_status open_facts(where_groups *g, vv_error *err)
{
	const vv_table *t = g->table;

	const vv_status rc = vv_list_reader_open(&g->facts, VV_LIST_FACTS, &t->source,
						 t->root.facts.data, t->root.facts.len, err);

	return rc < 0 || g->from == 0 ? rc : vv_list_seek_index(g->facts, g->from, err);
}

static int next_by_facts(where_groups *g, uint64_t *group, vv_error *err)
{
	vv_list_item item;
	int more = vv_list_next_that_may(g->facts, vv_where_may_hold, g->where, &item, err);

	*group = more > 0 ? item.index : 0;
	return more;
}

/* The first groups not excluded by facts; only_listed: these are all. */
static vv_status list_few(where_groups *g, vv_error *err)
{
	uint64_t group;
	int more = 1;

	while (g->listed.count < FEW && (more = next_by_facts(g, &group, err)) > 0) {
		if (!vv_array_add(g->listed.groups, g->listed.count, g->listed_cap, group)) {
			return vv_fail_nomem(err);
		}
	}
	g->only_listed = more == 0;
	return more < 0 ? (vv_status)more : VV_OK;
}

/* Groups by key, in place of those that facts leave. */
static vv_status list_by_key(where_groups *g, const vv_key_lookup *keys, vv_error *err)
{
	size_t count = vv_where_count(g->where), n = 0;
	vv_auto_free vv_key_value *values = vv_calloc(count + 1, sizeof(*values));
	vv_key_groups found;

	if (!values) return vv_fail_nomem(err);
	for (size_t i = 0; i < count; i++) {
		n += vv_where_value(g->where, i, &values[n]);
	}
	int known = vv_key_groups_find(&found, g->table, values, n, keys, err);
	if (known <= 0) {
		vv_key_groups_clear(&found);
		return (vv_status)known;
	}
	vv_key_groups_clear(&g->listed);
	g->listed = found;
	g->only_listed = true;
	return VV_OK;
}

/* Borrows all. keys NULL: rows are not found by key. from: the first group. */
static vv_status where_groups_open(where_groups **out, vv_table *t, vv_where *w,
				   const vv_key_lookup *keys, uint64_t from, vv_error *err)
{
	vv_auto(where_groups) *g = vv_calloc(1, sizeof(*g));
	vv_status rc;

	*out = NULL;
	if (!g) return vv_fail_nomem(err);
	*g = (where_groups){.table = t, .where = w, .from = from};
	if ((rc = vv_table_groups(t, &g->count, err)) < 0 || (rc = open_facts(g, err)) < 0 ||
	    (rc = list_few(g, err)) < 0 ||
	    (keys && !g->only_listed && g->count > FEW && (rc = list_by_key(g, keys, err)) < 0)) {
		return rc;
	}
	return vv_hand_over(out, &g);
}

/* The number of the next group: 1, 0 or <0. */
static int where_groups_next(where_groups *g, uint64_t *group, vv_error *err)
{
	while (g->listed_at < g->listed.count) {
		*group = g->listed.groups[g->listed_at++];
		if (*group >= g->from) return 1;
	}
	return g->only_listed ? 0 : next_by_facts(g, group, err);
}

/* accepts NULL */
static void where_groups_close(where_groups *g)
{
	if (g) {
		vv_list_reader_close(g->facts);
		vv_key_groups_clear(&g->listed);
		vv_free(g);
	}
}

/* ---- found_rows ---- */

struct found_rows {
	vv_table *table;
	vv_rows_options o;
	size_t *columns;
	where_groups *groups;    /* with where */
	vv_table_reader *tested; /* reads the tested columns; with where */
	vv_table_reader *reader; /* reads the chosen columns; opened when first needed */
	vv_batch tested_batch;
	uint64_t skip; /* rows before it are left out */
	bool over;
};

void found_group_clear(found_group *g)
{
	vv_batch_clear(&g->batch);
	vv_free(g->rows);
}

vv_status found_rows_group_of(uint64_t *index, uint64_t *first, const vv_table *t, uint64_t row,
			      vv_error *err)
{
	vv_auto(vv_list_walk) list = vv_list_walk_open(t, VV_LIST_DATA, err);

	vv_list_walk_seek(&list, row);
	if (!vv_list_walk_next(&list)) {
		return list.rc < 0 ? list.rc
				   : vv_fail(err, VV_ECORRUPT,
					     "the version is damaged: row %llu is missing",
					     (unsigned long long)row + 1);
	}
	*index = list.item.index;
	*first = list.item.before;
	return VV_OK;
}

static vv_status open_reader(found_rows *f, vv_error *err)
{
	if (f->reader) return VV_OK;
	vv_status rc = vv_table_reader_open(&f->reader, f->table, f->columns, f->o.count, false,
					    err);
	if (rc == VV_OK && f->o.numbers) {
		vv_table_reader_numbers(f->reader);
	}
	return rc;
}

static vv_status open_tested(found_rows *f, vv_error *err)
{
	size_t count;
	const size_t *wanted = vv_where_columns(f->o.where, &count);
	uint64_t from = 0, first;
	vv_status rc = vv_table_reader_open(&f->tested, f->table, wanted, count, false, err);

	if (rc < 0 || (f->skip > 0 &&
		       (rc = found_rows_group_of(&from, &first, f->table, f->skip, err)) < 0)) {
		return rc;
	}
	return where_groups_open(&f->groups, f->table, f->o.where, f->o.keys, from, err);
}

vv_status found_rows_start(found_rows *f, uint64_t row, vv_error *err)
{
	f->over = row >= f->table->root.rows;
	f->skip = row;
	if (f->over) return VV_OK;
	if (f->o.where) {
		where_groups_close(f->groups);
		vv_table_reader_close(f->tested);
		f->groups = NULL;
		f->tested = NULL;
		return open_tested(f, err);
	}
	vv_status rc = open_reader(f, err);
	return rc < 0 ? rc : vv_table_seek_row(f->reader, row, err);
}

vv_status found_rows_open(found_rows **out, vv_table *t, const vv_rows_options *opts, vv_error *err)
{
	found_rows *f = vv_calloc(1, sizeof(*f));

	*out = f;
	if (!f) return vv_fail_nomem(err);
	*f = (found_rows){.table = t, .o = *opts};
	if (opts->count > 0) {
		if (!(f->columns = vv_calloc(opts->count, sizeof(size_t)))) {
			return vv_fail_nomem(err);
		}
		memcpy(f->columns, opts->columns, opts->count * sizeof(size_t));
	}
	return VV_OK;
}

/* Is the group one of those that are wanted? */
static bool is_wanted(found_rows *f, const vv_batch *b)
{
	if (b->first_row >= f->o.to) {
		f->over = true;
		return false;
	}
	return b->first_row >= f->o.from || (f->o.within && b->first_row + b->rows > f->o.from);
}

/* The rows of a batch of which all, or with where the tested ones, were read. */
static vv_status find_rows(found_rows *f, found_group *g, const vv_batch *b, vv_error *err)
{
	g->count = 0;
	g->seen = b->first_row + b->rows;
	if (!is_wanted(f, b)) return VV_OK;
	if (g->cap < b->rows) {
		uint32_t *more = vv_realloc_array(g->rows, b->rows, sizeof(*more));

		if (!more) return vv_fail_nomem(err);
		g->rows = more;
		g->cap = b->rows;
	}
	const bool all = !f->o.where && b->first_row >= f->skip;
	for (; all && g->all < b->rows; g->all++) {
		g->rows[g->all] = (uint32_t)g->all;
	}
	g->all = all ? g->all : 0;
	g->count = all ? b->rows : 0;
	for (size_t i = 0; !all && i < b->rows; i++) {
		g->rows[g->count] = (uint32_t)i;
		g->count += b->first_row + i >= f->skip &&
			    (!f->o.where || vv_where_holds(f->o.where, b->cells + i * b->columns));
	}
	return f->o.where ? vv_where_ok(f->o.where, err) : VV_OK;
}

static int read_batch(found_rows *f, vv_batch *batch, vv_error *err)
{
	return f->o.by_group ? vv_table_read_rows(f->reader, batch, err)
			     : vv_table_read(f->reader, batch, err);
}

static int next_where(found_rows *f, found_group *out, vv_error *err)
{
	vv_batch *tested = &f->tested_batch;
	uint64_t group;
	int rc = where_groups_next(f->groups, &group, err);

	if (rc == 0) return (int)vv_where_ok(f->o.where, err);
	if (rc < 0 || (rc = (int)vv_table_seek_group(f->tested, group, err)) < 0 ||
	    (rc = vv_table_read(f->tested, tested, err)) <= 0 ||
	    (rc = (int)find_rows(f, out, tested, err)) < 0) {
		return rc;
	}
	if (out->count == 0) return f->over ? 0 : 1;
	if ((rc = (int)open_reader(f, err)) < 0 ||
	    (rc = (int)vv_table_seek_group(f->reader, tested->index, err)) < 0) {
		return rc;
	}
	if ((rc = read_batch(f, &out->batch, err)) > 0 && out->batch.rows != tested->rows) {
		return (int)vv_fail(err, VV_ECORRUPT,
				    "the version is damaged: a row group had different rows when "
				    "it was read again");
	}
	return rc;
}

int found_rows_next(found_rows *f, found_group *out, vv_error *err)
{
	vv_status rc;
	int more;

	if (f->over) return 0;
	if (f->o.where) {
		more = next_where(f, out, err);
	} else if ((more = read_batch(f, &out->batch, err)) > 0 &&
		   (rc = find_rows(f, out, &out->batch, err)) < 0) {
		more = (int)rc;
	}
	f->over = f->over || more == 0;
	return f->over && more > 0 ? 0 : more;
}

void found_rows_close(found_rows *f)
{
	if (f) {
		vv_table_reader_close(f->reader);
		vv_table_reader_close(f->tested);
		where_groups_close(f->groups);
		vv_batch_clear(&f->tested_batch);
		vv_free_all(f->columns, f);
	}
}
