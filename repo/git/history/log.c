/*
 * log: which commits of a history are shown and in which order: git log's rules
 * for ranges, for paths and for merges.
 *
 * Paths are compared by the ids of their tree entries, which takes one or two
 * small trees a commit and no diff.
 */
#include "repo/git/history/log.h"

#include "base/arena.h"
#include "base/hash.h"
#include "base/sys.h"
#include "repo/git/history/refs.h"
#include "repo/git/tree_internal.h"
#include "repo/git/walker.h"

enum { SEEN = 1, HIDDEN = 2, BOTTOM = 4, SHOWN = 8 };

#define SLOP                                                                                       \
	5 /* how many commits past the last interesting one are looked at for clocks gone wrong */
#define ALL_PARENTS UINT32_MAX

typedef struct note {
	vv_hash128 print;       /* of the paths' modes and ids */
	bool has_print, absent; /* absent: none of the paths exists */
	uint32_t follow;        /* which parent alone is followed; ALL_PARENTS */
} note;

struct vv_log {
	vv_repository *repo;
	vv_walker *walker;
	vv_arena arena;
	vv_queue queue;
	vv_nodes list; /* the answers, when they are worked out first */
	size_t next;
	bool listed, first_parent, has_hidden;
	char **paths;
	size_t path_count;
	uint64_t skip, left; /* left: UINT64_MAX without a limit */
	uint64_t seed;
};

static note *note_of(vv_log *l, vv_node *n)
{
	void **slot = vv_node_note(l->walker, n);
	note *made;

	if (!*slot && (made = vv_arena_calloc(&l->arena, 1, sizeof(*made)))) {
		made->follow = ALL_PARENTS;
		*slot = made;
	}
	return *slot;
}

/* --- paths ----------------------------------------------------------------- */

static vv_status take_print(vv_log *l, vv_node *n, note **out, vv_error *err)
{
	note *nt = *out = note_of(l, n);
	vv_auto(vv_buf) all = VV_BUF_INIT;
	vv_status rc;

	if (!nt) return vv_fail_nomem(err);
	if (nt->has_print) return VV_OK;
	nt->absent = true;
	for (size_t i = 0; i < l->path_count; i++) {
		git_oid id;
		uint32_t mode;

		if ((rc = vv_tree_find(l->repo, &n->tree, l->paths[i], &mode, &id, err)) < 0) {
			return rc;
		}
		if (mode != 0) {
			nt->absent = false;
			vv_buf_put_varint(&all, i);
			vv_buf_put(&all, &mode, sizeof(mode));
			vv_buf_put(&all, id.id, sizeof(id.id));
		}
	}
	if ((rc = vv_buf_ok(&all, err)) == VV_OK) {
		nt->print = vv_xxh3_128(vv_buf_cstr(&all), all.len, l->seed);
		nt->has_print = true;
	}
	return rc;
}

static vv_status same_paths(vv_log *l, vv_node *a, vv_node *b, bool *same, vv_error *err)
{
	note *na, *nb;
	vv_status rc;

	*same = true;
	if (git_oid_equal(&a->tree, &b->tree)) return VV_OK;
	if ((rc = take_print(l, a, &na, err)) < 0 || (rc = take_print(l, b, &nb, err)) < 0) {
		return rc;
	}
	*same = na->print.lo == nb->print.lo && na->print.hi == nb->print.hi;
	return VV_OK;
}

/* Decides whether the commit is shown and which parents are followed, as git's
 * default history simplification does. */
