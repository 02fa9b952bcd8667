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

/* The cells of a column of the table. */
static vv_cell *column_cells(check_worker *w, const check_group *g, size_t place, vv_error *err)
{
	vv_cell *cells = vv_arena_alloc(&w->arena, (g->rows + 1) * sizeof(*cells));

	if (!cells) {
		vv_fail_nomem(err);
		return NULL;
	}
	return check_group_column(g, place, cells, 1, &w->arena, err) < 0 ? NULL : cells;
}

/* Empties the key's cells of rows that do not meet the condition. */
static vv_status leave_out(check_run *r, check_worker *w, const check_group *g,
			   const vv_condition *where, vv_cell **lists, size_t count, vv_error *err)
{
	const check_plan *p = &r->plan;
	size_t field_count;
	const size_t *fields = vv_condition_columns(where, &field_count);
	vv_cell *row = vv_arena_calloc(&w->arena, p->schema->count + 1, sizeof(*row));
	vv_cell **read = vv_arena_calloc(&w->arena, field_count + 1, sizeof(vv_cell *));

	if (!row || !read) return vv_fail_nomem(err);
	for (size_t i = 0; i < field_count; i++) {
		size_t column = p->of_field[fields[i]];

		row[fields[i]].state = VV_CELL_ABSENT;
		if (column != SIZE_MAX &&
		    !(read[i] = column_cells(w, g, p->columns[column].place, err))) {
			return err->code;
		}
	}
	for (size_t at = 0; at < g->rows; at++) {
		for (size_t i = 0; i < field_count; i++) {
			if (read[i]) {
				row[fields[i]] = read[i][at];
			}
		}
		if (vv_condition_eval(where, w->conditions, row) == VV_TRUE) {
			continue;
		}
		for (size_t i = 0; i < count; i++) {
			lists[i][at] = (vv_cell){.state = VV_CELL_ABSENT};
		}
	}
	return vv_condition_failed(w->conditions) ? vv_fail_nomem(err) : VV_OK;
}

vv_status check_key_cells(check_run *r, check_worker *w, const check_group *g,
			  const size_t *columns, size_t count, const vv_condition *where,
			  const vv_cell ***out, vv_error *err)
{
	vv_cell **lists = vv_arena_calloc(&w->arena, count + 1, sizeof(vv_cell *));
	vv_error own;

	err = err ? err : &own;
	*out = (const vv_cell **)(void *)lists;
	if (!lists) return vv_fail_nomem(err);
	for (size_t i = 0; i < count; i++) {
		if (!(lists[i] = column_cells(w, g, r->plan.columns[columns[i]].place, err))) {
			return err->code;
		}
	}
	return where ? leave_out(r, w, g, where, lists, count, err) : VV_OK;
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
