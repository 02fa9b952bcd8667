/*
 * match: matches rows: by equal digests first, then, under one key, in order of occurrence; which
 * of them moved; and the place of a removed row among the new ones.
 *
 * Without a key, of equal rows that one version has more often than the other any could be the row
 * that went. The code chooses them last, and pairs the rows that are in order with all the others:
 * one that is paired with a row far away takes its neighbours out of their order.
 */
#include "diff/rows/match_steps.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/sys.h"
#include "base/text.h"
#include "diff/rows/columns.h"

/* Rows that only one version has: row (8). */
#define LONE_LEN 8u
/* An entry of the result: pos (8), old (8), new (8), rows (8), kind (1), moved (1), rekeyed (1). */
#define ENTRY_LEN 35u
/* Bytes that finding the fewest moved rows takes for each run of rows; runs that there is
 * always room for. */
#define MOVE_BYTES 80u
#define MOVES_MIN 10000u

/* Did the row move? Calls are in ascending order of old rows. */
static bool moves_ask(row_moves *m, uint64_t old_row)
{
	while (m->at + 1 < m->count && m->list[m->at + 1].old_row <= old_row) {
		m->at++;
	}
	return m->at < m->count && m->list[m->at].moved;
}

/* --- which row is which ------------------------------------------------------------- */

typedef struct rows {
	uint64_t *list;
	size_t count, cap;
} rows;

typedef struct matcher {
	vv_rowdiff *d;
	vv_sorter *kept, *gone, *added;
	/* without a key: the digests that one side has more often than the other, which has them too */
	vv_sorter *uneven;
	row_moves moves; /* with has_moves */
	bool has_moves;
	rows left[2];      /* rows of one key, of each side, that no equal row was found for */
	rows equal[2];     /* rows of one digest */
	uint64_t seen[2];  /* rows of one key on each side */
	uint64_t first[2]; /* the uppermost of them */
	struct {
		int side;
		uint64_t row;
	} repeats[VV_REPEATS_SHOWN];
	size_t repeat_count;
} matcher;

static void matcher_clear(matcher *m)
{
	vv_sorter_free(m->kept);
	vv_sorter_free(m->gone);
	vv_sorter_free(m->added);
	vv_sorter_free(m->uneven);
	row_moves_clear(&m->moves);
	vv_free_all(m->left[0].list, m->left[1].list, m->equal[0].list, m->equal[1].list);
}
VV_AUTO_CLEAR(matcher, matcher_clear)

/* The first error of the sorters, or memory ran out. */
static vv_status matcher_ok(const matcher *m, const vv_sorter *another, vv_error *err)
{
	const vv_sorter *const sorters[] = {m->kept, m->gone, m->added, m->uneven, another};
	vv_status rc = vv_buf_ok(&m->d->scratch, err);
	for (size_t i = 0; rc == VV_OK && i < sizeof(sorters) / sizeof(sorters[0]); i++) {
		rc = sorters[i] ? vv_sorter_ok(sorters[i], err) : VV_OK;
	}
	return rc;
}

/* Puts the last answer in its place. */
static void end_entry(vv_rowdiff *d)
{
	uint8_t r[ENTRY_LEN];
	const row_entry *e = &d->last_entry;
	if (e->rows == 0) return;
	vv_put_be64(r, e->pos);
	vv_put_be64(r + 8, e->old_row);
	vv_put_be64(r + 16, e->new_row);
	vv_put_be64(r + 24, e->rows);
	r[32] = (uint8_t)e->kind;
	r[33] = e->moved;
	r[34] = e->rekeyed;
	d->last_entry.rows = 0;
	vv_sorter_add(d->entries, r);
}

/* Is it the same again, a row further down on both sides? No other answer is placed between
 * two of these: all rows there are pairs. */
static bool goes_on(const row_entry *last, const row_entry *e)
{
	return last->rows > 0 && last->kind == e->kind && last->moved == e->moved && !e->rekeyed &&
	       !last->rekeyed && (e->kind == VV_ROW_CHANGED || e->kind == VV_ROW_MOVED) &&
	       e->old_row == last->old_row + last->rows &&
	       e->new_row == last->new_row + last->rows && e->pos == last->pos + 2 * last->rows;
}

static void add_entry(vv_rowdiff *d, const row_entry *e)
{
	if (!goes_on(&d->last_entry, e)) {
		end_entry(d);
		d->last_entry = *e;
	}
	d->last_entry.rows++;
}

