/*
 * path_log: where a lineage ends although the path has an earlier life.
 */
#include "repo/git/merge/path_log.h"

#include <string.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/sys.h"
#include "repo/git/history/commit.h"
#include "repo/git/history/refs.h"
#include "repo/git/merge/lineage.h"

struct vv_path_log {
	vv_repository *repo;
	vv_log_options o;
	vv_lineage *lineage;
	vv_path_log_entry *removals; /* that are to be given next */
	size_t count, cap;
	vv_arena arena;
};

/* Two trails that meet have one history. */
static vv_status join_trails(void *payload VV_UNUSED, void *into VV_UNUSED, void *more VV_UNUSED,
			     bool *joined, vv_error *err VV_UNUSED)
{
	*joined = true;
	return VV_OK;
}

/* The commit removed the path, so that the lineage continues at its parents; or it has the path. */
static vv_status go_on(vv_path_log *l, const vv_oid *id, const vv_lineage_file *file, vv_error *err)
{
	const char *path = file->path;
	const vv_path_log_entry removal = {.commit = *id, .paths = {path}, .tails = {file->tail}};
	vv_auto(vv_commit) c = {0};
	vv_status rc = vv_lineage_begin(l->lineage, id, path, NULL, err);

	if (rc != VV_ENOTFOUND || (rc = vv_commit_read(l->repo, id, &c, err)) < 0) return rc;
	for (size_t i = 0; i < c.parent_count && !(l->o.first_parent && i > 0); i++) {
		if ((rc = vv_missing_ok(
			     vv_lineage_begin(l->lineage, &c.parents[i], path, NULL, err), err)) <
		    0) {
			return rc;
		}
	}
	return vv_array_add(l->removals, l->count, l->cap, removal) ? VV_OK : vv_fail_nomem(err);
}

/* The path is not in the commit, or came with it: was it there before? 1, 0, <0. */
static int find_earlier(vv_path_log *l, const vv_range *of, const vv_lineage_file *at_first,
			bool came, vv_error *err)
{
	const char *path = at_first->path;
	const char *const paths[] = {
		vv_arena_strndup(&l->arena, path, strlen(path) - at_first->tail), NULL};
	vv_range range = *of;
	const vv_log_options o = {.ranges = &range,
				  .range_count = 1,
				  .paths = paths,
				  .first_parent = l->o.first_parent};
	vv_auto(vv_log) *log = NULL;
	vv_oid at;
	int more;
	vv_status rc;

	if (!paths[0]) return (int)vv_fail_nomem(err);
	range.include = at_first->commit;
	if ((rc = vv_log_open(&log, l->repo, &o, err)) < 0 ||
	    (more = vv_log_next(log, &at, err)) <= 0 ||
	    (came && vv_oid_equal(&at, &at_first->commit) &&
	     (more = vv_log_next(log, &at, err)) <= 0)) {
		return rc < 0 ? (int)rc : more;
	}
	return (rc = go_on(l, &at, at_first, err)) < 0 ? (int)rc : 1;
}

/* Begins at a commit: at the path, or the document before one of its '#', or at the last commit that had
 * it. */
static vv_status begin_at(vv_path_log *l, const vv_range *at, const char *path, vv_error *err)
{
	vv_lineage_file file = {.commit = at->include, .path = path};
	const size_t len = strlen(path);
	int found = (int)vv_lineage_begin(l->lineage, &file.commit, path, NULL, err);

	if (found != VV_ENOTFOUND) return (vv_status)found;
	for (found = 0; found == 0 && file.tail < len; file.tail++) {
		if (file.tail == 0 || path[len - file.tail] == '#') {
			found = find_earlier(l, at, &file, false, err);
		}
	}
	return found < 0 ? (vv_status)found : VV_OK;
}

vv_status vv_path_log_open(vv_path_log **out, vv_repository *r, const vv_log_options *opts,
			   vv_lineage_tables tables, vv_error *err)
{
	const vv_lineage_options lo = {.ranges = opts->ranges,
				       .range_count = opts->range_count,
				       .first_parent = opts->first_parent,
				       .cut_off_ends = true,
				       .renames = true,
				       .join = join_trails,
				       .tables = tables};
	vv_auto(vv_path_log) *l = vv_calloc(1, sizeof(*l));
	vv_auto(vv_head) head = {0};
	vv_status rc = l ? vv_lineage_open(&l->lineage, r, &lo, err) : vv_fail_nomem(err);

	if (rc < 0 || (opts->range_count == 0 && (rc = vv_head_read(r, &head, err)) < 0)) return rc;
	const vv_range whole = {.include = head.commit};
	const bool given = opts->range_count > 0;
	l->repo = r;
	l->o = *opts;
	for (size_t i = 0; i < (given ? opts->range_count : !head.unborn); i++) {
		const vv_range *at = given ? &opts->ranges[i] : &whole;

		if ((rc = begin_at(l, at, opts->paths[0], err)) < 0) return rc;
	}
	*out = vv_take(&l);
	return VV_OK;
}

int vv_path_log_next(vv_path_log *l, vv_path_log_entry *out, vv_error *err)
{
	static const vv_range all;
	vv_lineage_stop at;
	bool came = true;
	int more;
	vv_status rc;

	if (l->count > 0) {
		*out = l->removals[--l->count];
		return 1;
	}
	if ((more = vv_lineage_next(l->lineage, &at, err)) <= 0) return more;
	*out = (vv_path_log_entry){.commit = at.file.commit,
				   .path = at.file.path,
				   .paths = {at.file.path},
				   .tails = {at.file.tail}};
	vv_array_each(at.parents, at.parent_count, parent) {
		const char *path = parent->path;

		if (!path) {
			continue;
		}
		came = false;
		if (strcmp(path, at.file.path) != 0) {
			out->paths[1] = path;
			out->tails[1] = parent->tail;
			out->only_renamed = vv_oid_equal(&parent->blob, &at.file.blob);
		}
		if ((rc = vv_lineage_follow(l->lineage, parent, NULL, err)) < 0) {
			return (int)rc;
		}
	}
	const vv_range *of = l->o.range_count > 0 ? l->o.ranges : &all;

	rc = came ? (vv_status)find_earlier(l, of, &at.file, true, err) : VV_OK;
	return rc < 0 ? (int)rc : 1;
}

void vv_path_log_close(vv_path_log *l)
{
	if (l) {
		vv_lineage_close(l->lineage);
		vv_arena_clear(&l->arena);
		vv_free_all(l->removals, l);
	}
}
