/*
 * standing: what a ledger's records prove, and what that is worth.
 */
#include "cmd/vault/hold/standing.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/blocks/cid_map.h"

#define DAY 86400u
#define WINDOW ((uint64_t)VV_STANDING_DAYS * DAY)

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

/* A copy that a receipt tells of. */
typedef struct copy {
	const vv_kept *kept;
	uint8_t holder[VV_HOLDER_ID]; /* an address: two of them may be one server */
	uint8_t key[VV_KEY_PUBLIC];   /* the server */
	uint64_t from;                /* since when it is kept and not proved; 0: it is not kept */
	uint64_t proven;              /* when it last was; 0: never */
	size_t next;                  /* 1 + another copy of this shard; 0: none */
} copy;

/* Which key an address had last. */
typedef struct address {
	uint8_t holder[VV_HOLDER_ID], key[VV_KEY_PUBLIC];
} address;

typedef struct proving {
	vv_standing *s;
	const vv_ledger *ledger;
	const vv_vault_state *state;
	const vv_ledger_record **events; /* in the order of their times */
	size_t event_count, event_cap;
	copy *copies;
	size_t count, cap;
	vv_cid_map *by_cid; /* the first copy of a shard */
	address *addresses;
	size_t address_count, address_cap;
} proving;

static vv_standing_line *find_line(const proving *p, const uint8_t *holder)
{
	for (size_t i = 0; i < p->s->count; i++) {
		vv_standing_line *l = &p->s->lines[i];
		if (vv_cid_equal(&l->vault, vv_ledger_vault(p->ledger)) &&
		    same_key(l->holder, holder)) {
			return l;
		}
	}
	return NULL;
}

static vv_status need_line(proving *p, const uint8_t *holder, vv_standing_line **out, vv_error *err)
{
	if ((*out = find_line(p, holder))) return VV_OK;
	if (!vv_array_room(p->s->lines, p->s->count, p->s->cap)) return vv_fail_nomem(err);
	*out = &p->s->lines[p->s->count++];
	**out = (vv_standing_line){.vault = *vv_ledger_vault(p->ledger)};
	memcpy((*out)->holder, holder, VV_KEY_PUBLIC);
	return VV_OK;
}

static address *find_address(const proving *p, const uint8_t *holder)
{
	for (size_t i = 0; i < p->address_count; i++) {
		if (memcmp(p->addresses[i].holder, holder, VV_HOLDER_ID) == 0) {
			return &p->addresses[i];
		}
	}
	return NULL;
}

static vv_status take_place(proving *p, const vv_ledger_record *r, vv_error *err)
{
	address *a = find_address(p, r->holder);

	if (!a) {
		if (!vv_array_room(p->addresses, p->address_count, p->address_cap)) {
			return vv_fail_nomem(err);
		}
		a = &p->addresses[p->address_count++];
		memcpy(a->holder, r->holder, VV_HOLDER_ID);
	}
	memcpy(a->key, r->key, VV_KEY_PUBLIC);
	return VV_OK;
}

static copy *first_copy(const proving *p, const vv_cid *cid)
{
	uint64_t at;

	return vv_cid_map_get(p->by_cid, cid, &at) ? &p->copies[at] : NULL;
}

static copy *next_copy(const proving *p, const copy *c)
{
	return c->next > 0 ? &p->copies[c->next - 1] : NULL;
}

static vv_status add_copy(proving *p, const vv_kept *k, const vv_ledger_record *place,
			  uint64_t from, vv_error *err)
{
	copy *first = first_copy(p, &k->shard.cid);

	for (copy *c = first; c; c = next_copy(p, c)) {
		if (memcmp(c->holder, place->holder, VV_HOLDER_ID) == 0 &&
		    same_key(c->key, place->key)) {
			c->from = c->from > 0 ? c->from : from;
			return VV_OK;
		}
	}
	const size_t at = first ? (size_t)(first - p->copies) : 0;
	if (!vv_array_room(p->copies, p->count, p->cap)) return vv_fail_nomem(err);
	copy *c = &p->copies[p->count];
	*c = (copy){.kept = k, .from = from};
	memcpy(c->holder, place->holder, VV_HOLDER_ID);
	memcpy(c->key, place->key, VV_KEY_PUBLIC);
	if (first) {
		c->next = p->copies[at].next;
		p->copies[at].next = p->count + 1;
	} else {
		vv_status rc = vv_cid_map_put(p->by_cid, &k->shard.cid, p->count, NULL, err);
		if (rc < 0) return rc;
	}
	p->count++;
	return VV_OK;
}

