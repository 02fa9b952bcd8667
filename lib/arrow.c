/*
 * arrow: knows how the rows of a table become columns in memory that other programs read.
 *
 * Formats: Apache Arrow, "The Arrow C data interface" and "The Arrow C stream interface". Buffers begin at multiples of 64
 * bytes; offsets of arrays are 0 and counts of nulls exact, which consumers rely on.
 */
#include "varve/arrow.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/show.h"
#include "base/sys.h"
#include "base/text.h"
#include "base/thread.h"
#include "dataset/format/spelling.h"
#include "lib/handles.h"

#define BATCH_ROWS 65536u
#define BATCH_TEXT                                                                                 \
	((size_t)64 << 20) /* bytes of a column of text that end a batch: offsets have 32 bits */
#define ALIGN 64u
#define ARROW_FLAGS ((uint32_t)VARVE_ARROW_TEXT)

typedef enum form { FORM_TEXT, FORM_INT, FORM_DOUBLE, FORM_BOOL, FORM_DATE, FORM_DATETIME } form;

static const char *const form_names[] = {"u", "l", "g", "b", "tdD", "tsu:"};
static const uint8_t form_sizes[] = {4, 8, 8,
				     0, 4, 8}; /* bytes of a value; of text, of an offset */

/* ---- memory that the consumer gets ---- */

typedef struct memory {
	char *bytes;
	size_t len, cap;
} memory;

/* Room for so many bytes more; new ones are 0. */
static bool make_room(memory *m, size_t more)
{
	size_t cap = m->cap;
	void *bytes = NULL;

	if (more <= m->cap - m->len) {
		return true;
	}
	while (cap - m->len < more) {
		cap = cap ? 2 * cap : 4096;
	}
	if (posix_memalign(&bytes, ALIGN, cap) != 0) {
		return false;
	}
	if (m->len > 0) {
		memcpy(bytes, m->bytes, m->len);
	}
	memset((char *)bytes + m->len, 0, cap - m->len);
	free(m->bytes);
	m->bytes = bytes;
	m->cap = cap;
	return true;
}

/* ---- a column under way ---- */

typedef struct builder {
	size_t place; /* in the table */
	form form;
	const vv_field *field;
	bool json;
	bool only_empty; /* the missing value is the empty text, and no other */
	memory valid, values, text;
	int64_t nulls;
} builder;

struct varve_arrow_status {
	atomic_uint refs;
	vv_mutex *lock;
	varve_arrow_counts counts;
	vv_error why;
};

typedef struct stream {
	varve_table *table;
	varve_rows *rows;
	builder *builders;
	size_t count;
	char *row_number; /* NULL: none */
	memory numbers;
	uint64_t batch_rows;
	int32_t misfit;
	bool ended;
	int failed; /* errno of the first failure */
	varve_arrow_status *status;
	char message[VV_MESSAGE_MAX + 64];
} stream;

static form form_of(const vv_field *f, bool text)
{
	if (text) {
		return FORM_TEXT;
	}
	switch (f->type) {
	case VV_TYPE_INTEGER:
		return FORM_INT;
	case VV_TYPE_NUMBER:
		return FORM_DOUBLE;
	case VV_TYPE_BOOLEAN:
		return FORM_BOOL;
	case VV_TYPE_DATE:
		return FORM_DATE;
	case VV_TYPE_DATETIME:
		return FORM_DATETIME;
	default:
		return FORM_TEXT;
	}
}

static void clear_builder(builder *b)
{
	free(b->valid.bytes);
	free(b->values.bytes);
	free(b->text.bytes);
	memset(&b->valid, 0, sizeof(b->valid));
	memset(&b->values, 0, sizeof(b->values));
	memset(&b->text, 0, sizeof(b->text));
	b->nulls = 0;
}

static bool set_bit(memory *m, size_t row, bool on)
{
	if (m->len <= row / 8) {
		if (!make_room(m, 1)) {
			return false;
		}
		m->len++;
	}
	if (on) {
		m->bytes[row / 8] = (char)(m->bytes[row / 8] | (1 << row % 8));
	}
	return true;
}

static bool put_bytes(memory *m, const void *bytes, size_t len)
{
	if (!make_room(m, len)) {
		return false;
	}
	if (len > 0) {
		memcpy(m->bytes + m->len, bytes, len);
		m->len += len;
	}
	return true;
}

