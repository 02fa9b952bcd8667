/*
 * blame: follows rows and cells from a version to those before it: where each row of the newer one is
 * in each of the older, and which of them it has its cells from.
 */
#include "lib/view/blame.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "base/text.h"
#include "diff/rows/descent.h"
#include "diff/rows/row_change.h"
#include "diff/rows/rowdiff.h"
#include "lib/names/versions.h"
#include "lib/view/table_pairs.h"
#include "repo/git/merge/lineage.h"

#define NOBODY UINT32_MAX
#define NOWHERE UINT64_MAX
#define UNTOLD (UINT64_MAX - 1)
#define TOUCHED ((uint64_t)1 << 62) /* beside a row's number: some of its cells changed */
/* By row: only a column that came had cells of the row there; any other commit is preferred. */
#define WEAK 0x80000000u
#define NO_SIDE SIZE_MAX

struct vv_blame_part {
	uint32_t *target; /* indexes of the requested rows */
	uint64_t *row;    /* its number in this version */
	/* the cells that are looked for, by columns of the first version, a bit each, and one bit for the row
	 * as a whole: with columns that were dropped since. NULL: all of all */
	uint8_t *bits;
	size_t count, cap;
	long *column_in; /* columns of the first version in this one; -1 */
	char **key;      /* names in this version, NULL-ended */
	vv_blame_part *before, *after;
};

struct vv_blame {
	size_t rows, columns, width; /* width: bytes of bits */
	bool by_cell;
	const char *temp_dir;
	vv_pool *pool;
	uint32_t *by; /* commit numbers: one a row, or one a cell */
	uint64_t left;
	vv_blame_part *parts;
};

/* How the rows of the newer version came from one older version. */
typedef struct side {
	vv_descent d;
	size_t number;     /* of the parent */
	uint64_t *old_of;  /* for each row of the newer version, with TOUCHED; NOWHERE: added */
	uint64_t *touched; /* rows of the newer version with changed cells, ascending */
	uint8_t *changed;  /* bits by columns of the newer version, for each of touched */
	size_t touched_count, touched_cap;
	uint8_t *fresh;     /* the same: columns that the older version does not have */
	bool any_fresh;     /* one that is looked for */
	const uint8_t *now; /* of the row that is looked at: bits of changed, or NULL */
	vv_blame_part *into;
} side;

typedef struct step {
	vv_blame *b;
	vv_blame_part *part;
	vv_table *newer;
	uint32_t commit;
	bool named;
	side *sides;
	size_t count, width; /* width: bytes of bits of the newer version */
	size_t *origin;      /* for each column of the first version: place in sides, or NO_SIDE */
	uint8_t *scratch;    /* bits of one row */
} step;

static bool bit_at(const uint8_t *bits, size_t i)
{
	return bits[i / 8] >> (i % 8) & 1;
}

static void put_bit(uint8_t *bits, size_t i)
{
	bits[i / 8] |= (uint8_t)(1u << (i % 8));
}

/* --- parts ----------------------------------------------------------------------------------- */

static void part_free(vv_blame *b, vv_blame_part *p)
{
	if (p->before) {
		p->before->after = p->after;
	} else {
		b->parts = p->after;
	}
	if (p->after) {
		p->after->before = p->before;
	}
	for (size_t i = 0; p->key && p->key[i]; i++) {
		vv_free(p->key[i]);
	}
	vv_free_all(p->key, p->target, p->row, p->bits, p->column_in, p);
}

static vv_status set_key(vv_blame_part *p, const char *const *key, vv_error *err)
{
	size_t n = 0;
	char **names;
	while (key[n]) {
		n++;
	}
	if (!(names = vv_calloc(n + 1, sizeof(*names)))) return vv_fail_nomem(err);
	vv_auto_free char **old = p->key;
	p->key = names;
	for (size_t i = 0; i < n; i++) {
		if (!(names[i] = vv_strdup(key[i]))) {
			n = SIZE_MAX;
			break;
		}
	}
	for (size_t i = 0; old && old[i]; i++) {
		vv_free(old[i]);
	}
	return n == SIZE_MAX ? vv_fail_nomem(err) : VV_OK;
}

