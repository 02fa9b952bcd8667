/*
 * json: documents as trees. yajl finds the tokens; here they become nodes with
 * places, and what yajl lets pass is refused: lone surrogates, invalid UTF-8.
 * yajl's memory and the offsets of its errors come first; json_rows needs them too.
 */
#include "base/json/json.h"
#include "base/array.h"

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/ascii.h"
#include "base/codec.h"
#include "base/hash.h"
#include "base/json/json_internal.h"
#include "base/sys.h"
#include "base/text.h"

/* Each block is preceded by its size, in a field that keeps the alignment. */
#define HEADER 16u

/* yajl allocates its handle, its lexer, a stack of one byte a level and two buffers that start at 2
 * KiB. A buffer doubles until a token fits: at most twice the text, and as much again for the
 * outgrown ones before it. Twice, since there are two. */
#define FIXED 16384u
#define PER_BYTE 8u

static void *pool_alloc(void *ctx, size_t size)
{
	vv_json_pool *p = ctx;
	size_t rounded = (size + HEADER - 1) / HEADER * HEADER;
	unsigned char *block = p->bytes + p->used;

	assert(rounded + HEADER <= p->size - p->used);
	memcpy(block, &size, sizeof size);
	p->used += HEADER + rounded;
	return block + HEADER;
}

static void *pool_realloc(void *ctx, void *old, size_t size)
{
	void *block = pool_alloc(ctx, size);
	size_t old_size;

	if (old) {
		memcpy(&old_size, (unsigned char *)old - HEADER, sizeof old_size);
		memcpy(block, old, old_size < size ? old_size : size);
	}
	return block;
}

static void pool_free(void *ctx VV_UNUSED, void *block VV_UNUSED)
{
}

vv_status vv_json_pool_init(vv_json_pool *p, size_t len, vv_error *err)
{
	size_t size;

	p->funcs = (yajl_alloc_funcs){pool_alloc, pool_realloc, pool_free, p};
	p->used = 0;
	if (p->bytes && len <= p->longest) return VV_OK;
	if (!vv_mul_size(&size, len, PER_BYTE) || !vv_add_size(&size, size, FIXED)) {
		return vv_fail_nomem(err);
	}
	unsigned char *bytes = vv_malloc(size);
	if (!bytes) return vv_fail_nomem(err);
	vv_free(p->bytes);
	p->bytes = bytes;
	p->size = size;
	p->longest = len;
	return VV_OK;
}

void vv_json_pool_clear(vv_json_pool *p)
{
	vv_free(p->bytes);
	memset(p, 0, sizeof *p);
}

size_t vv_json_skip(const char *text, size_t len, size_t from, const char *seps)
{
	while (from < len &&
	       (vv_is_space(text[from]) || (text[from] != '\0' && strchr(seps, text[from])))) {
		from++;
	}
	return from;
}

/* The code unit of the escape at raw; 0 when there is none of the \u kind. */
static unsigned code_unit(const char *raw, size_t len)
{
	uint8_t unit[2];

	if (len < 6 || raw[0] != '\\' || raw[1] != 'u') return 0;
	if (!vv_hex_read(unit, sizeof(unit), raw + 2)) return 0;
	return (unsigned)unit[0] << 8 | unit[1];
}

bool vv_json_lone_surrogate(const char *raw, size_t len)
{
	size_t at = 0;

	while (at < len) {
		const char *backslash = memchr(raw + at, '\\', len - at);

		if (!backslash) {
			break;
		}
		at = (size_t)(backslash - raw);
		unsigned unit = code_unit(raw + at, len - at);
		if (unit >= 0xdc00 && unit <= 0xdfff) return true;
		if (unit >= 0xd800 && unit <= 0xdbff) {
			unit = code_unit(raw + at + 6, len - at - 6);
			if (unit < 0xdc00 || unit > 0xdfff) return true;
			at += 12;
		} else {
			at += 2;
		}
	}
	return false;
}

