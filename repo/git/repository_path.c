/*
 * repository_path: paths between the command line, the work tree and the
 * repository; and the things that lie in .git/varve.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/git/repository_internal.h"

#define SECRET_DIGITS 16u

/* Where `absolute` lies below the work tree by its real folders: the longest part
 * in front whose real path is the work tree. NULL when there is none. */
static char *below_by_real_path(const char *workdir, const char *absolute)
{
	char *part = vv_strdup(absolute), *out = NULL;
	size_t len;

	for (len = part ? strlen(part) : 0; len > 1; len--) {
		char *real;
		bool same;

		if (absolute[len] != '\0' && absolute[len] != '/') {
			continue;
		}
		part[len] = '\0';
		real = realpath(part, NULL);
		same = real && strcmp(real, workdir) == 0;
		free(real);
		if (same) {
			out = vv_strdup(absolute[len] ? absolute + len + 1 : "");
			break;
		}
	}
	vv_free(part);
	return out;
}

/* Names the first folder of the path that is a symbolic link, as git refuses it. */
static vv_status check_links(const vv_repository *r, const char *relative, vv_error *err)
{
	const char *slash = relative;
	vv_status rc = VV_OK;

	while (rc == VV_OK && (slash = strchr(slash, '/'))) {
		char *head = vv_strndup(relative, (size_t)(slash - relative));
		char *file = head ? vv_path_join(r->workdir, head, NULL) : NULL;
		vv_stat st;

		if (!file) {
			rc = vv_fail_nomem(err);
		} else if (vv_lstat(&st, file, NULL) == VV_OK && S_ISLNK(st.mode)) {
			rc = vv_fail(err, VV_EUSAGE, "'%s' lies beyond the symbolic link '%s'",
				     vv_text_shows(relative), vv_text_shows(head));
		}
		vv_free(file);
		vv_free(head);
		slash++;
	}
	return rc;
}

vv_status vv_repository_relative(char **out, vv_repository *r, const char *path, vv_error *err)
{
	char *cwd = NULL, *absolute = NULL, *relative = NULL;
	const char *below;
	vv_status rc = VV_OK;

	*out = NULL;
	if (!r->workdir) {
		return vv_fail(err, VV_EUSAGE, "the repository '%s' is bare: it has no work tree",
			       vv_text_shows(r->gitdir));
	}
	if (!*path) {
		return vv_fail(err, VV_EUSAGE, "the path is empty");
	}
	if (!(cwd = getcwd(NULL, 0))) {
		return vv_fail_errno(err, "cannot find the current folder", NULL);
	}
	if (!(absolute = vv_path_absolute(cwd, path))) {
		rc = vv_fail_nomem(err);
		goto done;
	}
	below = vv_path_below(r->workdir, absolute);
	relative = below ? vv_strdup(below) : below_by_real_path(r->workdir, absolute);
	if (!relative) {
		(void)vv_fail(err, VV_EUSAGE, "'%s' lies outside the work tree '%s'",
			      vv_text_shows(path), vv_text_shows(r->workdir));
		rc = VV_EUSAGE;
		goto done;
	}
	if ((rc = check_links(r, relative, err)) < 0) {
		goto done;
	}
	*out = relative;
	relative = NULL;
done:
	vv_free(relative);
	vv_free(absolute);
	free(cwd);
	return rc;
}

char *vv_repository_file(const vv_repository *r, const char *relative)
{
	if (!r->workdir) {
		return NULL;
	}
	return *relative ? vv_path_join(r->workdir, relative, NULL) : vv_strdup(r->workdir);
}

