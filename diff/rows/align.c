/*
 * align: aligns rows that are not shared: in one pass over both sides, rows that are equal where
 * they are expected are done with at once; only the others are hashed and sorted.
 */
#include "diff/rows/match_steps.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "dataset/format/group_compare.h"
#include "diff/rows/value.h"

/* Rows looked ahead on either side for where the two continue alike. */
#define WINDOW 32u
/* Without a key: edits searched for the fewest differences; EDITS_MIN at least if the current rows
 * have nothing in common. */
#define EDITS_MAX 512
#define EDITS_MIN 32
/* Without a key: equal rows below more than WEAK times as many rows that differ are left to the hashes. */
#define WEAK 32

/* One side's groups that the other does not have, as one run of rows. */
typedef struct stream {
	vv_rowdiff *d;
	digest digest;
	vv_table_reader *reader;
	const vv_changed_group *groups;
	size_t count, next;
	vv_batch batch;
	size_t at; /* row of the batch */
	bool ended;
	bool has_cells; /* the batch has cells of the wanted columns; otherwise only its group */
	/* of the batch's rows, where has_hashes: from the first one on that differed */
	vv_hash128 *hashes;
	size_t hash_cap;
	bool has_hashes;
} stream;

static vv_status stream_open(stream *s, vv_rowdiff *d, int side, vv_sorter *out, vv_error *err)
{
	*s = (stream){.d = d,
		      .groups = side == 0 ? d->changed.old_groups : d->changed.new_groups,
		      .count = side == 0 ? d->changed.old_count : d->changed.new_count};
	const vv_status rc = digest_init(&s->digest, d, side, out, err);

	return rc < 0 ? rc
		      : vv_table_reader_open(&s->reader, s->digest.table, s->digest.wanted,
					     s->digest.wanted_count, false, err);
}

static void stream_close(stream *s)
{
	vv_table_reader_close(s->reader);
	vv_batch_clear(&s->batch);
	digest_clear(&s->digest);
	vv_free(s->hashes);
}
VV_AUTO_CLEAR(stream, stream_close)

/* Makes a row visible, unless the stream has ended. */
static vv_status stream_fill(stream *s, vv_error *err)
{
	while (!s->ended && s->at >= s->batch.rows) {
		vv_status rc;
		if (s->next == s->count) {
			s->ended = true;
			return VV_OK;
		}
		const vv_changed_group *g = &s->groups[s->next];
		if ((s->next == 0 || g->index != g[-1].index + 1) &&
		    (rc = vv_table_seek_row(s->reader, g->row, err)) < 0) {
			return rc;
		}
		int more = vv_table_read_rows(s->reader, &s->batch, err);
		if (more <= 0) {
			return more < 0 ? (vv_status)more
					: vv_fail(err, VV_ECORRUPT,
						  "a data list is shorter than it declares");
		}
		s->next++;
		s->at = 0;
		s->has_hashes = false;
		s->has_cells = !s->batch.by_row;
		s->d->stats.groups_read++;
		if ((rc = vv_progress_part(s->d->opts.progress, "comparing", s->next, s->count,
					   err)) < 0) {
			return rc;
		}
	}
	return VV_OK;
}

