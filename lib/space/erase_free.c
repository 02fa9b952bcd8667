/*
 * erase_free: which files have old content, and the comparison of the old blocks with those that
 * versions still need.
 */
#include "lib/space/erase_free.h"

#include <limits.h>
#include <string.h>

#include "base/array.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/blocks/reach.h"
#include "repo/git/history/refs.h"
#include "repo/git/merge/conflict_state.h"
#include "repo/git/run_git.h"
#include "repo/known/elsewhere.h"
#include "repo/known/roots.h"

void vv_erase_freed_clear(vv_erase_freed *f)
{
	vv_string_list_clear(&f->unread);
	vv_erase_withdrawn_clear(&f->withdrawn);
}

/* --- files -------------------------------------------------------------------------------------------- */

static vv_status remove_below(const char *dir, const char *const *names, vv_error *err)
{
	vv_status rc = VV_OK;

	for (size_t i = 0; rc == VV_OK && names[i]; i++) {
		vv_auto(char) *path = vv_path_join(dir, names[i], (char *)NULL);

		if (!path) return vv_fail_nomem(err);
		if (vv_exists(path)) {
			rc = vv_is_folder(path) ? vv_remove_tree(path, err)
						: vv_unlink(path, true, err);
		}
	}
	return rc;
}

/* Files that Git and varve make again when they need them. */
static vv_status remove_files(vv_repository *r, vv_error *err)
{
	static const char *const git[] = {"ORIG_HEAD",
					  "FETCH_HEAD",
					  "COMMIT_EDITMSG",
					  "MERGE_MSG",
					  "SQUASH_MSG",
					  "TAG_EDITMSG",
					  "NOTES_EDITMSG",
					  "MERGE_RR",
					  "AUTO_MERGE",
					  "GITGUI_MSG",
					  "GITGUI_BCK",
					  "gitk.cache",
					  "rr-cache",
					  "objects/info/commit-graph",
					  "objects/info/commit-graphs",
					  NULL};
	static const char *const own[] = {"cache", "host", "stat", NULL};
	vv_status rc = remove_below(vv_repository_commondir(r), git, err);

	if (rc < 0 || (rc = remove_below(vv_repository_varvedir(r), own, err)) < 0) return rc;
	/* No merge is under way, so they are of aborted ones; they would keep old versions in use. */
	return vv_conflict_drop_all(r, err);
}

/* Is it a file, or a folder with something in it? */
static bool has_content(const char *path)
{
	vv_auto(vv_folder) f = {0};

	if (!vv_is_folder(path)) return true;
	return vv_folder_read(&f, path, false, VV_IGNORED) < 0 || vv_folder_next(&f);
}

static vv_status add_unread_files(vv_erase_freed *out, const char *dir, const char *prefix,
				  vv_error *err)
{
	vv_auto(vv_folder) f = {0};
	vv_status rc = vv_folder_read(&f, dir, true, err);

	while (rc == VV_OK && vv_folder_next(&f)) {
		if (strncmp(f.name, prefix, strlen(prefix)) == 0 && has_content(f.path)) {
			rc = vv_string_list_add(&out->unread, vv_strdup(f.path), err);
		}
	}
	return rc;
}

static vv_status add_conflicts(vv_erase_freed *out, const char *gitdir, vv_error *err)
{
	vv_auto(char) *dir = vv_path_join(gitdir, "varve", (char *)NULL);

	return dir ? add_unread_files(out, dir, "conflicts", err) : vv_fail_nomem(err);
}

/* Records of conflicts in other work trees, where a merge may be under way; they keep versions in use. */
static vv_status find_conflicts(vv_erase_freed *out, vv_repository *r, vv_error *err)
{
	vv_auto(char) *dir = vv_path_join(vv_repository_commondir(r), "worktrees", (char *)NULL);
	vv_auto(vv_folder) f = {0};
	vv_status rc = dir ? add_conflicts(out, vv_repository_commondir(r), err)
			   : vv_fail_nomem(err);

	if (rc < 0 || (rc = vv_folder_read(&f, dir, true, err)) < 0) return rc;
	while (rc == VV_OK && vv_folder_next(&f)) {
		rc = add_conflicts(out, f.path, err);
	}
	return rc;
}

/* Content that may be the only copy, or that another command must end. */
static vv_status find_unread_files(vv_erase_freed *out, vv_repository *r, vv_error *err)
{
	static const char *const own[] = {"kept-", "damaged", "incoming"};
	vv_auto(char) *packs = vv_path_join(vv_repository_commondir(r), "objects/pack",
					    (char *)NULL);
	vv_auto(vv_folder) f = {0};
	vv_status rc = packs ? add_unread_files(out, vv_repository_commondir(r), "lost-found", err)
			     : vv_fail_nomem(err);

	for (size_t i = 0; rc == VV_OK && i < sizeof(own) / sizeof(own[0]); i++) {
		rc = add_unread_files(out, vv_repository_varvedir(r), own[i], err);
	}
	rc = rc < 0 ? rc : find_conflicts(out, r, err);
	if (rc < 0 || (rc = vv_folder_read(&f, packs, true, err)) < 0) return rc;
	while (rc == VV_OK && vv_folder_next(&f)) {
		if (vv_path_ends(f.name, ".keep")) {
			rc = vv_string_list_add(&out->unread, vv_strdup(f.path), err);
		}
	}
	return rc;
}

/* --- the proof ----------------------------------------------------------------------------------------- */

static vv_status add_blocks(vv_cid_set *out, vv_store *store, const vv_cid *root, vv_error *err)
{
	vv_walk w = {.store = store, .seen = out, .budget = UINT64_MAX, .missing_ok = true};

	return vv_walk_from(&w, root, err);
}

