/*
 * repair: copies that were lost, made again elsewhere.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/frame/output.h"
#include "cmd/vault/commands.h"
#include "cmd/vault/owed.h"
#include "cmd/vault/work/contents.h"
#include "cmd/vault/work/owed.h"
#include "cmd/vault/work/replicate.h"
#include "cmd/vault/work/retire.h"
#include "cmd/vault/work/session.h"
#include "cmd/vault/work/shard_source.h"
#include "cmd/vault/work/spread.h"
#include "repo/blocks/reach.h"
#include "repo/blocks/resemble.h"
#include "repo/git/history/refs.h"
#include "repo/git/objects/send.h"

/* ---- vault_repair: the order: records, copies, then content without copies, which is sealed again
 * ---- */

/* reseal: seals content lost by all holders again, from the clone that still has it.
 *
 * A run of which a shard is lost is written again, all of it: from this repository, else from the shards that are
 * left. Then its old shards are retired. Content found nowhere is reported; shards with content that refs reach
 * then remain lost, and the next clone that has it can seal it.
 */

typedef struct vv_vault_repair {
	vv_owed owed; /* copies, away_sec and rate: the request; the rest is the result */
	/* Afterwards. */
	uint64_t mended;  /* records that were damaged at a holder */
	uint64_t damaged; /* still damaged: no copy exists, or the holder refuses it */
	/* Of sealing again. */
	uint64_t lost;                 /* shards that no holder has */
	uint64_t items;                /* that were sealed again */
	uint64_t retired;              /* shards, lost or of one run with lost ones */
	uint64_t gone;                 /* items that are nowhere */
	uint64_t versions;             /* of tables that lack some of these */
	uint64_t left;                 /* lost shards that stay so */
	uint8_t writer[VV_KEY_PUBLIC]; /* whose refs were in one of these, with foreign */
	bool foreign;
} vv_vault_repair;

/* reseal: lost shards, and other places of their content. */

typedef struct resealing {
	vv_vault_repair *x;
	vv_vault_session *s;
	vv_contents all, rest; /* with and without the runs that are written again */
	vv_cid_set *lost;      /* shards */
	vv_cid_set *again;     /* records of these runs */
	vv_cid_set *gone;      /* items */
	vv_store *store;
	bool search; /* an index is lost: all that refs reach is looked for */
	vv_oids tips;
	uint64_t lacking; /* of the version that is looked at */
	vv_buf bytes;
} resealing;

/* --- lost shards ---------------------------------------------------------------------------- */

/* Are there, as far as is known, enough shards of its stripe to make it of? */
static bool can_be_made(resealing *r, const vv_kept *k, bool *has)
{
	const vv_kept_stripe *st = k->stripe ? &r->s->state->stripes[k->stripe - 1] : NULL;
	size_t there = 0;

	for (size_t i = 0; st && i < vv_code_shards(st->code); i++) {
		vv_spread_holders(r->s, &r->s->state->shards[st->shards[i]], r->x->owed.away_sec,
				  has);
		there += vv_spread_copies(r->s, has) > 0;
	}
	return st && there >= st->code.data;
}

/* Is it lost? No holder returns it, and none that is away for a short time is recorded with it. */
static vv_status is_lost(resealing *r, const vv_kept *k, bool *has, bool *out, vv_error *err)
{
	unsigned copies = 1;

	if (k->stripe) {
		copies = 1;
	} else if (r->s->policy.copies) {
		copies = r->s->policy.copies;
	}

	*out = false;
	if (k->retired || can_be_made(r, k, has)) return VV_OK;
	vv_spread_holders(r->s, k, r->x->owed.away_sec, has);
	if (vv_spread_copies(r->s, has) >= copies) return VV_OK;
	for (size_t i = 0; i < r->s->place_count; i++) {
		if (has[i] && !r->s->places[i].holder) return VV_OK;
	}
	if (vv_vault_shard_bytes(r->s, k, &r->bytes, VV_IGNORED) == VV_OK) return VV_OK;
	/* One that fails otherwise may have it still. */
	vv_array_each(r->s->places, r->s->place_count, p) {
		vv_status rc = p->holder ? vv_holder_get_shard(p->holder,
							       vv_ledger_vault(r->s->ledger),
							       &k->shard, &r->bytes, VV_IGNORED)
					 : VV_EMISSING;
		if (rc == VV_ENOMEM) return vv_fail_nomem(err);
		if (rc != VV_EMISSING && rc != VV_ECORRUPT) return VV_OK;
	}
	*out = true;
	return VV_OK;
}

