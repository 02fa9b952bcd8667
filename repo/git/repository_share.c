/*
 * repository_share: sets the rights by core.sharedRepository on existing files.
 */
#include "repo/git/repository_internal.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"

static mode_t shared_mode(const vv_repository *r, mode_t mode)
{
	mode_t add = (mode_t)r->share_mode;

	if (!(mode & S_IWUSR)) {
		add &= (mode_t)~0222;
	}
	if (S_ISDIR(mode) || (mode & S_IXUSR)) {
		add |= (add & 0444) >> 2;
	}
	mode = r->share_exact ? (mode & (mode_t)~0777) | add : mode | add;
	return S_ISDIR(mode) ? mode | S_ISGID : mode;
}

/* fd: -1 for the file at the path. */
vv_status vv_share_fd(const vv_repository *r, int fd, const char *path, vv_error *err)
{
	struct stat st;

	if (r->share_mode == 0) return VV_OK;
	if ((fd < 0 ? lstat(path, &st) : fstat(fd, &st)) < 0) {
		return vv_fail_errno(err, "cannot get the status of", path);
	}
	const mode_t mode = shared_mode(r, st.st_mode);
	if (mode == st.st_mode || S_ISLNK(st.st_mode) || st.st_uid != geteuid()) return VV_OK;
	if ((fd < 0 ? chmod(path, mode & 07777) : fchmod(fd, mode & 07777)) < 0) {
		return vv_fail_errno(err, "cannot set the permissions of", path);
	}
	return VV_OK;
}

vv_status vv_share(const vv_repository *r, const char *path, vv_error *err)
{
	return vv_share_fd(r, -1, path, err);
}

vv_status vv_share_above(const vv_repository *r, const char *base, const char *path, vv_error *err)
{
	vv_status rc = VV_OK;

	if (r->share_mode == 0) return VV_OK;
	vv_auto(char) *dir = vv_path_dir(path);
	if (!dir) return vv_fail_nomem(err);
	while (rc == VV_OK && strlen(dir) > strlen(base)) {
		rc = vv_share(r, dir, err);
		*strrchr(dir, '/') = '\0';
	}
	return rc;
}

static void share_below(const vv_repository *r, const char *dir)
{
	vv_auto(vv_folder) f = {0};

	(void)vv_share(r, dir, VV_IGNORED);
	if (vv_folder_read(&f, dir, false, VV_IGNORED) < 0) return;
	while (vv_folder_next(&f)) {
		if (f.kind == VV_ENTRY_FOLDER && strcmp(f.name, "tmp") != 0) {
			share_below(r, f.path);
		} else {
			(void)vv_share(
				r, f.path,
				VV_IGNORED); /* of tmp the folder: its files are the work tree's */
		}
	}
}

void vv_share_own(const vv_repository *r)
{
	if (r->share_mode != 0) {
		share_below(r, r->varvedir);
		share_below(r, r->statedir);
	}
}
