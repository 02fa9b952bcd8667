/*
 * rowdiff: how matched rows become answers: cells compared under their types, and, without
 * a key, neighbours that resemble each other taken as one changed row.
 */
#include "diff/rows/rowdiff.h"

#include <string.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/hash.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/format/form.h"
#include "dataset/format/group_compare.h"
#include "diff/rows/columns.h"
#include "diff/rows/match_steps.h"
#include "diff/rows/value.h"

bool vv_tables_same_data(const vv_table *a, const vv_table *b)
{
	return a->root.data.len == b->root.data.len &&
	       (a->root.data.len == 0 ||
		memcmp(a->root.data.data, b->root.data.data, a->root.data.len) == 0);
}

static bool field_named(const char *const *names, const vv_field *f)
{
	return vv_texts_have(names, f->name, f->name_len);
}

/* Which pairs are compared: both sides have them, and the options do not leave them out. */
static vv_status choose_compared(vv_rowdiff *d, vv_error *err)
{
	const vv_columns *c = d->opts.columns;
	d->compared = vv_calloc(c->count + 1, sizeof(*d->compared));
	d->cells = vv_calloc(c->count + 1, sizeof(*d->cells));
	d->equal = vv_calloc(c->count + 1, sizeof(*d->equal));
	d->equal_old = d->equal_new = UINT64_MAX;
	d->stats.column_changes = vv_calloc(c->count + 1, sizeof(*d->stats.column_changes));
	if (!d->compared || !d->cells || !d->equal || !d->stats.column_changes) {
		return vv_fail_nomem(err);
	}
	for (size_t i = 0; i < c->count; i++) {
		const vv_column_pair *p = &c->pairs[i];
		if (p->a < 0 || p->b < 0) {
			continue;
		}
		const vv_field *x = &d->a->schema.fields[p->a], *y = &d->b->schema.fields[p->b];
		d->compared[i] = (!d->opts.only || field_named(d->opts.only, x) ||
				  field_named(d->opts.only, y)) &&
				 !field_named(d->opts.ignore, x) && !field_named(d->opts.ignore, y);
	}
	return VV_OK;
}

/* The key's columns on both sides. A name may be the new or, where renamed, the old one. */
static vv_status choose_key(vv_rowdiff *d, vv_error *err)
{
	const vv_columns *c = d->opts.columns;
	const char *const *key = d->opts.key;
	bool own = key == NULL;
	size_t n = 0;
	if (own) {
		/* the new version's key, where the old one has it as well */
		if (d->b->root.key_count == 0 || d->a->root.key_count != d->b->root.key_count) {
			return VV_OK;
		}
		key = (const char *const *)d->b->root.key;
	}
	size_t max = 0;
	while (own ? max < d->b->root.key_count : key[max] != NULL) {
		max++;
	}
	d->key_a = vv_calloc(max + 1, sizeof(*d->key_a));
	d->key_b = vv_calloc(max + 1, sizeof(*d->key_b));
	if (!d->key_a || !d->key_b) return vv_fail_nomem(err);
	for (; n < max; n++) {
		long b = vv_schema_find(&d->b->schema, key[n], strlen(key[n]));
		long a = b >= 0 ? vv_columns_to_old(c, (size_t)b)
				: vv_schema_find(&d->a->schema, key[n], strlen(key[n]));
		if (b < 0 && a >= 0) {
			b = vv_columns_to_new(c, (size_t)a);
		}
		if (a < 0 || b < 0) {
			if (own) {
				return VV_OK; /* key_count stays 0 */
			}
			const char *side = "the new version";

			if (a < 0 && b < 0) {
				side = "either version";
			} else if (a < 0) {
				side = "the old version";
			}
			return vv_fail(err, VV_ENOTFOUND, "key column '%s' is not in %s",
				       vv_text_name(key[n], strlen(key[n])), side);
		}
		d->key_a[n] = (size_t)a;
		d->key_b[n] = (size_t)b;
	}
	if (own) { /* is it the old version's key too? */
		for (size_t i = 0; i < n; i++) {
			const vv_field *f = &d->a->schema.fields[d->key_a[i]];
			if (strcmp(d->a->root.key[i], f->name) != 0) return VV_OK;
		}
	}
	d->key_count = n;
	d->stats.keyed = n > 0;
	return VV_OK;
}

