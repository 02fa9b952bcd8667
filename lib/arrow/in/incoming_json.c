/*
 * incoming_json: which JSON a list, a struct and a map are. Calls itself no deeper than INCOMING_DEPTH.
 */
#include "lib/arrow/in/incoming_json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json/json.h"
#include "dataset/format/cell.h"
#include "lib/arrow/in/plain_text.h"

bool incoming_json_fits(const struct ArrowSchema *type, unsigned depth)
{
	incoming_column c = {0};

	if (depth > INCOMING_DEPTH) return false;
	if (type->dictionary) return incoming_json_fits(type->dictionary, depth + 1);
	if (type->format[0] != '+') return incoming_read_type(&c, type);
	if (strcmp(type->format, "+m") == 0) {
		const struct ArrowSchema *pair = type->n_children == 1 ? type->children[0] : NULL;

		return pair && pair->n_children == 2 && incoming_read_type(&c, pair->children[0]) &&
		       c.kind == INCOMING_TEXT && incoming_json_fits(pair->children[1], depth + 1);
	}
	if (strcmp(type->format, "+s") != 0 && strcmp(type->format, "+l") != 0 &&
	    strcmp(type->format, "+L") != 0 && strncmp(type->format, "+w:", 3) != 0) {
		return false;
	}
	for (int64_t i = 0; i < type->n_children; i++) {
		if (!incoming_json_fits(type->children[i], depth + 1)) return false;
	}
	return type->format[1] == 's' || type->n_children == 1;
}

/* What is longer than a row may be is no value: nested types need few bytes for much text. */
static vv_status check_len(const vv_buf *out, vv_error *err)
{
	return out->len > VV_ROW_MAX
		       ? vv_fail(err, VV_EINPUT, "a nested value is longer than %zu MiB as JSON",
				 VV_ROW_MAX >> 20)
		       : vv_buf_ok(out, err);
}

static vv_status put_scalar(vv_buf *out, const struct ArrowSchema *type, const struct ArrowArray *a,
			    int64_t at, vv_error *err)
{
	incoming_column c = {.text = VV_BUF_INIT};
	incoming_value v;
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_status rc;

	incoming_read_type(&c, type);
	if ((rc = incoming_read(&v, &c, a, at, err)) < 0) return rc;
	if (v.kind == INCOMING_JSON) return incoming_json_put(out, c.type, v.nested, v.at, err);
	if (v.kind == INCOMING_NULL || (v.kind == INCOMING_FLOAT && !isfinite(v.d))) {
		vv_buf_puts(out, "null");
	} else if (v.kind == INCOMING_BOOL || v.kind == INCOMING_INT || v.kind == INCOMING_UINT ||
		   v.kind == INCOMING_FLOAT || v.kind == INCOMING_DECIMAL) {
		plain_put(out, &v, &c);
	} else {
		plain_put(&text, &v, &c);
		vv_json_put_string(out, vv_buf_cstr(&text), text.len);
	}
	out->failed = out->failed || text.failed;
	vv_buf_clear(&c.text);
	return check_len(out, err);
}

/* Which places of its child a list has. */
static void span(int64_t *from, int64_t *to, const struct ArrowSchema *type,
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
		if (rc == VV_OK) {
			rc = incoming_json_put(out, pair->children[1], values,
					       values->offset + place, err);
		}
	}
	vv_buf_putc(out, '}');
	return rc;
}

vv_status incoming_json_put(vv_buf *out, const struct ArrowSchema *type, const struct ArrowArray *a,
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
			rc = incoming_json_put(out, type->children[i], a->children[i],
					       a->children[i]->offset + at, err);
		}
		vv_buf_putc(out, '}');
		return rc < 0 ? rc : check_len(out, err);
	}
	span(&from, &to, type, a, at);
	if (type->format[1] == 'm') return put_map(out, type, a, from, to, err);
	vv_buf_putc(out, '[');
	for (int64_t i = from; i < to && rc == VV_OK; i++) {
		vv_buf_puts(out, i > from ? "," : "");
		rc = incoming_json_put(out, type->children[0], a->children[0],
				       a->children[0]->offset + i, err);
	}
	vv_buf_putc(out, ']');
	return rc < 0 ? rc : check_len(out, err);
}
