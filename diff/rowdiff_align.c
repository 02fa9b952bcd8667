/*
 * Knows how the rows that are not shared go past each other: in one pass over both
 * sides, rows that are equal where they are expected are done with at once; only the
 * others are hashed and sorted.
 */
#include <stdlib.h>
#include <string.h>

#include "base/sys.h"
#include "diff/rowdiff_internal.h"
#include "diff/value.h"

/* Rows looked ahead on either side for where the two go on alike. */
#define WINDOW 32u

/* One side's groups that the other does not have, as one run of rows. */
typedef struct stream {
	vv_rowdiff *d;
	digest digest;
	vv_table_reader *reader;
	const vv_region_group *groups;
	size_t count, next;
	vv_batch batch;
	size_t at; /* row of the batch */
	bool ended;
} stream;

static vv_status stream_open(stream *s, vv_rowdiff *d, int side, vv_sorter *out, vv_error *err)
{
	s->d = d;
	s->groups = side == 0 ? d->regions.old_groups : d->regions.new_groups;
	s->count = side == 0 ? d->regions.old_count : d->regions.new_count;
	vv_batch_init(&s->batch);
	vv_status rc = digest_init(&s->digest, d, side, out, err);
	if (rc < 0) {
		return rc;
	}
	return vv_table_reader_open(&s->reader, s->digest.table, s->digest.wanted, s->digest.wanted_count, false, err);
}

static void stream_close(stream *s)
{
	vv_table_reader_close(s->reader);
	vv_batch_clear(&s->batch);
	digest_clear(&s->digest);
}

/* Makes a row visible, unless the stream has ended. */
static vv_status stream_fill(stream *s, vv_error *err)
{
	while (!s->ended && s->at >= s->batch.rows) {
		vv_status rc;
		if (s->next == s->count) {
			s->ended = true;
			return VV_OK;
		}
		const vv_region_group *g = &s->groups[s->next];
		if ((s->next == 0 || g->index != g[-1].index + 1) && (rc = vv_table_seek_row(s->reader, g->row, err)) < 0) {
			return rc;
		}
		int more = vv_table_read(s->reader, &s->batch, err);
		if (more <= 0) {
			return more < 0 ? (vv_status)more : vv_fail(err, VV_ECORRUPT, "a data list is shorter than it says");
		}
		s->next++;
		s->at = 0;
		s->d->stats.groups_read++;
		vv_progress_update(s->d->opts.progress, "comparing", s->next, s->count);
	}
	return VV_OK;
}

static const vv_cell *row_at(const stream *s, size_t ahead)
{
	return &s->batch.cells[(s->at + ahead) * s->batch.columns];
}

static size_t rows_left(const stream *s)
{
	return s->batch.rows - s->at;
}

/* Leaves n rows to be found by their hashes. */
static vv_status pass(stream *s, size_t n, vv_error *err)
{
	vv_status rc = VV_OK;
	for (; n > 0 && rc == VV_OK; n--, s->at++) {
		rc = digest_row(&s->digest, row_at(s, 0), s->batch.first_row + s->at, err);
	}
	return rc;
}

static bool same_value(vv_rowdiff *d, const vv_field *fa, const vv_cell *a, const vv_field *fb, const vv_cell *b)
{
	vv_cell x = rowdiff_cell(d, fa, a), y = rowdiff_cell(d, fb, b);
	return vv_value_compare_with(&d->scratch, fa, &x, fb, &y) != VV_OTHER;
}

static bool same_cell(vv_rowdiff *d, const vv_field *fa, const vv_cell *a, const vv_field *fb, const vv_cell *b)
{
	if (a->state == b->state && a->len == b->len && (a->len == 0 || memcmp(a->text, b->text, a->len) == 0)) {
		return true;
	}
	return d->canonical && same_value(d, fa, a, fb, b);
}

/* Certainly equal, as the hashes see it? (Keys that are spelled otherwise are left to the
 * hashes: here most rows that are compared are different rows.) */
static bool same_row(vv_rowdiff *d, const stream *x, const stream *y, const vv_cell *a, const vv_cell *b)
{
	const digest *g = &x->digest, *h = &y->digest;
	for (size_t i = 0; i < d->key_count; i++) {
		if (!same_cell(d, g->key_fields[i], &a[g->key[i]], h->key_fields[i], &b[h->key[i]])) {
			return false;
		}
	}
	for (size_t i = 0; i < g->column_count; i++) {
		if (!same_cell(d, g->fields[i], &a[g->columns[i]], h->fields[i], &b[h->columns[i]])) {
			return false;
		}
	}
	return true;
}

