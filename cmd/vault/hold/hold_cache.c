/*
 * hold_cache: how a ledger is read from the folder, and which one goes.
 */
#include "cmd/vault/hold/hold_internal.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/sys.h"
#include "cmd/vault/hold/hold_name.h"

typedef struct cached {
	vv_hold_vault *vault;
	uint64_t asked; /* a larger number: later */
	uint8_t owner[VV_KEY_PUBLIC];
} cached;

struct vv_hold_cache {
	const vv_hold_rules *rules;
	const vv_hold_room *room;
	const vv_place *place;
	cached items[VV_HOLD_CACHE_VAULTS + 1]; /* one more, until it is known which one goes */
	size_t count;
	uint64_t now;
};

vv_hold_cache *vv_hold_cache_new(const vv_hold_rules *rules, const vv_hold_room *room,
				 const vv_place *place)
{
	vv_hold_cache *c = vv_calloc(1, sizeof(*c));

	if (c) {
		c->rules = rules;
		c->room = room;
		c->place = place;
	}
	return c;
}

static void drop(vv_hold_cache *c, size_t i)
{
	vv_hold_vault_close(c->items[i].vault);
	c->items[i] = c->items[--c->count];
}

void vv_hold_cache_forget_all(vv_hold_cache *c)
{
	while (c->count > 0) {
		drop(c, c->count - 1);
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
	for (size_t i = 0; i < c->count; i++) {
		if (vv_cid_equal(vv_hold_vault_id(c->items[i].vault), vault)) {
			drop(c, i);
			return;
		}
	}
}

/* --- which one goes ------------------------------------------------------------------------------- */

static size_t count_of(const vv_hold_cache *c, const uint8_t *owner)
{
	size_t n = 0;

	for (size_t i = 0; i < c->count; i++) {
		n += memcmp(c->items[i].owner, owner, VV_KEY_PUBLIC) == 0;
	}
	return n;
}

/* All but the one that was asked for last. */
static uint64_t bytes_of_others(const vv_hold_cache *c)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < c->count; i++) {
		bytes += c->items[i].asked == c->now ? 0 : vv_hold_vault_bytes(c->items[i].vault);
	}
	return bytes;
}

static void make_room(vv_hold_cache *c)
{
	for (size_t i = 0; i < c->count; i++) { /* authors may have come */
		vv_hold_room_owner(c->room, vv_hold_vault_id(c->items[i].vault), c->items[i].owner);
	}
	while (c->count > VV_HOLD_CACHE_VAULTS || bytes_of_others(c) > VV_HOLD_CACHE_BYTES) {
		size_t worst = SIZE_MAX, most = 0;
		for (size_t i = 0; i < c->count; i++) {
			const cached *x = &c->items[i];
			const size_t n = count_of(c, x->owner);
			if (x->asked != c->now &&
			    (n > most || (n == most && x->asked < c->items[worst].asked))) {
				worst = i;
				most = n;
			}
		}
		drop(c, worst);
	}
}

void vv_hold_cache_take(vv_hold_cache *c, vv_hold_vault *take_vault)
{
	vv_hold_cache_forget(c, vv_hold_vault_id(take_vault));
	c->items[c->count++] = (cached){.vault = take_vault, .asked = ++c->now};
	make_room(c);
}

/* --- from the folder --------------------------------------------------------------------------------- */

typedef struct loading {
	vv_hold_cache *c;
	vv_hold_vault *vault;
	const char *folder;
	bool below; /* of an author */
	vv_buf file;
} loading;

/* A damaged one is as if it were not there: whoever has it brings it again. */
static vv_status load_record(loading *x, const char *name, vv_error *err)
{
	char path[2 * VV_HOLD_NAME_LEN + 1], record[2 * VV_HOLD_NAME_LEN + 1];
	bool is_new;
	vv_error why;
	vv_status rc;

	(void)snprintf(path, sizeof(path), "%s/%s", x->folder, name);
	(void)snprintf(record, sizeof(record), "%s/%s", strrchr(x->folder, '/') + 1, name);
	vv_buf_reset(&x->file);
	if ((rc = vv_place_get(x->c->place, path, 0, VV_LEDGER_RECORD_MAX + 1, &x->file, err)) <
	    0) {
		return rc;
	}
	rc = vv_hold_vault_add(x->vault, record, vv_buf_cstr(&x->file), x->file.len, &is_new, &why);
	if (rc == VV_ENOMEM || rc == VV_EREFUSED) {
		*err = why;
		return rc;
	}
	return VV_OK;
}

static vv_status on_loaded(void *payload, const vv_listed *e, vv_error *err)
{
	loading *x = payload;
	char folder[2 * VV_HOLD_NAME_LEN];

	if (x->below) {
		return e->size != UINT64_MAX && vv_hold_is_record(e->name)
			       ? load_record(x, e->name, err)
			       : VV_OK;
	}
	if (e->size != UINT64_MAX || !vv_hold_is_author(e->name, strlen(e->name))) return VV_OK;
	(void)snprintf(folder, sizeof(folder), "%s/%s", x->folder, e->name);
	loading author = {x->c, x->vault, folder, true, VV_BUF_INIT};
	vv_status rc = vv_place_list(x->c->place, folder, on_loaded, &author, err);
	vv_buf_clear(&author.file);
	return rc;
}

vv_status vv_hold_cache_need(vv_hold_cache *c, const vv_cid *vault, vv_hold_vault **out,
			     vv_error *err)
{
	char name[VV_HOLD_NAME_LEN];
	loading x = {c, NULL, name, false, VV_BUF_INIT};
	vv_status rc;

	for (size_t i = 0; i < c->count; i++) {
		if (vv_cid_equal(vv_hold_vault_id(c->items[i].vault), vault)) {
			c->items[i].asked = ++c->now;
			*out = c->items[i].vault;
			make_room(c); /* ledgers grow */
			return VV_OK;
		}
	}
	vv_hold_below(name, vault, "records");
	if ((rc = vv_hold_vault_open(&x.vault, vault, c->rules, err)) < 0) return rc;
	if ((rc = vv_place_list(c->place, name, on_loaded, &x, err)) < 0 ||
	    (rc = vv_hold_vault_refresh(x.vault, err)) < 0) {
		vv_hold_vault_close(x.vault);
		return rc;
	}
	vv_hold_cache_take(c, x.vault);
	*out = x.vault;
	return VV_OK;
}
