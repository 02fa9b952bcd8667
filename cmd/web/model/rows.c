/*
 * rows: which row groups a page reads: a few for rows by number, all of a column for filters, and
 * for an order those with the first rows.
 */
#include "cmd/web/model/rows.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/web/model/memo.h"
#include "cmd/web/model/row_place.h"
#include "dataset/format/facts.h"
#include "dataset/schema/key_words.h"
#include "diff/rows/row_by_number.h"
#include "lib/documents/document.h"
#include "lib/documents/workbook.h"
#include "lib/view/sorted_rows.h"
#include "varve/arrow.h"

#define COUNT_MS 250u      /* for counting what matches beyond the page */
#define SORTED_MAX 100000u /* rows that an order reaches to */
#define SORTED_LEAST 2000u /* that are found at once, for the pages that follow */
#define RANKED_LONG 4096u  /* bytes of a key that decide its place */
#define RANKED_SHORT 256u  /* the same where many are ranked, so that memory is bounded */
#define CELL_WHOLE (1u << 20)
#define DOCUMENTS_MAX 4u /* made at once: each is a program with its own memory */
#define WORKBOOKS_KEPT_MS                                                                          \
	300000u /* whether this server writes them: the writer may be installed later */

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
} reading;

/* --- shown columns ------------------------------------------------------------------------------ */

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
	vv_array_each(r->t->key, q->show_count > 0 ? r->t->key_count : 0, at) {
		if (!vv_array_has(o->columns, n, *at)) {
			r->wanted[r->wanted_count++] = *at;
		}
	}
	return VV_OK;
}

static vv_status keep_row(reading *r, uint64_t number, const vv_cell *cells, vv_error *err)
{
	vv_web_rows *o = r->out;
	vv_web_row *row = &o->rows[o->count++];
	vv_auto(vv_buf) key = VV_BUF_INIT;

	*row = (vv_web_row){.number = number};
	row->cells = vv_arena_calloc(&r->v->arena, o->column_count + 1, sizeof(*row->cells));
	if (!row->cells) return vv_fail_nomem(err);
	for (size_t i = 0; i < o->column_count; i++) {
		size_t at = o->columns[i];

		vv_web_cell_keep(r->v, &row->cells[i], &r->t->table->schema.fields[at], &cells[at],
				 r->cell_max);
	}
	if (r->t->key_count > 0) {
		vv_key_words_put(&key, cells, r->t->key, r->t->key_count);
		row->key = vv_web_keep_buf(r->v, &key);
	}
	return VV_OK;
}

/* Is there room for one more row? */
static bool has_room(const reading *r)
{
	return r->out->count < r->limit && (r->out->count == 0 || r->v->held < VV_WEB_ANSWER_MAX);
}

/* --- rows in the table's order ---------------------------------------------------------------------- */

static void count_key(vv_buf *key, const reading *r)
{
	vv_buf_puts(key, "matches");
	vv_buf_puts(key, r->t->identity);
	vv_web_test_put(key, r->test);
}

/* Rows that match from one on, beyond the page: of them a tested column is enough. */
static vv_status count_rest(const reading *r, uint64_t from, vv_error *err)
{
	const uint64_t until = r->v->until_ms, soon = vv_monotonic_ms() + COUNT_MS;
	const bool cut = r->v->cut;
	vv_auto(vv_web_matches) m = {.v = r->v};
	size_t count;
	const size_t *columns = vv_where_columns(r->test->where, &count);
	const vv_cell *cells;
	int more = 0;

	r->v->until_ms = until == 0 || soon < until ? soon : until;
	vv_status rc = vv_web_matches_open(&m, r->t, r->test, columns, count > 0, from, err);
	while (rc == VV_OK && (more = vv_web_matches_next(&m, &cells, err)) > 0) {
		r->out->matched++;
	}
	r->out->counted = more == 0 && !m.over;
	r->v->until_ms = until;
	r->v->cut = cut; /* an unfinished count is shown as 'at least' */
	return rc < 0 ? rc : (vv_status)more;
}

