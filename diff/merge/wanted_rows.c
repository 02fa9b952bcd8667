/*
 * wanted_rows: indexes the hashes of rows, with a list of the rows of each hash.
 */
#include "diff/merge/wanted_rows.h"

#include "base/array.h"
#include "base/sys.h"

wanted_id *wanted_rows_find(const wanted_rows *ids, vv_hash128 hash)
{
	return vv_hash_find(ids->list, &ids->by_hash, hash.lo, id,
			    vv_hash128_equal(id->hash, hash));
}

vv_status wanted_rows_want(wanted_rows *ids, vv_hash128 hash, vv_error *err)
{
	return wanted_rows_find(ids, hash) ||
			       vv_hash_add(ids->list, ids->count, ids->cap, &ids->by_hash, hash.lo,
					   (wanted_id){.hash = hash})
		       ? VV_OK
		       : vv_fail_nomem(err);
}

vv_status wanted_rows_add(wanted_rows *ids, wanted_id *id, uint64_t row, vv_error *err)
{
	if (!vv_array_add(ids->rows, ids->row_count, ids->row_cap, (wanted_row){.row = row})) {
		return vv_fail_nomem(err);
	}
	if (id->last > 0) {
		ids->rows[id->last - 1].next = ids->row_count;
	} else {
		id->first = ids->row_count;
	}
	id->last = ids->row_count;
	return VV_OK;
}

wanted_row *wanted_rows_nearest(const wanted_rows *ids, vv_hash128 hash, uint64_t place,
				bool unused)
{
	const wanted_id *id = wanted_rows_find(ids, hash);
	wanted_row *best = NULL;
	uint64_t distance = UINT64_MAX;
	for (size_t i = id ? id->first : 0; i > 0; i = ids->rows[i - 1].next) {
		wanted_row *r = &ids->rows[i - 1];
		uint64_t d = r->row > place ? r->row - place : place - r->row;
		/* of two that are as near the lower one: tables grow rather than shrink */
		if (d <= distance && !(unused && r->used)) {
			distance = d;
			best = r;
		}
	}
	return best;
}

void wanted_rows_clear(wanted_rows *ids)
{
	vv_hash_index_clear(&ids->by_hash);
	vv_free_all(ids->list, ids->rows);
	*ids = (wanted_rows){0};
}