static vv_status part_new(vv_blame_part **out, vv_blame *b, const char *const *key, vv_error *err)
{
	vv_blame_part *p = vv_calloc(1, sizeof(*p));
	*out = p;
	if (!p) return vv_fail_nomem(err);
	p->after = b->parts;
	if (p->after) {
		p->after->before = p;
	}
	b->parts = p;
	if (!(p->column_in = vv_calloc(b->columns + 1, sizeof(*p->column_in)))) {
		return vv_fail_nomem(err);
	}
	return set_key(p, key, err);
}

static vv_status part_room(const vv_blame *b, vv_blame_part *p, size_t more, vv_error *err)
{
	size_t cap = p->cap ? p->cap : 64;
	while (cap - p->count < more) {
		cap *= 2;
	}
	if (cap == p->cap) return VV_OK;
	uint32_t *target = vv_realloc_array(p->target, cap, sizeof(*target));
	p->target = target ? target : p->target;
	uint64_t *row = vv_realloc_array(p->row, cap, sizeof(*row));
	p->row = row ? row : p->row;
	uint8_t *bits = p->bits ? vv_realloc_array(p->bits, cap, b->width) : NULL;
	p->bits = bits ? bits : p->bits;
	if (!target || !row || (p->bits && !bits)) return vv_fail_nomem(err);
	p->cap = cap;
	return VV_OK;
}

/* Makes separate bits for each row of a part. */
static vv_status part_bits(const vv_blame *b, vv_blame_part *p, vv_error *err)
{
	if (!p->bits) {
		if (!(p->bits = vv_realloc_array(NULL, p->cap, b->width))) {
			return vv_fail_nomem(err);
		}
		memset(p->bits, 0xff, p->cap * b->width);
	}
	return VV_OK;
}

/* bits NULL: all. */
static vv_status part_add(const vv_blame *b, vv_blame_part *p, uint32_t target, uint64_t row,
			  const uint8_t *bits, vv_error *err)
{
	vv_status rc;
	if ((rc = part_room(b, p, 1, err)) < 0 || (bits && (rc = part_bits(b, p, err)) < 0)) {
		return rc;
	}
	p->target[p->count] = target;
	p->row[p->count] = row;
	if (bits) {
		memmove(p->bits + p->count * b->width, bits, b->width);
	} else if (p->bits) {
		memset(p->bits + p->count * b->width, 0xff, b->width);
	}
	p->count++;
	return VV_OK;
}

static bool same_view(const vv_blame *b, const vv_blame_part *p, const vv_blame_part *q)
{
	return vv_texts_equal(VV_TEXTS(p->key), VV_TEXTS(q->key)) &&
	       memcmp(p->column_in, q->column_in, b->columns * sizeof(*p->column_in)) == 0;
}

/* Two parts of one version: *joined when `into` took over all of `more`, which is gone then. */
static vv_status blame_join(vv_blame *b, vv_blame_part *into, vv_blame_part *more, bool *joined,
			    vv_error *err)
{
	vv_status rc = VV_OK;
	*joined = same_view(b, into, more);
	for (size_t i = 0; *joined && rc == VV_OK && i < more->count; i++) {
		rc = part_add(b, into, more->target[i], more->row[i],
			      more->bits ? more->bits + i * b->width : NULL, err);
	}
	if (*joined && rc == VV_OK) {
		part_free(b, more);
	}
	return rc;
}

/* --- beginning and end ------------------------------------------------------------------------- */

