/*
 * Reads the input as a shard, as it is and with trailer made right; an accepted shard has the length and
 * the root in its trailer. Then as the content of a run: its items, its index.
 */
#include <stdlib.h>
#include <string.h>

#include "base/sys.h"
#include "cmd/vault/hold/shard.h"
#include "cmd/vault/sealed/stream.h"
#include "tests/fuzz/fuzz.h"

typedef struct input {
	const uint8_t *data;
	size_t size;
} input;

static vv_status give(void *payload, size_t i, vv_buf *out, vv_error *err)
{
	const input *in = payload;
	size_t from = i * VV_SHARD_FULL, len = in->size - from;

	vv_buf_put(out, in->data + from, len < VV_SHARD_FULL ? len : VV_SHARD_FULL);
	return vv_buf_ok(out, err);
}

static void try_shard(const uint8_t *data, size_t size)
{
	static const vv_shard_seal seal;
	uint8_t epoch[VV_EPOCH_NAME];
	vv_buf content = VV_BUF_INIT;
	vv_shard s;
	vv_error err;

	if (vv_shard_look(&s, epoch, data, size, &err) == VV_OK) {
		if (size != vv_shard_len(s.leaves) ||
		    vv_leaf_check(&s, s.leaves - 1, data + (size_t)(s.leaves - 1) * VV_LEAF,
				  data + (size_t)s.leaves * VV_LEAF, &err) < 0) {
			abort();
		}
	}
	if (vv_shard_open(&content, &seal, data, size, &err) == VV_OK && content.len > size) {
		abort();
	}
	vv_buf_clear(&content);
}

static void try_content(const uint8_t *data, size_t size)
{
	input in = {data, size};
	vv_buf parts[2] = {VV_BUF_INIT, VV_BUF_INIT}, raw = VV_BUF_INIT;
	vv_stream_in *s;
	vv_item_index x;
	vv_item_stored item;
	uint64_t at = 0;
	vv_error err;

	if (vv_stream_in_open(&s, size / VV_SHARD_FULL + 1, give, &in, &err) < 0) {
		abort();
	}
	for (unsigned n = 0; n < 64 && vv_stream_in_at(s, at, &item, &err) == VV_OK; n++) {
		if (item.next <= at || item.len > size) {
			abort();
		}
		/* A large declared size uses no more memory than necessary. */
		if (item.raw_len < (1u << 22)) {
			(void)vv_stream_in_expand(s, &item, "base", 4, &raw, &err);
		}
		at = item.next;
	}
	if (vv_stream_in_end(s, &parts[0], &parts[1], &err) == VV_OK &&
	    vv_item_index_read(&x, vv_buf_cstr(&parts[0]), parts[0].len, &err) == VV_OK) {
		vv_item_index_clear(&x);
	}
	if (vv_item_index_read(&x, data, size, &err) == VV_OK) {
		vv_item_index_clear(&x);
	}
	vv_stream_in_close(s);
	vv_buf_clear(&parts[0]);
	vv_buf_clear(&parts[1]);
	vv_buf_clear(&raw);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t leaf[1 + VV_LEAF] = {0}, *copy;
	vv_error err;

	try_shard(data, size);
	if (size < (1u << 16)) {
		try_content(data, size);
	}
	/* One leaf with its right hash after it. */
	if (size >= VV_LEAF && (copy = malloc(VV_LEAF + VV_LEAF_HASH)) != NULL) {
		memcpy(copy, data, VV_LEAF);
		memcpy(leaf + 1, data, VV_LEAF);
		if (vv_sha256(copy + VV_LEAF, leaf, sizeof(leaf), &err) == VV_OK) {
			try_shard(copy, VV_LEAF + VV_LEAF_HASH);
		}
		free(copy);
	}
	return 0;
}
