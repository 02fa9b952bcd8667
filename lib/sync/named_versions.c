/*
 * named_versions: which versions a revision and paths mean.
 */
#include "lib/sync/named_versions.h"

#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/git/blob.h"
#include "repo/git/history/history.h"
#include "repo/git/history/revision.h"
#include "repo/git/objects/send.h"
#include "repo/git/tree.h"

typedef struct naming {
	vv_repository *repo;
	const char *const *paths;
	vv_named_version_fn fn;
	void *payload;
	bool *found; /* for each of the paths */
} naming;

bool vv_path_is_at(const char *path, const char *at)
{
	size_t len = strlen(at);

	while (len > 0 && at[len - 1] == '/') {
		len--;
	}
	return len == 0 || (strncmp(path, at, len) == 0 && (path[len] == '\0' || path[len] == '/'));
}

bool vv_path_is_among(const char *path, const char *const *paths, bool *found)
{
	bool wanted = !paths || !paths[0];

	for (size_t i = 0; paths && paths[i]; i++) {
		if (vv_path_is_at(path, paths[i])) {
			wanted = true;
			if (!found) return true;
			found[i] = true;
		}
	}
	return wanted;
}

vv_status vv_paths_unfound(bool **found, const char *const *paths, vv_error *err)
{
	*found = vv_calloc(vv_texts_count(paths) + 1, sizeof(**found));
	return *found ? VV_OK : vv_fail_nomem(err);
}

vv_status vv_paths_found(const char *const *paths, const bool *found, vv_error *err)
{
	const char *const *lacking = vv_ended_find(paths, it, !found[it - paths]);

	return lacking ? vv_fail(err, VV_ENOTFOUND, "no table at '%s' in these versions",
				 vv_text_shows(*lacking))
		       : VV_OK;
}

static vv_status on_entry(void *payload, const vv_tree_entry *e, vv_error *err)
{
	naming *n = payload;
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_auto(vv_pointer_blob) b = {0};

	if (!S_ISREG(e->mode) || !vv_path_is_among(e->path, n->paths, NULL)) return VV_OK;
	vv_status rc = vv_pointer_blob_read(&b, &arena, n->repo, &e->id, err);
	if (rc < 0 || b.found != VV_OK) return rc;
	(void)vv_path_is_among(e->path, n->paths, n->found);
	return n->fn(n->payload, &b.pointer.root, e->path, err);
}

static vv_status on_root(void *payload, const vv_new_root *r, vv_error *err)
{
	naming *n = payload;

	return vv_path_is_among(r->path, n->paths, n->found)
		       ? n->fn(n->payload, &r->root, r->path, err)
		       : VV_OK;
}

static vv_status each_version(naming *n, const char *rev, vv_error *err)
{
	vv_repository *r = n->repo;
	vv_range range;
	vv_oid id;
	vv_status rc;

	if (!strstr(rev, "..")) {
		rc = vv_rev_commit(r, rev, &id, err);
		return rc < 0 ? rc : vv_tree_each(r, &id, "", on_entry, n, err);
	}
	if ((rc = vv_rev_range(r, rev, &range, err)) < 0 ||
	    (range.has_exclude &&
	     (rc = vv_tree_each(r, &range.exclude, "", on_entry, n, err)) < 0)) {
		return rc;
	}
	return vv_new_roots_each(r, &range.include, 1, &range.exclude, range.has_exclude, on_root,
				 n, err);
}

vv_status vv_named_versions_each(vv_repository *r, const char *rev, const char *const *paths,
				 vv_named_version_fn fn, void *payload, vv_error *err)
{
	naming n = {.repo = r, .paths = paths, .fn = fn, .payload = payload};
	vv_status rc = vv_paths_unfound(&n.found, paths, err);

	rc = rc < 0 ? rc : each_version(&n, rev ? rev : "HEAD", err);
	rc = rc < 0 ? rc : vv_paths_found(paths, n.found, err);
	vv_free(n.found);
	return rc;
}