static vv_status room_for_needed(vv_rowdiff *d, vv_error *err)
{
	const size_t most = d->key_count + d->opts.columns->count + 1;
	rowdiff_needed *n = &d->needed;
	if (!d->opts.only_needed) return VV_OK;
	*n = (rowdiff_needed){.pairs = vv_calloc(most, sizeof(*n->pairs)),
			      .same = vv_calloc(most, sizeof(*n->same)),
			      .old_cells = vv_calloc(d->a->columns + 1, sizeof(*n->old_cells)),
			      .new_cells = vv_calloc(d->b->columns + 1, sizeof(*n->new_cells))};
	return n->pairs && n->same && n->old_cells && n->new_cells ? VV_OK : vv_fail_nomem(err);
}

static void needed_clear(rowdiff_needed *n)
{
	vv_free_all(n->pairs, n->same, n->old_cells, n->new_cells, n->marks);
	vv_arena_clear(&n->scratch);
}

vv_status vv_rowdiff_cost(uint64_t *cells, vv_table *a, vv_table *b, const vv_columns *columns,
			  vv_error *err)
{
	vv_status rc = VV_OK;
	uint64_t old_rows = a->root.rows, new_rows = b->root.rows;
	if (vv_columns_same_places(columns)) {
		vv_auto(vv_changed_groups) r = {0};
		if ((rc = vv_changed_groups_find(&r, a, b, err)) < 0) return rc;
		old_rows = new_rows = 0;
		vv_array_each(r.old_groups, r.old_count, old_group) {
			old_rows += old_group->rows;
		}
		vv_array_each(r.new_groups, r.new_count, new_group) {
			new_rows += new_group->rows;
		}
	}
	*cells = old_rows * a->columns + new_rows * b->columns;
	return rc;
}

/* Two runs pair the same rows, also where several are equally good pairs. */
static uint64_t seed_of(const vv_table *a, const vv_table *b)
{
	const uint64_t old = vv_xxh3(a->cid.digest, sizeof(a->cid.digest), 0);

	return vv_xxh3(b->cid.digest, sizeof(b->cid.digest), old);
}

vv_status vv_rowdiff_open(vv_rowdiff **out, vv_table *a, vv_table *b,
			  const vv_rowdiff_options *opts, vv_error *err)
{
	vv_auto(vv_rowdiff) *d = vv_calloc(1, sizeof(*d));
	vv_status rc;
	*out = NULL;
	if (!d) return vv_fail_nomem(err);
	const bool cross = vv_form_is_typed(a->root.dialect.form) !=
			   vv_form_is_typed(b->root.dialect.form);
	*d = (vv_rowdiff){.a = a,
			  .b = b,
			  .opts = *opts,
			  .stats = {.old_rows = a->root.rows, .new_rows = b->root.rows},
			  .cross = cross,
			  .canonical = opts->ignore_format || cross};
	d->seed = seed_of(a, b);
	vv_row_by_number_init(&d->rows_a, a, VV_ROW_GROUPS_MANY, false);
	vv_row_by_number_init(&d->rows_b, b, VV_ROW_GROUPS_MANY, false);
	if ((rc = choose_compared(d, err)) < 0 || (rc = choose_key(d, err)) < 0 ||
	    (rc = room_for_needed(d, err)) < 0 ||
	    (rc = vv_columns_same_places(opts->columns)
			  ? vv_changed_groups_find(&d->changed, a, b, err)
			  : vv_changed_groups_all(&d->changed, a, b, err)) < 0 ||
	    (rc = rowdiff_match(d, err)) < 0) {
		return rc;
	}
	return vv_hand_over(out, &d);
}

void vv_rowdiff_close(vv_rowdiff *d)
{
	if (!d) return;
	vv_changed_groups_clear(&d->changed);
	vv_key_set_clear(&d->paired);
	vv_sorter_free(d->entries);
	vv_row_by_number_close(&d->rows_a);
	vv_row_by_number_close(&d->rows_b);
	vv_free_all(d->key_a, d->key_b, d->compared, d->cells, d->equal);
	needed_clear(&d->needed);
	vv_buf_clear(&d->scratch);
	rowdiff_gap_clear(&d->gap);
	vv_free(d->stats.column_changes);
	for (size_t i = 0; i < VV_REPEATS_SHOWN; i++) {
		vv_free(d->stats.repeated[i]);
	}
	vv_free(d);
}

