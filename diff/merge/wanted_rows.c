/*
 * wanted_rows: hashes of rows in an index, and for each a list of its rows.
 */
#include "diff/merge/wanted_rows.h"

#include "base/array.h"
#include "base/sys.h"

wanted_id *wanted_rows_find(const wanted_rows *ids, vv_hash128 hash)
{
	vv_hash_probe p = vv_hash_probe_begin(&ids->by_hash, hash.lo);
	size_t place;
	while (vv_hash_probe_next(&p, &place)) {
		if (ids->list[place].hash.lo == hash.lo && ids->list[place].hash.hi == hash.hi) {
			return &ids->list[place];
		}
	}
	return NULL;
}

vv_status wanted_rows_want(wanted_rows *ids, vv_hash128 hash, vv_error *err)
{
	if (wanted_rows_find(ids, hash)) return VV_OK;
	if (!vv_array_room(ids->list, ids->count, ids->cap) ||
	    !vv_hash_index_add(&ids->by_hash, hash.lo, ids->count)) {
		return vv_fail_nomem(err);
	}
	ids->list[ids->count++] = (wanted_id){.hash = hash};
	return VV_OK;
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
	vv_free(ids->list);
	vv_free(ids->rows);
	*ids = (wanted_rows){0};
}
