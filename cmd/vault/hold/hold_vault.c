/*
 * hold_vault: what lets a shard in, and what lets it go.
 */
#include "cmd/vault/hold/hold_vault.h"

#include <string.h>

#include "base/array.h"
#include "base/hint.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/vault/hold/ledger.h"
#include "cmd/vault/hold/vault_state.h"
#include "repo/blocks/cid_map.h"

/* A shard that a place names for this server. */
typedef struct vv_hold_named {
	vv_shard shard;
	const vv_ledger_record *place;  /* the last of those */
	const vv_ledger_record *wanted; /* the last by an admitted key; or NULL */
	const vv_ledger_record *gone;   /* the last retire or drop; NULL */
} named;

const vv_hold_identity *vv_hold_identity_find(const vv_hold_identity *list, size_t count,
					      const uint8_t key[VV_KEY_PUBLIC])
{
	return vv_array_find(list, count, who, memcmp(who->key, key, VV_KEY_PUBLIC) == 0);
}

static bool is_admitted(const vv_hold_rules *r, const uint8_t *key)
{
	return vv_hold_identity_find(r->admitted, r->admitted_count, key) != NULL;
}

/* --- reading records ------------------------------------------------------------------------ */

static bool record_counts(const vv_hold_vault *v, const vv_ledger_record *r)
{
	return r->kind == VV_LEDGER_VAULT && r->sequence == 0 && vv_cid_is_null(&r->vault)
		       ? vv_cid_equal(&r->cid, vv_ledger_vault(v->ledger))
		       : vv_vault_counts(v->state, r);
}

/* A place for this server. */
static bool is_ours(const vv_hold_vault *v, const vv_ledger_record *r)
{
	return r->kind == VV_LEDGER_PLACE && r->has_key &&
	       memcmp(r->key, v->rules->key.public_key, VV_KEY_PUBLIC) == 0 &&
	       vv_vault_counts(v->state, r);
}

/* Was a written after b? By the numbers of one author, otherwise by the authors' clocks. */
static bool is_later(const vv_ledger_record *a, const vv_ledger_record *b)
{
	return memcmp(a->author, b->author, VV_KEY_PUBLIC) == 0 ? a->sequence > b->sequence
								: a->time > b->time;
}

static bool has_id(const vv_hold_vault *v, const uint8_t *id)
{
	return vv_array_find(v->ids, v->id_count, own, memcmp(*own, id, VV_HOLDER_ID) == 0);
}

static vv_status take_place(vv_hold_vault *v, const vv_ledger_record *r, vv_error *err)
{
	const vv_ledger_record *wanted = is_admitted(v->rules, r->author) ? r : NULL;
	uint64_t at;
	vv_status rc;

	if (!has_id(v, r->holder)) {
		if (!vv_array_room(v->ids, v->id_count, v->id_cap)) return vv_fail_nomem(err);
		memcpy(v->ids[v->id_count++], r->holder, VV_HOLDER_ID);
	}
	vv_array_each(r->shards, r->shard_count, shard) {
		if (vv_cid_map_get(v->by_cid, &shard->cid, &at)) {
			named *n = &v->shards[at];
			n->place = is_later(r, n->place) ? r : n->place;
			if (wanted && (!n->wanted || is_later(r, n->wanted))) {
				n->wanted = r;
			}
			continue;
		}
		if (!vv_array_room(v->shards, v->count, v->cap)) return vv_fail_nomem(err);
		if ((rc = vv_cid_map_put(v->by_cid, &shard->cid, v->count, NULL, err)) < 0) {
			return rc;
		}
		v->shards[v->count++] = (named){*shard, r, wanted, NULL};
	}
	return VV_OK;
}

/* A retire is for all holders, a drop for the one that it names. */
static void take_gone(vv_hold_vault *v, const vv_ledger_record *r)
{
	uint64_t at;

	if (r->kind == VV_LEDGER_DROP && !has_id(v, r->holder) &&
	    !(r->has_key && memcmp(r->key, v->rules->key.public_key, VV_KEY_PUBLIC) == 0)) {
		return;
	}
	vv_array_each(r->links, r->link_count, link) {
		if (vv_cid_map_get(v->by_cid, link, &at)) {
			named *n = &v->shards[at];
			n->gone = !n->gone || is_later(r, n->gone) ? r : n->gone;
		}
	}
}

static void forget_state(vv_hold_vault *v)
{
	vv_vault_state_close(v->state);
	v->state = NULL;
	v->wanted = false;
	v->count = v->id_count = 0;
	vv_cid_map_reset(v->by_cid);
}

vv_status vv_hold_vault_refresh(vv_hold_vault *v, vv_error *err)
{
	vv_status rc;

	forget_state(v);
	if ((rc = vv_ledger_settle(v->ledger, err)) < 0) return rc;
	if ((rc = vv_vault_state_open(&v->state, v->ledger, err)) < 0) {
		return vv_error_excuse(rc, rc == VV_EMISSING, err);
	}
	vv_array_each(vv_ledger_records(v->ledger), vv_ledger_count(v->ledger), it) {
		const vv_ledger_record *r = *it;
		v->wanted = v->wanted || (is_admitted(v->rules, r->author) && record_counts(v, r));
		if (is_ours(v, r) && (rc = take_place(v, r, err)) < 0) return rc;
	}
	vv_array_each(vv_ledger_records(v->ledger), vv_ledger_count(v->ledger), it) {
		const vv_ledger_record *r = *it;
		if ((r->kind == VV_LEDGER_RETIRE || r->kind == VV_LEDGER_DROP) &&
		    vv_vault_counts(v->state, r)) {
			take_gone(v, r);
		}
	}
	return rc;
}

