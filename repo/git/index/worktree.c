/*
 * worktree: files of the work tree. No link is followed out of it; the watcher is reported before a
 * file is replaced.
 */
#include "repo/git/index/worktree.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/git/repository_internal.h"

vv_status vv_worktree_check_above(const vv_repository *r, const char *path, vv_error *err)
{
	for (const char *slash = path; (slash = strchr(slash, '/')); slash++) {
		vv_auto(char) *head = vv_strndup(path, (size_t)(slash - path));
		vv_auto(char) *file = head ? vv_repository_file(r, head) : NULL;
		vv_stat st;

		if (!file) return vv_fail_nomem(err);
		if (vv_lstat(&st, file, NULL) == VV_OK && !S_ISDIR(st.mode)) {
			return vv_fail(err, VV_EREFUSED, "'%s', a part of '%s', is not a folder",
				       vv_text_shows(head), vv_text_shows(path));
		}
	}
	return VV_OK;
}

void vv_worktree_watch_set(vv_repository *r, vv_worktree_watch_fn fn, void *payload)
{
	r->watch = fn;
	r->watch_payload = payload;
}

vv_status vv_worktree_watch(const vv_repository *r, const char *path, const char *temp,
			    vv_error *err)
{
	vv_stat st;

	if (!r->watch) return VV_OK;
	vv_status rc = vv_lstat(&st, temp, err);
	return rc < 0 ? rc : r->watch(r->watch_payload, path, &st, err);
}

typedef struct watched {
	const vv_repository *r;
	const char *path;
} watched;

static vv_status before_rename(void *payload, const char *temp, vv_error *err)
{
	const watched *w = payload;

	return vv_worktree_watch(w->r, w->path, temp, err);
}

char *vv_worktree_temp_dir(const vv_repository *r, const char *file)
{
	vv_auto(char) *dir = vv_path_dir(file);
	vv_stat there, here;

	if (!r || !dir) return vv_take(&dir);
	vv_auto(char) *own = vv_path_join(vv_repository_statedir(r), "tmp", (char *)NULL);
	if (!own) return NULL;
	const bool fits = vv_mkdirs(own, VV_IGNORED) == VV_OK &&
			  vv_lstat(&here, own, VV_IGNORED) == VV_OK &&
			  (vv_lstat(&there, dir, VV_IGNORED) == VV_OK ||
			   vv_lstat(&there, r->workdir, VV_IGNORED) == VV_OK) &&
			  here.dev == there.dev &&
			  (!(there.mode & S_ISGID) || here.gid == there.gid);
	return fits ? vv_take(&own) : vv_take(&dir);
}

vv_status vv_worktree_mode(int fd, const char *file, uint32_t mode, vv_error *err)
{
	vv_stat is, there;
	vv_status rc = vv_fstat(&is, fd, file, err);

	if (rc < 0) return rc;
	uint32_t to = vv_lstat(&there, file, VV_IGNORED) == VV_OK && S_ISREG(there.mode)
			      ? there.mode
			      : is.mode;
	to = mode & 0111 ? to | (to & 0444) >> 2 : to & ~0111u; /* x where there is r */
	return ((to ^ is.mode) & 0777) != 0 && fchmod(fd, to & 0777) < 0
		       ? vv_fail_errno(err, "cannot set the mode of", file)
		       : VV_OK;
}

vv_status vv_worktree_write_bytes(const vv_repository *r, const char *path, const void *bytes,
				  size_t len, bool durable, vv_error *err)
{
	vv_auto(char) *file = vv_repository_file(r, path);
	vv_auto(char) *temp_dir = file ? vv_worktree_temp_dir(r, file) : NULL;
	watched w = {r, path};

	if (!temp_dir) return vv_fail_nomem(err);
	return vv_write_file_after(file, temp_dir, bytes, len, durable, before_rename, &w, err);
}

vv_status vv_worktree_make_room(const vv_repository *r, const char *path, vv_error *err)
{
	vv_auto(char) *file = vv_repository_file(r, path);
	vv_stat st;

	if (!file) return vv_fail_nomem(err);
	if (vv_lstat(&st, file, NULL) == VV_OK && S_ISDIR(st.mode) && vv_sys_ops.rmdir(file) != 0) {
		return vv_fail(err, VV_EREFUSED, "'%s' cannot be written: a folder has that name",
			       vv_text_shows(path));
	}
	return VV_OK;
}

vv_status vv_worktree_remove(vv_repository *r, const char *path, vv_error *err)
{
	vv_status rc;

	if ((rc = vv_path_check_plain(path, err)) < 0) return rc;
	if (!r->workdir) {
		return vv_fail(err, VV_EUSAGE, "a bare repository has no work tree to remove from");
	}
	if ((rc = vv_worktree_check_above(r, path, err)) == VV_EREFUSED) {
		return vv_error_excuse(
			rc, true, err); /* files beyond a symbolic link are not of the work tree */
	}
	vv_auto(char) *file = vv_repository_file(r, path);
	if (rc < 0 || (rc = vv_unlink(file, true, err)) < 0) return rc;
	char *cwd = getcwd(NULL, 0); /* the folder that the user is in stays */
	vv_remove_empty_above(file, strlen(r->workdir), cwd);
	free(cwd);
	return VV_OK;
}