static void rows_add(matcher *m, rows *r, uint64_t row)
{
	if (!vv_array_add(r->list, r->count, r->cap, row)) {
		vv_buf_fail(&m->d->scratch);
	}
}

/* Keeps pairs of an old and a new row, in the order of the lists, as long as both have one. Returns
 * their number. */
static size_t keep_pairs(matcher *m, const rows of[2], row_pair how)
{
	const size_t n = of[0].count < of[1].count ? of[0].count : of[1].count;
	for (size_t i = 0; i < n; i++) {
		rowdiff_keep(m->kept, &(vv_segment){of[0].list[i], of[1].list[i], 1}, how);
	}
	return n;
}

/* Leaves the rows of one digest to be paired when the others are. */
static void defer_pairs(matcher *m, const uint8_t *of)
{
	uint8_t r[DIGEST_LEN];

	memcpy(r, of, 32);
	for (int side = 0; side < 2; side++) {
		r[32] = (uint8_t)side;
		for (size_t i = 0; i < m->equal[side].count; i++) {
			vv_put_be64(r + 33, m->equal[side].list[i]);
			vv_sorter_add(m->uneven, r);
		}
		m->equal[side].count = 0;
	}
}

/* The rows of one digest: each old one with a new one; the rest waits for its key. */
static void end_digest(matcher *m, const uint8_t *of)
{
	if (m->uneven && m->equal[0].count != m->equal[1].count && m->equal[0].count > 0 &&
	    m->equal[1].count > 0) {
		defer_pairs(m, of);
		return;
	}
	const size_t n = keep_pairs(m, m->equal, PAIR_EQUAL);
	for (int side = 0; side < 2; side++) {
		for (size_t i = n; i < m->equal[side].count; i++) {
			rows_add(m, &m->left[side], m->equal[side].list[i]);
		}
		m->equal[side].count = 0;
	}
}

static void sort_rows(rows *r)
{
	if (r->count > 1) {
		qsort(r->list, r->count, sizeof(*r->list), vv_u64_order);
	}
}

/* Keeps the repeats that come first in the tables, whatever order the hashes have. */
static void note_repeat(matcher *m, int side, uint64_t row)
{
	size_t at = m->repeat_count;
	while (at > 0 && (m->repeats[at - 1].side > side ||
			  (m->repeats[at - 1].side == side && m->repeats[at - 1].row > row))) {
		at--;
	}
	if (at == VV_REPEATS_SHOWN) return;
	size_t last = m->repeat_count < VV_REPEATS_SHOWN ? m->repeat_count++ : VV_REPEATS_SHOWN - 1;
	memmove(&m->repeats[at + 1], &m->repeats[at], (last - at) * sizeof(m->repeats[0]));
	m->repeats[at].side = side;
	m->repeats[at].row = row;
}

/* Handles the remaining rows of one key. */
static void end_key(matcher *m)
{
	vv_rowdiff *d = m->d;
	size_t n = 0;
	if (d->key_count > 0) {
		sort_rows(&m->left[0]);
		sort_rows(&m->left[1]);
		n = keep_pairs(m, m->left, PAIR_CHANGED);
		for (int side = 0; side < 2; side++) {
			d->stats.repeated_keys += m->seen[side] > 1 &&
						  (side == 0 || m->seen[0] <= 1);
			if (m->seen[side] > 1) {
				note_repeat(m, side, m->first[side]);
			}
		}
	}
	for (int side = 0; side < 2; side++) {
		for (size_t i = n; i < m->left[side].count; i++) {
			uint8_t r[LONE_LEN];
			vv_put_be64(r, m->left[side].list[i]);
			vv_sorter_add(side == 0 ? m->gone : m->added, r);
		}
		m->left[side].count = 0;
		m->seen[side] = 0;
	}
}

/* Was the record's key paired already, without being hashed with the others? */
static bool is_paired(const matcher *m, const uint8_t *record)
{
	return m->d->paired.count > 0 && vv_key_set_has(&m->d->paired, vv_get_be64(record + 8));
}

