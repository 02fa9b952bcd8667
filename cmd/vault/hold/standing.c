/*
 * standing: which copies the last audits prove.
 */
#include "cmd/vault/hold/standing.h"

#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "repo/blocks/reach.h"

#define WINDOW ((uint64_t)VV_STANDING_DAYS * 86400u)

void vv_standing_clear(vv_standing *s)
{
	vv_free(s->lines);
	s->lines = NULL;
	s->count = s->cap = 0;
}

static bool same_key(const uint8_t *a, const uint8_t *b)
{
	return memcmp(a, b, VV_KEY_PUBLIC) == 0;
}

/* --- one vault ---------------------------------------------------------------------------------------- */

/* This machine's last records of an address: two addresses may be one server. */
typedef struct address {
	uint8_t holder[VV_HOLDER_ID];
	const vv_ledger_record *place, *audit; /* audit NULL: none */
	vv_cid_set *counted;                   /* shards of place's key, with its first address */
} address;

typedef struct proving {
	vv_standing *s;
	const vv_ledger *ledger;
	const vv_vault_state *state;
	address *addresses;
	size_t count, cap;
	const vv_ledger_record **failed; /* own audits that found shards bad */
	size_t failed_count, failed_cap;
} proving;

static bool is_own(const proving *p, const vv_ledger_record *r, vv_ledger_kind kind)
{
	return r->kind == kind && same_key(r->author, p->s->self) && vv_vault_counts(p->state, r);
}

static address *find_address(const proving *p, const uint8_t *holder)
{
	return vv_array_find(p->addresses, p->count, a,
			     memcmp(a->holder, holder, VV_HOLDER_ID) == 0);
}

/* Takes the place at another owner's server that signs. */
static vv_status take_place(proving *p, const vv_ledger_record *r, vv_error *err)
{
	address *a = find_address(p, r->holder);

	if (!r->has_key || same_key(r->author, r->key)) return VV_OK;
	if (!a) {
		if (!vv_array_add(p->addresses, p->count, p->cap, (address){.place = r})) {
			return vv_fail_nomem(err);
		}
		a = &p->addresses[p->count - 1];
		memcpy(a->holder, r->holder, VV_HOLDER_ID);
	}
	a->place = r;
	return VV_OK;
}

static vv_status take_audit(proving *p, const vv_ledger_record *r, vv_error *err)
{
	address *a = find_address(p, r->holder);

	if (r->time > p->s->now || !a) return VV_OK;
	a->audit = r;
	if (r->link_count == 0) return VV_OK;
	return vv_array_add(p->failed, p->failed_count, p->failed_cap, r) ? VV_OK
									  : vv_fail_nomem(err);
}

/* This machine's own records, which come in their order. */
static vv_status read_own(proving *p, vv_error *err)
{
	vv_status rc;

	vv_array_each(vv_ledger_records(p->ledger), vv_ledger_count(p->ledger), it) {
		const vv_ledger_record *r = *it;
		if (is_own(p, r, VV_LEDGER_PLACE)) {
			if ((rc = take_place(p, r, err)) < 0) return rc;
		} else if (is_own(p, r, VV_LEDGER_AUDIT)) {
			if ((rc = take_audit(p, r, err)) < 0) return rc;
		}
	}
	return VV_OK;
}

static bool is_good(const proving *p, const vv_ledger_record *audit)
{
	return audit && audit->link_count == 0 && audit->asked > 0 && audit->good == audit->asked &&
	       p->s->now - audit->time <= WINDOW;
}

/* Was it found missing since then? */
static bool was_lost(const proving *p, const vv_cid *cid, const uint8_t *holder, uint64_t since)
{
	vv_array_each(p->failed, p->failed_count, it) {
		const vv_ledger_record *r = *it;
		if (r->time >= since && memcmp(r->holder, holder, VV_HOLDER_ID) == 0 &&
		    vv_array_find(r->links, r->link_count, link, vv_cid_equal(link, cid))) {
			return true;
		}
	}
	return false;
}

static vv_standing_line *find_line(const vv_standing *s, const uint8_t *holder)
{
	return vv_array_find(s->lines, s->count, line, same_key(line->holder, holder));
}

