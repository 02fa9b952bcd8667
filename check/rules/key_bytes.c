/*
 * key_bytes: writes a key as bytes, equal for equal values, and notes missing parts.
 */
#include "check/rules/key_bytes.h"

#include "base/hash.h"
#include "check/rules/cells.h"
#include "check/rules/check.h"
#include "dataset/table/table.h"

#define MEMORY ((uint64_t)48 << 20)

bool check_key_bytes(vv_buf *out, vv_buf *scratch, const check_plan *p, const check_key_of *key,
		     const vv_cell *const *cells, size_t row, bool *whole)
{
	*whole = true;
	for (size_t i = 0; i < key->count; i++) {
		const vv_cell *cell = &cells[i][row];
		const vv_field *f = p->columns[key->columns[i]].field;

		if (!f) {
			f = &p->table->schema.fields[p->columns[key->columns[i]].place];
		}
		if (cell->state == VV_CELL_ABSENT || cell->state == VV_CELL_NULL ||
		    vv_field_missing(f, cell)) {
			*whole = false;
			vv_buf_put(out, "\xff\xff\xff\xff", 4); /* the length of no value */
		} else if (!vv_value_put_key(out, scratch, f, cell, p->json)) {
			return false;
		}
	}
	return !out->failed;
}

vv_status check_key_each(check_run *r, check_worker *w, const check_group *g,
			 const check_key_of *key, check_key_fn fn, void *payload, vv_error *err)
{
	vv_auto_free const vv_cell **cells = vv_calloc(key->count + 1, sizeof(*cells));
	vv_auto(vv_buf) scratch = VV_BUF_INIT;
	const uint8_t *truths = NULL;
	vv_status rc = cells ? VV_OK : vv_fail_nomem(err);

	for (size_t i = 0; i < key->count && rc == VV_OK; i++) {
		rc = vv_row_block_cells(w->block, r->plan.columns[key->columns[i]].place, &cells[i],
					err);
	}
	if (rc == VV_OK && key->where) {
		rc = vv_row_block_judge(w->block, key->where, w->conditions, &truths, err);
	}
	for (size_t row = 0; row < g->rows && rc == VV_OK; row++) {
		bool whole;

		if ((w->pass_blank && w->blank[row]) || (truths && truths[row] != VV_TRUE)) {
			continue;
		}
		vv_buf_reset(&w->key);
		rc = check_key_bytes(&w->key, &scratch, &r->plan, key, cells, row, &whole)
			     ? fn(payload, row, whole, err)
			     : vv_fail_nomem(err);
	}
	return rc;
}

vv_status check_key_group(check_run *r, check_worker *w, vv_batch *batch, size_t i,
			  const check_key_of *key, check_key_fn fn, void *payload, vv_error *err)
{
	check_group g;
	vv_status rc = check_load(r, w, batch, i, &g, err);

	if (rc < 0) return rc;
	if ((rc = check_blank(w, &r->plan, &g, err)) == VV_OK) {
		rc = check_key_each(r, w, &g, key, fn, payload, err);
	}
	check_unload(&g);
	return rc;
}

uint64_t check_key_hash(const vv_buf *key, uint64_t seed)
{
	uint64_t h = vv_xxh3(key->data, key->len, seed) >> CHECK_GROUP_BITS;

	return h == CHECK_NO_KEY ? 0 : h;
}

uint64_t check_key_memory(const check_run *r)
{
	return r->o->memory > 0 ? r->o->memory : MEMORY;
}
