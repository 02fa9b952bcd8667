/*
 * blame: knows how rows and cells are followed from a version to the one before it: where each
 * row of the newer one stands in the older, and what of it was set in between.
 */
#include "diff/rows/blame.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "diff/rows/rowdiff.h"

#define NOBODY UINT32_MAX
#define NOWHERE UINT64_MAX
/* Columns of a key that are looked at when renamed columns are sought. */
#define SAMPLE_KEY_MAX 16u

struct vv_blame {
	size_t rows, columns; /* of the first version */
	bool by_cell;
	char **key; /* names in the version reached so far, NULL-ended; NULL: the tables' own */
	const char *temp_dir;
	uint64_t *row_in; /* place in the version reached so far; NOWHERE: explained */
	long *column_in;  /* likewise for columns; -1: explained (or not in it) */
	uint32_t *by;     /* commit numbers: one a row, or one a cell */
	uint64_t left;
};

/* One step: how the rows of the newer version came from the older one. */
typedef struct step {
	vv_columns columns;
	uint64_t *old_of;  /* for each row of the newer version; NOWHERE: added */
	uint8_t *changed;  /* bit for each (row in touched, column) */
	uint64_t *touched; /* rows of the newer version with changed cells, ascending */
	size_t touched_count, touched_cap, width;
} step;

/* False when memory ran out. */
static bool take_key(vv_blame *b, const char *const *key)
{
	size_t count = 0;
	while (key && key[count]) {
		count++;
	}
	if (!key) {
		return true;
	}
	b->key = vv_calloc(count + 1, sizeof(*b->key));
	for (size_t i = 0; b->key && i < count; i++) {
		if (!(b->key[i] = vv_strdup(key[i]))) {
			return false;
		}
	}
	return b->key != NULL;
}

/* The key's columns under the names that they have in the older version. */
static vv_status follow_key(vv_blame *b, const vv_columns *c, const vv_table *newer,
			    const vv_table *older, vv_error *err)
{
	for (size_t i = 0; b->key && b->key[i]; i++) {
		long at = vv_schema_find(&newer->schema, b->key[i], strlen(b->key[i]));
		at = at < 0 ? -1 : vv_columns_to_old(c, (size_t)at);
		if (at >= 0 && strcmp(older->schema.fields[at].name, b->key[i]) != 0) {
			char *name = vv_strdup(older->schema.fields[at].name);
			if (!name) {
				return vv_fail_nomem(err);
			}
			vv_free(b->key[i]);
			b->key[i] = name;
		}
	}
	return VV_OK;
}

/* Finds which column is which, by the rows of one key where one was given. */
static vv_status match_columns(const vv_blame *b, vv_columns *out, vv_table *older, vv_table *newer,
			       vv_error *err)
{
	size_t old_key[SAMPLE_KEY_MAX], new_key[SAMPLE_KEY_MAX], n = 0;
	for (; b->key && b->key[n] && n < SAMPLE_KEY_MAX; n++) {
		long x = vv_schema_find(&older->schema, b->key[n], strlen(b->key[n]));
		long y = vv_schema_find(&newer->schema, b->key[n], strlen(b->key[n]));
		if (x < 0 || y < 0) {
			n = 0;
			break;
		}
		old_key[n] = (size_t)x;
		new_key[n] = (size_t)y;
	}
	const vv_columns_options o = {.key_a = old_key, .key_b = new_key, .key_count = n};
	return vv_columns_match(out, older, newer, &o, err);
}

