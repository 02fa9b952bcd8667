/*
 * view: knows which groups and columns a view must read.
 */
#include "lib/work/view/view.h"

#include <string.h>

#include "base/sys.h"
#include "base/text.h"
#include "dataset/table/bytes.h"
#include "lib/work/view/named_columns.h"
#include "lib/work/view/view_writer.h"
#include "lib/work/view/where.h"
#include "lib/work/view/where_groups.h"

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
	vv_where *where;         /* NULL without --where */
	vv_where_groups *groups; /* NULL without --where */
	vv_table_reader *tested; /* gives the tested columns; NULL without --where */
	vv_table_reader *reader; /* gives the chosen columns; opened when first needed */
	vv_batch tested_batch, batch;
	uint64_t skip, left; /* rows that match: still to leave out, still to write */
	vv_view_writer writer;
	vv_bytes_fn fn;
	void *payload;
} view;

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
		if (picked && !vv_where_holds(v->where, picked->cells + i * picked->columns)) {
			continue;
		}
		if (v->skip > 0) {
			v->skip--;
			continue;
		}
		v->left--;
		if ((rc = vv_view_row(&v->writer, v->batch.cells + i * v->batch.columns,
				      v->batch.first_row + i, err)) == VV_OK) {
			rc = flush(v, FLUSH_AT, err);
		}
	}
	return rc;
}

static bool any_match(const view *v, const vv_batch *b)
{
	size_t i;

	for (i = 0; i < b->rows; i++) {
		if (vv_where_holds(v->where, b->cells + i * b->columns)) {
			return true;
		}
	}
	return false;
}

/* The next group that can have such a row. 1, 0, <0. */
static int read_tested(view *v, vv_error *err)
{
	uint64_t group;
	vv_status rc;
	int more = vv_where_groups_next(v->groups, &group, err);

	if (more <= 0) {
		return more;
	}
	if ((rc = vv_table_seek_group(v->tested, group, err)) < 0) {
		return (int)rc;
	}
	return vv_table_read(v->tested, &v->tested_batch, err);
}

static vv_status open_tested(view *v, vv_error *err)
{
	size_t count = vv_where_count(v->where), *wanted = vv_calloc(count, sizeof(size_t));
	vv_status rc;

	if (!wanted) {
		return vv_fail_nomem(err);
	}
	for (size_t i = 0; i < count; i++) {
		wanted[i] = vv_where_column(v->where, i);
	}
	rc = vv_table_reader_open(&v->tested, v->table, wanted, count, false, err);
	vv_free(wanted);
	return rc < 0 ? rc
		      : vv_where_groups_open(&v->groups, v->table, v->where, v->opts->keys, err);
}

static vv_status run_tested(view *v, vv_error *err)
{
	vv_status rc = open_tested(v, err);
	int more = 0;

	while (rc == VV_OK && v->left > 0 && (more = read_tested(v, err)) > 0) {
		if ((rc = vv_progress_part(v->opts->progress, "reading rows",
					   v->tested_batch.first_row, v->table->root.rows, err)) <
		    0) {
			break;
		}
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
	return rc < 0 ? rc : more < 0 ? (vv_status)more : vv_where_ok(v->where, err);
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
		if ((rc = write_batch(v, NULL, err)) == VV_OK) {
			rc = vv_progress_part(v->opts->progress, "reading rows", v->batch.first_row,
					      rows, err);
		}
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
	rc = v.where ? run_tested(&v, err) : run_all(&v, err);
	if (rc < 0 || (rc = vv_view_end(&v.writer, err)) < 0 ||
	    (v.where && v.writer.rows == 0 && opts->limit > 0 && v.skip == opts->offset &&
	     (rc = vv_where_found_none(v.where, t, err)) < 0)) {
		goto done;
	}
	rc = flush(&v, 0, err);
	*rows = v.writer.rows;
	if (rc == VV_OK && v.where && opts->doubt && *rows == 0 && opts->limit > 0 &&
	    v.skip == opts->offset) {
		(void)vv_where_doubt(v.where, opts->doubt);
	}
done:
	vv_view_writer_clear(&v.writer);
	vv_table_reader_close(v.reader);
	vv_table_reader_close(v.tested);
	vv_batch_clear(&v.batch);
	vv_batch_clear(&v.tested_batch);
	vv_where_groups_close(v.groups);
	vv_where_free(v.where);
	vv_free(v.columns);
	return rc;
}
