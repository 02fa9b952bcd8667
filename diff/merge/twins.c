/*
 * twins: pairs added rows by the hashes of their values. A hash decides no value: the cells of a
 * pair are merged, and different ones are a conflict.
 */
#include "diff/merge/twins.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/hash.h"
#include "base/sys.h"
#include "diff/merge/cells.h"
#include "diff/rows/changed_groups.h"
#include "diff/rows/key_unique.h"
#include "diff/rows/rowdiff.h"
#include "diff/rows/value.h"

#define KEY_ROWS 8u           /* in fewer rows only a name makes a key */
#define KEY_SAMPLE 2048u      /* rows in which a key is searched for */
#define NAMES_MIN 100u        /* rows of base; fewer prove nothing about the names in them */
#define NAMES_PERCENT 97u     /* of these rows have different names */
#define NAMES_KEPT (1u << 20) /* base's first rows, whose names are compared */

/* --- the same data ------------------------------------------------------------------------ */

/* Rows of a side that are summed: the sum does not depend on their order. */
typedef struct row_sum {
	uint64_t lo, hi, rows;
} row_sum;

/* For each column of side 0 its place in side 1. false: the sides have other columns. */
static bool find_columns(size_t *places, const merge *m)
{
	const vv_table *x = m->side[0].table, *y = m->side[1].table;

	if (x->columns != y->columns) return false;
	for (size_t i = 0; i < x->columns; i++) {
		const vv_field *f = &x->schema.fields[i];
		const long at = vv_schema_find(&y->schema, f->name, f->name_len);

		if (at < 0) return false;
		places[i] = (size_t)at;
	}
	return true;
}

static void put_row(merge *m, const size_t *places, size_t which, const vv_cell *cells)
{
	const vv_schema *x = &m->side[0].table->schema, *y = &m->side[1].table->schema;

	vv_buf_reset(&m->text);
	for (size_t i = 0; i < m->side[0].table->columns; i++) {
		const vv_field *f = vv_value_field(&x->fields[i], &y->fields[places[i]]);

		vv_value_put_canonical(&m->text, f, &cells[which == 0 ? i : places[i]]);
	}
}

static vv_status sum_groups(row_sum *sum, merge *m, const size_t *places, size_t which,
			    const vv_changed_group *groups, size_t count, vv_error *err)
{
	const vv_cell *cells;
	vv_status rc;

	vv_array_each(groups, count, g) {
		for (uint64_t row = g->row; row < g->row + g->rows; row++) {
			if ((rc = vv_row_by_number_get(&m->side[which].rows, row, &cells, err)) <
			    0) {
				return rc;
			}
			put_row(m, places, which, cells);
			const vv_hash128 h = vv_xxh3_128(vv_buf_cstr(&m->text), m->text.len,
							 m->opts->secret);
			sum->lo += h.lo;
			sum->hi += h.hi;
			sum->rows++;
		}
	}
	return vv_buf_ok(&m->text, err);
}

vv_status merge_data_equal(merge *m, bool *equal, vv_error *err)
{
	vv_table *x = m->side[0].table, *y = m->side[1].table;
	vv_auto_free size_t *places = vv_calloc(x->columns + 1, sizeof(*places));
	vv_auto(vv_changed_groups) g = {0};
	row_sum a = {0}, b = {0};
	bool same_places = true;
	vv_status rc;

	*equal = false;
	if (!places) return vv_fail_nomem(err);
	if (m->key_count > 0 || x->root.rows != y->root.rows || !find_columns(places, m) ||
	    x->root.dialect.form != y->root.dialect.form) {
		return VV_OK;
	}
	for (size_t i = 0; i < x->columns; i++) {
		same_places = same_places && places[i] == i;
	}
	rc = same_places ? vv_changed_groups_find(&g, x, y, err)
			 : vv_changed_groups_all(&g, x, y, err);
	if (rc < 0 || (rc = sum_groups(&a, m, places, 0, g.old_groups, g.old_count, err)) < 0 ||
	    (rc = sum_groups(&b, m, places, 1, g.new_groups, g.new_count, err)) < 0) {
		return rc;
	}
	*equal = a.rows == b.rows && a.lo == b.lo && a.hi == b.hi;
	return VV_OK;
}

