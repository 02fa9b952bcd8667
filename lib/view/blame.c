/*
 * blame: which versions a part is explained by.
 */
#include "lib/view/blame.h"

#include "base/sys.h"
#include "lib/names/versions.h"
#include "repo/git/merge/lineage.h"

static vv_status add_commit(vv_blame_walk *w, const vv_oid *id, vv_error *err)
{
	vv_oid *all = vv_realloc_array(w->commits, w->count + 1, sizeof(*all));

	if (!all) return vv_fail_nomem(err);
	w->commits = all;
	w->commits[w->count++] = *id;
	return VV_OK;
}

static vv_status join(void *payload, void *into, void *more, bool *joined, vv_error *err)
{
	return vv_blame_join(payload, into, more, joined, err);
}

/* Explains what stands at one commit by its parents. */
static vv_status explain(vv_blame_walk *w, vv_lineage *l, vv_versions *v, const vv_lineage_stop *at,
			 vv_error *err)
{
	size_t n = at->parent_count;
	vv_auto_free vv_table **older = vv_calloc(n + 1, sizeof(*older));
	vv_table *newer = NULL;
	vv_auto_free vv_blame_part **parts = vv_calloc(n + 1, sizeof(*parts));
	bool named = false;
	vv_status rc = older && parts ? VV_OK : vv_fail_nomem(err);
	if (rc == VV_OK) {
		rc = vv_versions_get(v, &at->file, &newer, err);
		n = newer ? n : 0;
	}
	for (size_t i = 0; rc == VV_OK && i < n; i++) {
		rc = at->parents[i].path ? vv_versions_get(v, &at->parents[i], &older[i], err)
					 : VV_OK;
	}
	if (rc == VV_OK) {
		rc = vv_blame_step(w->blame, at->trail, newer, older, n, (uint32_t)w->count, parts,
				   &named, err);
	}
	if (rc == VV_OK && named) {
		rc = add_commit(w, &at->file.commit, err);
	}
	for (size_t i = 0; rc == VV_OK && i < n; i++) {
		rc = parts[i] ? vv_lineage_follow(l, &at->parents[i], parts[i], err) : VV_OK;
	}
	vv_versions_trim(v);
	return rc;
}

/* Goes back through the commits that changed the path. */
static vv_status walk(vv_blame_walk *w, vv_blame_part *all, const vv_oid *start, vv_error *err)
{
	const vv_lineage_options o = {.join = join, .payload = w->blame};
	vv_auto(vv_versions) v = {.repo = w->repo, .reader = w->reader};
	vv_auto(vv_lineage) *l = NULL;
	vv_lineage_stop at;
	int more = 0;
	vv_status rc = vv_lineage_open(&l, w->repo, &o, err);
	if (rc == VV_OK) {
		rc = vv_lineage_begin(l, start, w->path, all, err);
	}
	while (rc == VV_OK && vv_blame_left(w->blame) > 0 &&
	       (more = vv_lineage_next(l, &at, err)) > 0) {
		if ((rc = vv_progress_part(w->progress, "reading history", w->count, 0, err)) ==
		    VV_OK) {
			rc = explain(w, l, &v, &at, err);
		}
	}
	return rc < 0 ? rc : more < 0 ? (vv_status)more : VV_OK;
}

vv_status vv_blame_walk_run(vv_blame_walk *w, const vv_oid *start, vv_table *table,
			    const vv_blame_options *options, vv_error *err)
{
	vv_blame_part *all;
	vv_status rc = vv_blame_new(&w->blame, &all, table, options, err);

	return rc < 0 ? rc : walk(w, all, start, err);
}

void vv_blame_walk_clear(vv_blame_walk *w)
{
	vv_blame_free(w->blame);
	vv_free(w->commits);
	w->blame = NULL;
	w->commits = NULL;
}