/* A place of this machine's own, for another's server that signs. */
static bool is_place(const proving *p, const vv_ledger_record *r)
{
	return r->kind == VV_LEDGER_PLACE && r->has_key && same_key(r->author, p->s->self) &&
	       !same_key(r->author, r->key) && vv_vault_counts(p->state, r);
}

static vv_status take_receipt(proving *p, const vv_ledger_record *r, vv_error *err)
{
	const vv_ledger_record *place = vv_ledger_find(p->ledger, &r->link);
	vv_status rc = VV_OK;

	/* Not before it was asked for, whatever the clock of who noted it said. */
	const uint64_t from = r->time > place->time ? r->time : place->time;
	for (size_t i = 0; rc == VV_OK && i < place->shard_count; i++) {
		const vv_kept *k = vv_vault_shard_of(p->state, &place->shards[i].cid);
		rc = k ? add_copy(p, k, place, from, err) : VV_OK;
	}
	return rc;
}

static void take_drop(proving *p, const vv_ledger_record *r)
{
	for (size_t i = 0; i < r->link_count; i++) {
		for (copy *c = first_copy(p, &r->links[i]); c; c = next_copy(p, c)) {
			if (memcmp(c->holder, r->holder, VV_HOLDER_ID) == 0) {
				c->from = 0;
			}
		}
	}
}

/* Adds len bytes for so many seconds. */
static vv_status add_time(vv_standing_line *l, uint64_t len, uint64_t seconds, vv_error *err)
{
	uint64_t product;

	if (__builtin_mul_overflow(len, seconds, &product)) {
		return vv_fail(err, VV_EREFUSED, "more byte-seconds than fit in a number");
	}
	l->rest += product % DAY;
	uint64_t more = product / DAY + l->rest / DAY;
	l->rest %= DAY;
	return __builtin_add_overflow(l->byte_days, more, &l->byte_days)
		       ? vv_fail(err, VV_EREFUSED, "more byte-days than fit in a number")
		       : VV_OK;
}

/* The copy was there at that time. What another address of the same server has proved counts once. */
static vv_status prove(proving *p, copy *c, uint64_t time, vv_standing_line *l, vv_error *err)
{
	const uint64_t begin = p->s->now > WINDOW ? p->s->now - WINDOW : 0;
	uint64_t from = c->from > begin ? c->from : begin;

	for (const copy *o = first_copy(p, &c->kept->shard.cid); o; o = next_copy(p, o)) {
		if (same_key(o->key, c->key) && o->proven > from) {
			from = o->proven;
		}
	}
	c->from = c->proven = time;
	return from < time ? add_time(l, vv_shard_len(c->kept->shard.leaves), time - from, err)
			   : VV_OK;
}

/* Of the shards that it is to have, as an audit lists them. */
static bool is_asked(const copy *c, const vv_ledger_record *audit, const address *a)
{
	return c->from > 0 && c->from <= audit->time && same_key(c->key, a->key) &&
	       memcmp(c->holder, a->holder, VV_HOLDER_ID) == 0 &&
	       c->kept->run->time <= audit->time &&
	       !(c->kept->retired && c->kept->retired->time <= audit->time);
}

static vv_status take_audit(proving *p, const vv_ledger_record *r, vv_error *err)
{
	const address *a = find_address(p, r->holder);
	const bool good = r->link_count == 0 && r->asked > 0 && r->good == r->asked;
	vv_standing_line *l;
	vv_status rc;

	if (!a) return VV_OK;
	if ((rc = need_line(p, a->key, &l, err)) < 0) return rc;
	if (r->time > p->s->now) {
		l->ahead++;
		return VV_OK;
	}
	if (r->time + WINDOW >= p->s->now) {
		l->good += good;
		l->failed += !good;
	}
	for (size_t i = 0; rc == VV_OK && i < p->count; i++) {
		copy *c = &p->copies[i];
		if (!is_asked(c, r, a)) {
			continue;
		}
		if (good) {
			rc = prove(p, c, r->time, l, err);
		} else {
			c->from = r->time;
		}
	}
	l->proven = good ? r->time : l->proven;
	/* What was found missing is kept again when a receipt says so. */
	for (size_t i = 0; i < r->link_count; i++) {
		for (copy *c = first_copy(p, &r->links[i]); c; c = next_copy(p, c)) {
			if (memcmp(c->holder, r->holder, VV_HOLDER_ID) == 0) {
				c->from = c->proven = 0;
			}
		}
	}
	return rc;
}

