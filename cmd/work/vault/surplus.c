/*
 * surplus: knows which copies are enough.
 */
#include "cmd/work/vault/surplus.h"

#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/hash.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/work/vault/spread.h"
#include "cmd/work/vault/waiting_run.h"
#include "repo/blocks/cid_map.h"

/* A copy at the place that is looked at. */
typedef struct candidate {
	vv_cid cid;
	const vv_kept *kept; /* NULL: no run names it */
	bool dropped;        /* a record says so already */
} candidate;

typedef enum fate {
	UNKNOWN,
	ENOUGH, /* what is to be kept of it is there */
	LACKING /* nothing of it goes */
} fate;

typedef struct sorting {
	vv_surplus *x;
	vv_vault_session *s;
	vv_spread_list list;
	fate *fates;    /* of each shard of the state */
	bool *keep;     /* of each, places: the copies that stay */
	uint8_t *shown; /* of each: 0 not asked, 1 its copies showed a leaf, 2 they did not */
	vv_cid_map *
		named; /* shards that records place at, or drop from, the place that is looked at */
	unsigned *said; /* PLACED and others, of each of them */
	size_t said_cap;
	vv_waiting *waiting;
	candidate *items;
	size_t count, cap;
	vv_vault_place *p; /* that is looked at */
	bool alone;        /* nobody else writes in the vault */
} sorting;

/* What records say of a shard that no run names. */
#define PLACED 1u  /* this key brought it there */
#define DROPPED 2u /* and let it go later */
#define OTHERS 4u  /* another key brought it, and may count on it */

/* --- what stays ---------------------------------------------------------------------------------- */

static size_t number_of(const sorting *o, const vv_spread_shard *sh)
{
	return (size_t)(vv_vault_shard_of(o->s->state, &sh->shard.cid) -
			vv_vault_shard_at(o->s->state, 0));
}

/* A shard in two stripes keeps what either needs, and all where one of them is not whole. */
static void settle(sorting *o, size_t n, bool enough)
{
	o->fates[n] = enough && o->fates[n] != LACKING ? ENOUGH : LACKING;
}

/* So many copies in different domains, at holders that are reached. */
static void keep_copies(sorting *o, const vv_spread_shard *sh)
{
	const size_t n = number_of(o, sh), places = o->s->place_count;
	const unsigned copies = o->s->policy.copies ? o->s->policy.copies : 1;
	bool *keep = o->keep + n * places;

	for (size_t i = 0; i < places && vv_spread_copies(o->s, keep) < copies; i++) {
		if (sh->has[i] && o->s->places[i].holder) {
			const size_t before = vv_spread_copies(o->s, keep);
			keep[i] = true;
			keep[i] = vv_spread_copies(o->s, keep) > before;
		}
	}
	settle(o, n, vv_spread_copies(o->s, keep) >= copies);
}

static vv_status keep_stripe(sorting *o, const vv_spread_shard *shards, vv_error *err)
{
	const size_t count = vv_spread_together(shards), places = o->s->place_count;
	size_t at[VV_STRIPE_MAX];
	bool enough = true;
	vv_status rc = vv_spread_apart(at, o->s, shards, err);

	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		enough = enough && at[i] != SIZE_MAX && o->s->places[at[i]].holder;
	}
	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		const size_t n = number_of(o, &shards[i]);
		if (enough) {
			o->keep[n * places + at[i]] = true;
		}
		settle(o, n, enough);
	}
	return rc;
}

static vv_status find_kept(sorting *o, vv_error *err)
{
	const size_t all = vv_vault_shard_count(o->s->state);
	vv_status rc = vv_spread_list_live(&o->list, o->s, 0, err);

	o->fates = vv_calloc(all + 1, sizeof(*o->fates));
	o->keep = vv_calloc((all + 1) * (o->s->place_count + 1), sizeof(*o->keep));
	o->shown = vv_calloc(all + 1, sizeof(*o->shown));
	if (rc < 0 || !o->fates || !o->keep || !o->shown) {
		return rc < 0 ? rc : vv_fail_nomem(err);
	}
	for (size_t i = 0; rc == VV_OK && i < o->list.count;
	     i += vv_spread_together(&o->list.items[i])) {
		if (o->list.items[i].code.data > 0) {
			rc = keep_stripe(o, &o->list.items[i], err);
		} else {
			keep_copies(o, &o->list.items[i]);
		}
	}
	return rc;
}

/* --- what is there -------------------------------------------------------------------------------- */

static vv_status note_said(sorting *o, const vv_cid *cid, unsigned set, unsigned clear,
			   vv_error *err)
{
	const size_t count = vv_cid_map_count(o->named);
	size_t at;
	vv_status rc;

	if (!vv_cid_map_find(o->named, cid, &at)) {
		if (!vv_array_room(o->said, count, o->said_cap)) {
			return vv_fail_nomem(err);
		}
		if ((rc = vv_cid_map_put(o->named, cid, 0, NULL, err)) < 0) {
			return rc;
		}
		at = count;
		o->said[at] = 0;
	}
	o->said[at] = (o->said[at] & ~clear) | set;
	return VV_OK;
}