/* Begins with the version to be explained; *all of it. */
static vv_status blame_new(vv_blame **out, vv_blame_part **all, vv_table *table,
			   const vv_blame_options *o, vv_error *err)
{
	static const char *const none[] = {NULL};
	const char *const *own = table->root.key_count > 0 ? (const char *const *)table->root.key
							   : none;
	const char *key[VV_DESCENT_KEY_MAX + 1] = {NULL};
	vv_blame *b = vv_calloc(1, sizeof(*b));
	size_t n;
	*out = NULL;
	if (!b) return vv_fail_nomem(err);
	for (size_t i = 0;
	     i < VV_DESCENT_KEY_MAX && (o->key ? o->key[i] != NULL : i < table->root.key_count);
	     i++) {
		key[i] = o->key ? o->key[i] : own[i];
	}
	*b = (vv_blame){.rows = o->rows ? o->row_count : (size_t)table->root.rows,
			.columns = table->columns,
			.width = table->columns / 8 + 1,
			.by_cell = o->cells,
			.temp_dir = o->temp_dir,
			.pool = o->pool};
	if (b->rows >= NOBODY || !vv_mul_size(&n, b->rows, o->cells ? b->columns : 1)) {
		vv_free(b);
		return vv_fail(err, VV_EREFUSED,
			       "the table is too large to find the commit of each %s",
			       o->cells ? "cell" : "row");
	}
	b->left = n;
	b->by = vv_realloc_array(NULL, n + 1, sizeof(*b->by));
	if (!b->by || part_new(all, b, key, err) < 0 || part_room(b, *all, b->rows + 1, err) < 0) {
		vv_blame_free(b);
		return vv_fail_nomem(err);
	}
	memset(b->by, 0xff, (n + 1) * sizeof(*b->by));
	for (size_t i = 0; i < b->columns; i++) {
		(*all)->column_in[i] = (long)i;
	}
	vv_status rc = VV_OK;
	for (size_t i = 0; rc == VV_OK && i < b->rows; i++) {
		rc = part_add(b, *all, (uint32_t)i, o->rows ? o->rows[i] : i, NULL, err);
	}
	*out = b;
	return rc;
}

void vv_blame_free(vv_blame *b)
{
	if (b) {
		while (b->parts) {
			part_free(b, b->parts);
		}
		vv_free_all(b->by, b);
	}
}

/* Rows (cells) not yet explained. */
static uint64_t blame_left(const vv_blame *b)
{
	return b->left;
}

uint32_t vv_blame_of(const vv_blame *b, uint64_t index, size_t column)
{
	uint32_t by = b->by[b->by_cell ? index * b->columns + column : index];
	return by == NOBODY ? by : by & ~WEAK;
}

/* --- how rows came from one version -------------------------------------------------------------- */

static vv_status add_touched(side *s, size_t width, const vv_row_change *c, vv_error *err)
{
	if (s->touched_count == s->touched_cap) {
		size_t cap = s->touched_cap ? s->touched_cap * 2 : 64;
		uint64_t *rows = vv_realloc_array(s->touched, cap, sizeof(*rows));
		s->touched = rows ? rows : s->touched;
		uint8_t *bits = vv_realloc_array(s->changed, cap, width);
		s->changed = bits ? bits : s->changed;
		if (!rows || !bits) return vv_fail_nomem(err);
		s->touched_cap = cap;
	}
	uint8_t *bits = s->changed + s->touched_count * width;
	memset(bits, 0, width);
	for (size_t i = 0; i < s->d.columns.count; i++) {
		if (c->cells[i] == VV_CELL_CHANGED && s->d.columns.pairs[i].b >= 0) {
			put_bit(bits, (size_t)s->d.columns.pairs[i].b);
		}
	}
	s->touched[s->touched_count++] = c->new_row;
	return VV_OK;
}

/* Reads added, moved and changed rows with their places; all others have the order of the older
 * version. */
