/*
 * Reads the input as a list of blocks from a Git host, as it is and with its checksum made right;
 * an accepted list must be the same after writing it again. Likewise as an index of several packs, of which any part may be
 * requested: the places that it names are in it.
 */
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/sys.h"
#include "tests/fuzz/fuzz.h"
#include "transport/places/packs/catalog.h"
#include "transport/places/packs/multi_index.h"

#define CHAIN_MAX 100u /* the values that a writer may write */

static void write_again(const vv_host_list *l, const uint8_t *data, size_t size)
{
	vv_host_block *blocks = vv_calloc(l->count, sizeof(*blocks));
	vv_cid *bases = vv_calloc(l->base_count + 1, sizeof(*bases));
	vv_buf out = VV_BUF_INIT;
	vv_error err;
	bool sane = true;

	if (!blocks || !bases) {
		abort();
	}
	for (size_t i = 0; i < l->count; i++) {
		blocks[i] = vv_host_list_block(l, i);
		sane = sane && blocks[i].depth <= CHAIN_MAX;
	}
	for (size_t i = 0; i < l->base_count; i++) {
		bases[i] = vv_host_list_base(l, i);
	}
	if (sane && (vv_host_list_write(&out, l->hash, l->pack_len, blocks, l->count, bases,
					l->base_count, &err) < 0 ||
		     out.len != size || memcmp(out.data, data, size) != 0)) {
		abort();
	}
	vv_buf_clear(&out);
	vv_free(blocks);
	vv_free(bases);
}

static void try_bytes(const uint8_t *data, size_t size)
{
	static const vv_oid blob = {{1}};
	vv_catalog *c = vv_catalog_new();
	vv_host_list l;
	vv_error err;
	vv_host_block b;
	size_t pack;

	if (c && vv_host_list_read(&l, data, size, &err) == VV_OK) {
		write_again(&l, data, size);
		if (vv_catalog_add(c, &l, &blob, 4096, &err) == VV_OK) {
			b = vv_host_list_block(&l, l.count - 1);
			if (!vv_catalog_find(c, &b.cid, &pack, NULL) || pack != 0) {
				abort();
			}
		}
	}
	vv_catalog_free(c);
}

static void try_index(const uint8_t *data, size_t size)
{
	vv_multi_index m;
	vv_cid cid = {.codec = VV_CODEC_RAW};
	size_t packs[VV_MULTI_FOUND], len;
	uint64_t from;

	if (vv_multi_index_read(&m, data, size, NULL) < 0) return;
	for (unsigned first = 0; first < 256; first++) {
		cid.digest[0] = (uint8_t)first;
		if (vv_multi_index_range(&m, &cid, &from, &len, NULL) < 0) {
			continue;
		}
		if (len > VV_MULTI_FAN_BYTES || from < m.head_len) {
			abort();
		}
		if (from + len > size) {
			continue;
		}
		memcpy(cid.digest, data + from, len < 8 ? 0 : 8);
		cid.digest[0] = (uint8_t)first;
		const size_t found = vv_multi_index_find(&m, data + from, len, &cid, packs);
		for (size_t i = 0; i < found; i++) {
			(void)vv_multi_index_pack(&m, packs[i]);
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *copy;

	try_bytes(data, size);
	try_index(data, size);
	if (size > 8 && size < (1u << 20) && (copy = malloc(size)) != NULL) {
		memcpy(copy, data, size);
		vv_put_le64(copy + size - 8, vv_xxh3(copy, size - 8, 0));
		try_bytes(copy, size);
		free(copy);
	}
	return 0;
}
