/*
 * audit: lists the expected shards, and computes the probability for the others.
 */
#include "cmd/vault/work/audit.h"

#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/vault/hold/vault_list.h"
#include "repo/blocks/cid_map.h"

typedef struct expected {
	const vv_kept *kept;
	bool listed, bad;
} expected;

typedef struct auditing {
	vv_audit *x;
	vv_vault_session *s;
	vv_vault_place *p;
	expected *items;
	size_t count, cap;
	vv_cid_map *by_cid;
	vv_ledger_record record;
} auditing;

static void auditing_clear(auditing *a)
{
	vv_cid_map_free(a->by_cid);
	vv_free(a->items);
}
VV_AUTO_CLEAR(auditing, auditing_clear)

void vv_audit_clear(vv_audit *x)
{
	vv_free(x->bad);
	x->bad = NULL;
	x->bad_count = x->bad_cap = 0;
}

static vv_status note_bad(auditing *a, expected *e, const vv_error *why, vv_error *err)
{
	vv_audit *x = a->x;

	if (e->bad) return VV_OK;
	e->bad = true;
	if (!vv_array_add(x->bad, x->bad_count, x->bad_cap, e->kept->shard.cid)) {
		return vv_fail_nomem(err);
	}
	if (!x->first[0]) {
		(void)snprintf(x->first, sizeof(x->first), "%s", why->message);
	}
	return VV_OK;
}

static vv_status list_expected(auditing *a, vv_error *err)
{
	vv_status rc;

	vv_array_each(a->s->state->shards, a->s->state->shard_count, k) {
		const vv_copy *c = vv_vault_copy_at(k, a->p->id);
		if (!c || !c->receipt || k->retired) {
			continue;
		}
		if (!vv_array_room(a->items, a->count, a->cap)) return vv_fail_nomem(err);
		if ((rc = vv_cid_map_put(a->by_cid, &k->shard.cid, a->count, NULL, err)) < 0) {
			return rc;
		}
		a->items[a->count++] = (expected){.kept = k};
		a->x->bytes += vv_shard_len(k->shard.leaves);
	}
	a->x->shards = a->count;
	return VV_OK;
}

static vv_status on_listed(void *payload, const vv_cid *cid, uint64_t size, vv_error *err VV_UNUSED)
{
	auditing *a = payload;
	uint64_t at;

	if (!vv_cid_map_get(a->by_cid, cid, &at)) {
		const vv_kept *k = vv_vault_shard_of(a->s->state, cid);
		const vv_copy *copy = k ? vv_vault_copy_at(k, a->p->id) : NULL;
		const bool leaves = k && (k->retired || (copy && copy->dropped));
		a->x->leaving += leaves;
		a->x->surplus += !leaves;
		return VV_OK;
	}
	a->items[at].listed = size == vv_shard_len(a->items[at].kept->shard.leaves);
	return VV_OK;
}

static vv_status check_listed(auditing *a, vv_error *err)
{
	vv_error why;
	vv_status rc;

	vv_array_each(a->items, a->count, it) {
		if (!it->listed) {
			vv_fail(&why, VV_EMISSING,
				"holder '%s': the shard %s is not in its list, or has a wrong length",
				vv_text_shows(a->p->config->name),
				vv_cid_shows(&it->kept->shard.cid));
			a->x->missing++;
			if ((rc = note_bad(a, it, &why, err)) < 0) return rc;
		}
	}
	return VV_OK;
}

/* A random number below n, from the audit's nonce on. */
static size_t random_below(size_t n)
{
	uint64_t r;

	vv_random(&r, sizeof(r));
	return (size_t)(r % n);
}

static vv_status check_one(auditing *a, expected *e, vv_buf *bytes, vv_error *err)
{
	const vv_cid *vault = vv_ledger_vault(a->s->ledger);
	const vv_shard *sh = &e->kept->shard;
	vv_error why;
	vv_status rc;

	a->x->asked++;
	if (a->x->all) {
		rc = vv_holder_get_shard(a->p->holder, vault, sh, bytes, &why);
		a->x->read += bytes->len;
	} else {
		rc = vv_holder_audit(a->p->holder, vault, sh, (unsigned)random_below(sh->leaves),
				     &a->x->read, a->record.answer, &why);
	}
	if (rc == VV_OK) {
		a->x->good++;
		return VV_OK;
	}
	if (rc == VV_ECORRUPT || rc == VV_EMISSING) {
		a->x->wrong += !e->bad;
		return note_bad(a, e, &why, err);
	}
	return vv_error_copy(err, &why);
}

