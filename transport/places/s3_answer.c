/*
 * s3_answer: as much of XML as S3 stores write.
 */
#include "transport/places/s3_answer.h"

#include <stdio.h>
#include <string.h>

#include "base/ascii.h"
#include "base/secret.h"
#include "base/text.h"

#define DEPTH 16u

/* A name of an element, without the prefix before its ':'. Borrowed from the text. */
typedef struct name {
	const char *p;
	size_t len;
} name;

typedef struct reader {
	const char *p, *end;
	name open[DEPTH]; /* the elements that one is in */
	unsigned depth;
	vv_buf text; /* since the last tag */
} reader;

static bool is_name(const name *n, const char *text)
{
	return strlen(text) == n->len && memcmp(n->p, text, n->len) == 0;
}

static vv_status damaged_answer(const char *what, vv_error *err)
{
	return vv_fail(err, VV_ECORRUPT, "its answer is not the expected XML: %s", what);
}

/* --- XML ------------------------------------------------------------------------------------- */

static bool is_name_char(char c)
{
	return vv_is_alnum(c) || c == ':' || c == '_' || c == '-' || c == '.';
}

static void skip_blanks(reader *r)
{
	while (r->p < r->end && strchr(" \t\r\n", *r->p) && *r->p) {
		r->p++;
	}
}

static vv_status read_name(reader *r, name *out, vv_error *err)
{
	const char *begin = r->p;

	while (r->p < r->end && is_name_char(*r->p)) {
		begin = *r->p == ':' ? r->p + 1 : begin;
		r->p++;
	}
	out->p = begin;
	out->len = (size_t)(r->p - begin);
	return out->len > 0 ? VV_OK : damaged_answer("an element without a name", err);
}

/* "&lt;", "&#60;", "&#x3c;": r->p is at the '&'. */
static vv_status read_entity(reader *r, vv_error *err)
{
	static const struct {
		const char *text;
		char is;
	} known[] = {
		{"&lt;", '<'}, {"&gt;", '>'}, {"&amp;", '&'}, {"&quot;", '"'}, {"&apos;", '\''}};
	uint32_t code = 0;
	unsigned digits = 0;

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		const size_t len = strlen(known[i].text);
		if ((size_t)(r->end - r->p) >= len && memcmp(r->p, known[i].text, len) == 0) {
			vv_buf_putc(&r->text, known[i].is);
			r->p += len;
			return VV_OK;
		}
	}
	if (r->end - r->p < 4 || r->p[1] != '#') {
		return damaged_answer("an unknown entity", err);
	}
	bool hex = r->p[2] == 'x';
	for (r->p += hex ? 3 : 2; r->p < r->end && *r->p != ';' && digits < 8; r->p++, digits++) {
		const int d = vv_hex_digit(*r->p);
		if (d < 0 || (!hex && d > 9)) {
			return damaged_answer("an invalid character reference", err);
		}
		code = code * (hex ? 16 : 10) + (uint32_t)d;
	}
	if (r->p >= r->end || *r->p != ';' || digits == 0 || code > 0x10ffff ||
	    (code >= 0xd800 && code < 0xe000)) {
		return damaged_answer("an invalid character reference", err);
	}
	r->p++;
	vv_utf8_put(&r->text, code);
	return VV_OK;
}

static vv_status read_text(reader *r, vv_error *err)
{
	vv_status rc;

	while (r->p < r->end && *r->p != '<') {
		if (*r->p == '&') {
			if ((rc = read_entity(r, err)) < 0) return rc;
		} else {
			const char *begin = r->p;
			while (r->p < r->end && *r->p != '<' && *r->p != '&') {
				r->p++;
			}
			vv_buf_put(&r->text, begin, (size_t)(r->p - begin));
		}
	}
	return VV_OK;
}