static bool put_null(builder *b, size_t row)
{
	static const char zeros[8];
	uint32_t end = (uint32_t)b->text.len;

	b->nulls++;
	if (!set_bit(&b->valid, row, false)) {
		return false;
	}
	if (b->form == FORM_BOOL) {
		return set_bit(&b->values, row, false);
	}
	return b->form == FORM_TEXT ? put_bytes(&b->values, &end, sizeof(end))
				    : put_bytes(&b->values, zeros, form_sizes[b->form]);
}

static bool put_text(builder *b, const vv_cell *c)
{
	uint32_t end;

	if (!put_bytes(&b->text, c->text, c->len)) {
		return false;
	}
	end = (uint32_t)b->text.len;
	return put_bytes(&b->values, &end, sizeof(end));
}

static bool put_value(builder *b, size_t row, const varve_value *v)
{
	int32_t days = (int32_t)v->i;

	switch (b->form) {
	case FORM_BOOL:
		return set_bit(&b->values, row, v->i != 0);
	case FORM_DOUBLE:
		return put_bytes(&b->values, &v->d, sizeof(v->d));
	case FORM_DATE:
		return put_bytes(&b->values, &days, sizeof(days));
	default:
		return put_bytes(&b->values, &v->i, sizeof(v->i));
	}
}

/* ---- cells ---- */

/* Numbers as they are usually written: false for all others. */
static bool quick_value(varve_value *v, const builder *b, const vv_cell *c)
{
	uint64_t key, digits;
	size_t sign, point;
	const char *dot;

	if (c->len == 0 || c->len > 17 || (b->json && c->state != VV_CELL_LITERAL) ||
	    (b->form != FORM_INT && b->form != FORM_DOUBLE) || b->field->decimal_char != '.' ||
	    b->field->group[0] || !b->field->bare_number) {
		return false;
	}
	key = spell_key(c->text, c->len);
	if (spell_read_integer(&v->i, c->text, c->len, key)) {
		if (b->form == FORM_DOUBLE &&
		    (v->i > (int64_t)1 << 53 || v->i < -((int64_t)1 << 53))) {
			return false;
		}
		v->d = (double)v->i;
		return true;
	}
	/* At most 15 digits and a power of ten up to 22: both are doubles, so their quotient is the nearest one. */
	sign = c->text[0] == '-';
	dot = memchr(c->text, '.', c->len);
	if (b->form != FORM_DOUBLE || !dot || (point = (size_t)(dot - c->text)) == sign ||
	    point + 1 == c->len || c->len - sign > 16) {
		return false;
	}
	char joined[16];
	size_t len = c->len - sign - 1;

	memcpy(joined, c->text + sign, point - sign);
	memcpy(joined + point - sign, dot + 1, c->len - point - 1);
	if (!spell_digits(&digits, joined, len)) {
		return false;
	}
	v->d = (double)digits / (double)spell_power[c->len - point - 1];
	v->d = sign ? -v->d : v->d;
	return true;
}

static bool is_missing(const builder *b, const vv_cell *c)
{
	if (b->only_empty && c->state == VV_CELL_TEXT) {
		return c->len == 0 && !b->json; /* "" of JSON is a text, null is missing */
	}
	return vv_field_missing(b->field, c);
}

/* 1: a value, 0: not one of the column's, <0: no memory. */
static int read_value(varve_value *v, const stream *s, const builder *b, const vv_cell *c,
		      vv_error *err)
{
	varve_error e;
	int rc;

	if (quick_value(v, b, c)) {
		return 1;
	}
	rc = varve_table_value(v, s->table, b->place, (const varve_cell *)(const void *)c, &e);
	if (rc < 0) {
		return vv_fail(err, (vv_status)rc, "%s", e.message);
	}
	switch (v->kind) {
	case VARVE_VALUE_INT64:
		v->d = (double)v->i;
		return b->form == FORM_INT || b->form == FORM_DOUBLE;
	case VARVE_VALUE_DOUBLE:
		return b->form == FORM_DOUBLE;
	case VARVE_VALUE_BOOL:
		return b->form == FORM_BOOL;
	case VARVE_VALUE_DATE:
		return b->form == FORM_DATE && v->i >= INT32_MIN && v->i <= INT32_MAX;
	case VARVE_VALUE_DATETIME:
		return b->form == FORM_DATETIME;
	default:
		return 0;
	}
}