static vv_status read_changes(side *s, size_t width, uint64_t new_rows, vv_error *err)
{
	vv_auto(vv_descent_rest) rest = {0};
	vv_row_change c;
	uint64_t next = 0;
	size_t skip = 0;
	vv_status rc = VV_OK;
	for (uint64_t i = 0; i < new_rows; i++) {
		s->old_of[i] = UNTOLD;
	}
	while (vv_rowdiff_next(s->d.rows, &c, &rc, err)) {
		if (c.kind != VV_ROW_REMOVED) {
			s->old_of[c.new_row] = c.kind == VV_ROW_ADDED ? NOWHERE : c.old_row;
		}
		if (c.kind == VV_ROW_CHANGED && c.changed > 0) {
			s->old_of[c.new_row] |= TOUCHED;
			rc = add_touched(s, width, &c, err);
		}
		rc = rc < 0 ? rc : vv_descent_rest_add(&rest, &c, err);
	}
	vv_descent_rest_sort(&rest);
	for (uint64_t i = 0; rc == VV_OK && i < new_rows; i++) {
		if (s->old_of[i] == UNTOLD) {
			s->old_of[i] = vv_descent_rest_next(&rest, &next, &skip);
		}
	}
	return rc;
}

static vv_status side_open(side *s, const step *t, vv_table *older, vv_error *err)
{
	vv_table *newer = t->newer;
	vv_status rc;
	s->old_of = vv_realloc_array(NULL, (size_t)newer->root.rows + 1, sizeof(*s->old_of));
	s->fresh = vv_calloc(t->width, 1);
	if (!s->old_of || !s->fresh) return vv_fail_nomem(err);
	if ((rc = vv_descent_open(&s->d, older, newer, (const char *const *)t->part->key, true,
				  t->b->temp_dir, t->b->pool, err)) < 0 ||
	    (rc = read_changes(s, t->width, newer->root.rows, err)) < 0) {
		return rc;
	}
	for (size_t i = 0; i < newer->columns; i++) {
		if (vv_columns_to_old(&s->d.columns, i) < 0) {
			put_bit(s->fresh, i);
		}
	}
	for (size_t c = 0; c < t->b->columns; c++) {
		long at = t->part->column_in[c];
		s->any_fresh |= at >= 0 && bit_at(s->fresh, (size_t)at);
	}
	return VV_OK;
}

static void side_close(side *s)
{
	vv_descent_close(&s->d);
	vv_free_all(s->old_of, s->touched, s->changed, s->fresh);
}

/* --- one row ------------------------------------------------------------------------------------- */

static void set_origin(step *t, size_t at)
{
	vv_blame *b = t->b;
	if (b->by[at] == NOBODY || (!b->by_cell && (b->by[at] & WEAK))) {
		b->by[at] = t->commit;
		b->left--;
		t->named = true;
	}
}

/* Is the cell of a column still looked for in this part? */
static bool is_open(const step *t, uint32_t target, const uint8_t *bits, size_t column)
{
	const vv_blame *b = t->b;
	return t->part->column_in[column] >= 0 && (!bits || bit_at(bits, column)) &&
	       (!b->by_cell || b->by[(size_t)target * b->columns + column] == NOBODY);
}

/* All that is looked for of a row is the commit's. */
static void set_all(step *t, uint32_t target, const uint8_t *bits)
{
	const vv_blame *b = t->b;
	if (!b->by_cell) {
		set_origin(t, target);
		return;
	}
	for (size_t c = 0; c < b->columns; c++) {
		if (is_open(t, target, bits, c)) {
			set_origin(t, (size_t)target * b->columns + c);
		}
	}
}

static void set_columns(const vv_blame *b, const side *s, const vv_blame_part *from,
			vv_blame_part *into)
{
	for (size_t c = 0; c < b->columns; c++) {
		long at = from->column_in[c];
		into->column_in[c] = at < 0 ? -1 : vv_columns_to_old(&s->d.columns, (size_t)at);
	}
}

/* Goes to a side: bits NULL: all. */
static vv_status give_to_side(step *t, side *s, uint32_t target, uint64_t row, const uint8_t *bits,
			      vv_error *err)
{
	vv_status rc;
	if (!s->into) {
		if ((rc = part_new(&s->into, t->b, s->d.old_key, err)) < 0) return rc;
		set_columns(t->b, s, t->part, s->into);
	}
	return part_add(t->b, s->into, target, s->old_of[row] & ~TOUCHED, bits, err);
}

