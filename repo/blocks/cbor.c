/*
 * cbor: heads, order and limits of DAG-CBOR.
 *
 * libcbor writes the heads; reading is our own, since libcbor's decoder takes
 * longer-than-needed heads and does not check text (and its cbor_load may be
 * made to allocate gigabytes by nine bytes).
 */
#include "repo/blocks/cbor.h"

#include <cbor/encoding.h>
#include <string.h>

#include "base/text.h"

#define HEAD_MAX 9u
#define LINK_TAG 42u
#define LINK_LEN (VV_CID_BYTES + 1u) /* a zero byte (multibase identity) and the CID */

enum {
	MAJOR_UINT = 0,
	MAJOR_NEGATIVE = 1,
	MAJOR_BYTES = 2,
	MAJOR_TEXT = 3,
	MAJOR_ARRAY = 4,
	MAJOR_MAP = 5,
	MAJOR_TAG = 6,
	MAJOR_SIMPLE = 7
};

enum { SIMPLE_FALSE = 20, SIMPLE_TRUE = 21, SIMPLE_NULL = 22 };

/* ---- writing ---- */

void vv_cbor_put_uint(vv_buf *b, uint64_t v)
{
	unsigned char head[HEAD_MAX];

	vv_buf_put(b, head, cbor_encode_uint(v, head, sizeof head));
}

void vv_cbor_put_bytes(vv_buf *b, const void *p, size_t len)
{
	unsigned char head[HEAD_MAX];

	vv_buf_put(b, head, cbor_encode_bytestring_start(len, head, sizeof head));
	vv_buf_put(b, p, len);
}

void vv_cbor_put_text(vv_buf *b, const char *s, size_t len)
{
	unsigned char head[HEAD_MAX];

	vv_buf_put(b, head, cbor_encode_string_start(len, head, sizeof head));
	vv_buf_put(b, s, len);
}

void vv_cbor_put_key(vv_buf *b, const char *key)
{
	vv_cbor_put_text(b, key, strlen(key));
}

void vv_cbor_put_array(vv_buf *b, uint64_t count)
{
	unsigned char head[HEAD_MAX];

	vv_buf_put(b, head, cbor_encode_array_start((size_t)count, head, sizeof head));
}

void vv_cbor_put_map(vv_buf *b, uint64_t pairs)
{
	unsigned char head[HEAD_MAX];

	vv_buf_put(b, head, cbor_encode_map_start((size_t)pairs, head, sizeof head));
}

void vv_cbor_put_bool(vv_buf *b, bool v)
{
	unsigned char head[HEAD_MAX];

	vv_buf_put(b, head, cbor_encode_bool(v, head, sizeof head));
}

void vv_cbor_put_null(vv_buf *b)
{
	unsigned char head[HEAD_MAX];

	vv_buf_put(b, head, cbor_encode_null(head, sizeof head));
}

void vv_cbor_put_link(vv_buf *b, const vv_cid *c)
{
	unsigned char head[HEAD_MAX];
	uint8_t bytes[LINK_LEN];

	bytes[0] = 0;
	vv_cid_write(bytes + 1, c);
	vv_buf_put(b, head, cbor_encode_tag(LINK_TAG, head, sizeof head));
	vv_cbor_put_bytes(b, bytes, sizeof bytes);
}

void vv_cbor_put_car_header(vv_buf *b, const vv_cid *root)
{
	vv_auto(vv_buf) header = VV_BUF_FOR(b);

	vv_cbor_put_map(&header, 2);
	vv_cbor_add_array(&header, "roots", 1);
	vv_cbor_put_link(&header, root);
	vv_cbor_add_uint(&header, "version", 1);
	vv_buf_put_varint(b, header.len);
	vv_buf_put(b, header.data, header.len);
}

void vv_cbor_add_uint(vv_buf *b, const char *key, uint64_t v)
{
	vv_cbor_put_key(b, key);
	vv_cbor_put_uint(b, v);
}