static vv_status find_lost(resealing *r, vv_error *err)
{
	vv_auto_free bool *has = vv_calloc(r->s->place_count + 1, sizeof(*has));
	const bool reached = vv_array_find(r->s->places, r->s->place_count, p, p->holder);
	bool lost;
	vv_status rc;

	if (!has) return vv_fail_nomem(err);
	vv_array_each(r->s->state->shards, reached ? r->s->state->shard_count : 0, k) {
		if ((rc = is_lost(r, k, has, &lost, err)) < 0 ||
		    (lost && (rc = vv_cid_set_add(r->lost, &k->shard.cid, NULL, err)) < 0)) {
			return rc;
		}
	}
	r->x->lost = vv_cid_set_count(r->lost);
	return VV_OK;
}

/* Records in the ledger that a holder lacks shards that it should have. */
static vv_status note_lost(resealing *r, const vv_vault_place *p, vv_error *err)
{
	const size_t all = r->s->state->shard_count;
	vv_auto_free vv_cid *links = vv_calloc(all + 1, sizeof(*links));
	vv_ledger_record record = {.kind = VV_LEDGER_AUDIT, .links = links};

	if (!links) return vv_fail_nomem(err);
	vv_array_each(r->s->state->shards, all, k) {
		const vv_copy *c = vv_vault_copy_at(k, p->id);
		if (c && c->receipt && !c->bad && vv_cid_set_has(r->lost, &k->shard.cid)) {
			links[record.link_count++] = k->shard.cid;
		}
	}
	record.asked = record.link_count;
	memcpy(record.holder, p->id, VV_HOLDER_ID);
	vv_random(record.nonce, sizeof(record.nonce));
	return record.link_count > 0 ? vv_ledger_write(r->s->ledger, &record, &r->s->key, NULL, err)
				     : VV_OK;
}

static vv_status note_all_lost(resealing *r, vv_error *err)
{
	vv_array_each(r->s->places, r->s->place_count, p) {
		vv_status rc = p->holder && !p->config->dead ? note_lost(r, p, err) : VV_OK;
		if (rc < 0) return rc;
	}
	return vv_vault_session_sync(r->s, err);
}

/* --- which runs are written again ------------------------------------------------------------------ */

static bool is_again(const resealing *r, const vv_vault_run *run)
{
	return vv_cid_set_has(r->again, &run->record->cid);
}

static vv_status choose_runs(resealing *r, vv_error *err)
{
	vv_array_each(r->s->state->runs.items, r->s->state->runs.count, it) {
		const vv_ledger_record *run = *it;
		const bool lost = vv_array_find(run->shards, run->shard_count, shard,
						vv_cid_set_has(r->lost, &shard->cid));
		vv_status rc = lost ? vv_cid_set_add(r->again, &run->cid, NULL, err) : VV_OK;
		if (rc < 0) return rc;
	}
	vv_array_each(r->all.runs, r->all.count, item) {
		r->search = r->search || (is_again(r, item) && item->lost);
	}
	return VV_OK;
}

/* From here, otherwise from the rest of the vault. VV_EMISSING: found nowhere. */
static vv_status get_item(resealing *r, vv_item_kind kind, const vv_cid *cid, vv_error *err)
{
	vv_status rc = vv_contents_here(&r->all, r->store, kind, cid, &r->bytes, err);
	if (rc < 0 && rc != VV_ENOMEM && vv_contents_has(&r->rest, cid)) {
		rc = vv_contents_get(&r->rest, cid, &r->bytes, err);
	}
	if (rc < 0 && rc != VV_ENOMEM) {
		rc = vv_contents_get(&r->all, cid, &r->bytes, err);
	}
	return rc == VV_OK || rc == VV_ENOMEM ? rc : VV_EMISSING;
}

