/*
 * rows: which row groups a page reads: a few for rows by number, all of a column for filters, and
 * for an order those that hold what comes first.
 */
#include "cmd/web/model/rows.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/web/model/memo.h"
#include "cmd/web/model/row_place.h"
#include "diff/rows/row_by_number.h"
#include "lib/documents/workbook.h"
#include "lib/names/table_at.h"
#include "lib/view/view.h"

#define COUNT_MS 250u      /* for counting what matches beyond the page */
#define SORTED_MAX 100000u /* rows that an order reaches to */
#define SORTED_LEAST 2000u /* that are found at once, for the pages that follow */
#define RANKED_LONG 4096u  /* bytes of a text that decide its place */
#define RANKED_SHORT 256u  /* the same where many are ranked, so that memory is bounded */
#define CELL_WHOLE (1u << 20)
#define FLUSH_AT ((size_t)64 << 10)

typedef struct reading {
	vv_web_visit *v;
	vv_web_table *t;
	const vv_web_rows_query *q;
	vv_web_rows *out;
	vv_web_test *test;
	size_t limit;
	uint32_t cell_max;
	size_t *wanted; /* columns to decode for a row that is given */
	size_t wanted_count;
	vv_table_reader *tested, *reader; /* opened when they are needed */
	vv_list_reader *facts;            /* likewise, where the table has any */
	vv_batch tested_batch, batch;
	bool has_batch; /* batch is the group of tested_batch */
} reading;

/* --- what is shown ------------------------------------------------------------------------------ */

static vv_status choose_columns(reading *r, vv_error *err)
{
	const vv_web_rows_query *q = r->q;
	size_t n = q->show_count > 0 ? q->show_count : r->t->column_count;
	vv_web_rows *o = r->out;

	o->columns = vv_arena_calloc(&r->v->arena, n + 1, sizeof(*o->columns));
	r->wanted = vv_arena_calloc(&r->v->arena, n + r->t->key_count + 1, sizeof(*r->wanted));
	if (!o->columns || !r->wanted) return vv_fail_nomem(err);
	for (size_t i = 0; i < n; i++) {
		vv_status rc;

		o->columns[i] = i;
		if (q->show_count > 0 &&
		    (rc = vv_web_column_find(r->t, q->show[i], &o->columns[i], err)) < 0) {
			return rc;
		}
		r->wanted[r->wanted_count++] = o->columns[i];
	}
	o->column_count = n;
	for (size_t i = 0; q->show_count > 0 && i < r->t->key_count; i++) {
		if (!vv_array_has(o->columns, n, r->t->key[i])) {
			r->wanted[r->wanted_count++] = r->t->key[i];
		}
	}
	return VV_OK;
}

static vv_status keep_row(reading *r, uint64_t number, const vv_cell *cells, vv_error *err)
{
	vv_web_rows *o = r->out;
	vv_web_row *row = &o->rows[o->count];
	vv_auto(vv_buf) key = VV_BUF_INIT;
	vv_status rc = VV_OK;

	*row = (vv_web_row){.number = number};
	row->cells = vv_arena_calloc(&r->v->arena, o->column_count + 1, sizeof(*row->cells));
	if (!row->cells) return vv_fail_nomem(err);
	for (size_t i = 0; rc == VV_OK && i < o->column_count; i++) {
		size_t at = o->columns[i];

		rc = vv_web_cell_keep(r->v, &row->cells[i], &r->t->table->schema.fields[at],
				      &cells[at], r->cell_max, err);
	}
	if (rc == VV_OK && r->t->key_count > 0) {
		vv_key_words_put(&key, cells, r->t->key, r->t->key_count);
		row->key = vv_web_keep(r->v, key.data, key.len);
		rc = row->key ? vv_buf_ok(&key, err) : vv_fail_nomem(err);
	}
	o->count += rc == VV_OK;
	return rc;
}

/* Is there room for one more row? */
static bool has_room(const reading *r)
{
	return r->out->count < r->limit && (r->out->count == 0 || r->v->held < VV_WEB_ANSWER_MAX);
}

/* --- rows by number ------------------------------------------------------------------------------ */

