/*
 * range: paints history from its newest commits down in two colours, and orders the result.
 *
 * Commits are visited newest first. With wrong clocks the paint of the haves may come late; it then
 * continues through listed commits, and some more commits than needed are visited before the walk
 * ends.
 */
#include "repo/git/objects/range.h"

#include "base/array.h"
#include "base/sys.h"

enum { SEEN = 1, HAD = 2, WAITING = 4 };

#define SLOP 16 /* commits looked at after the last one that is not had */

typedef struct painting {
	vv_object_range *range;
	vv_queue queue;
	vv_nodes listed, spread;
	size_t open; /* in the queue and not had */
} painting;

static void painting_clear(painting *p)
{
	vv_queue_clear(&p->queue);
	vv_nodes_clear(&p->listed);
	vv_nodes_clear(&p->spread);
}

VV_AUTO_CLEAR(painting, painting_clear)

vv_status vv_refuse_shallow(const vv_repository *r, vv_error *err)
{
	if (r->shallow_count == 0) return VV_OK;
	return vv_fail(err, VV_EREFUSED,
		       "this clone is shallow, and lacks older commits\n'git fetch --unshallow' "
		       "gets the older commits");
}

vv_status vv_must_be_here(vv_status rc, vv_error *err)
{
	return rc == VV_ENOTFOUND ? vv_recode(err, VV_EMISSING) : rc;
}

vv_status vv_may_be_missing(vv_status rc, vv_error *err)
{
	return vv_error_excuse(rc, rc == VV_ENOTFOUND || rc == VV_EMISSING, err);
}

/* --- the two colours ---------------------------------------------------------------- */

static vv_status enqueue_commit(painting *p, vv_node *n, vv_error *err)
{
	uint32_t *flags = vv_node_flags(p->range->walker, n);
	vv_status rc = vv_must_be_here(vv_node_parse(p->range->walker, n, err), err);

	if (rc == VV_EMISSING && *flags & HAD) {
		*flags |= SEEN; /* gaps in the haves do not matter */
		return VV_OK;
	}
	if (rc < 0 || (rc = vv_queue_push(&p->queue, n, err)) < 0) return rc;
	*flags |= SEEN | WAITING;
	p->open += !(*flags & HAD);
	return VV_OK;
}

static vv_status want_commit(painting *p, vv_node *n, vv_error *err)
{
	return *vv_node_flags(p->range->walker, n) & SEEN ? VV_OK : enqueue_commit(p, n, err);
}

/* One that was listed already passes the paint on to its parents at once. */
static vv_status paint_had(painting *p, vv_node *n, vv_error *err)
{
	vv_status rc = vv_nodes_add(&p->spread, n, err);

	while (rc == VV_OK && p->spread.count > 0) {
		vv_node *at = p->spread.items[--p->spread.count];
		uint32_t *flags = vv_node_flags(p->range->walker, at);

		if (*flags & HAD) {
			continue;
		}
		*flags |= HAD;
		if (!(*flags & SEEN)) {
			rc = enqueue_commit(p, at, err);
		} else if (*flags & WAITING) {
			p->open--;
		} else {
			for (uint32_t i = 0; rc == VV_OK && i < at->parent_count; i++) {
				rc = vv_nodes_add(&p->spread, at->parents[i], err);
			}
		}
	}
	return rc;
}

static vv_status take_commit(painting *p, vv_node *n, vv_error *err)
{
	uint32_t *flags = vv_node_flags(p->range->walker, n);
	bool had = *flags & HAD;
	vv_status rc = VV_OK;

	*flags &= ~(uint32_t)WAITING;
	if (!had) {
		p->open--;
		rc = vv_nodes_add(&p->listed, n, err);
	}
	for (uint32_t i = 0; rc == VV_OK && i < n->parent_count; i++) {
		rc = had ? paint_had(p, n->parents[i], err) : want_commit(p, n->parents[i], err);
	}
	return rc;
}

static vv_status paint_history(painting *p, vv_error *err)
{
	unsigned slop = SLOP;
	vv_status rc;
	vv_node *n;

	while ((p->open > 0 || slop > 0) && (n = vv_queue_pop(&p->queue))) {
		slop = p->open > 0 ? SLOP : slop - 1;
		if ((rc = take_commit(p, n, err)) < 0) return rc;
	}
	return VV_OK;
}

/* --- where it begins ---------------------------------------------------------------- */

