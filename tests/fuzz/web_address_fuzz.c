/*
 * Reads the input as the part of a URL after the server's name: a path, '?', parameters with '&' between.
 * A readable address is written as one that reads the same, without a character that
 * has a meaning in HTML or a header.
 */
#include <stdlib.h>
#include <string.h>

#include "cmd/web/address.h"
#include "tests/fuzz/fuzz.h"
#include "transport/server/words.h"

#define PARAMETERS 64u

static void require(bool holds)
{
	if (!holds) {
		abort();
	}
}

static const char *decode(vv_arena *a, const char *s, size_t len)
{
	vv_buf b = VV_BUF_INIT;
	const char *kept = NULL;

	if (vv_http_decode_value(&b, s, len)) {
		kept = vv_arena_strndup(a, vv_buf_cstr(&b), b.len);
	}
	vv_buf_clear(&b);
	return kept;
}

/* Parses an address as the server does. False: the server answers it itself. */
static bool read_address(vv_web_address *out, vv_arena *a, const char *text)
{
	vv_http_parameter parameters[PARAMETERS];
	const char *query = strchr(text, '?');
	size_t len = query ? (size_t)(query - text) : strlen(text), count = 0;
	const char *below = vv_arena_strndup(a, text, len);
	vv_error err;

	for (query = query ? query + 1 : NULL; query && *query && count < PARAMETERS;) {
		size_t n = strcspn(query, "&"), eq = strcspn(query, "=&");
		const char *name = decode(a, query, eq);
		const char *value = eq < n ? decode(a, query + eq + 1, n - eq - 1) : "";

		if (!name || !value) return false;
		parameters[count++] = (vv_http_parameter){name, value};
		query += n + (query[n] == '&');
	}
	return below && vv_web_address_read(out, a, "", below, parameters, count, &err) == VV_OK;
}

static void require_harmless(const char *text)
{
	for (const char *p = text; *p; p++) {
		require((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') ||
			(*p >= '0' && *p <= '9') || strchr("-._~/?&=%", *p));
	}
	require(strlen(text) < 2 || text[1] != '/');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	vv_arena arena = VV_ARENA_INIT;
	vv_buf once = VV_BUF_INIT, twice = VV_BUF_INIT;
	vv_web_address a, b;
	const char *text = vv_arena_strndup(&arena, (const char *)data, size);

	if (text && read_address(&a, &arena, text)) {
		vv_web_address_put(&once, &a);
		require_harmless(vv_buf_cstr(&once));
		require(read_address(&b, &arena, vv_buf_cstr(&once)));
		vv_web_address_put(&twice, &b);
		require(strcmp(vv_buf_cstr(&once), vv_buf_cstr(&twice)) == 0);
		require(a.place == b.place && a.api == b.api);
		require(a.place != VV_WEB_AT_TABLE || a.rows.filter_count == b.rows.filter_count);
	}
	vv_buf_clear(&once);
	vv_buf_clear(&twice);
	vv_arena_clear(&arena);
	return 0;
}