static vv_status need_line(vv_standing *s, const uint8_t *holder, vv_standing_line **out,
			   vv_error *err)
{
	if ((*out = find_line(s, holder))) return VV_OK;
	if (!vv_array_add(s->lines, s->count, s->cap, (vv_standing_line){.bytes = 0})) {
		return vv_fail_nomem(err);
	}
	*out = &s->lines[s->count - 1];
	memcpy((*out)->holder, holder, VV_KEY_PUBLIC);
	return VV_OK;
}

/* Shards that were counted for the server, at whatever address. */
static vv_status need_counted(proving *p, const uint8_t *key, vv_cid_set **out, vv_error *err)
{
	address *first = vv_array_find(p->addresses, p->count, a, same_key(a->place->key, key));

	if (!first->counted && !(first->counted = vv_cid_set_new())) return vv_fail_nomem(err);
	*out = first->counted;
	return VV_OK;
}

/* The shards of the receipt that are in the vault and that no drop released. */
static vv_status count_receipt(proving *p, const vv_ledger_record *r, const vv_ledger_record *place,
			       vv_error *err)
{
	const address *a = find_address(p, place->holder);
	const uint64_t since = r->time > place->time ? r->time : place->time;
	vv_standing_line *line = NULL;
	vv_cid_set *counted = NULL;
	vv_status rc;

	if (!a || !same_key(a->place->key, place->key) || !is_good(p, a->audit) ||
	    a->audit->time < since) {
		return VV_OK;
	}
	if ((rc = need_line(p->s, place->key, &line, err)) < 0 ||
	    (rc = need_counted(p, place->key, &counted, err)) < 0) {
		return rc;
	}
	line->proven = a->audit->time > line->proven ? a->audit->time : line->proven;
	vv_array_each(place->shards, place->shard_count, shard) {
		const vv_cid *cid = &shard->cid;
		const vv_kept *k = vv_vault_shard_of(p->state, cid);
		const vv_copy *c = k ? vv_vault_copy_at(k, place->holder) : NULL;
		bool added = false;
		if (c && c->receipt && !k->retired && !was_lost(p, cid, place->holder, since) &&
		    (rc = vv_cid_set_add(counted, cid, &added, err)) < 0) {
			return rc;
		}
		line->bytes += added ? vv_shard_len(k->shard.leaves) : 0;
	}
	return rc;
}

static vv_status count_receipts(proving *p, vv_error *err)
{
	vv_status rc;

	vv_array_each(vv_ledger_records(p->ledger), vv_ledger_count(p->ledger), it) {
		const vv_ledger_record *r = *it, *place;
		if (r->kind != VV_LEDGER_RECEIPT || !vv_vault_counts(p->state, r)) {
			continue;
		}
		place = vv_ledger_find(p->ledger, &r->link);
		if (place && is_own(p, place, VV_LEDGER_PLACE) && place->has_key &&
		    vv_receipt_check(r, place, VV_IGNORED) == VV_OK) {
			if ((rc = count_receipt(p, r, place, err)) < 0) return rc;
		}
	}
	return VV_OK;
}

vv_status vv_standing_add(vv_standing *s, const vv_ledger *l, const vv_vault_state *state,
			  vv_error *err)
{
	proving p = {.s = s, .ledger = l, .state = state};
	vv_status rc = read_own(&p, err);

	if (rc == VV_OK) {
		rc = count_receipts(&p, err);
	}
	vv_array_clear(p.addresses, p.count, a, vv_cid_set_free(a->counted));
	vv_free(p.failed);
	return rc;
}

/* --- standing ------------------------------------------------------------------------------------ */

vv_standing_line vv_standing_of(const vv_standing *s, const uint8_t holder[VV_KEY_PUBLIC])
{
	const vv_standing_line *line = find_line(s, holder);

	return line ? *line : (vv_standing_line){.bytes = 0};
}

uint64_t vv_standing_room(uint64_t bytes, uint64_t ratio, uint64_t most)
{
	uint64_t whole, part;

	if (__builtin_mul_overflow(bytes / 1000, ratio, &whole) ||
	    __builtin_mul_overflow(bytes % 1000, ratio, &part) ||
	    __builtin_add_overflow(whole, part / 1000, &whole)) {
		return most;
	}
	return whole < most ? whole : most;
}