/* --- pairs --------------------------------------------------------------------------------- */

/* An added row: the hash of its values, and its index among the side's added rows. */
typedef struct added_row {
	vv_hash128 hash;
	uint64_t index, row;
} added_row;

typedef struct twins {
	merge *m;
	added_row *rows[2], *sorted[2];
} twins;

static void twins_clear(twins *t)
{
	vv_free_all(t->rows[0], t->rows[1], t->sorted[0], t->sorted[1]);
}
VV_AUTO_CLEAR(twins, twins_clear)

static int by_hash(const void *a, const void *b)
{
	const added_row *x = a, *y = b;
	const int c = vv_hash128_order(&x->hash, &y->hash);

	return c != 0 ? c : (x->index > y->index) - (x->index < y->index);
}

/* The values in the columns that both sides have. */
static vv_status hash_row(twins *t, size_t which, uint64_t row, vv_hash128 *out, vv_error *err)
{
	static const vv_cell empty = {.state = VV_CELL_TEXT};
	merge *m = t->m;
	const vv_cell *cells;
	vv_status rc = vv_row_by_number_get(&m->side[which].rows, row, &cells, err);

	if (rc < 0) return rc;
	vv_buf_reset(&m->text);
	for (size_t i = 0; i < m->column_count; i++) {
		const merge_column *c = &m->columns[i];
		const vv_field *f = c->type ? c->type : &m->compare.fields[i];

		if (c->side[0] < 0 || c->side[1] < 0) {
			continue;
		}
		const vv_cell *cell = &cells[c->side[which]];
		const bool none = cell->state == VV_CELL_NULL || cell->state == VV_CELL_ABSENT;
		vv_value_put_canonical(&m->text, f, m->mixed && none ? &empty : cell);
	}
	*out = vv_xxh3_128(vv_buf_cstr(&m->text), m->text.len, m->opts->secret);
	return vv_buf_ok(&m->text, err);
}

static vv_status hash_side(twins *t, size_t which, vv_error *err)
{
	const merge_side *s = &t->m->side[which];
	const size_t count = (size_t)s->added;
	size_t n = 0;
	vv_status rc;

	t->rows[which] = vv_calloc(count + 1, sizeof(**t->rows));
	t->sorted[which] = vv_calloc(count + 1, sizeof(**t->sorted));
	if (!t->rows[which] || !t->sorted[which]) return vv_fail_nomem(err);
	vv_array_each(s->blocks, s->block_count, b) {
		for (uint64_t k = 0; k < b->rows; k++, n++) {
			added_row *r = &t->rows[which][n];

			*r = (added_row){.index = n, .row = b->row + k};
			if ((rc = hash_row(t, which, r->row, &r->hash, err)) < 0) return rc;
		}
	}
	memcpy(t->sorted[which], t->rows[which], n * sizeof(**t->sorted));
	if (n > 1) {
		qsort(t->sorted[which], n, sizeof(**t->sorted), by_hash);
	}
	return VV_OK;
}

static uint64_t *partner_of(twins *t, size_t which, const added_row *r)
{
	return &t->m->side[which].partner[r->index];
}

static void pair_equal_rows(twins *t)
{
	const size_t counts[2] = {(size_t)t->m->side[0].added, (size_t)t->m->side[1].added};
	size_t i = 0, j = 0;

	while (i < counts[0] && j < counts[1]) {
		const added_row *x = &t->sorted[0][i], *y = &t->sorted[1][j];
		const int order = vv_hash128_order(&x->hash, &y->hash);

		if (order == 0) {
			*partner_of(t, 0, x) = y->row;
			*partner_of(t, 1, y) = x->row;
			t->m->side[0].doubtful[x->index] = true;
		}
		i += order <= 0;
		j += order >= 0;
	}
}

