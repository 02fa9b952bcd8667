/*
 * vault_state: whose word counts for what.
 */
#include "cmd/vault/hold/vault_state.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "repo/blocks/cid_map.h"

/* That a run names a shard. */
struct vv_naming {
	const vv_ledger_record *run;
	size_t before; /* 1 + the shard's naming before this one; 0: it is the first */
};

static vv_status add_pointer(vv_records *p, const vv_ledger_record *r, vv_error *err)
{
	return vv_array_add(p->items, p->count, p->cap, r) ? VV_OK : vv_fail_nomem(err);
}

static bool key_in(uint8_t (*keys)[VV_KEY_PUBLIC], size_t count, const uint8_t *key)
{
	return vv_array_find(keys, count, one, memcmp(*one, key, VV_KEY_PUBLIC) == 0);
}

bool vv_vault_is_owner(const vv_vault_state *s, const uint8_t key[VV_KEY_PUBLIC])
{
	return key_in(s->first->keys, s->first->key_count, key);
}

static bool is_removed(const vv_vault_state *s, const uint8_t key[VV_KEY_PUBLIC])
{
	return vv_array_find(s->removed, s->removed_count, gone,
			     memcmp(gone->key, key, VV_KEY_PUBLIC) == 0);
}

/* Does the newest epoch name it? */
static bool is_named(const vv_vault_state *s, const uint8_t key[VV_KEY_PUBLIC])
{
	const vv_ledger_record *e = s->epochs.count > 0 ? s->epochs.items[s->epochs.count - 1]
							: NULL;
	return e && key_in(e->keys, e->key_count, key);
}

bool vv_vault_is_writer(const vv_vault_state *s, const uint8_t key[VV_KEY_PUBLIC])
{
	return is_named(s, key) || (vv_vault_is_owner(s, key) && !is_removed(s, key));
}

/* Did the removed writer write the record after its last one that counts? */
static bool is_after(const vv_vault_state *s, const vv_ledger_record *r, const vv_removed *gone)
{
	const vv_ledger_record *last = vv_ledger_find(s->ledger, &gone->last);

	return memcmp(gone->key, r->author, VV_KEY_PUBLIC) == 0 &&
	       (!last || r->sequence > last->sequence);
}

bool vv_vault_counts(const vv_vault_state *s, const vv_ledger_record *r)
{
	const bool owner = vv_vault_is_owner(s, r->author);

	if (r->kind == VV_LEDGER_EPOCH) {
		return owner; /* also a removed one: no owner can exclude another */
	}
	if (!owner && !key_in(s->ever, s->ever_count, r->author)) return false;
	if (vv_vault_is_writer(s, r->author)) return true;
	return !vv_array_find(s->removed, s->removed_count, gone, is_after(s, r, gone));
}

/* --- epochs ----------------------------------------------------------------------------------- */

static bool epoch_is_in(const vv_vault_state *s, const vv_cid *cid)
{
	return vv_array_find(s->epochs.items, s->epochs.count, e, vv_cid_equal(&(*e)->cid, cid));
}

static vv_status take_epoch(vv_vault_state *s, const vv_ledger_record *r, vv_error *err)
{
	vv_array_each(r->removed, r->removed_count, it) {
		if (!vv_array_add(s->removed, s->removed_count, s->removed_cap, *it)) {
			return vv_fail_nomem(err);
		}
	}
	vv_array_each(r->keys, r->key_count, key) {
		if (!vv_array_room(s->ever, s->ever_count, s->ever_cap)) return vv_fail_nomem(err);
		memcpy(s->ever[s->ever_count++], *key, VV_KEY_PUBLIC);
	}
	return add_pointer(&s->epochs, r, err);
}

/* Each after those that it names; of several that could be next the one with the lower CID. One that
 * names an epoch that does not count, does not count. */
