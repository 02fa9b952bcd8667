/*
 * make_indexes: chooses packs that share an index (multi_index.h), and writes it.
 */
#include <stdlib.h>
#include <string.h>

#include "base/codec.h"
#include "base/hash.h"
#include "base/sys.h"
#include "transport/places/packs/files.h"
#include "transport/places/packs/multi_index.h"

/* Fewer or short lists are read whole, in parallel: that needs no more bytes, and fewer sequential steps. */
#define LEAST_PACKS 4u
#define LEAST_BLOCKS 1000u /* of all: 42 kB of lists */
#define LARGE_BLOCKS 100u  /* of a pack: 4 kB */

typedef struct listed {
	vv_cid key; /* first: vv_pack_names_compare */
	size_t at;  /* in the catalog */
	uint64_t blocks;
} listed;

typedef struct indexing {
	vv_host *h;
	listed *packs; /* ascending */
	size_t count;
	uint8_t (*hashes)[VV_PACK_HASH_LEN];
	vv_multi_entry *entries;
} indexing;

static vv_status add_entries(indexing *x, const listed *p, size_t place, size_t *count,
			     vv_error *err)
{
	vv_auto(vv_buf) bytes = VV_BUF_INIT;
	vv_host_list list;
	vv_status rc = vv_host_list_again(x->h, vv_catalog_pack(x->h->catalog, p->at), &bytes,
					  &list, err);

	if (rc < 0) return rc;
	memcpy(x->hashes[place], p->key.digest, VV_PACK_HASH_LEN);
	for (size_t i = 0; i < list.count && i < p->blocks; i++) {
		const vv_host_block b = vv_host_list_block(&list, i);
		x->entries[(*count)++] = (vv_multi_entry){vv_cid_prefix(&b.cid), (uint32_t)place};
	}
	return VV_OK;
}

static vv_status put_index(indexing *x, size_t from, size_t to, size_t entries, vv_error *err)
{
	uint8_t hash[VV_PACK_HASH_LEN];
	vv_auto(vv_buf) bytes = VV_BUF_INIT;
	vv_status rc = vv_multi_index_write(&bytes, (const uint8_t(*)[VV_PACK_HASH_LEN])x->hashes,
					    to - from, x->entries, entries, err);

	if (rc < 0) return rc;
	vv_hash128_write(hash, vv_xxh3_128(bytes.data, bytes.len, 0));
	const vv_cid key = vv_pack_key(hash);
	rc = vv_stored_put(&x->h->place, VV_STORED_INDEX, &key, &bytes, err);
	for (size_t i = from; rc == VV_OK && i < to; i++) {
		rc = vv_seek_add(&x->h->seek, &x->packs[i].key, &key, err);
	}
	return rc;
}

/* As many packs in each as have VV_MULTI_ENTRIES blocks; one that has more alone keeps its list. */
static vv_status write_indexes(indexing *x, vv_error *err)
{
	vv_status rc = VV_OK;

	for (size_t from = 0, to; rc == VV_OK && from < x->count; from = to) {
		uint64_t blocks = 0;
		size_t entries = 0;
		for (to = from; to < x->count && to - from < VV_MULTI_PACKS &&
				blocks + x->packs[to].blocks <= VV_MULTI_ENTRIES;
		     to++) {
			blocks += x->packs[to].blocks;
		}
		if (to == from) {
			to++;
			continue;
		}
		for (size_t i = from; rc == VV_OK && i < to; i++) {
			rc = add_entries(x, &x->packs[i], i - from, &entries, err);
		}
		rc = rc == VV_OK && entries > 0 ? put_index(x, from, to, entries, err) : rc;
	}
	return rc;
}

vv_status vv_seek_make_indexes(vv_host *h, unsigned mark, vv_error *err)
{
	const size_t count = vv_catalog_packs(h->catalog);
	indexing x = {.h = h, .packs = vv_calloc(count + 1, sizeof(*x.packs))};
	uint64_t blocks = 0;
	vv_status rc = x.packs ? VV_OK : vv_fail_nomem(err);

	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		const vv_host_pack *p = vv_catalog_pack(h->catalog, i);
		if ((p->marks & mark) && p->blocks >= LARGE_BLOCKS &&
		    !vv_cid_map_find(&h->seek.of, &p->key, NULL)) {
			x.packs[x.count++] = (listed){p->key, i, p->blocks};
			blocks += p->blocks;
		}
	}
	uint64_t most = blocks < VV_MULTI_ENTRIES ? blocks : VV_MULTI_ENTRIES;
	if (rc == VV_OK && (x.count >= LEAST_PACKS && blocks >= LEAST_BLOCKS)) {
		qsort(x.packs, x.count, sizeof(*x.packs), vv_pack_names_compare);
		x.hashes = vv_calloc(x.count, sizeof(*x.hashes));
		x.entries = vv_calloc((size_t)most, sizeof(*x.entries));
		rc = x.hashes && x.entries ? write_indexes(&x, err) : vv_fail_nomem(err);
	}
	vv_free_all(x.entries, x.hashes, x.packs);
	return rc;
}
