/*
 * json_rows: one flat object after the other, as rows of NDJSON and of arrays.
 *
 * A quick scan of our own finds the end of each object, so that one yajl handle parses object after
 * object in single chunks: tokens are slices of the input, and nothing is allocated for a row.
 * Nested objects are not checked for duplicate names: nested values are kept as text.
 */
#include "base/array.h"
#include "base/json/json.h"

#include <string.h>

#include "base/hash.h"
#include "base/json/json_internal.h"
#include "base/sys.h"
#include "base/text.h"

#define ROW_DEPTH 512u
#define MEMBERS_MAX (UINT32_MAX / 4)

/* A name that an object has; its bytes are in the parser's names buffer. */
typedef struct known_name {
	size_t offset, len;
	uint64_t hash; /* only of use while the table is */
} known_name;

struct vv_json_rows {
	vv_json_pool pool;
	yajl_handle handle; /* NULL: to be made, as after every error */

	/* The object under way. */
	const char *bytes;
	size_t len;
	size_t last_end; /* end of the last token that a callback saw */
	unsigned depth;
	size_t nested_start; /* of the nested value under way at depth 1 */
	vv_json_member member;
	vv_buf name; /* a decoded name; yajl reuses its own buffer for the value */
	vv_json_member_fn fn;
	void *payload;
	vv_error *err;
	vv_status rc; /* why a callback stopped the parser */
	size_t fault; /* where, then */

	/* Names of this object and, after them, of the one before as long as
	 * they came in the same order: known[0, count) never repeats a name, so an
	 * object that follows it needs no further look. */
	vv_buf names;
	known_name *known;
	size_t count, cap;
	size_t seen;   /* names of this object so far */
	bool diverged; /* the object's names differ from the last one's: the table has known[0,
		        * count) */
	/* Not a vv_hash_index: it is rebuilt for each object whose names differ, in the size of that
	 * object, not of larger earlier ones. 1 + index into known; open addressing. */
	uint32_t *table;
	size_t table_size; /* slots in use as a table: a power of two */
	size_t table_cap;
	uint64_t seed; /* the table's, so that input cannot aim at one slot */
};

vv_json_rows *vv_json_rows_new(void)
{
	vv_json_rows *r = vv_calloc(1, sizeof *r);

	if (r) {
		vv_random(&r->seed, sizeof r->seed);
	}
	return r;
}

static void drop_handle(vv_json_rows *r)
{
	if (r->handle) {
		yajl_free(vv_take(&r->handle));
	}
}

void vv_json_rows_free(vv_json_rows *r)
{
	if (!r) return;
	drop_handle(r);
	vv_json_pool_clear(&r->pool);
	vv_buf_clear_all(&r->name, &r->names);
	vv_free_all(r->known, r->table, r);
}

/* --- names ------------------------------------------------------------- */

static uint32_t *name_slot(const vv_json_rows *r, const char *name, size_t len, uint64_t hash)
{
	size_t i = (size_t)hash & (r->table_size - 1);

	while (r->table[i] > 0) {
		const known_name *k = &r->known[r->table[i] - 1];

		if (k->hash == hash && k->len == len &&
		    memcmp(r->names.data + k->offset, name, len) == 0) {
			break;
		}
		i = (i + 1) & (r->table_size - 1);
	}
	return &r->table[i];
}

/* Fills a table of size slots with all known names. */
static bool build_table(vv_json_rows *r, size_t size)
{
	if (size > r->table_cap) {
		uint32_t *table = vv_realloc_array(r->table, size, sizeof *table);

		if (!table) return false;
		r->table = table;
		r->table_cap = size;
	}
	r->table_size = size;
	memset(r->table, 0, r->table_size * sizeof *r->table);
	for (size_t i = 0; i < r->count; i++) {
		known_name *k = &r->known[i];
		const char *name = r->names.data + k->offset;

		k->hash = vv_xxh3(name, k->len, r->seed);
		*name_slot(r, name, k->len, k->hash) = (uint32_t)i + 1;
	}
	return true;
}

