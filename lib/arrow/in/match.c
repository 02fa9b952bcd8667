/*
 * match: how far ahead it pays to look before all keys are read.
 */
#include "lib/arrow/in/match.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "base/text.h"
#include "lib/arrow/in/plain_text.h"

#define AHEAD 64u

vv_status matcher_open(matcher *m, vv_error *err)
{
	m->rows = m->table ? m->table->root.rows : 0;
	m->seen = vv_calloc((size_t)(m->rows / 8 + 1), 1);
	m->values = vv_calloc(m->key_count + 1, sizeof(*m->values));
	return m->seen && m->values ? VV_OK : vv_fail_nomem(err);
}

void matcher_close(matcher *m)
{
	vv_free_all(m->seen, m->index, m->taken, m->fresh, m->values);
	vv_hash_index_clear(&m->fresh_index);
	vv_buf_clear_all(&m->bytes, &m->scratch);
}

static void mark_row(matcher *m, uint64_t row)
{
	m->seen[row / 8] = (uint8_t)(m->seen[row / 8] | 1 << row % 8);
	m->found++;
	m->cursor = row + 1;
	while (m->cursor < m->rows && matcher_has(m, m->cursor)) {
		m->cursor++;
	}
}

uint64_t matcher_take(matcher *m, uint64_t most)
{
	const uint64_t from = m->cursor;

	while (m->cursor < from + most && m->cursor < m->rows && !matcher_has(m, m->cursor)) {
		m->seen[m->cursor / 8] = (uint8_t)(m->seen[m->cursor / 8] | 1 << m->cursor % 8);
		m->cursor++;
	}
	most = m->cursor - from;
	m->found += most;
	while (m->cursor < m->rows && matcher_has(m, m->cursor)) {
		m->cursor++;
	}
	return most;
}

/* ---- messages ---- */

static vv_status refuse_repeat(const matcher *m, uint64_t number, vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;

	for (size_t i = 0; i < m->key_count; i++) {
		const rewrite_column *c = &m->columns[m->key[i]];

		vv_buf_printf(&text, "%s%s = ", i > 0 ? ", " : "", vv_text_shows(c->name));
		if (m->values[i].kind == INCOMING_NULL) {
			vv_buf_puts(&text, "null");
		} else {
			plain_put(&text, &m->values[i], c->in);
		}
	}
	return vv_fail(err, VV_EINPUT,
		       "row %llu of the data has the key of an earlier one: %s\n"
		       "remove one of the two rows, or match the rows by other columns",
		       (unsigned long long)number, vv_text_show(vv_buf_cstr(&text), text.len));
}

/* ---- by number and place ---- */

static vv_status find_number(matcher *m, size_t row, uint64_t number, uint64_t *old, vv_error *err)
{
	incoming_value v;
	vv_status rc = incoming_get(&v, m->number, row, err);

	*old = MATCH_NONE;
	if (rc < 0 || v.kind == INCOMING_NULL) return rc;
	if (v.kind == INCOMING_UINT) {
		*old = v.u;
	} else if (v.kind == INCOMING_FLOAT && v.d >= 0 && v.d < 9e15) {
		*old = (uint64_t)v.d;
	} else if (v.i >= 0) {
		*old = (uint64_t)v.i;
	} else {
		*old = MATCH_NONE;
	}
	if (*old >= m->rows || matcher_has(m, *old)) {
		return vv_fail(err, VV_EINPUT, "row %llu of the data: %s",
			       (unsigned long long)number,
			       *old >= m->rows ? "the version does not have a row with this number"
					       : "an earlier row has the same number");
	}
	mark_row(m, *old);
	return VV_OK;
}

/* ---- by columns ---- */

/* Does the version's row match the key? 1, 0, <0. */
static int is_row(matcher *m, uint64_t row, vv_error *err)
{
	const vv_cell *cells;
	vv_status rc = vv_row_by_number_get(m->old, row, &cells, err);

	for (size_t i = 0; rc == VV_OK && i < m->key_count; i++) {
		const rewrite_column *c = &m->columns[m->key[i]];

		if (!column_same(c, &m->values[i], &cells[c->place], &m->scratch)) {
			return m->scratch.failed ? vv_fail_nomem(err) : 0;
		}
	}
	if (rc < 0) return rc;
	return m->scratch.failed ? vv_fail_nomem(err) : 1;
}

/* The next row that is left, or one soon after it. */
static int find_near(matcher *m, uint64_t *old, vv_error *err)
{
	uint64_t row = m->cursor;
	const unsigned ahead = m->index ? 1 : AHEAD;

	for (unsigned i = 0; i < ahead && row < m->rows; row++) {
		int is;

		if (matcher_has(m, row)) {
			continue;
		}
		if ((is = is_row(m, row, err)) != 0) {
			*old = row;
			return is;
		}
		i++;
	}
	return 0;
}

