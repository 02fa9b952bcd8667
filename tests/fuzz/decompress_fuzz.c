/*
 * Unpacks the input as a compressed file, in odd steps and in large ones: both produce the same bytes, or both fail. Stops
 * after 16 MiB.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "repo/blocks/decompress.h"
#include "tests/fuzz/fuzz.h"

#define MOST ((size_t)16 << 20)

typedef struct memory {
	const uint8_t *at;
	size_t left;
} memory;

static ssize_t give(void *payload, void *buf, size_t len, vv_error *err)
{
	memory *m = payload;
	size_t n = len < m->left ? len : m->left;

	(void)err;
	if (n > 0) {
		memcpy(buf, m->at, n);
	}
	m->at += n;
	m->left -= n;
	return (ssize_t)n;
}

static bool unpack(vv_buf *out, size_t step, const uint8_t *data, size_t size)
{
	static char piece[65536];
	memory m = {data, size};
	vv_decompress *d = NULL;
	vv_error err;
	ssize_t got = vv_decompress_open(&d, give, &m, "input", &err);

	while (got >= 0 && out->len < MOST &&
	       (got = vv_decompress_read(d, piece, step, &err)) > 0) {
		vv_buf_put(out, piece, (size_t)got);
	}
	vv_decompress_close(d);
	return got >= 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	vv_buf small = VV_BUF_INIT, large = VV_BUF_INIT;
	bool first = unpack(&small, 1021, data, size), second = unpack(&large, 65536, data, size);
	size_t both = small.len < large.len ? small.len : large.len;

	if (small.len < MOST && large.len < MOST &&
	    (first != second || (first && small.len != large.len))) {
		abort();
	}
	if (both > 0 && memcmp(small.data, large.data, both) != 0) {
		abort();
	}
	vv_buf_clear(&small);
	vv_buf_clear(&large);
	return 0;
}