/* Makes x and y a pair; their former partners become one. */
static void pair_anew(twins *t, const added_row *x, const added_row *y)
{
	merge_side *sides = t->m->side;
	const uint64_t of_x = *partner_of(t, 0, x), of_y = *partner_of(t, 1, y);

	if (of_x == y->row) return;
	if (of_x != MERGE_NONE) {
		sides[1].partner[merge_added_index(&sides[1], of_x)] = of_y;
	}
	if (of_y != MERGE_NONE) {
		sides[0].partner[merge_added_index(&sides[0], of_y)] = of_x;
		sides[0].doubtful[merge_added_index(&sides[0], of_y)] = of_x != MERGE_NONE;
	}
	*partner_of(t, 0, x) = y->row;
	*partner_of(t, 1, y) = x->row;
}

/* --- equal blocks at one place ---------------------------------------------------------------- */

/* A side's added rows, block by block in the order of their places. */
typedef struct places {
	merge *m;
	const merge_side *side;
	size_t at;           /* the block that comes next, in by_above */
	uint64_t from, upto; /* the last place, and what it is the same as */
} places;

/* The place without the rows of base above it that a side removed: they are not in the result. */
static uint64_t place_of(places *p, uint64_t above)
{
	uint64_t place = above;

	while (place > 0 && place != p->from &&
	       (merge_to_side(&p->m->side[0], place - 1) == MERGE_NONE ||
		merge_to_side(&p->m->side[1], place - 1) == MERGE_NONE)) {
		place--;
	}
	p->upto = place == p->from && p->from > 0 ? p->upto : place;
	p->from = above;
	return p->upto;
}

/* A place with rows: blocks by_above[first] to by_above[end - 1]. */
typedef struct place {
	uint64_t at, rows;
	size_t first, end;
} place;

static bool next_place(places *p, place *out)
{
	const merge_side *s = p->side;

	if (p->at == s->block_count) return false;
	const uint64_t at = place_of(p, s->blocks[s->by_above[p->at]].above);
	*out = (place){.at = at, .first = p->at};
	while (p->at < s->block_count && place_of(p, s->blocks[s->by_above[p->at]].above) == at) {
		out->rows += s->blocks[s->by_above[p->at++]].rows;
	}
	out->end = p->at;
	return true;
}

/* The nth row of a place. */
static const added_row *row_of_place(const twins *t, size_t which, const place *p, uint64_t nth)
{
	const merge_side *s = &t->m->side[which];

	for (size_t i = p->first; i < p->end; i++) {
		const merge_block *b = &s->blocks[s->by_above[i]];

		if (nth < b->rows) return &t->rows[which][b->before + nth];
		nth -= b->rows;
	}
	return NULL;
}

static void agree_on_place(twins *t, const place *x, const place *y)
{
	if (x->rows != y->rows) return;
	for (uint64_t i = 0; i < x->rows; i++) {
		if (!vv_hash128_equal(row_of_place(t, 0, x, i)->hash,
				      row_of_place(t, 1, y, i)->hash)) {
			return;
		}
	}
	for (uint64_t i = 0; i < x->rows; i++) {
		const added_row *a = row_of_place(t, 0, x, i);

		pair_anew(t, a, row_of_place(t, 1, y, i));
		t->m->side[0].doubtful[a->index] = false;
	}
}

static void agree_on_places(twins *t)
{
	places p[2] = {{.m = t->m, .side = &t->m->side[0], .from = MERGE_NONE},
		       {.m = t->m, .side = &t->m->side[1], .from = MERGE_NONE}};
	place x, y;
	bool more[2] = {next_place(&p[0], &x), next_place(&p[1], &y)};

	while (more[0] && more[1]) {
		const bool first = x.at <= y.at, second = y.at <= x.at;

		if (first && second) {
			agree_on_place(t, &x, &y);
		}
		more[0] = first ? next_place(&p[0], &x) : more[0];
		more[1] = second ? next_place(&p[1], &y) : more[1];
	}
}

/* --- copies and rules ------------------------------------------------------------------------- */

uint64_t vv_merge_row_hash(const vv_cell *cells, size_t columns)
{
	uint64_t hash = columns;

	for (size_t i = 0; i < columns; i++) {
		hash = vv_xxh3(cells[i].len > 0 ? cells[i].text : "", cells[i].len,
			       hash + cells[i].state);
	}
	return hash;
}

