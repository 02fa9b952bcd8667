/*
 * incoming: how long the batches of a stream live, and which of its columns a table can have.
 */
#include "lib/arrow/in/incoming.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/json/json.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/format/cell.h"
#include "lib/arrow/in/arrow_value.h"
#include "lib/arrow/in/plain_text.h"

/* ---- json: nested values of Arrow as JSON ---- */

/* Types nest no deeper than this. */
#define INCOMING_DEPTH 64u

/* Has a value of the type a JSON form? */
static bool json_fits(const struct ArrowSchema *type, unsigned depth)
{
	incoming_column c = {0};

	if (depth > INCOMING_DEPTH) return false;
	if (type->dictionary) return json_fits(type->dictionary, depth + 1);
	if (type->format[0] != '+') return incoming_read_type(&c, type);
	if (strcmp(type->format, "+m") == 0) {
		const struct ArrowSchema *pair = type->n_children == 1 ? type->children[0] : NULL;

		return pair && pair->n_children == 2 && incoming_read_type(&c, pair->children[0]) &&
		       c.kind == INCOMING_TEXT && json_fits(pair->children[1], depth + 1);
	}
	if (strcmp(type->format, "+s") != 0 && strcmp(type->format, "+l") != 0 &&
	    strcmp(type->format, "+L") != 0 && strncmp(type->format, "+w:", 3) != 0) {
		return false;
	}
	return (type->format[1] == 's' || type->n_children == 1) &&
	       !vv_array_find(type->children, (size_t)type->n_children, it,
			      !json_fits(*it, depth + 1));
}

/* Refuses a value longer than a row: nested types need few bytes for much text. */
static vv_status check_len(const vv_buf *out, vv_error *err)
{
	return out->len > VV_ROW_MAX
		       ? vv_fail(err, VV_EINPUT, "a nested value is longer than %zu MiB as JSON",
				 VV_ROW_MAX >> 20)
		       : vv_buf_ok(out, err);
}

static vv_status json_put(vv_buf *out, const struct ArrowSchema *type, const struct ArrowArray *a,
			  int64_t at, vv_error *err);

static vv_status put_scalar(vv_buf *out, const struct ArrowSchema *type, const struct ArrowArray *a,
			    int64_t at, vv_error *err)
{
	incoming_column c = {.text = VV_BUF_INIT};
	incoming_value v;
	vv_auto(vv_buf) text = VV_BUF_FOR(out);
	vv_status rc;

	incoming_read_type(&c, type);
	if ((rc = incoming_read(&v, &c, a, at, err)) < 0) return rc;
	if (v.kind == INCOMING_JSON) return json_put(out, c.type, v.nested, v.at, err);
	if (v.kind == INCOMING_NULL) {
		vv_buf_puts(out, "null");
	} else if (v.kind == INCOMING_BOOL || v.kind == INCOMING_INT || v.kind == INCOMING_UINT ||
		   (v.kind == INCOMING_FLOAT && isfinite(v.d)) || v.kind == INCOMING_DECIMAL) {
		plain_put(out, &v, &c);
	} else {
		plain_put(&text, &v, &c);
		vv_json_put_string(out, vv_buf_cstr(&text), text.len);
	}
	vv_buf_clear(&c.text);
	return check_len(out, err);
}

/* Which places of its child a list has. */
static void list_span(int64_t *from, int64_t *to, const struct ArrowSchema *type,
		      const struct ArrowArray *a, int64_t at)
{
	if (type->format[1] == 'w') {
		int64_t each = strtoll(type->format + 3, NULL, 10);

		*from = at * each;
		*to = *from + each;
	} else if (type->format[1] == 'L') {
		*from = ((const int64_t *)a->buffers[1])[at];
		*to = ((const int64_t *)a->buffers[1])[at + 1];
	} else {
		*from = ((const int32_t *)a->buffers[1])[at];
		*to = ((const int32_t *)a->buffers[1])[at + 1];
	}
}