/* The first version that has the row unchanged, in the same columns; or NO_SIDE. */
static size_t side_of_all(step *t, uint64_t row)
{
	size_t found = NO_SIDE;
	for (size_t i = 0; i < t->count; i++) {
		side *s = &t->sides[i];
		const uint64_t old_row = s->old_of[row];
		s->now = NULL;
		if (old_row != NOWHERE && (old_row & TOUCHED)) {
			const uint64_t *p = bsearch(&row, s->touched, s->touched_count, sizeof(row),
						    vv_u64_order);
			s->now = p ? s->changed + (size_t)(p - s->touched) * t->width : NULL;
		} else if (found == NO_SIDE && old_row != NOWHERE &&
			   (t->count == 1 ? !s->any_fresh : !s->d.columns_differ)) {
			found = i;
		}
	}
	return found;
}

/* Is a cell of the newer version the commit's own: no side that has the row has it? *came: because none
 * of them has the column. */
static bool is_own(const step *t, uint64_t row, size_t column, bool *came, size_t *from)
{
	*came = true;
	for (size_t i = 0; i < t->count; i++) {
		const side *s = &t->sides[i];
		if (s->old_of[row] == NOWHERE || bit_at(s->fresh, column)) {
			continue;
		}
		*came = false;
		if (!s->now || !bit_at(s->now, column)) {
			*from = i;
			return false;
		}
	}
	return true;
}

/* By row: did the commit set a value of it? Only in the columns that are looked for, or in all. */
static bool is_set_here(const step *t, uint64_t row, const uint8_t *bits)
{
	size_t from;
	bool came, whole = !bits || bit_at(bits, t->b->columns);
	for (size_t c = 0; c < (whole ? t->newer->columns : t->b->columns); c++) {
		long at = -1;

		if (whole) {
			at = (long)c;
		} else if (bit_at(bits, c)) {
			at = t->part->column_in[c];
		}
		if (at >= 0 && is_own(t, row, (size_t)at, &came, &from) && !came) return true;
	}
	return false;
}

/* Assigns each cell to the version that has it. */
static vv_status split_cells(step *t, uint32_t target, uint64_t row, const uint8_t *bits,
			     vv_error *err)
{
	const vv_blame *b = t->b;
	size_t only = NO_SIDE, kinds = 0;
	vv_status rc;
	for (size_t c = 0; c < b->columns; c++) {
		bool came;
		t->origin[c] = NO_SIDE;
		if (!is_open(t, target, bits, c)) {
			continue;
		}
		if (!is_own(t, row, (size_t)t->part->column_in[c], &came, &t->origin[c])) {
			kinds += t->origin[c] != only;
			only = t->origin[c];
		} else if (b->by_cell) {
			set_origin(t, (size_t)target * b->columns + c);
		} else if (b->by[target] == NOBODY) {
			b->by[target] = t->commit | WEAK;
			t->named = true;
		}
	}
	if (kinds == 1) { /* the other columns' cells are followed, too */
		return give_to_side(t, &t->sides[only], target, row, bits, err);
	}
	for (size_t i = 0; kinds > 1 && i < t->count; i++) {
		bool any = false;
		memset(t->scratch, 0, b->width);
		for (size_t c = 0; c < b->columns; c++) {
			if (t->origin[c] == i) {
				put_bit(t->scratch, c);
				any = true;
			}
		}
		if (any && (rc = give_to_side(t, &t->sides[i], target, row, t->scratch, err)) < 0) {
			return rc;
		}
	}
	return VV_OK;
}

static vv_status take_row(step *t, size_t k, vv_error *err)
{
	const vv_blame *b = t->b;
	const uint32_t target = t->part->target[k];
	const uint64_t row = t->part->row[k];
	const uint8_t *bits = t->part->bits ? t->part->bits + k * b->width : NULL;
	size_t from;
	if (!b->by_cell && b->by[target] < WEAK) {
		return VV_OK; /* by another part of it */
	}
	if ((from = side_of_all(t, row)) != NO_SIDE) {
		return give_to_side(t, &t->sides[from], target, row, bits, err);
	}
	if (!vv_array_find(t->sides, t->count, it, it->old_of[row] != NOWHERE) ||
	    (!b->by_cell && is_set_here(t, row, bits))) {
		set_all(t, target, bits);
		return VV_OK;
	}
	return split_cells(t, target, row, bits, err);
}

