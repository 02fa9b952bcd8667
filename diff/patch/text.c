/*
 * text: knows how cells and lines stand in a patch: as JSON that people can read wherever
 * their bytes are text, and exactly in any case.
 */
#include <string.h>

#include "base/sys.h"
#include "base/text.h"
#include "diff/patch/patch_internal.h"

/* --- base64, RFC 4648, section 4 -------------------------------------------- */

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static void put_base64(vv_buf *out, const char *bytes, size_t len)
{
	const uint8_t *p = (const uint8_t *)bytes;
	for (; len >= 3; p += 3, len -= 3) {
		const char four[4] = {digits[p[0] >> 2], digits[(p[0] & 3) << 4 | p[1] >> 4],
				      digits[(p[1] & 15) << 2 | p[2] >> 6], digits[p[2] & 63]};
		vv_buf_put(out, four, 4);
	}
	if (len > 0) {
		uint8_t second = len > 1 ? p[1] : 0;
		const char four[4] = {digits[p[0] >> 2], digits[(p[0] & 3) << 4 | second >> 4],
				      len > 1 ? digits[(second & 15) << 2] : '=', '='};
		vv_buf_put(out, four, 4);
	}
}

static int digit_value(char c)
{
	const char *p = c ? strchr(digits, c) : NULL;
	return p ? (int)(p - digits) : -1;
}

/* Strict: no white space, padding where it must be, no stray bits. */
static bool get_base64(char *out, size_t *out_len, const char *text, size_t len)
{
	size_t n = 0;
	if (len % 4 != 0) {
		return false;
	}
	for (size_t i = 0; i < len; i += 4) {
		bool last = i + 4 == len;
		unsigned pad = last && text[i + 3] == '=' ? (text[i + 2] == '=' ? 2 : 1) : 0;
		int v[4] = {0, 0, 0, 0};
		for (unsigned k = 0; k < 4 - pad; k++) {
			v[k] = digit_value(text[i + k]);
			if (v[k] < 0) {
				return false;
			}
		}
		if ((pad == 2 && (v[1] & 15) != 0) || (pad == 1 && (v[2] & 3) != 0)) {
			return false;
		}
		out[n++] = (char)(v[0] << 2 | v[1] >> 4);
		if (pad < 2) {
			out[n++] = (char)((v[1] & 15) << 4 | v[2] >> 2);
		}
		if (pad < 1) {
			out[n++] = (char)((v[2] & 3) << 6 | v[3]);
		}
	}
	*out_len = n;
	return true;
}

/* --- bytes ------------------------------------------------------------------- */

void patch_put_bytes(vv_buf *out, const char *bytes, size_t len)
{
	if (vv_utf8_valid(bytes ? bytes : "", len)) {
		vv_json_put_string(out, bytes ? bytes : "", len);
	} else {
		vv_buf_puts(out, "{\"base64\":\"");
		put_base64(out, bytes, len);
		vv_buf_puts(out, "\"}");
	}
}

static vv_status expected(vv_error *err, const char *what)
{
	return vv_fail(err, VV_EINPUT, "expected %s", what);
}

static vv_status from_base64(const char **bytes, size_t *len, const vv_json *v, vv_arena *arena,
			     vv_error *err)
{
	char *out;
	if (!v || v->type != VV_JSON_STRING) {
		return expected(err, "a string of base64");
	}
	out = vv_arena_alloc(arena, v->text_len / 4 * 3 + 1);
	if (!out) {
		return vv_fail_nomem(err);
	}
	if (!get_base64(out, len, v->text, v->text_len)) {
		return expected(err, "valid base64");
	}
	*bytes = out;
	return VV_OK;
}

/* An object with just one member: its value when the member has this name. */
static const vv_json *only(const vv_json *v, const char *name)
{
	return v->type == VV_JSON_OBJECT && v->count == 1 ? vv_json_get(v, name) : NULL;
}

vv_status patch_get_bytes(const char **bytes, size_t *len, const vv_json *v, vv_arena *arena,
			  vv_error *err)
{
	if (v && v->type == VV_JSON_STRING) {
		*bytes = v->text;
		*len = v->text_len;
		return VV_OK;
	}
	if (v && only(v, "base64")) {
		return from_base64(bytes, len, only(v, "base64"), arena, err);
	}
	return expected(err, "a string or {\"base64\": ...}");
}

/* --- cells ------------------------------------------------------------------- */

/* Does the text stand for itself in JSON, whoever reads and writes it again? */
static bool is_plain_literal(const vv_cell *c)
{
	static const char *const words[] = {"true", "false"};
	for (size_t i = 0; i < 2; i++) {
		if (c->len == strlen(words[i]) && memcmp(c->text, words[i], c->len) == 0) {
			return true;
		}
	}
	size_t i = c->len > 0 && c->text[0] == '-';
	size_t first = i;
	while (i < c->len && c->text[i] >= '0' && c->text[i] <= '9') {
		i++;
	}
	if (i == first || i - first > 300 || (c->text[first] == '0' && i - first > 1)) {
		return false;
	}
	if (i < c->len && c->text[i] == '.' && ++i < c->len) {
		for (first = i; i < c->len && c->text[i] >= '0' && c->text[i] <= '9'; i++) {
		}
		return i == c->len && i - first < 300;
	}
	return i == c->len;
}

