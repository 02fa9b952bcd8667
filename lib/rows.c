/*
 * rows: a cursor over rows, for callers of the library.
 */
#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "base/text.h"
#include "lib/handles.h"
#include "lib/rows/named_columns.h"
#include "lib/rows/rows.h"
#include "lib/view/view.h"
#include "lib/view/view_writer.h"

struct varve_rows {
	varve_table *table;
	const varve_filter *filter; /* its texts are in where */
	vv_where *where;
	vv_kept_keys keys;
	vv_rows *rows;
	size_t *columns;
	size_t count;
	varve_cell *cells; /* of the row at hand; NULL where it has all columns in order */
	vv_watched watched;
	unsigned shares;
	enum { SOME, SHARE, ALL } wanted; /* of the table; none was read so far */
};

static vv_status take_columns(varve_rows *r, const char *const *names, vv_error *err)
{
	bool in_order = true;
	vv_status rc;

	for (r->count = 0; names && names[r->count]; r->count++) {
	}
	if (!names) {
		r->count = r->table->facts.columns;
	}
	if (!(r->columns = vv_calloc(r->count + 1, sizeof(*r->columns)))) return vv_fail_nomem(err);
	for (size_t i = 0; i < r->count; i++) {
		r->columns[i] = i;
		if (names && (rc = vv_view_column(&r->table->table, names[i], strlen(names[i]),
						  "columns", &r->columns[i], err)) < 0) {
			return rc;
		}
		in_order = in_order && r->columns[i] == i;
	}
	if (in_order && r->count == r->table->facts.columns) return VV_OK;
	r->cells = vv_calloc(r->count + 1, sizeof(*r->cells));
	return r->cells ? VV_OK : vv_fail_nomem(err);
}

static vv_status open_rows(varve_rows *r, const varve_rows_options *o, bool by_group, vv_error *err)
{
	vv_rows_options how = {.to = UINT64_MAX, .by_group = by_group, .numbers = o->numbers};
	uint64_t rows = r->table->facts.rows;
	vv_status rc = take_columns(r, o->columns, err);

	if (rc < 0 || (rc = vv_filter_where(&r->where, r->filter, r->table, err)) < 0 ||
	    (o->parts > 0 && (rc = vv_rows_share(&how, rows, o->part, o->parts, err)) < 0)) {
		return rc;
	}
	how.columns = r->columns;
	how.count = r->count;
	how.where = r->where;
	if ((rc = vv_watched_begin(&how.progress, &r->watched, o->watch, err)) < 0 ||
	    (r->where && (rc = vv_table_keys(&r->keys, r->table, how.progress, err)) < 0)) {
		return rc;
	}
	how.keys = r->keys.lookup.cache ? &r->keys.lookup : NULL;
	return vv_rows_open(&r->rows, &r->table->table, &how, err);
}

static vv_status new_rows(varve_rows **out, const varve_table *table, const varve_rows_options *o,
			  bool by_group, vv_error *err)
{
	varve_rows *r = vv_calloc(1, sizeof(*r));
	vv_status rc;

	*out = NULL;
	if (!r) return vv_fail_nomem(err);
	r->table = vv_table_keep(table);
	if (table->session && table->session->demand) {
		vv_on_demand_again(table->session->demand);
	}
	r->filter = vv_filter_keep(o->where);
	r->shares = o->parts;
	if (o->parts > 1) {
		r->wanted = SHARE;
	} else if (o->where) {
		r->wanted = SOME;
	} else {
		r->wanted = ALL;
	}
	if ((rc = open_rows(r, o, by_group, err)) < 0) {
		varve_rows_free(r);
		return rc;
	}
	*out = r;
	return VV_OK;
}

/* Before the first row, of a table at a URL: how it is to come. */
static void begin_reading(varve_rows *r)
{
	const vv_session *s = r->table->session;

	if (s && s->demand && r->wanted == ALL) {
		vv_on_demand_whole(s->demand);
	} else if (s && s->demand && r->wanted == SHARE) {
		vv_on_demand_share(s->demand, r->shares);
	}
	r->wanted = SOME;
}

int varve_rows_open(varve_rows **out, const varve_table *table, const varve_rows_options *options,
		    varve_error *err)
{
	varve_rows_options o;
	vv_error e;
	vv_status rc = vv_take_options(&o, sizeof(o), options, &e);

	*out = NULL;
	return vv_give(err, rc < 0 ? rc : new_rows(out, table, &o, false, &e), &e);
}

vv_status vv_rows_by_group(varve_rows **out, vv_rows **groups, const varve_table *table,
			   const varve_rows_options *options, vv_error *err)
{
	vv_status rc = new_rows(out, table, options, true, err);

	*groups = rc < 0 ? NULL : (*out)->rows;
	if (rc == VV_OK) {
		begin_reading(*out);
	}
	return rc;
}

