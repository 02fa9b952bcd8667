/*
 * checkout: how one path of a version reaches the work tree.
 */
#include "lib/worktree/checkout.h"

#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/hint.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "lib/names/damaged_pointer.h"
#include "lib/tables/dataset_import.h"
#include "lib/tables/materialise.h"
#include "lib/worktree/last_copy.h"
#include "repo/git/blob.h"
#include "repo/git/index/worktree.h"
#include "repo/git/tree.h"

static vv_status write_dataset(vv_checkout *c, const char *path, uint32_t mode, const vv_oid *id,
			       vv_error *err)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_pointer p;
	vv_stat st;
	vv_status rc;

	if ((rc = vv_dataset_reader_pointer(c->reader, id, &arena, &p, err)) < 0 ||
	    (rc = vv_materialise(c->reader, path, id, &p, mode, &st, err)) < 0) {
		return rc;
	}
	return vv_index_set(c->index, path, mode, id, &st, err);
}

vv_status vv_checkout_write(vv_checkout *c, const char *path, uint32_t mode, const vv_oid *id,
			    vv_error *err)
{
	bool dataset = false;
	vv_status rc;

	if ((rc = vv_path_check_plain(path, err)) < 0) return rc;
	if ((S_ISREG(mode) || S_ISLNK(mode)) &&
	    (rc = vv_last_copy_keep(c->repo, c->reader, c->index, path, err)) < 0) {
		return rc;
	}
	if (S_ISREG(mode)) {
		vv_blob_expect(c->repo, id);
		if ((rc = vv_dataset_reader_is_pointer(c->reader, id, &dataset, err)) < 0) {
			return rc;
		}
	} else if (!S_ISLNK(mode)) {
		/* A submodule: its work tree is Git's business. */
		return vv_index_set(c->index, path, mode, id, NULL, err);
	}
	if (dataset) {
		rc = write_dataset(c, path, mode, id, err);
	} else if ((rc = vv_worktree_write_file(c->index, path, mode, id, err)) == VV_OK) {
		rc = S_ISREG(mode) ? vv_damaged_pointer_warn(c->repo, id, path, err) : VV_OK;
	}
	return rc < 0 ? vv_prefix_name(err, path) : VV_OK;
}

vv_status vv_checkout_remove(vv_checkout *c, const char *path, vv_error *err)
{
	vv_status rc;

	if ((rc = vv_path_check_plain(path, err)) < 0 ||
	    (rc = vv_last_copy_keep(c->repo, c->reader, c->index, path, err)) < 0 ||
	    (rc = vv_worktree_remove(c->repo, path, err)) < 0) {
		return rc;
	}
	rc = vv_index_remove(c->index, path, err);
	return rc == VV_ENOTFOUND ? VV_OK : rc;
}

/* Does its stat prove that the file equals the staged one? Then its blob need not be read. */
static vv_status is_as_staged(vv_checkout *c, const vv_index_entry *e, bool *out, vv_error *err)
{
	vv_auto(char) *file = vv_repository_file(c->repo, e->path);
	vv_stat st;
	bool anew = false;

	*out = false;
	if (!file) return vv_fail_nomem(err);
	if (vv_lstat(&st, file, NULL) < 0 || !vv_index_stat_clean(c->index, e, &st)) return VV_OK;
	vv_status rc = vv_dataset_reader_described_anew(c->reader, e->path, &e->id, false, &anew,
							err);
	*out = !anew;
	return rc;
}

vv_status vv_checkout_is_clean(vv_checkout *c, const vv_index_entry *e, bool *clean, vv_error *err)
{
	vv_index_entry own = *e;
	vv_work_state state;
	vv_file_state file;
	vv_auto(char) *path = vv_strdup(e->path);
	bool dataset = false, settled = false;
	vv_status rc = VV_OK;

	*clean = true;
	if (!path) return vv_fail_nomem(err);
	own.path = path;
	if (S_ISDIR(e->mode) || vv_mode_is_submodule(e->mode)) return rc;
	if (S_ISREG(e->mode) &&
	    ((rc = is_as_staged(c, &own, &settled, err)) < 0 || settled ||
	     (rc = vv_dataset_reader_is_pointer(c->reader, &e->id, &dataset, err)) < 0)) {
		return rc;
	}
	if (dataset) {
		rc = vv_dataset_reader_work_state(c->reader, path, &own.id, &own, &state, NULL,
						  err);
		*clean = state == VV_WORK_SAME || state == VV_WORK_POINTER ||
			 state == VV_WORK_DELETED;
		if (rc == VV_EINPUT) {
			*clean = false; /* what add would refuse is a change for sure */
			rc = VV_OK;
		}
	} else if ((rc = vv_index_file_state(c->index, &own, &file, err)) == VV_OK) {
		*clean = file == VV_FILE_SAME || file == VV_FILE_DELETED;
	}
	return rc;
}

vv_status vv_checkout_give_way(vv_repository *repo, vv_dataset_reader *reader, vv_index *index,
			       const char *path, vv_error *err)
{
	vv_checkout c = {repo, reader, index};
	vv_index_entry e;
	bool clean = false;
	vv_status rc;

	if (!vv_index_get(index, path, &e)) {
		return vv_fail(err, VV_EREFUSED,
			       "'%s' exists and is untracked\nmove it away, or add it first",
			       vv_text_shows(path));
	}
	if ((rc = vv_checkout_is_clean(&c, &e, &clean, err)) < 0) return rc;
	if (!clean) {
		vv_fail(err, VV_EREFUSED, "'%s' has unstaged changes", vv_text_shows(path));
		return vv_hint_code(err, VV_HINT_EDITS);
	}
	return vv_last_copy_keep(repo, reader, index, path, err);
}
