/*
 * cache: a fixed table of chains and a list by last use. Not a vv_hash_index: blocks leave it again.
 */
#include "repo/blocks/cache.h"

#include <stdbool.h>

#include "base/sys.h"
#include "base/thread.h"

#define SLOTS 8192u

struct vv_block_cache {
	vv_mutex *lock; /* guards all below and the links of cached blocks */
	size_t bytes, max_bytes;
	vv_blob *newest, *oldest;
	vv_blob *slots[SLOTS];
};

vv_blob *vv_blob_new(const vv_cid *cid, size_t len)
{
	vv_blob *b = vv_malloc(sizeof *b + len);

	if (b) {
		atomic_init(&b->refs, 1);
		b->cid = *cid;
		b->len = len;
		b->next_in_slot = b->newer = b->older = NULL;
	}
	return b;
}

void vv_blob_unref(vv_blob *b)
{
	if (b && atomic_fetch_sub(&b->refs, 1) == 1) {
		vv_free(b);
	}
}

vv_block_cache *vv_block_cache_new(size_t max_bytes)
{
	vv_auto_free vv_block_cache *c = vv_calloc(1, sizeof *c);

	if (!c || !(c->lock = vv_mutex_new())) return NULL;
	c->max_bytes = max_bytes;
	return vv_take(&c);
}

static size_t size_of(const vv_blob *b)
{
	return sizeof(*b) + b->len;
}

static size_t slot_of(const vv_cid *cid)
{
	return (size_t)(vv_cid_prefix(cid) % SLOTS);
}

static vv_blob **find_blob(vv_block_cache *c, const vv_cid *cid)
{
	vv_blob **p = &c->slots[slot_of(cid)];

	while (*p && !vv_cid_equal(&(*p)->cid, cid)) {
		p = &(*p)->next_in_slot;
	}
	return p;
}

static void unlink_use(vv_block_cache *c, vv_blob *b)
{
	*(b->newer ? &b->newer->older : &c->newest) = b->older;
	*(b->older ? &b->older->newer : &c->oldest) = b->newer;
	b->newer = b->older = NULL;
}

static void link_newest(vv_block_cache *c, vv_blob *b)
{
	b->older = c->newest;
	b->newer = NULL;
	*(c->newest ? &c->newest->newer : &c->oldest) = b;
	c->newest = b;
}

static void drop_blob(vv_block_cache *c, vv_blob *b)
{
	*find_blob(c, &b->cid) = b->next_in_slot;
	b->next_in_slot = NULL;
	unlink_use(c, b);
	c->bytes -= size_of(b);
	vv_blob_unref(b);
}

void vv_block_cache_limit(vv_block_cache *c, size_t max_bytes)
{
	vv_auto(vv_locked) lock = vv_mutex_hold(c->lock);
	c->max_bytes = max_bytes;
	while (c->bytes > c->max_bytes) {
		drop_blob(c, c->oldest);
	}
}

vv_blob *vv_block_cache_get(vv_block_cache *c, const vv_cid *cid)
{
	vv_auto(vv_locked) lock = vv_mutex_hold(c->lock);
	vv_blob *b = *find_blob(c, cid);
	if (b) {
		unlink_use(c, b);
		link_newest(c, b);
		(void)atomic_fetch_add(&b->refs, 1);
	}
	return b;
}

void vv_block_cache_put(vv_block_cache *c, vv_blob *b)
{
	vv_auto(vv_locked) lock = vv_mutex_hold(c->lock);
	vv_blob *before = *find_blob(c, &b->cid);
	if (before && before != b) {
		drop_blob(c, before);
	}
	if (before != b && size_of(b) <= c->max_bytes) {
		(void)atomic_fetch_add(&b->refs, 1);
		*find_blob(c, &b->cid) = b;
		link_newest(c, b);
		c->bytes += size_of(b);
		while (c->bytes > c->max_bytes) {
			drop_blob(c, c->oldest);
		}
	}
}

void vv_block_cache_free(vv_block_cache *c)
{
	if (c) {
		while (c->oldest) {
			drop_blob(c, c->oldest);
		}
		vv_mutex_free(c->lock);
		vv_free(c);
	}
}