static vv_status order_epochs(vv_vault_state *s, vv_error *err)
{
	const vv_ledger_record *next;
	vv_status rc = VV_OK;

	do {
		next = NULL;
		vv_array_each(vv_ledger_records(s->ledger), vv_ledger_count(s->ledger), it) {
			const vv_ledger_record *r = *it;
			bool ready = r->kind == VV_LEDGER_EPOCH &&
				     vv_vault_is_owner(s, r->author) && !epoch_is_in(s, &r->cid);
			ready = ready && !vv_array_find(r->links, r->link_count, link,
							!epoch_is_in(s, link));
			if (ready && (!next || vv_cid_compare(&r->cid, &next->cid) < 0)) {
				next = r;
			}
		}
		rc = next ? take_epoch(s, next, err) : VV_OK;
	} while (rc == VV_OK && next);
	return rc;
}

/* --- shards ------------------------------------------------------------------------------------ */

static bool has_seen(const vv_ledger *l, const vv_ledger_record *later,
		     const vv_ledger_record *earlier)
{
	const vv_ledger_record *r = later;

	if (memcmp(later->author, earlier->author, VV_KEY_PUBLIC) == 0) {
		return later->sequence >= earlier->sequence;
	}
	while (r && !(r->kind == VV_LEDGER_VAULT && r->sequence > 0)) {
		r = vv_cid_is_null(&r->previous) ? NULL : vv_ledger_find(l, &r->previous);
	}
	vv_array_each(r ? r->links : NULL, r ? r->link_count : 0, link) {
		const vv_ledger_record *head = vv_ledger_find(l, link);
		if (head && memcmp(head->author, earlier->author, VV_KEY_PUBLIC) == 0 &&
		    head->sequence >= earlier->sequence) {
			return true;
		}
	}
	return false;
}

static vv_kept *find_shard(const vv_vault_state *s, const vv_cid *cid)
{
	uint64_t at;
	return vv_cid_map_get(s->by_cid, cid, &at) ? &s->shards[at] : NULL;
}

const vv_kept *vv_vault_shard_of(const vv_vault_state *s, const vv_cid *cid)
{
	return find_shard(s, cid);
}

/* Once for each run, which comes after those before it. */
static vv_status note_naming(vv_vault_state *s, const vv_ledger_record *run, size_t shard,
			     vv_error *err)
{
	size_t *last = &s->last_naming[shard];

	if (*last > 0 && s->namings[*last - 1].run == run) return VV_OK;
	if (!vv_array_add(s->namings, s->naming_count, s->naming_cap,
			  (struct vv_naming){.run = run, .before = *last})) {
		return vv_fail_nomem(err);
	}
	*last = s->naming_count;
	return VV_OK;
}

/* *at: its place in the list. */
static vv_status take_shard(vv_vault_state *s, const vv_ledger_record *r, const vv_shard *sh,
			    size_t *at, vv_error *err)
{
	uint64_t old;
	vv_status rc;

	if (vv_cid_map_get(s->by_cid, &sh->cid, &old)) {
		*at = (size_t)old;
		return note_naming(s, r, *at, err);
	}
	if (!vv_array_room(s->shards, s->shard_count, s->shard_cap) ||
	    !vv_array_room(s->last_naming, s->shard_count, s->last_cap)) {
		return vv_fail_nomem(err);
	}
	if ((rc = vv_cid_map_put(s->by_cid, &sh->cid, s->shard_count, NULL, err)) < 0) return rc;
	s->shards[s->shard_count] = (vv_kept){.shard = *sh, .run = r};
	s->last_naming[s->shard_count] = 0;
	*at = s->shard_count++;
	return note_naming(s, r, *at, err);
}

/* Was the same stripe named before? Its parity determines its data. */
static bool is_known(const vv_vault_state *s, const vv_kept_stripe *st)
{
	const size_t before = s->shards[st->shards[st->code.data]].stripe;
	const vv_kept_stripe *known = before > 0 ? &s->stripes[before - 1] : NULL;

	return known && known != st && known->code.data == st->code.data &&
	       known->code.parity == st->code.parity &&
	       memcmp(known->shards, st->shards, vv_code_shards(st->code) * sizeof(*st->shards)) ==
		       0;
}

