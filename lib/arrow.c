/*
 * arrow: knows how the rows of a table become batches that other programs read.
 *
 * Formats: Apache Arrow, "The Arrow C data interface" and "The Arrow C stream interface". Offsets of arrays are 0 and
 * counts of nulls exact, which consumers rely on.
 */
#include "varve/arrow.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/sys.h"
#include "base/thread.h"
#include "lib/arrow_column.h"
#include "lib/handles.h"

#define BATCH_ROWS 65536u
#define BATCH_TEXT                                                                                 \
	((size_t)64 << 20) /* bytes of a column of text that end a batch: offsets have 32 bits */
/* Rows of a group that are put at once, so that texts that many rows share cannot go far beyond that. */
#define STEP_ROWS 256u
#define ARROW_FLAGS ((uint32_t)VARVE_ARROW_TEXT)

static const char *const form_names[] = {"u", "l", "g", "b", "tdD", "tsu:"};

struct varve_arrow_status {
	atomic_uint refs;
	vv_mutex *lock;
	varve_arrow_counts counts;
	vv_error why;
};

typedef struct stream {
	varve_table *table;
	varve_rows *rows;
	vv_rows *groups; /* of rows */
	vv_rows_group group;
	size_t at; /* the next of its rows */
	vv_arrow_column *columns;
	size_t count;
	char *row_number; /* NULL: none */
	vv_arrow_memory numbers;
	uint64_t batch_rows;
	size_t usual_rows; /* of an array, where it can be known */
	int32_t misfit;
	vv_arrow_misfits misfits;
	bool ended;
	int failed; /* errno of the first failure */
	varve_arrow_status *status;
	char message[VV_MESSAGE_MAX + 64];
} stream;

/* ---- batches ---- */

/* What an array of the consumer holds: its buffers, and those of its children. */
typedef struct held {
	struct ArrowArray *children, **pointers;
	const void *buffers[3];
	void *owned[3];
} held;

static void release_array(struct ArrowArray *a)
{
	held *h = a->private_data;

	for (int64_t i = 0; i < a->n_children; i++) {
		if (a->children[i]->release) {
			a->children[i]->release(a->children[i]);
		}
	}
	for (size_t i = 0; i < 3; i++) {
		free(h->owned[i]);
	}
	free(h->children);
	free(h->pointers);
	free(h);
	a->release = NULL;
}

static bool hold(struct ArrowArray *a, int64_t length, int64_t nulls, int64_t buffers,
		 size_t children)
{
	held *h = calloc(1, sizeof(*h));

	memset(a, 0, sizeof(*a));
	if (!h || !(h->children = calloc(children + 1, sizeof(*h->children))) ||
	    !(h->pointers = calloc(children + 1, sizeof(*h->pointers)))) {
		free(h ? h->children : NULL);
		free(h);
		return false;
	}
	for (size_t i = 0; i < children; i++) {
		h->pointers[i] = &h->children[i];
	}
	*a = (struct ArrowArray){.length = length,
				 .null_count = nulls,
				 .n_buffers = buffers,
				 .n_children = (int64_t)children,
				 .buffers = h->buffers,
				 .children = h->pointers,
				 .release = release_array,
				 .private_data = h};
	return true;
}

static void give_buffer(struct ArrowArray *a, size_t i, vv_arrow_memory *m)
{
	held *h = a->private_data;

	h->buffers[i] = h->owned[i] = m->bytes;
	memset(m, 0, sizeof(*m));
}

static bool give_column(struct ArrowArray *a, vv_arrow_column *c, size_t rows)
{
	if (!vv_arrow_column_end(c, rows) ||
	    !hold(a, (int64_t)rows, (int64_t)c->nulls, c->form == VV_ARROW_TEXT ? 3 : 2, 0)) {
		return false;
	}
	if (c->nulls > 0) {
		give_buffer(a, 0, &c->valid);
	}
	give_buffer(a, 1, &c->values);
	if (c->form == VV_ARROW_TEXT) {
		give_buffer(a, 2, &c->text);
	}
	return true;
}

static vv_status give_batch(stream *s, struct ArrowArray *out, size_t rows, vv_error *err)
{
	size_t children = s->count + (s->row_number != NULL);

	if (!hold(out, (int64_t)rows, 0, 1, children)) return vv_fail_nomem(err);
	for (size_t i = 0; i < s->count; i++) {
		if (!give_column(out->children[i], &s->columns[i], rows)) {
			out->release(out);
			return vv_fail_nomem(err);
		}
	}
	if (s->row_number) {
		if (!vv_arrow_room(&s->numbers, 1) ||
		    !hold(out->children[s->count], (int64_t)rows, 0, 2, 0)) {
			out->release(out);
			return vv_fail_nomem(err);
		}
		give_buffer(out->children[s->count], 1, &s->numbers);
	}
	return VV_OK;
}

