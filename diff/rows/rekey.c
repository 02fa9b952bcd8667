/*
 * rekey: finds a removed and an added row that are one row whose key changed: all their other cells
 * (the rest) have the same values, and these leave no doubt.
 *
 * No doubt: the rest is not empty, it is in no other row of the groups that differ, and nearly all
 * rows there have a rest of their own. A table of days and measurements, for example, fails the
 * last: equal values on two days prove nothing.
 */
#include "diff/rows/match_steps.h"

#include <string.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/sys.h"
#include "dataset/table/walk.h"
#include "diff/rows/columns.h"
#include "diff/rows/same_values.h"
#include "diff/rows/value.h"

#define HASH_LEN 16u
/* A row's rest: its hash (16), side (1), whether only this side has the row's key (1), row (8), hash of the value that the
 * rest lacks (16). */
#define REST_LEN 42u
/* A pair found: old row (8), new row (8), hashes of the values that the two rests lack (16 + 16). */
#define PAIR_LEN ROWDIFF_PAIR_LEN
#define PAIR_VALUES 16u
#define ROW_LEN 8u
/* Rows that may share their rest with another, where few rows were read; beyond that one in
 * SHARED_PART. */
#define SHARED_MIN 2u
#define SHARED_PART 10u
#define WHOLE_KEY SIZE_MAX

typedef struct rest {
	vv_rowdiff *d;
	size_t *columns[2]; /* those outside of the key that both sides have; after them, `part` */
	const vv_field **fields[2];
	size_t count;
	size_t part; /* 1: one column of the key is left out, and its values are hashed apart; else 0 */
	uint64_t least; /* fewer pairs prove nothing */
	vv_buf text;
} rest;

static bool is_left_out(const vv_rowdiff *d, size_t part, size_t column)
{
	return part == WHOLE_KEY ? vv_array_has(d->key_b, d->key_count, column)
				 : d->key_b[part] == column;
}

static void rest_put_column(rest *r, size_t place, size_t a, size_t b)
{
	for (int side = 0; side < 2; side++) {
		r->columns[side][place] = side == 0 ? a : b;
		r->fields[side][place] = digest_field(r->d, side, a, b);
	}
}

/* part: the column of the key that the rest lacks, by its place in the key; WHOLE_KEY: it lacks all of them. */
static vv_status rest_init(rest *r, vv_rowdiff *d, size_t part, vv_error *err)
{
	const vv_columns *c = d->opts.columns;
	*r = (rest){.d = d, .text = VV_BUF_FOR(&d->scratch)};
	for (int side = 0; side < 2; side++) {
		r->columns[side] = vv_calloc(c->count + 1, sizeof(*r->columns[side]));
		r->fields[side] = vv_calloc(c->count + 1, sizeof(*r->fields[side]));
		if (!r->columns[side] || !r->fields[side]) return vv_fail_nomem(err);
	}
	vv_array_each(c->pairs, c->count, pair) {
		if (pair->a >= 0 && pair->b >= 0 && !is_left_out(d, part, (size_t)pair->b)) {
			rest_put_column(r, r->count++, (size_t)pair->a, (size_t)pair->b);
		}
	}
	if (part != WHOLE_KEY) {
		rest_put_column(r, r->count, d->key_a[part], d->key_b[part]);
		r->part = 1;
		/* else rows of the next month would be paired with those of this month */
		r->least = d->a->root.rows / 2;
	}
	return VV_OK;
}

static void rest_clear(rest *r)
{
	for (int side = 0; side < 2; side++) {
		vv_free_all(r->columns[side], r->fields[side]);
	}
	vv_buf_clear(&r->text);
}
VV_AUTO_CLEAR(rest, rest_clear)

static bool is_filled(const vv_field *f, const vv_cell *c)
{
	return c->state != VV_CELL_NULL && c->state != VV_CELL_ABSENT && c->len > 0 &&
	       !vv_field_missing(f, c);
}

