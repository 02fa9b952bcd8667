/*
 * values: how the common values of a column are found in one pass.
 *
 * Values are counted by their hash and remembered by the first row that has them. Where there are too many
 * different ones, those that came least often are forgotten from time to time.
 */
#include "cmd/web/model/values.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/hash.h"
#include "base/sys.h"
#include "cmd/web/model/memo.h"
#include "cmd/web/model/row_test.h"
#include "dataset/schema/value.h"
#include "diff/rows/row_by_number.h"
#include "diff/write/figures.h"
#include "lib/view/column_stats.h"

#define SLOTS 32768u
#define COUNTED_MAX (SLOTS * 3 / 4)
#define DISTINCT_MAX 65536u
#define COMMON_MAX 200u
#define DAY_SEC 86400.0

typedef struct counter {
	uint64_t hash, rows, first;
} counter;

typedef struct counting {
	vv_web_visit *v;
	vv_web_table *t;
	const vv_field *field;
	size_t column;
	vv_web_values *out;
	vv_column_stats stats;
	counter *slots; /* rows 0: free */
	size_t used;
	bool pruned;
	vv_web_histogram histogram;
	bool has_numbers, has_times;
	double sum, lost; /* Kahan's sum */
	uint64_t numbers;
	vv_buf scratch;
} counting;

/* --- numbers ------------------------------------------------------------------------------------- */

/* Reads the day of a date or a time. */
static bool read_day(counting *c, const vv_cell *cell, double *out)
{
	vv_value v;

	if (!vv_value_read(&v, &c->scratch, c->field, cell) || v.kind != VV_VALUE_INSTANT) {
		return false;
	}
	*out = floor((double)v.seconds / DAY_SEC);
	return true;
}

static void take_number(counting *c, const vv_cell *cell)
{
	double x = 0;

	if (c->has_numbers ? !vv_figures_number(&x, &c->scratch, c->field, cell)
			   : !read_day(c, cell, &x)) {
		return;
	}
	vv_web_histogram_add(&c->histogram, x);
	double y = x - c->lost;
	double t = c->sum + y;
	c->lost = (t - c->sum) - y;
	c->sum = t;
	c->numbers++;
}

/* --- common values ----------------------------------------------------------------------------------- */

static counter *find_slot(counter *slots, uint64_t hash)
{
	size_t at = (size_t)(hash >> 7) & (SLOTS - 1);

	while (slots[at].rows > 0 && slots[at].hash != hash) {
		at = (at + 1) & (SLOTS - 1);
	}
	return &slots[at];
}

static int by_rows(const void *x, const void *y)
{
	const counter *a = x, *b = y;

	if (a->rows != b->rows) return a->rows > b->rows ? -1 : 1;
	return (a->first > b->first) - (a->first < b->first);
}

/* Those in use, most rows first; NULL: no memory. */
static counter *list_counters(const counting *c, size_t *count)
{
	counter *all = vv_malloc((c->used + 1) * sizeof(*all));

	*count = 0;
	vv_array_each(c->slots, all ? SLOTS : 0, slot) {
		if (slot->rows > 0) {
			all[(*count)++] = *slot;
		}
	}
	if (*count > 0) {
		qsort(all, *count, sizeof(*all), by_rows);
	}
	return all;
}

/* The rarer half is forgotten. */
static vv_status prune_counters(counting *c, vv_error *err)
{
	size_t n;
	vv_auto_free counter *kept = list_counters(c, &n);

	if (!kept) return vv_fail_nomem(err);
	memset(c->slots, 0, SLOTS * sizeof(*c->slots));
	c->used = n / 2;
	vv_array_each(kept, c->used, it) {
		*find_slot(c->slots, it->hash) = *it;
	}
	c->pruned = true;
	return VV_OK;
}

static vv_status count_value(counting *c, uint64_t row, const vv_cell *cell, vv_error *err)
{
	const uint64_t hash = vv_xxh3(cell->text, cell->len, cell->state + 1u);
	counter *k = find_slot(c->slots, hash);
	vv_status rc;

	if (k->rows == 0 && c->used == COUNTED_MAX) {
		if ((rc = prune_counters(c, err)) < 0) return rc;
		k = find_slot(c->slots, hash);
	}
	if (k->rows++ == 0) {
		*k = (counter){.hash = hash, .first = row, .rows = 1};
		c->used++;
	}
	return VV_OK;
}

static vv_status give_common(counting *c, size_t most, vv_error *err)
{
	vv_web_values *o = c->out;
	vv_auto_free counter *all = NULL;
	vv_auto(vv_row_by_number) by = {0};
	size_t n = 0;
	vv_status rc;

	most = most < COMMON_MAX ? most : COMMON_MAX;
	o->common = vv_arena_calloc(&c->v->arena, most + 1, sizeof(*o->common));
	if (!(all = list_counters(c, &n)) || !o->common) return vv_fail_nomem(err);
	vv_row_by_number_init(&by, c->t->table, VV_ROW_GROUPS_MANY, false);
	for (; o->common_count < n && o->common_count < most; o->common_count++) {
		const counter *k = &all[o->common_count];
		vv_web_value *to = &o->common[o->common_count];
		const vv_cell *cells;

		if ((rc = vv_row_by_number_get(&by, k->first, &cells, err)) < 0) return rc;
		to->rows = k->rows;
		vv_web_cell_keep(c->v, &to->cell, c->field, &cells[c->column], VV_WEB_CELL_MAX);
	}
	o->common_exact = !c->pruned;
	return VV_OK;
}

