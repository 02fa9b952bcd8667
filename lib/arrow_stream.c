/*
 * arrow_stream: what consumers of a stream may call, and what outlives it.
 *
 * Format: Apache Arrow, "The Arrow C stream interface".
 */
#include "lib/arrow_stream.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>

#include "base/hint.h"
#include "base/sys.h"
#include "base/thread.h"
#include "lib/handles.h"

struct varve_arrow_status {
	atomic_uint refs;
	vv_mutex *lock;
	varve_arrow_counts counts;
	vv_error why;
};

typedef struct stream {
	const vv_arrow_source *source;
	void *at;
	bool ended;
	int failed; /* errno of the first failure */
	varve_arrow_status *status;
	char message[VV_MESSAGE_MAX + 64];
} stream;

static void note(stream *s, const struct ArrowArray *a, vv_status rc, const vv_error *e)
{
	varve_arrow_counts *counts = &s->status->counts;
	const vv_arrow_misfits *misfits = s->source->misfits(s->at);

	vv_mutex_lock(s->status->lock);
	counts->rows += rc == VV_OK ? (uint64_t)a->length : 0;
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

static int to_errno(vv_status rc)
{
	return rc == VV_ENOMEM ? ENOMEM : rc == VV_EINPUT || rc == VV_EUSAGE ? EINVAL : EIO;
}

static int get_schema(struct ArrowArrayStream *a, struct ArrowSchema *out)
{
	const stream *s = a->private_data;

	return s->source->schema(s->at, out) ? 0 : ENOMEM;
}

static int get_next(struct ArrowArrayStream *a, struct ArrowArray *out)
{
	stream *s = a->private_data;
	vv_error e;

	memset(out, 0, sizeof(*out));
	if (s->failed || s->ended) return s->failed;
	vv_status rc = s->source->next(s->at, out, &e);
	if (rc == VV_EINPUT && e.hint_id == VV_HINT_NONE) {
		(void)vv_hint(&e,
			      "read misfits as null or as text, or give the column another type");
	}
	note(s, out, rc, &e);
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

vv_status vv_arrow_stream_open(struct ArrowArrayStream *out, varve_arrow_status **status,
			       const vv_arrow_source *source, void *at, vv_error *err)
{
	stream *s = vv_calloc(1, sizeof(*s));
	vv_status rc;

	if (!s) {
		source->release(at);
		return vv_fail_nomem(err);
	}
	s->source = source;
	s->at = at;
	if ((rc = make_status(&s->status, err)) < 0) {
		free_stream(s);
		return rc;
	}
	if (status) {
		atomic_fetch_add(&s->status->refs, 1);
		*status = s->status;
	}
	*out = (struct ArrowArrayStream){get_schema, get_next, get_last_error, release_stream, s};
	return VV_OK;
}

/* ---- what it found ---- */

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
