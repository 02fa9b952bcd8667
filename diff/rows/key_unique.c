/*
 * key_unique: how values are hashed so that two spellings of one value count as the same key.
 */
#include "diff/rows/key_unique.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/hash.h"
#include "base/sys.h"
#include "dataset/schema/key.h"
#include "dataset/table/walk.h"
#include "diff/rows/value.h"

#define PROOF_MEMORY (64u << 20)
#define TOGETHER 32u /* columns at most that are read in one walk */

static int stop_at_once(void *payload, uint64_t first VV_UNUSED, uint64_t second VV_UNUSED,
			vv_error *err VV_UNUSED)
{
	*(bool *)payload = false;
	return 1;
}

static vv_status hash_group(vv_key_proof *proof, const vv_table *t, const vv_batch *b,
			    const size_t *key, size_t count, vv_error *err)
{
	vv_auto_free uint64_t *hashes = vv_calloc(b->rows + 1, sizeof(*hashes));
	vv_auto(vv_buf) value = VV_BUF_INIT;
	vv_status rc;
	if (!hashes) return vv_fail_nomem(err);
	for (size_t i = 0; i < b->rows; i++) {
		vv_buf_reset(&value);
		for (size_t k = 0; k < count; k++) {
			vv_value_put_canonical(&value, &t->schema.fields[key[k]],
					       &b->cells[i * b->columns + key[k]]);
		}
		if ((rc = vv_buf_ok(&value, err)) < 0) return rc;
		hashes[i] = vv_xxh3(vv_buf_cstr(&value), value.len, 0);
	}
	return vv_key_proof_add(proof, hashes, b->rows, b->first_row, err);
}

vv_status vv_key_unique(bool *out, vv_table *t, const size_t *key, size_t count,
			const char *temp_dir, vv_error *err)
{
	vv_auto(vv_key_proof) *proof = NULL;
	vv_status rc = vv_key_proof_new(&proof, PROOF_MEMORY, temp_dir ? temp_dir : "/tmp", err);
	if (rc < 0) return rc;
	vv_auto(vv_group_walk) w = vv_group_walk_open(t, key, count, err);
	while (vv_group_walk_next(&w)) {
		w.rc = hash_group(proof, t, &w.batch, key, count, err);
	}
	if (w.rc < 0) return w.rc;
	*out = true;
	return vv_key_proof_pairs(proof, stop_at_once, out, err);
}

static vv_status hash_columns(vv_key_proof **proofs, vv_table *t, const size_t *columns,
			      size_t count, vv_error *err)
{
	vv_auto(vv_group_walk) w = vv_group_walk_open(t, columns, count, err);

	while (vv_group_walk_next(&w)) {
		for (size_t i = 0; i < count && w.rc == VV_OK; i++) {
			w.rc = hash_group(proofs[i], t, &w.batch, &columns[i], 1, err);
		}
	}
	return w.rc;
}

static vv_status prove_together(bool *out, vv_table *t, const size_t *columns, size_t count,
				const char *temp_dir, vv_error *err)
{
	vv_key_proof *proofs[TOGETHER] = {NULL};
	vv_status rc = VV_OK;

	for (size_t i = 0; i < count && rc == VV_OK; i++) {
		rc = vv_key_proof_new(&proofs[i], PROOF_MEMORY, temp_dir, err);
	}
	rc = rc < 0 ? rc : hash_columns(proofs, t, columns, count, err);
	for (size_t i = 0; i < count && rc == VV_OK; i++) {
		out[i] = true;
		rc = vv_key_proof_pairs(proofs[i], stop_at_once, &out[i], err);
	}
	for (size_t i = 0; i < count; i++) {
		vv_key_proof_free(proofs[i]);
	}
	return rc;
}

vv_status vv_columns_unique(bool *out, vv_table *t, const size_t *columns, size_t count,
			    const char *temp_dir, vv_error *err)
{
	const uint64_t fit = PROOF_MEMORY / sizeof(vv_key_entry) / (t->root.rows | 1);
	size_t most = TOGETHER;

	if (fit < 1) {
		most = 1;
	} else if (fit < TOGETHER) {
		most = (size_t)fit;
	}
	vv_status rc = VV_OK;

	for (size_t i = 0; i < count && rc == VV_OK; i += most) {
		const size_t n = count - i < most ? count - i : most;

		rc = prove_together(out + i, t, columns + i, n, temp_dir, err);
	}
	return rc;
}

/* --- tables without a key ------------------------------------------------ */

#define CELLS_MAX (256u << 10) /* that are looked at */
#define TEXT_MAX 300u          /* longest cell that can be part of a key */
#define CANDIDATES_MAX 32u
#define TELLING_PERCENT 80u /* this share of distinct values distinguishes rows */
#define LEADING 3u          /* integers further right mostly count something */

typedef struct first_rows {
	vv_arena arena;
	vv_cell *cells;
	size_t rows, columns;
} first_rows;

