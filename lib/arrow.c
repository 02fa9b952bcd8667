/*
 * arrow: which rows of a table, and which of two tables, become streams that other programs read.
 */
#include "varve/arrow.h"

#include <string.h>

#include "base/sys.h"
#include "lib/arrow/batches.h"
#include "lib/arrow/row_changes.h"
#include "lib/arrow_stream.h"
#include "lib/handles.h"

#define DIFF_FLAGS ((uint32_t)VARVE_ARROW_TEXT)
#define ARROW_FLAGS (DIFF_FLAGS | (uint32_t)VARVE_ARROW_DICTIONARIES)

/* ---- the rows of a table ---- */

typedef struct table_rows {
	varve_table *table;
	varve_rows *rows;
	vv_arrow_batches *batches;
} table_rows;

static bool rows_schema(const void *at, struct ArrowSchema *out)
{
	return vv_arrow_batches_schema(((const table_rows *)at)->batches, out);
}

static vv_status rows_next(void *at, struct ArrowArray *out, vv_error *err)
{
	return vv_arrow_batches_next(((table_rows *)at)->batches, out, err);
}

static const vv_arrow_misfits *rows_misfits(const void *at)
{
	return vv_arrow_batches_misfits(((const table_rows *)at)->batches);
}

static void rows_release(void *at)
{
	table_rows *t = at;

	if (vv_arrow_batches_close(t->batches)) {
		varve_rows_free(t->rows);
		varve_table_free(t->table);
		vv_free(t);
	}
}

static const vv_arrow_source rows_source = {rows_schema, rows_next, rows_misfits, rows_release};

static vv_status open_rows(table_rows *t, const varve_table *table, const varve_arrow_options *o,
			   vv_error *err)
{
	vv_strings dictionary = {(const char **)(uintptr_t)o->dictionary, 0};
	vv_arrow_options how = {
		.how = {.text = (o->flags & VARVE_ARROW_TEXT) != 0, .numbers = o->numbers},
		.dictionaries = (o->flags & VARVE_ARROW_DICTIONARIES) != 0,
		.dictionary = &dictionary,
		.misfit = o->misfit,
		.row_number = o->row_number,
		.batch_rows = o->batch_rows,
		.limit = UINT64_MAX};
	varve_rows_options rows;
	vv_rows *groups;
	vv_status rc = vv_take_options(&rows, sizeof(rows), o->rows, err);

	if (rc < 0) return rc;
	while (o->dictionary && o->dictionary[dictionary.count]) {
		dictionary.count++;
	}
	rows.size = sizeof(rows);
	t->table = vv_table_keep(table);
	if (!rows.where && !rows.parts) {
		how.rows = t->table->facts.rows;
	}
	if ((rc = vv_rows_by_group(&t->rows, &groups, table, &rows, err)) < 0) return rc;
	how.columns = varve_rows_columns(t->rows, &how.count);
	return vv_arrow_batches_open(&t->batches, &t->table->table, groups, &how, err);
}

int varve_table_arrow(struct ArrowArrayStream *stream, varve_arrow_status **status,
		      const varve_table *table, const varve_arrow_options *options,
		      varve_error *err)
{
	table_rows *t = vv_calloc(1, sizeof(*t));
	varve_arrow_options o;
	vv_error e;
	vv_status rc;

	memset(stream, 0, sizeof(*stream));
	if (status) {
		*status = NULL;
	}
	if (!t) return vv_give(err, vv_fail_nomem(&e), &e);
	if ((rc = vv_take_options(&o, sizeof(o), options, &e)) < 0 ||
	    (rc = vv_take_flags(o.flags, ARROW_FLAGS, &e)) < 0 ||
	    (rc = open_rows(t, table, &o, &e)) < 0) {
		rows_release(t);
		return vv_give(err, rc, &e);
	}
	return vv_give(err, vv_arrow_stream_open(stream, status, &rows_source, t, &e), &e);
}

/* ---- what differs between two ---- */