/* Stops where a key comes twice (d->again). */
static vv_status join_digests(matcher *m, vv_sorter *digests, vv_error *err)
{
	uint8_t last[32] = {0};
	bool any = false;
	for (const uint8_t *r; !m->d->again && (r = vv_sorter_next(digests)) != NULL;) {
		bool other_key = !any || memcmp(last, r, DIGEST_KEY) != 0;
		if (any && memcmp(last, r, 32) != 0) {
			end_digest(m, last);
		}
		if (any && other_key) {
			end_key(m);
		}
		m->d->again |= other_key && is_paired(m, r);
		memcpy(last, r, 32);
		any = true;
		int side = r[32] & 1;
		uint64_t row = vv_get_be64(r + 33);
		m->first[side] = m->seen[side] == 0 || row < m->first[side] ? row : m->first[side];
		m->seen[side]++;
		rows_add(m, &m->equal[side], row);
	}
	end_digest(m, last);
	end_key(m);
	return matcher_ok(m, digests, err);
}

/* Goes through everything that both versions have, in the old one's order. */
typedef struct common {
	vv_rowdiff *d;
	matcher *m;
	size_t segment;
	uint64_t old_row, new_row; /* of the kept pair read ahead */
	uint64_t left;             /* pairs of its run, this one too */
	row_pair how;
	bool has_kept;
	uint64_t highest; /* new row + 1 of the furthest so far */
	/* new row + 1 of the one just passed: a removed row is after it */
	uint64_t above;
} common;

/* The next pair. */
static void common_read(common *c)
{
	if (c->left > 1) {
		c->left--;
		c->old_row++;
		c->new_row++;
		return;
	}
	const uint8_t *r = vv_sorter_next(c->m->kept);
	c->has_kept = r != NULL;
	if (r) {
		c->old_row = vv_get_be64(r);
		c->new_row = vv_get_be64(r + 8);
		c->left = vv_get_be64(r + 16);
		c->how = (row_pair)r[24];
	}
}

/* Rows are passed that both have. True when they are to be reported as moved. */
static bool common_moved(common *c, uint64_t old_row, uint64_t new_row, uint64_t count)
{
	const vv_rowdiff *d = c->d;
	const bool behind = new_row + 1 < c->highest,
		   moved = c->m->has_moves ? moves_ask(&c->m->moves, old_row) : behind;
	c->d->stats.reordered |= behind;
	c->highest = new_row + count > c->highest ? new_row + count : c->highest;
	/* without a key, removed rows are paired with the added ones beside them: those that
	 * were beside a row that moved are not where that row is now */
	if (d->key_count > 0 || !c->m->has_moves || !moved) {
		c->above = new_row + count;
	}
	return moved && (d->opts.moves || d->opts.everything);
}

/* Passes a pair of rows; reports its changes. */
static void common_pair(common *c)
{
	vv_rowdiff *d = c->d;
	bool rekeyed = c->how == PAIR_REKEYED, tell_move = false;
	if (!rekeyed || d->opts.moves || d->opts.everything) {
		tell_move = common_moved(c, c->old_row, c->new_row, 1);
	} else if (c->new_row == c->above) {
		/* a row with another key does not count for the others' order */
		c->above++;
	}
	if (c->how == PAIR_EQUAL && !tell_move) return;
	row_entry e = {.pos = 2 * c->new_row + 2,
		       .old_row = c->old_row,
		       .new_row = c->new_row,
		       .kind = c->how == PAIR_EQUAL ? VV_ROW_MOVED : VV_ROW_CHANGED,
		       .moved = tell_move,
		       .rekeyed = rekeyed};
	add_entry(d, &e);
}

/* A segment of equal rows is passed. */
static void common_segment(common *c, const vv_segment *s)
{
	bool moved = common_moved(c, s->old_row, s->new_row, s->rows);
	for (uint64_t i = 0; moved && i < s->rows; i++) {
		row_entry e = {.pos = 2 * (s->new_row + i) + 2,
			       .old_row = s->old_row + i,
			       .new_row = s->new_row + i,
			       .kind = VV_ROW_MOVED,
			       .moved = true};
		add_entry(c->d, &e);
	}
}

/* Passes all common rows before old row `upto`. Groups that only one side has never
 * overlap a segment, so that a segment is passed whole. */
