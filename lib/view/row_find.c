/*
 * row_find: one pass over the key columns, whatever the number of keys.
 */
#include "lib/view/row_find.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/sys.h"
#include "dataset/format/group.h"
#include "dataset/format/group_edit.h"
#include "dataset/format/list.h"
#include "dataset/schema/key_words.h"
#include "dataset/table/walk.h"
#include "repo/blocks/cid.h"
#include "repo/blocks/coder.h"
#include "repo/blocks/store.h"
#include "repo/git/merge/renames.h"

/* ---- row_hashes: only whole rows count, by the bytes of their cells ---- */

#define VV_ROW_HASHES_MAX 8000u

uint64_t vv_row_hash(vv_buf *text, const vv_cell *cells, size_t count)
{
	text->len = 0; /* text->failed stays */
	vv_array_each(cells, count, it) {
		vv_buf_printf(text, "%d %zu ", (int)it->state, (size_t)it->len);
		vv_buf_put(text, it->text, it->len);
	}
	return vv_xxh3(vv_buf_cstr(text), text->len, 0);
}

vv_status vv_row_hashes(vv_table *t, uint64_t **out, size_t *count, vv_error *err)
{
	vv_auto(vv_group_walk) w = vv_group_walk_open(t, NULL, 0, err);
	const vv_batch *b = &w.batch;
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_auto_free uint64_t *list = vv_calloc((size_t)t->root.rows + 1, sizeof(*list));
	size_t n = 0;

	if (!list) return vv_fail_nomem(err);
	while (vv_group_walk_next(&w)) {
		for (size_t i = 0; i < b->rows && n < t->root.rows; i++) {
			list[n++] = vv_row_hash(&text, &b->cells[i * b->columns], b->columns);
		}
		w.rc = vv_buf_ok(&text, err);
	}
	if (w.rc < 0) return w.rc;
	if (n > 1) {
		qsort(list, n, sizeof(*list), vv_u64_order);
	}
	*count = n;
	return vv_hand_over(out, &list);
}

/* VV_EREFUSED: no table, or one of more than VV_ROW_HASHES_MAX rows. */
static vv_status row_hashes(vv_store *store, const vv_cid *root, uint64_t **out, size_t *count,
			    vv_error *err)
{
	vv_sink source;
	vv_auto(vv_table) t = {0};
	vv_status rc;

	*out = NULL;
	*count = 0;
	vv_sink_dry(&source, store);
	if ((rc = vv_table_open_stored(&t, &source, root, err)) < 0) return rc;
	if (t.root.kind != VV_KIND_TABLE || t.root.rows > VV_ROW_HASHES_MAX) {
		return vv_fail(err, VV_EREFUSED, "the table is too large to compare row by row");
	}
	return vv_row_hashes(&t, out, count, err);
}

/* ---- rows by key or number ---- */

/* row_work: who does it. */

static const vv_block_codec groups = {vv_group_edit_make, vv_group_edit_apply, vv_group_divide};

void vv_row_work_register(void)
{
	vv_block_codec_register(&groups);
	vv_renames_by_rows(row_hashes);
}

typedef struct finder {
	vv_row_wanted **sorted; /* by key */
	size_t count, left;
	size_t *columns;
	size_t column_count;
	vv_buf key;
	char **ring; /* the last `above` keys, the newest at (next - 1) */
	size_t above, next;
} finder;

/* Rows above a row whose keys are kept, to find its place by them. */
#define NEIGHBOURS 16u

static int by_key(const void *a, const void *b)
{
	return strcmp((*(vv_row_wanted *const *)a)->key, (*(vv_row_wanted *const *)b)->key);
}

static vv_status finder_init(finder *f, vv_table *t, vv_row_wanted *wanted, size_t count,
			     size_t above, vv_error *err)
{
	f->above = above;
	f->columns = vv_calloc(t->root.key_count + 1, sizeof(*f->columns));
	f->sorted = vv_calloc(count + 1, sizeof(*f->sorted));
	f->ring = vv_calloc(above + 1, sizeof(*f->ring));
	if (!f->columns || !f->sorted || !f->ring) return vv_fail_nomem(err);
	f->column_count = vv_table_key_places(f->columns, t) ? t->root.key_count : 0;
	vv_array_each(wanted, count, it) {
		it->row = UINT64_MAX;
		it->above = NULL;
		if (it->key && f->column_count > 0) {
			f->sorted[f->count++] = it;
		}
	}
	f->left = f->count;
	if (f->count > 1) {
		qsort(f->sorted, f->count, sizeof(*f->sorted), by_key);
	}
	return VV_OK;
}