static vv_status read_plain(reading *r, vv_error *err)
{
	vv_web_rows *o = r->out;
	uint64_t at = o->from;
	bool over = false;
	int more = 0;
	vv_status rc = VV_OK;

	o->matched = r->t->rows;
	o->counted = true;
	if (at >= r->t->rows) {
		o->complete = true;
		return VV_OK;
	}
	if ((rc = vv_table_reader_open(&r->reader, r->t->table, r->wanted, r->wanted_count, false,
				       err)) < 0 ||
	    (rc = vv_table_seek_row(r->reader, at, err)) < 0) {
		return rc;
	}
	while (rc == VV_OK && !over && has_room(r) &&
	       (more = vv_table_read(r->reader, &r->batch, err)) > 0) {
		const vv_batch *b = &r->batch;

		for (size_t i = (size_t)(at - b->first_row);
		     rc == VV_OK && i < b->rows && has_room(r); i++, at++) {
			rc = keep_row(r, at, b->cells + i * b->columns, err);
		}
		if (rc == VV_OK) {
			rc = vv_web_over(r->v, &over, err);
		}
	}
	o->next = at;
	o->complete = at >= r->t->rows;
	o->time_over = over && !o->complete && has_room(r);
	return rc < 0 ? rc : more < 0 ? (vv_status)more : VV_OK;
}

/* --- rows that match ------------------------------------------------------------------------------ */

/* The shown columns of the group that is being tested. */
static vv_status load_group(reading *r, vv_error *err)
{
	vv_status rc = VV_OK;
	int more;

	if (r->has_batch) return VV_OK;
	if (!r->reader) {
		rc = vv_table_reader_open(&r->reader, r->t->table, r->wanted, r->wanted_count,
					  false, err);
	}
	if (rc < 0 || (rc = vv_table_seek_row(r->reader, r->tested_batch.first_row, err)) < 0) {
		return rc;
	}
	if ((more = vv_table_read(r->reader, &r->batch, err)) <= 0 ||
	    r->batch.rows != r->tested_batch.rows) {
		return more < 0 ? (vv_status)more
				: vv_fail(err, VV_ECORRUPT,
					  "a row group had different rows when it was read again");
	}
	r->has_batch = true;
	return VV_OK;
}

static void count_key(vv_buf *key, const reading *r)
{
	vv_buf_puts(key, "matches");
	vv_buf_puts(key, r->t->identity);
	vv_web_test_put(key, r->test);
}

/* From the group after the one that was just read. */
static vv_status open_facts(reading *r, vv_error *err)
{
	const vv_table *t = r->t->table;

	vv_status rc = vv_list_reader_open(&r->facts, VV_LIST_FACTS, &t->source, t->root.facts.data,
					   t->root.facts.len, err);
	return rc < 0 ? rc : vv_list_seek_index(r->facts, r->tested_batch.index + 1, err);
}

/* The first group that the reader comes to, and then those that can have such a row. */
static int next_tested(reading *r, vv_error *err)
{
	bool first = r->tested_batch.rows == 0;
	vv_list_item item;
	vv_status rc = vv_web_test_group(r->test, err);
	int more;

	if (rc < 0) return (int)rc;
	if (r->facts) {
		if ((more = vv_list_next_that_may(r->facts, vv_web_test_may, r->test, &item,
						  err)) <= 0) {
			return more;
		}
		if ((rc = vv_table_seek_group(r->tested, item.index, err)) < 0) return (int)rc;
	}
	more = vv_table_read(r->tested, &r->tested_batch, err);
	if (more > 0 && first && (rc = open_facts(r, err)) < 0) return (int)rc;
	r->has_batch = false;
	return more;
}

/* Looks at one group. *next is set to the first row that matches and has no room. */
static vv_status look_at_group(reading *r, uint64_t *next, vv_error *err)
{
	const vv_batch *b = &r->tested_batch;
	size_t i = r->out->from > b->first_row ? (size_t)(r->out->from - b->first_row) : 0;
	vv_status rc = VV_OK;

	for (; rc == VV_OK && i < b->rows; i++) {
		if (!vv_web_test_row(r->test, b->cells + i * b->columns)) {
			continue;
		}
		r->out->matched++;
		if (*next != UINT64_MAX) {
			continue;
		}
		if (!has_room(r)) {
			*next = b->first_row + i;
		} else if ((rc = load_group(r, err)) == VV_OK) {
			rc = keep_row(r, b->first_row + i, r->batch.cells + i * r->batch.columns,
				      err);
		}
	}
	return rc;
}