void vv_cbor_add_bytes(vv_buf *b, const char *key, const void *p, size_t len)
{
	vv_cbor_put_key(b, key);
	vv_cbor_put_bytes(b, p, len);
}

void vv_cbor_add_text(vv_buf *b, const char *key, const char *s)
{
	vv_cbor_put_key(b, key);
	vv_cbor_put_text(b, s, strlen(s));
}

void vv_cbor_add_array(vv_buf *b, const char *key, uint64_t count)
{
	vv_cbor_put_key(b, key);
	vv_cbor_put_array(b, count);
}

void vv_cbor_add_bool(vv_buf *b, const char *key, bool v)
{
	vv_cbor_put_key(b, key);
	vv_cbor_put_bool(b, v);
}

/* ---- heads ---- */

typedef struct head {
	vv_cbor_type type;
	uint64_t value; /* number, length, count; of a bool 0 or 1 */
	size_t len;     /* bytes of the head itself; a link's reaches to the CID */
} head;

static const char *type_name(vv_cbor_type type)
{
	static const char *const names[] = {
		"an unsigned integer",
		"a negative integer",
		"bytes",
		"text",
		"a list",
		"a map",
		"a link",
		"true or false",
		"null",
	};

	return names[type];
}

static vv_status bad_block(const vv_cbor *c, const char *what, vv_error *err)
{
	return vv_fail(err, VV_ECORRUPT, "byte %zu of a dag-cbor block: %s",
		       (size_t)(c->p - c->start), what);
}

static size_t bytes_left(const vv_cbor *c)
{
	return (size_t)(c->end - c->p);
}

/* The argument of the head at c->p: its value and the head's length. */
static vv_status read_argument(const vv_cbor *c, uint64_t *value, size_t *len, vv_error *err)
{
	unsigned low = c->p[0] & 31u;
	uint64_t v = 0;

	if (low < 24) {
		*value = low;
		*len = 1;
		return VV_OK;
	}
	if (low > 27) {
		return bad_block(
			c, "an indefinite or reserved length, which dag-cbor does not allow", err);
	}
	unsigned extra = 1u << (low - 24);
	if (bytes_left(c) < 1 + (size_t)extra) {
		return bad_block(c, "the block ends inside a value", err);
	}
	for (unsigned i = 1; i <= extra; i++) {
		v = v << 8 | c->p[i];
	}
	if (v < 24 || (extra > 1 && v >> (extra * 4) == 0)) {
		return bad_block(c, "a number is not in its shortest form", err);
	}
	*value = v;
	*len = 1 + (size_t)extra;
	return VV_OK;
}

static vv_status read_simple(const vv_cbor *c, head *out, vv_error *err)
{
	unsigned low = c->p[0] & 31u;

	if (low != SIMPLE_FALSE && low != SIMPLE_TRUE && low != SIMPLE_NULL) {
		return bad_block(c,
				 low >= 25 && low <= 27
					 ? "a floating-point number, which varve does not use"
					 : "a value that dag-cbor does not allow",
				 err);
	}
	*out = (head){.type = low == SIMPLE_NULL ? VV_CBOR_NULL : VV_CBOR_BOOL,
		      .value = low == SIMPLE_TRUE,
		      .len = 1};
	return VV_OK;
}

static vv_status read_link_head(const vv_cbor *c, head *out, vv_error *err)
{
	static const uint8_t opening[] = {0xd8, LINK_TAG, 0x58, LINK_LEN, 0x00};

	if (bytes_left(c) < sizeof opening + VV_CID_BYTES ||
	    memcmp(c->p, opening, sizeof opening) != 0) {
		return bad_block(c, "a tag that is not a link (tag 42 with a CID of 36 bytes)",
				 err);
	}
	*out = (head){.type = VV_CBOR_LINK, .value = VV_CID_BYTES, .len = sizeof opening};
	return VV_OK;
}

