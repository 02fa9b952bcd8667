/*
 * match: matches the rows of base with those of a side, as runs of rows: as few as there are
 * changes of order, so that memory follows the changes and not the table. Among equal rows without
 * a key any may be the removed one: the code chooses one that the other side did not change, if
 * possible.
 */
#include "diff/merge/steps.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/hash.h"
#include "base/sys.h"
#include "dataset/format/form.h"
#include "dataset/read/sorter.h"
#include "dataset/table/walk.h"
#include "diff/merge/rekeyed.h"
#include "diff/merge/state.h"
#include "diff/merge/twins.h"
#include "diff/rows/rowdiff.h"
#include "diff/rows/value.h"

/* A side is another table if fewer than one in this many rows are common. */
#define COMMON_MIN 10u

static int by_new_row(const void *a, const void *b)
{
	const merge_run *x = a, *y = b;
	return x->new_row < y->new_row ? -1 : x->new_row > y->new_row;
}

static void told_clear(merge_told *t)
{
	vv_free_all(t->pairs, t->gone, t->added, t->changed, t->rekeyed);
}

static vv_status told_add(merge_told *t, const vv_row_change *c, vv_error *err)
{
	if (c->kind == VV_ROW_ADDED) {
		return merge_row_add(&t->added, &t->added_count, &t->added_cap, c->new_row, err);
	}
	if (c->kind == VV_ROW_REMOVED) {
		return merge_row_add(&t->gone, &t->gone_count, &t->gone_cap, c->old_row, err);
	}
	vv_status rc = VV_OK;
	if (c->rekeyed && (rc = merge_row_add(&t->rekeyed, &t->rekeyed_count, &t->rekeyed_cap,
					      c->old_row, err)) < 0) {
		return rc;
	}
	if (c->kind == VV_ROW_CHANGED) {
		rc = merge_row_add(&t->changed, &t->changed_count, &t->changed_cap, c->old_row,
				   err);
	}
	return rc < 0 ? rc
		      : merge_run_add(&t->pairs, &t->pair_count, &t->pair_cap,
				      (merge_run){c->old_row, c->new_row, 1}, err);
}

/* Compares base with the side; notes in which columns values were edited. */
static vv_status compare_side(merge *m, merge_side *s, merge_told *t, vv_error *err)
{
	vv_auto(vv_rowdiff) *d = NULL;
	vv_row_change c;
	const char *key[VV_KEY_COLUMNS_MAX + 1] = {NULL};
	for (size_t i = 0; i < m->key_count; i++) {
		key[i] = s->table->schema.fields[s->key[i]].name;
	}
	vv_rowdiff_options opts = {.key = key,
				   .columns = &s->columns,
				   /* ours has rows that may only seem to be rows of base */
				   .rekeyed = !(m->opts->part && s == &m->side[m->ours]),
				   .everything = true,
				   .blind_moves = true,
				   .temp_dir = m->opts->temp_dir,
				   .pool = m->opts->pool,
				   .progress = m->opts->progress};
	vv_status rc = vv_rowdiff_open(&d, merge_base(m), s->table, &opts, err);
	if (rc < 0) return rc;
	while (vv_rowdiff_next(d, &c, &rc, err)) {
		rc = told_add(t, &c, err);
	}
	const vv_rowdiff_stats *stats = vv_rowdiff_stats_get(d);
	for (size_t i = 0; rc == VV_OK && i < s->columns.count; i++) {
		const vv_column_pair *p = &s->columns.pairs[i];
		if (p->a >= 0 && p->b >= 0) {
			s->edited[p->a] = stats->column_changes[i] > 0;
		}
	}
	return rc;
}

/* How far from row `at` on no reported row comes: pairs (their old or new rows) and single
 * rows, both ascending; *pair and *one are moved past those reported rows that begin at `at`. */
static uint64_t free_rows(uint64_t *at, const merge_told *t, bool old, size_t *pair, size_t *one,
			  uint64_t end)
{
	const uint64_t *list = old ? t->gone : t->added;
	size_t count = old ? t->gone_count : t->added_count;
	for (;;) {
		uint64_t p;

		if (*pair < t->pair_count) {
			p = old ? t->pairs[*pair].old_row : t->pairs[*pair].new_row;
		} else {
			p = end;
		}
		uint64_t o = *one < count ? list[*one] : end;
		if (*at < end && p == *at) {
			(*pair)++;
		} else if (*at < end && o == *at) {
			(*one)++;
		} else {
			return (p < o ? p : o) - *at;
		}
		(*at)++;
	}
}

