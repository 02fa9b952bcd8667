/*
 * key: how a key is guessed from the first rows of two versions.
 */
#include "lib/view/key.h"

#include <stdlib.h>
#include <string.h>

#include "base/sys.h"
#include "dataset/schema/key.h"
#include "dataset/table/table.h"
#include "diff/rows/columns.h"

#define ROWS_MAX 20000u
#define CELLS_MAX 400000u
#define CANDIDATES_MAX 16u
#define NEARLY_ROWS 20u
#define NEARLY_PERCENT 97u

/* The first rows of one version, only the columns that both have. */
typedef struct sample {
	vv_table *table;
	const size_t *columns;
	size_t column_count;
	vv_batches batches; /* own the texts */
	vv_cell *cells;
	size_t rows;
} sample;

static vv_status read_sample(sample *s, size_t limit, vv_error *err)
{
	vv_auto(vv_table_reader) *r = NULL;
	vv_batch *b = NULL;
	s->cells = vv_calloc(limit * s->column_count + 1, sizeof(*s->cells));
	if (!s->cells) return vv_fail_nomem(err);
	vv_status rc = vv_table_reader_open(&r, s->table, s->columns, s->column_count, false, err);
	while (rc == VV_OK && s->rows < limit) {
		if ((rc = vv_batches_add(&s->batches, &b, err)) < 0) return rc;
		const int more = vv_table_read(r, b, err);
		if (more <= 0) return (vv_status)more;
		for (size_t i = 0; i < b->rows && s->rows < limit; i++, s->rows++) {
			for (size_t k = 0; k < s->column_count; k++) {
				s->cells[s->rows * s->column_count + k] =
					b->cells[i * b->columns + s->columns[k]];
			}
		}
	}
	return rc;
}

static void sample_clear(sample *s)
{
	vv_batches_clear(&s->batches);
	vv_free(s->cells);
}
VV_AUTO_CLEAR(sample, sample_clear)

static vv_status add_list(vv_diff_keys *k, size_t count, const char ***out, vv_error *err)
{
	*out = vv_calloc(count + 1, sizeof(**out));
	if (!*out) return vv_fail_nomem(err);
	k->lists[k->count++] = *out;
	return VV_OK;
}

vv_status vv_diff_keys_add(vv_diff_keys *k, const vv_table *from, const vv_table *other,
			   vv_error *err)
{
	const char **names;
	vv_status rc;
	if (from->root.key_count == 0 || k->count == VV_DIFF_KEYS_MAX) return VV_OK;
	for (size_t i = 0; i < from->root.key_count; i++) {
		const char *name = from->root.key[i];
		if (vv_schema_find(&other->schema, name, strlen(name)) < 0) return VV_OK;
	}
	if ((rc = add_list(k, from->root.key_count, &names, err)) < 0) return rc;
	for (size_t i = 0; i < from->root.key_count; i++) {
		names[i] = from->root.key[i];
	}
	return VV_OK;
}

vv_status vv_diff_keys_add_renamed(vv_diff_keys *k, const vv_table *a, const vv_table *b, bool new,
				   const vv_columns *columns, vv_error *err)
{
	const vv_table *from = new ? b : a;
	const char **names;
	size_t count = from->root.key_count;
	vv_status rc;
	if (count == 0 || k->count == VV_DIFF_KEYS_MAX) return VV_OK;
	if ((rc = add_list(k, count, &names, err)) < 0) return rc;
	for (size_t i = 0; i < count; i++) {
		const char *name = from->root.key[i];
		long at = vv_schema_find(&from->schema, name, strlen(name)), x = at, y = at;
		if (at >= 0 && new) {
			x = vv_columns_to_old(columns, (size_t)at);
		} else if (at >= 0) {
			y = vv_columns_to_new(columns, (size_t)at);
		}
		if (x < 0 || y < 0) {
			vv_free(names);
			k->count--;
			return VV_OK;
		}
		names[i] = b->schema.fields[y].name;
	}
	return VV_OK;
}

