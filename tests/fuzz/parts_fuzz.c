/*
 * Reads the input as the stored bytes of a block in parts: two bytes for the block's length, then these. Bytes that are
 * read as a whole are also read part by part, in any order; bytes that fail as a whole fail in the head or in a part.
 */
#include <stdlib.h>
#include <string.h>

#include "base/sys.h"
#include "repo/blocks/coder.h"
#include "repo/blocks/parts.h"
#include "repo/blocks/record.h"
#include "tests/fuzz/fuzz.h"

static void require(bool holds)
{
	if (!holds) {
		abort();
	}
}

/* True: head and parts are sound; raw gets them. */
static bool by_parts(vv_coder *c, const uint8_t *stored, size_t len, uint8_t *raw, size_t raw_len)
{
	vv_parts p = {0};
	vv_error err;
	bool sound = vv_parts_read(&p, stored, len, len, raw_len, &err) == VV_OK;

	for (size_t i = p.count; sound && i-- > 0;) {
		require(p.items[i].at + (uint64_t)p.items[i].len <= raw_len &&
			p.items[i].from + (uint64_t)p.items[i].stored <= len);
		sound = vv_coder_part(c, &p.items[i], stored, raw, &err) == VV_OK;
	}
	sound = sound && vv_coder_head(c, &p, stored, raw, raw_len, &err) == VV_OK;
	vv_parts_clear(&p);
	return sound;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	vv_coder_pool *pool = vv_coder_pool_new();
	vv_coder *c = pool ? vv_coder_take(pool, NULL) : NULL;
	const size_t raw_len = size < 2 ? 0 : (size_t)data[0] << 8 | data[1];
	uint8_t *raw = vv_malloc(raw_len + 1), *parts = vv_malloc(raw_len + 1);
	vv_error err;

	if (c && raw && parts && size >= 2) {
		const bool whole = vv_coder_expand(c, VV_METHOD_PARTS, data + 2, size - 2, NULL, 0,
						   raw, raw_len, &err) == VV_OK;

		require(by_parts(c, data + 2, size - 2, parts, raw_len) == whole);
		require(!whole || memcmp(raw, parts, raw_len) == 0);
	}
	vv_free(raw);
	vv_free(parts);
	if (pool) {
		vv_coder_give(pool, c);
	}
	vv_coder_pool_free(pool);
	return 0;
}