static vv_status read_matching(reading *r, vv_error *err)
{
	vv_web_rows *o = r->out;
	vv_auto(vv_buf) key = VV_BUF_INIT, bytes = VV_BUF_INIT;
	vv_auto(vv_web_matches) m = {.v = r->v};
	const vv_cell *cells;
	int more = 0;
	vv_status rc;

	if ((rc = vv_web_matches_open(&m, r->t, r->test, r->wanted, r->wanted_count, o->from,
				      err)) < 0) {
		return rc;
	}
	while (rc == VV_OK && (more = vv_web_matches_next(&m, &cells, err)) > 0 && has_room(r)) {
		o->matched++;
		rc = keep_row(r, m.number, cells, err);
	}
	if (rc < 0 || more < 0) return rc < 0 ? rc : (vv_status)more;
	o->complete = more == 0 && !m.over;
	o->time_over = m.over;
	o->next = more > 0 ? m.number : m.looked;
	count_key(&key, r);
	if (!o->filtered) {
		o->matched = r->t->rows;
		o->counted = true;
	} else if (vv_web_memo_get(r->v->memo, &key, &bytes)) {
		memcpy(&o->matched, bytes.data, sizeof(o->matched));
		o->counted = true;
	} else if (o->from == 0) {
		o->counted = o->complete;
		if (more > 0 && (rc = count_rest(r, m.number, err)) < 0) return rc;
		if (o->counted) {
			vv_web_memo_put(r->v->memo, &key, &o->matched, sizeof(o->matched));
		}
	}
	return VV_OK;
}

/* --- rows by value ---------------------------------------------------------------------------------- */

/* A row among those that come first; its key as vv_sort_key_put has it. */
typedef struct ranked {
	const struct order *of;
	uint64_t row;
	char *key;
	uint32_t len;
} ranked;

/* After a cut the first `most` rows come before all others so far, in order; what follows them came later. */
typedef struct order {
	const vv_field *field;
	bool descending, cut;
	ranked *rows;
	size_t count, cap, most;
	vv_buf key, scratch;
} order;

static int by_rank(const void *x, const void *y)
{
	const ranked *a = x, *b = y;
	const bool last = *a->key == VV_SORT_MISSING; /* either way */

	if (last != (*b->key == VV_SORT_MISSING)) return last ? 1 : -1;
	const int c = vv_fact_text_order(a->key, a->len, b->key, b->len);
	if (c != 0) return a->of->descending ? -c : c;
	return (a->row > b->row) - (a->row < b->row);
}

static void cut_order(order *o)
{
	if (o->count > 0) {
		qsort(o->rows, o->count, sizeof(*o->rows), by_rank);
	}
	while (o->count > o->most) {
		vv_free(o->rows[--o->count].key);
	}
	o->cut = o->count == o->most;
}

static vv_status rank_row(order *o, uint64_t row, const vv_cell *c, vv_error *err)
{
	const size_t longest = o->most > SORTED_LEAST ? RANKED_SHORT : RANKED_LONG;
	vv_status rc;

	vv_buf_reset(&o->key);
	vv_sort_key_put(&o->key, &o->scratch, o->field, c);
	if ((rc = vv_buf_ok(&o->key, err)) < 0 || (rc = vv_buf_ok(&o->scratch, err)) < 0) return rc;
	ranked k = {.of = o,
		    .row = row,
		    .key = o->key.data,
		    .len = (uint32_t)(o->key.len < longest ? o->key.len : longest)};
	if (o->cut && by_rank(&k, &o->rows[o->most - 1]) >= 0) return VV_OK;
	if (!(k.key = vv_malloc(k.len))) return vv_fail_nomem(err);
	memcpy(k.key, o->key.data, k.len);
	o->rows[o->count++] = k;
	if (o->count == o->cap) {
		cut_order(o);
	}
	return VV_OK;
}

static vv_status find_order(reading *r, order *o, uint64_t *matched, bool *over, vv_error *err)
{
	vv_auto(vv_web_matches) m = {.v = r->v};
	const vv_cell *cells;
	size_t sort;
	int more = 0;
	vv_status rc;

	*matched = 0;
	if ((rc = vv_web_column_find(r->t, r->q->sort, &sort, err)) < 0 ||
	    (rc = vv_web_matches_open(&m, r->t, r->test, &sort, 1, 0, err)) < 0) {
		return rc;
	}
	o->field = &r->t->table->schema.fields[sort];
	while (rc == VV_OK && (more = vv_web_matches_next(&m, &cells, err)) > 0) {
		(*matched)++;
		rc = rank_row(o, m.number, &cells[sort], err);
	}
	*over = m.over;
	return rc < 0 ? rc : (vv_status)more;
}