static vv_status read_matching(reading *r, vv_error *err)
{
	vv_web_rows *o = r->out;
	uint64_t count_until = vv_monotonic_ms() + COUNT_MS, next = UINT64_MAX, looked = o->from;
	vv_auto(vv_buf) key = VV_BUF_INIT, bytes = VV_BUF_INIT;
	size_t count;
	bool over = false;
	int more = 0;
	vv_status rc;

	count_key(&key, r);
	bool known = vv_web_memo_get(r->v->memo, &key, &bytes) && bytes.len == sizeof(o->matched);
	const size_t *columns = vv_web_test_columns(r->test, &count);
	if ((rc = vv_table_reader_open(&r->tested, r->t->table, columns, count, false, err)) < 0 ||
	    (rc = vv_table_seek_row(r->tested, o->from, err)) < 0) {
		return rc;
	}
	while (rc == VV_OK && !over && (more = next_tested(r, err)) > 0) {
		rc = look_at_group(r, &next, err);
		looked = r->tested_batch.first_row + r->tested_batch.rows;
		if (rc == VV_OK) {
			rc = vv_web_over(r->v, &over, err);
		}
		over = over || (next != UINT64_MAX &&
				(known || o->from > 0 || vv_monotonic_ms() >= count_until));
	}
	if (rc == VV_OK && more < 0) {
		rc = (vv_status)more;
	}
	o->complete = !over && next == UINT64_MAX;
	o->time_over = over && next == UINT64_MAX;
	o->next = next != UINT64_MAX ? next : looked;
	if (known) {
		memcpy(&o->matched, bytes.data, sizeof(o->matched));
		o->counted = true;
	} else if (rc == VV_OK && !over && o->from == 0) {
		o->counted = true;
		vv_web_memo_put(r->v->memo, &key, &o->matched, sizeof(o->matched));
	}
	return rc;
}

/* --- rows by value ---------------------------------------------------------------------------------- */

/* A row among those that come first. */
typedef struct ranked {
	uint64_t row;
	char *text; /* of missing cells NULL */
	uint32_t len, cap;
} ranked;

typedef struct order {
	const vv_field *field;
	bool descending;
	ranked *heap; /* the last one of them at the top */
	size_t count, most;
} order;

static int compare_ranked(const order *o, const char *text, uint32_t len, uint64_t row,
			  const ranked *b)
{
	int c = 0;

	if (!text != !b->text) {
		return text ? -1 : 1; /* missing ones last, either way */
	}
	if (text) {
		const vv_cell x = {.text = text, .len = len, .state = VV_CELL_TEXT};
		const vv_cell y = {.text = b->text, .len = b->len, .state = VV_CELL_TEXT};

		c = vv_web_order(o->field, &x, &y);
	}
	if (c != 0) return o->descending ? -c : c;
	return (row > b->row) - (row < b->row);
}

static bool is_after(const order *o, const ranked *a, const ranked *b)
{
	return compare_ranked(o, a->text, a->len, a->row, b) > 0;
}

static void sift_down(order *o, size_t at)
{
	for (;;) {
		size_t last = at, child = 2 * at + 1;

		if (child < o->count && is_after(o, &o->heap[child], &o->heap[last])) {
			last = child;
		}
		if (child + 1 < o->count && is_after(o, &o->heap[child + 1], &o->heap[last])) {
			last = child + 1;
		}
		if (last == at) return;
		ranked swap = o->heap[at];
		o->heap[at] = o->heap[last];
		o->heap[last] = swap;
		at = last;
	}
}

static void sift_up(order *o, size_t at)
{
	while (at > 0 && is_after(o, &o->heap[at], &o->heap[(at - 1) / 2])) {
		ranked swap = o->heap[at];

		o->heap[at] = o->heap[(at - 1) / 2];
		o->heap[(at - 1) / 2] = swap;
		at = (at - 1) / 2;
	}
}

static bool set_ranked(ranked *k, uint64_t row, const char *text, uint32_t len)
{
	k->row = row;
	if (!text) {
		vv_free(k->text);
		k->text = NULL;
		k->cap = 0;
		return true;
	}
	if (!k->text || k->cap < len) {
		char *grown = vv_realloc(k->text, (size_t)len + 1);

		if (!grown) return false;
		k->text = grown;
		k->cap = len;
	}
	k->len = len;
	memcpy(k->text, text, len);
	return true;
}