static vv_status simplify(vv_log *l, vv_node *n, vv_error *err)
{
	uint32_t count = l->first_parent && n->parent_count > 1 ? 1 : n->parent_count, near = 0;
	bool near_change = false, far_change = false, same;
	uint32_t *flags = vv_node_flags(l->walker, n);
	note *nt;
	vv_status rc;

	if (l->path_count == 0) {
		*flags |= SHOWN;
		return VV_OK;
	}
	if (n->parent_count == 0) {
		if ((rc = take_print(l, n, &nt, err)) == VV_OK && !nt->absent) {
			*flags |= SHOWN;
		}
		return rc;
	}
	for (uint32_t i = 0; i < count; i++) {
		uint32_t parent_flags = *vv_node_flags(l->walker, n->parents[i]);
		bool relevant = (parent_flags & (HIDDEN | BOTTOM)) != HIDDEN;

		if ((rc = vv_node_parse(l->walker, n->parents[i], err)) < 0 ||
		    (rc = same_paths(l, n, n->parents[i], &same, err)) < 0) {
			return rc;
		}
		if (same && relevant) {
			if (!(nt = note_of(l, n))) return vv_fail_nomem(err);
			nt->follow = i;
			return VV_OK;
		}
		near += relevant;
		near_change = near_change || (relevant && !same);
		far_change = far_change || (!relevant && !same);
	}
	if (near > 0 ? near_change : far_change) {
		*flags |= SHOWN;
	}
	return VV_OK;
}

/* --- walking ---------------------------------------------------------------- */

static bool follows(vv_log *l, vv_node *n, uint32_t i)
{
	const note *nt = *vv_node_note(l->walker, n);

	if (nt && nt->follow != ALL_PARENTS) return nt->follow == i;
	return i == 0 || !l->first_parent;
}

/* Hides all ancestors that were met already. */
static vv_status hide_below(vv_log *l, vv_node *n, vv_error *err)
{
	vv_auto(vv_nodes) stack = VV_NODES_INIT;
	vv_status rc = vv_nodes_add(&stack, n, err);

	if (rc < 0) return rc;
	while (stack.count > 0) {
		vv_node *at = stack.items[--stack.count];

		for (uint32_t i = 0; at->parsed && i < at->parent_count; i++) {
			uint32_t *flags = vv_node_flags(l->walker, at->parents[i]);

			if (!(*flags & HIDDEN)) {
				*flags |= HIDDEN;
				if ((rc = vv_nodes_add(&stack, at->parents[i], err)) < 0) return rc;
			}
		}
	}
	return VV_OK;
}

static vv_status push_tip(vv_log *l, vv_node *n, uint32_t flags, vv_error *err)
{
	uint32_t *have = vv_node_flags(l->walker, n);
	vv_status rc;

	*have |= flags;
	if (*have & SEEN) return VV_OK;
	*have |= SEEN;
	if ((rc = vv_node_parse(l->walker, n, err)) < 0) return rc;
	return vv_queue_push(&l->queue, n, err);
}

/* Queues the parents that are followed. */
static vv_status expand(vv_log *l, vv_node *n, vv_error *err)
{
	bool hidden = (*vv_node_flags(l->walker, n) & HIDDEN) != 0;
	vv_status rc = hidden ? hide_below(l, n, err) : simplify(l, n, err);

	for (uint32_t i = 0; rc == VV_OK && i < n->parent_count; i++) {
		if (hidden || follows(l, n, i)) {
			rc = push_tip(l, n->parents[i], hidden ? HIDDEN : 0, err);
		}
	}
	return rc;
}

static bool all_hidden(const vv_log *l)
{
	for (size_t i = 0; i < l->queue.count; i++) {
		if (!(*vv_node_flags(l->walker, vv_queue_at(&l->queue, i)) & HIDDEN)) return false;
	}
	return true;
}

/* Works the whole range out: after the last commit of interest a few more are
 * looked at, since a wrong clock may have put one that hides others behind. */
static vv_status collect(vv_log *l, vv_error *err)
{
	int64_t oldest = INT64_MAX;
	int slop = SLOP;
	vv_node *n;
	vv_status rc = VV_OK;

	while (rc == VV_OK && (n = vv_queue_pop(&l->queue))) {
		if ((rc = expand(l, n, err)) < 0) return rc;
		if (!(*vv_node_flags(l->walker, n) & HIDDEN)) {
			oldest = n->time;
			rc = vv_nodes_add(&l->list, n, err);
			continue;
		}
		if (l->queue.count == 0) {
			break;
		}
		/* item 0 is the newest */
		if (oldest <= vv_queue_at(&l->queue, 0)->time || !all_hidden(l)) {
			slop = SLOP;
		} else if (--slop == 0) {
			break;
		}
	}
	return rc;
}