/* Every value passes here: shortest form, and lengths within the block. */
static vv_status read_head(const vv_cbor *c, head *out, vv_error *err)
{
	static const vv_cbor_type types[] = {
		VV_CBOR_UINT, VV_CBOR_NEGATIVE, VV_CBOR_BYTES,
		VV_CBOR_TEXT, VV_CBOR_ARRAY,    VV_CBOR_MAP,
	};
	vv_status rc;

	if (c->p == c->end) return bad_block(c, "the block ends where a value is expected", err);
	unsigned major = c->p[0] >> 5;
	if (major == MAJOR_SIMPLE) return read_simple(c, out, err);
	if (major == MAJOR_TAG) return read_link_head(c, out, err);
	if ((rc = read_argument(c, &out->value, &out->len, err)) < 0) return rc;
	out->type = types[major];
	uint64_t most = bytes_left(c) - out->len;
	if (major == MAJOR_MAP) {
		most /= 2;
	}
	if (major >= MAJOR_BYTES && out->value > most) {
		return bad_block(c, "a length or count that exceeds the block", err);
	}
	return VV_OK;
}

static vv_status expect_type(const vv_cbor *c, vv_cbor_type type, head *out, vv_error *err)
{
	vv_status rc = read_head(c, out, err);

	if (rc == VV_OK && out->type != type) {
		return vv_fail(err, VV_ECORRUPT,
			       "byte %zu of a dag-cbor block: expected %s, found %s",
			       (size_t)(c->p - c->start), type_name(type), type_name(out->type));
	}
	return rc;
}

/* ---- the cursor ---- */

vv_cbor vv_cbor_of(const void *bytes, size_t len)
{
	static const uint8_t nothing[1];
	const uint8_t *start = len > 0 ? bytes : nothing;

	return (vv_cbor){start, start, start + len};
}

vv_status vv_cbor_peek(const vv_cbor *c, vv_cbor_type *out, vv_error *err)
{
	head h;
	vv_status rc = read_head(c, &h, err);

	if (rc == VV_OK) {
		*out = h.type;
	}
	return rc;
}

vv_status vv_cbor_get_uint(vv_cbor *c, uint64_t *out, vv_error *err)
{
	head h;
	vv_status rc = expect_type(c, VV_CBOR_UINT, &h, err);

	if (rc == VV_OK) {
		*out = h.value;
		c->p += h.len;
	}
	return rc;
}

vv_status vv_cbor_get_bytes(vv_cbor *c, const uint8_t **out, size_t *len, vv_error *err)
{
	head h;
	vv_status rc = expect_type(c, VV_CBOR_BYTES, &h, err);

	if (rc == VV_OK) {
		*out = c->p + h.len;
		*len = (size_t)h.value;
		c->p += h.len + *len;
	}
	return rc;
}

vv_status vv_cbor_get_text(vv_cbor *c, const char **out, size_t *len, vv_error *err)
{
	head h;
	vv_status rc = expect_type(c, VV_CBOR_TEXT, &h, err);

	if (rc < 0) return rc;
	const char *s = (const char *)(c->p + h.len);
	if (!vv_utf8_valid(s, (size_t)h.value)) {
		return bad_block(c, "text that is not valid UTF-8", err);
	}
	*out = s;
	*len = (size_t)h.value;
	c->p += h.len + *len;
	return VV_OK;
}

static vv_status get_count(vv_cbor *c, vv_cbor_type type, size_t *count, vv_error *err)
{
	head h;
	vv_status rc = expect_type(c, type, &h, err);

	if (rc == VV_OK) {
		*count = (size_t)h.value;
		c->p += h.len;
	}
	return rc;
}

