/*
 * renumber: two rows that got one key are no longer partners, and one of them has another key in the
 * result.
 */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "dataset/schema/key_words.h"
#include "diff/merge/cells.h"
#include "diff/merge/state.h"
#include "diff/merge/steps.h"
#include "diff/rows/value.h"

void merge_renumber_clear(merge *m)
{
	vv_free_all(m->new_keys, m->clashes, m->contested, m->apart[0].rows, m->apart[1].rows);
	vv_next_keys_clear(&m->keys);
}

static bool may_renumber(const merge *m)
{
	return m->opts->rules && m->opts->rules->new_keys != VV_MERGE_KEYS_ASK &&
	       m->key_count > 0 && !m->opts->keeps_keys && !merge_key_is_found(m);
}

/* The side whose rows get another key. */
static size_t losing_side(const merge *m)
{
	return m->opts->rules->new_keys == VV_MERGE_KEYS_OURS ? m->ours : 1 - m->ours;
}

/* --- rows that got another key earlier ---------------------------------------------------------- */

/* How many cells outside of the key have values, and how many of these are equal. */
typedef struct likeness {
	size_t all, equal;
} likeness;

/* The version's cell in a column of base; NULL: it lacks the column. */
static const vv_cell *cell_in(const merge *m, int version, const vv_cell *cells, size_t column)
{
	const long at = version == 2 ? (long)column : m->side[version].from_base[column];

	return at < 0 ? NULL : &cells[at];
}

/* Compares rows of two versions, 0 to 2. */
static vv_status compare_rows(merge *m, const int versions[2], const uint64_t rows[2],
			      likeness *out, vv_error *err)
{
	const vv_cell *cells[2];
	vv_status rc = VV_OK;

	*out = (likeness){0, 0};
	for (size_t i = 0; i < 2 && rc == VV_OK; i++) {
		vv_row_by_number *list = &m->side[versions[i]].rows;

		rc = vv_row_by_number_get(list, rows[i], &cells[i], err);
	}
	if (rc < 0) return rc;
	for (size_t i = 0; i < merge_base(m)->columns; i++) {
		const vv_field *f = &merge_base(m)->schema.fields[i];
		const vv_cell *a = cell_in(m, versions[0], cells[0], i),
			      *b = cell_in(m, versions[1], cells[1], i);

		if (!a || !b || vv_array_has(m->side[MERGE_BASE].key, m->key_count, i) ||
		    (a->len == 0 && b->len == 0)) {
			continue;
		}
		out->all++;
		out->equal += vv_value_compare(&m->scratch, f, a, f, b) != VV_OTHER;
	}
	return m->scratch.failed ? vv_fail_nomem(err) : VV_OK;
}

static vv_status compare_pair(merge *m, size_t which, const merge_run *pair, likeness *out,
			      vv_error *err)
{
	const int versions[] = {2, (int)which};
	const uint64_t rows[] = {pair->old_row, pair->new_row};

	return compare_rows(m, versions, rows, out, err);
}

/* Does the row's key end in a number? */
static vv_status is_numbered(merge *m, size_t which, uint64_t row, bool *out, vv_error *err)
{
	merge_side *s = &m->side[which];
	const vv_cell *cells;
	vv_status rc = vv_row_by_number_get(&s->rows, row, &cells, err);

	if (rc < 0) return rc;
	const vv_cell *last = &cells[s->key[m->key_count - 1]];
	*out = last->len > 0 && last->text[last->len - 1] >= '0' &&
	       last->text[last->len - 1] <= '9';
	return VV_OK;
}

static bool is_other(const likeness *l)
{
	return l->equal * 2 < l->all;
}

/* So much of a row may change between two merges: another row that was edited until it is like this one
 * is found, too. */
vv_status merge_may_be_other(merge *m, size_t which, const merge_run *pair, bool *may,
			     vv_error *err)
{
	likeness l;
	vv_status rc = compare_pair(m, which, pair, &l, err);

	*may = rc == VV_OK && (l.all - l.equal) * 4 >= l.all && l.all > l.equal;
	return rc;
}