size_t vv_json_utf8_fault(const char *text, size_t len)
{
	size_t at = 0;

	if (vv_utf8_valid(text, len)) return len;
	while (at < len) {
		uint32_t cp;
		size_t step = vv_utf8_decode(&cp, text + at, len - at);

		if (step == 0) {
			break;
		}
		at += step;
	}
	return at;
}

/* Replaces yajl's reasons, found by their beginnings, by our words; keeps unknown ones. */
static const char *own_words(const char *reason)
{
	static const struct {
		const char *begin, *words;
	} table[] = {
		{"unallowed token", "a value was expected here"},
		{"after array element", "expected ',' or ']' after an array element"},
		{"after key and value", "expected ',' or '}' after a member"},
		{"object key and value", "expected ':' after a member's name"},
		{"invalid object key", "expected a member's name in double quotes"},
		{"trailing garbage", "expected the end of the text after the value"},
		{"invalid string in", "not a JSON value: unquoted words can only be true, false "
				      "and null"},
		{"invalid char in", "a JSON value cannot begin with this character"},
		{"invalid character inside", "a control character in a string must be escaped"},
		{"inside a string", "not a JSON escape sequence"},
		{"invalid (non-hex)", "'\\u' needs four hexadecimal digits"},
		{"probable comment", "JSON has no comments"},
	};

	const __typeof__(table[0]) *known = vv_array_find(
		table, sizeof table / sizeof table[0], it,
		strncmp(reason, it->begin, strlen(it->begin)) == 0);

	return known ? known->words : reason;
}

size_t vv_json_fault(yajl_handle handle, const char *text, size_t len, size_t last_end, char *why,
		     size_t size)
{
	size_t consumed = yajl_get_bytes_consumed(handle);
	unsigned char *reason = yajl_get_error(handle, 0, NULL, 0);
	const char *line = reason ? (const char *)reason : "";
	bool lexical = strncmp(line, "lexical error", 13) == 0;
	bool read_past = strstr(line, "invalid char in") || strstr(line, "probable comment");
	bool word = strstr(line, "invalid string in") != NULL;
	const char *colon = strstr(line, ": ");

	line = own_words(colon ? colon + 2 : line);
	size_t cut = strcspn(line, "\n");
	while (cut > 0 && (line[cut - 1] == '.' || line[cut - 1] == ' ')) {
		cut--;
	}
	cut = cut < size ? cut : size - 1;
	memcpy(why, line, cut);
	why[cut] = '\0';
	if (reason) {
		yajl_free_error(handle, reason);
	}
	consumed = consumed < len ? consumed : len;
	if (lexical && !word) {
		/* yajl puts the offending byte back, but for these two. */
		return read_past && consumed > 0 ? consumed - 1 : consumed;
	}
	/* The refused token ends where reading stopped; a comma or a colon, which
	 * no callback sees, may be between it and the last one. */
	size_t at = vv_json_skip(text, len, last_end, "");
	if (at + 1 < consumed && (text[at] == ',' || text[at] == ':')) {
		at = vv_json_skip(text, len, at + 1, "");
	}
	return at;
}

#define BOM "\xef\xbb\xbf"
#define BOM_LEN 3u

/* With this number of members or more an object's names are looked up in the table. */
#define MANY_MEMBERS 8u

/* An open array or object. */
typedef struct frame {
	vv_json *node;
	vv_json *last; /* its last child so far */
} frame;

typedef struct reader {
	const char *text; /* without BOM; all offsets but the nodes' count from here */
	size_t len;
	size_t shift; /* bytes skipped before text */
	const char *name;
	vv_arena *arena;
	yajl_handle handle;
	size_t last_end; /* end of the last token that a callback saw */
	bool finishing;  /* all text was given */
	frame frames[VV_JSON_DEPTH];
	unsigned depth;
	vv_json *root;
	vv_json pending; /* the member name that waits for its value */
	vv_json **table; /* members of large objects, by parent and name; open addressing */
	size_t table_size, table_used;
	vv_status rc; /* why a callback stopped the parser */
	vv_error *err;
} reader;

