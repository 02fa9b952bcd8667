/*
 * key_bytes: what is missing in a key, and that values that are equal give equal bytes.
 */
#include "check/rules/key_bytes.h"

#include "base/hash.h"

#define MEMORY ((uint64_t)48 << 20)

bool check_key_bytes(vv_buf *out, vv_buf *scratch, const check_plan *p, const size_t *columns,
		     size_t count, const vv_cell *const *cells, size_t row, bool *whole)
{
	*whole = true;
	for (size_t i = 0; i < count; i++) {
		const vv_cell *cell = &cells[i][row];
		const vv_field *f = p->columns[columns[i]].field;

		if (!f) {
			f = &p->table->schema.fields[p->columns[columns[i]].place];
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

vv_status check_key_cells(check_run *r, const check_group *g, const size_t *columns, size_t count,
			  vv_arena *arena, const vv_cell ***out, vv_error *err)
{
	const vv_cell **lists = vv_arena_calloc(arena, count + 1, sizeof(*lists));

	*out = lists;
	if (!lists) return vv_fail_nomem(err);
	for (size_t i = 0; i < count; i++) {
		vv_cell *cells = vv_arena_alloc(arena, (g->rows + 1) * sizeof(*cells));

		if (!cells) return vv_fail_nomem(err);
		vv_status rc = check_group_column(g, r->plan.columns[columns[i]].place, cells, 1,
						  arena, err);
		if (rc < 0) return rc;
		lists[i] = cells;
	}
	return VV_OK;
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