/* By one byte after the other, from the last: hashes are spread evenly, and the comparisons of qsort cost five times as much. */
static void sort_hashes(uint64_t *hashes, uint64_t *room, size_t count)
{
	for (unsigned shift = 0; shift < 64; shift += 8) {
		size_t at[256] = {0}, sum = 0, n;
		uint64_t *from = shift / 8 % 2 ? room : hashes, *to = shift / 8 % 2 ? hashes : room;

		for (size_t i = 0; i < count; i++) {
			at[from[i] >> shift & 0xff]++;
		}
		for (size_t k = 0; k < 256; k++) {
			n = at[k];
			at[k] = sum;
			sum += n;
		}
		for (size_t i = 0; i < count; i++) {
			to[at[from[i] >> shift & 0xff]++] = from[i];
		}
	}
}

static vv_status hash_columns(uint64_t **out, const sample *s, const size_t *columns, size_t count,
			      vv_error *err)
{
	vv_auto_free uint64_t *room = vv_calloc(s->rows + 1, sizeof(*room));

	*out = vv_calloc(s->rows + 1, sizeof(**out));
	if (!room || !*out) return vv_fail_nomem(err);
	for (size_t i = 0; i < s->rows; i++) {
		(*out)[i] = vv_key_hash(&s->cells[i * s->column_count], columns, count, 0, NULL);
	}
	sort_hashes(*out, room, s->rows);
	return VV_OK;
}

static size_t count_distinct(const uint64_t *sorted, size_t count)
{
	size_t n = count > 0;
	for (size_t i = 1; i < count; i++) {
		n += sorted[i] != sorted[i - 1];
	}
	return n;
}

/* Values that both have. */
static size_t count_overlap(const uint64_t *x, size_t count_x, const uint64_t *y, size_t count_y)
{
	size_t i = 0, k = 0, n = 0;
	while (i < count_x && k < count_y) {
		if (x[i] == y[k]) {
			n++;
		}
		size_t next_i = i + (x[i] <= y[k]);
		k += y[k] <= x[i];
		i = next_i;
	}
	return n;
}

/* How far columns are a key of both: percent of distinct values, and whether most values
 * are in both. Where a sample is not the whole table nothing is known of the latter. */
typedef struct fitness {
	size_t percent, common;
	bool shared;
} fitness;

static vv_status judge_columns(fitness *out, const sample *x, const sample *y,
			       const size_t *columns, size_t count, vv_error *err)
{
	vv_auto_free uint64_t *a = NULL, *b = NULL;
	size_t fewer = x->rows < y->rows ? x->rows : y->rows;
	vv_status rc;
	if ((rc = hash_columns(&a, x, columns, count, err)) == VV_OK &&
	    (rc = hash_columns(&b, y, columns, count, err)) == VV_OK) {
		size_t of_a = x->rows ? count_distinct(a, x->rows) * 100 / x->rows : 100,
		       of_b = y->rows ? count_distinct(b, y->rows) * 100 / y->rows : 100;
		bool whole = x->rows == x->table->root.rows && y->rows == y->table->root.rows;
		out->percent = of_a < of_b ? of_a : of_b;
		out->common = count_overlap(a, x->rows, b, y->rows);
		out->shared = !whole || out->common * 2 >= fewer;
	}
	return rc;
}

/* Are most values of all columns but one in both? */
static vv_status is_shared_in_part(bool *out, const sample *x, const sample *y,
				   const vv_key_candidate *c, vv_error *err)
{
	vv_status rc = VV_OK;

	*out = false;
	for (size_t left_out = 0; left_out < c->count && c->count > 1 && !*out && rc == VV_OK;
	     left_out++) {
		size_t part[VV_KEY_COLUMNS_MAX], n = 0;
		fitness f = {.shared = false};

		for (size_t i = 0; i < c->count; i++) {
			part[n] = c->columns[i];
			n += i != left_out;
		}
		rc = judge_columns(&f, x, y, part, n, err);
		*out = rc == VV_OK && f.shared;
	}
	return rc;
}