static vv_status find_gone(resealing *r, vv_error *err)
{
	vv_array_each(r->all.runs, r->all.count, run) {
		vv_array_each(run->index.items, is_again(r, run) ? run->index.count : 0, item) {
			vv_status rc = get_item(r, item->kind, &item->cid, VV_IGNORED);
			if (rc == VV_ENOMEM ||
			    (rc < 0 && vv_cid_set_add(r->gone, &item->cid, NULL, err) < 0)) {
				return vv_fail_nomem(err);
			}
		}
	}
	r->x->gone = vv_cid_set_count(r->gone);
	return VV_OK;
}

/* A run with an item that is a difference to one that is gone cannot be read either. */
static vv_status add_leaning(resealing *r, bool *grown, vv_error *err)
{
	vv_status rc;

	*grown = false;
	vv_array_each(r->rest.runs, r->rest.count, run) {
		bool leans = false;
		for (size_t k = 0; k < run->index.count && !leans; k++) {
			vv_cid base;
			rc = vv_contents_base(&r->rest, &run->index.items[k].cid, &base, err);
			if (rc < 0) return rc;
			leans = vv_cid_set_has(r->gone, &base);
		}
		if (leans) {
			*grown = true;
			rc = vv_cid_set_add(r->again, &run->record->cid, NULL, err);
			if (rc < 0) return rc;
		}
	}
	return VV_OK;
}

static vv_status choose_all(resealing *r, vv_error *err)
{
	bool grown;
	vv_status rc;

	if ((rc = vv_contents_open(&r->all, r->s, NULL, err)) < 0 ||
	    (rc = choose_runs(r, err)) < 0) {
		return rc;
	}
	do {
		grown = false;
		vv_contents_close(&r->rest);
		if ((rc = vv_contents_open(&r->rest, r->s, r->again, err)) < 0) return rc;
		if ((rc = find_gone(r, err)) == VV_OK && r->x->gone > 0) {
			rc = add_leaning(r, &grown, err);
		}
	} while (rc == VV_OK && grown);
	return rc;
}

/* --- content lost for good ------------------------------------------------------------------------- */

static vv_status on_ref(void *payload, const vv_ref *ref, vv_error *err)
{
	resealing *r = payload;

	return vv_vault_keeps_ref(ref) ? vv_oids_add(&r->tips, &ref->id, err) : VV_OK;
}

static vv_status get_node(void *payload, const vv_cid *cid, vv_buf *out, vv_error *err)
{
	resealing *r = payload;

	return vv_contents_block(&r->rest, r->store, cid, out, err);
}

static vv_status on_block(void *payload, const vv_cid *cid, const vv_cid *like VV_UNUSED,
			  vv_error *err VV_UNUSED)
{
	resealing *r = payload;

	r->lacking += vv_cid_set_has(r->gone, cid) ||
		      (!vv_store_has(r->store, cid) && !vv_contents_has(&r->rest, cid));
	return VV_OK;
}

/* Each version is walked for itself: what one lacks, others may lack too. */
static vv_status on_root(void *payload, const vv_new_root *n, vv_error *err)
{
	resealing *r = payload;
	uint64_t missing = 0;
	vv_auto(vv_cid_set) *seen = vv_cid_set_new();
	const vv_resemble walk = {
		.get = get_node, .fn = on_block, .payload = r, .seen = seen, .missing = &missing};

	r->lacking = 0;
	if (n->link || n->expired) return VV_OK;
	if (!seen) return vv_fail_nomem(err);
	vv_status rc = vv_resemble_walk(&walk, &n->root, NULL, err);
	if (rc < 0 || r->lacking == 0) return rc;
	r->x->versions++;
	vv_out("lost: %s of commit %.10s lacks %s\n", vv_text_shows(n->path),
	       vv_oid_shows(&n->commit), vv_text_counted(r->lacking, "block", NULL));
	return VV_OK;
}

static vv_status tell_gone(resealing *r, vv_error *err)
{
	if (r->x->gone == 0 && !r->search) return VV_OK;
	vv_status rc = vv_refs_each(r->s->repo, "", on_ref, r, err);
	return rc < 0 ? rc
		      : vv_new_roots_each(r->s->repo, r->tips.items, r->tips.count, NULL, 0,
					  on_root, r, err);
}

/* --- sealing it again ------------------------------------------------------------------------------- */

