/*
 * table_facts: the top of the list has the facts of all that is below.
 */
#include "dataset/rows/table_facts.h"

#include <stdio.h>

#include "dataset/table/walk.h"

typedef struct union_of {
	vv_facts *out;
	bool some;
	vv_status rc;
	vv_error err;
} union_of;

/* Takes the facts of an item or of a whole node, without reading the items in it. */
static bool unite_facts(void *payload, const uint8_t *facts, size_t len)
{
	union_of *u = payload;
	vv_auto(vv_facts) more = VV_FACTS_INIT;

	if (u->rc == VV_OK && (u->rc = vv_facts_read(&more, facts, len, &u->err)) == VV_OK) {
		u->rc = vv_facts_unite(u->out, &more, !u->some, &u->err);
		u->some = true;
	}
	return false;
}

vv_status vv_table_facts(vv_facts *out, const vv_table *t, vv_error *err)
{
	union_of u = {.out = out};
	vv_auto(vv_list_walk) w = vv_list_walk_open(t, VV_LIST_FACTS, err);

	*out = (vv_facts)VV_FACTS_INIT;
	if (w.rc < 0) return w.rc;
	int more = vv_list_next_that_may(w.reader, unite_facts, &u, &w.item, err);
	if (more < 0 || u.rc == VV_OK) return more < 0 ? (vv_status)more : VV_OK;
	return vv_error_copy(err, &u.err);
}

vv_fact vv_table_fact(const vv_facts *facts, size_t column)
{
	return column < facts->count ? facts->columns[column]
				     : (vv_fact){.missing = VV_MISSING_ALL};
}

void vv_fact_number_put(vv_buf *out, const vv_fact_number *n)
{
	uint64_t units = n->units < 0 ? 0 - (uint64_t)n->units : (uint64_t)n->units;
	char digits[32];
	int len = snprintf(digits, sizeof(digits), "%0*llu", (int)n->scale + 1,
			   (unsigned long long)units);
	size_t whole = (size_t)len - n->scale;

	vv_buf_puts(out, n->units < 0 ? "-" : "");
	vv_buf_put(out, digits, whole);
	vv_buf_puts(out, n->scale > 0 ? "." : "");
	vv_buf_put(out, digits + whole, n->scale);
}
