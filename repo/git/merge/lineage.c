/*
 * lineage: which parents a file came from; keeps the trails that are still to be followed
 * at the commits where they wait.
 */
#include "repo/git/merge/lineage.h"

#include <string.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/git/history/log.h"
#include "repo/git/history/promised.h"
#include "repo/git/merge/renames.h"
#include "repo/git/tree_internal.h"
#include "repo/git/walker.h"

enum { INSIDE = 1 };

/* Waits at a commit. */
typedef struct trail {
	const char *path;
	size_t tail; /* of the path (vv_lineage_file) */
	git_oid blob;
	void *of_caller;
	struct trail *next;
} trail;

struct vv_lineage {
	vv_repository *repo;
	vv_lineage_options o;
	vv_walker *walker;
	vv_queue queue;
	vv_arena arena; /* paths, trails */
	const char **paths;
	size_t path_count, path_cap;
	bool bounded;   /* only commits that are INSIDE */
	vv_node *node;  /* the commit that is looked at */
	trail *waiting; /* there */
	trail *spare;
	vv_lineage_file *parents;
	size_t parent_cap;
};

/* One string for each path. */
static const char *intern_path(vv_lineage *l, const char *path)
{
	const char **known = vv_array_find(l->paths, l->path_count, it,
					   *it == path || strcmp(*it, path) == 0);
	if (known) return *known;
	char *copy = vv_arena_strndup(&l->arena, path, strlen(path));
	return copy && vv_array_add(l->paths, l->path_count, l->path_cap, copy) ? copy : NULL;
}

/* The path in Git's trees; NULL: no memory. */
static const char *in_git(vv_lineage *l, const char *path, size_t tail)
{
	if (tail == 0) return path;
	char *bare = vv_arena_strndup(&l->arena, path, strlen(path) - tail);

	return bare ? intern_path(l, bare) : NULL;
}

/* Attaches a trail to a commit, or merges it into the one that waits there. */
static vv_status put_trail(vv_lineage *l, vv_node *n, const vv_lineage_file *file, void *of_caller,
			   vv_error *err)
{
	trail **slot = (trail **)vv_node_note(l->walker, n), *t;
	bool joined = false;
	vv_status rc;
	if (l->bounded && !(*vv_node_flags(l->walker, n) & INSIDE)) return VV_OK;
	for (t = *slot; t && l->o.join; t = t->next) {
		if (t->path == file->path &&
		    ((rc = l->o.join(l->o.payload, t->of_caller, of_caller, &joined, err)) < 0 ||
		     joined)) {
			return rc;
		}
	}
	if ((t = l->spare)) {
		l->spare = t->next;
	} else if (!(t = vv_arena_calloc(&l->arena, 1, sizeof(*t)))) {
		return vv_fail_nomem(err);
	}
	*t = (trail){.path = file->path,
		     .tail = file->tail,
		     .blob = *vv_to_git(&file->blob),
		     .of_caller = of_caller};
	if (*slot) {
		trail *last = *slot;
		for (; last->next; last = last->next) {
		}
		last->next = t;
		return VV_OK;
	}
	*slot = t;
	return vv_queue_push(&l->queue, n, err);
}

static vv_status put_at(vv_lineage *l, vv_lineage_file file, void *of_caller, vv_error *err)
{
	vv_node *n = vv_walker_node(l->walker, vv_to_git(&file.commit));

	if (!n || !(file.path = intern_path(l, file.path))) return vv_fail_nomem(err);
	vv_status rc = vv_node_parse(l->walker, n, err);
	return rc < 0 ? rc : put_trail(l, n, &file, of_caller, err);
}

/* Marks the commits of the ranges, where one excludes others. */
static vv_status mark_inside(vv_lineage *l, vv_error *err)
{
	const vv_log_options lo = {.ranges = l->o.ranges,
				   .range_count = l->o.range_count,
				   .first_parent = l->o.first_parent};
	vv_auto(vv_log) *log = NULL;
	vv_oid at;
	int more = 0;
	vv_status rc = VV_OK;
	vv_array_each(l->o.ranges, l->o.range_count, range) {
		l->bounded = l->bounded || range->has_exclude;
	}
	if (!l->bounded || (rc = vv_log_open(&log, l->repo, &lo, err)) < 0) return rc;
	while ((more = vv_log_next(log, &at, err)) > 0) {
		vv_node *n = vv_walker_node(l->walker, vv_to_git(&at));
		if (!n) {
			more = (int)vv_fail_nomem(err);
			break;
		}
		*vv_node_flags(l->walker, n) |= INSIDE;
	}
	return (vv_status)more;
}

