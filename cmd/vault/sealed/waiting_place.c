/*
 * waiting_place: determines which records end the waiting.
 */
#include "cmd/vault/sealed/waiting_place.h"

#include <string.h>

#include "base/array.h"

static bool is_own(const vv_place_of *of, const vv_ledger_record *r)
{
	return memcmp(r->author, of->author, VV_KEY_PUBLIC) == 0;
}

/* A place for this holder. */
static bool is_for(const vv_place_of *of, const vv_ledger_record *r)
{
	return r->kind == VV_LEDGER_PLACE && is_own(of, r) &&
	       memcmp(r->holder, of->holder, VV_HOLDER_ID) == 0 &&
	       r->has_key == (of->key != NULL) &&
	       (!of->key || memcmp(r->key, of->key, VV_KEY_PUBLIC) == 0);
}

/* In doubt it is: then a place is written that need not have been. */
static bool is_later(const vv_ledger_record *a, const vv_ledger_record *b)
{
	return memcmp(a->author, b->author, VV_KEY_PUBLIC) == 0 ? a->sequence > b->sequence
								: a->time >= b->time;
}

static bool names_any(const vv_ledger_record *gone, const vv_ledger_record *place)
{
	vv_array_each(gone->links, gone->link_count, link) {
		if (vv_array_find(place->shards, place->shard_count, s,
				  vv_cid_equal(link, &s->cid))) {
			return true;
		}
	}
	return false;
}

static bool ends_waiting(const vv_place_of *of, const vv_ledger_record *r,
			 const vv_ledger_record *place)
{
	if (r->kind == VV_LEDGER_RECEIPT) {
		return is_own(of, r) && vv_cid_equal(&r->link, &place->cid);
	}
	return (r->kind == VV_LEDGER_RETIRE ||
		(r->kind == VV_LEDGER_DROP &&
		 memcmp(r->holder, place->holder, VV_HOLDER_ID) == 0)) &&
	       is_later(r, place) && names_any(r, place);
}

vv_status vv_waiting_places(const vv_ledger_record ***out, size_t *count, const vv_place_of *of,
			    vv_error *err)
{
	const vv_ledger *l = of->ledger;
	size_t cap = 0;

	*out = NULL;
	*count = 0;
	vv_array_each(vv_ledger_records(l), vv_ledger_count(l), it) {
		const vv_ledger_record *r = *it;
		const bool waits = is_for(of, r) &&
				   !vv_array_find(vv_ledger_records(l), vv_ledger_count(l), other,
						  ends_waiting(of, *other, r));
		if (waits && !vv_array_add(*out, *count, cap, r)) return vv_fail_nomem(err);
	}
	return VV_OK;
}