/* Orders the list so that children come first, the newest of those possible before others. */
static vv_status sort_topo(vv_log *l, vv_error *err)
{
	vv_auto(vv_queue) ready = VV_QUEUE_INIT;
	vv_nodes sorted = VV_NODES_INIT;
	vv_node *n;
	vv_status rc = VV_OK;

	for (size_t i = 0; i < l->list.count; i++) {
		l->list.items[i]->pending = 1; /* 1: in the list, no child waits */
	}
	for (size_t i = 0; i < l->list.count; i++) {
		n = l->list.items[i];
		for (uint32_t k = 0; k < n->parent_count; k++) {
			(void)vv_node_flags(l->walker, n->parents[k]);
			if (follows(l, n, k) && n->parents[k]->pending > 0) {
				n->parents[k]->pending++;
			}
		}
	}
	for (size_t i = 0; rc == VV_OK && i < l->list.count; i++) {
		if (l->list.items[i]->pending == 1) {
			rc = vv_queue_push(&ready, l->list.items[i], err);
		}
	}
	while (rc == VV_OK && (n = vv_queue_pop(&ready))) {
		rc = vv_nodes_add(&sorted, n, err);
		for (uint32_t k = 0; rc == VV_OK && k < n->parent_count; k++) {
			vv_node *p = n->parents[k];

			if (follows(l, n, k) && p->pending > 1 && --p->pending == 1) {
				rc = vv_queue_push(&ready, p, err);
			}
		}
	}
	vv_nodes_clear(&l->list);
	l->list = sorted;
	return rc;
}

/* Keeps only selected commits in the list, in output order. */
static void cut_list(vv_log *l, bool reverse)
{
	size_t kept = 0;

	for (size_t i = 0; i < l->list.count; i++) {
		uint32_t flags = *vv_node_flags(l->walker, l->list.items[i]);

		if ((flags & HIDDEN) || !(flags & SHOWN)) {
			continue;
		}
		if (l->skip > 0) {
			l->skip--;
			continue;
		}
		if (l->left == 0) {
			break;
		}
		if (l->left != UINT64_MAX) {
			l->left--;
		}
		l->list.items[kept++] = l->list.items[i];
	}
	l->list.count = kept;
	for (size_t i = 0; reverse && i < kept / 2; i++) {
		vv_node *swap = l->list.items[i];

		l->list.items[i] = l->list.items[kept - 1 - i];
		l->list.items[kept - 1 - i] = swap;
	}
}

/* --- opening ------------------------------------------------------------------ */

static vv_status add_tip(vv_log *l, const vv_oid *oid, uint32_t flags, vv_error *err)
{
	git_oid id;
	vv_node *n;

	vv_oid_to_git(&id, oid);
	if (!(n = vv_walker_node(l->walker, &id))) return vv_fail_nomem(err);
	l->has_hidden = l->has_hidden || (flags & HIDDEN);
	return push_tip(l, n, flags, err);
}

static vv_status add_ref(void *payload, const vv_ref *ref, vv_error *err)
{
	return vv_oid_is_null(&ref->commit) ? VV_OK : add_tip(payload, &ref->commit, 0, err);
}

static vv_status add_head(vv_log *l, bool unborn_ok, vv_error *err)
{
	vv_auto(vv_head) head = {0};
	vv_status rc = vv_head_read(l->repo, &head, err);

	if (rc < 0) return rc;
	if (!vv_oid_is_null(&head.commit)) return add_tip(l, &head.commit, 0, err);
	return unborn_ok ? VV_OK : vv_fail(err, VV_ENOTFOUND, "no commits yet");
}

static vv_status add_range(vv_log *l, const vv_range *range, vv_error *err)
{
	const bool symmetric = range->has_exclude && range->symmetric;
	vv_auto_free vv_oid *bases = NULL;
	size_t count = 0;
	vv_status rc = VV_OK;

	if (symmetric && (rc = vv_merge_bases(l->repo, &range->exclude, &range->include, &bases,
					      &count, err)) < 0) {
		return rc;
	}
	if (range->has_exclude) {
		rc = add_tip(l, &range->exclude, symmetric ? 0 : HIDDEN | BOTTOM, err);
	}
	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		rc = add_tip(l, &bases[i], HIDDEN | BOTTOM, err);
	}
	return rc < 0 ? rc : add_tip(l, &range->include, 0, err);
}