/* A folder of another user, or a link to elsewhere, is not taken for our store. */
static vv_status check_folder(const vv_repository *r, vv_error *err)
{
	vv_stat own, git;
	vv_status rc = vv_lstat(&own, r->varvedir, err);

	if (rc == VV_ENOTFOUND) {
		vv_error_clear(err);
		return VV_OK;
	}
	if (rc < 0 || (rc = vv_lstat(&git, r->commondir, err)) < 0) {
		return rc;
	}
	if (!S_ISDIR(own.mode)) {
		return vv_fail(err, VV_EREFUSED, "'%s' is no folder", vv_text_shows(r->varvedir));
	}
	if (own.uid == (uint32_t)geteuid() || own.uid == git.uid || r->flag_owner) {
		return VV_OK;
	}
	return vv_fail(err, VV_EREFUSED, "'%s' belongs to another user",
		       vv_text_shows(r->varvedir));
}

vv_status vv_repository_store(vv_repository *r, vv_store **out, vv_error *err)
{
	vv_status rc = VV_OK;

	if (!r->store && (rc = check_folder(r, err)) == VV_OK) {
		rc = vv_store_open(&r->store, r->varvedir, vv_repository_is_initialised(r), err);
	}
	*out = rc == VV_OK ? r->store : NULL;
	return rc;
}

static bool parse_secret(const vv_buf *text, uint64_t *out)
{
	uint64_t v = 0;
	size_t i;

	if (text->len != SECRET_DIGITS + 1 || text->data[SECRET_DIGITS] != '\n') {
		return false;
	}
	for (i = 0; i < SECRET_DIGITS; i++) {
		char c = text->data[i];

		if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) {
			return false;
		}
		v = v << 4 | (uint64_t)(c <= '9' ? c - '0' : c - 'a' + 10);
	}
	*out = v;
	return true;
}

static vv_status make_secret(const vv_repository *r, const char *path, vv_error *err)
{
	char text[SECRET_DIGITS + 2], name[40];
	char *temp = NULL;
	uint64_t value, number;
	vv_status rc, closed;
	int fd;

	vv_random(&value, sizeof(value));
	vv_random(&number, sizeof(number));
	(void)snprintf(text, sizeof(text), "%016llx\n", (unsigned long long)value);
	(void)snprintf(name, sizeof(name), "secret-%016llx", (unsigned long long)number);
	if ((rc = vv_mkdirs(r->varvedir, err)) < 0) {
		return rc;
	}
	if (!(temp = vv_path_join(r->varvedir, name, NULL))) {
		return vv_fail_nomem(err);
	}
	if ((fd = vv_open(temp, O_WRONLY | O_CREAT | O_EXCL, 0600, err)) < 0) {
		rc = (vv_status)fd;
		goto done;
	}
	rc = vv_write_full(fd, text, SECRET_DIGITS + 1, temp, err);
	closed = vv_close(fd, temp, rc == VV_OK ? err : NULL);
	if (rc == VV_OK) {
		rc = closed;
	}
	if (rc == VV_OK) {
		rc = vv_rename(temp, path, err);
	}
	if (rc < 0) {
		(void)vv_unlink(temp, true, NULL);
	}
done:
	vv_free(temp);
	return rc;
}

vv_status vv_repository_secret(vv_repository *r, uint64_t *out, vv_error *err)
{
	char *path = NULL;
	vv_buf text = VV_BUF_INIT;
	vv_status rc = VV_OK;
	int tries;

	if (r->has_secret) {
		*out = r->secret;
		return VV_OK;
	}
	if (!(path = vv_path_join(r->varvedir, "secret", NULL))) {
		return vv_fail_nomem(err);
	}
	for (tries = 0; tries < 2;
	     tries++) { /* what is read back counts: two may make one at once */
		vv_buf_reset(&text);
		rc = vv_read_file(&text, path, 4096, err);
		if (rc == VV_OK && parse_secret(&text, &r->secret)) {
			r->has_secret = true;
			break;
		}
		if ((rc < 0 && rc != VV_ENOTFOUND) || (rc = make_secret(r, path, err)) < 0) {
			goto done;
		}
	}
	if (r->has_secret) {
		rc = VV_OK;
	} else {
		rc = vv_fail(err, VV_EIO, "'%s' cannot be made", vv_text_shows(path));
	}
	*out = r->secret;
done:
	vv_buf_clear(&text);
	vv_free(path);
	return rc;
}
