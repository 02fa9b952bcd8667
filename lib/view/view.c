/*
 * view: reads the selected rows once, in their order, and passes them to the writer of the format.
 */
#include "lib/view/view.h"

#include <string.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/table/bytes.h"
#include "diff/rows/row_by_number.h"
#include "lib/arrow/batches.h"
#include "lib/arrow/ipc.h"
#include "lib/documents/workbook.h"
#include "lib/rows/named_columns.h"
#include "lib/rows/rows.h"
#include "lib/rows/where.h"
#include "lib/view/sorted_rows.h"
#include "lib/view/view_writer.h"

#define FLUSH_AT (256u << 10)

typedef struct view {
	vv_table *table;
	const vv_view_options *opts;
	size_t *columns;
	size_t count;
	size_t *read; /* with sort: columns, and those that rows are sorted by */
	bool *down;   /* of the latter */
	size_t sorts;
	vv_where *where; /* NULL without --where */
	vv_view_writer writer;
	vv_bytes_fn fn;
	void *payload;
} view;

static vv_status flush_output(view *v, size_t at_least, vv_error *err)
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

/* Ends the name with a word of SQL, " asc" or " desc"? *down: the latter. */
static bool take_order_word(const char *name, size_t *len, bool *down)
{
	const char *blank = strrchr(name, ' ');
	const char *word = blank ? blank + 1 : "";

	*down = vv_ascii_equal(word, "desc");
	if (!*down && !vv_ascii_equal(word, "asc")) return false;
	while (blank > name && blank[-1] == ' ') {
		blank--;
	}
	*len = (size_t)(blank - name);
	return true;
}

/* "price", or "-price" and "price desc": the greatest first, unless a column is so called. */
static vv_status find_order(view *v, vv_error *err)
{
	const vv_strings *names = v->opts->sort;
	vv_status rc = VV_OK;

	v->sorts = names ? names->count : 0;
	if (v->opts->rows && v->opts->format == VV_VIEW_ARROW) {
		return vv_fail(err, VV_EUSAGE,
			       "rows cannot be selected by number with the formats arrow and xlsx");
	}
	if (v->sorts == 0) return VV_OK;
	if (v->opts->format == VV_VIEW_ARROW) {
		return vv_fail(err, VV_EUSAGE,
			       "--sort cannot be used with the formats arrow and xlsx, which have "
			       "the file's order");
	}
	v->read = vv_calloc(v->count + v->sorts, sizeof(*v->read));
	v->down = vv_calloc(v->sorts, sizeof(*v->down));
	if (!v->read || !v->down) return vv_fail_nomem(err);
	memcpy(v->read, v->columns, v->count * sizeof(*v->read));
	for (size_t i = 0; rc == VV_OK && i < v->sorts; i++) {
		const char *name = names->items[i];
		size_t len = strlen(name);
		const bool whole = vv_schema_find(&v->table->schema, name, len) >= 0;

		if (!whole && !take_order_word(name, &len, &v->down[i])) {
			v->down[i] = *name == '-';
			name += v->down[i];
			len -= v->down[i];
		}
		rc = vv_view_column(v->table, name, len, "--sort", &v->read[v->count + i], err);
	}
	return rc;
}

static vv_status put_row(view *v, const vv_cell *cells, uint64_t row, vv_error *err)
{
	const vv_status rc = vv_view_row(&v->writer, cells, row, err);

	return rc < 0 ? rc : flush_output(v, FLUSH_AT, err);
}

static vv_status write_numbered(view *v, vv_error *err)
{
	vv_auto(vv_row_by_number) by = {0};
	const vv_cell *cells;
	vv_status rc;

	vv_row_by_number_init(&by, v->table, VV_ROW_GROUPS_MANY, false);
	vv_array_each(v->opts->rows, v->opts->row_count, row) {
		if ((rc = vv_row_by_number_get(&by, *row, &cells, err)) < 0 ||
		    (rc = put_row(v, cells, *row, err)) < 0) {
			return rc;
		}
	}
	return VV_OK;
}

