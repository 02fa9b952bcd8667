/*
 * noted: where the notes about each kind of place are.
 */
#include "lib/remotes/noted.h"

#include "base/array.h"
#include "base/path.h"
#include "lib/remotes/blocks_config.h"
#include "lib/remotes/blocks_sources.h"
#include "lib/remotes/reach.h"
#include "repo/git/history/history.h"
#include "repo/known/kept_commits.h"
#include "transport/places/packs/host.h"

/* Where a push to the Git host m sends rows first. */
static vv_status find_first(vv_blocks_source *out, vv_blocks_sources *all, vv_blocks_config *c,
			    vv_repository *r, const vv_remote *m, vv_error *err)
{
	vv_auto(vv_head) head = {0};
	vv_status rc;

	if ((rc = vv_head_read(r, &head, err)) < 0 ||
	    (rc = vv_blocks_config_read(c, r, &head.commit, err)) < 0 ||
	    (rc = vv_blocks_sources_list(all, r, m, c, NULL, true, err)) < 0) {
		return rc;
	}
	*out = all->items[0];
	return VV_OK;
}

static vv_status find_file(vv_noted *out, vv_transfer *t, const vv_remote *m, vv_error *err)
{
	vv_auto(vv_blocks_config) config = {.ref = NULL};
	vv_auto(vv_blocks_sources) all = {.items = NULL};
	vv_blocks_source first = {.kind = VV_FROM_PEER};
	vv_status rc = vv_reach_is_host(t, m) ? find_first(&first, &all, &config, t->repo, m, err)
					      : VV_OK;

	if (rc < 0) return rc;
	const bool store = first.kind == VV_FROM_STORE;
	vv_auto(char) *dir = vv_host_dir(t->repo, store ? first.url : m->url);
	out->of_peers = first.kind == VV_FROM_PEER;
	if (dir) {
		out->file = vv_path_join(dir, out->of_peers ? "whole" : VV_HOST_COMPLETE,
					 (char *)NULL);
	} else {
		out->file = NULL;
	}
	return vv_alloc_ok(out->file, err);
}

vv_status vv_noted_read(vv_noted *out, vv_transfer *t, const vv_remote *m, vv_error *err)
{
	vv_status rc;

	*out = (vv_noted){.file = NULL};
	if ((rc = find_file(out, t, m, err)) < 0 ||
	    (rc = vv_kept_commits_read(&out->tips, out->file, err)) < 0) {
		vv_noted_clear(out);
		return rc;
	}
	vv_oids_sort(&out->tips);
	return VV_OK;
}

void vv_noted_clear(vv_noted *n)
{
	vv_free(n->file);
	vv_oids_clear(&n->tips);
	n->file = NULL;
}

bool vv_noted_has(const vv_noted *n, const vv_oid *id)
{
	return vv_oids_has(&n->tips, id);
}

vv_status vv_noted_add(vv_transfer *t, const vv_remote *m, const vv_oid *ids, size_t count,
		       vv_error *err)
{
	vv_auto(vv_noted) n = {.file = NULL};
	const vv_status rc = vv_noted_read(&n, t, m, err);

	if (rc < 0 || !n.of_peers) return rc;
	const size_t first = vv_find_place(i, count, !vv_noted_has(&n, &ids[i]));
	return first == count ? VV_OK : vv_kept_commits_add(n.file, ids, count, err);
}