static vv_status add_tips(vv_log *l, const vv_log_options *opts, vv_error *err)
{
	vv_status rc = VV_OK;

	for (size_t i = 0; rc == VV_OK && i < opts->range_count; i++) {
		rc = add_range(l, &opts->ranges[i], err);
	}
	if (rc == VV_OK && (opts->all || opts->range_count == 0)) {
		rc = add_head(l, opts->all, err);
	}
	return rc == VV_OK && opts->all ? vv_refs_each(l->repo, "refs/", add_ref, l, err) : rc;
}

static vv_status copy_paths(vv_log *l, const char *const *paths, vv_error *err)
{
	size_t count = 0;

	while (paths && paths[count]) {
		count++;
	}
	for (size_t i = 0; i < count; i++) {
		if (paths[i][0] == '\0') {
			return VV_OK; /* the top: everything */
		}
	}
	if (count == 0) return VV_OK;
	if (!(l->paths = vv_calloc(count, sizeof(char *)))) return vv_fail_nomem(err);
	for (size_t i = 0; i < count; i++) {
		if (!(l->paths[i] = vv_strdup(paths[i]))) return vv_fail_nomem(err);
		l->path_count++;
	}
	return VV_OK;
}

void vv_log_tell_replacements(vv_repository *r)
{
	if (!r->replacements_told && vv_refs_any(r, "refs/replace/")) {
		r->replacements_told = true;
		vv_notes_warn(vv_repository_notes(r),
			      "refs/replace is ignored: 'git log' may show another history");
	}
}

vv_status vv_log_open(vv_log **out, vv_repository *r, const vv_log_options *opts, vv_error *err)
{
	vv_auto(vv_log) *l = vv_calloc(1, sizeof(*l));
	vv_status rc;

	*out = NULL;
	if (!l) return vv_fail_nomem(err);
	l->repo = r;
	l->first_parent = opts->first_parent;
	l->skip = opts->skip;
	l->left = opts->max_count ? opts->max_count : UINT64_MAX;
	vv_arena_init(&l->arena);
	vv_random(&l->seed, sizeof(l->seed));
	vv_log_tell_replacements(r);
	if (!(l->walker = vv_walker_new(r))) return vv_fail_nomem(err);
	vv_walker_begin(l->walker);
	if ((rc = copy_paths(l, opts->paths, err)) < 0 || (rc = add_tips(l, opts, err)) < 0) {
		return rc;
	}
	l->listed = l->has_hidden || opts->topo || opts->reverse;
	if (l->listed) {
		if ((rc = collect(l, err)) < 0 || (opts->topo && (rc = sort_topo(l, err)) < 0)) {
			return rc;
		}
		cut_list(l, opts->reverse);
	}
	return vv_hand_over(out, &l);
}

int vv_log_next(vv_log *l, vv_oid *out, vv_error *err)
{
	vv_node *n;

	if (l->listed) {
		if (l->next == l->list.count) return 0;
		vv_oid_from_git(out, &l->list.items[l->next++]->id);
		return 1;
	}
	while (l->left > 0 && (n = vv_queue_pop(&l->queue))) {
		vv_status rc = expand(l, n, err);

		if (rc < 0) return rc;
		if (!(*vv_node_flags(l->walker, n) & SHOWN)) {
			continue;
		}
		if (l->skip > 0) {
			l->skip--;
			continue;
		}
		if (l->left != UINT64_MAX) {
			l->left--;
		}
		vv_oid_from_git(out, &n->id);
		return 1;
	}
	return 0;
}

void vv_log_close(vv_log *l)
{
	if (!l) return;
	vv_names_free(l->paths, l->path_count);
	vv_queue_clear(&l->queue);
	vv_nodes_clear(&l->list);
	vv_arena_clear(&l->arena);
	vv_walker_free(l->walker);
	vv_free(l);
}