static vv_status check_leaves(auditing *a, vv_error *err)
{
	uint64_t wanted = VV_AUDIT_LEAVES;

	if (a->x->all) {
		wanted = UINT64_MAX;
	} else if (a->x->leaves) {
		wanted = a->x->leaves;
	}
	vv_auto(vv_buf) bytes = VV_BUF_INIT;
	vv_status rc = VV_OK;

	/* a random order: its beginning is a random sample */
	for (size_t i = 0; i < a->count && rc == VV_OK && a->x->asked < wanted; i++) {
		size_t other = i + random_below(a->count - i);
		expected swap = a->items[i];
		a->items[i] = a->items[other];
		a->items[other] = swap;
		if (a->items[i].listed) {
			if ((rc = check_one(a, &a->items[i], &bytes, err)) == VV_OK) {
				rc = vv_progress_part(a->s->transfer.progress, "shards", i + 1,
						      a->count, err);
			}
		}
	}
	return rc;
}

/* Where standing is worked out it is found by that; the record itself is in the ledger. */
static void note_vault(const auditing *a)
{
	vv_auto(char) *dir = vv_vault_session_path(a->s, "ledger", NULL);
	vv_error why;

	if (dir && vv_vault_list_note(vv_repository_env(a->s->repo), vv_ledger_vault(a->s->ledger),
				      dir, &why) < 0) {
		vv_notes_warn(
			a->s->notes,
			"this audit could not be recorded, and does not increase the holder's room on this machine: %s",
			why.message);
	}
}

static vv_status write_record(auditing *a, vv_error *err)
{
	vv_ledger_record *r = &a->record;
	vv_status rc;

	if (!a->s->has_key || !vv_vault_is_writer(a->s->state, a->s->key.public_key) ||
	    vv_vault_session_check_key(a->s, err) < 0) {
		return VV_OK;
	}
	r->kind = VV_LEDGER_AUDIT;
	r->links = a->x->bad;
	r->link_count = a->x->bad_count;
	r->asked = a->x->asked;
	r->good = a->x->good;
	memcpy(r->holder, a->p->id, VV_HOLDER_ID);
	if ((rc = vv_ledger_write(a->s->ledger, r, &a->s->key, NULL, err)) == VV_OK) {
		note_vault(a);
	}
	return rc;
}

vv_status vv_audit_run(vv_audit *x, vv_vault_session *s, vv_vault_place *p, vv_error *err)
{
	vv_auto(auditing) a = {.x = x, .s = s, .p = p, .by_cid = vv_cid_map_new()};
	vv_status rc;

	vv_random(a.record.nonce, sizeof(a.record.nonce));
	memcpy(a.record.answer, a.record.nonce, sizeof(a.record.nonce));
	if (!a.by_cid) return vv_fail_nomem(err);
	if ((rc = vv_vault_session_look(s, p, err)) < 0) return rc;
	x->records = p->meeting.records;
	x->damaged = vv_meeting_damaged(&p->meeting);
	if ((rc = list_expected(&a, err)) < 0 ||
	    (rc = vv_holder_list_shards(p->holder, vv_ledger_vault(s->ledger), on_listed, &a,
					err)) < 0 ||
	    (rc = check_listed(&a, err)) < 0 || (rc = check_leaves(&a, err)) < 0 ||
	    (rc = write_record(&a, err)) < 0) {
		vv_vault_place_fail(p, err);
	}
	return rc;
}

unsigned vv_audit_chance(uint64_t asked, uint64_t shards)
{
	const uint64_t lost = (shards + 99) / 100;
	double missed = 1;

	/* the probability that none of `lost` shards is among `asked` of all */
	for (uint64_t i = 0; i < asked && missed > 0; i++) {
		missed *= i + lost < shards ? (double)(shards - lost - i) / (double)(shards - i)
					    : 0;
	}
	return (unsigned)((1 - missed) * 1000 + 0.5);
}
