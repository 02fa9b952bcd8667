/*
 * hold_records: decides which records are worth keeping.
 */
#include <stdio.h>
#include <string.h>

#include "base/sys.h"
#include "base/text.h"
#include "cmd/vault/hold/hold_internal.h"
#include "cmd/vault/hold/hold_name.h"
#include "cmd/vault/hold/ledger.h"

#define LEDGER_MAX ((uint64_t)256 << 20) /* bytes of a vault's records, which are in memory */

/* Its state in memory differs from the disk. */
static void forget_vault(vv_hold *h, const vv_cid *vault)
{
	vv_hold_cache_forget(h->cache, vault);
	h->vault = NULL;
}

typedef struct arrival {
	vv_ledger_record record;
	char name[VV_LEDGER_NAME];
	bool settled, linked; /* all before it are here, or in this request */
	bool added, is_new;
} arrival;

/* Checks the records alone, before reading any ledger: a request of garbage costs only its size. */
static vv_status read_records(vv_hold_answering *x, arrival *list, vv_error *err)
{
	vv_status rc = VV_OK;

	for (size_t i = 0; rc == VV_OK && i < x->q->record_count; i++) {
		const vv_hold_bytes *b = &x->q->records[i];
		vv_ledger_record *r = &list[i].record;
		rc = vv_ledger_record_read(r, x->arena, b->bytes, b->len, err);
		if (rc == VV_OK &&
		    !vv_cid_equal(vv_cid_is_null(&r->vault) ? &r->cid : &r->vault, &x->q->vault)) {
			rc = vv_fail(err, VV_ECORRUPT, "it is a record of another vault");
		}
		if (rc == VV_OK) {
			vv_ledger_name(list[i].name, r);
		}
	}
	return rc;
}

/* Number of the record in the request; record_count: it is not there. */
static size_t find_arrival(const vv_hold_answering *x, const arrival *list, const vv_cid *cid)
{
	size_t i = 0;

	while (i < x->q->record_count && !vv_cid_equal(&list[i].record.cid, cid)) {
		i++;
	}
	return i;
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
	bool opens = false;
	const vv_ledger *l = vv_hold_vault_ledger(v);
	vv_status rc = find_linked(x, l, list, err);

	*any = false;
	for (size_t i = 0; i < x->q->record_count; i++) {
		opens = opens || (list[i].linked && !vv_ledger_has(l, list[i].name) &&
				  vv_hold_vault_opens(v, &list[i].record));
	}
	for (size_t i = 0; rc == VV_OK && i < x->q->record_count; i++) {
		const vv_hold_bytes *r = &x->q->records[i];
		arrival *a = &list[i];
		if (!a->linked || (!opens && !vv_hold_vault_heeds(v, &a->record))) {
			continue;
		}
		rc = vv_hold_vault_add(v, a->name, r->bytes, r->len, &a->is_new, err);
		a->added = true;
		*any = *any || (rc == VV_OK && a->is_new);
	}
	if (rc == VV_OK && vv_ledger_bytes(l) > LEDGER_MAX) {
		rc = vv_fail(err, VV_EREFUSED, "the vault's records take more than %s",
			     vv_text_bytes(LEDGER_MAX));
	}
	return rc == VV_OK && *any ? vv_hold_vault_refresh(v, err) : rc;
}

/* Records that do not count are not kept: a stranger's, or one behind a gap. */
static bool is_to_be_written(const vv_hold *h, const arrival *a)
{
	return a->added && (!a->is_new || vv_hold_vault_counts(h->vault, a->name));
}

/* Does one of the new ones let go of something? That makes room, also of who is admitted no longer. */
static bool lets_go(const vv_hold_answering *x, const arrival *list)
{
	for (size_t i = 0; i < x->q->record_count; i++) {
		const vv_ledger_record *r = &list[i].record;
		if ((r->kind == VV_LEDGER_RETIRE || r->kind == VV_LEDGER_DROP) && list[i].is_new &&
		    is_to_be_written(x->h, &list[i])) {
			return true;
		}
	}
	return false;
}