/* Sets r->text to the values of count columns from `first` on. Returns whether any is filled. */
static bool rest_read(rest *r, int side, const vv_cell *cells, size_t first, size_t count)
{
	bool filled = false;
	vv_buf_reset(&r->text);
	for (size_t i = first; i < first + count; i++) {
		const vv_field *f = r->fields[side][i];
		vv_cell c = rowdiff_cell(r->d, f, &cells[r->columns[side][i]]);
		filled = filled || is_filled(f, &c);
		vv_value_put_canonical(&r->text, f, &c);
	}
	return filled;
}

static void rest_put_hash(const rest *r, uint8_t *out)
{
	vv_hash128_write(out, vv_xxh3_128(vv_buf_cstr(&r->text), r->text.len, r->d->seed));
}

/* Writes the hash of the value that the rest lacks. */
static void rest_put_value(rest *r, uint8_t *out, int side, const vv_cell *cells)
{
	if (r->part > 0) {
		(void)rest_read(r, side, cells, r->count, r->part);
		rest_put_hash(r, out);
	}
}

/* Adds the record of a row, unless its rest is empty. */
static void rest_add(rest *r, vv_sorter *out, int side, const vv_cell *cells, uint64_t row,
		     bool lone)
{
	uint8_t record[REST_LEN] = {0};
	if (!rest_read(r, side, cells, 0, r->count)) return;
	rest_put_hash(r, record);
	record[16] = (uint8_t)side;
	record[17] = lone;
	vv_put_be64(record + 18, row);
	rest_put_value(r, record + 26, side, cells);
	vv_sorter_add(out, record);
}

/* Rows of one rest. */
typedef struct alike {
	uint64_t count[2], lone[2], row[2];
	uint8_t value[2][HASH_LEN]; /* row and value: the last of each side */
} alike;

static void alike_add(alike *g, const uint8_t *record)
{
	int side = record[16] & 1;
	g->count[side]++;
	g->lone[side] += record[17];
	g->row[side] = vv_get_be64(record + 18);
	memcpy(g->value[side], record + 26, HASH_LEN);
}

static bool is_pair(const alike *g)
{
	return g->count[0] == 1 && g->count[1] == 1 && g->lone[0] == 1 && g->lone[1] == 1;
}

/* Goes through the rests in order: pairs into `pairs` (may be NULL). *shared: old rows that
 * have their rest not for themselves. */
static void find_pairs(vv_sorter *rests, vv_sorter *pairs, uint64_t *found, uint64_t *shared)
{
	uint8_t last[HASH_LEN] = {0};
	alike g = {.count = {0}};
	const uint8_t *p;
	*found = *shared = 0;
	do {
		p = vv_sorter_next(rests);
		if (!p || memcmp(last, p, HASH_LEN) != 0) {
			uint8_t pair[PAIR_LEN];
			*shared += g.count[0] > 1 ? g.count[0] : 0;
			if (is_pair(&g)) {
				vv_put_be64(pair, g.row[0]);
				vv_put_be64(pair + 8, g.row[1]);
				memcpy(pair + PAIR_VALUES, g.value, sizeof(g.value));
				if (pairs) {
					vv_sorter_add(pairs, pair);
				}
				(*found)++;
			}
			g = (alike){.count = {0}};
		}
		if (p) {
			memcpy(last, p, HASH_LEN);
			alike_add(&g, p);
		}
	} while (p);
}

/* Is there any pair, if one looks at nothing but the rows that only one side has? Most
 * differences are done with here. */