/* Is the row one of the copies? Each counts once. */
static vv_status take_copy(twins *t, vv_merge_copies *copies, const added_row *r, bool *out,
			   vv_error *err)
{
	merge_side *s = &t->m->side[0];
	const vv_cell *cells;
	vv_status rc = vv_row_by_number_get(&s->rows, r->row, &cells, err);

	*out = false;
	if (rc < 0) return rc;
	const uint64_t hash = vv_merge_row_hash(cells, s->table->columns);
	const size_t at = vv_first_place(i, copies->count, copies->list[i].hash < hash);
	if (at < copies->count && copies->list[at].hash == hash && copies->list[at].rows > 0) {
		copies->list[at].rows--;
		*out = true;
	}
	return VV_OK;
}

/* Every row of a log is an event: only a copied one is the same. */
static void part_twins(twins *t, const added_row *x)
{
	merge_side *other = &t->m->side[1];

	other->partner[merge_added_index(other, *partner_of(t, 0, x))] = MERGE_NONE;
	*partner_of(t, 0, x) = MERGE_NONE;
	t->m->side[0].doubtful[x->index] = false;
	t->m->stats->rows_twice++;
}

static vv_status settle_twins(twins *t, bool both, vv_error *err)
{
	merge *m = t->m;
	merge_side *s = &m->side[0];
	vv_auto(vv_merge_copies) copies = {0};
	bool copied, read = false;
	vv_status rc;

	for (size_t i = 0; i < s->added; i++) {
		const added_row *x = &t->rows[0][i];

		if (s->partner[i] == MERGE_NONE || (!both && !s->doubtful[i])) {
			continue;
		}
		if (!read && m->opts->copies &&
		    (rc = m->opts->copies(m->opts->payload, both, &copies, err)) < 0) {
			return rc;
		}
		read = true;
		if ((rc = take_copy(t, &copies, x, &copied, err)) < 0) return rc;
		if (copied) {
			s->doubtful[i] = false;
		} else if (both) {
			part_twins(t, x);
		}
	}
	return VV_OK;
}

static void take_once(merge *m, bool by_rule)
{
	merge_side *s = &m->side[0];

	for (size_t i = 0; i < s->added; i++) {
		m->stats->rows_once += by_rule && s->doubtful[i];
		s->doubtful[i] = false;
	}
}

/* Has one side all or most rows that the other one added? Then it probably has the same rows, and more. (In nine real merges
 * with such conflicts, all such rows were kept once. In four files, all of one repository, 85 to 99.9 % of the rows of the
 * smaller side were common; in a fifth one, 2 of 36.) */
static void compare_counts(merge *m)
{
	const merge_side *ours = &m->side[m->ours], *theirs = &m->side[1 - m->ours];
	const bool ours_fewer = ours->added < theirs->added;
	uint64_t pairs = 0;

	for (size_t i = 0; i < m->side[0].added; i++) {
		pairs += m->side[0].partner[i] != MERGE_NONE;
	}
	m->twice = VV_ROW_TWICE;
	if (pairs == theirs->added) {
		m->twice = "ours added all rows that theirs added";
	} else if (pairs == ours->added) {
		m->twice = "theirs added all rows that ours added";
	} else if (pairs * 4 > (ours_fewer ? ours->added : theirs->added) * 3) {
		m->twice = ours_fewer ? "theirs added most rows that ours added"
				      : "ours added most rows that theirs added";
	}
}

/* --- one thing with two values ------------------------------------------------------------------ */

/* The columns that name the thing of a row. */
typedef struct naming {
	merge *m;
	size_t key;   /* the only one; SIZE_MAX: all that are not numbers */
	bool certain; /* rows with one name are one thing */
} naming;

/* A row that one side added, without a partner: the hash of its name. */
typedef struct named_row {
	vv_hash128 name;
	uint64_t index, row; /* as in added_row */
} named_row;

typedef struct named_rows {
	named_row *list;
	size_t count;
} named_rows;

static void named_rows_clear(named_rows *n)
{
	vv_free(n->list);
}
VV_AUTO_CLEAR(named_rows, named_rows_clear)

/* A row of each side, without another one of its name. */
typedef struct named_pair {
	vv_hash128 name;
	uint64_t row[2], index[2];
	bool in_base;
} named_pair;

