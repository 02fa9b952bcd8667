/*
 * memory: a sink that stores blocks in memory, counts calls, and can lose blocks.
 */
#ifndef VV_TESTS_UNIT_DATASET_MEMORY_H
#define VV_TESTS_UNIT_DATASET_MEMORY_H

#include <stdlib.h>
#include <string.h>

#include "dataset/format/list.h"
#include "tests/unit/support.h"

typedef struct memory_block {
	vv_cid cid, base;
	uint8_t *bytes;
	size_t len;
	bool gone; /* set by a test: memory_get fails with VV_EMISSING */
} memory_block;

typedef struct memory {
	memory_block *block;
	size_t count, cap;
	unsigned puts, gets; /* puts: number of new blocks; gets: number of memory_get calls */
	vv_sink sink;
} memory;

/* Returns the block cid, borrowed until the next put; NULL: no such block. */
static inline memory_block *memory_find(memory *m, const vv_cid *cid)
{
	for (size_t i = 0; i < m->count; i++) {
		if (vv_cid_equal(&m->block[i].cid, cid)) return &m->block[i];
	}
	return NULL;
}

static inline vv_status memory_put(void *payload, const vv_cid *cid, const void *bytes, size_t len,
				   const vv_cid *base, vv_error *err)
{
	memory *m = payload;
	vv_cid found;
	memory_block *b;

	vv_assert_ok(vv_cid_of(&found, cid->codec, bytes, len, err), err);
	assert_true(vv_cid_equal(&found, cid));
	assert_true(len <= VV_BLOCK_MAX);
	if (memory_find(m, cid)) return VV_OK;
	if (m->count == m->cap) {
		m->cap = m->cap * 2 + 64;
		m->block = realloc(m->block, m->cap * sizeof *m->block);
		assert_non_null(m->block);
	}
	b = &m->block[m->count++];
	memset(b, 0, sizeof *b);
	b->cid = *cid;
	if (base) {
		b->base = *base;
	}
	b->bytes = malloc(len);
	assert_non_null(b->bytes);
	memcpy(b->bytes, bytes, len);
	b->len = len;
	m->puts++;
	return VV_OK;
}

static inline vv_status memory_get(void *payload, const vv_cid *cid, vv_buf *out, vv_error *err)
{
	memory *m = payload;
	memory_block *b = memory_find(m, cid);

	m->gets++;
	if (!b || b->gone) return vv_fail(err, VV_EMISSING, "no such block");
	vv_buf_reset(out);
	vv_buf_put(out, b->bytes, b->len);
	return vv_buf_ok(out, err);
}

static inline void memory_init(memory *m)
{
	memset(m, 0, sizeof *m);
	m->sink.put = memory_put;
	m->sink.get = memory_get;
	m->sink.payload = m;
}

static inline void memory_clear(memory *m)
{
	for (size_t i = 0; i < m->count; i++) {
		free(m->block[i].bytes);
	}
	free(m->block);
	memset(m, 0, sizeof *m);
}

#endif