static void common_pass(common *c, uint64_t upto)
{
	const vv_changed_groups *g = &c->d->changed;
	for (;;) {
		const vv_segment *s = c->segment < g->segment_count ? &g->segments[c->segment]
								    : NULL;
		bool pair_first = c->has_kept && (!s || c->old_row < s->old_row);
		if (pair_first && c->old_row < upto) {
			common_pair(c);
			common_read(c);
		} else if (!pair_first && s && s->old_row < upto) {
			common_segment(c, s);
			c->segment++;
		} else {
			return;
		}
	}
}

/* Finds the moved rows among those of both versions. Beyond a share of the memory, rows after a later
 * one also count as moved. copy: receives the kept rows; may be NULL. */
static vv_status find_moves(matcher *m, vv_sorter *copy, vv_error *err)
{
	const vv_changed_groups *g = &m->d->changed;
	size_t max = rowdiff_memory(m->d, 1) / MOVE_BYTES, segment = 0;
	uint64_t row = 0;
	max = max < MOVES_MIN ? MOVES_MIN : max;
	row_moves_clear(&m->moves);
	while (row < UINT64_MAX) {
		const uint8_t *r = vv_sorter_next(m->kept);
		row = r ? vv_get_be64(r) : UINT64_MAX; /* at the end: the segments below all rows */
		for (; segment < g->segment_count && g->segments[segment].old_row < row &&
		       m->moves.count < max;
		     segment++) {
			const vv_segment *s = &g->segments[segment];
			row_moves_add(&m->moves, s->old_row, s->new_row, s->rows);
		}
		if (r && m->moves.count < max) {
			row_moves_add(&m->moves, row, vv_get_be64(r + 8), vv_get_be64(r + 16));
		}
		if (r && copy) {
			vv_sorter_add(copy, r);
		}
	}
	vv_sorter_rewind(m->kept);
	m->has_moves = m->moves.count < max;
	return m->has_moves ? row_moves_settle(&m->moves, err) : VV_OK;
}

/* --- equal rows of which one side has more ------------------------------------------------- */

/* Leaves only the runs that did not move. */
static void drop_moved(row_moves *m)
{
	size_t n = 0;

	for (size_t i = 0; i < m->count; i++) {
		if (!m->list[i].moved) {
			m->list[n++] = m->list[i];
		}
	}
	m->count = n;
}

/* The rows of both versions between two unmoved rows, or up to the ends of the tables. */
typedef struct unmoved_gap {
	uint64_t old_from, old_to, new_from, new_to;
} unmoved_gap;

static unmoved_gap find_unmoved_gap(const matcher *m, uint64_t old_row)
{
	const row_moves *unmoved = &m->moves;
	const size_t next = vv_first_place(i, unmoved->count, unmoved->list[i].old_row <= old_row);
	unmoved_gap gap = {.old_to = m->d->a->root.rows, .new_to = m->d->b->root.rows};

	if (next > 0) {
		const row_run *above = &unmoved->list[next - 1];
		gap.old_from = above->old_row + above->rows;
		gap.new_from = above->new_row + above->rows;
	}
	if (next < unmoved->count) {
		gap.old_to = unmoved->list[next].old_row;
		gap.new_to = unmoved->list[next].new_row;
	}
	return gap;
}

/* This bit is set in the number of each paired row. No table has 2^63 rows. */
#define PAIRED (UINT64_C(1) << 63)

static void pair_equal(matcher *m, size_t i, size_t j)
{
	uint64_t *old = m->equal[0].list, *new = m->equal[1].list;

	rowdiff_keep(m->kept, &(vv_segment){old[i], new[j], 1}, PAIR_EQUAL);
	old[i] |= PAIRED;
	new[j] |= PAIRED;
}

/* Pairs the nth old row with this new one, if it is one of the list that is not paired. */
static bool pair_with(matcher *m, size_t nth, uint64_t new_row)
{
	const rows *new = &m->equal[1];
	const size_t at = vv_first_place(i, new->count, (new->list[i] & ~PAIRED) < new_row);

	if (at == new->count || new->list[at] != new_row) return false;
	pair_equal(m, nth, at);
	return true;
}

/* Pairs rows that are as far below the unmoved row above them as their partners are, or as far above
 * the one below: the rows between are then equally many in both versions. */
static void pair_by_distance(matcher *m)
{
	const rows *old = &m->equal[0];

	for (size_t i = 0; i < old->count; i++) {
		const uint64_t row = old->list[i];
		const unmoved_gap gap = find_unmoved_gap(m, row);
		const uint64_t down = row - gap.old_from, up = gap.old_to - row;
		const bool paired = down < gap.new_to - gap.new_from &&
				    pair_with(m, i, gap.new_from + down);

		if (!paired && up <= gap.new_to - gap.new_from) {
			(void)pair_with(m, i, gap.new_to - up);
		}
	}
}

