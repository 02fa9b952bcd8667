/*
 * remote_gc: what must be kept for the sake of others.
 */
#include "lib/space/remote_gc.h"

#include "base/sys.h"
#include "repo/git/history/refs.h"

static vv_status add_ref(void *payload, const vv_ref *ref, vv_error *err)
{
	return vv_ref_tips_add(payload, &ref->commit, err);
}

/* In a store what only this clone has is not in its history, as on a host. */
static vv_status add_own(vv_repository *r, vv_ref_tips *tips, vv_error *err)
{
	static const char *const own[] = {"refs/heads/", "refs/tags/", "refs/stash"};
	vv_status rc = VV_OK;

	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
		if ((rc = vv_ref_tips_list(tips, r, own[i], err)) < 0) return rc;
	}
	return VV_OK;
}

static vv_status sweep_store(vv_remote_gc *g, vv_host *h, const vv_ref_tips *tips, vv_error *err)
{
	const vv_host_sweeping what = {
		.wants = tips->items,
		.want_count = tips->count,
		.age_sec = g->has_grace ? g->grace_sec : VV_REMOTE_GC_STORE_SECONDS,
		.wait_sec = g->has_grace && g->grace_sec == 0 ? 0 : VV_SWEEP_WAIT_SECONDS,
		.dry_run = g->dry_run};
	return vv_host_sweep(h, &what, &g->swept, err);
}

static vv_status compact_ref(vv_remote_gc *g, vv_host *h, const vv_ref_tips *tips, vv_error *err)
{
	const uint64_t grace = g->has_grace ? g->grace_sec : VV_REMOTE_GC_HOST_SECONDS;
	vv_host_compaction what = {.wants = tips->items,
				   .want_count = tips->count,
				   .before = INT64_MAX,
				   .dry_run = g->dry_run};
	int64_t now;
	uint32_t nsec;

	vv_now(&now, &nsec);
	if (grace > 0) {
		what.before = grace < (uint64_t)now ? now - (int64_t)grace : 0;
	}
	return vv_host_compact(h, &what, &g->compacted, err);
}

vv_status vv_remote_gc_run(vv_remote_gc *g, vv_repository *r, vv_git_host *host, vv_error *err)
{
	vv_host *keeper;
	vv_auto(vv_ref_tips) tips = {0};
	vv_status rc;

	if (vv_repository_is_shallow(r)) {
		vv_fail(err, VV_EREFUSED,
			"this clone is shallow: it does not know what older commits need");
		return vv_hint(err, "'git fetch --unshallow' gets the rest of the history");
	}
	if ((rc = vv_git_host_keeper(host, &keeper, &g->is_store, err)) == VV_OK) {
		g->place = vv_git_host_blocks_place(host);
		rc = vv_git_host_fetch_all(host, add_ref, &tips, err);
	}
	if (rc == VV_OK && g->is_store) {
		rc = add_own(r, &tips, err);
		rc = rc < 0 ? rc : sweep_store(g, keeper, &tips, err);
	} else if (rc == VV_OK) {
		rc = compact_ref(g, keeper, &tips, err);
	}
	return rc;
}