static vv_status fail_at(const reader *r, size_t offset, const char *what)
{
	size_t line = 1, column = 1;

	for (size_t at = 0; at < offset && at < r->len; at++) {
		if (r->text[at] == '\n') {
			line++;
			column = 1;
		} else if (((unsigned char)r->text[at] & 0xc0) != 0x80) {
			column++;
		}
	}
	return vv_fail(r->err, VV_EINPUT, "%s, line %zu, column %zu: %s", vv_text_shows(r->name),
		       line, column, what);
}

static vv_json **table_slot(vv_json **table, size_t size, const vv_json *parent, const char *name,
			    size_t len)
{
	/* seeded by an address, so that input cannot aim at one slot */
	size_t i = (size_t)vv_xxh3(name, len, (uint64_t)(uintptr_t)parent) & (size - 1);

	while (table[i] && (table[i]->parent != parent || table[i]->name_len != len ||
			    memcmp(table[i]->name, name, len) != 0)) {
		i = (i + 1) & (size - 1);
	}
	return &table[i];
}

static bool table_grow(reader *r)
{
	size_t size = r->table_size > 0 ? r->table_size * 2 : 64;
	vv_json **table = vv_calloc(size, sizeof(vv_json *));

	if (!table) return false;
	for (size_t i = 0; i < r->table_size; i++) {
		vv_json *n = r->table[i];

		if (n) {
			*table_slot(table, size, n->parent, n->name, n->name_len) = n;
		}
	}
	vv_free(r->table);
	r->table = table;
	r->table_size = size;
	return true;
}

static bool table_add(reader *r, vv_json *member)
{
	if (r->table_used >= r->table_size / 2 && !table_grow(r)) return false;
	*table_slot(r->table, r->table_size, member->parent, member->name,
		    member->name_len) = member;
	r->table_used++;
	return true;
}

/* Puts a new member where the next duplicate will find it. */
static bool remember_member(reader *r, vv_json *object, vv_json *member)
{
	if (object->count > MANY_MEMBERS) return table_add(r, member);
	if (object->count == MANY_MEMBERS) {
		for (vv_json *n = object->first; n; n = n->next) {
			if (!table_add(r, n)) return false;
		}
	}
	return true;
}

static bool has_member(const reader *r, const vv_json *object, const char *name, size_t len)
{
	if (object->count >= MANY_MEMBERS) {
		return *table_slot(r->table, r->table_size, object, name, len) != NULL;
	}
	for (const vv_json *n = object->first; n; n = n->next) {
		if (n->name_len == len && memcmp(n->name, name, len) == 0) return true;
	}
	return false;
}

static int stop_reader(reader *r, vv_status rc)
{
	r->rc = rc;
	return 0;
}

static int stop_nomem(reader *r)
{
	return stop_reader(r, vv_fail_nomem(r->err));
}

/* Where the token of this callback ends. A number that ends with the text is
 * only known to be complete afterwards, when yajl counts from 0 again. */
static size_t token_end(const reader *r)
{
	return r->finishing ? r->len : yajl_get_bytes_consumed(r->handle);
}

/* Makes the node of the token that ends where yajl is now and hangs it in. */
static vv_json *add_node(reader *r, vv_json_type type, size_t start)
{
	vv_json *n = vv_arena_calloc(r->arena, 1, sizeof *n);
	frame *top = r->depth > 0 ? &r->frames[r->depth - 1] : NULL;

	if (!n) {
		(void)stop_nomem(r);
		return NULL;
	}
	*n = r->pending; /* the name alone */
	memset(&r->pending, 0, sizeof r->pending);
	n->type = type;
	n->start = start + r->shift;
	r->last_end = token_end(r);
	n->end = r->last_end + r->shift;
	if (!top) {
		r->root = n;
		return n;
	}
	n->parent = top->node;
	if (top->last) {
		top->last->next = n;
	} else {
		top->node->first = n;
	}
	top->last = n;
	top->node->count++;
	if (n->name && !remember_member(r, top->node, n)) {
		(void)stop_nomem(r);
		return NULL;
	}
	return n;
}