/* Candidates of one version that are unique in the other one too. */
static vv_status try_candidates(vv_diff_keys *k, const sample *of, const sample *other,
				const char **names, const size_t *lens, vv_error *err)
{
	vv_key_candidate all[CANDIDATES_MAX];
	size_t n = of->column_count, count;
	vv_status found = vv_key_candidates(all, CANDIDATES_MAX, &count, of->cells, of->rows, n, n,
					    names, lens, err);
	if (found < 0) return found;
	for (size_t i = 0; i < count && k->count < VV_DIFF_KEYS_MAX; i++) {
		const char **list;
		fitness f;
		vv_status rc = judge_columns(&f, of, other, all[i].columns, all[i].count, err);
		bool good = rc == VV_OK && f.percent == 100 && f.shared;
		if (k->rewritten && rc == VV_OK && f.percent == 100) {
			rc = is_shared_in_part(&good, of, other, &all[i], err);
		}
		if (rc < 0 || (good && (rc = add_list(k, all[i].count, &list, err)) < 0)) return rc;
		for (size_t c = 0; good && c < all[i].count; c++) {
			list[c] = names[all[i].columns[c]];
		}
	}
	return VV_OK;
}

/* Where no column is quite unique: the one that nearly is, and that both versions have
 * the most values of in common. (A few rows without a code do not make it useless.) */
static vv_status judge_nearly(vv_diff_keys *k, const sample *x, const sample *y, const char **names,
			      vv_error *err)
{
	size_t best = SIZE_MAX, most = 0, fewer = x->rows < y->rows ? x->rows : y->rows;
	const char **list;
	vv_status rc = VV_OK;
	if (fewer < NEARLY_ROWS) return VV_OK;
	for (size_t i = 0; i < y->column_count && rc == VV_OK; i++) {
		fitness f;
		rc = judge_columns(&f, x, y, &i, 1, err);
		if (rc == VV_OK && f.percent >= NEARLY_PERCENT && f.common > most &&
		    f.common * 2 > fewer) {
			most = f.common;
			best = i;
		}
	}
	if (rc == VV_OK && best != SIZE_MAX && (rc = add_list(k, 1, &list, err)) == VV_OK) {
		list[0] = names[best];
	}
	return rc;
}

vv_status vv_diff_keys_guess(vv_diff_keys *k, vv_table *a, vv_table *b, const vv_columns *columns,
			     vv_error *err)
{
	vv_auto(sample) x = {.table = a}, y = {.table = b};
	vv_auto_free size_t *at_a = vv_calloc(b->columns + 1, sizeof(*at_a)),
			    *at_b = vv_calloc(b->columns + 1, sizeof(*at_b));
	vv_auto_free size_t *lens = vv_calloc(b->columns + 1, sizeof(*lens));
	size_t n = 0;
	vv_auto_free const char **names = vv_calloc(b->columns + 1, sizeof(*names));
	vv_status rc;
	if (!at_a || !at_b || !lens || !names) return vv_fail_nomem(err);
	for (size_t i = 0; i < b->columns; i++) {
		const vv_field *f = &b->schema.fields[i];
		long at = columns ? vv_columns_to_old(columns, i)
				  : vv_schema_find(&a->schema, f->name, f->name_len);
		if (at >= 0) {
			at_a[n] = (size_t)at;
			at_b[n] = i;
			names[n] = f->name;
			lens[n++] = f->name_len;
		}
	}
	k->rewritten = false;
	if (n == 0) return VV_OK;
	x.columns = at_a;
	y.columns = at_b;
	x.column_count = y.column_count = n;
	size_t limit = CELLS_MAX / n < ROWS_MAX ? CELLS_MAX / n : ROWS_MAX;
	if ((rc = read_sample(&x, limit, err)) == VV_OK &&
	    (rc = read_sample(&y, limit, err)) == VV_OK) {
		if ((rc = try_candidates(k, &y, &x, names, lens, err)) == VV_OK && k->count == 0) {
			rc = try_candidates(k, &x, &y, names, lens, err);
		}
		if (rc == VV_OK && k->count == 0) {
			rc = judge_nearly(k, &x, &y, names, err);
		}
		if (rc == VV_OK && k->count == 0) {
			k->rewritten = true;
			rc = try_candidates(k, &y, &x, names, lens, err);
			k->rewritten = k->count > 0;
		}
	}
	return rc;
}

void vv_diff_keys_clear(vv_diff_keys *k)
{
	for (size_t i = 0; i < k->count; i++) {
		vv_free(k->lists[i]);
	}
	k->count = 0;
}