static int rank_hashes(const vv_hash128 *a, const vv_hash128 *b)
{
	if (a->lo != b->lo) return a->lo > b->lo ? 1 : -1;
	return (a->hi > b->hi) - (a->hi < b->hi);
}

static int by_hash(const void *a, const void *b)
{
	const match_entry *x = a, *y = b;
	const int c = rank_hashes(&x->hash, &y->hash);

	return c != 0 ? c : (x->row > y->row) - (x->row < y->row);
}

static vv_hash128 hash_row(matcher *m, const vv_cell *cells)
{
	vv_buf_reset(&m->bytes);
	for (size_t k = 0; k < m->key_count; k++) {
		const rewrite_column *c = &m->columns[m->key[k]];

		column_put_old(&m->bytes, c, &cells[c->place], &m->scratch);
	}
	return vv_xxh3_128(vv_buf_cstr(&m->bytes), m->bytes.len, vv_hash_seed());
}

static vv_status read_index(matcher *m, const size_t *places, vv_error *err)
{
	vv_auto(vv_table_reader) *r = NULL;
	vv_auto(vv_batch) b = {0};
	int more = 0;
	vv_status rc = vv_table_reader_open(&r, m->table, places, m->key_count, false, err);

	while (rc == VV_OK && (more = vv_table_read(r, &b, err)) > 0) {
		for (size_t i = 0; i < b.rows; i++) {
			match_entry *e = &m->index[b.first_row + i];

			e->hash = hash_row(m, &b.cells[i * b.columns]);
			e->row = b.first_row + i;
		}
		rc = m->scratch.failed ? vv_fail_nomem(err) : vv_buf_ok(&m->bytes, err);
	}
	if (rc < 0) return rc;
	return more < 0 ? (vv_status)more : VV_OK;
}

static vv_status make_index(matcher *m, vv_error *err)
{
	vv_auto_free size_t *places = vv_calloc(m->key_count + 1, sizeof(*places));
	vv_status rc;

	m->index = vv_calloc((size_t)m->rows + 1, sizeof(*m->index));
	m->taken = vv_calloc((size_t)m->rows + 1, sizeof(*m->taken));
	if (!places || !m->index || !m->taken) return vv_fail_nomem(err);
	for (size_t i = 0; i < m->key_count; i++) {
		places[i] = m->columns[m->key[i]].place;
	}
	if ((rc = read_index(m, places, err)) == VV_OK) {
		qsort(m->index, (size_t)m->rows, sizeof(*m->index), by_hash);
	}
	return rc;
}

static uint64_t first_of(const matcher *m, const vv_hash128 *hash)
{
	return vv_first_place(i, (size_t)m->rows, rank_hashes(&m->index[i].hash, hash) < 0);
}

/* *there: the version has such rows, though all may have been found before. */
static void find_far(matcher *m, const vv_hash128 *hash, uint64_t *old, bool *there)
{
	const uint64_t low = first_of(m, hash);

	*there = low < m->rows && rank_hashes(&m->index[low].hash, hash) == 0;
	for (uint64_t at = low + m->taken[low]; *there && at < m->rows;
	     at = low + ++m->taken[low]) {
		if (rank_hashes(&m->index[at].hash, hash) != 0) return;
		if (!matcher_has(m, m->index[at].row)) {
			*old = m->index[at].row;
			return;
		}
	}
}

/* A key that the version does not have; false: a new row had it before. */
static vv_status add_fresh(matcher *m, const vv_hash128 *hash, bool *is_new, vv_error *err)
{
	uint64_t h;

	memcpy(&h, hash, sizeof(h));
	*is_new = !vv_hash_find(m->fresh, &m->fresh_index, h, i,
				memcmp(i, hash, sizeof(*hash)) == 0);
	return !*is_new || vv_hash_add(m->fresh, m->fresh_count, m->fresh_cap, &m->fresh_index, h,
				       *hash)
		       ? VV_OK
		       : vv_fail_nomem(err);
}

static vv_status find_columns(matcher *m, uint64_t number, uint64_t *old, vv_error *err)
{
	bool there = false, is_new = true;
	vv_status rc;
	int near = find_near(m, old, err);

	if (near < 0) return (vv_status)near;
	if (near > 0) {
		mark_row(m, *old);
		return VV_OK;
	}
	if (m->rows > 0 && !m->index && (rc = make_index(m, err)) < 0) return rc;
	vv_buf_reset(&m->bytes);
	for (size_t i = 0; i < m->key_count; i++) {
		column_put_value(&m->bytes, &m->columns[m->key[i]], &m->values[i], &m->scratch);
	}
	if (m->scratch.failed || m->bytes.failed) return vv_fail_nomem(err);
	vv_hash128 hash = vv_xxh3_128(vv_buf_cstr(&m->bytes), m->bytes.len, vv_hash_seed());
	if (m->rows > 0) {
		find_far(m, &hash, old, &there);
	}
	if (*old != MATCH_NONE) {
		mark_row(m, *old);
		return VV_OK;
	}
	if (m->by == MATCH_BY_EQUAL || m->may_repeat) return VV_OK;
	if (!there && (rc = add_fresh(m, &hash, &is_new, err)) < 0) return rc;
	return there || !is_new ? refuse_repeat(m, number, err) : VV_OK;
}

