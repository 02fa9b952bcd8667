/*
 * changed_groups: which rows the groups have that two data lists share.
 */
#include "diff/rows/changed_groups.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/hash.h"
#include "base/sys.h"
#include "dataset/table/walk.h"

static vv_status open_list(vv_list_reader **out, const vv_table *t, vv_error *err)
{
	return vv_list_reader_open(out, VV_LIST_DATA, &t->source, t->root.data.data,
				   t->root.data.len, err);
}

static vv_status compare_lists(vv_changed_groups *out, vv_table *a, vv_table *b, bool share,
			       vv_error *err)
{
	vv_auto(vv_list_reader) *x = NULL, *y = NULL;
	vv_auto(vv_list_changes) c = {0};
	vv_status rc;

	memset(out, 0, sizeof(*out));
	if ((rc = open_list(&x, a, err)) < 0 || (rc = open_list(&y, b, err)) < 0 ||
	    (rc = vv_list_compare(&c, x, y, share, err)) < 0) {
		return rc;
	}
	out->segments = vv_calloc(c.share_count + 1, sizeof(*out->segments));
	if (!out->segments) return vv_fail_nomem(err);
	vv_array_each(c.shares, c.share_count, s) {
		out->segments[out->segment_count++] = (vv_segment){s->old_row, s->new_row, s->rows};
	}
	out->old_groups = vv_take(&c.old_items);
	out->old_count = c.old_count;
	out->new_groups = vv_take(&c.new_items);
	out->new_count = c.new_count;
	return VV_OK;
}

vv_status vv_changed_groups_find(vv_changed_groups *out, vv_table *a, vv_table *b, vv_error *err)
{
	return compare_lists(out, a, b, true, err);
}

vv_status vv_changed_groups_all(vv_changed_groups *out, vv_table *a, vv_table *b, vv_error *err)
{
	return compare_lists(out, a, b, false, err);
}

void vv_changed_groups_clear(vv_changed_groups *r)
{
	vv_free_all(r->old_groups, r->new_groups, r->segments);
	memset(r, 0, sizeof(*r));
}

vv_status vv_table_repeats_groups(bool *out, const vv_table *t, vv_error *err)
{
	vv_auto(vv_list_walk) w = vv_list_walk_open(t, VV_LIST_DATA, err);
	uint64_t count, weight;
	size_t n = 0;

	*out = false;
	if (w.rc < 0) return w.rc;
	vv_list_totals(w.reader, &count, &weight);
	vv_auto_free vv_hash128 *hashes = vv_calloc((size_t)count + 1, sizeof(*hashes));
	if (!hashes) return vv_fail_nomem(err);
	while (n < count && vv_list_walk_next(&w)) {
		hashes[n++] = vv_xxh3_128(w.item.bytes, w.item.len, 0);
	}
	qsort(hashes, n, sizeof(*hashes), vv_hash128_order);
	for (size_t i = 1; i < n && !*out; i++) {
		*out = vv_hash128_equal(hashes[i], hashes[i - 1]);
	}
	return w.rc;
}