static vv_status note_misfit(stream *s, const builder *b, const vv_cell *c, uint64_t number,
			     vv_error *err)
{
	varve_arrow_status *st = s->status;

	vv_mutex_lock(st->lock);
	if (st->counts.misfits++ == 0) {
		st->counts.misfit_row = number;
		st->counts.misfit_column = (int32_t)b->place;
	}
	vv_mutex_unlock(st->lock);
	if (s->misfit == VARVE_MISFIT_NULL) {
		return VV_OK;
	}
	return b->form == FORM_TEXT
		       ? vv_fail(err, VV_EINPUT, "row %llu: column '%s' is not UTF-8: '%s'",
				 (unsigned long long)number, vv_text_shows(b->field->name),
				 vv_text_show(c->text, c->len))
		       : vv_fail(err, VV_EINPUT,
				 "row %llu: column '%s' is of type %s, and this is not one: '%s'",
				 (unsigned long long)number, vv_text_shows(b->field->name),
				 varve_table_column(s->table, b->place)->type_name,
				 vv_text_show(c->text, c->len));
}

static vv_status put_cell(stream *s, builder *b, const vv_cell *c, size_t row, uint64_t number,
			  vv_error *err)
{
	varve_value v;
	vv_status rc;
	bool ok;
	int is;

	if (is_missing(b, c)) {
		return put_null(b, row) ? VV_OK : vv_fail_nomem(err);
	}
	is = b->form == FORM_TEXT ? vv_utf8_valid(c->text, c->len) : read_value(&v, s, b, c, err);
	if (is < 0) {
		return (vv_status)is;
	}
	if (!is) {
		rc = note_misfit(s, b, c, number, err);
		return rc < 0 ? rc : put_null(b, row) ? VV_OK : vv_fail_nomem(err);
	}
	ok = set_bit(&b->valid, row, true) &&
	     (b->form == FORM_TEXT ? put_text(b, c) : put_value(b, row, &v));
	return ok ? VV_OK : vv_fail_nomem(err);
}

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

static void give_buffer(struct ArrowArray *a, size_t i, memory *m)
{
	held *h = a->private_data;

	h->buffers[i] = h->owned[i] = m->bytes;
	memset(m, 0, sizeof(*m));
}

static bool give_column(struct ArrowArray *a, builder *b, size_t rows)
{
	/* A buffer of no bytes is a pointer all the same: not every consumer takes NULL. */
	if (!make_room(&b->values, 1) || (b->form == FORM_TEXT && !make_room(&b->text, 1)) ||
	    !hold(a, (int64_t)rows, b->nulls, b->form == FORM_TEXT ? 3 : 2, 0)) {
		return false;
	}
	if (b->nulls > 0) {
		give_buffer(a, 0, &b->valid);
	}
	give_buffer(a, 1, &b->values);
	if (b->form == FORM_TEXT) {
		give_buffer(a, 2, &b->text);
	}
	clear_builder(b);
	return true;
}

