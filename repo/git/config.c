/*
 * config: changing the repository's own settings: all of a change or nothing, durably.
 */
#include "repo/git/config.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/git/lock.h"
#include "repo/git/repository_internal.h"
#include "repo/git/share.h"

#define CONFIG_BYTES_MAX ((size_t)64 << 20)

static int set_value(git_config *own, const char *key, const char *value)
{
	int code = git_config_set_string(own, key, value);
	const git_error *what = git_error_last();

	/* Where the disk failed there is nothing to take away first. */
	if (code < 0 && code != GIT_ELOCKED && code != GIT_EINVALIDSPEC && what &&
	    what->klass == GIT_ERROR_CONFIG && git_config_delete_multivar(own, key, ".*") == 0) {
		git_error_clear();
		code = git_config_set_string(own, key, value); /* it had several values */
	}
	return code;
}

/* Did the file take the value as it was meant? A carriage return at its end, say,
 * is lost on the way, and another value is read back. */
static vv_status check_value(git_config *own, const char *key, const char *value, vv_error *err)
{
	vv_auto(git_config_entry) *e = NULL;
	int code = git_config_get_entry(&e, own, key);

	if (code < 0) return vv_git_fail(err, code, "cannot read back the setting '%s'", key);
	if (e->value && strcmp(e->value, value) == 0) return VV_OK;
	return vv_fail(err, VV_EUSAGE, "Git's configuration cannot hold this value of '%s': '%s'",
		       key, vv_text_shows(value));
}

/* Fills the new file with the settings as they are now. */
static vv_status copy_config(vv_git_lock *lock, bool *exists, uint32_t *mode, vv_error *err)
{
	vv_auto(vv_buf) bytes = VV_BUF_INIT;
	vv_stat st;
	int fd;

	vv_status rc = vv_lstat(&st, lock->path, err);
	*exists = rc == VV_OK;
	*mode = *exists ? st.mode : 0;
	rc = *exists ? vv_read_file(&bytes, lock->path, CONFIG_BYTES_MAX, err)
		     : vv_missing_ok(rc, err);
	if (rc < 0) return rc;
	if ((fd = vv_git_lock_open_new(lock, err)) < 0) return (vv_status)fd;
	rc = vv_write_full(fd, vv_buf_cstr(&bytes), bytes.len, lock->new_path, err);
	vv_status closed = vv_close(fd, lock->new_path, rc == VV_OK ? err : NULL);
	return rc < 0 ? rc : closed;
}

/* value NULL: removes all; add: beside the values that there are. VV_ENOTFOUND, without a
 * message: there was nothing to remove. */
static vv_status edit_config(git_config *own, const char *key, const char *value, bool add,
			     vv_error *err)
{
	const int code = add     ? git_config_set_multivar(own, key, "$^", value)
			 : value ? set_value(own, key, value)
				 : git_config_delete_multivar(own, key, ".*");

	if (!value && code == GIT_ENOTFOUND) {
		git_error_clear();
		return VV_ENOTFOUND;
	}
	if (code < 0) return vv_git_fail(err, code, "cannot set '%s'", vv_text_shows(key));
	return value && !add ? check_value(own, key, value, err) : VV_OK;
}

/* libgit2 has written it, unsynced and with permissions of its own. */
static vv_status finish_config(const vv_git_lock *lock, bool existed, uint32_t mode, vv_error *err)
{
	vv_status rc;
	int fd = vv_open(lock->new_path, 0, 0, err);

	if (fd < 0) return (vv_status)fd;
	if (existed && fchmod(fd, (mode_t)mode & 07777) < 0) {
		rc = vv_fail_errno(err, "cannot set the rights of", lock->new_path);
	} else {
		rc = existed ? VV_OK : vv_share_fd(lock->repo, fd, lock->new_path, err);
	}
	if (rc == VV_OK) {
		rc = vv_fsync(fd, lock->new_path, err);
	}
	vv_status closed = vv_close(fd, lock->new_path, rc == VV_OK ? err : NULL);
	return rc < 0 ? rc : closed;
}

/* Where the settings really are: the file may be a symbolic link. The caller's (vv_free). */
static char *config_path(const vv_repository *r)
{
	char *path = vv_path_join(r->commondir, "config", NULL);

	vv_git_follow_link(&path);
	return path;
}

/* With the lock. */
static vv_status change_locked(vv_git_lock *lock, const vv_config_edit *edits, size_t count,
			       vv_error *err)
{
	vv_auto(git_config) *own = NULL;
	bool existed, any = false;
	uint32_t mode;
	int code;
	vv_status rc = copy_config(lock, &existed, &mode, err);

	if (rc == VV_OK &&
	    ((code = git_config_new(&own)) < 0 ||
	     (code = git_config_add_file_ondisk(own, lock->new_path, GIT_CONFIG_LEVEL_LOCAL,
						lock->repo->git, 0)) < 0)) {
		rc = vv_git_fail(err, code, "cannot open the repository's configuration");
	}
	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		const vv_config_edit *e = &edits[i];

		rc = edit_config(own, e->key, e->value, e->add, err);
		any = any || rc == VV_OK;
		rc = e->value ? rc : vv_missing_ok(rc, err);
	}
	if (rc < 0 || !any || (rc = finish_config(lock, existed, mode, err)) < 0) return rc;
	return vv_git_lock_replace(lock, true, err);
}

vv_status vv_config_change(vv_repository *r, const vv_config_edit *edits, size_t count,
			   vv_error *err)
{
	vv_auto(char) *path = config_path(r);
	vv_auto(vv_git_lock) lock = {0};
	vv_status rc = vv_git_lock_take(&lock, r, path, err);

	if (rc == VV_OK) {
		rc = change_locked(&lock, edits, count, err);
	}
	vv_config_forget(r);
	return rc;
}

vv_status vv_config_set(vv_repository *r, const char *key, const char *value, vv_error *err)
{
	const vv_config_edit edit = {key, value, false};

	return vv_config_change(r, &edit, 1, err);
}

vv_status vv_config_add(vv_repository *r, const char *key, const char *value, vv_error *err)
{
	const vv_config_edit edit = {key, value, true};

	return vv_config_change(r, &edit, 1, err);
}