/* Base's unreported rows match the side's unreported rows, in order. */
static vv_status make_runs(merge_side *s, merge_told *t, uint64_t old_rows, uint64_t new_rows,
			   vv_error *err)
{
	size_t cap = 0, old_pair = 0, new_pair = 0, gone = 0, added = 0, runs = 0;
	merge_run *list = NULL;
	vv_auto_free merge_run *by_new = vv_calloc(t->pair_count + 1, sizeof(*by_new));
	uint64_t a = 0, b = 0;
	vv_status rc = VV_OK;
	if (!by_new) return vv_fail_nomem(err);
	merge_list_sort(t->pairs, t->pair_count, sizeof(*t->pairs), vv_u64_order);
	merge_list_sort(t->gone, t->gone_count, sizeof(*t->gone), vv_u64_order);
	merge_list_sort(t->added, t->added_count, sizeof(*t->added), vv_u64_order);
	if (t->pair_count > 0) {
		memcpy(by_new, t->pairs, t->pair_count * sizeof(*by_new));
	}
	merge_list_sort(by_new, t->pair_count, sizeof(*by_new), by_new_row);
	merge_told n = {.pairs = by_new,
			.pair_count = t->pair_count,
			.added = t->added,
			.added_count = t->added_count};
	for (size_t i = 0; i < t->pair_count; i++) {
		if ((rc = merge_run_add(&list, &runs, &cap, t->pairs[i], err)) < 0) {
			break;
		}
	}
	while (rc == VV_OK) {
		uint64_t x = free_rows(&a, t, true, &old_pair, &gone, old_rows);
		uint64_t y = free_rows(&b, &n, false, &new_pair, &added, new_rows);
		uint64_t len = x < y ? x : y;
		if (len == 0) {
			rc = x == y ? VV_OK
				    : vv_fail(err, VV_ECORRUPT,
					      "the row counts of the compared versions do not add "
					      "up; this is a bug of varve");
			break;
		}
		rc = merge_run_add(&list, &runs, &cap, (merge_run){a, b, len}, err);
		a += len;
		b += len;
	}
	s->by_old = list;
	s->run_count = runs;
	s->gone = t->gone_count;
	s->added = t->added_count;
	return rc;
}

/* Joins neighbouring runs, and makes the second order. */
static vv_status order_runs(merge_side *s, vv_error *err)
{
	size_t n = 0;
	merge_list_sort(s->by_old, s->run_count, sizeof(*s->by_old), vv_u64_order);
	for (size_t i = 0; i < s->run_count; i++) {
		merge_run *last = n > 0 ? &s->by_old[n - 1] : NULL, r = s->by_old[i];
		if (last && last->old_row + last->rows == r.old_row &&
		    last->new_row + last->rows == r.new_row) {
			last->rows += r.rows;
			continue;
		}
		s->reordered |= last && r.new_row < last->new_row;
		s->by_old[n++] = r;
	}
	s->run_count = n;
	s->by_new = vv_calloc(n + 1, sizeof(*s->by_new));
	if (!s->by_new) return vv_fail_nomem(err);
	if (n > 0) {
		memcpy(s->by_new, s->by_old, n * sizeof(*s->by_new));
	}
	merge_list_sort(s->by_new, n, sizeof(*s->by_new), by_new_row);
	return VV_OK;
}

/* by_above contains places in blocks while this sorts them. */
typedef struct placed {
	uint64_t above;
	size_t at;
} placed;

