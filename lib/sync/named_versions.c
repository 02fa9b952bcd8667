/*
 * named_versions: which versions a revision and paths mean.
 */
#include "lib/sync/named_versions.h"

#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
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

bool vv_path_is_among(const char *path, const char *const *paths)
{
	const char *const *p = paths;
	bool wanted = !p || !*p;

	for (; p && *p && !wanted; p++) {
		wanted = vv_path_is_at(path, *p);
	}
	return wanted;
}

static vv_status give(naming *n, const vv_cid *root, const char *path, vv_error *err)
{
	for (size_t i = 0; n->found && n->paths[i]; i++) {
		n->found[i] = n->found[i] || vv_path_is_at(path, n->paths[i]);
	}
	return n->fn(n->payload, root, path, err);
}

static vv_status on_entry(void *payload, const vv_tree_entry *e, vv_error *err)
{
	naming *n = payload;
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_auto(vv_pointer_blob) b = {0};
	vv_status rc;

	if (!S_ISREG(e->mode) || !vv_path_is_among(e->path, n->paths)) return VV_OK;
	rc = vv_pointer_blob_read(&b, &arena, n->repo, &e->id, err);
	return rc < 0 || b.found != VV_OK ? rc : give(n, &b.pointer.root, e->path, err);
}

static vv_status on_root(void *payload, const vv_new_root *r, vv_error *err)
{
	naming *n = payload;

	return vv_path_is_among(r->path, n->paths) ? give(n, &r->root, r->path, err) : VV_OK;
}

static vv_status each(naming *n, const char *rev, vv_error *err)
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
	size_t count = 0;

	while (paths && paths[count]) {
		count++;
	}
	if (count > 0 && !(n.found = vv_calloc(count, sizeof(bool)))) return vv_fail_nomem(err);
	vv_status rc = each(&n, rev ? rev : "HEAD", err);
	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		if (!n.found[i]) {
			rc = vv_fail(err, VV_ENOTFOUND, "no table at '%s' in the other repository",
				     vv_text_shows(paths[i]));
		}
	}
	vv_free(n.found);
	return rc;
}