/* Writes rows after the first `skip`; sorted NULL: those of the cursor. */
static vv_status write_rows(view *v, vv_rows *rows, vv_sorted_rows *sorted, uint64_t skip,
			    vv_error *err)
{
	const vv_cell *cells;
	uint64_t row = 0;
	vv_status rc = VV_OK;
	int more = 1;

	for (uint64_t left = v->opts->limit; rc == VV_OK && left > 0;) {
		if ((more = sorted ? vv_sorted_rows_next(sorted, &cells, &row, err)
				   : vv_rows_next(rows, &cells, err)) <= 0) {
			break;
		}
		if (skip > 0) {
			skip--;
			continue;
		}
		left--;
		rc = put_row(v, cells, sorted ? row : vv_rows_number(rows), err);
	}
	if (rc < 0) return rc;
	return more < 0 ? (vv_status)more : VV_OK;
}

static vv_status write_sorted(view *v, vv_rows *rows, vv_error *err)
{
	const vv_sort_order order = {.by = v->read + v->count,
				     .down = v->down,
				     .count = v->sorts,
				     .columns = v->read,
				     .column_count = v->count + v->sorts,
				     .temp_dir = v->opts->temp_dir};
	vv_auto(vv_sorted_rows) *s = NULL;
	vv_status rc = vv_sorted_rows_open(&s, rows, v->table, &order, err);

	return rc < 0 ? rc : write_rows(v, rows, s, v->opts->offset, err);
}

static vv_status write_arrays(view *v, vv_rows *rows, uint64_t skip, vv_error *err)
{
	const vv_arrow_options o = {.columns = v->columns,
				    .count = v->count,
				    .how.numbers = v->opts->numbers,
				    .how.plain = v->opts->plain,
				    .how.spelled = v->opts->spelled,
				    .dictionary = v->opts->dictionary,
				    .misfit = v->opts->misfit,
				    .rows = v->where || v->opts->parts > 0 ? 0
									   : v->table->root.rows,
				    .skip = skip,
				    .limit = v->opts->limit};
	vv_auto(vv_arrow_batches) *batches = NULL;
	vv_auto(vv_arrow_ipc) ipc = {.write = NULL};
	struct ArrowSchema schema;
	struct ArrowArray a;
	vv_status rc = vv_arrow_batches_open(&batches, v->table, rows, &o, err);

	if (rc < 0) return rc;
	if (!vv_arrow_batches_schema(batches, &schema)) return vv_fail_nomem(err);
	rc = vv_arrow_ipc_begin(&ipc, &schema, v->fn, v->payload, err);
	while (rc == VV_OK && (rc = vv_arrow_batches_next(batches, &a, err)) == VV_OK &&
	       a.release) {
		rc = vv_arrow_ipc_put(&ipc, &a, err);
		a.release(&a);
	}
	v->writer.rows = vv_arrow_batches_rows(batches);
	if (vv_arrow_batches_misfits(batches)->count > 0 && rc == VV_EINPUT) {
		return vv_hint(
			err,
			"--misfit null writes null for such a value; --misfit text also writes its text, in the column _misfits");
	}
	return rc < 0 ? rc : vv_arrow_ipc_end(&ipc, err);
}

/* Without tests the rows to leave out are not read. */
static vv_status write_view(view *v, vv_error *err)
{
	const bool arrays = v->opts->format == VV_VIEW_ARROW;
	vv_rows_options o = {.columns = v->sorts > 0 ? v->read : v->columns,
			     .count = v->count + v->sorts,
			     .where = v->where,
			     .keys = v->opts->keys,
			     .from = v->where || v->sorts > 0 ? 0 : v->opts->offset,
			     .to = UINT64_MAX,
			     .within = v->opts->parts == 0,
			     .by_group = arrays,
			     .alone = v->opts->alone,
			     .progress = v->opts->progress};
	const uint64_t skip = v->where ? v->opts->offset : 0;
	vv_auto(vv_rows) *rows = NULL;
	vv_status rc = v->opts->parts == 0 ? VV_OK
					   : vv_rows_share(&o, v->table->root.rows, v->opts->part,
							   v->opts->parts, err);

	if (rc == VV_OK) {
		rc = vv_rows_open(&rows, v->table, &o, err);
	}
	if (rc < 0 || arrays) return rc < 0 ? rc : write_arrays(v, rows, skip, err);
	const bool own_bom = v->opts->bom && v->opts->format == VV_VIEW_OWN &&
			     v->table->root.dialect.bom && !vv_root_is_encoded(&v->table->root);

	if (own_bom || v->opts->any_bom) {
		vv_buf_puts(&v->writer.out, "\xEF\xBB\xBF");
	}
	vv_view_begin(&v->writer);
	if (v->opts->rows) {
		rc = write_numbered(v, err);
	} else if (v->sorts > 0) {
		rc = write_sorted(v, rows, err);
	} else {
		rc = write_rows(v, rows, NULL, skip, err);
	}
	return rc < 0 ? rc : vv_view_end(&v->writer, err);
}

