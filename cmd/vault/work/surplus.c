/*
 * surplus: which copies are enough.
 */
#include "cmd/vault/work/surplus.h"

#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/hash.h"
#include "base/json/json.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/vault/sealed/placement.h"
#include "cmd/vault/sealed/waiting.h"
#include "cmd/vault/work/spread.h"
#include "cmd/vault/work/waiting_run.h"
#include "repo/blocks/cid_map.h"

/* A copy at the place that is looked at. */
typedef struct candidate {
	vv_cid cid;
	const vv_kept *kept; /* NULL: no run names it */
	bool dropped;        /* already in a record of this key */
} candidate;

typedef enum fate {
	UNKNOWN,
	ENOUGH, /* the copies to keep exist */
	LACKING /* nothing of it is deleted */
} fate;

typedef struct sorting {
	vv_surplus *x;
	vv_vault_session *s;
	vv_spread_list list;
	fate *fates;    /* of each shard of the state */
	bool *keep;     /* of each, places: the copies that stay */
	uint8_t *shown; /* of each: 0 not checked, 1 its copies proved a leaf, 2 they did not */
	vv_cid_map *
		named; /* shards that records place at, or drop from, the place that is looked at */
	unsigned *said; /* PLACED and others, of each of them */
	size_t said_cap;
	vv_waiting *waiting;
	candidate *items;
	size_t count, cap;
	vv_vault_place *p; /* that is looked at */
	bool alone;        /* no other writer in the vault */
	bool unknown;      /* another writer's policy is unknown */
	unsigned copies;   /* the largest policy */
} sorting;

/* Records about a shard at the place. */
#define PLACED 1u  /* this key brought it there */
#define DROPPED 2u /* and let it go later */
#define OTHERS 4u  /* another key that may write brought it, and counts on it */
#define THEIRS 8u  /* the same of one of them, while its records are read */

/* --- what stays ---------------------------------------------------------------------------------- */

static size_t number_of(const sorting *o, const vv_spread_shard *sh)
{
	return (size_t)(vv_vault_shard_of(o->s->state, &sh->shard.cid) - &o->s->state->shards[0]);
}

/* A shard in two stripes keeps what either needs, and all where one of them is not whole. */
static void settle_shard(sorting *o, size_t n, bool enough)
{
	o->fates[n] = enough && o->fates[n] != LACKING ? ENOUGH : LACKING;
}

/* So many copies in different domains, at holders that are reached: those with the highest ranks. */
static vv_status keep_copies(sorting *o, const vv_spread_shard *sh, vv_error *err)
{
	const vv_vault_session *s = o->s;
	const size_t n = number_of(o, sh), places = s->place_count;
	vv_auto_free vv_placeable *list = vv_calloc(places + 1, sizeof(*list));
	vv_auto_free size_t *at = vv_calloc(2 * places + 1, sizeof(*at));
	size_t *order = at ? at + places : NULL;
	size_t count = 0;

	if (!list || !at) return vv_fail_nomem(err);
	for (size_t i = 0; i < places; i++) {
		if (sh->has[i] && s->places[i].holder) {
			list[count].id = s->places[i].id;
			list[count].domain = vv_vault_place_domain(s, &s->places[i]);
			at[count++] = i;
		}
	}
	size_t apart = vv_placement(order, &sh->shard.cid, list, count);
	for (size_t i = 0; i < apart && i < o->copies; i++) {
		o->keep[n * places + at[order[i]]] = true;
	}
	settle_shard(o, n, apart >= o->copies);
	return VV_OK;
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
		settle_shard(o, n, enough);
	}
	return rc;
}

static vv_status find_kept(sorting *o, vv_error *err)
{
	const size_t all = o->s->state->shard_count;
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
			rc = keep_copies(o, &o->list.items[i], err);
		}
	}
	return rc;
}

/* --- existing copies
 * -------------------------------------------------------------------------------- */

