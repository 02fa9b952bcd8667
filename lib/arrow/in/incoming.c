/*
 * incoming: how long the batches of a stream live, and which of its columns a table can have.
 */
#include "lib/arrow/in/incoming.h"

#include <errno.h>
#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "base/text.h"
#include "lib/arrow/in/incoming_json.h"

vv_status incoming_get(incoming_value *out, incoming_column *c, size_t row, vv_error *err)
{
	vv_status rc = incoming_read(out, c, c->array, c->offset + (int64_t)row, err);

	if (rc < 0 || out->kind != INCOMING_JSON) return rc;
	vv_buf_reset(&c->text);
	rc = incoming_json_put(&c->text, c->type, out->nested, out->at, err);
	out->text = vv_buf_cstr(&c->text);
	out->len = c->text.len;
	return rc;
}

static vv_status fail_as(struct ArrowArrayStream *s, int code, vv_error *err)
{
	const char *why = s->get_last_error(s);

	return vv_fail(err,
		       code == ENOMEM   ? VV_ENOMEM
		       : code == EINVAL ? VV_EINPUT
					: VV_EIO,
		       "the rows cannot be read: %s", why ? vv_text_shows(why) : strerror(code));
}

static vv_status open_columns(incoming *in, vv_error *err)
{
	if (strcmp(in->schema.format, "+s") != 0) {
		return vv_fail(err, VV_EUSAGE, "the stream has values, and not rows with columns");
	}
	in->count = (size_t)in->schema.n_children;
	if (!(in->columns = vv_calloc(in->count + 1, sizeof(*in->columns)))) {
		return vv_fail_nomem(err);
	}
	for (size_t i = 0; i < in->count; i++) {
		const struct ArrowSchema *s = in->schema.children[i];

		vv_buf_init(&in->columns[i].text);
		if (!incoming_read_type(&in->columns[i], s) ||
		    !incoming_json_fits(in->columns[i].type, 0)) {
			vv_fail(err, VV_EUSAGE,
				"column '%s' has the Arrow type '%s', which a table cannot have",
				vv_text_shows(in->columns[i].name),
				vv_text_shows(in->columns[i].type->format));
			return vv_hint(err, "make it text or numbers first");
		}
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
	for (size_t i = 0; i < in->batch_count; i++) {
		if (in->batches[i].release) {
			in->batches[i].release(&in->batches[i]);
		}
	}
	in->batch_count = 0;
}

void incoming_close(incoming *in)
{
	drop_batches(in);
	vv_free(in->batches);
	for (size_t i = 0; in->columns && i < in->count; i++) {
		vv_buf_clear(&in->columns[i].text);
	}
	vv_free(in->columns);
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
