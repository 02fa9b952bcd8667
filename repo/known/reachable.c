/*
 * reachable: the walked part of the history, and its invalidation.
 *
 * Two walks share one list of commits: the first finds commits, the second the blocks of their
 * tables. Each continues where it stopped. New commits on top come first, since the queue returns
 * the newest.
 */
#include "repo/known/reachable.h"

#include <sys/stat.h>

#include "base/array.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "base/thread.h"
#include "repo/blocks/reach.h"
#include "repo/git/history/expired.h"
#include "repo/git/history/head_refs.h"
#include "repo/git/history/hidden_refs.h"
#include "repo/git/history/refs.h"
#include "repo/git/history/revision.h"
#include "repo/git/objects/tip_walk.h"
#include "repo/git/objects/tree_pointers.h"
#include "repo/git/walker.h"
#include "repo/known/published.h"

#define SLOP 65536u /* commits looked at that are older than all sought ones */
#define HOLES_MAX 1024u

typedef struct tip {
	char *name;        /* of a ref, or "<ref of a head> <ref in its list>" */
	vv_oid id, commit; /* a tag's own id; the commit that it names */
} tip;

typedef struct tips {
	tip *items;
	size_t count, cap;
} tips;

struct vv_reachable {
	vv_mutex *lock;
	char *path;
	vv_env *env;
	vv_repository *repo;
	bool only_signed; /* refs do not count, but signed heads and the refs in them do */
	vv_stat config;   /* of its file: other settings may hide other refs */
	vv_hidden_refs hidden;
	tips tips;  /* refs */
	tips named; /* what their newest heads list */
	bool lacks; /* objects of this list were missing, and may have arrived since */
	/* The walked part of the history reachable from the tips. */
	vv_walker *walker;
	vv_tip_walk below;
	vv_nodes listed; /* commits in the order in which they were met */
	size_t looked;   /* of these the trees were looked at */
	vv_tree_pointers trees;
	bool has_trees;
	vv_cid *roots; /* of tables, to be walked */
	size_t root_count, root_cap, walked;
	vv_cid *published; /* versions that are roots, too */
	size_t published_count;
	vv_cid_set blocks;
	vv_cid *holes; /* nodes that were missing here when their table was walked; the first ones */
	size_t hole_count, hole_cap;
};

vv_reachable *vv_reachable_new(const char *path, const vv_env *env)
{
	vv_auto(vv_reachable) *x = vv_calloc(1, sizeof(*x));

	if (!x) return NULL;
	x->lock = vv_mutex_new();
	x->path = vv_strdup(path);
	if (!x->lock || !x->path || vv_env_new(&x->env, vv_env_list(env), NULL) < 0) return NULL;
	return vv_take(&x);
}

void vv_reachable_only_signed(vv_reachable *x)
{
	x->only_signed = true;
}

bool vv_reachable_is_only_signed(const vv_reachable *x)
{
	return x->only_signed;
}

static void tips_clear(tips *t)
{
	vv_array_clear(t->items, t->count, it, vv_free(it->name));
	memset(t, 0, sizeof(*t));
}
VV_AUTO_CLEAR(tips, tips_clear)

/* No table was walked. */
static void forget_blocks(vv_reachable *x)
{
	vv_cid_set_reset(&x->blocks);
	vv_free(vv_take(&x->holes));
	x->hole_count = x->hole_cap = x->walked = 0;
}

/* Nothing was walked. */
static void forget_walk(vv_reachable *x)
{
	tips_clear(&x->tips);
	tips_clear(&x->named);
	vv_tip_walk_clear(&x->below);
	vv_nodes_clear(&x->listed);
	vv_walker_free(vv_take(&x->walker));
	if (x->has_trees) {
		vv_tree_pointers_clear(&x->trees);
		x->has_trees = false;
	}
	vv_free_all(vv_take(&x->roots), vv_take(&x->published));
	x->root_count = x->root_cap = x->looked = x->published_count = 0;
	forget_blocks(x);
}