static vv_status may_pair(rest *r, vv_sorter *const lone[2], bool *may, vv_error *err)
{
	vv_auto(vv_sorter) *rests = NULL;
	uint64_t found = 0, shared;
	vv_status rc;
	if ((rc = vv_sorter_new(&rests, REST_LEN, REST_LEN, rowdiff_memory(r->d, 8),
				r->d->opts.temp_dir, err)) < 0) {
		return rc;
	}
	for (int side = 0; side < 2; side++) {
		vv_row_by_number *f = side == 0 ? &r->d->rows_a : &r->d->rows_b;
		const vv_cell *cells;
		for (const uint8_t *p; (p = vv_sorter_next(lone[side])) != NULL;) {
			const uint64_t row = vv_get_be64(p);
			if ((rc = vv_row_by_number_get(f, row, &cells, err)) < 0) return rc;
			rest_add(r, rests, side, cells, row, true);
		}
		vv_sorter_rewind(lone[side]);
	}
	find_pairs(rests, NULL, &found, &shared);
	*may = found > r->least;
	return vv_sorter_ok(rests, err);
}

/* The next row of the list; UINT64_MAX at its end. */
static uint64_t next_row(vv_sorter *list)
{
	const uint8_t *p = vv_sorter_next(list);
	return p ? vv_get_be64(p) : UINT64_MAX;
}

/* The rests of all rows of a side's groups that the other side does not have. */
static vv_status add_groups(rest *r, vv_sorter *out, int side, vv_sorter *lone, uint64_t *rows,
			    vv_error *err)
{
	const vv_changed_groups *g = &r->d->changed;
	const vv_changed_group *groups = side == 0 ? g->old_groups : g->new_groups;
	size_t count = side == 0 ? g->old_count : g->new_count;
	vv_auto(vv_group_walk) w = vv_group_walk_open(side == 0 ? r->d->a : r->d->b,
						      r->columns[side], r->count + r->part, err);
	const vv_batch *b = &w.batch;
	uint64_t next = next_row(lone);
	for (size_t i = 0; i < count && vv_group_walk_to(&w, groups[i].row); i++) {
		for (size_t k = 0; k < b->rows; k++) {
			const uint64_t row = b->first_row + k;
			const bool is = row == next; /* both ascend */
			rest_add(r, out, side, &b->cells[k * b->columns], row, is);
			next = is ? next_row(lone) : next;
		}
		*rows += b->rows;
	}
	vv_sorter_rewind(lone);
	return w.rc;
}

/* The pairs among all rows read; none if their rests do not distinguish rows. */
static vv_status sure_pairs(rest *r, vv_sorter *const lone[2], vv_sorter *pairs, bool *sure,
			    vv_error *err)
{
	vv_auto(vv_sorter) *rests = NULL;
	uint64_t rows[2] = {0}, found = 0, shared = 0;
	vv_status rc;
	if ((rc = vv_sorter_new(&rests, REST_LEN, REST_LEN, rowdiff_memory(r->d, 4),
				r->d->opts.temp_dir, err)) < 0 ||
	    (rc = add_groups(r, rests, 0, lone[0], &rows[0], err)) < 0 ||
	    (rc = add_groups(r, rests, 1, lone[1], &rows[1], err)) < 0) {
		return rc;
	}
	find_pairs(rests, pairs, &found, &shared);
	*sure = found > r->least && shared <= SHARED_MIN + rows[0] / SHARED_PART;
	rc = vv_sorter_ok(rests, err);
	return rc < 0 ? rc : vv_sorter_ok(pairs, err);
}

/* Replaces the list by itself without the rows of `out`; both ascend. */
static vv_status take_out(vv_rowdiff *d, vv_sorter **list, vv_sorter *out, vv_error *err)
{
	vv_auto(vv_sorter) *left = NULL;
	vv_status rc;
	if ((rc = vv_sorter_new(&left, ROW_LEN, ROW_LEN, rowdiff_memory(d, 8), d->opts.temp_dir,
				err)) < 0) {
		return rc;
	}
	uint64_t next = next_row(out);
	for (const uint8_t *p; (p = vv_sorter_next(*list)) != NULL;) {
		if (vv_get_be64(p) == next) {
			next = next_row(out);
		} else {
			vv_sorter_add(left, p);
		}
	}
	if ((rc = vv_sorter_ok(*list, err)) < 0 || (rc = vv_sorter_ok(out, err)) < 0) return rc;
	vv_sorter_free(*list);
	return vv_hand_over(list, &left);
}