static vv_status note_said(sorting *o, const vv_cid *cid, unsigned set, unsigned clear,
			   vv_error *err)
{
	const size_t count = vv_cid_map_count(o->named);
	size_t at;
	vv_status rc;

	if (!vv_cid_map_find(o->named, cid, &at)) {
		if (!vv_array_room(o->said, count, o->said_cap)) return vv_fail_nomem(err);
		if ((rc = vv_cid_map_put(o->named, cid, 0, NULL, err)) < 0) return rc;
		at = count;
		o->said[at] = 0;
	}
	o->said[at] = (o->said[at] & ~clear) | set;
	return VV_OK;
}

/* Reads one writer's records in order: its last one about a copy counts. */
static vv_status find_words(sorting *o, const uint8_t *author, unsigned placed, unsigned dropped,
			    vv_error *err)
{
	vv_status rc;

	vv_array_each(vv_ledger_records(o->s->ledger), vv_ledger_count(o->s->ledger), it) {
		const vv_ledger_record *r = *it;
		if (memcmp(r->author, author, VV_KEY_PUBLIC) != 0 ||
		    memcmp(r->holder, o->p->id, VV_HOLDER_ID) != 0) {
			continue;
		}
		vv_array_each(r->shards, r->kind == VV_LEDGER_PLACE ? r->shard_count : 0, shard) {
			if ((rc = note_said(o, &shard->cid, placed, dropped, err)) < 0) return rc;
		}
		vv_array_each(r->links, r->kind == VV_LEDGER_DROP ? r->link_count : 0, link) {
			if ((rc = note_said(o, link, dropped, dropped ? 0 : placed, err)) < 0) {
				return rc;
			}
		}
	}
	return VV_OK;
}

/* Reads the records of all writers. */
static vv_status find_said(sorting *o, vv_error *err)
{
	const uint8_t *self = o->s->key.public_key;
	vv_status rc;

	vv_cid_map_reset(o->named);
	if ((rc = find_words(o, self, PLACED, DROPPED, err)) < 0) return rc;
	vv_array_each(vv_ledger_authors(o->s->ledger), vv_ledger_author_count(o->s->ledger), a) {
		if (memcmp(a->key, self, VV_KEY_PUBLIC) == 0 ||
		    !vv_vault_writes(o->s->state, a->key)) {
			continue;
		}
		if ((rc = find_words(o, a->key, THEIRS, 0, err)) < 0) return rc;
		for (size_t k = 0; k < vv_cid_map_count(o->named); k++) {
			o->said[k] = o->said[k] & THEIRS ? OTHERS | (o->said[k] & ~THEIRS)
							 : o->said[k];
		}
	}
	return VV_OK;
}

static unsigned said_of(const sorting *o, const vv_cid *cid)
{
	size_t at;

	return vv_cid_map_find(o->named, cid, &at) ? o->said[at] : 0;
}

/* May this key remove the copy that it placed there? */
static bool is_own(unsigned said)
{
	return (said & PLACED) && !(said & OTHERS);
}

/* A copy in the vault that nothing needs, and that this key may remove. */
static bool is_surplus(sorting *o, const vv_kept *k, unsigned said)
{
	const size_t n = (size_t)(k - &o->s->state->shards[0]);

	if (!k->retired && (o->fates[n] != ENOUGH ||
			    o->keep[n * o->s->place_count + (size_t)(o->p - o->s->places)])) {
		return false;
	}
	if (o->alone || ((!o->unknown || k->retired) && is_own(said))) return true;
	o->x->shared += !k->retired;
	return false;
}

static vv_status on_listed(void *payload, const vv_cid *cid, uint64_t size VV_UNUSED, vv_error *err)
{
	sorting *o = payload;
	const vv_kept *k = vv_vault_shard_of(o->s->state, cid);
	const unsigned said = said_of(o, cid);

	/* One that no run names: a run that waits here may name it yet. */
	if (k ? !is_surplus(o, k, said) : !is_own(said) || vv_waiting_run_there(o->s)) {
		return VV_OK;
	}
	return vv_array_add(o->items, o->count, o->cap,
			    (candidate){.cid = *cid, .kept = k, .dropped = (said & DROPPED) != 0})
		       ? VV_OK
		       : vv_fail_nomem(err);
}