vv_status merge_is_other_row(merge *m, size_t which, const merge_run *pair, bool *other,
			     vv_error *err)
{
	likeness l;
	vv_status rc = compare_pair(m, which, pair, &l, err);

	*other = rc == VV_OK && is_other(&l);
	return rc;
}

vv_status merge_mark_edited(merge *m, size_t which, const merge_run *pair, vv_error *err)
{
	merge_side *s = &m->side[which];
	const vv_cell *was, *is;
	vv_status rc;

	if ((rc = vv_row_by_number_get(&m->side[MERGE_BASE].rows, pair->old_row, &was, err)) < 0 ||
	    (rc = vv_row_by_number_get(&s->rows, pair->new_row, &is, err)) < 0) {
		return rc;
	}
	for (size_t i = 0; i < merge_base(m)->columns; i++) {
		const vv_field *f = &merge_base(m)->schema.fields[i];
		const long at = s->from_base[i];

		if (at >= 0 && vv_value_compare(&m->scratch, f, &was[i], f, &is[at]) == VV_OTHER) {
			s->edited[i] = true;
		}
	}
	return m->scratch.failed ? vv_fail_nomem(err) : VV_OK;
}

/* --- rows that share a key with another one, which is elsewhere -------------------------------- */

vv_status merge_apart_add(merge *m, size_t which, uint64_t row, vv_error *err)
{
	return vv_array_add(m->apart[which].rows, m->apart[which].count, m->apart[which].cap, row)
		       ? VV_OK
		       : vv_fail_nomem(err);
}

vv_status merge_renumbered_clash(merge *m, size_t which, uint64_t row, uint64_t other, bool both,
				 bool *clash, vv_error *err)
{
	const int versions[] = {(int)which, 1 - (int)which};
	const uint64_t rows[] = {row, other};
	const merge_clash c = {row, other};
	bool numbered = false;
	likeness l;
	vv_status rc;

	const bool ruled = may_renumber(m) && !merge_row_is_apart(m, 1 - which, other);

	*clash = false;
	/* without the rule, the file has the row of ours, and the conflict is about theirs */
	if (ruled ? which == losing_side(m) : !both || which != m->ours) return VV_OK;
	if ((rc = compare_rows(m, versions, rows, &l, err)) < 0 || !is_other(&l)) return rc;
	if ((rc = is_numbered(m, which, row, &numbered, err)) < 0 || !numbered) return rc;
	*clash = ruled ? vv_array_add(m->clashes, m->clash_count, m->clash_cap, c)
		       : vv_array_add(m->contested, m->contested_count, m->contested_cap, c);
	return *clash ? VV_OK : vv_fail_nomem(err);
}

/* --- rows that get another key now ---------------------------------------------------------------- */

static int by_other(const void *a, const void *b)
{
	return vv_u64_order(&((const merge_clash *)a)->other, &((const merge_clash *)b)->other);
}

/* Is it a row with a key that a row of base got in the other side? */
static bool row_clashes(const merge *m, uint64_t row)
{
	const merge_clash key = {.other = row};

	return m->clash_count > 0 &&
	       bsearch(&key, m->clashes, m->clash_count, sizeof(key), by_other);
}

static vv_status tell_row(merge *m, const vv_cell *cells, const vv_cell *cell, vv_error *err)
{
	vv_auto(vv_buf) key = VV_BUF_INIT;

	m->stats->rows_renumbered++;
	if (!m->opts->renumbered) return VV_OK;
	vv_key_json_put(&key, cells, m->side[m->renumbers].key, m->key_count);
	const vv_merge_new_key k = {
		.key = vv_buf_cstr(&key), .cell = cell, .ours = m->renumbers == m->ours};
	vv_status rc = vv_buf_ok(&key, err);
	return rc < 0 ? rc : m->opts->renumbered(m->opts->payload, &k, err);
}