/* Have those whom the vault counts for room for its new records? */
static vv_status check_records(vv_hold_answering *x, const arrival *list, vv_error *err)
{
	uint64_t len = 0;
	vv_status rc = VV_OK;

	for (size_t i = 0; rc == VV_OK && i < x->q->record_count; i++) {
		if (list[i].is_new && is_to_be_written(x->h, &list[i])) {
			len += x->q->records[i].len;
			rc = vv_hold_room_author(x->h->room, &x->q->vault, &list[i].record, err);
		}
	}
	return rc < 0 || len == 0
		       ? rc
		       : vv_hold_room_check(x->h->room, &x->q->vault,
					    lets_go(x, list) ? VV_HOLD_LETTING_GO : VV_HOLD_NOTES,
					    len, err);
}

/* Writes records of h->vault. *left: its memory has records that are not on disk. */
static vv_status write_records(vv_hold_answering *x, const arrival *list, bool *left, vv_error *err)
{
	vv_hold *h = x->h;
	char name[VV_HOLD_NAME_LEN], below[VV_LEDGER_NAME + 16];
	vv_status rc = check_records(x, list, err);

	for (size_t i = 0; rc == VV_OK && i < x->q->record_count; i++) {
		const vv_hold_bytes *r = &x->q->records[i];
		if (!is_to_be_written(h, &list[i])) {
			*left = *left || list[i].added;
			continue;
		}
		/* Known ones too: the file may have been damaged since it was read. */
		(void)snprintf(below, sizeof(below), "records/%s", list[i].name);
		vv_hold_below(name, &x->q->vault, below);
		if ((rc = vv_place_put(&h->place, name, r->bytes, r->len, err)) < 0) {
			break;
		}
		if (list[i].is_new) {
			vv_hold_room_came(h->room, &x->q->vault, true, r->len);
		}
		x->a.kept++;
	}
	if (rc < 0) {
		vv_hold_room_forget_vault(h->room, &x->q->vault);
	}
	return rc;
}

/* Adds records to a vault that is here. */
static vv_status add_records(vv_hold_answering *x, arrival *list, vv_error *err)
{
	vv_hold *h = x->h;
	bool any, left = false;
	vv_status rc = vv_hold_cache_need(h->cache, &x->q->vault, &h->vault, err);

	if (rc < 0) return rc;
	rc = judge_records(x, h->vault, list, &any, err);
	const bool letting_go = rc == VV_OK && any && lets_go(x, list);
	if (rc == VV_OK && any && !letting_go) {
		rc = vv_hold_vault_check(h->vault, err);
	}
	if (rc == VV_OK && any) {
		rc = vv_hold_tell_others(h, err);
	}
	/* nothing is kept until an admitted key has signed */
	left = !letting_go && !vv_hold_vault_is_wanted(h->vault);
	if (rc == VV_OK && !left) {
		rc = write_records(x, list, &left, err);
	}
	if (any && (rc < 0 || left)) {
		forget_vault(h, &x->q->vault);
	}
	return rc;
}

/* Begins a new vault: the last requested one is evicted only when this one begins. */
static vv_status begin_vault(vv_hold_answering *x, arrival *list, vv_error *err)
{
	vv_hold *h = x->h;
	vv_auto(vv_hold_vault) *v = NULL;
	bool any, left = false;
	vv_status rc = vv_hold_vault_open(&v, &x->q->vault, &h->rules, err);

	if (rc < 0) return rc;
	rc = judge_records(x, v, list, &any, err);
	if (rc == VV_OK && vv_hold_vault_has_first(v)) {
		rc = vv_hold_vault_check(v, err);
	}
	/* even valid records are not kept until an admitted key has signed */
	if (rc < 0 || !vv_hold_vault_is_wanted(v)) return rc;
	vv_hold_cache_take(h->cache, v);
	h->vault = vv_take(&v);
	rc = vv_hold_tell_others(h, err);
	if (rc == VV_OK) {
		rc = write_records(x, list, &left, err);
	}
	if (rc < 0 || left) {
		forget_vault(h, &x->q->vault);
	}
	return rc;
}

vv_status vv_hold_take_records(vv_hold_answering *x, vv_error *err)
{
	arrival *list = vv_arena_calloc(x->arena, x->q->record_count + 1, sizeof(*list));
	char name[VV_HOLD_NAME_LEN];
	vv_stat is;
	vv_status rc = list ? read_records(x, list, err) : vv_fail_nomem(err);

	if (rc < 0 || x->q->record_count == 0) return rc;
	vv_hold_below(name, &x->q->vault, "records");
	return vv_hold_look(x->h, name, &is, NULL) == VV_OK ? add_records(x, list, err)
							    : begin_vault(x, list, err);
}
