/*
 * hold_records: decides which records are worth keeping.
 */
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/vault/hold/hold_cache.h"
#include "cmd/vault/hold/hold_internal.h"
#include "cmd/vault/hold/hold_name.h"
#include "cmd/vault/hold/ledger.h"

#define LEDGER_MAX ((uint64_t)256 << 20) /* bytes of a vault's records, which are in memory */

typedef struct arrival {
	vv_ledger_record record;
	char name[VV_LEDGER_NAME];
	bool settled, linked; /* all before it are here, or in this request */
	bool added, is_new;
	const vv_hold_bytes *bytes; /* of the request */
} arrival;

/* Checks the records alone, before reading any ledger: a request of garbage costs only its size. */
static vv_status read_records(vv_hold_answering *x, arrival *list, vv_error *err)
{
	vv_status rc;

	vv_array_each(list, x->q->record_count, a) {
		vv_ledger_record *r = &a->record;
		a->bytes = &x->q->records[a - list];
		if ((rc = vv_ledger_record_read(r, x->arena, a->bytes->bytes, a->bytes->len, err)) <
		    0) {
			return rc;
		}
		if (!vv_cid_equal(vv_cid_is_null(&r->vault) ? &r->cid : &r->vault, &x->q->vault)) {
			return vv_fail(err, VV_ECORRUPT, "it is a record of another vault");
		}
		vv_ledger_name(a->name, r);
	}
	return VV_OK;
}

/* Number of the record in the request; record_count: it is not there. */
static size_t find_arrival(const vv_hold_answering *x, const arrival *list, const vv_cid *cid)
{
	const arrival *found = vv_array_find(list, x->q->record_count, a,
					     vv_cid_equal(&a->record.cid, cid));

	return found ? (size_t)(found - list) : x->q->record_count;
}

/* One behind a gap cannot count with any other record of the request: it stays out of memory, so that it does not
 * cause another reading of the ledger. */
static vv_status find_linked(vv_hold_answering *x, const vv_ledger *l, arrival *list, vv_error *err)
{
	const size_t count = x->q->record_count;
	size_t *way = vv_arena_calloc(x->arena, count + 1, sizeof(*way));

	if (!way) return vv_fail_nomem(err);
	for (size_t first = 0; first < count; first++) {
		size_t i = first, steps = 0;
		bool linked = false;
		/* Back to one that is known here, or settled already. */
		while (i < count && !list[i].settled && !linked) {
			const vv_ledger_record *r = &list[i].record;
			list[i].settled = true;
			way[steps++] = i;
			linked = r->sequence == 0 || vv_ledger_find(l, &r->previous);
			i = linked ? i : find_arrival(x, list, &r->previous);
		}
		linked = linked || (i < count && list[i].linked);
		while (steps > 0) {
			list[way[--steps]].linked = linked;
		}
	}
	return VV_OK;
}

/* Takes records into memory to judge them together: a writer's records and the epoch that admits it.
 * Records that can never count stay out. *any: some are new. */
static vv_status judge_records(vv_hold_answering *x, vv_hold_vault *v, arrival *list, bool *any,
			       vv_error *err)
{
	const vv_ledger *l = v->ledger;
	vv_status rc = find_linked(x, l, list, err);

	*any = false;
	if (rc < 0) return rc;
	const bool opens = vv_array_find(list, x->q->record_count, a,
					 a->linked && !vv_ledger_has(l, a->name) &&
						 vv_hold_vault_opens(v, &a->record));
	vv_array_each(list, x->q->record_count, a) {
		if (!a->linked || (!opens && !vv_hold_vault_heeds(v, &a->record))) {
			continue;
		}
		a->added = true;
		if ((rc = vv_hold_vault_add(v, a->name, a->bytes->bytes, a->bytes->len, &a->is_new,
					    err)) < 0) {
			return rc;
		}
		*any = *any || a->is_new;
	}
	if (vv_ledger_bytes(l) > LEDGER_MAX) {
		return vv_fail(err, VV_EREFUSED, "the vault's records take more than %s",
			       vv_text_bytes(LEDGER_MAX));
	}
	return *any ? vv_hold_vault_refresh(v, err) : VV_OK;
}

/* Records that do not count are not kept: a stranger's, or one behind a gap. */
static bool is_to_be_written(const vv_hold *h, const arrival *a)
{
	return a->added && (!a->is_new || vv_hold_vault_counts(h->vault, &a->record.cid));
}