/* All rows of the part. Where there is one side, those that are left stay in it. */
static vv_status take_rows(step *t, vv_error *err)
{
	vv_blame_part *p = t->part;
	const size_t n = p->count;
	side *s = t->count == 1 ? &t->sides[0] : NULL;
	vv_status rc = VV_OK;
	if (s) {
		s->into = p;
		p->count = 0;
	}
	const bool quick = s && !s->any_fresh && !p->bits;
	const uint64_t *old_of = quick ? s->old_of : NULL;
	const uint32_t *by = t->b->by_cell ? NULL : t->b->by;
	uint32_t *target = p->target;
	uint64_t *row = p->row;
	for (size_t k = 0; rc == VV_OK && k < n; k++) {
		const uint64_t old_row = quick ? old_of[row[k]] : NOWHERE;
		if (old_row < TOUCHED && !p->bits && (!by || by[target[k]] >= WEAK)) {
			target[p->count] = target[k];
			row[p->count++] = old_row;
		} else {
			rc = take_row(t, k, err);
		}
	}
	if (s && rc == VV_OK && p->count > 0) {
		set_columns(t->b, s, p, p);
		return set_key(p, s->d.old_key, err);
	}
	if (s) {
		s->into = NULL;
	}
	part_free(t->b, p);
	return rc;
}

/* --- a step ----------------------------------------------------------------------------------------- */

/* Explains a part in the version `newer` by the versions before it, one for each parent of the commit (NULL: that has none;
 * newer may be NULL where count is 0); `commit` is a number of the caller's, below 2^31. parts[i] is the part from older[i]
 * (NULL: none); frees the given part. *named: the commit set a row or cell. */
static vv_status blame_step(vv_blame *b, vv_blame_part *part, vv_table *newer,
			    vv_table *const *older, size_t count, uint32_t commit,
			    vv_blame_part **parts, bool *named, vv_error *err)
{
	step t = {.b = b,
		  .part = part,
		  .newer = newer,
		  .commit = commit,
		  .width = newer ? newer->columns / 8 + 1 : 1,
		  .sides = vv_calloc(count + 1, sizeof(*t.sides)),
		  .origin = vv_calloc(b->columns + 1, sizeof(*t.origin)),
		  .scratch = vv_calloc(b->width, 1)};
	vv_status rc = t.sides && t.origin && t.scratch ? VV_OK : vv_fail_nomem(err);
	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		parts[i] = NULL;
		if (older[i]) {
			t.sides[t.count].number = i;
			rc = side_open(&t.sides[t.count++], &t, older[i], err);
		}
	}
	rc = rc < 0 ? rc : take_rows(&t, err);
	vv_array_each(t.sides, t.count, it) {
		parts[it->number] = it->into;
		side_close(it);
	}
	*named = t.named;
	vv_free_all(t.sides, t.origin, t.scratch);
	return rc;
}

/* ---- the walk ---- */

static vv_status add_commit(vv_blame_walk *w, const vv_oid *id, bool edge, vv_error *err)
{
	vv_oid *all = vv_realloc_array(w->commits, w->count + 1, sizeof(*all));

	if (!all) return vv_fail_nomem(err);
	w->commits = all;
	bool *edges = vv_realloc_array(w->edge, w->count + 1, sizeof(*edges));
	if (!edges) return vv_fail_nomem(err);
	w->edge = edges;
	w->edge[w->count] = edge;
	w->commits[w->count++] = *id;
	return VV_OK;
}

static vv_status join_parts(void *payload, void *into, void *more, bool *joined, vv_error *err)
{
	return blame_join(payload, into, more, joined, err);
}

