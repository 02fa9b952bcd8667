/*
 * retire: what another run names.
 */
#include "cmd/vault/work/retire.h"

#include "base/array.h"
#include "base/sys.h"

/* Equal content makes equal shards: content sealed again may keep its shards' names. */
static vv_status list_kept(const vv_vault_state *s, const vv_cid_set *runs, vv_cid_set *kept,
			   vv_error *err)
{
	vv_array_each(s->runs.items, s->runs.count, it) {
		const vv_ledger_record *run = *it;
		const size_t count = vv_cid_set_has(runs, &run->cid) ? 0 : vv_run_shard_count(run);
		for (size_t k = 0; k < count; k++) {
			vv_status rc = vv_cid_set_add(kept, &vv_run_shard_at(run, k)->cid, NULL,
						      err);
			if (rc < 0) return rc;
		}
	}
	return VV_OK;
}

vv_status vv_retire_runs(vv_vault_session *s, const vv_cid_set *runs, uint64_t *shards,
			 vv_error *err)
{
	const size_t all = s->state->shard_count;
	vv_auto(vv_cid_set) *kept = vv_cid_set_new();
	vv_auto_free vv_cid *links = vv_calloc(all + 1, sizeof(*links));
	vv_ledger_record r = {.kind = VV_LEDGER_RETIRE, .links = links};
	vv_status rc = kept && links ? list_kept(s->state, runs, kept, err) : vv_fail_nomem(err);

	*shards = 0;
	if (rc < 0) return rc;
	vv_array_each(s->state->shards, all, k) {
		if (!k->retired && !vv_cid_set_has(kept, &k->shard.cid)) {
			links[r.link_count++] = k->shard.cid;
		}
	}
	if (r.link_count == 0) return VV_OK;
	*shards = r.link_count;
	rc = vv_ledger_write(s->ledger, &r, &s->key, NULL, err);
	return rc < 0 ? rc : vv_vault_session_sync(s, err);
}