/* ---- keys of the version that are one value in the data ---- */

/* The key as the version spells it. */
static vv_status put_key(vv_buf *out, matcher *m, uint64_t row, vv_error *err)
{
	const vv_cell *cells;
	vv_status rc = vv_row_by_number_get(m->old, row, &cells, err);

	for (size_t i = 0; rc == VV_OK && i < m->key_count; i++) {
		const rewrite_column *c = &m->columns[m->key[i]];
		const vv_cell *cell = &cells[c->place];

		vv_buf_printf(out, "%s%s = '%s'", i > 0 ? ", " : "", vv_text_shows(c->name),
			      vv_text_show(cell->text, cell->len));
	}
	return rc < 0 ? rc : vv_buf_ok(out, err);
}

static vv_status are_one(matcher *m, uint64_t a, uint64_t b, vv_error *err)
{
	vv_auto(vv_buf) x = VV_BUF_INIT, y = VV_BUF_INIT;
	vv_status rc = put_key(&x, m, a, err);

	if (rc < 0 || (rc = put_key(&y, m, b, err)) < 0) return rc;
	return vv_fail(err, VV_EINPUT,
		       "rows %llu (%s) and %llu (%s) of the version have the same key if read with "
		       "the types of the data\npass the key as text, or match the rows by other "
		       "columns",
		       (unsigned long long)a + 1, vv_buf_cstr(&x), (unsigned long long)b + 1,
		       vv_buf_cstr(&y));
}

vv_status matcher_check_null(matcher *m, uint64_t row, vv_error *err)
{
	vv_auto(vv_buf) key = VV_BUF_INIT;
	const vv_cell *cells;
	bool misfit = false;
	vv_status rc = vv_row_by_number_get(m->old, row, &cells, err);

	for (size_t i = 0; rc == VV_OK && m->by == MATCH_BY_KEY && i < m->key_count; i++) {
		const rewrite_column *c = &m->columns[m->key[i]];

		misfit = misfit || column_is_misfit(c, &cells[c->place], &m->scratch);
	}
	if (rc < 0 || !misfit || (rc = put_key(&key, m, row, err)) < 0) return rc;
	return vv_fail(err, VV_EINPUT,
		       "the data has a null key, and row %llu of the version (%s) is null only if "
		       "read with the types of the data\npass the key as text, or match the rows "
		       "by other columns",
		       (unsigned long long)row + 1, vv_buf_cstr(&key));
}

vv_status matcher_check_own(matcher *m, uint64_t row, vv_error *err)
{
	const vv_cell *cells;
	vv_status rc = matcher_check_null(m, row, err);

	if (rc < 0 || m->by != MATCH_BY_KEY || (!m->index && (rc = make_index(m, err)) < 0) ||
	    (rc = vv_row_by_number_get(m->old, row, &cells, err)) < 0) {
		return rc;
	}
	const vv_hash128 hash = hash_row(m, cells);
	const match_entry *e = &m->index[first_of(m, &hash)];

	if (m->scratch.failed || m->bytes.failed) return vv_fail_nomem(err);
	e += e->row == row;
	return e < m->index + m->rows && rank_hashes(&e->hash, &hash) == 0
		       ? are_one(m, row, e->row, err)
		       : VV_OK;
}

vv_status matcher_check_gone(matcher *m, vv_error *err)
{
	vv_status rc = VV_OK;

	if (m->by != MATCH_BY_KEY || m->found == 0 || m->found == m->rows) return VV_OK;
	if (!m->index) {
		rc = make_index(m, err);
	}
	for (uint64_t i = 1; rc == VV_OK && i < m->rows; i++) {
		const match_entry *e = &m->index[i];

		if (rank_hashes(&e->hash, &e[-1].hash) == 0 &&
		    matcher_has(m, e->row) != matcher_has(m, e[-1].row)) {
			rc = are_one(m, e[-1].row, e->row, err);
		}
	}
	return rc;
}

vv_status matcher_find(matcher *m, size_t row, uint64_t number, uint64_t *old, vv_error *err)
{
	vv_status rc = VV_OK;

	*old = MATCH_NONE;
	if (m->by == MATCH_BY_NUMBER) return find_number(m, row, number, old, err);
	if (m->by == MATCH_BY_PLACE) {
		if (m->cursor < m->rows) {
			*old = m->cursor;
			mark_row(m, *old);
		}
		return VV_OK;
	}
	for (size_t i = 0; i < m->key_count && rc == VV_OK; i++) {
		rc = incoming_get(&m->values[i], m->columns[m->key[i]].in, row, err);
	}
	return rc < 0 ? rc : find_columns(m, number, old, err);
}
