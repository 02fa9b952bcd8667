/*
 * view: knows what of a view is words, and what rows.
 */
#include "lib/work/view/view.h"

#include <string.h>

#include "base/sys.h"
#include "base/text.h"
#include "dataset/table/bytes.h"
#include "lib/work/rows/named_columns.h"
#include "lib/work/rows/rows.h"
#include "lib/work/rows/where.h"
#include "lib/work/view/view_writer.h"

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

typedef struct view {
	vv_table *table;
	const vv_view_options *opts;
	size_t *columns;
	size_t count;
	vv_where *where; /* NULL without --where */
	vv_view_writer writer;
	vv_bytes_fn fn;
	void *payload;
	bool past; /* the offset: a row that matches was seen */
} view;

static vv_status flush(view *v, size_t at_least, vv_error *err)
{
	vv_buf *out = &v->writer.out;
	vv_status rc;

	if (out->len < at_least) return VV_OK;
	if ((rc = vv_buf_ok(out, err)) == VV_OK && out->len > 0) {
		rc = v->fn(v->payload, out->data, out->len, err);
	}
	vv_buf_reset(out);
	return rc;
}

/* Writes rows after the first `skip`. */
static vv_status write_rows(view *v, vv_rows *rows, uint64_t skip, vv_error *err)
{
	const vv_cell *cells;
	vv_status rc = VV_OK;
	int more = 1;

	for (uint64_t left = v->opts->limit; rc == VV_OK && left > 0;) {
		if ((more = vv_rows_next(rows, &cells, err)) <= 0) {
			break;
		}
		v->past = true;
		if (skip > 0) {
			skip--;
			continue;
		}
		left--;
		if ((rc = vv_view_row(&v->writer, cells, vv_rows_number(rows), err)) == VV_OK) {
			rc = flush(v, FLUSH_AT, err);
		}
	}
	return rc < 0 ? rc : more < 0 ? (vv_status)more : VV_OK;
}

/* Without tests the rows to leave out are not read. */
static vv_status run(view *v, vv_error *err)
{
	const vv_rows_options o = {.columns = v->columns,
				   .count = v->count,
				   .where = v->where,
				   .keys = v->opts->keys,
				   .from = v->where ? 0 : v->opts->offset,
				   .to = UINT64_MAX,
				   .within = true,
				   .progress = v->opts->progress};
	vv_rows *rows = NULL;
	vv_status rc = vv_rows_open(&rows, v->table, &o, err);

	if (rc == VV_OK) {
		rc = write_rows(v, rows, v->where ? v->opts->offset : 0, err);
	}
	vv_rows_close(rows);
	return rc;
}

vv_status vv_view_write(vv_table *t, const vv_view_options *opts, vv_bytes_fn fn, void *payload,
			uint64_t *rows, vv_error *err)
{
	view v;
	bool none;
	vv_status rc;

	memset(&v, 0, sizeof(v));
	*rows = 0;
	v.table = t;
	v.opts = opts;
	v.fn = fn;
	v.payload = payload;
	if (t->root.kind != VV_KIND_TABLE) {
		vv_fail(err, VV_EUSAGE, "this is kept as a file: it has bytes, no rows");
		return vv_hint(err,
			       "without --columns, --where, --format ... its bytes are written");
	}
	if ((rc = vv_view_columns(t, opts->columns, "--columns", &v.columns, &v.count, err)) < 0 ||
	    (opts->where && opts->where->count > 0 &&
	     (rc = vv_where_new(&v.where, t, opts->where, err)) < 0) ||
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
	if ((rc = run(&v, err)) < 0 || (rc = vv_view_end(&v.writer, err)) < 0) {
		goto done;
	}
	none = v.where && opts->limit > 0 && !v.past;
	if (none && (rc = vv_where_found_none(v.where, t, err)) < 0) {
		goto done;
	}
	rc = flush(&v, 0, err);
	*rows = v.writer.rows;
	if (rc == VV_OK && none && opts->doubt) {
		(void)vv_where_doubt(v.where, opts->doubt);
	}
done:
	vv_view_writer_clear(&v.writer);
	vv_where_free(v.where);
	vv_free(v.columns);
	return rc;
}