vv_status vv_lineage_open(vv_lineage **out, vv_repository *r, const vv_lineage_options *opts,
			  vv_error *err)
{
	vv_auto(vv_lineage) *l = vv_calloc(1, sizeof(*l));
	if (!l || !(l->walker = vv_walker_new(r))) return vv_fail_nomem(err);
	vv_log_tell_replacements(r);
	l->repo = r;
	l->o = *opts;
	vv_walker_begin(l->walker);
	const vv_status rc = mark_inside(l, err);
	return rc < 0 ? rc : vv_hand_over(out, &l);
}

void vv_lineage_close(vv_lineage *l)
{
	if (l) {
		vv_queue_clear(&l->queue);
		vv_walker_free(l->walker);
		vv_arena_clear(&l->arena);
		vv_free_all(l->paths, l->parents, l);
	}
}

vv_status vv_lineage_begin(vv_lineage *l, const vv_oid *commit, const char *path, void *of_caller,
			   vv_error *err)
{
	vv_auto(vv_tree_entry) e = {0};
	size_t tail = 0;
	vv_status rc = vv_tree_entry_at(l->repo, commit, path, &e, err);
	for (const char *p = path + strlen(path); rc == VV_ENOTFOUND && --p > path;) {
		const char *bare;

		if (*p != '#') {
			continue;
		}
		tail = strlen(p);
		if (!(bare = in_git(l, path, tail))) return vv_fail_nomem(err);
		rc = vv_tree_entry_at(l->repo, commit, bare, &e, err);
	}
	if (rc == VV_OK) {
		rc = put_at(l, (vv_lineage_file){*commit, e.id, path, tail}, of_caller, err);
		const vv_range range = {.include = *commit};
		const vv_log_options log = {.ranges = &range,
					    .range_count = 1,
					    .paths = (const char *const[]){e.path, NULL}};
		rc = rc < 0 ? rc : vv_promised_bring(l->repo, &log, err);
	}
	return rc;
}

vv_status vv_lineage_follow(vv_lineage *l, const vv_lineage_file *parent, void *of_caller,
			    vv_error *err)
{
	return put_at(l, *parent, of_caller, err);
}

bool vv_lineage_only(vv_lineage *l, vv_lineage_file *file, void **of_caller)
{
	vv_node *n = l->queue.count == 1 && !l->waiting ? vv_queue_at(&l->queue, 0) : NULL;
	trail *t = n ? *vv_node_note(l->walker, n) : NULL;
	if (!t || t->next) return false;
	*file = (vv_lineage_file){.path = t->path,
				  .tail = t->tail,
				  .commit = *vv_from_git(&n->id),
				  .blob = *vv_from_git(&t->blob)};
	*of_caller = t->of_caller;
	return true;
}

/* Finds the file in a parent by its name here. *same: it has the very same content. */
static vv_status look_by_name(vv_lineage *l, const trail *t, vv_node *parent, vv_lineage_file *out,
			      bool *same, vv_error *err)
{
	git_oid id = t->blob;
	uint32_t mode = 1;
	const char *path = in_git(l, t->path, t->tail);
	vv_status rc = path ? vv_node_parse(l->walker, parent, err) : vv_fail_nomem(err);
	*out = (vv_lineage_file){.tail = t->tail};
	*same = false;
	if (rc < 0) return rc;
	out->commit = *vv_from_git(&parent->id);
	if (!git_oid_equal(&l->node->tree, &parent->tree) &&
	    (rc = vv_tree_find(l->repo, &parent->tree, path, &mode, &id, err)) < 0) {
		return rc;
	}
	if (mode != 0) {
		out->path = t->path;
		out->blob = *vv_from_git(&id);
		*same = git_oid_equal(&id, &t->blob);
	}
	return VV_OK;
}