/* Pairs rows that are between the same unmoved rows. */
static void pair_by_gap(matcher *m)
{
	const rows *old = &m->equal[0], *others = &m->equal[1];
	size_t j = 0;

	for (size_t i = 0; i < old->count; i++) {
		if (old->list[i] & PAIRED) {
			continue;
		}
		const unmoved_gap gap = find_unmoved_gap(m, old->list[i]);
		while (j < others->count &&
		       (others->list[j] & PAIRED || others->list[j] < gap.new_from)) {
			j++;
		}
		if (j < others->count && others->list[j] < gap.new_to) {
			pair_equal(m, i, j++);
		}
	}
}

static void drop_paired(rows *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->count; i++) {
		if (!(r->list[i] & PAIRED)) {
			r->list[n++] = r->list[i];
		}
	}
	r->count = n;
}

static void end_uneven(matcher *m, const uint8_t *of)
{
	pair_by_distance(m);
	pair_by_gap(m);
	drop_paired(&m->equal[0]);
	drop_paired(&m->equal[1]);
	end_digest(m, of);
	end_key(m);
}

/* Pairs the rows that were put off. If too many rows moved, it pairs them in their order. */
static vv_status settle_uneven(matcher *m, vv_error *err)
{
	uint8_t last[32] = {0};
	vv_auto(vv_sorter) *uneven = vv_take(&m->uneven), *kept = NULL;
	vv_status rc;

	if (!uneven || vv_sorter_count(uneven) == 0) return VV_OK;
	if ((rc = vv_sorter_new(&kept, KEPT_LEN, 8, rowdiff_memory(m->d, 8), m->d->opts.temp_dir,
				err)) < 0 ||
	    (rc = find_moves(m, kept, err)) < 0 || (rc = matcher_ok(m, kept, err)) < 0) {
		return rc;
	}
	vv_sorter_free(m->kept);
	m->kept = vv_take(&kept);
	drop_moved(&m->moves);
	for (const uint8_t *r; (r = vv_sorter_next(uneven)) != NULL; memcpy(last, r, 32)) {
		if (memcmp(last, r, 32) != 0) {
			end_uneven(m, last);
		}
		rows_add(m, &m->equal[r[32] & 1], vv_get_be64(r + 33));
	}
	end_uneven(m, last);
	return matcher_ok(m, uneven, err);
}

static vv_status place_rows(matcher *m, vv_error *err)
{
	common c = {.d = m->d, .m = m};
	vv_status rc;
	for (const uint8_t *p; (p = vv_sorter_next(m->added)) != NULL;) {
		uint64_t row = vv_get_be64(p);
		row_entry e = {.pos = 2 * row + 2,
			       .old_row = UINT64_MAX,
			       .new_row = row,
			       .kind = VV_ROW_ADDED};
		add_entry(m->d, &e);
	}
	const bool wanted = m->d->opts.moves || m->d->opts.everything || m->d->key_count == 0;
	if (wanted && (rc = find_moves(m, NULL, err)) < 0) return rc;
	common_read(&c);
	for (const uint8_t *p; (p = vv_sorter_next(m->gone)) != NULL;) {
		uint64_t row = vv_get_be64(p);
		common_pass(&c, row);
		row_entry e = {.pos = 2 * c.above + 1,
			       .old_row = row,
			       .new_row = UINT64_MAX,
			       .kind = VV_ROW_REMOVED};
		add_entry(m->d, &e);
	}
	common_pass(&c, UINT64_MAX);
	end_entry(m->d);
	return matcher_ok(m, m->d->entries, err);
}

