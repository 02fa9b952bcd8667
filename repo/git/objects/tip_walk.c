/*
 * tip_walk: flags of the commits say which are queued, and which are sought.
 */
#include "repo/git/objects/tip_walk.h"

#include "base/sys.h"
#include "repo/git/repository_internal.h"

enum { QUEUED = 2, SOUGHT = 4 };

void vv_tip_walk_init(vv_tip_walk *w, vv_repository *repo, vv_walker *walker, vv_nodes *passed)
{
	*w = (vv_tip_walk){.repo = repo, .walker = walker, .passed = passed};
}

void vv_tip_walk_clear(vv_tip_walk *w)
{
	vv_queue_clear(&w->queue);
	vv_oid_set_clear(&w->tags);
}

static vv_status meet_commit(vv_tip_walk *w, vv_node *n, uint32_t flags, uint32_t distance,
			     vv_error *err)
{
	uint32_t *have = vv_node_flags(w->walker, n);

	if (*have & QUEUED) {
		n->pending = distance < n->pending ? distance : n->pending;
		return VV_OK;
	}
	vv_status rc = vv_node_parse(w->walker, n, err);
	if (rc < 0) return vv_missing_ok(rc, err); /* a gap: reported elsewhere */
	*have |= QUEUED | flags;
	n->pending = distance;
	return vv_queue_push(&w->queue, n, err);
}

vv_status vv_tip_walk_add(vv_tip_walk *w, const vv_oid *id, const vv_oid *commit, vv_error *err)
{
	vv_status rc;

	if (!vv_oid_equal(id, commit) &&
	    (rc = vv_oid_set_add_tags(&w->tags, w->repo, id, err)) < 0) {
		return rc;
	}
	if (vv_oid_is_null(commit)) return VV_OK;
	vv_node *n = vv_walker_node(w->walker, vv_to_git(commit));
	return n ? meet_commit(w, n, VV_TIP_WALK_FIRST, 0, err) : vv_fail_nomem(err);
}

vv_status vv_tip_walk_next(vv_tip_walk *w, vv_node **out, vv_error *err)
{
	vv_node *n = vv_queue_pop(&w->queue);
	vv_status rc = n && w->passed ? vv_nodes_add(w->passed, n, err) : VV_OK;

	*out = n;
	for (uint32_t i = 0; n && rc == VV_OK && i < n->parent_count; i++) {
		rc = meet_commit(w, n->parents[i], 0, n->pending + 1, err);
	}
	return rc;
}

/* --- finding ------------------------------------------------------------------------------ */

typedef struct search {
	size_t left;    /* commits sought and not yet passed */
	int64_t oldest; /* time of the oldest of these */
} search;

static vv_status seek_commit(vv_tip_walk *w, search *s, const vv_oid *id, vv_error *err)
{
	vv_node *n;
	vv_status rc = vv_walker_commit(&n, w->walker, id, err);

	if (rc < 0 || !n) return rc;
	uint32_t *flags = vv_node_flags(w->walker, n);
	if (!(*flags & (QUEUED | SOUGHT))) {
		*flags |= SOUGHT;
		s->oldest = s->left == 0 || n->time < s->oldest ? n->time : s->oldest;
		s->left++;
	}
	return VV_OK;
}

static vv_status search_down(vv_tip_walk *w, search *s, unsigned slop, vv_error *err)
{
	unsigned more = slop;
	vv_status rc = VV_OK;
	vv_node *n;

	while (rc == VV_OK && s->left > 0 && more > 0 &&
	       (rc = vv_tip_walk_next(w, &n, err)) == VV_OK && n) {
		more = n->time >= s->oldest ? slop : more - 1;
		if (*vv_node_flags(w->walker, n) & SOUGHT) {
			*vv_node_flags(w->walker, n) &= ~(uint32_t)SOUGHT;
			s->left--;
		}
	}
	return rc;
}

vv_status vv_tip_walk_find(vv_tip_walk *w, const vv_oid *ids, size_t count, unsigned slop,
			   bool *out, vv_error *err)
{
	search s = {0, 0};
	vv_status rc = VV_OK;

	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		rc = seek_commit(w, &s, &ids[i], err);
	}
	if (rc < 0 || (rc = search_down(w, &s, slop, err)) < 0) return rc;
	for (size_t i = 0; i < count; i++) {
		const git_oid *id = vv_to_git(&ids[i]);
		vv_node *n = vv_walker_node(w->walker, id);
		if (!n) return vv_fail_nomem(err);
		uint32_t *flags = vv_node_flags(w->walker, n);
		out[i] = *flags & QUEUED || vv_oid_set_has(&w->tags, id);
		*flags &= ~(uint32_t)SOUGHT;
	}
	return VV_OK;
}
