/*
 * json_yajl: yajl's memory, and what yajl leaves open: which offset an error
 * has, lone surrogates, strict UTF-8.
 */
#include "base/json_internal.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "base/sys.h"
#include "base/text.h"

/* Each block is preceded by its size, in a field that keeps the alignment. */
#define HEADER 16u

/* yajl holds its handle, its lexer, a stack of one byte a level and two buffers
 * that start at 2 KiB. A buffer doubles until a token fits: at most twice the
 * text, and as much again for the outgrown ones before it. Twice, since there
 * are two. */
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

static void pool_free(void *ctx, void *block)
{
	(void)ctx;
	(void)block;
}

vv_status vv_json_pool_init(vv_json_pool *p, size_t len, vv_error *err)
{
	unsigned char *bytes;
	size_t size;

	p->funcs.malloc = pool_alloc;
	p->funcs.realloc = pool_realloc;
	p->funcs.free = pool_free;
	p->funcs.ctx = p;
	p->used = 0;
	if (p->bytes && len <= p->longest) {
		return VV_OK;
	}
	if (!vv_mul_size(&size, len, PER_BYTE) || !vv_add_size(&size, size, FIXED)) {
		return vv_fail_nomem(err);
	}
	bytes = vv_malloc(size);
	if (!bytes) {
		return vv_fail_nomem(err);
	}
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

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

size_t vv_json_skip(const char *text, size_t len, size_t from, const char *seps)
{
	while (from < len &&
	       (is_space(text[from]) || (text[from] != '\0' && strchr(seps, text[from])))) {
		from++;
	}
	return from;
}

static unsigned hex_digit(char c)
{
	if (c <= '9') {
		return (unsigned)(c - '0');
	}
	return (unsigned)((c | 0x20) - 'a') + 10;
}

/* The code unit of the escape at raw; 0 when there is none of the \u kind. */
static unsigned code_unit(const char *raw, size_t len)
{
	if (len < 6 || raw[0] != '\\' || raw[1] != 'u') {
		return 0;
	}
	return hex_digit(raw[2]) << 12 | hex_digit(raw[3]) << 8 | hex_digit(raw[4]) << 4 |
	       hex_digit(raw[5]);
}

bool vv_json_lone_surrogate(const char *raw, size_t len)
{
	size_t at = 0;

	while (at < len) {
		const char *backslash = memchr(raw + at, '\\', len - at);
		unsigned unit;

		if (!backslash) {
			break;
		}
		at = (size_t)(backslash - raw);
		unit = code_unit(raw + at, len - at);
		if (unit >= 0xdc00 && unit <= 0xdfff) {
			return true;
		}
		if (unit >= 0xd800 && unit <= 0xdbff) {
			unit = code_unit(raw + at + 6, len - at - 6);
			if (unit < 0xdc00 || unit > 0xdfff) {
				return true;
			}
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

	if (vv_utf8_valid(text, len)) {
		return len;
	}
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

/* yajl's reasons in our words, found by how they begin; others stand as they
 * are. */
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
		{"trailing garbage", "nothing may follow the value"},
		{"invalid string in", "no JSON value: the only words are true, false and null"},
		{"invalid char in", "no JSON value begins like this"},
		{"invalid character inside", "a control character inside of a string"},
		{"inside a string", "JSON has no such escape"},
		{"invalid (non-hex)", "'\\u' needs four hexadecimal digits"},
		{"probable comment", "JSON has no comments"},
	};
	size_t i;

	for (i = 0; i < sizeof table / sizeof table[0]; i++) {
		if (strncmp(reason, table[i].begin, strlen(table[i].begin)) == 0) {
			return table[i].words;
		}
	}
	return reason;
}

size_t vv_json_fault(yajl_handle handle, const char *text, size_t len, size_t last_end, char *why,
		     size_t size)
{
	size_t consumed = yajl_get_bytes_consumed(handle), at, cut;
	unsigned char *reason = yajl_get_error(handle, 0, NULL, 0);
	const char *line = reason ? (const char *)reason : "";
	bool lexical = strncmp(line, "lexical error", 13) == 0;
	bool read_past = strstr(line, "invalid char in") || strstr(line, "probable comment");
	bool word = strstr(line, "invalid string in") != NULL;
	const char *colon = strstr(line, ": ");

	line = own_words(colon ? colon + 2 : line);
	cut = strcspn(line, "\n");
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
	 * no callback sees, may stand between it and the last one. */
	at = vv_json_skip(text, len, last_end, "");
	if (at + 1 < consumed && (text[at] == ',' || text[at] == ':')) {
		at = vv_json_skip(text, len, at + 1, "");
	}
	return at;
}
