/*
 * vault_status: puts the parts together.
 */
#include "cmd/work/vault/vault_status.h"

#include <string.h>

#include "cmd/work/vault/owed.h"
#include "cmd/work/vault/replicate.h"
#include "cmd/work/vault/waiting_run.h"

static void count_shards(vv_vault_status *out, const vv_vault_session *s)
{
	for (size_t i = 0; i < vv_vault_shard_count(s->state); i++) {
		const vv_kept *k = vv_vault_shard_at(s->state, i);
		if (k->retired) {
			out->retired++;
			continue;
		}
		out->shards++;
		out->bytes += vv_shard_len(k->shard.leaves);
		for (size_t c = 0; c < k->copy_count; c++) {
			const vv_vault_place *p = vv_vault_place_of(s, k->copies[c].holder);
			const bool counts = k->copies[c].receipt && p && !p->config->dead;
			out->bad += counts && k->copies[c].bad;
		}
	}
	for (size_t i = 0; i < vv_vault_stripe_count(s->state); i++) {
		const vv_kept_stripe *st = vv_vault_stripe_at(s->state, i);
		out->stripes += !vv_vault_shard_at(s->state, st->shards[0])->retired;
	}
}

/* The copy of which nothing was heard for longest. */
static void find_proven(vv_vault_status *out, const vv_vault_session *s)
{
	out->proven = UINT64_MAX;
	for (size_t i = 0; i < vv_vault_shard_count(s->state); i++) {
		const vv_kept *k = vv_vault_shard_at(s->state, i);
		for (size_t c = 0; c < k->copy_count && !k->retired; c++) {
			const vv_vault_place *p = vv_vault_place_of(s, k->copies[c].holder);
			if (k->copies[c].receipt && p && !p->config->dead &&
			    k->copies[c].proven < out->proven) {
				out->proven = k->copies[c].proven;
			}
		}
	}
	out->proven = out->proven == UINT64_MAX ? 0 : out->proven;
}

/* Is anything new? What a replicate would say. */
static vv_status look_for_new(vv_vault_status *out, vv_vault_session *s, vv_error *err)
{
	vv_replicate dry = {.dry_run = true};
	vv_error why;
	vv_status rc = vv_replicate_run(&dry, s, &why);

	if (rc == VV_ENOMEM) {
		*err = why;
		return rc;
	}
	/* A reader cannot replicate, and has nothing to. */
	out->current = rc == VV_EREFUSED || (rc == VV_OK && dry.nothing);
	return VV_OK;
}

vv_status vv_vault_status_get(vv_vault_status *out, vv_vault_session *s, vv_error *err)
{
	vv_owed owed = {0};
	vv_status rc;

	memset(out, 0, sizeof(*out));
	out->unfinished = vv_waiting_run_there(s);
	out->code = s->policy.code;
	out->copies = owed.copies = s->policy.copies ? s->policy.copies : 1;
	if ((rc = vv_owed_run(&owed, s, err)) < 0 || (rc = look_for_new(out, s, err)) < 0) {
		return rc;
	}
	count_shards(out, s);
	find_proven(out, s);
	out->owed = owed.owed;
	out->lost = owed.lost;
	out->hopeless = owed.hopeless;
	out->least = owed.least == SIZE_MAX ? 0 : owed.least;
	out->rest = owed.rest == SIZE_MAX ? 0 : owed.rest;
	for (size_t i = 0; i < s->place_count; i++) {
		out->away += !s->places[i].holder && !s->places[i].config->dead;
		out->damaged += vv_meeting_damaged(&s->places[i].meeting);
	}
	if (vv_vault_run_count(s->state) > 0) {
		const vv_ledger_record *head = vv_vault_run_at(s->state,
							       vv_vault_run_count(s->state) - 1);
		out->head = head->cid;
		out->head_time = head->time;
	}
	out->safe = out->shards > 0 && out->owed == 0 && out->bad == 0 && out->damaged == 0 &&
		    out->current && !out->unfinished;
	return VV_OK;
}