/* The pairs, which are ascending by old row, become rows that both sides have. */
static vv_status take_pairs(vv_rowdiff *d, vv_sorter *pairs, vv_sorter **gone, vv_sorter **added,
			    vv_sorter *kept, vv_error *err)
{
	vv_auto(vv_sorter) *news = NULL;
	vv_status rc;
	if ((rc = vv_sorter_new(&news, ROW_LEN, ROW_LEN, rowdiff_memory(d, 8), d->opts.temp_dir,
				err)) < 0) {
		return rc;
	}
	for (const uint8_t *pair; (pair = vv_sorter_next(pairs)) != NULL;) {
		const vv_segment rows = {vv_get_be64(pair), vv_get_be64(pair + 8), 1};
		rowdiff_keep(kept, &rows, PAIR_REKEYED);
		vv_sorter_add(news, pair + 8);
	}
	vv_sorter_rewind(pairs);
	rc = take_out(d, gone, pairs, err);
	return rc < 0 ? rc : take_out(d, added, news, err);
}

static bool are_left(vv_sorter *gone, vv_sorter *added)
{
	return vv_sorter_count(gone) > 0 && vv_sorter_count(added) > 0;
}

/* Takes out those rows that have the same rest. out: the pairs; may be NULL. */
static vv_status pair_by_rest(rest *r, vv_sorter **gone, vv_sorter **added, vv_sorter *kept,
			      vv_sorter **out, vv_error *err)
{
	vv_rowdiff *d = r->d;
	vv_sorter *lone[2] = {*gone, *added};
	vv_auto(vv_sorter) *pairs = NULL;
	bool go_on = false;
	vv_status rc;
	if (out) {
		*out = NULL;
	}
	if ((rc = may_pair(r, lone, &go_on, err)) < 0 || !go_on) return rc;
	if ((rc = vv_sorter_new(&pairs, PAIR_LEN, ROW_LEN, rowdiff_memory(d, 8), d->opts.temp_dir,
				err)) == VV_OK &&
	    (rc = sure_pairs(r, lone, pairs, &go_on, err)) == VV_OK && go_on) {
		rc = take_pairs(d, pairs, gone, added, kept, err);
	}
	return rc == VV_OK && out && go_on ? vv_hand_over(out, &pairs) : rc;
}

/* --- a key that was respelled as a whole ------------------------------------------- */

/* Nearly no row has a key of before: but for one in ten all are gone, and as many added. */
#define RESPELLED_PART 10u
/* Most rows have no key of before, and these are not few. */
#define MOSTLY_PART 2u
#define MOSTLY_MIN 16u
/* So much of the values of a column of text is common to both versions, each value once. */
#define TELLING_MIN 60u
#define TELLING_SURE 90u /* where many rows kept their keys */
#define TELLING_COLUMNS 64u

/* Have all rows but one in `part` no key of before? */
static bool are_respelled(const vv_rowdiff *d, vv_sorter *gone, vv_sorter *added, uint64_t part)
{
	uint64_t olds = d->a->root.rows, news = d->b->root.rows;
	return vv_sorter_count(gone) >= olds - olds / part &&
	       vv_sorter_count(added) >= news - news / part;
}

/* The text column that distinguishes rows in both versions and has the most values in common, at least `least` percent;
 * r->count: none. */
