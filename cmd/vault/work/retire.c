/*
 * retire: what another run names.
 */
#include "cmd/vault/work/retire.h"

#include "base/sys.h"

vv_status vv_retire_add(vv_retire *x, const vv_ledger_record *run, vv_error *err)
{
	if (!x->runs && !(x->runs = vv_cid_set_new())) return vv_fail_nomem(err);
	return vv_cid_set_add(x->runs, &run->cid, NULL, err);
}

void vv_retire_clear(vv_retire *x)
{
	vv_cid_set_free(x->runs);
	x->runs = NULL;
}

/* Equal content makes equal shards: what was sealed again may have the names that it had. */
static vv_status list_kept(const vv_retire *x, vv_cid_set *kept, vv_error *err)
{
	vv_status rc = VV_OK;

	for (size_t i = 0; i < vv_vault_run_count(x->session->state); i++) {
		const vv_ledger_record *run = vv_vault_run_at(x->session->state, i);
		const size_t count = vv_cid_set_has(x->runs, &run->cid) ? 0
									: vv_run_shard_count(run);
		for (size_t k = 0; rc == VV_OK && k < count; k++) {
			rc = vv_cid_set_add(kept, &vv_run_shard_at(run, k)->cid, NULL, err);
		}
	}
	return rc;
}

vv_status vv_retire_write(vv_retire *x, vv_error *err)
{
	vv_vault_session *s = x->session;
	const size_t all = vv_vault_shard_count(s->state);
	vv_ledger_record r = {.kind = VV_LEDGER_RETIRE};

	x->shards = 0;
	if (!x->runs) return VV_OK;
	vv_auto(vv_cid_set) *kept = vv_cid_set_new();
	r.links = vv_calloc(all + 1, sizeof(*r.links));
	vv_status rc = kept && r.links ? list_kept(x, kept, err) : vv_fail_nomem(err);
	for (size_t i = 0; rc == VV_OK && i < vv_vault_run_count(s->state); i++) {
		const vv_ledger_record *run = vv_vault_run_at(s->state, i);
		const size_t count = vv_cid_set_has(x->runs, &run->cid) ? vv_run_shard_count(run)
									: 0;
		for (size_t k = 0; rc == VV_OK && k < count; k++) {
			const vv_kept *shard = vv_vault_shard_of(s->state,
								 &vv_run_shard_at(run, k)->cid);
			if (shard && !shard->retired && r.link_count < all &&
			    !vv_cid_set_has(kept, &shard->shard.cid)) {
				r.links[r.link_count++] = shard->shard.cid;
				rc = vv_cid_set_add(kept, &shard->shard.cid, NULL, err);
			}
		}
	}
	if (rc == VV_OK && r.link_count > 0 &&
	    (rc = vv_ledger_write(s->ledger, &r, &s->key, NULL, err)) == VV_OK) {
		x->shards = r.link_count;
		rc = vv_vault_session_sync(s, err);
	}
	vv_free(r.links);
	return rc;
}