static vv_status rank(order *o, uint64_t row, const vv_cell *c, vv_error *err)
{
	bool missing = vv_field_missing(o->field, c);
	const char *text = missing ? NULL : c->text ? c->text : "";
	uint32_t most = o->most > SORTED_LEAST ? RANKED_SHORT : RANKED_LONG;
	uint32_t len = c->len < most ? c->len : most;

	if (o->count < o->most) {
		if (!set_ranked(&o->heap[o->count], row, text, len)) return vv_fail_nomem(err);
		sift_up(o, o->count++);
		return VV_OK;
	}
	if (compare_ranked(o, text, len, row, &o->heap[0]) >= 0) return VV_OK;
	if (!set_ranked(&o->heap[0], row, text, len)) return vv_fail_nomem(err);
	sift_down(o, 0);
	return VV_OK;
}

/* The rows' numbers in order, as they are remembered: how many match in all comes first. */
static vv_status put_order(order *o, uint64_t matched, vv_buf *out, vv_error *err)
{
	size_t n = o->count, start = out->len + sizeof(matched);

	vv_buf_put(out, &matched, sizeof(matched));
	for (size_t i = 0; i < n; i++) {
		vv_buf_put(out, &o->heap[i].row, sizeof(uint64_t));
	}
	if (out->failed) return vv_fail_nomem(err);
	while (o->count > 0) { /* the last one is always at the top */
		ranked top = o->heap[0];

		memcpy(out->data + start + --o->count * sizeof(uint64_t), &top.row,
		       sizeof(uint64_t));
		o->heap[0] = o->heap[o->count];
		o->heap[o->count] = top;
		sift_down(o, 0);
	}
	o->count = n;
	return VV_OK;
}

static vv_status find_order(reading *r, order *o, uint64_t *matched, bool *over, vv_error *err)
{
	size_t count, sort, *both;
	int more = 0;
	vv_status rc;

	*matched = 0;
	if ((rc = vv_web_column_find(r->t, r->q->sort, &sort, err)) < 0) return rc;
	o->field = &r->t->table->schema.fields[sort];
	const size_t *columns = vv_web_test_columns(r->test, &count);
	if (!(both = vv_arena_alloc(&r->v->arena, (count + 1) * sizeof(*both)))) {
		return vv_fail_nomem(err);
	}
	if (count > 0) {
		memcpy(both, columns, count * sizeof(*both));
	}
	if (!vv_array_has(columns, count, sort)) {
		both[count++] = sort;
	}
	if ((rc = vv_table_reader_open(&r->tested, r->t->table, both, count, false, err)) < 0) {
		return rc;
	}
	while (rc == VV_OK && !*over && (more = next_tested(r, err)) > 0) {
		const vv_batch *b = &r->tested_batch;

		for (size_t i = 0; rc == VV_OK && i < b->rows; i++) {
			const vv_cell *cells = b->cells + i * b->columns;

			if (vv_web_test_row(r->test, cells)) {
				(*matched)++;
				rc = rank(o, b->first_row + i, &cells[sort], err);
			}
		}
		if (rc == VV_OK) {
			rc = vv_web_over(r->v, over, err);
		}
	}
	return rc < 0 ? rc : more < 0 ? (vv_status)more : VV_OK;
}

static vv_status make_order(reading *r, size_t most, vv_buf *out, bool *over, vv_error *err)
{
	order o = {.descending = r->q->descending, .most = most};
	uint64_t matched;
	vv_status rc;

	if (!(o.heap = vv_calloc(most, sizeof(*o.heap)))) return vv_fail_nomem(err);
	if ((rc = find_order(r, &o, &matched, over, err)) == VV_OK) {
		rc = put_order(&o, matched, out, err);
	}
	for (size_t i = 0; i < o.count; i++) {
		vv_free(o.heap[i].text);
	}
	vv_free(o.heap);
	return rc;
}

static vv_status give_ordered(reading *r, const vv_buf *rows, vv_error *err)
{
	vv_web_rows *o = r->out;
	size_t count = (rows->len - sizeof(uint64_t)) / sizeof(uint64_t), at = (size_t)o->from;
	vv_row_by_number by = {0};
	vv_status rc = VV_OK;

	memcpy(&o->matched, rows->data, sizeof(o->matched));
	vv_row_by_number_init(&by, r->t->table, VV_ROW_GROUPS_MANY, false);
	for (; rc == VV_OK && at < count && has_room(r); at++) {
		const vv_cell *cells;
		uint64_t row;

		memcpy(&row, rows->data + (at + 1) * sizeof(row), sizeof(row));
		if ((rc = vv_row_by_number_get(&by, row, &cells, err)) == VV_OK) {
			rc = keep_row(r, row, cells, err);
		}
	}
	vv_row_by_number_close(&by);
	o->next = at;
	o->complete = at >= o->matched;
	return rc;
}

