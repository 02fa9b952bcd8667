/*
 * respelling: the two rows of a pair may differ in any column, but nearly all rows with one value of a column must have the same
 * new value there. Tables with the same columns and other things fail this in some column: equal votes in one place are
 * different votes in another.
 */
#include "diff/rows/match_steps.h"

#include <string.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/sys.h"
#include "diff/rows/columns.h"
#include "diff/rows/value.h"

/* Fewer rows prove nothing. */
#define ROWS_MIN 16u
/* At most one pair in this many may be doubtful. */
#define DOUBTFUL_PART 10u

#define HASH_LEN 16u
/* Cells of a pair: column (4), hashes of the old and of the new value (16 + 16), number of the pair (8). */
#define CELLS_LEN 44u
#define CELLS_OLD 4u
#define CELLS_NEW (CELLS_OLD + HASH_LEN)
#define CELLS_PAIR (CELLS_NEW + HASH_LEN)
/* A doubt: number of the pair (8), whether it is about the key (1). */
#define DOUBT_LEN 9u

typedef struct paired_rows {
	uint64_t old_row, new_row;
} paired_rows;

typedef struct respelling {
	vv_rowdiff *d;
	paired_rows *rows; /* the pairs; ascending by both rows */
	size_t row_count, row_cap;
	size_t *columns[2]; /* those that both sides have */
	const vv_field **fields[2];
	bool *of_key;
	size_t count;
	vv_sorter *cells, *doubts;
	vv_buf text;
	/* the pairs whose value changed, among those with one old value of a column, ordered by new value; and the end of each
	 * run of one new value */
	uint64_t *pairs;
	size_t pair_count, pair_cap;
	size_t *ends;
	size_t end_count, end_cap;
} respelling;

static void respelling_clear(respelling *r)
{
	for (int side = 0; side < 2; side++) {
		vv_free_all(r->columns[side], r->fields[side]);
	}
	vv_free_all(r->rows, r->of_key, r->pairs, r->ends);
	vv_sorter_free(r->cells);
	vv_sorter_free(r->doubts);
	vv_buf_clear(&r->text);
}
VV_AUTO_CLEAR(respelling, respelling_clear)

static vv_status respelling_init(respelling *r, vv_rowdiff *d, vv_error *err)
{
	const vv_columns *c = d->opts.columns;

	*r = (respelling){.d = d, .text = VV_BUF_FOR(&d->scratch)};
	for (int side = 0; side < 2; side++) {
		r->columns[side] = vv_calloc(c->count + 1, sizeof(*r->columns[side]));
		r->fields[side] = vv_calloc(c->count + 1, sizeof(*r->fields[side]));
		if (!r->columns[side] || !r->fields[side]) return vv_fail_nomem(err);
	}
	r->of_key = vv_calloc(c->count + 1, sizeof(*r->of_key));
	if (!r->of_key) return vv_fail_nomem(err);
	vv_array_each(c->pairs, c->count, pair) {
		if (pair->a < 0 || pair->b < 0) {
			continue;
		}
		for (int side = 0; side < 2; side++) {
			r->columns[side][r->count] = (size_t)(side == 0 ? pair->a : pair->b);
			r->fields[side][r->count] = digest_field(d, side, (size_t)pair->a,
								 (size_t)pair->b);
		}
		r->of_key[r->count++] = vv_array_has(d->key_b, d->key_count, (size_t)pair->b);
	}
	return VV_OK;
}

static void add_doubt(respelling *r, uint64_t pair, bool of_key)
{
	uint8_t record[DOUBT_LEN];

	vv_put_be64(record, pair);
	record[8] = of_key;
	vv_sorter_add(r->doubts, record);
}

/* Writes the hash of a value. Returns whether the cell has one. */
static bool put_value(respelling *r, uint8_t *out, int side, size_t column, const vv_cell *cells)
{
	const vv_field *f = r->fields[side][column];
	const vv_cell c = rowdiff_cell(r->d, f, &cells[r->columns[side][column]]);

	vv_buf_reset(&r->text);
	vv_value_put_canonical(&r->text, f, &c);
	vv_hash128_write(out, vv_xxh3_128(vv_buf_cstr(&r->text), r->text.len, r->d->seed));
	return c.state != VV_CELL_NULL && c.state != VV_CELL_ABSENT && c.len > 0 &&
	       !vv_field_missing(f, &c);
}