/* Makes the cells of the rows at hand. */
static vv_status stream_cells(stream *s, vv_error *err)
{
	vv_status rc = VV_OK;
	if (!s->has_cells && !s->ended) {
		rc = vv_batch_columns(&s->batch, s->digest.wanted, s->digest.wanted_count, err);
		s->has_cells = rc == VV_OK;
	}
	return rc;
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
static void pass_rows(stream *s, size_t n)
{
	for (; n > 0; n--, s->at++) {
		digest_row(&s->digest, row_at(s, 0), s->batch.first_row + s->at);
	}
}

static bool same_value(vv_rowdiff *d, const vv_field *fa, const vv_cell *a, const vv_field *fb,
		       const vv_cell *b)
{
	vv_cell x = rowdiff_cell(d, fa, a), y = rowdiff_cell(d, fb, b);
	return vv_value_compare(&d->scratch, fa, &x, fb, &y) != VV_OTHER;
}

static bool same_cell(vv_rowdiff *d, const vv_field *fa, const vv_cell *a, const vv_field *fb,
		      const vv_cell *b)
{
	if (a->state == b->state && a->len == b->len &&
	    (a->len == 0 || memcmp(a->text, b->text, a->len) == 0)) {
		return true;
	}
	return d->canonical && same_value(d, fa, a, fb, b);
}

static bool same_key(vv_rowdiff *d, const stream *x, const stream *y, const vv_cell *a,
		     const vv_cell *b)
{
	const digest *g = &x->digest, *h = &y->digest;
	return vv_find_place(i, d->key_count,
			     !same_cell(d, g->key_fields[i], &a[g->key[i]], h->key_fields[i],
					&b[h->key[i]])) == d->key_count;
}

/* Certainly equal, as the hashes see it? (Keys that are spelled otherwise are left to the
 * hashes: here most rows that are compared are different rows.) */
static bool same_row(vv_rowdiff *d, const stream *x, const stream *y, const vv_cell *a,
		     const vv_cell *b)
{
	const digest *g = &x->digest, *h = &y->digest;
	if (!same_key(d, x, y, a, b)) return false;
	return vv_find_place(i, g->column_count,
			     !same_cell(d, g->fields[i], &a[g->columns[i]], h->fields[i],
					&b[h->columns[i]])) == g->column_count;
}

/* The nearest place ahead where both continue with an equal row; false: none in the window. */
static bool find_again(vv_rowdiff *d, const stream *x, const stream *y, size_t *skip_x,
		       size_t *skip_y)
{
	size_t nx = rows_left(x) < WINDOW ? rows_left(x) : WINDOW,
	       ny = rows_left(y) < WINDOW ? rows_left(y) : WINDOW;
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

/* Runs of equal rows found on the way; past `max` of them they are kept on disk if need be. Runs
 * of rows that only have their key in common are always kept so. */
typedef struct runs {
	vv_rowdiff *d;
	vv_segment *list;
	size_t count, cap, max;
	vv_sorter *kept;
	vv_segment more[2]; /* by row_pair: the last run passed to kept; rows 0: none */
} runs;

static bool lengthen_segment(vv_segment *last, const vv_segment *s)
{
	bool next = last->rows > 0 && last->old_row + last->rows == s->old_row &&
		    last->new_row + last->rows == s->new_row;
	last->rows += next ? s->rows : 0;
	return next;
}

/* Lets a run go to the sorter, behind the one before it. */
static void keep_run(runs *r, const vv_segment *s, row_pair how)
{
	vv_segment *last = &r->more[how];
	if (lengthen_segment(last, s)) return;
	if (last->rows > 0) {
		rowdiff_keep(r->kept, last, how);
	}
	*last = *s;
}

static void add_run(runs *r, const vv_segment *s)
{
	if (r->count > 0 && lengthen_segment(&r->list[r->count - 1], s)) return;
	if (r->count >= r->max) {
		keep_run(r, s, PAIR_EQUAL);
	} else if (!vv_array_add(r->list, r->count, r->cap, *s)) {
		vv_buf_fail(&r->d->scratch);
	}
}

static void end_runs(runs *r)
{
	for (int how = PAIR_EQUAL; how <= PAIR_CHANGED; how++) {
		keep_run(r, &(vv_segment){0}, (row_pair)how);
	}
}

/* The rows at hand, passed as equal or as a pair. */
static void pass_both(stream *x, stream *y, runs *r, row_pair how)
{
	const vv_segment one = {x->batch.first_row + x->at++, y->batch.first_row + y->at++, 1};
	if (how == PAIR_EQUAL) {
		add_run(r, &one);
	} else {
		keep_run(r, &one, how);
	}
}

/* The rows at hand have one key, whose hash this is. True: passed; false: the key came before, or
 * there is no room for it. */
static bool pass_pair(vv_rowdiff *d, stream *x, stream *y, runs *r, uint64_t key)
{
	const vv_key_put put = vv_key_set_put(&d->paired, key, rowdiff_memory(d, 1));
	d->again |= put == VV_KEY_THERE;
	d->direct &= put == VV_KEY_NEW;
	d->scratch.failed |= put == VV_KEY_NO_MEMORY;
	if (put == VV_KEY_NEW) {
		pass_both(x, y, r, PAIR_CHANGED);
	}
	return put == VV_KEY_NEW;
}

/* --- whole groups side by side ----------------------------------------------------------- */

/* In which rows of the two groups the key differs, and in which anything else. */
static vv_status mark_rows(vv_rowdiff *d, stream *x, stream *y, uint8_t *keys, uint8_t *others,
			   vv_error *err)
{
	const digest *g = &x->digest, *h = &y->digest;
	vv_arena *scratch = &x->batch.arena;
	vv_status rc;
	for (size_t i = 0; i < d->key_count; i++) {
		if ((rc = vv_group_compare_column(keys, &x->batch.group, g->key[i], &y->batch.group,
						  h->key[i], scratch, err)) < 0) {
			return rc;
		}
	}
	for (size_t i = 0; i < g->column_count; i++) {
		if ((rc = vv_group_compare_column(others, &x->batch.group, g->columns[i],
						  &y->batch.group, h->columns[i], scratch, err)) <
		    0) {
			return rc;
		}
	}
	return VV_OK;
}

/* The hashes of the keys of all rows that differ, up to the first one whose keys do. NULL in *out
 * where there is none. */
static vv_status hash_keys(vv_rowdiff *d, stream *y, const uint8_t *keys, const uint8_t *others,
			   uint64_t **out, vv_error *err)
{
	size_t rows = y->batch.rows;
	vv_status rc = VV_OK;
	*out = NULL;
	for (size_t i = 0; i < rows && keys[i] == 0 && rc == VV_OK; i++) {
		if (others[i] == 0) {
			continue;
		}
		if (!*out) {
			*out = vv_arena_alloc(&y->batch.arena, rows * sizeof(**out));
			rc = *out ? vv_batch_columns(&y->batch, y->digest.key, d->key_count, err)
				  : vv_fail_nomem(err);
		}
		if (rc < 0) return rc;
		(*out)[i] = digest_key(&y->digest, row_at(y, i)).lo;
		vv_key_set_soon(&d->paired, (*out)[i]);
	}
	return rc;
}

/* Compares two groups of equal row counts, none passed yet, column by column; passes their rows up
 * to the first undecided one. */
static vv_status pass_groups(vv_rowdiff *d, stream *x, stream *y, runs *r, vv_error *err)
{
	size_t rows = x->batch.rows;
	uint64_t *hashes = NULL;
	bool paired = true;
	vv_status rc;
	if (x->at > 0 || y->at > 0 || x->has_cells || y->has_cells || rows != y->batch.rows) {
		return VV_OK;
	}
	uint8_t *keys = vv_arena_calloc(&x->batch.arena, rows, 2), *others = keys + rows;
	if (!keys) return vv_fail_nomem(err);
	if ((rc = mark_rows(d, x, y, keys, others, err)) < 0 ||
	    (d->direct && (rc = hash_keys(d, y, keys, others, &hashes, err)) < 0)) {
		return rc;
	}
	for (size_t i = 0; i < rows && paired; i++) {
		if (keys[i] == 0 && others[i] == 0) {
			pass_both(x, y, r, PAIR_EQUAL);
		} else if (keys[i] != 0 || !hashes) {
			return VV_OK;
		} else {
			paired = pass_pair(d, x, y, r, hashes[i]);
		}
	}
	return VV_OK;
}

/* --- the fewest differences -------------------------------------------------------------- */

/* Where rows repeat the nearest equal row is often another one, and one such mistake makes rows far
 * below look moved. So without a key the code searches the fewest removed and added rows that lead
 * from one side to the other (E. Myers, An O(ND) Difference Algorithm, 1986): `reach` has, for
 * every number of edits d and every diagonal k = i - j in -d, -d + 2 ... d, the number of rows of x
 * on the furthest path; row d begins at d * (d + 1) / 2. */
typedef struct script {
	int32_t *reach;
	int32_t *match[2]; /* for each row of a side passed the row of the other, or -1 */
	size_t match_cap[2];
	int limit; /* edits looked through */
	int32_t end_x, end_y;
} script;

static int32_t *reach_at(const script *s, int d, int k)
{
	return &s->reach[(size_t)d * ((size_t)d + 1) / 2 + (size_t)(k + d) / 2];
}

static vv_status hash_rows(stream *s, vv_error *err)
{
	if (s->has_hashes) return VV_OK;
	if (!vv_array_room_for(s->hashes, 0, s->hash_cap, s->batch.rows)) return vv_fail_nomem(err);
	for (size_t i = s->at; i < s->batch.rows; i++) {
		s->hashes[i] = digest_cells(&s->digest, row_at(s, i - s->at));
	}
	s->has_hashes = true;
	return VV_OK;
}

static int32_t follow_diagonal(const stream *x, const stream *y, int32_t i, int k, int32_t nx,
			       int32_t ny)
{
	const vv_hash128 *a = &x->hashes[x->at], *b = &y->hashes[y->at];
	while (i < nx && i - k < ny && vv_hash128_equal(a[i], b[i - k])) {
		i++;
	}
	return i;
}

/* How far the best path with d edits comes that ends on diagonal k; -1: there is none. */
static int32_t step_path(const script *s, int d, int k, int32_t nx, int32_t ny)
{
	int32_t left = d > 0 && k > -d ? *reach_at(s, d - 1, k - 1) : -1,
		up = d > 0 && k < d ? *reach_at(s, d - 1, k + 1) : -1;
	int32_t i = -1;

	if (d == 0) {
		i = 0;
	} else if (left >= 0 && left + 1 <= nx) {
		i = left + 1;
	}
	if (up >= 0 && up - k <= ny && up > i) {
		i = up;
	}
	return i >= 0 && i - k >= 0 && i - k <= ny ? i : -1;
}

/* One more edit; *k: the diagonal of the path that comes furthest, which is how many rows. */
static int32_t search_round(script *s, const stream *x, const stream *y, int d, int *k, bool *edge)
{
	int32_t nx = (int32_t)rows_left(x), ny = (int32_t)rows_left(y), far = -1;
	for (int at = -d; at <= d; at += 2) {
		int32_t i = step_path(s, d, at, nx, ny);
		i = i < 0 ? -1 : follow_diagonal(x, y, i, at, nx, ny);
		*reach_at(s, d, at) = i;
		if (i >= 0 && 2 * i - at > far) {
			far = 2 * i - at;
			*k = at;
		}
		*edge |= i >= 0 && (i == nx || i - at == ny);
	}
	return far;
}

/* Searches the path through all current rows. If one side's are passed long before the other's, the
 * rest waits for the next rows of that side. *d, *k: the path. */
static void search_path(script *s, const stream *x, const stream *y, int *d, int *k)
{
	int32_t all = (int32_t)(rows_left(x) + rows_left(y));
	bool last = x->next == x->count && y->next == y->count, edge = false;
	int max = s->limit, edge_d = -1, edge_k = 0;
	for (*d = 0;; ++*d) {
		int32_t far = search_round(s, x, y, *d, k, &edge);
		if (far == all) return;
		if (edge && edge_d < 0) {
			edge_d = *d;
			edge_k = *k;
			max = !last && edge_d + EDITS_MIN < max ? edge_d + EDITS_MIN : max;
		}
		if (*d == max) {
			break;
		}
	}
	if (edge_d >= 0) {
		*d = edge_d;
		*k = edge_k;
	}
}

/* Writes down the path that ends with d edits on diagonal k. */
static size_t trace_path(script *s, int d, int k, int32_t nx, int32_t ny)
{
	int32_t i = *reach_at(s, d, k);
	size_t equal = 0;
	s->end_x = i;
	s->end_y = i - k;
	for (int32_t j = 0; j < s->end_y; j++) {
		s->match[1][j] = -1;
	}
	for (; d >= 0; d--) {
		int32_t from = step_path(s, d, k, nx, ny);
		for (; i > from; equal++) {
			i--;
			s->match[0][i] = i - k;
			s->match[1][i - k] = i;
		}
		if (d > 0) {
			int32_t up = k < d ? *reach_at(s, d - 1, k + 1) : -1;
			bool added = up == from && up >= 0; /* else a row of x was passed */
			k += added ? 1 : -1;
			if (!added) {
				s->match[0][--i] = -1;
			}
		}
	}
	return equal;
}

/* Rows that only one side has, as a block, look the same one row further up or down where the row
 * that leaves the block equals the one that enters it. A block moves next to the other side's own
 * rows: then the two are one change at one place. */
static void slide_up(int32_t *mine, int32_t *other, int32_t start, int32_t end, int32_t steps)
{
	for (int32_t k = 1; k <= steps; k++) {
		mine[end - k] = mine[start - k];
		other[mine[end - k]] = end - k;
		mine[start - k] = -1;
	}
}

static void slide_down(int32_t *mine, int32_t *other, int32_t start, int32_t end, int32_t steps)
{
	for (int32_t k = 0; k < steps; k++) {
		mine[start + k] = mine[end + k];
		other[mine[start + k]] = start + k;
		mine[end + k] = -1;
	}
}

/* One side's rows while blocks of them go to another place. */
typedef struct slider {
	const vv_hash128 *rows;
	int32_t *mine, *other; /* who is whose partner */
	int32_t count, other_count;
} slider;

/* nth: skips nth - 1 nearer places, left for later rows; at most the last place. */
static bool try_up(slider *s, int32_t start, int32_t end, int32_t nth)
{
	const int32_t *mine = s->mine;
	int32_t steps = 0;
	for (int32_t k = 1; k <= start && mine[start - k] >= 0 &&
			    vv_hash128_equal(s->rows[start - k], s->rows[end - k]);
	     k++) {
		int32_t above = start - k - 1;
		while (above >= 0 && mine[above] < 0) { /* the block joins this one */
			above--;
		}
		if (mine[start - k] > (above >= 0 ? mine[above] + 1 : 0)) {
			steps = k;
			if (--nth <= 0) {
				break;
			}
		}
	}
	slide_up(s->mine, s->other, start, end, steps);
	return steps > 0;
}

/* Returns the number of rows moved down. */
static int32_t try_down(slider *s, int32_t start, int32_t end, int32_t nth)
{
	const int32_t *mine = s->mine;
	int32_t steps = 0;
	for (int32_t k = 1; end + k <= s->count && mine[end + k - 1] >= 0 &&
			    vv_hash128_equal(s->rows[start + k - 1], s->rows[end + k - 1]);
	     k++) {
		int32_t below = end + k;
		while (below < s->count && mine[below] < 0) {
			below++;
		}
		if (mine[end + k - 1] + 1 < (below < s->count ? mine[below] : s->other_count)) {
			steps = k;
			if (--nth <= 0) {
				break;
			}
		}
	}
	slide_down(s->mine, s->other, start, end, steps);
	return steps;
}

/* Returns the block's new end. Rows in excess at its place move one by one. */
static int32_t slide_block(slider *s, int32_t start, int32_t end)
{
	int32_t before = start > 0 ? s->mine[start - 1] + 1 : 0,
		after = end < s->count ? s->mine[end] : s->other_count, last = end;
	if (after <= before) {
		return try_up(s, start, end, 1) ? end : end + try_down(s, start, end, 1);
	}
	while (end - start > after - before &&
	       try_up(s, start, start + 1, end - start - (after - before))) {
		start++;
	}
	while (end - start > after - before &&
	       try_down(s, end - 1, end, end - start - (after - before)) > 0) {
		end--;
	}
	return last;
}

static void slide_blocks(slider *s)
{
	for (int32_t start = 0, end; start < s->count; start = end) {
		for (end = start; end < s->count && s->mine[end] < 0; end++) {
		}
		end = end > start ? slide_block(s, start, end) : start + 1;
		while (end > start + 1 && end < s->count && s->mine[end] < 0) {
			end++; /* the block joined the next one */
		}
	}
}

/* A few equal rows below many that differ may be equal to others further down, too. They are left to the
 * hashes, which see all rows: a wrong pair here would part the changed rows above from their partners. */
static void drop_weak(script *s)
{
	int32_t i = 0, j = 0, lone = 0;

	while (i < s->end_x || j < s->end_y) {
		int32_t n = 0;

		while (i + n < s->end_x && s->match[0][i + n] == j + n) {
			n++;
		}
		const bool weak = lone > WEAK * n;
		for (int32_t k = 0; weak && k < n; k++) {
			s->match[0][i + k] = s->match[1][j + k] = -1;
		}
		i += n;
		j += n;
		if (n > 0) {
			lone = weak ? lone + 2 * n : 0;
			continue;
		}
		lone++;
		if (i < s->end_x && s->match[0][i] < 0) {
			i++;
		} else {
			j++;
		}
	}
}

static vv_status script_room(script *s, size_t side, size_t rows, vv_error *err)
{
	if (!s->reach) {
		s->limit = EDITS_MAX;
		s->reach = vv_calloc((size_t)(EDITS_MAX + 1) * (EDITS_MAX + 2) / 2,
				     sizeof(*s->reach));
	}
	return s->reach && vv_array_room_for(s->match[side], 0, s->match_cap[side], rows)
		       ? VV_OK
		       : vv_fail_nomem(err);
}

/* Passes the rows at hand with the fewest differences. */
static vv_status pass_differences(script *s, stream *x, stream *y, runs *found, vv_error *err)
{
	int d, k = 0;
	int32_t i = 0, j = 0;
	vv_status rc;
	if (rows_left(x) > INT32_MAX / 4 || rows_left(y) > INT32_MAX / 4) {
		return vv_fail(err, VV_EREFUSED, "a row group has too many rows");
	}
	if ((rc = hash_rows(x, err)) < 0 || (rc = hash_rows(y, err)) < 0 ||
	    (rc = script_room(s, 0, rows_left(x), err)) < 0 ||
	    (rc = script_room(s, 1, rows_left(y), err)) < 0) {
		return rc;
	}
	search_path(s, x, y, &d, &k);
	size_t equal = trace_path(s, d, k, (int32_t)rows_left(x), (int32_t)rows_left(y));
	slide_blocks(&(slider){.rows = &x->hashes[x->at],
			       .mine = s->match[0],
			       .other = s->match[1],
			       .count = s->end_x,
			       .other_count = s->end_y});
	slide_blocks(&(slider){.rows = &y->hashes[y->at],
			       .mine = s->match[1],
			       .other = s->match[0],
			       .count = s->end_y,
			       .other_count = s->end_x});
	drop_weak(s);
	/* where nearly nothing is equal, long searches find nothing either */
	if (equal * 8 < (size_t)(s->end_x + s->end_y)) {
		s->limit = EDITS_MIN;
	} else if (s->limit * 2 < EDITS_MAX) {
		s->limit = s->limit * 2;
	} else {
		s->limit = EDITS_MAX;
	}
	while (i < s->end_x || j < s->end_y) {
		if (i < s->end_x && s->match[0][i] == j) {
			pass_both(x, y, found, PAIR_EQUAL);
			i++;
			j++;
		} else if (i < s->end_x && s->match[0][i] < 0) {
			pass_rows(x, 1);
			i++;
		} else {
			pass_rows(y, 1);
			j++;
		}
	}
	return VV_OK;
}

/* Passes the rows at hand, or some of them. */
static vv_status walk_on(vv_rowdiff *d, stream *x, stream *y, runs *found, script *fewest,
			 vv_error *err)
{
	size_t skip_x = 0, skip_y = 0;
	vv_status rc;
	if ((rc = stream_cells(x, err)) < 0 || (rc = stream_cells(y, err)) < 0) return rc;
	if (x->ended || y->ended) {
		skip_x = x->ended ? 0 : rows_left(x);
		skip_y = y->ended ? 0 : rows_left(y);
	} else if (same_row(d, x, y, row_at(x, 0), row_at(y, 0))) {
		pass_both(x, y, found, PAIR_EQUAL);
	} else if (d->key_count == 0) {
		return pass_differences(fewest, x, y, found, err);
	} else if (d->direct && same_key(d, x, y, row_at(x, 0), row_at(y, 0))) {
		(void)pass_pair(d, x, y, found, digest_key(&y->digest, row_at(y, 0)).lo);
	} else {
		find_again(d, x, y, &skip_x, &skip_y);
	}
	pass_rows(x, skip_x);
	pass_rows(y, skip_y);
	return VV_OK;
}

static vv_status walk_streams(vv_rowdiff *d, stream *x, stream *y, runs *found, script *fewest,
			      vv_error *err)
{
	for (;;) {
		vv_status rc;
		if ((rc = vv_buf_ok(&d->scratch, err)) < 0 ||
		    (rc = vv_sorter_ok(x->digest.out, err)) < 0 ||
		    (rc = vv_sorter_ok(found->kept, err)) < 0 || (rc = stream_fill(x, err)) < 0 ||
		    (rc = stream_fill(y, err)) < 0) {
			return rc;
		}
		if (d->again || (x->ended && y->ended)) return VV_OK;
		if (!x->ended && !y->ended) {
			size_t before = x->at;
			if ((rc = pass_groups(d, x, y, found, err)) < 0) return rc;
			if (x->at > before) {
				continue;
			}
		}
		if ((rc = walk_on(d, x, y, found, fewest, err)) < 0) return rc;
	}
}

/* Lays the runs beside the segments that are shared as whole groups. */
static vv_status merge_runs(vv_changed_groups *g, const runs *found, vv_error *err)
{
	if (found->count == 0) return VV_OK;
	vv_segment *p = vv_realloc_array(g->segments, g->segment_count + found->count, sizeof(*p));
	if (!p) return vv_fail_nomem(err);
	g->segments = p;
	memcpy(p + g->segment_count, found->list, found->count * sizeof(*p));
	g->segment_count += found->count;
	qsort(p, g->segment_count, sizeof(*p), vv_u64_order);
	size_t n = 0;
	for (size_t i = 1; i < g->segment_count; i++) {
		if (p[n].old_row + p[n].rows == p[i].old_row &&
		    p[n].new_row + p[n].rows == p[i].new_row) {
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
	vv_auto(stream) x = {0}, y = {0};
	script fewest = {0};
	runs found = {.d = d, .max = rowdiff_memory(d, 8) / sizeof(vv_segment), .kept = kept};
	vv_status rc;
	if ((rc = stream_open(&x, d, 0, out, err)) < 0 ||
	    (rc = stream_open(&y, d, 1, out, err)) < 0) {
		return rc;
	}
	if ((rc = walk_streams(d, &x, &y, &found, &fewest, err)) == VV_OK && !d->again) {
		end_runs(&found);
		rc = merge_runs(&d->changed, &found, err);
	}
	vv_free_all(found.list, fewest.reach, fewest.match[0], fewest.match[1]);
	return rc;
}