static vv_status read_ordered(reading *r, vv_error *err)
{
	vv_auto(vv_buf) key = VV_BUF_INIT, rows = VV_BUF_INIT;
	bool over = false;
	vv_status rc = VV_OK;

	if (r->out->from > SORTED_MAX - r->limit) {
		vv_fail(err, VV_EUSAGE, "sorted rows are served up to the %sth",
			vv_text_count(SORTED_MAX));
		return vv_hint(err,
			       "a filter, or the opposite order, brings later ones to the front");
	}
	size_t most = (size_t)r->out->from + r->limit < SORTED_LEAST ? SORTED_LEAST : SORTED_MAX;
	vv_buf_printf(&key, "order %zu %d %s ", most, r->q->descending, r->q->sort);
	count_key(&key, r);
	if (!vv_web_memo_get(r->v->memo, &key, &rows)) {
		vv_buf_reset(&rows);
		if ((rc = make_order(r, most, &rows, &over, err)) == VV_OK && !over) {
			vv_web_memo_put(r->v->memo, &key, rows.data, rows.len);
		}
	}
	if (rc == VV_OK) {
		rc = give_ordered(r, &rows, err);
	}
	r->out->counted = !over;
	r->out->time_over = over;
	return rc;
}

/* --- a page ------------------------------------------------------------------------------------------ */

static void clear(reading *r)
{
	vv_list_reader_close(r->facts);
	vv_table_reader_close(r->tested);
	vv_table_reader_close(r->reader);
	vv_batch_clear(&r->tested_batch);
	vv_batch_clear(&r->batch);
}
VV_AUTO_CLEAR(reading, clear)

/* Only the whole key is asked for: the row that has it is found without reading all. */
static const char *asks_for_key(const reading *r)
{
	const vv_web_rows_query *q = r->q;

	return r->t->key_count == 1 && q->filter_count == 1 && !q->where &&
			       q->filters[0].op == VV_WEB_EQ && !(q->search && *q->search) &&
			       q->filters[0].value[0] != '\0' &&
			       strcmp(q->filters[0].column, r->t->columns[r->t->key[0]].name) == 0
		       ? q->filters[0].value
		       : NULL;
}

static vv_status read_by_key(reading *r, const char *key, bool *found, vv_error *err)
{
	vv_web_rows *o = r->out;
	vv_auto(vv_row_by_number) by = {0};
	const vv_cell *cells;
	uint64_t row;
	vv_status rc = vv_web_row_quick(r->v, r->t, key, &row, found, err);

	if (rc < 0 || !*found) { /* perhaps it is written otherwise, or stands anywhere */
		return rc;
	}
	o->matched = 1;
	o->counted = o->complete = true;
	o->next = row + 1;
	if (row < o->from) return VV_OK;
	vv_row_by_number_init(&by, r->t->table, 1, false);
	if ((rc = vv_row_by_number_get(&by, row, &cells, err)) == VV_OK) {
		rc = keep_row(r, row, cells, err);
	}
	return rc;
}

static vv_status begin(reading *r, vv_error *err)
{
	const vv_web_rows_query *q = r->q;
	vv_web_rows *o = r->out;
	vv_status rc;

	memset(o, 0, sizeof(*o));
	r->limit = q->limit == 0                     ? VV_WEB_PAGE_ROWS
		   : q->limit < VV_WEB_PAGE_ROWS_MAX ? q->limit
						     : VV_WEB_PAGE_ROWS_MAX;
	r->cell_max = q->cell_max ? q->cell_max : VV_WEB_CELL_MAX;
	vv_batch_init(&r->tested_batch);
	vv_batch_init(&r->batch);
	if (r->t->kind != VV_WEB_TABLE) {
		return vv_fail(err, VV_EINPUT, "'%s' is not a table: it has no rows",
			       vv_text_shows(r->t->path));
	}
	if ((rc = choose_columns(r, err)) < 0 ||
	    (rc = vv_web_test_make(r->v, r->t, q, &r->test, err)) < 0) {
		return rc;
	}
	o->rows = vv_arena_calloc(&r->v->arena, r->limit + 1, sizeof(*o->rows));
	return o->rows ? VV_OK : vv_fail_nomem(err);
}