static vv_status put_items(void *payload, vv_put_item_fn put, void *to, vv_error *err)
{
	resealing *r = payload;
	vv_status rc = VV_OK;

	vv_array_each(r->all.runs, r->all.count, run) {
		vv_array_each(run->index.items, is_again(r, run) ? run->index.count : 0, at) {
			if (vv_cid_set_has(r->gone, &at->cid)) {
				continue;
			}
			if ((rc = get_item(r, at->kind, &at->cid, err)) < 0) return rc;
			const vv_item item = {.kind = at->kind,
					      .cid = at->cid,
					      .bytes = vv_buf_cstr(&r->bytes),
					      .len = r->bytes.len};
			if ((rc = put(to, &item, err)) < 0) return rc;
		}
	}
	return rc;
}

static vv_status seal_runs(resealing *r, vv_error *err)
{
	vv_replicate run = {.items = put_items,
			    .payload = r,
			    .without = r->again,
			    .search = r->search,
			    .rate = r->x->owed.rate};
	vv_status rc = vv_replicate_run(&run, r->s, err);

	r->x->items = run.put + run.blocks + run.objects;
	if (rc == VV_OK && run.short_of_min) {
		rc = vv_fail(
			err, VV_EREFUSED,
			"the data that was sealed again does not have its copies yet, so nothing was retired\nbring a holder back or add one, then run 'varve vault repair' again");
	}
	return rc;
}

/* May the old shards of this run be retired? Another writer's refs are not ours to write, and content
 * gone here may still be there. */
static bool may_retire(resealing *r, const vv_vault_run *run)
{
	const bool last = vv_contents_is_last(&r->all, run, r->all.count);

	if (memcmp(run->record->author, r->s->key.public_key, VV_KEY_PUBLIC) != 0 &&
	    (run->lost || last || r->x->gone > 0)) {
		r->x->foreign = true;
		memcpy(r->x->writer, run->record->author, VV_KEY_PUBLIC);
		return false;
	}
	return r->x->versions == 0;
}

static vv_status retire_runs(resealing *r, vv_error *err)
{
	vv_auto(vv_cid_set) *old = vv_cid_set_new();
	vv_status rc;

	if (!old) return vv_fail_nomem(err);
	vv_array_each(r->all.runs, r->all.count, run) {
		if (is_again(r, run) && may_retire(r, run) &&
		    (rc = vv_cid_set_add(old, &run->record->cid, NULL, err)) < 0) {
			return rc;
		}
	}
	if ((rc = vv_retire_runs(r->s, old, &r->x->retired, err)) < 0) return rc;
	for (uint64_t i = 0; i < vv_cid_set_count(r->lost); i++) {
		const vv_kept *k = vv_vault_shard_of(r->s->state, vv_cid_set_at(r->lost, i));
		bool there = k && !k->retired &&
			     vv_vault_shard_bytes(r->s, k, &r->bytes, err) == VV_OK;
		r->x->left += k && !k->retired && !there;
	}
	return VV_OK;
}

static vv_status run_all(resealing *r, vv_error *err)
{
	vv_replicate first = {.rate = r->x->owed.rate};
	vv_status rc;

	if (!(r->lost = vv_cid_set_new()) || !(r->again = vv_cid_set_new()) ||
	    !(r->gone = vv_cid_set_new())) {
		return vv_fail_nomem(err);
	}
	if ((rc = find_lost(r, err)) < 0 || r->x->lost == 0) return rc;
	/* the new run's refs must lead to content in the vault */
	if ((rc = note_all_lost(r, err)) < 0 || (rc = vv_replicate_run(&first, r->s, err)) < 0) {
		return rc;
	}
	if ((rc = vv_repository_store(r->s->repo, &r->store, err)) < 0 ||
	    (rc = choose_all(r, err)) < 0) {
		return rc;
	}
	if ((rc = tell_gone(r, err)) < 0) return rc;
	/* without an index only a whole repository can show the lost content */
	r->search = r->search && r->x->versions == 0;
	rc = seal_runs(r, err);
	return rc < 0 ? rc : retire_runs(r, err);
}

/* The session is connected, and the key a writer's. VV_EREFUSED: no copies can be made now; nothing was
 * retired. */
static vv_status reseal_run(vv_vault_repair *x, vv_vault_session *s, vv_error *err)
{
	resealing r = {.x = x, .s = s};
	vv_status rc = run_all(&r, err);

	vv_contents_close(&r.all);
	vv_contents_close(&r.rest);
	vv_cid_set_free(r.lost);
	vv_cid_set_free(r.again);
	vv_cid_set_free(r.gone);
	vv_oids_clear(&r.tips);
	vv_buf_clear(&r.bytes);
	return rc;
}

