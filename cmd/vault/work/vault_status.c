/*
 * vault_status: puts the parts together.
 */
#include "cmd/vault/work/vault_status.h"

#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "cmd/vault/work/audit.h"
#include "cmd/vault/work/contents.h"
#include "cmd/vault/work/owed.h"
#include "cmd/vault/work/policy.h"
#include "cmd/vault/work/replicate.h"
#include "cmd/vault/work/session.h"
#include "cmd/vault/work/spread.h"
#include "cmd/vault/work/waiting_run.h"
#include "repo/blocks/cbor.h"
#include "repo/blocks/reach.h"
#include "transport/protocol/speeds.h"

/* Counts the shards, and finds the copy of which nothing was heard for longest. */
static void count_shards(vv_vault_status *out, const vv_vault_session *s)
{
	uint64_t proven = UINT64_MAX;

	vv_array_each(s->state->shards, s->state->shard_count, k) {
		if (k->retired) {
			out->retired++;
			continue;
		}
		out->shards++;
		out->bytes += vv_shard_len(k->shard.leaves);
		for (const vv_copy *c = k->copies; c < k->copies + k->copy_count; c++) {
			const vv_vault_place *p = vv_vault_place_of(s, c->holder);
			if (c->receipt && p && !p->config->dead) {
				out->bad += c->bad;
				proven = c->proven < proven ? c->proven : proven;
			}
		}
	}
	out->proven = proven == UINT64_MAX ? 0 : proven;
	vv_array_each(s->state->stripes, s->state->stripe_count, st) {
		out->stripes += !s->state->shards[st->shards[0]].retired;
	}
}

/* Is anything new? Runs replicate without writing. */
static vv_status look_for_new(vv_vault_status *out, vv_vault_session *s, vv_error *err)
{
	vv_replicate dry = {.dry_run = true, .look = true};
	const vv_status rc = vv_replicate_run(&dry, s, err);

	out->new_refs = dry.new_refs;
	out->new_ref = dry.new_refs > 0 ? vv_buf_detach(&dry.new_ref) : NULL;
	vv_buf_clear(&dry.new_ref);
	/* A reader cannot replicate, and has nothing to. */
	out->current = rc == VV_EREFUSED || (rc == VV_OK && dry.nothing);
	out->only_places = !out->current && rc == VV_OK && dry.blocks == 0 && dry.objects == 0 &&
			   dry.new_refs == 0;
	return vv_error_excuse(rc, rc != VV_ENOMEM, err);
}

void vv_vault_status_clear(vv_vault_status *x)
{
	vv_free(x->new_ref);
	x->new_ref = NULL;
}

vv_status vv_vault_status_get(vv_vault_status *out, vv_vault_session *s, vv_error *err)
{
	vv_owed owed = {0};
	vv_status rc;

	*out = (vv_vault_status){.unfinished = vv_waiting_run_there(s), .code = s->policy.code};
	out->copies = owed.copies = s->policy.copies ? s->policy.copies : 1;
	if ((rc = vv_owed_run(&owed, s, err)) < 0 || (rc = look_for_new(out, s, err)) < 0) {
		vv_vault_status_clear(out);
		return rc;
	}
	count_shards(out, s);
	out->sum = owed.sum;
	out->sum.least = owed.sum.least == SIZE_MAX ? 0 : owed.sum.least;
	out->sum.rest = owed.sum.rest == SIZE_MAX ? 0 : owed.sum.rest;
	out->away = vv_vault_session_away(s);
	vv_array_each(s->places, s->place_count, place) {
		out->damaged += vv_meeting_damaged(&place->meeting);
	}
	if (s->state->runs.count > 0) {
		const vv_ledger_record *head = s->state->runs.items[s->state->runs.count - 1];
		out->head = head->cid;
		out->head_time = head->time;
	}
	out->safe = out->shards > 0 && out->sum.owed == 0 && out->damaged == 0 && out->current &&
		    !out->unfinished;
	return VV_OK;
}

/* --- where a version is ------------------------------------------------------------------------- */

typedef struct finding {
	vv_vault_where *out;
	vv_vault_session session;
	vv_contents contents;
	vv_store *store;
	vv_cid_set *blocks, *shards;
	bool ask;
} finding;

/* --- the version ------------------------------------------------------------------------------------- */

static vv_status on_link(void *payload, const vv_cid *cid, vv_error *err)
{
	bool added;
	return vv_cid_set_add(payload, cid, &added, err);
}

/* Reads nodes missing here from the vault, if requests to holders are allowed. */
static vv_status read_node(finding *f, const vv_cid *cid, vv_buf *node, vv_error *err)
{
	vv_status rc = f->ask ? vv_contents_block(&f->contents, f->store, cid, node, VV_IGNORED)
			      : vv_store_get(f->store, cid, node, VV_IGNORED);

	if (rc < 0) {
		f->out->partly = true;
		return rc == VV_ENOMEM ? vv_fail_nomem(err) : VV_OK;
	}
	return vv_cbor_links(node->data, node->len, on_link, f->blocks, err);
}

static vv_status list_shards(finding *f, const vv_cid *root, vv_error *err)
{
	vv_auto(vv_buf) node = VV_BUF_INIT;
	bool added;
	vv_status rc = vv_cid_set_add(f->blocks, root, &added, err);

	for (size_t i = 0; rc == VV_OK && i < vv_cid_set_count(f->blocks); i++) {
		const vv_cid cid = *vv_cid_set_at(f->blocks, i);
		const vv_kept *k = vv_contents_shard(&f->contents, &cid);
		if (k) {
			f->out->kept++;
			rc = vv_cid_set_add(f->shards, &k->shard.cid, &added, err);
		}
		if (rc == VV_OK && cid.codec == VV_CODEC_DAG_CBOR) {
			rc = read_node(f, &cid, &node, err);
		}
	}
	f->out->blocks = vv_cid_set_count(f->blocks);
	f->out->shards = vv_cid_set_count(f->shards);
	return rc;
}