static vv_status put_map(vv_buf *out, const struct ArrowSchema *type, const struct ArrowArray *a,
			 int64_t from, int64_t to, vv_error *err)
{
	const struct ArrowSchema *pair = type->children[0];
	const struct ArrowArray *pairs = a->children[0], *names = pairs->children[0],
				*values = pairs->children[1];
	vv_status rc = VV_OK;

	vv_buf_putc(out, '{');
	for (int64_t i = from; i < to && rc == VV_OK; i++) {
		int64_t place = pairs->offset + i;

		vv_buf_puts(out, i > from ? "," : "");
		rc = put_scalar(out, pair->children[0], names, names->offset + place, err);
		vv_buf_putc(out, ':');
		rc = rc < 0 ? rc
			    : json_put(out, pair->children[1], values, values->offset + place, err);
	}
	vv_buf_putc(out, '}');
	return rc;
}

/* Appends the value at a place of the array. */
static vv_status json_put(vv_buf *out, const struct ArrowSchema *type, const struct ArrowArray *a,
			  int64_t at, vv_error *err)
{
	int64_t from, to;
	vv_status rc = VV_OK;

	if (type->format[0] != '+') return put_scalar(out, type, a, at, err);
	if (!incoming_is_valid(a, at)) {
		vv_buf_puts(out, "null");
		return check_len(out, err);
	}
	if (type->format[1] == 's') {
		vv_buf_putc(out, '{');
		for (int64_t i = 0; i < type->n_children && rc == VV_OK; i++) {
			const char *name = type->children[i]->name ? type->children[i]->name : "";

			vv_buf_puts(out, i > 0 ? "," : "");
			vv_json_put_string(out, name, strlen(name));
			vv_buf_putc(out, ':');
			rc = json_put(out, type->children[i], a->children[i],
				      a->children[i]->offset + at, err);
		}
		vv_buf_putc(out, '}');
		return rc < 0 ? rc : check_len(out, err);
	}
	list_span(&from, &to, type, a, at);
	if (type->format[1] == 'm') return put_map(out, type, a, from, to, err);
	vv_buf_putc(out, '[');
	for (int64_t i = from; i < to && rc == VV_OK; i++) {
		vv_buf_puts(out, i > from ? "," : "");
		rc = json_put(out, type->children[0], a->children[0], a->children[0]->offset + i,
			      err);
	}
	vv_buf_putc(out, ']');
	return rc < 0 ? rc : check_len(out, err);
}

/* ---- incoming ---- */

vv_status incoming_get(incoming_value *out, incoming_column *c, size_t row, vv_error *err)
{
	vv_status rc = incoming_read(out, c, c->array, c->offset + (int64_t)row, err);

	if (rc < 0 || out->kind != INCOMING_JSON) return rc;
	vv_buf_reset(&c->text);
	rc = json_put(&c->text, c->type, out->nested, out->at, err);
	out->text = vv_buf_cstr(&c->text);
	out->len = c->text.len;
	return rc;
}

static vv_status fail_as(struct ArrowArrayStream *s, int code, vv_error *err)
{
	const char *why = s->get_last_error(s);
	vv_status rc = VV_EIO;

	if (code == ENOMEM) {
		rc = VV_ENOMEM;
	} else if (code == EINVAL) {
		rc = VV_EINPUT;
	}
	return vv_fail(err, rc, "the rows cannot be read: %s",
		       why ? vv_text_shows(why) : strerror(code));
}

/* Is it pandas' schema of a frame? Checks the first pair of its metadata: number of pairs, a length, "pandas". */
static bool is_of_pandas(const char *m)
{
	return m && (m[0] | m[1] | m[2] | m[3]) != 0 && (m[4] == 6 || m[7] == 6) &&
	       memcmp(m + 8, "pandas", 6) == 0;
}

/* Are the numbers of a column those of another type, as the months of pandas' periods? A boolean of 8 bits is a number. */
static bool is_disguised(const incoming_column *c)
{
	static const char name[] = "ARROW:extension:name";
	const char *at = c->schema->metadata, *key;
	int32_t pairs = 0, len[2];

	if (!at || (c->kind != INCOMING_INT && c->kind != INCOMING_UINT)) return false;
	for (memcpy(&pairs, at, 4), at += 4; pairs > 0; pairs--, at += 4 + len[1]) {
		memcpy(&len[0], at, 4);
		key = at + 4;
		at = key + len[0];
		memcpy(&len[1], at, 4);
		if (len[0] == sizeof(name) - 1 && memcmp(key, name, sizeof(name) - 1) == 0) {
			return len[1] != 11 || memcmp(at + 4, "arrow.bool8", 11) != 0;
		}
	}
	return false;
}