static bool is_measure(const merge *m, size_t column)
{
	const vv_field *f = m->columns[column].type;

	return f && (f->type == VV_TYPE_NUMBER || f->type == VV_TYPE_INTEGER);
}

/* Do all versions have the same columns, names and measures among them? */
static bool has_measures(const merge *m)
{
	size_t measures = 0;

	for (size_t i = 0; i < m->column_count; i++) {
		const merge_column *c = &m->columns[i];

		if (c->side[0] < 0 || c->side[1] < 0 || c->side[MERGE_BASE] < 0) return false;
		measures += is_measure(m, i);
	}
	return measures > 0 && measures < m->column_count;
}

static bool is_name(const naming *n, size_t column)
{
	return n->key == SIZE_MAX ? !is_measure(n->m, column) : column == n->key;
}

static vv_status hash_name(const naming *n, int version, uint64_t row, vv_hash128 *out,
			   vv_error *err)
{
	merge *m = n->m;
	const vv_cell *cells;
	vv_status rc = vv_row_by_number_get(&m->side[version].rows, row, &cells, err);

	if (rc < 0) return rc;
	vv_buf_reset(&m->text);
	for (size_t i = 0; i < m->column_count; i++) {
		if (is_name(n, i)) {
			vv_value_put_canonical(&m->text, &m->compare.fields[i],
					       &cells[m->columns[i].side[version]]);
		}
	}
	*out = vv_xxh3_128(vv_buf_cstr(&m->text), m->text.len, m->opts->secret);
	return vv_buf_ok(&m->text, err);
}

static int by_name(const void *a, const void *b)
{
	const named_row *x = a, *y = b;

	return vv_hash128_order(&x->name, &y->name);
}

static vv_status list_named(named_rows *out, const naming *how, const twins *t, size_t which,
			    vv_error *err)
{
	const merge_side *s = &t->m->side[which];
	vv_status rc;

	out->list = vv_calloc((size_t)s->added + 1, sizeof(*out->list));
	if (!out->list) return vv_fail_nomem(err);
	for (size_t i = 0; i < s->added; i++) {
		const added_row *r = &t->rows[which][i];
		named_row *n = &out->list[out->count];

		if (s->partner[i] != MERGE_NONE) {
			continue;
		}
		*n = (named_row){.index = r->index, .row = r->row};
		if ((rc = hash_name(how, (int)which, r->row, &n->name, err)) < 0) return rc;
		out->count++;
	}
	if (out->count > 1) {
		qsort(out->list, out->count, sizeof(*out->list), by_name);
	}
	return VV_OK;
}

/* The number of rows from `at` on that have one name. */
static size_t same_names(const named_rows *n, size_t at)
{
	size_t end = at;

	while (end < n->count && vv_hash128_equal(n->list[end].name, n->list[at].name)) {
		end++;
	}
	return end - at;
}

/* Ascending by name. */
static size_t pair_names(named_pair *out, const named_rows sides[2])
{
	size_t at[2] = {0, 0}, count = 0;

	while (at[0] < sides[0].count && at[1] < sides[1].count) {
		const named_row *x = &sides[0].list[at[0]], *y = &sides[1].list[at[1]];
		const int order = vv_hash128_order(&x->name, &y->name);
		const size_t xs = same_names(&sides[0], at[0]), ys = same_names(&sides[1], at[1]);

		if (order == 0 && xs == 1 && ys == 1) {
			out[count++] = (named_pair){.name = x->name,
						    .row = {x->row, y->row},
						    .index = {x->index, y->index}};
		}
		at[0] += order <= 0 ? xs : 0;
		at[1] += order >= 0 ? ys : 0;
	}
	return count;
}