static size_t token_start(const reader *r)
{
	return vv_json_skip(r->text, r->len, r->last_end, ",:");
}

static int on_null(void *ctx)
{
	reader *r = ctx;

	return add_node(r, VV_JSON_NULL, token_start(r)) != NULL;
}

static int on_boolean(void *ctx, int value)
{
	reader *r = ctx;

	return add_node(r, value ? VV_JSON_TRUE : VV_JSON_FALSE, token_start(r)) != NULL;
}

static int add_text(reader *r, vv_json_type type, size_t start, const char *text, size_t len)
{
	char *copy = vv_arena_strndup(r->arena, text, len);

	if (!copy) return stop_nomem(r);
	vv_json *n = add_node(r, type, start);
	if (!n) return 0;
	n->text = copy;
	n->text_len = len;
	return 1;
}

static int on_number(void *ctx, const char *text, size_t len)
{
	reader *r = ctx;

	return add_text(r, VV_JSON_NUMBER, token_start(r), text, len);
}

/* yajl turns half a surrogate pair into something else without a word. */
static bool is_exact(const reader *r, size_t start)
{
	size_t end = token_end(r);

	return !vv_json_lone_surrogate(r->text + start + 1, end - start - 2);
}

static int on_string(void *ctx, const unsigned char *text, size_t len)
{
	reader *r = ctx;
	size_t start = token_start(r);

	if (!is_exact(r, start)) {
		return stop_reader(r, fail_at(r, start,
					      "a string has a \\u escape of half a surrogate "
					      "pair"));
	}
	return add_text(r, VV_JSON_STRING, start, (const char *)text, len);
}

static int on_name(void *ctx, const unsigned char *text, size_t len)
{
	reader *r = ctx;
	size_t start = token_start(r);
	const char *name = (const char *)text;

	if (!is_exact(r, start)) {
		return stop_reader(
			r, fail_at(r, start, "a name has a \\u escape of half a surrogate pair"));
	}
	if (has_member(r, r->frames[r->depth - 1].node, name, len)) {
		char what[160];

		(void)snprintf(what, sizeof what, "duplicate name '%s'", vv_text_show(name, len));
		return stop_reader(r, fail_at(r, start, what));
	}
	r->pending.name = vv_arena_strndup(r->arena, name, len);
	if (!r->pending.name) return stop_nomem(r);
	r->pending.name_len = len;
	r->pending.name_start = start + r->shift;
	r->last_end = token_end(r);
	return 1;
}

static int open_node(reader *r, vv_json_type type)
{
	size_t start = token_start(r);

	if (r->depth == VV_JSON_DEPTH) {
		return stop_reader(r, fail_at(r, start, "nested more than 64 levels deep"));
	}
	vv_json *n = add_node(r, type, start);
	if (!n) return 0;
	r->frames[r->depth].node = n;
	r->frames[r->depth].last = NULL;
	r->depth++;
	return 1;
}

static int on_open_object(void *ctx)
{
	return open_node(ctx, VV_JSON_OBJECT);
}

static int on_open_array(void *ctx)
{
	return open_node(ctx, VV_JSON_ARRAY);
}

static int on_close(void *ctx)
{
	reader *r = ctx;

	r->depth--;
	r->last_end = token_end(r);
	r->frames[r->depth].node->end = r->last_end + r->shift;
	return 1;
}

static const yajl_callbacks callbacks = {
	.yajl_null = on_null,
	.yajl_boolean = on_boolean,
	.yajl_number = on_number,
	.yajl_string = on_string,
	.yajl_start_map = on_open_object,
	.yajl_map_key = on_name,
	.yajl_end_map = on_close,
	.yajl_start_array = on_open_array,
	.yajl_end_array = on_close,
};