static vv_status open_columns(incoming *in, vv_error *err)
{
	if (strcmp(in->schema.format, "+s") != 0) {
		return vv_fail(err, VV_EUSAGE,
			       "the stream has single values instead of rows with "
			       "columns");
	}
	in->count = (size_t)in->schema.n_children;
	if (!(in->columns = vv_calloc(in->count + 1, sizeof(*in->columns)))) {
		return vv_fail_nomem(err);
	}
	for (size_t i = 0; i < in->count; i++) {
		const struct ArrowSchema *s = in->schema.children[i];

		if (!incoming_read_type(&in->columns[i], s) || !json_fits(in->columns[i].type, 0)) {
			return vv_fail(err, VV_EUSAGE,
				       "column '%s' has the Arrow type '%s', which a table cannot "
				       "have\nconvert the column to text or numbers first",
				       vv_text_shows(in->columns[i].name),
				       vv_text_shows(in->columns[i].type->format));
		}
		if (is_disguised(&in->columns[i])) {
			return vv_fail(
				err, VV_EUSAGE,
				"column '%s' has an extension type of numbers, which a table "
				"cannot have\nconvert the column to text or numbers first",
				vv_text_shows(in->columns[i].name));
		}
		in->columns[i].nan_is_null = is_of_pandas(in->schema.metadata);
	}
	return VV_OK;
}

vv_status incoming_open(incoming *in, struct ArrowArrayStream *stream, vv_error *err)
{
	int rc;

	*in = (incoming){.stream = *stream};
	stream->release = NULL;
	if ((rc = in->stream.get_schema(&in->stream, &in->schema)) != 0) {
		in->schema.release = NULL;
		return fail_as(&in->stream, rc, err);
	}
	return open_columns(in, err);
}

static void drop_batches(incoming *in)
{
	vv_array_each(in->batches, in->batch_count, batch) {
		if (batch->release) {
			batch->release(batch);
		}
	}
	in->batch_count = 0;
}

void incoming_close(incoming *in)
{
	drop_batches(in);
	vv_free(in->batches);
	vv_array_clear(in->columns, in->columns ? in->count : 0, it, vv_buf_clear(&it->text));
	if (in->schema.release) {
		in->schema.release(&in->schema);
	}
	if (in->stream.release) {
		in->stream.release(&in->stream);
	}
	memset(in, 0, sizeof(*in));
}

void incoming_select(incoming *in, size_t batch)
{
	const struct ArrowArray *a = &in->batches[batch];

	in->rows = (size_t)a->length;
	for (size_t i = 0; i < in->count; i++) {
		in->columns[i].array = a->children[i];
		in->columns[i].offset = a->offset + a->children[i]->offset;
	}
}

int incoming_next(incoming *in, vv_error *err)
{
	struct ArrowArray *a;
	int rc;

	if (!in->keep) {
		drop_batches(in);
	}
	for (;;) {
		if (!vv_array_room(in->batches, in->batch_count, in->batch_cap)) {
			return vv_fail_nomem(err);
		}
		a = &in->batches[in->batch_count];
		memset(a, 0, sizeof(*a));
		if ((rc = in->stream.get_next(&in->stream, a)) != 0) {
			return fail_as(&in->stream, rc, err);
		}
		if (!a->release) {
			in->rows = 0;
			return 0;
		}
		if (a->length > 0) {
			break;
		}
		a->release(a);
	}
	if (a->n_children != in->schema.n_children) {
		a->release(a);
		return vv_fail(err, VV_EINPUT, "a batch has %lld columns, and its stream %zu",
			       (long long)a->n_children, in->count);
	}
	incoming_select(in, in->batch_count++);
	return 1;
}
