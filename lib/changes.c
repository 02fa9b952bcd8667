/*
 * changes: lists paths that differ, between revisions and in the work tree.
 */
#include <string.h>

#include "base/array.h"
#include "base/path.h"
#include "base/sys.h"
#include "lib/handles.h"
#include "lib/status/changes.h"
#include "lib/status/sides.h"
#include "lib/worktree/add_plan.h"
#include "repo/git/history/refs.h"
#include "repo/git/history/revision.h"
#include "repo/git/index/index.h"
#include "varve/diff.h"

VV_AUTO_FREE(varve_changes, varve_changes_free)

struct varve_changes {
	vv_arena arena;
	varve_path_change *items;
	size_t count, cap, at;
};

static vv_status add_change(varve_changes *list, const char *path, const char *old_path,
			    char staged, char work, bool table, vv_error *err)
{
	varve_path_change c = {
		.staged = staged, .work = work, .table = table || vv_add_looks_like_table(path)};

	c.path = vv_arena_strndup(&list->arena, path, strlen(path));
	c.old_path = old_path ? vv_arena_strndup(&list->arena, old_path, strlen(old_path)) : NULL;
	return c.path && (!old_path || c.old_path) &&
			       vv_array_add(list->items, list->count, list->cap, c)
		       ? VV_OK
		       : vv_fail_nomem(err);
}

#define LISTING "listing changes"
#define TYPE 0170000u

static char letter_of(const vv_diff_path *p)
{
	if (p->old_path) return 'R';
	if (p->old_mode == 0) return 'A';
	if (p->new_mode == 0) return 'D';
	if ((p->old_mode & TYPE) != (p->new_mode & TYPE)) return 'T';
	return 'M';
}

static vv_status list_between(varve_changes *list, vv_session *s, const varve_changes_options *o,
			      const vv_progress *progress, vv_error *err)
{
	vv_auto(vv_diff_sides) sides = {.count = 0};
	vv_oid from, to;
	vv_status rc;

	if ((rc = vv_rev_commit(s->repo, o->from ? o->from : "HEAD", &from, err)) < 0 ||
	    (rc = vv_rev_commit(s->repo, o->to, &to, err)) < 0) {
		return rc;
	}
	rc = vv_diff_sides_between(&sides, s->repo, &from, &to, o->paths, err);
	for (size_t i = 0; rc == VV_OK && i < sides.count; i++) {
		const vv_diff_path *p = &sides.paths[i];

		if ((rc = vv_progress_part(progress, LISTING, i, sides.count, err)) == VV_OK) {
			rc = add_change(list, p->path, p->old_path, letter_of(p), ' ', false, err);
		}
	}
	return rc;
}

/* Is it one of the paths, or below one? */
static bool is_selected(const char *const *paths, const char *path)
{
	for (size_t i = 0; paths && paths[i]; i++) {
		if (vv_path_below(paths[i], path)) return true;
	}
	return !paths;
}

static vv_status list_work(varve_changes *list, vv_session *s, const varve_changes_options *o,
			   const vv_progress *progress, vv_error *err)
{
	vv_changes_options how = {.untracked = (o->flags & VARVE_CHANGES_UNTRACKED) != 0};
	vv_auto(vv_dataset_reader) *watched = NULL;
	vv_auto(vv_changes) all = {0};
	vv_auto(vv_index) *index = NULL;
	vv_status rc;

	if (o->from) {
		return vv_fail(err, VV_EUSAGE,
			       "comparing a revision with the work tree is not supported: name two "
			       "revisions");
	}
	if (vv_repository_is_bare(s->repo)) {
		return vv_fail(err, VV_EUSAGE,
			       "a bare repository has no work tree: name two revisions");
	}
	/* the session's reader has no progress */
	if ((progress && (rc = vv_dataset_reader_open(&watched, s->repo, progress, err)) < 0) ||
	    (rc = vv_index_open(&index, s->repo, err)) < 0 ||
	    (rc = vv_changes_read(&all, s->repo, index, watched ? watched : s->reader, &how, err)) <
		    0) {
		return rc;
	}
	for (size_t i = 0; rc == VV_OK && i < all.count; i++) {
		const vv_change_entry *e = &all.entries[i];

		if ((rc = vv_progress_part(progress, LISTING, i, all.count, err)) == VV_OK &&
		    is_selected(o->paths, e->path)) {
			rc = add_change(list, e->path, e->from, e->staged, e->work, e->table, err);
		}
	}
	return rc;
}

int varve_changes_open(varve_changes **out, varve_repo *repo, const varve_changes_options *options,
		       varve_error *err)
{
	vv_auto(varve_changes) *list = vv_calloc(1, sizeof(*list));
	varve_changes_options o;
	const vv_progress *progress;
	vv_watched watched;
	vv_auto(vv_session) *s = NULL;
	vv_error e;
	vv_status rc;

	*out = NULL;
	if (!list) return vv_give(err, vv_fail_nomem(&e), &e);
	if ((rc = vv_take_options(&o, sizeof(o), options, &e)) < 0 ||
	    (rc = vv_take_flags(o.flags, VARVE_CHANGES_UNTRACKED, &e)) < 0 ||
	    (rc = vv_watched_begin(&progress, &watched, o.watch, &e)) < 0 ||
	    (rc = vv_session_take(&s, repo->core, &e)) < 0) {
		return vv_give(err, rc, &e);
	}
	rc = o.to ? list_between(list, s, &o, progress, &e) : list_work(list, s, &o, progress, &e);
	return vv_give(err, rc < 0 ? rc : vv_hand_over(out, &list), &e);
}

int varve_changes_next(varve_changes *list, const varve_path_change **change,
		       varve_error *err VV_UNUSED)
{
	*change = list->at < list->count ? &list->items[list->at++] : NULL;
	return *change != NULL;
}

void varve_changes_free(varve_changes *list)
{
	if (list) {
		vv_arena_clear(&list->arena);
		vv_free_all(list->items, list);
	}
}