/* Over the run's shards from number first on. A shard that is in another stripe already stays there, and is
 * in this one too; a stripe that another run named is one. */
static vv_status take_stripe(vv_vault_state *s, const vv_ledger_record *r, const vv_stripe *st,
			     size_t first, vv_error *err)
{
	if (!vv_array_add(s->stripes, s->stripe_count, s->stripe_cap,
			  (vv_kept_stripe){.code = st->code})) {
		return vv_fail_nomem(err);
	}
	vv_kept_stripe *to = &s->stripes[s->stripe_count - 1];
	for (size_t i = 0; i < vv_code_shards(st->code); i++) {
		const vv_shard *sh = i < st->code.data ? &r->shards[first + i]
						       : &st->parity[i - st->code.data];
		vv_status rc = take_shard(s, r, sh, &to->shards[i], err);
		if (rc < 0) return rc;
	}
	if (is_known(s, to)) {
		s->stripe_count--;
		return VV_OK;
	}
	vv_array_each(to->shards, vv_code_shards(st->code), at) {
		vv_kept *k = &s->shards[*at];
		k->stripe = k->stripe ? k->stripe : s->stripe_count;
	}
	return VV_OK;
}

static vv_status take_run(vv_vault_state *s, const vv_ledger_record *r, vv_error *err)
{
	size_t at, first = 0;
	vv_status rc;

	vv_array_each(r->shards, r->shard_count, shard) {
		if ((rc = take_shard(s, r, shard, &at, err)) < 0) return rc;
	}
	vv_array_each(r->stripes, r->stripe_count, stripe) {
		if ((rc = take_stripe(s, r, stripe, first, err)) < 0) return rc;
		first += stripe->code.data;
	}
	return add_pointer(&s->runs, r, err);
}

static vv_copy *copy_at(vv_kept *k, const uint8_t *holder)
{
	return vv_array_find(k->copies, k->copy_count, c,
			     memcmp(c->holder, holder, VV_HOLDER_ID) == 0);
}

static vv_status take_place(vv_vault_state *s, const vv_ledger_record *r, vv_error *err)
{
	vv_array_each(r->shards, r->shard_count, shard) {
		vv_kept *k = find_shard(s, &shard->cid);
		vv_copy *c = k ? copy_at(k, r->holder) : NULL;
		if (!k) {
			continue; /* no vault record named it (yet) */
		}
		if (!c) {
			if (!vv_array_add(k->copies, k->copy_count, k->copy_cap, (vv_copy){0})) {
				return vv_fail_nomem(err);
			}
			c = &k->copies[k->copy_count - 1];
			memcpy(c->holder, r->holder, VV_HOLDER_ID);
		}
		if (!c->place || c->place->time <= r->time) {
			c->place = r;
		}
	}
	return VV_OK;
}

static void take_receipt(vv_vault_state *s, const vv_ledger_record *r)
{
	const vv_ledger_record *place = vv_ledger_find(s->ledger, &r->link);

	if (!place || !vv_ledger_is_received(s->ledger, r, place)) {
		return; /* no confirmation that it arrived */
	}
	vv_array_each(place->shards, place->shard_count, shard) {
		vv_kept *k = find_shard(s, &shard->cid);
		vv_copy *c = k ? copy_at(k, place->holder) : NULL;
		if (c && (!c->receipt || c->receipt->time <= r->time)) {
			c->receipt = r;
			c->bad = c->dropped = false;
		}
	}
}

static void take_audit(vv_vault_state *s, const vv_ledger_record *r)
{
	vv_array_each(r->links, r->link_count, link) {
		vv_kept *k = find_shard(s, link);
		vv_copy *c = k ? copy_at(k, r->holder) : NULL;
		if (c && (!c->receipt || c->receipt->time <= r->time)) {
			c->bad = true;
		}
	}
	vv_array_each(s->shards, r->link_count == 0 ? s->shard_count : 0, shard) {
		vv_copy *c = copy_at(shard, r->holder);
		if (c && c->receipt && c->receipt->time <= r->time && c->proven < r->time) {
			c->proven = r->time;
		}
	}
}

