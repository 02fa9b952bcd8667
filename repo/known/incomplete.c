/*
 * incomplete: the mark's file, and the commits below which all versions are known to be complete.
 */
#include "repo/known/incomplete.h"

#include "base/arena.h"
#include "base/array.h"
#include "base/file.h"
#include "base/path.h"
#include "base/sys.h"
#include "repo/blocks/pack_list.h"
#include "repo/blocks/reach.h"
#include "repo/git/history/expired.h"
#include "repo/git/history/promised.h"
#include "repo/git/history/refs.h"
#include "repo/git/objects/range.h"
#include "repo/git/objects/send.h"
#include "repo/git/objects/tree_pointers.h"
#include "repo/git/pack_heads.h"
#include "repo/git/pointer.h"
#include "repo/git/tree_internal.h"
#include "repo/known/elsewhere.h"
#include "repo/known/kept_commits.h"

static char *mark_path(vv_repository *r)
{
	return vv_asprintf("%s/incomplete", vv_repository_varvedir(r));
}

vv_status vv_repository_incomplete(vv_repository *r, bool *out, vv_error *err)
{
	vv_auto(char) *path = mark_path(r);
	if (!path) return vv_fail_nomem(err);
	*out = vv_exists(path);
	return VV_OK;
}

vv_status vv_repository_set_incomplete(vv_repository *r, bool incomplete, vv_error *err)
{
	static const char text[] = "some versions lack blocks here\n";
	vv_auto(char) *path = mark_path(r);

	const vv_status rc = incomplete ? vv_write_file(path, text, sizeof(text) - 1, true, err)
					: vv_unlink(path, true, err);

	return vv_hint_folder(rc, path, err);
}

static char *cache_path(vv_repository *r, const char *name)
{
	return vv_path_join(vv_repository_varvedir(r), "cache", name, (char *)NULL);
}

static vv_status read_tips(vv_repository *r, vv_oids *out, vv_error *err)
{
	vv_auto(char) *path = cache_path(r, "complete");

	return path ? vv_kept_commits_read(out, path, err) : vv_fail_nomem(err);
}

vv_status vv_complete_tips_add(vv_repository *r, const vv_oid *tips, size_t count, vv_error *err)
{
	vv_auto(char) *path = cache_path(r, "complete");
	vv_store *store;
	vv_status rc;

	if (!path) return vv_fail_nomem(err);
	/* They are complete as long as the packs exist. */
	if ((rc = vv_repository_store(r, &store, err)) < 0 ||
	    (rc = vv_store_call_packs(store, err)) < 0) {
		return rc;
	}
	return vv_kept_commits_add(path, tips, count, err);
}

vv_status vv_complete_tips_forget(vv_repository *r, vv_error *err)
{
	vv_auto(char) *path = cache_path(r, "complete");
	return path ? vv_unlink(path, true, err) : vv_fail_nomem(err);
}

vv_status vv_plain_tips_read(vv_repository *r, vv_oids *out, vv_error *err)
{
	vv_auto(char) *path = cache_path(r, "plain");

	*out = (vv_oids){0};
	if (vv_repository_is_shallow(r)) return VV_OK;
	return path ? vv_kept_commits_read(out, path, err) : vv_fail_nomem(err);
}

vv_status vv_plain_tips_add(vv_repository *r, const vv_oid *tips, size_t count, vv_error *err)
{
	vv_auto(char) *path = cache_path(r, "plain");

	if (vv_repository_is_shallow(r)) return VV_OK;
	return path ? vv_kept_commits_add(path, tips, count, err) : vv_fail_nomem(err);
}

vv_status vv_plain_came(vv_repository *r, const vv_oid *ids, size_t count, uint64_t *commits,
			vv_error *err)
{
	vv_pack_sum sum = {0};
	const int plain = vv_pack_heads_plain(r, UINT64_MAX, true, &sum, err);

	*commits = plain == 1 && sum.alone ? sum.commits : 0;
	if (plain < 0 || *commits == 0) return plain < 0 ? (vv_status)plain : VV_OK;
	vv_status rc = vv_plain_tips_add(r, ids, count, err);
	return rc < 0 ? rc : vv_complete_tips_add(r, ids, count, err);
}

/* --- which commits are whole ---------------------------------------------------------- */

enum { LACKS = 8, EDGE = 16 }; /* flags of a range's nodes, beside its own */

typedef struct look {
	vv_repository *repo;
	vv_store *store;
	vv_elsewhere *elsewhere;
	const vv_expired *expired;
	vv_object_range range;
	vv_blob_look blobs;
	bool careful;      /* the mark is set: a node does not imply the blocks below it */
	vv_cid_set walked; /* careful: known to be complete with everything below */
	vv_cid_set good, bad;
	const vv_oid *ids;
	size_t id_count;
	vv_cid_set current; /* roots in the trees of ids */
	bool current_loaded;
	bool lacks;
	vv_whole *out;
} look;