/* The row of `cells` gets the next free key, unless the number in its key is too long. */
static vv_status add_key(merge *m, uint64_t row, const vv_cell *cells, bool *added, vv_error *err)
{
	const size_t *columns = m->side[m->renumbers].key;
	const vv_cell *key[VV_KEY_COLUMNS_MAX];
	merge_new_key k = {.row = row};
	uint64_t before;

	for (size_t i = 0; i < m->key_count; i++) {
		key[i] = &cells[columns[i]];
	}
	vv_status rc = vv_next_key(&k.cell, &before, &m->keys, key, err);
	*added = rc == VV_OK;
	if (rc < 0) return vv_error_excuse(rc, rc == VV_ENOSUPPORT, err);
	if (!vv_array_add(m->new_keys, m->new_key_count, m->new_key_cap, k)) {
		return vv_fail_nomem(err);
	}
	return tell_row(m, cells, &m->new_keys[m->new_key_count - 1].cell, err);
}

static vv_status judge_row(merge *m, uint64_t row, vv_error *err)
{
	merge_side *s = &m->side[m->renumbers], *other = &m->side[1 - m->renumbers];
	uint64_t *partner = &s->partner[merge_added_index(s, row)];
	merge_row_state state = {.row = {[MERGE_BASE] = MERGE_NONE}, .touched = {true, true}};
	bool added = false;
	vv_status rc = VV_OK;

	if (row_clashes(m, row)) {
		rc = vv_row_by_number_get(&s->rows, row, &state.side[0], err);
		return rc < 0 ? rc : add_key(m, row, state.side[0], &added, err);
	}
	if (*partner == MERGE_NONE) return VV_OK;
	const uint64_t rows[2] = {m->renumbers == 0 ? row : *partner,
				  m->renumbers == 0 ? *partner : row};
	if (merge_is_apart(m, rows)) return VV_OK;
	state.row[m->renumbers] = row;
	state.row[1 - m->renumbers] = *partner;
	for (size_t i = 0; i < 2 && rc == VV_OK; i++) {
		rc = vv_row_by_number_get(&m->side[i].rows, state.row[i], &state.side[i], err);
	}
	if (rc < 0 || !merge_are_two_things(m, &state)) return rc;
	rc = add_key(m, row, state.side[m->renumbers], &added, err);
	if (rc == VV_OK && added) {
		other->partner[merge_added_index(other, *partner)] = MERGE_NONE;
		*partner = MERGE_NONE;
	}
	return rc;
}

static void sort_clashes(merge_clash *list, size_t count, int (*order)(const void *, const void *))
{
	if (count > 1) {
		qsort(list, count, sizeof(*list), order);
	}
}

/* Rows of theirs that are in conflict with a common row are not in the result. */
static void leave_out(merge *m)
{
	merge_side *theirs = &m->side[1 - m->ours];

	for (size_t i = 0; i < m->contested_count; i++) {
		theirs->placed[merge_added_index(theirs, m->contested[i].other)] = true;
	}
	sort_clashes(m->contested, m->contested_count, vv_u64_order);
}

uint64_t merge_clash_of(const merge *m, uint64_t row)
{
	const merge_clash *c = m->contested_count > 0
				       ? bsearch(&row, m->contested, m->contested_count,
						 sizeof(*m->contested), vv_u64_order)
				       : NULL;

	return c ? c->other : MERGE_NONE;
}

vv_status merge_renumber(merge *m, vv_error *err)
{
	vv_status rc = VV_OK;

	leave_out(m);
	if (!may_renumber(m)) return VV_OK;
	sort_clashes(m->clashes, m->clash_count, by_other);
	m->renumbers = losing_side(m);
	merge_side *s = &m->side[m->renumbers];
	m->keys.tables[0] = m->side[0].table;
	m->keys.tables[1] = m->side[1].table;
	m->keys.columns[0] = m->side[0].key;
	m->keys.columns[1] = m->side[1].key;
	m->keys.count = m->key_count;
	for (size_t i = 0; i < s->block_count && rc == VV_OK; i++) {
		for (uint64_t k = 0; k < s->blocks[i].rows && rc == VV_OK; k++) {
			rc = judge_row(m, s->blocks[i].row + k, err);
		}
	}
	if (rc < 0) return rc;
	return m->scratch.failed ? vv_fail_nomem(err) : VV_OK;
}