const vv_rowdiff_stats *vv_rowdiff_stats_get(const vv_rowdiff *d)
{
	return &d->stats;
}

const size_t *vv_rowdiff_key(const vv_rowdiff *d, size_t *count)
{
	*count = d->key_count;
	return d->key_b;
}

/* The next entry in order, without taking it. false: there is none, or d->entries has failed. */
static bool peek_entry(vv_rowdiff *d)
{
	if (d->has_ahead) return true;
	if (d->ahead.rows > 1) {
		d->ahead.rows--;
		d->ahead.pos += 2;
		d->ahead.old_row++;
		d->ahead.new_row++;
		d->has_ahead = true;
		return true;
	}
	const uint8_t *r = vv_sorter_next(d->entries);
	if (!r) return false;
	d->ahead = (row_entry){.pos = vv_get_be64(r),
			       .old_row = vv_get_be64(r + 8),
			       .new_row = vv_get_be64(r + 16),
			       .rows = vv_get_be64(r + 24),
			       .kind = (vv_row_kind)r[32],
			       .moved = r[33] != 0,
			       .rekeyed = r[34] != 0};
	d->has_ahead = true;
	return true;
}

/* 1, 0, <0. */
static int same_column(const vv_group *a, long at, const vv_group *b, long bt, vv_error *err)
{
	return at >= 0 && bt >= 0 && (size_t)at < a->columns && (size_t)bt < b->columns
		       ? vv_group_same_column(a, (size_t)at, b, (size_t)bt, err)
		       : 0;
}

/* Where changed rows go to and fro between groups, so often, whole rows are read from then on: each pair of groups
 * would be compared again for each of its rows. */
#define RETURNS_MAX 16u

static bool comes_back(rowdiff_needed *n, uint64_t first_row)
{
	n->returns += n->any && first_row <= n->furthest;
	n->furthest = n->any && n->furthest > first_row ? n->furthest : first_row;
	n->any = true;
	return n->returns > RETURNS_MAX;
}

/* If a column differs in more than one row in MADE_ROWS, all its cells are made at once. */
#define MADE_ROWS 8u

static vv_status make_both(vv_batch *a, size_t at, vv_batch *b, size_t bt, vv_error *err)
{
	vv_status rc = vv_batch_columns(a, &at, 1, err);
	return rc < 0 ? rc : vv_batch_columns(b, &bt, 1, err);
}

/* Finds in which columns and rows the two groups differ if d->equal is false. */
static vv_status find_needed(vv_rowdiff *d, vv_batch *a, vv_batch *b, vv_error *err)
{
	const vv_columns *c = d->opts.columns;
	rowdiff_needed *n = &d->needed;
	const size_t rows = a->rows;
	size_t changed = 0;
	vv_status rc;
	n->count = 0;
	for (size_t i = 0; i < c->count; i++) {
		n->same[i] = d->equal[i];
		if (d->compared[i] && !d->equal[i] && !rowdiff_is_of_key(d, &c->pairs[i])) {
			n->pairs[n->count++] = i;
		}
	}
	/* and a column for all of them */
	if (!vv_array_room_for(n->marks, 0, n->marks_cap, (n->count + 1) * rows)) {
		return vv_fail_nomem(err);
	}
	memset(n->marks, 0, (n->count + 1) * rows);
	uint8_t *any = n->marks + n->count * rows;
	for (size_t k = 0; k < n->count; k++) {
		const vv_column_pair *p = &c->pairs[n->pairs[k]];
		uint8_t *marks = n->marks + k * rows;
		size_t differ = 0;
		vv_arena_reset(&n->scratch);
		if ((rc = vv_group_compare_column(marks, &a->group, (size_t)p->a, &b->group,
						  (size_t)p->b, &n->scratch, err)) < 0) {
			return rc;
		}
		for (size_t r = 0; r < rows; r++) {
			differ += marks[r] != 0;
			any[r] |= marks[r];
		}
		if (differ > rows / MADE_ROWS &&
		    (rc = make_both(a, (size_t)p->a, b, (size_t)p->b, err)) < 0) {
			return rc;
		}
	}
	for (size_t r = 0; r < rows; r++) {
		changed += any[r] != 0;
	}
	for (size_t i = 0; changed > rows / MADE_ROWS && i < d->key_count; i++) {
		if ((rc = make_both(a, d->key_a[i], b, d->key_b[i], err)) < 0) return rc;
	}
	for (size_t i = 0; i < d->a->columns; i++) {
		n->old_cells[i] = (vv_cell){.state = VV_CELL_ABSENT};
	}
	for (size_t i = 0; i < d->b->columns; i++) {
		n->new_cells[i] = (vv_cell){.state = VV_CELL_ABSENT};
	}
	return VV_OK;
}