/* Follows tags to their targets; new tags are added to the list. */
static vv_status peel_tag(vv_object_range *g, git_oid *id, git_object_t *type, bool list,
			  vv_error *err)
{
	size_t first = g->tag_count;
	uint64_t size;
	bool added = true;
	vv_status rc;

	while ((rc = vv_object_header(g->repo, id, type, &size, err)) == VV_OK &&
	       *type == GIT_OBJECT_TAG) {
		if ((rc = vv_oid_set_add(&g->tags_seen, id, &added, err)) < 0 ||
		    (list && added && !vv_array_add(g->tags, g->tag_count, g->tag_cap, *id) &&
		     (rc = vv_fail_nomem(err)) < 0) ||
		    (rc = vv_tag_target(g->repo, id, id, err)) < 0) {
			break;
		}
	}
	for (size_t last = g->tag_count; first + 1 < last; first++, last--) { /* inner ones first */
		git_oid swap = g->tags[first];

		g->tags[first] = g->tags[last - 1];
		g->tags[last - 1] = swap;
	}
	return rc;
}

static vv_status begin_have(painting *p, const vv_oid *have, vv_error *err)
{
	vv_object_range *g = p->range;
	git_object_t type;
	git_oid id = *vv_to_git(have);

	if (!vv_object_is_here(g->repo, &id)) return VV_OK;
	vv_status rc = peel_tag(g, &id, &type, false, err);
	if (rc < 0 || type != GIT_OBJECT_COMMIT) return vv_missing_ok(rc, err);
	vv_node *n = vv_walker_node(g->walker, &id);
	return n ? paint_had(p, n, err) : vv_fail_nomem(err);
}

static vv_status begin_want(painting *p, const vv_oid *wanted, vv_error *err)
{
	vv_object_range *g = p->range;
	git_object_t type;
	git_oid id = *vv_to_git(wanted);
	vv_status rc;

	if ((rc = peel_tag(g, &id, &type, true, err)) < 0) return rc;
	if (type != GIT_OBJECT_COMMIT) {
		return vv_array_add(g->rest, g->rest_count, g->rest_cap, id) ? VV_OK
									     : vv_fail_nomem(err);
	}
	vv_node *n = vv_walker_node(g->walker, &id);
	return n ? want_commit(p, n, err) : vv_fail_nomem(err);
}

/* --- the order ----------------------------------------------------------------------- */

/* Children before parents, the newest first among those that may come next; then the
 * whole is turned round. */
static vv_status sort_listed(painting *p, vv_error *err)
{
	vv_object_range *g = p->range;
	vv_status rc = VV_OK;
	size_t kept = 0;
	vv_node *n;

	vv_queue_clear(&p->queue);
	for (size_t i = 0; i < p->listed.count; i++) {
		n = p->listed.items[i];
		if (!(*vv_node_flags(g->walker, n) & HAD)) {
			p->listed.items[kept++] = n;
			for (uint32_t k = 0; k < n->parent_count; k++) {
				(void)vv_node_flags(g->walker, n->parents[k]);
				n->parents[k]->pending++;
			}
		}
	}
	for (size_t i = 0; rc == VV_OK && i < kept; i++) {
		if (p->listed.items[i]->pending == 0) {
			rc = vv_queue_push(&p->queue, p->listed.items[i], err);
		}
	}
	while (rc == VV_OK && (n = vv_queue_pop(&p->queue))) {
		rc = vv_nodes_add(&g->commits, n, err);
		for (uint32_t k = 0; rc == VV_OK && k < n->parent_count; k++) {
			vv_node *parent = n->parents[k];

			if (--parent->pending == 0 && !vv_object_range_is_had(g, parent)) {
				rc = vv_queue_push(&p->queue, parent, err);
			}
		}
	}
	for (size_t i = 0; i < g->commits.count / 2; i++) {
		n = g->commits.items[i];
		g->commits.items[i] = g->commits.items[g->commits.count - 1 - i];
		g->commits.items[g->commits.count - 1 - i] = n;
	}
	return rc;
}

vv_status vv_object_range_open(vv_object_range *g, vv_repository *r, const vv_oid *wants,
			       size_t want_count, const vv_oid *haves, size_t have_count,
			       vv_error *err)
{
	vv_auto(painting) p = {.range = g};
	vv_status rc = VV_OK;

	*g = (vv_object_range){.repo = r};
	if (!(g->walker = vv_walker_take(r))) return vv_fail_nomem(err);
	(void)git_odb_refresh(r->odb); /* once for all haves; if it fails, reading reports it */
	git_error_clear();
	vv_array_each(haves, have_count, have) {
		if ((rc = begin_have(&p, have, err)) < 0) return rc;
	}
	for (size_t i = 0; rc == VV_OK && i < want_count; i++) {
		rc = begin_want(&p, &wants[i], err);
	}
	return rc < 0 || (rc = paint_history(&p, err)) < 0 ? rc : sort_listed(&p, err);
}

void vv_object_range_clear(vv_object_range *g)
{
	vv_nodes_clear(&g->commits);
	vv_walker_give(g->walker);
	vv_oid_set_clear(&g->tags_seen);
	vv_free_all(g->tags, g->rest);
	memset(g, 0, sizeof(*g));
}

bool vv_object_range_is_had(vv_object_range *g, vv_node *n)
{
	return *vv_node_flags(g->walker, n) & HAD;
}