/* --- deletion ------------------------------------------------------------------------------------ */

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
	const size_t n = (size_t)(k - &o->s->state->shards[0]);
	const vv_cid *vault = vv_ledger_vault(o->s->ledger);
	uint8_t answer[VV_SHA256_LEN] = {0};

	for (size_t i = 0; o->shown[n] == 0 && i < o->s->place_count; i++) {
		vv_vault_place *p = &o->s->places[i];
		uint32_t leaf;
		if (!o->keep[n * o->s->place_count + i]) {
			continue;
		}
		vv_random(&leaf, sizeof(leaf));
		if (!p->holder ||
		    vv_holder_audit(p->holder, vault, &k->shard, leaf % k->shard.leaves, NULL,
				    answer, VV_IGNORED) < 0) {
			o->shown[n] = 2;
		}
	}
	o->shown[n] = o->shown[n] ? o->shown[n] : 1;
	return o->shown[n] == 1;
}

/* May it go now? */
static vv_status is_due(sorting *o, const candidate *c, bool *out, vv_error *err)
{
	const vv_ledger_record *retired = c->kept ? c->kept->retired : NULL;
	const vv_ledger_author *behind = retired ? vv_vault_behind(o->s->state, retired) : NULL;
	vv_cid thing = retired ? retired->cid : c->cid;
	uint64_t sec = 0;
	vv_status rc = retired ? VV_OK : thing_of(&thing, c, o->p, err);

	if (rc < 0 || (rc = vv_waiting_see(o->waiting, &thing, &sec, err)) < 0) return rc;
	if (behind) {
		o->x->blocked = true;
		memcpy(o->x->blocker, behind->key, VV_KEY_PUBLIC);
	}
	*out = sec >= o->x->grace_sec && !o->x->dry_run && !behind &&
	       (!c->kept || retired || is_shown(o, c->kept));
	return VV_OK;
}

static void count_waiting(sorting *o, const candidate *c)
{
	if (!c->kept || !c->kept->retired) {
		o->x->waiting++;
		return;
	}
	uint8_t *counted = &o->shown[c->kept - &o->s->state->shards[0]];
	o->x->waiting_shards += *counted == 0;
	*counted = 1;
}

/* Leaves of the candidates those that go now. */
static vv_status choose_due(sorting *o, vv_error *err)
{
	size_t due = 0;
	bool goes = false;

	vv_array_each(o->items, o->count, it) {
		const candidate c = *it;
		vv_status rc = is_due(o, &c, &goes, err);
		if (rc < 0) return rc;
		if (goes) {
			o->items[due++] = c;
		} else {
			count_waiting(o, &c);
		}
	}
	o->count = due;
	return VV_OK;
}

/* Writes a record that the copies here no longer count, before any deletion. Sends it to the holder, and receives
 * other writers' new records. */
static vv_status write_drop(sorting *o, vv_error *err)
{
	vv_auto_free vv_cid *shards = vv_calloc(o->count + 1, sizeof(*shards));
	vv_ledger_record r = {.kind = VV_LEDGER_DROP, .links = shards};
	vv_status rc;

	if (!shards) return vv_fail_nomem(err);
	vv_array_each(o->items, o->count, it) {
		if (!it->dropped) {
			shards[r.link_count++] = it->cid;
		}
	}
	if (r.link_count > 0) {
		memcpy(r.holder, o->p->id, VV_HOLDER_ID);
		r.has_key = o->p->holder && vv_vault_holder_key(o->p->holder, r.key);
		if ((rc = vv_ledger_write(o->s->ledger, &r, &o->s->key, NULL, err)) < 0) return rc;
	}
	return o->count > 0 ? vv_vault_session_meet(o->s, o->p, err) : VV_OK;
}