/* The rows that no run has, as blocks. */
static vv_status make_blocks(merge_side *s, vv_error *err)
{
	uint64_t at = 0, before = 0, above = 0;
	vv_auto_free placed *order = vv_calloc(s->run_count + 1, sizeof(*order));
	s->blocks = vv_calloc(s->run_count + 1, sizeof(*s->blocks));
	s->by_above = vv_calloc(s->run_count + 1, sizeof(*s->by_above));
	if (!order || !s->blocks || !s->by_above) return vv_fail_nomem(err);
	for (size_t i = 0; i <= s->run_count; i++) {
		uint64_t next = i < s->run_count ? s->by_new[i].new_row : s->table->root.rows;
		if (next > at) {
			order[s->block_count] = (placed){above, s->block_count};
			s->blocks[s->block_count++] = (merge_block){
				.above = above, .row = at, .rows = next - at, .before = before};
			before += next - at;
		}
		if (i < s->run_count) {
			at = next + s->by_new[i].rows;
			above = s->by_new[i].old_row + s->by_new[i].rows;
		}
	}
	merge_list_sort(order, s->block_count, sizeof(*order), vv_u64_order);
	for (size_t i = 0; i < s->block_count; i++) {
		s->by_above[i] = order[i].at;
	}
	return VV_OK;
}

/* --- groups ---------------------------------------------------------------- */

/* secret: so that hostile data cannot make two groups look equal. */
static vv_status load_groups(merge_groups *g, vv_table *t, uint64_t secret, vv_error *err)
{
	vv_auto(vv_list_walk) data = vv_list_walk_open(t, VV_LIST_DATA, err);
	vv_auto(vv_list_walk) layout = vv_list_walk_open(t, VV_LIST_LAYOUT, err);
	const vv_list_item *a = &data.item, *b = &layout.item;
	while (vv_list_walk_next(&data) && vv_list_walk_beside(&layout, &data)) {
		if (!vv_array_add(g->list, g->count, g->cap,
				  (merge_group){.row = a->before,
						.data = vv_xxh3_128(a->bytes, a->len, secret),
						.layout = vv_xxh3(b->bytes, b->len, secret),
						.plain = b->len > 0 && b->bytes[0] < 0x20})) {
			return vv_fail_nomem(err);
		}
	}
	return data.rc < 0 ? data.rc : layout.rc;
}

/* Do the two have a group in common? Out of memory counts as yes. */
static bool share_group(const merge_groups *a, const merge_groups *b)
{
	vv_auto_free vv_hash128 *names = vv_calloc(a->count + 1, sizeof(*names));
	if (!names) return true;
	for (size_t i = 0; i < a->count; i++) {
		names[i] = a->list[i].data;
	}
	merge_list_sort(names, a->count, sizeof(*names), vv_hash128_order);
	return a->count > 0 &&
	       vv_array_find(b->list, b->count, it,
			     bsearch(&it->data, names, a->count, sizeof(*names), vv_hash128_order));
}

/* Without a common column rows cannot be matched with base's. */
static bool shares_column(const merge *m, const merge_side *s)
{
	return vv_array_find(s->from_base, merge_base(m)->columns, it, *it >= 0) != NULL;
}

bool merge_is_other_table(merge *m, const merge_side *s)
{
	if (!shares_column(m, s)) return true;
	uint64_t old_rows = merge_base(m)->root.rows, rows = s->table->root.rows,
		 common = old_rows - s->gone;
	bool few = common < old_rows / COMMON_MIN + (old_rows % COMMON_MIN != 0) &&
		   common < rows / COMMON_MIN + (rows % COMMON_MIN != 0);
	return few && !share_group(&m->side[MERGE_BASE].groups, &s->groups);
}

/* --- the whole ------------------------------------------------------------- */

static vv_status tell_side(merge *m, merge_side *s, merge_told *t, vv_error *err)
{
	vv_status rc;

	vv_row_by_number_init(&s->rows, s->table, VV_ROW_GROUPS_MAX, true);
	if (merge_base(m)) return compare_side(m, s, t, err);
	for (uint64_t i = 0; i < s->table->root.rows; i++) {
		if ((rc = merge_row_add(&t->added, &t->added_count, &t->added_cap, i, err)) < 0) {
			return rc;
		}
	}
	return VV_OK;
}

static vv_status match_rows_of_side(merge *m, merge_side *s, merge_told *t, vv_error *err)
{
	vv_status rc = make_runs(s, t, merge_base(m) ? merge_base(m)->root.rows : 0,
				 s->table->root.rows, err);
	merge_list_sort(t->changed, t->changed_count, sizeof(*t->changed), vv_u64_order);
	s->changed = t->changed;
	s->changed_count = t->changed_count;
	t->changed = NULL;
	s->exact = merge_base(m) && vv_form_is_typed(merge_base(m)->root.dialect.form) ==
					    vv_form_is_typed(s->table->root.dialect.form);
	s->same_places = vv_columns_same_places(&s->columns);
	if (rc < 0 || (rc = order_runs(s, err)) < 0 || (rc = make_blocks(s, err)) < 0) return rc;
	return load_groups(&s->groups, s->table, m->opts->secret, err);
}