static void take_drop(vv_vault_state *s, const vv_ledger_record *r)
{
	vv_array_each(r->links, r->link_count, link) {
		vv_kept *k = find_shard(s, link);
		vv_copy *c = k ? copy_at(k, r->holder) : NULL;
		if (c && (!c->receipt || c->receipt->time <= r->time)) {
			c->receipt = NULL;
			c->dropped = true;
		}
	}
}

static void take_retire(vv_vault_state *s, const vv_ledger_record *r)
{
	vv_array_each(r->links, r->link_count, link) {
		vv_kept *k = find_shard(s, link);
		bool alive = false;
		size_t n = k ? s->last_naming[k - s->shards] : 0;
		/* a naming that its author had not seen, or a later one, revives it */
		for (; n > 0 && !alive; n = s->namings[n - 1].before) {
			alive = !has_seen(s->ledger, r, s->namings[n - 1].run);
		}
		if (k && !alive) {
			k->retired = r;
		}
	}
}

/* The rest of a stripe may be needed to restore its live shard. */
static void keep_stripes_whole(vv_vault_state *s)
{
	bool more = true;

	while (more) {
		more = false;
		vv_array_each(s->stripes, s->stripe_count, st) {
			const size_t count = vv_code_shards(st->code);
			size_t retired = 0;
			vv_array_each(st->shards, count, at) {
				retired += s->shards[*at].retired != NULL;
			}
			vv_array_each(st->shards, retired < count ? count : 0, at) {
				s->shards[*at].retired = NULL;
			}
			more = more || (retired > 0 && retired < count);
		}
	}
}

static void records_clear(vv_records *p)
{
	vv_free(p->items);
}
VV_AUTO_CLEAR(vv_records, records_clear)

/* The records of these kinds that count, in the order of their times. */
static vv_status sort_records(const vv_vault_state *s, vv_ledger_kind first, vv_ledger_kind last,
			      vv_records *out, vv_error *err)
{
	vv_status rc;

	vv_array_each(vv_ledger_records(s->ledger), vv_ledger_count(s->ledger), it) {
		const vv_ledger_record *r = *it;
		if (r->kind >= first && r->kind <= last && vv_vault_counts(s, r) &&
		    (rc = add_pointer(out, r, err)) < 0) {
			return rc;
		}
	}
	if (out->count > 0) {
		qsort(out->items, out->count, sizeof(*out->items), vv_ledger_record_compare);
	}
	return VV_OK;
}

/* Statements about copies, in the order of their times. */
static vv_status take_statements(vv_vault_state *s, vv_error *err)
{
	static void (*const takers[])(vv_vault_state *, const vv_ledger_record *) = {
		[VV_LEDGER_RECEIPT] = take_receipt,
		[VV_LEDGER_AUDIT] = take_audit,
		[VV_LEDGER_RETIRE] = take_retire,
		[VV_LEDGER_DROP] = take_drop};
	vv_auto(vv_records) p = {0};
	vv_status rc;
	vv_array_each(vv_ledger_records(s->ledger), vv_ledger_count(s->ledger), it) {
		if ((*it)->kind == VV_LEDGER_PLACE && vv_vault_counts(s, *it) &&
		    (rc = take_place(s, *it, err)) < 0) {
			return rc;
		}
	}
	if ((rc = sort_records(s, VV_LEDGER_RECEIPT, VV_LEDGER_DROP, &p, err)) < 0) return rc;
	vv_array_each(p.items, p.count, it) {
		takers[(*it)->kind](s, *it);
	}
	keep_stripes_whole(s);
	return VV_OK;
}