/* Skips a tag's rest after its name. *empty: it ends with "/>". */
static vv_status skip_attributes(reader *r, bool *empty, vv_error *err)
{
	name ignored;
	vv_status rc;

	for (;;) {
		skip_blanks(r);
		if (r->p < r->end && *r->p == '>') {
			r->p++;
			*empty = false;
			return VV_OK;
		}
		if (r->end - r->p >= 2 && r->p[0] == '/' && r->p[1] == '>') {
			r->p += 2;
			*empty = true;
			return VV_OK;
		}
		if ((rc = read_name(r, &ignored, err)) < 0) return rc;
		skip_blanks(r);
		if (r->p >= r->end || *r->p != '=') {
			return damaged_answer("an attribute without a value", err);
		}
		r->p++;
		skip_blanks(r);
		if (r->p >= r->end || (*r->p != '"' && *r->p != '\'')) {
			return damaged_answer("an attribute without quotes", err);
		}
		const char *close = memchr(r->p + 1, *r->p, (size_t)(r->end - r->p - 1));
		if (!close) return damaged_answer("an attribute without its closing quote", err);
		r->p = close + 1;
	}
}

/* Called at the end of an element: r->open[r->depth - 1], with r->text, its text after the last
 * child. */
typedef vv_status (*element_fn)(void *payload, const reader *r, vv_error *err);

static vv_status end_element(reader *r, element_fn fn, void *payload, vv_error *err)
{
	vv_status rc = vv_buf_ok(&r->text, err);

	if (rc == VV_OK) {
		rc = fn(payload, r, err);
	}
	r->depth--;
	vv_buf_reset(&r->text);
	return rc;
}

static vv_status read_tag(reader *r, element_fn fn, void *payload, vv_error *err)
{
	name n;
	bool empty = false;
	vv_status rc;

	r->p++; /* '<' */
	if (r->p < r->end && *r->p == '/') {
		r->p++;
		if ((rc = read_name(r, &n, err)) < 0) return rc;
		skip_blanks(r);
		if (r->p >= r->end || *r->p != '>' || r->depth == 0 ||
		    n.len != r->open[r->depth - 1].len ||
		    memcmp(n.p, r->open[r->depth - 1].p, n.len) != 0) {
			return damaged_answer("an end tag without a start tag", err);
		}
		r->p++;
		return end_element(r, fn, payload, err);
	}
	if ((rc = read_name(r, &n, err)) < 0 || (rc = skip_attributes(r, &empty, err)) < 0) {
		return rc;
	}
	if (r->depth == DEPTH) return damaged_answer("elements are nested too deeply", err);
	r->open[r->depth++] = n;
	vv_buf_reset(&r->text);
	return empty ? end_element(r, fn, payload, err) : VV_OK;
}

/* Parses everything: one element, after an optional "<?xml ...?>". */
static vv_status walk_xml(const char *xml, size_t len, element_fn fn, void *payload, vv_error *err)
{
	reader r = {.p = xml, .end = xml + len};
	bool begun = false;
	vv_status rc = VV_OK;

	if (len >= 3 && memcmp(xml, "\xef\xbb\xbf", 3) == 0) {
		r.p += 3;
	}
	if (r.end - r.p >= 6 && memcmp(r.p, "<?xml ", 6) == 0) {
		const char *close = memchr(r.p, '>', (size_t)(r.end - r.p));
		if (!close || close[-1] != '?') {
			return damaged_answer("its first line is incomplete", err);
		}
		r.p = close + 1;
	}
	skip_blanks(&r);
	while (rc == VV_OK && (r.depth > 0 || !begun)) {
		if (r.p >= r.end) {
			rc = damaged_answer("it is cut short", err);
		} else if (*r.p == '<') {
			begun = true;
			rc = read_tag(&r, fn, payload, err);
		} else if (r.depth == 0) {
			rc = damaged_answer("it has an unexpected first element", err);
		} else {
			rc = read_text(&r, err);
		}
	}
	if (rc == VV_ECORRUPT && r.p >= r.end && r.depth > 0) {
		rc = damaged_answer("it is cut short", err);
	}
	skip_blanks(&r);
	if (rc == VV_OK && r.p < r.end) {
		rc = damaged_answer("it continues after its end", err);
	}
	vv_buf_wipe(&r.text); /* it may have contained keys */
	vv_buf_clear(&r.text);
	return rc;
}

/* --- a page of a list ------------------------------------------------------------------------ */

typedef struct page {
	vv_listed_fn fn;
	void *payload;
	vv_buf key;
	vv_buf *token;
	uint64_t size;
	int64_t modified;
	bool has_size, truncated;
} page;

/* A text without NUL; those are not names of ours. */
static bool is_whole(const vv_buf *b)
{
	return b->len > 0 && !memchr(b->data, '\0', b->len);
}