/* This key's records in their order; those of others hold for ever. */
static vv_status find_said(sorting *o, vv_error *err)
{
	vv_status rc = VV_OK;

	vv_cid_map_reset(o->named);
	for (size_t i = 0; rc == VV_OK && i < vv_ledger_count(o->s->ledger); i++) {
		const vv_ledger_record *r = vv_ledger_at(o->s->ledger, i);
		const bool own = memcmp(r->author, o->s->key.public_key, VV_KEY_PUBLIC) == 0;
		if (memcmp(r->holder, o->p->id, VV_HOLDER_ID) != 0) {
			continue;
		}
		for (size_t k = 0; rc == VV_OK && r->kind == VV_LEDGER_PLACE && k < r->shard_count;
		     k++) {
			rc = note_said(o, &r->shards[k].cid, own ? PLACED : OTHERS,
				       own ? DROPPED : 0, err);
		}
		for (size_t k = 0;
		     rc == VV_OK && own && r->kind == VV_LEDGER_DROP && k < r->link_count; k++) {
			rc = note_said(o, &r->links[k], DROPPED, 0, err);
		}
	}
	return rc;
}

static bool is_dropped(const vv_kept *k, const vv_vault_place *p)
{
	for (size_t i = 0; i < k->copy_count; i++) {
		if (memcmp(k->copies[i].holder, p->id, VV_HOLDER_ID) == 0) {
			return k->copies[i].dropped && !k->copies[i].receipt;
		}
	}
	return false;
}

static vv_status on_listed(void *payload, const vv_cid *cid, uint64_t size, vv_error *err)
{
	sorting *o = payload;
	const vv_kept *k = vv_vault_shard_of(o->s->state, cid);
	candidate c = {.cid = *cid, .kept = k};
	size_t at;

	(void)size;
	if (k) {
		const size_t n = (size_t)(k - vv_vault_shard_at(o->s->state, 0));
		at = (size_t)(o->p - o->s->places);
		if (k->retired || o->fates[n] != ENOUGH || o->keep[n * o->s->place_count + at]) {
			return VV_OK;
		}
		if (!o->alone) {
			o->x->shared++;
			return VV_OK;
		}
		c.dropped = is_dropped(k, o->p);
	} else {
		/* A run that waits here may name it yet, and so may another writer's. */
		if (!vv_cid_map_find(o->named, cid, &at) || o->said[at] & OTHERS ||
		    !(o->said[at] & PLACED) || vv_waiting_run_there(o->s)) {
			return VV_OK;
		}
		c.dropped = o->said[at] & DROPPED;
	}
	if (!vv_array_room(o->items, o->count, o->cap)) {
		return vv_fail_nomem(err);
	}
	o->items[o->count++] = c;
	return VV_OK;
}

/* --- what goes ------------------------------------------------------------------------------------ */

/* The copy at the place, as a thing that waits. */
static vv_status thing_of(vv_cid *out, const candidate *c, const vv_vault_place *p, vv_error *err)
{
	uint8_t bytes[VV_SHA256_LEN + VV_HOLDER_ID];

	memcpy(bytes, c->cid.digest, VV_SHA256_LEN);
	memcpy(bytes + VV_SHA256_LEN, p->id, VV_HOLDER_ID);
	return vv_cid_of(out, VV_CODEC_RAW, bytes, sizeof(bytes), err);
}

/* Do the copies that stay show a leaf, now? */
static bool is_shown(sorting *o, const vv_kept *k)
{
	const size_t n = (size_t)(k - vv_vault_shard_at(o->s->state, 0));
	const vv_cid *vault = vv_ledger_vault(o->s->ledger);
	uint8_t answer[VV_SHA256_LEN] = {0};
	vv_error why;

	for (size_t i = 0; o->shown[n] == 0 && i < o->s->place_count; i++) {
		vv_vault_place *p = &o->s->places[i];
		uint32_t leaf;
		if (!o->keep[n * o->s->place_count + i]) {
			continue;
		}
		vv_random(&leaf, sizeof(leaf));
		if (!p->holder || vv_holder_audit(p->holder, vault, &k->shard,
						  leaf % k->shard.leaves, NULL, answer, &why) < 0) {
			o->shown[n] = 2;
		}
	}
	o->shown[n] = o->shown[n] ? o->shown[n] : 1;
	return o->shown[n] == 1;
}

