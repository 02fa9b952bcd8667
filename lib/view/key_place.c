/*
 * key_place: how to find a key in a table that may or may not be sorted by it, and for which hashes of
 * keys may be kept or not.
 */
#include "lib/view/key_place.h"

#include <string.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/sys.h"
#include "check/rules/key_groups.h"
#include "dataset/schema/key_words.h"
#include "dataset/table/walk.h"
#include "diff/rows/value.h"

#define NEIGHBOURS 64u /* row groups that are read where rows begin with the same part of a key */

typedef struct search {
	const vv_key_place *p;
	const vv_field *field; /* of the key's first column */
	vv_cell *values;       /* of the key */
	vv_group_walk w;
	vv_buf scratch;
	uint64_t row;
	bool found, over;
} search;

static const vv_cell *first_of(const search *s, size_t row)
{
	return &s->w.batch.cells[row * s->w.batch.columns + s->p->key[0]];
}

/* Texts that are equal, whatever they are in JSON; else as values. */
static vv_same compare_key(search *s, const vv_cell *cells)
{
	vv_same same = VV_SAME;

	for (size_t i = 0; i < s->p->key_count && same != VV_OTHER; i++) {
		const vv_cell *is = &cells[s->p->key[i]], *wanted = &s->values[i];
		const vv_field *f = &s->p->table->schema.fields[s->p->key[i]];

		if (is->len == wanted->len &&
		    (is->len == 0 || memcmp(is->text, wanted->text, is->len) == 0)) {
			continue;
		}
		same = !s->p->all || s->p->all->count > 0 || s->p->all->alike ||
				       vv_value_compare(&s->scratch, f, is, f, wanted) == VV_OTHER
			       ? VV_OTHER
			       : VV_SAME_VALUE;
	}
	return same;
}

/* A key's value without blanks around it and zeros in front. */
static vv_cell bare_of(const vv_cell *cell)
{
	vv_cell c = *cell;

	while (c.len > 0 && *c.text == ' ') {
		c.text++;
		c.len--;
	}
	while (c.len > 0 && c.text[c.len - 1] == ' ') {
		c.len--;
	}
	while (c.len > 1 && *c.text == '0') {
		c.text++;
		c.len--;
	}
	return c;
}

/* Do the keys differ only in zeros, letter case and blanks? */
static bool is_near(const search *s, const vv_cell *cells)
{
	for (size_t i = 0; i < s->p->key_count; i++) {
		const vv_cell is = bare_of(&cells[s->p->key[i]]), wanted = bare_of(&s->values[i]);

		if (is.len == 0 || is.len != wanted.len ||
		    vv_ascii_compare(is.text, wanted.text, is.len) != 0) {
			return false;
		}
	}
	return true;
}

static vv_status note_near(search *s, const vv_cell *cells, vv_error *err)
{
	vv_key_rows *all = s->p->all;
	vv_auto(vv_buf) words = VV_BUF_INIT;

	if (!all || s->found || all->near || !is_near(s, cells)) return VV_OK;
	vv_key_words_put(&words, cells, s->p->key, s->p->key_count);
	return (all->near = vv_buf_detach(&words)) ? VV_OK : vv_fail_nomem(err);
}

static vv_status note_row(search *s, size_t row, vv_same same, vv_error *err)
{
	vv_key_rows *all = s->p->all;

	if (same == VV_SAME_VALUE) {
		vv_auto(vv_buf) words = VV_BUF_INIT;

		vv_key_words_put(&words, s->w.batch.cells + row * s->w.batch.columns, s->p->key,
				 s->p->key_count);
		return (all->alike = vv_buf_detach(&words)) ? VV_OK : vv_fail_nomem(err);
	}
	if (!s->found) {
		s->row = s->w.batch.first_row + row;
	}
	s->found = true;
	return all && !vv_array_add(all->rows, all->count, all->cap, s->w.batch.first_row + row)
		       ? vv_fail_nomem(err)
		       : VV_OK;
}

static vv_status look_at_group(search *s, vv_error *err)
{
	for (size_t i = 0; i < s->w.batch.rows && (!s->found || s->p->all); i++) {
		const vv_cell *cells = s->w.batch.cells + i * s->w.batch.columns;
		const vv_same same = compare_key(s, cells);
		vv_status rc = same == VV_OTHER ? note_near(s, cells, err)
						: note_row(s, i, same, err);

		if (rc < 0) return rc;
	}
	return !s->found && s->p->over ? s->p->over(s->p->payload, &s->over, err)
				       : vv_buf_ok(&s->scratch, err);
}