static void finder_clear(finder *f)
{
	vv_array_clear(f->ring, f->ring ? f->above : 0, it, vv_free(*it));
	vv_free_all(f->sorted, f->columns);
	vv_buf_clear(&f->key);
}
VV_AUTO_CLEAR(finder, finder_clear)

static vv_status keep_above(finder *f, vv_row_wanted *w, vv_error *err)
{
	if (f->above == 0) return VV_OK;
	if (!(w->above = vv_calloc(f->above + 1, sizeof(*w->above)))) return vv_fail_nomem(err);
	for (size_t k = 0; k < f->above && k < f->next; k++) {
		const char *key = f->ring[(f->next - 1 - k) % f->above];

		if (!(w->above[k] = vv_strdup(key))) return vv_fail_nomem(err);
	}
	return VV_OK;
}

/* The first of the sorted ones with this key; f->count when there is none. */
static size_t first_with(const finder *f, const char *key)
{
	size_t low = vv_first_place(i, f->count, strcmp(f->sorted[i]->key, key) < 0);
	return low < f->count && strcmp(f->sorted[low]->key, key) == 0 ? low : f->count;
}

static vv_status examine_row(finder *f, const vv_cell *cells, uint64_t row, vv_error *err)
{
	vv_status rc;

	vv_buf_reset(&f->key);
	vv_key_json_put(&f->key, cells, f->columns, f->column_count);
	if ((rc = vv_buf_ok(&f->key, err)) < 0) return rc;
	const char *key = f->key.data;
	for (size_t i = first_with(f, key); i < f->count && strcmp(f->sorted[i]->key, key) == 0;
	     i++) {
		vv_row_wanted *w = f->sorted[i];

		if (w->row == UINT64_MAX) {
			w->row = row;
			f->left--;
			if ((rc = keep_above(f, w, err)) < 0) return rc;
		}
	}
	if (f->above > 0) {
		char **slot = &f->ring[f->next++ % f->above];

		vv_free(*slot);
		if (!(*slot = vv_strdup(key))) return vv_fail_nomem(err);
	}
	return VV_OK;
}

/* above: keys at most that are kept of the rows above each row. */
static vv_status find_rows(vv_table *t, vv_row_wanted *wanted, size_t count, size_t above,
			   vv_error *err)
{
	vv_auto(finder) f = {.key = VV_BUF_INIT};
	vv_status rc;

	if ((rc = finder_init(&f, t, wanted, count, above, err)) < 0 || f.left == 0) return rc;
	vv_auto(vv_group_walk) w = vv_group_walk_open(t, f.columns, f.column_count, err);
	const vv_batch *b = &w.batch;
	while (f.left > 0 && vv_group_walk_next(&w)) {
		for (size_t i = 0; w.rc == VV_OK && f.left > 0 && i < b->rows; i++) {
			w.rc = examine_row(&f, &b->cells[i * b->columns], b->first_row + i, err);
		}
	}
	return w.rc;
}

vv_status vv_rows_find(vv_table *t, vv_row_wanted *wanted, size_t count, vv_error *err)
{
	return find_rows(t, wanted, count, 0, err);
}

/* near: the rows above w, as t has them. */
static uint64_t place_of(const vv_row_wanted *w, const vv_row_wanted *near, const vv_table *t)
{
	const vv_row_wanted *known = vv_array_find(near, NEIGHBOURS, it, it->row != UINT64_MAX);

	if (known) return known->row + 1;
	return w->row == 0 ? 0 : t->root.rows;
}

vv_status vv_rows_find_places(uint64_t *places, vv_table *t, vv_table *from, vv_row_wanted *wanted,
			      size_t count, vv_error *err)
{
	vv_auto_free vv_row_wanted *near = vv_calloc(count * NEIGHBOURS + 1, sizeof(*near));
	vv_status rc = near ? find_rows(from, wanted, count, NEIGHBOURS, err) : vv_fail_nomem(err);

	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		for (size_t k = 0; wanted[i].above && wanted[i].above[k]; k++) {
			near[i * NEIGHBOURS + k].key = wanted[i].above[k];
		}
	}
	rc = rc < 0 ? rc : find_rows(t, near, count * NEIGHBOURS, 0, err);
	for (size_t i = 0; i < count; i++) {
		places[i] = rc < 0 ? 0 : place_of(&wanted[i], &near[i * NEIGHBOURS], t);
		for (size_t k = 0; wanted[i].above && wanted[i].above[k]; k++) {
			vv_free(wanted[i].above[k]);
		}
		vv_free(wanted[i].above);
		wanted[i].above = NULL;
	}
	return rc;
}