/* A pair without an equal value outside of the key counts against the whole, but its key may be certain. */
static void add_pair(respelling *r, uint64_t pair, const vv_cell *old_cells,
		     const vv_cell *new_cells)
{
	bool any = false;

	for (size_t i = 0; i < r->count; i++) {
		uint8_t record[CELLS_LEN];

		vv_put_be32(record, (uint32_t)i);
		const bool filled = put_value(r, record + CELLS_OLD, 0, i, old_cells);
		(void)put_value(r, record + CELLS_NEW, 1, i, new_cells);
		vv_put_be64(record + CELLS_PAIR, pair);
		any |= filled && !r->of_key[i] &&
		       memcmp(record + CELLS_OLD, record + CELLS_NEW, HASH_LEN) == 0;
		vv_sorter_add(r->cells, record);
	}
	if (!any) {
		add_doubt(r, pair, false);
	}
}

/* --- which rows are pairs -------------------------------------------------------------------- */

static vv_status note_rows(respelling *r, uint64_t old_row, uint64_t new_row, vv_error *err)
{
	const paired_rows one = {old_row, new_row};

	return vv_array_add(r->rows, r->row_count, r->row_cap, one) ? VV_OK : vv_fail_nomem(err);
}

static uint64_t next_row(vv_sorter *list)
{
	const uint8_t *p = vv_sorter_next(list);

	return p ? vv_get_be64(p) : UINT64_MAX;
}

/* The k-th removed row with the k-th added row. */
static vv_status pair_each(respelling *r, vv_sorter *gone, vv_sorter *added, vv_error *err)
{
	vv_status rc = VV_OK;

	for (;;) {
		const uint64_t x = next_row(gone), y = next_row(added);

		if (rc < 0 || x == UINT64_MAX || y == UINT64_MAX) return rc;
		rc = note_rows(r, x, y, err);
	}
}

/* The rows that are alike, as in a table without a key. */
static vv_status pair_alike(respelling *r, vv_sorter *gone, vv_sorter *added, vv_error *err)
{
	vv_rowdiff *d = r->d;
	row_gap *g = &d->gap;
	uint64_t x = next_row(gone), y = next_row(added);
	vv_status rc = VV_OK;

	rowdiff_gap_begin(g, 0);
	for (uint64_t i = 0; rc == VV_OK && i < d->a->root.rows; i++) {
		rc = rowdiff_gap_remove(g, i, err);
	}
	g->first = 0;
	g->added = d->b->root.rows;
	rc = rc < 0 ? rc : rowdiff_gap_match(d, err);
	for (size_t i = 0; i < g->pair_count; i++) {
		for (uint64_t k = 0; rc == VV_OK && k < g->pairs[i].rows; k++) {
			const uint64_t old_row = g->pairs[i].old_row + k,
				       new_row = g->pairs[i].new_row + k;

			while (x < old_row) {
				x = next_row(gone);
			}
			while (y < new_row) {
				y = next_row(added);
			}
			rc = x == old_row && y == new_row ? note_rows(r, x, y, err) : VV_OK;
		}
	}
	rowdiff_gap_clear(g);
	return rc;
}

/* --- whether they are respelled ---------------------------------------------------------------- */

static vv_status read_pairs(respelling *r, vv_error *err)
{
	vv_rowdiff *d = r->d;
	const vv_cell *old_cells, *new_cells;
	vv_status rc;

	for (size_t i = 0; i < r->row_count; i++) {
		rc = vv_row_by_number_get(&d->rows_a, r->rows[i].old_row, &old_cells, err);
		rc = rc < 0 ? rc
			    : vv_row_by_number_get(&d->rows_b, r->rows[i].new_row, &new_cells, err);
		if (rc < 0) return rc;
		add_pair(r, i, old_cells, new_cells);
	}
	return VV_OK;
}

/* Judges the new values of one old value, which `rows` pairs have: one that a single pair has, or fewer than half, is not its
 * new spelling. */
static void judge_value(respelling *r, size_t column, uint64_t rows)
{
	size_t from = 0;

	for (size_t i = 0; i < r->end_count; i++) {
		const size_t same = r->ends[i] - from;

		if (same < 2 || same * 2 <= rows) {
			for (size_t k = from; k < r->ends[i]; k++) {
				add_doubt(r, r->pairs[k], r->of_key[column]);
			}
		}
		from = r->ends[i];
	}
	r->pair_count = r->end_count = 0;
}

/* Notes the pair if its value changed. is_new: to another value than in the record before. */
static bool note_change(respelling *r, const uint8_t *record, bool is_new)
{
	if (memcmp(record + CELLS_OLD, record + CELLS_NEW, HASH_LEN) == 0) return true;
	if (!vv_array_add(r->pairs, r->pair_count, r->pair_cap, vv_get_be64(record + CELLS_PAIR))) {
		return false;
	}
	if (is_new || r->end_count == 0) {
		return vv_array_add(r->ends, r->end_count, r->end_cap, r->pair_count);
	}
	r->ends[r->end_count - 1] = r->pair_count;
	return true;
}