static vv_status end_entry(page *g, const name *n, vv_error *err)
{
	const bool key = is_name(n, "Contents");
	vv_status rc = VV_OK;

	if (key && !g->has_size) return damaged_answer("a key without a size", err);
	if (is_whole(&g->key)) {
		const vv_listed e = {.name = vv_buf_cstr(&g->key),
				     .size = key ? g->size : UINT64_MAX,
				     .modified = g->modified};
		rc = g->fn(g->payload, &e, err);
	}
	vv_buf_reset(&g->key);
	g->has_size = false;
	g->modified = 0;
	return rc;
}

static vv_status on_page(void *payload, const reader *r, vv_error *err)
{
	page *g = payload;
	const name *n = &r->open[r->depth - 1];
	const char *text = vv_buf_cstr(&r->text);

	if (!is_name(&r->open[0], "ListBucketResult")) {
		return damaged_answer("it is not a list", err);
	}
	if (r->depth == 2 && is_name(n, "IsTruncated")) {
		g->truncated = strcmp(text, "true") == 0;
	} else if (r->depth == 2 && is_name(n, "NextContinuationToken")) {
		vv_buf_set(g->token, text, r->text.len);
		return vv_buf_ok(g->token, err);
	} else if (r->depth == 2 && (is_name(n, "Contents") || is_name(n, "CommonPrefixes"))) {
		return end_entry(g, n, err);
	} else if (r->depth == 3 && ((is_name(n, "Key") && is_name(n - 1, "Contents")) ||
				     (is_name(n, "Prefix") && is_name(n - 1, "CommonPrefixes")))) {
		vv_buf_set(&g->key, text, r->text.len);
		return vv_buf_ok(&g->key, err);
	} else if (r->depth == 3 && is_name(n, "Size") && is_name(n - 1, "Contents")) {
		if (!vv_parse_u64(&g->size, text, r->text.len) || g->size == UINT64_MAX) {
			return damaged_answer("a size that is not a number", err);
		}
		g->has_size = true;
	} else if (r->depth == 3 && is_name(n, "LastModified")) {
		g->modified = vv_s3_time(text);
	}
	return VV_OK;
}

vv_status vv_s3_list_read(const char *xml, size_t len, vv_listed_fn fn, void *payload,
			  vv_buf *token, vv_error *err)
{
	page g = {.fn = fn, .payload = payload, .token = token};

	vv_buf_reset(token);
	vv_status rc = walk_xml(xml, len, on_page, &g, err);
	if (rc == VV_OK && !g.truncated) {
		vv_buf_reset(token);
	} else if (rc == VV_OK && token->len == 0) {
		rc = vv_fail(err, VV_ECORRUPT,
			     "its list is truncated, but has no continuation token\ncheck whether "
			     "this store supports ListObjectsV2");
	}
	vv_buf_clear(&g.key);
	return rc;
}

/* --- a page of old versions ------------------------------------------------------------------ */

typedef struct versions_page {
	vv_old_object_fn fn;
	void *payload;
	vv_buf name, id;
	vv_buf *next_key, *next_version;
	uint64_t size;
	bool has_size, latest, truncated;
} versions_page;

static vv_status end_version(versions_page *g, vv_error *err)
{
	vv_status rc = VV_OK;

	if (!g->has_size) return damaged_answer("a version without a size", err);
	if (!g->latest && is_whole(&g->name) && is_whole(&g->id)) {
		const vv_old_object o = {vv_buf_cstr(&g->name), vv_buf_cstr(&g->id), g->size};
		rc = g->fn(g->payload, &o, err);
	}
	return rc;
}

static void begin_version(versions_page *g)
{
	vv_buf_reset(&g->name);
	vv_buf_reset(&g->id);
	g->has_size = g->latest = false;
}

static vv_status on_version_member(versions_page *g, const name *n, const vv_buf *text,
				   vv_error *err)
{
	vv_buf *to = NULL;

	if (is_name(n, "Key")) {
		to = &g->name;
	} else if (is_name(n, "VersionId")) {
		to = &g->id;
	} else if (is_name(n, "IsLatest")) {
		g->latest = text->len == 4 && memcmp(text->data, "true", 4) == 0;
	} else if (is_name(n, "Size")) {
		if (!vv_parse_u64(&g->size, text->data ? text->data : "", text->len)) {
			return damaged_answer("a size that is not a number", err);
		}
		g->has_size = true;
	}
	if (!to) return VV_OK;
	vv_buf_set(to, text->data, text->len);
	return vv_buf_ok(to, err);
}