/* The same under another name. */
static vv_status look_by_rename(vv_lineage *l, const trail *t, vv_lineage_file *out, bool *same,
				vv_error *err)
{
	vv_auto(vv_tree_entry) e = {0};
	vv_auto(char) *old = NULL;
	vv_status rc;
	*same = false;
	const char *path = in_git(l, t->path, t->tail);

	if (!path) return vv_fail_nomem(err);
	rc = vv_renamed_from(l->repo, &out->commit, vv_from_git(&l->node->id), path, &old, err);
	if (rc < 0 || !old) return rc;
	char *found = vv_arena_printf(&l->arena, "%s%s", old, t->path + strlen(t->path) - t->tail);

	out->path = found ? intern_path(l, found) : NULL;
	if (!out->path) return vv_fail_nomem(err);
	if ((rc = vv_tree_entry_at(l->repo, &out->commit, old, &e, err)) == VV_OK) {
		out->blob = e.id;
		*same = vv_oid_equal(&e.id, vv_from_git(&t->blob));
	}
	return rc;
}

/* A table of a document in a parent, under the name that it had there. */
static vv_status name_table(vv_lineage *l, const trail *t, vv_lineage_file *out, vv_error *err)
{
	vv_auto(char) *was = NULL;
	const vv_lineage_file now = {
		.path = t->path, .tail = t->tail, .commit = *vv_from_git(&l->node->id)};
	vv_status rc = l->o.tables.was(l->o.tables.payload, l->repo, &now, out, &was, err);
	if (rc < 0 || !was) return rc;
	char *found = vv_arena_printf(&l->arena, "%s#%s", in_git(l, out->path, out->tail), was);
	out->path = found ? intern_path(l, found) : NULL;
	out->tail = strlen(was) + 1;
	return out->path ? VV_OK : vv_fail_nomem(err);
}

/* Reads the parents' content; *same is the first with identical content, or the count. */
static vv_status look_at_parents(vv_lineage *l, const trail *t, size_t count, size_t *same,
				 vv_error *err)
{
	bool is = false;
	vv_status rc = VV_OK;
	*same = count;
	if (!vv_array_room_for(l->parents, 0, l->parent_cap, count + 1)) return vv_fail_nomem(err);
	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		if ((rc = look_by_name(l, t, l->node->parents[i], &l->parents[i], &is, err)) ==
			    VV_OK &&
		    is) {
			*same = i;
			return VV_OK;
		}
	}
	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		if (!l->parents[i].path &&
		    (rc = look_by_rename(l, t, &l->parents[i], &is, err)) == VV_OK && is &&
		    !l->o.renames) {
			*same = i;
			return VV_OK;
		}
	}
	for (size_t i = 0; t->tail > 0 && l->o.tables.was && rc == VV_OK && i < count; i++) {
		rc = l->parents[i].path ? name_table(l, t, &l->parents[i], err) : VV_OK;
	}
	return rc;
}

int vv_lineage_next(vv_lineage *l, vv_lineage_stop *out, vv_error *err)
{
	for (;;) {
		trail *t = l->waiting;
		size_t same;
		vv_status rc;
		if (!t) {
			if (!(l->node = vv_queue_pop(&l->queue))) return 0;
			trail **slot = (trail **)vv_node_note(l->walker, l->node);
			l->waiting = vv_take(slot);
			continue;
		}
		trail now = *t;
		l->waiting = t->next;
		t->next = l->spare;
		l->spare = t;
		size_t count = l->node->parent_count;
		count = l->o.first_parent && count > 1 ? 1 : count;
		if (l->node->cut_off && l->o.cut_off_ends) {
			count = 0;
		} else if (l->node->cut_off) {
			return (int)vv_object_cut_off("a parent of commit",
						      vv_git_shows(&l->node->id), err);
		}
		if ((rc = look_at_parents(l, &now, count, &same, err)) < 0) return (int)rc;
		if (same < count) {
			if ((rc = put_trail(l, l->node->parents[same], &l->parents[same],
					    now.of_caller, err)) < 0) {
				return (int)rc;
			}
			continue;
		}
		*out = (vv_lineage_stop){.trail = now.of_caller,
					 .parents = l->parents,
					 .parent_count = count,
					 .file = {.path = now.path,
						  .tail = now.tail,
						  .commit = *vv_from_git(&l->node->id),
						  .blob = *vv_from_git(&now.blob)}};
		return 1;
	}
}
