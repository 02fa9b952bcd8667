/*
 * share: which rights core.sharedRepository means (git-config(1)): "group" and "all" add
 * to what the umask leaves, an octal number takes its place.
 */
#include "repo/git/share.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"

enum { GROUP = 0660, EVERYBODY = 0664 };

static bool is_one_of(const char *text, const char *a, const char *b, const char *c)
{
	return strcmp(text, a) == 0 || strcmp(text, b) == 0 || strcmp(text, c) == 0;
}

vv_status vv_share_set(vv_repository *r, const char *text, vv_error *err)
{
	char *end;
	unsigned long octal;
	int on = 0;
	vv_status rc = VV_OK;

	octal = strtoul(text, &end, 8);
	if (is_one_of(text, "umask", "0", "false")) {
		r->share_mode = 0;
	} else if (is_one_of(text, "group", "1", "true")) {
		r->share_mode = GROUP;
	} else if (is_one_of(text, "all", "world", "everybody") || strcmp(text, "2") == 0) {
		r->share_mode = EVERYBODY;
	} else if (*text >= '0' && *text <= '7' && *end == '\0' && (octal & 0600) == 0600) {
		r->share_mode = (unsigned)octal & 0666;
		r->share_exact = true;
	} else if (git_config_parse_bool(&on, text) == 0) {
		r->share_mode = on ? GROUP : 0;
	} else {
		rc = vv_fail(
			err, VV_EUSAGE,
			"the setting 'core.sharedRepository' is '%s', expected group, all, umask "
			"or an octal mode such as 0660",
			vv_text_shows(text));
	}
	git_error_clear();
	return rc;
}

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

vv_status vv_share(const vv_repository *r, const char *path, vv_error *err)
{
	struct stat st;
	mode_t mode;

	if (r->share_mode == 0) {
		return VV_OK;
	}
	if (lstat(path, &st) < 0) {
		return vv_fail_errno(err, "cannot look at", path);
	}
	mode = shared_mode(r, st.st_mode);
	if (mode != st.st_mode && !S_ISLNK(st.st_mode) && chmod(path, mode & 07777) < 0) {
		return vv_fail_errno(err, "cannot share", path);
	}
	return VV_OK;
}

vv_status vv_share_fd(const vv_repository *r, int fd, const char *path, vv_error *err)
{
	struct stat st;
	mode_t mode;

	if (r->share_mode == 0) {
		return VV_OK;
	}
	if (fstat(fd, &st) < 0) {
		return vv_fail_errno(err, "cannot look at", path);
	}
	mode = shared_mode(r, st.st_mode);
	if (mode != st.st_mode && fchmod(fd, mode & 07777) < 0) {
		return vv_fail_errno(err, "cannot share", path);
	}
	return VV_OK;
}

vv_status vv_share_above(const vv_repository *r, const char *base, const char *path, vv_error *err)
{
	char *dir;
	vv_status rc = VV_OK;

	if (r->share_mode == 0) {
		return VV_OK;
	}
	if (!(dir = vv_path_dir(path))) {
		return vv_fail_nomem(err);
	}
	while (rc == VV_OK && dir && strlen(dir) > strlen(base)) {
		char *up = vv_path_dir(dir);

		rc = up ? vv_share(r, dir, err) : vv_fail_nomem(err);
		vv_free(dir);
		dir = up;
	}
	vv_free(dir);
	return rc;
}