/* After other rows were treated as the removed ones. */
static vv_status order_again(merge_side *s, vv_error *err)
{
	vv_free_all(s->by_new, s->blocks, s->by_above);
	s->by_new = NULL;
	s->blocks = NULL;
	s->by_above = NULL;
	s->block_count = 0;
	s->at_old = 0;
	vv_status rc = order_runs(s, err);
	return rc < 0 ? rc : make_blocks(s, err);
}

/* --- which of equal rows ---------------------------------------------------------- */

/* So far a block of removed rows is moved at most. */
#define SLIDE_MAX 65536u

/* Is one of these rows of base changed on the side? */
static bool any_changed(const merge_side *s, uint64_t from, uint64_t end)
{
	size_t lo = vv_first_place(i, s->changed_count, s->changed[i] < from);
	return lo < s->changed_count && s->changed[lo] < end;
}

static vv_status same_rows_of_base(merge *m, uint64_t a, uint64_t b, bool *out, vv_error *err)
{
	const vv_cell *x, *y;
	vv_status rc;
	if ((rc = vv_row_by_number_get(&m->side[MERGE_BASE].rows, a, &x, err)) < 0 ||
	    (rc = vv_row_by_number_get(&m->side[MERGE_BASE].rows, b, &y, err)) < 0) {
		return rc;
	}
	*out = true;
	for (size_t i = 0; i < merge_base(m)->columns && *out; i++) {
		*out = vv_cell_equal(&x[i], &y[i]);
	}
	return VV_OK;
}

/* How far up (or down) the removed rows between two runs go until the other side has changed
 * none of them; 0: they do not. A row enters the block where an equal one leaves it. */
static vv_status find_place(merge *m, size_t which, const merge_run *prev, const merge_run *next,
			    bool up, uint64_t *steps, vv_error *err)
{
	const merge_side *s = &m->side[which], *other = &m->side[1 - which];
	uint64_t from = prev->old_row + prev->rows, end = next->old_row,
		 max = up ? prev->rows : next->rows;
	bool same = true;
	vv_status rc = VV_OK;
	*steps = 0;
	for (uint64_t k = 1; k <= max && k <= SLIDE_MAX && *steps == 0; k++) {
		uint64_t enters = up ? from - k : end + k - 1, leaves = up ? end - k : from + k - 1;
		if (any_changed(s, enters, enters + 1)) {
			break;
		}
		if ((rc = same_rows_of_base(m, enters, leaves, &same, err)) < 0 || !same) {
			break;
		}
		if (up ? !any_changed(other, from - k, end - k)
		       : !any_changed(other, from + k, end + k)) {
			*steps = k;
		}
	}
	return rc;
}

static vv_status slide_between(merge *m, size_t which, merge_run *prev, merge_run *next,
			       bool *moved, vv_error *err)
{
	uint64_t from = prev->old_row + prev->rows, steps;
	bool up = true;
	if (from == next->old_row || prev->new_row + prev->rows != next->new_row ||
	    !any_changed(&m->side[1 - which], from, next->old_row)) {
		return VV_OK;
	}
	vv_status rc = find_place(m, which, prev, next, up, &steps, err);
	if (rc == VV_OK && steps == 0) {
		up = false;
		rc = find_place(m, which, prev, next, up, &steps, err);
	}
	if (rc < 0 || steps == 0) return rc;
	prev->rows = up ? prev->rows - steps : prev->rows + steps;
	next->old_row = up ? next->old_row - steps : next->old_row + steps;
	next->new_row = up ? next->new_row - steps : next->new_row + steps;
	next->rows = up ? next->rows + steps : next->rows - steps;
	*moved = true;
	return VV_OK;
}

/* Among equal rows without a key, treats as removed those that the other side did not change:
 * changes by_old of the side, which has no empty run. *moved: changed. */