static vv_status find_telling(const rest *r, unsigned least, size_t *out, vv_error *err)
{
	size_t count = 0, places[TELLING_COLUMNS];
	unsigned best = least - 1;
	vv_value_set sets[2][TELLING_COLUMNS] = {0};
	vv_status rc = VV_OK;
	*out = r->count;
	for (size_t i = 0; i < r->count && count < TELLING_COLUMNS; i++) {
		if (r->fields[0][i]->type == VV_TYPE_STRING &&
		    r->fields[1][i]->type == VV_TYPE_STRING) {
			for (int side = 0; side < 2; side++) {
				sets[side][count] = (vv_value_set){.columns = {r->columns[side][i]},
								   .count = 1};
			}
			places[count++] = i;
		}
	}
	if (count > 0 && (rc = vv_value_sets_read(sets[0], count, r->d->a, err)) == VV_OK) {
		rc = vv_value_sets_read(sets[1], count, r->d->b, err);
	}
	for (size_t i = 0; i < count && rc == VV_OK; i++) {
		unsigned like = vv_value_sets_likeness(&sets[0][i], &sets[1][i]);
		if (like > best) {
			best = like;
			*out = places[i];
		}
	}
	vv_value_sets_clear(sets[0], count);
	vv_value_sets_clear(sets[1], count);
	return rc;
}

/* Rows are found by that column alone: the other cells may have changed, too. */
static vv_status pair_by_telling(rest *r, unsigned least, vv_sorter **gone, vv_sorter **added,
				 vv_sorter *kept, vv_error *err)
{
	size_t at;
	vv_status rc = find_telling(r, least, &at, err);
	if (rc < 0 || at == r->count) return rc;
	for (int side = 0; side < 2; side++) {
		r->columns[side][0] = r->columns[side][at];
		r->fields[side][0] = r->fields[side][at];
	}
	r->count = 1;
	return pair_by_rest(r, gone, added, kept, NULL, err);
}

/* --- a key of several columns, one of which was respelled ---------------------------- */

/* A value and its new name: hashes (16 + 16). */
#define NAME_LEN 32u
/* A row: hash of its value (16), hash of the key's other values (16), row (8). */
#define NAMED_LEN 40u

/* Lists the values and the new names that the pairs show; back: the new names and the values. Sets *one to whether each of
 * the first is one of the second. */
static vv_status list_names(vv_rowdiff *d, vv_sorter *pairs, bool back, vv_sorter **out, bool *one,
			    vv_error *err)
{
	uint8_t last[NAME_LEN] = {0};
	vv_auto(vv_sorter) *names = NULL;
	vv_status rc = vv_sorter_new(&names, NAME_LEN, NAME_LEN, rowdiff_memory(d, 8),
				     d->opts.temp_dir, err);

	if (rc < 0) return rc;
	vv_sorter_rewind(pairs);
	for (const uint8_t *p; (p = vv_sorter_next(pairs)) != NULL;) {
		uint8_t name[NAME_LEN];

		memcpy(name + (back ? HASH_LEN : 0), p + PAIR_VALUES, HASH_LEN);
		memcpy(name + (back ? 0 : HASH_LEN), p + PAIR_VALUES + HASH_LEN, HASH_LEN);
		vv_sorter_add(names, name);
	}
	*one = true;
	for (const uint8_t *p; (p = vv_sorter_next(names)) != NULL;) {
		*one = *one && (memcmp(last, p, HASH_LEN) != 0 || memcmp(last, p, NAME_LEN) == 0);
		memcpy(last, p, NAME_LEN);
	}
	vv_sorter_rewind(names);
	rc = vv_sorter_ok(names, err);
	return rc < 0 ? rc : vv_hand_over(out, &names);
}

/* Sets *out to the names that the pairs show; NULL: a value has two of them, or two values one. */
static vv_status find_names(vv_rowdiff *d, vv_sorter *pairs, vv_sorter **out, vv_error *err)
{
	vv_auto(vv_sorter) *forth = NULL, *back = NULL;
	bool one = false;
	vv_status rc = list_names(d, pairs, false, &forth, &one, err);

	*out = NULL;
	if (rc < 0 || !one || (rc = list_names(d, pairs, true, &back, &one, err)) < 0 || !one) {
		return rc;
	}
	return vv_hand_over(out, &forth);
}