/* Every record at every holder is read; the damaged ones are written again from here. */
static vv_status mend_records(vv_vault_repair *x, vv_vault_session *s, vv_error *err)
{
	vv_error why;
	vv_status rc;

	vv_array_each(s->places, s->place_count, p) {
		if (p->holder && vv_vault_session_look(s, p, &why) == VV_ENOMEM) {
			return vv_error_copy(err, &why);
		}
	}
	if ((rc = vv_vault_session_sync(s, err)) < 0) return rc;
	vv_array_each(s->places, s->place_count, place) {
		x->mended += place->meeting.mended;
		x->damaged += vv_meeting_damaged(&place->meeting);
	}
	return VV_OK;
}

/* Names the holders of new copies in the vault, so that a recovering machine finds them. A failure here is not an
 * error: the next replicate does it. */
static vv_status name_holders(const vv_vault_repair *x, vv_vault_session *s, vv_error *err)
{
	vv_replicate places = {.only_places = true, .rate = x->owed.rate};
	const vv_status rc = x->owed.shards > 0 ? vv_replicate_run(&places, s, err) : VV_OK;

	return vv_error_excuse(rc, rc != VV_ENOMEM, err);
}

/* The session is open, and mends. */
static vv_status vault_repair_run(vv_vault_repair *x, vv_vault_session *s, vv_error *err)
{
	vv_status rc;

	s->mend = true;
	if ((rc = vv_vault_session_connect(s, err)) < 0 ||
	    (rc = vv_vault_session_need_writer(s, err)) < 0 ||
	    (rc = vv_vault_session_check_key(s, err)) < 0 || (rc = mend_records(x, s, err)) < 0) {
		return rc;
	}
	if ((rc = vv_owed_run(&x->owed, s, err)) < 0 || (rc = name_holders(x, s, err)) < 0 ||
	    x->owed.sum.owed == 0) {
		return rc;
	}
	rc = reseal_run(x, s, err);
	return rc < 0 || x->lost == 0 ? rc : vv_owed_run(&x->owed, s, err);
}

/* ---- the command ---- */

#define AWAY (UINT64_C(7) * 86400)

typedef struct options {
	bool now, quiet;
	uint64_t rate;
	uint64_t timeout;
} options;

static const vv_option table[] = {
	OPT_FLAG(0, "now", now, "do not wait 7 days for a holder that is away"),
	OPT_POSITIVE(0, "limit-rate", rate, "BYTES", "send at most this much per second"),
	OPT_POSITIVE(0, "timeout", timeout, "SECONDS", VV_TIMEOUT_HELP),
	OPT_FLAG('q', "quiet", quiet, "print nothing on success"),
};

#define COST_TEXT 128u

/* A stripe's shard is read from many: how much, to the tenth. */
static const char *cost_text(char out[COST_TEXT], const vv_owed *x)
{
	const uint64_t tenths = x->sent > 0 ? (x->read * 10 + x->sent / 2) / x->sent : 0;

	(void)snprintf(out, COST_TEXT, "; read %s, %llu.%llu bytes for each byte sent",
		       vv_text_bytes(x->read), (unsigned long long)(tenths / 10),
		       (unsigned long long)(tenths % 10));
	return out;
}

static void tell_damaged(const vv_vault_session *s)
{
	vv_array_each(s->places, s->place_count, p) {
		vv_array_each(p->meeting.damaged, p->meeting.damaged_count, d) {
			if (!d->unheard) {
				vv_note("the record %s at '%s' is damaged, "
					"and no reachable holder has it",
					vv_text_shows(d->name), vv_text_shows(p->config->name));
			}
		}
	}
}