/* Leaves of the candidates those that go now. */
static vv_status choose_due(sorting *o, vv_error *err)
{
	size_t due = 0;
	uint64_t sec = 0;
	vv_cid thing;
	vv_status rc = VV_OK;

	for (size_t i = 0; i < o->count; i++) {
		const candidate c = o->items[i];
		if ((rc = thing_of(&thing, &c, o->p, err)) < 0 ||
		    (rc = vv_waiting_see(o->waiting, &thing, &sec, err)) < 0) {
			return rc;
		}
		if (sec < o->x->grace_sec || o->x->dry_run || (c.kept && !is_shown(o, c.kept))) {
			o->x->waiting++;
		} else {
			o->items[due++] = c;
		}
	}
	o->count = due;
	return rc;
}

/* The record first: what it names counts no longer, whether it is gone or not. */
static vv_status write_drop(sorting *o, vv_error *err)
{
	vv_cid *links = vv_calloc(o->count + 1, sizeof(*links));
	vv_ledger_record r = {.kind = VV_LEDGER_DROP, .links = links};
	vv_status rc = links ? VV_OK : vv_fail_nomem(err);

	for (size_t i = 0; links && i < o->count; i++) {
		if (!o->items[i].dropped) {
			links[r.link_count++] = o->items[i].cid;
		}
	}
	memcpy(r.holder, o->p->id, VV_HOLDER_ID);
	r.has_key = o->p->holder && vv_vault_holder_key(o->p->holder, r.key);
	if (rc == VV_OK && r.link_count > 0 &&
	    (rc = vv_ledger_write(o->s->ledger, &r, &o->s->key, NULL, err)) == VV_OK) {
		rc = vv_vault_session_meet(o->s, o->p, err);
	}
	vv_free(links);
	return rc;
}

static void remove_due(sorting *o)
{
	const vv_cid *vault = vv_ledger_vault(o->s->ledger);
	vv_error why;

	for (size_t i = 0; o->p->holder && i < o->count; i++) {
		vv_status rc = vv_holder_remove_shard(o->p->holder, vault, &o->items[i].cid, &why);
		if (rc == VV_EREFUSED) {
			o->x->held++;
			if (!o->x->holding[0]) {
				(void)snprintf(o->x->holding, sizeof(o->x->holding), "%s",
					       why.message);
			}
		} else if (rc < 0) {
			vv_vault_place_fail(o->p, &why);
		} else {
			o->x->deleted++;
		}
	}
}

/* Is nobody else named as a writer, and did nobody else write who still may? */
static bool is_alone(const vv_vault_session *s)
{
	for (size_t i = 0; i < vv_vault_writer_count(s->state); i++) {
		if (memcmp(vv_vault_writer_at(s->state, i), s->key.public_key, VV_KEY_PUBLIC) !=
		    0) {
			return false;
		}
	}
	for (size_t i = 0; i < vv_ledger_count(s->ledger); i++) {
		const uint8_t *author = vv_ledger_at(s->ledger, i)->author;
		if (memcmp(author, s->key.public_key, VV_KEY_PUBLIC) != 0 &&
		    vv_vault_is_writer(s->state, author)) {
			return false;
		}
	}
	return true;
}

static vv_status sort_place(sorting *o, vv_vault_place *p, vv_error *err)
{
	vv_error why;
	vv_status rc;

	o->p = p;
	o->count = 0;
	if ((rc = find_said(o, err)) < 0) {
		return rc;
	}
	rc = vv_holder_list_shards(p->holder, vv_ledger_vault(o->s->ledger), on_listed, o, &why);
	if (rc < 0) {
		*err = why;
		if (rc != VV_ENOMEM) {
			vv_vault_place_fail(p, &why);
		}
		return rc == VV_ENOMEM ? rc : VV_OK;
	}
	if ((rc = choose_due(o, err)) < 0 || o->count == 0) {
		return rc;
	}
	if ((rc = write_drop(o, err)) == VV_OK) {
		remove_due(o);
	}
	return rc;
}

vv_status vv_surplus_run(vv_surplus *x, vv_vault_session *s, vv_error *err)
{
	sorting o = {.x = x, .s = s, .named = vv_cid_map_new(), .alone = is_alone(s)};
	vv_status rc = o.named ? vv_vault_session_waiting(s, "surplus", &o.waiting, err)
			       : vv_fail_nomem(err);

	if (rc == VV_OK) {
		rc = find_kept(&o, err);
	}
	for (size_t i = 0; rc == VV_OK && i < s->place_count; i++) {
		if (s->places[i].holder && !s->places[i].config->dead) {
			rc = sort_place(&o, &s->places[i], err);
		}
	}
	if (rc == VV_OK && !x->dry_run) {
		rc = vv_waiting_write(o.waiting, err);
	}
	vv_waiting_close(o.waiting);
	vv_cid_map_free(o.named);
	vv_free(o.said);
	vv_spread_list_clear(&o.list);
	vv_free(o.fates);
	vv_free(o.keep);
	vv_free(o.shown);
	vv_free(o.items);
	return rc == VV_OK && x->deleted > 0 ? vv_vault_session_sync(s, err) : rc;
}