static vv_status begin_batch(stream *s, vv_error *err)
{
	vv_status rc = VV_OK;

	for (size_t i = 0; i < s->count && rc == VV_OK; i++) {
		rc = vv_arrow_column_begin(&s->columns[i], s->usual_rows, err);
	}
	s->numbers.len = 0;
	return rc;
}

static bool is_full(const stream *s, size_t rows)
{
	bool full = rows >= s->batch_rows;

	for (size_t i = 0; i < s->count && !full; i++) {
		full = s->columns[i].text.len >= BATCH_TEXT;
	}
	return full;
}

/* Makes sure that there is a row of the group. 1, 0, <0. */
static int take_group(stream *s, vv_error *err)
{
	vv_status rc = VV_OK;
	int more;

	if (s->at < s->group.count) return 1;
	if ((more = vv_rows_next_group(s->groups, &s->group, err)) <= 0) {
		s->group.count = 0;
		return more;
	}
	s->at = 0;
	for (size_t i = 0; i < s->count && rc == VV_OK; i++) {
		rc = vv_arrow_column_take(&s->columns[i], s->group.batch, err);
	}
	return rc < 0 ? (int)rc : 1;
}

static vv_status put_numbers(stream *s, const uint32_t *rows, size_t count, vv_error *err)
{
	uint64_t *to;

	if (!vv_arrow_room(&s->numbers, count * sizeof(*to))) return vv_fail_nomem(err);
	to = (uint64_t *)(void *)(s->numbers.bytes + s->numbers.len);
	for (size_t i = 0; i < count; i++) {
		to[i] = s->group.batch->first_row + rows[i];
	}
	s->numbers.len += count * sizeof(*to);
	return VV_OK;
}

/* Some rows of the group; *have: rows of the batch. */
static vv_status put_rows(stream *s, size_t *have, vv_error *err)
{
	const vv_batch *b = s->group.batch;
	const uint32_t *rows = s->group.rows + s->at;
	size_t count = s->group.count - s->at, step = b->has_long ? 1 : STEP_ROWS;
	vv_status rc = VV_OK;

	count = count < step ? count : step;
	count = count < s->batch_rows - *have ? count : (size_t)(s->batch_rows - *have);
	for (size_t i = 0; i < s->count && rc == VV_OK; i++) {
		rc = vv_arrow_column_put(&s->columns[i], rows, count, *have, b->first_row,
					 &s->misfits, err);
	}
	if (rc == VV_OK && s->row_number) {
		rc = put_numbers(s, rows, count, err);
	}
	if (rc == VV_OK && s->misfits.count > 0 && s->misfit == VARVE_MISFIT_ERROR) {
		s->misfits.count = 1; /* no more than the first one was looked for */
		*err = s->misfits.why;
		rc = s->misfits.why.code;
	}
	*have += count;
	s->at += count;
	return rc;
}

static void note_counts(stream *s, size_t rows)
{
	varve_arrow_counts *counts = &s->status->counts;

	vv_mutex_lock(s->status->lock);
	counts->rows += rows;
	counts->misfits = s->misfits.count;
	if (s->misfits.count > 0) {
		counts->misfit_row = s->misfits.row;
		counts->misfit_column = (int32_t)s->misfits.column;
	}
	vv_mutex_unlock(s->status->lock);
}

/* At the end *out has no release. */
static vv_status next_batch(stream *s, struct ArrowArray *out, vv_error *err)
{
	size_t rows = 0;
	int more = 1;
	vv_status rc = begin_batch(s, err);

	while (rc == VV_OK && !is_full(s, rows) && (more = take_group(s, err)) > 0) {
		rc = put_rows(s, &rows, err);
	}
	rc = more < 0 ? (vv_status)more : rc;
	note_counts(s, rc < 0 ? 0 : rows);
	if (rc < 0) return rc;
	s->ended = more == 0;
	return rows > 0 ? give_batch(s, out, rows, err) : VV_OK;
}

/* ---- the schema ---- */

typedef struct held_schema {
	struct ArrowSchema *children, **pointers;
	char *name, *metadata;
} held_schema;

static void release_schema(struct ArrowSchema *a)
{
	held_schema *h = a->private_data;

	for (int64_t i = 0; i < a->n_children; i++) {
		if (a->children[i]->release) {
			a->children[i]->release(a->children[i]);
		}
	}
	free(h->children);
	free(h->pointers);
	free(h->name);
	free(h->metadata);
	free(h);
	a->release = NULL;
}

static bool hold_schema(struct ArrowSchema *a, const char *format, const char *name, bool nullable,
			size_t children)
{
	held_schema *h = calloc(1, sizeof(*h));

	memset(a, 0, sizeof(*a));
	if (!h) return false;
	*a = (struct ArrowSchema){.format = format, .release = release_schema, .private_data = h};
	h->children = calloc(children + 1, sizeof(*h->children));
	h->pointers = calloc(children + 1, sizeof(*h->pointers));
	h->name = strdup(name);
	if (!h->children || !h->pointers || !h->name) {
		release_schema(a);
		return false;
	}
	for (size_t i = 0; i < children; i++) {
		h->pointers[i] = &h->children[i];
	}
	a->name = h->name;
	a->flags = nullable ? ARROW_FLAG_NULLABLE : 0;
	a->n_children = (int64_t)children;
	a->children = h->pointers;
	return true;
}

