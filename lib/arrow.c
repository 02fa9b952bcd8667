/*
 * arrow: rows of a table, and of two tables, as streams for other programs.
 */
#include <errno.h>
#include <stdatomic.h>
#include <string.h>

#include "base/hint.h"
#include "base/sys.h"
#include "base/thread.h"
#include "lib/arrow/batches.h"
#include "lib/arrow/column.h"
#include "lib/arrow/row_changes.h"
#include "lib/handles.h"
#include "varve/arrow.h"

/* ---- arrow_stream: arrays, made one after the other, as a stream of the Arrow C stream interface ---- */

/* The source of the arrays. */
typedef struct vv_arrow_source {
	bool (*schema)(const void *at, struct ArrowSchema *out); /* false: out of memory */
	/* At the end *out has no release. */
	vv_status (*next)(void *at, struct ArrowArray *out, vv_error *err);
	const vv_arrow_misfits *(*misfits)(const void *at);
	void (*release)(void *at);
} vv_arrow_source;

struct varve_arrow_status {
	atomic_uint refs;
	vv_mutex *lock;
	varve_arrow_counts counts;
	vv_error why;
};

typedef struct source_stream {
	const vv_arrow_source *source;
	void *at;
	bool ended;
	int failed; /* errno of the first failure */
	varve_arrow_status *status;
	char message[VV_MESSAGE_MAX + 64];
} source_stream;

static void note_array(source_stream *s, const struct ArrowArray *a, vv_status rc,
		       const vv_error *e)
{
	varve_arrow_counts *counts = &s->status->counts;
	const vv_arrow_misfits *misfits = s->source->misfits(s->at);

	vv_auto(vv_locked) lock = vv_mutex_hold(s->status->lock);
	counts->rows += rc == VV_OK ? (uint64_t)a->length : 0;
	counts->misfits = misfits->count;
	if (misfits->count > 0) {
		counts->misfit_row = misfits->row;
		counts->misfit_column = (int32_t)misfits->column;
	}
	if (rc < 0) {
		s->status->why = *e;
	}
}

static int to_errno(vv_status rc)
{
	if (rc == VV_ENOMEM) return ENOMEM;
	if (rc == VV_EINPUT || rc == VV_EUSAGE) return EINVAL;
	return EIO;
}

static int get_schema(struct ArrowArrayStream *a, struct ArrowSchema *out)
{
	const source_stream *s = a->private_data;

	return s->source->schema(s->at, out) ? 0 : ENOMEM;
}

static int get_next(struct ArrowArrayStream *a, struct ArrowArray *out)
{
	source_stream *s = a->private_data;
	vv_error e;

	memset(out, 0, sizeof(*out));
	if (s->failed || s->ended) return s->failed;
	vv_status rc = s->source->next(s->at, out, &e);
	if (rc == VV_EINPUT && e.hint_id == VV_HINT_NONE) {
		(void)vv_hint(&e,
			      "read misfits as null or as text, or give the column another type");
	}
	note_array(s, out, rc, &e);
	s->ended = rc == VV_OK && !out->release;
	if (rc < 0) {
		memcpy(s->message, e.message, strlen(e.message) + 1);
		s->failed = to_errno(rc);
	}
	return s->failed;
}

static const char *get_last_error(struct ArrowArrayStream *a)
{
	const source_stream *s = a->private_data;

	return s->failed ? s->message : NULL;
}

static void free_stream(source_stream *s)
{
	s->source->release(s->at);
	varve_arrow_status_free(s->status);
	vv_free(s);
}

static void release_stream(struct ArrowArrayStream *a)
{
	free_stream(a->private_data);
	a->release = NULL;
}

static vv_status make_status(varve_arrow_status **out, vv_error *err)
{
	varve_arrow_status *st = vv_calloc(1, sizeof(*st));

	if (!st || !(st->lock = vv_mutex_new())) {
		vv_free(st);
		return vv_fail_nomem(err);
	}
	atomic_init(&st->refs, 1);
	st->counts.misfit_row = VARVE_UNKNOWN;
	st->counts.misfit_column = -1;
	*out = st;
	return VV_OK;
}

/* Opens a stream in the caller's memory, with its status (NULL: not requested). Takes at in any case; the source is
 * borrowed for ever. */
static vv_status arrow_stream_open(struct ArrowArrayStream *out, varve_arrow_status **status,
				   const vv_arrow_source *source, void *at, vv_error *err)
{
	source_stream *s = vv_calloc(1, sizeof(*s));
	vv_status rc;

	if (!s) {
		source->release(at);
		return vv_fail_nomem(err);
	}
	*s = (source_stream){.source = source, .at = at};
	if ((rc = make_status(&s->status, err)) < 0) {
		free_stream(s);
		return rc;
	}
	if (status) {
		atomic_fetch_add(&s->status->refs, 1);
		*status = s->status;
	}
	*out = (struct ArrowArrayStream){.get_schema = get_schema,
					 .get_next = get_next,
					 .get_last_error = get_last_error,
					 .release = release_stream,
					 .private_data = s};
	return VV_OK;
}

/* ---- status ---- */

int varve_arrow_status_get(varve_arrow_counts *counts, const varve_arrow_status *status,
			   varve_error *err)
{
	vv_mutex_lock(status->lock);
	*counts = status->counts;
	vv_error why = status->why;
	vv_mutex_unlock(status->lock);
	return vv_give(err, why.code, &why);
}

void varve_arrow_status_free(varve_arrow_status *status)
{
	if (status && atomic_fetch_sub(&status->refs, 1) == 1) {
		vv_mutex_free(status->lock);
		vv_free(status);
	}
}

/* ---- arrow ---- */

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
	return vv_give(err, arrow_stream_open(stream, status, &rows_source, t, &e), &e);
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
	return vv_give(err, arrow_stream_open(stream, status, &difference_source, d, &e), &e);
}