static vv_status keep_cell(first_rows *f, const vv_cell *c, vv_cell *out, vv_error *err)
{
	*out = *c;
	out->len = c->len > TEXT_MAX ? TEXT_MAX : c->len;
	out->text = out->len > 0 ? vv_arena_strndup(&f->arena, c->text, out->len) : "";
	return out->text ? VV_OK : vv_fail_nomem(err);
}

static vv_status read_first_rows(first_rows *f, vv_table *t, size_t limit, vv_error *err)
{
	vv_status rc;
	f->columns = t->columns;
	f->cells = vv_calloc(limit * f->columns + 1, sizeof(*f->cells));
	if (!f->cells) return vv_fail_nomem(err);
	vv_auto(vv_group_walk) w = vv_group_walk_open(t, NULL, 0, err);
	while (f->rows < limit && vv_group_walk_next(&w)) {
		for (size_t i = 0; i < w.batch.rows && f->rows < limit; i++, f->rows++) {
			for (size_t c = 0; c < f->columns; c++) {
				if ((rc = keep_cell(f, &w.batch.cells[i * w.batch.columns + c],
						    &f->cells[f->rows * f->columns + c], err)) <
				    0) {
					return rc;
				}
			}
		}
	}
	return w.rc;
}

/* Distinct values that are not empty. */
static size_t count_distinct(const first_rows *f, size_t column, uint64_t *hashes)
{
	size_t n = 0, distinct = 0;
	for (size_t i = 0; i < f->rows; i++) {
		bool usable;
		uint64_t h = vv_key_hash(&f->cells[i * f->columns], &column, 1, 0, &usable);
		if (usable) {
			hashes[n++] = h;
		}
	}
	qsort(hashes, n, sizeof(*hashes), vv_u64_order);
	for (size_t i = 0; i < n; i++) {
		distinct += i == 0 || hashes[i] != hashes[i - 1];
	}
	return distinct;
}

/* People recognize rows by names and dates, not by measurements. */
static bool column_tells(const vv_table *t, size_t column)
{
	vv_type type = t->schema.fields[column].type;
	return type != VV_TYPE_NUMBER && type != VV_TYPE_BOOLEAN &&
	       (type != VV_TYPE_INTEGER || column < LEADING);
}

static vv_status find_telling(vv_key_found *out, const first_rows *f, const vv_table *t,
			      vv_error *err)
{
	size_t most = 0;
	vv_auto_free uint64_t *hashes = vv_calloc(f->rows + 1, sizeof(*hashes));
	if (!hashes) return vv_fail_nomem(err);
	for (size_t c = 0; c < f->columns; c++) {
		size_t n = column_tells(t, c) ? count_distinct(f, c, hashes) : 0;
		if (n > most && n * 100 >= f->rows * TELLING_PERCENT) {
			most = n;
			out->telling = c;
		}
	}
	return VV_OK;
}

static vv_status find_candidates(vv_key_found *out, const first_rows *f, const vv_table *t,
				 vv_error *err)
{
	vv_key_candidate all[CANDIDATES_MAX];
	vv_auto_free const char **names = vv_calloc(f->columns + 1, sizeof(*names));
	vv_auto_free size_t *lens = vv_calloc(f->columns + 1, sizeof(*lens));
	size_t count = 0;
	vv_status rc = VV_OK;
	if (!names || !lens) return vv_fail_nomem(err);
	for (size_t c = 0; c < f->columns; c++) {
		names[c] = t->schema.fields[c].name;
		lens[c] = t->schema.fields[c].name_len;
	}
	if ((rc = vv_key_candidates(all, CANDIDATES_MAX, &count, f->cells, f->rows, f->columns,
				    f->columns, names, lens, err)) < 0) {
		return rc;
	}
	for (size_t i = 0; i < count; i++) {
		if (all[i].count == 1) {
			out->column = out->column == SIZE_MAX ? all[i].columns[0] : out->column;
			out->could[all[i].columns[0]] = true;
		}
	}
	return rc;
}

vv_status vv_key_find(vv_key_found *out, vv_table *t, size_t rows_max, vv_error *err)
{
	first_rows f = {.cells = NULL};
	size_t most = t->columns > 0 ? CELLS_MAX / t->columns : 0;
	vv_status rc;
	*out = (vv_key_found){.column = SIZE_MAX, .telling = SIZE_MAX, .columns = t->columns};
	out->could = vv_calloc(t->columns + 1, sizeof(*out->could));
	if (!out->could) {
		vv_key_found_clear(out);
		return vv_fail_nomem(err);
	}
	if ((rc = read_first_rows(&f, t, rows_max < most ? rows_max : most, err)) == VV_OK &&
	    (rc = find_candidates(out, &f, t, err)) == VV_OK) {
		rc = find_telling(out, &f, t, err);
	}
	out->whole = f.rows == t->root.rows;
	vv_free(f.cells);
	vv_arena_clear(&f.arena);
	if (rc < 0) {
		vv_key_found_clear(out);
	}
	return rc;
}

void vv_key_found_clear(vv_key_found *f)
{
	vv_free(f->could);
	*f = (vv_key_found){.could = NULL};
}