/* The repeated keys' texts, for the warning. */
static vv_status name_repeats(matcher *m, vv_error *err)
{
	vv_rowdiff *d = m->d;
	size_t count = 0;
	vv_array_each(m->repeats, m->repeat_count, repeat) {
		bool old = repeat->side == 0;
		const vv_cell *cells;
		vv_buf b = VV_BUF_INIT;
		vv_status rc = vv_row_by_number_get(old ? &d->rows_a : &d->rows_b, repeat->row,
						    &cells, err);
		if (rc < 0) return rc;
		const size_t *key = old ? d->key_a : d->key_b;
		for (size_t k = 0; k < d->key_count; k++) {
			vv_buf_puts(&b, k > 0 ? ", " : "");
			vv_text_put_cut(&b, cells[key[k]].text, cells[key[k]].len, 40);
		}
		vv_auto(char) *text = vv_buf_detach(&b);
		if (!text) return vv_fail_nomem(err);
		if (!vv_text_is_among(text, VV_TEXTS(d->stats.repeated), count)) {
			d->stats.repeated[count++] = vv_take(&text);
		}
	}
	return VV_OK;
}

static vv_status match_once(vv_rowdiff *d, vv_error *err)
{
	vv_auto(matcher) m = {.d = d};
	vv_auto(vv_sorter) *digests = NULL;
	vv_status rc;
	if ((rc = vv_sorter_new(&digests, DIGEST_LEN, DIGEST_LEN, rowdiff_memory(d, 4),
				d->opts.temp_dir, err)) < 0 ||
	    (rc = vv_sorter_new(&m.kept, KEPT_LEN, 8, rowdiff_memory(d, 8), d->opts.temp_dir,
				err)) < 0 ||
	    (rc = rowdiff_align(d, digests, m.kept, err)) < 0 || d->again ||
	    (rc = vv_sorter_new(&m.gone, LONE_LEN, LONE_LEN, rowdiff_memory(d, 8), d->opts.temp_dir,
				err)) < 0 ||
	    (rc = vv_sorter_new(&m.added, LONE_LEN, LONE_LEN, rowdiff_memory(d, 8),
				d->opts.temp_dir, err)) < 0 ||
	    (rc = vv_sorter_new(&d->entries, ENTRY_LEN, 16, rowdiff_memory(d, 8), d->opts.temp_dir,
				err)) < 0 ||
	    (d->key_count == 0 &&
	     (rc = vv_sorter_new(&m.uneven, DIGEST_LEN, DIGEST_LEN, rowdiff_memory(d, 8),
				 d->opts.temp_dir, err)) < 0) ||
	    (rc = join_digests(&m, digests, err)) < 0 || d->again) {
		return rc;
	}
	vv_sorter_free(vv_take(&digests));
	if ((rc = settle_uneven(&m, err)) < 0 ||
	    (d->opts.rekeyed && (rc = rowdiff_rekey(d, &m.gone, &m.added, m.kept, err)) < 0) ||
	    (rc = place_rows(&m, err)) < 0) {
		return rc;
	}
	return name_repeats(&m, err);
}

/* May two rows be one because their keys are spelled alike? Not where a key is read otherwise on
 * one side. */
static bool may_be_direct(const vv_rowdiff *d)
{
	const vv_columns *c = d->opts.columns;
	bool may = d->key_count > 0 && !d->canonical && !c->missing_changed;
	for (size_t k = 0; may && k < d->key_count; k++) {
		vv_array_each(c->pairs, c->count, p) {
			may = may &&
			      (p->b != (long)d->key_b[k] ||
			       (p->a == (long)d->key_a[k] && !p->retyped && !p->reconstrained));
		}
	}
	return may;
}

/* Once more, with all rows that are not simply equal hashed. */
static vv_status match_again(vv_rowdiff *d, vv_segment *take_segments, size_t count, vv_error *err)
{
	vv_free(d->changed.segments);
	d->changed.segments = take_segments;
	d->changed.segment_count = count;
	vv_sorter_free(d->entries);
	d->entries = NULL;
	vv_key_set_clear(&d->paired);
	d->direct = d->again = false;
	d->stats.groups_read = d->stats.repeated_keys = 0;
	return match_once(d, err);
}

vv_status rowdiff_match(vv_rowdiff *d, vv_error *err)
{
	const size_t count = d->changed.segment_count;
	vv_auto_free vv_segment *segments = vv_calloc(count + 1, sizeof(*segments));
	if (!segments) return vv_fail_nomem(err);
	if (count > 0) {
		memcpy(segments, d->changed.segments, count * sizeof(*segments));
	}
	d->direct = may_be_direct(d);
	vv_status rc = match_once(d, err);
	if (rc == VV_OK && d->again) return match_again(d, vv_take(&segments), count, err);
	vv_key_set_clear(&d->paired);
	return rc;
}
