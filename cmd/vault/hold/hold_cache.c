/*
 * hold_cache: chooses the vault to evict.
 */

#include "cmd/vault/hold/hold_cache.h"

#include <string.h>

#include "base/array.h"
#include "base/path.h"
#include "base/sys.h"

typedef struct cached {
	vv_hold_vault *vault;
	uint64_t asked; /* a larger number: later */
	uint8_t owner[VV_KEY_PUBLIC];
} cached;

struct vv_hold_cache {
	const vv_hold_rules *rules;
	const vv_hold_room *room;
	const char *dir;
	cached items[VV_HOLD_CACHE_VAULTS + 1]; /* one more, until one is evicted */
	size_t count;
	uint64_t now;
};

vv_hold_cache *vv_hold_cache_new(const vv_hold_rules *rules, const vv_hold_room *room,
				 const char *dir)
{
	vv_hold_cache *c = vv_calloc(1, sizeof(*c));

	if (c) {
		*c = (vv_hold_cache){.rules = rules, .room = room, .dir = dir};
	}
	return c;
}

static const vv_cid *id_of(const vv_hold_vault *v)
{
	return vv_ledger_vault(v->ledger);
}

static cached *cached_at(vv_hold_cache *c, const vv_cid *vault)
{
	return vv_array_find(c->items, c->count, x, vv_cid_equal(id_of(x->vault), vault));
}

static void drop_cached(vv_hold_cache *c, cached *x)
{
	vv_hold_vault_close(x->vault);
	*x = c->items[--c->count];
}

void vv_hold_cache_forget_all(vv_hold_cache *c)
{
	while (c->count > 0) {
		drop_cached(c, &c->items[c->count - 1]);
	}
}

void vv_hold_cache_free(vv_hold_cache *c)
{
	if (c) {
		vv_hold_cache_forget_all(c);
		vv_free(c);
	}
}

void vv_hold_cache_forget(vv_hold_cache *c, const vv_cid *vault)
{
	cached *x = cached_at(c, vault);

	if (x) {
		drop_cached(c, x);
	}
}

/* --- eviction ------------------------------------------------------------------------------- */

static size_t count_of(const vv_hold_cache *c, const uint8_t *owner)
{
	size_t n = 0;

	vv_array_each(c->items, c->count, it) {
		n += memcmp(it->owner, owner, VV_KEY_PUBLIC) == 0;
	}
	return n;
}

/* The bytes of all vaults except the last requested one. */
static uint64_t bytes_of_others(const vv_hold_cache *c)
{
	uint64_t bytes = 0;

	vv_array_each(c->items, c->count, it) {
		bytes += it->asked == c->now ? 0 : vv_ledger_bytes(it->vault->ledger);
	}
	return bytes;
}

static void make_room(vv_hold_cache *c)
{
	vv_array_each(c->items, c->count, it) { /* authors may have come */
		vv_hold_room_owner(c->room, id_of(it->vault), it->owner);
	}
	while (c->count > VV_HOLD_CACHE_VAULTS || bytes_of_others(c) > VV_HOLD_CACHE_BYTES) {
		cached *worst = NULL;
		size_t most = 0;
		vv_array_each(c->items, c->count, x) {
			const size_t n = count_of(c, x->owner);
			if (x->asked != c->now &&
			    (n > most || (n == most && x->asked < worst->asked))) {
				worst = x;
				most = n;
			}
		}
		drop_cached(c, worst);
	}
}

void vv_hold_cache_take(vv_hold_cache *c, vv_hold_vault *take_vault)
{
	vv_hold_cache_forget(c, id_of(take_vault));
	c->items[c->count++] = (cached){.vault = take_vault, .asked = ++c->now};
	make_room(c);
}

vv_status vv_hold_cache_need(vv_hold_cache *c, const vv_cid *vault, vv_hold_vault **out,
			     vv_error *err)
{
	vv_auto(vv_hold_vault) *v = NULL;
	vv_auto(char) *dir = NULL;
	cached *x = cached_at(c, vault);
	vv_status rc;

	if (x) {
		x->asked = ++c->now;
		*out = x->vault;
		make_room(c); /* ledgers grow */
		return VV_OK;
	}
	if (!(dir = vv_path_join(c->dir, vv_cid_shows(vault), "records", (char *)NULL))) {
		return vv_fail_nomem(err);
	}
	if ((rc = vv_hold_vault_open(&v, vault, c->rules, err)) < 0 ||
	    /* damaged ones are ignored: clients that have them from another holder send them again */
	    (rc = vv_ledger_add_folder(v->ledger, dir, NULL, err)) < 0 ||
	    (rc = vv_hold_vault_refresh(v, err)) < 0) {
		return rc;
	}
	*out = v;
	vv_hold_cache_take(c, vv_take(&v));
	return VV_OK;
}