vv_status vv_cbor_get_word_of(vv_cbor *c, const void *words, size_t count, size_t each, size_t *at,
			      vv_error *err)
{
	const char *text;
	size_t len;
	const vv_status rc = vv_cbor_get_text(c, &text, &len, err);

	for (*at = 0; rc == VV_OK && *at < count; ++*at) {
		const void *word = (const char *)words + *at * each;
		if (strlen(*(const char *const *)word) == len &&
		    memcmp(text, *(const char *const *)word, len) == 0) {
			return VV_OK;
		}
	}
	return rc < 0 ? rc
		      : vv_fail(err, VV_ENOSUPPORT, "'%s' is not a known value",
				vv_text_show(text, len));
}

vv_status vv_cbor_get_array(vv_cbor *c, size_t *count, vv_error *err)
{
	return get_count(c, VV_CBOR_ARRAY, count, err);
}

vv_status vv_cbor_get_map(vv_cbor *c, size_t *pairs, vv_error *err)
{
	return get_count(c, VV_CBOR_MAP, pairs, err);
}

vv_status vv_cbor_get_bool(vv_cbor *c, bool *out, vv_error *err)
{
	head h;
	vv_status rc = expect_type(c, VV_CBOR_BOOL, &h, err);

	if (rc == VV_OK) {
		*out = h.value != 0;
		c->p += h.len;
	}
	return rc;
}

vv_status vv_cbor_get_null(vv_cbor *c, vv_error *err)
{
	head h;
	vv_status rc = expect_type(c, VV_CBOR_NULL, &h, err);

	if (rc == VV_OK) {
		c->p += h.len;
	}
	return rc;
}

vv_status vv_cbor_get_link(vv_cbor *c, vv_cid *out, vv_error *err)
{
	head h;
	vv_status rc = expect_type(c, VV_CBOR_LINK, &h, err);

	if (rc < 0) return rc;
	if (vv_cid_read(out, c->p + h.len, VV_CID_BYTES, NULL) < 0) {
		return bad_block(c, "a link whose CID is of an unknown kind", err);
	}
	c->p += h.len + VV_CID_BYTES;
	return VV_OK;
}

bool vv_cbor_try_key(vv_cbor *c, const char *key)
{
	size_t len = strlen(key);
	head h;

	if (read_head(c, &h, NULL) < 0 || h.type != VV_CBOR_TEXT || h.value != len ||
	    memcmp(c->p + h.len, key, len) != 0) {
		return false;
	}
	c->p += h.len + len;
	return true;
}

vv_status vv_cbor_get_key(vv_cbor *c, const char *expected, vv_error *err)
{
	if (vv_cbor_try_key(c, expected)) return VV_OK;
	return vv_fail(err, VV_ECORRUPT, "byte %zu of a dag-cbor block: expected the key '%s'",
		       (size_t)(c->p - c->start), expected);
}

vv_status vv_cbor_end(const vv_cbor *c, vv_error *err)
{
	return c->p == c->end ? VV_OK : bad_block(c, "the value is followed by other bytes", err);
}

/* ---- whole values ---- */

/* An open list or map. */
typedef struct level {
	uint64_t items; /* still to come; a map's keys and values each count */
	bool map, key_next;
	const uint8_t *last; /* the last key, NULL before the first */
	size_t last_len;
} level;

static vv_status check_key(const vv_cbor *at, level *l, const uint8_t *key, size_t len,
			   vv_error *err)
{
	if (l->last &&
	    (len < l->last_len || (len == l->last_len && memcmp(l->last, key, len) >= 0))) {
		return bad_block(
			at,
			"map keys are repeated or out of order (shorter keys first, then by "
			"bytes)",
			err);
	}
	l->last = key;
	l->last_len = len;
	return VV_OK;
}

static uint64_t weight_after(const vv_cbor *c)
{
	vv_cbor at = *c;
	uint64_t weight;

	return vv_cbor_get_uint(&at, &weight, VV_IGNORED) == VV_OK ? weight : 1;
}