static vv_status on_versions(void *payload, const reader *r, vv_error *err)
{
	versions_page *g = payload;
	const name *n = &r->open[r->depth - 1];
	vv_status rc = VV_OK;

	if (!is_name(&r->open[0], "ListVersionsResult")) {
		return damaged_answer("it is not a list of versions", err);
	}
	if (r->depth == 3 && (is_name(n - 1, "Version") || is_name(n - 1, "DeleteMarker"))) {
		return on_version_member(g, n, &r->text, err);
	}
	if (r->depth != 2) return VV_OK;
	if (is_name(n, "IsTruncated")) {
		g->truncated = strcmp(vv_buf_cstr(&r->text), "true") == 0;
	} else if (is_name(n, "NextKeyMarker")) {
		vv_buf_set(g->next_key, r->text.data, r->text.len);
	} else if (is_name(n, "NextVersionIdMarker")) {
		vv_buf_set(g->next_version, r->text.data, r->text.len);
	} else if (is_name(n, "Version")) {
		rc = end_version(g, err);
	}
	if (is_name(n, "Version") || is_name(n, "DeleteMarker")) {
		begin_version(g);
	}
	if (rc < 0 || (rc = vv_buf_ok(g->next_key, err)) < 0) return rc;
	return vv_buf_ok(g->next_version, err);
}

vv_status vv_s3_versions_read(const char *xml, size_t len, vv_old_object_fn fn, void *payload,
			      vv_buf *key, vv_buf *version, vv_error *err)
{
	versions_page g = {.fn = fn, .payload = payload, .next_key = key, .next_version = version};

	vv_buf_reset(key);
	vv_buf_reset(version);
	vv_status rc = walk_xml(xml, len, on_versions, &g, err);
	if (rc == VV_OK && !g.truncated) {
		vv_buf_reset(key);
	} else if (rc == VV_OK && key->len == 0) {
		rc = vv_fail(
			err, VV_ECORRUPT,
			"its list of versions is truncated, but has no marker of the next page");
	}
	vv_buf_clear(&g.name);
	vv_buf_clear(&g.id);
	return rc;
}

/* --- keys ------------------------------------------------------------------------------------ */

static vv_status on_key(void *payload, const reader *r, vv_error *err)
{
	const name *n = &r->open[r->depth - 1];
	char word[32];

	if (r->depth < 2 || !is_name(n - 1, "Credentials") || n->len >= sizeof(word)) return VV_OK;
	memcpy(word, n->p, n->len);
	word[n->len] = '\0';
	return vv_s3_key_set(payload, word, vv_buf_cstr(&r->text), err);
}

vv_status vv_sts_keys_read(vv_s3_key *out, const char *xml, size_t len, vv_error *err)
{
	return walk_xml(xml, len, on_key, out, err);
}

/* --- errors ------------------------------------------------------------------------- */

static void copy_text(char *to, size_t cap, const vv_buf *text)
{
	(void)snprintf(to, cap, "%s", vv_buf_cstr(text));
}

static vv_status on_error(void *payload, const reader *r, vv_error *err)
{
	vv_s3_error *out = payload;
	const name *n = &r->open[r->depth - 1];

	/* STS has it in an ErrorResponse */
	const unsigned top = is_name(&r->open[0], "ErrorResponse") ? 1 : 0;
	if (r->depth <= top) return VV_OK;
	if (!is_name(&r->open[top], "Error")) {
		return top > 0 ? VV_OK : damaged_answer("it is not an error", err);
	}
	if (r->depth == top + 2 && is_name(n, "Code")) {
		copy_text(out->code, sizeof(out->code), &r->text);
	} else if (r->depth == top + 2 && is_name(n, "Message")) {
		copy_text(out->message, sizeof(out->message), &r->text);
	} else if (r->depth == top + 2 && is_name(n, "Region")) {
		copy_text(out->region, sizeof(out->region), &r->text);
	}
	return VV_OK;
}

bool vv_s3_error_read(vv_s3_error *out, const char *xml, size_t len)
{
	memset(out, 0, sizeof(*out));
	return walk_xml(xml, len, on_error, out, NULL) == VV_OK && out->code[0];
}