/* Forgets the names that the object before had from here on. */
static bool forget_names(vv_json_rows *r)
{
	size_t size = 64;

	r->diverged = true;
	r->count = r->seen;
	while (size / 2 <= r->count) {
		size *= 2;
	}
	r->names.len = r->count > 0 ? r->known[r->count - 1].offset + r->known[r->count - 1].len
				    : 0;
	return build_table(r, size);
}

static bool append_name(vv_json_rows *r, const char *name, size_t len)
{
	if (!vv_array_room(r->known, r->count, r->cap)) return false;
	r->known[r->count].offset = r->names.len;
	r->known[r->count].len = len;
	vv_buf_put(&r->names, name, len);
	return !r->names.failed;
}

/* VV_OK when the object has no such name yet, and takes note of it. */
static vv_status note_name(vv_json_rows *r, const char *name, size_t len)
{
	if (!r->diverged && r->seen < r->count && r->known[r->seen].len == len &&
	    memcmp(r->names.data + r->known[r->seen].offset, name, len) == 0) {
		r->seen++;
		return VV_OK;
	}
	if ((!r->diverged && !forget_names(r)) ||
	    (r->count >= r->table_size / 2 && !build_table(r, r->table_size * 2))) {
		return vv_fail_nomem(r->err);
	}
	uint64_t hash = vv_xxh3(name, len, r->seed);
	uint32_t *slot = name_slot(r, name, len, hash);
	if (*slot > 0) {
		return vv_fail(r->err, VV_EINPUT, "duplicate name '%s'", vv_text_show(name, len));
	}
	if (r->count == MEMBERS_MAX) {
		return vv_fail(r->err, VV_EINPUT, "a JSON object has too many members");
	}
	if (!append_name(r, name, len)) return vv_fail_nomem(r->err);
	r->known[r->count].hash = hash;
	r->count++;
	r->seen++;
	*slot = (uint32_t)r->count;
	return VV_OK;
}

/* --- yajl's callbacks ------------------------------------------------- */

static int stop_rows(vv_json_rows *r, vv_status rc, size_t offset)
{
	r->rc = rc;
	r->fault = offset;
	return 0;
}

static size_t token_start(const vv_json_rows *r)
{
	return vv_json_skip(r->bytes, r->len, r->last_end, ",:");
}

static bool in_input(const vv_json_rows *r, const char *p)
{
	return p >= r->bytes && p < r->bytes + r->len;
}

/* Lends the value [start, end of the token) to the caller. */
static int give_member(vv_json_rows *r, vv_json_type type, size_t start)
{
	r->member.type = type;
	r->member.raw = r->bytes + start;
	r->member.raw_len = r->last_end - start;
	vv_status rc = r->fn(r->payload, &r->member, r->err);
	r->member.text = NULL;
	r->member.text_len = 0;
	return rc < 0 ? stop_rows(r, rc, start) : 1;
}

static int on_scalar(vv_json_rows *r, vv_json_type type)
{
	if (r->depth > 1) {
		r->last_end = yajl_get_bytes_consumed(r->handle);
		return 1;
	}
	size_t start = token_start(r);
	r->last_end = yajl_get_bytes_consumed(r->handle);
	return give_member(r, type, start);
}

static int on_null(void *ctx)
{
	return on_scalar(ctx, VV_JSON_NULL);
}

static int on_boolean(void *ctx, int value)
{
	return on_scalar(ctx, value ? VV_JSON_TRUE : VV_JSON_FALSE);
}

static int on_number(void *ctx, const char *text VV_UNUSED, size_t len VV_UNUSED)
{
	return on_scalar(ctx, VV_JSON_NUMBER);
}

static int on_string(void *ctx, const unsigned char *text, size_t len)
{
	vv_json_rows *r = ctx;
	const char *s = (const char *)text;
	size_t start, end;

	if (r->depth == 1) {
		r->member.text = s;
		r->member.text_len = len;
		if (!in_input(r, s)) {
			start = token_start(r);
			end = yajl_get_bytes_consumed(r->handle);
			if (vv_json_lone_surrogate(r->bytes + start + 1, end - start - 2)) {
				r->member.text = NULL;
				r->member.text_len = 0;
			}
		}
	}
	return on_scalar(r, VV_JSON_STRING);
}