typedef struct needed {
	vv_cid_set *blocks;
	const vv_cid_set *old; /* roots; a name of one keeps its blocks, which then count as left */
	vv_store *store;
} needed;

static vv_status add_needed(void *payload, const vv_cid *root, const char *path VV_UNUSED,
			    const vv_oid *commit VV_UNUSED, const char *what VV_UNUSED,
			    vv_error *err)
{
	needed *n = payload;

	if (!root || vv_cid_set_has(n->old, root)) return VV_OK;
	return add_blocks(n->blocks, n->store, root, err);
}

/* Does not count those that another version needs. */
static vv_status count_old_blocks(vv_erase_freed *out, const vv_erase_plan *p, vv_repository *r,
				  vv_error *err)
{
	const vv_cid_set *old = p->blocks;
	vv_auto(vv_cid_set) *kept = vv_cid_set_new();
	needed n = {.blocks = kept, .old = p->roots};
	vv_status rc = kept ? vv_repository_store(r, &n.store, err) : vv_fail_nomem(err);

	if (rc < 0 || (rc = vv_roots_each(r, add_needed, &n, err)) < 0) return rc;
	for (size_t i = 0; i < vv_cid_set_count(old); i++) {
		const vv_cid *cid = vv_cid_set_at(old, i);

		if (vv_cid_set_has(kept, cid)) {
			continue;
		}
		if (vv_store_has(n.store, cid)) {
			out->blocks_left++;
		} else {
			out->blocks++;
		}
	}
	return VV_OK;
}

/* git answers with one line for each id: "ID missing", or its type and size. */
static vv_status count_old_objects(vv_erase_freed *out, const vv_oids *old, vv_repository *r,
				   vv_error *err)
{
	static const char *const args[] = {"--no-replace-objects", "cat-file", "--batch-check",
					   NULL};
	static const char missing[] = " missing";
	vv_auto(vv_buf) ids = VV_BUF_INIT, lines = VV_BUF_INIT;
	vv_status rc;

	vv_array_each(old->items, old->count, id) {
		vv_buf_printf(&ids, "%s\n", vv_oid_shows(id));
	}
	const vv_git_call call = {
		.args = args, .repo = r, .input = ids.data, .len = ids.len, .output = &lines};
	if ((rc = vv_buf_ok(&ids, err)) < 0 || ids.len == 0 ||
	    (rc = vv_git_must(&call, "cannot look for old objects", err)) < 0) {
		return rc;
	}
	for (vv_line l = {.rest = vv_buf_cstr(&lines)}; vv_line_next(&l);) {
		if (l.len > strlen(missing) &&
		    memcmp(l.text + l.len - strlen(missing), missing, strlen(missing)) == 0) {
			out->objects++;
		} else {
			out->objects_left++;
		}
	}
	return out->objects + out->objects_left == old->count
		       ? VV_OK
		       : vv_fail(err, VV_EIO, "'git cat-file' did not answer for every object");
}

/* --- all -------------------------------------------------------------------------------------------------- */

/* Packs what is reachable, and removes all other objects. The new pack is on the disk before the old ones are removed,
 * which git itself does not ensure. git gc would also remove loose refs, and does not sync folders. */
static vv_status collect_objects(vv_repository *r, vv_error *err)
{
	static const char *const pack[] = {"repack", "-a", "-q", NULL};
	static const char *const replace[] = {"repack", "-a", "-d", "-q", NULL};
	static const char *const prune[] = {"prune", "--expire=now", NULL};
	const vv_git_call packs = {.args = pack, .repo = r, .durable = true};
	const vv_git_call replaces = {.args = replace, .repo = r, .durable = true};
	const vv_git_call prunes = {.args = prune, .repo = r, .durable = true};
	vv_auto(char) *dir = vv_path_join(vv_repository_commondir(r), "objects/pack", (char *)NULL);
	vv_status rc;

	if (!dir) return vv_fail_nomem(err);
	/* git prune also removes the folder in which this process stages objects: another one is
	 * made when it is needed */
	if ((rc = vv_repository_flush(r, err)) < 0 || (rc = vv_refs_refresh_packed(r, err)) < 0) {
		return rc;
	}
	vv_repository_discard(r);
	if ((rc = vv_git_must(&packs, "Git's objects cannot be packed", err)) < 0 ||
	    (rc = vv_fsync_dir(dir, err)) < 0 ||
	    (rc = vv_git_must(&replaces, "Git's objects cannot be packed", err)) < 0) {
		return rc;
	}
	return vv_git_must(&prunes, "Git's old objects cannot be removed", err);
}

static vv_status remove_unreachable(vv_erase_freed *out, const vv_erase_plan *p, vv_repository *r,
				    vv_error *err)
{
	vv_auto(vv_fd) lock = vv_drop_lock(r, true, err);
	vv_status rc;

	if (lock < 0) return (vv_status)lock;
	if ((rc = collect_objects(r, err)) < 0) return rc;
	out->gc = (vv_gc_run){.has_grace = true, .unnamed = p->roots, .loose_max = UINT_MAX};
	rc = vv_gc_run_all(&out->gc, r, err);
	out->gc.unnamed = NULL;
	return rc;
}

vv_status vv_erase_free(vv_erase_freed *out, const vv_erase_plan *p, vv_repository *r,
			vv_error *err)
{
	vv_status rc = remove_files(r, err);

	if (rc < 0 || (rc = vv_erase_published_withdraw(&out->withdrawn, p->roots, r, err)) < 0 ||
	    (rc = remove_unreachable(out, p, r, err)) < 0 ||
	    (rc = count_old_objects(out, &p->objects, r, err)) < 0 ||
	    (rc = count_old_blocks(out, p, r, err)) < 0) {
		return rc;
	}
	return find_unread_files(out, r, err);
}