vv_status vv_blame_new(vv_blame **out, vv_table *table, const char *const *key, bool cells,
		       const char *temp_dir, vv_error *err)
{
	vv_blame *b = vv_calloc(1, sizeof(*b));
	size_t n;
	*out = NULL;
	if (!b) {
		return vv_fail_nomem(err);
	}
	b->rows = (size_t)table->root.rows;
	b->columns = table->columns;
	b->by_cell = cells;
	b->temp_dir = temp_dir;
	if (!vv_mul_size(&n, b->rows, cells ? b->columns : 1)) {
		vv_free(b);
		return vv_fail(err, VV_EREFUSED,
			       "the table has too many cells to be explained one by one");
	}
	b->left = n;
	b->row_in = vv_calloc(b->rows + 1, sizeof(*b->row_in));
	b->column_in = vv_calloc(b->columns + 1, sizeof(*b->column_in));
	b->by = vv_realloc_array(NULL, n + 1, sizeof(*b->by));
	if (!b->row_in || !b->column_in || !b->by || !take_key(b, key)) {
		vv_blame_free(b);
		return vv_fail_nomem(err);
	}
	for (size_t i = 0; i < b->rows; i++) {
		b->row_in[i] = i;
	}
	for (size_t i = 0; i < b->columns; i++) {
		b->column_in[i] = (long)i;
	}
	memset(b->by, 0xff, (n + 1) * sizeof(*b->by));
	*out = b;
	return VV_OK;
}

void vv_blame_free(vv_blame *b)
{
	if (b) {
		for (size_t i = 0; b->key && b->key[i]; i++) {
			vv_free(b->key[i]);
		}
		vv_free(b->key);
		vv_free(b->row_in);
		vv_free(b->column_in);
		vv_free(b->by);
		vv_free(b);
	}
}

uint32_t vv_blame_of(const vv_blame *b, uint64_t row, size_t column)
{
	return b->by[b->by_cell ? row * b->columns + column : row];
}

static void set(vv_blame *b, size_t at, uint32_t commit)
{
	if (b->by[at] == NOBODY) {
		b->by[at] = commit;
		b->left--;
	}
}

/* All of a row that is not explained yet. */
static void set_row(vv_blame *b, size_t row, uint32_t commit)
{
	for (size_t c = 0; b->by_cell && c < b->columns; c++) {
		set(b, row * b->columns + c, commit);
	}
	if (!b->by_cell) {
		set(b, row, commit);
	}
	b->row_in[row] = NOWHERE;
}

static vv_status add_touched(step *s, const vv_row_change *c, vv_error *err)
{
	if (s->touched_count == s->touched_cap) {
		size_t cap = s->touched_cap ? s->touched_cap * 2 : 64;
		uint64_t *rows = vv_realloc_array(s->touched, cap, sizeof(*rows));
		if (rows) {
			s->touched = rows;
		}
		uint8_t *bits = vv_realloc_array(s->changed, cap, s->width);
		if (bits) {
			s->changed = bits;
		}
		if (!rows || !bits) {
			return vv_fail_nomem(err);
		}
		s->touched_cap = cap;
	}
	uint8_t *bits = s->changed + s->touched_count * s->width;
	memset(bits, 0, s->width);
	for (size_t i = 0; i < s->columns.count; i++) {
		if (c->cells[i] == VV_CELL_CHANGED && s->columns.pairs[i].b >= 0) {
			bits[s->columns.pairs[i].b / 8] |= (uint8_t)(1u << (s->columns.pairs[i].b %
									    8));
		}
	}
	s->touched[s->touched_count++] = c->new_row;
	return VV_OK;
}

static int row_order(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;
	return *x < *y ? -1 : *x > *y;
}

/* Rows that are told apart from the rest: added, moved or changed ones have their place,
 * all others follow each other as in the older version. */
static vv_status read_changes(step *s, vv_rowdiff *d, uint64_t new_rows, vv_error *err)
{
	uint64_t *out_of_line = NULL; /* old rows that do not follow the others */
	size_t count = 0, cap = 0;
	vv_row_change c;
	int more;
	vv_status rc = VV_OK;
	for (uint64_t i = 0; i < new_rows; i++) {
		s->old_of[i] = NOWHERE - 1; /* not reported */
	}
	while ((more = vv_rowdiff_next(d, &c, err)) > 0) {
		if (c.kind != VV_ROW_REMOVED) {
			s->old_of[c.new_row] = c.kind == VV_ROW_ADDED ? NOWHERE : c.old_row;
		}
		if (c.kind == VV_ROW_CHANGED && c.changed > 0 &&
		    (rc = add_touched(s, &c, err)) < 0) {
			goto done;
		}
		if (c.kind == VV_ROW_ADDED) {
			continue;
		}
		if (!vv_array_room(out_of_line, count, cap)) {
			rc = vv_fail_nomem(err);
			goto done;
		}
		out_of_line[count++] = c.old_row;
	}
	if (more < 0) {
		rc = (vv_status)more;
		goto done;
	}
	if (count > 1) {
		qsort(out_of_line, count, sizeof(*out_of_line), row_order);
	}
	uint64_t next = 0;
	size_t skip = 0;
	for (uint64_t i = 0; i < new_rows; i++) {
		if (s->old_of[i] != NOWHERE - 1) {
			continue;
		}
		for (; skip < count && out_of_line[skip] == next; skip++) {
			next++;
		}
		s->old_of[i] = next++;
	}
done:
	vv_free(out_of_line);
	return rc;
}