/* Reads a row that is left. r: the key without the respelled column. */
static vv_status read_named(rest *r, int side, uint64_t row, uint8_t out[NAMED_LEN], vv_error *err)
{
	vv_rowdiff *d = r->d;
	const vv_cell *cells;
	vv_status rc = vv_row_by_number_get(side == 0 ? &d->rows_a : &d->rows_b, row, &cells, err);

	if (rc < 0) return rc;
	rest_put_value(r, out, side, cells);
	(void)rest_read(r, side, cells, 0, r->count);
	rest_put_hash(r, out + HASH_LEN);
	vv_put_be64(out + NAME_LEN, row);
	return VV_OK;
}

/* Adds a row under the key that it has in the new version. */
static void add_named(vv_rowdiff *d, vv_sorter *out, int side, const uint8_t *row,
		      const uint8_t *name)
{
	uint8_t record[REST_LEN] = {0}, key[NAME_LEN];

	memcpy(key, row + HASH_LEN, HASH_LEN);
	memcpy(key + HASH_LEN, name, HASH_LEN);
	vv_hash128_write(record, vv_xxh3_128(key, sizeof(key), d->seed));
	record[16] = (uint8_t)side;
	record[17] = 1;
	memcpy(record + 18, row + NAME_LEN, ROW_LEN);
	vv_sorter_add(out, record);
}

/* Adds the old rows that are left, if their value has a new name. */
static vv_status add_old_named(rest *key, vv_sorter *names, vv_sorter *gone, vv_sorter *out,
			       vv_error *err)
{
	vv_auto(vv_sorter) *rows = NULL;
	uint8_t record[NAMED_LEN];
	vv_status rc = vv_sorter_new(&rows, NAMED_LEN, NAMED_LEN, rowdiff_memory(key->d, 8),
				     key->d->opts.temp_dir, err);

	if (rc < 0) return rc;
	for (uint64_t row; (row = next_row(gone)) != UINT64_MAX;) {
		if ((rc = read_named(key, 0, row, record, err)) < 0) return rc;
		vv_sorter_add(rows, record);
	}
	vv_sorter_rewind(gone);
	const uint8_t *name = vv_sorter_next(names);
	for (const uint8_t *p; (p = vv_sorter_next(rows)) != NULL;) {
		while (name && memcmp(name, p, HASH_LEN) < 0) {
			name = vv_sorter_next(names);
		}
		if (name && memcmp(name, p, HASH_LEN) == 0) {
			add_named(key->d, out, 0, p, name + HASH_LEN);
		}
	}
	rc = vv_sorter_ok(names, err);
	return rc < 0 ? rc : vv_sorter_ok(rows, err);
}

/* Pairs the rows that are left by the names that the pairs show: other cells of these rows changed, too. */
static vv_status pair_by_names(rest *key, vv_sorter *names, vv_sorter **gone, vv_sorter **added,
			       vv_sorter *kept, vv_error *err)
{
	vv_rowdiff *d = key->d;
	vv_auto(vv_sorter) *rests = NULL, *pairs = NULL;
	uint8_t record[NAMED_LEN];
	uint64_t found = 0, shared = 0;
	vv_status rc;

	if ((rc = vv_sorter_new(&rests, REST_LEN, REST_LEN, rowdiff_memory(d, 8), d->opts.temp_dir,
				err)) < 0 ||
	    (rc = vv_sorter_new(&pairs, PAIR_LEN, ROW_LEN, rowdiff_memory(d, 8), d->opts.temp_dir,
				err)) < 0 ||
	    (rc = add_old_named(key, names, *gone, rests, err)) < 0) {
		return rc;
	}
	for (uint64_t row; (row = next_row(*added)) != UINT64_MAX;) {
		if ((rc = read_named(key, 1, row, record, err)) < 0) return rc;
		add_named(d, rests, 1, record, record);
	}
	vv_sorter_rewind(*added);
	find_pairs(rests, pairs, &found, &shared);
	if ((rc = vv_sorter_ok(rests, err)) < 0 || (rc = vv_sorter_ok(pairs, err)) < 0) return rc;
	return found > 0 ? take_pairs(d, pairs, gone, added, kept, err) : VV_OK;
}