typedef struct difference {
	varve_table *before, *after;
	varve_diff *diff;
	vv_arrow_changes *changes;
	char commit[VARVE_ID_SIZE];
} difference;

static bool difference_schema(const void *at, struct ArrowSchema *out)
{
	return vv_arrow_changes_schema(((const difference *)at)->changes, out);
}

static vv_status difference_next(void *at, struct ArrowArray *out, vv_error *err)
{
	difference *d = at;
	vv_row_change change;
	int more = 1;
	vv_status rc = VV_OK;

	while (rc == VV_OK && !vv_arrow_changes_full(d->changes) &&
	       (more = vv_diff_row(d->diff, &change, err)) > 0) {
		rc = vv_arrow_changes_put(d->changes, &change, err);
	}
	rc = more < 0 ? (vv_status)more : rc;
	return rc < 0 ? rc : vv_arrow_changes_take(d->changes, out, err);
}

static const vv_arrow_misfits *difference_misfits(const void *at)
{
	return vv_arrow_changes_misfits(((const difference *)at)->changes);
}

static void difference_release(void *at)
{
	difference *d = at;

	vv_arrow_changes_close(d->changes);
	varve_diff_free(d->diff);
	varve_table_free(d->before);
	varve_table_free(d->after);
	vv_free(d);
}

static const vv_arrow_source difference_source = {difference_schema, difference_next,
						  difference_misfits, difference_release};

static vv_status open_difference(difference *d, const varve_table *before, const varve_table *after,
				 const varve_diff_arrow_options *o, vv_error *err)
{
	vv_arrow_changes_options how = {
		.cells = o->what == VARVE_DIFF_ARROW_CELLS,
		.how = {.text = (o->flags & VARVE_ARROW_TEXT) != 0, .numbers = o->numbers},
		.misfit = o->misfit,
		.batch_rows = o->batch_rows};
	varve_diff_options which;
	varve_error e;
	vv_status rc;
	int opened;

	if (o->what != VARVE_DIFF_ARROW_ROWS && o->what != VARVE_DIFF_ARROW_CELLS) {
		return vv_fail(err, VV_ENOSUPPORT, "unknown stream of differences %d",
			       (int)o->what);
	}
	if ((rc = vv_take_options(&which, sizeof(which), o->diff, err)) < 0) return rc;
	d->before = vv_table_keep(before);
	d->after = vv_table_keep(after);
	which.size = sizeof(which);
	which.flags = how.cells ? which.flags : which.flags & ~(uint32_t)VARVE_DIFF_SPARSE;
	if ((opened = varve_diff_open(&d->diff, before, after, &which, &e)) < 0) {
		return vv_take_error(err, opened, &e);
	}
	if ((rc = vv_diff_commit(d->commit, &how.time, d->diff, err)) < 0) return rc;
	how.commit = d->commit[0] ? d->commit : NULL;
	how.key = vv_diff_key(d->diff, &how.key_count);
	return vv_arrow_changes_open(&d->changes, &d->before->table, &d->after->table,
				     vv_diff_columns(d->diff), &how, err);
}

int varve_diff_arrow(struct ArrowArrayStream *stream, varve_arrow_status **status,
		     const varve_table *before, const varve_table *after,
		     const varve_diff_arrow_options *options, varve_error *err)
{
	difference *d = vv_calloc(1, sizeof(*d));
	varve_diff_arrow_options o;
	vv_error e;
	vv_status rc;

	memset(stream, 0, sizeof(*stream));
	if (status) {
		*status = NULL;
	}
	if (!d) return vv_give(err, vv_fail_nomem(&e), &e);
	if ((rc = vv_take_options(&o, sizeof(o), options, &e)) < 0 ||
	    (rc = vv_take_flags(o.flags, DIFF_FLAGS, &e)) < 0 ||
	    (rc = open_difference(d, before, after, &o, &e)) < 0) {
		difference_release(d);
		return vv_give(err, rc, &e);
	}
	return vv_give(err, vv_arrow_stream_open(stream, status, &difference_source, d, &e), &e);
}