/* Reports shards that no holder had. */
static void tell_resealed(const options *o, const vv_vault_repair *x)
{
	if (x->lost == 0) return;
	if (!o->quiet || x->left > 0) {
		vv_note("%s lost at all holders: sealed %s of this clone again, and retired %s",
			vv_text_counted(x->lost, "shard", NULL),
			vv_text_counted(x->items, "item", NULL),
			vv_text_counted(x->retired, "shard", NULL));
	}
	if (x->gone > 0 && x->versions == 0 && !o->quiet) {
		vv_note("%s not found anywhere, and not needed by any ref of this clone",
			vv_text_counted(x->gone, "item", NULL));
	}
	if (x->versions > 0) {
		vv_note("%s not found in this clone or at any holder; run 'varve vault repair' in a clone that has them, or get them with 'varve fetch' first",
			vv_text_counted(x->versions, "version of a table", "versions of tables"));
	}
	if (x->foreign) {
		vv_note("other lost data was sealed by the writer %s: run 'varve vault repair' on that writer's machine",
			vv_did_shows(x->writer));
	}
}

static void print_result(const options *o, const vv_vault_repair *x, const vv_vault_session *s)
{
	const vv_owed *owed = &x->owed;
	char cost[COST_TEXT];

	if (!o->quiet && x->mended > 0) {
		vv_note("rewrote %s of the ledger",
			vv_text_counted(x->mended, "damaged record", NULL));
	}
	tell_damaged(s);
	if (!o->quiet || owed->sum.owed > 0) {
		vv_note("replaced %s (%s)%s", vv_text_counted(owed->shards, "copy", "copies"),
			vv_text_bytes(owed->sent), owed->shards > 0 ? cost_text(cost, owed) : "");
	}
	tell_resealed(o, x);
	if (owed->sum.lost > 0) {
		vv_note("no reachable holder has %s",
			vv_text_counted(owed->sum.lost, "shard", NULL));
	}
	if (owed->sum.owed > owed->sum.hopeless) {
		const uint64_t lacking = owed->sum.owed - owed->sum.hopeless;
		vv_auto(vv_buf) b = VV_BUF_INIT;
		vv_print_owed(&b, s, owed->copies, true);
		vv_note("%s still missing: %s", vv_text_counted(lacking, "copy is", "copies are"),
			vv_buf_cstr(&b));
	}
	if (!o->quiet && owed->sum.owed == 0 && x->damaged == 0) {
		const size_t away = vv_vault_session_away(s);
		vv_note(s->policy.code.data > 0
				? "safe: all stripes are whole, and the rest has %s%s"
				: "safe: everything in the vault has %s%s",
			vv_text_counted(owed->copies, "copy", "copies"),
			away > 0 ? ", including those of holders that cannot be reached" : "");
	}
}

static vv_status run_repair(vv_context *c, vv_error *err)
{
	const options *o = c->options;
	const vv_session_options so = {.notes = &vv_notes_stderr,
				       .need_key = true,
				       .quiet = o->quiet,
				       .idle_sec = o->timeout == 0 && o->now ? VV_IDLE_DEFAULT
									     : o->timeout,
				       .again = true};
	vv_vault_repair x = {.owed = {.fix = true, .away_sec = o->now ? 1 : AWAY, .rate = o->rate}};
	vv_auto(vv_vault_session) s = {.lock = -1};
	vv_status rc = vv_vault_session_open(&s, c->repo, &so, err);

	if (rc < 0) return rc;
	x.owed.copies = s.policy.copies ? s.policy.copies : 1;
	/* Holders that are away count as gone now: one second is long enough, even for one seen just now. */
	s.now += o->now ? 2 : 0;
	if ((rc = vv_vault_session_need_vault(&s, err)) == VV_OK &&
	    (rc = vault_repair_run(&x, &s, err)) == VV_OK) {
		print_result(o, &x, &s);
		c->code = x.owed.sum.owed > 0 || x.damaged > 0 ? VV_EXIT_NO : VV_EXIT_OK;
	}
	return rc;
}

const vv_command vv_cmd_vault_repair = {
	.name = "vault repair",
	.group = "care",
	.summary = "replace sealed copies that failed an audit, or whose holder is away",
	.usage = "[--now] [--limit-rate BYTES]",
	.example = "$ varve vault repair --now\n"
		   "replaced 1 copy (4.1 kB); read 4.1 kB, 1.0 bytes for each byte sent\n"
		   "safe: everything in the vault has 2 copies",
	.options = table,
	.option_count = VV_OPTION_COUNT(table),
	.options_size = sizeof(options),
	.exit_codes = "copies are missing",
	.arguments = "",
	.takes = "",
	.needs = VV_NEEDS_REPOSITORY,
	.run = run_repair,
};