vv_status vv_web_rows_read(vv_web_visit *v, vv_web_table *t, const vv_web_rows_query *q,
			   vv_web_rows *out, vv_error *err)
{
	vv_auto(reading) r = {.v = v, .t = t, .q = q, .out = out};
	const char *key;
	bool found = false;
	vv_status rc;

	if ((rc = begin(&r, err)) < 0) return rc;
	out->filtered = vv_web_test_any(r.test);
	out->from = q->from;
	if (q->jump && (rc = vv_web_row_place(v, t, q->jump, &out->from, err)) < 0) return rc;
	if (q->sort && !q->jump) {
		rc = read_ordered(&r, err);
	} else if (!out->filtered) {
		rc = read_plain(&r, err);
	} else if (!(key = asks_for_key(&r)) ||
		   ((rc = read_by_key(&r, key, &found, err)) == VV_OK && !found)) {
		rc = read_matching(&r, err);
	}
	if (out->from > 0 && ((q->sort && !q->jump) || !out->filtered)) {
		out->has_previous = true;
		out->previous = out->from > r.limit ? out->from - r.limit : 0;
	}
	return rc;
}

vv_status vv_web_row_find(vv_web_visit *v, vv_web_table *t, const char *key, uint64_t number,
			  vv_web_row *out, vv_error *err)
{
	const vv_web_rows_query q = {.limit = 1, .cell_max = CELL_WHOLE};
	vv_web_rows rows;
	vv_auto(reading) r = {.v = v, .t = t, .q = &q, .out = &rows};
	vv_status rc;

	if ((rc = begin(&r, err)) < 0) return rc;
	rows.from = number;
	if (key && (rc = vv_web_row_place(v, t, key, &rows.from, err)) < 0) return rc;
	if ((rc = read_plain(&r, err)) == VV_OK && rows.count == 0) {
		rc = vv_fail(err, VV_ENOTFOUND, "row=%llu is beyond the end: '%s' has %s",
			     (unsigned long long)number, vv_text_shows(t->path),
			     vv_text_counted(t->rows, "row", NULL));
		if (t->rows > 0) {
			vv_hint(err, "the first one is row=0, the last one row=%llu",
				(unsigned long long)t->rows - 1);
		}
	}
	if (rc == VV_OK) {
		*out = rows.rows[0];
	}
	return rc;
}

/* --- rows as a file ------------------------------------------------------------------------------------ */

typedef struct writing {
	reading *r;
	vv_view_writer w;
	vv_status (*fn)(void *payload, const void *bytes, size_t len, vv_error *err);
	void *payload;
} writing;

static vv_status flush(writing *w, size_t least, vv_error *err)
{
	vv_buf *out = &w->w.out;
	vv_status rc = VV_OK;

	if (out->len >= least && out->len > 0 && (rc = vv_buf_ok(out, err)) == VV_OK) {
		rc = w->fn(w->payload, out->data, out->len, err);
		vv_buf_reset(out);
	}
	return rc;
}

static vv_status gone(const reading *r, vv_error *err)
{
	bool over;

	return vv_web_over(r->v, &over, err); /* a file takes the time that it takes */
}

static vv_status write_matching(writing *w, vv_error *err)
{
	reading *r = w->r;
	size_t count;
	int more = 0;

	const size_t *columns = vv_web_test_columns(r->test, &count);
	vv_status rc = vv_table_reader_open(&r->tested, r->t->table, columns, count, false, err);
	while (rc == VV_OK && (more = next_tested(r, err)) > 0) {
		for (size_t i = 0; rc == VV_OK && i < r->tested_batch.rows; i++) {
			if (!vv_web_test_row(r->test,
					     r->tested_batch.cells + i * r->tested_batch.columns)) {
				continue;
			}
			if ((rc = load_group(r, err)) < 0 ||
			    (rc = vv_view_row(&w->w, r->batch.cells + i * r->batch.columns,
					      r->batch.first_row + i, err)) < 0) {
				break;
			}
			rc = flush(w, FLUSH_AT, err);
		}
		if (rc == VV_OK) {
			rc = gone(r, err);
		}
	}
	return rc < 0 ? rc : more < 0 ? (vv_status)more : VV_OK;
}