/* --- a column ------------------------------------------------------------------------------------------ */

static vv_status take_cell(counting *c, uint64_t row, const vv_cell *cell, vv_error *err)
{
	bool missing = vv_field_missing(c->field, cell);
	vv_status rc;

	c->out->looked_at++;
	c->out->empty += cell->state == VV_CELL_TEXT && cell->len == 0;
	if ((rc = vv_column_stats_add(&c->stats, cell, err)) < 0 || missing) return rc;
	if (c->has_numbers || c->has_times) {
		take_number(c, cell);
	}
	return count_value(c, row, cell, err);
}

static vv_status read_column(counting *c, vv_web_test *test, vv_error *err)
{
	vv_auto(vv_web_matches) m = {.v = c->v};
	const vv_cell *cells;
	int more = 0;
	vv_status rc = vv_web_matches_open(&m, c->t, test, &c->column, 1, 0, err);

	while (rc == VV_OK && (more = vv_web_matches_next(&m, &cells, err)) > 0) {
		rc = take_cell(c, m.number, &cells[c->column], err);
	}
	c->out->complete = rc == VV_OK && more == 0 && !m.over;
	return rc < 0 ? rc : (vv_status)more;
}

static void give_range(counting *c)
{
	vv_web_values *o = c->out;
	const vv_cell least = {.text = vv_buf_cstr(&c->stats.min),
			       .len = (uint32_t)c->stats.min.len};
	const vv_cell greatest = {.text = vv_buf_cstr(&c->stats.max),
				  .len = (uint32_t)c->stats.max.len};

	o->missing = c->stats.missing;
	o->misfits = c->stats.misfits;
	o->distinct = vv_column_stats_distinct(&c->stats, &o->distinct_exact);
	o->has_range = c->stats.any;
	vv_web_cell_keep(c->v, &o->least, NULL, &least, VV_WEB_CELL_MAX);
	vv_web_cell_keep(c->v, &o->greatest, NULL, &greatest, VV_WEB_CELL_MAX);
}

static void give_bars(counting *c)
{
	vv_web_values *o = c->out;

	o->times = c->has_times;
	o->numeric = c->has_numbers && c->numbers > 0;
	o->mean = o->numeric ? c->sum / (double)c->numbers : 0;
	o->outside = vv_web_histogram_bars(&c->histogram, c->has_times ? DAY_SEC : 1, o->bars,
					   VV_WEB_BARS, &o->bar_count);
}

/* --- remembering ---------------------------------------------------------------------------------------- */

static void keep_cell(vv_web_kept *k, vv_web_cell *c)
{
	c->text = vv_web_kept_text(k, c->text, c->len);
	c->len = k->v->failed ? 0 : c->len; /* the text may be "" then */
}

static void keep_values(vv_web_kept *k, void *object)
{
	vv_web_values *o = object;

	vv_web_kept_bytes(k, o, sizeof(*o));
	keep_cell(k, &o->least);
	keep_cell(k, &o->greatest);
	o->common = vv_web_kept_array(k, o->common, o->common_count, sizeof(*o->common));
	vv_array_each(o->common, o->common_count, one) {
		keep_cell(k, &one->cell);
	}
}

static vv_status count_values(counting *c, vv_web_test *test, size_t most, vv_error *err)
{
	c->slots = vv_calloc(SLOTS, sizeof(*c->slots));
	c->histogram.whole = c->has_times || (c->has_numbers && c->field->type != VV_TYPE_NUMBER);
	c->histogram.numbers = vv_malloc(VV_WEB_NUMBERS * sizeof(*c->histogram.numbers));
	vv_column_stats_init(&c->stats, c->field, DISTINCT_MAX);
	vv_status rc = c->slots && c->histogram.numbers ? read_column(c, test, err)
							: vv_fail_nomem(err);
	if (rc == VV_OK) {
		give_range(c);
		give_bars(c);
		rc = give_common(c, most, err);
	}
	vv_column_stats_clear(&c->stats);
	vv_free_all(c->slots, c->histogram.numbers);
	vv_buf_clear(&c->scratch);
	return rc;
}

vv_status vv_web_values_read(vv_web_visit *v, vv_web_table *t, size_t column,
			     const vv_web_rows_query *q, size_t most, vv_web_values *out,
			     vv_error *err)
{
	const vv_field *field = &t->table->schema.fields[column];
	const vv_type type = field->type;
	counting c = {.v = v,
		      .t = t,
		      .field = field,
		      .column = column,
		      .out = out,
		      .has_numbers = type == VV_TYPE_NUMBER || type == VV_TYPE_INTEGER ||
				     type == VV_TYPE_YEAR,
		      .has_times = type == VV_TYPE_DATE || type == VV_TYPE_DATETIME};
	vv_auto(vv_buf) key = VV_BUF_INIT;
	vv_web_test *test;
	vv_status rc;

	memset(out, 0, sizeof(*out));
	if ((rc = vv_web_test_make(v, t, q, &test, err)) < 0) return rc;
	vv_buf_printf(&key, "values %s %zu %zu ", t->identity, column, most);
	vv_web_test_put(&key, test);
	if (vv_web_recall(v, &key, keep_values, out)) return VV_OK;
	if ((rc = count_values(&c, test, most, err)) == VV_OK && out->complete) {
		vv_web_remember(v, &key, keep_values, out);
	}
	return rc;
}