/* Do the names distinguish base's rows? Marks pairs whose name base has. */
static vv_status compare_with_base(bool *distinct, const naming *n, named_pair *pairs, size_t count,
				   vv_error *err)
{
	const uint64_t rows = merge_base(n->m)->root.rows;
	const size_t kept = (size_t)(rows < NAMES_KEPT ? rows : NAMES_KEPT);
	vv_auto_free vv_hash128 *names = vv_calloc(kept + 1, sizeof(*names));
	size_t different = 0;
	vv_hash128 name;
	vv_status rc;

	if (!names) return vv_fail_nomem(err);
	for (uint64_t row = 0; row < rows; row++) {
		if ((rc = hash_name(n, MERGE_BASE, row, &name, err)) < 0) return rc;
		if (row < kept) {
			names[row] = name;
		}
		const size_t at = vv_first_place(i, count,
						 vv_hash128_order(&pairs[i].name, &name) < 0);
		if (at < count && vv_hash128_equal(pairs[at].name, name)) {
			pairs[at].in_base = true;
		}
	}
	qsort(names, kept, sizeof(*names), vv_hash128_order);
	for (size_t i = 0; i < kept; i++) {
		different += i == 0 || !vv_hash128_equal(names[i], names[i - 1]);
	}
	*distinct = different * 100 >= kept * NAMES_PERCENT;
	return VV_OK;
}

/* The result's column that is the best key of the side, or that tells its rows apart for people, if all versions have it; or
 * SIZE_MAX. */
static vv_status find_key_of(size_t *out, const merge *m, size_t which, bool telling, vv_error *err)
{
	vv_auto(vv_key_found) found = {0};
	vv_status rc = vv_key_find(&found, m->side[which].table, KEY_SAMPLE, err);

	*out = SIZE_MAX;
	const size_t at = telling ? found.telling : found.column;
	if (rc < 0 || at == SIZE_MAX) return rc;
	const long column = m->column_of[which][at];

	if (column >= 0 && m->columns[column].side[MERGE_BASE] >= 0 &&
	    m->columns[column].side[1 - which] >= 0) {
		*out = (size_t)column;
	}
	return VV_OK;
}

/* Has no version two rows with one value in the column? */
static vv_status is_unique(bool *out, const merge *m, size_t column, vv_error *err)
{
	vv_status rc = VV_OK;

	*out = true;
	for (size_t v = 0; v < MERGE_VERSIONS && rc == VV_OK && *out; v++) {
		const size_t at = (size_t)m->columns[column].side[v];

		rc = vv_columns_unique(out, m->side[v].table, &at, 1, m->opts->temp_dir, err);
	}
	return rc;
}

/* A column that names rows although they have no key: the key of both sides, where base had too few rows for one; if a side
 * lost base's key, one that distinguishes the rows of all versions. The result's column, or SIZE_MAX. */
static vv_status find_common_key(size_t *out, const merge *m, vv_error *err)
{
	const bool few = merge_base(m)->root.rows < KEY_ROWS;
	size_t at[2];
	bool unique = false;
	vv_status rc;

	*out = SIZE_MAX;
	if (!few && merge_base(m)->root.key_count == 0) return VV_OK;
	if ((rc = find_key_of(&at[0], m, 0, !few, err)) < 0 ||
	    (rc = find_key_of(&at[1], m, 1, !few, err)) < 0) {
		return rc;
	}
	if (few) {
		*out = at[0] == at[1] ? at[0] : SIZE_MAX;
		return VV_OK;
	}
	if (at[1] == at[0]) {
		at[1] = SIZE_MAX;
	}
	for (size_t i = 0; i < 2 && !unique; i++) {
		if (at[i] == SIZE_MAX) {
			continue;
		}
		if ((rc = is_unique(&unique, m, at[i], err)) < 0) return rc;
		*out = unique ? at[i] : SIZE_MAX;
	}
	return VV_OK;
}

/* With one key: are half of the other cells that both filled equal? Otherwise the sides used one number for two things. */
static vv_status are_one_thing(bool *out, const naming *n, const named_pair *p, vv_error *err)
{
	const merge *m = n->m;
	const vv_cell *cells[2];
	size_t same = 0, others = 0;
	vv_status rc;

	*out = n->key == SIZE_MAX || n->certain;
	if (*out) return VV_OK;
	for (size_t i = 0; i < 2; i++) {
		rc = vv_row_by_number_get(&n->m->side[i].rows, p->row[i], &cells[i], err);
		if (rc < 0) return rc;
	}
	for (size_t i = 0; i < m->column_count; i++) {
		const merge_column *c = &m->columns[i];

		if (is_name(n, i) || c->side[0] < 0 || c->side[1] < 0) {
			continue;
		}
		const vv_cell *x = &cells[0][c->side[0]], *y = &cells[1][c->side[1]];
		if ((x->len == 0) != (y->len == 0)) {
			continue; /* one side filled it */
		}
		others++;
		same += vv_cell_equal(x, y);
	}
	*out = 2 * same >= others;
	return VV_OK;
}