static vv_status write_ordered(writing *w, vv_error *err)
{
	reading *r = w->r;
	vv_auto(vv_row_by_number) by = {0};
	vv_auto(vv_buf) rows = VV_BUF_INIT;
	uint64_t matched;
	bool over = false;
	vv_status rc;

	if ((rc = make_order(r, SORTED_MAX, &rows, &over, err)) < 0) return rc;
	memcpy(&matched, rows.data, sizeof(matched));
	if (matched > SORTED_MAX) {
		rc = vv_fail(err, VV_EUSAGE, "sorted, a file has at most %s rows, and these are %s",
			     vv_text_count(SORTED_MAX), vv_text_count(matched));
		vv_hint(err, "without sort all of them are served");
	}
	size_t count = rows.len / sizeof(uint64_t);
	vv_row_by_number_init(&by, r->t->table, VV_ROW_GROUPS_MANY, false);
	for (size_t i = 1; rc == VV_OK && i < count; i++) {
		const vv_cell *cells;
		uint64_t row;

		memcpy(&row, rows.data + i * sizeof(row), sizeof(row));
		if ((rc = vv_row_by_number_get(&by, row, &cells, err)) < 0 ||
		    (rc = vv_view_row(&w->w, cells, row, err)) < 0 ||
		    (rc = flush(w, FLUSH_AT, err)) < 0) {
			break;
		}
		rc = gone(r, err);
	}
	return rc;
}

static bool has_workbook(const vv_web_rows_query *q)
{
	return !q->sort && !(q->search && *q->search);
}

bool vv_web_writes_workbook(const vv_web_visit *v, const vv_web_rows_query *q)
{
	vv_auto(vv_buf) key = VV_BUF_INIT, kept = VV_BUF_INIT;
	bool is;

	if (!has_workbook(q) || !vv_web_runs_readers(v)) return false;
	vv_buf_puts(&key, "workbooks");
	if (vv_web_memo_get(v->memo, &key, &kept)) {
		memcpy(&is, kept.data, sizeof(is));
		return is;
	}
	is = vv_workbook_is_written(vv_repository_env(v->repo));
	vv_web_memo_put(v->memo, &key, &is, sizeof(is));
	return is;
}

static vv_status write_workbook(const reading *r, vv_bytes_fn fn, void *payload, vv_error *err)
{
	const vv_strings shown = {(const char **)(uintptr_t)r->q->show, r->q->show_count};
	const vv_view_options how = {
		.columns = &shown, .where = vv_web_test_conditions(r->test), .limit = UINT64_MAX};

	if (!has_workbook(r->q)) {
		vv_fail(err, VV_EUSAGE, "a workbook has no search and no order");
		return vv_hint(err, "filters choose its rows; programs of spreadsheets sort them");
	}
	if (!vv_web_runs_readers(r->v)) {
		return vv_fail(err, VV_EUSAGE, "workbooks are not written here");
	}
	return vv_view_workbook(r->t->table, r->t->path, &how, vv_repository_env(r->v->repo), fn,
				payload, err);
}

vv_status vv_web_rows_write(vv_web_visit *v, vv_web_table *t, const vv_web_rows_query *q,
			    vv_web_form form,
			    vv_status (*fn)(void *payload, const void *bytes, size_t len,
					    vv_error *err),
			    void *payload, vv_error *err)
{
	static const vv_view_format formats[] = {VV_VIEW_CSV, VV_VIEW_JSON, VV_VIEW_NDJSON,
						 VV_VIEW_CSV};
	uint64_t until = v->until_ms;
	vv_web_rows rows;
	reading r = {.v = v, .t = t, .q = q, .out = &rows};
	writing w = {.r = &r, .fn = fn, .payload = payload};
	vv_status rc;

	if ((rc = begin(&r, err)) < 0) return rc;
	if (form == VV_WEB_XLSX) {
		rc = write_workbook(&r, fn, payload, err);
		clear(&r);
		return rc;
	}
	v->until_ms = 0;
	rc = vv_view_writer_init(&w.w, t->table, formats[form], rows.columns, rows.column_count, 0,
				 err);
	if (rc == VV_OK) {
		vv_view_begin(&w.w);
		rc = q->sort ? write_ordered(&w, err) : write_matching(&w, err);
	}
	if (rc == VV_OK && (rc = vv_view_end(&w.w, err)) == VV_OK) {
		rc = flush(&w, 0, err);
	}
	vv_view_writer_clear(&w.w);
	v->until_ms = until;
	clear(&r);
	return rc;
}
