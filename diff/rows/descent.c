/*
 * descent: with which key and which columns two versions of a history are compared.
 */
#include "diff/rows/descent.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "dataset/schema/schema.h"
#include "dataset/table/table.h"
#include "diff/rows/row_change.h"
#include "diff/rows/rowdiff.h"

bool vv_descent_key(const vv_table *t, const char *const *key, size_t *out, size_t *count)
{
	*count = 0;
	for (size_t i = 0; key[i]; i++) {
		long at = vv_schema_find(&t->schema, key[i], strlen(key[i]));
		if (at < 0 || i == VV_DESCENT_KEY_MAX) return false;
		out[(*count)++] = (size_t)at;
	}
	return true;
}

/* The key columns' names in the older version; false if one is missing. */
static bool old_names(vv_descent *d, const vv_table *older, const size_t *key, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		long at = vv_columns_to_old(&d->columns, key[i]);
		d->old_key[i] = at < 0 ? NULL : older->schema.fields[at].name;
		if (at < 0) return false;
	}
	d->old_key[count] = NULL;
	return count > 0;
}

static void own_key(vv_descent *d, const vv_table *older)
{
	size_t n = older->root.key_count <= VV_DESCENT_KEY_MAX ? older->root.key_count : 0;
	for (size_t i = 0; i < n; i++) {
		d->old_key[i] = older->root.key[i];
	}
	d->old_key[n] = NULL;
}

vv_status vv_descent_open(vv_descent *d, vv_table *older, vv_table *newer, const char *const *key,
			  bool numbers, const char *temp_dir, vv_pool *pool, vv_error *err)
{
	static const char *const none[] = {NULL};
	size_t key_a[VV_DESCENT_KEY_MAX], key_b[VV_DESCENT_KEY_MAX], count_a, count_b;
	vv_columns_options co = {0};
	vv_status rc;
	memset(d, 0, sizeof(*d));
	const bool has_key = vv_descent_key(newer, key, key_b, &count_b);
	if (has_key && vv_descent_key(older, key, key_a, &count_a) && count_a > 0) {
		co = (vv_columns_options){.key_a = key_a, .key_b = key_b, .key_count = count_a};
	}
	if ((rc = vv_columns_match(&d->columns, older, newer, &co, err)) < 0) return rc;
	d->keyed = has_key && old_names(d, older, key_b, count_b);
	if (!d->keyed) {
		own_key(d, older);
	}
	vv_array_each(d->columns.pairs, d->columns.count, p) {
		d->columns_differ |= p->a < 0 || p->b < 0 || p->renamed;
	}
	const vv_rowdiff_options o = {.key = d->keyed ? key : none,
				      .columns = &d->columns,
				      .rekeyed = true,
				      .moves = numbers || !d->keyed,
				      .blind_moves = true,
				      .only_needed = true,
				      .temp_dir = temp_dir ? temp_dir : "/tmp",
				      .pool = pool};
	return vv_rowdiff_open(&d->rows, older, newer, &o, err);
}

void vv_descent_close(vv_descent *d)
{
	vv_rowdiff_close(d->rows);
	vv_columns_clear(&d->columns);
	memset(d, 0, sizeof(*d));
}

vv_status vv_descent_rest_add(vv_descent_rest *r, const vv_row_change *c, vv_error *err)
{
	if (c->kind == VV_ROW_ADDED) return VV_OK;
	return vv_array_add(r->gone, r->count, r->cap, c->old_row) ? VV_OK : vv_fail_nomem(err);
}

void vv_descent_rest_sort(vv_descent_rest *r)
{
	if (r->count > 1) {
		qsort(r->gone, r->count, sizeof(*r->gone), vv_u64_order);
	}
}

void vv_descent_rest_clear(vv_descent_rest *r)
{
	vv_free(r->gone);
	memset(r, 0, sizeof(*r));
}