static vv_status pair_named(twins *t, const naming *n, vv_error *err)
{
	merge_side *sides = t->m->side;
	vv_auto(named_rows) x = {0}, y = {0};
	bool distinct = true;
	vv_status rc;

	if ((rc = list_named(&x, n, t, 0, err)) < 0 || (rc = list_named(&y, n, t, 1, err)) < 0) {
		return rc;
	}
	vv_auto_free named_pair *pairs = vv_calloc((x.count < y.count ? x.count : y.count) + 1,
						   sizeof(*pairs));
	if (!pairs) return vv_fail_nomem(err);
	const named_rows both[] = {x, y};
	const size_t count = pair_names(pairs, both);
	if (count == 0) return VV_OK;
	if (n->key == SIZE_MAX && (rc = compare_with_base(&distinct, n, pairs, count, err)) < 0) {
		return rc;
	}
	vv_array_each(pairs, count, p) {
		bool one = false;

		if (distinct && !p->in_base && (rc = are_one_thing(&one, n, p, err)) < 0) return rc;
		if (one) {
			sides[0].partner[p->index[0]] = p->row[1];
			sides[1].partner[p->index[1]] = p->row[0];
		}
	}
	return VV_OK;
}

/* A place with two latitudes, a text with two translations: other rows that both sides added are one row whose cells are in
 * conflict if they have one key or, in many rows, one name. */
static vv_status pair_things(twins *t, vv_error *err)
{
	merge *m = t->m;
	naming n = {.m = m, .key = SIZE_MAX};
	vv_status rc;

	if (!merge_base(m) || m->mixed || m->opts->part) return VV_OK;
	if ((rc = find_common_key(&n.key, m, err)) < 0) return rc;
	if (n.key == SIZE_MAX && (merge_base(m)->root.rows < NAMES_MIN || !has_measures(m))) {
		return VV_OK;
	}
	return pair_named(t, &n, err);
}

vv_status merge_twins(merge *m, vv_error *err)
{
	vv_auto(twins) t = {.m = m};
	const vv_merge_added rule = m->opts->rules ? m->opts->rules->added : VV_MERGE_ADDED_ASK;
	vv_status rc;

	if ((rc = hash_side(&t, 0, err)) < 0 || (rc = hash_side(&t, 1, err)) < 0) return rc;
	pair_equal_rows(&t);
	agree_on_places(&t);
	compare_counts(m);
	if (m->equal_data || merge_all_side(m) >= 0 || rule == VV_MERGE_ADDED_ONCE) {
		take_once(m, !m->equal_data && rule == VV_MERGE_ADDED_ONCE);
		return VV_OK;
	}
	rc = settle_twins(&t, rule == VV_MERGE_ADDED_BOTH, err);
	return rc < 0 || rule == VV_MERGE_ADDED_BOTH ? rc : pair_things(&t, err);
}

static bool has_lost_key(const merge *m)
{
	return merge_base(m) && merge_base(m)->root.key_count > 0 && merge_key_is_found(m) &&
	       (m->side[0].table->root.key_count == 0 || m->side[1].table->root.key_count == 0);
}

vv_status merge_twins_without_key(merge *m, vv_error *err)
{
	vv_auto(twins) t = {.m = m};
	naming n = {.m = m, .key = SIZE_MAX, .certain = true};
	vv_status rc;

	if (m->mixed || m->opts->part || !has_lost_key(m)) return VV_OK;
	if ((rc = find_common_key(&n.key, m, err)) < 0 || n.key == SIZE_MAX) return rc;
	if ((rc = hash_side(&t, 0, err)) < 0 || (rc = hash_side(&t, 1, err)) < 0) return rc;
	return pair_named(&t, &n, err);
}