static void close_repository(vv_reachable *x)
{
	forget_walk(x);
	vv_hidden_refs_clear(&x->hidden);
	vv_repository_close(vv_take(&x->repo));
}

void vv_reachable_free(vv_reachable *x)
{
	if (x) {
		close_repository(x);
		vv_mutex_free(x->lock);
		vv_free(x->path);
		vv_env_free(x->env);
		vv_free(x);
	}
}

/* --- current refs ---------------------------------------------------------------- */

static void stat_config(const vv_reachable *x, vv_stat *out)
{
	vv_auto(char) *file = vv_path_join(vv_repository_commondir(x->repo), "config", NULL);

	memset(out, 0, sizeof(*out));
	if (file) {
		(void)vv_lstat(out, file, NULL);
	}
}

static vv_status open_repository(vv_reachable *x, vv_error *err)
{
	vv_stat now;
	vv_status rc;

	if (x->repo) {
		stat_config(x, &now);
		if (vv_stat_equal(&now, &x->config)) return VV_OK;
		close_repository(x);
	}
	if ((rc = vv_repository_open_exactly(&x->repo, x->path, x->env, err)) < 0) return rc;
	stat_config(x, &x->config);
	rc = vv_hidden_refs_load(&x->hidden, x->repo, "uploadpack", err);
	if (rc < 0) {
		close_repository(x);
	}
	return rc;
}

typedef struct listing {
	const vv_reachable *x;
	tips *out;
} listing;

static vv_status list_ref(void *payload, const vv_ref *ref, vv_error *err)
{
	listing *l = payload;
	tips *t = l->out;
	tip it = {.id = ref->id, .commit = ref->commit};

	if (!vv_ref_is_served(&l->x->hidden, ref->name)) return VV_OK;
	if (l->x->only_signed && !vv_ref_is_head(ref->name)) {
		if (!vv_ref_is_expired(ref->name) || !vv_expired_get_signed(&it.id, l->x->repo)) {
			return VV_OK;
		}
		it.commit = it.id;
	}
	it.name = vv_strdup(ref->name);
	return vv_array_own(t->items, t->count, t->cap, it.name, it) ? VV_OK : vv_fail_nomem(err);
}

/* --- what signed heads list ------------------------------------------------------ */

/* The head of another ref may have it below: then what it lists is no longer the newest version. */
static vv_status is_newest_head(const vv_reachable *x, const tips *refs, const tip *head, bool *out,
				vv_error *err)
{
	bool below = false;
	vv_status rc = VV_OK;

	for (size_t i = 0; rc == VV_OK && !below && i < refs->count; i++) {
		const tip *other = &refs->items[i];

		if (other != head && vv_ref_is_head(other->name) &&
		    !vv_oid_is_null(&other->commit)) {
			rc = vv_is_ancestor(x->repo, &head->commit, &other->commit, &below, err);
		}
	}
	*out = !below;
	return rc;
}

/* A ref of a head's list, if peers may see a ref with this name and its object is here. */
static vv_status add_named(vv_reachable *x, const tip *head, const vv_head_ref *ref, tips *out,
			   vv_error *err)
{
	vv_auto(char) *name = vv_strndup(ref->name, ref->len);
	vv_oid commit;
	bool annotated;

	if (!name) return vv_fail_nomem(err);
	if (!vv_ref_is_shown(&x->hidden, name)) return VV_OK;
	const vv_status rc = vv_ref_peel(x->repo, &ref->id, &commit, &annotated, err);
	if (rc == VV_ENOTFOUND) {
		x->lacks = true;
		return VV_OK;
	}
	if (rc < 0) return rc;
	char *full = vv_asprintf("%s %s", head->name, name);
	return vv_array_own(out->items, out->count, out->cap, full, (tip){full, ref->id, commit})
		       ? VV_OK
		       : vv_fail_nomem(err);
}

