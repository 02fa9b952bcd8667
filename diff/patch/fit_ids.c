/*
 * fit_ids: knows which rows of the target have a hash that the patch asks for.
 */
#include <string.h>

#include "base/sys.h"
#include "diff/patch/fit_internal.h"

static fit_id *slot(fit_id *table, size_t cap, vv_hash128 h)
{
	size_t i = (size_t)h.lo & (cap - 1);
	while (table[i].wanted && (table[i].hash.lo != h.lo || table[i].hash.hi != h.hi)) {
		i = (i + 1) & (cap - 1);
	}
	return &table[i];
}

vv_status fit_ids_want(fit_ids *ids, vv_hash128 hash, vv_error *err)
{
	if ((ids->count + 1) * 2 > ids->cap) {
		size_t cap = ids->cap ? ids->cap * 2 : 64;
		fit_id *p = vv_calloc(cap, sizeof(*p));
		if (!p) {
			return vv_fail_nomem(err);
		}
		for (size_t i = 0; i < ids->cap; i++) {
			if (ids->table[i].wanted) {
				*slot(p, cap, ids->table[i].hash) = ids->table[i];
			}
		}
		vv_free(ids->table);
		ids->table = p;
		ids->cap = cap;
	}
	fit_id *id = slot(ids->table, ids->cap, hash);
	ids->count += !id->wanted;
	id->wanted = true;
	id->hash = hash;
	return VV_OK;
}

fit_id *fit_ids_find(const fit_ids *ids, vv_hash128 hash)
{
	fit_id *id = ids->cap ? slot(ids->table, ids->cap, hash) : NULL;
	return id && id->wanted ? id : NULL;
}

vv_status fit_ids_add(fit_ids *ids, fit_id *id, uint64_t row, vv_error *err)
{
	if (ids->row_count == ids->row_cap) {
		size_t cap = ids->row_cap ? ids->row_cap * 2 : 64;
		fit_row *p = vv_realloc_array(ids->rows, cap, sizeof(*p));
		if (!p) {
			return vv_fail_nomem(err);
		}
		ids->rows = p;
		ids->row_cap = cap;
	}
	ids->rows[ids->row_count++] = (fit_row){.row = row};
	if (id->last > 0) {
		ids->rows[id->last - 1].next = ids->row_count;
	} else {
		id->first = ids->row_count;
	}
	id->last = ids->row_count;
	return VV_OK;
}

fit_row *fit_ids_nearest(const fit_ids *ids, vv_hash128 hash, uint64_t place, bool unused)
{
	const fit_id *id = fit_ids_find(ids, hash);
	fit_row *best = NULL;
	uint64_t distance = UINT64_MAX;
	for (size_t i = id ? id->first : 0; i > 0; i = ids->rows[i - 1].next) {
		fit_row *r = &ids->rows[i - 1];
		uint64_t d = r->row > place ? r->row - place : place - r->row;
		/* of two that are as near the lower one: tables grow rather than shrink */
		if (d <= distance && !(unused && r->used)) {
			distance = d;
			best = r;
		}
	}
	return best;
}

void fit_ids_clear(fit_ids *ids)
{
	vv_free(ids->table);
	vv_free(ids->rows);
	*ids = (fit_ids){0};
}
