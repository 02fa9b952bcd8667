/*
 * view: knows which groups and columns a view must read.
 */
#include "cmd/work/view/view.h"

#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/work/view/view_internal.h"
#include "dataset/table/bytes.h"

#define FLUSH_AT (256u << 10)

bool vv_view_format_parse(vv_view_format *out, const char *name)
{
	static const struct {
		const char *name;
		vv_view_format format;
	} known[] = {{"csv", VV_VIEW_CSV},      {"tsv", VV_VIEW_TSV},
		     {"json", VV_VIEW_JSON},    {"ndjson", VV_VIEW_NDJSON},
		     {"jsonl", VV_VIEW_NDJSON}, {"table", VV_VIEW_TABLE}};
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (strcmp(known[i].name, name) == 0) {
			*out = known[i].format;
			return true;
		}
	}
	return false;
}

static vv_status no_column(const vv_table *t, const char *name, size_t len, const char *what,
			   vv_error *err)
{
	vv_buf list = VV_BUF_INIT;
	char *word = vv_strndup(name, len);
	vv_nearest near;
	size_t i;

	if (!word) {
		return vv_fail_nomem(err);
	}
	vv_nearest_init(&near, word);
	for (i = 0; i < t->columns; i++) {
		(void)vv_nearest_try(&near, t->schema.fields[i].name);
	}
	vv_fail(err, VV_ENOTFOUND, "%s: there is no column '%s'", what, vv_text_show(name, len));
	if (near.best && near.distance < len) {
		vv_hint(err, "did you mean '%s'?", vv_text_shows(near.best));
	} else if (t->columns > 0) {
		for (i = 0; i < t->columns && list.len < 160; i++) {
			vv_buf_puts(&list, i ? ", " : "");
			vv_text_put_escaped(&list, t->schema.fields[i].name,
					    t->schema.fields[i].name_len);
		}
		vv_buf_puts(&list, i < t->columns ? ", ..." : "");
		vv_hint(err, "the columns are %s", vv_buf_cstr(&list));
	}
	vv_buf_clear(&list);
	vv_free(word);
	return VV_ENOTFOUND;
}

vv_status vv_view_column(const vv_table *t, const char *name, size_t len, const char *what,
			 size_t *out, vv_error *err)
{
	long at = vv_schema_find(&t->schema, name, len);

	if (at < 0) {
		return no_column(t, name, len, what, err);
	}
	*out = (size_t)at;
	return VV_OK;
}

typedef struct places {
	size_t *items;
	size_t count, cap;
} places;

static vv_status places_add(places *p, size_t place, vv_error *err)
{
	if (!vv_array_room(p->items, p->count, p->cap)) {
		return vv_fail_nomem(err);
	}
	p->items[p->count++] = place;
	return VV_OK;
}

static bool has_column(const void *payload, const char *name, size_t len)
{
	const vv_table *t = payload;

	return vv_schema_find(&t->schema, name, len) >= 0;
}

/* One word: names with commas between. */
static vv_status add_names(places *p, const vv_table *t, const char *word, const char *what,
			   vv_error *err)
{
	for (;; word++) {
		size_t len = vv_names_first(word, has_column, t), at = 0;
		vv_status rc = vv_view_column(t, word, len, what, &at, err);

		if (rc < 0 || (rc = places_add(p, at, err)) < 0) {
			return rc;
		}
		word += len;
		if (!*word) {
			return VV_OK;
		}
	}
}

vv_status vv_view_columns(const vv_table *t, const vv_strings *names, const char *what,
			  size_t **out, size_t *count, vv_error *err)
{
	places p = {NULL, 0, 0};
	vv_status rc = VV_OK;
	size_t i;

	for (i = 0; rc == VV_OK && names && i < names->count; i++) {
		rc = add_names(&p, t, names->items[i], what, err);
	}
	if (!names || names->count == 0) {
		for (i = 0; rc == VV_OK && i < t->columns; i++) {
			rc = places_add(&p, i, err);
		}
	}
	if (rc < 0) {
		vv_free(p.items);
		p.items = NULL;
		p.count = 0;
	}
	*out = p.items;
	*count = p.count;
	return rc;
}

/* One test of --where. */
typedef struct test {
	size_t column;
	const char *value;
	size_t len;
} test;