static int on_name(void *ctx, const unsigned char *text, size_t len)
{
	vv_json_rows *r = ctx;
	const char *name = (const char *)text;
	size_t end = yajl_get_bytes_consumed(r->handle);
	vv_status rc;

	if (r->depth > 1) {
		r->last_end = end;
		return 1;
	}
	size_t start = token_start(r);
	if (!in_input(r, name)) {
		if (vv_json_lone_surrogate(r->bytes + start + 1, end - start - 2)) {
			rc = vv_fail(r->err, VV_EINPUT,
				     "a name has a \\u escape of half a "
				     "surrogate pair");
			return stop_rows(r, rc, start);
		}
		vv_buf_set(&r->name, name, len);
		if (vv_buf_ok(&r->name, r->err) < 0) return stop_rows(r, VV_ENOMEM, start);
		name = r->name.data;
	}
	rc = note_name(r, name, len);
	if (rc < 0) return stop_rows(r, rc, start);
	r->member.name = name;
	r->member.name_len = len;
	r->last_end = end;
	return 1;
}

static int on_open(void *ctx)
{
	vv_json_rows *r = ctx;

	if (r->depth == ROW_DEPTH) {
		return stop_rows(r, vv_fail(r->err, VV_EINPUT, "nested more than 512 levels deep"),
				 token_start(r));
	}
	if (r->depth == 1) {
		r->nested_start = token_start(r);
	}
	r->depth++;
	r->last_end = yajl_get_bytes_consumed(r->handle);
	return 1;
}

static int close_nested(vv_json_rows *r, vv_json_type type)
{
	r->depth--;
	r->last_end = yajl_get_bytes_consumed(r->handle);
	return r->depth == 1 ? give_member(r, type, r->nested_start) : 1;
}

static int on_close_object(void *ctx)
{
	return close_nested(ctx, VV_JSON_OBJECT);
}

static int on_close_array(void *ctx)
{
	return close_nested(ctx, VV_JSON_ARRAY);
}

static const yajl_callbacks callbacks = {
	.yajl_null = on_null,
	.yajl_boolean = on_boolean,
	.yajl_number = on_number,
	.yajl_string = on_string,
	.yajl_start_map = on_open,
	.yajl_map_key = on_name,
	.yajl_end_map = on_close_object,
	.yajl_start_array = on_open,
	.yajl_end_array = on_close_array,
};

/* --- where the object ends --------------------------------------------- */

enum { PLAIN, QUOTE, ESCAPE, CONTROL, OPEN, CLOSE };

static const uint8_t byte_class[256] = {
	[0] = CONTROL,  [1] = CONTROL,  [2] = CONTROL,  [3] = CONTROL,   [4] = CONTROL,
	[5] = CONTROL,  [6] = CONTROL,  [7] = CONTROL,  [8] = CONTROL,   [9] = CONTROL,
	[10] = CONTROL, [11] = CONTROL, [12] = CONTROL, [13] = CONTROL,  [14] = CONTROL,
	[15] = CONTROL, [16] = CONTROL, [17] = CONTROL, [18] = CONTROL,  [19] = CONTROL,
	[20] = CONTROL, [21] = CONTROL, [22] = CONTROL, [23] = CONTROL,  [24] = CONTROL,
	[25] = CONTROL, [26] = CONTROL, [27] = CONTROL, [28] = CONTROL,  [29] = CONTROL,
	[30] = CONTROL, [31] = CONTROL, ['"'] = QUOTE,  ['\\'] = ESCAPE, ['{'] = OPEN,
	['['] = OPEN,   ['}'] = CLOSE,  [']'] = CLOSE,
};

/* Offset after the closing quote of the string that begins after from; len + 1
 * when it does not end; *bad when a control byte is in it. */