/* --- one holder ------------------------------------------------------------------------------------------ */

/* A random leaf of the shard. */
static void ask_for_leaf(finding *f, vv_where_holder *h, size_t place, const vv_kept *k)
{
	vv_vault_holder *holder = f->session.places[place].holder;
	uint8_t answer[VV_SHA256_LEN] = {0};
	vv_error why;
	uint32_t leaf;

	if (!f->ask || h->away || h->asked == VV_AUDIT_LEAVES) return;
	vv_random(&leaf, sizeof(leaf));
	h->asked++;
	if (vv_holder_audit(holder, vv_ledger_vault(f->session.ledger), &k->shard,
			    leaf % k->shard.leaves, NULL, answer, &why) == VV_OK) {
		h->shown++;
	} else if (why.code != VV_EMISSING && why.code != VV_ECORRUPT) {
		h->away = true;
		h->why = why;
	} else if (h->why.code == VV_OK) {
		h->why = why;
	}
}

static vv_status look_at(finding *f, size_t place, bool *has, vv_where_holder *h, vv_error *err)
{
	const vv_vault_session *s = &f->session;
	const uint64_t count = vv_cid_set_count(f->shards);
	uint64_t first = 0;
	vv_auto(vv_spread_list) live = {0};

	h->proven = UINT64_MAX;
	h->away = f->ask && !s->places[place].holder;
	h->why = h->away ? s->places[place].why : (vv_error){.code = VV_OK};
	vv_random(&first, sizeof(first));
	/* from any of them on: where there are more than are requested, others come each time */
	for (uint64_t i = 0; i < count; i++) {
		const vv_cid *cid = vv_cid_set_at(f->shards, (size_t)((first % count + i) % count));
		const vv_kept *k = vv_vault_shard_of(s->state, cid);
		vv_spread_holders(s, k, 0, has);
		if (!has[place]) {
			continue;
		}
		h->shards++;
		const vv_copy *copy = vv_vault_copy_at(k, s->places[place].id);
		h->proven = copy && copy->proven < h->proven ? copy->proven : h->proven;
		ask_for_leaf(f, h, place, k);
	}
	h->proven = h->proven == UINT64_MAX ? 0 : h->proven;
	h->whole = count > 0 && !f->out->partly && f->out->kept == f->out->blocks &&
		   h->shards == count && h->shown == h->asked;
	vv_status rc = vv_spread_list_live(&live, s, 0, err);
	h->whole = h->whole && !vv_array_find(live.items, live.count, it, !it->has[place]);
	return rc;
}

/* --- the whole ------------------------------------------------------------------------------------------- */

static vv_status look_at_all(finding *f, vv_error *err)
{
	const vv_vault_session *s = &f->session;
	vv_vault_where *out = f->out;
	vv_auto_free bool *has = vv_calloc(s->place_count + 1, sizeof(*has));
	vv_status rc;

	out->holders = vv_calloc(s->place_count + 1, sizeof(*out->holders));
	if (!has || !out->holders) return vv_fail_nomem(err);
	vv_array_each(s->places, s->place_count, p) {
		vv_where_holder *h = &out->holders[out->count];
		if (p->config->dead) {
			continue;
		}
		if (!(h->name = vv_strdup(p->config->name))) return vv_fail_nomem(err);
		out->count++;
		if ((rc = look_at(f, (size_t)(p - s->places), has, h, err)) < 0) return rc;
	}
	return VV_OK;
}

static vv_status find_copies(finding *f, vv_repository *r, const vv_cid *root, vv_error *err)
{
	vv_vault_session *s = &f->session;
	vv_status rc;

	if ((rc = vv_vault_session_need_vault(s, err)) < 0 ||
	    (f->ask && (rc = vv_vault_session_connect(s, err)) < 0) ||
	    (rc = vv_vault_session_need_ledger(s, err)) < 0 ||
	    (rc = vv_vault_session_need_reader(s, err)) < 0 ||
	    (rc = vv_repository_store(r, &f->store, err)) < 0 ||
	    (rc = vv_contents_open(&f->contents, s, NULL, err)) < 0) {
		return rc;
	}
	f->blocks = vv_cid_set_new();
	f->shards = vv_cid_set_new();
	if (!f->blocks || !f->shards) return vv_fail_nomem(err);
	rc = list_shards(f, root, err);
	return rc < 0 ? rc : look_at_all(f, err);
}

vv_status vv_vault_where_find(vv_vault_where *out, vv_repository *r, const vv_notes *notes,
			      const vv_cid *root, bool ask, vv_error *err)
{
	const vv_session_options o = {.need_key = true, .quiet = true, .notes = notes};
	finding f = {.out = out, .ask = ask};
	vv_vault_policy policy;
	vv_status rc;

	memset(out, 0, sizeof(*out));
	if ((rc = vv_vault_policy_read(&policy, r, err)) < 0) return rc;
	if (vv_cid_is_null(&policy.vault)) return VV_OK;
	out->is = true;
	if ((rc = vv_vault_session_open(&f.session, r, &o, err)) < 0) return rc;
	rc = find_copies(&f, r, root, err);
	vv_cid_set_free(f.blocks);
	vv_cid_set_free(f.shards);
	vv_contents_close(&f.contents);
	vv_vault_session_close(&f.session);
	if (rc < 0) {
		vv_vault_where_clear(out);
		out->is = true;
	}
	return rc;
}