static vv_status give_batch(stream *s, struct ArrowArray *out, size_t rows, vv_error *err)
{
	size_t children = s->count + (s->row_number != NULL);

	if (!hold(out, (int64_t)rows, 0, 1, children)) {
		return vv_fail_nomem(err);
	}
	for (size_t i = 0; i < s->count; i++) {
		if (!give_column(out->children[i], &s->builders[i], rows)) {
			out->release(out);
			return vv_fail_nomem(err);
		}
	}
	if (s->row_number) {
		if (!make_room(&s->numbers, 1) ||
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
	static const uint32_t zero;

	for (size_t i = 0; i < s->count; i++) {
		clear_builder(&s->builders[i]);
		if (s->builders[i].form == FORM_TEXT &&
		    !put_bytes(&s->builders[i].values, &zero, sizeof(zero))) {
			return vv_fail_nomem(err);
		}
	}
	s->numbers.len = 0;
	return VV_OK;
}

static bool is_full(const stream *s, size_t rows)
{
	bool full = rows >= s->batch_rows;

	for (size_t i = 0; i < s->count && !full; i++) {
		full = s->builders[i].text.len >= BATCH_TEXT;
	}
	return full;
}

static vv_status put_row(stream *s, const vv_cell *cells, size_t row, vv_error *err)
{
	uint64_t number = varve_rows_number(s->rows);
	vv_status rc = VV_OK;

	for (size_t i = 0; i < s->count && rc == VV_OK; i++) {
		rc = put_cell(s, &s->builders[i], &cells[i], row, number, err);
	}
	if (rc == VV_OK && s->row_number && !put_bytes(&s->numbers, &number, sizeof(number))) {
		rc = vv_fail_nomem(err);
	}
	return rc;
}

/* At the end *out has no release. */
static vv_status next_batch(stream *s, struct ArrowArray *out, vv_error *err)
{
	const varve_cell *cells;
	varve_error e;
	size_t rows = 0;
	int more = 1;
	vv_status rc = begin_batch(s, err);

	while (rc == VV_OK && !is_full(s, rows) &&
	       (more = varve_rows_next(s->rows, &cells, &e)) > 0) {
		rc = put_row(s, (const vv_cell *)(const void *)cells, rows++, err);
	}
	if (more < 0) {
		rc = vv_fail(err, (vv_status)more, "%s", e.message);
	}
	if (rc < 0) {
		return rc;
	}
	s->ended = more == 0;
	vv_mutex_lock(s->status->lock);
	s->status->counts.rows += rows;
	vv_mutex_unlock(s->status->lock);
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
	if (!h) {
		return false;
	}
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
	if (!p) {
		return false;
	}
	memcpy(p, &count, sizeof(count));
	memcpy(p + 4, &key_len, sizeof(key_len));
	memcpy(p + 8, key, (size_t)key_len);
	memcpy(p + 8 + key_len, &value_len, sizeof(value_len));
	memcpy(p + 12 + key_len, value, (size_t)value_len);
	return true;
}

static bool put_schema(const stream *s, struct ArrowSchema *out)
{
	if (!hold_schema(out, "+s", "", false, s->count + (s->row_number != NULL))) {
		return false;
	}
	for (size_t i = 0; i < s->count; i++) {
		const builder *b = &s->builders[i];

		if (!hold_schema(out->children[i], form_names[b->form], b->field->name, true, 0)) {
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
	if (s->failed || s->ended) {
		return s->failed;
	}
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
	for (size_t i = 0; s->builders && i < s->count; i++) {
		clear_builder(&s->builders[i]);
	}
	free(s->numbers.bytes);
	varve_rows_free(s->rows);
	varve_table_free(s->table);
	varve_arrow_status_free(s->status);
	vv_free(s->builders);
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

static vv_status make_builders(stream *s, bool text, vv_error *err)
{
	const size_t *places = varve_rows_columns(s->rows, &s->count);

	if (!(s->builders = vv_calloc(s->count + 1, sizeof(*s->builders)))) {
		return vv_fail_nomem(err);
	}
	for (size_t i = 0; i < s->count; i++) {
		builder *b = &s->builders[i];

		b->place = places[i];
		b->field = &s->table->table.schema.fields[b->place];
		b->form = form_of(b->field, text);
		b->json = s->table->table.root.dialect.form != VV_FORM_CSV;
		b->only_empty = b->field->missing[0] && !*b->field->missing[0] &&
				!b->field->missing[1];
	}
	return VV_OK;
}

static vv_status open_stream(stream *s, const varve_table *table, const varve_arrow_options *o,
			     vv_error *err)
{
	varve_rows_options rows;
	varve_error e;
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
	if (o->row_number && !(s->row_number = vv_strdup(o->row_number))) {
		return vv_fail_nomem(err);
	}
	if ((rc = (vv_status)varve_rows_open(&s->rows, table, &rows, &e)) < 0) {
		vv_fail(err, rc, "%s", e.message);
		return e.hint[0] ? vv_hint(err, "%s", e.hint) : rc;
	}
	return make_builders(s, (o->flags & VARVE_ARROW_TEXT) != 0, err);
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
	if (!s) {
		return vv_give(err, vv_fail_nomem(&e), &e);
	}
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
