/*
 * changed_groups: which rows the groups have that two data lists share.
 */
#include "diff/rows/changed_groups.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/sys.h"
#include "diff/rows/list_compare.h"

static vv_status open_list(vv_list_reader **out, const vv_table *t, vv_error *err)
{
	return vv_list_reader_open(out, VV_LIST_DATA, &t->source, t->root.data.data,
				   t->root.data.len, err);
}

static vv_status take_groups(const vv_list_place *items, size_t count, vv_changed_group **out,
			     size_t *out_count, vv_error *err)
{
	*out = vv_calloc(count + 1, sizeof(**out));
	if (!*out) return vv_fail_nomem(err);
	for (size_t i = 0; i < count; i++) {
		(*out)[i] = (vv_changed_group){items[i].index, items[i].before, items[i].weight};
	}
	*out_count = count;
	return VV_OK;
}

/* The number of the first row of an item; of the item after the last, the number of all rows. */
static vv_status first_row(uint64_t *row, vv_list_reader *list, uint64_t index, vv_error *err)
{
	vv_list_item item;
	uint64_t items;
	vv_status rc = vv_list_seek_index(list, index, err);

	vv_list_totals(list, &items, row);
	if (rc < 0 || index >= items) return rc;
	const int more = vv_list_next(list, &item, err);
	if (more <= 0) {
		return more < 0 ? (vv_status)more
				: vv_fail(err, VV_ECORRUPT,
					  "a data list is shorter than it declares");
	}
	*row = item.before;
	return VV_OK;
}

/* First row and rows of items [index, index + items). */
static vv_status rows_of(vv_list_reader *list, uint64_t index, uint64_t items, uint64_t *row,
			 uint64_t *rows, vv_error *err)
{
	vv_status rc = first_row(row, list, index, err);

	if (rc < 0 || (rc = first_row(rows, list, index + items, err)) < 0) return rc;
	*rows -= *row;
	return VV_OK;
}

static vv_status take_segments(vv_changed_groups *out, const vv_list_changes *c, vv_list_reader *a,
			       vv_list_reader *b, vv_error *err)
{
	out->segments = vv_calloc(c->share_count + 1, sizeof(*out->segments));
	if (!out->segments) return vv_fail_nomem(err);
	for (size_t i = 0; i < c->share_count; i++) {
		vv_segment *g = &out->segments[i];
		const vv_list_share *s = &c->shares[i];
		uint64_t rows;
		vv_status rc = rows_of(a, s->old_index, s->items, &g->old_row, &g->rows, err);

		if (rc == VV_OK) {
			rc = rows_of(b, s->new_index, s->items, &g->new_row, &rows, err);
		}
		if (rc < 0) return rc;
		out->segment_count++;
	}
	return VV_OK;
}

static vv_status compare(vv_changed_groups *out, vv_table *a, vv_table *b, bool share_nodes,
			 vv_error *err)
{
	vv_auto(vv_list_reader) *x = NULL, *y = NULL;
	vv_auto(vv_list_changes) c = {.old_items = NULL};
	vv_status rc;

	memset(out, 0, sizeof(*out));
	if ((rc = open_list(&x, a, err)) == VV_OK && (rc = open_list(&y, b, err)) == VV_OK) {
		rc = share_nodes ? vv_list_compare(&c, x, y, err)
				 : vv_list_compare_none(&c, x, y, err);
	}
	if (rc == VV_OK &&
	    (rc = take_groups(c.old_items, c.old_count, &out->old_groups, &out->old_count, err)) ==
		    VV_OK &&
	    (rc = take_groups(c.new_items, c.new_count, &out->new_groups, &out->new_count, err)) ==
		    VV_OK) {
		rc = take_segments(out, &c, x, y, err);
	}
	if (rc < 0) {
		vv_changed_groups_clear(out);
	}
	return rc;
}

vv_status vv_changed_groups_find(vv_changed_groups *out, vv_table *a, vv_table *b, vv_error *err)
{
	return compare(out, a, b, true, err);
}

vv_status vv_changed_groups_all(vv_changed_groups *out, vv_table *a, vv_table *b, vv_error *err)
{
	return compare(out, a, b, false, err);
}

void vv_changed_groups_clear(vv_changed_groups *r)
{
	vv_free_all(r->old_groups, r->new_groups, r->segments);
	memset(r, 0, sizeof(*r));
}

vv_status vv_table_repeats_groups(bool *out, const vv_table *t, vv_error *err)
{
	vv_auto(vv_list_reader) *r = NULL;
	vv_auto_free vv_hash128 *hashes = NULL;
	vv_list_item item;
	uint64_t count, weight;
	size_t n = 0;
	int more = 0;
	vv_status rc = open_list(&r, t, err);

	*out = false;
	if (rc < 0) return rc;
	vv_list_totals(r, &count, &weight);
	hashes = vv_calloc((size_t)count + 1, sizeof(*hashes));
	if (!hashes) return vv_fail_nomem(err);
	while (n < count && (more = vv_list_next(r, &item, err)) > 0) {
		hashes[n++] = vv_xxh3_128(item.bytes, item.len, 0);
	}
	rc = more < 0 ? (vv_status)more : VV_OK;
	qsort(hashes, n, sizeof(*hashes), vv_hash128_order);
	for (size_t i = 1; i < n && !*out; i++) {
		*out = vv_hash128_equal(hashes[i], hashes[i - 1]);
	}
	return rc;
}
