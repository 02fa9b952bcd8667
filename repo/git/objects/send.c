/*
 * send: determines the Git objects that a peer lacks, and common commits.
 */
#include "repo/git/objects/send.h"

#include "base/sys.h"
#include "repo/git/history/refs.h"
#include "repo/git/objects/objects.h"
#include "repo/git/objects/tip_walk.h"
#include "repo/git/repository_internal.h"

#define SAMPLE_VISITS_MAX 200000u /* commits looked at for a sample */
#define KNOWN_SLOP 4096u          /* commits looked at that are older than all sought ones */

vv_status vv_git_objects_each(vv_repository *r, const vv_oid *wants, size_t want_count,
			      const vv_oid *haves, size_t have_count, uint64_t blob_max,
			      vv_git_object_fn fn, void *payload, uint64_t *commits, vv_error *err)
{
	vv_objects_walk o = {r, blob_max, fn, payload};
	vv_auto(vv_object_range) g = {0};
	vv_status rc = vv_refuse_shallow(r, err);

	if (rc < 0) return rc;
	rc = vv_object_range_open(&g, r, wants, want_count, haves, have_count, err);
	if (commits) {
		*commits = g.commits.count;
	}
	return rc < 0 ? rc : vv_objects_walk_range(&o, &g, err);
}

vv_status vv_commits_bounded(vv_repository *r, const vv_oid *wants, size_t want_count,
			     const vv_oid *commons, size_t common_count, bool *out, vv_error *err)
{
	vv_auto(vv_object_range) g = {0};
	vv_status rc = vv_object_range_open(&g, r, wants, want_count, commons, common_count, err);

	*out = rc == VV_OK && g.rest_count == 0;
	for (size_t i = 0; *out && i < g.commits.count; i++) {
		*out = g.commits.items[i]->parent_count > 0;
	}
	return rc;
}

/* --- from the refs down ------------------------------------------------------------------ */

static vv_status on_ref(void *payload, const vv_ref *ref, vv_error *err)
{
	return vv_tip_walk_add(payload, &ref->id, &ref->commit, err);
}

static vv_status walk_open(vv_tip_walk *w, vv_repository *r, vv_error *err)
{
	vv_tip_walk_init(w, r, vv_walker_take(r), NULL);
	return w->walker ? vv_refs_each(r, "", on_ref, w, err) : vv_fail_nomem(err);
}

static void walk_close(vv_tip_walk *w)
{
	vv_tip_walk_clear(w);
	vv_walker_give(w->walker);
}
VV_AUTO_CLEAR(vv_tip_walk, walk_close)

vv_status vv_commits_known(vv_repository *r, const vv_oid *ids, size_t count, bool *out,
			   vv_error *err)
{
	vv_auto(vv_tip_walk) w = {0};
	const vv_status rc = walk_open(&w, r, err);

	return rc < 0 ? rc : vv_tip_walk_find(&w, ids, count, KNOWN_SLOP, out, err);
}

vv_status vv_commits_count(vv_repository *r, const vv_oid *wants, size_t want_count,
			   const vv_oid *haves, size_t have_count, uint64_t *out, vv_error *err)
{
	vv_auto(vv_object_range) g = {0};
	vv_status rc = vv_object_range_open(&g, r, wants, want_count, haves, have_count, err);

	*out = rc < 0 ? 0 : g.commits.count;
	return rc;
}

vv_status vv_commits_new(vv_repository *r, const vv_oid *ids, size_t count, uint64_t *out,
			 vv_error *err)
{
	static const char *const of[] = {"refs/heads/", "refs/tags/", "refs/remotes/"};
	vv_auto(vv_oids) t = {0};
	vv_status rc = VV_OK;

	for (size_t i = 0; rc == VV_OK && i < sizeof(of) / sizeof(of[0]); i++) {
		rc = vv_ref_tips_list(&t, r, of[i], err);
	}
	return rc < 0 ? rc : vv_commits_count(r, ids, count, t.items, t.count, out, err);
}

/* --- a sample ---------------------------------------------------------------------------- */

static bool is_power_of_two(uint32_t n)
{
	return n > 0 && (n & (n - 1)) == 0;
}

static vv_status gather_sample(vv_tip_walk *w, vv_nodes *tips, vv_nodes *others, size_t max,
			       uint32_t visits, bool *all, vv_error *err)
{
	const bool far = visits == 0;
	vv_status rc = VV_OK;
	vv_node *n = NULL;

	visits = far ? SAMPLE_VISITS_MAX : visits;
	while (visits > 0 && (rc = vv_tip_walk_next(w, &n, err)) == VV_OK && n) {
		visits--;
		if (*vv_node_flags(w->walker, n) & VV_TIP_WALK_FIRST) {
			rc = tips->count < max ? vv_nodes_add(tips, n, err) : VV_OK;
		} else if (is_power_of_two(n->pending) && others->count < max) {
			rc = vv_nodes_add(others, n, err);
		}
		if (rc < 0 || tips->count + others->count >= 2 * max) {
			break;
		}
	}
	*all = (!n || far) && tips->count < max && tips->count + others->count <= max;
	return rc;
}

vv_status vv_commits_sample(vv_repository *r, size_t max, uint32_t visits, vv_oids *out, bool *all,
			    vv_error *err)
{
	vv_auto(vv_nodes) tips = VV_NODES_INIT, others = VV_NODES_INIT;
	vv_auto(vv_tip_walk) w = {0};
	vv_status rc = walk_open(&w, r, err);

	*out = (vv_oids){0};
	if (rc < 0 || (rc = gather_sample(&w, &tips, &others, max, visits, all, err)) < 0) {
		return rc;
	}
	for (size_t i = 0; rc == VV_OK && i < tips.count; i++) {
		rc = vv_oids_add(out, vv_from_git(&tips.items[i]->id), err);
	}
	for (size_t i = 0; rc == VV_OK && i < others.count && out->count < max; i++) {
		rc = vv_oids_add(out, vv_from_git(&others.items[i]->id), err);
	}
	return rc;
}

vv_status vv_git_object_bytes(vv_repository *r, vv_git_type type, const vv_oid *id, uint64_t max,
			      vv_buf *out, vv_error *err)
{
	vv_auto(git_odb_object) *object = NULL;

	vv_buf_reset(out);
	vv_status rc = vv_object_read(r, vv_to_git(id), (git_object_t)type, max, &object, err);
	if (rc < 0) return rc;
	vv_buf_put(out, git_odb_object_data(object), git_odb_object_size(object));
	return vv_buf_ok(out, err);
}