/* Narrows the rest to the other columns of the key. */
static void keep_key(rest *r, size_t part)
{
	const vv_rowdiff *d = r->d;

	r->count = 0;
	for (size_t k = 0; k < d->key_count; k++) {
		if (k != part) {
			rest_put_column(r, r->count++, d->key_a[k], d->key_b[k]);
		}
	}
	rest_put_column(r, r->count, d->key_a[part], d->key_b[part]);
}

/* Pairs rows that are equal but for one column of the key. If that column's values were renamed one to one, rows whose
 * other cells changed as well are found by the new names. */
static vv_status pair_by_part(vv_rowdiff *d, size_t part, vv_sorter **gone, vv_sorter **added,
			      vv_sorter *kept, vv_error *err)
{
	vv_auto(rest) r = {0};
	vv_auto(vv_sorter) *pairs = NULL, *names = NULL;
	vv_status rc;

	if ((rc = rest_init(&r, d, part, err)) < 0 ||
	    (rc = pair_by_rest(&r, gone, added, kept, &pairs, err)) < 0 || !pairs ||
	    !are_left(*gone, *added) || (rc = find_names(d, pairs, &names, err)) < 0 || !names) {
		return rc;
	}
	keep_key(&r, part);
	return pair_by_names(&r, names, gone, added, kept, err);
}

static vv_status pair_by_parts(vv_rowdiff *d, vv_sorter **gone, vv_sorter **added, vv_sorter *kept,
			       vv_error *err)
{
	vv_status rc = VV_OK;

	for (size_t k = 0; k < d->key_count && rc == VV_OK && are_left(*gone, *added); k++) {
		rc = pair_by_part(d, k, gone, added, kept, err);
	}
	return rc;
}

/* Pairs the rows of which several values were respelled. */
static vv_status pair_in_order(vv_rowdiff *d, vv_sorter **gone, vv_sorter **added, vv_sorter *kept,
			       vv_error *err)
{
	vv_auto(vv_sorter) *pairs = NULL;
	vv_status rc = vv_sorter_new(&pairs, PAIR_LEN, ROW_LEN, rowdiff_memory(d, 8),
				     d->opts.temp_dir, err);

	if (rc < 0 || (rc = rowdiff_respelled(d, *gone, *added, pairs, err)) < 0) return rc;
	return vv_sorter_count(pairs) > 0 ? take_pairs(d, pairs, gone, added, kept, err) : VV_OK;
}

vv_status rowdiff_rekey(vv_rowdiff *d, vv_sorter **gone, vv_sorter **added, vv_sorter *kept,
			vv_error *err)
{
	vv_auto(rest) r = {0};
	vv_status rc;
	if (d->key_count == 0 || !are_left(*gone, *added)) return VV_OK;
	const bool respelled = are_respelled(d, *gone, *added, RESPELLED_PART),
		   mostly = respelled || (vv_sorter_count(*gone) >= MOSTLY_MIN &&
					  are_respelled(d, *gone, *added, MOSTLY_PART));
	if (respelled && d->key_count > 1 && (rc = pair_by_parts(d, gone, added, kept, err)) < 0) {
		return rc;
	}
	if (!are_left(*gone, *added)) return VV_OK;
	if ((rc = rest_init(&r, d, WHOLE_KEY, err)) < 0 || r.count == 0 ||
	    (rc = pair_by_rest(&r, gone, added, kept, NULL, err)) < 0) {
		return rc;
	}
	if (mostly && are_left(*gone, *added)) {
		const unsigned least = respelled ? TELLING_MIN : TELLING_SURE;

		rc = pair_by_telling(&r, least, gone, added, kept, err);
	}
	return rc == VV_OK && respelled && are_left(*gone, *added)
		       ? pair_in_order(d, gone, added, kept, err)
		       : rc;
}
