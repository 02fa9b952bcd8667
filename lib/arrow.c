/*
 * arrow: knows how the rows of a table become a stream that other programs read.
 *
 * Format: Apache Arrow, "The Arrow C stream interface".
 */
#include "varve/arrow.h"

#include <errno.h>
#include <string.h>

#include "base/sys.h"
#include "base/thread.h"
#include "lib/handles.h"
#include "lib/work/arrow/batches.h"

#define ARROW_FLAGS ((uint32_t)VARVE_ARROW_TEXT)

struct varve_arrow_status {
	atomic_uint refs;
	vv_mutex *lock;
	varve_arrow_counts counts;
	vv_error why;
};

typedef struct stream {
	varve_table *table;
	varve_rows *rows;
	vv_arrow_batches *batches;
	bool ended;
	int failed; /* errno of the first failure */
	varve_arrow_status *status;
	char message[VV_MESSAGE_MAX + 64];
} stream;

static void note(stream *s, vv_status rc, const vv_error *e)
{
	varve_arrow_counts *counts = &s->status->counts;
	const vv_arrow_misfits *misfits = vv_arrow_batches_misfits(s->batches);

	vv_mutex_lock(s->status->lock);
	counts->rows = vv_arrow_batches_rows(s->batches);
	counts->misfits = misfits->count;
	if (misfits->count > 0) {
		counts->misfit_row = misfits->row;
		counts->misfit_column = (int32_t)misfits->column;
	}
	if (rc < 0) {
		s->status->why = *e;
	}
	vv_mutex_unlock(s->status->lock);
}

/* ---- the stream ---- */

static int to_errno(vv_status rc)
{
	return rc == VV_ENOMEM ? ENOMEM : rc == VV_EINPUT || rc == VV_EUSAGE ? EINVAL : EIO;
}

static int get_schema(struct ArrowArrayStream *a, struct ArrowSchema *out)
{
	const stream *s = a->private_data;

	return vv_arrow_batches_schema(s->batches, out) ? 0 : ENOMEM;
}

static int get_next(struct ArrowArrayStream *a, struct ArrowArray *out)
{
	stream *s = a->private_data;
	vv_error e;
	vv_status rc;

	memset(out, 0, sizeof(*out));
	if (s->failed || s->ended) return s->failed;
	rc = vv_arrow_batches_next(s->batches, out, &e);
	note(s, rc, &e);
	s->ended = rc == VV_OK && !out->release;
	if (rc < 0) {
		memcpy(s->message, e.message, strlen(e.message) + 1);
		s->failed = to_errno(rc);
	}
	return s->failed;
}

static const char *get_last_error(struct ArrowArrayStream *a)
{
	const stream *s = a->private_data;

	return s->failed ? s->message : NULL;
}

static void free_stream(stream *s)
{
	vv_arrow_batches_close(s->batches);
	varve_rows_free(s->rows);
	varve_table_free(s->table);
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

static vv_status open_stream(stream *s, const varve_table *table, const varve_arrow_options *o,
			     vv_error *err)
{
	vv_arrow_options how = {.text = (o->flags & VARVE_ARROW_TEXT) != 0,
				.misfit = o->misfit,
				.row_number = o->row_number,
				.batch_rows = o->batch_rows,
				.limit = UINT64_MAX};
	varve_rows_options rows;
	vv_rows *groups;
	vv_status rc;

	if ((rc = vv_take_options(&rows, sizeof(rows), o->rows, err)) < 0 ||
	    (rc = make_status(&s->status, err)) < 0) {
		return rc;
	}
	rows.size = sizeof(rows);
	rows.watch = NULL;
	s->table = vv_table_keep(table);
	if (!rows.where && !rows.parts) {
		how.rows = s->table->facts.rows;
	}
	if ((rc = vv_rows_by_group(&s->rows, &groups, table, &rows, err)) < 0) return rc;
	how.columns = varve_rows_columns(s->rows, &how.count);
	return vv_arrow_batches_open(&s->batches, &s->table->table, groups, &how, err);
}

int varve_table_arrow(struct ArrowArrayStream *stream_out, varve_arrow_status **status,
		      const varve_table *table, const varve_arrow_options *options,
		      varve_error *err)
{
	stream *s = vv_calloc(1, sizeof(*s));
	varve_arrow_options o;
	vv_error e;
	vv_status rc;

	memset(stream_out, 0, sizeof(*stream_out));
	if (status) {
		*status = NULL;
	}
	if (!s) return vv_give(err, vv_fail_nomem(&e), &e);
	if ((rc = vv_take_options(&o, sizeof(o), options, &e)) < 0 ||
	    (rc = vv_take_flags(o.flags, ARROW_FLAGS, &e)) < 0 ||
	    (rc = open_stream(s, table, &o, &e)) < 0) {
		free_stream(s);
		return vv_give(err, rc, &e);
	}
	if (status) {
		atomic_fetch_add(&s->status->refs, 1);
		*status = s->status;
	}
	*stream_out = (struct ArrowArrayStream){get_schema, get_next, get_last_error,
						release_stream, s};
	return 0;
}

/* ---- what it found ---- */

int varve_arrow_status_get(varve_arrow_counts *counts, const varve_arrow_status *status,
			   varve_error *err)
{
	vv_error why;

	vv_mutex_lock(status->lock);
	*counts = status->counts;
	why = status->why;
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