int varve_rows_next(varve_rows *rows, const varve_cell **cells, varve_error *err)
{
	const vv_cell *all;
	vv_error e;

	if (rows->wanted != SOME) {
		begin_reading(rows);
	}
	int more = vv_rows_next(rows->rows, &all, &e);

	*cells = NULL;
	if (more < 0) return vv_give(err, (vv_status)more, &e);
	if (more == 0) return 0;
	if (!rows->cells) {
		*cells = (const varve_cell *)(const void *)all;
		return 1;
	}
	for (size_t i = 0; i < rows->count; i++) {
		memcpy(&rows->cells[i], &all[rows->columns[i]], sizeof(*rows->cells));
	}
	*cells = rows->cells;
	return 1;
}

uint64_t varve_rows_number(const varve_rows *rows)
{
	return vv_rows_number(rows->rows);
}

const size_t *varve_rows_columns(const varve_rows *rows, size_t *count)
{
	*count = rows->count;
	return rows->columns;
}

int varve_rows_seek(varve_rows *rows, uint64_t row, varve_error *err)
{
	vv_error e;

	rows->wanted = SOME;
	return vv_give(err, vv_rows_seek(rows->rows, row, &e), &e);
}

void varve_rows_free(varve_rows *rows)
{
	if (rows && vv_rows_close(rows->rows)) {
		vv_kept_keys_close(&rows->keys);
		vv_where_free(rows->where);
		varve_filter_free((varve_filter *)(uintptr_t)rows->filter);
		vv_free_all(rows->columns, rows->cells);
		varve_table_free(rows->table);
		vv_free(rows);
	}
}

/* ---- rows as text ---- */

static const struct {
	int format;
	vv_view_format view;
} formats[] = {{VARVE_FORMAT_OWN, VV_VIEW_OWN},       {VARVE_FORMAT_CSV, VV_VIEW_CSV},
	       {VARVE_FORMAT_TSV, VV_VIEW_TSV},       {VARVE_FORMAT_JSON, VV_VIEW_JSON},
	       {VARVE_FORMAT_NDJSON, VV_VIEW_NDJSON}, {VARVE_FORMAT_TEXT, VV_VIEW_TABLE}};

static vv_status write_rows(varve_rows *r, vv_view_format format, vv_writing *to, uint64_t *count,
			    vv_error *err)
{
	vv_auto(vv_view_writer) w = {0};
	const vv_cell *cells;
	int more = 1;
	vv_status rc = vv_view_writer_init(&w, &r->table->table, format, r->columns, r->count, 0,
					   err);

	begin_reading(r);
	if (rc == VV_OK) {
		vv_view_begin(&w);
	}
	while (rc == VV_OK && (more = vv_rows_next(r->rows, &cells, err)) > 0) {
		rc = vv_view_row(&w, cells, vv_rows_number(r->rows), err);
		if (rc == VV_OK && w.out.len >= 256u << 10) {
			rc = vv_writing_put(to, w.out.data, w.out.len, err);
			vv_buf_reset(&w.out);
		}
	}
	if (rc >= 0) {
		rc = more < 0 ? (vv_status)more : vv_view_end(&w, err);
	}
	if (rc == VV_OK && (rc = vv_buf_ok(&w.out, err)) == VV_OK && w.out.len > 0) {
		rc = vv_writing_put(to, w.out.data, w.out.len, err);
	}
	*count = w.rows;
	return rc;
}

int varve_table_write(const varve_table *table, int format, const varve_rows_options *options,
		      varve_write_fn write, void *payload, uint64_t *count, varve_error *err)
{
	vv_writing to = {write, payload};
	varve_rows_options o;
	varve_rows *rows;
	uint64_t written = 0;
	const size_t format_count = sizeof(formats) / sizeof(formats[0]);
	const size_t i = vv_find_place(k, format_count, formats[k].format == format);
	vv_error e;

	if (i == format_count) {
		return vv_give(err, vv_fail(&e, VV_EUSAGE, "unknown format %d", format), &e);
	}
	int rc = (int)vv_take_options(&o, sizeof(o), options, &e);
	o.numbers = false;
	if (rc < 0 || (rc = (int)new_rows(&rows, table, &o, false, &e)) < 0) {
		return vv_give(err, (vv_status)rc, &e);
	}
	rc = vv_give(err, write_rows(rows, formats[i].view, &to, &written, &e), &e);
	varve_rows_free(rows);
	if (count) {
		*count = written;
	}
	return rc;
}