/* The first row of the first group that ends at or after the key, if the table is sorted by it. */
static vv_status narrow_search(search *s, uint64_t *from)
{
	uint64_t low = 0, high = s->p->table->root.rows;

	while (low < high && vv_group_walk_to(&s->w, low + (high - low) / 2)) {
		if (vv_value_order(s->field, first_of(s, s->w.batch.rows - 1), &s->values[0]) < 0) {
			low = s->w.batch.first_row + s->w.batch.rows;
		} else {
			high = s->w.batch.first_row;
		}
	}
	*from = low;
	return s->w.rc;
}

/* most: row groups at most, while they begin no later than the key; 0: all. */
static vv_status look_from(search *s, uint64_t from, size_t most, vv_error *err)
{
	s->w.rc = vv_table_seek_row(s->w.reader, from, err);
	for (size_t n = 0; (!s->found || s->p->all) && !s->over && (most == 0 || n < most) &&
			   vv_group_walk_next(&s->w);
	     n++) {
		if (most > 0 && vv_value_order(s->field, first_of(s, 0), &s->values[0]) > 0) {
			return VV_OK;
		}
		s->w.rc = look_at_group(s, err);
	}
	return s->w.rc;
}

/* By hashes that are kept. 1: looked at all groups that can have the row; 0: that is not known. */
static int look_by_hash(search *s, vv_error *err)
{
	vv_auto_free vv_key_value *values = NULL;
	vv_auto(vv_key_groups) groups = {.groups = NULL};
	int known = 0;

	if (!s->p->keys || !(values = vv_calloc(s->p->key_count, sizeof(*values)))) return 0;
	for (size_t i = 0; i < s->p->key_count; i++) {
		values[i] = (vv_key_value){s->p->key[i], s->values[i].text, s->values[i].len};
	}
	known = vv_key_groups_find(&groups, s->p->table, values, s->p->key_count, s->p->keys, err);
	for (size_t i = 0; i < groups.count && !s->found && !s->over && s->w.rc == VV_OK; i++) {
		s->w.rc = vv_table_seek_group(s->w.reader, groups.groups[i], err);
		if (vv_group_walk_next(&s->w)) {
			s->w.rc = look_at_group(s, err);
		}
	}
	return s->w.rc < 0 ? (int)s->w.rc : known;
}

static vv_status look_in_order(search *s, bool *whole, vv_error *err)
{
	uint64_t from = 0;
	vv_status rc = narrow_search(s, &from);

	if (rc == VV_OK && from < s->p->table->root.rows) {
		rc = look_from(s, from, NEIGHBOURS, err);
	}
	if (rc == VV_OK && !s->found && !s->over && !s->p->quick) {
		rc = look_from(s, 0, 0, err);
		*whole = rc == VV_OK && !s->over;
	}
	return rc;
}

vv_status vv_key_place_find(const vv_key_place *p, uint64_t *row, bool *found, bool *whole,
			    vv_error *err)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	search s = {.p = p, .field = &p->table->schema.fields[p->key[0]]};

	*found = *whole = false;
	if (!(s.values = vv_arena_calloc(&arena, p->key_count, sizeof(*s.values)))) {
		return vv_fail_nomem(err);
	}
	int known = vv_key_words_read(s.values, p->key_count, p->text, &arena, err);
	if (known <= 0) { /* no key of a row is written so */
		*whole = known == 0;
		return (vv_status)known;
	}
	s.w = vv_group_walk_open(p->table, p->key, p->key_count, err);
	vv_status rc = s.w.rc;
	if (rc == VV_OK && p->all) {
		rc = look_from(&s, 0, 0, err);
		*whole = rc == VV_OK && !s.over;
	} else if (rc == VV_OK) {
		known = look_by_hash(&s, err);
		*whole = known > 0 && !s.over;
		if (known < 0) {
			rc = (vv_status)known;
		} else if (known > 0) {
			rc = VV_OK;
		} else {
			rc = look_in_order(&s, whole, err);
		}
	}
	*found = s.found;
	*row = s.row;
	vv_group_walk_close(&s.w);
	vv_buf_clear(&s.scratch);
	return rc;
}

const char *vv_key_place_value(const char *name, const char *text)
{
	const size_t len = strlen(name);

	return strncmp(text, name, len) == 0 && text[len] == '=' ? text + len + 1 : NULL;
}

char *vv_key_place_meant(vv_table *table, const size_t *key, size_t key_count, const char *text)
{
	vv_key_rows all = {.rows = NULL};
	const vv_key_place p = {
		.table = table, .key = key, .key_count = key_count, .text = text, .all = &all};
	uint64_t row;
	bool found, whole;
	char *meant = NULL;
	const char *value = key_count == 1
				    ? vv_key_place_value(table->schema.fields[key[0]].name, text)
				    : NULL;

	if (value) return vv_strdup(value);
	if (vv_key_place_find(&p, &row, &found, &whole, VV_IGNORED) == VV_OK && !found) {
		meant = vv_take(all.alike ? &all.alike : &all.near);
	}
	vv_free_all(all.rows, all.alike, all.near);
	return meant;
}
