/*
 * nearest_kept: which commits are looked at, and when the search may end.
 */
#include "lib/names/nearest_kept.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/auto.h"
#include "base/hint.h"
#include "base/show.h"
#include "base/sys.h"
#include "repo/git/blob.h"
#include "repo/git/history/commit.h"
#include "repo/git/history/revision.h"
#include "repo/git/merge/path_log.h"
#include "repo/git/tree.h"
#include "repo/known/gap.h"

void vv_nearest_kept_clear(vv_nearest_kept *k)
{
	vv_free_all(k->path, k->name);
	memset(k, 0, sizeof(*k));
}

vv_status vv_gap_at(vv_gap *out, vv_repository *r, const vv_oid *commit, const char *path,
		    vv_error *err)
{
	vv_auto(vv_tree_entry) entry = {.path = NULL};
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_auto(vv_pointer_blob) blob = {0};
	vv_status rc = vv_tree_entry_at(r, commit, path, &entry, err);

	*out = VV_GAP_NONE;
	if (rc < 0) return vv_missing_ok(rc, err);
	if ((rc = vv_pointer_blob_read(&blob, &arena, r, &entry.id, err)) < 0) return rc;
	return blob.found == VV_OK ? vv_gap_of(out, r, &blob.pointer.root, err) : VV_OK;
}

/* The nearest one so far. */
typedef struct nearest {
	vv_nearest_kept *out;
	vv_repository *repo;
	int64_t time; /* of the version that is not stored */
	uint64_t distance;
} nearest;

static vv_status take_if_nearer(nearest *n, const vv_path_log_entry *at, const vv_commit *c,
				vv_error *err)
{
	const int64_t apart = c->committer.time - n->time;
	const uint64_t distance = (uint64_t)(apart < 0 ? -apart : apart);
	vv_auto(char) *short_id = NULL;
	vv_gap gap;
	vv_status rc;

	if (n->out->found && distance >= n->distance) return VV_OK;
	if ((rc = vv_gap_at(&gap, n->repo, &at->commit, at->path, err)) < 0 || gap) return rc;
	if ((rc = vv_rev_short(n->repo, &at->commit, &short_id, err)) < 0) return rc;
	vv_nearest_kept_clear(n->out);
	n->out->commit = at->commit;
	n->out->path = vv_strdup(at->path);
	n->out->name = vv_asprintf("%s:%s", short_id, at->path);
	if (!n->out->path || !n->out->name) return vv_fail_nomem(err);
	(void)snprintf(n->out->date, sizeof(n->out->date), "%.10s",
		       vv_text_zoned(c->committer.time, c->committer.offset_min));
	n->out->found = true;
	n->distance = distance;
	return VV_OK;
}

/* Newest first: after the first stored version that is older, no nearer one follows. */
static vv_status search_from(nearest *n, const vv_range *range, const char *path, vv_error *err)
{
	const char *const paths[] = {path, NULL};
	const vv_log_options how = {.ranges = range, .range_count = 1, .paths = paths};
	vv_auto(vv_path_log) *log = NULL;
	vv_path_log_entry at;
	bool passed = false;
	int more = 0;
	vv_status rc = vv_path_log_open(&log, n->repo, &how, (vv_lineage_tables){0}, err);

	if (rc < 0) return rc;
	while (!passed && (more = vv_path_log_next(log, &at, err)) > 0) {
		vv_auto(vv_commit) c = {0};
		if (!at.path) {
			continue;
		}
		if ((rc = vv_commit_read(n->repo, &at.commit, &c, err)) < 0 ||
		    (rc = take_if_nearer(n, &at, &c, err)) < 0) {
			return rc;
		}
		passed = n->out->found && c.committer.time < n->time;
	}
	return more < 0 ? (vv_status)more : VV_OK;
}

vv_status vv_nearest_kept_find(vv_nearest_kept *out, vv_repository *r, const vv_oid *commit,
			       const char *path, bool older, vv_error *err)
{
	vv_auto(vv_commit) c = {0};
	vv_range head = {.symmetric = false};
	bool below = false;
	vv_status rc = vv_commit_read(r, commit, &c, err);

	if (rc < 0) return rc;
	nearest n = {.out = out, .repo = r, .time = c.committer.time};
	const vv_range from = {.include = *commit};
	if (!older && vv_rev_commit(r, "HEAD", &head.include, VV_IGNORED) == VV_OK &&
	    ((rc = vv_is_ancestor(r, commit, &head.include, &below, err)) < 0 ||
	     (rc = search_from(&n, &head, path, err)) < 0)) {
		return rc;
	}
	return below ? VV_OK : search_from(&n, &from, path, err);
}

void vv_nearest_kept_hint(vv_repository *r, const char *rev, const char *path, vv_error *err)
{
	vv_auto(vv_nearest_kept) kept = {.found = false};
	vv_oid commit;

	if ((err->gap != VV_GAP_EXPIRED && err->gap != VV_GAP_LOST) || err->hint_id) return;
	if (vv_rev_commit(r, rev, &commit, VV_IGNORED) == VV_OK &&
	    vv_nearest_kept_find(&kept, r, &commit, path, false, VV_IGNORED) == VV_OK &&
	    kept.found) {
		(void)vv_hint_code(err, VV_HINT_NEAREST_KEPT, kept.name, kept.date);
	}
}