static void remove_due(sorting *o)
{
	const vv_cid *vault = vv_ledger_vault(o->s->ledger);
	vv_error why;

	vv_array_each(o->items, o->count, it) {
		if (!o->p->holder) return;
		/* Another writer may have brought it just now. */
		if (!o->alone && !is_own(said_of(o, &it->cid))) {
			o->x->shared++;
			continue;
		}
		vv_status rc = vv_holder_remove_shard(o->p->holder, vault, &it->cid, &why);
		if (rc == VV_EREFUSED && !why.failed) {
			o->x->held++;
			if (!o->x->holding[0]) {
				(void)snprintf(o->x->holding, sizeof(o->x->holding), "%s",
					       why.message);
			}
		} else if (rc < 0) {
			vv_vault_place_fail(o->p, &why);
		} else {
			o->x->deleted++;
			o->x->retired += it->kept && it->kept->retired;
		}
	}
}

/* The largest policy of all writers; another writer's last sealed one counts. */
static vv_status find_policy(sorting *o, vv_error *err)
{
	const vv_vault_session *s = o->s;
	vv_auto(vv_buf) text = VV_BUF_INIT;

	o->copies = s->policy.copies ? s->policy.copies : 1;
	vv_array_each(vv_ledger_authors(s->ledger), vv_ledger_author_count(s->ledger), author) {
		const uint8_t *key = author->key;
		vv_auto(vv_arena) arena = {0};
		vv_json *doc = NULL;
		vv_error why = {.code = VV_OK};
		uint64_t copies = 0;
		if (memcmp(key, s->key.public_key, VV_KEY_PUBLIC) == 0 ||
		    !vv_vault_writes(s->state, key)) {
			continue;
		}
		o->alone = false;
		if (vv_vault_session_places(s, key, &text, &why) == VV_OK && text.len > 0 &&
		    vv_json_read(&doc, &arena, text.data, text.len, "the vault's holders", &why) ==
			    VV_OK &&
		    vv_json_get_u64(&copies, doc, "copies") && copies > 0 &&
		    copies <= VV_COPIES_MAX) {
			if (copies > o->copies) {
				o->copies = o->x->policy = (unsigned)copies;
				memcpy(o->x->policy_of, key, VV_KEY_PUBLIC);
			}
		} else {
			o->unknown = true;
			if (why.code == VV_ENOMEM) return vv_fail_nomem(err);
		}
	}
	for (size_t i = 0; i < vv_vault_writer_count(s->state); i++) {
		const uint8_t *key = vv_vault_writer_at(s->state, i);
		const bool other = memcmp(key, s->key.public_key, VV_KEY_PUBLIC) != 0;
		o->alone = o->alone && !other;
		o->unknown = o->unknown || (other && !vv_ledger_author_of(s->ledger, key));
	}
	return VV_OK;
}

static vv_status sort_place(sorting *o, vv_vault_place *p, vv_error *err)
{
	vv_error why;
	vv_status rc;

	o->p = p;
	o->count = 0;
	if ((rc = find_said(o, err)) < 0) return rc;
	rc = vv_holder_list_shards(p->holder, vv_ledger_vault(o->s->ledger), on_listed, o, &why);
	if (rc < 0) {
		*err = why;
		if (rc != VV_ENOMEM) {
			vv_vault_place_fail(p, &why);
		}
		return rc == VV_ENOMEM ? rc : VV_OK;
	}
	if ((rc = choose_due(o, err)) < 0 || (rc = write_drop(o, err)) < 0 ||
	    (rc = find_said(o, err)) < 0) {
		return rc;
	}
	remove_due(o);
	return VV_OK;
}

vv_status vv_surplus_run(vv_surplus *x, vv_vault_session *s, vv_error *err)
{
	sorting o = {.x = x, .s = s, .named = vv_cid_map_new(), .alone = true};
	vv_auto(char) *path = vv_vault_session_path(s, "surplus", NULL);
	vv_status rc = o.named && path ? vv_waiting_open(&o.waiting, path, s->now, err)
				       : vv_fail_nomem(err);

	if (rc == VV_OK && (rc = find_policy(&o, err)) == VV_OK) {
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
	vv_free_all(o.fates, o.keep, o.shown, o.items);
	return rc == VV_OK && !x->dry_run ? vv_vault_session_sync(s, err) : rc;
}
