/*
 * send: determines the Git objects that a peer lacks, and common commits.
 */
#include "repo/git/objects/send.h"

#include "base/sys.h"
#include "repo/git/history/refs.h"
#include "repo/git/objects/objects.h"
#include "repo/git/repository_internal.h"

enum { TIP = 1, QUEUED = 2, SOUGHT = 4 };

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

typedef struct descent {
	vv_repository *repo;
	vv_walker *walker;
	vv_queue queue;
	vv_oid_set tags; /* tag objects that refs lead to */
} descent;

static vv_status descend_to(descent *d, vv_node *n, uint32_t flags, uint32_t distance,
			    vv_error *err)
{
	uint32_t *have = vv_node_flags(d->walker, n);

	if (*have & QUEUED) {
		n->pending = distance < n->pending ? distance : n->pending;
		return VV_OK;
	}
	vv_status rc = vv_node_parse(d->walker, n, err);
	if (rc == VV_ENOTFOUND) { /* reported elsewhere */
		vv_error_clear(err);
		return VV_OK;
	}
	*have |= QUEUED | flags;
	n->pending = distance;
	return rc < 0 ? rc : vv_queue_push(&d->queue, n, err);
}

static vv_status on_ref(void *payload, const vv_ref *ref, vv_error *err)
{
	descent *d = payload;
	git_oid id;
	vv_status rc;

	if (!vv_oid_equal(&ref->id, &ref->commit) &&
	    (rc = vv_oid_set_add_tags(&d->tags, d->repo, &ref->id, err)) < 0) {
		return rc;
	}
	if (vv_oid_is_null(&ref->commit)) return VV_OK;
	vv_oid_to_git(&id, &ref->commit);
	vv_node *n = vv_walker_node(d->walker, &id);
	return n ? descend_to(d, n, TIP, 0, err) : vv_fail_nomem(err);
}

static vv_status descent_open(descent *d, vv_repository *r, vv_error *err)
{
	*d = (descent){.repo = r};
	vv_oid_set_init(&d->tags);
	if (!(d->walker = vv_walker_take(r))) return vv_fail_nomem(err);
	return vv_refs_each(r, "", on_ref, d, err);
}

static void descent_clear(descent *d)
{
	vv_queue_clear(&d->queue);
	vv_oid_set_clear(&d->tags);
	vv_walker_give(d->walker);
}

/* The next commit, its parents queued; NULL at the end. */
static vv_status descend(descent *d, vv_node **out, vv_error *err)
{
	vv_node *n = vv_queue_pop(&d->queue);
	vv_status rc = VV_OK;

	*out = n;
	for (uint32_t i = 0; n && i < n->parent_count; i++) {
		if ((rc = descend_to(d, n->parents[i], 0, n->pending + 1, err)) < 0) return rc;
	}
	return rc;
}

/* --- known? ------------------------------------------------------------------------------ */

typedef struct search {
	descent down;
	size_t left;    /* commits sought and not yet met */
	int64_t oldest; /* of these */
} search;

static vv_status seek(search *s, const vv_oid *id, vv_error *err)
{
	vv_node *n;
	vv_status rc = vv_walker_commit(&n, s->down.walker, id, err);

	if (rc < 0 || !n) return rc;
	if (!(*vv_node_flags(s->down.walker, n) & (QUEUED | SOUGHT))) {
		*vv_node_flags(s->down.walker, n) |= SOUGHT;
		s->oldest = s->left == 0 || n->time < s->oldest ? n->time : s->oldest;
		s->left++;
	}
	return VV_OK;
}

/* With wrong clocks an older commit may come after a newer one. */
static vv_status search_down(search *s, vv_error *err)
{
	unsigned slop = KNOWN_SLOP;
	vv_status rc = VV_OK;
	vv_node *n;

	while (rc == VV_OK && s->left > 0 && slop > 0 &&
	       (rc = descend(&s->down, &n, err)) == VV_OK && n) {
		slop = n->time >= s->oldest ? KNOWN_SLOP : slop - 1;
		s->left -= (*vv_node_flags(s->down.walker, n) & SOUGHT) != 0;
	}
	return rc;
}

vv_status vv_commits_known(vv_repository *r, const vv_oid *ids, size_t count, bool *out,
			   vv_error *err)
{
	search s = {.left = 0};
	vv_status rc = descent_open(&s.down, r, err);
	vv_node *n;
	git_oid id;

	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		rc = seek(&s, &ids[i], err);
	}
	if (rc == VV_OK) {
		rc = search_down(&s, err);
	}
	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		vv_oid_to_git(&id, &ids[i]);
		if (!(n = vv_walker_node(s.down.walker, &id))) {
			rc = vv_fail_nomem(err);
			break;
		}
		out[i] = *vv_node_flags(s.down.walker, n) & QUEUED ||
			 vv_oid_set_has(&s.down.tags, &id);
	}
	descent_clear(&s.down);
	return rc;
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
	vv_auto(vv_ref_tips) t = {0};
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

static vv_status gather_sample(descent *d, vv_nodes *tips, vv_nodes *others, size_t max,
			       uint32_t visits, bool *all, vv_error *err)
{
	const bool far = visits == 0;
	vv_status rc = VV_OK;
	vv_node *n = NULL;

	visits = far ? SAMPLE_VISITS_MAX : visits;
	while (visits > 0 && (rc = descend(d, &n, err)) == VV_OK && n) {
		visits--;
		if (*vv_node_flags(d->walker, n) & TIP) {
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

vv_status vv_commits_sample(vv_repository *r, size_t max, uint32_t visits, vv_oid **out,
			    size_t *count, bool *all, vv_error *err)
{
	vv_nodes tips = VV_NODES_INIT, others = VV_NODES_INIT;
	descent d;
	vv_status rc = descent_open(&d, r, err);

	*out = NULL;
	*count = 0;
	if (rc < 0 || (rc = gather_sample(&d, &tips, &others, max, visits, all, err)) < 0) {
		goto done;
	}
	if (!(*out = vv_calloc(tips.count + others.count + 1, sizeof(vv_oid)))) {
		rc = vv_fail_nomem(err);
		goto done;
	}
	for (size_t i = 0; i < tips.count; i++) {
		vv_oid_from_git(&(*out)[(*count)++], &tips.items[i]->id);
	}
	for (size_t i = 0; i < others.count && *count < max; i++) {
		vv_oid_from_git(&(*out)[(*count)++], &others.items[i]->id);
	}
done:
	vv_nodes_clear(&tips);
	vv_nodes_clear(&others);
	descent_clear(&d);
	return rc;
}

vv_status vv_git_object_bytes(vv_repository *r, vv_git_type type, const vv_oid *id, uint64_t max,
			      vv_buf *out, vv_error *err)
{
	git_oid oid;
	vv_auto(git_odb_object) *object = NULL;

	vv_oid_to_git(&oid, id);
	vv_buf_reset(out);
	vv_status rc = vv_object_read(r, &oid, (git_object_t)type, max, &object, err);
	if (rc < 0) return rc;
	vv_buf_put(out, git_odb_object_data(object), git_odb_object_size(object));
	return vv_buf_ok(out, err);
}