/* The rows' numbers in order, in the cache's form: the number of matches comes first. */
static vv_status make_order(reading *r, size_t most, vv_buf *out, bool *over, vv_error *err)
{
	order o = {.descending = r->q->descending, .most = most, .cap = most + most / 2};
	uint64_t matched;
	vv_status rc;

	if (!(o.rows = vv_calloc(o.cap, sizeof(*o.rows)))) return vv_fail_nomem(err);
	if ((rc = find_order(r, &o, &matched, over, err)) == VV_OK) {
		cut_order(&o);
		vv_buf_put(out, &matched, sizeof(matched));
	}
	vv_array_each(o.rows, o.count, row) {
		if (rc == VV_OK) {
			vv_buf_put(out, &row->row, sizeof(uint64_t));
		}
		vv_free(row->key);
	}
	vv_free(o.rows);
	vv_buf_clear_all(&o.key, &o.scratch);
	return rc < 0 ? rc : vv_buf_ok(out, err);
}

static vv_status give_ordered(reading *r, const vv_buf *rows, vv_error *err)
{
	vv_web_rows *o = r->out;
	size_t count = (rows->len - sizeof(uint64_t)) / sizeof(uint64_t), at = (size_t)o->from;
	vv_auto(vv_row_by_number) by = {0};
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
		return vv_fail(
			err, VV_EUSAGE,
			"only the first %s rows of a sorted table can be shown\nuse a filter or the opposite order to bring other rows to the front",
			vv_text_count(SORTED_MAX));
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
	r->out->complete = r->out->complete && !over;
	r->out->counted = !over;
	r->out->time_over = over;
	return rc;
}

/* --- a page ------------------------------------------------------------------------------------------ */

static vv_status begin_reading(reading *r, vv_error *err)
{
	const vv_web_rows_query *q = r->q;
	vv_web_rows *o = r->out;
	vv_status rc;

	memset(o, 0, sizeof(*o));
	r->limit = vv_web_limit(q->limit);
	r->cell_max = q->cell_max ? q->cell_max : VV_WEB_CELL_MAX;
	if (r->t->kind != VV_WEB_TABLE) {
		return vv_fail(err, VV_EINPUT, "'%s' is not a table: it has no rows",
			       vv_text_shows(r->t->path));
	}
	if ((rc = choose_columns(r, err)) < 0 ||
	    (rc = vv_web_test_make(r->v, r->t, q, &r->test, err)) < 0) {
		return rc;
	}
	o->filtered = r->test->where != NULL;
	o->rows = vv_arena_calloc(&r->v->arena, r->limit + 1, sizeof(*o->rows));
	return o->rows ? VV_OK : vv_fail_nomem(err);
}

/* The first row of the page that has this row and some before it. */
static uint64_t first_around(uint64_t row, size_t limit, uint64_t rows)
{
	const uint64_t last = rows > limit ? rows - limit : 0;
	const uint64_t first = row > limit / 3 ? row - limit / 3 : 0;

	return first < last ? first : last;
}