static vv_status judge_values(respelling *r, vv_error *err)
{
	uint8_t last[CELLS_PAIR] = {0};
	uint64_t rows = 0;

	for (const uint8_t *p; (p = vv_sorter_next(r->cells)) != NULL;) {
		const bool is_new = memcmp(last, p, CELLS_PAIR) != 0;

		if (rows > 0 && memcmp(last, p, CELLS_NEW) != 0) {
			judge_value(r, vv_get_be32(last), rows);
			rows = 0;
		}
		if (!note_change(r, p, is_new)) return vv_fail_nomem(err);
		memcpy(last, p, CELLS_PAIR);
		rows++;
	}
	if (rows > 0) {
		judge_value(r, vv_get_be32(last), rows);
	}
	return vv_sorter_ok(r->cells, err);
}

static uint64_t count_doubtful(respelling *r)
{
	uint64_t last = UINT64_MAX, count = 0;

	for (const uint8_t *p; (p = vv_sorter_next(r->doubts)) != NULL;) {
		count += vv_get_be64(p) != last;
		last = vv_get_be64(p);
	}
	vv_sorter_rewind(r->doubts);
	return count;
}

/* The next pair whose key is in doubt; UINT64_MAX: none follows. */
static uint64_t next_doubt(respelling *r)
{
	const uint8_t *p = vv_sorter_next(r->doubts);

	while (p && !p[8]) {
		p = vv_sorter_next(r->doubts);
	}
	return p ? vv_get_be64(p) : UINT64_MAX;
}

static vv_status put_pairs(respelling *r, vv_sorter *out, vv_error *err)
{
	uint64_t doubt = next_doubt(r);

	for (size_t i = 0; i < r->row_count; i++) {
		uint8_t pair[ROWDIFF_PAIR_LEN] = {0};

		while (doubt < i) {
			doubt = next_doubt(r);
		}
		if (doubt != i) {
			vv_put_be64(pair, r->rows[i].old_row);
			vv_put_be64(pair + 8, r->rows[i].new_row);
			vv_sorter_add(out, pair);
		}
	}
	const vv_status rc = vv_sorter_ok(r->doubts, err);
	return rc < 0 ? rc : vv_sorter_ok(out, err);
}

/* Adds the pairs to `out`, unless too many of `most` possible ones are in doubt. */
static vv_status judge_pairs(respelling *r, uint64_t most, vv_sorter *out, vv_error *err)
{
	vv_rowdiff *d = r->d;
	const char *dir = d->opts.temp_dir;
	vv_status rc;

	vv_sorter_free(r->cells);
	vv_sorter_free(r->doubts);
	r->cells = r->doubts = NULL;
	if ((rc = vv_sorter_new(&r->cells, CELLS_LEN, CELLS_LEN, rowdiff_memory(d, 4), dir, err)) <
		    0 ||
	    (rc = vv_sorter_new(&r->doubts, DOUBT_LEN, DOUBT_LEN, rowdiff_memory(d, 8), dir, err)) <
		    0 ||
	    (rc = read_pairs(r, err)) < 0 || (rc = judge_values(r, err)) < 0) {
		return rc;
	}
	const uint64_t doubtful = count_doubtful(r) + most - r->row_count;
	rc = vv_sorter_ok(r->doubts, err);
	return rc < 0 || doubtful > most / DOUBTFUL_PART ? rc : put_pairs(r, out, err);
}

vv_status rowdiff_respelled(vv_rowdiff *d, vv_sorter *gone, vv_sorter *added, vv_sorter *pairs,
			    vv_error *err)
{
	static vv_status (*const ways[])(respelling * r, vv_sorter * gone, vv_sorter * added,
					 vv_error * err) = {pair_each, pair_alike};
	const uint64_t olds = vv_sorter_count(gone), news = vv_sorter_count(added);
	const uint64_t most = olds < news ? olds : news;
	vv_auto(respelling) r = {0};
	vv_status rc;

	if (most < ROWS_MIN) return VV_OK;
	rc = respelling_init(&r, d, err);
	for (size_t i = 0; rc == VV_OK && i < 2 && vv_sorter_count(pairs) == 0; i++) {
		r.row_count = 0;
		rc = ways[i](&r, gone, added, err);
		vv_sorter_rewind(gone);
		vv_sorter_rewind(added);
		rc = rc < 0 ? rc : judge_pairs(&r, most, pairs, err);
	}
	if (rc < 0 || (rc = vv_sorter_ok(gone, err)) < 0) return rc;
	return vv_sorter_ok(added, err);
}