/* A clone that fetched the newest signed version without merging it, or that has only a branch of its
 * own, can nevertheless serve the newest version. */
static vv_status list_named(vv_reachable *x, const tips *refs, tips *out, vv_error *err)
{
	vv_status rc = VV_OK;

	x->lacks = false;
	for (size_t i = 0; rc == VV_OK && i < refs->count; i++) {
		const tip *head = &refs->items[i];
		vv_auto(vv_buf) list = VV_BUF_INIT;
		vv_head_ref ref;
		bool newest;

		if (!vv_ref_is_head(head->name) || vv_oid_is_null(&head->commit)) {
			continue;
		}
		if ((rc = is_newest_head(x, refs, head, &newest, err)) < 0) return rc;
		if (!newest || vv_head_refs_read(&list, x->repo, &head->commit, VV_IGNORED) < 0) {
			continue;
		}
		const char *at = vv_buf_cstr(&list);
		while (rc == VV_OK && vv_head_refs_next(&ref, &at)) {
			rc = add_named(x, head, &ref, out, err);
		}
	}
	return rc;
}

/* Both are sorted by name. */
static bool same_tips(const tips *a, const tips *b)
{
	return a->count == b->count &&
	       !vv_array_find(a->items, a->count, it,
			      strcmp(it->name, b->items[it - a->items].name) != 0 ||
				      !vv_oid_equal(&it->id, &b->items[it - a->items].id));
}

/* Is everything that the old tips reach reached by the new ones? Computed only for refs that still
 * exist and moved forward. */
static vv_status only_forward(const vv_reachable *x, const tips *old, const tips *new, bool *out,
			      vv_error *err)
{
	vv_status rc;
	size_t k = 0;

	*out = true;
	for (size_t i = 0; *out && i < old->count; i++) {
		const tip *o = &old->items[i];

		while (k < new->count && strcmp(new->items[k].name, o->name) < 0) {
			k++;
		}
		if (k == new->count || strcmp(new->items[k].name, o->name) != 0) {
			*out = false;
		} else if (!vv_oid_equal(&new->items[k].id, &o->id)) {
			*out = vv_oid_equal(&o->id, &o->commit) &&
			       !vv_oid_is_null(&new->items[k].commit);
			if (*out && (rc = vv_is_ancestor(x->repo, &o->commit, &new->items[k].commit,
							 out, err)) < 0) {
				return rc;
			}
		}
	}
	return VV_OK;
}

static vv_status begin_tips(vv_reachable *x, const tips *t, vv_error *err)
{
	vv_status rc = VV_OK;

	if (!x->walker) {
		if (!(x->walker = vv_walker_new(x->repo))) return vv_fail_nomem(err);
		vv_walker_begin(x->walker);
		vv_tip_walk_init(&x->below, x->repo, x->walker, &x->listed);
	}
	for (size_t i = 0; rc == VV_OK && i < t->count; i++) {
		rc = vv_tip_walk_add(&x->below, &t->items[i].id, &t->items[i].commit, err);
	}
	return rc;
}

/* Updates the walked part for the current refs. */
static vv_status look_at_refs(vv_reachable *x, vv_error *err)
{
	vv_auto(tips) now = {NULL, 0, 0}, named = {NULL, 0, 0};
	listing l = {x, &now};
	bool keep = true;
	vv_status rc = open_repository(x, err);

	if (rc < 0) return rc;
	if ((rc = vv_refs_each(x->repo, "refs/", list_ref, &l, err)) < 0 ||
	    (x->walker && !x->lacks && same_tips(&x->tips, &now))) {
		return rc;
	}
	(void)git_odb_refresh(x->repo->odb);
	git_error_clear();
	if ((rc = list_named(x, &now, &named, err)) < 0) return rc;
	if (x->walker && ((rc = only_forward(x, &x->tips, &now, &keep, err)) < 0 ||
			  (keep && (rc = only_forward(x, &x->named, &named, &keep, err)) < 0))) {
		return rc;
	}
	if (!keep) {
		forget_walk(x);
	}
	if ((rc = begin_tips(x, &now, err)) < 0 || (rc = begin_tips(x, &named, err)) < 0) {
		forget_walk(x);
		return rc;
	}
	tips_clear(&x->tips);
	tips_clear(&x->named);
	x->tips = now;
	x->named = named;
	now = named = (tips){NULL, 0, 0};
	return rc;
}