static vv_status merge_slide(merge *m, size_t which, bool *moved, vv_error *err)
{
	merge_side *s = &m->side[which];
	size_t count = s->run_count + 2, kept = 0;
	vv_status rc = VV_OK;
	*moved = false;
	if (!merge_base(m) || m->key_count > 0 || s->gone == 0 ||
	    m->side[1 - which].changed_count == 0) {
		return VV_OK;
	}
	/* with an empty run at either end, so that every removed row is between two */
	vv_auto_free merge_run *runs = vv_calloc(count, sizeof(*runs));
	if (!runs) return vv_fail_nomem(err);
	if (s->run_count > 0) {
		memcpy(runs + 1, s->by_old, s->run_count * sizeof(*runs));
	}
	runs[count - 1] = (merge_run){merge_base(m)->root.rows, s->table->root.rows, 0};
	for (size_t i = 1; i < count; i++) {
		if ((rc = slide_between(m, which, &runs[i - 1], &runs[i], moved, err)) < 0) {
			break;
		}
	}
	if (rc < 0 || !*moved) return rc;
	for (size_t i = 0; i < count; i++) {
		if (runs[i].rows > 0) {
			runs[kept++] = runs[i];
		}
	}
	vv_free(s->by_old);
	s->by_old = vv_take(&runs);
	s->run_count = kept;
	return VV_OK;
}

/* --- sides with equal data -------------------------------------------------------- */

/* Base's rows no longer count: both sides added all of theirs. */
static vv_status forget_base_rows(merge *m, merge_side *s, vv_error *err)
{
	merge_told t = {0};
	vv_status rc = VV_OK;

	vv_free_all(s->by_old, s->by_new, s->changed, s->blocks, s->by_above);
	s->by_old = s->by_new = NULL;
	s->changed = NULL;
	s->blocks = NULL;
	s->by_above = NULL;
	s->run_count = s->at_old = s->changed_count = s->at_changed = s->block_count = 0;
	s->reordered = false;
	for (uint64_t i = 0; rc == VV_OK && i < s->table->root.rows; i++) {
		rc = merge_row_add(&t.added, &t.added_count, &t.added_cap, i, err);
	}
	rc = rc < 0 ? rc : make_runs(s, &t, 0, s->table->root.rows, err);
	s->gone = merge_base(m) ? merge_base(m)->root.rows : 0;
	told_clear(&t);
	return rc < 0 || (rc = order_runs(s, err)) < 0 ? rc : make_blocks(s, err);
}

static vv_status settle_equal_data(merge *m, vv_error *err)
{
	vv_status rc;

	if (vv_tables_same_data(m->side[0].table, m->side[1].table)) return VV_OK;
	if ((rc = merge_data_equal(m, &m->equal_data, err)) < 0 || !m->equal_data) return rc;
	m->order_side = !m->side[0].reordered && m->side[1].reordered;
	rc = forget_base_rows(m, &m->side[0], err);
	return rc < 0 ? rc : forget_base_rows(m, &m->side[1], err);
}

/* --- both sides ------------------------------------------------------------------- */

vv_status merge_rows_match(merge *m, vv_error *err)
{
	merge_told t[2] = {0};
	vv_status rc = VV_OK;
	if (merge_base(m)) {
		vv_row_by_number_init(&m->side[MERGE_BASE].rows, merge_base(m), VV_ROW_GROUPS_MAX,
				      true);
		if ((rc = load_groups(&m->side[MERGE_BASE].groups, merge_base(m), m->opts->secret,
				      err)) < 0) {
			return rc;
		}
	}
	for (size_t i = 0; i < 2 && rc == VV_OK; i++) {
		rc = tell_side(m, &m->side[i], &t[i], err);
	}
	rc = rc < 0 ? rc : merge_rekeyed_settle(m, t, err);
	for (size_t i = 0; i < 2 && rc == VV_OK; i++) {
		rc = match_rows_of_side(m, &m->side[i], &t[i], err);
	}
	told_clear(&t[0]);
	told_clear(&t[1]);
	for (size_t i = 0; i < 2 && rc == VV_OK; i++) {
		bool moved = false;
		rc = merge_slide(m, i, &moved, err);
		if (rc == VV_OK && moved) {
			rc = order_again(&m->side[i], err);
		}
	}
	return rc < 0 ? rc : settle_equal_data(m, err);
}