/* The nearest place ahead where both go on with an equal row; false: none in the window. */
static bool find_again(vv_rowdiff *d, const stream *x, const stream *y, size_t *skip_x, size_t *skip_y)
{
	size_t nx = rows_left(x) < WINDOW ? rows_left(x) : WINDOW, ny = rows_left(y) < WINDOW ? rows_left(y) : WINDOW;
	if (nx > 1 && ny > 1 && same_row(d, x, y, row_at(x, 1), row_at(y, 1))) {
		*skip_x = *skip_y = 1; /* one row changed: by far the most frequent */
		return true;
	}
	for (size_t sum = 1; sum < nx + ny - 1; sum++) {
		for (size_t i = sum < ny ? 0 : sum - ny + 1; i <= sum && i < nx; i++) {
			if (same_row(d, x, y, row_at(x, i), row_at(y, sum - i))) {
				*skip_x = i;
				*skip_y = sum - i;
				return true;
			}
		}
	}
	*skip_x = nx;
	*skip_y = ny;
	return false;
}

/* Runs of equal rows found on the way. Past `max` of them rows are kept one by one, on disk
 * if need be. */
typedef struct runs {
	vv_segment *list;
	size_t count, cap, max;
	vv_sorter *kept;
} runs;

static vv_status add_run(runs *r, uint64_t old_row, uint64_t new_row, vv_error *err)
{
	vv_segment *last = r->count > 0 ? &r->list[r->count - 1] : NULL;
	if (last && last->old_row + last->rows == old_row && last->new_row + last->rows == new_row) {
		last->rows++;
		return VV_OK;
	}
	if (r->count >= r->max) {
		return rowdiff_keep(r->kept, old_row, new_row, PAIR_EQUAL, err);
	}
	if (r->count == r->cap) {
		size_t cap = r->cap ? r->cap * 2 : 64;
		vv_segment *p = vv_realloc_array(r->list, cap, sizeof(*p));
		if (!p) {
			return vv_fail_nomem(err);
		}
		r->list = p;
		r->cap = cap;
	}
	r->list[r->count++] = (vv_segment){old_row, new_row, 1};
	return VV_OK;
}

static vv_status walk(vv_rowdiff *d, stream *x, stream *y, runs *found, vv_error *err)
{
	for (;;) {
		vv_status rc;
		size_t skip_x = 0, skip_y = 0;
		if ((rc = vv_buf_ok(&d->scratch, err)) < 0 || (rc = stream_fill(x, err)) < 0 || (rc = stream_fill(y, err)) < 0) {
			return rc;
		}
		if (x->ended && y->ended) {
			return VV_OK;
		}
		if (x->ended || y->ended) {
			skip_x = x->ended ? 0 : rows_left(x);
			skip_y = y->ended ? 0 : rows_left(y);
		} else if (same_row(d, x, y, row_at(x, 0), row_at(y, 0))) {
			rc = add_run(found, x->batch.first_row + x->at++, y->batch.first_row + y->at++, err);
		} else {
			find_again(d, x, y, &skip_x, &skip_y);
		}
		if (rc < 0 || (rc = pass(x, skip_x, err)) < 0 || (rc = pass(y, skip_y, err)) < 0) {
			return rc;
		}
	}
}

static int segment_order(const void *a, const void *b)
{
	const vv_segment *x = a, *y = b;
	return x->old_row < y->old_row ? -1 : x->old_row > y->old_row;
}

/* Lays the runs beside the segments that are shared as whole groups. */
static vv_status merge_runs(vv_regions *g, const runs *found, vv_error *err)
{
	if (found->count == 0) {
		return VV_OK;
	}
	vv_segment *p = vv_realloc_array(g->segments, g->segment_count + found->count, sizeof(*p));
	if (!p) {
		return vv_fail_nomem(err);
	}
	g->segments = p;
	memcpy(p + g->segment_count, found->list, found->count * sizeof(*p));
	g->segment_count += found->count;
	qsort(p, g->segment_count, sizeof(*p), segment_order);
	size_t n = 0;
	for (size_t i = 1; i < g->segment_count; i++) {
		if (p[n].old_row + p[n].rows == p[i].old_row && p[n].new_row + p[n].rows == p[i].new_row) {
			p[n].rows += p[i].rows;
		} else {
			p[++n] = p[i];
		}
	}
	g->segment_count = n + 1;
	return VV_OK;
}

vv_status rowdiff_align(vv_rowdiff *d, vv_sorter *out, vv_sorter *kept, vv_error *err)
{
	stream x = {0}, y = {0};
	runs found = {.max = rowdiff_memory(d, 8) / sizeof(vv_segment), .kept = kept};
	vv_status rc;
	if ((rc = stream_open(&x, d, 0, out, err)) == VV_OK && (rc = stream_open(&y, d, 1, out, err)) == VV_OK &&
	    (rc = walk(d, &x, &y, &found, err)) == VV_OK) {
		rc = merge_runs(&d->regions, &found, err);
	}
	stream_close(&x);
	stream_close(&y);
	vv_free(found.list);
	return rc;
}