static vv_status take_runs(vv_vault_state *s, vv_error *err)
{
	vv_auto(vv_records) p = {0};
	vv_status rc = sort_records(s, VV_LEDGER_VAULT, VV_LEDGER_VAULT, &p, err);

	if (rc < 0) return rc;
	vv_array_each(p.items, p.count, it) {
		if ((*it)->shard_count > 0 && (rc = take_run(s, *it, err)) < 0) return rc;
	}
	return VV_OK;
}

/* --- open, close, look --------------------------------------------------------------------------- */

vv_status vv_vault_state_open(vv_vault_state **out, const vv_ledger *l, vv_error *err)
{
	vv_auto(vv_vault_state) *s = vv_calloc(1, sizeof(*s));
	vv_status rc;

	*out = NULL;
	if (!s || !(s->by_cid = vv_cid_map_new())) return vv_fail_nomem(err);
	s->ledger = l;
	s->first = vv_ledger_find(l, vv_ledger_vault(l));
	if (!s->first) {
		rc = vv_fail(err, VV_EMISSING, "the vault's first record is missing here");
	} else if ((rc = order_epochs(s, err)) == VV_OK && (rc = take_runs(s, err)) == VV_OK) {
		rc = take_statements(s, err);
	}
	if (rc < 0) return rc;
	return vv_hand_over(out, &s);
}

void vv_vault_state_close(vv_vault_state *s)
{
	if (s) {
		vv_array_clear(s->shards, s->shard_count, k, vv_free(k->copies));
		vv_free_all(s->namings, s->last_naming, s->stripes, s->epochs.items, s->runs.items,
			    s->removed, s->ever);
		vv_cid_map_free(s->by_cid);
		vv_free(s);
	}
}

size_t vv_vault_writer_count(const vv_vault_state *s)
{
	return s->epochs.count > 0 ? s->epochs.items[s->epochs.count - 1]->key_count : 0;
}

const uint8_t *vv_vault_writer_at(const vv_vault_state *s, size_t i)
{
	return s->epochs.items[s->epochs.count - 1]->keys[i];
}

static const vv_ledger_record *newest_run(const vv_vault_state *s, const uint8_t *key)
{
	const vv_ledger_record *newest = NULL;

	vv_array_each(s->runs.items, s->runs.count, it) {
		const vv_ledger_record *run = *it;
		if (memcmp(run->author, key, VV_KEY_PUBLIC) == 0 &&
		    (!newest || run->sequence > newest->sequence)) {
			newest = run;
		}
	}
	return newest;
}

bool vv_vault_must_look(const vv_vault_state *s, const uint8_t key[VV_KEY_PUBLIC])
{
	const vv_ledger_record *newest = newest_run(s, key);

	vv_array_each(vv_ledger_records(s->ledger), vv_ledger_count(s->ledger), it) {
		const vv_ledger_record *r = *it;
		if (r->kind == VV_LEDGER_RETIRE && memcmp(r->author, key, VV_KEY_PUBLIC) != 0 &&
		    vv_vault_counts(s, r) && (!newest || !has_seen(s->ledger, newest, r))) {
			return true;
		}
	}
	return false;
}

const vv_ledger_author *vv_vault_behind(const vv_vault_state *s, const vv_ledger_record *r)
{
	vv_array_each(vv_ledger_authors(s->ledger), vv_ledger_author_count(s->ledger), a) {
		const vv_ledger_record *newest = newest_run(s, a->key);
		if (newest && vv_vault_is_writer(s, a->key) &&
		    memcmp(a->key, r->author, VV_KEY_PUBLIC) != 0 &&
		    !has_seen(s->ledger, newest, r)) {
			return a;
		}
	}
	return NULL;
}

bool vv_vault_writes(const vv_vault_state *s, const uint8_t key[VV_KEY_PUBLIC])
{
	return is_named(s, key) || (vv_vault_is_writer(s, key) && newest_run(s, key));
}

const vv_copy *vv_vault_copy_at(const vv_kept *k, const uint8_t holder[VV_HOLDER_ID])
{
	return copy_at((vv_kept *)(uintptr_t)k, holder);
}