/* One head and, unless it opens a list or map, its content. link: its place. */
static vv_status take_value(vv_cbor *c, const head *h, vv_link *link, vv_placed_link_fn fn,
			    void *payload, vv_error *err)
{
	const char *text;
	size_t len;
	vv_status rc;

	switch (h->type) {
	case VV_CBOR_TEXT:
		return vv_cbor_get_text(c, &text, &len, err);
	case VV_CBOR_LINK:
		rc = vv_cbor_get_link(c, &link->cid, err);
		if (rc < 0 || !fn) return rc;
		link->weight = weight_after(c);
		return fn(payload, link, err);
	case VV_CBOR_BYTES:
		c->p += h->len + (size_t)h->value;
		return VV_OK;
	default:
		c->p += h->len;
		return VV_OK;
	}
}

static vv_status take_key(vv_cbor *c, level *l, vv_error *err)
{
	vv_cbor at = *c;
	const char *key;
	size_t len;
	vv_status rc = vv_cbor_get_text(c, &key, &len, err);

	return rc < 0 ? rc : check_key(&at, l, (const uint8_t *)key, len, err);
}

/* Moves over one whole value with all that a canonical block must keep. fn may be NULL. */
static vv_status walk_value(vv_cbor *c, vv_placed_link_fn fn, void *payload, vv_error *err)
{
	level levels[VV_CBOR_DEPTH];
	size_t depth = 0;
	vv_status rc;
	head h;

	do {
		level *l = depth > 0 ? &levels[depth - 1] : NULL;

		if (l && l->map && l->key_next) {
			if ((rc = take_key(c, l, err)) < 0) return rc;
			l->key_next = false;
			l->items--;
			continue;
		}
		if ((rc = read_head(c, &h, err)) < 0) return rc;
		if ((h.type == VV_CBOR_ARRAY || h.type == VV_CBOR_MAP) && depth == VV_CBOR_DEPTH) {
			return bad_block(c, "lists and maps are nested too deeply", err);
		}
		vv_link link = {.member = depth > 0 && levels[0].map ? levels[0].items : 0,
				.depth = depth};
		if ((rc = take_value(c, &h, &link, fn, payload, err)) < 0) return rc;
		if (l) {
			l->items--;
			l->key_next = l->map;
		}
		if (h.type == VV_CBOR_ARRAY || h.type == VV_CBOR_MAP) {
			bool map = h.type == VV_CBOR_MAP;

			levels[depth++] = (level){
				.items = map ? h.value * 2 : h.value, .map = map, .key_next = map};
		}
		while (depth > 0 && levels[depth - 1].items == 0) {
			depth--;
		}
	} while (depth > 0);
	return VV_OK;
}

vv_status vv_cbor_skip(vv_cbor *c, vv_error *err)
{
	vv_cbor at = *c;
	vv_status rc = walk_value(&at, NULL, NULL, err);

	if (rc == VV_OK) {
		*c = at;
	}
	return rc;
}

vv_status vv_cbor_check(const void *bytes, size_t len, vv_error *err)
{
	vv_cbor c = vv_cbor_of(bytes, len);
	vv_status rc = walk_value(&c, NULL, NULL, err);
	return rc < 0 ? rc : vv_cbor_end(&c, err);
}

vv_status vv_cbor_placed_links(const void *bytes, size_t len, vv_placed_link_fn fn, void *payload,
			       vv_error *err)
{
	vv_cbor c;
	vv_status rc = vv_cbor_check(bytes, len, err);

	/* No link is shown before the whole block is known to be sound. */
	if (rc == VV_OK) {
		c = vv_cbor_of(bytes, len);
		rc = walk_value(&c, fn, payload, err);
	}
	return rc;
}

typedef struct telling {
	vv_link_fn fn;
	void *payload;
} telling;

static vv_status tell_cid(void *payload, const vv_link *link, vv_error *err)
{
	const telling *t = payload;

	return t->fn(t->payload, &link->cid, err);
}

vv_status vv_cbor_links(const void *bytes, size_t len, vv_link_fn fn, void *payload, vv_error *err)
{
	return vv_cbor_placed_links(bytes, len, tell_cid, &(telling){fn, payload}, err);
}
