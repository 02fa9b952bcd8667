/*
 * words: the grammar of paths, ranges, tags and credentials. Invalid text is treated as absent if
 * HTTP requires that, and refused otherwise.
 */
#include "transport/server/words.h"

#include <string.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/codec.h"
#include "base/path.h"
#include "base/secret.h"

bool vv_http_decode(vv_buf *out, const char *text, size_t len)
{
	const size_t start = out->len;

	return vv_percent_read(out, text, len) && !out->failed &&
	       !vv_array_find(out->data + start, out->len - start, c, vv_is_control(*c));
}

bool vv_http_decode_value(vv_buf *out, const char *text, size_t len)
{
	size_t start = out->len;

	return vv_percent_read(out, text, len) && !out->failed &&
	       (out->len == start || !memchr(out->data + start, '\0', out->len - start));
}

void vv_http_encode(vv_buf *out, const char *bytes, size_t len)
{
	vv_percent_put(out, bytes, len, "");
}

/* --- ranges ------------------------------------------------------------------------------- */

static const char *skip_blank(const char *p)
{
	while (*p == ' ' || *p == '\t') {
		p++;
	}
	return p;
}

/* Digits at *p; false without any. A number that is too large becomes UINT64_MAX, beyond every
 * end. */
static bool read_number(const char **p, uint64_t *out)
{
	const char *start = *p;
	uint64_t v = 0;

	for (; vv_is_digit(**p); (*p)++) {
		uint64_t digit = (uint64_t)(**p - '0');

		v = v > (UINT64_MAX - digit) / 10 ? UINT64_MAX : v * 10 + digit;
	}
	*out = v;
	return *p > start;
}

static vv_http_range last_bytes(uint64_t count, uint64_t size)
{
	const uint64_t len = count < size ? count : size;

	return (vv_http_range){len > 0 ? VV_HTTP_PART : VV_HTTP_UNSATISFIABLE, size - len, len};
}

void vv_http_range_read(vv_http_range *out, const char *value, uint64_t size)
{
	uint64_t first, last = UINT64_MAX;

	*out = (vv_http_range){VV_HTTP_WHOLE, 0, size};
	if (!value || vv_ascii_compare(value, "bytes=", 6) != 0) return;
	const char *p = skip_blank(value + 6);
	bool has_first = read_number(&p, &first);
	if (*p++ != '-') return;
	bool has_last = read_number(&p, &last);
	if (*skip_blank(p) != '\0' || (!has_first && !has_last)) return;
	last = has_last ? last : UINT64_MAX;
	if (!has_first) {
		*out = last_bytes(last, size);
	} else if (last >= first && first >= size) {
		out->kind = VV_HTTP_UNSATISFIABLE;
	} else if (last >= first) {
		*out = (vv_http_range){VV_HTTP_PART, first,
				       (last < size ? last : size - 1) - first + 1};
	}
}

/* --- entity tags -------------------------------------------------------------------------- */

static const char *opaque_tag(const char *tag)
{
	return tag[0] == 'W' && tag[1] == '/' ? tag + 2 : tag;
}

static bool is_named(const char *value, const char *tag, bool strong)
{
	size_t len = strlen(tag);

	for (const char *p = skip_blank(value); *p;) {
		bool weak = p[0] == 'W' && p[1] == '/';

		if (*p == '*') return true;
		p = opaque_tag(p);
		const char *end = *p == '"' ? strchr(p + 1, '"') : NULL;
		if (!end) return false;
		end++;
		if ((size_t)(end - p) == len && memcmp(p, tag, len) == 0 && !(strong && weak)) {
			return true;
		}
		p = skip_blank(end);
		if (*p == ',') {
			p = skip_blank(p + 1);
		} else if (*p) {
			return false;
		}
	}
	return false;
}

bool vv_http_tag_named(const char *value, const char *tag)
{
	return value && is_named(value, opaque_tag(tag), false);
}

bool vv_http_tag_matched(const char *value, const char *tag)
{
	return !value || (tag[0] == '"' && is_named(value, tag, true));
}

/* "0", "0.0" of "gzip;q=0": not wanted. */
static bool is_refused(const char *p, const char *end)
{
	while (p < end && *p != '=') {
		p++;
	}
	if (p == end) return false;
	for (p++; p < end && (*p == '0' || *p == '.'); p++) {
	}
	return p == end || *p == ' ' || *p == '\t';
}

int vv_http_coding_of(const char *value, const char *const *names)
{
	int best = -1;

	while (value && *value) {
		const char *name = skip_blank(value), *end = name + strcspn(name, ",");
		size_t len = strcspn(name, ",; \t");

		for (int i = 0; names[i]; i++) {
			if (vv_ascii_is(name, len, names[i]) && !is_refused(name + len, end) &&
			    (best < 0 || i < best)) {
				best = i;
			}
		}
		value = *end ? end + 1 : end;
	}
	return best;
}

bool vv_http_tag_same(const char *value, const char *tag)
{
	return !value || (tag[0] == '"' && strcmp(value, tag) == 0);
}

/* --- types ----------------------------------------------------------------------------------- */

const char *vv_http_type_of(const char *name)
{
	static const struct {
		const char *ext, *type;
	} types[] = {
		{"csv", "text/csv"},
		{"tsv", "text/tab-separated-values"},
		{"tab", "text/tab-separated-values"},
		{"ndjson", "application/x-ndjson"},
		{"jsonl", "application/x-ndjson"},
		{"json", "application/json"},
		{"txt", "text/plain"},
		{"md", "text/markdown"},
	};
	const char *ext = vv_path_ext(name);

	const __typeof__(types[0]) *known = vv_array_find(types, sizeof(types) / sizeof(types[0]),
							  it, strcmp(ext, it->ext) == 0);
	return known ? known->type : "application/octet-stream";
}

/* --- credentials -------------------------------------------------------------------------- */

static bool split_at(const vv_buf *both, char mark, vv_buf *name, vv_buf *secret)
{
	const char *text = vv_buf_cstr(both), *at = memchr(text, mark, both->len);

	if (!at || memchr(text, '\0', both->len) || at == text) return false;
	vv_buf_put(name, text, (size_t)(at - text));
	vv_buf_put(secret, at + 1, both->len - (size_t)(at - text) - 1);
	return !name->failed && !secret->failed;
}

bool vv_http_credentials(const char *header, vv_buf *name, vv_buf *secret)
{
	vv_auto(vv_secret_buf) both = VV_BUF_INIT;

	if (!header) return false;
	if (vv_ascii_compare(header, "Basic ", 6) == 0) {
		const char *text = skip_blank(header + 6);

		return vv_base64_read(&both, text, strlen(text)) && !both.failed &&
		       split_at(&both, ':', name, secret);
	}
	if (vv_ascii_compare(header, "Bearer ", 7) != 0) return false;
	vv_buf_puts(&both, skip_blank(header + 7));
	return !both.failed && split_at(&both, '.', name, secret);
}