void patch_put_cell(vv_buf *out, const vv_cell *c)
{
	switch ((vv_cell_state)c->state) {
	case VV_CELL_TEXT:
		patch_put_bytes(out, c->text, c->len);
		break;
	case VV_CELL_ABSENT:
		vv_buf_puts(out, "[]");
		break;
	case VV_CELL_NULL:
		vv_buf_puts(out, "null");
		break;
	case VV_CELL_LITERAL:
		if (is_plain_literal(c)) {
			vv_buf_put(out, c->text, c->len);
		} else {
			vv_buf_puts(out, "{\"json\":");
			patch_put_bytes(out, c->text, c->len);
			vv_buf_puts(out, "}");
		}
		break;
	}
}

vv_status patch_get_cell(vv_cell *out, const vv_json *v, vv_arena *arena, vv_error *err)
{
	const char *text = NULL;
	size_t len = 0;
	vv_status rc = VV_OK;
	*out = (vv_cell){.state = VV_CELL_TEXT};
	if (v->type == VV_JSON_NULL) {
		out->state = VV_CELL_NULL;
		return VV_OK;
	}
	if (v->type == VV_JSON_ARRAY && v->count == 0) {
		out->state = VV_CELL_ABSENT;
		return VV_OK;
	}
	if (v->type == VV_JSON_STRING || (v->type == VV_JSON_OBJECT && only(v, "base64"))) {
		rc = patch_get_bytes(&text, &len, v, arena, err);
	} else if (v->type == VV_JSON_OBJECT && only(v, "json")) {
		out->state = VV_CELL_LITERAL;
		rc = patch_get_bytes(&text, &len, only(v, "json"), arena, err);
	} else if (v->type == VV_JSON_NUMBER) {
		out->state = VV_CELL_LITERAL;
		text = v->text;
		len = v->text_len;
	} else if (v->type == VV_JSON_TRUE || v->type == VV_JSON_FALSE) {
		out->state = VV_CELL_LITERAL;
		text = v->type == VV_JSON_TRUE ? "true" : "false";
		len = strlen(text);
	} else {
		return expected(
			err,
			"a cell: a string, number, true, false, null, [] (no cell), {\"base64\": ...} or {\"json\": ...}");
	}
	if (rc == VV_OK && out->state == VV_CELL_LITERAL && len == 0) {
		return expected(err, "the text of a JSON value");
	}
	if (rc == VV_OK && len > UINT32_MAX) {
		return vv_fail(err, VV_EREFUSED, "a cell of more than 4 GiB");
	}
	out->text = text;
	out->len = (uint32_t)len;
	return rc;
}

/* --- forms ------------------------------------------------------------------- */

static const char *const end_names[] = {NULL, "LF", "CRLF", "CR"};

bool patch_form_equal(const patch_form *a, const patch_form *b)
{
	if (a->irregular != b->irregular || !a->irregular) {
		return a->irregular == b->irregular;
	}
	return a->kind == b->kind && a->raw_len == b->raw_len &&
	       (a->raw_len == 0 || memcmp(a->raw, b->raw, a->raw_len) == 0);
}

void patch_put_form(vv_buf *out, const patch_form *f)
{
	if (!f->irregular) {
		vv_buf_puts(out, "null");
	} else if (f->kind != VV_QUIRK_RAW) {
		vv_buf_printf(out, "{\"end\":\"%s\"}", end_names[f->kind]);
	} else {
		vv_buf_puts(out, "{\"raw\":");
		patch_put_bytes(out, f->raw, f->raw_len);
		vv_buf_puts(out, "}");
	}
}

vv_status patch_get_form(patch_form *out, const vv_json *v, vv_arena *arena, vv_error *err)
{
	const vv_json *raw = only(v, "raw"), *end = only(v, "end");
	*out = (patch_form){.irregular = v->type != VV_JSON_NULL};
	if (!out->irregular) {
		return VV_OK;
	}
	if (raw) {
		out->kind = VV_QUIRK_RAW;
		return patch_get_bytes(&out->raw, &out->raw_len, raw, arena, err);
	}
	for (int i = VV_QUIRK_LF; end && end->type == VV_JSON_STRING && i <= VV_QUIRK_CR; i++) {
		if (strcmp(end->text, end_names[i]) == 0) {
			out->kind = (vv_quirk_kind)i;
			return VV_OK;
		}
	}
	return expected(
		err,
		"a line's form: null, {\"end\": \"LF\", \"CRLF\" or \"CR\"} or {\"raw\": ...}");
}