/* May an expired version have come back? */
static vv_status is_asked_for(look *l, const vv_cid *root, bool *out, vv_error *err)
{
	vv_status rc;

	*out = false;
	if (!l->out->asks) return VV_OK;
	if (!l->current_loaded &&
	    (rc = vv_tree_roots(&l->current, l->repo, l->ids, l->id_count, err)) < 0) {
		return rc;
	}
	l->current_loaded = true;
	*out = vv_cid_set_has(&l->current, root);
	return VV_OK;
}

static vv_status is_complete(look *l, const vv_cid *root, bool *out, vv_error *err)
{
	vv_walk w = {.store = l->store, .budget = UINT64_MAX};
	const bool here = vv_store_has(l->store, root);
	bool asked = false;
	vv_status rc = VV_OK;

	/* these are not sent */
	if (!here && vv_elsewhere_links(l->elsewhere, root)) {
		*out = true;
		return VV_OK;
	}
	if (vv_expired_has(l->expired, root)) {
		rc = here ? VV_OK : is_asked_for(l, root, &asked, err);
		*out = !asked;
		return rc;
	}
	*out = here;
	if (here && l->careful) {
		w.seen = &l->walked;
		rc = vv_walk_from(&w, root, err);
		*out = rc == VV_OK;
		if (rc == VV_EMISSING || rc == VV_ECORRUPT) {
			/* The walked part of this one may be incomplete. */
			vv_cid_set_reset(&l->walked);
			rc = vv_error_excuse(rc, true, err);
		}
	}
	return rc;
}

static vv_status look_at_root(look *l, const vv_cid *root, vv_error *err)
{
	bool complete = vv_cid_set_has(&l->good, root), added;
	vv_status rc;

	if (!complete && !vv_cid_set_has(&l->bad, root) &&
	    ((rc = is_complete(l, root, &complete, err)) < 0 ||
	     (rc = vv_cid_set_add(complete ? &l->good : &l->bad, root, &added, err)) < 0)) {
		return rc;
	}
	l->lacks |= !complete;
	return VV_OK;
}

static vv_status look_at_change(void *payload, const vv_change *c, vv_error *err)
{
	look *l = payload;
	vv_pointer p;
	bool is;
	vv_status rc;

	if (!vv_mode_is_file(c->new_mode) || vv_oid_equal(&c->old_id, &c->new_id)) {
		return VV_OK;
	}
	vv_arena_reset(&l->blobs.arena);
	rc = vv_blob_pointer(&p, &is, &l->blobs, vv_to_git(&c->new_id), c->path, err);
	return rc < 0 || !is ? rc : look_at_root(l, &p.root, err);
}

/* A commit lacks blocks when a parent does, or its changes against its first one. */
static vv_status look_at_commit(look *l, vv_node *n, vv_error *err)
{
	const git_oid *before;
	vv_walker *w = l->range.walker;
	vv_status rc;

	l->lacks = false;
	l->blobs.commit = &n->id;
	if ((rc = vv_node_parent_tree(&before, w, n, err)) < 0) return rc;
	rc = vv_must_be_here(vv_tree_diff(l->repo, before, &n->tree, "", look_at_change, l, err),
			     err);
	for (uint32_t i = 0; i < n->parent_count; i++) {
		l->lacks |= (*vv_node_flags(w, n->parents[i]) & LACKS) != 0;
	}
	for (uint32_t i = 0; rc == VV_OK && l->lacks && i < n->parent_count; i++) {
		uint32_t *flags = vv_node_flags(w, n->parents[i]);
		if (!(*flags & (LACKS | EDGE))) {
			*flags |= EDGE;
			rc = vv_oids_add(&l->out->edge, vv_from_git(&n->parents[i]->id), err);
		}
	}
	if (l->lacks) {
		*vv_node_flags(w, n) |= LACKS;
	}
	return rc;
}

static vv_status is_whole(look *l, const vv_oid *id, bool *out, vv_error *err)
{
	git_object_t type;
	uint64_t size;
	git_oid at = *vv_to_git(id);
	vv_status rc;

	while ((rc = vv_must_be_here(vv_object_header(l->repo, &at, &type, &size, err), err)) ==
		       VV_OK &&
	       type == GIT_OBJECT_TAG) {
		if ((rc = vv_tag_target(l->repo, &at, &at, err)) < 0) return rc;
	}
	if (rc < 0 || type != GIT_OBJECT_COMMIT) {
		*out = rc == VV_OK;
		return rc;
	}
	vv_node *n = vv_walker_node(l->range.walker, &at);
	*out = n && !(*vv_node_flags(l->range.walker, n) & LACKS);
	return n ? VV_OK : vv_fail_nomem(err);
}