/* *equal: the columns (d->equal) in which two rows at one place of their groups are equal because all rows
 * of the groups are; NULL: nothing is known. */
static vv_status equal_columns(vv_rowdiff *d, vv_batch *a, size_t at, vv_batch *b, size_t bt,
			       const bool **equal, vv_error *err)
{
	const vv_columns *c = d->opts.columns;
	vv_status rc = VV_OK;
	*equal = NULL;
	if (d->cross || a->has_long || b->has_long || a->rows != b->rows || at != bt) return VV_OK;
	if (d->equal_old != a->first_row || d->equal_new != b->first_row) {
		const bool look = d->opts.only_needed && !comes_back(&d->needed, a->first_row);
		d->equal_old = d->equal_new = UINT64_MAX;
		for (size_t i = 0; i < c->count; i++) {
			const int same = same_column(&a->group, c->pairs[i].a, &b->group,
						     c->pairs[i].b, err);

			if (same < 0) return (vv_status)same;
			d->equal[i] = same > 0;
		}
		if (look && (rc = find_needed(d, a, b, err)) < 0) return rc;
		d->equal_old = a->first_row;
		d->equal_new = b->first_row;
	}
	*equal = d->equal;
	return VV_OK;
}

/* The cells of two rows, one of each group and at one place there, that are needed. */
static vv_status read_needed(vv_rowdiff *d, vv_batch *a, vv_batch *b, size_t row, vv_error *err)
{
	rowdiff_needed *n = &d->needed;
	vv_status rc;
	for (size_t i = 0; i < d->key_count; i++) {
		if ((rc = vv_batch_cell(a, row, d->key_a[i], &n->old_cells[d->key_a[i]], err)) <
			    0 ||
		    (rc = vv_batch_cell(b, row, d->key_b[i], &n->new_cells[d->key_b[i]], err)) <
			    0) {
			return rc;
		}
	}
	for (size_t k = 0; k < n->count; k++) {
		const vv_column_pair *p = &d->opts.columns->pairs[n->pairs[k]];
		vv_cell *x = &n->old_cells[p->a], *y = &n->new_cells[p->b];
		n->same[n->pairs[k]] = n->marks[k * a->rows + row] == 0;
		if (n->same[n->pairs[k]]) {
			x->state = y->state = VV_CELL_ABSENT;
			x->len = y->len = 0;
		} else if ((rc = vv_batch_cell(a, row, (size_t)p->a, x, err)) < 0 ||
			   (rc = vv_batch_cell(b, row, (size_t)p->b, y, err)) < 0) {
			return rc;
		}
	}
	return VV_OK;
}

/* The cells of two rows; *equal: the columns that need no look, or NULL. */
static vv_status read_pair(vv_rowdiff *d, const row_entry *e, vv_row_change *out,
			   const bool **equal, vv_error *err)
{
	vv_batch *a, *b;
	vv_status rc;
	if ((rc = vv_row_by_number_read(&d->rows_a, e->old_row, &a, err)) < 0 ||
	    (rc = vv_row_by_number_read(&d->rows_b, e->new_row, &b, err)) < 0) {
		return rc;
	}
	const size_t at = (size_t)(e->old_row - a->first_row),
		     bt = (size_t)(e->new_row - b->first_row);
	if ((rc = equal_columns(d, a, at, b, bt, equal, err)) < 0) return rc;
	if (!*equal || !d->opts.only_needed || d->needed.returns > RETURNS_MAX) {
		rc = vv_batch_row(a, at, &out->old_cells, err);
		return rc < 0 ? rc : vv_batch_row(b, bt, &out->new_cells, err);
	}
	out->old_cells = d->needed.old_cells;
	out->new_cells = d->needed.new_cells;
	*equal = d->needed.same;
	return read_needed(d, a, b, at, err);
}