/* What the last audits proved, one copy of a shard at a server. */
static void add_bytes(proving *p)
{
	for (size_t i = 0; i < p->count; i++) {
		const copy *c = &p->copies[i];
		vv_standing_line *l = find_line(p, c->key);
		bool counted = !l || c->from == 0 || c->proven == 0 || c->kept->retired;
		for (const copy *o = first_copy(p, &c->kept->shard.cid); o && !counted;
		     o = next_copy(p, o)) {
			counted = o < c && same_key(o->key, c->key) && o->from > 0 && o->proven > 0;
		}
		if (!counted) {
			l->bytes += vv_shard_len(c->kept->shard.leaves);
		}
	}
}

static vv_status run_events(proving *p, vv_error *err)
{
	vv_status rc = VV_OK;

	for (size_t i = 0; rc == VV_OK && i < p->event_count; i++) {
		const vv_ledger_record *r = p->events[i];
		switch (r->kind) {
		case VV_LEDGER_PLACE:
			rc = take_place(p, r, err);
			break;
		case VV_LEDGER_RECEIPT:
			rc = take_receipt(p, r, err);
			break;
		case VV_LEDGER_AUDIT:
			rc = take_audit(p, r, err);
			break;
		case VV_LEDGER_DROP:
			take_drop(p, r);
			break;
		default:
			break;
		}
	}
	if (rc == VV_OK) {
		add_bytes(p);
	}
	return rc;
}

/* Does it say something here? */
static bool is_event(const proving *p, const vv_ledger_record *r)
{
	const vv_ledger_record *place;

	switch (r->kind) {
	case VV_LEDGER_PLACE:
		return is_place(p, r);
	case VV_LEDGER_RECEIPT:
		place = vv_ledger_find(p->ledger, &r->link);
		return place && is_place(p, place) && vv_vault_counts(p->state, r) &&
		       vv_receipt_check(r, place, VV_IGNORED) == VV_OK;
	case VV_LEDGER_AUDIT:
		return same_key(r->author, p->s->self) && vv_vault_counts(p->state, r);
	case VV_LEDGER_DROP:
		return vv_vault_counts(p->state, r);
	default:
		return false;
	}
}

static vv_status list_events(proving *p, vv_error *err)
{
	for (size_t i = 0; i < vv_ledger_count(p->ledger); i++) {
		const vv_ledger_record *r = vv_ledger_at(p->ledger, i);
		if (!is_event(p, r)) {
			continue;
		}
		if (!vv_array_room(p->events, p->event_count, p->event_cap)) {
			return vv_fail_nomem(err);
		}
		p->events[p->event_count++] = r;
	}
	if (p->event_count > 0) {
		qsort(p->events, p->event_count, sizeof(*p->events), vv_ledger_record_compare);
	}
	return VV_OK;
}

vv_status vv_standing_add(vv_standing *s, const vv_ledger *l, const vv_vault_state *state,
			  vv_error *err)
{
	proving p = {.s = s, .ledger = l, .state = state, .by_cid = vv_cid_map_new()};
	vv_status rc = p.by_cid ? list_events(&p, err) : vv_fail_nomem(err);

	if (rc == VV_OK) {
		rc = run_events(&p, err);
	}
	vv_cid_map_free(p.by_cid);
	vv_free(p.events);
	vv_free(p.copies);
	vv_free(p.addresses);
	return rc;
}

/* --- what it is worth ------------------------------------------------------------------------------------ */

/* a times b through c, rounded down; at most `most`. */
static uint64_t share_of(uint64_t a, uint64_t b, uint64_t c, uint64_t most)
{
	const uint64_t whole = a / c, part = a % c;
	uint64_t x, y;

	/* c is small: part times b holds wherever b does not exceed 2^64 through c. */
	if (__builtin_mul_overflow(whole, b, &x) || __builtin_mul_overflow(part, b, &y) ||
	    __builtin_add_overflow(x, y / c, &x)) {
		return most;
	}
	return x < most ? x : most;
}

uint64_t vv_standing_byte_days(const vv_standing *s, const uint8_t holder[VV_KEY_PUBLIC])
{
	uint64_t sum = 0;

	for (size_t i = 0; i < s->count; i++) {
		if (same_key(s->lines[i].holder, holder) &&
		    __builtin_add_overflow(sum, s->lines[i].byte_days, &sum)) {
			return UINT64_MAX;
		}
	}
	return sum;
}

uint64_t vv_standing_room(const vv_standing *s, const vv_reward *reward,
			  const uint8_t holder[VV_KEY_PUBLIC])
{
	const uint64_t base = reward->allowance < reward->size ? reward->allowance : reward->size;

	return base + share_of(vv_standing_byte_days(s, holder), reward->ratio,
			       (uint64_t)VV_STANDING_DAYS * 1000, reward->size - base);
}