typedef struct view {
	vv_table *table;
	const vv_view_options *opts;
	size_t *columns;
	size_t count;
	test *tests;
	size_t test_count;
	vv_table_reader *tested; /* gives the tested columns; NULL without --where */
	vv_table_reader *reader; /* gives the chosen columns; opened when first needed */
	vv_batch tested_batch, batch;
	uint64_t skip, left; /* rows that match: still to leave out, still to write */
	vv_view_writer writer;
	vv_bytes_fn fn;
	void *payload;
} view;

/* COL=VALUE; a column's name may hold '=', so each one is tried. */
static vv_status parse_test(test *out, const vv_table *t, const char *word, vv_error *err)
{
	const char *eq;

	for (eq = strchr(word, '='); eq; eq = strchr(eq + 1, '=')) {
		long at = vv_schema_find(&t->schema, word, (size_t)(eq - word));

		if (at >= 0) {
			out->column = (size_t)at;
			out->value = eq + 1;
			out->len = strlen(eq + 1);
			return VV_OK;
		}
	}
	eq = strchr(word, '=');
	if (!eq) {
		vv_fail(err, VV_EUSAGE, "--where '%s' has no '='", vv_text_shows(word));
		return vv_hint(err, "write it as --where COLUMN=VALUE");
	}
	return no_column(t, word, (size_t)(eq - word), "--where", err);
}

static vv_status parse_tests(view *v, vv_error *err)
{
	const vv_strings *where = v->opts->where;
	vv_status rc = VV_OK;
	size_t i;

	if (!where || where->count == 0) {
		return VV_OK;
	}
	v->tests = vv_calloc(where->count, sizeof(test));
	if (!v->tests) {
		return vv_fail_nomem(err);
	}
	for (i = 0; rc == VV_OK && i < where->count; i++) {
		rc = parse_test(&v->tests[i], v->table, where->items[i], err);
		v->test_count++;
	}
	return rc;
}

/* An empty value finds what has no text: empty, absent and null cells. */
static bool row_matches(const view *v, const vv_cell *cells)
{
	size_t i;

	for (i = 0; i < v->test_count; i++) {
		const vv_cell *c = &cells[v->tests[i].column];

		if (c->len != v->tests[i].len ||
		    (c->len && memcmp(c->text, v->tests[i].value, c->len) != 0)) {
			return false;
		}
	}
	return true;
}

static vv_status flush(view *v, size_t at_least, vv_error *err)
{
	vv_buf *out = &v->writer.out;
	vv_status rc;

	if (out->len < at_least) {
		return VV_OK;
	}
	if ((rc = vv_buf_ok(out, err)) == VV_OK && out->len > 0) {
		rc = v->fn(v->payload, out->data, out->len, err);
	}
	vv_buf_reset(out);
	return rc;
}

static vv_status open_reader(view *v, uint64_t row, vv_error *err)
{
	vv_status rc = VV_OK;

	if (!v->reader) {
		rc = vv_table_reader_open(&v->reader, v->table, v->columns, v->count, false, err);
	}
	return rc < 0 ? rc : vv_table_seek_row(v->reader, row, err);
}

/* Writes the wanted rows of the batch; picked: those that the tested batch lets pass. */
static vv_status write_batch(view *v, const vv_batch *picked, vv_error *err)
{
	vv_status rc = VV_OK;
	size_t i;

	for (i = 0; rc == VV_OK && v->left > 0 && i < v->batch.rows; i++) {
		if (picked && !row_matches(v, picked->cells + i * picked->columns)) {
			continue;
		}
		if (v->skip > 0) {
			v->skip--;
			continue;
		}
		v->left--;
		if ((rc = vv_view_row(&v->writer, v->batch.cells + i * v->batch.columns, err)) ==
		    VV_OK) {
			rc = flush(v, FLUSH_AT, err);
		}
	}
	return rc;
}

static bool any_match(const view *v, const vv_batch *b)
{
	size_t i;

	for (i = 0; i < b->rows; i++) {
		if (row_matches(v, b->cells + i * b->columns)) {
			return true;
		}
	}
	return false;
}