/* One pair: its count, then lengths and bytes of key and value. */
static bool add_metadata(struct ArrowSchema *a, const char *key, const char *value)
{
	held_schema *h = a->private_data;
	int32_t count = 1, key_len = (int32_t)strlen(key), value_len = (int32_t)strlen(value);
	char *p = malloc(3 * sizeof(int32_t) + (size_t)key_len + (size_t)value_len);

	h->metadata = p;
	a->metadata = p;
	if (!p) return false;
	memcpy(p, &count, sizeof(count));
	memcpy(p + 4, &key_len, sizeof(key_len));
	memcpy(p + 8, key, (size_t)key_len);
	memcpy(p + 8 + key_len, &value_len, sizeof(value_len));
	memcpy(p + 12 + key_len, value, (size_t)value_len);
	return true;
}

static bool put_schema(const stream *s, struct ArrowSchema *out)
{
	if (!hold_schema(out, "+s", "", false, s->count + (s->row_number != NULL))) return false;
	for (size_t i = 0; i < s->count; i++) {
		const vv_arrow_column *c = &s->columns[i];

		if (!hold_schema(out->children[i], form_names[c->form], c->field->name, true, 0)) {
			out->release(out);
			return false;
		}
	}
	if ((s->row_number &&
	     !hold_schema(out->children[s->count], "l", s->row_number, false, 0)) ||
	    !add_metadata(out, "varve:schema", s->table->facts.schema)) {
		out->release(out);
		return false;
	}
	return true;
}

/* ---- the stream ---- */

static int to_errno(vv_status rc)
{
	return rc == VV_ENOMEM ? ENOMEM : rc == VV_EINPUT || rc == VV_EUSAGE ? EINVAL : EIO;
}

static int get_schema(struct ArrowArrayStream *a, struct ArrowSchema *out)
{
	return put_schema(a->private_data, out) ? 0 : ENOMEM;
}

static int get_next(struct ArrowArrayStream *a, struct ArrowArray *out)
{
	stream *s = a->private_data;
	vv_error e;
	vv_status rc;

	memset(out, 0, sizeof(*out));
	if (s->failed || s->ended) return s->failed;
	if ((rc = next_batch(s, out, &e)) < 0) {
		vv_mutex_lock(s->status->lock);
		s->status->why = e;
		vv_mutex_unlock(s->status->lock);
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
	for (size_t i = 0; s->columns && i < s->count; i++) {
		vv_arrow_column_clear(&s->columns[i]);
	}
	free(s->numbers.bytes);
	varve_rows_free(s->rows);
	varve_table_free(s->table);
	varve_arrow_status_free(s->status);
	vv_free(s->columns);
	vv_free(s->row_number);
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

static vv_status make_columns(stream *s, bool text, vv_error *err)
{
	const size_t *places = varve_rows_columns(s->rows, &s->count);
	vv_status rc = VV_OK;

	if (!(s->columns = vv_calloc(s->count + 1, sizeof(*s->columns)))) return vv_fail_nomem(err);
	for (size_t i = 0; i < s->count && rc == VV_OK; i++) {
		rc = vv_arrow_column_init(&s->columns[i], s->table, places[i], text, err);
	}
	return rc;
}

static vv_status open_stream(stream *s, const varve_table *table, const varve_arrow_options *o,
			     vv_error *err)
{
	varve_rows_options rows;
	vv_status rc;

	if ((rc = vv_take_options(&rows, sizeof(rows), o->rows, err)) < 0 ||
	    (rc = make_status(&s->status, err)) < 0) {
		return rc;
	}
	if (o->misfit != VARVE_MISFIT_ERROR && o->misfit != VARVE_MISFIT_NULL) {
		return vv_fail(err, VV_ENOSUPPORT, "there is no treatment %d of misfits",
			       (int)o->misfit);
	}
	rows.size = sizeof(rows);
	rows.watch = NULL;
	s->misfit = o->misfit;
	s->batch_rows = o->batch_rows ? o->batch_rows : BATCH_ROWS;
	s->table = vv_table_keep(table);
	if (o->row_number && !(s->row_number = vv_strdup(o->row_number))) return vv_fail_nomem(err);
	if (!rows.where && !rows.parts) {
		s->usual_rows = s->table->facts.rows < s->batch_rows ? (size_t)s->table->facts.rows
								     : (size_t)s->batch_rows;
	}
	rc = vv_rows_by_group(&s->rows, &s->groups, table, &rows, err);
	return rc < 0 ? rc : make_columns(s, (o->flags & VARVE_ARROW_TEXT) != 0, err);
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