static vv_status parse_text(reader *r)
{
	yajl_status status = yajl_parse(r->handle, (const unsigned char *)r->text, r->len);
	size_t offset;
	char why[160];

	if (status == yajl_status_ok) {
		r->finishing = true;
		status = yajl_complete_parse(r->handle);
	}
	if (r->rc < 0) return r->rc;
	if (status != yajl_status_ok) {
		offset = vv_json_fault(r->handle, r->text, r->len, r->last_end, why, sizeof why);
		return r->finishing ? fail_at(r, r->len, "the text ends too early")
				    : fail_at(r, offset, why);
	}
	return VV_OK;
}

vv_status vv_json_read(vv_json **out, vv_arena *arena, const char *text, size_t len,
		       const char *name, vv_error *err)
{
	vv_auto(vv_json_pool) pool = {0};

	*out = NULL;
	const size_t shift = len >= BOM_LEN && memcmp(text, BOM, BOM_LEN) == 0 ? BOM_LEN : 0;
	reader r = {.shift = shift,
		    .text = text + shift,
		    .len = len - shift,
		    .name = name,
		    .arena = arena,
		    .err = err};
	size_t fault = vv_json_utf8_fault(r.text, r.len);
	if (fault < r.len) return fail_at(&r, fault, "not valid UTF-8");
	vv_status rc = vv_json_pool_init(&pool, r.len, err);
	if (rc < 0) return rc;
	r.handle = yajl_alloc(&callbacks, &pool.funcs, &r);
	(void)yajl_config(r.handle, yajl_dont_validate_strings, 1);
	rc = parse_text(&r);
	if (rc == VV_OK) {
		*out = r.root;
	}
	yajl_free(r.handle);
	vv_free(r.table);
	return rc;
}

const vv_json *vv_json_get(const vv_json *object, const char *name)
{
	size_t len = strlen(name);

	if (!object || object->type != VV_JSON_OBJECT) return NULL;
	for (const vv_json *n = object->first; n; n = n->next) {
		if (n->name_len == len && memcmp(n->name, name, len) == 0) return n;
	}
	return NULL;
}

const char *vv_json_get_string(const vv_json *object, const char *name)
{
	const vv_json *n = vv_json_get(object, name);

	return n && n->type == VV_JSON_STRING ? n->text : NULL;
}

bool vv_json_get_bool(const vv_json *object, const char *name, bool fallback)
{
	const vv_json *n = vv_json_get(object, name);

	if (n && (n->type == VV_JSON_TRUE || n->type == VV_JSON_FALSE)) {
		return n->type == VV_JSON_TRUE;
	}
	return fallback;
}

bool vv_json_get_u64(uint64_t *out, const vv_json *object, const char *name)
{
	const vv_json *n = vv_json_get(object, name);

	return n && n->type == VV_JSON_NUMBER && vv_parse_u64(out, n->text, n->text_len);
}

vv_status vv_json_get_text(const char **bytes, size_t *len, const vv_json *v, vv_arena *arena,
			   vv_error *err)
{
	const vv_json *only = v && v->type == VV_JSON_OBJECT && v->count == 1 ? v->first : NULL;
	vv_auto(vv_buf) read = VV_BUF_INIT;
	vv_status rc;

	if (v && v->type == VV_JSON_STRING) {
		*bytes = v->text;
		*len = v->text_len;
		return VV_OK;
	}
	if (!only || only->type != VV_JSON_STRING || strcmp(only->name, "base64") != 0) {
		return vv_fail(err, VV_EINPUT, "expected a string or {\"base64\": ...}");
	}
	if (only->text_len % 4 != 0 || !vv_base64_read(&read, only->text, only->text_len)) {
		return vv_fail(err, VV_EINPUT, "expected valid base64");
	}
	if ((rc = vv_buf_ok(&read, err)) == VV_OK) {
		*bytes = vv_arena_strndup(arena, vv_buf_cstr(&read), read.len);
		*len = read.len;
		rc = *bytes ? VV_OK : vv_fail_nomem(err);
	}
	return rc;
}