/* Keyless: takes the removed rows of one place and the added rows right after them. */
static vv_status fill_gap(vv_rowdiff *d, vv_error *err)
{
	row_gap *g = &d->gap;
	vv_status rc;
	rowdiff_gap_begin(g, d->ahead.pos);
	while (peek_entry(d) && d->ahead.kind == VV_ROW_REMOVED && d->ahead.pos == g->pos) {
		if ((rc = rowdiff_gap_remove(g, d->ahead.old_row, err)) < 0) return rc;
		d->has_ahead = false;
	}
	g->first = g->pos / 2;
	while (peek_entry(d) && d->ahead.kind == VV_ROW_ADDED &&
	       d->ahead.new_row == g->first + g->added) {
		g->added++;
		d->has_ahead = false;
	}
	rc = vv_sorter_ok(d->entries, err);
	return rc < 0 ? rc : rowdiff_gap_match(d, err);
}

/* The next entry; without a key, rows are paired. */
static bool next_entry(vv_rowdiff *d, row_entry *e, vv_status *rc, vv_error *err)
{
	if (d->key_count == 0 && rowdiff_gap_next(&d->gap, e)) return true;
	const bool more = peek_entry(d);
	if (more && d->key_count == 0 && d->ahead.kind == VV_ROW_REMOVED) {
		*rc = fill_gap(d, err);
		return *rc == VV_OK && rowdiff_gap_next(&d->gap, e);
	}
	*e = d->ahead;
	d->has_ahead = false;
	return more;
}

/* Compares a row of both versions; false: nothing to report. */
static vv_status tell_pair(vv_rowdiff *d, row_entry *e, vv_row_change *out, bool *tell,
			   vv_error *err)
{
	size_t changed = 0, formatted = 0;
	vv_rowdiff_stats *s = &d->stats;
	vv_status rc;
	if (e->kind == VV_ROW_MOVED && d->opts.blind_moves) {
		s->moved++;
		*tell = true;
		return VV_OK;
	}
	const bool *equal;
	if ((rc = read_pair(d, e, out, &equal, err)) < 0 ||
	    (rc = rowdiff_compare(d, out->old_cells, out->new_cells, equal, e->rekeyed, &changed,
				  &formatted, err)) < 0) {
		return rc;
	}
	for (size_t i = 0; i < d->opts.columns->count; i++) {
		s->column_changes[i] += d->cells[i] == VV_CELL_CHANGED;
	}
	s->cells_changed += changed;
	s->cells_formatted += formatted;
	s->changed += changed > 0;
	s->rekeyed += e->rekeyed;
	s->formatted_rows += changed == 0 && formatted > 0;
	s->moved += e->moved;
	out->kind = changed + formatted > 0 ? VV_ROW_CHANGED : VV_ROW_MOVED;
	out->cells = d->cells;
	out->changed = changed;
	out->formatted = formatted;
	*tell = changed + formatted > 0 || e->moved;
	return VV_OK;
}

bool vv_rowdiff_next(vv_rowdiff *d, vv_row_change *out, vv_status *rc, vv_error *err)
{
	row_entry e = {0};
	bool tell = false;
	while (*rc == VV_OK && !tell && next_entry(d, &e, rc, err)) {
		*out = (vv_row_change){.kind = e.kind,
				       .moved = e.moved,
				       .rekeyed = e.rekeyed,
				       .old_row = e.old_row,
				       .new_row = e.new_row,
				       .place = e.kind == VV_ROW_REMOVED ? e.pos / 2 : e.new_row};
		tell = true;
		if (e.kind == VV_ROW_ADDED) {
			d->stats.added++;
			*rc = vv_row_by_number_get(&d->rows_b, e.new_row, &out->new_cells, err);
		} else if (e.kind == VV_ROW_REMOVED) {
			d->stats.removed++;
			*rc = vv_row_by_number_get(&d->rows_a, e.old_row, &out->old_cells, err);
		} else {
			*rc = tell_pair(d, &e, out, &tell, err);
		}
	}
	*rc = *rc < 0 ? *rc : vv_sorter_ok(d->entries, err);
	return tell && *rc == VV_OK;
}