static void clear_side(merge_side *s)
{
	vv_columns_clear(&s->columns);
	vv_free_all(s->to_base, s->from_base, s->edited, s->filled, s->by_old, s->by_new,
		    s->changed, s->blocks, s->by_above, s->partner, s->placed, s->doubtful,
		    s->replaces, s->groups.list);
	vv_row_by_number_close(&s->rows);
}

void merge_match_clear(merge *m)
{
	clear_side(&m->side[0]);
	clear_side(&m->side[1]);
	vv_free_all(m->side[MERGE_BASE].groups.list, m->replaced);
	vv_row_by_number_close(&m->side[MERGE_BASE].rows);
}

/* --- rows that both added ---------------------------------------------------- */

#define PARTNER_LEN 25u /* key hash (16), side (1), row (8) */

static vv_status hash_added(merge *m, size_t which, vv_sorter *out, vv_error *err)
{
	merge_side *s = &m->side[which];
	uint8_t record[PARTNER_LEN];
	merge_key_row key;
	vv_status rc = VV_OK;
	for (size_t i = 0; i < s->block_count && rc == VV_OK; i++) {
		for (uint64_t k = 0; k < s->blocks[i].rows && rc == VV_OK; k++) {
			uint64_t row = s->blocks[i].row + k;
			if ((rc = merge_key_hash(m, s, row, &m->compare, &key, err)) < 0) {
				break;
			}
			vv_put_be64(record, key.key.hi);
			vv_put_be64(record + 8, key.key.lo);
			record[16] = (uint8_t)which;
			vv_put_be64(record + 17, row);
			vv_sorter_add(out, record);
		}
	}
	return rc;
}

/* Matches the n-th row of a key of one side with the n-th of the other. */
typedef struct joining {
	uint64_t *x;
	size_t count, cap, taken;
	uint8_t key[16];
} joining;

static vv_status join_record(merge *m, joining *j, const uint8_t *r, vv_error *err)
{
	uint64_t row = vv_get_be64(r + 17);
	if (memcmp(j->key, r, 16) != 0) {
		memcpy(j->key, r, 16);
		j->count = j->taken = 0;
	}
	if (r[16] == 0) return merge_row_add(&j->x, &j->count, &j->cap, row, err);
	if (j->taken < j->count) {
		uint64_t x = j->x[j->taken++];
		m->side[0].partner[merge_added_index(&m->side[0], x)] = row;
		m->side[1].partner[merge_added_index(&m->side[1], row)] = x;
	}
	return VV_OK;
}

static vv_status make_room(merge_side *s, vv_error *err)
{
	s->partner = vv_calloc((size_t)s->added + 1, sizeof(*s->partner));
	s->placed = vv_calloc((size_t)s->added + 1, sizeof(*s->placed));
	s->doubtful = vv_calloc((size_t)s->added + 1, sizeof(*s->doubtful));
	s->replaces = vv_calloc((size_t)s->added + 1, sizeof(*s->replaces));
	if (!s->partner || !s->placed || !s->doubtful || !s->replaces) return vv_fail_nomem(err);
	memset(s->partner, 0xff, (size_t)s->added * sizeof(*s->partner)); /* MERGE_NONE */
	return VV_OK;
}

vv_status merge_partners(merge *m, vv_error *err)
{
	vv_auto(vv_sorter) *sorter = NULL;
	joining j = {0};
	vv_status rc;
	m->side[1 - m->ours].follows = m->opts->part;
	if ((rc = make_room(&m->side[0], err)) < 0 || (rc = make_room(&m->side[1], err)) < 0 ||
	    m->side[0].added == 0 || m->side[1].added == 0) {
		return rc;
	}
	if (m->key_count == 0) return merge_twins(m, err);
	if ((rc = vv_sorter_new(&sorter, PARTNER_LEN, PARTNER_LEN, 8u << 20, m->opts->temp_dir,
				err)) < 0 ||
	    (rc = hash_added(m, 0, sorter, err)) < 0 || (rc = hash_added(m, 1, sorter, err)) < 0) {
		return rc;
	}
	for (const uint8_t *p; rc == VV_OK && (p = vv_sorter_next(sorter)) != NULL;) {
		rc = join_record(m, &j, p, err);
	}
	vv_free(j.x);
	rc = rc < 0 ? rc : vv_sorter_ok(sorter, err);
	return rc < 0 ? rc : merge_twins_without_key(m, err);
}