/* How many columns of its version the part names; a wider one may have been compared with the version after it. */
static size_t columns_needed(const vv_blame *b, const vv_blame_part *p)
{
	long last = -1;

	for (size_t c = 0; c < b->columns; c++) {
		last = p->column_in[c] > last ? p->column_in[c] : last;
	}
	return (size_t)(last + 1);
}

/* Explains a part at one commit by its parents. */
static vv_status explain_part(vv_blame_walk *w, vv_lineage *l, vv_versions *v,
			      const vv_lineage_stop *at, vv_error *err)
{
	size_t n = at->parent_count;
	vv_auto_free vv_table **tables = vv_calloc(n + 1, sizeof(*tables)); /* the first: newer */
	vv_auto_free const vv_lineage_file **files = vv_calloc(n + 1, sizeof(*files));
	vv_auto_free vv_blame_part **parts = vv_calloc(n + 1, sizeof(*parts));
	bool named = false, gap = false, edge = false;
	vv_status rc = tables && files && parts ? VV_OK : vv_fail_nomem(err);
	if (rc == VV_OK) {
		files[0] = &at->file;
		rc = vv_versions_get(v, &at->file, &tables[0], &gap, err);
		n = tables[0] ? n : 0;
	}
	for (size_t i = 0; rc == VV_OK && i < n; i++) {
		files[i + 1] = &at->parents[i];
		if (!at->parents[i].path) {
			continue;
		}
		rc = vv_versions_get(v, &at->parents[i], &tables[i + 1], &gap, err);
		edge |= gap;
	}
	const size_t least = columns_needed(w->blame, at->trail);
	if (rc == VV_OK && (rc = vv_versions_widen(v, files, tables, n + 1, least, err)) == VV_OK) {
		rc = blame_step(w->blame, at->trail, tables[0], tables + 1, n, (uint32_t)w->count,
				parts, &named, err);
	}
	if (rc == VV_OK && named) {
		rc = add_commit(w, &at->file.commit, edge, err);
	}
	for (size_t i = 0; rc == VV_OK && i < n; i++) {
		rc = parts[i] ? vv_lineage_follow(l, &at->parents[i], parts[i], err) : VV_OK;
	}
	vv_versions_trim(v);
	return rc;
}

/* Goes back through the commits that changed the path. */
static vv_status walk_commits(vv_blame_walk *w, vv_blame_part *all, const vv_oid *start,
			      vv_error *err)
{
	const vv_lineage_options o = {
		.join = join_parts, .payload = w->blame, .tables = vv_table_lineage(w->reader)};
	vv_auto(vv_versions) v = {.repo = w->repo, .reader = w->reader};
	vv_auto(vv_lineage) *l = NULL;
	vv_lineage_stop at;
	int more = 0;
	vv_status rc = vv_lineage_open(&l, w->repo, &o, err);
	if (rc == VV_OK) {
		rc = vv_lineage_begin(l, start, w->path, all, err);
	}
	while (rc == VV_OK && blame_left(w->blame) > 0 &&
	       (more = vv_lineage_next(l, &at, err)) > 0) {
		if ((rc = vv_progress_part(w->progress, "reading history", w->count, 0, err)) ==
		    VV_OK) {
			rc = explain_part(w, l, &v, &at, err);
		}
	}
	w->gaps = v.gaps;
	v.gaps = (vv_gaps){.expired = 0};
	if (rc < 0) return rc;
	return more < 0 ? (vv_status)more : VV_OK;
}

vv_status vv_blame_walk_run(vv_blame_walk *w, const vv_oid *start, vv_table *table,
			    const vv_blame_options *options, vv_error *err)
{
	vv_blame_part *all;
	vv_status rc = blame_new(&w->blame, &all, table, options, err);

	return rc < 0 ? rc : walk_commits(w, all, start, err);
}

void vv_blame_walk_clear(vv_blame_walk *w)
{
	vv_blame_free(w->blame);
	vv_free_all(w->commits, w->edge);
	vv_gaps_clear(&w->gaps);
	w->blame = NULL;
	w->commits = NULL;
	w->edge = NULL;
}