/* The writer of all forms but arrays. */
static vv_status open_writer(view *v, vv_error *err)
{
	const vv_view_options *o = v->opts;
	vv_view_writer *w = &v->writer;
	vv_status rc = o->format == VV_VIEW_ARROW
			       ? VV_OK
			       : vv_view_writer_init(w, v->table, o->format, v->columns, v->count,
						     o->width, err);

	if (rc < 0 || (!o->safe_for_spreadsheets && !o->any_bom)) return rc;
	w->safe = o->safe_for_spreadsheets;
	if (o->format != VV_VIEW_ARROW &&
	    (w->format == VV_VIEW_OWN || w->format == VV_VIEW_CSV || w->format == VV_VIEW_TSV)) {
		return VV_OK;
	}
	return vv_fail(err, VV_EUSAGE, "%s is for CSV and TSV",
		       o->any_bom ? "--bom" : "--safe-for-spreadsheets");
}

vv_status vv_view_write(vv_table *t, const vv_view_options *opts, vv_bytes_fn fn, void *payload,
			uint64_t *rows, vv_error *err)
{
	const vv_where_how how = {.path = opts->path, .search = opts->search};
	const vv_strings none = {0}, *where = opts->where ? opts->where : &none;
	view v = {.table = t, .opts = opts, .fn = fn, .payload = payload};
	vv_status rc;

	*rows = 0;
	if (t->root.kind != VV_KIND_TABLE) {
		return vv_fail(err, VV_EUSAGE,
			       "%s is kept as a file: it has bytes, but no rows\nomit --columns, "
			       "--where, --format and similar options to write its bytes",
			       opts->path ? vv_text_shows(opts->path) : "this");
	}
	if ((rc = vv_view_columns_shown(t, opts->columns, "--columns", &v.columns, &v.count, err)) <
		    0 ||
	    ((where->count > 0 || opts->search) &&
	     (rc = vv_where_new(&v.where, t, where, &how, err)) < 0) ||
	    (rc = find_order(&v, err)) < 0 || (rc = open_writer(&v, err)) < 0 ||
	    (rc = write_view(&v, err)) < 0) {
		goto done;
	}
	rc = flush_output(&v, 0, err);
	*rows = v.writer.rows;
done:
	vv_view_writer_clear(&v.writer);
	vv_where_free(v.where);
	vv_free_all(v.columns, v.read, v.down);
	return rc;
}

/* The rows as an Arrow stream, made to a document. */
static vv_status write_document(vv_workbook *w, vv_table *t, const char *name,
				const vv_view_options *how, const vv_env *env, vv_bytes_fn fn,
				void *payload, vv_error *err)
{
	uint64_t rows;
	vv_status rc;

	if ((rc = vv_workbook_open(w, vv_env_temp_dir(env), err)) < 0 ||
	    (rc = vv_arrow_ipc_name(vv_workbook_put, w, name, false, err)) < 0 ||
	    (rc = vv_view_write(t, how, vv_workbook_put, w, &rows, err)) < 0) {
		return rc;
	}
	return vv_workbook_end(w, env, fn, payload, err);
}

vv_status vv_view_workbook(vv_table *t, const char *name, const vv_view_options *opts,
			   const vv_env *env, vv_bytes_fn fn, void *payload, vv_error *err)
{
	vv_auto(vv_workbook) w = {.fd = -1, .progress = opts->progress};
	vv_view_options how = *opts;

	how.format = VV_VIEW_ARROW;
	how.misfit = VARVE_MISFIT_TEXT;
	how.numbers = VARVE_NUMBERS_DECIMAL;
	how.spelled = true;
	return write_document(&w, t, name, &how, env, fn, payload, err);
}

vv_status vv_view_parquet(vv_table *t, const vv_view_options *opts, const vv_env *env,
			  vv_bytes_fn fn, void *payload, vv_error *err)
{
	vv_auto(vv_workbook) w = {.fd = -1, .parquet = true, .progress = opts->progress};
	vv_view_options how = *opts;

	how.format = VV_VIEW_ARROW;
	return write_document(&w, t, "table", &how, env, fn, payload, err);
}
