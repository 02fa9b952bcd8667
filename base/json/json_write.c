/*
 * json_write: JSON text from strings, nodes and calls.
 */
#include "base/json/json.h"

#include <assert.h>
#include <string.h>

#include "base/ascii.h"
#include "base/codec.h"
#include "base/json/json_skip.h"
#include "base/text.h"

static void put_control(vv_buf *b, unsigned char c)
{
	switch (c) {
	case '"':
		vv_buf_puts(b, "\\\"");
		break;
	case '\\':
		vv_buf_puts(b, "\\\\");
		break;
	case '\b':
		vv_buf_puts(b, "\\b");
		break;
	case '\f':
		vv_buf_puts(b, "\\f");
		break;
	case '\n':
		vv_buf_puts(b, "\\n");
		break;
	case '\r':
		vv_buf_puts(b, "\\r");
		break;
	case '\t':
		vv_buf_puts(b, "\\t");
		break;
	default:
		vv_buf_printf(b, "\\u%04x", c);
		break;
	}
}

/* s is valid UTF-8. */
static void put_escaped(vv_buf *b, const char *s, size_t len)
{
	size_t done = 0;

	for (size_t at = 0; at < len; at++) {
		unsigned char c = (unsigned char)s[at];

		if (c < 0x20 || c == '"' || c == '\\') {
			vv_buf_put(b, s + done, at - done);
			put_control(b, c);
			done = at + 1;
		}
	}
	vv_buf_put(b, s + done, len - done);
}

/* Eight bytes of which none is a control character, a quote, a backslash, or above 127? */
static bool all_plain(uint64_t x)
{
	const uint64_t ones = UINT64_C(0x0101010101010101), high = ones << 7;
	uint64_t quote = x ^ (ones * '"'), slash = x ^ (ones * '\\');

	return (((x - ones * 0x20) | (quote - ones) | (slash - ones) | x) & high) == 0;
}

/* Can the text be in JSON without escapes? False also means: perhaps. */
static bool is_plain(const char *s, size_t len)
{
	uint64_t x;
	uint32_t head, tail;

	for (; len >= 8; s += 8, len -= 8) {
		memcpy(&x, s, 8);
		if (!all_plain(x)) return false;
	}
	if (len >= 4) {
		memcpy(&head, s, 4);
		memcpy(&tail, s + len - 4, 4);
		return all_plain((uint64_t)head << 32 | tail);
	}
	x = UINT64_C(0x2020202020202020);
	for (size_t i = 0; i < len; i++) {
		x = x << 8 | (unsigned char)s[i];
	}
	return all_plain(x);
}

bool vv_json_put_string(vv_buf *b, const char *s, size_t len)
{
	vv_auto(vv_buf) clean = VV_BUF_FOR(b);
	bool valid = true;

	if (is_plain(s, len)) {
		if (len < SIZE_MAX - 2 && vv_buf_reserve(b, len + 2)) {
			b->data[b->len++] = '"';
			memcpy(b->data + b->len, len > 0 ? s : "", len);
			b->len += len;
			vv_buf_putc(b, '"');
		}
		return true;
	}
	vv_buf_putc(b, '"');
	if (vv_utf8_valid(s, len)) {
		put_escaped(b, s, len);
	} else {
		valid = false;
		vv_utf8_put_clean(&clean, s, len);
		put_escaped(b, vv_buf_cstr(&clean), clean.len);
	}
	vv_buf_putc(b, '"');
	return valid;
}

void vv_json_put_line(vv_buf *b, const char *json, size_t len)
{
	const char *p = json, *end = json + len;

	if (!memchr(json, '\n', len) && !memchr(json, '\r', len)) {
		vv_buf_put(b, json, len);
		return;
	}
	while (p < end) {
		const char *from = p;

		if (*p == '"') {
			p = vv_json_skip_string(p, end);
		} else if (vv_is_space(*p)) {
			from = ++p;
		} else {
			p++;
		}
		vv_buf_put(b, from, (size_t)(p - from));
	}
}

void vv_json_put_text(vv_buf *b, const char *s, size_t len)
{
	if (!s || is_plain(s, len) || vv_utf8_valid(s, len)) {
		vv_json_put_string(b, s ? s : "", len);
		return;
	}
	vv_buf_puts(b, "{\"base64\":\"");
	vv_base64_put(b, s, len, true);
	vv_buf_puts(b, "\"}");
}

static void put_scalar(vv_buf *b, const vv_json *node)
{
	switch (node->type) {
	case VV_JSON_NULL:
		vv_buf_puts(b, "null");
		break;
	case VV_JSON_FALSE:
		vv_buf_puts(b, "false");
		break;
	case VV_JSON_TRUE:
		vv_buf_puts(b, "true");
		break;
	case VV_JSON_NUMBER:
		vv_buf_put(b, node->text, node->text_len);
		break;
	case VV_JSON_STRING:
		vv_json_put_string(b, node->text, node->text_len);
		break;
	case VV_JSON_ARRAY:
		vv_buf_puts(b, "[]");
		break;
	case VV_JSON_OBJECT:
		vv_buf_puts(b, "{}");
		break;
	}
}

void vv_json_put_node(vv_buf *b, const vv_json *node)
{
	const vv_json *n = node;

	for (;;) {
		if (n != node && n->name) {
			vv_json_put_string(b, n->name, n->name_len);
			vv_buf_putc(b, ':');
		}
		if (n->first) {
			vv_buf_putc(b, n->type == VV_JSON_OBJECT ? '{' : '[');
			n = n->first;
			continue;
		}
		put_scalar(b, n);
		while (n != node && !n->next) {
			n = n->parent;
			vv_buf_putc(b, n->type == VV_JSON_OBJECT ? '}' : ']');
		}
		if (n == node) return;
		vv_buf_putc(b, ',');
		n = n->next;
	}
}

