/*
 * where_groups: what to ask first: facts cost nothing where the column follows the order of the file,
 * and tell nothing where it does not.
 */
#include "lib/rows/where_groups.h"

#include <string.h>

#include "base/array.h"
#include "base/sys.h"

#define FEW 16u /* groups that are read without asking further */

struct vv_where_groups {
	vv_table *table;
	vv_where *where;
	vv_list_reader *facts;
	vv_key_groups listed; /* the next groups */
	size_t listed_at, listed_cap;
	bool only_listed; /* there are no others */
	uint64_t count;
};

static vv_status open_facts(vv_where_groups *g, vv_error *err)
{
	const vv_table *t = g->table;

	return vv_list_reader_open(&g->facts, VV_LIST_FACTS, &t->source, t->root.facts.data,
				   t->root.facts.len, err);
}

static int next_by_facts(vv_where_groups *g, uint64_t *group, vv_error *err)
{
	vv_list_item item;
	int more = vv_list_next_that_may(g->facts, vv_where_may_hold, g->where, &item, err);

	*group = more > 0 ? item.index : 0;
	return more;
}

/* The first groups that facts leave; only_listed: there are no more. */
static vv_status list_few(vv_where_groups *g, vv_error *err)
{
	uint64_t group;
	int more = 1;

	while (g->listed.count < FEW && (more = next_by_facts(g, &group, err)) > 0) {
		if (!vv_array_room(g->listed.groups, g->listed.count, g->listed_cap)) {
			return vv_fail_nomem(err);
		}
		g->listed.groups[g->listed.count++] = group;
	}
	g->only_listed = more == 0;
	return more < 0 ? (vv_status)more : VV_OK;
}

/* Groups by key, in place of those that facts leave. */
static vv_status list_by_key(vv_where_groups *g, const vv_key_lookup *keys, vv_error *err)
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

vv_status vv_where_groups_open(vv_where_groups **out, vv_table *t, vv_where *w,
			       const vv_key_lookup *keys, vv_error *err)
{
	vv_auto(vv_where_groups) *g = vv_calloc(1, sizeof(*g));
	vv_status rc;

	*out = NULL;
	if (!g) return vv_fail_nomem(err);
	g->table = t;
	g->where = w;
	if ((rc = vv_table_groups(t, &g->count, err)) < 0 || (rc = open_facts(g, err)) < 0 ||
	    (rc = list_few(g, err)) < 0 ||
	    (keys && !g->only_listed && g->count > FEW && (rc = list_by_key(g, keys, err)) < 0)) {
		return rc;
	}
	*out = vv_take(&g);
	return VV_OK;
}

int vv_where_groups_next(vv_where_groups *g, uint64_t *group, vv_error *err)
{
	if (g->listed_at < g->listed.count) {
		*group = g->listed.groups[g->listed_at++];
		return 1;
	}
	return g->only_listed ? 0 : next_by_facts(g, group, err);
}

void vv_where_groups_close(vv_where_groups *g)
{
	if (g) {
		vv_list_reader_close(g->facts);
		vv_key_groups_clear(&g->listed);
		vv_free(g);
	}
}