static vv_status list_tips(const look *l, vv_whole *out, const vv_oid *ids, size_t count,
			   vv_error *err)
{
	vv_auto(vv_oids) before = out->tips;
	vv_oids *tips = &out->tips;
	vv_status rc = VV_OK;

	*tips = (vv_oids){0};
	for (size_t i = 0; rc == VV_OK && i < out->edge.count; i++) {
		rc = vv_oids_add(tips, &out->edge.items[i], err);
	}
	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		rc = out->ids[i] ? vv_oids_add(tips, &ids[i], err) : VV_OK;
	}
	const size_t found = tips->count;
	for (size_t i = 0; rc == VV_OK && i < before.count; i++) {
		rc = vv_oids_add(tips, &before.items[i], err);
	}
	/* Derived: where it cannot be written (a medium that is read-only), it is found out again. */
	if (rc == VV_OK && !l->careful && found > 0 && l->range.commits.count > 0 &&
	    vv_complete_tips_add(l->repo, tips->items, found, VV_IGNORED) == VV_ENOMEM) {
		return vv_fail_nomem(err);
	}
	return rc;
}

/* A lost pack can have had blocks below existing nodes: only a walk finds complete versions. */
static vv_status mind_lost_packs(look *l, vv_error *err)
{
	size_t lost;
	vv_status rc = VV_OK;

	if (l->careful || (rc = vv_store_lost_packs(l->store, false, &lost, err)) < 0 ||
	    lost == 0) {
		return rc;
	}
	l->careful = true;
	if ((rc = vv_repository_set_incomplete(l->repo, true, VV_IGNORED)) == VV_OK) {
		rc = vv_store_lost_packs(l->store, true, &lost, VV_IGNORED);
	}
	return rc == VV_ENOMEM ? vv_fail_nomem(err)
			       : VV_OK; /* a medium that is read-only: found out again */
}

static vv_status look_all(look *l, vv_whole *out, const vv_oid *ids, size_t count, vv_error *err)
{
	vv_pack_sum sum;
	vv_status rc = vv_repository_store(l->repo, &l->store, err);

	if (rc < 0 || (rc = vv_elsewhere_read(&l->elsewhere, l->repo, err)) < 0 ||
	    (rc = vv_expired_read(&l->expired, l->repo, err)) < 0 ||
	    (rc = vv_repository_incomplete(l->repo, &l->careful, err)) < 0 ||
	    (rc = mind_lost_packs(l, err)) < 0 ||
	    (!l->careful && (rc = read_tips(l->repo, &out->tips, err)) < 0) ||
	    (rc = vv_object_range_open(&l->range, l->repo, ids, count, out->tips.items,
				       out->tips.count, err)) < 0) {
		return rc;
	}
	const vv_nodes *commits = &l->range.commits;
	const int plain = commits->count > 0 ? vv_pack_heads_plain(l->repo, commits->count,
								   out->tips.count == 0, &sum, err)
					     : 0;
	if (plain < 0) {
		rc = (vv_status)plain;
	} else if (plain == 0 && commits->count > 1) {
		rc = vv_promised_bring_new(l->repo, ids, count, out->tips.items, out->tips.count,
					   err);
	} else {
		rc = VV_OK;
	}
	for (size_t i = 0; plain == 0 && rc == VV_OK && i < commits->count; i++) {
		rc = look_at_commit(l, commits->items[i], err);
	}
	out->all = rc == VV_OK;
	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		rc = is_whole(l, &ids[i], &out->ids[i], err);
		out->all &= out->ids[i];
	}
	return rc < 0 ? rc : list_tips(l, out, ids, count, err);
}

vv_status vv_whole_look(vv_whole *out, vv_repository *r, const vv_oid *ids, size_t count,
			vv_error *err)
{
	*out = (vv_whole){.asks = out->asks};
	look l = {.repo = r, .out = out, .blobs.repo = r, .ids = ids, .id_count = count};
	out->ids = vv_calloc(count + 1, sizeof(bool));
	vv_status rc = out->ids ? look_all(&l, out, ids, count, err) : vv_fail_nomem(err);
	vv_object_range_clear(&l.range);
	vv_elsewhere_free(l.elsewhere);
	vv_cid_set_reset(&l.walked);
	vv_cid_set_reset(&l.current);
	vv_cid_set_reset(&l.good);
	vv_cid_set_reset(&l.bad);
	vv_blob_look_clear(&l.blobs);
	return rc;
}

void vv_whole_clear(vv_whole *w)
{
	vv_free_all(w->ids, w->edge.items, w->tips.items);
	memset(w, 0, sizeof(*w));
}

vv_status vv_repository_look_whole(vv_repository *r, vv_error *err)
{
	vv_auto(vv_oids) t = {0};
	vv_auto(vv_head) head = {0};
	vv_auto(vv_whole) whole = {0};
	bool marked = false;
	vv_status rc = vv_repository_incomplete(r, &marked, err);

	if (rc < 0 || !marked) return rc;
	if ((rc = vv_ref_tips_list(&t, r, "refs/", err)) < 0 ||
	    (rc = vv_head_read(r, &head, err)) < 0 ||
	    (rc = vv_oids_add(&t, &head.commit, err)) < 0) {
		return rc;
	}
	/* With an incomplete history the result is unknown: the mark stays. */
	rc = vv_whole_look(&whole, r, t.items, t.count, VV_IGNORED);
	if (rc == VV_ENOMEM) return vv_fail_nomem(err);
	return rc == VV_OK && whole.all ? vv_repository_set_incomplete(r, false, err) : VV_OK;
}