static vv_status run_tested(view *v, vv_error *err)
{
	size_t *wanted = vv_calloc(v->test_count, sizeof(size_t));
	vv_status rc;
	int more = 0;
	size_t i;

	if (!wanted) {
		return vv_fail_nomem(err);
	}
	for (i = 0; i < v->test_count; i++) {
		wanted[i] = v->tests[i].column;
	}
	rc = vv_table_reader_open(&v->tested, v->table, wanted, v->test_count, false, err);
	while (rc == VV_OK && v->left > 0 &&
	       (more = vv_table_read(v->tested, &v->tested_batch, err)) > 0) {
		vv_progress_part(v->opts->progress, "reading rows", v->tested_batch.first_row,
				 v->table->root.rows);
		if (!any_match(v, &v->tested_batch)) {
			continue;
		}
		if ((rc = open_reader(v, v->tested_batch.first_row, err)) < 0) {
			break;
		}
		more = vv_table_read(v->reader, &v->batch, err);
		if (more > 0 && v->batch.rows == v->tested_batch.rows) {
			rc = write_batch(v, &v->tested_batch, err);
		} else if (more >= 0) {
			rc = vv_fail(err, VV_ECORRUPT,
				     "a row group gave different rows when it was read again");
		}
		if (more < 0) {
			break;
		}
	}
	vv_free(wanted);
	return rc < 0 ? rc : more < 0 ? (vv_status)more : VV_OK;
}

static vv_status run_all(view *v, vv_error *err)
{
	uint64_t rows = v->table->root.rows;
	vv_status rc;
	int more = 0;
	bool first = true;

	if (v->skip >= rows || v->left == 0) {
		return VV_OK;
	}
	if ((rc = open_reader(v, v->skip, err)) < 0) {
		return rc;
	}
	while (rc == VV_OK && v->left > 0 &&
	       (more = vv_table_read(v->reader, &v->batch, err)) > 0) {
		if (first) { /* the group that holds row `skip` begins somewhat before it */
			v->skip -= v->batch.first_row;
			first = false;
		}
		rc = write_batch(v, NULL, err);
		vv_progress_part(v->opts->progress, "reading rows", v->batch.first_row, rows);
	}
	return rc < 0 ? rc : more < 0 ? (vv_status)more : VV_OK;
}

vv_status vv_view_write(vv_table *t, const vv_view_options *opts, vv_bytes_fn fn, void *payload,
			uint64_t *rows, vv_error *err)
{
	view v;
	vv_status rc;

	memset(&v, 0, sizeof(v));
	*rows = 0;
	v.table = t;
	v.opts = opts;
	v.fn = fn;
	v.payload = payload;
	v.skip = opts->offset;
	v.left = opts->limit;
	vv_batch_init(&v.batch);
	vv_batch_init(&v.tested_batch);
	if (t->root.kind != VV_KIND_TABLE) {
		vv_fail(err, VV_EUSAGE, "this is kept as a file: it has bytes, no rows");
		return vv_hint(err,
			       "without --columns, --where, --format ... its bytes are written");
	}
	if ((rc = vv_view_columns(t, opts->columns, "--columns", &v.columns, &v.count, err)) < 0 ||
	    (rc = parse_tests(&v, err)) < 0 ||
	    (rc = vv_view_writer_init(&v.writer, t, opts->format, v.columns, v.count, opts->width,
				      err)) < 0) {
		goto done;
	}
	v.writer.safe = opts->safe_for_spreadsheets;
	if (v.writer.safe && v.writer.format != VV_VIEW_OWN && v.writer.format != VV_VIEW_CSV &&
	    v.writer.format != VV_VIEW_TSV) {
		rc = vv_fail(err, VV_EUSAGE, "--safe-for-spreadsheets is for CSV and TSV");
		goto done;
	}
	vv_view_begin(&v.writer);
	rc = v.test_count ? run_tested(&v, err) : run_all(&v, err);
	if (rc < 0 || (rc = vv_view_end(&v.writer, err)) < 0) {
		goto done;
	}
	rc = flush(&v, 0, err);
	*rows = v.writer.rows;
done:
	vv_view_writer_clear(&v.writer);
	vv_table_reader_close(v.reader);
	vv_table_reader_close(v.tested);
	vv_batch_clear(&v.batch);
	vv_batch_clear(&v.tested_batch);
	vv_free(v.tests);
	vv_free(v.columns);
	return rc;
}
