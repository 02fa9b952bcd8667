/*
 * keeps: what counts as kept: listed in the vault, with a leaf of every shard shown by every holder now.
 */
#include "cmd/vault/work/keeps.h"

#include "base/sys.h"
#include "cmd/vault/work/audit.h"
#include "cmd/vault/work/contents.h"
#include "cmd/vault/work/spread.h"
#include "repo/blocks/reach.h"

/* --- what holders show ------------------------------------------------------------------------------ */

/* Takes away from who has the shard those that do not show a leaf of the shard. bad: of each place what failed. */
static void only_proven(const vv_vault_session *s, const vv_spread_shard *sh,
			vv_cid_set *const *bad)
{
	for (size_t i = 0; i < s->place_count; i++) {
		sh->has[i] = sh->has[i] && s->places[i].holder && bad[i] &&
			     !vv_cid_set_has(bad[i], &sh->shard.cid);
	}
}

/* What audits just found bad, of one place. */
static vv_status audit_place(vv_vault_session *s, vv_vault_place *p, vv_cid_set **bad,
			     vv_error *err)
{
	vv_auto(vv_audit) a = {.leaves = UINT64_MAX};
	vv_error why;
	bool added;
	vv_status rc = VV_OK;

	if (!(*bad = vv_cid_set_new())) return vv_fail_nomem(err);
	if (vv_audit_run(&a, s, p, &why) < 0) { /* closed, so that it does not count */
		if (why.code == VV_ENOMEM) {
			rc = vv_fail_nomem(err);
		}
	}
	for (size_t i = 0; rc == VV_OK && i < a.bad_count; i++) {
		rc = vv_cid_set_add(*bad, &a.bad[i], &added, err);
	}
	return rc;
}

/* How many copies of every live shard show a leaf now; a stripe of K+M counts as spread.h says. */
static vv_status count_proven(vv_vault_session *s, vv_cid_set *const *bad, unsigned *copies,
			      vv_error *err)
{
	vv_spread_list list;
	vv_spread_sum sum = {.least = SIZE_MAX};
	vv_status rc = vv_spread_list_live(&list, s, 0, err);

	for (size_t i = 0; rc == VV_OK && i < list.count; i++) {
		only_proven(s, &list.items[i], bad);
	}
	if (rc == VV_OK) {
		rc = vv_spread_count(&sum, s, 1, list.items, list.count, err);
	}
	vv_spread_list_clear(&list);
	*copies = sum.least == SIZE_MAX ? 0 : (unsigned)sum.least;
	return rc;
}

static vv_status prove_vault(vv_vault_session *s, unsigned *copies, vv_error *err)
{
	vv_auto_free vv_cid_set **bad = vv_calloc(s->place_count + 1, sizeof(vv_cid_set *));
	vv_status rc = bad ? VV_OK : vv_fail_nomem(err);

	*copies = 0;
	for (size_t i = 0; rc == VV_OK && i < s->place_count; i++) {
		if (s->places[i].holder) {
			rc = audit_place(s, &s->places[i], &bad[i], err);
		}
	}
	if (rc == VV_OK) {
		rc = count_proven(s, bad, copies, err);
	}
	for (size_t i = 0; bad && i < s->place_count; i++) {
		vv_cid_set_free(bad[i]);
	}
	return rc;
}

/* --- what the vault lists ------------------------------------------------------------------------------ */

typedef struct blocks_of {
	const vv_contents *contents;
	bool all;
} blocks_of;

static vv_status on_block(void *payload, const vv_cid *cid, const void *bytes VV_UNUSED,
			  size_t len VV_UNUSED, vv_status state VV_UNUSED, vv_error *err VV_UNUSED)
{
	blocks_of *b = payload;

	b->all = b->all && vv_contents_has(b->contents, cid);
	return VV_OK;
}

/* Does the vault list every block of the version? */
static vv_status look_below(vv_store *store, const vv_cid *root, blocks_of *b, vv_error *err)
{
	vv_walk w = {.store = store,
		     .seen = vv_cid_set_new(),
		     .budget = UINT64_MAX,
		     .visit = on_block,
		     .payload = b};
	vv_status rc = w.seen ? VV_OK : vv_fail_nomem(err);

	b->all = true;
	if (rc == VV_OK) {
		rc = vv_walk_from(&w, root, err);
	}
	vv_cid_set_free(w.seen);
	return rc;
}

static vv_status find_kept(bool *keeps, vv_repository *r, const vv_contents *contents,
			   const vv_cid *roots, size_t count, vv_error *err)
{
	blocks_of b = {.contents = contents};
	vv_store *store;
	vv_status rc = vv_repository_store(r, &store, err);

	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		rc = look_below(store, &roots[i], &b, err);
		keeps[i] = rc == VV_OK && b.all;
	}
	return rc;
}

vv_status vv_vault_keeps(bool *keeps, unsigned *copies, vv_repository *r,
			 const vv_session_options *o, const vv_cid *roots, size_t count,
			 vv_error *err)
{
	vv_auto(vv_vault_session) s = {.lock = -1};
	vv_auto(vv_contents) contents = {0};
	vv_status rc = vv_vault_session_open(&s, r, o, err);

	*copies = 0;
	if (rc < 0) return rc;
	if ((rc = vv_vault_session_need_vault(&s, err)) < 0 ||
	    (rc = vv_vault_session_connect(&s, err)) < 0 ||
	    (rc = vv_vault_session_need_ledger(&s, err)) < 0 ||
	    (rc = vv_vault_session_need_reader(&s, err)) < 0) {
		return rc;
	}
	/* What is in it before its shards are asked for: what another writer adds meanwhile was not. */
	if ((rc = vv_contents_open(&contents, &s, err)) < 0 ||
	    (rc = prove_vault(&s, copies, err)) < 0) {
		return rc;
	}
	if ((rc = find_kept(keeps, r, &contents, roots, count, err)) == VV_OK) {
		vv_contents_close(&contents);
		rc = vv_vault_session_sync(&s, err);
	}
	return rc;
}