static size_t string_end(const char *bytes, size_t len, size_t from, bool *bad)
{
	size_t at = from;

	while (at < len) {
		switch (byte_class[(unsigned char)bytes[at]]) {
		case QUOTE:
			return at + 1;
		case ESCAPE:
			at += 2;
			break;
		case CONTROL:
			*bad = true;
			return at + 1;
		default:
			at++;
			break;
		}
	}
	return len + 1;
}

/* Number of bytes for the parser: up to the end of the object or the first certain error (true);
 * false: more input is needed. */
static bool find_end(size_t *end, const char *bytes, size_t len)
{
	uint8_t objects[ROW_DEPTH]; /* the open brackets: is it a brace? */
	unsigned depth = 0;
	bool bad = false;
	size_t at = 0;

	while (at < len && !bad) {
		char c = bytes[at];

		switch (byte_class[(unsigned char)c]) {
		case QUOTE:
			at = string_end(bytes, len, at + 1, &bad);
			break;
		case OPEN:
			at++;
			bad = depth == ROW_DEPTH;
			if (!bad) {
				objects[depth++] = c == '{';
			}
			break;
		case CLOSE:
			at++;
			bad = depth == 0 || objects[depth - 1] != (c == '}');
			depth -= bad ? 0 : 1;
			if (depth == 0) {
				*end = at;
				return true;
			}
			break;
		case CONTROL:
			/* yajl takes vertical tabs and form feeds for white space. */
			at++;
			bad = c != '\t' && c != '\n' && c != '\r';
			break;
		default:
			at++;
			break;
		}
	}
	*end = at < len ? at : len;
	return bad;
}

/* A handle that can take an object of len bytes. */
static vv_status ready_handle(vv_json_rows *r, size_t len)
{
	if (r->handle && len <= r->pool.longest) return VV_OK;
	drop_handle(r);
	vv_status rc = vv_json_pool_init(&r->pool, len < 8192 ? 8192 : len + len / 2, r->err);
	if (rc < 0) return rc;
	r->handle = yajl_alloc(&callbacks, &r->pool.funcs, r);
	(void)yajl_config(r->handle, yajl_dont_validate_strings, 1);
	(void)yajl_config(r->handle, yajl_allow_multiple_values, 1);
	return VV_OK;
}

static vv_status parse_object(vv_json_rows *r, size_t *used)
{
	yajl_status status = yajl_parse(r->handle, (const unsigned char *)r->bytes, r->len);
	char why[160];
	vv_status rc;

	if (status == yajl_status_ok && r->rc == VV_OK && r->depth == 0 && r->last_end == r->len) {
		*used = r->len;
		return VV_OK;
	}
	if (r->rc < 0) {
		rc = r->rc;
		*used = r->fault;
	} else if (status == yajl_status_ok) {
		rc = vv_fail(r->err, VV_EINPUT, "the text ends before the object is complete");
		*used = r->len;
	} else {
		*used = vv_json_fault(r->handle, r->bytes, r->len, r->last_end, why, sizeof why);
		rc = vv_fail(r->err, VV_EINPUT, "%s", why);
	}
	drop_handle(r);
	return rc;
}

vv_status vv_json_rows_object(vv_json_rows *r, size_t *used, const char *bytes, size_t len,
			      bool more_may_come, vv_json_member_fn fn, void *payload,
			      vv_error *err)
{
	size_t end;

	*used = 0;
	if (len == 0 || bytes[0] != '{') {
		return vv_fail(err, VV_EINPUT, "expected an object, which begins with '{'");
	}
	if (!find_end(&end, bytes, len) && more_may_come) {
		return vv_fail(err, VV_ENOTFOUND, "the object is not complete");
	}
	*used = vv_json_utf8_fault(bytes, end);
	if (*used < end) return vv_fail(err, VV_EINPUT, "not valid UTF-8");
	r->bytes = bytes;
	r->len = end;
	r->last_end = 0;
	r->depth = 0;
	memset(&r->member, 0, sizeof r->member);
	r->fn = fn;
	r->payload = payload;
	r->err = err;
	r->rc = VV_OK;
	r->seen = 0;
	r->diverged = false;
	vv_status rc = ready_handle(r, end);
	return rc < 0 ? rc : parse_object(r, used);
}