static vv_status call_for_tips(const tips *t, vv_ref_fn fn, void *payload, vv_error *err)
{
	vv_status rc = VV_OK;

	for (size_t i = 0; rc == VV_OK && i < t->count; i++) {
		const tip *it = &t->items[i];
		const char *space = strchr(it->name, ' ');
		const vv_ref ref = {.name = space ? (char *)(uintptr_t)space + 1 : it->name,
				    .id = it->id,
				    .commit = it->commit,
				    .annotated = !vv_oid_equal(&it->id, &it->commit)};
		rc = fn(payload, &ref, err);
	}
	return rc;
}

vv_status vv_reachable_each_signed(vv_reachable *x, vv_ref_fn fn, void *payload, vv_error *err)
{
	vv_auto(vv_locked) lock = vv_mutex_hold(x->lock);
	vv_status rc = look_at_refs(x, err);

	if (rc < 0) {
		forget_walk(x);
		return rc;
	}
	return (rc = call_for_tips(&x->named, fn, payload, err)) < 0
		       ? rc
		       : call_for_tips(&x->tips, fn, payload, err);
}

/* --- commits --------------------------------------------------------------------------------- */

vv_status vv_reachable_commits(vv_reachable *x, const vv_oid *ids, size_t count, bool *out,
			       vv_error *err)
{
	memset(out, 0, count * sizeof(*out));
	vv_auto(vv_locked) lock = vv_mutex_hold(x->lock);
	vv_status rc = look_at_refs(x, err);
	if (rc < 0 || (rc = vv_tip_walk_find(&x->below, ids, count, SLOP, out, err)) < 0) {
		forget_walk(x); /* half walked is not walked */
	}
	return rc;
}

/* --- blocks ---------------------------------------------------------------------------------- */

static vv_status add_root(vv_reachable *x, const vv_cid *root, vv_error *err)
{
	return vv_array_add(x->roots, x->root_count, x->root_cap, *root) ? VV_OK
									 : vv_fail_nomem(err);
}

static vv_status on_pointer(void *payload, const vv_pointer *p, const char *path VV_UNUSED,
			    const vv_oid *commit VV_UNUSED, const char *what VV_UNUSED,
			    vv_error *err)
{
	return p ? add_root(payload, &p->root, err) : VV_OK;
}

/* Is each of these published still? Both are sorted alike. */
static bool all_still(const vv_cid *old, size_t old_count, const vv_cid *now, size_t count)
{
	size_t i = 0, k = 0;

	while (i < old_count && k < count) {
		i += vv_cid_equal(&old[i], &now[k]);
		k++;
	}
	return i == old_count;
}

static bool was_published(const vv_reachable *x, const vv_cid *cid)
{
	return vv_array_find(x->published, x->published_count, it, vv_cid_equal(it, cid)) != NULL;
}

/* Newly published versions become roots; after a withdrawal everything is walked again. */
static vv_status look_at_published(vv_reachable *x, bool *again, vv_error *err)
{
	vv_cid *now;
	size_t count;

	*again = false;
	if (x->only_signed) return VV_OK;
	vv_status rc = vv_published_list(&now, &count, vv_repository_varvedir(x->repo), err);

	if (rc < 0) return rc;
	if (!all_still(x->published, x->published_count, now, count)) {
		vv_free(now);
		*again = true;
		return VV_OK;
	}
	for (size_t i = 0; rc == VV_OK && i < count && count > x->published_count; i++) {
		if (!was_published(x, &now[i])) {
			rc = add_root(x, &now[i], err);
		}
	}
	vv_free(x->published);
	x->published = now;
	x->published_count = count;
	return rc;
}