static void new_line(vv_json_out *w)
{
	if (w->indent > 0) {
		vv_buf_putc(w->buf, '\n');
		for (unsigned i = 0; i < w->depth * w->indent; i++) {
			vv_buf_putc(w->buf, ' ');
		}
	}
}

/* Writes the separator before a member or element. */
static void begin_item(vv_json_out *w)
{
	if (w->need_comma) {
		vv_buf_putc(w->buf, ',');
	}
	if (w->depth > 0) {
		new_line(w);
	}
}

static void begin_value(vv_json_out *w)
{
	if (!w->after_name) {
		begin_item(w);
	}
	w->after_name = false;
	w->need_comma = true;
}

static void open_container(vv_json_out *w, char bracket)
{
	begin_value(w);
	vv_buf_putc(w->buf, bracket);
	w->depth++;
	w->need_comma = false;
}

static void close_container(vv_json_out *w, char bracket)
{
	bool empty = !w->need_comma;

	assert(w->buf->failed || (w->depth > 0 && !w->after_name));
	w->depth--;
	if (!empty) {
		new_line(w);
	}
	vv_buf_putc(w->buf, bracket);
	w->need_comma = true;
}

void vv_json_open_object(vv_json_out *w)
{
	open_container(w, '{');
}

vv_json_out vv_json_begin_object(vv_buf *buf, unsigned indent)
{
	vv_json_out w = {.buf = buf, .indent = indent};

	vv_json_open_object(&w);
	return w;
}

void vv_json_close_object(vv_json_out *w)
{
	close_container(w, '}');
}

void vv_json_open_array(vv_json_out *w)
{
	open_container(w, '[');
}

vv_json_out vv_json_begin_array(vv_buf *buf, unsigned indent)
{
	vv_json_out w = {.buf = buf, .indent = indent};

	vv_json_open_array(&w);
	return w;
}

void vv_json_close_array(vv_json_out *w)
{
	close_container(w, ']');
}

void vv_json_name(vv_json_out *w, const char *name)
{
	const size_t len = strlen(name);

	if (w->indent == 0 && is_plain(name, len)) {
		vv_json_plain_name(w, name, len);
		return;
	}
	assert(w->buf->failed || (w->depth > 0 && !w->after_name));
	begin_item(w);
	vv_json_put_string(w->buf, name, len);
	vv_buf_puts(w->buf, w->indent > 0 ? ": " : ":");
	w->after_name = true;
}

void vv_json_plain_name(vv_json_out *w, const char *name, size_t len)
{
	vv_buf *b = w->buf;
	char *p;

	assert(b->failed || (w->depth > 0 && !w->after_name && w->indent == 0));
	if (len < SIZE_MAX - 4 && vv_buf_reserve(b, len + 4)) {
		p = b->data + b->len;
		*p = ',';
		p += w->need_comma;
		*p++ = '"';
		memcpy(p, name, len);
		p += len;
		*p++ = '"';
		*p++ = ':';
		*p = '\0';
		b->len = (size_t)(p - b->data);
	}
	w->after_name = true;
}

void vv_json_string(vv_json_out *w, const char *s)
{
	if (s) {
		vv_json_string_len(w, s, strlen(s));
	} else {
		vv_json_null(w);
	}
}

void vv_json_string_len(vv_json_out *w, const char *s, size_t len)
{
	begin_value(w);
	vv_json_put_text(w->buf, s, len);
}

void vv_json_url(vv_json_out *w, const void *url)
{
	vv_auto(vv_buf) shown = VV_BUF_FOR(w->buf);

	if (!url) {
		vv_json_null(w);
		return;
	}
	vv_text_put_url(&shown, url);
	vv_json_string_len(w, vv_buf_cstr(&shown), shown.len);
}

void vv_json_u64(vv_json_out *w, uint64_t v)
{
	char digits[20];
	size_t at = sizeof(digits);

	begin_value(w);
	do {
		digits[--at] = (char)('0' + v % 10);
		v /= 10;
	} while (v > 0);
	vv_buf_put(w->buf, digits + at, sizeof(digits) - at);
}

void vv_json_bool(vv_json_out *w, bool v)
{
	begin_value(w);
	vv_buf_puts(w->buf, v ? "true" : "false");
}

void vv_json_null(vv_json_out *w)
{
	begin_value(w);
	vv_buf_puts(w->buf, "null");
}

void vv_json_raw(vv_json_out *w, const char *json, size_t len)
{
	begin_value(w);
	vv_buf_put(w->buf, json, len);
}

void vv_json_node(vv_json_out *w, const vv_json *node)
{
	begin_value(w);
	vv_json_put_node(w->buf, node);
}

void vv_json_add_string(vv_json_out *w, const char *name, const char *s)
{
	vv_json_name(w, name);
	vv_json_string(w, s);
}

void vv_json_add_u64(vv_json_out *w, const char *name, uint64_t v)
{
	vv_json_name(w, name);
	vv_json_u64(w, v);
}

void vv_json_add_time(vv_json_out *w, const char *name, int64_t seconds)
{
	vv_json_add_string(w, name, seconds != 0 ? vv_text_utc(seconds) : NULL);
}

void vv_json_add_bool(vv_json_out *w, const char *name, bool v)
{
	vv_json_name(w, name);
	vv_json_bool(w, v);
}

void vv_json_add_array(vv_json_out *w, const char *name)
{
	vv_json_name(w, name);
	vv_json_open_array(w);
}

void vv_json_add_object(vv_json_out *w, const char *name)
{
	vv_json_name(w, name);
	vv_json_open_object(w);
}