vv_status vv_web_rows_read(vv_web_visit *v, vv_web_table *t, const vv_web_rows_query *q,
			   vv_web_rows *out, vv_error *err)
{
	reading r = {.v = v, .t = t, .q = q, .out = out};
	const bool sorted = q->sort && !q->jump;
	vv_status rc;

	if ((rc = begin_reading(&r, err)) < 0) return rc;
	out->from = q->from;
	if (q->jump && (rc = vv_web_row_place(v, t, q->jump, &out->from, err)) < 0) return rc;
	if (q->jump && q->around && !out->filtered) {
		out->from = first_around(out->from, r.limit, t->rows);
	}
	rc = sorted ? read_ordered(&r, err) : read_matching(&r, err);
	if (out->from > 0 && (sorted || !out->filtered)) {
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
	reading r = {.v = v, .t = t, .q = &q, .out = &rows};
	vv_status rc;

	if ((rc = begin_reading(&r, err)) < 0) return rc;
	rows.from = number;
	if (key && (rc = vv_web_row_place(v, t, key, &rows.from, err)) < 0) return rc;
	if ((rc = read_matching(&r, err)) == VV_OK && rows.count == 0) {
		rc = vv_fail(err, VV_ENOTFOUND, "row=%llu is beyond the end: '%s' has %s",
			     (unsigned long long)number, vv_text_shows(t->path),
			     vv_text_counted(t->rows, "row", NULL));
		if (t->rows > 0) {
			vv_hint(err, "the first row is row=0, the last one row=%llu",
				(unsigned long long)t->rows - 1);
		}
	}
	if (rc == VV_OK) {
		*out = rows.rows[0];
	}
	return rc;
}

/* --- rows as a file ------------------------------------------------------------------------------------ */

const vv_web_form_facts vv_web_forms[VV_WEB_FORMS] = {
	[VV_WEB_CSV] = {"csv", "csv", "text/csv; charset=utf-8", "CSV of the rows shown",
			VV_VIEW_CSV},
	[VV_WEB_CSV_MARKED] = {"csv-bom", "csv", "text/csv; charset=utf-8",
			       "CSV for spreadsheets, with a byte order mark", VV_VIEW_CSV},
	[VV_WEB_JSON] = {"json", "json", "application/json", "JSON of the rows shown",
			 VV_VIEW_JSON},
	[VV_WEB_NDJSON] = {"ndjson", "ndjson", "application/x-ndjson", "NDJSON of the rows shown",
			   VV_VIEW_NDJSON},
	[VV_WEB_XLSX] = {"xlsx", "xlsx",
			 "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
			 "Workbook (.xlsx) of the rows shown", VV_VIEW_CSV},
	[VV_WEB_PARQUET] = {"parquet", "parquet", "application/vnd.apache.parquet",
			    "Parquet of the rows shown", VV_VIEW_CSV},
};

/* A reader program writes them. */
static bool is_document(vv_web_form form)
{
	return form == VV_WEB_XLSX || form == VV_WEB_PARQUET;
}

static bool has_document(const vv_web_rows_query *q)
{
	return !q->sort && !(q->search && *q->search);
}

bool vv_web_writes(const vv_web_visit *v, const vv_web_rows_query *q, vv_web_form form)
{
	vv_auto(vv_buf) key = VV_BUF_INIT, kept = VV_BUF_INIT;
	bool is;

	if (!is_document(form)) return true;
	if (!has_document(q)) return false;
	vv_buf_printf(&key, "writes %s %llu", vv_web_forms[form].name,
		      (unsigned long long)(vv_monotonic_ms() / WORKBOOKS_KEPT_MS));
	if (vv_web_memo_get(v->memo, &key, &kept)) {
		memcpy(&is, kept.data, sizeof(is));
		return is;
	}
	is = vv_documents_are_read(v->repo) &&
	     vv_workbook_is_written(vv_repository_env(v->repo), form == VV_WEB_PARQUET);
	vv_web_memo_put(v->memo, &key, &is, sizeof(is));
	return is;
}

/* Is the browser there? A file takes the time that it takes. */
static bool is_wanted(void *payload, const char *what VV_UNUSED, uint64_t done VV_UNUSED,
		      uint64_t total VV_UNUSED)
{
	bool over;

	return vv_web_over(payload, &over, VV_IGNORED) == VV_OK;
}

static vv_status make_document(vv_repository *repo, vv_table *t, const char *name, vv_web_form form,
			       const vv_view_options *how, vv_bytes_fn fn, void *payload,
			       vv_error *err)
{
	const vv_env *env = vv_repository_env(repo);
	vv_view_options exact = *how;

	if (form == VV_WEB_XLSX) return vv_view_workbook(t, name, how, env, fn, payload, err);
	if (how->numbers == vv_view_numbers(NULL)) {
		exact.numbers = VARVE_NUMBERS_DECIMAL;
		exact.plain = true;
	}
	return vv_view_parquet(t, &exact, env, fn, payload, err);
}

vv_status vv_web_document_write(vv_repository *repo, vv_table *t, const char *name,
				vv_web_form form, const vv_view_options *how, vv_bytes_fn fn,
				void *payload, vv_error *err)
{
	static _Atomic unsigned busy;
	vv_status rc;

	if (!vv_documents_are_read(repo)) {
		return vv_fail(
			err, VV_EUSAGE,
			"this server writes no workbooks and no Parquet (varve.readers is false)\nget the rows as CSV");
	}
	if (busy++ >= DOCUMENTS_MAX) {
		rc = vv_fail(
			err, VV_ELOCKED,
			"too many workbooks and Parquet files are being written\ntry again in a minute, or get the rows as CSV");
	} else {
		rc = make_document(repo, t, name, form, how, fn, payload, err);
	}
	busy--;
	if (rc == VV_EINPUT && form == VV_WEB_PARQUET) {
		return vv_hint(err, "get the rows as CSV, which has such values");
	}
	if (rc != VV_ENOSUPPORT) return rc;
	return vv_fail(
		err, VV_EUSAGE,
		"this server has no program that writes %s: 'pip install \"varve-data[office]\"' there brings one\nor get the rows as CSV",
		form == VV_WEB_PARQUET ? "Parquet" : "workbooks");
}

static vv_status write_document(const reading *r, vv_web_form form, const vv_view_options *how,
				vv_bytes_fn fn, void *payload, vv_error *err)
{
	if (!has_document(r->q)) {
		return vv_fail(
			err, VV_EUSAGE,
			"a workbook or Parquet file cannot contain the rows of a search, or rows in another order\nchoose the rows with filters, and sort them in the program that opens the file");
	}
	return vv_web_document_write(r->v->repo, r->t->table, r->t->path, form, how, fn, payload,
				     err);
}

/* The numbers of the rows in order, after the number of matches. */
static vv_status order_all(reading *r, vv_buf *rows, vv_view_options *how, vv_error *err)
{
	uint64_t matched;
	bool over = false;
	const vv_status rc = make_order(r, SORTED_MAX, rows, &over, err);

	if (rc < 0) return rc;
	memcpy(&matched, rows->data, sizeof(matched));
	how->rows = (const uint64_t *)(const void *)rows->data + 1;
	how->row_count = rows->len / sizeof(matched) - 1;
	return matched <= SORTED_MAX
		       ? VV_OK
		       : vv_fail(err, VV_EUSAGE,
				 "at most %s rows can be sorted, and there are %s\nleave out the parameter sort to get all rows",
				 vv_text_count(SORTED_MAX), vv_text_count(matched));
}

vv_status vv_web_rows_write(vv_web_visit *v, vv_web_table *t, const vv_web_rows_query *q,
			    vv_web_form form, vv_bytes_fn fn, void *payload, vv_error *err)
{
	const uint64_t until = v->until_ms;
	const vv_strings shown = {(const char **)(uintptr_t)q->show, q->show_count};
	const vv_progress wanted = {.update = is_wanted, .payload = v, .part = is_wanted};
	vv_auto(vv_kept_keys) keys = {0};
	vv_auto(vv_buf) numbers = VV_BUF_INIT;
	vv_web_rows rows;
	reading r = {.v = v, .t = t, .q = q, .out = &rows};
	uint64_t written;
	vv_status rc = begin_reading(&r, err);
	if (rc < 0) return rc;
	vv_view_options how = {.format = vv_web_forms[form].format,
			       .columns = &shown,
			       .where = &r.test->conditions,
			       .search = r.test->search,
			       .limit = UINT64_MAX,
			       .alone = !is_document(form),
			       .keys = &keys.lookup,
			       .progress = &wanted};
	if (is_document(form)) return write_document(&r, form, &how, fn, payload, err);
	v->until_ms = 0;
	if (q->sort) {
		rc = order_all(&r, &numbers, &how, err);
	} else if (rows.filtered) {
		rc = vv_kept_keys_open(&keys, v->repo, t->path, false, err);
	} else {
		rc = VV_OK;
	}
	if (rc == VV_OK) {
		rc = vv_view_write(t->table, &how, fn, payload, &written, err);
	}
	v->until_ms = until;
	return rc;
}