static vv_status on_block(void *payload, const vv_cid *cid, const void *bytes VV_UNUSED,
			  size_t len VV_UNUSED, vv_status state, vv_error *err)
{
	vv_reachable *x = payload;

	if (state == VV_OK || x->hole_count == HOLES_MAX) return VV_OK;
	return vv_array_add(x->holes, x->hole_count, x->hole_cap, *cid) ? VV_OK
									: vv_fail_nomem(err);
}

/* A node came that was missing: what hangs from it was not walked. */
static bool hole_was_filled(const vv_reachable *x, vv_store *store)
{
	return vv_array_find(x->holes, x->hole_count, it, vv_store_has(store, it)) != NULL;
}

/* Walks one more table, or looks into one more commit. *end: there is none. */
static vv_status go_deeper(vv_reachable *x, vv_store *store, bool *end, vv_error *err)
{
	vv_walk w = {.store = store,
		     .seen = &x->blocks,
		     .budget = UINT64_MAX,
		     .missing_ok = true,
		     .visit = on_block,
		     .payload = x};
	vv_node *n;
	vv_status rc;

	if (x->walked < x->root_count) {
		rc = vv_walk_from(&w, &x->roots[x->walked], err);
		x->walked++;
		return rc;
	}
	if (x->looked == x->listed.count &&
	    ((rc = vv_tip_walk_next(&x->below, &n, err)) < 0 || !n)) {
		*end = rc == VV_OK;
		return rc;
	}
	n = x->listed.items[x->looked++];
	return vv_tree_pointers_look(&x->trees, &n->tree, vv_from_git(&n->id), err);
}

static vv_status find_blocks(vv_reachable *x, const vv_cid *cids, size_t count, bool *out,
			     vv_error *err)
{
	vv_store *store;
	size_t at = 0;
	bool end = false, again = false;
	vv_status rc;

	if ((rc = look_at_refs(x, err)) < 0 || (rc = look_at_published(x, &again, err)) < 0) {
		return rc;
	}
	if (again) {
		forget_walk(x);
		if ((rc = look_at_refs(x, err)) < 0 ||
		    (rc = look_at_published(x, &again, err)) < 0) {
			return rc;
		}
	}
	if ((rc = vv_repository_store(x->repo, &store, err)) < 0) return rc;
	if (hole_was_filled(x, store)) {
		forget_blocks(x);
	}
	if (!x->has_trees) {
		vv_tree_pointers_init(&x->trees, x->repo, on_pointer, x);
		x->has_trees = true;
		x->trees.hard = false; /* missing objects are not served */
	}
	/* One that is missing here at all is worth no walk. */
	while (!end) {
		while (at < count &&
		       (vv_cid_set_has(&x->blocks, &cids[at]) || !vv_store_has(store, &cids[at]))) {
			at++;
		}
		if (at == count) {
			break;
		}
		if ((rc = go_deeper(x, store, &end, err)) < 0) return rc;
	}
	for (size_t i = 0; i < count; i++) {
		out[i] = vv_cid_set_has(&x->blocks, &cids[i]) && vv_store_has(store, &cids[i]);
	}
	return VV_OK;
}

vv_status vv_reachable_blocks(vv_reachable *x, const vv_cid *cids, size_t count, bool *out,
			      vv_error *err)
{
	memset(out, 0, count * sizeof(*out));
	vv_auto(vv_locked) lock = vv_mutex_hold(x->lock);
	vv_status rc = find_blocks(x, cids, count, out, err);
	if (rc < 0) {
		forget_walk(x);
	}
	return rc;
}
