/*
 * cut: after which row a group ends.
 *
 * The mask loosens in three steps, so that groups are neither tiny nor far above
 * the target: with random rows a group has 1.29 x rows of them in the mean, and the one that a row is in 1.44 x.
 */
#include "dataset/format/cut.h"

#include "base/array.h"
#include "base/hash.h"

/* Bytes of cells in `rows` rows, at most: with the factor 1.29 above and the
 * rounding to a power of two, groups of 50 to 100 KB. Larger ones are smaller when compressed, column by column, and
 * read faster, but cost more where a row changes. */
#define TARGET_BYTES 78000u
#define ROWS_DEFAULT 512u
#define ROWS_MAX (1u << 20)

void vv_cut_init(vv_cut *c, const vv_cut_params *params)
{
	*c = (vv_cut){.params = params};
}

static uint64_t hash_cell(const vv_cell *cell, uint64_t seed)
{
	return vv_xxh3(cell->len ? cell->text : "", cell->len, seed + cell->state);
}

/* Absent cells at a row's end do not count, so that it does not matter when a
 * column of a JSON table became known. */
static uint64_t hash_row(const vv_cut_params *p, const vv_cell *cells, size_t columns)
{
	static const vv_cell absent = {.state = VV_CELL_ABSENT};
	uint64_t h = 0;

	for (size_t i = 0; i < p->column_count; i++) {
		size_t place = p->columns[i];

		h = hash_cell(place < columns ? &cells[place] : &absent, h * 31);
	}
	if (p->column_count > 0) return h;
	while (columns > 0 && cells[columns - 1].state == VV_CELL_ABSENT) {
		columns--;
	}
	vv_array_each(cells, columns, cell) {
		h = hash_cell(cell, h * 31);
	}
	return h;
}

/* The bits of the hash that must be zero for a cut after n rows. */
static uint64_t mask_at(uint64_t n, uint64_t target)
{
	uint64_t span;

	if (n < target) {
		span = 2 * target;
	} else if (n < 2 * target) {
		span = target / 2;
	} else {
		span = target / 8;
	}

	return span == 0 ? 0 : span - 1;
}

bool vv_cut_row(vv_cut *c, const vv_cell *cells, size_t columns, uint64_t cell_bytes)
{
	const uint64_t target = c->params->rows;
	bool cut;

	c->rows++;
	c->bytes += cell_bytes;
	if (c->rows >= 4 * target || c->bytes >= VV_CELLS_MAX) {
		cut = true;
	} else if (c->rows < target / 2) {
		cut = false;
	} else {
		cut = (hash_row(c->params, cells, columns) & mask_at(c->rows, target)) == 0;
	}
	if (cut) {
		vv_cut_init(c, c->params);
	}
	return cut;
}

uint32_t vv_cut_rows_for(uint64_t cell_bytes, uint64_t rows)
{
	uint32_t target = 1;

	if (rows == 0 || cell_bytes == 0) return ROWS_DEFAULT;
	/* in sixteenths of a byte */
	uint64_t per_row = cell_bytes / rows * 16 + cell_bytes % rows * 16 / rows;
	if (per_row == 0) {
		per_row = 1;
	}
	while (target < ROWS_MAX && (uint64_t)target * 2 <= (uint64_t)TARGET_BYTES * 16 / per_row) {
		target *= 2;
	}
	return target;
}