/* Does one of the new ones let go of something? That makes room, also of who is admitted no longer. */
static bool lets_go(const vv_hold_answering *x, const arrival *list)
{
	return vv_array_find(
		list, x->q->record_count, a,
		(a->record.kind == VV_LEDGER_RETIRE || a->record.kind == VV_LEDGER_DROP) &&
			a->is_new && is_to_be_written(x->h, a));
}

/* Have those whom the vault counts for room for its new records? */
static vv_status check_records(vv_hold_answering *x, const arrival *list, vv_error *err)
{
	uint64_t len = 0;
	vv_status rc;

	vv_array_each(list, x->q->record_count, a) {
		if (a->is_new && is_to_be_written(x->h, a)) {
			len += a->bytes->len;
			rc = vv_hold_room_author(x->h->room, &x->q->vault, &a->record, err);
			if (rc < 0) return rc;
		}
	}
	if (len == 0) return VV_OK;
	return vv_hold_room_check(x->h->room, &x->q->vault,
				  lets_go(x, list) ? VV_HOLD_LETTING_GO : VV_HOLD_NOTES, len, err);
}

/* Writes records of h->vault. *left: its memory has records that are not on disk. */
static vv_status write_records(vv_hold_answering *x, const arrival *list, bool *left, vv_error *err)
{
	vv_hold *h = x->h;
	char name[VV_HOLD_NAME_LEN];
	vv_status rc = check_records(x, list, err);

	vv_array_each(list, rc == VV_OK ? x->q->record_count : 0, a) {
		if (!is_to_be_written(h, a)) {
			*left = *left || a->added;
			continue;
		}
		/* Known ones too: the file may have been damaged since it was read. */
		vv_hold_record_name(name, &x->q->vault, a->name);
		if ((rc = vv_place_put(&h->place, name, a->bytes->bytes, a->bytes->len, err)) < 0) {
			break;
		}
		if (a->is_new) {
			vv_hold_room_came(h->room, &x->q->vault, true, a->bytes->len);
		}
		x->a.kept++;
	}
	if (rc < 0) {
		vv_hold_room_forget_vault(h->room, &x->q->vault);
	}
	return rc;
}

/* Judges the records together with those of the vault, which is stored here, or is new (fresh), and writes those that
 * count. Nothing is kept until an admitted key has signed. */
static vv_status add_records(vv_hold_answering *x, vv_hold_vault **fresh, arrival *list,
			     vv_error *err)
{
	vv_hold *h = x->h;
	vv_hold_vault *v = h->vault;
	bool any;
	vv_status rc = judge_records(x, v, list, &any, err);
	const bool letting_go = rc == VV_OK && !*fresh && any && lets_go(x, list);

	/* one without its first record begins later */
	if (rc == VV_OK && any && !letting_go && (!*fresh || v->state)) {
		rc = vv_hold_vault_check(v, err);
	}
	bool left = !letting_go && !v->wanted;
	if (rc == VV_OK && !left) {
		if (*fresh) {
			vv_hold_cache_take(h->cache, vv_take(fresh));
		}
		rc = any ? vv_hold_tell_others(h, err) : VV_OK;
		rc = rc < 0 ? rc : write_records(x, list, &left, err);
	}
	if (any && !*fresh && (rc < 0 || left)) {
		vv_hold_cache_forget(h->cache, &x->q->vault);
	}
	h->vault = NULL;
	return rc;
}

vv_status vv_hold_take_records(vv_hold_answering *x, vv_error *err)
{
	arrival *list = vv_arena_calloc(x->arena, x->q->record_count + 1, sizeof(*list));
	vv_auto(vv_hold_vault) *fresh = NULL;
	char name[VV_HOLD_NAME_LEN];
	vv_stat is;
	vv_status rc = list ? read_records(x, list, err) : vv_fail_nomem(err);

	if (rc < 0 || x->q->record_count == 0) return rc;
	vv_hold_below(name, &x->q->vault, "records");
	if (vv_hold_look(x->h, name, &is, NULL) == VV_OK) {
		rc = vv_hold_cache_need(x->h->cache, &x->q->vault, &x->h->vault, err);
	} else if ((rc = vv_hold_vault_open(&fresh, &x->q->vault, &x->h->rules, err)) == VV_OK) {
		x->h->vault = fresh;
	}
	return rc < 0 ? rc : add_records(x, &fresh, list, err);
}