/* --- open, close, add ---------------------------------------------------------------------------- */

vv_status vv_hold_vault_open(vv_hold_vault **out, const vv_cid *vault, const vv_hold_rules *rules,
			     vv_error *err)
{
	vv_auto(vv_hold_vault) *v = vv_calloc(1, sizeof(*v));

	*out = NULL;
	if (!v || !(v->by_cid = vv_cid_map_new())) return vv_fail_nomem(err);
	v->rules = rules;
	const vv_status rc = vv_ledger_open(&v->ledger, "", vault, err);
	return rc < 0 ? rc : vv_hand_over(out, &v);
}

void vv_hold_vault_close(vv_hold_vault *v)
{
	if (v) {
		vv_vault_state_close(v->state);
		vv_ledger_close(v->ledger);
		vv_cid_map_free(v->by_cid);
		vv_free_all(v->shards, v->ids, v);
	}
}

bool vv_hold_vault_heeds(const vv_hold_vault *v, const vv_ledger_record *r)
{
	return !v->state || record_counts(v, r);
}

bool vv_hold_vault_opens(const vv_hold_vault *v, const vv_ledger_record *r)
{
	return !v->state || (r->kind == VV_LEDGER_EPOCH && vv_vault_is_owner(v->state, r->author));
}

vv_status vv_hold_vault_add(vv_hold_vault *v, const char *name, const void *bytes, size_t len,
			    bool *is_new, vv_error *err)
{
	*is_new = !vv_ledger_has(v->ledger, name);
	return vv_ledger_add(v->ledger, name, bytes, len, err);
}

/* --- who may what ---------------------------------------------------------------------------------- */

vv_status vv_hold_vault_check(const vv_hold_vault *v, vv_error *err)
{
	if (v->state && vv_array_find(v->rules->admitted, v->rules->admitted_count, who,
				      vv_vault_is_writer(v->state, who->key))) {
		return VV_OK;
	}
	vv_fail(err, VV_EREFUSED, "this server does not keep copies for any writer of this vault");
	return vv_hint_code(err, VV_HINT_ASK_FOR);
}

bool vv_hold_vault_counts(const vv_hold_vault *v, const vv_cid *record)
{
	const vv_ledger_record *r = v->state ? vv_ledger_find(v->ledger, record) : NULL;

	return r && record_counts(v, r);
}

static const named *find_named(const vv_hold_vault *v, const vv_cid *cid)
{
	uint64_t at;

	return vv_cid_map_get(v->by_cid, cid, &at) ? &v->shards[at] : NULL;
}

vv_status vv_hold_vault_may_put(const vv_hold_vault *v, const vv_shard *s, vv_error *err)
{
	const named *n = find_named(v, &s->cid);
	const vv_kept *k = v->state ? vv_vault_shard_of(v->state, &s->cid) : NULL;
	char cid[VV_CID_TEXT + 1];

	vv_cid_text(cid, &s->cid);
	if (n && !n->wanted) {
		vv_fail(err, VV_EREFUSED,
			"this server keeps no copies for the key %s, whose record places the shard "
			"%s here",
			vv_did_shows(n->place->author), cid);
		return vv_hint_code(err, VV_HINT_ASK_FOR);
	}
	if (!n) {
		return vv_fail(err, VV_EREFUSED,
			       "no writer's place record names the shard %s for this server", cid);
	}
	if (n->shard.leaves != s->leaves || memcmp(n->shard.root, s->root, sizeof(s->root)) != 0) {
		return vv_fail(err, VV_EREFUSED, "the shard %s differs from its place record", cid);
	}
	if (n->gone && !is_later(n->wanted, n->gone) &&
	    !(n->gone->kind == VV_LEDGER_RETIRE && k && !k->retired)) {
		return vv_fail(err, VV_EREFUSED,
			       "a %s record has released the shard %s since it was placed",
			       vv_ledger_kind_name(n->gone->kind), cid);
	}
	return VV_OK;
}

vv_status vv_hold_vault_may_remove(const vv_hold_vault *v, const vv_cid *shard,
				   const vv_ledger_record **by, vv_error *err)
{
	const named *n = find_named(v, shard);
	const vv_kept *k = v->state ? vv_vault_shard_of(v->state, shard) : NULL;
	const vv_ledger_author *behind;

	if (k && k->retired) {
		*by = k->retired;
		if (!(behind = vv_vault_behind(v->state, k->retired))) return VV_OK;
		return vv_fail(err, VV_EREFUSED,
			       "the writer %s has not replicated since this shard was retired",
			       vv_did_shows(behind->key));
	}
	if (n && n->gone && n->gone->kind == VV_LEDGER_DROP && is_later(n->gone, n->place)) {
		*by = n->gone;
		return VV_OK;
	}
	return vv_fail(err, VV_EREFUSED,
		       "no writer has released the shard %s with a retire or drop record",
		       vv_cid_shows(shard));
}

vv_status vv_hold_vault_place(const vv_hold_vault *v, const vv_cid *place,
			      const vv_ledger_record **out, vv_error *err)
{
	const vv_ledger_record *r = v->state ? vv_ledger_find(v->ledger, place) : NULL;

	if (r && is_ours(v, r) && is_admitted(v->rules, r->author)) {
		*out = r;
		return VV_OK;
	}
	return vv_fail(
		err, VV_ENOTFOUND,
		"the place record %s is missing, or is for another server, or its author is none of the keys that this server keeps copies for",
		vv_cid_shows(place));
}