static bool is_changed(const step *s, uint64_t row, const uint8_t **bits)
{
	const uint64_t *p = s->touched_count ? bsearch(&row, s->touched, s->touched_count,
						       sizeof(row), row_order)
					     : NULL;
	*bits = p ? s->changed + (size_t)(p - s->touched) * s->width : NULL;
	return p != NULL;
}

/* Explains what the step set, and moves the rest to the older version. */
static void take_step(vv_blame *b, const step *s, uint32_t commit)
{
	for (size_t c = 0; b->by_cell && c < b->columns; c++) {
		long at = b->column_in[c];
		if (at < 0 || vv_columns_to_old(&s->columns, (size_t)at) >= 0) {
			continue;
		}
		/* a column that came with this commit */
		for (size_t row = 0; row < b->rows; row++) {
			set(b, row * b->columns + c, commit);
		}
	}
	for (size_t row = 0; row < b->rows; row++) {
		const uint8_t *bits;
		if (b->row_in[row] == NOWHERE) {
			continue;
		}
		uint64_t now = b->row_in[row];
		if (s->old_of[now] == NOWHERE) {
			set_row(b, row, commit);
			continue;
		}
		if (is_changed(s, now, &bits)) {
			if (!b->by_cell) {
				set_row(b, row, commit);
				continue;
			}
			for (size_t c = 0; c < b->columns; c++) {
				long at = b->column_in[c];
				if (at >= 0 && (bits[at / 8] >> (at % 8) & 1)) {
					set(b, row * b->columns + c, commit);
				}
			}
		}
		b->row_in[row] = s->old_of[now];
	}
	for (size_t c = 0; c < b->columns; c++) {
		b->column_in[c] = b->column_in[c] < 0
					  ? -1
					  : vv_columns_to_old(&s->columns, (size_t)b->column_in[c]);
	}
}

vv_status vv_blame_step(vv_blame *b, vv_table *newer, vv_table *older, uint32_t commit,
			uint64_t *left, vv_error *err)
{
	vv_rowdiff *d = NULL;
	step s = {0};
	vv_rowdiff_options opts = {.key = (const char *const *)b->key,
				   .columns = &s.columns,
				   .rekeyed = true,
				   .everything = true,
				   .moves = true,
				   .temp_dir = b->temp_dir};
	vv_status rc = VV_OK;
	if (!older) {
		for (size_t row = 0; row < b->rows; row++) {
			if (b->row_in[row] != NOWHERE) {
				set_row(b, row, commit);
			}
		}
		goto done;
	}
	s.width = newer->columns / 8 + 1;
	s.old_of = vv_realloc_array(NULL, (size_t)newer->root.rows + 1, sizeof(*s.old_of));
	if (!s.old_of) {
		rc = vv_fail_nomem(err);
		goto done;
	}
	if ((rc = match_columns(b, &s.columns, older, newer, err)) < 0 ||
	    (rc = vv_rowdiff_open(&d, older, newer, &opts, err)) < 0 ||
	    (rc = read_changes(&s, d, newer->root.rows, err)) < 0) {
		goto done;
	}
	take_step(b, &s, commit);
	rc = follow_key(b, &s.columns, newer, older, err);
done:
	*left = b->left;
	vv_rowdiff_close(d);
	vv_columns_clear(&s.columns);
	vv_free(s.old_of);
	vv_free(s.changed);
	vv_free(s.touched);
	return rc;
}
