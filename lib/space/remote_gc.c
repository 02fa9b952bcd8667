/*
 * remote_gc: determines the blocks that other clones need.
 */
#include "lib/space/remote_gc.h"

#include <string.h>

#include "base/array.h"
#include "base/hint.h"
#include "base/show.h"
#include "base/sys.h"
#include "base/text.h"
#include "lib/remotes/remote.h"
#include "lib/space/other_remotes.h"
#include "repo/git/history/refs.h"

/* In a store what only this clone has is not in its history, as on a host. */
static vv_status add_own(vv_repository *r, vv_oids *tips, vv_error *err)
{
	static const char *const own[] = {"refs/heads/", "refs/tags/", "refs/stash"};
	vv_status rc = VV_OK;

	vv_array_each(own, sizeof(own) / sizeof(own[0]), it) {
		if ((rc = vv_ref_tips_list(tips, r, *it, err)) < 0) return rc;
	}
	return VV_OK;
}

/* Tracking refs of other remotes may have branches that these lack now. */
static vv_status add_others(vv_repository *r, const vv_remote *remote, vv_oids *tips, vv_error *err)
{
	vv_auto(vv_string_list) names = {0};
	vv_status rc = vv_remote_names(&names, r, err);

	for (size_t i = 0; rc == VV_OK && i < names.count; i++) {
		if (!remote->name || strcmp(names.items[i], remote->name) != 0) {
			rc = vv_remote_tracked_tips(tips, r, names.items[i], err);
		}
	}
	return rc;
}

static vv_status sweep_store(vv_remote_gc *g, vv_host *h, const vv_oids *tips, vv_error *err)
{
	const uint64_t age_sec = g->has_grace ? g->grace_sec : VV_REMOTE_GC_STORE_SECONDS;
	const vv_host_sweeping what = {
		.wants = tips->items,
		.want_count = tips->count,
		.age_sec = g->alone ? 0 : age_sec,
		.wait_sec = g->drop_now || (g->has_grace && g->grace_sec == 0)
				    ? 0
				    : VV_SWEEP_WAIT_SECONDS,
		.dry_run = g->dry_run,
		.alone = g->alone,
		.drop = g->drop};
	const vv_status rc = vv_host_sweep(h, &what, &g->swept, err);

	if (rc == VV_OK && g->drop && g->swept.incomplete > 0) {
		vv_fail(err, VV_ECORRUPT, "%s that %s incomplete there, so no pack was changed",
			vv_text_counted(g->swept.incomplete, "version", NULL),
			g->swept.incomplete == 1 ? "stays is" : "stay are");
		return vv_hint_code(err, VV_HINT_PUSH_BLOCKS);
	}
	return rc;
}

static vv_status compact_ref(vv_remote_gc *g, vv_host *h, const vv_oids *tips, vv_error *err)
{
	const uint64_t grace = g->has_grace ? g->grace_sec : VV_REMOTE_GC_HOST_SECONDS;
	vv_host_compaction what = {.wants = tips->items,
				   .want_count = tips->count,
				   .before = INT64_MAX,
				   .dry_run = g->dry_run,
				   .drop = g->drop,
				   .alone = g->alone};

	const int64_t now = vv_now_sec();
	if (grace > 0 && !g->drop) {
		what.before = grace < (uint64_t)now ? now - (int64_t)grace : 0;
	}
	return vv_host_compact(h, &what, &g->compacted, err);
}

/* Adds to tips what else is kept. */
static vv_status gc_source(vv_remote_gc *g, vv_repository *r, vv_host *h, vv_oids *tips,
			   vv_error *err)
{
	vv_status rc;

	if (!g->is_store) return compact_ref(g, h, tips, err);
	if ((rc = add_own(r, tips, err)) < 0 || (rc = add_others(r, g->remote, tips, err)) < 0) {
		return rc;
	}
	return sweep_store(g, h, tips, err);
}

vv_status vv_remote_gc_run(vv_remote_gc *g, vv_repository *r, vv_git_host *host, vv_error *err)
{
	vv_host *keeper;
	vv_auto(vv_oids) tips = {0};
	vv_status rc;

	if (vv_repository_is_shallow(r)) {
		return vv_fail(err, VV_EREFUSED,
			       "this clone is shallow, so the blocks of older commits are "
			       "unknown\n'git fetch --unshallow' gets the rest of the history");
	}
	if ((rc = vv_git_host_keeper(host, &keeper, &g->is_store, err)) == VV_OK) {
		g->place = vv_git_host_blocks_place(host);
		rc = vv_git_host_fetch_all(host, &tips, err);
	}
	if (rc == VV_OK && g->is_store) {
		rc = vv_other_remotes_ask(&tips, r, &g->remote, 1, g->notes, err);
	}
	return rc < 0 ? rc : gc_source(g, r, keeper, &tips, err);
}

vv_status vv_remote_gc_source(vv_remote_gc *g, vv_repository *r, const vv_blocks_source *s,
			      const vv_oids *tips, vv_error *err)
{
	vv_auto(vv_oids) all = {0};
	const vv_status rc = vv_oids_add_all(&all, tips->items, tips->count, err);

	g->is_store = s->kind == VV_FROM_STORE;
	g->place = s->url;
	return rc < 0 ? rc : gc_source(g, r, s->host, &all, err);
}

void vv_remote_gc_old_put(vv_buf *out, const vv_host_old *old)
{
	if (old->hidden) {
		vv_buf_puts(out,
			    "the bucket keeps removed files behind delete markers and does not "
			    "list them: the key needs s3:ListBucketVersions and "
			    "s3:DeleteObjectVersion, or the bucket's owner removes old versions");
		return;
	}
	if (old->left == 0) return;
	vv_buf_printf(out, "the bucket keeps %s of files (",
		      vv_text_counted(old->left, "old version", NULL));
	vv_buf_printf(out, "%s): ", vv_text_bytes(old->bytes));
	if (old->needed) {
		vv_buf_puts(out,
			    "files of versions that stay are missing: push all blocks, and run "
			    "the same command again");
	} else if (old->until == INT64_MAX) {
		vv_buf_puts(out, "object lock, without an end (legal hold)");
	} else if (old->until > 0) {
		vv_buf_printf(out, "object lock until %s; run the same command again then",
			      vv_text_time(old->until, VV_TIME_MINUTE));
	} else {
		vv_buf_puts(out, "the key may not remove them (s3:DeleteObjectVersion)");
	}
}
